#include "config.h"

#include "purple-plugin/answers.h"

#include <glib/gi18n-lib.h>

#include "purple-plugin/about.h"
#include "purple-plugin/question.h"
#include "purple-plugin/roster.h"
#include "purple-plugin/text.h"
#include "purple-plugin/words.h"
#include "session/voting.h"

static const DemlsRunner *
runner_of (const DemlsChat *chat)
{
  return demls_user_runner (chat->account->user, chat->id);
}

/* --- votes -------------------------------------------------------------------------------------------------------*/

GPtrArray *
demls_answer_mine (DemlsChat *chat)
{
  const DemlsRunner *runner = runner_of (chat);
  Span me = demls_user_member_id (chat->account->user);
  g_autoptr (GPtrArray) open = demls_runner_ballots (runner);
  GPtrArray *mine = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < open->len; i++)
    {
      const DemlsMatter *matter = demls_voting_find (runner, span_bytes (open->pdata[i]));
      if (matter && matter->asked && !demls_matter_vote_of (matter, me, NULL))
        g_ptr_array_add (mine, g_bytes_ref (open->pdata[i]));
    }
  return mine;
}

/* "alice, bob": who voted so, or (`voted` FALSE) not at all. */
static char *
voters (DemlsChat *chat, const DemlsMatter *matter, gboolean voted, gboolean yes)
{
  g_autoptr (GPtrArray) members = demls_runner_members (runner_of (chat));
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < members->len; i++)
    {
      gboolean value = FALSE;
      Span id = span_bytes (members->pdata[i]);
      gboolean has = demls_matter_vote_of (matter, id, &value);
      if (has != voted || (has && value != yes))
        continue;
      g_autofree char *name = demls_people_label (chat->people, id);
      g_string_append_printf (out, "%s%s", out->len ? ", " : "", name);
    }
  if (out->len == 0)
    g_string_append (out, "-");
  return g_string_free (out, FALSE);
}

static const char *
my_vote (const DemlsChat *chat, const DemlsMatter *matter)
{
  gboolean yes = FALSE;
  if (!demls_matter_vote_of (matter, demls_user_member_id (chat->account->user), &yes))
    return _ ("You have not voted.");
  return yes ? _ ("You voted yes.") : _ ("You voted no.");
}

static char *
tally (const DemlsMatter *matter)
{
  guint silent = matter->count.n - MIN (matter->count.n, matter->count.yes + matter->count.no);
  /* TRANSLATORS: how many voted yes, how many no, how many did not vote; the plural is the last one's */
  return g_strdup_printf (
      ngettext ("So far %u yes, %u no; %u has not voted.", "So far %u yes, %u no; %u have not voted.", silent),
      matter->count.yes, matter->count.no, silent);
}

char *
demls_answer_vote (DemlsChat *chat, GBytes *ballot)
{
  const DemlsMatter *matter = demls_voting_find (runner_of (chat), span_bytes (ballot));
  g_autoptr (GPtrArray) open = NULL;
  DemlsScene scene = demls_chat_scene (chat, ballot, &open);
  g_autofree char *number = demls_question_number (&scene, ballot);
  g_autofree char *phrase = demls_question_phrase (&scene);
  g_autofree char *terms = demls_question_terms (&scene);
  if (!matter)
    return g_strdup_printf (_ ("%s: %s. This vote is over."), number, phrase);
  g_autofree char *yes = voters (chat, matter, TRUE, TRUE), *no = voters (chat, matter, TRUE, FALSE);
  g_autofree char *silent = voters (chat, matter, FALSE, FALSE);
  /* TRANSLATORS: a number like #417, what is proposed, three lists of names, what the vote needs and until when, what
   * the user voted; the last two are whole sentences. Keep the line ends. */
  return g_strdup_printf (_ ("%s: %s.\nYes: %s\nNo: %s\nNot voted: %s\n%s %s"), number, phrase, yes, no, silent, terms,
                          my_vote (chat, matter));
}

/* One vote in one line. */
static char *
short_vote (DemlsChat *chat, GBytes *ballot)
{
  const DemlsMatter *matter = demls_voting_find (runner_of (chat), span_bytes (ballot));
  g_autoptr (GPtrArray) open = NULL;
  DemlsScene scene = demls_chat_scene (chat, ballot, &open);
  g_autofree char *number = demls_question_number (&scene, ballot);
  g_autofree char *phrase = demls_question_phrase (&scene);
  g_autofree char *so_far = matter ? tally (matter) : g_strdup ("");
  g_autofree char *terms = demls_question_terms (&scene);
  g_autofree char *more = demls_text_sentences (so_far, matter ? my_vote (chat, matter) : "", terms, NULL);
  /* TRANSLATORS: a number like #417, what is proposed, and how it stands: whole sentences */
  return g_strdup_printf (_ ("%s: %s. %s"), number, phrase, more);
}

