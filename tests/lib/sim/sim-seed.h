/* sim-seed.h - one seed from beginning to end.
 */
#ifndef DEMLS_TESTS_SIM_SEED_H
#define DEMLS_TESTS_SIM_SEED_H

#include "sim-count.h"

typedef struct {
  guint64 seed;
  guint n;          /* members; 0: drawn from 2, 3, 4, 5, 8 */
  gboolean echo;    /* the whole log to standard error */
  gboolean thieves; /* use what was stolen, which costs as much as the run */
  gboolean liars;   /* some members lie (sim-lies.h) */
} SimSeed;

typedef struct {
  char *failure; /* NULL: all invariants held */
  char *digest;  /* of the log */
  char *plan;    /* in words */
  char *log;     /* the last lines */
} SimOutcome;

/* Runs it; `counts` is added to. */
SimOutcome sim_seed_run (const SimSeed *seed, SimCounts *counts);
void sim_outcome_clear (SimOutcome *self);

/* What to type to see it again. (transfer full: g_free) */
char *sim_seed_replay (const SimSeed *seed);

/* Runs `seed`, twice if `twice` (then the logs must be equal), and prints what is wrong with it to standard error; TRUE
 * if nothing is. */
gboolean sim_seed_check (const SimSeed *seed, gboolean twice, SimCounts *counts);

#endif
