#include "session/steward.h"

#include "session/recovery.h"
#include "session/runner-private.h"
#include "session/timers.h"

/* A refresh that came to nothing is tried again after so long. */
#define REFRESH_AGAIN_S 3600

/* --- work -------------------------------------------------------------------------------------------------------- */

static gboolean
removes_us (const DemlsRunner *self, const DemlsMatter *matter)
{
  return demls_kind_removes (matter->request->kind) && demls_is_me (self, matter->request->target);
}

static void
add_work (const DemlsRunner *self, DemlsWork *work, const DemlsMatter *matter)
{
  const DemlsRequest *request = matter->request;
  gint64 passed = MAX (matter->passed_at, self->current->entered_at);
  work->n++;
  work->first = MIN (work->first, passed);
  work->last = MAX (work->last, passed);
  if (removes_us (self, matter))
    work->removes_us = TRUE;
  if (request->kind == DEMLS_KIND_DEADLOCK)
    work->deadlock = matter;
}

static gboolean
is_to_be_removed (const DemlsRunner *self, Span member)
{
  for (guint i = 0; i < self->matters->len; i++)
    {
      const DemlsMatter *matter = self->matters->pdata[i];
      DemlsKind kind = matter->request->kind;
      if (demls_matter_is_work (matter) && demls_kind_removes (kind) && !demls_kind_adds (kind)
          && span_equal (matter->request->target, member))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_leaderless (const DemlsRunner *self)
{
  const DemlsStewards *stewards = self->current->epoch->stewards;
  for (guint32 i = 0; i < demls_stewards_size (stewards); i++)
    if (!is_to_be_removed (self, demls_stewards_at (stewards, i)))
      return FALSE;
  return demls_stewards_size (stewards) > 0;
}

DemlsWork
demls_steward_work (const DemlsRunner *self)
{
  DemlsWork work = { .first = DEMLS_NEVER, .last = G_MININT64 };
  const DemlsMatter *refresh = NULL;
  for (guint i = 0; self->current && i < self->matters->len; i++)
    {
      const DemlsMatter *matter = self->matters->pdata[i];
      if (!demls_matter_is_work (matter))
        continue;
      if (matter->request->kind != DEMLS_KIND_REFRESH)
        add_work (self, &work, matter);
      else if (demls_is_me (self, matter->request->target))
        refresh = matter;
    }
  work.election = self->current ? demls_recovery_elected (self) : NULL;
  work.leaderless = work.n > 0 && !self->current->epoch->stewards->everybody && is_leaderless (self);
  if (work.n == 0 && refresh)
    {
      add_work (self, &work, refresh);
      work.refresh = refresh;
    }
  return work;
}

gboolean
demls_steward_has_work (const DemlsRunner *self)
{
  return demls_steward_work (self).n > 0;
}

static gint
elected_place (const DemlsRunner *self, const DemlsMatter *election)
{
  const DemlsElection *message = election->request->message->steward_election;
  for (gsize i = 0; i < message->n_proposed_stewards; i++)
    if (demls_is_me (self, consensus_span (message->proposed_stewards[i])))
      return (gint) i;
  return -1;
}

guint32
demls_steward_turn (const DemlsRunner *self, const DemlsWork *work)
{
  const DemlsStewards *stewards = self->current->epoch->stewards;
  if (work->refresh)
    return 0;
  gint place = work->election ? elected_place (self, work->election) : -1;
  if (place >= 0)
    return (guint32) place;
  if (work->deadlock || work->leaderless)
    return demls_stewards_turn (stewards, demls_me (self));
  return demls_stewards_distance (stewards, demls_me (self));
}

gboolean
demls_steward_may_build (const DemlsRunner *self)
{
  if (!self->current || self->current->built || self->gone || self->cloned || !demls_is_connected (self)
      || demls_epochs_kept (self) >= DEMLS_KEPT_EPOCHS)
    return FALSE;
  DemlsWork work = demls_steward_work (self);
  return work.n > (work.removes_us ? 1 : 0) && work.n != self->current->unfit
         && demls_steward_turn (self, &work) != DEMLS_NO_STEWARD;
}

/* --- building ---------------------------------------------------------------------------------------------------- */

/* An honest steward does not commit what an honest member would not vote for (V7, V15). */
static gboolean
is_fit_to_commit (const DemlsRunner *self, const DemlsMatter *matter)
{
  const DemlsRequest *request = matter->request;
  if (!request->package)
    return TRUE;
  return demls_request_is_addable (request, self->current->epoch, self->now.wall, NULL)
         && !demls_is_burned (self, span_bytes (request->package->encoded));
}

/* Of several elections only the last counts. Who may commit only because it elects him leaves the policy, which cannot
 * stand with it, to the next one. */
static gboolean
is_in_the_way (const DemlsRunner *self, const DemlsWork *work, const DemlsMatter *matter)
{
  if (matter->request->kind == DEMLS_KIND_ELECTION)
    return matter != work->election;
  return matter->request->kind == DEMLS_KIND_POLICY && work->election && !work->deadlock
         && demls_stewards_distance (self->current->epoch->stewards, demls_me (self)) == DEMLS_NO_STEWARD;
}

static GPtrArray *
collect_mandates (const DemlsRunner *self)
{
  DemlsWork work = demls_steward_work (self);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_mandate_unref);
  for (guint i = 0; i < self->matters->len; i++)
    {
      const DemlsMatter *matter = self->matters->pdata[i];
      if (!demls_matter_is_work (matter) || removes_us (self, matter) || !is_fit_to_commit (self, matter)
          || is_in_the_way (self, &work, matter))
        continue;
      DemlsMandate *mandate = demls_mandate_build (matter->request, matter->ballot, self->current->epoch);
      if (mandate)
        g_ptr_array_add (all, mandate);
    }
  return demls_mandates_select (self->current->epoch, all, demls_me (self));
}

/* What our leaf does not say yet; empty if it does. */
static Span
new_nick (const DemlsRunner *self)
{
  const MlsLeafNode *own =
      mls_tree_leaf (mls_group_tree (self->current->group), mls_group_own_leaf (self->current->group));
  Span there = SPAN_EMPTY, wanted = span_str (self->nick);
  mls_extensions_find (own->extensions, MLS_EXTENSION_DEMLS_NICK, &there);
  return span_equal (there, wanted) ? SPAN_EMPTY : wanted;
}

GBytes *
demls_send_candidate (DemlsRunner *self, DemlsKept *kept, GBytes *encoded)
{
  g_autoptr (DemlsCommitCandidate) part =
      demls_commit_candidate_decode (span_bytes (encoded), g_bytes_get_size (encoded), NULL);
  if (!part)
    return NULL;
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (COMMIT_CANDIDATE);
  message.commit_candidate = part;
  g_autoptr (GBytes) plaintext = demls_message_encode (&message.base);
  return demls_send (self, kept, span_bytes (plaintext));
}

gboolean
demls_steward_can_build (DemlsRunner *self)
{
  g_autoptr (GPtrArray) mandates = collect_mandates (self);
  /* until there is other work, there is no use in asking again */
  self->current->unfit = mandates->len == 0 ? demls_steward_work (self).n : 0;
  return mandates->len > 0;
}

gboolean
demls_steward_build (DemlsRunner *self)
{
  DemlsKept *current = self->current;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) mandates = collect_mandates (self);
  if (mandates->len == 0)
    return FALSE;
  current->built = TRUE;
  demls_dirty_id (self, "epoch", demls_kept_id (current));
  g_autoptr (DemlsOwnCandidate) own =
      demls_candidate_build (current->epoch, current->group, self->env->rng, mandates, new_nick (self), &error);
  DemlsOffer *offer =
      own ? demls_epochs_take_own (self, span_bytes (own->encoded), g_steal_pointer (&own->next), &error) : NULL;
  if (!offer)
    {
      demls_emit_error (self, "commit", error ? error->message : "the candidate was not kept");
      return FALSE;
    }
  g_autoptr (GBytes) packet = demls_send_candidate (self, current, own->encoded);
  if (packet)
    demls_raws_put (self, span_bytes (packet), demls_kept_number (current));
  return TRUE;
}

