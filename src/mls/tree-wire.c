#include "mls/tree-private.h"

#define NODE_LEAF 1
#define NODE_PARENT 2

/* ---- encoding: 12.4.3.3 ---- */

/* Blanks are written when something follows them, so that none end up at the end. */
typedef struct {
  Writer writer;
  guint32 blanks;
} Encoder;

static void
encode_value (Encoder *self, const TreeNode *node, guint level)
{
  if (!node->value)
    {
      self->blanks++;
      return;
    }
  Writer *writer = &self->writer;
  for (; self->blanks > 0; self->blanks--)
    writer_optional (writer, FALSE);
  writer_optional (writer, TRUE);
  writer_u8 (writer, level == 0 ? NODE_LEAF : NODE_PARENT);
  if (level == 0)
    {
      writer_raw (writer, span_bytes (node->leaf->encoded));
      return;
    }
  const MlsParentNode *parent = &node->parent->view;
  writer_vector (writer, parent->encryption_key);
  writer_vector (writer, parent->parent_hash);
  writer_varint (writer, sizeof (guint32) * parent->n_unmerged);
  for (guint32 i = 0; i < parent->n_unmerged; i++)
    writer_u32 (writer, parent->unmerged[i]);
}

static void
encode (Encoder *self, const TreeNode *node, guint level)
{
  if (!node || node->filled == 0)
    {
      self->blanks += mls_node_count (1u << level);
      return;
    }
  if (level > 0)
    encode (self, node->child[0], level - 1);
  encode_value (self, node, level);
  if (level > 0)
    encode (self, node->child[1], level - 1);
}

GBytes *
mls_tree_encode (const MlsTree *self)
{
  Encoder encoder = { WRITER_INIT, 0 };
  gsize mark = writer_open (&encoder.writer);
  encode (&encoder, self->root, tree_depth (self));
  writer_close (&encoder.writer, mark);
  return writer_take (&encoder.writer);
}

/* ---- decoding ---- */

/* A tree read in order, put together from below without recursion. For each level at most one subtree waits for its
 * parent to be read, or one parent, with its left child, for its right child. */
typedef struct {
  MlsTree *tree;
  TreeNode *left[MLS_MAX_DEPTH + 1];     /* complete subtree of this level, or left child of parent[level + 1] */
  TreeParent *parent[MLS_MAX_DEPTH + 1]; /* contents of a parent whose right child is missing */
  gboolean open[MLS_MAX_DEPTH + 1];      /* whether there is such a parent, which may be blank */
  guint32 n;                             /* entries read */
} Decoder;

/* The subtree under a parent; NULL if all is blank. */
static TreeNode *
join (Decoder *self, guint level, TreeNode *left, TreeParent *parent, TreeNode *right)
{
  if (!left && !parent && !right)
    return NULL;
  TreeNode *node = tree_node_new (self->tree);
  node->parent = parent;
  node->child[0] = left;
  node->child[1] = right;
  tree_node_count (node, level);
  return node;
}

/* A subtree of `level` is complete: it is somebody's right child, which completes that one too, or the left child of
 * the parent that comes next. */
static void
complete (Decoder *self, guint level, TreeNode *node)
{
  while (level < MLS_MAX_DEPTH && self->open[level + 1])
    {
      TreeNode *left = g_steal_pointer (&self->left[level]);
      TreeParent *parent = g_steal_pointer (&self->parent[level + 1]);
      self->open[level + 1] = FALSE;
      node = join (self, ++level, left, parent, node);
    }
  self->left[level] = node;
}

/* Takes over the value (NULL: blank) of the entry that comes next. */
static void
decoder_add (Decoder *self, gpointer value)
{
  guint level = mls_node_level (self->n++);
  if (level > 0)
    {
      self->parent[level] = value;
      self->open[level] = TRUE;
      return;
    }
  TreeNode *node = NULL;
  if (value)
    {
      node = tree_node_new (self->tree);
      node->leaf = value;
      tree_node_count (node, 0);
    }
  complete (self, 0, node);
}

/* What is missing on the right is blank. */
static void
decoder_finish (Decoder *self)
{
  guint32 width = mls_tree_width_for (self->n / 2 + 1);
  while (self->n < mls_node_count (width))
    {
      guint level = mls_node_level (self->n);
      if (level > 0)
        {
          decoder_add (self, NULL);
          continue;
        }
      /* the largest blank subtree that begins here: it is some open parent's right child */
      guint height = 0;
      while (!self->open[height + 1])
        height++;
      self->n += mls_node_count (1u << height);
      complete (self, height, NULL);
    }
  self->tree->width = width;
  self->tree->root = g_steal_pointer (&self->left[tree_depth (self->tree)]);
}

