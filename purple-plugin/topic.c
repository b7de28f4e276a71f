#include "config.h"

#include "purple-plugin/topic.h"

#include <glib/gi18n-lib.h>

#include "purple-plugin/text.h"
#include "purple-plugin/words.h"
#include "rules/limits.h"

#define TOPIC_CHARS 200

/* What keeps us from taking part comes first. */
static char *
hindrance (const DemlsScene *scene, const DemlsStanding *standing)
{
  if (standing->cloned)
    return g_strdup (_ ("stopped: a copy of this account is in use"));
  if (standing->out_of_sync)
    return g_strdup (_ ("lost touch, asking to come back"));
  if (standing->link == DEMLS_LINK_OFFLINE || standing->link == DEMLS_LINK_REFUSED)
    return standing->waiting == 0
               ? g_strdup (_ ("offline"))
               : g_strdup_printf (ngettext ("offline, %u message will be sent later",
                                            "offline, %u messages will be sent later", standing->waiting),
                                  standing->waiting);
  if (standing->state == DEMLS_STATE_PENDING_JOIN)
    return g_strdup (_ ("asking to join"));
  if (standing->link == DEMLS_LINK_BACKLOG)
    return g_strdup (_ ("reading what came meanwhile"));
  if (standing->confirmed)
    return NULL;
  g_autofree char *who = demls_people_label (scene->people, standing->inviter);
  return g_strdup_printf (_ ("waiting to hear from %s"), who);
}

static char *
work (const DemlsScene *scene, const DemlsStanding *standing)
{
  Span whom = standing->adding.len ? standing->adding : standing->removing;
  g_autofree char *who = whom.len ? demls_people_label (scene->people, whom) : NULL;
  if (standing->state == DEMLS_STATE_REELECTION)
    return g_strdup (_ ("waiting for a steward"));
  if (standing->adding.len)
    return g_strdup_printf (_ ("adding %s..."), who);
  if (standing->removing.len)
    return g_strdup_printf (_ ("removing %s..."), who);
  return standing->changing ? g_strdup (_ ("carrying out what was decided...")) : NULL;
}

static char *
votes (const DemlsScene *scene, const DemlsStanding *standing)
{
  guint open = scene->open ? scene->open->len : 0;
  if (standing->mine > 0)
    return g_strdup_printf (ngettext ("%u vote waits for you", "%u votes wait for you", standing->mine),
                            standing->mine);
  if (open > 0)
    return g_strdup_printf (ngettext ("%u vote open", "%u votes open", open), open);
  if (standing->applicants > 0)
    return g_strdup_printf (ngettext ("%u person asks to join", "%u people ask to join", standing->applicants),
                            standing->applicants);
  return NULL;
}

char *
demls_topic_phrase (const DemlsScene *scene, const DemlsStanding *standing)
{
  char *phrase = hindrance (scene, standing);
  if (!phrase)
    phrase = work (scene, standing);
  return phrase ? phrase : votes (scene, standing);
}

char *
demls_topic_text (const DemlsScene *scene, const DemlsStanding *standing)
{
  g_autofree char *title = demls_text_line (scene->title, DEMLS_NICK_CHARS);
  g_autofree char *phrase = demls_topic_phrase (scene, standing);
  if (!phrase)
    return demls_text_list_line (title, TOPIC_CHARS);
  /* TRANSLATORS: the title of a group, and what is going on in it: "book club - 2 votes open" */
  g_autofree char *whole = g_strdup_printf (_ ("%s - %s"), title, phrase);
  return demls_text_list_line (whole, TOPIC_CHARS);
}
