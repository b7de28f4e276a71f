#include "session/rejoin.h"

#include <string.h>

#include "rules/rejoin-proof.h"
#include "session/arrive.h"
#include "session/runner-private.h"

/* A key package is made anew when so much of its lifetime is left. */
#define RENEW_BEFORE_S (7 * 24 * 3600)

/* A hint is leaf_hash || instance. */
static Span
hint_leaf (GBytes *hint)
{
  return span (span_bytes (hint).data, DEMLS_HASH_SIZE);
}

static Span
hint_instance (GBytes *hint)
{
  return span (span_bytes (hint).data + DEMLS_HASH_SIZE, DEMLS_INSTANCE_SIZE);
}

/* --- proofs (V4) ------------------------------------------------------------------------------------------------- */

typedef struct {
  guint8 hashes[DEMLS_REJOIN_PROOFS_MAX][DEMLS_HASH_SIZE];
  guint8 signatures[DEMLS_REJOIN_PROOFS_MAX][DEMLS_SIGNATURE_SIZE];
  DemlsRejoinProof proofs[DEMLS_REJOIN_PROOFS_MAX];
  DemlsRejoinProof *pointers[DEMLS_REJOIN_PROOFS_MAX];
  gsize n;
} Proofs;

static gboolean
has_proof (const Proofs *proofs, Span hash)
{
  for (gsize i = 0; i < proofs->n; i++)
    if (span_equal (SPAN_OF (proofs->hashes[i]), hash))
      return TRUE;
  return FALSE;
}

/* None over the announced leaf itself, none twice. */
static void
add_proof (const DemlsRunner *self, Proofs *out, gsize max, Span group, Span hash)
{
  const MlsKeyPackage *package = self->joining->secrets->package;
  guint8 own[DEMLS_HASH_SIZE];
  demls_leaf_hash (package->leaf, own);
  if (out->n >= max || span_equal (hash, SPAN_OF (own)) || has_proof (out, hash))
    return;
  guint8 *signature = out->signatures[out->n];
  memcpy (out->hashes[out->n], hash.data, DEMLS_HASH_SIZE);
  if (!demls_rejoin_sign (self->env->suite, self->env->key, group, span_bytes (package->encoded), out->hashes[out->n],
                          signature))
    return;
  DemlsRejoinProof *proof = &out->proofs[out->n];
  *proof = (DemlsRejoinProof) DEMLS_REJOIN_PROOF_INIT;
  proof->leaf_hash = consensus_data (SPAN_OF (out->hashes[out->n]));
  proof->signature = consensus_data (span (signature, DEMLS_SIGNATURE_SIZE));
  out->pointers[out->n++] = proof;
}

/* The leaves that we have had, newest first. */
static void
prove_own (const DemlsRunner *self, Proofs *out)
{
  Span group = span_bytes (self->current->epoch->name);
  for (guint i = self->epochs->len; i-- > 0;)
    {
      const DemlsKept *kept = self->epochs->pdata[i];
      const MlsLeafNode *leaf = mls_tree_leaf (mls_group_tree (kept->group), mls_group_own_leaf (kept->group));
      guint8 hash[DEMLS_HASH_SIZE];
      if (!leaf)
        continue;
      demls_leaf_hash (leaf, hash);
      add_proof (self, out, DEMLS_REJOIN_LEAVES, group, SPAN_OF (hash));
    }
  for (guint i = self->catchup.leaves->len; i-- > 0;)
    add_proof (self, out, DEMLS_REJOIN_LEAVES, group, span_bytes (self->catchup.leaves->pdata[i]));
}

