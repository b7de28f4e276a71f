/* echo.h - what was handed to a delivery service and has not come back yet.
 *
 * An entry lasts from the moment a packet is handed over until its own echo is seen or the service refuses it. It is
 * sent when it is due: at once, and then again after 2, 4, 8, ... seconds, at most 5 minutes apart, until one of the
 * two happens. Only DEMLS_ECHO_WINDOW entries wait for their first echo at a time: a service is not flooded.
 *
 * An announcement takes the place of an earlier one of the same conversation that is still under way.
 *
 * An echo is told by app_id, which the caller has compared, and SHA-256 of the payload, within a conversation's
 * channel. Anybody can forge one, but only with the very payload in the very place, which is what delivery means.
 *
 * Times are g_get_monotonic_time() or anything else that only grows, in microseconds.
 */
#ifndef DEMLS_DELIVERY_ECHO_H
#define DEMLS_DELIVERY_ECHO_H

#include "delivery/envelope.h"

#define DEMLS_ECHO_WINDOW 64
#define DEMLS_ECHO_FIRST (2 * G_TIME_SPAN_SECOND)
#define DEMLS_ECHO_LONGEST (5 * G_TIME_SPAN_MINUTE)

typedef struct {
  guint64 token;
  char conversation[DEMLS_CONVERSATION_LENGTH + 1];
  DemlsChannel channel;
  GBytes *envelope; /* ready to send */
  guint8 digest[32];
  gint64 due;      /* when to send (again) */
  guint tries;     /* how often it was sent */
  guint64 mark;    /* the service's own, to find it by; 0 at first */
  guint64 wall_ms; /* when it was handed over, in ms since 1970 */
} DemlsEchoEntry;

typedef struct _DemlsEcho DemlsEcho;

/* Nothing under way. `first`: the first pause in microseconds, 0 for DEMLS_ECHO_FIRST. (transfer full) */
DemlsEcho *demls_echo_new (gint64 first);
void demls_echo_free (DemlsEcho *self);

/* Begins an entry, due at once (`now`). `envelope` is the packed form of `payload`. Belongs to `self`. */
DemlsEchoEntry *demls_echo_add (DemlsEcho *self, guint64 token, const char *conversation, DemlsChannel channel,
                                GBytes *payload, GBytes *envelope, gint64 now);

/* Which entries may be sent now; the service's judgement. */
typedef gboolean (*DemlsEchoFilter) (const DemlsEchoEntry *entry, gpointer data);

/* The first entry, in order of handing over, that is due at `now`, fits the window and passes `filter` (NULL: all);
 * or NULL. It stays due until demls_echo_sent(). */
DemlsEchoEntry *demls_echo_next (DemlsEcho *self, gint64 now, DemlsEchoFilter filter, gpointer data);

/* The entry was sent at `now`, or was tried to: it is due again after the next pause. */
void demls_echo_sent (DemlsEcho *self, DemlsEchoEntry *entry, gint64 now);

/* What was never sent is due at once, and so is what was sent: the service was away. */
void demls_echo_again (DemlsEcho *self, gint64 now);

/* When the next entry is due; G_MAXINT64 if none is under way. May be in the past. */
gint64 demls_echo_due (const DemlsEcho *self);

/* An echo of our own was seen. Ends all entries that it fits and returns their tokens, guint64. (transfer full) */
GArray *demls_echo_tick (DemlsEcho *self, const DemlsEnvelope *echo);

/* The entry with that mark, or NULL. */
DemlsEchoEntry *demls_echo_find (const DemlsEcho *self, guint64 mark);

/* Is anything of this channel under way? */
gboolean demls_echo_waits (const DemlsEcho *self, const char *conversation, DemlsChannel channel);

/* Ends an entry that was refused. */
void demls_echo_remove (DemlsEcho *self, DemlsEchoEntry *entry);

/* How many entries there are. */
guint demls_echo_count (const DemlsEcho *self);

#endif
