/* test-commands.c - what people type, and whom and what they mean by it.
 */
#include <string.h>

#include "../lib/run.h"
#include "purple-plugin/commands.h"
#include "purple-plugin/names.h"

static DemlsCommand *
parsed (const char *word, const char *line)
{
  g_autoptr (GError) error = NULL;
  DemlsCommand *command = demls_command_parse (word, line, &error);
  ck_assert_msg (command != NULL, "/%s %s: %s", word, line, error ? error->message : "no error");
  return command;
}

static void
ck_refused (const char *word, const char *line, DemlsCommandError code)
{
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (demls_command_parse (word, line, &error));
  ck_assert_msg (g_error_matches (error, DEMLS_COMMAND_ERROR, (gint) code), "/%s %s: %s", word, line, error->message);
  ck_assert_msg (code == DEMLS_COMMAND_ERROR_UNKNOWN || strstr (error->message, word), "%s", error->message);
}

static void
ck_same (const char *got, const char *wanted)
{
  ck_assert_msg (g_strcmp0 (got, wanted) == 0, "\"%s\" instead of \"%s\"", got ? got : "(none)",
                 wanted ? wanted : "(none)");
}

/* --- lines -------------------------------------------------------------------------------------------------------*/

/* word, line, ballot, name, text, choice */
static const struct {
  const char *word, *line, *ballot, *name, *text;
  gboolean has_choice, choice;
} right[] = {
  { "yes", NULL, NULL, NULL, NULL, TRUE, TRUE },
  { "yes", "417", "417", NULL, NULL, TRUE, TRUE },
  { "YES", " #417-a3 ", "417-a3", NULL, NULL, TRUE, TRUE },
  { "no", "7", "7", NULL, NULL, TRUE, FALSE },
  { "vote", "7", "7", NULL, NULL, FALSE, FALSE },
  { "vote", "7 yes", "7", NULL, NULL, TRUE, TRUE },
  { "vote", "#7\tNO", "7", NULL, NULL, TRUE, FALSE },
  { "votes", "  ", NULL, NULL, NULL, FALSE, FALSE },
  { "invite", NULL, NULL, NULL, NULL, FALSE, FALSE },
  { "invite", "Mary Jane", NULL, "Mary Jane", NULL, FALSE, FALSE },
  { "invite", "\"Mary Jane\"", NULL, "Mary Jane", NULL, FALSE, FALSE },
  { "invite", "\"Mary\" Jane", NULL, "\"Mary\" Jane", NULL, FALSE, FALSE },
  { "remove", "carol", NULL, "carol", NULL, FALSE, FALSE },
  { "ban", "carol#1a2b spam, again and again", NULL, "carol#1a2b", "spam, again and again", FALSE, FALSE },
  { "remove", "\"Mary Jane\" \"no reason\"", NULL, "Mary Jane", "no reason", FALSE, FALSE },
  { "remove", "\xe2\x80\x9eMary Jane\xe2\x80\x9c it's she", NULL, "Mary Jane", "it's she", FALSE, FALSE },
  { "remove", "\"Mary Jane", NULL, "\"Mary", "Jane", FALSE, FALSE },
  { "remove", "o'neil x", NULL, "o'neil", "x", FALSE, FALSE },
  { "accuse", "dora late commits", NULL, "dora", "late commits", FALSE, FALSE },
  { "topic", " Book   club ", NULL, NULL, "Book   club", FALSE, FALSE },
  { "topic", "\"Book club\"", NULL, NULL, "Book club", FALSE, FALSE },
  { "nick", "\xe6\xbc\xa2 \xe5\xad\x97", NULL, NULL, "\xe6\xbc\xa2 \xe5\xad\x97", FALSE, FALSE },
  { "announce", "on", NULL, NULL, NULL, FALSE, TRUE },
  { "announce", "OFF", NULL, NULL, NULL, FALSE, FALSE },
  { "leave", "", NULL, NULL, NULL, FALSE, FALSE },
  { "safety", "dora", NULL, "dora", NULL, FALSE, FALSE },
  { "safety", NULL, NULL, NULL, NULL, FALSE, FALSE },
  { "verify", " ", NULL, NULL, NULL, FALSE, FALSE },
};

