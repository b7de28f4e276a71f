#include "mls/tree-private.h"

TreeNode *
tree_node_new (const MlsTree *self)
{
  TreeNode *node = g_malloc0 (sizeof (TreeNode) + suite_hash_size (self->suite));
  node->refs = 1;
  return node;
}

void
tree_node_unref (TreeNode *node, guint level)
{
  if (!node || --node->refs > 0)
    return;
  if (level == 0)
    mls_leaf_node_unref (node->leaf);
  else
    {
      tree_parent_unref (node->parent);
      tree_node_unref (node->child[0], level - 1);
      tree_node_unref (node->child[1], level - 1);
    }
  g_free (node);
}

void
tree_node_count (TreeNode *node, guint level)
{
  node->filled = node->value ? 1 : 0;
  node->members = level == 0 ? node->filled : 0;
  for (guint side = 0; side < 2; side++)
    if (node->child[side])
      {
        node->filled += node->child[side]->filled;
        node->members += node->child[side]->members;
      }
}

MlsTree *
mls_tree_new (Suite *suite)
{
  MlsTree *self = g_new0 (MlsTree, 1);
  self->suite = suite_ref (suite);
  self->width = 1;
  return self;
}

MlsTree *
mls_tree_copy (const MlsTree *self)
{
  MlsTree *copy = g_memdup2 (self, sizeof *self);
  suite_ref (copy->suite);
  tree_index_ref (copy->index);
  if (copy->root)
    copy->root->refs++;
  return copy;
}

void
mls_tree_free (MlsTree *self)
{
  if (!self)
    return;
  tree_node_unref (self->root, tree_depth (self));
  tree_index_unref (self->index);
  suite_unref (self->suite);
  g_free (self);
}

Suite *
mls_tree_suite (const MlsTree *self)
{
  return self->suite;
}

guint32
mls_tree_width (const MlsTree *self)
{
  return self->width;
}

guint32
mls_tree_members (const MlsTree *self)
{
  return self->root ? self->root->members : 0;
}

guint
tree_depth (const MlsTree *self)
{
  return mls_node_level (mls_node_root (self->width));
}

TreeNode *
tree_node_at (const MlsTree *self, guint32 node)
{
  if (node >= mls_node_count (self->width))
    return NULL;
  guint32 first = mls_node_first_leaf (node);
  guint target = mls_node_level (node);
  TreeNode *at = self->root;
  for (guint level = tree_depth (self); at && level > target; level--)
    at = at->child[tree_side (level, first)];
  return at;
}

const MlsLeafNode *
mls_tree_leaf (const MlsTree *self, guint32 leaf_index)
{
  if (leaf_index >= self->width)
    return NULL;
  TreeNode *at = tree_node_at (self, mls_node_of_leaf (leaf_index));
  return at ? at->leaf : NULL;
}

const MlsParentNode *
mls_tree_parent (const MlsTree *self, guint32 node)
{
  TreeNode *at = mls_node_is_leaf (node) ? NULL : tree_node_at (self, node);
  return at && at->parent ? &at->parent->view : NULL;
}

gboolean
mls_tree_is_blank (const MlsTree *self, guint32 node)
{
  TreeNode *at = tree_node_at (self, node);
  return !at || !at->value;
}

Span
mls_tree_node_key (const MlsTree *self, guint32 node)
{
  TreeNode *at = tree_node_at (self, node);
  if (!at || !at->value)
    return SPAN_EMPTY;
  return mls_node_is_leaf (node) ? at->leaf->encryption_key : at->parent->view.encryption_key;
}

/* The first member at or after `from` among the leaves below `node`, which begin with `first`. */
static gboolean
next_member (const TreeNode *node, guint level, guint32 first, guint32 from, guint32 *leaf_index)
{
  if (!node || node->members == 0 || first + (1u << level) <= from)
    return FALSE;
  if (level == 0)
    {
      *leaf_index = first;
      return TRUE;
    }
  return next_member (node->child[0], level - 1, first, from, leaf_index)
         || next_member (node->child[1], level - 1, first + (1u << (level - 1)), from, leaf_index);
}

gboolean
mls_tree_next_member (const MlsTree *self, guint32 from, guint32 *leaf_index)
{
  return next_member (self->root, tree_depth (self), 0, from, leaf_index);
}

static void
resolution (const TreeNode *node, guint level, guint32 number, GArray *out)
{
  if (!node || node->filled == 0)
    return;
  if (node->value)
    {
      g_array_append_val (out, number);
      for (guint32 i = 0; level > 0 && i < node->parent->view.n_unmerged; i++)
        {
          guint32 leaf = mls_node_of_leaf (node->parent->view.unmerged[i]);
          g_array_append_val (out, leaf);
        }
      return;
    }
  resolution (node->child[0], level - 1, mls_node_left (number), out);
  resolution (node->child[1], level - 1, mls_node_right (number), out);
}

void
mls_tree_resolution (const MlsTree *self, guint32 node, GArray *out)
{
  resolution (tree_node_at (self, node), mls_node_level (node), node, out);
}

static guint32
resolution_size (const TreeNode *node, guint level)
{
  if (!node || node->filled == 0)
    return 0;
  if (node->value)
    return level > 0 ? 1 + node->parent->view.n_unmerged : 1;
  return resolution_size (node->child[0], level - 1) + resolution_size (node->child[1], level - 1);
}

guint32
mls_tree_resolution_size (const MlsTree *self, guint32 node)
{
  return resolution_size (tree_node_at (self, node), mls_node_level (node));
}

guint
mls_tree_filtered_path (const MlsTree *self, guint32 leaf_index, guint32 path[MLS_MAX_DEPTH],
                        guint32 copath[MLS_MAX_DEPTH])
{
  g_return_val_if_fail (leaf_index < self->width, 0);
  guint depth = tree_depth (self), n = 0;
  TreeNode *sibling[MLS_MAX_DEPTH + 1] = { NULL };
  TreeNode *at = self->root;
  for (guint level = depth; at && level > 0; level--)
    {
      sibling[level - 1] = at->child[1 - tree_side (level, leaf_index)];
      at = at->child[tree_side (level, leaf_index)];
    }
  guint32 node = mls_node_of_leaf (leaf_index);
  for (guint level = 0; level < depth; level++, node = mls_node_parent (node))
    if (sibling[level] && sibling[level]->filled > 0)
      {
        path[n] = mls_node_parent (node);
        copath[n++] = mls_node_sibling (node);
      }
  return n;
}
