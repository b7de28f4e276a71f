#include "session/arrive.h"

#include "session/freeze.h"
#include "session/leave.h"
#include "session/recovery.h"
#include "session/recv.h"
#include "session/rejoin.h"
#include "session/runner-private.h"

/* --- what the user reads ----------------------------------------------------------------------------------------- */

static void
emit_applied (DemlsRunner *self, const DemlsKept *kept, const DemlsOffer *offer)
{
  DemlsEvent *event = demls_emit (self, DEMLS_EVENT_COMMIT_APPLIED);
  event->epoch = demls_kept_number (kept) + 1;
  event->member = span_dup (demls_offer_committer (offer));
  event->own = offer->removes_us || offer->own;
  event->actions = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_action_free);
  for (guint i = 0; i < offer->candidate->mandates->len; i++)
    {
      const DemlsRequest *request = ((const DemlsMandate *) offer->candidate->mandates->pdata[i])->request;
      g_autoptr (GBytes) target = request->target.len > 0 ? span_dup (request->target) : NULL;
      g_ptr_array_add (event->actions, demls_action_new (demls_kind_number (request->kind), target));
    }
}

/* Who is in one of the two epochs only. */
static void
add_difference (GPtrArray *members, const DemlsEpoch *in, const DemlsEpoch *not_in)
{
  for (guint32 i = 0; i < in->roster->members.n; i++)
    if (!demls_epoch_has (not_in, in->roster->members.ids[i]))
      g_ptr_array_add (members, span_dup (in->roster->members.ids[i]));
}

static void
emit_rolled_back (DemlsRunner *self, const DemlsKept *kept, const DemlsKept *left)
{
  DemlsEvent *event = demls_emit (self, DEMLS_EVENT_ROLLED_BACK);
  event->epoch = demls_kept_number (kept);
  event->members = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  add_difference (event->members, self->current->epoch, left->epoch);
  add_difference (event->members, left->epoch, self->current->epoch);
}

static void
emit_stewards (DemlsRunner *self, const DemlsEpoch *before)
{
  const DemlsEpoch *now = self->current->epoch;
  if (now->stewards->everybody || demls_steward_list_equal (before->governance->stewards, now->governance->stewards))
    return;
  DemlsEvent *event = demls_emit (self, DEMLS_EVENT_STEWARDS_CHANGED);
  event->epoch = now->number;
  event->members = demls_runner_stewards (self);
}

static void
emit_rejoined (DemlsRunner *self, const DemlsOffer *offer)
{
  for (guint i = 0; i < offer->candidate->mandates->len; i++)
    {
      const DemlsRequest *request = ((const DemlsMandate *) offer->candidate->mandates->pdata[i])->request;
      gboolean own = demls_is_me (self, request->target);
      if (request->kind != DEMLS_KIND_REJOIN || (own && demls_rejoin_is_wished (self, offer)))
        continue;
      DemlsEvent *event = demls_emit (self, DEMLS_EVENT_REJOINED);
      event->member = span_dup (request->target);
      event->own = own;
    }
}

/* --- own chat (V24) ---------------------------------------------------------------------------------------------- */

static gboolean
all_were_members (const DemlsEpoch *now, const DemlsEpoch *then)
{
  for (guint32 i = 0; i < now->roster->members.n; i++)
    if (!demls_epoch_has (then, now->roster->members.ids[i]))
      return FALSE;
  return TRUE;
}

static void
return_saying (DemlsRunner *self, const DemlsSaying *saying)
{
  DemlsEvent *event = demls_emit (self, DEMLS_EVENT_MESSAGE_RETURNED);
  event->text = g_strdup (saying->text);
  event->message_id = g_bytes_ref (saying->message_id);
  demls_sayings_drop (self, saying);
}

void
demls_arrive_say_again (DemlsRunner *self, DemlsSaying *saying, const DemlsEpoch *then, const DemlsEpoch *now)
{
  if (all_were_members (now, then))
    demls_saying_unsend (self, saying);
  else
    return_saying (self, saying);
}

/* Own chat of epochs that are not on our branch any more: again if nobody new would read it, else its author is
 * asked. */
static void
take_back_sayings (DemlsRunner *self)
{
  for (guint i = self->sayings->len; i-- > 0;)
    {
      DemlsSaying *saying = self->sayings->pdata[i];
      const DemlsKept *kept = saying->sent ? demls_epochs_find (self, SPAN_OF (saying->epoch_id)) : NULL;
      if (!kept || kept->final || demls_epochs_is_ours (self, kept))
        continue;
      demls_arrive_say_again (self, saying, kept->epoch, self->current->epoch);
    }
}

/* --- bookkeeping ------------------------------------------------------------------------------------------------- */

/* G62: nobody who is in needs to ask; who was removed asks anew. */
static void
tidy_applicants (DemlsRunner *self, const DemlsOffer *offer)
{
  for (guint i = 0; i < offer->candidate->mandates->len; i++)
    {
      const DemlsRequest *request = ((const DemlsMandate *) offer->candidate->mandates->pdata[i])->request;
      if (request->package)
        demls_burn (self, span_bytes (request->package->encoded));
      if (demls_kind_adds (request->kind) || demls_kind_removes (request->kind))
        demls_applicants_drop (self, request->target);
    }
}

static gboolean
adds_somebody (const DemlsOffer *offer)
{
  for (guint i = 0; i < offer->candidate->mandates->len; i++)
    if (demls_kind_adds (((const DemlsMandate *) offer->candidate->mandates->pdata[i])->request->kind))
      return TRUE;
  return FALSE;
}

/* The rest, whichever way we came. */
static void
settle_in (DemlsRunner *self)
{
  self->election_base = self->now.mono;
  demls_peer_scores_follow (self->scores, &self->current->epoch->roster->members);
  demls_state_settle (self);
  demls_voting_epoch_changed (self);
  demls_leave_again (self);
  demls_recv_try_held (self);
  demls_freeze_look (self);
}

void
demls_arrive (DemlsRunner *self, DemlsKept *kept, DemlsOffer *offer, DemlsKept *left)
{
  if (left)
    emit_rolled_back (self, kept, left);
  emit_applied (self, kept, offer);
  emit_rejoined (self, offer);
  tidy_applicants (self, offer);
  demls_recovery_merged (self, kept, offer);
  if (self->gone)
    {
      demls_state_settle (self);
      demls_rejoin_replaced (self, offer);
      if (left)
        demls_voting_epoch_changed (self); /* counts are of other members now */
      return;
    }
  if (offer->candidate->welcome)
    demls_welcome_keep (self, offer);
  emit_stewards (self, left ? left->epoch : kept->epoch);
  if (left)
    take_back_sayings (self);
  /* what follows may let go of the offer */
  gboolean again = left || adds_somebody (offer);
  demls_rejoin_replaced (self, offer);
  settle_in (self); /* what was held may make the choice final */
  if (again)
    demls_voting_send_again (self, left != NULL);
}

void
demls_arrive_joined (DemlsRunner *self)
{
  settle_in (self);
}

void
demls_arrive_moved (DemlsRunner *self, DemlsKept *left)
{
  emit_rolled_back (self, self->current, left);
  take_back_sayings (self);
  settle_in (self);
}
