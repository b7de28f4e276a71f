#include "mls/group-private.h"
#include "mls/message.h"
#include "mls/tree-check.h"

/* --- the tree of a GroupInfo (12.4.3.1, 12.4.3.3) ---------------------------------------------------------------- */

static MlsTree *
find_tree (Suite *suite, const MlsGroupInfo *info, Span elsewhere, GError **error)
{
  Span encoded = elsewhere;
  if (encoded.len == 0 && !mls_extensions_find (info->extensions, MLS_EXTENSION_RATCHET_TREE, &encoded))
    {
      mls_refuse (error, MLS_ERROR_RATCHET_TREE_MISSING, "the GroupInfo comes without a ratchet tree");
      return NULL;
    }
  return mls_tree_decode (suite, encoded, error);
}

static gboolean
check_signer (Suite *suite, const MlsGroupInfo *info, const MlsTree *tree, GError **error)
{
  const MlsLeafNode *signer = mls_tree_leaf (tree, info->signer);
  if (!signer)
    return mls_refuse (error, MLS_ERROR_GROUP_INFO_SIGNER, "the GroupInfo is signed by leaf %u, which is blank",
                       info->signer);
  return mls_group_info_verify (suite, info, signer->signature_key, error);
}

static gboolean
check_contents (Suite *suite, const MlsGroupInfo *info, const MlsTree *tree, GError **error)
{
  const MlsGroupContext *context = info->context;
  if (context->suite != suite_id (suite))
    return mls_refuse (error, MLS_ERROR_SUITE, "GroupInfo of suite %u instead of %u", context->suite, suite_id (suite));
  if (!span_equal (mls_tree_hash (tree), context->tree_hash))
    return mls_refuse (error, MLS_ERROR_TREE_HASH, "the ratchet tree is not the one of the GroupInfo");
  return mls_tree_check (tree, context->group_id, context->extensions, error);
}

MlsTree *
mls_group_info_check_tree (Suite *suite, const MlsGroupInfo *info, Span elsewhere, GError **error)
{
  g_autoptr (MlsTree) tree = find_tree (suite, info, elsewhere, error);
  if (!tree || !check_signer (suite, info, tree, error) || !check_contents (suite, info, tree, error))
    return NULL;
  return g_steal_pointer (&tree);
}

/* --- joining by Welcome (12.4.3.1) ------------------------------------------------------------------------------- */

/* 11.2, 11.3: such PSKs say that the group continues another one, which this implementation does not follow. */
static gboolean
check_psks (const MlsGroupSecrets *secrets, GError **error)
{
  for (guint i = 0; i < secrets->n_psks; i++)
    {
      const MlsPskId *id = &secrets->psks[i];
      if (id->type == MLS_PSK_RESUMPTION && id->usage != MLS_PSK_USAGE_APPLICATION)
        return mls_refuse (error, MLS_ERROR_REINIT_REFUSED, "a group made by ReInit or branching");
    }
  return TRUE;
}

static gboolean
find_own_leaf (const MlsTree *tree, const MlsLeafNode *ours, guint32 *out, GError **error)
{
  if (mls_tree_find_signature_key (tree, ours->signature_key, out)
      && span_equal (span_bytes (mls_tree_leaf (tree, *out)->encoded), span_bytes (ours->encoded)))
    return TRUE;
  return mls_refuse (error, MLS_ERROR_OWN_LEAF_MISSING, "the leaf of the key package is not in the tree");
}

static gboolean
take_path (MlsGroup *self, const MlsGroupSecrets *secrets, guint32 signer, GError **error)
{
  if (!secrets->has_path_secret)
    return TRUE;
  if (signer == self->own_leaf || secrets->path_secret.len != suite_hash_size (self->suite))
    return mls_refuse (error, MLS_ERROR_WELCOME_PATH_SECRET, "a path secret that can belong to no node");
  guint32 node = mls_node_common_ancestor (self->own_leaf, signer);
  return mls_tree_keys_add_path (self->keys, self->suite, self->tree, self->own_leaf, node,
                                 secret_span (&secrets->path_secret), error);
}

/* Our own leaf in the tree and the private keys of the nodes above it. */
static gboolean
take_place (MlsGroup *self, const MlsKeyPackageSecrets *ours, const MlsGroupInfo *info, const MlsGroupSecrets *secrets,
            GError **error)
{
  if (!find_own_leaf (self->tree, ours->package->leaf, &self->own_leaf, error))
    return FALSE;
  self->context = mls_group_context_ref (info->context);
  self->keys = mls_tree_keys_new (&ours->encryption);
  self->welcomed_by = info->signer;
  return take_path (self, secrets, info->signer, error);
}

/* The steps up to the decryption of GroupInfo. */
static MlsGroupInfo *
open_welcome (Suite *suite, const MlsKeyPackageSecrets *ours, Span welcome, const MlsPskStore *psks,
              MlsGroupSecrets **secrets, Secret *psk_secret, GError **error)
{
  Span body;
  MlsWelcome view;
  if (!mls_message_read_as (welcome, MLS_WIRE_WELCOME, &body, error) || !mls_welcome_read (body, &view, error))
    return NULL;
  *secrets = mls_welcome_open_secrets (suite, &view, ours, error);
  if (!*secrets || !check_psks (*secrets, error))
    return NULL;
  if (!mls_psk_secret_from_store (suite, psks, (*secrets)->psks, (*secrets)->n_psks, psk_secret, error))
    return NULL;
  return mls_welcome_open_group_info (suite, &view, secret_span (&(*secrets)->joiner_secret), secret_span (psk_secret),
                                      error);
}

MlsGroup *
mls_group_join (Suite *suite, SignKey *key, const MlsKeyPackageSecrets *ours, Span welcome, Span tree,
                const MlsPskStore *psks, MlsGroupConfig config, GError **error)
{
  g_autoptr (MlsGroupSecrets) secrets = NULL;
  g_auto (Secret) psk_secret = SECRET_EMPTY;
  if (!span_equal (sign_key_public (key), ours->package->leaf->signature_key))
    {
      mls_refuse (error, MLS_ERROR_WELCOME_NOT_FOR_US, "the key package has another signature key");
      return NULL;
    }
  g_autoptr (MlsGroupInfo) info = open_welcome (suite, ours, welcome, psks, &secrets, &psk_secret, error);
  if (!info)
    return NULL;
  g_autoptr (MlsGroup) self = mls_group_blank (suite, key, config);
  self->tree = mls_group_info_check_tree (suite, info, tree, error);
  if (!self->tree || !take_place (self, ours, info, secrets, error))
    return NULL;
  mls_group_enter (self, secret_span (&secrets->joiner_secret), secret_span (&psk_secret));
  return mls_group_confirm (self, info->confirmation_tag, error) ? g_steal_pointer (&self) : NULL;
}
