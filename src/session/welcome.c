/* Welcomes that our merges brought, until all whom they are for are in (V29). */
#include "session/join.h"

#include <string.h>

#include "session/runner-private.h"

void
demls_welcome_free (DemlsWelcome *self)
{
  g_bytes_unref (self->welcome);
  g_ptr_array_unref (self->joiners);
  g_ptr_array_unref (self->packages);
  g_ptr_array_unref (self->arrived);
  g_free (self);
}

static GPtrArray *
bytes_array (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}

DemlsWelcome *
demls_welcome_new (GBytes *bytes)
{
  DemlsWelcome *welcome = g_new0 (DemlsWelcome, 1);
  hash_sha256 (span_bytes (bytes), welcome->hash);
  welcome->welcome = g_bytes_ref (bytes);
  welcome->joiners = bytes_array ();
  welcome->packages = bytes_array ();
  welcome->arrived = bytes_array ();
  welcome->due = DEMLS_NEVER;
  return welcome;
}

static void
publish_welcome (DemlsRunner *self, const DemlsWelcome *welcome)
{
  g_autofree ProtobufCBinaryData *ids = g_new0 (ProtobufCBinaryData, welcome->joiners->len + 1);
  for (guint i = 0; i < welcome->joiners->len; i++)
    ids[i] = consensus_data (span_bytes (welcome->joiners->pdata[i]));
  DemlsMemberWelcome part = DEMLS_MEMBER_WELCOME_INIT;
  part.welcome_bytes = consensus_data (span_bytes (welcome->welcome));
  part.n_joiner_identities = welcome->joiners->len;
  part.joiner_identities = ids;
  DemlsWelcomeChannel channel = DEMLS_WELCOME_CHANNEL_INIT;
  channel.payload_case = DEMLS_CHANNEL (WELCOME);
  channel.welcome = &part;
  demls_publish (self, DEMLS_SUBTOPIC_WELCOME, demls_message_encode (&channel.base));
}

static DemlsWelcome *
find_welcome (const DemlsRunner *self, const guint8 hash[32])
{
  for (guint i = 0; i < self->welcomes->len; i++)
    if (memcmp (((DemlsWelcome *) self->welcomes->pdata[i])->hash, hash, 32) == 0)
      return self->welcomes->pdata[i];
  return NULL;
}

static void
dirty_welcome (DemlsRunner *self, const DemlsWelcome *welcome)
{
  demls_dirty_id (self, "welcome", SPAN_OF (welcome->hash));
}

void
demls_welcome_keep (DemlsRunner *self, const DemlsOffer *offer)
{
  DemlsWelcome *welcome = demls_welcome_new (offer->candidate->welcome);
  if (find_welcome (self, welcome->hash))
    {
      demls_welcome_free (welcome);
      return;
    }
  for (guint i = 0; i < offer->candidate->mandates->len; i++)
    {
      const DemlsRequest *request = ((const DemlsMandate *) offer->candidate->mandates->pdata[i])->request;
      if (!request->package)
        continue;
      g_ptr_array_add (welcome->joiners, span_dup (request->target));
      g_ptr_array_add (welcome->packages, g_bytes_ref (request->package->encoded));
    }
  welcome->since = self->now.mono;
  if (!offer->own)
    welcome->due = self->now.mono
                   + demls_random_delay (self, DEMLS_WELCOME_RELAY_MIN_S * SECOND, DEMLS_WELCOME_RELAY_MAX_S * SECOND);
  g_ptr_array_add (self->welcomes, welcome);
  dirty_welcome (self, welcome);
  if (offer->own)
    publish_welcome (self, welcome);
  DemlsEvent *event = demls_emit (self, DEMLS_EVENT_WELCOME_READY);
  event->minted_locally = offer->own;
  event->members = g_ptr_array_ref (welcome->joiners);
}

void
demls_welcome_due (DemlsRunner *self, DemlsWelcome *welcome)
{
  dirty_welcome (self, welcome);
  if (self->now.mono >= welcome->since + (gint64) DEMLS_WELCOME_DAYS * 24 * 3600 * SECOND)
    {
      g_ptr_array_remove (self->welcomes, welcome);
      return;
    }
  welcome->due = DEMLS_NEVER;
  publish_welcome (self, welcome);
}

static gboolean
has_id (const GPtrArray *list, Span id)
{
  for (guint i = 0; i < list->len; i++)
    if (span_equal (span_bytes (list->pdata[i]), id))
      return TRUE;
  return FALSE;
}

void
demls_welcome_arrived (DemlsRunner *self, Span member)
{
  for (guint i = 0; i < self->welcomes->len; i++)
    {
      DemlsWelcome *welcome = self->welcomes->pdata[i];
      if (!has_id (welcome->joiners, member) || has_id (welcome->arrived, member))
        continue;
      g_ptr_array_add (welcome->arrived, span_dup (member));
      if (welcome->arrived->len >= welcome->joiners->len)
        welcome->due = DEMLS_NEVER;
      dirty_welcome (self, welcome);
    }
}

/* Somebody has published it meanwhile: once is enough. */
void
demls_welcome_seen (DemlsRunner *self, Span bytes)
{
  guint8 hash[32];
  hash_sha256 (bytes, hash);
  DemlsWelcome *welcome = find_welcome (self, hash);
  if (!welcome || welcome->due == DEMLS_NEVER)
    return;
  welcome->due = DEMLS_NEVER;
  dirty_welcome (self, welcome);
}

/* V29: its Welcome was lost. The committer's machine may be off, so all wait a little and the first one does it. */
gboolean
demls_welcome_again (DemlsRunner *self, Span package)
{
  for (guint i = 0; i < self->welcomes->len; i++)
    {
      DemlsWelcome *welcome = self->welcomes->pdata[i];
      if (!has_id (welcome->packages, package))
        continue;
      if (welcome->due == DEMLS_NEVER)
        welcome->due = self->now.mono + demls_random_delay (self, 0, DEMLS_WELCOME_RELAY_MIN_S * SECOND);
      dirty_welcome (self, welcome);
      return TRUE;
    }
  return FALSE;
}
