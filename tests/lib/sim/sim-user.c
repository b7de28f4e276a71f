#include "sim-user.h"

#include "sim-record.h"
#include "sim-sync.h"

static const SimPlan *
plan_of (const SimWorld *world)
{
  return world->plan;
}

/* --- answering --------------------------------------------------------------------------------------------------- */

typedef struct {
  guint index;
  guint other;
  guint8 ballot[CONSENSUS_HASH_SIZE];
  gboolean yes;
} Answer;

static void
do_vote (SimWorld *world, gpointer data)
{
  const Answer *answer = data;
  SimHonest *member = sim_world_player (world, answer->index);
  if (member->runner)
    sim_honest_vote (member, SPAN_OF (answer->ballot), answer->yes);
}

static void
do_invite (SimWorld *world, gpointer data)
{
  const Answer *answer = data;
  SimHonest *member = sim_world_player (world, answer->index);
  if (member->runner)
    sim_honest_invite (member, sim_world_member (world, answer->other));
}

/* Calls somebody and compares group codes; if nobody has the same, tries again a little later. */
static void
do_confirm (SimWorld *world, gpointer data)
{
  const Answer *answer = data;
  SimHonest *member = sim_world_player (world, answer->index);
  if (!member->runner || !member->state)
    return;
  for (guint i = 0; i < world->members->len; i++)
    {
      const SimHonest *other = sim_world_honest (world, i);
      if (other == member || !other || other->state != member->state || !sim_honest_is_there (other))
        continue;
      sim_honest_confirm (member);
      return;
    }
  sim_world_later (world, world->now + 20 * SIM_SECOND, do_confirm, g_memdup2 (answer, sizeof *answer));
}

/* What somebody thinks of a matter, 0..99: the same whenever it is asked, for people remember what they voted. */
static guint
opinion_of (const SimHonest *member, GBytes *ballot)
{
  return (g_bytes_hash (ballot) ^ (member->base.index + 1) * 2654435761u) % 100;
}

/* People think for up to a minute, some longer than their client waits. While the group gathers all agree at once. */
static void
answer_vote (SimWorld *world, SimHonest *member, const DemlsEvent *event)
{
  const SimPlan *plan = plan_of (world);
  const SimBallot *ballot = sim_record_ballot (world, span_bytes (event->ballot));
  guint opinion = opinion_of (member, event->ballot);
  if (world->working && opinion >= plan->yes + plan->no)
    return;
  Answer *answer = g_new0 (Answer, 1);
  answer->index = member->base.index;
  answer->yes = !world->working || opinion < plan->yes;
  if (ballot->target && !sim_world_find (world, span_bytes (ballot->target)))
    answer->yes = FALSE;                                    /* nobody knows that person */
  if ((ballot->yes | ballot->no) >> member->base.index & 1) /* in an earlier life */
    answer->yes = ballot->yes >> member->base.index & 1;
  memcpy (answer->ballot, g_bytes_get_data (event->ballot, NULL), sizeof answer->ballot);
  gint64 longest = world->working ? 60 * SIM_SECOND : SIM_SECOND;
  sim_world_later (world, sim_draw_time (world, world->now, world->now + longest), do_vote, answer);
}

/* In `ask` groups somebody has to vouch; the first few members all hear of it, one of them acts. */
static void
answer_applicant (SimWorld *world, SimHonest *member, const DemlsEvent *event)
{
  const SimMember *applicant = sim_world_find (world, span_bytes (event->member));
  if (!applicant || !member->state || member->state->governance->policy.announce != DEMLS_ANNOUNCE_ASK)
    return;
  if (world->working && sim_chance (world, 50))
    return;
  Answer *answer = g_new0 (Answer, 1);
  answer->index = member->base.index;
  answer->other = applicant->index;
  sim_world_later (world, sim_draw_time (world, world->now, world->now + 10 * SIM_SECOND), do_invite, answer);
}

static void
on_event (SimWorld *world, SimHonest *member, const DemlsEvent *event)
{
  if (event->kind == DEMLS_EVENT_VOTE_REQUESTED)
    answer_vote (world, member, event);
  else if (event->kind == DEMLS_EVENT_APPLICANT)
    answer_applicant (world, member, event);
  else if (event->kind == DEMLS_EVENT_JOINED)
    {
      Answer *answer = g_new0 (Answer, 1);
      answer->index = member->base.index;
      sim_world_later (world, world->now + SIM_SECOND, do_confirm, answer);
    }
}

void
sim_users_attend (SimWorld *world, const SimPlan *plan)
{
  g_free (world->plan);
  world->plan = g_memdup2 (plan, sizeof *plan);
  world->on_event = on_event;
}

