/* test-full.c - a person whose disk is full or read-only: a clear error, nothing lost, and all goes on once there is
 * space again. The disk is a small one in memory where the system lets us mount it, and a limit on the size of files
 * everywhere.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "../user/world.h"
#include "stores.h"

#define DISK "size=1m,mode=0700"

/* A disk of 1 MiB at `path` for this process alone; FALSE if that is not allowed here. */
static gboolean
mount_disk (const char *path)
{
  gboolean apart = unshare (CLONE_NEWNS) == 0 || unshare (CLONE_NEWUSER | CLONE_NEWNS) == 0;
  return apart && mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
         && mount ("demls-test", path, "tmpfs", 0, DISK) == 0;
}

/* Takes all the space there is. */
static void
fill_disk (const char *path)
{
  g_autofree char *ballast = g_build_filename (path, "ballast", NULL);
  static const char block[4096] = { 1 };
  int fd = g_open (ballast, O_CREAT | O_WRONLY | O_APPEND, 0600);
  ck_assert_int_ge (fd, 0);
  while (write (fd, block, sizeof block) == (gssize) sizeof block)
    continue;
  ck_assert_int_eq (errno, ENOSPC);
  close (fd);
}

static void
free_disk (const char *path)
{
  g_autofree char *ballast = g_build_filename (path, "ballast", NULL);
  ck_assert_int_eq (g_unlink (ballast), 0);
}

