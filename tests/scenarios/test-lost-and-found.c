/* Issue "lost and found": members that fell behind, newcomers whose Welcome was lost, stolen keys. Each finds
 * its way without its user doing anything but reading, at most two lines; nothing is read twice (A9, checked by the
 * simulator throughout). */
#include <string.h>

#include "../lib/run.h"

#include "../lib/sim/sim-story.h"
#include "rules/limits.h"

#define DAY (24.0 * 3600)

static DemlsPolicy
preset (guint32 which)
{
  return demls_policy_preset (which);
}

/* --- what gets lost for good ------------------------------------------------------------------------------------- */

/* What is published between two instants never reaches `to`. */
typedef struct {
  guint to;
  gint64 from, until;
} Loss;

static gint64
lose (const SimPacket *packet, guint to, gpointer data)
{
  const Loss *loss = data;
  return to == loss->to && packet->at >= loss->from && packet->at < loss->until ? DEMLS_NEVER : 0;
}

/* Everybody who is there says yes to a new title, and it is in force. */
static void
change_title (SimWorld *sim, const char *title)
{
  guint number = sim->record->ballot_list->len - sim->story_ballots + 1;
  ck_assert (sim_honest_change (sim_one (sim, "alice"), NULL, title));
  sim_tell (sim, 1);
  for (guint i = 1; i < sim->members->len; i++)
    {
      SimHonest *member = sim_world_honest (sim, i);
      if (sim_honest_is_there (member))
        sim_honest_vote (member, sim_ballot (sim, number), TRUE);
    }
  sim_tell (sim, 600);
  ck_assert_str_eq (sim_one (sim, "alice")->state->governance->title, title);
}

/* People talk every ten minutes, for so long. */
static void
chat_on (SimWorld *sim, double seconds)
{
  for (guint i = 0; i < (guint) (seconds / 600); i++)
    {
      g_autofree char *text = g_strdup_printf ("line %u", ++sim->said);
      sim_honest_say (sim_one (sim, i % 2 ? "alice" : "bob"), text);
      sim_tell (sim, 600);
    }
}

/* How often this member's user was told something with this in it. */
static guint
count_told (SimWorld *sim, const char *name, const char *part)
{
  g_autofree char *text = sim_log_text (sim->log);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = 0;
  for (guint i = 0; lines[i]; i++)
    {
      const char *close = strchr (lines[i], ']');
      if (close && g_str_has_prefix (close + 2, name) && strstr (close, part))
        n++;
    }
  return n;
}

/* The lines of trouble that its user reads: the rest is chat and votes. */
static guint
count_trouble (SimWorld *sim, const char *name)
{
  static const char *const parts[] = { "is out", "is back", "rejoined", "error", "could not read", "gets \"" };
  guint n = 0;
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    n += count_told (sim, name, parts[i]);
  return n;
}

/* --- lost members ------------------------------------------------------------------------------------------------ */

/* A week and a day away, and the service kept nothing: nobody has the old packets any more (V31), so the client comes
 * back with new keys (V26). What was typed meanwhile is read by all, once. */
START_TEST (who_missed_everything_for_a_week)
{
  DemlsPolicy policy = preset (DEMLS_PRESET_CHAT);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  SimHonest *dave = sim_one (sim, "dave");
  Loss loss = { dave->base.index, sim->now, sim->now + (gint64) (9 * DAY) * SIM_SECOND };
  sim_net_set_filter (sim->net, lose, &loss);
  sim_honest_set_online (dave, FALSE);
  change_title (sim, "Coffee");
  sim_tell (sim, 3600);
  change_title (sim, "Cocoa");
  sim_tell (sim, 8 * DAY);
  loss.until = sim->now;
  sim_story_begin (sim);
  sim_honest_set_online (dave, TRUE);
  sim_honest_say (dave, "what did I miss?");
  chat_on (sim, 3600);
  ck_assert_ptr_eq (dave->state, sim_one (sim, "alice")->state);
  ck_assert_str_eq (dave->state->governance->title, "Cocoa");
  ck_assert_uint_eq (count_told (sim, "dave", "is out of sync"), 1);
  ck_assert_uint_eq (count_told (sim, "dave", "is back with new keys"), 1);
  ck_assert_uint_eq (count_trouble (sim, "dave"), 2);
  ck_assert_uint_eq (count_told (sim, "alice", "sees that dave rejoined"), 1);
  ck_assert_uint_eq (count_told (sim, "bob", "sees that dave rejoined"), 1);
  ck_assert_uint_eq (count_told (sim, "carol", "reads \"what did I miss?\" from dave"), 1);
  ck_assert_uint_ge (count_told (sim, "dave", "reads \"line"), 2);
}
END_TEST

