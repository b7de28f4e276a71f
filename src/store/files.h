/* files.h - the directory of a store: who may read it, and who has it open.
 *
 *   store.lock      held with flock() as long as the store is open
 *   store.db        the database; never empty: it is made under another name and renamed when it is complete
 *   store.db-wal    what was committed since the last checkpoint (SQLite gives it the mode of store.db)
 *   store.db.new    a store whose making was interrupted; thrown away
 *
 * The directory is 0700 and every file 0600 from its first moment, whatever the umask.
 */
#ifndef DEMLS_FILES_H
#define DEMLS_FILES_H

#include "base/bytes.h"

/* Makes the directory if need be and takes its lock: the descriptor to close, or -1 with DEMLS_STORE_ERROR_BUSY if
 * another process, or another account of this one, has it. */
int demls_files_lock (const char *directory, GError **error);

/* TRUE if there is a database, and its files are readable to their owner only. FALSE with `error` if what is there
 * cannot be one (empty, a symbolic link, or only a -wal file), FALSE without if there is none. */
gboolean demls_files_present (const char *directory, GError **error);

/* An empty store.db.new, in the place of any that was there; the path. (transfer full) */
char *demls_files_begin (const char *directory, GError **error);

/* Turns store.db.new into store.db. */
gboolean demls_files_finish (const char *directory, GError **error);

/* The path of store.db. (transfer full) */
char *demls_files_path (const char *directory);

/* Writes a file that nobody else can read, whole or not at all. */
gboolean demls_files_write (const char *path, GBytes *bytes, GError **error);

/* Sets `error` from errno. Returns FALSE. */
gboolean demls_files_fail (const char *path, int saved_errno, GError **error);

#endif
