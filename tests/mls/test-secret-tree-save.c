/* test-secret-tree-save.c - mls/secret-tree-save.c: what is saved comes back, and damage does not.
 */
#include <string.h>

#include "ratchets.h"

/* A tree in every state: untouched leaves, gaps, an ended ratchet is in generations_end. */
static MlsSecretTree *
make_played (Suite *suite)
{
  MlsSecretTree *tree = make (suite, 16, 50, 50);
  g_auto (MlsMessageKey) key = { .generation = 0 };
  use (tree, 3, 20);
  use (tree, 3, 5);
  use (tree, 9, 0);
  for (guint i = 0; i < 4; i++)
    ck_assert (mls_secret_tree_next (tree, 12, HANDSHAKE, &key, NULL));
  return tree;
}

START_TEST (saved_trees_come_back)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      g_autoptr (MlsSecretTree) tree = make_played (suite);
      g_autoptr (MlsSecretTree) again = restore (suite, tree, (MlsRatchetLimits){ 50, 50 });
      g_autoptr (GBytes) first = save (tree);
      g_autoptr (GBytes) second = save (again);
      ck_assert (g_bytes_equal (first, second));
      ck_assert (!mls_secret_tree_take_nodes_changed (again));
      for (guint32 leaf = 0; leaf < 16; leaf++)
        for (guint32 generation = 0; generation < 25; generation++)
          ck_assert_int_eq (peeks (tree, leaf, generation), peeks (again, leaf, generation));
    }
}
END_TEST

static gboolean
common_refused (Suite *suite, Span saved)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsSecretTree) tree = mls_secret_tree_restore (suite, saved, mls_ratchet_limits_default (), &error);
  return !tree && is_code (&error, MLS_ERROR_SAVED_DAMAGED);
}

static gboolean
leaf_refused (MlsSecretTree *tree, guint32 leaf, Span saved)
{
  g_autoptr (GError) error = NULL;
  return !mls_secret_tree_restore_leaf (tree, leaf, saved, &error) && is_code (&error, MLS_ERROR_SAVED_DAMAGED);
}

START_TEST (damaged_rows_are_refused)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsSecretTree) tree = make_played (suite);
  g_autoptr (GBytes) common = save_common (tree);
  g_autoptr (GBytes) row = save_leaf (tree, 3);
  for (gsize len = 0; len <= g_bytes_get_size (common) + 1; len++)
    {
      g_autoptr (GBytes) cut = resized (span_bytes (common), len);
      ck_assert (len == g_bytes_get_size (common) || common_refused (suite, span_bytes (cut)));
    }
  g_autoptr (MlsSecretTree) again =
      mls_secret_tree_restore (suite, span_bytes (common), mls_ratchet_limits_default (), NULL);
  for (gsize len = 0; len <= g_bytes_get_size (row) + 1; len++)
    {
      g_autoptr (GBytes) cut = resized (span_bytes (row), len);
      ck_assert (len == g_bytes_get_size (row) || leaf_refused (again, 3, span_bytes (cut)));
    }
  ck_assert (refused (again, 3, 30, MLS_ERROR_SENDER_UNKNOWN)); /* its row is still missing */
  ck_assert (leaf_refused (again, 16, span_bytes (row)));       /* outside the tree */
  ck_assert (leaf_refused (again, 0, span_bytes (row)));        /* whose node still has its secret */
  ck_assert (mls_secret_tree_restore_leaf (again, 3, span_bytes (row), NULL));
  ck_assert (leaf_refused (again, 3, span_bytes (row))); /* twice */
}
END_TEST

