/* B12-B26 of reliability section 5: members who lie about votes, names and everything else, each with what is promised
 * all the same. */
#include "rules/limits.h"
#include "scene.h"

/* B12: yes to some, no to the others. Promised: one vote counts, the pair is evidence, and the verdict is the same for
 * all (V5, A3, S2). */
START_TEST (b12_double_vote)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 3, &liar);
  ck_assert (sim_honest_change (witness_of (sim), NULL, "Coffee"));
  sim_tell (sim, 1);
  sim_liar_vote (liar, sim_liar_ballot (liar), CONSENSUS_YES, 0);
  sim_liar_vote (liar, sim_liar_ballot (liar), CONSENSUS_NO, 0);
  ck_assert (sim_lie (liar, SIM_LIE_DOUBLE_VOTE)); /* and once more, a half each */
  sim_tell (sim, 1);
  all_say_yes (sim, 1);
  sim_tell (sim, 100);
  expect_agreement (sim, "Coffee", 4);
  expect_no_framing (sim);
  g_autofree char *line = g_strdup_printf ("holds evidence against %s", liar->base.name);
  ck_assert (sim_was_told (sim, line));
}
END_TEST

/* B13, H2: votes with others' names. Promised: none counts. */
START_TEST (b13_stuffed_ballots)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 0, &liar);
  ck_assert (sim_honest_expel (liar, &steward_at (sim, 1)->base));
  sim_tell (sim, 1);
  for (guint i = 0; i < 30; i++)
    sim_lie (liar, SIM_LIE_STUFFED);
  sim_tell (sim, 700);
  ck_assert (!sim_was_told (sim, "passed"));
  expect_agreement (sim, "Tea", 4);
  expect_no_framing (sim);
}
END_TEST

/* B14, H1: a removal that says one voter is enough. Promised: the roster is counted, the victim stays. */
START_TEST (b14_forged_electorate)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 0, &liar);
  ck_assert (sim_lie (liar, SIM_LIE_ELECTORATE));
  sim_tell (sim, 1);
  ck_assert (sim_liar_ballot (liar) != NULL);
  sim_liar_vote (liar, sim_liar_ballot (liar), CONSENSUS_YES, 0);
  sim_tell (sim, 700);
  ck_assert (!sim_was_told (sim, "passed"));
  expect_agreement (sim, "Tea", 4);
}
END_TEST

/* B15: everything that was ever sent, once more. Promised: nobody notices. */
START_TEST (b15_replayed_history)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 0, &liar);
  agree_on_title (sim, "Coffee");
  sim_honest_say (witness_of (sim), "hello");
  sim_tell (sim, 100);
  sim_story_begin (sim);
  guint n = sim_net_history (sim->net)->len;
  for (guint i = 0; i < n; i++)
    {
      const SimPacket *packet = sim_net_history (sim->net)->pdata[i];
      g_autoptr (GBytes) payload = g_bytes_ref (packet->payload);
      sim_liar_publish (liar, packet->subtopic, span_bytes (payload));
    }
  sim_tell (sim, 300);
  for (guint i = 0; i < sim->members->len; i++)
    if (sim_world_honest (sim, i))
      SIM_EXPECT_OF (sim, sim_world_member (sim, i)->name, "");
  expect_agreement (sim, "Coffee", 4);
  expect_no_framing (sim);
}
END_TEST

/* B16: the vote that decides comes when time is nearly up, for some too late. Promised: nobody ends up apart. */
START_TEST (b16_late_vote)
{
  for (guint i = 0; i < 6; i++)
    {
      SimHonest *liar;
      g_autoptr (SimWorld) sim = liar_story (4, 3, &liar);
      SimHonest *opener = witness_of (sim), *second = steward_at (sim, opener == steward_at (sim, 0) ? 1 : 0);
      ck_assert (sim_honest_change (opener, NULL, "Coffee"));
      sim_tell (sim, 1);
      ck_assert (sim_honest_vote (second, sim_ballot (sim, 1), TRUE));
      sim_tell (sim, 590 + (double) i * 3);
      sim_lie (liar, SIM_LIE_LATE_VOTE);
      sim_tell (sim, 900);
      g_autofree char *why = NULL;
      ck_assert_msg (sim_has_converged (sim, &why), "%s", why);
      expect_no_framing (sim);
    }
}
END_TEST

