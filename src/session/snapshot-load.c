/* Each kind of row, read as snapshot-save.c wrote it. */
#include "session/snapshot.h"

#include <string.h>

#include "session/recv.h"
#include "session/runner-private.h"

#define VERSION 1

/* --- parts ------------------------------------------------------------------------------------------------------- */

static gint64
get_time (Reader *r)
{
  return (gint64) reader_u64 (r);
}

static GBytes *
get_bytes (Reader *r)
{
  return reader_optional (r) ? span_dup (reader_vector (r)) : NULL;
}

static void
get_list (Reader *r, GPtrArray *list)
{
  Reader inner = reader_open (r);
  while (reader_more (&inner))
    g_ptr_array_add (list, span_dup (reader_vector (&inner)));
  reader_close (r, &inner);
}

static void
get_raw (Reader *r, guint8 *out, gsize len)
{
  Span raw = reader_raw (r, len);
  if (raw.len == len)
    memcpy (out, raw.data, len);
}

static Reader
open_row (const DemlsRow *row)
{
  Reader r = reader_init (span_bytes (row->value));
  if (reader_u8 (&r) != VERSION)
    reader_fail (&r);
  return r;
}

/* What follows the prefix, or NULL if the row is of another kind. */
static const char *
name_of (const DemlsRow *row, const char *prefix)
{
  gsize len = strlen (prefix);
  return strncmp (row->key, prefix, len) == 0 && row->key[len] == '/' ? row->key + len + 1 : NULL;
}

const DemlsRow *
demls_snapshot_find (const GPtrArray *rows, const char *key)
{
  for (guint i = 0; i < rows->len; i++)
    if (strcmp (((const DemlsRow *) rows->pdata[i])->key, key) == 0)
      return rows->pdata[i];
  return NULL;
}

static char *
get_text (Reader *r)
{
  Span text = reader_vector (r);
  return g_strndup ((const char *) text.data, text.len);
}

/* --- the conversation -------------------------------------------------------------------------------------------- */

char *
demls_snapshot_read_id (Span row)
{
  Reader r = reader_init (row);
  if (reader_u8 (&r) != VERSION)
    return NULL;
  Span id = reader_vector (&r);
  return !r.failed && id.len > 0 ? g_strndup ((const char *) id.data, id.len) : NULL;
}

static void
read_flags (DemlsRunner *self, guint32 flags)
{
  self->gone = (flags & 1) != 0;
  self->cloned = (flags & 2) != 0;
  self->leaving = (flags & 4) != 0;
  self->unconfirmed = (flags & 8) != 0;
  self->out_of_sync = (flags & 16) != 0;
  self->replaced = (flags & 32) != 0;
}

/* The current epoch is looked up when the epochs are there. */
static gboolean
load_runner (DemlsRunner *self, const DemlsRow *row, Span *current)
{
  Reader r = open_row (row);
  reader_vector (&r);
  self->now.mono = get_time (&r);
  self->now.wall = get_time (&r);
  self->state = reader_u8 (&r);
  self->state_since = get_time (&r);
  read_flags (self, reader_u32 (&r));
  g_free (self->nick);
  self->nick = get_text (&r);
  self->leaving_since = get_time (&r);
  self->election_base = get_time (&r);
  self->own_path_at = get_time (&r);
  self->own_messages = reader_u64 (&r);
  self->held_serial = reader_u64 (&r);
  self->saying_serial = reader_u64 (&r);
  self->outgoing_serial = reader_u64 (&r);
  self->shown_serial = reader_u64 (&r);
  self->raw_serial = reader_u64 (&r);
  self->inviter = get_bytes (&r);
  *current = reader_vector (&r);
  demls_catchup_load (self, &r);
  DemlsPeerScores *scores = demls_peer_scores_restore (&r);
  if (scores)
    {
      demls_peer_scores_free (self->scores);
      self->scores = scores;
    }
  return reader_end (&r) && (guint) self->state < DEMLS_N_STATES;
}

