#include "sim-plan.h"

#include "sim-record.h"

#define DAY (24 * 3600)

/* --- drawing ----------------------------------------------------------------------------------------------------- */

/* Quick and chat as they are, and quick's numbers with few stewards, so that there are elections. */
static DemlsPolicy
draw_policy (SimWorld *world, guint n)
{
  guint which = sim_draw (world, 10);
  DemlsPolicy policy = demls_policy_preset (which < 2 ? DEMLS_PRESET_CHAT : DEMLS_PRESET_QUICK);
  if (which >= 6)
    {
      policy.preset = DEMLS_PRESET_CUSTOM;
      policy.sn_max = 1 + sim_draw (world, n > 2 ? 2 : 1);
      policy.silence_is_yes = which < 9;
      policy.announce = sim_chance (world, 30) ? DEMLS_ANNOUNCE_ASK : DEMLS_ANNOUNCE_OPEN;
    }
  return policy;
}

static void
draw_weather (SimWorld *world, SimPlan *plan)
{
  gint64 freeze = (gint64) plan->policy.freeze_ms * 1000;
  SimWeather *w = &plan->weather;
  w->delay_min = sim_draw_time (world, 1000, 50000);
  if (plan->calm)
    {
      /* D < W/2, as the slowest clock or the fastest measures W */
      w->delay_max = w->delay_min + sim_draw_time (world, 0, freeze / 8);
      w->duplication = sim_draw (world, 51);
      w->ordered = sim_chance (world, 30);
      plan->bound = w->delay_max;
      return;
    }
  w->delay_max = w->delay_min + sim_draw_time (world, 0, freeze / 2);
  w->loss = sim_draw (world, 31);
  w->resend_max = sim_draw_time (world, SIM_SECOND, freeze);
  w->duplication = sim_draw (world, 51);
  w->far = sim_draw (world, 11);
  w->far_max = sim_draw_time (world, SIM_SECOND, 10 * freeze);
  w->echo = sim_chance (world, 50) ? sim_draw (world, 101) : 0;
  w->ordered = sim_chance (world, 20);
  plan->bound = 200000;
}

/* Fewer than a third; whoever is not one of them is honest. One more, who is no member, always. */
static void
draw_liars (SimWorld *world, SimPlan *plan)
{
  guint most = (plan->n + 2) / 3 - 1, how_many = most ? 1 + sim_draw (world, most) : 0;
  while (sim_bits (plan->liars) < how_many)
    plan->liars |= G_GUINT64_CONSTANT (1) << sim_draw (world, plan->n);
  plan->lies = MAX (plan->work / 4, 1);
}

void
sim_plan_draw (SimWorld *world, guint n, gboolean with_liars, SimPlan *plan)
{
  *plan = (SimPlan){ .n = n };
  plan->policy = draw_policy (world, n);
  plan->calm = sim_chance (world, 20);
  draw_weather (world, plan);
  gint64 unit = (gint64) (plan->policy.consensus_timeout_ms + plan->policy.freeze_ms) * 1000;
  plan->trouble = sim_draw_time (world, 5 * unit, 20 * unit);
  guint seconds = (guint) (plan->trouble / SIM_SECOND);
  plan->work = MAX (seconds / (20 + sim_draw (world, 30)), 1);
  plan->extra = sim_draw (world, 3);
  plan->clocks = sim_chance (world, 50);
  plan->yes = 40 + sim_draw (world, 50);
  plan->no = sim_draw (world, 100 - plan->yes);
  if (with_liars)
    draw_liars (world, plan);
  if (plan->calm)
    return;
  plan->cuts = sim_chance (world, 60) ? 1 + sim_draw (world, 4) : 0;
  plan->absences = sim_chance (world, 50) ? 1 + sim_draw (world, 3) : 0;
  plan->crashes = sim_chance (world, 60) ? 1 + sim_draw (world, 6) : 0;
  plan->replays = sim_draw (world, 20);
}

char *
sim_plan_words (const SimPlan *plan)
{
  return g_strdup_printf (
      "%u members and %u more, preset %u, sn_max %u, %s%s; trouble for %.0f s: loss %u %%, twice %u %%, "
      "delay %.1f s, far %u %% up to %.0f s, %u cuts, %u absences, %u crashes; %u %% yes, %u %% no%s; liars "
      "%" G_GINT64_MODIFIER "x",
      plan->n, plan->extra, plan->policy.preset, plan->policy.sn_max, plan->policy.announce ? "open" : "ask",
      plan->calm ? ", calm" : "", (double) plan->trouble / SIM_SECOND, plan->weather.loss, plan->weather.duplication,
      (double) plan->weather.delay_max / SIM_SECOND, plan->weather.far, (double) plan->weather.far_max / SIM_SECOND,
      plan->cuts, plan->absences, plan->crashes, plan->yes, plan->no, plan->clocks ? "; wrong clocks" : "",
      plan->liars);
}

void
sim_plan_set_clocks (SimWorld *world, const SimPlan *plan)
{
  for (guint i = 0; plan->clocks && i < world->members->len; i++)
    {
      SimHonest *member = sim_world_honest (world, i);
      if (!member)
        continue;
      member->clock.skew = (gint64) sim_draw (world, 601) - 300;
      member->clock.rate = 500 + sim_draw (world, 1501);
      world->counts->faults[SIM_FAULT_SKEW] += member->clock.skew != 0;
      world->counts->faults[member->clock.rate < 1000 ? SIM_FAULT_SLOW_CLOCK : SIM_FAULT_FAST_CLOCK]++;
    }
}

