/* test-snapshot.c - session/snapshot.h: rows and back (G153, A11, DESIGN 4).
 */
#include <string.h>

#include "bus.h"
#include "session/runner-private.h"
#include "session/snapshot.h"

static GPtrArray *
rows_of (const Bus *bus, guint i)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_row_free);
  g_tree_foreach (bus_member (bus, i)->rows, bus_add_row, rows);
  return rows;
}

/* A group in the middle of everything: a ballot, a waiting applicant, chat, kept epochs. */
static Bus *
busy (void)
{
  DemlsPolicy policy = bus_policy ();
  Bus *bus = bus_group (3, &policy);
  bus_person (bus, "dave");
  bus_await (bus, 3, 600000);
  demls_runner_change (bus_runner (bus, 0), NULL, "chess club", NULL, bus_now (bus), NULL);
  demls_runner_say (bus_runner (bus, 0), "hello", NULL, bus_now (bus), NULL);
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (1) / 2);
  return bus;
}

START_TEST (every_row_is_written_again_as_it_was_read)
{
  g_autoptr (Bus) bus = busy ();
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GPtrArray) rows = rows_of (bus, i);
      bus_restart (bus, i);
      for (guint k = 0; k < rows->len; k++)
        {
          const DemlsRow *row = rows->pdata[k];
          g_autoptr (GBytes) again = demls_snapshot_row (bus_runner (bus, i), row->key);
          /* the clock goes on */
          if (strcmp (row->key, "runner") != 0)
            ck_assert_msg (again && g_bytes_equal (again, row->value), "%s", row->key);
        }
    }
}
END_TEST

/* What is saved of a message is the row of its sender, not the group. */
START_TEST (a_message_costs_few_rows)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (3, &policy);
  demls_runner_say (bus_runner (bus, 0), "one", NULL, bus_now (bus), NULL);
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (1));
  demls_runner_say (bus_runner (bus, 0), "two", NULL, bus_now (bus), NULL);
  g_autoptr (GPtrArray) packets = demls_runner_drain_outbound (bus_runner (bus, 0));
  DemlsRunner *bob = bus_runner (bus, 1);
  ck_assert (demls_runner_receive (bob, DEMLS_SUBTOPIC_APP_MSG, span_bytes (((DemlsPacket *) packets->pdata[0])->payload),
                                   bus_now (bus), NULL));
  g_autoptr (GPtrArray) rows = demls_runner_drain_rows (bob);
  ck_assert_uint_eq (rows->len, 3);
  ck_assert (g_str_has_prefix (((DemlsRow *) rows->pdata[0])->key, "ratchet/"));
  ck_assert_str_eq (((DemlsRow *) rows->pdata[1])->key, "runner");
  ck_assert (g_str_has_prefix (((DemlsRow *) rows->pdata[2])->key, "shown/"));
}
END_TEST

/* Rows are saved before packets go out: after a crash in between they go out again, and no key is used twice. */
START_TEST (a_crash_before_publishing_repeats_the_same_packets)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (2, &policy);
  BusMember *alice = bus_member (bus, 0);
  demls_runner_say (alice->runner, "hello", NULL, bus_now (bus), NULL);
  bus_save (alice);
  g_autoptr (GPtrArray) first = demls_runner_drain_outbound (alice->runner);
  bus_restart (bus, 0);
  g_autoptr (GPtrArray) second = demls_runner_drain_outbound (alice->runner);
  ck_assert_uint_eq (first->len, 1);
  ck_assert_uint_eq (second->len, 1);
  ck_assert (g_bytes_equal (((DemlsPacket *) first->pdata[0])->payload, ((DemlsPacket *) second->pdata[0])->payload));
  demls_runner_published (alice->runner, 1);
  demls_runner_say (alice->runner, "again", NULL, bus_now (bus), NULL);
  g_autoptr (GPtrArray) third = demls_runner_drain_outbound (alice->runner);
  DemlsRunner *bob = bus_runner (bus, 1);
  DemlsPacket *packets[] = { first->pdata[0], second->pdata[0], third->pdata[0] };
  guint taken = 0;
  for (guint i = 0; i < 3; i++)
    if (demls_runner_receive (bob, DEMLS_SUBTOPIC_APP_MSG, span_bytes (packets[i]->payload), bus_now (bus), NULL))
      taken++;
  ck_assert_uint_eq (taken, 2);
}
END_TEST