/* An hour away, and the service forgot its queue: others still have the packets of the commits, and give them to who
 * cries (V31). Nothing is to be read about it. */
START_TEST (whose_broker_lost_its_queue)
{
  DemlsPolicy policy = preset (DEMLS_PRESET_CHAT);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  SimHonest *dave = sim_one (sim, "dave");
  Loss loss = { dave->base.index, sim->now, DEMLS_NEVER };
  sim_net_set_filter (sim->net, lose, &loss);
  sim_honest_set_online (dave, FALSE);
  change_title (sim, "Coffee");
  change_title (sim, "Cocoa");
  sim_tell (sim, 3600);
  loss.until = sim->now;
  sim_story_begin (sim);
  sim_honest_set_online (dave, TRUE);
  sim_honest_say (dave, "hello");
  sim_tell (sim, 120);
  ck_assert_ptr_eq (dave->state, sim_one (sim, "alice")->state);
  ck_assert_uint_eq (count_trouble (sim, "dave"), 0);
  sim_honest_say (sim_one (sim, "bob"), "hello dave");
  sim_honest_say (dave, "I am here");
  sim_tell (sim, 1);
  ck_assert_uint_eq (count_told (sim, "dave", "reads \"hello dave\" from bob"), 1);
  ck_assert_uint_eq (count_told (sim, "bob", "reads \"I am here\" from dave"), 1);
}
END_TEST

/* Its disk is what it was then. */
static void
restore (SimHonest *member, SimStore *backup)
{
  SimWorld *world = member->base.world;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = sim_store_load (backup);
  sim_net_set_online (world->net, member->base.index, FALSE, world->now);
  demls_runner_free (member->runner);
  sim_store_free (member->store);
  member->store = backup;
  rng_free (member->rng);
  member->rng = rng_new_seeded (4711);
  member->env.rng = member->rng;
  member->runner = demls_runner_restore (&member->env, rows, sim_honest_now (member), &error);
  ck_assert_ptr_nonnull (member->runner);
  sim_net_set_online (world->net, member->base.index, TRUE, world->now);
  demls_runner_set_link (member->runner, FALSE, FALSE, sim_honest_now (member)); /* as after every start */
  demls_runner_set_link (member->runner, TRUE, FALSE, sim_honest_now (member));
  sim_log (world->log, world->now, member->base.name, "is restored from a backup");
  sim_honest_crank (member, NULL);
}

/* The group went on, and its own commit is among what the backup does not know: it cannot follow itself. */
START_TEST (who_was_restored_from_an_old_backup)
{
  DemlsPolicy policy = preset (DEMLS_PRESET_CHAT);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  SimHonest *dave = sim_one (sim, "dave");
  SimStore *backup = sim_store_copy (dave->store);
  sim_honest_say (dave, "before the accident");
  guint64 healed = dave->healings->len;
  for (guint i = 0; i < 12 && dave->healings->len == healed; i++)
    {
      g_autofree char *title = g_strdup_printf ("Tea %u", i);
      change_title (sim, title);
    }
  ck_assert_uint_gt (dave->healings->len, healed); /* it was the steward once */
  sim_story_begin (sim);
  sim->clones = TRUE;
  restore (dave, backup);
  sim_honest_say (dave, "I have a new disk");
  sim_tell (sim, 120);
  ck_assert_ptr_eq (dave->state, sim_one (sim, "alice")->state);
  ck_assert_uint_le (count_trouble (sim, "dave"), 2);
  ck_assert_uint_eq (count_told (sim, "dave", "is back with new keys"), 1);
  ck_assert_uint_eq (count_told (sim, "alice", "reads \"I have a new disk\" from dave"), 1);
  ck_assert_uint_eq (count_told (sim, "alice", "reads \"before the accident\""), 0); /* not again */
}
END_TEST

