#include "config.h"

#include "purple-plugin/act.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "purple-plugin/about.h"
#include "purple-plugin/answers.h"
#include "purple-plugin/commands.h"
#include "purple-plugin/errors.h"
#include "purple-plugin/notices.h"
#include "purple-plugin/plugin.h"
#include "purple-plugin/text.h"
#include "purple-plugin/watch.h"
#include "purple-plugin/windows.h"

#define CONFIRM_S 60

/* our own parser says what is missing */
#define FLAGS ((PurpleCmdFlag) (PURPLE_CMD_FLAG_CHAT | PURPLE_CMD_FLAG_PRPL_ONLY | PURPLE_CMD_FLAG_ALLOW_WRONG_ARGS))

/* Takes the text; always TRUE: questions do not fail. */
static gboolean
answer (DemlsChat *chat, char *plain)
{
  g_autofree char *text = plain;
  demls_chat_tell (chat, text);
  return TRUE;
}

/* Nothing is done, for a reason that is said here. */
static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, DEMLS_COMMAND_ERROR, DEMLS_COMMAND_ERROR_WRONG, why);
  return FALSE;
}

/* --- votes -------------------------------------------------------------------------------------------------------*/

/* The ballot that a number means; without one, the only one that waits for me. (transfer full) */
static GBytes *
meant_ballot (DemlsChat *chat, const char *number, GError **error)
{
  const DemlsRunner *runner = demls_user_runner (chat->account->user, chat->id);
  g_autoptr (GPtrArray) open = demls_runner_ballots (runner), mine = demls_answer_mine (chat);
  if (number)
    {
      GBytes *found = demls_ballot_find (open, number, error);
      return found ? g_bytes_ref (found) : NULL;
    }
  if (mine->len == 1)
    return g_bytes_ref (mine->pdata[0]);
  g_set_error_literal (error, DEMLS_NAME_ERROR, DEMLS_NAME_ERROR_AMBIGUOUS,
                       mine->len ? _ ("More than one vote waits for you; say which: /votes lists them.")
                                 : _ ("No vote waits for you."));
  return NULL;
}

static gboolean
vote (DemlsChat *chat, const DemlsCommand *command, GError **error)
{
  g_autoptr (GBytes) ballot = meant_ballot (chat, command->ballot, error);
  if (!ballot)
    return FALSE;
  if (!command->has_choice)
    return answer (chat, demls_answer_vote (chat, ballot));
  g_autoptr (GPtrArray) open = NULL;
  DemlsScene scene = demls_chat_scene (chat, ballot, &open);
  if (!demls_user_vote (chat->account->user, chat->id, span_bytes (ballot), command->choice, demls_account_now (),
                        error))
    return FALSE;
  if (scene.question)
    {
      g_autoptr (DemlsNotice) notice = demls_notice_voted (&scene, command->choice);
      purple_conversation_write (demls_chat_window (chat), NULL, notice->markup, notice->flags, (time_t) notice->time);
    }
  return TRUE;
}

/* --- people ------------------------------------------------------------------------------------------------------*/

static gboolean
is_in (const GPtrArray *ids, GBytes *id)
{
  for (guint i = 0; i < ids->len; i++)
    if (g_bytes_equal (ids->pdata[i], id))
      return TRUE;
  return FALSE;
}

/* Somebody of `ids` (GBytes) by what was typed; the id. (transfer full) */
static GBytes *
meant_person (DemlsChat *chat, const GPtrArray *ids, const char *typed, GError **error)
{
  g_autoptr (GPtrArray) people = g_ptr_array_new (), open = NULL;
  demls_chat_scene (chat, NULL, &open); /* learns who is here */
  for (guint i = 0; i < chat->people->len; i++)
    if (is_in (ids, ((DemlsPerson *) chat->people->pdata[i])->id))
      g_ptr_array_add (people, chat->people->pdata[i]);
  const DemlsPerson *person = demls_people_find (people, typed, error);
  return person ? g_bytes_ref (person->id) : NULL;
}

