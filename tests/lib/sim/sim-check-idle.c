/* The rules of ticking, receiving, restarting, and what is looked at once at the end. */
#include "mls/error.h"
#include "rules/limits.h"
#include "session/error.h"
#include "sim-check.h"

/* More than this on the disk of one member of a small group is a leak. */
#define STORE_MAX (96 * 1024 * 1024)
#define ROWS_MAX 20000

void
sim_check_received (SimHonest *member, const SimDelivery *delivery, const GError *error)
{
  SimWorld *world = member->base.world;
  if (!error)
    return;
  if (error->domain == DEMLS_ERROR && (error->code == DEMLS_ERROR_REPEATED || error->code == DEMLS_ERROR_HELD))
    return;
  world->counts->refused++;
  if (!world->terse)
    sim_log (world->log, world->now, member->base.name, "refuses packet %" G_GUINT64_FORMAT " of %s: %s",
             delivery->packet->serial, sim_world_member (world, delivery->packet->from)->name, error->message);
  if (delivery->first && sim_world_member (world, delivery->packet->from)->honest
      && g_error_matches (error, MLS_ERROR, MLS_ERROR_GENERATION_USED))
    sim_fail (world, "A8", "%s finds a used key in packet %" G_GUINT64_FORMAT " of %s, which is new to it",
              member->base.name, delivery->packet->serial, sim_world_member (world, delivery->packet->from)->name);
}

static void
fail_idle (SimHonest *member, const char *why, const char *what, const char *which)
{
  sim_fail (member->base.world, "tick", "%s of %s: %s (%s)", why, member->base.name, what, which);
}

void
sim_check_idle (SimHonest *member, DemlsNow now, const char *why)
{
  demls_runner_tick (member->runner, now);
  g_autoptr (GPtrArray) rows = demls_runner_drain_rows (member->runner);
  g_autoptr (GPtrArray) packets = demls_runner_drain_outbound (member->runner);
  g_autoptr (GPtrArray) events = demls_runner_drain_events (member->runner);
  if (rows->len)
    fail_idle (member, why, "changed a row", ((const DemlsRow *) rows->pdata[0])->key);
  else if (events->len)
    fail_idle (member, why, "had an event", demls_event_name (((const DemlsEvent *) events->pdata[0])->kind));
  else if (packets->len)
    fail_idle (member, why, "sent a packet", "");
  sim_store_save (member->store, rows);
}

static gboolean
same_bytes (const GPtrArray *a, const GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!g_bytes_equal (a->pdata[i], b->pdata[i]))
      return FALSE;
  return TRUE;
}

/* The round that went on may be dropped (G153), no other change of phase. */
static gboolean
may_come_back_in (DemlsState was, DemlsState is)
{
  gboolean in_round = was == DEMLS_STATE_FREEZING || was == DEMLS_STATE_SELECTION;
  return was == is || (in_round && is == DEMLS_STATE_WORKING);
}

void
sim_check_restored (SimHonest *member)
{
  SimWorld *world = member->base.world;
  if (member->base.liar)
    return;
  DemlsState phase = demls_runner_state (member->runner);
  Span authenticator = demls_runner_authenticator (member->runner);
  Span expected = member->state ? span_bytes (member->state->authenticator) : SPAN_EMPTY;
  if (!span_equal (authenticator, expected))
    sim_fail (world, "A11", "%s comes back in another state than it was saved in", member->base.name);
  else if (member->ever && !may_come_back_in (member->phase, phase))
    sim_fail (world, "A11", "%s comes back in %s, but was in %s", member->base.name, demls_state_name (phase),
              demls_state_name (member->phase));
  member->phase = phase;
}

void
sim_check_rows (SimHonest *member)
{
  SimWorld *world = member->base.world;
  g_autoptr (GPtrArray) rows = sim_store_load (member->store);
  g_autoptr (GError) error = NULL;
  g_autoptr (Rng) rng = rng_new_seeded (1);
  DemlsEnv env = member->env;
  env.rng = rng;
  g_autoptr (DemlsRunner) twin = demls_runner_restore (&env, rows, sim_honest_now (member), &error);
  if (!twin)
    {
      sim_fail (world, "A11", "the rows of %s cannot be read: %s", member->base.name, error->message);
      return;
    }
  g_autoptr (GPtrArray) ballots = demls_runner_ballots (member->runner), twin_ballots = demls_runner_ballots (twin);
  g_autoptr (GPtrArray) waiting = demls_runner_applicants (member->runner),
                        twin_waiting = demls_runner_applicants (twin);
  const char *what = NULL;
  if (!span_equal (demls_runner_authenticator (member->runner), demls_runner_authenticator (twin)))
    what = "state";
  else if (!may_come_back_in (demls_runner_state (member->runner), demls_runner_state (twin)))
    what = "phase";
  else if (!same_bytes (ballots, twin_ballots))
    what = "ballots";
  else if (!same_bytes (waiting, twin_waiting))
    what = "applicants";
  for (guint i = 0; i < world->members->len; i++)
    {
      Span id = SPAN_OF (sim_world_member (world, i)->id);
      if (demls_runner_score (member->runner, id) != demls_runner_score (twin, id))
        what = "scores";
    }
  if (what)
    sim_fail (world, "A11", "the rows of %s have other %s than it has", member->base.name, what);
}

/* A12: in calm weather every steward does its work, so nobody's score may have fallen. (In faults a steward can really
 * be silent; in calm worlds nobody accuses.) A liar who says yes to some and no to others can make a steward seem idle
 * to those who saw a vote pass: that costs its points, but only bytes that it signed itself may cost it all of them. */
static void
check_scores (SimHonest *member)
{
  SimWorld *world = member->base.world;
  for (guint i = 0; i < world->members->len; i++)
    {
      const SimMember *other = sim_world_member (world, i);
      if (world->synchronous_since != 0 || !other->honest || !member->state
          || !sim_state_has (member->state, SPAN_OF (other->id)))
        continue;
      gint64 score = demls_runner_score (member->runner, SPAN_OF (other->id));
      gint64 least = sim_world_liars (world) ? 1 : DEMLS_SCORE_DEFAULT;
      if (score < least)
        sim_fail (world, "A12", "%s gives %s %" G_GINT64_FORMAT " points for nothing that it signed", member->base.name,
                  other->name, score);
    }
}

void
sim_check_end (SimWorld *world)
{
  for (guint i = 0; i < world->members->len; i++)
    {
      SimHonest *member = sim_world_honest (world, i);
      if (!member || !member->runner)
        continue;
      gsize bytes;
      guint rows = sim_store_size (member->store, &bytes);
      if (rows > ROWS_MAX || bytes > STORE_MAX)
        sim_fail (world, "A10", "%s has %u rows with %zu bytes on its disk", member->base.name, rows, bytes);
      check_scores (member);
    }
}
