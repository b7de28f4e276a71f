#include "sim-seed.h"

#include <string.h>

#include "sim-check.h"
#include "sim-lies.h"
#include "sim-plan.h"
#include "sim-record.h"
#include "sim-sync.h"
#include "sim-thief.h"
#include "sim-user.h"

#define KEEP_LINES 60
#define GATHER_MAX (8 * 3600 * SIM_SECOND)
#define CALM_STAGE (600 * SIM_SECOND)

static const char *const names[] = { "alice", "bob",  "carol", "dave",  "erin",   "frank", "grace", "heidi",
                                     "ivan",  "judy", "karl",  "laura", "mike",   "nina",  "olaf",  "peggy",
                                     "quinn", "rosa", "sybil", "trent", "ursula", "vera",  "wendy", "xaver" };

static guint
draw_size (SimWorld *world, guint n)
{
  static const guint sizes[] = { 2, 3, 4, 5, 8 };
  guint drawn = sizes[sim_draw (world, G_N_ELEMENTS (sizes))];
  return n ? n : drawn;
}

/* --- the four stages --------------------------------------------------------------------------------------------- */

static void
gather (SimWorld *world, const SimPlan *plan)
{
  sim_users_gather (world, plan);
  while (!sim_users_are_gathered (world, plan))
    if (!sim_world_step (world, GATHER_MAX))
      {
        if (!world->failure)
          sim_fail (world, "L1", "the group never gathered");
        return;
      }
  sim_log (world->log, world->now, NULL, "all are gathered");
}

/* Now and then somebody's rows are copied. */
static void
steal (SimWorld *world, gpointer data)
{
  SimHonest *member = sim_world_honest (world, *(guint *) data);
  gsize bytes;
  if (!member || !member->runner || !sim_store_size (member->store, &bytes))
    return;
  sim_thief_steal (member);
  sim_check_rows (member);
}

static void
trouble (SimWorld *world, const SimPlan *plan)
{
  sim_plan_begin_trouble (world, plan);
  sim_lies_begin (world, plan);
  if (plan->calm)
    {
      world->bound = plan->bound;
      world->synchronous_since = 0;
      world->trouble = FALSE;
    }
  sim_users_work (world, plan, plan->trouble);
  sim_lies_plan (world, plan, plan->trouble);
  for (guint i = 0; i < 4; i++)
    {
      guint *victim = g_new (guint, 1);
      *victim = sim_draw (world, plan->n);
      sim_world_later (world, sim_draw_time (world, world->now, world->now + plan->trouble), steal, victim);
    }
  sim_world_run (world, world->now + plan->trouble);
  sim_users_rest (world);
}

static void
heal (SimWorld *world, const SimPlan *plan)
{
  sim_plan_end_trouble (world, plan);
  sim_lies_rest (world);
  sim_log (world->log, world->now, NULL, "the faults are over");
  gint64 start = world->now, end = start + sim_convergence_bound (world), since = DEMLS_NEVER;
  while (sim_world_step (world, end))
    {
      gboolean converged = sim_has_converged (world, NULL);
      if (converged && since == DEMLS_NEVER)
        since = world->now;
      else if (!converged)
        since = DEMLS_NEVER;
    }
  world->now = MAX (world->now, end);
  g_autofree char *why = NULL;
  if (!world->failure && !sim_has_converged (world, &why))
    sim_fail (world, "L1", "not converged %.0f s after the faults: %s", (double) (world->now - start) / SIM_SECOND,
              why);
  gint64 took = since == DEMLS_NEVER ? 0 : since - start;
  g_array_append_val (world->counts->convergence, took);
}

static void
calm (SimWorld *world, const SimPlan *plan)
{
  world->bound = MIN (plan->bound, 200000) + 1000;
  world->synchronous_since = MIN (world->synchronous_since, world->now);
  sim_log (world->log, world->now, NULL, "calm begins");
  SimPlan quiet = *plan;
  quiet.work = 30;
  quiet.calm = TRUE;
  sim_users_attend (world, &quiet);
  sim_users_work (world, &quiet, CALM_STAGE);
  sim_lies_plan (world, &quiet, CALM_STAGE);
  sim_world_run (world, world->now + CALM_STAGE);
  sim_users_rest (world);
  sim_lies_rest (world);
  sim_world_run (world, world->now + sim_convergence_bound (world));
  g_autofree char *why = NULL;
  if (!world->failure && !sim_has_converged (world, &why))
    sim_fail (world, "L1", "not converged in calm: %s", why);
}

