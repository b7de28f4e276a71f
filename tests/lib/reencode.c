#include "reencode.h"

void
reencode_leaf (Writer *w, const MlsLeafNode *leaf)
{
  writer_vector (w, leaf->encryption_key);
  writer_vector (w, leaf->signature_key);
  writer_raw (w, leaf->credential);
  writer_vector (w, leaf->capabilities.versions);
  writer_vector (w, leaf->capabilities.suites);
  writer_vector (w, leaf->capabilities.extensions);
  writer_vector (w, leaf->capabilities.proposals);
  writer_vector (w, leaf->capabilities.credentials);
  writer_u8 (w, (guint8) leaf->source);
  if (leaf->source == MLS_LEAF_KEY_PACKAGE)
    {
      writer_u64 (w, leaf->not_before);
      writer_u64 (w, leaf->not_after);
    }
  if (leaf->source == MLS_LEAF_COMMIT)
    writer_vector (w, leaf->parent_hash);
  writer_vector (w, leaf->extensions);
  writer_vector (w, leaf->signature);
}

void
reencode_key_package (Writer *w, const MlsKeyPackage *package)
{
  writer_u16 (w, package->version);
  writer_u16 (w, package->suite);
  writer_vector (w, package->init_key);
  reencode_leaf (w, package->leaf);
  writer_vector (w, package->extensions);
  writer_vector (w, package->signature);
}

static void
reencode_reinit (Writer *w, const MlsProposal *proposal)
{
  writer_vector (w, proposal->group_id);
  writer_u16 (w, proposal->version);
  writer_u16 (w, proposal->suite);
  writer_vector (w, proposal->extensions);
}

void
reencode_proposal (Writer *w, const MlsProposal *proposal)
{
  writer_u16 (w, proposal->type);
  switch (proposal->type)
    {
    case MLS_PROPOSAL_ADD:
      reencode_key_package (w, proposal->key_package);
      break;
    case MLS_PROPOSAL_UPDATE:
      reencode_leaf (w, proposal->leaf);
      break;
    case MLS_PROPOSAL_REMOVE:
      writer_u32 (w, proposal->removed);
      break;
    case MLS_PROPOSAL_PSK:
      mls_psk_id_write (w, &proposal->psk);
      break;
    case MLS_PROPOSAL_REINIT:
      reencode_reinit (w, proposal);
      break;
    case MLS_PROPOSAL_EXTERNAL_INIT:
      writer_vector (w, proposal->kem_output);
      break;
    case MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
      writer_vector (w, proposal->extensions);
      break;
    default:
      g_error ("reencode: a proposal of type %u was read", proposal->type);
    }
}

static void
reencode_path_node (Writer *w, const MlsUpdatePathNode *node)
{
  writer_vector (w, node->encryption_key);
  gsize block = writer_open (w);
  for (guint32 i = 0; i < node->n_ciphertexts; i++)
    {
      Span kem_output, ciphertext;
      mls_update_path_ciphertext (node, i, &kem_output, &ciphertext);
      writer_vector (w, kem_output);
      writer_vector (w, ciphertext);
    }
  writer_close (w, block);
}

static void
reencode_path (Writer *w, const MlsUpdatePath *path)
{
  reencode_leaf (w, path->leaf);
  gsize block = writer_open (w);
  for (guint i = 0; i < path->nodes->len; i++)
    reencode_path_node (w, &g_array_index (path->nodes, MlsUpdatePathNode, i));
  writer_close (w, block);
}

void
reencode_commit (Writer *w, const MlsCommit *commit)
{
  gsize block = writer_open (w);
  for (guint i = 0; i < commit->proposals->len; i++)
    {
      const MlsProposalOrRef *listed = commit->proposals->pdata[i];
      writer_u8 (w, listed->proposal ? 1 : 2);
      if (listed->proposal)
        reencode_proposal (w, listed->proposal);
      else
        writer_vector (w, listed->reference);
    }
  writer_close (w, block);
  writer_optional (w, commit->path != NULL);
  if (commit->path)
    reencode_path (w, commit->path);
}

void
reencode_group_info (Writer *w, const MlsGroupInfo *info)
{
  const MlsGroupContext *context = info->context;
  writer_u16 (w, context->version);
  writer_u16 (w, context->suite);
  writer_vector (w, context->group_id);
  writer_u64 (w, context->epoch);
  writer_vector (w, context->tree_hash);
  writer_vector (w, context->confirmed_transcript_hash);
  writer_vector (w, context->extensions);
  writer_vector (w, info->extensions);
  writer_vector (w, info->confirmation_tag);
  writer_u32 (w, info->signer);
  writer_vector (w, info->signature);
}

