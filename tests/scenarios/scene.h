/* scene.h - what the scenarios of liars have in common.
 */
#ifndef DEMLS_TESTS_SCENE_H
#define DEMLS_TESTS_SCENE_H

#include "../lib/run.h"

#include "../lib/sim/sim-liar.h"
#include "../lib/sim/sim-lies.h"
#include "../lib/sim/sim-record.h"
#include "../lib/sim/sim-story.h"
#include "../lib/sim/sim-thief.h"

/* Preset quick; with another number of stewards it is a custom policy. */
static inline DemlsPolicy
quick (guint32 sn_max)
{
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_QUICK);
  if (sn_max != policy.sn_max)
    policy.preset = DEMLS_PRESET_CUSTOM;
  policy.sn_max = sn_max;
  return policy;
}

/* Somebody honest who is in. */
static inline SimHonest *
witness_of (SimWorld *sim)
{
  guint looker = 0;
  while (!sim_world_honest (sim, looker) || !sim_honest_is_in (sim_world_honest (sim, looker)))
    looker++;
  return sim_world_honest (sim, looker);
}

/* Whose turn it is: 0 the epoch steward, 1 the backup, and so on. */
static inline SimHonest *
steward_at (SimWorld *sim, guint distance)
{
  g_autoptr (GPtrArray) stewards = demls_runner_stewards (witness_of (sim)->runner);
  ck_assert_uint_lt (distance, stewards->len);
  return (SimHonest *) sim_world_find (sim, span_bytes (stewards->pdata[distance]));
}

static inline gint64
score (const SimHonest *looker, const SimHonest *other)
{
  return demls_runner_score (looker->runner, SPAN_OF (other->base.id));
}

/* A story of `n` members in which whoever is at `distance` lies from now on. */
static inline SimWorld *
liar_story (guint n, guint distance, SimHonest **liar)
{
  static const char *const names[] = { "alice", "bob", "carol", "dave", "erin", "frank", "grace" };
  DemlsPolicy policy = quick (5);
  SimWorld *sim = sim_story_empty (&policy);
  ck_assert (sim_honest_found (sim_one (sim, names[0]), "Tea", &policy));
  for (guint i = 1; i < n; i++)
    sim_join (sim, names[i]);
  sim_settle (sim, 600);
  *liar = steward_at (sim, distance);
  sim_story_begin (sim);
  sim_liar_make (*liar);
  return sim;
}

/* Everybody honest says yes to a ballot that is open where it is. */
static inline void
all_say_yes (SimWorld *sim, guint number)
{
  guint64 hash_bits = ((const SimBallot *) sim->record->ballot_list->pdata[sim->story_ballots + number - 1])->yes;
  for (guint i = 0; i < sim->members->len; i++)
    {
      SimHonest *member = sim_world_honest (sim, i);
      if (member && member->runner && member->state && !(hash_bits >> i & 1))
        sim_honest_vote (member, sim_ballot (sim, number), TRUE);
    }
}

/* The title is to be changed, and all who are honest have agreed; nobody has committed it yet. */
static inline void
agree_on_title (SimWorld *sim, const char *title)
{
  guint number = sim->record->ballot_list->len - sim->story_ballots + 1;
  ck_assert (sim_honest_change (witness_of (sim), NULL, title));
  sim_tell (sim, 0.5);
  all_say_yes (sim, number);
  sim_tell (sim, 0.5);
}

/* All who are honest and there are in one state and working, with this title and so many members. */
static inline void
expect_agreement (SimWorld *sim, const char *title, guint n)
{
  g_autofree char *why = NULL;
  ck_assert_msg (sim_has_converged (sim, &why), "%s", why);
  const SimHonest *one = witness_of (sim);
  ck_assert_str_eq (one->state->governance->title, title);
  ck_assert_uint_eq (one->state->members->len, n);
}

/* Nobody honest holds anybody honest guilty (A12). */
static inline void
expect_no_framing (SimWorld *sim)
{
  for (guint i = 0; i < sim->members->len; i++)
    for (guint j = 0; j < sim->members->len; j++)
      {
        const SimHonest *looker = sim_world_honest (sim, i), *other = sim_world_honest (sim, j);
        if (looker && other && looker->runner && looker->state
            && sim_state_has (looker->state, SPAN_OF (other->base.id)))
          ck_assert_int_ge (score (looker, other), DEMLS_SCORE_DEFAULT);
      }
}

#endif
