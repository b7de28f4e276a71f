/* user.h - one person with all conversations: the face of the core to whatever shows it (DESIGN 4).
 *
 * A DemlsUser owns the identity and every runner, keeps their rows in a DemlsStore and hands their packets to a
 * DemlsDelivery. It is driven, then drained, like a runner:
 *
 *   demls_user_receive(), _delivered(), _refused(), _link()    from the delivery service's reports
 *   demls_user_say() and all other actions                     from the person
 *   demls_user_tick()                                          after these reports, and at demls_user_next_wakeup()
 *   demls_user_drain_events()                                  show
 *
 * The crank: every action and every tick 1. saves all that changed, with the packets that are to go out, in one
 * transaction; 2. publishes; 3. hands the events over. If saving fails, nothing is published or shown but one UNSAVED
 * event, actions are refused, and saving is tried again with back-off and before every action; what had been accepted
 * is done then. Reports are only taken in; one tick after any number of them saves them all, and tells the delivery
 * service that it may forget them.
 *
 * No function blocks but for the store's transaction. Time is told, and never goes back. Nothing calls back.
 * Conversations are named by their id (plugin P2). Texts from peers are valid UTF-8, bounded, not escaped.
 * Errors: DEMLS_USER_ERROR, DEMLS_ERROR (session/error.h), DEMLS_STORE_ERROR.
 */
#ifndef DEMLS_USER_H
#define DEMLS_USER_H

#include "base/clock.h"
#include "session/runner.h"
#include "user/announcements.h"
#include "user/delivery.h"
#include "user/history.h"
#include "user/link.h"
#include "user/store.h"

typedef struct _DemlsUser DemlsUser;

#define DEMLS_APP_ID_SIZE 16

#define DEMLS_USER_ERROR (demls_user_error_quark ())
GQuark demls_user_error_quark (void);

typedef enum {
  DEMLS_USER_ERROR_UNKNOWN_GROUP, /* we have no such conversation */
  DEMLS_USER_ERROR_NOT_ANNOUNCED, /* no link, and nobody announces a group of this name; or several do */
  DEMLS_USER_ERROR_LINK,          /* a damaged link */
  DEMLS_USER_ERROR_UNSAVED,       /* saving fails at the moment, so nothing can be done */
  DEMLS_USER_ERROR_LEAVING,       /* this group was left; the request is on its way */
} DemlsUserErrorCode;

/* --- what happened ------------------------------------------------------------------------------------------------ */

typedef enum {
  DEMLS_USER_EVENT_GROUP,   /* conversation, event; waiting */
  DEMLS_USER_EVENT_ROOMS,   /* the list of announced groups changed */
  DEMLS_USER_EVENT_LINK,    /* link; text: the service's problem, or NULL */
  DEMLS_USER_EVENT_REFUSED, /* conversation; text: why the delivery service will not carry a packet */
  DEMLS_USER_EVENT_NOTICE,  /* text: what the delivery service has to tell; code: a DemlsDeliveryError, or -1 */
  DEMLS_USER_EVENT_UNSAVED, /* text: why nothing can be saved; code: a DemlsStoreError, or -1 */
  DEMLS_USER_EVENT_SAVED,   /* saving works again */
} DemlsUserEventKind;

/* Besides the runner's own events, GROUP carries a CHAT with own = TRUE for what demls_user_say() accepted, once it is
 * saved; `waiting` says that it could not go out yet. After a crash, chat that was saved but perhaps not shown comes
 * as CHAT again; what was drained before the last save never does. */
typedef struct {
  DemlsUserEventKind kind;
  char *conversation; /* or NULL */
  DemlsEvent *event;  /* or NULL */
  gboolean waiting;
  DemlsLink link;
  int code;
  char *text;     /* or NULL */
  guint64 serial; /* of the history line that a CHAT made; else 0 */
} DemlsUserEvent;

void demls_user_event_free (DemlsUserEvent *self);

/* All events since the last time, in order; of DemlsUserEvent. Counts as shown. (transfer full) */
GPtrArray *demls_user_drain_events (DemlsUser *self);

/* --- beginning and end -------------------------------------------------------------------------------------------- */

