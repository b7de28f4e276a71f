#include "world.h"

static gboolean
say (Person *person, const char *id, const char *text)
{
  return demls_user_say (person->user, id, text, world_now (person->world), NULL);
}

/* A store that tells what was written. */
typedef struct {
  DemlsStore plug;
  DemlsStore *real;
  GString *keys; /* of the group's rows that got a value, in lines */
  gsize bytes;
} Logger;

static GPtrArray *
logger_scopes (DemlsStore *store, GError **error)
{
  DemlsStore *real = ((Logger *) store)->real;
  return real->ops->scopes (real, error);
}

static GPtrArray *
logger_load (DemlsStore *store, const char *scope, GError **error)
{
  DemlsStore *real = ((Logger *) store)->real;
  return real->ops->load (real, scope, error);
}

static gboolean
logger_commit (DemlsStore *store, const GPtrArray *changes, GError **error)
{
  Logger *self = (Logger *) store;
  for (guint i = 0; i < changes->len; i++)
    {
      const DemlsChange *change = changes->pdata[i];
      if (!change->value)
        continue;
      g_string_append_printf (self->keys, "%s\n", change->key);
      self->bytes += g_bytes_get_size (change->value);
    }
  return self->real->ops->commit (self->real, changes, error);
}

static void
logger_close (DemlsStore *store)
{
  Logger *self = (Logger *) store;
  self->real->ops->close (self->real);
  g_string_free (self->keys, TRUE);
  g_free (self);
}

static const DemlsStoreOps logger_ops = { logger_scopes, logger_load, logger_commit, logger_close };

static guint
count_lines (const char *text, const char *beginning)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = 0;
  for (guint i = 0; lines[i]; i++)
    n += g_str_has_prefix (lines[i], beginning) ? 1 : 0;
  return n;
}

/* Per message only the sender's ratchet is written anew, not the group, its keys or anybody else's ratchet. */
START_TEST (a_message_changes_one_ratchet_and_little_else)
{
  g_autoptr (World) world = world_new ();
  Logger *logger = g_new0 (Logger, 1);
  *logger = (Logger){ { &logger_ops }, fake_store_new (), g_string_new (NULL), 0 };
  Person *alice = world_person (world, "alice");
  Person *bob = world_person_with (world, "bob", &logger->plug);
  Person *carol = world_person (world, "carol");
  g_autofree char *id = world_found (world);
  world_gather (world, id);
  for (guint i = 0; i < 4; i++) /* the first messages take a leaf's secrets out of the tree */
    {
      ck_assert (say (i % 2 ? alice : carol, id, "before"));
      world_run (world, SECONDS (1));
    }
  for (guint i = 0; i < 20; i++)
    {
      ck_assert (say (i % 2 ? alice : carol, id, "a message"));
      g_string_truncate (logger->keys, 0);
      logger->bytes = 0;
      memory_bus_pump (world->bus, 1000);
      demls_user_tick (bob->user, world_now (world));
      const char *keys = logger->keys->str;
      ck_assert_msg (count_lines (keys, "ratchet/") == 1, "%s", keys);
      ck_assert_uint_eq (count_lines (keys, "user/line/"), 1);
      ck_assert_msg (count_lines (keys, "group/") + count_lines (keys, "keys/") + count_lines (keys, "epoch/") == 0,
                     "%s", keys);
      ck_assert_msg (count_lines (keys, "") - 1 <= 6, "%s", keys);
      ck_assert_uint_lt (logger->bytes, 1500);
      world_step (world);
    }
}
END_TEST

START_TEST (nothing_is_published_or_shown_before_it_is_saved)
{
  g_autoptr (World) world = world_new ();
  world_person (world, "alice");
  Person *bob = world_person (world, "bob");
  g_autofree char *id = world_found (world);
  world_gather (world, id);
  gsize packets = memory_bus_count (world->bus);
  fake_store_fail (bob->store, DEMLS_STORE_ERROR_FULL);
  ck_assert (say (bob, id, "first"));
  ck_assert (!demls_user_is_saved (bob->user));
  g_autoptr (GError) error = NULL;
  ck_assert (!demls_user_say (bob->user, id, "second", world_now (world), &error));
  ck_assert_int_eq (error->code, DEMLS_USER_ERROR_UNSAVED);
  world_run (world, SECONDS (10));
  ck_assert_uint_eq (memory_bus_count (world->bus), packets);
  ck_assert_uint_eq (person_count (bob, DEMLS_EVENT_CHAT, "first"), 0);
  ck_assert_uint_eq (person_count_kind (bob, DEMLS_USER_EVENT_UNSAVED), 1);
  fake_store_fail (bob->store, -1);
  world_run (world, SECONDS (20));
  ck_assert_uint_eq (person_count_kind (bob, DEMLS_USER_EVENT_SAVED), 1);
  ck_assert_uint_eq (person_count (bob, DEMLS_EVENT_CHAT, "first"), 1);
  ck_assert_uint_eq (person_count (world->people->pdata[0], DEMLS_EVENT_CHAT, "first"), 1);
  ck_assert (say (bob, id, "second"));
  ck_assert (world_all_in (world, id));
}
END_TEST

