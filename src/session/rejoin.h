/* rejoin.h - coming back with fresh keys (mandates V4, V26).
 */
#ifndef DEMLS_SESSION_REJOIN_H
#define DEMLS_SESSION_REJOIN_H

#include "session/epochs.h"

struct _DemlsRunner;

/* Out of sync: announces a fresh key package with its proofs, by itself at most once a day. */
void demls_rejoin_try (struct _DemlsRunner *self);

/* A packet decrypted after all: the announcing ends. */
void demls_rejoin_found_again (struct _DemlsRunner *self);

/* A Welcome to our new leaf was opened: the old epochs go, what was typed stays. `kept` is the new root. */
void demls_rejoin_arrived (struct _DemlsRunner *self, DemlsKept *kept);

/* A commit replaced our leaf: by our own wish, or somebody has our key. */
void demls_rejoin_replaced (struct _DemlsRunner *self, const DemlsOffer *offer);

/* Does this candidate replace our leaf? */
gboolean demls_rejoin_is_ours (const struct _DemlsRunner *self, const DemlsOffer *offer);

#endif
