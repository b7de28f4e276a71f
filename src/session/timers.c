#include "session/timers.h"

#include "session/catchup.h"
#include "session/freeze.h"
#include "session/recovery.h"
#include "session/runner-private.h"
#include "session/say.h"
#include "session/steward.h"

/* V32, in the runner's microseconds. */
#define DAYS(n) ((gint64) (n) * 24 * 3600 * SECOND)

static gint64
ms (guint64 milliseconds)
{
  return (gint64) MIN (milliseconds, DEMLS_DURATION_MAX_MS) * MILLISECOND;
}

/* --- one ballot -------------------------------------------------------------------------------------------------- */

static gboolean
is_open (const DemlsMatter *matter)
{
  return matter->alive && matter->standing == CONSENSUS_OPEN;
}

/* V12. */
static gint64
auto_vote_at (const DemlsRunner *self, const DemlsMatter *matter)
{
  const DemlsPolicy *policy = demls_policy (self);
  DemlsKind kind = matter->request->kind;
  if (!is_open (matter) || matter->auto_done || demls_matter_vote_of (matter, demls_me (self), NULL))
    return DEMLS_NEVER;
  if (kind == DEMLS_KIND_INVITE && policy->announce == DEMLS_ANNOUNCE_OPEN)
    return demls_after (matter->seen_at, ms (policy->voting_delay_ms));
  if (kind == DEMLS_KIND_ELECTION || kind == DEMLS_KIND_DEADLOCK)
    return demls_after (matter->seen_at, ms (policy->election_voting_delay_ms));
  return DEMLS_NEVER;
}

/* V9. */
static gint64
witness_at (const DemlsRunner *self, const DemlsMatter *matter)
{
  const DemlsPolicy *policy = demls_policy (self);
  if (!is_open (matter) || matter->witness_done
      || !consensus_may_witness (&matter->count, demls_request_ways (matter->request, policy)))
    return DEMLS_NEVER;
  return demls_after (matter->seen_at, ms (policy->consensus_timeout_ms));
}

/* V10. */
static gint64
expiry_at (const DemlsRunner *self, const DemlsMatter *matter)
{
  if (!is_open (matter) || matter->expired)
    return DEMLS_NEVER;
  return demls_after (matter->seen_at, ms (demls_policy (self)->proposal_expiration_ms));
}

static gint64
forget_at (const DemlsRunner *self, const DemlsMatter *matter)
{
  gboolean idle = matter->standing == CONSENSUS_LOST || !demls_kind_commits (matter->request->kind);
  if (matter->standing == CONSENSUS_OPEN || !idle)
    return DEMLS_NEVER;
  return demls_after (matter->seen_at, 2 * ms (demls_policy (self)->proposal_expiration_ms));
}

/* --- stewards (V21) ---------------------------------------------------------------------------------------------- */

/* How long after `work` began somebody at this place acts. */
static gint64
turn_at (const DemlsRunner *self, const DemlsWork *work, guint32 turn)
{
  const DemlsPolicy *policy = demls_policy (self);
  gint64 step = ms (policy->recovery_inactivity_ms), inactivity = ms (policy->commit_inactivity_ms);
  gint64 place = (gint64) MIN (turn, 1u << 20);
  if (work->refresh)
    return work->first;
  if (work->deadlock)
    return demls_after (MAX (work->deadlock->passed_at, self->current->entered_at), (place + 1) * step);
  if (turn == 0)
    {
      gint64 batch = demls_after (work->last, ms (policy->commit_batch_delay_ms));
      return work->n >= DEMLS_MANDATES_MAX ? work->last : MIN (batch, demls_after (work->first, inactivity));
    }
  if (demls_recovery_round (self) > 0)
    return demls_after (work->last, (place + 1) * step);
  gint64 first = work->election ? MAX (work->first, work->election->passed_at) : work->first;
  return demls_after (first, inactivity + place * step);
}

static gboolean
may_freeze (const DemlsRunner *self)
{
  return self->state == DEMLS_STATE_WORKING || self->state == DEMLS_STATE_REELECTION;
}

