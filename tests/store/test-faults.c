/* test-faults.c - a script of 60 operations on a disk that fails at each of its writes, syncs and truncates in turn:
 * the store is always as before or after an operation, here and after the next start. */
#define _GNU_SOURCE

#include "fault-disk.h"

#define STEPS 60
#define NEW_PASSPHRASE 20 /* the steps that are no commit */
#define EXPECTED (STEPS + 1)

static DemlsStore *
open_on (FaultDisk *disk, const char *path, const char *passphrase, GError **error)
{
  DemlsSqliteOptions options = options_for (path, passphrase);
  options.vfs = disk ? "demls-fault" : NULL;
  options.checkpoint_every = 3;
  return demls_sqlite_store_open (&options, error);
}

static gboolean
step (DemlsStore *store, guint number, GError **error)
{
  if (number == NEW_PASSPHRASE)
    return demls_sqlite_store_set_passphrase (store, "q", error);
  g_autoptr (Changes) changes = changes_new ();
  g_autoptr (GRand) random = g_rand_new_with_seed (number);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *scope = g_strdup_printf ("room%d", g_rand_int_range (random, 0, 3));
      g_autofree char *key = g_strdup_printf ("k%d", g_rand_int_range (random, 0, 12));
      g_autofree char *value = g_strnfill ((gsize) g_rand_int_range (random, 1, 2500), (char) ('a' + number % 26));
      int what = g_rand_int_range (random, 0, 20);
      change (changes, scope, what == 0 ? NULL : key, what < 4 ? NULL : value);
    }
  g_autofree char *count = g_strdup_printf ("%u", number);
  change (changes, "", "step", count);
  return store->ops->commit (store, changes, error);
}

static const char *
passphrase_before (guint number)
{
  return number > NEW_PASSPHRASE ? "q" : "p";
}

/* What there is to be seen before and after each step, and how many operations of the disk they all take. */
static guint
rehearse (char **states)
{
  g_autoptr (Directory) directory = new_directory ();
  g_autoptr (FaultDisk) disk = fault_disk_new (0);
  OpenStore *store = open_on (disk, directory, "p", NULL);
  fault_arm (disk, FAULT_NONE, 0, 0);
  for (guint i = 0; i < STEPS; i++)
    {
      states[i] = must_dump (store);
      ck_assert (step (store, i, NULL));
    }
  states[STEPS] = must_dump (store);
  store_close (store);
  return disk->done;
}

static void
states_clear (char **states)
{
  for (guint i = 0; i < EXPECTED; i++)
    g_free (states[i]);
}

/* After a restart on a sound disk: as before step `number`, or as after it. */
static void
loads_before_or_after (const char *path, char **states, guint number, guint at)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OpenStore) store = open_on (NULL, path, passphrase_before (number), &error);
  if (!store && number == NEW_PASSPHRASE)
    {
      g_clear_error (&error);
      store = open_on (NULL, path, "q", &error);
    }
  ck_assert_msg (store != NULL, "operation %u in step %u: %s", at, number, error ? error->message : "");
  g_autofree char *found = dump (store, &error);
  ck_assert_msg (found != NULL, "operation %u in step %u: %s", at, number, error ? error->message : "");
  ck_assert_msg (g_str_equal (found, states[number]) || (number < STEPS && g_str_equal (found, states[number + 1])),
                 "operation %u: neither before nor after step %u", at, number);
}

/* What has to be read and put in order at the next start may be cut short as well, again and again. */
static void
die_while_starting (const char *path, guint number)
{
  for (guint at = 0; at < 8; at++)
    {
      g_autoptr (FaultDisk) disk = fault_disk_new (at);
      fault_arm (disk, FAULT_POWER, at, 0);
      g_autoptr (OpenStore) store G_GNUC_UNUSED = open_on (disk, path, passphrase_before (number), NULL);
    }
}

/* The process dies, or the power goes, in operation `at`. */
static void
die_at (char **states, FaultKind kind, guint at, gboolean again)
{
  g_autoptr (Directory) directory = new_directory ();
  g_autoptr (FaultDisk) disk = fault_disk_new (at);
  store_close (open_on (NULL, directory, "p", NULL));
  OpenStore *store = open_on (disk, directory, "p", NULL);
  fault_arm (disk, kind, at, 0);
  guint number = 0;
  /* a commit whose checkpoint fails is a commit all the same */
  while (number < STEPS && step (store, number, NULL) && !disk->stopped)
    number++;
  guint reached = number < STEPS && disk->stopped ? number : STEPS;
  store_close (store);
  ck_assert (disk->stopped);
  if (again)
    die_while_starting (directory, reached);
  loads_before_or_after (directory, states, reached, at);
}

