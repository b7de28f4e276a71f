/* account.h - one logged-in account: its store, its delivery service and its DemlsUser, and the pump that runs them
 * (DESIGN 4, plugin P1, P11).
 *
 * The pump is the only caller of demls_user_tick() and demls_user_drain_events(); one timeout is armed for the next
 * time that there is something to do. How an account begins and ends: login.h.
 */
#ifndef DEMLS_PURPLE_ACCOUNT_H
#define DEMLS_PURPLE_ACCOUNT_H

#include <purple.h>

#include "purple-plugin/options.h"
#include "user/user.h"

struct _DemlsVoteDialog;
struct _DemlsWatch;

struct _DemlsAccount;

/* Begins what a thread works on for an account that may be closed meanwhile: then `account` is NULL. */
typedef struct {
  struct _DemlsAccount *account;
} DemlsErrand;

typedef struct _DemlsAccount {
  PurpleConnection *connection;
  DemlsStore *store;
  DemlsDelivery *delivery;
  DemlsDeliverySink sink;
  DemlsService service; /* what `delivery` is; the options may have changed since */
  Suite *suite;
  Rng *rng;
  DemlsUser *user;                 /* NULL until the store is open */
  GPtrArray *chats;                /* of DemlsChat (chats.h) */
  struct _DemlsVoteDialog *dialog; /* what dialogs ask (vote-dialog.h) */
  struct _DemlsWatch *watch;       /* over time (watch.h) */
  PurpleRoomlist *room_list;       /* the last one that was asked for (room-list.c) */
  gboolean offline;                /* and it was said */
  gint64 wake_at;                  /* mono: somebody here wants the pump to run by then */
  guint timer;
  DemlsErrand *login; /* while the store is being opened */
  DemlsErrand *keys;  /* while something is done about them (keys.c) */
} DemlsAccount;

/* The logged-in account of a connection; NULL if it is not (yet). */
DemlsAccount *demls_account_of (PurpleConnection *connection);

/* Opens the delivery service that the options name, and closes it. FALSE: libpurple was told why. */
gboolean demls_account_open_delivery (DemlsAccount *self);
void demls_account_close_delivery (DemlsAccount *self);

/* The time, for whoever acts. */
DemlsNow demls_account_now (void);

/* After an action: saves, publishes and shows what came of it. */
void demls_account_pump (DemlsAccount *self);

/* The pump, as soon as the main loop is free: for callers inside libpurple. */
void demls_account_pump_soon (DemlsAccount *self);

/* The pump shall run at `mono` at the latest. Said anew in each turn of the pump. */
void demls_account_wake_at (DemlsAccount *self, gint64 mono);

#endif
