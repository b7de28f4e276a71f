#include "config.h"

#include "purple-plugin/chats.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "purple-plugin/errors.h"
#include "purple-plugin/notices.h"
#include "purple-plugin/plugin.h"
#include "purple-plugin/roster.h"
#include "purple-plugin/text.h"

void
demls_chat_free (gpointer data)
{
  DemlsChat *self = data;
  g_free (self->id);
  demls_lore_free (self->lore);
  g_free (self->shown_members);
  g_free (self->confirm);
  g_free (self);
}

/* --- finding -----------------------------------------------------------------------------------------------------*/

static DemlsChat *
find (const DemlsAccount *account, const char *id)
{
  for (guint i = 0; i < account->chats->len; i++)
    {
      DemlsChat *chat = account->chats->pdata[i];
      if (strcmp (chat->id, id) == 0)
        return chat;
    }
  return NULL;
}

DemlsChat *
demls_chats_get (DemlsAccount *account, const char *id)
{
  DemlsChat *self = find (account, id);
  const DemlsRunner *runner = demls_user_runner (account->user, id);
  if (self || !runner)
    return self;
  self = g_new0 (DemlsChat, 1);
  self->account = account;
  self->id = g_strdup (id);
  self->number = ++account->last_number;
  self->lore = demls_lore_new (id, demls_runner_state (runner));
  self->people = self->lore->people;
  g_ptr_array_add (account->chats, self);
  return self;
}

DemlsChat *
demls_chats_of_conversation (PurpleConversation *conversation)
{
  DemlsAccount *account = demls_account_of (purple_conversation_get_gc (conversation));
  return account ? find (account, purple_conversation_get_name (conversation)) : NULL;
}

/* --- what is known -----------------------------------------------------------------------------------------------*/

DemlsScene
demls_chat_scene (DemlsChat *self, GBytes *ballot, GPtrArray **open)
{
  return demls_lore_scene (self->lore, self->account->user, ballot, demls_account_now (), open);
}

/* --- windows -----------------------------------------------------------------------------------------------------*/

static PurpleConversation *
open_window (const DemlsChat *self)
{
  PurpleAccount *account = self->account->connection->account;
  PurpleConversation *window = purple_find_conversation_with_account (PURPLE_CONV_TYPE_CHAT, self->id, account);
  return window && !purple_conv_chat_has_left (PURPLE_CONV_CHAT (window)) ? window : NULL;
}

PurpleConversation *
demls_chat_window (DemlsChat *self)
{
  PurpleConversation *window = open_window (self);
  if (window)
    return window;
  PurpleAccount *account = self->account->connection->account;
  window = serv_got_joined_chat (self->account->connection, self->number, self->id);
  purple_conversation_set_logging (window, purple_account_get_bool (account, "log_chats", FALSE));
  g_autofree char *nick = demls_text_list_name (demls_user_nick (self->account->user));
  purple_conv_chat_set_nick (PURPLE_CONV_CHAT (window), nick);
  g_clear_pointer (&self->shown_members, g_free);
  demls_roster_show (self, window);
  return window;
}

static void
write_line (DemlsChat *self, const DemlsNotice *notice)
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

/* A group joined once is in the buddy list, and joined again at login. */
static PurpleChat *
list_entry (DemlsChat *self)
{
  PurpleAccount *account = self->account->connection->account;
  PurpleChat *entry = purple_blist_find_chat (account, self->id);
  if (entry)
    return entry;
  GHashTable *components = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (components, g_strdup (DEMLS_CHAT_GROUP), g_strdup (self->id));
  entry = purple_chat_new (account, NULL, components);
  purple_blist_add_chat (entry, NULL, NULL);
  purple_blist_node_set_bool ((PurpleBlistNode *) entry, "gtk-autojoin", TRUE);
  purple_blist_node_set_bool ((PurpleBlistNode *) entry, "gnt-autojoin", TRUE);
  purple_blist_node_set_bool ((PurpleBlistNode *) entry, "gtk-persistent", TRUE);
  return entry;
}

static void
show_title (DemlsChat *self)
{
  const char *title = demls_user_title (self->account->user, self->id);
  PurpleConversation *window = open_window (self);
  if (!title || !*title)
    return;
  g_autofree char *shown = demls_text_list_name (title);
  PurpleChat *entry = list_entry (self);
  if (g_strcmp0 (purple_chat_get_name (entry), shown) != 0)
    purple_blist_alias_chat (entry, shown);
  if (window && g_strcmp0 (purple_conversation_get_title (window), shown) != 0)
    purple_conversation_set_title (window, shown);
}

/* --- what happens ------------------------------------------------------------------------------------------------*/

/* The chat is over: nothing of it stays but the window with its lines. */
static void
end_chat (DemlsChat *self)
{
  PurpleConversation *window = open_window (self);
  PurpleChat *entry = purple_blist_find_chat (self->account->connection->account, self->id);
  if (window)
    {
      purple_conv_chat_clear_users (PURPLE_CONV_CHAT (window));
      serv_got_chat_left (self->account->connection, self->number);
    }
  if (entry)
    purple_blist_remove_chat (entry);
  g_ptr_array_remove (self->account->chats, self);
}

