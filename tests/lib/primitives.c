#include "primitives.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>
#include <time.h>

#define CHUNKS 3 /* the best of them counts */
#define SHORT_MESSAGE 300
#define LONG_MESSAGE 1324
#define HASHED 100

struct _Primitives {
  guint8 message[LONG_MESSAGE];
  guint8 out[LONG_MESSAGE + 64];
  guint8 sealed[LONG_MESSAGE + 16];
  guint8 seed[32];
  guint8 sign_private[64];
  guint8 sign_public[32];
  guint8 peer[32];
  guint8 signature[64];
  guint8 long_signature[64];
  EVP_PKEY *signer;
  EVP_PKEY *verifier;
  EVP_MD_CTX *sign_ctx;
  EVP_PKEY *dh_key;
  EVP_PKEY *dh_peer;
  EVP_PKEY_CTX *dh_ctx;
  EVP_CIPHER *cipher;
  EVP_CIPHER_CTX *cipher_ctx;
  EVP_MAC_CTX *mac_ctx;
  EVP_MD *md;
  EVP_MD_CTX *md_ctx;
  double last[N_PRIMITIVES];
  double best[N_PRIMITIVES][2]; /* libsodium, OpenSSL */
};

/* Each does its primitive once and leaves its result in `out`, part of which is the next one's input. */
typedef void (*Once) (Primitives *self);

static void
must (gboolean fine)
{
  if (!fine)
    g_error ("primitives: a library failed");
}

static void
sodium_base (Primitives *self)
{
  must (crypto_scalarmult_base (self->out, self->seed) == 0);
}

static void
openssl_base (Primitives *self)
{
  gsize len = 32;
  EVP_PKEY *key = EVP_PKEY_new_raw_private_key (EVP_PKEY_X25519, NULL, self->seed, 32);
  must (key && EVP_PKEY_get_raw_public_key (key, self->out, &len) == 1);
  EVP_PKEY_free (key);
}

static void
sodium_dh (Primitives *self)
{
  must (crypto_scalarmult (self->out, self->seed, self->peer) == 0);
}

static void
openssl_dh (Primitives *self)
{
  gsize len = 32;
  must (EVP_PKEY_derive (self->dh_ctx, self->out, &len) == 1);
}

static void
sodium_sign_len (Primitives *self, gsize len)
{
  must (crypto_sign_detached (self->out, NULL, self->message, len, self->sign_private) == 0);
}

static void
openssl_sign_len (Primitives *self, gsize len)
{
  gsize written = 64;
  must (EVP_DigestSignInit (self->sign_ctx, NULL, NULL, NULL, self->signer) == 1
        && EVP_DigestSign (self->sign_ctx, self->out, &written, self->message, len) == 1);
}

static void
sodium_verify_len (Primitives *self, const guint8 *signature, gsize len)
{
  must (crypto_sign_verify_detached (signature, self->message, len, self->sign_public) == 0);
}

static void
openssl_verify_len (Primitives *self, const guint8 *signature, gsize len)
{
  must (EVP_DigestVerifyInit (self->sign_ctx, NULL, NULL, NULL, self->verifier) == 1
        && EVP_DigestVerify (self->sign_ctx, signature, 64, self->message, len) == 1);
}

static void
sodium_sign (Primitives *self)
{
  sodium_sign_len (self, SHORT_MESSAGE);
}

static void
openssl_sign (Primitives *self)
{
  openssl_sign_len (self, SHORT_MESSAGE);
}

static void
sodium_verify (Primitives *self)
{
  sodium_verify_len (self, self->signature, SHORT_MESSAGE);
}

static void
openssl_verify (Primitives *self)
{
  openssl_verify_len (self, self->signature, SHORT_MESSAGE);
}

static void
sodium_sign_1k (Primitives *self)
{
  sodium_sign_len (self, LONG_MESSAGE);
}

static void
openssl_sign_1k (Primitives *self)
{
  openssl_sign_len (self, LONG_MESSAGE);
}

static void
sodium_verify_1k (Primitives *self)
{
  sodium_verify_len (self, self->long_signature, LONG_MESSAGE);
}

static void
openssl_verify_1k (Primitives *self)
{
  openssl_verify_len (self, self->long_signature, LONG_MESSAGE);
}

static void
sodium_hmac (Primitives *self)
{
  must (crypto_auth_hmacsha256 (self->out, self->message, HASHED, self->seed) == 0);
}

