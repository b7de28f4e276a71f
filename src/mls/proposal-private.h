/* proposal-private.h - what the proposal-*.c files share.
 */
#ifndef DEMLS_MLS_PROPOSAL_PRIVATE_H
#define DEMLS_MLS_PROPOSAL_PRIVATE_H

#include "mls/proposal-list.h"

/* The proposal at place `i` of the list. */
static inline const MlsListedProposal *
mls_listed_at (const MlsProposalEffects *self, guint i)
{
  return &g_array_index (self->listed, MlsListedProposal, i);
}

/* Orders elements of an array of guint32. */
int mls_compare_u32 (gconstpointer a, gconstpointer b);

/* 12.2: the rules about how many of which proposals, from whom, and about which leaves a commit may have. Looks at
 * `self->listed` only. */
gboolean mls_proposals_check_together (const MlsListScene *scene, const MlsProposalEffects *self,
                                       const MlsSender *committer, GError **error);

/* 12.2: no two of `self->psks`, each of which was checked, name the same key. Error: PSK_DUPLICATE. */
gboolean mls_proposals_check_psks (const MlsProposalEffects *self, GError **error);

#endif
