#include "crypto/secret.h"

#include <sodium.h>
#include <string.h>

Secret
secret_from (Span bytes)
{
  Secret secret = SECRET_EMPTY;
  g_return_val_if_fail (bytes.len <= SECRET_MAX, secret);
  if (bytes.len)
    memcpy (secret.data, bytes.data, bytes.len);
  secret.len = (guint8) bytes.len;
  return secret;
}

Span
secret_span (const Secret *self)
{
  return span (self->data, self->len);
}

gboolean
secret_equal (Span a, Span b)
{
  return a.len == b.len && (a.len == 0 || sodium_memcmp (a.data, b.data, a.len) == 0);
}

void
secret_clear (Secret *self)
{
  secret_wipe (self, sizeof *self);
}

void
secret_wipe (void *data, gsize len)
{
  if (len)
    sodium_memzero (data, len);
}

/* The wiping free function is told nothing but a pointer, so the length travels in front of the bytes. */
typedef struct {
  gsize len;
  guint8 data[];
} Wiped;

static void
wiped_free (gpointer data)
{
  Wiped *block = data;
  secret_wipe (block, sizeof *block + block->len);
  g_free (block);
}

GBytes *
secret_bytes_new (Span bytes)
{
  Wiped *block = g_malloc (sizeof *block + bytes.len);
  block->len = bytes.len;
  if (bytes.len)
    memcpy (block->data, bytes.data, bytes.len);
  return g_bytes_new_with_free_func (block->data, bytes.len, wiped_free, block);
}