START_TEST (right_lines_are_read)
{
  for (guint i = 0; i < G_N_ELEMENTS (right); i++)
    {
      g_autoptr (DemlsCommand) command = parsed (right[i].word, right[i].line);
      ck_same (command->ballot, right[i].ballot);
      ck_same (command->name, right[i].name);
      ck_same (command->text, right[i].text);
      ck_assert_int_eq (command->has_choice, right[i].has_choice);
      ck_assert_int_eq (command->choice, right[i].choice);
    }
}
END_TEST

START_TEST (presets_and_counts_are_read)
{
  g_autoptr (DemlsCommand) none = parsed ("rules", ""), slow = parsed ("rules", "Slow");
  ck_assert_int_eq (none->preset, DEMLS_PRESET_CUSTOM);
  ck_assert_int_eq (slow->preset, DEMLS_PRESET_SLOW);
  g_autoptr (DemlsCommand) all = parsed ("history", NULL), five = parsed ("history", "5");
  ck_assert_uint_eq (all->count, 0);
  ck_assert_uint_eq (five->count, 5);
}
END_TEST

START_TEST (wrong_lines_are_refused_with_the_right_form)
{
  ck_refused ("vtoe", "7 yes", DEMLS_COMMAND_ERROR_UNKNOWN);
  ck_refused ("", "", DEMLS_COMMAND_ERROR_UNKNOWN);
  ck_refused ("vote", "", DEMLS_COMMAND_ERROR_MISSING);
  ck_refused ("remove", NULL, DEMLS_COMMAND_ERROR_MISSING);
  ck_refused ("accuse", "dora", DEMLS_COMMAND_ERROR_MISSING);
  ck_refused ("topic", "", DEMLS_COMMAND_ERROR_MISSING);
  ck_refused ("announce", NULL, DEMLS_COMMAND_ERROR_MISSING);
  ck_refused ("yes", "7 please", DEMLS_COMMAND_ERROR_SURPLUS);
  ck_refused ("vote", "7 yes please", DEMLS_COMMAND_ERROR_SURPLUS);
  ck_refused ("leave", "now", DEMLS_COMMAND_ERROR_SURPLUS);
  ck_refused ("vote", "7 maybe", DEMLS_COMMAND_ERROR_WRONG);
  ck_refused ("vote", "7 \"yes", DEMLS_COMMAND_ERROR_WRONG);
  ck_refused ("rules", "fast", DEMLS_COMMAND_ERROR_WRONG);
  ck_refused ("history", "0", DEMLS_COMMAND_ERROR_WRONG);
  ck_refused ("history", "-3", DEMLS_COMMAND_ERROR_WRONG);
  ck_refused ("history", "99999999999999999999999", DEMLS_COMMAND_ERROR_WRONG);
  ck_refused ("announce", "perhaps", DEMLS_COMMAND_ERROR_WRONG);
}
END_TEST

/* A typo is never sent to the room, with blanks before it either. */
START_TEST (what_looks_like_a_command_is_not_said)
{
  static const char *const typed[] = { "/vtoe 7 yes", "  /no 7", "/x", "/yes", "\n/votes\n", "/\xd0\xb4\xd0\xb0 7" };
  static const char *const said[] = { "/me waves", "/usr/bin", "/ 7", "/7", "a /no", "", "/", "/ME", "//x", "/a/b" };
  for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
    ck_assert_msg (demls_command_is_typed (typed[i]), "%s", typed[i]);
  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    ck_assert_msg (!demls_command_is_typed (said[i]), "%s", said[i]);
}
END_TEST

/* Whatever comes, it is read or refused. */
START_TEST (any_bytes_are_borne)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  for (guint round = run_rounds (20000); round > 0; round--)
    {
      char line[64];
      gsize len = (gsize) g_rand_int_range (random, 0, sizeof line);
      for (gsize i = 0; i < len; i++)
        line[i] = "ab 7#\"\xe2\x80\x9c\x9d\xff\n\t-yesno"[g_rand_int_range (random, 0, 20)];
      line[len] = '\0';
      guint index = 0;
      for (const char *word = demls_command_word (0); word; word = demls_command_word (++index))
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (DemlsCommand) command = demls_command_parse (word, line, &error);
          ck_assert ((command == NULL) == (error != NULL));
          ck_assert (!error || g_utf8_validate (error->message, -1, NULL));
        }
    }
}
END_TEST

