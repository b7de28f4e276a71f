#include "rules/request.h"

/* Evidence of SCORE_BELOW_THRESHOLD: the score as LE64 (G113). */
#define SCORE_EVIDENCE_SIZE 8

static void
clear (gpointer data)
{
  DemlsRequest *self = data;
  g_clear_pointer (&self->proposal, consensus_proposal_unref);
  g_clear_pointer (&self->message, demls_message_free);
  g_clear_pointer (&self->package, mls_key_package_unref);
}

DemlsRequest *
demls_request_ref (const DemlsRequest *self)
{
  /* the count is not part of the value */
  union {
    const DemlsRequest *from;
    DemlsRequest *to;
  } pointer = { .from = self };
  return g_rc_box_acquire (pointer.to);
}

void
demls_request_unref (DemlsRequest *self)
{
  if (self)
    g_rc_box_release_full (self, clear);
}

Span
demls_request_hash (const DemlsRequest *self)
{
  return consensus_proposal_hash (self->proposal);
}

Span
demls_request_owner (const DemlsRequest *self)
{
  return SPAN_OF (self->proposal->owner);
}

guint64
demls_request_opened_epoch (const DemlsRequest *self)
{
  return self->message->opened_epoch;
}

/* --- reading, kind by kind ---------------------------------------------------------------------------------------- */

static gboolean
malformed (GError **error, const char *what)
{
  return demls_rule_refuse (error, DEMLS_RULE_REQUEST, "%s", what);
}

/* G4, G146: the id that is voted on is that of the key package. */
static gboolean
read_invite (DemlsRequest *self, GError **error)
{
  const DemlsMemberInvite *invite = self->message->member_invite;
  self->kind = invite->n_rejoin_proofs > 0 ? DEMLS_KIND_REJOIN : DEMLS_KIND_INVITE;
  self->target = consensus_span (invite->member_id);
  g_autoptr (GError) wrong = NULL;
  self->package = mls_key_package_parse (consensus_span (invite->key_package_bytes), &wrong);
  if (!self->package)
    return demls_rule_refuse (error, DEMLS_RULE_KEY_PACKAGE, "no key package: %s", wrong->message);
  if (!demls_member_id_check (self->package->leaf, error))
    return FALSE;
  if (!span_equal (self->package->leaf->identity, self->target))
    return demls_rule_refuse (error, DEMLS_RULE_MEMBER_ID, "somebody else's key package");
  return TRUE;
}

static gboolean
read_emergency (DemlsRequest *self, GError **error)
{
  const DemlsEvidence *evidence = self->message->emergency_criteria->evidence;
  self->target = consensus_span (evidence->target_member_id);
  if (!span_equal (consensus_span (evidence->creator_member_id), demls_request_owner (self)))
    return malformed (error, "evidence by somebody else");
  switch ((int) evidence->violation_type)
    {
    case DEMLS_VIOLATION (DEADLOCK):
      self->kind = DEMLS_KIND_DEADLOCK;
      return (self->target.len == 0 && evidence->evidence_payload.len == 0)
             || malformed (error, "evidence of a deadlock");
    case DEMLS_VIOLATION (SCORE_BELOW_THRESHOLD):
      self->kind = DEMLS_KIND_SCORE_REMOVAL;
      return (self->target.len > 0 && evidence->evidence_payload.len == SCORE_EVIDENCE_SIZE)
             || malformed (error, "no score");
    case DEMLS_VIOLATION (BROKEN_COMMIT):
    case DEMLS_VIOLATION (BROKEN_MLS_PROPOSAL):
    case DEMLS_VIOLATION (CENSORSHIP_INACTIVITY):
    case DEMLS_VIOLATION (MISBEHAVING_COMMIT):
      self->kind = DEMLS_KIND_ACCUSATION;
      return self->target.len > 0 || malformed (error, "an accusation of nobody");
    case DEMLS_VIOLATION (VIOLATION_UNSPECIFIED):
    default:
      return malformed (error, "an accusation of nothing");
    }
}

static gboolean
read_kind (DemlsRequest *self, GError **error)
{
  switch ((int) self->message->payload_case)
    {
    case DEMLS_REQUEST (MEMBER_INVITE):
      return read_invite (self, error);
    case DEMLS_REQUEST (REMOVE_MEMBER):
      self->kind = DEMLS_KIND_REMOVE;
      self->target = consensus_span (self->message->remove_member->member_id);
      return TRUE;
    case DEMLS_REQUEST (EMERGENCY_CRITERIA):
      return read_emergency (self, error);
    case DEMLS_REQUEST (STEWARD_ELECTION):
      self->kind = DEMLS_KIND_ELECTION;
      return TRUE;
    case DEMLS_REQUEST (POLICY_CHANGE):
      self->kind = DEMLS_KIND_POLICY;
      return TRUE;
    case DEMLS_REQUEST (REFRESH):
      self->kind = DEMLS_KIND_REFRESH;
      self->target = demls_request_owner (self);
      return TRUE;
    default:
      return malformed (error, "asks for nothing");
    }
}

static gboolean
kind_names_its_epoch (DemlsKind kind)
{
  return kind == DEMLS_KIND_DEADLOCK || kind == DEMLS_KIND_ELECTION || kind == DEMLS_KIND_REFRESH;
}

