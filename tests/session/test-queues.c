/* test-queues.c - session/queues.h: bounds and order of what is kept for later (G62, G151, V7, V24, V25, A10).
 */
#include "bus.h"
#include "session/runner-private.h"

static Bus *
alone (void)
{
  DemlsPolicy policy = bus_policy ();
  return bus_group (1, &policy);
}

static Span
number (guint32 n, guint8 out[DEMLS_MEMBER_ID_SIZE])
{
  for (guint i = 0; i < DEMLS_MEMBER_ID_SIZE; i++)
    out[i] = (guint8) (n >> (8 * (i % 4)));
  return span (out, DEMLS_MEMBER_ID_SIZE);
}

START_TEST (eight_applicants_are_kept_one_announcement_in_twenty_seconds)
{
  g_autoptr (Bus) bus = alone ();
  DemlsRunner *runner = bus_runner (bus, 0);
  g_autoptr (GBytes) first = g_bytes_new_static ("a", 1), second = g_bytes_new_static ("b", 1);
  guint8 id[DEMLS_MEMBER_ID_SIZE];
  gboolean is_new;
  for (guint32 i = 0; i < DEMLS_ANNOUNCED_MAX; i++)
    ck_assert (demls_applicants_put (runner, number (i, id), first, &is_new) && is_new);
  ck_assert (!demls_applicants_put (runner, number (99, id), first, &is_new));
  ck_assert (!demls_applicants_put (runner, number (0, id), second, &is_new));
  runner->now.mono += SECONDS (20);
  ck_assert (demls_applicants_put (runner, number (0, id), second, &is_new) && !is_new);
  const DemlsApplicant *applicant = demls_applicants_find (runner, number (0, id));
  ck_assert (g_bytes_equal (applicant->invite, second));
  ck_assert_int_eq (applicant->last_seen - applicant->first_seen, SECONDS (20));
  demls_applicants_drop (runner, number (0, id));
  ck_assert_ptr_null (demls_applicants_find (runner, number (0, id)));
}
END_TEST

START_TEST (applicants_are_forgotten_after_two_hours)
{
  g_autoptr (Bus) bus = alone ();
  DemlsRunner *runner = bus_runner (bus, 0);
  g_autoptr (GBytes) invite = g_bytes_new_static ("a", 1);
  guint8 id[DEMLS_MEMBER_ID_SIZE];
  gboolean is_new;
  ck_assert_int_eq (demls_applicants_next_end (runner), DEMLS_NEVER);
  demls_applicants_put (runner, number (1, id), invite, &is_new);
  ck_assert_int_eq (demls_applicants_next_end (runner), runner->now.mono + SECONDS (2 * 3600));
  runner->now.mono += SECONDS (2 * 3600);
  demls_applicants_expire (runner);
  ck_assert_uint_eq (runner->applicants->len, 0);
}
END_TEST

START_TEST (a_burned_key_package_stays_burned)
{
  g_autoptr (Bus) bus = alone ();
  DemlsRunner *runner = bus_runner (bus, 0);
  ck_assert (!demls_is_burned (runner, span_str ("package")));
  demls_burn (runner, span_str ("package"));
  demls_burn (runner, span_str ("package"));
  ck_assert (demls_is_burned (runner, span_str ("package")));
  ck_assert_uint_eq (runner->burned->len, 1);
}
END_TEST

START_TEST (held_packets_are_bounded_in_number_and_bytes)
{
  g_autoptr (Bus) bus = alone ();
  DemlsRunner *runner = bus_runner (bus, 0);
  for (guint32 i = 0; i < DEMLS_HELD_PACKETS + 100; i++)
    ck_assert (demls_held_put (runner, span (&i, sizeof i), 7));
  ck_assert_uint_eq (runner->held->len, DEMLS_HELD_PACKETS);
  ck_assert_uint_eq (runner->held_bytes, DEMLS_HELD_PACKETS * sizeof (guint32));
  guint32 last = DEMLS_HELD_PACKETS + 99;
  ck_assert (!demls_held_put (runner, span (&last, sizeof last), 7));
  g_autofree guint8 *large = g_malloc0 (DEMLS_HELD_BYTES);
  ck_assert (demls_held_put (runner, span (large, DEMLS_HELD_BYTES), 8));
  ck_assert_uint_eq (runner->held->len, 1);
  gint64 first = -1, end = -1;
  ck_assert_uint_eq (demls_held_forget (runner, 8, &first, &end), 0);
  ck_assert_int_eq (first, -1);
  ck_assert_uint_eq (demls_held_forget (runner, 9, &first, &end), 1);
  ck_assert_int_eq (first, runner->now.mono);
  ck_assert_int_eq (end, runner->now.mono);
  ck_assert_uint_eq (runner->held_bytes, 0);
}
END_TEST

