/* bench-session.c - what a conversation costs and how long things take in it.
 *
 *   1. how long a join takes with each preset: when all five members vote at once, and when most stay silent
 *   2. the cost of one vote received in a group of a thousand, beside one unprotect and one signature verification
 *   3. how often an idle group wakes up
 *   4. bytes on the wire for one join, in groups of 5, 50 and 500
 *
 * Times of 1 and 3 are virtual (the simulator's), 2 is CPU time. Targets are printed, never asserted.
 */
#include <stdlib.h>
#include <string.h>

#include "../lib/primitives.h"
#include "../lib/sim/sim-hall.h"
#include "../lib/sim/sim-plan.h"
#include "../lib/sim/sim-record.h"
#include "../lib/sim/sim-sync.h"

#define DELAY (20 * G_TIME_SPAN_MILLISECOND)
#define PATIENCE (8 * 24 * 3600 * SIM_SECOND)

static const char *const names[] = { "alice", "bob", "carol", "dave", "erin" };

/* --- worlds ------------------------------------------------------------------------------------------------------ */

static SimWorld *
world_new (SimCounts *counts, const DemlsPolicy *policy)
{
  SimWorld *world = sim_world_new (1, counts, sim_log_new (1, g_getenv ("DEMLS_ECHO") != NULL));
  SimWeather fair = SIM_FAIR (DELAY);
  world->terse = TRUE;
  world->check_ticks = FALSE;
  sim_net_set_weather (world->net, &fair);
  SimPlan *plan = g_new0 (SimPlan, 1);
  plan->policy = *policy;
  world->plan = plan;
  return world;
}

/* `voters` members say yes to whatever is open: the steward asks all about every applicant. */
static void
all_say_yes (SimWorld *world, guint voters)
{
  for (guint i = 0; i < world->members->len; i++)
    {
      SimHonest *member = sim_world_honest (world, i);
      if (!member->runner || !member->state)
        continue;
      g_autoptr (GPtrArray) ballots = demls_runner_ballots (member->runner);
      for (guint j = 0; j < ballots->len; j++)
        {
          const SimBallot *ballot = sim_record_ballot (world, span_bytes (ballots->pdata[j]));
          if (sim_bits (ballot->yes) < voters && !(ballot->yes >> i & 1))
            sim_honest_vote (member, span_bytes (ballots->pdata[j]), TRUE);
        }
    }
}

/* Seconds until the newcomer is in, if so many members say yes as soon as they are asked. */
static double
join_one (SimWorld *world, SimHonest *newcomer, const DemlsPolicy *policy, guint voters)
{
  gint64 start = world->now;
  sim_honest_await (newcomer, sim_world_honest (world, 0), policy);
  while (!sim_honest_is_in (newcomer) && sim_world_step (world, start + PATIENCE))
    all_say_yes (world, voters);
  if (world->failure)
    g_error ("bench: %s", world->failure);
  if (!sim_honest_is_in (newcomer))
    return -1;
  double took = (double) (world->now - start) / SIM_SECOND;
  sim_world_run (world, world->now + SIM_SECOND);
  sim_honest_confirm (newcomer);
  sim_world_run (world, world->now + 5 * SIM_SECOND);
  return took;
}

static SimWorld *
world_of (SimCounts *counts, const DemlsPolicy *policy, guint n)
{
  SimWorld *world = world_new (counts, policy);
  sim_honest_found (sim_honest_add (world, names[0]), "Tea", policy);
  for (guint i = 1; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("m%u", i);
      SimHonest *member = sim_honest_add (world, i < G_N_ELEMENTS (names) ? names[i] : name);
      if (join_one (world, member, policy, G_MAXUINT) < 0)
        g_error ("bench: %s could not join", member->base.name);
    }
  return world;
}

/* --- 1, 3 -------------------------------------------------------------------------------------------------------- */

static void
join_latency (const char *preset_name, DemlsPreset preset, guint voters, const char *how)
{
  DemlsPolicy policy = demls_policy_preset (preset);
  g_autoptr (SimCounts) counts = sim_counts_new ();
  g_autoptr (SimWorld) world = world_of (counts, &policy, 5);
  double took = join_one (world, sim_honest_add (world, "frank"), &policy, voters);
  g_print ("join   %-6s %-28s %10.2f s%s\n", preset_name, how, took,
           voters == G_MAXUINT ? "   (target: 5 s and the network's delay)" : "");
}

