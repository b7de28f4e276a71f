#include "config.h"

#include "purple-plugin/windows.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "purple-plugin/groups.h"
#include "purple-plugin/options.h"
#include "purple-plugin/recall.h"
#include "purple-plugin/roster.h"
#include "purple-plugin/status.h"
#include "purple-plugin/text.h"
#include "purple-plugin/watch.h"
#include "rules/messages.h"

/* --- windows -----------------------------------------------------------------------------------------------------*/

PurpleConversation *
demls_chat_open_window (const DemlsChat *self)
{
  PurpleAccount *account = self->account->connection->account;
  PurpleConversation *window = purple_find_conversation_with_account (PURPLE_CONV_TYPE_CHAT, self->id, account);
  return window && !purple_conv_chat_has_left (PURPLE_CONV_CHAT (window)) ? window : NULL;
}

/* Once for an account, in the first window of all: what becomes of the words on this machine (X7). */
static void
tell_about_logs (DemlsChat *self)
{
  PurpleAccount *account = self->account->connection->account;
  if (purple_account_get_bool (account, "told_logs", FALSE))
    return;
  purple_account_set_bool (account, "told_logs", TRUE);
  demls_chat_tell (self, demls_options_logs (account)
                             ? _ ("Messages travel encrypted, but this program writes them to its logs unencrypted, as "
                                  "the account's options say.")
                             : _ ("Messages travel encrypted, and this program writes no log of them; the account's "
                                  "options can change that."));
}

PurpleConversation *
demls_chat_window (DemlsChat *self)
{
  PurpleConversation *window = demls_chat_open_window (self);
  if (window)
    return window;
  PurpleAccount *account = self->account->connection->account;
  gboolean old = purple_find_conversation_with_account (PURPLE_CONV_TYPE_CHAT, self->id, account) != NULL;
  window = serv_got_joined_chat (self->account->connection, self->number, self->id);
  purple_conversation_set_logging (window, demls_options_logs (account));
  g_autofree char *nick = demls_text_list_name (demls_user_nick (self->account->user));
  purple_conv_chat_set_nick (PURPLE_CONV_CHAT (window), nick);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  demls_groups_show_title (self);
  demls_roster_show (self, window);
  demls_status_show (self, window);
  if (!old) /* what outlived a broken connection has its lines still */
    demls_recall_show (self, window);
  self->shown_before = 0;
  tell_about_logs (self);
  return window;
}

void
demls_chat_write (DemlsChat *self, const DemlsNotice *notice)
{
  PurpleConversation *window = demls_chat_window (self);
  if (notice->who)
    serv_got_chat_in (self->account->connection, self->number, notice->who, notice->flags, notice->markup,
                      (time_t) notice->time);
  else
    purple_conversation_write (window, NULL, notice->markup, notice->flags, (time_t) notice->time);
}

void
demls_chat_tell (DemlsChat *self, const char *plain)
{
  g_autofree char *markup = demls_text_escape (plain);
  purple_conversation_write (demls_chat_window (self), NULL, markup,
                             (PurpleMessageFlags) (PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LOG), time (NULL));
}

/* --- being removed -----------------------------------------------------------------------------------------------*/

gboolean
demls_chat_is_out (const DemlsChat *self)
{
  const DemlsRunner *runner = demls_user_runner (self->account->user, self->id);
  return runner && demls_runner_is_out (runner);
}

static gboolean
removes (const DemlsEvent *event, Span id)
{
  for (guint i = 0; event->actions && i < event->actions->len; i++)
    {
      const DemlsAction *action = event->actions->pdata[i];
      gboolean away =
          action->kind == DEMLS_REQUEST (REMOVE_MEMBER) || action->kind == DEMLS_REQUEST (EMERGENCY_CRITERIA);
      if (away && action->target && span_equal (span_bytes (action->target), id))
        return TRUE;
    }
  return FALSE;
}

/* The end is final only later, but people shall read it when it comes (V23); then there is nothing more to say. */
static DemlsNotice *
end_notice (DemlsChat *self, const DemlsScene *scene, const DemlsEvent *event)
{
  g_autoptr (DemlsEvent) end = demls_event_new (DEMLS_EVENT_LEAVING, event->time);
  end->text = g_strdup ("removed");
  self->told_out = TRUE;
  return demls_notice_of (scene, end, FALSE);
}

/* The chat is over: nothing of it stays but the window with its lines. */
static void
end_chat (DemlsChat *self)
{
  PurpleConversation *window = demls_chat_open_window (self);
  if (window)
    {
      purple_conv_chat_clear_users (PURPLE_CONV_CHAT (window));
      serv_got_chat_left (self->account->connection, self->number);
    }
  demls_groups_unlist (self);
  g_ptr_array_remove (self->account->chats, self);
}

/* --- what happens ------------------------------------------------------------------------------------------------*/

/* libpurple itself says in an open window who is called how now. */
static gboolean
is_said_by_libpurple (const DemlsChat *self, const DemlsEvent *event)
{
  return event->kind == DEMLS_EVENT_NICK_CHANGED && demls_chat_open_window (self);
}

