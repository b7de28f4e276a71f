#include "store/sqlite-store.h"

#include <unistd.h>

#include "store/files.h"
#include "store/schema.h"
#include "store/sqlite-private.h"

gboolean
demls_sqlite_damaged (const char *what, const char *where, GError **error)
{
  g_set_error (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_DAMAGED, "the store is damaged: %s \"%s\"", what, where);
  return FALSE;
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

/* The row under the cursor, counted in `seen`; NULL if it is damaged. */
static DemlsChange *
read_row (DemlsSqliteStore *self, sqlite3_stmt *rows, const char *scope, DemlsManifest *seen)
{
  Span stored;
  const char *key = demls_database_text (rows, 0);
  if (!key || !demls_database_span (rows, 1, &stored))
    return NULL;
  const DemlsPlace place = { DEMLS_SEALED_ROW, scope, key };
  g_autoptr (GBytes) value = demls_sealer_open (self->sealer, &place, stored);
  if (!value)
    return NULL;
  guint8 hash[DEMLS_MANIFEST_HASH];
  demls_sealer_hash (self->sealer, &place, stored, hash);
  demls_manifest_add (seen, hash);
  return demls_change_new (scope, key, value);
}

static gboolean
read_rows (DemlsSqliteStore *self, const char *name, const DemlsScope *scope, GPtrArray *out, GError **error)
{
  DemlsManifest seen = { .count = 0 };
  sqlite3_stmt *rows = demls_database_statement (&self->database, DEMLS_SQL_ROWS, error);
  if (!rows)
    return FALSE;
  sqlite3_bind_int64 (rows, 1, scope->id);
  int more;
  while ((more = demls_database_step (&self->database, rows, error)) > 0)
    {
      DemlsChange *row = read_row (self, rows, name, &seen);
      if (!row)
        {
          demls_database_finish (rows);
          return demls_sqlite_damaged ("a row does not open in", name, error);
        }
      g_ptr_array_add (out, row);
    }
  if (more == 0 && !demls_manifest_equal (&seen, &scope->rows))
    return demls_sqlite_damaged ("rows are missing or not the last ones in", name, error);
  return more == 0;
}

GPtrArray *
demls_sqlite_load (DemlsSqliteStore *self, const char *scope, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_change_free);
  const DemlsScope *known = g_hash_table_lookup (self->scopes, scope);
  if (known && !read_rows (self, scope, known, rows, error))
    return NULL;
  return g_steal_pointer (&rows);
}

static GPtrArray *
store_load (DemlsStore *store, const char *scope, GError **error)
{
  return demls_sqlite_load ((DemlsSqliteStore *) store, scope, error);
}

static int
by_text (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
store_scopes (DemlsStore *store, G_GNUC_UNUSED GError **error)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer name;
  g_hash_table_iter_init (&iter, ((DemlsSqliteStore *) store)->scopes);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, by_text);
  return names;
}

/* --- opening ----------------------------------------------------------------------------------------------------- */

static void
store_close (DemlsStore *store)
{
  DemlsSqliteStore *self = (DemlsSqliteStore *) store;
  demls_database_clear (&self->database); /* SQLite moves the log into the database and removes it */
  g_clear_pointer (&self->sealer, demls_sealer_free);
  g_clear_pointer (&self->scopes, g_hash_table_unref);
  if (self->lock >= 0)
    close (self->lock);
  g_free (self);
}

static const DemlsStoreOps sqlite_ops = {
  .scopes = store_scopes,
  .load = store_load,
  .commit = demls_sqlite_commit,
  .close = store_close,
};

static GBytes *
read_meta (DemlsSqliteStore *self, const char *name, GError **error)
{
  sqlite3_stmt *meta = demls_database_statement (&self->database, DEMLS_SQL_META, error);
  if (!meta)
    return NULL;
  demls_database_bind_text (meta, 1, name);
  int found = demls_database_step (&self->database, meta, error);
  if (found < 0)
    return NULL;
  Span value;
  GBytes *bytes = found && demls_database_span (meta, 0, &value) ? secret_bytes_new (value) : NULL;
  if (found)
    demls_database_finish (meta);
  if (!bytes)
    demls_sqlite_damaged ("it has no", name, error);
  return bytes;
}

static gboolean
open_manifest (DemlsSealer *sealer, const DemlsPlace *place, Span stored, DemlsManifest *out)
{
  g_autoptr (GBytes) bytes = demls_sealer_open (sealer, place, stored);
  return bytes && demls_manifest_read (out, span_bytes (bytes));
}

