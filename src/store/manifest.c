#include "store/manifest.h"

#include <string.h>

#include "base/reader.h"

void
demls_manifest_add (DemlsManifest *self, const guint8 hash[DEMLS_MANIFEST_HASH])
{
  guint carry = 0;
  for (guint i = DEMLS_MANIFEST_HASH; i-- > 0;)
    {
      carry += (guint) self->sum[i] + hash[i];
      self->sum[i] = (guint8) (carry & 0xff);
      carry >>= 8;
    }
  self->count++;
}

void
demls_manifest_remove (DemlsManifest *self, const guint8 hash[DEMLS_MANIFEST_HASH])
{
  int borrow = 0;
  for (guint i = DEMLS_MANIFEST_HASH; i-- > 0;)
    {
      int left = self->sum[i] - hash[i] - borrow;
      self->sum[i] = (guint8) (left & 0xff);
      borrow = left < 0;
    }
  self->count--;
}

gboolean
demls_manifest_equal (const DemlsManifest *a, const DemlsManifest *b)
{
  return a->count == b->count && memcmp (a->sum, b->sum, DEMLS_MANIFEST_HASH) == 0;
}

void
demls_manifest_write (const DemlsManifest *self, guint8 out[DEMLS_MANIFEST_SIZE])
{
  guint64 count = GUINT64_TO_BE (self->count);
  memcpy (out, &count, sizeof count);
  memcpy (out + sizeof count, self->sum, DEMLS_MANIFEST_HASH);
}

gboolean
demls_manifest_read (DemlsManifest *self, Span bytes)
{
  Reader reader = reader_init (bytes);
  self->count = reader_u64 (&reader);
  Span sum = reader_raw (&reader, DEMLS_MANIFEST_HASH);
  if (!reader_end (&reader))
    return FALSE;
  memcpy (self->sum, sum.data, sum.len);
  return TRUE;
}
