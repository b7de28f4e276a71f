/* sim-world.h - a world of whole members in one process and one thread, with a time that jumps.
 *
 * A member is the shipped core, unchanged (sim-honest.h), or a script that sees and sends packets. The world goes from
 * one instant at which something is due to the next: a delivery, a member's wake-up, or a task. What was due first is
 * done first, in the order deliveries, members by index, tasks; so a seed repeats byte for byte.
 *
 * The first violation of an invariant (reliability section 4) ends the world; sim_world_failure() tells which.
 */
#ifndef DEMLS_TESTS_SIM_WORLD_H
#define DEMLS_TESTS_SIM_WORLD_H

#include "rules/governance.h"
#include "sim-clock.h"
#include "sim-count.h"
#include "sim-log.h"
#include "sim-net.h"

#define SIM_MEMBERS_MAX SIM_NODES_MAX
#define SIM_SECOND G_TIME_SPAN_SECOND

typedef struct _SimWorld SimWorld;
typedef struct _SimMember SimMember;
typedef struct _SimRecord SimRecord;
typedef struct _SimHonest SimHonest;

/* How a member is driven. All but free may be NULL. */
typedef struct {
  void (*receive) (SimMember *self, const SimDelivery *delivery);
  void (*wake) (SimMember *self);   /* its instant has come */
  gint64 (*next) (SimMember *self); /* the next one, of the world's time, or DEMLS_NEVER */
  void (*free) (SimMember *self);
} SimMemberOps;

struct _SimMember {
  const SimMemberOps *ops;
  SimWorld *world;
  guint index; /* also its node on the net */
  const char *name;
  gboolean honest;
  gboolean liar; /* was honest once: a SimHonest that lies (sim-liar.h) */
  guint8 id[DEMLS_MEMBER_ID_SIZE];
};

/* Something to be done at an instant. */
typedef void (*SimTask) (SimWorld *world, gpointer data);

struct _SimWorld {
  guint64 seed;
  gint64 now;
  Suite *suite;
  Rng *rng; /* plans and users */
  SimNet *net;
  SimLog *log;
  SimCounts *counts;
  GPtrArray *members; /* of SimMember */
  GSequence *tasks;
  guint64 task_order;
  SimRecord *record; /* sim-record.h */
  char conversation[27];
  char *failure;
  guint spins; /* wake-ups in a row without time going on */
  gint64 spun_at;

  /* what holds now, set by whoever makes the weather */
  gint64 synchronous_since; /* DEMLS_NEVER while it is not; S1-S5 are checked from then on */
  gint64 bound;             /* D: the longest way between two while synchronous */
  gboolean clones;          /* the story copies a member's keys, who may say so */
  gboolean terse;           /* stories: no lines about packets and tallies */
  gboolean check_ticks;     /* tick twice, and just before the wake-up */
  void (*on_event) (SimWorld *world, SimHonest *member, const DemlsEvent *event); /* the users */
  gpointer plan;                                                                  /* SimPlan, a copy; NULL in stories */
  gboolean trouble;                                                               /* faults go on */
  gboolean working;                                                               /* users do things by themselves */
  guint said;                                                                     /* lines of chat so far */
  gboolean lying;                                                                 /* liars lie (sim-liar.h) */
  guint64 whisper;     /* bits of those who alone get what is published now; 0: everybody */
  gint64 story_start;  /* sim-story.h: when its time was 0 */
  guint story_ballots; /* ballots before that; they are #1 ... of it afterwards */
};

/* A world without members; `log` is taken over. (transfer full) */
SimWorld *sim_world_new (guint64 seed, SimCounts *counts, SimLog *log);
void sim_world_free (SimWorld *self);

/* Takes over a member, and gives it its index. */
void sim_world_add (SimWorld *self, SimMember *member);
SimMember *sim_world_member (const SimWorld *self, guint index);

/* The member with this id or name, or NULL. */
SimMember *sim_world_find (const SimWorld *self, Span id);
SimMember *sim_world_named (const SimWorld *self, const char *name);

/* The member as an honest one, or NULL. */
SimHonest *sim_world_honest (const SimWorld *self, guint index);

/* The same, liars included: whoever has a core, a disk and a clock. */
SimHonest *sim_world_player (const SimWorld *self, guint index);

/* Bits of the liars. */
guint64 sim_world_liars (const SimWorld *self);

/* Does `task` at an instant; `data` is freed afterwards. */
void sim_world_later (SimWorld *self, gint64 at, SimTask task, gpointer data);

/* Goes on to the next thing due, if that is not after `until`. FALSE if there is none, or the world has failed. */
gboolean sim_world_step (SimWorld *self, gint64 until);

/* Steps until `until`, which is then the time; FALSE if the world has failed. */
gboolean sim_world_run (SimWorld *self, gint64 until);

/* Ends the world because an invariant ("A9") does not hold. Only the first one counts. While a bug is hunted behind
 * another one, DEMLS_SIM_IGNORE may list invariants whose violations are only logged. */
void sim_fail (SimWorld *self, const char *invariant, const char *format, ...) G_GNUC_PRINTF (3, 4);
const char *sim_world_failure (const SimWorld *self);

/* A random number of 0 .. n-1; TRUE in so many of a hundred cases; an instant between two. */
guint sim_draw (SimWorld *self, guint n);
gboolean sim_chance (SimWorld *self, guint percent);
gint64 sim_draw_time (SimWorld *self, gint64 from, gint64 to);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimWorld, sim_world_free)

#endif
