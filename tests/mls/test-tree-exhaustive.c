/* test-tree-exhaustive.c - the ratchet tree against the slow second implementation (regression K6: an implementation
 * once computed the parent hash wrongly if the left subtree was empty).
 *
 * All 2^15 ways to have or not to have contents in the 15 nodes of a tree of 8 leaves, each with no, with all and with
 * three random choices of unmerged leaves; and for trees of up to 4 leaves with every choice. A choice is consistent in
 * the sense of RFC 9420 section 12.4.3.1: if a parent lists a leaf, so do all non-blank nodes between them; it is
 * thus a number k for each leaf, which is unmerged at the k lowest of its non-blank ancestors.
 *
 * Nodes behind the last non-blank one are not encoded, so a pattern whose right half and root are blank is decoded as
 * the narrower tree that it is (12.4.3.3), and the slow tree is cut to that width for the comparison; a blank right
 * half below a root with contents stays. A pattern of blanks only is refused with TREE_SHAPE.
 */
#include <string.h>

#include "../lib/run.h"
#include "../lib/slow-tree.h"
#include "crypto/rng.h"
#include "mls/tree-check.h"
#include "mls/tree-private.h"

#define MAX_WIDTH 8
#define SCRIPT_WIDTH 16 /* of the scripts */

/* A ck_assert that costs nothing when all is well. */
#define REQUIRE(condition)                                                                                             \
  do                                                                                                                   \
    if (!(condition))                                                                                                  \
      ck_abort_msg ("%s, in tree %s", #condition, current);                                                            \
  while (0)

static char current[100]; /* which tree it is about */

static void
name_tree (guint32 width, guint32 pattern, const guint *listed)
{
  char *at = current + g_snprintf (current, 40, "of width %u, pattern %04x, unmerged at", width, pattern);
  for (guint32 i = 0; i < width; i++)
    at += g_snprintf (at, 5, " %u", listed[i]);
}

/* ---- making ---- */

typedef struct {
  Suite *suite;
  Rng *rng;
  GBytes *leaf[MAX_WIDTH];
  GBytes *leaf_hash[MAX_WIDTH];
  GBytes *key[2 * MAX_WIDTH];
  GBytes *parent_hash[2 * MAX_WIDTH];
} Maker;

static void
maker_init (Maker *self)
{
  self->suite = suite_new (1);
  self->rng = rng_new_seeded (6);
  for (guint32 i = 0; i < MAX_WIDTH; i++)
    {
      self->leaf_hash[i] = i % 2 ? g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32) : NULL;
      self->leaf[i] = slow_leaf (1000 + i, self->leaf_hash[i]);
    }
  for (guint32 i = 0; i < 2 * MAX_WIDTH; i++)
    {
      self->key[i] = slow_key (i);
      self->parent_hash[i] = g_bytes_new_static ("fedcba9876543210fedcba9876543210", i % 4 == 1 ? 32 : 0);
    }
}

static void
maker_clear (Maker *self)
{
  for (guint32 i = 0; i < MAX_WIDTH; i++)
    {
      g_bytes_unref (self->leaf[i]);
      if (self->leaf_hash[i])
        g_bytes_unref (self->leaf_hash[i]);
    }
  for (guint32 i = 0; i < 2 * MAX_WIDTH; i++)
    {
      g_bytes_unref (self->key[i]);
      g_bytes_unref (self->parent_hash[i]);
    }
  rng_free (self->rng);
  suite_unref (self->suite);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Maker, maker_clear)

/* How many non-blank ancestors a leaf has, and their numbers from below. None if the leaf is blank. */
static guint
ancestors (guint32 width, guint32 pattern, guint32 leaf, guint32 out[3])
{
  guint n = 0;
  if (!(pattern >> (2 * leaf) & 1))
    return 0;
  for (guint32 w = 2; w <= width; w *= 2)
    {
      guint32 node = 2 * (leaf / w * w) + w - 1;
      if (pattern >> node & 1)
        out[n++] = node;
    }
  return n;
}

