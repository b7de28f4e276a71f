/* catchup.h - getting what was missed, giving it to others, and noticing that too much was missed (mandates V26, V31).
 *
 * Who lacks something asks with a CatchUp in the epochs that it keeps; whoever keeps them answers after a moment with
 * what no answer so far has contained. Who is not answered cries once in plain (LostAt), and gets the raw packets of
 * candidates and seals. If that does not help either, the member is out of sync and asks to be let in again.
 */
#ifndef DEMLS_SESSION_CATCHUP_H
#define DEMLS_SESSION_CATCHUP_H

#include "base/clock.h"
#include "rules/messages.h"
#include "session/epochs.h"

struct _DemlsRunner;

/* Somebody waits for an answer of ours. */
typedef struct {
  guint8 asker[CONSENSUS_OWNER_SIZE];
  guint8 epoch_id[CONSENSUS_HASH_SIZE]; /* in which it asked */
  gboolean raw;                         /* wants packets as they were sent, of `epoch` and later ones */
  guint64 epoch;
  gboolean leaf_only; /* wants only to know its leaf (V29) */
  gboolean wanted;    /* wants to hear us, whoever else answers (V29) */
  GBytes *nonce;      /* of a LostAt or an announcement, or NULL */
  gint64 since;
  gint64 due;
  gboolean answered; /* by somebody, at least in part */
  GHashTable *known; /* of GBytes: what it has, or was given: votes, ballots, candidates, seals */
} DemlsAnswerJob;

typedef struct {
  gint64 soon_at;       /* something is known to be missing */
  gint64 asked_at;      /* the last CatchUp; 0 if there was none */
  gint64 unanswered_at; /* the first CatchUp since somebody was heard; DEMLS_NEVER */
  gint64 lost_at;       /* the last LostAt; 0 */
  gint64 quiet_since;   /* the first packet that did not open since somebody was heard; DEMLS_NEVER */
  gint64 quiet_next;    /* when to ask because of that */
  gint64 quiet_step;
  gint64 link_since;              /* online and without backlog */
  gint64 rejoined_at;             /* when we last asked to be let in again; 0 */
  guint8 nonce[DEMLS_NONCE_SIZE]; /* of the last LostAt */
  GPtrArray *hints;               /* of GBytes: leaf_hash || instance, from LeafAt */
  GPtrArray *leaves;              /* of GBytes: hashes of earlier leaves of ours */
  GPtrArray *jobs;                /* of DemlsAnswerJob; not saved */
  GPtrArray *nonces;              /* of GBytes: LostAts answered; not saved */
  gint64 raw_answer_at;           /* the last one; not saved */
} DemlsCatchUpState;

/* Nothing was asked, nothing is missing. */
void demls_catchup_init (DemlsCatchUpState *self);

/* Frees what it holds. */
void demls_catchup_clear (DemlsCatchUpState *self);

/* What must survive a restart, for snapshot.c. */
void demls_catchup_save (const struct _DemlsRunner *self, Writer *writer);
void demls_catchup_load (struct _DemlsRunner *self, Reader *reader);

/* --- what happened -----------------------------------------------------------------------------------------------*/

/* A packet of another member decrypted; one did not; the connection is back and its backlog read. */
void demls_catchup_heard (struct _DemlsRunner *self);
void demls_catchup_unreadable (struct _DemlsRunner *self);
void demls_catchup_reconnected (struct _DemlsRunner *self);

/* We are in another group now; nothing was asked there yet. */
void demls_catchup_begin_anew (struct _DemlsRunner *self);

/* We know that we lack something: asks in this very tick. */
void demls_catchup_soon (struct _DemlsRunner *self);

/* A candidate, seal or packet was seen (again): nobody has to be given it any more. `thing`: the candidate's hash, or
 * SHA-256 of the seal's signature, or of a raw packet. */
void demls_catchup_seen (struct _DemlsRunner *self, Span thing);

/* Sends a CatchUp in this epoch. */
void demls_catchup_ask_in (struct _DemlsRunner *self, DemlsKept *kept);

/* --- what is due (timers.h) --------------------------------------------------------------------------------------*/

/* When the next question is due, a CatchUp or a LostAt; and asking it. */
gint64 demls_catchup_ask_at (const struct _DemlsRunner *self);
void demls_catchup_ask (struct _DemlsRunner *self);
/* When somebody is to be answered; and answering the first of those. */
gint64 demls_catchup_answer_at (const struct _DemlsRunner *self);
void demls_catchup_answer (struct _DemlsRunner *self);
/* When we have to conclude that we are out of sync, or may do something about it; and doing so (rejoin.c). */
gint64 demls_catchup_out_of_sync_at (const struct _DemlsRunner *self);
void demls_catchup_out_of_sync (struct _DemlsRunner *self);

/* A member that asks to be let in is told which leaf it has, by whoever is first (V29; answer.c). */
void demls_answer_announcement (struct _DemlsRunner *self, Span member, Span key_package);

/* Answers one job (answer.c). */
void demls_answer_job (struct _DemlsRunner *self, DemlsAnswerJob *job);
void demls_answer_job_free (DemlsAnswerJob *self);

#endif
