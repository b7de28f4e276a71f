/* seal.h - values as they lie in the database: sealed under the database's key, or plain if there is no passphrase.
 *
 * A sealed value is nonce 12 | AES-256-GCM ciphertext | tag 16. The nonce is random for every write (2^32 writes under
 * one key stay within NIST SP 800-38D; setting a passphrase draws a new key). What the value is, its scope and its key
 * are associated data, so a value opens nowhere but in its own row. A plain value is just its bytes.
 */
#ifndef DEMLS_SEAL_H
#define DEMLS_SEAL_H

#include "crypto/password.h"
#include "crypto/rng.h"
#include "crypto/suite.h"
#include "store/manifest.h"

/* What a value is. */
typedef enum {
  DEMLS_SEALED_ROW = 1,
  DEMLS_SEALED_MANIFEST = 2, /* of a scope; no key */
  DEMLS_SEALED_ROOT = 3,     /* the manifest of all scopes; neither scope nor key */
} DemlsSealed;

/* The place of a value. */
typedef struct {
  DemlsSealed what;
  const char *scope;
  const char *key;
} DemlsPlace;

typedef struct _DemlsSealer DemlsSealer;

/* A sealer with a fresh key, and in `lock` what demls_sealer_unlock() makes it from again: the key under `passphrase`;
 * with a NULL passphrase the sealer leaves values plain. NULL if Argon2id found no memory. (transfer full) */
DemlsSealer *demls_sealer_new (const char *passphrase, PasswordCost cost, GBytes **lock, GError **error);

/* The sealer that `lock` belongs to. A passphrase for a plain store is refused like a wrong one: a sealed store that
 * somebody replaced by a plain one must not pass. (transfer full) */
DemlsSealer *demls_sealer_unlock (Span lock, const char *passphrase, GError **error);

/* `value` as it is stored at `place`. (transfer full) */
GBytes *demls_sealer_seal (DemlsSealer *self, const DemlsPlace *place, Span value);

/* The value again, as bytes that wipe themselves; NULL if it is not what was sealed for `place`. (transfer full) */
GBytes *demls_sealer_open (DemlsSealer *self, const DemlsPlace *place, Span stored);

/* The hash of a stored value at its place, for manifests: HMAC under a key of its own; without passphrase a public
 * one, which notices accidents only. */
void demls_sealer_hash (DemlsSealer *self, const DemlsPlace *place, Span stored, guint8 out[DEMLS_MANIFEST_HASH]);

/* For envelopes: AES-256-GCM, and the source of randomness. Borrowed. */
Suite *demls_sealer_suite (DemlsSealer *self);
Rng *demls_sealer_rng (DemlsSealer *self);

void demls_sealer_free (DemlsSealer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsSealer, demls_sealer_free)

#endif