/* X6: a copy of the profile runs elsewhere. Whoever sees its own keys used falls silent, and comes back with new ones;
 * the copy is out, and its user is warned. */
START_TEST (two_programs_with_one_profile)
{
  DemlsPolicy policy = preset (DEMLS_PRESET_CHAT);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  SimHonest *carol = sim_one (sim, "carol");
  g_autoptr (SimStore) copy = sim_store_copy (carol->store);
  g_autoptr (GPtrArray) rows = sim_store_load (copy);
  g_autoptr (Rng) rng = rng_new_seeded (99);
  DemlsEnv env = carol->env;
  env.rng = rng;
  g_autoptr (DemlsRunner) other = demls_runner_restore (&env, rows, sim_honest_now (carol), NULL);
  for (guint i = 0; i < 3; i++)
    demls_runner_say (other, "from the copy", NULL, sim_honest_now (carol), NULL);
  demls_runner_tick (other, sim_honest_now (carol));
  g_autoptr (GPtrArray) packets = demls_runner_drain_outbound (other);
  sim_story_begin (sim);
  sim->clones = TRUE;
  for (guint i = 0; i < packets->len; i++)
    {
      const DemlsPacket *packet = packets->pdata[i];
      g_autoptr (GError) error = NULL;
      demls_runner_receive (carol->runner, packet->subtopic, span_bytes (packet->payload), sim_honest_now (carol),
                            &error);
      sim_honest_crank (carol, NULL);
    }
  ck_assert_uint_eq (count_told (sim, "carol", "somebody else sends with our keys"), 1);
  sim_honest_say (carol, "which one am I?");
  sim_tell (sim, 600);
  ck_assert_uint_eq (count_told (sim, "carol", "is back with new keys"), 1);
  ck_assert_uint_eq (count_trouble (sim, "carol"), 2);
  ck_assert_uint_eq (count_told (sim, "bob", "reads \"which one am I?\" from carol"), 1);
  /* what the group said meanwhile, as the copy hears it */
  const GPtrArray *history = sim_net_history (sim->net);
  guint warned = 0;
  for (guint i = 0; i < history->len; i++)
    {
      const SimPacket *packet = history->pdata[i];
      demls_runner_receive (other, packet->subtopic, span_bytes (packet->payload), sim_honest_now (carol), NULL);
      demls_runner_tick (other, sim_honest_now (carol));
    }
  DemlsNow later = sim_honest_now (carol);
  later.mono += 60 * SIM_SECOND;
  demls_runner_tick (other, later);
  g_autoptr (GPtrArray) events = demls_runner_drain_events (other);
  for (guint i = 0; i < events->len; i++)
    {
      const DemlsEvent *event = events->pdata[i];
      if (event->kind == DEMLS_EVENT_REJOINED && event->own && !event->approved)
        warned++;
    }
  ck_assert_uint_eq (warned, 1);
}
END_TEST

/* --- newcomers --------------------------------------------------------------------------------------------------- */

/* Nothing of the welcome channel reaches this one but what it sends itself. */
static gint64
no_welcomes (const SimPacket *packet, guint to, gpointer data)
{
  const Loss *loss = data;
  return to == loss->to && packet->subtopic == DEMLS_SUBTOPIC_WELCOME && packet->at < loss->until ? DEMLS_NEVER : 0;
}

static gboolean
run_until_in (SimWorld *sim, SimHonest *member, double seconds)
{
  gint64 end = sim->now + (gint64) (seconds * SIM_SECOND);
  while (!sim_honest_is_in (member) && sim->now < end)
    sim_tell (sim, 1);
  return sim_honest_is_in (member);
}

/* V29: it is in the tree, its Welcome is lost, and so are the keys that could open it: its user asked again. It learns
 * of its leaf and of the instance, and is let in without another vote. */
