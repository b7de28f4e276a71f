/* host-ui.c - the screen: everything that libpurple would show is written down, dialogs wait for the script.
 */
#include "host.h"

#include <string.h>

/* --- windows -----------------------------------------------------------------------------------------------------*/

static void
create_window (PurpleConversation *window)
{
  host_tell ("window open");
}

static void
destroy_window (PurpleConversation *window)
{
  host_tell ("window closed");
}

static void
write_conv (PurpleConversation *window, const char *name, const char *alias, const char *message,
            PurpleMessageFlags flags, time_t when)
{
  host_tell ("line %x %s|%s", (guint) flags, name ? name : "", message);
}

static void
add_users (PurpleConversation *window, GList *buddies, gboolean new_arrivals)
{
  host_tell ("users +%u%s", g_list_length (buddies), new_arrivals ? " announced" : "");
}

static void
rename_user (PurpleConversation *window, const char *old_name, const char *new_name, const char *new_alias)
{
  host_tell ("users renamed %s|%s", old_name, new_name);
}

static void
remove_users (PurpleConversation *window, GList *names)
{
  host_tell ("users -%u", g_list_length (names));
}

static void
update_user (PurpleConversation *window, const char *name)
{
  host_tell ("users changed %s", name);
}

static PurpleConversationUiOps conversation_ops = {
  .create_conversation = create_window,
  .destroy_conversation = destroy_window,
  .write_conv = write_conv,
  .chat_add_users = add_users,
  .chat_rename_user = rename_user,
  .chat_remove_users = remove_users,
  .chat_update_user = update_user,
};

static void
on_topic (PurpleConversation *window, const char *who, const char *topic, gpointer data)
{
  host_tell ("topic %s", topic ? topic : "");
}

static void
on_update (PurpleConversation *window, PurpleConvUpdateType what, gpointer data)
{
  if (what == PURPLE_CONV_UPDATE_TITLE)
    host_tell ("title %s", purple_conversation_get_title (window));
}

/* --- news --------------------------------------------------------------------------------------------------------*/

static void *
notify_message (PurpleNotifyMsgType type, const char *title, const char *primary, const char *secondary)
{
  host_tell ("notify %s|%s", primary ? primary : "", secondary ? secondary : "");
  return NULL;
}

static void *
notify_formatted (const char *title, const char *primary, const char *secondary, const char *text)
{
  host_tell ("notify %s|%s", primary ? primary : "", text ? text : "");
  return NULL;
}

static void *
notify_userinfo (PurpleConnection *connection, const char *who, PurpleNotifyUserInfo *info)
{
  g_autofree char *text = purple_notify_user_info_get_text_with_newline (info, "; ");
  host_tell ("info %s|%s", who, text);
  return NULL;
}

static PurpleNotifyUiOps notify_ops = {
  .notify_message = notify_message,
  .notify_formatted = notify_formatted,
  .notify_userinfo = notify_userinfo,
};

static void
add_room (PurpleRoomlist *list, PurpleRoomlistRoom *room)
{
  GString *out = g_string_new (purple_roomlist_room_get_name (room));
  GList *columns = purple_roomlist_get_fields (list);
  for (GList *at = purple_roomlist_room_get_fields (room); at && columns; at = at->next, columns = columns->next)
    if (((PurpleRoomlistField *) columns->data)->type == PURPLE_ROOMLIST_FIELD_INT)
      g_string_append_printf (out, "|%d", GPOINTER_TO_INT (at->data));
    else
      g_string_append_printf (out, "|%s", at->data ? (char *) at->data : "");
  host_tell ("room %s", out->str);
  g_string_free (out, TRUE);
}

static PurpleRoomlistUiOps roomlist_ops = { .add_room = add_room };

static void
ui_init (void)
{
  static int handle;
  purple_conversations_set_ui_ops (&conversation_ops);
  host_dialogs_set_up ();
  purple_notify_set_ui_ops (&notify_ops);
  purple_roomlist_set_ui_ops (&roomlist_ops);
  purple_signal_connect (purple_conversations_get_handle (), "chat-topic-changed", &handle, PURPLE_CALLBACK (on_topic),
                         NULL);
  purple_signal_connect (purple_conversations_get_handle (), "conversation-updated", &handle,
                         PURPLE_CALLBACK (on_update), NULL);
}

static PurpleCoreUiOps core_ops = { .ui_init = ui_init };

void
host_ui_set_up (void)
{
  purple_core_set_ui_ops (&core_ops);
}
