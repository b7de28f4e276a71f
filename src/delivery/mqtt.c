#include "delivery/mqtt.h"

#include <mosquitto.h>
#include <string.h>

#include "crypto/hash.h"
#include "delivery/mqtt-private.h"

#define PORT 1883
#define PORT_TLS 8883
#define RETRY_MS 1000
/* no word from the broker for so long: told, though the thread still waits */
#define SILENCE (15 * G_TIME_SPAN_SECOND)
/* no packet for so long: what waited at the broker has come */
#define QUIET (300 * G_TIME_SPAN_MILLISECOND)
#define PRIORITY (G_PRIORITY_HIGH_IDLE + 30)

static DemlsMqtt *
mqtt_of (DemlsDelivery *delivery)
{
  return (DemlsMqtt *) delivery;
}

static void
topic_free (gpointer data)
{
  MqttTopic *topic = data;
  g_free (topic->filter);
  g_free (topic->conversation);
  g_free (topic);
}

static void
refusal_free (gpointer data)
{
  MqttRefusal *refusal = data;
  g_error_free (refusal->why);
  g_free (refusal);
}

void
mqtt_refuse (DemlsMqtt *self, guint64 token, GError *why)
{
  MqttRefusal *refusal = g_new0 (MqttRefusal, 1);
  refusal->token = token;
  refusal->why = why;
  g_queue_push_tail (&self->refusals, refusal);
  mqtt_pump (self);
}

void
mqtt_notice (DemlsMqtt *self, int code, const char *text)
{
  g_autoptr (GError) what =
      g_error_new (DEMLS_DELIVERY_ERROR, code, "%s:%d: %s", self->settings.host, self->settings.port, text);
  GError *told = demls_complaint (&self->complaints, what, g_get_monotonic_time ());
  if (told)
    g_queue_push_tail (&self->notices, told);
  mqtt_pump (self);
}

void
mqtt_set_problem (DemlsMqtt *self, char *problem)
{
  g_free (self->problem);
  self->problem = problem;
}

/* ---- what others ask of it ---- */

static void
open_mqtt (DemlsDelivery *delivery, const DemlsDeliverySink *sink)
{
  DemlsMqtt *self = mqtt_of (delivery);
  self->sink = *sink;
  self->opened = TRUE;
  self->start_at = g_get_monotonic_time ();
  mqtt_pump (self);
}

static void
publish (DemlsDelivery *delivery, const char *conversation, DemlsChannel channel, GBytes *payload, guint64 token)
{
  DemlsMqtt *self = mqtt_of (delivery);
  GError *error = NULL;
  g_autoptr (GBytes) envelope = demls_envelope_pack (self->app_id, conversation, channel, payload, &error);
  if (!envelope)
    {
      mqtt_refuse (self, token, error);
      return;
    }
  demls_echo_add (self->echo, token, conversation, channel, payload, envelope, g_get_monotonic_time ());
  if (!mqtt_topic_find (self, conversation, channel))
    mqtt_topic_for (self, conversation, channel);
  mqtt_pump (self);
}

static void
subscribe (DemlsDelivery *delivery, const char *conversation)
{
  DemlsMqtt *self = mqtt_of (delivery);
  g_return_if_fail (!conversation || demls_conversation_is_valid (conversation));
  if (conversation)
    {
      mqtt_topic_for (self, conversation, DEMLS_CHANNEL_APP_MSG)->wanted = TRUE;
      mqtt_topic_for (self, conversation, DEMLS_CHANNEL_WELCOME)->wanted = TRUE;
    }
  else
    mqtt_topic_for (self, NULL, DEMLS_CHANNEL_ANNOUNCEMENT)->wanted = TRUE;
  mqtt_pump (self);
}

/* the topic goes when it was given back to the broker and nothing that is under way needs it */
static void
unsubscribe (DemlsDelivery *delivery, const char *conversation)
{
  DemlsMqtt *self = mqtt_of (delivery);
  g_return_if_fail (!conversation || demls_conversation_is_valid (conversation));
  if (conversation)
    {
      mqtt_topic_for (self, conversation, DEMLS_CHANNEL_APP_MSG)->wanted = FALSE;
      mqtt_topic_for (self, conversation, DEMLS_CHANNEL_WELCOME)->wanted = FALSE;
    }
  else
    mqtt_topic_for (self, NULL, DEMLS_CHANNEL_ANNOUNCEMENT)->wanted = FALSE;
  mqtt_pump (self);
}

