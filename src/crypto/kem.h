/* kem.h - DHKEM (RFC 9180 section 4.1) of the suite.
 *
 * Public keys and encapsulated keys: 32 or 56 bytes, or the uncompressed point 04 || x || y. Private keys: 32 or 56
 * bytes, or the scalar, big-endian, full width.
 */
#ifndef DEMLS_KEM_H
#define DEMLS_KEM_H

#include "crypto/rng.h"
#include "crypto/suite.h"

typedef struct {
  Secret private_key;
  guint8 public_len;
  guint8 public_key[KEM_PUBLIC_MAX];
} KemKeyPair;

/* DeriveKeyPair (ikm) (RFC 9180 section 7.1.3); `ikm` has suite_hash_size() bytes in MLS. FALSE only if the library
 * failed or no candidate of a NIST curve fits (probability below 2^-8000). */
gboolean kem_derive_key_pair (Suite *suite, Span ikm, KemKeyPair *out) G_GNUC_WARN_UNUSED_RESULT;

/* A fresh pair, derived from bytes drawn from `rng`. */
gboolean kem_generate (Suite *suite, Rng *rng, KemKeyPair *out) G_GNUC_WARN_UNUSED_RESULT;

/* The pair whose private key is `private_key`; FALSE if it is none of this suite. */
gboolean kem_key_pair_from_private (Suite *suite, Span private_key, KemKeyPair *out) G_GNUC_WARN_UNUSED_RESULT;

/* The public key, borrowed from `pair`. */
Span kem_public (const KemKeyPair *pair);

/* TRUE iff `public_key` has the right size and, on NIST curves, is an uncompressed point of the curve. */
gboolean kem_public_valid (Suite *suite, Span public_key);

/* The raw Diffie-Hellman result (RFC 9180 section 4.1, DH): FALSE if a key is invalid or the result is all zero. */
gboolean kem_dh (Suite *suite, Span private_key, Span public_key, Secret *out) G_GNUC_WARN_UNUSED_RESULT;

/* Encap: a fresh shared secret for `public_key`; `enc` takes suite_kem_public_size() bytes. */
gboolean kem_encap (Suite *suite, Rng *rng, Span public_key, Secret *shared,
                    guint8 enc[KEM_PUBLIC_MAX]) G_GNUC_WARN_UNUSED_RESULT;

/* Decap: the shared secret that `enc` carries for `pair`. */
gboolean kem_decap (Suite *suite, const KemKeyPair *pair, Span enc, Secret *shared) G_GNUC_WARN_UNUSED_RESULT;

void kem_key_pair_clear (KemKeyPair *pair);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KemKeyPair, kem_key_pair_clear)

#endif
