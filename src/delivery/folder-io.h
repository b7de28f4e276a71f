/* folder-io.h - what a shared folder is made of, and the touching of it.
 *
 * The folder has one sub-directory per conversation, named after its id, and "announcements". A packet is a file
 * NAME.packet: NAME is the sender's wall clock in milliseconds and a hash of the packet, 16 hexadecimal digits each,
 * which orders a listing roughly; an announcement's NAME is the conversation it is about, so that the newest replaces
 * the others. Whatever is not named so is none of our business: hidden and temporary files, what Syncthing, Nextcloud
 * and editors leave.
 *
 * The functions below block for as long as the disk or the network likes and are called in a thread; they know nothing
 * but their arguments. They never follow a symbolic link below the folder, never open what is not a regular file, and
 * never read more than an envelope can have. Errors are of DEMLS_DELIVERY_ERROR and name the path.
 */
#ifndef DEMLS_DELIVERY_FOLDER_IO_H
#define DEMLS_DELIVERY_FOLDER_IO_H

#include "delivery/envelope.h"

#define FOLDER_ANNOUNCEMENTS "announcements"
#define FOLDER_NAME_MAX 48

/* How the reading of a file ended. */
typedef enum {
  FOLDER_FILE_READ,
  FOLDER_FILE_UNCHANGED, /* the same stamp as last time; not read */
  FOLDER_FILE_BAD,       /* no packet; perhaps not yet */
  FOLDER_FILE_GONE,
  FOLDER_FILE_FAILED,    /* could not be read this time */
} FolderFileStatus;

/* One file of a sub-directory. */
typedef struct {
  char name[FOLDER_NAME_MAX];
  guint64 stamp; /* tells its contents from earlier ones; 0: never looked at */
  FolderFileStatus status;
  DemlsEnvelope *envelope;
  GError *why;
} FolderFile;

/* A file not read yet, and the stamp it had last time or 0. (transfer full) */
FolderFile *folder_file_new (const char *name, guint64 stamp);
void folder_file_free (FolderFile *self);

/* The name of a packet's file. (transfer full) */
char *folder_name (guint64 ms, Span digest);

/* The name of an announcement's file. (transfer full) */
char *folder_name_announcement (const char *conversation);

/* Does a file of that name belong into `shelf` (a conversation id or FOLDER_ANNOUNCEMENTS)? */
gboolean folder_name_fits (const char *shelf, const char *name);

/* The milliseconds in a packet's name; 0 for an announcement's. */
guint64 folder_name_ms (const char *name);

/* Is the folder there, and can files be made in it? `create`: makes it if it is missing. */
gboolean folder_check (const char *path, gboolean create, GError **error);

/* The names in `shelf` that fit, sorted; an array of char*. Makes the sub-directory if it is missing and sets `made`;
 * one that is missing and cannot be made is empty. Removes temporary files that were forgotten a day ago.
 * (transfer full) */
GPtrArray *folder_list (const char *path, const char *shelf, gboolean *made, GError **error);

/* Reads `files` (of FolderFile), each unless its stamp is the one it has, into its other members. FALSE if the
 * sub-directory cannot be opened. */
gboolean folder_read (const char *path, const char *shelf, GPtrArray *files, GError **error);

/* Writes one file: whole, to the disk, and only then under its name, in the place of what has that name. */
gboolean folder_write (const char *path, const char *shelf, const char *name, GBytes *content, GError **error);

/* Removes those of `files` that were last written before `before`, in seconds since 1970. */
void folder_remove (const char *path, const char *shelf, GPtrArray *files, gint64 before);

#endif
