/* bench-load.c - one person in groups of fifty: how fast messages are received and saved, what a backlog does to the
 * main loop, what idle groups cost, how large the database gets.
 *
 *   bench-load [directory]        default: a new one under $TMPDIR, which should be on a real disk
 *
 * Everything is real but the other members' processes: they are runners in this one, and what they said is made before
 * the clock starts. Targets are printed, never asserted.
 */
#define _GNU_SOURCE

#include <fcntl.h>
#include <gio/gio.h>
#include <malloc.h>
#include <stdlib.h>

#include "../lib/primitives.h"
#include "../lib/sim/sim-clock.h"
#include "../lib/sim/sim-hall.h"
#include "../store/stores.h"
#include "delivery/folder-io.h"
#include "delivery/folder.h"
#include "rules/member-id.h"
#include "session/runner-private.h"
#include "session/snapshot.h"
#include "store/memory-store.h"
#include "user/user-private.h"

#define MEMBERS 50
#define ME 1
#define BATCH 64
#define FLOOD 6000
#define SINGLES 300
#define BACKLOG 10000
#define IDLE_GROUPS 100
#define IDLE_HOURS 24

typedef struct {
  char *directory, *account, *shared;
  SimHall *hall;
  GPtrArray *packets; /* of GBytes, said and not yet received */
  guint said;
  Rng *rng;
  DemlsStore *store;
  DemlsUser *user;
  DemlsDelivery *delivery;
  guint received, refused;
  guint pump_source;
} Load;

static DemlsNow
now (void)
{
  return (DemlsNow){ g_get_monotonic_time (), SIM_WALL_START + g_get_monotonic_time () / G_USEC_PER_SEC };
}

/* --- the group ---------------------------------------------------------------------------------------------------- */

static gint
by_time (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;
  return (x > y) - (x < y);
}

/* Everybody but us says something, in turn. */
static void
say (Load *self, guint n)
{
  for (guint i = 0; i < n; i++, self->said++)
    {
      guint speaker = self->said % (self->hall->awake - 1);
      speaker += speaker >= ME;
      g_autofree char *text = g_strdup_printf ("message %u, about as long as people's messages are", self->said);
      g_autoptr (GError) error = NULL;
      if (!demls_runner_say (self->hall->runners[speaker], text, NULL, self->hall->now, &error))
        g_error ("bench: %s", error->message);
      g_autoptr (GPtrArray) packets = sim_hall_crank (self->hall, speaker);
      for (guint k = 0; k < packets->len; k++)
        g_ptr_array_add (self->packets, g_bytes_ref (((const DemlsPacket *) packets->pdata[k])->payload));
    }
}

/* All rows that our runner has by now. */
static void
put_runner (const DemlsRunner *runner, DemlsChanges *changes)
{
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init (&iter, runner->saved);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      g_autoptr (GBytes) row = demls_snapshot_row (runner, key);
      if (row)
        demls_changes_put (changes, runner->id, key, row);
    }
}

/* The store that we would have. */
static void
fill_store (Load *self, DemlsStore *store)
{
  const SimHall *hall = self->hall;
  DemlsIdentity identity = { .key = hall->keys[ME] };
  DemlsChanges *changes = demls_changes_new ();
  DemlsSeat *seat = demls_seat_new (hall->id, NULL);
  demls_member_id (sign_key_public (identity.key), identity.member_id);
  demls_changes_give (changes, "", "identity", demls_identity_save (&identity, hall->suite));
  put_runner (hall->runners[ME], changes);
  demls_seat_save_about (seat, changes);
  g_autoptr (GError) error = NULL;
  if (!demls_changes_commit (changes, store, &error))
    g_error ("bench: %s", error->message);
  demls_seat_free (seat);
  demls_changes_free (changes);
}

static void
start (Load *self)
{
  g_autoptr (GError) error = NULL;
  const DemlsSqliteOptions options = options_for (self->account, "p");
  self->store = demls_sqlite_store_open (&options, &error);
  if (!self->store)
    g_error ("bench: %s", error->message);
  g_autoptr (GPtrArray) scopes = self->store->ops->scopes (self->store, NULL);
  if (scopes->len == 0)
    fill_store (self, self->store);
  self->user = demls_user_new (self->store, self->hall->suite, self->rng, "me", now (), &error);
  if (!self->user || !demls_user_runner (self->user, self->hall->id))
    g_error ("bench: %s", error ? error->message : "no group");
  demls_user_link (self->user, DEMLS_LINK_ONLINE, NULL, now ());
}

