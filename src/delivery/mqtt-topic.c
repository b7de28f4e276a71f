#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <string.h>

#include "delivery/mqtt-private.h"

/* from here on a reason code is a refusal */
#define REFUSED 0x80

static MqttTopic *
find (DemlsMqtt *self, const char *conversation, DemlsChannel channel)
{
  g_autofree char *filter = mqtt_topic (self->settings.prefix, conversation, channel);
  return g_hash_table_lookup (self->topics, filter);
}

MqttTopic *
mqtt_topic_find (DemlsMqtt *self, const char *conversation, DemlsChannel channel)
{
  MqttTopic *all = channel == DEMLS_CHANNEL_ANNOUNCEMENT ? find (self, NULL, channel) : NULL;
  return all && all->wanted ? all : find (self, conversation, channel);
}

MqttTopic *
mqtt_topic_for (DemlsMqtt *self, const char *conversation, DemlsChannel channel)
{
  MqttTopic *topic = find (self, conversation, channel);
  if (topic)
    return topic;
  topic = g_new0 (MqttTopic, 1);
  topic->filter = mqtt_topic (self->settings.prefix, conversation, channel);
  topic->conversation = g_strdup (conversation);
  topic->channel = channel;
  g_hash_table_insert (self->topics, topic->filter, topic);
  return topic;
}

void
mqtt_topics_reset (DemlsMqtt *self)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->topics);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((MqttTopic *) value)->state = MQTT_TOPIC_NEW;
}

gboolean
mqtt_topics_wait (DemlsMqtt *self)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->topics);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const MqttTopic *topic = value;
      if (topic->wanted && (topic->state == MQTT_TOPIC_NEW || topic->state == MQTT_TOPIC_ASKED))
        return TRUE;
    }
  return FALSE;
}

/* is something under way whose echo comes by this topic? */
static gboolean
is_needed (DemlsMqtt *self, const MqttTopic *topic)
{
  return topic->conversation && demls_echo_waits (self->echo, topic->conversation, topic->channel);
}

static void
ask (DemlsMqtt *self)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->topics);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      MqttTopic *topic = value;
      if (!topic->wanted && !is_needed (self, topic))
        {
          /* a session from before may have it, so it is given back even if it was never asked for */
          mqtt_line_unsubscribe (self->line, topic->filter);
          g_hash_table_iter_remove (&iter);
        }
      else if (topic->state == MQTT_TOPIC_NEW
               && mqtt_line_subscribe (self->line, topic->filter, &topic->mid) == MOSQ_ERR_SUCCESS)
        topic->state = MQTT_TOPIC_ASKED;
    }
}

/* ---- what is sent ---- */

static MqttTopic *
topic_of (DemlsMqtt *self, const DemlsEchoEntry *entry)
{
  MqttTopic *topic = mqtt_topic_find (self, entry->conversation, entry->channel);
  return topic ? topic : mqtt_topic_for (self, entry->conversation, entry->channel);
}

static gboolean
is_answered (const DemlsEchoEntry *entry, gpointer data)
{
  const MqttTopic *topic = topic_of (data, entry);
  return topic->state == MQTT_TOPIC_OPEN || topic->state == MQTT_TOPIC_DENIED;
}

static void
refuse_entry (DemlsMqtt *self, DemlsEchoEntry *entry, DemlsDeliveryError code, const char *why)
{
  GError *error = g_error_new (DEMLS_DELIVERY_ERROR, (int) code, "%s:%d: %s", self->settings.host,
                               self->settings.port, why);
  guint64 token = entry->token;
  demls_echo_remove (self->echo, entry);
  mqtt_refuse (self, token, error);
}

static void
send_entry (DemlsMqtt *self, DemlsEchoEntry *entry)
{
  if (topic_of (self, entry)->state == MQTT_TOPIC_DENIED)
    {
      refuse_entry (self, entry, DEMLS_DELIVERY_ERROR_DENIED, "this topic may not be read");
      return;
    }
  g_autofree char *topic = mqtt_topic (self->settings.prefix, entry->conversation, entry->channel);
  int mid = 0;
  int code = mqtt_line_publish (self->line, topic, span_bytes (entry->envelope),
                                entry->channel == DEMLS_CHANNEL_ANNOUNCEMENT, &mid);
  if (code == MOSQ_ERR_OVERSIZE_PACKET || code == MOSQ_ERR_PAYLOAD_SIZE)
    {
      refuse_entry (self, entry, DEMLS_DELIVERY_ERROR_TOO_LARGE, "too large");
      return;
    }
  entry->mark = code == MOSQ_ERR_SUCCESS ? (guint64) mid : 0;
  demls_echo_sent (self->echo, entry, g_get_monotonic_time ());
}

void
mqtt_topics_pump (DemlsMqtt *self)
{
  /* looked for first, because that may make topics to ask for */
  gint64 now = g_get_monotonic_time ();
  DemlsEchoEntry *entry = demls_echo_next (self->echo, now, is_answered, self);
  for (; entry; entry = demls_echo_next (self->echo, now, is_answered, self))
    send_entry (self, entry);
  ask (self);
}

/* ---- what the broker answers ---- */

void
mqtt_topic_answered (DemlsMqtt *self, int mid, int code)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->topics);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      MqttTopic *topic = value;
      if (topic->state != MQTT_TOPIC_ASKED || topic->mid != mid)
        continue;
      topic->state = code < REFUSED ? MQTT_TOPIC_OPEN : MQTT_TOPIC_DENIED;
      if (topic->state == MQTT_TOPIC_DENIED)
        mqtt_set_problem (self, g_strdup_printf ("%s:%d: %s may not be read: %s", self->settings.host,
                                                 self->settings.port, topic->filter,
                                                 mosquitto_reason_string (code)));
      return;
    }
}

void
mqtt_publish_answered (DemlsMqtt *self, int mid, int code)
{
  DemlsEchoEntry *entry = demls_echo_find (self->echo, (guint64) mid);
  if (!entry)
    return;
  entry->mark = 0;
  if (code < REFUSED)
    return;
  DemlsDeliveryError error = DEMLS_DELIVERY_ERROR_DENIED;
  if (code == MQTT_RC_PACKET_TOO_LARGE)
    error = DEMLS_DELIVERY_ERROR_TOO_LARGE;
  if (code == MQTT_RC_QUOTA_EXCEEDED)
    error = DEMLS_DELIVERY_ERROR_FULL;
  refuse_entry (self, entry, error, mosquitto_reason_string (code));
}
