/* proposals.h - for the tests of proposal-list: a tree with some history, and proposals good and bad.
 */
#ifndef DEMLS_TESTS_MLS_PROPOSALS_H
#define DEMLS_TESTS_MLS_PROPOSALS_H

#include <string.h>

#include "members.h"
#include "mls/proposal-list.h"

#define ID span_str ("group")
#define COMMITTER 2

/* --- a group of eight: leaf 6 is blank, leaf 1 committed, then leaf 4 --- */

typedef struct {
  Suite *suite;
  Rng *rng;
  GPtrArray *members; /* by leaf */
  Member *outsider;
  MlsTree *tree;
  GBytes *extensions; /* required_capabilities with 0xF0DE and 0xF0DF, then 0xF0DE */
  GArray *listed;     /* of MlsListedProposal, the list under construction */
} Stage;

static inline void
free_if_any (gpointer member)
{
  if (member)
    member_free (member);
}

static inline void
stage_clear (Stage *self)
{
  g_clear_pointer (&self->members, g_ptr_array_unref);
  g_clear_pointer (&self->outsider, member_free);
  g_clear_pointer (&self->tree, mls_tree_free);
  g_clear_pointer (&self->extensions, g_bytes_unref);
  g_clear_pointer (&self->listed, g_array_unref);
  g_clear_pointer (&self->rng, rng_free);
  g_clear_pointer (&self->suite, suite_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stage, stage_clear)

/* required_capabilities, then 0xF0DE */
#define SOME_EXTENSIONS                                                                                                \
  "0003"                                                                                                               \
  "09"                                                                                                                 \
  "04f0def0df"                                                                                                         \
  "00"                                                                                                                 \
  "020001"                                                                                                             \
  "f0de"                                                                                                               \
  "0161"

static inline Stage
stage_new (void)
{
  Stage self = { .suite = suite_new (1), .rng = rng_new_seeded (1) };
  self.members = g_ptr_array_new_with_free_func (free_if_any);
  self.tree = members_tree (self.suite, self.rng, 8, self.members);
  self.extensions = bytes_from_hex (SOME_EXTENSIONS);
  self.outsider = member_new (self.suite, self.rng);
  self.listed = g_array_new (FALSE, FALSE, sizeof (MlsListedProposal));
  mls_tree_remove (self.tree, 6);
  g_clear_pointer (&self.members->pdata[6], member_free);
  members_commit (self.suite, self.rng, self.tree, self.members, 1, ID);
  members_commit (self.suite, self.rng, self.tree, self.members, 4, ID);
  return self;
}

static inline MlsListScene
scene (const Stage *self)
{
  return (MlsListScene){ self->suite, self->tree, ID, span_bytes (self->extensions) };
}

#define BY_MEMBER ((MlsSender){ MLS_SENDER_MEMBER, COMMITTER })
#define BY_JOINER ((MlsSender){ MLS_SENDER_NEW_MEMBER_COMMIT, 0 })

/* Takes over the proposal. */
static inline void
list_from (Stage *self, MlsProposal *proposal, MlsSenderType type, guint32 index, gboolean by_reference)
{
  ck_assert_ptr_nonnull (proposal);
  MlsListedProposal listed = { proposal, { type, index }, by_reference };
  g_array_append_val (self->listed, listed);
}

/* By value in a commit of `committer`. */
static inline void
list (Stage *self, MlsProposal *proposal)
{
  list_from (self, proposal, MLS_SENDER_MEMBER, COMMITTER, FALSE);
}

/* By reference, from a member. */
static inline void
list_by (Stage *self, guint32 sender, MlsProposal *proposal)
{
  list_from (self, proposal, MLS_SENDER_MEMBER, sender, TRUE);
}

/* By value in an external commit. */
static inline void
list_external (Stage *self, MlsProposal *proposal)
{
  list_from (self, proposal, MLS_SENDER_NEW_MEMBER_COMMIT, 0, FALSE);
}

static inline MlsProposalEffects *
accepted_of (Stage *self, MlsSender by)
{
  g_autoptr (GError) error = NULL;
  const MlsListScene here = scene (self);
  g_autoptr (GBytes) before = span_dup (mls_tree_hash (self->tree));
  MlsProposalEffects *effects = mls_proposal_list_apply (&here, &by, self->listed, &error);
  ck_assert_msg (effects != NULL, "%s", error ? error->message : "no error");
  ck_assert_uint_eq (self->listed->len, 0);
  ck_assert (span_equal (span_bytes (before), mls_tree_hash (self->tree)));
  return effects;
}

static inline MlsProposalEffects *
accepted (Stage *self)
{
  return accepted_of (self, BY_MEMBER);
}

static inline void
refused_of (Stage *self, MlsSender by, MlsError code, int line)
{
  g_autoptr (GError) error = NULL;
  const MlsListScene here = scene (self);
  g_autoptr (GBytes) before = span_dup (mls_tree_hash (self->tree));
  ck_assert_msg (mls_proposal_list_apply (&here, &by, self->listed, &error) == NULL, "line %d: accepted", line);
  ck_assert_msg (is_code (&error, code), "line %d", line);
  ck_assert_uint_eq (self->listed->len, 0);
  ck_assert (span_equal (span_bytes (before), mls_tree_hash (self->tree)));
}

#define refused(self, code) refused_of (self, BY_MEMBER, code, __LINE__)
#define refused_joiner(self, code) refused_of (self, BY_JOINER, code, __LINE__)

/* --- making proposals, good and bad ------------------------------------------------------------------------------- */

static inline MlsProposal *
parse (const char *hex)
{
  g_autoptr (GBytes) bytes = bytes_from_hex (hex);
  return mls_proposal_parse (span_bytes (bytes), NULL);
}

static inline MlsProposal *
add_member (const Member *member)
{
  return mls_proposal_add (member->secrets->package);
}

/* An Add of somebody with these traits, who is forgotten at once. */
static inline MlsProposal *
add_new (Stage *self, SignKey *key, const MemberTraits *traits)
{
  Member *member = member_new_with (self->suite, self->rng, key, traits);
  MlsProposal *proposal = add_member (member);
  member_free (member);
  return proposal;
}

static inline MlsProposal *
add_plain (Stage *self)
{
  const MemberTraits traits = { .name = NULL };
  return add_new (self, NULL, &traits);
}

/* What a KeyPackage says, to be signed by the outsider. */
typedef struct {
  guint16 version;
  guint16 suite;
  Span init_key;
  MlsLeafNodeFields leaf;
  SignKey *leaf_signer;
  SignKey *signer;
} PackageFields;

static inline PackageFields
package_fields (const Stage *self)
{
  const MlsKeyPackage *package = self->outsider->secrets->package;
  return (PackageFields){ package->version,    package->suite,     package->init_key, leaf_fields (package->leaf),
                          self->outsider->key, self->outsider->key };
}

static inline MlsProposal *
add_fields (const Stage *self, const PackageFields *fields)
{
  guint8 signature[SIGNATURE_MAX];
  g_autoptr (MlsLeafNode) leaf = mls_leaf_node_sign (self->suite, fields->leaf_signer, &fields->leaf, ID, 0, NULL);
  g_auto (Writer) writer = WRITER_INIT;
  ck_assert_ptr_nonnull (leaf);
  writer_u16 (&writer, fields->version);
  writer_u16 (&writer, fields->suite);
  writer_vector (&writer, fields->init_key);
  writer_raw (&writer, span_bytes (leaf->encoded));
  writer_vector (&writer, SPAN_EMPTY);
  gsize len = mls_sign (self->suite, fields->signer, "KeyPackageTBS", writer_span (&writer), signature);
  writer_vector (&writer, span (signature, len));
  g_autoptr (MlsKeyPackage) package = mls_key_package_parse (writer_span (&writer), NULL);
  ck_assert_ptr_nonnull (package);
  return mls_proposal_add (package);
}

static inline MlsLeafNodeFields
update_fields (const Stage *self, guint32 leaf)
{
  MlsLeafNodeFields fields = leaf_fields (mls_tree_leaf (self->tree, leaf));
  fields.source = MLS_LEAF_UPDATE;
  return fields;
}

static inline MlsProposal *
update_fields_signed (const Stage *self, guint32 leaf, SignKey *key, const MlsLeafNodeFields *fields)
{
  g_autoptr (MlsLeafNode) node = mls_leaf_node_sign (self->suite, key, fields, ID, leaf, NULL);
  ck_assert_ptr_nonnull (node);
  return mls_proposal_update (node);
}

/* A good Update with a fresh encryption key; with `key`, also another signature key. */
static inline MlsProposal *
update_with (const Stage *self, guint32 leaf, SignKey *key)
{
  g_auto (KemKeyPair) pair;
  ck_assert (kem_generate (self->suite, self->rng, &pair));
  MlsLeafNodeFields fields = update_fields (self, leaf);
  fields.encryption_key = kem_public (&pair);
  fields.signature_key = sign_key_public (key);
  return update_fields_signed (self, leaf, key, &fields);
}

static inline MlsProposal *
update (const Stage *self, guint32 leaf)
{
  return update_with (self, leaf, member_at (self->members, leaf)->key);
}

static inline MlsProposal *
extensions (const char *hex)
{
  g_autoptr (GBytes) bytes = bytes_from_hex (hex);
  return mls_proposal_group_context_extensions (span_bytes (bytes));
}

static inline MlsProposal *
psk (const char *id, guint8 nonce, gsize nonce_len)
{
  guint8 bytes[40];
  memset (bytes, nonce, sizeof bytes);
  const MlsPskId external = { .type = MLS_PSK_EXTERNAL,
                              .external_id = span_str (id),
                              .nonce = span (bytes, nonce_len) };
  return mls_proposal_psk (&external);
}

static inline MlsProposal *
resumption (MlsPskUsage usage, guint64 epoch, guint8 nonce)
{
  guint8 bytes[32];
  memset (bytes, nonce, sizeof bytes);
  const MlsPskId id = {
    .type = MLS_PSK_RESUMPTION, .usage = usage, .group_id = ID, .epoch = epoch, .nonce = SPAN_OF (bytes)
  };
  return mls_proposal_psk (&id);
}

static inline MlsProposal *
external_init (void)
{
  return mls_proposal_external_init (span_str ("kem output"));
}

#define REINIT                                                                                                         \
  "0005"                                                                                                               \
  "0161"                                                                                                               \
  "0001"                                                                                                               \
  "0001"                                                                                                               \
  "00"
#define REINIT_OLD                                                                                                     \
  "0005"                                                                                                               \
  "0161"                                                                                                               \
  "0000"                                                                                                               \
  "0001"                                                                                                               \
  "00"

#endif
