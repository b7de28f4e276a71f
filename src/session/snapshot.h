/* snapshot.h - a conversation as rows, and back (DESIGN 4; governance G153).
 *
 *   runner                          state, clock, counters, scores
 *   queues                          applicants, burned key packages
 *   join                            our asking to join, with its private keys
 *   epoch/<epoch_id>                a kept epoch: whose child, which choice, since when
 *   group/<epoch_id>                its MlsGroup; written once
 *   keys/<epoch_id>                 the part common to its sender ratchets
 *   ratchet/<epoch_id>/<leaf>       one sender's ratchets: all that changes when a message comes
 *   seals/<epoch_id>                its seals
 *   candidate/<hash>                an offer
 *   ballot/<hash>                   a ballot with its votes
 *   welcome/<hash>                  a Welcome that may have to be published again
 *   held/<n>, say/<n>, outbox/<n>   packets that do not open yet, own chat, packets not yet published
 *   raw/<n>                         candidates and seals as they were sent (V31)
 *   shown/<sender and id>           chat that was shown
 *
 * A change marks a key; draining writes what is there now under each marked key, or that it is gone. Every row begins
 * with the version of its form.
 *
 * See runner.h for demls_runner_drain_rows() and demls_runner_restore(), runner-private.h for demls_dirty().
 */
#ifndef DEMLS_SESSION_SNAPSHOT_H
#define DEMLS_SESSION_SNAPSHOT_H

#include "session/runner.h"

/* What the row of this key holds now; NULL if nothing. (transfer full) */
GBytes *demls_snapshot_row (const DemlsRunner *self, const char *key);

/* The row of this key; NULL if there is none. (borrowed) */
const DemlsRow *demls_snapshot_find (const GPtrArray *rows, const char *key);

/* The conversation id in the row `runner`; NULL if it is damaged. (transfer full: g_free) */
char *demls_snapshot_read_id (Span row);

/* Fills a blank runner from rows (of DemlsRow); its clock stands where it was saved. Error: STORE. */
gboolean demls_snapshot_load (DemlsRunner *self, const GPtrArray *rows, GError **error);

#endif
