#include "delivery/folder-private.h"

#include <string.h>

/* below redrawing, above idle work */
#define PRIORITY (G_PRIORITY_HIGH_IDLE + 30)
#define SLICE (4 * G_TIME_SPAN_MILLISECOND)
#define BATCH 16
#define RETRY_LONGEST G_TIME_SPAN_MINUTE
#define DAY_MS (24 * 60 * 60 * G_GUINT64_CONSTANT (1000))

static gint64
pause_after (const DemlsFolder *self, guint failures)
{
  return MIN (self->retry_us << MIN (failures, 10), RETRY_LONGEST);
}

static void
set_problem (char **problem, const GError *error)
{
  g_free (*problem);
  *problem = error ? g_strdup (error->message) : NULL;
}

/* ---- what a monitor says ---- */

static FolderShelf *
shelf_of_monitor (DemlsFolder *self, GFileMonitor *monitor)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->shelves);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((FolderShelf *) value)->monitor == monitor)
      return value;
  return NULL;
}

static void
noticed (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  DemlsFolder *self = data;
  FolderShelf *shelf = shelf_of_monitor (self, monitor);
  (void) other;
  if (!shelf)
    return;
  g_autofree char *name = g_file_get_basename (file);
  if (event == G_FILE_MONITOR_EVENT_CREATED || event == G_FILE_MONITOR_EVENT_CHANGES_DONE_HINT)
    folder_shelf_want (shelf, name);
  else if (event == G_FILE_MONITOR_EVENT_UNMOUNTED
           || (event == G_FILE_MONITOR_EVENT_DELETED && strcmp (name, shelf->name) == 0))
    shelf->list_wanted = shelf->subscribed;
  else
    return;
  folder_pump (self);
}

static void
stop_monitor (DemlsFolder *self, FolderShelf *shelf)
{
  if (shelf->monitor)
    {
      g_signal_handlers_disconnect_by_data (shelf->monitor, self);
      g_file_monitor_cancel (shelf->monitor);
    }
  g_clear_object (&shelf->monitor);
  shelf->monitor_tried = FALSE;
}

static void
start_monitor (DemlsFolder *self, FolderShelf *shelf)
{
  g_autoptr (GFile) file = g_file_new_build_filename (self->path, shelf->name, NULL);
  shelf->monitor = g_file_monitor_directory (file, G_FILE_MONITOR_NONE, NULL, NULL);
  shelf->monitor_tried = TRUE;
  if (!shelf->monitor)
    return;
  g_signal_connect (shelf->monitor, "changed", G_CALLBACK (noticed), self);
  /* what came between the listing and now */
  shelf->list_wanted = TRUE;
}

/* ---- errands ---- */

static void
checked (DemlsFolder *self, FolderJob *job)
{
  self->create = FALSE;
  if (job->error)
    {
      set_problem (&self->problem, job->error);
      self->usable = FALSE;
      self->given_up =
          !self->was_usable && g_error_matches (job->error, DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_DENIED);
      self->retry_at = g_get_monotonic_time () + pause_after (self, self->retries++);
      return;
    }
  self->retries = 0;
  if (self->usable)
    return;
  self->usable = self->was_usable = TRUE;
  set_problem (&self->problem, NULL);
  self->write_at = 0;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->shelves);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FolderShelf *shelf = value;
      stop_monitor (self, shelf);
      shelf->list_wanted = shelf->fresh = shelf->subscribed;
    }
}

static void
listed (DemlsFolder *self, FolderJob *job)
{
  FolderShelf *shelf = g_hash_table_lookup (self->shelves, job->shelf);
  if (!shelf || !shelf->subscribed)
    return;
  set_problem (&shelf->problem, job->error);
  if (!job->names)
    {
      self->check_wanted = TRUE;
      return;
    }
  folder_shelf_listed (shelf, g_steal_pointer (&job->names));
  if (job->made)
    stop_monitor (self, shelf);
  if (!shelf->monitor_tried)
    start_monitor (self, shelf);
}

static void
written (DemlsFolder *self, FolderJob *job)
{
  set_problem (&self->write_problem, job->error);
  gint64 now = g_get_monotonic_time ();
  if (job->error)
    {
      self->write_at = now + pause_after (self, self->write_retries++);
      self->check_wanted = !g_error_matches (job->error, DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_FULL);
      return;
    }
  self->write_retries = 0;
  DemlsEchoEntry *entry = demls_echo_find (self->echo, job->token);
  if (!entry)
    return;
  demls_echo_sent (self->echo, entry, now);
  folder_shelf_want (folder_shelf (self, job->shelf), job->name);
}

static void
job_done (FolderJob *job, gpointer data)
{
  DemlsFolder *self = data;
  self->run = NULL;
  if (job->kind == FOLDER_JOB_CHECK)
    checked (self, job);
  else if (job->kind == FOLDER_JOB_LIST)
    listed (self, job);
  else if (job->kind == FOLDER_JOB_WRITE)
    written (self, job);
  else if (job->kind == FOLDER_JOB_READ)
    {
      self->check_wanted = self->check_wanted || job->error;
      self->landed = g_steal_pointer (&job);
      self->landed_at = 0;
    }
  if (job)
    folder_job_free (job);
  folder_pump (self);
}

