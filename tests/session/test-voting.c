/* test-voting.c - session/voting.h: opening, voting, deciding (V4-V12, G63-G68, G151).
 */
#include "bus.h"
#include "session/recovery.h"
#include "session/runner-private.h"

static void
vote (Bus *bus, guint i, GBytes *ballot, gboolean yes, gint code)
{
  g_autoptr (GError) error = NULL;
  gboolean taken = demls_runner_vote (bus_runner (bus, i), span_bytes (ballot), yes, bus_now (bus), &error);
  ck_assert (taken ? code < 0 : g_error_matches (error, DEMLS_ERROR, code));
  bus_settle (bus, i);
}

START_TEST (one_member_has_one_vote)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (4, &policy);
  g_autoptr (GBytes) ballot = NULL, nothing = g_bytes_new_static ("nothing", 7);
  demls_runner_change (bus_runner (bus, 0), NULL, "chess club", &ballot, bus_now (bus), NULL);
  bus_settle (bus, 0);
  ck_assert_uint_eq (bus_count (bus, 0, DEMLS_EVENT_OWN_PROPOSAL), 1);
  vote (bus, 0, ballot, FALSE, DEMLS_ERROR_ALREADY_VOTED);
  vote (bus, 1, ballot, TRUE, DEMLS_ERROR_UNKNOWN);
  bus_run (bus, SECONDS (1) / 10);
  ck_assert (g_bytes_equal (bus_last (bus, 1, DEMLS_EVENT_VOTE_REQUESTED)->ballot, ballot));
  vote (bus, 1, nothing, TRUE, DEMLS_ERROR_UNKNOWN);
  vote (bus, 1, ballot, TRUE, -1);
  vote (bus, 1, ballot, TRUE, DEMLS_ERROR_ALREADY_VOTED);
  bus_run (bus, SECONDS (1) / 10);
  const DemlsEvent *tally = bus_last (bus, 3, DEMLS_EVENT_BALLOT_TALLY);
  ck_assert_uint_eq (tally->yes, 2);
  ck_assert_uint_eq (tally->electorate, 4);
}
END_TEST

/* G151. */
START_TEST (four_open_ballots_are_enough_for_one_member)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (5, &policy);
  g_autoptr (GError) error = NULL;
  static const char *const titles[] = { "a", "b", "c", "d" };
  for (guint i = 0; i < 4; i++)
    ck_assert (demls_runner_change (bus_runner (bus, 0), NULL, titles[i], NULL, bus_now (bus), NULL));
  ck_assert (!demls_runner_change (bus_runner (bus, 0), NULL, "e", NULL, bus_now (bus), &error));
  ck_assert (g_error_matches (error, DEMLS_ERROR, DEMLS_ERROR_LIMIT));
  g_autoptr (GPtrArray) open = demls_runner_ballots (bus_runner (bus, 0));
  ck_assert_uint_eq (open->len, 4);
}
END_TEST

/* G151 holds nobody back who wants to leave; at the others neither. */
START_TEST (open_ballots_do_not_keep_anybody_in)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (5, &policy);
  g_autoptr (GError) error = NULL;
  static const char *const titles[] = { "a", "b", "c", "d" };
  for (guint i = 0; i < 4; i++)
    ck_assert (demls_runner_change (bus_runner (bus, 3), NULL, titles[i], NULL, bus_now (bus), NULL));
  ck_assert (demls_runner_leave (bus_runner (bus, 3), bus_now (bus), &error));
  bus_settle (bus, 3);
  bus_run (bus, SECONDS (20));
  ck_assert_uint_eq (bus_count (bus, 3, DEMLS_EVENT_ERROR), 0);
  ck_assert_uint_eq (bus_size (bus, 0), 4);
  ck_assert (bus_agrees (bus));
}
END_TEST

