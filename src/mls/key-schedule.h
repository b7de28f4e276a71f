/* key-schedule.h - from init, commit and PSK secrets to an epoch's secrets (RFC 9420 section 8, 8.3, 8.5, 8.7).
 */
#ifndef DEMLS_MLS_KEY_SCHEDULE_H
#define DEMLS_MLS_KEY_SCHEDULE_H

#include "mls/labels.h"

/* Table 4 of section 8, and init_secret for the next epoch. */
typedef struct {
  Secret sender_data;
  Secret encryption; /* root of the secret tree; cleared once the tree is made */
  Secret exporter;
  Secret external;
  Secret confirmation;
  Secret membership;
  Secret resumption;
  Secret authentication; /* the epoch authenticator, 8.7 */
  Secret init;
} MlsEpochSecrets;

/* joiner_secret = ExpandWithLabel (Extract (init, commit), "joiner", group_context, Nh). An empty `commit_secret`
 * stands for Nh zero bytes. */
Secret mls_joiner_secret (Suite *suite, Span init_secret, Span commit_secret, Span group_context);

/* The welcome secret that comes from joiner and PSK secrets; an empty `psk_secret` stands for Nh zero bytes. */
Secret mls_welcome_secret (Suite *suite, Span joiner_secret, Span psk_secret);

/* The key and nonce that encrypt GroupInfo in a Welcome (12.4.3). */
void mls_welcome_key (Suite *suite, Span welcome_secret, Secret *key, Secret *nonce);

/* All secrets of the epoch with `group_context` (encoded), from its joiner secret. */
void mls_epoch_secrets_derive (Suite *suite, Span joiner_secret, Span psk_secret, Span group_context,
                               MlsEpochSecrets *out);

/* The secrets of epoch 0 from a drawn epoch_secret (11). */
void mls_epoch_secrets_from_epoch_secret (Suite *suite, Span epoch_secret, MlsEpochSecrets *out);

void mls_epoch_secrets_clear (MlsEpochSecrets *self);

/* 8.3: the key pair that an external joiner seals its init secret to. */
gboolean mls_external_key_pair (Suite *suite, const MlsEpochSecrets *self, KemKeyPair *out, GError **error);

/* 8.3: both ends of that exchange: the new init_secret, from the external public key and from kem_output.
 * Errors: EXTENSION (external_pub is no key of the suite), MALFORMED (nor is kem_output), INTERNAL. */
gboolean mls_external_init_send (Suite *suite, Rng *rng, Span external_pub, guint8 kem_output[KEM_PUBLIC_MAX],
                                 Secret *init_secret, GError **error);
gboolean mls_external_init_receive (Suite *suite, const MlsEpochSecrets *self, Span kem_output, Secret *init_secret,
                                    GError **error);

/* 8.5: MLS-Exporter (label, context, len); `len` <= 255 Nh. */
void mls_exporter (Suite *suite, const MlsEpochSecrets *self, const char *label, Span context, guint8 *out, gsize len);

/* 8.1: confirmation_tag = MAC (confirmation_key, confirmed_transcript_hash); Nh bytes at `out`. */
void mls_confirmation_tag (Suite *suite, const MlsEpochSecrets *self, Span confirmed_transcript_hash,
                           guint8 out[HASH_MAX]);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MlsEpochSecrets, mls_epoch_secrets_clear)

#endif
