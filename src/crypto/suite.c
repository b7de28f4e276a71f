#include "crypto/suite.h"

#include <openssl/core_names.h>
#include <openssl/obj_mac.h>
#include <sodium.h>
#include <string.h>

#include "crypto/suite-private.h"

/* The columns that come together: see SuiteRow. */
#define KEM_X25519 .curve = CURVE_25519, .kem_id = 0x0020, .kem_public = 32, .kem_private = 32, .kem_secret = 32
#define KEM_X448 .curve = CURVE_448, .kem_id = 0x0021, .kem_public = 56, .kem_private = 56, .kem_secret = 64
#define KEM_P256 .curve = CURVE_NIST, .kem_id = 0x0010, .kem_public = 65, .kem_private = 32, .kem_secret = 32
#define KEM_P384 .curve = CURVE_NIST, .kem_id = 0x0011, .kem_public = 97, .kem_private = 48, .kem_secret = 48
#define KEM_P521 .curve = CURVE_NIST, .kem_id = 0x0012, .kem_public = 133, .kem_private = 66, .kem_secret = 64
#define KDF_SHA256 .kdf_id = 1, .hash = 32, .hash_name = "SHA256"
#define KDF_SHA384 .kdf_id = 2, .hash = 48, .hash_name = "SHA384"
#define KDF_SHA512 .kdf_id = 3, .hash = 64, .hash_name = "SHA512"
#define AEAD_AES128 .aead_id = 1, .key = 16, .cipher_name = "AES-128-GCM"
#define AEAD_AES256 .aead_id = 2, .key = 32, .cipher_name = "AES-256-GCM"
#define AEAD_CHACHA .aead_id = 3, .key = 32, .cipher_name = "ChaCha20-Poly1305"
#define SIGN_ED25519 .sign_public = 32, .sign_private = 32
#define SIGN_ED448 .sign_public = 57, .sign_private = 57
#define SIGN_P256 .sign_public = 65, .sign_private = 32, .group_name = "P-256", .group_nid = NID_X9_62_prime256v1
#define SIGN_P384 .sign_public = 97, .sign_private = 48, .group_name = "P-384", .group_nid = NID_secp384r1
#define SIGN_P521 .sign_public = 133, .sign_private = 66, .group_name = "P-521", .group_nid = NID_secp521r1

static const SuiteRow rows[] = {
  { .id = 1, KEM_X25519, AEAD_AES128, KDF_SHA256, SIGN_ED25519 },
  { .id = 2, KEM_P256, AEAD_AES128, KDF_SHA256, SIGN_P256 },
  { .id = 3, KEM_X25519, AEAD_CHACHA, KDF_SHA256, SIGN_ED25519 },
  { .id = 4, KEM_X448, AEAD_AES256, KDF_SHA512, SIGN_ED448 },
  { .id = 5, KEM_P521, AEAD_AES256, KDF_SHA512, SIGN_P521 },
  { .id = 6, KEM_X448, AEAD_CHACHA, KDF_SHA512, SIGN_ED448 },
  { .id = 7, KEM_P384, AEAD_AES256, KDF_SHA384, SIGN_P384 },
};

void
suite_require (gboolean fine, const char *what)
{
  if (G_UNLIKELY (!fine))
    g_error ("OpenSSL cannot provide: %s", what);
}

static EVP_PKEY *
new_verifier (const char *group_name)
{
  g_autoptr (EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new_from_name (NULL, "EC", NULL);
  char *name = (char *) group_name; /* OSSL_PARAM lacks const; it is only read */
  OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string (OSSL_PKEY_PARAM_GROUP_NAME, name, 0), OSSL_PARAM_END };
  EVP_PKEY *key = NULL;
  suite_require (ctx && EVP_PKEY_fromdata_init (ctx) == 1
                     && EVP_PKEY_fromdata (ctx, &key, EVP_PKEY_KEY_PARAMETERS, params) == 1,
                 group_name);
  return key;
}

Suite *
suite_new (guint16 id)
{
  if (id < 1 || id > G_N_ELEMENTS (rows))
    return NULL;
  const SuiteRow *row = &rows[id - 1];
  /* Without it libsodium runs its slow portable code; later calls do nothing. */
  suite_require (sodium_init () >= 0, "libsodium");
  Suite *self = g_new0 (Suite, 1);
  self->refs = 1;
  self->row = row;
  self->md = EVP_MD_fetch (NULL, row->hash_name, NULL);
  self->md_ctx = EVP_MD_CTX_new ();
  suite_require (self->md && self->md_ctx, row->hash_name);
  self->md_block = (gsize) EVP_MD_get_block_size (self->md);
  self->cipher = EVP_CIPHER_fetch (NULL, row->cipher_name, NULL);
  self->cipher_ctx = EVP_CIPHER_CTX_new ();
  suite_require (self->cipher && self->cipher_ctx, row->cipher_name);
  if (row->curve == CURVE_NIST)
    {
      self->group = EC_GROUP_new_by_curve_name (row->group_nid);
      suite_require (self->group != NULL, row->group_name);
      self->verifier = new_verifier (row->group_name);
    }
  Secret hash = labeled_extract (self, LABEL_HPKE, SPAN_EMPTY, "psk_id_hash", SPAN_EMPTY);
  memcpy (self->psk_id_hash, hash.data, hash.len);
  return self;
}

Suite *
suite_ref (Suite *self)
{
  self->refs++;
  return self;
}

void
suite_unref (Suite *self)
{
  if (--self->refs)
    return;
  EVP_MD_CTX_free (self->md_ctx);
  EVP_MD_free (self->md);
  EVP_CIPHER_CTX_free (self->cipher_ctx);
  EVP_CIPHER_free (self->cipher);
  EC_GROUP_free (self->group);
  EVP_PKEY_free (self->verifier);
  g_free (self);
}

guint16
suite_id (const Suite *self)
{
  return self->row->id;
}

gsize
suite_hash_size (const Suite *self)
{
  return self->row->hash;
}

gsize
suite_key_size (const Suite *self)
{
  return self->row->key;
}

gsize
suite_kem_public_size (const Suite *self)
{
  return self->row->kem_public;
}
