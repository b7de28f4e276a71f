/* suite-private.h - the inside of a Suite, for the files of this folder only.
 *
 * Everything that OpenSSL would look up by name is looked up once, in suite_new(), and every context in which it works
 * is kept: looking up costs more than most of the operations (consensus.md P31). What a context last worked on can be
 * secret; each function that used one leaves it overwritten.
 */
#ifndef DEMLS_SUITE_PRIVATE_H
#define DEMLS_SUITE_PRIVATE_H

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/kem.h"
#include "crypto/sign.h"
#include "crypto/suite.h"

#define HASH_BLOCK_MAX 128      /* SHA-384 and SHA-512 */
#define POINT_UNCOMPRESSED 0x04 /* the first byte of 04 || x || y */

/* The mathematics under both the KEM and the signatures of a suite. */
typedef enum {
  CURVE_25519, /* X25519 and Ed25519, by libsodium */
  CURVE_448,   /* X448 and Ed448, by OpenSSL */
  CURVE_NIST,  /* ECDH and ECDSA, by OpenSSL */
} Curve;

/* One row of the table in suite.h. */
typedef struct {
  guint16 id;
  Curve curve;
  guint16 kem_id; /* RFC 9180 section 7: the numbers that HPKE hashes */
  guint16 kdf_id;
  guint16 aead_id;
  guint8 kem_public;  /* Npk = Nenc */
  guint8 kem_private; /* Nsk */
  guint8 kem_secret;  /* Nsecret */
  guint8 key;         /* AEAD Nk */
  guint8 hash;        /* Nh */
  guint8 sign_public;
  guint8 sign_private;
  const char *hash_name; /* as OpenSSL calls them */
  const char *cipher_name;
  const char *group_name; /* NULL unless CURVE_NIST */
  int group_nid;
} SuiteRow;

struct _Suite {
  guint refs;
  const SuiteRow *row;
  EVP_MD *md;
  EVP_MD_CTX *md_ctx;
  gsize md_block;
  EVP_CIPHER *cipher;
  EVP_CIPHER_CTX *cipher_ctx;
  EC_GROUP *group;              /* NULL unless CURVE_NIST, and so the next */
  EVP_PKEY *verifier;           /* parameters without a key; the public key of each verification is put into it */
  guint8 psk_id_hash[HASH_MAX]; /* HPKE: LabeledExtract ("", "psk_id_hash", ""), the same for every message */
};

/* Stops the process: OpenSSL failed where only a lack of memory or a broken installation can make it fail. */
void suite_require (gboolean fine, const char *what);

/* OpenSSL's error queue belongs to the whole thread, and whoever shares it (a TLS connection of the messenger) takes a
 * leftover of ours for a failure of its own. So each call that may fail on input stands between these two. */
static inline gboolean
errors_forgotten (gboolean result)
{
  ERR_pop_to_mark ();
  return result;
}

#define WITHOUT_ERRORS(call) (ERR_set_mark (), errors_forgotten (call))

/* --- hash.c ------------------------------------------------------------------------------------------------------ */

/* An HMAC under way. It occupies the suite's digest: one at a time, and no hashing in between. */
typedef struct {
  Suite *suite;
  guint8 pad[HASH_BLOCK_MAX]; /* the key, xored for the outer hash */
} Hmac;

/* Starts under `key`, of any length; then takes the input, part by part. */
void hmac_begin (Hmac *self, Suite *suite, Span key);
void hmac_add (Hmac *self, Span part);

/* Writes the suite_hash_size() bytes and wipes `self`. */
void hmac_end (Hmac *self, guint8 out[HASH_MAX]);

/* --- nist.c: points of P-256, P-384, P-521 ----------------------------------------------------------------------- */

/* TRUE iff `priv` has the full width and 0 < d < n. */
gboolean nist_private_valid (Suite *suite, Span priv);

/* TRUE iff `public_key` is 04 || x || y, of the right size, on the curve. */
gboolean nist_public_valid (Suite *suite, Span public_key);

/* The uncompressed public key of `priv`; FALSE if that is none. */
gboolean nist_public_from_private (Suite *suite, Span priv, guint8 out[KEM_PUBLIC_MAX]) G_GNUC_WARN_UNUSED_RESULT;

/* The x coordinate of the shared point, left-padded to the width of the field. */
gboolean nist_dh (Suite *suite, Span priv, Span public_key, Secret *out) G_GNUC_WARN_UNUSED_RESULT;

/* Clears the bits of `candidate`'s first byte that no scalar has (RFC 9180 section 7.1.3: 0xFF, for P-521 0x01). */
void nist_mask (Suite *suite, Secret *candidate);

/* --- hkdf.c ------------------------------------------------------------------------------------------------------ */

/* "HPKE" || kem || kdf || aead, or "KEM" || kem (RFC 9180 sections 4.1 and 5.1). */
typedef enum { LABEL_HPKE, LABEL_KEM } LabelScope;

/* LabeledExtract and LabeledExpand of RFC 9180 section 4. */
Secret labeled_extract (Suite *suite, LabelScope scope, Span salt, const char *label, Span ikm);
gboolean labeled_expand (Suite *suite, LabelScope scope, Span prk, const char *label, Span info, guint8 *out,
                         gsize len) G_GNUC_WARN_UNUSED_RESULT;

/* --- kem.c ------------------------------------------------------------------------------------------------------- */

/* Encap with a given ephemeral pair, which the published test vectors need. */
gboolean kem_encap_with (Suite *suite, const KemKeyPair *ephemeral, Span public_key,
                         Secret *shared) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIGNUM, BN_clear_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BN_CTX, BN_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EC_POINT, EC_POINT_clear_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY_CTX, EVP_PKEY_CTX_free)

#endif
