/* about.h - what commands are answered that ask about the group itself (plugin P5).
 *
 * All texts are plain, of one or more lines. (transfer full: g_free)
 */
#ifndef DEMLS_PURPLE_ABOUT_H
#define DEMLS_PURPLE_ABOUT_H

#include "purple-plugin/chats.h"

/* State with all details; the rules in words; the last `count` decisions (0: ten); the link. */
char *demls_about_info (DemlsChat *chat);
char *demls_about_rules (DemlsChat *chat);
char *demls_about_history (DemlsChat *chat, guint count);
char *demls_about_link (DemlsChat *chat);

/* Bytes as groups of four digits, which are read out more easily; the first `max` of them. */
char *demls_about_digits (Span bytes, gsize max);

#endif
