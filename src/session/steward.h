/* steward.h - what a steward does: opens ballots for applicants, builds candidates (mandates V18, V21; governance
 * G76-G81).
 */
#ifndef DEMLS_SESSION_STEWARD_H
#define DEMLS_SESSION_STEWARD_H

#include "session/queues.h"
#include "session/voting.h"

/* What has passed and waits for a commit. */
typedef struct {
  guint n;            /* ballots */
  gint64 first, last; /* when they passed here, the current epoch's beginning at the earliest */
  gboolean removes_us;
  const DemlsMatter *election; /* or NULL */
  const DemlsMatter *deadlock;
  const DemlsMatter *refresh; /* ours, and nothing else has passed */
  gboolean leaderless;        /* every steward in force is to be removed: anybody may commit that (V18) */
} DemlsWork;

/* All of it; whether there is any. */
DemlsWork demls_steward_work (const struct _DemlsRunner *self);
gboolean demls_steward_has_work (const struct _DemlsRunner *self);

/* V18, V21: our place among those who may commit this work: 0 for the first. DEMLS_NO_STEWARD if we may not. */
guint32 demls_steward_turn (const struct _DemlsRunner *self, const DemlsWork *work);

/* May we build in this epoch at all, now? */
gboolean demls_steward_may_build (const struct _DemlsRunner *self);

/* V12: is there work older than our own deadline? */
gboolean demls_steward_is_overdue (const struct _DemlsRunner *self);

/* Would a candidate of ours carry anything? If not, may_build() says no until there is other work. */
gboolean demls_steward_can_build (struct _DemlsRunner *self);

/* Builds our one candidate of the epoch from all that has passed, keeps it and sends it. FALSE if there is none. */
gboolean demls_steward_build (struct _DemlsRunner *self);

/* The applicant whose turn it is, and the opening of a ballot about it (G80, P2). */
const DemlsApplicant *demls_steward_next_applicant (const struct _DemlsRunner *self);
void demls_steward_propose (struct _DemlsRunner *self);

/* V32: opens a refresh of our own leaf. */
void demls_steward_refresh (struct _DemlsRunner *self);

#endif
