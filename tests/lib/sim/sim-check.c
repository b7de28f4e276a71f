#include "sim-check.h"

#include <string.h>

#include "mls/error.h"
#include "session/error.h"

/* --- A1 ---------------------------------------------------------------------------------------------------------- */

/* Written down once more, from governance section 3 and mandates V20, V21. */
static const gboolean may_move[DEMLS_N_STATES][DEMLS_N_STATES] = {
  [DEMLS_STATE_PENDING_JOIN] = { [DEMLS_STATE_WORKING] = TRUE },
  [DEMLS_STATE_WORKING] = { [DEMLS_STATE_FREEZING] = TRUE },
  [DEMLS_STATE_FREEZING] = { [DEMLS_STATE_SELECTION] = TRUE },
  [DEMLS_STATE_SELECTION] = { [DEMLS_STATE_WORKING] = TRUE, [DEMLS_STATE_REELECTION] = TRUE },
  [DEMLS_STATE_REELECTION] = { [DEMLS_STATE_WORKING] = TRUE, [DEMLS_STATE_FREEZING] = TRUE },
};

static void
check_phase (SimHonest *member, const DemlsEvent *event)
{
  SimWorld *world = member->base.world;
  if (!member->ever)
    {
      if (event->state != DEMLS_STATE_WORKING && event->state != DEMLS_STATE_PENDING_JOIN)
        sim_fail (world, "A1", "%s begins in %s", member->base.name, demls_state_name (event->state));
    }
  else
    {
      if (!may_move[member->phase][event->state])
        sim_fail (world, "A1", "%s moves from %s to %s", member->base.name, demls_state_name (member->phase),
                  demls_state_name (event->state));
      world->counts->edges[member->phase][event->state]++;
    }
  member->ever = TRUE;
  member->phase = event->state;
  member->phase_since = world->now;
}

/* --- A3, S2 ------------------------------------------------------------------------------------------------------ */

static void
learn_matter (SimBallot *ballot, const DemlsEvent *event)
{
  if (ballot->kind || !event->actions || !event->actions->len)
    return;
  const DemlsAction *action = event->actions->pdata[0];
  ballot->kind = action->kind;
  ballot->target = action->target ? g_bytes_ref (action->target) : NULL;
}

static void
check_verdict (SimHonest *member, SimBallot *ballot, const DemlsEvent *event)
{
  guint64 bit = G_GUINT64_CONSTANT (1) << member->base.index;
  if ((ballot->approved | ballot->rejected) & bit && !member->lives)
    sim_fail (member->base.world, "S2", "%s sees a second verdict on #%u", member->base.name, ballot->number);
  if (event->approved)
    ballot->approved |= bit;
  else
    ballot->rejected |= bit;
}

static void
check_ballot (SimHonest *member, const DemlsEvent *event)
{
  SimWorld *world = member->base.world;
  SimBallot *ballot = sim_record_ballot (world, span_bytes (event->ballot));
  learn_matter (ballot, event);
  if (event->yes + event->no > event->electorate)
    sim_fail (world, "A3", "%s counts %u yes and %u no of %u on #%u", member->base.name, event->yes, event->no,
              event->electorate, ballot->number);
  ballot->opened |= event->kind == DEMLS_EVENT_OWN_PROPOSAL;
  if (!ballot->epoch && member->state)
    ballot->epoch = member->state->epoch;
  if (event->kind == DEMLS_EVENT_OWN_PROPOSAL)
    sim_record_voted (member, span_bytes (event->ballot), TRUE);
  else if (event->kind == DEMLS_EVENT_AUTO_VOTED)
    sim_record_voted (member, span_bytes (event->ballot), event->approved);
  else if (event->kind == DEMLS_EVENT_CONSENSUS_REACHED)
    check_verdict (member, ballot, event);
}

/* --- A4, A9 ------------------------------------------------------------------------------------------------------ */

