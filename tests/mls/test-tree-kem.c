/* test-tree-kem.c - mls/tree-kem.h: paths that reach everybody, the keys that members keep, and the published TreeKEM
 * vectors. What is refused is in test-tree-kem-apply.c.
 */
#include <string.h>

#include "mls/tree-kem-private.h"
#include "paths.h"

/* --- positive ---------------------------------------------------------------------------------------------------- */

START_TEST (a_path_reaches_everybody_in_every_suite)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_auto (Eight) eight = eight_new (id);
      for (guint32 sender = 0; sender < 8; sender++)
        if (sender != 6)
          {
            g_auto (Made) made = make_by (&eight, sender);
            ck_assert (apply (&eight, &made, sender, NULL, NULL));
            members_commit (eight.suite, eight.rng, eight.tree, eight.members, sender, ID);
          }
    }
}
END_TEST

START_TEST (one_member_alone_makes_an_empty_path)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_auto (Eight) eight = { .suite = suite_ref (suite), .rng = rng_new_seeded (7) };
  eight.members = g_ptr_array_new_with_free_func (member_free);
  eight.tree = members_tree (suite, eight.rng, 1, eight.members);
  g_auto (Made) made = make_by (&eight, 0);
  ck_assert_uint_eq (made.path->nodes->len, 0);
  ck_assert_uint_eq (made.path->leaf->parent_hash.len, 0);
  ck_assert_uint_eq (mls_path_maker_commit_secret (made.maker).len, 32);
  ck_assert (apply (&eight, &made, 0, NULL, NULL));
  ck_assert_uint_eq (mls_path_maker_secret_for (made.maker, 0).len, 0);
}
END_TEST

/* 12.4.1: those added by the same commit get no ciphertext but, in their Welcome, the secret of the lowest node that is
 * above both. */
START_TEST (new_members_are_left_out_and_use_their_welcome)
{
  g_auto (Eight) eight = eight_new (1);
  Member *newcomers[2];
  g_autoptr (GArray) added = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint i = 0; i < 2; i++)
    {
      newcomers[i] = member_new (eight.suite, eight.rng);
      guint32 leaf = mls_tree_add (eight.tree, member_leaf (newcomers[i]));
      g_array_append_val (added, leaf);
    }
  ck_assert_uint_eq (g_array_index (added, guint32, 0), 6);
  ck_assert_uint_eq (g_array_index (added, guint32, 1), 8);

  for (guint32 sender = 0; sender < 8; sender++)
    {
      if (sender == 6)
        continue;
      g_auto (Made) made = make (&eight, eight.tree, sender, member_at (eight.members, sender)->key,
                                 mls_tree_leaf (eight.tree, sender), added);
      ck_assert (apply (&eight, &made, sender, added, NULL));
      refused (&eight, &made, sender, MLS_ERROR_PATH_CIPHERTEXTS);
      for (guint i = 0; i < 2; i++)
        {
          guint32 leaf = g_array_index (added, guint32, i), meeting = mls_node_common_ancestor (sender, leaf);
          Span secret = mls_path_maker_secret_for (made.maker, leaf);
          g_autoptr (MlsTreeKeys) keys = mls_tree_keys_copy (newcomers[i]->tree_keys);
          ck_assert (mls_tree_keys_add_path (keys, eight.suite, made.after, leaf, meeting, secret, NULL));
          for (guint32 at = meeting;; at = mls_node_parent (at))
            {
              ck_assert (mls_tree_is_blank (made.after, at) || mls_tree_keys_find (keys, made.after, leaf, at));
              if (at == mls_node_root (mls_tree_width (made.after)))
                break;
            }
          g_auto (Secret) commit = SECRET_EMPTY;
          g_autoptr (GError) error = NULL;
          ck_assert (!mls_path_open (eight.suite, made.after, leaf, sender, made.path, span_bytes (made.context), added,
                                     newcomers[i]->tree_keys, &commit, &error));
          ck_assert (is_code (&error, MLS_ERROR_PATH_DECRYPT));
        }
      for (guint32 other = 0; other < 8; other++)
        if (other != sender && other != 6)
          {
            g_auto (Secret) commit = SECRET_EMPTY;
            g_autoptr (MlsTreeKeys) keys = mls_tree_keys_copy (member_at (eight.members, other)->tree_keys);
            ck_assert (mls_path_open (eight.suite, made.after, other, sender, made.path, span_bytes (made.context),
                                      added, keys, &commit, NULL));
            ck_assert (secret_equal (secret_span (&commit), mls_path_maker_commit_secret (made.maker)));
          }
    }
  member_free (newcomers[0]);
  member_free (newcomers[1]);
}
END_TEST

