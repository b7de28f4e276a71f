/* T12-T21 of governance section 13: how a freeze goes, leaving, recovery, timers; read as mandates section 11 says. */
#include "scene.h"

/* T12, T23: what the committer sees, in order; and the others. */
START_TEST (t12_freeze_coordinator_ordering)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  SimHonest *committer = steward_at (sim, 0), *other = steward_at (sim, 1), *target = steward_at (sim, 2);
  ck_assert (sim_honest_expel (committer, &target->base));
  sim_tell (sim, 1);
  sim_vote (sim, 1, TRUE, other->base.name, NULL);
  sim_tell (sim, 3);
  ck_assert_str_eq (committer->base.name, "carol");
  SIM_EXPECT (sim,
              "[  0.000] carol  wants alice removed\n"
              "[  0.000] carol  proposes #1: remove alice\n"
              "[  0.020] alice  is asked to vote on #1: remove alice\n"
              "[  0.020] bob    is asked to vote on #1: remove alice\n"
              "[  1.000] bob    votes yes on #1\n"
              "[  1.000] bob    sees #1 passed: remove alice\n"
              "[  1.020] alice  sees #1 passed: remove alice\n"
              "[  1.020] carol  sees #1 passed: remove alice\n"
              "[  3.020] carol  is in FREEZING\n"  /* commit_batch_delay after it passed there */
              "[  3.020] carol  is in SELECTION\n" /* the epoch steward's own candidate has all: no waiting (V20) */
              "[  3.020] carol  is in epoch 3 by carol: remove alice\n"
              "[  3.020] carol  is in WORKING\n"
              "[  3.020] carol  enters state 4: epoch 3, 2 members\n"
              "[  3.040] alice  is in FREEZING\n"
              "[  3.040] alice  is in SELECTION\n"
              "[  3.040] alice  is in epoch 3 by carol: remove alice\n"
              "[  3.040] alice  is in WORKING\n"
              "[  3.040] bob    is in FREEZING\n"
              "[  3.040] bob    is in SELECTION\n"
              "[  3.040] bob    is in epoch 3 by carol: remove alice\n"
              "[  3.040] bob    is in WORKING\n"
              "[  3.040] bob    enters state 4: epoch 3, 2 members\n");
}
END_TEST

/* T13, T31: a non-steward is voted out, sees its end once that is final, and is gone. */
START_TEST (t13_leave_after_removal)
{
  DemlsPolicy policy = quick (2);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  SimHonest *first = steward_at (sim, 0), *second = steward_at (sim, 1), *target = NULL;
  for (guint i = 0; i < 3; i++)
    if (sim_world_honest (sim, i) != first && sim_world_honest (sim, i) != second)
      target = sim_world_honest (sim, i);
  ck_assert (sim_honest_expel (first, &target->base));
  sim_tell (sim, 1);
  sim_vote (sim, 1, TRUE, second->base.name, NULL);
  sim_tell (sim, 120);
  ck_assert (target->over);
  ck_assert_uint_eq (first->state->members->len, 2);
  ck_assert_ptr_eq (first->state, second->state);
  ck_assert (!sim_honest_say (target, "still here?"));
}
END_TEST

/* T14: a group that is stuck does not hold up another one of the same people. */
START_TEST (t14_multi_conversation_isolation)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) alone = sim_story (&policy, "alice", "bob", NULL);
  sim_honest_say (sim_one (alone, "alice"), "hello");
  sim_tell (alone, 100);
  g_autofree char *expected = sim_log_text (alone->log);
  g_autoptr (SimWorld) busy = sim_story (&policy, "alice", "bob", "carol", NULL);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", NULL);
  ck_assert (sim_honest_expel (sim_one (busy, "alice"), &sim_one (busy, "carol")->base));
  sim_honest_say (sim_one (sim, "alice"), "hello");
  for (guint i = 0; i < 100; i++)
    {
      sim_tell (busy, 1);
      sim_tell (sim, 1);
    }
  g_autofree char *seen = sim_log_text (sim->log);
  ck_assert_str_eq (seen, expected);
}
END_TEST

/* Nobody is left who may commit: elections without result, then a Deadlock, which anybody may commit. */
static SimWorld *
story_of_silence (const DemlsPolicy *policy, SimHonest **steward, SimHonest **others)
{
  SimWorld *sim = sim_story (policy, "alice", "bob", "carol", "dave", NULL);
  *steward = steward_at (sim, 0);
  guint n = 0;
  for (guint i = 0; i < 4; i++)
    if (sim_world_honest (sim, i) != *steward)
      others[n++] = sim_world_honest (sim, i);
  sim_honest_set_online (*steward, FALSE);
  ck_assert (sim_honest_change (others[0], NULL, "Coffee"));
  sim_tell (sim, 1);
  ck_assert (sim_honest_vote (others[1], sim_ballot (sim, 1), TRUE));
  ck_assert (sim_honest_vote (others[2], sim_ballot (sim, 1), TRUE));
  return sim;
}

