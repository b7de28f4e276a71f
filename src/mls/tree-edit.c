#include <string.h>

#include "mls/tree-private.h"

/* ---- contents of parent nodes ---- */

static gsize
list_offset (Span encryption_key, Span parent_hash)
{
  return (encryption_key.len + parent_hash.len + sizeof (guint32) - 1) & ~(sizeof (guint32) - 1);
}

static gsize
parent_size (const TreeParent *self, guint32 room)
{
  return sizeof (TreeParent) + list_offset (self->view.encryption_key, self->view.parent_hash)
         + room * sizeof (guint32);
}

static guint32 *
parent_list (TreeParent *self)
{
  gsize offset = list_offset (self->view.encryption_key, self->view.parent_hash);
  return (guint32 *) (void *) (self->bytes + offset);
}

/* Lets the view point into the block that it is in; lengths are right already. */
static void
parent_aim (TreeParent *self)
{
  self->view.encryption_key.data = self->bytes;
  self->view.parent_hash.data = self->bytes + self->view.encryption_key.len;
  self->view.unmerged = parent_list (self);
}

TreeParent *
tree_parent_new (Span encryption_key, Span parent_hash, const guint32 *unmerged, guint32 n_unmerged)
{
  gsize offset = list_offset (encryption_key, parent_hash);
  TreeParent *self = g_malloc0 (sizeof (TreeParent) + offset + n_unmerged * sizeof (guint32));
  self->view = (MlsParentNode){ n_unmerged, NULL, encryption_key, parent_hash };
  self->refs = 1;
  self->room = n_unmerged;
  if (encryption_key.len)
    memcpy (self->bytes, encryption_key.data, encryption_key.len);
  if (parent_hash.len)
    memcpy (self->bytes + encryption_key.len, parent_hash.data, parent_hash.len);
  if (n_unmerged)
    memcpy (self->bytes + offset, unmerged, n_unmerged * sizeof (guint32));
  parent_aim (self);
  return self;
}

void
tree_parent_unref (TreeParent *parent)
{
  if (parent && --parent->refs == 0)
    g_free (parent);
}

/* Contents that can be changed, with room for another unmerged leaf, in exchange for the reference to `self`. */
static TreeParent *
parent_grow (TreeParent *self)
{
  guint32 n = self->view.n_unmerged;
  if (self->refs == 1 && n < self->room)
    return self;
  guint32 room = self->refs == 1 ? MAX (4, 2 * n) : n + 1;
  TreeParent *made;
  if (self->refs == 1)
    made = g_realloc (self, parent_size (self, room));
  else
    {
      made = g_malloc (parent_size (self, room));
      memcpy (made, self, parent_size (self, n));
      self->refs--;
    }
  made->refs = 1;
  made->room = room;
  parent_aim (made);
  return made;
}

static TreeParent *
parent_add_unmerged (TreeParent *self, guint32 leaf)
{
  guint32 n = self->view.n_unmerged, at = n;
  while (at > 0 && self->view.unmerged[at - 1] >= leaf)
    at--;
  if (at < n && self->view.unmerged[at] == leaf)
    return self;
  self = parent_grow (self);
  guint32 *list = parent_list (self);
  memmove (&list[at + 1], &list[at], (n - at) * sizeof (guint32));
  list[at] = leaf;
  self->view.n_unmerged = n + 1;
  return self;
}

/* ---- nodes on the way to an edit ---- */

/* The nodes from one that is edited up to the root, by level; all of them this tree's alone. */
typedef struct {
  guint32 number;
  guint level; /* of the edited node */
  guint depth; /* of the root */
  TreeNode *node[MLS_MAX_DEPTH + 1];
} Path;

/* Makes the node in `slot` this tree's alone, and forgets its hash since it is about to change. */
static TreeNode *
own (const MlsTree *self, TreeNode **slot, guint level)
{
  TreeNode *node = *slot;
  if (!node)
    *slot = tree_node_new (self);
  else if (node->refs > 1)
    {
      TreeNode *copy = tree_node_new (self);
      copy->members = node->members;
      copy->filled = node->filled;
      copy->value = node->value;
      if (level == 0 && copy->leaf)
        mls_leaf_node_ref (copy->leaf);
      if (level > 0 && copy->parent)
        copy->parent->refs++;
      for (guint side = 0; side < 2; side++)
        if ((copy->child[side] = node->child[side]))
          copy->child[side]->refs++;
      node->refs--;
      *slot = copy;
    }
  (*slot)->hashed = FALSE;
  return *slot;
}

static Path
own_path (MlsTree *self, guint32 number)
{
  Path path = { .number = number, .level = mls_node_level (number), .depth = tree_depth (self) };
  guint32 first = mls_node_first_leaf (number);
  TreeNode **slot = &self->root;
  for (guint level = path.depth;; level--)
    {
      path.node[level] = own (self, slot, level);
      if (level == path.level)
        return path;
      slot = &path.node[level]->child[tree_side (level, first)];
    }
}

