/* epochs.h - the epochs that are kept, what was offered to follow each, and which offer is the choice (mandates V20,
 * V23, V30).
 *
 * Every kept MLS epoch is a DemlsKept. The candidates received or built for it are its offers; an offer that we can
 * read carries the epoch it leads to. So the epochs form a tree; our branch leads from its root along the choices to
 * the current epoch, which has no choice yet. When the order of offers at a kept epoch changes, the choice there does,
 * and with it the branch: that is a rollback, and coming back finds the states as they were left.
 *
 * Only epochs.c writes `current`, choices and the tree.
 */
#ifndef DEMLS_SESSION_EPOCHS_H
#define DEMLS_SESSION_EPOCHS_H

#include "base/clock.h"
#include "consensus/signer.h"
#include "mls/group.h"
#include "rules/candidate.h"
#include "rules/rank.h"
#include "rules/seal.h"

struct _DemlsRunner;
typedef struct _DemlsKept DemlsKept;

/* A valid candidate, held here. */
typedef struct {
  DemlsCandidate *candidate;
  gint64 came;
  gboolean own;
  gboolean removes_us;
  gboolean heard;  /* a packet of its epoch decrypts (V20) */
  DemlsKept *next; /* NULL if we cannot read it, or are removed by it; of one that replaces our leaf by our
                      wish, the epoch that its Welcome opens */
} DemlsOffer;

struct _DemlsKept {
  MlsGroup *group;
  DemlsEpoch *epoch; /* what the rules see of it */
  DemlsKept *parent; /* NULL for a root */
  GPtrArray *offers; /* of DemlsOffer, in the order in which they came */
  DemlsSeals *seals;
  DemlsOffer *choice;
  gint64 choice_since;
  gint64 entered_at;   /* when it was current first; DEMLS_NEVER before */
  gint64 left_at;      /* when a choice was merged first; DEMLS_NEVER before */
  gboolean built;      /* we built our one candidate (V18) */
  guint unfit;         /* so much work, and none of it fit for a candidate of ours; not saved */
  gboolean sealed;     /* we gave our one seal (V30) */
  gboolean final;      /* retired: kept for late chat only */
  gboolean lived;      /* it was current, or is our own candidate's: saved as it is, not staged again */
  GHashTable *home;    /* a Welcome led here: who was heard in it, and when last (recv.h); else NULL */
  guint32 welcomed_by; /* of a home: the leaf that signed its Welcome */
  gboolean used;       /* its keys changed since it was saved (snapshot.c) */
};

/* --- one epoch ---------------------------------------------------------------------------------------------------*/

/* The epoch of `group`, which it takes over, on failure too. Errors: demls_epoch_new()'s. (transfer full) */
DemlsKept *demls_kept_new (MlsGroup *group, GError **error);
void demls_kept_free (DemlsKept *self);
void demls_offer_free (DemlsOffer *self);

/* Its epoch_id, and its number. */
Span demls_kept_id (const DemlsKept *self);
guint64 demls_kept_number (const DemlsKept *self);

/* The offer whose commit_message has this SHA-256, or NULL. */
DemlsOffer *demls_kept_find_offer (const DemlsKept *self, Span hash);

/* Could it be our choice: can we read it, or does it remove us? */
gboolean demls_offer_can_be_choice (const DemlsOffer *self);

/* SHA-256 of its commit_message, and its committer. */
Span demls_offer_hash (const DemlsOffer *self);
Span demls_offer_committer (const DemlsOffer *self);

/* V30's order: the first offer that can be our choice, or (`any`) the first of all. NULL if there is none. */
DemlsOffer *demls_kept_best (const DemlsKept *self, gboolean any);

/* --- all of them -------------------------------------------------------------------------------------------------*/

/* Puts a root in place and makes it current (founding, joining, rejoining). Takes `kept`. */
void demls_epochs_plant (struct _DemlsRunner *self, DemlsKept *kept);

/* V29: keeps another root beside that in which we live; moves to it; lets go of it. Takes `kept`. */
void demls_epochs_add_home (struct _DemlsRunner *self, DemlsKept *kept);
void demls_epochs_move (struct _DemlsRunner *self, DemlsKept *kept);
void demls_epochs_forget (struct _DemlsRunner *self, DemlsKept *kept);

/* Takes one out of the list. (transfer full) */
DemlsKept *demls_epochs_take_out (struct _DemlsRunner *self, DemlsKept *kept);

/* Lets go of all of them, before a new root is planted. */
void demls_epochs_forget_all (struct _DemlsRunner *self);

/* The epoch with this epoch_id, or NULL. */
DemlsKept *demls_epochs_find (const struct _DemlsRunner *self, Span id);

/* Do we still have the leaf with which we sent in `kept`: no commit since then has replaced it (V26)? */
gboolean demls_epochs_has_our_leaf (const struct _DemlsRunner *self, const DemlsKept *kept);

/* Is it on our branch and not for chat only? */
gboolean demls_epochs_is_ours (const struct _DemlsRunner *self, const DemlsKept *kept);

/* How many epochs count towards V23's 64; the number of the oldest one. */
guint demls_epochs_kept (const struct _DemlsRunner *self);
guint64 demls_epochs_oldest (const struct _DemlsRunner *self);

/* The first epoch of our branch; NULL in PendingJoin. (borrowed) */
DemlsKept *demls_epochs_root (const struct _DemlsRunner *self);

/* A CommitCandidate that came in `kept`, sent by anybody: judged, staged, held. NULL if it is
 * refused or known. Errors: DEMLS_RULE_ERROR, MLS_ERROR, REPEATED, FLOOD. (borrowed) */
DemlsOffer *demls_epochs_take (struct _DemlsRunner *self, DemlsKept *kept, Span encoded, GError **error);

/* Holds our own, with the group it leads to (which it takes over). NULL if it is not valid, which is a bug of ours.
 * (borrowed) */
DemlsOffer *demls_epochs_take_own (struct _DemlsRunner *self, Span encoded, MlsGroup *next, GError **error);

/* The same for a restored one: staged anew unless `next` is given. NULL if it is not valid. (borrowed) */
DemlsOffer *demls_epochs_restore_offer (struct _DemlsRunner *self, DemlsKept *kept, Span encoded, DemlsKept *next);

/* A seal whose signature was verified. TRUE if it was new. */
gboolean demls_epochs_seal (struct _DemlsRunner *self, DemlsKept *kept, const DemlsSeal *seal);

/* Merges the best readable offer of the current epoch; FALSE if there is none. */
gboolean demls_epochs_merge (struct _DemlsRunner *self);

/* After a new offer or seal: goes back and over to a better branch if there is one; lets go of what is final. */
void demls_epochs_settle (struct _DemlsRunner *self);

/* V23: lets all go whose time is over. V30: seals the choice of `kept`. */
void demls_epochs_expire (struct _DemlsRunner *self);
void demls_epochs_give_seal (struct _DemlsRunner *self, DemlsKept *kept);

/* Its keys were used: they must be saved. */
void demls_epochs_touched (struct _DemlsRunner *self, DemlsKept *kept);

/* Writes all the rows of an epoch anew. */
void demls_epochs_dirty (struct _DemlsRunner *self, const DemlsKept *kept);

#endif
