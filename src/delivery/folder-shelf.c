#include "delivery/folder-shelf.h"

#include <string.h>

#include "base/reader.h"
#include "base/writer.h"

#define CURSOR_VERSION 1
#define MERGE_STEP 512
#define FOLDER_SKEW_MS (48 * 60 * 60 * 1000)

typedef struct {
  guint64 stamp; /* 0: read once and for all */
  guint round;   /* the last listing that had it */
  char name[FOLDER_NAME_MAX];
} Seen;

/* a file that was no packet */
typedef struct {
  GError *why;
  gint64 since;
} Bad;

static void
bad_free (gpointer data)
{
  Bad *bad = data;
  g_error_free (bad->why);
  g_free (bad);
}

FolderShelf *
folder_shelf_new (const char *name)
{
  FolderShelf *self = g_new0 (FolderShelf, 1);
  self->name = g_strdup (name);
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  self->queued = g_hash_table_new (g_str_hash, g_str_equal);
  self->bad = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, bad_free);
  g_queue_init (&self->pending);
  return self;
}

void
folder_shelf_free (FolderShelf *self)
{
  if (!self)
    return;
  if (self->monitor)
    g_file_monitor_cancel (self->monitor);
  g_clear_object (&self->monitor);
  g_hash_table_unref (self->queued);
  g_queue_clear_full (&self->pending, g_free);
  g_hash_table_unref (self->seen);
  g_hash_table_unref (self->bad);
  g_clear_pointer (&self->listing, g_ptr_array_unref);
  g_clear_pointer (&self->doomed, g_ptr_array_unref);
  g_free (self->problem);
  g_free (self->name);
  g_free (self);
}

static Seen *
remember (FolderShelf *self, const char *name, guint64 stamp)
{
  Seen *seen = g_hash_table_lookup (self->seen, name);
  if (!seen)
    {
      seen = g_new0 (Seen, 1);
      g_strlcpy (seen->name, name, sizeof seen->name);
      g_hash_table_insert (self->seen, seen->name, seen);
    }
  seen->stamp = stamp;
  seen->round = self->round;
  return seen;
}

static gboolean
is_read (FolderShelf *self, const char *name)
{
  const Seen *seen = g_hash_table_lookup (self->seen, name);
  return seen && seen->stamp == 0;
}

gboolean
folder_shelf_want (FolderShelf *self, const char *name)
{
  if (!folder_name_fits (self->name, name) || is_read (self, name))
    return FALSE;
  if (g_hash_table_contains (self->queued, name))
    return TRUE;
  char *own = g_strdup (name);
  g_queue_push_tail (&self->pending, own);
  g_hash_table_add (self->queued, own);
  return TRUE;
}

GPtrArray *
folder_shelf_take (FolderShelf *self, guint max)
{
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) folder_file_free);
  while (files->len < max && self->pending.length > 0)
    {
      g_autofree char *name = g_queue_pop_head (&self->pending);
      g_hash_table_remove (self->queued, name);
      const Seen *seen = g_hash_table_lookup (self->seen, name);
      g_ptr_array_add (files, folder_file_new (name, seen ? seen->stamp : 0));
    }
  return files;
}

void
folder_shelf_listed (FolderShelf *self, GPtrArray *names)
{
  g_clear_pointer (&self->listing, g_ptr_array_unref);
  self->listing = names;
  self->listing_at = 0;
  self->round++;
}

static void
doom (FolderShelf *self, const char *name)
{
  if (!self->doomed)
    self->doomed = g_ptr_array_new_with_free_func ((GDestroyNotify) folder_file_free);
  g_ptr_array_add (self->doomed, folder_file_new (name, 0));
}

/* a name that claims to be from the day after tomorrow says nothing about the age of its file */
static gboolean
is_older (const char *name, guint64 ms)
{
  guint64 claimed = folder_name_ms (name);
  guint64 now_ms = (guint64) g_get_real_time () / 1000;
  return ms > 0 && (claimed < ms || claimed > now_ms + FOLDER_SKEW_MS);
}

