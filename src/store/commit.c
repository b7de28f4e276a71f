#include <string.h>

#include "store/sqlite-private.h"

/* So many commits are merged into the database even if they leave nothing to wipe: the log must not grow for ever. */
#define UNMERGED_MAX 200

gboolean
demls_sqlite_put_meta (DemlsDatabase *database, const char *name, GBytes *value, GError **error)
{
  sqlite3_stmt *put = demls_database_statement (database, DEMLS_SQL_PUT_META, error);
  if (!put)
    return FALSE;
  demls_database_bind_text (put, 1, name);
  demls_database_bind_span (put, 2, span_bytes (value));
  return demls_database_run (database, put, error);
}

static GBytes *
seal_manifest (DemlsSealer *sealer, const DemlsPlace *place, const DemlsManifest *manifest)
{
  guint8 bytes[DEMLS_MANIFEST_SIZE];
  demls_manifest_write (manifest, bytes);
  return demls_sealer_seal (sealer, place, SPAN_OF (bytes));
}

gboolean
demls_sqlite_put_root (DemlsDatabase *database, DemlsSealer *sealer, const DemlsManifest *root, GError **error)
{
  const DemlsPlace place = { DEMLS_SEALED_ROOT, "", "" };
  g_autoptr (GBytes) sealed = seal_manifest (sealer, &place, root);
  return demls_sqlite_put_meta (database, DEMLS_META_ROOT, sealed, error);
}

/* --- rows -------------------------------------------------------------------------------------------------------- */

gboolean
demls_batch_put (DemlsBatch *self, const char *name, DemlsScope *scope, const char *key, GBytes *value, GError **error)
{
  const DemlsPlace place = { DEMLS_SEALED_ROW, name, key };
  sqlite3_stmt *put = demls_database_statement (&self->store->database, DEMLS_SQL_PUT_ROW, error);
  if (!put)
    return FALSE;
  g_autoptr (GBytes) stored = demls_sealer_seal (self->sealer, &place, span_bytes (value));
  guint8 hash[DEMLS_MANIFEST_HASH];
  demls_sealer_hash (self->sealer, &place, span_bytes (stored), hash);
  demls_manifest_add (&scope->rows, hash);
  sqlite3_bind_int64 (put, 1, scope->id);
  demls_database_bind_text (put, 2, key);
  demls_database_bind_span (put, 3, span_bytes (stored));
  return demls_database_run (&self->store->database, put, error);
}

/* Takes the row that is there, if any, out of the manifest: 1, none: 0, failed: -1. */
static int
forget_row (DemlsBatch *self, const char *name, DemlsScope *scope, const char *key, GError **error)
{
  DemlsDatabase *database = &self->store->database;
  sqlite3_stmt *row = demls_database_statement (database, DEMLS_SQL_ROW, error);
  if (!row)
    return -1;
  sqlite3_bind_int64 (row, 1, scope->id);
  demls_database_bind_text (row, 2, key);
  int found = demls_database_step (database, row, error);
  if (found <= 0)
    return found;
  Span stored;
  gboolean readable = demls_database_span (row, 0, &stored);
  if (readable)
    {
      guint8 hash[DEMLS_MANIFEST_HASH];
      demls_sealer_hash (self->sealer, &(const DemlsPlace){ DEMLS_SEALED_ROW, name, key }, stored, hash);
      demls_manifest_remove (&scope->rows, hash);
    }
  demls_database_finish (row);
  self->leaves_traces = TRUE;
  if (readable)
    return 1;
  demls_sqlite_damaged ("a row of", name, error);
  return -1;
}

static gboolean
remove_row (DemlsBatch *self, DemlsScope *scope, const char *key, GError **error)
{
  sqlite3_stmt *remove = demls_database_statement (&self->store->database, DEMLS_SQL_REMOVE_ROW, error);
  if (!remove)
    return FALSE;
  sqlite3_bind_int64 (remove, 1, scope->id);
  demls_database_bind_text (remove, 2, key);
  return demls_database_run (&self->store->database, remove, error);
}

/* --- scopes ------------------------------------------------------------------------------------------------------ */

static gboolean
run_for_scope (DemlsBatch *self, DemlsSql sql, const DemlsScope *scope, GError **error)
{
  sqlite3_stmt *statement = demls_database_statement (&self->store->database, sql, error);
  if (!statement)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, scope->id);
  return demls_database_run (&self->store->database, statement, error);
}

static gboolean
remove_rows (DemlsBatch *self, DemlsScope *scope, GError **error)
{
  memset (&scope->rows, 0, sizeof scope->rows);
  self->leaves_traces = self->removes_scope = TRUE;
  return run_for_scope (self, DEMLS_SQL_REMOVE_ROWS, scope, error);
}

static DemlsScope *
new_scope (DemlsBatch *self, const char *name, GError **error)
{
  DemlsDatabase *database = &self->store->database;
  sqlite3_stmt *insert = demls_database_statement (database, DEMLS_SQL_NEW_SCOPE, error);
  if (!insert)
    return NULL;
  demls_database_bind_text (insert, 1, name);
  if (!demls_database_run (database, insert, error))
    return NULL;
  DemlsScope *scope = g_new0 (DemlsScope, 1);
  scope->id = sqlite3_last_insert_rowid (database->handle);
  return scope;
}

