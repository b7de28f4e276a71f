/* test-runner.c - ordinary life: found, join, vote, chat, remove, leave, change, elect (governance T1-T39 in small).
 */
#include "bus.h"

START_TEST (a_founder_works_alone)
{
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_CHAT);
  g_autoptr (Bus) bus = bus_new ();
  bus_person (bus, "alice");
  bus_found (bus, &policy);
  ck_assert_int_eq (demls_runner_state (bus_runner (bus, 0)), DEMLS_STATE_WORKING);
  ck_assert_uint_eq (bus_size (bus, 0), 1);
  ck_assert_uint_eq (bus_count (bus, 0, DEMLS_EVENT_PHASE_CHANGE), 1);
}
END_TEST

START_TEST (groups_grow_by_vote)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (5, &policy);
  for (guint i = 0; i < 5; i++)
    ck_assert_uint_eq (bus_size (bus, i), 5);
}
END_TEST

START_TEST (chat_is_shown_once_to_all_others)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (3, &policy);
  g_autoptr (GBytes) id = NULL;
  ck_assert (demls_runner_say (bus_runner (bus, 1), "hello", &id, bus_now (bus), NULL));
  bus_settle (bus, 1);
  bus_run (bus, SECONDS (2));
  ck_assert_uint_eq (bus_has_chat (bus, 0, "hello"), 1);
  ck_assert_uint_eq (bus_has_chat (bus, 1, "hello"), 0);
  ck_assert_uint_eq (bus_has_chat (bus, 2, "hello"), 1);
  g_autoptr (GBytes) bob = bus_id (bus, 1);
  ck_assert (g_bytes_equal (bus_last (bus, 2, DEMLS_EVENT_CHAT)->member, bob));
  ck_assert (g_bytes_equal (bus_last (bus, 2, DEMLS_EVENT_CHAT)->message_id, id));
}
END_TEST

START_TEST (restarts_at_every_step_change_nothing)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group_with (4, &policy, TRUE);
  demls_runner_say (bus_runner (bus, 1), "hello", NULL, bus_now (bus), NULL);
  bus_settle (bus, 1);
  bus_run (bus, SECONDS (100));
  ck_assert_uint_eq (bus_has_chat (bus, 0, "hello"), 1);
  ck_assert (bus_agrees (bus));
}
END_TEST

/* --- decisions ---------------------------------------------------------------------------------------------------- */

/* Everybody but `opener` votes on the newest ballot. */
static void
all_vote (Bus *bus, guint opener, GBytes *ballot, gboolean yes)
{
  bus_run (bus, SECONDS (1) / 10);
  for (guint i = 0; i < bus->members->len; i++)
    {
      g_autoptr (GError) error = NULL;
      if (i == opener || !bus_is_in (bus, i))
        continue;
      demls_runner_vote (bus_runner (bus, i), span_bytes (ballot), yes, bus_now (bus), &error);
      ck_assert_msg (error == NULL || g_error_matches (error, DEMLS_ERROR, DEMLS_ERROR_EXPIRED)
                         || g_error_matches (error, DEMLS_ERROR, DEMLS_ERROR_ALREADY_VOTED)
                         || g_error_matches (error, DEMLS_ERROR, DEMLS_ERROR_UNKNOWN),
                     "%s", error->message);
      bus_settle (bus, i);
    }
}

START_TEST (a_member_is_removed_by_votes)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (4, &policy);
  g_autoptr (GBytes) dave = bus_id (bus, 3), ballot = NULL;
  g_autoptr (GError) error = NULL;
  ck_assert (demls_runner_expel (bus_runner (bus, 0), span_bytes (dave), "spam", &ballot, bus_now (bus), &error));
  bus_settle (bus, 0);
  ck_assert (!demls_runner_expel (bus_runner (bus, 0), span_bytes (dave), "spam", NULL, bus_now (bus), &error));
  ck_assert (g_error_matches (error, DEMLS_ERROR, DEMLS_ERROR_DUPLICATE));
  all_vote (bus, 0, ballot, TRUE);
  bus_run (bus, SECONDS (10));
  ck_assert (demls_runner_is_over (bus_runner (bus, 3)));
  ck_assert_uint_eq (bus_size (bus, 0), 3);
  ck_assert (bus_agrees (bus));
  ck_assert (bus_last (bus, 3, DEMLS_EVENT_COMMIT_APPLIED)->own);
  ck_assert_str_eq (bus_last (bus, 3, DEMLS_EVENT_LEAVING)->text, "removed");
}
END_TEST

