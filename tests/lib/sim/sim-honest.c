#include "sim-honest.h"

#include "rules/member-id.h"
#include "sim-check.h"
#include "sim-record.h"
#include "sim-words.h"

static const SimMemberOps ops;

/* --- beginning and end ------------------------------------------------------------------------------------------- */

SimHonest *
sim_honest_add (SimWorld *world, const char *name)
{
  SimHonest *self = g_new0 (SimHonest, 1);
  self->base.ops = &ops;
  self->base.name = g_intern_string (name);
  self->base.honest = TRUE;
  sim_world_add (world, &self->base);
  self->rng = rng_new_seeded (world->seed * 1000 + self->base.index);
  self->key = sign_key_generate (world->suite, self->rng);
  demls_member_id (sign_key_public (self->key), self->base.id);
  self->env = (DemlsEnv){ .suite = world->suite, .rng = self->rng, .key = self->key, .nick = self->base.name };
  self->store = sim_store_new ();
  self->clock = SIM_CLOCK_TRUE;
  self->next = self->due = DEMLS_NEVER;
  self->visits = g_array_new (FALSE, FALSE, sizeof (SimVisit));
  self->healings = g_array_new (FALSE, FALSE, sizeof (SimHealing));
  return self;
}

static void
honest_free (SimMember *member)
{
  SimHonest *self = (SimHonest *) member;
  demls_runner_free (self->runner);
  sim_store_free (self->store);
  g_array_unref (self->visits);
  g_array_unref (self->healings);
  sign_key_unref (self->key);
  rng_free (self->rng);
  g_free (self);
}

DemlsNow
sim_honest_now (const SimHonest *self)
{
  return sim_clock_read (&self->clock, self->base.world->now);
}

gboolean
sim_honest_is_there (const SimHonest *self)
{
  return self->runner && sim_net_is_online (self->base.world->net, self->base.index);
}

gboolean
sim_honest_is_in (const SimHonest *self)
{
  return self->runner && self->state && sim_state_has (self->state, SPAN_OF (self->base.id));
}

/* --- dying and coming back --------------------------------------------------------------------------------------- */

typedef struct {
  guint index;
  gboolean reboots;
} Restart;

static void
look_at_clock (SimHonest *self)
{
  self->due = self->runner ? demls_runner_next_wakeup (self->runner) : DEMLS_NEVER;
  self->next = self->due == DEMLS_NEVER ? DEMLS_NEVER : sim_clock_when (&self->clock, self->due);
}

static void
restart (SimWorld *world, gpointer data)
{
  const Restart *plan = data;
  SimHonest *self = sim_world_player (world, plan->index);
  if (plan->reboots)
    {
      self->clock.since = world->now;
      self->clock.base = G_USEC_PER_SEC;
    }
  rng_free (self->rng);
  self->rng = rng_new_seeded (world->seed * 1000 + self->base.index + ++self->lives * 1000003);
  self->env.rng = self->rng;
  g_autoptr (GPtrArray) rows = sim_store_load (self->store);
  g_autoptr (GError) error = NULL;
  sim_log (world->log, world->now, self->base.name, "comes back%s", plan->reboots ? " after a reboot" : "");
  self->crashed = FALSE;
  self->runner = demls_runner_restore (&self->env, rows, sim_honest_now (self), &error);
  if (!self->runner)
    {
      sim_fail (world, "A11", "%s cannot be restored: %s", self->base.name, error->message);
      return;
    }
  sim_check_restored (self);
  sim_net_set_online (world->net, self->base.index, TRUE, world->now);
  self->backlog = sim_net_has_backlog (world->net, self->base.index);
  demls_runner_set_link (self->runner, TRUE, self->backlog, sim_honest_now (self));
  self->undisturbed_since = world->now;
  sim_honest_crank (self, NULL);
}

static void
die (SimHonest *self, gint64 down, gboolean reboots)
{
  SimWorld *world = self->base.world;
  g_clear_pointer (&self->runner, demls_runner_free);
  self->crash = SIM_CRASH_NONE;
  self->crashed = TRUE;
  self->next = self->due = DEMLS_NEVER;
  self->undisturbed_since = DEMLS_NEVER;
  sim_net_set_online (world->net, self->base.index, FALSE, world->now);
  if (reboots)
    world->counts->faults[SIM_FAULT_REBOOT]++;
  Restart *plan = g_new0 (Restart, 1);
  plan->index = self->base.index;
  plan->reboots = reboots;
  sim_world_later (world, world->now + MAX (down, 1000), restart, plan);
}

void
sim_honest_kill (SimHonest *self, gint64 down, gboolean reboots)
{
  if (!self->runner || self->over)
    return;
  sim_log (self->base.world->log, self->base.world->now, self->base.name, "is killed");
  die (self, down, reboots);
}

/* Its planned crash, if it is one of this kind. */
static gboolean
crashes (SimHonest *self, SimCrash kind, SimFault fault, const char *when)
{
  gsize bytes;
  if (self->crash != kind || !sim_store_size (self->store, &bytes))
    return FALSE; /* who has saved nothing yet was never there */
  SimWorld *world = self->base.world;
  world->counts->faults[fault]++;
  sim_log (world->log, world->now, self->base.name, "crashes %s", when);
  die (self, self->crash_for, self->reboots);
  return TRUE;
}

void
sim_honest_set_online (SimHonest *self, gboolean online)
{
  SimWorld *world = self->base.world;
  if (!self->runner || self->over || sim_net_is_online (world->net, self->base.index) == online)
    return;
  sim_net_set_online (world->net, self->base.index, online, world->now);
  self->undisturbed_since = online ? world->now : DEMLS_NEVER;
  self->backlog = online && sim_net_has_backlog (world->net, self->base.index);
  sim_log (world->log, world->now, self->base.name, online ? "is online" : "is offline");
  demls_runner_set_link (self->runner, online, self->backlog, sim_honest_now (self));
  sim_honest_crank (self, NULL);
}

