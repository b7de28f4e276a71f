/* sim-net.h - the delivery service of a simulated world, and everything that can go wrong on the way (DESIGN 6).
 *
 * The service stores and forwards, at least once: a packet that was published reaches every subscriber sooner or later,
 * perhaps twice, perhaps long after later ones. "Lost" is the first transmission only; the service sends it again some
 * seconds later, as a broker does that got no acknowledgement, or a folder that is read again. While a way is cut, or a
 * subscriber is offline, its packets wait. What must be lost for good is said by a filter; that is not part of what the
 * protocol is promised, and only single scenarios do it.
 *
 * The sender gets its own packets back only where the weather says so (echo).
 *
 * All randomness comes from the Rng given at the beginning; equal calls give equal deliveries.
 */
#ifndef DEMLS_TESTS_SIM_NET_H
#define DEMLS_TESTS_SIM_NET_H

#include "base/clock.h"
#include "crypto/rng.h"
#include "session/runner.h"
#include "sim-count.h"

#define SIM_NODES_MAX 64

/* What was published; lives as long as the net. */
typedef struct {
  guint64 serial; /* 0, 1, ... in order of publishing */
  guint from;
  gint64 at;
  DemlsSubtopic subtopic;
  GBytes *payload;
} SimPacket;

typedef struct {
  gint64 at;
  guint64 order; /* among those of one instant */
  guint to;
  gboolean first; /* this packet never came here before */
  const SimPacket *packet;
} SimDelivery;

/* Percentages, and microseconds. */
typedef struct {
  gint64 delay_min,
      delay_max;     /* every transmission takes so long, drawn anew for each: so packets overtake each other */
  guint loss;        /* of first transmissions */
  gint64 resend_max; /* how much later they come again */
  guint duplication;
  guint far; /* are late by up to far_max */
  gint64 far_max;
  guint echo;       /* of own packets come back */
  gboolean ordered; /* nothing overtakes anything between the same two */
} SimWeather;

/* Nothing wrong: every packet takes `delay`. */
#define SIM_FAIR(delay) ((SimWeather){ .delay_min = (delay), .delay_max = (delay), .ordered = TRUE })

/* Says about each packet and subscriber: 0 as it comes, > 0 this much later, DEMLS_NEVER not at all. */
typedef gint64 (*SimFilter) (const SimPacket *packet, guint to, gpointer data);

typedef struct _SimNet SimNet;

/* `counts` (borrowed) takes up what happens. (transfer full) */
SimNet *sim_net_new (guint64 seed, SimCounts *counts);
void sim_net_free (SimNet *self);

void sim_net_set_weather (SimNet *self, const SimWeather *weather);
void sim_net_set_filter (SimNet *self, SimFilter filter, gpointer data);

/* From now on `node` gets what is published. */
void sim_net_subscribe (SimNet *self, guint node);
void sim_net_unsubscribe (SimNet *self, guint node);

/* Cuts or heals the way from one to another. */
void sim_net_cut (SimNet *self, guint from, guint to, gboolean cut, gint64 now);
void sim_net_heal_all (SimNet *self, gint64 now);

/* Takes a node off the net, or back: then it gets its backlog, oldest first. */
void sim_net_set_online (SimNet *self, guint node, gboolean online, gint64 now);
gboolean sim_net_is_online (const SimNet *self, guint node);

/* TRUE while packets from the time of absence are still coming. */
gboolean sim_net_has_backlog (const SimNet *self, guint node);

/* (borrowed) */
const SimPacket *sim_net_publish (SimNet *self, guint from, DemlsSubtopic subtopic, GBytes *payload, gint64 now);

/* Delivers an old packet of this conversation once more, to somebody; nothing if there is none. */
void sim_net_replay (SimNet *self, guint to, gint64 now);

/* When the next delivery is due; the delivery, if it is due by `now`. FALSE if there is none. */
gint64 sim_net_next (const SimNet *self);
gboolean sim_net_take (SimNet *self, gint64 now, SimDelivery *out);

/* The subscriber crashed before it had saved: the service did not see it acknowledged. */
void sim_net_give_back (SimNet *self, const SimDelivery *delivery, gint64 at);

/* Everything published so far, of SimPacket. (borrowed) */
const GPtrArray *sim_net_history (const SimNet *self);

/* TRUE if nothing is on its way or waits for anybody who is online. */
gboolean sim_net_is_quiet (const SimNet *self);

/* TRUE if this packet was handed to this node before. */
gboolean sim_net_was_delivered (const SimNet *self, const SimPacket *packet, guint to);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimNet, sim_net_free)

#endif
