/* sim-story.h - scenarios that read like stories (aesthetics 6.13).
 *
 *   SimWorld *sim = sim_story ("quick", "alice", "bob", "carol", NULL);   members, already in the group, in one state
 *   sim_honest_expel (sim_one (sim, "alice"), &sim_one (sim, "carol")->base);
 *   sim_tell (sim, 60);                                                   a minute later
 *   SIM_EXPECT (sim, "[  0.000] alice  wants carol removed\n"
 *                    ...);
 *
 * A story begins at 0.000 of its own time when its members are gathered. Packets take 20 ms. Nothing happens by itself:
 * users answer only when they are told to (sim_vote) or their clients vote by rule.
 */
#ifndef DEMLS_TESTS_SIM_STORY_H
#define DEMLS_TESTS_SIM_STORY_H

#include "sim-check.h"
#include "sim-sync.h"

#define SIM_STORY_DELAY (20 * G_TIME_SPAN_MILLISECOND)

/* A world for a story: a policy ("quick", "chat", "slow", or one of the caller's), and nobody in it yet.
 * (transfer full) */
SimWorld *sim_story_empty (const DemlsPolicy *policy);

/* The same with these members (names, NULL at the end) in the group; the first founded it. (transfer full) */
SimWorld *sim_story (const DemlsPolicy *policy, ...) G_GNUC_NULL_TERMINATED;

/* Everything seen so far is forgotten and the time is 0.000 again. Whoever was asked things still is. */
void sim_story_begin (SimWorld *world);

/* The member of this name; added (outside the group) if there is none. */
SimHonest *sim_one (SimWorld *world, const char *name);

/* Lets `seconds` pass. Fails the test if an invariant was violated. */
void sim_tell (SimWorld *world, double seconds);

/* Lets time pass until all who are there are in one state and working, at most `seconds`. */
void sim_settle (SimWorld *world, double seconds);

/* The number-th ballot of the world: its hash. */
Span sim_ballot (SimWorld *world, guint number);

/* These (names, NULL at the end) vote yes or no on a ballot. */
void sim_vote (SimWorld *world, guint number, gboolean yes, ...) G_GNUC_NULL_TERMINATED;

/* A newcomer asks to join, is let in by all, and is in. */
void sim_join (SimWorld *world, const char *name);

/* What was told since the last time is exactly this. On a difference both are printed. */
void sim_expect (SimWorld *world, const char *file, int line, const char *text);
#define SIM_EXPECT(world, text) sim_expect (world, __FILE__, __LINE__, text)

/* The lines of one member only. */
void sim_expect_of (SimWorld *world, const char *name, const char *file, int line, const char *text);
#define SIM_EXPECT_OF(world, name, text) sim_expect_of (world, name, __FILE__, __LINE__, text)

/* TRUE if one of the lines since the last time has this in it. */
gboolean sim_was_told (SimWorld *world, const char *part);

#endif
