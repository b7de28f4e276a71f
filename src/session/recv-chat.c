/* Chat, nicknames, the joiner's notice (G16, G17, V24, V28). */
#include "session/recv.h"

#include "session/join.h"
#include "session/runner-private.h"

static gboolean
is_ours (const DemlsRunner *self, const char *id)
{
  return id[0] == '\0' || g_strcmp0 (id, self->id) == 0;
}

gboolean
demls_recv_chat (DemlsRunner *self, const DemlsReceived *received, GError **error)
{
  const DemlsConversationMessage *chat = received->message->conversation_message;
  Span text = consensus_span (chat->message), claimed = consensus_span (chat->sender);
  if (!is_ours (self, chat->conversation_id))
    return demls_refuse (error, DEMLS_ERROR_MALFORMED, "of another conversation");
  if (claimed.len > 0 && !span_equal (claimed, received->sender))
    return demls_refuse (error, DEMLS_ERROR_FORGED, "claims another sender");
  if (text.len == 0 || !g_utf8_validate ((const char *) text.data, (gssize) text.len, NULL))
    return demls_refuse (error, DEMLS_ERROR_MALFORMED, "no text");
  if (!demls_shown_note (self, received->sender, consensus_span (chat->message_id)))
    return demls_refuse (error, DEMLS_ERROR_REPEATED, "shown before");
  DemlsEvent *event = demls_emit (self, DEMLS_EVENT_CHAT);
  event->member = span_dup (received->sender);
  event->message_id = span_dup (consensus_span (chat->message_id));
  event->text = g_strndup ((const char *) text.data, text.len);
  event->epoch = demls_kept_number (received->kept);
  event->time = chat->sent_at_ms > 0 ? (gint64) MIN (chat->sent_at_ms / 1000, (guint64) MAX (self->now.wall, 0))
                                     : self->now.wall;
  return TRUE;
}

gboolean
demls_recv_nick (DemlsRunner *self, const DemlsReceived *received, GError **error)
{
  const char *nick = received->message->nick_claim->nick;
  if (!demls_nick_is_valid (span_str (nick)))
    return demls_refuse (error, DEMLS_ERROR_INVALID, "no such nickname is allowed");
  DemlsEvent *event = demls_emit (self, DEMLS_EVENT_NICK_CHANGED);
  event->member = span_dup (received->sender);
  event->text = g_strdup (nick);
  return TRUE;
}

gboolean
demls_recv_notice (DemlsRunner *self, const DemlsReceived *received, GError **error)
{
  const DemlsMembershipChange *change = received->message->membership_change;
  if (!is_ours (self, change->conversation_id))
    return demls_refuse (error, DEMLS_ERROR_MALFORMED, "of another conversation");
  if (!span_equal (consensus_span (change->member), received->sender))
    return demls_refuse (error, DEMLS_ERROR_FORGED, "tells of somebody else");
  demls_welcome_arrived (self, received->sender);
  return TRUE;
}
