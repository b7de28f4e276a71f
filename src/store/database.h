/* database.h - SQLite, set up the way a store needs it.
 *
 * WAL, so that a commit is one append and one fsync. synchronous=FULL, since what was saved is published next: a
 * commit that a power cut takes back would use the same sending generation twice. locking_mode=EXCLUSIVE: no -shm
 * file, and one more refusal of a second process. secure_delete=ON and scrub.h: what is deleted is overwritten.
 * temp_store=MEMORY: nothing lands in /tmp. Not shared between threads.
 */
#ifndef DEMLS_DATABASE_H
#define DEMLS_DATABASE_H

#include <sqlite3.h>

#include "base/bytes.h"
#include "store/scrub.h"

/* The statements, prepared once each. */
typedef enum {
  DEMLS_SQL_BEGIN,
  DEMLS_SQL_COMMIT,
  DEMLS_SQL_ROLLBACK,
  DEMLS_SQL_META,         /* 1 name: value */
  DEMLS_SQL_PUT_META,     /* 1 name, 2 value */
  DEMLS_SQL_SCOPES,       /* id, name, manifest */
  DEMLS_SQL_NEW_SCOPE,    /* 1 name */
  DEMLS_SQL_PUT_SCOPE,    /* 1 id, 2 manifest */
  DEMLS_SQL_REMOVE_SCOPE, /* 1 id */
  DEMLS_SQL_ROW,          /* 1 scope, 2 key: value */
  DEMLS_SQL_ROWS,         /* 1 scope: key, value */
  DEMLS_SQL_PUT_ROW,      /* 1 scope, 2 key, 3 value */
  DEMLS_SQL_REMOVE_ROW,   /* 1 scope, 2 key */
  DEMLS_SQL_REMOVE_ROWS,  /* 1 scope */
  DEMLS_SQL_N,
} DemlsSql;

typedef struct {
  sqlite3 *handle;
  DemlsScrub *scrub;
  sqlite3_stmt *statements[DEMLS_SQL_N];
} DemlsDatabase;

/* Opens the file at `path`, which must exist (it may be empty), over the VFS called `vfs` (NULL: the default). */
gboolean demls_database_open (DemlsDatabase *self, const char *path, const char *vfs, GError **error);

/* Does what `sql` says; it has no results. */
gboolean demls_database_exec (DemlsDatabase *self, const char *sql, GError **error);

/* The one integer that `sql` results in. */
gboolean demls_database_integer (DemlsDatabase *self, const char *sql, gint64 *out, GError **error);

/* Statement `id` ready for binding, NULL if it does not fit the database. Borrowed; finish it before the next use. */
sqlite3_stmt *demls_database_statement (DemlsDatabase *self, DemlsSql id, GError **error);

/* The next row: 1, none: 0 (the statement is then finished), failed: -1 with `error`. */
int demls_database_step (DemlsDatabase *self, sqlite3_stmt *statement, GError **error);

/* Runs a statement that has no results, and finishes it. */
gboolean demls_database_run (DemlsDatabase *self, sqlite3_stmt *statement, GError **error);

/* Forgets the results and what was bound. */
void demls_database_finish (sqlite3_stmt *statement);

/* Binds what must stay valid until the statement is finished. */
void demls_database_bind_text (sqlite3_stmt *statement, int index, const char *text);
void demls_database_bind_span (sqlite3_stmt *statement, int index, Span bytes);

/* A column's text, NULL if it is none; its bytes, FALSE if it is no blob. Valid until the next step. */
const char *demls_database_text (sqlite3_stmt *statement, int column);
gboolean demls_database_span (sqlite3_stmt *statement, int column, Span *out);

/* Ends a transaction: TRUE only if it is kept; otherwise everything is as it was before. */
gboolean demls_database_end (DemlsDatabase *self, gboolean keep, GError **error);

/* Moves the log into the database file and truncates it. A failure costs nothing but the moment. */
gboolean demls_database_checkpoint (DemlsDatabase *self, GError **error);

/* Whether closing merges the log into the database: not unless it is known to be ours. */
void demls_database_merge_on_close (DemlsDatabase *self, gboolean merge);

void demls_database_clear (DemlsDatabase *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DemlsDatabase, demls_database_clear)

#endif
