/* key-package.h - the offer to join of somebody who is not a member yet (RFC 9420 section 10).
 */
#ifndef DEMLS_MLS_KEY_PACKAGE_H
#define DEMLS_MLS_KEY_PACKAGE_H

#include "crypto/kem.h"
#include "mls/leaf-node.h"

/* A view of its encoding; never changes, reference counted. */
typedef struct {
  GBytes *encoded; /* the bare KeyPackage, without MLSMessage around it */
  guint16 version;
  guint16 suite;
  Span init_key;
  MlsLeafNode *leaf;
  Span extensions;
  Span signature;
  Span tbs;
} MlsKeyPackage;

/* The private side of a key package that we made. */
typedef struct {
  MlsKeyPackage *package;
  KemKeyPair init;
  KemKeyPair encryption;
} MlsKeyPackageSecrets;

/* What a new key package says beside fresh keys. */
typedef struct {
  Span credential;      /* encoded */
  Span capabilities;    /* encoded */
  Span leaf_extensions; /* contents of the list */
  guint64 not_before;   /* seconds since 1970 */
  guint64 not_after;
} MlsKeyPackageFields;

/* Makes one with fresh init and encryption keys (two key pairs, two signatures). NULL with INTERNAL.
 * (transfer full) */
MlsKeyPackageSecrets *mls_key_package_new (Suite *suite, Rng *rng, const SignKey *key,
                                           const MlsKeyPackageFields *fields, GError **error);
void mls_key_package_secrets_free (MlsKeyPackageSecrets *self);

/* Saves the package with its private keys, versioned, and back. Errors: SAVED_VERSION, SAVED_DAMAGED. */
void mls_key_package_secrets_save (const MlsKeyPackageSecrets *self, Writer *writer);
MlsKeyPackageSecrets *mls_key_package_secrets_restore (Suite *suite, Span saved, GError **error);

/* Reads a KeyPackage inside a structure. Errors: MALFORMED, DUPLICATE_EXTENSION, CREDENTIAL_TYPE. (transfer full) */
MlsKeyPackage *mls_key_package_read (Reader *reader, GError **error);

/* Reads bytes that are exactly one. (transfer full) */
MlsKeyPackage *mls_key_package_parse (Span bytes, GError **error);

MlsKeyPackage *mls_key_package_ref (const MlsKeyPackage *self);
void mls_key_package_unref (MlsKeyPackage *self);

/* 5.2: KeyPackageRef; Nh bytes at `out`. */
void mls_key_package_hash_ref (Suite *suite, const MlsKeyPackage *self, guint8 out[HASH_MAX]);

/* 10.1 and, for the leaf, 7.3 as far as neither group nor clock is needed. Errors: KEY_PACKAGE_VERSION,
 * KEY_PACKAGE_SUITE, KEY_PACKAGE_SOURCE, KEY_PACKAGE_INIT_KEY, KEY_PACKAGE_SAME_KEY, LEAF_*, KEY_PACKAGE_SIGNATURE. */
gboolean mls_key_package_check (Suite *suite, const MlsKeyPackage *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsKeyPackage, mls_key_package_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsKeyPackageSecrets, mls_key_package_secrets_free)

#endif
