#include "session/error.h"
#include "world.h"

static const char *
any_id (const Person *person)
{
  g_autoptr (GPtrArray) groups = demls_user_groups (person->user);
  return groups->len ? demls_runner_id (demls_user_runner (person->user, groups->pdata[0])) : NULL;
}

static void
say (Person *person, const char *id, const char *text)
{
  g_autoptr (GError) error = NULL;
  gboolean said = demls_user_say (person->user, id, text, world_now (person->world), &error);
  ck_assert_msg (said, "%s", error ? error->message : "");
}

START_TEST (an_identity_is_made_once)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  g_autoptr (GBytes) me = span_dup (demls_user_member_id (alice->user));
  g_autoptr (GBytes) app = span_dup (demls_user_app_id (alice->user));
  person_restart (alice);
  ck_assert (span_equal (span_bytes (me), demls_user_member_id (alice->user)));
  ck_assert (span_equal (span_bytes (app), demls_user_app_id (alice->user)));
  ck_assert_str_eq (demls_user_nick (alice->user), "alice");
  ck_assert_uint_eq (demls_user_app_id (alice->user).len, DEMLS_APP_ID_SIZE);
}
END_TEST

START_TEST (three_meet_talk_and_restart)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  Person *bob = world_person (world, "bob");
  Person *carol = world_person (world, "carol");
  g_autofree char *id = world_found (world);
  world_gather (world, id);
  ck_assert_str_eq (any_id (carol), id);
  ck_assert_str_eq (demls_user_title (carol->user, id), "book club");
  for (guint i = 0; i < 3; i++)
    {
      Person *person = world->people->pdata[i];
      g_autofree char *text = g_strdup_printf ("hello from %s", person->name);
      say (person, id, text);
      world_run (world, SECONDS (1));
    }
  for (guint i = 0; i < 3; i++)
    person_restart (world->people->pdata[i]);
  world_run (world, SECONDS (2));
  say (bob, id, "still here");
  world_run (world, SECONDS (2));
  for (guint i = 0; i < 3; i++)
    {
      const Person *person = world->people->pdata[i];
      ck_assert_uint_eq (person_count (person, DEMLS_EVENT_CHAT, "hello from alice"), 1);
      ck_assert_uint_eq (person_count (person, DEMLS_EVENT_CHAT, "hello from bob"), 1);
      ck_assert_uint_eq (person_count (person, DEMLS_EVENT_CHAT, "hello from carol"), 1);
      ck_assert_uint_eq (person_count (person, DEMLS_EVENT_CHAT, "still here"), 1);
      ck_assert_uint_eq (demls_user_history (person->user, id)->len, 4);
    }
  ck_assert (world_all_in (world, id));
  (void) alice;
}
END_TEST

START_TEST (a_message_typed_away_goes_out_later)
{
  g_autoptr (World) world = world_new ();
  world_person (world, "alice");
  Person *bob = world_person (world, "bob");
  g_autofree char *id = world_found (world);
  world_gather (world, id);
  memory_delivery_set_away (bob->delivery, TRUE);
  world_step (world);
  say (bob, id, "one");
  say (bob, id, "two");
  person_drain (bob);
  const DemlsUserEvent *last = bob->events->pdata[bob->events->len - 1];
  ck_assert (last->waiting);
  world_run (world, SECONDS (2));
  const Person *alice = world->people->pdata[0];
  ck_assert_uint_eq (person_count (alice, DEMLS_EVENT_CHAT, "one"), 0);
  person_restart (bob);
  world_run (world, SECONDS (3));
  ck_assert_uint_eq (person_count (alice, DEMLS_EVENT_CHAT, "one"), 1);
  ck_assert_uint_eq (person_count (alice, DEMLS_EVENT_CHAT, "two"), 1);
  ck_assert_uint_eq (person_count (bob, DEMLS_EVENT_CHAT, "one"), 1);
}
END_TEST

