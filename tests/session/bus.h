/* bus.h - small groups in one process: members on a virtual clock, joined by a bus that delays every packet a little.
 *
 * For the tests of this folder; all inline, because each test is one program of one file. After every step of every
 * member it is checked that a second tick at the same instant changes nothing, that nothing is due any more, and
 * (bus_restarts) that a member restored from its rows is the same.
 */
#ifndef DEMLS_TESTS_SESSION_BUS_H
#define DEMLS_TESTS_SESSION_BUS_H

#include "../lib/run.h"
#include "rules/member-id.h"
#include "session/error.h"
#include "session/runner-private.h"

#define BUS_ID "abcdefghijklmnopqrstuvwxyz"
#define BUS_DELAY (20 * G_TIME_SPAN_MILLISECOND)
#define SECONDS(n) ((gint64) (n) *G_TIME_SPAN_SECOND)

typedef struct {
  gint64 at;
  guint64 order;
  DemlsSubtopic subtopic;
  GBytes *payload;
} BusPacket;

typedef struct {
  DemlsEnv env;
  DemlsRunner *runner;
  GPtrArray *events;   /* all so far, of DemlsEvent */
  GArray *inbox;       /* of BusPacket, by arrival */
  GTree *rows;         /* what its store holds */
  gboolean deaf, mute; /* hears, is heard by nobody */
  guint n_sent;
  gint64 at; /* for traces */
} BusMember;

typedef struct {
  GPtrArray *members; /* of BusMember */
  gint64 mono;
  gint64 wall;
  guint64 order;
  gboolean restarts; /* restore every member after every step */
  gboolean (*drop) (const BusPacket *packet, guint from, guint to);
  gboolean stalls; /* what is dropped comes after bus_heal() instead of never */
} Bus;

static inline gint
bus_compare_rows (gconstpointer a, gconstpointer b, gpointer unused)
{
  (void) unused;
  return g_strcmp0 (a, b);
}

static inline void
bus_member_free (BusMember *self)
{
  demls_runner_free (self->runner);
  sign_key_unref (self->env.key);
  suite_unref (self->env.suite);
  rng_free (self->env.rng);
  g_ptr_array_unref (self->events);
  for (guint i = 0; i < self->inbox->len; i++)
    g_bytes_unref (g_array_index (self->inbox, BusPacket, i).payload);
  g_array_unref (self->inbox);
  g_tree_unref (self->rows);
  g_free (self);
}

static inline Bus *
bus_new (void)
{
  Bus *self = g_new0 (Bus, 1);
  self->members = g_ptr_array_new_with_free_func ((GDestroyNotify) bus_member_free);
  self->mono = SECONDS (1000);
  self->wall = 1700000000;
  return self;
}

static inline void
bus_free (Bus *self)
{
  g_ptr_array_unref (self->members);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bus, bus_free)

static inline DemlsNow
bus_now (const Bus *self)
{
  return (DemlsNow){ self->mono, self->wall + self->mono / G_TIME_SPAN_SECOND };
}

static inline BusMember *
bus_member (const Bus *self, guint i)
{
  return self->members->pdata[i];
}

static inline DemlsRunner *
bus_runner (const Bus *self, guint i)
{
  return bus_member (self, i)->runner;
}

/* A person without a runner yet; returns its number. */
static inline guint
bus_person (Bus *self, const char *nick)
{
  BusMember *member = g_new0 (BusMember, 1);
  member->env.suite = suite_new (1);
  member->env.rng = rng_new_seeded (1000 + self->members->len);
  member->env.key = sign_key_generate (member->env.suite, member->env.rng);
  member->env.nick = nick;
  member->events = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_event_free);
  member->inbox = g_array_new (FALSE, FALSE, sizeof (BusPacket));
  member->rows = g_tree_new_full (bus_compare_rows, NULL, g_free, (GDestroyNotify) g_bytes_unref);
  g_ptr_array_add (self->members, member);
  return self->members->len - 1;
}

/* --- one member --------------------------------------------------------------------------------------------------- */

