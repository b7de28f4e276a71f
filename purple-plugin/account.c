#include "config.h"

#include "purple-plugin/account.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "delivery/folder.h"
#include "delivery/mqtt.h"
#include "purple-plugin/chats.h"
#include "purple-plugin/plugin.h"
#include "store/sqlite-store.h"

#define SUITE 1
#define DEFAULT_KEEP_DAYS 30

/* --- options -----------------------------------------------------------------------------------------------------*/

static void
add_choice (GList **list, const char *shown, const char *value)
{
  PurpleKeyValuePair *pair = g_new0 (PurpleKeyValuePair, 1);
  pair->key = g_strdup (shown);
  pair->value = g_strdup (value);
  *list = g_list_append (*list, pair);
}

GList *
demls_account_options (void)
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
    purple_account_option_string_new (_ ("Broker user"), "broker_user", ""),
    purple_account_option_string_new (_ ("Broker password"), "broker_password", ""),
    purple_account_option_string_new (_ ("Broker topic prefix"), "broker_prefix", "demls"),
    purple_account_option_list_new (_ ("New groups"), "preset", presets),
    purple_account_option_bool_new (_ ("Let libpurple log these chats, unencrypted"), "log_chats", FALSE),
  };
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    options = g_list_append (options, all[i]);
  return options;
}

DemlsPreset
demls_account_preset (const DemlsAccount *self)
{
  const char *name = purple_account_get_string (self->connection->account, "preset", "chat");
  if (strcmp (name, "quick") == 0)
    return DEMLS_PRESET_QUICK;
  return strcmp (name, "slow") == 0 ? DEMLS_PRESET_SLOW : DEMLS_PRESET_CHAT;
}

/* --- the pump ----------------------------------------------------------------------------------------------------*/

DemlsNow
demls_account_now (void)
{
  return (DemlsNow){ .mono = g_get_monotonic_time (), .wall = g_get_real_time () / G_USEC_PER_SEC };
}

DemlsAccount *
demls_account_of (PurpleConnection *connection)
{
  DemlsAccount *self = connection ? connection->proto_data : NULL;
  return self && self->user ? self : NULL;
}

static gboolean
on_timer (gpointer data)
{
  DemlsAccount *self = data;
  self->timer = 0;
  demls_account_pump (self);
  return G_SOURCE_REMOVE;
}

static void
arm (DemlsAccount *self, gint64 delay_us)
{
  if (self->timer)
    purple_timeout_remove (self->timer);
  /* rounded up, so that it is never too early; a day at most, for machines that sleep */
  gint64 ms = CLAMP (delay_us / 1000 + 1, 1, 24 * 3600 * 1000);
  self->timer = purple_timeout_add ((guint) ms, on_timer, self);
}

static void
show_trouble (DemlsAccount *self, const DemlsUserEvent *event)
{
  if (event->kind == DEMLS_USER_EVENT_LINK && event->link == DEMLS_LINK_REFUSED)
    purple_connection_error_reason (self->connection, PURPLE_CONNECTION_ERROR_INVALID_SETTINGS,
                                    event->text ? event->text : _ ("The delivery service refuses this account."));
  else
    demls_chats_trouble (self, event);
}

void
demls_account_pump (DemlsAccount *self)
{
  demls_user_tick (self->user, demls_account_now ());
  g_autoptr (GPtrArray) events = demls_user_drain_events (self->user);
  for (guint i = 0; i < events->len; i++)
    {
      const DemlsUserEvent *event = events->pdata[i];
      if (event->kind == DEMLS_USER_EVENT_GROUP)
        demls_chats_show (self, event);
      else
        show_trouble (self, event);
    }
  demls_chats_refresh (self);
  gint64 next = demls_user_next_wakeup (self->user);
  arm (self, next == DEMLS_NEVER ? G_MAXINT64 / 2 : MAX (next - g_get_monotonic_time (), 0));
}

/* --- the delivery service's reports: any number of them, then one crank ------------------------------------------- */

