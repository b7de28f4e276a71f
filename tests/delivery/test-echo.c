#include "delivery/echo.h"

#include <string.h>

#include "../lib/run.h"

#define GROUP_A "aaaaaaaaaaaaaaaaaaaaaaaaaa"
#define GROUP_B "bbbbbbbbbbbbbbbbbbbbbbbbbb"
#define SECOND G_TIME_SPAN_SECOND

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsEcho, demls_echo_free)

static DemlsEchoEntry *
add (DemlsEcho *echo, guint64 token, const char *conversation, const char *text)
{
  g_autoptr (GBytes) payload = g_bytes_new (text, strlen (text));
  return demls_echo_add (echo, token, conversation, DEMLS_CHANNEL_APP_MSG, payload, payload, 0);
}

static guint
tick (DemlsEcho *echo, const char *conversation, DemlsChannel channel, const char *text)
{
  DemlsEnvelope envelope = { .channel = channel };
  g_strlcpy (envelope.conversation, conversation, sizeof envelope.conversation);
  envelope.payload = g_bytes_new (text, strlen (text));
  g_autoptr (GArray) tokens = demls_echo_tick (echo, &envelope);
  g_bytes_unref (envelope.payload);
  return tokens->len;
}

START_TEST (an_entry_is_due_at_once_and_then_with_growing_pauses)
{
  g_autoptr (DemlsEcho) echo = demls_echo_new (0);
  ck_assert_int_eq (demls_echo_due (echo), G_MAXINT64);
  DemlsEchoEntry *entry = add (echo, 1, GROUP_A, "x");
  gint64 now = 0;
  const gint64 pauses[] = { 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300 };
  for (gsize i = 0; i < G_N_ELEMENTS (pauses); i++)
    {
      ck_assert_ptr_eq (demls_echo_next (echo, now, NULL, NULL), entry);
      demls_echo_sent (echo, entry, now);
      ck_assert_int_eq (demls_echo_due (echo), now + pauses[i] * SECOND);
      now += pauses[i] * SECOND;
      ck_assert_ptr_null (demls_echo_next (echo, now - 1, NULL, NULL));
    }
  /* and however long it takes */
  for (guint i = 0; i < 100; i++)
    demls_echo_sent (echo, entry, now);
  ck_assert_int_eq (demls_echo_due (echo), now + 300 * SECOND);
}
END_TEST

START_TEST (an_echo_ends_what_it_fits_and_nothing_else)
{
  g_autoptr (DemlsEcho) echo = demls_echo_new (0);
  add (echo, 1, GROUP_A, "x");
  add (echo, 2, GROUP_A, "x");
  add (echo, 3, GROUP_B, "x");
  ck_assert_uint_eq (tick (echo, GROUP_A, DEMLS_CHANNEL_APP_MSG, "y"), 0);
  ck_assert_uint_eq (tick (echo, GROUP_A, DEMLS_CHANNEL_WELCOME, "x"), 0);
  ck_assert_uint_eq (tick (echo, GROUP_A, DEMLS_CHANNEL_APP_MSG, "x"), 2);
  ck_assert_uint_eq (tick (echo, GROUP_A, DEMLS_CHANNEL_APP_MSG, "x"), 0);
  ck_assert_uint_eq (demls_echo_count (echo), 1);
  ck_assert (demls_echo_waits (echo, GROUP_B, DEMLS_CHANNEL_APP_MSG));
  ck_assert (!demls_echo_waits (echo, GROUP_A, DEMLS_CHANNEL_APP_MSG));
}
END_TEST

START_TEST (only_so_many_wait_for_their_first_echo)
{
  g_autoptr (DemlsEcho) echo = demls_echo_new (0);
  for (guint i = 0; i < DEMLS_ECHO_WINDOW + 10; i++)
    add (echo, i, GROUP_A, "x");
  guint sent = 0;
  for (DemlsEchoEntry *entry; (entry = demls_echo_next (echo, 0, NULL, NULL)) != NULL; sent++)
    {
      ck_assert_uint_eq (entry->token, sent);
      demls_echo_sent (echo, entry, 0);
    }
  ck_assert_uint_eq (sent, DEMLS_ECHO_WINDOW);
  /* what waits in vain does not hold up the rest for ever */
  gint64 later = 3 * SECOND;
  for (DemlsEchoEntry *entry; (entry = demls_echo_next (echo, later, NULL, NULL)) != NULL; sent++)
    demls_echo_sent (echo, entry, later);
  ck_assert_uint_eq (sent, 2 * DEMLS_ECHO_WINDOW + 10);
}
END_TEST

static gboolean
is_odd (const DemlsEchoEntry *entry, gpointer data)
{
  (void) data;
  return entry->token % 2;
}

START_TEST (what_may_not_be_sent_yet_is_passed_over)
{
  g_autoptr (DemlsEcho) echo = demls_echo_new (0);
  add (echo, 2, GROUP_A, "x");
  DemlsEchoEntry *odd = add (echo, 3, GROUP_A, "x");
  ck_assert_ptr_eq (demls_echo_next (echo, 0, is_odd, NULL), odd);
  odd->mark = 77;
  ck_assert_ptr_eq (demls_echo_find (echo, 77), odd);
  demls_echo_remove (echo, odd);
  ck_assert_ptr_null (demls_echo_next (echo, 0, is_odd, NULL));
  ck_assert_ptr_null (demls_echo_find (echo, 77));
}
END_TEST

START_TEST (after_an_absence_everything_is_due)
{
  g_autoptr (DemlsEcho) echo = demls_echo_new (5 * SECOND);
  demls_echo_sent (echo, add (echo, 1, GROUP_A, "x"), 0);
  ck_assert_int_eq (demls_echo_due (echo), 5 * SECOND);
  demls_echo_again (echo, SECOND);
  ck_assert_ptr_nonnull (demls_echo_next (echo, SECOND, NULL, NULL));
}
END_TEST

START_TEST (an_announcement_takes_the_place_of_an_earlier_one)
{
  g_autoptr (DemlsEcho) echo = demls_echo_new (0);
  static const char *const groups[] = { GROUP_A, GROUP_A, GROUP_B };
  for (guint64 token = 0; token < G_N_ELEMENTS (groups); token++)
    {
      g_autoptr (GBytes) payload = g_bytes_new (&token, sizeof token);
      demls_echo_add (echo, token, groups[token], DEMLS_CHANNEL_ANNOUNCEMENT, payload, payload, 0);
    }
  ck_assert_uint_eq (demls_echo_count (echo), 2);
  ck_assert_uint_eq (demls_echo_next (echo, 0, NULL, NULL)->token, 1);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    an_entry_is_due_at_once_and_then_with_growing_pauses,
    an_echo_ends_what_it_fits_and_nothing_else,
    only_so_many_wait_for_their_first_echo,
    what_may_not_be_sent_yet_is_passed_over,
    after_an_absence_everything_is_due,
    an_announcement_takes_the_place_of_an_earlier_one,
  };
  return run_tests ("delivery/echo", tests, G_N_ELEMENTS (tests));
}
