#include "slow-tree.h"

#include <string.h>

#include "base/writer.h"
#include "crypto/hash.h"

static void
clear_node (gpointer data)
{
  SlowNode *node = data;
  g_clear_pointer (&node->leaf, g_bytes_unref);
  g_clear_pointer (&node->key, g_bytes_unref);
  g_clear_pointer (&node->parent_hash, g_bytes_unref);
  g_clear_pointer (&node->unmerged, g_array_unref);
  node->filled = FALSE;
}

static void
set_width (SlowTree *self, guint32 width)
{
  self->width = width;
  g_array_set_size (self->nodes, 2 * width - 1);
}

SlowTree *
slow_tree_new (Suite *suite, guint32 width)
{
  SlowTree *self = g_new0 (SlowTree, 1);
  self->suite = suite_ref (suite);
  self->nodes = g_array_new (FALSE, TRUE, sizeof (SlowNode));
  g_array_set_clear_func (self->nodes, clear_node);
  set_width (self, width);
  return self;
}

SlowTree *
slow_tree_copy (const SlowTree *self)
{
  SlowTree *copy = slow_tree_new (self->suite, self->width);
  for (guint32 i = 0; i < self->nodes->len; i++)
    {
      SlowNode *from = slow_tree_node (self, i), *to = slow_tree_node (copy, i);
      to->filled = from->filled;
      to->leaf = from->leaf ? g_bytes_ref (from->leaf) : NULL;
      to->key = from->key ? g_bytes_ref (from->key) : NULL;
      to->parent_hash = from->parent_hash ? g_bytes_ref (from->parent_hash) : NULL;
      to->unmerged = from->unmerged ? g_array_copy (from->unmerged) : NULL;
    }
  return copy;
}

void
slow_tree_free (SlowTree *self)
{
  if (!self)
    return;
  g_array_unref (self->nodes);
  suite_unref (self->suite);
  g_free (self);
}

SlowNode *
slow_tree_node (const SlowTree *self, guint32 node)
{
  return &g_array_index (self->nodes, SlowNode, node);
}

void
slow_tree_blank (SlowTree *self, guint32 node)
{
  clear_node (slow_tree_node (self, node));
}

void
slow_tree_set_leaf (SlowTree *self, guint32 leaf_index, GBytes *leaf, GBytes *parent_hash)
{
  slow_tree_blank (self, 2 * leaf_index);
  SlowNode *node = slow_tree_node (self, 2 * leaf_index);
  node->filled = TRUE;
  node->leaf = g_bytes_ref (leaf);
  node->parent_hash = parent_hash ? g_bytes_ref (parent_hash) : NULL;
}

void
slow_tree_set_parent (SlowTree *self, guint32 number, GBytes *key, GBytes *parent_hash)
{
  slow_tree_blank (self, number);
  SlowNode *node = slow_tree_node (self, number);
  node->filled = TRUE;
  node->key = g_bytes_ref (key);
  node->parent_hash = g_bytes_ref (parent_hash);
  node->unmerged = g_array_new (FALSE, FALSE, sizeof (guint32));
}

static int
compare_u32 (gconstpointer a, gconstpointer b)
{
  guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;
  return (x > y) - (x < y);
}

void
slow_tree_set_unmerged (SlowTree *self, guint32 number, guint32 leaf_index)
{
  SlowNode *node = slow_tree_node (self, number);
  g_array_append_val (node->unmerged, leaf_index);
  g_array_sort (node->unmerged, compare_u32);
}

/* ---- subtrees: [first, first + width) ---- */

static guint32
head (guint32 first, guint32 width)
{
  return 2 * first + width - 1;
}

/* The subtree whose head is `node`, by looking at all of them. */
static void
subtree_of (const SlowTree *self, guint32 node, guint32 *first, guint32 *width)
{
  for (*width = 1; *width <= self->width; *width *= 2)
    for (*first = 0; *first < self->width; *first += *width)
      if (head (*first, *width) == node)
        return;
  g_assert_not_reached ();
}

static gboolean
is_in (guint32 leaf, guint32 first, guint32 width)
{
  return leaf >= first && leaf < first + width;
}

