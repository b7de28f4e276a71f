/* T1-T11 of governance section 13: messages, joining, what a candidate may be; read as mandates section 11 says. */
#include "scene.h"
#include "session/error.h"

START_TEST (t01_app_message_roundtrip)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", NULL);
  sim_honest_say (sim_one (sim, "alice"), "hello");
  sim_tell (sim, 1);
  SIM_EXPECT (sim, "[  0.000] alice  says \"hello\"\n"
                   "[  0.020] bob    reads \"hello\" from alice\n");
}
END_TEST

/* Policy, list and scores come with the Welcome; the Welcome again changes nothing and is not answered. */
START_TEST (t02_conversation_sync_idempotent)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", NULL);
  SimHonest *bob = sim_one (sim, "bob");
  const GPtrArray *history = sim_net_history (sim->net);
  const SimState *before = bob->state;
  guint published = history->len, seen = 0;
  for (guint i = 0; i < published; i++)
    {
      const SimPacket *packet = history->pdata[i];
      if (packet->subtopic != DEMLS_SUBTOPIC_WELCOME || packet->from == bob->base.index)
        continue;
      demls_runner_receive (bob->runner, packet->subtopic, span_bytes (packet->payload), sim_honest_now (bob), NULL);
      sim_honest_crank (bob, NULL);
      seen++;
    }
  ck_assert_uint_gt (seen, 0);
  ck_assert_ptr_eq (bob->state, before);
  ck_assert_uint_eq (history->len, published);
  SIM_EXPECT (sim, "");
}
END_TEST

START_TEST (t03_core_process_inbound_a_welcome_of_another)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", NULL);
  SimHonest *carol = sim_one (sim, "carol"), *dave = sim_one (sim, "dave");
  ck_assert (sim_honest_await (carol, NULL, &policy));
  sim_tell (sim, 0.5);
  ck_assert (sim_honest_await (dave, NULL, &policy)); /* hears of carol's Welcome, but its own ballot is not decided */
  sim_net_set_online (sim->net, dave->base.index, TRUE, sim->now);
  sim_vote (sim, 1, TRUE, "alice", NULL);
  sim_tell (sim, 5);
  ck_assert (sim_honest_is_in (carol));
  ck_assert_int_eq (dave->phase, DEMLS_STATE_PENDING_JOIN);
  const GPtrArray *history = sim_net_history (sim->net);
  guint refused = 0;
  for (guint i = 0; i < history->len; i++)
    {
      const SimPacket *packet = history->pdata[i];
      g_autoptr (GError) error = NULL;
      if (packet->subtopic != DEMLS_SUBTOPIC_WELCOME || packet->from != 0)
        continue;
      ck_assert (!demls_runner_receive (dave->runner, packet->subtopic, span_bytes (packet->payload),
                                        sim_honest_now (dave), &error));
      if (g_error_matches (error, DEMLS_ERROR, DEMLS_ERROR_NOT_FOR_US))
        refused++;
    }
  ck_assert_uint_gt (refused, 0);
}
END_TEST

START_TEST (t04_core_process_inbound_b_policy_comes_with_the_welcome)
{
  DemlsPolicy policy = quick (8);
  policy.sn_min = 2;
  policy.threshold_peer_score = -50;
  policy.silence_is_yes = FALSE;
  policy.max_reelection_attempts = 3;
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", NULL);
  const SimHonest *bob = sim_one (sim, "bob");
  ck_assert (demls_policy_equal (&demls_runner_governance (bob->runner)->policy, &policy));
  g_autoptr (GPtrArray) stewards = demls_runner_stewards (bob->runner);
  ck_assert_uint_eq (stewards->len, 2);
}
END_TEST

/* An accusation is voted on, but no commit ever carries it. */
START_TEST (t05_core_violations_a_accusations_are_never_committed)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  SimHonest *alice = sim_one (sim, "alice");
  ck_assert (sim_honest_accuse (alice, &sim_one (sim, "carol")->base));
  sim_tell (sim, 1);
  sim_vote (sim, 1, TRUE, "bob", NULL);
  sim_tell (sim, 1);
  ck_assert (sim_was_told (sim, "alice  sees #1 passed"));
  ck_assert (sim_honest_change (alice, NULL, "Coffee"));
  sim_tell (sim, 1);
  sim_vote (sim, 2, TRUE, "bob", "carol", NULL);
  sim_tell (sim, 200);
  const GArray *executed = alice->state->governance->executed;
  const DemlsExecuted *last = &g_array_index (executed, DemlsExecuted, executed->len - 1);
  ck_assert (span_equal (SPAN_OF (last->proposal_hash), sim_ballot (sim, 2)));
  ck_assert_str_eq (alice->state->governance->title, "Coffee");
  for (guint i = 0; i < executed->len; i++)
    ck_assert_uint_ne (g_array_index (executed, DemlsExecuted, i).kind, 3);
  /* V111: its effect is local: the accuser's standing rises, the accused one's falls */
  ck_assert_int_gt (score (sim_one (sim, "bob"), alice), score (sim_one (sim, "bob"), sim_one (sim, "carol")));
}
END_TEST

