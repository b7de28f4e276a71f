#include "mls/private-message.h"

#include <string.h>

#include "crypto/aead.h"
#include "mls/framing-private.h"
#include "mls/message.h"

#define GUARD 4
#define SENDER_DATA 12 /* leaf_index, generation, reuse_guard */
#define SENDER_DATA_SEALED (SENDER_DATA + AEAD_TAG)
#define VECTOR_MAX (1u << 30)

static MlsRatchetKind
ratchet_of (MlsContentType type)
{
  return type == MLS_CONTENT_APPLICATION ? MLS_RATCHET_APPLICATION : MLS_RATCHET_HANDSHAKE;
}

gboolean
mls_private_message_read (Span body, MlsPrivateMessage *out, GError **error)
{
  Reader reader = reader_init (body);
  MlsPrivateMessage self = { .group_id = reader_vector (&reader) };
  self.epoch = reader_u64 (&reader);
  self.content_type = (MlsContentType) reader_u8 (&reader);
  self.sender_data_aad = view_since (&reader, body.data);
  self.authenticated_data = reader_vector (&reader);
  self.content_aad = view_since (&reader, body.data);
  self.encrypted_sender_data = reader_vector (&reader);
  self.ciphertext = reader_vector (&reader);
  if (!reader_end (&reader))
    return mls_refuse (error, MLS_ERROR_MALFORMED, "not a PrivateMessage");
  if (self.content_type < MLS_CONTENT_APPLICATION || self.content_type > MLS_CONTENT_COMMIT)
    return mls_refuse (error, MLS_ERROR_CONTENT_TYPE, "content type %u", (guint) self.content_type);
  *out = self;
  return TRUE;
}

/* --- keys -------------------------------------------------------------------------------------------------------- */

/* 6.3.2: key and nonce of the sender data, from a sample of the ciphertext. */
static void
sender_data_key (Suite *suite, Span sender_data_secret, Span ciphertext, Secret *key, Secret *nonce)
{
  Span sample = span (ciphertext.data, MIN (ciphertext.len, suite_hash_size (suite)));
  *key = mls_expand_secret (suite, sender_data_secret, "key", sample, suite_key_size (suite));
  *nonce = mls_expand_secret (suite, sender_data_secret, "nonce", sample, AEAD_NONCE);
}

static void
apply_guard (MlsMessageKey *key, const guint8 guard[GUARD])
{
  for (gsize i = 0; i < GUARD; i++)
    key->nonce.data[i] ^= guard[i];
}

/* --- sealing ----------------------------------------------------------------------------------------------------- */

static void
write_zeros (Writer *writer, gsize n)
{
  static const guint8 zeros[64];
  for (; n > sizeof zeros; n -= sizeof zeros)
    writer_raw (writer, SPAN_OF (zeros));
  writer_raw (writer, span (zeros, n));
}

/* Where things stand in a message that is being made. */
typedef struct {
  gsize header, sender_data_aad, content_aad; /* begin of the AADs and their ends */
  gsize sender_data;
  gsize ciphertext, plaintext_len;
} Layout;

/* Writes the message with its content in the clear and nothing where the sender data go. */
static Layout
lay_out (Writer *writer, const MlsAuthenticatedContent *content, gsize padding)
{
  const MlsFramedContent *framed = &content->content;
  Span inner = mls_authenticated_content_inner (content);
  Layout at = { .plaintext_len = inner.len + padding };
  mls_message_begin (writer, MLS_WIRE_PRIVATE_MESSAGE);
  at.header = writer->len;
  writer_vector (writer, framed->group_id);
  writer_u64 (writer, framed->epoch);
  writer_u8 (writer, (guint8) framed->content_type);
  at.sender_data_aad = writer->len;
  writer_vector (writer, framed->authenticated_data);
  at.content_aad = writer->len;
  writer_varint (writer, SENDER_DATA_SEALED);
  at.sender_data = writer->len;
  write_zeros (writer, SENDER_DATA_SEALED);
  writer_varint (writer, at.plaintext_len + AEAD_TAG);
  at.ciphertext = writer->len;
  writer_raw (writer, inner);
  write_zeros (writer, padding + AEAD_TAG);
  return at;
}