static inline void
bus_deliver (Bus *self, guint from, const DemlsPacket *packet)
{
  if (bus_member (self, from)->mute)
    return;
  for (guint to = 0; to < self->members->len; to++)
    {
      BusMember *member = bus_member (self, to);
      BusPacket copy = { self->mono + BUS_DELAY, self->order++, packet->subtopic, packet->payload };
      gboolean dropped = self->drop && self->drop (&copy, from, to);
      if (to == from || member->deaf || (dropped && !self->stalls))
        continue;
      if (dropped)
        copy.at = DEMLS_NEVER;
      g_bytes_ref (copy.payload);
      g_array_append_val (member->inbox, copy);
    }
}

static inline void
bus_save (BusMember *member)
{
  g_autoptr (GPtrArray) rows = demls_runner_drain_rows (member->runner);
  for (guint i = 0; i < rows->len; i++)
    {
      const DemlsRow *row = rows->pdata[i];
      if (row->value)
        g_tree_replace (member->rows, g_strdup (row->key), g_bytes_ref (row->value));
      else
        g_tree_remove (member->rows, row->key);
    }
}

static inline gboolean
bus_add_row (gpointer key, gpointer value, gpointer rows)
{
  DemlsRow *row = g_new0 (DemlsRow, 1);
  row->key = g_strdup (key);
  row->value = g_bytes_ref (value);
  g_ptr_array_add (rows, row);
  return FALSE;
}

/* Throws a runner away and brings it back from its rows. */
static inline void
bus_restart (Bus *self, guint i)
{
  BusMember *member = bus_member (self, i);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_row_free);
  g_tree_foreach (member->rows, bus_add_row, rows);
  gint64 wakeup = demls_runner_next_wakeup (member->runner);
  gboolean answers = member->runner->catchup.jobs->len > 0;
  DemlsState state = demls_runner_state (member->runner);
  g_autoptr (GBytes) authenticator = span_dup (demls_runner_authenticator (member->runner));
  g_clear_pointer (&member->runner, demls_runner_free);
  member->runner = demls_runner_restore (&member->env, rows, bus_now (self), &error);
  if (!member->runner)
    g_error ("member %u is not restored: %s", i, error->message);
  ck_assert_int_eq (demls_runner_state (member->runner), state);
  ck_assert (span_equal (demls_runner_authenticator (member->runner), span_bytes (authenticator)));
  /* what is saved knows the time by whole seconds; answers that were due are not remembered (V31: others give them) */
  ck_assert (answers || wakeup == DEMLS_NEVER || demls_runner_next_wakeup (member->runner) <= wakeup + SECONDS (1));
}

static inline void
bus_take_events (BusMember *member)
{
  g_autoptr (GPtrArray) events = demls_runner_drain_events (member->runner);
  for (guint i = 0; i < events->len; i++)
    {
      const DemlsEvent *event = events->pdata[i];
      if (g_getenv ("BUS_TRACE"))
        g_printerr ("%.2f %s@%u: %s %s %s\n", (double) member->at / 1e6, member->env.nick,
                    (guint) demls_runner_epoch (member->runner), demls_event_name (event->kind),
                    event->kind == DEMLS_EVENT_PHASE_CHANGE ? demls_state_name (event->state) : "",
                    event->text ? event->text : "");
      g_ptr_array_add (member->events, events->pdata[i]);
    }
  g_ptr_array_set_free_func (events, NULL);
}

/* Ticks, saves, publishes and collects the events of one member; call after every action. */
static inline void
bus_settle (Bus *self, guint i)
{
  BusMember *member = bus_member (self, i);
  DemlsNow now = bus_now (self);
  if (!member->runner)
    return;
  demls_runner_tick (member->runner, now);
  bus_save (member);
  g_autoptr (GPtrArray) packets = demls_runner_drain_outbound (member->runner);
  for (guint k = 0; k < packets->len; k++)
    bus_deliver (self, i, packets->pdata[k]);
  member->n_sent += packets->len;
  demls_runner_published (member->runner, packets->len);
  member->at = self->mono;
  bus_take_events (member);
  bus_save (member);

  demls_runner_tick (member->runner, now);
  g_autoptr (GPtrArray) more = demls_runner_drain_outbound (member->runner);
  g_autoptr (GPtrArray) events = demls_runner_drain_events (member->runner);
  g_autoptr (GPtrArray) rows = demls_runner_drain_rows (member->runner);
  ck_assert_uint_eq (more->len, 0);
  ck_assert_uint_eq (events->len, 0);
  ck_assert_uint_eq (rows->len, 0);
  ck_assert_int_gt (demls_runner_next_wakeup (member->runner), self->mono);
  if (self->restarts && !demls_runner_is_over (member->runner))
    bus_restart (self, i);
}

