#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <string.h>

#include "delivery/mqtt-private.h"

#define RETRY_LONGEST G_TIME_SPAN_MINUTE
/* another client has our session: twice as long each time, from a minute to an hour */
#define TAKEN_OVER_FACTOR 60
#define TAKEN_OVER_DOUBLINGS 6
/* a connection that lasts so many pauses is a good one */
#define STABLE 30
/* Mosquitto 2.0 does not say why it ends a connection; so many short ones in a row mean that somebody else has it */
#define SHORT_LIVES 2

static void
set_problem (DemlsMqtt *self, const char *why)
{
  mqtt_set_problem (self, g_strdup_printf ("%s:%d: %s", self->settings.host, self->settings.port, why));
}

/* ---- the connection begins ---- */

static void
accepted (DemlsMqtt *self, gboolean known)
{
  if (self->had_session && !known)
    mqtt_notice (self, DEMLS_DELIVERY_ERROR_FORGOTTEN,
                 "the broker has forgotten this account, and what it kept for it");
  self->had_session = TRUE;
  self->connected = TRUE;
  self->connected_at = g_get_monotonic_time ();
  mqtt_set_problem (self, NULL);
  if (self->old)
    set_problem (self, "speaks only MQTT 3.1.1: packets that it refuses are lost without a word");
  mqtt_topics_reset (self);
  demls_echo_again (self->echo, self->connected_at);
}

/* the words of libmosquitto for v3's codes are those of another table */
static const char *
reason_text (const DemlsMqtt *self, int code)
{
  return self->old ? mosquitto_connack_string (code) : mosquitto_reason_string (code);
}

static gboolean
is_password (const DemlsMqtt *self, int code)
{
  if (self->old)
    return code == CONNACK_REFUSED_BAD_USERNAME_PASSWORD || code == CONNACK_REFUSED_NOT_AUTHORIZED;
  return code == MQTT_RC_BAD_USERNAME_OR_PASSWORD || code == MQTT_RC_NOT_AUTHORIZED;
}

static gboolean
is_final (const DemlsMqtt *self, int code)
{
  if (self->old)
    return is_password (self, code) || code == CONNACK_REFUSED_IDENTIFIER_REJECTED;
  return is_password (self, code) || code == MQTT_RC_BANNED || code == MQTT_RC_CLIENTID_NOT_VALID
         || code == MQTT_RC_BAD_AUTHENTICATION_METHOD;
}

static void
connack (DemlsMqtt *self, int code, gboolean known)
{
  if (code == 0)
    accepted (self, known);
  else if (code == MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION && !self->old)
    self->old = TRUE;
  else
    {
      g_autofree char *why = g_strdup_printf ("refused us: %s%s", reason_text (self, code),
                                              is_password (self, code) ? " (check user name and password)" : "");
      set_problem (self, why);
      self->given_up = is_final (self, code);
    }
}

/* ---- and ends ---- */

static gboolean
is_certificate (const DemlsMqtt *self)
{
  return self->trouble && strstr (self->trouble, "certificate verify failed");
}

static void
explain_end (DemlsMqtt *self, const MqttEvent *event)
{
  if (is_certificate (self))
    {
      set_problem (self, "its certificate is not valid: expired, for another name, or of an unknown authority");
      self->given_up = TRUE;
    }
  else if (self->taken_over)
    set_problem (self, "another program uses this account's session");
  else if (!self->problem || self->connected)
    set_problem (self, event->text                   ? event->text
                       : self->trouble               ? self->trouble
                       : event->code == MOSQ_ERR_EAI ? "this host is not known"
                                                     : mosquitto_strerror (event->code));
}

static void
count_short_lives (DemlsMqtt *self, int code, gint64 now)
{
  /* a broker that was away in between has other reasons */
  gboolean brief = self->connected && now - self->connected_at < STABLE * self->retry_us;
  self->short_lives = brief && code == MOSQ_ERR_CONN_LOST ? self->short_lives + 1 : 0;
  self->taken_over = self->taken_over || self->short_lives >= SHORT_LIVES;
}

