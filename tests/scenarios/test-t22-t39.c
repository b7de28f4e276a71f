/* T22-T39 of governance section 13 as far as they are not T1-T21 again: what two and three members do from the first
 * join on; read as mandates section 11 says. T23 = T12, T24 = T18, T25 = T15, T27 = T19, T28 = T20, T29 = T2, T31 =
 * T13. */
#include "scene.h"
#include "session/error.h"

/* n = 2: one no is enough (V10), whatever clients would have voted by themselves later. */
START_TEST (t22_protocol_consensus)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", NULL);
  SimHonest *alice = sim_one (sim, "alice"), *bob = sim_one (sim, "bob");
  guint64 epoch = alice->state->epoch;
  ck_assert (sim_honest_expel (alice, &bob->base));
  sim_tell (sim, 1);
  sim_vote (sim, 1, FALSE, "bob", NULL);
  sim_tell (sim, 300);
  SIM_EXPECT (sim, "[  0.000] alice  wants bob removed\n"
                   "[  0.000] alice  proposes #1: remove bob\n"
                   "[  0.020] bob    is asked to vote on #1: remove bob\n"
                   "[  1.000] bob    votes no on #1\n"
                   "[  1.000] bob    sees #1 rejected: remove bob\n"
                   "[  1.020] alice  sees #1 rejected: remove bob\n");
  ck_assert_uint_eq (alice->state->epoch, epoch);
  ck_assert_uint_eq (alice->state->members->len, 2);
}
END_TEST

/* An open emergency blocks and hides nothing: a removal opened meanwhile is voted and committed (section 11: T26). */
START_TEST (t26_an_emergency_holds_up_nothing)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  SimHonest *first = steward_at (sim, 0), *second = steward_at (sim, 1), *third = steward_at (sim, 2);
  SimHonest *target = steward_at (sim, 3);
  ck_assert (sim_honest_accuse (first, &second->base));
  sim_tell (sim, 1);
  ck_assert (sim_honest_expel (first, &target->base));
  sim_tell (sim, 1);
  sim_vote (sim, 2, TRUE, second->base.name, third->base.name, NULL);
  sim_tell (sim, 10);
  ck_assert_uint_eq (first->state->members->len, 3);
  ck_assert (!sim_state_has (first->state, SPAN_OF (target->base.id)));
}
END_TEST

START_TEST (t30_protocol_membership_three_members_bootstrap)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  for (guint i = 0; i < 3; i++)
    {
      const SimHonest *member = sim_world_honest (sim, i);
      ck_assert_int_eq (demls_runner_state (member->runner), DEMLS_STATE_WORKING);
      ck_assert_ptr_eq (member->state, sim_world_honest (sim, 0)->state);
      ck_assert_uint_eq (member->state->members->len, 3);
    }
}
END_TEST

/* Only who[1] hears who[0] on the welcome channel. */
static gint64
heard_by_one (const SimPacket *packet, guint to, gpointer data)
{
  const guint *who = data;
  return packet->subtopic == DEMLS_SUBTOPIC_WELCOME && packet->from == who[0] && to != who[1] ? DEMLS_NEVER : 0;
}

