/* test-tree.c - mls/tree.h: the published operations, and what each function promises (RFC 9420 sections 4, 7.5, 7.7,
 * 12.1). That its results are right for every small tree is the business of test-tree-exhaustive.c.
 */
#include <string.h>

#include "../lib/run.h"
#include "../lib/slow-tree.h"
#include "../lib/vectors.h"
#include "crypto/hash.h"
#include "crypto/rng.h"
#include "mls/tree-hash.h"
#include "mls/tree-private.h"

/* ---- published operations ---- */

/* 12.1.1 to 12.1.3 */
static void
apply (MlsTree *tree, Span proposal, guint32 sender)
{
  Reader reader = reader_init (proposal);
  guint16 type = reader_u16 (&reader);
  if (type == MLS_PROPOSAL_REMOVE)
    {
      mls_tree_remove (tree, reader_u32 (&reader));
      return;
    }
  if (type == MLS_PROPOSAL_ADD)
    {
      reader_u32 (&reader); /* version and suite of the KeyPackage */
      reader_vector (&reader);
    }
  g_autoptr (MlsLeafNode) leaf = mls_leaf_node_read (&reader, NULL);
  if (type == MLS_PROPOSAL_ADD)
    mls_tree_add (tree, leaf);
  else
    mls_tree_update (tree, sender, leaf);
}

static void
assert_tree (const MlsTree *tree, Span encoded, Span hash)
{
  g_autoptr (GBytes) found = mls_tree_encode (tree);
  ck_assert (span_equal (span_bytes (found), encoded));
  ck_assert (span_equal (mls_tree_hash (tree), hash));
}

START_TEST (published_operations)
{
  g_autoptr (JsonNode) root = vectors_load ("mls/tree-operations.json");
  if (!root)
    return;
  JsonArray *cases = json_node_get_array (root);
  guint n = json_array_get_length (cases);
  for (guint i = 0; i < n; i++)
    {
      JsonObject *object = json_array_get_object_element (cases, i);
      g_autoptr (Suite) suite = suite_new ((guint16) vectors_int (object, "cipher_suite"));
      Span before = vectors_span (object, "tree_before"), hash = vectors_span (object, "tree_hash_before");
      g_autoptr (MlsTree) tree = mls_tree_decode (suite, before, NULL);
      g_autoptr (MlsTree) after = mls_tree_copy (tree);
      assert_tree (tree, before, hash);
      apply (after, vectors_span (object, "proposal"), (guint32) vectors_int (object, "proposal_sender"));
      assert_tree (after, vectors_span (object, "tree_after"), vectors_span (object, "tree_hash_after"));
      assert_tree (tree, before, hash);
    }
  g_print ("tree-operations: %u of %u\n", n, n);
  ck_assert_uint_eq (n, 5);
}
END_TEST

/* ---- own ---- */

static MlsLeafNode *
fake_leaf (guint32 seed)
{
  g_autoptr (GBytes) bytes = slow_leaf (seed, NULL);
  Reader reader = reader_init (span_bytes (bytes));
  return mls_leaf_node_read (&reader, NULL);
}

static MlsTree *
tree_of (Suite *suite, guint32 n_members)
{
  MlsTree *tree = mls_tree_new (suite);
  for (guint32 i = 0; i < n_members; i++)
    {
      g_autoptr (MlsLeafNode) leaf = fake_leaf (i);
      ck_assert_uint_eq (mls_tree_add (tree, leaf), i);
    }
  return tree;
}

static void
set_parent (MlsTree *tree, guint32 node, guint32 seed)
{
  g_autoptr (GBytes) key = slow_key (seed);
  mls_tree_set_parent (tree, node, span_bytes (key), span_str ("parent hash"));
}

