/* The crank (DESIGN 4): save, then publish, then show. */
#include "session/state.h"
#include "user/user-private.h"

#include <string.h>

#define SECOND G_TIME_SPAN_SECOND
#define RETRY_FIRST (1 * SECOND)
#define RETRY_LAST (60 * SECOND)
#define RENEW ((gint64) DEMLS_ROOM_RENEW_S * SECOND)
#define RENEW_SOON (5 * SECOND)

/* --- out of the runner ------------------------------------------------------------------------------------------- */

static void
take_rows (DemlsUser *self, DemlsSeat *seat)
{
  g_autoptr (GPtrArray) rows = demls_runner_drain_rows (seat->runner);
  for (guint i = 0; i < rows->len; i++)
    {
      const DemlsRow *row = rows->pdata[i];
      demls_changes_put (self->changes, seat->id, row->key, row->value);
    }
}

static void
take_packets (DemlsUser *self, DemlsSeat *seat)
{
  g_autoptr (GPtrArray) packets = demls_runner_drain_outbound (seat->runner);
  for (guint i = 0; i < packets->len; i++)
    {
      DemlsFlight *flight = g_new0 (DemlsFlight, 1);
      guint64 *key = g_new (guint64, 1);
      *key = flight->token = ++self->next_token;
      flight->packet = packets->pdata[i];
      g_queue_push_tail (seat->flights, flight);
      g_hash_table_insert (self->flights, key, seat);
    }
  g_ptr_array_set_free_func (packets, NULL);
}

/* The newest title is what we call the group once we are out again. */
static void
note_title (DemlsUser *self, DemlsSeat *seat)
{
  const char *title = demls_seat_title (seat);
  if (strcmp (title, seat->title) != 0)
    {
      char *copy = g_strdup (title);
      g_free (seat->title);
      seat->title = copy;
    }
  demls_seat_save_about (seat, self->changes);
  seat->announce_at = MIN (seat->announce_at, self->now.mono + RENEW_SOON);
}

/* What members call themselves in their leaves, if nothing newer is known. */
static void
note_nicks (DemlsUser *self, DemlsSeat *seat)
{
  g_autoptr (GPtrArray) members = demls_runner_members (seat->runner);
  for (guint i = 0; i < members->len; i++)
    {
      Span id = span_bytes (members->pdata[i]);
      g_autofree char *nick = demls_seat_nick (seat, id) ? NULL : demls_runner_leaf_nick (seat->runner, id);
      if (nick)
        demls_seat_set_nick (seat, members->pdata[i], nick, self->changes);
    }
}

/* What an event means to what we keep; the serial of its line. */
static guint64
note_event (DemlsUser *self, DemlsSeat *seat, const DemlsEvent *event)
{
  switch ((int) event->kind)
    {
    case DEMLS_EVENT_CHAT:
      seat->last_activity = self->now.wall;
      return demls_seat_add_line (seat, event, self->changes);
    case DEMLS_EVENT_COMMIT_APPLIED:
      note_title (self, seat);
      note_nicks (self, seat);
      demls_seat_add_decision (seat, event, self->changes);
      break;
    case DEMLS_EVENT_CONSENSUS_REACHED:
      demls_seat_add_decision (seat, event, self->changes);
      break;
    case DEMLS_EVENT_JOINED:
      note_title (self, seat);
      note_nicks (self, seat);
      break;
    case DEMLS_EVENT_NICK_CHANGED:
      if (event->member && event->text)
        demls_seat_set_nick (seat, event->member, event->text, self->changes);
      break;
    case DEMLS_EVENT_LEAVING:
      g_free (seat->ended);
      seat->ended = g_strdup (event->text ? event->text : "");
      demls_seat_save_about (seat, self->changes);
      break;
    default:
      break;
    }
  return 0;
}

/* Nothing more is shown of a group that was left but that it is over. */
static gboolean
is_shown (const DemlsSeat *seat, const DemlsEvent *event)
{
  return !seat->leaving || event->kind == DEMLS_EVENT_LEAVING;
}

static void
take_event (DemlsUser *self, DemlsSeat *seat, DemlsEvent *event)
{
  guint64 serial = note_event (self, seat, event);
  if (!is_shown (seat, event))
    {
      demls_event_free (event);
      return;
    }
  DemlsUserEvent *told = demls_user_emit (self->staged, DEMLS_USER_EVENT_GROUP, seat->id);
  told->event = event;
  told->serial = serial;
}

static void
take_events (DemlsUser *self, DemlsSeat *seat)
{
  g_autoptr (GPtrArray) events = demls_runner_drain_events (seat->runner);
  g_ptr_array_set_free_func (events, NULL);
  for (guint i = 0; i < events->len; i++)
    take_event (self, seat, events->pdata[i]);
}

void
demls_crank_say (DemlsUser *self, DemlsSeat *seat, GBytes *message_id, const char *text)
{
  guint before = seat->flights->length;
  take_packets (self, seat);
  DemlsEvent *event = demls_event_new (DEMLS_EVENT_CHAT, self->now.wall);
  event->own = TRUE;
  event->member = g_bytes_new (self->identity->member_id, sizeof self->identity->member_id);
  event->message_id = g_bytes_ref (message_id);
  event->epoch = demls_runner_epoch (seat->runner);
  event->text = g_strdup (text);
  take_event (self, seat, event);
  DemlsUserEvent *told = self->staged->pdata[self->staged->len - 1];
  told->waiting = seat->flights->length == before || self->link != DEMLS_LINK_ONLINE;
}

