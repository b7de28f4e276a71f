/* policy.h - the numbers by which a group lives: three presets, or its own (mandates V1, V2).
 *
 *                                    quick      chat     slow   seconds
 *   voting_delay                       10       300    28800    before a client votes by itself on an invite
 *   election_voting_delay               5         5       60    ... on an election
 *   consensus_timeout                  30       600    86400    before a client signs a witness (V9)
 *   proposal_expiration               600     86400   604800    a ballot is lost here
 *   commit_batch_delay                  2         2        2    the epoch steward waits for more to commit
 *   commit_inactivity                  60        30      120    ... at the longest; then the next steward
 *   freeze                             30        15       60    candidates are gathered
 *   recovery_inactivity                 5         5       30    between one steward's turn and the next
 *   rollback_window                   600     86400   604800    an earlier epoch is kept
 *
 * All presets: silence is yes, 1 to 5 stewards, 1 election again, threshold 0; quick lets strangers announce themselves
 * into a ballot (open), the others ask.
 */
#ifndef DEMLS_RULES_POLICY_H
#define DEMLS_RULES_POLICY_H

#include "rules/error.h"
#include "rules/messages.h"

typedef enum {
  DEMLS_PRESET_CUSTOM = 0,
  DEMLS_PRESET_QUICK = 1,
  DEMLS_PRESET_CHAT = 2,
  DEMLS_PRESET_SLOW = 3,
} DemlsPreset;

typedef enum {
  DEMLS_ANNOUNCE_ASK = 0,
  DEMLS_ANNOUNCE_OPEN = 1,
} DemlsAnnounce;

/* A value without pointers. */
typedef struct {
  guint32 preset;
  gboolean silence_is_yes;
  guint32 announce;
  guint32 sn_min;
  guint32 sn_max;
  guint32 max_reelection_attempts;
  gint64 threshold_peer_score;
  guint64 voting_delay_ms;
  guint64 election_voting_delay_ms;
  guint64 consensus_timeout_ms;
  guint64 proposal_expiration_ms;
  guint64 commit_batch_delay_ms;
  guint64 commit_inactivity_ms;
  guint64 freeze_ms;
  guint64 recovery_inactivity_ms;
  guint64 rollback_window_ms;
} DemlsPolicy;

/* V2's row; any other number than 1..3 gives chat's numbers under preset 0. */
DemlsPolicy demls_policy_preset (DemlsPreset preset);

/* V2's conditions. Error: POLICY. */
gboolean demls_policy_check (const DemlsPolicy *self, GError **error);

/* TRUE iff all numbers are the same. */
gboolean demls_policy_equal (const DemlsPolicy *a, const DemlsPolicy *b);

/* In and out of a message; reading does not judge. */
DemlsPolicy demls_policy_read (const DemlsPolicyMessage *message);
void demls_policy_write (const DemlsPolicy *self, DemlsPolicyMessage *message);

/* V2: how long a joiner waits in PendingJoin, in ms. */
guint64 demls_policy_join_ms (const DemlsPolicy *self);

/* The same from what an announcement or a link says: `preset` 0..3, `announce`, and the two durations, 0 where unknown.
 * DEMLS_JOIN_UNKNOWN_S if that is not enough. */
guint64 demls_policy_announced_join_ms (guint32 preset, guint32 announce, guint64 proposal_expiration_ms,
                                        guint64 commit_inactivity_ms);

#endif
