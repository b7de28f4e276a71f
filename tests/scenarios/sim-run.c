/* sim-run.c - runs seeds of the simulator and says what they reached.
 *
 *   sim-run [SEEDS=how many] [FROM=first seed] [n=members] [twice=every so many] [thieves=0|1] [LIARS=0|1]
 *           [LARGE=how many with 21 members] [PAST=0|1] [JOBS=processes]
 *
 * PAST=1 also runs the seeds that once failed. DEMLS_SEED=n in the environment runs that one seed and prints all of its
 * log. The last line says "N passed, N failed": every seed counts, and with 100 seeds and more that all was reached.
 * Exit status 1 if anything failed.
 */
#include <stdlib.h>
#include <string.h>

#include "../lib/sim/sim-jobs.h"

#define ALL_REACHED_FROM 100
#define LARGE_SIZE 21

/* What once failed, and why. (What a seed does changes with the program, so the cause has a test of its own.) */
static const struct {
  guint64 seed;
  const char *what;
} past[] = {
  { 4, "two joiners lived on in a branch that its makers had left" },
  { 34, "a joiner that could open no Welcome had no way in" },
  { 44, "the only steward left, and one member alone could not replace it" },
  { 59, "a Deadlock that had passed was never committed" },
  { 78, "what was settled by another ballot seemed to be overdue" },
  { 81, "a vote by all of two seemed to be overdue in a group of three others" },
  { 95, "who had many open votes could not leave" },
  { 123, "the only steward left, and one member alone could not replace it" },
  { 154, "two joiners were content with each other in a branch that all others had left" },
  { 159, "a joiner moved between two homes for ever" },
  { 273, "a member that was removed and came back counted the votes of others than the members" },
};

typedef struct {
  guint64 seeds, from, n, twice, thieves, liars, large, past, jobs;
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
    { "LARGE=", &options->large }, { "PAST=", &options->past },       { "JOBS=", &options->jobs },
  };
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_has_prefix (argument, known[i].name))
      return g_ascii_string_to_unsigned (argument + strlen (known[i].name), 10, 0, G_MAXUINT32, known[i].value, NULL);
  return FALSE;
}

static SimSeed
make_seed (const Options *options, guint64 number, guint n)
{
  return (SimSeed){
    .seed = number, .n = n, .thieves = options->thieves != 0 && n != LARGE_SIZE, .liars = options->liars != 0
  };
}

static int
run_one (guint64 number, const Options *options)
{
  g_autoptr (SimCounts) counts = sim_counts_new ();
  SimSeed seed = make_seed (options, number, (guint) options->n);
  seed.echo = TRUE;
  gboolean good = sim_seed_check (&seed, FALSE, counts);
  g_autofree char *report = sim_counts_report (counts);
  g_print ("%s", report);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void
add_task (GArray *tasks, const Options *options, guint64 number, guint n, gboolean twice)
{
  SimTask task = { make_seed (options, number, n), twice };
  g_array_append_val (tasks, task);
}

/* The long ones first. */
static GArray *
make_tasks (const Options *options)
{
  GArray *tasks = g_array_new (FALSE, FALSE, sizeof (SimTask));
  guint64 end = options->from + options->seeds;
  for (guint64 i = 1; i <= options->large; i++)
    add_task (tasks, options, i, LARGE_SIZE, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (past) && options->past; i++)
    if (past[i].seed < options->from || past[i].seed >= end || options->n != 0)
      {
        g_print ("once failed: seed %" G_GUINT64_FORMAT ", %s\n", past[i].seed, past[i].what);
        add_task (tasks, options, past[i].seed, 0, FALSE);
      }
  for (guint64 i = options->from; i < end; i++)
    add_task (tasks, options, i, (guint) options->n, options->twice && i % options->twice == 0);
  return tasks;
}

static int
run_all (const Options *options)
{
  g_autoptr (SimCounts) counts = sim_counts_new ();
  g_autoptr (GArray) tasks = make_tasks (options);
  guint failed = sim_jobs_run (tasks, (guint) options->jobs, counts), passed = tasks->len - failed;
  g_autofree char *report = sim_counts_report (counts), *missing = sim_counts_missing (counts);
  g_print ("%s", report);
  if (missing)
    g_print ("never reached: %s\n", missing);
  if (options->seeds >= ALL_REACHED_FROM)
    *(missing ? &failed : &passed) += 1;
  g_print ("%u passed, %u failed\n", passed, failed);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  Options options = { .seeds = 20, .from = 1, .twice = 10, .thieves = 1, .jobs = g_get_num_processors () };
  for (int i = 1; i < argc; i++)
    if (!read_option (&options, argv[i]))
      {
        g_printerr ("sim-run: what is \"%s\"? See the head of sim-run.c\n", argv[i]);
        return 2;
      }
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_FATAL_MASK);
  const char *single = g_getenv ("DEMLS_SEED");
  return single ? run_one (g_ascii_strtoull (single, NULL, 10), &options) : run_all (&options);
}
