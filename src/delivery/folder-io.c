#include "delivery/folder-io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".packet"
#define TEMPORARY ".demls-"
#define TEMPORARY_SECONDS (24 * 60 * 60)
#define HEX_DIGITS "0123456789abcdef"

/* a file descriptor that closes itself */
typedef int Fd;

static void
fd_close (Fd *fd)
{
  if (*fd >= 0)
    close (*fd);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fd, fd_close)

static void
dir_close (DIR *dir)
{
  closedir (dir);
}

typedef DIR Dir;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Dir, dir_close)

static gboolean
fail (GError **error, int number, const char *path, const char *inside)
{
  int code = DEMLS_DELIVERY_ERROR_UNREACHABLE;
  if (number == ENOSPC || number == EDQUOT || number == EFBIG)
    code = DEMLS_DELIVERY_ERROR_FULL;
  if (number == EACCES || number == EPERM || number == EROFS || number == ENOTDIR || number == ELOOP)
    code = DEMLS_DELIVERY_ERROR_DENIED;
  g_set_error (error, DEMLS_DELIVERY_ERROR, code, "%s%s%s: %s", path, inside ? "/" : "", inside ? inside : "",
               number == EFBIG ? g_strerror (ENOSPC) : g_strerror (number));
  return FALSE;
}

FolderFile *
folder_file_new (const char *name, guint64 stamp)
{
  FolderFile *self = g_new0 (FolderFile, 1);
  g_strlcpy (self->name, name, sizeof self->name);
  self->stamp = stamp;
  self->status = FOLDER_FILE_FAILED;
  return self;
}

void
folder_file_free (FolderFile *self)
{
  demls_envelope_free (self->envelope);
  g_clear_error (&self->why);
  g_free (self);
}

/* ---- names ---- */

char *
folder_name (guint64 ms, Span digest)
{
  g_autofree char *hex = span_hex (span (digest.data, MIN (digest.len, 8)));
  return g_strdup_printf ("%016" G_GINT64_MODIFIER "x-%s" SUFFIX, ms, hex);
}

char *
folder_name_announcement (const char *conversation)
{
  return g_strconcat (conversation, SUFFIX, NULL);
}

gboolean
folder_name_fits (const char *shelf, const char *name)
{
  gsize length = strlen (name);
  if (length >= FOLDER_NAME_MAX || !g_str_has_suffix (name, SUFFIX))
    return FALSE;
  length -= strlen (SUFFIX);
  if (strcmp (shelf, FOLDER_ANNOUNCEMENTS) != 0)
    return length == 33 && strspn (name, HEX_DIGITS) == 16 && name[16] == '-' && strspn (name + 17, HEX_DIGITS) == 16;
  g_autofree char *conversation = g_strndup (name, length);
  return demls_conversation_is_valid (conversation);
}

guint64
folder_name_ms (const char *name)
{
  return name[16] == '-' ? g_ascii_strtoull (name, NULL, 16) : 0;
}

/* ---- directories ---- */

