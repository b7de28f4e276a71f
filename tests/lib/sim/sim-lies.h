/* sim-lies.h - the lies of simulated liars: B1-B26 of reliability section 5, and the attacks of mandates section 12.
 *
 * SimLie (sim-count.h) names them. Each is one act of a member that has valid keys; a few can be told by anybody. Liars
 * collude by nature: they all say yes to what one of them proposes.
 */
#ifndef DEMLS_TESTS_SIM_LIES_H
#define DEMLS_TESTS_SIM_LIES_H

#include "sim-plan.h"

/* Tells a lie now. FALSE if there is no occasion for it. */
gboolean sim_lie (SimHonest *liar, SimLie lie);

/* Whether somebody without keys can tell it. */
gboolean sim_lie_needs_no_key (SimLie lie);

/* The liars of the plan become such, and a stranger, who is no member, comes to the net. Nothing without liars. */
void sim_lies_begin (SimWorld *world, const SimPlan *plan);

/* Puts lies of `lasts` on the world's list of tasks. */
void sim_lies_plan (SimWorld *world, const SimPlan *plan, gint64 lasts);

/* Ends all lying; liars do what their cores do. */
void sim_lies_rest (SimWorld *world);

/* --- the acts, by what they are about ---------------------------------------------------------------------------- */

/* sim-lies-commit.c */
gboolean sim_lie_about_commits (SimHonest *liar, SimLie lie);

/* sim-lies-vote.c */
gboolean sim_lie_about_votes (SimHonest *liar, SimLie lie);

/* sim-lies-noise.c */
gboolean sim_lie_with_noise (SimHonest *liar, SimLie lie);

#endif
