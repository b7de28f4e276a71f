/* Hazards H1-H14 of the reference (anchors: reliability section 3), each with what is promised here instead. Those that
 * take a liar are where the liars are:
 *
 *   H1  a forged electorate         test-liars-vote: b14     the roster is counted, not what the proposal says
 *   H2  stuffed ballots             test-liars-vote: b13     a vote counts by its owner's leaf key
 *   H3  opposite verdicts           here                     votes add up, silence never decides against somebody
 *   H4  silence is yes              here, and test-several   nobody is removed by silence, however late others' votes
 * are H5  candidates from outside     test-liars-commit: b10   only members' candidates are opened, four of each are
 * held H6  credit for a claimed name   test-t01-t11: t10 f      the signer pays H7  the first word wins
 * test-liars-vote: b21, test-attacks: a fake group of the same id H8  a ground place as steward   here worth one turn
 *   H9  a live vote pushed out      test-liars-vote: b17     nothing drops an open ballot
 *   H10 trusted clocks              test-liars-vote: b20, test-several: verdicts do not depend on clocks
 *   H11 a label taken in advance    test-liars-vote: b18     ballots are told apart by 256 bits
 *   H12 a forked commit             test-liars-commit: b01, b02, test-attacks: late, equivocating and spoilt candidates
 *   H13 nothing is kept             here, test-several (four deaths of a steward), test-stored
 *   H14 several of them at once     here
 */
#include <string.h>

#include "../lib/run.h"

#include "../lib/sim/sim-story.h"

static DemlsPolicy
quick (void)
{
  return demls_policy_preset (DEMLS_PRESET_QUICK);
}

static guint
count_told (SimWorld *sim, const char *part)
{
  g_autofree char *text = sim_log_text (sim->log);
  guint n = 0;
  for (const char *at = strstr (text, part); at; at = strstr (at + 1, part))
    n++;
  return n;
}

/* --- H3 ---------------------------------------------------------------------------------------------------------- */

/* One yes and two noes of three, in every order of arrival. Promised: rejected, for all. */
START_TEST (h03_the_order_of_votes_decides_nothing)
{
  static const char *const orders[6][3] = { { "alice", "bob", "carol" }, { "alice", "carol", "bob" },
                                            { "bob", "alice", "carol" }, { "bob", "carol", "alice" },
                                            { "carol", "alice", "bob" }, { "carol", "bob", "alice" } };
  DemlsPolicy policy = quick ();
  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
      ck_assert (sim_honest_change (sim_one (sim, "alice"), NULL, "Coffee")); /* says yes to it */
      sim_tell (sim, 1);
      for (guint k = 0; k < 3; k++)
        {
          if (strcmp (orders[i][k], "alice") != 0)
            sim_vote (sim, 1, FALSE, orders[i][k], NULL);
          sim_tell (sim, 0.001 * (k + 1));
        }
      sim_tell (sim, 700);
      ck_assert_uint_eq (count_told (sim, "passed"), 0);
      ck_assert_uint_eq (count_told (sim, "sees #1 rejected"), 3);
    }
}
END_TEST

static void
cut (SimWorld *sim, guint side, gboolean is_cut)
{
  for (guint i = 0; i < sim->members->len; i++)
    for (guint j = 0; j < sim->members->len; j++)
      if ((side >> i & 1) != (side >> j & 1))
        sim_net_cut (sim->net, i, j, is_cut, sim->now);
}

/* The group is cut before anybody votes, in every way, and grows together again after the time for silence, before the
 * vote expires: three yes and one no of four, then two of each. Promised: one verdict for all. */
