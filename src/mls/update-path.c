#include "mls/update-path.h"

#include "mls/tree-math.h"
#include "mls/view.h"

/* ProposalOrRef types (12.4). */
enum { BY_VALUE = 1, BY_REFERENCE = 2 };

static gboolean
malformed (const char *what, GError **error)
{
  return mls_refuse (error, MLS_ERROR_MALFORMED, "not %s", what);
}

/* --- UpdatePath -------------------------------------------------------------------------------------------------- */

static void
read_ciphertext (Reader *reader, Span *kem_output, Span *ciphertext)
{
  *kem_output = reader_vector (reader);
  *ciphertext = reader_vector (reader);
}

static void
read_node (Reader *reader, MlsUpdatePathNode *out)
{
  out->encryption_key = reader_vector (reader);
  Reader inner = reader_open (reader);
  out->ciphertexts = reader_rest (&inner);
  out->n_ciphertexts = 0;
  while (reader_more (&inner))
    {
      Span kem_output, ciphertext;
      read_ciphertext (&inner, &kem_output, &ciphertext);
      out->n_ciphertexts++;
    }
  reader_close (reader, &inner);
}

static gboolean
read_nodes (MlsUpdatePath *self, Reader *reader, GError **error)
{
  Reader inner = reader_open (reader);
  while (reader_more (&inner))
    {
      if (self->nodes->len == MLS_MAX_DEPTH)
        return mls_refuse (error, MLS_ERROR_PATH_LENGTH, "more than %u nodes in an UpdatePath", MLS_MAX_DEPTH);
      MlsUpdatePathNode node;
      read_node (&inner, &node);
      g_array_append_val (self->nodes, node);
    }
  reader_close (reader, &inner);
  return !reader->failed || malformed ("an UpdatePath", error);
}

MlsUpdatePath *
mls_update_path_read (Reader *reader, GError **error)
{
  g_autoptr (MlsUpdatePath) self = g_new0 (MlsUpdatePath, 1);
  self->nodes = g_array_new (FALSE, FALSE, sizeof (MlsUpdatePathNode));
  self->leaf = mls_leaf_node_read (reader, error);
  if (!self->leaf || !read_nodes (self, reader, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
mls_update_path_free (MlsUpdatePath *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->leaf, mls_leaf_node_unref);
  g_array_unref (self->nodes);
  g_free (self);
}

void
mls_update_path_ciphertext (const MlsUpdatePathNode *node, guint32 i, Span *kem_output, Span *ciphertext)
{
  Reader reader = reader_init (node->ciphertexts);
  for (guint32 at = 0; at <= i; at++)
    read_ciphertext (&reader, kem_output, ciphertext);
}

/* --- Commit ------------------------------------------------------------------------------------------------------ */

static void
free_listed (gpointer data)
{
  MlsProposalOrRef *self = data;
  g_clear_pointer (&self->proposal, mls_proposal_unref);
  g_free (self);
}

static gboolean
read_listed (Reader *reader, MlsProposalOrRef *out, GError **error)
{
  guint8 type = reader_u8 (reader);
  if (type == BY_VALUE)
    {
      out->proposal = mls_proposal_read (reader, error);
      return out->proposal != NULL;
    }
  if (type == BY_REFERENCE)
    out->reference = reader_vector (reader);
  if (out->reference.len < MLS_REFERENCE_MIN)
    reader_fail (reader);
  return !reader->failed || malformed ("a ProposalOrRef", error);
}

static gboolean
read_list (MlsCommit *self, Reader *reader, GError **error)
{
  Reader inner = reader_open (reader);
  while (reader_more (&inner))
    {
      if (self->proposals->len == MLS_MAX_COMMIT_PROPOSALS)
        return mls_refuse (error, MLS_ERROR_TOO_LARGE, "more than %u proposals in a Commit", MLS_MAX_COMMIT_PROPOSALS);
      MlsProposalOrRef *listed = g_new0 (MlsProposalOrRef, 1);
      g_ptr_array_add (self->proposals, listed);
      if (!read_listed (&inner, listed, error))
        return FALSE;
    }
  reader_close (reader, &inner);
  return !reader->failed || malformed ("a list of ProposalOrRef", error);
}

MlsCommit *
mls_commit_read (Reader *reader, GError **error)
{
  g_autoptr (MlsCommit) self = g_new0 (MlsCommit, 1);
  self->proposals = g_ptr_array_new_with_free_func (free_listed);
  if (!read_list (self, reader, error))
    return NULL;
  if (reader_optional (reader))
    {
      self->path = mls_update_path_read (reader, error);
      return self->path ? g_steal_pointer (&self) : NULL;
    }
  if (reader->failed)
    {
      malformed ("a Commit", error);
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
mls_commit_free (MlsCommit *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->proposals);
  mls_update_path_free (self->path);
  g_free (self);
}