START_TEST (chat_is_shown_once_per_sender_and_id)
{
  g_autoptr (Bus) bus = alone ();
  DemlsRunner *runner = bus_runner (bus, 0);
  guint8 alice[DEMLS_MEMBER_ID_SIZE], bob[DEMLS_MEMBER_ID_SIZE], id[DEMLS_MESSAGE_ID_SIZE] = { 1 };
  number (1, alice);
  number (2, bob);
  ck_assert (demls_shown_note (runner, SPAN_OF (alice), SPAN_OF (id)));
  ck_assert (!demls_shown_note (runner, SPAN_OF (alice), SPAN_OF (id)));
  ck_assert (demls_shown_note (runner, SPAN_OF (bob), SPAN_OF (id)));
  ck_assert (!demls_shown_note (runner, SPAN_OF (bob), SPAN_EMPTY));
  for (guint i = 0; i < 5000; i++)
    {
      id[1] = (guint8) i;
      id[2] = (guint8) (i >> 8);
      id[3] = 1;
      ck_assert (demls_shown_note (runner, SPAN_OF (bob), SPAN_OF (id)));
    }
  ck_assert_uint_le (runner->shown->len, 1024);
}
END_TEST

START_TEST (own_chat_waits_in_order)
{
  g_autoptr (Bus) bus = alone ();
  DemlsRunner *runner = bus_runner (bus, 0);
  demls_runner_set_link (runner, FALSE, FALSE, bus_now (bus));
  for (guint i = 0; i < 3; i++)
    demls_runner_say (runner, bus_name (i), NULL, bus_now (bus), NULL);
  for (guint i = 0; i < 3; i++)
    ck_assert_str_eq (((DemlsSaying *) runner->sayings->pdata[i])->text, bus_name (i));
  ck_assert (!((DemlsSaying *) runner->sayings->pdata[0])->sent);
  demls_runner_set_link (runner, TRUE, TRUE, bus_now (bus));
  demls_runner_tick (runner, bus_now (bus));
  ck_assert (!((DemlsSaying *) runner->sayings->pdata[0])->sent);
  demls_runner_set_link (runner, TRUE, FALSE, bus_now (bus));
  ck_assert_int_le (demls_runner_next_wakeup (runner), bus->mono);
  demls_runner_tick (runner, bus_now (bus));
  ck_assert (((DemlsSaying *) runner->sayings->pdata[2])->sent);
}
END_TEST

START_TEST (raw_packets_are_bounded)
{
  g_autoptr (Bus) bus = alone ();
  DemlsRunner *runner = bus_runner (bus, 0);
  g_autofree guint8 *packet = g_malloc0 (1024 * 1024);
  for (guint i = 0; i < 20; i++)
    demls_raws_put (runner, span (packet, 1024 * 1024), i);
  ck_assert_uint_eq (runner->raws->len, 16);
  runner->now.mono += SECONDS (8 * 24 * 3600);
  demls_raws_put (runner, span_str ("new"), 30);
  ck_assert_uint_eq (runner->raws->len, 1);
  ck_assert_uint_eq (runner->raw_bytes, 3);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    eight_applicants_are_kept_one_announcement_in_twenty_seconds,
    applicants_are_forgotten_after_two_hours,
    a_burned_key_package_stays_burned,
    held_packets_are_bounded_in_number_and_bytes,
    chat_is_shown_once_per_sender_and_id,
    own_chat_waits_in_order,
    raw_packets_are_bounded,
  };
  return run_tests ("session/queues", tests, G_N_ELEMENTS (tests));
}
