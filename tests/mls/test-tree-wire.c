/* test-tree-wire.c - mls_tree_encode() and mls_tree_decode(): RFC 9420 section 12.4.3.3, what is refused and what must
 * not cost much.
 */
#include <string.h>
#include <time.h>

#include "../lib/run.h"
#include "../lib/slow-tree.h"
#include "mls/tree-check.h"

static int
decode (Suite *suite, Span encoded)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsTree) tree = mls_tree_decode (suite, encoded, &error);
  ck_assert ((tree == NULL) == (error != NULL));
  return tree ? -1 : error->code;
}

/* Leaf, parent with two unmerged leaves, leaf. */
static GBytes *
small_tree (guint32 first, guint32 second)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (SlowTree) slow = slow_tree_new (suite, 2);
  g_autoptr (GBytes) a = slow_leaf (1, NULL);
  g_autoptr (GBytes) b = slow_leaf (2, NULL);
  g_autoptr (GBytes) key = slow_key (3);
  slow_tree_set_leaf (slow, 0, a, NULL);
  slow_tree_set_leaf (slow, 1, b, NULL);
  slow_tree_set_parent (slow, 1, key, key);
  g_array_append_val (slow_tree_node (slow, 1)->unmerged, first);
  g_array_append_val (slow_tree_node (slow, 1)->unmerged, second);
  return slow_tree_encode (slow);
}

START_TEST (damaged_trees_are_refused)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (GBytes) good = small_tree (0, 1);
  g_autoptr (GBytes) same = small_tree (1, 1);
  g_autoptr (GBytes) falling = small_tree (1, 0);
  Span all = span_bytes (good);
  ck_assert_int_eq (decode (suite, all), -1);
  ck_assert_int_eq (decode (suite, span_bytes (same)), MLS_ERROR_UNMERGED_ORDER);
  ck_assert_int_eq (decode (suite, span_bytes (falling)), MLS_ERROR_UNMERGED_ORDER);
  ck_assert_int_eq (decode (suite, SPAN_EMPTY), MLS_ERROR_MALFORMED);
  ck_assert_int_eq (decode (suite, span ("\0", 1)), MLS_ERROR_TREE_SHAPE);
  for (gsize len = 0; len < all.len; len++)
    ck_assert_int_eq (decode (suite, span (all.data, len)), MLS_ERROR_MALFORMED);
  g_autofree guint8 *longer = g_malloc0 (all.len + 1);
  memcpy (longer, all.data, all.len);
  ck_assert_int_eq (decode (suite, span (longer, all.len + 1)), MLS_ERROR_MALFORMED);
}
END_TEST

static int
decode_entries (Suite *suite, const char *entries, gsize len)
{
  g_auto (Writer) writer = WRITER_INIT;
  writer_vector (&writer, span (entries, len));
  return decode (suite, writer_span (&writer));
}

START_TEST (misshapen_trees_are_refused)
{
  g_autoptr (Suite) suite = suite_new (1);
  ck_assert_int_eq (decode_entries (suite, "\1\2\0\0\0", 5), MLS_ERROR_TREE_SHAPE); /* a parent for a leaf */
  ck_assert_int_eq (decode_entries (suite, "\0\1\1", 3), MLS_ERROR_TREE_SHAPE);     /* a leaf for a parent */
  ck_assert_int_eq (decode_entries (suite, "\0\1\3", 3), MLS_ERROR_MALFORMED);      /* no node type */
  ck_assert_int_eq (decode_entries (suite, "\0\1\0", 3), MLS_ERROR_MALFORMED);
  ck_assert_int_eq (decode_entries (suite, "\2", 1), MLS_ERROR_MALFORMED); /* no presence byte */
  ck_assert_int_eq (decode_entries (suite, "\0\1\2\0\0\0", 6), -1);        /* a parent, nobody below */
  ck_assert_int_eq (decode_entries (suite, "\0\1\2\0\0\0\0", 7), MLS_ERROR_TREE_TRAILING_BLANK);
  ck_assert_int_eq (decode_entries (suite, "\0", 1), MLS_ERROR_TREE_TRAILING_BLANK);
  ck_assert_int_eq (decode_entries (suite, "\0\0\0", 3), MLS_ERROR_TREE_TRAILING_BLANK);
  ck_assert_int_eq (decode_entries (suite, "\0\1\2\0\0\3\0\0\1", 9), MLS_ERROR_MALFORMED); /* a list of 3 bytes */
  ck_assert_int_eq (decode_entries (suite, "\0\1\2\0\0", 5), MLS_ERROR_MALFORMED);
}
END_TEST