/* 12.4.3.2, once into a blank leaf and once by widening the tree. */
START_TEST (an_external_joiner_takes_the_leftmost_blank_leaf)
{
  g_auto (Eight) eight = eight_new (1);
  for (guint round = 0; round < 3; round++)
    {
      static const guint32 places[] = { 6, 8, 9 };
      guint32 place = mls_path_new_leaf (eight.tree);
      ck_assert_uint_eq (place, places[round]);
      Member *joiner = member_new (eight.suite, eight.rng);
      g_auto (Made) made = make (&eight, eight.tree, place, joiner->key, member_leaf (joiner), NULL);
      ck_assert_uint_eq (mls_tree_width (made.after), round ? 16 : 8);
      ck_assert (apply (&eight, &made, place, NULL, NULL));
      for (guint32 other = 0; other < 8; other++)
        if (other != 6)
          {
            g_auto (Secret) commit = SECRET_EMPTY;
            ck_assert (mls_path_open (eight.suite, made.after, other, place, made.path, span_bytes (made.context), NULL,
                                      member_at (eight.members, other)->tree_keys, &commit, NULL));
            ck_assert (secret_equal (secret_span (&commit), mls_path_maker_commit_secret (made.maker)));
          }
      /* The joiner's leaf may stand there already: the same. */
      g_autoptr (MlsTree) tree = mls_tree_copy (eight.tree);
      ck_assert_uint_eq (mls_tree_add (tree, made.path->leaf), place);
      ck_assert (mls_path_apply (eight.suite, tree, place, made.path, ID, NULL, NULL));
      ck_assert (span_equal (mls_tree_hash (tree), mls_tree_hash (made.after)));
      refused (&eight, &made, place + 3, MLS_ERROR_SENDER_UNKNOWN);
      mls_tree_free (eight.tree);
      eight.tree = mls_tree_copy (made.after);
      member_free (joiner);
    }
}
END_TEST

START_TEST (an_external_joiner_must_bring_new_keys)
{
  g_auto (Eight) eight = eight_new (1);
  g_auto (Made) made =
      make (&eight, eight.tree, 6, member_at (eight.members, 3)->key, mls_tree_leaf (eight.tree, 3), NULL);
  refused (&eight, &made, 6, MLS_ERROR_DUPLICATE_SIGNATURE_KEY);
  Member *joiner = member_new (eight.suite, eight.rng);
  g_autoptr (MlsLeafNode) good = mls_leaf_node_ref (made.path->leaf);
  MlsLeafNodeFields fields = leaf_fields (good);
  fields.signature_key = sign_key_public (joiner->key);
  fields.encryption_key = mls_tree_leaf (eight.tree, 3)->encryption_key;
  sign_again (&eight, &made, 6, joiner->key, &fields);
  refused (&eight, &made, 6, MLS_ERROR_DUPLICATE_ENCRYPTION_KEY);
  fields.encryption_key = mls_tree_parent (eight.tree, 7)->encryption_key;
  sign_again (&eight, &made, 6, joiner->key, &fields);
  refused (&eight, &made, 6, MLS_ERROR_DUPLICATE_ENCRYPTION_KEY);
  member_free (joiner);
}
END_TEST

