#include "consensus/meter.h"

typedef struct {
  gint64 since;
  guint messages;
  guint proposals;
} Counts;

struct _ConsensusMeter {
  GHashTable *members; /* GBytes -> Counts */
};

static gboolean
is_over (const Counts *counts, gint64 mono)
{
  return mono - counts->since >= (gint64) CONSENSUS_METER_WINDOW_S * G_USEC_PER_SEC;
}

ConsensusMeter *
consensus_meter_new (void)
{
  ConsensusMeter *self = g_new0 (ConsensusMeter, 1);
  self->members = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, g_free);
  return self;
}

void
consensus_meter_free (ConsensusMeter *self)
{
  if (!self)
    return;
  g_hash_table_unref (self->members);
  g_free (self);
}

gboolean
consensus_meter_count (ConsensusMeter *self, Span member, gboolean is_proposal, gint64 mono)
{
  g_autoptr (GBytes) key = span_dup (member);
  Counts *counts = g_hash_table_lookup (self->members, key);
  if (!counts)
    {
      counts = g_new0 (Counts, 1);
      counts->since = mono;
      g_hash_table_insert (self->members, g_steal_pointer (&key), counts);
    }
  else if (is_over (counts, mono))
    *counts = (Counts){ .since = mono };

  if (counts->messages >= CONSENSUS_METER_MESSAGES || (is_proposal && counts->proposals >= CONSENSUS_METER_PROPOSALS))
    return FALSE;
  counts->messages++;
  counts->proposals += is_proposal ? 1 : 0;
  return TRUE;
}

static gboolean
has_ended (gpointer key, gpointer value, gpointer mono)
{
  (void) key;
  return is_over (value, *(const gint64 *) mono);
}

void
consensus_meter_tidy (ConsensusMeter *self, gint64 mono)
{
  g_hash_table_foreach_remove (self->members, has_ended, &mono);
}
