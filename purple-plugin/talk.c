#include "config.h"

#include "purple-plugin/talk.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

#include "purple-plugin/about.h"
#include "purple-plugin/commands.h"
#include "purple-plugin/dialogs.h"
#include "purple-plugin/errors.h"
#include "purple-plugin/text.h"
#include "purple-plugin/watch.h"
#include "purple-plugin/windows.h"

static DemlsChat *
chat_of (PurpleConnection *connection, int number)
{
  DemlsAccount *account = demls_account_of (connection);
  return account ? demls_chats_find_number (account, number) : NULL;
}

/* The window of a group that is over; libpurple does not know it by number any more. */
static PurpleConversation *
old_window (PurpleConnection *connection, int number)
{
  for (GList *at = purple_get_chats (); at; at = at->next)
    if (purple_conversation_get_account (at->data) == connection->account
        && purple_conv_chat_get_id (PURPLE_CONV_CHAT ((PurpleConversation *) at->data)) == number)
      return at->data;
  return NULL;
}

/* purple_conversation_write() writes into no chat that was left. */
static void
refuse_in_old_window (PurpleConnection *connection, int number)
{
  PurpleConversation *window = old_window (connection, number);
  PurpleConversationUiOps *ui = window ? purple_conversation_get_ui_ops (window) : NULL;
  if (!ui || !ui->write_conv)
    return;
  g_autofree char *markup = demls_text_escape (_ ("Not sent: you are not in this group any more."));
  ui->write_conv (window, NULL, NULL, markup, (PurpleMessageFlags) (PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LOG),
                  time (NULL));
}

static gboolean
say (DemlsChat *self, const char *text, GError **error)
{
  if (demls_command_is_typed (text))
    {
      demls_chat_tell (self, *text == '/'
                                 ? _ ("Not sent: what begins with / is a command, and this is none. /help lists them.")
                                 : _ ("Not sent: it looks like a command. Commands begin with the slash, without a "
                                      "blank."));
      return TRUE;
    }
  if (!demls_chat_is_out (self))
    return demls_user_say (self->account->user, self->id, text, demls_account_now (), error);
  demls_chat_tell (self, _ ("Not sent: the group removed you."));
  return TRUE;
}

/* Returning an error shows a line of libpurple's, or in Finch none at all: ours says why. */
int
demls_talk_send (PurpleConnection *connection, int number, const char *markup, PurpleMessageFlags flags)
{
  DemlsChat *self = chat_of (connection, number);
  if (!self)
    {
      refuse_in_old_window (connection, number);
      return 0;
    }
  g_autofree char *text = demls_text_from_markup (markup);
  g_autoptr (GError) error = NULL;
  demls_watch_wake (self->account);
  if (!say (self, text, &error))
    {
      g_autofree char *why = demls_error_text (error);
      g_autofree char *whole = g_strdup_printf (_ ("Not sent: %s"), why);
      demls_chat_tell (self, whole);
    }
  demls_account_pump (self->account);
  return 0;
}

/* --- what there is not -------------------------------------------------------------------------------------------*/

int
demls_talk_send_private (PurpleConnection *connection, const char *who, const char *markup, PurpleMessageFlags flags)
{
  const char *text = _ ("Not sent: de-MLS has no private messages, only groups. Create a group of two.");
  if (!purple_conv_present_error (who, connection->account, text))
    demls_dialogs_complain (connection, _ ("The message was not sent."), text);
  return 0;
}

static const char *
no_files (void)
{
  return _ ("Files cannot be sent in de-MLS groups.");
}

gboolean
demls_talk_takes_file (PurpleConnection *connection, const char *who)
{
  return TRUE; /* so that we are asked and can say why not */
}

void
demls_talk_send_file (PurpleConnection *connection, const char *who, const char *path)
{
  demls_dialogs_complain (connection, _ ("The file was not sent."), no_files ());
}

gboolean
demls_talk_chat_takes_file (PurpleConnection *connection, int number)
{
  return TRUE;
}

void
demls_talk_chat_send_file (PurpleConnection *connection, int number, const char *path)
{
  DemlsChat *self = chat_of (connection, number);
  if (self)
    demls_chat_tell (self, no_files ());
}

void
demls_talk_invite (PurpleConnection *connection, int number, const char *message, const char *who)
{
  DemlsChat *self = chat_of (connection, number);
  if (!self)
    return;
  g_autofree char *text = demls_about_link (self);
  demls_chat_tell (self, text);
}