static GBytes *
meant_member (DemlsChat *chat, const char *typed, GError **error)
{
  g_autoptr (GPtrArray) members = demls_runner_members (demls_user_runner (chat->account->user, chat->id));
  return meant_person (chat, members, typed, error);
}

/* Names may have blanks: as many words belong to the name as it takes; the rest is the reason, NULL if there is none.
 * The error is that of the first word. */
static GBytes *
meant_member_and_text (DemlsChat *chat, const DemlsCommand *command, const char **reason, GError **error)
{
  GBytes *id = meant_member (chat, command->name, error);
  *reason = command->text;
  if (id || !command->text)
    return id;
  for (const char *at = command->text; *at && !id;)
    {
      at += strcspn (at, " ");
      g_autofree char *name = g_strdup_printf ("%s %.*s", command->name, (int) (at - command->text), command->text);
      id = meant_member (chat, name, NULL);
      at += strspn (at, " ");
      *reason = *at ? at : NULL;
    }
  if (id && error)
    g_clear_error (error);
  return id;
}

static gboolean
is_myself (const DemlsChat *chat, GBytes *id)
{
  return span_equal (span_bytes (id), demls_user_member_id (chat->account->user));
}

static gboolean
invite (DemlsChat *chat, const DemlsCommand *command, GError **error)
{
  g_autoptr (GPtrArray) waiting = demls_runner_applicants (demls_user_runner (chat->account->user, chat->id));
  if (waiting->len == 0)
    return answer (chat, demls_about_link (chat));
  if (!command->name && waiting->len != 1)
    return answer (chat, demls_answer_applicants (chat));
  g_autoptr (GBytes) id =
      command->name ? meant_person (chat, waiting, command->name, error) : g_bytes_ref (waiting->pdata[0]);
  return id && demls_user_invite (chat->account->user, chat->id, span_bytes (id), demls_account_now (), error);
}

/* TRUE if the same was typed a moment ago; else it is asked for. */
static gboolean
is_confirmed (DemlsChat *chat, const char *what, const char *question)
{
  gint64 now = demls_account_now ().wall;
  gboolean again = g_strcmp0 (chat->confirm, what) == 0 && now <= chat->confirm_until;
  g_free (chat->confirm);
  chat->confirm = again ? NULL : g_strdup (what);
  chat->confirm_until = now + CONFIRM_S;
  if (!again)
    demls_chat_tell (chat, question);
  return again;
}

static gboolean
expel (DemlsChat *chat, const DemlsCommand *command, GError **error)
{
  const char *reason = NULL;
  g_autoptr (GBytes) id = meant_member_and_text (chat, command, &reason, error);
  if (!id)
    return FALSE;
  if (is_myself (chat, id))
    return refuse (error, _ ("This is you. To go, type /leave."));
  g_autofree char *hex = span_hex (span_bytes (id));
  g_autofree char *what = g_strconcat ("remove ", hex, NULL);
  g_autofree char *name = demls_people_label (chat->people, span_bytes (id));
  g_autofree char *question = g_strdup_printf (
      _ ("This opens a vote on removing %s, which everybody sees. Type the same again to do it."), name);
  if (!is_confirmed (chat, what, question))
    return TRUE;
  return demls_user_expel (chat->account->user, chat->id, span_bytes (id), reason, demls_account_now (), error);
}

static gboolean
leave (DemlsChat *chat, GError **error)
{
  gboolean asking = demls_runner_state (demls_user_runner (chat->account->user, chat->id)) == DEMLS_STATE_PENDING_JOIN;
  if (!is_confirmed (chat, "leave",
                     asking
                         ? _ ("You would have to ask again. Type /leave again to take your request back.")
                         : _ ("You would need another vote to come back, and the messages kept here are deleted. Type "
                              "/leave again to leave.")))
    return TRUE;
  if (!demls_user_leave (chat->account->user, chat->id, demls_account_now (), error))
    return FALSE;
  demls_chat_tell (chat, asking ? _ ("Your request is taken back. You can close this window.")
                                : _ ("You have left; the group is told. You can close this window."));
  return TRUE;
}

