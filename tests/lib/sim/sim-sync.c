#include "sim-sync.h"

#include "rules/limits.h"
#include "sim-record.h"

static const DemlsPolicy *
policy_of (const SimHonest *member)
{
  return &member->state->governance->policy;
}

/* The slowest clock allowed runs at half speed, so a time that members measure may take twice as long. */
static gint64
slow (guint64 ms)
{
  return 2 * (gint64) ms * G_TIME_SPAN_MILLISECOND;
}

static gboolean
is_reliable (const SimHonest *member, gint64 since)
{
  return sim_honest_is_there (member) && member->undisturbed_since <= since && sim_honest_is_in (member)
         && !member->backlog;
}

/* Liars, and members whom nobody plays any more, are a third or more: nothing is promised then (V27). Honest members
 * may have left until it was so. */
static gboolean
is_overrun (const SimWorld *world, const SimState *state)
{
  guint honest = 0;
  for (guint i = 0; i < world->members->len; i++)
    {
      const SimHonest *member = sim_world_honest (world, i);
      honest += member && (member->runner || member->crashed) && sim_state_has (state, SPAN_OF (member->base.id));
    }
  return sim_world_liars (world) && 3 * honest <= 2 * state->members->len;
}

/* --- S1 ---------------------------------------------------------------------------------------------------------- */

/* The last instant at which two that differ may still do so. What liars can do, a commit that only some can read, is
 * settled by V26. */
static gint64
settled_after (const SimWorld *world, const SimHonest *member)
{
  guint freezes = sim_world_liars (world) ? 2 + DEMLS_OUT_OF_SYNC_FREEZES : 1;
  return MAX (member->state_since, world->synchronous_since) + freezes * slow (policy_of (member)->freeze_ms)
         + 2 * world->bound;
}

static void
check_agreement (SimWorld *world)
{
  for (guint i = 0; i < world->members->len; i++)
    for (guint j = i + 1; j < world->members->len; j++)
      {
        const SimHonest *a = sim_world_honest (world, i), *b = sim_world_honest (world, j);
        if (!a || !b || !sim_honest_is_in (a) || !sim_honest_is_in (b) || a->state == b->state
            || a->state->epoch != b->state->epoch)
          continue;
        if (!is_reliable (a, world->synchronous_since) || !is_reliable (b, world->synchronous_since)
            || world->now <= settled_after (world, a) || world->now <= settled_after (world, b))
          continue;
        sim_fail (world, "S1", "%s and %s are in epoch %" G_GUINT64_FORMAT ", but in the states %u and %u",
                  a->base.name, b->base.name, a->state->epoch, a->state->number, b->state->number);
      }
}

/* --- S3 ---------------------------------------------------------------------------------------------------------- */

static gboolean
is_done (const SimState *state, const SimBallot *ballot)
{
  const GArray *executed = state->governance->executed;
  for (guint i = 0; i < executed->len; i++)
    {
      const DemlsExecuted *entry = &g_array_index (executed, DemlsExecuted, i);
      if (span_equal (SPAN_OF (entry->proposal_hash), span_bytes (ballot->hash)))
        return TRUE;
      /* V4: what was done about its target since it was opened has settled it */
      if (entry->kind <= 3 && entry->has_target && entry->epoch > ballot->epoch && ballot->target
          && span_equal (SPAN_OF (entry->target), span_bytes (ballot->target)))
        return TRUE;
    }
  if (ballot->kind == 1)
    return ballot->target && sim_state_has (state, span_bytes (ballot->target));
  if (ballot->kind == 2)
    return ballot->target && !sim_state_has (state, span_bytes (ballot->target));
  /* accusations and Deadlocks are never committed; an election dies with its epoch */
  return ballot->kind == 3 || ballot->kind == 4;
}

static void
check_progress (SimWorld *world)
{
  for (guint i = 0; i < world->record->ballot_list->len; i++)
    {
      SimBallot *ballot = world->record->ballot_list->pdata[i];
      if (ballot->settled || ballot->all_yes_at == DEMLS_NEVER || (sim_world_liars (world) && !ballot->opened))
        continue;
      for (guint j = 0; j < world->members->len; j++)
        {
          const SimHonest *member = sim_world_honest (world, j);
          if (!member || !is_reliable (member, world->synchronous_since) || is_overrun (world, member->state))
            continue;
          const DemlsPolicy *p = policy_of (member);
          gint64 start = MAX (MAX (ballot->all_yes_at, world->synchronous_since), member->joined_at);
          gint64 bound = slow (p->consensus_timeout_ms + p->commit_inactivity_ms + 2 * p->freeze_ms
                               + p->recovery_inactivity_ms * member->state->members->len)
                         + 4 * world->bound;
          if (is_done (member->state, ballot))
            ballot->settled = TRUE;
          else if (world->now > start + bound && ballot->kind
                   && !(ballot->rejected & sim_state_bits (world, member->state))
                   && sim_ballot_has_passed (ballot, sim_state_bits (world, member->state), 0, FALSE))
            sim_fail (world, "S3", "#%u (kind %u), to which all said yes, is still not executed in state %u of %s",
                      ballot->number, ballot->kind, member->state->number, member->base.name);
        }
    }
}