DemlsRequest *
demls_request_read (const ConsensusProposal *proposal, GError **error)
{
  DemlsUpdateRequest *message = demls_update_request_decode (span_bytes (proposal->payload), error);
  if (!message)
    return NULL;
  g_autoptr (DemlsRequest) self = g_rc_box_new0 (DemlsRequest);
  self->proposal = consensus_proposal_ref (proposal);
  self->message = message;
  if (!read_kind (self, error))
    return NULL;
  if (kind_names_its_epoch (self->kind) != (message->epoch_id.len > 0))
    {
      malformed (error, "names an epoch where it must not, or the reverse");
      return NULL;
    }
  return g_steal_pointer (&self);
}

/* --- writing --- */

static GBytes *
encode (const DemlsEpoch *epoch, DemlsUpdateRequest *message, gboolean names_epoch)
{
  message->opened_epoch = epoch->number;
  message->group = consensus_data (span_bytes (epoch->name));
  if (names_epoch)
    message->epoch_id = consensus_data (SPAN_OF (epoch->id));
  return demls_message_encode (&message->base);
}

GBytes *
demls_ask_invite (const DemlsEpoch *epoch, Span key_package, Span member_id, DemlsRejoinProof *const *proofs,
                  gsize n_proofs)
{
  g_autofree DemlsRejoinProof **list = g_new0 (DemlsRejoinProof *, n_proofs + 1);
  for (gsize i = 0; i < n_proofs; i++)
    list[i] = proofs[i];
  DemlsMemberInvite invite = DEMLS_MEMBER_INVITE_INIT;
  invite.key_package_bytes = consensus_data (key_package);
  invite.member_id = consensus_data (member_id);
  invite.n_rejoin_proofs = n_proofs;
  invite.rejoin_proofs = list;
  DemlsUpdateRequest message = DEMLS_UPDATE_REQUEST_INIT;
  message.payload_case = DEMLS_REQUEST (MEMBER_INVITE);
  message.member_invite = &invite;
  return encode (epoch, &message, FALSE);
}

GBytes *
demls_ask_remove (const DemlsEpoch *epoch, Span target, const char *reason)
{
  g_autofree char *text = g_strdup (reason ? reason : "");
  DemlsRemoveMember remove = DEMLS_REMOVE_MEMBER_INIT;
  remove.member_id = consensus_data (target);
  remove.reason = text;
  DemlsUpdateRequest message = DEMLS_UPDATE_REQUEST_INIT;
  message.payload_case = DEMLS_REQUEST (REMOVE_MEMBER);
  message.remove_member = &remove;
  return encode (epoch, &message, FALSE);
}

GBytes *
demls_ask_emergency (const DemlsEpoch *epoch, DemlsViolation type, Span target, Span evidence, Span creator)
{
  DemlsEvidence part = DEMLS_EVIDENCE_INIT;
  part.violation_type = type;
  part.target_member_id = consensus_data (target);
  part.evidence_payload = consensus_data (evidence);
  part.epoch = epoch->number;
  part.creator_member_id = consensus_data (creator);
  DemlsEmergency emergency = DEMLS_EMERGENCY_INIT;
  emergency.evidence = &part;
  DemlsUpdateRequest message = DEMLS_UPDATE_REQUEST_INIT;
  message.payload_case = DEMLS_REQUEST (EMERGENCY_CRITERIA);
  message.emergency_criteria = &emergency;
  return encode (epoch, &message, type == DEMLS_VIOLATION (DEADLOCK));
}

GBytes *
demls_ask_election (const DemlsEpoch *epoch, guint32 retry_round)
{
  g_autoptr (DemlsStewardList) list = demls_epoch_electable (epoch, retry_round);
  g_autofree ProtobufCBinaryData *stewards = g_new0 (ProtobufCBinaryData, list->members->len + 1);
  for (guint i = 0; i < list->members->len; i++)
    stewards[i] = consensus_data (span_bytes (g_ptr_array_index (list->members, i)));
  DemlsElection election = DEMLS_ELECTION_INIT;
  election.n_proposed_stewards = list->members->len;
  election.proposed_stewards = stewards;
  election.election_epoch = list->election_epoch;
  election.retry_round = list->retry_round;
  DemlsUpdateRequest message = DEMLS_UPDATE_REQUEST_INIT;
  message.payload_case = DEMLS_REQUEST (STEWARD_ELECTION);
  message.steward_election = &election;
  return encode (epoch, &message, TRUE);
}

GBytes *
demls_ask_policy (const DemlsEpoch *epoch, const DemlsPolicy *policy, const char *title)
{
  g_autofree char *text = g_strdup (title ? title : "");
  DemlsPolicyMessage numbers = DEMLS_POLICY_INIT;
  DemlsPolicyChange change = DEMLS_POLICY_CHANGE_INIT;
  if (policy)
    {
      demls_policy_write (policy, &numbers);
      change.policy = &numbers;
    }
  change.title = text;
  DemlsUpdateRequest message = DEMLS_UPDATE_REQUEST_INIT;
  message.payload_case = DEMLS_REQUEST (POLICY_CHANGE);
  message.policy_change = &change;
  return encode (epoch, &message, FALSE);
}

GBytes *
demls_ask_refresh (const DemlsEpoch *epoch)
{
  DemlsRefresh refresh = DEMLS_REFRESH_INIT;
  DemlsUpdateRequest message = DEMLS_UPDATE_REQUEST_INIT;
  message.payload_case = DEMLS_REQUEST (REFRESH);
  message.refresh = &refresh;
  return encode (epoch, &message, TRUE);
}
