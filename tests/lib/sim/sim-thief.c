#include "sim-thief.h"

#include "rules/limits.h"
#include "sim-record.h"

#define THEFTS_MAX 6

typedef struct {
  guint victim;
  gint64 at;
  guint64 packets;     /* published by then */
  guint32 shown_chats; /* said by then */
  GBytes *had_read;    /* a byte for each of these: 1 if the victim had read it */
  SimStore *store;
} SimTheft;

void
sim_theft_free (gpointer theft)
{
  SimTheft *self = theft;
  sim_store_free (self->store);
  g_bytes_unref (self->had_read);
  g_free (self);
}

void
sim_thief_steal (SimHonest *member)
{
  SimWorld *world = member->base.world;
  SimRecord *record = world->record;
  if (record->thefts->len >= THEFTS_MAX || !member->runner || !member->state)
    return;
  g_autoptr (GByteArray) had_read = g_byte_array_new ();
  for (guint i = 0; i < record->chat_list->len; i++)
    {
      const SimChat *chat = record->chat_list->pdata[i];
      guint8 read = chat->shown >> member->base.index & 1;
      g_byte_array_append (had_read, &read, 1);
    }
  SimTheft *theft = g_new0 (SimTheft, 1);
  theft->victim = member->base.index;
  theft->at = world->now;
  theft->packets = sim_net_history (world->net)->len;
  theft->shown_chats = record->chat_list->len;
  theft->had_read = g_byte_array_free_to_bytes (g_steal_pointer (&had_read));
  theft->store = sim_store_copy (member->store);
  /* what is only remembered so as not to show a message twice must not be what keeps it from the thief */
  sim_store_forget (theft->store, "shown");
  g_ptr_array_add (record->thefts, theft);
}

/* A7: when the victim healed by a path of its own, made in an epoch that began after the theft. With a rollback in
 * between that path may be gone again, so nothing is asked of such worlds. */
static gint64
healed_at (const SimHonest *victim, gint64 since)
{
  if (victim->base.world->counts->rollbacks)
    return DEMLS_NEVER;
  for (guint i = 0; i < victim->healings->len; i++)
    {
      const SimHealing *healing = &g_array_index (victim->healings, SimHealing, i);
      if (healing->built_after > since)
        return healing->at;
    }
  return DEMLS_NEVER;
}

/* The chat was sent by somebody who had healed with the victim: not in an older epoch. */
static gboolean
is_after_healing (const SimHonest *victim, const SimHonest *sender, const SimChat *chat, gint64 healed)
{
  if (healed == DEMLS_NEVER || chat->at <= healed || !victim->state)
    return FALSE;
  const SimState *state = NULL;
  for (guint i = 0; i < sender->visits->len; i++)
    {
      const SimVisit *visit = &g_array_index (sender->visits, SimVisit, i);
      if (visit->at <= chat->at)
        state = visit->state;
    }
  for (guint i = 0; state && i < victim->visits->len; i++)
    {
      const SimVisit *visit = &g_array_index (victim->visits, SimVisit, i);
      if (visit->at >= healed && visit->state->epoch <= state->epoch)
        return TRUE;
    }
  return FALSE;
}

/* Its sender went back to another branch after it was said: then it goes out again there, under keys that nobody has
 * used (V24). */
static gboolean
may_be_said_again (const SimHonest *sender, const SimChat *chat)
{
  const SimState *last = NULL;
  for (guint i = 0; i < sender->visits->len; i++)
    {
      const SimVisit *visit = &g_array_index (sender->visits, SimVisit, i);
      if (last && visit->at >= chat->at && visit->state->epoch <= last->epoch)
        return TRUE;
      last = visit->state;
    }
  return FALSE;
}

static void
judge (SimWorld *world, const SimTheft *theft, const DemlsEvent *event)
{
  const SimHonest *victim = sim_world_honest (world, theft->victim);
  const SimChat *chat = event->message_id ? sim_record_chat (world->record, event->message_id) : NULL;
  if (!chat)
    return;
  const SimHonest *sender = sim_world_player (world, chat->sender);
  if (!sim_record_shared (sender, chat->at, SPAN_OF (victim->base.id)))
    sim_fail (world, "A5", "who stole the rows of %s at %.3f reads \"%s\", said when %s was no member",
              victim->base.name, (double) theft->at / G_USEC_PER_SEC, chat->text, victim->base.name);
  const guint8 *had_read = g_bytes_get_data (theft->had_read, NULL);
  for (guint i = 0; i < theft->shown_chats; i++)
    if (world->record->chat_list->pdata[i] == chat && had_read[i] && chat->sender != theft->victim
        && !may_be_said_again (sender, chat))
      sim_fail (world, "A6", "who stole the rows of %s at %.3f reads \"%s\", which %s had read before",
                victim->base.name, (double) theft->at / G_USEC_PER_SEC, chat->text, victim->base.name);
  if (is_after_healing (victim, sender, chat, healed_at (victim, theft->at)))
    sim_fail (world, "A7", "who stole the rows of %s at %.3f reads \"%s\", said after it had healed", victim->base.name,
              (double) theft->at / G_USEC_PER_SEC, chat->text);
}

/* Hands over everything ever sent, in order, with the time going on. */
static void
read_all (SimWorld *world, const SimTheft *theft)
{
  const SimHonest *victim = sim_world_honest (world, theft->victim);
  g_autoptr (GPtrArray) rows = sim_store_load (theft->store);
  g_autoptr (Rng) rng = rng_new_seeded (world->seed ^ 0x746869);
  DemlsEnv env = victim->env;
  env.rng = rng;
  DemlsNow now = sim_clock_read (&victim->clock, theft->at);
  g_autoptr (GError) error = NULL;
  g_autoptr (DemlsRunner) runner = demls_runner_restore (&env, rows, now, &error);
  if (!runner)
    {
      sim_fail (world, "A11", "rows copied from %s cannot be read: %s", victim->base.name, error->message);
      return;
    }
  const GPtrArray *history = sim_net_history (world->net);
  for (guint i = 0; i < history->len && !demls_runner_is_over (runner); i++)
    {
      const SimPacket *packet = history->pdata[i];
      gint64 at = MAX (packet->at, theft->at);
      now = (DemlsNow){ .mono = now.mono, .wall = SIM_WALL_START + at / G_USEC_PER_SEC };
      now.mono = MAX (now.mono, sim_clock_read (&victim->clock, at).mono);
      demls_runner_receive (runner, packet->subtopic, span_bytes (packet->payload), now, NULL);
      demls_runner_tick (runner, now);
      g_autoptr (GPtrArray) out = demls_runner_drain_outbound (runner);
      demls_runner_published (runner, out->len);
      g_ptr_array_unref (demls_runner_drain_rows (runner));
      g_autoptr (GPtrArray) events = demls_runner_drain_events (runner);
      for (guint j = 0; j < events->len; j++)
        if (((const DemlsEvent *) events->pdata[j])->kind == DEMLS_EVENT_CHAT)
          judge (world, theft, events->pdata[j]);
    }
}

void
sim_thief_read_all (SimWorld *world)
{
  for (guint i = 0; i < world->record->thefts->len && !world->failure; i++)
    read_all (world, world->record->thefts->pdata[i]);
}
