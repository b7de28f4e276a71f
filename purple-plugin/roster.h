/* roster.h - the member list of a group's window (plugin P4).
 *
 * The epoch steward is OP, other stewards HALFOP where they are not simply everybody, verified members VOICE. What is
 * there is changed in place, what is new comes by one call, and libpurple's own lines about it are kept away: who came
 * and went is said by notices.
 */
#ifndef DEMLS_PURPLE_ROSTER_H
#define DEMLS_PURPLE_ROSTER_H

#include "purple-plugin/chats.h"

/* Makes the member list of the window what the group is now; empty for somebody who was removed. */
void demls_roster_show (DemlsChat *chat, PurpleConversation *window);

/* The member that a row of the list means; NULL if there is none. (transfer full) */
GBytes *demls_roster_row (const DemlsChat *chat, const char *name);

/* "alice (you), bob (steward), carol (verified)", for clients without a member list; plain. (transfer full: g_free) */
char *demls_roster_text (DemlsChat *chat, gboolean only_stewards);

/* libpurple shall not say in the account's windows who came and went, until purple_signals_disconnect_by_handle() of
 * the account. */
void demls_roster_hush (DemlsAccount *account);

#endif
