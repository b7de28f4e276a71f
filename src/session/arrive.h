/* arrive.h - what follows when our branch leads somewhere else: after a merge, a rollback, a Welcome (governance G97,
 * G41; mandates V6, V24, V29).
 */
#ifndef DEMLS_SESSION_ARRIVE_H
#define DEMLS_SESSION_ARRIVE_H

#include "session/epochs.h"
#include "session/queues.h"

/* `offer` was chosen at `kept`, and the current epoch has changed. `left` is the epoch that was current if this is a
 * rollback, else NULL. */
void demls_arrive (struct _DemlsRunner *self, DemlsKept *kept, DemlsOffer *offer, DemlsKept *left);

/* Own chat that was sent in `then`, where it may be lost: again in `now`, or back to its author (V24). */
void demls_arrive_say_again (struct _DemlsRunner *self, DemlsSaying *saying, const DemlsEpoch *then,
                             const DemlsEpoch *now);

/* We came in from outside, and the current epoch is our first or our new root. */
void demls_arrive_joined (struct _DemlsRunner *self);

/* V29: we moved to another group of the same name, and `left` was where we lived. */
void demls_arrive_moved (struct _DemlsRunner *self, DemlsKept *left);

#endif
