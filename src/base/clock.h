/* clock.h - the instant at which something happens, as a value.
 *
 * The core never reads a clock; it is told the time (DESIGN 4). An instant has two parts because two questions are
 * asked of it: "has this deadline passed?", for which only a clock that never jumps will do, and "what time do we put
 * on the wire?", for which only the wall clock will do.
 */
#ifndef DEMLS_CLOCK_H
#define DEMLS_CLOCK_H

#include <glib.h>

typedef struct {
  gint64 mono; /* microseconds since some fixed moment; compared only with other mono values */
  gint64 wall; /* seconds since 1970-01-01 UTC; what peers see */
} DemlsNow;

/* A deadline that never comes. */
#define DEMLS_NEVER G_MAXINT64

/* The earlier of two deadlines (mono microseconds or DEMLS_NEVER). */
static inline gint64
demls_earlier (gint64 a, gint64 b)
{
  return a < b ? a : b;
}

/* `start` plus `delay` microseconds (>= 0), DEMLS_NEVER instead of overflowing. */
static inline gint64
demls_after (gint64 start, gint64 delay)
{
  return start > DEMLS_NEVER - delay ? DEMLS_NEVER : start + delay;
}

#endif