START_TEST (new_tree_is_one_blank_leaf)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsTree) tree = mls_tree_new (suite);
  guint32 leaf, path[MLS_MAX_DEPTH], copath[MLS_MAX_DEPTH];
  ck_assert_uint_eq (mls_tree_width (tree), 1);
  ck_assert_uint_eq (mls_tree_members (tree), 0);
  ck_assert (mls_tree_is_blank (tree, 0));
  ck_assert_ptr_null (mls_tree_leaf (tree, 0));
  ck_assert (!mls_tree_next_member (tree, 0, &leaf));
  ck_assert_uint_eq (mls_tree_resolution_size (tree, 0), 0);
  ck_assert_uint_eq (mls_tree_filtered_path (tree, 0, path, copath), 0);
  ck_assert_uint_eq (mls_tree_hash (tree).len, 32);
  ck_assert (mls_tree_suite (tree) == suite);
  g_autoptr (GBytes) encoded = mls_tree_encode (tree);
  ck_assert_uint_eq (g_bytes_get_size (encoded), 1);
}
END_TEST

START_TEST (outside_there_is_nothing)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsTree) tree = tree_of (suite, 3);
  static const guint32 nodes[] = { 7, 8, 1000, 1u << 25, G_MAXUINT32 - 1, G_MAXUINT32 };
  for (gsize i = 0; i < G_N_ELEMENTS (nodes); i++)
    {
      ck_assert (mls_tree_is_blank (tree, nodes[i]));
      ck_assert_ptr_null (mls_tree_parent (tree, nodes[i]));
      ck_assert_ptr_null (mls_tree_leaf (tree, nodes[i]));
      ck_assert_uint_eq (mls_tree_node_key (tree, nodes[i]).len, 0);
    }
  ck_assert_ptr_null (mls_tree_leaf (tree, 1u << 31)); /* whose node number would be 0 again */
  ck_assert_ptr_null (mls_tree_leaf (tree, 3));
  ck_assert_ptr_null (mls_tree_parent (tree, 2));
}
END_TEST

/* 7.7, 12.1.1: the leftmost blank leaf; the tree grows when there is none. */
START_TEST (add_takes_the_leftmost_blank)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsTree) tree = tree_of (suite, 9);
  g_autoptr (MlsLeafNode) leaf = fake_leaf (100);
  g_autoptr (MlsLeafNode) other = fake_leaf (101);
  ck_assert_uint_eq (mls_tree_width (tree), 16);
  mls_tree_remove (tree, 5);
  mls_tree_remove (tree, 2);
  ck_assert_uint_eq (mls_tree_members (tree), 7);
  ck_assert_uint_eq (mls_tree_add (tree, leaf), 2);
  ck_assert_uint_eq (mls_tree_add (tree, other), 5);
  ck_assert (mls_tree_leaf (tree, 2) == leaf);
  ck_assert_uint_eq (mls_tree_members (tree), 9);
}
END_TEST

/* 12.1.1: "for each non-blank intermediate node along the path ... add L's leaf index to the unmerged_leaves list". */
START_TEST (add_is_unmerged_above)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsTree) tree = tree_of (suite, 8);
  static const guint32 wanted[] = { 1, 2, 6 };
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    mls_tree_remove (tree, wanted[i]);
  set_parent (tree, 7, 1000);
  set_parent (tree, 3, 1001);
  for (guint32 i = 0; i < 3; i++)
    {
      g_autoptr (MlsLeafNode) leaf = fake_leaf (50 + i);
      ck_assert_uint_eq (mls_tree_add (tree, leaf), wanted[i]);
    }
  const MlsParentNode *root = mls_tree_parent (tree, 7), *left = mls_tree_parent (tree, 3);
  ck_assert_uint_eq (root->n_unmerged, 3);
  ck_assert_mem_eq (root->unmerged, wanted, sizeof wanted);
  ck_assert_uint_eq (left->n_unmerged, 2);
  ck_assert_ptr_null (mls_tree_parent (tree, 1));
  ck_assert_uint_eq (mls_tree_resolution_size (tree, 7), 4);
  ck_assert (span_equal (root->parent_hash, span_str ("parent hash")));
}
END_TEST

