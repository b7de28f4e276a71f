/* status.h - what a group is doing, gathered for the topic line and /info (plugin P3); topic.h has the words.
 */
#ifndef DEMLS_PURPLE_STATUS_H
#define DEMLS_PURPLE_STATUS_H

#include "purple-plugin/chats.h"
#include "purple-plugin/topic.h"

/* Borrowed from the chat, until the next scene of it is made. */
DemlsStanding demls_status_of (DemlsChat *chat);

/* Sets the window's topic, if it changed. */
void demls_status_show (DemlsChat *chat, PurpleConversation *window);

/* The phrase of now, plain; NULL while nothing is going on. (transfer full: g_free) */
char *demls_status_phrase (DemlsChat *chat);

#endif
