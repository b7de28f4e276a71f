/* test-dialogs.c - what is asked and shown in windows of their own, in real libpurple processes: votes, Get Info, the
 * room list, joining, and what these groups do not have (plugin P2, P4, P8).
 */
#include "people.h"

#include <string.h>

/* P8: votes are asked for by a dialog, one at a time, and taken back when they are over. */
START_TEST (dialogs_ask_for_votes)
{
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob"), *carol = person_new ("carol");
  person_option (alice, "ask_dialog=yes");
  person_option (bob, "ask_dialog=yes");
  starts (alice);
  starts (bob);
  starts (carol);
  g_autofree char *link = founds (alice, "<b>club</b> & co");
  asks_to_join (bob, link);
  sees (alice, "dialog open Vote|Vote #");
  sees (alice, "dialog buttons |Later|Yes|No");
  types (alice, "press Yes"); /* the host numbers buttons as Pidgin does, from the other end */
  sees (alice, "you voted yes");
  sees (bob, "You are in.");
  forget (alice);
  types (alice, "cmd remove bob <i>spam</i>");
  does (alice, "cmd remove bob <i>spam</i>");
  const char *asked = sees (bob, "dialog open Vote|Vote #");
  ck_assert_ptr_nonnull (strstr (asked, "(\"<i>spam</i>\")"));
  ck_assert_ptr_nonnull (strstr (asked, "In \"<b>club</b> & co\".")); /* shown as it is: no markup */
  sees (bob, "dialog buttons");
  types (bob, "press Later");
  sees (bob, "dialog closed");
  asks_to_join (carol, link);
  sees (bob, "dialog open Vote|Vote #"); /* another one; the first was put off */
  types (alice, "cmd yes");
  sees (bob, "dialog buttons");
  types (bob, "cmd votes");
  types (bob, "press No");
  sees (bob, "you voted no");
  sees (alice, "was refused");
  does (bob, "look");
  ck_assert (!has_seen (bob, "dialog second"));
  ck_assert (!has_seen (alice, "dialog second"));
  quits (alice);
  quits (bob);
  quits (carol);
  people_end ();
}
END_TEST

/* P8: who votes by command, or is too late, is not asked any more; a question outlives a login. */
START_TEST (dialogs_are_taken_back)
{
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob"), *carol = person_new ("carol");
  person_option (bob, "ask_dialog=yes");
  starts (alice);
  starts (bob);
  starts (carol);
  g_autofree char *link = founds (alice, "den");
  is_let_in (bob, link, (Person *[]){ alice, NULL });
  asks_to_join (carol, link);
  sees (bob, "dialog open Vote|Vote #");
  types (bob, "off");
  sees (bob, "dialog closed");
  sees (bob, "offline");
  types (bob, "on"); /* in mid-vote */
  sees (bob, "online");
  const char *again = sees (bob, "dialog open Vote|Vote #");
  ck_assert_ptr_nonnull (strstr (again, "carol"));
  types (bob, "cmd yes");
  sees (bob, "dialog closed");
  sees (alice, "Vote #");
  types (alice, "cmd yes");
  sees (carol, "You are in.");
  quits (alice);
  quits (bob);
  quits (carol);
  people_end ();
}
END_TEST

/* P4, P10 */
START_TEST (members_are_people_with_fingerprints)
{
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob");
  starts (alice);
  starts (bob);
  g_autofree char *link = founds (alice, "den");
  is_let_in (bob, link, (Person *[]){ alice, NULL });
  sees (bob, "users +2");
  types (bob, "whois alice");
  const char *info = sees (bob, "info alice|");
  ck_assert_ptr_nonnull (strstr (info, "no: compare, then /verify"));
  ck_assert_ptr_nonnull (strstr (info, "Role"));
  types (bob, "cmd verify alice");
  sees (bob, "users changed alice"); /* in place */
  types (bob, "whois alice");
  sees (bob, "yes, since");
  types (bob, "whois bob");
  sees (bob, "this is you");
  types (bob, "whois nobody");
  sees (bob, "nobody of this name");
  types (bob, "im alice");
  sees (bob, "notify The message was not sent.|Not sent: de-MLS has no private messages");
  types (bob, "invite carol");
  sees (bob, "demls:");
  types (alice, "cmd nick alicia");
  sees (bob, "users renamed alice|alicia");
  ck_assert (!has_seen (bob, "entered the room"));
  ck_assert (!has_seen (bob, "left the room"));
  quits (alice);
  quits (bob);
  people_end ();
}
END_TEST

static gboolean
on_second (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Asks for the room list once a second until the room is in it. */
static void
looks_for_room (Person *self, const char *room)
{
  does (self, "rooms");
  for (guint i = 0; i < 60 && !has_seen (self, room); i++)
    {
      gboolean over = FALSE;
      g_timeout_add_seconds (1, on_second, &over);
      while (!over)
        g_main_context_iteration (NULL, TRUE);
      does (self, "rooms");
    }
  ck_assert (has_seen (self, room));
}

/* P2 */
START_TEST (groups_are_found_in_the_room_list)
{
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob");
  starts (alice);
  starts (bob);
  types (bob, "join nowhere");
  sees (bob, "notify \"nowhere\" cannot be joined.|nobody announces");
  types (bob, "join demls:damaged");
  sees (bob, "this link is damaged");
  types (bob, "chats");
  does (bob, "rooms");
  ck_assert (!has_seen (bob, "chat ")); /* nothing was created */
  ck_assert (!has_seen (bob, "room "));
  g_autofree char *one = founds (alice, "one"), *two = founds (alice, "one");
  types (alice, "cmd announce on");
  sees (alice, "room lists");
  looks_for_room (bob, "room one");
  types (bob, "join one");
  sees (bob, "Asking to join");
  quits (alice);
  quits (bob);
  people_end ();
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { dialogs_ask_for_votes, dialogs_are_taken_back, members_are_people_with_fingerprints,
                                 groups_are_found_in_the_room_list };
  return run_tests ("purple-plugin/dialogs", tests, G_N_ELEMENTS (tests));
}
