#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/reader.h"
#include "base/writer.h"
#include "store/envelope.h"
#include "store/files.h"
#include "store/sqlite-private.h"

#define LABEL "identity"
#define SEALED_WITH 4 /* the suite with AES-256-GCM (envelope.h) */
#define FILE_MAX (16u << 20)
#define PERSON "" /* the scope */

GPtrArray *
demls_sqlite_store_identity (DemlsStore *store, GError **error)
{
  return demls_sqlite_load ((DemlsSqliteStore *) store, PERSON, error);
}

gboolean
demls_identity_file_write (const char *path, const GPtrArray *rows, const char *passphrase, PasswordCost cost,
                           GError **error)
{
  g_auto (Writer) w = WRITER_INIT;
  for (guint i = 0; i < rows->len; i++)
    {
      const DemlsChange *row = g_ptr_array_index (rows, i);
      writer_vector (&w, span_str (row->key));
      writer_vector (&w, span_bytes (row->value));
    }
  g_autoptr (Suite) suite = suite_new (SEALED_WITH);
  g_autoptr (Rng) rng = rng_new_system ();
  g_autoptr (GBytes) sealed =
      demls_envelope_seal (suite, rng, LABEL, passphrase, cost.passes ? cost : PASSWORD_COST, writer_span (&w), error);
  return sealed && demls_files_write (path, sealed, error);
}

gboolean
demls_sqlite_store_export_identity (DemlsStore *store, const char *path, const char *passphrase, GError **error)
{
  g_autoptr (GPtrArray) rows = demls_sqlite_store_identity (store, error);
  return rows && demls_identity_file_write (path, rows, passphrase, ((DemlsSqliteStore *) store)->cost, error);
}

static char *
key_text (Span key)
{
  return key.len && !memchr (key.data, 0, key.len) ? g_strndup ((const char *) key.data, key.len) : NULL;
}

/* NULL if they make no sense. */
static GPtrArray *
rows_of (Span bytes)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_change_free);
  Reader reader = reader_init (bytes);
  while (reader_more (&reader))
    {
      g_autofree char *key = key_text (reader_vector (&reader));
      g_autoptr (GBytes) value = secret_bytes_new (reader_vector (&reader));
      if (!key)
        return NULL;
      g_ptr_array_add (changes, demls_change_new (PERSON, key, value));
    }
  return reader_end (&reader) ? g_steal_pointer (&changes) : NULL;
}

/* Not g_file_get_contents(): the path is what a user picked, and may be a pipe or a disk image. */
static GBytes *
read_file (const char *path, GError **error)
{
  struct stat info = { .st_size = 0 };
  int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size > FILE_MAX)
    {
      demls_files_fail (path, fd < 0 ? errno : EINVAL, error);
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  gsize size = (gsize) info.st_size;
  g_autofree guint8 *data = g_malloc (size + 1);
  gssize got = read (fd, data, size);
  int saved_errno = got < 0 ? errno : EIO;
  close (fd);
  if (got == (gssize) size)
    return g_bytes_new_take (g_steal_pointer (&data), size);
  demls_files_fail (path, saved_errno, error);
  return NULL;
}

GPtrArray *
demls_identity_file_read (const char *path, const char *passphrase, GError **error)
{
  g_autoptr (GBytes) sealed = read_file (path, error);
  if (!sealed)
    return NULL;
  g_autoptr (Suite) suite = suite_new (SEALED_WITH);
  g_autoptr (GBytes) bytes = demls_envelope_open (suite, LABEL, passphrase, span_bytes (sealed), error);
  if (!bytes)
    return NULL;
  GPtrArray *rows = rows_of (span_bytes (bytes));
  if (!rows)
    demls_sqlite_damaged ("no rows in", path, error);
  return rows;
}

gboolean
demls_sqlite_store_set_identity (DemlsStore *store, const GPtrArray *rows, GError **error)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_change_free);
  g_ptr_array_add (changes, demls_change_new (PERSON, NULL, NULL));
  for (guint i = 0; i < rows->len; i++)
    {
      const DemlsChange *row = g_ptr_array_index (rows, i);
      g_ptr_array_add (changes, demls_change_new (PERSON, row->key, row->value));
    }
  return demls_sqlite_commit (store, changes, error);
}

gboolean
demls_sqlite_store_import_identity (DemlsStore *store, const char *path, const char *passphrase, GError **error)
{
  g_autoptr (GPtrArray) rows = demls_identity_file_read (path, passphrase, error);
  return rows && demls_sqlite_store_set_identity (store, rows, error);
}