static Fd
open_root (const char *path)
{
  return open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static Fd
open_shelf (Fd root, const char *shelf)
{
  return openat (root, shelf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* who may use the folder may use what is in it, whatever this user's umask */
static mode_t
shared_mode (Fd root, mode_t mask)
{
  struct stat about;
  return fstat (root, &about) == 0 ? about.st_mode & mask : mask & 0700;
}

static Fd
make_shelf (Fd root, const char *shelf)
{
  if (mkdirat (root, shelf, 0700) != 0 && errno != EEXIST)
    return -1;
  Fd made = open_shelf (root, shelf);
  /* a file system without permissions refuses this, and has no need of it */
  if (made >= 0 && fchmod (made, shared_mode (root, 07777)) != 0)
    errno = 0;
  return made;
}

/* makes a file to write; its name starts hidden, so that neither we nor Syncthing take it for a packet */
static Fd
make_temporary (Fd dir, char name[FOLDER_NAME_MAX])
{
  g_snprintf (name, FOLDER_NAME_MAX, TEMPORARY "%08x%08x.tmp", g_random_int (), g_random_int ());
  return openat (dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

gboolean
folder_check (const char *path, gboolean create, GError **error)
{
  if (create)
    g_mkdir_with_parents (path, 0700);
  g_auto (Fd) root = open_root (path);
  if (root < 0)
    return fail (error, errno, path, NULL);
  char name[FOLDER_NAME_MAX];
  g_auto (Fd) trial = make_temporary (root, name);
  if (trial < 0)
    return fail (error, errno, path, NULL);
  unlinkat (root, name, 0);
  return TRUE;
}

static void
remove_if_forgotten (Fd dir, const char *name, gint64 before)
{
  struct stat about;
  if (fstatat (dir, name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (about.st_mode) && about.st_mtime < before)
    unlinkat (dir, name, 0);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
folder_list (const char *path, const char *shelf, gboolean *made, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_auto (Fd) root = open_root (path);
  if (root < 0)
    {
      fail (error, errno, path, NULL);
      return NULL;
    }
  Fd fd = open_shelf (root, shelf);
  if (fd < 0 && errno == ENOENT)
    {
      fd = make_shelf (root, shelf);
      *made = fd >= 0;
      if (fd < 0 && (errno == EACCES || errno == EROFS || errno == ENOSPC || errno == EDQUOT))
        return g_steal_pointer (&names);
    }
  if (fd < 0)
    {
      fail (error, errno, path, shelf);
      return NULL;
    }
  g_autoptr (Dir) dir = fdopendir (fd);
  if (!dir)
    {
      fail (error, errno, path, shelf);
      close (fd);
      return NULL;
    }
  gint64 before = g_get_real_time () / G_TIME_SPAN_SECOND - TEMPORARY_SECONDS;
  errno = 0;
  for (const struct dirent *entry = readdir (dir); entry; errno = 0, entry = readdir (dir))
    if (folder_name_fits (shelf, entry->d_name))
      g_ptr_array_add (names, g_strdup (entry->d_name));
    else if (g_str_has_prefix (entry->d_name, TEMPORARY))
      remove_if_forgotten (fd, entry->d_name, before);
  if (errno != 0)
    {
      fail (error, errno, path, shelf);
      return NULL;
    }
  g_ptr_array_sort (names, by_name);
  return g_steal_pointer (&names);
}

/* ---- reading ---- */

static guint64
stamp_of (const struct stat *about)
{
  const guint64 parts[] = { (guint64) about->st_ino,         (guint64) about->st_size,
                            (guint64) about->st_mtim.tv_sec, (guint64) about->st_mtim.tv_nsec,
                            (guint64) about->st_ctim.tv_sec, (guint64) about->st_ctim.tv_nsec };
  guint64 stamp = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    stamp = (stamp ^ parts[i]) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + (stamp >> 29);
  return stamp | 1;
}

static void
bad (FolderFile *file, const char *why)
{
  file->status = FOLDER_FILE_BAD;
  g_set_error_literal (&file->why, DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_DAMAGED, why);
}

/* up to `max` bytes, also from a file that grows meanwhile; NULL with errno */
static GBytes *
read_up_to (Fd fd, gsize max)
{
  g_autofree guint8 *data = g_malloc (max);
  gsize len = 0;
  while (len < max)
    {
      gssize got = read (fd, data + len, max - len);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return NULL;
      if (got == 0)
        break;
      len += (gsize) got;
    }
  return g_bytes_new (data, len);
}

static void
read_content (FolderFile *file, Fd fd, const struct stat *about)
{
  g_autoptr (GBytes) content = read_up_to (fd, (gsize) about->st_size + 1);
  if (!content)
    return;
  file->envelope = demls_envelope_unpack (span_bytes (content), &file->why);
  file->status = file->envelope ? FOLDER_FILE_READ : FOLDER_FILE_BAD;
}

static void
read_file (Fd dir, FolderFile *file)
{
  struct stat about;
  if (fstatat (dir, file->name, &about, AT_SYMLINK_NOFOLLOW) != 0)
    {
      file->status = errno == ENOENT ? FOLDER_FILE_GONE : FOLDER_FILE_FAILED;
      return;
    }
  guint64 before = file->stamp;
  file->stamp = stamp_of (&about);
  if (file->stamp == before)
    {
      file->status = FOLDER_FILE_UNCHANGED;
      return;
    }
  if (!S_ISREG (about.st_mode))
    return bad (file, "not a file");
  g_auto (Fd) fd = openat (dir, file->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 && (errno == EACCES || errno == EPERM || errno == ELOOP))
    return bad (file, g_strerror (errno));
  if (fd < 0 || fstat (fd, &about) != 0)
    return;
  file->stamp = stamp_of (&about);
  if (!S_ISREG (about.st_mode))
    return bad (file, "not a file");
  if (about.st_size > DEMLS_ENVELOPE_MAX)
    return bad (file, "too large");
  read_content (file, fd, &about);
}

gboolean
folder_read (const char *path, const char *shelf, GPtrArray *files, GError **error)
{
  g_auto (Fd) root = open_root (path);
  if (root < 0)
    return fail (error, errno, path, NULL);
  g_auto (Fd) dir = open_shelf (root, shelf);
  if (dir < 0)
    return fail (error, errno, path, shelf);
  for (guint i = 0; i < files->len; i++)
    read_file (dir, g_ptr_array_index (files, i));
  return TRUE;
}

/* ---- writing ---- */

static gboolean
write_all (Fd fd, Span content)
{
  while (content.len > 0)
    {
      gssize put = write (fd, content.data, content.len);
      if (put < 0 && errno == EINTR)
        continue;
      if (put < 0)
        return FALSE;
      content = span (content.data + put, content.len - (gsize) put);
    }
  return fsync (fd) == 0;
}

/* the write of a file's last bytes may fail as late as in close() */
static gboolean
finish (Fd *fd)
{
  int left = *fd;
  *fd = -1;
  return close (left) == 0;
}

gboolean
folder_write (const char *path, const char *shelf, const char *name, GBytes *content, GError **error)
{
  g_auto (Fd) root = open_root (path);
  if (root < 0)
    return fail (error, errno, path, NULL);
  g_auto (Fd) dir = open_shelf (root, shelf);
  if (dir < 0 && errno == ENOENT)
    dir = make_shelf (root, shelf);
  if (dir < 0)
    return fail (error, errno, path, shelf);
  char temporary[FOLDER_NAME_MAX];
  g_auto (Fd) fd = make_temporary (dir, temporary);
  if (fd < 0)
    return fail (error, errno, path, shelf);
  /* see make_shelf() */
  if (fchmod (fd, shared_mode (root, 0666)) != 0)
    errno = 0;
  if (!write_all (fd, span_bytes (content)) || !finish (&fd) || renameat (dir, temporary, dir, name) != 0)
    {
      fail (error, errno, path, shelf);
      unlinkat (dir, temporary, 0);
      return FALSE;
    }
  /* not every file system knows how; the file is there in any case */
  fsync (dir);
  return TRUE;
}

void
folder_remove (const char *path, const char *shelf, GPtrArray *files, gint64 before)
{
  g_auto (Fd) root = open_root (path);
  g_auto (Fd) dir = root < 0 ? -1 : open_shelf (root, shelf);
  for (guint i = 0; dir >= 0 && i < files->len; i++)
    remove_if_forgotten (dir, ((FolderFile *) g_ptr_array_index (files, i))->name, before);
}
