/* tree-hash.h - tree hashes and parent hashes (RFC 9420 sections 7.8, 7.9, 7.9.1).
 *
 * Hashes are remembered in the nodes they belong to and computed once per node contents.
 */
#ifndef DEMLS_MLS_TREE_HASH_H
#define DEMLS_MLS_TREE_HASH_H

#include "mls/tree.h"

/* 7.8: the tree hash of the whole tree, suite_hash_size() bytes, valid until the tree is edited or freed. */
Span mls_tree_hash (const MlsTree *self);

/* 7.8: the tree hash of the subtree at `node`. */
Span mls_tree_node_hash (const MlsTree *self, guint32 node);

/* 7.9: the parent hash that a child of `parent` carries: over the parent's key and parent hash and the original tree
 * hash of `sibling`, the other child's subtree, without the parent's unmerged leaves. Nh bytes at `out`. */
void mls_tree_parent_hash (const MlsTree *self, guint32 parent, guint32 sibling, guint8 out[HASH_MAX]);

#endif