START_TEST (h03_a_cut_group_has_one_verdict)
{
  DemlsPolicy policy = quick ();
  for (guint side = 1; side < 15; side++)
    for (guint yes = 2; yes <= 3; yes++)
      {
        g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
        ck_assert (sim_honest_change (sim_one (sim, "alice"), NULL, "Coffee"));
        sim_tell (sim, 1);
        cut (sim, side, TRUE);
        for (guint i = 1; i < 4; i++)
          sim_honest_vote (sim_world_honest (sim, i), sim_ballot (sim, 1), i < yes);
        sim_tell (sim, 200);
        cut (sim, side, FALSE);
        sim_net_heal_all (sim->net, sim->now);
        sim_tell (sim, 300);
        ck_assert_uint_eq (count_told (sim, "sees #1 passed"), yes == 3 ? 4 : 0);
        ck_assert_uint_eq (count_told (sim, "sees #1 rejected"), yes == 3 ? 0 : 4);
        for (guint i = 0; i < 4; i++)
          ck_assert_str_eq (sim_world_honest (sim, i)->state->governance->title, yes == 3 ? "Coffee" : "Tea");
      }
}
END_TEST

/* --- H4, H14 ----------------------------------------------------------------------------------------------------- */

/* Nothing that anybody but alice (number 0) sends arrives before all timeouts are over. */
static gint64
only_alice_in_time (const SimPacket *packet, guint to, gpointer data)
{
  (void) to;
  (void) data;
  return packet->from == 0 ? 0 : 700 * SIM_SECOND;
}

/* H4: all votes but the attacker's are held up. Promised: nobody is removed, and nobody let in. */
START_TEST (h04_late_votes_remove_nobody)
{
  DemlsPolicy policy = quick ();
  policy.preset = DEMLS_PRESET_CUSTOM;
  policy.announce = DEMLS_ANNOUNCE_ASK;
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  sim_net_set_filter (sim->net, only_alice_in_time, NULL);
  ck_assert (sim_honest_expel (sim_one (sim, "alice"), &sim_one (sim, "dave")->base));
  SimHonest *erin = sim_one (sim, "erin");
  ck_assert (sim_honest_await (erin, NULL, &policy));
  sim_tell (sim, 1);
  sim_vote (sim, 1, FALSE, "bob", "carol", "dave", NULL);
  sim_tell (sim, 3000);
  ck_assert_uint_eq (count_told (sim, "passed"), 0);
  ck_assert_uint_eq (sim_one (sim, "alice")->state->members->len, 4);
}
END_TEST

/* H14: the same with wrong clocks, and with proposals about everybody. */
START_TEST (h14_pressure_from_all_sides)
{
  static const char *const names[] = { "alice", "bob", "carol", "dave", "erin" };
  static const gint64 skews[] = { 300, -300, 120, -17, 5 };
  static const guint rates[] = { 2000, 500, 900, 1100, 1000 };
  DemlsPolicy policy = quick ();
  g_autoptr (SimWorld) sim = sim_story_empty (&policy);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    sim_one (sim, names[i])->clock = (SimClock){ 0, G_USEC_PER_SEC, rates[i], skews[i] };
  ck_assert (sim_honest_found (sim_one (sim, names[0]), "Tea", &policy));
  for (guint i = 1; i < G_N_ELEMENTS (names); i++)
    sim_join (sim, names[i]);
  sim_story_begin (sim);
  sim_net_set_filter (sim->net, only_alice_in_time, NULL);
  for (guint i = 1; i < G_N_ELEMENTS (names); i++)
    {
      sim_honest_expel (sim_one (sim, "alice"), &sim_one (sim, names[i])->base);
      sim_tell (sim, 20);
    }
  sim_tell (sim, 3000);
  ck_assert_uint_eq (count_told (sim, "passed"), 0);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    ck_assert_uint_eq (sim_one (sim, names[i])->state->members->len, 5);
  sim_net_set_filter (sim->net, NULL, NULL);
  sim_settle (sim, 3600);
  sim_honest_say (sim_one (sim, "bob"), "still here");
  sim_tell (sim, 5);
  ck_assert_uint_eq (count_told (sim, "reads \"still here\" from bob"), 4);
}
END_TEST

/* --- H8 ---------------------------------------------------------------------------------------------------------- */

