/* group.h - the face of the MLS engine: one group in one epoch (RFC 9420 sections 11, 12, 15).
 *
 * An MlsGroup is one epoch as a value. Nothing changes it except the keys of its messages (secret-tree.h), which are
 * used up by protecting and unprotecting. A commit, own or received, yields the next epoch as another MlsGroup; which
 * one is kept is the caller's choice, and the old one can still send and receive. The two share nearly all memory.
 *
 * Receiving goes in steps, so that each can be judged by itself:
 *
 *   mls_group_receive()   bytes -> authenticated content           (PrivateMessages use up a key)
 *   mls_group_judge()     a commit -> what every member can tell    (uses no private key, changes nothing)
 *   mls_group_stage()     the same commit -> the next MlsGroup      (uses our private keys, changes nothing)
 *
 * A group never looks at a clock: lifetimes are checked only by the caller (mls_leaf_node_check_lifetime()).
 * Bytes from peers that are refused leave the group as it was, with one MlsError code.
 */
#ifndef DEMLS_MLS_GROUP_H
#define DEMLS_MLS_GROUP_H

#include "mls/private-message.h"
#include "mls/proposal-list.h"
#include "mls/tree-kem.h"
#include "mls/welcome.h"

typedef struct _MlsGroup MlsGroup;

typedef struct {
  MlsRatchetLimits limits;
  gboolean accept_external_commits; /* 12.4.3.2; default FALSE (K10) */
} MlsGroupConfig;

/* The defaults of M21 and K10: mls_ratchet_limits_default(), no external commits. */
MlsGroupConfig mls_group_config_default (void);

/* --- beginning ---------------------------------------------------------------------------------------------------*/

/* 11: a group of one, epoch 0. `leaf` as for a key package; `extensions` are the GroupContext's (contents of the
 * list), which the own leaf must support. Errors: INTERNAL, 7.3's, GROUP_EXTENSION_UNSUPPORTED. (transfer full) */
MlsGroup *mls_group_create (Suite *suite, Rng *rng, SignKey *key, Span group_id, const MlsKeyPackageFields *leaf,
                            Span extensions, MlsGroupConfig config, GError **error);

/* 12.4.3.1: joins by `welcome` (a whole MLSMessage) with the key package that it was made for. `tree` is the ratchet
 * tree if it comes from elsewhere, else empty. `psks` may be NULL. Nothing is consumed on failure. Errors: WELCOME_*,
 * GROUP_INFO_*, RATCHET_TREE_MISSING, TREE_*, what mls_tree_check() finds, OWN_LEAF_MISSING, PSK_*,
 * CONFIRMATION_TAG, REINIT_REFUSED. (transfer full) */
MlsGroup *mls_group_join (Suite *suite, SignKey *key, const MlsKeyPackageSecrets *ours, Span welcome, Span tree,
                          const MlsPskStore *psks, MlsGroupConfig config, GError **error);

void mls_group_free (MlsGroup *self);

/* --- what it is --------------------------------------------------------------------------------------------------*/

/* The cipher suite, borrowed; the GroupContext, which has id, epoch, extensions and tree hash; the public tree; and
 * which of its leaves is ours. All valid as long as the group. */
Suite *mls_group_suite (const MlsGroup *self);
const MlsGroupContext *mls_group_context (const MlsGroup *self);
const MlsTree *mls_group_tree (const MlsGroup *self);
guint32 mls_group_own_leaf (const MlsGroup *self);

/* The leaf whose member signed the Welcome by which we joined; G_MAXUINT32 if we did not, or the group was restored. */
guint32 mls_group_welcomed_by (const MlsGroup *self);

/* 8.7: the same for all members of this epoch and for nobody else; Nh bytes. */
Span mls_group_epoch_authenticator (const MlsGroup *self);

/* 8.6: the resumption PSK of this epoch; Nh bytes. */
Span mls_group_resumption_psk (const MlsGroup *self);

/* 8.5: see mls_exporter(). */
void mls_group_export (const MlsGroup *self, const char *label, Span context, guint8 *out, gsize len);

/* The keys of this epoch's messages; the group stays their owner. */
MlsSecretTree *mls_group_keys (MlsGroup *self);

/* 12.4.3: a signed GroupInfo for this epoch as a whole MLSMessage, with the ratchet tree and, if asked, the external
 * public key. (transfer full) */
GBytes *mls_group_info (const MlsGroup *self, gboolean with_external_pub, GError **error);

