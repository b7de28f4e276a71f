/* test-tree-index.c - mls/tree-index.h against a plain list: hashes spread and hashes that collide, and copies that do
 * not notice each other.
 */
#include <string.h>

#include "../lib/run.h"
#include "crypto/rng.h"
#include "mls/tree-index.h"

/* The slow index: a list in the order of insertion. */
typedef struct {
  GArray *list;
  TreeIndex *index;
} Both;

static Both
both_new (void)
{
  return (Both){ g_array_new (FALSE, FALSE, sizeof (TreeIndexEntry)), NULL };
}

static Both
both_copy (const Both *self)
{
  return (Both){ g_array_copy (self->list), tree_index_ref (self->index) };
}

static void
both_clear (Both *self)
{
  g_array_unref (self->list);
  tree_index_unref (self->index);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Both, both_clear)

static void
both_insert (Both *self, TreeIndexEntry entry)
{
  g_array_append_val (self->list, entry);
  tree_index_insert (&self->index, &entry);
}

static void
both_remove (Both *self, guint at)
{
  TreeIndexEntry entry = g_array_index (self->list, TreeIndexEntry, at);
  for (guint i = 0; i < self->list->len; i++) /* of equal entries the first goes */
    if (memcmp (&g_array_index (self->list, TreeIndexEntry, i), &entry, sizeof entry) == 0)
      {
        g_array_remove_index (self->list, i);
        break;
      }
  ck_assert (tree_index_remove (&self->index, &entry));
}

/* What is found under the hash is what the list has, in its order. */
static void
assert_found (const Both *self, guint64 hash)
{
  guint n, at = 0;
  const TreeIndexEntry *found = tree_index_find (self->index, hash, &n);
  for (guint i = 0; i < self->list->len; i++)
    {
      const TreeIndexEntry *entry = &g_array_index (self->list, TreeIndexEntry, i);
      if (entry->hash != hash)
        continue;
      if (at >= n || memcmp (&found[at], entry, sizeof *entry) != 0)
        ck_abort_msg ("entry %u is not found", i);
      at++;
    }
  ck_assert_uint_eq (at, n);
}

static void
assert_same (const Both *self)
{
  for (guint i = 0; i < self->list->len; i++)
    assert_found (self, g_array_index (self->list, TreeIndexEntry, i).hash);
  assert_found (self, 0x0123456789abcdef);
}

/* Hashes of different tempers: spread, alike in their first 60 bits, one of three. */
static guint64
draw (Rng *rng, guint temper)
{
  guint64 hash;
  rng_fill (rng, &hash, sizeof hash);
  if (temper == 0)
    return hash;
  return temper == 1 ? 0x5555555555555550 + hash % 16 : hash % 3 * 0x5555555555555555;
}

START_TEST (empty)
{
  guint n = 1;
  TreeIndex *index = NULL;
  TreeIndexEntry entry = { 7, 7, 1 };
  tree_index_find (index, 7, &n);
  ck_assert_uint_eq (n, 0);
  ck_assert (!tree_index_remove (&index, &entry));
  ck_assert_uint_eq (tree_index_size (index), 0);
  tree_index_insert (&index, &entry);
  ck_assert (tree_index_remove (&index, &entry));
  ck_assert_ptr_null (index);
  ck_assert_ptr_null (tree_index_ref (NULL));
  tree_index_unref (NULL);
}
END_TEST

START_TEST (random_edits)
{
  g_autoptr (Rng) rng = rng_new_seeded (3);
  for (guint round = 0; round < run_rounds (60); round++)
    {
      g_auto (Both) now = both_new ();
      g_auto (Both) then = both_new ();
      for (guint32 i = 0; i < 300; i++)
        {
          if (now.list->len > 0 && rng_below (rng, 100) < (i < 200 ? 30 : 70))
            both_remove (&now, rng_below (rng, now.list->len));
          else
            both_insert (&now, (TreeIndexEntry){ draw (rng, round % 3), rng_below (rng, 50), 1 + i % 2 });
          if (i % 10 == 0)
            assert_same (&now);
          if (rng_below (rng, 40) == 0)
            {
              assert_same (&then);
              both_clear (&then);
              then = both_copy (&now);
            }
        }
      assert_same (&then);
      while (now.list->len > 0)
        both_remove (&now, 0);
      ck_assert_ptr_null (now.index);
      assert_same (&then);
    }
}
END_TEST

/* Removing what is not there changes nothing, also if everything but one field fits. */
START_TEST (remove_is_exact)
{
  for (guint temper = 0; temper < 3; temper++)
    {
      g_autoptr (Rng) rng = rng_new_seeded (4);
      g_auto (Both) both = both_new ();
      for (guint32 i = 0; i < 50; i++)
        both_insert (&both, (TreeIndexEntry){ draw (rng, temper), i, 1 });
      TreeIndexEntry entry = g_array_index (both.list, TreeIndexEntry, 20);
      TreeIndexEntry node = { entry.hash, 1000, 1 }, kind = { entry.hash, entry.node, 2 };
      TreeIndexEntry hash = { ~entry.hash, entry.node, 1 };
      ck_assert (!tree_index_remove (&both.index, &node));
      ck_assert (!tree_index_remove (&both.index, &kind));
      ck_assert (!tree_index_remove (&both.index, &hash));
      assert_same (&both);
    }
}
END_TEST

/* The shape depends on the contents only: the size is the same whatever was there in between. */
START_TEST (canonical_size)
{
  for (guint temper = 0; temper < 3; temper++)
    {
      g_autoptr (Rng) rng = rng_new_seeded (5);
      g_auto (Both) both = both_new ();
      for (guint32 i = 0; i < 200; i++)
        both_insert (&both, (TreeIndexEntry){ draw (rng, temper), i, 1 });
      gsize size = tree_index_size (both.index);
      for (guint32 i = 0; i < 500; i++)
        both_insert (&both, (TreeIndexEntry){ draw (rng, temper), 1000 + i, 1 });
      while (both.list->len > 200)
        both_remove (&both, 200);
      ck_assert_uint_eq (tree_index_size (both.index), size);
    }
}
END_TEST

/* The index of a group is a small part of it: below 40 bytes for a key. */
START_TEST (stays_small)
{
  g_autoptr (Rng) rng = rng_new_seeded (6);
  TreeIndex *index = NULL;
  for (guint32 n = 1; n <= 15000; n++)
    {
      TreeIndexEntry entry = { draw (rng, 0), n, 1 };
      tree_index_insert (&index, &entry);
      if (n % 1000 == 0)
        ck_assert_uint_lt (tree_index_size (index), 40 * n);
    }
  tree_index_unref (index);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { empty, random_edits, remove_is_exact, canonical_size, stays_small };
  return run_tests ("mls/tree-index", tests, G_N_ELEMENTS (tests));
}
