#include "mls/group-private.h"
#include "mls/message.h"
#include "mls/public-message.h"

/* What a vector can hold (2.1.2), with room to spare for what stands around the text. */
#define TEXT_MAX ((1u << 30) - (1u << 16))

/* 6.1: content of this epoch in our name, signed. */
static MlsAuthenticatedContent *
frame (const MlsGroup *self, MlsWireFormat wire_format, MlsContentType type, Span authenticated_data, Span content,
       GError **error)
{
  MlsSender sender = mls_group_self (self);
  g_auto (Writer) writer = WRITER_INIT;
  mls_framed_content_write (&writer, self->context->group_id, self->context->epoch, sender, authenticated_data, type,
                            content);
  guint8 signature[SIGNATURE_MAX];
  gsize len = mls_framed_content_sign (self->suite, self->key, wire_format, writer_span (&writer), &sender,
                                       span_bytes (self->context->encoded), signature);
  if (len == 0)
    {
      mls_refuse (error, MLS_ERROR_INTERNAL, "the library did not sign a message");
      return NULL;
    }
  return mls_authenticated_content_new (wire_format, writer_span (&writer), span (signature, len), SPAN_EMPTY);
}

GBytes *
mls_group_protect (MlsGroup *self, Rng *rng, const MlsAuthenticatedContent *content, gsize padding, GError **error)
{
  if (content->wire_format == MLS_WIRE_PUBLIC_MESSAGE)
    return mls_public_message_write (self->suite, content, secret_span (&self->secrets.membership),
                                     span_bytes (self->context->encoded));
  return mls_private_message_seal (self->suite, rng, content, self->own_leaf, secret_span (&self->secrets.sender_data),
                                   self->messages, padding, error);
}

GBytes *
mls_group_seal (MlsGroup *self, Rng *rng, Span plaintext, Span authenticated_data, gsize padding, GError **error)
{
  if (!mls_group_check_alive (self, error))
    return NULL;
  if (plaintext.len > TEXT_MAX || authenticated_data.len > TEXT_MAX - plaintext.len)
    {
      mls_refuse (error, MLS_ERROR_TOO_LARGE, "a message of %" G_GSIZE_FORMAT " bytes", plaintext.len);
      return NULL;
    }
  g_autoptr (MlsAuthenticatedContent) content =
      frame (self, MLS_WIRE_PRIVATE_MESSAGE, MLS_CONTENT_APPLICATION, authenticated_data, plaintext, error);
  return content ? mls_group_protect (self, rng, content, padding, error) : NULL;
}

static gboolean
check_sendable (const MlsGroup *self, const MlsProposal *proposal, MlsWireFormat wire_format, GError **error)
{
  MlsListScene scene = mls_group_scene (self);
  MlsSender sender = mls_group_self (self);
  if (wire_format != MLS_WIRE_PUBLIC_MESSAGE && wire_format != MLS_WIRE_PRIVATE_MESSAGE)
    return mls_refuse (error, MLS_ERROR_WIRE_FORMAT, "a proposal in wire format %u", wire_format);
  return mls_proposal_check (&scene, &sender, proposal, error);
}

/* Takes over `content`, which is a proposal of our own. */
static MlsReceived *
hold_own (const MlsGroup *self, MlsAuthenticatedContent *content)
{
  MlsReceived *held = g_new0 (MlsReceived, 1);
  held->content = content;
  held->wire_format = content->wire_format;
  held->sender = content->content.sender;
  mls_proposal_ref (self->suite, content, held->ref);
  return held;
}

GBytes *
mls_group_propose_and_hold (MlsGroup *self, Rng *rng, const MlsProposal *proposal, Span authenticated_data,
                            MlsWireFormat wire_format, MlsReceived **held, GError **error)
{
  if (!check_sendable (self, proposal, wire_format, error))
    return NULL;
  g_autoptr (MlsAuthenticatedContent) content =
      frame (self, wire_format, MLS_CONTENT_PROPOSAL, authenticated_data, span_bytes (proposal->encoded), error);
  GBytes *message = content ? mls_group_protect (self, rng, content, 0, error) : NULL;
  if (message && held)
    *held = hold_own (self, g_steal_pointer (&content));
  return message;
}

GBytes *
mls_group_propose (MlsGroup *self, Rng *rng, const MlsProposal *proposal, Span authenticated_data,
                   MlsWireFormat wire_format, GError **error)
{
  return mls_group_propose_and_hold (self, rng, proposal, authenticated_data, wire_format, NULL, error);
}

/* --- GroupInfo (12.4.3) ------------------------------------------------------------------------------------------ */

static void
add_tree (const MlsGroup *self, Writer *extensions)
{
  g_autoptr (GBytes) tree = mls_tree_encode (self->tree);
  mls_extension_write (extensions, MLS_EXTENSION_RATCHET_TREE, span_bytes (tree));
}

static gboolean
add_external_pub (const MlsGroup *self, Writer *extensions, GError **error)
{
  g_auto (KemKeyPair) pair = { .public_len = 0 };
  if (!mls_external_key_pair (self->suite, &self->secrets, &pair, error))
    return FALSE;
  g_auto (Writer) content = WRITER_INIT;
  writer_vector (&content, kem_public (&pair));
  mls_extension_write (extensions, MLS_EXTENSION_EXTERNAL_PUB, writer_span (&content));
  return TRUE;
}

GBytes *
mls_group_sign_info (const MlsGroup *self, gboolean with_tree, gboolean with_external_pub, GError **error)
{
  g_auto (Writer) extensions = WRITER_INIT;
  if (with_tree)
    add_tree (self, &extensions);
  if (with_external_pub && !add_external_pub (self, &extensions, error))
    return NULL;
  return mls_group_info_sign (self->suite, self->key, self->context, writer_span (&extensions),
                              mls_group_hash (self, self->confirmation_tag), self->own_leaf, error);
}

GBytes *
mls_group_info (const MlsGroup *self, gboolean with_external_pub, GError **error)
{
  g_autoptr (GBytes) info = mls_group_sign_info (self, TRUE, with_external_pub, error);
  if (!info)
    return NULL;
  g_auto (Writer) writer = WRITER_INIT;
  mls_message_begin (&writer, MLS_WIRE_GROUP_INFO);
  writer_raw (&writer, span_bytes (info));
  return writer_take (&writer);
}
