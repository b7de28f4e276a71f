#include <string.h>

#include "base/reader.h"
#include "mls/secret-tree-private.h"
#include "mls/tree-math.h"

static gboolean
damaged (const char *what, GError **error)
{
  return mls_refuse (error, MLS_ERROR_SAVED_DAMAGED, "not %s", what);
}

/* --- the common part --------------------------------------------------------------------------------------------- */

void
mls_secret_tree_save (const MlsSecretTree *self, Writer *writer)
{
  g_autoptr (GArray) nodes = mls_secret_tree_nodes (self);
  writer_u32 (writer, self->width);
  gsize list = writer_open (writer);
  for (guint i = 0; i < nodes->len; i++)
    {
      guint32 node = g_array_index (nodes, guint32, i);
      writer_u32 (writer, node);
      writer_raw (writer, secret_span (g_hash_table_lookup (self->nodes, GUINT_TO_POINTER (node))));
    }
  writer_close (writer, list);
}

/* The nodes stand from left to right, and no two are above the same leaf. */
static gboolean
restore_nodes (MlsSecretTree *self, Reader *reader)
{
  guint64 first_free = 0; /* the first leaf not below the nodes seen so far */
  while (reader_more (reader))
    {
      guint32 node = reader_u32 (reader);
      Span raw = reader_raw (reader, suite_hash_size (self->suite));
      if (reader->failed || node >= mls_node_count (self->width) || mls_node_first_leaf (node) < first_free)
        return FALSE;
      g_auto (Secret) secret = secret_from (raw);
      mls_secret_tree_put_node (self, node, &secret);
      first_free = (guint64) mls_node_last_leaf (node) + 1;
    }
  return reader_end (reader);
}

MlsSecretTree *
mls_secret_tree_restore (Suite *suite, Span saved, MlsRatchetLimits limits, GError **error)
{
  Reader reader = reader_init (saved);
  guint32 width = reader_u32 (&reader);
  Reader list = reader_open (&reader);
  g_autoptr (MlsSecretTree) self = NULL;
  if (reader_end (&reader) && width && (width & (width - 1)) == 0 && width <= 1u << MLS_MAX_DEPTH)
    self = mls_secret_tree_new_empty (suite, width, limits);
  if (!self || !restore_nodes (self, &list))
    {
      damaged ("a saved secret tree", error);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/* --- one leaf ---------------------------------------------------------------------------------------------------- */

static void
save_ratchet (const MlsSecretTree *self, const MlsRatchet *ratchet, Writer *writer)
{
  gboolean alive = ratchet->next < GENERATIONS;
  writer_optional (writer, alive);
  if (alive)
    {
      writer_u32 (writer, (guint32) ratchet->next);
      writer_raw (writer, secret_span (&ratchet->secret));
    }
  gsize list = writer_open (writer);
  for (guint i = 0; ratchet->kept && i < ratchet->kept->len; i++)
    {
      const MlsKeptKey *kept = ratchet->kept->pdata[i];
      writer_u32 (writer, kept->generation);
      writer_raw (writer, span (kept->key, suite_key_size (self->suite)));
      writer_raw (writer, SPAN_OF (kept->nonce));
    }
  writer_close (writer, list);
}

void
mls_secret_tree_save_leaf (const MlsSecretTree *self, guint32 leaf, Writer *writer)
{
  const MlsLeafRatchets *ratchets = g_hash_table_lookup (self->leaves, GUINT_TO_POINTER (leaf));
  g_return_if_fail (ratchets);
  for (guint kind = 0; kind < RATCHET_KINDS; kind++)
    save_ratchet (self, &ratchets->ratchets[kind], writer);
}

static gboolean
restore_kept (const MlsSecretTree *self, MlsRatchet *ratchet, Reader *reader)
{
  guint64 lowest = 0;
  while (reader_more (reader))
    {
      guint32 generation = reader_u32 (reader);
      Span key = reader_raw (reader, suite_key_size (self->suite));
      Span nonce = reader_raw (reader, AEAD_NONCE);
      if (reader->failed || generation < lowest || generation >= ratchet->next)
        return FALSE;
      MlsKeptKey *kept = mls_ratchet_keep (ratchet, generation);
      memcpy (kept->key, key.data, key.len);
      memcpy (kept->nonce, nonce.data, nonce.len);
      lowest = (guint64) generation + 1;
    }
  return reader_end (reader);
}

static gboolean
restore_ratchet (const MlsSecretTree *self, MlsRatchet *ratchet, Reader *reader)
{
  ratchet->next = GENERATIONS;
  if (reader_optional (reader))
    {
      ratchet->next = reader_u32 (reader);
      ratchet->secret = secret_from (reader_raw (reader, suite_hash_size (self->suite)));
    }
  Reader list = reader_open (reader);
  return restore_kept (self, ratchet, &list) && !reader->failed;
}

gboolean
mls_secret_tree_restore_leaf (MlsSecretTree *self, guint32 leaf, Span saved, GError **error)
{
  guint32 node;
  if (leaf >= self->width || g_hash_table_contains (self->leaves, GUINT_TO_POINTER (leaf))
      || mls_secret_tree_find_node (self, leaf, &node))
    return damaged ("a leaf of this saved secret tree", error);
  Reader reader = reader_init (saved);
  MlsLeafRatchets *ratchets = mls_secret_tree_put_leaf (self, leaf);
  gboolean fine = TRUE;
  for (guint kind = 0; fine && kind < RATCHET_KINDS; kind++)
    fine = restore_ratchet (self, &ratchets->ratchets[kind], &reader);
  if (fine && reader_end (&reader))
    return TRUE;
  g_hash_table_remove (self->leaves, GUINT_TO_POINTER (leaf));
  return damaged ("the saved ratchets of a leaf", error);
}
