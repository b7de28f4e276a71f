/* test-sqlite-store.c - store/sqlite-store.h: rows, files and their modes, the lock, what removing leaves behind. */
#define _GNU_SOURCE /* nftw, memmem */

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "stores.h"

START_TEST (rows_come_back_in_order_of_keys)
{
  g_autoptr (Directory) directory = new_directory ();
  for (guint round = 0; round < 2; round++)
    {
      const char *passphrase = round ? "correct horse" : NULL;
      g_autofree char *path = g_build_filename (directory, round ? "sealed" : "plain", NULL);
      OpenStore *store = must_open (path, passphrase);
      holds (store, "");
      put (store, "room", "b", "two");
      put (store, "room", "a", "one");
      put (store, "", "name", "me");
      put (store, "room", "b", "");
      put (store, "room", "gone", "x");
      put (store, "room", "gone", NULL);
      put (store, "nothing", "gone", NULL);
      put (store, "nothing", NULL, NULL);
      const char *expected = "/name=6d65\nroom/a=6f6e65\nroom/b=\n";
      holds (store, expected);
      store_close (store);
      g_autoptr (OpenStore) again = must_open (path, passphrase);
      holds (again, expected);
      g_autoptr (Changes) none = again->ops->load (again, "nothing", NULL);
      ck_assert_uint_eq (none->len, 0);
    }
}
END_TEST

START_TEST (changes_of_one_commit_apply_in_order)
{
  g_autoptr (Directory) directory = new_directory ();
  g_autoptr (OpenStore) store = must_open (directory, "p");
  put (store, "room", "old", "1");
  g_autoptr (Changes) changes = changes_new ();
  change (changes, "room", "k", "1");
  change (changes, "room", NULL, NULL);
  change (changes, "room", "k", "2");
  change (changes, "room", "k", "3");
  change (changes, "other", "k", "1");
  change (changes, "other", "k", NULL);
  ck_assert (store->ops->commit (store, changes, NULL));
  holds (store, "room/k=33\n");
  put (store, "room", "k", NULL);
  g_autoptr (Changes) scopes = store->ops->scopes (store, NULL);
  ck_assert_uint_eq (scopes->len, 0);
}
END_TEST

/* Against a plain table in memory: 400 random commits, reopened now and then. */
START_TEST (random_commits_equal_the_memory_model)
{
  g_autoptr (Directory) directory = new_directory ();
  g_autoptr (GRand) random = g_rand_new_with_seed (4);
  g_autoptr (GTree) model = g_tree_new_full ((GCompareDataFunc) (void (*) (void)) strcmp, NULL, g_free, g_free);
  OpenStore *store = must_open (directory, "p");
  for (guint i = 0; i < 400; i++)
    {
      g_autoptr (Changes) changes = changes_new ();
      for (guint n = 0; n < 5; n++)
        {
          g_autofree char *key = g_strdup_printf ("k%02d", g_rand_int_range (random, 0, 40));
          g_autofree char *value = g_strnfill ((gsize) g_rand_int_range (random, 1, 3000), (char) ('a' + i % 26));
          gboolean removes = g_rand_int_range (random, 0, 4) == 0;
          change (changes, "room", key, removes ? NULL : value);
          if (removes)
            g_tree_remove (model, key);
          else
            g_tree_replace (model, g_strdup (key), span_hex (span_str (value)));
        }
      ck_assert (store->ops->commit (store, changes, NULL));
      if (i % 50 == 0)
        {
          store_close (store);
          store = must_open (directory, "p");
        }
    }
  g_autoptr (GString) expected = g_string_new (NULL);
  for (GTreeNode *at = g_tree_node_first (model); at; at = g_tree_node_next (at))
    g_string_append_printf (expected, "room/%s=%s\n", (char *) g_tree_node_key (at), (char *) g_tree_node_value (at));
  holds (store, expected->str);
  store_close (store);
}
END_TEST

static guint
mode_of (const char *directory, const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  struct stat info;
  return lstat (path, &info) == 0 ? info.st_mode & 07777 : 0;
}

START_TEST (only_the_owner_may_look_whatever_the_umask)
{
  static const mode_t masks[] = { 000, 022, 0777 };
  for (guint i = 0; i < G_N_ELEMENTS (masks); i++)
    {
      g_autoptr (Directory) directory = new_directory ();
      g_autofree char *path = g_build_filename (directory, "account", NULL);
      mode_t before = umask (masks[i]);
      OpenStore *store = must_open (path, NULL);
      put (store, "", "k", "v");
      umask (before);
      ck_assert_uint_eq (mode_of (directory, "account"), 0700);
      ck_assert_uint_eq (mode_of (path, "store.db"), 0600);
      ck_assert_uint_eq (mode_of (path, "store.db-wal"), 0600);
      ck_assert_uint_eq (mode_of (path, "store.lock"), 0600);
      ck_assert_uint_eq (mode_of (path, "store.db-shm"), 0); /* there is none */
      store_close (store);
      g_autofree char *database = g_build_filename (path, "store.db", NULL);
      ck_assert_int_eq (g_chmod (database, 0644) + g_chmod (path, 0755), 0);
      store_close (must_open (path, NULL));
      ck_assert_uint_eq (mode_of (path, "store.db"), 0600);
      ck_assert_uint_eq (mode_of (directory, "account"), 0700);
    }
}
END_TEST

