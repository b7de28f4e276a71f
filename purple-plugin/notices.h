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

/* After sleep: so many votes wait for me, instead of a line for each. (transfer full) */
DemlsNotice *demls_notice_summary (const DemlsScene *scene, guint votes);

/* TRUE iff the notice for this event would ask for my vote, so that several may become one summary. */
gboolean demls_notice_asks (const DemlsScene *scene, const DemlsEvent *event);

void demls_notice_free (DemlsNotice *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsNotice, demls_notice_free)

#endif
