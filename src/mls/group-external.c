#include "mls/group-private.h"
#include "mls/message.h"

/* The external public key of a GroupInfo (12.4.3.2: struct { HPKEPublicKey external_pub; }). */
static gboolean
find_external_pub (const MlsGroupInfo *info, Span *out, GError **error)
{
  Span content;
  if (!mls_extensions_find (info->extensions, MLS_EXTENSION_EXTERNAL_PUB, &content))
    return mls_refuse (error, MLS_ERROR_EXTERNAL_REFUSED, "the GroupInfo has no external public key");
  Reader reader = reader_init (content);
  *out = reader_vector (&reader);
  return reader_end (&reader) || mls_refuse (error, MLS_ERROR_EXTENSION, "external_pub does not parse");
}

/* The epoch as far as an outsider knows it, and ExternalInit with what the joiner makes of its key (8.3). */
static gboolean
look_in (MlsGroup *self, Rng *rng, const MlsGroupInfo *info, Span elsewhere, MlsProposal **init, GError **error)
{
  Span external_pub;
  guint8 kem_output[KEM_PUBLIC_MAX];
  self->tree = mls_group_info_check_tree (self->suite, info, elsewhere, error);
  if (!self->tree || !find_external_pub (info, &external_pub, error)
      || !mls_external_init_send (self->suite, rng, external_pub, kem_output, &self->secrets.init, error))
    return FALSE;
  self->context = mls_group_context_ref (info->context);
  self->own_leaf = G_MAXUINT32;
  mls_interim_transcript_hash (self->suite, info->context->confirmed_transcript_hash, info->confirmation_tag,
                               self->interim);
  *init = mls_proposal_external_init (span (kem_output, suite_kem_public_size (self->suite)));
  return TRUE;
}

static MlsOwnCommit *
commit_from_outside (MlsGroup *outside, Rng *rng, const MlsKeyPackageFields *leaf, const MlsProposal *init,
                     guint32 removed, GError **error)
{
  g_autoptr (GPtrArray) proposals = g_ptr_array_new_with_free_func ((GDestroyNotify) mls_proposal_unref);
  g_ptr_array_add (proposals, mls_proposal_ref_obj (init));
  if (removed != G_MAXUINT32)
    g_ptr_array_add (proposals, mls_proposal_remove (removed));
  MlsCommitOptions options = { .proposals = proposals };
  MlsLeafNodeFields fields = {
    .credential = leaf->credential,
    .capabilities = leaf->capabilities,
    .extensions = leaf->leaf_extensions,
  };
  MlsSender sender = { MLS_SENDER_NEW_MEMBER_COMMIT, 0 };
  return mls_group_make_commit (outside, rng, sender, &options, &fields, error);
}

MlsOwnCommit *
mls_group_join_external (Suite *suite, Rng *rng, SignKey *key, const MlsKeyPackageFields *leaf, Span group_info,
                         Span tree, guint32 removed, MlsGroupConfig config, GError **error)
{
  Span body;
  if (!mls_message_read_as (group_info, MLS_WIRE_GROUP_INFO, &body, error))
    return NULL;
  g_autoptr (MlsGroupInfo) info = mls_group_info_parse (body, error);
  if (!info)
    return NULL;
  g_autoptr (MlsGroup) outside = mls_group_blank (suite, key, config);
  g_autoptr (MlsProposal) init = NULL;
  if (!look_in (outside, rng, info, tree, &init, error))
    return NULL;
  return commit_from_outside (outside, rng, leaf, init, removed, error);
}
