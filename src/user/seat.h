/* seat.h - our place in one group: its runner, and what we keep beside it.
 *
 * Rows of the group's scope: the runner's own, and
 *
 *   user/about            what we call it, whether it is announced, whether we left, how it ended
 *   user/shown            the newest line that was shown
 *   user/typed            text that was not sent
 *   user/cursor           how far the delivery service has read
 *   user/line/<serial>    history; user/decision/<serial>
 *   user/nick/<member>    what a member calls itself (a claim, V28)
 */
#ifndef DEMLS_SEAT_H
#define DEMLS_SEAT_H

#include "session/runner.h"
#include "user/changes.h"
#include "user/history.h"

#define DEMLS_NICKS_MAX 4096

/* A packet that is not yet known to be delivered. */
typedef struct {
  guint64 token;
  DemlsPacket *packet;
  gboolean saved, handed, done;
} DemlsFlight;

typedef struct {
  char *id;
  DemlsRunner *runner; /* NULL if it was over already when we were restored */
  char *title;         /* newest known; "" if unknown */
  gboolean announced;
  gboolean leaving;
  char *ended;          /* LEAVING's text, once it is over and until that was shown; else NULL */
  gint64 last_activity; /* seconds since 1970 */

  DemlsHistory *history;
  char *typed;
  GBytes *cursor;    /* or NULL */
  GHashTable *nicks; /* GBytes -> char* */

  GQueue *flights;  /* of DemlsFlight, in order */
  gboolean touched; /* something happened since the last crank */
  gboolean moved;   /* the delivery service has read on since its cursor was saved */
  gboolean subscribed;
  gint64 wakeup;      /* the runner's, as of the last crank */
  gint64 announce_at; /* mono */
} DemlsSeat;

/* Takes `runner`. (transfer full) */
DemlsSeat *demls_seat_new (const char *id, DemlsRunner *runner);
void demls_seat_free (DemlsSeat *self);

/* The seat of these rows (of DemlsChange, of one scope). Errors: DEMLS_ERROR_STORE. (transfer full) */
DemlsSeat *demls_seat_restore (const DemlsEnv *env, const char *id, const GPtrArray *rows, DemlsNow now,
                               GError **error);

/* Writes the row `user/about`, `user/shown`. */
void demls_seat_save_about (const DemlsSeat *self, DemlsChanges *changes);
void demls_seat_save_shown (const DemlsSeat *self, DemlsChanges *changes);

/* Adds to the history (0 if nothing is kept of a group that was left), or to the decisions. */
guint64 demls_seat_add_line (DemlsSeat *self, const DemlsEvent *chat, DemlsChanges *changes);
void demls_seat_add_decision (DemlsSeat *self, const DemlsEvent *event, DemlsChanges *changes);

/* Drops lines above the limit; all lines and decisions. */
void demls_seat_trim (DemlsSeat *self, guint limit, DemlsChanges *changes);
void demls_seat_forget (DemlsSeat *self, DemlsChanges *changes);

/* A member's claim. */
void demls_seat_set_nick (DemlsSeat *self, GBytes *member, const char *nick, DemlsChanges *changes);
const char *demls_seat_nick (const DemlsSeat *self, Span member);

/* NULL: none. */
void demls_seat_set_typed (DemlsSeat *self, const char *text, DemlsChanges *changes);

/* The title in force. */
const char *demls_seat_title (const DemlsSeat *self);

#endif
