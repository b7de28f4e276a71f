/* request.h - what a proposal asks for: its payload, read once (mandates V4, governance G11, G121).
 */
#ifndef DEMLS_RULES_REQUEST_H
#define DEMLS_RULES_REQUEST_H

#include "mls/key-package.h"
#include "rules/epoch.h"

typedef enum {
  DEMLS_KIND_INVITE,        /* add somebody */
  DEMLS_KIND_REJOIN,        /* replace a leaf by its owner's new one */
  DEMLS_KIND_REMOVE,        /* remove somebody, perhaps oneself */
  DEMLS_KIND_SCORE_REMOVAL, /* remove somebody whose score is low */
  DEMLS_KIND_ACCUSATION,    /* other emergencies: only scores follow */
  DEMLS_KIND_DEADLOCK,      /* let anybody commit */
  DEMLS_KIND_ELECTION,      /* another steward list */
  DEMLS_KIND_POLICY,        /* other numbers, or another title */
  DEMLS_KIND_REFRESH,       /* one's own leaf anew */
} DemlsKind;

/* Never changes; reference counted. Keeps its proposal. */
typedef struct {
  ConsensusProposal *proposal;
  DemlsUpdateRequest *message;
  DemlsKind kind;
  Span target;            /* member id of whom it concerns, of a refresh its owner; else empty */
  MlsKeyPackage *package; /* invite and rejoin; else NULL */
} DemlsRequest;

/* Reads a proposal's payload, as far as it can be judged by itself: the parts of its kind and no others, ids and key
 * packages that belong together (G4), evidence by its owner (G115). Errors: CONSENSUS_ERROR's for bytes; REQUEST,
 * KEY_PACKAGE, MEMBER_ID. (transfer full) */
DemlsRequest *demls_request_read (const ConsensusProposal *proposal, GError **error);

DemlsRequest *demls_request_ref (const DemlsRequest *self);
void demls_request_unref (DemlsRequest *self);

/* The proposal's hash and owner. */
Span demls_request_hash (const DemlsRequest *self);
Span demls_request_owner (const DemlsRequest *self);

/* The part that every request carries: when it was opened. */
guint64 demls_request_opened_epoch (const DemlsRequest *self);

/* --- payloads of new proposals, opened in `epoch` (all transfer full) --- */

/* member_invite; `proofs` (may be NULL) are leaf hashes with signatures, for a rejoin. */
GBytes *demls_ask_invite (const DemlsEpoch *epoch, Span key_package, Span member_id, DemlsRejoinProof *const *proofs,
                          gsize n_proofs);

/* remove_member; `reason` may be NULL, at most DEMLS_REASON_MAX bytes. */
GBytes *demls_ask_remove (const DemlsEpoch *epoch, Span target, const char *reason);

/* emergency_criteria; for DEADLOCK `target` and `evidence` are empty. */
GBytes *demls_ask_emergency (const DemlsEpoch *epoch, DemlsViolation type, Span target, Span evidence, Span creator);

/* steward_election: V17's list. */
GBytes *demls_ask_election (const DemlsEpoch *epoch, guint32 retry_round);

/* policy_change; NULL: unchanged. */
GBytes *demls_ask_policy (const DemlsEpoch *epoch, const DemlsPolicy *policy, const char *title);

/* refresh. */
GBytes *demls_ask_refresh (const DemlsEpoch *epoch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsRequest, demls_request_unref)

#endif
