/* labels.h - the labelled forms of the suite's primitives (RFC 9420 sections 5.1.2, 5.1.3, 5.2 and 8).
 *
 * Labels are given without the prefix "MLS 1.0 " that all of them carry, except in the two plain functions at the end,
 * which the floors above use under labels of their own (mandates V4, V5).
 */
#ifndef DEMLS_MLS_LABELS_H
#define DEMLS_MLS_LABELS_H

#include "crypto/hpke.h"
#include "crypto/sign.h"

/* 8: ExpandWithLabel (secret, label, context, len): `len` bytes at `out`. */
void mls_expand (Suite *suite, Span secret, const char *label, Span context, guint8 *out, gsize len);

/* The same as a Secret; `len` <= SECRET_MAX. */
Secret mls_expand_secret (Suite *suite, Span secret, const char *label, Span context, gsize len);

/* 8: DeriveSecret (secret, label): Nh bytes. */
Secret mls_derive_secret (Suite *suite, Span secret, const char *label);

/* 9: DeriveTreeSecret (secret, label, generation, len). */
Secret mls_derive_tree_secret (Suite *suite, Span secret, const char *label, guint32 generation, gsize len);

/* 5.1.2: SignWithLabel; the number of bytes written to `out`, 0 if the library failed. */
gsize mls_sign (Suite *suite, const SignKey *key, const char *label, Span content, guint8 out[SIGNATURE_MAX]);

/* 5.1.2: VerifyWithLabel. */
gboolean mls_verify (Suite *suite, Span public_key, const char *label, Span content, Span signature);

/* 5.1.3: EncryptWithLabel: `enc` takes suite_kem_public_size() bytes, `out` plaintext.len + AEAD_TAG. */
gboolean mls_encrypt (Suite *suite, Rng *rng, Span public_key, const char *label, Span context, Span plaintext,
                      guint8 enc[KEM_PUBLIC_MAX], guint8 *out);

/* The same in two steps, for many plaintexts under one label and context, which are hashed once: `hash` takes Nh
 * bytes. */
void mls_encrypt_prepare (Suite *suite, const char *label, Span context, guint8 hash[HASH_MAX]);
gboolean mls_encrypt_prepared (Suite *suite, Rng *rng, Span public_key, const guint8 hash[HASH_MAX], Span plaintext,
                               guint8 enc[KEM_PUBLIC_MAX], guint8 *out);

/* 5.1.3: DecryptWithLabel: `out` takes ciphertext.len - AEAD_TAG bytes. */
gboolean mls_decrypt (Suite *suite, const KemKeyPair *pair, const char *label, Span context, Span enc, Span ciphertext,
                      guint8 *out);

/* 5.2: RefHash (label, value); the label here is complete ("MLS 1.0 KeyPackage Reference"). Nh bytes at `out`. */
void mls_ref_hash (Suite *suite, const char *label, Span value, guint8 out[HASH_MAX]);

#endif
