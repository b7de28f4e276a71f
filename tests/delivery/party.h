/* party.h - somebody who uses a delivery service, and writes down what it reports. */
#ifndef DEMLS_TESTS_DELIVERY_PARTY_H
#define DEMLS_TESTS_DELIVERY_PARTY_H

#include <string.h>

#include "../lib/run.h"
#include "delivery/envelope.h"

#define PARTY_SECONDS 20

#define GROUP_A "abcdefghijklmnopqrstuvwxya"
#define GROUP_B "bbbbbbbbbbbbbbbbbbbbbbbbbb"

typedef struct {
  DemlsDelivery *delivery;
  GPtrArray *packets; /* "conversation/channel/payload" */
  GArray *delivered;  /* tokens */
  GArray *refused;    /* tokens */
  GError *why;        /* of the last refusal */
  DemlsLink link;
  char *problem;
  GString *links;     /* the first letters of all links: O B N R */
  GArray *notices;    /* codes */
  char *notice;       /* the last one */
  gboolean forgetful; /* does not keep what is reported */
} Party;

static gboolean
party_tick (gpointer data)
{
  (void) data;
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until `condition`, and fails the test if that takes too long. */
#define PARTY_UNTIL(condition)                                                                                         \
  do                                                                                                                   \
    {                                                                                                                  \
      guint tick_ = g_timeout_add (5, party_tick, NULL);                                                               \
      gint64 until_ = g_get_monotonic_time () + PARTY_SECONDS * G_TIME_SPAN_SECOND;                                    \
      while (!(condition) && g_get_monotonic_time () < until_)                                                         \
        g_main_context_iteration (NULL, TRUE);                                                                         \
      g_source_remove (tick_);                                                                                         \
      if (!(condition))                                                                                                \
        ck_abort_msg ("not within %d s: %s", PARTY_SECONDS, #condition);                                               \
    }                                                                                                                  \
  while (0)

/* Runs the main loop for a while: to show that something does not happen. */
static inline void
party_idle (guint ms)
{
  guint tick = g_timeout_add (5, party_tick, NULL);
  gint64 until = g_get_monotonic_time () + ms * G_TIME_SPAN_MILLISECOND;
  while (g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
}

static inline void
party_keep (const Party *self)
{
  if (!self->forgetful && self->delivery->ops->kept)
    self->delivery->ops->kept (self->delivery);
}

static inline void
party_packet (gpointer data, const char *conversation, DemlsChannel channel, Span payload)
{
  Party *self = data;
  party_keep (self);
  g_ptr_array_add (self->packets, g_strdup_printf ("%s/%s/%.*s", conversation, demls_channel_name (channel),
                                                   (int) MIN (payload.len, 64), (const char *) payload.data));
}

static inline void
party_delivered (gpointer data, guint64 token)
{
  Party *self = data;
  party_keep (self);
  g_array_append_val (self->delivered, token);
}

static inline void
party_refused (gpointer data, guint64 token, const GError *why)
{
  Party *self = data;
  g_array_append_val (self->refused, token);
  g_clear_error (&self->why);
  self->why = g_error_copy (why);
}

static inline void
party_link (gpointer data, DemlsLink link, const char *problem)
{
  Party *self = data;
  self->link = link;
  g_string_append_c (self->links, "OBNR"[link]);
  g_free (self->problem);
  self->problem = g_strdup (problem);
}

static inline void
party_notice (gpointer data, const GError *what)
{
  Party *self = data;
  g_array_append_val (self->notices, what->code);
  g_free (self->notice);
  self->notice = g_strdup (what->message);
}

static inline Party *
party_new (DemlsDelivery *delivery)
{
  Party *self = g_new0 (Party, 1);
  self->delivery = delivery;
  self->packets = g_ptr_array_new_with_free_func (g_free);
  self->delivered = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->refused = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->links = g_string_new (NULL);
  self->notices = g_array_new (FALSE, FALSE, sizeof (int));
  return self;
}

static inline void
party_open (Party *self)
{
  const DemlsDeliverySink sink = { self, party_packet, party_delivered, party_refused, party_link, party_notice };
  self->delivery->ops->open (self->delivery, &sink);
}

static inline void
party_free (Party *self)
{
  self->delivery->ops->close (self->delivery);
  g_ptr_array_unref (self->packets);
  g_array_unref (self->delivered);
  g_array_unref (self->refused);
  g_clear_error (&self->why);
  g_string_free (self->links, TRUE);
  g_array_unref (self->notices);
  g_free (self->notice);
  g_free (self->problem);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Party, party_free)

static inline void
party_join (Party *self, const char *conversation)
{
  self->delivery->ops->subscribe (self->delivery, conversation);
}

static inline void
party_say (Party *self, const char *conversation, DemlsChannel channel, const char *text, guint64 token)
{
  g_autoptr (GBytes) payload = g_bytes_new (text, strlen (text));
  self->delivery->ops->publish (self->delivery, conversation, channel, payload, token);
}

static inline guint
party_heard (const Party *self, const char *line)
{
  guint count = 0;
  for (guint i = 0; i < self->packets->len; i++)
    count += strcmp (g_ptr_array_index (self->packets, i), line) == 0;
  return count;
}

/* How often it was told of this kind. */
static inline guint
party_noticed (const Party *self, DemlsDeliveryError code)
{
  guint count = 0;
  for (guint i = 0; i < self->notices->len; i++)
    count += g_array_index (self->notices, int, i) == (int) code;
  return count;
}

static inline gboolean
party_problem_has (const Party *self, const char *text)
{
  return self->problem && strstr (self->problem, text);
}

#endif
