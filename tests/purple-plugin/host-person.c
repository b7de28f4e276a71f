/* host-person.c - what the script can do: all that a person can, in the same ways.
 */
#include "host.h"

#include <string.h>

static PurpleAccount *account;
static char *chosen; /* the name of the window that the script means; NULL: the newest */

static PurpleConnection *
connection (void)
{
  return purple_account_get_connection (account);
}

static PurplePlugin *
protocol (void)
{
  return purple_find_prpl ("prpl-demls");
}

static PurpleConversation *
window (void)
{
  GList *chats = purple_get_chats ();
  for (GList *at = chats; at; at = at->next)
    if (chosen && strcmp (purple_conversation_get_name (at->data), chosen) == 0)
      return at->data;
  return chats ? chats->data : NULL;
}

/* --- outside of windows ------------------------------------------------------------------------------------------*/

/* An entry of the account's menu. */
static void
act (const char *label)
{
  GList *actions = connection () ? PURPLE_PLUGIN_ACTIONS (protocol (), connection ()) : NULL;
  gboolean found = FALSE;
  for (GList *at = actions; at; at = at->next)
    {
      PurplePluginAction *action = at->data;
      action->plugin = protocol ();
      action->context = connection ();
      if (!found && g_str_has_prefix (action->label, label))
        {
          found = TRUE;
          action->callback (action);
        }
      purple_plugin_action_free (action);
    }
  g_list_free (actions);
  if (!found)
    host_tell ("error no action");
}

static void
create (const char *title)
{
  act ("Create group");
  host_dialog_fill (NULL, title);
  host_dialog_press ("Create");
}

static void
join (const char *link)
{
  GHashTable *components = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_hash_table_insert (components, "group", g_strdup (link));
  serv_join_chat (connection (), components);
  g_hash_table_unref (components);
}

typedef void (*EachChat) (PurpleChat *chat);

static void
each_chat (EachChat function)
{
  for (PurpleBlistNode *node = purple_blist_get_root (); node; node = purple_blist_node_next (node, FALSE))
    if (PURPLE_BLIST_NODE_IS_CHAT (node) && purple_chat_get_account ((PurpleChat *) node) == account)
      function ((PurpleChat *) node);
}

static void
list_rooms (void)
{
  PurpleRoomlist *list = purple_roomlist_get_list (connection ());
  if (!list)
    return;
  purple_roomlist_ref (list);
  purple_roomlist_unref (list);
}

static void
tell_chat (PurpleChat *chat)
{
  host_tell ("chat %s|%s", purple_chat_get_name (chat),
             (char *) g_hash_table_lookup (purple_chat_get_components (chat), "group"));
}

static void
join_if_wanted (PurpleChat *chat)
{
  if (purple_blist_node_get_bool ((PurpleBlistNode *) chat, "gtk-autojoin"))
    serv_join_chat (connection (), purple_chat_get_components (chat));
}

void
host_person_autojoin (PurpleAccount *of)
{
  account = of;
  each_chat (join_if_wanted);
}

static void
fill (const char *assignment)
{
  g_auto (GStrv) parts = g_strsplit (assignment, "=", 2);
  gboolean named = parts[0] && parts[1];
  if (!host_dialog_fill (named ? parts[0] : NULL, named ? parts[1] : assignment))
    host_tell ("error nothing to fill");
}

static gboolean
do_outside (const char *word, const char *rest)
{
  if (!strcmp (word, "create"))
    create (rest);
  else if (!strcmp (word, "join"))
    join (rest);
  else if (!strcmp (word, "action"))
    act (rest);
  else if (!strcmp (word, "answer"))
    host_dialog_fill (NULL, rest);
  else if (!strcmp (word, "fill"))
    fill (rest);
  else if (!strcmp (word, "press"))
    {
      if (!host_dialog_press (rest))
        host_tell ("error no button");
    }
  else if (!strcmp (word, "chats"))
    each_chat (tell_chat);
  else if (!strcmp (word, "rooms"))
    list_rooms ();
  else if (!strcmp (word, "off") || !strcmp (word, "on"))
    purple_account_set_enabled (account, HOST_UI, !strcmp (word, "on"));
  else if (!strcmp (word, "measure"))
    host_measure_tell ();
  else
    return FALSE;
  return TRUE;
}