START_TEST (t06_core_violations_b_the_same_commit_again_is_a_no_op)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  guint first = sim_net_history (sim->net)->len;
  ck_assert (sim_honest_change (sim_one (sim, "alice"), NULL, "Coffee"));
  sim_tell (sim, 1);
  sim_vote (sim, 1, TRUE, "bob", "carol", NULL);
  sim_tell (sim, 10);
  SimHonest *bob = sim_one (sim, "bob");
  const SimState *state = bob->state;
  ck_assert_str_eq (state->governance->title, "Coffee");
  const GPtrArray *history = sim_net_history (sim->net);
  guint last = history->len;
  for (guint i = first; i < last; i++)
    {
      const SimPacket *packet = history->pdata[i];
      demls_runner_receive (bob->runner, packet->subtopic, span_bytes (packet->payload), sim_honest_now (bob), NULL);
      sim_honest_crank (bob, NULL);
    }
  ck_assert_ptr_eq (bob->state, state);
  ck_assert_int_eq (bob->phase, DEMLS_STATE_WORKING);
}
END_TEST

/* Packets of the first `forbidden` published after this began do not reach carol. */
typedef struct {
  guint64 from, until;
  guint to;
} Gap;

static gint64
leave_out (const SimPacket *packet, guint to, gpointer data)
{
  const Gap *gap = data;
  return to == gap->to && packet->serial >= gap->from && packet->serial < gap->until ? DEMLS_NEVER : 0;
}

/* The reference ignores a candidate of which nothing is approved here. A mandate proves itself: it is merged. */
START_TEST (t07_core_violations_c_unknown_ballots_do_not_stop_a_candidate)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  SimHonest *ignorant = steward_at (sim, 3), *steward = steward_at (sim, 0);
  Gap gap = { sim_net_history (sim->net)->len, G_MAXUINT64, ignorant->base.index };
  sim_net_set_filter (sim->net, leave_out, &gap);
  ck_assert (sim_honest_change (steward, NULL, "Coffee"));
  sim_tell (sim, 1);
  sim_vote (sim, 1, TRUE, steward_at (sim, 1)->base.name, steward_at (sim, 2)->base.name, NULL);
  sim_tell (sim, 0.5);
  gap.until = sim_net_history (sim->net)->len; /* the proposal and all votes; the candidate is yet to come */
  ck_assert (!sim_was_told (sim, ignorant->base.name));
  sim_tell (sim, 3);
  ck_assert_str_eq (ignorant->state->governance->title, "Coffee");
}
END_TEST

START_TEST (t08_core_violations_d_the_committer_is_who_signed)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  ck_assert (sim_honest_change (sim_one (sim, "bob"), NULL, "Coffee"));
  sim_tell (sim, 1);
  sim_vote (sim, 1, TRUE, "alice", "carol", NULL);
  g_autoptr (GPtrArray) stewards = demls_runner_stewards (sim_one (sim, "bob")->runner);
  const SimMember *steward = sim_world_find (sim, span_bytes (stewards->pdata[0]));
  sim_tell (sim, 120);
  g_autofree char *line = g_strdup_printf ("carol  is in epoch %" G_GUINT64_FORMAT " by %s: policy",
                                           sim_one (sim, "carol")->state->epoch, steward->name);
  ck_assert (sim_was_told (sim, line));
}
END_TEST

/* The epoch steward is there (it talks) but gets no packets; the backup commits in its place. */
START_TEST (t09_core_violations_e_a_backup_commits)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  SimHonest *steward = steward_at (sim, 0), *backup = steward_at (sim, 1), *other = steward_at (sim, 2);
  Gap gap = { sim_net_history (sim->net)->len, G_MAXUINT64, steward->base.index };
  sim_net_set_filter (sim->net, leave_out, &gap);
  gint64 steward_had = score (other, steward), backup_had = score (other, backup);
  ck_assert (sim_honest_change (other, NULL, "Coffee"));
  sim_tell (sim, 1);
  sim_vote (sim, 1, TRUE, backup->base.name, steward_at (sim, 3)->base.name, NULL);
  sim_tell (sim, 1);
  sim_honest_say (steward, "still here");
  sim_tell (sim, 60);
  ck_assert_str_eq (other->state->governance->title, "Tea");
  sim_tell (sim, 60);
  ck_assert_str_eq (other->state->governance->title, "Coffee");
  ck_assert_int_eq (score (other, backup), backup_had + 10);
  ck_assert_int_eq (score (other, steward), steward_had - 40);
  ck_assert_int_ge (score (steward, steward), steward_had); /* never to itself */
}
END_TEST