static void
kept (DemlsDelivery *delivery)
{
  DemlsMqtt *self = mqtt_of (delivery);
  if (!self->owing)
    return;
  self->owing = FALSE;
  if (self->line)
    mqtt_line_kept (self->line, self->handled);
  mqtt_pump (self);
}

static GBytes *
cursor (DemlsDelivery *delivery, const char *conversation)
{
  return !conversation && mqtt_of (delivery)->had_session ? g_bytes_new_static ("session", 7) : NULL;
}

static void
set_cursor (DemlsDelivery *delivery, const char *conversation, Span saved)
{
  if (!conversation && span_equal (saved, span_str ("session")))
    mqtt_of (delivery)->had_session = TRUE;
}

static void
close_mqtt (DemlsDelivery *delivery)
{
  DemlsMqtt *self = mqtt_of (delivery);
  self->closed = TRUE;
  if (!self->inside)
    mqtt_free (self);
}

void
mqtt_free (DemlsMqtt *self)
{
  handover_close (self->handover);
  if (self->line)
    {
      mqtt_line_stop (self->line);
      mqtt_line_unref (self->line);
    }
  handover_unref (self->handover);
  g_clear_handle_id (&self->wake, g_source_remove);
  g_clear_handle_id (&self->step, g_source_remove);
  g_hash_table_unref (self->topics);
  demls_echo_free (self->echo);
  g_queue_clear_full (&self->refusals, refusal_free);
  g_queue_clear_full (&self->notices, (GDestroyNotify) g_error_free);
  g_free (self->trouble);
  g_free (self->problem);
  g_free (self->told);
  g_free (self->settings.host);
  g_free (self->settings.ca_file);
  g_free (self->settings.user);
  g_free (self->settings.password);
  g_free (self->settings.prefix);
  g_free (self->settings.client_id);
  g_free (self);
}

static const DemlsDeliveryOps mqtt_ops = { open_mqtt,  publish, subscribe, unsubscribe,
                                           close_mqtt, kept,    cursor,    set_cursor };

DemlsDelivery *
demls_mqtt_new (const DemlsMqttOptions *options)
{
  mosquitto_lib_init ();
  DemlsMqtt *self = g_new0 (DemlsMqtt, 1);
  self->parent.ops = &mqtt_ops;
  memcpy (self->app_id, options->app_id, sizeof self->app_id);
  self->settings.host = g_strdup (options->host);
  self->settings.port = options->port ? (int) options->port : options->plain ? PORT : PORT_TLS;
  self->settings.tls = !options->plain;
  self->settings.ca_file = g_strdup (options->ca_file);
  self->settings.user = g_strdup (options->user);
  self->settings.password = g_strdup (options->password);
  self->settings.prefix = g_strdup (options->prefix ? options->prefix : "demls");
  /* as long as MQTT 3.1.1 promises that a client id may be */
  guint8 digest[32];
  hash_sha256 (SPAN_OF (self->app_id), digest);
  g_autofree char *hex = span_hex (span (digest, 9));
  self->settings.client_id = g_strconcat ("demls", hex, NULL);
  self->retry_us = (gint64) (options->retry_ms ? options->retry_ms : RETRY_MS) * G_TIME_SPAN_MILLISECOND;
  self->handover = handover_new (mqtt_event, (GDestroyNotify) mqtt_event_free, self);
  self->topics = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, topic_free);
  self->echo = demls_echo_new (options->retry_ms ? self->retry_us : 0);
  g_queue_init (&self->refusals);
  g_queue_init (&self->notices);
  return &self->parent;
}

/* ---- turns ---- */

