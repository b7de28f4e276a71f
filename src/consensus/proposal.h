/* proposal.h - ConsensusProposal: a question that is put to the vote (governance G11, mandates V4, plugin P6).
 *
 * A ConsensusProposal never changes, is reference counted and holds no votes. It is known by its hash, the SHA-256 of
 * its canonical encoding; every other name is a label. What the payload asks is rules/'s business.
 */
#ifndef DEMLS_CONSENSUS_PROPOSAL_H
#define DEMLS_CONSENSUS_PROPOSAL_H

#include "consensus/vote.h"
#include "crypto/rng.h"

typedef struct {
  GBytes *encoded; /* canonical, without votes */
  guint8 hash[CONSENSUS_HASH_SIZE];
  char *name;
  GBytes *payload;
  guint32 proposal_id;
  guint8 owner[CONSENSUS_OWNER_SIZE];
  guint32 expected_voters_count;
  guint32 round;
  guint64 timestamp; /* seconds since 1970 */
  guint64 expiration_timestamp;
  gboolean liveness_criteria_yes;
} ConsensusProposal;

/* What its opener fills in. */
typedef struct {
  const char *name;    /* consensus_draw_name(), or self-leave:<id>; at most CONSENSUS_NAME_MAX bytes */
  Span payload;        /* at most CONSENSUS_PAYLOAD_MAX */
  guint32 proposal_id; /* consensus_draw_id(), or the self-leave id */
  Span owner;          /* CONSENSUS_OWNER_SIZE */
  guint32 expected_voters_count;
  guint64 timestamp;
  guint64 lifetime; /* seconds; the expiry does not wrap (C36) */
  gboolean liveness_criteria_yes;
} ConsensusProposalFields;

/* A new proposal, round 1. (transfer full) */
ConsensusProposal *consensus_proposal_new (const ConsensusProposalFields *fields);

/* The bounds of a Proposal's fields, for messages that contain one. */
extern const ConsensusBounds consensus_proposal_bounds;

/* From a message whose form was checked; its votes are not looked at. Error: SIZE. (transfer full) */
ConsensusProposal *consensus_proposal_read (const Consensus__V1__Proposal *message, GError **error);

/* The vote that came with the proposal, if any: `found` tells. It must be the owner's, and for this proposal; its
 * signature is not looked at. Errors: BUNDLE, consensus_vote_read()'s. */
gboolean consensus_proposal_read_vote (const ConsensusProposal *self, const Consensus__V1__Proposal *message,
                                       gboolean *found, ConsensusVote *out, GError **error);

/* From bytes, with at most one vote in it; `found` and `vote` as above. Errors: those, canonical.h's. (transfer full)
 */
ConsensusProposal *consensus_proposal_decode (Span bytes, gboolean *found, ConsensusVote *vote, GError **error);

/* Encoded with its owner's vote in it, as it is first sent (G63). (transfer full) */
GBytes *consensus_proposal_encode_with (const ConsensusProposal *self, const ConsensusVote *vote,
                                        const ConsensusVoteLabels *labels);

/* Fills `message`, initialised by CONSENSUS__V1__PROPOSAL__INIT, without votes; it borrows from `self`. */
void consensus_proposal_write (const ConsensusProposal *self, Consensus__V1__Proposal *message);

/* The hash as a Span, valid as long as the proposal. */
Span consensus_proposal_hash (const ConsensusProposal *self);

/* P6: the three digits by which people call it, 0..999; the same on every screen. */
guint consensus_proposal_number (Span hash);

ConsensusProposal *consensus_proposal_ref (const ConsensusProposal *self);
void consensus_proposal_unref (ConsensusProposal *self);

/* C6, G49: the four 32-bit words of a UUID XORed together. */
guint32 consensus_fold_id (const guint8 uuid[16]);

/* A random id, not 0 (C6). */
guint32 consensus_draw_id (Rng *rng);

/* A random UUID as text, for names (G49). (transfer full: g_free) */
char *consensus_draw_name (Rng *rng);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConsensusProposal, consensus_proposal_unref)

#endif
