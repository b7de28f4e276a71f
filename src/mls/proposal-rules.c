#include "mls/proposal-private.h"

static guint
count (const MlsProposalEffects *self, guint16 type)
{
  guint n = 0;
  for (guint i = 0; i < self->listed->len; i++)
    n += mls_listed_at (self, i)->proposal->type == type;
  return n;
}

int
mls_compare_u32 (gconstpointer a, gconstpointer b)
{
  guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;
  return x < y ? -1 : x > y;
}

/* The leaf that an Update or Remove is about. */
static gboolean
touched_leaf (const MlsListedProposal *listed, guint32 *leaf)
{
  *leaf = listed->proposal->type == MLS_PROPOSAL_UPDATE ? listed->sender.index : listed->proposal->removed;
  return listed->proposal->type == MLS_PROPOSAL_UPDATE || listed->proposal->type == MLS_PROPOSAL_REMOVE;
}

/* By sorting here and below, since what is listed, and so the chains of a hash table, is the committer's choice. */
static gboolean
check_touched_once (const MlsProposalEffects *self, GError **error)
{
  g_autoptr (GArray) touched = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint i = 0; i < self->listed->len; i++)
    {
      guint32 leaf;
      if (touched_leaf (mls_listed_at (self, i), &leaf))
        g_array_append_val (touched, leaf);
    }
  g_array_sort (touched, mls_compare_u32);
  for (guint i = 1; i < touched->len; i++)
    if (g_array_index (touched, guint32, i) == g_array_index (touched, guint32, i - 1))
      return mls_refuse (error, MLS_ERROR_LEAF_TOUCHED_TWICE, "two proposals about leaf %u",
                         g_array_index (touched, guint32, i));
  return TRUE;
}

/* A PreSharedKeyID without its nonce. */
static Span
psk_name (const MlsPskId *psk)
{
  return span (psk->encoded.data, (gsize) (psk->nonce.data - psk->encoded.data));
}

static int
compare_psks (gconstpointer a, gconstpointer b)
{
  return span_compare (psk_name (a), psk_name (b));
}

/* All nonces have one length here, so equal names mean equal PSKs. */
gboolean
mls_proposals_check_psks (const MlsProposalEffects *self, GError **error)
{
  g_autoptr (GArray) sorted = g_array_copy (self->psks);
  g_array_sort (sorted, compare_psks);
  for (guint i = 1; i < sorted->len; i++)
    if (compare_psks (&g_array_index (sorted, MlsPskId, i - 1), &g_array_index (sorted, MlsPskId, i)) == 0)
      return mls_refuse (error, MLS_ERROR_PSK_DUPLICATE, "two of %u PSKs are the same", sorted->len);
  return TRUE;
}

static gboolean
check_member_update (const MlsListedProposal *listed, const MlsSender *committer, GError **error)
{
  if (!listed->by_reference || listed->sender.type != MLS_SENDER_MEMBER)
    return mls_refuse (error, MLS_ERROR_UPDATE_SENDER, "an Update by value, or not from a member");
  if (listed->sender.index == committer->index)
    return mls_refuse (error, MLS_ERROR_UPDATE_BY_COMMITTER, "an Update by the committer");
  return TRUE;
}

static gboolean
check_member_commit (const MlsListScene *scene, const MlsProposalEffects *self, const MlsSender *committer,
                     GError **error)
{
  if (!mls_tree_leaf (scene->tree, committer->index))
    return mls_refuse (error, MLS_ERROR_SENDER_UNKNOWN, "leaf %u commits but is blank", committer->index);
  for (guint i = 0; i < self->listed->len; i++)
    {
      const MlsListedProposal *listed = mls_listed_at (self, i);
      const MlsProposal *proposal = listed->proposal;
      if (proposal->type == MLS_PROPOSAL_EXTERNAL_INIT)
        return mls_refuse (error, MLS_ERROR_EXTERNAL_INIT, "an ExternalInit in a member's commit");
      if (proposal->type == MLS_PROPOSAL_REINIT && self->listed->len > 1)
        return mls_refuse (error, MLS_ERROR_REINIT_NOT_ALONE, "a ReInit among other proposals");
      if (proposal->type == MLS_PROPOSAL_UPDATE && !check_member_update (listed, committer, error))
        return FALSE;
      if (proposal->type == MLS_PROPOSAL_REMOVE && proposal->removed == committer->index)
        return mls_refuse (error, MLS_ERROR_REMOVE_COMMITTER, "the committer removes itself");
    }
  if (count (self, MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS) > 1)
    return mls_refuse (error, MLS_ERROR_EXTENSIONS_TWICE, "several GroupContextExtensions");
  return check_touched_once (self, error);
}

static gboolean
check_external_commit (const MlsProposalEffects *self, GError **error)
{
  for (guint i = 0; i < self->listed->len; i++)
    {
      guint16 type = mls_listed_at (self, i)->proposal->type;
      if (mls_listed_at (self, i)->by_reference)
        return mls_refuse (error, MLS_ERROR_EXTERNAL_PROPOSAL, "an external commit with a proposal by reference");
      if (type != MLS_PROPOSAL_EXTERNAL_INIT && type != MLS_PROPOSAL_REMOVE && type != MLS_PROPOSAL_PSK)
        return mls_refuse (error, MLS_ERROR_EXTERNAL_PROPOSAL, "an external commit with a proposal of type %u", type);
    }
  guint inits = count (self, MLS_PROPOSAL_EXTERNAL_INIT);
  if (inits != 1)
    return mls_refuse (error, MLS_ERROR_EXTERNAL_INIT_COUNT, "an external commit with %u ExternalInits", inits);
  if (count (self, MLS_PROPOSAL_REMOVE) > 1)
    return mls_refuse (error, MLS_ERROR_EXTERNAL_REMOVE, "an external commit with several Removes");
  return TRUE;
}

gboolean
mls_proposals_check_together (const MlsListScene *scene, const MlsProposalEffects *self, const MlsSender *committer,
                              GError **error)
{
  if (committer->type == MLS_SENDER_MEMBER)
    return check_member_commit (scene, self, committer, error);
  if (committer->type == MLS_SENDER_NEW_MEMBER_COMMIT)
    return check_external_commit (self, error);
  return mls_refuse (error, MLS_ERROR_SENDER_TYPE, "a commit from a sender of type %u", (guint) committer->type);
}