static gint64
next_pause (DemlsMqtt *self, gint64 now)
{
  gint64 lasted = self->connected ? now - self->connected_at : 0;
  gint64 longest = MAX (RETRY_LONGEST, self->retry_us);
  if (self->taken_over)
    {
      gint64 pause = (self->retry_us * TAKEN_OVER_FACTOR) << MIN (self->takeovers, TAKEN_OVER_DOUBLINGS);
      self->takeovers = lasted > pause ? 0 : self->takeovers + 1;
      return pause;
    }
  if (lasted > STABLE * self->retry_us)
    self->retries = 0;
  return MIN (self->retry_us << MIN (self->retries++, 10), longest);
}

static void
ended (DemlsMqtt *self, const MqttEvent *event)
{
  gint64 now = g_get_monotonic_time ();
  self->running = FALSE;
  if (self->old != self->line_old)
    {
      g_clear_pointer (&self->line, mqtt_line_unref);
      self->handled = 0;
      self->start_at = now;
      return;
    }
  count_short_lives (self, event->code, now);
  explain_end (self, event);
  self->start_at = now + next_pause (self, now);
  self->connected = self->taken_over = FALSE;
}

/* ---- packets ---- */

static void
echo (DemlsMqtt *self, const DemlsEnvelope *envelope)
{
  g_autoptr (GArray) tokens = demls_echo_tick (self->echo, envelope);
  for (guint i = 0; i < tokens->len && !self->closed; i++)
    {
      self->owing = TRUE;
      self->sink.delivered (self->sink.data, g_array_index (tokens, guint64, i));
    }
}

static void
packet (DemlsMqtt *self, const DemlsEnvelope *envelope)
{
  self->packet_at = g_get_monotonic_time ();
  self->handled++;
  const MqttTopic *topic = mqtt_topic_find (self, envelope->conversation, envelope->channel);
  if (memcmp (envelope->app_id, self->app_id, sizeof self->app_id) == 0)
    echo (self, envelope);
  else if (topic && topic->wanted)
    {
      self->owing = TRUE;
      self->sink.packet (self->sink.data, envelope->conversation, envelope->channel, span_bytes (envelope->payload));
    }
  else if (!topic)
    /* left over in the session from before; it is given back at the next turn */
    mqtt_topic_for (self, envelope->conversation, envelope->channel);
  /* of what was not reported there is nothing to keep */
  if (!self->owing && self->line)
    mqtt_line_kept (self->line, self->handled);
}

void
mqtt_event (gpointer item, gpointer data)
{
  g_autoptr (MqttEvent) event = item;
  DemlsMqtt *self = data;
  self->inside = TRUE;
  if (event->kind == MQTT_EVENT_CONNACK)
    connack (self, event->code, event->mid != 0);
  else if (event->kind == MQTT_EVENT_SUBACK)
    mqtt_topic_answered (self, event->mid, event->code);
  else if (event->kind == MQTT_EVENT_PUBACK)
    mqtt_publish_answered (self, event->mid, event->code);
  else if (event->kind == MQTT_EVENT_PACKET)
    packet (self, event->envelope);
  else if (event->kind == MQTT_EVENT_RUBBISH)
    mqtt_notice (self, event->code, event->text);
  else if (event->kind == MQTT_EVENT_DISCONNECT)
    /* libmosquitto may tell of the end twice, with another code the second time */
    self->taken_over = self->taken_over || (event->code == MQTT_RC_SESSION_TAKEN_OVER && self->connected);
  else if (event->kind == MQTT_EVENT_TROUBLE)
    {
      g_free (self->trouble);
      self->trouble = g_steal_pointer (&event->text);
    }
  else
    ended (self, event);
  self->inside = FALSE;
  if (self->closed)
    mqtt_free (self);
  else
    mqtt_pump (self);
}
