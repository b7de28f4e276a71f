/* epoch.h - one epoch of a group, as the rules see it: what is agreed (mandates V1, V3).
 *
 * Everything here follows from the MlsGroup of the epoch. All that members must decide alike is a function of a
 * DemlsEpoch and of bytes; no local knowledge takes part.
 */
#ifndef DEMLS_RULES_EPOCH_H
#define DEMLS_RULES_EPOCH_H

#include "rules/governance.h"
#include "rules/roster.h"

/* Never changes. The group is borrowed and must outlive it. */
typedef struct {
  const MlsGroup *group;
  guint64 number;             /* e */
  guint8 id[DEMLS_HASH_SIZE]; /* epoch_id: SHA-256 of the encoded GroupContext */
  Span conversation_id;       /* the MLS group id */
  GBytes *name;               /* group id || instance: "group" in V4, V30, V31 */
  DemlsGovernance *governance;
  DemlsRoster *roster;
  guint32 n;               /* members */
  DemlsStewards *stewards; /* in force */
} DemlsEpoch;

/* The epoch of a group. A joiner learns here whether it may live in the group at all. Errors: SUITE, EXTENSIONS,
 * GOVERNANCE, POLICY, TITLE, MEMBER_ID, CONSENSUS_ERROR's for bytes. (transfer full) */
DemlsEpoch *demls_epoch_new (const MlsGroup *group, GError **error);
void demls_epoch_free (DemlsEpoch *self);

/* TRUE iff somebody with this id is a member. */
gboolean demls_epoch_has (const DemlsEpoch *self, Span member_id);

/* V17: the list that an election with this retry round would make. (transfer full) */
DemlsStewardList *demls_epoch_electable (const DemlsEpoch *self, guint32 retry_round);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsEpoch, demls_epoch_free)

#endif
