/* sim-run.c - runs seeds of the simulator and says what they reached.
 *
 *   sim-run [SEEDS=how many] [FROM=first seed] [n=members] [twice=every so many] [thieves=0|1] [LIARS=0|1]
 *
 * DEMLS_SEED=n in the environment runs that one seed and prints all of its log. Exit status 1 if an invariant was
 * violated, or (with 100 seeds and more) something was never reached.
 */
#include <stdlib.h>
#include <string.h>

#include "../lib/sim/sim-seed.h"

#define ALL_REACHED_FROM 100

typedef struct {
  guint64 seeds, from, n, twice, thieves, liars;
} Options;

static gboolean
read_option (Options *options, const char *argument)
{
  const struct {
    const char *name;
    guint64 *value;
  } known[] = {
    { "SEEDS=", &options->seeds }, { "FROM=", &options->from },       { "n=", &options->n },
    { "twice=", &options->twice }, { "thieves=", &options->thieves }, { "LIARS=", &options->liars },
  };
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_has_prefix (argument, known[i].name))
      return g_ascii_string_to_unsigned (argument + strlen (known[i].name), 10, 0, G_MAXUINT32, known[i].value, NULL);
  return FALSE;
}

static int
run_one (guint64 number, const Options *options)
{
  g_autoptr (SimCounts) counts = sim_counts_new ();
  SimSeed seed = { .seed = number,
                   .n = (guint) options->n,
                   .echo = TRUE,
                   .thieves = options->thieves != 0,
                   .liars = options->liars != 0 };
  gboolean good = sim_seed_check (&seed, FALSE, counts);
  g_autofree char *report = sim_counts_report (counts);
  g_print ("%s", report);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  Options options = { .seeds = 20, .from = 1, .twice = 10, .thieves = 1 };
  for (int i = 1; i < argc; i++)
    if (!read_option (&options, argv[i]))
      {
        g_printerr ("sim-run: what is \"%s\"? See the head of sim-run.c\n", argv[i]);
        return 2;
      }
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_FATAL_MASK);
  const char *single = g_getenv ("DEMLS_SEED");
  if (single)
    return run_one (g_ascii_strtoull (single, NULL, 10), &options);
  g_autoptr (SimCounts) counts = sim_counts_new ();
  guint failed = 0;
  for (guint64 i = options.from; i < options.from + options.seeds; i++)
    {
      SimSeed seed = {
        .seed = i, .n = (guint) options.n, .thieves = options.thieves != 0, .liars = options.liars != 0
      };
      failed += !sim_seed_check (&seed, options.twice && i % options.twice == 0, counts);
    }
  g_autofree char *report = sim_counts_report (counts), *missing = sim_counts_missing (counts);
  g_print ("%s%u of %" G_GUINT64_FORMAT " seeds failed\n", report, failed, options.seeds);
  if (missing)
    g_print ("never reached: %s\n", missing);
  return failed || (missing && options.seeds >= ALL_REACHED_FROM) ? EXIT_FAILURE : EXIT_SUCCESS;
}
