#include "mls/leaf-node.h"

#include <string.h>

#include "mls/labels.h"

/* The leaf and its bytes are one block, owned by leaf.encoded; so the leaf lives as long as these GBytes, and their
 * reference count is the leaf's. */
typedef struct {
  MlsLeafNode leaf;
  guint8 bytes[];
} Block;

/* A vector of u16. */
static Span
read_u16_list (Reader *reader)
{
  Span list = reader_vector (reader);
  if (list.len % 2)
    reader_fail (reader);
  return list;
}

static void
read_capabilities (Reader *reader, MlsLeafNode *out)
{
  const guint8 *start = reader->at;
  out->capabilities.versions = read_u16_list (reader);
  out->capabilities.suites = read_u16_list (reader);
  out->capabilities.extensions = read_u16_list (reader);
  out->capabilities.proposals = read_u16_list (reader);
  out->capabilities.credentials = read_u16_list (reader);
  out->capabilities_encoded = span (start, (gsize) (reader->at - start));
}

/* 5.3. FALSE if the type is unknown, so that nothing behind the credential can be read. */
static gboolean
read_credential (Reader *reader, MlsLeafNode *out)
{
  const guint8 *start = reader->at;
  out->credential_type = reader_u16 (reader);
  if (!reader->failed && out->credential_type != MLS_CREDENTIAL_BASIC && out->credential_type != MLS_CREDENTIAL_X509)
    return FALSE;
  out->identity = reader_vector (reader);
  if (out->credential_type == MLS_CREDENTIAL_X509)
    {
      Reader chain = reader_init (out->identity);
      while (reader_more (&chain))
        reader_vector (&chain);
      reader_close (reader, &chain);
    }
  out->credential = span (start, (gsize) (reader->at - start));
  return TRUE;
}

static void
read_source (Reader *reader, MlsLeafNode *out)
{
  guint8 source = reader_u8 (reader);
  out->source = source;
  if (source == MLS_LEAF_KEY_PACKAGE)
    {
      out->not_before = reader_u64 (reader);
      out->not_after = reader_u64 (reader);
    }
  else if (source == MLS_LEAF_COMMIT)
    out->parent_hash = reader_vector (reader);
  else if (source != MLS_LEAF_UPDATE)
    reader_fail (reader);
}

/* Fills `out`, whose spans then point into the reader's bytes. */
static gboolean
parse (Reader *reader, MlsLeafNode *out, GError **error)
{
  const guint8 *start = reader->at;
  out->encryption_key = reader_vector (reader);
  out->signature_key = reader_vector (reader);
  if (!read_credential (reader, out))
    return mls_refuse (error, MLS_ERROR_CREDENTIAL_TYPE, "leaf node: credential type %u", out->credential_type);
  read_capabilities (reader, out);
  read_source (reader, out);
  out->extensions = reader_vector (reader);
  out->tbs = span (start, (gsize) (reader->at - start));
  out->signature = reader_vector (reader);
  if (reader->failed)
    return mls_refuse (error, MLS_ERROR_MALFORMED, "leaf node");
  return TRUE;
}

MlsLeafNode *
mls_leaf_node_read (Reader *reader, GError **error)
{
  const guint8 *start = reader->at;
  MlsLeafNode view = { 0 };
  if (!parse (reader, &view, error) || !mls_extensions_check (view.extensions, error))
    return NULL;

  gsize len = (gsize) (reader->at - start);
  Block *block = g_malloc0 (sizeof (Block) + len);
  memcpy (block->bytes, start, len);
  Reader again = reader_init (span (block->bytes, len));
  gboolean same = parse (&again, &block->leaf, NULL);
  g_assert (same);
  block->leaf.encoded = g_bytes_new_with_free_func (block->bytes, len, g_free, block);
  return &block->leaf;
}

MlsLeafNode *
mls_leaf_node_ref (const MlsLeafNode *self)
{
  g_bytes_ref (self->encoded);
  return (MlsLeafNode *) self;
}

