/* test-kill.c - kill -9 at random microseconds, of two people who talk, vote and commit: after each kill the store
 * loads, nothing that was said or shown is lost, no sending generation is used twice, and a line is shown again only if
 * the kill fell between showing it and the next commit. DEMLS_LOOPS says how often.
 */
#define _GNU_SOURCE

#include <stdlib.h>

#include "client.h"
#include "crypto/hash.h"
#include "delivery/envelope.h"
#include "mls/group-private.h"
#include "mls/message.h"
#include "session/runner-private.h"
#include "store/sqlite-store.h"
#include "user/user.h"

#define LINES 6   /* said in one breath */
#define LIVES 500 /* in one group */

typedef struct {
  Client client;
  guint heard;           /* lines of client.chat that were looked at */
  GHashTable *seen;      /* char* text: shown in an earlier life, or in this one */
  GHashTable *settled;   /* char* text: shown, and then came a commit */
  GHashTable *may_again; /* char* text: saved, but not saved as shown, when the process was killed last */
} Victim;

typedef struct {
  char *directory, *shared, *address;
  Victim alice, bob;
  Suite *suite;
  Rng *rng;
  GRand *random;
  GHashTable *files;       /* char* path: packets that were looked at */
  GHashTable *generations; /* char* "epoch/leaf/kind/generation" -> char* SHA-256 of the packet */
  GHashTable *said;        /* char* text that was answered with ok */
  guint kills, at_start, unanswered, again, packets;
} Pair;

static guint
loops (void)
{
  const char *wanted = g_getenv ("DEMLS_LOOPS");
  return wanted ? (guint) strtoul (wanted, NULL, 10) : run_rounds (500);
}

/* --- beginning and end -------------------------------------------------------------------------------------------- */

static void
victim_begin (Victim *self, const Pair *pair, const char *name)
{
  client_init (&self->client, pair->directory, name, pair->address);
  self->heard = 0;
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->settled = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->may_again = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  client_start (&self->client);
  tell (&self->client, "wait sent 20");
}

static void
victim_end (Victim *self)
{
  client_free (&self->client);
  g_hash_table_unref (self->seen);
  g_hash_table_unref (self->settled);
  g_hash_table_unref (self->may_again);
}

static void
pair_begin (Pair *self, guint seed)
{
  *self = (Pair){ .directory = g_dir_make_tmp ("demls-kill-XXXXXX", NULL) };
  self->shared = g_build_filename (self->directory, "shared", NULL);
  self->address = g_strdup_printf ("folder:%s", self->shared);
  self->suite = suite_new (1);
  self->rng = rng_new_system ();
  self->random = g_rand_new_with_seed (seed);
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->generations = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->said = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  victim_begin (&self->alice, self, "alice");
  victim_begin (&self->bob, self, "bob");
  tell (&self->alice.client, "create killers");
  g_autofree char *link = ask (&self->alice.client, "link");
  g_autofree char *join = g_strconcat ("join ", link, NULL);
  tell (&self->bob.client, join);
  tell (&self->bob.client, "wait members 2 40");
  tell (&self->alice.client, "wait members 2 40");
}

static void
pair_end (Pair *self)
{
  victim_end (&self->alice);
  victim_end (&self->bob);
  remove_tree (self->directory);
  suite_unref (self->suite);
  rng_free (self->rng);
  g_rand_free (self->random);
  g_hash_table_unref (self->files);
  g_hash_table_unref (self->generations);
  g_hash_table_unref (self->said);
  g_free (self->directory);
  g_free (self->shared);
  g_free (self->address);
}

/* --- what was shown ----------------------------------------------------------------------------------------------- */

/* Goes through the lines that the client showed since the last time. */
static void
listen_to (Pair *pair, Victim *self)
{
  const GPtrArray *chat = self->client.chat;
  for (; self->heard < chat->len; self->heard++)
    {
      const char *text = strchr (chat->pdata[self->heard], ' ') + 1;
      if (g_hash_table_add (self->seen, g_strdup (text)))
        continue;
      ck_assert_msg (g_hash_table_remove (self->may_again, text), "%s showed \"%s\" again, which was saved as shown",
                     self->client.name, text);
      pair->again++;
    }
}

/* An action was answered just now, so that all lines shown until then are saved as shown. */
static void
settle (Victim *self)
{
  const GPtrArray *chat = self->client.chat;
  for (guint i = self->heard; i < chat->len; i++)
    g_hash_table_add (self->settled, g_strdup (strchr (chat->pdata[i], ' ') + 1));
}

/* --- sending generations ------------------------------------------------------------------------------------------ */