static void
decoder_clear (Decoder *self)
{
  for (guint level = 0; level <= MLS_MAX_DEPTH; level++)
    {
      tree_node_unref (self->left[level], level);
      tree_parent_unref (self->parent[level]);
    }
  mls_tree_free (self->tree);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Decoder, decoder_clear)

/* 7.1 */
static TreeParent *
read_parent (Reader *reader, GError **error)
{
  Span key = reader_vector (reader);
  Span parent_hash = reader_vector (reader);
  Span list = reader_vector (reader);
  if (reader->failed || list.len % sizeof (guint32))
    {
      mls_refuse (error, MLS_ERROR_MALFORMED, "ratchet tree: parent node");
      return NULL;
    }
  guint32 n = (guint32) (list.len / sizeof (guint32));
  g_autofree guint32 *unmerged = n ? g_new (guint32, n) : NULL;
  Reader leaves = reader_init (list);
  for (guint32 i = 0; i < n; i++)
    {
      unmerged[i] = reader_u32 (&leaves);
      if (i > 0 && unmerged[i] <= unmerged[i - 1])
        {
          mls_refuse (error, MLS_ERROR_UNMERGED_ORDER, "ratchet tree: unmerged leaves not increasing");
          return NULL;
        }
    }
  return tree_parent_new (key, parent_hash, unmerged, n);
}

/* One optional<Node>. */
static gboolean
read_entry (Decoder *self, Reader *reader, GError **error)
{
  gboolean is_leaf = mls_node_is_leaf (self->n);
  if (self->n >= mls_node_count (1u << MLS_MAX_DEPTH))
    return mls_refuse (error, MLS_ERROR_TREE_SHAPE, "ratchet tree: too wide");
  if (!reader_optional (reader))
    {
      if (reader->failed)
        return mls_refuse (error, MLS_ERROR_MALFORMED, "ratchet tree: presence");
      if (!reader_more (reader))
        return mls_refuse (error, MLS_ERROR_TREE_TRAILING_BLANK, "ratchet tree: ends with a blank");
      decoder_add (self, NULL);
      return TRUE;
    }
  guint8 type = reader_u8 (reader);
  if (reader->failed || (type != NODE_LEAF && type != NODE_PARENT))
    return mls_refuse (error, MLS_ERROR_MALFORMED, "ratchet tree: node type");
  if (type != (is_leaf ? NODE_LEAF : NODE_PARENT))
    return mls_refuse (error, MLS_ERROR_TREE_SHAPE, "ratchet tree: leaf and parent confused at node %u", self->n);
  gpointer value = is_leaf ? (gpointer) mls_leaf_node_read (reader, error) : (gpointer) read_parent (reader, error);
  if (value)
    decoder_add (self, value);
  return value != NULL;
}

static void
enter_all (MlsTree *self, const TreeNode *node, guint32 number, guint level)
{
  if (!node)
    return;
  if (node->value)
    tree_enter (self, number, level, node->value);
  if (level == 0)
    return;
  enter_all (self, node->child[0], mls_node_left (number), level - 1);
  enter_all (self, node->child[1], mls_node_right (number), level - 1);
}

MlsTree *
mls_tree_decode (Suite *suite, Span encoded, GError **error)
{
  g_auto (Decoder) decoder = { .tree = mls_tree_new (suite) };
  Reader outer = reader_init (encoded);
  Reader reader = reader_open (&outer);
  if (!reader_end (&outer))
    {
      mls_refuse (error, MLS_ERROR_MALFORMED, "ratchet tree: length");
      return NULL;
    }
  if (!reader_more (&reader))
    {
      mls_refuse (error, MLS_ERROR_TREE_SHAPE, "ratchet tree: empty");
      return NULL;
    }
  while (reader_more (&reader))
    if (!read_entry (&decoder, &reader, error))
      return NULL;
  decoder_finish (&decoder);
  MlsTree *tree = g_steal_pointer (&decoder.tree);
  enter_all (tree, tree->root, mls_node_root (tree->width), tree_depth (tree));
  return tree;
}
