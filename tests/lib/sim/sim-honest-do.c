/* What users do. An act counts (for the record) once it was saved. */
#include "sim-check.h"
#include "sim-honest.h"
#include "sim-record.h"

static gboolean
done (SimHonest *self, gboolean accepted, const char *what, const GError *error)
{
  SimWorld *world = self->base.world;
  if (accepted)
    sim_log (world->log, world->now, self->base.name, "%s", what);
  else
    sim_log (world->log, world->now, self->base.name, "%s: refused, %s", what, error->message);
  /* a refused act may still have moved the clock on, so it is cranked too */
  gboolean saved = sim_honest_crank (self, NULL);
  return accepted && saved;
}

/* What every newcomer has in common. */
static gboolean
begin (SimHonest *self, const char *what, const GError *error)
{
  SimWorld *world = self->base.world;
  if (!self->runner)
    {
      sim_log (world->log, world->now, self->base.name, "%s: refused, %s", what, error->message);
      return FALSE;
    }
  self->over = self->left = self->out_of_sync = FALSE;
  self->undisturbed_since = world->now;
  sim_net_subscribe (world->net, self->base.index);
  sim_log (world->log, world->now, self->base.name, "%s", what);
  return sim_honest_crank (self, NULL);
}

gboolean
sim_honest_found (SimHonest *self, const char *title, const DemlsPolicy *policy)
{
  g_autoptr (GError) error = NULL;
  self->runner =
      demls_runner_found (&self->env, self->base.world->conversation, title, policy, sim_honest_now (self), &error);
  return begin (self, "founds the group", error);
}

gboolean
sim_honest_await (SimHonest *self, const SimHonest *inviter, const DemlsPolicy *policy)
{
  if (self->runner || self->crashed)
    return FALSE;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) id = inviter ? span_dup (SPAN_OF (inviter->base.id)) : NULL;
  DemlsJoinHint hint = { .expires_after_ms = policy ? demls_policy_join_ms (policy) : 0, .inviter = id };
  sim_store_free (self->store);
  self->store = sim_store_new ();
  self->ever = FALSE;
  self->state = NULL;
  sim_record_forget_verdicts (self);
  self->runner = demls_runner_await (&self->env, self->base.world->conversation, &hint, sim_honest_now (self), &error);
  if (begin (self, "asks to join", error))
    self->base.world->counts->works[SIM_WORK_JOIN]++;
  return self->runner != NULL;
}

gboolean
sim_honest_say (SimHonest *self, const char *text)
{
  if (!self->runner)
    return FALSE;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) id = NULL;
  gboolean said = demls_runner_say (self->runner, text, &id, sim_honest_now (self), &error);
  g_autofree char *what = g_strdup_printf ("says \"%s\"", text);
  guint published = sim_net_history (self->base.world->net)->len;
  if (said)
    sim_record_said (self, id, text);
  if (!done (self, said, what, error))
    {
      if (said)
        sim_record_unsaid (self, id);
      return FALSE;
    }
  if (sim_net_history (self->base.world->net)->len > published) /* not waiting to be sent */
    sim_record_sent (self, id);
  self->base.world->counts->works[SIM_WORK_SAY]++;
  return TRUE;
}

/* Opening a ballot: `works` counts it. */
static gboolean
opened (SimHonest *self, gboolean accepted, const char *what, SimWork work, const GError *error)
{
  if (!done (self, accepted, what, error))
    return FALSE;
  self->base.world->counts->works[work]++;
  return TRUE;
}

gboolean
sim_honest_invite (SimHonest *self, const SimMember *target)
{
  if (!self->runner)
    return FALSE;
  g_autoptr (GError) error = NULL;
  gboolean ok = demls_runner_invite (self->runner, SPAN_OF (target->id), NULL, sim_honest_now (self), &error);
  g_autofree char *what = g_strdup_printf ("invites %s", target->name);
  return opened (self, ok, what, SIM_WORK_INVITE, error);
}