/* Without a name: what /safety shows was compared, so this is the right group (V29). */
static gboolean
verify_group (DemlsChat *chat, GError **error)
{
  if (demls_runner_is_confirmed (demls_user_runner (chat->account->user, chat->id)))
    return answer (chat,
                   g_strdup (_ ("This is known to be the right group. To mark a member as verified, add a name.")));
  return demls_user_confirm (chat->account->user, chat->id, demls_account_now (), error)
         && answer (chat, g_strdup (_ ("This is the right group, then; what you said goes out.")));
}

static gboolean
verify (DemlsChat *chat, const DemlsCommand *command, GError **error)
{
  if (!command->name)
    return verify_group (chat, error);
  g_autoptr (GBytes) id = meant_member (chat, command->name, error);
  if (!id)
    return FALSE;
  if (is_myself (chat, id))
    return refuse (error, _ ("This is you. Let others compare your fingerprint: /safety shows it."));
  if (!demls_user_set_verified (chat->account->user, span_bytes (id), TRUE, demls_account_now (), error))
    return FALSE;
  g_autofree char *name = demls_people_label (chat->people, span_bytes (id));
  answer (chat, g_strdup_printf (_ ("%s is marked as verified, here only."), name));
  return TRUE;
}

static gboolean
accuse (DemlsChat *chat, const DemlsCommand *command, GError **error)
{
  const char *reason = NULL;
  g_autoptr (GBytes) id = meant_member_and_text (chat, command, &reason, error);
  if (!id)
    return FALSE;
  if (is_myself (chat, id))
    return refuse (error, _ ("This is you."));
  if (!reason)
    return refuse (error, _ ("Say why, too: /accuse, a name, a reason."));
  return demls_user_accuse (chat->account->user, chat->id, span_bytes (id), reason, demls_account_now (), error);
}

static gboolean
safety (DemlsChat *chat, const DemlsCommand *command, GError **error)
{
  g_autoptr (GBytes) id = command->name ? meant_member (chat, command->name, error) : NULL;
  if (command->name && !id)
    return FALSE;
  DemlsPerson person = { .id = id };
  answer (chat, demls_answer_safety (chat, id ? &person : NULL));
  return TRUE;
}

/* --- the group ---------------------------------------------------------------------------------------------------*/

static gboolean
rules (DemlsChat *chat, const DemlsCommand *command, GError **error)
{
  if (command->preset == DEMLS_PRESET_CUSTOM)
    return answer (chat, demls_about_rules (chat));
  DemlsPolicy policy = demls_policy_preset (command->preset);
  const DemlsGovernance *now = demls_runner_governance (demls_user_runner (chat->account->user, chat->id));
  if (now && now->policy.preset == command->preset)
    return refuse (error, _ ("These are the rules already."));
  return demls_user_change (chat->account->user, chat->id, &policy, NULL, demls_account_now (), error);
}

static gboolean
announce (DemlsChat *chat, const DemlsCommand *command, GError **error)
{
  if (!demls_user_set_announced (chat->account->user, chat->id, command->choice, demls_account_now (), error))
    return FALSE;
  demls_chat_tell (chat, command->choice ? _ ("The group is now shown in room lists: its title and how many it has.")
                                         : _ ("The group is no longer shown in room lists from here."));
  return TRUE;
}

static gboolean
set_nick (DemlsChat *chat, const DemlsCommand *command, GError **error)
{
  if (!demls_user_set_nick (chat->account->user, command->text, demls_account_now (), error))
    return FALSE;
  g_autofree char *nick = demls_text_list_name (demls_user_nick (chat->account->user));
  purple_conv_chat_set_nick (PURPLE_CONV_CHAT (demls_chat_window (chat)), nick);
  answer (chat,
          g_strdup_printf (_ ("You are now called %s, in all your groups."), demls_user_nick (chat->account->user)));
  return TRUE;
}

