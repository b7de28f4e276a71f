/* watch.h - what the plugin itself has to watch over time: that a vote still waits for its user, and that the machine
 * was asleep or cut off, so that what happened meanwhile is summed up (plugin P7).
 *
 * Part of the pump (account.c), which calls demls_watch_enter() before it ticks and demls_watch_leave() after it showed
 * what came.
 */
#ifndef DEMLS_PURPLE_WATCH_H
#define DEMLS_PURPLE_WATCH_H

#include "purple-plugin/chats.h"
#include "purple-plugin/notices.h"

typedef struct _DemlsWatch DemlsWatch;

/* As of login: what happened before is summed up. (transfer full) */
DemlsWatch *demls_watch_new (DemlsNow now);
void demls_watch_free (DemlsWatch *self);

/* Time has come to `now`. */
void demls_watch_enter (DemlsAccount *account, DemlsNow now);

/* Is this event to be summed up instead of told? Then the line about it is taken too (NULL: it makes none). */
gboolean demls_watch_takes (DemlsChat *chat, const DemlsEvent *event, DemlsNotice **notice);

/* The user is there and does something, so there is nothing to sum up any more than what came so far. */
void demls_watch_wake (DemlsAccount *account);

/* Tells what is due; the instant (mono) at which it wants to be called again, DEMLS_NEVER if it does not. */
gint64 demls_watch_leave (DemlsAccount *account, DemlsNow now);

#endif
