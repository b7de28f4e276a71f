/* talk.h - what is typed into windows, and what is asked for that these groups do not have: private messages, files,
 * invitations (plugin P4, P10).
 *
 * What libpurple calls.
 */
#ifndef DEMLS_PURPLE_TALK_H
#define DEMLS_PURPLE_TALK_H

#include <purple.h>

/* Sends; what cannot be sent is said in the window, never lost without a word. */
int demls_talk_send (PurpleConnection *connection, int number, const char *markup, PurpleMessageFlags flags);

/* Refused with a line: there are no private messages, no files. */
int demls_talk_send_private (PurpleConnection *connection, const char *who, const char *markup,
                             PurpleMessageFlags flags);
gboolean demls_talk_takes_file (PurpleConnection *connection, const char *who);
void demls_talk_send_file (PurpleConnection *connection, const char *who, const char *path);
gboolean demls_talk_chat_takes_file (PurpleConnection *connection, int number);
void demls_talk_chat_send_file (PurpleConnection *connection, int number, const char *path);

/* The Invite button: nobody can be fetched, but the link can be passed on. */
void demls_talk_invite (PurpleConnection *connection, int number, const char *message, const char *who);

#endif
