#include "mls/group-private.h"

MlsGroupConfig
mls_group_config_default (void)
{
  return (MlsGroupConfig){ .limits = mls_ratchet_limits_default (), .accept_external_commits = FALSE };
}

/* --- life -------------------------------------------------------------------------------------------------------- */

MlsGroup *
mls_group_blank (Suite *suite, SignKey *key, MlsGroupConfig config)
{
  MlsGroup *self = g_new0 (MlsGroup, 1);
  self->suite = suite_ref (suite);
  self->key = sign_key_ref (key);
  self->config = config;
  self->updates = mls_group_updates_new ();
  self->welcomed_by = G_MAXUINT32;
  return self;
}

void
mls_group_free (MlsGroup *self)
{
  if (!self)
    return;
  mls_epoch_secrets_clear (&self->secrets);
  g_clear_pointer (&self->messages, mls_secret_tree_free);
  g_clear_pointer (&self->keys, mls_tree_keys_free);
  g_clear_pointer (&self->updates, g_ptr_array_unref);
  g_clear_pointer (&self->tree, mls_tree_free);
  g_clear_pointer (&self->context, mls_group_context_unref);
  g_clear_pointer (&self->key, sign_key_unref);
  g_clear_pointer (&self->suite, suite_unref);
  g_free (self);
}

void
mls_group_retire (MlsGroup *self)
{
  Secret sender_data = secret_from (secret_span (&self->secrets.sender_data));
  mls_epoch_secrets_clear (&self->secrets);
  self->secrets.sender_data = sender_data;
  mls_tree_keys_clear (self->keys);
  g_ptr_array_set_size (self->updates, 0);
  self->retired = TRUE;
}

gboolean
mls_group_is_retired (const MlsGroup *self)
{
  return self->retired;
}

gboolean
mls_group_check_alive (const MlsGroup *self, GError **error)
{
  return !self->retired || mls_refuse (error, MLS_ERROR_WRONG_EPOCH, "this epoch is kept for reading only");
}

void
mls_group_settle_hashes (MlsGroup *self)
{
  Span confirmed = self->context->confirmed_transcript_hash;
  mls_confirmation_tag (self->suite, &self->secrets, confirmed, self->confirmation_tag);
  mls_interim_transcript_hash (self->suite, confirmed, mls_group_hash (self, self->confirmation_tag), self->interim);
}

void
mls_group_settle (MlsGroup *self)
{
  mls_group_settle_hashes (self);
  self->messages = mls_secret_tree_new (self->suite, secret_span (&self->secrets.encryption),
                                        mls_tree_width (self->tree), self->config.limits);
  secret_clear (&self->secrets.encryption);
}

void
mls_group_enter (MlsGroup *self, Span joiner_secret, Span psk_secret)
{
  mls_epoch_secrets_derive (self->suite, joiner_secret, psk_secret, span_bytes (self->context->encoded),
                            &self->secrets);
  mls_group_settle (self);
}

gboolean
mls_group_confirm (const MlsGroup *self, Span confirmation_tag, GError **error)
{
  if (!secret_equal (confirmation_tag, mls_group_hash (self, self->confirmation_tag)))
    return mls_refuse (error, MLS_ERROR_CONFIRMATION_TAG, "the confirmation tag is wrong");
  return TRUE;
}

/* --- creating (11) ----------------------------------------------------------------------------------------------- */

/* 7.3 for the founder, who has nobody else to be judged by. */
static gboolean
check_founder (Suite *suite, const MlsLeafNode *leaf, Span extensions, GError **error)
{
  return mls_leaf_node_check (suite, leaf, error) && mls_extensions_check (extensions, error)
         && mls_leaf_node_fits (leaf, extensions, error);
}

static MlsLeafNode *
sign_founder (const MlsGroup *self, const MlsKeyPackageFields *fields, Span encryption_key, GError **error)
{
  MlsLeafNodeFields leaf = {
    .encryption_key = encryption_key,
    .signature_key = sign_key_public (self->key),
    .credential = fields->credential,
    .capabilities = fields->capabilities,
    .source = MLS_LEAF_KEY_PACKAGE,
    .not_before = fields->not_before,
    .not_after = fields->not_after,
    .extensions = fields->leaf_extensions,
  };
  return mls_leaf_node_sign (self->suite, self->key, &leaf, SPAN_EMPTY, 0, error);
}