/* Those that we were told of. */
static void
prove_hinted (const DemlsRunner *self, Proofs *out)
{
  for (guint i = self->catchup.hints->len; i-- > 0;)
    {
      GBytes *hint = self->catchup.hints->pdata[i];
      g_auto (Writer) w = WRITER_INIT;
      writer_raw (&w, span_str (self->id));
      writer_raw (&w, hint_instance (hint));
      if (!self->current || span_equal (writer_span (&w), span_bytes (self->current->epoch->name)))
        add_proof (self, out, DEMLS_REJOIN_PROOFS_MAX, writer_span (&w), hint_leaf (hint));
    }
}

static void
prove (DemlsRunner *self)
{
  g_autofree Proofs *proofs = g_new0 (Proofs, 1);
  if (self->current)
    prove_own (self, proofs);
  prove_hinted (self, proofs);
  demls_join_set_proofs (self, proofs->pointers, proofs->n);
}

/* --- asking ------------------------------------------------------------------------------------------------------ */

/* A package that was announced may be added at any time later: its leaf is one of ours too. */
static void
remember_leaf (DemlsRunner *self, const MlsKeyPackage *package)
{
  guint8 hash[DEMLS_HASH_SIZE];
  demls_leaf_hash (package->leaf, hash);
  g_ptr_array_add (self->catchup.leaves, g_bytes_new (hash, sizeof hash));
  if (self->catchup.leaves->len > DEMLS_REJOIN_LEAVES)
    g_ptr_array_remove_index (self->catchup.leaves, 0);
  demls_dirty (self, "runner");
}

static gboolean
begin (DemlsRunner *self, GError **error)
{
  MlsKeyPackageSecrets *secrets = demls_join_make_package (self, error);
  if (!secrets)
    return FALSE;
  demls_join_begin_with (self, secrets, DEMLS_NEVER);
  prove (self);
  remember_leaf (self, secrets->package);
  self->catchup.rejoined_at = self->now.mono;
  return TRUE;
}

gboolean
demls_rejoin_try (DemlsRunner *self)
{
  gint64 last = self->catchup.rejoined_at;
  g_autoptr (GError) error = NULL;
  if (last > 0 && self->now.mono < last + (gint64) DEMLS_REJOIN_EVERY_S * SECOND)
    return FALSE;
  if (begin (self, &error))
    return TRUE;
  demls_emit_error (self, "rejoin", error->message);
  return FALSE;
}

static gboolean
is_asking (const DemlsRunner *self)
{
  return self->joining && self->joining->expires_at == DEMLS_NEVER && self->joining->announce_at != DEMLS_NEVER;
}

gint64
demls_rejoin_try_at (const DemlsRunner *self)
{
  if (!self->out_of_sync || is_asking (self) || self->catchup.rejoined_at == 0)
    return DEMLS_NEVER;
  return demls_after (self->catchup.rejoined_at, (gint64) DEMLS_REJOIN_EVERY_S * SECOND);
}

gboolean
demls_runner_rejoin (DemlsRunner *self, DemlsNow now, GError **error)
{
  demls_runner_enter (self, now);
  if (self->over || !self->current || !(self->out_of_sync || self->cloned))
    return demls_refuse (error, DEMLS_ERROR_BLOCKED, "in sync, or no member");
  self->out_of_sync = TRUE;
  return begin (self, error);
}

static void
tell_out_of_sync (DemlsRunner *self)
{
  self->out_of_sync = TRUE;
  demls_dirty (self, "runner");
  guint64 epoch = demls_runner_epoch (self);
  gboolean by_itself = demls_rejoin_try (self) || is_asking (self);
  DemlsEvent *event = demls_emit (self, DEMLS_EVENT_OUT_OF_SYNC);
  event->epoch = epoch;
  event->approved = by_itself;
}

void
demls_catchup_out_of_sync (DemlsRunner *self)
{
  if (!self->out_of_sync)
    tell_out_of_sync (self);
  else
    demls_rejoin_try (self);
}

void
demls_rejoin_cloned (DemlsRunner *self)
{
  self->out_of_sync = TRUE;
  demls_dirty (self, "runner");
  demls_emit_error (self, "cloned", "somebody else sends with our keys");
  demls_rejoin_try (self);
}

