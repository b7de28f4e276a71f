/* lost-at.h - the plain cry of a member that nobody answered (mandates V31).
 *
 * It counts by its signature, made with the leaf key of its last epoch; since a member id names its key (G4), anybody
 * who knows the key can check it, in whatever epoch they are.
 */
#ifndef DEMLS_RULES_LOST_AT_H
#define DEMLS_RULES_LOST_AT_H

#include "rules/epoch.h"

/* "de-MLS lost v1" || 0x00 || group || BE64 (epoch) || nonce. `group` is group id || instance. (transfer full) */
GBytes *demls_lost_signed_bytes (Span group, guint64 epoch, Span nonce);

/* Fills in what is signed, with the own leaf key of `epoch`; `nonce` is drawn, and like `signature` the caller's to
 * keep as long as the message. FALSE if the crypto library failed. */
gboolean demls_lost_sign (const DemlsEpoch *epoch, Rng *rng, guint8 nonce[DEMLS_NONCE_SIZE],
                          guint8 signature[DEMLS_SIGNATURE_SIZE], DemlsLostAt *message) G_GNUC_WARN_UNUSED_RESULT;

/* Was it made by the member that it names, who is one in `epoch`? Errors: NO_MEMBER, SIGNATURE. */
gboolean demls_lost_check (const DemlsLostAt *message, const DemlsEpoch *epoch, GError **error);

#endif
