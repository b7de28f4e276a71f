/* host-measure.c - what the process costs: time between two polls, memory, and everything that could be left over.
 */
#include "host.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static gint64 woken_at, longest;         /* on the clock */
static gint64 cpu_woken_at, cpu_longest; /* of this thread: a busy machine does not count */

static gint64
cpu_us (void)
{
  struct timespec now;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static gint
timed_poll (GPollFD *fds, guint n, gint timeout)
{
  if (woken_at)
    {
      longest = MAX (longest, g_get_monotonic_time () - woken_at);
      cpu_longest = MAX (cpu_longest, cpu_us () - cpu_woken_at);
    }
  gint ready = g_poll (fds, n, timeout);
  woken_at = g_get_monotonic_time ();
  cpu_woken_at = cpu_us ();
  return ready;
}

void
host_measure_begin (void)
{
  g_main_context_set_poll_func (NULL, timed_poll);
}

/* A number in kB out of /proc/self/status. */
static guint64
status_kb (const char *field)
{
  g_autofree char *content = NULL;
  if (!g_file_get_contents ("/proc/self/status", &content, NULL, NULL))
    return 0;
  const char *at = strstr (content, field);
  return at ? g_ascii_strtoull (at + strlen (field), NULL, 10) : 0;
}

static guint
count_entries (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;
  while (dir && g_dir_read_name (dir))
    n++;
  return n;
}

static gboolean
never (gpointer data)
{
  return G_SOURCE_REMOVE;
}

/* Ids of sources are given out in order, so the newest one says how far to look. */
static guint
count_sources (void)
{
  guint newest = g_timeout_add_seconds (1000, never, NULL), n = 0;
  for (guint id = 1; id < newest; id++)
    if (g_main_context_find_source_by_id (NULL, id))
      n++;
  g_source_remove (newest);
  return n;
}

void
host_measure_tell (void)
{
  host_tell ("measured step_us=%" G_GINT64_FORMAT " cpu_us=%" G_GINT64_FORMAT " rss_kb=%" G_GUINT64_FORMAT
             " sources=%u threads=%u files=%u",
             longest, cpu_longest, status_kb ("VmRSS:"), count_sources (), count_entries ("/proc/self/task"),
             count_entries ("/proc/self/fd"));
  longest = cpu_longest = 0;
  woken_at = 0;
}
