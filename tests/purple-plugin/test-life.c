/* test-life.c - real libpurple processes with the built plugin: every command,
 * every hostile string, five members, a broker, and all that a process can go
 * through: loading and unloading, switching off, kill -9, valgrind.
 */
#include "people.h"

#include "../lib/broker.h"

#include <string.h>

#define BIDI "\xe2\x80\xae" /* right-to-left override */

static void
two_meet (Person *alice, Person *bob)
{
  starts (alice);
  starts (bob);
  g_autofree char *link = founds (alice, "book club");
  is_let_in (bob, link, (Person *[]){ alice, NULL });
  sees (alice, "is now in the group");
}

/* --- P5
 * -----------------------------------------------------------------------------------------------------------*/

typedef struct {
  const char *typed;
  guint status; /* of PurpleCmdStatus: 0 done, 1 failed */
  const char *answer;
} Line;

static const Line lines[] = {
  { "yes", 1, "No vote waits for you" },
  { "yes banana", 1, "not the number of a vote" },
  { "yes 7 8", 1, "too much" },
  { "no", 1, "No vote waits for you" },
  { "no 007", 1, "no open vote" },
  { "vote", 1, "Something is missing" },
  { "vote 5 maybe", 1, "not understood" },
  { "vote 005 yes", 1, "no open vote" },
  { "votes", 0, "no open vote" },
  { "votes now", 1, "too much" },
  { "invite", 0, "demls:" },
  { "remove", 1, "Something is missing" },
  { "remove nobody", 1, "nobody called" },
  { "remove bbo", 1, "Did you mean: bob" },
  { "ban", 1, "Something is missing" },
  { "leave now", 1, "too much" },
  { "members", 0, "2 members" },
  { "members all", 1, "too much" },
  { "stewards", 0, "lice" },
  { "info", 0, "poch" },
  { "info x", 1, "too much" },
  { "rules", 0, "more than half" },
  { "rules strange", 1, "not understood" },
  { "safety", 0, "roup code" },
  { "safety bob", 0, "bob" },
  { "safety nobody", 1, "nobody called" },
  { "verify", 0, "status 0" },
  { "verify nobody", 1, "nobody called" },
  { "verify bob", 0, "bob" },
  { "history", 0, "passed" },
  { "history 1", 0, "line" },
  { "history many", 1, "not understood" },
  { "link", 0, "demls:" },
  { "link x", 1, "too much" },
  { "topic", 1, "Something is missing" },
  { "nick", 1, "Something is missing" },
  { "nick alice", 0, "alice" },
  { "announce", 1, "Something is missing" },
  { "announce maybe", 1, "not understood" },
  { "announce on", 0, "shown in room lists" },
  { "announce off", 0, "no longer shown" },
  { "forget it", 1, "too much" },
  { "forget", 0, "deleted" },
  { "accuse", 1, "Something is missing" },
  { "accuse bob", 1, "Something is missing" },
  { "accuse nobody lies", 1, "nobody called" },
  { "elect", 1, "status 1 " },
  { "elect x", 1, "too much" },
  { "rejoin", 1, "status 1 " },
  { "rejoin x", 1, "too much" },
  { "rules slow", 0, "Vote #" },
  { "topic film club", 0, "Vote #" },
  { "accuse bob lies", 0, "Vote #" },
  { "remove bob lies", 0, "Type the same again" },
  { "leave", 0, "again" },
};

START_TEST (every_command_right_and_wrong)
{
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob");
  two_meet (alice, bob);
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *status = g_strdup_printf ("status %u", lines[i].status);
      forget (alice);
      does (alice, "cmd %s", lines[i].typed);
      ck_assert_msg (has_seen (alice, status), "/%s does not end with %s", lines[i].typed, status);
      sees_within (alice, lines[i].answer, 20);
    }
  forget (alice);
  does (alice, "type /vtoe 3");
  ck_assert (has_seen (alice, "No such command"));
  types (alice, "say the end");
  sees (bob, "|the end");
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *leaked = g_strdup_printf ("alice|/%s", lines[i].typed);
      ck_assert_msg (!has_seen (bob, leaked), "/%s was said to all", lines[i].typed);
    }
  ck_assert (!has_seen (bob, "vtoe"));
  quits (alice);
  quits (bob);
  people_end ();
}
END_TEST

/* --- strings of peers
 * ---------------------------------------------------------------------------------------------*/

/* No tag but the line's end, and no direction mark, in what was shown since
 * forget(). */
static void
is_literal (const Person *self)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      const char *line = self->lines->pdata[i];
      if (!g_str_has_prefix (line, "line ") && !g_str_has_prefix (line, "topic ") && !g_str_has_prefix (line, "title "))
        continue;
      const char *text = g_str_has_prefix (line, "line ") ? strchr (line, '|') : "";
      for (const char *at = strchr (text, '<'); at; at = strchr (at + 1, '<'))
        ck_assert_msg (g_str_has_prefix (at, "<br>"), "markup in: %s", line);
      ck_assert_msg (!strstr (line, BIDI), "a direction mark in: %s", line);
    }
}

