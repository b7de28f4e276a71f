#include "mls/tree-hash.h"

#include <string.h>

#include "crypto/hash.h"
#include "mls/tree-private.h"

/* NodeType of 12.4.3.3 and 7.8 */
#define NODE_LEAF 1
#define NODE_PARENT 2

/* Longer pieces are hashed from where they are; no public key and no hash is longer. */
#define COPY_MAX 160

/* What is hashed, as parts: small pieces are put together in `small`, so that the input of an ordinary node is one
 * part. Six pieces of COPY_MAX at most and their lengths always fit. */
typedef struct {
  Span part[12];
  gsize n;
  gsize used;
  guint8 small[6 * COPY_MAX + 32];
} Input;

static void
input_copy (Input *self, Span bytes)
{
  guint8 *at = self->small + self->used;
  Span *last = self->n ? &self->part[self->n - 1] : NULL;
  g_assert (bytes.len <= sizeof self->small - self->used);
  memcpy (at, bytes.data, bytes.len);
  self->used += bytes.len;
  if (last && last->data + last->len == at)
    last->len += bytes.len;
  else
    self->part[self->n++] = span (at, bytes.len);
}

static void
input_u8 (Input *self, guint8 value)
{
  input_copy (self, span (&value, 1));
}

static void
input_vector (Input *self, Span bytes)
{
  if (bytes.len >= 1u << 14)
    {
      input_u8 (self, (guint8) (0x80 | bytes.len >> 24));
      input_u8 (self, (guint8) (bytes.len >> 16));
      input_u8 (self, (guint8) (bytes.len >> 8));
    }
  else if (bytes.len >= 1u << 6)
    input_u8 (self, (guint8) (0x40 | bytes.len >> 8));
  input_u8 (self, (guint8) bytes.len);
  if (bytes.len > COPY_MAX)
    self->part[self->n++] = bytes;
  else if (bytes.len > 0)
    input_copy (self, bytes);
}

/* 7.8, LeafNodeHashInput */
static void
hash_leaf (const MlsTree *self, const MlsLeafNode *leaf, guint32 leaf_index, guint8 *out)
{
  guint8 head[6] = { NODE_LEAF,
                     (guint8) (leaf_index >> 24),
                     (guint8) (leaf_index >> 16),
                     (guint8) (leaf_index >> 8),
                     (guint8) leaf_index,
                     leaf ? 1 : 0 };
  const Span parts[] = { SPAN_OF (head), leaf ? span_bytes (leaf->encoded) : SPAN_EMPTY };
  hash_parts (self->suite, parts, leaf ? 2 : 1, out);
}

/* The list as it is encoded, without the leaves that are `gone`. Both are increasing. */
static gsize
encode_unmerged (LeafList list, LeafList gone, guint32 *out)
{
  gsize n = 0;
  for (guint32 i = 0, j = 0; i < list.n; i++)
    {
      while (j < gone.n && gone.leaf[j] < list.leaf[i])
        j++;
      if (j == gone.n || gone.leaf[j] != list.leaf[i])
        out[n++] = GUINT32_TO_BE (list.leaf[i]);
    }
  return n * sizeof (guint32);
}

/* 7.8, ParentNodeHashInput; `node` may be NULL or blank. */
static void
hash_parent (const MlsTree *self, const TreeNode *node, LeafList gone, const guint8 *left, const guint8 *right,
             guint8 *out)
{
  const MlsParentNode *parent = node && node->parent ? &node->parent->view : NULL;
  gsize size = suite_hash_size (self->suite);
  g_autofree guint32 *unmerged = NULL;
  Input input;
  input.n = input.used = 0;
  input_u8 (&input, NODE_PARENT);
  input_u8 (&input, parent ? 1 : 0);
  if (parent)
    {
      LeafList list = { parent->unmerged, parent->n_unmerged };
      gsize len = 0;
      if (list.n > 0)
        {
          unmerged = g_new (guint32, list.n);
          len = encode_unmerged (list, gone, unmerged);
        }
      input_vector (&input, parent->encryption_key);
      input_vector (&input, parent->parent_hash);
      input_vector (&input, span (unmerged, len));
    }
  input_vector (&input, span (left, size));
  input_vector (&input, span (right, size));
  hash_parts (self->suite, input.part, input.n, out);
}

/* The hash of a subtree without nodes. Not free, since a blank leaf's hash depends on its index. */
static void
hash_blanks (const MlsTree *self, guint level, guint32 first, guint8 *out)
{
  guint8 left[HASH_MAX], right[HASH_MAX];
  if (level == 0)
    {
      hash_leaf (self, NULL, first, out);
      return;
    }
  hash_blanks (self, level - 1, first, left);
  hash_blanks (self, level - 1, first + (1u << (level - 1)), right);
  hash_parent (self, NULL, (LeafList){ NULL, 0 }, left, right, out);
}