static SlowTree *
make (const Maker *self, guint32 width, guint32 pattern, const guint *listed)
{
  SlowTree *tree = slow_tree_new (self->suite, width);
  for (guint32 i = 0; i < 2 * width - 1; i++)
    if (!(pattern >> i & 1))
      continue;
    else if (i % 2)
      slow_tree_set_parent (tree, i, self->key[i], self->parent_hash[i]);
    else
      slow_tree_set_leaf (tree, i / 2, self->leaf[i / 2], self->leaf_hash[i / 2]);
  for (guint32 leaf = 0; leaf < width; leaf++)
    {
      guint32 node[3];
      ancestors (width, pattern, leaf, node);
      for (guint i = 0; i < listed[leaf]; i++)
        slow_tree_set_unmerged (tree, node[i], leaf);
    }
  return tree;
}

/* ---- comparing ---- */

static void
compare_hashes (const SlowTree *slow, const MlsTree *fast)
{
  guint8 wanted[2 * SCRIPT_WIDTH * HASH_MAX], parent[HASH_MAX];
  gsize size = suite_hash_size (slow->suite);
  slow_tree_hashes (slow, wanted);
  REQUIRE (span_equal (mls_tree_hash (fast), span (wanted + (slow->width - 1) * HASH_MAX, size)));
  for (guint32 i = 0; i < slow->nodes->len; i++)
    REQUIRE (span_equal (mls_tree_node_hash (fast, i), span (wanted + i * HASH_MAX, size)));
  for (guint32 i = 1; i < slow->nodes->len; i += 2)
    for (guint side = 0; side < 2 && slow_tree_node (slow, i)->filled; side++)
      {
        guint32 sibling = side ? mls_node_right (i) : mls_node_left (i);
        slow_tree_parent_hash (slow, i, sibling, wanted);
        mls_tree_parent_hash (fast, i, sibling, parent);
        REQUIRE (memcmp (wanted, parent, size) == 0);
      }
}

static gboolean
same_list (GArray *a, const guint32 *b, guint n)
{
  return a->len == n && (n == 0 || memcmp (a->data, b, n * sizeof (guint32)) == 0);
}

static void
compare_lists (const SlowTree *slow, const MlsTree *fast)
{
  for (guint32 i = 0; i < slow->nodes->len; i++)
    {
      g_autoptr (GArray) wanted = slow_tree_resolution (slow, i);
      g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (guint32));
      mls_tree_resolution (fast, i, found);
      REQUIRE (same_list (wanted, (const guint32 *) (void *) found->data, found->len));
      REQUIRE (mls_tree_resolution_size (fast, i) == found->len);
    }
  for (guint32 leaf = 0; leaf < slow->width; leaf++)
    {
      guint32 path[MLS_MAX_DEPTH], copath[MLS_MAX_DEPTH];
      g_autoptr (GArray) wanted_path = g_array_new (FALSE, FALSE, sizeof (guint32));
      g_autoptr (GArray) wanted_copath = g_array_new (FALSE, FALSE, sizeof (guint32));
      slow_tree_filtered_path (slow, leaf, wanted_path, wanted_copath);
      guint n = mls_tree_filtered_path (fast, leaf, path, copath);
      REQUIRE (same_list (wanted_path, path, n) && same_list (wanted_copath, copath, n));
    }
}

static void
compare_contents (const SlowTree *slow, const MlsTree *fast)
{
  guint32 members = 0, next = 0, key_at;
  REQUIRE (mls_tree_width (fast) == slow->width);
  for (guint32 i = 0; i < slow->nodes->len; i++)
    {
      const SlowNode *node = slow_tree_node (slow, i);
      REQUIRE (mls_tree_is_blank (fast, i) == !node->filled);
      if (!node->filled)
        continue;
      Span key = mls_tree_node_key (fast, i);
      REQUIRE (mls_tree_find_encryption_key (fast, key, &key_at) && key_at == i);
      if (i % 2 == 0)
        {
          REQUIRE (mls_tree_next_member (fast, next, &next) && next == i / 2);
          REQUIRE (span_equal (span_bytes (mls_tree_leaf (fast, next)->encoded), span_bytes (node->leaf)));
          members++;
          next++;
        }
    }
  REQUIRE (!mls_tree_next_member (fast, next, &next));
  REQUIRE (mls_tree_members (fast) == members);
}

