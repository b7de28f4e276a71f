/* test-tally.c - consensus/tally.h: V8-V11 for all vote multisets up to nine members and all orders up to six, and
 * beside them the reference's rule (consensus C60-C67) as a model, to show where the two differ and why.
 */
#include "../lib/run.h"
#include "consensus/tally.h"
#include "silence-tables.h"

#define BOTH (CONSENSUS_BY_VOTES | CONSENSUS_BY_SILENCE)

static ConsensusStanding
tally (guint n, guint yes, guint no, guint witness, guint ways)
{
  ConsensusCount count = { n, yes, no, witness };
  return consensus_tally (&count, ways, FALSE, FALSE);
}

START_TEST (thirds_are_exact)
{
  for (guint32 n = 1; n < 3000; n++)
    {
      guint32 q = consensus_two_thirds (n), t = consensus_over_third (n);
      ck_assert_uint_ge (3 * q, 2 * n);
      ck_assert_uint_lt (3 * (q - 1), 2 * n);
      ck_assert_uint_gt (3 * t, n);
      ck_assert_uint_le (3 * (t - 1), n);
    }
  ck_assert_uint_eq (consensus_two_thirds (G_MAXUINT32), 2863311530u);
}
END_TEST

/* V8, V9, V10 once more, in the words of the text, in arithmetic that does not share a line with tally.c. */
static ConsensusStanding
by_the_words (int n, int yes, int no, int witness)
{
  int q = 0;
  while (3 * q < 2 * n)
    q++;
  if (n <= 2 ? yes == n : yes > n - yes && yes + no >= q)
    return CONSENSUS_PASSED_BY_VOTES;
  if (n >= 3 && yes >= 2 && no <= n - q && witness >= n - q + 1)
    return CONSENSUS_PASSED_BY_SILENCE;
  return (n <= 2 ? no >= 1 : no >= n - no) ? CONSENSUS_LOST : CONSENSUS_OPEN;
}

START_TEST (every_multiset_up_to_nine)
{
  guint cases = 0;
  for (guint n = 1; n <= 9; n++)
    for (guint yes = 0; yes <= n; yes++)
      for (guint no = 0; yes + no <= n; no++)
        for (guint witness = 0; witness <= n; witness++, cases++)
          {
            ConsensusStanding words = by_the_words ((int) n, (int) yes, (int) no, (int) witness);
            ck_assert_msg (tally (n, yes, no, witness, BOTH) == words, "%u: %u %u %u", n, yes, no, witness);
            ConsensusCount count = { n, yes, no, witness };
            /* the three are exclusive, whatever is asked first */
            ck_assert (!(consensus_passed_by_votes (&count) && consensus_voted_down (&count)));
            ck_assert (!(consensus_passed_by_silence (&count) && consensus_voted_down (&count)));
            /* silence never decides what only votes may decide (V8: removals) */
            ck_assert_int_ne (tally (n, yes, no, witness, CONSENSUS_BY_VOTES), CONSENSUS_PASSED_BY_SILENCE);
            /* one yes never passes by silence, and not without a third of the clocks */
            if (yes < 2 || 3 * witness <= n)
              ck_assert (!consensus_passed_by_silence (&count));
          }
  ck_assert_uint_eq (cases, 1704);
}
END_TEST

