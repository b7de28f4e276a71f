#include "mls/group-private.h"

static void
free_pair (gpointer data)
{
  kem_key_pair_clear (data);
  g_free (data);
}

GPtrArray *
mls_group_updates_new (void)
{
  return g_ptr_array_new_with_free_func (free_pair);
}

void
mls_group_keep_update (MlsGroup *self, const KemKeyPair *pair)
{
  KemKeyPair *copy = g_new (KemKeyPair, 1);
  *copy = *pair;
  g_ptr_array_add (self->updates, copy);
}

const KemKeyPair *
mls_group_find_update (const MlsGroup *self, Span encryption_key)
{
  for (guint i = 0; i < self->updates->len; i++)
    if (span_equal (kem_public (self->updates->pdata[i]), encryption_key))
      return self->updates->pdata[i];
  return NULL;
}

/* 12.1.2: the own leaf with a new encryption key. */
static MlsLeafNode *
sign_update (const MlsGroup *self, Span encryption_key, const Span *leaf_extensions, GError **error)
{
  const MlsLeafNode *old = mls_tree_leaf (self->tree, self->own_leaf);
  MlsLeafNodeFields fields = {
    .encryption_key = encryption_key,
    .signature_key = old->signature_key,
    .credential = old->credential,
    .capabilities = old->capabilities_encoded,
    .source = MLS_LEAF_UPDATE,
    .extensions = leaf_extensions ? *leaf_extensions : old->extensions,
  };
  if (!mls_extensions_check (fields.extensions, error))
    return NULL;
  return mls_leaf_node_sign (self->suite, self->key, &fields, self->context->group_id, self->own_leaf, error);
}

MlsProposal *
mls_group_make_update (MlsGroup *self, Rng *rng, const Span *leaf_extensions, GError **error)
{
  g_auto (KemKeyPair) pair = { .public_len = 0 };
  if (!kem_generate (self->suite, rng, &pair))
    {
      mls_refuse (error, MLS_ERROR_INTERNAL, "no key pair could be made");
      return NULL;
    }
  g_autoptr (MlsLeafNode) leaf = sign_update (self, kem_public (&pair), leaf_extensions, error);
  if (!leaf || !mls_leaf_node_check (self->suite, leaf, error)
      || !mls_leaf_node_fits (leaf, self->context->extensions, error))
    return NULL;
  mls_group_keep_update (self, &pair);
  return mls_proposal_update (leaf);
}