/* B17, H9: proposals by the hundred. Promised: they push no live vote out, and honest members can open and pass
 * theirs (G151). */
START_TEST (b17_spam)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 3, &liar);
  ck_assert (sim_honest_change (witness_of (sim), NULL, "Coffee"));
  sim_tell (sim, 1);
  for (guint i = 0; i < 5; i++)
    ck_assert (sim_lie (liar, SIM_LIE_SPAM));
  sim_tell (sim, 1);
  g_autoptr (GPtrArray) open = demls_runner_ballots (witness_of (sim)->runner);
  ck_assert_uint_le (open->len, 1 + CONSENSUS_OPEN_PER_OWNER);
  all_say_yes (sim, 1);
  sim_tell (sim, 100);
  ck_assert_str_eq (witness_of (sim)->state->governance->title, "Coffee");
  agree_on_title (sim, "Milk");
  sim_tell (sim, 100);
  expect_agreement (sim, "Milk", 4);
  expect_no_framing (sim);
}
END_TEST

/* B18, H11: a proposal with the label of somebody's leave. Promised: it decides nothing, and that member can leave. */
START_TEST (b18_label_collision)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 3, &liar);
  for (guint i = 0; i < 8; i++)
    sim_lie (liar, SIM_LIE_COLLISION);
  sim_tell (sim, 1);
  ck_assert (!sim_was_told (sim, "passed"));
  SimHonest *leaver = steward_at (sim, 1);
  ck_assert (sim_honest_leave (leaver));
  sim_tell (sim, 300);
  ck_assert (leaver->over || leaver->phase != DEMLS_STATE_WORKING || !sim_honest_is_in (leaver));
  expect_agreement (sim, "Tea", 3);
}
END_TEST

/* B19: accusations of the innocent. Promised: without a majority nobody's score falls (A12). */
START_TEST (b19_false_accusation)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 0, &liar);
  ck_assert (sim_lie (liar, SIM_LIE_ACCUSATION));
  sim_tell (sim, 700);
  expect_agreement (sim, "Tea", 4);
  expect_no_framing (sim);
}
END_TEST

/* B20, H10: proposals of 1970 and of the end of time. Promised: no clock decides who may vote, so these are ballots
 * like others: nobody is removed without votes. */
START_TEST (b20_impossible_times)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 0, &liar);
  for (guint i = 0; i < 8; i++)
    sim_lie (liar, SIM_LIE_TIMES);
  sim_tell (sim, 700);
  ck_assert (!sim_was_told (sim, "passed"));
  expect_agreement (sim, "Tea", 4);
}
END_TEST

/* B21, H7: Welcomes that are none, for somebody who asks to join. Promised: it joins the real group. */
START_TEST (b21_forged_welcome)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 3, &liar);
  DemlsPolicy policy = quick (5);
  SimHonest *newcomer = sim_one (sim, "grace");
  ck_assert (sim_honest_await (newcomer, witness_of (sim), &policy));
  for (guint i = 0; i < 100; i++)
    ck_assert (sim_lie (liar, SIM_LIE_FORGED_WELCOME));
  sim_tell (sim, 0.5);
  all_say_yes (sim, 1);
  sim_tell (sim, 30);
  ck_assert (sim_honest_is_in (newcomer));
  expect_agreement (sim, "Tea", 5);
}
END_TEST

