/* rejoin.h - coming back with fresh keys (mandates V4, V26, V29, DESIGN X6).
 *
 * Who lost touch announces a fresh key package with proofs: signatures over the leaves that may stand for it in the
 * others' tree. Who is in the tree but never came in (its Welcome is lost, or was none) knows neither that nor the
 * group's instance, which a proof signs: it announces plainly, and is told both by a LeafAt (V29).
 */
#ifndef DEMLS_SESSION_REJOIN_H
#define DEMLS_SESSION_REJOIN_H

#include "session/join.h"

struct _DemlsRunner;

/* Out of sync: announces a fresh key package with its proofs, by itself at most once a day. TRUE if it did. */
gboolean demls_rejoin_try (struct _DemlsRunner *self);

/* When it may do so by itself, if it is out of sync and does not announce; else DEMLS_NEVER. */
gint64 demls_rejoin_try_at (const struct _DemlsRunner *self);

/* Somebody else sends with our keys (X6): the same, and nothing is sent with the old keys any more. */
void demls_rejoin_cloned (struct _DemlsRunner *self);

/* A packet decrypted after all: the announcing ends. */
void demls_rejoin_found_again (struct _DemlsRunner *self);

/* A LeafAt: this leaf stands for us in the group of this instance. */
void demls_rejoin_hinted (struct _DemlsRunner *self, Span leaf_hash, Span instance);

/* The announcement is about to go out (again): with new keys if what it offers is in the tree already or expires, and
 * with proofs over the leaves that are known by now. */
void demls_rejoin_renew (struct _DemlsRunner *self);

/* A Welcome to our new leaf was opened: the old epochs go, what was typed stays. `kept` is the new root. */
void demls_rejoin_arrived (struct _DemlsRunner *self, DemlsKept *kept);

/* May we leave everything for the group of this Welcome? Only if it is the one that we are in, and whoever signed the
 * Welcome was a member as far as we know. */
gboolean demls_rejoin_may_trust (const struct _DemlsRunner *self, const DemlsKept *kept);

/* The candidate replaces our leaf by the package that we announced: the epoch that its Welcome opens, else NULL.
 * (transfer full) */
DemlsKept *demls_rejoin_stage (struct _DemlsRunner *self, const DemlsKept *kept, const DemlsOffer *offer);

/* Does this Welcome belong to a candidate that is held and staged? Then V30's order decides about it (V26). */
gboolean demls_rejoin_is_staged (const struct _DemlsRunner *self, Span welcome);

/* Our branch leads over a commit that replaces our leaf. With its next epoch staged we live on there; without it, we
 * wait for the Welcome, or, if we never wished it, somebody has our key: then we rejoin ourselves. */
void demls_rejoin_replaced (struct _DemlsRunner *self, const DemlsOffer *offer);

/* Does this candidate replace our leaf, and by a package that we announced? */
gboolean demls_rejoin_is_ours (const struct _DemlsRunner *self, const DemlsOffer *offer);
gboolean demls_rejoin_is_wished (const struct _DemlsRunner *self, const DemlsOffer *offer);

#endif