static gboolean
forget (DemlsChat *chat, GError **error)
{
  if (!demls_user_forget (chat->account->user, chat->id, demls_account_now (), error))
    return FALSE;
  demls_chat_tell (chat,
                   _ ("The messages of this group that were kept here are deleted; what this window shows stays until "
                      "you close it."));
  return TRUE;
}

/* What clients vote on by themselves makes no line of its own. */
static gboolean
elect (DemlsChat *chat, GError **error)
{
  const DemlsRunner *runner = demls_user_runner (chat->account->user, chat->id);
  g_autoptr (GPtrArray) members = demls_runner_members (runner), stewards = demls_runner_stewards (runner);
  if (members->len > 0 && stewards->len == members->len)
    return refuse (error, _ ("In a group of this size everybody is a steward: there is nobody to elect."));
  return demls_user_elect (chat->account->user, chat->id, demls_account_now (), error)
         && answer (chat, g_strdup (_ ("An election of stewards is proposed; clients vote on it by themselves.")));
}

static gboolean
rejoin (DemlsChat *chat, GError **error)
{
  const DemlsRunner *runner = demls_user_runner (chat->account->user, chat->id);
  if (!demls_runner_is_out_of_sync (runner) && !demls_runner_is_cloned (runner))
    return refuse (error, _ ("You are in touch with the group: there is nothing to come back from."));
  return demls_user_rejoin (chat->account->user, chat->id, demls_account_now (), error)
         && answer (chat, g_strdup (_ ("Your client asks to come back with new keys; the window says when you are.")));
}

static gboolean
perform (DemlsChat *chat, const DemlsCommand *command, GError **error)
{
  DemlsUser *user = chat->account->user;
  switch (command->kind)
    {
    case DEMLS_COMMAND_YES:
    case DEMLS_COMMAND_NO:
    case DEMLS_COMMAND_VOTE:
      return vote (chat, command, error);
    case DEMLS_COMMAND_VOTES:
      return answer (chat, demls_answer_votes (chat));
    case DEMLS_COMMAND_INVITE:
      return invite (chat, command, error);
    case DEMLS_COMMAND_REMOVE:
      return expel (chat, command, error);
    case DEMLS_COMMAND_LEAVE:
      return leave (chat, error);
    case DEMLS_COMMAND_MEMBERS:
      return answer (chat, demls_answer_members (chat));
    case DEMLS_COMMAND_STEWARDS:
      return answer (chat, demls_answer_stewards (chat));
    case DEMLS_COMMAND_INFO:
      return answer (chat, demls_about_info (chat));
    case DEMLS_COMMAND_RULES:
      return rules (chat, command, error);
    case DEMLS_COMMAND_SAFETY:
      return safety (chat, command, error);
    case DEMLS_COMMAND_VERIFY:
      return verify (chat, command, error);
    case DEMLS_COMMAND_HISTORY:
      return answer (chat, demls_about_history (chat, command->count));
    case DEMLS_COMMAND_LINK:
      return answer (chat, demls_about_link (chat));
    case DEMLS_COMMAND_TOPIC:
      return demls_user_change (user, chat->id, NULL, command->text, demls_account_now (), error);
    case DEMLS_COMMAND_NICK:
      return set_nick (chat, command, error);
    case DEMLS_COMMAND_ANNOUNCE:
      return announce (chat, command, error);
    case DEMLS_COMMAND_FORGET:
      return forget (chat, error);
    case DEMLS_COMMAND_ACCUSE:
      return accuse (chat, command, error);
    case DEMLS_COMMAND_ELECT:
      return elect (chat, error);
    case DEMLS_COMMAND_REJOIN:
      return rejoin (chat, error);
    default:
      g_return_val_if_reached (FALSE);
    }
}