static gboolean
seal_content (Suite *suite, Writer *writer, const Layout *at, const MlsMessageKey *key)
{
  guint8 *data = writer->data;
  return aead_seal (suite, secret_span (&key->key), secret_span (&key->nonce),
                    span (data + at->header, at->content_aad - at->header),
                    span (data + at->ciphertext, at->plaintext_len), data + at->ciphertext);
}

static gboolean
seal_sender_data (Suite *suite, Writer *writer, const Layout *at, Span sender_data_secret, guint32 leaf,
                  guint32 generation, const guint8 guard[GUARD])
{
  g_auto (Secret) key = SECRET_EMPTY;
  g_auto (Secret) nonce = SECRET_EMPTY;
  guint8 *data = writer->data;
  Span ciphertext = span (data + at->ciphertext, at->plaintext_len + AEAD_TAG);
  sender_data_key (suite, sender_data_secret, ciphertext, &key, &nonce);
  guint32 numbers[] = { GUINT32_TO_BE (leaf), GUINT32_TO_BE (generation) };
  memcpy (data + at->sender_data, numbers, sizeof numbers);
  memcpy (data + at->sender_data + sizeof numbers, guard, GUARD);
  return aead_seal (suite, secret_span (&key), secret_span (&nonce),
                    span (data + at->header, at->sender_data_aad - at->header),
                    span (data + at->sender_data, SENDER_DATA), data + at->sender_data);
}

static gboolean
check_sealable (const MlsAuthenticatedContent *content, guint32 leaf, gsize padding, GError **error)
{
  const MlsSender *sender = &content->content.sender;
  if (content->wire_format != MLS_WIRE_PRIVATE_MESSAGE || sender->index != leaf)
    return mls_refuse (error, MLS_ERROR_INTERNAL, "content that was not made for a PrivateMessage of leaf %u", leaf);
  if (padding >= VECTOR_MAX || span_bytes (content->encoded).len + padding + AEAD_TAG >= VECTOR_MAX)
    return mls_refuse (error, MLS_ERROR_TOO_LARGE, "a PrivateMessage of 2^30 bytes or more");
  return TRUE;
}

GBytes *
mls_private_message_seal (Suite *suite, Rng *rng, const MlsAuthenticatedContent *content, guint32 leaf,
                          Span sender_data_secret, MlsSecretTree *keys, gsize padding, GError **error)
{
  g_auto (MlsMessageKey) key = { .generation = 0 };
  if (!check_sealable (content, leaf, padding, error)
      || !mls_secret_tree_next (keys, leaf, ratchet_of (content->content.content_type), &key, error))
    return NULL;
  guint8 guard[GUARD];
  rng_fill (rng, guard, GUARD);
  apply_guard (&key, guard);
  g_auto (Writer) writer =
      view_writer (span_bytes (content->encoded).len + padding + SENDER_DATA_SEALED + AEAD_TAG + 16);
  Layout at = lay_out (&writer, content, padding);
  if (!seal_content (suite, &writer, &at, &key)
      || !seal_sender_data (suite, &writer, &at, sender_data_secret, leaf, key.generation, guard))
    {
      mls_refuse (error, MLS_ERROR_INTERNAL, "sealing a PrivateMessage failed");
      return NULL;
    }
  return view_take (&writer);
}

/* --- opening ----------------------------------------------------------------------------------------------------- */