static gboolean
load_queues (DemlsRunner *self, const DemlsRow *row)
{
  Reader r = open_row (row);
  get_list (&r, self->burned);
  get_list (&r, self->resolved);
  Reader list = reader_open (&r);
  while (reader_more (&list))
    {
      DemlsApplicant *applicant = g_new0 (DemlsApplicant, 1);
      get_raw (&list, applicant->member, sizeof applicant->member);
      applicant->first_seen = get_time (&list);
      applicant->last_seen = get_time (&list);
      applicant->invite = span_dup (reader_vector (&list));
      g_ptr_array_add (self->applicants, applicant);
    }
  reader_close (&r, &list);
  return reader_end (&r);
}

static gboolean
load_join (DemlsRunner *self, const DemlsRow *row, GError **error)
{
  Reader r = open_row (row);
  Span secrets = reader_vector (&r);
  self->joining = g_new0 (DemlsJoining, 1);
  self->joining->secrets = mls_key_package_secrets_restore (self->env->suite, secrets, error);
  self->joining->announcement = span_dup (reader_vector (&r));
  self->joining->inviter = get_bytes (&r);
  self->joining->announce_at = get_time (&r);
  self->joining->announce_step = get_time (&r);
  self->joining->expires_at = get_time (&r);
  return self->joining->secrets && reader_end (&r);
}

/* --- epochs ------------------------------------------------------------------------------------------------------ */

static MlsSecretTree *
load_keys (const DemlsRunner *self, const GPtrArray *rows, const char *hex, GError **error)
{
  g_autofree char *key = g_strconcat ("keys/", hex, NULL);
  g_autofree char *prefix = g_strconcat ("ratchet/", hex, NULL);
  const DemlsRow *row = demls_snapshot_find (rows, key);
  Reader r = row ? open_row (row) : reader_init (SPAN_EMPTY);
  g_autoptr (MlsSecretTree) keys =
      mls_secret_tree_restore (self->env->suite, reader_rest (&r), mls_ratchet_limits_default (), error);
  for (guint i = 0; keys && i < rows->len; i++)
    {
      const char *leaf = name_of (rows->pdata[i], prefix);
      if (!leaf)
        continue;
      Reader ratchet = open_row (rows->pdata[i]);
      if (!mls_secret_tree_restore_leaf (keys, (guint32) g_ascii_strtoull (leaf, NULL, 16), reader_rest (&ratchet),
                                         error))
        return NULL;
    }
  return g_steal_pointer (&keys);
}

static DemlsKept *
load_group (const DemlsRunner *self, const GPtrArray *rows, const char *hex, GError **error)
{
  g_autofree char *key = g_strconcat ("group/", hex, NULL);
  const DemlsRow *row = demls_snapshot_find (rows, key);
  MlsSecretTree *keys = load_keys (self, rows, hex, error);
  Reader r = row ? open_row (row) : reader_init (SPAN_EMPTY);
  if (!keys)
    return NULL;
  MlsGroup *group =
      mls_group_restore (self->env->suite, self->env->key, reader_rest (&r), keys, mls_group_config_default (), error);
  return group ? demls_kept_new (group, error) : NULL;
}

static gboolean
load_epoch (DemlsRunner *self, const GPtrArray *rows, const DemlsRow *row, const char *hex, GError **error)
{
  Reader r = open_row (row);
  DemlsKept *kept = load_group (self, rows, hex, error);
  if (!kept)
    return FALSE;
  kept->lived = TRUE;
  g_ptr_array_add (self->epochs, kept);
  reader_u64 (&r);
  reader_vector (&r); /* parent and choice: when all are there */
  reader_vector (&r);
  kept->choice_since = get_time (&r);
  kept->entered_at = get_time (&r);
  kept->left_at = get_time (&r);
  kept->welcomed_by = reader_u32 (&r);
  guint32 flags = reader_u32 (&r);
  kept->built = (flags & 1) != 0;
  kept->sealed = (flags & 2) != 0;
  kept->final = (flags & 4) != 0;
  if (flags & 8)
    kept->home = demls_heard_new ();
  return reader_end (&r);
}

