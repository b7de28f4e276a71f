/* tree.h - the ratchet tree, its public half (RFC 9420 sections 4, 7.1, 7.7; proposals' effects of 12.1).
 *
 * An MlsTree is a handle on shared nodes: mls_tree_copy() costs nothing, and an edit copies only the nodes on the way
 * from the edited one to the root (copy on write). So the trees of several epochs and of several staged commits share
 * nearly everything, and tree hashes of untouched subtrees are never computed again.
 *
 * Beside the nodes the tree keeps an index, shared and edited in the same manner, from every public key to the node
 * that holds it, so that the uniqueness rules of 7.3 and 12.4.2 cost no walk.
 *
 * Node numbers are those of tree-math.h.
 */
#ifndef DEMLS_MLS_TREE_H
#define DEMLS_MLS_TREE_H

#include "mls/leaf-node.h"
#include "mls/tree-math.h"

/* 7.1 A parent node's contents; never changes, reference counted. */
typedef struct {
  guint32 n_unmerged;
  const guint32 *unmerged; /* leaf indices, increasing */
  Span encryption_key;
  Span parent_hash;
} MlsParentNode;

typedef struct _MlsTree MlsTree;

/* A tree with one blank leaf. (transfer full) */
MlsTree *mls_tree_new (Suite *suite);

/* A second handle on the same contents; edits through one do not show in the other. O(1). (transfer full) */
MlsTree *mls_tree_copy (const MlsTree *self);
void mls_tree_free (MlsTree *self);

/* The suite it was made with, borrowed. */
Suite *mls_tree_suite (const MlsTree *self);

/* Leaves, blank ones included: a power of two. */
guint32 mls_tree_width (const MlsTree *self);

/* Leaves that are not blank. */
guint32 mls_tree_members (const MlsTree *self);

/* The leaf at a leaf index; NULL if blank or outside the tree. Valid until the tree is edited or freed. */
const MlsLeafNode *mls_tree_leaf (const MlsTree *self, guint32 leaf_index);

/* The parent node with this node number; NULL if blank or outside the tree. */
const MlsParentNode *mls_tree_parent (const MlsTree *self, guint32 node);

/* TRUE iff the node (leaf or parent) is blank. */
gboolean mls_tree_is_blank (const MlsTree *self, guint32 node);

/* The encryption key of a node that is not blank. */
Span mls_tree_node_key (const MlsTree *self, guint32 node);

/* The next member's leaf index at or after `from`; FALSE at the end. */
gboolean mls_tree_next_member (const MlsTree *self, guint32 from, guint32 *leaf_index);

/* TRUE iff some leaf has this signature key (`leaf_index` then tells which). */
gboolean mls_tree_find_signature_key (const MlsTree *self, Span key, guint32 *leaf_index);

/* TRUE iff some node, leaf or parent, has this encryption key. */
gboolean mls_tree_find_encryption_key (const MlsTree *self, Span key, guint32 *node);

/* How many members have each credential type is kept, so that 7.3's mutual support is checked without a walk: TRUE iff
 * every credential type in use is listed in `capabilities`, and `credential_type` is listed by every member. */
gboolean mls_tree_credentials_fit (const MlsTree *self, const MlsLeafNode *leaf);

/* 12.1.1 Add: puts `leaf` at the leftmost blank leaf, widening the tree if there is none, and lists it as unmerged in
 * its non-blank ancestors. Returns its leaf index. */
guint32 mls_tree_add (MlsTree *self, const MlsLeafNode *leaf);

/* 12.1.2 Update: replaces the leaf and blanks its direct path. */
void mls_tree_update (MlsTree *self, guint32 leaf_index, const MlsLeafNode *leaf);

/* 12.1.3 Remove: blanks the leaf and its direct path and narrows the tree while its right half is blank (7.7). */
void mls_tree_remove (MlsTree *self, guint32 leaf_index);

/* 7.5: replaces only the leaf (after its path was set). */
void mls_tree_set_leaf (MlsTree *self, guint32 leaf_index, const MlsLeafNode *leaf);

/* 7.5: gives a parent node a key and parent hash and no unmerged leaves. */
void mls_tree_set_parent (MlsTree *self, guint32 node, Span encryption_key, Span parent_hash);

/* 7.5: blanks a parent node. */
void mls_tree_blank_parent (MlsTree *self, guint32 node);

/* 4.1.1: appends the node numbers of the resolution of `node` to `out`, an array of guint32. */
void mls_tree_resolution (const MlsTree *self, guint32 node, GArray *out);

/* The number of nodes in the resolution. */
guint32 mls_tree_resolution_size (const MlsTree *self, guint32 node);

/* 4.1.2: the filtered direct path of a leaf from bottom to root, and for each of its nodes the child on the copath.
 * At most MLS_MAX_DEPTH entries each; returns their number. */
guint mls_tree_filtered_path (const MlsTree *self, guint32 leaf_index, guint32 path[MLS_MAX_DEPTH],
                              guint32 copath[MLS_MAX_DEPTH]);

/* 12.4.3.3: the contents of a ratchet_tree extension (the encoded vector optional<Node> ratchet_tree<V>, with its
 * length). (transfer full) */
GBytes *mls_tree_encode (const MlsTree *self);

/* The inverse. Checks only the form: MALFORMED, TREE_SHAPE, TREE_TRAILING_BLANK, UNMERGED_ORDER, and what
 * mls_leaf_node_read() refuses. mls_tree_check() (tree-check.h) judges the contents. (transfer full) */
MlsTree *mls_tree_decode (Suite *suite, Span encoded, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsTree, mls_tree_free)

#endif
