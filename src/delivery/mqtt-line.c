#include "delivery/mqtt-line.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define KEEP_ALIVE 30
#define LOOP_MS 2000
#define TOPIC_SHOWN 200
#define SESSION_SECONDS (30 * 24 * 60 * 60)
#define ANNOUNCEMENT_SECONDS (24 * 60 * 60)
#define MAX_PACKET (DEMLS_ENVELOPE_MAX + 1024)

struct _MqttLine {
  gint refs;
  struct mosquitto *mosq;
  Handover *handover;
  int wake[2];        /* a pipe that ends the thread's wait */
  gint kept;          /* by the main loop */
  gint stopping;      /* likewise */
  guint heard;        /* PACKET events; only the thread looks at it */
  guint heard_before; /* on earlier connections: their acknowledgements are gone */
  gboolean old;
  /* copies, never changed */
  char *host;
  int port;
  char *prefix;
};

void
mqtt_event_free (MqttEvent *self)
{
  g_free (self->text);
  demls_envelope_free (self->envelope);
  g_free (self);
}

char *
mqtt_topic (const char *prefix, const char *conversation, DemlsChannel channel)
{
  return g_strdup_printf ("%s%s%s/1/%s/proto", prefix, *prefix ? "/" : "", conversation ? conversation : "+",
                          demls_channel_name (channel));
}

static void
tell (MqttLine *self, MqttEventKind kind, int code, int mid, const char *text)
{
  MqttEvent *event = g_new0 (MqttEvent, 1);
  event->kind = kind;
  event->code = code;
  event->mid = mid;
  event->text = g_strdup (text);
  handover_push (self->handover, event, sizeof *event);
}

/* ---- libmosquitto's callbacks; in the thread ---- */

static void
on_connect (struct mosquitto *mosq, void *data, int code, int flags, const mosquitto_property *properties)
{
  (void) mosq;
  (void) properties;
  tell (data, MQTT_EVENT_CONNACK, code, flags & 1, NULL);
}

static void
on_disconnect (struct mosquitto *mosq, void *data, int code, const mosquitto_property *properties)
{
  (void) mosq;
  (void) properties;
  tell (data, MQTT_EVENT_DISCONNECT, code, 0, NULL);
}

static void
on_subscribe (struct mosquitto *mosq, void *data, int mid, int count, const int *codes,
              const mosquitto_property *properties)
{
  (void) mosq;
  (void) properties;
  tell (data, MQTT_EVENT_SUBACK, count > 0 ? codes[0] : MQTT_RC_UNSPECIFIED, mid, NULL);
}

static void
on_publish (struct mosquitto *mosq, void *data, int mid, int code, const mosquitto_property *properties)
{
  (void) mosq;
  (void) properties;
  tell (data, MQTT_EVENT_PUBACK, code, mid, NULL);
}

static void
reject (MqttLine *self, int code, const char *topic, const char *why)
{
  g_autofree char *valid = g_utf8_make_valid (topic, (gssize) MIN (strlen (topic), TOPIC_SHOWN));
  g_autofree char *text = g_strdup_printf ("%s: %s", valid, why);
  tell (self, MQTT_EVENT_RUBBISH, code, 0, text);
}

static void
on_message (struct mosquitto *mosq, void *data, const struct mosquitto_message *message,
            const mosquitto_property *properties)
{
  MqttLine *self = data;
  (void) mosq;
  (void) properties;
  if (message->payloadlen <= 0)
    return;
  g_autoptr (GError) error = NULL;
  Span bytes = span (message->payload, (gsize) message->payloadlen);
  g_autoptr (DemlsEnvelope) envelope = demls_envelope_unpack (bytes, &error);
  if (!envelope)
    {
      reject (self, error->code, message->topic, error->message);
      return;
    }
  g_autofree char *topic = mqtt_topic (self->prefix, envelope->conversation, envelope->channel);
  if (strcmp (topic, message->topic) != 0 || (message->retain && envelope->channel != DEMLS_CHANNEL_ANNOUNCEMENT))
    {
      reject (self, DEMLS_DELIVERY_ERROR_DAMAGED, message->topic, "it belongs elsewhere");
      return;
    }
  MqttEvent *event = g_new0 (MqttEvent, 1);
  event->kind = MQTT_EVENT_PACKET;
  event->envelope = g_steal_pointer (&envelope);
  self->heard++;
  handover_push (self->handover, event, sizeof *event + bytes.len);
}

