#include "mls/key-package.h"

#include "mls/labels.h"
#include "mls/view.h"

#define TBS_LABEL "KeyPackageTBS"
#define SAVED_VERSION 1

/* --- reading ----------------------------------------------------------------------------------------------------- */

static void
own_bytes (MlsKeyPackage *self, Span seen)
{
  self->encoded = span_dup (seen);
  const guint8 *to = span_bytes (self->encoded).data;
  self->init_key = view_moved (self->init_key, seen.data, to);
  self->extensions = view_moved (self->extensions, seen.data, to);
  self->signature = view_moved (self->signature, seen.data, to);
  self->tbs = view_moved (self->tbs, seen.data, to);
}

static gboolean
read_fields (MlsKeyPackage *self, Reader *reader, GError **error)
{
  const guint8 *start = reader->at;
  self->version = reader_u16 (reader);
  self->suite = reader_u16 (reader);
  self->init_key = reader_vector (reader);
  self->leaf = mls_leaf_node_read (reader, error);
  if (!self->leaf)
    return FALSE;
  self->extensions = reader_vector (reader);
  self->tbs = view_since (reader, start);
  self->signature = reader_vector (reader);
  if (reader->failed)
    return mls_refuse (error, MLS_ERROR_MALFORMED, "not a KeyPackage");
  return mls_extensions_check (self->extensions, error);
}

MlsKeyPackage *
mls_key_package_read (Reader *reader, GError **error)
{
  const guint8 *start = reader->at;
  g_autoptr (MlsKeyPackage) self = g_rc_box_new0 (MlsKeyPackage);
  if (!read_fields (self, reader, error))
    return NULL;
  own_bytes (self, view_since (reader, start));
  return g_steal_pointer (&self);
}

MlsKeyPackage *
mls_key_package_parse (Span bytes, GError **error)
{
  Reader reader = reader_init (bytes);
  g_autoptr (MlsKeyPackage) self = mls_key_package_read (&reader, error);
  if (self && !reader_end (&reader))
    {
      mls_refuse (error, MLS_ERROR_MALFORMED, "bytes after a KeyPackage");
      return NULL;
    }
  return g_steal_pointer (&self);
}

MlsKeyPackage *
mls_key_package_ref (const MlsKeyPackage *self)
{
  return g_rc_box_acquire ((MlsKeyPackage *) self);
}

static void
clear (gpointer data)
{
  MlsKeyPackage *self = data;
  g_clear_pointer (&self->encoded, g_bytes_unref);
  g_clear_pointer (&self->leaf, mls_leaf_node_unref);
}

void
mls_key_package_unref (MlsKeyPackage *self)
{
  if (self)
    g_rc_box_release_full (self, clear);
}

void
mls_key_package_hash_ref (Suite *suite, const MlsKeyPackage *self, guint8 out[HASH_MAX])
{
  mls_ref_hash (suite, "MLS 1.0 KeyPackage Reference", span_bytes (self->encoded), out);
}

/* --- checking ---------------------------------------------------------------------------------------------------- */

/* 10: extensions beside the leaf are listed in the leaf's capabilities, too. */
static gboolean
check_extensions (const MlsKeyPackage *self, GError **error)
{
  Reader reader = reader_init (self->extensions);
  guint16 type;
  Span data;
  while (mls_extensions_next (&reader, &type, &data))
    if (!mls_extension_is_default (type) && !mls_u16_list_has (self->leaf->capabilities.extensions, type))
      return mls_refuse (error, MLS_ERROR_LEAF_EXTENSION, "KeyPackage extension %u is not in the capabilities", type);
  return TRUE;
}

static gboolean
check_keys (Suite *suite, const MlsKeyPackage *self, GError **error)
{
  if (!kem_public_valid (suite, self->init_key))
    return mls_refuse (error, MLS_ERROR_KEY_PACKAGE_INIT_KEY, "init_key is not a public key of the suite");
  if (span_equal (self->init_key, self->leaf->encryption_key))
    return mls_refuse (error, MLS_ERROR_KEY_PACKAGE_SAME_KEY, "init_key is the encryption key");
  return TRUE;
}

gboolean
mls_key_package_check (Suite *suite, const MlsKeyPackage *self, GError **error)
{
  const MlsLeafNode *leaf = self->leaf;
  if (self->version != MLS_VERSION_10)
    return mls_refuse (error, MLS_ERROR_KEY_PACKAGE_VERSION, "KeyPackage of version %u", self->version);
  if (self->suite != suite_id (suite))
    return mls_refuse (error, MLS_ERROR_KEY_PACKAGE_SUITE, "KeyPackage of cipher suite %u", self->suite);
  if (leaf->source != MLS_LEAF_KEY_PACKAGE)
    return mls_refuse (error, MLS_ERROR_KEY_PACKAGE_SOURCE, "leaf_node_source %u in a KeyPackage",
                       (guint) leaf->source);
  if (!mls_leaf_node_check (suite, leaf, error) || !check_extensions (self, error)
      || !mls_leaf_node_verify (suite, leaf, SPAN_EMPTY, 0, error))
    return FALSE;
  if (!mls_verify (suite, leaf->signature_key, TBS_LABEL, self->tbs, self->signature))
    return mls_refuse (error, MLS_ERROR_KEY_PACKAGE_SIGNATURE, "the KeyPackage's signature is wrong");
  return check_keys (suite, self, error);
}

