/* freeze.h - one round of gathering candidates (mandates V20, V21; governance G24-G28).
 *
 * A member enters Freezing when it builds, when a valid candidate of its epoch comes in, or when the stewards were
 * silent for too long. It leaves as soon as waiting can change nothing, or when the window ends, and takes the best
 * candidate that it can read.
 */
#ifndef DEMLS_SESSION_FREEZE_H
#define DEMLS_SESSION_FREEZE_H

#include "session/epochs.h"

/* From Working or Reelection into Freezing; then builds our own candidate if `build`. */
void demls_freeze_begin (struct _DemlsRunner *self, gboolean build);

/* An offer for the current epoch came, or there are some already: enters Freezing, builds what is missing (V21). */
void demls_freeze_look (struct _DemlsRunner *self);

/* V20: is there nothing to wait for? */
gboolean demls_freeze_is_settled (const struct _DemlsRunner *self);

/* The round is over: chooses. */
void demls_freeze_end (struct _DemlsRunner *self);

#endif