void
mls_leaf_node_unref (MlsLeafNode *self)
{
  if (self)
    g_bytes_unref (self->encoded);
}

/* What the signature covers beyond the leaf's own bytes (7.2, LeafNodeTBS). */
static void
write_place (Writer *writer, MlsLeafSource source, Span group_id, guint32 leaf_index)
{
  if (source == MLS_LEAF_KEY_PACKAGE)
    return;
  writer_vector (writer, group_id);
  writer_u32 (writer, leaf_index);
}

static void
write_fields (Writer *writer, const MlsLeafNodeFields *fields)
{
  writer_vector (writer, fields->encryption_key);
  writer_vector (writer, fields->signature_key);
  writer_raw (writer, fields->credential);
  writer_raw (writer, fields->capabilities);
  writer_u8 (writer, (guint8) fields->source);
  if (fields->source == MLS_LEAF_KEY_PACKAGE)
    {
      writer_u64 (writer, fields->not_before);
      writer_u64 (writer, fields->not_after);
    }
  else if (fields->source == MLS_LEAF_COMMIT)
    writer_vector (writer, fields->parent_hash);
  writer_vector (writer, fields->extensions);
}

MlsLeafNode *
mls_leaf_node_sign (Suite *suite, const SignKey *key, const MlsLeafNodeFields *fields, Span group_id,
                    guint32 leaf_index, GError **error)
{
  g_auto (Writer) leaf = WRITER_INIT;
  g_auto (Writer) tbs = WRITER_INIT;
  guint8 signature[SIGNATURE_MAX];
  write_fields (&leaf, fields);
  writer_raw (&tbs, writer_span (&leaf));
  write_place (&tbs, fields->source, group_id, leaf_index);
  gsize len = mls_sign (suite, key, "LeafNodeTBS", writer_span (&tbs), signature);
  if (len == 0)
    {
      mls_refuse (error, MLS_ERROR_INTERNAL, "leaf node: signing failed");
      return NULL;
    }
  writer_vector (&leaf, span (signature, len));
  Reader reader = reader_init (writer_span (&leaf));
  return mls_leaf_node_read (&reader, error);
}

gboolean
mls_leaf_node_verify (Suite *suite, const MlsLeafNode *self, Span group_id, guint32 leaf_index, GError **error)
{
  g_auto (Writer) tbs = WRITER_INIT;
  Span content = self->tbs;
  if (self->source != MLS_LEAF_KEY_PACKAGE)
    {
      writer_raw (&tbs, self->tbs);
      write_place (&tbs, self->source, group_id, leaf_index);
      content = writer_span (&tbs);
    }
  if (!mls_verify (suite, self->signature_key, "LeafNodeTBS", content, self->signature))
    return mls_refuse (error, MLS_ERROR_LEAF_SIGNATURE, "leaf %u: signature", leaf_index);
  return TRUE;
}

gboolean
mls_leaf_node_check (Suite *suite, const MlsLeafNode *self, GError **error)
{
  if (!kem_public_valid (suite, self->encryption_key))
    return mls_refuse (error, MLS_ERROR_LEAF_ENCRYPTION_KEY, "leaf node: encryption key");
  if (!sign_public_valid (suite, self->signature_key))
    return mls_refuse (error, MLS_ERROR_LEAF_SIGNATURE_KEY, "leaf node: signature key");
  const MlsCapabilities *can = &self->capabilities;
  /* 7.3 does not ask for the suite, and the working group's own vectors have leaves that leave suite 7 out. */
  if (!mls_u16_list_has (can->versions, MLS_VERSION_10) || !mls_u16_list_has (can->credentials, self->credential_type))
    return mls_refuse (error, MLS_ERROR_LEAF_CAPABILITIES, "leaf node: its capabilities lack its own ways");

  MlsU16Set known;
  mls_u16_set_init (&known, can->extensions);
  Reader reader = reader_init (self->extensions);
  guint16 type;
  Span data;
  while (mls_extensions_next (&reader, &type, &data))
    if (!mls_extension_is_default (type) && !mls_u16_set_has (&known, type))
      return mls_refuse (error, MLS_ERROR_LEAF_EXTENSION, "leaf node: extension %u is not in its capabilities", type);
  return TRUE;
}

