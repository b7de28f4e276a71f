#include "store/schema.h"

#include "user/store.h"

#define APPLICATION_ID "0x644d4c53" /* "dMLS", for file(1) */

/* The scopes are numbered so that rows do not repeat their names. WITHOUT ROWID: a row is in one tree, not in two. */
static const char version_1[] = "PRAGMA application_id = " APPLICATION_ID ";"
                                "CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
                                "CREATE TABLE scopes (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
                                " manifest BLOB NOT NULL);"
                                "CREATE TABLE rows (scope INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,"
                                " PRIMARY KEY (scope, key)) WITHOUT ROWID;";

static const char *const all_steps[] = { version_1 };

guint
demls_schema_newest (void)
{
  return G_N_ELEMENTS (all_steps);
}

gboolean
demls_schema_version (DemlsDatabase *database, guint newest, guint *version, GError **error)
{
  gint64 found;
  if (!demls_database_integer (database, "PRAGMA user_version", &found, error))
    return FALSE;
  *version = (guint) CLAMP (found, 0, (gint64) newest);
  if (found >= 1 && found <= (gint64) newest)
    return TRUE;
  if (found > (gint64) newest)
    g_set_error (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_VERSION,
                 "the store was written by a newer version (%" G_GINT64_FORMAT ", known here: %u)", found, newest);
  else
    g_set_error_literal (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_DAMAGED, "this is not a store");
  return FALSE;
}

static gboolean
take_steps (DemlsDatabase *database, const char *const *steps, guint n_steps, guint version, GError **error)
{
  for (guint i = version; i < n_steps; i++)
    if (!demls_database_exec (database, steps[i], error))
      return FALSE;
  g_autofree char *stamp = g_strdup_printf ("PRAGMA user_version = %u", n_steps);
  return demls_database_exec (database, stamp, error);
}

gboolean
demls_schema_take (DemlsDatabase *database, const char *const *steps, guint n_steps, guint version, GError **error)
{
  if (version == n_steps)
    return TRUE;
  return demls_database_run (database, demls_database_statement (database, DEMLS_SQL_BEGIN, error), error)
         && demls_database_end (database, take_steps (database, steps, n_steps, version, error), error);
}

gboolean
demls_schema_upgrade (DemlsDatabase *database, GError **error)
{
  gint64 version;
  return demls_database_integer (database, "PRAGMA user_version", &version, error)
         && demls_schema_take (database, all_steps, G_N_ELEMENTS (all_steps),
                               (guint) CLAMP (version, 0, (gint64) G_N_ELEMENTS (all_steps)), error);
}
