#include "rules/proposal-kind.h"

#include "rules/nick.h"
#include "rules/rejoin-proof.h"

typedef struct {
  guint32 number; /* V1: Executed.kind */
  gboolean commits, adds, removes, acts;
  guint ways;
} KindRow;

#define VOTES CONSENSUS_BY_VOTES
#define SILENCE CONSENSUS_BY_SILENCE
#define ONCE CONSENSUS_AT_ONCE

static const KindRow kinds[] = {
  [DEMLS_KIND_INVITE] = { 1, TRUE, TRUE, FALSE, TRUE, VOTES | SILENCE },
  [DEMLS_KIND_REJOIN] = { 100, TRUE, TRUE, TRUE, TRUE, ONCE },
  [DEMLS_KIND_REMOVE] = { 2, TRUE, FALSE, TRUE, TRUE, VOTES },
  [DEMLS_KIND_SCORE_REMOVAL] = { 3, TRUE, FALSE, TRUE, TRUE, VOTES },
  [DEMLS_KIND_ACCUSATION] = { 3, FALSE, FALSE, FALSE, FALSE, VOTES },
  [DEMLS_KIND_DEADLOCK] = { 3, TRUE, FALSE, FALSE, FALSE, VOTES | SILENCE },
  [DEMLS_KIND_ELECTION] = { 4, TRUE, FALSE, FALSE, TRUE, VOTES | SILENCE },
  [DEMLS_KIND_POLICY] = { 102, TRUE, FALSE, FALSE, TRUE, VOTES },
  [DEMLS_KIND_REFRESH] = { 103, TRUE, FALSE, FALSE, TRUE, ONCE },
};

gboolean
demls_kind_commits (DemlsKind kind)
{
  return kinds[kind].commits;
}

gboolean
demls_kind_adds (DemlsKind kind)
{
  return kinds[kind].adds;
}

gboolean
demls_kind_removes (DemlsKind kind)
{
  return kinds[kind].removes;
}

gboolean
demls_kind_is_action (DemlsKind kind)
{
  return kinds[kind].acts;
}

guint32
demls_kind_number (DemlsKind kind)
{
  return kinds[kind].number;
}

static gboolean
is_self_leave (const DemlsRequest *self)
{
  return self->kind == DEMLS_KIND_REMOVE && span_equal (self->target, demls_request_owner (self));
}

guint
demls_request_ways (const DemlsRequest *self, const DemlsPolicy *policy)
{
  guint ways = kinds[self->kind].ways;
  if (!policy->silence_is_yes)
    ways &= ~(guint) SILENCE;
  return is_self_leave (self) ? ways | ONCE : ways;
}

/* --- alive --- */

static gboolean
dead (GError **error, DemlsRuleError code)
{
  return demls_rule_refuse (error, code, "not alive in this epoch");
}

/* Only now, or for 32 epochs. */
static gboolean
is_in_time (const DemlsRequest *self, const DemlsEpoch *epoch, GError **error)
{
  guint64 opened = demls_request_opened_epoch (self);
  gboolean names_epoch = self->message->epoch_id.len > 0;
  if (opened > epoch->number)
    return dead (error, DEMLS_RULE_NOT_YET);
  if (epoch->number - opened > (names_epoch ? 0 : DEMLS_ALIVE_EPOCHS))
    return dead (error, DEMLS_RULE_TOO_OLD);
  if (names_epoch && !span_equal (consensus_span (self->message->epoch_id), SPAN_OF (epoch->id)))
    return dead (error, DEMLS_RULE_EPOCH_ID);
  return TRUE;
}

/* Nothing that was done since has settled it. */
static gboolean
is_undone (const DemlsRequest *self, const DemlsEpoch *epoch, GError **error)
{
  const GArray *executed = epoch->governance->executed;
  for (guint i = 0; i < executed->len; i++)
    {
      const DemlsExecuted *one = &g_array_index (executed, DemlsExecuted, i);
      if (span_equal (SPAN_OF (one->proposal_hash), demls_request_hash (self)))
        return dead (error, DEMLS_RULE_EXECUTED);
      if (one->kind >= 1 && one->kind <= 3 && one->epoch > demls_request_opened_epoch (self) && one->has_target
          && span_equal (SPAN_OF (one->target), self->target))
        return dead (error, DEMLS_RULE_OVERTAKEN);
    }
  return TRUE;
}

