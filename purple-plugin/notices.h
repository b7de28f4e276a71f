/* notices.h - from what happened to the one line that a person reads about it, or none (plugin P7, P9).
 *
 * Pure. What is logged and what calls the user is in the flags:
 *
 *   SYSTEM | NICK            the user has to do something
 *   SYSTEM                   something was decided or done; logged
 *   SYSTEM | NO_LOG          for the moment only
 *   SYSTEM | NO_LOG | NICK   the user may do something
 *   RECV, SEND (| NICK)      chat
 */
#ifndef DEMLS_PURPLE_NOTICES_H
#define DEMLS_PURPLE_NOTICES_H

#include <purple.h>

#include "purple-plugin/scene.h"

typedef struct {
  char *who; /* chat: who says it, as in the member list; else NULL */
  char *markup;
  PurpleMessageFlags flags;
  gint64 time; /* seconds since 1970 */
} DemlsNotice;

/* The line for an event; NULL if people need not hear of it. `waiting`: own chat that could not go out yet.
 * (transfer full) */
DemlsNotice *demls_notice_of (const DemlsScene *scene, const DemlsEvent *event, gboolean waiting);

/* My vote on the scene's question was taken. (transfer full) */
DemlsNotice *demls_notice_voted (const DemlsScene *scene, gboolean yes);

/* A fifth of the time is left and I have not voted. (transfer full) */
DemlsNotice *demls_notice_reminder (const DemlsScene *scene);

/* A line of this plain text; `calling`: the user has to do something. (transfer full) */
DemlsNotice *demls_notice_plain (const DemlsScene *scene, const char *text, gboolean calling);

/* Adds to these (of GBytes, borrowed) whom a COMMIT_APPLIED took in and put out; TRUE iff it changed rules or title. */
gboolean demls_notice_moves (const DemlsEvent *event, GPtrArray *added, GPtrArray *removed);

/* What a COMMIT_APPLIED did, "" if nothing that people need to know; how a CONSENSUS_REACHED ended, its number being
 * "#417". Plain. (transfer full: g_free) */
char *demls_notice_commit_text (const DemlsScene *scene, const DemlsEvent *event);
char *demls_notice_result_text (const char *number, const DemlsEvent *event);

/* A line of the history once more (X10), and the one that ends them. (transfer full) */
DemlsNotice *demls_notice_recalled (const DemlsScene *scene, const DemlsEvent *chat);
DemlsNotice *demls_notice_recall_ends (const DemlsScene *scene, guint lines);

/* Own chat waits because the inviter was not heard yet (V29). (transfer full) */
DemlsNotice *demls_notice_unconfirmed (const DemlsScene *scene, Span inviter);

void demls_notice_free (DemlsNotice *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsNotice, demls_notice_free)

#endif
