#include "session/recovery.h"

#include "session/recv.h"
#include "session/runner-private.h"
#include "session/steward.h"

/* --- elections --------------------------------------------------------------------------------------------------- */

static guint32
round_of (const DemlsMatter *matter)
{
  return matter->request->message->steward_election->retry_round;
}

guint32
demls_recovery_round (const DemlsRunner *self)
{
  guint32 round = 0;
  for (guint i = 0; i < self->matters->len; i++)
    {
      const DemlsMatter *matter = self->matters->pdata[i];
      if (matter->alive && matter->request->kind == DEMLS_KIND_ELECTION)
        round = MAX (round, round_of (matter) + (matter->standing == CONSENSUS_LOST ? 1 : 0));
    }
  return round;
}

guint32
demls_recovery_next_round (const DemlsRunner *self)
{
  const DemlsMatter *passed = demls_recovery_elected (self);
  guint32 round = demls_recovery_round (self);
  return passed && round_of (passed) >= round ? round_of (passed) + 1 : round;
}

const DemlsMatter *
demls_recovery_elected (const DemlsRunner *self)
{
  const DemlsMatter *last = NULL;
  for (guint i = 0; i < self->matters->len; i++)
    {
      const DemlsMatter *matter = self->matters->pdata[i];
      if (demls_matter_is_work (matter) && matter->request->kind == DEMLS_KIND_ELECTION
          && (!last || round_of (matter) > round_of (last)))
        last = matter;
    }
  return last;
}

guint
demls_recovery_place (const DemlsRunner *self, Span member)
{
  const DemlsStewards *stewards = self->current->epoch->stewards;
  for (guint i = 0; i < stewards->members->len; i++)
    if (span_equal (span_bytes (stewards->members->pdata[i]), member))
      return i;
  return demls_stewards_turn (stewards, member);
}

static gboolean
is_open (const DemlsRunner *self, DemlsKind kind)
{
  for (guint i = 0; i < self->matters->len; i++)
    {
      const DemlsMatter *matter = self->matters->pdata[i];
      if (matter->alive && matter->request->kind == kind && matter->standing == CONSENSUS_OPEN)
        return TRUE;
    }
  return FALSE;
}

gboolean
demls_recovery_wants (const DemlsRunner *self)
{
  const DemlsEpoch *epoch = self->current->epoch;
  if (epoch->stewards->everybody || is_open (self, DEMLS_KIND_ELECTION)
      || demls_voting_find_about (self, DEMLS_KIND_DEADLOCK, SPAN_EMPTY, FALSE)
      || consensus_ballot_box_open_by (self->box, demls_me (self)) >= CONSENSUS_OPEN_PER_OWNER)
    return FALSE;
  if (self->state == DEMLS_STATE_REELECTION)
    return TRUE;
  return self->state == DEMLS_STATE_WORKING && epoch->stewards->election_due
         && demls_recovery_next_round (self) <= epoch->governance->policy.max_reelection_attempts;
}

void
demls_recovery_file (DemlsRunner *self)
{
  const DemlsEpoch *epoch = self->current->epoch;
  guint32 round = demls_recovery_next_round (self);
  gboolean deadlock = round > epoch->governance->policy.max_reelection_attempts;
  GBytes *payload =
      deadlock ? demls_ask_emergency (epoch, DEMLS_VIOLATION (DEADLOCK), SPAN_EMPTY, SPAN_EMPTY, demls_me (self))
               : demls_ask_election (epoch, round);
  g_autoptr (GError) error = NULL;
  self->election_base = self->now.mono + (gint64) epoch->governance->policy.consensus_timeout_ms * MILLISECOND;
  demls_dirty (self, "runner");
  if (!demls_voting_open (self, payload, deadlock, NULL, &error))
    demls_emit_error (self, "Reelection stuck", error->message);
}

gboolean
demls_runner_in_recovery (const DemlsRunner *self)
{
  const DemlsMatter *matter =
      self->current ? demls_voting_find_about (self, DEMLS_KIND_DEADLOCK, SPAN_EMPTY, FALSE) : NULL;
  return matter && matter->passed_at != DEMLS_NEVER;
}

/* --- scores ------------------------------------------------------------------------------------------------------ */

gint64
demls_runner_score (const DemlsRunner *self, Span member_id)
{
  gint64 score = 0;
  demls_peer_scores_get (self->scores, member_id, &score);
  return score;
}

static gboolean
is_steward (const DemlsRunner *self)
{
  return self->current && !self->gone
         && demls_stewards_distance (self->current->epoch->stewards, demls_me (self)) != DEMLS_NO_STEWARD;
}

/* G113: a steward proposes to remove whom it trusts no more. */
static void
sweep (DemlsRunner *self)
{
  if (!is_steward (self))
    return;
  g_autoptr (GArray) low = demls_peer_scores_removable (self->scores, demls_policy (self)->threshold_peer_score);
  for (guint i = 0; i < low->len; i++)
    {
      Span member = g_array_index (low, Span, i);
      guint8 evidence[8];
      if (demls_is_me (self, member) || demls_voting_find_about (self, DEMLS_KIND_SCORE_REMOVAL, member, TRUE)
          || demls_voting_find_about (self, DEMLS_KIND_REMOVE, member, FALSE))
        continue;
      demls_score_evidence (demls_runner_score (self, member), evidence);
      GBytes *payload = demls_ask_emergency (self->current->epoch, DEMLS_VIOLATION (SCORE_BELOW_THRESHOLD), member,
                                             SPAN_OF (evidence), demls_me (self));
      demls_voting_open (self, payload, TRUE, NULL, NULL);
    }
}