static void
openssl_hmac (Primitives *self)
{
  gsize len;
  must (EVP_MAC_init (self->mac_ctx, self->seed, 32, NULL) == 1
        && EVP_MAC_update (self->mac_ctx, self->message, HASHED) == 1
        && EVP_MAC_final (self->mac_ctx, self->out, &len, 32) == 1);
}

static void
sodium_sha256 (Primitives *self)
{
  must (crypto_hash_sha256 (self->out, self->message, HASHED) == 0);
}

static void
openssl_sha256 (Primitives *self)
{
  must (EVP_DigestInit_ex2 (self->md_ctx, self->md, NULL) == 1
        && EVP_DigestUpdate (self->md_ctx, self->message, HASHED) == 1
        && EVP_DigestFinal_ex (self->md_ctx, self->out, NULL) == 1);
}

static void
openssl_seal_len (Primitives *self, guint8 *out, gsize len)
{
  int n;
  must (EVP_EncryptInit_ex2 (self->cipher_ctx, self->cipher, self->seed, self->peer, NULL) == 1
        && EVP_EncryptUpdate (self->cipher_ctx, out, &n, self->message, (int) len) == 1
        && EVP_EncryptFinal_ex (self->cipher_ctx, out + len, &n) == 1
        && EVP_CIPHER_CTX_ctrl (self->cipher_ctx, EVP_CTRL_AEAD_GET_TAG, 16, out + len) == 1);
}

static void
openssl_aead (Primitives *self)
{
  openssl_seal_len (self, self->out, 32);
}

static void
openssl_seal_1k (Primitives *self)
{
  openssl_seal_len (self, self->sealed, 1024 + 64);
}

static void
openssl_open_1k (Primitives *self)
{
  int n;
  must (EVP_DecryptInit_ex2 (self->cipher_ctx, self->cipher, self->seed, self->peer, NULL) == 1
        && EVP_DecryptUpdate (self->cipher_ctx, self->out, &n, self->sealed, 1024 + 64) == 1
        && EVP_CIPHER_CTX_ctrl (self->cipher_ctx, EVP_CTRL_AEAD_SET_TAG, 16, self->sealed + 1024 + 64) == 1
        && EVP_DecryptFinal_ex (self->cipher_ctx, self->out, &n) == 1);
}

/* libsodium has no AES-128. */
static const struct {
  const char *name;
  guint repeats;
  Once once[2];
} contenders[N_PRIMITIVES] = {
  [PRIMITIVE_BASE] = { "X25519 base", 8, { sodium_base, openssl_base } },
  [PRIMITIVE_DH] = { "X25519 DH", 8, { sodium_dh, openssl_dh } },
  [PRIMITIVE_SIGN] = { "Ed25519 sign", 8, { sodium_sign, openssl_sign } },
  [PRIMITIVE_VERIFY] = { "Ed25519 verify", 8, { sodium_verify, openssl_verify } },
  [PRIMITIVE_SIGN_1K] = { "Ed25519 sign 1 KiB", 8, { sodium_sign_1k, openssl_sign_1k } },
  [PRIMITIVE_VERIFY_1K] = { "Ed25519 verify 1 KiB", 8, { sodium_verify_1k, openssl_verify_1k } },
  [PRIMITIVE_HMAC] = { "HMAC-SHA-256", 60, { sodium_hmac, openssl_hmac } },
  [PRIMITIVE_SHA256] = { "SHA-256", 60, { sodium_sha256, openssl_sha256 } },
  [PRIMITIVE_AEAD] = { "AES-128-GCM 32 B", 60, { NULL, openssl_aead } },
  [PRIMITIVE_SEAL_1K] = { "AES-128-GCM seal 1 KiB", 60, { NULL, openssl_seal_1k } },
  [PRIMITIVE_OPEN_1K] = { "AES-128-GCM open 1 KiB", 60, { NULL, openssl_open_1k } },
};

const char *
primitive_name (Primitive which)
{
  return contenders[which].name;
}

double
cpu_time (void)
{
  struct timespec now;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e6 + (double) now.tv_nsec / 1e3;
}

