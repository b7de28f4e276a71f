#include "mls-fixture.h"

#include <stdarg.h>

#include "mls/group-private.h"

#define NOT_BEFORE 1700000000 /* November 2023 */
#define NOT_AFTER 2000000000  /* May 2033 */

static gpointer
must (gpointer result, GError *error)
{
  if (!result)
    g_error ("fixture: %s", error ? error->message : "failed");
  return result;
}

static void
must_be (gboolean fine)
{
  if (!fine)
    g_error ("fixture: failed");
}

/* --- parts ------------------------------------------------------------------------------------------------------- */

static const guint16 private_types[] = { MLS_EXTENSION_DEMLS_GOVERNANCE, MLS_EXTENSION_DEMLS_NICK };

GBytes *
fixture_capabilities (Suite *suite)
{
  guint16 suites[] = { suite_id (suite) };
  return mls_capabilities_encode (suites, 1, private_types, G_N_ELEMENTS (private_types));
}

GBytes *
fixture_extensions (Span governance)
{
  g_auto (Writer) required = WRITER_INIT;
  gsize types = writer_open (&required);
  for (gsize i = 0; i < G_N_ELEMENTS (private_types); i++)
    writer_u16 (&required, private_types[i]);
  writer_close (&required, types);
  writer_vector (&required, SPAN_EMPTY);
  writer_vector (&required, SPAN_EMPTY);
  g_auto (Writer) list = WRITER_INIT;
  mls_extension_write (&list, MLS_EXTENSION_REQUIRED_CAPABILITIES, writer_span (&required));
  mls_extension_write (&list, MLS_EXTENSION_DEMLS_GOVERNANCE, governance);
  return writer_take (&list);
}

/* --- members ----------------------------------------------------------------------------------------------------- */

/* Takes over `key`. */
static FixtureMember *
member_new (Suite *suite, Rng *rng, SignKey *key, Span credential, Span leaf_extensions)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) capabilities = fixture_capabilities (suite);
  MlsKeyPackageFields fields = {
    .credential = credential,
    .capabilities = span_bytes (capabilities),
    .leaf_extensions = leaf_extensions,
    .not_before = NOT_BEFORE,
    .not_after = NOT_AFTER,
  };
  FixtureMember *self = g_new0 (FixtureMember, 1);
  self->key = key;
  self->secrets = mls_key_package_new (suite, rng, key, &fields, &error);
  must (self->secrets, error);
  return self;
}

FixtureMember *
fixture_member_new_with (Suite *suite, Rng *rng, const char *name, Span leaf_extensions)
{
  g_autoptr (GBytes) credential = mls_credential_basic (span_str (name));
  return member_new (suite, rng, must (sign_key_generate (suite, rng), NULL), span_bytes (credential), leaf_extensions);
}

FixtureMember *
fixture_member_new (Suite *suite, Rng *rng, const char *name)
{
  return fixture_member_new_with (suite, rng, name, SPAN_EMPTY);
}

FixtureMember *
fixture_member_again (Suite *suite, Rng *rng, const FixtureMember *member)
{
  const MlsLeafNode *leaf = fixture_member_package (member)->leaf;
  return member_new (suite, rng, sign_key_ref (member->key), leaf->credential, leaf->extensions);
}

GPtrArray *
fixture_members_new (Suite *suite, Rng *rng, guint n)
{
  GPtrArray *members = g_ptr_array_new_with_free_func ((GDestroyNotify) fixture_member_free);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("member-%u", i);
      g_ptr_array_add (members, fixture_member_new (suite, rng, name));
    }
  return members;
}

const MlsKeyPackage *
fixture_member_package (const FixtureMember *member)
{
  return member->secrets->package;
}

void
fixture_member_free (FixtureMember *self)
{
  if (!self)
    return;
  mls_key_package_secrets_free (self->secrets);
  sign_key_unref (self->key);
  g_free (self);
}

/* --- groups ------------------------------------------------------------------------------------------------------ */

MlsGroup *
fixture_create (Suite *suite, Rng *rng, const FixtureMember *founder)
{
  g_autoptr (GError) error = NULL;
  const MlsLeafNode *leaf = fixture_member_package (founder)->leaf;
  MlsKeyPackageFields fields = {
    .credential = leaf->credential,
    .capabilities = leaf->capabilities_encoded,
    .leaf_extensions = leaf->extensions,
    .not_before = leaf->not_before,
    .not_after = leaf->not_after,
  };
  g_autoptr (GBytes) extensions = fixture_extensions (span_str ("governance"));
  return must (mls_group_create (suite, rng, founder->key, span_str ("group"), &fields, span_bytes (extensions),
                                 mls_group_config_default (), &error),
               error);
}

static GPtrArray *
groups_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) mls_group_free);
}

