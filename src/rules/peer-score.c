#include "rules/peer-score.h"

#include <string.h>

typedef struct {
  guint8 id[DEMLS_MEMBER_ID_SIZE];
  gint64 score;
} Entry;

struct _DemlsPeerScores {
  GArray *entries; /* of Entry, ascending id */
};

DemlsPeerScores *
demls_peer_scores_new (void)
{
  DemlsPeerScores *self = g_new0 (DemlsPeerScores, 1);
  self->entries = g_array_new (FALSE, TRUE, sizeof (Entry));
  return self;
}

void
demls_peer_scores_free (DemlsPeerScores *self)
{
  if (!self)
    return;
  g_array_unref (self->entries);
  g_free (self);
}

static Entry *
find (const DemlsPeerScores *self, Span id)
{
  guint low = 0, high = self->entries->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      Entry *entry = &g_array_index (self->entries, Entry, middle);
      int order = span_compare (SPAN_OF (entry->id), id);
      if (order == 0)
        return entry;
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

void
demls_peer_scores_follow (DemlsPeerScores *self, const ConsensusRoster *members)
{
  GArray *next = g_array_sized_new (FALSE, TRUE, sizeof (Entry), members->n);
  for (guint32 i = 0; i < members->n; i++)
    {
      g_return_if_fail (members->ids[i].len == DEMLS_MEMBER_ID_SIZE);
      const Entry *known = find (self, members->ids[i]);
      Entry entry = { .score = known ? known->score : DEMLS_SCORE_DEFAULT };
      memcpy (entry.id, members->ids[i].data, sizeof entry.id);
      g_array_append_val (next, entry);
    }
  g_array_unref (self->entries);
  self->entries = next;
}

gint64
demls_score_delta (DemlsScoreEvent event)
{
  static const gint8 deltas[] = {
    [DEMLS_SCORE_BROKEN_COMMIT] = -50,         [DEMLS_SCORE_BROKEN_MLS_PROPOSAL] = -30,
    [DEMLS_SCORE_CENSORSHIP_INACTIVITY] = -40, [DEMLS_SCORE_MISBEHAVING_COMMIT] = -10,
    [DEMLS_SCORE_DOUBLE_VOTE] = -30,           [DEMLS_SCORE_DOUBLE_SEAL] = -50,
    [DEMLS_SCORE_SUCCESSFUL_COMMIT] = 10,      [DEMLS_SCORE_HONEST_ATTEMPT] = 5,
    [DEMLS_SCORE_EMERGENCY_ACCEPTED] = 20,     [DEMLS_SCORE_EMERGENCY_REJECTED] = -50,
  };
  return deltas[event];
}

gboolean
demls_score_of_violation (DemlsViolation type, DemlsScoreEvent *out)
{
  switch ((int) type)
    {
    case DEMLS_VIOLATION (BROKEN_COMMIT):
      *out = DEMLS_SCORE_BROKEN_COMMIT;
      return TRUE;
    case DEMLS_VIOLATION (BROKEN_MLS_PROPOSAL):
      *out = DEMLS_SCORE_BROKEN_MLS_PROPOSAL;
      return TRUE;
    case DEMLS_VIOLATION (CENSORSHIP_INACTIVITY):
      *out = DEMLS_SCORE_CENSORSHIP_INACTIVITY;
      return TRUE;
    case DEMLS_VIOLATION (MISBEHAVING_COMMIT):
      *out = DEMLS_SCORE_MISBEHAVING_COMMIT;
      return TRUE;
    default:
      return FALSE;
    }
}

static gint64
add (gint64 score, gint64 delta)
{
  if (delta < 0)
    return score < G_MININT64 - delta ? G_MININT64 : score + delta;
  return score > G_MAXINT64 - delta ? G_MAXINT64 : score + delta;
}

void
demls_peer_scores_apply (DemlsPeerScores *self, Span member_id, DemlsScoreEvent event)
{
  Entry *entry = find (self, member_id);
  if (entry)
    entry->score = add (entry->score, demls_score_delta (event));
}

gboolean
demls_peer_scores_get (const DemlsPeerScores *self, Span member_id, gint64 *out)
{
  const Entry *entry = find (self, member_id);
  if (entry)
    *out = entry->score;
  return entry != NULL;
}

GArray *
demls_peer_scores_removable (const DemlsPeerScores *self, gint64 threshold)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (Span));
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = &g_array_index (self->entries, Entry, i);
      Span id = SPAN_OF (entry->id);
      if (entry->score <= threshold)
        g_array_append_val (found, id);
    }
  return found;
}

void
demls_score_evidence (gint64 score, guint8 out[8])
{
  for (guint i = 0; i < 8; i++)
    out[i] = (guint8) ((guint64) score >> (8 * i));
}

void
demls_peer_scores_save (const DemlsPeerScores *self, Writer *writer)
{
  gsize block = writer_open (writer);
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = &g_array_index (self->entries, Entry, i);
      writer_raw (writer, SPAN_OF (entry->id));
      writer_u64 (writer, (guint64) entry->score);
    }
  writer_close (writer, block);
}

DemlsPeerScores *
demls_peer_scores_restore (Reader *reader)
{
  g_autoptr (DemlsPeerScores) self = demls_peer_scores_new ();
  Reader entries = reader_open (reader);
  while (reader_more (&entries))
    {
      Span id = reader_raw (&entries, DEMLS_MEMBER_ID_SIZE);
      Entry entry = { .score = (gint64) reader_u64 (&entries) };
      guint n = self->entries->len;
      if (!entries.failed && n > 0 && span_compare (SPAN_OF (g_array_index (self->entries, Entry, n - 1).id), id) >= 0)
        reader_fail (&entries);
      if (entries.failed)
        break;
      memcpy (entry.id, id.data, sizeof entry.id);
      g_array_append_val (self->entries, entry);
    }
  reader_close (reader, &entries);
  return reader->failed ? NULL : g_steal_pointer (&self);
}
