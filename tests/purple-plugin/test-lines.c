/* test-lines.c - lines that only time brings (plugin P7, P9), in real libpurple processes whose clock runs fast
 * (tests/preload/fast-clock.c): the reminder, a vote by one's own client, a vote that lapses, silent stewards, an idle
 * day.
 */
#include "people.h"

#include <string.h>

static char *library;

/* The library, made where the build is. (transfer full) */
static char *
make_library (void)
{
  const char *source = g_getenv ("DEMLS_FAST_CLOCK");
  char *path = g_build_filename (g_getenv ("DEMLS_BUILDDIR"), "tests", "fast-clock.so", NULL);
  const char *const words[] = { "cc", "-O2", "-fPIC", "-shared", source, "-o", path, NULL };
  int status = -1;
  ck_assert_msg (source != NULL, "DEMLS_FAST_CLOCK must name tests/preload/fast-clock.c");
  g_spawn_sync (NULL, (char **) words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL);
  ck_assert_int_eq (status, 0);
  return path;
}

static void
begin (void)
{
  people_begin ();
  library = make_library ();
}

static void
end (void)
{
  people_end ();
  g_clear_pointer (&library, g_free);
}

/* From the next start on, a second is `speed` seconds; the same for all within one test. */
static void
hurries (Person *self, guint speed)
{
  static gint64 wall, mono;
  if (!wall)
    {
      wall = g_get_real_time () / G_USEC_PER_SEC;
      mono = g_get_monotonic_time () / G_USEC_PER_SEC;
    }
  g_ptr_array_add (self->environment, g_strconcat ("LD_PRELOAD=", library, NULL));
  g_ptr_array_add (self->environment, g_strdup_printf ("DEMLS_SPEED=%u", speed));
  g_ptr_array_add (self->environment, g_strdup_printf ("DEMLS_EPOCH=%" G_GINT64_FORMAT, wall));
  g_ptr_array_add (self->environment, g_strdup_printf ("DEMLS_EPOCH_MONO=%" G_GINT64_FORMAT, mono));
}

static void
two_meet (Person *alice, Person *bob)
{
  starts (alice);
  starts (bob);
  g_autofree char *link = founds (alice, "book club");
  asks_to_join (bob, link);
  sees (alice, "Vote #");
  sees (alice, "your client voted yes by itself"); /* after ten seconds, in `quick`; always told (V12) */
  sees (bob, "You are in.");
  sees (alice, "is now in the group");
}

START_TEST (who_has_not_voted_is_reminded_once)
{
  begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob");
  hurries (alice, 30);
  hurries (bob, 30);
  two_meet (alice, bob);
  forget (alice);
  forget (bob);
  types (alice, "cmd topic film club");
  sees (bob, "Vote #");
  sees (bob, "still waits for you");
  sees (bob, "lapsed without a decision");
  sees (alice, "lapsed without a decision");
  ck_assert_uint_eq (count_seen (bob, "still waits for you"), 1);
  ck_assert_uint_eq (count_seen (alice, "still waits for you"), 0);
  quits (alice);
  quits (bob);
  end ();
}
END_TEST

static gboolean
on_evening (gpointer over)
{
  *(gboolean *) over = TRUE;
  return G_SOURCE_REMOVE;
}

START_TEST (an_idle_day_has_no_line)
{
  begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob");
  two_meet (alice, bob);
  quits (alice);
  quits (bob);
  hurries (alice, 4000);
  hurries (bob, 4000);
  starts (alice);
  starts (bob);
  types (bob, "say good night");
  sees (alice, "|good night");
  forget (alice);
  forget (bob);
  gboolean over = FALSE;
  g_timeout_add_seconds (22, on_evening, &over); /* 24 h and more */
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  ck_assert_uint_eq (count_seen (alice, "line "), 0);
  ck_assert_uint_eq (count_seen (bob, "line "), 0);
  types (bob, "say good morning");
  sees (alice, "|good morning");
  quits (alice);
  quits (bob);
  end ();
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { who_has_not_voted_is_reminded_once, an_idle_day_has_no_line };
  return run_tests ("purple-plugin/lines", tests, G_N_ELEMENTS (tests));
}
