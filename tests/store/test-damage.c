/* test-damage.c - bytes flipped in and cut off a sealed store: refused with an explanation, or complete, never partly.
 *
 * A store that was closed is one file and must show its only state. One that was killed has a log too; a damaged log
 * ends where the damage begins (SQLite's checksums), which is the store after an earlier commit.
 */
#define _GNU_SOURCE

#include <sys/wait.h>

#include "stores.h"

#define FLIPS 2000
#define CUTS 200
#define COMMITS 12

typedef struct {
  char *directory;
  char *states[COMMITS + 1]; /* that it went through */
  GBytes *database;
  GBytes *log; /* NULL: it was closed */
  guint refused;
  guint complete;
} Scene;

static void
fill (DemlsStore *store, guint number)
{
  g_autoptr (Changes) changes = changes_new ();
  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *scope = g_strdup_printf ("room%u", i % 4);
      g_autofree char *key = g_strdup_printf ("key%u", (i * 7 + number) % 30);
      g_autofree char *value = g_strnfill ((i * 131 + number * 17) % 700, (char) ('a' + number));
      change (changes, scope, key, value);
    }
  ck_assert (store->ops->commit (store, changes, NULL));
}

/* A process that leaves its log behind, as much of it as `every` allows. */
static void
make_scene (Scene *self, gboolean killed)
{
  *self = (Scene){ .directory = new_directory () };
  DemlsStore *model = must_open (self->directory, "p");
  self->states[0] = must_dump (model);
  for (guint i = 0; i < COMMITS; i++)
    {
      fill (model, i);
      self->states[i + 1] = must_dump (model);
    }
  store_close (model);
  if (killed)
    {
      remove_directory (self->directory);
      self->directory = new_directory ();
      DemlsSqliteOptions options = options_for (self->directory, "p");
      options.checkpoint_every = 100;
      pid_t pid = fork ();
      if (pid == 0)
        {
          DemlsStore *store = demls_sqlite_store_open (&options, NULL);
          for (guint i = 0; i < COMMITS; i++)
            fill (store, i);
          _exit (0);
        }
      ck_assert_int_eq (waitpid (pid, NULL, 0), pid);
      self->log = file_bytes (self->directory, "store.db-wal");
      ck_assert_uint_gt (g_bytes_get_size (self->log), 10000);
    }
  self->database = file_bytes (self->directory, "store.db");
}

static void
scene_clear (Scene *self)
{
  for (guint i = 0; i <= COMMITS; i++)
    g_free (self->states[i]);
  g_bytes_unref (self->database);
  g_clear_pointer (&self->log, g_bytes_unref);
  remove_directory (self->directory);
}

/* Puts both files there, one of them with its first `len` bytes and one bit of byte `flip` changed. */
static void
put_files (const Scene *self, gboolean in_log, gsize len, gsize flip, guint bit)
{
  g_autofree char *log_path = g_build_filename (self->directory, "store.db-wal", NULL);
  Span whole = span_bytes (in_log ? self->log : self->database);
  g_autofree guint8 *data = g_memdup2 (whole.data, whole.len);
  if (flip < whole.len)
    data[flip] ^= (guint8) (1u << bit);
  g_unlink (log_path);
  if (in_log)
    write_file (self->directory, "store.db", span_bytes (self->database).data, g_bytes_get_size (self->database));
  else if (self->log)
    write_file (self->directory, "store.db-wal", span_bytes (self->log).data, g_bytes_get_size (self->log));
  write_file (self->directory, in_log ? "store.db-wal" : "store.db", data, len);
}

static void
judge (Scene *self, gsize at)
{
  g_autoptr (GError) error = NULL;
  const DemlsSqliteOptions options = options_for (self->directory, "p");
  g_autoptr (OpenStore) store = demls_sqlite_store_open (&options, &error);
  g_autofree char *found = store ? dump (store, &error) : NULL;
  if (!found)
    {
      ck_assert_msg (error && strlen (error->message) > 10, "byte %" G_GSIZE_FORMAT, at);
      ck_assert_msg (error->code == DEMLS_STORE_ERROR_DAMAGED || error->code == DEMLS_STORE_ERROR_VERSION,
                     "byte %" G_GSIZE_FORMAT ": %d %s", at, error->code, error->message);
      self->refused++;
      return;
    }
  gboolean known = g_str_equal (found, self->states[COMMITS]);
  for (guint i = 0; self->log && i < COMMITS; i++)
    known = known || g_str_equal (found, self->states[i]);
  ck_assert_msg (known, "byte %" G_GSIZE_FORMAT ": a state that never was", at);
  self->complete++;
}

static void
damage (Scene *self, gboolean in_log, guint flips, guint cuts)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GRand) random = g_rand_new_with_seed (in_log ? 1 : 0);
  gsize len = g_bytes_get_size (in_log ? self->log : self->database);
  for (guint i = 0; i < flips; i++)
    {
      /* every tenth in the file's header and the schema, where there is most to be broken */
      gsize at = (gsize) g_rand_int_range (random, 0, i % 10 ? (int) len : 1000);
      put_files (self, in_log, len, at, i % 8);
      judge (self, at);
    }
  for (guint i = 0; i < cuts; i++)
    {
      gsize at = (gsize) g_rand_int_range (random, 0, (int) len);
      put_files (self, in_log, i % 4 ? at : at / 4096 * 4096, len, 0);
      judge (self, at);
    }
  g_print ("%s: %u flips and %u cuts: %u refused, %u complete, %.1f s\n", in_log ? "log" : "database", flips, cuts,
           self->refused, self->complete, (double) (g_get_monotonic_time () - start) / 1e6);
}

START_TEST (flips_and_cuts_of_a_closed_store)
{
  Scene scene;
  make_scene (&scene, FALSE);
  damage (&scene, FALSE, run_rounds (FLIPS), run_rounds (CUTS));
  ck_assert_uint_gt (scene.refused, run_rounds (400)); /* the rest hit what is not in use */
  scene_clear (&scene);
}
END_TEST

START_TEST (flips_and_cuts_of_a_log)
{
  Scene scene;
  make_scene (&scene, TRUE);
  damage (&scene, TRUE, run_rounds (FLIPS / 4), run_rounds (CUTS));
  scene_clear (&scene);
}
END_TEST

START_TEST (flips_and_cuts_of_a_killed_store)
{
  Scene scene;
  make_scene (&scene, TRUE);
  damage (&scene, FALSE, run_rounds (FLIPS / 4), run_rounds (CUTS));
  scene_clear (&scene);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { flips_and_cuts_of_a_closed_store, flips_and_cuts_of_a_log,
                                 flips_and_cuts_of_a_killed_store };
  return run_tests ("store/damage", tests, G_N_ELEMENTS (tests));
}