/* --- applicants -------------------------------------------------------------------------------------------------- */

static guint
open_invites (const DemlsRunner *self)
{
  guint n = 0;
  for (guint i = 0; i < self->matters->len; i++)
    {
      const DemlsMatter *matter = self->matters->pdata[i];
      if (matter->alive && matter->standing == CONSENSUS_OPEN && matter->request->kind == DEMLS_KIND_INVITE)
        n++;
    }
  return n;
}

const DemlsApplicant *
demls_steward_next_applicant (const DemlsRunner *self)
{
  gboolean full =
      demls_policy (self)->announce == DEMLS_ANNOUNCE_ASK && open_invites (self) >= DEMLS_STRANGERS_OPEN_MAX;
  const DemlsApplicant *next = NULL;
  if (consensus_ballot_box_open_by (self->box, demls_me (self)) >= CONSENSUS_OPEN_PER_OWNER)
    return NULL;
  for (guint i = 0; i < self->applicants->len; i++)
    {
      const DemlsApplicant *applicant = self->applicants->pdata[i];
      Span member = SPAN_OF (applicant->member);
      gboolean rejoins = demls_epoch_has (self->current->epoch, member);
      if ((full && !rejoins) || demls_voting_find_about (self, DEMLS_KIND_INVITE, member, TRUE)
          || demls_voting_find_about (self, DEMLS_KIND_REJOIN, member, TRUE))
        continue;
      if (!next || applicant->first_seen < next->first_seen)
        next = applicant;
    }
  return next;
}

void
demls_steward_propose (DemlsRunner *self)
{
  const DemlsApplicant *applicant = demls_steward_next_applicant (self);
  DemlsKind kind;
  GBytes *payload = applicant ? demls_join_ask_for (self, applicant, &kind) : NULL;
  if (payload && demls_voting_open (self, payload, FALSE, NULL, NULL))
    return;
  if (applicant)
    demls_applicants_drop (self, SPAN_OF (applicant->member));
}

gboolean
demls_steward_is_overdue (const DemlsRunner *self)
{
  return demls_timers_own_turn (self) <= self->now.mono;
}

void
demls_steward_refresh (DemlsRunner *self)
{
  g_autoptr (GError) error = NULL;
  /* somebody else's commit may come first, and then it is dead (V4) */
  self->own_path_at = self->now.mono - (DEMLS_REFRESH_S - REFRESH_AGAIN_S) * SECOND;
  self->own_messages = 0;
  demls_dirty (self, "runner");
  if (!demls_voting_open (self, demls_ask_refresh (self->current->epoch), TRUE, NULL, &error))
    g_debug ("no refresh: %s", error->message);
}
