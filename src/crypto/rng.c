#include "crypto/rng.h"

#include <sodium.h>
#include <string.h>

#include "crypto/hash.h"

#define BLOCK 64 /* of ChaCha20 */

struct _Rng {
  gboolean seeded;
  guint8 key[crypto_stream_chacha20_KEYBYTES];
  guint64 next_block;
  gsize used; /* bytes of `block` given out already */
  guint8 block[BLOCK];
};

/* libsodium picks its implementations and opens its source of randomness on the first call; later ones do nothing. */
static Rng *
rng_new (gboolean seeded)
{
  if (sodium_init () < 0)
    g_error ("libsodium cannot start: no source of randomness");
  Rng *self = g_new0 (Rng, 1);
  self->seeded = seeded;
  self->used = BLOCK;
  return self;
}

Rng *
rng_new_system (void)
{
  return rng_new (FALSE);
}

Rng *
rng_new_seeded (guint64 seed)
{
  Rng *self = rng_new (TRUE);
  guint64 big_endian = GUINT64_TO_BE (seed);
  hash_sha256 (span (&big_endian, sizeof big_endian), self->key);
  return self;
}

static void
next_block (Rng *self)
{
  static const guint8 nonce[crypto_stream_chacha20_NONCEBYTES];
  memset (self->block, 0, BLOCK);
  crypto_stream_chacha20_xor_ic (self->block, self->block, BLOCK, nonce, self->next_block++, self->key);
  self->used = 0;
}

/* Byte by byte of one stream, so that the values drawn do not depend on how they are cut. */
static void
fill_seeded (Rng *self, guint8 *out, gsize len)
{
  while (len)
    {
      if (self->used == BLOCK)
        next_block (self);
      gsize step = MIN (len, BLOCK - self->used);
      memcpy (out, self->block + self->used, step);
      self->used += step;
      out += step;
      len -= step;
    }
}

void
rng_fill (Rng *self, void *out, gsize len)
{
  if (self->seeded)
    fill_seeded (self, out, len);
  else if (len)
    randombytes_buf (out, len); /* ends the process if the system refuses */
}

Secret
rng_secret (Rng *self, gsize len)
{
  Secret secret = SECRET_EMPTY;
  g_return_val_if_fail (len <= SECRET_MAX, secret);
  rng_fill (self, secret.data, len);
  secret.len = (guint8) len;
  return secret;
}

guint32
rng_below (Rng *self, guint32 bound)
{
  g_return_val_if_fail (bound > 0, 0);
  /* 2^32 mod bound: the draws below it would favour the small results. */
  guint32 unfair = (guint32) -bound % bound;
  guint32 drawn;
  do
    {
      rng_fill (self, &drawn, sizeof drawn);
      drawn = GUINT32_FROM_BE (drawn);
    }
  while (drawn < unfair);
  return drawn % bound;
}

void
rng_free (Rng *self)
{
  secret_wipe (self, sizeof *self);
  g_free (self);
}
