#include "mls/group-private.h"

/* --- what all can judge (12.4.2) --------------------------------------------------------------------------------- */

void
mls_judged_free (MlsJudged *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->effects, mls_proposal_effects_free);
  g_clear_pointer (&self->path, mls_update_path_free);
  g_clear_pointer (&self->tree, mls_tree_free);
  g_clear_pointer (&self->context, mls_group_context_unref);
  g_clear_pointer (&self->received, mls_received_free);
  g_clear_pointer (&self->before, mls_group_context_unref);
  g_free (self);
}

/* Whether the content can be judged here at all; a commit that was authenticated in another group cannot. */
static gboolean
check_content (const MlsGroup *self, const MlsReceived *commit, GError **error)
{
  const MlsFramedContent *framed = &commit->content->content;
  if (framed->content_type != MLS_CONTENT_COMMIT)
    return mls_refuse (error, MLS_ERROR_CONTENT_TYPE, "no commit");
  if (!span_equal (framed->group_id, self->context->group_id))
    return mls_refuse (error, MLS_ERROR_WRONG_GROUP, "a commit of another group");
  if (framed->epoch != self->context->epoch)
    return mls_refuse (error, MLS_ERROR_WRONG_EPOCH, "a commit of another epoch");
  if (framed->sender.type == MLS_SENDER_MEMBER && framed->sender.index == self->own_leaf)
    return mls_refuse (error, MLS_ERROR_COMMIT_BY_SELF, "a commit of our own");
  return TRUE;
}

static gboolean
names_leaf (const GArray *leaves, guint32 leaf)
{
  for (guint i = 0; i < leaves->len; i++)
    if (g_array_index (leaves, guint32, i) == leaf)
      return TRUE;
  return FALSE;
}

/* 12.2, 12.4.3.2: who joins by an external commit takes the leftmost blank leaf, and may remove an old leaf only if it
 * is its own: the same credential and, since this implementation knows no other proof of identity, signature key. The
 * new leaf is held to the rules of Update, whose encryption key must be new (12.1.2). */
static gboolean
judge_newcomer (const MlsGroup *self, MlsJudged *judged, GError **error)
{
  const GArray *removed = judged->effects->removed;
  const MlsLeafNode *leaf = judged->path->leaf;
  judged->committer = mls_path_new_leaf (judged->tree);
  if (removed->len == 0)
    return TRUE;
  const MlsLeafNode *old = mls_tree_leaf (self->tree, g_array_index (removed, guint32, 0));
  if (!span_equal (leaf->credential, old->credential) || !span_equal (leaf->signature_key, old->signature_key))
    return mls_refuse (error, MLS_ERROR_EXTERNAL_REMOVE, "an external commit removes somebody else");
  if (span_equal (leaf->encryption_key, old->encryption_key))
    return mls_refuse (error, MLS_ERROR_DUPLICATE_ENCRYPTION_KEY, "the encryption key of the leaf that is replaced");
  return TRUE;
}

static gboolean
judge_path (const MlsGroup *self, MlsJudged *judged, GError **error)
{
  if (judged->sender.type != MLS_SENDER_MEMBER && !judge_newcomer (self, judged, error))
    return FALSE;
  return mls_path_apply (self->suite, judged->tree, judged->committer, judged->path, self->context->group_id,
                         judged->effects->added_sorted, error)
         && mls_leaf_node_fits (judged->path->leaf, judged->effects->extensions, error);
}

static gboolean
judge_tree (const MlsGroup *self, MlsJudged *judged, GError **error)
{
  judged->committer = judged->sender.index;
  judged->tree = mls_tree_copy (judged->effects->tree);
  if (judged->path)
    return judge_path (self, judged, error);
  if (judged->effects->path_required)
    return mls_refuse (error, MLS_ERROR_PATH_MISSING, "a commit with these proposals needs a path");
  return TRUE;
}

static gboolean
judge_context (const MlsGroup *self, MlsJudged *judged, GError **error)
{
  guint8 confirmed[HASH_MAX];
  mls_confirmed_transcript_hash (self->suite, mls_group_hash (self, self->interim),
                                 mls_authenticated_content_transcript_input (judged->received->content), confirmed);
  judged->context =
      mls_group_next_context (self, judged->tree, mls_group_hash (self, confirmed), judged->effects->extensions, error);
  return judged->context != NULL;
}

static gboolean
judge_proposals (const MlsGroup *self, MlsJudged *judged, const GPtrArray *held, GError **error)
{
  Reader reader = reader_init (judged->received->content->content.content);
  g_autoptr (MlsCommit) commit = mls_commit_read (&reader, error);
  if (!commit)
    return FALSE;
  g_autoptr (GArray) list = mls_group_list_commit (self, commit, &judged->sender, held, error);
  if (!list)
    return FALSE;
  MlsListScene scene = mls_group_scene (self);
  judged->path = g_steal_pointer (&commit->path);
  judged->effects = mls_proposal_list_apply (&scene, &judged->sender, list, error);
  return judged->effects != NULL;
}

MlsJudged *
mls_group_judge (const MlsGroup *self, MlsReceived *commit, const GPtrArray *proposals, GError **error)
{
  g_autoptr (MlsJudged) judged = g_new0 (MlsJudged, 1);
  judged->received = commit;
  judged->before = mls_group_context_ref (self->context);
  judged->sender = commit->sender;
  judged->authenticated_data = commit->content->content.authenticated_data;
  judged->confirmation_tag = commit->content->confirmation_tag;
  if (!mls_group_check_alive (self, error) || !check_content (self, commit, error)
      || !judge_proposals (self, judged, proposals, error) || !judge_tree (self, judged, error)
      || !judge_context (self, judged, error))
    return NULL;
  judged->removes_us = names_leaf (judged->effects->removed, self->own_leaf);
  return g_steal_pointer (&judged);
}
