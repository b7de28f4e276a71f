#include "sim-world.h"

#include <string.h>

#include "rules/member-id.h"
#include "sim-honest.h"
#include "sim-record.h"
#include "sim-sync.h"

/* So many wake-ups without time going on are a member that spins. */
#define SPINS_MAX 200

typedef struct {
  gint64 at;
  guint64 order;
  SimTask task;
  gpointer data;
} Task;

static void
task_free (gpointer data)
{
  g_free (((Task *) data)->data);
  g_free (data);
}

static void
member_free (gpointer data)
{
  ((SimMember *) data)->ops->free (data);
}

SimWorld *
sim_world_new (guint64 seed, SimCounts *counts, SimLog *log)
{
  SimWorld *self = g_new0 (SimWorld, 1);
  self->seed = seed;
  self->suite = suite_new (1);
  self->rng = rng_new_seeded (seed);
  self->net = sim_net_new (seed ^ G_GUINT64_CONSTANT (0x6e6574), counts);
  self->log = log;
  self->counts = counts;
  self->members = g_ptr_array_new_with_free_func (member_free);
  self->tasks = g_sequence_new (task_free);
  self->record = sim_record_new ();
  self->synchronous_since = DEMLS_NEVER;
  self->check_ticks = TRUE;
  for (guint i = 0; i < 26; i++)
    self->conversation[i] = "abcdefghijklmnopqrstuvwxyz234567"[rng_below (self->rng, 32)];
  return self;
}

void
sim_world_free (SimWorld *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->members);
  sim_record_free (self->record);
  g_sequence_free (self->tasks);
  sim_net_free (self->net);
  sim_log_free (self->log);
  rng_free (self->rng);
  suite_unref (self->suite);
  g_free (self->plan);
  g_free (self->failure);
  g_free (self);
}

void
sim_world_add (SimWorld *self, SimMember *member)
{
  member->world = self;
  member->index = self->members->len;
  g_ptr_array_add (self->members, member);
}

SimMember *
sim_world_member (const SimWorld *self, guint index)
{
  return self->members->pdata[index];
}

SimMember *
sim_world_find (const SimWorld *self, Span id)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      SimMember *member = self->members->pdata[i];
      if (span_equal (id, SPAN_OF (member->id)))
        return member;
    }
  return NULL;
}

SimMember *
sim_world_named (const SimWorld *self, const char *name)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      SimMember *member = self->members->pdata[i];
      if (!strcmp (member->name, name))
        return member;
    }
  return NULL;
}

SimHonest *
sim_world_honest (const SimWorld *self, guint index)
{
  SimMember *member = self->members->pdata[index];
  return member->honest ? (SimHonest *) member : NULL;
}

SimHonest *
sim_world_player (const SimWorld *self, guint index)
{
  SimMember *member = self->members->pdata[index];
  return member->honest || member->liar ? (SimHonest *) member : NULL;
}

guint64
sim_world_liars (const SimWorld *self)
{
  guint64 bits = 0;
  for (guint i = 0; i < self->members->len; i++)
    bits |= (guint64) sim_world_member (self, i)->liar << i;
  return bits;
}

/* --- tasks ------------------------------------------------------------------------------------------------------- */

static gint
compare_tasks (gconstpointer a, gconstpointer b, gpointer unused)
{
  const Task *x = a, *y = b;
  (void) unused;
  if (x->at != y->at)
    return x->at < y->at ? -1 : 1;
  return x->order < y->order ? -1 : x->order > y->order;
}

void
sim_world_later (SimWorld *self, gint64 at, SimTask task, gpointer data)
{
  Task *entry = g_new0 (Task, 1);
  entry->at = MAX (at, self->now);
  entry->order = self->task_order++;
  entry->task = task;
  entry->data = data;
  g_sequence_insert_sorted (self->tasks, entry, compare_tasks, NULL);
}

