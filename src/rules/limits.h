/* limits.h - every fixed number of the rules on one page, with the rule that sets it.
 *
 * Numbers that a group can choose are in its Policy (policy.h). Numbers of votes and ballots alone are in
 * consensus/limits.h.
 */
#ifndef DEMLS_RULES_LIMITS_H
#define DEMLS_RULES_LIMITS_H

#include "consensus/limits.h"

/* --- sizes in bytes ----------------------------------------------------------------------------------------------- */

#define DEMLS_MEMBER_ID_SIZE CONSENSUS_OWNER_SIZE /* G3 */
#define DEMLS_INSTANCE_SIZE 16                    /* V1 */
#define DEMLS_HASH_SIZE 32                        /* SHA-256: epoch_id, proposal_hash, leaf_hash, seals */
#define DEMLS_SIGNATURE_SIZE CONSENSUS_SIGNATURE_SIZE
#define DEMLS_MESSAGE_ID_SIZE 16     /* V24 */
#define DEMLS_NONCE_SIZE 16          /* V31, LostAt and LeafAt */
#define DEMLS_CONVERSATION_ID_MAX 64 /* P2: ours have 26 characters */
#define DEMLS_TEXT_MAX (16 * 1024)   /* P10: one chat message */
#define DEMLS_REASON_MAX 200         /* section 11: RemoveMember.reason */
#define DEMLS_EVIDENCE_MAX 1024      /* ViolationEvidence.evidence_payload */
#define DEMLS_KEY_PACKAGE_MAX (12 * 1024)
#define DEMLS_CANDIDATE_BASE (256 * 1024) /* V15: a CommitCandidate, and for each member */
#define DEMLS_CANDIDATE_PER_MEMBER 500
#define DEMLS_MESSAGE_MAX (8 * 1024 * 1024) /* any AppMessage: a candidate of a group of 16,000 */
#define DEMLS_BITMAP_MAX (8 * 1024)         /* Known.votes: 65,536 leaves */

/* --- counts ------------------------------------------------------------------------------------------------------- */

#define DEMLS_NICK_CHARS 64        /* V28, V1: nicknames and titles, in characters */
#define DEMLS_STEWARDS_MAX 50      /* V2 */
#define DEMLS_RETRIES_MAX 8        /* V1: max_reelection_attempts */
#define DEMLS_MANDATES_MAX 50      /* V15; commit_batch_max */
#define DEMLS_REJOIN_PROOFS_MAX 20 /* V4: 16 leaves of one's own, 4 hinted */
#define DEMLS_REJOIN_LEAVES 16
#define DEMLS_REJOIN_HINTS 4
#define DEMLS_ALL_VOTES_UP_TO 64 /* V21: members; above, a mandate carries only the votes that it needs */
#define DEMLS_ALL_SEAL_UP_TO 64  /* V30: members; above, only stewards seal */
#define DEMLS_KNOWN_MAX 1024     /* CatchUp.known */
#define DEMLS_JOINERS_MAX 1024   /* MemberWelcome.joiner_identities */
#define DEMLS_EXECUTED_MAX (35 * DEMLS_MANDATES_MAX) /* V16: 35 epochs of full candidates */
#define DEMLS_KEPT_EPOCHS 64                         /* V23 */
#define DEMLS_SCORE_DEFAULT 100                      /* G110 */
#define DEMLS_STRANGERS_OPEN_MAX 2                   /* P2: ballots about strangers open at a time, announce = ask */

/* --- epochs ------------------------------------------------------------------------------------------------------- */

#define DEMLS_ALIVE_EPOCHS 32    /* V4 */
#define DEMLS_EXECUTED_EPOCHS 34 /* V16 */

/* --- what is held (V25, V31), per conversation -------------------------------------------------------------------- */

#define DEMLS_HELD_PER_APP 1024
#define DEMLS_HELD_PACKETS 4096
#define DEMLS_HELD_BYTES (16 * 1024 * 1024)
#define DEMLS_RAW_BYTES (16 * 1024 * 1024)
#define DEMLS_RAW_DAYS 7
#define DEMLS_HISTORY_DEFAULT 500 /* X10: messages; the user may choose 0 .. 5000 */
#define DEMLS_HISTORY_MAX 5000
#define DEMLS_UPDATE_EXPIRY_S (2 * 60 * 60) /* section 11: an update without re-announcement */
#define DEMLS_ANNOUNCED_MAX 8               /* G151: buffered identities */
#define DEMLS_ANNOUNCED_EVERY_S 20

/* --- times in seconds --------------------------------------------------------------------------------------------- */

#define DEMLS_DURATION_MAX_MS (G_GUINT64_CONSTANT (7) * 24 * 60 * 60 * 1000) /* V2 */
#define DEMLS_WELCOME_DAYS 7                                                 /* V29 */
#define DEMLS_WELCOME_RELAY_MIN_S 10 /* V29: others publish it after 10 .. 20 s */
#define DEMLS_WELCOME_RELAY_MAX_S 20
#define DEMLS_ANNOUNCE_FIRST_S 30 /* V2: again after 30 s, doubling to 1 h */
#define DEMLS_ANNOUNCE_LAST_S 3600
#define DEMLS_ANNOUNCE_AGAIN_S 2  /* V29: sooner, when there is something new to say */
#define DEMLS_JOIN_UNKNOWN_S 180  /* V2: PendingJoin when nothing is known of the policy */
#define DEMLS_CATCH_UP_QUIET_S 60 /* V31: nothing decrypted although packets came; doubling to 1 h */
#define DEMLS_CATCH_UP_LAST_S 3600
#define DEMLS_ANSWER_DELAY_S 2              /* V31: 0 .. 2 s at random */
#define DEMLS_UNANSWERED_S 30               /* V31: then LostAt */
#define DEMLS_LOST_AT_EVERY_S 10            /* V31: answered at most so often */
#define DEMLS_OUT_OF_SYNC_FREEZES 10        /* V26: x freeze */
#define DEMLS_REJOIN_EVERY_S (24 * 60 * 60) /* V26 */
#define DEMLS_REFRESH_S (7 * 24 * 60 * 60)  /* V32 */
#define DEMLS_REFRESH_MESSAGES 1000

#endif
