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

gboolean
demls_sqlite_store_set_passphrase (DemlsStore *store, const char *passphrase, GError **error)
{
  DemlsSqliteStore *self = (DemlsSqliteStore *) store;
  DemlsDatabase *database = &self->database;
  g_autoptr (GBytes) lock = NULL;
  g_autoptr (DemlsSealer) sealer = demls_sealer_new (passphrase, self->cost, &lock, error);
  if (!sealer || !demls_database_run (database, demls_database_statement (database, DEMLS_SQL_BEGIN, error), error))
    return FALSE;
  g_auto (DemlsBatch) batch = DEMLS_BATCH_INIT (self);
  batch.sealer = sealer;
  batch.leaves_traces = batch.removes_scope = TRUE; /* wiped at once */
  if (!demls_batch_end (&batch, reseal_all (&batch, lock, error), error))
    return FALSE;
  demls_sealer_free (self->sealer);
  self->sealer = g_steal_pointer (&sealer);
  return TRUE;
}