static void
check_chat (SimHonest *reader, const DemlsEvent *event)
{
  SimWorld *world = reader->base.world;
  SimChat *chat = event->message_id ? sim_record_chat (world->record, event->message_id) : NULL;
  const SimMember *author = sim_world_find (world, span_bytes (event->member));
  if (!chat && author && author->liar)
    return; /* it may say what it likes in its own name */
  if (!chat)
    {
      sim_fail (world, "A9", "%s reads \"%s\", which nobody said", reader->base.name, event->text);
      return;
    }
  SimHonest *sender = sim_world_player (world, chat->sender);
  if (!span_equal (span_bytes (event->member), SPAN_OF (sender->base.id)) || strcmp (event->text, chat->text) != 0)
    sim_fail (world, "A9", "%s reads \"%s\", but %s said \"%s\"", reader->base.name, event->text, sender->base.name,
              chat->text);
  guint64 bit = G_GUINT64_CONSTANT (1) << reader->base.index;
  if (reader != sender && chat->shown & bit)
    sim_fail (world, "A9", "%s reads \"%s\" a second time", reader->base.name, chat->text);
  chat->shown |= bit;
  if (!sim_record_shared (sender, chat->at, SPAN_OF (reader->base.id)))
    sim_fail (world, "A4", "%s reads \"%s\", though %s has been in no state with it since it said that",
              reader->base.name, chat->text, sender->base.name);
}

/* --- A2 ---------------------------------------------------------------------------------------------------------- */

static gboolean
is_executed (const GPtrArray *members, const DemlsExecuted *entry)
{
  for (guint i = 0; i < members->len; i++)
    if (span_equal (span_bytes (members->pdata[i]), SPAN_OF (entry->target)))
      return TRUE;
  return FALSE;
}

static void
check_votes (SimHonest *member, const SimState *before, const DemlsExecuted *entry)
{
  SimWorld *world = member->base.world;
  const SimBallot *ballot = sim_record_ballot (world, SPAN_OF (entry->proposal_hash));
  guint64 electorate = sim_state_bits (world, before);
  const SimMember *target = entry->has_target ? sim_world_find (world, SPAN_OF (entry->target)) : NULL;
  gboolean own = FALSE; /* V11: the target itself asked */
  if (entry->kind == 100 || entry->kind == 103)
    own = TRUE;
  else if (entry->kind == 2 && target && target->honest)
    own = ((const SimHonest *) target)->ever_left && !ballot->opened;
  else if (entry->kind == 2 && target && target->liar)
    own = TRUE; /* or not; its word is nobody's loss */
  gboolean deadlock = entry->kind == 3 && !entry->has_target;
  gboolean silence = before->governance->policy.silence_is_yes && (entry->kind == 1 || entry->kind == 4 || deadlock);
  if (!own && !sim_ballot_has_passed (ballot, electorate, sim_world_liars (world), silence))
    sim_fail (world, "A2", "kind %u on #%u was committed with %u yes and %u no of %u members", entry->kind,
              ballot->number, sim_bits (ballot->yes & electorate), sim_bits (ballot->no & electorate),
              sim_bits (electorate));
}

/* Applies what was executed since `before` to a copy of its members; removes come before adds only for one target. */
static void
apply (GPtrArray *members, const DemlsExecuted *entry)
{
  if (!entry->has_target || entry->kind == 103 || entry->kind == 100 || entry->kind == 4)
    return;
  if (entry->kind == 1)
    {
      if (!is_executed (members, entry))
        g_ptr_array_add (members, span_dup (SPAN_OF (entry->target)));
      return;
    }
  for (guint i = 0; i < members->len; i++)
    if (span_equal (span_bytes (members->pdata[i]), SPAN_OF (entry->target)))
      {
        g_ptr_array_remove_index (members, i);
        return;
      }
}

static void
check_membership (SimHonest *member, const SimState *before, const SimState *after)
{
  g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < before->members->len; i++)
    g_ptr_array_add (members, g_bytes_ref (before->members->pdata[i]));
  const GArray *executed = after->governance->executed;
  guint done = 0;
  for (guint i = 0; i < executed->len; i++)
    {
      const DemlsExecuted *entry = &g_array_index (executed, DemlsExecuted, i);
      if (entry->epoch <= before->epoch)
        continue;
      apply (members, entry);
      done++;
      if (after->epoch == before->epoch + 1)
        check_votes (member, before, entry);
    }
  gboolean same = members->len == after->members->len;
  for (guint i = 0; same && i < members->len; i++)
    same = sim_state_has (after, span_bytes (members->pdata[i]));
  if (!same)
    sim_fail (member->base.world, "A2",
              "%s goes from state %u with %u members to state %u with %u, but what was executed leaves %u",
              member->base.name, before->number, before->members->len, after->number, after->members->len,
              members->len);
  if (!done)
    sim_fail (member->base.world, "A2", "state %u has no mandate", after->number);
}

