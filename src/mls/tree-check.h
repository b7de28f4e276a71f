/* tree-check.h - is this tree, received from somebody else, a valid one? (RFC 9420 sections 7.9.2 and 12.4.3.1)
 */
#ifndef DEMLS_MLS_TREE_CHECK_H
#define DEMLS_MLS_TREE_CHECK_H

#include "mls/tree-hash.h"

/* Checks, in this order: unmerged leaves (7.1, 12.4.3.1), parent hashes of all non-blank parents (7.9.2), every leaf:
 * 7.3 with its signature for `group_id` and its place, keys of leaves and parents unique, credentials mutually
 * supported, `group_extensions` supported. No lifetimes (M23). Errors: UNMERGED_*, PARENT_KEY, PARENT_HASH, LEAF_*,
 * DUPLICATE_*, GROUP_EXTENSION_UNSUPPORTED. */
gboolean mls_tree_check (const MlsTree *self, Span group_id, Span group_extensions, GError **error);

/* The parent hashes alone (7.9.2). */
gboolean mls_tree_check_parent_hashes (const MlsTree *self, GError **error);

#endif