/* 12.4.3.1, the first thing that a check looks at; these trees fail later, at their signatures at the latest. */
static gboolean
unmerged_fine (const MlsTree *fast)
{
  g_autoptr (GError) error = NULL;
  REQUIRE (!mls_tree_check (fast, SPAN_EMPTY, SPAN_EMPTY, &error));
  return error->code != MLS_ERROR_UNMERGED_DESCENDANT && error->code != MLS_ERROR_UNMERGED_INTERMEDIATE;
}

/* The rest is compared from outside: what is encoded and whether it is valid. */
static void
compare (const SlowTree *slow, const MlsTree *fast)
{
  g_autoptr (GBytes) wanted = slow_tree_encode (slow);
  g_autoptr (GBytes) found = mls_tree_encode (fast);
  REQUIRE (g_bytes_equal (wanted, found));
  compare_contents (slow, fast);
  compare_lists (slow, fast);
  compare_hashes (slow, fast);
  REQUIRE (mls_tree_check_parent_hashes (fast, NULL) == slow_tree_parent_hashes_valid (slow));
  REQUIRE (unmerged_fine (fast) == slow_tree_unmerged_valid (slow));
}

static void
check_tree (const Maker *maker, guint32 width, guint32 pattern, const guint *listed)
{
  name_tree (width, pattern, listed);
  g_autoptr (GError) error = NULL;
  g_autoptr (SlowTree) slow = make (maker, width, pattern, listed);
  gboolean some = slow_tree_trim (slow);
  g_autoptr (GBytes) encoded = slow_tree_encode (slow);
  g_autoptr (MlsTree) fast = mls_tree_decode (maker->suite, span_bytes (encoded), &error);
  REQUIRE (some ? fast != NULL : g_error_matches (error, MLS_ERROR, MLS_ERROR_TREE_SHAPE));
  if (some)
    compare (slow, fast);
}

START_TEST (every_pattern_of_eight_leaves)
{
  g_auto (Maker) maker = { .suite = NULL };
  guint step = 65536 / run_rounds (65536); /* all of them, or one in twenty-one */
  guint32 node[3], n_trees = 0;
  maker_init (&maker);
  for (guint32 pattern = 0; pattern < 1u << 15; pattern += step)
    for (guint choice = 0; choice < 5; choice++)
      {
        guint listed[MAX_WIDTH];
        for (guint32 leaf = 0; leaf < 8; leaf++)
          {
            guint most = ancestors (8, pattern, leaf, node);
            listed[leaf] = choice == 0 ? 0 : choice == 1 ? most : rng_below (maker.rng, most + 1);
          }
        check_tree (&maker, 8, pattern, listed);
        n_trees++;
      }
  g_print ("patterns of 8 leaves: %u trees\n", n_trees);
}
END_TEST

START_TEST (every_unmerged_set_of_up_to_four_leaves)
{
  g_auto (Maker) maker = { .suite = NULL };
  guint32 node[3], n_trees = 0;
  maker_init (&maker);
  for (guint32 width = 1; width <= 4; width *= 2)
    for (guint32 pattern = 0; pattern < 1u << (2 * width - 1); pattern++)
      {
        guint listed[MAX_WIDTH] = { 0 };
        for (guint32 leaf = 0; leaf < width;)
          {
            check_tree (&maker, width, pattern, listed);
            n_trees++;
            /* the next choice: count up, leaf by leaf */
            for (leaf = 0; leaf < width && listed[leaf] == ancestors (width, pattern, leaf, node); leaf++)
              listed[leaf] = 0;
            if (leaf < width)
              listed[leaf]++;
          }
      }
  g_print ("up to 4 leaves: %u trees\n", n_trees);
}
END_TEST

