/* recovery.h - when the stewards fail: elections, Deadlock; and what is thought of members (mandates 9, V12, V17;
 * governance G28-G33, G110-G114, G135).
 */
#ifndef DEMLS_SESSION_RECOVERY_H
#define DEMLS_SESSION_RECOVERY_H

#include "rules/peer-score.h"
#include "session/epochs.h"
#include "session/voting.h"

/* V21: the retry round that this epoch is in: one more than that of the last lost election (G31), or that of the last
 * one that passed. */
guint32 demls_recovery_round (const struct _DemlsRunner *self);

/* The round of an election that is opened now: after one that passed, but whom it elects stays silent too, the next. */
guint32 demls_recovery_next_round (const struct _DemlsRunner *self);

/* The election that passed and waits for its commit, the last one if there are several; or NULL. */
const DemlsMatter *demls_recovery_elected (const struct _DemlsRunner *self);

/* G135: when `member` may file: 0 first. DEMLS_NO_STEWARD if it is no member. */
guint demls_recovery_place (const struct _DemlsRunner *self, Span member);

/* May something be filed at all: an election, or if the rounds are used up a Deadlock? */
gboolean demls_recovery_wants (const struct _DemlsRunner *self);

/* Files it, with our vote by rule to come. */
void demls_recovery_file (struct _DemlsRunner *self);

/* A ballot was decided (G31, G33, G111, G62). */
void demls_recovery_decided (struct _DemlsRunner *self, const DemlsMatter *matter, gboolean approved);

/* A commit was merged at `kept` (G93); a round ended without one (G28). */
void demls_recovery_merged (struct _DemlsRunner *self, const DemlsKept *kept, const DemlsOffer *offer);
void demls_recovery_no_commit (struct _DemlsRunner *self);

/* A member signed what it must not. */
void demls_recovery_blame (struct _DemlsRunner *self, Span member, DemlsScoreEvent event);

#endif
