/* The unit-level list at the end of governance section 13, as far as it takes several members; and scenarios that the
 * seeds only reach by chance: clocks, crashes at each point, an absent member, a policy under way. */
#include "../lib/sim/sim-plan.h"
#include "scene.h"

/* Votes on a change of title until it is in force or `seconds` have passed; TRUE if it is. */
static gboolean
change_title (SimWorld *sim, const char *title, double seconds)
{
  guint number = sim->record->ballot_list->len - sim->story_ballots + 1;
  ck_assert (sim_honest_change (steward_at (sim, 0), NULL, title));
  sim_tell (sim, 1);
  for (guint i = 0; i < sim->members->len; i++)
    {
      SimHonest *member = sim_world_honest (sim, i);
      if (member->runner && member != steward_at (sim, 0))
        sim_honest_vote (member, sim_ballot (sim, number), TRUE);
    }
  sim_tell (sim, seconds);
  for (guint i = 0; i < sim->members->len; i++)
    {
      SimHonest *member = sim_world_honest (sim, i);
      if (sim_honest_is_there (member) && strcmp (member->state->governance->title, title) != 0)
        return FALSE;
    }
  return TRUE;
}

/* --- votes ------------------------------------------------------------------------------------------------------- */

START_TEST (silence_never_removes)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  ck_assert (sim_honest_expel (sim_one (sim, "alice"), &sim_one (sim, "dave")->base));
  sim_tell (sim, 3000);
  ck_assert_uint_eq (sim_one (sim, "alice")->state->members->len, 4);
  ck_assert (sim_was_told (sim, "rejected")); /* it expired */
}
END_TEST

/* V9: two said yes, one machine in three attests that the time was over. */
START_TEST (silence_admits_after_the_timeout)
{
  DemlsPolicy policy = quick (5);
  policy.preset = DEMLS_PRESET_CUSTOM;
  policy.announce = DEMLS_ANNOUNCE_ASK; /* nobody votes by itself */
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  SimHonest *erin = sim_one (sim, "erin");
  ck_assert (sim_honest_await (erin, NULL, &policy));
  sim_tell (sim, 1);
  sim_vote (sim, 1, TRUE, "alice", "bob", NULL);
  sim_tell (sim, 28);
  ck_assert (!sim_was_told (sim, "passed"));
  sim_tell (sim, 10);
  ck_assert (sim_was_told (sim, "passed"));
  ck_assert (sim_honest_is_in (erin));
}
END_TEST

START_TEST (one_yes_and_silence_admit_nobody)
{
  DemlsPolicy policy = quick (5);
  policy.preset = DEMLS_PRESET_CUSTOM;
  policy.announce = DEMLS_ANNOUNCE_ASK;
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  ck_assert (sim_honest_await (sim_one (sim, "erin"), NULL, &policy));
  sim_tell (sim, 1);
  sim_vote (sim, 1, TRUE, "alice", NULL);
  sim_tell (sim, 590);
  ck_assert_uint_eq (sim_one (sim, "alice")->state->members->len, 3);
}
END_TEST

/* V6: a vote outlives the epoch in which it was asked for. */
START_TEST (a_ballot_outlives_its_epoch)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  SimHonest *target = steward_at (sim, 3);
  SimHonest *voters[3] = { steward_at (sim, 0), steward_at (sim, 1), steward_at (sim, 2) };
  ck_assert (sim_honest_expel (voters[0], &target->base));
  sim_tell (sim, 1);
  guint64 epoch = voters[0]->state->epoch;
  ck_assert (sim_honest_change (voters[0], NULL, "Coffee"));
  sim_tell (sim, 1);
  ck_assert (sim_honest_vote (voters[1], sim_ballot (sim, 2), TRUE));
  ck_assert (sim_honest_vote (voters[2], sim_ballot (sim, 2), TRUE));
  sim_tell (sim, 100);
  ck_assert_uint_eq (voters[0]->state->epoch, epoch + 1);
  ck_assert (sim_honest_vote (voters[1], sim_ballot (sim, 1), TRUE));
  ck_assert (sim_honest_vote (voters[2], sim_ballot (sim, 1), TRUE));
  sim_tell (sim, 100);
  ck_assert_uint_eq (voters[0]->state->members->len, 3);
}
END_TEST

