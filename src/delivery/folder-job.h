/* folder-job.h - one errand to a shared folder, run in a thread.
 *
 * A job carries copies of all it needs, so that the thread shares nothing with anybody, and brings back what it found.
 * It outlives a folder that is closed meanwhile: demls_folder forgets it, and its result goes nowhere.
 */
#ifndef DEMLS_DELIVERY_FOLDER_JOB_H
#define DEMLS_DELIVERY_FOLDER_JOB_H

#include "delivery/folder-io.h"

typedef enum {
  FOLDER_JOB_CHECK,
  FOLDER_JOB_LIST,
  FOLDER_JOB_READ,
  FOLDER_JOB_WRITE,
  FOLDER_JOB_REMOVE,
} FolderJobKind;

typedef struct {
  FolderJobKind kind;
  char *path;
  char *shelf;
  gboolean create;  /* check */
  GPtrArray *names; /* list: what was found */
  gboolean made;    /* list: the sub-directory is new */
  GPtrArray *files; /* read, remove: of FolderFile */
  gint64 before;    /* remove */
  guint64 token;    /* write: of the entry */
  char *name;       /* write */
  GBytes *content;  /* write */
  GError *error;    /* what came of it */
} FolderJob;

/* A job with copies of `path` and `shelf` (may be NULL); the caller sets the members of its kind. (transfer full) */
FolderJob *folder_job_new (FolderJobKind kind, const char *path, const char *shelf);
void folder_job_free (FolderJob *self);

/* The job is done; from the main loop. (job: transfer full) */
typedef void (*FolderJobDone) (FolderJob *job, gpointer data);

/* What a caller holds while a job runs. */
typedef struct _FolderRun FolderRun;

/* Takes `job` and runs it in a thread; calls `done` unless the run was forgotten. */
FolderRun *folder_job_run (FolderJob *job, FolderJobDone done, gpointer data);

/* The result is of no interest any more. */
void folder_run_forget (FolderRun *self);

#endif
