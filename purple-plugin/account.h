/* account.h - one logged-in account: its store, its delivery service and its DemlsUser, and the pump that runs them
 * (DESIGN 4, plugin P1, P11).
 *
 * The pump is the only caller of demls_user_tick() and demls_user_drain_events(); one timeout is armed for the next
 * time that there is something to do. Login opens the store in a thread, since Argon2id takes its time.
 */
#ifndef DEMLS_PURPLE_ACCOUNT_H
#define DEMLS_PURPLE_ACCOUNT_H

#include <purple.h>

#include "user/user.h"

typedef struct {
  PurpleConnection *connection;
  DemlsStore *store;
  DemlsDelivery *delivery;
  DemlsDeliverySink sink;
  Suite *suite;
  Rng *rng;
  DemlsUser *user;  /* NULL until the store is open */
  GPtrArray *chats; /* of DemlsChat (chats.h) */
  int last_number;  /* of a chat, in this connection */
  guint timer;
  gpointer login; /* while the store is being opened */
} DemlsAccount;

/* The options of P1, for the plugin's description; of PurpleAccountOption. (transfer full) */
GList *demls_account_options (void);

/* libpurple's login and close. */
void demls_account_login (PurpleAccount *account);
void demls_account_close (PurpleConnection *connection);

/* The logged-in account of a connection; NULL if it is not (yet). */
DemlsAccount *demls_account_of (PurpleConnection *connection);

/* The time, for whoever acts. */
DemlsNow demls_account_now (void);

/* After an action: saves, publishes and shows what came of it. */
void demls_account_pump (DemlsAccount *self);

/* New groups are founded with this preset, unless another one is asked for. */
DemlsPreset demls_account_preset (const DemlsAccount *self);

#endif
