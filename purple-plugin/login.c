#include "config.h"

#include "purple-plugin/login.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "crypto/secret.h"
#include "purple-plugin/account.h"
#include "purple-plugin/background.h"
#include "purple-plugin/chats.h"
#include "purple-plugin/dialogs.h"
#include "purple-plugin/groups.h"
#include "purple-plugin/plugin.h"
#include "purple-plugin/roster.h"
#include "purple-plugin/vote-dialog.h"
#include "purple-plugin/watch.h"
#include "store/sqlite-store.h"

#define SUITE 1

/* A login that was given up a moment ago may hold the store still; somebody else's program will not let go soon. */
#define BUSY_TRIES 20
#define BUSY_PAUSE (100 * G_TIME_SPAN_MILLISECOND)

typedef struct {
  DemlsErrand errand;
  char *directory;
  char *passphrase; /* NULL: none */
  DemlsStore *store;
  GError *error;
  gboolean needless; /* the passphrase does not fit because there is none */
} Login;

static void
close_store (DemlsStore *store)
{
  store->ops->close (store);
}

static void
login_free (gpointer data)
{
  Login *login = data;
  g_free (login->directory);
  if (login->passphrase)
    secret_wipe (login->passphrase, strlen (login->passphrase));
  g_free (login->passphrase);
  g_clear_pointer (&login->store, close_store);
  g_clear_error (&login->error);
  g_free (login);
}

static void
open_store (gpointer data)
{
  Login *login = data;
  DemlsSqliteOptions options = { .directory = login->directory, .passphrase = login->passphrase };
  g_mkdir_with_parents (login->directory, 0700);
  for (guint i = 0; i < BUSY_TRIES && !login->store; i++)
    {
      if (i > 0)
        g_usleep (BUSY_PAUSE);
      g_clear_error (&login->error);
      login->store = demls_sqlite_store_open (&options, &login->error);
      if (!g_error_matches (login->error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_BUSY))
        break;
    }
  if (login->store || !login->passphrase
      || !g_error_matches (login->error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_PASSPHRASE))
    return;
  options.passphrase = NULL;
  DemlsStore *plain = demls_sqlite_store_open (&options, NULL);
  login->needless = plain != NULL;
  g_clear_pointer (&plain, close_store);
}

static void
refuse_store (PurpleConnection *connection, const GError *error, gboolean needless)
{
  PurpleConnectionError reason = PURPLE_CONNECTION_ERROR_OTHER_ERROR;
  const char *text = _ ("The keys of this account cannot be read.");
  if (needless)
    {
      reason = PURPLE_CONNECTION_ERROR_AUTHENTICATION_FAILED;
      text = _ ("The keys of this account have no passphrase yet. Log in without a password, then choose \"Change "
                "passphrase...\" among the actions of the account.");
    }
  else if (g_error_matches (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_PASSPHRASE))
    {
      reason = PURPLE_CONNECTION_ERROR_AUTHENTICATION_FAILED;
      text = _ ("This password does not open the keys of this account.");
    }
  else if (g_error_matches (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_BUSY))
    {
      reason = PURPLE_CONNECTION_ERROR_NETWORK_ERROR; /* clients try again after this one: it may be free by then */
      text = _ ("This account is already open in another program.");
    }
  /* or the same one would be tried again */
  if (reason == PURPLE_CONNECTION_ERROR_AUTHENTICATION_FAILED
      && !purple_account_get_remember_password (connection->account))
    purple_account_set_password (connection->account, NULL);
  g_autofree char *whole = g_strdup_printf ("%s (%s)", text, error->message);
  purple_connection_error_reason (connection, reason, whole);
}

static gboolean
make_user (DemlsAccount *self)
{
  g_autoptr (GError) error = NULL;
  PurpleAccount *account = self->connection->account;
  const char *nick = purple_account_get_username (account);
  self->suite = suite_new (SUITE);
  self->rng = rng_new_system ();
  self->user = demls_user_new (self->store, self->suite, self->rng, nick, demls_account_now (), &error);
  if (!self->user)
    {
      refuse_store (self->connection, error, FALSE);
      return FALSE;
    }
  guint history = demls_options_history (account);
  if (history != demls_user_history_limit (self->user))
    demls_user_set_history_limit (self->user, history, demls_account_now (), NULL);
  return TRUE;
}

/* Said once, at the first login without a passphrase. */
static void
tell_about_keys (PurpleConnection *connection)
{
  PurpleAccount *account = connection->account;
  if (purple_account_get_bool (account, "told_keys", FALSE))
    return;
  purple_account_set_bool (account, "told_keys", TRUE);
  demls_dialogs_tell (
      connection, _ ("The keys of this account are not protected by a passphrase."),
      _ ("Everybody who can read your files can read them. \"Change passphrase...\" among the actions of "
         "the account protects them. This is said only once."));
}

