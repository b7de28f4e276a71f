/* away.h - after sleep, a restart or a broken connection: one line about all that happened meanwhile, never a replay
 * (plugin P7).
 *
 * Pure. While somebody was away and what came is being read, notices go in here instead of into the window. If there
 * was only one, it comes out as it is; of more a summary is made.
 */
#ifndef DEMLS_PURPLE_AWAY_H
#define DEMLS_PURPLE_AWAY_H

#include "purple-plugin/notices.h"

typedef struct _DemlsAway DemlsAway;

/* Nothing happened yet. (transfer full) */
DemlsAway *demls_away_new (void);
void demls_away_free (DemlsAway *self);

/* Is it something that can be summed up? Chat, errors and what ends or breaks a group never are. */
gboolean demls_away_takes (const DemlsEvent *event);

/* Takes an event in, and the line that it would have made (taken over; NULL: none). */
void demls_away_add (DemlsAway *self, const DemlsEvent *event, DemlsNotice *notice);

/* The one line, or NULL if nothing happened and nothing waits; empty afterwards. `mine`: how many votes wait for the
 * user. (transfer full) */
DemlsNotice *demls_away_end (DemlsAway *self, const DemlsScene *scene, guint mine);

#endif
