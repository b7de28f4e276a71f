/* test-tree-math.c - mls/tree-math.h: the published vectors, and every node of small trees against the definitions of
 * RFC 9420 section 4.1 and appendix C.
 */
#include "../lib/run.h"
#include "../lib/vectors.h"
#include "mls/tree-math.h"

/* Entry `at` of an array of optional<uint32>: null means that there is no such node. */
static gboolean
expected (JsonObject *object, const char *name, guint at, guint32 *node)
{
  JsonNode *element = json_array_get_element (vectors_array (object, name), at);
  if (JSON_NODE_HOLDS_NULL (element))
    return FALSE;
  *node = (guint32) json_node_get_int (element);
  return TRUE;
}

static void
check_case (JsonObject *object)
{
  guint32 n_leaves = (guint32) vectors_int (object, "n_leaves"), node;
  guint32 n_nodes = mls_node_count (n_leaves);
  ck_assert_uint_eq (n_nodes, vectors_int (object, "n_nodes"));
  ck_assert_uint_eq (mls_node_root (n_leaves), vectors_int (object, "root"));
  for (guint32 i = 0; i < n_nodes; i++)
    {
      ck_assert_int_eq (expected (object, "left", i, &node), !mls_node_is_leaf (i));
      if (!mls_node_is_leaf (i))
        {
          ck_assert_uint_eq (mls_node_left (i), node);
          expected (object, "right", i, &node);
          ck_assert_uint_eq (mls_node_right (i), node);
        }
      ck_assert_int_eq (expected (object, "parent", i, &node), i != mls_node_root (n_leaves));
      if (i != mls_node_root (n_leaves))
        {
          ck_assert_uint_eq (mls_node_parent (i), node);
          expected (object, "sibling", i, &node);
          ck_assert_uint_eq (mls_node_sibling (i), node);
        }
    }
}

START_TEST (published_vectors)
{
  g_autoptr (JsonNode) root = vectors_load ("mls/tree-math.json");
  if (!root)
    return;
  JsonArray *cases = json_node_get_array (root);
  guint n = json_array_get_length (cases);
  for (guint i = 0; i < n; i++)
    check_case (json_array_get_object_element (cases, i));
  g_print ("tree-math: %u of %u\n", n, n);
  ck_assert_uint_eq (n, 10);
}
END_TEST

/* The subtree whose head is `node` has the leaves [first, first + width) (4.1). */
static void
check_subtree (guint32 node, guint32 first, guint32 width)
{
  ck_assert_uint_eq (mls_node_first_leaf (node), first);
  ck_assert_uint_eq (mls_node_last_leaf (node), first + width - 1);
  ck_assert_uint_eq (1u << mls_node_level (node), width);
  for (guint32 leaf = 0; leaf < 64; leaf++)
    ck_assert_int_eq (mls_node_covers (node, leaf), leaf >= first && leaf < first + width);
  if (width == 1)
    {
      ck_assert_uint_eq (mls_node_of_leaf (first), node);
      ck_assert_uint_eq (mls_leaf_of_node (node), first);
      return;
    }
  for (guint32 a = first; a < first + width / 2; a++)
    for (guint32 b = first + width / 2; b < first + width; b++)
      {
        ck_assert_uint_eq (mls_node_common_ancestor (a, b), node);
        ck_assert_uint_eq (mls_node_common_ancestor (b, a), node);
      }
  check_subtree (mls_node_left (node), first, width / 2);
  check_subtree (mls_node_right (node), first + width / 2, width / 2);
}

START_TEST (nodes_cover_their_leaves)
{
  check_subtree (mls_node_root (64), 0, 64);
  ck_assert_uint_eq (mls_node_common_ancestor (5, 5), 10);
}
END_TEST

START_TEST (widths_are_powers_of_two)
{
  ck_assert_uint_eq (mls_tree_width_for (0), 1);
  for (guint32 n = 1; n <= 5000; n++)
    {
      guint32 width = mls_tree_width_for (n);
      ck_assert (width >= n && (width & (width - 1)) == 0 && (width == 1 || width / 2 < n));
    }
  ck_assert_uint_eq (mls_tree_width_for (1u << MLS_MAX_DEPTH), 1u << MLS_MAX_DEPTH);
}
END_TEST

START_TEST (deepest_tree)
{
  guint32 width = 1u << MLS_MAX_DEPTH, root = mls_node_root (width);
  guint32 last = mls_node_of_leaf (width - 1), up = last;
  ck_assert_uint_eq (mls_node_count (width), 2 * width - 1);
  ck_assert_uint_eq (mls_node_level (root), MLS_MAX_DEPTH);
  ck_assert_uint_eq (mls_node_last_leaf (root), width - 1);
  ck_assert_uint_eq (mls_node_common_ancestor (0, width - 1), root);
  for (guint i = 0; i < MLS_MAX_DEPTH; i++)
    up = mls_node_parent (up);
  ck_assert_uint_eq (up, root);
}
END_TEST

int
main (void)
{
  g_autoptr (JsonNode) there = vectors_load ("mls/tree-math.json");
  const TTest *const tests[] = { published_vectors, nodes_cover_their_leaves, widths_are_powers_of_two, deepest_tree };
  int failed = run_tests ("mls/tree-math", tests, G_N_ELEMENTS (tests));
  return failed || there ? failed : VECTORS_SKIP;
}
