#include "config.h"

#include "purple-plugin/options.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "delivery/folder.h"
#include "delivery/mqtt.h"
#include "rules/limits.h"

#define DEFAULT_KEEP_DAYS 30
#define PORT_TLS 8883
#define PORT_PLAIN 1883

static void
add_choice (GList **list, const char *shown, const char *value)
{
  PurpleKeyValuePair *pair = g_new0 (PurpleKeyValuePair, 1);
  pair->key = g_strdup (shown);
  pair->value = g_strdup (value);
  *list = g_list_append (*list, pair);
}

static PurpleAccountOption *
secret_option (const char *shown, const char *name)
{
  PurpleAccountOption *option = purple_account_option_string_new (shown, name, "");
  purple_account_option_set_masked (option, TRUE);
  return option;
}

GList *
demls_options_list (void)
{
  GList *delivery = NULL, *presets = NULL, *options = NULL;
  add_choice (&delivery, _ ("Shared folder"), "folder");
  add_choice (&delivery, _ ("MQTT broker"), "mqtt");
  add_choice (&presets, _ ("chat (minutes to a day)"), "chat");
  add_choice (&presets, _ ("quick (seconds to minutes)"), "quick");
  add_choice (&presets, _ ("slow (hours to a week)"), "slow");
  PurpleAccountOption *const all[] = {
    purple_account_option_list_new (_ ("Delivery"), "delivery", delivery),
    purple_account_option_string_new (_ ("Folder (empty: one for this machine)"), "folder", ""),
    purple_account_option_int_new (_ ("Keep files for days (0: for ever)"), "keep_days", DEFAULT_KEEP_DAYS),
    purple_account_option_string_new (_ ("Broker host"), "broker_host", ""),
    purple_account_option_int_new (_ ("Broker port (0: the usual one)"), "broker_port", 0),
    purple_account_option_bool_new (_ ("Broker: encrypt (TLS)"), "broker_tls", TRUE),
    purple_account_option_string_new (_ ("Broker: file of trusted authorities (empty: the system's)"), "broker_ca", ""),
    purple_account_option_string_new (_ ("Broker user"), "broker_user", ""),
    secret_option (_ ("Broker password"), "broker_password"),
    purple_account_option_string_new (_ ("Broker topic prefix"), "broker_prefix", "demls"),
    purple_account_option_list_new (_ ("New groups"), "preset", presets),
    purple_account_option_bool_new (_ ("Ask me with a dialog when my vote is needed"), "ask_dialog", FALSE),
    purple_account_option_bool_new (_ ("Let libpurple log these chats, unencrypted"), "log_chats", FALSE),
    purple_account_option_int_new (_ ("Messages kept in each group (0 to 5000)"), "history", DEMLS_HISTORY_DEFAULT),
  };
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    options = g_list_append (options, all[i]);
  return options;
}

DemlsPreset
demls_options_preset (PurpleAccount *account)
{
  const char *name = purple_account_get_string (account, "preset", "chat");
  if (g_strcmp0 (name, "quick") == 0)
    return DEMLS_PRESET_QUICK;
  return g_strcmp0 (name, "slow") == 0 ? DEMLS_PRESET_SLOW : DEMLS_PRESET_CHAT;
}

gboolean
demls_options_asks (PurpleAccount *account)
{
  return purple_account_get_bool (account, "ask_dialog", FALSE);
}

gboolean
demls_options_logs (PurpleAccount *account)
{
  return purple_account_get_bool (account, "log_chats", FALSE);
}

guint
demls_options_history (PurpleAccount *account)
{
  return (guint) CLAMP (purple_account_get_int (account, "history", DEMLS_HISTORY_DEFAULT), 0, DEMLS_HISTORY_MAX);
}

DemlsService
demls_options_service (PurpleAccount *account)
{
  gboolean mqtt = g_strcmp0 (purple_account_get_string (account, "delivery", "folder"), "mqtt") == 0;
  return mqtt ? DEMLS_SERVICE_MQTT : DEMLS_SERVICE_FOLDER;
}

