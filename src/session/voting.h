/* voting.h - ballots in this conversation: opened, voted, decided (mandates V4-V12; governance G63-G68).
 *
 * A DemlsMatter is what one ballot of the box means here and now: what it asks, how it stands, and when it was first
 * seen, from which all its deadlines follow. There is one for each ballot in the box.
 */
#ifndef DEMLS_SESSION_VOTING_H
#define DEMLS_SESSION_VOTING_H

#include "base/clock.h"
#include "consensus/ballot.h"
#include "rules/proposal-kind.h"
#include "session/event.h"

struct _DemlsRunner;

typedef struct {
  ConsensusBallot *ballot; /* the box's */
  DemlsRequest *request;   /* what is asked */
  gint64 seen_at;          /* here first */
  gint64 passed_at;        /* DEMLS_NEVER unless it stands as passed */
  ConsensusStanding standing;
  ConsensusCount count;  /* of the members of the current epoch */
  gboolean alive;        /* V4, in the current epoch */
  gboolean asked;        /* VOTE_REQUESTED was emitted */
  guint64 died_at;       /* if not alive any more: the epoch in which that was found */
  gboolean expired;      /* V10, here */
  gboolean auto_done;    /* V12: the moment is over */
  gboolean witness_done; /* V9: likewise */
  gboolean decided;      /* CONSENSUS_REACHED was emitted */
  gboolean forwarded;    /* came without its owner's vote from somebody else (V31) */
} DemlsMatter;

void demls_matter_free (DemlsMatter *self);

/* Its proposal_hash, and its owner. */
Span demls_matter_hash (const DemlsMatter *self);
Span demls_matter_owner (const DemlsMatter *self);

/* The value that `member` voted, yes or no; FALSE if it did not. */
gboolean demls_matter_vote_of (const DemlsMatter *self, Span member, gboolean *yes);

/* An event about it, with its owner, what it asks and how it is counted; the caller may add to it. (borrowed) */
DemlsEvent *demls_matter_emit (struct _DemlsRunner *self, const DemlsMatter *matter, DemlsEventKind kind);

/* NULL if there is no such ballot. */
DemlsMatter *demls_voting_find (const struct _DemlsRunner *self, Span hash);

/* The first alive ballot of this kind about this target (empty: any), lost ones too if `lost`; or NULL. */
DemlsMatter *demls_voting_find_about (const struct _DemlsRunner *self, DemlsKind kind, Span target, gboolean lost);

/* Alive and passed, of a kind that commits. */
gboolean demls_matter_is_work (const DemlsMatter *self);

/* --- what we do --------------------------------------------------------------------------------------------------*/

/* Opens a ballot on `payload` (demls_ask_...(), taken over), with our yes in it or (G63, deferred) without a vote.
 * `hash` (may be NULL) receives its proposal_hash. Errors: DEMLS_RULE_ERROR (not alive), LIMIT, DUPLICATE. */
gboolean demls_voting_open (struct _DemlsRunner *self, GBytes *payload, gboolean yes, GBytes **hash, GError **error);

/* Signs and sends our vote. Errors: ALREADY_VOTED, EXPIRED, UNKNOWN (not alive). */
gboolean demls_voting_cast (struct _DemlsRunner *self, DemlsMatter *matter, ConsensusValue value, GError **error);

/* What is due at a ballot (timers.h). */
void demls_voting_auto_vote (struct _DemlsRunner *self, DemlsMatter *matter);
void demls_voting_witness (struct _DemlsRunner *self, DemlsMatter *matter);
void demls_voting_expire (struct _DemlsRunner *self, DemlsMatter *matter);
void demls_voting_close (struct _DemlsRunner *self, DemlsMatter *matter);
void demls_voting_forget_early (struct _DemlsRunner *self);

/* Would our client vote by itself on this, and how? (V12) */
gboolean demls_voting_auto_value (const struct _DemlsRunner *self, const DemlsMatter *matter, gboolean *yes);

/* --- what others do ----------------------------------------------------------------------------------------------*/

/* A proposal that `relayer` sent, its owner or, in a CatchUpAnswer, anybody. A known one is no error. The matter, or
 * NULL. Errors: those of demls_request_read(), demls_request_is_alive(), consensus_ballot_box_open(), whose limits a
 * member's own wish to leave does not meet. */
DemlsMatter *demls_voting_take (struct _DemlsRunner *self, const ConsensusProposal *proposal, Span relayer,
                                GError **error);

/* A vote, whoever handed it on: its signature is verified unless that very vote is held. Errors: VOTE_OWNER,
 * VOTE_SIGNATURE. */
gboolean demls_voting_take_vote (struct _DemlsRunner *self, const ConsensusVote *vote, GError **error);

/* Counts the votes of a new ballot; what it has not yet votes for stands as it does. */
void demls_voting_settle_count (struct _DemlsRunner *self, DemlsMatter *matter);

/* Where a new ballot stands and what is to be asked of whom, once its first votes are in. */
void demls_voting_settle (struct _DemlsRunner *self, DemlsMatter *matter);

/* A restored ballot (snapshot.c). Takes both. */
DemlsMatter *demls_voting_restore (struct _DemlsRunner *self, ConsensusBallot *ballot, DemlsRequest *request);

/* --- when the epoch changes --------------------------------------------------------------------------------------*/

/* Judges all ballots anew under the current epoch. What is no longer alive stays until no kept epoch can bring it
 * back. */
void demls_voting_epoch_changed (struct _DemlsRunner *self);

/* V6: sends own proposals again, for joiners; V24: and own votes, after a rollback. */
void demls_voting_send_again (struct _DemlsRunner *self, gboolean votes);

/* Closes what died in epochs that are gone. */
void demls_voting_tidy (struct _DemlsRunner *self);

#endif
