/* limits.h - every number of the consensus floor.
 */
#ifndef DEMLS_CONSENSUS_LIMITS_H
#define DEMLS_CONSENSUS_LIMITS_H

#define CONSENSUS_HASH_SIZE 32      /* proposal_hash, vote_hash: SHA-256 */
#define CONSENSUS_OWNER_SIZE 20     /* a member id (G3) */
#define CONSENSUS_SIGNATURE_SIZE 64 /* Ed25519 (V5) */

#define CONSENSUS_NAME_MAX 128                                /* Proposal.name in bytes */
#define CONSENSUS_PAYLOAD_MAX (16 * 1024)                     /* Proposal.payload */
#define CONSENSUS_PROPOSAL_MAX (CONSENSUS_PAYLOAD_MAX + 1024) /* a whole Proposal, with its owner's vote */
#define CONSENSUS_VOTE_MAX 512                                /* a whole Vote */

/* What unpacking may take: 4 bytes for each byte of input, and this. */
#define CONSENSUS_UNPACK_CONSTANT 4096

#define CONSENSUS_OPEN_PER_OWNER 4 /* open proposals of one member (G151) */
#define CONSENSUS_OPEN_PER_BOX 64  /* of all together (G59) */
#define CONSENSUS_WAIT_EPOCHS 64   /* V6: opened at most this many epochs ahead */
#define CONSENSUS_EARLY_VOTES 64   /* votes held for proposals that have not come yet (G139) */
#define CONSENSUS_EARLY_PER_OWNER 8

#define CONSENSUS_METER_WINDOW_S 600 /* G151: in ten minutes, of one member: */
#define CONSENSUS_METER_PROPOSALS 20
#define CONSENSUS_METER_MESSAGES 200

#endif
