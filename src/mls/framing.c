#include "mls/framing.h"

#include "mls/framing-private.h"
#include "mls/update-path.h"

#define TBS_LABEL "FramedContentTBS"

/* --- FramedContent ----------------------------------------------------------------------------------------------- */

static gboolean
read_sender (Reader *reader, MlsSender *out, GError **error)
{
  guint8 type = reader_u8 (reader);
  out->type = (MlsSenderType) type;
  out->index = 0;
  if (type == MLS_SENDER_MEMBER || type == MLS_SENDER_EXTERNAL)
    out->index = reader_u32 (reader);
  else if (!reader->failed && type != MLS_SENDER_NEW_MEMBER_PROPOSAL && type != MLS_SENDER_NEW_MEMBER_COMMIT)
    return mls_refuse (error, MLS_ERROR_SENDER_TYPE, "sender type %u", type);
  return TRUE;
}

/* 6.1: members send everything, the others only what their name says. */
static gboolean
may_send (MlsSenderType sender, MlsContentType content)
{
  switch (sender)
    {
    case MLS_SENDER_MEMBER:
      return TRUE;
    case MLS_SENDER_EXTERNAL:
    case MLS_SENDER_NEW_MEMBER_PROPOSAL:
      return content == MLS_CONTENT_PROPOSAL;
    case MLS_SENDER_NEW_MEMBER_COMMIT:
      return content == MLS_CONTENT_COMMIT;
    default:
      return FALSE;
    }
}

static gboolean
check_types (const MlsFramedContent *content, GError **error)
{
  guint type = content->content_type;
  if (type < MLS_CONTENT_APPLICATION || type > MLS_CONTENT_COMMIT)
    return mls_refuse (error, MLS_ERROR_CONTENT_TYPE, "content type %u", type);
  if (!may_send (content->sender.type, content->content_type))
    return mls_refuse (error, MLS_ERROR_SENDER_TYPE, "sender type %u with content type %u", content->sender.type, type);
  return TRUE;
}

/* Proposals and commits are parsed to find their end. */
static gboolean
read_content (Reader *reader, MlsContentType type, Span *out, GError **error)
{
  const guint8 *start = reader->at;
  if (type == MLS_CONTENT_APPLICATION)
    {
      *out = reader_vector (reader);
      return !reader->failed || mls_refuse (error, MLS_ERROR_MALFORMED, "not application data");
    }
  if (type == MLS_CONTENT_PROPOSAL)
    {
      g_autoptr (MlsProposal) proposal = mls_proposal_read (reader, error);
      if (!proposal)
        return FALSE;
    }
  else
    {
      g_autoptr (MlsCommit) commit = mls_commit_read (reader, error);
      if (!commit)
        return FALSE;
    }
  *out = view_since (reader, start);
  return TRUE;
}

gboolean
mls_framed_content_read (Reader *reader, MlsFramedContent *out, GError **error)
{
  const guint8 *start = reader->at;
  MlsFramedContent content = { .group_id = reader_vector (reader) };
  content.epoch = reader_u64 (reader);
  if (!read_sender (reader, &content.sender, error))
    return FALSE;
  content.authenticated_data = reader_vector (reader);
  content.content_type = (MlsContentType) reader_u8 (reader);
  if (reader->failed)
    return mls_refuse (error, MLS_ERROR_MALFORMED, "not a FramedContent");
  if (!check_types (&content, error) || !read_content (reader, content.content_type, &content.content, error))
    return FALSE;
  content.encoded = view_since (reader, start);
  *out = content;
  return TRUE;
}

void
mls_framed_content_write (Writer *writer, Span group_id, guint64 epoch, MlsSender sender, Span authenticated_data,
                          MlsContentType content_type, Span content)
{
  writer_vector (writer, group_id);
  writer_u64 (writer, epoch);
  writer_u8 (writer, (guint8) sender.type);
  if (sender.type == MLS_SENDER_MEMBER || sender.type == MLS_SENDER_EXTERNAL)
    writer_u32 (writer, sender.index);
  writer_vector (writer, authenticated_data);
  writer_u8 (writer, (guint8) content_type);
  if (content_type == MLS_CONTENT_APPLICATION)
    writer_vector (writer, content);
  else
    writer_raw (writer, content);
}

/* --- signatures -------------------------------------------------------------------------------------------------- */

/* FramedContentTBS. */
static Writer
write_tbs (MlsWireFormat wire_format, Span encoded_content, const MlsSender *sender, Span group_context)
{
  if (sender->type != MLS_SENDER_MEMBER && sender->type != MLS_SENDER_NEW_MEMBER_COMMIT)
    group_context = SPAN_EMPTY;
  Writer writer = view_writer (4 + encoded_content.len + group_context.len);
  writer_u16 (&writer, MLS_VERSION_10);
  writer_u16 (&writer, (guint16) wire_format);
  writer_raw (&writer, encoded_content);
  writer_raw (&writer, group_context);
  return writer;
}

gsize
mls_framed_content_sign (Suite *suite, const SignKey *key, MlsWireFormat wire_format, Span encoded_content,
                         const MlsSender *sender, Span group_context, guint8 out[SIGNATURE_MAX])
{
  g_auto (Writer) tbs = write_tbs (wire_format, encoded_content, sender, group_context);
  return mls_sign (suite, key, TBS_LABEL, writer_span (&tbs), out);
}

