#include "config.h"

#include "purple-plugin/question.h"

#include <glib/gi18n-lib.h>

#include "consensus/tally.h"
#include "purple-plugin/text.h"
#include "purple-plugin/when.h"
#include "purple-plugin/words.h"
#include "rules/limits.h"

/* Of votes that are over sooner nobody is reminded. */
#define REMIND_AT_LEAST_S 150

static gboolean
is_me (const DemlsScene *scene, Span id)
{
  return scene->me.len > 0 && span_equal (scene->me, id);
}

/* Sentences differ in more than the name when it is oneself: each has a form of its own. */
static char *
invite_phrase (const DemlsScene *scene, const char *owner, const char *target)
{
  if (is_me (scene, scene->question->owner))
    return g_strdup_printf (_ ("you propose to add %s"), target);
  return g_strdup_printf (_ ("%s proposes to add %s"), owner, target);
}

static char *
remove_phrase (const DemlsScene *scene, const char *owner, const char *target)
{
  const DemlsQuestion *question = scene->question;
  if (span_equal (question->owner, question->target))
    return is_me (scene, question->owner) ? g_strdup (_ ("you are leaving"))
                                          : g_strdup_printf (_ ("%s is leaving"), owner);
  if (is_me (scene, question->owner))
    return g_strdup_printf (_ ("you propose to remove %s"), target);
  if (is_me (scene, question->target))
    return g_strdup_printf (_ ("%s proposes to remove YOU from the group"), owner);
  return g_strdup_printf (_ ("%s proposes to remove %s"), owner, target);
}

static char *
score_phrase (const DemlsScene *scene, const char *target)
{
  if (is_me (scene, scene->question->target))
    return g_strdup (_ ("a client proposes to remove YOU, because too much that came from you broke the rules"));
  return g_strdup_printf (_ ("a client proposes to remove %s, who broke the rules of the group too often"), target);
}

static char *
accusation_phrase (const DemlsScene *scene, const char *owner, const char *target)
{
  if (is_me (scene, scene->question->owner))
    return g_strdup_printf (_ ("you accuse %s of breaking the rules"), target);
  return g_strdup_printf (_ ("%s accuses %s of breaking the rules"), owner, target);
}

static char *
policy_phrase (const DemlsScene *scene, const char *owner)
{
  const DemlsQuestion *question = scene->question;
  gboolean mine = is_me (scene, question->owner);
  if (!question->title)
    return mine ? g_strdup (_ ("you propose other rules for the group"))
                : g_strdup_printf (_ ("%s proposes other rules for the group"), owner);
  g_autofree char *title = demls_text_line (question->title, DEMLS_NICK_CHARS);
  if (question->policy)
    return mine ? g_strdup_printf (_ ("you propose other rules and the title \"%s\""), title)
                : g_strdup_printf (_ ("%s proposes other rules and the title \"%s\""), owner, title);
  return mine ? g_strdup_printf (_ ("you propose to call the group \"%s\""), title)
              : g_strdup_printf (_ ("%s proposes to call the group \"%s\""), owner, title);
}

static char *
bare_phrase (const DemlsScene *scene, const char *owner, const char *target)
{
  gboolean mine = is_me (scene, scene->question->owner);
  switch (scene->question->kind)
    {
    case DEMLS_KIND_INVITE:
      return invite_phrase (scene, owner, target);
    case DEMLS_KIND_REJOIN:
      return g_strdup_printf (_ ("%s comes back with new keys"), target);
    case DEMLS_KIND_REMOVE:
      return remove_phrase (scene, owner, target);
    case DEMLS_KIND_SCORE_REMOVAL:
      return score_phrase (scene, target);
    case DEMLS_KIND_ACCUSATION:
      return accusation_phrase (scene, owner, target);
    case DEMLS_KIND_DEADLOCK:
      return g_strdup (_ ("the stewards are silent; somebody else shall do their work"));
    case DEMLS_KIND_ELECTION:
      return mine ? g_strdup (_ ("you propose to elect the stewards anew"))
                  : g_strdup_printf (_ ("%s proposes to elect the stewards anew"), owner);
    case DEMLS_KIND_POLICY:
      return policy_phrase (scene, owner);
    case DEMLS_KIND_REFRESH:
      return g_strdup_printf (_ ("%s renews keys"), owner);
    default:
      g_return_val_if_reached (NULL);
    }
}

