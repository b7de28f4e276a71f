/* What we ourselves do about ballots: open them, vote, witness. */
#include "session/recovery.h"
#include "session/runner-private.h"
#include "session/steward.h"

/* --- sending ----------------------------------------------------------------------------------------------------- */

static ConsensusVoteLabels
draw_labels (DemlsRunner *self, const ConsensusProposal *proposal)
{
  guint64 wall = (guint64) MAX (self->now.wall, 0);
  return (ConsensusVoteLabels){ consensus_draw_id (self->env->rng), proposal->proposal_id,
                                MAX (wall, proposal->timestamp) };
}

static void
send_vote (DemlsRunner *self, const ConsensusProposal *proposal, const ConsensusVote *vote)
{
  ConsensusVoteLabels labels = draw_labels (self, proposal);
  guint8 hash[CONSENSUS_HASH_SIZE];
  Consensus__V1__Vote part = CONSENSUS__V1__VOTE__INIT;
  consensus_vote_write (vote, &labels, hash, &part);
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (VOTE);
  message.vote = &part;
  demls_send_message (self, self->current, &message);
}

/* With `vote` in it if there is one (G63). */
static void
send_proposal (DemlsRunner *self, const ConsensusProposal *proposal, const ConsensusVote *vote)
{
  guint8 hash[CONSENSUS_HASH_SIZE];
  Consensus__V1__Vote part = CONSENSUS__V1__VOTE__INIT, *parts[] = { &part };
  Consensus__V1__Proposal body = CONSENSUS__V1__PROPOSAL__INIT;
  consensus_proposal_write (proposal, &body);
  if (vote)
    {
      ConsensusVoteLabels labels = draw_labels (self, proposal);
      consensus_vote_write (vote, &labels, hash, &part);
      body.n_votes = 1;
      body.votes = parts;
    }
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (PROPOSAL);
  message.proposal = &body;
  demls_send_message (self, self->current, &message);
}

/* Our own signed vote, taken in like any other. */
static gboolean
sign_vote (DemlsRunner *self, DemlsMatter *matter, ConsensusValue value, ConsensusVote *out, GError **error)
{
  DemlsMemberSigner signer = demls_member_signer (self->current->group, self->current->epoch->roster);
  if (!consensus_vote_sign (demls_matter_hash (matter).data, value, &signer.base, out))
    return demls_refuse (error, DEMLS_ERROR_BLOCKED, "the vote could not be signed");
  return demls_voting_take_vote (self, out, error);
}

/* --- opening ----------------------------------------------------------------------------------------------------- */

static gboolean
is_self_leave (const DemlsRunner *self, const DemlsRequest *request)
{
  return request->kind == DEMLS_KIND_REMOVE && demls_is_me (self, request->target);
}

static ConsensusProposal *
make_proposal (DemlsRunner *self, GBytes *payload, gboolean leaves)
{
  const DemlsPolicy *policy = demls_policy (self);
  g_autofree char *name = leaves ? demls_self_leave_name (demls_me (self)) : consensus_draw_name (self->env->rng);
  ConsensusProposalFields fields = {
    .name = name,
    .payload = span_bytes (payload),
    .proposal_id = leaves ? demls_self_leave_id (demls_me (self)) : consensus_draw_id (self->env->rng),
    .owner = demls_me (self),
    .expected_voters_count = leaves ? 1 : self->current->epoch->n,
    .timestamp = (guint64) MAX (self->now.wall, 0),
    .lifetime = policy->proposal_expiration_ms / 1000,
    .liveness_criteria_yes = policy->silence_is_yes,
  };
  return consensus_proposal_new (&fields);
}

static gboolean
is_limit (const GError *error)
{
  return g_error_matches (error, CONSENSUS_ERROR, CONSENSUS_ERROR_OWNER_LIMIT)
         || g_error_matches (error, CONSENSUS_ERROR, CONSENSUS_ERROR_FULL);
}

