#include "fake-store.h"

#include <string.h>

typedef struct {
  DemlsStore parent;
  GTree *scopes;   /* char* -> GTree of char* -> GBytes */
  int fail;
  guint commits;
} FakeStore;

static gint
compare (gconstpointer a, gconstpointer b, gpointer unused)
{
  (void) unused;
  return strcmp (a, b);
}

static GTree *
scope_of (FakeStore *self, const char *scope)
{
  GTree *rows = g_tree_lookup (self->scopes, scope);
  if (rows)
    return rows;
  rows = g_tree_new_full (compare, NULL, g_free, (GDestroyNotify) g_bytes_unref);
  g_tree_insert (self->scopes, g_strdup (scope), rows);
  return rows;
}

void
fake_store_set (DemlsStore *store, const char *scope, const char *key, GBytes *value)
{
  FakeStore *self = (FakeStore *) store;
  if (!key)
    g_tree_remove (self->scopes, scope);
  else if (value)
    g_tree_replace (scope_of (self, scope), g_strdup (key), g_bytes_ref (value));
  else if (g_tree_remove (scope_of (self, scope), key) && g_tree_nnodes (scope_of (self, scope)) == 0)
    g_tree_remove (self->scopes, scope);
}

static gboolean
add_scope (gpointer scope, gpointer rows, gpointer list)
{
  (void) rows;
  g_ptr_array_add (list, g_strdup (scope));
  return FALSE;
}

static GPtrArray *
fake_scopes (DemlsStore *store, GError **error)
{
  (void) error;
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  g_tree_foreach (((FakeStore *) store)->scopes, add_scope, list);
  return list;
}

typedef struct {
  const char *scope;
  GPtrArray *list;
} Load;

static gboolean
add_row (gpointer key, gpointer value, gpointer data)
{
  Load *load = data;
  g_ptr_array_add (load->list, demls_change_new (load->scope, key, value));
  return FALSE;
}

static GPtrArray *
fake_load (DemlsStore *store, const char *scope, GError **error)
{
  (void) error;
  Load load = { scope, g_ptr_array_new_with_free_func ((GDestroyNotify) demls_change_free) };
  GTree *rows = g_tree_lookup (((FakeStore *) store)->scopes, scope);
  if (rows)
    g_tree_foreach (rows, add_row, &load);
  return load.list;
}

static gboolean
fake_commit (DemlsStore *store, const GPtrArray *changes, GError **error)
{
  FakeStore *self = (FakeStore *) store;
  if (self->fail >= 0)
    {
      g_set_error_literal (error, DEMLS_STORE_ERROR, self->fail, "as told");
      return FALSE;
    }
  for (guint i = 0; i < changes->len; i++)
    {
      const DemlsChange *change = changes->pdata[i];
      fake_store_set (store, change->scope, change->key, change->value);
    }
  self->commits++;
  return TRUE;
}

static void
fake_close (DemlsStore *store)
{
  g_tree_unref (((FakeStore *) store)->scopes);
  g_free (store);
}

DemlsStore *
fake_store_new (void)
{
  static const DemlsStoreOps ops = { fake_scopes, fake_load, fake_commit, fake_close };
  FakeStore *self = g_new0 (FakeStore, 1);
  self->parent.ops = &ops;
  self->fail = -1;
  self->scopes = g_tree_new_full (compare, NULL, g_free, (GDestroyNotify) g_tree_unref);
  return &self->parent;
}

static gboolean
copy_row (gpointer key, gpointer value, gpointer rows)
{
  g_tree_replace (rows, g_strdup (key), g_bytes_ref (value));
  return FALSE;
}

static gboolean
copy_scope (gpointer scope, gpointer rows, gpointer copy)
{
  g_tree_foreach (rows, copy_row, scope_of (copy, scope));
  return FALSE;
}

DemlsStore *
fake_store_copy (const DemlsStore *store)
{
  DemlsStore *copy = fake_store_new ();
  g_tree_foreach (((const FakeStore *) store)->scopes, copy_scope, copy);
  return copy;
}

void
fake_store_fail (DemlsStore *store, int code)
{
  ((FakeStore *) store)->fail = code;
}

guint
fake_store_commits (const DemlsStore *store)
{
  return ((const FakeStore *) store)->commits;
}

static gboolean
count_rows (gpointer scope, gpointer rows, gpointer n)
{
  (void) scope;
  *(guint *) n += (guint) g_tree_nnodes (rows);
  return FALSE;
}

guint
fake_store_rows (const DemlsStore *store)
{
  guint n = 0;
  g_tree_foreach (((const FakeStore *) store)->scopes, count_rows, &n);
  return n;
}

GBytes *
fake_store_row (const DemlsStore *store, const char *scope, const char *key)
{
  GTree *rows = g_tree_lookup (((const FakeStore *) store)->scopes, scope);
  return rows ? g_tree_lookup (rows, key) : NULL;
}
