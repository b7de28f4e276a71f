/* test-timers.c - session/timers.h: deadlines as the policy says, each in its place (DESIGN 4, G44, V2, V9, V12, V21, V23).
 */
#include "bus.h"
#include "session/runner-private.h"
#include "session/timers.h"

START_TEST (every_timer_has_its_own_name)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint kind = 0; kind <= DEMLS_TIMER_SAY; kind++)
    ck_assert (g_hash_table_add (names, (gpointer) (gsize) demls_timer_name (kind)));
  ck_assert_str_eq (demls_timer_name (1000), "?");
}
END_TEST

/* An idle group: nothing but the weekly refresh. */
START_TEST (an_idle_group_sleeps_for_days)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (3, &policy);
  bus_run (bus, SECONDS (700));
  for (guint i = 0; i < 3; i++)
    {
      DemlsTimer timer = demls_timers_first (bus_runner (bus, i));
      ck_assert_int_gt (timer.at - bus->mono, SECONDS (24 * 3600));
    }
}
END_TEST

/* V2: announced at once, then after 30, 60, 120 s. */
START_TEST (announcements_slow_down)
{
  g_autoptr (Bus) bus = bus_new ();
  bus_person (bus, "alice");
  gint64 start = bus->mono, pause = SECONDS (30), at = start + pause;
  bus_await (bus, 0, 8 * 3600 * 1000);
  for (guint i = 0; i < 12; i++)
    {
      DemlsTimer timer = demls_timers_first (bus_runner (bus, 0));
      ck_assert_int_eq (timer.kind, DEMLS_TIMER_ANNOUNCE);
      ck_assert_int_eq (timer.at, at);
      bus_run (bus, at - bus->mono);
      pause = MIN (2 * pause, SECONDS (3600));
      at += pause;
    }
}
END_TEST

static DemlsTimer
first (Bus *bus, guint i)
{
  return demls_timers_first (bus_runner (bus, i));
}

/* V12, V9, V10 for one ballot that nobody answers. */
START_TEST (a_ballot_is_voted_witnessed_and_expires)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (3, &policy);
  bus_run (bus, SECONDS (700));
  for (guint i = 1; i < 3; i++)
    bus_member (bus, i)->mute = bus_member (bus, i)->deaf = TRUE;
  bus_member (bus, 0)->mute = TRUE;
  bus_person (bus, "dave");
  bus_await (bus, 3, 600000);
  bus_run (bus, SECONDS (1) / 10);
  while (bus_count (bus, 0, DEMLS_EVENT_VOTE_REQUESTED) < 3 && bus->mono < SECONDS (1800))
    bus_run (bus, SECONDS (1) / 10);
  g_autoptr (GPtrArray) open = demls_runner_ballots (bus_runner (bus, 0));
  ck_assert_uint_eq (open->len, 1);
  DemlsMatter *matter = demls_voting_find (bus_runner (bus, 0), span_bytes (open->pdata[0]));
  gint64 seen = matter->seen_at;
  ck_assert_int_eq (first (bus, 0).kind, DEMLS_TIMER_AUTO_VOTE);
  ck_assert_int_eq (first (bus, 0).at, seen + SECONDS (1));
  bus_run (bus, SECONDS (2));
  ck_assert_int_eq (first (bus, 0).kind, DEMLS_TIMER_WITNESS);
  ck_assert_int_eq (first (bus, 0).at, seen + SECONDS (5));
  bus_run (bus, seen + SECONDS (61) - bus->mono);
  ck_assert (matter->expired);
  ck_assert_int_eq (matter->standing, CONSENSUS_LOST);
}
END_TEST

/* V21: batch delay, at the latest commit_inactivity after the first; at once when fifty wait. */
START_TEST (the_epoch_steward_waits_for_a_batch)
{
  DemlsPolicy policy = bus_policy ();
  policy.commit_batch_delay_ms = 2000;
  g_autoptr (Bus) bus = bus_group (1, &policy);
  gint64 start = bus->mono;
  demls_runner_change (bus_runner (bus, 0), NULL, "a", NULL, bus_now (bus), NULL);
  demls_runner_tick (bus_runner (bus, 0), bus_now (bus));
  ck_assert_int_eq (first (bus, 0).kind, DEMLS_TIMER_BUILD);
  ck_assert_int_eq (first (bus, 0).at, start + SECONDS (2));
  bus->mono += SECONDS (3) / 2;
  demls_runner_change (bus_runner (bus, 0), NULL, "b", NULL, bus_now (bus), NULL);
  ck_assert_int_eq (first (bus, 0).at, start + SECONDS (3));
}
END_TEST

/* Nobody builds while a backlog is unread (V21). */
START_TEST (a_backlog_stops_building)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (1, &policy);
  DemlsRunner *alice = bus_runner (bus, 0);
  demls_runner_set_link (alice, TRUE, TRUE, bus_now (bus));
  demls_runner_change (alice, NULL, "a", NULL, bus_now (bus), NULL);
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (10));
  ck_assert_str_eq (demls_runner_governance (alice)->title, "book club");
  demls_runner_set_link (alice, TRUE, FALSE, bus_now (bus));
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (2));
  ck_assert_str_eq (demls_runner_governance (alice)->title, "a");
}
END_TEST

/* V23, V30: an epoch that two thirds have sealed is let go; without them it is kept for the rollback window. */
START_TEST (epochs_are_kept_until_sealed_or_old)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (3, &policy);
  ck_assert_uint_eq (demls_epochs_kept (bus_runner (bus, 0)), 0);
  demls_runner_set_link (bus_runner (bus, 2), FALSE, FALSE, bus_now (bus));
  g_autoptr (GBytes) ballot = NULL;
  demls_runner_change (bus_runner (bus, 0), NULL, "a", &ballot, bus_now (bus), NULL);
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (1) / 10);
  demls_runner_vote (bus_runner (bus, 1), span_bytes (ballot), TRUE, bus_now (bus), NULL);
  bus_settle (bus, 1);
  bus_run (bus, SECONDS (1) / 10);
  bus_member (bus, 1)->mute = bus_member (bus, 2)->mute = TRUE;
  gint64 end = bus->mono + SECONDS (50);
  while (bus->mono < end && demls_epochs_kept (bus_runner (bus, 0)) == 0)
    bus_run (bus, SECONDS (1) / 10);
  ck_assert_uint_eq (demls_epochs_kept (bus_runner (bus, 0)), 1);
  bus_run (bus, SECONDS (50));
  ck_assert_uint_eq (demls_epochs_kept (bus_runner (bus, 0)), 1);
  bus_run (bus, SECONDS (15));
  ck_assert_uint_eq (demls_epochs_kept (bus_runner (bus, 0)), 0);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    every_timer_has_its_own_name,
    an_idle_group_sleeps_for_days,
    announcements_slow_down,
    a_ballot_is_voted_witnessed_and_expires,
    the_epoch_steward_waits_for_a_batch,
    a_backlog_stops_building,
    epochs_are_kept_until_sealed_or_old,
  };
  return run_tests ("session/timers", tests, G_N_ELEMENTS (tests));
}
