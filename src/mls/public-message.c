#include "mls/public-message.h"

#include "mls/framing-private.h"
#include "mls/message.h"

/* Wire format and body in one block, so that the AuthenticatedContent is a part of it. */
static GBytes *
with_wire_format (Span body)
{
  g_auto (Writer) writer = view_writer (2 + body.len);
  writer_u16 (&writer, MLS_WIRE_PUBLIC_MESSAGE);
  writer_raw (&writer, body);
  return view_take (&writer);
}

static gboolean
read_fields (MlsPublicMessage *self, GError **error)
{
  Reader reader = reader_init (span_bytes (self->bytes));
  reader_u16 (&reader);
  self->content = g_new0 (MlsAuthenticatedContent, 1);
  if (!mls_authenticated_content_read_body (&reader, MLS_WIRE_PUBLIC_MESSAGE, self->content, error))
    return FALSE;
  gsize len = (gsize) (reader.at - span_bytes (self->bytes).data);
  self->content->encoded = g_bytes_new_from_bytes (self->bytes, 0, len);
  if (self->content->content.sender.type == MLS_SENDER_MEMBER)
    self->membership_tag = reader_vector (&reader);
  if (!reader_end (&reader))
    return mls_refuse (error, MLS_ERROR_MALFORMED, "not a PublicMessage");
  return TRUE;
}

MlsPublicMessage *
mls_public_message_read (Span body, GError **error)
{
  g_autoptr (MlsPublicMessage) self = g_new0 (MlsPublicMessage, 1);
  self->bytes = with_wire_format (body);
  return read_fields (self, error) ? g_steal_pointer (&self) : NULL;
}

void
mls_public_message_free (MlsPublicMessage *self)
{
  if (!self)
    return;
  mls_authenticated_content_free (self->content);
  g_bytes_unref (self->bytes);
  g_free (self);
}

/* 6.2: MAC over AuthenticatedContentTBM, which is the encoding with the version before it and the GroupContext in its
 * middle. */
static void
membership_tag (Suite *suite, const MlsAuthenticatedContent *content, Span membership_key, Span group_context,
                guint8 out[HASH_MAX])
{
  static const guint8 version[] = { MLS_VERSION_10 >> 8, MLS_VERSION_10 & 0xFF };
  Span parts[] = {
    SPAN_OF (version),
    span (span_bytes (content->encoded).data, 2 + content->content.encoded.len),
    group_context,
    mls_authenticated_content_auth (content),
  };
  hmac_parts (suite, membership_key, parts, G_N_ELEMENTS (parts), out);
}

gboolean
mls_public_message_check_tag (Suite *suite, const MlsPublicMessage *self, Span membership_key, Span group_context,
                              GError **error)
{
  if (self->content->content.sender.type != MLS_SENDER_MEMBER)
    return TRUE;
  guint8 tag[HASH_MAX];
  membership_tag (suite, self->content, membership_key, group_context, tag);
  if (!secret_equal (self->membership_tag, span (tag, suite_hash_size (suite))))
    return mls_refuse (error, MLS_ERROR_MEMBERSHIP_TAG, "the membership tag is wrong");
  return TRUE;
}

GBytes *
mls_public_message_write (Suite *suite, const MlsAuthenticatedContent *content, Span membership_key, Span group_context)
{
  if (content->wire_format != MLS_WIRE_PUBLIC_MESSAGE)
    return NULL;
  Span encoded = span_bytes (content->encoded);
  g_auto (Writer) writer = view_writer (2 + encoded.len + 4 + HASH_MAX);
  writer_u16 (&writer, MLS_VERSION_10);
  writer_raw (&writer, encoded);
  if (content->content.sender.type == MLS_SENDER_MEMBER)
    {
      guint8 tag[HASH_MAX];
      membership_tag (suite, content, membership_key, group_context, tag);
      writer_vector (&writer, span (tag, suite_hash_size (suite)));
    }
  return view_take (&writer);
}