static gboolean
has (GArray *list, guint32 value)
{
  for (guint i = 0; i < list->len; i++)
    if (g_array_index (list, guint32, i) == value)
      return TRUE;
  return FALSE;
}

/* ---- proposals ---- */

static void
blank_direct_path (SlowTree *self, guint32 leaf_index)
{
  for (guint32 width = 2; width <= self->width; width *= 2)
    slow_tree_blank (self, head (leaf_index / width * width, width));
}

guint32
slow_tree_add (SlowTree *self, GBytes *leaf)
{
  guint32 leaf_index = 0;
  while (leaf_index < self->width && slow_tree_node (self, 2 * leaf_index)->filled)
    leaf_index++;
  if (leaf_index == self->width)
    set_width (self, 2 * self->width);
  for (guint32 width = 2; width <= self->width; width *= 2)
    {
      guint32 node = head (leaf_index / width * width, width);
      if (slow_tree_node (self, node)->filled)
        slow_tree_set_unmerged (self, node, leaf_index);
    }
  slow_tree_set_leaf (self, leaf_index, leaf, NULL);
  return leaf_index;
}

void
slow_tree_update (SlowTree *self, guint32 leaf_index, GBytes *leaf)
{
  slow_tree_set_leaf (self, leaf_index, leaf, NULL);
  blank_direct_path (self, leaf_index);
}

void
slow_tree_remove (SlowTree *self, guint32 leaf_index)
{
  slow_tree_blank (self, 2 * leaf_index);
  blank_direct_path (self, leaf_index);
  while (self->width > 1)
    {
      for (guint32 leaf = self->width / 2; leaf < self->width; leaf++)
        if (slow_tree_node (self, 2 * leaf)->filled)
          return;
      set_width (self, self->width / 2);
    }
}

/* ---- wire ---- */

/* The number of nodes up to the last that is not blank. */
static guint32
last_filled (const SlowTree *self)
{
  guint32 n = self->nodes->len;
  while (n > 0 && !slow_tree_node (self, n - 1)->filled)
    n--;
  return n;
}

gboolean
slow_tree_trim (SlowTree *self)
{
  guint32 n = last_filled (self), width = 1;
  while (2 * width - 1 < n)
    width *= 2;
  set_width (self, width);
  return n > 0;
}

static void
write_parent (Writer *writer, const SlowNode *node)
{
  writer_vector (writer, span_bytes (node->key));
  writer_vector (writer, span_bytes (node->parent_hash));
  gsize mark = writer_open (writer);
  for (guint i = 0; i < node->unmerged->len; i++)
    writer_u32 (writer, g_array_index (node->unmerged, guint32, i));
  writer_close (writer, mark);
}

GBytes *
slow_tree_encode (const SlowTree *self)
{
  g_auto (Writer) writer = WRITER_INIT;
  gsize mark = writer_open (&writer);
  for (guint32 i = 0; i < last_filled (self); i++)
    {
      const SlowNode *node = slow_tree_node (self, i);
      writer_optional (&writer, node->filled);
      if (!node->filled)
        continue;
      writer_u8 (&writer, i % 2 ? 2 : 1);
      if (i % 2)
        write_parent (&writer, node);
      else
        writer_raw (&writer, span_bytes (node->leaf));
    }
  writer_close (&writer, mark);
  return writer_take (&writer);
}

/* ---- hashes ---- */

static void
hash_leaf (const SlowTree *self, guint32 leaf_index, guint8 *out)
{
  g_auto (Writer) writer = WRITER_INIT;
  const SlowNode *node = slow_tree_node (self, 2 * leaf_index);
  writer_u8 (&writer, 1);
  writer_u32 (&writer, leaf_index);
  writer_optional (&writer, node->filled);
  if (node->filled)
    writer_raw (&writer, span_bytes (node->leaf));
  hash_span (self->suite, writer_span (&writer), out);
}

