#include "session/epochs.h"

#include "session/arrive.h"
#include "session/leave.h"
#include "session/recovery.h"
#include "session/rejoin.h"
#include "session/runner-private.h"

/* Of one member's candidates of an epoch so many are held; a stream of them is one offence, not many (V19). */
#define OFFERS_PER_MEMBER 4

/* Final epochs kept for late chat. */
#define FINAL_MAX 64

/* --- rows -------------------------------------------------------------------------------------------------------- */

void
demls_epochs_touched (DemlsRunner *self, DemlsKept *kept)
{
  kept->used = TRUE;
  demls_dirty (self, "runner");
}

static void
dirty_meta (DemlsRunner *self, const DemlsKept *kept)
{
  if (kept->lived)
    demls_dirty_id (self, "epoch", demls_kept_id (kept));
}

void
demls_epochs_dirty (DemlsRunner *self, const DemlsKept *kept)
{
  if (!kept->lived)
    return;
  Span id = demls_kept_id (kept);
  g_autofree char *hex = span_hex (id);
  g_autoptr (GArray) leaves = mls_secret_tree_leaves (mls_group_keys (kept->group));
  demls_dirty_id (self, "epoch", id);
  demls_dirty_id (self, "group", id);
  demls_dirty_id (self, "keys", id);
  demls_dirty_id (self, "seals", id);
  for (guint i = 0; i < leaves->len; i++)
    {
      g_autofree char *key = g_strdup_printf ("ratchet/%s/%08x", hex, g_array_index (leaves, guint32, i));
      demls_dirty (self, key);
    }
  for (guint i = 0; i < kept->offers->len; i++)
    demls_dirty_id (self, "candidate", demls_offer_hash (kept->offers->pdata[i]));
}

/* --- the tree ---------------------------------------------------------------------------------------------------- */

DemlsKept *
demls_epochs_find (const DemlsRunner *self, Span id)
{
  for (guint i = 0; i < self->epochs->len; i++)
    if (span_equal (demls_kept_id (self->epochs->pdata[i]), id))
      return self->epochs->pdata[i];
  return NULL;
}

gboolean
demls_epochs_is_ours (const DemlsRunner *self, const DemlsKept *kept)
{
  for (const DemlsKept *at = self->current; at; at = at->parent)
    if (at == kept)
      return !kept->final;
  return FALSE;
}

guint
demls_epochs_kept (const DemlsRunner *self)
{
  guint n = 0;
  for (const DemlsKept *at = self->current; at && at->parent; at = at->parent)
    n++;
  return n;
}

DemlsKept *
demls_epochs_root (const DemlsRunner *self)
{
  DemlsKept *at = self->current;
  while (at && at->parent)
    at = at->parent;
  return at;
}

guint64
demls_epochs_oldest (const DemlsRunner *self)
{
  const DemlsKept *first = demls_epochs_root (self);
  return first ? demls_kept_number (first) : 0;
}

static void
make_live (DemlsRunner *self, DemlsKept *kept)
{
  if (kept->lived)
    return;
  kept->lived = TRUE;
  demls_epochs_dirty (self, kept);
  /* the offer that leads here must say so, or it would be staged once more */
  for (guint i = 0; kept->parent && i < kept->parent->offers->len; i++)
    {
      const DemlsOffer *offer = kept->parent->offers->pdata[i];
      if (offer->next == kept)
        demls_dirty_id (self, "candidate", demls_offer_hash (offer));
    }
}

void
demls_epochs_plant (DemlsRunner *self, DemlsKept *kept)
{
  g_ptr_array_add (self->epochs, kept);
  self->current = kept;
  self->gone = FALSE;
  kept->entered_at = self->now.mono;
  make_live (self, kept);
  demls_dirty (self, "runner");
}

void
demls_epochs_forget_all (DemlsRunner *self)
{
  for (guint i = 0; i < self->epochs->len; i++)
    demls_epochs_dirty (self, self->epochs->pdata[i]);
  g_ptr_array_set_size (self->epochs, 0);
  self->current = NULL;
}