/* --- making ------------------------------------------------------------------------------------------------------ */

static MlsLeafNode *
sign_leaf (Suite *suite, const SignKey *key, const KemKeyPair *encryption, const MlsKeyPackageFields *fields,
           GError **error)
{
  MlsLeafNodeFields leaf = {
    .encryption_key = kem_public (encryption),
    .signature_key = sign_key_public (key),
    .credential = fields->credential,
    .capabilities = fields->capabilities,
    .source = MLS_LEAF_KEY_PACKAGE,
    .not_before = fields->not_before,
    .not_after = fields->not_after,
    .extensions = fields->leaf_extensions,
  };
  return mls_leaf_node_sign (suite, key, &leaf, SPAN_EMPTY, 0, error);
}

static MlsKeyPackage *
sign_package (Suite *suite, const SignKey *key, const KemKeyPair *init, const MlsLeafNode *leaf, GError **error)
{
  g_auto (Writer) writer = WRITER_INIT;
  writer_u16 (&writer, MLS_VERSION_10);
  writer_u16 (&writer, suite_id (suite));
  writer_vector (&writer, kem_public (init));
  writer_raw (&writer, span_bytes (leaf->encoded));
  writer_vector (&writer, SPAN_EMPTY);
  guint8 signature[SIGNATURE_MAX];
  gsize len = mls_sign (suite, key, TBS_LABEL, writer_span (&writer), signature);
  if (len == 0)
    {
      mls_refuse (error, MLS_ERROR_INTERNAL, "signing a KeyPackage failed");
      return NULL;
    }
  writer_vector (&writer, span (signature, len));
  return mls_key_package_parse (writer_span (&writer), error);
}

MlsKeyPackageSecrets *
mls_key_package_new (Suite *suite, Rng *rng, const SignKey *key, const MlsKeyPackageFields *fields, GError **error)
{
  g_autoptr (MlsKeyPackageSecrets) self = g_new0 (MlsKeyPackageSecrets, 1);
  if (!kem_generate (suite, rng, &self->init) || !kem_generate (suite, rng, &self->encryption))
    {
      mls_refuse (error, MLS_ERROR_INTERNAL, "making a key pair failed");
      return NULL;
    }
  g_autoptr (MlsLeafNode) leaf = sign_leaf (suite, key, &self->encryption, fields, error);
  if (leaf)
    self->package = sign_package (suite, key, &self->init, leaf, error);
  return self->package ? g_steal_pointer (&self) : NULL;
}

void
mls_key_package_secrets_free (MlsKeyPackageSecrets *self)
{
  if (!self)
    return;
  mls_key_package_unref (self->package);
  kem_key_pair_clear (&self->init);
  kem_key_pair_clear (&self->encryption);
  g_free (self);
}

/* --- saving ------------------------------------------------------------------------------------------------------ */

void
mls_key_package_secrets_save (const MlsKeyPackageSecrets *self, Writer *writer)
{
  writer_u8 (writer, SAVED_VERSION);
  writer_vector (writer, span_bytes (self->package->encoded));
  writer_vector (writer, secret_span (&self->init.private_key));
  writer_vector (writer, secret_span (&self->encryption.private_key));
}

static gboolean
restore_pair (Suite *suite, Span private_key, Span public_key, KemKeyPair *out)
{
  return private_key.len <= SECRET_MAX && kem_key_pair_from_private (suite, private_key, out)
         && span_equal (kem_public (out), public_key);
}

MlsKeyPackageSecrets *
mls_key_package_secrets_restore (Suite *suite, Span saved, GError **error)
{
  g_autoptr (MlsKeyPackageSecrets) self = g_new0 (MlsKeyPackageSecrets, 1);
  Reader reader = reader_init (saved);
  guint8 version = reader_u8 (&reader);
  if (!reader.failed && version > SAVED_VERSION)
    {
      mls_refuse (error, MLS_ERROR_SAVED_VERSION, "key package saved in form %u", version);
      return NULL;
    }
  Span package = reader_vector (&reader);
  Span init = reader_vector (&reader);
  Span encryption = reader_vector (&reader);
  if (reader_end (&reader) && version == SAVED_VERSION)
    self->package = mls_key_package_parse (package, NULL);
  if (!self->package || self->package->suite != suite_id (suite)
      || !restore_pair (suite, init, self->package->init_key, &self->init)
      || !restore_pair (suite, encryption, self->package->leaf->encryption_key, &self->encryption))
    {
      mls_refuse (error, MLS_ERROR_SAVED_DAMAGED, "not a saved key package");
      return NULL;
    }
  return g_steal_pointer (&self);
}
