/* vote.h - what one member says about one proposal (mandates V5, governance G50).
 *
 * What counts of a vote is a ConsensusVote: proposal, owner, value, and a signature over just these. It is a plain
 * value without pointers; compare with consensus_vote_equal(). On the wire it travels in a consensus.v1.Vote, whose
 * other fields are kept for the sake of the deployed format: they are checked for presence and for vote_hash, and carry
 * nothing.
 */
#ifndef DEMLS_CONSENSUS_VOTE_H
#define DEMLS_CONSENSUS_VOTE_H

#include "consensus/canonical.h"
#include "consensus/consensus.pb-c.h"
#include "consensus/signer.h"

typedef enum {
  CONSENSUS_NO = 0,
  CONSENSUS_YES = 1,
  CONSENSUS_WITNESS = 2, /* "consensus_timeout has run out here" (V9) */
} ConsensusValue;

typedef struct {
  guint8 proposal_hash[CONSENSUS_HASH_SIZE];
  guint8 owner[CONSENSUS_OWNER_SIZE];
  guint8 signature[CONSENSUS_SIGNATURE_SIZE];
  ConsensusValue value;
} ConsensusVote;

/* What else a vote says on the wire. */
typedef struct {
  guint32 vote_id;     /* consensus_draw_id() */
  guint32 proposal_id; /* the proposal's label */
  guint64 timestamp;   /* C20: max (now, proposal's), seconds since 1970 */
} ConsensusVoteLabels;

/* The bounds of a Vote's fields, for messages that contain one. */
extern const ConsensusBounds consensus_vote_bounds;

/* Length of V5's signed bytes. */
#define CONSENSUS_VOTE_SIGNED_SIZE (15 + CONSENSUS_HASH_SIZE + CONSENSUS_OWNER_SIZE + 1)

/* V5: "de-MLS vote v1" || 0x00 || proposal_hash || owner || value. */
void consensus_vote_signed_bytes (const guint8 proposal_hash[CONSENSUS_HASH_SIZE],
                                  const guint8 owner[CONSENSUS_OWNER_SIZE], ConsensusValue value,
                                  guint8 out[CONSENSUS_VOTE_SIGNED_SIZE]);

/* The signer's own vote. FALSE if the crypto library failed. */
gboolean consensus_vote_sign (const guint8 proposal_hash[CONSENSUS_HASH_SIZE], ConsensusValue value,
                              const ConsensusSigner *signer, ConsensusVote *out) G_GNUC_WARN_UNUSED_RESULT;

/* Is its owner a member, and the signature that member's? Error: VOTE_SIGNATURE. */
gboolean consensus_vote_verify (const ConsensusVote *vote, const ConsensusSigner *signer, GError **error);

/* TRUE iff proposal, owner, value and all bytes of the signature are the same. */
gboolean consensus_vote_equal (const ConsensusVote *a, const ConsensusVote *b);

/* G50: SHA-256 of a Vote's fields. */
void consensus_vote_hash (const Consensus__V1__Vote *message, guint8 out[CONSENSUS_HASH_SIZE]);

/* The vote in an unpacked message whose form was checked: sizes, field 24, vote_hash. Not the signature. Errors: SIZE,
 * VOTE_VALUE, VOTE_HASH. */
gboolean consensus_vote_read (const Consensus__V1__Vote *message, ConsensusVote *out, GError **error);

/* The same from bytes. Errors: those, and canonical.h's. */
gboolean consensus_vote_decode (Span bytes, ConsensusVote *out, GError **error);

/* Fills `message`, initialised by CONSENSUS__V1__VOTE__INIT; it borrows from `vote` and from `hash`, which receives the
 * vote_hash. */
void consensus_vote_write (const ConsensusVote *vote, const ConsensusVoteLabels *labels,
                           guint8 hash[CONSENSUS_HASH_SIZE], Consensus__V1__Vote *message);

/* The vote as an encoded Vote. (transfer full) */
GBytes *consensus_vote_encode (const ConsensusVote *vote, const ConsensusVoteLabels *labels);

#endif
