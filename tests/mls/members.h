/* members.h - for the tests of tree-kem and proposal-list: people with keys, and trees of them, without groups.
 */
#ifndef DEMLS_TESTS_MLS_MEMBERS_H
#define DEMLS_TESTS_MLS_MEMBERS_H

#include "cases.h"
#include "mls/group-context.h"
#include "mls/key-package.h"
#include "mls/tree-kem.h"

typedef struct {
  SignKey *key;
  MlsKeyPackageSecrets *secrets;
  MlsTreeKeys *tree_keys;
} Member;

/* What a member says beyond the usual; zero-initialise. */
typedef struct {
  const char *name;  /* basic credential; NULL: "member" */
  Span credential;   /* encoded, instead of that */
  Span capabilities; /* encoded; empty: the suite, extensions 0xF0DE and 0xF0DF, basic credentials */
  Span extensions;
} MemberTraits;

static inline void
member_free (gpointer data)
{
  Member *self = data;
  sign_key_unref (self->key);
  mls_key_package_secrets_free (self->secrets);
  mls_tree_keys_free (self->tree_keys);
  g_free (self);
}

static inline void
members_put_list (Writer *writer, const char *values)
{
  gsize mark = writer_open (writer);
  for (gchar **words = g_strsplit (values, " ", 0), **at = words; at;)
    {
      if (*at)
        {
          if (**at)
            writer_u16 (writer, (guint16) g_ascii_strtoull (*at, NULL, 0));
          at++;
          continue;
        }
      g_strfreev (words);
      at = NULL;
    }
  writer_close (writer, mark);
}

/* Encoded Capabilities from lists of numbers such as "1 0xF0DE". (transfer full) */
static inline GBytes *
members_capabilities (const char *versions, const char *suites, const char *extensions, const char *proposals,
                      const char *credentials)
{
  g_auto (Writer) writer = WRITER_INIT;
  members_put_list (&writer, versions);
  members_put_list (&writer, suites);
  members_put_list (&writer, extensions);
  members_put_list (&writer, proposals);
  members_put_list (&writer, credentials);
  return writer_take (&writer);
}

/* Somebody new; with `key`, somebody with that signature key. */
static inline Member *
member_new_with (Suite *suite, Rng *rng, SignKey *key, const MemberTraits *traits)
{
  Member *self = g_new0 (Member, 1);
  const guint16 extensions[] = { 0xF0DE, 0xF0DF }, id = suite_id (suite);
  g_autoptr (GBytes) capabilities = mls_capabilities_encode (&id, 1, extensions, G_N_ELEMENTS (extensions));
  g_autoptr (GBytes) credential = mls_credential_basic (span_str (traits->name ? traits->name : "member"));
  const MlsKeyPackageFields fields = {
    .credential = traits->credential.len ? traits->credential : span_bytes (credential),
    .capabilities = traits->capabilities.len ? traits->capabilities : span_bytes (capabilities),
    .leaf_extensions = traits->extensions,
    .not_before = 0,
    .not_after = 1u << 30,
  };
  self->key = key ? sign_key_ref (key) : sign_key_generate (suite, rng);
  self->secrets = mls_key_package_new (suite, rng, self->key, &fields, NULL);
  g_assert (self->secrets);
  self->tree_keys = mls_tree_keys_new (&self->secrets->encryption);
  return self;
}

static inline Member *
member_new (Suite *suite, Rng *rng)
{
  const MemberTraits traits = { .name = NULL };
  return member_new_with (suite, rng, NULL, &traits);
}

static inline const MlsLeafNode *
member_leaf (const Member *self)
{
  return self->secrets->package->leaf;
}

/* The fields of a leaf, to be changed and signed again. */
static inline MlsLeafNodeFields
leaf_fields (const MlsLeafNode *leaf)
{
  return (MlsLeafNodeFields){ leaf->encryption_key, leaf->signature_key, leaf->credential, leaf->capabilities_encoded,
                              leaf->source,         leaf->not_before,    leaf->not_after,  leaf->parent_hash,
                              leaf->extensions };
}

/* `n` members at leaves 0 .. n-1 of a new tree without parents. */
static inline MlsTree *
members_tree (Suite *suite, Rng *rng, guint n, GPtrArray *members)
{
  MlsTree *tree = mls_tree_new (suite);
  for (guint i = 0; i < n; i++)
    {
      Member *member = member_new (suite, rng);
      g_ptr_array_add (members, member);
      g_assert (mls_tree_add (tree, member_leaf (member)) == i);
    }
  return tree;
}

static inline Member *
member_at (const GPtrArray *members, guint i)
{
  return members->pdata[i];
}

/* The provisional GroupContext of tests: epoch 1, no extensions. */
static inline GBytes *
members_context (Suite *suite, const MlsTree *tree, Span group_id)
{
  g_autoptr (MlsGroupContext) context =
      mls_group_context_new (suite_id (suite), group_id, 1, mls_tree_hash (tree), SPAN_EMPTY, SPAN_EMPTY);
  return g_bytes_ref (context->encoded);
}

/* The member at leaf `sender` makes a path in `tree`, and all others in `members` (by leaf, may have NULLs) open it. */
static inline void
members_commit (Suite *suite, Rng *rng, MlsTree *tree, GPtrArray *members, guint sender, Span group_id)
{
  const MlsLeafNodeFields fields = leaf_fields (mls_tree_leaf (tree, sender));
  g_autoptr (MlsPathMaker) maker =
      mls_path_maker_new (suite, rng, member_at (members, sender)->key, tree, sender, &fields, group_id, NULL);
  g_autoptr (GBytes) context = members_context (suite, tree, group_id);
  g_auto (Writer) writer = WRITER_INIT;
  g_assert (maker && mls_path_maker_write (maker, rng, span_bytes (context), NULL, &writer, NULL));
  Reader reader = reader_init (writer_span (&writer));
  g_autoptr (MlsUpdatePath) path = mls_update_path_read (&reader, NULL);
  g_assert (path && reader_end (&reader));
  for (guint i = 0; i < members->len; i++)
    {
      g_auto (Secret) secret = SECRET_EMPTY;
      g_autoptr (GError) error = NULL;
      if (i == sender || !members->pdata[i])
        continue;
      if (!mls_path_open (suite, tree, i, sender, path, span_bytes (context), NULL, member_at (members, i)->tree_keys,
                          &secret, &error))
        g_error ("leaf %u cannot open the path of leaf %u: %s", i, sender, error->message);
      g_assert (secret_equal (secret_span (&secret), mls_path_maker_commit_secret (maker)));
    }
  mls_tree_keys_free (member_at (members, sender)->tree_keys);
  member_at (members, sender)->tree_keys = mls_path_maker_keys (maker);
}

#endif