static void
on_packet (gpointer data, const char *conversation, DemlsChannel channel, Span payload)
{
  DemlsAccount *self = data;
  g_autoptr (GError) error = NULL;
  if (!demls_user_receive (self->user, conversation, channel, payload, demls_account_now (), &error))
    purple_debug_misc ("demls", "packet dropped: %s\n", error ? error->message : "?");
  arm (self, 0);
}

static void
on_delivered (gpointer data, guint64 token)
{
  DemlsAccount *self = data;
  demls_user_delivered (self->user, token, demls_account_now ());
  arm (self, 0);
}

static void
on_refused (gpointer data, guint64 token, const GError *why)
{
  DemlsAccount *self = data;
  demls_user_refused (self->user, token, why, demls_account_now ());
  arm (self, 0);
}

static void
on_link (gpointer data, DemlsLink link, const char *problem)
{
  DemlsAccount *self = data;
  demls_user_link (self->user, link, problem, demls_account_now ());
  arm (self, 0);
}

static char *
folder_of (PurpleAccount *account)
{
  const char *chosen = purple_account_get_string (account, "folder", "");
  return *chosen ? g_strdup (chosen) : g_build_filename (g_get_user_data_dir (), PACKAGE_NAME, "shared", NULL);
}

static DemlsDelivery *
make_folder (DemlsAccount *self, PurpleAccount *account)
{
  g_autofree char *path = folder_of (account);
  DemlsFolderOptions options = { .path = path };
  options.create = !*purple_account_get_string (account, "folder", "");
  options.keep_days = (guint) MAX (purple_account_get_int (account, "keep_days", DEFAULT_KEEP_DAYS), 0);
  memcpy (options.app_id, demls_user_app_id (self->user).data, sizeof options.app_id);
  return demls_folder_new (&options);
}

/* NULL for an option that was left empty. */
static const char *
option (PurpleAccount *account, const char *name)
{
  const char *value = purple_account_get_string (account, name, "");
  return value && *value ? value : NULL;
}

static DemlsDelivery *
make_mqtt (DemlsAccount *self, PurpleAccount *account)
{
  DemlsMqttOptions options = { .host = option (account, "broker_host") };
  options.port = (guint) CLAMP (purple_account_get_int (account, "broker_port", 0), 0, G_MAXUINT16);
  options.plain = !purple_account_get_bool (account, "broker_tls", TRUE);
  options.user = option (account, "broker_user");
  options.password = option (account, "broker_password");
  options.prefix = option (account, "broker_prefix");
  memcpy (options.app_id, demls_user_app_id (self->user).data, sizeof options.app_id);
  return options.host ? demls_mqtt_new (&options) : NULL;
}

static gboolean
open_delivery (DemlsAccount *self)
{
  PurpleAccount *account = self->connection->account;
  gboolean mqtt = strcmp (purple_account_get_string (account, "delivery", "folder"), "mqtt") == 0;
  self->delivery = mqtt ? make_mqtt (self, account) : make_folder (self, account);
  if (!self->delivery)
    {
      purple_connection_error_reason (self->connection, PURPLE_CONNECTION_ERROR_INVALID_SETTINGS,
                                      _ ("Delivery by MQTT needs the name of a broker (Advanced)."));
      return FALSE;
    }
  self->sink = (DemlsDeliverySink){ self, on_packet, on_delivered, on_refused, on_link };
  demls_user_set_delivery (self->user, self->delivery);
  self->delivery->ops->open (self->delivery, &self->sink);
  return TRUE;
}

/* --- login -------------------------------------------------------------------------------------------------------*/

/* Lives until the thread is done, even if the account was closed meanwhile: then `account` is NULL. */
typedef struct {
  DemlsAccount *account;
  char *directory;
  char *passphrase;
} Login;

static void
login_free (gpointer data)
{
  Login *login = data;
  g_free (login->directory);
  if (login->passphrase)
    memset (login->passphrase, 0, strlen (login->passphrase));
  g_free (login->passphrase);
  g_free (login);
}

static void
close_store (gpointer store)
{
  ((DemlsStore *) store)->ops->close (store);
}

static void
open_store (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Login *login = data;
  GError *error = NULL;
  DemlsSqliteOptions options = { .directory = login->directory, .passphrase = login->passphrase };
  g_mkdir_with_parents (login->directory, 0700);
  DemlsStore *store = demls_sqlite_store_open (&options, &error);
  if (store)
    g_task_return_pointer (task, store, close_store);
  else
    g_task_return_error (task, error);
}

