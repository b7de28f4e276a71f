/* schema.h - the tables of a store, and how older ones become today's.
 *
 * PRAGMA user_version says which version a database has. Step i of the list takes it from version i to i + 1; a new
 * database starts at 0 and takes all of them. A step, once released, never changes; tests/store/golden/ keeps a
 * database of each version.
 */
#ifndef DEMLS_SCHEMA_H
#define DEMLS_SCHEMA_H

#include "store/database.h"

/* The version that this program writes. */
guint demls_schema_newest (void);

/* What version it is, DEMLS_STORE_ERROR_DAMAGED if that makes no sense, _VERSION if it is newer than this program. */
gboolean demls_schema_version (DemlsDatabase *database, guint newest, guint *version, GError **error);

/* Brings an empty or older database up to date, in one transaction. */
gboolean demls_schema_upgrade (DemlsDatabase *database, GError **error);

/* The same with a given list of steps (for tests): `version` is where the database is now. */
gboolean demls_schema_take (DemlsDatabase *database, const char *const *steps, guint n_steps, guint version,
                            GError **error);

#endif
