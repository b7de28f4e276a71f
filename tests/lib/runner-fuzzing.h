/* runner-fuzzing.h - what the fuzz targets of rules and session, and the maker of their seeds, share: a group of five
 * with valid candidates, and a group of three runners that can be brought back to where it was.
 *
 * Header only, so that no other test program has to be linked with these floors. Everything follows from fixed seeds.
 */
#ifndef DEMLS_TESTS_RUNNER_FUZZING_H
#define DEMLS_TESTS_RUNNER_FUZZING_H

#include "../rules/world.h"
#include "rules/proposal-kind.h"
#include "session/runner-private.h"

/* --- candidates -------------------------------------------------------------------------------------------------- */

#define SCENE_PEOPLE 5

typedef struct {
  World *world;
  Person stranger;  /* whom somebody invites */
  guint judges[2];  /* persons who commit nothing */
  GPtrArray *valid; /* encoded candidates of the first member, of GBytes */
} CandidateScene;

/* Who opens a question, what it is, and who votes what. Takes `payload`. */
static inline GPtrArray *
candidate_scene_one (const CandidateScene *self, guint owner, GBytes *payload, const char *votes)
{
  return world_mandates (world_mandate (self->world, &self->world->person[owner], payload, votes), NULL);
}

static inline GBytes *
candidate_scene_invite (const CandidateScene *self)
{
  const Person *stranger = &self->stranger;
  return demls_ask_invite (self->world->person[0].epoch, person_package (stranger), person_id (stranger), NULL, 0);
}

/* One of each sort of mandates that the first member can commit. (transfer full) */
static inline GPtrArray *
candidate_scene_mandates (const CandidateScene *self, guint which)
{
  const DemlsEpoch *epoch = self->world->person[0].epoch;
  const Person *person = self->world->person;
  DemlsPolicy slow = demls_policy_preset (DEMLS_PRESET_SLOW);
  switch (which)
    {
    case 0:
      return candidate_scene_one (self, 1, candidate_scene_invite (self), "yyyy.");
    case 1:
      return candidate_scene_one (self, 1, demls_ask_remove (epoch, person_id (&person[3]), "spam"), "yyynn");
    case 2:
      return candidate_scene_one (self, 1, demls_ask_policy (epoch, &slow, "other"), "yyyyy");
    case 3:
      return candidate_scene_one (self, 2, demls_ask_remove (epoch, person_id (&person[2]), NULL), "..y..");
    case 4:
      return candidate_scene_one (self, 0, demls_ask_refresh (epoch), "y....");
    case 5:
      return candidate_scene_one (self, 1, candidate_scene_invite (self), "YY...");
    default:
      return NULL;
    }
}

static inline gboolean
candidate_scene_alive (const DemlsEpoch *epoch, const GPtrArray *mandates)
{
  for (guint i = 0; i < mandates->len; i++)
    {
      const DemlsMandate *mandate = mandates->pdata[i];
      if (!demls_kind_commits (mandate->request->kind) || !demls_request_is_alive (mandate->request, epoch, NULL))
        return FALSE;
    }
  return demls_mandates_fit (mandates, NULL);
}

/* The first member commits these mandates, whatever they are worth; those that ask for nothing in this epoch get a
 * commit that changes nothing. NULL if the engine cannot make it. (transfer full) */
static inline GBytes *
candidate_scene_commit (const CandidateScene *self, const GPtrArray *mandates, GError **error)
{
  const Person *committer = &self->world->person[0];
  const DemlsEpoch *epoch = committer->epoch;
  g_autoptr (DemlsGovernance) next = candidate_scene_alive (epoch, mandates) ? demls_candidate_next (epoch, mandates)
                                                                             : demls_governance_ref (epoch->governance);
  g_autoptr (GPtrArray) proposals = demls_candidate_proposals (epoch, mandates, next);
  g_autoptr (GBytes) data = demls_mandates_authenticated_data (mandates);
  MlsCommitOptions options = { .proposals = proposals, .authenticated_data = span_bytes (data) };
  g_autoptr (Rng) rng = rng_new_seeded (11);
  g_autoptr (MlsOwnCommit) commit = mls_group_commit (committer->group, rng, &options, error);
  if (!commit)
    return NULL;
  return demls_candidate_encode (epoch, commit->message, person_id (committer), mandates, commit->welcome);
}