gboolean
sim_honest_expel (SimHonest *self, const SimMember *target)
{
  if (!self->runner)
    return FALSE;
  g_autoptr (GError) error = NULL;
  gboolean ok = demls_runner_expel (self->runner, SPAN_OF (target->id), "", NULL, sim_honest_now (self), &error);
  g_autofree char *what = g_strdup_printf ("wants %s removed", target->name);
  return opened (self, ok, what, SIM_WORK_EXPEL, error);
}

gboolean
sim_honest_change (SimHonest *self, const DemlsPolicy *policy, const char *title)
{
  if (!self->runner)
    return FALSE;
  g_autoptr (GError) error = NULL;
  gboolean ok = demls_runner_change (self->runner, policy, title, NULL, sim_honest_now (self), &error);
  g_autofree char *what = g_strdup_printf ("wants the %s changed", policy ? "policy" : "title");
  return opened (self, ok, what, SIM_WORK_CHANGE, error);
}

gboolean
sim_honest_accuse (SimHonest *self, const SimMember *target)
{
  if (!self->runner)
    return FALSE;
  g_autoptr (GError) error = NULL;
  gboolean ok = demls_runner_accuse (self->runner, SPAN_OF (target->id), "slow", NULL, sim_honest_now (self), &error);
  g_autofree char *what = g_strdup_printf ("accuses %s", target->name);
  return opened (self, ok, what, SIM_WORK_ACCUSE, error);
}

gboolean
sim_honest_elect (SimHonest *self)
{
  if (!self->runner)
    return FALSE;
  g_autoptr (GError) error = NULL;
  gboolean ok = demls_runner_elect (self->runner, NULL, sim_honest_now (self), &error);
  return opened (self, ok, "asks for an election", SIM_WORK_ELECT, error);
}

gboolean
sim_honest_vote (SimHonest *self, Span ballot, gboolean yes)
{
  if (!self->runner)
    return FALSE;
  g_autoptr (GError) error = NULL;
  gboolean ok = demls_runner_vote (self->runner, ballot, yes, sim_honest_now (self), &error);
  g_autofree char *what =
      g_strdup_printf ("votes %s on #%d", yes ? "yes" : "no", sim_ballot_number (self->base.world, ballot));
  SimBallot *known = sim_record_ballot (self->base.world, ballot);
  guint64 was_yes = known->yes, was_no = known->no;
  if (ok)
    sim_record_voted (self, ballot, yes);
  if (opened (self, ok, what, yes ? SIM_WORK_VOTE_YES : SIM_WORK_VOTE_NO, error))
    return TRUE;
  known->yes = was_yes;
  known->no = was_no;
  return FALSE;
}

gboolean
sim_honest_leave (SimHonest *self)
{
  if (!self->runner)
    return FALSE;
  g_autoptr (GError) error = NULL;
  gboolean was = self->left;
  gboolean ok = demls_runner_leave (self->runner, sim_honest_now (self), &error);
  self->left |= ok;
  self->ever_left |= ok;
  if (opened (self, ok, "leaves", SIM_WORK_LEAVE, error))
    return TRUE;
  self->left = was;
  return FALSE;
}

gboolean
sim_honest_nick (SimHonest *self, const char *nick)
{
  if (!self->runner)
    return FALSE;
  g_autoptr (GError) error = NULL;
  gboolean ok = demls_runner_set_nick (self->runner, nick, sim_honest_now (self), &error);
  g_autofree char *what = g_strdup_printf ("is now called %s", nick);
  return opened (self, ok, what, SIM_WORK_NICK, error);
}

gboolean
sim_honest_rejoin (SimHonest *self)
{
  if (!self->runner)
    return FALSE;
  g_autoptr (GError) error = NULL;
  gboolean ok = demls_runner_rejoin (self->runner, sim_honest_now (self), &error);
  return done (self, ok, "rejoins", error);
}

void
sim_honest_confirm (SimHonest *self)
{
  if (!self->runner)
    return;
  demls_runner_confirm (self->runner, sim_honest_now (self));
  done (self, TRUE, "has compared the group code", NULL);
}
