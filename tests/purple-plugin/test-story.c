/* test-story.c - real libpurple processes with the built plugin, on a shared folder: a group from its creation to a
 * removal and a restart, played as people do.
 */
#include "people.h"

static void
three_meet (Person *alice, Person *bob, Person *carol)
{
  g_autofree char *link = founds (alice, "book club");
  is_let_in (bob, link, (Person *[]){ alice, NULL });
  is_let_in (carol, link, (Person *[]){ alice, bob, NULL });
}

static void
they_talk (Person *alice, Person *bob, Person *carol)
{
  types (alice, "say welcome");
  sees (carol, "|welcome");
  types (carol, "say <b>hello</b> & \"all\"");
  sees (alice, "|&lt;b&gt;hello&lt;/b&gt; &amp; &quot;all&quot;");
  sees (bob, "|&lt;b&gt;hello&lt;/b&gt;");
  types (bob, "type /vtoe 3");
  sees (bob, "status 2"); /* no such command, and nothing is sent */
  types (bob, "cmd nothing");
  sees (bob, "status 2");
  types (alice, "members");
  sees (alice, "members 3");
}

static void
carol_is_removed (Person *alice, Person *bob, Person *carol)
{
  types (alice, "cmd remove carol spam");
  sees (alice, "Type the same again");
  types (alice, "cmd remove carol spam");
  sees (bob, "(&quot;spam&quot;)");
  types (bob, "cmd yes");
  sees (carol, "no longer a member");
  sees (alice, "is no longer in the group");
  does (carol, "say still here?");
}

static void
bob_comes_back (Person *alice, Person *bob)
{
  does (bob, "close");
  types (alice, "say again");
  sees (bob, "|again"); /* in a new window: closing it left nothing */
  quits (bob);
  types (alice, "say meanwhile");
  sees (alice, "|meanwhile");
  starts (bob);
  sees (bob, "|meanwhile");
  types (bob, "say back");
  sees (alice, "|back");
  ck_assert (!has_seen (alice, "still here?"));
  ck_assert (!has_seen (alice, "vtoe"));
}

START_TEST (three_people_and_a_removal)
{
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob"), *carol = person_new ("carol");
  starts (alice);
  starts (bob);
  starts (carol);
  three_meet (alice, bob, carol);
  they_talk (alice, bob, carol);
  carol_is_removed (alice, bob, carol);
  bob_comes_back (alice, bob);
  quits (alice);
  quits (bob);
  quits (carol);
  people_end ();
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { three_people_and_a_removal };
  return run_tests ("purple-plugin/story", tests, G_N_ELEMENTS (tests));
}
