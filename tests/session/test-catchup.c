/* test-catchup.c - session/catchup.h: what was lost is got, and who lost too much comes back (V25, V26, V31).
 */
#include "bus.h"
#include <stdlib.h>

/* Loses this share of the packets, the same ones each time. */
static guint loss_percent;
static guint64 loss_state;

static gboolean
lose_some (const BusPacket *packet, guint from, guint to)
{
  (void) packet;
  (void) from;
  (void) to;
  loss_state = loss_state * G_GUINT64_CONSTANT (6364136223846793005) + G_GUINT64_CONSTANT (1442695040888963407);
  return (guint) (loss_state >> 33) % 100 < loss_percent;
}

static gboolean
all_agree_on_title (const Bus *bus)
{
  for (guint i = 0; i < bus->members->len; i++)
    if (g_strcmp0 (demls_runner_governance (bus_runner (bus, i))->title, "chess club") != 0)
      return FALSE;
  return bus_agrees (bus);
}

/* People vote as soon as they are asked, however late that is. */
static void
vote_all (Bus *bus, guint opener, GBytes *ballot)
{
  for (guint again = 0; again < 20; again++)
    {
      bus_run (bus, SECONDS (1));
      for (guint i = 0; i < bus->members->len; i++)
        if (i != opener)
          {
            demls_runner_vote (bus_runner (bus, i), span_bytes (ballot), TRUE, bus_now (bus), NULL);
            bus_settle (bus, i);
          }
    }
}

/* Some never saw the ballot, some not all votes, some not the candidate; all end up in one epoch. */
START_TEST (a_decision_survives_loss)
{
  DemlsPolicy policy = bus_policy ();
  for (guint round = g_getenv ("R") ? (guint) atoi (g_getenv ("R")) : 0; round < run_rounds (20); round++)
    {
      g_autoptr (Bus) bus = bus_group (5, &policy);
      g_autoptr (GBytes) ballot = NULL;
      loss_percent = 10 + round;
      loss_state = round;
      bus->drop = lose_some;
      demls_runner_change (bus_runner (bus, 0), NULL, "chess club", &ballot, bus_now (bus), NULL);
      bus_settle (bus, 0);
      vote_all (bus, 0, ballot);
      bus_run (bus, SECONDS (4));
      bus->drop = NULL;
      ck_assert_msg (bus_run_until (bus, SECONDS (400), all_agree_on_title), "round %u", round);
    }
}
END_TEST

/* One member hears nothing of the vote, the candidate, the seals; the others have settled. */
START_TEST (who_slept_through_a_commit_finds_its_way)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (4, &policy);
  g_autoptr (GBytes) ballot = NULL;
  bus_member (bus, 3)->deaf = TRUE;
  demls_runner_change (bus_runner (bus, 0), NULL, "chess club", &ballot, bus_now (bus), NULL);
  bus_settle (bus, 0);
  vote_all (bus, 0, ballot);
  bus_run (bus, SECONDS (20));
  ck_assert_str_eq (demls_runner_governance (bus_runner (bus, 0))->title, "chess club");
  bus_member (bus, 3)->deaf = FALSE;
  demls_runner_say (bus_runner (bus, 0), "anybody asleep?", NULL, bus_now (bus), NULL);
  bus_settle (bus, 0);
  ck_assert (bus_run_until (bus, SECONDS (120), all_agree_on_title));
  bus_run (bus, SECONDS (1));
  ck_assert_uint_eq (bus_has_chat (bus, 3, "anybody asleep?"), 1);
  ck_assert_uint_eq (bus_count (bus, 3, DEMLS_EVENT_OUT_OF_SYNC), 0);
}
END_TEST

/* Reconnecting asks at once (V31). */
START_TEST (who_comes_back_online_asks_at_once)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (4, &policy);
  g_autoptr (GBytes) ballot = NULL;
  bus_member (bus, 3)->deaf = bus_member (bus, 3)->mute = TRUE;
  demls_runner_set_link (bus_runner (bus, 3), FALSE, FALSE, bus_now (bus));
  demls_runner_change (bus_runner (bus, 0), NULL, "chess club", &ballot, bus_now (bus), NULL);
  bus_settle (bus, 0);
  vote_all (bus, 0, ballot);
  bus_run (bus, SECONDS (10));
  bus_member (bus, 3)->deaf = bus_member (bus, 3)->mute = FALSE;
  demls_runner_set_link (bus_runner (bus, 3), TRUE, FALSE, bus_now (bus));
  bus_settle (bus, 3);
  ck_assert (bus_run_until (bus, SECONDS (6), all_agree_on_title));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    a_decision_survives_loss,
    who_slept_through_a_commit_finds_its_way,
    who_comes_back_online_asks_at_once,
  };
  return run_tests ("session/catchup", tests, G_N_ELEMENTS (tests));
}
