#include "sim-store.h"

#include <string.h>

struct _SimStore {
  GTree *rows; /* char * -> GBytes */
};

static gint
compare_keys (gconstpointer a, gconstpointer b, gpointer unused)
{
  (void) unused;
  return strcmp (a, b);
}

SimStore *
sim_store_new (void)
{
  SimStore *self = g_new0 (SimStore, 1);
  self->rows = g_tree_new_full (compare_keys, NULL, g_free, (GDestroyNotify) g_bytes_unref);
  return self;
}

static gboolean
copy_row (gpointer key, gpointer value, gpointer copy)
{
  g_tree_insert (copy, g_strdup (key), g_bytes_ref (value));
  return FALSE;
}

SimStore *
sim_store_copy (const SimStore *self)
{
  SimStore *copy = sim_store_new ();
  g_tree_foreach (self->rows, copy_row, copy->rows);
  return copy;
}

void
sim_store_free (SimStore *self)
{
  if (!self)
    return;
  g_tree_unref (self->rows);
  g_free (self);
}

void
sim_store_save (SimStore *self, const GPtrArray *rows)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const DemlsRow *row = rows->pdata[i];
      if (row->value)
        g_tree_replace (self->rows, g_strdup (row->key), g_bytes_ref (row->value));
      else
        g_tree_remove (self->rows, row->key);
    }
}

static gboolean
load_row (gpointer key, gpointer value, gpointer rows)
{
  DemlsRow *row = g_new0 (DemlsRow, 1);
  row->key = g_strdup (key);
  row->value = g_bytes_ref (value);
  g_ptr_array_add (rows, row);
  return FALSE;
}

GPtrArray *
sim_store_load (const SimStore *self)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_row_free);
  g_tree_foreach (self->rows, load_row, rows);
  return rows;
}

static gboolean
add_size (gpointer key, gpointer value, gpointer bytes)
{
  *(gsize *) bytes += strlen (key) + g_bytes_get_size (value);
  return FALSE;
}

guint
sim_store_size (const SimStore *self, gsize *bytes)
{
  *bytes = 0;
  g_tree_foreach (self->rows, add_size, bytes);
  return (guint) g_tree_nnodes (self->rows);
}

void
sim_store_forget (SimStore *self, const char *prefix)
{
  g_autoptr (GPtrArray) rows = sim_store_load (self);
  for (guint i = 0; i < rows->len; i++)
    {
      const DemlsRow *row = rows->pdata[i];
      if (g_str_has_prefix (row->key, prefix))
        g_tree_remove (self->rows, row->key);
    }
}