/* --- the delivery service ----------------------------------------------------------------------------------------*/

/* Without the blanks that come with copying; NULL for an option that was left empty. (transfer full) */
static char *
option (PurpleAccount *account, const char *name)
{
  const char *value = purple_account_get_string (account, name, "");
  char *tidy = g_strstrip (g_strdup (value ? value : ""));
  if (!*tidy)
    g_clear_pointer (&tidy, g_free);
  return tidy;
}

/* The folder that was chosen, "~" meant as people mean it. (transfer full) */
static char *
folder_of (PurpleAccount *account)
{
  char *chosen = option (account, "folder");
  if (!chosen)
    return g_build_filename (g_get_user_data_dir (), PACKAGE_NAME, "shared", NULL);
  if (chosen[0] != '~' || (chosen[1] && chosen[1] != G_DIR_SEPARATOR))
    return chosen;
  char *whole = g_build_filename (g_get_home_dir (), chosen + 1, NULL);
  g_free (chosen);
  return whole;
}

static guint
port_of (PurpleAccount *account)
{
  int chosen = purple_account_get_int (account, "broker_port", 0);
  gboolean tls = purple_account_get_bool (account, "broker_tls", TRUE);
  return chosen > 0 && chosen <= G_MAXUINT16 ? (guint) chosen : tls ? PORT_TLS : PORT_PLAIN;
}

static DemlsDelivery *
make_folder (PurpleAccount *account, Span app_id, GError **error)
{
  g_autofree char *path = folder_of (account);
  g_autofree char *chosen = option (account, "folder");
  if (!g_path_is_absolute (path))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
                   _ ("The folder \"%s\" must be given with its whole path (Advanced)."), path);
      return NULL;
    }
  DemlsFolderOptions options = { .path = path, .create = !chosen };
  options.keep_days = (guint) MAX (purple_account_get_int (account, "keep_days", DEFAULT_KEEP_DAYS), 0);
  memcpy (options.app_id, app_id.data, sizeof options.app_id);
  return demls_folder_new (&options);
}

static DemlsDelivery *
make_mqtt (PurpleAccount *account, Span app_id, GError **error)
{
  g_autofree char *host = option (account, "broker_host"), *ca_file = option (account, "broker_ca");
  g_autofree char *user = option (account, "broker_user"), *prefix = option (account, "broker_prefix");
  const char *password = purple_account_get_string (account, "broker_password", "");
  if (!host)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("Delivery by MQTT needs the name of a broker (Advanced)."));
      return NULL;
    }
  DemlsMqttOptions options = { .host = host, .port = port_of (account), .user = user, .prefix = prefix };
  options.plain = !purple_account_get_bool (account, "broker_tls", TRUE);
  options.ca_file = ca_file;
  options.password = password && *password ? password : NULL;
  memcpy (options.app_id, app_id.data, sizeof options.app_id);
  return demls_mqtt_new (&options);
}

DemlsDelivery *
demls_options_delivery (PurpleAccount *account, Span app_id, GError **error)
{
  return demls_options_service (account) == DEMLS_SERVICE_MQTT ? make_mqtt (account, app_id, error)
                                                               : make_folder (account, app_id, error);
}

char *
demls_options_link_name (PurpleAccount *account)
{
  if (demls_options_service (account) == DEMLS_SERVICE_FOLDER)
    return g_strdup ("folder");
  g_autofree char *host = option (account, "broker_host");
  return g_strdup_printf ("mqtt:%s:%u", host ? host : "", port_of (account));
}

char *
demls_options_place (PurpleAccount *account)
{
  if (demls_options_service (account) == DEMLS_SERVICE_FOLDER)
    return folder_of (account);
  g_autofree char *host = option (account, "broker_host");
  return g_strdup_printf ("%s:%u", host ? host : "", port_of (account));
}
