/* ballot-box.h - all ballots of one conversation, by the hash of their proposals (mandates V4, V6; plugin P6).
 *
 * In the box is what is alive, and what waits for an epoch that this member has not reached; whoever finds that a
 * ballot is neither any more takes it out. The order of the box is ascending hash order, the same at every member.
 * Votes that come before their proposal are held for a while (G139).
 */
#ifndef DEMLS_CONSENSUS_BALLOT_BOX_H
#define DEMLS_CONSENSUS_BALLOT_BOX_H

#include "consensus/ballot.h"

typedef struct _ConsensusBallotBox ConsensusBallotBox;

/* An empty box. (transfer full) */
ConsensusBallotBox *consensus_ballot_box_new (void);
void consensus_ballot_box_free (ConsensusBallotBox *self);

/* Opens a ballot in epoch `epoch`, and gives it the votes that were held for it. The ballot is the box's. Errors:
 * KNOWN, TOO_FAR, OWNER_LIMIT, FULL. */
ConsensusBallot *consensus_ballot_box_open (ConsensusBallotBox *self, const ConsensusProposal *proposal,
                                            guint64 opened_epoch, const guint8 charged_to[CONSENSUS_OWNER_SIZE],
                                            guint64 epoch, GError **error);

/* Puts a restored ballot back, without limits. FALSE, and the ballot freed, if one with that hash is there.
 * Takes `ballot`. */
gboolean consensus_ballot_box_put (ConsensusBallotBox *self, ConsensusBallot *ballot);

/* Takes a ballot out and frees it; FALSE if it is not there. */
gboolean consensus_ballot_box_close (ConsensusBallotBox *self, Span hash);

/* The ballot on the proposal of this hash, or NULL. Valid until it is closed. */
ConsensusBallot *consensus_ballot_box_find (const ConsensusBallotBox *self, Span hash);

/* Their number, and the `i`-th in ascending hash order. */
guint consensus_ballot_box_size (const ConsensusBallotBox *self);
ConsensusBallot *consensus_ballot_box_get (const ConsensusBallotBox *self, guint i);

/* How many that are not settled count against this member. */
guint consensus_ballot_box_open_by (const ConsensusBallotBox *self, Span member);

/* Hands a vote, whose signature was verified, to its ballot; holds it if there is none. `mono`: when it came. */
ConsensusTaken consensus_ballot_box_add_vote (ConsensusBallotBox *self, const ConsensusVote *vote, gint64 mono);

/* Drops the votes that are held for unknown proposals since before `mono`. */
void consensus_ballot_box_forget_early (ConsensusBallotBox *self, gint64 mono);

/* When the oldest of them came, DEMLS_NEVER if there are none. */
gint64 consensus_ballot_box_oldest_early (const ConsensusBallotBox *self);

/* TRUE iff exactly this vote is held, signature included (V13). `self` may be NULL. */
gboolean consensus_ballot_box_holds (const ConsensusBallotBox *self, const ConsensusVote *vote);

/* P6: what a ballot in the box is called: "417", or "417-a3" while another in the box shares the number.
 * (transfer full: g_free) */
char *consensus_ballot_box_label (const ConsensusBallotBox *self, Span hash);

/* P6: the ballots that `name` may mean: a number, a number with suffix, or the first 6 or more hexadecimal digits of a
 * hash, each with or without "#"; in ascending hash order. None: nobody is called so. Several: the user must be asked
 * again. The ballots are the box's. (transfer container) */
GPtrArray *consensus_ballot_box_named (const ConsensusBallotBox *self, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConsensusBallotBox, consensus_ballot_box_free)

#endif