START_TEST (a_second_program_is_refused)
{
  g_autoptr (Directory) directory = new_directory ();
  OpenStore *store = must_open (directory, NULL);
  must_not_open (directory, NULL, DEMLS_STORE_ERROR_BUSY); /* another account of the same program */
  pid_t child = fork ();
  if (child == 0)
    {
      g_autoptr (GError) error = NULL;
      const DemlsSqliteOptions options = options_for (directory, NULL);
      gboolean refused = !demls_sqlite_store_open (&options, &error)
                         && g_error_matches (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_BUSY);
      _exit (refused ? 0 : 1);
    }
  int status = -1;
  ck_assert_int_eq (waitpid (child, &status, 0), child);
  ck_assert_int_eq (status, 0);
  put (store, "", "k", "v");
  store_close (store);
  store_close (must_open (directory, NULL));
}
END_TEST

/* One that knows nothing of our lock file, such as the sqlite3 shell: neither gets in while the other is there. */
START_TEST (a_plain_sqlite_program_is_kept_out)
{
  g_autoptr (Directory) directory = new_directory ();
  g_autofree char *path = g_build_filename (directory, "store.db", NULL);
  OpenStore *store = must_open (directory, NULL);
  put (store, "", "k", "v");
  sqlite3 *other;
  ck_assert_int_eq (sqlite3_open (path, &other), SQLITE_OK);
  ck_assert_int_eq (sqlite3_exec (other, "DELETE FROM rows", NULL, NULL, NULL), SQLITE_BUSY);
  put (store, "", "k", "w");
  store_close (store);
  ck_assert_int_eq (sqlite3_exec (other, "BEGIN; SELECT * FROM rows", NULL, NULL, NULL), SQLITE_OK);
  must_not_open (directory, NULL, DEMLS_STORE_ERROR_BUSY);
  sqlite3_close (other);
  store_close (must_open (directory, NULL));
}
END_TEST

/* What a killed process leaves behind is opened by the next one. */
START_TEST (a_log_left_behind_is_read)
{
  g_autoptr (Directory) directory = new_directory ();
  pid_t child = fork ();
  if (child == 0)
    {
      DemlsStore *store = must_open (directory, "p");
      put (store, "", "k", "v");
      _exit (0);
    }
  ck_assert_int_eq (waitpid (child, NULL, 0), child);
  g_autoptr (GBytes) log = file_bytes (directory, "store.db-wal");
  ck_assert (log && g_bytes_get_size (log) > 0);
  must_not_open (directory, "q", DEMLS_STORE_ERROR_PASSPHRASE);
  g_autoptr (OpenStore) store = must_open (directory, "p");
  holds (store, "/k=76\n");
}
END_TEST

START_TEST (an_interrupted_beginning_is_begun_again)
{
  g_autoptr (Directory) directory = new_directory ();
  write_file (directory, "store.db.new", "half", 4);
  write_file (directory, "store.db.new-wal", "log", 3);
  store_close (must_open (directory, NULL));
  ck_assert_uint_eq (mode_of (directory, "store.db.new"), 0);
  ck_assert_uint_eq (mode_of (directory, "store.db.new-wal"), 0);
}
END_TEST

START_TEST (what_is_no_store_is_refused)
{
  g_autoptr (Directory) directory = new_directory ();
  write_file (directory, "store.db", "", 0);
  must_not_open (directory, NULL, DEMLS_STORE_ERROR_DAMAGED);
  write_file (directory, "store.db", "not a database, but long enough to be taken for the beginning of one...", 70);
  must_not_open (directory, NULL, DEMLS_STORE_ERROR_DAMAGED);
  g_autofree char *path = g_build_filename (directory, "store.db", NULL);
  g_unlink (path);
  ck_assert_int_eq (symlink ("/etc/passwd", path), 0);
  must_not_open (directory, NULL, DEMLS_STORE_ERROR_DAMAGED);
  g_unlink (path);
  write_file (directory, "store.db-wal", "left over", 9);
  must_not_open (directory, NULL, DEMLS_STORE_ERROR_DAMAGED);
}
END_TEST