/* What identifies the key that a packet was made with, in one of the epochs that the runner keeps; NULL if none fits.
 * (transfer full) */
static char *
generation_of (const DemlsRunner *runner, const MlsPrivateMessage *message)
{
  for (guint i = 0; i < runner->epochs->len; i++)
    {
      const DemlsKept *kept = runner->epochs->pdata[i];
      guint32 leaf, generation;
      guint8 guard[4];
      if (demls_kept_number (kept) != message->epoch
          || !mls_private_message_open_sender (kept->group->suite, message,
                                               secret_span (&kept->group->secrets.sender_data), &leaf, &generation,
                                               guard, NULL)
          || leaf > 1)
        continue;
      g_autofree char *epoch = span_hex (demls_kept_id (kept));
      return g_strdup_printf ("%s/%u/%d/%u", epoch, leaf, (int) message->content_type, generation);
    }
  return NULL;
}

/* TRUE if the packet is done with. */
static gboolean
look_at_packet (Pair *self, const DemlsRunner *runner, const char *path)
{
  g_autofree char *data = NULL;
  gsize len;
  if (!g_file_get_contents (path, &data, &len, NULL))
    return FALSE;
  g_autoptr (DemlsEnvelope) envelope = demls_envelope_unpack (span ((const guint8 *) data, len), NULL);
  Span body;
  MlsPrivateMessage message;
  if (!envelope || envelope->channel != DEMLS_CHANNEL_APP_MSG
      || !mls_message_read_as (span_bytes (envelope->payload), MLS_WIRE_PRIVATE_MESSAGE, &body, NULL)
      || !mls_private_message_read (body, &message, NULL))
    return envelope != NULL;
  char *key = generation_of (runner, &message);
  if (!key)
    return FALSE;
  char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, envelope->payload);
  const char *known = g_hash_table_lookup (self->generations, key);
  ck_assert_msg (!known || g_str_equal (known, digest), "two packets were made with the key %s", key);
  g_hash_table_replace (self->generations, key, digest);
  self->packets += known == NULL;
  return TRUE;
}

/* All packets that are new since the last time; how many of them fit no epoch that is kept. */
static guint
look_at_packets (Pair *self, const DemlsRunner *runner)
{
  g_autofree char *shelf = g_build_filename (self->shared, demls_runner_id (runner), NULL);
  g_autoptr (GDir) packets = g_dir_open (shelf, 0, NULL);
  guint unknown = 0;
  for (const char *name; packets && (name = g_dir_read_name (packets));)
    {
      g_autofree char *path = g_build_filename (shelf, name, NULL);
      if (!g_str_has_suffix (name, ".packet") || g_hash_table_contains (self->files, path))
        continue;
      if (look_at_packet (self, runner, path))
        g_hash_table_add (self->files, g_steal_pointer (&path));
      else
        unknown++;
    }
  return unknown;
}

/* --- the store after a kill --------------------------------------------------------------------------------------- */