/* `all`, if given, takes the hashes of all nodes below. */
static void
hash_subtree (const SlowTree *self, guint32 first, guint32 width, guint8 *out, guint8 *all)
{
  if (width == 1)
    hash_leaf (self, first, out);
  else
    {
      g_auto (Writer) writer = WRITER_INIT;
      guint8 left[HASH_MAX], right[HASH_MAX];
      gsize size = suite_hash_size (self->suite);
      const SlowNode *node = slow_tree_node (self, head (first, width));
      hash_subtree (self, first, width / 2, left, all);
      hash_subtree (self, first + width / 2, width / 2, right, all);
      writer_u8 (&writer, 2);
      writer_optional (&writer, node->filled);
      if (node->filled)
        write_parent (&writer, node);
      writer_vector (&writer, span (left, size));
      writer_vector (&writer, span (right, size));
      hash_span (self->suite, writer_span (&writer), out);
    }
  if (all)
    memcpy (all + head (first, width) * HASH_MAX, out, suite_hash_size (self->suite));
}

void
slow_tree_hash (const SlowTree *self, guint32 node, guint8 *out)
{
  guint32 first, width;
  subtree_of (self, node, &first, &width);
  hash_subtree (self, first, width, out, NULL);
}

void
slow_tree_hashes (const SlowTree *self, guint8 *out)
{
  guint8 root[HASH_MAX];
  hash_subtree (self, 0, self->width, root, out);
}

/* 7.9: "for each leaf L in P.unmerged_leaves, blank L and remove it from the unmerged_leaves sets of all parent
 * nodes". */
static void
forget_unmerged (SlowTree *self, GArray *unmerged)
{
  for (guint i = 0; i < unmerged->len; i++)
    slow_tree_blank (self, 2 * g_array_index (unmerged, guint32, i));
  for (guint32 node = 1; node < self->nodes->len; node += 2)
    {
      GArray *list = slow_tree_node (self, node)->unmerged;
      for (guint i = list ? list->len : 0; i > 0; i--)
        if (has (unmerged, g_array_index (list, guint32, i - 1)))
          g_array_remove_index (list, i - 1);
    }
}

void
slow_tree_parent_hash (const SlowTree *self, guint32 parent, guint32 sibling, guint8 *out)
{
  g_auto (Writer) writer = WRITER_INIT;
  guint8 original[HASH_MAX];
  const SlowNode *node = slow_tree_node (self, parent);
  g_autoptr (SlowTree) modified = slow_tree_copy (self);
  forget_unmerged (modified, node->unmerged);
  slow_tree_hash (modified, sibling, original);
  writer_vector (&writer, span_bytes (node->key));
  writer_vector (&writer, span_bytes (node->parent_hash));
  writer_vector (&writer, span (original, suite_hash_size (self->suite)));
  hash_span (self->suite, writer_span (&writer), out);
}

/* ---- resolutions and paths ---- */

static void
resolve (const SlowTree *self, guint32 first, guint32 width, GArray *out)
{
  guint32 number = head (first, width);
  const SlowNode *node = slow_tree_node (self, number);
  if (node->filled)
    {
      g_array_append_val (out, number);
      for (guint i = 0; node->unmerged && i < node->unmerged->len; i++)
        {
          guint32 leaf = 2 * g_array_index (node->unmerged, guint32, i);
          g_array_append_val (out, leaf);
        }
    }
  else if (width > 1)
    {
      resolve (self, first, width / 2, out);
      resolve (self, first + width / 2, width / 2, out);
    }
}

GArray *
slow_tree_resolution (const SlowTree *self, guint32 node)
{
  guint32 first, width;
  GArray *out = g_array_new (FALSE, FALSE, sizeof (guint32));
  subtree_of (self, node, &first, &width);
  resolve (self, first, width, out);
  return out;
}

void
slow_tree_filtered_path (const SlowTree *self, guint32 leaf_index, GArray *path, GArray *copath)
{
  for (guint32 width = 1; width < self->width; width *= 2)
    {
      guint32 first = leaf_index / width * width;
      guint32 parent = head (leaf_index / (2 * width) * (2 * width), 2 * width);
      guint32 sibling = head (first % (2 * width) ? first - width : first + width, width);
      g_autoptr (GArray) resolution = slow_tree_resolution (self, sibling);
      if (resolution->len == 0)
        continue;
      g_array_append_val (path, parent);
      g_array_append_val (copath, sibling);
    }
}

/* ---- validity ---- */

