/* Each kind of row, written. snapshot-load.c reads them in the same order. */
#include "session/snapshot.h"

#include <string.h>

#include "session/runner-private.h"

#define VERSION 1

/* --- parts ------------------------------------------------------------------------------------------------------- */

static void
put_time (Writer *w, gint64 at)
{
  writer_u64 (w, (guint64) at);
}

static void
put_bytes (Writer *w, GBytes *bytes)
{
  writer_optional (w, bytes != NULL);
  if (bytes)
    writer_vector (w, span_bytes (bytes));
}

static void
put_list (Writer *w, const GPtrArray *list)
{
  gsize block = writer_open (w);
  for (guint i = 0; i < list->len; i++)
    writer_vector (w, span_bytes (list->pdata[i]));
  writer_close (w, block);
}

/* Keys and texts: wiped when let go. */
static GBytes *
take_secret (Writer *w)
{
  return secret_bytes_new (writer_span (w));
}

/* --- the conversation -------------------------------------------------------------------------------------------- */

static guint32
pack_flags (const gboolean *flags, guint n)
{
  guint32 packed = 0;
  for (guint i = 0; i < n; i++)
    packed |= (flags[i] ? 1u : 0u) << i;
  return packed;
}

static GBytes *
save_runner (const DemlsRunner *self, const char *name)
{
  const gboolean flags[] = { self->gone,        self->cloned,      self->leaving,
                             self->unconfirmed, self->out_of_sync, self->replaced };
  g_auto (Writer) w = WRITER_INIT;
  (void) name;
  writer_u8 (&w, VERSION);
  writer_vector (&w, span_str (self->id));
  put_time (&w, self->now.mono);
  put_time (&w, self->now.wall);
  writer_u8 (&w, (guint8) self->state);
  put_time (&w, self->state_since);
  writer_u32 (&w, pack_flags (flags, G_N_ELEMENTS (flags)));
  writer_vector (&w, span_str (self->nick));
  put_time (&w, self->leaving_since);
  put_time (&w, self->election_base);
  put_time (&w, self->own_path_at);
  writer_u64 (&w, self->own_messages);
  writer_u64 (&w, self->held_serial);
  writer_u64 (&w, self->saying_serial);
  writer_u64 (&w, self->outgoing_serial);
  writer_u64 (&w, self->shown_serial);
  writer_u64 (&w, self->raw_serial);
  put_bytes (&w, self->inviter);
  writer_vector (&w, self->current ? demls_kept_id (self->current) : SPAN_EMPTY);
  demls_catchup_save (self, &w);
  demls_peer_scores_save (self->scores, &w);
  return writer_take (&w);
}

static GBytes *
save_queues (const DemlsRunner *self, const char *name)
{
  g_auto (Writer) w = WRITER_INIT;
  (void) name;
  writer_u8 (&w, VERSION);
  put_list (&w, self->burned);
  put_list (&w, self->resolved);
  gsize block = writer_open (&w);
  for (guint i = 0; i < self->applicants->len; i++)
    {
      const DemlsApplicant *applicant = self->applicants->pdata[i];
      writer_raw (&w, SPAN_OF (applicant->member));
      put_time (&w, applicant->first_seen);
      put_time (&w, applicant->last_seen);
      writer_vector (&w, span_bytes (applicant->invite));
    }
  writer_close (&w, block);
  return writer_take (&w);
}

static GBytes *
save_join (const DemlsRunner *self, const char *name)
{
  const DemlsJoining *joining = self->joining;
  g_auto (Writer) w = WRITER_INIT, secrets = WRITER_INIT;
  (void) name;
  if (!joining)
    return NULL;
  writer_u8 (&w, VERSION);
  mls_key_package_secrets_save (joining->secrets, &secrets);
  writer_vector (&w, writer_span (&secrets));
  writer_vector (&w, span_bytes (joining->announcement));
  put_bytes (&w, joining->inviter);
  put_time (&w, joining->announce_at);
  put_time (&w, joining->announce_step);
  put_time (&w, joining->expires_at);
  return take_secret (&w);
}

/* --- epochs ------------------------------------------------------------------------------------------------------ */

static DemlsKept *
find_lived (const DemlsRunner *self, const char *hex)
{
  g_autofree char *id_hex = g_strndup (hex, 2 * CONSENSUS_HASH_SIZE);
  g_autoptr (GBytes) id = bytes_from_hex (id_hex);
  DemlsKept *kept = id ? demls_epochs_find (self, span_bytes (id)) : NULL;
  return kept && kept->lived ? kept : NULL;
}