static const Task *
first_task (const SimWorld *self)
{
  GSequenceIter *first = g_sequence_get_begin_iter (self->tasks);
  return g_sequence_iter_is_end (first) ? NULL : g_sequence_get (first);
}

static void
do_first_task (SimWorld *self)
{
  Task *entry = g_new (Task, 1);
  GSequenceIter *first = g_sequence_get_begin_iter (self->tasks);
  Task *kept = g_sequence_get (first);
  *entry = *kept;
  kept->data = NULL;
  g_sequence_remove (first);
  entry->task (self, entry->data);
  task_free (entry);
}

/* --- stepping ---------------------------------------------------------------------------------------------------- */

static gint64
next_of (SimMember *member)
{
  return member->ops->next ? member->ops->next (member) : DEMLS_NEVER;
}

/* The member that wakes up first, the lowest index among equals. */
static SimMember *
first_to_wake (const SimWorld *self, gint64 *at)
{
  SimMember *first = NULL;
  *at = DEMLS_NEVER;
  for (guint i = 0; i < self->members->len; i++)
    {
      gint64 next = next_of (self->members->pdata[i]);
      if (next < *at)
        {
          *at = next;
          first = self->members->pdata[i];
        }
    }
  return first;
}

static void
wake (SimWorld *self, SimMember *member)
{
  if (self->spun_at != self->now)
    self->spins = 0;
  self->spun_at = self->now;
  if (++self->spins > SPINS_MAX)
    {
      sim_fail (self, "tick", "%s wakes up again and again without time going on", member->name);
      return;
    }
  member->ops->wake (member);
}

gboolean
sim_world_step (SimWorld *self, gint64 until)
{
  if (self->failure)
    return FALSE;
  gint64 wake_at;
  SimMember *sleeper = first_to_wake (self, &wake_at);
  gint64 packet_at = sim_net_next (self->net);
  const Task *task = first_task (self);
  gint64 at = demls_earlier (demls_earlier (wake_at, packet_at), task ? task->at : DEMLS_NEVER);
  if (at > until || at == DEMLS_NEVER)
    return FALSE;
  self->now = MAX (self->now, at);
  self->counts->steps++;
  SimDelivery delivery;
  if (packet_at <= self->now && sim_net_take (self->net, self->now, &delivery))
    {
      SimMember *member = sim_world_member (self, delivery.to);
      if (member->ops->receive)
        member->ops->receive (member, &delivery);
    }
  else if (wake_at <= self->now)
    wake (self, sleeper);
  else
    do_first_task (self);
  sim_check_synchronous (self);
  return !self->failure;
}

gboolean
sim_world_run (SimWorld *self, gint64 until)
{
  while (sim_world_step (self, until))
    ;
  if (!self->failure)
    self->now = MAX (self->now, until);
  return !self->failure;
}

/* --- failing and drawing ----------------------------------------------------------------------------------------- */

void
sim_fail (SimWorld *self, const char *invariant, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *what = g_strdup_vprintf (format, args);
  va_end (args);
  sim_log (self->log, self->now, NULL, "VIOLATION of %s: %s", invariant, what);
  const char *known = g_getenv ("DEMLS_SIM_IGNORE");
  if (known && strstr (known, invariant))
    return;
  if (!self->failure)
    self->failure = g_strdup_printf ("%s: %s", invariant, what);
}

const char *
sim_world_failure (const SimWorld *self)
{
  return self->failure;
}

guint
sim_draw (SimWorld *self, guint n)
{
  return rng_below (self->rng, n);
}

gboolean
sim_chance (SimWorld *self, guint percent)
{
  return sim_draw (self, 100) < percent;
}

gint64
sim_draw_time (SimWorld *self, gint64 from, gint64 to)
{
  if (to <= from)
    return from;
  guint steps = (guint) MIN ((to - from) / 1000 + 1, (gint64) G_MAXUINT32);
  return from + (gint64) sim_draw (self, steps) * 1000;
}
