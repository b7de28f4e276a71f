/* test-event.c - session/event.h: events own what they say, and every kind has a name; the order of G41.
 */
#include "bus.h"

START_TEST (every_kind_and_state_has_its_own_name)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint kind = 0; kind <= DEMLS_EVENT_EVIDENCE; kind++)
    ck_assert (g_hash_table_add (names, (gpointer) (gsize) demls_event_name (kind)));
  for (guint state = 0; state <= DEMLS_STATE_REELECTION; state++)
    ck_assert (g_hash_table_add (names, (gpointer) (gsize) demls_state_name (state)));
  ck_assert_str_eq (demls_event_name (1000), "?");
  ck_assert_str_eq (demls_state_name (1000), "?");
}
END_TEST

START_TEST (an_event_frees_all_that_it_owns)
{
  g_autoptr (DemlsEvent) event = demls_event_new (DEMLS_EVENT_CHAT, 7);
  g_autoptr (GBytes) id = g_bytes_new_static ("id", 2);
  event->ballot = g_bytes_ref (id);
  event->member = g_bytes_ref (id);
  event->message_id = g_bytes_ref (id);
  event->members = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_ptr_array_add (event->members, g_bytes_ref (id));
  event->actions = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_action_free);
  g_ptr_array_add (event->actions, demls_action_new (2, id));
  g_ptr_array_add (event->actions, demls_action_new (4, NULL));
  event->text = g_strdup ("text");
  demls_event_free (NULL);
  demls_action_free (NULL);
}
END_TEST

/* G41: one commit as its committer and a follower see it. */
START_TEST (a_commit_is_told_in_order)
{
  static const DemlsEventKind order[] = { DEMLS_EVENT_PHASE_CHANGE, DEMLS_EVENT_FREEZE_PROGRESS, DEMLS_EVENT_PHASE_CHANGE,
                                          DEMLS_EVENT_COMMIT_APPLIED, DEMLS_EVENT_WELCOME_READY,
                                          DEMLS_EVENT_PHASE_CHANGE };
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (3, &policy);
  guint minted = 0;
  for (guint i = 0; i < 2; i++)
    {
      const GPtrArray *events = bus_member (bus, i)->events;
      guint at = events->len;
      while (at > 0 && ((const DemlsEvent *) events->pdata[at - 1])->kind != DEMLS_EVENT_WELCOME_READY)
        at--;
      ck_assert_uint_ge (at, 5);
      for (guint k = 0; k < G_N_ELEMENTS (order); k++)
        ck_assert_int_eq (((const DemlsEvent *) events->pdata[at - 5 + k])->kind, order[k]);
      const DemlsEvent *applied = events->pdata[at - 2], *welcome = events->pdata[at - 1];
      ck_assert_uint_eq (applied->actions->len, 1);
      ck_assert_uint_eq (((const DemlsAction *) applied->actions->pdata[0])->kind, 1);
      ck_assert (g_bytes_equal (((const DemlsAction *) applied->actions->pdata[0])->target, welcome->members->pdata[0]));
      minted += welcome->minted_locally ? 1 : 0;
    }
  ck_assert_uint_eq (minted, 1);
}
END_TEST

START_TEST (draining_empties)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (1, &policy);
  g_autoptr (GPtrArray) events = demls_runner_drain_events (bus_runner (bus, 0));
  ck_assert_uint_eq (events->len, 0);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { every_kind_and_state_has_its_own_name, an_event_frees_all_that_it_owns,
                                 a_commit_is_told_in_order, draining_empties };
  return run_tests ("session/event", tests, G_N_ELEMENTS (tests));
}