/* B22: a key package that was spent, of somebody who was removed since. Promised: it never comes back to life (V7). */
START_TEST (b22_spent_key_package)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (5, 4, &liar);
  SimHonest *newcomer = sim_one (sim, "grace");
  DemlsPolicy policy = quick (5);
  ck_assert (sim_honest_await (newcomer, witness_of (sim), &policy));
  sim_tell (sim, 0.5);
  all_say_yes (sim, 1);
  sim_tell (sim, 30);
  ck_assert (sim_honest_is_in (newcomer));
  sim_honest_confirm (newcomer);
  guint number = sim->record->ballot_list->len - sim->story_ballots + 1;
  ck_assert (sim_honest_expel (witness_of (sim), &newcomer->base));
  sim_tell (sim, 0.5);
  all_say_yes (sim, number);
  sim_tell (sim, 100);
  expect_agreement (sim, "Tea", 5);
  sim_lie (liar, SIM_LIE_KEY_PACKAGE);
  sim_tell (sim, 200);
  expect_agreement (sim, "Tea", 5);
}
END_TEST

/* B23, K10: MLS proposals and commits that nobody voted. Promised: refused. */
START_TEST (b23_handshake_messages)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 0, &liar);
  guint64 refused = sim->counts->refused, epoch = witness_of (sim)->state->epoch;
  ck_assert (sim_lie (liar, SIM_LIE_HANDSHAKE));
  sim_tell (sim, 60);
  ck_assert_uint_ge (sim->counts->refused, refused + 3);
  ck_assert_uint_eq (witness_of (sim)->state->epoch, epoch);
  expect_agreement (sim, "Tea", 4);
}
END_TEST

/* B24: a member's disk is copied. Promised: who has the copy reads nothing that was read before (A6), and nothing after
 * the member has committed (A7); sim-thief.c judges that. */
START_TEST (b24_stolen_state)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  SimHonest *victim = steward_at (sim, 0);
  sim_honest_say (steward_at (sim, 1), "before");
  sim_tell (sim, 1);
  sim_thief_steal (victim);
  agree_on_title (sim, "Coffee");
  sim_tell (sim, 100);
  ck_assert_uint_gt (victim->healings->len, 0);
  sim_honest_say (steward_at (sim, 1), "after");
  sim_tell (sim, 1);
  sim_thief_read_all (sim);
  ck_assert_msg (!sim_world_failure (sim), "%s", sim_world_failure (sim));
}
END_TEST

/* B25: strangers by the dozen. Promised: at most eight wait (G151), and nobody is in without votes (P2). */
START_TEST (b25_sybils)
{
  DemlsPolicy policy = quick (5);
  policy.preset = DEMLS_PRESET_CUSTOM;
  policy.announce = DEMLS_ANNOUNCE_ASK;
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  SimHonest *liar = steward_at (sim, 0);
  sim_liar_make (liar);
  for (guint i = 0; i < 40; i++)
    ck_assert (sim_lie (liar, SIM_LIE_SYBIL));
  sim_tell (sim, 900);
  g_autoptr (GPtrArray) waiting = demls_runner_applicants (witness_of (sim)->runner);
  ck_assert_uint_le (waiting->len, DEMLS_ANNOUNCED_MAX);
  expect_agreement (sim, "Tea", 4);
}
END_TEST

/* B26: what is no text, is too long, claims another sender, or wants to be a name. Promised: all of it is
 * refused (A9, P10, V28). */
START_TEST (b26_hostile_strings)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 0, &liar);
  ck_assert (sim_lie (liar, SIM_LIE_STRINGS));
  sim_tell (sim, 10);
  ck_assert (!sim_was_told (sim, "reads")); /* nothing that was sent was text by its sender */
  ck_assert (!sim_was_told (sim, "evil"));
  ck_assert (!sim_was_told (sim, "xxxxxxxx"));
  ck_assert (!sim_was_told (sim, "is called"));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    b12_double_vote,       b13_stuffed_ballots,
    b14_forged_electorate, b15_replayed_history,
    b16_late_vote,         b17_spam,
    b18_label_collision,   b19_false_accusation,
    b20_impossible_times,  b21_forged_welcome,
    b22_spent_key_package, b23_handshake_messages,
    b24_stolen_state,      b25_sybils,
    b26_hostile_strings,
  };
  return run_tests ("scenarios/liars-vote", tests, G_N_ELEMENTS (tests));
}
