#include "delivery/echo.h"

#include <string.h>

#include "crypto/hash.h"

struct _DemlsEcho {
  GQueue entries; /* in order of handing over */
  gint64 first;
};

static void
entry_free (gpointer data)
{
  DemlsEchoEntry *entry = data;
  g_bytes_unref (entry->envelope);
  g_free (entry);
}

DemlsEcho *
demls_echo_new (gint64 first)
{
  DemlsEcho *self = g_new0 (DemlsEcho, 1);
  g_queue_init (&self->entries);
  self->first = first > 0 ? first : DEMLS_ECHO_FIRST;
  return self;
}

void
demls_echo_free (DemlsEcho *self)
{
  if (!self)
    return;
  g_queue_clear_full (&self->entries, entry_free);
  g_free (self);
}

static gboolean
in_channel (const DemlsEchoEntry *entry, const char *conversation, DemlsChannel channel)
{
  return entry->channel == channel && strcmp (entry->conversation, conversation) == 0;
}

/* an old one that is sent again would take the place of the new one, at the service */
static void
drop_announcements (DemlsEcho *self, const char *conversation)
{
  GList *next;
  for (GList *at = self->entries.head; at; at = next)
    {
      next = at->next;
      if (!in_channel (at->data, conversation, DEMLS_CHANNEL_ANNOUNCEMENT))
        continue;
      entry_free (at->data);
      g_queue_delete_link (&self->entries, at);
    }
}

DemlsEchoEntry *
demls_echo_add (DemlsEcho *self, guint64 token, const char *conversation, DemlsChannel channel, GBytes *payload,
                GBytes *envelope, gint64 now)
{
  if (channel == DEMLS_CHANNEL_ANNOUNCEMENT)
    drop_announcements (self, conversation);
  DemlsEchoEntry *entry = g_new0 (DemlsEchoEntry, 1);
  entry->token = token;
  g_strlcpy (entry->conversation, conversation, sizeof entry->conversation);
  entry->channel = channel;
  entry->envelope = g_bytes_ref (envelope);
  entry->due = now;
  entry->wall_ms = (guint64) g_get_real_time () / 1000;
  hash_sha256 (span_bytes (payload), entry->digest);
  g_queue_push_tail (&self->entries, entry);
  return entry;
}

DemlsEchoEntry *
demls_echo_next (DemlsEcho *self, gint64 now, DemlsEchoFilter filter, gpointer data)
{
  /* an entry whose echo is overdue gives its place in the window to others */
  guint waiting = 0;
  for (GList *at = self->entries.head; at && waiting < DEMLS_ECHO_WINDOW; at = at->next)
    {
      DemlsEchoEntry *entry = at->data;
      if (entry->due <= now && (!filter || filter (entry, data)))
        return entry;
      waiting += entry->tries == 1 && entry->due > now;
    }
  return NULL;
}

void
demls_echo_sent (DemlsEcho *self, DemlsEchoEntry *entry, gint64 now)
{
  gint64 pause = self->first;
  for (guint i = 0; i < entry->tries && pause < DEMLS_ECHO_LONGEST; i++)
    pause *= 2;
  entry->tries++;
  entry->due = now + MIN (pause, DEMLS_ECHO_LONGEST);
}

void
demls_echo_again (DemlsEcho *self, gint64 now)
{
  for (GList *at = self->entries.head; at; at = at->next)
    ((DemlsEchoEntry *) at->data)->due = now;
}

gint64
demls_echo_due (const DemlsEcho *self)
{
  gint64 due = G_MAXINT64;
  for (const GList *at = self->entries.head; at; at = at->next)
    due = MIN (due, ((const DemlsEchoEntry *) at->data)->due);
  return due;
}

GArray *
demls_echo_tick (DemlsEcho *self, const DemlsEnvelope *echo)
{
  GArray *tokens = g_array_new (FALSE, FALSE, sizeof (guint64));
  guint8 digest[32];
  hash_sha256 (span_bytes (echo->payload), digest);
  GList *next;
  for (GList *at = self->entries.head; at; at = next)
    {
      DemlsEchoEntry *entry = at->data;
      next = at->next;
      if (memcmp (entry->digest, digest, sizeof digest) != 0 || !in_channel (entry, echo->conversation, echo->channel))
        continue;
      g_array_append_val (tokens, entry->token);
      entry_free (entry);
      g_queue_delete_link (&self->entries, at);
    }
  return tokens;
}

DemlsEchoEntry *
demls_echo_find (const DemlsEcho *self, guint64 mark)
{
  for (const GList *at = self->entries.head; at; at = at->next)
    if (((const DemlsEchoEntry *) at->data)->mark == mark)
      return at->data;
  return NULL;
}

gboolean
demls_echo_waits (const DemlsEcho *self, const char *conversation, DemlsChannel channel)
{
  for (const GList *at = self->entries.head; at; at = at->next)
    if (in_channel (at->data, conversation, channel))
      return TRUE;
  return FALSE;
}

void
demls_echo_remove (DemlsEcho *self, DemlsEchoEntry *entry)
{
  if (g_queue_remove (&self->entries, entry))
    entry_free (entry);
}

guint
demls_echo_count (const DemlsEcho *self)
{
  return self->entries.length;
}
