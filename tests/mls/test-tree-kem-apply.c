/* test-tree-kem-apply.c - mls_path_apply() and mls_path_open() refuse: one change each, one code each.
 */
#include "paths.h"

START_TEST (a_path_of_another_length_is_refused)
{
  g_auto (Eight) eight = eight_new (1);
  g_auto (Made) made = make_by (&eight, 2);
  g_array_remove_index (made.path->nodes, 2);
  refused (&eight, &made, 2, MLS_ERROR_PATH_LENGTH);
  const MlsUpdatePathNode extra = *node (&made, 0);
  g_array_append_val (made.path->nodes, extra);
  g_array_append_val (made.path->nodes, extra);
  refused (&eight, &made, 2, MLS_ERROR_PATH_LENGTH);
}
END_TEST

START_TEST (each_recipient_gets_one_ciphertext)
{
  g_auto (Eight) eight = eight_new (1);
  for (guint i = 0; i < 3; i++)
    for (gint step = -1; step <= 1; step += 2)
      {
        g_auto (Made) made = make_by (&eight, 2);
        node (&made, i)->n_ciphertexts += (guint32) step;
        refused (&eight, &made, 2, MLS_ERROR_PATH_CIPHERTEXTS);
      }
}
END_TEST

START_TEST (path_keys_are_keys_of_the_suite)
{
  static const guint8 bytes[KEM_PUBLIC_MAX] = { 4, 1, 2, 3 };
  for (guint16 id = 1; id <= 7; id++)
    {
      g_auto (Eight) eight = eight_new (id);
      g_auto (Made) made = make_by (&eight, 2);
      gsize size = suite_kem_public_size (eight.suite);
      node (&made, 1)->encryption_key = span (bytes, size - 1);
      refused (&eight, &made, 2, MLS_ERROR_PATH_KEY);
      node (&made, 1)->encryption_key = SPAN_EMPTY;
      refused (&eight, &made, 2, MLS_ERROR_PATH_KEY);
      if (id == 2 || id == 5 || id == 7) /* not on the curve */
        {
          node (&made, 1)->encryption_key = span (bytes, size);
          refused (&eight, &made, 2, MLS_ERROR_PATH_KEY);
        }
    }
}
END_TEST

START_TEST (path_keys_are_new)
{
  g_auto (Eight) eight = eight_new (1);
  g_auto (Made) made = make_by (&eight, 2);
  const Span known[] = {
    mls_tree_parent (eight.tree, 1)->encryption_key, /* elsewhere */
    mls_tree_parent (eight.tree, 7)->encryption_key, /* about to be replaced */
    mls_tree_leaf (eight.tree, 7)->encryption_key,
    mls_tree_leaf (eight.tree, 2)->encryption_key,
    node (&made, 2)->encryption_key,
    made.path->leaf->encryption_key,
  };
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      node (&made, 1)->encryption_key = known[i];
      refused (&eight, &made, 2, MLS_ERROR_PATH_DUPLICATE_KEY);
    }
}
END_TEST

/* A path by leaf 2 with other leaves in it. */
typedef struct {
  Eight eight;
  Made made;
  SignKey *key;
  MlsLeafNode *good;
  MlsLeafNodeFields fields; /* those of the good leaf */
} Bench;

static void
bench_clear (Bench *self)
{
  mls_leaf_node_unref (self->good);
  made_clear (&self->made);
  eight_clear (&self->eight);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bench, bench_clear)

static Bench
bench_new (void)
{
  Bench self = { .eight = eight_new (1) };
  self.made = make_by (&self.eight, 2);
  self.key = member_at (self.eight.members, 2)->key;
  self.good = mls_leaf_node_ref (self.made.path->leaf);
  self.fields = leaf_fields (self.good);
  return self;
}

static void
refused_leaf (Bench *self, SignKey *key, const MlsLeafNodeFields *fields, MlsError code)
{
  sign_again (&self->eight, &self->made, 2, key, fields);
  refused (&self->eight, &self->made, 2, code);
}

START_TEST (the_leaf_obeys_7_3)
{
  static const guint8 bytes[64] = { 1 };
  const guint16 extensions[] = { 0xF0DE, 0xF0DF }, suite1 = 1;
  g_auto (Bench) self = bench_new ();
  g_autoptr (GBytes) foreign = bytes_from_hex ("020002"
                                               "020001"
                                               "04f0def0df"
                                               "00"
                                               "020001"); /* another version */
  g_autoptr (GBytes) fewer = mls_capabilities_encode (&suite1, 1, extensions, 1);
  g_autoptr (GBytes) nick = bytes_from_hex ("f0df0161");
  const MlsError codes[] = {
    MLS_ERROR_LEAF_SOURCE,       MLS_ERROR_LEAF_SOURCE,    MLS_ERROR_LEAF_ENCRYPTION_KEY, MLS_ERROR_LEAF_SIGNATURE_KEY,
    MLS_ERROR_LEAF_CAPABILITIES, MLS_ERROR_LEAF_EXTENSION, MLS_ERROR_PATH_PARENT_HASH,    MLS_ERROR_PATH_PARENT_HASH,
  };
  MlsLeafNodeFields cases[G_N_ELEMENTS (codes)];
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    cases[i] = self.fields;
  cases[0].source = MLS_LEAF_UPDATE;
  cases[1].source = MLS_LEAF_KEY_PACKAGE;
  cases[2].encryption_key = span (bytes, 31);
  cases[3].signature_key = span (bytes, 31);
  cases[4].capabilities = span_bytes (foreign);
  cases[5].capabilities = span_bytes (fewer);
  cases[5].extensions = span_bytes (nick);
  cases[6].parent_hash = span (bytes, 32);
  cases[7].parent_hash = SPAN_EMPTY;
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    refused_leaf (&self, self.key, &cases[i], codes[i]);
}
END_TEST

