/* world.h - several people with memory stores on one memory bus and one virtual clock; for the tests of this folder.
 */
#ifndef DEMLS_TESTS_USER_WORLD_H
#define DEMLS_TESTS_USER_WORLD_H

#include "../lib/fake-store.h"
#include "../lib/memory-delivery.h"
#include "../lib/run.h"
#include "user/user.h"

#define SECONDS(n) ((gint64) (n) *G_TIME_SPAN_SECOND)
#define WORLD_STEP (20 * G_TIME_SPAN_MILLISECOND)

typedef struct _World World;

typedef struct {
  World *world;
  const char *name;
  DemlsStore *store;
  Suite *suite;
  Rng *rng;
  DemlsDelivery *delivery;
  DemlsDeliverySink sink;
  DemlsUser *user;
  GPtrArray *events; /* of DemlsUserEvent, all so far */
  gboolean gone;     /* its client does not run */
  gsize position;
} Person;

struct _World {
  MemoryBus *bus;
  GPtrArray *people;
  gint64 mono;
  gint64 wall;
};

static inline DemlsNow
world_now (const World *self)
{
  return (DemlsNow){ self->mono, self->wall + self->mono / G_TIME_SPAN_SECOND };
}

/* --- one person --------------------------------------------------------------------------------------------------- */

static inline void
person_packet (gpointer data, const char *conversation, DemlsChannel channel, Span payload)
{
  Person *self = data;
  demls_user_receive (self->user, conversation, channel, payload, world_now (self->world), NULL);
}

static inline void
person_delivered (gpointer data, guint64 token)
{
  Person *self = data;
  demls_user_delivered (self->user, token, world_now (self->world));
}

static inline void
person_refused (gpointer data, guint64 token, const GError *why)
{
  Person *self = data;
  demls_user_refused (self->user, token, why, world_now (self->world));
}

static inline void
person_link (gpointer data, DemlsLink link, const char *problem)
{
  Person *self = data;
  demls_user_link (self->user, link, problem, world_now (self->world));
}

static inline void
person_notice (gpointer data, const GError *what)
{
  Person *self = data;
  demls_user_notice (self->user, what, world_now (self->world));
}

static inline void
person_drain (Person *self)
{
  g_autoptr (GPtrArray) events = demls_user_drain_events (self->user);
  g_ptr_array_set_free_func (events, NULL);
  for (guint i = 0; i < events->len; i++)
    {
      const DemlsUserEvent *event = events->pdata[i];
      if (g_getenv ("WORLD_TRACE"))
        g_printerr ("%.2f %s: %d %s %s\n", (double) self->world->mono / 1e6, self->name, event->kind,
                    event->event ? demls_event_name (event->event->kind) : "",
                    event->event && event->event->text ? event->event->text
                    : event->text                      ? event->text
                                                       : "");
      g_ptr_array_add (self->events, events->pdata[i]);
    }
}

static inline void
person_start (Person *self)
{
  g_autoptr (GError) error = NULL;
  self->user = demls_user_new (self->store, self->suite, self->rng, self->name, world_now (self->world), &error);
  if (!self->user)
    g_error ("%s does not start: %s", self->name, error->message);
  self->delivery = memory_delivery_new (self->world->bus, self->position);
  self->delivery->ops->open (self->delivery, &self->sink);
  demls_user_set_delivery (self->user, self->delivery);
  self->gone = FALSE;
}

/* As if killed: nothing more is saved. */
static inline void
person_kill (Person *self)
{
  g_clear_pointer (&self->user, demls_user_free);
  self->position = memory_delivery_position (self->delivery);
  self->delivery->ops->close (self->delivery);
  self->delivery = NULL;
  self->gone = TRUE;
}

static inline void
person_restart (Person *self)
{
  person_kill (self);
  person_start (self);
}

static inline void
person_free (gpointer data)
{
  Person *self = data;
  if (!self->gone)
    person_kill (self);
  self->store->ops->close (self->store);
  suite_unref (self->suite);
  rng_free (self->rng);
  g_ptr_array_unref (self->events);
  g_free (self);
}

/* --- all of them -------------------------------------------------------------------------------------------------- */

static inline World *
world_new (void)
{
  World *self = g_new0 (World, 1);
  self->bus = memory_bus_new ();
  self->people = g_ptr_array_new_with_free_func (person_free);
  self->mono = SECONDS (1000);
  self->wall = 1700000000;
  return self;
}

static inline void
world_free (World *self)
{
  g_ptr_array_unref (self->people);
  memory_bus_free (self->bus);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

/* Somebody whose rows are in `store`, which it closes. */
static inline Person *
world_person_with (World *self, const char *name, DemlsStore *store)
{
  Person *person = g_new0 (Person, 1);
  person->world = self;
  person->name = name;
  person->store = store;
  person->suite = suite_new (1);
  person->rng = rng_new_seeded (500 + self->people->len);
  person->sink =
      (DemlsDeliverySink){ person, person_packet, person_delivered, person_refused, person_link, person_notice };
  person->events = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_user_event_free);
  g_ptr_array_add (self->people, person);
  person_start (person);
  return person;
}

