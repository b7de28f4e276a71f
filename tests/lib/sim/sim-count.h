/* sim-count.h - what a run of many seeds has reached: faults, moves between states, and how long healing took.
 *
 * What is never reached proves nothing by not failing, so a whole run that leaves a counter at zero is itself a failure
 * (reliability R16).
 */
#ifndef DEMLS_TESTS_SIM_COUNT_H
#define DEMLS_TESTS_SIM_COUNT_H

#include "session/state.h"

typedef enum {
  SIM_FAULT_LOSS,
  SIM_FAULT_DUPLICATE,
  SIM_FAULT_REORDER,
  SIM_FAULT_DELAY,
  SIM_FAULT_CUT_ONE_WAY,
  SIM_FAULT_CUT_TWO_WAYS,
  SIM_FAULT_FLAPPING,
  SIM_FAULT_OFFLINE,
  SIM_FAULT_CRASH_BEFORE_SAVE,
  SIM_FAULT_CRASH_BEFORE_PUBLISH,
  SIM_FAULT_CRASH_WHILE_PUBLISHING,
  SIM_FAULT_CRASH_BEFORE_SHOW,
  SIM_FAULT_REBOOT,
  SIM_FAULT_SKEW,
  SIM_FAULT_SLOW_CLOCK,
  SIM_FAULT_FAST_CLOCK,
  SIM_FAULT_ECHO,
  SIM_FAULT_REPLAY,
  SIM_N_FAULTS,
} SimFault;

typedef enum {
  SIM_WORK_JOIN,
  SIM_WORK_INVITE,
  SIM_WORK_SAY,
  SIM_WORK_VOTE_YES,
  SIM_WORK_VOTE_NO,
  SIM_WORK_EXPEL,
  SIM_WORK_LEAVE,
  SIM_WORK_CHANGE,
  SIM_WORK_ACCUSE,
  SIM_WORK_ELECT,
  SIM_WORK_NICK,
  SIM_N_WORKS,
} SimWork;

typedef struct {
  guint64 faults[SIM_N_FAULTS];
  guint64 works[SIM_N_WORKS];
  guint64 edges[DEMLS_N_STATES][DEMLS_N_STATES];
  guint64 events[DEMLS_EVENT_EVIDENCE + 1];
  guint64 commits; /* merged, at all members together */
  guint64 rollbacks;
  guint64 removed; /* members that saw their end */
  guint64 refused; /* packets that a member refused with an error other than REPEATED and HELD */
  guint64 seeds, steps;
  GArray *convergence; /* of gint64: microseconds from the end of the faults to one state, one for each seed */
} SimCounts;

SimCounts *sim_counts_new (void);
void sim_counts_free (SimCounts *self);

/* Adds `other` to `self`. */
void sim_counts_add (SimCounts *self, const SimCounts *other);

/* The `percent`-th percentile of the convergence times in seconds; 100 is the longest. */
double sim_counts_convergence (const SimCounts *self, guint percent);

/* All figures, one a line. (transfer full: g_free) */
char *sim_counts_report (const SimCounts *self);

/* What was never reached, separated by commas, or NULL if nothing is missing: faults, works and legal moves.
 * (transfer full: g_free) */
char *sim_counts_missing (const SimCounts *self);

const char *sim_fault_name (SimFault fault);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimCounts, sim_counts_free)

#endif