static void
append_line (GString *out, const char *line)
{
  g_string_append_printf (out, "%s%s", out->len ? "\n" : "", line);
}

static void
append_votes (DemlsChat *chat, GString *out, const GPtrArray *open, const GPtrArray *mine, gboolean want_mine)
{
  gboolean first = TRUE;
  for (guint i = 0; i < open->len; i++)
    {
      gboolean is_mine = g_ptr_array_find_with_equal_func ((GPtrArray *) mine, open->pdata[i], g_bytes_equal, NULL);
      if (is_mine != want_mine)
        continue;
      if (first)
        append_line (out, want_mine ? _ ("Waiting for your vote:") : _ ("Waiting for others:"));
      first = FALSE;
      g_autofree char *vote = short_vote (chat, open->pdata[i]);
      append_line (out, vote);
    }
}

char *
demls_answer_applicants (DemlsChat *chat)
{
  g_autoptr (GPtrArray) waiting = demls_runner_applicants (runner_of (chat)), open = NULL;
  demls_chat_scene (chat, NULL, &open); /* learns who is here */
  if (waiting->len == 0)
    return NULL;
  GString *names = g_string_new (NULL);
  for (guint i = 0; i < waiting->len; i++)
    {
      g_autofree char *name = demls_people_label (chat->people, span_bytes (waiting->pdata[i]));
      g_string_append_printf (names, "%s%s", i ? ", " : "", name);
    }
  char *text = g_strdup_printf (ngettext ("%s asks to join; /invite vouches.",
                                          "These ask to join: %s; /invite with a name vouches.", waiting->len),
                                names->str);
  g_string_free (names, TRUE);
  return text;
}

char *
demls_answer_votes (DemlsChat *chat)
{
  g_autoptr (GPtrArray) open = demls_runner_ballots (runner_of (chat)), mine = demls_answer_mine (chat);
  g_autofree char *applicants = demls_answer_applicants (chat);
  GString *out = g_string_new (NULL);
  append_votes (chat, out, open, mine, TRUE);
  append_votes (chat, out, open, mine, FALSE);
  if (out->len == 0)
    append_line (out, _ ("There is no open vote."));
  if (applicants)
    append_line (out, applicants);
  return g_string_free (out, FALSE);
}

/* --- people ------------------------------------------------------------------------------------------------------*/

char *
demls_answer_members (DemlsChat *chat)
{
  g_autofree char *names = demls_roster_text (chat, FALSE);
  g_autoptr (GPtrArray) members = demls_runner_members (runner_of (chat));
  return g_strdup_printf (ngettext ("%u member: %s", "%u members: %s", members->len), members->len, names);
}

char *
demls_answer_stewards (DemlsChat *chat)
{
  g_autofree char *names = demls_roster_text (chat, TRUE);
  g_autoptr (GPtrArray) members = demls_runner_members (runner_of (chat));
  g_autoptr (GPtrArray) stewards = demls_runner_stewards (runner_of (chat));
  if (stewards->len == 0)
    return g_strdup (_ ("There is no steward at the moment."));
  g_autofree char *first = demls_people_label (chat->people, span_bytes (stewards->pdata[0]));
  /* TRANSLATORS (these two): names of members, and one name */
  if (stewards->len == members->len)
    return g_strdup_printf (
        _ ("In a group of this size everybody is a steward: %s. It is the turn of %s to carry out what "
           "was voted."),
        names, first);
  return g_strdup_printf (_ ("Stewards, who carry out what was voted: %s. It is the turn of %s."), names, first);
}

static void
append_fingerprint (DemlsChat *chat, GString *out, const GPtrArray *people, Span id)
{
  gint64 since = demls_user_verified_since (chat->account->user, id);
  g_autofree char *name = demls_people_label (people, id);
  g_autofree char *print = demls_about_digits (id, id.len);
  g_string_append_printf (out, "%s%s: %s%s", out->len ? "\n" : "", name, print, since > 0 ? _ (" (verified)") : "");
}

char *
demls_answer_safety (DemlsChat *chat, const DemlsPerson *person)
{
  g_autoptr (GPtrArray) open = NULL;
  DemlsScene scene = demls_chat_scene (chat, NULL, &open);
  GString *out = g_string_new (NULL);
  if (person)
    {
      append_fingerprint (chat, out, scene.people, span_bytes (person->id));
      return g_string_free (out, FALSE);
    }
  g_autofree char *code = demls_about_digits (demls_runner_authenticator (runner_of (chat)), 16);
  g_string_append_printf (out,
                          _ ("Group code: %s. It is the same on every member's screen if nobody sits in between; it "
                             "changes when somebody comes or goes. Compare it by voice, then type /verify."),
                          code);
  g_autoptr (GPtrArray) members = demls_runner_members (runner_of (chat));
  for (guint i = 0; i < members->len; i++)
    append_fingerprint (chat, out, scene.people, span_bytes (members->pdata[i]));
  return g_string_free (out, FALSE);
}
