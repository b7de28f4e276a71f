/* mqtt-party.h - parties (party.h) at a broker on this machine: `who` names their program.
 */
#ifndef DEMLS_TESTS_MQTT_PARTY_H
#define DEMLS_TESTS_MQTT_PARTY_H

#include "delivery/mqtt.h"
#include "party.h"

static inline DemlsMqttOptions
plain (guint16 port, guint8 who)
{
  DemlsMqttOptions options = { .host = "127.0.0.1", .port = port, .plain = TRUE, .retry_ms = 20 };
  memset (options.app_id, who, sizeof options.app_id);
  return options;
}

static inline Party *
party_at (guint16 port, guint8 who)
{
  DemlsMqttOptions options = plain (port, who);
  return party_new (demls_mqtt_new (&options));
}

static inline Party *
member_at (guint16 port, guint8 who)
{
  Party *self = party_at (port, who);
  party_join (self, GROUP_A);
  party_open (self);
  PARTY_UNTIL (self->link == DEMLS_LINK_ONLINE);
  return self;
}

#endif