char *
demls_question_wish (const DemlsScene *scene)
{
  const DemlsQuestion *question = scene->question;
  if (!question || question->kind != DEMLS_KIND_INVITE || !is_me (scene, question->owner))
    return demls_question_phrase (scene);
  g_autofree char *target = demls_people_label (scene->people, question->target);
  return g_strdup_printf (_ ("%s asks to join"), target);
}

char *
demls_question_phrase (const DemlsScene *scene)
{
  if (!scene->question)
    return g_strdup (_ ("something is proposed"));
  g_autofree char *owner = demls_people_label (scene->people, scene->question->owner);
  g_autofree char *target = demls_people_label (scene->people, scene->question->target);
  g_autofree char *phrase = bare_phrase (scene, owner, target);
  g_autofree char *reason = demls_text_line (scene->question->reason, DEMLS_REASON_MAX);
  if (!*reason)
    return g_steal_pointer (&phrase);
  /* TRANSLATORS: what is proposed, and the reason given: alice proposes to remove carol ("spam") */
  return g_strdup_printf (_ ("%s (\"%s\")"), phrase, reason);
}

/* --- terms -------------------------------------------------------------------------------------------------------*/

static char *
needs (guint n)
{
  guint votes = consensus_two_thirds (n);
  if (n <= 2)
    return g_strdup_printf (ngettext ("Needs %u yes.", "Needs %u yes.", n), n);
  /* TRANSLATORS: how many must say yes, how many must vote at all, how many members there are; the plural is the
   * second one's: Needs 3 yes and 4 votes of 5. */
  return g_strdup_printf (ngettext ("Needs %u yes and %u vote of %u.", "Needs %u yes and %u votes of %u.", votes),
                          n / 2 + 1, votes, n);
}

char *
demls_question_terms (const DemlsScene *scene)
{
  const DemlsQuestion *question = scene->question;
  if (!question)
    return g_strdup ("");
  g_autofree char *need = needs (question->members);
  g_autofree char *until = question->closes ? demls_when_until (question->closes, scene->now) : NULL;
  /* TRANSLATORS: a time and how far off it is: Closes Tue 18:40 (in 23 h). */
  g_autofree char *closes = until ? g_strdup_printf (_ ("Closes %s."), until) : g_strdup ("");
  gboolean silence = question->silence_is_yes && question->members > 2;
  return demls_text_sentences (need, closes, silence ? _ ("Silence counts as yes.") : _ ("Silence counts for nothing."),
                               NULL);
}

char *
demls_question_asking (const DemlsScene *scene)
{
  const DemlsQuestion *question = scene->question;
  g_autofree char *terms = demls_question_terms (scene);
  if (!question || question->auto_vote <= scene->now)
    return g_steal_pointer (&terms);
  g_autofree char *length = demls_when_length (question->auto_vote - scene->now);
  /* TRANSLATORS: how long the user has to vote: "Without a vote of yours in 5 min, ..." */
  g_autofree char *machine = g_strdup_printf (_ ("Without a vote of yours in %s, your client votes yes."), length);
  return demls_text_sentences (terms, machine, NULL);
}

gint64
demls_question_remind_at (const DemlsQuestion *question)
{
  gint64 end = question->auto_vote > 0 ? question->auto_vote : question->closes;
  gint64 length = end - question->opened;
  return end > 0 && length >= REMIND_AT_LEAST_S ? end - length / 5 : 0;
}

char *
demls_question_number (const DemlsScene *scene, GBytes *hash)
{
  g_autofree char *label = demls_ballot_label (scene->open, span_bytes (hash));
  return g_strconcat ("#", label, NULL);
}