/* A leaf with a key of small order: nothing can be sealed to it, and all others do without it. */
START_TEST (a_member_with_a_useless_key_harms_itself_only)
{
  g_auto (Eight) eight = eight_new (1);
  static const guint8 zeros[32];
  MlsLeafNodeFields fields = leaf_fields (mls_tree_leaf (eight.tree, 3));
  fields.encryption_key = SPAN_OF (zeros);
  fields.source = MLS_LEAF_UPDATE;
  g_autoptr (MlsLeafNode) leaf =
      mls_leaf_node_sign (eight.suite, member_at (eight.members, 3)->key, &fields, ID, 3, NULL);
  mls_tree_update (eight.tree, 3, leaf);
  g_clear_pointer (&eight.members->pdata[3], member_free);
  members_commit (eight.suite, eight.rng, eight.tree, eight.members, 2, ID);
  members_commit (eight.suite, eight.rng, eight.tree, eight.members, 7, ID);
}
END_TEST

/* --- private keys ------------------------------------------------------------------------------------------------ */

START_TEST (saved_keys_come_back)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_auto (Eight) eight = eight_new (id);
      for (guint32 leaf = 0; leaf < 8; leaf++)
        {
          if (leaf == 6)
            continue;
          const MlsTreeKeys *keys = member_at (eight.members, leaf)->tree_keys;
          g_auto (Writer) first = WRITER_INIT;
          g_auto (Writer) second = WRITER_INIT;
          mls_tree_keys_save (keys, &first);
          Reader reader = reader_init (writer_span (&first));
          g_autoptr (MlsTreeKeys) back = mls_tree_keys_restore (eight.suite, &reader, NULL);
          ck_assert (back && reader_end (&reader));
          mls_tree_keys_save (back, &second);
          ck_assert (span_equal (writer_span (&first), writer_span (&second)));
          for (guint32 at = 0; at < mls_node_count (8); at++)
            ck_assert_int_eq (mls_tree_keys_find (keys, eight.tree, leaf, at) != NULL,
                              mls_tree_keys_find (back, eight.tree, leaf, at) != NULL);
          for (gsize len = 0; len < writer_span (&first).len; len++)
            {
              g_autoptr (GBytes) less = resized (writer_span (&first), len);
              g_autoptr (GError) error = NULL;
              Reader cut = reader_init (span_bytes (less));
              ck_assert_ptr_null (mls_tree_keys_restore (eight.suite, &cut, &error));
              ck_assert (is_code (&error, MLS_ERROR_SAVED_DAMAGED));
            }
        }
    }
}
END_TEST

START_TEST (damaged_saved_keys_are_refused)
{
  g_autoptr (Suite) suite = suite_new (1);
  static const struct {
    const char *why, *hex;
  } cases[] = {
    { "levels out of order", "4044" /* 68 bytes */
                             "01"
                             "20"
                             "0101010101010101010101010101010101010101010101010101010101010101"
                             "00"
                             "20"
                             "0101010101010101010101010101010101010101010101010101010101010101" },
    { "a level twice", "4044"
                       "01"
                       "20"
                       "0101010101010101010101010101010101010101010101010101010101010101"
                       "01"
                       "20"
                       "0101010101010101010101010101010101010101010101010101010101010101" },
    { "a level too high", "22"
                          "19"
                          "20"
                          "0101010101010101010101010101010101010101010101010101010101010101" },
    { "a key too short", "21"
                         "01"
                         "1f"
                         "01010101010101010101010101010101010101010101010101010101010101" },
    { "a key too long", "404c"
                        "01"
                        "4049"
                        "0101010101010101010101010101010101010101010101010101010101010101010101010101010101"
                        "0101010101010101010101010101010101010101010101010101010101010101" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) bytes = bytes_from_hex (cases[i].hex);
      g_autoptr (GError) error = NULL;
      Reader reader = reader_init (span_bytes (bytes));
      ck_assert_ptr_null (mls_tree_keys_restore (suite, &reader, &error));
      ck_assert_msg (is_code (&error, MLS_ERROR_SAVED_DAMAGED), "%s", cases[i].why);
    }
}
END_TEST

