#include "mls/tree-kem-private.h"

/* --- what making and merging share ------------------------------------------------------------------------------- */

PathShape
mls_path_shape (const MlsTree *tree, guint32 leaf)
{
  PathShape shape;
  shape.n = mls_tree_filtered_path (tree, leaf, shape.node, shape.copath);
  return shape;
}

/* 7.5: what is on the direct path but not on the filtered one becomes, or stays, blank. */
static void
blank_between (MlsTree *tree, guint32 leaf, const PathShape *shape)
{
  guint32 root = mls_node_root (mls_tree_width (tree));
  guint i = 0;
  for (guint32 node = mls_node_of_leaf (leaf); node != root;)
    {
      node = mls_node_parent (node);
      if (i < shape->n && shape->node[i] == node)
        i++;
      else if (!mls_tree_is_blank (tree, node))
        mls_tree_blank_parent (tree, node);
    }
}

Span
mls_path_merge (MlsTree *tree, guint32 leaf, const PathShape *shape, const Span keys[], guint8 hash[HASH_MAX])
{
  Span above = SPAN_EMPTY;
  blank_between (tree, leaf, shape);
  for (guint i = shape->n; i-- > 0;)
    {
      mls_tree_set_parent (tree, shape->node[i], keys[i], above);
      mls_tree_parent_hash (tree, shape->node[i], shape->copath[i], hash);
      above = span (hash, suite_hash_size (mls_tree_suite (tree)));
    }
  return above;
}

