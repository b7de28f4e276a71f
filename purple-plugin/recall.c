#include "config.h"

#include "purple-plugin/recall.h"

#include "purple-plugin/notices.h"

/* As it was called then, if nobody here is called anything now. */
static void
know_speaker (DemlsChat *chat, const DemlsHistoryLine *line)
{
  if (!line->own && *line->nick)
    demls_lore_know (chat->lore, line->member, line->nick);
}

static void
write_recalled (DemlsChat *chat, PurpleConversation *window, const DemlsHistoryLine *line)
{
  g_autoptr (GPtrArray) open = NULL;
  g_autoptr (DemlsEvent) event = demls_history_line_event (line);
  DemlsScene scene = demls_chat_scene (chat, NULL, &open);
  g_autoptr (DemlsNotice) notice = demls_notice_recalled (&scene, event);
  /* not serv_got_chat_in(): nothing of it is new, so nothing shall ring */
  purple_conversation_write (window, notice->who, notice->markup, notice->flags, (time_t) notice->time);
}

void
demls_recall_show (DemlsChat *chat, PurpleConversation *window)
{
  const GPtrArray *lines = demls_user_history (chat->account->user, chat->id);
  guint64 shown = chat->shown_before;
  chat->shown_before = 0;
  guint end = 0;
  while (lines && end < lines->len && ((const DemlsHistoryLine *) lines->pdata[end])->serial <= shown)
    end++;
  if (end == 0)
    return;
  guint begin = end > DEMLS_RECALL_MAX ? end - DEMLS_RECALL_MAX : 0;
  for (guint i = begin; i < end; i++)
    know_speaker (chat, lines->pdata[i]);
  /* not NO_LOG: Pidgin shows such a line without its time, and without who said it */
  gboolean logging = purple_conversation_is_logging (window);
  purple_conversation_set_logging (window, FALSE);
  for (guint i = begin; i < end; i++)
    write_recalled (chat, window, lines->pdata[i]);
  purple_conversation_set_logging (window, logging);
  g_autoptr (GPtrArray) open = NULL;
  DemlsScene scene = demls_chat_scene (chat, NULL, &open);
  g_autoptr (DemlsNotice) notice = demls_notice_recall_ends (&scene, end - begin);
  purple_conversation_write (window, NULL, notice->markup, notice->flags, (time_t) notice->time);
}
