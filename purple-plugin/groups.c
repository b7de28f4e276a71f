#include "config.h"

#include "purple-plugin/groups.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "purple-plugin/dialogs.h"
#include "purple-plugin/errors.h"
#include "purple-plugin/options.h"
#include "purple-plugin/text.h"
#include "purple-plugin/watch.h"
#include "purple-plugin/windows.h"

/* --- the buddy list ----------------------------------------------------------------------------------------------*/

#define OUR_TITLE "demls-title" /* what we called an entry, to tell it from what the user called it */

/* purple_blist_find_chat() finds nothing before the account is connected. */
static PurpleChat *
find_entry (PurpleAccount *account, const char *group)
{
  for (PurpleBlistNode *node = purple_blist_get_root (); node; node = purple_blist_node_next (node, TRUE))
    {
      PurpleChat *entry = (PurpleChat *) node;
      if (PURPLE_BLIST_NODE_IS_CHAT (node) && entry->account == account
          && g_strcmp0 (g_hash_table_lookup (entry->components, DEMLS_CHAT_GROUP), group) == 0)
        return entry;
    }
  return NULL;
}

/* An entry that the user made by hand has the link in it. */
static PurpleChat *
entry_of_link (DemlsChat *self, const char *typed)
{
  PurpleChat *entry = typed ? find_entry (self->account->connection->account, typed) : NULL;
  if (entry)
    g_hash_table_replace (purple_chat_get_components (entry), g_strdup (DEMLS_CHAT_GROUP), g_strdup (self->id));
  return entry;
}

static PurpleChat *
new_entry (DemlsChat *self)
{
  GHashTable *components = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (components, g_strdup (DEMLS_CHAT_GROUP), g_strdup (self->id));
  PurpleChat *entry = purple_chat_new (self->account->connection->account, NULL, components);
  purple_blist_add_chat (entry, NULL, NULL);
  return entry;
}

/* A group joined once is in the buddy list, and joined again at login. */
static PurpleChat *
list (DemlsChat *self, const char *typed)
{
  PurpleChat *entry = find_entry (self->account->connection->account, self->id);
  if (entry)
    return entry;
  entry = entry_of_link (self, typed);
  if (!entry)
    entry = new_entry (self);
  purple_blist_node_set_bool ((PurpleBlistNode *) entry, "gtk-autojoin", TRUE);
  purple_blist_node_set_bool ((PurpleBlistNode *) entry, "gnt-autojoin", TRUE);
  return entry;
}

void
demls_groups_unlist (DemlsChat *self)
{
  PurpleChat *entry = find_entry (self->account->connection->account, self->id);
  if (entry)
    purple_blist_remove_chat (entry);
}

static void
name_entry (PurpleChat *entry, const char *title)
{
  PurpleBlistNode *node = (PurpleBlistNode *) entry;
  const char *ours = purple_blist_node_get_string (node, OUR_TITLE);
  gboolean renamed = ours && g_strcmp0 (entry->alias, ours) != 0;
  if (g_strcmp0 (ours, title) == 0)
    return;
  purple_blist_node_set_string (node, OUR_TITLE, title);
  if (!renamed)
    purple_blist_alias_chat (entry, title);
}

void
demls_groups_show_title (DemlsChat *self)
{
  const char *title = demls_user_title (self->account->user, self->id);
  PurpleConversation *window = demls_chat_open_window (self);
  if (!title || !*title)
    return;
  g_autofree char *shown = demls_text_list_name (title);
  PurpleChat *entry = find_entry (self->account->connection->account, self->id);
  if (entry)
    name_entry (entry, shown);
  const char *name = entry ? purple_chat_get_name (entry) : shown;
  if (window && g_strcmp0 (purple_conversation_get_title (window), name) != 0)
    purple_conversation_set_title (window, name);
}

void
demls_groups_restore (DemlsAccount *account)
{
  g_autoptr (GPtrArray) ids = demls_user_groups (account->user);
  for (guint i = 0; i < ids->len; i++)
    {
      DemlsChat *self = demls_chats_get (account, ids->pdata[i]);
      if (!self)
        continue;
      self->told_out = demls_chat_is_out (self);
      list (self, NULL);
    }
}

/* --- create ------------------------------------------------------------------------------------------------------*/

