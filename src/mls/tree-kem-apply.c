#include "crypto/aead.h"
#include "mls/tree-kem-private.h"

/* --- judging and merging a received path (12.4.2) ---------------------------------------------------------------- */

/* What is being judged. */
typedef struct {
  Suite *suite;
  MlsTree *tree;
  guint32 sender;
  const MlsUpdatePath *path;
  PathShape shape;
  gboolean joins; /* 12.4.3.2: the sender's leaf came into the tree by this very path */
} Judgement;

static const MlsUpdatePathNode *
node_at (const MlsUpdatePath *path, guint i)
{
  return &g_array_index (path->nodes, MlsUpdatePathNode, i);
}

static gboolean
check_leaf_source (const MlsLeafNode *leaf, GError **error)
{
  return leaf->source == MLS_LEAF_COMMIT
         || mls_refuse (error, MLS_ERROR_LEAF_SOURCE, "leaf_node_source %u in an UpdatePath", (guint) leaf->source);
}

static gboolean
duplicate_key (GError **error, guint32 node)
{
  return mls_refuse (error, MLS_ERROR_DUPLICATE_ENCRYPTION_KEY, "the leaf's encryption key stands at node %u", node);
}

static gboolean
duplicate_signature_key (GError **error, guint32 leaf)
{
  return mls_refuse (error, MLS_ERROR_DUPLICATE_SIGNATURE_KEY, "the signature key is that of leaf %u", leaf);
}

/* 12.4.3.2: gives an external joiner its leaf, whose keys must be new to the tree before that. */
static gboolean
place_joiner (Judgement *self, GError **error)
{
  const MlsLeafNode *leaf = self->path->leaf, *there = mls_tree_leaf (self->tree, self->sender);
  guint32 at;
  self->joins = !there || there == leaf;
  if (there)
    return TRUE;
  if (self->sender != mls_path_new_leaf (self->tree))
    return mls_refuse (error, MLS_ERROR_SENDER_UNKNOWN, "leaf %u is blank", self->sender);
  if (self->sender >= 1u << MLS_MAX_DEPTH)
    return mls_refuse (error, MLS_ERROR_TOO_LARGE, "no room for another leaf");
  if (mls_tree_find_encryption_key (self->tree, leaf->encryption_key, &at))
    return duplicate_key (error, at);
  if (mls_tree_find_signature_key (self->tree, leaf->signature_key, &at))
    return duplicate_signature_key (error, at);
  mls_tree_add (self->tree, leaf);
  return TRUE;
}

/* 7.5, 7.6: nodes and ciphertexts are as many as there must be. */
static gboolean
check_shape (const Judgement *self, const GArray *excluded, GError **error)
{
  const PathShape *shape = &self->shape;
  if (self->path->nodes->len != shape->n)
    return mls_refuse (error, MLS_ERROR_PATH_LENGTH, "%u nodes where the filtered direct path has %u",
                       self->path->nodes->len, shape->n);
  for (guint i = 0; i < shape->n; i++)
    {
      guint32 n = node_at (self->path, i)->n_ciphertexts;
      guint32 wanted =
          mls_tree_resolution_size (self->tree, shape->copath[i]) - mls_excluded_below (excluded, shape->copath[i]);
      if (n != wanted)
        return mls_refuse (error, MLS_ERROR_PATH_CIPHERTEXTS, "%u ciphertexts for %u recipients of node %u", n, wanted,
                           shape->node[i]);
    }
  return TRUE;
}

/* 12.4.2: none of the path's public keys appears in the tree; 16.8: nor twice in the path. */
static gboolean
check_node_keys (const Judgement *self, GError **error)
{
  for (guint i = 0; i < self->shape.n; i++)
    {
      Span key = node_at (self->path, i)->encryption_key;
      guint32 at;
      if (!kem_public_valid (self->suite, key))
        return mls_refuse (error, MLS_ERROR_PATH_KEY, "key %u of the path is none of the suite", i);
      gboolean twice = span_equal (key, self->path->leaf->encryption_key);
      for (guint k = 0; k < i && !twice; k++)
        twice = span_equal (key, node_at (self->path, k)->encryption_key);
      if (twice || mls_tree_find_encryption_key (self->tree, key, &at))
        return mls_refuse (error, MLS_ERROR_PATH_DUPLICATE_KEY, "key %u of the path is not new", i);
    }
  return TRUE;
}

/* 7.3, but for the credential, which is compared with those of the finished tree. */
static gboolean
check_leaf (const Judgement *self, Span group_id, GError **error)
{
  const MlsLeafNode *leaf = self->path->leaf;
  guint32 at;
  if (!check_leaf_source (leaf, error) || !mls_leaf_node_check (self->suite, leaf, error))
    return FALSE;
  if (mls_tree_find_encryption_key (self->tree, leaf->encryption_key, &at)
      && !(self->joins && at == mls_node_of_leaf (self->sender)))
    return duplicate_key (error, at);
  if (mls_tree_find_signature_key (self->tree, leaf->signature_key, &at) && at != self->sender)
    return duplicate_signature_key (error, at);
  return mls_leaf_node_verify (self->suite, leaf, group_id, self->sender, error);
}