START_TEST (strings_of_peers_are_shown_literally)
{
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob");
  two_meet (alice, bob);
  forget (alice);
  does (bob, "say <b>bold</b> & <img src=file:///etc/passwd> \"q\" 'a'\\nsecond " BIDI "line");
  sees (alice, "|&lt;b&gt;bold&lt;/b&gt; &amp; &lt;img "
               "src=file:///etc/passwd&gt; &quot;q&quot; 'a'<br>second line");
  g_autofree char *x = g_strnfill (10000, 'x'), *shown = g_strconcat ("|&lt;i&gt;", x, NULL);
  does (bob, "say <i>%s", x);
  sees (alice, shown);
  does (bob, "cmd topic <u>T</u> & \"t\"");
  sees (alice, "&lt;u&gt;T&lt;/u&gt; &amp; &quot;t&quot;");
  does (bob, "cmd accuse alice <a href=evil>lies</a> & \"more\"");
  sees (alice, "&lt;a href=evil&gt;lies&lt;/a&gt;");
  does (bob, "cmd nick <i>B</i>&\"b\"");
  sees (alice, "is now known as \xe2\x80\xb9i\xe2\x80\xba"
               "B"); /* names in lists have brackets of their own */
  does (bob, "say as somebody else");
  sees (alice, "|as somebody else");
  is_literal (alice);
  ck_assert_uint_eq (count_seen (alice, "log "), 0);
  quits (alice);
  quits (bob);
  people_end ();
}
END_TEST

/* --- a group of five, preset chat: P9, X2
 * -------------------------------------------------------------------------*/

/* Microseconds from the last yes to "You are in.". */
static gint64
gets_in (Person *joiner, const char *link, Person **members, guint n)
{
  for (guint i = 0; i < n; i++)
    members[i]->at = members[i]->lines->len;
  asks_to_join (joiner, link);
  for (guint i = 0; i < n; i++)
    sees (members[i], "Vote #");
  for (guint i = 0; i < n; i++)
    types (members[i], "cmd yes");
  gint64 begin = g_get_monotonic_time ();
  sees (joiner, "You are in.");
  gint64 took = g_get_monotonic_time () - begin;
  for (guint i = 0; i < n; i++)
    sees (members[i], "is now in the group");
  return took;
}

START_TEST (five_members_let_somebody_in)
{
  people_begin ();
  static const char *const names[] = { "alice", "bob", "carol", "dora", "erin", "frank" };
  Person *all[6];
  for (guint i = 0; i < 6; i++)
    {
      all[i] = person_new (names[i]);
      person_option (all[i], "preset=chat");
      starts (all[i]);
    }
  g_autofree char *link = founds (all[0], "book club");
  gint64 took = 0;
  for (guint n = 1; n < 6; n++)
    {
      for (guint i = 0; i < n; i++)
        forget (all[i]);
      took = gets_in (all[n], link, all, n);
    }
  g_print ("five members: from the last /yes to \"You are in.\": %.1f s\n", (double) took / G_USEC_PER_SEC);
  for (guint i = 0; i < 5; i++)
    ck_assert_msg (count_logged (all[i]) <= 3, "%s has %u logged lines (P9)", names[i], count_logged (all[i]));
  for (guint i = 0; i < 5; i++) /* one refresh, one call: the list was never filled one by one */
    ck_assert_uint_le (count_seen (all[i], "users +"), 2);
  for (guint i = 0; i < 6; i++)
    quits (all[i]);
  people_end ();
}
END_TEST

/* --- what a process goes through
 * ----------------------------------------------------------------------------------*/

START_TEST (fifty_times_loaded_leaves_nothing)
{
  people_begin ();
  Person *alice = person_new ("alice");
  starts (alice);
  does (alice, "create book club");
  does (alice, "cmd topic film club");
  guint64 sources = 0, files = 0, threads = 0, least = G_MAXUINT64;
  for (guint i = 0; i <= 50; i++)
    {
      does (alice, "off");
      does (alice, "unload");
      ck_assert (has_seen (alice, "unloaded"));
      measures (alice);
      /* what a process opens once, and a thread on its last file, may come and go; a leak only grows */
      guint64 held = measured (alice, "files");
      if (i <= 25)
        files = MAX (files, held);
      else
        least = MIN (least, held);
      if (i == 1)
        {
          sources = measured (alice, "sources");
          threads = measured (alice, "threads");
        }
      else if (i == 50)
        {
          ck_assert_uint_le (measured (alice, "sources"), sources);
          ck_assert_uint_le (least, files);
          ck_assert_uint_le (measured (alice, "threads"), threads + 2); /* GLib's pool keeps some */
        }
      forget (alice);
      does (alice, "load");
      types (alice, "on");
      sees (alice, "online");
    }
  ck_assert_uint_eq (count_seen (alice, "log "), 0);
  quits (alice);
  people_end ();
}
END_TEST