/* The scope as it will be; NULL without error if it does not exist and is not to be made. */
static DemlsScope *
touch (DemlsBatch *self, const char *name, gboolean make, GError **error)
{
  DemlsScope *scope = g_hash_table_lookup (self->touched, name);
  if (scope)
    return scope;
  const DemlsScope *now = g_hash_table_lookup (self->store->scopes, name);
  scope = now ? g_memdup2 (now, sizeof *now) : make ? new_scope (self, name, error) : NULL;
  if (scope)
    g_hash_table_insert (self->touched, g_strdup (name), scope);
  return scope;
}

static gboolean
apply (DemlsBatch *self, const DemlsChange *change, GError **error)
{
  g_autoptr (GError) failed = NULL;
  if (change->value && g_bytes_get_size (change->value) > DEMLS_VALUE_MAX)
    {
      g_set_error (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_IO, "the value of %s is too large", change->key);
      return FALSE;
    }
  DemlsScope *scope = touch (self, change->scope, change->value != NULL, &failed);
  if (failed)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  if (!scope)
    return TRUE;
  if (!change->key)
    return remove_rows (self, scope, error);
  int found = forget_row (self, change->scope, scope, change->key, error);
  if (found < 0)
    return FALSE;
  if (change->value)
    return demls_batch_put (self, change->scope, scope, change->key, change->value, error);
  return found == 0 || remove_row (self, scope, change->key, error);
}

static gboolean
put_scope (DemlsBatch *self, const char *name, DemlsScope *scope, GError **error)
{
  const DemlsPlace place = { DEMLS_SEALED_MANIFEST, name, "" };
  sqlite3_stmt *put = demls_database_statement (&self->store->database, DEMLS_SQL_PUT_SCOPE, error);
  if (!put)
    return FALSE;
  g_autoptr (GBytes) sealed = seal_manifest (self->sealer, &place, &scope->rows);
  demls_sealer_hash (self->sealer, &place, span_bytes (sealed), scope->hash);
  demls_manifest_add (&self->root, scope->hash);
  sqlite3_bind_int64 (put, 1, scope->id);
  demls_database_bind_span (put, 2, span_bytes (sealed));
  return demls_database_run (&self->store->database, put, error);
}

gboolean
demls_batch_seal (DemlsBatch *self, GError **error)
{
  GHashTableIter iter;
  gpointer name, scope;
  g_hash_table_iter_init (&iter, self->touched);
  while (g_hash_table_iter_next (&iter, &name, &scope))
    {
      const DemlsScope *before = g_hash_table_lookup (self->store->scopes, name);
      if (before)
        demls_manifest_remove (&self->root, before->hash);
      gboolean kept = ((DemlsScope *) scope)->rows.count > 0;
      if (kept ? !put_scope (self, name, scope, error) : !run_for_scope (self, DEMLS_SQL_REMOVE_SCOPE, scope, error))
        return FALSE;
    }
  return demls_sqlite_put_root (&self->store->database, self->sealer, &self->root, error);
}

/* --- the transaction --------------------------------------------------------------------------------------------- */

static void
adopt (DemlsBatch *self)
{
  GHashTableIter iter;
  gpointer name, scope;
  g_hash_table_iter_init (&iter, self->touched);
  while (g_hash_table_iter_next (&iter, &name, &scope))
    {
      g_hash_table_iter_steal (&iter);
      if (((DemlsScope *) scope)->rows.count > 0)
        g_hash_table_replace (self->store->scopes, name, scope);
      else
        {
          g_hash_table_remove (self->store->scopes, name);
          g_free (name);
          g_free (scope);
        }
    }
  self->store->root = self->root;
}

/* Losing the moment is no failure of the commit, which is on disk already. */
static void
wipe_traces (DemlsBatch *self)
{
  DemlsSqliteStore *store = self->store;
  store->unmerged++;
  if (self->leaves_traces)
    store->stale++;
  if (self->removes_scope)
    store->stale = MAX (store->stale, store->checkpoint_every);
  if ((store->stale >= store->checkpoint_every || store->unmerged >= UNMERGED_MAX)
      && demls_database_checkpoint (&store->database, NULL))
    store->stale = store->unmerged = 0;
}

gboolean
demls_batch_end (DemlsBatch *self, gboolean keep, GError **error)
{
  if (!demls_database_end (&self->store->database, keep, error))
    return FALSE;
  adopt (self);
  wipe_traces (self);
  return TRUE;
}

void
demls_batch_clear (DemlsBatch *self)
{
  g_clear_pointer (&self->touched, g_hash_table_unref);
}

static gboolean
apply_all (DemlsBatch *self, const GPtrArray *changes, GError **error)
{
  for (guint i = 0; i < changes->len; i++)
    if (!apply (self, g_ptr_array_index (changes, i), error))
      return FALSE;
  return demls_batch_seal (self, error);
}

gboolean
demls_sqlite_commit (DemlsStore *store, const GPtrArray *changes, GError **error)
{
  DemlsSqliteStore *self = (DemlsSqliteStore *) store;
  DemlsDatabase *database = &self->database;
  g_auto (DemlsBatch) batch = DEMLS_BATCH_INIT (self);
  if (changes->len == 0)
    return TRUE;
  return demls_database_run (database, demls_database_statement (database, DEMLS_SQL_BEGIN, error), error)
         && demls_batch_end (&batch, apply_all (&batch, changes, error), error);
}