/* 7.9.2: is D's parent hash valid with respect to P, D being below P's child C = [first, first + width)? */
static gboolean
vouches (const SlowTree *self, guint32 d, guint32 p, guint32 first, guint32 width, guint32 sibling)
{
  const SlowNode *node = slow_tree_node (self, d), *parent = slow_tree_node (self, p);
  guint8 hash[HASH_MAX];
  if (!node->filled || !node->parent_hash)
    return FALSE;
  slow_tree_parent_hash (self, p, sibling, hash);
  if (!span_equal (span_bytes (node->parent_hash), span (hash, suite_hash_size (self->suite))))
    return FALSE;
  g_autoptr (GArray) resolution = slow_tree_resolution (self, head (first, width));
  if (!has (resolution, d))
    return FALSE;
  guint32 n_unmerged = 0;
  for (guint i = 0; i < parent->unmerged->len; i++)
    {
      guint32 leaf = g_array_index (parent->unmerged, guint32, i);
      if (!is_in (leaf, first, width))
        continue;
      n_unmerged++;
      if (2 * leaf == d || !has (resolution, 2 * leaf))
        return FALSE;
    }
  return n_unmerged == resolution->len - 1;
}

static guint
count_vouching (const SlowTree *self, guint32 p, guint32 first, guint32 width)
{
  guint n = 0;
  guint32 half = width / 2;
  for (guint side = 0; side < 2; side++)
    {
      guint32 begin = first + side * half;
      guint32 sibling = head (first + (1 - side) * half, half);
      for (guint32 d = 2 * begin; d <= 2 * (begin + half - 1); d++)
        if (vouches (self, d, p, begin, half, sibling))
          n++;
    }
  return n;
}

gboolean
slow_tree_parent_hashes_valid (const SlowTree *self)
{
  for (guint32 width = 2; width <= self->width; width *= 2)
    for (guint32 first = 0; first < self->width; first += width)
      {
        guint32 p = head (first, width);
        if (slow_tree_node (self, p)->filled && count_vouching (self, p, first, width) != 1)
          return FALSE;
      }
  return TRUE;
}

static gboolean
entry_valid (const SlowTree *self, guint32 leaf, guint32 first, guint32 width)
{
  if (!is_in (leaf, first, width) || !slow_tree_node (self, 2 * leaf)->filled)
    return FALSE;
  for (guint32 w = 2; w < width; w *= 2)
    {
      const SlowNode *between = slow_tree_node (self, head (leaf / w * w, w));
      if (between->filled && !has (between->unmerged, leaf))
        return FALSE;
    }
  return TRUE;
}

gboolean
slow_tree_unmerged_valid (const SlowTree *self)
{
  for (guint32 width = 2; width <= self->width; width *= 2)
    for (guint32 first = 0; first < self->width; first += width)
      {
        const SlowNode *node = slow_tree_node (self, head (first, width));
        for (guint i = 0; node->filled && i < node->unmerged->len; i++)
          if (!entry_valid (self, g_array_index (node->unmerged, guint32, i), first, width))
            return FALSE;
      }
  return TRUE;
}

/* ---- fakes ---- */

GBytes *
slow_key (guint32 seed)
{
  guint8 key[32] = { 0 };
  memcpy (key, &seed, sizeof seed);
  return g_bytes_new (key, sizeof key);
}

GBytes *
slow_leaf (guint32 seed, GBytes *parent_hash)
{
  g_auto (Writer) writer = WRITER_INIT;
  g_autoptr (GBytes) key = slow_key (seed);
  writer_vector (&writer, span_bytes (key));
  writer_vector (&writer, span_bytes (key));
  writer_u16 (&writer, 1); /* basic */
  writer_vector (&writer, span_str ("name"));
  static const char *const capabilities[] = { "\0\1", "\0\1", "", "", "\0\1" };
  for (gsize i = 0; i < G_N_ELEMENTS (capabilities); i++)
    writer_vector (&writer, span (capabilities[i], i == 2 || i == 3 ? 0 : 2));
  writer_u8 (&writer, parent_hash ? 3 : 2); /* commit, update */
  if (parent_hash)
    writer_vector (&writer, span_bytes (parent_hash));
  writer_vector (&writer, SPAN_EMPTY);
  writer_vector (&writer, span_str ("signature"));
  return writer_take (&writer);
}