static void
refuse_store (PurpleConnection *connection, const GError *error)
{
  PurpleConnectionError reason = PURPLE_CONNECTION_ERROR_OTHER_ERROR;
  const char *text = _ ("The keys of this account cannot be read.");
  if (g_error_matches (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_PASSPHRASE))
    {
      reason = PURPLE_CONNECTION_ERROR_AUTHENTICATION_FAILED;
      text = _ ("This password does not open the keys of this account.");
    }
  else if (g_error_matches (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_BUSY))
    {
      reason = PURPLE_CONNECTION_ERROR_NETWORK_ERROR; /* clients try again after this one: it may be free by then */
      text = _ ("This account is already open in another program.");
    }
  g_autofree char *whole = g_strdup_printf ("%s (%s)", text, error->message);
  purple_connection_error_reason (connection, reason, whole);
}

static gboolean
make_user (DemlsAccount *self)
{
  g_autoptr (GError) error = NULL;
  const char *nick = purple_account_get_username (self->connection->account);
  self->suite = suite_new (SUITE);
  self->rng = rng_new_system ();
  self->user = demls_user_new (self->store, self->suite, self->rng, nick, demls_account_now (), &error);
  if (!self->user)
    refuse_store (self->connection, error);
  return self->user != NULL;
}

static void
on_store_open (GObject *source, GAsyncResult *result, gpointer data)
{
  Login *login = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  DemlsStore *store = g_task_propagate_pointer (G_TASK (result), &error);
  DemlsAccount *self = login->account;
  if (!self) /* closed meanwhile */
    {
      if (store)
        close_store (store);
      return;
    }
  self->login = NULL;
  self->store = store;
  if (!store)
    {
      refuse_store (self->connection, error);
      return;
    }
  if (!make_user (self) || !open_delivery (self))
    return;
  purple_connection_set_state (self->connection, PURPLE_CONNECTED);
  demls_chats_restore (self);
  demls_account_pump (self);
}

void
demls_account_login (PurpleAccount *account)
{
  PurpleConnection *connection = purple_account_get_connection (account);
  DemlsAccount *self = g_new0 (DemlsAccount, 1);
  self->connection = connection;
  self->chats = g_ptr_array_new_with_free_func (demls_chat_free);
  connection->proto_data = self;
  guint flags = PURPLE_CONNECTION_NO_BGCOLOR | PURPLE_CONNECTION_NO_FONTSIZE | PURPLE_CONNECTION_NO_URLDESC
                | PURPLE_CONNECTION_NO_IMAGES;
  connection->flags = (PurpleConnectionFlags) (connection->flags | flags);
  const char *password = purple_account_get_password (account);
  Login *login = g_new0 (Login, 1);
  login->account = self;
  login->directory = g_build_filename (purple_user_dir (), DEMLS_PLUGIN_WORD,
                                       purple_escape_filename (purple_account_get_username (account)), NULL);
  login->passphrase = password && *password ? g_strdup (password) : NULL;
  self->login = login;
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_store_open, NULL);
  g_task_set_task_data (task, login, login_free);
  g_task_run_in_thread (task, open_store);
}

/* In the opposite order of login; whatever it did not reach is NULL. */
void
demls_account_close (PurpleConnection *connection)
{
  DemlsAccount *self = connection->proto_data;
  if (!self)
    return;
  connection->proto_data = NULL;
  if (self->login)
    ((Login *) self->login)->account = NULL;
  if (self->timer)
    purple_timeout_remove (self->timer);
  if (self->user)
    {
      demls_user_tick (self->user, demls_account_now ());
      demls_user_set_delivery (self->user, NULL);
    }
  if (self->delivery)
    self->delivery->ops->close (self->delivery);
  g_ptr_array_unref (self->chats);
  g_clear_pointer (&self->user, demls_user_free);
  g_clear_pointer (&self->rng, rng_free);
  g_clear_pointer (&self->suite, suite_unref);
  g_clear_pointer (&self->store, close_store);
  g_free (self);
}