gboolean
demls_groups_found (DemlsAccount *account, const char *title, GError **error)
{
  demls_watch_wake (account);
  DemlsPolicy policy = demls_policy_preset (demls_options_preset (account->connection->account));
  g_autofree char *id = demls_user_found (account->user, title, &policy, FALSE, demls_account_now (), error);
  DemlsChat *self = id ? demls_chats_get (account, id) : NULL;
  if (!self)
    return FALSE;
  list (self, NULL);
  demls_groups_show_title (self);
  demls_chat_window (self);
  demls_chat_tell (self, _ ("You are the only member so far. /link shows the link by which others can ask to join."));
  demls_account_pump (account);
  return TRUE;
}

/* --- join --------------------------------------------------------------------------------------------------------*/

GList *
demls_groups_info (PurpleConnection *connection)
{
  struct proto_chat_entry *entry = g_new0 (struct proto_chat_entry, 1);
  entry->label = _ ("Group link or name:");
  entry->identifier = DEMLS_CHAT_GROUP;
  entry->required = TRUE;
  return g_list_append (NULL, entry);
}

GHashTable *
demls_groups_info_defaults (PurpleConnection *connection, const char *name)
{
  GHashTable *defaults = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  if (name)
    g_hash_table_insert (defaults, DEMLS_CHAT_GROUP, g_strdup (name));
  return defaults;
}

char *
demls_groups_name (GHashTable *components)
{
  return g_strdup (g_hash_table_lookup (components, DEMLS_CHAT_GROUP));
}

static guint
count_announced (const DemlsAccount *account, const char *title)
{
  g_autoptr (GPtrArray) rooms = demls_user_rooms (account->user);
  guint n = 0;
  for (guint i = 0; i < rooms->len; i++)
    n += g_strcmp0 (((const DemlsRoom *) rooms->pdata[i])->title, title) == 0 ? 1 : 0;
  return n;
}

/* libpurple frees nothing of ours: the error box says which group is meant. */
static void
refuse_join (DemlsAccount *account, GHashTable *components, const char *typed, const GError *error)
{
  gboolean several =
      g_error_matches (error, DEMLS_USER_ERROR, DEMLS_USER_ERROR_NOT_ANNOUNCED) && count_announced (account, typed) > 1;
  g_autofree char *why =
      several ? g_strdup (_ ("several groups are called so; pick one from the room list.")) : demls_error_text (error);
  g_autofree char *what = demls_text_line (typed, 60);
  g_autofree char *title = g_strdup_printf (_ ("\"%s\" cannot be joined."), what);
  demls_dialogs_complain (account->connection, title, why);
  purple_serv_got_join_chat_failed (account->connection, components);
}

/* A group on another delivery service would never answer. */
static void
check_service (DemlsChat *self, const char *typed)
{
  g_autoptr (DemlsGroupLink) link = demls_group_link_parse (typed);
  PurpleAccount *account = self->account->connection->account;
  g_autofree char *ours = demls_options_link_name (account);
  if (!link || !link->delivery || strcmp (link->delivery, ours) == 0)
    return;
  g_autofree char *theirs = demls_text_line (link->delivery, 100);
  g_autofree char *text = g_strdup_printf (_ ("The link names another delivery service (%s) than this account uses "
                                              "(%s). If nobody answers, change the account's options."),
                                           theirs, ours);
  demls_chat_tell (self, text);
}

void
demls_groups_join (PurpleConnection *connection, GHashTable *components)
{
  DemlsAccount *account = demls_account_of (connection);
  const char *given = g_hash_table_lookup (components, DEMLS_CHAT_GROUP);
  if (!account || !given)
    return;
  g_autofree char *typed = g_strstrip (g_strdup (given));
  g_autoptr (GError) error = NULL;
  gboolean known = demls_chats_find (account, typed) != NULL;
  g_autofree char *id = known ? g_strdup (typed) : demls_user_join (account->user, typed, demls_account_now (), &error);
  DemlsChat *self = id ? demls_chats_get (account, id) : NULL;
  if (!self)
    {
      refuse_join (account, components, typed, error);
      return;
    }
  list (self, given);
  demls_groups_show_title (self); /* before there is a window: Finch does not rename one */
  demls_chat_window (self);
  if (!known)
    {
      demls_watch_wake (account);
      check_service (self, typed);
    }
  demls_account_pump (account);
}