/* A list that has room for more is not shared with the copy that fills it. */
START_TEST (copies_do_not_share_growth)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsTree) tree = tree_of (suite, 8);
  g_autoptr (MlsLeafNode) leaf = fake_leaf (50);
  g_autoptr (MlsLeafNode) other = fake_leaf (51);
  mls_tree_remove (tree, 5);
  mls_tree_remove (tree, 6);
  set_parent (tree, 7, 1000);
  mls_tree_add (tree, leaf);
  g_autoptr (MlsTree) copy = mls_tree_copy (tree);
  mls_tree_add (copy, other);
  ck_assert_uint_eq (mls_tree_parent (copy, 7)->n_unmerged, 2);
  ck_assert_uint_eq (mls_tree_parent (tree, 7)->n_unmerged, 1);
  ck_assert_uint_eq (mls_tree_parent (tree, 7)->unmerged[0], 5);
  mls_tree_add (tree, leaf);
  ck_assert_uint_eq (mls_tree_parent (tree, 7)->n_unmerged, 2);
}
END_TEST

/* The lists stay in order although leaves come from the right. */
START_TEST (unmerged_leaves_are_sorted)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsTree) tree = tree_of (suite, 64);
  set_parent (tree, mls_node_root (64), 1000);
  for (guint32 i = 0; i < 20; i++)
    {
      mls_tree_remove (tree, 63 - 3 * i); /* blanks the root */
      set_parent (tree, mls_node_root (64), 2000 + i);
      g_autoptr (MlsTree) copy = mls_tree_copy (tree);
      g_autoptr (MlsLeafNode) leaf = fake_leaf (100 + i);
      ck_assert_uint_eq (mls_tree_add (copy, leaf), 63 - 3 * i);
      ck_assert_uint_eq (mls_tree_parent (copy, 63)->n_unmerged, 1);
      ck_assert_uint_eq (mls_tree_parent (tree, 63)->n_unmerged, 0);
    }
  for (guint32 i = 0; i < 20; i++)
    {
      g_autoptr (MlsLeafNode) leaf = fake_leaf (200 + i);
      mls_tree_add (tree, leaf);
    }
  const MlsParentNode *root = mls_tree_parent (tree, 63);
  ck_assert_uint_eq (root->n_unmerged, 20);
  for (guint32 i = 1; i < 20; i++)
    ck_assert_uint_lt (root->unmerged[i - 1], root->unmerged[i]);
}
END_TEST

/* 12.1.2, 12.1.3: the direct path becomes blank, nothing else. */
START_TEST (update_and_remove_blank_the_path)
{
  g_autoptr (Suite) suite = suite_new (1);
  for (guint what = 0; what < 2; what++)
    {
      g_autoptr (MlsTree) tree = tree_of (suite, 8);
      g_autoptr (MlsLeafNode) leaf = fake_leaf (99);
      for (guint32 node = 1; node < 15; node += 2)
        set_parent (tree, node, 1000 + node);
      if (what)
        mls_tree_update (tree, 5, leaf);
      else
        mls_tree_remove (tree, 5);
      for (guint32 node = 1; node < 15; node += 2)
        ck_assert_int_eq (mls_tree_is_blank (tree, node), node == 9 || node == 11 || node == 7);
      ck_assert (mls_tree_leaf (tree, 5) == (what ? leaf : NULL));
    }
}
END_TEST

/* 7.7, 12.1.3: the tree is halved "until there is at least one non-blank leaf node in the right subtree". */
START_TEST (remove_narrows)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsTree) tree = tree_of (suite, 9);
  guint32 node;
  for (guint32 i = 1; i < 8; i++)
    mls_tree_remove (tree, i);
  ck_assert_uint_eq (mls_tree_width (tree), 16);
  set_parent (tree, 1, 1000); /* not blank, and yet discarded with the right half */
  mls_tree_remove (tree, 8);
  ck_assert_uint_eq (mls_tree_width (tree), 1);
  ck_assert_uint_eq (mls_tree_members (tree), 1);
  g_autoptr (GBytes) key = slow_key (1000);
  ck_assert (!mls_tree_find_encryption_key (tree, span_bytes (key), &node));
  g_autoptr (MlsTree) small = tree_of (suite, 1);
  ck_assert (span_equal (mls_tree_hash (tree), mls_tree_hash (small)));
  mls_tree_remove (tree, 0);
  ck_assert_uint_eq (mls_tree_members (tree), 0);
}
END_TEST

/* ---- keys ---- */

