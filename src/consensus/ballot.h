/* ballot.h - one proposal being voted: the votes known here (mandates V5, V6).
 *
 * Per member a ballot keeps the first yes or no, and the first witness. A second, different yes or no is not counted;
 * the pair is kept as evidence. What is held does not depend on anything else than which votes came first; what it
 * means depends on who is a member now: votes of those who left stop counting, and count again if they return.
 * Signatures are verified by the caller, before (consensus_vote_verify()).
 */
#ifndef DEMLS_CONSENSUS_BALLOT_H
#define DEMLS_CONSENSUS_BALLOT_H

#include "base/reader.h"
#include "base/writer.h"
#include "consensus/proposal.h"
#include "consensus/tally.h"

typedef struct _ConsensusBallot ConsensusBallot;

typedef enum {
  CONSENSUS_TAKEN,    /* it counts */
  CONSENSUS_HELD,     /* the same was said before */
  CONSENSUS_CONFLICT, /* the opposite was said before: not counted, kept as evidence (V5) */
  CONSENSUS_EARLY,    /* ballot-box.h: its proposal is not known; held for it */
  CONSENSUS_DROPPED,  /* ballot-box.h: its proposal is not known, and no room to hold it */
} ConsensusTaken;

/* The two votes of one member that contradict each other; `first` is the one that counts here. */
typedef struct {
  ConsensusVote first;
  ConsensusVote second;
} ConsensusEvidence;

/* A ballot without votes. `opened_epoch` is what the payload says; `charged_to` the member whose limits it uses up
 * (G151): who opened or, if it was forwarded, relayed it. Takes a reference. (transfer full) */
ConsensusBallot *consensus_ballot_new (const ConsensusProposal *proposal, guint64 opened_epoch,
                                       const guint8 charged_to[CONSENSUS_OWNER_SIZE]);
void consensus_ballot_free (ConsensusBallot *self);

/* What it was made of; valid as long as the ballot. */
const ConsensusProposal *consensus_ballot_proposal (const ConsensusBallot *self);
guint64 consensus_ballot_opened_epoch (const ConsensusBallot *self);
Span consensus_ballot_charged_to (const ConsensusBallot *self);

/* Once it has passed or is lost it no longer counts against anybody's limits. */
void consensus_ballot_settle (ConsensusBallot *self);
gboolean consensus_ballot_is_settled (const ConsensusBallot *self);

/* Takes in a vote whose signature was verified and whose proposal is this one. */
ConsensusTaken consensus_ballot_add (ConsensusBallot *self, const ConsensusVote *vote);

/* The votes, in ascending order of (owner, witness last). Valid until the next one is added. */
const ConsensusVote *consensus_ballot_votes (const ConsensusBallot *self, guint *n);

/* The member's yes or no (or its witness); NULL if it gave none. Valid until the next vote is added. */
const ConsensusVote *consensus_ballot_vote_of (const ConsensusBallot *self, Span owner, gboolean witness);

/* TRUE iff exactly this vote, signature included, is held: then its signature was verified (V13). */
gboolean consensus_ballot_holds (const ConsensusBallot *self, const ConsensusVote *vote);

/* Votes of current members. */
ConsensusCount consensus_ballot_count (const ConsensusBallot *self, const ConsensusRoster *roster);

/* Double votes seen, at most one pair for each owner, in the order in which they came. */
const ConsensusEvidence *consensus_ballot_evidence (const ConsensusBallot *self, guint *n);

/* Appends the ballot to a saved state. */
void consensus_ballot_save (const ConsensusBallot *self, Writer *writer);

/* The inverse; signatures are believed. NULL if the bytes are damaged (the reader has then failed). (transfer full) */
ConsensusBallot *consensus_ballot_restore (Reader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConsensusBallot, consensus_ballot_free)

#endif