static gint64
build_at (const DemlsRunner *self)
{
  if (!may_freeze (self) || !demls_steward_may_build (self))
    return DEMLS_NEVER;
  DemlsWork work = demls_steward_work (self);
  guint32 turn = demls_steward_turn (self, &work);
  /* who is to be removed builds the rest, if nobody else does: when all leave at once there is nobody else */
  if (work.removes_us)
    turn += demls_stewards_size (self->current->epoch->stewards);
  return turn_at (self, &work, turn);
}

/* Everybody else gives up on the stewards once the last of them had its turn, all at one time: who then asks for an
 * election finds the others ready to vote for it. */
gint64
demls_timers_own_turn (const DemlsRunner *self)
{
  DemlsWork work = demls_steward_work (self);
  if (work.n == 0 || work.refresh)
    return DEMLS_NEVER;
  guint32 turn = demls_steward_turn (self, &work);
  if (turn == DEMLS_NO_STEWARD || work.removes_us)
    turn = demls_stewards_size (self->current->epoch->stewards);
  return turn_at (self, &work, turn);
}

static gint64
silence_at (const DemlsRunner *self)
{
  DemlsWork work = demls_steward_work (self);
  if (self->state != DEMLS_STATE_WORKING || !demls_is_connected (self) || self->gone
      || self->current->epoch->stewards->everybody || demls_epochs_kept (self) >= DEMLS_KEPT_EPOCHS
      || (demls_steward_may_build (self) && !work.removes_us))
    return DEMLS_NEVER;
  return demls_timers_own_turn (self);
}

/* G80, G81: backups wait for the epoch steward. */
static gint64
propose_at (const DemlsRunner *self)
{
  if (self->state != DEMLS_STATE_WORKING || !demls_is_connected (self) || self->gone || self->cloned || self->leaving)
    return DEMLS_NEVER;
  const DemlsPolicy *policy = demls_policy (self);
  guint32 distance = demls_stewards_distance (self->current->epoch->stewards, demls_me (self));
  const DemlsApplicant *applicant = distance == DEMLS_NO_STEWARD ? NULL : demls_steward_next_applicant (self);
  if (!applicant)
    return DEMLS_NEVER;
  gint64 since = MAX (applicant->first_seen, self->current->entered_at);
  if (distance == 0)
    return since;
  return demls_after (since, ms (policy->commit_inactivity_ms) + distance * ms (policy->recovery_inactivity_ms));
}

/* Until when those who were elected, but not yet by a commit, may still build it; 0 if there are none. */
static gint64
elected_end_at (const DemlsRunner *self)
{
  const DemlsPolicy *policy = demls_policy (self);
  const DemlsMatter *elected = demls_recovery_elected (self);
  if (!elected)
    return 0;
  gint64 places = (gint64) elected->request->message->steward_election->n_proposed_stewards;
  return elected->passed_at + ms (policy->commit_inactivity_ms) + ms (policy->freeze_ms)
         + places * ms (policy->recovery_inactivity_ms);
}

/* G135. */
static gint64
election_at (const DemlsRunner *self)
{
  if (self->gone || self->cloned || !demls_is_connected (self) || !may_freeze (self) || !demls_recovery_wants (self))
    return DEMLS_NEVER;
  const DemlsPolicy *policy = demls_policy (self);
  gint64 place = (gint64) MIN (demls_recovery_place (self, demls_me (self)), 1u << 20);
  gint64 extra = self->state == DEMLS_STATE_WORKING && place > 0 ? ms (policy->commit_inactivity_ms) : 0;
  gint64 base = MAX (self->election_base, elected_end_at (self));
  return demls_after (base, extra + place * 2 * ms (policy->recovery_inactivity_ms));
}

static gint64
return_at (const DemlsRunner *self)
{
  return self->state == DEMLS_STATE_REELECTION && !demls_steward_has_work (self) ? self->state_since : DEMLS_NEVER;
}

