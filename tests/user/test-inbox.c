#include "world.h"

#include "session/error.h"

#define OTHER "abcdefghijklmnopqrstuvwxya"

START_TEST (packets_of_nobody_are_refused)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  g_autofree char *id = world_found (world);
  world_run (world, SECONDS (1));
  guint rows = fake_store_rows (alice->store);
  const char *const names[] = { "", "x", "../../etc/passwd", OTHER, "ABCDEFGHIJKLMNOPQRSTUVWXYA" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint channel = 0; channel <= DEMLS_CHANNEL_ANNOUNCEMENT; channel++)
      {
        g_autoptr (GError) error = NULL;
        ck_assert (!demls_user_receive (alice->user, names[i], (DemlsChannel) channel, span ("garbage", 7),
                                        world_now (world), &error));
        ck_assert_ptr_nonnull (error);
      }
  g_autofree guint8 *huge = g_malloc0 (DEMLS_PACKET_MAX + 1);
  g_autoptr (GError) error = NULL;
  ck_assert (!demls_user_receive (alice->user, id, DEMLS_CHANNEL_APP_MSG, span (huge, DEMLS_PACKET_MAX + 1),
                                  world_now (world), &error));
  ck_assert_int_eq (error->code, DEMLS_ERROR_TOO_LARGE);
  world_run (world, SECONDS (1));
  ck_assert_uint_eq (fake_store_rows (alice->store), rows);
}
END_TEST

START_TEST (garbage_changes_nothing)
{
  g_autoptr (World) world = world_new ();
  world_person (world, "alice");
  world_person (world, "bob");
  g_autofree char *id = world_found (world);
  world_gather (world, id);
  g_autoptr (Rng) rng = rng_new_seeded (9);
  for (guint i = 0; i < run_rounds (2000); i++)
    {
      guint8 bytes[300];
      gsize len = rng_below (rng, sizeof bytes) + 1;
      rng_fill (rng, bytes, len);
      memory_bus_inject (world->bus, id, (DemlsChannel) rng_below (rng, 3), span (bytes, len));
    }
  world_run (world, SECONDS (5));
  const Person *alice = world->people->pdata[0];
  ck_assert (demls_user_say (alice->user, id, "unharmed", world_now (world), NULL));
  world_run (world, SECONDS (2));
  ck_assert_uint_eq (person_count (world->people->pdata[1], DEMLS_EVENT_CHAT, "unharmed"), 1);
  ck_assert (world_all_in (world, id));
}
END_TEST

START_TEST (unknown_tokens_are_ignored)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  g_autofree char *id = world_found (world);
  demls_user_delivered (alice->user, 0, world_now (world));
  demls_user_delivered (alice->user, G_MAXUINT64, world_now (world));
  demls_user_refused (alice->user, G_MAXUINT64, NULL, world_now (world));
  ck_assert (demls_user_say (alice->user, id, "x", world_now (world), NULL));
  ck_assert (!demls_user_is_sent (alice->user));
  world_run (world, SECONDS (1));
  ck_assert (demls_user_is_sent (alice->user));
}
END_TEST

START_TEST (announcements_are_not_written_at_every_renewal)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  Person *bob = world_person (world, "bob");
  g_autofree char *id = world_found (world);
  world_run (world, SECONDS (1));
  g_autoptr (GBytes) packet = demls_announcement_make (demls_user_runner (alice->user, id), 0, world_now (world).wall);
  memory_bus_inject (world->bus, id, DEMLS_CHANNEL_ANNOUNCEMENT, span_bytes (packet));
  world_run (world, SECONDS (1));
  guint commits = fake_store_commits (bob->store);
  ck_assert_uint_eq (person_count_kind (bob, DEMLS_USER_EVENT_ROOMS), 1);
  for (guint i = 0; i < 50; i++)
    memory_bus_inject (world->bus, id, DEMLS_CHANNEL_ANNOUNCEMENT, span_bytes (packet));
  world_run (world, SECONDS (1));
  ck_assert_uint_eq (fake_store_commits (bob->store), commits);
  ck_assert_uint_eq (person_count_kind (bob, DEMLS_USER_EVENT_ROOMS), 1);
  world->mono += SECONDS (DEMLS_ROOM_DAY);
  world_run (world, SECONDS (1));
  g_autoptr (GPtrArray) rooms = demls_user_rooms (bob->user);
  ck_assert_uint_eq (rooms->len, 0);
  ck_assert_uint_eq (person_count_kind (bob, DEMLS_USER_EVENT_ROOMS), 2);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { packets_of_nobody_are_refused, garbage_changes_nothing, unknown_tokens_are_ignored,
                                 announcements_are_not_written_at_every_renewal };
  return run_tests ("user/inbox", tests, G_N_ELEMENTS (tests));
}
