/* when.h - instants and lengths of time in people's words, in their language and time zone.
 *
 * All texts are plain. (transfer full: g_free)
 */
#ifndef DEMLS_PURPLE_WHEN_H
#define DEMLS_PURPLE_WHEN_H

#include <glib.h>

/* "18:40" today, "Tue 18:40" within a week, else "24 Nov 18:40"; both in seconds since 1970. */
char *demls_when_clock (gint64 at, gint64 now);

/* "3 days", "23 h", "5 min", "10 s": one unit, rounded down. */
char *demls_when_length (gint64 seconds);

/* "Tue 18:40 (in 23 h)"; "now" if it is over. */
char *demls_when_until (gint64 at, gint64 now);

#endif