/* The number of entries of `excluded` below `leaf`. */
static guint
lower_bound (const GArray *excluded, guint32 leaf)
{
  guint low = 0, high = excluded->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (g_array_index (excluded, guint32, middle) < leaf)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

guint
mls_excluded_below (const GArray *excluded, guint32 node)
{
  if (!excluded)
    return 0;
  return lower_bound (excluded, mls_node_last_leaf (node) + 1) - lower_bound (excluded, mls_node_first_leaf (node));
}

void
mls_path_recipients (const MlsTree *tree, guint32 copath, const GArray *excluded, GArray *out)
{
  g_array_set_size (out, 0);
  mls_tree_resolution (tree, copath, out);
  if (mls_excluded_below (excluded, copath) == 0)
    return;
  guint kept = 0;
  for (guint i = 0; i < out->len; i++)
    {
      guint32 node = g_array_index (out, guint32, i);
      if (!mls_node_is_leaf (node) || mls_excluded_below (excluded, node) == 0)
        g_array_index (out, guint32, kept++) = node;
    }
  g_array_set_size (out, kept);
}

guint32
mls_path_new_leaf (const MlsTree *tree)
{
  guint32 leaf = 0, member;
  while (mls_tree_next_member (tree, leaf, &member) && member == leaf)
    leaf++;
  return leaf;
}

/* --- making a path (12.4.1) -------------------------------------------------------------------------------------- */

struct _MlsPathMaker {
  Suite *suite;
  MlsTree *tree; /* with the path in it */
  guint32 own_leaf;
  PathShape shape;
  MlsTreeKeys keys;
  Secret secret[MLS_MAX_DEPTH + 1]; /* path_secret[0..n]; the last, which has no node, is the commit secret */
};

void
mls_path_maker_free (MlsPathMaker *self)
{
  if (!self)
    return;
  mls_tree_free (self->tree);
  suite_unref (self->suite);
  secret_wipe (self, sizeof *self);
  g_free (self);
}

static KemKeyPair *
pair_at (MlsPathMaker *self, guint i)
{
  return &self->keys.at[mls_node_level (self->shape.node[i])];
}

/* 7.4: all secrets and key pairs of the path. */
static gboolean
derive (MlsPathMaker *self, Rng *rng)
{
  self->secret[0] = rng_secret (rng, suite_hash_size (self->suite));
  for (guint i = 0; i < self->shape.n; i++)
    {
      if (!mls_path_node_pair (self->suite, &self->secret[i], pair_at (self, i)))
        return FALSE;
      self->secret[i + 1] = self->secret[i];
      mls_path_secret_advance (self->suite, &self->secret[i + 1]);
    }
  return TRUE;
}

static MlsLeafNode *
sign_leaf (MlsPathMaker *self, const SignKey *key, const MlsLeafNodeFields *fields, Span parent_hash, Span group_id,
           GError **error)
{
  MlsLeafNodeFields leaf = *fields;
  leaf.encryption_key = kem_public (&self->keys.at[0]);
  leaf.signature_key = sign_key_public (key);
  leaf.source = MLS_LEAF_COMMIT;
  leaf.parent_hash = parent_hash;
  return mls_leaf_node_sign (self->suite, key, &leaf, group_id, self->own_leaf, error);
}

/* 12.4.3.2: the place must be taken before the path to it is known, and the path before the leaf can be signed; so a
 * leaf without parent hash keeps the place for a moment. */
static gboolean
take_place (MlsPathMaker *self, const SignKey *key, MlsTree *tree, const MlsLeafNodeFields *fields, Span group_id,
            GError **error)
{
  if (mls_tree_leaf (tree, self->own_leaf))
    return TRUE;
  g_autoptr (MlsLeafNode) leaf = sign_leaf (self, key, fields, SPAN_EMPTY, group_id, error);
  if (!leaf)
    return FALSE;
  return mls_tree_add (tree, leaf) == self->own_leaf
         || mls_refuse (error, MLS_ERROR_INTERNAL, "leaf %u is not the leftmost blank one", self->own_leaf);
}

/* 7.5: puts keys, parent hashes and leaf into the tree. */
static gboolean
set_path (MlsPathMaker *self, const SignKey *key, MlsTree *tree, const MlsLeafNodeFields *fields, Span group_id,
          GError **error)
{
  Span keys[MLS_MAX_DEPTH];
  guint8 hash[HASH_MAX];
  for (guint i = 0; i < self->shape.n; i++)
    keys[i] = kem_public (pair_at (self, i));
  Span parent_hash = mls_path_merge (tree, self->own_leaf, &self->shape, keys, hash);
  g_autoptr (MlsLeafNode) leaf = sign_leaf (self, key, fields, parent_hash, group_id, error);
  if (!leaf)
    return FALSE;
  mls_tree_set_leaf (tree, self->own_leaf, leaf);
  self->tree = mls_tree_copy (tree);
  return TRUE;
}

MlsPathMaker *
mls_path_maker_new (Suite *suite, Rng *rng, const SignKey *key, MlsTree *tree, guint32 own_leaf,
                    const MlsLeafNodeFields *fields, Span group_id, GError **error)
{
  g_autoptr (MlsPathMaker) self = g_new0 (MlsPathMaker, 1);
  self->suite = suite_ref (suite);
  self->own_leaf = own_leaf;
  gboolean fine = kem_generate (suite, rng, &self->keys.at[0]);
  if (fine && !take_place (self, key, tree, fields, group_id, error))
    return NULL;
  if (fine)
    {
      self->shape = mls_path_shape (tree, own_leaf);
      fine = derive (self, rng);
    }
  if (!fine)
    mls_refuse (error, MLS_ERROR_INTERNAL, "making a path: no key pair");
  return fine && set_path (self, key, tree, fields, group_id, error) ? g_steal_pointer (&self) : NULL;
}

/* 7.6: one HPKECiphertext. Nothing can be sealed to an X25519 or X448 key of small order, which passes every check of
 * form: its owner gets random bytes, since otherwise one such leaf would stop all commits. */
static void
write_sealed (MlsPathMaker *self, Rng *rng, Span group_context, guint32 recipient, Span path_secret, Writer *writer)
{
  guint8 enc[KEM_PUBLIC_MAX], sealed[HASH_MAX + AEAD_TAG];
  gsize enc_len = suite_kem_public_size (self->suite), sealed_len = path_secret.len + AEAD_TAG;
  if (!mls_encrypt (self->suite, rng, mls_tree_node_key (self->tree, recipient), MLS_PATH_LABEL, group_context,
                    path_secret, enc, sealed))
    {
      rng_fill (rng, enc, enc_len);
      rng_fill (rng, sealed, sealed_len);
    }
  writer_vector (writer, span (enc, enc_len));
  writer_vector (writer, span (sealed, sealed_len));
}

gboolean
mls_path_maker_write (MlsPathMaker *self, Rng *rng, Span group_context, const GArray *excluded, Writer *writer,
                      GError **error G_GNUC_UNUSED)
{
  g_autoptr (GArray) recipients = g_array_new (FALSE, FALSE, sizeof (guint32));
  writer_raw (writer, span_bytes (mls_tree_leaf (self->tree, self->own_leaf)->encoded));
  gsize nodes = writer_open (writer);
  for (guint i = 0; i < self->shape.n; i++)
    {
      writer_vector (writer, kem_public (pair_at (self, i)));
      mls_path_recipients (self->tree, self->shape.copath[i], excluded, recipients);
      gsize block = writer_open (writer);
      for (guint k = 0; k < recipients->len; k++)
        write_sealed (self, rng, group_context, g_array_index (recipients, guint32, k), secret_span (&self->secret[i]),
                      writer);
      writer_close (writer, block);
    }
  writer_close (writer, nodes);
  return TRUE;
}

Span
mls_path_maker_commit_secret (const MlsPathMaker *self)
{
  return secret_span (&self->secret[self->shape.n]);
}

Span
mls_path_maker_secret_for (const MlsPathMaker *self, guint32 added)
{
  guint32 meeting = mls_node_common_ancestor (self->own_leaf, added);
  for (guint i = 0; i < self->shape.n; i++)
    if (self->shape.node[i] == meeting)
      return secret_span (&self->secret[i]);
  return SPAN_EMPTY;
}

MlsTreeKeys *
mls_path_maker_keys (const MlsPathMaker *self)
{
  return mls_tree_keys_copy (&self->keys);
}
