/* sim-user.h - the people of a simulated world: they vote, chat, ask in friends, quarrel, leave, come back.
 */
#ifndef DEMLS_TESTS_SIM_USER_H
#define DEMLS_TESTS_SIM_USER_H

#include "sim-plan.h"

/* Lets users answer what their clients ask them: votes, applicants, a group that is new. */
void sim_users_attend (SimWorld *world, const SimPlan *plan);

/* The founder founds, `plan->n` - 1 others ask to join, and everybody says yes to that. */
void sim_users_gather (SimWorld *world, const SimPlan *plan);

/* TRUE once all of them are in one state. */
gboolean sim_users_are_gathered (SimWorld *world, const SimPlan *plan);

/* Puts a workload of `lasts` on the world's list of tasks. Calm people neither accuse nor expel anybody. */
void sim_users_work (SimWorld *world, const SimPlan *plan, gint64 lasts);

/* Ends all that users do by themselves; they still answer. */
void sim_users_rest (SimWorld *world);

#endif
