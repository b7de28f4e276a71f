/* test-acts.c - every command of P5 in real libpurple processes: right, wrong, with something missing; the budget of a
 * join (P9), the topic (P3), and what is shown again after a restart (X10).
 */
#include "people.h"

/* A command, and what has to be read at once. */
static void
answers (Person *self, const char *line, const char *wanted)
{
  forget (self);
  does (self, "cmd %s", line);
  ck_assert_msg (has_seen (self, wanted), "/%s does not say \"%s\"", line, wanted);
}

static const char *const lines[][2] = {
  { "yes", "No vote waits for you." },
  { "no 417", "There is no open vote 417." },
  { "vote", "Something is missing. Type: /vote" },
  { "vote abc", "is not the number of a vote" },
  { "vote 7 maybe", "is not understood here" },
  { "yes 7 please", "is too much" },
  { "votes", "There is no open vote." },
  { "invite", "Who has this link can ask to join: demls:" },
  { "remove", "Something is missing. Type: /remove" },
  { "remove boob", "Did you mean: bob?" },
  { "ban alice", "This is you. To go, type /leave." },
  { "remove bob spam", "Type the same again to do it." },
  { "leave", "Type /leave again" },
  { "leave now", "is too much" },
  { "members", "2 members: " },
  { "stewards", "everybody is a steward" },
  { "info", "Tree hash: " },
  { "info", "Delivery: " },
  { "rules", "The rules are &quot;quick&quot;." },
  { "rules quick", "These are the rules already." },
  { "rules fast", "is not understood here" },
  { "safety", "Group code: " },
  { "safety bob", "bob: " },
  { "safety nobody", "There is nobody called" },
  { "verify", "This is known to be the right group." },
  { "verify alice", "This is you." },
  { "verify bob", "bob is marked as verified" },
  { "history", "bob is now in the group (committed by " },
  { "history 0", "is not understood here" },
  { "link", "demls:" },
  { "topic", "Something is missing. Type: /topic" },
  { "nick", "Something is missing. Type: /nick" },
  { "announce", "Something is missing. Type: /announce" },
  { "announce on", "is now shown in room lists" },
  { "announce off", "is no longer shown" },
  { "accuse bob", "Something is missing. Type: /accuse" },
  { "accuse alice x", "This is you." },
  { "elect", "there is nobody to elect" },
  { "rejoin", "there is nothing to come back from" },
};

START_TEST (every_command_answers)
{
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob");
  starts (alice);
  starts (bob);
  g_autofree char *link = founds (alice, "den");
  is_let_in (bob, link, (Person *[]){ alice, NULL });
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    answers (alice, lines[i][0], lines[i][1]);
  answers (alice, "topic <b>new</b>", "you propose to call the group &quot;&lt;b&gt;new&lt;/b&gt;&quot;");
  sees (bob, "proposes to call the group");
  answers (bob, "votes", "Waiting for your vote:");
  answers (bob, "yes", "you voted yes. This cannot be changed.");
  sees (alice, "passed, 2 yes, 0 no.");
  types (bob, "say kept words");
  sees (alice, "|kept words");
  quits (alice);
  starts (alice); /* X10 */
  types (bob, "say new words");
  sees (alice, "|kept words");
  sees (alice, "Above: ");
  sees (alice, "|new words");
  answers (alice, "history", "you propose to call the group"); /* also after a restart */
  answers (alice, "forget", "were kept here are deleted");
  quits (alice);
  starts (alice);
  types (bob, "say newest words");
  sees (alice, "|newest words");
  ck_assert (!has_seen (alice, "kept words"));
  quits (alice);
  quits (bob);
  people_end ();
}
END_TEST

/* P9: one member joins a group of five; at most three logged lines for each of the five. */
START_TEST (a_join_of_five_is_three_logged_lines)
{
  static const char *const names[] = { "ann", "bea", "cid", "dan", "eve", "fay" };
  Person *people[G_N_ELEMENTS (names) + 1] = { NULL };
  people_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    starts (people[i] = person_new (names[i]));
  g_autofree char *link = founds (people[0], "den");
  for (guint i = 1; i < G_N_ELEMENTS (names); i++)
    {
      Person *members[G_N_ELEMENTS (names) + 1] = { NULL };
      for (guint j = 0; j < i; j++)
        {
          members[j] = people[j];
          if (i == G_N_ELEMENTS (names) - 1)
            forget (people[j]);
        }
      is_let_in (people[i], link, members);
      for (guint j = 0; j < i; j++)
        sees (people[j], "now in the group");
    }
  for (guint j = 0; j + 1 < G_N_ELEMENTS (names); j++)
    ck_assert_uint_le (count_logged (people[j]), 3);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    quits (people[i]);
  people_end ();
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { every_command_answers, a_join_of_five_is_three_logged_lines };
  g_setenv ("CK_DEFAULT_TIMEOUT", "300", FALSE);
  return run_tests ("purple-plugin/acts", tests, G_N_ELEMENTS (tests));
}
