/* group-private.h - the inside of an MlsGroup, for the group-*.c files (and the fixture of the tests).
 *
 * A group is filled in two strokes: whoever begins an epoch (create, join, stage, commit) sets the public half and the
 * tree keys on a group from mls_group_blank(), then lets mls_group_enter() run the key schedule. A group that is only
 * half filled is freed like any other.
 */
#ifndef DEMLS_MLS_GROUP_PRIVATE_H
#define DEMLS_MLS_GROUP_PRIVATE_H

#include "mls/group.h"
#include "mls/key-schedule.h"

struct _MlsGroup {
  Suite *suite;
  MlsGroupConfig config;
  SignKey *key;
  MlsGroupContext *context;
  MlsTree *tree;
  MlsTreeKeys *keys;
  guint32 own_leaf;
  MlsEpochSecrets secrets;
  MlsSecretTree *messages;
  guint8 confirmation_tag[HASH_MAX]; /* of the commit that began this epoch; Nh bytes */
  guint8 interim[HASH_MAX];          /* interim_transcript_hash (8.2); Nh bytes */
  GPtrArray *updates;                /* of KemKeyPair: own Updates made in this epoch */
  guint32 welcomed_by;               /* leaf that signed our Welcome, or G_MAXUINT32; not saved */
  gboolean retired;                  /* mls_group_retire() */
};

/* --- group.c ----------------------------------------------------------------------------------------------------- */

/* A group without contents; takes its own references. */
MlsGroup *mls_group_blank (Suite *suite, SignKey *key, MlsGroupConfig config);

/* 8: derives the epoch's secrets from its joiner secret, then as mls_group_settle(). `context` and `tree` are set. */
void mls_group_enter (MlsGroup *self, Span joiner_secret, Span psk_secret);

/* With `secrets` set: as mls_group_settle_hashes(), and the secret tree, whose root `secrets` forgets. */
void mls_group_settle (MlsGroup *self);

/* 8.1, 8.2: confirmation tag and interim transcript hash. */
void mls_group_settle_hashes (MlsGroup *self);

/* 12.4.2, 12.4.3.1: compares the tag that came over the wire. Error: CONFIRMATION_TAG. */
gboolean mls_group_confirm (const MlsGroup *self, Span confirmation_tag, GError **error);

/* FALSE once it is retired. Error: WRONG_EPOCH. */
gboolean mls_group_check_alive (const MlsGroup *self, GError **error);

/* Nh bytes of an array of HASH_MAX. */
Span mls_group_hash (const MlsGroup *self, const guint8 *bytes);

/* The group as proposal lists see it. */
MlsListScene mls_group_scene (const MlsGroup *self);

/* This member as a sender. */
MlsSender mls_group_self (const MlsGroup *self);

/* 8.1, 8.2: the GroupContext of the next epoch. Error: UNSUPPORTED after epoch 2^64-1. (transfer full) */
MlsGroupContext *mls_group_next_context (const MlsGroup *self, const MlsTree *tree, Span confirmed, Span extensions,
                                         GError **error);

/* --- group-update.c ---------------------------------------------------------------------------------------------- */

/* A list for `updates`. (transfer full) */
GPtrArray *mls_group_updates_new (void);

/* Remembers a copy of the key pair of an own Update. */
void mls_group_keep_update (MlsGroup *self, const KemKeyPair *pair);

/* The key pair of an own Update with this public key; NULL if none is remembered. */
const KemKeyPair *mls_group_find_update (const MlsGroup *self, Span encryption_key);

/* --- group-send.c ------------------------------------------------------------------------------------------------ */

/* Protects what was signed (6.2, 6.3): a whole MLSMessage. A PrivateMessage uses up a key. (transfer full) */
GBytes *mls_group_protect (MlsGroup *self, Rng *rng, const MlsAuthenticatedContent *content, gsize padding,
                           GError **error);

/* 12.4.3: a bare GroupInfo. (transfer full) */
GBytes *mls_group_sign_info (const MlsGroup *self, gboolean with_tree, gboolean with_external_pub, GError **error);

/* --- group-join.c ------------------------------------------------------------------------------------------------ */

/* 12.4.3.1, 12.4.3.3: the ratchet tree that goes with `info` (from `elsewhere` unless that is empty), the signer's
 * signature, suite, tree hash and the tree's contents checked in the RFC's order. Errors: RATCHET_TREE_MISSING, TREE_*,
 * GROUP_INFO_*, SUITE, and mls_tree_check()'s. (transfer full) */
MlsTree *mls_group_info_check_tree (Suite *suite, const MlsGroupInfo *info, Span elsewhere, GError **error);

/* --- group-list.c ------------------------------------------------------------------------------------------------ */

/* An empty list for mls_proposal_list_apply(); of MlsListedProposal, which it clears. (transfer full) */
GArray *mls_group_list_new (void);

/* Appends a proposal by value of `committer`. */
void mls_group_list_value (GArray *list, const MlsProposal *proposal, const MlsSender *committer);

/* Appends a proposal that was received in this epoch. Error: PROPOSAL_UNKNOWN. */
gboolean mls_group_list_received (const MlsGroup *self, GArray *list, const MlsReceived *received, GError **error);

/* 12.4: the list of a received commit, its references looked up among `held` (of MlsReceived; may be NULL). Errors:
 * PROPOSAL_UNKNOWN, EXTERNAL_PROPOSAL. (transfer full) */
GArray *mls_group_list_commit (const MlsGroup *self, const MlsCommit *commit, const MlsSender *committer,
                               const GPtrArray *held, GError **error);

/* --- group-commit.c ---------------------------------------------------------------------------------------------- */

/* 12.4.1 for a committer that is a member, or one who joins by it: then `self` is the epoch as seen from outside, with
 * the init secret of 8.3 in its `secrets`. `fields` are the new leaf's. (transfer full) */
MlsOwnCommit *mls_group_make_commit (MlsGroup *self, Rng *rng, MlsSender sender, const MlsCommitOptions *options,
                                     const MlsLeafNodeFields *fields, GError **error);

#endif
