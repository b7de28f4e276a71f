#include "mls/proposal.h"

#include "mls/view.h"

static void
own_bytes (MlsProposal *self, Span seen)
{
  self->encoded = span_dup (seen);
  const guint8 *to = span_bytes (self->encoded).data;
  Span *views[] = {
    &self->psk.external_id, &self->psk.group_id, &self->psk.nonce,  &self->psk.encoded,
    &self->group_id,        &self->extensions,   &self->kem_output,
  };
  for (gsize i = 0; i < G_N_ELEMENTS (views); i++)
    *views[i] = view_moved (*views[i], seen.data, to);
}

static gboolean
intact (const Reader *reader, GError **error)
{
  if (reader->failed)
    return mls_refuse (error, MLS_ERROR_MALFORMED, "not a Proposal");
  return TRUE;
}

static gboolean
read_extensions (MlsProposal *self, Reader *reader, GError **error)
{
  self->extensions = reader_vector (reader);
  return intact (reader, error) && mls_extensions_check (self->extensions, error);
}

static gboolean
read_reinit (MlsProposal *self, Reader *reader, GError **error)
{
  self->group_id = reader_vector (reader);
  self->version = reader_u16 (reader);
  self->suite = reader_u16 (reader);
  return read_extensions (self, reader, error);
}

static gboolean
read_body (MlsProposal *self, Reader *reader, GError **error)
{
  switch (self->type)
    {
    case MLS_PROPOSAL_ADD:
      self->key_package = mls_key_package_read (reader, error);
      return self->key_package != NULL;
    case MLS_PROPOSAL_UPDATE:
      self->leaf = mls_leaf_node_read (reader, error);
      return self->leaf != NULL;
    case MLS_PROPOSAL_REMOVE:
      self->removed = reader_u32 (reader);
      return intact (reader, error);
    case MLS_PROPOSAL_PSK:
      return mls_psk_id_read (reader, &self->psk, error);
    case MLS_PROPOSAL_REINIT:
      return read_reinit (self, reader, error);
    case MLS_PROPOSAL_EXTERNAL_INIT:
      self->kem_output = reader_vector (reader);
      return intact (reader, error);
    case MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
      return read_extensions (self, reader, error);
    default:
      return mls_refuse (error, MLS_ERROR_PROPOSAL_TYPE, "proposal type %u", self->type);
    }
}

MlsProposal *
mls_proposal_read (Reader *reader, GError **error)
{
  const guint8 *start = reader->at;
  guint16 type = reader_u16 (reader);
  if (!intact (reader, error))
    return NULL;
  g_autoptr (MlsProposal) self = g_rc_box_new0 (MlsProposal);
  self->type = type;
  if (!read_body (self, reader, error))
    return NULL;
  own_bytes (self, view_since (reader, start));
  return g_steal_pointer (&self);
}

MlsProposal *
mls_proposal_parse (Span bytes, GError **error)
{
  Reader reader = reader_init (bytes);
  g_autoptr (MlsProposal) self = mls_proposal_read (&reader, error);
  if (self && !reader_end (&reader))
    {
      mls_refuse (error, MLS_ERROR_MALFORMED, "bytes after a Proposal");
      return NULL;
    }
  return g_steal_pointer (&self);
}

MlsProposal *
mls_proposal_ref_obj (const MlsProposal *self)
{
  return g_rc_box_acquire ((MlsProposal *) self);
}

static void
clear (gpointer data)
{
  MlsProposal *self = data;
  g_clear_pointer (&self->encoded, g_bytes_unref);
  g_clear_pointer (&self->key_package, mls_key_package_unref);
  g_clear_pointer (&self->leaf, mls_leaf_node_unref);
}

void
mls_proposal_unref (MlsProposal *self)
{
  if (self)
    g_rc_box_release_full (self, clear);
}

/* --- new proposals ----------------------------------------------------------------------------------------------- */

/* What was written, read back. */
static MlsProposal *
reread (const Writer *writer)
{
  return mls_proposal_parse (writer_span (writer), NULL);
}

MlsProposal *
mls_proposal_add (const MlsKeyPackage *package)
{
  g_auto (Writer) writer = WRITER_INIT;
  writer_u16 (&writer, MLS_PROPOSAL_ADD);
  writer_raw (&writer, span_bytes (package->encoded));
  return reread (&writer);
}

MlsProposal *
mls_proposal_update (const MlsLeafNode *leaf)
{
  g_auto (Writer) writer = WRITER_INIT;
  writer_u16 (&writer, MLS_PROPOSAL_UPDATE);
  writer_raw (&writer, span_bytes (leaf->encoded));
  return reread (&writer);
}

MlsProposal *
mls_proposal_remove (guint32 leaf_index)
{
  g_auto (Writer) writer = WRITER_INIT;
  writer_u16 (&writer, MLS_PROPOSAL_REMOVE);
  writer_u32 (&writer, leaf_index);
  return reread (&writer);
}

MlsProposal *
mls_proposal_psk (const MlsPskId *id)
{
  g_auto (Writer) writer = WRITER_INIT;
  writer_u16 (&writer, MLS_PROPOSAL_PSK);
  mls_psk_id_write (&writer, id);
  return reread (&writer);
}

MlsProposal *
mls_proposal_external_init (Span kem_output)
{
  g_auto (Writer) writer = WRITER_INIT;
  writer_u16 (&writer, MLS_PROPOSAL_EXTERNAL_INIT);
  writer_vector (&writer, kem_output);
  return reread (&writer);
}

MlsProposal *
mls_proposal_group_context_extensions (Span extensions)
{
  g_auto (Writer) writer = WRITER_INIT;
  writer_u16 (&writer, MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS);
  writer_vector (&writer, extensions);
  return reread (&writer);
}
