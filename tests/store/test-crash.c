/* test-crash.c - kill -9 of a process that commits known batches, at random microseconds: what was committed is there,
 * and what was being committed is there whole or not at all. DEMLS_LOOPS says how often. */
#define _GNU_SOURCE

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "stores.h"

#define ROWS 4

/* Shared with the child. */
typedef struct {
  volatile guint begun;     /* the batch it is committing */
  volatile guint committed; /* the last one that is on disk */
} Progress;

/* Batch `number` replaces all rows of a group and moves its history on. */
static void
commit_batch (DemlsStore *store, guint number)
{
  g_autoptr (Changes) changes = changes_new ();
  g_autofree char *value = g_strdup_printf ("%08u", number);
  g_autofree char *new_key = g_strdup_printf ("history/%08u", number);
  g_autofree char *old_key = g_strdup_printf ("history/%08u", number - 20);
  for (guint i = 0; i < ROWS; i++)
    {
      g_autofree char *key = g_strdup_printf ("row%u", i);
      change (changes, "room", key, value);
    }
  change (changes, "room", new_key, value);
  change (changes, "room", old_key, NULL);
  if (number % 10 == 0)
    change (changes, "guest", number % 20 ? NULL : "k", number % 20 ? NULL : value);
  if (!store->ops->commit (store, changes, NULL))
    _exit (1);
}

/* kill -9 after so many microseconds. */
static void
die_in (gint64 microseconds)
{
  struct sigevent how = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL };
  const struct itimerspec when = { .it_value.tv_nsec = microseconds * 1000 };
  timer_t timer;
  if (timer_create (CLOCK_MONOTONIC, &how, &timer) != 0 || timer_settime (timer, 0, &when, NULL) != 0)
    _exit (1);
}

static void
child (const char *directory, Progress *progress, guint first, gint64 microseconds)
{
  die_in (microseconds);
  DemlsStore *store = must_open (directory, "p");
  for (guint i = first;; i++)
    {
      progress->begun = i;
      commit_batch (store, i);
      progress->committed = i;
    }
}

/* Which batch the store is at, after checking that it is so in every row; 0 if it is empty. */
static guint
batch_of (DemlsStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Changes) rows = store->ops->load (store, "room", &error);
  g_autoptr (Changes) guests = store->ops->load (store, "guest", &error);
  ck_assert_msg (rows != NULL && guests != NULL, "%s", error ? error->message : "");
  if (rows->len == 0)
    return 0;
  guint number = 0;
  for (guint i = 0; i < rows->len; i++)
    {
      const DemlsChange *row = g_ptr_array_index (rows, i);
      g_autofree char *text = g_strndup (g_bytes_get_data (row->value, NULL), 8);
      guint found = (guint) g_ascii_strtoull (text, NULL, 10);
      number = MAX (number, found);
      if (i >= rows->len - ROWS)
        ck_assert_uint_eq (found, number);
    }
  ck_assert_uint_eq (rows->len, ROWS + MIN (number, 20));
  ck_assert_uint_eq (guests->len, number >= 20 && number / 10 % 2 == 0 ? 1 : 0);
  return number;
}

static guint
loops (void)
{
  const char *wanted = g_getenv ("DEMLS_LOOPS");
  return wanted ? (guint) strtoul (wanted, NULL, 10) : run_rounds (500);
}

START_TEST (killed_at_any_microsecond)
{
  g_autoptr (Directory) directory = new_directory ();
  g_autoptr (GRand) random = g_rand_new_with_seed (11);
  Progress *progress = mmap (NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  guint at = 0, half = 0;
  for (guint i = 0; i < loops (); i++)
    {
      progress->begun = progress->committed = at;
      gint64 life = g_rand_int_range (random, 1, 12000);
      pid_t pid = fork ();
      if (pid == 0)
        child (directory, progress, at + 1, life);
      int status;
      ck_assert_int_eq (waitpid (pid, &status, 0), pid);
      ck_assert (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
      OpenStore *store = must_open (directory, "p");
      guint found = batch_of (store);
      ck_assert_msg (found == progress->committed || found == progress->begun, "loop %u: %u is not in %u..%u", i, found,
                     progress->committed, progress->begun);
      half += progress->begun != progress->committed;
      at = found;
      store_close (store);
    }
  g_print ("%u kills, %u within a commit, %u batches, none lost\n", loops (), half, at);
  ck_assert_uint_gt (at, loops () / 4);
  munmap (progress, sizeof *progress);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { killed_at_any_microsecond };
  return run_tests ("store/crash", tests, G_N_ELEMENTS (tests));
}
