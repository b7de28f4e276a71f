/* roster.h - the members of an epoch by their ids, and their leaf keys as signers (governance G4, mandates V5).
 */
#ifndef DEMLS_RULES_ROSTER_H
#define DEMLS_RULES_ROSTER_H

#include "consensus/signer.h"
#include "mls/group.h"
#include "rules/member-id.h"

/* Never changes; holds the tree that it was made from. */
typedef struct {
  MlsTree *tree;
  ConsensusRoster members; /* ascending */
  const guint32 *leaves;   /* leaf indices, in the same order */
} DemlsRoster;

/* The members of a tree, each of whom must have the id of its key (G4). Error: MEMBER_ID. (transfer full) */
DemlsRoster *demls_roster_new (const MlsTree *tree, GError **error);
void demls_roster_free (DemlsRoster *self);

/* TRUE iff `id` is a member; `leaf` (may be NULL) then says where. O(log n). */
gboolean demls_roster_find (const DemlsRoster *self, Span id, guint32 *leaf);

/* The member at a leaf index; empty if there is none. */
Span demls_roster_id_at (const DemlsRoster *self, guint32 leaf);

/* The leaf of a member; NULL if it is none. Valid as long as the roster. */
const MlsLeafNode *demls_roster_leaf (const DemlsRoster *self, Span id);

/* The plug for the consensus floor: signs with the group's own leaf key, verifies with any member's. On the stack; both
 * are borrowed. */
typedef struct {
  ConsensusSigner base;
  const MlsGroup *group;
  const DemlsRoster *roster;
} DemlsMemberSigner;

/* Fills one in. */
DemlsMemberSigner demls_member_signer (const MlsGroup *group, const DemlsRoster *roster);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsRoster, demls_roster_free)

#endif
