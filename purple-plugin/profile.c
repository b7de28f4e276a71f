#include "config.h"

#include "purple-plugin/profile.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "purple-plugin/question.h"
#include "purple-plugin/roster.h"
#include "purple-plugin/text.h"
#include "purple-plugin/when.h"
#include "session/voting.h"

char *
demls_profile_fingerprint (Span member_id)
{
  g_autofree char *hex = span_hex (member_id);
  GString *out = g_string_new (NULL);
  for (gsize i = 0; hex[i]; i++)
    {
      if (i > 0 && i % 4 == 0)
        g_string_append_c (out, ' ');
      g_string_append_c (out, g_ascii_toupper (hex[i]));
    }
  return g_string_free (out, FALSE);
}

/* Takes plain text. */
static void
add (PurpleNotifyUserInfo *info, const char *label, char *plain)
{
  g_autofree char *text = plain;
  g_autofree char *markup = demls_text_escape (text);
  purple_notify_user_info_add_pair (info, label, markup);
}

static void
add_person (PurpleNotifyUserInfo *info, const DemlsUser *user, const char *name, Span id)
{
  gint64 since = demls_user_verified_since (user, id);
  gint64 now = demls_account_now ().wall;
  add (info, _ ("Nickname"), demls_text_line (name, 100));
  add (info, _ ("Fingerprint"), demls_profile_fingerprint (id));
  if (span_equal (id, demls_user_member_id (user)))
    {
      add (info, _ ("Verified"), g_strdup (_ ("this is you: compare it with what others see of you in /safety")));
      return;
    }
  g_autofree char *when = demls_when_clock (since, now);
  add (info, _ ("Verified"),
       since > 0 ? g_strdup_printf (_ ("yes, since %s"), when) : g_strdup (_ ("no: compare, then /verify")));
}

/* --- in a group --------------------------------------------------------------------------------------------------*/

static gboolean
has (const GPtrArray *ids, Span id)
{
  for (guint i = 0; i < ids->len; i++)
    if (span_equal (span_bytes (ids->pdata[i]), id))
      return TRUE;
  return FALSE;
}

static char *
role_of (const DemlsRunner *runner, Span id)
{
  g_autoptr (GPtrArray) members = demls_runner_members (runner), stewards = demls_runner_stewards (runner);
  if (!has (members, id))
    return g_strdup (_ ("asks to join"));
  if (!has (stewards, id))
    return g_strdup (_ ("member"));
  return g_strdup (stewards->len > 0 && span_equal (span_bytes (stewards->pdata[0]), id)
                       ? _ ("steward, whose turn it is to carry out what is voted")
                       : _ ("steward"));
}

/* When it came in, as far as it is remembered here. */
static char *
since_of (DemlsChat *chat, Span id)
{
  const GPtrArray *decisions = demls_user_decisions (chat->account->user, chat->id);
  for (guint i = decisions ? decisions->len : 0; i-- > 0;)
    {
      const DemlsDecision *decision = decisions->pdata[i];
      for (guint j = 0; decision->done && decision->actions && j < decision->actions->len; j++)
        {
          const DemlsAction *action = decision->actions->pdata[j];
          gboolean added = action->kind == DEMLS_REQUEST (MEMBER_INVITE);
          if (added && action->target && span_equal (span_bytes (action->target), id))
            return demls_when_clock (decision->time, demls_account_now ().wall);
        }
    }
  return g_strdup (_ ("before what is remembered here"));
}

static char *
votes_on (DemlsChat *chat, const DemlsRunner *runner, Span id)
{
  g_autoptr (GPtrArray) ballots = demls_runner_ballots (runner);
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < ballots->len; i++)
    {
      g_autoptr (GPtrArray) open = NULL;
      DemlsScene scene = demls_chat_scene (chat, ballots->pdata[i], &open);
      if (!scene.question || !span_equal (scene.question->target, id))
        continue;
      g_autofree char *number = demls_question_number (&scene, ballots->pdata[i]);
      g_autofree char *phrase = demls_question_phrase (&scene);
      g_string_append_printf (out, "%s%s: %s", out->len ? "\n" : "", number, phrase);
    }
  if (out->len == 0)
    g_string_append (out, _ ("none"));
  return g_string_free (out, FALSE);
}

static void
add_place (PurpleNotifyUserInfo *info, DemlsChat *chat, Span id)
{
  const DemlsRunner *runner = demls_user_runner (chat->account->user, chat->id);
  const char *title = demls_user_title (chat->account->user, chat->id);
  if (!runner || !demls_runner_governance (runner))
    return;
  purple_notify_user_info_add_section_break (info);
  add (info, _ ("Group"), demls_text_line (title && *title ? title : chat->id, 64));
  add (info, _ ("Role"), role_of (runner, id));
  add (info, _ ("Member since"), since_of (chat, id));
  add (info, _ ("Score"), g_strdup_printf ("%" G_GINT64_FORMAT, demls_runner_score (runner, id)));
  add (info, _ ("Open votes"), votes_on (chat, runner, id));
}

static void
show (PurpleConnection *connection, const char *who, PurpleNotifyUserInfo *info)
{
  purple_notify_userinfo (connection, who, info, NULL, NULL);
  purple_notify_user_info_destroy (info);
}

static void
show_unknown (PurpleConnection *connection, const char *who)
{
  PurpleNotifyUserInfo *info = purple_notify_user_info_new ();
  add (info, _ ("Nickname"), demls_text_line (who, 100));
  add (info, _ ("Fingerprint"), g_strdup (_ ("unknown: nobody of this name is in a group of yours")));
  show (connection, who, info);
}

static void
show_member (PurpleConnection *connection, DemlsChat *chat, const char *who, GBytes *id)
{
  g_autoptr (GPtrArray) open = NULL;
  DemlsScene scene = demls_chat_scene (chat, NULL, &open);
  g_autofree char *name = demls_people_label (scene.people, span_bytes (id));
  PurpleNotifyUserInfo *info = purple_notify_user_info_new ();
  add_person (info, chat->account->user, name, span_bytes (id));
  add_place (info, chat, span_bytes (id));
  show (connection, who, info);
}

void
demls_profile_of_row (PurpleConnection *connection, int number, const char *who)
{
  DemlsAccount *account = demls_account_of (connection);
  DemlsChat *chat = account ? demls_chats_find_number (account, number) : NULL;
  g_autoptr (GBytes) id = chat ? demls_roster_row (chat, who) : NULL;
  if (id)
    show_member (connection, chat, who, id);
  else
    demls_profile_of_name (connection, who);
}

void
demls_profile_of_name (PurpleConnection *connection, const char *who)
{
  DemlsAccount *account = demls_account_of (connection);
  if (!account)
    return;
  const char *me = purple_account_get_username (connection->account);
  if (g_strcmp0 (who, me) == 0 || g_strcmp0 (who, demls_user_nick (account->user)) == 0)
    {
      PurpleNotifyUserInfo *info = purple_notify_user_info_new ();
      add_person (info, account->user, demls_user_nick (account->user), demls_user_member_id (account->user));
      for (guint i = 0; i < account->chats->len; i++)
        add_place (info, account->chats->pdata[i], demls_user_member_id (account->user));
      show (connection, who, info);
      return;
    }
  for (guint i = 0; i < account->chats->len; i++)
    {
      DemlsChat *chat = account->chats->pdata[i];
      g_autoptr (GBytes) id = demls_roster_row (chat, who);
      if (!id)
        continue;
      show_member (connection, chat, who, id);
      return;
    }
  show_unknown (connection, who);
}
