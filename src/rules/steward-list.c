#include "rules/steward-list.h"

#include <string.h>

#include "base/writer.h"
#include "crypto/hash.h"

typedef struct {
  guint8 hash[32];
  Span id;
} Drawn;

static int
compare_drawn (gconstpointer a, gconstpointer b)
{
  const Drawn *first = a, *second = b;
  int order = memcmp (first->hash, second->hash, sizeof first->hash);
  return order != 0 ? order : span_compare (first->id, second->id);
}

static GArray *
draw (guint64 epoch, guint32 round, const ConsensusRoster *members, Span conversation_id)
{
  GArray *drawn = g_array_sized_new (FALSE, FALSE, sizeof (Drawn), members->n);
  g_auto (Writer) w = WRITER_INIT;
  for (guint32 i = 0; i < members->n; i++)
    {
      Drawn one = { .id = members->ids[i] };
      writer_clear (&w);
      writer_u64 (&w, epoch);
      writer_u32 (&w, round);
      writer_raw (&w, one.id);
      writer_raw (&w, conversation_id);
      hash_sha256 (writer_span (&w), one.hash);
      g_array_append_val (drawn, one);
    }
  g_array_sort (drawn, compare_drawn);
  return drawn;
}

static GPtrArray *
ids_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}

static gint
index_of (const GPtrArray *ids, Span id)
{
  for (guint i = 0; i < ids->len; i++)
    if (span_equal (span_bytes (g_ptr_array_index (ids, i)), id))
      return (gint) i;
  return -1;
}

DemlsStewardList *
demls_steward_list_empty (void)
{
  DemlsStewardList *self = g_new0 (DemlsStewardList, 1);
  self->members = ids_new ();
  return self;
}

DemlsStewardList *
demls_steward_list_generate (guint64 epoch, guint32 round, const ConsensusRoster *members, guint32 size,
                             Span conversation_id)
{
  DemlsStewardList *self = demls_steward_list_empty ();
  self->election_epoch = epoch;
  self->retry_round = round;
  g_autoptr (GArray) drawn = draw (epoch, round, members, conversation_id);
  for (guint32 i = 0; i < MIN (size, drawn->len); i++)
    g_ptr_array_add (self->members, span_dup (g_array_index (drawn, Drawn, i).id));
  return self;
}

DemlsStewardList *
demls_steward_list_copy (const DemlsStewardList *self)
{
  DemlsStewardList *copy = demls_steward_list_empty ();
  copy->election_epoch = self->election_epoch;
  copy->retry_round = self->retry_round;
  for (guint i = 0; i < self->members->len; i++)
    g_ptr_array_add (copy->members, g_bytes_ref (g_ptr_array_index (self->members, i)));
  return copy;
}

void
demls_steward_list_free (DemlsStewardList *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->members);
  g_free (self);
}

guint32
demls_steward_list_size (const DemlsPolicy *policy, guint32 m)
{
  return m < policy->sn_min ? m : MIN (policy->sn_max, m);
}

gint
demls_steward_list_index (const DemlsStewardList *self, Span id)
{
  return index_of (self->members, id);
}

gboolean
demls_steward_list_is_exhausted (const DemlsStewardList *self, guint64 epoch)
{
  return epoch < self->election_epoch || epoch - self->election_epoch >= self->members->len;
}

gboolean
demls_steward_list_equal (const DemlsStewardList *a, const DemlsStewardList *b)
{
  if (a->election_epoch != b->election_epoch || a->retry_round != b->retry_round || a->members->len != b->members->len)
    return FALSE;
  for (guint i = 0; i < a->members->len; i++)
    if (!g_bytes_equal (g_ptr_array_index (a->members, i), g_ptr_array_index (b->members, i)))
      return FALSE;
  return TRUE;
}

/* V21: who is no steward takes a turn after all stewards, in the order of generate (e, 0, all, n). */
static void
line_up_others (DemlsStewards *self, guint64 epoch, const ConsensusRoster *members, Span conversation_id)
{
  if (self->everybody)
    return;
  g_autoptr (GArray) drawn = draw (epoch, 0, members, conversation_id);
  for (guint i = 0; i < drawn->len; i++)
    {
      Span id = g_array_index (drawn, Drawn, i).id;
      if (index_of (self->members, id) < 0)
        g_ptr_array_add (self->others, span_dup (id));
    }
}

DemlsStewards *
demls_stewards_in_force (const DemlsStewardList *stored, const DemlsPolicy *policy, guint64 epoch,
                         const ConsensusRoster *members, Span conversation_id)
{
  DemlsStewards *self = g_new0 (DemlsStewards, 1);
  self->others = ids_new ();
  self->everybody = members->n <= policy->sn_max;
  if (self->everybody)
    {
      g_autoptr (DemlsStewardList) all = demls_steward_list_generate (epoch, 0, members, members->n, conversation_id);
      self->members = g_ptr_array_ref (all->members);
      return self;
    }
  self->members = ids_new ();
  for (guint i = 0; i < stored->members->len; i++)
    {
      GBytes *id = g_ptr_array_index (stored->members, i);
      if (consensus_roster_has (members, span_bytes (id)))
        g_ptr_array_add (self->members, g_bytes_ref (id));
    }
  self->election_due = demls_steward_list_is_exhausted (stored, epoch);
  if (!self->election_due && self->members->len > 0)
    self->first = (guint32) ((epoch - stored->election_epoch) % self->members->len);
  line_up_others (self, epoch, members, conversation_id);
  return self;
}

void
demls_stewards_free (DemlsStewards *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->members);
  g_ptr_array_unref (self->others);
  g_free (self);
}

guint32
demls_stewards_size (const DemlsStewards *self)
{
  return self->members->len;
}

guint32
demls_stewards_distance (const DemlsStewards *self, Span id)
{
  gint place = index_of (self->members, id);
  if (place < 0)
    return DEMLS_NO_STEWARD;
  return ((guint32) place + self->members->len - self->first) % self->members->len;
}

Span
demls_stewards_at (const DemlsStewards *self, guint32 distance)
{
  if (distance >= self->members->len)
    return SPAN_EMPTY;
  return span_bytes (g_ptr_array_index (self->members, (self->first + distance) % self->members->len));
}

guint32
demls_stewards_turn (const DemlsStewards *self, Span id)
{
  guint32 distance = demls_stewards_distance (self, id);
  if (distance != DEMLS_NO_STEWARD)
    return distance;
  gint place = index_of (self->others, id);
  return place < 0 ? DEMLS_NO_STEWARD : self->members->len + (guint32) place;
}