/* --- S5 ---------------------------------------------------------------------------------------------------------- */

static void
check_chat (SimWorld *world, const SimChat *chat)
{
  for (guint i = 0; i < world->members->len; i++)
    {
      guint64 bit = G_GUINT64_CONSTANT (1) << i;
      if (!(chat->expected & bit) || chat->shown & bit)
        continue;
      const SimHonest *reader = sim_world_honest (world, i);
      if (!reader || reader->over || !is_reliable (reader, chat->at) || reader->out_of_sync)
        continue;
      if (!sim_state_has (reader->state, SPAN_OF (sim_world_member (world, chat->sender)->id)))
        continue; /* who was removed meanwhile is not heard any more (V25) */
      if (sim_world_liars (world) && sim_world_player (world, chat->sender)->state != reader->state)
        continue; /* parted by a liar, for as long as V26 allows */
      sim_fail (world, "S5", "%s has not read \"%s\", said at %.3f, by %.3f", reader->base.name, chat->text,
                (double) chat->at / G_USEC_PER_SEC, (double) chat->deadline / G_USEC_PER_SEC);
    }
}

static void
check_chats (SimWorld *world)
{
  SimRecord *record = world->record;
  for (; record->first_open_chat < record->chat_list->len; record->first_open_chat++)
    {
      const SimChat *chat = record->chat_list->pdata[record->first_open_chat];
      if (chat->deadline >= world->now)
        return;
      check_chat (world, chat);
    }
}

void
sim_check_synchronous (SimWorld *world)
{
  if (world->now < world->synchronous_since)
    return;
  check_agreement (world);
  check_progress (world);
  check_chats (world);
}

/* --- L1, L3 ------------------------------------------------------------------------------------------------------ */

/* The state in which most are who belong there; the newest among equals. */
static const SimState *
common_state (const SimWorld *world)
{
  const SimState *best = NULL;
  guint most = 0;
  for (guint i = 0; i < world->members->len; i++)
    {
      const SimHonest *member = sim_world_honest (world, i);
      if (!member || !sim_honest_is_there (member) || !sim_honest_is_in (member))
        continue;
      guint same = 0;
      for (guint j = 0; j < world->members->len; j++)
        {
          const SimHonest *other = sim_world_honest (world, j);
          same += other && sim_honest_is_there (other) && other->state == member->state;
        }
      if (same > most || (same == most && best && member->state->epoch > best->epoch))
        {
          most = same;
          best = member->state;
        }
    }
  return best;
}

/* What keeps one member from being where it belongs, or NULL. (transfer full) */
static char *
what_lacks (const SimHonest *member, const SimState *state)
{
  gboolean gone = member->over || (!member->runner && !member->crashed);
  if (gone)
    return NULL;
  if (!sim_honest_is_there (member))
    return g_strdup_printf ("%s is not there", member->base.name);
  if (!sim_state_has (state, SPAN_OF (member->base.id)))
    return NULL; /* removed, or asks to join: how that ends is L3's business */
  if (!member->state)
    return g_strdup_printf ("%s is in no state, but belongs to state %u", member->base.name, state->number);
  if (member->state != state)
    return g_strdup_printf ("%s is in state %u, most are in state %u", member->base.name, member->state->number,
                            state->number);
  if (member->phase != DEMLS_STATE_WORKING)
    return g_strdup_printf ("%s is in %s", member->base.name, demls_state_name (member->phase));
  return NULL;
}

gboolean
sim_has_converged (SimWorld *world, char **why)
{
  const SimState *state = common_state (world);
  if (state && is_overrun (world, state))
    return TRUE;
  for (guint i = 0; state && i < world->members->len; i++)
    {
      const SimHonest *member = sim_world_honest (world, i);
      g_autofree char *lacks = member ? what_lacks (member, state) : NULL;
      if (!lacks)
        continue;
      if (why)
        *why = g_steal_pointer (&lacks);
      return FALSE;
    }
  return TRUE;
}

gint64
sim_convergence_bound (SimWorld *world)
{
  gint64 longest = 20 * slow (60 * 1000);
  for (guint i = 0; i < world->members->len; i++)
    {
      const SimHonest *member = sim_world_honest (world, i);
      if (member && member->state)
        longest = MAX (longest, 20 * slow (policy_of (member)->consensus_timeout_ms + policy_of (member)->freeze_ms));
    }
  return longest;
}