START_TEST (leaving_ends_in_nothing_kept)
{
  g_autoptr (World) world = world_new ();
  world_person (world, "alice");
  Person *bob = world_person (world, "bob");
  Person *carol = world_person (world, "carol");
  g_autofree char *id = world_found (world);
  world_gather (world, id);
  say (carol, id, "bye");
  world_run (world, SECONDS (1));
  g_autoptr (GError) error = NULL;
  ck_assert (demls_user_leave (carol->user, id, world_now (world), &error));
  ck_assert (demls_user_is_leaving (carol->user, id));
  ck_assert_uint_eq (demls_user_history (carol->user, id)->len, 0);
  ck_assert (!demls_user_say (carol->user, id, "no", world_now (world), NULL));
  world_run (world, SECONDS (20));
  ck_assert_uint_eq (person_count (carol, DEMLS_EVENT_LEAVING, NULL), 1);
  ck_assert_ptr_null (demls_user_runner (carol->user, id));
  ck_assert_ptr_null (fake_store_row (carol->store, id, "runner"));
  ck_assert_ptr_null (fake_store_row (carol->store, id, "user/about"));
  ck_assert (world_all_in (world, id));
  say (bob, id, "she left");
  world_run (world, SECONDS (1));
  ck_assert_uint_eq (person_count (carol, DEMLS_EVENT_CHAT, "she left"), 0);

  /* and back */
  g_autofree char *link = demls_user_make_link (bob->user, id, NULL);
  g_autofree char *same = demls_user_join (carol->user, link, world_now (world), &error);
  ck_assert_msg (same != NULL, "%s", error ? error->message : "");
  world_run_until (world, SECONDS (60), world_all_in, id);
  ck_assert (person_is_in (carol, id));
}
END_TEST

START_TEST (announced_groups_are_found_by_name)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  Person *bob = world_person (world, "bob");
  g_autofree char *id = world_found (world);
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (demls_user_join (bob->user, "book club", world_now (world), &error));
  ck_assert_int_eq (error->code, DEMLS_USER_ERROR_NOT_ANNOUNCED);
  g_clear_error (&error);
  ck_assert_ptr_null (demls_user_join (bob->user, "demls:nonsense", world_now (world), &error));
  ck_assert_int_eq (error->code, DEMLS_USER_ERROR_LINK);
  g_clear_error (&error);
  ck_assert (demls_user_set_announced (alice->user, id, TRUE, world_now (world), &error));
  world_run (world, SECONDS (1));
  person_restart (bob);
  world_run (world, SECONDS (1));
  g_autoptr (GPtrArray) rooms = demls_user_rooms (bob->user);
  ck_assert_uint_eq (rooms->len, 1);
  ck_assert_uint_eq (((const DemlsRoom *) rooms->pdata[0])->members, 1);
  g_autofree char *joined = demls_user_join (bob->user, "book club", world_now (world), &error);
  ck_assert_str_eq (joined, id);
  ck_assert (world_run_until (world, SECONDS (30), world_all_in, id));
  g_autofree char *again = demls_user_join (bob->user, id, world_now (world), &error);
  ck_assert_str_eq (again, id);
}
END_TEST

START_TEST (what_belongs_to_the_person_is_kept)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  g_autofree char *id = world_found (world);
  guint8 member[DEMLS_MEMBER_ID_SIZE] = { 7 };
  ck_assert (demls_user_set_verified (alice->user, SPAN_OF (member), TRUE, world_now (world), NULL));
  ck_assert (demls_user_set_history_limit (alice->user, 3, world_now (world), NULL));
  ck_assert (!demls_user_set_history_limit (alice->user, DEMLS_HISTORY_MAX + 1, world_now (world), NULL));
  for (guint i = 0; i < 6; i++)
    say (alice, id, "line");
  person_drain (alice);
  demls_user_set_typed (alice->user, id, "half a sent");
  world_run (world, SECONDS (1));
  alice->name = "alice the second";
  person_restart (alice);
  world_run (world, SECONDS (1));
  ck_assert_int_gt (demls_user_verified_since (alice->user, SPAN_OF (member)), 0);
  ck_assert_str_eq (demls_user_typed (alice->user, id), "half a sent");
  ck_assert_uint_eq (demls_user_history_limit (alice->user), 3);
  ck_assert_uint_eq (demls_user_history (alice->user, id)->len, 3);
  ck_assert_str_eq (demls_user_nick (alice->user), "alice the second");
  ck_assert (demls_user_forget (alice->user, id, world_now (world), NULL));
  ck_assert_uint_eq (demls_user_history (alice->user, id)->len, 0);
  ck_assert_uint_eq (person_count (alice, DEMLS_EVENT_CHAT, "line"), 6);
}
END_TEST

static gboolean
has_no_key_package (World *self, gconstpointer id)
{
  const Person *bob = self->people->pdata[1];
  return !fake_store_row (bob->store, id, "join");
}

/* Minted for one joining; gone with its private keys when it is spent and no other Welcome can come any more (V29); the
 * next joining has another. */