/* Number 0 founds; others await. */
static inline void
bus_found (Bus *self, const DemlsPolicy *policy)
{
  g_autoptr (GError) error = NULL;
  BusMember *member = bus_member (self, 0);
  member->runner = demls_runner_found (&member->env, BUS_ID, "book club", policy, bus_now (self), &error);
  ck_assert_msg (member->runner != NULL, "%s", error ? error->message : "");
  bus_settle (self, 0);
}

static inline void
bus_await (Bus *self, guint i, guint64 expires_after_ms)
{
  g_autoptr (GError) error = NULL;
  BusMember *member = bus_member (self, i);
  DemlsJoinHint hint = { expires_after_ms, NULL };
  demls_runner_free (member->runner);
  member->runner = demls_runner_await (&member->env, BUS_ID, &hint, bus_now (self), &error);
  ck_assert_msg (member->runner != NULL, "%s", error ? error->message : "");
  bus_settle (self, i);
}

/* --- time --------------------------------------------------------------------------------------------------------- */

/* The index of the member's next packet, or -1. */
static inline gint
bus_next_packet (const BusMember *member)
{
  gint next = -1;
  for (guint i = 0; i < member->inbox->len; i++)
    {
      const BusPacket *packet = &g_array_index (member->inbox, BusPacket, i);
      const BusPacket *best = next < 0 ? NULL : &g_array_index (member->inbox, BusPacket, (guint) next);
      if (!best || packet->at < best->at || (packet->at == best->at && packet->order < best->order))
        next = (gint) i;
    }
  return next;
}

static inline gint64
bus_next (const Bus *self)
{
  gint64 next = DEMLS_NEVER;
  for (guint i = 0; i < self->members->len; i++)
    {
      const BusMember *member = bus_member (self, i);
      gint packet = bus_next_packet (member);
      if (member->runner && !demls_runner_is_over (member->runner))
        next = demls_earlier (next, demls_runner_next_wakeup (member->runner));
      if (packet >= 0)
        next = demls_earlier (next, g_array_index (member->inbox, BusPacket, (guint) packet).at);
    }
  return next;
}

static inline void
bus_feed (Bus *self, guint i)
{
  BusMember *member = bus_member (self, i);
  gint next = bus_next_packet (member);
  while (next >= 0 && g_array_index (member->inbox, BusPacket, (guint) next).at <= self->mono)
    {
      BusPacket packet = g_array_index (member->inbox, BusPacket, (guint) next);
      g_autoptr (GError) error = NULL;
      g_array_remove_index (member->inbox, (guint) next);
      if (member->runner
          && !demls_runner_receive (member->runner, packet.subtopic, span_bytes (packet.payload), bus_now (self),
                                    &error)
          && g_getenv ("BUS_TRACE"))
        g_printerr ("%.2f %s refuses: %s\n", (double) self->mono / 1e6, member->env.nick, error->message);
      g_bytes_unref (packet.payload);
      bus_settle (self, i);
      next = bus_next_packet (member);
    }
}

/* Lets `duration` microseconds pass, or until `done` says so. FALSE if it never did. */
static inline gboolean
bus_run_until (Bus *self, gint64 duration, gboolean (*done) (const Bus *self))
{
  gint64 end = self->mono + duration;
  for (;;)
    {
      if (done && done (self))
        return TRUE;
      gint64 next = bus_next (self);
      if (next > end)
        break;
      self->mono = MAX (next, self->mono);
      for (guint i = 0; i < self->members->len; i++)
        {
          BusMember *member = bus_member (self, i);
          bus_feed (self, i);
          if (member->runner && demls_runner_next_wakeup (member->runner) <= self->mono)
            bus_settle (self, i);
        }
    }
  self->mono = end;
  return FALSE;
}

static inline void
bus_run (Bus *self, gint64 duration)
{
  bus_run_until (self, duration, NULL);
}

/* What was held back comes now. */
static inline void
bus_heal (Bus *self)
{
  self->drop = NULL;
  for (guint i = 0; i < self->members->len; i++)
    {
      GArray *inbox = bus_member (self, i)->inbox;
      for (guint k = 0; k < inbox->len; k++)
        if (g_array_index (inbox, BusPacket, k).at == DEMLS_NEVER)
          g_array_index (inbox, BusPacket, k).at = self->mono + BUS_DELAY;
    }
}