static gboolean
start (DemlsFolder *self, FolderJob *job)
{
  self->run = folder_job_run (job, job_done, self);
  return TRUE;
}

static gboolean
start_check (DemlsFolder *self, gint64 now)
{
  if (!self->check_wanted && (self->usable || now < self->retry_at))
    return FALSE;
  self->check_wanted = FALSE;
  FolderJob *job = folder_job_new (FOLDER_JOB_CHECK, self->path, NULL);
  job->create = self->create;
  return start (self, job);
}

static gboolean
start_write (DemlsFolder *self, gint64 now)
{
  DemlsEchoEntry *entry = now < self->write_at ? NULL : demls_echo_next (self->echo, now, NULL, NULL);
  if (!entry)
    return FALSE;
  const char *shelf = folder_shelf_name (entry->conversation, entry->channel);
  FolderJob *job = folder_job_new (FOLDER_JOB_WRITE, self->path, shelf);
  job->token = entry->mark;
  job->name = entry->channel == DEMLS_CHANNEL_ANNOUNCEMENT ? folder_name_announcement (entry->conversation)
                                                           : folder_name (entry->wall_ms, SPAN_OF (entry->digest));
  job->content = g_bytes_ref (entry->envelope);
  return start (self, job);
}

static gboolean
start_with_shelf (DemlsFolder *self, FolderShelf *shelf)
{
  FolderJob *job;
  if (shelf->pending.length > 0)
    {
      job = folder_job_new (FOLDER_JOB_READ, self->path, shelf->name);
      job->files = folder_shelf_take (shelf, BATCH);
    }
  else if (shelf->list_wanted)
    {
      job = folder_job_new (FOLDER_JOB_LIST, self->path, shelf->name);
      shelf->list_wanted = FALSE;
    }
  else if (shelf->doomed)
    {
      job = folder_job_new (FOLDER_JOB_REMOVE, self->path, shelf->name);
      job->files = folder_shelf_doomed (shelf);
      job->before = g_get_real_time () / G_TIME_SPAN_SECOND - (gint64) self->keep_days * 24 * 60 * 60;
    }
  else
    {
      shelf->fresh = FALSE;
      return FALSE;
    }
  return start (self, job);
}

static void
start_next (DemlsFolder *self)
{
  gint64 now = g_get_monotonic_time ();
  if (self->given_up || start_check (self, now) || !self->usable || start_write (self, now))
    return;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->shelves);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (start_with_shelf (self, value))
      return;
}

/* ---- reports, in slices ---- */

static gboolean
belongs (const FolderShelf *shelf, const FolderFile *file)
{
  const DemlsEnvelope *envelope = file->envelope;
  if (strcmp (folder_shelf_name (envelope->conversation, envelope->channel), shelf->name) != 0)
    return FALSE;
  return envelope->channel != DEMLS_CHANNEL_ANNOUNCEMENT
         || strncmp (file->name, envelope->conversation, DEMLS_CONVERSATION_LENGTH) == 0;
}

void
folder_complain (DemlsFolder *self, const GError *what)
{
  GError *told = demls_complaint (&self->complaints, what, g_get_monotonic_time ());
  if (told)
    g_queue_push_tail (&self->notices, told);
}

static void
complain_of_place (DemlsFolder *self, const FolderShelf *shelf, const FolderFile *file)
{
  g_autoptr (GError) what = g_error_new (DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_DAMAGED,
                                         "%s/%s: it belongs elsewhere", shelf->name, file->name);
  folder_complain (self, what);
}

static void
report_file (DemlsFolder *self, FolderShelf *shelf, const FolderFile *file)
{
  gboolean news = folder_shelf_note (shelf, file);
  g_autoptr (GError) complaint = folder_shelf_complaint (shelf, file, g_get_monotonic_time () - self->poll_us);
  if (complaint)
    folder_complain (self, complaint);
  if (!news)
    return;
  const DemlsEnvelope *envelope = file->envelope;
  if (!belongs (shelf, file))
    {
      complain_of_place (self, shelf, file);
      return;
    }
  if (memcmp (envelope->app_id, self->app_id, sizeof self->app_id) == 0)
    {
      g_autoptr (GArray) tokens = demls_echo_tick (self->echo, envelope);
      for (guint i = 0; i < tokens->len && !self->closed; i++)
        self->sink.delivered (self->sink.data, g_array_index (tokens, guint64, i));
    }
  else if (shelf->subscribed)
    self->sink.packet (self->sink.data, envelope->conversation, envelope->channel, span_bytes (envelope->payload));
}

