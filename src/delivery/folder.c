#include "delivery/folder.h"

#include <string.h>

#include "delivery/folder-private.h"

#define POLL_MS (30 * 1000)
#define RETRY_MS 1000

static DemlsFolder *
folder_of (DemlsDelivery *delivery)
{
  return (DemlsFolder *) delivery;
}

void
folder_refusal_free (FolderRefusal *self)
{
  g_clear_error (&self->why);
  g_free (self);
}

static void
shelf_free (gpointer data)
{
  folder_shelf_free (data);
}

FolderShelf *
folder_shelf (DemlsFolder *self, const char *name)
{
  FolderShelf *shelf = g_hash_table_lookup (self->shelves, name);
  if (!shelf)
    {
      shelf = folder_shelf_new (name);
      g_hash_table_insert (self->shelves, shelf->name, shelf);
    }
  return shelf;
}

const char *
folder_shelf_name (const char *conversation, DemlsChannel channel)
{
  return channel == DEMLS_CHANNEL_ANNOUNCEMENT ? FOLDER_ANNOUNCEMENTS : conversation;
}

/* ---- what others ask of it ---- */

static void
open_folder (DemlsDelivery *delivery, const DemlsDeliverySink *sink)
{
  DemlsFolder *self = folder_of (delivery);
  self->sink = *sink;
  self->opened = TRUE;
  folder_pump (self);
}

static void
publish (DemlsDelivery *delivery, const char *conversation, DemlsChannel channel, GBytes *payload, guint64 token)
{
  DemlsFolder *self = folder_of (delivery);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) envelope = demls_envelope_pack (self->app_id, conversation, channel, payload, &error);
  if (!envelope)
    {
      FolderRefusal *refusal = g_new0 (FolderRefusal, 1);
      refusal->token = token;
      refusal->why = g_steal_pointer (&error);
      g_queue_push_tail (&self->refusals, refusal);
    }
  else
    {
      DemlsEchoEntry *entry =
          demls_echo_add (self->echo, token, conversation, channel, payload, envelope, g_get_monotonic_time ());
      entry->mark = ++self->marks;
      folder_shelf (self, folder_shelf_name (conversation, channel));
    }
  folder_pump (self);
}

static void
subscribe (DemlsDelivery *delivery, const char *conversation)
{
  DemlsFolder *self = folder_of (delivery);
  g_return_if_fail (!conversation || demls_conversation_is_valid (conversation));
  const char *name = conversation ? conversation : FOLDER_ANNOUNCEMENTS;
  FolderShelf *shelf = folder_shelf (self, name);
  if (shelf->subscribed)
    return;
  if (shelf->left)
    {
      g_hash_table_remove (self->shelves, name);
      shelf = folder_shelf (self, name);
    }
  shelf->subscribed = shelf->list_wanted = shelf->fresh = TRUE;
  folder_pump (self);
}

static void
unsubscribe (DemlsDelivery *delivery, const char *conversation)
{
  DemlsFolder *self = folder_of (delivery);
  const char *name = conversation ? conversation : FOLDER_ANNOUNCEMENTS;
  FolderShelf *shelf = g_hash_table_lookup (self->shelves, name);
  if (!shelf)
    return;
  shelf->subscribed = shelf->list_wanted = shelf->fresh = FALSE;
  shelf->left = TRUE;
  /* what is under way still has to be read back, even when somebody takes part again later */
  if (!self->landed && demls_echo_count (self->echo) == 0)
    g_hash_table_remove (self->shelves, name);
  folder_pump (self);
}

static void
close_folder (DemlsDelivery *delivery)
{
  DemlsFolder *self = folder_of (delivery);
  self->closed = TRUE;
  if (!self->in_step)
    folder_free (self);
}

void
folder_free (DemlsFolder *self)
{
  if (self->run)
    folder_run_forget (self->run);
  g_clear_handle_id (&self->wake, g_source_remove);
  g_clear_handle_id (&self->step, g_source_remove);
  g_clear_pointer (&self->landed, folder_job_free);
  g_hash_table_unref (self->shelves);
  demls_echo_free (self->echo);
  g_queue_clear_full (&self->refusals, (GDestroyNotify) folder_refusal_free);
  g_queue_clear_full (&self->notices, (GDestroyNotify) g_error_free);
  g_free (self->problem);
  g_free (self->write_problem);
  g_free (self->told);
  g_free (self->path);
  g_free (self);
}

static GBytes *
cursor (DemlsDelivery *delivery, const char *conversation)
{
  if (!conversation)
    return NULL;
  const FolderShelf *shelf = g_hash_table_lookup (folder_of (delivery)->shelves, conversation);
  return shelf ? folder_shelf_save (shelf) : NULL;
}

static void
set_cursor (DemlsDelivery *delivery, const char *conversation, Span saved)
{
  g_return_if_fail (!conversation || demls_conversation_is_valid (conversation));
  if (conversation && !folder_shelf_restore (folder_shelf (folder_of (delivery), conversation), saved))
    g_message ("ignored: a damaged cursor of %s", conversation);
}

static const DemlsDeliveryOps folder_ops = { open_folder,  publish, subscribe, unsubscribe,
                                             close_folder, NULL,    cursor,    set_cursor };

DemlsDelivery *
demls_folder_new (const DemlsFolderOptions *options)
{
  DemlsFolder *self = g_new0 (DemlsFolder, 1);
  self->parent.ops = &folder_ops;
  self->path = g_strdup (options->path);
  memcpy (self->app_id, options->app_id, sizeof self->app_id);
  self->create = options->create;
  self->keep_days = options->keep_days;
  self->poll_us = (gint64) (options->poll_ms ? options->poll_ms : POLL_MS) * G_TIME_SPAN_MILLISECOND;
  self->retry_us = (gint64) (options->retry_ms ? options->retry_ms : RETRY_MS) * G_TIME_SPAN_MILLISECOND;
  self->shelves = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, shelf_free);
  self->echo = demls_echo_new (options->retry_ms ? self->retry_us : 0);
  g_queue_init (&self->refusals);
  g_queue_init (&self->notices);
  return &self->parent;
}
