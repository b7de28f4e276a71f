/* tree-kem.h - the private half of the ratchet tree: path secrets (RFC 9420 sections 7.4, 7.5, 7.6).
 *
 * MlsTreeKeys holds the private keys that one member knows: its leaf's and those of nodes above it. A key whose node
 * has since been blanked or given another public key is dead: it is recognised by comparing public keys, and dropped
 * by mls_tree_keys_prune().
 */
#ifndef DEMLS_MLS_TREE_KEM_H
#define DEMLS_MLS_TREE_KEM_H

#include "mls/tree-hash.h"
#include "mls/update-path.h"

typedef struct _MlsTreeKeys MlsTreeKeys;

/* The keys of a member that knows only its leaf's. (transfer full) */
MlsTreeKeys *mls_tree_keys_new (const KemKeyPair *leaf);

/* (transfer full) */
MlsTreeKeys *mls_tree_keys_copy (const MlsTreeKeys *self);
void mls_tree_keys_free (MlsTreeKeys *self);

/* Forgets all keys. */
void mls_tree_keys_clear (MlsTreeKeys *self);

/* 12.4.3.1: derives from `path_secret`, which belongs to `node`, the keys of `node` and of the non-blank nodes above
 * it on our direct path, each checked against the tree. Error: WELCOME_PATH_SECRET. */
gboolean mls_tree_keys_add_path (MlsTreeKeys *self, Suite *suite, const MlsTree *tree, guint32 own_leaf, guint32 node,
                                 Span path_secret, GError **error);

/* The same for `node` alone, as the TreeKEM test vectors give them. Error: WELCOME_PATH_SECRET. */
gboolean mls_tree_keys_add_node (MlsTreeKeys *self, Suite *suite, const MlsTree *tree, guint32 own_leaf, guint32 node,
                                 Span path_secret, GError **error);

/* The live key pair of `node`, which is in `tree`; NULL if it is not known. Valid until `self` changes. */
const KemKeyPair *mls_tree_keys_find (const MlsTreeKeys *self, const MlsTree *tree, guint32 own_leaf, guint32 node);

/* Replaces the key pair of the own leaf. */
void mls_tree_keys_set_leaf (MlsTreeKeys *self, const KemKeyPair *leaf);

/* Forgets keys of nodes that are blank or have another key in `tree`. */
void mls_tree_keys_prune (MlsTreeKeys *self, const MlsTree *tree, guint32 own_leaf);

/* Writes the private keys, for a state that is versioned and sealed elsewhere. */
void mls_tree_keys_save (const MlsTreeKeys *self, Writer *writer);

/* The inverse. Error: SAVED_DAMAGED. (transfer full) */
MlsTreeKeys *mls_tree_keys_restore (Suite *suite, Reader *reader, GError **error);

/* 12.4.1, 12.4.2: the leaf index that an external joiner takes in `tree` (the tree after the proposals): the leftmost
 * blank leaf, or the first one beyond the tree's width. mls_path_maker_new() and mls_path_apply() take this index
 * while that leaf is still blank, and then put the joiner there (widening the tree) before anything else. A walk. */
guint32 mls_path_new_leaf (const MlsTree *tree);

/* A path being made (12.4.1): secrets are derived and the tree is changed first, ciphertexts come once the new
 * GroupContext is known. */
typedef struct _MlsPathMaker MlsPathMaker;

/* 7.4, 7.5: draws a fresh path for `own_leaf`, puts its keys, parent hashes and a freshly signed leaf (source commit,
 * `fields` says its credential, capabilities and extensions; its keys, source and parent hash are not looked at) into
 * `tree`, and remembers all secrets. NULL with INTERNAL; `tree` is then spoilt. (transfer full) */
MlsPathMaker *mls_path_maker_new (Suite *suite, Rng *rng, const SignKey *key, MlsTree *tree, guint32 own_leaf,
                                  const MlsLeafNodeFields *fields, Span group_id, GError **error);

/* 7.6: writes the UpdatePath, each path secret sealed to the resolution of its copath node, without the leaves in
 * `excluded` (increasing array of guint32 leaf indices added by this very commit; may be NULL). A recipient whose key
 * yields no shared secret (RFC 9180 section 7.1.4) gets random bytes: it shuts out itself, not the group. */
gboolean mls_path_maker_write (MlsPathMaker *self, Rng *rng, Span group_context, const GArray *excluded, Writer *writer,
                               GError **error);

/* The commit secret (7.4): path_secret[n+1]. */
Span mls_path_maker_commit_secret (const MlsPathMaker *self);

/* The path secret of the lowest node that is above both the committer and leaf `added`, for its Welcome; empty if
 * there is none. */
Span mls_path_maker_secret_for (const MlsPathMaker *self, guint32 added);

/* The committer's keys in the new epoch. (transfer full) */
MlsTreeKeys *mls_path_maker_keys (const MlsPathMaker *self);
void mls_path_maker_free (MlsPathMaker *self);

/* 7.5, 7.6, 12.4.2: what everybody can judge of a received path: its length and ciphertext counts fit the filtered
 * direct path (leaves in `excluded` do not count), keys are valid and new, the leaf is signed, has source commit and a
 * new encryption key, and its parent hash fits. On success the path stands in `tree`; on failure `tree` is spoilt and
 * must be thrown away. What is left to the caller, who knows the extensions: mls_leaf_node_fits() of path->leaf with
 * those of the new epoch. Errors: PATH_*, LEAF_*, DUPLICATE_ENCRYPTION_KEY, DUPLICATE_SIGNATURE_KEY; SENDER_UNKNOWN if
 * `sender` is a blank leaf other than mls_path_new_leaf(). */
gboolean mls_path_apply (Suite *suite, MlsTree *tree, guint32 sender, const MlsUpdatePath *path, Span group_id,
                         const GArray *excluded, GError **error);

/* 7.6: what only a member below the path can do: finds and opens the ciphertext meant for one of its keys, derives the
 * nodes above, checks their public keys against `tree` (in which the path already stands), adds them to `keys` and
 * yields the commit secret. On failure `keys` is unchanged. Errors: PATH_DECRYPT, PATH_MISMATCH. */
gboolean mls_path_open (Suite *suite, const MlsTree *tree, guint32 own_leaf, guint32 sender, const MlsUpdatePath *path,
                        Span group_context, const GArray *excluded, MlsTreeKeys *keys, Secret *commit_secret,
                        GError **error);

/* The first half of that: the path secret meant for us and the place in path->nodes of the node that it belongs to.
 * Error: PATH_DECRYPT. */
gboolean mls_path_decrypt (Suite *suite, const MlsTree *tree, guint32 own_leaf, guint32 sender,
                           const MlsUpdatePath *path, Span group_context, const GArray *excluded,
                           const MlsTreeKeys *keys, Secret *path_secret, guint *place, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsTreeKeys, mls_tree_keys_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsPathMaker, mls_path_maker_free)

#endif
