/* envelope.h - a few secret bytes that a passphrase opens: the store's key, or an exported identity.
 *
 *   "demls-" label 00 | format 1 | passes u32 | KiB u32 | salt 16 | nonce 12 | AES-256-GCM ciphertext and tag | SHA-256
 *
 * The key is Argon2id's; everything before the ciphertext is associated data. The hash over all that precedes it tells
 * damage from a wrong passphrase, before a damaged cost is believed; it authenticates nothing.
 */
#ifndef DEMLS_ENVELOPE_H
#define DEMLS_ENVELOPE_H

#include "crypto/password.h"
#include "crypto/rng.h"
#include "crypto/suite.h"

/* `secret` under `passphrase`; `suite` has AES-256-GCM (4). NULL if Argon2id found no memory. (transfer full) */
GBytes *demls_envelope_seal (Suite *suite, Rng *rng, const char *label, const char *passphrase, PasswordCost cost,
                             Span secret, GError **error);

/* What `envelope` holds, as bytes that wipe themselves; NULL with DEMLS_STORE_ERROR_PASSPHRASE, _DAMAGED or, for a
 * format that is not known yet, _VERSION. (transfer full) */
GBytes *demls_envelope_open (Suite *suite, const char *label, const char *passphrase, Span envelope, GError **error);

#endif