/* V9, V12: silence removes nobody. */
START_TEST (silence_removes_nobody)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (4, &policy);
  g_autoptr (GBytes) dave = bus_id (bus, 3), ballot = NULL;
  ck_assert (demls_runner_expel (bus_runner (bus, 0), span_bytes (dave), "", &ballot, bus_now (bus), NULL));
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (100));
  ck_assert_uint_eq (bus_size (bus, 0), 4);
  ck_assert (!bus_last (bus, 0, DEMLS_EVENT_CONSENSUS_REACHED)->approved);
  ck_assert (bus_agrees (bus));
}
END_TEST

START_TEST (votes_against_keep_somebody)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (4, &policy);
  g_autoptr (GBytes) dave = bus_id (bus, 3), ballot = NULL;
  ck_assert (demls_runner_expel (bus_runner (bus, 0), span_bytes (dave), NULL, &ballot, bus_now (bus), NULL));
  bus_settle (bus, 0);
  all_vote (bus, 0, ballot, FALSE);
  bus_run (bus, SECONDS (5));
  for (guint i = 0; i < 4; i++)
    ck_assert (!bus_last (bus, i, DEMLS_EVENT_CONSENSUS_REACHED)->approved);
  ck_assert_uint_eq (bus_size (bus, 0), 4);
}
END_TEST

START_TEST (a_member_leaves)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (3, &policy);
  ck_assert (demls_runner_leave (bus_runner (bus, 0), bus_now (bus), NULL));
  bus_settle (bus, 0);
  guint sent = bus_member (bus, 0)->n_sent;
  ck_assert (demls_runner_leave (bus_runner (bus, 0), bus_now (bus), NULL));
  bus_settle (bus, 0);
  ck_assert_uint_eq (bus_member (bus, 0)->n_sent, sent);
  bus_run (bus, SECONDS (10));
  ck_assert (demls_runner_is_over (bus_runner (bus, 0)));
  ck_assert_str_eq (bus_last (bus, 0, DEMLS_EVENT_LEAVING)->text, "left");
  ck_assert_uint_eq (bus_size (bus, 1), 2);
  ck_assert_int_eq (g_tree_nnodes (bus_member (bus, 0)->rows), 0);
  ck_assert (bus_agrees (bus));
}
END_TEST

START_TEST (two_become_one)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (2, &policy);
  demls_runner_leave (bus_runner (bus, 0), bus_now (bus), NULL);
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (10));
  ck_assert (demls_runner_is_over (bus_runner (bus, 0)));
  ck_assert_uint_eq (bus_size (bus, 1), 1);
}
END_TEST

/* G137. */
START_TEST (a_leaver_whose_only_partner_is_silent_goes_alone)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (2, &policy);
  bus_member (bus, 1)->deaf = TRUE;
  demls_runner_leave (bus_runner (bus, 0), bus_now (bus), NULL);
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (11));
  ck_assert (demls_runner_is_over (bus_runner (bus, 0)));
}
END_TEST

START_TEST (policy_and_title_change_by_vote)
{
  DemlsPolicy policy = bus_policy (), other = policy;
  g_autoptr (Bus) bus = bus_group (3, &policy);
  g_autoptr (GBytes) ballot = NULL;
  other.freeze_ms = 2000;
  ck_assert (demls_runner_change (bus_runner (bus, 1), &other, "chess club", &ballot, bus_now (bus), NULL));
  bus_settle (bus, 1);
  all_vote (bus, 1, ballot, TRUE);
  bus_run (bus, SECONDS (10));
  for (guint i = 0; i < 3; i++)
    {
      ck_assert_str_eq (demls_runner_governance (bus_runner (bus, i))->title, "chess club");
      ck_assert_uint_eq (demls_runner_governance (bus_runner (bus, i))->policy.freeze_ms, 2000);
    }
}
END_TEST

/* --- who may come in ---------------------------------------------------------------------------------------------- */

static gboolean
joiner_reads (const Bus *bus)
{
  return bus_has_chat (bus, 5, "welcome!") > 0;
}

