#include "mls/group-info.h"

/* 12.4.3: VerifyWithLabel and SignWithLabel over GroupInfoTBS. */
#define GROUP_INFO_LABEL "GroupInfoTBS"

static gboolean
read_fields (MlsGroupInfo *self, GError **error)
{
  Span all = span_bytes (self->encoded);
  Reader reader = reader_init (all);
  self->context = mls_group_context_read (&reader, error);
  if (!self->context)
    return FALSE;
  self->extensions = reader_vector (&reader);
  self->confirmation_tag = reader_vector (&reader);
  self->signer = reader_u32 (&reader);
  self->tbs = span (all.data, all.len - reader_rest (&reader).len);
  self->signature = reader_vector (&reader);
  if (!reader_end (&reader))
    return mls_refuse (error, MLS_ERROR_MALFORMED, "GroupInfo does not parse");
  return mls_extensions_check (self->extensions, error);
}

MlsGroupInfo *
mls_group_info_parse (Span bytes, GError **error)
{
  g_autoptr (MlsGroupInfo) self = g_new0 (MlsGroupInfo, 1);
  self->encoded = span_dup (bytes);
  if (!read_fields (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
mls_group_info_free (MlsGroupInfo *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->context, mls_group_context_unref);
  g_clear_pointer (&self->encoded, g_bytes_unref);
  g_free (self);
}

GBytes *
mls_group_info_sign (Suite *suite, const SignKey *key, const MlsGroupContext *context, Span extensions,
                     Span confirmation_tag, guint32 signer, GError **error)
{
  g_auto (Writer) writer = WRITER_INIT;
  writer_raw (&writer, span_bytes (context->encoded));
  writer_vector (&writer, extensions);
  writer_vector (&writer, confirmation_tag);
  writer_u32 (&writer, signer);
  guint8 signature[SIGNATURE_MAX];
  gsize len = mls_sign (suite, key, GROUP_INFO_LABEL, writer_span (&writer), signature);
  if (len == 0)
    {
      mls_refuse (error, MLS_ERROR_INTERNAL, "the library did not sign a GroupInfo");
      return NULL;
    }
  writer_vector (&writer, span (signature, len));
  return writer_take (&writer);
}

gboolean
mls_group_info_verify (Suite *suite, const MlsGroupInfo *self, Span signature_key, GError **error)
{
  if (!mls_verify (suite, signature_key, GROUP_INFO_LABEL, self->tbs, self->signature))
    return mls_refuse (error, MLS_ERROR_GROUP_INFO_SIGNATURE, "the signature of the GroupInfo is wrong");
  return TRUE;
}