/* A leaf other than at `except` has this encryption key. */
static gboolean
encryption_key_taken (const DemlsEpoch *epoch, Span key, guint32 except)
{
  guint32 node;
  return mls_tree_find_encryption_key (epoch->roster->tree, key, &node) && node % 2 == 0 && node / 2 != except;
}

static gboolean
invite_is_alive (const DemlsRequest *self, const DemlsEpoch *epoch, GError **error)
{
  const MlsLeafNode *leaf = self->package->leaf;
  guint32 found;
  if (demls_epoch_has (epoch, self->target)
      || mls_tree_find_signature_key (epoch->roster->tree, leaf->signature_key, &found)
      || encryption_key_taken (epoch, leaf->encryption_key, G_MAXUINT32))
    return dead (error, DEMLS_RULE_IS_MEMBER);
  return TRUE;
}

/* The one proof over the leaf that stands now; NULL if there is none, several, or one over the announced leaf. */
static const DemlsRejoinProof *
matching_proof (const DemlsMemberInvite *invite, Span standing, Span announced)
{
  const DemlsRejoinProof *match = NULL;
  for (gsize i = 0; i < invite->n_rejoin_proofs; i++)
    {
      Span hash = consensus_span (invite->rejoin_proofs[i]->leaf_hash);
      if (span_equal (hash, announced) || (match && span_equal (hash, standing)))
        return NULL;
      if (span_equal (hash, standing))
        match = invite->rejoin_proofs[i];
    }
  return match;
}

static gboolean
rejoin_is_alive (const DemlsRequest *self, const DemlsEpoch *epoch, GError **error)
{
  guint32 index;
  if (!demls_roster_find (epoch->roster, self->target, &index))
    return dead (error, DEMLS_RULE_NO_MEMBER);
  const MlsLeafNode *old = mls_tree_leaf (epoch->roster->tree, index), *new = self->package->leaf;
  if (encryption_key_taken (epoch, new->encryption_key, index))
    return dead (error, DEMLS_RULE_IS_MEMBER);
  guint8 standing[DEMLS_HASH_SIZE], announced[DEMLS_HASH_SIZE];
  demls_leaf_hash (old, standing);
  demls_leaf_hash (new, announced);
  const DemlsRejoinProof *proof =
      matching_proof (self->message->member_invite, SPAN_OF (standing), SPAN_OF (announced));
  if (!proof || !span_equal (old->signature_key, new->signature_key)
      || !demls_rejoin_verify (mls_group_suite (epoch->group), new->signature_key, span_bytes (epoch->name),
                               span_bytes (self->package->encoded), standing, consensus_span (proof->signature)))
    return dead (error, DEMLS_RULE_REJOIN_PROOF);
  return TRUE;
}

static gboolean
election_is_alive (const DemlsRequest *self, const DemlsEpoch *epoch, GError **error)
{
  const DemlsElection *election = self->message->steward_election;
  const DemlsPolicy *policy = &epoch->governance->policy;
  if (epoch->n <= policy->sn_max)
    return dead (error, DEMLS_RULE_NO_ELECTION);
  if (election->election_epoch != epoch->number || election->retry_round > policy->max_reelection_attempts + 1)
    return dead (error, DEMLS_RULE_ELECTION);
  g_autoptr (DemlsStewardList) list = demls_epoch_electable (epoch, election->retry_round);
  gboolean same = list->members->len == election->n_proposed_stewards;
  for (guint i = 0; same && i < list->members->len; i++)
    same =
        span_equal (span_bytes (g_ptr_array_index (list->members, i)), consensus_span (election->proposed_stewards[i]));
  return same || dead (error, DEMLS_RULE_ELECTION);
}

static gboolean
policy_is_alive (const DemlsRequest *self, GError **error)
{
  const DemlsPolicyChange *change = self->message->policy_change;
  if (change->title[0] != '\0' && !demls_text_is_agreeable (span_str (change->title)))
    return dead (error, DEMLS_RULE_TITLE);
  if (!change->policy)
    return TRUE;
  DemlsPolicy policy = demls_policy_read (change->policy);
  return demls_policy_check (&policy, error);
}