/* --- looking ------------------------------------------------------------------------------------------------------ */

/* How often a member saw this kind of event; the newest one, or NULL. */
static inline guint
bus_count (const Bus *self, guint i, DemlsEventKind kind)
{
  guint n = 0;
  const GPtrArray *events = bus_member (self, i)->events;
  for (guint k = 0; k < events->len; k++)
    n += ((const DemlsEvent *) events->pdata[k])->kind == kind ? 1 : 0;
  return n;
}

static inline const DemlsEvent *
bus_last (const Bus *self, guint i, DemlsEventKind kind)
{
  const GPtrArray *events = bus_member (self, i)->events;
  for (guint k = events->len; k-- > 0;)
    if (((const DemlsEvent *) events->pdata[k])->kind == kind)
      return events->pdata[k];
  return NULL;
}

static inline guint
bus_has_chat (const Bus *self, guint i, const char *text)
{
  guint n = 0;
  const GPtrArray *events = bus_member (self, i)->events;
  for (guint k = 0; k < events->len; k++)
    {
      const DemlsEvent *event = events->pdata[k];
      n += event->kind == DEMLS_EVENT_CHAT && g_strcmp0 (event->text, text) == 0 ? 1 : 0;
    }
  return n;
}

static inline guint
bus_size (const Bus *self, guint i)
{
  g_autoptr (GPtrArray) members = demls_runner_members (bus_runner (self, i));
  return members->len;
}

/* The member id of a person. (transfer full) */
static inline GBytes *
bus_id (const Bus *self, guint i)
{
  guint8 id[DEMLS_MEMBER_ID_SIZE];
  demls_member_id (sign_key_public (bus_member (self, i)->env.key), id);
  return g_bytes_new (id, sizeof id);
}

static inline gboolean
bus_is_in (const Bus *self, guint i)
{
  const BusMember *member = bus_member (self, i);
  return member->runner && !demls_runner_is_over (member->runner)
         && demls_runner_state (member->runner) != DEMLS_STATE_PENDING_JOIN;
}

/* All who are in have one authenticator, and all are in Working. */
static inline gboolean
bus_agrees (const Bus *self)
{
  Span first = SPAN_EMPTY;
  for (guint i = 0; i < self->members->len; i++)
    {
      if (!bus_is_in (self, i))
        continue;
      Span authenticator = demls_runner_authenticator (bus_runner (self, i));
      if (first.len > 0 && !span_equal (first, authenticator))
        return FALSE;
      first = authenticator;
      if (demls_runner_state (bus_runner (self, i)) != DEMLS_STATE_WORKING)
        return FALSE;
    }
  return TRUE;
}

/* --- groups ------------------------------------------------------------------------------------------------------- */

/* Short durations, open announcements, everybody a steward up to five. */
static inline DemlsPolicy
bus_policy (void)
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

static inline gboolean
bus_all_in (const Bus *self)
{
  for (guint i = 0; i < self->members->len; i++)
    if (bus_member (self, i)->runner && !bus_is_in (self, i))
      return FALSE;
  return bus_agrees (self);
}

static inline const char *
bus_name (guint i)
{
  static const char *const names[] = { "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan" };
  return names[i % G_N_ELEMENTS (names)];
}

/* A group of `n` members who came one after the other. */
static inline Bus *
bus_group_with (guint n, const DemlsPolicy *policy, gboolean restarts)
{
  Bus *self = bus_new ();
  self->restarts = restarts;
  bus_person (self, bus_name (0));
  bus_found (self, policy);
  for (guint i = 1; i < n; i++)
    {
      bus_person (self, bus_name (i));
      bus_await (self, i, 600000);
      bus_run_until (self, SECONDS (120), bus_all_in);
    }
  bus_run (self, SECONDS (5));
  for (guint i = 0; i < n; i++)
    ck_assert_msg (bus_is_in (self, i), "%s is not in", bus_name (i));
  ck_assert (bus_agrees (self));
  return self;
}

static inline Bus *
bus_group (guint n, const DemlsPolicy *policy)
{
  return bus_group_with (n, policy, FALSE);
}

#endif