/* --- in a window -------------------------------------------------------------------------------------------------*/

static PurpleCmdStatus
command (const char *line)
{
  g_autofree char *markup = g_markup_escape_text (line, -1), *error = NULL;
  PurpleCmdStatus status = purple_cmd_do_command (window (), line, markup, &error);
  host_tell ("status %d %s", (int) status, error ? error : "");
  return status;
}

static void
say (const char *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);
  purple_conv_chat_send (PURPLE_CONV_CHAT (window ()), markup);
}

/* As Pidgin and Finch: what begins with a slash is a command, and is not sent if there is none of that name. */
static void
type (const char *text)
{
  if (*text != '/')
    say (text);
  else if (command (text + 1) == PURPLE_CMD_STATUS_NOT_FOUND)
    host_tell ("line 0 |No such command.");
}

static void
list_members (void)
{
  GString *out = g_string_new (NULL);
  GList *users = purple_conv_chat_get_users (PURPLE_CONV_CHAT (window ()));
  for (GList *at = users; at; at = at->next)
    {
      const PurpleConvChatBuddy *one = at->data;
      const char *mark = one->flags & PURPLE_CBFLAGS_OP ? "@" : one->flags & PURPLE_CBFLAGS_HALFOP ? "%" : "";
      g_string_append_printf (out, " %s%s", mark, one->name);
    }
  host_tell ("members %u%s", g_list_length (users), out->str);
  g_string_free (out, TRUE);
}

static void
get_info (const char *who)
{
  const PurplePluginProtocolInfo *info = PURPLE_PLUGIN_PROTOCOL_INFO (protocol ());
  if (info->get_cb_info)
    info->get_cb_info (connection (), purple_conv_chat_get_id (PURPLE_CONV_CHAT (window ())), who);
  else
    serv_get_info (connection (), who);
}

static void
look (void)
{
  PurpleConversation *shown = window ();
  const char *topic = purple_conv_chat_get_topic (PURPLE_CONV_CHAT (shown));
  host_tell ("window %s|%s|%s|%s", purple_conversation_get_name (shown), purple_conversation_get_title (shown),
             topic ? topic : "", purple_conv_chat_has_left (PURPLE_CONV_CHAT (shown)) ? "left" : "joined");
}

static void
choose_window (const char *title)
{
  for (GList *at = purple_get_chats (); at; at = at->next)
    if (strcmp (purple_conversation_get_title (at->data), title) == 0)
      {
        g_free (chosen);
        chosen = g_strdup (purple_conversation_get_name (at->data));
        return;
      }
  host_tell ("error no such window");
}

static gboolean
do_inside (const char *word, const char *rest)
{
  if (!strcmp (word, "say"))
    say (rest);
  else if (!strcmp (word, "markup"))
    purple_conv_chat_send (PURPLE_CONV_CHAT (window ()), rest);
  else if (!strcmp (word, "cmd"))
    command (rest);
  else if (!strcmp (word, "type"))
    type (rest);
  else if (!strcmp (word, "members"))
    list_members ();
  else if (!strcmp (word, "look"))
    look ();
  else if (!strcmp (word, "whois"))
    get_info (rest);
  else if (!strcmp (word, "im"))
    host_tell ("sent %d", serv_send_im (connection (), rest, "hello", (PurpleMessageFlags) 0));
  else if (!strcmp (word, "invite"))
    serv_chat_invite (connection (), purple_conv_chat_get_id (PURPLE_CONV_CHAT (window ())), "come", rest);
  else if (!strcmp (word, "close"))
    purple_conversation_destroy (window ());
  else
    return FALSE;
  return TRUE;
}

gboolean
host_person_do (PurpleAccount *of, const char *word, const char *rest)
{
  account = of;
  if (!strcmp (word, "quit"))
    return FALSE;
  if (!strcmp (word, "window"))
    choose_window (rest);
  else if (do_outside (word, rest))
    return TRUE;
  else if (!window ())
    host_tell ("error no window");
  else if (!do_inside (word, rest))
    host_tell ("error no such line");
  return TRUE;
}