/* Operation `at` fails once; the step is tried again. */
static void
stumble_at (char **states, int code, guint at)
{
  g_autoptr (Directory) directory = new_directory ();
  g_autoptr (FaultDisk) disk = fault_disk_new (at);
  store_close (open_on (NULL, directory, "p", NULL));
  OpenStore *store = open_on (disk, directory, "p", NULL);
  fault_arm (disk, FAULT_ONCE, at, code);
  guint failures = 0;
  guint i = 0;
  for (guint end = STEPS; i < end;)
    {
      g_autoptr (GError) error = NULL;
      if (step (store, i, &error))
        {
          i++;
          continue;
        }
      ck_assert_msg (g_error_matches (error, DEMLS_STORE_ERROR,
                                      code == SQLITE_FULL ? DEMLS_STORE_ERROR_FULL : DEMLS_STORE_ERROR_IO),
                     "%s", error->message);
      holds (store, states[i]);
      failures++;
      end = MIN (i + 3, STEPS); /* the rest is as it always is */
    }
  ck_assert_uint_le (failures, 1);
  holds (store, states[i]);
  store_close (store);
  g_autoptr (OpenStore) again = must_open (directory, passphrase_before (i));
  holds (again, states[i]);
}

/* All points, or with DEMLS_FAST a twentieth of them. */
static guint
stride (void)
{
  return 20 / run_rounds (20);
}

START_TEST (killed_at_every_operation)
{
  char *states[EXPECTED];
  guint n = rehearse (states);
  g_print ("%u operations of the disk\n", n);
  for (guint at = 0; at < n - 3; at += stride ())
    die_at (states, FAULT_STOP, at, FALSE);
  states_clear (states);
}
END_TEST

START_TEST (power_lost_at_every_operation)
{
  char *states[EXPECTED];
  guint n = rehearse (states);
  for (guint at = 0; at < n - 3; at += stride ())
    die_at (states, FAULT_POWER, at, FALSE);
  states_clear (states);
}
END_TEST

START_TEST (power_lost_and_again_at_the_next_starts)
{
  char *states[EXPECTED];
  guint n = rehearse (states);
  for (guint at = 0; at < n - 3; at += 7 * stride ())
    die_at (states, FAULT_POWER, at, TRUE);
  states_clear (states);
}
END_TEST

START_TEST (disk_full_at_every_operation)
{
  char *states[EXPECTED];
  guint n = rehearse (states);
  for (guint at = 0; at < n; at += stride ())
    stumble_at (states, SQLITE_FULL, at);
  states_clear (states);
}
END_TEST

START_TEST (input_output_error_at_every_fifth_operation)
{
  char *states[EXPECTED];
  guint n = rehearse (states);
  for (guint at = 0; at < n; at += 5 * stride ())
    stumble_at (states, SQLITE_IOERR_WRITE, at);
  states_clear (states);
}
END_TEST

/* As long as it lasts, every change is refused with its reason; when it is over, the same changes go through. */
START_TEST (full_or_read_only_for_a_while)
{
  static const struct {
    int code;
    DemlsStoreError error;
  } cases[] = { { SQLITE_FULL, DEMLS_STORE_ERROR_FULL }, { SQLITE_READONLY, DEMLS_STORE_ERROR_READ_ONLY } };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Directory) directory = new_directory ();
      g_autoptr (FaultDisk) disk = fault_disk_new (1);
      OpenStore *store = open_on (disk, directory, "p", NULL);
      put (store, "room", "k", "before");
      fault_arm (disk, FAULT_FOR_NOW, 0, cases[i].code);
      for (guint n = 0; n < 5; n++)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (Changes) changes = changes_new ();
          change (changes, "room", "k", "after");
          ck_assert (!store->ops->commit (store, changes, &error));
          ck_assert_msg (g_error_matches (error, DEMLS_STORE_ERROR, (int) cases[i].error), "%s", error->message);
          ck_assert (!demls_sqlite_store_set_passphrase (store, "q", NULL));
          holds (store, "room/k=6265666f7265\n");
        }
      fault_arm (disk, FAULT_NONE, 0, 0);
      put (store, "room", "k", "after");
      store_close (store);
      g_autoptr (OpenStore) again = must_open (directory, "p");
      holds (again, "room/k=6166746572\n");
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { killed_at_every_operation,
                                 power_lost_at_every_operation,
                                 power_lost_and_again_at_the_next_starts,
                                 disk_full_at_every_operation,
                                 input_output_error_at_every_fifth_operation,
                                 full_or_read_only_for_a_while };
  return run_tests ("store/faults", tests, G_N_ELEMENTS (tests));
}