/* --- who commits ------------------------------------------------------------------------------------------------- */

/* V21: the primary leads; the backup steps in after commit_inactivity and one recovery_inactivity. */
START_TEST (the_backup_waits_its_turn)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  SimHonest *steward = steward_at (sim, 0), *backup = steward_at (sim, 1), *third = steward_at (sim, 2);
  SimHonest *fourth = steward_at (sim, 3);
  sim_honest_set_online (steward, FALSE);
  ck_assert (sim_honest_change (third, NULL, "Coffee"));
  sim_tell (sim, 1);
  ck_assert (sim_honest_vote (backup, sim_ballot (sim, 1), TRUE));
  ck_assert (sim_honest_vote (fourth, sim_ballot (sim, 1), TRUE));
  gint64 voted = sim->now;
  while (backup->phase == DEMLS_STATE_WORKING && sim_world_step (sim, voted + 300 * SIM_SECOND))
    ;
  gint64 turn = (gint64) (policy.commit_inactivity_ms + policy.recovery_inactivity_ms) * 1000;
  ck_assert_int_eq (sim->now - voted, turn + SIM_STORY_DELAY); /* fourth's vote, which decides, takes a way */
  sim_tell (sim, 60);
  ck_assert_str_eq (third->state->governance->title, "Coffee");
  ck_assert_str_eq (fourth->state->governance->title, "Coffee");
}
END_TEST

START_TEST (everybody_commits_in_turn)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *title = g_strdup_printf ("Tea %u", i);
      ck_assert (change_title (sim, title, 4));
    }
}
END_TEST

/* --- being away -------------------------------------------------------------------------------------------------- */

START_TEST (who_slept_catches_up)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  SimHonest *sleeper = sim_one (sim, "dave");
  sim_honest_set_online (sleeper, FALSE);
  guint done = 0;
  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *title = g_strdup_printf ("Tea %u", i);
      done += change_title (sim, title, 150) ? 1 : 0;
    }
  ck_assert_uint_gt (done, 3);
  sim_honest_say (sim_one (sim, "alice"), "are you there?");
  sim_honest_set_online (sleeper, TRUE);
  sim_tell (sim, 120);
  ck_assert_ptr_eq (sleeper->state, sim_one (sim, "alice")->state);
  ck_assert (sim_was_told (sim, "dave   reads \"are you there?\" from alice"));
}
END_TEST

/* Chat said in a partition reaches the other side once it heals, and nobody reads anything twice (A9 is checked). */
START_TEST (a_partition_heals)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", "erin", NULL);
  for (guint i = 0; i < 2; i++)
    for (guint j = 2; j < 5; j++)
      {
        sim_net_cut (sim->net, i, j, TRUE, sim->now);
        sim_net_cut (sim->net, j, i, TRUE, sim->now);
      }
  sim_honest_say (sim_world_honest (sim, 0), "one side");
  sim_honest_say (sim_world_honest (sim, 4), "other side");
  ck_assert (sim_honest_change (sim_world_honest (sim, 3), NULL, "Coffee"));
  sim_tell (sim, 300);
  ck_assert (!sim_was_told (sim, "alice  reads"));
  sim_net_heal_all (sim->net, sim->now);
  sim_tell (sim, 300);
  ck_assert (sim_was_told (sim, "alice  reads \"other side\" from erin"));
  ck_assert (sim_was_told (sim, "erin   reads \"one side\" from alice"));
  g_autofree char *why = NULL;
  ck_assert_msg (sim_has_converged (sim, &why), "%s", why);
}
END_TEST

/* --- crashes ----------------------------------------------------------------------------------------------------- */