/* Gives a node a value (NULL: blanks it); takes over the reference to it. */
static void
set_value (MlsTree *self, TreeNode *node, guint32 number, guint level, gpointer value)
{
  if (node->value)
    tree_leave (self, number, level, node->value);
  if (level == 0)
    mls_leaf_node_unref (node->leaf);
  else
    tree_parent_unref (node->parent);
  node->value = value;
  if (value)
    tree_enter (self, number, level, value);
}

static void
blank_ancestors (MlsTree *self, Path *path)
{
  guint32 number = path->number;
  for (guint level = path->level + 1; level <= path->depth; level++)
    {
      number = mls_node_parent (number);
      if (path->node[level]->value)
        set_value (self, path->node[level], number, level, NULL);
    }
}

static void
recount (Path *path)
{
  for (guint level = path->level; level <= path->depth; level++)
    tree_node_count (path->node[level], level);
}

/* ---- edits ---- */

static void
widen (MlsTree *self)
{
  g_assert (tree_depth (self) < MLS_MAX_DEPTH);
  TreeNode *root = tree_node_new (self);
  root->child[0] = self->root;
  self->width *= 2;
  self->root = root;
  tree_node_count (root, tree_depth (self));
}

static guint32
leftmost_blank (const MlsTree *self)
{
  guint32 leaf = 0;
  const TreeNode *at = self->root;
  for (guint level = tree_depth (self); at && level > 0; level--)
    {
      const TreeNode *left = at->child[0];
      gboolean full = left && left->members == 1u << (level - 1);
      if (full)
        leaf += 1u << (level - 1);
      at = full ? at->child[1] : left;
    }
  return leaf;
}

guint32
mls_tree_add (MlsTree *self, const MlsLeafNode *leaf)
{
  if (mls_tree_members (self) == self->width)
    widen (self);
  guint32 leaf_index = leftmost_blank (self);
  Path path = own_path (self, mls_node_of_leaf (leaf_index));
  set_value (self, path.node[0], path.number, 0, mls_leaf_node_ref (leaf));
  for (guint level = 1; level <= path.depth; level++)
    if (path.node[level]->parent)
      path.node[level]->parent = parent_add_unmerged (path.node[level]->parent, leaf_index);
  recount (&path);
  return leaf_index;
}

void
mls_tree_set_leaf (MlsTree *self, guint32 leaf_index, const MlsLeafNode *leaf)
{
  g_return_if_fail (leaf_index < self->width);
  Path path = own_path (self, mls_node_of_leaf (leaf_index));
  set_value (self, path.node[0], path.number, 0, mls_leaf_node_ref (leaf));
  recount (&path);
}

void
mls_tree_update (MlsTree *self, guint32 leaf_index, const MlsLeafNode *leaf)
{
  g_return_if_fail (leaf_index < self->width);
  Path path = own_path (self, mls_node_of_leaf (leaf_index));
  set_value (self, path.node[0], path.number, 0, mls_leaf_node_ref (leaf));
  blank_ancestors (self, &path);
  recount (&path);
}

/* Takes the keys of a subtree that is cut off out of the index. */
static void
leave_all (MlsTree *self, const TreeNode *node, guint32 number, guint level)
{
  if (!node || node->filled == 0)
    return;
  if (node->value)
    tree_leave (self, number, level, node->value);
  if (level == 0)
    return;
  leave_all (self, node->child[0], mls_node_left (number), level - 1);
  leave_all (self, node->child[1], mls_node_right (number), level - 1);
}

/* 7.7: the left half becomes the tree; the root goes whether or not it is blank. */
static void
narrow (MlsTree *self)
{
  TreeNode *root = self->root;
  guint depth = tree_depth (self);
  if (root)
    {
      guint32 number = mls_node_root (self->width);
      if (root->value)
        tree_leave (self, number, depth, root->value);
      leave_all (self, root->child[1], mls_node_right (number), depth - 1);
      self->root = root->child[0];
      if (self->root)
        self->root->refs++;
      tree_node_unref (root, depth);
    }
  self->width /= 2;
}

static gboolean
right_half_blank (const MlsTree *self)
{
  return !self->root || !self->root->child[1] || self->root->child[1]->members == 0;
}

void
mls_tree_remove (MlsTree *self, guint32 leaf_index)
{
  g_return_if_fail (mls_tree_leaf (self, leaf_index) != NULL);
  Path path = own_path (self, mls_node_of_leaf (leaf_index));
  set_value (self, path.node[0], path.number, 0, NULL);
  blank_ancestors (self, &path);
  recount (&path);
  while (self->width > 1 && right_half_blank (self))
    narrow (self);
}

void
mls_tree_set_parent (MlsTree *self, guint32 node, Span encryption_key, Span parent_hash)
{
  g_return_if_fail (node < mls_node_count (self->width) && !mls_node_is_leaf (node));
  TreeParent *parent = tree_parent_new (encryption_key, parent_hash, NULL, 0);
  Path path = own_path (self, node);
  set_value (self, path.node[path.level], node, path.level, parent);
  recount (&path);
}

void
mls_tree_blank_parent (MlsTree *self, guint32 node)
{
  g_return_if_fail (!mls_node_is_leaf (node));
  if (mls_tree_is_blank (self, node))
    return;
  Path path = own_path (self, node);
  set_value (self, path.node[path.level], node, path.level, NULL);
  recount (&path);
}