START_TEST (who_is_in_the_tree_and_asks_again)
{
  DemlsPolicy policy = preset (DEMLS_PRESET_QUICK);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  SimHonest *erin = sim_one (sim, "erin");
  Loss loss = { erin->base.index, 0, DEMLS_NEVER };
  sim_net_set_filter (sim->net, no_welcomes, &loss);
  ck_assert (sim_honest_await (erin, NULL, &policy));
  sim_tell (sim, 60);
  ck_assert_uint_eq (sim_one (sim, "alice")->state->members->len, 4);
  ck_assert (!sim_honest_is_in (erin));
  ck_assert (sim_honest_leave (erin));
  loss.until = sim->now;
  sim_tell (sim, 60);
  sim_story_begin (sim);
  ck_assert (sim_honest_await (erin, NULL, &policy));
  ck_assert (run_until_in (sim, erin, 30));
  sim_tell (sim, 10);
  ck_assert_ptr_eq (erin->state, sim_one (sim, "alice")->state);
  ck_assert (!sim_was_told (sim, "is asked to vote"));
  sim_honest_say (erin, "finally");
  sim_tell (sim, 1);
  ck_assert_uint_eq (count_told (sim, "bob", "reads \"finally\" from erin"), 1);
}
END_TEST

/* The first Welcome that anybody publishes, and each copy of it. */
typedef struct {
  guint to;
  GBytes *first;
} Broken;

static gint64
lose_first_welcome (const SimPacket *packet, guint to, gpointer data)
{
  Broken *broken = data;
  if (packet->subtopic != DEMLS_SUBTOPIC_WELCOME || packet->from == broken->to || to != broken->to)
    return 0;
  if (!broken->first)
    broken->first = packet->payload;
  return g_bytes_equal (broken->first, packet->payload) ? DEMLS_NEVER : 0;
}

/* The same with keys that would open it: the Welcome is published again in vain (as if its committer had made it of
 * rubbish), so it asks with new keys. */
START_TEST (who_is_in_the_tree_and_has_no_welcome)
{
  DemlsPolicy policy = preset (DEMLS_PRESET_QUICK);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  SimHonest *erin = sim_one (sim, "erin");
  Broken broken = { erin->base.index, NULL };
  sim_net_set_filter (sim->net, lose_first_welcome, &broken);
  ck_assert (sim_honest_await (erin, sim_one (sim, "bob"), &policy));
  sim_tell (sim, 29);
  ck_assert_uint_eq (sim_one (sim, "alice")->state->members->len, 4);
  ck_assert (!sim_honest_is_in (erin));
  ck_assert (run_until_in (sim, erin, 120));
  sim_tell (sim, 10);
  ck_assert_ptr_eq (erin->state, sim_one (sim, "alice")->state);
  ck_assert_uint_eq (sim_one (sim, "alice")->state->members->len, 4);
}
END_TEST

/* V29: typed text waits until the inviter is heard, which answers the newcomer at once. */
static void
first_words (guint32 which)
{
  DemlsPolicy policy = preset (which);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", "erin", NULL);
  for (guint i = 0; i < 5; i++)
    {
      static const char *const names[] = { "frank", "grace", "heidi", "ivan", "judy" };
      SimHonest *newcomer = sim_one (sim, names[i]), *inviter = sim_world_honest (sim, i);
      sim_story_begin (sim);
      ck_assert (sim_honest_await (newcomer, inviter, &policy));
      sim_tell (sim, 1);
      if (policy.announce == DEMLS_ANNOUNCE_ASK)
        sim_honest_invite (inviter, &newcomer->base);
      sim_tell (sim, 1);
      for (guint k = 0; k < 5 + i; k++)
        sim_honest_vote (sim_world_honest (sim, k), sim_ballot (sim, 1), TRUE);
      gint64 end = sim->now + 600 * SIM_SECOND;
      while (!sim_honest_is_in (newcomer) && sim_world_step (sim, end))
        ;
      ck_assert (sim_honest_is_in (newcomer));
      sim_honest_say (newcomer, "hi");
      sim_tell (sim, 0.5);
      ck_assert_msg (count_told (sim, newcomer->base.name, "trusts the group") == 1, "%s", newcomer->base.name);
      ck_assert_uint_eq (count_told (sim, inviter->base.name, "reads \"hi\""), 1);
      sim_tell (sim, 120);
    }
}