void
demls_crank_seat (DemlsUser *self, DemlsSeat *seat)
{
  seat->touched = FALSE;
  if (!seat->runner || seat->ended)
    {
      seat->wakeup = DEMLS_NEVER;
      return;
    }
  demls_runner_tick (seat->runner, self->now);
  take_rows (self, seat);
  take_packets (self, seat);
  take_events (self, seat);
  demls_seat_trim (seat, self->history_limit, self->changes);
  seat->wakeup = seat->ended ? DEMLS_NEVER : demls_runner_next_wakeup (seat->runner);
}

void
demls_crank_tell_link (DemlsUser *self, DemlsSeat *seat)
{
  if (!seat->runner || seat->ended)
    return;
  gboolean online = self->link == DEMLS_LINK_ONLINE || self->link == DEMLS_LINK_BACKLOG;
  demls_runner_set_link (seat->runner, online, self->link == DEMLS_LINK_BACKLOG, self->now);
  seat->touched = TRUE;
}

/* --- saving ------------------------------------------------------------------------------------------------------ */

static void
saved (DemlsUser *self)
{
  self->save_at = DEMLS_NEVER;
  if (self->retry_at > 0)
    demls_user_emit (self->ready, DEMLS_USER_EVENT_SAVED, NULL);
  self->retry_at = 0;
  self->retry_step = 0;
  for (guint i = 0; i < self->seats->len; i++)
    {
      const DemlsSeat *seat = self->seats->pdata[i];
      for (GList *link = seat->flights->tail; link && !((DemlsFlight *) link->data)->saved; link = link->prev)
        ((DemlsFlight *) link->data)->saved = TRUE;
    }
}

static void
not_saved (DemlsUser *self, const GError *error)
{
  int code = error && error->domain == DEMLS_STORE_ERROR ? error->code : -1;
  if (self->retry_at == 0 || code != self->retry_code)
    {
      DemlsUserEvent *event = demls_user_emit (self->ready, DEMLS_USER_EVENT_UNSAVED, NULL);
      event->code = code;
      event->text = g_strdup (error ? error->message : "");
    }
  self->retry_code = code;
  self->retry_step = self->retry_step ? MIN (2 * self->retry_step, RETRY_LAST) : RETRY_FIRST;
  self->retry_at = demls_after (self->now.mono, self->retry_step);
}

static void
show_staged (DemlsUser *self)
{
  for (guint i = 0; i < self->staged->len; i++)
    g_ptr_array_add (self->ready, self->staged->pdata[i]);
  g_ptr_array_set_free_func (self->staged, NULL);
  g_ptr_array_set_size (self->staged, 0);
  g_ptr_array_set_free_func (self->staged, (GDestroyNotify) demls_user_event_free);
}

void
demls_crank_finish (DemlsUser *self)
{
  if (self->retry_at > 0 && self->now.mono < self->retry_at)
    return;
  g_autoptr (GError) error = NULL;
  if (!demls_changes_commit (self->changes, self->store, &error))
    {
      not_saved (self, error);
      return;
    }
  saved (self);
  demls_crank_publish (self);
  show_staged (self);
}

/* --- publishing -------------------------------------------------------------------------------------------------- */

static void
hand_over (DemlsUser *self, const DemlsSeat *seat, DemlsFlight *flight)
{
  flight->handed = TRUE;
  if (flight->done)
    return;
  DemlsChannel channel =
      flight->packet->subtopic == DEMLS_SUBTOPIC_WELCOME ? DEMLS_CHANNEL_WELCOME : DEMLS_CHANNEL_APP_MSG;
  self->delivery->ops->publish (self->delivery, seat->id, channel, flight->packet->payload, flight->token);
}

static void
publish_seat (DemlsUser *self, DemlsSeat *seat)
{
  if (!seat->subscribed && !seat->ended)
    {
      self->delivery->ops->subscribe (self->delivery, seat->id);
      seat->subscribed = TRUE;
    }
  /* what was handed over, and what is saved, are always the first ones */
  GList *first = NULL;
  for (GList *link = seat->flights->tail; link && !((DemlsFlight *) link->data)->handed; link = link->prev)
    first = link;
  for (; first && ((DemlsFlight *) first->data)->saved; first = first->next)
    hand_over (self, seat, first->data);
}

/* Nothing of it is secret or must arrive: it is not saved, and renewed within the hour. */
static void
publish_announcement (DemlsUser *self, DemlsSeat *seat)
{
  g_autoptr (GBytes) packet = demls_announcement_make (seat->runner, seat->last_activity, self->now.wall);
  seat->announce_at = self->now.mono + RENEW;
  if (packet)
    self->delivery->ops->publish (self->delivery, seat->id, DEMLS_CHANNEL_ANNOUNCEMENT, packet, ++self->next_token);
}

gboolean
demls_crank_may_announce (const DemlsUser *self, const DemlsSeat *seat)
{
  return self->delivery && self->link == DEMLS_LINK_ONLINE && seat->announced && seat->runner && !seat->ended
         && demls_runner_state (seat->runner) != DEMLS_STATE_PENDING_JOIN;
}

void
demls_crank_publish (DemlsUser *self)
{
  for (guint i = 0; self->delivery && i < self->seats->len; i++)
    {
      DemlsSeat *seat = self->seats->pdata[i];
      publish_seat (self, seat);
      if (demls_crank_may_announce (self, seat) && seat->announce_at <= self->now.mono)
        publish_announcement (self, seat);
    }
}
