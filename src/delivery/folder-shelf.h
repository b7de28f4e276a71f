/* folder-shelf.h - what is known about one sub-directory of a shared folder: which files were read, which are to be.
 *
 * A file is told by its name, not by its place in an order: with Syncthing, or a clock that is wrong, a file that is
 * new here may sort before files that were read long ago. So the names of all files that were read are kept for as
 * long as the files, and for FOLDER_MEMORY_DAYS or the retention, whichever is longer, after they are gone, since a
 * folder may go and come back.
 * A file that was no packet is read again when it changes: somebody's copy may have been under way. Announcements
 * change under their name by design.
 *
 * Listings are merged in small steps, so that thousands of names hold nobody up.
 */
#ifndef DEMLS_DELIVERY_FOLDER_SHELF_H
#define DEMLS_DELIVERY_FOLDER_SHELF_H

#include <gio/gio.h>

#include "delivery/folder-io.h"

#define FOLDER_MEMORY_DAYS 30

/* Of how many files that are no packets it is remembered why, in each sub-directory. */
#define FOLDER_BAD_MAX 64

typedef struct {
  char *name;          /* a conversation id or FOLDER_ANNOUNCEMENTS */
  gboolean subscribed; /* others' packets are wanted */
  gboolean left;       /* was subscribed, and only waits for echoes */
  gboolean list_wanted;
  gboolean fresh; /* what was there before is not read yet */
  char *problem;  /* what is wrong with it, or NULL */
  GFileMonitor *monitor;
  gboolean monitor_tried;
  GHashTable *seen;   /* name -> Seen */
  GQueue pending;     /* names to read, owned */
  GHashTable *queued; /* the names in `pending` */
  GPtrArray *listing; /* being merged, or NULL */
  guint listing_at;
  GPtrArray *doomed; /* FolderFile: old, to be removed */
  guint round;       /* counts listings */
  GHashTable *bad;   /* name -> Bad: files that were no packets when they were last looked at */
} FolderShelf;

/* A shelf on which nothing was read. (transfer full) */
FolderShelf *folder_shelf_new (const char *name);
void folder_shelf_free (FolderShelf *self);

/* Notes that `name` is to be read, unless it was. FALSE if it does not fit the shelf or was read. */
gboolean folder_shelf_want (FolderShelf *self, const char *name);

/* Up to `max` names to read, as FolderFile with the stamps known; none are left in `pending`. (transfer full) */
GPtrArray *folder_shelf_take (FolderShelf *self, guint max);

/* Begins to merge a listing. (names: transfer full) */
void folder_shelf_listed (FolderShelf *self, GPtrArray *names);

/* Merges some more; TRUE when there is nothing left to merge. Names older than `old_ms` that were read are doomed;
 * names that are gone and older than `forget_ms` are forgotten. */
gboolean folder_shelf_merge (FolderShelf *self, guint64 old_ms, guint64 forget_ms);

/* Remembers how the reading of `file` ended. TRUE if its packet is news. */
gboolean folder_shelf_note (FolderShelf *self, const FolderFile *file);

/* Why a file that was noted is still no packet, though nobody touched it since it was found to be none before `before`
 * (g_get_monotonic_time()); once. NULL: it is one, may become one, or that was asked before. (transfer full) */
GError *folder_shelf_complaint (FolderShelf *self, const FolderFile *file, gint64 before);

/* The doomed files, or NULL. (transfer full) */
GPtrArray *folder_shelf_doomed (FolderShelf *self);

/* The names that were read, for a later folder_shelf_restore(). (transfer full) */
GBytes *folder_shelf_save (const FolderShelf *self);

/* FALSE, and nothing is restored, if `saved` is not what was saved. */
gboolean folder_shelf_restore (FolderShelf *self, Span saved);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FolderShelf, folder_shelf_free)

#endif