static gint64
freeze_end_at (const DemlsRunner *self)
{
  if (self->state != DEMLS_STATE_FREEZING)
    return DEMLS_NEVER;
  if (demls_freeze_is_settled (self))
    return self->state_since;
  return demls_after (self->state_since, ms (demls_policy (self)->freeze_ms));
}

/* V32: heals our own keys; only when nothing else goes on. */
static gint64
refresh_at (const DemlsRunner *self)
{
  if (self->state != DEMLS_STATE_WORKING || !demls_is_connected (self) || self->gone || self->cloned || self->leaving
      || demls_steward_has_work (self)
      || demls_voting_find_about (self, DEMLS_KIND_REFRESH, demls_me (self), TRUE))
    return DEMLS_NEVER;
  gint64 at = demls_after (self->own_path_at, DEMLS_REFRESH_S * SECOND);
  return self->own_messages >= DEMLS_REFRESH_MESSAGES ? self->own_path_at : at;
}

static gint64
leave_alone_at (const DemlsRunner *self)
{
  if (!self->leaving || self->gone || self->current->epoch->n != 2)
    return DEMLS_NEVER;
  return demls_after (self->leaving_since, 2 * ms (demls_policy (self)->consensus_timeout_ms));
}

static gint64
early_at (const DemlsRunner *self)
{
  return demls_after (consensus_ballot_box_oldest_early (self->box), ms (demls_policy (self)->consensus_timeout_ms));
}

/* --- epochs, Welcomes -------------------------------------------------------------------------------------------- */

/* V30. */
static gint64
seal_at (const DemlsRunner *self, const DemlsKept *kept)
{
  if (!kept->choice || kept->sealed || kept->final || self->cloned || !demls_is_connected (self)
      || !demls_epochs_is_ours (self, kept)
      || !demls_epoch_is_sealer (kept->epoch, demls_me (self)))
    return DEMLS_NEVER;
  return demls_after (kept->choice_since, ms (kept->epoch->governance->policy.freeze_ms));
}

/* V23. */
static gint64
epoch_end_at (const DemlsRunner *self, const DemlsKept *kept)
{
  if (kept->left_at == DEMLS_NEVER || !(kept->final || demls_epochs_is_ours (self, kept)))
    return DEMLS_NEVER;
  return demls_after (kept->left_at, ms (demls_policy (self)->rollback_window_ms));
}

static gint64
welcome_at (const DemlsWelcome *welcome)
{
  return demls_earlier (welcome->due, demls_after (welcome->since, DAYS (DEMLS_WELCOME_DAYS)));
}

/* --- the first of all -------------------------------------------------------------------------------------------- */

/* Only earlier ones displace: of equal ones that which is looked at first stays. */
static void
consider (DemlsTimer *first, gint64 at, DemlsTimerKind kind, gconstpointer subject)
{
  if (at > first->at || (at == first->at && (at == DEMLS_NEVER || kind >= first->kind)))
    return;
  union { gconstpointer from; gpointer to; } pointer = { .from = subject };
  *first = (DemlsTimer){ at, kind, pointer.to };
}

static void
consider_ballots (const DemlsRunner *self, DemlsTimer *first)
{
  for (guint i = 0; i < self->matters->len; i++)
    {
      const DemlsMatter *matter = self->matters->pdata[i];
      consider (first, forget_at (self, matter), DEMLS_TIMER_FORGET, matter);
      if (!is_open (matter))
        continue;
      consider (first, auto_vote_at (self, matter), DEMLS_TIMER_AUTO_VOTE, matter);
      consider (first, witness_at (self, matter), DEMLS_TIMER_WITNESS, matter);
      consider (first, expiry_at (self, matter), DEMLS_TIMER_EXPIRY, matter);
    }
}

static void
consider_epochs (const DemlsRunner *self, DemlsTimer *first)
{
  for (guint i = 0; i < self->epochs->len; i++)
    {
      const DemlsKept *kept = self->epochs->pdata[i];
      consider (first, seal_at (self, kept), DEMLS_TIMER_SEAL, kept);
      consider (first, epoch_end_at (self, kept), DEMLS_TIMER_EPOCH_END, kept);
    }
  for (guint i = 0; i < self->welcomes->len; i++)
    consider (first, welcome_at (self->welcomes->pdata[i]), DEMLS_TIMER_WELCOME, self->welcomes->pdata[i]);
}