static gboolean
refresh_is_alive (const DemlsRequest *self, const DemlsEpoch *epoch, GError **error)
{
  guint64 pause = MIN (consensus_over_third (epoch->n), DEMLS_ALIVE_EPOCHS);
  const GArray *executed = epoch->governance->executed;
  if (!demls_epoch_has (epoch, self->target))
    return dead (error, DEMLS_RULE_NO_MEMBER);
  for (guint i = 0; i < executed->len; i++)
    {
      const DemlsExecuted *one = &g_array_index (executed, DemlsExecuted, i);
      /* epoch + pause > e, without overflow */
      if (one->kind == kinds[DEMLS_KIND_REFRESH].number && one->has_target
          && span_equal (SPAN_OF (one->target), self->target)
          && (one->epoch > epoch->number || epoch->number - one->epoch < pause))
        return dead (error, DEMLS_RULE_REFRESH_EARLY);
    }
  return TRUE;
}

static gboolean
kind_is_alive (const DemlsRequest *self, const DemlsEpoch *epoch, GError **error)
{
  switch (self->kind)
    {
    case DEMLS_KIND_INVITE:
      return invite_is_alive (self, epoch, error);
    case DEMLS_KIND_REJOIN:
      return rejoin_is_alive (self, epoch, error);
    case DEMLS_KIND_REMOVE:
    case DEMLS_KIND_SCORE_REMOVAL:
      return demls_epoch_has (epoch, self->target) || dead (error, DEMLS_RULE_NO_MEMBER);
    case DEMLS_KIND_ELECTION:
      return election_is_alive (self, epoch, error);
    case DEMLS_KIND_POLICY:
      return policy_is_alive (self, error);
    case DEMLS_KIND_REFRESH:
      return refresh_is_alive (self, epoch, error);
    case DEMLS_KIND_ACCUSATION:
    case DEMLS_KIND_DEADLOCK:
    default:
      return TRUE;
    }
}

gboolean
demls_request_is_alive (const DemlsRequest *self, const DemlsEpoch *epoch, GError **error)
{
  if (!span_equal (consensus_span (self->message->group), span_bytes (epoch->name)))
    return dead (error, DEMLS_RULE_OTHER_GROUP);
  return is_in_time (self, epoch, error) && is_undone (self, epoch, error) && kind_is_alive (self, epoch, error);
}

/* --- standing --- */

gboolean
demls_request_passed_at_once (const DemlsRequest *self, const ConsensusBallot *ballot, const DemlsEpoch *epoch)
{
  if (self->kind == DEMLS_KIND_REJOIN)
    return TRUE;
  if (self->kind != DEMLS_KIND_REFRESH && !is_self_leave (self))
    return FALSE;
  const ConsensusVote *vote = consensus_ballot_vote_of (ballot, demls_request_owner (self), FALSE);
  return vote && vote->value == CONSENSUS_YES && demls_epoch_has (epoch, demls_request_owner (self));
}

ConsensusStanding
demls_request_standing (const DemlsRequest *self, const ConsensusBallot *ballot, const DemlsEpoch *epoch,
                        gboolean expired)
{
  ConsensusCount count = consensus_ballot_count (ballot, &epoch->roster->members);
  return consensus_tally (&count, demls_request_ways (self, &epoch->governance->policy),
                          demls_request_passed_at_once (self, ballot, epoch), expired);
}

gboolean
demls_request_is_addable (const DemlsRequest *self, const DemlsEpoch *epoch, gint64 wall, GError **error)
{
  g_return_val_if_fail (self->package != NULL, FALSE);
  const MlsLeafNode *leaf = self->package->leaf;
  if (!mls_key_package_check (mls_group_suite (epoch->group), self->package, error)
      || !mls_leaf_node_fits (leaf, mls_group_context (epoch->group)->extensions, error)
      || !mls_leaf_node_check_lifetime (leaf, wall, error))
    return FALSE;
  if (!mls_tree_credentials_fit (epoch->roster->tree, leaf))
    return mls_refuse (error, MLS_ERROR_LEAF_CREDENTIAL, "a credential that not all support");
  return TRUE;
}