static GBytes *
save_epoch (const DemlsRunner *self, const char *name)
{
  const DemlsKept *kept = find_lived (self, name);
  if (!kept)
    return NULL;
  const gboolean flags[] = { kept->built, kept->sealed, kept->final, kept->home != NULL };
  g_auto (Writer) w = WRITER_INIT;
  writer_u8 (&w, VERSION);
  writer_u64 (&w, demls_kept_number (kept));
  writer_vector (&w, kept->parent ? demls_kept_id (kept->parent) : SPAN_EMPTY);
  writer_vector (&w, kept->choice ? demls_offer_hash (kept->choice) : SPAN_EMPTY);
  put_time (&w, kept->choice_since);
  put_time (&w, kept->entered_at);
  put_time (&w, kept->left_at);
  writer_u32 (&w, kept->welcomed_by);
  writer_u32 (&w, pack_flags (flags, G_N_ELEMENTS (flags)));
  return writer_take (&w);
}

static GBytes *
save_group (const DemlsRunner *self, const char *name)
{
  const DemlsKept *kept = find_lived (self, name);
  g_auto (Writer) w = WRITER_INIT;
  if (!kept)
    return NULL;
  writer_u8 (&w, VERSION);
  mls_group_save (kept->group, &w);
  return take_secret (&w);
}

static GBytes *
save_keys (const DemlsRunner *self, const char *name)
{
  const DemlsKept *kept = find_lived (self, name);
  g_auto (Writer) w = WRITER_INIT;
  if (!kept)
    return NULL;
  writer_u8 (&w, VERSION);
  mls_secret_tree_save (mls_group_keys (kept->group), &w);
  return take_secret (&w);
}

static GBytes *
save_ratchet (const DemlsRunner *self, const char *name)
{
  const DemlsKept *kept = find_lived (self, name);
  const char *leaf = strchr (name, '/');
  g_auto (Writer) w = WRITER_INIT;
  if (!kept || !leaf)
    return NULL;
  writer_u8 (&w, VERSION);
  mls_secret_tree_save_leaf (mls_group_keys (kept->group), (guint32) g_ascii_strtoull (leaf + 1, NULL, 16), &w);
  return take_secret (&w);
}

static GBytes *
save_seals (const DemlsRunner *self, const char *name)
{
  const DemlsKept *kept = find_lived (self, name);
  if (!kept)
    return NULL;
  guint n;
  const DemlsSeal *seals = demls_seals_all (kept->seals, &n);
  g_auto (Writer) w = WRITER_INIT;
  writer_u8 (&w, VERSION);
  for (guint i = 0; i < n; i++)
    {
      writer_raw (&w, SPAN_OF (seals[i].hash));
      writer_raw (&w, SPAN_OF (seals[i].member_id));
      writer_raw (&w, SPAN_OF (seals[i].signature));
    }
  return writer_take (&w);
}

static const DemlsOffer *
find_offer (const DemlsRunner *self, const char *name, const DemlsKept **at)
{
  g_autoptr (GBytes) hash = bytes_from_hex (name);
  for (guint i = 0; hash && i < self->epochs->len; i++)
    {
      const DemlsKept *kept = self->epochs->pdata[i];
      const DemlsOffer *offer = kept->lived ? demls_kept_find_offer (kept, span_bytes (hash)) : NULL;
      *at = kept;
      if (offer)
        return offer;
    }
  return NULL;
}

static GBytes *
save_candidate (const DemlsRunner *self, const char *name)
{
  const DemlsKept *kept;
  const DemlsOffer *offer = find_offer (self, name, &kept);
  if (!offer)
    return NULL;
  const gboolean flags[] = { offer->own, offer->heard };
  g_auto (Writer) w = WRITER_INIT;
  writer_u8 (&w, VERSION);
  writer_raw (&w, demls_kept_id (kept));
  writer_vector (&w, span_bytes (offer->candidate->encoded));
  writer_vector (&w, offer->next && offer->next->lived ? demls_kept_id (offer->next) : SPAN_EMPTY);
  put_time (&w, offer->came);
  writer_u32 (&w, pack_flags (flags, G_N_ELEMENTS (flags)));
  return writer_take (&w);
}

/* --- ballots and packets ----------------------------------------------------------------------------------------- */

static GBytes *
save_ballot (const DemlsRunner *self, const char *name)
{
  g_autoptr (GBytes) hash = bytes_from_hex (name);
  const DemlsMatter *matter = hash ? demls_voting_find (self, span_bytes (hash)) : NULL;
  if (!matter)
    return NULL;
  const gboolean flags[] = { matter->alive,   matter->asked,     matter->expired,     matter->auto_done,
                             matter->decided, matter->forwarded, matter->witness_done };
  g_auto (Writer) w = WRITER_INIT;
  writer_u8 (&w, VERSION);
  put_time (&w, matter->seen_at);
  put_time (&w, matter->passed_at);
  writer_u8 (&w, (guint8) matter->standing);
  writer_u64 (&w, matter->died_at);
  writer_u32 (&w, pack_flags (flags, G_N_ELEMENTS (flags)));
  consensus_ballot_save (matter->ballot, &w);
  return writer_take (&w);
}