START_TEST (pruning_forgets_what_is_dead)
{
  g_auto (Eight) eight = eight_new (1);
  MlsTreeKeys *keys = member_at (eight.members, 0)->tree_keys;
  const guint32 above[] = { 0, 1, 3, 7 };
  for (gsize i = 0; i < G_N_ELEMENTS (above); i++)
    ck_assert_ptr_nonnull (mls_tree_keys_find (keys, eight.tree, 0, above[i]));
  ck_assert_ptr_null (mls_tree_keys_find (keys, eight.tree, 0, 2));
  ck_assert_ptr_null (mls_tree_keys_find (keys, eight.tree, 0, 11));

  g_autoptr (MlsTree) later = mls_tree_copy (eight.tree);
  mls_tree_blank_parent (later, 3);
  mls_tree_keys_prune (keys, later, 0);
  ck_assert_ptr_null (mls_tree_keys_find (keys, eight.tree, 0, 3));
  ck_assert_ptr_nonnull (mls_tree_keys_find (keys, eight.tree, 0, 1));
  ck_assert_ptr_nonnull (mls_tree_keys_find (keys, eight.tree, 0, 7));

  for (guint32 leaf = 7; leaf >= 2; leaf--)
    if (mls_tree_leaf (later, leaf))
      mls_tree_remove (later, leaf);
  ck_assert_uint_eq (mls_tree_width (later), 2);
  mls_tree_keys_prune (keys, later, 0);
  ck_assert_ptr_null (mls_tree_keys_find (keys, eight.tree, 0, 7));
  ck_assert_ptr_nonnull (mls_tree_keys_find (keys, eight.tree, 0, 0));
}
END_TEST

START_TEST (foreign_path_secrets_are_refused)
{
  g_auto (Eight) eight = eight_new (1);
  g_auto (Made) made = make_by (&eight, 2);
  Span secret = mls_path_maker_secret_for (made.maker, 0); /* of node 3 */
  g_autoptr (MlsTreeKeys) keys = mls_tree_keys_copy (member_at (eight.members, 0)->tree_keys);
  guint8 wrong[32];
  memcpy (wrong, secret.data, sizeof wrong);
  wrong[31] ^= 1;
  const struct {
    guint32 node;
    Span secret;
  } cases[] = {
    { 3, SPAN_OF (wrong) },  { 3, span (secret.data, 31) },
    { 3, SPAN_EMPTY },       { 1, secret },
    { 7, secret },           { 0, secret },
    { 11, secret },          { 15, secret },
    { G_MAXUINT32, secret },
  };
  g_auto (Writer) before = WRITER_INIT;
  mls_tree_keys_save (keys, &before);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (Writer) after = WRITER_INIT;
      ck_assert (!mls_tree_keys_add_path (keys, eight.suite, made.after, 0, cases[i].node, cases[i].secret, &error));
      ck_assert (is_code (&error, MLS_ERROR_WELCOME_PATH_SECRET));
      ck_assert (!mls_tree_keys_add_node (keys, eight.suite, made.after, 0, cases[i].node, cases[i].secret, &error));
      ck_assert (is_code (&error, MLS_ERROR_WELCOME_PATH_SECRET));
      mls_tree_keys_save (keys, &after);
      ck_assert (span_equal (writer_span (&before), writer_span (&after)));
    }
  ck_assert (mls_tree_keys_add_path (keys, eight.suite, made.after, 0, 3, secret, NULL));
}
END_TEST

/* --- the published vectors ---------------------------------------------------------------------------------------- */

typedef struct {
  Suite *suite;
  Rng *rng;
  Span group_id;
  guint64 epoch;
  Span transcript;
  MlsTree *tree;
  guint32 width;
  MlsTreeKeys **keys; /* by leaf; NULL where blank */
  SignKey **signers;
} Vector;

