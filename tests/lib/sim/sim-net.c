#include "sim-net.h"

#include <string.h>

typedef struct {
  gboolean subscribed, online;
  guint backlog;                 /* deliveries under way that are old */
  gint64 last[SIM_NODES_MAX];    /* when the last packet of each sender is due here */
  guint64 newest[SIM_NODES_MAX]; /* serial + 1 of the newest packet of each sender that came here */
  GHashTable *had;               /* serials + 1 */
} Node;

/* A delivery on its way or waiting. */
typedef struct {
  SimDelivery delivery;
  guint old; /* 1: part of a backlog */
} Transit;

struct _SimNet {
  Rng *rng;
  SimCounts *counts;
  SimWeather weather;
  SimFilter filter;
  gpointer filter_data;
  GPtrArray *history;  /* of SimPacket */
  GSequence *transits; /* of Transit, by (at, order) */
  GPtrArray *waiting; /* of Transit: the way is cut or the receiver offline; in the order in which they began to wait */
  guint64 order;
  gboolean cut[SIM_NODES_MAX][SIM_NODES_MAX];
  Node nodes[SIM_NODES_MAX];
};

static void
packet_free (SimPacket *self)
{
  g_bytes_unref (self->payload);
  g_free (self);
}

SimNet *
sim_net_new (guint64 seed, SimCounts *counts)
{
  SimNet *self = g_new0 (SimNet, 1);
  self->rng = rng_new_seeded (seed);
  self->counts = counts;
  self->weather = SIM_FAIR (20000);
  self->history = g_ptr_array_new_with_free_func ((GDestroyNotify) packet_free);
  self->transits = g_sequence_new (g_free);
  self->waiting = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < SIM_NODES_MAX; i++)
    {
      self->nodes[i].online = TRUE;
      self->nodes[i].had = g_hash_table_new (NULL, NULL);
    }
  return self;
}

void
sim_net_free (SimNet *self)
{
  if (!self)
    return;
  for (guint i = 0; i < SIM_NODES_MAX; i++)
    g_hash_table_unref (self->nodes[i].had);
  g_ptr_array_unref (self->waiting);
  g_sequence_free (self->transits);
  g_ptr_array_unref (self->history);
  rng_free (self->rng);
  g_free (self);
}

void
sim_net_set_weather (SimNet *self, const SimWeather *weather)
{
  self->weather = *weather;
}

void
sim_net_set_filter (SimNet *self, SimFilter filter, gpointer data)
{
  self->filter = filter;
  self->filter_data = data;
}

void
sim_net_subscribe (SimNet *self, guint node)
{
  self->nodes[node].subscribed = TRUE;
}

void
sim_net_unsubscribe (SimNet *self, guint node)
{
  self->nodes[node].subscribed = FALSE;
}

/* --- on the way -------------------------------------------------------------------------------------------------- */

static gint64
draw (SimNet *self, gint64 from, gint64 to)
{
  if (to <= from)
    return from;
  gint64 steps = (to - from) / 1000 + 1;
  return from + (gint64) rng_below (self->rng, (guint32) MIN (steps, G_MAXUINT32)) * 1000;
}

static gboolean
chance (SimNet *self, guint percent)
{
  return percent && rng_below (self->rng, 100) < percent;
}

static gint
compare_transits (gconstpointer a, gconstpointer b, gpointer unused)
{
  const SimDelivery *x = &((const Transit *) a)->delivery, *y = &((const Transit *) b)->delivery;
  (void) unused;
  if (x->at != y->at)
    return x->at < y->at ? -1 : 1;
  return x->order < y->order ? -1 : x->order > y->order;
}

static gboolean
is_blocked (const SimNet *self, guint from, guint to)
{
  return !self->nodes[to].online || self->cut[from][to];
}

static void
send_off (SimNet *self, const SimPacket *packet, guint to, gint64 at, guint old)
{
  Transit *transit = g_new0 (Transit, 1);
  transit->delivery = (SimDelivery){ .at = at, .order = self->order++, .to = to, .packet = packet };
  transit->old = old;
  if (is_blocked (self, packet->from, to))
    {
      g_ptr_array_add (self->waiting, transit);
      return;
    }
  self->nodes[to].backlog += old;
  g_sequence_insert_sorted (self->transits, transit, compare_transits, NULL);
}

/* One transmission to one subscriber, with the weather of now. */
static void
transmit (SimNet *self, const SimPacket *packet, guint to, gint64 now, gint64 extra)
{
  const SimWeather *w = &self->weather;
  gint64 at = now + extra + draw (self, w->delay_min, w->delay_max);
  if (chance (self, w->loss))
    {
      at += draw (self, G_USEC_PER_SEC, MAX (w->resend_max, G_USEC_PER_SEC));
      self->counts->faults[SIM_FAULT_LOSS]++;
    }
  else if (chance (self, w->far))
    {
      at += draw (self, G_USEC_PER_SEC, MAX (w->far_max, G_USEC_PER_SEC));
      self->counts->faults[SIM_FAULT_DELAY]++;
    }
  gint64 *last = &self->nodes[to].last[packet->from];
  if (w->ordered)
    at = MAX (at, *last);
  *last = MAX (at, *last);
  send_off (self, packet, to, at, 0);
}

static void
post (SimNet *self, const SimPacket *packet, guint to, gint64 now)
{
  gint64 extra = self->filter ? self->filter (packet, to, self->filter_data) : 0;
  if (extra == DEMLS_NEVER)
    return;
  if (to == packet->from)
    {
      if (!chance (self, self->weather.echo))
        return;
      self->counts->faults[SIM_FAULT_ECHO]++;
    }
  transmit (self, packet, to, now, extra);
  if (chance (self, self->weather.duplication))
    {
      self->counts->faults[SIM_FAULT_DUPLICATE]++;
      transmit (self, packet, to, now, extra);
    }
}