static gboolean
load_links (DemlsRunner *self, const GPtrArray *rows)
{
  for (guint i = 0; i < self->epochs->len; i++)
    {
      DemlsKept *kept = self->epochs->pdata[i];
      g_autofree char *hex = span_hex (demls_kept_id (kept));
      g_autofree char *key = g_strconcat ("epoch/", hex, NULL);
      const DemlsRow *row = demls_snapshot_find (rows, key);
      if (!row)
        continue; /* staged again, just now */
      Reader r = open_row (row);
      reader_u64 (&r);
      Span parent = reader_vector (&r), choice = reader_vector (&r);
      kept->parent = parent.len > 0 ? demls_epochs_find (self, parent) : NULL;
      kept->choice = choice.len > 0 ? demls_kept_find_offer (kept, choice) : NULL;
      if ((parent.len > 0 && !kept->parent) || (choice.len > 0 && !kept->choice))
        return FALSE;
    }
  return TRUE;
}

static gboolean
load_seals (DemlsRunner *self, const DemlsRow *row, const char *hex)
{
  g_autoptr (GBytes) id = bytes_from_hex (hex);
  DemlsKept *kept = id ? demls_epochs_find (self, span_bytes (id)) : NULL;
  Reader r = open_row (row);
  if (!kept)
    return FALSE;
  while (reader_more (&r))
    {
      DemlsSeal seal = { .epoch = demls_kept_number (kept) };
      memcpy (seal.epoch_id, kept->epoch->id, sizeof seal.epoch_id);
      get_raw (&r, seal.hash, sizeof seal.hash);
      get_raw (&r, seal.member_id, sizeof seal.member_id);
      get_raw (&r, seal.signature, sizeof seal.signature);
      if (!r.failed)
        demls_seals_add (kept->seals, &seal);
    }
  return reader_end (&r);
}

/* A staged one that is no longer valid cannot be: then it is damaged. */
static gboolean
load_candidate (DemlsRunner *self, const DemlsRow *row)
{
  Reader r = open_row (row);
  Span epoch = reader_raw (&r, CONSENSUS_HASH_SIZE), encoded = reader_vector (&r), next_id = reader_vector (&r);
  gint64 came = get_time (&r);
  guint32 flags = reader_u32 (&r);
  DemlsKept *kept = reader_end (&r) ? demls_epochs_find (self, epoch) : NULL;
  DemlsKept *next = next_id.len > 0 ? demls_epochs_find (self, next_id) : NULL;
  DemlsOffer *offer = kept ? demls_epochs_restore_offer (self, kept, encoded, next) : NULL;
  if (!offer)
    return FALSE;
  offer->came = came;
  offer->own = (flags & 1) != 0;
  offer->heard = (flags & 2) != 0;
  return TRUE;
}

static gint
compare_offers (gconstpointer a, gconstpointer b)
{
  const DemlsOffer *first = *(DemlsOffer *const *) a, *second = *(DemlsOffer *const *) b;
  if (first->came != second->came)
    return first->came < second->came ? -1 : 1;
  return span_compare (demls_offer_hash (first), demls_offer_hash (second));
}

static gint
compare_epochs (gconstpointer a, gconstpointer b)
{
  const DemlsKept *first = *(DemlsKept *const *) a, *second = *(DemlsKept *const *) b;
  if (demls_kept_number (first) != demls_kept_number (second))
    return demls_kept_number (first) < demls_kept_number (second) ? -1 : 1;
  return span_compare (demls_kept_id (first), demls_kept_id (second));
}

/* --- ballots and packets ----------------------------------------------------------------------------------------- */