gboolean
mls_authenticated_content_verify (Suite *suite, const MlsAuthenticatedContent *self, Span signature_key,
                                  Span group_context, GError **error)
{
  const MlsFramedContent *content = &self->content;
  g_auto (Writer) tbs = write_tbs (self->wire_format, content->encoded, &content->sender, group_context);
  if (!mls_verify (suite, signature_key, TBS_LABEL, writer_span (&tbs), self->signature))
    return mls_refuse (error, MLS_ERROR_SIGNATURE, "the signature of a message is wrong");
  return TRUE;
}

/* --- AuthenticatedContent ---------------------------------------------------------------------------------------- */

static gboolean
check_wire_format (MlsWireFormat wire_format, const MlsFramedContent *content, GError **error)
{
  if (wire_format == MLS_WIRE_PUBLIC_MESSAGE && content->content_type == MLS_CONTENT_APPLICATION)
    return mls_refuse (error, MLS_ERROR_APPLICATION_IN_CLEAR, "application data in a PublicMessage");
  if (wire_format == MLS_WIRE_PRIVATE_MESSAGE && content->sender.type != MLS_SENDER_MEMBER)
    return mls_refuse (error, MLS_ERROR_SENDER_TYPE, "PrivateMessage by sender type %u", content->sender.type);
  return TRUE;
}

gboolean
mls_authenticated_content_read_body (Reader *reader, MlsWireFormat wire_format, MlsAuthenticatedContent *out,
                                     GError **error)
{
  MlsAuthenticatedContent self = { .wire_format = wire_format };
  if (!mls_framed_content_read (reader, &self.content, error) || !check_wire_format (wire_format, &self.content, error))
    return FALSE;
  self.signature = reader_vector (reader);
  if (self.content.content_type == MLS_CONTENT_COMMIT)
    self.confirmation_tag = reader_vector (reader);
  if (reader->failed)
    return mls_refuse (error, MLS_ERROR_MALFORMED, "not a FramedContentAuthData");
  *out = self;
  return TRUE;
}

/* Reads exactly one from `bytes` and keeps them. */
static MlsAuthenticatedContent *
adopt (GBytes *bytes, GError **error)
{
  Reader reader = reader_init (span_bytes (bytes));
  guint16 wire_format = reader_u16 (&reader);
  gboolean known = wire_format == MLS_WIRE_PUBLIC_MESSAGE || wire_format == MLS_WIRE_PRIVATE_MESSAGE;
  g_autoptr (MlsAuthenticatedContent) self = g_new0 (MlsAuthenticatedContent, 1);
  gboolean fine;
  if (!known && !reader.failed)
    fine = mls_refuse (error, MLS_ERROR_WIRE_FORMAT, "AuthenticatedContent with wire format %u", wire_format);
  else
    fine = mls_authenticated_content_read_body (&reader, (MlsWireFormat) wire_format, self, error);
  if (fine && !reader_end (&reader))
    fine = mls_refuse (error, MLS_ERROR_MALFORMED, "bytes after an AuthenticatedContent");
  if (!fine)
    return NULL;
  self->encoded = g_bytes_ref (bytes);
  return g_steal_pointer (&self);
}

/* The content type of a FramedContent that was written here. */
static gboolean
is_commit (Span encoded_content)
{
  Reader reader = reader_init (encoded_content);
  MlsSender sender;
  reader_vector (&reader);
  reader_u64 (&reader);
  read_sender (&reader, &sender, NULL);
  reader_vector (&reader);
  return reader_u8 (&reader) == MLS_CONTENT_COMMIT;
}

MlsAuthenticatedContent *
mls_authenticated_content_new (MlsWireFormat wire_format, Span encoded_content, Span signature, Span confirmation_tag)
{
  g_auto (Writer) writer = view_writer (2 + encoded_content.len + 4 + signature.len + 4 + confirmation_tag.len);
  writer_u16 (&writer, (guint16) wire_format);
  writer_raw (&writer, encoded_content);
  writer_vector (&writer, signature);
  if (is_commit (encoded_content))
    writer_vector (&writer, confirmation_tag);
  g_autoptr (GBytes) bytes = view_take (&writer);
  return adopt (bytes, NULL);
}

MlsAuthenticatedContent *
mls_authenticated_content_read (Span bytes, GError **error)
{
  g_autoptr (GBytes) copy = span_dup (bytes);
  return adopt (copy, error);
}

void
mls_authenticated_content_free (MlsAuthenticatedContent *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->encoded, g_bytes_unref);
  g_free (self);
}

Span
mls_authenticated_content_auth (const MlsAuthenticatedContent *self)
{
  Span all = span_bytes (self->encoded);
  gsize before = 2 + self->content.encoded.len;
  return span (all.data + before, all.len - before);
}

Span
mls_authenticated_content_inner (const MlsAuthenticatedContent *self)
{
  Span auth = mls_authenticated_content_auth (self);
  gsize len = self->content.content.len;
  if (self->content.content_type == MLS_CONTENT_APPLICATION)
    len += view_prefix_size (len);
  return span (auth.data - len, len + auth.len);
}

void
mls_proposal_ref (Suite *suite, const MlsAuthenticatedContent *self, guint8 out[HASH_MAX])
{
  mls_ref_hash (suite, "MLS 1.0 Proposal Reference", span_bytes (self->encoded), out);
}

Span
mls_authenticated_content_transcript_input (const MlsAuthenticatedContent *self)
{
  gsize signature = view_prefix_size (self->signature.len) + self->signature.len;
  return span (span_bytes (self->encoded).data, 2 + self->content.encoded.len + signature);
}
