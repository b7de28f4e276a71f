/* state.h - where a conversation stands: five states, one table of legal moves, one function that moves (governance
 * G18, G19-G34; DESIGN 4).
 *
 *   PENDING_JOIN -> WORKING                  a Welcome was accepted
 *   WORKING      -> FREEZING                 own building, a valid candidate, or the stewards' silence (V21, G28)
 *   FREEZING     -> SELECTION                the round is over (V20)
 *   SELECTION    -> WORKING, REELECTION      a commit was merged, or none was (G27, G28)
 *   REELECTION   -> WORKING, FREEZING        nothing passed is held any more; a candidate after all
 *
 * Whether the group is in recovery (somebody outside the list may commit, mandates 9) is no state: it follows from the
 * ballots.
 */
#ifndef DEMLS_SESSION_STATE_H
#define DEMLS_SESSION_STATE_H

#include "session/event.h"

#define DEMLS_N_STATES 5

/* May `from` be followed by `to`? */
gboolean demls_state_may_move (DemlsState from, DemlsState to);

struct _DemlsRunner;

/* The only writer of the runner's state: moves, notes the time and emits PHASE_CHANGE. A move that the table does not
 * name is a bug of ours and is left undone. */
void demls_state_enter (struct _DemlsRunner *self, DemlsState to);

/* From wherever a commit found us to WORKING, by legal moves only; nothing if already there. */
void demls_state_settle (struct _DemlsRunner *self);

#endif