static void
forget_epoch (DemlsRunner *self, DemlsKept *kept)
{
  demls_epochs_dirty (self, kept);
  demls_sayings_settle (self, kept->epoch->id);
  for (guint i = 0; i < kept->offers->len; i++)
    demls_dirty_id (self, "candidate", demls_offer_hash (kept->offers->pdata[i]));
  g_ptr_array_remove (self->epochs, kept);
}

/* With all that follows from it. */
static void
forget_branch (DemlsRunner *self, DemlsKept *kept)
{
  for (guint i = 0; i < kept->offers->len; i++)
    {
      DemlsOffer *offer = kept->offers->pdata[i];
      if (offer->next)
        forget_branch (self, offer->next);
    }
  forget_epoch (self, kept);
}

void
demls_epochs_add_home (DemlsRunner *self, DemlsKept *kept)
{
  g_ptr_array_add (self->epochs, kept);
  make_live (self, kept);
}

/* Where we lived becomes the other home. */
void
demls_epochs_move (DemlsRunner *self, DemlsKept *kept)
{
  self->current = kept;
  self->gone = FALSE;
  if (kept->entered_at == DEMLS_NEVER)
    kept->entered_at = self->now.mono;
  dirty_meta (self, kept);
  demls_dirty (self, "runner");
}

void
demls_epochs_forget (DemlsRunner *self, DemlsKept *kept)
{
  forget_branch (self, kept);
}

DemlsKept *
demls_epochs_take_out (DemlsRunner *self, DemlsKept *kept)
{
  guint index;
  if (!g_ptr_array_find (self->epochs, kept, &index))
    return NULL;
  demls_epochs_dirty (self, kept);
  kept->lived = FALSE;
  return g_ptr_array_steal_index (self->epochs, index);
}

gboolean
demls_epochs_has_our_leaf (const DemlsRunner *self, const DemlsKept *kept)
{
  for (const DemlsKept *at = self->current; at; at = at->parent)
    {
      if (at == kept)
        return TRUE;
      if (at->parent && at->parent->choice && at->parent->choice->removes_us)
        return FALSE;
    }
  return FALSE;
}

static void
forget_offer (DemlsRunner *self, DemlsKept *kept, DemlsOffer *offer)
{
  if (offer->next)
    forget_branch (self, offer->next);
  demls_dirty_id (self, "candidate", demls_offer_hash (offer));
  g_ptr_array_remove (kept->offers, offer);
}

/* --- offers ------------------------------------------------------------------------------------------------------ */

/* Of several candidates of one member the one with most seals, then the smallest hash, is the last to go (V19); never
 * one whose epoch we lived in. */
static DemlsOffer *
least_of (const DemlsKept *kept, Span committer)
{
  DemlsOffer *least = NULL;
  for (guint i = 0; i < kept->offers->len; i++)
    {
      DemlsOffer *offer = kept->offers->pdata[i];
      if (!span_equal (demls_offer_committer (offer), committer) || offer == kept->choice
          || (offer->next && offer->next->lived))
        continue;
      guint32 seals = demls_seals_count (kept->seals, demls_offer_hash (offer));
      guint32 fewest = least ? demls_seals_count (kept->seals, demls_offer_hash (least)) : 0;
      if (!least || seals < fewest
          || (seals == fewest && span_compare (demls_offer_hash (offer), demls_offer_hash (least)) > 0))
        least = offer;
    }
  return least;
}

/* Two commits of one member in one epoch: evidence, and no more than a few are held. */
static void
judge_stream (DemlsRunner *self, DemlsKept *kept, const DemlsOffer *newest)
{
  Span committer = demls_offer_committer (newest);
  guint n = 0;
  for (guint i = 0; i < kept->offers->len; i++)
    if (span_equal (demls_offer_committer (kept->offers->pdata[i]), committer))
      n++;
  if (n == 2)
    {
      DemlsEvent *event = demls_emit (self, DEMLS_EVENT_EVIDENCE);
      event->member = span_dup (committer);
      event->epoch = demls_kept_number (kept);
      event->text = g_strdup ("two commits");
      demls_recovery_blame (self, committer, DEMLS_SCORE_BROKEN_COMMIT);
    }
  DemlsOffer *least = n > OFFERS_PER_MEMBER ? least_of (kept, committer) : NULL;
  if (least)
    forget_offer (self, kept, least);
}