gboolean
mls_private_message_open_sender (Suite *suite, const MlsPrivateMessage *message, Span sender_data_secret, guint32 *leaf,
                                 guint32 *generation, guint8 reuse_guard[4], GError **error)
{
  g_auto (Secret) key = SECRET_EMPTY;
  g_auto (Secret) nonce = SECRET_EMPTY;
  guint8 data[SENDER_DATA];
  if (message->encrypted_sender_data.len != SENDER_DATA_SEALED)
    return mls_refuse (error, MLS_ERROR_SENDER_DATA, "sender data of %" G_GSIZE_FORMAT " bytes",
                       message->encrypted_sender_data.len);
  sender_data_key (suite, sender_data_secret, message->ciphertext, &key, &nonce);
  if (!aead_open (suite, secret_span (&key), secret_span (&nonce), message->sender_data_aad,
                  message->encrypted_sender_data, data))
    return mls_refuse (error, MLS_ERROR_SENDER_DATA, "the sender data do not open");
  Reader reader = reader_init (SPAN_OF (data));
  *leaf = reader_u32 (&reader);
  *generation = reader_u32 (&reader);
  memcpy (reuse_guard, reader_raw (&reader, GUARD).data, GUARD);
  return TRUE;
}

/* Writes what stands before the content in an AuthenticatedContent, so that the content is decrypted right behind it.
 */
static Writer
begin_content (const MlsPrivateMessage *message, guint32 leaf)
{
  gsize room = message->content_aad.len + 2 + 5 + message->ciphertext.len;
  Writer writer = view_writer (room);
  writer_u16 (&writer, MLS_WIRE_PRIVATE_MESSAGE);
  MlsSender sender = { MLS_SENDER_MEMBER, leaf };
  mls_framed_content_write (&writer, message->group_id, message->epoch, sender, message->authenticated_data,
                            message->content_type, SPAN_EMPTY);
  if (message->content_type == MLS_CONTENT_APPLICATION)
    writer.len--; /* the length of no text */
  return writer;
}

static gboolean
all_zero (Span bytes)
{
  guint8 any = 0;
  for (gsize i = 0; i < bytes.len; i++)
    any |= bytes.data[i];
  return any == 0;
}

static gboolean
decrypt (Suite *suite, const MlsPrivateMessage *message, const MlsMessageKey *key, Writer *writer, GError **error)
{
  if (message->ciphertext.len < AEAD_TAG
      || !aead_open (suite, secret_span (&key->key), secret_span (&key->nonce), message->content_aad,
                     message->ciphertext, writer->data + writer->len))
    return mls_refuse (error, MLS_ERROR_DECRYPT, "the content does not open");
  writer->len += message->ciphertext.len - AEAD_TAG;
  return TRUE;
}

/* Reads the decrypted bytes and keeps them without the padding. */
static MlsAuthenticatedContent *
adopt (Writer *writer, GError **error)
{
  g_autoptr (MlsAuthenticatedContent) self = g_new0 (MlsAuthenticatedContent, 1);
  Reader reader = reader_init (writer_span (writer));
  reader_u16 (&reader);
  if (!mls_authenticated_content_read_body (&reader, MLS_WIRE_PRIVATE_MESSAGE, self, error))
    return NULL;
  Span padding = reader_rest (&reader);
  if (!all_zero (padding))
    {
      mls_refuse (error, MLS_ERROR_PADDING, "the padding is not zero");
      return NULL;
    }
  writer->len -= padding.len;
  self->encoded = view_take (writer);
  return g_steal_pointer (&self);
}

MlsAuthenticatedContent *
mls_private_message_open (Suite *suite, const MlsPrivateMessage *message, Span sender_data_secret, MlsSecretTree *keys,
                          guint32 width, guint32 *leaf, guint32 *generation, GError **error)
{
  g_auto (MlsMessageKey) key = { .generation = 0 };
  guint8 guard[GUARD];
  if (!mls_private_message_open_sender (suite, message, sender_data_secret, leaf, generation, guard, error))
    return NULL;
  if (*leaf >= width)
    {
      mls_refuse (error, MLS_ERROR_SENDER_UNKNOWN, "sent by leaf %u of %u", *leaf, width);
      return NULL;
    }
  if (!mls_secret_tree_peek (keys, *leaf, ratchet_of (message->content_type), *generation, &key, error))
    return NULL;
  apply_guard (&key, guard);
  g_auto (Writer) writer = begin_content (message, *leaf);
  return decrypt (suite, message, &key, &writer, error) ? adopt (&writer, error) : NULL;
}
