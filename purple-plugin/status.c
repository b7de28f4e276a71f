#include "config.h"

#include "purple-plugin/status.h"

#include "purple-plugin/answers.h"

/* The first one that passed is said: they are carried out together anyway. */
static void
take_work (DemlsChat *chat, const DemlsRunner *runner, DemlsStanding *standing)
{
  g_autoptr (GPtrArray) passed = demls_runner_passed (runner);
  for (guint i = 0; i < passed->len; i++)
    {
      g_autoptr (GPtrArray) open = NULL;
      DemlsScene scene = demls_chat_scene (chat, passed->pdata[i], &open);
      DemlsKind kind = scene.question ? scene.question->kind : DEMLS_KIND_REFRESH;
      if (kind == DEMLS_KIND_INVITE && standing->adding.len == 0)
        standing->adding = scene.question->target;
      else if ((kind == DEMLS_KIND_REMOVE || kind == DEMLS_KIND_SCORE_REMOVAL) && standing->removing.len == 0)
        standing->removing = scene.question->target;
      else if (kind == DEMLS_KIND_POLICY || kind == DEMLS_KIND_ELECTION)
        standing->changing = TRUE;
    }
}

DemlsStanding
demls_status_of (DemlsChat *chat)
{
  const DemlsUser *user = chat->account->user;
  const DemlsRunner *runner = demls_user_runner (user, chat->id);
  DemlsStanding standing = { .link = demls_user_link_state (user), .confirmed = TRUE };
  if (!runner)
    return standing;
  g_autoptr (GPtrArray) mine = demls_answer_mine (chat), applicants = demls_runner_applicants (runner);
  standing.state = demls_runner_state (runner);
  standing.confirmed = demls_runner_is_confirmed (runner);
  standing.inviter = demls_runner_inviter (runner);
  standing.out_of_sync = demls_runner_is_out_of_sync (runner);
  standing.cloned = demls_runner_is_cloned (runner);
  standing.waiting = demls_runner_waiting (runner);
  standing.mine = mine->len;
  standing.applicants = applicants->len;
  take_work (chat, runner, &standing);
  return standing;
}

void
demls_status_show (DemlsChat *chat, PurpleConversation *window)
{
  PurpleConvChat *head = PURPLE_CONV_CHAT (window);
  g_autoptr (GPtrArray) open = NULL;
  DemlsStanding standing = demls_status_of (chat);
  DemlsScene scene = demls_chat_scene (chat, NULL, &open);
  g_autofree char *text = demls_topic_text (&scene, &standing);
  if (g_strcmp0 (purple_conv_chat_get_topic (head), text) != 0)
    purple_conv_chat_set_topic (head, NULL, text);
}

char *
demls_status_phrase (DemlsChat *chat)
{
  g_autoptr (GPtrArray) open = NULL;
  DemlsStanding standing = demls_status_of (chat);
  DemlsScene scene = demls_chat_scene (chat, NULL, &open);
  return demls_topic_phrase (&scene, &standing);
}