/* Who is not in yet, or not any more, can do little. */
static gboolean
may_do (const DemlsChat *chat, const DemlsCommand *command, GError **error)
{
  const DemlsRunner *runner = demls_user_runner (chat->account->user, chat->id);
  gboolean asking = demls_runner_state (runner) == DEMLS_STATE_PENDING_JOIN;
  switch (command->kind)
    {
    case DEMLS_COMMAND_LEAVE:
    case DEMLS_COMMAND_INFO:
    case DEMLS_COMMAND_RULES:
    case DEMLS_COMMAND_HISTORY:
    case DEMLS_COMMAND_LINK:
    case DEMLS_COMMAND_NICK:
    case DEMLS_COMMAND_FORGET:
      return TRUE;
    case DEMLS_COMMAND_YES:
    case DEMLS_COMMAND_NO:
    case DEMLS_COMMAND_VOTE:
    case DEMLS_COMMAND_VOTES:
    case DEMLS_COMMAND_INVITE:
    case DEMLS_COMMAND_REMOVE:
    case DEMLS_COMMAND_MEMBERS:
    case DEMLS_COMMAND_STEWARDS:
    case DEMLS_COMMAND_SAFETY:
    case DEMLS_COMMAND_VERIFY:
    case DEMLS_COMMAND_TOPIC:
    case DEMLS_COMMAND_ANNOUNCE:
    case DEMLS_COMMAND_ACCUSE:
    case DEMLS_COMMAND_ELECT:
    case DEMLS_COMMAND_REJOIN:
    default:
      break;
    }
  if (asking)
    return refuse (error, _ ("You are not in yet; the members vote on it. /leave takes your request back."));
  if (demls_chat_is_out (chat))
    return refuse (error, _ ("The group removed you; nothing can be done here any more."));
  return TRUE;
}

/* --- libpurple ---------------------------------------------------------------------------------------------------*/

/* Markup. (transfer full) */
static char *
failure_text (const char *word, const GError *error)
{
  g_autofree char *why = demls_error_text (error);
  gboolean whole = error && (error->domain == DEMLS_COMMAND_ERROR || error->domain == DEMLS_NAME_ERROR);
  /* TRANSLATORS: the word of a command, and why it did nothing: "/vote: this vote is over." */
  g_autofree char *text = whole ? g_strdup (why) : g_strdup_printf (_ ("/%s: %s"), word, why);
  return demls_text_escape (text);
}

/* Commands also run in windows of accounts that are offline, and of groups that are over. */
static PurpleCmdRet
on_command (PurpleConversation *conversation, const gchar *word, gchar **args, gchar **failure, void *data)
{
  DemlsChat *chat = demls_chats_of_conversation (conversation);
  if (!chat)
    {
      *failure = demls_text_escape (_ ("You are offline, or not in this group any more."));
      return PURPLE_CMD_RET_FAILED;
    }
  g_autoptr (GError) error = NULL;
  g_autoptr (DemlsCommand) command = demls_command_parse (word, args ? args[0] : NULL, &error);
  demls_watch_wake (chat->account);
  gboolean done = command && may_do (chat, command, &error) && perform (chat, command, &error);
  if (!done)
    *failure = failure_text (word, error);
  demls_account_pump (chat->account);
  return done ? PURPLE_CMD_RET_OK : PURPLE_CMD_RET_FAILED;
}

static GArray *registered; /* of PurpleCmdId */

void
demls_act_register (void)
{
  guint n = 0;
  registered = g_array_new (FALSE, FALSE, sizeof (PurpleCmdId));
  for (const char *word = demls_command_word (0); word; word = demls_command_word (++n))
    {
      g_autofree char *help = demls_command_help (word);
      PurpleCmdId id =
          purple_cmd_register (word, "s", PURPLE_CMD_P_PRPL, FLAGS, DEMLS_PLUGIN_ID, on_command, help, NULL);
      g_array_append_val (registered, id);
    }
}

void
demls_act_unregister (void)
{
  for (guint i = 0; registered && i < registered->len; i++)
    purple_cmd_unregister (g_array_index (registered, PurpleCmdId, i));
  g_clear_pointer (&registered, g_array_unref);
}