const SimPacket *
sim_net_publish (SimNet *self, guint from, DemlsSubtopic subtopic, GBytes *payload, gint64 now)
{
  SimPacket *packet = g_new0 (SimPacket, 1);
  packet->serial = self->history->len;
  packet->from = from;
  packet->at = now;
  packet->subtopic = subtopic;
  packet->payload = g_bytes_ref (payload);
  g_ptr_array_add (self->history, packet);
  for (guint to = 0; to < SIM_NODES_MAX; to++)
    if (self->nodes[to].subscribed)
      post (self, packet, to, now);
  return packet;
}

void
sim_net_replay (SimNet *self, guint to, gint64 now)
{
  if (!self->history->len || !self->nodes[to].subscribed)
    return;
  const SimPacket *packet = self->history->pdata[rng_below (self->rng, self->history->len)];
  if (packet->from == to || !sim_net_was_delivered (self, packet, to))
    return;
  self->counts->faults[SIM_FAULT_REPLAY]++;
  send_off (self, packet, to, now + draw (self, self->weather.delay_min, self->weather.delay_max), 0);
}

/* --- cuts and absences ------------------------------------------------------------------------------------------- */

/* Takes back what is under way and must now wait. */
static void
hold_up (SimNet *self)
{
  GSequenceIter *next = NULL;
  for (GSequenceIter *i = g_sequence_get_begin_iter (self->transits); !g_sequence_iter_is_end (i); i = next)
    {
      next = g_sequence_iter_next (i);
      const Transit *transit = g_sequence_get (i);
      if (!is_blocked (self, transit->delivery.packet->from, transit->delivery.to))
        continue;
      self->nodes[transit->delivery.to].backlog -= transit->old;
      g_ptr_array_add (self->waiting, g_memdup2 (transit, sizeof *transit));
      g_sequence_remove (i);
    }
}

/* Sends on what need not wait any more. Backlogs come oldest first, a few milliseconds apart. */
static void
let_go (SimNet *self, gint64 now)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);
  self->waiting = g_ptr_array_new_with_free_func (g_free);
  gint64 at = now;
  for (guint i = 0; i < waiting->len; i++)
    {
      const Transit *transit = waiting->pdata[i];
      const SimDelivery *d = &transit->delivery;
      at += 1000;
      gint64 due = at + draw (self, self->weather.delay_min, self->weather.delay_max);
      if (self->weather.ordered)
        due = MAX (due, self->nodes[d->to].last[d->packet->from]);
      send_off (self, d->packet, d->to, MAX (due, d->at), 1);
    }
}

void
sim_net_cut (SimNet *self, guint from, guint to, gboolean cut, gint64 now)
{
  self->cut[from][to] = cut;
  if (cut)
    hold_up (self);
  else
    let_go (self, now);
}

void
sim_net_heal_all (SimNet *self, gint64 now)
{
  memset (self->cut, 0, sizeof self->cut);
  let_go (self, now);
}

void
sim_net_set_online (SimNet *self, guint node, gboolean online, gint64 now)
{
  self->nodes[node].online = online;
  if (online)
    let_go (self, now);
  else
    hold_up (self);
}

gboolean
sim_net_is_online (const SimNet *self, guint node)
{
  return self->nodes[node].online;
}

gboolean
sim_net_has_backlog (const SimNet *self, guint node)
{
  return self->nodes[node].backlog > 0;
}

/* --- arriving ---------------------------------------------------------------------------------------------------- */

gint64
sim_net_next (const SimNet *self)
{
  GSequenceIter *first = g_sequence_get_begin_iter (self->transits);
  return g_sequence_iter_is_end (first) ? DEMLS_NEVER : ((const Transit *) g_sequence_get (first))->delivery.at;
}

static void
note_arrival (SimNet *self, SimDelivery *delivery)
{
  Node *node = &self->nodes[delivery->to];
  guint64 *newest = &node->newest[delivery->packet->from];
  if (delivery->packet->serial + 1 < *newest)
    self->counts->faults[SIM_FAULT_REORDER]++;
  *newest = MAX (*newest, delivery->packet->serial + 1);
  delivery->first = !sim_net_was_delivered (self, delivery->packet, delivery->to);
  g_hash_table_add (node->had, GSIZE_TO_POINTER (delivery->packet->serial + 1));
}

gboolean
sim_net_take (SimNet *self, gint64 now, SimDelivery *out)
{
  GSequenceIter *first = g_sequence_get_begin_iter (self->transits);
  if (g_sequence_iter_is_end (first))
    return FALSE;
  const Transit *transit = g_sequence_get (first);
  if (transit->delivery.at > now)
    return FALSE;
  *out = transit->delivery;
  self->nodes[out->to].backlog -= transit->old;
  g_sequence_remove (first);
  note_arrival (self, out);
  return TRUE;
}

void
sim_net_give_back (SimNet *self, const SimDelivery *delivery, gint64 at)
{
  send_off (self, delivery->packet, delivery->to, at, 0);
}

const GPtrArray *
sim_net_history (const SimNet *self)
{
  return self->history;
}

gboolean
sim_net_is_quiet (const SimNet *self)
{
  if (!g_sequence_is_empty (self->transits))
    return FALSE;
  for (guint i = 0; i < self->waiting->len; i++)
    if (self->nodes[((const Transit *) self->waiting->pdata[i])->delivery.to].online)
      return FALSE;
  return TRUE;
}

gboolean
sim_net_was_delivered (const SimNet *self, const SimPacket *packet, guint to)
{
  return g_hash_table_contains (self->nodes[to].had, GSIZE_TO_POINTER (packet->serial + 1));
}
