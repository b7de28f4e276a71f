#include "rules/roster.h"

#include <string.h>

typedef struct {
  Span id;
  guint32 leaf;
} Member;

static int
compare_members (gconstpointer a, gconstpointer b)
{
  return span_compare (((const Member *) a)->id, ((const Member *) b)->id);
}

static GArray *
collect (const MlsTree *tree, GError **error)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Member));
  guint32 leaf;
  for (guint32 from = 0; mls_tree_next_member (tree, from, &leaf); from = leaf + 1)
    {
      const MlsLeafNode *node = mls_tree_leaf (tree, leaf);
      if (!demls_member_id_check (node, error))
        return NULL;
      Member one = { node->identity, leaf };
      g_array_append_val (found, one);
    }
  g_array_sort (found, compare_members);
  for (guint i = 1; i < found->len; i++)
    if (compare_members (&g_array_index (found, Member, i - 1), &g_array_index (found, Member, i)) == 0)
      {
        demls_rule_refuse (error, DEMLS_RULE_MEMBER_ID, "two members of one id");
        return NULL;
      }
  return g_steal_pointer (&found);
}

DemlsRoster *
demls_roster_new (const MlsTree *tree, GError **error)
{
  g_autoptr (GArray) found = collect (tree, error);
  if (!found)
    return NULL;
  DemlsRoster *self = g_new0 (DemlsRoster, 1);
  self->tree = mls_tree_copy (tree);
  Span *ids = g_new (Span, found->len + 1);
  guint32 *leaves = g_new (guint32, found->len + 1);
  for (guint i = 0; i < found->len; i++)
    {
      ids[i] = g_array_index (found, Member, i).id;
      leaves[i] = g_array_index (found, Member, i).leaf;
    }
  self->members = (ConsensusRoster){ ids, found->len };
  self->leaves = leaves;
  return self;
}

void
demls_roster_free (DemlsRoster *self)
{
  if (!self)
    return;
  mls_tree_free (self->tree);
  g_free ((gpointer) self->members.ids);
  g_free ((gpointer) self->leaves);
  g_free (self);
}

gboolean
demls_roster_find (const DemlsRoster *self, Span id, guint32 *leaf)
{
  guint32 place;
  if (!consensus_roster_find (&self->members, id, &place))
    return FALSE;
  if (leaf)
    *leaf = self->leaves[place];
  return TRUE;
}

Span
demls_roster_id_at (const DemlsRoster *self, guint32 leaf)
{
  const MlsLeafNode *node = mls_tree_leaf (self->tree, leaf);
  return node ? node->identity : SPAN_EMPTY;
}

const MlsLeafNode *
demls_roster_leaf (const DemlsRoster *self, Span id)
{
  guint32 leaf;
  return demls_roster_find (self, id, &leaf) ? mls_tree_leaf (self->tree, leaf) : NULL;
}

/* --- the plug ----------------------------------------------------------------------------------------------------- */

static Span
identity (const ConsensusSigner *signer)
{
  const DemlsMemberSigner *self = (const DemlsMemberSigner *) (gconstpointer) signer;
  return demls_roster_id_at (self->roster, mls_group_own_leaf (self->group));
}

static gboolean
sign (const ConsensusSigner *signer, Span message, guint8 out[CONSENSUS_SIGNATURE_SIZE])
{
  const DemlsMemberSigner *self = (const DemlsMemberSigner *) (gconstpointer) signer;
  guint8 signature[SIGNATURE_MAX];
  if (mls_group_sign (self->group, message, signature) != CONSENSUS_SIGNATURE_SIZE)
    return FALSE;
  memcpy (out, signature, CONSENSUS_SIGNATURE_SIZE);
  return TRUE;
}

static gboolean
verify (const ConsensusSigner *signer, Span owner, Span message, Span signature)
{
  const DemlsMemberSigner *self = (const DemlsMemberSigner *) (gconstpointer) signer;
  guint32 leaf;
  return demls_roster_find (self->roster, owner, &leaf) && mls_group_verify (self->group, leaf, message, signature);
}

DemlsMemberSigner
demls_member_signer (const MlsGroup *group, const DemlsRoster *roster)
{
  static const ConsensusSignerOps ops = { identity, sign, verify };
  return (DemlsMemberSigner){ { &ops }, group, roster };
}
