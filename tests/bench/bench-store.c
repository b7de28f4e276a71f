/* bench-store.c - what saving costs: one small commit, and many rows in one.
 *
 *   bench-store [directory]        default: a new one under $TMPDIR, which should be on a real disk
 *
 * The floor is a file to which 4 KiB are appended and flushed, on the same disk in the same minute. Targets are
 * printed, never asserted.
 */
#define _GNU_SOURCE

#include <fcntl.h>

#include "../store/stores.h"

#define ROUNDS 300
#define ROWS 3000
#define SINGLE_TARGET 2000.0 /* microseconds */

static int
by_time (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;
  return (x > y) - (x < y);
}

static void
print_times (const char *what, gint64 *times)
{
  qsort (times, ROUNDS, sizeof *times, by_time);
  g_print ("%-44s median %6" G_GINT64_FORMAT " us   99%% %6" G_GINT64_FORMAT " us\n", what, times[ROUNDS / 2],
           times[ROUNDS * 99 / 100]);
}

static void
bench_floor (const char *directory)
{
  gint64 times[ROUNDS];
  guint8 page[4096] = { 1 };
  g_autofree char *path = g_build_filename (directory, "floor", NULL);
  int fd = g_open (path, O_CREAT | O_WRONLY, 0600);
  for (guint i = 0; i < ROUNDS; i++)
    {
      gint64 start = g_get_monotonic_time ();
      if (write (fd, page, sizeof page) != sizeof page || fsync (fd) != 0)
        g_error ("cannot write %s", path);
      times[i] = g_get_monotonic_time () - start;
    }
  close (fd);
  print_times ("floor: append 4 KiB, fsync", times);
}

static DemlsStore *
open_store (const char *directory, const char *name, const char *passphrase, guint every)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (directory, name, NULL);
  DemlsSqliteOptions options = options_for (path, passphrase);
  options.checkpoint_every = every;
  DemlsStore *store = demls_sqlite_store_open (&options, &error);
  if (!store)
    g_error ("%s", error->message);
  return store;
}

/* The store of a group of 50 with some history, and then one message after the other: a ratchet row is replaced, a
 * message is added, an old one goes. */
static void
bench_single (const char *directory, const char *what, const char *passphrase, guint every)
{
  gint64 times[ROUNDS];
  g_autoptr (OpenStore) store = open_store (directory, what, passphrase, every);
  g_autofree char *message = g_strnfill (300, 'm');
  for (guint i = 0; i < ROUNDS + 50; i++)
    {
      g_autofree char *key = g_strdup_printf ("message/%06u", i);
      g_autofree char *old = g_strdup_printf ("message/%06u", i - 50);
      g_autofree char *ratchet = g_strdup_printf ("ratchet/%02u", i % 50);
      g_autoptr (Changes) changes = changes_new ();
      change (changes, "room", key, message);
      change (changes, "room", ratchet, "a chain key of 32 bytes and a generation");
      change (changes, "room", old, NULL);
      gint64 start = g_get_monotonic_time ();
      if (!store->ops->commit (store, changes, NULL))
        g_error ("commit failed");
      if (i >= 50)
        times[i - 50] = g_get_monotonic_time () - start;
    }
  print_times (what, times);
}

static void
bench_batch (const char *directory, const char *what, const char *passphrase)
{
  g_autoptr (OpenStore) store = open_store (directory, what, passphrase, 0);
  g_autoptr (Changes) changes = changes_new ();
  g_autofree char *message = g_strnfill (300, 'm');
  for (guint i = 0; i < ROWS; i++)
    {
      g_autofree char *key = g_strdup_printf ("message/%06u", i);
      change (changes, "room", key, message);
    }
  gint64 took[2];
  for (guint i = 0; i < 2; i++) /* new rows, then the same again */
    {
      gint64 start = g_get_monotonic_time ();
      if (!store->ops->commit (store, changes, NULL))
        g_error ("commit failed");
      took[i] = g_get_monotonic_time () - start;
    }
  gint64 start = g_get_monotonic_time ();
  g_autoptr (Changes) rows = store->ops->load (store, "room", NULL);
  gint64 load = g_get_monotonic_time () - start;
  g_print ("%-44s %.0f rows/s new, %.0f rows/s replaced, %.0f rows/s loaded\n", what, ROWS * 1e6 / (double) took[0],
           ROWS * 1e6 / (double) took[1], rows->len * 1e6 / (double) load);
}

static void
bench_passphrase (const char *directory)
{
  g_autofree char *path = g_build_filename (directory, "real", NULL);
  const DemlsSqliteOptions options = { .directory = path, .passphrase = "p" };
  DemlsStore *store = demls_sqlite_store_open (&options, NULL);
  store_close (store);
  gint64 start = g_get_monotonic_time ();
  store = demls_sqlite_store_open (&options, NULL);
  gint64 took = g_get_monotonic_time () - start;
  if (!store)
    g_error ("the store does not open");
  store_close (store);
  g_print ("%-44s %.0f ms\n", "opening, Argon2id 3 passes over 64 MiB", (double) took / 1e3);
}

int
main (int argc, char **argv)
{
  char *directory = argc > 1 ? g_strdup (argv[1]) : g_dir_make_tmp ("demls-bench-XXXXXX", NULL);
  if (!directory)
    g_error ("no directory");
  bench_floor (directory);
  bench_single (directory, "one message, sealed, wiped at once", "p", 1);
  bench_single (directory, "one message, plain, wiped at once", NULL, 1);
  bench_single (directory, "one message, sealed, wiped every 16th commit", "p", 16);
  g_print ("target of a single small commit: %.0f us\n", SINGLE_TARGET);
  bench_batch (directory, "3,000 rows of 300 bytes, sealed", "p");
  bench_batch (directory, "3,000 rows of 300 bytes, plain", NULL);
  bench_passphrase (directory);
  if (argc > 1)
    g_free (directory);
  else
    remove_directory (directory);
  return 0;
}