/* --- one crank --------------------------------------------------------------------------------------------------- */

static void
check_event (SimHonest *member, const DemlsEvent *event)
{
  SimWorld *world = member->base.world;
  world->counts->events[event->kind]++;
  if (event->ballot && event->kind != DEMLS_EVENT_EVIDENCE)
    check_ballot (member, event);
  switch ((int) event->kind)
    {
    case DEMLS_EVENT_PHASE_CHANGE:
      check_phase (member, event);
      break;
    case DEMLS_EVENT_CHAT:
      check_chat (member, event);
      break;
    case DEMLS_EVENT_COMMIT_APPLIED:
      world->counts->commits++;
      if (event->member && span_equal (span_bytes (event->member), SPAN_OF (member->base.id)))
        g_array_append_vals (member->healings, &(SimHealing){ member->before_since, world->now }, 1);
      break;
    case DEMLS_EVENT_ROLLED_BACK:
      world->counts->rollbacks++;
      break;
    case DEMLS_EVENT_LEAVING:
      world->counts->removed++;
      break;
    case DEMLS_EVENT_OUT_OF_SYNC:
      member->out_of_sync = TRUE;
      break;
      case DEMLS_EVENT_EVIDENCE: {
        const SimMember *accused = sim_world_find (world, span_bytes (event->member));
        if (accused && accused->honest)
          sim_fail (world, "A12", "%s holds evidence against %s, who is honest", member->base.name, accused->name);
        break;
      }
    case DEMLS_EVENT_ERROR:
      if (!(world->clones && g_str_has_prefix (event->text, "cloned")))
        sim_fail (world, "A13", "%s has an error: %s", member->base.name, event->text);
      break;
    default:
      break;
    }
}

static gboolean
has_event (const GPtrArray *events, DemlsEventKind kind)
{
  for (guint i = 0; i < events->len; i++)
    if (((const DemlsEvent *) events->pdata[i])->kind == kind)
      return TRUE;
  return FALSE;
}

static void
check_state (SimHonest *member, const GPtrArray *events)
{
  SimWorld *world = member->base.world;
  const SimState *before = member->state, *after = sim_record_state (member);
  if (before == after)
    return;
  gboolean straight = before && after && after->epoch > before->epoch && !has_event (events, DEMLS_EVENT_ROLLED_BACK)
                      && !has_event (events, DEMLS_EVENT_JOINED) && !member->out_of_sync;
  if (straight)
    check_membership (member, before, after);
  if (has_event (events, DEMLS_EVENT_JOINED))
    {
      member->joined_at = world->now;
      member->out_of_sync = FALSE;
    }
  if (!after)
    return;
  member->before_since = member->state_since;
  member->state = after;
  member->state_since = world->now;
  g_array_append_vals (member->visits, &(SimVisit){ world->now, after }, 1);
  sim_log (world->log, world->now, member->base.name, "enters state %u: epoch %" G_GUINT64_FORMAT ", %u members",
           after->number, after->epoch, after->members->len);
}

/* A liar's core is believed in nothing; only where it is, is noted. */
static void
follow (SimHonest *liar, const GPtrArray *events)
{
  SimWorld *world = liar->base.world;
  const SimState *state = demls_runner_is_over (liar->runner) ? NULL : sim_record_state (liar);
  for (guint i = 0; i < events->len; i++)
    {
      const DemlsEvent *event = events->pdata[i];
      if (event->kind == DEMLS_EVENT_PHASE_CHANGE)
        liar->phase = event->state;
    }
  if (!state || state == liar->state)
    return;
  liar->state = state;
  liar->state_since = world->now;
  g_array_append_vals (liar->visits, &(SimVisit){ world->now, state }, 1);
}

void
sim_check_crank (SimHonest *member, const GPtrArray *events)
{
  if (member->base.liar)
    {
      follow (member, events);
      return;
    }
  /* the state first: what is shown was sent in it or before */
  if (!demls_runner_is_over (member->runner))
    check_state (member, events);
  for (guint i = 0; i < events->len; i++)
    check_event (member, events->pdata[i]);
  if (member->ever && !demls_runner_is_over (member->runner) && demls_runner_state (member->runner) != member->phase)
    sim_fail (member->base.world, "A1", "%s is in %s, but the last event said %s", member->base.name,
              demls_state_name (demls_runner_state (member->runner)), demls_state_name (member->phase));
}
