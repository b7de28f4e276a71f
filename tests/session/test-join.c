/* test-join.c - session/join.h and rejoin.h: coming in, by one Welcome or several, and coming back (V2, V4, V26, V29).
 */
#include "base/reader.h"
#include "bus.h"

static guint left_side;

static gboolean
drop_across (const BusPacket *packet, guint from, guint to)
{
  (void) packet;
  return from < 4 && to < 4 && ((left_side >> from) & 1) != ((left_side >> to) & 1);
}

static gboolean
all_in (const Bus *bus)
{
  return bus_all_in (bus);
}

/* V29: two stewards commit the same Add on two sides of a cut: two Welcomes, and one of them leads to a group that ends. */
START_TEST (the_joiner_lives_where_the_group_lives)
{
  DemlsPolicy policy = bus_policy ();
  for (guint sides = 1; sides < 8; sides++)
    {
      g_autoptr (Bus) bus = bus_group (4, &policy);
      bus_person (bus, "erin");
      bus_await (bus, 4, 600000);
      bus_run (bus, SECONDS (1) + SECONDS (1) / 10);
      left_side = sides;
      bus->stalls = TRUE;
      bus->drop = drop_across;
      bus_run (bus, SECONDS (12));
      bus_heal (bus);
      ck_assert_msg (bus_run_until (bus, SECONDS (200), all_in), "sides %u", sides);
      if (g_getenv ("BUS_TRACE"))
        g_printerr ("sides %u done\n", sides);
      ck_assert_uint_eq (bus_size (bus, 4), 5);
      for (guint i = 0; i < 5; i++)
        ck_assert_uint_eq (bus_count (bus, i, DEMLS_EVENT_OUT_OF_SYNC), 0);
    }
}
END_TEST

/* V29: the Welcome was lost, the applicant asks again, somebody publishes it again. */
static gboolean lose_welcomes;

static gboolean
drop_welcomes (const BusPacket *packet, guint from, guint to)
{
  (void) from;
  return lose_welcomes && to == 2 && packet->subtopic == DEMLS_SUBTOPIC_WELCOME;
}

START_TEST (a_lost_welcome_is_published_again)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (2, &policy);
  bus_person (bus, "carol");
  lose_welcomes = TRUE;
  bus->drop = drop_welcomes;
  bus_await (bus, 2, 600000);
  bus_run (bus, SECONDS (25));
  ck_assert (!bus_is_in (bus, 2));
  ck_assert_uint_eq (bus_size (bus, 0), 3);
  lose_welcomes = FALSE;
  ck_assert (bus_run_until (bus, SECONDS (60), all_in));
  ck_assert_uint_eq (bus_size (bus, 2), 3);
}
END_TEST

/* V29: until the inviter is heard, what is typed waits. */
START_TEST (a_group_is_confirmed_by_its_inviter)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (2, &policy);
  g_autoptr (GPtrArray) stewards = demls_runner_stewards (bus_runner (bus, 0));
  g_autoptr (GBytes) alice = bus_id (bus, 0);
  guint inviter = g_bytes_equal (alice, stewards->pdata[0]) ? 1 : 0;
  g_autoptr (GBytes) id = bus_id (bus, inviter);
  guint carol = bus_person (bus, "carol");
  DemlsJoinHint hint = { 600000, id };
  BusMember *member = bus_member (bus, carol);
  member->runner = demls_runner_await (&member->env, BUS_ID, &hint, bus_now (bus), NULL);
  bus_settle (bus, carol);
  bus_run (bus, SECONDS (1) + SECONDS (1) / 10);
  bus_member (bus, inviter)->mute = TRUE;
  bus_run (bus, SECONDS (8));
  ck_assert (bus_is_in (bus, carol));
  demls_runner_say (member->runner, "hello", NULL, bus_now (bus), NULL);
  bus_settle (bus, carol);
  bus_run (bus, SECONDS (5));
  ck_assert_uint_eq (bus_has_chat (bus, 1 - inviter, "hello"), 0);
  bus_member (bus, inviter)->mute = FALSE;
  demls_runner_say (bus_runner (bus, inviter), "welcome", NULL, bus_now (bus), NULL);
  bus_settle (bus, inviter);
  bus_run (bus, SECONDS (5));
  ck_assert_uint_eq (bus_count (bus, carol, DEMLS_EVENT_CONFIRMED), 1);
  ck_assert_uint_eq (bus_has_chat (bus, 1 - inviter, "hello"), 1);
}
END_TEST

/* --- coming back -------------------------------------------------------------------------------------------------- */

static guint64 lost_until;

/* Number 3 never gets anything of these epochs. */
static gboolean
drop_history (const BusPacket *packet, guint from, guint to)
{
  Reader r = reader_init (span_bytes (packet->payload));
  (void) from;
  if (to != 3 || packet->subtopic != DEMLS_SUBTOPIC_APP_MSG || reader_u16 (&r) != 1)
    return FALSE;
  reader_u16 (&r);
  reader_vector (&r);
  return reader_u64 (&r) <= lost_until;
}

START_TEST (who_is_out_of_sync_comes_back_with_new_keys)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (4, &policy);
  g_autoptr (GBytes) ballot = NULL, dave = bus_id (bus, 3);
  lost_until = demls_runner_epoch (bus_runner (bus, 0));
  bus->drop = drop_history;
  demls_runner_change (bus_runner (bus, 0), NULL, "chess club", &ballot, bus_now (bus), NULL);
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (1));
  for (guint i = 1; i < 3; i++)
    {
      demls_runner_vote (bus_runner (bus, i), span_bytes (ballot), TRUE, bus_now (bus), NULL);
      bus_settle (bus, i);
    }
  demls_runner_say (bus_runner (bus, 3), "where is everybody?", NULL, bus_now (bus), NULL);
  bus_settle (bus, 3);
  for (guint k = 0; k < 40; k++)
    {
      bus_run (bus, SECONDS (10));
      demls_runner_say (bus_runner (bus, k % 3), "tick", NULL, bus_now (bus), NULL);
      bus_settle (bus, k % 3);
    }
  ck_assert_uint_ge (bus_count (bus, 3, DEMLS_EVENT_OUT_OF_SYNC), 1);
  ck_assert_uint_ge (bus_count (bus, 0, DEMLS_EVENT_REJOINED), 1);
  ck_assert (g_bytes_equal (bus_last (bus, 0, DEMLS_EVENT_REJOINED)->member, dave));
  ck_assert_uint_ge (bus_count (bus, 3, DEMLS_EVENT_REJOINED), 1);
  ck_assert (!demls_runner_is_over (bus_runner (bus, 3)));
  ck_assert_str_eq (demls_runner_governance (bus_runner (bus, 3))->title, "chess club");
  ck_assert (bus_agrees (bus));
  ck_assert_uint_gt (bus_has_chat (bus, 3, "tick"), 0);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    the_joiner_lives_where_the_group_lives,
    a_lost_welcome_is_published_again,
    a_group_is_confirmed_by_its_inviter,
    who_is_out_of_sync_comes_back_with_new_keys,
  };
  return run_tests ("session/join", tests, G_N_ELEMENTS (tests));
}
