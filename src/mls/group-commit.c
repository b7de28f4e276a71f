#include "mls/group-private.h"

/* A commit in the making (12.4.1). */
typedef struct {
  MlsGroup *now;
  Rng *rng;
  MlsSender sender;
  const MlsCommitOptions *options;
  MlsProposalEffects *effects;
  MlsTree *tree;      /* the new epoch's */
  guint32 leaf;       /* ours in it */
  MlsPathMaker *path; /* or NULL */
  Secret psk_secret;
  Secret joiner_secret;
  Writer content; /* FramedContent */
  MlsGroup *next;
} Making;

static void
making_clear (Making *self)
{
  g_clear_pointer (&self->effects, mls_proposal_effects_free);
  g_clear_pointer (&self->tree, mls_tree_free);
  g_clear_pointer (&self->path, mls_path_maker_free);
  secret_clear (&self->psk_secret);
  secret_clear (&self->joiner_secret);
  writer_clear (&self->content);
  g_clear_pointer (&self->next, mls_group_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Making, making_clear)

/* --- proposals --------------------------------------------------------------------------------------------------- */

static GArray *
list_options (const Making *self, GError **error)
{
  const GPtrArray *references = self->options->references, *values = self->options->proposals;
  g_autoptr (GArray) list = mls_group_list_new ();
  for (guint i = 0; references && i < references->len; i++)
    if (!mls_group_list_received (self->now, list, references->pdata[i], error))
      return NULL;
  for (guint i = 0; values && i < values->len; i++)
    mls_group_list_value (list, values->pdata[i], &self->sender);
  return g_steal_pointer (&list);
}

static gboolean
apply_proposals (Making *self, GError **error)
{
  MlsListScene scene = mls_group_scene (self->now);
  g_autoptr (GArray) list = list_options (self, error);
  self->effects = list ? mls_proposal_list_apply (&scene, &self->sender, list, error) : NULL;
  if (!self->effects)
    return FALSE;
  self->tree = mls_tree_copy (self->effects->tree);
  const GArray *psks = self->effects->psks;
  return mls_psk_secret_from_store (self->now->suite, self->options->psks, (const MlsPskId *) (gpointer) psks->data,
                                    psks->len, &self->psk_secret, error);
}

/* --- path -------------------------------------------------------------------------------------------------------- */

/* 7.3: our new leaf is judged by the others as theirs by us. */
static gboolean
check_leaf (const Making *self, GError **error)
{
  const MlsLeafNode *leaf = mls_tree_leaf (self->tree, self->leaf);
  return mls_leaf_node_check (self->now->suite, leaf, error)
         && mls_leaf_node_fits (leaf, self->effects->extensions, error);
}

static gboolean
make_path (Making *self, const MlsLeafNodeFields *fields, GError **error)
{
  if (self->options->omit_path && !self->effects->path_required)
    return TRUE;
  if (!mls_extensions_check (fields->extensions, error))
    return FALSE;
  self->path = mls_path_maker_new (self->now->suite, self->rng, self->now->key, self->tree, self->leaf, fields,
                                   self->now->context->group_id, error);
  return self->path && check_leaf (self, error);
}

/* --- Commit and FramedContent ------------------------------------------------------------------------------------ */

static void
write_proposals (const Making *self, Writer *writer)
{
  const GPtrArray *references = self->options->references, *values = self->options->proposals;
  gsize block = writer_open (writer);
  for (guint i = 0; references && i < references->len; i++)
    {
      const MlsReceived *received = references->pdata[i];
      writer_u8 (writer, 2); /* ProposalOrRefType reference */
      writer_vector (writer, mls_group_hash (self->now, received->ref));
    }
  for (guint i = 0; values && i < values->len; i++)
    {
      const MlsProposal *proposal = values->pdata[i];
      writer_u8 (writer, 1); /* ProposalOrRefType proposal */
      writer_raw (writer, span_bytes (proposal->encoded));
    }
  writer_close (writer, block);
}

/* Path secrets are sealed under the provisional GroupContext: the new one, but with the old transcript. */
static gboolean
write_path (const Making *self, Writer *writer, GError **error)
{
  writer_optional (writer, self->path != NULL);
  if (!self->path)
    return TRUE;
  g_autoptr (MlsGroupContext) provisional = mls_group_next_context (
      self->now, self->tree, self->now->context->confirmed_transcript_hash, self->effects->extensions, error);
  return provisional
         && mls_path_maker_write (self->path, self->rng, span_bytes (provisional->encoded), self->effects->added_sorted,
                                  writer, error);
}

static gboolean
write_content (Making *self, GError **error)
{
  const MlsGroupContext *context = self->now->context;
  g_auto (Writer) commit = WRITER_INIT;
  write_proposals (self, &commit);
  if (!write_path (self, &commit, error))
    return FALSE;
  mls_framed_content_write (&self->content, context->group_id, context->epoch, self->sender,
                            self->options->authenticated_data, MLS_CONTENT_COMMIT, writer_span (&commit));
  return TRUE;
}

/* --- the next epoch ---------------------------------------------------------------------------------------------- */

static MlsWireFormat
wire_format_of (const Making *self)
{
  return self->options->private_message ? MLS_WIRE_PRIVATE_MESSAGE : MLS_WIRE_PUBLIC_MESSAGE;
}

/* 8.2: ConfirmedTranscriptHashInput, and the new GroupContext with its hash. */
static MlsGroupContext *
next_context (const Making *self, Span signature, GError **error)
{
  const MlsGroup *now = self->now;
  g_auto (Writer) input = WRITER_INIT;
  writer_u16 (&input, (guint16) wire_format_of (self));
  writer_raw (&input, writer_span (&self->content));
  writer_vector (&input, signature);
  guint8 confirmed[HASH_MAX];
  mls_confirmed_transcript_hash (now->suite, mls_group_hash (now, now->interim), writer_span (&input), confirmed);
  return mls_group_next_context (now, self->tree, mls_group_hash (now, confirmed), self->effects->extensions, error);
}

static void
derive (Making *self)
{
  const MlsGroup *now = self->now;
  Span commit_secret = self->path ? mls_path_maker_commit_secret (self->path) : SPAN_EMPTY;
  self->joiner_secret = mls_joiner_secret (now->suite, secret_span (&now->secrets.init), commit_secret,
                                           span_bytes (self->next->context->encoded));
  mls_group_enter (self->next, secret_span (&self->joiner_secret), secret_span (&self->psk_secret));
}

static gboolean
begin_next (Making *self, Span signature, GError **error)
{
  const MlsGroup *now = self->now;
  MlsGroup *next = self->next = mls_group_blank (now->suite, now->key, now->config);
  next->context = next_context (self, signature, error);
  if (!next->context)
    return FALSE;
  next->tree = mls_tree_copy (self->tree);
  next->own_leaf = self->leaf;
  next->keys = self->path ? mls_path_maker_keys (self->path) : mls_tree_keys_copy (now->keys);
  mls_tree_keys_prune (next->keys, next->tree, next->own_leaf);
  derive (self);
  return TRUE;
}

/* --- message and Welcome ----------------------------------------------------------------------------------------- */

/* Each new member with the path secret that it shares with us (12.4.3.1). */
static MlsWelcomeTarget *
welcome_targets (const Making *self)
{
  const MlsProposalEffects *effects = self->effects;
  MlsWelcomeTarget *targets = g_new0 (MlsWelcomeTarget, effects->added->len);
  for (guint i = 0; i < effects->added->len; i++)
    {
      targets[i].package = effects->added_packages->pdata[i];
      if (self->path)
        targets[i].path_secret = mls_path_maker_secret_for (self->path, g_array_index (effects->added, guint32, i));
    }
  return targets;
}

static gboolean
make_welcome (const Making *self, MlsOwnCommit *out, GError **error)
{
  const GArray *psks = self->effects->psks;
  guint n = self->effects->added->len;
  if (n == 0)
    return TRUE;
  g_autoptr (GBytes) info = mls_group_sign_info (self->next, !self->options->omit_tree, FALSE, error);
  if (!info)
    return FALSE;
  g_autofree MlsWelcomeTarget *targets = welcome_targets (self);
  out->welcome = mls_welcome_make (self->now->suite, self->rng, secret_span (&self->joiner_secret),
                                   secret_span (&self->psk_secret), (const MlsPskId *) (gpointer) psks->data, psks->len,
                                   span_bytes (info), targets, n, error);
  return out->welcome != NULL;
}

static gboolean
make_message (const Making *self, Span signature, MlsOwnCommit *out, GError **error)
{
  g_autoptr (MlsAuthenticatedContent) content =
      mls_authenticated_content_new (wire_format_of (self), writer_span (&self->content), signature,
                                     mls_group_hash (self->next, self->next->confirmation_tag));
  out->message = mls_group_protect (self->now, self->rng, content, 0, error);
  return out->message != NULL;
}

static gboolean
finish (Making *self, MlsOwnCommit *out, GError **error)
{
  guint8 signature[SIGNATURE_MAX];
  gsize len =
      mls_framed_content_sign (self->now->suite, self->now->key, wire_format_of (self), writer_span (&self->content),
                               &self->sender, span_bytes (self->now->context->encoded), signature);
  if (len == 0)
    return mls_refuse (error, MLS_ERROR_INTERNAL, "the library did not sign a commit");
  if (!begin_next (self, span (signature, len), error) || !make_welcome (self, out, error)
      || !make_message (self, span (signature, len), out, error))
    return FALSE;
  out->next = g_steal_pointer (&self->next);
  return TRUE;
}

MlsOwnCommit *
mls_group_make_commit (MlsGroup *self, Rng *rng, MlsSender sender, const MlsCommitOptions *options,
                       const MlsLeafNodeFields *fields, GError **error)
{
  g_auto (Making) making = { .now = self, .rng = rng, .sender = sender, .options = options, .leaf = self->own_leaf };
  if (!mls_group_check_alive (self, error) || !apply_proposals (&making, error))
    return NULL;
  if (sender.type != MLS_SENDER_MEMBER)
    making.leaf = mls_path_new_leaf (making.tree);
  g_autoptr (MlsOwnCommit) out = g_new0 (MlsOwnCommit, 1);
  if (!make_path (&making, fields, error) || !write_content (&making, error) || !finish (&making, out, error))
    return NULL;
  return g_steal_pointer (&out);
}

MlsOwnCommit *
mls_group_commit (MlsGroup *self, Rng *rng, const MlsCommitOptions *options, GError **error)
{
  const MlsLeafNode *old = mls_tree_leaf (self->tree, self->own_leaf);
  MlsLeafNodeFields fields = {
    .credential = old->credential,
    .capabilities = old->capabilities_encoded,
    .extensions = options->leaf_extensions ? *options->leaf_extensions : old->extensions,
  };
  return mls_group_make_commit (self, rng, mls_group_self (self), options, &fields, error);
}

void
mls_own_commit_free (MlsOwnCommit *self)
{
  if (!self)
    return;
  mls_group_free (self->next);
  g_clear_pointer (&self->message, g_bytes_unref);
  g_clear_pointer (&self->welcome, g_bytes_unref);
  g_free (self);
}