/* Each byte of a tree changed in each bit: refused, or read and written back as it came. */
START_TEST (decoding_is_injective)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (GBytes) good = small_tree (0, 1);
  gsize len = g_bytes_get_size (good);
  g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (good, NULL), len);
  for (gsize bit = 0; bit < 8 * len; bit++)
    {
      bytes[bit / 8] ^= (guint8) (1u << bit % 8);
      g_autoptr (MlsTree) tree = mls_tree_decode (suite, span (bytes, len), NULL);
      if (tree)
        {
          g_autoptr (GBytes) again = mls_tree_encode (tree);
          ck_assert (span_equal (span_bytes (again), span (bytes, len)));
          mls_tree_hash (tree);
        }
      bytes[bit / 8] ^= (guint8) (1u << bit % 8);
    }
}
END_TEST

/* The widest tree: one member at the end of 2^k leaves, whose blanks take a byte each. */
START_TEST (wide_trees)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (GBytes) leaf = slow_leaf (1, NULL);
  for (guint d = 0; d <= 24; d += d < 16 ? 4 : 8)
    {
      gsize blanks = 2 * ((1u << d) - 1u);
      g_auto (Writer) writer = WRITER_INIT;
      g_autofree guint8 *zeros = g_malloc0 (blanks + 1);
      gsize mark = writer_open (&writer);
      writer_raw (&writer, span (zeros, blanks));
      writer_raw (&writer, span ("\1\1", 2));
      writer_raw (&writer, span_bytes (leaf));
      writer_close (&writer, mark);
      g_autoptr (MlsTree) tree = mls_tree_decode (suite, writer_span (&writer), NULL);
      guint32 member = 0;
      ck_assert_uint_eq (mls_tree_width (tree), 1u << d);
      ck_assert (mls_tree_next_member (tree, 0, &member) && member == (1u << d) - 1);
      g_autoptr (GBytes) again = mls_tree_encode (tree);
      ck_assert (span_equal (span_bytes (again), writer_span (&writer)));
      mls_tree_remove (tree, member);
      ck_assert_uint_eq (mls_tree_width (tree), 1);
    }
}
END_TEST

/* A tree just wider than allowed. */
START_TEST (too_wide)
{
  g_autoptr (Suite) suite = suite_new (1);
  gsize n = mls_node_count (1u << MLS_MAX_DEPTH);
  g_autofree guint8 *zeros = g_malloc0 (n + 5);
  memcpy (zeros + n, "\1\2\0\0\0", 5);
  ck_assert_int_eq (decode_entries (suite, (const char *) zeros, n + 5), MLS_ERROR_TREE_SHAPE);
  memcpy (zeros + n / 2, "\1\2\0\0\0", 5); /* at the root, and last: allowed */
  ck_assert_int_eq (decode_entries (suite, (const char *) zeros, n / 2 + 5), -1);
}
END_TEST

/* A tree of one key many times over costs no more than another one, and is refused. */
START_TEST (one_key_everywhere)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (SlowTree) slow = slow_tree_new (suite, 1u << 14);
  g_autoptr (GBytes) leaf = slow_leaf (1, NULL);
  for (guint32 i = 0; i < slow->width; i++)
    slow_tree_set_leaf (slow, i, leaf, NULL);
  g_autoptr (GBytes) encoded = slow_tree_encode (slow);
  clock_t start = clock ();
  g_autoptr (MlsTree) tree = mls_tree_decode (suite, span_bytes (encoded), NULL);
  ck_assert (clock () - start < 5 * CLOCKS_PER_SEC);
  ck_assert_ptr_nonnull (tree);
  ck_assert (!mls_tree_check (tree, SPAN_EMPTY, SPAN_EMPTY, NULL));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    damaged_trees_are_refused, misshapen_trees_are_refused, decoding_is_injective, wide_trees, too_wide,
    one_key_everywhere
  };
  return run_tests ("mls/tree-wire", tests, G_N_ELEMENTS (tests));
}
