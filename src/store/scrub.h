/* scrub.h - keeps what was deleted out of the database file: a layer between SQLite and its file system (a VFS).
 *
 * SQLite's secure_delete zeroes a row that is removed, but not the stale copies of rows that were moved within their
 * page when it was rebalanced: those stay in the page's unallocated gap until something else happens to be written
 * there (35 of 65,000 dead values survived in a trial of SQLite 3.40 with secure_delete=ON). So every B-tree page
 * on its way to the database file has that gap zeroed here. What is in the -wal file is not changed (its checksums are
 * computed above us): it goes when the log is checkpointed and truncated.
 *
 * Only for databases without auto_vacuum. The layer has no shared memory, so SQLite uses WAL only with
 * locking_mode=EXCLUSIVE, and there is never a -shm file.
 */
#ifndef DEMLS_SCRUB_H
#define DEMLS_SCRUB_H

#include <glib.h>

typedef struct _DemlsScrub DemlsScrub;

/* A layer over the VFS called `base` (NULL: SQLite's default), registered under a name of its own until it is freed;
 * NULL if there is no such VFS. (transfer full) */
DemlsScrub *demls_scrub_new (const char *base);

/* The name for sqlite3_open_v2(). */
const char *demls_scrub_name (const DemlsScrub *self);

/* What the system said (errno) when something failed last; 0: nothing did. */
int demls_scrub_last_errno (const DemlsScrub *self);

/* Zeroes the gap of `page` if it is a B-tree page; `first`: the page begins with the 100 bytes of the file's header. */
void demls_scrub_page (guint8 *page, gsize size, gboolean first);

/* After the last database that uses it was closed. */
void demls_scrub_free (DemlsScrub *self);

#endif
