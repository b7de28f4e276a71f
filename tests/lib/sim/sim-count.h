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

/* What liars do (sim-lies.h): B1-B26 of reliability section 5, and the attacks of mandates section 12. */
typedef enum {
  SIM_LIE_HALF_COMMIT,     /* B1: only some can open its path */
  SIM_LIE_TWO_COMMITS,     /* B2: one for each half */
  SIM_LIE_UNVOTED,         /* B3: what nobody agreed to */
  SIM_LIE_DROPPED,         /* B4: without one of the things that passed */
  SIM_LIE_OLD_COMMIT,      /* B5: of an earlier epoch */
  SIM_LIE_CLAIMED,         /* B6: somebody else is named as its steward */
  SIM_LIE_BROKEN_COMMIT,   /* B7 */
  SIM_LIE_BAD_WELCOME,     /* B8: nobody can open it */
  SIM_LIE_SILENT,          /* B9: for a while nothing that its client sends goes out */
  SIM_LIE_FLOOD,           /* B10: candidates */
  SIM_LIE_GROUND,          /* B11: the one of eight with the smallest hash */
  SIM_LIE_DOUBLE_VOTE,     /* B12 */
  SIM_LIE_STUFFED,         /* B13: others' votes */
  SIM_LIE_ELECTORATE,      /* B14: one voter is enough, it says */
  SIM_LIE_REPLAY,          /* B15 */
  SIM_LIE_LATE_VOTE,       /* B16 */
  SIM_LIE_SPAM,            /* B17: proposals */
  SIM_LIE_COLLISION,       /* B18: with the label of somebody's leave */
  SIM_LIE_ACCUSATION,      /* B19 */
  SIM_LIE_TIMES,           /* B20: of long ago, or of never */
  SIM_LIE_FORGED_WELCOME,  /* B21: to somebody who asks to join */
  SIM_LIE_KEY_PACKAGE,     /* B22: of a member, or spent */
  SIM_LIE_HANDSHAKE,       /* B23: MLS proposals that no mandate asks for */
  SIM_LIE_SYBIL,           /* B25: strangers who ask to join */
  SIM_LIE_STRINGS,         /* B26 */
  SIM_LIE_SILENCE,         /* attests a wait that was none (V9) */
  SIM_LIE_TWO_SEALS,       /* V30 */
  SIM_LIE_GHOST_SEAL,      /* of a candidate that nobody has */
  SIM_LIE_GARBAGE_MANDATE, /* a vote that was seen, with another signature (V13) */
  SIM_LIE_LATE_CANDIDATE,  /* at the end of the window, or long after */
  SIM_LIE_ELECTIONS,       /* to burn epochs */
  SIM_LIE_ANSWER,          /* CatchUpAnswers with what was never voted (V31) */
  SIM_LIE_CATCH_UP,        /* questions without end */
  SIM_LIE_LOST,            /* LostAt and LeafAt in others' names */
  SIM_LIE_GARBAGE,         /* anything */
  SIM_N_LIES,
} SimLie;

typedef struct {
  guint64 faults[SIM_N_FAULTS];
  guint64 works[SIM_N_WORKS];
  guint64 lies[SIM_N_LIES];
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

/* What was never reached, separated by commas, or NULL if nothing is missing: faults, works, legal moves, and
 * lies if there were any.
 * (transfer full: g_free) */
char *sim_counts_missing (const SimCounts *self);

const char *sim_fault_name (SimFault fault);
const char *sim_lie_name (SimLie lie);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimCounts, sim_counts_free)

#endif