static void
on_log (struct mosquitto *mosq, void *data, int level, const char *text)
{
  (void) mosq;
  if (level == MOSQ_LOG_ERR)
    tell (data, MQTT_EVENT_TROUBLE, 0, 0, text);
}

/* ---- settings ---- */

static gboolean
set_tls (MqttLine *self, const MqttSettings *settings, GError **error)
{
  if (!settings->tls)
    return TRUE;
  int code = settings->ca_file ? mosquitto_tls_set (self->mosq, settings->ca_file, NULL, NULL, NULL, NULL)
                               : mosquitto_int_option (self->mosq, MOSQ_OPT_TLS_USE_OS_CERTS, 1);
  if (code == MOSQ_ERR_SUCCESS)
    return TRUE;
  g_set_error (error, DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_CERTIFICATE, "%s: cannot be used as certificates",
               settings->ca_file ? settings->ca_file : "the system's certificates");
  return FALSE;
}

static gboolean
set_up (MqttLine *self, const MqttSettings *settings, GError **error)
{
  int version = self->old ? MQTT_PROTOCOL_V311 : MQTT_PROTOCOL_V5;
  g_autofree char *topic = mqtt_topic (self->prefix, NULL, DEMLS_CHANNEL_APP_MSG);
  if (!self->mosq || mosquitto_pub_topic_check (self->prefix) != MOSQ_ERR_SUCCESS
      || mosquitto_sub_topic_check (topic) != MOSQ_ERR_SUCCESS
      || mosquitto_int_option (self->mosq, MOSQ_OPT_PROTOCOL_VERSION, version) != MOSQ_ERR_SUCCESS
      || mosquitto_threaded_set (self->mosq, TRUE) != MOSQ_ERR_SUCCESS
      || (settings->user
          && mosquitto_username_pw_set (self->mosq, settings->user, settings->password) != MOSQ_ERR_SUCCESS))
    {
      g_set_error (error, DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_DENIED,
                   "the user name or topic prefix \"%s\" cannot be used with MQTT", self->prefix);
      return FALSE;
    }
  mosquitto_connect_v5_callback_set (self->mosq, on_connect);
  mosquitto_disconnect_v5_callback_set (self->mosq, on_disconnect);
  mosquitto_subscribe_v5_callback_set (self->mosq, on_subscribe);
  mosquitto_publish_v5_callback_set (self->mosq, on_publish);
  mosquitto_message_v5_callback_set (self->mosq, on_message);
  mosquitto_log_callback_set (self->mosq, on_log);
  return set_tls (self, settings, error);
}

MqttLine *
mqtt_line_new (const MqttSettings *settings, gboolean old, Handover *handover, GError **error)
{
  MqttLine *self = g_new0 (MqttLine, 1);
  self->refs = 1;
  self->handover = handover_ref (handover);
  self->old = old;
  self->host = g_strdup (settings->host);
  self->port = settings->port;
  self->prefix = g_strdup (settings->prefix);
  self->wake[0] = self->wake[1] = -1;
  self->mosq = mosquitto_new (settings->client_id, FALSE, self);
  if (!g_unix_open_pipe (self->wake, FD_CLOEXEC, error) || !g_unix_set_fd_nonblocking (self->wake[0], TRUE, error)
      || !g_unix_set_fd_nonblocking (self->wake[1], TRUE, error))
    g_prefix_error (error, "no connection: ");
  else if (set_up (self, settings, error))
    return self;
  mqtt_line_unref (self);
  return NULL;
}

void
mqtt_line_unref (MqttLine *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  if (self->mosq)
    mosquitto_destroy (self->mosq);
  for (guint i = 0; i < 2; i++)
    if (self->wake[i] >= 0)
      close (self->wake[i]);
  handover_unref (self->handover);
  g_free (self->host);
  g_free (self->prefix);
  g_free (self);
}

/* ---- the thread ---- */