START_TEST (off_and_on_in_mid_vote)
{
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob");
  two_meet (alice, bob);
  does (alice, "cmd topic film club");
  sees (bob, "Vote #");
  does (bob, "off");
  forget (bob);
  does (bob, "cmd yes"); /* a command in a window of an account that is off */
  ck_assert (has_seen (bob, "status 1"));
  types (bob, "on");
  sees (bob, "online");
  does (bob, "cmd yes");
  sees (bob, "passed, 2 yes");
  sees (alice, "passed, 2 yes");
  sees (alice, "title film club");
  quits (alice);
  quits (bob);
  people_end ();
}
END_TEST

START_TEST (killed_between_vote_and_commit)
{
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob");
  two_meet (alice, bob);
  does (bob, "say once only");
  sees (alice, "|once only");
  does (alice, "cmd topic film club");
  sees (bob, "Vote #");
  types (bob, "cmd yes");
  sees (bob, "you voted yes");
  is_killed (bob);
  forget (bob);
  starts (bob);
  sees (alice, "title film club");
  sees (bob, "title film club");
  does (bob, "cmd yes");
  ck_assert (has_seen (bob, "No vote waits for you"));
  does (bob, "say and again");
  sees (alice, "|and again");
  ck_assert_uint_eq (count_seen (alice, "|once only"), 1);
  quits (alice);
  quits (bob);
  people_end ();
}
END_TEST

START_TEST (on_a_broker)
{
  if (!broker_is_there ())
    return;
  people_begin ();
  g_autoptr (Broker) broker = broker_new (NULL);
  g_autofree char *port = g_strdup_printf ("broker_port=%u", broker->port);
  Person *alice = person_new ("alice"), *bob = person_new ("bob");
  Person *const both[] = { alice, bob };
  for (guint i = 0; i < 2; i++)
    {
      person_option (both[i], "delivery=mqtt");
      person_option (both[i], "broker_host=127.0.0.1");
      person_option (both[i], "broker_tls=no");
      person_option (both[i], port);
    }
  two_meet (alice, bob);
  does (alice, "say over the broker");
  sees (bob, "|over the broker");
  quits (bob);
  does (alice, "say while you were away");
  starts (bob);
  sees (bob, "|while you were away");
  broker_stop (broker, FALSE);
  does (bob, "say typed without a broker");
  broker_start (broker);
  sees (alice, "|typed without a broker");
  quits (alice);
  quits (bob);
  people_end ();
}
END_TEST

/* --- valgrind
 * -----------------------------------------------------------------------------------------------------*/

/* Records of memory that is lost for good; `ours`: allocated in a call from the
 * plugin. */
static guint
count_lost (const char *log, gboolean ours)
{
  g_auto (GStrv) records = g_strsplit (log, "bytes in ", -1);
  guint n = 0;
  for (char **at = records; *at; at++)
    if (strstr (*at, "definitely lost in loss record") && (!ours || strstr (*at, "demls_") || strstr (*at, "libdemls")))
      n++;
  return n;
}

START_TEST (valgrind_finds_nothing)
{
  g_autofree char *valgrind = g_find_program_in_path ("valgrind");
#ifdef __SANITIZE_ADDRESS__
  g_clear_pointer (&valgrind, g_free);
#endif
  if (!valgrind)
    {
      g_print ("SKIPPED: valgrind is not there\n");
      return;
    }
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob");
  g_autofree char *log = people_path ("valgrind.log", NULL), *to = g_strconcat ("--log-file=", log, NULL);
  const char *const words[] = {
    valgrind, "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=none", "--num-callers=40", to
  };
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    g_ptr_array_add (alice->before, g_strdup (words[i]));
  g_ptr_array_add (alice->environment, g_strdup ("G_DEBUG=resident-modules")); /* so that stacks have names */
  two_meet (alice, bob);
  does (alice, "say hello");
  sees (bob, "|hello");
  does (bob, "say hello yourself");
  sees (alice, "|hello yourself");
  does (alice, "close");
  does (alice, "off");
  does (alice, "unload");
  quits (alice); /* 99 if there was an error */
  quits (bob);
  g_autofree char *said = NULL;
  ck_assert (g_file_get_contents (log, &said, NULL, NULL));
  g_print ("valgrind: %u records of lost memory are libpurple's own, %u ours\n",
           count_lost (said, FALSE) - count_lost (said, TRUE), count_lost (said, TRUE));
  if (count_lost (said, TRUE))
    g_printerr ("%s", said);
  ck_assert_uint_eq (count_lost (said, TRUE), 0);
  people_end ();
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    every_command_right_and_wrong,
    strings_of_peers_are_shown_literally,
    five_members_let_somebody_in,
    fifty_times_loaded_leaves_nothing,
    off_and_on_in_mid_vote,
    killed_between_vote_and_commit,
    on_a_broker,
    valgrind_finds_nothing,
  };
  return run_tests ("purple-plugin/life", tests, G_N_ELEMENTS (tests));
}
