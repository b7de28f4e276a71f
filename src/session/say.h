/* say.h - own chat: sent at once where that is possible, else in order when it becomes so (mandates V24, V29, V31); see
 * runner.h for demls_runner_say().
 */
#ifndef DEMLS_SESSION_SAY_H
#define DEMLS_SESSION_SAY_H

#include <glib.h>

struct _DemlsRunner;

/* Does something wait that may go out now? */
gboolean demls_say_is_due (const struct _DemlsRunner *self);

/* Sends what waits. */
void demls_say_waiting (struct _DemlsRunner *self);

#endif