/* --- the crank --------------------------------------------------------------------------------------------------- */

static void
log_packet (SimHonest *self, const SimPacket *packet)
{
  SimWorld *world = self->base.world;
  if (world->terse)
    return;
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, packet->payload);
  sim_log (world->log, world->now, self->base.name, "sends packet %" G_GUINT64_FORMAT ": %zu bytes, %.16s%s",
           packet->serial, g_bytes_get_size (packet->payload), hash,
           packet->subtopic == DEMLS_SUBTOPIC_WELCOME ? ", welcome channel" : "");
}

/* FALSE if it died in the middle. */
static gboolean
publish (SimHonest *self)
{
  SimWorld *world = self->base.world;
  g_autoptr (GPtrArray) packets = demls_runner_drain_outbound (self->runner);
  for (guint i = 0; i < packets->len && !self->mute; i++)
    {
      const DemlsPacket *packet = packets->pdata[i];
      log_packet (self, sim_net_publish (world->net, self->base.index, packet->subtopic, packet->payload, world->now));
      if (i == packets->len / 2
          && crashes (self, SIM_CRASH_WHILE_PUBLISHING, SIM_FAULT_CRASH_WHILE_PUBLISHING, "while publishing"))
        return FALSE;
    }
  demls_runner_published (self->runner, packets->len);
  g_autoptr (GPtrArray) rows = demls_runner_drain_rows (self->runner);
  sim_store_save (self->store, rows);
  return TRUE;
}

static void
end (SimHonest *self)
{
  SimWorld *world = self->base.world;
  self->over = TRUE;
  self->over_at = world->now;
  g_clear_pointer (&self->runner, demls_runner_free);
  self->next = self->due = DEMLS_NEVER;
  self->crash = SIM_CRASH_NONE;
  sim_net_unsubscribe (world->net, self->base.index);
}

static void
show (SimHonest *self, const GPtrArray *events)
{
  SimWorld *world = self->base.world;
  for (guint i = 0; i < events->len; i++)
    {
      g_autofree char *words = sim_words (world, &self->base, events->pdata[i]);
      if (words)
        sim_log (world->log, world->now, self->base.name, "%s", words);
    }
}

static void
tell_users (SimHonest *self, const GPtrArray *events)
{
  SimWorld *world = self->base.world;
  for (guint i = 0; world->on_event && i < events->len; i++)
    world->on_event (world, self, events->pdata[i]);
}

gboolean
sim_honest_crank (SimHonest *self, const SimDelivery *delivery)
{
  SimWorld *world = self->base.world;
  demls_runner_tick (self->runner, sim_honest_now (self));
  g_autoptr (GPtrArray) rows = demls_runner_drain_rows (self->runner);
  g_autoptr (GPtrArray) events = demls_runner_drain_events (self->runner);
  if (crashes (self, SIM_CRASH_BEFORE_SAVE, SIM_FAULT_CRASH_BEFORE_SAVE, "before saving"))
    {
      if (delivery)
        sim_net_give_back (world->net, delivery, world->now + SIM_SECOND);
      return FALSE;
    }
  sim_store_save (self->store, rows);
  show (self, events);
  sim_check_crank (self, events);
  if (crashes (self, SIM_CRASH_BEFORE_PUBLISH, SIM_FAULT_CRASH_BEFORE_PUBLISH, "before publishing"))
    return TRUE;
  if (!publish (self))
    return TRUE;
  if (demls_runner_is_over (self->runner))
    {
      end (self);
      tell_users (self, events);
      return TRUE;
    }
  if (crashes (self, SIM_CRASH_BEFORE_SHOW, SIM_FAULT_CRASH_BEFORE_SHOW, "before showing"))
    return TRUE;
  look_at_clock (self);
  if (world->check_ticks && self->base.honest)
    sim_check_idle (self, sim_honest_now (self), "a second tick");
  tell_users (self, events);
  return TRUE;
}

/* The service has handed over what was old. */
static void
tell_backlog (SimHonest *self)
{
  SimWorld *world = self->base.world;
  if (!self->runner || !self->backlog || sim_net_has_backlog (world->net, self->base.index))
    return;
  self->backlog = FALSE;
  demls_runner_set_link (self->runner, TRUE, FALSE, sim_honest_now (self));
  sim_honest_crank (self, NULL);
}

static void
honest_receive (SimMember *member, const SimDelivery *delivery)
{
  SimHonest *self = (SimHonest *) member;
  if (!self->runner)
    return;
  g_autoptr (GError) error = NULL;
  demls_runner_receive (self->runner, delivery->packet->subtopic, span_bytes (delivery->packet->payload),
                        sim_honest_now (self), &error);
  sim_check_received (self, delivery, error);
  sim_honest_crank (self, delivery);
  tell_backlog (self);
}

static void
honest_wake (SimMember *member)
{
  SimHonest *self = (SimHonest *) member;
  if (member->world->check_ticks && member->honest)
    {
      DemlsNow before = sim_honest_now (self);
      before.mono = self->due - 1;
      sim_check_idle (self, before, "a tick before the wake-up");
    }
  sim_honest_crank (self, NULL);
}

static gint64
honest_next (SimMember *member)
{
  return ((SimHonest *) member)->next;
}

static const SimMemberOps ops = {
  .receive = honest_receive,
  .wake = honest_wake,
  .next = honest_next,
  .free = honest_free,
};