static void
vector_clear (Vector *self)
{
  for (guint32 i = 0; i < self->width; i++)
    {
      mls_tree_keys_free (self->keys[i]);
      if (self->signers[i])
        sign_key_unref (self->signers[i]);
    }
  g_free (self->keys);
  g_free (self->signers);
  mls_tree_free (self->tree);
  rng_free (self->rng);
  suite_unref (self->suite);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Vector, vector_clear)

static gboolean
read_private (Vector *self, JsonObject *object)
{
  guint32 leaf = (guint32) vectors_int (object, "index");
  g_auto (KemKeyPair) pair;
  CASE_HOLDS (kem_key_pair_from_private (self->suite, vectors_span (object, "encryption_priv"), &pair));
  CASE_HOLDS (leaf < self->width && !self->keys[leaf]);
  self->keys[leaf] = mls_tree_keys_new (&pair);
  self->signers[leaf] = sign_key_new (self->suite, vectors_span (object, "signature_priv"));
  CASE_HOLDS (self->signers[leaf]);
  CASE_HOLDS (mls_tree_keys_find (self->keys[leaf], self->tree, leaf, 2 * leaf));
  JsonArray *secrets = vectors_array (object, "path_secrets");
  for (guint i = 0; i < json_array_get_length (secrets); i++)
    {
      JsonObject *item = json_array_get_object_element (secrets, i);
      guint32 at = (guint32) vectors_int (item, "node");
      CASE_HOLDS (mls_tree_keys_add_node (self->keys[leaf], self->suite, self->tree, leaf, at,
                                          vectors_span (item, "path_secret"), NULL));
      CASE_HOLDS (mls_tree_keys_find (self->keys[leaf], self->tree, leaf, at));
    }
  return TRUE;
}

static GBytes *
vector_context (const Vector *self, const MlsTree *tree)
{
  g_autoptr (MlsGroupContext) context = mls_group_context_new (suite_id (self->suite), self->group_id, self->epoch,
                                                               mls_tree_hash (tree), self->transcript, SPAN_EMPTY);
  return g_bytes_ref (context->encoded);
}

/* All leaves but the sender's process a path; `secrets` are the path secrets to be found, if known. */
static gboolean
all_process (const Vector *self, guint32 sender, const MlsUpdatePath *path, const MlsTree *after, JsonArray *secrets,
             Span commit_secret)
{
  g_autoptr (GBytes) context = vector_context (self, after);
  for (guint32 leaf = 0; leaf < self->width; leaf++)
    {
      g_auto (Secret) found = SECRET_EMPTY;
      g_auto (Secret) commit = SECRET_EMPTY;
      guint place;
      if (leaf == sender || !mls_tree_leaf (self->tree, leaf))
        continue;
      CASE_HOLDS (self->keys[leaf]);
      g_autoptr (MlsTreeKeys) keys = mls_tree_keys_copy (self->keys[leaf]);
      CASE_HOLDS (mls_path_decrypt (self->suite, after, leaf, sender, path, span_bytes (context), NULL, keys, &found,
                                    &place, NULL));
      if (secrets)
        CASE_HOLDS (secret_equal (secret_span (&found), vectors_span_at (secrets, leaf)));
      CASE_HOLDS (
          mls_path_open (self->suite, after, leaf, sender, path, span_bytes (context), NULL, keys, &commit, NULL));
      CASE_HOLDS (secret_equal (secret_span (&commit), commit_secret));
    }
  return TRUE;
}

