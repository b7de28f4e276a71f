/* folder.h - delivery through a shared directory: between accounts on one machine, over NFS or SMB, or through a folder
 * that Syncthing or Nextcloud replicates. Nobody runs a server; members that are away find everything when they come
 * back, for as long as the files are kept.
 *
 * What is in the directory: folder-io.h. How new files are told from old ones: folder-shelf.h. The disk is touched only
 * by a thread (folder-job.h), one errand at a time, so that a hanging network share hangs nobody; what it brings is
 * reported in slices of a few milliseconds.
 *
 * New files are noticed by GFileMonitor where that works, and by a poll in any case. A packet counts as delivered when
 * its file was read back. A full disk or a missing folder is DEMLS_LINK_OFFLINE, with a problem that names the path,
 * and mends itself; a folder that cannot be used when it is opened (no permission, not a folder) is
 * DEMLS_LINK_REFUSED. A single sub-directory that is not what it should be (somebody's symbolic link, say) is a problem
 * that is told while the link stays ONLINE.
 *
 * A cursor is what was read of a conversation, packets and echoes, up to and including the one that is being reported.
 * It grows by 16 bytes for each file that exists or was there lately. Announcements have none: they are few.
 *
 * A file that has a packet's name and is none, and still is none when it is looked at again, is told once in a while
 * (complaints.h); it is left where it is.
 *
 * Everybody who can write to the directory can also remove from it and, with their own app_id, add to it: like every
 * service it is trusted with nothing but carrying.
 */
#ifndef DEMLS_DELIVERY_FOLDER_H
#define DEMLS_DELIVERY_FOLDER_H

#include "delivery/envelope.h"

typedef struct {
  const char *path; /* absolute; may itself be a symbolic link */
  guint8 app_id[DEMLS_APP_ID_SIZE];
  gboolean create;         /* make the folder if it is missing: not for one that may be mounted */
  guint keep_days;         /* remove everybody's files that are older, once read; 0: never */
  guint poll_ms, retry_ms; /* 0: 30 s, 1 s; others are for tests */
} DemlsFolderOptions;

/* The service; begins with open(). Ended and freed by close(). */
DemlsDelivery *demls_folder_new (const DemlsFolderOptions *options);

#endif
