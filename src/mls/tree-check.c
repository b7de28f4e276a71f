#include "mls/tree-check.h"

#include "crypto/kem.h"
#include "mls/tree-private.h"

static const LeafList NONE = { NULL, 0 };

static LeafList
unmerged_of (const TreeNode *node, guint level)
{
  if (level == 0 || !node->parent)
    return NONE;
  return (LeafList){ node->parent->view.unmerged, node->parent->view.n_unmerged };
}

static guint32
middle_of (guint level, guint32 first)
{
  return first + (1u << (level - 1));
}

/* ---- unmerged leaves: 12.4.3.1 ---- */

/* The leaves of `listed`, all of them in the range of this subtree, are unmerged at a parent above it: each must be
 * there and be listed by the next non-blank node on the way down. (That node is checked by itself, so that need not be
 * followed further.) */
static gboolean
check_listed (const MlsTree *self, const TreeNode *node, guint level, guint32 first, LeafList listed, GError **error)
{
  if (listed.n == 0)
    return TRUE;
  if (!node || (level == 0 && !node->leaf))
    return mls_refuse (error, MLS_ERROR_UNMERGED_DESCENDANT, "unmerged leaf %u is blank", listed.leaf[0]);
  if (level == 0)
    return TRUE;
  if (!node->parent)
    {
      LeafList left = tree_leaves_within (listed, level - 1, first);
      LeafList right = { listed.leaf + left.n, listed.n - left.n };
      return check_listed (self, node->child[0], level - 1, first, left, error)
             && check_listed (self, node->child[1], level - 1, middle_of (level, first), right, error);
    }
  LeafList own = unmerged_of (node, level);
  for (guint32 i = 0, j = 0; i < listed.n; i++)
    {
      while (j < own.n && own.leaf[j] < listed.leaf[i])
        j++;
      if (j < own.n && own.leaf[j] == listed.leaf[i])
        continue;
      if (!mls_tree_leaf (self, listed.leaf[i]))
        return mls_refuse (error, MLS_ERROR_UNMERGED_DESCENDANT, "unmerged leaf %u is blank", listed.leaf[i]);
      return mls_refuse (error, MLS_ERROR_UNMERGED_INTERMEDIATE, "unmerged leaf %u is merged further down",
                         listed.leaf[i]);
    }
  return TRUE;
}

static gboolean
check_unmerged (const MlsTree *self, const TreeNode *node, guint level, guint32 first, GError **error)
{
  if (!node || level == 0)
    return TRUE;
  LeafList listed = unmerged_of (node, level);
  LeafList left = tree_leaves_within (listed, level - 1, first);
  LeafList right = tree_leaves_within (listed, level - 1, middle_of (level, first));
  if (left.n + right.n != listed.n)
    return mls_refuse (error, MLS_ERROR_UNMERGED_DESCENDANT, "unmerged leaf outside the subtree");
  return check_listed (self, node->child[0], level - 1, first, left, error)
         && check_listed (self, node->child[1], level - 1, middle_of (level, first), right, error)
         && check_unmerged (self, node->child[0], level - 1, first, error)
         && check_unmerged (self, node->child[1], level - 1, middle_of (level, first), error);
}

static gboolean
check_parent_keys (const MlsTree *self, const TreeNode *node, guint level, GError **error)
{
  if (!node || level == 0)
    return TRUE;
  if (node->parent && !kem_public_valid (self->suite, node->parent->view.encryption_key))
    return mls_refuse (error, MLS_ERROR_PARENT_KEY, "parent node at level %u: key", level);
  return check_parent_keys (self, node->child[0], level - 1, error)
         && check_parent_keys (self, node->child[1], level - 1, error);
}

/* ---- parent hashes: 7.9.2 ---- */

/* Search, in the resolution of a child C of P, for the one node D that is not among P's unmerged leaves. */
typedef struct {
  LeafList rest;         /* P's unmerged leaves below C that were not met yet */
  const TreeNode *found; /* D */
  guint level;           /* of D */
} Search;

static gboolean
meet_leaf (Search *self, guint32 leaf)
{
  if (self->rest.n == 0 || self->rest.leaf[0] != leaf)
    return FALSE;
  self->rest.leaf++;
  self->rest.n--;
  return TRUE;
}

/* Walks the resolution, whose leaves come in increasing order as the unmerged leaves do, and gives up as soon as a
 * second node is not unmerged. */
static gboolean
search (Search *self, const TreeNode *node, guint level, guint32 first)
{
  if (!node || node->filled == 0)
    return TRUE;
  if (!node->value)
    return search (self, node->child[0], level - 1, first)
           && search (self, node->child[1], level - 1, middle_of (level, first));
  if (level > 0 || !meet_leaf (self, first))
    {
      if (self->found)
        return FALSE;
      self->found = node;
      self->level = level;
    }
  LeafList unmerged = unmerged_of (node, level);
  for (guint32 i = 0; i < unmerged.n; i++)
    if (!meet_leaf (self, unmerged.leaf[i]))
      return FALSE; /* 7.9.2: were this D, its parent node would be left over */
  return TRUE;
}