static DemlsNotice *
notice_for (DemlsChat *self, const DemlsScene *scene, const DemlsUserEvent *user_event)
{
  const DemlsEvent *event = user_event->event;
  if (event->kind == DEMLS_EVENT_COMMIT_APPLIED && removes (event, scene->me) && demls_chat_is_out (self))
    return end_notice (self, scene, event);
  if (event->kind == DEMLS_EVENT_LEAVING && (self->told_out || g_strcmp0 (event->text, "left") == 0))
    return NULL;
  if (is_said_by_libpurple (self, event))
    return NULL;
  return demls_notice_of (scene, event, user_event->waiting);
}

void
demls_windows_show (DemlsAccount *account, const DemlsUserEvent *user_event)
{
  const DemlsEvent *event = user_event->event;
  DemlsChat *self = event->kind == DEMLS_EVENT_LEAVING ? demls_chats_find (account, user_event->conversation)
                                                       : demls_chats_get (account, user_event->conversation);
  if (!self)
    return;
  g_autoptr (GPtrArray) open = NULL;
  demls_lore_hear (self->lore, event);
  DemlsScene scene = demls_chat_scene (self, event->ballot, &open);
  g_autoptr (DemlsNotice) notice = notice_for (self, &scene, user_event);
  if (!demls_watch_takes (self, event, &notice) && notice)
    demls_chat_write (self, notice);
  if (event->kind == DEMLS_EVENT_LEAVING)
    end_chat (self);
  else
    demls_lore_catch_up (self->lore, account->user, event);
}

void
demls_windows_refresh (DemlsAccount *account)
{
  for (guint i = account->chats->len; i-- > 0;)
    {
      DemlsChat *self = account->chats->pdata[i];
      if (demls_user_is_leaving (account->user, self->id))
        {
          end_chat (self);
          continue;
        }
      self->told_out = self->told_out && demls_chat_is_out (self);
      PurpleConversation *window = demls_chat_open_window (self);
      demls_groups_show_title (self);
      if (!window)
        continue;
      demls_roster_show (self, window);
      demls_status_show (self, window);
    }
}

/* --- trouble -----------------------------------------------------------------------------------------------------*/

/* What a delivery service says of itself often begins with the place, which we name already. */
static char *
reason_of (const DemlsUserEvent *event, const char *place)
{
  g_autofree char *why = demls_text_line (event->text, 300);
  g_autofree char *prefix = g_strconcat (place, ": ", NULL);
  return g_strdup (g_str_has_prefix (why, prefix) ? why + strlen (prefix) : why);
}

static char *
link_text (DemlsAccount *account, const DemlsUserEvent *event)
{
  g_autofree char *place = demls_options_place (account->connection->account);
  g_autofree char *why = reason_of (event, place);
  gboolean was_offline = account->offline;
  account->offline = event->link == DEMLS_LINK_OFFLINE;
  if (account->offline && *why)
    return g_strdup_printf (_ ("Offline, what you write will be sent later. %s: %s"), place, why);
  if (account->offline && !was_offline)
    return g_strdup_printf (_ ("Offline, what you write will be sent later. %s does not answer."), place);
  if (!account->offline && was_offline)
    return g_strdup (_ ("Online again."));
  return *why ? g_strdup_printf (_ ("About delivery by %s: %s"), place, why) : NULL;
}

static char *
notice_text (int code, const char *place, const char *why)
{
  switch (code)
    {
    case DEMLS_DELIVERY_ERROR_VERSION:
      /* TRANSLATORS: where (a folder or broker): what is wrong */
      return g_strdup_printf (
          _ ("%s: somebody uses a newer version of this program, and what they sent cannot be read: "
             "%s"),
          place, why);
    case DEMLS_DELIVERY_ERROR_FORGOTTEN:
      return g_strdup_printf (_ ("%s: messages that were sent while you were away may be missing: %s"), place, why);
    default:
      return g_strdup_printf (_ ("%s: something arrived that is no message of this program, and was ignored: %s"),
                              place, why);
    }
}

static char *
trouble_text (DemlsAccount *account, const DemlsUserEvent *event)
{
  g_autofree char *place = demls_options_place (account->connection->account);
  g_autofree char *why = reason_of (event, place);
  switch (event->kind)
    {
    case DEMLS_USER_EVENT_LINK:
      return link_text (account, event);
    case DEMLS_USER_EVENT_NOTICE:
      return notice_text (event->code, place, why);
    case DEMLS_USER_EVENT_REFUSED:
      return g_strdup_printf (_ ("%s does not carry something from here: %s"), place, why);
    case DEMLS_USER_EVENT_UNSAVED:
      return g_strdup_printf (_ ("Nothing can be saved, so nothing is sent: %s"), why);
    case DEMLS_USER_EVENT_SAVED:
      return g_strdup (_ ("Saving works again."));
    case DEMLS_USER_EVENT_GROUP:
    case DEMLS_USER_EVENT_ROOMS:
      return NULL;
    default:
      g_return_val_if_reached (NULL);
    }
}

/* Said in windows that are open only: it is no reason to open one. */
void
demls_windows_trouble (DemlsAccount *account, const DemlsUserEvent *event)
{
  g_autofree char *text = trouble_text (account, event);
  for (guint i = 0; text && i < account->chats->len; i++)
    {
      DemlsChat *self = account->chats->pdata[i];
      if (demls_chat_open_window (self) && (!event->conversation || strcmp (event->conversation, self->id) == 0))
        demls_chat_tell (self, text);
    }
}
