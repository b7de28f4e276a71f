#include "crypto/sign.h"

#include <openssl/core_names.h>
#include <sodium.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/suite-private.h"

#define ED448_SIGNATURE 114

struct _SignKey {
  guint refs;
  Secret private_key;
  guint8 public_len;
  guint8 public_key[SIGN_PUBLIC_MAX];
  guint8 expanded[crypto_sign_SECRETKEYBYTES]; /* Ed25519: seed and public key, as libsodium wants them */
  EVP_PKEY *pkey;                              /* the others */
};

/* --- keys -------------------------------------------------------------------------------------------------------- */

static EVP_PKEY *
load_ed448 (SignKey *self)
{
  gsize len = self->public_len;
  g_autoptr (EVP_PKEY) key =
      EVP_PKEY_new_raw_private_key_ex (NULL, "ED448", NULL, self->private_key.data, self->private_key.len);
  if (!key || EVP_PKEY_get_raw_public_key (key, self->public_key, &len) != 1)
    return NULL;
  return g_steal_pointer (&key);
}

/* OpenSSL takes the scalar in the machine's own byte order, and does not compute the public key from it. */
static EVP_PKEY *
load_ecdsa (Suite *suite, SignKey *self)
{
  g_auto (Secret) native = { .len = self->private_key.len };
  g_autoptr (BIGNUM) scalar = BN_secure_new ();
  g_autoptr (EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new_from_name (NULL, "EC", NULL);
  if (!ctx || !scalar || !BN_bin2bn (self->private_key.data, self->private_key.len, scalar)
      || BN_bn2nativepad (scalar, native.data, native.len) != native.len || EVP_PKEY_fromdata_init (ctx) != 1)
    return NULL;
  OSSL_PARAM params[] = {
    OSSL_PARAM_construct_utf8_string (OSSL_PKEY_PARAM_GROUP_NAME, (char *) suite->row->group_name, 0),
    OSSL_PARAM_construct_octet_string (OSSL_PKEY_PARAM_PUB_KEY, self->public_key, self->public_len),
    OSSL_PARAM_construct_BN (OSSL_PKEY_PARAM_PRIV_KEY, native.data, native.len),
    OSSL_PARAM_END,
  };
  EVP_PKEY *key = NULL;
  return EVP_PKEY_fromdata (ctx, &key, EVP_PKEY_KEYPAIR, params) == 1 ? key : NULL;
}

/* Expands the private key; FALSE if it is none. */
static gboolean
expand (Suite *suite, SignKey *self)
{
  switch (suite->row->curve)
    {
    case CURVE_25519:
      return crypto_sign_seed_keypair (self->public_key, self->expanded, self->private_key.data) == 0;
    case CURVE_448:
      return (self->pkey = load_ed448 (self)) != NULL;
    case CURVE_NIST:
      return nist_public_from_private (suite, secret_span (&self->private_key), self->public_key)
             && (self->pkey = load_ecdsa (suite, self)) != NULL;
    default:
      return FALSE;
    }
}

SignKey *
sign_key_new (Suite *suite, Span priv)
{
  if (priv.len != suite->row->sign_private)
    return NULL;
  g_autoptr (SignKey) self = g_new0 (SignKey, 1);
  self->refs = 1;
  self->private_key = secret_from (priv);
  self->public_len = suite->row->sign_public;
  if (!WITHOUT_ERRORS (expand (suite, self)))
    return NULL;
  return g_steal_pointer (&self);
}

/* Every string of bytes is an EdDSA key; for ECDSA draws until the scalar is in range. */
SignKey *
sign_key_generate (Suite *suite, Rng *rng)
{
  g_auto (Secret) drawn = rng_secret (rng, suite->row->sign_private);
  if (suite->row->curve != CURVE_NIST)
    return sign_key_new (suite, secret_span (&drawn));
  nist_mask (suite, &drawn);
  while (!nist_private_valid (suite, secret_span (&drawn)))
    {
      rng_fill (rng, drawn.data, drawn.len);
      nist_mask (suite, &drawn);
    }
  return sign_key_new (suite, secret_span (&drawn));
}

SignKey *
sign_key_ref (SignKey *self)
{
  self->refs++;
  return self;
}

void
sign_key_unref (SignKey *self)
{
  if (--self->refs)
    return;
  EVP_PKEY_free (self->pkey);
  secret_wipe (self, sizeof *self);
  g_free (self);
}

Span
sign_key_public (const SignKey *self)
{
  return span (self->public_key, self->public_len);
}

Span
sign_key_private (const SignKey *self)
{
  return secret_span (&self->private_key);
}

gboolean
sign_public_valid (Suite *suite, Span public_key)
{
  if (suite->row->curve == CURVE_NIST)
    return nist_public_valid (suite, public_key);
  return public_key.len == suite->row->sign_public;
}

/* --- signing ----------------------------------------------------------------------------------------------------- */

static gsize
sign_ed25519 (const SignKey *key, Span message, guint8 *out)
{
  gboolean fine = crypto_sign_detached (out, NULL, message.data, message.len, key->expanded) == 0;
  return fine ? crypto_sign_BYTES : 0;
}

static gsize
sign_ed448 (const SignKey *key, Span message, guint8 *out)
{
  gsize len = SIGNATURE_MAX;
  g_autoptr (EVP_MD_CTX) ctx = EVP_MD_CTX_new ();
  gboolean fine = ctx && EVP_DigestSignInit_ex (ctx, NULL, NULL, NULL, NULL, key->pkey, NULL) == 1
                  && EVP_DigestSign (ctx, out, &len, message.data, message.len) == 1;
  return fine ? len : 0;
}

/* The message is hashed here with the suite's own digest: EVP_DigestSign would look one up by name each time. */
static gsize
sign_ecdsa (Suite *suite, const SignKey *key, Span message, guint8 *out)
{
  guint8 hash[HASH_MAX];
  hash_span (suite, message, hash);
  gsize len = SIGNATURE_MAX;
  g_autoptr (EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new_from_pkey (NULL, key->pkey, NULL);
  gboolean fine = ctx && EVP_PKEY_sign_init (ctx) == 1 && EVP_PKEY_sign (ctx, out, &len, hash, suite->row->hash) == 1;
  return fine ? len : 0;
}

gsize
sign_message (Suite *suite, const SignKey *key, Span message, guint8 out[SIGNATURE_MAX])
{
  switch (suite->row->curve)
    {
    case CURVE_25519:
      return sign_ed25519 (key, message, out);
    case CURVE_448:
      return sign_ed448 (key, message, out);
    case CURVE_NIST:
      return sign_ecdsa (suite, key, message, out);
    default:
      return 0;
    }
}

/* --- verifying --------------------------------------------------------------------------------------------------- */

static gboolean
verify_ed25519 (Span public_key, Span message, Span signature)
{
  return signature.len == crypto_sign_BYTES
         && crypto_sign_verify_detached (signature.data, message.data, message.len, public_key.data) == 0;
}

static gboolean
verify_ed448 (Span public_key, Span message, Span signature)
{
  if (signature.len != ED448_SIGNATURE)
    return FALSE;
  g_autoptr (EVP_PKEY) key = EVP_PKEY_new_raw_public_key_ex (NULL, "ED448", NULL, public_key.data, public_key.len);
  g_autoptr (EVP_MD_CTX) ctx = EVP_MD_CTX_new ();
  return key && ctx && EVP_DigestVerifyInit_ex (ctx, NULL, NULL, NULL, NULL, key, NULL) == 1
         && EVP_DigestVerify (ctx, signature.data, signature.len, message.data, message.len) == 1;
}

/* The suite's key without a public half takes one after the other, which saves building a key for each signature.
 * OpenSSL checks that the point is on the curve; the form is checked here (see nist.c). */
static gboolean
verify_ecdsa (Suite *suite, Span public_key, Span message, Span signature)
{
  guint8 hash[HASH_MAX];
  if (signature.len == 0 || signature.len > SIGNATURE_MAX || public_key.data[0] != POINT_UNCOMPRESSED
      || EVP_PKEY_set1_encoded_public_key (suite->verifier, public_key.data, public_key.len) != 1)
    return FALSE;
  hash_span (suite, message, hash);
  g_autoptr (EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new_from_pkey (NULL, suite->verifier, NULL);
  return ctx && EVP_PKEY_verify_init (ctx) == 1
         && EVP_PKEY_verify (ctx, signature.data, signature.len, hash, suite->row->hash) == 1;
}

static gboolean
verify_by_curve (Suite *suite, Span public_key, Span message, Span signature)
{
  switch (suite->row->curve)
    {
    case CURVE_25519:
      return verify_ed25519 (public_key, message, signature);
    case CURVE_448:
      return WITHOUT_ERRORS (verify_ed448 (public_key, message, signature));
    case CURVE_NIST:
      return WITHOUT_ERRORS (verify_ecdsa (suite, public_key, message, signature));
    default:
      return FALSE;
    }
}

gboolean
sign_verify (Suite *suite, Span public_key, Span message, Span signature)
{
  return public_key.len == suite->row->sign_public && verify_by_curve (suite, public_key, message, signature);
}
