#include "user/delivery.h"
#include "user/store.h"

G_DEFINE_QUARK (demls-delivery-error-quark, demls_delivery_error)
G_DEFINE_QUARK (demls-store-error-quark, demls_store_error)

DemlsChange *
demls_change_new (const char *scope, const char *key, GBytes *value)
{
  DemlsChange *self = g_new0 (DemlsChange, 1);
  self->scope = g_strdup (scope);
  self->key = g_strdup (key);
  self->value = value ? g_bytes_ref (value) : NULL;
  return self;
}

void
demls_change_free (DemlsChange *self)
{
  if (!self)
    return;
  g_free (self->scope);
  g_free (self->key);
  g_clear_pointer (&self->value, g_bytes_unref);
  g_free (self);
}
