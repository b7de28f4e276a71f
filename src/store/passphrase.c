#include <string.h>

#include "store/sqlite-private.h"

/* All rows of a scope again, under the batch's sealer. */
static gboolean
reseal_scope (DemlsBatch *self, const char *name, const DemlsScope *scope, GError **error)
{
  g_autoptr (GPtrArray) rows = demls_sqlite_load (self->store, name, error);
  if (!rows)
    return FALSE;
  DemlsScope *again = g_new0 (DemlsScope, 1);
  again->id = scope->id;
  g_hash_table_insert (self->touched, g_strdup (name), again);
  for (guint i = 0; i < rows->len; i++)
    {
      const DemlsChange *row = g_ptr_array_index (rows, i);
      if (!demls_batch_put (self, name, again, row->key, row->value, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
reseal_all (DemlsBatch *self, GBytes *lock, GError **error)
{
  GHashTableIter iter;
  gpointer name, scope;
  g_hash_table_iter_init (&iter, self->store->scopes);
  while (g_hash_table_iter_next (&iter, &name, &scope))
    if (!reseal_scope (self, name, scope, error))
      return FALSE;
  /* all scopes are in the batch, so what the root was drops out and what it becomes stays */
  return demls_batch_seal (self, error) && demls_sqlite_put_meta (&self->store->database, DEMLS_META_LOCK, lock, error);
}

struct _DemlsNewLock {
  DemlsSealer *sealer;
  GBytes *lock;
};

DemlsNewLock *
demls_new_lock_make (const char *passphrase, PasswordCost cost, GError **error)
{
  g_autoptr (GBytes) lock = NULL;
  DemlsSealer *sealer = demls_sealer_new (passphrase, cost.passes ? cost : PASSWORD_COST, &lock, error);
  if (!sealer)
    return NULL;
  DemlsNewLock *self = g_new0 (DemlsNewLock, 1);
  self->sealer = sealer;
  self->lock = g_steal_pointer (&lock);
  return self;
}

void
demls_new_lock_free (DemlsNewLock *self)
{
  if (!self)
    return;
  demls_sealer_free (self->sealer);
  g_bytes_unref (self->lock);
  g_free (self);
}

gboolean
demls_sqlite_store_set_lock (DemlsStore *store, DemlsNewLock *lock, GError **error)
{
  DemlsSqliteStore *self = (DemlsSqliteStore *) store;
  DemlsDatabase *database = &self->database;
  if (!demls_database_run (database, demls_database_statement (database, DEMLS_SQL_BEGIN, error), error))
    return FALSE;
  g_auto (DemlsBatch) batch = DEMLS_BATCH_INIT (self);
  batch.sealer = lock->sealer;
  batch.leaves_traces = batch.removes_scope = TRUE; /* wiped at once */
  if (!demls_batch_end (&batch, reseal_all (&batch, lock->lock, error), error))
    return FALSE;
  demls_sealer_free (self->sealer);
  self->sealer = g_steal_pointer (&lock->sealer);
  return TRUE;
}

gboolean
demls_sqlite_store_set_passphrase (DemlsStore *store, const char *passphrase, GError **error)
{
  g_autoptr (DemlsNewLock) lock = demls_new_lock_make (passphrase, ((DemlsSqliteStore *) store)->cost, error);
  return lock && demls_sqlite_store_set_lock (store, lock, error);
}
