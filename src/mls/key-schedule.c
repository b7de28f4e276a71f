#include "mls/key-schedule.h"

#include "crypto/hash.h"
#include "crypto/hkdf.h"
#include "mls/error.h"

static const guint8 zeros[HASH_MAX];

/* "0" in the diagram of section 8. */
static Span
or_zeros (Suite *suite, Span secret)
{
  return secret.len ? secret : span (zeros, suite_hash_size (suite));
}

Secret
mls_joiner_secret (Suite *suite, Span init_secret, Span commit_secret, Span group_context)
{
  g_auto (Secret) extracted = hkdf_extract (suite, init_secret, or_zeros (suite, commit_secret));
  return mls_expand_secret (suite, secret_span (&extracted), "joiner", group_context, suite_hash_size (suite));
}

static Secret
member_secret (Suite *suite, Span joiner_secret, Span psk_secret)
{
  return hkdf_extract (suite, joiner_secret, or_zeros (suite, psk_secret));
}

Secret
mls_welcome_secret (Suite *suite, Span joiner_secret, Span psk_secret)
{
  g_auto (Secret) member = member_secret (suite, joiner_secret, psk_secret);
  return mls_derive_secret (suite, secret_span (&member), "welcome");
}

void
mls_welcome_key (Suite *suite, Span welcome_secret, Secret *key, Secret *nonce)
{
  *key = mls_expand_secret (suite, welcome_secret, "key", SPAN_EMPTY, suite_key_size (suite));
  *nonce = mls_expand_secret (suite, welcome_secret, "nonce", SPAN_EMPTY, AEAD_NONCE);
}

void
mls_epoch_secrets_derive (Suite *suite, Span joiner_secret, Span psk_secret, Span group_context, MlsEpochSecrets *out)
{
  g_auto (Secret) member = member_secret (suite, joiner_secret, psk_secret);
  g_auto (Secret) epoch =
      mls_expand_secret (suite, secret_span (&member), "epoch", group_context, suite_hash_size (suite));
  mls_epoch_secrets_from_epoch_secret (suite, secret_span (&epoch), out);
}

void
mls_epoch_secrets_from_epoch_secret (Suite *suite, Span epoch_secret, MlsEpochSecrets *out)
{
  out->sender_data = mls_derive_secret (suite, epoch_secret, "sender data");
  out->encryption = mls_derive_secret (suite, epoch_secret, "encryption");
  out->exporter = mls_derive_secret (suite, epoch_secret, "exporter");
  out->external = mls_derive_secret (suite, epoch_secret, "external");
  out->confirmation = mls_derive_secret (suite, epoch_secret, "confirm");
  out->membership = mls_derive_secret (suite, epoch_secret, "membership");
  out->resumption = mls_derive_secret (suite, epoch_secret, "resumption");
  out->authentication = mls_derive_secret (suite, epoch_secret, "authentication");
  out->init = mls_derive_secret (suite, epoch_secret, "init");
}

void
mls_epoch_secrets_clear (MlsEpochSecrets *self)
{
  secret_wipe (self, sizeof *self);
}

gboolean
mls_external_key_pair (Suite *suite, const MlsEpochSecrets *self, KemKeyPair *out, GError **error)
{
  if (!kem_derive_key_pair (suite, secret_span (&self->external), out))
    return mls_refuse (error, MLS_ERROR_INTERNAL, "no key pair comes from the external secret");
  return TRUE;
}

static const char external_init_label[] = "MLS 1.0 external init secret";

gboolean
mls_external_init_send (Suite *suite, Rng *rng, Span external_pub, guint8 kem_output[KEM_PUBLIC_MAX],
                        Secret *init_secret, GError **error)
{
  if (!hpke_send_export (suite, rng, external_pub, SPAN_EMPTY, span_str (external_init_label), suite_hash_size (suite),
                         kem_output, init_secret))
    return mls_refuse (error, MLS_ERROR_EXTENSION, "external_pub is not a public key of the suite");
  return TRUE;
}

gboolean
mls_external_init_receive (Suite *suite, const MlsEpochSecrets *self, Span kem_output, Secret *init_secret,
                           GError **error)
{
  g_auto (KemKeyPair) pair = { .public_len = 0 };
  if (!mls_external_key_pair (suite, self, &pair, error))
    return FALSE;
  if (!hpke_receive_export (suite, &pair, kem_output, SPAN_EMPTY, span_str (external_init_label),
                            suite_hash_size (suite), init_secret))
    return mls_refuse (error, MLS_ERROR_MALFORMED, "kem_output of ExternalInit is none of this suite");
  return TRUE;
}

void
mls_exporter (Suite *suite, const MlsEpochSecrets *self, const char *label, Span context, guint8 *out, gsize len)
{
  guint8 hash[HASH_MAX];
  hash_span (suite, context, hash);
  g_auto (Secret) derived = mls_derive_secret (suite, secret_span (&self->exporter), label);
  mls_expand (suite, secret_span (&derived), "exported", span (hash, suite_hash_size (suite)), out, len);
}

void
mls_confirmation_tag (Suite *suite, const MlsEpochSecrets *self, Span confirmed_transcript_hash, guint8 out[HASH_MAX])
{
  hmac_parts (suite, secret_span (&self->confirmation), &confirmed_transcript_hash, 1, out);
}
