#include "store/scrub.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#define FILE_HEADER 100
#define PAGE_MAX 65536

/* The first byte of a B-tree page; its lowest bit but one to three tell tables from indexes and leaves from others. */
enum { INTERIOR_INDEX = 2, INTERIOR_TABLE = 5, LEAF_INDEX = 10, LEAF_TABLE = 13 };

struct _DemlsScrub {
  sqlite3_vfs vfs;
  sqlite3_vfs *base;
  char *name;
  int last_errno;
};

/* The file of the layer below follows in memory. */
typedef struct {
  sqlite3_file file;
  DemlsScrub *scrub;
  gboolean database;
} ScrubFile;

static sqlite3_file *
below (sqlite3_file *file)
{
  return (sqlite3_file *) (void *) ((ScrubFile *) (void *) file + 1);
}

static guint
u16_at (const guint8 *at)
{
  return (guint) at[0] << 8 | at[1];
}

void
demls_scrub_page (guint8 *page, gsize size, gboolean first)
{
  gsize start = first ? FILE_HEADER : 0;
  if (size < start + 12)
    return;
  const guint8 *header = page + start;
  gboolean leaf = header[0] == LEAF_INDEX || header[0] == LEAF_TABLE;
  if (!leaf && header[0] != INTERIOR_INDEX && header[0] != INTERIOR_TABLE)
    return;
  gsize from = start + (leaf ? 8 : 12) + 2 * (gsize) u16_at (header + 3);
  gsize to = u16_at (header + 5);
  if (to == 0) /* 65,536 does not fit */
    to = PAGE_MAX;
  if (from < to && to <= size)
    memset (page + from, 0, to - from);
}

/* SQLite does not tell what the system said of a commit that failed. */
static int
note_errno (sqlite3_file *file, int result)
{
  int code = 0;
  if (result != SQLITE_OK && below (file)->pMethods->xFileControl (below (file), SQLITE_FCNTL_LAST_ERRNO, &code) == 0)
    ((ScrubFile *) (void *) file)->scrub->last_errno = code;
  return result;
}

/* --- files ------------------------------------------------------------------------------------------------------- */

static int
file_close (sqlite3_file *file)
{
  return below (file)->pMethods->xClose (below (file));
}

static int
file_read (sqlite3_file *file, void *out, int len, sqlite3_int64 offset)
{
  return note_errno (file, below (file)->pMethods->xRead (below (file), out, len, offset));
}

static int
file_write (sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
  guint8 page[PAGE_MAX];
  gboolean whole_page = len >= 512 && len <= PAGE_MAX && offset % len == 0;
  if (((ScrubFile *) (void *) file)->database && whole_page)
    {
      memcpy (page, data, (gsize) len);
      demls_scrub_page (page, (gsize) len, offset == 0);
      data = page;
    }
  return note_errno (file, below (file)->pMethods->xWrite (below (file), data, len, offset));
}

static int
file_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  return note_errno (file, below (file)->pMethods->xTruncate (below (file), size));
}

static int
file_sync (sqlite3_file *file, int flags)
{
  return note_errno (file, below (file)->pMethods->xSync (below (file), flags));
}

static int
file_size (sqlite3_file *file, sqlite3_int64 *out)
{
  return below (file)->pMethods->xFileSize (below (file), out);
}

static int
file_lock (sqlite3_file *file, int level)
{
  return below (file)->pMethods->xLock (below (file), level);
}

static int
file_unlock (sqlite3_file *file, int level)
{
  return below (file)->pMethods->xUnlock (below (file), level);
}

static int
file_check_reserved_lock (sqlite3_file *file, int *out)
{
  return below (file)->pMethods->xCheckReservedLock (below (file), out);
}

static int
file_control (sqlite3_file *file, int what, void *argument)
{
  return below (file)->pMethods->xFileControl (below (file), what, argument);
}

static int
file_sector_size (sqlite3_file *file)
{
  return below (file)->pMethods->xSectorSize (below (file));
}