/* The files as the process left them, in a directory of their own. (transfer full) */
static char *
copy_store (const char *directory)
{
  static const char *const names[] = { "store.db", "store.db-wal" };
  char *copy = g_dir_make_tmp ("demls-killed-XXXXXX", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *from = g_build_filename (directory, names[i], NULL), *data = NULL;
      g_autofree char *to = g_build_filename (copy, names[i], NULL);
      gsize len;
      if (g_file_get_contents (from, &data, &len, NULL))
        ck_assert (g_file_set_contents_full (to, data, (gssize) len, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    }
  return copy;
}

/* What would be shown again is remembered; what this life showed or answered is there. */
static void
compare (Pair *pair, Victim *victim, DemlsUser *user, const char *id, GHashTable *must)
{
  const GPtrArray *lines = demls_user_history (user, id);
  for (guint i = 0; i < lines->len; i++)
    g_hash_table_remove (must, ((const DemlsHistoryLine *) lines->pdata[i])->text);
  GHashTableIter iter;
  gpointer text;
  g_hash_table_iter_init (&iter, must);
  ck_assert_msg (!g_hash_table_iter_next (&iter, &text, NULL), "%s, killed, lost \"%s\"", victim->client.name,
                 (const char *) text);
  g_hash_table_remove_all (victim->may_again);
  g_autoptr (GPtrArray) events = demls_user_drain_events (user);
  for (guint i = 0; i < events->len; i++)
    {
      const DemlsUserEvent *told = events->pdata[i];
      if (!told->event || told->event->kind != DEMLS_EVENT_CHAT)
        continue;
      ck_assert_msg (!g_hash_table_contains (victim->settled, told->event->text),
                     "%s showed \"%s\" before a commit, which did not save that", victim->client.name,
                     told->event->text);
      g_hash_table_add (victim->may_again, g_strdup (told->event->text));
    }
  g_ptr_array_set_free_func (events, (GDestroyNotify) demls_user_event_free);
  (void) pair;
}

/* `must`: texts that have to be there. */
static void
look_at_store (Pair *self, Victim *victim, GHashTable *must)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *copy = copy_store (victim->client.directory);
  const DemlsSqliteOptions options = { .directory = copy };
  DemlsNow now = { g_get_monotonic_time (), g_get_real_time () / G_USEC_PER_SEC };
  DemlsStore *store = demls_sqlite_store_open (&options, &error);
  ck_assert_msg (store != NULL, "%s, killed, has no store: %s", victim->client.name, error ? error->message : "");
  g_autoptr (DemlsUser) user = demls_user_new (store, self->suite, self->rng, NULL, now, &error);
  ck_assert_msg (user != NULL, "%s, killed, does not load: %s", victim->client.name, error ? error->message : "");
  g_autoptr (GPtrArray) groups = demls_user_groups (user);
  ck_assert_uint_eq (groups->len, 1);
  compare (self, victim, user, groups->pdata[0], must);
  look_at_packets (self, demls_user_runner (user, groups->pdata[0]));
  g_clear_pointer (&user, demls_user_free);
  store->ops->close (store);
  remove_tree (copy);
}

/* --- a round ------------------------------------------------------------------------------------------------------ */

/* Reads to the end of a client that is about to die; how many commands it answered with ok. */
static guint
read_to_the_end (Victim *victim)
{
  Client *self = &victim->client;
  guint answers = 0;
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (self->out, NULL, NULL, NULL);
      if (!line)
        break;
      note_line (self, line);
      ck_assert_msg (!g_str_has_prefix (line, "= no"), "%s: %s", self->name, line);
      if (!g_str_has_prefix (line, "= ok"))
        continue;
      if (++answers > 2) /* to die and to vote come first */
        settle (victim);
    }
  g_subprocess_wait (self->process, NULL, NULL);
  ck_assert (g_subprocess_get_if_signaled (self->process));
  g_clear_object (&self->out);
  g_clear_object (&self->process);
  return answers;
}

/* `accepted`: the texts that were answered with ok, of this round. */
static void
after_death (Pair *self, Victim *victim, const GPtrArray *accepted)
{
  g_autoptr (GHashTable) must = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = victim->heard; i < victim->client.chat->len; i++)
    g_hash_table_add (must, g_strdup (strchr (victim->client.chat->pdata[i], ' ') + 1));
  for (guint i = 0; accepted && i < accepted->len; i++)
    g_hash_table_add (must, g_strdup (accepted->pdata[i]));
  listen_to (self, victim);
  look_at_store (self, victim, must);
  self->kills++;
}

/* Killed while it starts. */
static void
die_at_start (Pair *self, Victim *victim)
{
  g_autofree char *us = g_strdup_printf ("%d", g_rand_int_range (self->random, 1, 40000));
  g_setenv ("HEADLESS_DIE", us, TRUE);
  client_start (&victim->client);
  g_unsetenv ("HEADLESS_DIE");
  read_to_the_end (victim);
  after_death (self, victim, NULL);
  self->at_start++;
}

/* Now and then there is something to vote on and to commit. */
static void
govern (Pair *self, Client *other, guint i)
{
  (void) self;
  if (i % 25 == 7)
    {
      g_autofree char *title = g_strdup_printf ("title killers %u", i);
      client_send (other, title);
      /* may be refused while another one is under way */
      g_autofree char *line = NULL;
      while ((line = g_data_input_stream_read_line (other->out, NULL, NULL, NULL)) && !g_str_has_prefix (line, "= "))
        {
          note_line (other, line);
          g_free (line);
        }
      ck_assert_ptr_nonnull (line);
    }
  tell (other, "yes");
}

/* The victim says several things in one breath and is killed in the middle of it, or a little later. (of char*) */
static GPtrArray *
speak_and_die (Pair *self, Victim *victim, guint i)
{
  int longest = i % 3 ? 5000 : 40000;
  g_autoptr (GString) commands = g_string_new (NULL);
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);
  g_string_append_printf (commands, "die %d\nyes", g_rand_int_range (self->random, 1, longest));
  for (guint k = 0; k < LINES; k++)
    {
      g_ptr_array_add (texts, g_strdup_printf ("mine %u %u", i, k));
      g_string_append_printf (commands, "\nsay %s", (const char *) texts->pdata[k]);
    }
  client_send (&victim->client, commands->str);
  return texts;
}