static void
stop (Load *self)
{
  g_clear_pointer (&self->user, demls_user_free);
  g_clear_pointer (&self->store, store_close);
}

static guint
drain (Load *self)
{
  g_autoptr (GPtrArray) events = demls_user_drain_events (self->user);
  guint chat = 0;
  for (guint i = 0; i < events->len; i++)
    {
      const DemlsUserEvent *told = events->pdata[i];
      chat += told->event && told->event->kind == DEMLS_EVENT_CHAT;
    }
  g_ptr_array_set_free_func (events, (GDestroyNotify) demls_user_event_free);
  return chat;
}

/* What the disk takes for 4 KiB and a flush, this minute: a commit that is wiped at once flushes three times. */
static void
floor_of_disk (const Load *self)
{
  gint64 times[SINGLES];
  guint8 page[4096] = { 1 };
  g_autofree char *path = g_build_filename (self->directory, "floor", NULL);
  int fd = g_open (path, O_CREAT | O_WRONLY, 0600);
  for (guint i = 0; i < SINGLES; i++)
    {
      gint64 start = g_get_monotonic_time ();
      if (write (fd, page, sizeof page) != sizeof page || fsync (fd) != 0)
        g_error ("bench: cannot write %s", path);
      times[i] = g_get_monotonic_time () - start;
    }
  close (fd);
  qsort (times, SINGLES, sizeof *times, by_time);
  g_print ("load   floor, 4 KiB appended and flushed: median %" G_GINT64_FORMAT " us, 99 %% %" G_GINT64_FORMAT " us\n",
           times[SINGLES / 2], times[SINGLES * 99 / 100]);
}

/* --- messages ----------------------------------------------------------------------------------------------------- */

static void
receive (Load *self, GBytes *packet)
{
  g_autoptr (GError) error = NULL;
  if (!demls_user_receive (self->user, self->hall->id, DEMLS_CHANNEL_APP_MSG, span_bytes (packet), now (), &error))
    g_error ("bench: %s", error->message);
}

static void
flood (Load *self)
{
  guint chat = 0;
  say (self, FLOOD);
  gint64 start = g_get_monotonic_time ();
  double cpu = cpu_time ();
  for (guint i = 0; i < self->packets->len; i++)
    {
      receive (self, self->packets->pdata[i]);
      if (i % BATCH == BATCH - 1 || i == self->packets->len - 1)
        {
          demls_user_tick (self->user, now ());
          chat += drain (self);
        }
    }
  double took = (double) (g_get_monotonic_time () - start) / 1e6;
  cpu = (cpu_time () - cpu) / 1e6;
  g_ptr_array_set_size (self->packets, 0);
  g_print ("load   %u messages received and saved, %u a transaction: %.0f a second, %.0f us of one core each "
           "(target 3,000 a second)%s\n",
           FLOOD, BATCH, FLOOD / took, cpu * 1e6 / FLOOD, chat == FLOOD ? "" : "; SOME ARE MISSING");
}

static void
singles (Load *self)
{
  gint64 times[SINGLES];
  say (self, SINGLES);
  for (guint i = 0; i < SINGLES; i++)
    {
      gint64 start = g_get_monotonic_time ();
      receive (self, self->packets->pdata[i]);
      demls_user_tick (self->user, now ());
      times[i] = g_get_monotonic_time () - start;
      drain (self);
    }
  g_ptr_array_set_size (self->packets, 0);
  qsort (times, SINGLES, sizeof *times, by_time);
  g_print ("load   one message received and saved: median %" G_GINT64_FORMAT " us, 99 %% %" G_GINT64_FORMAT
           " us (target 2,000 us)\n",
           times[SINGLES / 2], times[SINGLES * 99 / 100]);
}

/* --- a backlog ---------------------------------------------------------------------------------------------------- */

static gint64 woken, longest;
static GPollFunc real_poll;

