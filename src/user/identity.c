#include "user/identity.h"

#include <string.h>

#include "base/reader.h"
#include "base/writer.h"
#include "rules/member-id.h"

#define ROW_VERSION 1

static DemlsIdentity *
identity_new (SignKey *key)
{
  DemlsIdentity *self = g_new0 (DemlsIdentity, 1);
  self->key = key;
  demls_member_id (sign_key_public (key), self->member_id);
  return self;
}

DemlsIdentity *
demls_identity_make (Suite *suite, Rng *rng)
{
  SignKey *key = sign_key_generate (suite, rng);
  if (!key)
    return NULL;
  DemlsIdentity *self = identity_new (key);
  rng_fill (rng, self->app_id, sizeof self->app_id);
  return self;
}

GBytes *
demls_identity_save (const DemlsIdentity *self, const Suite *suite)
{
  g_auto (Writer) w = WRITER_INIT;
  writer_u8 (&w, ROW_VERSION);
  writer_u16 (&w, suite_id (suite));
  writer_vector (&w, sign_key_private (self->key));
  writer_vector (&w, sign_key_public (self->key));
  writer_raw (&w, SPAN_OF (self->app_id));
  return secret_bytes_new (writer_span (&w));
}

DemlsIdentity *
demls_identity_load (Suite *suite, Span row)
{
  Reader r = reader_init (row);
  guint8 version = reader_u8 (&r);
  guint16 id = reader_u16 (&r);
  Span private = reader_vector (&r), public = reader_vector (&r), app_id = reader_raw (&r, DEMLS_IDENTITY_APP_ID);
  if (!reader_end (&r) || version != ROW_VERSION || id != suite_id (suite))
    return NULL;
  SignKey *key = sign_key_new (suite, private);
  if (!key)
    return NULL;
  DemlsIdentity *self = identity_new (key);
  memcpy (self->app_id, app_id.data, app_id.len);
  if (span_equal (sign_key_public (key), public))
    return self;
  demls_identity_free (self);
  return NULL;
}

void
demls_identity_free (DemlsIdentity *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->key, sign_key_unref);
  g_free (self);
}