START_TEST (the_leaf_has_keys_of_its_own)
{
  g_auto (Bench) self = bench_new ();
  const MlsTree *tree = self.eight.tree;
  const Span known[] = { mls_tree_leaf (tree, 2)->encryption_key, /* what it had */
                         mls_tree_leaf (tree, 5)->encryption_key, mls_tree_parent (tree, 3)->encryption_key };
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      MlsLeafNodeFields fields = self.fields;
      fields.encryption_key = known[i];
      refused_leaf (&self, self.key, &fields, MLS_ERROR_DUPLICATE_ENCRYPTION_KEY);
    }
  MlsLeafNodeFields fields = self.fields;
  fields.signature_key = mls_tree_leaf (tree, 5)->signature_key;
  refused_leaf (&self, member_at (self.eight.members, 5)->key, &fields, MLS_ERROR_DUPLICATE_SIGNATURE_KEY);
}
END_TEST

START_TEST (the_leaf_has_a_credential_for_all)
{
  g_auto (Bench) self = bench_new ();
  g_autoptr (GBytes) both = members_capabilities ("1", "1", "0xF0DE 0xF0DF", "", "2 1");
  g_autoptr (GBytes) no_basic = members_capabilities ("1", "1", "0xF0DE 0xF0DF", "", "2");
  g_autoptr (GBytes) certificate = bytes_from_hex ("00020100"); /* one empty certificate */
  MlsLeafNodeFields fields = self.fields;
  fields.credential = span_bytes (certificate);
  fields.capabilities = span_bytes (both); /* the others do not know it */
  refused_leaf (&self, self.key, &fields, MLS_ERROR_LEAF_CREDENTIAL);
  fields.capabilities = span_bytes (no_basic); /* nor it theirs */
  refused_leaf (&self, self.key, &fields, MLS_ERROR_LEAF_CREDENTIAL);
}
END_TEST

START_TEST (the_leaf_is_signed_for_group_and_place)
{
  g_auto (Bench) self = bench_new ();
  const struct {
    const char *group;
    guint32 leaf;
    SignKey *key;
  } cases[] = {
    { "grouq", 2, self.key },
    { "group", 3, self.key },
    { "group", 2, member_at (self.eight.members, 5)->key },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      mls_leaf_node_unref (self.made.path->leaf);
      self.made.path->leaf = mls_leaf_node_sign (self.eight.suite, cases[i].key, &self.fields,
                                                 span_str (cases[i].group), cases[i].leaf, NULL);
      refused (&self.eight, &self.made, 2, MLS_ERROR_LEAF_SIGNATURE);
    }
}
END_TEST

/* 7.5: credential, capabilities, and the signature key if it is new. */
START_TEST (the_leaf_may_change_the_rest)
{
  g_auto (Bench) self = bench_new ();
  g_autoptr (GBytes) capabilities = members_capabilities ("1 2", "7 1", "0xF0DF 0xF0DE", "9", "2 1");
  g_autoptr (GBytes) credential = mls_credential_basic (span_str ("renamed"));
  g_autoptr (SignKey) fresh = sign_key_generate (self.eight.suite, self.eight.rng);
  MlsLeafNodeFields fields = self.fields;
  fields.credential = span_bytes (credential);
  fields.signature_key = sign_key_public (fresh);
  fields.capabilities = span_bytes (capabilities);
  sign_again (&self.eight, &self.made, 2, fresh, &fields);
  g_autoptr (MlsTree) tree = mls_tree_copy (self.eight.tree);
  ck_assert (mls_path_apply (self.eight.suite, tree, 2, self.made.path, ID, NULL, NULL));
}
END_TEST

/* 7.5: the keys of a path chain up to the leaf, so none can be exchanged. */
START_TEST (parent_hashes_bind_the_path)
{
  g_auto (Eight) eight = eight_new (1);
  g_auto (KemKeyPair) pair;
  ck_assert (kem_generate (eight.suite, eight.rng, &pair));
  for (guint i = 0; i < 3; i++)
    {
      g_auto (Made) made = make_by (&eight, 2);
      node (&made, i)->encryption_key = kem_public (&pair);
      refused (&eight, &made, 2, MLS_ERROR_PATH_PARENT_HASH);
    }
}
END_TEST

