/* aead.h - the suite's authenticated encryption: nonce of AEAD_NONCE bytes, tag of AEAD_TAG bytes after the ciphertext.
 *
 * key.len must be suite_key_size() and nonce.len AEAD_NONCE; any other size is refused, never truncated.
 */
#ifndef DEMLS_AEAD_H
#define DEMLS_AEAD_H

#include "crypto/suite.h"

/* Writes plaintext.len + AEAD_TAG bytes to `out`, which may be the plaintext's own buffer. FALSE if a size is wrong. */
gboolean aead_seal (Suite *suite, Span key, Span nonce, Span aad, Span plaintext,
                    guint8 *out) G_GNUC_WARN_UNUSED_RESULT;

/* Writes ciphertext.len - AEAD_TAG bytes to `out`, which may be the ciphertext's own buffer. FALSE if a size is wrong
 * or the tag does not fit; `out` is then wiped. */
gboolean aead_open (Suite *suite, Span key, Span nonce, Span aad, Span ciphertext,
                    guint8 *out) G_GNUC_WARN_UNUSED_RESULT;

#endif