START_TEST (what_is_not_allowed_is_refused)
{
  DemlsPolicy policy = bus_policy (), bad = policy;
  g_autoptr (Bus) bus = bus_group (3, &policy);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) self = bus_id (bus, 0), other = bus_id (bus, 1);
  guint8 nobody[DEMLS_MEMBER_ID_SIZE] = { 7 };
  DemlsNow now = bus_now (bus);
  DemlsRunner *alice = bus_runner (bus, 0);
  bad.freeze_ms = 0;
  ck_assert (!demls_runner_expel (alice, SPAN_OF (nobody), NULL, NULL, now, &error));
  ck_assert (g_error_matches (error, DEMLS_ERROR, DEMLS_ERROR_NOT_MEMBER));
  g_clear_error (&error);
  ck_assert (!demls_runner_expel (alice, span_bytes (self), NULL, NULL, now, &error));
  ck_assert (g_error_matches (error, DEMLS_ERROR, DEMLS_ERROR_INVALID));
  g_clear_error (&error);
  g_autofree char *long_reason = g_strnfill (DEMLS_REASON_MAX + 1, 'x');
  ck_assert (!demls_runner_expel (alice, span_bytes (other), long_reason, NULL, now, &error));
  ck_assert (g_error_matches (error, DEMLS_ERROR, DEMLS_ERROR_INVALID));
  g_clear_error (&error);
  ck_assert (!demls_runner_change (alice, NULL, NULL, NULL, now, NULL));
  ck_assert (!demls_runner_change (alice, NULL, "\n", NULL, now, NULL));
  ck_assert (!demls_runner_change (alice, &bad, NULL, NULL, now, NULL));
  ck_assert (!demls_runner_invite (alice, SPAN_OF (nobody), NULL, now, &error));
  ck_assert (g_error_matches (error, DEMLS_ERROR, DEMLS_ERROR_UNKNOWN));
  ck_assert (!demls_runner_elect (alice, NULL, now, NULL));
  ck_assert (!demls_runner_say (alice, "", NULL, now, NULL));
  ck_assert (!demls_runner_say (alice, "\xff", NULL, now, NULL));
  ck_assert (!demls_runner_set_nick (alice, "", now, NULL));
  ck_assert (!demls_runner_rejoin (alice, now, NULL));
}
END_TEST

/* V12: what a client votes by itself is always told; removals, accusations and policy are never voted by rule. */
START_TEST (no_machine_votes_for_a_removal)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (4, &policy);
  g_autoptr (GBytes) dave = bus_id (bus, 3);
  guint before = bus_count (bus, 1, DEMLS_EVENT_AUTO_VOTED);
  demls_runner_expel (bus_runner (bus, 0), span_bytes (dave), NULL, NULL, bus_now (bus), NULL);
  demls_runner_accuse (bus_runner (bus, 0), span_bytes (dave), "rude", NULL, bus_now (bus), NULL);
  demls_runner_change (bus_runner (bus, 0), NULL, "chess club", NULL, bus_now (bus), NULL);
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (30));
  ck_assert_uint_eq (bus_count (bus, 1, DEMLS_EVENT_AUTO_VOTED), before);
  ck_assert_uint_eq (bus_size (bus, 0), 4);
}
END_TEST

/* V9: nobody votes against; two yes and a third who attest the wait are enough for an invitation, never for less. */
START_TEST (silence_admits_only_when_a_third_attests_it)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (5, &policy);
  policy.announce = DEMLS_ANNOUNCE_ASK;
  g_autoptr (GBytes) change = NULL;
  demls_runner_change (bus_runner (bus, 0), &policy, NULL, &change, bus_now (bus), NULL);
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (1) / 10);
  for (guint i = 1; i < 5; i++)
    vote (bus, i, change, TRUE, -1);
  bus_run (bus, SECONDS (5));
  bus_person (bus, "frank");
  bus_await (bus, 5, 600000);
  bus_run (bus, SECONDS (1) / 5);
  g_autoptr (GPtrArray) open = demls_runner_ballots (bus_runner (bus, 0));
  ck_assert_uint_eq (open->len, 1);
  vote (bus, 0, open->pdata[0], TRUE, -1);
  bus_run (bus, SECONDS (20));
  ck_assert_uint_eq (bus_size (bus, 0), 5);
  vote (bus, 1, open->pdata[0], TRUE, -1);
  bus_run (bus, SECONDS (20));
  ck_assert_uint_eq (bus_size (bus, 0), 6);
  ck_assert_uint_ge (bus_last (bus, 4, DEMLS_EVENT_CONSENSUS_REACHED)->witnesses, 2);
}
END_TEST