static void
set_up_signing (Primitives *self)
{
  crypto_sign_seed_keypair (self->sign_public, self->sign_private, self->seed);
  crypto_sign_detached (self->signature, NULL, self->message, SHORT_MESSAGE, self->sign_private);
  crypto_sign_detached (self->long_signature, NULL, self->message, LONG_MESSAGE, self->sign_private);
  self->signer = EVP_PKEY_new_raw_private_key (EVP_PKEY_ED25519, NULL, self->seed, 32);
  self->verifier = EVP_PKEY_new_raw_public_key (EVP_PKEY_ED25519, NULL, self->sign_public, 32);
  self->sign_ctx = EVP_MD_CTX_new ();
  must (self->signer && self->verifier && self->sign_ctx);
}

static void
set_up_dh (Primitives *self)
{
  crypto_scalarmult_base (self->peer, self->message);
  self->dh_key = EVP_PKEY_new_raw_private_key (EVP_PKEY_X25519, NULL, self->seed, 32);
  self->dh_peer = EVP_PKEY_new_raw_public_key (EVP_PKEY_X25519, NULL, self->peer, 32);
  self->dh_ctx = EVP_PKEY_CTX_new (self->dh_key, NULL);
  must (EVP_PKEY_derive_init (self->dh_ctx) == 1 && EVP_PKEY_derive_set_peer (self->dh_ctx, self->dh_peer) == 1);
}

static void
set_up_symmetric (Primitives *self)
{
  self->cipher = EVP_CIPHER_fetch (NULL, "AES-128-GCM", NULL);
  self->cipher_ctx = EVP_CIPHER_CTX_new ();
  EVP_MAC *mac = EVP_MAC_fetch (NULL, "HMAC", NULL);
  self->mac_ctx = EVP_MAC_CTX_new (mac);
  EVP_MAC_free (mac);
  char name[] = "SHA256";
  const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string (OSSL_MAC_PARAM_DIGEST, name, 0),
                                OSSL_PARAM_construct_end () };
  must (EVP_MAC_CTX_set_params (self->mac_ctx, params) == 1);
  self->md = EVP_MD_fetch (NULL, "SHA256", NULL);
  self->md_ctx = EVP_MD_CTX_new ();
}

Primitives *
primitives_new (void)
{
  must (sodium_init () >= 0);
  Primitives *self = g_new0 (Primitives, 1);
  memset (self->seed, 0x5c, sizeof self->seed);
  memset (self->message, 0x36, sizeof self->message);
  set_up_signing (self);
  set_up_dh (self);
  set_up_symmetric (self);
  openssl_seal_1k (self);
  for (guint i = 0; i < N_PRIMITIVES; i++)
    self->best[i][0] = self->best[i][1] = G_MAXDOUBLE;
  return self;
}

/* Microseconds of one call, in the best of a few chunks. */
static double
measure (Primitives *self, Once once, guint repeats)
{
  double best = G_MAXDOUBLE;
  for (guint chunk = 0; chunk < CHUNKS; chunk++)
    {
      double start = cpu_time ();
      for (guint i = 0; i < repeats; i++)
        once (self);
      best = MIN (best, (cpu_time () - start) / repeats);
    }
  return best;
}

void
primitives_measure (Primitives *self)
{
  for (guint i = 0; i < N_PRIMITIVES; i++)
    {
      self->last[i] = G_MAXDOUBLE;
      for (guint library = 0; library < 2; library++)
        {
          if (!contenders[i].once[library])
            continue;
          double took = measure (self, contenders[i].once[library], contenders[i].repeats);
          self->last[i] = MIN (self->last[i], took);
          self->best[i][library] = MIN (self->best[i][library], took);
        }
    }
}

double
primitives_last (const Primitives *self, Primitive which)
{
  return self->last[which];
}

double
primitives_best (const Primitives *self, Primitive which)
{
  return MIN (self->best[which][0], self->best[which][1]);
}

const char *
primitives_faster (const Primitives *self, Primitive which)
{
  return self->best[which][0] <= self->best[which][1] ? "libsodium" : "OpenSSL";
}

void
primitives_free (Primitives *self)
{
  EVP_PKEY_free (self->signer);
  EVP_PKEY_free (self->verifier);
  EVP_MD_CTX_free (self->sign_ctx);
  EVP_PKEY_CTX_free (self->dh_ctx);
  EVP_PKEY_free (self->dh_key);
  EVP_PKEY_free (self->dh_peer);
  EVP_CIPHER_CTX_free (self->cipher_ctx);
  EVP_CIPHER_free (self->cipher);
  EVP_MAC_CTX_free (self->mac_ctx);
  EVP_MD_CTX_free (self->md_ctx);
  EVP_MD_free (self->md);
  g_free (self);
}
