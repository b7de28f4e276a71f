#include "mls/tree-kem-private.h"

/* --- derivation (7.4) -------------------------------------------------------------------------------------------- */

void
mls_path_secret_advance (Suite *suite, Secret *path_secret)
{
  g_auto (Secret) next = mls_derive_secret (suite, secret_span (path_secret), "path");
  *path_secret = next;
}

gboolean
mls_path_node_pair (Suite *suite, const Secret *path_secret, KemKeyPair *out)
{
  g_auto (Secret) node_secret = mls_derive_secret (suite, secret_span (path_secret), "node");
  return kem_derive_key_pair (suite, secret_span (&node_secret), out);
}

/* --- the keys that a member knows -------------------------------------------------------------------------------- */

MlsTreeKeys *
mls_tree_keys_new (const KemKeyPair *leaf)
{
  MlsTreeKeys *self = g_new0 (MlsTreeKeys, 1);
  self->at[0] = *leaf;
  return self;
}

MlsTreeKeys *
mls_tree_keys_copy (const MlsTreeKeys *self)
{
  MlsTreeKeys *copy = g_new (MlsTreeKeys, 1);
  *copy = *self;
  return copy;
}

void
mls_tree_keys_free (MlsTreeKeys *self)
{
  if (!self)
    return;
  secret_wipe (self, sizeof *self);
  g_free (self);
}

void
mls_tree_keys_clear (MlsTreeKeys *self)
{
  secret_wipe (self, sizeof *self);
}

void
mls_tree_keys_set_leaf (MlsTreeKeys *self, const KemKeyPair *leaf)
{
  self->at[0] = *leaf;
}

const KemKeyPair *
mls_tree_keys_find (const MlsTreeKeys *self, const MlsTree *tree, guint32 own_leaf, guint32 node)
{
  guint level = mls_node_level (node);
  if (level > MLS_MAX_DEPTH || !mls_node_covers (node, own_leaf))
    return NULL;
  const KemKeyPair *pair = &self->at[level];
  return pair->public_len && span_equal (kem_public (pair), mls_tree_node_key (tree, node)) ? pair : NULL;
}

gboolean
mls_tree_keys_learn (MlsTreeKeys *self, Suite *suite, const MlsTree *tree, guint32 node, const Secret *path_secret)
{
  KemKeyPair *pair = &self->at[mls_node_level (node)];
  return mls_path_node_pair (suite, path_secret, pair)
         && span_equal (kem_public (pair), mls_tree_node_key (tree, node));
}

/* Whether a path secret for `node` can be meant for `own_leaf`. */
static gboolean
may_know (Suite *suite, const MlsTree *tree, guint32 own_leaf, guint32 node, Span path_secret)
{
  return path_secret.len == suite_hash_size (suite) && !mls_node_is_leaf (node)
         && node < mls_node_count (mls_tree_width (tree)) && mls_node_covers (node, own_leaf);
}

static gboolean
foreign_secret (GError **error, guint32 node)
{
  return mls_refuse (error, MLS_ERROR_WELCOME_PATH_SECRET, "the path secret of node %u does not fit the tree", node);
}

gboolean
mls_tree_keys_add_path (MlsTreeKeys *self, Suite *suite, const MlsTree *tree, guint32 own_leaf, guint32 node,
                        Span path_secret, GError **error)
{
  if (!may_know (suite, tree, own_leaf, node, path_secret))
    return foreign_secret (error, node);
  g_autoptr (MlsTreeKeys) next = mls_tree_keys_copy (self);
  g_auto (Secret) secret = secret_from (path_secret);
  guint32 root = mls_node_root (mls_tree_width (tree));
  for (guint32 at = node;; at = mls_node_parent (at))
    {
      /* What is blank above was not on the filtered direct path, so the chain of secrets passes it by. */
      if (at == node || !mls_tree_is_blank (tree, at))
        {
          if (!mls_tree_keys_learn (next, suite, tree, at, &secret))
            return foreign_secret (error, at);
          mls_path_secret_advance (suite, &secret);
        }
      if (at == root)
        break;
    }
  *self = *next;
  return TRUE;
}

gboolean
mls_tree_keys_add_node (MlsTreeKeys *self, Suite *suite, const MlsTree *tree, guint32 own_leaf, guint32 node,
                        Span path_secret, GError **error)
{
  if (!may_know (suite, tree, own_leaf, node, path_secret))
    return foreign_secret (error, node);
  g_autoptr (MlsTreeKeys) next = mls_tree_keys_copy (self);
  g_auto (Secret) secret = secret_from (path_secret);
  if (!mls_tree_keys_learn (next, suite, tree, node, &secret))
    return foreign_secret (error, node);
  *self = *next;
  return TRUE;
}

void
mls_tree_keys_prune (MlsTreeKeys *self, const MlsTree *tree, guint32 own_leaf)
{
  guint depth = mls_node_level (mls_node_root (mls_tree_width (tree)));
  for (guint level = 0; level <= MLS_MAX_DEPTH; level++)
    {
      guint32 first = own_leaf >> level << level;
      guint32 node = 2 * first + (1u << level) - 1;
      if (self->at[level].public_len && (level > depth || !mls_tree_keys_find (self, tree, own_leaf, node)))
        kem_key_pair_clear (&self->at[level]);
    }
}

/* --- saving ------------------------------------------------------------------------------------------------------ */

/* One vector of { uint8 level; opaque private_key<V>; }, levels increasing. */

void
mls_tree_keys_save (const MlsTreeKeys *self, Writer *writer)
{
  gsize block = writer_open (writer);
  for (guint level = 0; level <= MLS_MAX_DEPTH; level++)
    if (self->at[level].public_len)
      {
        writer_u8 (writer, (guint8) level);
        writer_vector (writer, secret_span (&self->at[level].private_key));
      }
  writer_close (writer, block);
}

MlsTreeKeys *
mls_tree_keys_restore (Suite *suite, Reader *reader, GError **error)
{
  g_autoptr (MlsTreeKeys) self = g_new0 (MlsTreeKeys, 1);
  Reader inner = reader_open (reader);
  guint next = 0;
  while (reader_more (&inner))
    {
      guint level = reader_u8 (&inner);
      Span private_key = reader_vector (&inner);
      if (level < next || level > MLS_MAX_DEPTH || private_key.len > SECRET_MAX
          || !kem_key_pair_from_private (suite, private_key, &self->at[level]))
        reader_fail (&inner);
      next = level + 1;
    }
  reader_close (reader, &inner);
  if (!reader->failed)
    return g_steal_pointer (&self);
  mls_refuse (error, MLS_ERROR_SAVED_DAMAGED, "saved tree keys");
  return NULL;
}
