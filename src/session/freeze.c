#include "session/freeze.h"

#include "session/recovery.h"
#include "session/runner-private.h"
#include "session/steward.h"

static gboolean
may_begin (const DemlsRunner *self)
{
  return (self->state == DEMLS_STATE_WORKING || self->state == DEMLS_STATE_REELECTION) && self->current && !self->gone
         && demls_epochs_kept (self) < DEMLS_KEPT_EPOCHS;
}

static void
emit_progress (DemlsRunner *self)
{
  DemlsEvent *event = demls_emit (self, DEMLS_EVENT_FREEZE_PROGRESS);
  event->epoch = demls_kept_number (self->current);
  event->received = self->current->offers->len;
  event->expected = demls_stewards_size (self->current->epoch->stewards);
}

void
demls_freeze_begin (DemlsRunner *self, gboolean build)
{
  if (!may_begin (self) || (build && !demls_steward_can_build (self)))
    return;
  demls_state_enter (self, DEMLS_STATE_FREEZING);
  guint before = self->current->offers->len;
  if (build)
    demls_steward_build (self);
  if (self->current->offers->len > before)
    emit_progress (self);
}

/* Is this a passed action that some candidate could carry? Others' refreshes stand alone (V15). */
static gboolean
is_wanted (const DemlsMatter *matter)
{
  DemlsKind kind = matter->request->kind;
  return demls_matter_is_work (matter) && demls_kind_is_action (kind) && kind != DEMLS_KIND_REFRESH;
}

/* Does it carry every action known here to have passed, or as many as fit? What collides with one that it carries could
 * not stand beside it (V15). */
static gboolean
has_all (const DemlsRunner *self, const DemlsOffer *offer)
{
  if (offer->candidate->mandates->len >= DEMLS_MANDATES_MAX)
    return TRUE;
  for (guint i = 0; i < self->matters->len; i++)
    {
      const DemlsMatter *matter = self->matters->pdata[i];
      if (is_wanted (matter) && demls_candidate_lacks (offer->candidate, matter->request))
        return FALSE;
    }
  return TRUE;
}

static gboolean
some_offer_has_all (const DemlsRunner *self)
{
  for (guint i = 0; i < self->current->offers->len; i++)
    if (has_all (self, self->current->offers->pdata[i]))
      return TRUE;
  return FALSE;
}

void
demls_freeze_look (DemlsRunner *self)
{
  if (!self->current || self->current->offers->len == 0)
    return;
  if (self->state == DEMLS_STATE_FREEZING)
    emit_progress (self);
  if (!may_begin (self))
    return;
  demls_state_enter (self, DEMLS_STATE_FREEZING);
  if (!some_offer_has_all (self) && demls_steward_may_build (self) && !demls_steward_work (self).removes_us)
    demls_steward_build (self);
  emit_progress (self);
}

gboolean
demls_freeze_is_settled (const DemlsRunner *self)
{
  const DemlsKept *current = self->current;
  Span steward = demls_stewards_at (current->epoch->stewards, 0);
  for (guint i = 0; i < current->offers->len; i++)
    {
      const DemlsOffer *offer = current->offers->pdata[i];
      if (!demls_offer_can_be_choice (offer))
        continue;
      if (offer->heard || demls_seals_over_third (current->seals, demls_offer_hash (offer)))
        return TRUE;
      if (span_equal (demls_offer_committer (offer), steward) && has_all (self, offer))
        return TRUE;
    }
  return FALSE;
}

void
demls_freeze_end (DemlsRunner *self)
{
  demls_state_enter (self, DEMLS_STATE_SELECTION);
  if (demls_epochs_merge (self))
    return;
  if (!demls_steward_has_work (self))
    {
      demls_state_enter (self, DEMLS_STATE_WORKING);
      return;
    }
  self->election_base = self->now.mono;
  demls_dirty (self, "runner");
  demls_state_enter (self, DEMLS_STATE_REELECTION);
  demls_recovery_no_commit (self);
}
