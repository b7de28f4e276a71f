/* sim-plan.h - what a seed does to its world: weather, cuts, absences, crashes, clocks, and what its users want.
 *
 * A run has four stages: gathering (fair weather, until the group has its size), trouble (faults and work), healing
 * (the faults have stopped: L1-L3), and calm (the network keeps its bound: S1-S5). A calm seed has no trouble at all:
 * it is synchronous from the beginning.
 */
#ifndef DEMLS_TESTS_SIM_PLAN_H
#define DEMLS_TESTS_SIM_PLAN_H

#include "sim-honest.h"

typedef struct {
  guint n;     /* members at the beginning of the trouble */
  guint extra; /* who asks to join later */
  DemlsPolicy policy;
  gboolean calm;
  gint64 trouble; /* how long */
  guint work;     /* mean seconds between two things that users do */
  guint cuts, absences, crashes, replays;
  SimWeather weather;
  gint64 bound;    /* D of the calm stage */
  gboolean clocks; /* skewed and drifting */
  guint yes, no;   /* of 100 voters; the rest stay silent */
  guint64 liars;   /* bits of the members who lie once the trouble begins */
  guint lies;      /* mean seconds between two lies; 0: nobody lies */
} SimPlan;

/* Draws everything from the world's randomness. With liars: as many as fewer than a third can be. */
void sim_plan_draw (SimWorld *world, guint n, gboolean with_liars, SimPlan *plan);

/* One line. (transfer full: g_free) */
char *sim_plan_words (const SimPlan *plan);

/* Sets the clocks; before anybody begins. */
void sim_plan_set_clocks (SimWorld *world, const SimPlan *plan);

/* Lets the trouble of `plan` begin now: everything is put on the world's list of tasks. */
void sim_plan_begin_trouble (SimWorld *world, const SimPlan *plan);

/* Ends all faults: weather, cuts, absences; whoever is down comes back by itself. */
void sim_plan_end_trouble (SimWorld *world, const SimPlan *plan);

#endif