/* --- the members' keys under other labels (mandates V4, V5) -------------------------------------------------------*/

/* Signs `content`, which must begin with the caller's own label, with the own leaf's key; bytes written, 0 if the
 * library failed. */
gsize mls_group_sign (const MlsGroup *self, Span content, guint8 out[SIGNATURE_MAX]);

/* TRUE iff the member at `leaf` signed `content`. */
gboolean mls_group_verify (const MlsGroup *self, guint32 leaf, Span content, Span signature);

/* --- sending -----------------------------------------------------------------------------------------------------*/

/* 15: an application message with `padding` zero bytes, as a whole MLSMessage. Uses up a key. (transfer full) */
GBytes *mls_group_seal (MlsGroup *self, Rng *rng, Span plaintext, Span authenticated_data, gsize padding,
                        GError **error);

/* A proposal as a message of its own, public or private (which uses up a key). (transfer full) */
GBytes *mls_group_propose (MlsGroup *self, Rng *rng, const MlsProposal *proposal, Span authenticated_data,
                           MlsWireFormat wire_format, GError **error);

/* 12.1.2: an Update of the own leaf with a fresh encryption key and, if not NULL, other leaf extensions, to be sent by
 * mls_group_propose(). The group remembers the private key, so that it can stage a commit by somebody else that names
 * the Update; the epoch itself stays what it is. The key is saved with the group and forgotten with it. Errors:
 * INTERNAL, MALFORMED, DUPLICATE_EXTENSION, LEAF_EXTENSION, LEAF_REQUIRED_CAPABILITIES. (transfer full) */
MlsProposal *mls_group_make_update (MlsGroup *self, Rng *rng, const Span *leaf_extensions, GError **error);

/* --- receiving ---------------------------------------------------------------------------------------------------*/

/* Authenticated content: group, epoch, sender, signature and membership tag are verified. */
typedef struct {
  MlsAuthenticatedContent *content;
  MlsWireFormat wire_format;
  MlsSender sender;
  guint32 generation;   /* private messages */
  guint8 ref[HASH_MAX]; /* ProposalRef, if it is a proposal */
} MlsReceived;

/* Reads a PublicMessage or PrivateMessage (whole MLSMessage) of this group and epoch. Errors: those of message.h,
 * public-message.h, private-message.h; WRONG_GROUP, WRONG_EPOCH, SENDER_*, SIGNATURE, OWN_MESSAGE (a PrivateMessage of
 * our own leaf, whatever else is wrong with it); for proposals mls_proposal_check()'s; for external commits
 * EXTERNAL_REFUSED, PATH_MISSING. The key of a PrivateMessage is used up only if all of this is in order.
 * (transfer full) */
MlsReceived *mls_group_receive (MlsGroup *self, Span message, GError **error);

/* The same with keys of the caller's, normally mls_secret_tree_copy (mls_group_keys()): the group's stay untouched. */
MlsReceived *mls_group_receive_with (const MlsGroup *self, MlsSecretTree *keys, Span message, GError **error);
void mls_received_free (MlsReceived *self);

/* mls_group_propose() that also yields the proposal as the others will receive it, for those who may have to judge a
 * commit that refers to it: an own PrivateMessage cannot be received. */
GBytes *mls_group_propose_and_hold (MlsGroup *self, Rng *rng, const MlsProposal *proposal, Span authenticated_data,
                                    MlsWireFormat wire_format, MlsReceived **held, GError **error);

/* X6: TRUE iff `message` is a PrivateMessage of this epoch that our own leaf signed with a generation that this group
 * has not sent: somebody else runs with a copy of our state. Consumes nothing. */
gboolean mls_group_is_cloned (const MlsGroup *self, Span message);

/* --- commits -----------------------------------------------------------------------------------------------------*/

/* A received commit as every member of its epoch sees it: no private key was needed to make this. */
typedef struct {
  MlsSender sender;            /* member or new member (external commit) */
  guint32 committer;           /* leaf index in the new tree */
  MlsProposalEffects *effects; /* proposals, Adds, Removes, extensions afterwards */
  MlsUpdatePath *path;         /* or NULL */
  MlsTree *tree;               /* the new epoch's */
  MlsGroupContext *context;    /* the new epoch's */
  Span authenticated_data;
  Span confirmation_tag;
  MlsReceived *received;   /* owned, as the next: they keep the bytes of all this */
  MlsGroupContext *before; /* of the epoch in which it was judged */
  gboolean removes_us;
} MlsJudged;

