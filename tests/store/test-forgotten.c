/* test-forgotten.c - K5 on disk: once a message is processed, the files decrypt none of those that came before; and
 * nothing that was ever replaced or removed can be found in them, bytes by bytes, with and without a passphrase.
 */
#define _GNU_SOURCE

#include <sqlite3.h>

#include "../user/world.h"
#include "stores.h"
#include "user/user-private.h"

#define MESSAGES 30
#define WINDOW 32 /* bytes, as a key has */

/* A store that remembers every value that ever lay in its files. */
typedef struct {
  DemlsStore plug;
  DemlsStore *real;
  char *directory;
  const char *passphrase;
  GHashTable *ever; /* char[WINDOW] -> itself */
  guint commits, found;
} Spy;

/* --- what is in the files ----------------------------------------------------------------------------------------- */

static guint
window_hash (gconstpointer data)
{
  guint64 word;
  memcpy (&word, (const guint8 *) data + 8, sizeof word);
  return (guint) (word ^ word >> 32);
}

static gboolean
window_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, WINDOW) == 0;
}

static GHashTable *
windows_new (void)
{
  return g_hash_table_new_full (window_hash, window_equal, g_free, NULL);
}

/* Free space is zeros, and so are most bytes of counters and lengths; a key hardly has any. What is left is longer than
 * a conversation id, which the database repeats for itself. */
static gboolean
is_dull (const guint8 *data)
{
  guint n = 0;
  for (guint i = 0; i < WINDOW; i++)
    n += data[i] != 0;
  return n < 28;
}

static void
add_windows (GHashTable *windows, Span value)
{
  for (gsize i = 0; i + WINDOW <= value.len; i++)
    if (!is_dull (value.data + i) && !g_hash_table_contains (windows, value.data + i))
      g_hash_table_add (windows, g_memdup2 (value.data + i, WINDOW));
}

/* The files as they lie there, in a directory of their own. (transfer full) */
static char *
copy_files (const char *directory)
{
  static const char *const names[] = { "store.db", "store.db-wal" };
  char *copy = new_directory ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GBytes) bytes = file_bytes (directory, names[i]);
      if (bytes)
        write_file (copy, names[i], span_bytes (bytes).data, g_bytes_get_size (bytes));
    }
  return copy;
}

/* Every row's value as it is stored, sealed or not. */
static void
add_stored (GHashTable *windows, const char *directory)
{
  g_autoptr (Directory) copy = copy_files (directory);
  g_autofree char *path = g_build_filename (copy, "store.db", NULL);
  sqlite3 *database;
  sqlite3_stmt *blobs;
  ck_assert_int_eq (sqlite3_open (path, &database), SQLITE_OK);
  ck_assert_int_eq (sqlite3_prepare_v2 (database, "SELECT value FROM rows", -1, &blobs, NULL), SQLITE_OK);
  while (sqlite3_step (blobs) == SQLITE_ROW)
    add_windows (windows, span (sqlite3_column_blob (blobs, 0), (gsize) sqlite3_column_bytes (blobs, 0)));
  sqlite3_finalize (blobs);
  sqlite3_close (database);
}

/* Which bytes belong to a value that is alive. (transfer full) */
static guint8 *
cover (Span all, GHashTable *alive)
{
  guint8 *covered = g_malloc0 (all.len + 1);
  for (gsize i = 0; i + WINDOW <= all.len; i++)
    if (g_hash_table_contains (alive, all.data + i))
      memset (covered + i, 1, WINDOW);
  return covered;
}

/* The end of a live value and what happens to follow it may look like a dead one: most of a find must be uncovered. */
static gboolean
is_bare (const guint8 *covered)
{
  guint n = 0;
  for (guint i = 0; i < WINDOW; i++)
    n += !covered[i];
  return n >= WINDOW * 3 / 4;
}

/* How many windows that are in `windows` but not in `alive` are in a file. */
static guint
count_dead (const char *directory, GHashTable *windows, GHashTable *alive)
{
  g_autoptr (GDir) files = g_dir_open (directory, 0, NULL);
  guint dead = 0;
  for (const char *name; (name = g_dir_read_name (files));)
    {
      g_autoptr (GBytes) bytes = file_bytes (directory, name);
      Span all = span_bytes (bytes);
      g_autofree guint8 *covered = cover (all, alive);
      for (gsize i = 0; i + WINDOW <= all.len; i++)
        dead += is_bare (covered + i) && g_hash_table_contains (windows, all.data + i);
    }
  return dead;
}

/* --- the spy ------------------------------------------------------------------------------------------------------ */

static GPtrArray *
spy_scopes (DemlsStore *store, GError **error)
{
  DemlsStore *real = ((Spy *) store)->real;
  return real->ops->scopes (real, error);
}

static GPtrArray *
spy_load (DemlsStore *store, const char *scope, GError **error)
{
  DemlsStore *real = ((Spy *) store)->real;
  return real->ops->load (real, scope, error);
}

