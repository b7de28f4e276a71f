/* queues.h - what a conversation keeps for later: applicants, packets that do not open yet, own chat, what was shown
 * (governance G60, G62, mandates V7, V24, V25).
 *
 * Plain lists with bounds. What a bound drops is the sender's loss, never ours (A10).
 */
#ifndef DEMLS_SESSION_QUEUES_H
#define DEMLS_SESSION_QUEUES_H

#include "base/clock.h"
#include "crypto/rng.h"
#include "mls/key-package.h"
#include "rules/limits.h"

struct _DemlsRunner;

/* --- applicants: announced key packages nobody opened a ballot about yet (G60e, V7) --------------------------------*/

typedef struct {
  guint8 member[CONSENSUS_OWNER_SIZE];
  GBytes *invite; /* the MemberInvite as announced, encoded: key package and proofs */
  gint64 first_seen;
  gint64 last_seen;
} DemlsApplicant;

/* Keeps an announcement; a newer key package replaces the stored one, its age stays. FALSE if there is no room, or the
 * same applicant came less than 20 s ago (G151). `is_new` tells whether nobody of this id waited. */
gboolean demls_applicants_put (struct _DemlsRunner *self, Span member, GBytes *invite, gboolean *is_new);

/* The applicant of this id, or NULL; forgetting it. */
DemlsApplicant *demls_applicants_find (const struct _DemlsRunner *self, Span member);
void demls_applicants_drop (struct _DemlsRunner *self, Span member);

/* When the oldest one is forgotten for want of a re-announcement, and the forgetting (G62). */
gint64 demls_applicants_next_end (const struct _DemlsRunner *self);
void demls_applicants_expire (struct _DemlsRunner *self);

/* --- key packages that were added once and never may be again (V7) ------------------------------------------------*/

/* Notes such a key package; is this one? */
void demls_burn (struct _DemlsRunner *self, Span key_package);
gboolean demls_is_burned (const struct _DemlsRunner *self, Span key_package);

/* --- ballots whose result was told (G60f, S2) ----------------------------------------------------------------------*/

/* Notes it; FALSE if it was told before, here or before it was forgotten. */
gboolean demls_resolved_note (struct _DemlsRunner *self, Span hash);

/* --- packets that do not open (V25) -------------------------------------------------------------------------------*/

typedef struct {
  guint64 serial;
  guint64 epoch; /* that it claims */
  gint64 came;
  guint8 hash[CONSENSUS_HASH_SIZE];
  GBytes *payload;
} DemlsHeld;

/* Holds a packet, dropping a random one if there are too many. FALSE if it is held already. */
gboolean demls_held_put (struct _DemlsRunner *self, Span payload, guint64 epoch);

/* Takes out one. */
void demls_held_drop (struct _DemlsRunner *self, guint64 serial);

/* Those that claim an epoch before `oldest` will never open; how many there were, and between which instants they came
 * (both may be NULL; left alone if there were none). */
guint demls_held_forget (struct _DemlsRunner *self, guint64 oldest, gint64 *first, gint64 *last);

/* --- own chat (V24) -----------------------------------------------------------------------------------------------*/

typedef struct {
  guint64 serial;
  GBytes *message_id;
  char *text;
  gint64 wall; /* when it was said */
  gboolean sent;
  guint8 epoch_id[CONSENSUS_HASH_SIZE]; /* in which it was sent, if it was */
  gboolean settled;                     /* that epoch is final; not saved */
} DemlsSaying;

/* Puts a text behind those that wait. (borrowed) */
DemlsSaying *demls_sayings_put (struct _DemlsRunner *self, GBytes *message_id, const char *text);

/* What was sent in this epoch, which is final now, needs not be sent again: it is forgotten after ten minutes, in which
 * it may yet turn out that somebody else used the same keys and nobody could read it (X6). */
void demls_sayings_settle (struct _DemlsRunner *self, const guint8 epoch_id[CONSENSUS_HASH_SIZE]);
void demls_sayings_drop (struct _DemlsRunner *self, const DemlsSaying *saying);

/* X6: what was said in these ten minutes counts as not sent. */
void demls_sayings_unsend_recent (struct _DemlsRunner *self);

/* It counts as not sent: its epoch was left. Its row changed. */
void demls_saying_unsend (struct _DemlsRunner *self, DemlsSaying *saying);
void demls_saying_dirty (struct _DemlsRunner *self, const DemlsSaying *saying);

/* --- chat that was shown (V24) ------------------------------------------------------------------------------------*/

typedef struct {
  guint64 serial;
  guint8 key[CONSENSUS_OWNER_SIZE + DEMLS_MESSAGE_ID_SIZE];
} DemlsShown;

/* Notes (sender, message_id); FALSE if it was shown before. */
gboolean demls_shown_note (struct _DemlsRunner *self, Span sender, Span message_id);

/* --- candidates and seals as they were sent (V31) -----------------------------------------------------------------*/

typedef struct {
  guint64 serial;
  guint64 epoch;
  gint64 came;
  GBytes *payload;
} DemlsRaw;

/* Keeps a packet; the oldest go when there are too many bytes, and all after 7 days. */
void demls_raws_put (struct _DemlsRunner *self, Span payload, guint64 epoch);
void demls_raw_free (DemlsRaw *self);

void demls_applicant_free (DemlsApplicant *self);
void demls_held_free (DemlsHeld *self);
void demls_saying_free (DemlsSaying *self);

#endif