static inline Person *
world_person (World *self, const char *name)
{
  return world_person_with (self, name, fake_store_new ());
}

static inline void
world_step (World *self)
{
  memory_bus_pump (self->bus, 1000);
  for (guint i = 0; i < self->people->len; i++)
    {
      Person *person = self->people->pdata[i];
      if (person->gone)
        continue;
      demls_user_tick (person->user, world_now (self));
      person_drain (person);
    }
  self->mono += WORLD_STEP;
}

static inline gboolean
world_run_until (World *self, gint64 duration, gboolean (*done) (World *self, gconstpointer data), gconstpointer data)
{
  for (gint64 end = self->mono + duration; self->mono < end;)
    {
      if (done && done (self, data))
        return TRUE;
      world_step (self);
    }
  return done && done (self, data);
}

static inline void
world_run (World *self, gint64 duration)
{
  world_run_until (self, duration, NULL, NULL);
}

/* --- looking ------------------------------------------------------------------------------------------------------ */

static inline guint
person_count (const Person *self, DemlsEventKind kind, const char *text)
{
  guint n = 0;
  for (guint i = 0; i < self->events->len; i++)
    {
      const DemlsUserEvent *event = self->events->pdata[i];
      n += event->event && event->event->kind == kind && (!text || g_strcmp0 (event->event->text, text) == 0);
    }
  return n;
}

static inline guint
person_count_kind (const Person *self, DemlsUserEventKind kind)
{
  guint n = 0;
  for (guint i = 0; i < self->events->len; i++)
    n += ((const DemlsUserEvent *) self->events->pdata[i])->kind == kind;
  return n;
}

static inline const DemlsEvent *
person_last (const Person *self, DemlsEventKind kind)
{
  for (guint i = self->events->len; i-- > 0;)
    {
      const DemlsUserEvent *event = self->events->pdata[i];
      if (event->event && event->event->kind == kind)
        return event->event;
    }
  return NULL;
}

static inline gboolean
person_is_in (const Person *self, const char *id)
{
  const DemlsRunner *runner = self->gone ? NULL : demls_user_runner (self->user, id);
  return runner && demls_runner_governance (runner);
}

/* All who are in have one authenticator and nothing going on. */
static inline gboolean
world_agrees (World *self, gconstpointer id)
{
  Span first = SPAN_EMPTY;
  for (guint i = 0; i < self->people->len; i++)
    {
      const Person *person = self->people->pdata[i];
      if (!person_is_in (person, id))
        continue;
      const DemlsRunner *runner = demls_user_runner (person->user, id);
      Span authenticator = demls_runner_authenticator (runner);
      if ((first.len && !span_equal (first, authenticator)) || demls_runner_state (runner) != DEMLS_STATE_WORKING)
        return FALSE;
      first = authenticator;
    }
  return TRUE;
}

static inline gboolean
world_all_in (World *self, gconstpointer id)
{
  for (guint i = 0; i < self->people->len; i++)
    {
      const Person *person = self->people->pdata[i];
      if (!person->gone && demls_user_runner (person->user, id) && !person_is_in (person, id))
        return FALSE;
    }
  return world_agrees (self, id);
}

static inline DemlsPolicy
world_policy (void)
{
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_QUICK);
  policy.preset = DEMLS_PRESET_CUSTOM;
  policy.voting_delay_ms = 500;
  policy.election_voting_delay_ms = 500;
  policy.consensus_timeout_ms = 3000;
  policy.proposal_expiration_ms = 60000;
  policy.commit_batch_delay_ms = 200;
  policy.commit_inactivity_ms = 3000;
  policy.freeze_ms = 1000;
  policy.recovery_inactivity_ms = 1000;
  policy.rollback_window_ms = 60000;
  return policy;
}

/* The first person founds a group; its id. (transfer full) */
static inline char *
world_found (World *self)
{
  g_autoptr (GError) error = NULL;
  DemlsPolicy policy = world_policy ();
  Person *founder = self->people->pdata[0];
  world_step (self);
  char *id = demls_user_found (founder->user, "book club", &policy, FALSE, world_now (self), &error);
  ck_assert_msg (id != NULL, "%s", error ? error->message : "");
  return id;
}

/* Everybody else joins by the founder's link, one after the other. */
static inline void
world_gather (World *self, const char *id)
{
  const Person *founder = self->people->pdata[0];
  g_autofree char *link = demls_user_make_link (founder->user, id, NULL);
  for (guint i = 1; i < self->people->len; i++)
    {
      g_autoptr (GError) error = NULL;
      Person *person = self->people->pdata[i];
      g_autofree char *same = demls_user_join (person->user, link, world_now (self), &error);
      ck_assert_msg (same != NULL, "%s", error ? error->message : "");
      ck_assert_str_eq (same, id);
      world_run_until (self, SECONDS (60), world_all_in, id);
    }
  world_run (self, SECONDS (5));
  ck_assert (world_all_in (self, id));
}

#endif