static gboolean
spy_commit (DemlsStore *store, const GPtrArray *changes, GError **error)
{
  Spy *self = (Spy *) store;
  gboolean done = self->real->ops->commit (self->real, changes, error);
  g_autoptr (GHashTable) alive = windows_new ();
  add_stored (alive, self->directory);
  self->commits++;
  self->found += count_dead (self->directory, self->ever, alive);
  GHashTableIter iter;
  gpointer window;
  g_hash_table_iter_init (&iter, alive);
  while (g_hash_table_iter_next (&iter, &window, NULL))
    add_windows (self->ever, span (window, WINDOW));
  return done;
}

static void
spy_close (DemlsStore *store)
{
  Spy *self = (Spy *) store;
  self->real->ops->close (self->real);
  g_hash_table_unref (self->ever);
  remove_directory (self->directory);
  g_free (self);
}

static const DemlsStoreOps spy_ops = { spy_scopes, spy_load, spy_commit, spy_close };

static Spy *
spy_new (const char *passphrase)
{
  Spy *self = g_new0 (Spy, 1);
  self->plug.ops = &spy_ops;
  self->directory = new_directory ();
  self->passphrase = passphrase;
  self->real = must_open (self->directory, passphrase);
  self->ever = windows_new ();
  return self;
}

/* --- a thief ------------------------------------------------------------------------------------------------------ */

/* The runner that the files give, without what is only remembered so as not to show a message twice. */
static DemlsRunner *
stolen_runner (const Spy *spy, const Person *victim, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Directory) copy = copy_files (spy->directory);
  g_autoptr (OpenStore) store = must_open (copy, spy->passphrase);
  g_autoptr (GPtrArray) changes = store->ops->load (store, id, NULL);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_row_free);
  for (guint i = 0; i < changes->len; i++)
    {
      const DemlsChange *change = changes->pdata[i];
      if (g_str_has_prefix (change->key, "user/") || g_str_has_prefix (change->key, "shown/"))
        continue;
      DemlsRow *row = g_new0 (DemlsRow, 1);
      row->key = g_strdup (change->key);
      row->value = g_bytes_ref (change->value);
      g_ptr_array_add (rows, row);
    }
  DemlsRunner *runner = demls_runner_restore (&victim->user->env, rows, world_now (victim->world), &error);
  ck_assert_msg (runner != NULL, "%s", error ? error->message : "");
  return runner;
}

/* How many chat messages the thief reads among all packets so far; whether `text` is one of them. */
static guint
steal (const Spy *spy, const Person *victim, const char *id, const char *text, gboolean *reads)
{
  World *world = victim->world;
  g_autoptr (DemlsRunner) runner = stolen_runner (spy, victim, id);
  guint n = 0;
  *reads = FALSE;
  for (gsize i = 0; i < memory_bus_count (world->bus); i++)
    {
      DemlsChannel channel;
      GBytes *packet = memory_bus_packet (world->bus, i, &channel);
      if (channel == DEMLS_CHANNEL_APP_MSG)
        demls_runner_receive (runner, DEMLS_SUBTOPIC_APP_MSG, span_bytes (packet), world_now (world), NULL);
    }
  g_autoptr (GPtrArray) events = demls_runner_drain_events (runner);
  for (guint i = 0; i < events->len; i++)
    {
      const DemlsEvent *event = events->pdata[i];
      n += event->kind == DEMLS_EVENT_CHAT;
      *reads = *reads || (event->kind == DEMLS_EVENT_CHAT && g_str_equal (event->text, text));
    }
  g_ptr_array_set_free_func (events, (GDestroyNotify) demls_event_free);
  return n;
}

/* --- the tests ---------------------------------------------------------------------------------------------------- */

/* A commit now and then, so that epochs end too. */
static void
change_epoch (World *world, const char *id, guint number)
{
  Person *alice = world->people->pdata[0];
  g_autofree char *title = g_strdup_printf ("title %u", number);
  ck_assert (demls_user_change (alice->user, id, NULL, title, world_now (world), NULL));
  for (guint i = 0; i < 200 && !g_str_equal (demls_user_title (alice->user, id), title); i++)
    {
      world_step (world);
      for (guint k = 0; k < world->people->len; k++)
        {
          Person *person = world->people->pdata[k];
          g_autoptr (GPtrArray) ballots = demls_runner_ballots (demls_user_runner (person->user, id));
          for (guint b = 0; b < ballots->len; b++)
            demls_user_vote (person->user, id, span_bytes (ballots->pdata[b]), TRUE, world_now (world), NULL);
        }
    }
  world_run (world, SECONDS (2));
  ck_assert (world_agrees (world, id));
  ck_assert_str_eq (demls_user_title (alice->user, id), title);
}

