/* sim-honest.h - an honest member of a simulated world: the shipped core, a disk, a clock, and a way to die.
 *
 * After every packet, action and wake-up the member is cranked as the plugin's pump cranks it: tick, save, publish,
 * show. The conversation's history is saved with the rows (X10), so what was saved counts as shown; a crash may come
 * before the save (then the packet is not acknowledged and comes again, and the user must act again), between save and
 * publish, in the middle of publishing, and before the user sees anything. A restart begins with the rows that were
 * saved.
 */
#ifndef DEMLS_TESTS_SIM_HONEST_H
#define DEMLS_TESTS_SIM_HONEST_H

#include "sim-store.h"
#include "sim-world.h"

typedef enum {
  SIM_CRASH_NONE,
  SIM_CRASH_BEFORE_SAVE,
  SIM_CRASH_BEFORE_PUBLISH,
  SIM_CRASH_WHILE_PUBLISHING,
  SIM_CRASH_BEFORE_SHOW,
} SimCrash;

struct _SimState;

struct _SimHonest {
  SimMember base;
  SignKey *key;
  Rng *rng;
  DemlsEnv env;
  DemlsRunner *runner; /* NULL: not there (yet, any more, or just now) */
  SimStore *store;
  SimClock clock;
  gint64 next;      /* of the world's time */
  gint64 due;       /* the same of its own clock */
  gboolean backlog; /* as last told */
  guint lives;      /* restarts so far */
  SimCrash crash;   /* comes at the next occasion */
  gint64 crash_for; /* and lasts so long */
  gboolean reboots; /* its clock begins anew then */
  gboolean crashed; /* is down */
  gboolean mute;    /* a liar: what its core sends goes nowhere */

  /* what is known of it; written by sim-record.c and sim-check.c */
  const struct _SimState *state; /* of the group, NULL in PendingJoin */
  gint64 state_since;
  GArray *visits; /* of SimVisit */
  DemlsState phase;
  gint64 phase_since;
  gboolean ever;      /* has a phase */
  gboolean left;      /* its user asked to leave */
  gboolean ever_left; /* ... in this life or an earlier one */
  gboolean out_of_sync;
  gboolean over;
  gint64 over_at;
  gint64 undisturbed_since; /* online, not restarted */
  gint64 joined_at;
  gint64 before_since; /* when it entered the state before this one */
  GArray *healings;    /* of SimHealing */
};

/* A commit of its own was merged: who stole its rows before the epoch of that commit began is locked out (A7). */
typedef struct {
  gint64 built_after, at;
} SimHealing;

/* A person with a key; not in the conversation yet. (transfer none: the world owns it) */
SimHonest *sim_honest_add (SimWorld *world, const char *name);

/* --- what its user does; all FALSE if refused, not there, or if the member died before it was saved --- */

gboolean sim_honest_found (SimHonest *self, const char *title, const DemlsPolicy *policy);
gboolean sim_honest_await (SimHonest *self, const SimHonest *inviter, const DemlsPolicy *policy);
gboolean sim_honest_say (SimHonest *self, const char *text);
gboolean sim_honest_invite (SimHonest *self, const SimMember *target);
gboolean sim_honest_expel (SimHonest *self, const SimMember *target);
gboolean sim_honest_change (SimHonest *self, const DemlsPolicy *policy, const char *title);
gboolean sim_honest_accuse (SimHonest *self, const SimMember *target);
gboolean sim_honest_elect (SimHonest *self);
gboolean sim_honest_vote (SimHonest *self, Span ballot, gboolean yes);
gboolean sim_honest_leave (SimHonest *self);
gboolean sim_honest_nick (SimHonest *self, const char *nick);
gboolean sim_honest_rejoin (SimHonest *self);
void sim_honest_confirm (SimHonest *self);

/* --- what happens to it --- */

void sim_honest_set_online (SimHonest *self, gboolean online);

/* Dies now (between two cranks) and is down for so long. */
void sim_honest_kill (SimHonest *self, gint64 down, gboolean reboots);

/* --- looking at it --- */

DemlsNow sim_honest_now (const SimHonest *self);

/* It has a runner, is up and connected. */
gboolean sim_honest_is_there (const SimHonest *self);

/* It is a member of the group state that it is in. */
gboolean sim_honest_is_in (const SimHonest *self);

/* Cranks it once more; for whoever drove the runner by hand. */
gboolean sim_honest_crank (SimHonest *self, const SimDelivery *delivery);

#endif