/* --- gathering --------------------------------------------------------------------------------------------------- */

static void
do_join (SimWorld *world, gpointer data)
{
  SimHonest *member = sim_world_player (world, ((const Answer *) data)->index);
  if (!member->runner && !member->crashed)
    sim_honest_await (member, sim_world_player (world, 0), &plan_of (world)->policy);
}

/* At most eight announcements are kept at a time (G151), so they come in groups. */
void
sim_users_gather (SimWorld *world, const SimPlan *plan)
{
  sim_honest_found (sim_world_honest (world, 0), "Tea", &plan->policy);
  for (guint i = 1; i < plan->n; i++)
    {
      Answer *answer = g_new0 (Answer, 1);
      answer->index = i;
      sim_world_later (world, world->now + i * SIM_SECOND / 2 + i / 5 * 30 * SIM_SECOND, do_join, answer);
    }
}

gboolean
sim_users_are_gathered (SimWorld *world, const SimPlan *plan)
{
  for (guint i = 0; i < plan->n; i++)
    {
      SimHonest *member = sim_world_honest (world, i);
      if (!sim_honest_is_in (member) || member->state->members->len != plan->n)
        return FALSE;
      /* whose joining was given up asks again */
      if (member->over && !member->crashed)
        sim_honest_await (member, NULL, &plan->policy);
    }
  return sim_has_converged (world, NULL);
}

/* --- work -------------------------------------------------------------------------------------------------------- */

/* Somebody who is in and up, or NULL. */
static SimHonest *
anybody (SimWorld *world)
{
  for (guint i = 0; i < 8; i++)
    {
      SimHonest *member = sim_world_honest (world, sim_draw (world, world->members->len));
      if (member && member->runner && sim_honest_is_in (member))
        return member;
    }
  return NULL;
}

static const SimMember *
any_member_of (SimWorld *world, const SimHonest *looker)
{
  const GPtrArray *members = looker->state->members;
  return sim_world_find (world, span_bytes (members->pdata[sim_draw (world, members->len)]));
}

static void
say (SimHonest *member)
{
  g_autofree char *text = g_strdup_printf ("line %u", ++member->base.world->said);
  sim_honest_say (member, text);
}

static void
change (SimHonest *member)
{
  SimWorld *world = member->base.world;
  if (sim_chance (world, 50))
    {
      g_autofree char *title = g_strdup_printf ("Tea %u", sim_draw (world, 1000));
      sim_honest_change (member, NULL, title);
      return;
    }
  DemlsPolicy policy = member->state->governance->policy;
  policy.preset = DEMLS_PRESET_CUSTOM;
  policy.sn_max = 1 + sim_draw (world, 5);
  policy.silence_is_yes = sim_chance (world, 70);
  sim_honest_change (member, &policy, NULL);
}

/* One who is not in asks to join, or asks again. */
static void
join (SimWorld *world)
{
  const SimPlan *plan = plan_of (world);
  for (guint i = 0; i < world->members->len; i++)
    {
      SimHonest *member = sim_world_honest (world, i);
      if (!member || member->runner || member->crashed || i >= plan->n + plan->extra)
        continue;
      sim_honest_await (member, sim_chance (world, 50) ? anybody (world) : NULL, &plan->policy);
      return;
    }
}

static void
act (SimWorld *world, SimHonest *member, guint what)
{
  const SimPlan *plan = plan_of (world);
  guint n = member->state->members->len;
  if (what < 50)
    say (member);
  else if (what < 60)
    join (world);
  else if (what < 68)
    change (member);
  else if (what < 74)
    sim_honest_nick (member, sim_chance (world, 50) ? "Al" : "Bo");
  else if (what < 80)
    sim_honest_elect (member);
  else if (what < 88 && n > 2)
    sim_honest_leave (member);
  else if (what < 95 && n > 2 && !plan->calm)
    sim_honest_expel (member, any_member_of (world, member));
  else if (n > 2 && !plan->calm)
    sim_honest_accuse (member, any_member_of (world, member));
  else
    say (member);
}

static void
do_work (SimWorld *world, gpointer data)
{
  (void) data;
  SimHonest *member = anybody (world);
  if (world->working && member)
    act (world, member, sim_draw (world, 100));
}

void
sim_users_work (SimWorld *world, const SimPlan *plan, gint64 lasts)
{
  world->working = TRUE;
  gint64 end = world->now + lasts;
  for (gint64 at = world->now; at < end; at += sim_draw_time (world, 0, 2 * plan->work * SIM_SECOND))
    sim_world_later (world, at, do_work, NULL);
}

void
sim_users_rest (SimWorld *world)
{
  world->working = FALSE;
}