/* V5: a second, different vote is evidence, and the first one counts. */
START_TEST (a_double_vote_is_evidence)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (4, &policy);
  g_autoptr (GBytes) ballot = NULL, bob = bus_id (bus, 1);
  DemlsRunner *alice = bus_runner (bus, 0), *cheat = bus_runner (bus, 1);
  demls_runner_change (alice, NULL, "chess club", &ballot, bus_now (bus), NULL);
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (1) / 10);
  vote (bus, 1, ballot, TRUE, -1);
  bus_run (bus, SECONDS (1) / 10);
  DemlsMemberSigner signer = demls_member_signer (cheat->current->group, cheat->current->epoch->roster);
  ConsensusVote second;
  ck_assert (consensus_vote_sign (span_bytes (ballot).data, CONSENSUS_NO, &signer.base, &second));
  gint64 before = demls_runner_score (alice, span_bytes (bob));
  ck_assert (demls_voting_take_vote (alice, &second, NULL));
  bus_settle (bus, 0);
  ck_assert (g_bytes_equal (bus_last (bus, 0, DEMLS_EVENT_EVIDENCE)->member, bob));
  ck_assert_int_lt (demls_runner_score (alice, span_bytes (bob)), before);
  DemlsMatter *matter = demls_voting_find (alice, span_bytes (ballot));
  ck_assert_uint_eq (matter->count.yes, 2);
  ck_assert_uint_eq (matter->count.no, 0);
  second.signature[5] ^= 1;
  ck_assert (!demls_voting_take_vote (alice, &second, NULL));
}
END_TEST

/* G111, G113: who falls below the threshold is proposed for removal, and asked about. */
START_TEST (a_low_score_leads_to_a_ballot)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (4, &policy);
  g_autoptr (GBytes) bob = bus_id (bus, 1);
  DemlsRunner *alice = bus_runner (bus, 0);
  for (guint i = 0; i < 3; i++)
    demls_recovery_blame (alice, span_bytes (bob), DEMLS_SCORE_BROKEN_COMMIT);
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (1));
  g_autoptr (GPtrArray) open = demls_runner_ballots (bus_runner (bus, 2));
  ck_assert_uint_eq (open->len, 1);
  ck_assert_int_eq (demls_voting_find (bus_runner (bus, 2), span_bytes (open->pdata[0]))->request->kind,
                    DEMLS_KIND_SCORE_REMOVAL);
  vote (bus, 2, open->pdata[0], TRUE, -1);
  vote (bus, 3, open->pdata[0], TRUE, -1);
  bus_run (bus, SECONDS (10));
  ck_assert_uint_eq (bus_size (bus, 0), 3);
  ck_assert (demls_runner_is_over (bus_runner (bus, 1)));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    one_member_has_one_vote,
    four_open_ballots_are_enough_for_one_member,
    open_ballots_do_not_keep_anybody_in,
    what_is_not_allowed_is_refused,
    no_machine_votes_for_a_removal,
    silence_admits_only_when_a_third_attests_it,
    a_double_vote_is_evidence,
    a_low_score_leads_to_a_ballot,
  };
  return run_tests ("session/voting", tests, G_N_ELEMENTS (tests));
}
