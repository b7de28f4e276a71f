/* test-secret-tree.c - mls/secret-tree.h: secret-tree.json; the window, peeking, forgetting.
 */
#include <string.h>

#include "ratchets.h"

/* --- vectors ----------------------------------------------------------------------------------------------------- */

static gboolean
check_key (MlsSecretTree *tree, guint32 leaf, MlsRatchetKind kind, JsonObject *wanted)
{
  g_auto (MlsMessageKey) key = { .generation = 0 };
  gboolean handshake = kind == HANDSHAKE;
  guint32 generation = (guint32) vectors_int (wanted, "generation");
  CASE_HOLDS (mls_secret_tree_peek (tree, leaf, kind, generation, &key, NULL));
  CASE_HOLDS (key.generation == generation);
  Span expected_key = vectors_span (wanted, handshake ? "handshake_key" : "application_key");
  Span expected_nonce = vectors_span (wanted, handshake ? "handshake_nonce" : "application_nonce");
  CASE_HOLDS (secret_equal (secret_span (&key.key), expected_key));
  CASE_HOLDS (secret_equal (secret_span (&key.nonce), expected_nonce));
  return TRUE;
}

/* The keys come out alike whether they are used one by one, used out of order, or only looked at. */
static gboolean
check_leaf (MlsSecretTree *peeked, MlsSecretTree *used, MlsSecretTree *sent, guint32 leaf, JsonArray *wanted)
{
  for (guint i = json_array_get_length (wanted); i-- > 0;)
    for (MlsRatchetKind kind = HANDSHAKE; kind <= APPLICATION; kind++)
      {
        JsonObject *object = json_array_get_object_element (wanted, i);
        guint32 generation = (guint32) vectors_int (object, "generation");
        CASE_HOLDS (check_key (peeked, leaf, kind, object));
        CASE_HOLDS (check_key (used, leaf, kind, object));
        mls_secret_tree_use (used, leaf, kind, generation);
        g_auto (MlsMessageKey) key = { .generation = 0 };
        CASE_HOLDS (!mls_secret_tree_peek (used, leaf, kind, generation, &key, NULL));
      }
  for (guint i = 0; i < json_array_get_length (wanted); i++)
    for (MlsRatchetKind kind = HANDSHAKE; kind <= APPLICATION; kind++)
      {
        JsonObject *object = json_array_get_object_element (wanted, i);
        g_auto (MlsMessageKey) key = { .generation = 0 };
        while (mls_secret_tree_next_generation (sent, leaf, kind) < vectors_int (object, "generation"))
          CASE_HOLDS (mls_secret_tree_next (sent, leaf, kind, &key, NULL));
        CASE_HOLDS (check_key (sent, leaf, kind, object));
      }
  return TRUE;
}

static gboolean
check_sender_data (Suite *suite, JsonObject *object)
{
  Span secret = vectors_span (object, "sender_data_secret"), sample = vectors_span (object, "ciphertext");
  sample.len = MIN (sample.len, suite_hash_size (suite));
  g_auto (Secret) key = mls_expand_secret (suite, secret, "key", sample, suite_key_size (suite));
  g_auto (Secret) nonce = mls_expand_secret (suite, secret, "nonce", sample, AEAD_NONCE);
  CASE_HOLDS (secret_equal (secret_span (&key), vectors_span (object, "key")));
  CASE_HOLDS (secret_equal (secret_span (&nonce), vectors_span (object, "nonce")));
  return TRUE;
}

static gboolean
check_case (JsonObject *object)
{
  g_autoptr (Suite) suite = suite_new ((guint16) vectors_int (object, "cipher_suite"));
  CASE_HOLDS (check_sender_data (suite, vectors_object (object, "sender_data")));
  JsonArray *leaves = vectors_array (object, "leaves");
  guint width = json_array_get_length (leaves);
  Span secret = vectors_span (object, "encryption_secret");
  MlsRatchetLimits limits = mls_ratchet_limits_default ();
  g_autoptr (MlsSecretTree) peeked = mls_secret_tree_new (suite, secret, width, limits);
  g_autoptr (MlsSecretTree) used = mls_secret_tree_new (suite, secret, width, limits);
  g_autoptr (MlsSecretTree) sent = mls_secret_tree_new (suite, secret, width, limits);
  for (guint leaf = 0; leaf < width; leaf++)
    if (!check_leaf (peeked, used, sent, leaf, json_array_get_array_element (leaves, leaf)))
      return FALSE;
  return TRUE;
}

/* --- the window (M21) -------------------------------------------------------------------------------------------- */

