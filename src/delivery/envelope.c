#include "delivery/envelope.h"

#include <string.h>

#include "consensus/canonical.h"
#include "delivery/envelope.pb-c.h"

#define MESSAGE (&de_mls__delivery__v1__envelope__descriptor)
#define SUBTOPIC_MAX 16

static const char *const channel_names[] = { "app_msg", "welcome", "announcement" };

static const ConsensusBound rows[] = {
  { MESSAGE, 2, DEMLS_APP_ID_SIZE, DEMLS_APP_ID_SIZE, 0, TRUE },
  { MESSAGE, 3, DEMLS_CONVERSATION_LENGTH, DEMLS_CONVERSATION_LENGTH, 0, TRUE },
  { MESSAGE, 4, 1, SUBTOPIC_MAX, 0, TRUE },
  { MESSAGE, 5, 1, DEMLS_PACKET_MAX, 0, TRUE },
};
static const ConsensusBounds bounds = { rows, G_N_ELEMENTS (rows), NULL };

gboolean
demls_conversation_is_valid (const char *text)
{
  return text && strlen (text) == DEMLS_CONVERSATION_LENGTH
         && strspn (text, "abcdefghijklmnopqrstuvwxyz234567") == DEMLS_CONVERSATION_LENGTH;
}

const char *
demls_channel_name (DemlsChannel channel)
{
  g_return_val_if_fail ((gsize) channel < G_N_ELEMENTS (channel_names), NULL);
  return channel_names[channel];
}

gboolean
demls_channel_from_name (const char *name, DemlsChannel *channel)
{
  for (gsize i = 0; i < G_N_ELEMENTS (channel_names); i++)
    if (strcmp (name, channel_names[i]) == 0)
      {
        *channel = (DemlsChannel) i;
        return TRUE;
      }
  return FALSE;
}

GBytes *
demls_envelope_pack (const guint8 app_id[DEMLS_APP_ID_SIZE], const char *conversation, DemlsChannel channel,
                     GBytes *payload, GError **error)
{
  gsize size = g_bytes_get_size (payload);
  if (size > DEMLS_PACKET_MAX)
    {
      g_set_error (error, DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_TOO_LARGE,
                   "a packet of %" G_GSIZE_FORMAT " bytes; at most %d can be sent", size, DEMLS_PACKET_MAX);
      return NULL;
    }
  if (size == 0 || !demls_conversation_is_valid (conversation))
    {
      g_set_error (error, DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_DAMAGED,
                   size == 0 ? "an empty packet" : "not a conversation id");
      return NULL;
    }
  g_autofree char *id = g_strdup (conversation);
  g_autofree char *subtopic = g_strdup (demls_channel_name (channel));
  DeMls__Delivery__V1__Envelope message = DE_MLS__DELIVERY__V1__ENVELOPE__INIT;
  message.version = DEMLS_ENVELOPE_VERSION;
  message.app_id = consensus_data (span (app_id, DEMLS_APP_ID_SIZE));
  message.conversation = id;
  message.subtopic = subtopic;
  message.payload = consensus_data (span_bytes (payload));
  return consensus_canonical_pack (&message.base);
}

/* The version that an envelope of whatever version begins with; 0 if it does not. */
static guint32
version_of (Span bytes)
{
  if (bytes.len < 2 || bytes.data[0] != 0x08)
    return 0;
  guint64 value = 0;
  for (gsize i = 1; i < MIN (bytes.len, 6); i++)
    {
      value |= (guint64) (bytes.data[i] & 0x7f) << (7 * (i - 1));
      if (!(bytes.data[i] & 0x80))
        return value <= G_MAXUINT32 ? (guint32) value : 0;
    }
  return 0;
}

static gboolean
check_version (Span bytes, GError **error)
{
  guint32 version = version_of (bytes);
  if (version == DEMLS_ENVELOPE_VERSION)
    return TRUE;
  if (version > DEMLS_ENVELOPE_VERSION)
    g_set_error (error, DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_VERSION,
                 "a packet of version %u; this program knows version %d", version, DEMLS_ENVELOPE_VERSION);
  else
    g_set_error_literal (error, DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_DAMAGED, "not a packet");
  return FALSE;
}

DemlsEnvelope *
demls_envelope_unpack (Span bytes, GError **error)
{
  if (bytes.len > DEMLS_ENVELOPE_MAX)
    {
      g_set_error (error, DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_TOO_LARGE,
                   "%" G_GSIZE_FORMAT " bytes; a packet has at most %d", bytes.len, DEMLS_ENVELOPE_MAX);
      return NULL;
    }
  if (!check_version (bytes, error))
    return NULL;
  g_autoptr (GError) why = NULL;
  ProtobufCMessage *unpacked = consensus_canonical_unpack (MESSAGE, bytes, DEMLS_ENVELOPE_MAX, &bounds, &why);
  if (!unpacked)
    {
      g_set_error (error, DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_DAMAGED, "not a packet: %s", why->message);
      return NULL;
    }
  const DeMls__Delivery__V1__Envelope *message = (const DeMls__Delivery__V1__Envelope *) unpacked;
  g_autoptr (DemlsEnvelope) self = g_new0 (DemlsEnvelope, 1);
  gboolean valid = demls_conversation_is_valid (message->conversation)
                   && demls_channel_from_name (message->subtopic, &self->channel);
  if (valid)
    {
      memcpy (self->app_id, message->app_id.data, DEMLS_APP_ID_SIZE);
      memcpy (self->conversation, message->conversation, sizeof self->conversation);
      self->payload = g_bytes_new (message->payload.data, message->payload.len);
    }
  else
    g_set_error_literal (error, DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_DAMAGED,
                         "a packet for no conversation or subtopic");
  protobuf_c_message_free_unpacked (unpacked, NULL);
  return valid ? g_steal_pointer (&self) : NULL;
}

void
demls_envelope_free (DemlsEnvelope *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->payload, g_bytes_unref);
  g_free (self);
}