static gboolean
load_ballot (DemlsRunner *self, const DemlsRow *row)
{
  Reader r = open_row (row);
  gint64 seen = get_time (&r), passed = get_time (&r);
  guint8 standing = reader_u8 (&r);
  guint64 died = reader_u64 (&r);
  guint32 flags = reader_u32 (&r);
  ConsensusBallot *ballot = consensus_ballot_restore (&r);
  DemlsRequest *request = ballot ? demls_request_read (consensus_ballot_proposal (ballot), NULL) : NULL;
  if (!request || !reader_end (&r) || standing > CONSENSUS_LOST || !self->current)
    {
      g_clear_pointer (&request, demls_request_unref);
      g_clear_pointer (&ballot, consensus_ballot_free);
      return FALSE;
    }
  if (!consensus_ballot_box_put (self->box, ballot))
    {
      demls_request_unref (request);
      return FALSE;
    }
  DemlsMatter *matter = demls_voting_restore (self, ballot, request);
  matter->seen_at = seen;
  matter->passed_at = passed;
  matter->standing = standing;
  matter->died_at = died;
  matter->alive = (flags & 1) != 0;
  matter->asked = (flags & 2) != 0;
  matter->expired = (flags & 4) != 0;
  matter->auto_done = (flags & 8) != 0;
  matter->decided = (flags & 16) != 0;
  matter->forwarded = (flags & 32) != 0;
  matter->witness_done = (flags & 64) != 0;
  demls_voting_settle_count (self, matter);
  return TRUE;
}

static gboolean
load_welcome (DemlsRunner *self, const DemlsRow *row)
{
  Reader r = open_row (row);
  g_autoptr (GBytes) bytes = span_dup (reader_vector (&r));
  DemlsWelcome *welcome = demls_welcome_new (bytes);
  g_ptr_array_add (self->welcomes, welcome);
  get_list (&r, welcome->joiners);
  get_list (&r, welcome->packages);
  get_list (&r, welcome->arrived);
  welcome->since = get_time (&r);
  welcome->due = get_time (&r);
  return reader_end (&r);
}

static gboolean
load_held (DemlsRunner *self, const DemlsRow *row, const char *name)
{
  Reader r = open_row (row);
  DemlsHeld *held = g_new0 (DemlsHeld, 1);
  held->serial = g_ascii_strtoull (name, NULL, 16);
  held->epoch = reader_u64 (&r);
  held->came = get_time (&r);
  held->payload = span_dup (reader_vector (&r));
  hash_sha256 (span_bytes (held->payload), held->hash);
  self->held_bytes += g_bytes_get_size (held->payload);
  g_ptr_array_add (self->held, held);
  return reader_end (&r);
}

static gboolean
load_say (DemlsRunner *self, const DemlsRow *row, const char *name)
{
  Reader r = open_row (row);
  DemlsSaying *saying = g_new0 (DemlsSaying, 1);
  saying->serial = g_ascii_strtoull (name, NULL, 16);
  saying->message_id = span_dup (reader_vector (&r));
  saying->text = get_text (&r);
  saying->wall = get_time (&r);
  saying->sent = reader_u8 (&r) != 0;
  get_raw (&r, saying->epoch_id, sizeof saying->epoch_id);
  g_ptr_array_add (self->sayings, saying);
  return reader_end (&r);
}

static gboolean
load_outgoing (DemlsRunner *self, const DemlsRow *row, const char *name)
{
  Reader r = open_row (row);
  DemlsOutgoing *out = g_new0 (DemlsOutgoing, 1);
  out->serial = g_ascii_strtoull (name, NULL, 16);
  out->subtopic = reader_u8 (&r);
  out->payload = span_dup (reader_vector (&r));
  g_queue_push_tail (self->outgoing, out);
  return reader_end (&r);
}

static gboolean
load_raw (DemlsRunner *self, const DemlsRow *row, const char *name)
{
  Reader r = open_row (row);
  DemlsRaw *raw = g_new0 (DemlsRaw, 1);
  raw->serial = g_ascii_strtoull (name, NULL, 16);
  raw->epoch = reader_u64 (&r);
  raw->came = get_time (&r);
  raw->payload = span_dup (reader_vector (&r));
  self->raw_bytes += g_bytes_get_size (raw->payload);
  g_ptr_array_add (self->raws, raw);
  return reader_end (&r);
}

static gboolean
load_shown (DemlsRunner *self, const DemlsRow *row, const char *name)
{
  Reader r = open_row (row);
  g_autoptr (GBytes) key = bytes_from_hex (name);
  DemlsShown *shown = g_new0 (DemlsShown, 1);
  shown->serial = reader_u64 (&r);
  g_ptr_array_add (self->shown, shown);
  if (!key || g_bytes_get_size (key) != sizeof shown->key)
    return FALSE;
  memcpy (shown->key, g_bytes_get_data (key, NULL), sizeof shown->key);
  return reader_end (&r);
}