static void
merge_name (FolderShelf *self, const char *name, guint64 old_ms)
{
  Seen *seen = g_hash_table_lookup (self->seen, name);
  if (seen)
    seen->round = self->round;
  /* what was not read yet is read before it goes */
  folder_shelf_want (self, name);
  if (seen && is_older (name, old_ms))
    doom (self, name);
}

static void
forget_gone (FolderShelf *self, guint64 forget_ms)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->seen);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Seen *seen = value;
      if (seen->round != self->round && is_older (seen->name, forget_ms))
        g_hash_table_iter_remove (&iter);
    }
}

gboolean
folder_shelf_merge (FolderShelf *self, guint64 old_ms, guint64 forget_ms)
{
  if (!self->listing)
    return TRUE;
  guint end = MIN (self->listing_at + MERGE_STEP, self->listing->len);
  while (self->listing_at < end)
    merge_name (self, g_ptr_array_index (self->listing, self->listing_at++), old_ms);
  if (self->listing_at < self->listing->len)
    return FALSE;
  g_clear_pointer (&self->listing, g_ptr_array_unref);
  forget_gone (self, forget_ms);
  return TRUE;
}

static void
note_bad (FolderShelf *self, const FolderFile *file)
{
  if (g_hash_table_size (self->bad) >= FOLDER_BAD_MAX && !g_hash_table_contains (self->bad, file->name))
    return;
  Bad *bad = g_new (Bad, 1);
  bad->why = g_error_copy (file->why);
  bad->since = g_get_monotonic_time ();
  g_hash_table_replace (self->bad, g_strdup (file->name), bad);
}

gboolean
folder_shelf_note (FolderShelf *self, const FolderFile *file)
{
  gboolean again = strcmp (self->name, FOLDER_ANNOUNCEMENTS) == 0;
  switch (file->status)
    {
    case FOLDER_FILE_READ:
      if (is_read (self, file->name))
        return FALSE;
      remember (self, file->name, again ? file->stamp : 0);
      return TRUE;
    case FOLDER_FILE_BAD:
      remember (self, file->name, file->stamp);
      note_bad (self, file);
      return FALSE;
    case FOLDER_FILE_UNCHANGED:
    case FOLDER_FILE_GONE:
    case FOLDER_FILE_FAILED:
    default:
      return FALSE;
    }
}

GError *
folder_shelf_complaint (FolderShelf *self, const FolderFile *file, gint64 before)
{
  const Bad *bad = g_hash_table_lookup (self->bad, file->name);
  if (!bad || file->status == FOLDER_FILE_BAD || file->status == FOLDER_FILE_FAILED)
    return NULL;
  if (file->status == FOLDER_FILE_UNCHANGED && bad->since > before)
    return NULL;
  GError *complaint = NULL;
  if (file->status == FOLDER_FILE_UNCHANGED)
    complaint = g_error_new (bad->why->domain, bad->why->code, "%s/%s: %s", self->name, file->name, bad->why->message);
  g_hash_table_remove (self->bad, file->name);
  return complaint;
}

GPtrArray *
folder_shelf_doomed (FolderShelf *self)
{
  return g_steal_pointer (&self->doomed);
}

/* ---- the cursor ---- */

GBytes *
folder_shelf_save (const FolderShelf *self)
{
  g_auto (Writer) w = WRITER_INIT;
  writer_u16 (&w, CURSOR_VERSION);
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->seen);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Seen *seen = value;
      if (seen->stamp != 0)
        continue;
      writer_u64 (&w, folder_name_ms (seen->name));
      writer_u64 (&w, g_ascii_strtoull (seen->name + 17, NULL, 16));
    }
  return writer_take (&w);
}

gboolean
folder_shelf_restore (FolderShelf *self, Span saved)
{
  Reader r = reader_init (saved);
  if (reader_u16 (&r) != CURSOR_VERSION || reader_rest (&r).len % 16 != 0)
    return FALSE;
  while (reader_more (&r))
    {
      guint64 ms = reader_u64 (&r);
      Span digest = reader_raw (&r, 8);
      g_autofree char *name = folder_name (ms, digest);
      remember (self, name, 0);
    }
  return reader_end (&r);
}
