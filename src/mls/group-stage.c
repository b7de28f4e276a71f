#include "mls/group-private.h"

/* 12.4.2, the part that needs our own keys. Everything is done on `next`, which is thrown away on failure. */
typedef struct {
  const MlsGroup *now;
  const MlsJudged *judged;
  MlsGroup *next;
  Secret commit_secret; /* empty without a path */
  Secret psk_secret;
  Secret init_secret;
} Staging;

static void
staging_clear (Staging *self)
{
  secret_clear (&self->commit_secret);
  secret_clear (&self->psk_secret);
  secret_clear (&self->init_secret);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Staging, staging_clear)

static gboolean
check_place (const MlsGroup *self, const MlsJudged *judged, GError **error)
{
  const MlsGroupContext *next = judged->context;
  if (!span_equal (next->group_id, self->context->group_id))
    return mls_refuse (error, MLS_ERROR_WRONG_GROUP, "a commit of another group");
  if (next->epoch - 1 != self->context->epoch)
    return mls_refuse (error, MLS_ERROR_WRONG_EPOCH, "a commit of another epoch");
  if (judged->removes_us)
    return mls_refuse (error, MLS_ERROR_REMOVED, "the commit removes us");
  return TRUE;
}

static gboolean
look_up_psks (Staging *self, const MlsPskStore *psks, GError **error)
{
  const GArray *ids = self->judged->effects->psks;
  return mls_psk_secret_from_store (self->now->suite, psks, (const MlsPskId *) (gpointer) ids->data, ids->len,
                                    &self->psk_secret, error);
}

/* An own Update that somebody else commits: its private key becomes the leaf's. */
static gboolean
adopt_update (Staging *self, GError **error)
{
  const MlsLeafNode *leaf = mls_tree_leaf (self->judged->effects->tree, self->now->own_leaf);
  if (leaf && span_equal (leaf->encryption_key, mls_tree_leaf (self->now->tree, self->now->own_leaf)->encryption_key))
    return TRUE;
  const KemKeyPair *pair = leaf ? mls_group_find_update (self->now, leaf->encryption_key) : NULL;
  if (!pair || !span_equal (leaf->signature_key, sign_key_public (self->now->key)))
    return mls_refuse (error, MLS_ERROR_COMMIT_NOT_READABLE, "the commit gives us a leaf that we hold no key of");
  mls_tree_keys_set_leaf (self->next->keys, pair);
  return TRUE;
}

static gboolean
open_path (Staging *self, GError **error)
{
  const MlsJudged *judged = self->judged;
  const MlsGroup *now = self->now;
  if (!judged->path)
    return TRUE;
  g_autoptr (MlsGroupContext) provisional = mls_group_next_context (
      now, judged->tree, now->context->confirmed_transcript_hash, judged->effects->extensions, error);
  return provisional
         && mls_path_open (now->suite, judged->tree, now->own_leaf, judged->committer, judged->path,
                           span_bytes (provisional->encoded), judged->effects->added_sorted, self->next->keys,
                           &self->commit_secret, error);
}

/* 8.3, 12.3: an ExternalInit replaces the init secret. */
static gboolean
find_init_secret (Staging *self, GError **error)
{
  Span kem_output = self->judged->effects->kem_output;
  if (self->judged->sender.type == MLS_SENDER_NEW_MEMBER_COMMIT)
    return mls_external_init_receive (self->now->suite, &self->now->secrets, kem_output, &self->init_secret, error);
  self->init_secret = self->now->secrets.init;
  return TRUE;
}

static void
advance (Staging *self)
{
  MlsGroup *next = self->next;
  g_auto (Secret) joiner = mls_joiner_secret (next->suite, secret_span (&self->init_secret),
                                              secret_span (&self->commit_secret), span_bytes (next->context->encoded));
  mls_group_enter (next, secret_span (&joiner), secret_span (&self->psk_secret));
}

MlsGroup *
mls_group_stage (const MlsGroup *self, const MlsJudged *judged, const MlsPskStore *psks, GError **error)
{
  g_auto (Staging) staging = { .now = self, .judged = judged };
  if (!check_place (self, judged, error) || !look_up_psks (&staging, psks, error))
    return NULL;
  g_autoptr (MlsGroup) next = staging.next = mls_group_blank (self->suite, self->key, self->config);
  next->context = mls_group_context_ref (judged->context);
  next->tree = mls_tree_copy (judged->tree);
  next->keys = mls_tree_keys_copy (self->keys);
  next->own_leaf = self->own_leaf;
  if (!adopt_update (&staging, error) || !open_path (&staging, error) || !find_init_secret (&staging, error))
    return NULL;
  mls_tree_keys_prune (next->keys, next->tree, next->own_leaf);
  advance (&staging);
  return mls_group_confirm (next, judged->confirmation_tag, error) ? g_steal_pointer (&next) : NULL;
}