START_TEST (help_is_markup_in_the_usual_grammar)
{
  g_autofree char *remove = demls_command_help ("remove");
  ck_assert_str_eq (remove, "remove &lt;name&gt; [reason]:  Propose to remove a member from the group.");
  guint n = 0;
  for (const char *word = demls_command_word (0); word; word = demls_command_word (++n))
    {
      g_autofree char *help = demls_command_help (word);
      ck_assert (g_str_has_prefix (help, word));
      ck_assert_ptr_nonnull (strstr (help, ":  "));
      ck_assert_ptr_null (strchr (help, '<'));
    }
  ck_assert_uint_eq (n, 23);
  ck_assert_ptr_null (demls_command_help ("vtoe"));
}
END_TEST

/* --- members -----------------------------------------------------------------------------------------------------*/

static void
add_person (GPtrArray *people, const char *nick, const char *id)
{
  g_autoptr (GBytes) bytes = bytes_from_hex (id);
  g_ptr_array_add (people, demls_person_new (bytes, nick));
}

static GPtrArray *
some_people (void)
{
  GPtrArray *people = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_person_free);
  add_person (people, "alice", "1111111111111111111111111111111111111111");
  add_person (people, "Bob", "1a2b000000000000000000000000000000000000");
  add_person (people, "bob", "1a2b010000000000000000000000000000000000");
  add_person (people, "Mary Jane", "3333333333333333333333333333333333333333");
  add_person (people, "we#beef", "4444444444444444444444444444444444444444");
  add_person (people, NULL, "5555555555555555555555555555555555555555");
  return people;
}

static void
ck_person (const GPtrArray *people, const char *typed, guint index)
{
  g_autoptr (GError) error = NULL;
  const DemlsPerson *found = demls_people_find (people, typed, &error);
  ck_assert_msg (found == people->pdata[index], "%s: %s", typed, error ? error->message : "somebody else");
}

static void
ck_nobody (const GPtrArray *people, const char *typed, DemlsNameError code, const char *says)
{
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (demls_people_find (people, typed, &error));
  ck_assert (g_error_matches (error, DEMLS_NAME_ERROR, (gint) code));
  ck_assert_msg (strstr (error->message, says) != NULL, "%s", error->message);
}

START_TEST (members_are_found_by_name_and_tag)
{
  g_autoptr (GPtrArray) people = some_people ();
  ck_person (people, "alice", 0);
  ck_person (people, "ALICE", 0);
  ck_person (people, "alice#1111", 0);
  ck_person (people, "bob#1A2B00", 1);
  ck_person (people, "bob#1a2b01", 2);
  ck_person (people, "mary jane", 3);
  ck_person (people, "we#beef", 4);
  ck_person (people, "#5555", 5);
  ck_nobody (people, "bob", DEMLS_NAME_ERROR_AMBIGUOUS, "Bob#1a2b00, bob#1a2b01");
  ck_nobody (people, "bob#1a2b", DEMLS_NAME_ERROR_AMBIGUOUS, "bob#1a2b01");
  ck_nobody (people, "alcie", DEMLS_NAME_ERROR_UNKNOWN, "Did you mean: alice?");
  ck_nobody (people, "mary", DEMLS_NAME_ERROR_UNKNOWN, "Mary Jane");
  ck_nobody (people, "zzz", DEMLS_NAME_ERROR_UNKNOWN, "nobody called \"zzz\" here.");
  ck_nobody (people, "alice#9999", DEMLS_NAME_ERROR_UNKNOWN, "nobody");
  ck_nobody (people, "", DEMLS_NAME_ERROR_UNKNOWN, "nobody");
}
END_TEST