/* L3: nobody who asks to join waits for longer than it may, or rather: its client tells it so. */
static void
check_nobody_waits (SimWorld *world)
{
  for (guint i = 0; i < world->members->len; i++)
    {
      const SimHonest *member = sim_world_honest (world, i);
      if (!member || !member->runner || !member->ever)
        continue;
      gint64 waited = world->now - member->phase_since;
      if (member->phase == DEMLS_STATE_PENDING_JOIN
          && waited > 2 * (gint64) ((const SimPlan *) world->plan)->policy.proposal_expiration_ms * 1000 + SIM_SECOND
          && waited > 8 * 3600 * SIM_SECOND)
        sim_fail (world, "L3", "%s has been asking to join for %.0f s", member->base.name,
                  (double) waited / SIM_SECOND);
    }
}

/* --- one seed ---------------------------------------------------------------------------------------------------- */

static void
play (SimWorld *world, const SimPlan *plan, gboolean thieves)
{
  void (*const stages[]) (SimWorld *, const SimPlan *) = { gather, trouble, heal, calm };
  for (guint i = 0; i < G_N_ELEMENTS (stages) && !world->failure; i++)
    stages[i](world, plan);
  if (!world->failure)
    check_nobody_waits (world);
  if (!world->failure)
    sim_check_end (world);
  if (!world->failure && thieves)
    sim_thief_read_all (world);
}

SimOutcome
sim_seed_run (const SimSeed *seed, SimCounts *counts)
{
  g_autoptr (SimCounts) own = sim_counts_new ();
  g_autoptr (SimWorld) world = sim_world_new (seed->seed, own, sim_log_new (KEEP_LINES, seed->echo));
  SimPlan plan;
  sim_plan_draw (world, draw_size (world, seed->n), seed->liars, &plan);
  for (guint i = 0; i < plan.n + plan.extra; i++)
    sim_honest_add (world, names[i]);
  sim_plan_set_clocks (world, &plan);
  SimOutcome outcome = { .plan = sim_plan_words (&plan) };
  sim_log (world->log, 0, NULL, "seed %" G_GUINT64_FORMAT ": %s", seed->seed, outcome.plan);
  sim_users_attend (world, &plan);
  play (world, &plan, seed->thieves);
  outcome.failure = g_strdup (world->failure);
  outcome.digest = sim_log_digest (world->log);
  outcome.log = sim_log_text (world->log);
  own->seeds = 1;
  sim_counts_add (counts, own);
  return outcome;
}

void
sim_outcome_clear (SimOutcome *self)
{
  g_clear_pointer (&self->failure, g_free);
  g_clear_pointer (&self->digest, g_free);
  g_clear_pointer (&self->plan, g_free);
  g_clear_pointer (&self->log, g_free);
}

char *
sim_seed_replay (const SimSeed *seed)
{
  return g_strdup_printf ("DEMLS_SEED=%" G_GUINT64_FORMAT " tests/scenarios/sim-run n=%u%s", seed->seed, seed->n,
                          seed->liars ? " LIARS=1" : "");
}

gboolean
sim_seed_check (const SimSeed *seed, gboolean twice, SimCounts *counts)
{
  SimOutcome first = sim_seed_run (seed, counts), second = { 0 };
  gboolean good = !first.failure;
  g_autofree char *replay = sim_seed_replay (seed);
  if (!good)
    g_printerr ("%sseed %" G_GUINT64_FORMAT " (%s)\n  %s\n  see it again: %s\n", first.log, seed->seed, first.plan,
                first.failure, replay);
  if (good && twice)
    {
      g_autoptr (SimCounts) ignored = sim_counts_new ();
      second = sim_seed_run (seed, ignored);
      good = !strcmp (first.digest, second.digest);
      if (!good)
        g_printerr ("seed %" G_GUINT64_FORMAT " does not repeat: two logs\n  see it again: %s\n", seed->seed, replay);
    }
  sim_outcome_clear (&first);
  sim_outcome_clear (&second);
  return good;
}
