/* suite.h - the seven cipher suites of RFC 9420 section 17.1, and their sizes.
 *
 * A Suite holds the algorithms of one cipher suite, fetched once, and the scratch contexts in which they run; every
 * function of this folder takes it first. It is not shared between threads. Create one, keep it.
 *
 *  id  KEM      AEAD              hash     signature
 *  1   X25519   AES-128-GCM       SHA-256  Ed25519
 *  2   P-256    AES-128-GCM       SHA-256  ECDSA P-256
 *  3   X25519   ChaCha20-Poly1305 SHA-256  Ed25519
 *  4   X448     AES-256-GCM       SHA-512  Ed448
 *  5   P-521    AES-256-GCM       SHA-512  ECDSA P-521
 *  6   X448     ChaCha20-Poly1305 SHA-512  Ed448
 *  7   P-384    AES-256-GCM       SHA-384  ECDSA P-384
 */
#ifndef DEMLS_SUITE_H
#define DEMLS_SUITE_H

#include "crypto/secret.h"

/* Upper bounds over all suites, in bytes, for buffers on the stack. */
#define HASH_MAX 64        /* Nh */
#define KEM_PUBLIC_MAX 133 /* Npk = Nenc */
#define SIGN_PUBLIC_MAX 133
#define SIGNATURE_MAX 141 /* DER of P-521 is at most 139 */
#define AEAD_NONCE 12     /* Nn of every suite */
#define AEAD_TAG 16       /* Nt of every suite */

typedef struct _Suite Suite;

/* Suite `id`, or NULL if the id is not 1..7. (transfer full) */
Suite *suite_new (guint16 id);
Suite *suite_ref (Suite *self);
void suite_unref (Suite *self);

/* Its number, and its sizes in bytes. */
guint16 suite_id (const Suite *self);
gsize suite_hash_size (const Suite *self);       /* Nh */
gsize suite_key_size (const Suite *self);        /* AEAD Nk */
gsize suite_kem_public_size (const Suite *self); /* Npk; also the size of an encapsulated key */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Suite, suite_unref)

#endif