void
reencode_welcome (Writer *w, const MlsWelcome *welcome)
{
  Reader entries = reader_init (welcome->entries);
  MlsWelcomeEntry entry;
  writer_u16 (w, welcome->suite);
  gsize block = writer_open (w);
  while (mls_welcome_next (&entries, &entry))
    {
      writer_vector (w, entry.new_member);
      writer_vector (w, entry.kem_output);
      writer_vector (w, entry.ciphertext);
    }
  writer_close (w, block);
  writer_vector (w, welcome->encrypted_group_info);
}

void
reencode_private_message (Writer *w, const MlsPrivateMessage *message)
{
  writer_vector (w, message->group_id);
  writer_u64 (w, message->epoch);
  writer_u8 (w, (guint8) message->content_type);
  writer_vector (w, message->authenticated_data);
  writer_vector (w, message->encrypted_sender_data);
  writer_vector (w, message->ciphertext);
}

static void
reencode_sender (Writer *w, const MlsSender *sender)
{
  writer_u8 (w, (guint8) sender->type);
  if (sender->type == MLS_SENDER_MEMBER || sender->type == MLS_SENDER_EXTERNAL)
    writer_u32 (w, sender->index);
}

static void
reencode_content (Writer *w, const MlsFramedContent *content)
{
  writer_vector (w, content->group_id);
  writer_u64 (w, content->epoch);
  reencode_sender (w, &content->sender);
  writer_vector (w, content->authenticated_data);
  writer_u8 (w, (guint8) content->content_type);
  Reader reader = reader_init (content->content);
  g_autoptr (MlsProposal) proposal = NULL;
  g_autoptr (MlsCommit) commit = NULL;
  if (content->content_type == MLS_CONTENT_PROPOSAL)
    reencode_proposal (w, proposal = mls_proposal_read (&reader, NULL));
  else if (content->content_type == MLS_CONTENT_COMMIT)
    reencode_commit (w, commit = mls_commit_read (&reader, NULL));
  else
    writer_vector (w, reader_raw (&reader, content->content.len));
  if (!reader_end (&reader))
    g_error ("reencode: a content with something after its end was read");
}

void
reencode_public_message (Writer *w, const MlsPublicMessage *message)
{
  const MlsAuthenticatedContent *content = message->content;
  reencode_content (w, &content->content);
  writer_vector (w, content->signature);
  if (content->content.content_type == MLS_CONTENT_COMMIT)
    writer_vector (w, content->confirmation_tag);
  if (content->content.sender.type == MLS_SENDER_MEMBER)
    writer_vector (w, message->membership_tag);
}

static gboolean
reencode_body (Writer *w, const MlsMessage *message, GError **error)
{
  g_autoptr (MlsPublicMessage) public_message = NULL;
  g_autoptr (MlsGroupInfo) info = NULL;
  g_autoptr (MlsKeyPackage) package = NULL;
  MlsPrivateMessage private_message;
  MlsWelcome welcome;
  if (message->wire_format == MLS_WIRE_PUBLIC_MESSAGE
      && (public_message = mls_public_message_read (message->body, error)))
    reencode_public_message (w, public_message);
  else if (message->wire_format == MLS_WIRE_PRIVATE_MESSAGE
           && mls_private_message_read (message->body, &private_message, error))
    reencode_private_message (w, &private_message);
  else if (message->wire_format == MLS_WIRE_WELCOME && mls_welcome_read (message->body, &welcome, error))
    reencode_welcome (w, &welcome);
  else if (message->wire_format == MLS_WIRE_GROUP_INFO && (info = mls_group_info_parse (message->body, error)))
    reencode_group_info (w, info);
  else if (message->wire_format == MLS_WIRE_KEY_PACKAGE && (package = mls_key_package_parse (message->body, error)))
    reencode_key_package (w, package);
  else
    return FALSE;
  return TRUE;
}

gboolean
reencode_message (Writer *w, Span bytes, GError **error)
{
  MlsMessage message;
  if (!mls_message_read (bytes, &message, error))
    return FALSE;
  mls_message_begin (w, message.wire_format);
  return reencode_body (w, &message, error);
}
