/* mandate.h - a proposal with the votes that allow it: what a commit carries (mandates V13, V14).
 */
#ifndef DEMLS_RULES_MANDATE_H
#define DEMLS_RULES_MANDATE_H

#include "consensus/ballot-box.h"
#include "rules/proposal-kind.h"

typedef struct {
  guint32 leaf;
  ConsensusValue value;
  guint8 signature[DEMLS_SIGNATURE_SIZE];
} DemlsMandateVote;

/* Never changes; reference counted. */
typedef struct {
  GBytes *encoded;       /* canonical */
  DemlsRequest *request; /* with its proposal */
  GArray *votes;         /* of DemlsMandateVote */
  gboolean by_silence;
} DemlsMandate;

/* The mandate that a ballot yields in this epoch: with all votes of members up to 64 members, above only as many as it
 * needs (V21). NULL if it has not passed, or no mandate may carry it. Whether it is alive is not looked at.
 * (transfer full) */
DemlsMandate *demls_mandate_build (const DemlsRequest *request, const ConsensusBallot *ballot, const DemlsEpoch *epoch);

/* From a message whose form was checked. Errors: CONSENSUS_ERROR_SIZE, _BUNDLE; VOTE_VALUE; demls_request_read()'s.
 * (transfer full) */
DemlsMandate *demls_mandate_read (const DemlsMandateMessage *message, GError **error);

/* From bytes. Errors: those, canonical.h's. (transfer full) */
DemlsMandate *demls_mandate_parse (Span bytes, GError **error);

DemlsMandate *demls_mandate_ref (const DemlsMandate *self);
void demls_mandate_unref (DemlsMandate *self);

/* Fills `message`, initialised by DEMLS_MANDATE_INIT, and returns the memory that it borrows beside the mandate's: free
 * it after use (g_free). `proposal` is initialised by CONSENSUS__V1__PROPOSAL__INIT. */
gpointer demls_mandate_write (const DemlsMandate *self, Consensus__V1__Proposal *proposal,
                              DemlsMandateMessage *message);

/* V14: the authenticated_data of a commit with these mandates (of DemlsMandate), in this order. (transfer full) */
GBytes *demls_mandates_authenticated_data (const GPtrArray *mandates);

/* V15: all votes are members' and valid, nobody has two yes or no or two witnesses, a rejoin has none. Signatures that
 * `known` (may be NULL) holds are not verified again; that does not change the answer. Errors: VOTER, VOTE_TWICE,
 * VOTE_SIGNATURE, VOTES_NOT_EMPTY. */
gboolean demls_mandate_check_votes (const DemlsMandate *self, const DemlsEpoch *epoch, const ConsensusBallotBox *known,
                                    GError **error);

/* V15: does it pass, on what it carries, in a way that its kind allows and by_silence fits? OPEN if not. For votes that
 * were checked. */
ConsensusStanding demls_mandate_standing (const DemlsMandate *self, const DemlsEpoch *epoch);

/* TRUE iff V8 holds for what it carries, whatever else (V19). */
gboolean demls_mandate_has_votes (const DemlsMandate *self, const DemlsEpoch *epoch);

/* Its votes as such, for ballots that lack them (V31): `i` < votes->len. FALSE if that leaf is no member. */
gboolean demls_mandate_vote (const DemlsMandate *self, guint i, const DemlsEpoch *epoch, ConsensusVote *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsMandate, demls_mandate_unref)

#endif
