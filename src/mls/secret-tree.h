/* secret-tree.h - the keys of one epoch's messages (RFC 9420 section 9): the secret tree and its sender ratchets.
 *
 * The only part of an epoch that changes: every key is given out once and then forgotten (9.2). Leaves are derived
 * when first needed, so a fresh tree is one secret. It has one owner; a scratch copy serves to look at a message
 * without consuming its key.
 */
#ifndef DEMLS_MLS_SECRET_TREE_H
#define DEMLS_MLS_SECRET_TREE_H

#include "base/writer.h"
#include "mls/error.h"
#include "mls/labels.h"

typedef enum {
  MLS_RATCHET_HANDSHAKE = 0,
  MLS_RATCHET_APPLICATION = 1,
} MlsRatchetKind;

/* How far receivers follow (M15, M21; defaults by mls_ratchet_limits_default()): at most `forward` generations are
 * skipped at once; unused keys of skipped generations are kept while they are at most `window` behind the newest. */
typedef struct {
  guint32 window;  /* default 1,000 */
  guint32 forward; /* default 1,000 */
} MlsRatchetLimits;

/* The defaults above. */
MlsRatchetLimits mls_ratchet_limits_default (void);

/* One generation's key and nonce. */
typedef struct {
  guint32 generation;
  Secret key;
  Secret nonce;
} MlsMessageKey;

typedef struct _MlsSecretTree MlsSecretTree;

/* `width` leaves (a power of two). (transfer full) */
MlsSecretTree *mls_secret_tree_new (Suite *suite, Span encryption_secret, guint32 width, MlsRatchetLimits limits);
void mls_secret_tree_free (MlsSecretTree *self);

/* A copy that can be consumed without effect on the original. (transfer full) */
MlsSecretTree *mls_secret_tree_copy (const MlsSecretTree *self);

/* The next unused key of a leaf's own ratchet, for sending; its secret is forgotten here. Errors: GENERATION_AHEAD
 * after 2^32-1, SENDER_UNKNOWN (as for peek). */
gboolean mls_secret_tree_next (MlsSecretTree *self, guint32 leaf, MlsRatchetKind kind, MlsMessageKey *out,
                               GError **error);

/* The generation that mls_secret_tree_next() would use. */
guint32 mls_secret_tree_next_generation (const MlsSecretTree *self, guint32 leaf, MlsRatchetKind kind);

/* Finds the key of `generation` without consuming it: nothing changes until mls_secret_tree_use(), so that bytes that
 * do not authenticate cost neither keys nor memory. At most `forward` steps. Errors: GENERATION_USED, GENERATION_OLD,
 * GENERATION_AHEAD, SENDER_UNKNOWN (outside the tree, or a leaf whose saved row is missing). */
gboolean mls_secret_tree_peek (MlsSecretTree *self, guint32 leaf, MlsRatchetKind kind, guint32 generation,
                               MlsMessageKey *out, GError **error);

/* Consumes a generation that peek found and that decrypted: keeps the keys of the gap, forgets this one and those
 * that fell out of the window. */
void mls_secret_tree_use (MlsSecretTree *self, guint32 leaf, MlsRatchetKind kind, guint32 generation);

/* Leaves whose state changed since the last call, for stores that save only these (issue: one row per sender). An
 * array of guint32. (transfer full) */
GArray *mls_secret_tree_take_changed (MlsSecretTree *self);

/* TRUE iff the common part changed since the last call (a fresh tree: yes; a restored one: no). It must then be saved
 * with the leaves, or what is saved can derive again what was forgotten (K5). */
gboolean mls_secret_tree_take_nodes_changed (MlsSecretTree *self);

/* The part common to all leaves: the secrets of the inner nodes not yet expanded. */
void mls_secret_tree_save (const MlsSecretTree *self, Writer *writer);
/* One leaf's ratchets. */
void mls_secret_tree_save_leaf (const MlsSecretTree *self, guint32 leaf, Writer *writer);
/* Leaves that have ratchets. An array of guint32, increasing. (transfer full) */
GArray *mls_secret_tree_leaves (const MlsSecretTree *self);

/* The inverses. Errors: SAVED_DAMAGED. */
MlsSecretTree *mls_secret_tree_restore (Suite *suite, Span saved, MlsRatchetLimits limits, GError **error);
gboolean mls_secret_tree_restore_leaf (MlsSecretTree *self, guint32 leaf, Span saved, GError **error);

void mls_message_key_clear (MlsMessageKey *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsSecretTree, mls_secret_tree_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MlsMessageKey, mls_message_key_clear)

#endif