/* One byte of a valid row changed such that it contradicts itself. */
START_TEST (contradictions_are_refused)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsSecretTree) tree = make_played (suite);
  g_autoptr (GBytes) common = save_common (tree);
  g_autoptr (GBytes) row = save_leaf (tree, 3);
  static const struct {
    gsize at;
    guint8 value;
  } common_wrong[] = { { 3, 15 }, { 3, 0 }, { 0, 4 }, { 3, 4 }, { 9, 15 } }; /* width; the first node: the root */
  for (gsize i = 0; i < G_N_ELEMENTS (common_wrong); i++)
    {
      g_autoptr (GBytes) copy = resized (span_bytes (common), g_bytes_get_size (common));
      ((guint8 *) g_bytes_get_data (copy, NULL))[common_wrong[i].at] = common_wrong[i].value;
      ck_assert (common_refused (suite, span_bytes (copy)));
    }
  g_autoptr (MlsSecretTree) again =
      mls_secret_tree_restore (suite, span_bytes (common), mls_ratchet_limits_default (), NULL);
  /* handshake: 1 + 4 + 32 + 1 bytes; application: 1 + 4 + 32, a length of 2, then entries of 4 + 16 + 12 */
  static const struct {
    gsize at;
    guint8 value;
  } row_wrong[] = { { 0, 2 }, { 38, 3 }, { 42, 5 }, { 77 + 3, 200 }, { 77 + 32 + 3, 0 }, { 37, 1 } };
  for (gsize i = 0; i < G_N_ELEMENTS (row_wrong); i++)
    {
      g_autoptr (GBytes) copy = resized (span_bytes (row), g_bytes_get_size (row));
      ((guint8 *) g_bytes_get_data (copy, NULL))[row_wrong[i].at] = row_wrong[i].value;
      ck_assert (leaf_refused (again, 3, span_bytes (copy)));
    }
  ck_assert (mls_secret_tree_restore_leaf (again, 3, span_bytes (row), NULL));
}
END_TEST

START_TEST (restored_rows_obey_a_smaller_window)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsSecretTree) tree = make (suite, 4, 50, 50);
  use (tree, 1, 30);
  g_autoptr (MlsSecretTree) again = restore (suite, tree, (MlsRatchetLimits){ 5, 5 });
  ck_assert (peeks (again, 1, 26) && refused (again, 1, 25, MLS_ERROR_GENERATION_OLD));
  use (again, 1, 31);
  g_autoptr (GBytes) row = save_leaf (again, 1);
  ck_assert_uint_eq (g_bytes_get_size (row), 2 * (1 + 4 + 32) + 1 + 2 + 3 * (4 + 16 + 12));
}
END_TEST

START_TEST (generations_end)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsSecretTree) tree = make (suite, 2, 5, 5);
  use (tree, 0, 0);
  g_autoptr (GBytes) row = save_leaf (tree, 0);
  /* handshake ratchet: present, next, secret, nothing kept; then the application ratchet's `next` */
  memset ((guint8 *) g_bytes_get_data (row, NULL) + 1 + 4 + 32 + 1 + 1, 0xFF, 4);
  g_autoptr (GBytes) common = save_common (tree);
  g_autoptr (MlsSecretTree) late =
      mls_secret_tree_restore (suite, span_bytes (common), (MlsRatchetLimits){ 5, 5 }, NULL);
  ck_assert (mls_secret_tree_restore_leaf (late, 0, span_bytes (row), NULL));
  g_autoptr (MlsSecretTree) receiver = mls_secret_tree_copy (late);
  g_auto (MlsMessageKey) key = { .generation = 0 };
  ck_assert (mls_secret_tree_next (late, 0, APPLICATION, &key, NULL));
  ck_assert_uint_eq (key.generation, G_MAXUINT32);
  ck_assert (!mls_secret_tree_next (late, 0, APPLICATION, &key, &error));
  ck_assert (is_code (&error, MLS_ERROR_GENERATION_AHEAD));
  ck_assert (refused (late, 0, G_MAXUINT32, MLS_ERROR_GENERATION_USED));
  ck_assert (refused (late, 0, G_MAXUINT32 - 5, MLS_ERROR_GENERATION_OLD));
  use (receiver, 0, G_MAXUINT32);
  ck_assert (refused (receiver, 0, 0, MLS_ERROR_GENERATION_OLD));
  g_autoptr (MlsSecretTree) ended = restore (suite, receiver, (MlsRatchetLimits){ 5, 5 });
  ck_assert (refused (ended, 0, G_MAXUINT32, MLS_ERROR_GENERATION_USED));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    saved_trees_come_back, damaged_rows_are_refused, contradictions_are_refused, restored_rows_obey_a_smaller_window,
    generations_end,
  };
  return run_tests ("mls/secret-tree-save", tests, G_N_ELEMENTS (tests));
}
