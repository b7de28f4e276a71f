/* stores.h - directories, changes and comparisons for the tests of src/store/. */
#ifndef DEMLS_TESTS_STORES_H
#define DEMLS_TESTS_STORES_H

#include <ftw.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/run.h"
#include "store/sqlite-store.h"

/* Argon2id as cheap as it gets. */
#define CHEAP ((PasswordCost){ .passes = 1, .memory_kib = PASSWORD_MIN_KIB })

typedef GPtrArray Changes; /* of DemlsChange */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Changes, g_ptr_array_unref)

static inline void
store_close (DemlsStore *store)
{
  if (store)
    store->ops->close (store);
}

typedef DemlsStore OpenStore;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OpenStore, store_close)

/* A fresh directory, in memory if there is such a place: these tests flush thousands of times. (transfer full) */
static inline char *
new_directory (void)
{
  const char *fast = g_access ("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir ();
  char *path = g_mkdtemp (g_build_filename (fast, "demls-store-XXXXXX", NULL));
  ck_assert_ptr_nonnull (path);
  return path;
}

static inline int
remove_entry (const char *path, G_GNUC_UNUSED const struct stat *info, G_GNUC_UNUSED int type,
              G_GNUC_UNUSED struct FTW *where)
{
  return remove (path);
}

/* Removes it with all it holds, and frees the path. */
static inline void
remove_directory (char *path)
{
  nftw (path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  g_free (path);
}

typedef char Directory;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Directory, remove_directory)

static inline DemlsSqliteOptions
options_for (const char *directory, const char *passphrase)
{
  return (DemlsSqliteOptions){ .directory = directory, .passphrase = passphrase, .cost = CHEAP };
}

/* The store, which must open. */
static inline DemlsStore *
must_open (const char *directory, const char *passphrase)
{
  g_autoptr (GError) error = NULL;
  const DemlsSqliteOptions options = options_for (directory, passphrase);
  DemlsStore *store = demls_sqlite_store_open (&options, &error);
  ck_assert_msg (store != NULL, "%s", error ? error->message : "no store and no reason");
  return store;
}

/* Opening must fail with `code`. */
static inline void
must_not_open (const char *directory, const char *passphrase, DemlsStoreError code)
{
  g_autoptr (GError) error = NULL;
  const DemlsSqliteOptions options = options_for (directory, passphrase);
  ck_assert_ptr_null (demls_sqlite_store_open (&options, &error));
  ck_assert_msg (g_error_matches (error, DEMLS_STORE_ERROR, (int) code), "%d: %s", error->code, error->message);
  ck_assert_int_gt ((int) strlen (error->message), 10);
}

static inline Changes *
changes_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) demls_change_free);
}

/* NULL `text`: the row goes; NULL `key`: the scope. */
static inline void
change (Changes *changes, const char *scope, const char *key, const char *text)
{
  g_autoptr (GBytes) value = text ? g_bytes_new (text, strlen (text)) : NULL;
  g_ptr_array_add (changes, demls_change_new (scope, key, value));
}

/* One change, which must succeed. */
static inline void
put (DemlsStore *store, const char *scope, const char *key, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Changes) changes = changes_new ();
  change (changes, scope, key, text);
  ck_assert_msg (store->ops->commit (store, changes, &error), "%s", error ? error->message : "no reason");
}

/* All rows of all scopes as text, "scope/key=value" in lines (values in hexadecimal), or NULL with `error`. */
static inline char *
dump (DemlsStore *store, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (Changes) scopes = store->ops->scopes (store, error);
  for (guint i = 0; scopes && i < scopes->len; i++)
    {
      g_autoptr (Changes) rows = store->ops->load (store, g_ptr_array_index (scopes, i), error);
      if (!rows)
        return NULL;
      for (guint j = 0; j < rows->len; j++)
        {
          const DemlsChange *row = g_ptr_array_index (rows, j);
          g_autofree char *hex = span_hex (span_bytes (row->value));
          g_string_append_printf (text, "%s/%s=%s\n", row->scope, row->key, hex);
        }
    }
  return scopes ? g_strdup (text->str) : NULL;
}

/* The same of a store that must be whole. */
static inline char *
must_dump (DemlsStore *store)
{
  g_autoptr (GError) error = NULL;
  char *text = dump (store, &error);
  ck_assert_msg (text != NULL, "%s", error ? error->message : "no reason");
  return text;
}

/* The store holds exactly `expected` (as dump() has it). */
static inline void
holds (DemlsStore *store, const char *expected)
{
  g_autofree char *text = must_dump (store);
  ck_assert_str_eq (text, expected);
}

/* The contents of DIRECTORY/NAME. */
static inline GBytes *
file_bytes (const char *directory, const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  char *data;
  gsize len;
  if (!g_file_get_contents (path, &data, &len, NULL))
    return NULL;
  return g_bytes_new_take (data, len);
}

static inline void
write_file (const char *directory, const char *name, const void *data, gsize len)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  ck_assert (g_file_set_contents_full (path, data, (gssize) len, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

/* How many files of the directory contain `needle`. */
static inline guint
files_with (const char *directory, const char *needle)
{
  g_autoptr (GDir) files = g_dir_open (directory, 0, NULL);
  const char *name;
  guint found = 0;
  while ((name = g_dir_read_name (files)))
    {
      g_autoptr (GBytes) bytes = file_bytes (directory, name);
      Span all = span_bytes (bytes);
      found += all.len && memmem (all.data, all.len, needle, strlen (needle)) != NULL;
    }
  return found;
}

#endif