static void
assert_key (const MlsTree *tree, guint32 seed, gboolean has_leaf, gboolean has_node, guint32 where)
{
  g_autoptr (GBytes) key = slow_key (seed);
  guint32 at = 0;
  ck_assert_int_eq (mls_tree_find_signature_key (tree, span_bytes (key), &at), has_leaf);
  ck_assert (!has_leaf || at == where / 2);
  ck_assert_int_eq (mls_tree_find_encryption_key (tree, span_bytes (key), &at), has_node);
  ck_assert (!has_node || at == where);
}

START_TEST (keys_are_found_where_they_are)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsTree) tree = tree_of (suite, 5);
  g_autoptr (MlsLeafNode) leaf = fake_leaf (99);
  assert_key (tree, 2, TRUE, TRUE, 4);
  mls_tree_update (tree, 2, leaf);
  assert_key (tree, 2, FALSE, FALSE, 0);
  assert_key (tree, 99, TRUE, TRUE, 4);
  set_parent (tree, 7, 1000);
  assert_key (tree, 1000, FALSE, TRUE, 7);
  set_parent (tree, 7, 1001);
  assert_key (tree, 1000, FALSE, FALSE, 0);
  g_autoptr (MlsTree) copy = mls_tree_copy (tree);
  mls_tree_blank_parent (tree, 7);
  mls_tree_blank_parent (tree, 3);
  assert_key (tree, 1001, FALSE, FALSE, 0);
  assert_key (copy, 1001, FALSE, TRUE, 7);
  mls_tree_remove (tree, 2);
  assert_key (tree, 99, FALSE, FALSE, 0);
  assert_key (copy, 99, TRUE, TRUE, 4);
}
END_TEST

/* The cut-off root's key leaves no trace. */
START_TEST (narrowing_forgets_keys)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsTree) tree = tree_of (suite, 9);
  g_autoptr (MlsTree) small = tree_of (suite, 1);
  for (guint32 i = 1; i < 8; i++)
    mls_tree_remove (tree, i);
  set_parent (tree, 1, 1000);
  set_parent (tree, 29, 1001); /* below which nobody is */
  mls_tree_remove (tree, 8);
  ck_assert_uint_eq (tree_index_size (tree->index), tree_index_size (small->index));
}
END_TEST

/* A key whose hash is, in its first 64 bits, that of another key is not taken for it. */
START_TEST (equal_hashes_are_not_equal_keys)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsTree) tree = tree_of (suite, 3);
  g_autoptr (GBytes) key = slow_key (1000);
  guint8 kind = TREE_INDEX_ENCRYPTION, hash[HASH_MAX];
  const Span parts[] = { span (&kind, 1), span_bytes (key) };
  hash_parts (suite, parts, 2, hash);
  guint64 first;
  memcpy (&first, hash, sizeof first);
  TreeIndexEntry entry = { GUINT64_FROM_BE (first), 4, kind };
  tree_index_insert (&tree->index, &entry); /* leaf 2 has another key */
  assert_key (tree, 1000, FALSE, FALSE, 0);
  set_parent (tree, 1, 1000);
  assert_key (tree, 1000, FALSE, TRUE, 1);
  ck_assert_uint_eq (tree->duplicates[TREE_INDEX_ENCRYPTION - 1], 0);
  mls_tree_blank_parent (tree, 1);
  assert_key (tree, 1000, FALSE, FALSE, 0);
}
END_TEST

/* Two members swap their keys in one commit: for a moment a key stands twice. */
START_TEST (keys_may_be_swapped)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsTree) tree = tree_of (suite, 4);
  g_autoptr (MlsLeafNode) first = fake_leaf (1);
  g_autoptr (MlsLeafNode) second = fake_leaf (2);
  mls_tree_update (tree, 1, second);
  ck_assert_uint_eq (tree->duplicates[0], 1);
  ck_assert_uint_eq (tree->duplicates[1], 1);
  mls_tree_update (tree, 2, first);
  ck_assert_uint_eq (tree->duplicates[0], 0);
  ck_assert_uint_eq (tree->duplicates[1], 0);
  assert_key (tree, 1, TRUE, TRUE, 4);
  assert_key (tree, 2, TRUE, TRUE, 2);
  mls_tree_remove (tree, 1);
  assert_key (tree, 1, TRUE, TRUE, 4);
  assert_key (tree, 2, FALSE, FALSE, 0);
}
END_TEST