static guint
count_rows (const Spy *spy, const char *id, const char *beginning)
{
  g_autoptr (GPtrArray) rows = spy->real->ops->load (spy->real, id, NULL);
  guint n = 0;
  for (guint i = 0; i < rows->len; i++)
    n += g_str_has_prefix (((const DemlsChange *) rows->pdata[i])->key, beginning) ? 1 : 0;
  return n;
}

/* Epochs are kept as long as they may still be needed, and then nothing of them is left. */
static void
epochs_end (World *world, const Spy *spy, const char *id, guint n_changes)
{
  guint kept = count_rows (spy, id, "group/");
  ck_assert_uint_gt (kept, n_changes ? 1 : 0);
  world_run (world, SECONDS (400));
  ck_assert_uint_eq (count_rows (spy, id, "group/"), 1);
  ck_assert_uint_eq (count_rows (spy, id, "keys/"), 1);
  ck_assert_uint_eq (count_rows (spy, id, "epoch/"), 1);
  g_autoptr (GHashTable) alive = windows_new ();
  add_stored (alive, spy->directory);
  ck_assert_uint_eq (count_dead (spy->directory, spy->ever, alive), 0);
}

static void
read_and_forgotten (const char *passphrase)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  Spy *spy = spy_new (passphrase);
  Person *bob = world_person_with (world, "bob", &spy->plug);
  g_autofree char *id = world_found (world);
  world_gather (world, id);
  guint n = run_rounds (MESSAGES), thefts = 0;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = g_strdup_printf ("message %u", i);
      gboolean reads;
      if (i % 10 == 5)
        change_epoch (world, id, i);
      ck_assert (demls_user_say (alice->user, id, text, world_now (world), NULL));
      /* not yet come to bob: its keys must still be there, or nothing here proves anything */
      ck_assert_uint_eq (steal (spy, bob, id, text, &reads), 1);
      ck_assert (reads);
      world_step (world);
      ck_assert_uint_eq (person_count (bob, DEMLS_EVENT_CHAT, text), 1);
      guint read = steal (spy, bob, id, text, &reads);
      ck_assert_msg (read == 0, "the files read %u messages after message %u", read, i);
      thefts++;
    }
  epochs_end (world, spy, id, n / 10);
  ck_assert_msg (spy->found == 0, "%u pieces of dead values in the files", spy->found);
  ck_assert_uint_gt (spy->commits, n);
  g_print ("%s: %u messages, %u thefts; %u commits looked at, %u different windows\n", passphrase ? "sealed" : "plain",
           n, thefts, spy->commits, g_hash_table_size (spy->ever));
}

START_TEST (what_was_read_cannot_be_read_again)
{
  read_and_forgotten (NULL);
  read_and_forgotten ("p");
}
END_TEST

/* After leaving: none of what was ever stored of the group, be it a key or a line, in any file. */
static void
left_and_forgotten (const char *passphrase)
{
  g_autoptr (World) world = world_new ();
  Person *alice = world_person (world, "alice");
  Person *bob = world_person (world, "bob");
  Spy *spy = spy_new (passphrase);
  Person *carol = world_person_with (world, "carol", &spy->plug);
  g_autofree char *id = world_found (world);
  world_gather (world, id);
  for (guint i = 0; i < run_rounds (20); i++)
    {
      Person *speaker = world->people->pdata[i % 3];
      g_autofree char *text = g_strdup_printf ("number %u of what nobody is to know", i);
      ck_assert (demls_user_say (speaker->user, id, text, world_now (world), NULL));
      world_run (world, SECONDS (1));
    }
  change_epoch (world, id, 1);
  guint windows = g_hash_table_size (spy->ever);
  ck_assert (demls_user_leave (carol->user, id, world_now (world), NULL));
  world_run (world, SECONDS (20));
  ck_assert_uint_eq (person_count (carol, DEMLS_EVENT_LEAVING, NULL), 1);
  ck_assert (demls_user_is_saved (carol->user));
  g_autoptr (GPtrArray) scopes = spy_scopes (&spy->plug, NULL);
  ck_assert_uint_eq (scopes->len, 1); /* her own */
  g_autoptr (GHashTable) alive = windows_new ();
  add_stored (alive, spy->directory);
  ck_assert_uint_gt (windows, 2000);
  ck_assert_uint_lt (g_hash_table_size (alive), windows / 4);
  ck_assert_uint_eq (count_dead (spy->directory, spy->ever, alive), 0);
  ck_assert_uint_eq (files_with (spy->directory, "what nobody is to know"), 0);
  ck_assert_uint_eq (files_with (spy->directory, id), 0);
  ck_assert_uint_eq (spy->found, 0);
  (void) alice;
  (void) bob;
}

START_TEST (what_was_left_is_gone)
{
  left_and_forgotten (NULL);
  left_and_forgotten ("p");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { what_was_read_cannot_be_read_again, what_was_left_is_gone };
  return run_tests ("store/forgotten", tests, G_N_ELEMENTS (tests));
}
