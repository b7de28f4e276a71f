/* tree-kem-private.h - what the tree-kem*.c files share.
 */
#ifndef DEMLS_MLS_TREE_KEM_PRIVATE_H
#define DEMLS_MLS_TREE_KEM_PRIVATE_H

#include "mls/labels.h"
#include "mls/tree-kem.h"

/* Above one leaf there is one node per level, whatever the width of the tree. */
struct _MlsTreeKeys {
  KemKeyPair at[MLS_MAX_DEPTH + 1]; /* by level, the leaf's first; public_len is 0 where no key is known */
};

/* A filtered direct path (4.1.2), bottom to root. */
typedef struct {
  guint n;
  guint32 node[MLS_MAX_DEPTH];
  guint32 copath[MLS_MAX_DEPTH];
} PathShape;

/* That of `leaf`, which is inside the tree. */
PathShape mls_path_shape (const MlsTree *tree, guint32 leaf);

/* 7.4: path_secret[n] becomes path_secret[n+1]. */
void mls_path_secret_advance (Suite *suite, Secret *path_secret);

/* 7.4: the key pair of the node whose path secret this is. */
gboolean mls_path_node_pair (Suite *suite, const Secret *path_secret, KemKeyPair *out) G_GNUC_WARN_UNUSED_RESULT;

/* Derives the pair of `node` into its place; FALSE if `tree` has another key there, or none. */
gboolean mls_tree_keys_learn (MlsTreeKeys *self, Suite *suite, const MlsTree *tree, guint32 node,
                              const Secret *path_secret) G_GNUC_WARN_UNUSED_RESULT;

/* 7.5, 7.9: replaces the direct path of `leaf` by the nodes of `shape` with `keys`, parent hashes from the root
 * downwards. Returns the parent hash that the leaf must carry: bytes of `hash`, or empty if the path is. */
Span mls_path_merge (MlsTree *tree, guint32 leaf, const PathShape *shape, const Span keys[], guint8 hash[HASH_MAX]);

/* How many of the leaves in `excluded` (increasing; may be NULL) are below `node`. */
guint mls_excluded_below (const GArray *excluded, guint32 node);

/* The nodes to which a path secret is sealed: replaces `out` by the resolution of `copath` without `excluded`. */
void mls_path_recipients (const MlsTree *tree, guint32 copath, const GArray *excluded, GArray *out);

#define MLS_PATH_LABEL "UpdatePathNode" /* 7.6 */

#endif