static int
connect_to_broker (MqttLine *self)
{
  mosquitto_property *properties = NULL;
  if (!self->old)
    {
      mosquitto_property_add_int32 (&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, SESSION_SECONDS);
      mosquitto_property_add_int32 (&properties, MQTT_PROP_MAXIMUM_PACKET_SIZE, MAX_PACKET);
    }
  int code = mosquitto_connect_bind_v5 (self->mosq, self->host, self->port, KEEP_ALIVE, NULL, properties);
  mosquitto_property_free_all (&properties);
  return code;
}

/* what was brought on this connection and is not kept */
static guint
unkept (const MqttLine *self)
{
  return self->heard == self->heard_before ? 0 : self->heard - (guint) g_atomic_int_get (&self->kept);
}

static void
clear_wake (const MqttLine *self)
{
  char bytes[64];
  while (read (self->wake[0], bytes, sizeof bytes) == sizeof bytes)
    ;
}

/* As mosquitto_loop(), but it writes nothing while something is not kept. */
static int
turn (MqttLine *self)
{
  guint left = unkept (self);
  struct pollfd fds[] = { { .fd = mosquitto_socket (self->mosq) }, { .fd = self->wake[0], .events = POLLIN } };
  if (fds[0].fd < 0)
    return MOSQ_ERR_NO_CONN;
  if (left < MQTT_LINE_AHEAD)
    fds[0].events |= POLLIN;
  if (left == 0 && mosquitto_want_write (self->mosq))
    fds[0].events |= POLLOUT;
  if (poll (fds, G_N_ELEMENTS (fds), LOOP_MS) < 0 && errno != EINTR)
    return MOSQ_ERR_ERRNO;
  if (fds[1].revents)
    clear_wake (self);
  int code = MOSQ_ERR_SUCCESS;
  errno = 0;
  if (fds[0].revents & (POLLIN | POLLHUP | POLLERR))
    code = mosquitto_loop_read (self->mosq, 1);
  if (code == MOSQ_ERR_SUCCESS && (fds[0].revents & POLLOUT))
    code = mosquitto_loop_write (self->mosq, 1);
  return code == MOSQ_ERR_SUCCESS ? mosquitto_loop_misc (self->mosq) : code;
}

static gpointer
serve (gpointer data)
{
  MqttLine *self = data;
  errno = 0;
  self->heard_before = self->heard;
  int code = connect_to_broker (self);
  gboolean leaving = FALSE;
  while (code == MOSQ_ERR_SUCCESS)
    {
      if (!leaving && g_atomic_int_get (&self->stopping))
        {
          leaving = TRUE;
          if (unkept (self) > 0)
            break;
          mosquitto_disconnect (self->mosq);
        }
      code = turn (self);
    }
  int number = errno;
  tell (self, MQTT_EVENT_ENDED, code, 0, code == MOSQ_ERR_ERRNO && number ? g_strerror (number) : NULL);
  mqtt_line_unref (self);
  return NULL;
}

void
mqtt_line_start (MqttLine *self)
{
  g_atomic_int_inc (&self->refs);
  g_thread_unref (g_thread_new ("demls-mqtt", serve, self));
}

/* ---- from the main loop ---- */

static void
wake (MqttLine *self)
{
  /* a pipe that is full wakes as well */
  if (write (self->wake[1], "", 1) < 0)
    errno = 0;
}

int
mqtt_line_subscribe (MqttLine *self, const char *filter, int *mid)
{
  int code = mosquitto_subscribe (self->mosq, mid, filter, 1);
  wake (self);
  return code;
}

int
mqtt_line_unsubscribe (MqttLine *self, const char *filter)
{
  int code = mosquitto_unsubscribe (self->mosq, NULL, filter);
  wake (self);
  return code;
}

int
mqtt_line_publish (MqttLine *self, const char *topic, Span bytes, gboolean retain, int *mid)
{
  mosquitto_property *properties = NULL;
  if (retain && !self->old)
    mosquitto_property_add_int32 (&properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, ANNOUNCEMENT_SECONDS);
  int code = mosquitto_publish_v5 (self->mosq, mid, topic, (int) bytes.len, bytes.data, 1, retain, properties);
  mosquitto_property_free_all (&properties);
  wake (self);
  return code;
}

void
mqtt_line_kept (MqttLine *self, guint count)
{
  g_atomic_int_set (&self->kept, (gint) count);
  wake (self);
}

void
mqtt_line_stop (MqttLine *self)
{
  g_atomic_int_set (&self->stopping, TRUE);
  wake (self);
}