/* 11.1 */
static gboolean
meets (const MlsLeafNode *self, const MlsU16Set *extensions, const MlsRequiredCapabilities *required)
{
  MlsU16Set proposals, credentials;
  mls_u16_set_init (&proposals, self->capabilities.proposals);
  mls_u16_set_init (&credentials, self->capabilities.credentials);
  return mls_u16_set_has_all (extensions, required->extensions, mls_extension_is_default)
         && mls_u16_set_has_all (&proposals, required->proposals, mls_proposal_is_default)
         && mls_u16_set_has_all (&credentials, required->credentials, NULL);
}

gboolean
mls_leaf_node_fits (const MlsLeafNode *self, Span group_extensions, GError **error)
{
  MlsU16Set known;
  mls_u16_set_init (&known, self->capabilities.extensions);
  Reader reader = reader_init (group_extensions);
  guint16 type;
  Span data;
  MlsRequiredCapabilities required;
  if (mls_extensions_find (group_extensions, MLS_EXTENSION_REQUIRED_CAPABILITIES, &data))
    {
      if (!mls_required_capabilities_parse (data, &required, error))
        return FALSE;
      if (!meets (self, &known, &required))
        return mls_refuse (error, MLS_ERROR_LEAF_REQUIRED_CAPABILITIES, "leaf node: lacks a required capability");
    }
  while (mls_extensions_next (&reader, &type, &data))
    if (!mls_extension_is_default (type) && !mls_u16_set_has (&known, type))
      return mls_refuse (error, MLS_ERROR_GROUP_EXTENSION_UNSUPPORTED, "leaf node: group extension %u", type);
  return TRUE;
}

gboolean
mls_leaf_node_check_lifetime (const MlsLeafNode *self, gint64 wall, GError **error)
{
  guint64 now = wall < 0 ? 0 : (guint64) wall;
  if (self->source != MLS_LEAF_KEY_PACKAGE)
    return TRUE;
  if (self->not_after < self->not_before)
    return mls_refuse (error, MLS_ERROR_LIFETIME_RANGE, "leaf node: lifetime ends before it begins");
  if (now < self->not_before)
    return mls_refuse (error, MLS_ERROR_LIFETIME_EARLY, "leaf node: lifetime lies ahead");
  if (now > self->not_after)
    return mls_refuse (error, MLS_ERROR_LIFETIME_OVER, "leaf node: lifetime has passed");
  return TRUE;
}

GBytes *
mls_credential_basic (Span identity)
{
  g_auto (Writer) writer = WRITER_INIT;
  writer_u16 (&writer, MLS_CREDENTIAL_BASIC);
  writer_vector (&writer, identity);
  return writer_take (&writer);
}

static void
write_u16_list (Writer *writer, const guint16 *values, gsize n)
{
  writer_varint (writer, 2 * n);
  for (gsize i = 0; i < n; i++)
    writer_u16 (writer, values[i]);
}

GBytes *
mls_capabilities_encode (const guint16 *suites, gsize n_suites, const guint16 *extensions, gsize n_extensions)
{
  static const guint16 version = MLS_VERSION_10, credential = MLS_CREDENTIAL_BASIC;
  g_auto (Writer) writer = WRITER_INIT;
  write_u16_list (&writer, &version, 1);
  write_u16_list (&writer, suites, n_suites);
  write_u16_list (&writer, extensions, n_extensions);
  write_u16_list (&writer, NULL, 0);
  write_u16_list (&writer, &credential, 1);
  return writer_take (&writer);
}
