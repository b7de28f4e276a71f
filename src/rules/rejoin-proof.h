/* rejoin-proof.h - "this leaf was mine, and this key package is mine": how a member that lost its state gets back
 * without a vote (mandates V4, V26).
 */
#ifndef DEMLS_RULES_REJOIN_PROOF_H
#define DEMLS_RULES_REJOIN_PROOF_H

#include "mls/leaf-node.h"
#include "rules/limits.h"

/* SHA-256 of an encoded LeafNode: by this a proof names the leaf that it wants replaced. */
void demls_leaf_hash (const MlsLeafNode *leaf, guint8 out[DEMLS_HASH_SIZE]);

/* What a proof signs: "de-MLS rejoin v1" || 0x00 || group || SHA-256 (key_package) || leaf_hash. `group` is group id ||
 * instance. (transfer full) */
GBytes *demls_rejoin_signed_bytes (Span group, Span key_package, const guint8 leaf_hash[DEMLS_HASH_SIZE]);

/* Makes one with the identity's signature key. FALSE if the crypto library failed. */
gboolean demls_rejoin_sign (Suite *suite, const SignKey *key, Span group, Span key_package,
                            const guint8 leaf_hash[DEMLS_HASH_SIZE],
                            guint8 out[DEMLS_SIGNATURE_SIZE]) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE iff it was made with the private half of `signature_key`. */
gboolean demls_rejoin_verify (Suite *suite, Span signature_key, Span group, Span key_package,
                              const guint8 leaf_hash[DEMLS_HASH_SIZE], Span signature);

#endif
