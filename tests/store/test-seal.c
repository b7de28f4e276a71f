/* test-seal.c - store/seal.h, envelope.h, manifest.h: passphrases, exported identities, and a hand in the database. */
#define _GNU_SOURCE

#include <sqlite3.h>

#include "store/manifest.h"
#include "stores.h"

/* The contents used throughout. */
static DemlsStore *
filled (const char *directory, const char *passphrase)
{
  DemlsStore *store = must_open (directory, passphrase);
  put (store, "", "identity", "CANARY-IDENTITY");
  put (store, "", "name", "me");
  put (store, "room", "a", "CANARY-A");
  put (store, "room", "b", "CANARY-B");
  put (store, "attic", "a", "CANARY-C");
  return store;
}

#define FILLED                                                                                                         \
  "/identity=43414e4152592d4944454e54495459\n/name=6d65\nattic/a=43414e4152592d43\nroom/a=43414e4152592d41\n"          \
  "room/b=43414e4152592d42\n"

/* What somebody does who can write the file. */
static void
tamper (const char *directory, const char *sql)
{
  g_autofree char *path = g_build_filename (directory, "store.db", NULL);
  sqlite3 *database;
  ck_assert_int_eq (sqlite3_open (path, &database), SQLITE_OK);
  ck_assert_msg (sqlite3_exec (database, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg (database));
  sqlite3_close (database);
}

START_TEST (sealed_values_are_not_in_the_files)
{
  g_autoptr (Directory) directory = new_directory ();
  DemlsStore *store = filled (directory, "p");
  ck_assert_uint_eq (files_with (directory, "CANARY"), 0);
  store_close (store);
  ck_assert_uint_eq (files_with (directory, "CANARY"), 0);
  g_autoptr (Directory) plain = new_directory ();
  store_close (filled (plain, NULL));
  ck_assert_uint_eq (files_with (plain, "CANARY"), 1);
}
END_TEST

START_TEST (a_wrong_passphrase_touches_nothing)
{
  static const char *const wrong[] = { "q", "", "pp", NULL };
  g_autoptr (Directory) directory = new_directory ();
  store_close (filled (directory, "p"));
  g_autoptr (GBytes) before = file_bytes (directory, "store.db");
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      must_not_open (directory, wrong[i], DEMLS_STORE_ERROR_PASSPHRASE);
      g_autoptr (GBytes) after = file_bytes (directory, "store.db");
      ck_assert (g_bytes_equal (before, after));
    }
  g_autoptr (OpenStore) store = must_open (directory, "p");
  holds (store, FILLED);
}
END_TEST

START_TEST (a_plain_store_does_not_pass_for_a_sealed_one)
{
  g_autoptr (Directory) directory = new_directory ();
  store_close (filled (directory, NULL));
  must_not_open (directory, "p", DEMLS_STORE_ERROR_PASSPHRASE);
}
END_TEST

START_TEST (the_passphrase_is_set_changed_and_removed)
{
  static const char *const steps[] = { NULL, "p", "q", "q", NULL, NULL, "r" };
  g_autoptr (Directory) directory = new_directory ();
  OpenStore *store = filled (directory, steps[0]);
  for (guint i = 1; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (GError) error = NULL;
      ck_assert (demls_sqlite_store_set_passphrase (store, steps[i], &error));
      ck_assert_uint_eq (files_with (directory, "CANARY"), steps[i] ? 0 : 1);
      put (store, "attic", "a", i % 2 ? "CANARY-D" : "CANARY-C");
      put (store, "attic", "a", "CANARY-C");
      store_close (store);
      if (g_strcmp0 (steps[i], steps[i - 1]) != 0)
        must_not_open (directory, steps[i - 1], DEMLS_STORE_ERROR_PASSPHRASE);
      store = must_open (directory, steps[i]);
      holds (store, FILLED);
    }
  store_close (store);
}
END_TEST

/* Each of these leaves a database in order as far as SQLite is concerned. */
START_TEST (a_hand_in_the_database_is_noticed)
{
  static const char *const tricks[] = {
    "DELETE FROM rows WHERE key = 'b'",
    "DELETE FROM rows",
    "UPDATE rows SET value = (SELECT value FROM rows WHERE key = 'b') WHERE key = 'a' AND scope = 2",
    "UPDATE rows SET key = 'x' WHERE key = 'b'",
    "UPDATE rows SET scope = 3 WHERE key = 'b'",
    "UPDATE rows SET value = x'' WHERE key = 'b'",
    "UPDATE rows SET value = 'text' WHERE key = 'b'",
    "UPDATE rows SET value = (SELECT value FROM old.rows WHERE key = 'b') WHERE key = 'b'",
    "DELETE FROM rows WHERE scope = 2; DELETE FROM scopes WHERE id = 2",
    "UPDATE scopes SET name = 'hall' WHERE name = 'room'",
    "UPDATE scopes SET manifest = (SELECT manifest FROM scopes WHERE id = 3) WHERE id = 2",
    ("UPDATE rows SET value = (SELECT value FROM old.rows WHERE key = 'b') WHERE key = 'b';"
     "UPDATE scopes SET manifest = (SELECT manifest FROM old.scopes WHERE id = 2) WHERE id = 2"),
    "UPDATE meta SET value = (SELECT value FROM old.meta WHERE name = 'root') WHERE name = 'root'",
    "DELETE FROM meta WHERE name = 'root'",
    "DELETE FROM meta WHERE name = 'lock'",
    "DROP TABLE rows",
    "ALTER TABLE rows RENAME COLUMN value TO worth",
  };
  for (guint i = 0; i < G_N_ELEMENTS (tricks); i++)
    {
      g_autoptr (Directory) directory = new_directory ();
      g_autoptr (GError) error = NULL;
      store_close (filled (directory, "p"));
      g_autoptr (GBytes) old = file_bytes (directory, "store.db");
      write_file (directory, "old.db", span_bytes (old).data, span_bytes (old).len);
      OpenStore *store = must_open (directory, "p");
      put (store, "room", "b", "newer");
      store_close (store);
      g_autofree char *sql = g_strdup_printf ("ATTACH '%s/old.db' AS old; %s", directory, tricks[i]);
      tamper (directory, sql);
      const DemlsSqliteOptions options = options_for (directory, "p");
      g_autoptr (OpenStore) opened = demls_sqlite_store_open (&options, &error);
      g_autofree char *text = opened ? dump (opened, &error) : NULL;
      ck_assert_msg (!text && g_error_matches (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_DAMAGED), "%s: %s",
                     tricks[i], error ? error->message : "not noticed");
    }
}
END_TEST

