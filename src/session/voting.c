#include "session/voting.h"

#include "session/recovery.h"
#include "session/runner-private.h"
#include "session/steward.h"

/* --- matters ----------------------------------------------------------------------------------------------------- */

void
demls_matter_free (DemlsMatter *self)
{
  demls_request_unref (self->request);
  g_free (self);
}

Span
demls_matter_hash (const DemlsMatter *self)
{
  return demls_request_hash (self->request);
}

Span
demls_matter_owner (const DemlsMatter *self)
{
  return demls_request_owner (self->request);
}

gboolean
demls_matter_vote_of (const DemlsMatter *self, Span member, gboolean *yes)
{
  const ConsensusVote *vote = consensus_ballot_vote_of (self->ballot, member, FALSE);
  if (vote && yes)
    *yes = vote->value == CONSENSUS_YES;
  return vote != NULL;
}

gboolean
demls_matter_is_work (const DemlsMatter *self)
{
  return self->alive && self->passed_at != DEMLS_NEVER && demls_kind_commits (self->request->kind);
}

/* The first matter that does not come before `hash`. */
static guint
place_of (const DemlsRunner *self, Span hash)
{
  guint low = 0, high = self->matters->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (span_compare (demls_matter_hash (self->matters->pdata[middle]), hash) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

DemlsMatter *
demls_voting_find (const DemlsRunner *self, Span hash)
{
  guint place = place_of (self, hash);
  DemlsMatter *matter = place < self->matters->len ? self->matters->pdata[place] : NULL;
  return matter && span_equal (demls_matter_hash (matter), hash) ? matter : NULL;
}

DemlsMatter *
demls_voting_find_about (const DemlsRunner *self, DemlsKind kind, Span target, gboolean lost)
{
  for (guint i = 0; i < self->matters->len; i++)
    {
      DemlsMatter *matter = self->matters->pdata[i];
      if (matter->alive && matter->request->kind == kind && (lost || matter->standing != CONSENSUS_LOST)
          && (target.len == 0 || span_equal (matter->request->target, target)))
        return matter;
    }
  return NULL;
}

static void
dirty_ballot (DemlsRunner *self, const DemlsMatter *matter)
{
  demls_dirty_id (self, "ballot", demls_matter_hash (matter));
}

DemlsMatter *
demls_voting_restore (DemlsRunner *self, ConsensusBallot *ballot, DemlsRequest *request)
{
  DemlsMatter *matter = g_new0 (DemlsMatter, 1);
  matter->ballot = ballot;
  matter->request = request;
  matter->seen_at = self->now.mono;
  matter->passed_at = DEMLS_NEVER;
  g_ptr_array_insert (self->matters, (gint) place_of (self, demls_request_hash (request)), matter);
  return matter;
}

void
demls_voting_close (DemlsRunner *self, DemlsMatter *matter)
{
  dirty_ballot (self, matter);
  consensus_ballot_box_close (self->box, demls_matter_hash (matter));
  g_ptr_array_remove (self->matters, matter);
}

/* --- where a ballot stands --------------------------------------------------------------------------------------- */

DemlsEvent *
demls_matter_emit (DemlsRunner *self, const DemlsMatter *matter, DemlsEventKind kind)
{
  const DemlsRequest *request = matter->request;
  g_autoptr (GBytes) target = request->target.len > 0 ? span_dup (request->target) : NULL;
  DemlsEvent *event = demls_emit (self, kind);
  event->ballot = span_dup (demls_matter_hash (matter));
  event->member = span_dup (demls_matter_owner (matter));
  event->own = demls_is_me (self, demls_matter_owner (matter));
  event->actions = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_action_free);
  g_ptr_array_add (event->actions, demls_action_new (demls_kind_number (request->kind), target));
  event->yes = matter->count.yes;
  event->no = matter->count.no;
  event->witnesses = matter->count.witness;
  event->electorate = matter->count.n;
  return event;
}

static void
emit_decided (DemlsRunner *self, DemlsMatter *matter, gboolean approved)
{
  matter->decided = TRUE;
  consensus_ballot_settle (matter->ballot);
  if (demls_resolved_note (self, demls_matter_hash (matter)))
    demls_matter_emit (self, matter, DEMLS_EVENT_CONSENSUS_REACHED)->approved = approved;
}

/* From the count to the standing, and to what follows from that. */
static void
judge_standing (DemlsRunner *self, DemlsMatter *matter)
{
  const DemlsEpoch *epoch = self->current->epoch;
  guint ways = demls_request_ways (matter->request, &epoch->governance->policy);
  gboolean once = demls_request_passed_at_once (matter->request, matter->ballot, epoch);
  matter->standing = consensus_tally (&matter->count, ways, once, matter->expired);
  gboolean passed = consensus_has_passed (matter->standing);
  if (!passed)
    matter->passed_at = DEMLS_NEVER;
  else if (matter->passed_at == DEMLS_NEVER)
    matter->passed_at = self->now.mono;
  dirty_ballot (self, matter);
  if (matter->decided || matter->standing == CONSENSUS_OPEN)
    return;
  emit_decided (self, matter, passed);
  demls_recovery_decided (self, matter, passed);
}

static void
ask_user (DemlsRunner *self, DemlsMatter *matter)
{
  if (matter->asked || matter->standing != CONSENSUS_OPEN || demls_matter_vote_of (matter, demls_me (self), NULL))
    return;
  matter->asked = TRUE;
  demls_matter_emit (self, matter, DEMLS_EVENT_VOTE_REQUESTED);
}

void
demls_voting_settle_count (DemlsRunner *self, DemlsMatter *matter)
{
  matter->count = consensus_ballot_count (matter->ballot, &self->current->epoch->roster->members);
}

void
demls_voting_settle (DemlsRunner *self, DemlsMatter *matter)
{
  if (!matter->alive)
    return;
  demls_voting_settle_count (self, matter);
  judge_standing (self, matter);
  ask_user (self, matter);
}

/* --- proposals --------------------------------------------------------------------------------------------------- */

/* Alive now, or at an epoch to come (V6). */
static gboolean
judge_alive (DemlsRunner *self, const DemlsRequest *request, gboolean *alive, GError **error)
{
  g_autoptr (GError) local = NULL;
  *alive = demls_request_is_alive (request, self->current->epoch, &local);
  if (*alive || g_error_matches (local, DEMLS_RULE_ERROR, DEMLS_RULE_NOT_YET))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* Who says himself that he leaves is let go whatever else he has open (G151): one such wish at a time is no flood. */
static gboolean
is_first_leave (const DemlsRunner *self, const DemlsRequest *request, Span relayer, gboolean alive)
{
  Span owner = demls_request_owner (request);
  if (!alive || request->kind != DEMLS_KIND_REMOVE || !span_equal (request->target, owner)
      || !span_equal (relayer, owner))
    return FALSE;
  for (guint i = 0; i < self->matters->len; i++)
    {
      const DemlsMatter *matter = self->matters->pdata[i];
      if (matter->alive && !matter->forwarded && matter->request->kind == DEMLS_KIND_REMOVE
          && span_equal (matter->request->target, owner) && span_equal (demls_matter_owner (matter), owner))
        return FALSE;
    }
  return TRUE;
}

static ConsensusBallot *
open_ballot (DemlsRunner *self, const DemlsRequest *request, Span relayer, gboolean alive, GError **error)
{
  guint64 opened = demls_request_opened_epoch (request);
  if (!is_first_leave (self, request, relayer, alive))
    return consensus_ballot_box_open (self->box, request->proposal, opened, relayer.data,
                                      demls_kept_number (self->current), error);
  ConsensusBallot *ballot = consensus_ballot_new (request->proposal, opened, relayer.data);
  return consensus_ballot_box_put (self->box, ballot) ? ballot : NULL;
}

DemlsMatter *
demls_voting_take (DemlsRunner *self, const ConsensusProposal *proposal, Span relayer, GError **error)
{
  DemlsMatter *known = demls_voting_find (self, consensus_proposal_hash (proposal));
  if (known)
    return known;
  gboolean alive;
  g_autoptr (DemlsRequest) request = demls_request_read (proposal, error);
  if (!request || !judge_alive (self, request, &alive, error))
    return NULL;
  ConsensusBallot *ballot = open_ballot (self, request, relayer, alive, error);
  if (!ballot)
    return NULL;
  gboolean forwarded = !span_equal (relayer, demls_request_owner (request));
  DemlsMatter *matter = demls_voting_restore (self, ballot, g_steal_pointer (&request));
  matter->alive = alive;
  matter->forwarded = forwarded;
  demls_voting_settle_count (self, matter);
  dirty_ballot (self, matter);
  return matter;
}

/* --- votes ------------------------------------------------------------------------------------------------------- */

static void
count_one (DemlsMatter *matter, ConsensusValue value)
{
  if (value == CONSENSUS_YES)
    matter->count.yes++;
  else if (value == CONSENSUS_NO)
    matter->count.no++;
  else
    matter->count.witness++;
}

static void
note_double_vote (DemlsRunner *self, const DemlsMatter *matter, const ConsensusVote *vote)
{
  DemlsEvent *event = demls_matter_emit (self, matter, DEMLS_EVENT_EVIDENCE);
  g_bytes_unref (event->member);
  event->member = span_dup (SPAN_OF (vote->owner));
  event->own = FALSE;
  event->text = g_strdup ("two votes");
  demls_recovery_blame (self, SPAN_OF (vote->owner), DEMLS_SCORE_DOUBLE_VOTE);
  dirty_ballot (self, matter);
}

gboolean
demls_voting_take_vote (DemlsRunner *self, const ConsensusVote *vote, GError **error)
{
  if (consensus_ballot_box_holds (self->box, vote))
    return TRUE;
  DemlsMemberSigner signer = demls_member_signer (self->current->group, self->current->epoch->roster);
  if (!consensus_vote_verify (vote, &signer.base, error))
    return FALSE;
  ConsensusTaken taken = consensus_ballot_box_add_vote (self->box, vote, self->now.mono);
  DemlsMatter *matter = demls_voting_find (self, SPAN_OF (vote->proposal_hash));
  if (!matter)
    return TRUE;
  if (taken == CONSENSUS_CONFLICT)
    note_double_vote (self, matter, vote);
  if (taken != CONSENSUS_TAKEN)
    return TRUE;
  dirty_ballot (self, matter);
  if (!matter->alive)
    return TRUE;
  count_one (matter, vote->value);
  demls_matter_emit (self, matter, DEMLS_EVENT_BALLOT_TALLY);
  judge_standing (self, matter);
  return TRUE;
}

void
demls_voting_forget_early (DemlsRunner *self)
{
  gint64 wait = (gint64) demls_policy (self)->consensus_timeout_ms * MILLISECOND;
  consensus_ballot_box_forget_early (self->box, self->now.mono - wait + 1);
}

void
demls_voting_expire (DemlsRunner *self, DemlsMatter *matter)
{
  matter->expired = TRUE;
  dirty_ballot (self, matter);
  judge_standing (self, matter);
}

/* --- when the epoch changes -------------------------------------------------------------------------------------- */

static gboolean
was_executed (const DemlsRunner *self, const DemlsMatter *matter)
{
  const GArray *executed = self->current->epoch->governance->executed;
  for (guint i = 0; i < executed->len; i++)
    if (span_equal (SPAN_OF (g_array_index (executed, DemlsExecuted, i).proposal_hash), demls_matter_hash (matter)))
      return TRUE;
  return FALSE;
}

static void
judge_anew (DemlsRunner *self, DemlsMatter *matter)
{
  gboolean was_alive = matter->alive;
  if (judge_alive (self, matter->request, &matter->alive, NULL))
    {
      demls_voting_settle (self, matter);
      return;
    }
  if (!matter->decided && was_executed (self, matter))
    emit_decided (self, matter, TRUE);
  if (was_alive || matter->died_at == 0)
    matter->died_at = demls_kept_number (self->current);
  dirty_ballot (self, matter);
}

void
demls_voting_epoch_changed (DemlsRunner *self)
{
  for (guint i = 0; i < self->matters->len; i++)
    judge_anew (self, self->matters->pdata[i]);
  demls_voting_tidy (self);
}

void
demls_voting_tidy (DemlsRunner *self)
{
  guint64 oldest = demls_epochs_oldest (self), now = demls_kept_number (self->current);
  for (guint i = self->matters->len; i-- > 0;)
    {
      DemlsMatter *matter = self->matters->pdata[i];
      gboolean waits = demls_request_opened_epoch (matter->request) > now;
      if (!matter->alive && !waits && matter->died_at <= oldest)
        demls_voting_close (self, matter);
    }
}

/* --- for those who show it --------------------------------------------------------------------------------------- */

static gint
compare_age (gconstpointer a, gconstpointer b)
{
  const DemlsMatter *first = *(DemlsMatter *const *) a, *second = *(DemlsMatter *const *) b;
  if (first->seen_at != second->seen_at)
    return first->seen_at < second->seen_at ? -1 : 1;
  return span_compare (demls_matter_hash (first), demls_matter_hash (second));
}

GPtrArray *
demls_runner_ballots (const DemlsRunner *self)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  for (guint i = 0; i < self->matters->len; i++)
    {
      DemlsMatter *matter = self->matters->pdata[i];
      if (matter->alive && matter->standing == CONSENSUS_OPEN)
        g_ptr_array_add (open, matter);
    }
  g_ptr_array_sort (open, compare_age);
  GPtrArray *hashes = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < open->len; i++)
    g_ptr_array_add (hashes, span_dup (demls_matter_hash (open->pdata[i])));
  return hashes;
}
