/* answers.h - what commands that only ask are answered (plugin P5).
 *
 * All texts are plain, of one or more lines. (transfer full: g_free)
 */
#ifndef DEMLS_PURPLE_ANSWERS_H
#define DEMLS_PURPLE_ANSWERS_H

#include "purple-plugin/chats.h"

/* Open votes, mine to do first; one vote in full. */
char *demls_answer_votes (DemlsChat *chat);
char *demls_answer_vote (DemlsChat *chat, GBytes *ballot);

char *demls_answer_members (DemlsChat *chat);
char *demls_answer_stewards (DemlsChat *chat);

/* State with all details; the rules in words; the last decisions. */
char *demls_answer_info (DemlsChat *chat);
char *demls_answer_rules (DemlsChat *chat);
char *demls_answer_history (DemlsChat *chat, guint count);

/* Group code and fingerprints of all, or of one (NULL: all). */
char *demls_answer_safety (DemlsChat *chat, const DemlsPerson *person);

char *demls_answer_link (DemlsChat *chat);

/* Open ballots on which I have not voted; of GBytes. (transfer full) */
GPtrArray *demls_answer_mine (DemlsChat *chat);

#endif
