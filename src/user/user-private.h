/* user-private.h - one person from inside; for the files of this folder.
 */
#ifndef DEMLS_USER_PRIVATE_H
#define DEMLS_USER_PRIVATE_H

#include "user/identity.h"
#include "user/seat.h"
#include "user/user.h"

struct _DemlsUser {
  DemlsStore *store;
  DemlsDelivery *delivery; /* or NULL */
  Suite *suite;
  Rng *rng;

  DemlsIdentity *identity;
  char *nick;
  DemlsEnv env; /* what runners borrow of all these */
  guint history_limit;
  GHashTable *verified; /* GBytes -> gint64* */
  DemlsRooms *rooms;
  GBytes *cursor;   /* the delivery service's, of announcements; or NULL */
  gint64 cursor_at; /* when cursors that moved are saved; DEMLS_NEVER */

  GPtrArray *seats;    /* of DemlsSeat, by id */
  GHashTable *flights; /* guint64* token -> DemlsSeat, borrowed */
  guint64 next_token;

  DemlsNow now;
  DemlsLink link;
  DemlsChanges *changes;
  gint64 save_at;  /* what was drained or typed is saved at the latest then; DEMLS_NEVER */
  gint64 retry_at; /* saving fails and is tried again then; 0 if it does not fail */
  gint64 retry_step;
  int retry_code;

  GPtrArray *staged; /* of DemlsUserEvent, until what they tell is saved */
  GPtrArray *ready;  /* of DemlsUserEvent */
};

/* A person without anything, identity included. (transfer full) */
DemlsUser *demls_user_new_blank (DemlsStore *store, Suite *suite, Rng *rng, DemlsNow now);

/* NULL if there is none. */
DemlsSeat *demls_user_seat (const DemlsUser *self, const char *id);

/* Puts a new seat among the others; it is subscribed with the next crank. Takes `seat`. (borrowed) */
DemlsSeat *demls_user_add_seat (DemlsUser *self, DemlsSeat *seat);

/* Time moves on, never back. */
void demls_user_enter (DemlsUser *self, DemlsNow now);

/* An event, appended to `to`; the caller fills it in. (borrowed) */
DemlsUserEvent *demls_user_emit (GPtrArray *to, DemlsUserEventKind kind, const char *conversation);

/* What was drained or typed is saved soon. */
void demls_user_save_soon (DemlsUser *self);

/* --- crank.c ------------------------------------------------------------------------------------------------------ */

/* Ticks one runner and takes everything out of it, into changes, flights and staged events. */
void demls_crank_seat (DemlsUser *self, DemlsSeat *seat);

/* The runner accepted this text of ours: it becomes a CHAT event and a line. */
void demls_crank_say (DemlsUser *self, DemlsSeat *seat, GBytes *message_id, const char *text);

/* Can it be announced now? */
gboolean demls_crank_may_announce (const DemlsUser *self, const DemlsSeat *seat);

/* Saves, publishes, shows. */
void demls_crank_finish (DemlsUser *self);

/* Hands over what is saved and not handed over yet. */
void demls_crank_publish (DemlsUser *self);

/* The runner is told of the link. */
void demls_crank_tell_link (DemlsUser *self, DemlsSeat *seat);

/* --- cursors.c ---------------------------------------------------------------------------------------------------- */

/* Something was read: of this conversation, or (NULL) of the service as a whole. */
void demls_cursors_moved (DemlsUser *self, DemlsSeat *seat);

/* Takes those that moved among the changes, when it is time. Not before all that was received is among them. */
void demls_cursors_take (DemlsUser *self);

/* To a delivery service that is new. */
void demls_cursors_hand_back (const DemlsUser *self);

#endif
