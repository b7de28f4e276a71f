#include "mls/labels.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/hkdf.h"

#define PREFIX "MLS 1.0 "
#define PREFIX_LEN (sizeof PREFIX - 1)

/* Room for what is signed in one piece without asking the heap: every leaf and most messages. */
#define SMALL 1024

/* The length of a vector, where a Writer would be too much. Returns the number of bytes. */
static gsize
put_varint (guint8 *at, gsize value)
{
  g_assert (value < 1u << 30);
  if (value < 1u << 6)
    {
      at[0] = (guint8) value;
      return 1;
    }
  if (value < 1u << 14)
    {
      at[0] = (guint8) (0x40 | value >> 8);
      at[1] = (guint8) value;
      return 2;
    }
  guint32 big = GUINT32_TO_BE (0x80000000u | (guint32) value);
  memcpy (at, &big, 4);
  return 4;
}

void
mls_expand (Suite *suite, Span secret, const char *label, Span context, guint8 *out, gsize len)
{
  guint8 head[2 + 4 + PREFIX_LEN] = { (guint8) (len >> 8), (guint8) len };
  guint8 context_len[4];
  Span text = span_str (label);
  gsize n = 2 + put_varint (head + 2, PREFIX_LEN + text.len);
  memcpy (head + n, PREFIX, PREFIX_LEN);
  const Span info[] = {
    span (head, n + PREFIX_LEN),
    text,
    span (context_len, put_varint (context_len, context.len)),
    context,
  };
  if (!hkdf_expand (suite, secret, info, G_N_ELEMENTS (info), out, len))
    g_error ("mls_expand: %" G_GSIZE_FORMAT " bytes asked for", len);
}

Secret
mls_expand_secret (Suite *suite, Span secret, const char *label, Span context, gsize len)
{
  g_assert (len <= SECRET_MAX);
  Secret result = { .len = (guint8) len };
  mls_expand (suite, secret, label, context, result.data, len);
  return result;
}

Secret
mls_derive_secret (Suite *suite, Span secret, const char *label)
{
  return mls_expand_secret (suite, secret, label, SPAN_EMPTY, suite_hash_size (suite));
}

Secret
mls_derive_tree_secret (Suite *suite, Span secret, const char *label, guint32 generation, gsize len)
{
  guint32 context = GUINT32_TO_BE (generation);
  return mls_expand_secret (suite, secret, label, span (&context, sizeof context), len);
}

/* Two vectors, one behind the other: SignContent (5.1.2), EncryptContext (5.1.3). */
typedef struct {
  guint8 small[SMALL];
  guint8 *big;
  Span all;
} Labelled;

static void
labelled_init (Labelled *self, const char *label, Span content)
{
  Span text = span_str (label);
  gsize most = 4 + PREFIX_LEN + text.len + 4 + content.len;
  self->big = most > SMALL ? g_malloc (most) : NULL;
  guint8 *start = self->big ? self->big : self->small;
  guint8 *at = start + put_varint (start, PREFIX_LEN + text.len);
  memcpy (at, PREFIX, PREFIX_LEN);
  at += PREFIX_LEN;
  memcpy (at, text.data, text.len);
  at += text.len;
  at += put_varint (at, content.len);
  if (content.len)
    memcpy (at, content.data, content.len);
  self->all = span (start, (gsize) (at - start) + content.len);
}

static void
labelled_clear (Labelled *self)
{
  g_free (self->big);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Labelled, labelled_clear)

gsize
mls_sign (Suite *suite, const SignKey *key, const char *label, Span content, guint8 out[SIGNATURE_MAX])
{
  g_auto (Labelled) message;
  labelled_init (&message, label, content);
  return sign_message (suite, key, message.all, out);
}

gboolean
mls_verify (Suite *suite, Span public_key, const char *label, Span content, Span signature)
{
  g_auto (Labelled) message;
  labelled_init (&message, label, content);
  return sign_verify (suite, public_key, message.all, signature);
}

gboolean
mls_encrypt (Suite *suite, Rng *rng, Span public_key, const char *label, Span context, Span plaintext,
             guint8 enc[KEM_PUBLIC_MAX], guint8 *out)
{
  g_auto (Labelled) info;
  labelled_init (&info, label, context);
  return hpke_seal (suite, rng, public_key, info.all, SPAN_EMPTY, plaintext, enc, out);
}

void
mls_encrypt_prepare (Suite *suite, const char *label, Span context, guint8 hash[HASH_MAX])
{
  g_auto (Labelled) info;
  labelled_init (&info, label, context);
  hpke_info_hash (suite, info.all, hash);
}

gboolean
mls_encrypt_prepared (Suite *suite, Rng *rng, Span public_key, const guint8 hash[HASH_MAX], Span plaintext,
                      guint8 enc[KEM_PUBLIC_MAX], guint8 *out)
{
  return hpke_seal_hashed (suite, rng, public_key, hash, SPAN_EMPTY, plaintext, enc, out);
}

gboolean
mls_decrypt (Suite *suite, const KemKeyPair *pair, const char *label, Span context, Span enc, Span ciphertext,
             guint8 *out)
{
  g_auto (Labelled) info;
  labelled_init (&info, label, context);
  return hpke_open (suite, pair, enc, info.all, SPAN_EMPTY, ciphertext, out);
}

void
mls_ref_hash (Suite *suite, const char *label, Span value, guint8 out[HASH_MAX])
{
  guint8 label_len[4], value_len[4];
  Span text = span_str (label);
  const Span parts[] = {
    span (label_len, put_varint (label_len, text.len)),
    text,
    span (value_len, put_varint (value_len, value.len)),
    value,
  };
  hash_parts (suite, parts, G_N_ELEMENTS (parts), out);
}