/* No file may grow beyond `bytes`. */
static void
limit_files (const char *path, rlim_t bytes)
{
  struct rlimit limit;
  (void) path;
  ck_assert_int_eq (getrlimit (RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = bytes;
  signal (SIGXFSZ, SIG_IGN);
  ck_assert_int_eq (setrlimit (RLIMIT_FSIZE, &limit), 0);
}

static void
limit_now (const char *path)
{
  limit_files (path, 8192);
}

static void
limit_no_more (const char *path)
{
  limit_files (path, RLIM_INFINITY);
}

static const DemlsUserEvent *
last_of (const Person *self, DemlsUserEventKind kind)
{
  for (guint i = self->events->len; i-- > 0;)
    if (((const DemlsUserEvent *) self->events->pdata[i])->kind == kind)
      return self->events->pdata[i];
  return NULL;
}

static guint
lines_of (const Person *self, const char *text)
{
  const char *id = NULL;
  g_autoptr (GPtrArray) groups = demls_user_groups (self->user);
  guint n = 0;
  if (groups->len)
    id = groups->pdata[0];
  const GPtrArray *lines = demls_user_history (self->user, id);
  for (guint i = 0; lines && i < lines->len; i++)
    n += g_str_equal (((const DemlsHistoryLine *) lines->pdata[i])->text, text);
  return n;
}

/* While nothing can be saved: told once and clearly, nothing goes out, nothing else is begun, what was typed stays. */
static void
live_without_space (World *world, Person *bob, const char *id)
{
  const Person *alice = world->people->pdata[0];
  g_autoptr (GError) error = NULL;
  gsize packets = memory_bus_count (world->bus);
  ck_assert (demls_user_say (bob->user, id, "accepted", world_now (world), NULL));
  ck_assert (!demls_user_is_saved (bob->user));
  ck_assert (!demls_user_say (bob->user, id, "refused", world_now (world), &error));
  ck_assert (g_error_matches (error, DEMLS_USER_ERROR, DEMLS_USER_ERROR_UNSAVED));
  demls_user_set_typed (bob->user, id, "refused");
  ck_assert (demls_user_say (alice->user, id, "from alice", world_now (world), NULL));
  world_run (world, SECONDS (30));
  ck_assert_uint_eq (person_count_kind (bob, DEMLS_USER_EVENT_UNSAVED), 1);
  const DemlsUserEvent *unsaved = last_of (bob, DEMLS_USER_EVENT_UNSAVED);
  ck_assert_msg (unsaved->code == DEMLS_STORE_ERROR_FULL, "%d: %s", unsaved->code, unsaved->text);
  ck_assert_uint_gt (strlen (unsaved->text), 10);
  ck_assert_uint_eq (memory_bus_count (world->bus), packets + 1); /* alice's */
  ck_assert_uint_eq (person_count (bob, DEMLS_EVENT_CHAT, NULL), 1);
  ck_assert_str_eq (demls_user_typed (bob->user, id), "refused");
}

/* `at_once`: bob does not wait until it is tried again. */
static void
go_on (World *world, Person *bob, const char *id, gboolean at_once)
{
  const Person *alice = world->people->pdata[0];
  if (at_once)
    ck_assert (demls_user_say (bob->user, id, "refused", world_now (world), NULL));
  world_run (world, SECONDS (90));
  ck_assert_uint_eq (person_count_kind (bob, DEMLS_USER_EVENT_SAVED), 1);
  ck_assert_uint_eq (person_count_kind (bob, DEMLS_USER_EVENT_UNSAVED), 1);
  ck_assert (demls_user_is_saved (bob->user));
  if (!at_once)
    ck_assert (demls_user_say (bob->user, id, "refused", world_now (world), NULL));
  world_run (world, SECONDS (2));
  for (guint i = 0; i < world->people->len; i++)
    {
      const Person *person = world->people->pdata[i];
      ck_assert_uint_eq (person_count (person, DEMLS_EVENT_CHAT, "accepted"), 1);
      ck_assert_uint_eq (person_count (person, DEMLS_EVENT_CHAT, "refused"), 1);
      ck_assert_uint_eq (person_count (person, DEMLS_EVENT_CHAT, "from alice"), 1);
    }
  ck_assert_uint_eq (person_count (alice, DEMLS_EVENT_CHAT, NULL), 4);
  ck_assert (world_all_in (world, id));
}

/* And in the next process it is all there. */
static void
begin_again (World *world, Person *bob, const char *directory, const char *id)
{
  person_kill (bob);
  bob->store->ops->close (bob->store);
  bob->store = must_open (directory, "p");
  person_start (bob);
  world_run (world, SECONDS (1));
  ck_assert_str_eq (demls_user_typed (bob->user, id), "refused");
  ck_assert_uint_eq (lines_of (bob, "accepted"), 1);
  ck_assert_uint_eq (lines_of (bob, "from alice"), 1);
  ck_assert_uint_eq (person_count (bob, DEMLS_EVENT_CHAT, "accepted"), 1); /* not shown again */
  ck_assert (world_all_in (world, id));
}

static void
without_space (const char *disk, gboolean at_once, void (*take) (const char *disk), void (*give) (const char *disk))
{
  g_autofree char *directory = g_build_filename (disk, "account", NULL);
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  Person *bob = world_person_with (world, "bob", must_open (directory, "p"));
  g_autofree char *id = world_found (world);
  world_gather (world, id);
  ck_assert (demls_user_say (alice->user, id, "before", world_now (world), NULL));
  world_run (world, SECONDS (2));
  take (disk);
  live_without_space (world, bob, id);
  give (disk);
  go_on (world, bob, id, at_once);
  begin_again (world, bob, directory, id);
}

START_TEST (a_disk_without_space)
{
  g_autoptr (Directory) disk = new_directory ();
  if (!mount_disk (disk))
    {
      g_print ("no disk can be mounted here\n");
      return;
    }
  without_space (disk, TRUE, fill_disk, free_disk);
  umount2 (disk, MNT_DETACH);
}
END_TEST

START_TEST (files_that_may_not_grow)
{
  g_autoptr (Directory) disk = new_directory ();
  without_space (disk, FALSE, limit_now, limit_no_more);
}
END_TEST

START_TEST (no_space_for_a_new_store)
{
  g_autoptr (Directory) disk = new_directory ();
  g_autofree char *account = g_build_filename (disk, "account", NULL);
  limit_files (disk, 4096);
  must_not_open (account, "p", DEMLS_STORE_ERROR_FULL);
  limit_files (disk, RLIM_INFINITY);
  store_close (must_open (account, "p"));
}
END_TEST

START_TEST (a_disk_that_is_read_only)
{
  g_autoptr (Directory) disk = new_directory ();
  g_autofree char *account = g_build_filename (disk, "account", NULL);
  if (!mount_disk (disk))
    {
      g_print ("no disk can be mounted here\n");
      return;
    }
  OpenStore *store = must_open (account, "p");
  put (store, "room", "k", "v");
  store_close (store);
  ck_assert_int_eq (mount (NULL, disk, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
  must_not_open (account, "p", DEMLS_STORE_ERROR_READ_ONLY);
  ck_assert_int_eq (mount (NULL, disk, NULL, MS_REMOUNT, NULL), 0);
  store = must_open (account, "p");
  holds (store, "room/k=76\n");
  store_close (store);
  umount2 (disk, MNT_DETACH);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { a_disk_without_space, files_that_may_not_grow, no_space_for_a_new_store,
                                 a_disk_that_is_read_only };
  return run_tests ("store/full", tests, G_N_ELEMENTS (tests));
}
