#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/store.h"

#define MODE 0600

static int
code_of (int saved_errno)
{
  switch (saved_errno)
    {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return DEMLS_STORE_ERROR_FULL;
    case EROFS:
    case EACCES:
    case EPERM:
      return DEMLS_STORE_ERROR_READ_ONLY;
    case ELOOP: /* O_NOFOLLOW: a symbolic link where we put none */
      return DEMLS_STORE_ERROR_DAMAGED;
    default:
      return DEMLS_STORE_ERROR_IO;
    }
}

gboolean
demls_files_fail (const char *path, int saved_errno, GError **error)
{
  g_set_error (error, DEMLS_STORE_ERROR, code_of (saved_errno), "%s: %s", path, g_strerror (saved_errno));
  return FALSE;
}

static int
open_private (const char *path, int flags, GError **error)
{
  int fd = g_open (path, flags | O_NOFOLLOW | O_CLOEXEC, MODE);
  if (fd < 0)
    demls_files_fail (path, errno, error);
  else if (fchmod (fd, MODE) != 0)
    {
      demls_files_fail (path, errno, error);
      close (fd);
      fd = -1;
    }
  return fd;
}

static gboolean
sync_directory (const char *directory, GError **error)
{
  int fd = g_open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean fine = fd >= 0 && fsync (fd) == 0;
  int saved_errno = errno;
  if (fd >= 0)
    close (fd);
  return fine ? TRUE : demls_files_fail (directory, saved_errno, error);
}

char *
demls_files_path (const char *directory)
{
  return g_build_filename (directory, "store.db", NULL);
}

static char *
new_path (const char *directory)
{
  return g_build_filename (directory, "store.db.new", NULL);
}

static char *
wal_path (const char *directory)
{
  return g_build_filename (directory, "store.db-wal", NULL);
}

int
demls_files_lock (const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "store.lock", NULL);
  if (g_mkdir_with_parents (directory, 0700) != 0 || g_chmod (directory, 0700) != 0)
    {
      demls_files_fail (directory, errno, error);
      return -1;
    }
  int fd = open_private (path, O_RDWR | O_CREAT, error);
  if (fd < 0 || flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  if (errno == EWOULDBLOCK)
    g_set_error (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_BUSY,
                 "%s is in use by another program or account; a store belongs to one at a time", directory);
  else
    demls_files_fail (path, errno, error);
  close (fd);
  return -1;
}

static gboolean
damaged (const char *path, const char *why, GError **error)
{
  g_set_error (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_DAMAGED, "%s %s", path, why);
  return FALSE;
}

/* Sees whether there is a file, how long it is, and that nobody else may read it. */
static gboolean
check_private (const char *path, gboolean *there, goffset *size, GError **error)
{
  struct stat info = { .st_size = 0 };
  *there = lstat (path, &info) == 0;
  *size = info.st_size;
  if (!*there)
    return errno == ENOENT ? TRUE : demls_files_fail (path, errno, error);
  if (!S_ISREG (info.st_mode))
    return damaged (path, "is not a file", error);
  if ((info.st_mode & 07777) == MODE || chmod (path, MODE) == 0)
    return TRUE;
  return demls_files_fail (path, errno, error);
}

gboolean
demls_files_present (const char *directory, GError **error)
{
  g_autofree char *path = demls_files_path (directory);
  g_autofree char *wal = wal_path (directory);
  gboolean there, wal_there;
  goffset size, wal_size;
  if (!check_private (path, &there, &size, error) || !check_private (wal, &wal_there, &wal_size, error))
    return FALSE;
  if (there && size == 0)
    return damaged (path, "is empty", error);
  if (!there && wal_size > 0)
    return damaged (path, "is missing, but what was last written to it is there", error);
  return there;
}

char *
demls_files_begin (const char *directory, GError **error)
{
  static const char *const suffixes[] = { "", "-wal", "-journal", "-shm" };
  g_autofree char *path = new_path (directory);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *leftover = g_strconcat (path, suffixes[i], NULL);
      if (g_unlink (leftover) != 0 && errno != ENOENT)
        {
          demls_files_fail (leftover, errno, error);
          return NULL;
        }
    }
  int fd = open_private (path, O_RDWR | O_CREAT | O_EXCL, error);
  if (fd < 0)
    return NULL;
  close (fd);
  return g_steal_pointer (&path);
}

gboolean
demls_files_finish (const char *directory, GError **error)
{
  g_autofree char *from = new_path (directory);
  g_autofree char *to = demls_files_path (directory);
  if (g_rename (from, to) != 0)
    return demls_files_fail (to, errno, error);
  return sync_directory (directory, error);
}

static gboolean
write_all (int fd, const char *path, Span bytes, GError **error)
{
  while (bytes.len)
    {
      gssize written = write (fd, bytes.data, bytes.len);
      if (written < 0 && errno != EINTR)
        return demls_files_fail (path, errno, error);
      bytes = span (bytes.data + MAX (written, 0), bytes.len - (gsize) MAX (written, 0));
    }
  return fsync (fd) == 0 ? TRUE : demls_files_fail (path, errno, error);
}

/* Under a name that nobody has, so that no file of the user's is in the way. */
gboolean
demls_files_write (const char *path, GBytes *bytes, GError **error)
{
  g_autofree char *temporary = g_strconcat (path, ".XXXXXX", NULL);
  g_autofree char *directory = g_path_get_dirname (path);
  int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, MODE);
  if (fd < 0)
    return demls_files_fail (path, errno, error);
  gboolean written = fchmod (fd, MODE) == 0 ? write_all (fd, temporary, span_bytes (bytes), error)
                                            : demls_files_fail (temporary, errno, error);
  close (fd);
  if (written && g_rename (temporary, path) == 0)
    return sync_directory (directory, error);
  int saved_errno = errno;
  g_unlink (temporary);
  return written ? demls_files_fail (path, saved_errno, error) : FALSE;
}