START_TEST (a_directory_that_cannot_be_written_says_so)
{
  g_autoptr (GError) error = NULL;
  DemlsSqliteOptions options = options_for ("/proc/demls", NULL);
  ck_assert_ptr_null (demls_sqlite_store_open (&options, &error));
  ck_assert (error->domain == DEMLS_STORE_ERROR);
  g_clear_error (&error);
  if (geteuid () == 0) /* root may write anywhere */
    return;
  options.directory = "/usr/demls";
  ck_assert_ptr_null (demls_sqlite_store_open (&options, &error));
  ck_assert (g_error_matches (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_READ_ONLY));
}
END_TEST

/* A value that consists of copies of its mark. */
static char *
marked (guint number, guint copies)
{
  g_autoptr (GString) value = g_string_new (NULL);
  while (copies-- > 0)
    g_string_append_printf (value, "SECRET%06u!", number);
  return g_strdup (value->str);
}

/* A plain-text life of `n` values of all sizes, `alive` in the end: key -> number. */
static void
live (DemlsStore *store, GRand *random, guint n, GHashTable *alive)
{
  for (guint i = 0; i < n;)
    {
      g_autoptr (Changes) changes = changes_new ();
      for (guint j = 0; j < 3; j++, i++)
        {
          g_autofree char *scope = g_strdup_printf ("room%d", g_rand_int_range (random, 0, 2));
          g_autofree char *key = g_strdup_printf ("k%d", g_rand_int_range (random, 0, 200));
          g_autofree char *value = marked (i, 1u << g_rand_int_range (random, 0, 9));
          gboolean removes = g_rand_int_range (random, 0, 5) == 0;
          change (changes, scope, key, removes ? NULL : value);
          char *place = g_strconcat (scope, "/", key, NULL);
          g_hash_table_replace (alive, place, removes ? NULL : GUINT_TO_POINTER (i + 1));
        }
      ck_assert (store->ops->commit (store, changes, NULL));
    }
}

/* How many of the values 0 .. n-1 are in the database, though not in room 0. */
static guint
count_dead (const char *directory, guint n, GHashTable *alive)
{
  g_autoptr (GBytes) database = file_bytes (directory, "store.db");
  g_autofree guint8 *dead = g_malloc0 (n);
  memset (dead, 1, n);
  GHashTableIter iter;
  gpointer place, number;
  g_hash_table_iter_init (&iter, alive);
  while (g_hash_table_iter_next (&iter, &place, &number))
    if (g_str_has_prefix (place, "room0/") && number)
      dead[GPOINTER_TO_UINT (number) - 1] = 0;
  Span all = span_bytes (database);
  guint found = 0;
  for (const guint8 *end = all.data + all.len; (all.data = memmem (all.data, all.len, "SECRET", 6)); all.data += 6)
    {
      all.len = (gsize) (end - all.data) - 6;
      guint64 number_there = all.len > 6 ? g_ascii_strtoull ((const char *) all.data + 6, NULL, 10) : 0;
      found += number_there < n && all.len > 6 && all.data[12] == '!' && dead[number_there];
    }
  return found;
}

/* Above all not in the copies that SQLite leaves where rows were moved: without scrub.c a few hundred are found. */
START_TEST (nothing_dead_is_left_in_any_file)
{
  for (guint seed = 0; seed < run_rounds (20); seed++)
    {
      g_autoptr (Directory) directory = new_directory ();
      g_autoptr (GRand) random = g_rand_new_with_seed (seed);
      g_autoptr (GHashTable) alive = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      DemlsStore *store = must_open (directory, NULL);
      live (store, random, 2400, alive);
      put (store, "room1", NULL, NULL);
      ck_assert_uint_eq (files_with (directory, "SECRET"), 1); /* not in the log */
      ck_assert_uint_eq (count_dead (directory, 2400, alive), 0);
      store_close (store);
    }
}
END_TEST

/* The same for marks that are looked for after each commit: K5. */
START_TEST (what_is_replaced_is_gone_at_once)
{
  g_autoptr (Directory) directory = new_directory ();
  g_autoptr (OpenStore) store = must_open (directory, NULL);
  for (guint i = 0; i < run_rounds (200); i++)
    {
      g_autofree char *now = g_strdup_printf ("RATCHET%05u.", i);
      g_autofree char *before = g_strdup_printf ("RATCHET%05u.", i - 1);
      put (store, "room", "ratchet", now);
      ck_assert_uint_eq (files_with (directory, now), 1);
      ck_assert_uint_eq (files_with (directory, before), 0);
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    rows_come_back_in_order_of_keys,
    changes_of_one_commit_apply_in_order,
    random_commits_equal_the_memory_model,
    only_the_owner_may_look_whatever_the_umask,
    a_second_program_is_refused,
    a_plain_sqlite_program_is_kept_out,
    a_log_left_behind_is_read,
    an_interrupted_beginning_is_begun_again,
    what_is_no_store_is_refused,
    a_directory_that_cannot_be_written_says_so,
    nothing_dead_is_left_in_any_file,
    what_is_replaced_is_gone_at_once,
  };
  return run_tests ("store/sqlite-store", tests, G_N_ELEMENTS (tests));
}