static void
round_of (Pair *self, guint i)
{
  Victim *victim = i % 2 ? &self->alice : &self->bob;
  Victim *other = i % 2 ? &self->bob : &self->alice;
  g_autofree char *theirs = g_strdup_printf ("theirs %u", i), *say_theirs = g_strconcat ("say ", theirs, NULL);
  govern (self, &other->client, i);
  g_autoptr (GPtrArray) texts = speak_and_die (self, victim, i);
  client_send (&other->client, say_theirs);
  guint answers = read_to_the_end (victim);
  g_free (answer (&other->client, say_theirs));
  settle (other);
  g_hash_table_add (self->said, g_strdup (theirs));
  self->unanswered += answers < 2 + LINES ? 1 : 0;
  g_ptr_array_set_size (texts, (gint) (MAX (answers, 2) - 2));
  for (guint k = 0; k < texts->len; k++)
    g_hash_table_add (self->said, g_strdup (texts->pdata[k]));
  after_death (self, victim, texts);
  if (i % 5 == 4)
    die_at_start (self, victim);
  client_start (&victim->client);
  tell (&victim->client, "wait in 30");
  listen_to (self, victim);
  listen_to (self, other);
}

/* --- the test ----------------------------------------------------------------------------------------------------- */

static void
finish (Pair *self)
{
  Client *alice = &self->alice.client, *bob = &self->bob.client;
  tell (alice, "say the end");
  tell (bob, "wait chat the end 60");
  tell (bob, "say finis");
  tell (alice, "wait chat finis 60");
  tell (alice, "wait in 60");
  tell (bob, "wait in 60");
  g_autofree char *a = ask (alice, "auth"), *b = ask (bob, "auth");
  ck_assert_str_eq (a, b);
  listen_to (self, &self->alice);
  listen_to (self, &self->bob);
  GHashTableIter iter;
  gpointer text;
  g_hash_table_iter_init (&iter, self->said);
  while (g_hash_table_iter_next (&iter, &text, NULL))
    {
      ck_assert_msg (g_hash_table_contains (self->alice.seen, text), "alice lost \"%s\"", (const char *) text);
      ck_assert_msg (g_hash_table_contains (self->bob.seen, text), "bob lost \"%s\"", (const char *) text);
    }
}

typedef struct {
  guint kills, at_start, unanswered, lines, packets, again;
} Totals;

/* A group of its own, since a folder and its cursors grow with every packet. */
static void
lives (guint kills, Totals *totals)
{
  Pair pair;
  pair_begin (&pair, totals->kills);
  for (guint i = 0; pair.kills < kills; i++)
    round_of (&pair, i);
  finish (&pair);
  ck_assert_uint_gt (pair.packets, kills);
  totals->kills += pair.kills;
  totals->at_start += pair.at_start;
  totals->unanswered += pair.unanswered;
  totals->lines += g_hash_table_size (pair.said);
  totals->packets += pair.packets;
  totals->again += pair.again;
  pair_end (&pair);
}

START_TEST (killed_at_any_microsecond)
{
  Totals totals = { 0 };
  guint n = loops ();
  gint64 start = g_get_monotonic_time ();
  while (totals.kills < n)
    lives (MIN (n - totals.kills, LIVES), &totals);
  g_print (
      "%u kills, %u of them while starting, %u in the middle of speaking; %u lines said, none lost; %u packets, no "
      "generation twice; %u lines shown again, killed before it was saved that they were; %.0f s\n",
      totals.kills, totals.at_start, totals.unanswered, totals.lines, totals.packets, totals.again,
      (double) (g_get_monotonic_time () - start) / 1e6);
}
END_TEST

/* Two processes with one store would use generations twice: the second one says why it will not, the first goes on. */
START_TEST (a_second_process_is_refused)
{
  Pair pair;
  pair_begin (&pair, 1);
  Client second;
  client_init (&second, pair.directory, "alice", pair.address);
  client_start (&second);
  g_autofree char *line = g_data_input_stream_read_line (second.out, NULL, NULL, NULL);
  ck_assert_msg (line && g_str_has_prefix (line, "= no start: ") && strstr (line, "in use by another program"), "%s",
                 line);
  ck_assert (!g_subprocess_wait_check (second.process, NULL, NULL));
  g_clear_object (&second.out);
  g_clear_object (&second.process);
  client_free (&second);
  tell (&pair.alice.client, "say still here");
  tell (&pair.bob.client, "wait chat still here 20");
  pair_end (&pair);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { a_second_process_is_refused, killed_at_any_microsecond };
  return run_tests ("headless/kill", tests, G_N_ELEMENTS (tests));
}
