/* slow-tree.h - a second ratchet tree, as plain as RFC 9420 states it, to compare the fast one with.
 *
 * An array of nodes, copied whole; every hash is computed anew, every list is walked. It shares no code with
 * src/mls/tree-*.c, not even the arithmetic of node numbers: a subtree is named by its first leaf and its width, and
 * its head is node 2 * first + width - 1. Contents of leaves are opaque but for the parent hash.
 */
#ifndef DEMLS_TESTS_SLOW_TREE_H
#define DEMLS_TESTS_SLOW_TREE_H

#include "crypto/suite.h"

typedef struct {
  gboolean filled;
  GBytes *leaf;        /* leaves: the encoded LeafNode */
  GBytes *key;         /* parents */
  GBytes *parent_hash; /* parents, and leaves with source commit (else NULL) */
  GArray *unmerged;    /* parents: guint32 */
} SlowNode;

typedef struct {
  Suite *suite;
  guint32 width;
  GArray *nodes; /* SlowNode, 2 * width - 1 of them */
} SlowTree;

/* `width` blank leaves. (transfer full) */
SlowTree *slow_tree_new (Suite *suite, guint32 width);
SlowTree *slow_tree_copy (const SlowTree *self);
void slow_tree_free (SlowTree *self);

SlowNode *slow_tree_node (const SlowTree *self, guint32 node);
void slow_tree_blank (SlowTree *self, guint32 node);

/* `parent_hash` is what the encoded leaf contains, NULL unless its source is commit. */
void slow_tree_set_leaf (SlowTree *self, guint32 leaf_index, GBytes *leaf, GBytes *parent_hash);
void slow_tree_set_parent (SlowTree *self, guint32 node, GBytes *key, GBytes *parent_hash);
void slow_tree_set_unmerged (SlowTree *self, guint32 node, guint32 leaf_index);

/* 12.1.1, 12.1.2, 12.1.3 */
guint32 slow_tree_add (SlowTree *self, GBytes *leaf);
void slow_tree_update (SlowTree *self, guint32 leaf_index, GBytes *leaf);
void slow_tree_remove (SlowTree *self, guint32 leaf_index);

/* The tree as its decoder has it: as narrow as the last node that is not blank allows (12.4.3.3). FALSE if all nodes
 * are blank, so that there is nothing to decode. */
gboolean slow_tree_trim (SlowTree *self);

/* 12.4.3.3 (transfer full) */
GBytes *slow_tree_encode (const SlowTree *self);

/* 7.8: Nh bytes at `out`. */
void slow_tree_hash (const SlowTree *self, guint32 node, guint8 *out);

/* 7.8 for all nodes: node i at out + i * HASH_MAX. */
void slow_tree_hashes (const SlowTree *self, guint8 *out);

/* 7.9: the parent hash of `parent` with copath child `sibling`. */
void slow_tree_parent_hash (const SlowTree *self, guint32 parent, guint32 sibling, guint8 *out);

/* 4.1.1: an array of guint32. (transfer full) */
GArray *slow_tree_resolution (const SlowTree *self, guint32 node);

/* 4.1.2: nodes from bottom to root. Arrays of guint32. */
void slow_tree_filtered_path (const SlowTree *self, guint32 leaf_index, GArray *path, GArray *copath);

/* 7.9.2: exactly one descendant of each non-blank parent node makes it parent-hash valid. */
gboolean slow_tree_parent_hashes_valid (const SlowTree *self);

/* 12.4.3.1 on unmerged leaves. */
gboolean slow_tree_unmerged_valid (const SlowTree *self);

/* A LeafNode that can be read, told apart by `seed`; its signature is none. Source commit if there is a `parent_hash`,
 * else update. (transfer full) */
GBytes *slow_leaf (guint32 seed, GBytes *parent_hash);

/* A public key that is none, told apart by `seed`. (transfer full) */
GBytes *slow_key (guint32 seed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SlowTree, slow_tree_free)

#endif
