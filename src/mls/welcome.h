/* welcome.h - Welcome and GroupSecrets (RFC 9420 section 12.4.3), their making and opening; what a joiner then does
 * with them is in group-join.c.
 */
#ifndef DEMLS_MLS_WELCOME_H
#define DEMLS_MLS_WELCOME_H

#include "mls/group-info.h"
#include "mls/key-package.h"
#include "mls/psk.h"

/* EncryptedGroupSecrets, in place. */
typedef struct {
  Span new_member; /* KeyPackageRef */
  Span kem_output;
  Span ciphertext;
} MlsWelcomeEntry;

/* A Welcome read in place: spans point into the bytes it was read from. */
typedef struct {
  guint16 suite;
  Span entries; /* contents of the vector, each readable */
  guint32 n_entries;
  Span encrypted_group_info;
} MlsWelcome;

/* Reads the body that follows the wire format in an MLSMessage, to its end. Errors: MALFORMED, SUITE. */
gboolean mls_welcome_read (Span body, MlsWelcome *out, GError **error);

/* Reads the next entry; FALSE at the end. */
gboolean mls_welcome_next (Reader *entries, MlsWelcomeEntry *out);

/* GroupSecrets, decrypted; wiped when freed. */
typedef struct {
  GBytes *encoded; /* wiping */
  Secret joiner_secret;
  gboolean has_path_secret;
  Secret path_secret;
  MlsPskId *psks; /* into `encoded` */
  guint n_psks;
} MlsGroupSecrets;

/* Parses decrypted or test-vector bytes, taking a wiping copy. Errors: WELCOME_SECRETS, PSK_NONCE.
 * (transfer full) */
MlsGroupSecrets *mls_group_secrets_parse (Span bytes, GError **error);
void mls_group_secrets_write (Writer *writer, Span joiner_secret, const Secret *path_secret, const MlsPskId *psks,
                              guint n_psks);
void mls_group_secrets_free (MlsGroupSecrets *self);

/* 12.4.3.1, first steps: finds the entry of our key package and decrypts it. Errors: WELCOME_NOT_FOR_US,
 * WELCOME_SUITE, WELCOME_SECRETS. (transfer full) */
MlsGroupSecrets *mls_welcome_open_secrets (Suite *suite, const MlsWelcome *welcome, const MlsKeyPackageSecrets *ours,
                                           GError **error);

/* The next step: decrypts GroupInfo under the welcome secret. Errors: WELCOME_GROUP_INFO, and mls_group_info_parse()'s.
 * (transfer full) */
MlsGroupInfo *mls_welcome_open_group_info (Suite *suite, const MlsWelcome *welcome, Span joiner_secret, Span psk_secret,
                                           GError **error);

/* One new member of a Welcome being made. */
typedef struct {
  const MlsKeyPackage *package;
  Span path_secret; /* empty: none */
} MlsWelcomeTarget;

/* Makes a Welcome as a whole MLSMessage. A target whose init key yields no shared secret (RFC 9180 section 7.1.4) gets
 * random bytes: it shuts out itself, not the others. NULL with INTERNAL. (transfer full) */
GBytes *mls_welcome_make (Suite *suite, Rng *rng, Span joiner_secret, Span psk_secret, const MlsPskId *psks,
                          guint n_psks, Span group_info, const MlsWelcomeTarget *targets, guint n_targets,
                          GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsGroupSecrets, mls_group_secrets_free)

#endif