static gint
compare_shown (gconstpointer a, gconstpointer b)
{
  const DemlsShown *first = *(DemlsShown *const *) a, *second = *(DemlsShown *const *) b;
  return (first->serial > second->serial) - (first->serial < second->serial);
}

/* --- in order ---------------------------------------------------------------------------------------------------- */

static gint
compare_rows (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(DemlsRow *const *) a)->key, (*(DemlsRow *const *) b)->key);
}

static gboolean
damaged (GError **error, const DemlsRow *row, const GError *why)
{
  return demls_refuse (error, DEMLS_ERROR_STORE, "damaged row %s: %s", row->key, why ? why->message : "its form");
}

static gboolean
load_epochs (DemlsRunner *self, const GPtrArray *rows, GError **error)
{
  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr (GError) local = NULL;
      const char *name = name_of (rows->pdata[i], "epoch");
      if (name && !load_epoch (self, rows, rows->pdata[i], name, &local))
        return damaged (error, rows->pdata[i], local);
    }
  g_ptr_array_sort (self->epochs, compare_epochs);
  for (guint i = 0; i < rows->len; i++)
    {
      const char *seals = name_of (rows->pdata[i], "seals");
      if ((seals && !load_seals (self, rows->pdata[i], seals))
          || (name_of (rows->pdata[i], "candidate") && !load_candidate (self, rows->pdata[i])))
        return damaged (error, rows->pdata[i], NULL);
    }
  for (guint i = 0; i < self->epochs->len; i++)
    g_ptr_array_sort (((DemlsKept *) self->epochs->pdata[i])->offers, compare_offers);
  return load_links (self, rows) || demls_refuse (error, DEMLS_ERROR_STORE, "the epochs do not hang together");
}

static gboolean
load_one (DemlsRunner *self, const DemlsRow *row)
{
  const char *name;
  if (name_of (row, "ballot"))
    return load_ballot (self, row);
  if (name_of (row, "welcome"))
    return load_welcome (self, row);
  if ((name = name_of (row, "held")))
    return load_held (self, row, name);
  if ((name = name_of (row, "say")))
    return load_say (self, row, name);
  if ((name = name_of (row, "outbox")))
    return load_outgoing (self, row, name);
  if ((name = name_of (row, "raw")))
    return load_raw (self, row, name);
  if ((name = name_of (row, "shown")))
    return load_shown (self, row, name);
  return strcmp (row->key, "queues") != 0 || load_queues (self, row);
}

gboolean
demls_snapshot_load (DemlsRunner *self, const GPtrArray *all, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  for (guint i = 0; i < all->len; i++)
    g_ptr_array_add (rows, all->pdata[i]);
  g_ptr_array_sort (rows, compare_rows);
  const DemlsRow *runner = demls_snapshot_find (rows, "runner"), *join = demls_snapshot_find (rows, "join");
  g_autoptr (GError) local = NULL;
  Span current;
  if (!runner)
    return demls_refuse (error, DEMLS_ERROR_STORE, "the row of the runner is missing");
  if (!load_runner (self, runner, &current))
    return damaged (error, runner, NULL);
  if (join && !load_join (self, join, &local))
    return damaged (error, join, local);
  if (!load_epochs (self, rows, error))
    return FALSE;
  self->current = current.len > 0 ? demls_epochs_find (self, current) : NULL;
  if ((current.len > 0) != (self->current != NULL) || (!self->current && self->state != DEMLS_STATE_PENDING_JOIN))
    return demls_refuse (error, DEMLS_ERROR_STORE, "the current epoch is missing");
  for (guint i = 0; i < rows->len; i++)
    if (!load_one (self, rows->pdata[i]))
      return damaged (error, rows->pdata[i], NULL);
  g_ptr_array_sort (self->shown, compare_shown);
  return TRUE;
}
