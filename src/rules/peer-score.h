/* peer-score.h - what this member thinks of the others (governance section 8, mandates section 9).
 *
 * A table of member ids and signed 64-bit scores that stop at the ends. It is local: tables of different members may
 * differ, and never decide what is valid. It only says whom a steward proposes to remove.
 */
#ifndef DEMLS_RULES_PEER_SCORE_H
#define DEMLS_RULES_PEER_SCORE_H

#include "base/reader.h"
#include "base/writer.h"
#include "consensus/signer.h"
#include "rules/messages.h"

typedef struct _DemlsPeerScores DemlsPeerScores;

typedef enum {
  DEMLS_SCORE_BROKEN_COMMIT,         /* -50: an invalid candidate, or two candidates of one epoch */
  DEMLS_SCORE_BROKEN_MLS_PROPOSAL,   /* -30 */
  DEMLS_SCORE_CENSORSHIP_INACTIVITY, /* -40: was there, and built nothing */
  DEMLS_SCORE_MISBEHAVING_COMMIT,    /* -10 */
  DEMLS_SCORE_DOUBLE_VOTE,           /* -30: two answers to one question */
  DEMLS_SCORE_DOUBLE_SEAL,           /* -50 */
  DEMLS_SCORE_SUCCESSFUL_COMMIT,     /* +10 */
  DEMLS_SCORE_HONEST_ATTEMPT,        /* +5 */
  DEMLS_SCORE_EMERGENCY_ACCEPTED,    /* +20: its creator */
  DEMLS_SCORE_EMERGENCY_REJECTED,    /* -50: its creator */
} DemlsScoreEvent;

/* A table without members. (transfer full) */
DemlsPeerScores *demls_peer_scores_new (void);
void demls_peer_scores_free (DemlsPeerScores *self);

/* G110: after creation, join and merge: newcomers begin at DEMLS_SCORE_DEFAULT, leavers are forgotten. */
void demls_peer_scores_follow (DemlsPeerScores *self, const ConsensusRoster *members);

/* Applies an event; nothing happens to an unknown member. */
void demls_peer_scores_apply (DemlsPeerScores *self, Span member_id, DemlsScoreEvent event);

/* What an event adds. */
gint64 demls_score_delta (DemlsScoreEvent event);

/* G111: the event that an accepted accusation of this type means for its target; FALSE if it means none. */
gboolean demls_score_of_violation (DemlsViolation type, DemlsScoreEvent *out);

/* The score of a member; FALSE if it is unknown. */
gboolean demls_peer_scores_get (const DemlsPeerScores *self, Span member_id, gint64 *out);

/* G112: those with a score <= `threshold`, in ascending id order. The Spans are valid until the table changes.
 * (transfer full: g_array_unref; of Span) */
GArray *demls_peer_scores_removable (const DemlsPeerScores *self, gint64 threshold);

/* G113: a score as evidence: LE64, two's complement. */
void demls_score_evidence (gint64 score, guint8 out[8]);

/* Appends the table to a saved state, and reads it back: NULL if the bytes are damaged (the reader has then failed).
 * (transfer full) */
void demls_peer_scores_save (const DemlsPeerScores *self, Writer *writer);
DemlsPeerScores *demls_peer_scores_restore (Reader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsPeerScores, demls_peer_scores_free)

#endif
