/* test-shim.c - a script of 60 operations, from making the store to closing it, with passphrases and identity files,
 * on a kernel that fails or stops at each write, sync, truncation, rename and removal in turn: the store is as before
 * or after the operation, in the process that goes on and in the next one. */
#define _GNU_SOURCE

#include "shim.h"

#include <sys/mman.h>
#include <sys/wait.h>

#include "stores.h"

#define STEPS 60

typedef enum {
  COMMIT,
  REOPEN, /* closes it and opens it again; the first step just opens */
  SEAL,   /* sets the passphrase to `passphrase`, or removes it */
  EXPORT,
  IMPORT,
} StepKind;

/* Those that are no commit. */
static const struct {
  guint number;
  StepKind kind;
  const char *passphrase; /* in force afterwards, if SEAL */
} special[] = {
  { 0, REOPEN, NULL },  { 8, SEAL, "p" },     { 12, EXPORT, NULL }, { 17, REOPEN, NULL }, { 20, SEAL, "q" },
  { 25, EXPORT, NULL }, { 30, IMPORT, NULL }, { 33, REOPEN, NULL }, { 40, SEAL, NULL },   { 44, REOPEN, NULL },
  { 48, IMPORT, NULL }, { 52, SEAL, "r" },    { 57, REOPEN, NULL },
};

typedef struct {
  char *directory, *account, *file;
  DemlsStore *store; /* NULL: closed */
} Scene;

static void
scene_begin (Scene *self)
{
  self->directory = new_directory ();
  self->account = g_build_filename (self->directory, "account", NULL);
  self->file = g_build_filename (self->directory, "identity", NULL);
  self->store = NULL;
}

static void
scene_end (Scene *self)
{
  g_clear_pointer (&self->store, store_close);
  g_free (self->file);
  g_free (self->account);
  remove_directory (self->directory);
}

/* The passphrase before step `number`. */
static const char *
passphrase_before (guint number)
{
  const char *passphrase = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (special); i++)
    if (special[i].kind == SEAL && special[i].number < number)
      passphrase = special[i].passphrase;
  return passphrase;
}

static DemlsStore *
open_account (const Scene *self, const char *passphrase, GError **error)
{
  DemlsSqliteOptions options = options_for (self->account, passphrase);
  options.checkpoint_every = 2;
  return demls_sqlite_store_open (&options, error);
}

static gboolean
commit (const Scene *self, guint number, GError **error)
{
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
  return self->store->ops->commit (self->store, changes, error);
}

static gboolean
step (Scene *self, guint number, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (special); i++)
    if (special[i].number == number)
      switch (special[i].kind)
        {
        case REOPEN:
          g_clear_pointer (&self->store, store_close);
          self->store = open_account (self, passphrase_before (number), error);
          return self->store != NULL;
        case SEAL:
          return demls_sqlite_store_set_passphrase (self->store, special[i].passphrase, error);
        case EXPORT:
          return demls_sqlite_store_export_identity (self->store, self->file, "file", error);
        case IMPORT:
          return demls_sqlite_store_import_identity (self->store, self->file, "file", error);
        case COMMIT:
        default:
          break;
        }
  return commit (self, number, error);
}

/* What there is to be seen before and after each step; how many operations of the kernel they all take. */
static guint
rehearse (char **states)
{
  Scene scene;
  scene_begin (&scene);
  shim_arm (SHIM_COUNT, 0, 0);
  states[0] = g_strdup ("");
  for (guint i = 0; i < STEPS; i++)
    {
      g_autoptr (GError) error = NULL;
      ck_assert_msg (step (&scene, i, &error), "step %u: %s", i, error ? error->message : "");
      states[i + 1] = must_dump (scene.store);
    }
  g_clear_pointer (&scene.store, store_close);
  shim_disarm ();
  guint n = shim.done;
  g_print ("%u operations: %u writes, %u syncs, %u renames, %u truncations and removals\n", n, shim.writes, shim.syncs,
           shim.renames, shim.others);
  ck_assert_uint_gt (shim.syncs, STEPS);
  ck_assert_uint_ge (shim.renames, 3); /* the store, and two files */
  scene_end (&scene);
  return n;
}

static void
states_clear (char **states)
{
  for (guint i = 0; i <= STEPS; i++)
    g_free (states[i]);
}

/* On a sound kernel: as before step `number`, or as after it. */
static void
loads_before_or_after (const Scene *self, char **states, guint number, guint at)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OpenStore) store = open_account (self, passphrase_before (number), &error);
  if (!store)
    {
      g_clear_error (&error);
      store = open_account (self, passphrase_before (MIN (number + 1, STEPS)), &error);
    }
  ck_assert_msg (store != NULL, "operation %u in step %u: %s", at, number, error ? error->message : "");
  g_autofree char *found = dump (store, &error);
  ck_assert_msg (found != NULL, "operation %u in step %u: %s", at, number, error ? error->message : "");
  ck_assert_msg (g_str_equal (found, states[number]) || g_str_equal (found, states[MIN (number + 1, STEPS)]),
                 "operation %u: neither before nor after step %u", at, number);
}