/* A9 of rows: whatever is damaged or missing, restoring says so or yields something that lives. */
START_TEST (damaged_rows_are_refused_without_harm)
{
  g_autoptr (Bus) bus = busy ();
  g_autoptr (GPtrArray) rows = rows_of (bus, 0);
  BusMember *alice = bus_member (bus, 0);
  for (guint k = 0; k < rows->len; k++)
    {
      DemlsRow *row = rows->pdata[k];
      g_autoptr (GBytes) whole = g_bytes_ref (row->value);
      gsize size = g_bytes_get_size (whole);
      for (gsize cut = 0; cut < size; cut += 1 + size / run_rounds (40))
        {
          g_autoptr (GError) error = NULL;
          g_clear_pointer (&row->value, g_bytes_unref);
          row->value = g_bytes_new_from_bytes (whole, 0, cut);
          g_autoptr (DemlsRunner) torn = demls_runner_restore (&alice->env, rows, bus_now (bus), &error);
          ck_assert ((torn == NULL) == (error != NULL));
          if (torn)
            demls_runner_tick (torn, bus_now (bus));
        }
      g_clear_pointer (&row->value, g_bytes_unref);
      row->value = g_bytes_ref (whole);
    }
  for (guint k = 0; k < rows->len; k++)
    {
      g_autoptr (GPtrArray) most = g_ptr_array_new ();
      for (guint i = 0; i < rows->len; i++)
        if (i != k)
          g_ptr_array_add (most, rows->pdata[i]);
      g_autoptr (DemlsRunner) torn = demls_runner_restore (&alice->env, most, bus_now (bus), NULL);
      if (torn)
        demls_runner_tick (torn, bus_now (bus));
    }
}
END_TEST

START_TEST (a_newer_version_is_refused)
{
  g_autoptr (Bus) bus = busy ();
  g_autoptr (GPtrArray) rows = rows_of (bus, 0);
  g_autoptr (GError) error = NULL;
  for (guint k = 0; k < rows->len; k++)
    {
      DemlsRow *row = rows->pdata[k];
      if (strcmp (row->key, "runner") != 0)
        continue;
      gsize size;
      const guint8 *data = g_bytes_get_data (row->value, &size);
      guint8 *copy = g_memdup2 (data, size);
      copy[0] = 2;
      g_bytes_unref (row->value);
      row->value = g_bytes_new_take (copy, size);
    }
  ck_assert (!demls_runner_restore (&bus_member (bus, 0)->env, rows, bus_now (bus), &error));
  ck_assert (g_error_matches (error, DEMLS_ERROR, DEMLS_ERROR_STORE));
}
END_TEST

/* The time away counts, by the wall clock. */
START_TEST (deadlines_come_no_later_for_having_been_away)
{
  g_autoptr (Bus) bus = bus_new ();
  bus_person (bus, "alice");
  bus_await (bus, 0, 100000);
  bus_run (bus, SECONDS (10));
  g_autoptr (GPtrArray) rows = rows_of (bus, 0);
  DemlsNow later = bus_now (bus);
  later.wall += 95;
  later.mono = 5; /* another boot */
  g_autoptr (DemlsRunner) alice = demls_runner_restore (&bus_member (bus, 0)->env, rows, later, NULL);
  ck_assert_ptr_nonnull (alice);
  demls_runner_tick (alice, later);
  ck_assert (demls_runner_is_over (alice));
  g_autoptr (DemlsRunner) soon =
      demls_runner_restore (&bus_member (bus, 0)->env, rows, (DemlsNow){ 5, bus_now (bus).wall }, NULL);
  ck_assert_int_le (demls_runner_next_wakeup (soon), 5 + SECONDS (90));
  ck_assert_int_ge (demls_runner_next_wakeup (soon), 5);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    every_row_is_written_again_as_it_was_read,
    a_message_costs_few_rows,
    a_crash_before_publishing_repeats_the_same_packets,
    damaged_rows_are_refused_without_harm,
    a_newer_version_is_refused,
    deadlines_come_no_later_for_having_been_away,
  };
  return run_tests ("session/snapshot", tests, G_N_ELEMENTS (tests));
}