/* X2: at most 5 s of virtual time from the announcement to the joiner's first readable message. */
START_TEST (five_who_vote_at_once_admit_in_five_seconds)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (5, &policy);
  DemlsPolicy chat = demls_policy_preset (DEMLS_PRESET_CHAT);
  g_autoptr (GBytes) change = NULL;
  ck_assert (demls_runner_change (bus_runner (bus, 0), &chat, NULL, &change, bus_now (bus), NULL));
  bus_settle (bus, 0);
  all_vote (bus, 0, change, TRUE);
  bus_run (bus, SECONDS (100));
  bus_person (bus, "frank");
  gint64 start = bus->mono;
  bus_await (bus, 5, 600000);
  bus_run (bus, SECONDS (1) / 5);
  g_autoptr (GPtrArray) open = demls_runner_ballots (bus_runner (bus, 0));
  ck_assert_uint_eq (open->len, 1);
  for (guint i = 0; i < 5; i++)
    {
      ck_assert_uint_eq (bus_count (bus, i, DEMLS_EVENT_APPLICANT) > 0, TRUE);
      ck_assert (demls_runner_vote (bus_runner (bus, i), span_bytes (open->pdata[0]), TRUE, bus_now (bus), NULL));
      bus_settle (bus, i);
    }
  while (!joiner_reads (bus) && bus->mono < start + SECONDS (20))
    {
      for (guint i = 0; i < 1; i++)
        if (bus_is_in (bus, 5))
          {
            demls_runner_say (bus_runner (bus, i), "welcome!", NULL, bus_now (bus), NULL);
            bus_settle (bus, i);
          }
      bus_run (bus, SECONDS (1) / 20);
    }
  ck_assert (joiner_reads (bus));
  ck_assert_int_le (bus->mono - start, SECONDS (5));
}
END_TEST

START_TEST (all_presets_admit_a_joiner)
{
  for (guint preset = DEMLS_PRESET_QUICK; preset <= DEMLS_PRESET_SLOW; preset++)
    {
      DemlsPolicy policy = demls_policy_preset (preset);
      g_autoptr (Bus) bus = bus_new ();
      bus_person (bus, "alice");
      bus_found (bus, &policy);
      bus_person (bus, "bob");
      bus_await (bus, 1, demls_policy_join_ms (&policy));
      bus_run (bus, SECONDS (1));
      g_autoptr (GPtrArray) open = demls_runner_ballots (bus_runner (bus, 0));
      ck_assert_uint_eq (open->len, 1);
      if (policy.announce == DEMLS_ANNOUNCE_ASK)
        demls_runner_vote (bus_runner (bus, 0), span_bytes (open->pdata[0]), TRUE, bus_now (bus), NULL);
      bus_settle (bus, 0);
      bus_run (bus, SECONDS (30));
      ck_assert_uint_eq (bus_size (bus, 1), 2);
      ck_assert (bus_agrees (bus));
    }
}
END_TEST

/* P2, X5: with `ask` at most two ballots about strangers; others wait for an invitation. */
START_TEST (strangers_wait_where_members_are_asked)
{
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_CHAT);
  g_autoptr (Bus) bus = bus_new ();
  bus_person (bus, "alice");
  bus_found (bus, &policy);
  for (guint i = 1; i <= 4; i++)
    {
      bus_person (bus, bus_name (i));
      bus_await (bus, i, 0);
    }
  bus_run (bus, SECONDS (5));
  g_autoptr (GPtrArray) open = demls_runner_ballots (bus_runner (bus, 0));
  ck_assert_uint_eq (open->len, 2);
  g_autoptr (GPtrArray) applicants = demls_runner_applicants (bus_runner (bus, 0));
  ck_assert_uint_eq (applicants->len, 4);
  g_autoptr (GBytes) erin = bus_id (bus, 4);
  ck_assert (demls_runner_invite (bus_runner (bus, 0), span_bytes (erin), NULL, bus_now (bus), NULL));
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (30));
  ck_assert (bus_is_in (bus, 4));
  ck_assert (!bus_is_in (bus, 1));
}
END_TEST

START_TEST (a_joiner_whom_nobody_answers_gives_up)
{
  g_autoptr (Bus) bus = bus_new ();
  bus_person (bus, "alice");
  bus_await (bus, 0, 0);
  bus_run (bus, SECONDS (179));
  ck_assert (!demls_runner_is_over (bus_runner (bus, 0)));
  bus_run (bus, SECONDS (2));
  ck_assert (demls_runner_is_over (bus_runner (bus, 0)));
  ck_assert_str_eq (bus_last (bus, 0, DEMLS_EVENT_LEAVING)->text, "expired");
  ck_assert_uint_eq (bus_member (bus, 0)->n_sent, 1 + 2);
}
END_TEST

/* V9: in an open group strangers come in although nobody is at home, but only after a third attests the wait. */
START_TEST (joiners_come_in_by_silence_and_by_rule)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (6, &policy);
  ck_assert_uint_eq (bus_size (bus, 5), 6);
  bus_person (bus, "grace");
  bus_await (bus, 6, 600000);
  bus_run (bus, SECONDS (60));
  ck_assert_uint_eq (bus_size (bus, 6), 7);
  ck_assert (bus_agrees (bus));
}
END_TEST

