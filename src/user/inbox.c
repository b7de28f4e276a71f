#include "user/inbox.h"

#include "session/error.h"
#include "user/user-private.h"

/* --- packets ----------------------------------------------------------------------------------------------------- */

static gboolean
receive_announcement (DemlsUser *self, const char *conversation, Span payload, GError **error)
{
  const DemlsRoom *known = demls_rooms_find (self->rooms, conversation);
  gint64 before = known ? known->seen : 0;
  gboolean changed = FALSE;
  const DemlsRoom *room = demls_rooms_take (self->rooms, conversation, payload, self->now.wall, &changed);
  if (!room)
    return demls_refuse (error, DEMLS_ERROR_MALFORMED, "no announcement, or too many");
  changed |= known == NULL;
  if (changed)
    demls_user_emit (self->staged, DEMLS_USER_EVENT_ROOMS, NULL);
  if (changed || room->seen - before >= DEMLS_ROOM_SAVE_S)
    {
      g_autofree char *key = g_strconcat ("room/", room->id, NULL);
      demls_changes_give (self->changes, "", key, demls_room_save (room));
      demls_user_save_soon (self);
    }
  return TRUE;
}

gboolean
demls_user_receive (DemlsUser *self, const char *conversation, DemlsChannel channel, Span payload, DemlsNow now,
                    GError **error)
{
  demls_user_enter (self, now);
  if (!demls_id_is_valid (conversation))
    return demls_refuse (error, DEMLS_ERROR_MALFORMED, "no conversation id");
  if (payload.len > DEMLS_PACKET_MAX)
    return demls_refuse (error, DEMLS_ERROR_TOO_LARGE, "a packet of %" G_GSIZE_FORMAT " bytes", payload.len);
  if (channel == DEMLS_CHANNEL_ANNOUNCEMENT)
    return receive_announcement (self, conversation, payload, error);
  DemlsSeat *seat = demls_user_seat (self, conversation);
  if (!seat || !seat->runner || seat->ended)
    {
      g_set_error (error, DEMLS_USER_ERROR, DEMLS_USER_ERROR_UNKNOWN_GROUP, "not a group of ours");
      return FALSE;
    }
  DemlsSubtopic subtopic = channel == DEMLS_CHANNEL_WELCOME ? DEMLS_SUBTOPIC_WELCOME : DEMLS_SUBTOPIC_APP_MSG;
  gboolean taken = demls_runner_receive (seat->runner, subtopic, payload, self->now, error);
  /* a packet that is refused can still have been counted against its sender */
  demls_runner_tick (seat->runner, self->now);
  seat->touched = TRUE;
  demls_cursors_moved (self, seat);
  return taken;
}

/* --- reports ----------------------------------------------------------------------------------------------------- */

/* The runner counts from the oldest one: those behind a gap have to wait. */
static void
tell_published (DemlsSeat *seat)
{
  guint n = 0;
  while (seat->flights->head && ((DemlsFlight *) seat->flights->head->data)->done)
    {
      DemlsFlight *flight = g_queue_pop_head (seat->flights);
      demls_packet_free (flight->packet);
      g_free (flight);
      n++;
    }
  if (n > 0 && seat->runner)
    {
      demls_runner_published (seat->runner, n);
      seat->touched = TRUE;
    }
}

/* The seat it was of; NULL if the token is unknown. */
static DemlsSeat *
land (DemlsUser *self, guint64 token)
{
  DemlsSeat *seat = g_hash_table_lookup (self->flights, &token);
  if (!seat)
    return NULL;
  g_hash_table_remove (self->flights, &token);
  for (GList *link = seat->flights->head; link; link = link->next)
    if (((DemlsFlight *) link->data)->token == token)
      {
        ((DemlsFlight *) link->data)->done = TRUE;
        break;
      }
  tell_published (seat);
  demls_cursors_moved (self, seat);
  return seat;
}

void
demls_user_delivered (DemlsUser *self, guint64 token, DemlsNow now)
{
  demls_user_enter (self, now);
  land (self, token);
}

void
demls_user_refused (DemlsUser *self, guint64 token, const GError *why, DemlsNow now)
{
  demls_user_enter (self, now);
  const DemlsSeat *seat = land (self, token);
  DemlsUserEvent *event = demls_user_emit (self->ready, DEMLS_USER_EVENT_REFUSED, seat ? seat->id : NULL);
  event->text = g_strdup (why ? why->message : "");
}

void
demls_user_link (DemlsUser *self, DemlsLink link, const char *problem, DemlsNow now)
{
  demls_user_enter (self, now);
  gboolean changed = link != self->link;
  self->link = link;
  for (guint i = 0; changed && i < self->seats->len; i++)
    demls_crank_tell_link (self, self->seats->pdata[i]);
  if (changed)
    demls_cursors_moved (self, NULL);
  DemlsUserEvent *event = demls_user_emit (self->ready, DEMLS_USER_EVENT_LINK, NULL);
  event->link = link;
  event->text = g_strdup (problem);
}

void
demls_user_notice (DemlsUser *self, const GError *what, DemlsNow now)
{
  demls_user_enter (self, now);
  DemlsUserEvent *event = demls_user_emit (self->ready, DEMLS_USER_EVENT_NOTICE, NULL);
  event->code = what->domain == DEMLS_DELIVERY_ERROR ? what->code : -1;
  event->text = g_strdup (what->message);
}