static void
join_latencies (void)
{
  const struct {
    const char *name;
    DemlsPreset preset;
  } presets[] = { { "quick", DEMLS_PRESET_QUICK }, { "chat", DEMLS_PRESET_CHAT }, { "slow", DEMLS_PRESET_SLOW } };
  for (guint i = 0; i < G_N_ELEMENTS (presets); i++)
    {
      join_latency (presets[i].name, presets[i].preset, G_MAXUINT, "all vote at once");
      join_latency (presets[i].name, presets[i].preset, 2, "two vote, three stay silent");
    }
}

static void
idle_wake_ups (DemlsPreset preset, const char *name)
{
  DemlsPolicy policy = demls_policy_preset (preset);
  g_autoptr (SimCounts) counts = sim_counts_new ();
  g_autoptr (SimWorld) world = world_of (counts, &policy, 5);
  sim_world_run (world, world->now + 2 * 3600 * SIM_SECOND);
  guint64 before = counts->steps;
  guint sent = sim_net_history (world->net)->len;
  sim_world_run (world, world->now + 24 * 3600 * SIM_SECOND);
  g_print ("idle   %-6s five members, 24 h: %" G_GUINT64_FORMAT " wake-ups and packets, %u packets sent\n", name,
           counts->steps - before, sim_net_history (world->net)->len - sent);
}

/* --- 2 ----------------------------------------------------------------------------------------------------------- */

#define HALL 1000
#define VOTERS 30

static gint
compare_doubles (gconstpointer a, gconstpointer b)
{
  const double *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

static double
median (GArray *times)
{
  g_array_sort (times, compare_doubles);
  return g_array_index (times, double, times->len / 2);
}

/* The packet in which a member votes yes on the only open ballot. */
static GPtrArray *
vote_of (SimHall *hall, guint member)
{
  g_autoptr (GPtrArray) ballots = demls_runner_ballots (hall->runners[member]);
  if (ballots->len != 1)
    g_error ("bench: %u ballots are open at member %u", ballots->len, member);
  if (!demls_runner_vote (hall->runners[member], span_bytes (ballots->pdata[0]), TRUE, hall->now, NULL))
    g_error ("bench: member %u may not vote", member);
  return sim_hall_crank (hall, member);
}

/* One unprotect and one verification, by MLS alone. */
static double
floor_of (SimHall *hall, const DemlsPacket *packet)
{
  guint8 signature[SIGNATURE_MAX], message[68] = { 0 };
  gsize len = sign_message (hall->suite, hall->keys[0], SPAN_OF (message), signature);
  double start = cpu_time ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsReceived) received = mls_group_receive (hall->listener, span_bytes (packet->payload), &error);
  if (!received)
    g_error ("bench: %s", error->message);
  if (!sign_verify (hall->suite, sign_key_public (hall->keys[0]), SPAN_OF (message), span (signature, len)))
    g_error ("bench: verification failed");
  return cpu_time () - start;
}

static void
cost_of_a_vote (void)
{
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_CHAT);
  SimHall *hall = sim_hall_new (HALL, VOTERS + 2, &policy);
  if (!demls_runner_change (hall->runners[1], NULL, "Coffee", NULL, hall->now, NULL))
    g_error ("bench: no ballot");
  g_autoptr (GPtrArray) opening = sim_hall_crank (hall, 1);
  for (guint i = 0; i < hall->awake; i++)
    if (i != 1)
      for (guint j = 0; j < opening->len; j++)
        sim_hall_hand (hall, i, opening->pdata[j]);
  g_autoptr (GArray) costs = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) floors = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) whole = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint i = 2; i < hall->awake; i++)
    {
      g_autoptr (GPtrArray) votes = vote_of (hall, i);
      const DemlsPacket *packet = votes->pdata[0];
      double start = cpu_time ();
      demls_runner_receive (hall->runners[0], packet->subtopic, span_bytes (packet->payload), hall->now, NULL);
      double received = cpu_time ();
      g_ptr_array_unref (sim_hall_crank (hall, 0));
      g_array_append_vals (whole, &(double){ cpu_time () - start }, 1);
      g_array_append_vals (costs, &(double){ received - start }, 1);
      g_array_append_vals (floors, &(double){ floor_of (hall, packet) }, 1);
    }
  double cost = median (costs), floor = median (floors);
  g_print ("vote   received at n = %u: %.1f us; one unprotect and one verification: %.1f us; ratio %.2f (target 1.5)\n",
           HALL, cost, floor, cost / floor);
  g_print ("vote   with tick and drained rows: %.1f us\n", median (whole));
  sim_hall_free (hall);
}