/* The parent hash that a node carries; empty if none, as in leaves that are not from a commit. */
static Span
carried (const TreeNode *node, guint level)
{
  if (level > 0)
    return node->parent->view.parent_hash;
  return node->leaf->parent_hash;
}

/* Whether P is parent-hash valid with respect to a node in the resolution of its child `side`. */
static gboolean
valid_through (const MlsTree *self, TreeNode *parent, guint level, guint32 first, guint side)
{
  guint32 begin = side ? middle_of (level, first) : first;
  Search state = { .rest = tree_leaves_within (unmerged_of (parent, level), level - 1, begin) };
  if (!search (&state, parent->child[side], level - 1, begin) || state.rest.n > 0 || !state.found)
    return FALSE;
  guint8 hash[HASH_MAX];
  gsize size = suite_hash_size (self->suite);
  Span claim = carried (state.found, state.level);
  if (claim.len != size)
    return FALSE;
  tree_parent_hash (self, parent, level, first, 1 - side, hash);
  return span_equal (claim, span (hash, size));
}

/* Top down: each parent has one descendant that vouches for it, which is a leaf or in turn a parent for which one does;
 * so all are chained to leaves. Once one was found on the left none is sought on the right: two would be a cycle, each
 * hash covering the other. */
static gboolean
check_parent_hashes (const MlsTree *self, TreeNode *node, guint level, guint32 first, GError **error)
{
  if (!node || level == 0)
    return TRUE;
  if (node->parent && !valid_through (self, node, level, first, 0) && !valid_through (self, node, level, first, 1))
    return mls_refuse (error, MLS_ERROR_PARENT_HASH, "parent node above leaf %u at level %u: parent hash", first,
                       level);
  return check_parent_hashes (self, node->child[0], level - 1, first, error)
         && check_parent_hashes (self, node->child[1], level - 1, middle_of (level, first), error);
}

gboolean
mls_tree_check_parent_hashes (const MlsTree *self, GError **error)
{
  return check_parent_hashes (self, self->root, tree_depth (self), 0, error);
}

/* ---- leaves: 7.3 ---- */

static gboolean
check_leaves (const MlsTree *self, const TreeNode *node, guint level, guint32 first, Span group_id, GError **error)
{
  if (!node || node->members == 0)
    return TRUE;
  if (level == 0)
    return mls_leaf_node_check (self->suite, node->leaf, error)
           && mls_leaf_node_verify (self->suite, node->leaf, group_id, first, error);
  return check_leaves (self, node->child[0], level - 1, first, group_id, error)
         && check_leaves (self, node->child[1], level - 1, middle_of (level, first), group_id, error);
}

static gboolean
check_unique (const MlsTree *self, GError **error)
{
  if (self->duplicates[TREE_INDEX_SIGNATURE - 1])
    return mls_refuse (error, MLS_ERROR_DUPLICATE_SIGNATURE_KEY, "two leaves have one signature key");
  if (self->duplicates[TREE_INDEX_ENCRYPTION - 1])
    return mls_refuse (error, MLS_ERROR_DUPLICATE_ENCRYPTION_KEY, "two nodes have one encryption key");
  return TRUE;
}

/* The members among themselves, and with the group's extensions. */
static gboolean
check_agreement (const MlsTree *self, Span group_extensions, GError **error)
{
  guint32 leaf_index;
  for (guint32 from = 0; mls_tree_next_member (self, from, &leaf_index); from = leaf_index + 1)
    if (!mls_tree_credentials_fit (self, mls_tree_leaf (self, leaf_index)))
      return mls_refuse (error, MLS_ERROR_LEAF_CREDENTIAL, "leaf %u: credential types", leaf_index);
  for (guint32 from = 0; mls_tree_next_member (self, from, &leaf_index); from = leaf_index + 1)
    if (!mls_leaf_node_fits (mls_tree_leaf (self, leaf_index), group_extensions, error))
      return FALSE;
  return TRUE;
}

gboolean
mls_tree_check (const MlsTree *self, Span group_id, Span group_extensions, GError **error)
{
  guint depth = tree_depth (self);
  return check_unmerged (self, self->root, depth, 0, error) && check_parent_keys (self, self->root, depth, error)
         && mls_tree_check_parent_hashes (self, error) && check_leaves (self, self->root, depth, 0, group_id, error)
         && check_unique (self, error) && check_agreement (self, group_extensions, error);
}
