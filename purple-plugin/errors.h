/* errors.h - why something was refused, in people's words.
 */
#ifndef DEMLS_PURPLE_ERRORS_H
#define DEMLS_PURPLE_ERRORS_H

#include <glib.h>

/* What failed and what one can do; plain. Errors that people cannot do anything about get a general sentence with the
 * technical message. NULL is fine. (transfer full: g_free) */
char *demls_error_text (const GError *error);

#endif
