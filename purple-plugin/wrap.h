/* wrap.h - texts for dialogs, which Finch shows as wide as their lines are (plugin P12).
 */
#ifndef DEMLS_PURPLE_WRAP_H
#define DEMLS_PURPLE_WRAP_H

#include <glib.h>

/* What fits into a dialog on a terminal of 80 columns. */
#define DEMLS_WRAP_COLUMNS 70

/* Plain text with no line longer than `columns` on a terminal: broken at blanks, and where there are none, anywhere.
 * Line ends stay. (transfer full: g_free) */
char *demls_wrap (const char *text, guint columns);

#endif