/* An identity file is whole whenever there is one. */
static void
file_is_whole (const Scene *self, guint number, guint at)
{
  g_autoptr (GError) error = NULL;
  gboolean there = g_file_test (self->file, G_FILE_TEST_EXISTS);
  ck_assert_msg (there || number <= 12, "operation %u in step %u: the identity file is gone", at, number);
  if (!there)
    return;
  g_autoptr (Directory) directory = new_directory ();
  g_autoptr (OpenStore) other = must_open (directory, NULL);
  ck_assert_msg (demls_sqlite_store_import_identity (other, self->file, "file", &error), "operation %u in step %u: %s",
                 at, number, error ? error->message : "");
}

START_TEST (stopped_at_every_operation)
{
  char *states[STEPS + 1];
  guint n = rehearse (states), stride = 20 / run_rounds (20);
  guint *reached = mmap (NULL, sizeof *reached, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (guint at = 0; at < n; at += stride)
    {
      Scene scene;
      scene_begin (&scene);
      pid_t pid = fork ();
      if (pid == 0)
        {
          shim_arm (SHIM_STOP, at, 0);
          for (*reached = 0; *reached < STEPS; ++*reached)
            if (!step (&scene, *reached, NULL))
              _exit (1);
          store_close (scene.store);
          _exit (2);
        }
      int status;
      ck_assert_int_eq (waitpid (pid, &status, 0), pid);
      ck_assert_msg (WIFEXITED (status) && WEXITSTATUS (status) == SHIM_STOPPED, "operation %u, step %u: status %x", at,
                     *reached, (guint) status);
      loads_before_or_after (&scene, states, *reached, at);
      file_is_whole (&scene, *reached, at);
      scene_end (&scene);
    }
  munmap (reached, sizeof *reached);
  states_clear (states);
}
END_TEST

/* A step that failed says why and has changed nothing; the same step works when it is tried again. */
static void
stumble (Scene *self, char **states, guint *number, int code, guint at)
{
  g_autoptr (GError) error = NULL;
  if (step (self, *number, &error))
    {
      ++*number;
      return;
    }
  DemlsStoreError expected = code == ENOSPC  ? DEMLS_STORE_ERROR_FULL
                             : code == EROFS ? DEMLS_STORE_ERROR_READ_ONLY
                                             : DEMLS_STORE_ERROR_IO;
  ck_assert_msg (g_error_matches (error, DEMLS_STORE_ERROR, (int) expected), "operation %u in step %u: %d %s", at,
                 *number, error->code, error->message);
  ck_assert_uint_gt (strlen (error->message), 10);
  if (self->store)
    holds (self->store, states[*number]);
}

static void
stumble_at (char **states, int code, guint at)
{
  Scene scene;
  guint number = 0, tries = 0;
  scene_begin (&scene);
  shim_arm (SHIM_FAIL, at, code);
  /* two steps more, for the failure to show, and then the rest is as it always is */
  for (guint end = STEPS; number < end; tries++)
    {
      stumble (&scene, states, &number, code, at);
      if (shim.done > at)
        end = MIN (end, number + 2);
    }
  ck_assert_msg (tries <= number + 1, "operation %u: %u tries for %u steps", at, tries, number);
  holds (scene.store, states[number]);
  g_clear_pointer (&scene.store, store_close);
  shim_disarm ();
  loads_before_or_after (&scene, states, number, at);
  g_autoptr (OpenStore) again = open_account (&scene, passphrase_before (number), NULL);
  holds (again, states[number]);
  g_clear_pointer (&again, store_close);
  file_is_whole (&scene, MIN (number, 12), at);
  scene_end (&scene);
}

static void
stumble_everywhere (int code, guint every)
{
  char *states[STEPS + 1];
  guint n = rehearse (states), stride = every * (20 / run_rounds (20));
  for (guint at = 0; at < n; at += stride)
    stumble_at (states, code, at);
  states_clear (states);
}

START_TEST (disk_full_at_every_operation)
{
  stumble_everywhere (ENOSPC, 1);
}
END_TEST

START_TEST (input_output_error_at_every_operation)
{
  stumble_everywhere (EIO, 1);
}
END_TEST

START_TEST (read_only_at_every_third_operation)
{
  stumble_everywhere (EROFS, 3);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { stopped_at_every_operation, disk_full_at_every_operation,
                                 input_output_error_at_every_operation, read_only_at_every_third_operation };
  return run_tests ("store/shim", tests, G_N_ELEMENTS (tests));
}
