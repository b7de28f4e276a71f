/* tree-index.h - from public keys to the nodes of a ratchet tree that hold them: a hash trie that is shared between
 * trees.
 *
 * Sixteen ways per level, four bits of the key's hash each. A trie node holds entries in place where no two share the
 * bits so far, and pointers where they do; so the trie's shape depends on its contents only. NULL is the empty index.
 * Trie nodes are reference counted and copied on write, like the tree's.
 *
 * The index knows hashes, not keys: entries of different keys may have one hash, and one key may stand at two nodes
 * (for a moment while proposals are applied, or in an invalid tree), so each look-up yields a list.
 */
#ifndef DEMLS_MLS_TREE_INDEX_H
#define DEMLS_MLS_TREE_INDEX_H

#include <glib.h>

typedef enum {
  TREE_INDEX_SIGNATURE = 1,
  TREE_INDEX_ENCRYPTION = 2,
} TreeIndexKind;

typedef struct {
  guint64 hash;
  guint32 node;
  guint32 kind; /* TreeIndexKind */
} TreeIndexEntry;

typedef struct _TreeIndex TreeIndex;

TreeIndex *tree_index_ref (TreeIndex *self);
void tree_index_unref (TreeIndex *self);

/* Adds an entry to *self. */
void tree_index_insert (TreeIndex **self, const TreeIndexEntry *entry);

/* Takes away one entry equal to `entry`; FALSE if there is none. */
gboolean tree_index_remove (TreeIndex **self, const TreeIndexEntry *entry);

/* The entries with this hash, in the order of their insertion, and their number; valid until *self is edited. */
const TreeIndexEntry *tree_index_find (const TreeIndex *self, guint64 hash, guint *n);

/* Bytes of memory that the index takes, shared parts included. */
gsize tree_index_size (const TreeIndex *self);

#endif
