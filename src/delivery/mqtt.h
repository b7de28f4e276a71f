/* mqtt.h - delivery through an MQTT broker.
 *
 * MQTT 5 with a persistent session: the broker keeps, for each member, what came while the member was away, as long and
 * as much as it is set up to. MQTT 3.1.1 only if the broker refuses 5, which is told as a problem while ONLINE: there a
 * packet that the broker refuses looks like one that was sent. QoS 1; a packet counts as delivered when the broker
 * sends it back to us. Nothing is published in a topic before the broker has confirmed our subscription to it.
 *
 * Topics: `<prefix>/<conversation id>/1/<subtopic>/proto`. Announcements are retained, for a day; other retained
 * messages, and whatever is no envelope that belongs into its topic, are ignored.
 *
 * DEMLS_LINK_REFUSED: a wrong password, a certificate that does not verify, settings that cannot be used. All else is
 * OFFLINE, tried again with a growing pause; with a long one if another client has taken our session, so that the two
 * do not throw each other out all day.
 *
 * What the broker brought it has to bring again until kept() is called: a crash loses nothing. If the broker no longer
 * knows us when we come back (it was restarted without a memory, or somebody took our session), what was sent meanwhile
 * is gone, and that is told (DEMLS_DELIVERY_ERROR_FORGOTTEN); the cursor is what remembers that it once knew us. What
 * is no packet is told once in a while (complaints.h).
 *
 * Packets that wait at the broker come at once when it is connected; subscribe before open(), or in the same turn of
 * the main loop, so that there is somebody to take them.
 */
#ifndef DEMLS_DELIVERY_MQTT_H
#define DEMLS_DELIVERY_MQTT_H

#include "delivery/envelope.h"

typedef struct {
  const char *host;
  guint port;                       /* 0: 8883 with TLS, 1883 without */
  gboolean plain;                   /* without TLS */
  const char *ca_file;              /* whom to trust; NULL: whom the system trusts */
  const char *user, *password;      /* or NULL */
  const char *prefix;               /* of topics; NULL: "demls" */
  guint8 app_id[DEMLS_APP_ID_SIZE]; /* names the session: never used by two at a time */
  guint retry_ms;                   /* 0: 1 s; others are for tests */
} DemlsMqttOptions;

/* The service; begins with open(). Ended and freed by close(). */
DemlsDelivery *demls_mqtt_new (const DemlsMqttOptions *options);

#endif