void
demls_rejoin_found_again (DemlsRunner *self)
{
  if (self->replaced || self->cloned)
    return;
  self->out_of_sync = FALSE;
  demls_dirty (self, "runner");
  if (self->joining)
    demls_join_hush (self);
}

/* --- being told -------------------------------------------------------------------------------------------------- */

static gboolean
is_offered (const DemlsRunner *self, Span leaf_hash)
{
  guint8 own[DEMLS_HASH_SIZE];
  demls_leaf_hash (self->joining->secrets->package->leaf, own);
  return span_equal (SPAN_OF (own), leaf_hash);
}

/* Anybody can have sent it, so it costs no more than a few proofs and an announcement. If what we announce is in the
 * tree already, its Welcome is on the way again; only if that leads nowhere we need new keys. */
void
demls_rejoin_hinted (DemlsRunner *self, Span leaf_hash, Span instance)
{
  GPtrArray *hints = self->catchup.hints;
  g_auto (Writer) w = WRITER_INIT;
  writer_raw (&w, leaf_hash);
  writer_raw (&w, instance);
  g_autoptr (GBytes) hint = writer_take (&w);
  for (guint i = 0; i < hints->len; i++)
    if (g_bytes_equal (hints->pdata[i], hint))
      return;
  if (hints->len >= DEMLS_REJOIN_HINTS)
    g_ptr_array_remove_index (hints, 0);
  g_ptr_array_add (hints, g_bytes_ref (hint));
  demls_dirty (self, "runner");
  if (self->joining && self->joining->announce_at != DEMLS_NEVER)
    demls_join_hurry (self, is_offered (self, leaf_hash) ? DEMLS_ANNOUNCE_FIRST_S : DEMLS_ANNOUNCE_AGAIN_S);
}

static gboolean
is_spent (const DemlsRunner *self)
{
  const MlsLeafNode *leaf = self->joining->secrets->package->leaf;
  for (guint i = 0; i < self->catchup.hints->len; i++)
    if (is_offered (self, hint_leaf (self->catchup.hints->pdata[i])))
      return TRUE;
  return self->now.wall > 0 && leaf->not_after < (guint64) self->now.wall + RENEW_BEFORE_S;
}

void
demls_rejoin_renew (DemlsRunner *self)
{
  DemlsJoining *joining = self->joining;
  if (is_spent (self))
    {
      MlsKeyPackageSecrets *secrets = demls_join_make_package (self, NULL);
      if (!secrets)
        return;
      mls_key_package_secrets_free (joining->secrets);
      joining->secrets = secrets;
      remember_leaf (self, secrets->package);
      prove (self);
    }
  else if (self->catchup.hints->len > 0)
    prove (self);
}

/* --- coming back ------------------------------------------------------------------------------------------------- */

/* V26: own chat that nobody may have got goes out again in `now`. */
static void
say_again (DemlsRunner *self, const DemlsEpoch *now)
{
  for (guint i = self->sayings->len; i-- > 0;)
    {
      DemlsSaying *saying = self->sayings->pdata[i];
      const DemlsKept *then = saying->sent ? demls_epochs_find (self, SPAN_OF (saying->epoch_id)) : NULL;
      if (then && !then->final && then->epoch != now)
        demls_arrive_say_again (self, saying, then->epoch, now);
    }
}

static void
is_back (DemlsRunner *self)
{
  if (self->cloned)
    demls_sayings_unsend_recent (self);
  self->out_of_sync = FALSE;
  self->replaced = FALSE;
  self->cloned = FALSE;
  self->own_path_at = self->now.mono;
  self->own_messages = 0;
  g_ptr_array_set_size (self->catchup.hints, 0);
  demls_dirty (self, "runner");
  DemlsEvent *event = demls_emit (self, DEMLS_EVENT_REJOINED);
  event->member = span_dup (demls_me (self));
  event->own = TRUE;
  event->approved = TRUE;
}