/* 12.4.2 as far as all can judge: list, path, tree. `proposals` holds the MlsReceived of proposals that the commit may
 * refer to (may be NULL). Takes over `commit`, on failure too. Errors: those of proposal-list.h and mls_path_apply(),
 * PROPOSAL_UNKNOWN, PATH_MISSING, EXTERNAL_* (EXTERNAL_REMOVE also if it removes a leaf with another credential or
 * signature key than the newcomer's), CONTENT_TYPE, WRONG_GROUP, WRONG_EPOCH, COMMIT_BY_SELF. (transfer full) */
MlsJudged *mls_group_judge (const MlsGroup *self, MlsReceived *commit, const GPtrArray *proposals, GError **error);
void mls_judged_free (MlsJudged *self);

/* 12.4.2, the rest: opens the path, runs the key schedule, compares the confirmation tag. Can be repeated, and done on
 * any copy of the group (restored, say), whichever copy judged. Errors: WRONG_GROUP, WRONG_EPOCH, REMOVED, PSK_*,
 * COMMIT_NOT_READABLE (it commits an Update of ours whose key is not held), PATH_DECRYPT, PATH_MISMATCH,
 * CONFIRMATION_TAG. (transfer full) */
MlsGroup *mls_group_stage (const MlsGroup *self, const MlsJudged *judged, const MlsPskStore *psks, GError **error);

/* What an own commit shall be. Zero-initialise; every field has a useful zero. */
typedef struct {
  const GPtrArray *proposals;  /* of MlsProposal, by value, in this order; or NULL */
  const GPtrArray *references; /* of MlsReceived proposals, by reference, before the others; or NULL */
  Span authenticated_data;
  const Span *leaf_extensions; /* new contents of the own leaf's list; NULL: as they are */
  gboolean omit_path;          /* leave the path out where 12.4 allows that */
  gboolean omit_tree;          /* leave the ratchet tree out of the Welcome */
  gboolean private_message;    /* frame as PrivateMessage (uses up a key); default PublicMessage */
  const MlsPskStore *psks;
} MlsCommitOptions;

typedef struct {
  MlsGroup *next;  /* the group if this commit is adopted */
  GBytes *message; /* a whole MLSMessage */
  GBytes *welcome; /* a whole MLSMessage, or NULL without Adds */
} MlsOwnCommit;

/* 12.4.1. Changes nothing unless private_message is set. Errors: those of proposal-list.h, INTERNAL.
 * (transfer full) */
MlsOwnCommit *mls_group_commit (MlsGroup *self, Rng *rng, const MlsCommitOptions *options, GError **error);
void mls_own_commit_free (MlsOwnCommit *self);

/* 12.4.3.2: joins by external commit from a GroupInfo (whole MLSMessage) with external_pub and tree; for tests and
 * interoperability. `removed` is the own old leaf or G_MAXUINT32. (transfer full) */
MlsOwnCommit *mls_group_join_external (Suite *suite, Rng *rng, SignKey *key, const MlsKeyPackageFields *leaf,
                                       Span group_info, Span tree, guint32 removed, MlsGroupConfig config,
                                       GError **error);

/* --- past epochs -------------------------------------------------------------------------------------------------*/

/* Forgets all secrets but those that open messages of this epoch: it cannot be left for another epoch any more, nor
 * sent in, and whoever steals it learns nothing of later ones. What does not read messages is then of no use: seal,
 * judge, stage, commit and export refuse or give nothing of value. Saved and restored like any other group. */
void mls_group_retire (MlsGroup *self);
gboolean mls_group_is_retired (const MlsGroup *self);

/* --- saving ------------------------------------------------------------------------------------------------------*/

/* Everything but the sender ratchets, versioned, byte-exact: saving what was restored gives the same bytes. The
 * ratchets are saved by mls_secret_tree_save() and _save_leaf(). */
void mls_group_save (const MlsGroup *self, Writer *writer);

/* The inverse; `key` is the member's signature key, `keys` a restored secret tree that the group takes over, also on
 * failure. Errors: SAVED_VERSION, SAVED_DAMAGED. (transfer full) */
MlsGroup *mls_group_restore (Suite *suite, SignKey *key, Span saved, MlsSecretTree *keys, MlsGroupConfig config,
                             GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsGroup, mls_group_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsReceived, mls_received_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsJudged, mls_judged_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsOwnCommit, mls_own_commit_free)

#endif
