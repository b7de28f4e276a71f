/* sign.h - the suite's signatures: Ed25519, Ed448 (RFC 8032) and ECDSA with DER signatures (RFC 9420 section 5.1.2).
 *
 * Private keys: the 32 or 57 byte seed of RFC 8032, or the scalar, big-endian, full width. Public keys: the encoded
 * point of RFC 8032, or the uncompressed point 04 || x || y (section 5.1.1).
 */
#ifndef DEMLS_SIGN_H
#define DEMLS_SIGN_H

#include "crypto/rng.h"
#include "crypto/suite.h"

/* A private key, expanded for use (for Ed25519 with its public half, which signing needs). */
typedef struct _SignKey SignKey;

/* The key whose private bytes are `priv`; NULL if they are no private key of this suite. (transfer full) */
SignKey *sign_key_new (Suite *suite, Span priv);

/* A fresh key, derived from bytes drawn from `rng`; NULL if the library failed. (transfer full) */
SignKey *sign_key_generate (Suite *suite, Rng *rng);
SignKey *sign_key_ref (SignKey *self);
void sign_key_unref (SignKey *self);

/* The encoded public key, and the private bytes for saving; both valid as long as the key. */
Span sign_key_public (const SignKey *self);
Span sign_key_private (const SignKey *self);

/* Signs `message`; writes at most SIGNATURE_MAX bytes to `out` and returns their number, 0 if the library failed. */
gsize sign_message (Suite *suite, const SignKey *key, Span message,
                    guint8 out[SIGNATURE_MAX]) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE iff `signature` is this key's over `message`. A malformed key or signature is just FALSE. */
gboolean sign_verify (Suite *suite, Span public_key, Span message, Span signature) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE iff `public_key` is the encoding of a usable public key (size; for ECDSA an uncompressed point on the curve). */
gboolean sign_public_valid (Suite *suite, Span public_key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignKey, sign_key_unref)

#endif
