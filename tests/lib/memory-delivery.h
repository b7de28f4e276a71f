/* memory-delivery.h - a delivery service in one process: a log of packets that everybody reads at his own pace.
 *
 * Store and forward: a person that is away finds everything later. Reports come from memory_bus_pump() only.
 */
#ifndef DEMLS_TESTS_MEMORY_DELIVERY_H
#define DEMLS_TESTS_MEMORY_DELIVERY_H

#include "user/delivery.h"

typedef struct _MemoryBus MemoryBus;

MemoryBus *memory_bus_new (void);
void memory_bus_free (MemoryBus *self);

/* A connection that reads the log from `position` on (0: from the beginning). Closing it frees it. (transfer full) */
DemlsDelivery *memory_delivery_new (MemoryBus *bus, gsize position);

/* How far it has read. */
gsize memory_delivery_position (const DemlsDelivery *delivery);

/* Has cursors from now on, which say how far it has read. The one of a conversation (NULL: announcements) that was
 * handed back, or NULL. (borrowed) */
void memory_delivery_use_cursors (DemlsDelivery *delivery);
GBytes *memory_delivery_cursor (const DemlsDelivery *delivery, const char *conversation);

/* How far it had read when it was last told that all is kept. */
gsize memory_delivery_kept (const DemlsDelivery *delivery);

/* While away it neither hears nor is heard: what it publishes waits. */
void memory_delivery_set_away (DemlsDelivery *delivery, gboolean away);

/* Refuses what is published from now on. */
void memory_delivery_set_refusing (DemlsDelivery *delivery, gboolean refusing);

/* Hands out all that waits, at most `max` packets to each. TRUE if there was any. */
gboolean memory_bus_pump (MemoryBus *self, guint max);

/* How many packets were published by all. */
gsize memory_bus_count (const MemoryBus *self);

/* The packet published as number `i`, from 0, with its channel. (borrowed) */
GBytes *memory_bus_packet (const MemoryBus *self, gsize i, DemlsChannel *channel);

/* Puts a packet of nobody's into the log. */
void memory_bus_inject (MemoryBus *self, const char *conversation, DemlsChannel channel, Span payload);

#endif