START_TEST (an_identity_travels_as_one_sealed_file)
{
  g_autoptr (Directory) here = new_directory ();
  g_autoptr (Directory) there = new_directory ();
  g_autofree char *file = g_build_filename (here, "identity.demls", NULL);
  g_autoptr (OpenStore) from = filled (here, "p");
  g_autoptr (OpenStore) to = must_open (there, NULL);
  g_autoptr (GError) error = NULL;
  put (to, "", "other", "goes");
  put (to, "room", "k", "stays");
  ck_assert (demls_sqlite_store_export_identity (from, file, "travel", NULL));
  ck_assert_uint_eq (files_with (here, "CANARY"), 0);
  struct stat info;
  ck_assert (stat (file, &info) == 0 && (info.st_mode & 0777) == 0600);
  ck_assert (!demls_sqlite_store_import_identity (to, file, "p", &error));
  ck_assert (g_error_matches (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_PASSPHRASE));
  holds (to, "/other=676f6573\nroom/k=7374617973\n");
  ck_assert (demls_sqlite_store_import_identity (to, file, "travel", NULL));
  holds (to, "/identity=43414e4152592d4944454e54495459\n/name=6d65\nroom/k=7374617973\n");
}
END_TEST

START_TEST (every_flip_and_cut_of_an_exported_identity_is_noticed)
{
  g_autoptr (Directory) directory = new_directory ();
  g_autofree char *path = g_build_filename (directory, "identity", NULL);
  g_autoptr (OpenStore) store = filled (directory, NULL);
  ck_assert (demls_sqlite_store_export_identity (store, path, "p", NULL));
  g_autoptr (GBytes) whole = file_bytes (directory, "identity");
  gsize len = g_bytes_get_size (whole);
  for (gsize i = 0; i < 2 * len; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree guint8 *data = g_memdup2 (span_bytes (whole).data, len);
      data[i % len] ^= (guint8) (1u << i % 8);
      write_file (directory, "identity", data, i < len ? len : i - len);
      ck_assert (!demls_sqlite_store_import_identity (store, path, "p", &error));
      ck_assert (g_error_matches (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_DAMAGED));
    }
  holds (store, FILLED);
  ck_assert (!demls_sqlite_store_import_identity (store, "/dev/zero", "p", NULL));
  ck_assert (!demls_sqlite_store_import_identity (store, "/nowhere", "p", NULL));
}
END_TEST

START_TEST (a_manifest_is_a_sum)
{
  guint8 high[DEMLS_MANIFEST_HASH], one[DEMLS_MANIFEST_HASH] = { 0 };
  DemlsManifest zero = { .count = 0 }, m = zero;
  memset (high, 0xff, sizeof high);
  one[DEMLS_MANIFEST_HASH - 1] = 1;
  demls_manifest_add (&m, high);
  demls_manifest_add (&m, one); /* wraps */
  ck_assert_int_eq (memcmp (m.sum, zero.sum, sizeof m.sum), 0);
  ck_assert (!demls_manifest_equal (&m, &zero));
  guint8 bytes[DEMLS_MANIFEST_SIZE];
  DemlsManifest again;
  demls_manifest_write (&m, bytes);
  ck_assert (demls_manifest_read (&again, SPAN_OF (bytes)) && demls_manifest_equal (&m, &again));
  ck_assert (!demls_manifest_read (&again, span (bytes, sizeof bytes - 1)));
  demls_manifest_remove (&m, one);
  demls_manifest_remove (&m, high);
  ck_assert (demls_manifest_equal (&m, &zero));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    sealed_values_are_not_in_the_files,
    a_wrong_passphrase_touches_nothing,
    a_plain_store_does_not_pass_for_a_sealed_one,
    the_passphrase_is_set_changed_and_removed,
    a_hand_in_the_database_is_noticed,
    an_identity_travels_as_one_sealed_file,
    every_flip_and_cut_of_an_exported_identity_is_noticed,
    a_manifest_is_a_sum,
  };
  return run_tests ("store/seal", tests, G_N_ELEMENTS (tests));
}
