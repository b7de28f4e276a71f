/* question.h - what a vote is about, in people's words (plugin P7).
 *
 * All texts are plain, one line. (transfer full: g_free)
 */
#ifndef DEMLS_PURPLE_QUESTION_H
#define DEMLS_PURPLE_QUESTION_H

#include "purple-plugin/scene.h"

/* "alice proposes to remove carol ("spam")", "you propose ..."; a scene without a question: "something is proposed". */
char *demls_question_phrase (const DemlsScene *scene);

/* The same while my vote is asked for: what my own client opened by itself is somebody's wish, not my proposal. */
char *demls_question_wish (const DemlsScene *scene);

/* "Needs 3 yes and 4 votes of 5; closes Tue 18:40 (in 23 h). Silence counts for nothing." */
char *demls_question_terms (const DemlsScene *scene);

/* The same for who has not voted: and when the client votes by itself, if it does. */
char *demls_question_asking (const DemlsScene *scene);

/* When a fifth of the time to vote is left, in seconds since 1970; 0 if nobody is to be reminded. */
gint64 demls_question_remind_at (const DemlsQuestion *question);

/* "#417", as long as it has to be. */
char *demls_question_number (const DemlsScene *scene, GBytes *hash);

#endif
