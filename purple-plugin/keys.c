#include "config.h"

#include "purple-plugin/keys.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "crypto/secret.h"
#include "purple-plugin/account.h"
#include "purple-plugin/background.h"
#include "purple-plugin/dialogs.h"
#include "purple-plugin/errors.h"
#include "purple-plugin/wrap.h"
#include "session/error.h"
#include "store/sqlite-store.h"
#include "user/identity.h"

typedef struct {
  DemlsErrand errand;
  char *path; /* of the identity's file */
  char *passphrase;
  GPtrArray *rows;    /* of the identity */
  DemlsNewLock *lock; /* of a new passphrase */
  GError *error;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;
  g_free (job->path);
  if (job->passphrase)
    secret_wipe (job->passphrase, strlen (job->passphrase));
  g_free (job->passphrase);
  g_clear_pointer (&job->rows, g_ptr_array_unref);
  demls_new_lock_free (job->lock);
  g_clear_error (&job->error);
  g_free (job);
}

static void
complain (PurpleConnection *connection, const char *what, const char *why)
{
  demls_dialogs_complain (connection, what, why);
}

static void
complain_of (PurpleConnection *connection, const char *what, const GError *error)
{
  g_autofree char *why = demls_error_text (error);
  complain (connection, what, why);
}

/* The account, if it is logged in and no other of these jobs is under way. */
static DemlsAccount *
account_at_rest (PurpleConnection *connection)
{
  DemlsAccount *account = demls_account_of (connection);
  if (account && account->keys)
    complain (connection, _ ("The keys are busy."), _ ("Wait until what was begun is done."));
  return account && !account->keys ? account : NULL;
}

static void
run (DemlsAccount *account, Job *job, DemlsWork work, DemlsWork done)
{
  job->errand.account = account;
  account->keys = &job->errand;
  demls_background_run (work, done, job, job_free);
}

/* The account that a job was for, which is at rest again; NULL if it was closed meanwhile. */
static DemlsAccount *
come_back (Job *job)
{
  DemlsAccount *account = job->errand.account;
  if (account)
    account->keys = NULL;
  return account;
}

/* --- dialogs -----------------------------------------------------------------------------------------------------*/

static void
add_text (PurpleRequestFields *fields, const char *id, const char *label, const char *value, gboolean secret)
{
  GList *groups = purple_request_fields_get_groups (fields);
  PurpleRequestFieldGroup *group = groups ? groups->data : NULL;
  if (!group)
    {
      group = purple_request_field_group_new (NULL);
      purple_request_fields_add_group (fields, group);
    }
  PurpleRequestField *field = purple_request_field_string_new (id, label, value, FALSE);
  purple_request_field_string_set_masked (field, secret);
  purple_request_field_group_add_field (group, field);
}

static const char *
text_of (PurpleRequestFields *fields, const char *id)
{
  const char *text = purple_request_fields_get_string (fields, id);
  return text ? text : "";
}

static void
ask (PurpleConnection *connection, PurpleRequestFields *fields, const char *title, const char *secondary,
     const char *button, PurpleRequestFieldsCb done)
{
  g_autofree char *text = demls_wrap (secondary, DEMLS_WRAP_COLUMNS);
  purple_request_fields (connection, title, title, text, fields, button, G_CALLBACK (done), _ ("Cancel"), NULL,
                         connection->account, NULL, NULL, connection);
}

static gboolean
is_typed_twice (PurpleConnection *connection, PurpleRequestFields *fields, const char *what)
{
  if (strcmp (text_of (fields, "passphrase"), text_of (fields, "again")) == 0)
    return TRUE;
  complain (connection, what, _ ("The two passphrases are not the same."));
  return FALSE;
}

/* Where a file is meant to be, "~" meant as people mean it; NULL if that cannot be told. (transfer full) */
static char *
path_of (PurpleRequestFields *fields)
{
  g_autofree char *typed = g_strstrip (g_strdup (text_of (fields, "file")));
  if (g_path_is_absolute (typed))
    return g_steal_pointer (&typed);
  if (g_str_has_prefix (typed, "~" G_DIR_SEPARATOR_S))
    return g_build_filename (g_get_home_dir (), typed + 2, NULL);
  return NULL;
}

