#include "user/user-private.h"

#include <string.h>

#define SAVE_SOON (500 * G_TIME_SPAN_MILLISECOND)

G_DEFINE_QUARK (demls - user - error - quark, demls_user_error)

/* --- small things ------------------------------------------------------------------------------------------------ */

void
demls_user_enter (DemlsUser *self, DemlsNow now)
{
  self->now.mono = MAX (now.mono, self->now.mono);
  self->now.wall = MAX (now.wall, self->now.wall);
}

DemlsUserEvent *
demls_user_emit (GPtrArray *to, DemlsUserEventKind kind, const char *conversation)
{
  DemlsUserEvent *event = g_new0 (DemlsUserEvent, 1);
  event->kind = kind;
  event->conversation = g_strdup (conversation);
  g_ptr_array_add (to, event);
  return event;
}

void
demls_user_event_free (DemlsUserEvent *self)
{
  if (!self)
    return;
  demls_event_free (self->event);
  g_free (self->conversation);
  g_free (self->text);
  g_free (self);
}

void
demls_user_save_soon (DemlsUser *self)
{
  self->save_at = demls_earlier (self->save_at, demls_after (self->now.mono, SAVE_SOON));
}

DemlsSeat *
demls_user_seat (const DemlsUser *self, const char *id)
{
  for (guint i = 0; id && i < self->seats->len; i++)
    if (strcmp (((const DemlsSeat *) self->seats->pdata[i])->id, id) == 0)
      return self->seats->pdata[i];
  return NULL;
}

DemlsSeat *
demls_user_add_seat (DemlsUser *self, DemlsSeat *seat)
{
  guint at = 0;
  while (at < self->seats->len && strcmp (((const DemlsSeat *) self->seats->pdata[at])->id, seat->id) < 0)
    at++;
  g_ptr_array_insert (self->seats, (gint) at, seat);
  demls_crank_tell_link (self, seat);
  return seat;
}

/* --- beginning and end ------------------------------------------------------------------------------------------- */

DemlsUser *
demls_user_new_blank (DemlsStore *store, Suite *suite, Rng *rng, DemlsNow now)
{
  DemlsUser *self = g_new0 (DemlsUser, 1);
  self->store = store;
  self->suite = suite;
  self->rng = rng;
  self->now = now;
  self->link = DEMLS_LINK_OFFLINE;
  self->save_at = self->cursor_at = DEMLS_NEVER;
  self->history_limit = DEMLS_HISTORY_DEFAULT;
  self->verified = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, g_free);
  self->rooms = demls_rooms_new ();
  self->seats = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_seat_free);
  self->flights = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->changes = demls_changes_new ();
  self->staged = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_user_event_free);
  self->ready = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_user_event_free);
  return self;
}

void
demls_user_free (DemlsUser *self)
{
  if (!self)
    return;
  g_hash_table_unref (self->flights);
  g_ptr_array_unref (self->seats);
  g_ptr_array_unref (self->staged);
  g_ptr_array_unref (self->ready);
  g_hash_table_unref (self->verified);
  demls_rooms_free (self->rooms);
  g_clear_pointer (&self->cursor, g_bytes_unref);
  demls_changes_free (self->changes);
  demls_identity_free (self->identity);
  g_free (self->nick);
  g_free (self);
}

void
demls_user_set_delivery (DemlsUser *self, DemlsDelivery *delivery)
{
  if (self->delivery)
    {
      self->cursor_at = self->now.mono;
      demls_user_tick (self, self->now);
    }
  self->delivery = delivery;
  for (guint i = 0; i < self->seats->len; i++)
    {
      DemlsSeat *seat = self->seats->pdata[i];
      seat->subscribed = FALSE;
      for (GList *link = seat->flights->head; link; link = link->next)
        ((DemlsFlight *) link->data)->handed = FALSE;
    }
  if (!delivery)
    return;
  demls_cursors_hand_back (self);
  delivery->ops->subscribe (delivery, NULL);
  demls_crank_publish (self);
}

/* --- driving ----------------------------------------------------------------------------------------------------- */