void
demls_rejoin_arrived (DemlsRunner *self, DemlsKept *kept)
{
  say_again (self, kept->epoch);
  self->gone = FALSE;
  demls_epochs_forget_all (self);
  demls_epochs_plant (self, kept);
  is_back (self);
}

gboolean
demls_rejoin_may_trust (const DemlsRunner *self, const DemlsKept *kept)
{
  guint32 signer = kept->welcomed_by;
  const DemlsEpoch *known = self->current->epoch;
  return g_bytes_equal (kept->epoch->name, known->name) && signer != G_MAXUINT32
         && demls_epoch_has (known, demls_roster_id_at (kept->epoch->roster, signer));
}

/* The request by which the candidate replaces our leaf, or NULL. */
static const DemlsRequest *
find_request (const DemlsRunner *self, const DemlsOffer *offer)
{
  for (guint i = 0; i < offer->candidate->mandates->len; i++)
    {
      const DemlsRequest *request = ((const DemlsMandate *) offer->candidate->mandates->pdata[i])->request;
      if (request->kind == DEMLS_KIND_REJOIN && demls_is_me (self, request->target))
        return request;
    }
  return NULL;
}

gboolean
demls_rejoin_is_ours (const DemlsRunner *self, const DemlsOffer *offer)
{
  return find_request (self, offer) != NULL;
}

gboolean
demls_rejoin_is_wished (const DemlsRunner *self, const DemlsOffer *offer)
{
  const DemlsRequest *request = find_request (self, offer);
  guint8 hash[DEMLS_HASH_SIZE];
  if (!request)
    return FALSE;
  demls_leaf_hash (request->package->leaf, hash);
  for (guint i = 0; i < self->catchup.leaves->len; i++)
    if (span_equal (span_bytes (self->catchup.leaves->pdata[i]), SPAN_OF (hash)))
      return TRUE;
  return FALSE;
}

/* The Welcome is not covered by the commit, so it may still lead anywhere; but not to an epoch that cannot be it. */
DemlsKept *
demls_rejoin_stage (DemlsRunner *self, const DemlsKept *kept, const DemlsOffer *offer)
{
  const DemlsRequest *request = find_request (self, offer);
  if (!request || !self->joining || !offer->candidate->welcome
      || !g_bytes_equal (self->joining->secrets->package->encoded, request->package->encoded))
    return NULL;
  DemlsKept *next = demls_join_open (self, span_bytes (offer->candidate->welcome), NULL);
  if (next && demls_kept_number (next) == demls_kept_number (kept) + 1
      && g_bytes_equal (next->epoch->name, kept->epoch->name))
    return next;
  demls_kept_free (next);
  return NULL;
}

gboolean
demls_rejoin_is_staged (const DemlsRunner *self, Span welcome)
{
  for (guint i = 0; i < self->epochs->len; i++)
    {
      const DemlsKept *kept = self->epochs->pdata[i];
      for (guint k = 0; k < kept->offers->len; k++)
        {
          const DemlsOffer *offer = kept->offers->pdata[k];
          if (offer->removes_us && offer->next && offer->candidate->welcome
              && span_equal (span_bytes (offer->candidate->welcome), welcome))
            return TRUE;
        }
    }
  return FALSE;
}

void
demls_rejoin_replaced (DemlsRunner *self, const DemlsOffer *offer)
{
  if (!demls_rejoin_is_ours (self, offer))
    {
      self->replaced = FALSE;
      return;
    }
  if (!self->gone)
    {
      say_again (self, self->current->epoch);
      is_back (self);
      demls_join_settle (self);
      demls_join_send_notice (self);
      demls_catchup_soon (self);
      return;
    }
  self->replaced = TRUE;
  demls_dirty (self, "runner");
  if (!demls_rejoin_is_wished (self, offer))
    tell_out_of_sync (self);
}
