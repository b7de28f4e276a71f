/* tally.h - what a number of votes means (mandates V8-V11). Pure arithmetic; the same at every member, in whatever
 * order the votes came.
 *
 * n members, q = ceil (2n/3), t = n - q + 1. Y, N, W: members that signed yes, no, witness; nobody both yes and no.
 *
 *   passed by votes    n <= 2: Y = n.  n >= 3: Y > n/2 and Y + N >= q                                    (V8)
 *   passed by silence  silence counts as yes, n >= 3, Y >= 2, N <= n - q, W >= t                         (V9)
 *   passed at once     the one vote or proof that its kind asks for is there; told by the caller         (V11)
 *   lost               n <= 2: N >= 1.  n >= 3: N >= n/2.  Or expired here without having passed        (V10)
 *   open               else
 *
 * A ballot cannot be passed and lost by votes; further votes can still turn lost by expiry into passed elsewhere, which
 * is why lost is local and never a matter of validity.
 */
#ifndef DEMLS_CONSENSUS_TALLY_H
#define DEMLS_CONSENSUS_TALLY_H

#include <glib.h>

typedef struct {
  guint32 n;
  guint32 yes;
  guint32 no;
  guint32 witness;
} ConsensusCount;

/* Ways to pass; a kind of proposal allows some of them. */
typedef enum {
  CONSENSUS_BY_VOTES = 1 << 0,
  CONSENSUS_BY_SILENCE = 1 << 1,
  CONSENSUS_AT_ONCE = 1 << 2,
} ConsensusWay;

typedef enum {
  CONSENSUS_OPEN,
  CONSENSUS_PASSED_BY_VOTES,
  CONSENSUS_PASSED_BY_SILENCE,
  CONSENSUS_PASSED_AT_ONCE,
  CONSENSUS_LOST,
} ConsensusStanding;

/* q: two thirds of n, rounded up. */
guint32 consensus_two_thirds (guint32 n);

/* t = n - q + 1: more than a third, so at least one honest member while fewer than n/3 are hostile. */
guint32 consensus_over_third (guint32 n);

/* V8. */
gboolean consensus_passed_by_votes (const ConsensusCount *count);

/* V9; the caller knows that silence_is_yes. */
gboolean consensus_passed_by_silence (const ConsensusCount *count);

/* V10 without expiry. */
gboolean consensus_voted_down (const ConsensusCount *count);

/* What a ballot is. `ways` are those (ConsensusWay) that its kind and the policy allow; `at_once`: V11's condition
 * holds; `expired`: its time is over here. */
ConsensusStanding consensus_tally (const ConsensusCount *count, guint ways, gboolean at_once, gboolean expired);

/* V9: may a client that has seen consensus_timeout run out sign a witness? */
gboolean consensus_may_witness (const ConsensusCount *count, guint ways);

/* TRUE for the three PASSED values. */
gboolean consensus_has_passed (ConsensusStanding standing);

#endif
