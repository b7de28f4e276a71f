#include "delivery/folder-job.h"

#include <gio/gio.h>

struct _FolderRun {
  FolderJobDone done; /* NULL: forgotten. Only the main loop looks at it */
  gpointer data;
};

FolderJob *
folder_job_new (FolderJobKind kind, const char *path, const char *shelf)
{
  FolderJob *self = g_new0 (FolderJob, 1);
  self->kind = kind;
  self->path = g_strdup (path);
  self->shelf = g_strdup (shelf);
  return self;
}

void
folder_job_free (FolderJob *self)
{
  g_free (self->path);
  g_free (self->shelf);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_free (self->name);
  g_clear_pointer (&self->content, g_bytes_unref);
  g_clear_error (&self->error);
  g_free (self);
}

static void
free_job (gpointer data)
{
  folder_job_free (data);
}

static void
in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  FolderJob *job = data;
  (void) source;
  (void) cancellable;
  switch (job->kind)
    {
    case FOLDER_JOB_CHECK:
      folder_check (job->path, job->create, &job->error);
      break;
    case FOLDER_JOB_LIST:
      job->names = folder_list (job->path, job->shelf, &job->made, &job->error);
      break;
    case FOLDER_JOB_READ:
      folder_read (job->path, job->shelf, job->files, &job->error);
      break;
    case FOLDER_JOB_WRITE:
      folder_write (job->path, job->shelf, job->name, job->content, &job->error);
      break;
    case FOLDER_JOB_REMOVE:
      folder_remove (job->path, job->shelf, job->files, job->before);
      break;
    default:
      break;
    }
  g_task_return_pointer (task, job, free_job);
}

static void
in_main_loop (GObject *source, GAsyncResult *result, gpointer data)
{
  FolderRun *run = data;
  FolderJob *job = g_task_propagate_pointer (G_TASK (result), NULL);
  (void) source;
  if (run->done)
    run->done (job, run->data);
  else
    folder_job_free (job);
  g_free (run);
}

FolderRun *
folder_job_run (FolderJob *job, FolderJobDone done, gpointer data)
{
  FolderRun *self = g_new0 (FolderRun, 1);
  self->done = done;
  self->data = data;
  g_autoptr (GTask) task = g_task_new (NULL, NULL, in_main_loop, self);
  g_task_set_task_data (task, job, NULL);
  g_task_run_in_thread (task, in_thread);
  return self;
}

void
folder_run_forget (FolderRun *self)
{
  self->done = NULL;
}
