#include "store/seal.h"

#include <string.h>

#include "base/writer.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/hkdf.h"
#include "store/envelope.h"
#include "user/store.h"

#define SUITE_WITH_AES_256_GCM 4
#define PLAIN "plain"
#define LABEL "store key"

struct _DemlsSealer {
  Suite *suite;
  Rng *rng;
  Secret key;     /* empty: values stay plain */
  Secret sum_key; /* of the hashes */
};

static DemlsSealer *
sealer_alloc (void)
{
  DemlsSealer *self = g_new0 (DemlsSealer, 1);
  self->suite = suite_new (SUITE_WITH_AES_256_GCM);
  self->rng = rng_new_system ();
  return self;
}

static void
take_key (DemlsSealer *self, Span key)
{
  Span info = span_str ("demls store manifest");
  self->key = secret_from (key);
  self->sum_key.len = DEMLS_MANIFEST_HASH;
  if (!hkdf_expand (self->suite, key, &info, 1, self->sum_key.data, self->sum_key.len))
    g_return_if_reached ();
}

DemlsSealer *
demls_sealer_new (const char *passphrase, PasswordCost cost, GBytes **lock, GError **error)
{
  g_autoptr (DemlsSealer) self = sealer_alloc ();
  if (!passphrase)
    {
      *lock = g_bytes_new_static (PLAIN, strlen (PLAIN));
      return g_steal_pointer (&self);
    }
  g_auto (Secret) key = rng_secret (self->rng, suite_key_size (self->suite));
  *lock = demls_envelope_seal (self->suite, self->rng, LABEL, passphrase, cost, secret_span (&key), error);
  if (!*lock)
    return NULL;
  take_key (self, secret_span (&key));
  return g_steal_pointer (&self);
}

static DemlsSealer *
unlock_plain (const char *passphrase, GError **error)
{
  if (!passphrase)
    return sealer_alloc ();
  g_set_error_literal (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_PASSPHRASE, "this store has no passphrase");
  return NULL;
}

DemlsSealer *
demls_sealer_unlock (Span lock, const char *passphrase, GError **error)
{
  if (span_equal (lock, span_str (PLAIN)))
    return unlock_plain (passphrase, error);
  g_autoptr (DemlsSealer) self = sealer_alloc ();
  g_autoptr (GBytes) key = demls_envelope_open (self->suite, LABEL, passphrase, lock, error);
  if (!key)
    return NULL;
  if (g_bytes_get_size (key) == suite_key_size (self->suite))
    {
      take_key (self, span_bytes (key));
      return g_steal_pointer (&self);
    }
  g_set_error_literal (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_DAMAGED, "the store's key has a wrong size");
  return NULL;
}

static void
write_place (Writer *w, const DemlsPlace *place)
{
  writer_u8 (w, (guint8) place->what);
  writer_vector (w, span_str (place->scope));
  writer_vector (w, span_str (place->key));
}

GBytes *
demls_sealer_seal (DemlsSealer *self, const DemlsPlace *place, Span value)
{
  if (!self->key.len)
    return secret_bytes_new (value);
  g_auto (Writer) aad = WRITER_INIT;
  write_place (&aad, place);
  gsize len = AEAD_NONCE + value.len + AEAD_TAG;
  guint8 *stored = g_malloc (len);
  rng_fill (self->rng, stored, AEAD_NONCE);
  if (!aead_seal (self->suite, secret_span (&self->key), span (stored, AEAD_NONCE), writer_span (&aad), value,
                  stored + AEAD_NONCE))
    g_error ("a value of %" G_GSIZE_FORMAT " bytes cannot be sealed", value.len);
  return g_bytes_new_take (stored, len);
}

GBytes *
demls_sealer_open (DemlsSealer *self, const DemlsPlace *place, Span stored)
{
  if (!self->key.len)
    return secret_bytes_new (stored);
  if (stored.len < AEAD_NONCE + AEAD_TAG)
    return NULL;
  g_auto (Writer) aad = WRITER_INIT;
  write_place (&aad, place);
  Span body = span (stored.data + AEAD_NONCE, stored.len - AEAD_NONCE);
  g_autofree guint8 *plain = g_malloc (body.len);
  if (!aead_open (self->suite, secret_span (&self->key), span (stored.data, AEAD_NONCE), writer_span (&aad), body,
                  plain))
    return NULL;
  GBytes *value = secret_bytes_new (span (plain, body.len - AEAD_TAG));
  secret_wipe (plain, body.len);
  return value;
}

void
demls_sealer_hash (DemlsSealer *self, const DemlsPlace *place, Span stored, guint8 out[DEMLS_MANIFEST_HASH])
{
  g_auto (Writer) w = WRITER_INIT;
  guint8 hash[HASH_MAX];
  write_place (&w, place);
  const Span parts[] = { writer_span (&w), stored };
  hmac_parts (self->suite, secret_span (&self->sum_key), parts, G_N_ELEMENTS (parts), hash);
  memcpy (out, hash, DEMLS_MANIFEST_HASH);
}

Suite *
demls_sealer_suite (DemlsSealer *self)
{
  return self->suite;
}

Rng *
demls_sealer_rng (DemlsSealer *self)
{
  return self->rng;
}

void
demls_sealer_free (DemlsSealer *self)
{
  if (!self)
    return;
  secret_clear (&self->key);
  secret_clear (&self->sum_key);
  suite_unref (self->suite);
  rng_free (self->rng);
  g_free (self);
}