static int
file_characteristics (sqlite3_file *file)
{
  return below (file)->pMethods->xDeviceCharacteristics (below (file));
}

static const sqlite3_io_methods file_methods = {
  .iVersion = 1,
  .xClose = file_close,
  .xRead = file_read,
  .xWrite = file_write,
  .xTruncate = file_truncate,
  .xSync = file_sync,
  .xFileSize = file_size,
  .xLock = file_lock,
  .xUnlock = file_unlock,
  .xCheckReservedLock = file_check_reserved_lock,
  .xFileControl = file_control,
  .xSectorSize = file_sector_size,
  .xDeviceCharacteristics = file_characteristics,
};

/* --- the file system --------------------------------------------------------------------------------------------- */

static sqlite3_vfs *
base_of (sqlite3_vfs *vfs)
{
  return ((DemlsScrub *) (void *) vfs)->base;
}

static int
vfs_open (sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
  ScrubFile *self = (ScrubFile *) (void *) file;
  memset (self, 0, sizeof *self);
  self->scrub = (DemlsScrub *) (void *) vfs;
  self->database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  int result = base_of (vfs)->xOpen (base_of (vfs), path, below (file), flags, out_flags);
  if (result != SQLITE_OK)
    self->scrub->last_errno = errno;
  /* whatever the layer below has begun is for it to close */
  if (below (file)->pMethods)
    file->pMethods = &file_methods;
  return result;
}

static int
vfs_delete (sqlite3_vfs *vfs, const char *path, int sync_directory)
{
  int result = base_of (vfs)->xDelete (base_of (vfs), path, sync_directory);
  if (result != SQLITE_OK)
    ((DemlsScrub *) (void *) vfs)->last_errno = errno;
  return result;
}

static int
vfs_access (sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
  return base_of (vfs)->xAccess (base_of (vfs), path, flags, out);
}

static int
vfs_full_path (sqlite3_vfs *vfs, const char *path, int size, char *out)
{
  return base_of (vfs)->xFullPathname (base_of (vfs), path, size, out);
}

static int
vfs_randomness (sqlite3_vfs *vfs, int size, char *out)
{
  return base_of (vfs)->xRandomness (base_of (vfs), size, out);
}

static int
vfs_sleep (sqlite3_vfs *vfs, int microseconds)
{
  return base_of (vfs)->xSleep (base_of (vfs), microseconds);
}

static int
vfs_current_time (sqlite3_vfs *vfs, double *out)
{
  return base_of (vfs)->xCurrentTime (base_of (vfs), out);
}

static int
vfs_last_error (sqlite3_vfs *vfs, G_GNUC_UNUSED int size, G_GNUC_UNUSED char *out)
{
  return ((DemlsScrub *) (void *) vfs)->last_errno;
}

DemlsScrub *
demls_scrub_new (const char *base)
{
  sqlite3_vfs *found = sqlite3_vfs_find (base);
  if (!found)
    return NULL;
  DemlsScrub *self = g_new0 (DemlsScrub, 1);
  self->base = found;
  self->name = g_strdup_printf ("demls-scrub-%p", (void *) self);
  self->vfs = (sqlite3_vfs){
    .iVersion = 1,
    .szOsFile = (int) sizeof (ScrubFile) + found->szOsFile,
    .mxPathname = found->mxPathname,
    .zName = self->name,
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full_path,
    .xRandomness = vfs_randomness,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_current_time,
    .xGetLastError = vfs_last_error,
  };
  sqlite3_vfs_register (&self->vfs, FALSE);
  return self;
}

const char *
demls_scrub_name (const DemlsScrub *self)
{
  return self->name;
}

int
demls_scrub_last_errno (const DemlsScrub *self)
{
  return self->last_errno;
}

void
demls_scrub_free (DemlsScrub *self)
{
  if (!self)
    return;
  sqlite3_vfs_unregister (&self->vfs);
  g_free (self->name);
  g_free (self);
}