START_TEST (forward_limit_is_exact)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsSecretTree) tree = make (suite, 4, 5, 1000);
  ck_assert (peeks (tree, 2, 1000));
  ck_assert (refused (tree, 2, 1001, MLS_ERROR_GENERATION_AHEAD));
  ck_assert (refused (tree, 2, G_MAXUINT32, MLS_ERROR_GENERATION_AHEAD));
  use (tree, 2, 1000); /* 1001 comes next */
  ck_assert (peeks (tree, 2, 2001));
  ck_assert (refused (tree, 2, 2002, MLS_ERROR_GENERATION_AHEAD));
}
END_TEST

START_TEST (backward_limit_is_exact)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsSecretTree) tree = make (suite, 4, 5, 1000);
  use (tree, 0, 9); /* 10 comes next: 5 to 8 are kept */
  ck_assert (refused (tree, 0, 4, MLS_ERROR_GENERATION_OLD));
  ck_assert (refused (tree, 0, 0, MLS_ERROR_GENERATION_OLD));
  ck_assert (refused (tree, 0, 9, MLS_ERROR_GENERATION_USED));
  ck_assert (peeks (tree, 0, 5) && peeks (tree, 0, 8));
  use (tree, 0, 10);
  ck_assert (refused (tree, 0, 5, MLS_ERROR_GENERATION_OLD));
  use (tree, 0, 6);
  ck_assert (refused (tree, 0, 6, MLS_ERROR_GENERATION_USED));
  use (tree, 0, 7);
  ck_assert (refused (tree, 0, 7, MLS_ERROR_GENERATION_USED));
}
END_TEST

START_TEST (leaves_and_kinds_are_apart)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsSecretTree) tree = make (suite, 4, 5, 10);
  use (tree, 1, 3);
  g_auto (MlsMessageKey) handshake = { .generation = 0 };
  g_auto (MlsMessageKey) other = { .generation = 0 };
  ck_assert (mls_secret_tree_peek (tree, 1, HANDSHAKE, 3, &handshake, NULL));
  ck_assert (peeks (tree, 0, 3) && peeks (tree, 2, 3) && peeks (tree, 3, 3));
  ck_assert_uint_eq (mls_secret_tree_next_generation (tree, 1, HANDSHAKE), 0);
  ck_assert_uint_eq (mls_secret_tree_next_generation (tree, 1, APPLICATION), 4);
  ck_assert (mls_secret_tree_peek (tree, 0, HANDSHAKE, 3, &other, NULL));
  ck_assert (!secret_equal (secret_span (&handshake.key), secret_span (&other.key)));
}
END_TEST

START_TEST (leaves_outside_the_tree_are_unknown)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsSecretTree) tree = make (suite, 4, 5, 10);
  g_auto (MlsMessageKey) key = { .generation = 0 };
  for (guint32 leaf = 4; leaf && leaf < 9; leaf++)
    ck_assert (refused (tree, leaf, 0, MLS_ERROR_SENDER_UNKNOWN));
  ck_assert (refused (tree, G_MAXUINT32, 0, MLS_ERROR_SENDER_UNKNOWN));
  ck_assert (!mls_secret_tree_next (tree, 4, APPLICATION, &key, &error));
  ck_assert (is_code (&error, MLS_ERROR_SENDER_UNKNOWN));
  mls_secret_tree_use (tree, 4, APPLICATION, 0);
  g_autoptr (GArray) leaves = mls_secret_tree_leaves (tree);
  ck_assert_uint_eq (leaves->len, 0);
}
END_TEST

START_TEST (own_keys_are_given_out_once)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsSecretTree) sender = make (suite, 8, 5, 10);
  g_autoptr (MlsSecretTree) receiver = make (suite, 8, 5, 10);
  for (guint32 i = 0; i < 20; i++)
    {
      g_auto (MlsMessageKey) sent = { .generation = 0 };
      g_auto (MlsMessageKey) received = { .generation = 0 };
      ck_assert_uint_eq (mls_secret_tree_next_generation (sender, 5, APPLICATION), i);
      ck_assert (mls_secret_tree_next (sender, 5, APPLICATION, &sent, NULL));
      ck_assert_uint_eq (sent.generation, i);
      ck_assert (refused (sender, 5, i, MLS_ERROR_GENERATION_USED));
      ck_assert (mls_secret_tree_peek (receiver, 5, APPLICATION, i, &received, NULL));
      ck_assert (secret_equal (secret_span (&sent.key), secret_span (&received.key)));
      ck_assert (secret_equal (secret_span (&sent.nonce), secret_span (&received.nonce)));
      mls_secret_tree_use (receiver, 5, APPLICATION, i);
    }
}
END_TEST

#define GENERATIONS 2000

/* What M21 says, on a set of used generations. */
typedef struct {
  guint32 next;
  gboolean used[GENERATIONS];
} Model;

