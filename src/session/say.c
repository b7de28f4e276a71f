/* Own chat (V24, V31, P10). */
#include "session/say.h"

#include <string.h>

#include "session/runner-private.h"

#define WAITING_MAX 1000

/* Nobody sends before the backlog is read, nor to a group that may be a fake (V29, V31). */
static gboolean
may_go_out (const DemlsRunner *self)
{
  return self->current && demls_is_connected (self) && !self->unconfirmed && !self->gone && !self->cloned
         && !self->out_of_sync;
}

static guint
count_waiting (const DemlsRunner *self)
{
  guint n = 0;
  for (guint i = 0; i < self->sayings->len; i++)
    n += ((const DemlsSaying *) self->sayings->pdata[i])->sent ? 0 : 1;
  return n;
}

gboolean
demls_say_is_due (const DemlsRunner *self)
{
  return self->sayings->len > 0 && may_go_out (self) && count_waiting (self) > 0;
}

static gboolean
send_saying (DemlsRunner *self, const DemlsSaying *saying)
{
  DemlsConversationMessage chat = DEMLS_CONVERSATION_MESSAGE_INIT;
  chat.message = consensus_data (span_str (saying->text));
  chat.sender = consensus_data (demls_me (self));
  chat.conversation_id = self->id;
  chat.message_id = consensus_data (span_bytes (saying->message_id));
  chat.sent_at_ms = (guint64) MAX (saying->wall, 0) * 1000;
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (CONVERSATION_MESSAGE);
  message.conversation_message = &chat;
  return demls_send_message (self, self->current, &message);
}

void
demls_say_waiting (DemlsRunner *self)
{
  for (guint i = 0; i < self->sayings->len; i++)
    {
      DemlsSaying *saying = self->sayings->pdata[i];
      if (saying->sent)
        continue;
      if (!send_saying (self, saying))
        return;
      saying->sent = TRUE;
      memcpy (saying->epoch_id, self->current->epoch->id, sizeof saying->epoch_id);
      demls_saying_dirty (self, saying);
    }
}

static GBytes *
draw_message_id (DemlsRunner *self)
{
  guint8 id[DEMLS_MESSAGE_ID_SIZE];
  rng_fill (self->env->rng, id, sizeof id);
  return g_bytes_new (id, sizeof id);
}

/* While we wait for new keys, what is typed waits with us (V26, X6). */
static gboolean
may_say (DemlsRunner *self, GError **error)
{
  if (self->current && !self->over && (self->cloned || self->replaced))
    return TRUE;
  return demls_runner_may_act (self, error);
}

gboolean
demls_runner_say (DemlsRunner *self, const char *text, GBytes **message_id, DemlsNow now, GError **error)
{
  demls_runner_enter (self, now);
  gsize len = strlen (text);
  if (!may_say (self, error))
    return FALSE;
  if (len == 0 || len > DEMLS_TEXT_MAX || !g_utf8_validate (text, (gssize) len, NULL))
    return demls_refuse (error, DEMLS_ERROR_INVALID, "no text, too long, or no UTF-8");
  if (count_waiting (self) >= WAITING_MAX)
    return demls_refuse (error, DEMLS_ERROR_LIMIT, "too many messages wait");
  g_autoptr (GBytes) id = draw_message_id (self);
  demls_sayings_put (self, id, text);
  if (message_id)
    *message_id = g_bytes_ref (id);
  if (may_go_out (self))
    demls_say_waiting (self);
  return TRUE;
}
