/* windows.h - the windows of groups: lines, titles, and what is around the lines (plugin P3, P7, P11).
 *
 * Closing a window leaves nothing: the next line opens it again (DESIGN X6). Who was removed keeps the window with its
 * lines, an empty member list and no way to send.
 */
#ifndef DEMLS_PURPLE_WINDOWS_H
#define DEMLS_PURPLE_WINDOWS_H

#include "purple-plugin/chats.h"
#include "purple-plugin/notices.h"

/* Something happened in a group; something happened to all of them; afterwards, what the windows show around the
 * lines. */
void demls_windows_show (DemlsAccount *account, const DemlsUserEvent *event);
void demls_windows_trouble (DemlsAccount *account, const DemlsUserEvent *event);
void demls_windows_refresh (DemlsAccount *account);

/* A chat's window: opened if it is closed; or only if it is open, NULL if not. */
PurpleConversation *demls_chat_window (DemlsChat *self);
PurpleConversation *demls_chat_open_window (const DemlsChat *self);

/* A line in the window. */
void demls_chat_write (DemlsChat *self, const DemlsNotice *notice);

/* A plain line for the user alone, not logged. */
void demls_chat_tell (DemlsChat *self, const char *plain);

/* TRUE while the group's choice is that we are out (mandates V23); it may still become another one. */
gboolean demls_chat_is_out (const DemlsChat *self);

#endif