/* 7.5, 7.9.2: puts the path into the tree and compares the leaf's parent hash. */
static gboolean
merge (const Judgement *self, GError **error)
{
  Span keys[MLS_MAX_DEPTH];
  guint8 hash[HASH_MAX];
  for (guint i = 0; i < self->shape.n; i++)
    keys[i] = node_at (self->path, i)->encryption_key;
  Span parent_hash = mls_path_merge (self->tree, self->sender, &self->shape, keys, hash);
  if (!span_equal (self->path->leaf->parent_hash, parent_hash))
    return mls_refuse (error, MLS_ERROR_PATH_PARENT_HASH, "parent hash of leaf %u", self->sender);
  mls_tree_set_leaf (self->tree, self->sender, self->path->leaf);
  if (!mls_tree_credentials_fit (self->tree, self->path->leaf))
    return mls_refuse (error, MLS_ERROR_LEAF_CREDENTIAL, "the credential of leaf %u is not for all", self->sender);
  return TRUE;
}

gboolean
mls_path_apply (Suite *suite, MlsTree *tree, guint32 sender, const MlsUpdatePath *path, Span group_id,
                const GArray *excluded, GError **error)
{
  Judgement self = { .suite = suite, .tree = tree, .sender = sender, .path = path };
  if (!place_joiner (&self, error))
    return FALSE;
  self.shape = mls_path_shape (tree, sender);
  return check_shape (&self, excluded, error) && check_node_keys (&self, error) && check_leaf (&self, group_id, error)
         && merge (&self, error);
}

/* --- opening it (7.6) -------------------------------------------------------------------------------------------- */

/* The first of the recipients of a node whose private key is known: its place among them and the key. */
static const KemKeyPair *
find_recipient (const MlsTree *tree, guint32 copath, const GArray *excluded, const MlsTreeKeys *keys, guint32 own_leaf,
                guint32 *place)
{
  g_autoptr (GArray) recipients = g_array_new (FALSE, FALSE, sizeof (guint32));
  mls_path_recipients (tree, copath, excluded, recipients);
  for (guint i = 0; i < recipients->len; i++)
    {
      const KemKeyPair *pair = mls_tree_keys_find (keys, tree, own_leaf, g_array_index (recipients, guint32, i));
      *place = i;
      if (pair)
        return pair;
    }
  return NULL;
}

static gboolean
open_sealed (Suite *suite, const KemKeyPair *pair, const MlsUpdatePathNode *node, guint32 place, Span group_context,
             Secret *path_secret)
{
  Span enc, sealed;
  if (place >= node->n_ciphertexts)
    return FALSE;
  mls_update_path_ciphertext (node, place, &enc, &sealed);
  if (sealed.len != suite_hash_size (suite) + AEAD_TAG)
    return FALSE;
  path_secret->len = (guint8) suite_hash_size (suite);
  if (mls_decrypt (suite, pair, MLS_PATH_LABEL, group_context, enc, sealed, path_secret->data))
    return TRUE;
  secret_clear (path_secret);
  return FALSE;
}

gboolean
mls_path_decrypt (Suite *suite, const MlsTree *tree, guint32 own_leaf, guint32 sender, const MlsUpdatePath *path,
                  Span group_context, const GArray *excluded, const MlsTreeKeys *keys, Secret *path_secret,
                  guint *place, GError **error)
{
  PathShape shape = mls_path_shape (tree, sender);
  guint32 meeting = mls_node_common_ancestor (own_leaf, sender), entry;
  guint i = 0;
  *path_secret = SECRET_EMPTY;
  while (i < shape.n && shape.node[i] != meeting)
    i++;
  const KemKeyPair *pair = NULL;
  if (i < MIN (shape.n, path->nodes->len))
    pair = find_recipient (tree, shape.copath[i], excluded, keys, own_leaf, &entry);
  if (!pair)
    return mls_refuse (error, MLS_ERROR_PATH_DECRYPT, "the path of leaf %u has nothing for leaf %u", sender, own_leaf);
  if (!open_sealed (suite, pair, node_at (path, i), entry, group_context, path_secret))
    return mls_refuse (error, MLS_ERROR_PATH_DECRYPT, "the ciphertext for leaf %u does not open", own_leaf);
  *place = i;
  return TRUE;
}

gboolean
mls_path_open (Suite *suite, const MlsTree *tree, guint32 own_leaf, guint32 sender, const MlsUpdatePath *path,
               Span group_context, const GArray *excluded, MlsTreeKeys *keys, Secret *commit_secret, GError **error)
{
  g_auto (Secret) secret = SECRET_EMPTY;
  guint from;
  if (!mls_path_decrypt (suite, tree, own_leaf, sender, path, group_context, excluded, keys, &secret, &from, error))
    return FALSE;
  PathShape shape = mls_path_shape (tree, sender);
  g_autoptr (MlsTreeKeys) next = mls_tree_keys_copy (keys);
  for (guint i = from; i < shape.n; i++)
    {
      if (!mls_tree_keys_learn (next, suite, tree, shape.node[i], &secret))
        return mls_refuse (error, MLS_ERROR_PATH_MISMATCH, "the key of node %u is not that of its path secret",
                           shape.node[i]);
      mls_path_secret_advance (suite, &secret);
    }
  *keys = *next;
  *commit_secret = secret;
  return TRUE;
}