static void
start_if_due (DemlsMqtt *self, gint64 now)
{
  /* what is not kept would only come again */
  if (self->running || self->given_up || self->owing || self->start_at == 0 || now < self->start_at)
    return;
  g_autoptr (GError) error = NULL;
  if (!self->line)
    self->line = mqtt_line_new (&self->settings, self->old, self->handover, &error);
  if (!self->line)
    {
      self->given_up = TRUE;
      mqtt_set_problem (self, g_strdup (error->message));
      return;
    }
  self->line_old = self->old;
  g_clear_pointer (&self->trouble, g_free);
  mqtt_set_problem (self, NULL);
  self->running = TRUE;
  mqtt_line_start (self->line);
}

static void
report_refusals (DemlsMqtt *self)
{
  while (self->refusals.length > 0 && !self->closed)
    {
      MqttRefusal *refusal = g_queue_pop_head (&self->refusals);
      self->sink.refused (self->sink.data, refusal->token, refusal->why);
      refusal_free (refusal);
    }
}

static void
report_notices (DemlsMqtt *self)
{
  while (self->notices.length > 0 && !self->closed)
    {
      g_autoptr (GError) what = g_queue_pop_head (&self->notices);
      self->sink.notice (self->sink.data, what);
    }
}

static DemlsLink
link_now (DemlsMqtt *self, gint64 now)
{
  if (self->given_up)
    return DEMLS_LINK_REFUSED;
  if (!self->connected)
    return DEMLS_LINK_OFFLINE;
  if (self->link == DEMLS_LINK_ONLINE && self->reported)
    return DEMLS_LINK_ONLINE;
  gboolean quiet = now >= MAX (self->connected_at, self->packet_at) + QUIET;
  return quiet && !mqtt_topics_wait (self) ? DEMLS_LINK_ONLINE : DEMLS_LINK_BACKLOG;
}

static void
report_link (DemlsMqtt *self, gint64 now)
{
  DemlsLink link = link_now (self, now);
  if (self->running && !self->connected && !self->problem && now >= self->start_at + SILENCE)
    mqtt_set_problem (self, g_strdup_printf ("%s:%d: no answer", self->settings.host, self->settings.port));
  if (link == DEMLS_LINK_OFFLINE && !self->problem)
    return;
  if (self->reported && link == self->link && g_strcmp0 (self->problem, self->told) == 0)
    return;
  self->reported = TRUE;
  self->link = link;
  g_free (self->told);
  self->told = g_strdup (self->problem);
  self->sink.link (self->sink.data, link, self->told);
}

static gboolean
woken (gpointer data)
{
  DemlsMqtt *self = data;
  self->wake = 0;
  mqtt_pump (self);
  return G_SOURCE_REMOVE;
}

static void
set_alarm (DemlsMqtt *self, gint64 now)
{
  gint64 at = G_MAXINT64;
  if (self->connected)
    at = demls_echo_due (self->echo);
  else if (!self->given_up)
    at = self->running ? self->start_at + SILENCE : self->start_at;
  if (self->connected && self->link != DEMLS_LINK_ONLINE)
    at = MIN (at, MAX (self->connected_at, self->packet_at) + QUIET);
  g_clear_handle_id (&self->wake, g_source_remove);
  if (at == G_MAXINT64 || (self->running && !self->connected && self->problem))
    return;
  /* what is due and cannot go yet is not asked about all the time */
  gint64 ms = MAX ((at - now) / G_TIME_SPAN_MILLISECOND + 1, 20);
  self->wake = g_timeout_add_full (PRIORITY, (guint) MIN (ms, G_MAXINT), woken, self, NULL);
}

static gboolean
step (gpointer data)
{
  DemlsMqtt *self = data;
  gint64 now = g_get_monotonic_time ();
  self->step = 0;
  self->inside = TRUE;
  start_if_due (self, now);
  if (self->connected)
    mqtt_topics_pump (self);
  report_refusals (self);
  report_notices (self);
  if (!self->closed)
    report_link (self, now);
  self->inside = FALSE;
  if (self->closed)
    mqtt_free (self);
  else
    set_alarm (self, now);
  return G_SOURCE_REMOVE;
}

void
mqtt_pump (DemlsMqtt *self)
{
  if (self->opened && !self->closed && self->step == 0)
    self->step = g_idle_add_full (PRIORITY, step, self, NULL);
}
