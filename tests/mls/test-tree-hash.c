/* test-tree-hash.c - mls/tree-hash.h: RFC 9420 sections 7.8 and 7.9 in the cases that small trees with small contents
 * do not show; the rest is in test-tree-exhaustive.c and, with published values, in test-tree-check.c.
 */
#include <string.h>

#include "../lib/run.h"
#include "../lib/slow-tree.h"
#include "crypto/rng.h"
#include "mls/tree-hash.h"

static MlsTree *
decode (const SlowTree *slow)
{
  g_autoptr (GBytes) encoded = slow_tree_encode (slow);
  MlsTree *tree = mls_tree_decode (slow->suite, span_bytes (encoded), NULL);
  ck_assert_ptr_nonnull (tree);
  return tree;
}

static void
assert_hashes (const SlowTree *slow, const MlsTree *fast)
{
  guint8 wanted[HASH_MAX], found[HASH_MAX];
  gsize size = suite_hash_size (slow->suite);
  for (guint32 i = 0; i < slow->nodes->len; i++)
    {
      slow_tree_hash (slow, i, wanted);
      if (!span_equal (mls_tree_node_hash (fast, i), span (wanted, size)))
        ck_abort_msg ("tree hash of node %u", i);
      for (guint side = 0; i % 2 && side < 2 && slow_tree_node (slow, i)->filled; side++)
        {
          guint32 sibling = side ? mls_node_right (i) : mls_node_left (i);
          slow_tree_parent_hash (slow, i, sibling, wanted);
          mls_tree_parent_hash (fast, i, sibling, found);
          if (memcmp (wanted, found, size) != 0)
            ck_abort_msg ("parent hash of node %u", i);
        }
    }
}

/* `width` leaves, of which about `percent` are members; most parents have contents and list what they may. */
static SlowTree *
draw (Suite *suite, Rng *rng, guint32 width, guint32 percent)
{
  SlowTree *slow = slow_tree_new (suite, width);
  g_autoptr (GBytes) none = g_bytes_new_static (NULL, 0);
  for (guint32 i = 1; i < slow->nodes->len; i += 2)
    if (rng_below (rng, 4) > 0)
      {
        g_autoptr (GBytes) key = slow_key (5000 + i);
        slow_tree_set_parent (slow, i, key, none);
      }
  for (guint32 leaf = 0; leaf < width; leaf++)
    {
      if (leaf < width - 1 && rng_below (rng, 100) >= percent)
        continue;
      g_autoptr (GBytes) encoded = slow_leaf (leaf, NULL);
      slow_tree_set_leaf (slow, leaf, encoded, NULL);
      guint up = rng_below (rng, 6);
      for (guint32 node = mls_node_of_leaf (leaf); node != mls_node_root (width) && up > 0; up--)
        {
          node = mls_node_parent (node);
          if (slow_tree_node (slow, node)->filled)
            slow_tree_set_unmerged (slow, node, leaf);
        }
    }
  return slow;
}

START_TEST (larger_trees_of_all_hash_sizes)
{
  static const guint16 suites[] = { 1, 7, 4 };
  static const guint32 percents[] = { 100, 50, 5 };
  g_autoptr (Rng) rng = rng_new_seeded (1);
  for (gsize i = 0; i < G_N_ELEMENTS (suites); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (percents); j++)
      {
        g_autoptr (Suite) suite = suite_new (suites[i]);
        g_autoptr (SlowTree) slow = draw (suite, rng, 64, percents[j]);
        g_autoptr (MlsTree) fast = decode (slow);
        assert_hashes (slow, fast);
      }
}
END_TEST

/* Contents of any length are hashed whole: keys and parent hashes that no suite has, long lists. */
START_TEST (contents_of_any_length)
{
  static const gsize lengths[] = { 0, 1, 63, 64, 160, 161, 400, 16383, 16384, 100000 };
  g_autoptr (Suite) suite = suite_new (1);
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (lengths); j++)
      {
        g_autoptr (SlowTree) slow = slow_tree_new (suite, 2);
        g_autofree guint8 *zeros = g_malloc0 (100000);
        g_autoptr (GBytes) key = g_bytes_new (zeros, lengths[i]);
        g_autoptr (GBytes) hash = g_bytes_new (zeros, lengths[j]);
        g_autoptr (GBytes) leaf = slow_leaf (1, hash);
        slow_tree_set_leaf (slow, 1, leaf, hash);
        slow_tree_set_parent (slow, 1, key, hash);
        for (guint32 k = 0; k < 5 * i; k++)
          slow_tree_set_unmerged (slow, 1, k);
        g_autoptr (MlsTree) fast = decode (slow);
        guint8 wanted[HASH_MAX];
        slow_tree_hash (slow, 1, wanted);
        ck_assert (span_equal (mls_tree_hash (fast), span (wanted, 32)));
      }
}
END_TEST

