#include <string.h>

#include "crypto/hash.h"
#include "mls/tree-private.h"

static TreeIndexEntry
index_entry (const MlsTree *self, TreeIndexKind kind, Span key, guint32 node)
{
  guint8 prefix = (guint8) kind, hash[HASH_MAX];
  const Span parts[] = { span (&prefix, 1), key };
  guint64 first;
  hash_parts (self->suite, parts, G_N_ELEMENTS (parts), hash);
  memcpy (&first, hash, sizeof first);
  return (TreeIndexEntry){ GUINT64_FROM_BE (first), node, kind };
}

static Span
key_of_kind (const MlsTree *self, guint32 node, guint32 kind)
{
  if (kind == TREE_INDEX_ENCRYPTION)
    return mls_tree_node_key (self, node);
  const MlsLeafNode *leaf = mls_tree_leaf (self, mls_leaf_of_node (node));
  return leaf ? leaf->signature_key : SPAN_EMPTY;
}

/* A node with the key whose hash is that of `wanted`. Two hashes alike do not make two keys alike. */
static gboolean
find (const MlsTree *self, const TreeIndexEntry *wanted, Span key, guint32 *node)
{
  guint n;
  const TreeIndexEntry *found = tree_index_find (self->index, wanted->hash, &n);
  for (guint i = 0; i < n; i++)
    if (found[i].kind == wanted->kind && span_equal (key_of_kind (self, found[i].node, found[i].kind), key))
      {
        *node = found[i].node;
        return TRUE;
      }
  return FALSE;
}

static void
enter_key (MlsTree *self, TreeIndexKind kind, Span key, guint32 node)
{
  TreeIndexEntry entry = index_entry (self, kind, key, node);
  guint32 other;
  if (find (self, &entry, key, &other))
    self->duplicates[kind - 1]++;
  tree_index_insert (&self->index, &entry);
}

static void
leave_key (MlsTree *self, TreeIndexKind kind, Span key, guint32 node)
{
  TreeIndexEntry entry = index_entry (self, kind, key, node);
  guint32 other;
  if (tree_index_remove (&self->index, &entry) && find (self, &entry, key, &other))
    self->duplicates[kind - 1]--;
}

static void
count_credential (MlsTree *self, const MlsLeafNode *leaf, gboolean comes)
{
  guint32 step = comes ? 1 : (guint32) -1;
  for (guint16 type = MLS_CREDENTIAL_BASIC; type <= MLS_CREDENTIAL_X509; type++)
    {
      if (leaf->credential_type == type)
        self->credentials[type - 1].used += step;
      if (mls_u16_list_has (leaf->capabilities.credentials, type))
        self->credentials[type - 1].listed += step;
    }
}

void
tree_enter (MlsTree *self, guint32 node, guint level, gconstpointer value)
{
  if (level > 0)
    {
      enter_key (self, TREE_INDEX_ENCRYPTION, ((const TreeParent *) value)->view.encryption_key, node);
      return;
    }
  const MlsLeafNode *leaf = value;
  enter_key (self, TREE_INDEX_ENCRYPTION, leaf->encryption_key, node);
  enter_key (self, TREE_INDEX_SIGNATURE, leaf->signature_key, node);
  count_credential (self, leaf, TRUE);
}

void
tree_leave (MlsTree *self, guint32 node, guint level, gconstpointer value)
{
  if (level > 0)
    {
      leave_key (self, TREE_INDEX_ENCRYPTION, ((const TreeParent *) value)->view.encryption_key, node);
      return;
    }
  const MlsLeafNode *leaf = value;
  leave_key (self, TREE_INDEX_ENCRYPTION, leaf->encryption_key, node);
  leave_key (self, TREE_INDEX_SIGNATURE, leaf->signature_key, node);
  count_credential (self, leaf, FALSE);
}

gboolean
mls_tree_find_encryption_key (const MlsTree *self, Span key, guint32 *node)
{
  TreeIndexEntry entry = index_entry (self, TREE_INDEX_ENCRYPTION, key, 0);
  return find (self, &entry, key, node);
}

gboolean
mls_tree_find_signature_key (const MlsTree *self, Span key, guint32 *leaf_index)
{
  TreeIndexEntry entry = index_entry (self, TREE_INDEX_SIGNATURE, key, 0);
  guint32 node;
  if (!find (self, &entry, key, &node))
    return FALSE;
  *leaf_index = mls_leaf_of_node (node);
  return TRUE;
}

gboolean
mls_tree_credentials_fit (const MlsTree *self, const MlsLeafNode *leaf)
{
  for (guint16 type = MLS_CREDENTIAL_BASIC; type <= MLS_CREDENTIAL_X509; type++)
    {
      if (self->credentials[type - 1].used > 0 && !mls_u16_list_has (leaf->capabilities.credentials, type))
        return FALSE;
      if (leaf->credential_type == type && self->credentials[type - 1].listed < mls_tree_members (self))
        return FALSE;
    }
  return TRUE;
}