const guint8 *
tree_subtree_hash (const MlsTree *self, TreeNode **slot, guint level, guint32 first, guint8 scratch[HASH_MAX])
{
  if (!*slot && level == 0)
    {
      hash_leaf (self, NULL, first, scratch);
      return scratch;
    }
  TreeNode *node = *slot;
  if (node && node->hashed)
    return node->hash;
  if (!node)
    {
      node = *slot = tree_node_new (self);
      hash_blanks (self, level, first, node->hash);
    }
  else if (level == 0)
    hash_leaf (self, node->leaf, first, node->hash);
  else
    {
      guint8 left[HASH_MAX], right[HASH_MAX];
      guint32 middle = first + (1u << (level - 1));
      const guint8 *left_hash = tree_subtree_hash (self, &node->child[0], level - 1, first, left);
      const guint8 *right_hash = tree_subtree_hash (self, &node->child[1], level - 1, middle, right);
      hash_parent (self, node, (LeafList){ NULL, 0 }, left_hash, right_hash, node->hash);
    }
  node->hashed = TRUE;
  return node->hash;
}

Span
mls_tree_node_hash (const MlsTree *self, guint32 node)
{
  g_return_val_if_fail (node < mls_node_count (self->width), SPAN_EMPTY);
  guint32 first = mls_node_first_leaf (node);
  guint target = mls_node_level (node);
  TreeNode **slot = (TreeNode **) &self->root; /* what a hash is remembered in is no part of the tree's value */
  for (guint level = tree_depth (self);; level--)
    {
      if (!*slot)
        *slot = tree_node_new (self);
      if (level == target)
        return span (tree_subtree_hash (self, slot, level, first, NULL), suite_hash_size (self->suite));
      slot = &(*slot)->child[tree_side (level, first)];
    }
}

Span
mls_tree_hash (const MlsTree *self)
{
  return mls_tree_node_hash (self, mls_node_root (self->width));
}

/* The position of the first entry that is `leaf` or greater. */
static guint32
lower_bound (LeafList list, guint32 leaf)
{
  guint32 low = 0, high = list.n;
  while (low < high)
    {
      guint32 middle = low + (high - low) / 2;
      if (list.leaf[middle] < leaf)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

LeafList
tree_leaves_within (LeafList list, guint level, guint32 first)
{
  if (list.n == 0)
    return list;
  guint32 begin = lower_bound (list, first);
  return (LeafList){ list.leaf + begin, lower_bound (list, first + (1u << level)) - begin };
}

/* The tree hash of a subtree in which the leaves that are `gone` are blank and unmerged nowhere (7.9); `gone` names
 * leaves of this subtree only. Only the nodes above them are hashed anew. */
static void
hash_without (const MlsTree *self, TreeNode **slot, guint level, guint32 first, LeafList gone, guint8 *out)
{
  guint8 scratch[HASH_MAX], left[HASH_MAX], right[HASH_MAX];
  TreeNode *node = *slot;
  if (!node || gone.n == 0)
    {
      memcpy (out, tree_subtree_hash (self, slot, level, first, scratch), suite_hash_size (self->suite));
      return;
    }
  if (level == 0)
    {
      hash_leaf (self, NULL, first, out);
      return;
    }
  guint32 middle = first + (1u << (level - 1));
  hash_without (self, &node->child[0], level - 1, first, tree_leaves_within (gone, level - 1, first), left);
  hash_without (self, &node->child[1], level - 1, middle, tree_leaves_within (gone, level - 1, middle), right);
  hash_parent (self, node, gone, left, right, out);
}

void
tree_parent_hash (const MlsTree *self, TreeNode *parent, guint level, guint32 first, guint side, guint8 out[HASH_MAX])
{
  const MlsParentNode *view = &parent->parent->view;
  guint8 original[HASH_MAX];
  guint32 begin = first + (side ? 1u << (level - 1) : 0);
  LeafList gone = tree_leaves_within ((LeafList){ view->unmerged, view->n_unmerged }, level - 1, begin);
  hash_without (self, &parent->child[side], level - 1, begin, gone, original);
  Input input;
  input.n = input.used = 0;
  input_vector (&input, view->encryption_key);
  input_vector (&input, view->parent_hash);
  input_vector (&input, span (original, suite_hash_size (self->suite)));
  hash_parts (self->suite, input.part, input.n, out);
}

void
mls_tree_parent_hash (const MlsTree *self, guint32 parent, guint32 sibling, guint8 out[HASH_MAX])
{
  TreeNode *node = tree_node_at (self, parent);
  g_return_if_fail (node && node->value && !mls_node_is_leaf (parent));
  guint side = sibling == mls_node_right (parent) ? 1 : 0;
  tree_parent_hash (self, node, mls_node_level (parent), mls_node_first_leaf (parent), side, out);
}