/* Absence costs nothing (mandates 9). */
START_TEST (t09_an_absent_steward_is_not_blamed)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  SimHonest *steward = steward_at (sim, 0), *backup = steward_at (sim, 1), *other = steward_at (sim, 2);
  sim_honest_set_online (steward, FALSE);
  gint64 steward_had = score (other, steward);
  ck_assert (sim_honest_change (other, NULL, "Coffee"));
  sim_tell (sim, 1);
  sim_vote (sim, 1, TRUE, backup->base.name, steward_at (sim, 3)->base.name, NULL);
  sim_tell (sim, 121);
  ck_assert_str_eq (other->state->governance->title, "Coffee");
  ck_assert_int_eq (score (other, steward), steward_had);
  sim_honest_set_online (steward, TRUE);
  sim_settle (sim, 600);
  ck_assert_str_eq (steward->state->governance->title, "Coffee");
}
END_TEST

/* A candidate that claims another steward than its signer: nobody merges it, its signer pays, the other does not. */
START_TEST (t10_core_violations_f_forged_claimed_id)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  SimHonest *liar = steward_at (sim, 0), *victim = steward_at (sim, 1), *other = steward_at (sim, 2);
  gint64 liar_had = score (other, liar), victim_had = score (other, victim);
  ck_assert (sim_honest_change (other, NULL, "Coffee"));
  sim_tell (sim, 1);
  sim_vote (sim, 1, TRUE, victim->base.name, steward_at (sim, 3)->base.name, NULL);
  sim_tell (sim, 1);
  g_autoptr (GBytes) encoded = sim_liar_build (liar);
  ck_assert_ptr_nonnull (encoded);
  g_autoptr (DemlsCommitCandidate) candidate =
      demls_commit_candidate_decode (span_bytes (encoded), g_bytes_get_size (encoded), NULL);
  memcpy (candidate->steward_member_id.data, victim->base.id, sizeof victim->base.id);
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (COMMIT_CANDIDATE);
  message.commit_candidate = candidate;
  sim_liar_send (liar, &message);
  sim_tell (sim, 1);
  ck_assert_str_eq (other->state->governance->title, "Tea");
  ck_assert_int_eq (score (other, liar), liar_had - 50);
  ck_assert_int_eq (score (other, victim), victim_had);
}
END_TEST

START_TEST (t11_core_violations_g_a_round_without_candidates)
{
  DemlsPolicy policy = quick (1);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  SimHonest *steward = steward_at (sim, 0);
  SimHonest *other = sim_one (sim, steward == sim_one (sim, "alice") ? "bob" : "alice");
  sim_honest_set_online (steward, FALSE);
  guint64 epoch = other->state->epoch;
  ck_assert (sim_honest_change (other, NULL, "Coffee"));
  sim_tell (sim, 1);
  for (guint i = 0; i < 4; i++)
    if (sim_world_honest (sim, i) != steward && sim_world_honest (sim, i) != other)
      ck_assert (sim_honest_vote (sim_world_honest (sim, i), sim_ballot (sim, 1), TRUE));
  sim_tell (sim, 100);
  ck_assert_uint_eq (other->state->epoch, epoch);
  ck_assert_str_eq (other->base.name, "alice");
  SIM_EXPECT_OF (sim, "alice",
                 "[  0.000] alice  wants the title changed\n"
                 "[  0.000] alice  proposes #1: policy\n"
                 "[  1.020] alice  sees #1 passed: policy\n"
                 "[ 66.020] alice  is in FREEZING\n" /* commit_inactivity and one recovery_inactivity of silence */
                 "[ 96.020] alice  is in SELECTION\n"
                 "[ 96.020] alice  is in REELECTION\n");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    t01_app_message_roundtrip,
    t02_conversation_sync_idempotent,
    t03_core_process_inbound_a_welcome_of_another,
    t04_core_process_inbound_b_policy_comes_with_the_welcome,
    t05_core_violations_a_accusations_are_never_committed,
    t06_core_violations_b_the_same_commit_again_is_a_no_op,
    t07_core_violations_c_unknown_ballots_do_not_stop_a_candidate,
    t08_core_violations_d_the_committer_is_who_signed,
    t09_core_violations_e_a_backup_commits,
    t09_an_absent_steward_is_not_blamed,
    t10_core_violations_f_forged_claimed_id,
    t11_core_violations_g_a_round_without_candidates,
  };
  return run_tests ("scenarios/t01-t11", tests, G_N_ELEMENTS (tests));
}
