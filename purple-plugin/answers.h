/* answers.h - what commands are answered that ask about votes and people (plugin P5); about.h has the rest.
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

/* Who asks to join, and what to type; NULL if nobody does. */
char *demls_answer_applicants (DemlsChat *chat);

/* Group code and fingerprints of all, or of one (NULL: all). */
char *demls_answer_safety (DemlsChat *chat, const DemlsPerson *person);

/* Open ballots on which I have not voted; of GBytes. (transfer full) */
GPtrArray *demls_answer_mine (DemlsChat *chat);

#endif