START_TEST (first_words_in_quick)
{
  first_words (DEMLS_PRESET_QUICK);
}
END_TEST

START_TEST (first_words_in_chat)
{
  first_words (DEMLS_PRESET_CHAT);
}
END_TEST

/* --- stolen keys ------------------------------------------------------------------------------------------------- */

/* What somebody reads who has these rows and hears all packets published since. */
static char *
read_as_thief (SimWorld *sim, const SimHonest *victim, const SimStore *stolen, gint64 at)
{
  g_autoptr (GPtrArray) rows = sim_store_load (stolen);
  g_autoptr (Rng) rng = rng_new_seeded (13);
  DemlsEnv env = victim->env;
  env.rng = rng;
  g_autoptr (DemlsRunner) runner = demls_runner_restore (&env, rows, sim_clock_read (&victim->clock, at), NULL);
  ck_assert_ptr_nonnull (runner);
  const GPtrArray *history = sim_net_history (sim->net);
  GString *texts = g_string_new (NULL);
  for (guint i = 0; i < history->len; i++)
    {
      const SimPacket *packet = history->pdata[i];
      if (packet->at < at)
        continue;
      DemlsNow now = sim_clock_read (&victim->clock, packet->at);
      demls_runner_receive (runner, packet->subtopic, span_bytes (packet->payload), now, NULL);
      demls_runner_tick (runner, now);
      g_autoptr (GPtrArray) events = demls_runner_drain_events (runner);
      for (guint k = 0; k < events->len; k++)
        if (((const DemlsEvent *) events->pdata[k])->kind == DEMLS_EVENT_CHAT)
          g_string_append_printf (texts, "%s\n", ((const DemlsEvent *) events->pdata[k])->text);
    }
  return g_string_free (texts, FALSE);
}

/* V32, A7: a week later every client has made itself new keys, and the thief reads nothing any more. */
START_TEST (stolen_keys_heal_within_a_week)
{
  DemlsPolicy policy = preset (DEMLS_PRESET_CHAT);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  SimHonest *bob = sim_one (sim, "bob");
  g_autoptr (SimStore) stolen = sim_store_copy (bob->store);
  gint64 at = sim->now;
  sim_tell (sim, 1);
  sim_honest_say (sim_one (sim, "alice"), "read by the thief");
  sim_tell (sim, 8 * DAY);
  static const char *const names[] = { "alice", "bob", "carol" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *line = g_strdup_printf ("by %s: refresh", names[i]);
      ck_assert_msg (sim_was_told (sim, line), "%s has not refreshed", names[i]);
    }
  sim_honest_say (sim_one (sim, "alice"), "safe again");
  sim_tell (sim, 10);
  g_autofree char *texts = read_as_thief (sim, bob, stolen, at);
  ck_assert_str_eq (texts, "read by the thief\n");
}
END_TEST

/* V32: or after a thousand messages of its own. */
START_TEST (a_thousand_messages_make_new_keys)
{
  DemlsPolicy policy = preset (DEMLS_PRESET_QUICK);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  SimHonest *bob = sim_one (sim, "bob");
  for (guint i = 0; i < DEMLS_REFRESH_MESSAGES && !sim_was_told (sim, "by bob: refresh"); i++)
    {
      sim_honest_say (bob, "x");
      sim_tell (sim, 1);
    }
  sim_tell (sim, 60);
  ck_assert (sim_was_told (sim, "by bob: refresh"));
  ck_assert (!sim_was_told (sim, "by alice: refresh"));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    who_missed_everything_for_a_week,
    whose_broker_lost_its_queue,
    who_was_restored_from_an_old_backup,
    two_programs_with_one_profile,
    who_is_in_the_tree_and_asks_again,
    who_is_in_the_tree_and_has_no_welcome,
    first_words_in_quick,
    first_words_in_chat,
    stolen_keys_heal_within_a_week,
    a_thousand_messages_make_new_keys,
  };
  return run_tests ("scenarios/lost-and-found", tests, G_N_ELEMENTS (tests));
}
