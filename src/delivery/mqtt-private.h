/* mqtt-private.h - the inside of a DemlsMqtt, for mqtt.c (what others ask of it), mqtt-topic.c (subscriptions and what
 * is sent) and mqtt-event.c (what the broker says).
 */
#ifndef DEMLS_DELIVERY_MQTT_PRIVATE_H
#define DEMLS_DELIVERY_MQTT_PRIVATE_H

#include "delivery/complaints.h"
#include "delivery/echo.h"
#include "delivery/mqtt-line.h"
#include "delivery/mqtt.h"

typedef enum {
  MQTT_TOPIC_NEW, /* the broker was not asked yet, on this connection */
  MQTT_TOPIC_ASKED,
  MQTT_TOPIC_OPEN,
  MQTT_TOPIC_DENIED,
} MqttTopicState;

typedef struct {
  char *filter;
  char *conversation; /* NULL: all */
  DemlsChannel channel;
  MqttTopicState state;
  gboolean wanted; /* others' packets too; otherwise only echoes */
  int mid;
} MqttTopic;

typedef struct {
  guint64 token;
  GError *why;
} MqttRefusal;

typedef struct {
  DemlsDelivery parent;
  DemlsDeliverySink sink;
  MqttSettings settings;
  guint8 app_id[DEMLS_APP_ID_SIZE];
  gint64 retry_us;
  Handover *handover;
  MqttLine *line;     /* NULL until opened, and when the settings are of no use */
  gboolean old;       /* the broker refused MQTT 5 */
  gboolean line_old;  /* and the line knows */
  gboolean running;   /* the line has a thread */
  gboolean connected; /* CONNACK was good */
  gboolean given_up;
  gboolean opened, inside, closed;
  gint64 connected_at, packet_at;
  guint retries, takeovers;
  guint short_lives; /* connections that the broker ended soon, in a row */
  gboolean taken_over;
  char *trouble;      /* what libmosquitto last complained about, on this connection */
  char *problem;      /* why it is not connected */
  GHashTable *topics; /* filter -> MqttTopic */
  DemlsEcho *echo;
  guint handled;        /* PACKET events of this line */
  gboolean owing;       /* some of them were reported and are not known to be kept */
  gboolean had_session; /* the broker has known us before */
  GQueue refusals;      /* MqttRefusal, to be reported */
  GQueue notices;       /* GError, to be reported */
  DemlsComplaints complaints;
  DemlsLink link; /* as last reported, with `told` */
  char *told;
  gboolean reported;
  guint wake, step; /* source ids, or 0 */
  gint64 start_at;  /* when to connect; 0: not */
} DemlsMqtt;

/* Has it look, at the next turn of the main loop, for what there is to do. */
void mqtt_pump (DemlsMqtt *self);

void mqtt_free (DemlsMqtt *self);

/* Sets the reason why it is not connected. (transfer full) */
void mqtt_set_problem (DemlsMqtt *self, char *problem);

/* Ends an entry for good: it is reported at the next turn. (why: transfer full) */
void mqtt_refuse (DemlsMqtt *self, guint64 token, GError *why);

/* Something that people should know, unless they just were told: `text` of the kind `code`. */
void mqtt_notice (DemlsMqtt *self, int code, const char *text);

/* The topic of a conversation's channel, as it is subscribed to; made if missing. */
MqttTopic *mqtt_topic_for (DemlsMqtt *self, const char *conversation, DemlsChannel channel);

/* The topic that subscribes to it, or NULL. */
MqttTopic *mqtt_topic_find (DemlsMqtt *self, const char *conversation, DemlsChannel channel);

/* All topics are to be asked for again: a new connection. */
void mqtt_topics_reset (DemlsMqtt *self);

/* Is an answer of the broker still missing? */
gboolean mqtt_topics_wait (DemlsMqtt *self);

/* Subscribes, unsubscribes and publishes what can be. */
void mqtt_topics_pump (DemlsMqtt *self);

/* What the broker answered. */
void mqtt_topic_answered (DemlsMqtt *self, int mid, int code);
void mqtt_publish_answered (DemlsMqtt *self, int mid, int code);

/* Handles what the line's thread handed over; `item` is an MqttEvent. (transfer full) */
void mqtt_event (gpointer item, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MqttEvent, mqtt_event_free)

#endif
