/* meter.h - how much one member has sent lately, so that a flood is dropped (governance G151).
 *
 * Counts begin with a member's first message and begin anew ten minutes later. Local, never a matter of validity; not
 * saved.
 */
#ifndef DEMLS_CONSENSUS_METER_H
#define DEMLS_CONSENSUS_METER_H

#include "base/bytes.h"
#include "consensus/limits.h"

typedef struct _ConsensusMeter ConsensusMeter;

/* A meter that has seen nothing. (transfer full) */
ConsensusMeter *consensus_meter_new (void);
void consensus_meter_free (ConsensusMeter *self);

/* Counts a governance message of `member` at `mono` (microseconds); FALSE if it is one too many and must be dropped:
 * more than CONSENSUS_METER_MESSAGES, or, of proposals, CONSENSUS_METER_PROPOSALS in the window. */
gboolean consensus_meter_count (ConsensusMeter *self, Span member, gboolean is_proposal, gint64 mono);

/* Forgets whoever has sent nothing in the window before `mono`. */
void consensus_meter_tidy (ConsensusMeter *self, gint64 mono);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConsensusMeter, consensus_meter_free)

#endif
