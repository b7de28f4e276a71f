#include "config.h"

#include "purple-plugin/plugin.h"

#include <glib/gi18n-lib.h>
#include <purple.h>

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

/* OTHER_ERROR is a fatal reason, so that clients do not try again every minute. */
static void
login (PurpleAccount *account)
{
  purple_connection_error_reason (purple_account_get_connection (account), PURPLE_CONNECTION_ERROR_OTHER_ERROR,
                                  _ ("This version has the encryption engine only and cannot log in yet."));
}

static void
close_connection (PurpleConnection *connection)
{
}

static PurplePluginProtocolInfo protocol_info = {
  .options = OPT_PROTO_NO_PASSWORD,
  .list_icon = list_icon,
  .status_types = status_types,
  .login = login,
  .close = close_connection,
  .struct_size = sizeof (PurplePluginProtocolInfo),
};

static PurplePluginInfo plugin_info = {
  .magic = PURPLE_PLUGIN_MAGIC,
  .major_version = PURPLE_MAJOR_VERSION,
  .minor_version = PURPLE_MINOR_VERSION,
  .type = PURPLE_PLUGIN_PROTOCOL,
  .priority = PURPLE_PRIORITY_DEFAULT,
  .id = DEMLS_PLUGIN_ID,
  .name = DEMLS_PLUGIN_NAME,
  .version = PACKAGE_VERSION,
  .extra_info = &protocol_info,
};

/* libpurple calls this while it looks through its folders, in every client: it may only describe the plugin. */
static void
init_plugin (PurplePlugin *plugin)
{
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  plugin_info.summary = _ ("Group chats that govern themselves");
  plugin_info.description = _ ("End-to-end encrypted group chats (MLS) whose members vote on who is in.");
}

PURPLE_INIT_PLUGIN (demls, init_plugin, plugin_info)
