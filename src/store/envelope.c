#include "store/envelope.h"

#include <string.h>

#include "base/reader.h"
#include "base/writer.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "user/store.h"

#define FORMAT 1
#define CHECKSUM 32
#define MAGIC "demls-"

/* What stands before the ciphertext. */
typedef struct {
  guint8 format;
  PasswordCost cost;
  Span salt;
  Span nonce;
  Span all;
} Front;

static void
write_front (Writer *w, Rng *rng, const char *label, PasswordCost cost)
{
  guint8 random[PASSWORD_SALT + AEAD_NONCE];
  rng_fill (rng, random, sizeof random);
  writer_raw (w, span_str (MAGIC));
  writer_raw (w, span (label, strlen (label) + 1));
  writer_u8 (w, FORMAT);
  writer_u32 (w, cost.passes);
  writer_u32 (w, cost.memory_kib);
  writer_raw (w, SPAN_OF (random));
}

static gboolean
read_front (Reader *r, const char *label, Front *out)
{
  const guint8 *start = r->at;
  Span magic = reader_raw (r, strlen (MAGIC));
  Span name = reader_raw (r, strlen (label) + 1);
  out->format = reader_u8 (r);
  out->cost.passes = reader_u32 (r);
  out->cost.memory_kib = reader_u32 (r);
  out->salt = reader_raw (r, PASSWORD_SALT);
  out->nonce = reader_raw (r, AEAD_NONCE);
  out->all = span (start, (gsize) (r->at - start));
  return !r->failed && span_equal (magic, span_str (MAGIC)) && span_equal (name, span (label, strlen (label) + 1));
}

static gboolean
key_of (Suite *suite, const char *passphrase, const Front *front, Secret *out, GError **error)
{
  if (password_key (span_str (passphrase), front->salt, front->cost, suite_key_size (suite), out))
    return TRUE;
  g_set_error (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_IO, "no memory for Argon2id (%u KiB)",
               front->cost.memory_kib);
  return FALSE;
}

static GBytes *
with_checksum (Writer *w)
{
  guint8 sum[CHECKSUM];
  hash_sha256 (writer_span (w), sum);
  writer_raw (w, SPAN_OF (sum));
  return writer_take (w);
}

GBytes *
demls_envelope_seal (Suite *suite, Rng *rng, const char *label, const char *passphrase, PasswordCost cost, Span secret,
                     GError **error)
{
  g_auto (Writer) w = WRITER_INIT;
  write_front (&w, rng, label, cost);
  Reader reader = reader_init (writer_span (&w));
  Front front;
  g_auto (Secret) key = SECRET_EMPTY;
  if (!read_front (&reader, label, &front) || !key_of (suite, passphrase, &front, &key, error))
    return NULL;
  g_autofree guint8 *sealed = g_malloc (secret.len + AEAD_TAG);
  if (!aead_seal (suite, secret_span (&key), front.nonce, front.all, secret, sealed))
    g_return_val_if_reached (NULL);
  writer_raw (&w, span (sealed, secret.len + AEAD_TAG));
  return with_checksum (&w);
}

static gboolean
undamaged (Span envelope)
{
  guint8 sum[CHECKSUM];
  if (envelope.len < CHECKSUM)
    return FALSE;
  gsize len = envelope.len - CHECKSUM;
  hash_sha256 (span (envelope.data, len), sum);
  return memcmp (sum, envelope.data + len, CHECKSUM) == 0;
}

static GBytes *
open_body (Suite *suite, const Front *front, Span body, const char *passphrase, GError **error)
{
  g_auto (Secret) key = SECRET_EMPTY;
  if (!key_of (suite, passphrase, front, &key, error))
    return NULL;
  g_autofree guint8 *plain = g_malloc (body.len);
  if (!aead_open (suite, secret_span (&key), front->nonce, front->all, body, plain))
    {
      g_set_error_literal (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_PASSPHRASE, "the passphrase is wrong");
      return NULL;
    }
  GBytes *opened = secret_bytes_new (span (plain, body.len - AEAD_TAG));
  secret_wipe (plain, body.len);
  return opened;
}

GBytes *
demls_envelope_open (Suite *suite, const char *label, const char *passphrase, Span envelope, GError **error)
{
  Front front;
  Reader reader = reader_init (span (envelope.data, envelope.len - MIN (envelope.len, CHECKSUM)));
  if (!undamaged (envelope) || !read_front (&reader, label, &front) || reader_rest (&reader).len < AEAD_TAG)
    g_set_error (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_DAMAGED, "the sealed %s is damaged", label);
  else if (front.format != FORMAT)
    g_set_error (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_VERSION, "the sealed %s has format %u, not known here",
                 label, front.format);
  else if (!passphrase)
    g_set_error_literal (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_PASSPHRASE, "a passphrase is needed");
  else
    return open_body (suite, &front, reader_rest (&reader), passphrase, error);
  return NULL;
}