/* Whatever label a member has, typing it finds this member. */
START_TEST (labels_find_their_members)
{
  g_autoptr (GPtrArray) people = some_people ();
  for (guint i = 0; i < people->len; i++)
    {
      const DemlsPerson *person = people->pdata[i];
      g_autofree char *label = demls_people_label (people, span_bytes (person->id));
      g_autofree char *typed = person->nick ? g_strdup (label) : g_strconcat ("#", label, NULL);
      ck_person (people, typed, i);
    }
  g_autoptr (GBytes) stranger = bytes_from_hex ("abcdef0123");
  g_autofree char *label = demls_people_label (people, span_bytes (stranger));
  ck_assert_str_eq (label, "abcdef01");
}
END_TEST

/* --- votes -------------------------------------------------------------------------------------------------------*/

static void
add_ballot (GPtrArray *open, const char *hex)
{
  g_ptr_array_add (open, bytes_from_hex (hex));
}

static void
ck_ballot (const GPtrArray *open, const char *typed, guint index)
{
  g_autoptr (GError) error = NULL;
  GBytes *found = demls_ballot_find (open, typed, &error);
  ck_assert_msg (found == open->pdata[index], "%s: %s", typed, error ? error->message : "another one");
}

static void
ck_no_ballot (const GPtrArray *open, const char *typed, DemlsNameError code, const char *says)
{
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (demls_ballot_find (open, typed, &error));
  ck_assert (g_error_matches (error, DEMLS_NAME_ERROR, (gint) code));
  ck_assert_msg (strstr (error->message, says) != NULL, "%s", error->message);
}

/* 0x0001a1 = 417, 0x000007 = 7; 0x000589 = 1417. */
static GPtrArray *
some_ballots (void)
{
  GPtrArray *open = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  add_ballot (open, "000007aa00000000");
  add_ballot (open, "0001a1a300000000");
  add_ballot (open, "000589b400000000");
  return open;
}

START_TEST (votes_are_found_by_number)
{
  g_autoptr (GPtrArray) open = some_ballots ();
  ck_ballot (open, "7", 0);
  ck_ballot (open, "#007", 0);
  ck_ballot (open, "000007", 0);
  ck_ballot (open, "417-a3", 1);
  ck_ballot (open, "#417-B4", 2);
  ck_ballot (open, "000589", 2);
  ck_no_ballot (open, "417", DEMLS_NAME_ERROR_AMBIGUOUS, "#417-a3, #417-b4");
  ck_no_ballot (open, "8", DEMLS_NAME_ERROR_UNKNOWN, "no open vote 8");
  ck_no_ballot (open, "417-cc", DEMLS_NAME_ERROR_UNKNOWN, "417-cc");
  ck_no_ballot (open, "alice", DEMLS_NAME_ERROR_INVALID, "alice");
  ck_no_ballot (open, "417-", DEMLS_NAME_ERROR_INVALID, "417-");
  ck_no_ballot (open, "-1", DEMLS_NAME_ERROR_INVALID, "-1");
  ck_no_ballot (open, "1234", DEMLS_NAME_ERROR_INVALID, "1234");
  ck_no_ballot (open, "", DEMLS_NAME_ERROR_INVALID, "\"\"");
}
END_TEST

/* Hashes can be made to measure: a label must say which one even so. */
START_TEST (labels_find_their_votes_whatever_collides)
{
  g_autoptr (GPtrArray) open = some_ballots ();
  add_ballot (open, "0001a1a300000001");
  add_ballot (open, "000589a301000000");
  for (guint i = 0; i < open->len; i++)
    {
      g_autofree char *label = demls_ballot_label (open, span_bytes (open->pdata[i]));
      ck_ballot (open, label, i);
    }
  g_autofree char *seven = demls_ballot_label (open, span_bytes (open->pdata[0]));
  g_autofree char *long_one = demls_ballot_label (open, span_bytes (open->pdata[1]));
  ck_assert_str_eq (seven, "007");
  ck_assert_str_eq (long_one, "417-a300000000");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    right_lines_are_read,
    presets_and_counts_are_read,
    wrong_lines_are_refused_with_the_right_form,
    what_looks_like_a_command_is_not_said,
    any_bytes_are_borne,
    help_is_markup_in_the_usual_grammar,
    members_are_found_by_name_and_tag,
    labels_find_their_members,
    votes_are_found_by_number,
    labels_find_their_votes_whatever_collides,
  };
  return run_tests ("purple-plugin/commands", tests, G_N_ELEMENTS (tests));
}