static void
expire_rooms (DemlsUser *self)
{
  if (demls_rooms_next_end (self->rooms) > self->now.wall)
    return;
  g_autoptr (GPtrArray) gone = demls_rooms_expire (self->rooms, self->now.wall);
  for (guint i = 0; i < gone->len; i++)
    {
      g_autofree char *key = g_strconcat ("room/", gone->pdata[i], NULL);
      demls_changes_put (self->changes, "", key, NULL);
    }
  demls_user_emit (self->staged, DEMLS_USER_EVENT_ROOMS, NULL);
}

void
demls_user_tick (DemlsUser *self, DemlsNow now)
{
  demls_user_enter (self, now);
  expire_rooms (self);
  for (guint i = 0; i < self->seats->len; i++)
    {
      DemlsSeat *seat = self->seats->pdata[i];
      if (seat->touched || seat->wakeup <= self->now.mono)
        demls_crank_seat (self, seat);
    }
  demls_cursors_take (self);
  demls_crank_finish (self);
  if (self->delivery && self->delivery->ops->kept && demls_user_is_saved (self))
    self->delivery->ops->kept (self->delivery);
}

static gint64
rooms_wakeup (const DemlsUser *self)
{
  gint64 end = demls_rooms_next_end (self->rooms);
  if (end == G_MAXINT64)
    return DEMLS_NEVER;
  return demls_after (self->now.mono, CLAMP (end - self->now.wall, 0, DEMLS_ROOM_DAY) * G_TIME_SPAN_SECOND);
}

gint64
demls_user_next_wakeup (const DemlsUser *self)
{
  gint64 next = demls_earlier (rooms_wakeup (self), self->retry_at > 0 ? self->retry_at : self->save_at);
  next = demls_earlier (next, self->cursor_at);
  for (guint i = 0; i < self->seats->len; i++)
    {
      const DemlsSeat *seat = self->seats->pdata[i];
      next = demls_earlier (next, seat->touched ? self->now.mono : seat->wakeup);
      if (demls_crank_may_announce (self, seat))
        next = demls_earlier (next, seat->announce_at);
    }
  return next;
}

gboolean
demls_user_is_saved (const DemlsUser *self)
{
  for (guint i = 0; i < self->seats->len; i++)
    if (((const DemlsSeat *) self->seats->pdata[i])->touched)
      return FALSE;
  return !demls_changes_any (self->changes);
}

gboolean
demls_user_is_sent (const DemlsUser *self)
{
  for (guint i = 0; i < self->seats->len; i++)
    if (!g_queue_is_empty (((const DemlsSeat *) self->seats->pdata[i])->flights))
      return FALSE;
  return demls_user_is_saved (self);
}

/* --- draining ---------------------------------------------------------------------------------------------------- */

static gboolean
is_token_of (gpointer key, gpointer value, gpointer seat)
{
  (void) key;
  return value == seat;
}

/* Its end was shown. */
static void
remove_seat (DemlsUser *self, DemlsSeat *seat)
{
  g_hash_table_foreach_remove (self->flights, is_token_of, seat);
  demls_changes_drop (self->changes, seat->id);
  if (self->delivery && seat->subscribed)
    self->delivery->ops->unsubscribe (self->delivery, seat->id);
  g_ptr_array_remove (self->seats, seat);
}

static void
mark_shown (DemlsUser *self, const DemlsUserEvent *event)
{
  DemlsSeat *seat = event->kind == DEMLS_USER_EVENT_GROUP ? demls_user_seat (self, event->conversation) : NULL;
  if (!seat)
    return;
  if (event->serial > seat->history->shown)
    {
      seat->history->shown = event->serial;
      demls_seat_save_shown (seat, self->changes);
      demls_seat_trim (seat, self->history_limit, self->changes);
      demls_user_save_soon (self);
    }
  if (event->event->kind == DEMLS_EVENT_LEAVING)
    {
      remove_seat (self, seat);
      demls_user_save_soon (self);
    }
}

GPtrArray *
demls_user_drain_events (DemlsUser *self)
{
  GPtrArray *events = self->ready;
  self->ready = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_user_event_free);
  for (guint i = 0; i < events->len; i++)
    mark_shown (self, events->pdata[i]);
  return events;
}