/* A copy of the store taken between saving and showing has the line, and shows it. */
START_TEST (a_line_saved_but_not_shown_is_shown_after_a_crash)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  Person *bob = world_person (world, "bob");
  g_autofree char *id = world_found (world);
  world_gather (world, id);
  ck_assert (say (alice, id, "before"));
  world_run (world, SECONDS (2));
  ck_assert (say (alice, id, "unseen"));
  memory_bus_pump (world->bus, 1000);
  demls_user_tick (bob->user, world_now (world));
  /* not drained: killed */
  person_restart (bob);
  world_run (world, SECONDS (2));
  ck_assert_uint_eq (person_count (bob, DEMLS_EVENT_CHAT, "unseen"), 1);
  ck_assert_uint_eq (person_count (bob, DEMLS_EVENT_CHAT, "before"), 1);
  person_restart (bob);
  world_run (world, SECONDS (2));
  ck_assert_uint_eq (person_count (bob, DEMLS_EVENT_CHAT, "unseen"), 1);
}
END_TEST

START_TEST (the_outbox_is_handed_over_again)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  Person *bob = world_person (world, "bob");
  g_autofree char *id = world_found (world);
  world_gather (world, id);
  /* published, but lost with the process, before any echo */
  demls_user_set_delivery (bob->user, NULL);
  ck_assert (say (bob, id, "kept"));
  person_restart (bob);
  world_run (world, SECONDS (3));
  ck_assert_uint_eq (person_count (alice, DEMLS_EVENT_CHAT, "kept"), 1);
  ck_assert_ptr_null (fake_store_row (bob->store, id, "outbox/0000000000000000"));
  /* a new service in the same process gets what the old one did not confirm */
  ck_assert (say (bob, id, "once more"));
  demls_user_set_delivery (bob->user, NULL);
  demls_user_set_delivery (bob->user, bob->delivery);
  world_run (world, SECONDS (3));
  ck_assert_uint_eq (person_count (alice, DEMLS_EVENT_CHAT, "once more"), 1);
  ck_assert (world_all_in (world, id));
}
END_TEST

START_TEST (a_refused_packet_is_told)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  g_autofree char *id = world_found (world);
  world_run (world, SECONDS (1));
  memory_delivery_set_refusing (alice->delivery, TRUE);
  ck_assert (say (alice, id, "to nobody"));
  world_run (world, SECONDS (1));
  ck_assert_uint_ge (person_count_kind (alice, DEMLS_USER_EVENT_REFUSED), 1);
}
END_TEST

START_TEST (the_end_is_told_after_a_crash)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  g_autofree char *id = world_found (world);
  world_run (world, SECONDS (1));
  ck_assert (demls_user_leave (alice->user, id, world_now (world), NULL));
  ck_assert_ptr_null (fake_store_row (alice->store, id, "runner"));
  person_restart (alice);
  person_drain (alice);
  ck_assert_uint_eq (person_count (alice, DEMLS_EVENT_LEAVING, NULL), 1);
  world_run (world, SECONDS (1));
  ck_assert_ptr_null (fake_store_row (alice->store, id, "user/about"));
  person_restart (alice);
  g_autoptr (GPtrArray) groups = demls_user_groups (alice->user);
  ck_assert_uint_eq (groups->len, 0);
}
END_TEST

/* After every step of a script a process is killed; nothing is lost, and nothing is shown twice unless the process was
 * killed after showing it and before the next save. */
START_TEST (killed_after_every_step)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  Person *bob = world_person (world, "bob");
  g_autofree char *id = world_found (world);
  world_gather (world, id);
  for (guint i = 0; i < run_rounds (60); i++)
    {
      g_autofree char *text = g_strdup_printf ("line %u", i);
      ck_assert (say (i % 2 ? alice : bob, id, text));
      Person *killed = i % 4 < 2 ? alice : bob;
      if (i % 3)
        {
          world_step (world);
          demls_user_tick (alice->user, world_now (world));
          demls_user_tick (bob->user, world_now (world));
        }
      person_restart (killed);
      if (i % 5 == 0)
        world_run (world, SECONDS (1));
    }
  world_run (world, SECONDS (20));
  for (guint i = 0; i < run_rounds (60); i++)
    {
      g_autofree char *text = g_strdup_printf ("line %u", i);
      ck_assert_msg (person_count (alice, DEMLS_EVENT_CHAT, text) == 1, "alice: %s: %u", text,
                     person_count (alice, DEMLS_EVENT_CHAT, text));
      ck_assert_msg (person_count (bob, DEMLS_EVENT_CHAT, text) == 1, "bob: %s: %u", text,
                     person_count (bob, DEMLS_EVENT_CHAT, text));
    }
  ck_assert (world_all_in (world, id));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    a_message_changes_one_ratchet_and_little_else,
    nothing_is_published_or_shown_before_it_is_saved,
    a_line_saved_but_not_shown_is_shown_after_a_crash,
    the_outbox_is_handed_over_again,
    a_refused_packet_is_told,
    the_end_is_told_after_a_crash,
    killed_after_every_step,
  };
  return run_tests ("user/crank", tests, G_N_ELEMENTS (tests));
}
