/* signer.h - who may vote, and how votes are signed: the two things that this floor is told by others.
 *
 * The vote protocol knows members by their ids only. That an id has a key, and which, is MLS's business: a member's
 * leaf key signs (V5). rules/member-signer.h plugs the one into the other.
 */
#ifndef DEMLS_CONSENSUS_SIGNER_H
#define DEMLS_CONSENSUS_SIGNER_H

#include "base/bytes.h"
#include "consensus/limits.h"

typedef struct _ConsensusSigner ConsensusSigner;

typedef struct {
  /* The id that own votes carry; CONSENSUS_OWNER_SIZE bytes. */
  Span (*identity) (const ConsensusSigner *self);

  /* Signs with the own key. FALSE if the crypto library failed. */
  gboolean (*sign) (const ConsensusSigner *self, Span message, guint8 out[CONSENSUS_SIGNATURE_SIZE]);

  /* TRUE iff `owner` is a member now and this is its signature over `message`. */
  gboolean (*verify) (const ConsensusSigner *self, Span owner, Span message, Span signature);
} ConsensusSignerOps;

struct _ConsensusSigner {
  const ConsensusSignerOps *ops;
};

/* The members of now: their ids, in ascending order (span_compare), no two equal. Borrowed. */
typedef struct {
  const Span *ids;
  guint32 n;
} ConsensusRoster;

/* Is `id` one of them, and at which place? O(log n). */
gboolean consensus_roster_find (const ConsensusRoster *roster, Span id, guint32 *place);

/* TRUE iff `id` is one of them. O(log n). */
gboolean consensus_roster_has (const ConsensusRoster *roster, Span id);

#endif
