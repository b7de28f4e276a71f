/* test-windows.c - windows of groups in real libpurple processes: closed, left, removed from, offline, after a restart
 * (plugin P2, P3, P11).
 */
#include "people.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

/* P3: /leave asks once, then the chat ends here at once; the others hear of it when it is done. */
START_TEST (leaving_ends_at_once)
{
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob");
  starts (alice);
  starts (bob);
  g_autofree char *link = founds (alice, "den");
  is_let_in (bob, link, (Person *[]){ alice, NULL });
  types (alice, "say welcome");
  sees (bob, "|welcome");
  does (bob, "say  /yes 7000"); /* meant as a command, not as talk; no vote has four digits */
  ck_assert (has_seen (bob, "Not sent: it looks like a command."));
  does (bob, "cmd leave");
  ck_assert (has_seen (bob, "Type /leave again"));
  does (bob, "cmd leave");
  ck_assert (has_seen (bob, "users -2")); /* the list is empty, at once */
  does (bob, "chats");
  ck_assert (!has_seen (bob, "chat den"));
  forget (bob);
  does (bob, "say am I still here?");
  ck_assert (has_seen (bob, "Not sent: you are not in this group any more."));
  does (bob, "cmd votes");
  ck_assert (has_seen (bob, "not in this group any more"));
  sees (alice, "bob is no longer in the group");
  ck_assert (!has_seen (alice, "still here"));
  ck_assert (!has_seen (alice, "/yes 7000"));
  does (bob, "look");
  ck_assert_uint_eq (count_seen (bob, "window open"), 0); /* no window comes back for it */
  quits (alice);
  quits (bob);
  people_end ();
}
END_TEST

/* P3, mandates V23: who is removed reads it when it happens, not when nothing can change it any more. */
START_TEST (removed_is_told_and_refused)
{
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob"), *carol = person_new ("carol");
  starts (alice);
  starts (bob);
  starts (carol);
  g_autofree char *link = founds (alice, "den");
  is_let_in (bob, link, (Person *[]){ alice, NULL });
  is_let_in (carol, link, (Person *[]){ alice, bob, NULL });
  does (alice, "cmd remove carol");
  does (alice, "cmd remove carol");
  sees (bob, "proposes to remove carol");
  types (bob, "cmd yes");
  sees (alice, "carol is no longer in the group");
  ck_assert_ptr_nonnull (sees_within (carol, "no longer a member", 10));
  does (carol, "members");
  ck_assert (has_seen (carol, "members 0"));
  does (carol, "say still here?");
  ck_assert (has_seen (carol, "Not sent: the group removed you."));
  does (carol, "cmd yes");
  quits (carol);
  starts (carol); /* it may not be final yet; it is not said twice */
  does (carol, "say and now?");
  ck_assert (!has_seen (alice, "still here?"));
  ck_assert (!has_seen (alice, "and now?"));
  quits (alice);
  quits (bob);
  quits (carol);
  people_end ();
}
END_TEST

static gboolean
move (const char *from, const char *to)
{
  return g_rename (from, to) == 0;
}

/* P11: the account stays online, words wait, and the line says which folder. */
START_TEST (offline_is_said_and_heals)
{
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob");
  starts (alice);
  starts (bob);
  g_autofree char *link = founds (alice, "den");
  is_let_in (bob, link, (Person *[]){ alice, NULL });
  types (alice, "say hello");
  sees (bob, "|hello");
  g_autofree char *shared = people_path ("shared", NULL), *away = people_path ("away", NULL);
  ck_assert (move (shared, away));
  const char *line = sees (alice, "Offline, what you write will be sent later.");
  ck_assert_ptr_nonnull (strstr (line, shared));
  types (alice, "say patience");
  sees (alice, "|patience (waiting)");
  ck_assert (!has_seen (alice, "offline\n"));
  ck_assert (move (away, shared));
  sees (alice, "Online again.");
  sees (bob, "|patience");
  quits (alice);
  quits (bob);
  people_end ();
}
END_TEST

/* P2: after a restart everything is as it was, even in mid-vote; the title is the user's if it was changed. */
START_TEST (restart_keeps_everything)
{
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob"), *carol = person_new ("carol");
  starts (alice);
  starts (bob);
  starts (carol);
  g_autofree char *link = founds (alice, "den");
  is_let_in (bob, link, (Person *[]){ alice, NULL });
  asks_to_join (carol, link);
  sees (bob, "Vote #");
  types (bob, "off"); /* in mid-vote */
  sees (bob, "offline");
  types (bob, "on");
  sees (bob, "online");
  quits (alice);
  starts (alice);
  does (alice, "chats");
  ck_assert (has_seen (alice, "chat den|"));
  does (alice, "members");
  ck_assert (has_seen (alice, "members 2 "));
  types (alice, "cmd yes");
  types (bob, "cmd yes");
  sees (carol, "You are in.");
  sees (alice, "users +1");
  sees (bob, "users +1");
  does (bob, "members");
  ck_assert (has_seen (bob, "members 3 "));
  quits (alice);
  quits (bob);
  quits (carol);
  people_end ();
}
END_TEST

/* X7: libpurple's own logs are off unless they were asked for, and which it is is said once. */
START_TEST (logs_only_if_wanted)
{
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob");
  person_option (bob, "log_chats=yes");
  starts (alice);
  starts (bob);
  g_autofree char *link = founds (alice, "den");
  is_let_in (bob, link, (Person *[]){ alice, NULL });
  ck_assert_ptr_nonnull (sees_within (alice, "this program writes no log", 1));
  ck_assert_ptr_nonnull (sees_within (bob, "writes them to its logs unencrypted", 1));
  types (alice, "say rutabaga");
  sees (bob, "|rutabaga");
  g_autofree char *other = founds (alice, "other");
  ck_assert_uint_eq (count_seen (alice, "this program writes no log"), 1);
  quits (alice);
  quits (bob);
  g_autofree char *none = g_build_filename (alice->folder, "logs", NULL);
  g_autofree char *logs = g_build_filename (bob->folder, "logs", NULL);
  g_autofree char *found = file_with (logs, "rutabaga");
  ck_assert (!g_file_test (none, G_FILE_TEST_EXISTS));
  ck_assert_ptr_nonnull (found);
  people_end ();
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { leaving_ends_at_once, removed_is_told_and_refused, offline_is_said_and_heals,
                                 restart_keeps_everything, logs_only_if_wanted };
  return run_tests ("purple-plugin/windows", tests, G_N_ELEMENTS (tests));
}