static void
does_not_open (const Eight *eight, const Made *made, const MlsTree *tree, guint32 leaf, Span context, MlsError code)
{
  g_auto (Writer) before = WRITER_INIT;
  g_auto (Writer) after = WRITER_INIT;
  g_auto (Secret) secret = SECRET_EMPTY;
  g_autoptr (GError) error = NULL;
  MlsTreeKeys *keys = member_at (eight->members, leaf)->tree_keys;
  mls_tree_keys_save (keys, &before);
  ck_assert (!mls_path_open (eight->suite, tree, leaf, 2, made->path, context, NULL, keys, &secret, &error));
  ck_assert (is_code (&error, code));
  mls_tree_keys_save (keys, &after);
  ck_assert (span_equal (writer_span (&before), writer_span (&after)));
}

START_TEST (what_does_not_open_changes_nothing)
{
  g_auto (Eight) eight = eight_new (1);
  g_auto (Made) made = make_by (&eight, 2);
  Span context = span_bytes (made.context);
  for (guint32 leaf = 0; leaf < 8; leaf++)
    if (leaf != 6 && leaf != 2)
      {
        does_not_open (&eight, &made, made.after, leaf, span (context.data, context.len - 1), MLS_ERROR_PATH_DECRYPT);
        for (guint i = 0; i < 3; i++)
          {
            MlsUpdatePathNode whole = *node (&made, i);
            node (&made, i)->n_ciphertexts = 0;
            gboolean ours = mls_node_level (mls_node_common_ancestor (leaf, 2)) == i + 1;
            if (ours)
              does_not_open (&eight, &made, made.after, leaf, context, MLS_ERROR_PATH_DECRYPT);
            *node (&made, i) = whole;
          }
      }
  does_not_open (&eight, &made, made.after, 2, context, MLS_ERROR_PATH_DECRYPT); /* the committer itself */
  g_array_set_size (made.path->nodes, 0);
  does_not_open (&eight, &made, made.after, 0, context, MLS_ERROR_PATH_DECRYPT);
}
END_TEST

/* A path whose ciphertexts open but whose secrets are not those of its keys. */
START_TEST (secrets_must_fit_the_keys)
{
  g_auto (Eight) eight = eight_new (1);
  g_auto (Made) made = make_by (&eight, 2);
  g_auto (KemKeyPair) pair;
  ck_assert (kem_generate (eight.suite, eight.rng, &pair));
  for (guint level = 1; level <= 3; level++)
    {
      g_autoptr (MlsTree) tree = mls_tree_copy (made.after);
      guint32 at = mls_node_common_ancestor (2, 2 ^ (1u << (level - 1)));
      g_autoptr (GBytes) hash = span_dup (mls_tree_parent (tree, at)->parent_hash);
      mls_tree_set_parent (tree, at, kem_public (&pair), span_bytes (hash));
      for (guint32 leaf = 0; leaf < 8; leaf++)
        if (leaf != 6 && leaf != 2 && mls_node_level (mls_node_common_ancestor (leaf, 2)) <= level)
          does_not_open (&eight, &made, tree, leaf, span_bytes (made.context), MLS_ERROR_PATH_MISMATCH);
    }
}
END_TEST

START_TEST (ciphertexts_of_another_size_do_not_open)
{
  g_auto (Eight) eight = eight_new (1);
  g_auto (Made) made = make_by (&eight, 2);
  Span enc, sealed;
  mls_update_path_ciphertext (node (&made, 0), 0, &enc, &sealed);
  for (gsize len = 0; len <= sealed.len + 1; len++)
    {
      if (len == sealed.len)
        continue;
      g_autoptr (GBytes) other = resized (sealed, len);
      g_auto (Writer) writer = WRITER_INIT;
      writer_vector (&writer, enc);
      writer_vector (&writer, span_bytes (other));
      MlsUpdatePathNode whole = *node (&made, 0);
      node (&made, 0)->ciphertexts = writer_span (&writer);
      does_not_open (&eight, &made, made.after, 3, span_bytes (made.context), MLS_ERROR_PATH_DECRYPT);
      *node (&made, 0) = whole;
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    a_path_of_another_length_is_refused,
    each_recipient_gets_one_ciphertext,
    path_keys_are_keys_of_the_suite,
    path_keys_are_new,
    the_leaf_obeys_7_3,
    the_leaf_has_keys_of_its_own,
    the_leaf_has_a_credential_for_all,
    the_leaf_is_signed_for_group_and_place,
    the_leaf_may_change_the_rest,
    parent_hashes_bind_the_path,
    what_does_not_open_changes_nothing,
    secrets_must_fit_the_keys,
    ciphertexts_of_another_size_do_not_open,
  };
  return run_tests ("mls/tree-kem-apply", tests, G_N_ELEMENTS (tests));
}