START_TEST (printed_examples)
{
  static const struct {
    guint n, yes, no, witness;
    ConsensusStanding standing;
  } rows[] = {
    { 1, 1, 0, 0, CONSENSUS_PASSED_BY_VOTES },
    { 1, 0, 0, 0, CONSENSUS_OPEN },
    { 1, 0, 1, 0, CONSENSUS_LOST },
    { 2, 2, 0, 0, CONSENSUS_PASSED_BY_VOTES },
    { 2, 1, 0, 2, CONSENSUS_OPEN }, /* G137 */
    { 2, 1, 1, 0, CONSENSUS_LOST },
    { 3, 2, 0, 0, CONSENSUS_PASSED_BY_VOTES },
    { 3, 1, 1, 0, CONSENSUS_OPEN },
    { 3, 1, 2, 0, CONSENSUS_LOST },
    { 5, 3, 0, 0, CONSENSUS_OPEN },
    { 5, 3, 1, 0, CONSENSUS_PASSED_BY_VOTES },
    { 5, 3, 2, 0, CONSENSUS_PASSED_BY_VOTES },
    { 5, 2, 0, 2, CONSENSUS_PASSED_BY_SILENCE },
    { 5, 2, 0, 1, CONSENSUS_OPEN },
    { 5, 2, 2, 5, CONSENSUS_OPEN },
    { 5, 1, 0, 5, CONSENSUS_OPEN },
    { 4, 2, 2, 4, CONSENSUS_LOST },
    { 6, 3, 3, 0, CONSENSUS_LOST },
    { 6, 4, 0, 0, CONSENSUS_PASSED_BY_VOTES },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    ck_assert_msg (tally (rows[i].n, rows[i].yes, rows[i].no, rows[i].witness, BOTH) == rows[i].standing, "row %u", i);
}
END_TEST

START_TEST (at_once_and_expiry)
{
  ConsensusCount none = { 9, 0, 0, 0 }, lost = { 9, 0, 9, 0 }, won = { 9, 6, 0, 0 };
  ck_assert_int_eq (consensus_tally (&none, CONSENSUS_AT_ONCE, TRUE, TRUE), CONSENSUS_PASSED_AT_ONCE);
  ck_assert_int_eq (consensus_tally (&lost, BOTH | CONSENSUS_AT_ONCE, TRUE, FALSE), CONSENSUS_PASSED_AT_ONCE);
  ck_assert_int_eq (consensus_tally (&none, BOTH, TRUE, FALSE), CONSENSUS_OPEN);
  ck_assert_int_eq (consensus_tally (&none, CONSENSUS_AT_ONCE, FALSE, FALSE), CONSENSUS_OPEN);
  ck_assert_int_eq (consensus_tally (&won, CONSENSUS_AT_ONCE, FALSE, FALSE), CONSENSUS_OPEN);
  ck_assert_int_eq (consensus_tally (&none, BOTH, FALSE, TRUE), CONSENSUS_LOST);
  ck_assert_int_eq (consensus_tally (&won, BOTH, FALSE, TRUE), CONSENSUS_PASSED_BY_VOTES);
  ck_assert (consensus_has_passed (CONSENSUS_PASSED_AT_ONCE) && consensus_has_passed (CONSENSUS_PASSED_BY_SILENCE));
  ck_assert (!consensus_has_passed (CONSENSUS_OPEN) && !consensus_has_passed (CONSENSUS_LOST));
}
END_TEST

START_TEST (witnesses_sign_only_what_silence_may_pass)
{
  for (guint n = 1; n <= 9; n++)
    for (guint yes = 0; yes <= n; yes++)
      for (guint no = 0; yes + no <= n; no++)
        {
          ConsensusCount count = { n, yes, no, 0 };
          gboolean wanted = n >= 3 && no <= n - consensus_two_thirds (n) && !consensus_passed_by_votes (&count);
          ck_assert_int_eq (consensus_may_witness (&count, BOTH), wanted);
          ck_assert (!consensus_may_witness (&count, CONSENSUS_BY_VOTES));
        }
  ConsensusCount passed = { 5, 2, 0, 2 };
  ck_assert (!consensus_may_witness (&passed, BOTH));
}
END_TEST

/* --- order of arrival --------------------------------------------------------------------------------------------- */

/* Delivers `left` votes of each sort in every order and checks that the end is always the same; votes can lose a
 * ballot that silence had passed, but never one that votes had. */
static guint
deliver (ConsensusCount count, const guint left[3], gboolean had_votes, ConsensusStanding end)
{
  had_votes |= consensus_passed_by_votes (&count);
  ConsensusStanding now = consensus_tally (&count, BOTH, FALSE, FALSE);
  if (had_votes)
    ck_assert_int_eq (now, CONSENSUS_PASSED_BY_VOTES);
  if (left[0] + left[1] + left[2] == 0)
    {
      ck_assert_int_eq (now, end);
      return 1;
    }
  guint orders = 0;
  for (guint sort = 0; sort < 3; sort++)
    {
      if (left[sort] == 0)
        continue;
      ConsensusCount next = count;
      guint rest[3] = { left[0], left[1], left[2] };
      rest[sort]--;
      next.yes += sort == 0;
      next.no += sort == 1;
      next.witness += sort == 2;
      orders += deliver (next, rest, had_votes, end);
    }
  return orders;
}

START_TEST (every_order_up_to_six)
{
  guint orders = 0, most = run_rounds (6) < 6 ? 4 : 6;
  for (guint n = 1; n <= most; n++)
    for (guint yes = 0; yes <= n; yes++)
      for (guint no = 0; yes + no <= n; no++)
        for (guint witness = 0; witness <= n; witness++)
          {
            guint left[3] = { yes, no, witness };
            orders += deliver ((ConsensusCount){ .n = n }, left, FALSE, tally (n, yes, no, witness, BOTH));
          }
  ck_assert_uint_gt (orders, 1000);
}
END_TEST

/* --- the reference's rule, as a model ----------------------------------------------------------------------------- */

/* C62 (eager) and C67: 'Y', 'N' or '.'. */
static char
reference (guint n, guint yes, guint no, gboolean silence_is_yes, gboolean timeout, gboolean eager)
{
  guint total = yes + no, silent = n - total, q = consensus_two_thirds (n);
  if (n <= 2)
    return total < n ? '.' : yes == n ? 'Y' : 'N';
  if (!timeout && total < q)
    return '.';
  gboolean weigh = timeout || eager;
  guint for_it = yes + (weigh && silence_is_yes ? silent : 0), against = no + (weigh && !silence_is_yes ? silent : 0);
  if (for_it >= q && for_it > against)
    return 'Y';
  if (against >= q && against > for_it)
    return 'N';
  return total == n && for_it == against ? (silence_is_yes ? 'Y' : 'N') : '.';
}

START_TEST (model_gives_the_printed_tables)
{
  ck_assert_uint_eq (G_N_ELEMENTS (silence_rows), 157);
  for (guint i = 0; i < G_N_ELEMENTS (silence_rows); i++)
    {
      const SilenceRow *row = &silence_rows[i];
      const char computed[7] = { reference (row->n, row->yes, row->no, TRUE, FALSE, TRUE),
                                 reference (row->n, row->yes, row->no, TRUE, TRUE, TRUE),
                                 reference (row->n, row->yes, row->no, FALSE, FALSE, TRUE),
                                 reference (row->n, row->yes, row->no, FALSE, TRUE, TRUE),
                                 reference (row->n, row->yes, row->no, TRUE, FALSE, FALSE),
                                 reference (row->n, row->yes, row->no, FALSE, FALSE, FALSE),
                                 0 };
      ck_assert_msg (g_str_equal (computed, row->result), "%u: %u/%u: %s, printed %s", row->n, row->yes, row->no,
                     computed, row->result);
    }
}
END_TEST

/* Which outcomes some order of the same complete set of votes can reach: bit 0 yes, 1 no, 2 failed. */
static guint
reachable (guint n, guint yes, guint no, gboolean silence_is_yes, gboolean eager)
{
  enum { MOST = 41 };
  static gboolean open[MOST][MOST];
  guint outcomes = 0;
  for (guint y = 0; y <= yes; y++)
    for (guint m = 0; m <= no; m++)
      {
        open[y][m] = (y == 0 && m == 0) || (y > 0 && open[y - 1][m]) || (m > 0 && open[y][m - 1]);
        char now = reference (n, y, m, silence_is_yes, FALSE, eager);
        if (!open[y][m] || now == '.')
          continue;
        outcomes |= now == 'Y' ? 1 : 2;
        open[y][m] = FALSE;
      }
  if (open[yes][no])
    {
      char end = reference (n, yes, no, silence_is_yes, TRUE, eager);
      outcomes |= end == 'Y' ? 1 : end == 'N' ? 2 : 4;
    }
  return outcomes;
}

START_TEST (model_depends_on_order_as_printed)
{
  guint cases = 0, dependent = 0, repaired = 0, incompatible = 0;
  for (guint n = 1; n <= 40; n++)
    for (guint yes = 0; yes <= n; yes++)
      for (guint no = 0; yes + no <= n; no++)
        for (guint silence = 0; silence <= 1; silence++, cases++)
          {
            guint eager = reachable (n, yes, no, silence != 0, TRUE);
            guint patient = reachable (n, yes, no, silence != 0, FALSE);
            dependent += (eager & (eager - 1)) != 0;
            repaired += (patient & (patient - 1)) != 0;
            incompatible += (patient & ~eager) != 0;
          }
  ck_assert_uint_eq (cases, 24680);                       /* C66 */
  ck_assert_uint_eq (dependent, 2510);                    /* C66 */
  ck_assert_uint_eq (repaired, 0);                        /* C67 */
  ck_assert_uint_eq (incompatible, 0);                    /* C67 */
  ck_assert_uint_eq (reachable (3, 1, 2, TRUE, TRUE), 3); /* C66's example: YES or NO */
}
END_TEST

/* Where the rule in force differs from C67. */
START_TEST (mandates_differ_from_the_model_on_purpose)
{
  /* 3 of 5 with everybody voting: two thirds of all were needed (C64), now a majority among two thirds (V8). */
  ck_assert_int_eq (reference (5, 3, 2, TRUE, TRUE, FALSE), '.');
  ck_assert_int_eq (tally (5, 3, 2, 0, BOTH), CONSENSUS_PASSED_BY_VOTES);
  /* Silence alone passed everything, even a removal against a no (C65); now never without two yes and witnesses. */
  ck_assert_int_eq (reference (3, 0, 1, TRUE, TRUE, FALSE), 'Y');
  ck_assert_int_eq (tally (3, 0, 1, 3, BOTH), CONSENSUS_OPEN);
  /* An even split fell to whatever silence counts as; now it is lost (V10). */
  ck_assert_int_eq (reference (4, 2, 2, TRUE, FALSE, FALSE), 'Y');
  ck_assert_int_eq (tally (4, 2, 2, 0, BOTH), CONSENSUS_LOST);
  /* What passed by votes in C67 before its timeout passes by votes in V8 as well: nothing was made harder for people
   * who vote. */
  for (guint n = 1; n <= 40; n++)
    for (guint yes = 0; yes <= n; yes++)
      for (guint no = 0; yes + no <= n; no++)
        if (reference (n, yes, no, FALSE, FALSE, FALSE) == 'Y')
          ck_assert_int_eq (tally (n, yes, no, 0, BOTH), CONSENSUS_PASSED_BY_VOTES);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    thirds_are_exact,
    every_multiset_up_to_nine,
    printed_examples,
    at_once_and_expiry,
    witnesses_sign_only_what_silence_may_pass,
    every_order_up_to_six,
    model_gives_the_printed_tables,
    model_depends_on_order_as_printed,
    mandates_differ_from_the_model_on_purpose,
  };
  return run_tests ("consensus/tally", tests, G_N_ELEMENTS (tests));
}
