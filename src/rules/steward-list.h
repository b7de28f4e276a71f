/* steward-list.h - who may commit, and in which order (mandates V3, V17; governance G100-G103).
 *
 * A DemlsStewardList is a list as it is stored or elected. DemlsStewards are those in force in one epoch, with
 * their places: up to sn_max members everybody is a steward, reshuffled in each epoch; above, the stored list without
 * those who left. Both depend on agreed state only.
 */
#ifndef DEMLS_RULES_STEWARD_LIST_H
#define DEMLS_RULES_STEWARD_LIST_H

#include "consensus/signer.h"
#include "rules/messages.h"
#include "rules/policy.h"

typedef struct {
  GPtrArray *members; /* of GBytes: member ids, in order */
  guint64 election_epoch;
  guint32 retry_round;
} DemlsStewardList;

/* G101: the first `size` of `members` by SHA-256 (BE64 (epoch) || BE32 (round) || member || conversation_id), equal
 * hashes by member id. The order of the input does not matter. size <= members.n. (transfer full) */
DemlsStewardList *demls_steward_list_generate (guint64 epoch, guint32 round, const ConsensusRoster *members,
                                               guint32 size, Span conversation_id);

/* A list without members (the founder's). (transfer full) */
DemlsStewardList *demls_steward_list_empty (void);
DemlsStewardList *demls_steward_list_copy (const DemlsStewardList *self);
void demls_steward_list_free (DemlsStewardList *self);

/* G100, V16: how many stewards a group of `m` gets: m if m < sn_min, else at most sn_max. */
guint32 demls_steward_list_size (const DemlsPolicy *policy, guint32 m);

/* The place of a member, or -1. */
gint demls_steward_list_index (const DemlsStewardList *self, Span id);

/* G102: its turn is over, or has not begun, in `epoch`. */
gboolean demls_steward_list_is_exhausted (const DemlsStewardList *self, guint64 epoch);

/* The same members in the same order, elected at the same time. */
gboolean demls_steward_list_equal (const DemlsStewardList *a, const DemlsStewardList *b);

/* --- in force ----------------------------------------------------------------------------------------------------- */

/* Distance of somebody who is no steward (V3). */
#define DEMLS_NO_STEWARD G_MAXUINT32

typedef struct {
  GPtrArray *members;    /* of GBytes, m[0] first */
  guint32 first;         /* s: the place of the epoch steward */
  gboolean everybody;    /* n <= sn_max */
  gboolean election_due; /* the stored list is exhausted */
  GPtrArray *others;     /* of GBytes: who is no steward, in the order of their turns (V21) */
} DemlsStewards;

/* V3: the list in force in `epoch` among `members`. (transfer full) */
DemlsStewards *demls_stewards_in_force (const DemlsStewardList *stored, const DemlsPolicy *policy, guint64 epoch,
                                        const ConsensusRoster *members, Span conversation_id);
void demls_stewards_free (DemlsStewards *self);

/* How many there are. */
guint32 demls_stewards_size (const DemlsStewards *self);

/* V3: 0 for the epoch steward, 1 for the backup; DEMLS_NO_STEWARD. */
guint32 demls_stewards_distance (const DemlsStewards *self, Span id);

/* The steward at a distance < size: 0 the epoch steward, 1 the backup. Empty if there is none. */
Span demls_stewards_at (const DemlsStewards *self, guint32 distance);

/* V3, V21: whose turn comes when: the distance of stewards, then all others; DEMLS_NO_STEWARD if no member. */
guint32 demls_stewards_turn (const DemlsStewards *self, Span id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsStewardList, demls_steward_list_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsStewards, demls_stewards_free)

#endif