/* An epoch in which we can live, or NULL: then the offer is valid, but not readable for us. */
static DemlsKept *
hang (DemlsRunner *self, DemlsKept *kept, DemlsKept *next)
{
  if (!next)
    return NULL;
  next->parent = kept;
  g_ptr_array_add (self->epochs, next);
  return next;
}

static DemlsKept *
stage (DemlsRunner *self, DemlsKept *kept, MlsGroup *group)
{
  return hang (self, kept, group ? demls_kept_new (group, NULL) : NULL);
}

static DemlsOffer *
offer_new (DemlsRunner *self, DemlsCandidate *candidate)
{
  DemlsOffer *offer = g_new0 (DemlsOffer, 1);
  offer->candidate = candidate;
  offer->came = self->now.mono;
  offer->removes_us = candidate->judged && candidate->judged->removes_us;
  return offer;
}

static DemlsOffer *
keep_offer (DemlsRunner *self, DemlsKept *kept, DemlsOffer *offer)
{
  g_autoptr (GBytes) hash = span_dup (demls_offer_hash (offer));
  g_ptr_array_add (kept->offers, offer);
  demls_dirty_id (self, "candidate", span_bytes (hash));
  judge_stream (self, kept, offer);
  return demls_kept_find_offer (kept, span_bytes (hash));
}

/* What MLS makes of it for us. One that claims to be ours, but was not built here, is not readable. */
static void
stage_offer (DemlsRunner *self, DemlsKept *kept, DemlsOffer *offer)
{
  const MlsJudged *judged = offer->candidate->judged;
  if (judged && !offer->removes_us)
    offer->next = stage (self, kept, mls_group_stage (kept->group, judged, NULL, NULL));
  else if (judged)
    offer->next = hang (self, kept, demls_rejoin_stage (self, kept, offer));
}

DemlsOffer *
demls_epochs_take (DemlsRunner *self, DemlsKept *kept, Span encoded, GError **error)
{
  DemlsCandidate *candidate = demls_candidate_check (kept->epoch, encoded, self->box, error);
  if (!candidate)
    return NULL;
  if (demls_kept_find_offer (kept, demls_candidate_hash (candidate)))
    {
      demls_candidate_unref (candidate);
      demls_refuse (error, DEMLS_ERROR_REPEATED, "a known candidate");
      return NULL;
    }
  DemlsOffer *offer = offer_new (self, candidate);
  stage_offer (self, kept, offer);
  DemlsOffer *taken = keep_offer (self, kept, offer);
  if (!taken)
    demls_refuse (error, DEMLS_ERROR_FLOOD, "too many candidates of one member");
  return taken;
}

DemlsOffer *
demls_epochs_take_own (DemlsRunner *self, Span encoded, MlsGroup *next, GError **error)
{
  g_autoptr (MlsGroup) group = next;
  DemlsCandidate *candidate = demls_candidate_check (self->current->epoch, encoded, self->box, error);
  if (!candidate)
    return NULL;
  DemlsOffer *offer = offer_new (self, candidate);
  offer->own = TRUE;
  offer->next = stage (self, self->current, g_steal_pointer (&group));
  if (offer->next)
    make_live (self, offer->next);
  return keep_offer (self, self->current, offer);
}

DemlsOffer *
demls_epochs_restore_offer (DemlsRunner *self, DemlsKept *kept, Span encoded, DemlsKept *next)
{
  DemlsCandidate *candidate = demls_candidate_check (kept->epoch, encoded, NULL, NULL);
  if (!candidate)
    return NULL;
  DemlsOffer *offer = offer_new (self, candidate);
  offer->next = next;
  if (next)
    next->parent = kept;
  else
    stage_offer (self, kept, offer);
  g_ptr_array_add (kept->offers, offer);
  return offer;
}

