#include "sim-story.h"

#include <string.h>

#include "../run.h"
#include "sim-plan.h"

#define JOIN_PATIENCE 7200

/* --- beginning --------------------------------------------------------------------------------------------------- */

SimWorld *
sim_story_empty (const DemlsPolicy *policy)
{
  static SimCounts *counts; /* of all stories together; nobody looks */
  if (!counts)
    counts = sim_counts_new ();
  SimWorld *world = sim_world_new (1, counts, sim_log_new (0, g_getenv ("DEMLS_ECHO") != NULL));
  SimPlan *plan = g_new0 (SimPlan, 1);
  plan->policy = *policy;
  world->plan = plan;
  world->terse = TRUE;
  world->bound = SIM_STORY_DELAY;
  SimWeather fair = SIM_FAIR (SIM_STORY_DELAY);
  sim_net_set_weather (world->net, &fair);
  return world;
}

static const DemlsPolicy *
policy_of (const SimWorld *world)
{
  return &((const SimPlan *) world->plan)->policy;
}

SimHonest *
sim_one (SimWorld *world, const char *name)
{
  SimMember *member = sim_world_named (world, name);
  return member ? (SimHonest *) member : sim_honest_add (world, name);
}

static void
no_failure (const SimWorld *world)
{
  if (!world->failure)
    return;
  g_autofree char *text = sim_log_text (world->log);
  ck_abort_msg ("%s\n%s", world->failure, text);
}

SimWorld *
sim_story (const DemlsPolicy *policy, ...)
{
  SimWorld *world = sim_story_empty (policy);
  va_list names;
  va_start (names, policy);
  const char *first = va_arg (names, const char *);
  ck_assert (sim_honest_found (sim_one (world, first), "Tea", policy));
  for (const char *name = va_arg (names, const char *); name; name = va_arg (names, const char *))
    sim_join (world, name);
  va_end (names);
  sim_settle (world, JOIN_PATIENCE);
  sim_story_begin (world);
  return world;
}

/* Clocks of the members go on, but the story's time is 0 again. */
void
sim_story_begin (SimWorld *world)
{
  no_failure (world);
  sim_log_clear (world->log);
  world->story_start = world->now;
  world->story_ballots = world->record->ballot_list->len;
}

/* --- going on ---------------------------------------------------------------------------------------------------- */

void
sim_tell (SimWorld *world, double seconds)
{
  sim_world_run (world, world->now + (gint64) (seconds * SIM_SECOND));
  no_failure (world);
}

void
sim_settle (SimWorld *world, double seconds)
{
  gint64 end = world->now + (gint64) (seconds * SIM_SECOND);
  while (!(sim_net_is_quiet (world->net) && sim_has_converged (world, NULL)) && sim_world_step (world, end))
    ;
  no_failure (world);
  g_autofree char *why = NULL;
  ck_assert_msg (sim_has_converged (world, &why), "%s", why);
}

Span
sim_ballot (SimWorld *world, guint number)
{
  guint index = world->story_ballots + number - 1;
  ck_assert_uint_lt (index, world->record->ballot_list->len);
  return span_bytes (((const SimBallot *) world->record->ballot_list->pdata[index])->hash);
}

void
sim_vote (SimWorld *world, guint number, gboolean yes, ...)
{
  va_list names;
  va_start (names, yes);
  for (const char *name = va_arg (names, const char *); name; name = va_arg (names, const char *))
    ck_assert_msg (sim_honest_vote (sim_one (world, name), sim_ballot (world, number), yes), "%s may not vote", name);
  va_end (names);
}

/* --- joining ----------------------------------------------------------------------------------------------------- */

/* Everybody who is in says yes to whatever is open, and vouches if that is needed. */
static void
let_in (SimWorld *world, const SimHonest *newcomer)
{
  gboolean vouched = FALSE;
  for (guint i = 0; i < world->members->len; i++)
    {
      SimHonest *member = sim_world_honest (world, i);
      if (!member || !member->runner || !member->state)
        continue;
      g_autoptr (GPtrArray) waiting = demls_runner_applicants (member->runner);
      if (!vouched && waiting->len && policy_of (world)->announce == DEMLS_ANNOUNCE_ASK)
        vouched = sim_honest_invite (member, &newcomer->base);
      g_autoptr (GPtrArray) ballots = demls_runner_ballots (member->runner);
      for (guint j = 0; j < ballots->len; j++)
        {
          const SimBallot *ballot = sim_record_ballot (world, span_bytes (ballots->pdata[j]));
          if (!((ballot->yes | ballot->no) >> i & 1))
            sim_honest_vote (member, span_bytes (ballots->pdata[j]), TRUE);
        }
    }
}

void
sim_join (SimWorld *world, const char *name)
{
  SimHonest *newcomer = sim_one (world, name), *founder = sim_world_honest (world, 0);
  ck_assert (sim_honest_await (newcomer, founder, policy_of (world)));
  gint64 end = world->now + JOIN_PATIENCE * SIM_SECOND;
  while (!sim_honest_is_in (newcomer) && world->now < end && !world->failure)
    {
      gint64 soon = world->now + SIM_SECOND;
      sim_world_run (world, soon);
      let_in (world, newcomer);
    }
  no_failure (world);
  ck_assert_msg (sim_honest_is_in (newcomer), "%s never got in", name);
  sim_tell (world, 1);
  sim_honest_confirm (newcomer);
  sim_settle (world, JOIN_PATIENCE);
}

/* --- what was told ----------------------------------------------------------------------------------------------- */

/* The kept lines in the story's own time; only those of `name` if that is not NULL. */
static char *
told (SimWorld *world, const char *name)
{
  g_autofree char *text = sim_log_text (world->log);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *prefix = name ? g_strdup_printf ("%-6s ", name) : g_strdup ("");
  GString *out = g_string_new (NULL);
  for (guint i = 0; lines[i] && *lines[i]; i++)
    {
      const char *close = strchr (lines[i], ']');
      gint64 at = (gint64) (g_ascii_strtod (lines[i] + 1, NULL) * 1000 + 0.5) - world->story_start / 1000;
      if (!close || !g_str_has_prefix (close + 2, prefix))
        continue;
      g_string_append_printf (out, "[%3" G_GINT64_FORMAT ".%03d] %s\n", at / 1000, (int) (at % 1000), close + 2);
    }
  return g_string_free (out, FALSE);
}

static void
compare (SimWorld *world, const char *name, const char *file, int line, const char *text)
{
  no_failure (world);
  g_autofree char *seen = told (world, name);
  if (strcmp (seen, text) != 0)
    ck_abort_msg ("%s:%d: expected\n%s\nbut this happened:\n%s", file, line, text, seen);
}

void
sim_expect (SimWorld *world, const char *file, int line, const char *text)
{
  compare (world, NULL, file, line, text);
  sim_log_clear (world->log);
}

void
sim_expect_of (SimWorld *world, const char *name, const char *file, int line, const char *text)
{
  compare (world, name, file, line, text);
}

gboolean
sim_was_told (SimWorld *world, const char *part)
{
  g_autofree char *text = sim_log_text (world->log);
  return strstr (text, part) != NULL;
}
