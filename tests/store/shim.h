/* shim.h - stands between this program and the kernel: every write, sync, truncation, rename and removal of a file,
 * SQLite's and our own, is counted, and one of them can fail or be the last thing that the process does.
 *
 * For one program that includes it: the functions below take the place of the C library's in every library that the
 * program is linked with. FaultDisk (fault-disk.h) sees only what SQLite does, but can lose power.
 */
#ifndef DEMLS_TESTS_SHIM_H
#define DEMLS_TESTS_SHIM_H

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <glib.h>

typedef enum {
  SHIM_COUNT,  /* everything works */
  SHIM_FAIL,   /* operation `at` fails once with `code` */
  SHIM_STOP,   /* the process ends in operation `at`, a write being half done */
  SHIM_BROKEN, /* everything fails with `code` */
} ShimKind;

static struct {
  gboolean armed;
  ShimKind kind;
  guint at;
  int code;
  guint done; /* operations since it was armed */
  guint writes, syncs, renames, others;
} shim;

#define SHIM_EXPORT __attribute__ ((visibility ("default")))
#define SHIM_STOPPED 77 /* exit status */

/* From now on. */
static inline void
shim_arm (ShimKind kind, guint at, int code)
{
  shim.kind = kind;
  shim.at = at;
  shim.code = code;
  shim.done = 0;
  shim.armed = TRUE;
}

static inline void
shim_disarm (void)
{
  shim.armed = FALSE;
}

/* 0 if the operation may go on, 1 if it is the one at which everything stops, -1 with errno if it fails. */
static inline int
shim_next (guint *counter)
{
  if (!shim.armed)
    return 0;
  guint number = shim.done++;
  (*counter)++;
  if (shim.kind == SHIM_BROKEN || (shim.kind == SHIM_FAIL && number == shim.at))
    {
      errno = shim.code;
      return -1;
    }
  return shim.kind == SHIM_STOP && number == shim.at ? 1 : 0;
}

/* Only files count: standard output is a pipe. */
static inline gboolean
shim_is_file (int fd)
{
  struct stat info;
  return shim.armed && syscall (SYS_fstat, fd, &info) == 0 && S_ISREG (info.st_mode);
}

static inline gssize
shim_write (int fd, const void *data, gsize len, gint64 offset)
{
  int next = shim_is_file (fd) ? shim_next (&shim.writes) : 0;
  if (next < 0)
    return -1;
  gsize part = next > 0 ? len / 2 : len;
  gssize written = offset < 0 ? syscall (SYS_write, fd, data, part) : syscall (SYS_pwrite64, fd, data, part, offset);
  if (next > 0)
    syscall (SYS_exit_group, SHIM_STOPPED);
  return written;
}

/* A call without data: it is not done if everything stops there. */
#define SHIM_CALL(counter, ...)                                                                                        \
  do                                                                                                                   \
    {                                                                                                                  \
      int next = shim_next (&(counter));                                                                               \
      if (next > 0)                                                                                                    \
        syscall (SYS_exit_group, SHIM_STOPPED);                                                                        \
      return next < 0 ? -1 : (int) syscall (__VA_ARGS__);                                                              \
    }                                                                                                                  \
  while (0)

SHIM_EXPORT ssize_t
write (int fd, const void *data, size_t len)
{
  return shim_write (fd, data, len, -1);
}

SHIM_EXPORT ssize_t
pwrite (int fd, const void *data, size_t len, off_t offset)
{
  return shim_write (fd, data, len, offset);
}

SHIM_EXPORT ssize_t
pwrite64 (int fd, const void *data, size_t len, off_t offset)
{
  return shim_write (fd, data, len, offset);
}

SHIM_EXPORT int
fsync (int fd)
{
  SHIM_CALL (shim.syncs, SYS_fsync, fd);
}

SHIM_EXPORT int
fdatasync (int fd)
{
  SHIM_CALL (shim.syncs, SYS_fdatasync, fd);
}

SHIM_EXPORT int
ftruncate (int fd, off_t size)
{
  SHIM_CALL (shim.others, SYS_ftruncate, fd, size);
}

SHIM_EXPORT int
ftruncate64 (int fd, off_t size)
{
  SHIM_CALL (shim.others, SYS_ftruncate, fd, size);
}

SHIM_EXPORT int
rename (const char *from, const char *to)
{
  SHIM_CALL (shim.renames, SYS_rename, from, to);
}

SHIM_EXPORT int
unlink (const char *path)
{
  SHIM_CALL (shim.others, SYS_unlink, path);
}

#endif