START_TEST (t15_operating_mode_transitions)
{
  DemlsPolicy policy = quick (1);
  policy.max_reelection_attempts = 0;
  SimHonest *steward, *others[3];
  g_autoptr (SimWorld) sim = story_of_silence (&policy, &steward, others);
  sim_tell (sim, 600);
  for (guint i = 0; i < 3; i++)
    {
      ck_assert_str_eq (others[i]->state->governance->title, "Coffee");
      ck_assert_int_eq (others[i]->phase, DEMLS_STATE_WORKING);
    }
}
END_TEST

START_TEST (t16_pending_join_eviction)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story_empty (&policy);
  SimHonest *bob = sim_one (sim, "bob");
  ck_assert (sim_honest_await (bob, NULL, &policy));
  sim_tell (sim, 3600);
  ck_assert (bob->over);
  SIM_EXPECT (sim, "[  0.000] bob    asks to join\n"
                   "[  0.000] bob    is in PENDING JOIN\n"
                   "[180.000] bob    is out: expired\n");
  ck_assert_uint_eq (sim_net_history (sim->net)->len, 3); /* announced at 0, 30, 90 s */
}
END_TEST

/* Joiners keep nothing of what other joiners announce. */
START_TEST (t17_recovery_cascade)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story_empty (&policy);
  const char *const names[] = { "bob", "carol", "dave" };
  for (guint i = 0; i < 3; i++)
    ck_assert (sim_honest_await (sim_one (sim, names[i]), NULL, &policy));
  sim_tell (sim, 60);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GPtrArray) waiting = demls_runner_applicants (sim_one (sim, names[i])->runner);
      ck_assert_uint_eq (waiting->len, 0);
    }
  ck_assert (!sim_was_told (sim, "sees that"));
}
END_TEST

START_TEST (t18_recovery_inactivity_reelection)
{
  DemlsPolicy policy = quick (1);
  SimHonest *steward, *others[3];
  g_autoptr (SimWorld) sim = story_of_silence (&policy, &steward, others);
  sim_tell (sim, 99);
  ck_assert_str_eq (others[0]->base.name, "alice");
  SIM_EXPECT_OF (sim, "alice",
                 "[  0.000] alice  wants the title changed\n"
                 "[  0.000] alice  proposes #1: policy\n"
                 "[  1.020] alice  sees #1 passed: policy\n"
                 "[ 66.020] alice  is in FREEZING\n" /* commit_inactivity and one recovery_inactivity of silence */
                 "[ 96.020] alice  is in SELECTION\n"
                 "[ 96.020] alice  is in REELECTION\n");
}
END_TEST

/* T19, T27 */
START_TEST (t19_rejoin_after_eviction)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  SimHonest *alice = sim_one (sim, "alice"), *carol = sim_one (sim, "carol");
  ck_assert (sim_honest_expel (alice, &carol->base));
  sim_tell (sim, 1);
  sim_vote (sim, 1, TRUE, "bob", NULL);
  sim_tell (sim, 200);
  ck_assert (carol->over);
  guint64 epoch = alice->state->epoch;
  ck_assert_uint_eq (alice->state->members->len, 2);
  sim_join (sim, "carol");
  ck_assert (sim_honest_is_in (carol));
  ck_assert_uint_gt (carol->state->epoch, epoch);
  ck_assert_ptr_eq (carol->state, alice->state);
  ck_assert_int_eq (demls_runner_score (alice->runner, SPAN_OF (carol->base.id)), DEMLS_SCORE_DEFAULT);
}
END_TEST

/* T20, T28 */
START_TEST (t20_self_leave_dedup)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  SimHonest *leaver = steward_at (sim, 2);
  ck_assert (sim_honest_leave (leaver));
  guint sent = sim_net_history (sim->net)->len;
  ck_assert (sim_honest_leave (leaver));
  ck_assert_uint_eq (sim_net_history (sim->net)->len, sent);
  sim_tell (sim, 100);
  ck_assert (leaver->over);
  ck_assert_uint_eq (steward_at (sim, 0)->state->members->len, 2);
}
END_TEST

/* T21: the steward commits by itself, commit_batch_delay after the vote is over. */
START_TEST (t21_steward_inactivity_commit)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  SimHonest *steward = steward_at (sim, 0);
  ck_assert (sim_honest_change (steward_at (sim, 1), NULL, "Coffee"));
  sim_tell (sim, 1);
  ck_assert (sim_honest_vote (steward, sim_ballot (sim, 1), TRUE));
  gint64 passed = sim->now;
  while (!demls_runner_is_over (steward->runner) && steward->phase == DEMLS_STATE_WORKING
         && sim_world_step (sim, passed + 60 * SIM_SECOND))
    if (steward->state->epoch > 2)
      break;
  ck_assert_str_eq (steward->state->governance->title, "Coffee");
  ck_assert_int_eq (sim->now - passed, 2 * SIM_SECOND);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    t12_freeze_coordinator_ordering,    t13_leave_after_removal,   t14_multi_conversation_isolation,
    t15_operating_mode_transitions,     t16_pending_join_eviction, t17_recovery_cascade,
    t18_recovery_inactivity_reelection, t19_rejoin_after_eviction, t20_self_leave_dedup,
    t21_steward_inactivity_commit,
  };
  return run_tests ("scenarios/t12-t21", tests, G_N_ELEMENTS (tests));
}
