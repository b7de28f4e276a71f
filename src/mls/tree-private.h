/* tree-private.h - the inside of an MlsTree, for the tree-*.c files only.
 *
 * Sharing: a TreeNode, a TreeParent and a TreeIndex may belong to several trees. Whoever edits walks down from the
 * root through tree_own(), which copies each node that is shared and hands back nodes that are this tree's alone; so a
 * node with one reference is reachable from one tree only if all nodes above it have one reference too.
 *
 * A NULL child stands for a subtree of blanks. The reverse does not hold: a TreeNode may have nothing but blanks below
 * it, be it that members left or that it was made to remember the hash of its blanks.
 */
#ifndef DEMLS_MLS_TREE_PRIVATE_H
#define DEMLS_MLS_TREE_PRIVATE_H

#include "mls/tree-index.h"
#include "mls/tree.h"

/* A parent node's contents: `view` points into `bytes`, which hold the key, the parent hash and then, aligned, room for
 * `room` unmerged leaves. */
typedef struct {
  MlsParentNode view;
  guint32 refs;
  guint32 room;
  guint8 bytes[];
} TreeParent;

typedef struct _TreeNode TreeNode;
struct _TreeNode {
  guint32 refs;
  guint32 members; /* leaves below that are not blank */
  guint32 filled;  /* nodes below, and this one, that are not blank */
  gboolean hashed; /* whether `hash` holds the tree hash */
  union {
    MlsLeafNode *leaf;  /* at level 0 */
    TreeParent *parent; /* above; both NULL if blank */
    gpointer value;
  };
  TreeNode *child[2];
  guint8 hash[]; /* suite_hash_size() bytes */
};

struct _MlsTree {
  Suite *suite;
  guint32 width;
  TreeNode *root; /* at level log2 (width) */
  TreeIndex *index;
  guint32 duplicates[2]; /* keys that stand at more than one node: signature, encryption */
  struct {
    guint32 used;   /* members with this type of credential */
    guint32 listed; /* members whose capabilities list it */
  } credentials[2]; /* basic, X.509 */
};

/* ---- tree.c: nodes and reading ---- */

/* A blank node without children. */
TreeNode *tree_node_new (const MlsTree *self);
void tree_node_unref (TreeNode *node, guint level);

/* Recounts members and filled from value and children. */
void tree_node_count (TreeNode *node, guint level);

/* Level of the root. */
guint tree_depth (const MlsTree *self);

/* The node with this number; NULL if outside the tree or in a subtree of blanks. */
TreeNode *tree_node_at (const MlsTree *self, guint32 node);

/* Which child of a node at `level` (> 0) leads to `leaf`. */
static inline guint
tree_side (guint level, guint32 leaf)
{
  return leaf >> (level - 1) & 1;
}

/* ---- tree-edit.c ---- */

/* New contents with one reference; `unmerged` is copied. */
TreeParent *tree_parent_new (Span encryption_key, Span parent_hash, const guint32 *unmerged, guint32 n_unmerged);
void tree_parent_unref (TreeParent *parent);

/* ---- tree-keys.c: which node holds a key, and how many members know a type of credential ---- */

/* Enters the keys of a node and, for a leaf, its credential. */
void tree_enter (MlsTree *self, guint32 node, guint level, gconstpointer value);

/* Takes them out again. */
void tree_leave (MlsTree *self, guint32 node, guint level, gconstpointer value);

/* ---- tree-hash.c ---- */

/* The tree hash of the subtree of `level` that begins with leaf `first`, whose node is in `slot`; remembered there,
 * except for a blank leaf, whose hash goes to `scratch`. */
const guint8 *tree_subtree_hash (const MlsTree *self, TreeNode **slot, guint level, guint32 first,
                                 guint8 scratch[HASH_MAX]);

/* mls_tree_parent_hash() where the nodes are at hand: `parent` is at `level`, `first` is its leftmost leaf, `side` says
 * which child is the sibling. */
void tree_parent_hash (const MlsTree *self, TreeNode *parent, guint level, guint32 first, guint side,
                       guint8 out[HASH_MAX]);

/* The part of a list of leaf indices, increasing, that lies in [first, first + 2^level). */
typedef struct {
  const guint32 *leaf;
  guint32 n;
} LeafList;
LeafList tree_leaves_within (LeafList list, guint level, guint32 first);

#endif