/* The founder's group after a commit that adds all other members, then theirs. */
static void
join_all (Suite *suite, Rng *rng, MlsGroup *founder, const GPtrArray *members, GPtrArray *groups)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) adds = fixture_proposals (NULL, NULL);
  for (guint i = 1; i < members->len; i++)
    g_ptr_array_add (adds, mls_proposal_add (fixture_member_package (members->pdata[i])));
  g_autoptr (MlsOwnCommit) commit = fixture_commit (founder, rng, adds);
  g_ptr_array_add (groups, g_steal_pointer (&commit->next));
  for (guint i = 1; i < members->len; i++)
    g_ptr_array_add (groups, must (fixture_join (suite, members->pdata[i], commit->welcome, &error), error));
}

GPtrArray *
fixture_group (Suite *suite, Rng *rng, guint n)
{
  g_autoptr (GPtrArray) members = fixture_members_new (suite, rng, n);
  g_autoptr (MlsGroup) founder = fixture_create (suite, rng, members->pdata[0]);
  GPtrArray *groups = groups_new ();
  if (n == 1)
    g_ptr_array_add (groups, g_steal_pointer (&founder));
  else
    join_all (suite, rng, founder, members, groups);
  return groups;
}

/* --- the full tree ----------------------------------------------------------------------------------------------- */

/* A tree as if the leaves had committed from the last to the first, each up to the root. What remains of the commit of
 * leaf i is the chain of nodes of which i is the first leaf. */
typedef struct {
  Suite *suite;
  Rng *rng;
  guint n;
  Span group_id;
  MlsTree *tree;
  GPtrArray *keys;      /* of SignKey, by leaf */
  KemKeyPair *pairs;    /* of the leaves */
  Secret *path_secrets; /* by node */
  GBytes *capabilities;
} Forest;

static MlsLeafNode *
sign_leaf (const Forest *self, guint32 leaf, MlsLeafSource source, Span parent_hash)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_strdup_printf ("member-%u", leaf);
  g_autoptr (GBytes) credential = mls_credential_basic (span_str (name));
  SignKey *key = self->keys->pdata[leaf];
  MlsLeafNodeFields fields = {
    .encryption_key = kem_public (&self->pairs[leaf]),
    .signature_key = sign_key_public (key),
    .credential = span_bytes (credential),
    .capabilities = span_bytes (self->capabilities),
    .source = source,
    .not_before = NOT_BEFORE,
    .not_after = NOT_AFTER,
    .parent_hash = parent_hash,
  };
  return must (mls_leaf_node_sign (self->suite, key, &fields, self->group_id, leaf, &error), error);
}

static void
plant (Forest *self)
{
  self->tree = mls_tree_new (self->suite);
  for (guint32 i = 0; i < self->n; i++)
    {
      must_be (kem_generate (self->suite, self->rng, &self->pairs[i]));
      g_ptr_array_add (self->keys, must (sign_key_generate (self->suite, self->rng), NULL));
      g_autoptr (MlsLeafNode) leaf = sign_leaf (self, i, MLS_LEAF_KEY_PACKAGE, SPAN_EMPTY);
      must_be (mls_tree_add (self->tree, leaf) == i);
    }
  self->path_secrets = g_new0 (Secret, mls_node_count (mls_tree_width (self->tree)));
}

/* Fills a node (7.4) and yields the parent hash that its child on the chain carries. */
static void
fill_parent (Forest *self, guint32 node, guint32 copath, guint8 hash[HASH_MAX], gsize hash_len)
{
  gsize nh = suite_hash_size (self->suite);
  g_auto (KemKeyPair) pair = { .public_len = 0 };
  self->path_secrets[node] = rng_secret (self->rng, nh);
  g_auto (Secret) secret = mls_derive_secret (self->suite, secret_span (&self->path_secrets[node]), "node");
  must_be (kem_derive_key_pair (self->suite, secret_span (&secret), &pair));
  mls_tree_set_parent (self->tree, node, kem_public (&pair), span (hash, hash_len));
  mls_tree_parent_hash (self->tree, node, copath, hash);
}

/* The chain of `leaf`. Its top once hung below a node that another chain has since replaced, so its parent hash can be
 * anything, except at the root. */
static void
fill_chain (Forest *self, guint32 leaf)
{
  guint32 path[MLS_MAX_DEPTH], copath[MLS_MAX_DEPTH];
  guint8 hash[HASH_MAX];
  guint n = mls_tree_filtered_path (self->tree, leaf, path, copath), own = 0;
  while (own < n && mls_node_first_leaf (path[own]) == leaf)
    own++;
  if (own == 0)
    return;
  rng_fill (self->rng, hash, sizeof hash);
  for (guint i = own; i-- > 0;)
    fill_parent (self, path[i], copath[i], hash, i + 1 == n ? 0 : suite_hash_size (self->suite));
  g_autoptr (MlsLeafNode) node = sign_leaf (self, leaf, MLS_LEAF_COMMIT, span (hash, suite_hash_size (self->suite)));
  mls_tree_set_leaf (self->tree, leaf, node);
}

