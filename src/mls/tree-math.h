/* tree-math.h - array-based complete binary trees (RFC 9420 appendix C).
 *
 * A tree has 2^d leaves. Leaf i is node 2 i; parents are the odd nodes. All arguments must lie inside the tree.
 */
#ifndef DEMLS_MLS_TREE_MATH_H
#define DEMLS_MLS_TREE_MATH_H

#include <glib.h>

/* The deepest tree this implementation accepts: 2^24 leaves, far beyond any group, keeps all arithmetic in 32 bits and
 * every recursion below 26 frames. */
#define MLS_MAX_DEPTH 24

/* The node of a leaf index and the reverse. */
guint32 mls_node_of_leaf (guint32 leaf);
guint32 mls_leaf_of_node (guint32 node);
gboolean mls_node_is_leaf (guint32 node);

/* Height above the leaves: 0 for leaves. */
guint mls_node_level (guint32 node);

/* Root of a tree with `n_leaves` = 2^d leaves. */
guint32 mls_node_root (guint32 n_leaves);

/* Number of nodes of a tree with `n_leaves` leaves. */
guint32 mls_node_count (guint32 n_leaves);

/* Children of a parent node. */
guint32 mls_node_left (guint32 node);
guint32 mls_node_right (guint32 node);

/* Parent and sibling of a node that is not the root. */
guint32 mls_node_parent (guint32 node);
guint32 mls_node_sibling (guint32 node);

/* First and last leaf index below `node`. */
guint32 mls_node_first_leaf (guint32 node);
guint32 mls_node_last_leaf (guint32 node);

/* TRUE iff `leaf` (a leaf index) is below `node`, or is it. */
gboolean mls_node_covers (guint32 node, guint32 leaf);

/* Lowest common ancestor of two leaves (leaf indices). */
guint32 mls_node_common_ancestor (guint32 leaf_a, guint32 leaf_b);

/* The smallest power of two >= n, and >= 1. */
guint32 mls_tree_width_for (guint32 n);

#endif