START_TEST (a_key_package_is_spent_once)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  Person *bob = world_person (world, "bob");
  g_autofree char *id = world_found (world);
  g_autofree char *link = demls_user_make_link (alice->user, id, NULL);
  g_autoptr (GBytes) first = NULL, second = NULL;
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *same = demls_user_join (bob->user, link, world_now (world), NULL);
      ck_assert_str_eq (same, id);
      GBytes *row = fake_store_row (bob->store, id, "join");
      ck_assert_ptr_nonnull (row);
      *(i ? &second : &first) = g_bytes_ref (row);
      person_restart (bob); /* what was announced must still open the Welcome */
      ck_assert (world_run_until (world, SECONDS (60), world_all_in, id));
      ck_assert (world_run_until (world, SECONDS (700), has_no_key_package, id));
      if (i == 0)
        {
          ck_assert (demls_user_leave (bob->user, id, world_now (world), NULL));
          world_run (world, SECONDS (20));
          ck_assert_uint_eq (person_count (bob, DEMLS_EVENT_LEAVING, NULL), 1);
        }
    }
  ck_assert (!g_bytes_equal (first, second));
}
END_TEST

START_TEST (votes_and_decisions_are_kept)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  Person *bob = world_person (world, "bob");
  Person *carol = world_person (world, "carol");
  g_autofree char *id = world_found (world);
  world_gather (world, id);
  guint decided = demls_user_decisions (bob->user, id)->len;
  ck_assert_uint_ge (decided, 2); /* two joined */
  ck_assert (demls_user_change (alice->user, id, NULL, "tea club", world_now (world), NULL));
  world_step (world);
  world_step (world);
  g_autoptr (GPtrArray) ballots = demls_runner_ballots (demls_user_runner (bob->user, id));
  ck_assert_uint_eq (ballots->len, 1);
  ck_assert (demls_user_vote (bob->user, id, span_bytes (ballots->pdata[0]), FALSE, world_now (world), NULL));
  gint64 score = demls_runner_score (demls_user_runner (bob->user, id), demls_user_member_id (carol->user));
  person_restart (bob);
  const DemlsRunner *runner = demls_user_runner (bob->user, id);
  g_autoptr (GPtrArray) again = demls_runner_ballots (runner);
  g_autoptr (GError) error = NULL;
  ck_assert_uint_eq (again->len, 1);
  ck_assert (g_bytes_equal (again->pdata[0], ballots->pdata[0]));
  ck_assert (!demls_user_vote (bob->user, id, span_bytes (again->pdata[0]), TRUE, world_now (world), &error));
  ck_assert_int_eq (error->code, DEMLS_ERROR_ALREADY_VOTED);
  ck_assert_uint_eq (demls_user_decisions (bob->user, id)->len, decided);
  ck_assert_int_eq (demls_runner_score (runner, demls_user_member_id (carol->user)), score);
  ck_assert_int_ne (score, 0);
}
END_TEST

START_TEST (a_damaged_row_is_refused_as_a_whole)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  g_autofree char *id = world_found (world);
  say (alice, id, "hello");
  world_run (world, SECONDS (1));
  const char *const keys[] = { "runner", "user/about", "user/shown", "user/line/0000000000000001" };
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GError) error = NULL;
      DemlsStore *copy = fake_store_copy (alice->store);
      g_autoptr (GBytes) damaged = g_bytes_new_static ("\x01\xff\xff", 3);
      ck_assert_ptr_nonnull (fake_store_row (copy, id, keys[i]));
      fake_store_set (copy, id, keys[i], damaged);
      DemlsUser *user = demls_user_new (copy, alice->suite, alice->rng, NULL, world_now (world), &error);
      ck_assert_msg (user == NULL, "%s is taken as it is", keys[i]);
      ck_assert_ptr_nonnull (error);
      copy->ops->close (copy);
    }
  g_autoptr (GError) error = NULL;
  fake_store_set (alice->store, "", "identity", NULL);
  ck_assert_ptr_null (demls_user_new (alice->store, alice->suite, alice->rng, NULL, world_now (world), &error));
}
END_TEST

START_TEST (a_second_tick_does_nothing)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  world_person (world, "bob");
  g_autofree char *id = world_found (world);
  world_gather (world, id);
  world_run (world, SECONDS (3));
  guint commits = fake_store_commits (alice->store);
  gsize packets = memory_bus_count (world->bus);
  ck_assert_int_gt (demls_user_next_wakeup (alice->user), world->mono - WORLD_STEP);
  ck_assert (demls_user_is_saved (alice->user));
  demls_user_tick (alice->user, world_now (world));
  demls_user_tick (alice->user, world_now (world));
  ck_assert_uint_eq (fake_store_commits (alice->store), commits);
  ck_assert_uint_eq (memory_bus_count (world->bus), packets);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    an_identity_is_made_once,     three_meet_talk_and_restart,        a_message_typed_away_goes_out_later,
    leaving_ends_in_nothing_kept, announced_groups_are_found_by_name, what_belongs_to_the_person_is_kept,
    a_key_package_is_spent_once,  votes_and_decisions_are_kept,       a_damaged_row_is_refused_as_a_whole,
    a_second_tick_does_nothing,
  };
  return run_tests ("user/user", tests, G_N_ELEMENTS (tests));
}
