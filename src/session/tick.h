/* tick.h - doing what is due (DESIGN 4, governance G44); see runner.h for demls_runner_tick() and _next_wakeup().
 */
#ifndef DEMLS_SESSION_TICK_H
#define DEMLS_SESSION_TICK_H

#include "session/timers.h"

struct _DemlsRunner;

/* Does the one thing that `timer` says. Afterwards it is not due any more. */
void demls_tick_do (struct _DemlsRunner *self, const DemlsTimer *timer);

#endif
