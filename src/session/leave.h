/* leave.h - going: by oneself, by a commit, or because nobody answered (governance G72-G74, G137, mandates V23).
 */
#ifndef DEMLS_SESSION_LEAVE_H
#define DEMLS_SESSION_LEAVE_H

#include <glib.h>

struct _DemlsRunner;

/* The end: LEAVING with this reason, and nothing after it; the rows go. */
void demls_leave_finish (struct _DemlsRunner *self, const char *reason);

/* The wish to leave outlives its ballot: asks again if it is not alive any more (G73). */
void demls_leave_again (struct _DemlsRunner *self);

#endif