static void
consider_group (const DemlsRunner *self, DemlsTimer *first)
{
  consider_ballots (self, first);
  consider_epochs (self, first);
  consider (first, freeze_end_at (self), DEMLS_TIMER_FREEZE_END, NULL);
  consider (first, propose_at (self), DEMLS_TIMER_PROPOSE, NULL);
  consider (first, build_at (self), DEMLS_TIMER_BUILD, NULL);
  consider (first, silence_at (self), DEMLS_TIMER_SILENCE, NULL);
  consider (first, election_at (self), DEMLS_TIMER_ELECTION, NULL);
  consider (first, return_at (self), DEMLS_TIMER_RETURN, NULL);
  consider (first, refresh_at (self), DEMLS_TIMER_REFRESH, NULL);
  consider (first, leave_alone_at (self), DEMLS_TIMER_LEAVE_ALONE, NULL);
  consider (first, demls_applicants_next_end (self), DEMLS_TIMER_APPLICANT, NULL);
  consider (first, early_at (self), DEMLS_TIMER_EARLY, NULL);
  consider (first, demls_catchup_ask_at (self), DEMLS_TIMER_CATCH_UP, NULL);
  consider (first, demls_catchup_answer_at (self), DEMLS_TIMER_ANSWER, NULL);
  consider (first, demls_catchup_out_of_sync_at (self), DEMLS_TIMER_OUT_OF_SYNC, NULL);
  consider (first, demls_say_is_due (self) ? self->state_since : DEMLS_NEVER, DEMLS_TIMER_SAY, NULL);
}

DemlsTimer
demls_timers_first (const DemlsRunner *self)
{
  DemlsTimer first = { DEMLS_NEVER, DEMLS_TIMER_SAY, NULL };
  if (self->over)
    return first;
  if (self->joining)
    {
      consider (&first, self->joining->expires_at, DEMLS_TIMER_JOIN_END, NULL);
      consider (&first, self->joining->announce_at, DEMLS_TIMER_ANNOUNCE, NULL);
    }
  if (self->current)
    consider_group (self, &first);
  return first;
}

static const char *const names[] = {
  [DEMLS_TIMER_JOIN_END] = "join end",       [DEMLS_TIMER_ANNOUNCE] = "announce",
  [DEMLS_TIMER_AUTO_VOTE] = "auto-vote",     [DEMLS_TIMER_WITNESS] = "witness",
  [DEMLS_TIMER_EXPIRY] = "expiry",           [DEMLS_TIMER_FORGET] = "forget",
  [DEMLS_TIMER_FREEZE_END] = "freeze end",   [DEMLS_TIMER_PROPOSE] = "propose",
  [DEMLS_TIMER_BUILD] = "build",             [DEMLS_TIMER_SILENCE] = "silence",
  [DEMLS_TIMER_ELECTION] = "election",       [DEMLS_TIMER_RETURN] = "return",
  [DEMLS_TIMER_SEAL] = "seal",               [DEMLS_TIMER_EPOCH_END] = "epoch end",
  [DEMLS_TIMER_WELCOME] = "welcome",         [DEMLS_TIMER_CATCH_UP] = "catch up",
  [DEMLS_TIMER_ANSWER] = "answer",           [DEMLS_TIMER_OUT_OF_SYNC] = "out of sync",
  [DEMLS_TIMER_REFRESH] = "refresh",         [DEMLS_TIMER_LEAVE_ALONE] = "leave alone",
  [DEMLS_TIMER_APPLICANT] = "applicant",     [DEMLS_TIMER_EARLY] = "early",
  [DEMLS_TIMER_SAY] = "say",
};

const char *
demls_timer_name (DemlsTimerKind kind)
{
  return (gsize) kind < G_N_ELEMENTS (names) ? names[kind] : "?";
}