/* Made by the first call; never freed. */
static inline const CandidateScene *
candidate_scene (void)
{
  static CandidateScene *self;
  if (self)
    return self;
  self = g_new0 (CandidateScene, 1);
  self->world = world_new (SCENE_PEOPLE, NULL);
  self->stranger = person_new (self->world->suite, self->world->rng, NULL);
  self->judges[0] = 1;
  self->judges[1] = 4;
  self->valid = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint which = 0;; which++)
    {
      g_autoptr (GPtrArray) mandates = candidate_scene_mandates (self, which);
      g_autoptr (GError) error = NULL;
      if (!mandates)
        return self;
      g_ptr_array_add (self->valid, world_must (candidate_scene_commit (self, mandates, &error), error));
    }
}

/* --- runners ----------------------------------------------------------------------------------------------------- */

#define STAGE_MEMBERS 3
#define STAGE_ID "abcdefghijklmnopqrstuvwxyz"
#define STAGE_STEP (20 * G_TIME_SPAN_MILLISECOND)

typedef struct {
  DemlsEnv env;
  DemlsRunner *runner;
  GTree *rows;       /* what its store holds */
  GPtrArray *outbox; /* of DemlsPacket: said, and not delivered yet */
} Actor;

typedef struct {
  Actor actor[STAGE_MEMBERS];
  DemlsNow now;
} Stage;

static inline gint
stage_compare (gconstpointer a, gconstpointer b, gpointer unused)
{
  (void) unused;
  return strcmp (a, b);
}

static inline GTree *
stage_rows_new (void)
{
  return g_tree_new_full (stage_compare, NULL, g_free, (GDestroyNotify) g_bytes_unref);
}

/* Stores what changed; how many rows that were. */
static inline guint
actor_save (Actor *self)
{
  g_autoptr (GPtrArray) rows = demls_runner_drain_rows (self->runner);
  for (guint i = 0; i < rows->len; i++)
    {
      const DemlsRow *row = rows->pdata[i];
      if (row->value)
        g_tree_replace (self->rows, g_strdup (row->key), g_bytes_ref (row->value));
      else
        g_tree_remove (self->rows, row->key);
    }
  return rows->len;
}

static inline gboolean
stage_add_row (gpointer key, gpointer value, gpointer rows)
{
  DemlsRow *row = g_new0 (DemlsRow, 1);
  row->key = g_strdup (key);
  row->value = g_bytes_ref (value);
  g_ptr_array_add (rows, row);
  return FALSE;
}

/* A runner made of what the store holds; it must be possible. (transfer full) */
static inline DemlsRunner *
actor_restored (const Actor *self, DemlsNow now)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_row_free);
  g_tree_foreach (self->rows, stage_add_row, rows);
  return world_must (demls_runner_restore (&self->env, rows, now, &error), error);
}

/* Ticks, saves, takes the packets and drops the events; then nothing may be due any more at this instant. */
static inline void
actor_settle (Actor *self, DemlsNow now)
{
  demls_runner_tick (self->runner, now);
  actor_save (self);
  g_autoptr (GPtrArray) packets = demls_runner_drain_outbound (self->runner);
  demls_runner_published (self->runner, packets->len);
  g_ptr_array_unref (demls_runner_drain_events (self->runner));
  actor_save (self);
  g_ptr_array_extend_and_steal (self->outbox, g_steal_pointer (&packets));

  demls_runner_tick (self->runner, now);
  g_autoptr (GPtrArray) more = demls_runner_drain_outbound (self->runner);
  g_autoptr (GPtrArray) events = demls_runner_drain_events (self->runner);
  if (actor_save (self) > 0 || more->len > 0 || events->len > 0)
    g_error ("fuzz: a second tick changes something");
  if (demls_runner_next_wakeup (self->runner) <= now.mono)
    g_error ("fuzz: something is still due after a tick");
}

/* Forgets the runner; the one that its rows make is the same. */
static inline void
actor_restart (Actor *self, DemlsNow now)
{
  if (demls_runner_is_over (self->runner))
    return;
  g_autoptr (DemlsRunner) old = g_steal_pointer (&self->runner);
  self->runner = actor_restored (self, now);
  if (demls_runner_state (old) != demls_runner_state (self->runner)
      || demls_runner_epoch (old) != demls_runner_epoch (self->runner)
      || !span_equal (demls_runner_authenticator (old), demls_runner_authenticator (self->runner)))
    g_error ("fuzz: restored as something else");
}

static inline void
stage_pass (Stage *self, gint64 duration)
{
  gint64 seconds = (self->now.mono + duration) / G_TIME_SPAN_SECOND - self->now.mono / G_TIME_SPAN_SECOND;
  self->now.mono += duration;
  self->now.wall += seconds;
}