/* A step is what the main loop does between two polls. */
static gint
timed_poll (GPollFD *fds, guint n, gint timeout)
{
  if (woken)
    longest = MAX (longest, g_get_monotonic_time () - woken);
  gint ready = real_poll (fds, n, timeout);
  woken = g_get_monotonic_time ();
  return ready;
}

static gboolean
pump (gpointer data)
{
  Load *self = data;
  self->pump_source = 0;
  demls_user_tick (self->user, now ());
  self->received += drain (self);
  return G_SOURCE_REMOVE;
}

static void
pump_soon (Load *self)
{
  if (!self->pump_source)
    self->pump_source = g_idle_add_full (G_PRIORITY_DEFAULT, pump, self, NULL);
}

static void
on_packet (gpointer data, const char *conversation, DemlsChannel channel, Span payload)
{
  Load *self = data;
  self->refused += !demls_user_receive (self->user, conversation, channel, payload, now (), NULL);
  pump_soon (self);
}

static void
on_delivered (gpointer data, guint64 token)
{
  demls_user_delivered (((Load *) data)->user, token, now ());
  pump_soon (data);
}

static void
on_refused (gpointer data, guint64 token, const GError *why)
{
  demls_user_refused (((Load *) data)->user, token, why, now ());
  pump_soon (data);
}

static void
on_link (gpointer data, DemlsLink link, const char *problem)
{
  demls_user_link (((Load *) data)->user, link, problem, now ());
  pump_soon (data);
}

static void
put_files (Load *self)
{
  g_autofree char *shelf = g_build_filename (self->shared, self->hall->id, NULL);
  guint8 app_id[DEMLS_APP_ID_SIZE] = { 9 };
  g_mkdir_with_parents (shelf, 0700);
  for (guint i = 0; i < self->packets->len; i++)
    {
      guint8 digest[32] = { (guint8) (i >> 8), (guint8) i };
      g_autoptr (GBytes) envelope =
          demls_envelope_pack (app_id, self->hall->id, DEMLS_CHANNEL_APP_MSG, self->packets->pdata[i], NULL);
      g_autofree char *name = folder_name ((guint64) SIM_WALL_START * 1000 + i, SPAN_OF (digest));
      g_autofree char *path = g_build_filename (shelf, name, NULL);
      Span bytes = span_bytes (envelope);
      if (!g_file_set_contents_full (path, (const char *) bytes.data, (gssize) bytes.len, G_FILE_SET_CONTENTS_NONE,
                                     0600, NULL))
        g_error ("bench: cannot write %s", path);
    }
}

static void
on_notice (gpointer data, const GError *what)
{
  (void) data;
  g_error ("bench: %s", what->message);
}

static void
backlog (Load *self)
{
  DemlsDeliverySink sink = { self, on_packet, on_delivered, on_refused, on_link, on_notice };
  const DemlsFolderOptions options = { .path = self->shared, .create = TRUE };
  say (self, BACKLOG);
  put_files (self);
  self->delivery = demls_folder_new (&options);
  real_poll = g_main_context_get_poll_func (NULL);
  g_main_context_set_poll_func (NULL, timed_poll);
  gint64 start = g_get_monotonic_time ();
  self->delivery->ops->open (self->delivery, &sink);
  demls_user_set_delivery (self->user, self->delivery);
  while (self->received + self->refused < BACKLOG && g_get_monotonic_time () - start < 120 * G_TIME_SPAN_SECOND)
    g_main_context_iteration (NULL, TRUE);
  double took = (double) (g_get_monotonic_time () - start) / 1e6;
  g_main_context_set_poll_func (NULL, real_poll);
  demls_user_set_delivery (self->user, NULL);
  self->delivery->ops->close (self->delivery);
  g_clear_handle_id (&self->pump_source, g_source_remove);
  demls_user_tick (self->user, now ());
  drain (self);
  g_ptr_array_set_size (self->packets, 0);
  g_print ("load   %u packets waiting in the folder: %u shown, %u refused in %.1f s, longest step of the main loop "
           "%.1f ms (target 20 ms)\n",
           BACKLOG, self->received, self->refused, took, (double) longest / 1000);
}

