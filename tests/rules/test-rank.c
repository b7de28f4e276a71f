/* test-rank.c - rules/rank.h: V19 and V30 are total orders, whatever order the candidates come in.
 */
#include <string.h>

#include "../lib/run.h"
#include "rules/rank.h"

static DemlsRank
rank (guint refresh, guint removes, guint actions, guint distance, guint committer, guint hash)
{
  DemlsRank self = { .is_refresh = refresh != 0, .removes = removes, .actions = actions, .distance = distance };
  memset (self.committer, (int) committer, sizeof self.committer);
  memset (self.hash, (int) hash, sizeof self.hash);
  return self;
}

START_TEST (each_step_decides_in_turn)
{
  /* best first; each is worse than the one before in the first respect that differs, and better in all later ones */
  const DemlsRank order[] = {
    rank (0, 2, 1, 9, 9, 9),           rank (0, 1, 9, 9, 9, 9),
    rank (0, 1, 8, 0, 9, 9),           rank (0, 1, 8, 1, 1, 9),
    rank (0, 1, 8, 1, 2, 1),           rank (0, 1, 8, 1, 2, 2),
    rank (0, 0, 9, 0, 0, 0),           rank (0, 0, 0, DEMLS_ALIVE_EPOCHS, 0, 0),
    rank (0, 0, 0, G_MAXUINT32, 0, 0), rank (1, 9, 9, 0, 0, 0),
    rank (1, 0, 1, G_MAXUINT32, 0, 0),
  };
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    for (guint j = 0; j < G_N_ELEMENTS (order); j++)
      {
        int found = demls_rank_compare (&order[i], &order[j]);
        ck_assert_int_eq ((found > 0) - (found < 0), (i > j) - (i < j));
      }
}
END_TEST

START_TEST (seals_come_before_rank)
{
  const DemlsRank good = rank (0, 1, 9, 0, 1, 1), bad = rank (1, 0, 1, 7, 2, 2);
  const DemlsContender order[] = {
    { &bad, 4, TRUE }, { &bad, 5, FALSE }, { &good, 3, FALSE }, { &bad, 3, FALSE }, { &good, 0, FALSE }
  };
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    for (guint j = 0; j < G_N_ELEMENTS (order); j++)
      {
        int found = demls_contender_compare (&order[i], &order[j]);
        ck_assert_int_eq ((found > 0) - (found < 0), (i > j) - (i < j));
      }
}
END_TEST

static char *
sorted (const DemlsContender *contenders, const guint *permutation, guint n)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (DemlsContender));
  for (guint i = 0; i < n; i++)
    g_array_append_val (all, contenders[permutation[i]]);
  demls_contenders_sort (all);
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < all->len; i++)
    g_string_append_printf (out, "%02x ", g_array_index (all, DemlsContender, i).rank->hash[0]);
  return g_string_free (out, FALSE);
}

static guint
permute (const DemlsContender *contenders, guint *permutation, guint fixed, guint n, char **first)
{
  if (fixed == n)
    {
      g_autofree char *found = sorted (contenders, permutation, n);
      if (!*first)
        *first = g_strdup (found);
      ck_assert_str_eq (found, *first);
      return 1;
    }
  guint count = 0;
  for (guint i = fixed; i < n; i++)
    {
      guint other = permutation[i];
      permutation[i] = permutation[fixed];
      permutation[fixed] = other;
      count += permute (contenders, permutation, fixed + 1, n, first);
      permutation[fixed] = permutation[i];
      permutation[i] = other;
    }
  return count;
}

/* All orders of arrival give one order, with equivocation (three of one committer, two of another) and a copy. */
START_TEST (all_permutations_agree)
{
  const DemlsRank ranks[] = {
    rank (0, 1, 3, 1, 1, 0x11), rank (0, 2, 3, 1, 1, 0x12), rank (0, 0, 1, 1, 1, 0x13), rank (0, 0, 5, 0, 2, 0x21),
    rank (0, 0, 6, 0, 2, 0x22), rank (0, 0, 5, 2, 3, 0x31), rank (1, 0, 1, 3, 4, 0x41),
  };
  const DemlsContender contenders[] = {
    { &ranks[0], 1, FALSE }, { &ranks[1], 0, FALSE }, { &ranks[2], 1, FALSE }, { &ranks[3], 0, FALSE },
    { &ranks[4], 0, FALSE }, { &ranks[5], 0, FALSE }, { &ranks[6], 0, FALSE }, { &ranks[5], 0, FALSE },
  };
  guint permutation[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
  g_autofree char *first = NULL;
  ck_assert_uint_eq (permute (contenders, permutation, 0, 8, &first), 40320);
  ck_assert_str_eq (first, "11 21 31 41 ");
}
END_TEST

/* A stream of equivocations does not lift its author: of one member's candidates only one takes part. */
START_TEST (equivocation_gains_nothing)
{
  const DemlsRank honest = rank (0, 0, 2, 1, 2, 0x20), low = rank (0, 0, 1, 0, 1, 0x01),
                  high = rank (0, 0, 9, 0, 1, 0x02);
  const DemlsContender contenders[] = { { &honest, 0, FALSE }, { &low, 0, FALSE }, { &high, 0, FALSE } };
  const guint order[] = { 2, 1, 0 };
  g_autofree char *found = sorted (contenders, order, 3);
  ck_assert_str_eq (found, "20 01 ");
  const DemlsContender sealed[] = { { &honest, 0, FALSE }, { &low, 0, FALSE }, { &high, 1, FALSE } };
  g_autofree char *with_seal = sorted (sealed, order, 3);
  ck_assert_str_eq (with_seal, "02 20 ");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { each_step_decides_in_turn, seals_come_before_rank, all_permutations_agree,
                                 equivocation_gains_nothing };
  return run_tests ("rules/rank", tests, G_N_ELEMENTS (tests));
}