/* T32: somebody who did not found the group invites; one Welcome, minted by one member, the same everywhere. */
START_TEST (t32_a_non_creator_invites)
{
  DemlsPolicy policy = quick (5);
  policy.preset = DEMLS_PRESET_CUSTOM;
  policy.announce = DEMLS_ANNOUNCE_ASK;
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  guint first = sim_net_history (sim->net)->len;
  SimHonest *dave = sim_one (sim, "dave"), *inviter = steward_at (sim, 2);
  guint who[2] = { dave->base.index, inviter->base.index }; /* so that no steward is faster */
  sim_net_set_filter (sim->net, heard_by_one, who);
  ck_assert (sim_honest_await (dave, inviter, &policy));
  sim_tell (sim, 1);
  ck_assert (sim_honest_invite (inviter, &dave->base));
  sim_tell (sim, 1);
  sim_vote (sim, 1, TRUE, steward_at (sim, 0)->base.name, steward_at (sim, 1)->base.name, NULL);
  sim_tell (sim, 60);
  ck_assert (sim_honest_is_in (dave));
  ck_assert_ptr_eq (dave->state, sim_one (sim, "alice")->state);
  guint welcomes = 0, minted = 0;
  const GPtrArray *history = sim_net_history (sim->net);
  for (guint i = first; i < history->len; i++)
    {
      const SimPacket *packet = history->pdata[i];
      if (packet->subtopic == DEMLS_SUBTOPIC_WELCOME && packet->from != dave->base.index)
        welcomes++;
    }
  ck_assert_uint_eq (welcomes, 1); /* dave's notice came before anybody else would have published it */
  g_autofree char *text = sim_log_text (sim->log);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint ready = 0;
  for (guint i = 0; lines[i]; i++)
    {
      ready += strstr (lines[i], "has a welcome for dave") != NULL;
      if (g_str_has_suffix (lines[i], "its own"))
        minted++;
    }
  ck_assert_uint_eq (ready, 3);
  ck_assert_uint_eq (minted, 1);
}
END_TEST

START_TEST (t33_protocol_messaging)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story_empty (&policy);
  ck_assert (sim_honest_found (sim_one (sim, "alice"), "Tea", &policy));
  ck_assert_uint_eq (demls_runner_epoch (sim_one (sim, "alice")->runner), 0);
  sim_join (sim, "bob");
  ck_assert_uint_eq (demls_runner_epoch (sim_one (sim, "bob")->runner), 1);
  sim_story_begin (sim);
  sim_honest_say (sim_one (sim, "bob"), "hello");
  sim_tell (sim, 60);
  SIM_EXPECT (sim, "[  0.000] bob    says \"hello\"\n"
                   "[  0.020] alice  reads \"hello\" from bob\n");
}
END_TEST

/* T34: epoch 1 to 2, and the target sees its end. */
START_TEST (t34_protocol_steward)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", NULL);
  SimHonest *steward = steward_at (sim, 0), *target = steward_at (sim, 1);
  ck_assert_uint_eq (steward->state->epoch, 1);
  ck_assert (sim_honest_leave (target));
  sim_tell (sim, 100);
  ck_assert_uint_eq (steward->state->epoch, 2);
  ck_assert (target->over);
}
END_TEST

static void
nobody_elects (SimWorld *sim)
{
  sim_tell (sim, 1200);
  ck_assert (!sim_was_told (sim, "#"));
  for (guint i = 0; i < sim->members->len; i++)
    {
      const SimHonest *member = sim_world_honest (sim, i);
      ck_assert_int_eq (member->phase, DEMLS_STATE_WORKING);
      ck_assert_uint_eq (member->state->governance->stewards->retry_round, 0);
    }
}

START_TEST (t35_two_members_elect_nobody)
{
  DemlsPolicy policy = quick (3);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", NULL);
  nobody_elects (sim);
}
END_TEST

/* T36: the third member makes the group larger than sn_max: the commit that adds it also makes the list (V16). */
START_TEST (t36_three_members_two_stewards)
{
  DemlsPolicy policy = quick (2);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  g_autoptr (GPtrArray) stewards = demls_runner_stewards (sim_one (sim, "carol")->runner);
  ck_assert_uint_eq (stewards->len, 2);
  ck_assert_uint_eq (sim_one (sim, "carol")->state->governance->stewards->members->len, 2);
  sim_tell (sim, 1);
  ck_assert (!sim_was_told (sim, "#"));
}
END_TEST

/* T37: after its longer wait the backup proposes, and the join goes through. */
START_TEST (t37_an_announcement_seen_by_the_backup_only)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  SimHonest *dave = sim_one (sim, "dave"), *backup = steward_at (sim, 1);
  guint who[2] = { dave->base.index, backup->base.index };
  sim_net_set_filter (sim->net, heard_by_one, who);
  ck_assert (sim_honest_await (dave, NULL, &policy));
  sim_tell (sim, 60);
  ck_assert (!sim_was_told (sim, "is asked"));
  sim_tell (sim, 90);
  ck_assert (sim_honest_is_in (dave));
}
END_TEST

