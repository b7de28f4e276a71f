#include "sim-store.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "store/memory-store.h"
#include "store/sqlite-store.h"

#define SCOPE "sim"
#define PASSPHRASE "of a simulated person"

/* Replaced when a store on disk is killed, so it is not a part of what const protects. */
typedef struct {
  DemlsStore *store;
  char *directory; /* or NULL: in memory */
} SimReal;

struct _SimStore {
  GTree *rows;   /* char * -> GBytes */
  SimReal *real; /* or NULL */
};

static SimStoreKind chosen = SIM_STORE_TREE;
static guint64 n_saves, n_loads;

void
sim_store_choose (SimStoreKind kind)
{
  chosen = kind;
}

void
sim_store_counts (guint64 *saves, guint64 *loads)
{
  *saves = n_saves;
  *loads = n_loads;
}

static gint
compare_keys (gconstpointer a, gconstpointer b, gpointer unused)
{
  (void) unused;
  return strcmp (a, b);
}

/* --- stores of src/store/ ---------------------------------------------------------------------------------------- */

static char *
make_directory (void)
{
  const char *fast = g_access ("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir ();
  char *path = g_mkdtemp (g_build_filename (fast, "demls-sim-XXXXXX", NULL));
  if (!path)
    g_error ("sim-store: no directory in %s", fast);
  return path;
}

static void
remove_directory (const char *path)
{
  g_autoptr (GDir) files = g_dir_open (path, 0, NULL);
  for (const char *name; files && (name = g_dir_read_name (files));)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_unlink (file);
    }
  g_rmdir (path);
}

static DemlsStore *
open_in (const char *directory)
{
  g_autoptr (GError) error = NULL;
  const DemlsSqliteOptions options = { .directory = directory,
                                       .passphrase = PASSPHRASE,
                                       .cost = { .passes = 1, .memory_kib = PASSWORD_MIN_KIB } };
  DemlsStore *store = demls_sqlite_store_open (&options, &error);
  if (!store)
    g_error ("sim-store: %s", error->message);
  return store;
}

/* The files as a process that is killed now leaves them. (transfer full) */
static char *
copy_files (const char *directory)
{
  static const char *const names[] = { "store.db", "store.db-wal" };
  char *copy = make_directory ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *from = g_build_filename (directory, names[i], NULL), *data = NULL;
      g_autofree char *to = g_build_filename (copy, names[i], NULL);
      gsize len;
      if (g_file_get_contents (from, &data, &len, NULL)
          && !g_file_set_contents_full (to, data, (gssize) len, G_FILE_SET_CONTENTS_NONE, 0600, NULL))
        g_error ("sim-store: %s cannot be written", to);
    }
  return copy;
}

static SimReal *
real_new (SimStoreKind kind, char *directory)
{
  SimReal *self = g_new0 (SimReal, 1);
  self->directory = kind == SIM_STORE_DISK && !directory ? make_directory () : directory;
  self->store = self->directory ? open_in (self->directory) : demls_memory_store_new ();
  return self;
}

static void
real_close (SimReal *self)
{
  self->store->ops->close (self->store);
  if (self->directory)
    remove_directory (self->directory);
  g_free (self->directory);
}

static void
real_commit (SimReal *self, const GPtrArray *rows)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_change_free);
  g_autoptr (GError) error = NULL;
  for (guint i = 0; i < rows->len; i++)
    {
      const DemlsRow *row = rows->pdata[i];
      g_ptr_array_add (changes, demls_change_new (SCOPE, row->key, row->value));
    }
  if (!self->store->ops->commit (self->store, changes, &error))
    g_error ("sim-store: %s", error->message);
  n_saves++;
}

/* kill -9, and a new process. */
static void
real_restart (SimReal *self)
{
  if (!self->directory)
    return;
  char *copy = copy_files (self->directory);
  real_close (self);
  self->directory = copy;
  self->store = open_in (copy);
}

static GPtrArray *
real_load (SimReal *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) changes = self->store->ops->load (self->store, SCOPE, &error);
  if (!changes)
    g_error ("sim-store: %s", error->message);
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_row_free);
  for (guint i = 0; i < changes->len; i++)
    {
      const DemlsChange *change = changes->pdata[i];
      DemlsRow *row = g_new0 (DemlsRow, 1);
      row->key = g_strdup (change->key);
      row->value = g_bytes_ref (change->value);
      g_ptr_array_add (rows, row);
    }
  n_loads++;
  return rows;
}

/* --- the store --------------------------------------------------------------------------------------------------- */

static SimStore *
store_new (SimReal *real)
{
  SimStore *self = g_new0 (SimStore, 1);
  self->rows = g_tree_new_full (compare_keys, NULL, g_free, (GDestroyNotify) g_bytes_unref);
  self->real = real;
  return self;
}

SimStore *
sim_store_new (void)
{
  return store_new (chosen == SIM_STORE_TREE ? NULL : real_new (chosen, NULL));
}

static gboolean
copy_row (gpointer key, gpointer value, gpointer copy)
{
  g_tree_insert (copy, g_strdup (key), g_bytes_ref (value));
  return FALSE;
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

static GPtrArray *
tree_rows (const SimStore *self)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_row_free);
  g_tree_foreach (self->rows, load_row, rows);
  return rows;
}

SimStore *
sim_store_copy (const SimStore *self)
{
  SimReal *real = NULL;
  if (self->real && self->real->directory)
    real = real_new (SIM_STORE_DISK, copy_files (self->real->directory));
  else if (self->real)
    {
      g_autoptr (GPtrArray) rows = tree_rows (self);
      real = real_new (SIM_STORE_MEMORY, NULL);
      real_commit (real, rows);
    }
  SimStore *copy = store_new (real);
  g_tree_foreach (self->rows, copy_row, copy->rows);
  return copy;
}

void
sim_store_free (SimStore *self)
{
  if (!self)
    return;
  if (self->real)
    real_close (self->real);
  g_free (self->real);
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
  if (self->real && rows->len)
    real_commit (self->real, rows);
}

static void
must_be_the_same (const GPtrArray *expected, const GPtrArray *found)
{
  if (expected->len != found->len)
    g_error ("sim-store: %u rows were saved, %u are there", expected->len, found->len);
  for (guint i = 0; i < found->len; i++)
    {
      const DemlsRow *a = expected->pdata[i], *b = found->pdata[i];
      if (strcmp (a->key, b->key) != 0 || !g_bytes_equal (a->value, b->value))
        g_error ("sim-store: row %s is not what was saved as %s", b->key, a->key);
    }
}

GPtrArray *
sim_store_load (const SimStore *self)
{
  GPtrArray *expected = tree_rows (self);
  if (!self->real)
    return expected;
  real_restart (self->real);
  GPtrArray *found = real_load (self->real);
  must_be_the_same (expected, found);
  g_ptr_array_unref (expected);
  return found;
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
  g_autoptr (GPtrArray) rows = tree_rows (self), gone = g_ptr_array_new ();
  for (guint i = 0; i < rows->len; i++)
    {
      DemlsRow *row = rows->pdata[i];
      if (!g_str_has_prefix (row->key, prefix))
        continue;
      g_clear_pointer (&row->value, g_bytes_unref);
      g_ptr_array_add (gone, row);
    }
  sim_store_save (self, gone);
}
