#include <string.h>

#include "mls/group-private.h"

GArray *
mls_group_list_new (void)
{
  GArray *list = g_array_new (FALSE, TRUE, sizeof (MlsListedProposal));
  g_array_set_clear_func (list, (GDestroyNotify) mls_listed_proposal_clear);
  return list;
}

void
mls_group_list_value (GArray *list, const MlsProposal *proposal, const MlsSender *committer)
{
  MlsListedProposal listed = { mls_proposal_ref_obj (proposal), *committer, FALSE };
  g_array_append_val (list, listed);
}

/* --- references (5.2, 12.4) -------------------------------------------------------------------------------------- */

static int
compare_refs (gconstpointer a, gconstpointer b)
{
  const MlsReceived *const *left = a, *const *right = b;
  return memcmp ((*left)->ref, (*right)->ref, HASH_MAX);
}

/* Only proposals of this very epoch can be referred to. */
static gboolean
is_of_epoch (const MlsGroup *self, const MlsReceived *received)
{
  const MlsFramedContent *framed = &received->content->content;
  return framed->content_type == MLS_CONTENT_PROPOSAL && framed->epoch == self->context->epoch
         && span_equal (framed->group_id, self->context->group_id);
}

gboolean
mls_group_list_received (const MlsGroup *self, GArray *list, const MlsReceived *received, GError **error)
{
  if (!is_of_epoch (self, received))
    return mls_refuse (error, MLS_ERROR_PROPOSAL_UNKNOWN, "not a proposal of this epoch");
  MlsListedProposal listed = { mls_proposal_parse (received->content->content.content, error), received->sender, TRUE };
  if (!listed.proposal)
    return FALSE;
  g_array_append_val (list, listed);
  return TRUE;
}

/* The held proposals of this epoch, ordered by reference. */
static GPtrArray *
sort_held (const MlsGroup *self, const GPtrArray *held)
{
  GPtrArray *sorted = g_ptr_array_new ();
  for (guint i = 0; held && i < held->len; i++)
    if (is_of_epoch (self, held->pdata[i]))
      g_ptr_array_add (sorted, held->pdata[i]);
  g_ptr_array_sort (sorted, compare_refs);
  return sorted;
}

static const MlsReceived *
find_reference (const MlsGroup *self, const GPtrArray *sorted, Span reference)
{
  guint low = 0, high = sorted->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const MlsReceived *there = sorted->pdata[middle];
      int order = span_compare (mls_group_hash (self, there->ref), reference);
      if (order == 0)
        return there;
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

static gboolean
list_reference (const MlsGroup *self, GArray *list, const GPtrArray *sorted, const MlsSender *committer, Span reference,
                GError **error)
{
  if (committer->type != MLS_SENDER_MEMBER)
    return mls_refuse (error, MLS_ERROR_EXTERNAL_PROPOSAL, "an external commit refers to a proposal");
  const MlsReceived *received = find_reference (self, sorted, reference);
  if (!received)
    return mls_refuse (error, MLS_ERROR_PROPOSAL_UNKNOWN, "the commit refers to a proposal that is not held");
  return mls_group_list_received (self, list, received, error);
}

GArray *
mls_group_list_commit (const MlsGroup *self, const MlsCommit *commit, const MlsSender *committer, const GPtrArray *held,
                       GError **error)
{
  g_autoptr (GArray) list = mls_group_list_new ();
  g_autoptr (GPtrArray) sorted = sort_held (self, held);
  for (guint i = 0; i < commit->proposals->len; i++)
    {
      const MlsProposalOrRef *entry = commit->proposals->pdata[i];
      if (entry->proposal)
        mls_group_list_value (list, entry->proposal, committer);
      else if (!list_reference (self, list, sorted, committer, entry->reference, error))
        return NULL;
    }
  return g_steal_pointer (&list);
}
