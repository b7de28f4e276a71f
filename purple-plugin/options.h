/* options.h - what can be chosen in the settings of an account (plugin P1), and the delivery service that it names.
 */
#ifndef DEMLS_PURPLE_OPTIONS_H
#define DEMLS_PURPLE_OPTIONS_H

#include <purple.h>

#include "rules/policy.h"
#include "user/delivery.h"

/* All options, for the plugin's description; of PurpleAccountOption. (transfer full) */
GList *demls_options_list (void);

/* New groups are founded with this preset, unless another one is asked for. */
DemlsPreset demls_options_preset (PurpleAccount *account);

/* Does a dialog ask for votes (P8)? Does libpurple log these chats (X7)? How many messages of a group are kept, 0 to
 * DEMLS_HISTORY_MAX (X10)? */
gboolean demls_options_asks (PurpleAccount *account);
gboolean demls_options_logs (PurpleAccount *account);
guint demls_options_history (PurpleAccount *account);

typedef enum {
  DEMLS_SERVICE_FOLDER,
  DEMLS_SERVICE_MQTT,
} DemlsService;

DemlsService demls_options_service (PurpleAccount *account);

/* The delivery service, not opened yet; `app_id` names this instance. NULL: settings that cannot be used, with an error
 * for people. (transfer full) */
DemlsDelivery *demls_options_delivery (PurpleAccount *account, Span app_id, GError **error);

/* How links name the service to others: "folder", "mqtt:broker.example:8883". (transfer full: g_free) */
char *demls_options_link_name (PurpleAccount *account);

/* How people call it: the path, or host and port. (transfer full: g_free) */
char *demls_options_place (PurpleAccount *account);

#endif
