/* sim-jobs.h - many seeds, several at a time.
 *
 * Each process takes the next seed that nobody has taken; what they count is added up. A seed is the same in whatever
 * process it runs. A process that dies costs the seed it was at, which counts as failed, and no other one.
 */
#ifndef DEMLS_TESTS_SIM_JOBS_H
#define DEMLS_TESTS_SIM_JOBS_H

#include "sim-seed.h"

typedef struct {
  SimSeed seed;
  gboolean twice; /* the two logs must be equal */
} SimTask;

/* Runs all `tasks` (of SimTask), those that take longest best first, in 1..SIM_JOBS_MAX processes, and adds to
 * `counts`. How many failed; each of them is printed to standard error with what to type to see it again. */
#define SIM_JOBS_MAX 64
guint sim_jobs_run (const GArray *tasks, guint jobs, SimCounts *counts);

#endif
