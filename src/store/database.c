#include "store/database.h"

#include <errno.h>
#include <string.h>

#include "user/store.h"

static const char *const sql_texts[DEMLS_SQL_N] = {
  [DEMLS_SQL_BEGIN] = "BEGIN IMMEDIATE",
  [DEMLS_SQL_COMMIT] = "COMMIT",
  [DEMLS_SQL_ROLLBACK] = "ROLLBACK",
  [DEMLS_SQL_META] = "SELECT value FROM meta WHERE name = ?1",
  [DEMLS_SQL_PUT_META] =
      "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
  [DEMLS_SQL_SCOPES] = "SELECT id, name, manifest FROM scopes ORDER BY id",
  [DEMLS_SQL_NEW_SCOPE] = "INSERT INTO scopes (name, manifest) VALUES (?1, x'')",
  [DEMLS_SQL_PUT_SCOPE] = "UPDATE scopes SET manifest = ?2 WHERE id = ?1",
  [DEMLS_SQL_REMOVE_SCOPE] = "DELETE FROM scopes WHERE id = ?1",
  [DEMLS_SQL_ROW] = "SELECT value FROM rows WHERE scope = ?1 AND key = ?2",
  [DEMLS_SQL_ROWS] = "SELECT key, value FROM rows WHERE scope = ?1 ORDER BY key",
  [DEMLS_SQL_PUT_ROW] = ("INSERT INTO rows (scope, key, value) VALUES (?1, ?2, ?3)"
                         " ON CONFLICT (scope, key) DO UPDATE SET value = excluded.value"),
  [DEMLS_SQL_REMOVE_ROW] = "DELETE FROM rows WHERE scope = ?1 AND key = ?2",
  [DEMLS_SQL_REMOVE_ROWS] = "DELETE FROM rows WHERE scope = ?1",
};

static const char set_up[] = "PRAGMA locking_mode = EXCLUSIVE;"
                             "PRAGMA synchronous = FULL;"
                             "PRAGMA secure_delete = ON;"
                             "PRAGMA temp_store = MEMORY;"
                             "PRAGMA auto_vacuum = NONE;" /* scrub.h counts on it */
                             "PRAGMA mmap_size = 0;"
                             "PRAGMA trusted_schema = OFF;"
                             "PRAGMA cell_size_check = ON;"
                             "PRAGMA wal_autocheckpoint = 0;";

static int
code_of_errno (int system_errno)
{
  if (system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG)
    return DEMLS_STORE_ERROR_FULL;
  if (system_errno == EROFS || system_errno == EACCES || system_errno == EPERM)
    return DEMLS_STORE_ERROR_READ_ONLY;
  return DEMLS_STORE_ERROR_IO;
}

static int
code_of (int result, int system_errno)
{
  switch (result & 0xff)
    {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return DEMLS_STORE_ERROR_BUSY;
    case SQLITE_FULL:
      return DEMLS_STORE_ERROR_FULL;
    case SQLITE_READONLY:
      return DEMLS_STORE_ERROR_READ_ONLY;
    case SQLITE_IOERR:
      /* the file ends where a page should be */
      if (result == SQLITE_IOERR_SHORT_READ)
        return DEMLS_STORE_ERROR_DAMAGED;
      return code_of_errno (system_errno);
    case SQLITE_CANTOPEN:
      return code_of_errno (system_errno);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_FORMAT:
    case SQLITE_ERROR: /* our statements are right, so it is the schema that is wrong */
      return DEMLS_STORE_ERROR_DAMAGED;
    default:
      return DEMLS_STORE_ERROR_IO;
    }
}

static gboolean
fail (DemlsDatabase *self, int result, GError **error)
{
  const char *why = self->handle ? sqlite3_errmsg (self->handle) : sqlite3_errstr (result);
  gboolean of_system = (result & 0xff) == SQLITE_IOERR || (result & 0xff) == SQLITE_CANTOPEN;
  int system_errno = of_system ? demls_scrub_last_errno (self->scrub) : 0;
  g_set_error (error, DEMLS_STORE_ERROR, code_of (result, system_errno), "store: %s%s%s (SQLite %d)", why,
               system_errno ? ": " : "", system_errno ? g_strerror (system_errno) : "", result);
  return FALSE;
}

gboolean
demls_database_exec (DemlsDatabase *self, const char *sql, GError **error)
{
  int result = sqlite3_exec (self->handle, sql, NULL, NULL, NULL);
  return result == SQLITE_OK ? TRUE : fail (self, result, error);
}