/* The steward dies at each of the four points of a crank while it commits; the group goes on, and so does it. */
static void
crash_while_committing (SimCrash crash)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  SimHonest *steward = steward_at (sim, 0), *other = steward_at (sim, 1), *third = steward_at (sim, 2);
  ck_assert (sim_honest_change (other, NULL, "Coffee"));
  sim_tell (sim, 1);
  ck_assert (sim_honest_vote (third, sim_ballot (sim, 1), TRUE));
  sim_tell (sim, 1.5);
  ck_assert_str_eq (steward->state->governance->title, "Tea");
  steward->crash = crash;
  steward->crash_for = 5 * SIM_SECOND;
  sim_tell (sim, 300);
  ck_assert_str_eq (steward->state->governance->title, "Coffee");
  ck_assert_ptr_eq (steward->state, other->state);
  ck_assert_ptr_eq (steward->state, third->state);
  sim_honest_say (steward, "I am back");
  sim_honest_say (other, "good");
  sim_tell (sim, 1);
  g_autofree char *line = g_strdup_printf ("reads \"I am back\" from %s", steward->base.name);
  ck_assert (sim_was_told (sim, line));
}

START_TEST (a_steward_dies_before_saving)
{
  crash_while_committing (SIM_CRASH_BEFORE_SAVE);
}
END_TEST

START_TEST (a_steward_dies_before_publishing)
{
  crash_while_committing (SIM_CRASH_BEFORE_PUBLISH);
}
END_TEST

START_TEST (a_steward_dies_while_publishing)
{
  crash_while_committing (SIM_CRASH_WHILE_PUBLISHING);
}
END_TEST

START_TEST (a_steward_dies_before_showing)
{
  crash_while_committing (SIM_CRASH_BEFORE_SHOW);
}
END_TEST

/* --- L4 ---------------------------------------------------------------------------------------------------------- */

/* The same story with true and with wrong clocks: the same verdicts, the same members. */
static char *
verdicts (gboolean wrong_clocks)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story_empty (&policy);
  const char *const names[] = { "alice", "bob", "carol", "dave" };
  const guint rates[] = { 500, 2000, 1100, 700 };
  const gint64 skews[] = { 300, -300, 17, -120 };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      SimHonest *member = sim_one (sim, names[i]);
      if (wrong_clocks)
        member->clock = (SimClock){ 0, G_USEC_PER_SEC, rates[i], skews[i] };
    }
  ck_assert (sim_honest_found (sim_one (sim, "alice"), "Tea", &policy));
  for (guint i = 1; i < G_N_ELEMENTS (names); i++)
    sim_join (sim, names[i]);
  sim_story_begin (sim);
  ck_assert (sim_honest_change (sim_one (sim, "alice"), NULL, "Coffee"));
  ck_assert (sim_honest_expel (sim_one (sim, "bob"), &sim_one (sim, "dave")->base));
  sim_tell (sim, 1);
  sim_vote (sim, 1, TRUE, "bob", "carol", NULL);
  sim_vote (sim, 1, FALSE, "dave", NULL);
  sim_vote (sim, 2, FALSE, "alice", "carol", NULL);
  sim_tell (sim, 400);
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const SimHonest *member = sim_one (sim, names[i]);
      g_string_append_printf (text, "%s: %s, %u members, epoch %" G_GUINT64_FORMAT "\n", names[i],
                              member->state->governance->title, member->state->members->len, member->state->epoch);
    }
  return g_string_free (text, FALSE);
}

START_TEST (verdicts_do_not_depend_on_clocks)
{
  g_autofree char *right = verdicts (FALSE), *wrong = verdicts (TRUE);
  ck_assert_str_eq (right, wrong);
  ck_assert_str_eq (right, "alice: Coffee, 4 members, epoch 4\n"
                           "bob: Coffee, 4 members, epoch 4\n"
                           "carol: Coffee, 4 members, epoch 4\n"
                           "dave: Coffee, 4 members, epoch 4\n");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    silence_never_removes,
    silence_admits_after_the_timeout,
    one_yes_and_silence_admit_nobody,
    a_ballot_outlives_its_epoch,
    the_backup_waits_its_turn,
    everybody_commits_in_turn,
    who_slept_catches_up,
    a_partition_heals,
    a_steward_dies_before_saving,
    a_steward_dies_before_publishing,
    a_steward_dies_while_publishing,
    a_steward_dies_before_showing,
    verdicts_do_not_depend_on_clocks,
  };
  return run_tests ("scenarios/several", tests, G_N_ELEMENTS (tests));
}