/* --- stewards ----------------------------------------------------------------------------------------------------- */

START_TEST (the_backup_commits_when_the_steward_is_silent)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (4, &policy);
  g_autoptr (GPtrArray) stewards = demls_runner_stewards (bus_runner (bus, 0));
  guint silent = 0;
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GBytes) id = bus_id (bus, i);
      if (g_bytes_equal (id, stewards->pdata[0]))
        silent = i;
    }
  guint opener = (silent + 1) % 4;
  g_autoptr (GBytes) ballot = NULL;
  bus_member (bus, silent)->mute = TRUE;
  bus_member (bus, silent)->deaf = TRUE;
  demls_runner_change (bus_runner (bus, opener), NULL, "chess club", &ballot, bus_now (bus), NULL);
  bus_settle (bus, opener);
  all_vote (bus, opener, ballot, TRUE);
  bus_run (bus, SECONDS (10));
  for (guint i = 0; i < 4; i++)
    if (i != silent)
      ck_assert_str_eq (demls_runner_governance (bus_runner (bus, i))->title, "chess club");
}
END_TEST

/* G29, G135: more members than stewards; those fall silent, the others elect. */
START_TEST (silent_stewards_are_replaced)
{
  DemlsPolicy policy = bus_policy ();
  policy.sn_max = 2;
  g_autoptr (Bus) bus = bus_group (7, &policy);
  g_autoptr (GPtrArray) stewards = demls_runner_stewards (bus_runner (bus, 0));
  ck_assert_uint_eq (stewards->len, 2);
  guint awake = 0;
  for (guint i = 0; i < 7; i++)
    {
      g_autoptr (GBytes) id = bus_id (bus, i);
      gboolean steward = g_bytes_equal (id, stewards->pdata[0]) || g_bytes_equal (id, stewards->pdata[1]);
      bus_member (bus, i)->mute = bus_member (bus, i)->deaf = steward;
      awake = steward ? awake : i;
    }
  g_autoptr (GBytes) ballot = NULL;
  demls_runner_change (bus_runner (bus, awake), NULL, "chess club", &ballot, bus_now (bus), NULL);
  bus_settle (bus, awake);
  all_vote (bus, awake, ballot, TRUE);
  bus_run (bus, SECONDS (60));
  ck_assert_str_eq (demls_runner_governance (bus_runner (bus, awake))->title, "chess club");
}
END_TEST

/* V16, G102: a list serves its turn, then another one is elected; nobody notices. */
START_TEST (stewards_take_turns)
{
  DemlsPolicy policy = bus_policy ();
  policy.sn_max = 3;
  g_autoptr (Bus) bus = bus_group (9, &policy);
  bus_run (bus, SECONDS (100));
  for (guint i = 0; i < 9; i++)
    ck_assert_uint_eq (bus_size (bus, i), 9);
  ck_assert (bus_agrees (bus));
}
END_TEST

/* V2: a policy that breaks the rules makes no group. */
START_TEST (an_impossible_policy_founds_nothing)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Bus) bus = bus_new ();
  bus_person (bus, "alice");
  policy.freeze_ms = policy.rollback_window_ms;
  ck_assert (!demls_runner_found (&bus_member (bus, 0)->env, BUS_ID, "t", &policy, bus_now (bus), &error));
  ck_assert (g_error_matches (error, DEMLS_RULE_ERROR, DEMLS_RULE_POLICY));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    a_founder_works_alone,
    groups_grow_by_vote,
    chat_is_shown_once_to_all_others,
    restarts_at_every_step_change_nothing,
    a_member_is_removed_by_votes,
    silence_removes_nobody,
    votes_against_keep_somebody,
    a_member_leaves,
    two_become_one,
    a_leaver_whose_only_partner_is_silent_goes_alone,
    policy_and_title_change_by_vote,
    five_who_vote_at_once_admit_in_five_seconds,
    all_presets_admit_a_joiner,
    strangers_wait_where_members_are_asked,
    a_joiner_whom_nobody_answers_gives_up,
    joiners_come_in_by_silence_and_by_rule,
    the_backup_commits_when_the_steward_is_silent,
    silent_stewards_are_replaced,
    stewards_take_turns,
    an_impossible_policy_founds_nothing,
  };
  return run_tests ("session/runner", tests, G_N_ELEMENTS (tests));
}