START_TEST (t38_standalone_construction)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story_empty (&policy);
  SimHonest *alice = sim_one (sim, "alice");
  ck_assert (sim_honest_found (alice, "Tea", &policy));
  SIM_EXPECT (sim, "[  0.000] alice  founds the group\n"
                   "[  0.000] alice  is in WORKING\n"
                   "[  0.000] alice  enters state 1: epoch 0, 1 members\n");
  ck_assert_ptr_eq (steward_at (sim, 0), alice);
  ck_assert_uint_eq (alice->state->epoch, 0);
  ck_assert_int_eq (demls_runner_score (alice->runner, SPAN_OF (alice->base.id)), DEMLS_SCORE_DEFAULT);
  ck_assert_int_eq (alice->next, (gint64) DEMLS_REFRESH_S * SIM_SECOND); /* nothing else to wait for (V32) */
}
END_TEST

/* T39: a whole join, told in full. */
static gint64
not_from (const SimPacket *packet, guint to, gpointer data)
{
  (void) to;
  return packet->from == *(const guint *) data ? DEMLS_NEVER : 0;
}

START_TEST (t39_one_call_join)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story_empty (&policy);
  ck_assert (sim_honest_found (sim_one (sim, "alice"), "Tea", &policy));
  sim_story_begin (sim);
  ck_assert (sim_honest_await (sim_one (sim, "bob"), sim_one (sim, "alice"), &policy));
  sim_tell (sim, 1);
  SimHonest *carol = sim_one (sim, "carol"); /* a bystander, whom nobody hears */
  sim_net_set_filter (sim->net, not_from, &carol->base.index);
  ck_assert (sim_honest_await (carol, NULL, &policy));
  sim_tell (sim, 12);
  ck_assert_int_eq (carol->phase, DEMLS_STATE_PENDING_JOIN);
  const SimHonest *bob = sim_one (sim, "bob");
  ck_assert_uint_eq (bob->state->epoch, 1);
  ck_assert_uint_eq (bob->state->members->len, 2);
  SIM_EXPECT (sim, "[  0.000] bob    asks to join\n"
                   "[  0.000] bob    is in PENDING JOIN\n"
                   "[  0.020] alice  sees that bob asks to join\n"
                   "[  0.020] alice  is asked to vote on #1: add bob\n"
                   "[  1.000] carol  asks to join\n"
                   "[  1.000] carol  is in PENDING JOIN\n"
                   "[ 10.020] alice  votes yes on #1 by default: add bob\n" /* voting_delay */
                   "[ 10.020] alice  sees #1 passed: add bob\n"
                   "[ 12.020] alice  is in FREEZING\n" /* commit_batch_delay */
                   "[ 12.020] alice  is in SELECTION\n"
                   "[ 12.020] alice  is in epoch 1 by alice: add bob\n"
                   "[ 12.020] alice  has a welcome for bob, its own\n"
                   "[ 12.020] alice  is in WORKING\n"
                   "[ 12.020] alice  enters state 2: epoch 1, 2 members\n"
                   "[ 12.040] bob    has joined\n"
                   "[ 12.040] bob    is in WORKING\n"
                   "[ 12.040] bob    enters state 2: epoch 1, 2 members\n"
                   "[ 12.080] bob    trusts the group\n" /* alice, who invited it, answers */);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    t22_protocol_consensus,
    t26_an_emergency_holds_up_nothing,
    t30_protocol_membership_three_members_bootstrap,
    t32_a_non_creator_invites,
    t33_protocol_messaging,
    t34_protocol_steward,
    t35_two_members_elect_nobody,
    t36_three_members_two_stewards,
    t37_an_announcement_seen_by_the_backup_only,
    t38_standalone_construction,
    t39_one_call_join,
  };
  return run_tests ("scenarios/t22-t39", tests, G_N_ELEMENTS (tests));
}