/* Lists that are not consistent: the two must still agree on what is wrong, and the fast one must survive. */
START_TEST (inconsistent_unmerged_sets)
{
  g_auto (Maker) maker = { .suite = NULL };
  maker_init (&maker);
  for (guint round = 0; round < run_rounds (20000); round++)
    {
      guint none[MAX_WIDTH] = { 0 };
      guint32 pattern = rng_below (maker.rng, 1u << 15) | 1u << 14;
      g_snprintf (current, sizeof current, "of width 8, pattern %04x, round %u", pattern, round);
      g_autoptr (SlowTree) slow = make (&maker, 8, pattern, none);
      for (guint i = 0; i < 3; i++)
        {
          guint32 parent = 2 * rng_below (maker.rng, 7) + 1, leaf = rng_below (maker.rng, 9);
          if (slow_tree_node (slow, parent)->filled && slow_tree_node (slow, parent)->unmerged->len == 0)
            slow_tree_set_unmerged (slow, parent, leaf);
        }
      g_autoptr (GBytes) encoded = slow_tree_encode (slow);
      g_autoptr (MlsTree) fast = mls_tree_decode (maker.suite, span_bytes (encoded), NULL);
      mls_tree_hash (fast);
      REQUIRE (unmerged_fine (fast) == slow_tree_unmerged_valid (slow));
      mls_tree_check_parent_hashes (fast, NULL);
    }
}
END_TEST

/* ---- scripts ---- */

typedef struct {
  SlowTree *slow;
  MlsTree *fast;
} Both;

static void
both_clear (gpointer data)
{
  Both *self = data;
  slow_tree_free (self->slow);
  mls_tree_free (self->fast);
}

static MlsLeafNode *
read_leaf (GBytes *leaf)
{
  Reader reader = reader_init (span_bytes (leaf));
  return mls_leaf_node_read (&reader, NULL);
}

static Both
both_copy (const Both *self)
{
  return (Both){ slow_tree_copy (self->slow), mls_tree_copy (self->fast) };
}

static guint32
any_member (const Maker *maker, const Both *self)
{
  guint32 leaf;
  if (!mls_tree_next_member (self->fast, rng_below (maker->rng, mls_tree_width (self->fast)), &leaf))
    mls_tree_next_member (self->fast, 0, &leaf);
  return leaf;
}

/* 7.5: a committer's path, with keys of its own: each of the two computes its parent hashes for itself. */
static void
set_path (const Maker *maker, const Both *self, guint32 leaf, guint32 seed)
{
  guint32 path[MLS_MAX_DEPTH], copath[MLS_MAX_DEPTH];
  guint8 slow_hash[HASH_MAX], fast_hash[HASH_MAX];
  gsize size = 0;
  for (guint32 node = mls_node_of_leaf (leaf); node != mls_node_root (self->slow->width);)
    {
      node = mls_node_parent (node);
      slow_tree_blank (self->slow, node);
      mls_tree_blank_parent (self->fast, node);
    }
  for (guint i = mls_tree_filtered_path (self->fast, leaf, path, copath); i > 0; i--)
    {
      g_autoptr (GBytes) key = slow_key (seed + i);
      g_autoptr (GBytes) hash = g_bytes_new (slow_hash, size);
      slow_tree_set_parent (self->slow, path[i - 1], key, hash);
      mls_tree_set_parent (self->fast, path[i - 1], span_bytes (key), span (fast_hash, size));
      slow_tree_parent_hash (self->slow, path[i - 1], copath[i - 1], slow_hash);
      mls_tree_parent_hash (self->fast, path[i - 1], copath[i - 1], fast_hash);
      size = suite_hash_size (maker->suite);
    }
  g_autoptr (GBytes) hash = g_bytes_new (slow_hash, size);
  g_autoptr (GBytes) encoded = slow_leaf (seed, hash);
  g_autoptr (MlsLeafNode) node = read_leaf (encoded);
  slow_tree_set_leaf (self->slow, leaf, encoded, hash);
  mls_tree_set_leaf (self->fast, leaf, node);
}

static void
step (const Maker *maker, Both *self, guint32 seed)
{
  guint32 what = rng_below (maker->rng, 8), members = mls_tree_members (self->fast);
  g_autoptr (GBytes) encoded = slow_leaf (seed, NULL);
  g_autoptr (MlsLeafNode) leaf = read_leaf (encoded);
  guint32 member = members ? any_member (maker, self) : 0;
  if (members == 0 || (what < 3 && members < SCRIPT_WIDTH))
    REQUIRE (mls_tree_add (self->fast, leaf) == slow_tree_add (self->slow, encoded));
  else if (what < 5)
    set_path (maker, self, member, seed);
  else if (what < 6)
    {
      mls_tree_update (self->fast, member, leaf);
      slow_tree_update (self->slow, member, encoded);
    }
  else if (members > 1)
    {
      mls_tree_remove (self->fast, member);
      slow_tree_remove (self->slow, member);
    }
}