/* --- trouble ----------------------------------------------------------------------------------------------------- */

/* A way or a whole side is cut, and heals again, perhaps many times. */
typedef struct {
  guint64 side;  /* bit i: member i is on the one side */
  gboolean both; /* ways */
  gboolean cut;  /* what is to be done now */
  guint times;   /* how often still */
  gint64 lasts;
} Cut;

static void
set_cut (SimWorld *world, const Cut *cut)
{
  for (guint i = 0; i < world->members->len; i++)
    for (guint j = 0; j < world->members->len; j++)
      {
        gboolean crosses = (cut->side >> i & 1) && !(cut->side >> j & 1);
        if (crosses)
          sim_net_cut (world->net, i, j, cut->cut, world->now);
        if (crosses && cut->both)
          sim_net_cut (world->net, j, i, cut->cut, world->now);
      }
}

static void
do_cut (SimWorld *world, gpointer data)
{
  const Cut *cut = data;
  if (!world->trouble)
    return;
  set_cut (world, cut);
  sim_log (world->log, world->now, NULL, "the way %s %" G_GINT64_MODIFIER "x is %s", cut->both ? "to and from" : "from",
           cut->side, cut->cut ? "cut" : "open again");
  if (cut->cut)
    world->counts->faults[cut->both ? SIM_FAULT_CUT_TWO_WAYS : SIM_FAULT_CUT_ONE_WAY]++;
  if (!cut->cut && !cut->times)
    return;
  Cut *next = g_memdup2 (cut, sizeof *cut);
  next->cut = !cut->cut;
  if (next->cut)
    next->times--;
  sim_world_later (world, world->now + sim_draw_time (world, cut->lasts / 2, cut->lasts), do_cut, next);
}

static void
plan_cut (SimWorld *world, const SimPlan *plan)
{
  Cut *cut = g_new0 (Cut, 1);
  for (guint i = 0; i < plan->n; i++)
    cut->side |= (guint64) sim_draw (world, 2) << i;
  cut->both = sim_chance (world, 50);
  cut->cut = TRUE;
  cut->lasts = sim_draw_time (world, SIM_SECOND, plan->trouble / 3);
  if (sim_chance (world, 30))
    {
      cut->times = 2 + sim_draw (world, 8);
      cut->lasts /= cut->times;
      world->counts->faults[SIM_FAULT_FLAPPING]++;
    }
  sim_world_later (world, sim_draw_time (world, world->now, world->now + plan->trouble), do_cut, cut);
}

/* What happens to one member. */
typedef struct {
  guint index;
  gint64 lasts;
  SimCrash crash;
  gboolean reboots;
} Mishap;

static Mishap *
mishap (SimWorld *world, const SimPlan *plan)
{
  Mishap *self = g_new0 (Mishap, 1);
  self->index = sim_draw (world, plan->n);
  self->lasts = sim_draw_time (world, SIM_SECOND, sim_chance (world, 30) ? plan->trouble / 2 : 30 * SIM_SECOND);
  self->crash = SIM_CRASH_BEFORE_SAVE + sim_draw (world, 4);
  self->reboots = sim_chance (world, 40);
  return self;
}

static void
come_back (SimWorld *world, gpointer data)
{
  sim_honest_set_online (sim_world_player (world, ((const Mishap *) data)->index), TRUE);
}

static void
go_away (SimWorld *world, gpointer data)
{
  const Mishap *plan = data;
  SimHonest *member = sim_world_player (world, plan->index);
  if (!world->trouble || !member->runner)
    return;
  world->counts->faults[SIM_FAULT_OFFLINE]++;
  sim_honest_set_online (member, FALSE);
  sim_world_later (world, world->now + plan->lasts, come_back, g_memdup2 (plan, sizeof *plan));
}

static void
do_crash (SimWorld *world, gpointer data)
{
  const Mishap *plan = data;
  SimHonest *member = sim_world_player (world, plan->index);
  if (!world->trouble)
    return;
  member->crash = plan->crash;
  member->crash_for = plan->lasts;
  member->reboots = plan->reboots;
}

static void
do_replay (SimWorld *world, gpointer data)
{
  if (world->trouble)
    sim_net_replay (world->net, ((const Mishap *) data)->index, world->now);
}

void
sim_plan_begin_trouble (SimWorld *world, const SimPlan *plan)
{
  world->trouble = TRUE;
  sim_net_set_weather (world->net, &plan->weather);
  gint64 end = world->now + plan->trouble;
  for (guint i = 0; i < plan->cuts; i++)
    plan_cut (world, plan);
  for (guint i = 0; i < plan->absences; i++)
    sim_world_later (world, sim_draw_time (world, world->now, end), go_away, mishap (world, plan));
  for (guint i = 0; i < plan->crashes; i++)
    sim_world_later (world, sim_draw_time (world, world->now, end), do_crash, mishap (world, plan));
  for (guint i = 0; i < plan->replays; i++)
    sim_world_later (world, sim_draw_time (world, world->now, end), do_replay, mishap (world, plan));
}

void
sim_plan_end_trouble (SimWorld *world, const SimPlan *plan)
{
  SimWeather fair = SIM_FAIR (20000);
  world->trouble = FALSE;
  fair.delay_max = MIN (plan->bound, 200000);
  sim_net_set_weather (world->net, &fair);
  sim_net_heal_all (world->net, world->now);
  for (guint i = 0; i < world->members->len; i++)
    {
      SimHonest *member = sim_world_player (world, i);
      if (!member)
        continue;
      member->crash = SIM_CRASH_NONE;
      sim_honest_set_online (member, TRUE);
    }
}