static MlsLeafNode *
leaf_with_credential (guint32 seed, guint8 type, Span listed)
{
  g_autoptr (GBytes) plain = slow_leaf (seed, NULL);
  Reader reader = reader_init (span_bytes (plain));
  Span keys = reader_raw (&reader, 66);
  g_auto (Writer) writer = WRITER_INIT;
  writer_raw (&writer, keys);
  writer_u16 (&writer, type);
  writer_vector (&writer, SPAN_EMPTY);
  writer_raw (&writer, span ("\2\0\1\2\0\1\0\0", 8));
  writer_vector (&writer, listed);
  writer_raw (&writer, span ("\2\0\0", 3));
  Reader again = reader_init (writer_span (&writer));
  MlsLeafNode *leaf = mls_leaf_node_read (&again, NULL);
  ck_assert_ptr_nonnull (leaf);
  return leaf;
}

/* 7.3: "the credential type is supported by all members of the group ... and the capabilities field of this LeafNode
 * indicates support for all the credential types currently in use by other members". */
START_TEST (credentials_fit_mutually)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsTree) tree = mls_tree_new (suite);
  g_autoptr (MlsLeafNode) basic = leaf_with_credential (1, 1, span ("\0\1", 2));
  g_autoptr (MlsLeafNode) basic_knows = leaf_with_credential (2, 1, span ("\0\1\0\2", 4));
  g_autoptr (MlsLeafNode) chain = leaf_with_credential (3, 2, span ("\x0A\x0A\0\1\0\2", 6));
  g_autoptr (MlsLeafNode) chain_only = leaf_with_credential (4, 2, span ("\0\2", 2));
  ck_assert (mls_tree_credentials_fit (tree, chain_only));
  mls_tree_add (tree, basic_knows);
  ck_assert (mls_tree_credentials_fit (tree, basic));
  ck_assert (mls_tree_credentials_fit (tree, chain));
  ck_assert (!mls_tree_credentials_fit (tree, chain_only)); /* it does not know basic */
  mls_tree_add (tree, basic);
  ck_assert (!mls_tree_credentials_fit (tree, chain)); /* somebody does not know it */
  mls_tree_remove (tree, 1);
  mls_tree_add (tree, chain);
  ck_assert (!mls_tree_credentials_fit (tree, basic));
  mls_tree_update (tree, 1, basic_knows);
  ck_assert (mls_tree_credentials_fit (tree, basic));
}
END_TEST

/* 999 adds by one commit: in place, so that it costs about as much as 999 nodes. */
START_TEST (many_adds_in_one_copy)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsTree) tree = tree_of (suite, 1);
  g_autoptr (MlsTree) next = mls_tree_copy (tree);
  for (guint32 i = 1; i < 1000; i++)
    {
      g_autoptr (MlsLeafNode) leaf = fake_leaf (i);
      ck_assert_uint_eq (mls_tree_add (next, leaf), i);
    }
  g_autoptr (MlsTree) direct = tree_of (suite, 1000);
  ck_assert (span_equal (mls_tree_hash (next), mls_tree_hash (direct)));
  ck_assert_uint_eq (mls_tree_members (tree), 1);
}
END_TEST

int
main (void)
{
  g_autoptr (JsonNode) there = vectors_load ("mls/tree-operations.json");
  const TTest *const tests[] = {
    published_operations,  new_tree_is_one_blank_leaf,    outside_there_is_nothing,   add_takes_the_leftmost_blank,
    add_is_unmerged_above, copies_do_not_share_growth,    unmerged_leaves_are_sorted, update_and_remove_blank_the_path,
    remove_narrows,        keys_are_found_where_they_are, narrowing_forgets_keys,     equal_hashes_are_not_equal_keys,
    keys_may_be_swapped,   credentials_fit_mutually,      many_adds_in_one_copy,
  };
  int failed = run_tests ("mls/tree", tests, G_N_ELEMENTS (tests));
  return failed || there ? failed : VECTORS_SKIP;
}