static int
model_code (const Model *model, guint32 generation, guint32 window, guint32 forward)
{
  if (generation >= model->next)
    return generation - model->next > forward ? MLS_ERROR_GENERATION_AHEAD : -1;
  if (model->next - generation > window)
    return MLS_ERROR_GENERATION_OLD;
  return model->used[generation] ? MLS_ERROR_GENERATION_USED : -1;
}

/* `keys` are those of a sender who counted from 0. */
static void
play (Suite *suite, Rng *rng, guint32 window, guint32 forward, const MlsMessageKey *keys)
{
  g_autoptr (MlsSecretTree) tree = make (suite, 4, window, forward);
  g_autofree Model *model = g_new0 (Model, 1);
  for (guint i = 0; i < 200; i++)
    {
      guint32 around = model->next > window + 3 ? model->next - window - 3 : 0;
      guint32 generation = around + rng_below (rng, window + forward + 6);
      if (generation >= GENERATIONS)
        break;
      g_autoptr (GError) error = NULL;
      g_auto (MlsMessageKey) key = { .generation = 0 };
      gboolean fine = mls_secret_tree_peek (tree, 3, APPLICATION, generation, &key, &error);
      ck_assert_int_eq (fine ? -1 : error->code, model_code (model, generation, window, forward));
      if (!fine || rng_below (rng, 4) == 0)
        continue;
      ck_assert (secret_equal (secret_span (&key.key), secret_span (&keys[generation].key)));
      ck_assert (secret_equal (secret_span (&key.nonce), secret_span (&keys[generation].nonce)));
      mls_secret_tree_use (tree, 3, APPLICATION, generation);
      model->used[generation] = TRUE;
      model->next = MAX (model->next, generation + 1);
    }
}

START_TEST (any_order_follows_the_rule)
{
  static const guint32 limits[][2] = { { 5, 20 }, { 0, 0 }, { 0, 7 }, { 7, 0 }, { 1, 1 }, { 20, 5 }, { 40, 40 } };
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (Rng) rng = rng_new_seeded (21);
  g_autofree MlsMessageKey *keys = g_new (MlsMessageKey, GENERATIONS);
  g_autoptr (MlsSecretTree) sender = make (suite, 4, 0, 0);
  for (guint i = 0; i < GENERATIONS; i++)
    ck_assert (mls_secret_tree_next (sender, 3, APPLICATION, &keys[i], NULL));
  for (guint round = 0; round < run_rounds (20); round++)
    for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
      play (suite, rng, limits[i][0], limits[i][1], keys);
}
END_TEST

/* --- peeking ----------------------------------------------------------------------------------------------------- */

START_TEST (peeking_changes_nothing)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsSecretTree) tree = make (suite, 64, 1000, 1000);
  use (tree, 7, 12);
  g_array_unref (mls_secret_tree_take_changed (tree));
  ck_assert (mls_secret_tree_take_nodes_changed (tree));
  g_autoptr (GBytes) before = save (tree);
  for (guint32 leaf = 0; leaf < 64; leaf++)
    {
      g_auto (MlsMessageKey) first = { .generation = 0 };
      g_auto (MlsMessageKey) again = { .generation = 0 };
      ck_assert (mls_secret_tree_peek (tree, leaf, APPLICATION, 900, &first, NULL));
      ck_assert (mls_secret_tree_peek (tree, leaf, APPLICATION, 900, &again, NULL));
      ck_assert (secret_equal (secret_span (&first.key), secret_span (&again.key)));
      ck_assert (secret_equal (secret_span (&first.nonce), secret_span (&again.nonce)));
    }
  g_autoptr (GBytes) after = save (tree);
  ck_assert (g_bytes_equal (before, after));
  g_autoptr (GArray) changed = mls_secret_tree_take_changed (tree);
  ck_assert_uint_eq (changed->len, 0);
  ck_assert (!mls_secret_tree_take_nodes_changed (tree));
}
END_TEST

/* --- forgetting (9.2, K5) ---------------------------------------------------------------------------------------- */

static gboolean
contains (GBytes *where, Span what)
{
  Span all = span_bytes (where);
  for (gsize i = 0; i + what.len <= all.len; i++)
    if (memcmp (all.data + i, what.data, what.len) == 0)
      return TRUE;
  return FALSE;
}