/* The person whose rows are in `store`: makes the identity if there is none, else restores every conversation. Fails as
 * a whole if any row is missing or damaged. `nick` is tidied (V28); NULL keeps the saved one. All pointers are borrowed
 * and outlive the user. (transfer full) */
DemlsUser *demls_user_new (DemlsStore *store, Suite *suite, Rng *rng, const char *nick, DemlsNow now, GError **error);

/* What is not saved is lost; tick first. Closes neither store nor delivery service. */
void demls_user_free (DemlsUser *self);

/* The delivery service of all conversations, borrowed, opened by the caller with a sink that calls the functions below;
 * NULL before it is closed. Hands back its cursors, subscribes, and hands over every packet not yet known to be
 * delivered; with NULL saves, and the cursors with the rest. While it is there its cursors are saved every
 * DEMLS_CURSOR_PERIOD, if anything came. */
void demls_user_set_delivery (DemlsUser *self, DemlsDelivery *delivery);

#define DEMLS_CURSOR_PERIOD (10 * G_TIME_SPAN_SECOND)

/* --- driving ------------------------------------------------------------------------------------------------------ */

/* Somebody's packet; damaged ones are dropped with an error that only says why. */
gboolean demls_user_receive (DemlsUser *self, const char *conversation, DemlsChannel channel, Span payload,
                             DemlsNow now, GError **error);

/* A packet that the user published came back, or never will. */
void demls_user_delivered (DemlsUser *self, guint64 token, DemlsNow now);
void demls_user_refused (DemlsUser *self, guint64 token, const GError *why, DemlsNow now);

/* The delivery service's link changed. A new user is offline. */
void demls_user_link (DemlsUser *self, DemlsLink link, const char *problem, DemlsNow now);

/* The delivery service has something to tell. */
void demls_user_notice (DemlsUser *self, const GError *what, DemlsNow now);

/* The crank: does all that is due, saves, publishes, readies events. */
void demls_user_tick (DemlsUser *self, DemlsNow now);

/* The instant (mono) at which tick has something to do, DEMLS_NEVER if it never has. */
gint64 demls_user_next_wakeup (const DemlsUser *self);

/* TRUE if all that was taken in is in the store; if all that was published is known to be delivered or refused. */
gboolean demls_user_is_saved (const DemlsUser *self);
gboolean demls_user_is_sent (const DemlsUser *self);

/* --- who we are --------------------------------------------------------------------------------------------------- */

/* Our member id (20 bytes), our nickname, and the id of this instance (16 bytes, for the delivery service's envelope:
 * governance G5). */
Span demls_user_member_id (const DemlsUser *self);
const char *demls_user_nick (const DemlsUser *self);
Span demls_user_app_id (const DemlsUser *self);

/* A new nickname, in all groups. Error: INVALID. */
gboolean demls_user_set_nick (DemlsUser *self, const char *nick, DemlsNow now, GError **error);

/* Somebody's fingerprint was compared (or not, after all); since when (seconds since 1970), 0 if it was not. */
gboolean demls_user_set_verified (DemlsUser *self, Span member_id, gboolean verified, DemlsNow now, GError **error);
gint64 demls_user_verified_since (const DemlsUser *self, Span member_id);

/* --- groups ------------------------------------------------------------------------------------------------------- */

/* Founds a group; its id. Errors: INVALID (title, policy). (transfer full: g_free) */
char *demls_user_found (DemlsUser *self, const char *title, const DemlsPolicy *policy, gboolean announce, DemlsNow now,
                        GError **error);

/* Asks to join: by a link, or by the id or title of an announced group; its id. A group that we have already is just
 * named. Errors: LINK, NOT_ANNOUNCED, LEAVING. (transfer full: g_free) */
char *demls_user_join (DemlsUser *self, const char *link_or_name, DemlsNow now, GError **error);

/* The ids of all groups, in order; of char*. (transfer full) */
GPtrArray *demls_user_groups (const DemlsUser *self);

/* For reading only: actions go through the user. NULL if there is no such group, also once LEAVING was drained. */
const DemlsRunner *demls_user_runner (const DemlsUser *self, const char *id);

/* Where the delivery service stands, as it was last told. */
DemlsLink demls_user_link_state (const DemlsUser *self);

