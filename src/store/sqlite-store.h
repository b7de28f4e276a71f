/* sqlite-store.h - the store on disk: one SQLite database in a directory of one account's own.
 *
 * What lies there is described in files.h (the files), schema.h (versions), seal.h (values) and manifest.h (what must
 * be there). With a passphrase every value is sealed; scopes, keys and lengths are not. Every scope has a manifest, and
 * a root manifest stands over all scopes, so a row or scope that is missing, changed, swapped or older than the rest is
 * noticed: opening or load() fails as a whole. What is not noticed here: a whole directory put back to an older state;
 * and damage in the log of a process that was killed, which ends the log there (SQLite's checksums), so that the store
 * is as after an earlier commit since the last checkpoint.
 *
 * Without a passphrase SQLite's page cache holds values in memory that it does not wipe when it frees them.
 *
 * commit() is one transaction and one fsync. When rows were replaced or removed, the log that still holds them is moved
 * into the database (which overwrites them, scrub.h) and truncated: at once if a scope was removed, otherwise after
 * every `checkpoint_every` such commits, and when the store is closed. If that fails (a full disk) it is tried again
 * after the next commit.
 */
#ifndef DEMLS_SQLITE_STORE_H
#define DEMLS_SQLITE_STORE_H

#include "crypto/password.h"
#include "user/store.h"

typedef struct {
  const char *directory;
  const char *passphrase; /* NULL: none */
  PasswordCost cost;      /* for a passphrase that is set now; zero: PASSWORD_COST */
  guint checkpoint_every; /* zero: 1, after every commit that leaves something to wipe */
  const char *vfs;        /* SQLite's file system, for tests; NULL: the default */
} DemlsSqliteOptions;

/* Opens the store, and makes it if there is none. Errors are DEMLS_STORE_ERROR; a wrong passphrase changes nothing.
 * Argon2id takes about 0.2 s. (transfer full: demls_store_close()) */
DemlsStore *demls_sqlite_store_open (const DemlsSqliteOptions *options, GError **error);

/* Sets, changes or (NULL) removes the passphrase: every value is sealed anew, with a fresh key, in one transaction,
 * which takes Argon2id's time and about 10 us a row. Nothing is changed on failure. */
gboolean demls_sqlite_store_set_passphrase (DemlsStore *store, const char *passphrase, GError **error);

/* Writes the rows of scope "" to a new file at `path`, sealed under a passphrase of its own (envelope.h). */
gboolean demls_sqlite_store_export_identity (DemlsStore *store, const char *path, const char *passphrase,
                                             GError **error);

/* Replaces the rows of scope "" by those in the file, in one transaction. Wrong passphrase, damage: nothing changes. */
gboolean demls_sqlite_store_import_identity (DemlsStore *store, const char *path, const char *passphrase,
                                             GError **error);

/* --- the same in halves, for callers that must not wait for Argon2id ---------------------------------------------- */

/* What a passphrase (NULL: none) becomes; in any thread. `cost` zero: PASSWORD_COST. (transfer full) */
typedef struct _DemlsNewLock DemlsNewLock;
DemlsNewLock *demls_new_lock_make (const char *passphrase, PasswordCost cost, GError **error);
void demls_new_lock_free (DemlsNewLock *self);

/* The rest of demls_sqlite_store_set_passphrase(); `lock` is used up, the caller frees it. */
gboolean demls_sqlite_store_set_lock (DemlsStore *store, DemlsNewLock *lock, GError **error);

/* The rows of scope "", of DemlsChange, and what replaces them. (transfer full) */
GPtrArray *demls_sqlite_store_identity (DemlsStore *store, GError **error);
gboolean demls_sqlite_store_set_identity (DemlsStore *store, const GPtrArray *rows, GError **error);

/* Such rows to a file and back; in any thread. (read: transfer full) */
gboolean demls_identity_file_write (const char *path, const GPtrArray *rows, const char *passphrase, PasswordCost cost,
                                    GError **error);
GPtrArray *demls_identity_file_read (const char *path, const char *passphrase, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsNewLock, demls_new_lock_free)

#endif