static char *
usual_path (PurpleConnection *connection)
{
  const char *name = purple_escape_filename (purple_account_get_username (connection->account));
  g_autofree char *file = g_strconcat (name, ".demls-identity", NULL);
  return g_build_filename (g_get_home_dir (), file, NULL);
}

/* --- the passphrase ----------------------------------------------------------------------------------------------*/

static void
make_lock (gpointer data)
{
  Job *job = data;
  job->lock = demls_new_lock_make (job->passphrase, (PasswordCost){ 0 }, &job->error);
}

static void
set_lock (gpointer data)
{
  Job *job = data;
  DemlsAccount *account = come_back (job);
  if (!account)
    return;
  PurpleConnection *connection = account->connection;
  if (!job->lock || !demls_sqlite_store_set_lock (account->store, job->lock, &job->error))
    {
      complain_of (connection, _ ("The passphrase was not changed."), job->error);
      return;
    }
  purple_account_set_password (connection->account, job->passphrase);
  demls_dialogs_tell (connection, _ ("The passphrase was changed."),
                      job->passphrase ? _ ("The keys of this account can only be read with it. It cannot be recovered.")
                                      : _ ("The keys of this account are not protected any more."));
}

static void
on_passphrase (gpointer data, PurpleRequestFields *fields)
{
  PurpleConnection *connection = data;
  DemlsAccount *account = account_at_rest (connection);
  if (!account || !is_typed_twice (connection, fields, _ ("The passphrase was not changed.")))
    return;
  const char *passphrase = text_of (fields, "passphrase");
  Job *job = g_new0 (Job, 1);
  job->passphrase = *passphrase ? g_strdup (passphrase) : NULL;
  run (account, job, make_lock, set_lock);
}

void
demls_keys_change_passphrase (PurplePluginAction *action)
{
  PurpleRequestFields *fields = purple_request_fields_new ();
  add_text (fields, "passphrase", _ ("New passphrase"), NULL, TRUE);
  add_text (fields, "again", _ ("The same again"), NULL, TRUE);
  ask (action->context, fields, _ ("Change passphrase"),
       _ ("It protects the keys of this account on this machine, and is asked for at login unless the password is "
          "saved. Nothing: no protection."),
       _ ("Change"), on_passphrase);
}

/* --- export ------------------------------------------------------------------------------------------------------*/

static void
write_identity (gpointer data)
{
  Job *job = data;
  demls_identity_file_write (job->path, job->rows, job->passphrase, (PasswordCost){ 0 }, &job->error);
}

static void
tell_written (gpointer data)
{
  Job *job = data;
  DemlsAccount *account = come_back (job);
  if (!account)
    return;
  if (job->error)
    complain_of (account->connection, _ ("The identity was not exported."), job->error);
  else
    demls_dialogs_tell (account->connection, _ ("The identity was exported."), job->path);
}

static void
on_export (gpointer data, PurpleRequestFields *fields)
{
  PurpleConnection *connection = data;
  const char *what = _ ("The identity was not exported."), *passphrase = text_of (fields, "passphrase");
  DemlsAccount *account = account_at_rest (connection);
  g_autofree char *path = path_of (fields);
  g_autoptr (GError) error = NULL;
  if (!account || !is_typed_twice (connection, fields, what))
    return;
  if (!path || g_file_test (path, G_FILE_TEST_EXISTS))
    {
      complain (connection, what, path ? _ ("There is such a file already.") : _ ("The file needs its whole path."));
      return;
    }
  if (!*passphrase)
    {
      complain (connection, what, _ ("It needs a passphrase: who can open the file can pass for you."));
      return;
    }
  Job *job = g_new0 (Job, 1);
  job->path = g_steal_pointer (&path);
  job->passphrase = g_strdup (passphrase);
  job->rows = demls_sqlite_store_identity (account->store, &error);
  if (job->rows)
    {
      run (account, job, write_identity, tell_written);
      return;
    }
  complain_of (connection, what, error);
  job_free (job);
}