void
demls_chats_show (DemlsAccount *account, const DemlsUserEvent *user_event)
{
  const DemlsEvent *event = user_event->event;
  DemlsChat *self = demls_chats_get (account, user_event->conversation);
  if (!self)
    return;
  g_autoptr (GPtrArray) open = NULL;
  demls_lore_hear (self->lore, event);
  DemlsScene scene = demls_chat_scene (self, event->ballot, &open);
  g_autoptr (DemlsNotice) notice = demls_notice_of (&scene, event, user_event->waiting);
  if (notice && !(event->kind == DEMLS_EVENT_LEAVING && !open_window (self) && g_strcmp0 (event->text, "left") == 0))
    write_line (self, notice);
  if (event->kind == DEMLS_EVENT_LEAVING)
    end_chat (self);
  else
    demls_lore_catch_up (self->lore, account->user, event);
}

void
demls_chats_refresh (DemlsAccount *account)
{
  for (guint i = 0; i < account->chats->len; i++)
    {
      DemlsChat *self = account->chats->pdata[i];
      PurpleConversation *window = open_window (self);
      show_title (self);
      if (window)
        demls_roster_show (self, window);
    }
}

static char *
trouble_text (const DemlsUserEvent *event)
{
  g_autofree char *why = demls_text_line (event->text, 300);
  switch (event->kind)
    {
    case DEMLS_USER_EVENT_LINK:
      return *why ? g_strdup_printf (_ ("Offline, messages will be sent later: %s"), why) : NULL;
    case DEMLS_USER_EVENT_REFUSED:
      return g_strdup_printf (_ ("The delivery service does not carry something from here: %s"), why);
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
demls_chats_trouble (DemlsAccount *account, const DemlsUserEvent *event)
{
  g_autofree char *text = trouble_text (event);
  for (guint i = 0; text && i < account->chats->len; i++)
    {
      DemlsChat *self = account->chats->pdata[i];
      if (open_window (self) && (!event->conversation || strcmp (event->conversation, self->id) == 0))
        demls_chat_tell (self, text);
    }
}

void
demls_chats_restore (DemlsAccount *account)
{
  g_autoptr (GPtrArray) ids = demls_user_groups (account->user);
  for (guint i = 0; i < ids->len; i++)
    {
      DemlsChat *self =
          demls_user_is_leaving (account->user, ids->pdata[i]) ? NULL : demls_chats_get (account, ids->pdata[i]);
      if (self)
        list_entry (self);
    }
}

gboolean
demls_chats_found (DemlsAccount *account, const char *title, GError **error)
{
  DemlsPolicy policy = demls_policy_preset (demls_account_preset (account));
  g_autofree char *id = demls_user_found (account->user, title, &policy, FALSE, demls_account_now (), error);
  DemlsChat *self = id ? demls_chats_get (account, id) : NULL;
  if (!self)
    return FALSE;
  list_entry (self);
  demls_chat_window (self);
  demls_chat_tell (self, _ ("You are the only member so far. /link shows the link by which others can ask to join."));
  demls_account_pump (account);
  return TRUE;
}

/* --- what libpurple calls -----------------------------------------------------------------------------------------*/

GList *
demls_chats_info (PurpleConnection *connection)
{
  struct proto_chat_entry *entry = g_new0 (struct proto_chat_entry, 1);
  entry->label = _ ("_Group link or name:");
  entry->identifier = DEMLS_CHAT_GROUP;
  entry->required = TRUE;
  return g_list_append (NULL, entry);
}

GHashTable *
demls_chats_info_defaults (PurpleConnection *connection, const char *name)
{
  GHashTable *defaults = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  if (name)
    g_hash_table_insert (defaults, DEMLS_CHAT_GROUP, g_strdup (name));
  return defaults;
}

char *
demls_chats_name (GHashTable *components)
{
  return g_strdup (g_hash_table_lookup (components, DEMLS_CHAT_GROUP));
}

void
demls_chats_join (PurpleConnection *connection, GHashTable *components)
{
  DemlsAccount *account = demls_account_of (connection);
  const char *typed = g_hash_table_lookup (components, DEMLS_CHAT_GROUP);
  if (!account || !typed)
    return;
  g_autoptr (GError) error = NULL;
  DemlsChat *known = find (account, typed);
  g_autofree char *id = known ? g_strdup (typed) : demls_user_join (account->user, typed, demls_account_now (), &error);
  DemlsChat *self = id ? demls_chats_get (account, id) : NULL;
  if (!self)
    {
      g_autofree char *text = demls_error_text (error);
      purple_notify_error (connection, _ ("de-MLS"), _ ("This group cannot be joined."), text);
      return;
    }
  list_entry (self);
  demls_chat_window (self);
  demls_account_pump (account);
}

static DemlsChat *
find_number (const DemlsAccount *account, int number)
{
  for (guint i = 0; account && i < account->chats->len; i++)
    {
      DemlsChat *chat = account->chats->pdata[i];
      if (chat->number == number)
        return chat;
    }
  return NULL;
}

/* Returning an error shows a line of libpurple's, or in Finch none at all: ours says why. */
int
demls_chats_send (PurpleConnection *connection, int number, const char *markup, PurpleMessageFlags flags)
{
  DemlsAccount *account = demls_account_of (connection);
  DemlsChat *self = find_number (account, number);
  if (!self)
    return -ENOTCONN;
  g_autofree char *text = demls_text_from_markup (markup);
  g_autoptr (GError) error = NULL;
  if (!demls_user_say (account->user, self->id, text, demls_account_now (), &error))
    {
      g_autofree char *why = demls_error_text (error);
      g_autofree char *whole = g_strdup_printf (_ ("Not sent: %s"), why);
      demls_chat_tell (self, whole);
      return 0;
    }
  demls_account_pump (account);
  return 1;
}
