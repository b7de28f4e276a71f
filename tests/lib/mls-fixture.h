/* mls-fixture.h - members and groups in one call, for the tests, benches and fuzzers of the MLS engine.
 *
 * All of it is made with the public functions of src/mls, except the full tree: a tree without a blank parent takes
 * about as many commits as it has members, so its keys, parent hashes and leaf signatures are made directly. What
 * cannot fail here stops the program.
 *
 *   g_autoptr (Suite) suite = suite_new (1);
 *   g_autoptr (Rng) rng = rng_new_seeded (1);
 *   g_autoptr (GPtrArray) groups = fixture_group (suite, rng, 5);
 *   MlsGroup *alice = groups->pdata[0];       // leaf 0
 */
#ifndef DEMLS_TESTS_MLS_FIXTURE_H
#define DEMLS_TESTS_MLS_FIXTURE_H

#include "mls/group.h"

/* --- members ---------------------------------------------------------------------------------------------------- */

/* Somebody with a signature key and a key package, ready to be added or to create a group. */
typedef struct {
  SignKey *key;
  MlsKeyPackageSecrets *secrets;
} FixtureMember;

/* Makes one with a basic credential `name`. (transfer full) */
FixtureMember *fixture_member_new (Suite *suite, Rng *rng, const char *name);

/* The same with another list of leaf extensions (contents of the list). Default: an empty one. (transfer full) */
FixtureMember *fixture_member_new_with (Suite *suite, Rng *rng, const char *name, Span leaf_extensions);

/* A new key package for the same signature key and name. (transfer full) */
FixtureMember *fixture_member_again (Suite *suite, Rng *rng, const FixtureMember *member);

/* `n` of them, "member-0" and so on. An array of FixtureMember. (transfer full) */
GPtrArray *fixture_members_new (Suite *suite, Rng *rng, guint n);

/* The key package to be added. */
const MlsKeyPackage *fixture_member_package (const FixtureMember *member);

void fixture_member_free (FixtureMember *self);

/* --- parts ------------------------------------------------------------------------------------------------------ */

/* Encoded capabilities of all members here: the suite, extensions 0xF0DE and 0xF0DF. (transfer full) */
GBytes *fixture_capabilities (Suite *suite);

/* The group's extensions as mandates V1 wants them: required_capabilities naming 0xF0DE and 0xF0DF, then 0xF0DE with
 * `governance` as its content; contents of the list. (transfer full) */
GBytes *fixture_extensions (Span governance);

/* --- groups ----------------------------------------------------------------------------------------------------- */

/* A group of one, with fixture_extensions ("governance"). (transfer full) */
MlsGroup *fixture_create (Suite *suite, Rng *rng, const FixtureMember *founder);

/* `n` members, all of them really joined: the first created the group, added the others by one commit, and they joined
 * by its Welcome. An array of MlsGroup in the order of the leaves, freed with the array. (transfer full) */
GPtrArray *fixture_group (Suite *suite, Rng *rng, guint n);

/* A group of `n` members, in epoch 1, in whose tree every parent that can have a key has one, such that a joiner
 * accepts the tree. Only the members with the leaf indices `leaves` get an MlsGroup; the others exist as leaves only.
 * Costs about 2 n key derivations and 2 n signatures. An array of MlsGroup in the order of `leaves`.
 * (transfer full) */
GPtrArray *fixture_full_tree_group (Suite *suite, Rng *rng, guint n, const guint32 *leaves, guint n_leaves);

/* --- steps ------------------------------------------------------------------------------------------------------ */

/* `self` commits `proposals` (of MlsProposal, or NULL) by value, as a PublicMessage. (transfer full) */
MlsOwnCommit *fixture_commit (MlsGroup *self, Rng *rng, const GPtrArray *proposals);

/* A list for fixture_commit() and MlsCommitOptions; takes over the proposals, ended by NULL. (transfer full) */
GPtrArray *fixture_proposals (MlsProposal *first, ...) G_GNUC_NULL_TERMINATED;

/* `self` receives, judges and stages `commit`; NULL with the error of the step that refused. (transfer full) */
MlsGroup *fixture_follow (MlsGroup *self, GBytes *commit, GError **error);

/* `member` joins by `welcome`, which contains the tree. (transfer full) */
MlsGroup *fixture_join (Suite *suite, const FixtureMember *member, GBytes *welcome, GError **error);

/* What mls_group_save() writes. (transfer full) */
GBytes *fixture_saved (const MlsGroup *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FixtureMember, fixture_member_free)

#endif