/* --- seals ------------------------------------------------------------------------------------------------------- */

gboolean
demls_epochs_seal (DemlsRunner *self, DemlsKept *kept, const DemlsSeal *seal)
{
  DemlsSealTaken taken = demls_seals_add (kept->seals, seal);
  if (taken == DEMLS_SEAL_HELD)
    return FALSE;
  demls_dirty_id (self, "seals", demls_kept_id (kept));
  if (taken == DEMLS_SEAL_CONFLICT)
    {
      DemlsEvent *event = demls_emit (self, DEMLS_EVENT_EVIDENCE);
      event->member = span_dup (SPAN_OF (seal->member_id));
      event->epoch = seal->epoch;
      event->text = g_strdup ("two seals");
      demls_recovery_blame (self, SPAN_OF (seal->member_id), DEMLS_SCORE_DOUBLE_SEAL);
    }
  return TRUE;
}

void
demls_epochs_give_seal (DemlsRunner *self, DemlsKept *kept)
{
  DemlsSeal seal;
  kept->sealed = TRUE;
  dirty_meta (self, kept);
  if (!demls_seal_sign (kept->epoch, demls_offer_hash (kept->choice).data, &seal))
    return;
  DemlsSealMessage part = DEMLS_SEAL_INIT;
  demls_seal_write (&seal, &part);
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (SEAL);
  message.seal = &part;
  g_autoptr (GBytes) plaintext = demls_message_encode (&message.base);
  g_autoptr (GBytes) packet = demls_send (self, kept, span_bytes (plaintext));
  if (packet)
    demls_raws_put (self, span_bytes (packet), demls_kept_number (kept));
  demls_epochs_seal (self, kept, &seal);
  demls_epochs_settle (self);
}

/* --- letting go (V23) -------------------------------------------------------------------------------------------- */

/* Everything that does not follow from the choice. */
static void
prune_offers (DemlsRunner *self, DemlsKept *kept)
{
  for (guint i = kept->offers->len; i-- > 0;)
    if (kept->offers->pdata[i] != kept->choice)
      forget_offer (self, kept, kept->offers->pdata[i]);
}

/* What follows stands by itself now. */
static void
part_from_choice (DemlsRunner *self, DemlsKept *kept)
{
  if (kept->choice && kept->choice->next)
    {
      kept->choice->next->parent = NULL;
      dirty_meta (self, kept->choice->next);
    }
  if (kept->choice)
    demls_dirty_id (self, "candidate", demls_offer_hash (kept->choice));
  kept->choice = NULL;
  g_ptr_array_set_size (kept->offers, 0);
}

/* `kept`, whose choice stands for good, and what lies before it: only the keys of late chat stay, so that whoever
 * steals the state cannot follow the old commits from here. */
static void
finalize (DemlsRunner *self, DemlsKept *kept)
{
  if (kept->parent)
    finalize (self, kept->parent);
  prune_offers (self, kept);
  part_from_choice (self, kept);
  kept->parent = NULL;
  kept->final = TRUE;
  mls_group_retire (kept->group);
  demls_sayings_settle (self, kept->epoch->id);
  dirty_meta (self, kept);
  if (kept->lived)
    demls_dirty_id (self, "group", demls_kept_id (kept));
}

/* The oldest ones kept for chat go if there are too many. */
static void
bound_final (DemlsRunner *self)
{
  guint n = 0;
  for (guint i = self->epochs->len; i-- > 0;)
    {
      DemlsKept *kept = self->epochs->pdata[i];
      if (kept->final && ++n > FINAL_MAX)
        forget_epoch (self, kept);
    }
}

/* Nothing can bring us back any more: then we are really out. */
static void
finish_if_gone (DemlsRunner *self)
{
  if (self->gone && !self->replaced)
    demls_leave_finish (self, self->leaving ? "left" : "removed");
}

