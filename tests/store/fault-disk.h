/* fault-disk.h - a disk that fails: an SQLite VFS over the real one, called "demls-fault".
 *
 * It counts every write, sync, truncate and delete. At a chosen one it fails once, stops for good in the middle of it
 * (the process dies), or loses power: then each file is what was last synced and any of the writes since, one of them
 * torn at a multiple of 512 bytes. Nothing is really flushed.
 */
#ifndef DEMLS_TESTS_FAULT_DISK_H
#define DEMLS_TESTS_FAULT_DISK_H

#include <sqlite3.h>

#include "stores.h"

typedef enum {
  FAULT_NONE,
  FAULT_ONCE,    /* operation `at` fails with `code` */
  FAULT_STOP,    /* it is half done, and everything fails from then on */
  FAULT_POWER,   /* the same, and unsynced writes get lost in part */
  FAULT_FOR_NOW, /* everything that writes fails with `code`, until told otherwise */
} FaultKind;

typedef struct {
  sqlite3_vfs vfs;
  sqlite3_vfs *base;
  FaultKind kind;
  guint at;
  guint done; /* operations since it was armed */
  int code;
  gboolean stopped;
  GRand *random;
  GHashTable *files; /* path -> FaultState */
} FaultDisk;

/* What is on the platter, and what was written since. */
typedef struct {
  GByteArray *synced;
  GPtrArray *since; /* of FaultWrite */
} FaultState;

typedef struct {
  gsize offset;
  GBytes *data; /* NULL: truncated to `offset` */
} FaultWrite;

typedef struct {
  sqlite3_file file;
  FaultDisk *disk;
  FaultState *state; /* NULL unless it is a file with a name */
} FaultFile;

static inline void
fault_write_free (gpointer data)
{
  g_clear_pointer (&((FaultWrite *) data)->data, g_bytes_unref);
  g_free (data);
}

static inline void
fault_state_free (gpointer data)
{
  FaultState *self = data;
  g_byte_array_unref (self->synced);
  g_ptr_array_unref (self->since);
  g_free (self);
}

static inline sqlite3_file *
fault_below (sqlite3_file *file)
{
  return (sqlite3_file *) (void *) ((FaultFile *) (void *) file + 1);
}

static inline FaultFile *
fault_file (sqlite3_file *file)
{
  return (FaultFile *) (void *) file;
}

static inline void
fault_apply (GByteArray *content, const FaultWrite *write, gsize len)
{
  gsize end = write->offset + (write->data ? len : 0);
  gsize before = content->len;
  if (!write->data || end > before)
    g_byte_array_set_size (content, (guint) end);
  if (end > before)
    memset (content->data + before, 0, end - before);
  if (write->data && len)
    memcpy (content->data + write->offset, g_bytes_get_data (write->data, NULL), len);
}

/* The power goes: what was synced, and any of what came after. */
static inline void
fault_power_off (FaultDisk *self)
{
  GHashTableIter iter;
  gpointer path, state;
  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &path, &state))
    {
      FaultState *file = state;
      if (g_access (path, F_OK) != 0)
        continue;
      for (guint i = 0; i < file->since->len; i++)
        {
          const FaultWrite *write = g_ptr_array_index (file->since, i);
          gsize len = write->data ? g_bytes_get_size (write->data) : 0;
          int fate = g_rand_int_range (self->random, 0, 5);
          if (fate == 0 && len > 512)
            len = 512 * (gsize) g_rand_int_range (self->random, 0, (int) (len / 512));
          if (fate <= 2)
            fault_apply (file->synced, write, len);
        }
      ck_assert (g_file_set_contents_full (path, (const char *) file->synced->data, file->synced->len,
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    }
}

/* SQLITE_OK if the operation may go on; `half`: it is the one at which everything stops. */
static inline int
fault_next (FaultDisk *self, gboolean *half)
{
  *half = FALSE;
  if (self->stopped)
    return SQLITE_IOERR;
  guint number = self->done++;
  if (self->kind == FAULT_FOR_NOW)
    return self->code;
  if (self->kind == FAULT_NONE || number != self->at)
    return SQLITE_OK;
  if (self->kind == FAULT_ONCE)
    return self->code;
  self->stopped = *half = TRUE;
  return SQLITE_IOERR;
}

/* --- files ------------------------------------------------------------------------------------------------------- */

static inline void
fault_note (sqlite3_file *file, const void *data, gsize len, sqlite3_int64 offset)
{
  FaultWrite *write = g_new0 (FaultWrite, 1);
  write->offset = (gsize) offset;
  write->data = data ? g_bytes_new (data, len) : NULL;
  if (fault_file (file)->state)
    g_ptr_array_add (fault_file (file)->state->since, write);
  else
    fault_write_free (write);
}

static int
fault_write (sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
  FaultDisk *disk = fault_file (file)->disk;
  gboolean half;
  int result = fault_next (disk, &half);
  if (half)
    {
      int part = 512 * g_rand_int_range (disk->random, 0, len / 512 + 1);
      fault_note (file, data, (gsize) len, offset);
      if (part)
        fault_below (file)->pMethods->xWrite (fault_below (file), data, part, offset);
      if (disk->kind == FAULT_POWER)
        fault_power_off (disk);
    }
  if (result != SQLITE_OK)
    return result;
  fault_note (file, data, (gsize) len, offset);
  return fault_below (file)->pMethods->xWrite (fault_below (file), data, len, offset);
}

static int
fault_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  FaultDisk *disk = fault_file (file)->disk;
  gboolean half;
  int result = fault_next (disk, &half);
  if (half && disk->kind == FAULT_POWER)
    fault_power_off (disk);
  if (result != SQLITE_OK)
    return result;
  fault_note (file, NULL, 0, size);
  return fault_below (file)->pMethods->xTruncate (fault_below (file), size);
}