/* --- 4 ----------------------------------------------------------------------------------------------------------- */

static gsize
packets_size (const GPtrArray *packets)
{
  gsize size = 0;
  for (guint i = 0; i < packets->len; i++)
    size += g_bytes_get_size (((const DemlsPacket *) packets->pdata[i])->payload);
  return size;
}

static void
hand_all (SimHall *hall, guint member, const GPtrArray *packets)
{
  for (guint i = 0; i < packets->len; i++)
    sim_hall_hand (hall, member, packets->pdata[i]);
}

/* The first steward who is awake (the listener is not), and how many come before it. */
static guint
steward_of (SimHall *hall, guint *distance)
{
  g_autoptr (GPtrArray) stewards = demls_runner_stewards (hall->runners[0]);
  guint found = G_MAXUINT;
  for (*distance = 0; *distance < stewards->len; ++*distance)
    if ((found = sim_hall_find (hall, span_bytes (stewards->pdata[*distance]))) != G_MAXUINT)
      return found;
  g_error ("no steward is awake");
}

/* Until one at this distance acts in place of those before it (V21). */
static double
turn_of (const DemlsPolicy *policy, guint distance)
{
  return distance ? (double) (policy->commit_inactivity_ms + distance * policy->recovery_inactivity_ms) / 1000 + 1 : 0;
}

/* The steward hears the applicant, opens the ballot, gets the votes that it needs, and commits. */
static void
bytes_of_a_join (guint n)
{
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_QUICK);
  SimHall *hall = sim_hall_new (n, n, &policy);
  guint distance, steward = steward_of (hall, &distance);
  g_autoptr (Rng) rng = rng_new_seeded (7);
  g_autoptr (SignKey) key = sign_key_generate (hall->suite, rng);
  DemlsEnv env = { .suite = hall->suite, .rng = rng, .key = key, .nick = "new" };
  g_autoptr (DemlsRunner) newcomer = demls_runner_await (&env, hall->id, NULL, hall->now, NULL);
  g_autoptr (GPtrArray) announcement = demls_runner_drain_outbound (newcomer);
  g_autoptr (GPtrArray) opening = NULL;
  const DemlsPacket *announce = announcement->pdata[0];
  demls_runner_receive (hall->runners[steward], announce->subtopic, span_bytes (announce->payload), hall->now, NULL);
  sim_hall_wait (hall, turn_of (&policy, distance));
  opening = sim_hall_crank (hall, steward);
  gsize votes = 0;
  guint q = (2 * n + 2) / 3, cast = 0;
  for (guint i = 0; i < hall->awake && cast < q; i++)
    {
      if (i != steward)
        hand_all (hall, i, opening);
      g_autoptr (GPtrArray) vote = vote_of (hall, i);
      votes += packets_size (vote);
      cast++;
      if (i != steward)
        hand_all (hall, steward, vote);
    }
  sim_hall_wait (hall, 3 + turn_of (&policy, distance));
  g_autoptr (GPtrArray) candidate = sim_hall_crank (hall, steward);
  g_print ("bytes  n = %3u: announcement %zu, proposal %zu, %u votes %zu, candidate and welcome %zu, together %zu\n", n,
           packets_size (announcement), packets_size (opening), cast, votes, packets_size (candidate),
           packets_size (announcement) + packets_size (opening) + votes + packets_size (candidate));
  sim_hall_free (hall);
}

int
main (void)
{
  cost_of_a_vote ();
  bytes_of_a_join (5);
  bytes_of_a_join (50);
  bytes_of_a_join (500);
  idle_wake_ups (DEMLS_PRESET_CHAT, "chat");
  join_latencies ();
  return EXIT_SUCCESS;
}
