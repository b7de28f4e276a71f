/* roster.h - the member list of a group's window (plugin P4).
 */
#ifndef DEMLS_PURPLE_ROSTER_H
#define DEMLS_PURPLE_ROSTER_H

#include "purple-plugin/chats.h"

/* Makes the member list of the window what the group is now; by one call, and only if it is not. */
void demls_roster_show (DemlsChat *chat, PurpleConversation *window);

/* "alice (you), bob (steward), carol (verified)", for clients without a member list; plain. (transfer full: g_free) */
char *demls_roster_text (DemlsChat *chat, gboolean only_stewards);

#endif