static gboolean
read_scope (DemlsSqliteStore *self, sqlite3_stmt *scopes, DemlsManifest *seen)
{
  const char *name = demls_database_text (scopes, 1);
  const DemlsPlace place = { DEMLS_SEALED_MANIFEST, name, "" };
  g_autofree DemlsScope *scope = g_new0 (DemlsScope, 1);
  Span stored;
  if (!name || !demls_database_span (scopes, 2, &stored) || !open_manifest (self->sealer, &place, stored, &scope->rows))
    return FALSE;
  scope->id = sqlite3_column_int64 (scopes, 0);
  demls_sealer_hash (self->sealer, &place, stored, scope->hash);
  demls_manifest_add (seen, scope->hash);
  g_hash_table_replace (self->scopes, g_strdup (name), g_steal_pointer (&scope));
  return TRUE;
}

static gboolean
read_scopes (DemlsSqliteStore *self, GError **error)
{
  const DemlsPlace place = { DEMLS_SEALED_ROOT, "", "" };
  g_autoptr (GBytes) root = read_meta (self, DEMLS_META_ROOT, error);
  if (!root)
    return FALSE;
  if (!open_manifest (self->sealer, &place, span_bytes (root), &self->root))
    return demls_sqlite_damaged ("does not open", DEMLS_META_ROOT, error);
  DemlsManifest seen = { .count = 0 };
  sqlite3_stmt *scopes = demls_database_statement (&self->database, DEMLS_SQL_SCOPES, error);
  if (!scopes)
    return FALSE;
  int more;
  while ((more = demls_database_step (&self->database, scopes, error)) > 0)
    if (!read_scope (self, scopes, &seen))
      {
        demls_database_finish (scopes);
        return demls_sqlite_damaged ("does not open", "manifest", error);
      }
  if (more == 0 && !demls_manifest_equal (&seen, &self->root))
    return demls_sqlite_damaged ("conversations are missing or not the last ones", "manifests", error);
  return more == 0;
}

/* In this order, so that a wrong passphrase changes nothing, not even the version. */
static gboolean
open_existing (DemlsSqliteStore *self, const char *path, const DemlsSqliteOptions *options, GError **error)
{
  guint version;
  if (!demls_database_open (&self->database, path, options->vfs, error)
      || !demls_schema_version (&self->database, demls_schema_newest (), &version, error))
    return FALSE;
  g_autoptr (GBytes) lock = read_meta (self, DEMLS_META_LOCK, error);
  if (!lock)
    return FALSE;
  self->sealer = demls_sealer_unlock (span_bytes (lock), options->passphrase, error);
  if (!self->sealer || !demls_schema_upgrade (&self->database, error) || !read_scopes (self, error))
    return FALSE;
  demls_database_merge_on_close (&self->database, TRUE);
  return TRUE;
}

static gboolean
fill_new (DemlsDatabase *database, const DemlsSqliteOptions *options, GError **error)
{
  const DemlsManifest empty = { .count = 0 };
  g_autoptr (GBytes) lock = NULL;
  g_autoptr (DemlsSealer) sealer = demls_sealer_new (options->passphrase, options->cost, &lock, error);
  return sealer && demls_schema_upgrade (database, error)
         && demls_sqlite_put_meta (database, DEMLS_META_LOCK, lock, error)
         && demls_sqlite_put_root (database, sealer, &empty, error) && demls_database_checkpoint (database, error);
}

/* Under another name until it is complete, so that a store.db that is empty or has no tables is never ours. */
static gboolean
make_new (const DemlsSqliteOptions *options, GError **error)
{
  g_autofree char *path = demls_files_begin (options->directory, error);
  if (!path)
    return FALSE;
  DemlsDatabase database = { .handle = NULL };
  gboolean filled = demls_database_open (&database, path, options->vfs, error) && fill_new (&database, options, error);
  demls_database_merge_on_close (&database, TRUE);
  demls_database_clear (&database);
  return filled && demls_files_finish (options->directory, error);
}

static gboolean
open_directory (DemlsSqliteStore *self, const DemlsSqliteOptions *options, GError **error)
{
  g_autoptr (GError) failed = NULL;
  self->lock = demls_files_lock (options->directory, error);
  if (self->lock < 0)
    return FALSE;
  if (!demls_files_present (options->directory, &failed))
    {
      if (failed)
        {
          g_propagate_error (error, g_steal_pointer (&failed));
          return FALSE;
        }
      if (!make_new (options, error))
        return FALSE;
    }
  g_autofree char *path = demls_files_path (options->directory);
  return open_existing (self, path, options, error);
}

DemlsStore *
demls_sqlite_store_open (const DemlsSqliteOptions *options, GError **error)
{
  DemlsSqliteOptions full = *options;
  if (full.cost.passes == 0)
    full.cost = PASSWORD_COST;
  DemlsSqliteStore *self = g_new0 (DemlsSqliteStore, 1);
  self->plug.ops = &sqlite_ops;
  self->cost = full.cost;
  self->checkpoint_every = MAX (full.checkpoint_every, 1);
  self->scopes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (open_directory (self, &full, error))
    return &self->plug;
  store_close (&self->plug);
  return NULL;
}
