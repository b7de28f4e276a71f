/* recall.h - what was said before a restart, shown once more when the window is opened (DESIGN X10).
 */
#ifndef DEMLS_PURPLE_RECALL_H
#define DEMLS_PURPLE_RECALL_H

#include "purple-plugin/chats.h"

/* So many lines at most: a window that takes thousands at once stands still. */
#define DEMLS_RECALL_MAX 500

/* Into a window that was just made. Only lines that were there before this login, only once in it. */
void demls_recall_show (DemlsChat *chat, PurpleConversation *window);

#endif