static DemlsMatter *
take_own (DemlsRunner *self, const ConsensusProposal *proposal, GError **error)
{
  g_autoptr (GError) local = NULL;
  DemlsMatter *matter = demls_voting_take (self, proposal, demls_me (self), &local);
  if (matter)
    return matter;
  if (is_limit (local))
    demls_refuse (error, DEMLS_ERROR_LIMIT, "too many open votes");
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

static void
emit_opened (DemlsRunner *self, const DemlsMatter *matter)
{
  if (is_self_leave (self, matter->request))
    return;
  demls_matter_emit (self, matter, DEMLS_EVENT_OWN_PROPOSAL);
}

/* A self-leave is known by its owner's id, before its payload was read. */
static gboolean
asks_own_leave (const DemlsRunner *self, Span payload)
{
  g_autoptr (DemlsUpdateRequest) message = demls_update_request_decode (payload, NULL);
  return message && message->payload_case == DEMLS_REQUEST (REMOVE_MEMBER)
         && demls_is_me (self, consensus_span (message->remove_member->member_id));
}

gboolean
demls_voting_open (DemlsRunner *self, GBytes *payload, gboolean yes, GBytes **hash, GError **error)
{
  g_autoptr (GBytes) owned = payload;
  g_autoptr (ConsensusProposal) proposal =
      make_proposal (self, owned, asks_own_leave (self, span_bytes (owned)));
  DemlsMatter *matter = take_own (self, proposal, error);
  if (!matter)
    return FALSE;
  if (hash)
    *hash = span_dup (demls_matter_hash (matter));
  ConsensusVote vote;
  gboolean voted = FALSE;
  demls_voting_settle_count (self, matter);
  if (yes)
    {
      emit_opened (self, matter);
      voted = sign_vote (self, matter, CONSENSUS_YES, &vote, NULL);
    }
  send_proposal (self, proposal, voted ? &vote : NULL);
  demls_voting_settle (self, matter);
  return TRUE;
}

/* --- voting ------------------------------------------------------------------------------------------------------ */

gboolean
demls_voting_cast (DemlsRunner *self, DemlsMatter *matter, ConsensusValue value, GError **error)
{
  if (value != CONSENSUS_WITNESS && demls_matter_vote_of (matter, demls_me (self), NULL))
    return demls_refuse (error, DEMLS_ERROR_ALREADY_VOTED, "one member, one vote");
  if (matter->died_at != 0 && !matter->alive)
    return demls_refuse (error, DEMLS_ERROR_EXPIRED, "the vote is over");
  if (matter->standing == CONSENSUS_LOST)
    return demls_refuse (error, DEMLS_ERROR_EXPIRED, "the vote was lost");
  ConsensusVote vote;
  if (!sign_vote (self, matter, value, &vote, error))
    return FALSE;
  send_vote (self, matter->request->proposal, &vote);
  return TRUE;
}

gboolean
demls_runner_vote (DemlsRunner *self, Span ballot, gboolean yes, DemlsNow now, GError **error)
{
  demls_runner_enter (self, now);
  if (!demls_runner_may_act (self, error))
    return FALSE;
  DemlsMatter *matter = demls_voting_find (self, ballot);
  if (!matter)
    return demls_refuse (error, DEMLS_ERROR_UNKNOWN, "no such vote");
  return demls_voting_cast (self, matter, yes ? CONSENSUS_YES : CONSENSUS_NO, error);
}

void
demls_voting_witness (DemlsRunner *self, DemlsMatter *matter)
{
  matter->witness_done = TRUE;
  demls_dirty_id (self, "ballot", demls_matter_hash (matter));
  demls_voting_cast (self, matter, CONSENSUS_WITNESS, NULL);
}

/* --- votes by rule (V12) ----------------------------------------------------------------------------------------- */

/* G79: the steward would not commit what cannot be added. */
static gboolean
is_good_invite (const DemlsRunner *self, const DemlsMatter *matter)
{
  const DemlsRequest *request = matter->request;
  return demls_request_is_addable (request, self->current->epoch, self->now.wall, NULL)
         && !demls_is_burned (self, span_bytes (request->package->encoded));
}

/* Nobody votes yes twice on one question: of several elections that with the first proposer counts (G135). */
static gboolean
is_first_election (const DemlsRunner *self, const DemlsMatter *matter)
{
  guint own = demls_recovery_place (self, demls_matter_owner (matter));
  for (guint i = 0; i < self->matters->len; i++)
    {
      const DemlsMatter *other = self->matters->pdata[i];
      if (other == matter || !other->alive || other->request->kind != DEMLS_KIND_ELECTION)
        continue;
      gboolean yes = FALSE;
      if (demls_matter_vote_of (other, demls_me (self), &yes) && yes && other->standing != CONSENSUS_LOST)
        return FALSE;
      if (other->standing == CONSENSUS_OPEN && demls_recovery_place (self, demls_matter_owner (other)) < own)
        return FALSE;
    }
  return TRUE;
}

gboolean
demls_voting_auto_value (const DemlsRunner *self, const DemlsMatter *matter, gboolean *yes)
{
  gboolean stuck = self->state == DEMLS_STATE_REELECTION;
  switch (matter->request->kind)
    {
    case DEMLS_KIND_INVITE:
      *yes = is_good_invite (self, matter);
      return TRUE;
    case DEMLS_KIND_ELECTION:
      *yes = (stuck || self->current->epoch->stewards->election_due) && is_first_election (self, matter);
      return TRUE;
    case DEMLS_KIND_DEADLOCK:
      *yes = TRUE;
      return stuck || demls_steward_is_overdue (self);
    case DEMLS_KIND_REJOIN:
    case DEMLS_KIND_REMOVE:
    case DEMLS_KIND_SCORE_REMOVAL:
    case DEMLS_KIND_ACCUSATION:
    case DEMLS_KIND_POLICY:
    case DEMLS_KIND_REFRESH:
    default:
      return FALSE;
    }
}

void
demls_voting_auto_vote (DemlsRunner *self, DemlsMatter *matter)
{
  gboolean yes = FALSE;
  matter->auto_done = TRUE;
  demls_dirty_id (self, "ballot", demls_matter_hash (matter));
  if (!demls_voting_auto_value (self, matter, &yes))
    return;
  demls_matter_emit (self, matter, DEMLS_EVENT_AUTO_VOTED)->approved = yes;
  demls_voting_cast (self, matter, yes ? CONSENSUS_YES : CONSENSUS_NO, NULL);
}

/* --- again ------------------------------------------------------------------------------------------------------- */

void
demls_voting_send_again (DemlsRunner *self, gboolean votes)
{
  for (guint i = 0; i < self->matters->len; i++)
    {
      const DemlsMatter *matter = self->matters->pdata[i];
      if (!matter->alive || matter->standing == CONSENSUS_LOST)
        continue;
      if (demls_is_me (self, demls_matter_owner (matter)))
        send_proposal (self, matter->request->proposal, NULL);
      const ConsensusVote *vote = consensus_ballot_vote_of (matter->ballot, demls_me (self), FALSE);
      const ConsensusVote *witness = consensus_ballot_vote_of (matter->ballot, demls_me (self), TRUE);
      if (votes && vote)
        send_vote (self, matter->request->proposal, vote);
      if (votes && witness && witness->value == CONSENSUS_WITNESS)
        send_vote (self, matter->request->proposal, witness);
    }
}
