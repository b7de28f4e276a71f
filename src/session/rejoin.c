#include "session/rejoin.h"

#include <string.h>

#include "rules/rejoin-proof.h"
#include "session/arrive.h"
#include "session/runner-private.h"

/* --- proofs (V4) ------------------------------------------------------------------------------------------------- */

static gboolean
has_hash (const GPtrArray *list, Span hash)
{
  for (guint i = 0; i < list->len; i++)
    if (span_equal (span_bytes (list->pdata[i]), hash))
      return TRUE;
  return FALSE;
}

static void
add_hash (GPtrArray *list, Span hash, guint max)
{
  if (list->len < max && !has_hash (list, hash))
    g_ptr_array_add (list, span_dup (hash));
}

/* The leaves that may stand for us in the others' tree, newest first. */
static GPtrArray *
collect_leaves (const DemlsRunner *self)
{
  GPtrArray *leaves = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = self->epochs->len; i-- > 0;)
    {
      const DemlsKept *kept = self->epochs->pdata[i];
      const MlsLeafNode *leaf = mls_tree_leaf (mls_group_tree (kept->group), mls_group_own_leaf (kept->group));
      guint8 hash[DEMLS_HASH_SIZE];
      if (!leaf)
        continue;
      demls_leaf_hash (leaf, hash);
      add_hash (leaves, SPAN_OF (hash), DEMLS_REJOIN_LEAVES);
    }
  for (guint i = self->catchup.leaves->len; i-- > 0;)
    add_hash (leaves, span_bytes (self->catchup.leaves->pdata[i]), DEMLS_REJOIN_LEAVES);
  for (guint i = 0; i < self->catchup.hints->len; i++)
    add_hash (leaves, span_bytes (self->catchup.hints->pdata[i]), DEMLS_REJOIN_PROOFS_MAX);
  return leaves;
}

typedef struct {
  guint8 signatures[DEMLS_REJOIN_PROOFS_MAX][DEMLS_SIGNATURE_SIZE];
  DemlsRejoinProof proofs[DEMLS_REJOIN_PROOFS_MAX];
  DemlsRejoinProof *pointers[DEMLS_REJOIN_PROOFS_MAX];
  gsize n;
} Proofs;

static void
sign_proofs (const DemlsRunner *self, const MlsKeyPackage *package, const GPtrArray *leaves, Proofs *out)
{
  Span group = span_bytes (self->current->epoch->name);
  out->n = 0;
  for (guint i = 0; i < leaves->len && out->n < DEMLS_REJOIN_PROOFS_MAX; i++)
    {
      guint8 *signature = out->signatures[out->n];
      DemlsRejoinProof *proof = &out->proofs[out->n];
      Span hash = span_bytes (leaves->pdata[i]);
      if (!demls_rejoin_sign (self->env->suite, self->env->key, group, span_bytes (package->encoded), hash.data,
                              signature))
        continue;
      *proof = (DemlsRejoinProof) DEMLS_REJOIN_PROOF_INIT;
      proof->leaf_hash = consensus_data (hash);
      proof->signature = consensus_data (span (signature, DEMLS_SIGNATURE_SIZE));
      out->pointers[out->n++] = proof;
    }
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
}

static gboolean
begin (DemlsRunner *self, GError **error)
{
  MlsKeyPackageSecrets *secrets = demls_join_make_package (self, error);
  if (!secrets)
    return FALSE;
  g_autoptr (GPtrArray) leaves = collect_leaves (self);
  g_autofree Proofs *proofs = g_new0 (Proofs, 1);
  sign_proofs (self, secrets->package, leaves, proofs);
  remember_leaf (self, secrets->package);
  demls_join_begin_with (self, secrets, proofs->pointers, proofs->n, DEMLS_NEVER);
  self->catchup.rejoined_at = self->now.mono;
  demls_dirty (self, "runner");
  return TRUE;
}

void
demls_rejoin_try (DemlsRunner *self)
{
  gint64 last = self->catchup.rejoined_at;
  g_autoptr (GError) error = NULL;
  if (last > 0 && self->now.mono < last + (gint64) DEMLS_REJOIN_EVERY_S * SECOND)
    return;
  if (!begin (self, &error))
    demls_emit_error (self, "rejoin", error->message);
}

gboolean
demls_runner_rejoin (DemlsRunner *self, DemlsNow now, GError **error)
{
  demls_runner_enter (self, now);
  if (self->over || !self->current || !self->out_of_sync)
    return demls_refuse (error, DEMLS_ERROR_BLOCKED, "in sync, or no member");
  return begin (self, error);
}

void
demls_rejoin_found_again (DemlsRunner *self)
{
  if (self->replaced)
    return;
  self->out_of_sync = FALSE;
  demls_dirty (self, "runner");
  if (!self->joining)
    return;
  self->joining->announce_at = DEMLS_NEVER;
  demls_dirty (self, "join");
}

/* --- coming back ------------------------------------------------------------------------------------------------- */

void
demls_rejoin_arrived (DemlsRunner *self, DemlsKept *kept)
{
  for (guint i = 0; i < self->sayings->len; i++)
    {
      DemlsSaying *saying = self->sayings->pdata[i];
      const DemlsKept *then = saying->sent ? demls_epochs_find (self, SPAN_OF (saying->epoch_id)) : NULL;
      if (then && !then->final)
        demls_saying_unsend (self, saying);
    }
  self->out_of_sync = FALSE;
  self->replaced = FALSE;
  self->gone = FALSE;
  demls_epochs_forget_all (self);
  demls_epochs_plant (self, kept);
  DemlsEvent *event = demls_emit (self, DEMLS_EVENT_REJOINED);
  event->member = span_dup (demls_me (self));
  event->own = TRUE;
}

gboolean
demls_rejoin_is_ours (const DemlsRunner *self, const DemlsOffer *offer)
{
  for (guint i = 0; i < offer->candidate->mandates->len; i++)
    {
      const DemlsRequest *request = ((const DemlsMandate *) offer->candidate->mandates->pdata[i])->request;
      if (request->kind == DEMLS_KIND_REJOIN && demls_is_me (self, request->target))
        return TRUE;
    }
  return FALSE;
}

/* Its Welcome may have come before the commit that replaced us. */
static DemlsKept *
find_home (const DemlsRunner *self)
{
  for (guint i = 0; i < self->epochs->len; i++)
    {
      DemlsKept *kept = self->epochs->pdata[i];
      if (kept->home && !kept->final && !kept->parent && kept != self->current
          && demls_kept_number (kept) == demls_kept_number (self->current) + 1)
        return kept;
    }
  return NULL;
}

/* Without a wish of ours behind it somebody has our key: the only way on is to rejoin ourselves. */
void
demls_rejoin_replaced (DemlsRunner *self, const DemlsOffer *offer)
{
  self->replaced = demls_rejoin_is_ours (self, offer);
  demls_dirty (self, "runner");
  if (!self->replaced)
    return;
  DemlsKept *home = find_home (self);
  if (home)
    {
      self->replaced = FALSE;
      self->out_of_sync = FALSE;
      demls_epochs_move (self, home);
      demls_arrive_joined (self);
      return;
    }
  gboolean asked = self->joining && self->joining->expires_at == DEMLS_NEVER;
  if (asked)
    return;
  self->out_of_sync = TRUE;
  demls_emit (self, DEMLS_EVENT_OUT_OF_SYNC)->epoch = demls_runner_epoch (self);
  demls_rejoin_try (self);
}
