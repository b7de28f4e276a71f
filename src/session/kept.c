/* One kept epoch: its offers, their seals, their order (V30). */
#include "session/epochs.h"

#include "session/event.h"

DemlsKept *
demls_kept_new (MlsGroup *group, GError **error)
{
  g_autoptr (MlsGroup) owned = group;
  DemlsEpoch *epoch = demls_epoch_new (group, error);
  if (!epoch)
    return NULL;
  DemlsKept *self = g_new0 (DemlsKept, 1);
  self->group = g_steal_pointer (&owned);
  self->epoch = epoch;
  self->offers = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_offer_free);
  self->seals = demls_seals_new (demls_epoch_sealers (epoch));
  self->entered_at = DEMLS_NEVER;
  self->left_at = DEMLS_NEVER;
  self->welcomed_by = mls_group_welcomed_by (self->group);
  return self;
}

void
demls_kept_free (DemlsKept *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->offers);
  demls_seals_free (self->seals);
  g_clear_pointer (&self->home, g_hash_table_unref);
  demls_epoch_free (self->epoch);
  mls_group_free (self->group);
  g_free (self);
}

void
demls_offer_free (DemlsOffer *self)
{
  demls_candidate_unref (self->candidate);
  g_free (self);
}

Span
demls_offer_hash (const DemlsOffer *self)
{
  return demls_candidate_hash (self->candidate);
}

Span
demls_offer_committer (const DemlsOffer *self)
{
  return SPAN_OF (self->candidate->rank.committer);
}

Span
demls_kept_id (const DemlsKept *self)
{
  return SPAN_OF (self->epoch->id);
}

guint64
demls_kept_number (const DemlsKept *self)
{
  return self->epoch->number;
}

DemlsOffer *
demls_kept_find_offer (const DemlsKept *self, Span hash)
{
  for (guint i = 0; i < self->offers->len; i++)
    {
      DemlsOffer *offer = self->offers->pdata[i];
      if (span_equal (demls_offer_hash (offer), hash))
        return offer;
    }
  return NULL;
}

gboolean
demls_offer_can_be_choice (const DemlsOffer *self)
{
  return self->next != NULL || self->removes_us;
}

DemlsOffer *
demls_kept_best (const DemlsKept *self, gboolean any)
{
  g_autoptr (GArray) contenders = g_array_new (FALSE, FALSE, sizeof (DemlsContender));
  for (guint i = 0; i < self->offers->len; i++)
    {
      const DemlsOffer *offer = self->offers->pdata[i];
      Span hash = demls_offer_hash (offer);
      if (!any && !demls_offer_can_be_choice (offer))
        continue;
      DemlsContender contender = { &offer->candidate->rank, demls_seals_count (self->seals, hash),
                                   demls_seals_final (self->seals, hash) };
      g_array_append_val (contenders, contender);
    }
  demls_contenders_sort (contenders);
  if (contenders->len == 0)
    return NULL;
  return demls_kept_find_offer (self, SPAN_OF (g_array_index (contenders, DemlsContender, 0).rank->hash));
}
