/* candidate-build.h - how a steward makes a candidate (mandates V13-V16, V21).
 */
#ifndef DEMLS_RULES_CANDIDATE_BUILD_H
#define DEMLS_RULES_CANDIDATE_BUILD_H

#include "rules/candidate.h"

typedef struct {
  MlsGroup *next;      /* the group if it is adopted */
  GBytes *encoded;     /* the CommitCandidate */
  GBytes *welcome;     /* or NULL: also in the candidate */
  GPtrArray *mandates; /* of DemlsMandate: those that it carries */
} DemlsOwnCandidate;

/* Of the mandates (of DemlsMandate) of all ballots that passed: those that can stand in one candidate by `member_id`,
 * in a fixed order: alive ones; deadlock and score removals first, then older, then smaller hash; the first of those
 * that collide; a refresh only of the member's own and only if there is nothing else; at most 50. None if they would
 * remove the member itself, or it may not commit them. (transfer full) */
GPtrArray *demls_mandates_select (const DemlsEpoch *epoch, const GPtrArray *mandates, Span member_id);

/* Builds a candidate with as many of `mandates`, from the start, as V15's size allows. `nick`: new nickname for the own
 * leaf, empty: as it is. `group` is `epoch`'s, and does not change. Not the same twice: keys are drawn from `rng`.
 * Errors: those of mls_group_commit(); NO_MANDATES; TOO_LARGE. (transfer full) */
DemlsOwnCandidate *demls_candidate_build (const DemlsEpoch *epoch, MlsGroup *group, Rng *rng, const GPtrArray *mandates,
                                          Span nick, GError **error);
void demls_own_candidate_free (DemlsOwnCandidate *self);

/* A CommitCandidate of these parts; `welcome` may be NULL. (transfer full) */
GBytes *demls_candidate_encode (const DemlsEpoch *epoch, GBytes *commit, Span member_id, const GPtrArray *mandates,
                                GBytes *welcome);

/* Leaf extensions (contents of the list) with another nickname; empty: none. (transfer full) */
GBytes *demls_leaf_extensions (Span old, Span nick);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsOwnCandidate, demls_own_candidate_free)

#endif
