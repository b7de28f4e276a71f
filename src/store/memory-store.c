#include "store/memory-store.h"

#include "crypto/secret.h"

typedef struct {
  DemlsStore plug;
  GHashTable *scopes; /* name -> rows: key -> GBytes that wipe themselves */
  int refuse;         /* a DemlsStoreError, or negative */
} MemoryStore;

static int
by_text (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

/* The keys of `table` in order. */
static GPtrArray *
names_of (GHashTable *table)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer name;
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, by_text);
  return names;
}

static GPtrArray *
memory_scopes (DemlsStore *store, G_GNUC_UNUSED GError **error)
{
  return names_of (((MemoryStore *) store)->scopes);
}

static GPtrArray *
memory_load (DemlsStore *store, const char *scope, G_GNUC_UNUSED GError **error)
{
  GPtrArray *loaded = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_change_free);
  GHashTable *rows = g_hash_table_lookup (((MemoryStore *) store)->scopes, scope);
  if (!rows)
    return loaded;
  g_autoptr (GPtrArray) keys = names_of (rows);
  for (guint i = 0; i < keys->len; i++)
    {
      const char *key = g_ptr_array_index (keys, i);
      g_ptr_array_add (loaded, demls_change_new (scope, key, g_hash_table_lookup (rows, key)));
    }
  return loaded;
}

static GHashTable *
rows_for (MemoryStore *self, const char *scope)
{
  GHashTable *rows = g_hash_table_lookup (self->scopes, scope);
  if (rows)
    return rows;
  rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  g_hash_table_insert (self->scopes, g_strdup (scope), rows);
  return rows;
}

static void
apply (MemoryStore *self, const DemlsChange *change)
{
  if (!change->key)
    {
      g_hash_table_remove (self->scopes, change->scope);
      return;
    }
  GHashTable *rows = rows_for (self, change->scope);
  if (change->value)
    g_hash_table_replace (rows, g_strdup (change->key), secret_bytes_new (span_bytes (change->value)));
  else
    g_hash_table_remove (rows, change->key);
  if (g_hash_table_size (rows) == 0)
    g_hash_table_remove (self->scopes, change->scope);
}

static gboolean
memory_commit (DemlsStore *store, const GPtrArray *changes, GError **error)
{
  MemoryStore *self = (MemoryStore *) store;
  if (self->refuse >= 0)
    {
      g_set_error_literal (error, DEMLS_STORE_ERROR, self->refuse, "the store in memory was told to refuse");
      return FALSE;
    }
  for (guint i = 0; i < changes->len; i++)
    apply (self, g_ptr_array_index (changes, i));
  return TRUE;
}

static void
memory_close (DemlsStore *store)
{
  g_hash_table_unref (((MemoryStore *) store)->scopes);
  g_free (store);
}

static const DemlsStoreOps memory_ops = {
  .scopes = memory_scopes,
  .load = memory_load,
  .commit = memory_commit,
  .close = memory_close,
};

DemlsStore *
demls_memory_store_new (void)
{
  MemoryStore *self = g_new0 (MemoryStore, 1);
  self->plug.ops = &memory_ops;
  self->scopes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  self->refuse = -1;
  return &self->plug;
}

void
demls_memory_store_refuse (DemlsStore *store, int code)
{
  ((MemoryStore *) store)->refuse = code;
}
