#include "memory-delivery.h"

#include <string.h>

typedef struct _MemoryDelivery MemoryDelivery;

typedef struct {
  char *conversation;
  DemlsChannel channel;
  GBytes *payload;
  const MemoryDelivery *from;
  guint64 token;
} Entry;

struct _MemoryBus {
  GPtrArray *log;        /* of Entry */
  GPtrArray *deliveries; /* of MemoryDelivery, borrowed */
};

struct _MemoryDelivery {
  DemlsDelivery parent;
  MemoryBus *bus;
  const DemlsDeliverySink *sink;
  GHashTable *subscribed;
  gboolean rooms, away, refusing, told;
  gsize position;
  GPtrArray *waiting; /* of Entry, published while away */
  GArray *refused;    /* of guint64 */
  gboolean has_cursors;
  GHashTable *cursors; /* char* -> GBytes: handed back */
  gsize kept;          /* the position when kept() was called last */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;
  g_bytes_unref (entry->payload);
  g_free (entry->conversation);
  g_free (entry);
}

static Entry *
entry_new (const char *conversation, DemlsChannel channel, GBytes *payload, const MemoryDelivery *from, guint64 token)
{
  Entry *entry = g_new0 (Entry, 1);
  entry->conversation = g_strdup (conversation);
  entry->channel = channel;
  entry->payload = g_bytes_ref (payload);
  entry->from = from;
  entry->token = token;
  return entry;
}

MemoryBus *
memory_bus_new (void)
{
  MemoryBus *self = g_new0 (MemoryBus, 1);
  self->log = g_ptr_array_new_with_free_func (entry_free);
  self->deliveries = g_ptr_array_new ();
  return self;
}

void
memory_bus_free (MemoryBus *self)
{
  g_ptr_array_unref (self->deliveries);
  g_ptr_array_unref (self->log);
  g_free (self);
}

gsize
memory_bus_count (const MemoryBus *self)
{
  return self->log->len;
}

GBytes *
memory_bus_packet (const MemoryBus *self, gsize i, DemlsChannel *channel)
{
  const Entry *entry = self->log->pdata[i];
  *channel = entry->channel;
  return entry->payload;
}

void
memory_bus_inject (MemoryBus *self, const char *conversation, DemlsChannel channel, Span payload)
{
  g_autoptr (GBytes) bytes = span_dup (payload);
  g_ptr_array_add (self->log, entry_new (conversation, channel, bytes, NULL, 0));
}

/* --- the plug ----------------------------------------------------------------------------------------------------- */

static void
memory_open (DemlsDelivery *delivery, const DemlsDeliverySink *sink)
{
  ((MemoryDelivery *) delivery)->sink = sink;
}

static void
memory_publish (DemlsDelivery *delivery, const char *conversation, DemlsChannel channel, GBytes *payload, guint64 token)
{
  MemoryDelivery *self = (MemoryDelivery *) delivery;
  if (self->refusing)
    g_array_append_val (self->refused, token);
  else
    g_ptr_array_add (self->away ? self->waiting : self->bus->log,
                     entry_new (conversation, channel, payload, self, token));
}

static void
memory_subscribe (DemlsDelivery *delivery, const char *conversation)
{
  MemoryDelivery *self = (MemoryDelivery *) delivery;
  if (conversation)
    g_hash_table_add (self->subscribed, g_strdup (conversation));
  else
    self->rooms = TRUE;
}

static void
memory_unsubscribe (DemlsDelivery *delivery, const char *conversation)
{
  MemoryDelivery *self = (MemoryDelivery *) delivery;
  if (conversation)
    g_hash_table_remove (self->subscribed, conversation);
  else
    self->rooms = FALSE;
}

static void
memory_close (DemlsDelivery *delivery)
{
  MemoryDelivery *self = (MemoryDelivery *) delivery;
  g_ptr_array_remove (self->bus->deliveries, self);
  for (guint i = 0; i < self->bus->log->len; i++)
    {
      Entry *entry = self->bus->log->pdata[i];
      if (entry->from == self)
        entry->from = NULL;
    }
  g_hash_table_unref (self->subscribed);
  g_ptr_array_unref (self->waiting);
  g_array_unref (self->refused);
  g_hash_table_unref (self->cursors);
  g_free (self);
}

static void
memory_kept (DemlsDelivery *delivery)
{
  MemoryDelivery *self = (MemoryDelivery *) delivery;
  self->kept = self->position;
}

