#include "run.h"

#include "sim/sim-clock.h"
#include "sim/sim-log.h"
#include "sim/sim-net.h"
#include "sim/sim-store.h"

#define SECOND G_TIME_SPAN_SECOND

static SimWeather
storm (void)
{
  return (SimWeather){ .delay_min = 1000,
                       .delay_max = SECOND,
                       .loss = 30,
                       .resend_max = 20 * SECOND,
                       .duplication = 50,
                       .far = 10,
                       .far_max = 300 * SECOND,
                       .echo = 20 };
}

static void
publish_number (SimNet *net, guint from, guint32 number, gint64 at)
{
  g_autoptr (GBytes) payload = g_bytes_new (&number, sizeof number);
  sim_net_publish (net, from, DEMLS_SUBTOPIC_APP_MSG, payload, at);
}

/* Lets everything arrive; how often packet `i` came to node `j`. */
static void
drain (SimNet *net, SimLog *log, guint came[][4])
{
  for (gint64 next = sim_net_next (net); next != DEMLS_NEVER; next = sim_net_next (net))
    {
      SimDelivery d;
      ck_assert (sim_net_take (net, next, &d));
      ck_assert_int_eq (d.at, next);
      came[d.packet->serial][d.to]++;
      if (log)
        sim_log (log, d.at, NULL, "%u gets %" G_GUINT64_FORMAT, d.to, d.packet->serial);
    }
}

static char *
stormy_day (guint64 seed, SimCounts *counts, guint came[][4])
{
  g_autoptr (SimNet) net = sim_net_new (seed, counts);
  g_autoptr (SimLog) log = sim_log_new (0, FALSE);
  SimWeather weather = storm ();
  sim_net_set_weather (net, &weather);
  for (guint i = 0; i < 4; i++)
    sim_net_subscribe (net, i);
  for (guint32 i = 0; i < 200; i++)
    publish_number (net, i % 4, i, i * SECOND / 10);
  drain (net, log, came);
  return sim_log_digest (log);
}

START_TEST (every_packet_arrives_at_least_once)
{
  g_autoptr (SimCounts) counts = sim_counts_new ();
  guint came[200][4] = { 0 };
  g_free (stormy_day (7, counts, came));
  guint twice = 0;
  for (guint i = 0; i < 200; i++)
    for (guint j = 0; j < 4; j++)
      {
        ck_assert (came[i][j] || j == i % 4);
        twice += came[i][j] > 1;
      }
  ck_assert_uint_gt (twice, 100);
  ck_assert_uint_gt (counts->faults[SIM_FAULT_LOSS], 0);
  ck_assert_uint_gt (counts->faults[SIM_FAULT_DELAY], 0);
  ck_assert_uint_gt (counts->faults[SIM_FAULT_REORDER], 0);
  ck_assert_uint_gt (counts->faults[SIM_FAULT_ECHO], 0);
}
END_TEST

START_TEST (a_seed_repeats)
{
  g_autoptr (SimCounts) counts = sim_counts_new ();
  guint came[200][4] = { 0 };
  g_autofree char *first = stormy_day (11, counts, came);
  g_autofree char *second = stormy_day (11, counts, came);
  g_autofree char *other = stormy_day (12, counts, came);
  ck_assert_str_eq (first, second);
  ck_assert_str_ne (first, other);
}
END_TEST

START_TEST (fair_weather_keeps_order)
{
  g_autoptr (SimCounts) counts = sim_counts_new ();
  g_autoptr (SimNet) net = sim_net_new (1, counts);
  SimWeather weather = { .delay_min = 0, .delay_max = SECOND, .ordered = TRUE };
  sim_net_set_weather (net, &weather);
  sim_net_subscribe (net, 1);
  for (guint32 i = 0; i < 100; i++)
    publish_number (net, 0, i, i * 1000);
  guint came[100][4] = { 0 };
  drain (net, NULL, came);
  ck_assert_uint_eq (counts->faults[SIM_FAULT_REORDER], 0);
}
END_TEST

START_TEST (a_cut_holds_packets_until_it_heals)
{
  g_autoptr (SimCounts) counts = sim_counts_new ();
  g_autoptr (SimNet) net = sim_net_new (1, counts);
  SimDelivery d;
  sim_net_subscribe (net, 1);
  sim_net_subscribe (net, 0);
  publish_number (net, 0, 1, 0); /* under way when the way is cut */
  sim_net_cut (net, 0, 1, TRUE, 10000);
  publish_number (net, 0, 2, 20000);
  publish_number (net, 1, 3, 20000); /* the other direction is open */
  ck_assert (sim_net_take (net, SECOND, &d));
  ck_assert_uint_eq (d.to, 0);
  ck_assert (!sim_net_take (net, 1000 * SECOND, &d));
  ck_assert (!sim_net_is_quiet (net));
  sim_net_cut (net, 0, 1, FALSE, 2000 * SECOND);
  ck_assert (sim_net_has_backlog (net, 1));
  ck_assert (sim_net_take (net, 2001 * SECOND, &d));
  ck_assert_uint_eq (d.packet->serial, 0);
  ck_assert_int_gt (d.at, 2000 * SECOND);
  ck_assert (sim_net_take (net, 2001 * SECOND, &d));
  ck_assert_uint_eq (d.packet->serial, 1);
  ck_assert (sim_net_is_quiet (net));
  ck_assert (!sim_net_has_backlog (net, 1));
}
END_TEST

