/* seal.h - "this candidate was my choice": what settles which one wins (mandates V30).
 *
 * A seal is signed by a member's leaf key of an epoch e and counts by what it says, whoever sent it. Each member seals
 * one candidate of an epoch; who is seen to seal two counts for none. All members seal up to 64, above only the
 * stewards in force.
 */
#ifndef DEMLS_RULES_SEAL_H
#define DEMLS_RULES_SEAL_H

#include "base/reader.h"
#include "base/writer.h"
#include "rules/epoch.h"

/* A value without pointers. */
typedef struct {
  guint64 epoch;
  guint8 hash[DEMLS_HASH_SIZE]; /* SHA-256 of the candidate's commit_message */
  guint8 member_id[DEMLS_MEMBER_ID_SIZE];
  guint8 epoch_id[DEMLS_HASH_SIZE];
  guint8 signature[DEMLS_SIGNATURE_SIZE];
} DemlsSeal;

/* V30's signed bytes: "de-MLS seal v1" || 0x00 || group || epoch_id || BE64 (e) || hash. (transfer full) */
GBytes *demls_seal_signed_bytes (const DemlsEpoch *epoch, const guint8 hash[DEMLS_HASH_SIZE]);

/* Seals a candidate of `epoch` with the own leaf key of that epoch. FALSE if the crypto library failed. */
gboolean demls_seal_sign (const DemlsEpoch *epoch, const guint8 hash[DEMLS_HASH_SIZE],
                          DemlsSeal *out) G_GNUC_WARN_UNUSED_RESULT;

/* Is it a sealer's of this very epoch, and signed? Errors: WRONG_EPOCH, SEALER, SIGNATURE. */
gboolean demls_seal_check (const DemlsSeal *self, const DemlsEpoch *epoch, GError **error);

/* In and out of a message whose form was checked; writing borrows from `self`. */
DemlsSeal demls_seal_read (const DemlsSealMessage *message);
void demls_seal_write (const DemlsSeal *self, DemlsSealMessage *message);

/* How many sealers an epoch has, and whether a member is one. */
guint32 demls_epoch_sealers (const DemlsEpoch *epoch);
gboolean demls_epoch_is_sealer (const DemlsEpoch *epoch, Span member_id);

/* --- all seals of one epoch --------------------------------------------------------------------------------------- */

typedef struct _DemlsSeals DemlsSeals;

typedef enum {
  DEMLS_SEAL_TAKEN,    /* it counts */
  DEMLS_SEAL_HELD,     /* known */
  DEMLS_SEAL_CONFLICT, /* its member had sealed another: counts for none from now on (evidence: the first two) */
} DemlsSealTaken;

/* An empty set for an epoch with `sealers` sealers. (transfer full) */
DemlsSeals *demls_seals_new (guint32 sealers);
void demls_seals_free (DemlsSeals *self);

/* Takes in a seal that demls_seal_check() passed. */
DemlsSealTaken demls_seals_add (DemlsSeals *self, const DemlsSeal *seal);

/* The seals that count for a candidate. */
guint32 demls_seals_count (const DemlsSeals *self, Span hash);

/* Two thirds, rounded up, of the sealers have sealed it; this is never undone, even if some of them are seen to seal
 * another one later. */
gboolean demls_seals_final (const DemlsSeals *self, Span hash);

/* More than a third of the sealers (V20, V26). */
gboolean demls_seals_over_third (const DemlsSeals *self, Span hash);

/* All that are held, in ascending order of (member, order of arrival): one of each member, or the two that conflict.
 * Valid until the next one is added. */
const DemlsSeal *demls_seals_all (const DemlsSeals *self, guint *n);

/* The seal of a member (the first of two); NULL if it gave none. */
const DemlsSeal *demls_seals_of (const DemlsSeals *self, Span member_id);

/* Appends the set to a saved state, and reads it back: NULL if the bytes are damaged (the reader has then failed).
 * (transfer full) */
void demls_seals_save (const DemlsSeals *self, Writer *writer);
DemlsSeals *demls_seals_restore (Reader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsSeals, demls_seals_free)

#endif
