#include "sim-words.h"

#include "sim-record.h"

char *
sim_name (SimWorld *world, GBytes *id)
{
  if (!id)
    return g_strdup ("nobody");
  const SimMember *member = sim_world_find (world, span_bytes (id));
  if (member)
    return g_strdup (member->name);
  g_autofree char *hex = span_hex (span_bytes (id));
  return g_strndup (hex, 8);
}

char *
sim_names (SimWorld *world, const GPtrArray *ids)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; ids && i < ids->len; i++)
    {
      g_autofree char *name = sim_name (world, ids->pdata[i]);
      g_string_append_printf (text, "%s%s", i ? ", " : "", name);
    }
  return g_string_free (text, FALSE);
}

static const char *
verb (guint32 kind)
{
  switch (kind)
    {
    case 1:
      return "add";
    case 2:
      return "remove";
    case 3:
      return "emergency";
    case 4:
      return "election";
    case 100:
      return "rejoin";
    case 102:
      return "policy";
    case 103:
      return "refresh";
    default:
      return "?";
    }
}

char *
sim_action_words (SimWorld *world, const GPtrArray *actions)
{
  if (!actions || !actions->len)
    return g_strdup ("nothing");
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < actions->len; i++)
    {
      const DemlsAction *action = actions->pdata[i];
      g_string_append_printf (text, "%s%s", i ? ", " : "", verb (action->kind));
      if (!action->target)
        continue;
      g_autofree char *name = sim_name (world, action->target);
      g_string_append_printf (text, " %s", name);
    }
  return g_string_free (text, FALSE);
}

static char *
ballot_words (SimWorld *world, const DemlsEvent *event)
{
  gint ballot = event->ballot ? sim_ballot_number (world, span_bytes (event->ballot)) : 0;
  g_autofree char *matter = event->actions && event->actions->len ? sim_action_words (world, event->actions) : NULL;
  g_autofree char *what = matter ? g_strconcat (": ", matter, NULL) : g_strdup ("");
  switch ((int) event->kind)
    {
    case DEMLS_EVENT_VOTE_REQUESTED:
      return g_strdup_printf ("is asked to vote on #%d%s", ballot, what);
    case DEMLS_EVENT_OWN_PROPOSAL:
      return g_strdup_printf ("proposes #%d%s", ballot, what);
    case DEMLS_EVENT_AUTO_VOTED:
      return g_strdup_printf ("votes %s on #%d by default%s", event->approved ? "yes" : "no", ballot, what);
    case DEMLS_EVENT_CONSENSUS_REACHED:
      return g_strdup_printf ("sees #%d %s%s", ballot, event->approved ? "passed" : "rejected", what);
    case DEMLS_EVENT_BALLOT_TALLY:
      return world->terse ? NULL
                          : g_strdup_printf ("counts #%d: %u yes, %u no, %u witnesses of %u", ballot, event->yes,
                                             event->no, event->witnesses, event->electorate);
    default:
      return NULL;
    }
}

static char *
group_words (SimWorld *world, const DemlsEvent *event)
{
  g_autofree char *who = sim_name (world, event->member);
  g_autofree char *many = sim_names (world, event->members);
  g_autofree char *actions = sim_action_words (world, event->actions);
  switch ((int) event->kind)
    {
    case DEMLS_EVENT_PHASE_CHANGE:
      return g_strdup_printf ("is in %s", demls_state_name (event->state));
    case DEMLS_EVENT_COMMIT_APPLIED:
      return g_strdup_printf ("is in epoch %" G_GUINT64_FORMAT " by %s: %s", event->epoch, who, actions);
    case DEMLS_EVENT_WELCOME_READY:
      return g_strdup_printf ("has a welcome for %s%s", many, event->minted_locally ? ", its own" : "");
    case DEMLS_EVENT_LEAVING:
      return g_strdup_printf ("is out: %s", event->text ? event->text : "");
    case DEMLS_EVENT_ROLLED_BACK:
      return g_strdup_printf ("goes back to epoch %" G_GUINT64_FORMAT "%s%s", event->epoch, *many ? ", touching " : "",
                              many);
    case DEMLS_EVENT_APPLICANT:
      return g_strdup_printf ("sees that %s asks to join", who);
    case DEMLS_EVENT_NICK_CHANGED:
      return g_strdup_printf ("sees that %s is called %s", who, event->text ? event->text : "");
    case DEMLS_EVENT_STEWARDS_CHANGED:
      return world->terse ? NULL : g_strdup_printf ("has stewards %s", many);
    case DEMLS_EVENT_REJOINED:
      if (event->own && event->approved)
        return g_strdup ("is back with new keys");
      return g_strdup_printf ("sees that %s rejoined%s", who, event->own ? " in its own name" : "");
    case DEMLS_EVENT_EVIDENCE:
      return g_strdup_printf ("holds evidence against %s", who);
    case DEMLS_EVENT_FREEZE_PROGRESS:
      return world->terse ? NULL : g_strdup_printf ("has %u of %u candidates", event->received, event->expected);
    default:
      return NULL;
    }
}

static char *
own_words (SimWorld *world, const DemlsEvent *event)
{
  g_autofree char *who = sim_name (world, event->member);
  switch ((int) event->kind)
    {
    case DEMLS_EVENT_CHAT:
      return g_strdup_printf ("reads \"%s\" from %s", event->text, who);
    case DEMLS_EVENT_JOINED:
      return g_strdup ("has joined");
    case DEMLS_EVENT_CONFIRMED:
      return g_strdup ("trusts the group");
    case DEMLS_EVENT_ERROR:
      return g_strdup_printf ("has an error: %s", event->text);
    case DEMLS_EVENT_MESSAGE_RETURNED:
      return g_strdup_printf ("gets \"%s\" back", event->text);
    case DEMLS_EVENT_MESSAGE_UNDECRYPTABLE:
      return g_strdup_printf ("could not read %u messages", event->received);
    case DEMLS_EVENT_OUT_OF_SYNC:
      return g_strdup ("is out of sync");
    default:
      return g_strdup (demls_event_name (event->kind));
    }
}

char *
sim_words (SimWorld *world, SimMember *member, const DemlsEvent *event)
{
  (void) member;
  switch ((int) event->kind)
    {
    case DEMLS_EVENT_VOTE_REQUESTED:
    case DEMLS_EVENT_OWN_PROPOSAL:
    case DEMLS_EVENT_AUTO_VOTED:
    case DEMLS_EVENT_CONSENSUS_REACHED:
    case DEMLS_EVENT_BALLOT_TALLY:
      return ballot_words (world, event);
    case DEMLS_EVENT_CHAT:
    case DEMLS_EVENT_JOINED:
    case DEMLS_EVENT_CONFIRMED:
    case DEMLS_EVENT_ERROR:
    case DEMLS_EVENT_MESSAGE_RETURNED:
    case DEMLS_EVENT_MESSAGE_UNDECRYPTABLE:
    case DEMLS_EVENT_OUT_OF_SYNC:
      return own_words (world, event);
    default:
      return group_words (world, event);
    }
}