/* What an edited tree keeps beside its nodes is what a tree read from its bytes has: no key is left behind. */
static void
compare_books (const Maker *maker, const MlsTree *edited)
{
  g_autoptr (GBytes) encoded = mls_tree_encode (edited);
  g_autoptr (MlsTree) read = mls_tree_decode (maker->suite, span_bytes (encoded), NULL);
  REQUIRE (tree_index_size (edited->index) == tree_index_size (read->index));
  REQUIRE (memcmp (edited->credentials, read->credentials, sizeof read->credentials) == 0);
  REQUIRE (memcmp (edited->duplicates, read->duplicates, sizeof read->duplicates) == 0);
}

/* A received tree in which one parent hash, key or list was tampered with is judged alike. */
static void
compare_tampered (const Maker *maker, const Both *self)
{
  g_autoptr (SlowTree) slow = slow_tree_copy (self->slow);
  guint32 node = 2 * rng_below (maker->rng, slow->width) + 1;
  if (node >= slow->nodes->len || !slow_tree_node (slow, node)->filled)
    return;
  SlowNode *parent = slow_tree_node (slow, node);
  g_autoptr (GBytes) other = g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32);
  GBytes **tampered = rng_below (maker->rng, 2) ? &parent->key : &parent->parent_hash;
  guint what = rng_below (maker->rng, 3);
  if (what == 0)
    slow_tree_set_unmerged (slow, node, rng_below (maker->rng, slow->width));
  else if (what == 1 && parent->unmerged->len)
    g_array_remove_index (parent->unmerged, 0);
  else
    {
      g_bytes_unref (*tampered);
      *tampered = g_bytes_ref (other);
    }
  g_autoptr (GBytes) encoded = slow_tree_encode (slow);
  g_autoptr (MlsTree) fast = mls_tree_decode (maker->suite, span_bytes (encoded), NULL);
  if (!fast)
    return; /* it listed the leaf already */
  REQUIRE (mls_tree_check_parent_hashes (fast, NULL) == slow_tree_parent_hashes_valid (slow));
  REQUIRE (unmerged_fine (fast) == slow_tree_unmerged_valid (slow));
}

START_TEST (scripts_of_edits)
{
  g_auto (Maker) maker = { .suite = NULL };
  maker_init (&maker);
  for (guint script = 0; script < run_rounds (60); script++)
    {
      g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (Both));
      g_array_set_clear_func (kept, both_clear);
      Both now = { slow_tree_new (maker.suite, 1), mls_tree_new (maker.suite) };
      for (guint i = 0; i < 40; i++)
        {
          g_snprintf (current, sizeof current, "of script %u, step %u", script, i);
          if (i % 4 == 3)
            {
              Both copy = both_copy (&now);
              g_array_append_val (kept, copy);
            }
          step (&maker, &now, 1000 + 50 * i);
          compare (now.slow, now.fast);
          REQUIRE (mls_tree_check_parent_hashes (now.fast, NULL));
          compare_books (&maker, now.fast);
          compare_tampered (&maker, &now);
          if (i % 10 == 9)
            {
              /* go back, so that trees with a common past are edited in different ways */
              Both *old = &g_array_index (kept, Both, rng_below (maker.rng, kept->len)), swap = *old;
              *old = now;
              now = swap;
            }
        }
      both_clear (&now);
      for (guint i = 0; i < kept->len; i++)
        {
          g_snprintf (current, sizeof current, "of script %u, kept number %u", script, i);
          compare (g_array_index (kept, Both, i).slow, g_array_index (kept, Both, i).fast);
        }
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { every_unmerged_set_of_up_to_four_leaves, inconsistent_unmerged_sets, scripts_of_edits,
                                 every_pattern_of_eight_leaves };
  return run_tests ("mls/tree-exhaustive", tests, G_N_ELEMENTS (tests));
}
