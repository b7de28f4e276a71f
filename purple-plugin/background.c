#include "config.h"

#include "purple-plugin/background.h"

typedef struct {
  DemlsWork work, done;
  gpointer data;
  GDestroyNotify release;
  GThread *thread;
  guint source; /* set by the thread, read after it was joined */
} Job;

static GSList *jobs;

/* Joins first: only then is all that the thread wrote ours. */
static void
end_job (Job *job, gboolean tell)
{
  jobs = g_slist_remove (jobs, job);
  g_thread_join (job->thread);
  if (tell)
    job->done (job->data);
  else
    g_source_remove (job->source);
  job->release (job->data);
  g_free (job);
}

static gboolean
on_done (gpointer data)
{
  end_job (data, TRUE);
  return G_SOURCE_REMOVE;
}

static gpointer
in_thread (gpointer data)
{
  Job *job = data;
  job->work (job->data);
  job->source = g_idle_add_full (G_PRIORITY_DEFAULT, on_done, job, NULL);
  return NULL;
}

void
demls_background_run (DemlsWork work, DemlsWork done, gpointer data, GDestroyNotify release)
{
  Job *job = g_new0 (Job, 1);
  job->work = work;
  job->done = done;
  job->data = data;
  job->release = release;
  jobs = g_slist_prepend (jobs, job);
  job->thread = g_thread_new ("demls", in_thread, job);
}

void
demls_background_finish (void)
{
  while (jobs)
    end_job (jobs->data, FALSE);
}
