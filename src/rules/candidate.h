/* candidate.h - is this commit one that the members' votes allow? (mandates V13-V19)
 *
 * The heart of the design: the answer is a pure function of the epoch's group state and of the candidate's bytes. It is
 * the same at every member of the epoch, whatever it has seen, held or voted before, and nothing changes by asking.
 */
#ifndef DEMLS_RULES_CANDIDATE_H
#define DEMLS_RULES_CANDIDATE_H

#include "rules/governance-next.h"
#include "rules/mandate.h"
#include "rules/rank.h"

/* A valid candidate. Never changes; reference counted. */
typedef struct {
  GBytes *encoded;       /* the CommitCandidate */
  GBytes *commit;        /* commit_message */
  GBytes *welcome;       /* or NULL; nothing in it was checked: covered only by the envelope */
  GPtrArray *mandates;   /* of DemlsMandate, in the candidate's order */
  guint32 committer;     /* leaf index in e */
  DemlsRank rank;        /* with the committer's id and SHA-256 (commit_message) */
  DemlsGovernance *next; /* of e+1, if it is adopted */
  MlsJudged *judged;     /* for mls_group_stage(); NULL if the commit is our own: its next group was kept by whoever
                            built it */
} DemlsCandidate;

/* V15's largest CommitCandidate for a group of `n`. */
gsize demls_candidate_max (guint32 n);

/* V15: is `encoded`, a CommitCandidate, valid in `epoch`? The checks in order, each with a reason of its own:
 *
 *   TOO_LARGE; CONSENSUS_ERROR's: not the canonical encoding; NO_MANDATES; CONSENSUS_ERROR's and REQUEST, KEY_PACKAGE,
 *   MEMBER_ID, VOTE_VALUE: a mandate that is none
 *   WRONG_GROUP; NOT_A_COMMIT; MLS_ERROR's of mls_group_receive(): WRONG_GROUP, WRONG_EPOCH, SIGNATURE,
 * MEMBERSHIP_TAG... COMMITTER AUTHENTICATED_DATA MANDATE_KIND, and why a proposal is not alive (proposal-kind.h)
 *   TARGET_TWICE, ELECTION_AND_POLICY, REFRESH_NOT_ALONE
 *   VOTER, VOTE_TWICE, VOTE_SIGNATURE, VOTES_NOT_EMPTY
 *   NOT_PASSED
 *   NEXT_GOVERNANCE, PROPOSALS
 *   PATH
 *   NOT_ENTITLED
 *   MLS_ERROR's of mls_group_judge(), G4 for added leaves included in MEMBER_ID above
 *
 * `known` (may be NULL) only saves verifying votes that it holds. NULL with an error. (transfer full) */
DemlsCandidate *demls_candidate_check (const DemlsEpoch *epoch, Span encoded, const ConsensusBallotBox *known,
                                       GError **error);

DemlsCandidate *demls_candidate_ref (const DemlsCandidate *self);
void demls_candidate_unref (DemlsCandidate *self);

/* SHA-256 (commit_message): what seals name. */
Span demls_candidate_hash (const DemlsCandidate *self);

/* TRUE iff it carries a mandate on the proposal of this hash (V20). */
gboolean demls_candidate_contains (const DemlsCandidate *self, Span proposal_hash);

/* TRUE iff it carries neither a mandate on this request nor one with which that cannot stand in one candidate. */
gboolean demls_candidate_lacks (const DemlsCandidate *self, const DemlsRequest *request);

/* V15: are two mandates on these refused in one candidate, whatever else it carries (TARGET_TWICE,
 * ELECTION_AND_POLICY)? */
gboolean demls_requests_collide (const DemlsRequest *a, const DemlsRequest *b);

/* TRUE iff it removes this member for good (a rejoin does not). */
gboolean demls_candidate_removes (const DemlsCandidate *self, Span member_id);

/* --- parts that building needs too --- */

/* V15: the MlsProposals of a commit with these mandates, in order: the GroupContextExtensions of V16, Adds, Removes,
 * each in ascending proposal_hash. (transfer full) */
GPtrArray *demls_candidate_proposals (const DemlsEpoch *epoch, const GPtrArray *mandates, const DemlsGovernance *next);

/* V16: the governance after these mandates. (transfer full) */
DemlsGovernance *demls_candidate_next (const DemlsEpoch *epoch, const GPtrArray *mandates);

/* The first request of this kind among the mandates (of DemlsMandate); NULL if there is none. (borrowed) */
const DemlsRequest *demls_mandates_request (const GPtrArray *mandates, DemlsKind kind);

/* V15: may these mandates (of DemlsMandate) stand together? Errors: NO_MANDATES, TARGET_TWICE, ELECTION_AND_POLICY,
 * REFRESH_NOT_ALONE. */
gboolean demls_mandates_fit (const GPtrArray *mandates, GError **error);

/* V18: may this member commit these mandates in `epoch`? */
gboolean demls_candidate_may_commit (const DemlsEpoch *epoch, const GPtrArray *mandates, Span member_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsCandidate, demls_candidate_unref)

#endif
