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
  GBytes *announcement;   /* the packet */
  GBytes *inviter;        /* member id from the link, or NULL */
  gint64 announce_at;
  gint64 announce_step;
  gint64 expires_at;      /* of PendingJoin; once joined, of the keys; DEMLS_NEVER while we come back */
} DemlsJoining;

void demls_joining_free (DemlsJoining *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsJoining, demls_joining_free)

/* A fresh key package of ours. Error: INTERNAL. (transfer full) */
MlsKeyPackageSecrets *demls_join_make_package (const struct _DemlsRunner *self, GError **error);

/* Announces it from now on; `proofs` for a rejoin. Takes `secrets`. */
void demls_join_begin_with (struct _DemlsRunner *self, MlsKeyPackageSecrets *secrets, DemlsRejoinProof *const *proofs,
                            gsize n_proofs, gint64 expires_at);

/* What is due (timers.h). */
void demls_join_announce (struct _DemlsRunner *self);
void demls_join_give_up (struct _DemlsRunner *self);

/* The payload of a proposal to take this applicant in, and its kind; NULL if the announcement is damaged.
 * (transfer full) */
GBytes *demls_join_ask_for (const struct _DemlsRunner *self, const DemlsApplicant *applicant, DemlsKind *kind);

/* The group is confirmed: by its user, or because its inviter was heard (V29). */
void demls_join_confirm (struct _DemlsRunner *self);
void demls_join_heard (struct _DemlsRunner *self, Span member);

/* A packet that does not open where we live: does it in a group to which another Welcome led? Then we may move. */
void demls_join_probe_homes (struct _DemlsRunner *self, guint64 epoch, Span packet);

/* --- Welcomes of others ------------------------------------------------------------------------------------------*/

typedef struct {
  guint8 hash[CONSENSUS_HASH_SIZE];
  GBytes *welcome;
  GPtrArray *joiners;     /* of GBytes: member ids */
  GPtrArray *packages;    /* of GBytes: their key packages */
  GPtrArray *arrived;     /* of GBytes: those who told that they are in */
  gint64 since;
  gint64 due;             /* when it is published (again); DEMLS_NEVER */
} DemlsWelcome;

/* One that nobody waits for yet. (transfer full) */
DemlsWelcome *demls_welcome_new (GBytes *bytes);
void demls_welcome_free (DemlsWelcome *self);

/* The Welcome of a commit that was merged: published by its committer at once, by others later (V29). */
void demls_welcome_keep (struct _DemlsRunner *self, const DemlsOffer *offer);
void demls_welcome_due (struct _DemlsRunner *self, DemlsWelcome *welcome);

/* A joiner told that it is in. */
void demls_welcome_arrived (struct _DemlsRunner *self, Span member);

#endif
