/* secret-tree-private.h - the inside of an MlsSecretTree, for secret-tree.c and secret-tree-save.c.
 */
#ifndef DEMLS_MLS_SECRET_TREE_PRIVATE_H
#define DEMLS_MLS_SECRET_TREE_PRIVATE_H

#include "mls/secret-tree.h"

#define RATCHET_KINDS 2
#define GENERATIONS (1ull << 32) /* of one ratchet */
#define KEPT_KEY_MAX 32          /* AEAD.Nk of every suite is 16 or 32 */

/* The key and nonce of a generation that was skipped. Not two Secrets, since there can be a thousand. */
typedef struct {
  guint32 generation;
  guint8 key[KEPT_KEY_MAX];
  guint8 nonce[AEAD_NONCE];
} MlsKeptKey;

/* A sender ratchet (9.1). */
typedef struct {
  guint64 next;    /* the generation that `secret` yields; GENERATIONS if none is left */
  Secret secret;   /* empty if none is left */
  GPtrArray *kept; /* of MlsKeptKey, by increasing generation, all below `next`; NULL while never needed */
} MlsRatchet;

typedef struct {
  MlsRatchet ratchets[RATCHET_KINDS];
} MlsLeafRatchets;

/* Every leaf has either ratchets or exactly one node at or above it that still has its secret. */
struct _MlsSecretTree {
  Suite *suite;
  guint32 width;
  MlsRatchetLimits limits;
  GHashTable *nodes;   /* node number -> Secret */
  GHashTable *leaves;  /* leaf index -> MlsLeafRatchets */
  GHashTable *changed; /* set of leaf indices */
  gboolean nodes_changed;
};

/* A tree without secrets. (transfer full) */
MlsSecretTree *mls_secret_tree_new_empty (Suite *suite, guint32 width, MlsRatchetLimits limits);

/* Gives a node a copy of `secret`, which stays the caller's to clear. */
void mls_secret_tree_put_node (MlsSecretTree *self, guint32 node, Secret *secret);

/* Adds fresh, empty ratchets for a leaf. (owned by the tree) */
MlsLeafRatchets *mls_secret_tree_put_leaf (MlsSecretTree *self, guint32 leaf);

/* Appends a key to the kept ones; its fields are for the caller to fill. */
MlsKeptKey *mls_ratchet_keep (MlsRatchet *self, guint32 generation);

/* The lowest node at or above `leaf` that has its secret; FALSE if there is none. */
gboolean mls_secret_tree_find_node (const MlsSecretTree *self, guint32 leaf, guint32 *node);

/* Nodes that have their secret. An array of guint32, increasing. (transfer full) */
GArray *mls_secret_tree_nodes (const MlsSecretTree *self);

#endif
