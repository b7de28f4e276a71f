#include "session/snapshot.h"

#include <string.h>

#include "session/runner-private.h"

/* --- marking ----------------------------------------------------------------------------------------------------- */

void
demls_dirty (DemlsRunner *self, const char *key)
{
  if (!g_hash_table_contains (self->dirty, key))
    g_hash_table_add (self->dirty, g_strdup (key));
}

void
demls_dirty_id (DemlsRunner *self, const char *prefix, Span id)
{
  g_autofree char *hex = span_hex (id);
  g_autofree char *key = g_strconcat (prefix, "/", hex, NULL);
  demls_dirty (self, key);
}

/* --- draining ---------------------------------------------------------------------------------------------------- */

/* Which sender ratchets moved on since the last time (one row per sender). */
static void
mark_ratchets (DemlsRunner *self, DemlsKept *kept)
{
  MlsSecretTree *keys = mls_group_keys (kept->group);
  g_autoptr (GArray) changed = mls_secret_tree_take_changed (keys);
  g_autofree char *hex = span_hex (demls_kept_id (kept));
  kept->used = FALSE;
  if (mls_secret_tree_take_nodes_changed (keys))
    demls_dirty_id (self, "keys", demls_kept_id (kept));
  for (guint i = 0; i < changed->len; i++)
    {
      g_autofree char *key = g_strdup_printf ("ratchet/%s/%08x", hex, g_array_index (changed, guint32, i));
      demls_dirty (self, key);
    }
}

static gint
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
sorted_keys (GHashTable *set)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init (&iter, set);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (keys, g_strdup (key));
  g_ptr_array_sort (keys, compare_keys);
  return keys;
}

static void
drain_key (DemlsRunner *self, const char *key, GPtrArray *rows)
{
  GBytes *value = self->over ? NULL : demls_snapshot_row (self, key);
  gboolean there = g_hash_table_contains (self->saved, key);
  if (!value && !there)
    return;
  if (value && !there)
    g_hash_table_add (self->saved, g_strdup (key));
  if (!value)
    g_hash_table_remove (self->saved, key);
  DemlsRow *row = g_new0 (DemlsRow, 1);
  row->key = g_strdup (key);
  row->value = value;
  g_ptr_array_add (rows, row);
}

GPtrArray *
demls_runner_drain_rows (DemlsRunner *self)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_row_free);
  for (guint i = 0; i < self->epochs->len; i++)
    {
      DemlsKept *kept = self->epochs->pdata[i];
      if (kept->lived && kept->used)
        mark_ratchets (self, kept);
    }
  if (g_hash_table_size (self->dirty) == 0)
    return rows;
  /* its clock is what all other instants refer to */
  demls_dirty (self, "runner");
  g_autoptr (GPtrArray) keys = sorted_keys (self->over ? self->saved : self->dirty);
  for (guint i = 0; i < keys->len; i++)
    drain_key (self, keys->pdata[i], rows);
  g_hash_table_remove_all (self->dirty);
  return rows;
}

/* --- restoring --------------------------------------------------------------------------------------------------- */

/* The timeline goes on where it was saved, and by as much as the wall clock says has passed: a deadline is never
 * farther away than it was. */
static void
resume_clock (DemlsRunner *self, DemlsNow now)
{
  gint64 away = CLAMP (now.wall - self->now.wall, 0, (gint64) 400 * 24 * 3600);
  gint64 mono = demls_after (self->now.mono, away * SECOND);
  self->offset = mono - now.mono;
  self->now.mono = mono;
  self->now.wall = MAX (self->now.wall, now.wall);
}

DemlsRunner *
demls_runner_restore (const DemlsEnv *env, const GPtrArray *rows, DemlsNow now, GError **error)
{
  const DemlsRow *row = demls_snapshot_find (rows, "runner");
  g_autofree char *id = row ? demls_snapshot_read_id (span_bytes (row->value)) : NULL;
  if (!id)
    {
      demls_refuse (error, DEMLS_ERROR_STORE, "no row says what this conversation is");
      return NULL;
    }
  g_autoptr (DemlsRunner) self = demls_runner_new_blank (env, id);
  if (!demls_snapshot_load (self, rows, error))
    return NULL;
  for (guint i = 0; i < rows->len; i++)
    g_hash_table_add (self->saved, g_strdup (((const DemlsRow *) rows->pdata[i])->key));
  resume_clock (self, now);
  return g_steal_pointer (&self);
}
