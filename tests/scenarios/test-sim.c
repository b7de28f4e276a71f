/* Seeds of the simulator with real cryptography: the same at every run, so that what fails here fails everywhere. */
#include "../lib/run.h"

#include "../lib/sim/sim-seed.h"

#define SEEDS 100
#define LARGE 21
#define LARGE_SEEDS 3

static void
run_seeds (guint64 from, guint n_seeds, guint n, gboolean twice, SimCounts *counts)
{
  guint failed = 0;
  for (guint i = 0; i < n_seeds; i++)
    {
      SimSeed seed = { .seed = from + i, .n = n, .thieves = n != LARGE };
      failed += !sim_seed_check (&seed, twice && i % 10 == 0, counts);
    }
  ck_assert_msg (!failed, "%u of %u seeds failed; see above how to see them again", failed, n_seeds);
}

START_TEST (small_groups_in_trouble)
{
  g_autoptr (SimCounts) counts = sim_counts_new ();
  guint n_seeds = run_rounds (SEEDS);
  run_seeds (1, n_seeds, 0, TRUE, counts);
  g_autofree char *report = sim_counts_report (counts), *missing = sim_counts_missing (counts);
  g_print ("%s", report);
  ck_assert_msg (!missing || n_seeds < SEEDS, "never reached: %s", missing);
}
END_TEST

START_TEST (a_large_group_in_trouble)
{
  g_autoptr (SimCounts) counts = sim_counts_new ();
  run_seeds (1, run_rounds (LARGE_SEEDS), LARGE, FALSE, counts);
  g_autofree char *report = sim_counts_report (counts);
  g_print ("%s", report);
}
END_TEST

int
main (void)
{
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_FATAL_MASK);
  const TTest *const tests[] = { small_groups_in_trouble, a_large_group_in_trouble };
  return run_tests ("scenarios/sim", tests, G_N_ELEMENTS (tests));
}