static int
fault_sync (sqlite3_file *file, G_GNUC_UNUSED int flags)
{
  FaultDisk *disk = fault_file (file)->disk;
  FaultState *state = fault_file (file)->state;
  gboolean half;
  int result = fault_next (disk, &half);
  if (half && disk->kind == FAULT_POWER)
    fault_power_off (disk);
  if (result != SQLITE_OK || !state)
    return result;
  for (guint i = 0; i < state->since->len; i++)
    {
      const FaultWrite *write = g_ptr_array_index (state->since, i);
      fault_apply (state->synced, write, write->data ? g_bytes_get_size (write->data) : 0);
    }
  g_ptr_array_set_size (state->since, 0);
  return SQLITE_OK;
}

static int
fault_close (sqlite3_file *file)
{
  return fault_below (file)->pMethods->xClose (fault_below (file));
}

static int
fault_read (sqlite3_file *file, void *out, int len, sqlite3_int64 offset)
{
  if (fault_file (file)->disk->stopped)
    return SQLITE_IOERR_READ;
  return fault_below (file)->pMethods->xRead (fault_below (file), out, len, offset);
}

static int
fault_size (sqlite3_file *file, sqlite3_int64 *out)
{
  return fault_below (file)->pMethods->xFileSize (fault_below (file), out);
}

static int
fault_lock (sqlite3_file *file, int level)
{
  return fault_below (file)->pMethods->xLock (fault_below (file), level);
}

static int
fault_unlock (sqlite3_file *file, int level)
{
  return fault_below (file)->pMethods->xUnlock (fault_below (file), level);
}

static int
fault_reserved (sqlite3_file *file, int *out)
{
  return fault_below (file)->pMethods->xCheckReservedLock (fault_below (file), out);
}

static int
fault_control (sqlite3_file *file, int what, void *argument)
{
  return fault_below (file)->pMethods->xFileControl (fault_below (file), what, argument);
}

static int
fault_sector_size (G_GNUC_UNUSED sqlite3_file *file)
{
  return 512;
}

/* Nothing is promised: no atomic writes, no order. */
static int
fault_characteristics (G_GNUC_UNUSED sqlite3_file *file)
{
  return 0;
}

static const sqlite3_io_methods fault_methods = {
  .iVersion = 1,
  .xClose = fault_close,
  .xRead = fault_read,
  .xWrite = fault_write,
  .xTruncate = fault_truncate,
  .xSync = fault_sync,
  .xFileSize = fault_size,
  .xLock = fault_lock,
  .xUnlock = fault_unlock,
  .xCheckReservedLock = fault_reserved,
  .xFileControl = fault_control,
  .xSectorSize = fault_sector_size,
  .xDeviceCharacteristics = fault_characteristics,
};

/* --- the disk ---------------------------------------------------------------------------------------------------- */

static inline FaultState *
fault_state (FaultDisk *self, const char *path)
{
  FaultState *state = g_hash_table_lookup (self->files, path);
  if (state)
    return state;
  g_autofree char *data = NULL;
  gsize len = 0;
  g_file_get_contents (path, &data, &len, NULL);
  state = g_new0 (FaultState, 1);
  state->synced = g_byte_array_append (g_byte_array_new (), (const guint8 *) data, (guint) len);
  state->since = g_ptr_array_new_with_free_func (fault_write_free);
  g_hash_table_insert (self->files, g_strdup (path), state);
  return state;
}

static int
fault_open (sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
  FaultDisk *self = (FaultDisk *) (void *) vfs;
  FaultFile *opened = fault_file (file);
  memset (opened, 0, sizeof *opened);
  if (self->stopped)
    return SQLITE_CANTOPEN;
  opened->disk = self;
  opened->state = path ? fault_state (self, path) : NULL;
  int result = self->base->xOpen (self->base, path, fault_below (file), flags, out_flags);
  if (fault_below (file)->pMethods)
    file->pMethods = &fault_methods;
  return result;
}

static int
fault_delete (sqlite3_vfs *vfs, const char *path, G_GNUC_UNUSED int sync_directory)
{
  FaultDisk *self = (FaultDisk *) (void *) vfs;
  gboolean half;
  int result = fault_next (self, &half);
  if (half && self->kind == FAULT_POWER)
    fault_power_off (self);
  if (result != SQLITE_OK)
    return result;
  g_hash_table_remove (self->files, path);
  return self->base->xDelete (self->base, path, FALSE);
}

/* Registered until fault_disk_free(). (transfer full) */
static inline FaultDisk *
fault_disk_new (guint32 seed)
{
  FaultDisk *self = g_new0 (FaultDisk, 1);
  self->base = sqlite3_vfs_find (NULL);
  self->vfs = *self->base;
  self->vfs.szOsFile = (int) sizeof (FaultFile) + self->base->szOsFile;
  self->vfs.zName = "demls-fault";
  self->vfs.pNext = NULL;
  self->vfs.xOpen = fault_open;
  self->vfs.xDelete = fault_delete;
  self->random = g_rand_new_with_seed (seed);
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, fault_state_free);
  sqlite3_vfs_register (&self->vfs, FALSE);
  return self;
}

/* From now on: `kind` at operation `at`, counted from here. */
static inline void
fault_arm (FaultDisk *self, FaultKind kind, guint at, int code)
{
  self->kind = kind;
  self->at = at;
  self->code = code;
  self->done = 0;
}

static inline void
fault_disk_free (FaultDisk *self)
{
  sqlite3_vfs_unregister (&self->vfs);
  g_rand_free (self->random);
  g_hash_table_unref (self->files);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FaultDisk, fault_disk_free)

#endif
