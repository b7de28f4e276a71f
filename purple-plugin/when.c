#include "config.h"

#include "purple-plugin/when.h"

#include <glib/gi18n-lib.h>

#include "purple-plugin/words.h"

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static const char *
clock_format (GDateTime *at, GDateTime *now)
{
  gint64 apart = ABS (g_date_time_to_unix (at) - g_date_time_to_unix (now));
  if (apart < DAY && g_date_time_get_day_of_month (at) == g_date_time_get_day_of_month (now))
    /* TRANSLATORS: time of day, as for strftime() */
    return C_ ("time", "%H:%M");
  if (apart < 6 * DAY)
    /* TRANSLATORS: day of the week and time, as for strftime() */
    return C_ ("time", "%a %H:%M");
  /* TRANSLATORS: day, month and time, as for strftime() */
  return C_ ("time", "%e %b %H:%M");
}

char *
demls_when_clock (gint64 at, gint64 now)
{
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (at);
  g_autoptr (GDateTime) today = g_date_time_new_from_unix_local (now);
  if (!then || !today)
    return g_strdup ("?");
  char *text = g_date_time_format (then, clock_format (then, today));
  return text ? g_strstrip (text) : g_strdup ("?");
}

static char *
days (gint64 n)
{
  guint count = (guint) CLAMP (n, 0, G_MAXINT);
  return g_strdup_printf (ngettext ("%u day", "%u days", count), count);
}

char *
demls_when_length (gint64 seconds)
{
  gint64 s = MAX (seconds, 0);
  if (s < 2 * MINUTE)
    return g_strdup_printf (_ ("%d s"), (int) s);
  if (s < 2 * HOUR)
    return g_strdup_printf (_ ("%d min"), (int) (s / MINUTE));
  if (s < 2 * DAY)
    return g_strdup_printf (_ ("%d h"), (int) (s / HOUR));
  return days (s / DAY);
}

char *
demls_when_until (gint64 at, gint64 now)
{
  if (at <= now)
    return g_strdup (_ ("now"));
  g_autofree char *clock = demls_when_clock (at, now);
  g_autofree char *length = demls_when_length (at - now);
  /* TRANSLATORS: a time of day, and how far off it is: "Tue 18:40 (in 23 h)" */
  return g_strdup_printf (_ ("%s (in %s)"), clock, length);
}
