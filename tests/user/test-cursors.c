#include "world.h"

/* What was read is saved in a while, at once when the delivery service goes, and handed back to the next. */
START_TEST (cursors_are_kept_and_handed_back)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  Person *bob = world_person (world, "bob");
  g_autofree char *id = world_found (world);
  world_gather (world, id);
  world_run (world, DEMLS_CURSOR_PERIOD + SECONDS (1));
  memory_delivery_use_cursors (alice->delivery);
  ck_assert (demls_user_say (bob->user, id, "one", world_now (world), NULL));
  world_run (world, SECONDS (2));
  gint64 due = demls_user_next_wakeup (alice->user);
  ck_assert_int_le (due, world->mono + DEMLS_CURSOR_PERIOD);
  person_restart (alice);
  ck_assert_ptr_null (memory_delivery_cursor (alice->delivery, id));

  memory_delivery_use_cursors (alice->delivery);
  ck_assert (demls_user_say (bob->user, id, "two", world_now (world), NULL));
  world_run (world, DEMLS_CURSOR_PERIOD + SECONDS (1));
  person_restart (alice);
  GBytes *cursor = memory_delivery_cursor (alice->delivery, id);
  ck_assert (cursor && g_str_has_prefix (g_bytes_get_data (cursor, NULL), id));
  ck_assert_ptr_nonnull (memory_delivery_cursor (alice->delivery, NULL));

  memory_delivery_use_cursors (alice->delivery);
  ck_assert (demls_user_say (bob->user, id, "three", world_now (world), NULL));
  world_run (world, SECONDS (2));
  g_autoptr (GBytes) before = g_bytes_ref (memory_delivery_cursor (alice->delivery, id));
  demls_user_set_delivery (alice->user, NULL);
  person_restart (alice);
  cursor = memory_delivery_cursor (alice->delivery, id);
  ck_assert (cursor && !g_bytes_equal (cursor, before));
}
END_TEST

/* A packet may be forgotten by the service once it is in the store, and not before. */
START_TEST (the_service_is_told_what_is_kept)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  Person *bob = world_person (world, "bob");
  g_autofree char *id = world_found (world);
  world_gather (world, id);
  world_run (world, SECONDS (2));
  ck_assert_uint_eq (memory_delivery_kept (alice->delivery), memory_bus_count (world->bus));

  fake_store_fail (alice->store, DEMLS_STORE_ERROR_FULL);
  gsize before = memory_delivery_kept (alice->delivery);
  ck_assert (demls_user_say (bob->user, id, "hello", world_now (world), NULL));
  world_run (world, SECONDS (2));
  ck_assert_uint_gt (memory_delivery_position (alice->delivery), before);
  ck_assert_uint_eq (memory_delivery_kept (alice->delivery), before);
  fake_store_fail (alice->store, -1);
  world_run (world, SECONDS (10));
  ck_assert_uint_eq (memory_delivery_kept (alice->delivery), memory_bus_count (world->bus));
  ck_assert_uint_eq (person_count (alice, DEMLS_EVENT_CHAT, "hello"), 1);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { cursors_are_kept_and_handed_back, the_service_is_told_what_is_kept };
  return run_tests ("user/cursors", tests, G_N_ELEMENTS (tests));
}
