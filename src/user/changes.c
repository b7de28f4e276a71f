#include "user/changes.h"

#include <string.h>

struct _DemlsChanges {
  GPtrArray *list;   /* of DemlsChange, in order */
  GHashTable *index; /* the same by row; keys are "scope/key", "scope" being without slashes */
};

DemlsChanges *
demls_changes_new (void)
{
  DemlsChanges *self = g_new0 (DemlsChanges, 1);
  self->list = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_change_free);
  self->index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
demls_changes_free (DemlsChanges *self)
{
  if (!self)
    return;
  g_hash_table_unref (self->index);
  g_ptr_array_unref (self->list);
  g_free (self);
}

void
demls_changes_put (DemlsChanges *self, const char *scope, const char *key, GBytes *value)
{
  g_autofree char *row = g_strconcat (scope, "/", key, NULL);
  DemlsChange *known = g_hash_table_lookup (self->index, row);
  if (known)
    {
      g_clear_pointer (&known->value, g_bytes_unref);
      known->value = value ? g_bytes_ref (value) : NULL;
      return;
    }
  DemlsChange *change = demls_change_new (scope, key, value);
  g_ptr_array_add (self->list, change);
  g_hash_table_insert (self->index, g_steal_pointer (&row), change);
}

void
demls_changes_give (DemlsChanges *self, const char *scope, const char *key, GBytes *value)
{
  demls_changes_put (self, scope, key, value);
  g_bytes_unref (value);
}

void
demls_changes_drop (DemlsChanges *self, const char *scope)
{
  for (guint i = self->list->len; i-- > 0;)
    {
      const DemlsChange *change = self->list->pdata[i];
      if (strcmp (change->scope, scope) != 0)
        continue;
      g_autofree char *row = g_strconcat (scope, "/", change->key, NULL);
      g_hash_table_remove (self->index, row);
      g_ptr_array_remove_index (self->list, i);
    }
  g_ptr_array_add (self->list, demls_change_new (scope, NULL, NULL));
}

gboolean
demls_changes_any (const DemlsChanges *self)
{
  return self->list->len > 0;
}

gboolean
demls_changes_commit (DemlsChanges *self, DemlsStore *store, GError **error)
{
  if (self->list->len == 0)
    return TRUE;
  if (!store->ops->commit (store, self->list, error))
    return FALSE;
  g_hash_table_remove_all (self->index);
  g_ptr_array_set_size (self->list, 0);
  return TRUE;
}