static gboolean
plant (MlsGroup *self, Rng *rng, const MlsKeyPackageFields *fields, Span extensions, GError **error)
{
  g_auto (KemKeyPair) pair = { .public_len = 0 };
  if (!kem_generate (self->suite, rng, &pair))
    return mls_refuse (error, MLS_ERROR_INTERNAL, "no key pair could be made");
  g_autoptr (MlsLeafNode) leaf = sign_founder (self, fields, kem_public (&pair), error);
  if (!leaf || !check_founder (self->suite, leaf, extensions, error))
    return FALSE;
  self->tree = mls_tree_new (self->suite);
  self->own_leaf = mls_tree_add (self->tree, leaf);
  self->keys = mls_tree_keys_new (&pair);
  return TRUE;
}

MlsGroup *
mls_group_create (Suite *suite, Rng *rng, SignKey *key, Span group_id, const MlsKeyPackageFields *leaf, Span extensions,
                  MlsGroupConfig config, GError **error)
{
  g_autoptr (MlsGroup) self = mls_group_blank (suite, key, config);
  if (!plant (self, rng, leaf, extensions, error))
    return NULL;
  self->context =
      mls_group_context_new (suite_id (suite), group_id, 0, mls_tree_hash (self->tree), SPAN_EMPTY, extensions);
  g_auto (Secret) epoch_secret = rng_secret (rng, suite_hash_size (suite));
  mls_epoch_secrets_from_epoch_secret (suite, secret_span (&epoch_secret), &self->secrets);
  mls_group_settle (self);
  return g_steal_pointer (&self);
}

/* --- what it is -------------------------------------------------------------------------------------------------- */

Span
mls_group_hash (const MlsGroup *self, const guint8 *bytes)
{
  return span (bytes, suite_hash_size (self->suite));
}

MlsListScene
mls_group_scene (const MlsGroup *self)
{
  return (MlsListScene){ self->suite, self->tree, self->context->group_id, self->context->extensions };
}

MlsSender
mls_group_self (const MlsGroup *self)
{
  return (MlsSender){ MLS_SENDER_MEMBER, self->own_leaf };
}

MlsGroupContext *
mls_group_next_context (const MlsGroup *self, const MlsTree *tree, Span confirmed, Span extensions, GError **error)
{
  const MlsGroupContext *now = self->context;
  if (now->epoch == G_MAXUINT64)
    {
      mls_refuse (error, MLS_ERROR_UNSUPPORTED, "no epoch comes after 2^64 - 1");
      return NULL;
    }
  return mls_group_context_new (now->suite, now->group_id, now->epoch + 1, mls_tree_hash (tree), confirmed, extensions);
}

Suite *
mls_group_suite (const MlsGroup *self)
{
  return self->suite;
}

const MlsGroupContext *
mls_group_context (const MlsGroup *self)
{
  return self->context;
}

const MlsTree *
mls_group_tree (const MlsGroup *self)
{
  return self->tree;
}

guint32
mls_group_own_leaf (const MlsGroup *self)
{
  return self->own_leaf;
}

guint32
mls_group_welcomed_by (const MlsGroup *self)
{
  return self->welcomed_by;
}

Span
mls_group_epoch_authenticator (const MlsGroup *self)
{
  return secret_span (&self->secrets.authentication);
}

Span
mls_group_resumption_psk (const MlsGroup *self)
{
  return secret_span (&self->secrets.resumption);
}

void
mls_group_export (const MlsGroup *self, const char *label, Span context, guint8 *out, gsize len)
{
  mls_exporter (self->suite, &self->secrets, label, context, out, len);
}

MlsSecretTree *
mls_group_keys (MlsGroup *self)
{
  return self->messages;
}

/* --- the members' keys under other labels ------------------------------------------------------------------------ */

gsize
mls_group_sign (const MlsGroup *self, Span content, guint8 out[SIGNATURE_MAX])
{
  return sign_message (self->suite, self->key, content, out);
}

gboolean
mls_group_verify (const MlsGroup *self, guint32 leaf, Span content, Span signature)
{
  const MlsLeafNode *node = mls_tree_leaf (self->tree, leaf);
  return node && sign_verify (self->suite, node->signature_key, content, signature);
}