START_TEST (who_is_offline_gets_all_later)
{
  g_autoptr (SimCounts) counts = sim_counts_new ();
  g_autoptr (SimNet) net = sim_net_new (1, counts);
  SimDelivery d;
  sim_net_subscribe (net, 2);
  sim_net_set_online (net, 2, FALSE, 0);
  for (guint32 i = 0; i < 10; i++)
    publish_number (net, 0, i, i);
  ck_assert_int_eq (sim_net_next (net), DEMLS_NEVER);
  ck_assert (sim_net_is_quiet (net)); /* of those who are there */
  sim_net_set_online (net, 2, TRUE, SECOND);
  for (guint i = 0; i < 10; i++)
    {
      ck_assert (sim_net_take (net, 2 * SECOND, &d));
      ck_assert_uint_eq (d.packet->serial, i);
    }
}
END_TEST

START_TEST (what_was_not_acknowledged_comes_again)
{
  g_autoptr (SimCounts) counts = sim_counts_new ();
  g_autoptr (SimNet) net = sim_net_new (1, counts);
  SimDelivery d;
  sim_net_subscribe (net, 1);
  publish_number (net, 0, 1, 0);
  ck_assert (sim_net_take (net, SECOND, &d));
  sim_net_give_back (net, &d, 5 * SECOND);
  ck_assert_int_eq (sim_net_next (net), 5 * SECOND);
}
END_TEST

START_TEST (clocks_run_at_their_own_rate)
{
  SimClock clock = { .since = 5 * SECOND, .base = 100, .rate = 1500, .skew = -300 };
  ck_assert_int_eq (sim_clock_read (&clock, 7 * SECOND).mono, 100 + 3 * SECOND);
  ck_assert_int_eq (sim_clock_read (&clock, 7 * SECOND).wall, SIM_WALL_START + 7 - 300);
  ck_assert_int_eq (sim_clock_when (&clock, 100), 5 * SECOND);
  ck_assert_int_eq (sim_clock_when (&clock, DEMLS_NEVER), DEMLS_NEVER);
  for (guint rate = 500; rate <= 2000; rate += 7)
    for (gint64 mono = 101; mono < 3000; mono += 13)
      {
        clock.rate = rate;
        gint64 at = sim_clock_when (&clock, mono);
        ck_assert_int_ge (sim_clock_read (&clock, at).mono, mono);
        ck_assert_int_lt (sim_clock_read (&clock, at - 1).mono, mono);
      }
}
END_TEST

START_TEST (the_store_holds_what_was_saved)
{
  g_autoptr (SimStore) store = sim_store_new ();
  g_autoptr (GBytes) value = g_bytes_new ("abc", 3);
  DemlsRow rows[] = { { (char *) "b", value }, { (char *) "a/1", value }, { (char *) "a/2", value } };
  g_autoptr (GPtrArray) saved = g_ptr_array_new ();
  for (guint i = 0; i < 3; i++)
    g_ptr_array_add (saved, &rows[i]);
  sim_store_save (store, saved);
  g_autoptr (SimStore) before = sim_store_copy (store);
  rows[0].value = NULL;
  sim_store_save (store, saved);
  gsize bytes;
  ck_assert_uint_eq (sim_store_size (store, &bytes), 2);
  ck_assert_uint_eq (bytes, 12);
  ck_assert_uint_eq (sim_store_size (before, &bytes), 3);
  sim_store_forget (before, "a/");
  g_autoptr (GPtrArray) left = sim_store_load (before);
  ck_assert_uint_eq (left->len, 1);
  ck_assert_str_eq (((const DemlsRow *) left->pdata[0])->key, "b");
}
END_TEST

START_TEST (the_log_keeps_the_last_lines)
{
  g_autoptr (SimLog) log = sim_log_new (2, FALSE);
  sim_log (log, 0, "alice", "one");
  sim_log (log, 12020000, NULL, "two");
  sim_log (log, 1234567890, "bob", "%s", "three");
  g_autofree char *text = sim_log_text (log);
  ck_assert_str_eq (text, "[ 12.020] *      two\n[1234.567] bob    three\n");
  ck_assert_uint_eq (sim_log_lines (log), 3);
}
END_TEST

START_TEST (counters_say_what_is_missing)
{
  g_autoptr (SimCounts) counts = sim_counts_new ();
  for (guint i = 0; i < SIM_N_FAULTS; i++)
    counts->faults[i] = i != SIM_FAULT_REBOOT;
  for (guint i = 0; i < SIM_N_WORKS; i++)
    counts->works[i] = 1;
  for (guint i = 0; i < DEMLS_N_STATES; i++)
    for (guint j = 0; j < DEMLS_N_STATES; j++)
      counts->edges[i][j] = demls_state_may_move (i, j) ? 1 : 0;
  g_autofree char *missing = sim_counts_missing (counts);
  ck_assert_str_eq (missing, "fault reboot");
  gint64 times[] = { 5 * SECOND, 1 * SECOND, 3 * SECOND };
  g_array_append_vals (counts->convergence, times, 3);
  ck_assert_double_eq (sim_counts_convergence (counts, 50), 3.0);
  ck_assert_double_eq (sim_counts_convergence (counts, 100), 5.0);
  counts->faults[SIM_FAULT_REBOOT] = 1;
  ck_assert_ptr_null (sim_counts_missing (counts));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { every_packet_arrives_at_least_once, a_seed_repeats,
                                 fair_weather_keeps_order,           a_cut_holds_packets_until_it_heals,
                                 who_is_offline_gets_all_later,      what_was_not_acknowledged_comes_again,
                                 clocks_run_at_their_own_rate,       the_store_holds_what_was_saved,
                                 the_log_keeps_the_last_lines,       counters_say_what_is_missing };
  return run_tests ("lib/sim-net", tests, G_N_ELEMENTS (tests));
}
