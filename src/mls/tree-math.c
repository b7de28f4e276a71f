#include "mls/tree-math.h"

guint32
mls_node_of_leaf (guint32 leaf)
{
  return 2 * leaf;
}

guint32
mls_leaf_of_node (guint32 node)
{
  return node / 2;
}

gboolean
mls_node_is_leaf (guint32 node)
{
  return node % 2 == 0;
}

/* A node's number is its place, then a 0, then as many ones as its level says. */
guint
mls_node_level (guint32 node)
{
  return (guint) __builtin_ctz (~node | 1u << 31);
}

guint32
mls_node_root (guint32 n_leaves)
{
  return n_leaves - 1;
}

guint32
mls_node_count (guint32 n_leaves)
{
  return 2 * n_leaves - 1;
}

guint32
mls_node_left (guint32 node)
{
  return node ^ (1u << (mls_node_level (node) - 1));
}

guint32
mls_node_right (guint32 node)
{
  return node ^ (3u << (mls_node_level (node) - 1));
}

guint32
mls_node_parent (guint32 node)
{
  guint level = mls_node_level (node);
  return (node | 1u << level) & ~(2u << level);
}

guint32
mls_node_sibling (guint32 node)
{
  return node ^ (2u << mls_node_level (node));
}

guint32
mls_node_first_leaf (guint32 node)
{
  return (node + 1 - (1u << mls_node_level (node))) / 2;
}

guint32
mls_node_last_leaf (guint32 node)
{
  return mls_node_first_leaf (node) + (1u << mls_node_level (node)) - 1;
}

gboolean
mls_node_covers (guint32 node, guint32 leaf)
{
  return leaf >> mls_node_level (node) == mls_node_first_leaf (node) >> mls_node_level (node);
}

guint32
mls_node_common_ancestor (guint32 leaf_a, guint32 leaf_b)
{
  if (leaf_a == leaf_b)
    return mls_node_of_leaf (leaf_a);
  guint level = 32 - (guint) __builtin_clz (leaf_a ^ leaf_b);
  guint32 first = leaf_a >> level << level;
  return 2 * first + (1u << level) - 1;
}

guint32
mls_tree_width_for (guint32 n)
{
  return n <= 1 ? 1 : 1u << (32 - __builtin_clz (n - 1));
}