static void
let_go (DemlsRunner *self, DemlsKept *kept)
{
  gboolean ends_us = kept == self->current;
  if (ends_us)
    {
      finish_if_gone (self);
      return;
    }
  finalize (self, kept);
  bound_final (self);
  gint64 first = 0, last = 0;
  guint lost = demls_held_forget (self, demls_epochs_oldest (self), &first, &last);
  if (lost > 0)
    {
      DemlsEvent *event = demls_emit (self, DEMLS_EVENT_MESSAGE_UNDECRYPTABLE);
      event->received = lost;
      event->since = demls_runner_wall_of (self, first);
      event->time = demls_runner_wall_of (self, last);
    }
  demls_voting_tidy (self);
}

void
demls_epochs_expire (DemlsRunner *self)
{
  gint64 window = (gint64) demls_policy (self)->rollback_window_ms * MILLISECOND;
  for (DemlsKept *at = self->current; at && !self->over; at = at->parent)
    if (at->left_at != DEMLS_NEVER && demls_after (at->left_at, window) <= self->now.mono)
      {
        let_go (self, at);
        break;
      }
  for (guint i = self->epochs->len; i-- > 0 && !self->over;)
    {
      DemlsKept *kept = self->epochs->pdata[i];
      if (kept->final && demls_after (kept->left_at, window) <= self->now.mono)
        forget_epoch (self, kept);
    }
}

/* --- choosing (V20, V23, V30) ------------------------------------------------------------------------------------ */

/* From `kept` along the choices to where nothing is chosen. */
static DemlsKept *
end_of_branch (DemlsKept *kept)
{
  while (kept->choice && kept->choice->next)
    kept = kept->choice->next;
  return kept;
}

static void
choose (DemlsRunner *self, DemlsKept *kept, DemlsOffer *offer)
{
  kept->choice = offer;
  kept->choice_since = self->now.mono;
  if (kept->left_at == DEMLS_NEVER)
    kept->left_at = self->now.mono;
  DemlsKept *end = end_of_branch (kept);
  if (end->entered_at == DEMLS_NEVER)
    end->entered_at = self->now.mono;
  make_live (self, end);
  self->current = end;
  self->gone = end->choice != NULL;
  demls_dirty (self, "runner");
  dirty_meta (self, kept);
  dirty_meta (self, end);
}

gboolean
demls_epochs_merge (DemlsRunner *self)
{
  DemlsKept *from = self->current;
  DemlsOffer *best = demls_kept_best (from, FALSE);
  if (!best)
    return FALSE;
  choose (self, from, best);
  demls_arrive (self, from, best, NULL);
  demls_epochs_settle (self);
  return TRUE;
}

/* The oldest epoch of our branch at which another offer now comes first. */
static DemlsKept *
find_change (const DemlsRunner *self)
{
  DemlsKept *change = NULL;
  for (DemlsKept *at = self->current; at; at = at->parent)
    if (at->choice && demls_kept_best (at, FALSE) != at->choice)
      change = at;
  return change;
}

static void
go_back (DemlsRunner *self, DemlsKept *kept)
{
  DemlsKept *left = self->current;
  DemlsOffer *best = demls_kept_best (kept, FALSE);
  choose (self, kept, best);
  demls_arrive (self, kept, best, left);
}

/* With 64 kept, only what is final is merged (V23). */
static gboolean
must_merge_final (const DemlsRunner *self)
{
  const DemlsOffer *best = self->current->choice ? NULL : demls_kept_best (self->current, FALSE);
  return best && demls_epochs_kept (self) >= DEMLS_KEPT_EPOCHS
         && demls_seals_final (self->current->seals, demls_offer_hash (best));
}

void
demls_epochs_settle (DemlsRunner *self)
{
  if (!self->current || self->over)
    return;
  DemlsKept *change = find_change (self);
  if (change)
    {
      go_back (self, change);
      demls_epochs_settle (self);
      return;
    }
  for (DemlsKept *at = self->current; at; at = at->parent)
    if (at->choice && demls_seals_final (at->seals, demls_offer_hash (at->choice)))
      {
        let_go (self, at);
        break;
      }
  if (!self->over && must_merge_final (self))
    demls_epochs_merge (self);
}