static GBytes *
memory_cursor (DemlsDelivery *delivery, const char *conversation)
{
  const MemoryDelivery *self = (MemoryDelivery *) delivery;
  if (!self->has_cursors)
    return NULL;
  char *text = g_strdup_printf ("%s at %" G_GSIZE_FORMAT, conversation ? conversation : "rooms", self->position);
  return g_bytes_new_take (text, strlen (text));
}

static void
memory_set_cursor (DemlsDelivery *delivery, const char *conversation, Span cursor)
{
  MemoryDelivery *self = (MemoryDelivery *) delivery;
  g_hash_table_replace (self->cursors, g_strdup (conversation ? conversation : "rooms"), span_dup (cursor));
}

DemlsDelivery *
memory_delivery_new (MemoryBus *bus, gsize position)
{
  static const DemlsDeliveryOps ops = { memory_open,  memory_publish, memory_subscribe, memory_unsubscribe,
                                        memory_close, memory_kept,    memory_cursor,    memory_set_cursor };
  MemoryDelivery *self = g_new0 (MemoryDelivery, 1);
  self->parent.ops = &ops;
  self->bus = bus;
  self->position = position;
  self->subscribed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->waiting = g_ptr_array_new_with_free_func (entry_free);
  self->refused = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->cursors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  g_ptr_array_add (bus->deliveries, self);
  return &self->parent;
}

gsize
memory_delivery_position (const DemlsDelivery *delivery)
{
  return ((const MemoryDelivery *) delivery)->position;
}

void
memory_delivery_use_cursors (DemlsDelivery *delivery)
{
  ((MemoryDelivery *) delivery)->has_cursors = TRUE;
}

GBytes *
memory_delivery_cursor (const DemlsDelivery *delivery, const char *conversation)
{
  return g_hash_table_lookup (((const MemoryDelivery *) delivery)->cursors, conversation ? conversation : "rooms");
}

gsize
memory_delivery_kept (const DemlsDelivery *delivery)
{
  return ((const MemoryDelivery *) delivery)->kept;
}

void
memory_delivery_set_away (DemlsDelivery *delivery, gboolean away)
{
  MemoryDelivery *self = (MemoryDelivery *) delivery;
  self->away = away;
  self->told = FALSE;
  if (away)
    return;
  for (guint i = 0; i < self->waiting->len; i++)
    g_ptr_array_add (self->bus->log, self->waiting->pdata[i]);
  g_ptr_array_set_free_func (self->waiting, NULL);
  g_ptr_array_set_size (self->waiting, 0);
  g_ptr_array_set_free_func (self->waiting, entry_free);
}

void
memory_delivery_set_refusing (DemlsDelivery *delivery, gboolean refusing)
{
  ((MemoryDelivery *) delivery)->refusing = refusing;
}

/* --- handing out -------------------------------------------------------------------------------------------------- */

static void
hand_out (MemoryDelivery *self, const Entry *entry)
{
  gboolean wanted = entry->channel == DEMLS_CHANNEL_ANNOUNCEMENT
                        ? self->rooms
                        : g_hash_table_contains (self->subscribed, entry->conversation);
  if (entry->from == self)
    self->sink->delivered (self->sink->data, entry->token);
  else if (wanted)
    self->sink->packet (self->sink->data, entry->conversation, entry->channel, span_bytes (entry->payload));
}

static void
tell_refused (MemoryDelivery *self)
{
  g_autoptr (GError) why = g_error_new_literal (DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_DENIED, "not allowed");
  for (guint i = 0; i < self->refused->len; i++)
    self->sink->refused (self->sink->data, g_array_index (self->refused, guint64, i), why);
  g_array_set_size (self->refused, 0);
}

static void
tell_link (MemoryDelivery *self)
{
  DemlsLink link = DEMLS_LINK_ONLINE;
  if (self->away)
    link = DEMLS_LINK_OFFLINE;
  else if (self->position < self->bus->log->len)
    link = DEMLS_LINK_BACKLOG;
  self->sink->link (self->sink->data, link, self->away ? "away" : NULL);
  self->told = link != DEMLS_LINK_BACKLOG;
}

static gboolean
pump_one (MemoryDelivery *self, guint max)
{
  if (!self->sink)
    return FALSE;
  if (!self->told)
    tell_link (self);
  tell_refused (self);
  guint n = 0;
  for (; !self->away && self->position < self->bus->log->len && n < max; n++)
    hand_out (self, self->bus->log->pdata[self->position++]);
  if (!self->told)
    tell_link (self);
  return n > 0;
}

gboolean
memory_bus_pump (MemoryBus *self, guint max)
{
  gboolean any = FALSE;
  for (guint i = 0; i < self->deliveries->len; i++)
    any |= pump_one (self->deliveries->pdata[i], max);
  return any;
}
