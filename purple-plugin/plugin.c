#include "config.h"

#include "purple-plugin/plugin.h"

#include <glib/gi18n-lib.h>
#include <purple.h>

#include "purple-plugin/act.h"
#include "purple-plugin/background.h"
#include "purple-plugin/dialogs.h"
#include "purple-plugin/groups.h"
#include "purple-plugin/login.h"
#include "purple-plugin/options.h"
#include "purple-plugin/profile.h"
#include "purple-plugin/room-list.h"
#include "purple-plugin/talk.h"

static const char *
list_icon (PurpleAccount *account, PurpleBuddy *buddy)
{
  return DEMLS_PLUGIN_WORD;
}

static GList *
status_types (PurpleAccount *account)
{
  GList *types = g_list_append (NULL, purple_status_type_new (PURPLE_STATUS_AVAILABLE, NULL, NULL, TRUE));
  return g_list_append (types, purple_status_type_new (PURPLE_STATUS_OFFLINE, NULL, NULL, TRUE));
}

/* Closing a window leaves nothing (DESIGN X6). */
static void
chat_leave (PurpleConnection *connection, int number)
{
}

static PurplePluginProtocolInfo protocol_info = {
  .options = (PurpleProtocolOptions) (OPT_PROTO_UNIQUE_CHATNAME | OPT_PROTO_CHAT_TOPIC | OPT_PROTO_PASSWORD_OPTIONAL
                                      | OPT_PROTO_SLASH_COMMANDS_NATIVE),
  .list_icon = list_icon,
  .status_types = status_types,
  .chat_info = demls_groups_info,
  .chat_info_defaults = demls_groups_info_defaults,
  .login = demls_login,
  .close = demls_logout,
  .send_im = demls_talk_send_private,
  .get_info = demls_profile_of_name,
  .join_chat = demls_groups_join,
  .get_chat_name = demls_groups_name,
  .chat_invite = demls_talk_invite,
  .chat_leave = chat_leave,
  .chat_send = demls_talk_send,
  .get_cb_info = demls_profile_of_row,
  .roomlist_get_list = demls_room_list_get,
  .roomlist_cancel = demls_room_list_cancel,
  .can_receive_file = demls_talk_takes_file,
  .send_file = demls_talk_send_file,
  .roomlist_room_serialize = demls_room_list_serialize,
  .struct_size = sizeof (PurplePluginProtocolInfo),
  .chat_can_receive_file = demls_talk_chat_takes_file,
  .chat_send_file = demls_talk_chat_send_file,
};

static gboolean
load (PurplePlugin *plugin)
{
  demls_act_register ();
  return TRUE;
}

static gboolean
unload (PurplePlugin *plugin)
{
  demls_act_unregister ();
  demls_background_finish ();
  return TRUE;
}

static PurplePluginInfo plugin_info = {
  .magic = PURPLE_PLUGIN_MAGIC,
  .major_version = PURPLE_MAJOR_VERSION,
  .minor_version = PURPLE_MINOR_VERSION,
  .type = PURPLE_PLUGIN_PROTOCOL,
  .priority = PURPLE_PRIORITY_DEFAULT,
  .id = DEMLS_PLUGIN_ID,
  .name = DEMLS_PLUGIN_NAME,
  .version = PACKAGE_VERSION,
  .load = load,
  .unload = unload,
  .extra_info = &protocol_info,
  .actions = demls_dialogs_actions,
};

/* "make install-home" puts the translations beside the plugin, "make install" where all others are. (transfer full) */
static char *
locale_folder (const PurplePlugin *plugin)
{
  g_autofree char *folder = g_path_get_dirname (plugin->path ? plugin->path : "");
  g_autofree char *beside = g_build_filename (folder, "locale", NULL);
  return g_file_test (beside, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&beside) : g_strdup (LOCALEDIR);
}

/* libpurple calls this while it looks through its folders, in every client: it may only describe the plugin. */
static void
init_plugin (PurplePlugin *plugin)
{
  g_autofree char *translations = locale_folder (plugin);
  bindtextdomain (GETTEXT_PACKAGE, translations);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  plugin_info.summary = _ ("Group chats that govern themselves");
  plugin_info.description = _ ("End-to-end encrypted group chats (MLS) whose members vote on who is in.");
  protocol_info.protocol_options = demls_options_list ();
}

PURPLE_INIT_PLUGIN (demls, init_plugin, plugin_info)