/* What was remembered is forgotten by every kind of edit, and stays with a copy that was not edited. */
START_TEST (edits_forget_hashes)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (Rng) rng = rng_new_seeded (2);
  g_autoptr (SlowTree) slow = draw (suite, rng, 16, 80);
  g_autoptr (MlsTree) original = decode (slow);
  g_autoptr (GBytes) before = span_dup (mls_tree_hash (original));
  g_autoptr (GBytes) encoded = slow_leaf (777, NULL);
  Reader reader = reader_init (span_bytes (encoded));
  g_autoptr (MlsLeafNode) leaf = mls_leaf_node_read (&reader, NULL);
  guint32 member;
  mls_tree_next_member (original, 3, &member);
  for (guint what = 0; what < 6; what++)
    {
      g_autoptr (MlsTree) tree = mls_tree_copy (original);
      if (what == 0)
        mls_tree_add (tree, leaf);
      else if (what == 1)
        mls_tree_update (tree, member, leaf);
      else if (what == 2)
        mls_tree_remove (tree, member);
      else if (what == 3)
        mls_tree_set_leaf (tree, member, leaf);
      else if (what == 4)
        mls_tree_set_parent (tree, 7, span_str ("key"), SPAN_EMPTY);
      else
        for (guint32 node = 1; node < 31; node += 2)
          mls_tree_blank_parent (tree, node);
      g_autoptr (GBytes) again = mls_tree_encode (tree);
      g_autoptr (MlsTree) fresh = mls_tree_decode (suite, span_bytes (again), NULL);
      ck_assert (span_equal (mls_tree_hash (tree), mls_tree_hash (fresh)));
      ck_assert (!span_equal (mls_tree_hash (tree), span_bytes (before)));
      ck_assert (span_equal (mls_tree_hash (original), span_bytes (before)));
    }
}
END_TEST

/* 7.8: a blank leaf's hash contains its index, so blank subtrees of one size differ. */
START_TEST (blanks_differ_by_place)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (SlowTree) slow = slow_tree_new (suite, 32);
  g_autoptr (GBytes) leaf = slow_leaf (1, NULL);
  slow_tree_set_leaf (slow, 31, leaf, NULL);
  g_autoptr (MlsTree) fast = decode (slow);
  ck_assert (!span_equal (mls_tree_node_hash (fast, 7), mls_tree_node_hash (fast, 23)));
  ck_assert (!span_equal (mls_tree_node_hash (fast, 0), mls_tree_node_hash (fast, 2)));
  assert_hashes (slow, fast);
}
END_TEST

/* 7.9, the example: W [F] over U and Y [F]; with P = W and S = Y, F is blanked and removed from Y's list. */
START_TEST (original_sibling_tree_hash)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (SlowTree) slow = slow_tree_new (suite, 8);
  g_autoptr (GBytes) none = g_bytes_new_static (NULL, 0);
  static const guint32 parents[] = { 7, 3, 11, 1 };
  for (guint32 i = 0; i < 7; i++)
    {
      g_autoptr (GBytes) leaf = slow_leaf (i, NULL);
      slow_tree_set_leaf (slow, i, leaf, NULL);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (parents); i++)
    {
      g_autoptr (GBytes) key = slow_key (100 + parents[i]);
      slow_tree_set_parent (slow, parents[i], key, none);
    }
  g_autoptr (MlsTree) before = decode (slow);
  slow_tree_set_unmerged (slow, 7, 5);
  slow_tree_set_unmerged (slow, 11, 5);
  g_autoptr (MlsTree) after = decode (slow);
  guint8 first[HASH_MAX], second[HASH_MAX];
  slow_tree_blank (slow, 10);
  g_array_set_size (slow_tree_node (slow, 11)->unmerged, 0);
  g_array_set_size (slow_tree_node (slow, 7)->unmerged, 0);
  g_autoptr (MlsTree) original = decode (slow);
  mls_tree_parent_hash (after, 7, 11, first);
  mls_tree_parent_hash (original, 7, 11, second);
  ck_assert_mem_eq (first, second, 32);
  mls_tree_parent_hash (before, 7, 11, second);
  ck_assert_mem_ne (first, second, 32);
  mls_tree_parent_hash (after, 7, 3, first); /* F is not on that side */
  mls_tree_parent_hash (before, 7, 3, second);
  ck_assert_mem_eq (first, second, 32);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { larger_trees_of_all_hash_sizes, contents_of_any_length, edits_forget_hashes,
                                 blanks_differ_by_place, original_sibling_tree_hash };
  return run_tests ("mls/tree-hash", tests, G_N_ELEMENTS (tests));
}
