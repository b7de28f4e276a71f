#include "crypto/kem.h"

#include <openssl/core_names.h>
#include <sodium.h>
#include <string.h>

#include "crypto/suite-private.h"

/* --- X448 -------------------------------------------------------------------------------------------------------- */

static gboolean
x448_public (Span priv, guint8 out[KEM_PUBLIC_MAX])
{
  gsize len = KEM_PUBLIC_MAX;
  g_autoptr (EVP_PKEY) key = EVP_PKEY_new_raw_private_key_ex (NULL, "X448", NULL, priv.data, priv.len);
  return key && EVP_PKEY_get_raw_public_key (key, out, &len) == 1;
}

/* A private key for agreement only. Without a public half OpenSSL would compute it, which takes as long as the
 * agreement, where nobody looks at it: so it is given one that means nothing. */
static EVP_PKEY *
x448_private (Span priv)
{
  guint8 nothing[56] = { 0 };
  g_autoptr (EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new_from_name (NULL, "X448", NULL);
  void *bytes = (void *) priv.data; /* OSSL_PARAM lacks const; it is only read */
  OSSL_PARAM params[] = {
    OSSL_PARAM_construct_octet_string (OSSL_PKEY_PARAM_PRIV_KEY, bytes, priv.len),
    OSSL_PARAM_construct_octet_string (OSSL_PKEY_PARAM_PUB_KEY, nothing, sizeof nothing),
    OSSL_PARAM_END,
  };
  EVP_PKEY *key = NULL;
  gboolean fine =
      ctx && EVP_PKEY_fromdata_init (ctx) == 1 && EVP_PKEY_fromdata (ctx, &key, EVP_PKEY_KEYPAIR, params) == 1;
  return fine ? key : NULL;
}

/* OpenSSL refuses a result of zeros itself. */
static gboolean
x448_dh (Span priv, Span public_key, Secret *out)
{
  gsize len = SECRET_MAX;
  g_autoptr (EVP_PKEY) mine = x448_private (priv);
  g_autoptr (EVP_PKEY) theirs = EVP_PKEY_new_raw_public_key_ex (NULL, "X448", NULL, public_key.data, public_key.len);
  g_autoptr (EVP_PKEY_CTX) ctx = mine ? EVP_PKEY_CTX_new_from_pkey (NULL, mine, NULL) : NULL;
  if (!ctx || !theirs || EVP_PKEY_derive_init (ctx) != 1 || EVP_PKEY_derive_set_peer (ctx, theirs) != 1
      || EVP_PKEY_derive (ctx, out->data, &len) != 1)
    return FALSE;
  out->len = (guint8) len;
  return TRUE;
}

/* --- keys -------------------------------------------------------------------------------------------------------- */

Span
kem_public (const KemKeyPair *pair)
{
  return span (pair->public_key, pair->public_len);
}

static gboolean
fill_public (Suite *suite, KemKeyPair *pair)
{
  Span priv = secret_span (&pair->private_key);
  pair->public_len = suite->row->kem_public;
  switch (suite->row->curve)
    {
    case CURVE_25519:
      return crypto_scalarmult_base (pair->public_key, priv.data) == 0;
    case CURVE_448:
      return WITHOUT_ERRORS (x448_public (priv, pair->public_key));
    case CURVE_NIST:
      return nist_public_from_private (suite, priv, pair->public_key);
    default:
      return FALSE;
    }
}

gboolean
kem_key_pair_from_private (Suite *suite, Span private_key, KemKeyPair *out)
{
  *out = (KemKeyPair){ .public_len = 0 };
  if (private_key.len != suite->row->kem_private)
    return FALSE;
  out->private_key = secret_from (private_key);
  if (fill_public (suite, out))
    return TRUE;
  kem_key_pair_clear (out);
  return FALSE;
}

/* RFC 9180 section 7.1.3. */
static gboolean
derive_nist (Suite *suite, Span prk, KemKeyPair *out)
{
  g_auto (Secret) candidate = { .len = suite->row->kem_private };
  for (guint counter = 0; counter <= 255; counter++)
    {
      guint8 byte = (guint8) counter;
      if (!labeled_expand (suite, LABEL_KEM, prk, "candidate", span (&byte, 1), candidate.data, candidate.len))
        return FALSE;
      nist_mask (suite, &candidate);
      if (kem_key_pair_from_private (suite, secret_span (&candidate), out))
        return TRUE;
    }
  return FALSE;
}

gboolean
kem_derive_key_pair (Suite *suite, Span ikm, KemKeyPair *out)
{
  *out = (KemKeyPair){ .public_len = 0 };
  g_auto (Secret) prk = labeled_extract (suite, LABEL_KEM, SPAN_EMPTY, "dkp_prk", ikm);
  if (suite->row->curve == CURVE_NIST)
    return derive_nist (suite, secret_span (&prk), out);
  g_auto (Secret) priv = { .len = suite->row->kem_private };
  return labeled_expand (suite, LABEL_KEM, secret_span (&prk), "sk", SPAN_EMPTY, priv.data, priv.len)
         && kem_key_pair_from_private (suite, secret_span (&priv), out);
}

gboolean
kem_generate (Suite *suite, Rng *rng, KemKeyPair *out)
{
  g_auto (Secret) ikm = rng_secret (rng, suite->row->kem_private);
  return kem_derive_key_pair (suite, secret_span (&ikm), out);
}

gboolean
kem_public_valid (Suite *suite, Span public_key)
{
  if (suite->row->curve == CURVE_NIST)
    return nist_public_valid (suite, public_key);
  return public_key.len == suite->row->kem_public;
}

void
kem_key_pair_clear (KemKeyPair *pair)
{
  secret_wipe (pair, sizeof *pair);
}

/* --- agreement --------------------------------------------------------------------------------------------------- */

static gboolean
x25519_dh (Span priv, Span public_key, Secret *out)
{
  out->len = crypto_scalarmult_BYTES;
  return crypto_scalarmult (out->data, priv.data, public_key.data) == 0; /* it refuses a result of zeros */
}

static gboolean
dh_by_curve (Suite *suite, Span private_key, Span public_key, Secret *out)
{
  switch (suite->row->curve)
    {
    case CURVE_25519:
      return x25519_dh (private_key, public_key, out);
    case CURVE_448:
      return WITHOUT_ERRORS (x448_dh (private_key, public_key, out));
    case CURVE_NIST:
      return nist_dh (suite, private_key, public_key, out);
    default:
      return FALSE;
    }
}

gboolean
kem_dh (Suite *suite, Span private_key, Span public_key, Secret *out)
{
  *out = SECRET_EMPTY;
  if (private_key.len == suite->row->kem_private && public_key.len == suite->row->kem_public
      && dh_by_curve (suite, private_key, public_key, out))
    return TRUE;
  secret_clear (out);
  return FALSE;
}

/* ExtractAndExpand of RFC 9180 section 4.1; kem_context is the two public values. */
static gboolean
extract_and_expand (Suite *suite, Span dh, Span enc, Span recipient, Secret *shared)
{
  guint8 context[2 * KEM_PUBLIC_MAX];
  memcpy (context, enc.data, enc.len);
  memcpy (context + enc.len, recipient.data, recipient.len);
  g_auto (Secret) prk = labeled_extract (suite, LABEL_KEM, SPAN_EMPTY, "eae_prk", dh);
  shared->len = suite->row->kem_secret;
  return labeled_expand (suite, LABEL_KEM, secret_span (&prk), "shared_secret", span (context, enc.len + recipient.len),
                         shared->data, shared->len);
}

gboolean
kem_encap_with (Suite *suite, const KemKeyPair *ephemeral, Span public_key, Secret *shared)
{
  *shared = SECRET_EMPTY;
  g_auto (Secret) dh = SECRET_EMPTY;
  return kem_dh (suite, secret_span (&ephemeral->private_key), public_key, &dh)
         && extract_and_expand (suite, secret_span (&dh), kem_public (ephemeral), public_key, shared);
}

gboolean
kem_encap (Suite *suite, Rng *rng, Span public_key, Secret *shared, guint8 enc[KEM_PUBLIC_MAX])
{
  g_auto (KemKeyPair) ephemeral;
  *shared = SECRET_EMPTY;
  if (!kem_generate (suite, rng, &ephemeral) || !kem_encap_with (suite, &ephemeral, public_key, shared))
    return FALSE;
  memcpy (enc, ephemeral.public_key, ephemeral.public_len);
  return TRUE;
}

gboolean
kem_decap (Suite *suite, const KemKeyPair *pair, Span enc, Secret *shared)
{
  *shared = SECRET_EMPTY;
  g_auto (Secret) dh = SECRET_EMPTY;
  return kem_dh (suite, secret_span (&pair->private_key), enc, &dh)
         && extract_and_expand (suite, secret_span (&dh), enc, kem_public (pair), shared);
}