static void start_login (PurpleConnection *connection, const char *password);

static void
refuse_without_password (PurpleConnection *connection)
{
  purple_connection_error_reason (connection, PURPLE_CONNECTION_ERROR_AUTHENTICATION_FAILED,
                                  _ ("The keys of this account can only be read with its password."));
}

static void
on_password (gpointer data, PurpleRequestFields *fields)
{
  PurpleConnection *connection = data;
  if (!PURPLE_CONNECTION_IS_VALID (connection) || !connection->proto_data)
    return;
  PurpleAccount *account = connection->account;
  const char *password = purple_request_fields_get_string (fields, "password");
  if (!password || !*password)
    {
      refuse_without_password (connection);
      return;
    }
  purple_account_set_remember_password (account, purple_request_fields_get_bool (fields, "remember"));
  purple_account_set_password (account, password);
  start_login (connection, password);
}

static void
on_no_password (gpointer data, PurpleRequestFields *fields)
{
  PurpleConnection *connection = data;
  if (PURPLE_CONNECTION_IS_VALID (connection) && connection->proto_data)
    refuse_without_password (connection);
}

static void
take_store (DemlsAccount *self, Login *login)
{
  PurpleConnection *connection = self->connection;
  if (!login->store && !login->passphrase
      && g_error_matches (login->error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_PASSPHRASE))
    {
      purple_account_request_password (connection->account, G_CALLBACK (on_password), G_CALLBACK (on_no_password),
                                       connection);
      return;
    }
  if (!login->store)
    {
      refuse_store (connection, login->error, login->needless);
      return;
    }
  self->store = g_steal_pointer (&login->store);
  if (!make_user (self) || !demls_account_open_delivery (self))
    return;
  demls_groups_restore (self); /* before clients join their chats by themselves, so that these know what was shown */
  purple_connection_set_state (connection, PURPLE_CONNECTED);
  demls_account_pump (self);
  if (!login->passphrase)
    tell_about_keys (connection);
}

static void
on_store_open (gpointer data)
{
  Login *login = data;
  DemlsAccount *self = login->errand.account;
  if (!self) /* closed meanwhile */
    return;
  self->login = NULL;
  take_store (self, login);
}

char *
demls_login_directory (PurpleAccount *account)
{
  const char *name = purple_escape_filename (purple_account_get_username (account));
  return g_build_filename (purple_user_dir (), DEMLS_PLUGIN_WORD, name, NULL);
}

static void
start_login (PurpleConnection *connection, const char *password)
{
  DemlsAccount *self = connection->proto_data;
  Login *login = g_new0 (Login, 1);
  login->errand.account = self;
  login->directory = demls_login_directory (connection->account);
  login->passphrase = password && *password ? g_strdup (password) : NULL;
  self->login = &login->errand;
  demls_background_run (open_store, on_store_open, login, login_free);
}

void
demls_login (PurpleAccount *account)
{
  PurpleConnection *connection = purple_account_get_connection (account);
  DemlsAccount *self = g_new0 (DemlsAccount, 1);
  self->connection = connection;
  self->chats = g_ptr_array_new_with_free_func (demls_chat_free);
  self->dialog = demls_vote_dialog_new ();
  self->watch = demls_watch_new (demls_account_now ());
  connection->proto_data = self;
  demls_roster_hush (self);
  guint flags = PURPLE_CONNECTION_NO_BGCOLOR | PURPLE_CONNECTION_NO_FONTSIZE | PURPLE_CONNECTION_NO_URLDESC
                | PURPLE_CONNECTION_NO_IMAGES;
  connection->flags = (PurpleConnectionFlags) (connection->flags | flags);
  start_login (connection, purple_account_get_password (account));
}

/* In the opposite order of login; whatever it did not reach is NULL. */
void
demls_logout (PurpleConnection *connection)
{
  DemlsAccount *self = connection->proto_data;
  if (!self)
    return;
  connection->proto_data = NULL;
  if (self->login)
    self->login->account = NULL;
  if (self->keys)
    self->keys->account = NULL;
  if (self->timer)
    purple_timeout_remove (self->timer);
  purple_signals_disconnect_by_handle (self);
  demls_vote_dialog_free (self->dialog);
  demls_watch_free (self->watch);
  purple_request_close_with_handle (connection->account); /* the question for the password */
  if (self->user)
    demls_account_close_delivery (self);
  g_ptr_array_unref (self->chats);
  g_clear_pointer (&self->room_list, purple_roomlist_unref);
  g_clear_pointer (&self->user, demls_user_free);
  g_clear_pointer (&self->rng, rng_free);
  g_clear_pointer (&self->suite, suite_unref);
  g_clear_pointer (&self->store, close_store);
  g_free (self);
}
