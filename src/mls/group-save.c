#include <string.h>

#include "mls/group-private.h"
#include "mls/tree-hash.h"

/* Saved groups (all vectors as in 2.1.2):
 *
 *   u16 version = 1, u16 suite, GroupContext<V>, u32 own leaf, secrets <V> in the order of saved_secrets(), private
 *   keys of own Updates <V>, tree keys, ratchet tree (12.4.3.3)<V>
 *
 * Of a retired group all secrets but the first are empty, and there are no keys. Sender ratchets are not here: a group
 * that is restored twice must not send twice with one key.
 */
#define VERSION 1
#define N_SECRETS 8

/* All but `encryption`, which an epoch does not keep. */
static void
saved_secrets (MlsEpochSecrets *self, Secret *out[N_SECRETS])
{
  Secret *secrets[N_SECRETS] = {
    &self->sender_data, &self->exporter,   &self->external,       &self->confirmation,
    &self->membership,  &self->resumption, &self->authentication, &self->init,
  };
  memcpy (out, secrets, sizeof secrets);
}

/* --- saving ------------------------------------------------------------------------------------------------------ */

static void
save_secrets (const MlsGroup *self, Writer *writer)
{
  Secret *secrets[N_SECRETS];
  saved_secrets ((MlsEpochSecrets *) &self->secrets, secrets);
  for (guint i = 0; i < N_SECRETS; i++)
    writer_vector (writer, secret_span (secrets[i]));
}

static void
save_updates (const MlsGroup *self, Writer *writer)
{
  gsize block = writer_open (writer);
  for (guint i = 0; i < self->updates->len; i++)
    {
      const KemKeyPair *pair = self->updates->pdata[i];
      writer_vector (writer, secret_span (&pair->private_key));
    }
  writer_close (writer, block);
}

void
mls_group_save (const MlsGroup *self, Writer *writer)
{
  g_autoptr (GBytes) tree = mls_tree_encode (self->tree);
  writer_u16 (writer, VERSION);
  writer_u16 (writer, suite_id (self->suite));
  writer_vector (writer, span_bytes (self->context->encoded));
  writer_u32 (writer, self->own_leaf);
  save_secrets (self, writer);
  save_updates (self, writer);
  mls_tree_keys_save (self->keys, writer);
  writer_vector (writer, span_bytes (tree)); /* its own length inside */
}

/* --- restoring --------------------------------------------------------------------------------------------------- */

static gboolean
damaged (GError **error, const char *what)
{
  return mls_refuse (error, MLS_ERROR_SAVED_DAMAGED, "saved group: %s", what);
}

static gboolean
restore_head (MlsGroup *self, Reader *reader, GError **error)
{
  guint16 version = reader_u16 (reader);
  if (!reader->failed && version > VERSION)
    return mls_refuse (error, MLS_ERROR_SAVED_VERSION, "saved by a newer version (%u)", version);
  if (version != VERSION || reader_u16 (reader) != suite_id (self->suite))
    return damaged (error, "version or suite");
  Reader inner = reader_open (reader);
  self->context = mls_group_context_read (&inner, NULL);
  if (!self->context || !reader_end (&inner) || self->context->suite != suite_id (self->suite))
    return damaged (error, "GroupContext");
  self->own_leaf = reader_u32 (reader);
  return TRUE;
}

static gboolean
restore_secrets (MlsGroup *self, Reader *reader, GError **error)
{
  Secret *secrets[N_SECRETS];
  saved_secrets (&self->secrets, secrets);
  for (guint i = 0; i < N_SECRETS; i++)
    {
      Span bytes = reader_vector (reader);
      self->retired |= i == 1 && bytes.len == 0;
      if (bytes.len != (i > 0 && self->retired ? 0 : suite_hash_size (self->suite)))
        return damaged (error, "secrets");
      *secrets[i] = secret_from (bytes);
    }
  return TRUE;
}

static gboolean
restore_updates (MlsGroup *self, Reader *reader, GError **error)
{
  Reader list = reader_open (reader);
  while (reader_more (&list))
    {
      g_auto (KemKeyPair) pair = { .public_len = 0 };
      if (!kem_key_pair_from_private (self->suite, reader_vector (&list), &pair))
        return damaged (error, "own Updates");
      mls_group_keep_update (self, &pair);
    }
  reader_close (reader, &list);
  return !reader->failed || damaged (error, "own Updates");
}

/* What ties the parts together: the tree is the context's, and the own leaf is `key`'s. */
static gboolean
check_tree (const MlsGroup *self, GError **error)
{
  const MlsLeafNode *own = mls_tree_leaf (self->tree, self->own_leaf);
  if (!span_equal (mls_tree_hash (self->tree), self->context->tree_hash))
    return damaged (error, "the tree is another");
  if (!own || !span_equal (own->signature_key, sign_key_public (self->key)))
    return damaged (error, "the own leaf");
  const KemKeyPair *pair =
      mls_tree_keys_find (self->keys, self->tree, self->own_leaf, mls_node_of_leaf (self->own_leaf));
  return (pair != NULL) != self->retired || damaged (error, "the own leaf's private key");
}

static gboolean
restore_trees (MlsGroup *self, Reader *reader, GError **error)
{
  self->keys = mls_tree_keys_restore (self->suite, reader, error);
  if (!self->keys)
    return FALSE;
  Span encoded = reader_vector (reader);
  if (!reader_end (reader))
    return damaged (error, "truncated, or bytes left over");
  self->tree = mls_tree_decode (self->suite, encoded, NULL);
  return self->tree ? check_tree (self, error) : damaged (error, "ratchet tree");
}

MlsGroup *
mls_group_restore (Suite *suite, SignKey *key, Span saved, MlsSecretTree *keys, MlsGroupConfig config, GError **error)
{
  g_autoptr (MlsGroup) self = mls_group_blank (suite, key, config);
  self->messages = keys;
  Reader reader = reader_init (saved);
  if (!restore_head (self, &reader, error) || !restore_secrets (self, &reader, error)
      || !restore_updates (self, &reader, error) || !restore_trees (self, &reader, error))
    return NULL;
  mls_group_settle_hashes (self);
  return g_steal_pointer (&self);
}
