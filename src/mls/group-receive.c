#include "mls/group-private.h"
#include "mls/message.h"
#include "mls/public-message.h"
#include "mls/update-path.h"

static gboolean
check_epoch (const MlsGroup *self, Span group_id, guint64 epoch, GError **error)
{
  if (!span_equal (group_id, self->context->group_id))
    return mls_refuse (error, MLS_ERROR_WRONG_GROUP, "a message of another group");
  if (epoch != self->context->epoch)
    return mls_refuse (error, MLS_ERROR_WRONG_EPOCH,
                       "a message of epoch %" G_GUINT64_FORMAT " in epoch %" G_GUINT64_FORMAT, epoch,
                       self->context->epoch);
  return TRUE;
}

/* --- the sender's signature key (6.1) ---------------------------------------------------------------------------- */

/* 12.1.8.1: ExternalSender {signature_key, credential}, at place `index`. */
static gboolean
external_sender_key (const MlsGroup *self, guint32 index, Span *out)
{
  Span senders;
  if (!mls_extensions_find (self->context->extensions, MLS_EXTENSION_EXTERNAL_SENDERS, &senders))
    return FALSE;
  Reader outer = reader_init (senders);
  Reader list = reader_open (&outer);
  for (guint64 i = 0; reader_more (&list) && i <= index; i++)
    {
      Span key = reader_vector (&list);
      reader_u16 (&list);
      reader_vector (&list);
      if (i == index && !list.failed)
        {
          *out = key;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
member_key (const MlsGroup *self, guint32 index, Span *out)
{
  const MlsLeafNode *leaf = mls_tree_leaf (self->tree, index);
  if (leaf)
    *out = leaf->signature_key;
  return leaf != NULL;
}

/* Somebody who proposes to be added signs with the key that is to be added. */
static gboolean
verify_newcomer_proposal (const MlsGroup *self, const MlsAuthenticatedContent *content, GError **error)
{
  g_autoptr (MlsProposal) proposal = mls_proposal_parse (content->content.content, error);
  if (!proposal)
    return FALSE;
  if (proposal->type != MLS_PROPOSAL_ADD)
    return mls_refuse (error, MLS_ERROR_PROPOSAL_SENDER, "a new member proposes something else than its Add");
  return mls_authenticated_content_verify (self->suite, content, proposal->key_package->leaf->signature_key,
                                           span_bytes (self->context->encoded), error);
}

/* 12.4.3.2: an external commit is signed with the key of the leaf in its path. */
static gboolean
verify_newcomer_commit (const MlsGroup *self, const MlsAuthenticatedContent *content, GError **error)
{
  if (!self->config.accept_external_commits)
    return mls_refuse (error, MLS_ERROR_EXTERNAL_REFUSED, "external commits are refused in this group");
  Reader reader = reader_init (content->content.content);
  g_autoptr (MlsCommit) commit = mls_commit_read (&reader, error);
  if (!commit)
    return FALSE;
  if (!commit->path)
    return mls_refuse (error, MLS_ERROR_PATH_MISSING, "an external commit without a path");
  return mls_authenticated_content_verify (self->suite, content, commit->path->leaf->signature_key,
                                           span_bytes (self->context->encoded), error);
}

static gboolean
verify (const MlsGroup *self, const MlsAuthenticatedContent *content, GError **error)
{
  const MlsSender *sender = &content->content.sender;
  Span key = SPAN_EMPTY;
  switch (sender->type)
    {
    case MLS_SENDER_NEW_MEMBER_PROPOSAL:
      return verify_newcomer_proposal (self, content, error);
    case MLS_SENDER_NEW_MEMBER_COMMIT:
      return verify_newcomer_commit (self, content, error);
    case MLS_SENDER_MEMBER:
    case MLS_SENDER_EXTERNAL:
    default:
      break;
    }
  gboolean known = sender->type == MLS_SENDER_MEMBER ? member_key (self, sender->index, &key)
                                                     : external_sender_key (self, sender->index, &key);
  if (!known)
    return mls_refuse (error, MLS_ERROR_SENDER_UNKNOWN, "sender %u is not known", sender->index);
  return mls_authenticated_content_verify (self->suite, content, key, span_bytes (self->context->encoded), error);
}

/* 12.1: a proposal that can never be committed is refused at once, before its key is used up. */
static gboolean
check_proposal (const MlsGroup *self, const MlsFramedContent *framed, GError **error)
{
  if (framed->content_type != MLS_CONTENT_PROPOSAL)
    return TRUE;
  g_autoptr (MlsProposal) proposal = mls_proposal_parse (framed->content, error);
  MlsListScene scene = mls_group_scene (self);
  return proposal && mls_proposal_check (&scene, &framed->sender, proposal, error);
}

static gboolean
accept (const MlsGroup *self, const MlsAuthenticatedContent *content, GError **error)
{
  return verify (self, content, error) && check_proposal (self, &content->content, error);
}

/* --- PublicMessage (6.2) ----------------------------------------------------------------------------------------- */

static MlsAuthenticatedContent *
open_public (const MlsGroup *self, Span body, GError **error)
{
  g_autoptr (MlsPublicMessage) message = mls_public_message_read (body, error);
  if (!message || !check_epoch (self, message->content->content.group_id, message->content->content.epoch, error))
    return NULL;
  if (!mls_public_message_check_tag (self->suite, message, secret_span (&self->secrets.membership),
                                     span_bytes (self->context->encoded), error)
      || !accept (self, message->content, error))
    return NULL;
  return g_steal_pointer (&message->content);
}

/* --- PrivateMessage (6.3) ---------------------------------------------------------------------------------------- */

static MlsRatchetKind
ratchet_of (MlsContentType type)
{
  return type == MLS_CONTENT_APPLICATION ? MLS_RATCHET_APPLICATION : MLS_RATCHET_HANDSHAKE;
}

static gboolean
is_own (const MlsGroup *self, const MlsPrivateMessage *message)
{
  guint32 leaf, generation;
  guint8 guard[4];
  return mls_private_message_open_sender (self->suite, message, secret_span (&self->secrets.sender_data), &leaf,
                                          &generation, guard, NULL)
         && leaf == self->own_leaf;
}

/* Opens and verifies without consuming the key. */
static MlsAuthenticatedContent *
peek_private (const MlsGroup *self, MlsSecretTree *keys, const MlsPrivateMessage *message, guint32 *generation,
              GError **error)
{
  guint32 leaf;
  g_autoptr (MlsAuthenticatedContent) content =
      mls_private_message_open (self->suite, message, secret_span (&self->secrets.sender_data), keys,
                                mls_tree_width (self->tree), &leaf, generation, error);
  if (!content || !accept (self, content, error))
    return NULL;
  return g_steal_pointer (&content);
}

/* That a message is our own is looked for only once something is wrong with it, which is always so: its key was used up
 * by sending it. A copy of our state that sends is mls_group_is_cloned()'s business. */
static MlsAuthenticatedContent *
open_private (const MlsGroup *self, MlsSecretTree *keys, Span body, guint32 *generation, GError **error)
{
  MlsPrivateMessage message;
  if (!mls_private_message_read (body, &message, error) || !check_epoch (self, message.group_id, message.epoch, error))
    return NULL;
  g_autoptr (GError) wrong = NULL;
  g_autoptr (MlsAuthenticatedContent) content = peek_private (self, keys, &message, generation, &wrong);
  if (content ? content->content.sender.index == self->own_leaf : is_own (self, &message))
    {
      mls_refuse (error, MLS_ERROR_OWN_MESSAGE, "a message of our own");
      return NULL;
    }
  if (content)
    mls_secret_tree_use (keys, content->content.sender.index, ratchet_of (message.content_type), *generation);
  else
    g_propagate_error (error, g_steal_pointer (&wrong));
  return g_steal_pointer (&content);
}

gboolean
mls_group_is_cloned (const MlsGroup *self, Span message)
{
  Span body;
  MlsPrivateMessage view;
  if (!mls_message_read_as (message, MLS_WIRE_PRIVATE_MESSAGE, &body, NULL)
      || !mls_private_message_read (body, &view, NULL) || !check_epoch (self, view.group_id, view.epoch, NULL)
      || !is_own (self, &view))
    return FALSE;
  g_autoptr (MlsSecretTree) scratch = mls_secret_tree_copy (self->messages);
  guint32 generation;
  g_autoptr (MlsAuthenticatedContent) content = peek_private (self, scratch, &view, &generation, NULL);
  return content != NULL;
}

/* --- both -------------------------------------------------------------------------------------------------------- */

MlsReceived *
mls_group_receive_with (const MlsGroup *self, MlsSecretTree *keys, Span message, GError **error)
{
  MlsMessage envelope;
  if (!mls_message_read (message, &envelope, error))
    return NULL;
  g_autoptr (MlsReceived) received = g_new0 (MlsReceived, 1);
  received->wire_format = envelope.wire_format;
  if (envelope.wire_format == MLS_WIRE_PUBLIC_MESSAGE)
    received->content = open_public (self, envelope.body, error);
  else if (envelope.wire_format == MLS_WIRE_PRIVATE_MESSAGE)
    received->content = open_private (self, keys, envelope.body, &received->generation, error);
  else
    mls_refuse (error, MLS_ERROR_WIRE_FORMAT, "neither PublicMessage nor PrivateMessage");
  if (!received->content)
    return NULL;
  if (received->content->content.content_type == MLS_CONTENT_PROPOSAL)
    mls_proposal_ref (self->suite, received->content, received->ref);
  received->sender = received->content->content.sender;
  return g_steal_pointer (&received);
}

MlsReceived *
mls_group_receive (MlsGroup *self, Span message, GError **error)
{
  return mls_group_receive_with (self, self->messages, message, error);
}

void
mls_received_free (MlsReceived *self)
{
  if (!self)
    return;
  mls_authenticated_content_free (self->content);
  g_free (self);
}
