#include "sim-log.h"

#include <string.h>

struct _SimLog {
  GQueue lines; /* of char * */
  guint keep;
  gboolean echo;
  GChecksum *digest;
  guint64 count;
};

SimLog *
sim_log_new (guint keep, gboolean echo)
{
  SimLog *self = g_new0 (SimLog, 1);
  g_queue_init (&self->lines);
  self->keep = keep;
  self->echo = echo;
  self->digest = g_checksum_new (G_CHECKSUM_SHA256);
  return self;
}

void
sim_log_free (SimLog *self)
{
  if (!self)
    return;
  sim_log_clear (self);
  g_checksum_free (self->digest);
  g_free (self);
}

void
sim_log (SimLog *self, gint64 at, const char *who, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *what = g_strdup_vprintf (format, args);
  va_end (args);
  char *line = g_strdup_printf ("[%3" G_GINT64_FORMAT ".%03d] %-6s %s\n", at / G_USEC_PER_SEC,
                                (int) (at % G_USEC_PER_SEC / 1000), who ? who : "*", what);
  g_checksum_update (self->digest, (const guchar *) line, (gssize) strlen (line));
  self->count++;
  if (self->echo)
    g_printerr ("%s", line);
  g_queue_push_tail (&self->lines, line);
  if (self->keep && self->lines.length > self->keep)
    g_free (g_queue_pop_head (&self->lines));
}

char *
sim_log_digest (const SimLog *self)
{
  GChecksum *copy = g_checksum_copy (self->digest);
  char *hex = g_strdup (g_checksum_get_string (copy));
  g_checksum_free (copy);
  return hex;
}

guint64
sim_log_lines (const SimLog *self)
{
  return self->count;
}

char *
sim_log_text (const SimLog *self)
{
  GString *text = g_string_new (NULL);
  for (const GList *l = self->lines.head; l; l = l->next)
    g_string_append (text, l->data);
  return g_string_free (text, FALSE);
}

void
sim_log_clear (SimLog *self)
{
  g_queue_clear_full (&self->lines, g_free);
}