static gboolean
create_and_process (const Vector *self, guint32 sender)
{
  g_autoptr (MlsTree) made = mls_tree_copy (self->tree);
  g_autoptr (MlsTree) merged = mls_tree_copy (self->tree);
  const guint16 suites[] = { 1, 2, 3, 4, 5, 6, 7 };
  g_autoptr (GBytes) capabilities = mls_capabilities_encode (suites, G_N_ELEMENTS (suites), NULL, 0);
  MlsLeafNodeFields fields = leaf_fields (mls_tree_leaf (self->tree, sender));
  fields.capabilities = span_bytes (capabilities);
  g_autoptr (MlsPathMaker) maker =
      mls_path_maker_new (self->suite, self->rng, self->signers[sender], made, sender, &fields, self->group_id, NULL);
  CASE_HOLDS (maker);
  g_autoptr (GBytes) context = vector_context (self, made);
  g_auto (Writer) writer = WRITER_INIT;
  CASE_HOLDS (mls_path_maker_write (maker, self->rng, span_bytes (context), NULL, &writer, NULL));
  Reader reader = reader_init (writer_span (&writer));
  g_autoptr (MlsUpdatePath) path = mls_update_path_read (&reader, NULL);
  CASE_HOLDS (path && reader_end (&reader));
  CASE_HOLDS (mls_path_apply (self->suite, merged, sender, path, self->group_id, NULL, NULL));
  CASE_HOLDS (span_equal (mls_tree_hash (made), mls_tree_hash (merged)));
  return all_process (self, sender, path, merged, NULL, mls_path_maker_commit_secret (maker));
}

static gboolean
check_path (const Vector *self, JsonObject *object)
{
  guint32 sender = (guint32) vectors_int (object, "sender");
  Reader reader = reader_init (vectors_span (object, "update_path"));
  g_autoptr (MlsUpdatePath) path = mls_update_path_read (&reader, NULL);
  CASE_HOLDS (path && reader_end (&reader));
  g_autoptr (MlsTree) after = mls_tree_copy (self->tree);
  CASE_HOLDS (mls_path_apply (self->suite, after, sender, path, self->group_id, NULL, NULL));
  CASE_HOLDS (span_equal (mls_tree_hash (after), vectors_span (object, "tree_hash_after")));
  return all_process (self, sender, path, after, vectors_array (object, "path_secrets"),
                      vectors_span (object, "commit_secret"))
         && create_and_process (self, sender);
}

static gboolean
check_case (JsonObject *object)
{
  g_auto (Vector) self = { .suite = suite_new ((guint16) vectors_int (object, "cipher_suite")) };
  self.rng = rng_new_seeded (1);
  self.group_id = vectors_span (object, "group_id");
  self.epoch = vectors_int (object, "epoch");
  self.transcript = vectors_span (object, "confirmed_transcript_hash");
  self.tree = mls_tree_decode (self.suite, vectors_span (object, "ratchet_tree"), NULL);
  CASE_HOLDS (self.tree);
  self.width = mls_tree_width (self.tree);
  self.keys = g_new0 (MlsTreeKeys *, self.width);
  self.signers = g_new0 (SignKey *, self.width);
  JsonArray *private = vectors_array (object, "leaves_private");
  for (guint i = 0; i < json_array_get_length (private); i++)
    CASE_HOLDS (read_private (&self, json_array_get_object_element (private, i)));
  JsonArray *paths = vectors_array (object, "update_paths");
  for (guint i = 0; i < json_array_get_length (paths); i++)
    CASE_HOLDS (check_path (&self, json_array_get_object_element (paths, i)));
  return TRUE;
}

int
main (void)
{
  const TTest *const tests[] = {
    a_path_reaches_everybody_in_every_suite,
    one_member_alone_makes_an_empty_path,
    new_members_are_left_out_and_use_their_welcome,
    an_external_joiner_takes_the_leftmost_blank_leaf,
    an_external_joiner_must_bring_new_keys,
    a_member_with_a_useless_key_harms_itself_only,
    saved_keys_come_back,
    damaged_saved_keys_are_refused,
    pruning_forgets_what_is_dead,
    foreign_path_secrets_are_refused,
  };
  return run_tests_and_cases ("mls/tree-kem", tests, G_N_ELEMENTS (tests), "treekem", 77, check_case);
}
