/* Seeds of the simulator whose members keep their rows in the real store, in memory and on disk: crashes, restarts and
 * thieves included (sim-store.h says what a restart is there). */
#include "../lib/run.h"

#include "../lib/sim/sim-seed.h"
#include "../lib/sim/sim-store.h"

#define FIRST 1001
#define SEEDS 50

static void
run_seeds (SimStoreKind kind)
{
  g_autoptr (SimCounts) counts = sim_counts_new ();
  guint failed = 0;
  guint64 saves, loads;
  gint64 start = g_get_monotonic_time ();
  sim_store_choose (kind);
  for (guint i = 0; i < run_rounds (SEEDS); i++)
    {
      SimSeed seed = { .seed = FIRST + i, .n = 2 + i % 3, .thieves = i % 5 == 0 };
      failed += !sim_seed_check (&seed, FALSE, counts);
    }
  sim_store_counts (&saves, &loads);
  guint64 crashes = 0;
  for (guint i = SIM_FAULT_CRASH_BEFORE_SAVE; i <= SIM_FAULT_CRASH_BEFORE_SHOW; i++)
    crashes += counts->faults[i];
  g_print ("%s: %u seeds, %" G_GUINT64_FORMAT " saves, %" G_GUINT64_FORMAT " loads, %" G_GUINT64_FORMAT
           " crashes at a chosen moment, %.1f s\n",
           kind == SIM_STORE_DISK ? "on disk" : "in memory", run_rounds (SEEDS), saves, loads, crashes,
           (double) (g_get_monotonic_time () - start) / 1e6);
  ck_assert_msg (!failed, "%u seeds failed; see above how to see them again", failed);
  ck_assert_uint_gt (loads, run_rounds (SEEDS));
  ck_assert_uint_ge (crashes, run_rounds (SEEDS) / 5);
}

START_TEST (in_memory)
{
  run_seeds (SIM_STORE_MEMORY);
}
END_TEST

START_TEST (on_disk)
{
  run_seeds (SIM_STORE_DISK);
}
END_TEST

int
main (void)
{
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_FATAL_MASK);
  const TTest *const tests[] = { in_memory, on_disk };
  return run_tests ("scenarios/stored", tests, G_N_ELEMENTS (tests));
}