/* --- the database ------------------------------------------------------------------------------------------------- */

static void
size (Load *self)
{
  g_autoptr (GPtrArray) rows = self->store->ops->load (self->store, self->hall->id, NULL);
  gsize history = 0;
  guint lines = 0;
  for (guint i = 0; i < rows->len; i++)
    {
      const DemlsChange *row = rows->pdata[i];
      if (!g_str_has_prefix (row->key, "user/line/"))
        continue;
      lines++;
      history += strlen (row->key) + g_bytes_get_size (row->value);
    }
  guint n = rows->len;
  stop (self);
  g_autoptr (GBytes) file = file_bytes (self->account, "store.db");
  g_print ("load   database after %u messages: %.0f KiB, with %u rows, of them %u lines of history with %.0f KiB "
           "(target 1,024 KiB besides history)\n",
           self->said, (double) g_bytes_get_size (file) / 1024, n, lines, (double) history / 1024);
}

/* --- idle groups -------------------------------------------------------------------------------------------------- */

/* KiB that are allocated. */
static double
allocated (void)
{
  struct mallinfo2 info = mallinfo2 ();
  return (double) (info.uordblks + info.hblkhd) / 1024;
}

/* The same group a hundred times: the seats know nothing of each other. */
static void
idle (Load *self)
{
  DemlsStore *store = demls_memory_store_new ();
  fill_store (self, store);
  g_autoptr (GError) error = NULL;
  DemlsNow at = now ();
  DemlsUser *user = demls_user_new (store, self->hall->suite, self->rng, "me", at, &error);
  if (!user)
    g_error ("bench: %s", error->message);
  demls_user_link (user, DEMLS_LINK_ONLINE, NULL, at);
  g_autoptr (GPtrArray) rows = store->ops->load (store, self->hall->id, NULL);
  double before = allocated ();
  for (guint i = 1; i < IDLE_GROUPS; i++)
    {
      DemlsSeat *seat = demls_seat_restore (&user->env, self->hall->id, rows, at, &error);
      if (!seat)
        g_error ("bench: %s", error->message);
      demls_user_add_seat (user, seat);
    }
  demls_user_tick (user, at);
  double each = (allocated () - before) / (IDLE_GROUPS - 1);
  double cpu = cpu_time ();
  guint wakeups = 0;
  for (gint64 end = at.mono + IDLE_HOURS * G_TIME_SPAN_HOUR, next; (next = demls_user_next_wakeup (user)) < end;)
    {
      at.wall += (MAX (next, at.mono) - at.mono) / G_USEC_PER_SEC;
      at.mono = MAX (next, at.mono + 1);
      demls_user_tick (user, at);
      g_autoptr (GPtrArray) events = demls_user_drain_events (user);
      g_ptr_array_set_free_func (events, (GDestroyNotify) demls_user_event_free);
      wakeups++;
    }
  cpu = (cpu_time () - cpu) / 1e6;
  g_print ("load   %u idle groups of %u: %.0f KiB each (target 1,024 KiB); in %u h %u wake-ups, %.3f %% of a core "
           "(target 1 %%)\n",
           IDLE_GROUPS, MEMBERS, each, IDLE_HOURS, wakeups, cpu * 100 / (IDLE_HOURS * 3600));
  demls_user_free (user);
  store->ops->close (store);
}

int
main (int argc, char **argv)
{
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_CHAT);
  Load self = { .directory = argc > 1 ? g_strdup (argv[1]) : g_dir_make_tmp ("demls-load-XXXXXX", NULL) };
  self.account = g_build_filename (self.directory, "account", NULL);
  self.shared = g_build_filename (self.directory, "shared", NULL);
  self.packets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self.rng = rng_new_seeded (5);
  self.hall = sim_hall_new (MEMBERS + 1, MEMBERS, &policy);
  idle (&self);
  start (&self);
  flood (&self);
  floor_of_disk (&self);
  singles (&self);
  backlog (&self);
  size (&self);
  sim_hall_free (self.hall);
  rng_free (self.rng);
  g_ptr_array_unref (self.packets);
  g_free (self.account);
  g_free (self.shared);
  remove_directory (self.directory);
  return EXIT_SUCCESS;
}