/* The title in force, or what link or announcement called it while we are not in; "" if unknown. NULL: no group. */
const char *demls_user_title (const DemlsUser *self, const char *id);

/* What a member calls itself there: its newest valid claim, else its leaf's; NULL if unknown. */
const char *demls_user_nick_of (const DemlsUser *self, const char *id, Span member_id);

/* TRUE once demls_user_leave() was called: not shown any more, but the request is on its way. */
gboolean demls_user_is_leaving (const DemlsUser *self, const char *id);

/* The link that names the group, `delivery` being what others need to know of the delivery service, or NULL. NULL if
 * there is no such group. (transfer full: g_free) */
char *demls_user_make_link (const DemlsUser *self, const char *id, const char *delivery);

/* Is it shown in room lists? (P2: off unless asked for) */
gboolean demls_user_is_announced (const DemlsUser *self, const char *id);
gboolean demls_user_set_announced (DemlsUser *self, const char *id, gboolean announced, DemlsNow now, GError **error);

/* Announced groups that were seen within a day, by title; of const DemlsRoom*, valid until the next call of a function
 * that changes the user. (transfer container) */
GPtrArray *demls_user_rooms (const DemlsUser *self);

/* --- actions in a group (runner.h says what they do) -------------------------------------------------------------- */

/* Sends chat; the CHAT event comes once it is saved. */
gboolean demls_user_say (DemlsUser *self, const char *id, const char *text, DemlsNow now, GError **error);

/* Casts my vote. */
gboolean demls_user_vote (DemlsUser *self, const char *id, Span ballot, gboolean yes, DemlsNow now, GError **error);

/* Vouches for an applicant; proposes to remove a member; accuses one; proposes a policy or title; an election. */
gboolean demls_user_invite (DemlsUser *self, const char *id, Span member_id, DemlsNow now, GError **error);
gboolean demls_user_expel (DemlsUser *self, const char *id, Span member_id, const char *reason, DemlsNow now,
                           GError **error);
gboolean demls_user_accuse (DemlsUser *self, const char *id, Span member_id, const char *reason, DemlsNow now,
                            GError **error);
gboolean demls_user_change (DemlsUser *self, const char *id, const DemlsPolicy *policy, const char *title, DemlsNow now,
                            GError **error);
gboolean demls_user_elect (DemlsUser *self, const char *id, DemlsNow now, GError **error);

/* Asks to be let in again, out of sync; the group code was compared. */
gboolean demls_user_rejoin (DemlsUser *self, const char *id, DemlsNow now, GError **error);
gboolean demls_user_confirm (DemlsUser *self, const char *id, DemlsNow now, GError **error);

/* Leaves; the stored history is gone at once, the group when somebody commits it (LEAVING). */
gboolean demls_user_leave (DemlsUser *self, const char *id, DemlsNow now, GError **error);

/* --- what is remembered of a group -------------------------------------------------------------------------------- */

/* The stored lines, oldest first: of const DemlsHistoryLine*, borrowed until something changes; NULL: no such group.
 * Decisions likewise, of const DemlsDecision*. (transfer none) */
const GPtrArray *demls_user_history (const DemlsUser *self, const char *id);
const GPtrArray *demls_user_decisions (const DemlsUser *self, const char *id);

/* The serial of the newest line that was drained, 0 if none was: what is above comes, or came, as CHAT. */
guint64 demls_user_shown (const DemlsUser *self, const char *id);

/* Drops the stored history (X10). */
gboolean demls_user_forget (DemlsUser *self, const char *id, DemlsNow now, GError **error);

/* How many lines are kept in every group: 0 .. DEMLS_HISTORY_MAX; 500 unless set. Error: INVALID. */
guint demls_user_history_limit (const DemlsUser *self);
gboolean demls_user_set_history_limit (DemlsUser *self, guint lines, DemlsNow now, GError **error);

/* Text that was typed but not sent; NULL: none. Setting it is saved with the next tick. At most 16 KiB. */
const char *demls_user_typed (const DemlsUser *self, const char *id);
void demls_user_set_typed (DemlsUser *self, const char *id, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsUser, demls_user_free)

#endif
