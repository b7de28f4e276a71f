#include "sim-lies.h"

#include "sim-liar.h"

typedef gboolean (*Act) (SimHonest *liar, SimLie lie);

typedef struct {
  Act act;
  gboolean keyless;
} LieRow;

static const LieRow rows[SIM_N_LIES] = {
  [SIM_LIE_HALF_COMMIT] = { sim_lie_about_commits, FALSE },
  [SIM_LIE_TWO_COMMITS] = { sim_lie_about_commits, FALSE },
  [SIM_LIE_UNVOTED] = { sim_lie_about_commits, FALSE },
  [SIM_LIE_DROPPED] = { sim_lie_about_commits, FALSE },
  [SIM_LIE_OLD_COMMIT] = { sim_lie_about_commits, FALSE },
  [SIM_LIE_CLAIMED] = { sim_lie_about_commits, FALSE },
  [SIM_LIE_BROKEN_COMMIT] = { sim_lie_about_commits, FALSE },
  [SIM_LIE_BAD_WELCOME] = { sim_lie_about_commits, FALSE },
  [SIM_LIE_SILENT] = { sim_lie_with_noise, FALSE },
  [SIM_LIE_FLOOD] = { sim_lie_about_commits, FALSE },
  [SIM_LIE_GROUND] = { sim_lie_about_commits, FALSE },
  [SIM_LIE_DOUBLE_VOTE] = { sim_lie_about_votes, FALSE },
  [SIM_LIE_STUFFED] = { sim_lie_about_votes, FALSE },
  [SIM_LIE_ELECTORATE] = { sim_lie_about_votes, FALSE },
  [SIM_LIE_REPLAY] = { sim_lie_with_noise, TRUE },
  [SIM_LIE_LATE_VOTE] = { sim_lie_about_votes, FALSE },
  [SIM_LIE_SPAM] = { sim_lie_about_votes, FALSE },
  [SIM_LIE_COLLISION] = { sim_lie_about_votes, FALSE },
  [SIM_LIE_ACCUSATION] = { sim_lie_about_votes, FALSE },
  [SIM_LIE_TIMES] = { sim_lie_about_votes, FALSE },
  [SIM_LIE_FORGED_WELCOME] = { sim_lie_with_noise, TRUE },
  [SIM_LIE_KEY_PACKAGE] = { sim_lie_about_votes, FALSE },
  [SIM_LIE_HANDSHAKE] = { sim_lie_with_noise, FALSE },
  [SIM_LIE_SYBIL] = { sim_lie_with_noise, TRUE },
  [SIM_LIE_STRINGS] = { sim_lie_with_noise, FALSE },
  [SIM_LIE_SILENCE] = { sim_lie_about_votes, FALSE },
  [SIM_LIE_TWO_SEALS] = { sim_lie_about_commits, FALSE },
  [SIM_LIE_GHOST_SEAL] = { sim_lie_about_commits, FALSE },
  [SIM_LIE_GARBAGE_MANDATE] = { sim_lie_about_commits, FALSE },
  [SIM_LIE_LATE_CANDIDATE] = { sim_lie_about_commits, FALSE },
  [SIM_LIE_ELECTIONS] = { sim_lie_about_votes, FALSE },
  [SIM_LIE_ANSWER] = { sim_lie_with_noise, FALSE },
  [SIM_LIE_CATCH_UP] = { sim_lie_with_noise, FALSE },
  [SIM_LIE_LOST] = { sim_lie_with_noise, TRUE },
  [SIM_LIE_GARBAGE] = { sim_lie_with_noise, TRUE },
};

gboolean
sim_lie_needs_no_key (SimLie lie)
{
  return rows[lie].keyless;
}

gboolean
sim_lie (SimHonest *liar, SimLie lie)
{
  SimWorld *world = liar->base.world;
  if (liar->runner)
    sim_honest_crank (liar, NULL); /* so that it knows what there is to lie about */
  if (!rows[lie].keyless && !sim_liar_can (liar))
    return FALSE;
  if (!rows[lie].act (liar, lie))
    return FALSE;
  world->counts->lies[lie]++;
  sim_log (world->log, world->now, liar->base.name, "lies: %s", sim_lie_name (lie));
  return TRUE;
}

/* --- in seeds ---------------------------------------------------------------------------------------------------- */

void
sim_lies_begin (SimWorld *world, const SimPlan *plan)
{
  if (!plan->lies)
    return;
  for (guint i = 0; i < plan->n; i++)
    if (plan->liars >> i & 1)
      {
        SimHonest *member = sim_world_honest (world, i);
        sim_log (world->log, world->now, member->base.name, "will lie from now on");
        sim_liar_make (member);
      }
  sim_liar_make (sim_honest_add (world, "zora"));
}

static SimHonest *
any_liar (SimWorld *world)
{
  for (guint i = 0; i < 16; i++)
    {
      SimHonest *member = sim_world_player (world, sim_draw (world, world->members->len));
      if (member && member->base.liar)
        return member;
    }
  return NULL;
}

/* Not every lie has an occasion, so a few are tried. */
static void
do_lie (SimWorld *world, gpointer data)
{
  (void) data;
  SimHonest *liar = world->lying ? any_liar (world) : NULL;
  for (guint i = 0; liar && i < 6; i++)
    if (sim_lie (liar, sim_draw (world, SIM_N_LIES)))
      return;
}

void
sim_lies_plan (SimWorld *world, const SimPlan *plan, gint64 lasts)
{
  if (!plan->lies)
    return;
  world->lying = TRUE;
  gint64 end = world->now + lasts;
  for (gint64 at = world->now; at < end; at += 1000 + sim_draw_time (world, 0, 2 * plan->lies * SIM_SECOND))
    sim_world_later (world, at, do_lie, NULL);
}

void
sim_lies_rest (SimWorld *world)
{
  world->lying = FALSE;
  for (guint i = 0; i < world->members->len; i++)
    {
      SimHonest *member = sim_world_player (world, i);
      if (member)
        member->mute = FALSE;
    }
}