void
demls_keys_export (PurplePluginAction *action)
{
  g_autofree char *path = usual_path (action->context);
  PurpleRequestFields *fields = purple_request_fields_new ();
  add_text (fields, "file", _ ("File"), path, FALSE);
  add_text (fields, "passphrase", _ ("Passphrase for the file"), NULL, TRUE);
  add_text (fields, "again", _ ("The same again"), NULL, TRUE);
  ask (action->context, fields, _ ("Export identity"),
       _ ("Your key, and whom you have verified. Groups are not taken along. Never use an identity on two machines at "
          "a time."),
       _ ("Export"), on_export);
}

/* --- import ------------------------------------------------------------------------------------------------------*/

static void
read_identity (gpointer data)
{
  Job *job = data;
  job->rows = demls_identity_file_read (job->path, job->passphrase, &job->error);
}

/* The instance is another one here, and what belongs to another delivery service stays behind. FALSE: no identity. */
static gboolean
adapt (GPtrArray *rows, Suite *suite, Rng *rng)
{
  gboolean found = FALSE;
  for (guint i = rows->len; i-- > 0;)
    {
      DemlsChange *row = rows->pdata[i];
      if (strcmp (row->key, "cursor") == 0 || g_str_has_prefix (row->key, "room/"))
        {
          g_ptr_array_remove_index (rows, i);
          continue;
        }
      if (strcmp (row->key, "identity") != 0)
        continue;
      g_autoptr (DemlsIdentity) identity = demls_identity_load (suite, span_bytes (row->value));
      if (!identity)
        return FALSE;
      rng_fill (rng, identity->app_id, sizeof identity->app_id);
      g_bytes_unref (row->value);
      row->value = demls_identity_save (identity, suite);
      found = TRUE;
    }
  return found;
}

static void
log_in_again (PurpleAccount *account)
{
  g_autofree char *password = g_strdup (purple_account_get_password (account));
  purple_account_disconnect (account);
  purple_account_set_password (account, password);
  purple_account_connect (account);
  if (password)
    secret_wipe (password, strlen (password));
}

static gboolean
is_in_groups (PurpleConnection *connection, const DemlsAccount *account)
{
  g_autoptr (GPtrArray) groups = demls_user_groups (account->user);
  if (groups->len == 0)
    return FALSE;
  complain (connection, _ ("The identity was not imported."),
            _ ("This account is in groups with the identity that it has. Import into a new account, or leave them "
               "first."));
  return TRUE;
}

static void
take_identity (gpointer data)
{
  Job *job = data;
  DemlsAccount *account = come_back (job);
  if (!account || (job->rows && is_in_groups (account->connection, account)))
    return;
  PurpleAccount *purple = account->connection->account;
  if (job->rows && !adapt (job->rows, account->suite, account->rng))
    g_set_error_literal (&job->error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_DAMAGED, "it holds no identity");
  if (job->error || !demls_sqlite_store_set_identity (account->store, job->rows, &job->error))
    {
      complain_of (account->connection, _ ("The identity was not imported."), job->error);
      return;
    }
  log_in_again (purple);
  demls_dialogs_tell (purple, _ ("The identity was imported."), _ ("\"My fingerprint\" shows whose it is."));
}

static void
on_import (gpointer data, PurpleRequestFields *fields)
{
  PurpleConnection *connection = data;
  DemlsAccount *account = account_at_rest (connection);
  g_autofree char *path = path_of (fields);
  if (!account || is_in_groups (connection, account))
    return;
  if (!path)
    {
      complain (connection, _ ("The identity was not imported."), _ ("The file needs its whole path."));
      return;
    }
  Job *job = g_new0 (Job, 1);
  job->path = g_steal_pointer (&path);
  job->passphrase = g_strdup (text_of (fields, "passphrase"));
  run (account, job, read_identity, take_identity);
}

void
demls_keys_import (PurplePluginAction *action)
{
  PurpleConnection *connection = action->context;
  DemlsAccount *account = demls_account_of (connection);
  if (!account || is_in_groups (connection, account))
    return;
  g_autofree char *path = usual_path (connection);
  PurpleRequestFields *fields = purple_request_fields_new ();
  add_text (fields, "file", _ ("File"), path, FALSE);
  add_text (fields, "passphrase", _ ("Passphrase of the file"), NULL, TRUE);
  ask (connection, fields, _ ("Import identity"),
       _ ("It takes the place of the identity that this account has, which is gone then. Never use an identity on two "
          "machines at a time."),
       _ ("Import"), on_import);
}
