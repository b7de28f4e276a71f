#include "../lib/run.h"

#include "user/history.h"

static const DemlsHistoryLine *
add (DemlsHistory *history, const char *text)
{
  g_autoptr (DemlsEvent) event = demls_event_new (DEMLS_EVENT_CHAT, 1700000000);
  event->text = g_strdup (text);
  event->member = g_bytes_new_static ("01234567890123456789", 20);
  event->message_id = g_bytes_new_static ("0123456789abcdef", 16);
  return demls_history_add (history, event, "bob");
}

START_TEST (a_line_comes_back)
{
  g_autoptr (DemlsHistory) history = demls_history_new (), other = demls_history_new ();
  const DemlsHistoryLine *line = add (history, "hello \360\237\221\213");
  g_autoptr (GBytes) row = demls_history_line_save (line);
  ck_assert (demls_history_line_load (other, span_bytes (row)));
  const DemlsHistoryLine *same = other->lines->pdata[0];
  ck_assert_str_eq (same->text, line->text);
  ck_assert_str_eq (same->nick, "bob");
  ck_assert_uint_eq (same->serial, 1);
  ck_assert_int_eq (same->time, 1700000000);
  ck_assert_uint_eq (other->next_line, 2);
  ck_assert (!demls_history_line_load (other, span_bytes (row)));
  g_autoptr (DemlsEvent) event = demls_history_line_event (same);
  ck_assert_str_eq (event->text, line->text);
}
END_TEST

START_TEST (what_was_not_shown_is_not_trimmed)
{
  g_autoptr (DemlsHistory) history = demls_history_new ();
  for (guint i = 0; i < 10; i++)
    add (history, "x");
  ck_assert_ptr_null (demls_history_trim (history, 0));
  history->shown = 4;
  guint n = 0;
  for (DemlsHistoryLine *old; (old = demls_history_trim (history, 3)); demls_history_line_free (old))
    ck_assert_uint_eq (old->serial, ++n);
  ck_assert_uint_eq (n, 4);
  history->shown = 10;
  for (DemlsHistoryLine *old; (old = demls_history_trim (history, 3)); demls_history_line_free (old))
    n++;
  ck_assert_uint_eq (n, 7);
  ck_assert_uint_eq (history->lines->len, 3);
}
END_TEST

START_TEST (a_decision_comes_back)
{
  g_autoptr (DemlsHistory) history = demls_history_new (), other = demls_history_new ();
  g_autoptr (DemlsEvent) event = demls_event_new (DEMLS_EVENT_COMMIT_APPLIED, 5);
  g_autoptr (GBytes) target = g_bytes_new_static ("01234567890123456789", 20);
  event->epoch = 7;
  event->actions = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_action_free);
  g_ptr_array_add (event->actions, demls_action_new (2, target));
  g_ptr_array_add (event->actions, demls_action_new (3, NULL));
  g_autoptr (GBytes) row = demls_decision_save (demls_history_decide (history, event));
  ck_assert (demls_decision_load (other, span_bytes (row)));
  const DemlsDecision *same = other->decisions->pdata[0];
  ck_assert (same->done && same->approved);
  ck_assert_uint_eq (same->epoch, 7);
  ck_assert_uint_eq (same->actions->len, 2);
  ck_assert (g_bytes_equal (((const DemlsAction *) same->actions->pdata[0])->target, target));
  ck_assert_ptr_null (((const DemlsAction *) same->actions->pdata[1])->target);
  for (guint i = 0; i < DEMLS_DECISIONS_MAX; i++)
    demls_history_decide (history, event);
  DemlsDecision *old = demls_history_trim_decisions (history);
  ck_assert_uint_eq (old->serial, 1);
  demls_decision_free (old);
  ck_assert_ptr_null (demls_history_trim_decisions (history));
}
END_TEST

START_TEST (damaged_rows_are_refused)
{
  g_autoptr (DemlsHistory) history = demls_history_new ();
  g_autoptr (DemlsEvent) event = demls_event_new (DEMLS_EVENT_CONSENSUS_REACHED, 5);
  g_autoptr (GBytes) line = demls_history_line_save (add (history, "hello"));
  g_autoptr (GBytes) decision = demls_decision_save (demls_history_decide (history, event));
  for (gsize len = 0; len < g_bytes_get_size (line); len++)
    {
      g_autoptr (DemlsHistory) other = demls_history_new ();
      ck_assert (!demls_history_line_load (other, span (g_bytes_get_data (line, NULL), len)));
    }
  for (gsize len = 0; len < g_bytes_get_size (decision); len++)
    {
      g_autoptr (DemlsHistory) other = demls_history_new ();
      ck_assert (!demls_decision_load (other, span (g_bytes_get_data (decision, NULL), len)));
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[]
    = { a_line_comes_back, what_was_not_shown_is_not_trimmed, a_decision_comes_back, damaged_rows_are_refused };
  return run_tests ("user/history", tests, G_N_ELEMENTS (tests));
}
