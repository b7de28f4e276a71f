#include "world.h"

#include "user/seat.h"

/* All of a seat's own rows come back, and none is believed if it is cut short. */
START_TEST (its_rows_come_back_whole_or_not_at_all)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  Person *bob = world_person (world, "bob");
  g_autofree char *id = world_found (world);
  world_gather (world, id);
  memory_delivery_use_cursors (alice->delivery);
  demls_user_set_typed (alice->user, id, "typed");
  /* V28: until somebody says otherwise, by the leaf; the founder too */
  ck_assert_str_eq (demls_user_nick_of (bob->user, id, demls_user_member_id (alice->user)), "alice");
  ck_assert_str_eq (demls_user_nick_of (alice->user, id, demls_user_member_id (bob->user)), "bob");
  ck_assert (demls_user_set_nick (bob->user, "robert", world_now (world), NULL));
  ck_assert (demls_user_say (bob->user, id, "hello", world_now (world), NULL));
  world_run (world, DEMLS_CURSOR_PERIOD + SECONDS (1));
  person_restart (alice);
  world_run (world, SECONDS (1));
  ck_assert_str_eq (demls_user_nick_of (alice->user, id, demls_user_member_id (bob->user)), "robert");
  ck_assert_str_eq (demls_user_typed (alice->user, id), "typed");
  ck_assert_ptr_nonnull (memory_delivery_cursor (alice->delivery, id));
  ck_assert_uint_gt (demls_user_decisions (alice->user, id)->len, 0);
  const DemlsHistoryLine *line = demls_user_history (alice->user, id)->pdata[0];
  ck_assert_str_eq (line->nick, "robert");

  g_autoptr (GPtrArray) rows = alice->store->ops->load (alice->store, id, NULL);
  guint own = 0;
  for (guint i = 0; i < rows->len; i++)
    {
      DemlsChange *row = rows->pdata[i];
      gsize size = g_bytes_get_size (row->value);
      if (!g_str_has_prefix (row->key, "user/") || g_str_has_suffix (row->key, "typed")
          || g_str_has_suffix (row->key, "cursor") || g_str_has_prefix (row->key, "user/nick"))
        continue;
      DemlsStore *copy = fake_store_copy (alice->store);
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (row->value, 0, size - 1);
      fake_store_set (copy, id, row->key, cut);
      DemlsUser *user = demls_user_new (copy, alice->suite, alice->rng, NULL, world_now (world), NULL);
      ck_assert_msg (user == NULL, "%s", row->key);
      copy->ops->close (copy);
      own++;
    }
  ck_assert_uint_ge (own, 4);
}
END_TEST

START_TEST (an_unknown_row_is_refused)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  g_autofree char *id = world_found (world);
  g_autoptr (GBytes) value = g_bytes_new_static ("x", 1);
  fake_store_set (alice->store, id, "user/from-the-future", value);
  ck_assert_ptr_null (demls_user_new (alice->store, alice->suite, alice->rng, NULL, world_now (world), NULL));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { its_rows_come_back_whole_or_not_at_all, an_unknown_row_is_refused };
  return run_tests ("user/seat", tests, G_N_ELEMENTS (tests));
}