/* Somebody has made itself the first steward of this epoch, as is a matter of milliseconds, and does nothing. Promised:
 * the next one does it, and with the next epoch the order is another. */
START_TEST (h08_a_ground_place_is_worth_one_turn)
{
  DemlsPolicy policy = quick ();
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  g_autoptr (GPtrArray) stewards = demls_runner_stewards (sim_one (sim, "alice")->runner);
  SimHonest *first = (SimHonest *) sim_world_find (sim, span_bytes (stewards->pdata[0]));
  SimHonest *asks = (SimHonest *) sim_world_find (sim, span_bytes (stewards->pdata[1]));
  gint64 asked = sim->now;
  sim_honest_set_online (first, FALSE);
  ck_assert (sim_honest_change (asks, NULL, "Coffee"));
  sim_tell (sim, 1);
  for (guint i = 0; i < 4; i++)
    if (sim_world_honest (sim, i) != first && sim_world_honest (sim, i) != asks)
      ck_assert (sim_honest_vote (sim_world_honest (sim, i), sim_ballot (sim, 1), TRUE));
  while (strcmp (asks->state->governance->title, "Coffee") != 0 && sim_world_step (sim, sim->now + 600 * SIM_SECOND))
    ;
  gint64 bound = (gint64) (policy.commit_inactivity_ms + policy.recovery_inactivity_ms + policy.freeze_ms) * 1000;
  ck_assert_int_le (sim->now - asked, bound + 2 * SIM_SECOND); /* S3, with the one turn it cost */
  sim_honest_set_online (first, TRUE);
  sim_settle (sim, 600);
  guint led = 0;
  for (guint round = 0; round < 8; round++)
    {
      g_autoptr (GPtrArray) now = demls_runner_stewards (asks->runner);
      led += span_equal (span_bytes (now->pdata[0]), SPAN_OF (first->base.id)) ? 1 : 0;
      g_autofree char *title = g_strdup_printf ("Tea %u", round);
      ck_assert (sim_honest_change (asks, NULL, title));
      sim_tell (sim, 1);
      for (guint i = 0; i < 4; i++)
        if (sim_world_honest (sim, i) != asks)
          sim_honest_vote (sim_world_honest (sim, i), sim_ballot (sim, round + 2), TRUE);
      sim_settle (sim, 600);
    }
  ck_assert_uint_lt (led, 8);
}
END_TEST

/* --- H13 --------------------------------------------------------------------------------------------------------- */

/* The power fails for all at once, in the middle of a vote. Promised: the vote goes on, what was said is known, nothing
 * is asked twice. */
START_TEST (h13_a_power_cut_for_all)
{
  DemlsPolicy policy = quick ();
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  sim_honest_say (sim_one (sim, "bob"), "before");
  ck_assert (sim_honest_change (sim_one (sim, "alice"), NULL, "Coffee"));
  sim_tell (sim, 1);
  sim_vote (sim, 1, TRUE, "bob", NULL);
  for (guint i = 0; i < 4; i++)
    sim_honest_kill (sim_world_honest (sim, i), 30 * SIM_SECOND, TRUE);
  sim_tell (sim, 40);
  sim_vote (sim, 1, TRUE, "carol", NULL);
  sim_tell (sim, 200);
  for (guint i = 0; i < 4; i++)
    ck_assert_str_eq (sim_world_honest (sim, i)->state->governance->title, "Coffee");
  ck_assert_uint_eq (count_told (sim, "is asked to vote on #1"), 3);
  ck_assert_uint_eq (count_told (sim, "reads \"before\""), 3);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    h03_the_order_of_votes_decides_nothing, h03_a_cut_group_has_one_verdict, h04_late_votes_remove_nobody,
    h08_a_ground_place_is_worth_one_turn,   h13_a_power_cut_for_all,         h14_pressure_from_all_sides,
  };
  return run_tests ("scenarios/hazards", tests, G_N_ELEMENTS (tests));
}
