/* runner-private.h - one conversation from inside; for the files of this folder.
 *
 * Every piece of state has one writer, named with it. All instants are of the runner's own timeline (microseconds),
 * which goes on across restarts: `offset` is what it is ahead of the caller's clock, so saved instants stay what they
 * are.
 */
#ifndef DEMLS_RUNNER_PRIVATE_H
#define DEMLS_RUNNER_PRIVATE_H

#include "consensus/ballot-box.h"
#include "consensus/meter.h"
#include "mls/group.h"
#include "rules/candidate-build.h"
#include "rules/governance.h"
#include "rules/limits.h"
#include "rules/member-id.h"
#include "rules/messages.h"
#include "rules/nick.h"
#include "rules/peer-score.h"
#include "session/catchup.h"
#include "session/epochs.h"
#include "session/error.h"
#include "session/join.h"
#include "session/queues.h"
#include "session/runner.h"
#include "session/state.h"
#include "session/voting.h"

#define SECOND G_TIME_SPAN_SECOND
#define MILLISECOND G_TIME_SPAN_MILLISECOND

/* What waits to be published, in order (runner.c). */
typedef struct {
  guint64 serial;
  DemlsSubtopic subtopic;
  GBytes *payload;
  gboolean drained;
} DemlsOutgoing;

struct _DemlsRunner {
  const DemlsEnv *env;
  char *id; /* conversation id */
  guint8 me[CONSENSUS_OWNER_SIZE];
  char *nick; /* what we want to be called (runner.c) */

  DemlsNow now; /* runner.c; wall as told */
  gint64 offset;
  gboolean online, backlog; /* runner.c */

  DemlsState state; /* state.c */
  gint64 state_since;
  gboolean over;    /* leave.c */
  gboolean gone;    /* epochs.c: the choice in force removes us (V23) */
  gboolean cloned;  /* recv.c: somebody sends with our keys (X6) */
  gboolean leaving; /* leave.c: the user left */
  gint64 leaving_since;

  GPtrArray *epochs;  /* of DemlsKept, all that are kept, in the order in which they came (epochs.c) */
  DemlsKept *current; /* the newest on our branch; NULL in PendingJoin (epochs.c) */

  ConsensusBallotBox *box; /* voting.c */
  GPtrArray *matters;      /* of DemlsMatter, ascending by hash (voting.c) */
  ConsensusMeter *meter;   /* recv.c */
  DemlsPeerScores *scores; /* recovery.c */

  GPtrArray *applicants; /* of DemlsApplicant (queues.c) */
  GPtrArray *burned;     /* of DemlsBurned (queues.c) */
  GPtrArray *resolved;   /* of GBytes: proposal_hashes (queues.c) */
  GPtrArray *held;       /* of DemlsPacketHeld (queues.c) */
  guint64 held_serial;
  gsize held_bytes;
  GPtrArray *sayings; /* of DemlsSaying: own chat that waits or may come back (queues.c) */
  guint64 saying_serial;
  GPtrArray *shown; /* of DemlsShown, newest last (queues.c) */
  guint64 shown_serial;
  GPtrArray *raws; /* of DemlsRaw, newest last (queues.c) */
  guint64 raw_serial;
  gsize raw_bytes;
  GPtrArray *welcomes;   /* of DemlsWelcome: to be published (again) (join.c) */
  DemlsJoining *joining; /* our own asking to join, or NULL (join.c) */
  gboolean unconfirmed;  /* join.c */
  GBytes *inviter;       /* who would confirm the group, or NULL (join.c) */

  gint64 election_base;                 /* recovery.c: since when an election or Deadlock may be filed */
  DemlsCatchUpState catchup;            /* catchup.c, answer.c, rejoin.c */
  gint64 heard_at;                      /* recv.c: when a packet of another member decrypted last */
  GHashTable *heard;                    /* member id -> when it was heard last (recv.c; not saved) */
  GHashTable *heard_here;               /* the same as far as homes are compared (recv.h; recv.c, join.c; not saved) */
  gboolean trying_held, try_held_again; /* recv.c */
  gboolean out_of_sync;                 /* catchup.c, rejoin.c */
  gboolean replaced;                    /* the choice in force replaces our leaf (rejoin.c) */
  guint64 own_messages;                 /* since the last own path (V32) */
  gint64 own_path_at;

  GQueue *outgoing; /* of DemlsOutgoing (runner.c) */
  guint64 outgoing_serial;
  GPtrArray *events; /* of DemlsEvent (runner.c) */
  GHashTable *dirty; /* keys of rows that changed (snapshot.c) */
  GHashTable *saved; /* keys of rows that the store holds (snapshot.c) */
};

/* --- runner.c ----------------------------------------------------------------------------------------------------*/

/* Appends an event of this kind and instant; the caller fills it in. (borrowed) */
DemlsEvent *demls_emit (DemlsRunner *self, DemlsEventKind kind);

/* An ERROR event. */
void demls_emit_error (DemlsRunner *self, const char *operation, const char *message);

/* Puts a plain packet into the outbox. Takes `payload`. */
void demls_publish (DemlsRunner *self, DemlsSubtopic subtopic, GBytes *payload);

/* Encrypts in `epoch` and publishes: the packet, or NULL if sending is stopped or the engine failed.
 * (transfer full) */
GBytes *demls_send (DemlsRunner *self, DemlsKept *epoch, Span plaintext);

/* The same for a message; TRUE if it went out. */
gboolean demls_send_message (DemlsRunner *self, DemlsKept *epoch, const DemlsAppMessage *message);

/* A runner without a group, in PendingJoin, for founding, awaiting and restoring. (transfer full) */
DemlsRunner *demls_runner_new_blank (const DemlsEnv *env, const char *id);

/* Every public function begins with it: time moves on. */
void demls_runner_enter (DemlsRunner *self, DemlsNow now);

/* Are we a member that may do something? Error: BLOCKED. */
gboolean demls_runner_may_act (DemlsRunner *self, GError **error);

/* Our own member id. */
static inline Span
demls_me (const DemlsRunner *self)
{
  return span (self->me, sizeof self->me);
}

/* TRUE iff `member` is it. */
static inline gboolean
demls_is_me (const DemlsRunner *self, Span member)
{
  return span_equal (member, demls_me (self));
}

/* Can we be heard, and have we read what was said meanwhile? Nobody decides anything for others before (V21, V31). */
static inline gboolean
demls_is_connected (const DemlsRunner *self)
{
  return self->online && !self->backlog;
}

/* The policy in force; only with a current epoch. */
const DemlsPolicy *demls_policy (const DemlsRunner *self);

/* Sends a CommitCandidate, our own or another's, as a message of `kept`: the packet, or NULL (steward.c).
 * (transfer full) */
GBytes *demls_send_candidate (DemlsRunner *self, DemlsKept *kept, GBytes *encoded);

/* A random delay of `from` .. `to` microseconds. */
gint64 demls_random_delay (DemlsRunner *self, gint64 from, gint64 to);

/* --- snapshot.c --------------------------------------------------------------------------------------------------*/

/* The row of this name must be saved, or deleted if what it held is gone by the next drain. */
void demls_dirty (DemlsRunner *self, const char *key);

/* The same for the many rows that are named after bytes: prefix, "/" and hex. */
void demls_dirty_id (DemlsRunner *self, const char *prefix, Span id);

#endif
