#include "mls/group-context.h"

#include "mls/view.h"

static void
own_bytes (MlsGroupContext *self, Span seen)
{
  self->encoded = span_dup (seen);
  const guint8 *to = span_bytes (self->encoded).data;
  self->group_id = view_moved (self->group_id, seen.data, to);
  self->tree_hash = view_moved (self->tree_hash, seen.data, to);
  self->confirmed_transcript_hash = view_moved (self->confirmed_transcript_hash, seen.data, to);
  self->extensions = view_moved (self->extensions, seen.data, to);
}

MlsGroupContext *
mls_group_context_read (Reader *reader, GError **error)
{
  const guint8 *start = reader->at;
  g_autoptr (MlsGroupContext) self = g_rc_box_new0 (MlsGroupContext);
  self->version = reader_u16 (reader);
  self->suite = reader_u16 (reader);
  self->group_id = reader_vector (reader);
  self->epoch = reader_u64 (reader);
  self->tree_hash = reader_vector (reader);
  self->confirmed_transcript_hash = reader_vector (reader);
  self->extensions = reader_vector (reader);
  gboolean fine = TRUE;
  if (reader->failed)
    fine = mls_refuse (error, MLS_ERROR_MALFORMED, "not a GroupContext");
  else if (self->version != MLS_VERSION_10)
    fine = mls_refuse (error, MLS_ERROR_VERSION, "GroupContext of version %u", self->version);
  else if (self->suite < 1 || self->suite > 7)
    fine = mls_refuse (error, MLS_ERROR_SUITE, "GroupContext with cipher suite %u", self->suite);
  else
    fine = mls_extensions_check (self->extensions, error);
  if (!fine)
    return NULL;
  own_bytes (self, view_since (reader, start));
  return g_steal_pointer (&self);
}

MlsGroupContext *
mls_group_context_new (guint16 suite, Span group_id, guint64 epoch, Span tree_hash, Span confirmed_transcript_hash,
                       Span extensions)
{
  g_auto (Writer) writer = WRITER_INIT;
  writer_u16 (&writer, MLS_VERSION_10);
  writer_u16 (&writer, suite);
  writer_vector (&writer, group_id);
  writer_u64 (&writer, epoch);
  writer_vector (&writer, tree_hash);
  writer_vector (&writer, confirmed_transcript_hash);
  writer_vector (&writer, extensions);
  Reader reader = reader_init (writer_span (&writer));
  return mls_group_context_read (&reader, NULL);
}

MlsGroupContext *
mls_group_context_ref (const MlsGroupContext *self)
{
  return g_rc_box_acquire ((MlsGroupContext *) self);
}

static void
clear (gpointer data)
{
  MlsGroupContext *self = data;
  g_clear_pointer (&self->encoded, g_bytes_unref);
}

void
mls_group_context_unref (MlsGroupContext *self)
{
  if (self)
    g_rc_box_release_full (self, clear);
}

void
mls_confirmed_transcript_hash (Suite *suite, Span interim, Span input, guint8 out[HASH_MAX])
{
  Span parts[] = { interim, input };
  hash_parts (suite, parts, G_N_ELEMENTS (parts), out);
}

void
mls_interim_transcript_hash (Suite *suite, Span confirmed, Span confirmation_tag, guint8 out[HASH_MAX])
{
  g_auto (Writer) prefix = WRITER_INIT;
  writer_varint (&prefix, confirmation_tag.len);
  Span parts[] = { confirmed, writer_span (&prefix), confirmation_tag };
  hash_parts (suite, parts, G_N_ELEMENTS (parts), out);
}