static GBytes *
save_welcome (const DemlsRunner *self, const char *name)
{
  g_autoptr (GBytes) hash = bytes_from_hex (name);
  for (guint i = 0; hash && i < self->welcomes->len; i++)
    {
      const DemlsWelcome *welcome = self->welcomes->pdata[i];
      if (!span_equal (SPAN_OF (welcome->hash), span_bytes (hash)))
        continue;
      g_auto (Writer) w = WRITER_INIT;
      writer_u8 (&w, VERSION);
      writer_vector (&w, span_bytes (welcome->welcome));
      put_list (&w, welcome->joiners);
      put_list (&w, welcome->packages);
      put_list (&w, welcome->arrived);
      put_time (&w, welcome->since);
      put_time (&w, welcome->due);
      return writer_take (&w);
    }
  return NULL;
}

static GBytes *
save_held (const DemlsRunner *self, const char *name)
{
  guint64 serial = g_ascii_strtoull (name, NULL, 16);
  for (guint i = 0; i < self->held->len; i++)
    {
      const DemlsHeld *held = self->held->pdata[i];
      if (held->serial != serial)
        continue;
      g_auto (Writer) w = WRITER_INIT;
      writer_u8 (&w, VERSION);
      writer_u64 (&w, held->epoch);
      put_time (&w, held->came);
      writer_vector (&w, span_bytes (held->payload));
      return writer_take (&w);
    }
  return NULL;
}

static GBytes *
save_say (const DemlsRunner *self, const char *name)
{
  guint64 serial = g_ascii_strtoull (name, NULL, 16);
  for (guint i = 0; i < self->sayings->len; i++)
    {
      const DemlsSaying *saying = self->sayings->pdata[i];
      if (saying->serial != serial)
        continue;
      g_auto (Writer) w = WRITER_INIT;
      writer_u8 (&w, VERSION);
      writer_vector (&w, span_bytes (saying->message_id));
      writer_vector (&w, span_str (saying->text));
      put_time (&w, saying->wall);
      writer_u8 (&w, saying->sent ? 1 : 0);
      writer_raw (&w, SPAN_OF (saying->epoch_id));
      return take_secret (&w);
    }
  return NULL;
}

static GBytes *
save_outgoing (const DemlsRunner *self, const char *name)
{
  guint64 serial = g_ascii_strtoull (name, NULL, 16);
  for (const GList *link = self->outgoing->head; link; link = link->next)
    {
      const DemlsOutgoing *out = link->data;
      if (out->serial != serial)
        continue;
      g_auto (Writer) w = WRITER_INIT;
      writer_u8 (&w, VERSION);
      writer_u8 (&w, (guint8) out->subtopic);
      writer_vector (&w, span_bytes (out->payload));
      return writer_take (&w);
    }
  return NULL;
}

static GBytes *
save_raw (const DemlsRunner *self, const char *name)
{
  guint64 serial = g_ascii_strtoull (name, NULL, 16);
  for (guint i = 0; i < self->raws->len; i++)
    {
      const DemlsRaw *raw = self->raws->pdata[i];
      if (raw->serial != serial)
        continue;
      g_auto (Writer) w = WRITER_INIT;
      writer_u8 (&w, VERSION);
      writer_u64 (&w, raw->epoch);
      put_time (&w, raw->came);
      writer_vector (&w, span_bytes (raw->payload));
      return writer_take (&w);
    }
  return NULL;
}

static GBytes *
save_shown (const DemlsRunner *self, const char *name)
{
  g_autoptr (GBytes) key = bytes_from_hex (name);
  for (guint i = 0; key && i < self->shown->len; i++)
    {
      const DemlsShown *shown = self->shown->pdata[i];
      if (!span_equal (SPAN_OF (shown->key), span_bytes (key)))
        continue;
      g_auto (Writer) w = WRITER_INIT;
      writer_u8 (&w, VERSION);
      writer_u64 (&w, shown->serial);
      return writer_take (&w);
    }
  return NULL;
}

/* --- by key ------------------------------------------------------------------------------------------------------ */

static const struct {
  const char *prefix;
  GBytes *(*save) (const DemlsRunner *self, const char *name);
} kinds[] = {
  { "runner", save_runner },   { "queues", save_queues },   { "join", save_join },
  { "epoch", save_epoch },     { "group", save_group },     { "keys", save_keys },
  { "ratchet", save_ratchet }, { "seals", save_seals },     { "candidate", save_candidate },
  { "ballot", save_ballot },   { "welcome", save_welcome }, { "held", save_held },
  { "say", save_say },         { "outbox", save_outgoing }, { "raw", save_raw },
  { "shown", save_shown },
};

GBytes *
demls_snapshot_row (const DemlsRunner *self, const char *key)
{
  gsize len = strcspn (key, "/");
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strlen (kinds[i].prefix) == len && strncmp (kinds[i].prefix, key, len) == 0)
      return kinds[i].save (self, key[len] ? key + len + 1 : "");
  return NULL;
}