static MlsTreeKeys *
keys_of (const Forest *self, guint32 leaf)
{
  g_autoptr (GError) error = NULL;
  MlsTreeKeys *keys = mls_tree_keys_new (&self->pairs[leaf]);
  guint32 root = mls_node_root (mls_tree_width (self->tree)), node = mls_node_of_leaf (leaf);
  while (node != root)
    {
      node = mls_node_parent (node);
      if (!mls_tree_is_blank (self->tree, node))
        must_be (mls_tree_keys_add_node (keys, self->suite, self->tree, leaf, node,
                                         secret_span (&self->path_secrets[node]), &error));
    }
  return keys;
}

static MlsGroup *
group_of (const Forest *self, guint32 leaf, const MlsGroupContext *context, const Secret *epoch_secret)
{
  MlsGroup *group = mls_group_blank (self->suite, self->keys->pdata[leaf], mls_group_config_default ());
  group->context = mls_group_context_ref (context);
  group->tree = mls_tree_copy (self->tree);
  group->keys = keys_of (self, leaf);
  group->own_leaf = leaf;
  mls_epoch_secrets_from_epoch_secret (self->suite, secret_span (epoch_secret), &group->secrets);
  mls_group_settle (group);
  return group;
}

static GPtrArray *
harvest (const Forest *self, const guint32 *leaves, guint n_leaves)
{
  gsize nh = suite_hash_size (self->suite);
  g_autoptr (GBytes) extensions = fixture_extensions (span_str ("governance"));
  g_auto (Secret) confirmed = rng_secret (self->rng, nh);
  g_auto (Secret) epoch_secret = rng_secret (self->rng, nh);
  g_autoptr (MlsGroupContext) context =
      mls_group_context_new (suite_id (self->suite), self->group_id, 1, mls_tree_hash (self->tree),
                             secret_span (&confirmed), span_bytes (extensions));
  GPtrArray *groups = groups_new ();
  for (guint i = 0; i < n_leaves; i++)
    g_ptr_array_add (groups, group_of (self, leaves[i], context, &epoch_secret));
  return groups;
}

static void
fell (Forest *self)
{
  secret_wipe (self->pairs, self->n * sizeof *self->pairs);
  g_free (self->pairs);
  secret_wipe (self->path_secrets, mls_node_count (mls_tree_width (self->tree)) * sizeof *self->path_secrets);
  g_free (self->path_secrets);
  g_ptr_array_unref (self->keys);
  mls_tree_free (self->tree);
  g_bytes_unref (self->capabilities);
}

GPtrArray *
fixture_full_tree_group (Suite *suite, Rng *rng, guint n, const guint32 *leaves, guint n_leaves)
{
  Forest forest = {
    .suite = suite,
    .rng = rng,
    .n = n,
    .group_id = span_str ("group"),
    .keys = g_ptr_array_new_with_free_func ((GDestroyNotify) sign_key_unref),
    .pairs = g_new0 (KemKeyPair, n),
    .capabilities = fixture_capabilities (suite),
  };
  plant (&forest);
  for (guint32 leaf = n; leaf-- > 0;)
    fill_chain (&forest, leaf);
  GPtrArray *groups = harvest (&forest, leaves, n_leaves);
  fell (&forest);
  return groups;
}

/* --- steps ------------------------------------------------------------------------------------------------------- */

MlsOwnCommit *
fixture_commit (MlsGroup *self, Rng *rng, const GPtrArray *proposals)
{
  g_autoptr (GError) error = NULL;
  MlsCommitOptions options = { .proposals = proposals };
  return must (mls_group_commit (self, rng, &options, &error), error);
}

GPtrArray *
fixture_proposals (MlsProposal *first, ...)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) mls_proposal_unref);
  va_list rest;
  va_start (rest, first);
  for (MlsProposal *at = first; at; at = va_arg (rest, MlsProposal *))
    g_ptr_array_add (list, at);
  va_end (rest);
  return list;
}

MlsGroup *
fixture_follow (MlsGroup *self, GBytes *commit, GError **error)
{
  MlsReceived *received = mls_group_receive (self, span_bytes (commit), error);
  if (!received)
    return NULL;
  g_autoptr (MlsJudged) judged = mls_group_judge (self, received, NULL, error);
  return judged ? mls_group_stage (self, judged, NULL, error) : NULL;
}

MlsGroup *
fixture_join (Suite *suite, const FixtureMember *member, GBytes *welcome, GError **error)
{
  return mls_group_join (suite, member->key, member->secrets, span_bytes (welcome), SPAN_EMPTY, NULL,
                         mls_group_config_default (), error);
}

GBytes *
fixture_saved (const MlsGroup *self)
{
  g_auto (Writer) writer = WRITER_INIT;
  mls_group_save (self, &writer);
  return writer_take (&writer);
}
