/* mqtt-line.h - one connection to a broker, in a thread of its own.
 *
 * The thread resolves the name, connects, and serves the connection until it ends; then it is gone, and a new one may
 * be started. What happens is handed over to the main loop as events. Publishing and subscribing are called from the
 * main loop, while connected, and never wait: libmosquitto queues and locks.
 *
 * libmosquitto acknowledges a message before it hands it over. The thread does not let these acknowledgements out, nor
 * anything behind them, before it is told that all it brought is kept (mqtt_line_kept()): what a crash takes, the
 * broker still has. Meanwhile it reads on for MQTT_LINE_AHEAD messages, then it waits.
 *
 * A line keeps libmosquitto's half of the session between connections. It is freed when nobody uses it, which may be
 * its thread, if that still waits for a name server when the service was closed long ago.
 */
#ifndef DEMLS_DELIVERY_MQTT_LINE_H
#define DEMLS_DELIVERY_MQTT_LINE_H

#include "delivery/envelope.h"
#include "delivery/handover.h"

/* How many messages are read while the first of them is not known to be kept. */
#define MQTT_LINE_AHEAD 64

typedef struct {
  char *host;
  int port;
  gboolean tls;
  char *ca_file; /* NULL: the system's authorities */
  char *user;    /* or NULL */
  char *password;
  char *prefix;
  char *client_id;
} MqttSettings;

typedef enum {
  MQTT_EVENT_CONNACK,    /* code; mid: whether the broker still had our session */
  MQTT_EVENT_SUBACK,     /* mid, code */
  MQTT_EVENT_PUBACK,     /* mid, code */
  MQTT_EVENT_PACKET,     /* envelope, from the topic it belongs to */
  MQTT_EVENT_RUBBISH,    /* code: a DemlsDeliveryError; text */
  MQTT_EVENT_DISCONNECT, /* code: the broker's reason */
  MQTT_EVENT_TROUBLE,    /* text: what libmosquitto complains about */
  MQTT_EVENT_ENDED,      /* code: of mosq_err_t; text for ERRNO. The thread is gone */
} MqttEventKind;

typedef struct {
  MqttEventKind kind;
  int code, mid;
  char *text;
  DemlsEnvelope *envelope;
} MqttEvent;

void mqtt_event_free (MqttEvent *self);

typedef struct _MqttLine MqttLine;

/* A line that is not connected. `old`: speaks MQTT 3.1.1. NULL with a DENIED or CERTIFICATE error if the settings
 * cannot be used. (transfer full: mqtt_line_unref) */
MqttLine *mqtt_line_new (const MqttSettings *settings, gboolean old, Handover *handover, GError **error);
void mqtt_line_unref (MqttLine *self);

/* Connects in a thread; ends with MQTT_EVENT_ENDED. Not while one is running. */
void mqtt_line_start (MqttLine *self);

/* These return a code of mosq_err_t, and the message id by which the broker answers. */
int mqtt_line_subscribe (MqttLine *self, const char *filter, int *mid);
int mqtt_line_unsubscribe (MqttLine *self, const char *filter);
int mqtt_line_publish (MqttLine *self, const char *topic, Span bytes, gboolean retain, int *mid);

/* So many of the PACKET events, counted since the line was made, are dealt with for good. */
void mqtt_line_kept (MqttLine *self, guint count);

/* Says good-bye to the broker, or just hangs up if not all that came is kept; the thread ends. */
void mqtt_line_stop (MqttLine *self);

/* `<prefix>/<conversation>/1/<subtopic>/proto`; a NULL conversation stands for all. (transfer full) */
char *mqtt_topic (const char *prefix, const char *conversation, DemlsChannel channel);

#endif