gboolean
demls_database_integer (DemlsDatabase *self, const char *sql, gint64 *out, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2 (self->handle, sql, -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_step (statement);
  gboolean fine = result == SQLITE_ROW;
  if (fine)
    *out = sqlite3_column_int64 (statement, 0);
  else
    fail (self, result, error);
  sqlite3_finalize (statement);
  return fine;
}

static gboolean
enter_wal (DemlsDatabase *self, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2 (self->handle, "PRAGMA journal_mode = WAL", -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_step (statement);
  const char *mode = result == SQLITE_ROW ? (const char *) sqlite3_column_text (statement, 0) : NULL;
  gboolean fine = g_strcmp0 (mode, "wal") == 0;
  if (!fine && result != SQLITE_ROW)
    fail (self, result, error);
  else if (!fine)
    g_set_error_literal (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_IO, "store: SQLite cannot use a log (WAL) here");
  sqlite3_finalize (statement);
  return fine;
}

gboolean
demls_database_open (DemlsDatabase *self, const char *path, const char *vfs, GError **error)
{
  self->scrub = demls_scrub_new (vfs);
  if (!self->scrub)
    {
      g_set_error (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_IO, "SQLite has no VFS %s", vfs ? vfs : "");
      return FALSE;
    }
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOMUTEX;
  int result = sqlite3_open_v2 (path, &self->handle, flags, demls_scrub_name (self->scrub));
  if (result != SQLITE_OK)
    return fail (self, result, error);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  demls_database_merge_on_close (self, FALSE);
  return demls_database_exec (self, set_up, error) && enter_wal (self, error);
}

sqlite3_stmt *
demls_database_statement (DemlsDatabase *self, DemlsSql id, GError **error)
{
  if (!self->statements[id])
    {
      int result =
          sqlite3_prepare_v3 (self->handle, sql_texts[id], -1, SQLITE_PREPARE_PERSISTENT, &self->statements[id], NULL);
      if (result != SQLITE_OK)
        fail (self, result, error);
    }
  return self->statements[id];
}

void
demls_database_finish (sqlite3_stmt *statement)
{
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
}

int
demls_database_step (DemlsDatabase *self, sqlite3_stmt *statement, GError **error)
{
  int result = sqlite3_step (statement);
  if (result == SQLITE_ROW)
    return 1;
  if (result != SQLITE_DONE)
    fail (self, result, error);
  demls_database_finish (statement);
  return result == SQLITE_DONE ? 0 : -1;
}

gboolean
demls_database_run (DemlsDatabase *self, sqlite3_stmt *statement, GError **error)
{
  if (!statement)
    return FALSE;
  int more;
  while ((more = demls_database_step (self, statement, error)) > 0)
    ;
  return more == 0;
}

void
demls_database_bind_text (sqlite3_stmt *statement, int index, const char *text)
{
  sqlite3_bind_text (statement, index, text, -1, SQLITE_STATIC);
}

void
demls_database_bind_span (sqlite3_stmt *statement, int index, Span bytes)
{
  /* a NULL pointer would bind an SQL NULL */
  sqlite3_bind_blob64 (statement, index, bytes.len ? (const void *) bytes.data : "", bytes.len, SQLITE_STATIC);
}

const char *
demls_database_text (sqlite3_stmt *statement, int column)
{
  if (sqlite3_column_type (statement, column) != SQLITE_TEXT)
    return NULL;
  const char *text = (const char *) sqlite3_column_text (statement, column);
  return text && strlen (text) == (gsize) sqlite3_column_bytes (statement, column) ? text : NULL;
}

gboolean
demls_database_span (sqlite3_stmt *statement, int column, Span *out)
{
  if (sqlite3_column_type (statement, column) != SQLITE_BLOB)
    return FALSE;
  const void *data = sqlite3_column_blob (statement, column);
  *out = span (data, (gsize) sqlite3_column_bytes (statement, column));
  return data || out->len == 0;
}

gboolean
demls_database_end (DemlsDatabase *self, gboolean keep, GError **error)
{
  sqlite3_stmt *commit = keep ? demls_database_statement (self, DEMLS_SQL_COMMIT, error) : NULL;
  if (commit && demls_database_run (self, commit, error))
    return TRUE;
  /* some errors have rolled back by themselves */
  if (!sqlite3_get_autocommit (self->handle))
    demls_database_run (self, demls_database_statement (self, DEMLS_SQL_ROLLBACK, NULL), NULL);
  return FALSE;
}

gboolean
demls_database_checkpoint (DemlsDatabase *self, GError **error)
{
  int result = sqlite3_wal_checkpoint_v2 (self->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  return result == SQLITE_OK ? TRUE : fail (self, result, error);
}

void
demls_database_merge_on_close (DemlsDatabase *self, gboolean merge)
{
  if (self->handle)
    sqlite3_db_config (self->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !merge, NULL);
}

void
demls_database_clear (DemlsDatabase *self)
{
  for (guint i = 0; i < DEMLS_SQL_N; i++)
    sqlite3_finalize (g_steal_pointer (&self->statements[i]));
  sqlite3_close (g_steal_pointer (&self->handle));
  g_clear_pointer (&self->scrub, demls_scrub_free);
}