void
demls_recovery_blame (DemlsRunner *self, Span member, DemlsScoreEvent event)
{
  if (demls_is_me (self, member))
    return;
  g_autoptr (GBytes) id = span_dup (member);
  demls_peer_scores_apply (self->scores, span_bytes (id), event);
  demls_dirty (self, "runner");
  sweep (self);
}

/* G111. */
static void
judge_emergency (DemlsRunner *self, const DemlsMatter *matter, gboolean approved)
{
  const DemlsEvidence *evidence = matter->request->message->emergency_criteria->evidence;
  DemlsScoreEvent event;
  demls_peer_scores_apply (self->scores, demls_matter_owner (matter),
                           approved ? DEMLS_SCORE_EMERGENCY_ACCEPTED : DEMLS_SCORE_EMERGENCY_REJECTED);
  if (approved && demls_score_of_violation (evidence->violation_type, &event))
    demls_peer_scores_apply (self->scores, matter->request->target, event);
  sweep (self);
}

void
demls_recovery_decided (DemlsRunner *self, const DemlsMatter *matter, gboolean approved)
{
  switch (matter->request->kind)
    {
    case DEMLS_KIND_INVITE:
      if (!approved)
        demls_applicants_drop (self, matter->request->target);
      break;
    case DEMLS_KIND_ELECTION:
      self->election_base = self->now.mono;
      break;
    case DEMLS_KIND_SCORE_REMOVAL:
    case DEMLS_KIND_ACCUSATION:
    case DEMLS_KIND_DEADLOCK:
      judge_emergency (self, matter, approved);
      break;
    case DEMLS_KIND_REJOIN:
    case DEMLS_KIND_REMOVE:
    case DEMLS_KIND_POLICY:
    case DEMLS_KIND_REFRESH:
    default:
      break;
    }
  demls_dirty (self, "runner");
}

/* Since when this candidate could have been built: when the first of what it carries had passed here, with an election
 * when that had. DEMLS_NEVER if nothing had. */
static gint64
passed_since (const DemlsRunner *self, const DemlsKept *kept, const DemlsOffer *offer)
{
  const DemlsRequest *election = demls_mandates_request (offer->candidate->mandates, DEMLS_KIND_ELECTION);
  gint64 first = DEMLS_NEVER;
  for (guint i = 0; i < self->matters->len; i++)
    {
      const DemlsMatter *matter = self->matters->pdata[i];
      if (demls_candidate_contains (offer->candidate, demls_matter_hash (matter))
          && (!election || matter->request->kind == DEMLS_KIND_ELECTION))
        first = MIN (first, matter->passed_at);
    }
  return first == DEMLS_NEVER ? first : MAX (first, kept->entered_at);
}

/* Whose turn it was: the epoch steward's, or with an election that of the first one elected (mandates 9). */
static Span
steward_due (const DemlsKept *kept, const DemlsRequest *election)
{
  if (!election)
    return demls_stewards_at (kept->epoch->stewards, 0);
  const DemlsElection *message = election->message->steward_election;
  return message->n_proposed_stewards > 0 ? consensus_span (message->proposed_stewards[0]) : SPAN_EMPTY;
}

/* Had the epoch steward its turn before this candidate came? Clocks may run at half the speed of ours (L4). */
static gboolean
came_late (const DemlsKept *kept, const DemlsOffer *offer, gint64 since)
{
  gint64 turn = (gint64) kept->epoch->governance->policy.commit_inactivity_ms * MILLISECOND / 2;
  return since != DEMLS_NEVER && offer->came >= since + turn;
}

/* Only a steward that was there after the work had passed, and still built nothing, is to blame (mandates 9). */
static void
judge_steward (DemlsRunner *self, const DemlsKept *kept, Span due, gint64 since)
{
  g_autoptr (GBytes) steward = span_dup (due);
  for (guint i = 0; i < kept->offers->len; i++)
    if (span_equal (demls_offer_committer (kept->offers->pdata[i]), span_bytes (steward)))
      return;
  if (g_bytes_get_size (steward) > 0 && since != DEMLS_NEVER
      && demls_recv_heard_since (self, kept, span_bytes (steward), since))
    demls_recovery_blame (self, span_bytes (steward), DEMLS_SCORE_CENSORSHIP_INACTIVITY);
}

void
demls_recovery_merged (DemlsRunner *self, const DemlsKept *kept, const DemlsOffer *offer)
{
  Span steward = steward_due (kept, demls_mandates_request (offer->candidate->mandates, DEMLS_KIND_ELECTION));
  gint64 since = passed_since (self, kept, offer);
  if (!demls_candidate_removes (offer->candidate, steward) && came_late (kept, offer, since))
    judge_steward (self, kept, steward, since);
  demls_peer_scores_apply (self->scores, demls_offer_committer (offer), DEMLS_SCORE_SUCCESSFUL_COMMIT);
  if (offer->own)
    {
      self->own_messages = 0;
      self->own_path_at = self->now.mono;
    }
  demls_dirty (self, "runner");
}

void
demls_recovery_no_commit (DemlsRunner *self)
{
  DemlsWork work = demls_steward_work (self);
  const DemlsRequest *election = work.election ? work.election->request : NULL;
  gint64 since = election ? MAX (work.first, work.election->passed_at) : work.first;
  judge_steward (self, self->current, steward_due (self->current, election), since);
}
