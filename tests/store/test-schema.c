/* test-schema.c - store/schema.h: every version that was ever released opens, newer ones are refused.
 *
 *   test-schema DIRECTORY        writes the golden stores there, for tests/store/golden/make.sh
 */
#define _GNU_SOURCE

#include <sqlite3.h>

#include "store/schema.h"
#include "stores.h"

#define PASSPHRASE "correct horse battery staple"
#define CONTENTS "/identity=00ff\n/name=6d65\n0a1b2c/message/1=68656c6c6f\n0a1b2c/ratchet=\n"

static void
make_golden (const char *directory, const char *name, const char *passphrase)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  const DemlsSqliteOptions options = options_for (path, passphrase);
  g_autoptr (OpenStore) store = demls_sqlite_store_open (&options, NULL);
  g_autoptr (Changes) changes = changes_new ();
  g_autoptr (GBytes) identity = g_bytes_new_static ("\x00\xff", 2);
  g_ptr_array_add (changes, demls_change_new ("", "identity", identity));
  change (changes, "", "name", "me");
  change (changes, "0a1b2c", "message/1", "hello");
  change (changes, "0a1b2c", "ratchet", "");
  if (!store || !store->ops->commit (store, changes, NULL))
    g_error ("%s cannot be made", path);
}

/* A directory with the database that `sql` describes. (transfer full) */
static char *
directory_from (const char *sql)
{
  char *directory = new_directory ();
  g_autofree char *path = g_build_filename (directory, "store.db", NULL);
  sqlite3 *database;
  ck_assert_int_eq (sqlite3_open (path, &database), SQLITE_OK);
  ck_assert_msg (sqlite3_exec (database, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg (database));
  sqlite3_close (database);
  return directory;
}

static char *
golden (guint version, const char *kind)
{
  const char *top = g_getenv ("srcdir");
  g_autofree char *path = g_strdup_printf ("%s/tests/store/golden/v%u-%s.sql", top ? top : ".", version, kind);
  char *sql = NULL;
  ck_assert_msg (g_file_get_contents (path, &sql, NULL, NULL), "%s", path);
  return sql;
}

START_TEST (every_released_version_opens)
{
  ck_assert_uint_ge (demls_schema_newest (), 1);
  for (guint version = 1; version <= demls_schema_newest (); version++)
    for (guint sealed = 0; sealed < 2; sealed++)
      {
        g_autofree char *sql = golden (version, sealed ? "sealed" : "plain");
        g_autoptr (Directory) directory = directory_from (sql);
        OpenStore *store = must_open (directory, sealed ? PASSPHRASE : NULL);
        holds (store, CONTENTS);
        put (store, "0a1b2c", "message/2", "again");
        store_close (store);
        g_autoptr (OpenStore) again = must_open (directory, sealed ? PASSPHRASE : NULL);
        holds (again, "/identity=00ff\n/name=6d65\n0a1b2c/message/1=68656c6c6f\n0a1b2c/message/2=616761696e\n"
                      "0a1b2c/ratchet=\n");
      }
}
END_TEST

START_TEST (a_newer_version_is_refused_and_left_alone)
{
  g_autofree char *sql = golden (demls_schema_newest (), "plain");
  g_autofree char *newer = g_strdup_printf ("%s;PRAGMA user_version = %u;", sql, demls_schema_newest () + 1);
  g_autoptr (Directory) directory = directory_from (newer);
  must_not_open (directory, NULL, DEMLS_STORE_ERROR_VERSION);
  g_autoptr (GBytes) before = file_bytes (directory, "store.db");
  must_not_open (directory, NULL, DEMLS_STORE_ERROR_VERSION);
  g_autoptr (GBytes) after = file_bytes (directory, "store.db");
  ck_assert (g_bytes_equal (before, after));
}
END_TEST

START_TEST (other_databases_are_refused)
{
  static const char *const others[] = {
    "CREATE TABLE a (b)",
    "PRAGMA user_version = 1; CREATE TABLE a (b)",
    "PRAGMA user_version = -1; CREATE TABLE a (b)",
    "PRAGMA user_version = 1; CREATE TABLE meta (name, value)",
    "PRAGMA user_version = 1; CREATE TABLE meta (name, value); INSERT INTO meta VALUES ('lock', 'plain')",
    "PRAGMA user_version = 1; CREATE TABLE meta (name, value); INSERT INTO meta VALUES ('lock', x'706c61696e')",
    "PRAGMA user_version = 1; CREATE TABLE meta (name, value); INSERT INTO meta VALUES ('lock', 5)",
  };
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (Directory) directory = directory_from (others[i]);
      must_not_open (directory, NULL, DEMLS_STORE_ERROR_DAMAGED);
    }
}
END_TEST

static gboolean
one_row (DemlsDatabase *database, const char *sql, gint64 expected)
{
  gint64 found = -1;
  return demls_database_integer (database, sql, &found, NULL) && found == expected;
}

/* The machinery, with versions that do not exist yet. */
START_TEST (steps_are_taken_from_where_it_is_and_all_or_none)
{
  static const char *const steps[] = { "CREATE TABLE one (x)", "INSERT INTO one VALUES (7)", "CREATE TABLE one (x)" };
  g_autoptr (Directory) directory = new_directory ();
  g_autofree char *path = g_build_filename (directory, "db", NULL);
  g_auto (DemlsDatabase) database = { .handle = NULL };
  write_file (directory, "db", "", 0);
  ck_assert (demls_database_open (&database, path, NULL, NULL));
  ck_assert (demls_schema_take (&database, steps, 1, 0, NULL));
  ck_assert (one_row (&database, "PRAGMA user_version", 1) && one_row (&database, "SELECT count (*) FROM one", 0));
  ck_assert (!demls_schema_take (&database, steps, 3, 1, NULL)); /* the last one fails */
  ck_assert (one_row (&database, "PRAGMA user_version", 1) && one_row (&database, "SELECT count (*) FROM one", 0));
  ck_assert (demls_schema_take (&database, steps, 2, 1, NULL));
  ck_assert (demls_schema_take (&database, steps, 2, 2, NULL));
  ck_assert (one_row (&database, "PRAGMA user_version", 2) && one_row (&database, "SELECT x FROM one", 7));
}
END_TEST

int
main (int argc, char **argv)
{
  const TTest *const tests[] = {
    every_released_version_opens,
    a_newer_version_is_refused_and_left_alone,
    other_databases_are_refused,
    steps_are_taken_from_where_it_is_and_all_or_none,
  };
  if (argc < 2)
    return run_tests ("store/schema", tests, G_N_ELEMENTS (tests));
  make_golden (argv[1], "plain", NULL);
  make_golden (argv[1], "sealed", PASSPHRASE);
  return 0;
}
