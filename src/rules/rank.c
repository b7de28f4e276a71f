#include "rules/rank.h"

/* < 0 if the larger number is a's: more is better. */
static int
more_first (guint32 a, guint32 b)
{
  return (a < b) - (a > b);
}

static int
less_first (guint32 a, guint32 b)
{
  return (a > b) - (a < b);
}

int
demls_rank_compare (const DemlsRank *a, const DemlsRank *b)
{
  int order = (a->is_refresh != FALSE) - (b->is_refresh != FALSE);
  if (order == 0)
    order = more_first (a->removes, b->removes);
  if (order == 0)
    order = more_first (a->actions, b->actions);
  if (order == 0)
    order = less_first (a->distance, b->distance);
  if (order == 0)
    order = span_compare (SPAN_OF (a->committer), SPAN_OF (b->committer));
  if (order == 0)
    order = span_compare (SPAN_OF (a->hash), SPAN_OF (b->hash));
  return order;
}

int
demls_contender_compare (const DemlsContender *a, const DemlsContender *b)
{
  int order = (b->is_final != FALSE) - (a->is_final != FALSE);
  if (order == 0)
    order = more_first (a->seals, b->seals);
  return order != 0 ? order : demls_rank_compare (a->rank, b->rank);
}

/* Among the candidates of one member: does `a` count rather than `b`? */
static gboolean
stands_before (const DemlsContender *a, const DemlsContender *b)
{
  int order = more_first (a->seals, b->seals);
  return (order != 0 ? order : span_compare (SPAN_OF (a->rank->hash), SPAN_OF (b->rank->hash))) < 0;
}

static gboolean
is_displaced (const GArray *contenders, guint which)
{
  const DemlsContender *self = &g_array_index (contenders, DemlsContender, which);
  for (guint i = 0; i < contenders->len; i++)
    {
      const DemlsContender *other = &g_array_index (contenders, DemlsContender, i);
      if (i == which || !span_equal (SPAN_OF (other->rank->committer), SPAN_OF (self->rank->committer)))
        continue;
      /* the same commit twice: the first copy stays */
      gboolean same = span_equal (SPAN_OF (other->rank->hash), SPAN_OF (self->rank->hash));
      if (same ? i < which : stands_before (other, self))
        return TRUE;
    }
  return FALSE;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return demls_contender_compare (a, b);
}

void
demls_contenders_sort (GArray *contenders)
{
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (DemlsContender));
  for (guint i = 0; i < contenders->len; i++)
    if (!is_displaced (contenders, i))
      g_array_append_val (kept, g_array_index (contenders, DemlsContender, i));
  g_array_sort (kept, compare);
  g_array_set_size (contenders, 0);
  g_array_append_vals (contenders, kept->data, kept->len);
}