START_TEST (used_keys_are_nowhere)
{
  static const guint32 order[] = { 0, 3, 1, 7, 6, 2, 8, 20, 19, 5 };
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      g_autoptr (MlsSecretTree) tree = make (suite, 8, 1000, 1000);
      for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
        {
          g_auto (MlsMessageKey) key = { .generation = 0 };
          ck_assert (mls_secret_tree_peek (tree, 5, APPLICATION, order[i], &key, NULL));
          mls_secret_tree_use (tree, 5, APPLICATION, order[i]);
          g_autoptr (GBytes) saved = save (tree);
          ck_assert (!contains (saved, secret_span (&key.key)) && !contains (saved, secret_span (&key.nonce)));
          g_autoptr (MlsSecretTree) stolen = restore (suite, tree, mls_ratchet_limits_default ());
          for (gsize used = 0; used <= i; used++)
            ck_assert (refused (stolen, 5, order[used], MLS_ERROR_GENERATION_USED));
        }
      ck_assert (peeks (tree, 5, 4) && peeks (tree, 5, 18));
    }
}
END_TEST

/* The root, the nodes on the way and the leaf are gone once the leaf has ratchets. */
START_TEST (secrets_on_the_way_are_nowhere)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsSecretTree) tree = make (suite, 8, 10, 10);
  guint8 root[HASH_MAX] = { 42 };
  gsize size = suite_hash_size (suite);
  g_auto (Secret) left = mls_expand_secret (suite, span (root, size), "tree", span_str ("left"), size);
  g_auto (Secret) right = mls_expand_secret (suite, span (root, size), "tree", span_str ("right"), size);
  g_auto (Secret) inner = mls_expand_secret (suite, secret_span (&right), "tree", span_str ("left"), size);
  g_auto (Secret) leaf = mls_expand_secret (suite, secret_span (&inner), "tree", span_str ("right"), size);
  g_auto (Secret) ratchet = mls_derive_secret (suite, secret_span (&leaf), "application");
  g_autoptr (GBytes) before = save (tree);
  ck_assert (contains (before, span (root, size)));
  use (tree, 5, 0);
  g_autoptr (GBytes) after = save (tree);
  ck_assert (!contains (after, span (root, size)) && contains (after, secret_span (&left)));
  ck_assert (!contains (after, secret_span (&right)) && !contains (after, secret_span (&inner)));
  ck_assert (!contains (after, secret_span (&leaf)) && !contains (after, secret_span (&ratchet)));
}
END_TEST

/* --- changes, copies --------------------------------------------------------------------------------------------- */

START_TEST (changes_are_told_once)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsSecretTree) tree = make (suite, 8, 5, 10);
  ck_assert (mls_secret_tree_take_nodes_changed (tree));
  ck_assert (!mls_secret_tree_take_nodes_changed (tree));
  use (tree, 6, 1);
  use (tree, 1, 0);
  use (tree, 6, 0);
  ck_assert (mls_secret_tree_take_nodes_changed (tree));
  g_autoptr (GArray) changed = mls_secret_tree_take_changed (tree);
  ck_assert_uint_eq (changed->len, 2);
  ck_assert_uint_eq (g_array_index (changed, guint32, 0), 1);
  ck_assert_uint_eq (g_array_index (changed, guint32, 1), 6);
  g_autoptr (GArray) none = mls_secret_tree_take_changed (tree);
  ck_assert_uint_eq (none->len, 0);
  use (tree, 6, 4);
  ck_assert (!mls_secret_tree_take_nodes_changed (tree));
  g_autoptr (GArray) one = mls_secret_tree_take_changed (tree);
  ck_assert_uint_eq (one->len, 1);
}
END_TEST

START_TEST (copies_are_apart)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsSecretTree) tree = make (suite, 8, 5, 10);
  use (tree, 2, 4);
  g_autoptr (GBytes) before = save (tree);
  g_autoptr (MlsSecretTree) copy = mls_secret_tree_copy (tree);
  g_autoptr (GBytes) copied = save (copy);
  ck_assert (g_bytes_equal (before, copied));
  g_autoptr (GArray) changed = mls_secret_tree_take_changed (copy);
  ck_assert_uint_eq (changed->len, 1);
  use (copy, 2, 3);
  use (copy, 2, 5);
  use (copy, 7, 0);
  g_autoptr (GBytes) after = save (tree);
  ck_assert (g_bytes_equal (before, after));
  ck_assert (peeks (tree, 2, 3));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    forward_limit_is_exact,
    backward_limit_is_exact,
    leaves_and_kinds_are_apart,
    leaves_outside_the_tree_are_unknown,
    own_keys_are_given_out_once,
    any_order_follows_the_rule,
    peeking_changes_nothing,
    used_keys_are_nowhere,
    secrets_on_the_way_are_nowhere,
    changes_are_told_once,
    copies_are_apart,
  };
  return run_tests_and_cases ("mls/secret-tree", tests, G_N_ELEMENTS (tests), "secret-tree", 21, check_case);
}
