/* join.h - founding, asking to join, Welcomes (governance G13, G20, G79; mandates V2, V7, V29).
 */
#ifndef DEMLS_SESSION_JOIN_H
#define DEMLS_SESSION_JOIN_H

#include "mls/key-package.h"
#include "session/epochs.h"
#include "session/queues.h"

struct _DemlsRunner;

/* Our own asking to join, or to come back (V26). */
typedef struct {
  MlsKeyPackageSecrets *secrets;
  GBytes *announcement; /* the packet */
  GBytes *inviter;      /* member id from the link, or NULL */
  gint64 announce_at;
  gint64 announce_step;
  gint64 expires_at;   /* of PendingJoin; once joined, of the keys; DEMLS_NEVER while we come back */
  gboolean complained; /* an unusable Welcome was told of; not saved */
} DemlsJoining;

void demls_joining_free (DemlsJoining *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsJoining, demls_joining_free)

/* A fresh key package of ours. Error: INTERNAL. (transfer full) */
MlsKeyPackageSecrets *demls_join_make_package (const struct _DemlsRunner *self, GError **error);

/* Announces it from now on. Takes `secrets`. */
void demls_join_begin_with (struct _DemlsRunner *self, MlsKeyPackageSecrets *secrets, gint64 expires_at);

/* The announcement carries these, for a rejoin. */
void demls_join_set_proofs (struct _DemlsRunner *self, DemlsRejoinProof *const *proofs, gsize n_proofs);

/* Announces again in at most so many seconds, and then as often as in the beginning; or no more. */
void demls_join_hurry (struct _DemlsRunner *self, guint seconds);
void demls_join_hush (struct _DemlsRunner *self);

/* The epoch that a Welcome to our key package opens. Errors: NOT_FOR_US, UNJOINABLE. (transfer full) */
DemlsKept *demls_join_open (struct _DemlsRunner *self, Span welcome, GError **error);

/* We are in: the announcing ends, the keys stay for a while in case of another Welcome. Telling the others. */
void demls_join_settle (struct _DemlsRunner *self);
void demls_join_send_notice (struct _DemlsRunner *self);

/* What is due (timers.h). */
void demls_join_announce (struct _DemlsRunner *self);
void demls_join_give_up (struct _DemlsRunner *self);

/* The payload of a proposal to take this applicant in, and its kind; NULL if the announcement is damaged.
 * (transfer full) */
GBytes *demls_join_ask_for (const struct _DemlsRunner *self, const DemlsApplicant *applicant, DemlsKind *kind);

/* The group is confirmed: by its user, or because its inviter was heard (V29). */
void demls_join_confirm (struct _DemlsRunner *self);
void demls_join_heard (struct _DemlsRunner *self, Span member);

/* A packet that came at `came` and does not open where we live: does it in a group to which another Welcome led? Then
 * we may move there, if more members were heard last there (V29). */
void demls_join_probe_homes (struct _DemlsRunner *self, guint64 epoch, Span packet, gint64 came);

/* --- Welcomes of others ------------------------------------------------------------------------------------------*/

typedef struct {
  guint8 hash[CONSENSUS_HASH_SIZE];
  GBytes *welcome;
  GPtrArray *joiners;  /* of GBytes: member ids */
  GPtrArray *packages; /* of GBytes: their key packages */
  GPtrArray *arrived;  /* of GBytes: those who told that they are in */
  gint64 since;
  gint64 due; /* when it is published (again); DEMLS_NEVER */
} DemlsWelcome;

/* One that nobody waits for yet. (transfer full) */
DemlsWelcome *demls_welcome_new (GBytes *bytes);
void demls_welcome_free (DemlsWelcome *self);

/* The Welcome of a commit that was merged: published by its committer at once, by others later (V29). */
void demls_welcome_keep (struct _DemlsRunner *self, const DemlsOffer *offer);
void demls_welcome_due (struct _DemlsRunner *self, DemlsWelcome *welcome);

/* It was published by somebody; the key package was announced again: is there a Welcome for it, which goes out again
 * then? */
void demls_welcome_seen (struct _DemlsRunner *self, Span bytes);
gboolean demls_welcome_again (struct _DemlsRunner *self, Span package);

/* A joiner told that it is in. */
void demls_welcome_arrived (struct _DemlsRunner *self, Span member);

#endif