/* TRUE when all is reported */
static gboolean
report_landed (DemlsFolder *self, gint64 until)
{
  while (self->landed && self->landed_at < self->landed->files->len)
    {
      FolderShelf *shelf = g_hash_table_lookup (self->shelves, self->landed->shelf);
      if (shelf)
        report_file (self, shelf, g_ptr_array_index (self->landed->files, self->landed_at));
      self->landed_at++;
      if (self->closed || g_get_monotonic_time () >= until)
        return FALSE;
    }
  g_clear_pointer (&self->landed, folder_job_free);
  return TRUE;
}

static gboolean
report_refusals (DemlsFolder *self, gint64 until)
{
  while (self->refusals.length > 0 && !self->closed)
    {
      FolderRefusal *refusal = g_queue_pop_head (&self->refusals);
      self->sink.refused (self->sink.data, refusal->token, refusal->why);
      folder_refusal_free (refusal);
      if (g_get_monotonic_time () >= until)
        return FALSE;
    }
  return !self->closed;
}

static void
report_notices (DemlsFolder *self)
{
  while (self->notices.length > 0 && !self->closed)
    {
      g_autoptr (GError) what = g_queue_pop_head (&self->notices);
      self->sink.notice (self->sink.data, what);
    }
}

static gboolean
merge_listings (DemlsFolder *self, gint64 until)
{
  guint64 now_ms = (guint64) g_get_real_time () / 1000;
  guint64 old_ms = self->keep_days ? now_ms - MIN (now_ms, self->keep_days * DAY_MS) : 0;
  guint64 forget_ms = now_ms - MIN (now_ms, MAX (self->keep_days, FOLDER_MEMORY_DAYS) * DAY_MS);
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->shelves);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    while (!folder_shelf_merge (value, old_ms, forget_ms))
      if (g_get_monotonic_time () >= until)
        return FALSE;
  return TRUE;
}

static DemlsLink
link_now (const DemlsFolder *self, const char **problem)
{
  *problem = self->problem ? self->problem : self->write_problem;
  if (self->given_up)
    return DEMLS_LINK_REFUSED;
  if (!self->usable || self->write_problem)
    return DEMLS_LINK_OFFLINE;
  gboolean fresh = FALSE;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->shelves);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const FolderShelf *shelf = value;
      fresh = fresh || shelf->fresh;
      *problem = *problem ? *problem : shelf->problem;
    }
  return fresh ? DEMLS_LINK_BACKLOG : DEMLS_LINK_ONLINE;
}

static void
report_link (DemlsFolder *self)
{
  const char *problem;
  DemlsLink link = link_now (self, &problem);
  /* nothing was looked at yet */
  if (link == DEMLS_LINK_OFFLINE && !problem)
    return;
  if (self->reported && link == self->link && g_strcmp0 (problem, self->told) == 0)
    return;
  self->reported = TRUE;
  self->link = link;
  g_free (self->told);
  self->told = g_strdup (problem);
  self->sink.link (self->sink.data, link, self->told);
}

/* ---- turns ---- */

static gboolean
woken (gpointer data)
{
  DemlsFolder *self = data;
  self->wake = 0;
  folder_pump (self);
  return G_SOURCE_REMOVE;
}

static void
poll_if_due (DemlsFolder *self, gint64 now)
{
  if (now < self->poll_at)
    return;
  self->poll_at = now + self->poll_us;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->shelves);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FolderShelf *shelf = value;
      shelf->list_wanted = shelf->list_wanted || shelf->subscribed;
    }
}

static void
set_alarm (DemlsFolder *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 at = self->poll_at;
  if (!self->usable)
    at = self->retry_at;
  else
    at = MIN (at, MAX (demls_echo_due (self->echo), self->write_at));
  g_clear_handle_id (&self->wake, g_source_remove);
  if (self->given_up || self->run)
    return;
  /* what is due and cannot go yet is not asked about all the time */
  gint64 ms = MAX ((at - now) / G_TIME_SPAN_MILLISECOND + 1, 20);
  self->wake = g_timeout_add_full (PRIORITY, (guint) MIN (ms, G_MAXINT), woken, self, NULL);
}

/* TRUE if there is more to do at once */
static gboolean
work (DemlsFolder *self)
{
  gint64 until = g_get_monotonic_time () + SLICE;
  if (!report_refusals (self, until) || !report_landed (self, until) || !merge_listings (self, until))
    return !self->closed;
  report_notices (self);
  if (self->closed)
    return FALSE;
  if (self->usable)
    poll_if_due (self, g_get_monotonic_time ());
  if (!self->run)
    start_next (self);
  report_link (self);
  if (!self->closed)
    set_alarm (self);
  return FALSE;
}

static gboolean
step (gpointer data)
{
  DemlsFolder *self = data;
  self->step = 0;
  self->in_step = TRUE;
  gboolean more = work (self);
  self->in_step = FALSE;
  if (self->closed)
    folder_free (self);
  else if (more)
    folder_pump (self);
  return G_SOURCE_REMOVE;
}

void
folder_pump (DemlsFolder *self)
{
  if (self->opened && !self->closed && self->step == 0)
    self->step = g_idle_add_full (PRIORITY, step, self, NULL);
}
