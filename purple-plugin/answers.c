#include "config.h"

#include "purple-plugin/answers.h"

#include <glib/gi18n-lib.h>

#include "purple-plugin/question.h"
#include "purple-plugin/roster.h"
#include "purple-plugin/text.h"
#include "purple-plugin/when.h"
#include "session/voting.h"

#define HISTORY_DEFAULT 10

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

static const char *
my_vote (const DemlsChat *chat, const DemlsMatter *matter)
{
  gboolean yes = FALSE;
  if (!demls_matter_vote_of (matter, demls_user_member_id (chat->account->user), &yes))
    return _ ("you have not voted");
  return yes ? _ ("you voted yes") : _ ("you voted no");
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
  return g_strdup_printf (_ ("%s: %s. So far %u yes, %u no; %s. %s"), number, phrase, matter->count.yes,
                          matter->count.no, my_vote (chat, matter), terms);
}

static void
append_votes (DemlsChat *chat, GString *out, const GPtrArray *open, const GPtrArray *mine, gboolean want_mine)
{
  for (guint i = 0; i < open->len; i++)
    {
      gboolean is_mine = g_ptr_array_find_with_equal_func ((GPtrArray *) mine, open->pdata[i], g_bytes_equal, NULL);
      if (is_mine != want_mine)
        continue;
      g_autofree char *vote = demls_answer_vote (chat, open->pdata[i]);
      g_string_append_printf (out, "%s%s%s", out->len ? "\n" : "", want_mine ? _ ("Waits for you: ") : "", vote);
    }
}

char *
demls_answer_votes (DemlsChat *chat)
{
  g_autoptr (GPtrArray) open = demls_runner_ballots (runner_of (chat)), mine = demls_answer_mine (chat);
  GString *out = g_string_new (NULL);
  append_votes (chat, out, open, mine, TRUE);
  append_votes (chat, out, open, mine, FALSE);
  if (out->len == 0)
    g_string_append (out, _ ("There is no open vote."));
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
  return g_strdup_printf (_ ("Stewards, who carry out what was voted: %s"), names);
}

/* Groups of four digits are read out more easily. */
static char *
spaced_hex (Span bytes, gsize max)
{
  g_autofree char *hex = span_hex (span (bytes.data, MIN (bytes.len, max)));
  GString *out = g_string_new (NULL);
  for (gsize i = 0; hex[i]; i++)
    {
      if (i > 0 && i % 4 == 0)
        g_string_append_c (out, ' ');
      g_string_append_c (out, g_ascii_toupper (hex[i]));
    }
  return g_string_free (out, FALSE);
}

static void
append_fingerprint (DemlsChat *chat, GString *out, const GPtrArray *people, Span id)
{
  gint64 since = demls_user_verified_since (chat->account->user, id);
  g_autofree char *name = demls_people_label (people, id);
  g_autofree char *print = spaced_hex (id, id.len);
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
  g_autofree char *code = spaced_hex (demls_runner_authenticator (runner_of (chat)), 16);
  g_string_append_printf (out, _ ("Group code: %s. It is the same on every member's screen if nobody sits in between."),
                          *code ? code : "-");
  g_autoptr (GPtrArray) members = demls_runner_members (runner_of (chat));
  for (guint i = 0; i < members->len; i++)
    append_fingerprint (chat, out, scene.people, span_bytes (members->pdata[i]));
  return g_string_free (out, FALSE);
}

/* --- the group ---------------------------------------------------------------------------------------------------*/

char *
demls_answer_info (DemlsChat *chat)
{
  const DemlsRunner *runner = runner_of (chat);
  g_autofree char *code = spaced_hex (demls_runner_authenticator (runner), 16);
  g_autofree char *stewards = demls_roster_text (chat, TRUE);
  g_autoptr (GPtrArray) members = demls_runner_members (runner), open = demls_runner_ballots (runner);
  return g_strdup_printf (
      _ ("Id: %s\nState: %s%s, epoch %" G_GUINT64_FORMAT "\nMembers: %u, open votes: %u\nStewards: %s\nGroup code: %s"),
      chat->id, demls_state_name (demls_runner_state (runner)),
      demls_runner_in_recovery (runner) ? _ (" (recovery)") : "", demls_runner_epoch (runner), members->len, open->len,
      stewards, *code ? code : "-");
}

char *
demls_answer_rules (DemlsChat *chat)
{
  const DemlsGovernance *governance = demls_runner_governance (runner_of (chat));
  if (!governance)
    return g_strdup (_ ("The rules are known once you are in."));
  const DemlsPolicy *policy = &governance->policy;
  g_autofree char *open = demls_when_length ((gint64) policy->proposal_expiration_ms / 1000);
  return g_strdup_printf (
      _ ("A vote passes when more than half of all members say yes and two thirds have voted; it is open for %s. %s "
         "%s"),
      open,
      policy->silence_is_yes ? _ ("When somebody is to be added, silence counts as yes after a while.")
                             : _ ("Silence never counts."),
      policy->announce == DEMLS_ANNOUNCE_ASK ? _ ("Strangers wait until a member vouches for them.")
                                             : _ ("Strangers who ask to join are voted on at once."));
}

char *
demls_answer_history (DemlsChat *chat, guint count)
{
  const GPtrArray *all = demls_user_decisions (chat->account->user, chat->id);
  gint64 now = demls_account_now ().wall;
  guint n = MIN (count ? count : HISTORY_DEFAULT, all ? all->len : 0);
  g_autoptr (GPtrArray) open = NULL;
  GString *out = g_string_new (NULL);
  for (guint i = n ? all->len - n : 0; n && i < all->len; i++)
    {
      const DemlsDecision *decision = all->pdata[i];
      g_autofree char *when = demls_when_clock (decision->time, now);
      g_clear_pointer (&open, g_ptr_array_unref);
      DemlsScene scene = demls_chat_scene (chat, decision->done ? NULL : decision->ballot, &open);
      g_autofree char *what = NULL;
      if (decision->done)
        what = g_strdup (_ ("carried out"));
      else
        {
          g_autofree char *phrase = demls_question_phrase (&scene);
          what =
              g_strdup_printf (decision->approved ? _ ("passed, %u yes, %u no: %s") : _ ("failed, %u yes, %u no: %s"),
                               decision->yes, decision->no, phrase);
        }
      g_string_append_printf (out, "%s%s  %s", out->len ? "\n" : "", when, what);
    }
  if (out->len == 0)
    g_string_append (out, _ ("Nothing was decided yet."));
  return g_string_free (out, FALSE);
}

char *
demls_answer_link (DemlsChat *chat)
{
  g_autofree char *link = demls_user_make_link (chat->account->user, chat->id, NULL);
  return g_strdup_printf (_ ("Who has this link can ask to join: %s"), link ? link : "-");
}