/* Gives everybody what one of them said, and forgets it. */
static inline void
stage_deliver (Stage *self, guint from)
{
  g_autoptr (GPtrArray) packets = self->actor[from].outbox;
  self->actor[from].outbox = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_packet_free);
  for (guint i = 0; i < packets->len; i++)
    for (guint to = 0; to < STAGE_MEMBERS; to++)
      {
        const DemlsPacket *packet = packets->pdata[i];
        Actor *actor = &self->actor[to];
        if (to == from || !actor->runner)
          continue;
        demls_runner_receive (actor->runner, packet->subtopic, span_bytes (packet->payload), self->now, NULL);
        actor_settle (actor, self->now);
      }
}

/* Time passes, and everybody hears everybody. */
static inline void
stage_run (Stage *self, guint steps)
{
  for (guint step = 0; step < steps; step++)
    {
      stage_pass (self, STAGE_STEP);
      for (guint i = 0; i < STAGE_MEMBERS; i++)
        if (self->actor[i].runner && demls_runner_next_wakeup (self->actor[i].runner) <= self->now.mono)
          actor_settle (&self->actor[i], self->now);
      for (guint i = 0; i < STAGE_MEMBERS; i++)
        if (self->actor[i].runner)
          stage_deliver (self, i);
    }
}

/* Short durations, and everybody is let in. */
static inline DemlsPolicy
stage_policy (void)
{
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_QUICK);
  policy.preset = DEMLS_PRESET_CUSTOM;
  policy.voting_delay_ms = 1000;
  policy.election_voting_delay_ms = 500;
  policy.consensus_timeout_ms = 5000;
  policy.proposal_expiration_ms = 60000;
  policy.commit_batch_delay_ms = 200;
  policy.commit_inactivity_ms = 3000;
  policy.freeze_ms = 1000;
  policy.recovery_inactivity_ms = 1000;
  policy.rollback_window_ms = 60000;
  return policy;
}

static inline void
actor_init (Actor *self, guint number)
{
  static const char *const names[] = { "alice", "bob", "carol" };
  self->env.suite = suite_new (1);
  self->env.rng = rng_new_seeded (1000 + number);
  self->env.key = sign_key_generate (self->env.suite, self->env.rng);
  self->env.nick = names[number];
  self->rows = stage_rows_new ();
  self->outbox = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_packet_free);
}

/* Three who came one after the other. (transfer full) */
static inline Stage *
stage_new (void)
{
  Stage *self = g_new0 (Stage, 1);
  self->now = (DemlsNow){ 1000 * G_TIME_SPAN_SECOND, 1700000000 };
  DemlsPolicy policy = stage_policy ();
  DemlsJoinHint hint = { 600000, NULL };
  for (guint i = 0; i < STAGE_MEMBERS; i++)
    {
      Actor *actor = &self->actor[i];
      g_autoptr (GError) error = NULL;
      actor_init (actor, i);
      actor->runner = i == 0 ? demls_runner_found (&actor->env, STAGE_ID, "book club", &policy, self->now, &error)
                             : demls_runner_await (&actor->env, STAGE_ID, &hint, self->now, &error);
      world_must (actor->runner, error);
      actor_settle (actor, self->now);
      for (guint k = 0; k < 100 && demls_runner_state (actor->runner) == DEMLS_STATE_PENDING_JOIN; k++)
        stage_run (self, 50);
      stage_run (self, 250);
      if (demls_runner_state (actor->runner) != DEMLS_STATE_WORKING)
        g_error ("fuzz: %s is not in", actor->env.nick);
    }
  return self;
}

static inline gboolean
stage_copy_row (gpointer key, gpointer value, gpointer rows)
{
  g_tree_replace (rows, g_strdup (key), g_bytes_ref (value));
  return FALSE;
}

/* The same three again, from their rows. (transfer full) */
static inline Stage *
stage_copy (const Stage *from)
{
  Stage *self = g_new0 (Stage, 1);
  self->now = from->now;
  for (guint i = 0; i < STAGE_MEMBERS; i++)
    {
      Actor *actor = &self->actor[i];
      actor->env = from->actor[i].env;
      actor->env.rng = rng_new_seeded (2000 + i);
      actor->rows = stage_rows_new ();
      g_tree_foreach (from->actor[i].rows, stage_copy_row, actor->rows);
      actor->outbox = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_packet_free);
      actor->runner = actor_restored (actor, self->now);
    }
  return self;
}

/* Frees a copy. */
static inline void
stage_free (Stage *self)
{
  for (guint i = 0; i < STAGE_MEMBERS; i++)
    {
      Actor *actor = &self->actor[i];
      demls_runner_free (actor->runner);
      g_tree_unref (actor->rows);
      g_ptr_array_unref (actor->outbox);
      rng_free (actor->env.rng);
    }
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stage, stage_free)

#endif
