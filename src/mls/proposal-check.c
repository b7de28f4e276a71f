#include "mls/proposal-list.h"

/* --- who may propose what (12.1, 12.1.8, 12.2) ------------------------------------------------------------------- */

/* 12.1.8.1: reads the next ExternalSender. */
static void
skip_external_sender (Reader *reader)
{
  reader_vector (reader); /* signature_key */
  reader_u16 (reader);    /* credential type; all that are registered go on with one vector */
  reader_vector (reader);
}

/* 12.1.8.1: FALSE if the content of an external_senders extension does not parse. */
static gboolean
count_external_senders (Span data, guint32 *n)
{
  Reader reader = reader_init (data);
  Reader inner = reader_open (&reader);
  for (*n = 0; reader_more (&inner); (*n)++)
    skip_external_sender (&inner);
  reader_close (&reader, &inner);
  return reader_end (&reader);
}

static gboolean
refuse_sender (GError **error, const MlsSender *sender, guint16 type)
{
  return mls_refuse (error, MLS_ERROR_PROPOSAL_SENDER, "a sender of type %u may not make a proposal of type %u",
                     (guint) sender->type, type);
}

static gboolean
external_may (const MlsListScene *scene, const MlsSender *sender, guint16 type, GError **error)
{
  Span data;
  guint32 n = 0;
  gboolean known = mls_extensions_find (scene->extensions, MLS_EXTENSION_EXTERNAL_SENDERS, &data)
                   && count_external_senders (data, &n) && sender->index < n;
  if (!known || type == MLS_PROPOSAL_UPDATE || type == MLS_PROPOSAL_EXTERNAL_INIT)
    return refuse_sender (error, sender, type);
  return TRUE;
}

static gboolean
may_propose (const MlsListScene *scene, const MlsSender *sender, guint16 type, GError **error)
{
  if (type == MLS_PROPOSAL_UPDATE && sender->type != MLS_SENDER_MEMBER)
    return mls_refuse (error, MLS_ERROR_UPDATE_SENDER, "an Update whose sender is no member");
  switch (sender->type)
    {
    case MLS_SENDER_MEMBER:
      if (!mls_tree_leaf (scene->tree, sender->index))
        return mls_refuse (error, MLS_ERROR_SENDER_UNKNOWN, "leaf %u is blank", sender->index);
      if (type == MLS_PROPOSAL_EXTERNAL_INIT)
        return mls_refuse (error, MLS_ERROR_EXTERNAL_INIT, "an ExternalInit from a member");
      return TRUE;
    case MLS_SENDER_EXTERNAL:
      return external_may (scene, sender, type, error);
    case MLS_SENDER_NEW_MEMBER_PROPOSAL:
      return type == MLS_PROPOSAL_ADD || refuse_sender (error, sender, type);
    case MLS_SENDER_NEW_MEMBER_COMMIT:
      return type == MLS_PROPOSAL_EXTERNAL_INIT || type == MLS_PROPOSAL_REMOVE || type == MLS_PROPOSAL_PSK
             || refuse_sender (error, sender, type);
    default:
      return mls_refuse (error, MLS_ERROR_SENDER_TYPE, "sender type %u", (guint) sender->type);
    }
}

/* --- each kind by itself ----------------------------------------------------------------------------------------- */

/* 12.1.2, 7.3 */
static gboolean
check_update (const MlsListScene *scene, guint32 sender, const MlsLeafNode *leaf, GError **error)
{
  if (leaf->source != MLS_LEAF_UPDATE)
    return mls_refuse (error, MLS_ERROR_LEAF_SOURCE, "leaf_node_source %u in an Update", (guint) leaf->source);
  if (!mls_leaf_node_check (scene->suite, leaf, error))
    return FALSE;
  if (span_equal (leaf->encryption_key, mls_tree_leaf (scene->tree, sender)->encryption_key))
    return mls_refuse (error, MLS_ERROR_DUPLICATE_ENCRYPTION_KEY, "an Update that keeps its encryption key");
  return mls_leaf_node_verify (scene->suite, leaf, scene->group_id, sender, error);
}

/* 12.1.4 */
static gboolean
check_psk (const MlsListScene *scene, const MlsPskId *psk, GError **error)
{
  if (psk->type == MLS_PSK_RESUMPTION && psk->usage != MLS_PSK_USAGE_APPLICATION)
    return mls_refuse (error, MLS_ERROR_PSK_USAGE, "resumption PSK of usage %u in a proposal", (guint) psk->usage);
  if (psk->nonce.len != suite_hash_size (scene->suite))
    return mls_refuse (error, MLS_ERROR_PSK_NONCE, "psk_nonce of %" G_GSIZE_FORMAT " bytes", psk->nonce.len);
  return TRUE;
}

/* 12.1.7; what the members make of it is judged with the whole list. */
static gboolean
check_extensions (Span extensions, GError **error)
{
  MlsRequiredCapabilities required;
  Span data;
  guint32 n;
  if (!mls_extensions_check (extensions, error))
    return FALSE;
  if (mls_extensions_find (extensions, MLS_EXTENSION_REQUIRED_CAPABILITIES, &data)
      && !mls_required_capabilities_parse (data, &required, error))
    return FALSE;
  if (mls_extensions_find (extensions, MLS_EXTENSION_EXTERNAL_SENDERS, &data) && !count_external_senders (data, &n))
    return mls_refuse (error, MLS_ERROR_EXTENSION, "external_senders");
  return TRUE;
}

static gboolean
check_remove (const MlsListScene *scene, guint32 leaf, GError **error)
{
  return mls_tree_leaf (scene->tree, leaf)
         || mls_refuse (error, MLS_ERROR_REMOVE_BLANK, "removes leaf %u, which is blank", leaf);
}

gboolean
mls_proposal_check (const MlsListScene *scene, const MlsSender *sender, const MlsProposal *proposal, GError **error)
{
  if (!mls_proposal_is_default (proposal->type))
    return mls_refuse (error, MLS_ERROR_PROPOSAL_TYPE, "proposal type %u", proposal->type);
  if (!may_propose (scene, sender, proposal->type, error))
    return FALSE;
  switch (proposal->type)
    {
    case MLS_PROPOSAL_ADD:
      return mls_key_package_check (scene->suite, proposal->key_package, error);
    case MLS_PROPOSAL_UPDATE:
      return check_update (scene, sender->index, proposal->leaf, error);
    case MLS_PROPOSAL_REMOVE:
      return check_remove (scene, proposal->removed, error);
    case MLS_PROPOSAL_PSK:
      return check_psk (scene, &proposal->psk, error);
    case MLS_PROPOSAL_REINIT:
      return proposal->version >= MLS_VERSION_10
             || mls_refuse (error, MLS_ERROR_VERSION, "ReInit to version %u", proposal->version);
    case MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
      return check_extensions (proposal->extensions, error);
    default:
      return TRUE;
    }
}
