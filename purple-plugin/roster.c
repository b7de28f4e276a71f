#include "config.h"

#include "purple-plugin/roster.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "purple-plugin/text.h"

/* One row of the list. */
typedef struct {
  GBytes *id;
  char *name;
  PurpleConvChatBuddyFlags flags;
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;
  g_bytes_unref (row->id);
  g_free (row->name);
  g_free (row);
}

static gboolean
is_in (const GPtrArray *list, GBytes *id)
{
  for (guint i = 0; i < list->len; i++)
    if (g_bytes_equal (list->pdata[i], id))
      return TRUE;
  return FALSE;
}

static PurpleConvChatBuddyFlags
flags_of (const DemlsUser *user, const GPtrArray *stewards, gboolean all, GBytes *id)
{
  guint flags = demls_user_verified_since (user, span_bytes (id)) > 0 ? PURPLE_CBFLAGS_VOICE : PURPLE_CBFLAGS_NONE;
  if (all || !is_in (stewards, id))
    return (PurpleConvChatBuddyFlags) flags;
  flags |= g_bytes_equal (stewards->pdata[0], id) ? PURPLE_CBFLAGS_OP : PURPLE_CBFLAGS_HALFOP;
  return (PurpleConvChatBuddyFlags) flags;
}

static GPtrArray *
make_rows (DemlsChat *chat)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (row_free);
  const DemlsUser *user = chat->account->user;
  const DemlsRunner *runner = demls_user_runner (user, chat->id);
  if (!runner || demls_runner_is_out (runner))
    return rows;
  g_autoptr (GPtrArray) open = NULL;
  DemlsScene scene = demls_chat_scene (chat, NULL, &open);
  g_autoptr (GPtrArray) members = demls_runner_members (runner), stewards = demls_runner_stewards (runner);
  for (guint i = 0; i < members->len; i++)
    {
      Row *row = g_new0 (Row, 1);
      row->id = g_bytes_ref (members->pdata[i]);
      g_autofree char *label = demls_people_label (scene.people, span_bytes (row->id));
      row->name = demls_text_list_name (label);
      row->flags = flags_of (user, stewards, stewards->len >= members->len, row->id);
      g_ptr_array_add (rows, row);
    }
  return rows;
}

/* --- from what is shown to what is -------------------------------------------------------------------------------*/

static Row *
find_row (const GPtrArray *rows, GBytes *id)
{
  for (guint i = 0; rows && i < rows->len; i++)
    if (g_bytes_equal (((Row *) rows->pdata[i])->id, id))
      return rows->pdata[i];
  return NULL;
}

/* libpurple would greet us by our own new name, which /nick has said already. */
static gboolean
can_be_renamed (const DemlsChat *chat, PurpleConvChat *list, const Row *before, const Row *after)
{
  gboolean mine = span_equal (span_bytes (after->id), demls_user_member_id (chat->account->user));
  return !mine && !purple_conv_chat_find_user (list, after->name) && purple_conv_chat_find_user (list, before->name);
}

/* Takes the rows away that are gone, and of those with a new name that cannot be changed in place. */
static void
take_away (PurpleConvChat *list, GPtrArray *before, const GPtrArray *after)
{
  for (guint i = before->len; i-- > 0;)
    {
      const Row *row = before->pdata[i];
      if (find_row (after, row->id))
        continue;
      purple_conv_chat_remove_user (list, row->name, NULL);
      g_ptr_array_remove_index (before, i);
    }
}

static void
change (DemlsChat *chat, PurpleConvChat *list, GPtrArray *before, const GPtrArray *after)
{
  for (guint i = before->len; i-- > 0;)
    {
      const Row *row = before->pdata[i], *now = find_row (after, row->id);
      if (strcmp (row->name, now->name) != 0)
        {
          if (!can_be_renamed (chat, list, row, now))
            {
              purple_conv_chat_remove_user (list, row->name, NULL);
              g_ptr_array_remove_index (before, i);
              continue;
            }
          purple_conv_chat_rename_user (list, row->name, now->name);
        }
      if (row->flags != now->flags)
        purple_conv_chat_user_set_flags (list, now->name, now->flags);
    }
}

/* Finch lists all members when they come as if they had been there; later ones shall come one by one. */
static void
add (PurpleConvChat *list, const GPtrArray *before, const GPtrArray *after)
{
  GList *names = NULL, *extra = NULL, *flags = NULL;
  for (guint i = after->len; i-- > 0;)
    {
      const Row *row = after->pdata[i];
      if (find_row (before, row->id))
        continue;
      names = g_list_prepend (names, row->name);
      extra = g_list_prepend (extra, NULL);
      flags = g_list_prepend (flags, GINT_TO_POINTER (row->flags));
    }
  if (names)
    purple_conv_chat_add_users (list, names, extra, flags, before->len > 0);
  g_list_free (names);
  g_list_free (extra);
  g_list_free (flags);
}

void
demls_roster_show (DemlsChat *chat, PurpleConversation *window)
{
  PurpleConvChat *list = PURPLE_CONV_CHAT (window);
  GPtrArray *after = make_rows (chat);
  if (!chat->rows)
    {
      purple_conv_chat_clear_users (list);
      chat->rows = g_ptr_array_new_with_free_func (row_free);
    }
  take_away (list, chat->rows, after);
  change (chat, list, chat->rows, after);
  add (list, chat->rows, after);
  g_ptr_array_unref (chat->rows);
  chat->rows = after;
}

GBytes *
demls_roster_row (const DemlsChat *chat, const char *name)
{
  for (guint i = 0; chat->rows && i < chat->rows->len; i++)
    {
      const Row *row = chat->rows->pdata[i];
      if (strcmp (row->name, name) == 0)
        return g_bytes_ref (row->id);
    }
  return NULL;
}

/* The windows of other protocols are not our business. */
static gboolean
is_ours (PurpleConversation *window, const DemlsAccount *account)
{
  return purple_conversation_get_account (window) == account->connection->account;
}

static gboolean
on_join (PurpleConversation *window, const char *name, PurpleConvChatBuddyFlags flags, gpointer account)
{
  return is_ours (window, account);
}

static gboolean
on_leave (PurpleConversation *window, const char *name, const char *reason, gpointer account)
{
  return is_ours (window, account);
}

void
demls_roster_hush (DemlsAccount *account)
{
  void *conversations = purple_conversations_get_handle ();
  purple_signal_connect (conversations, "chat-buddy-joining", account, PURPLE_CALLBACK (on_join), account);
  purple_signal_connect (conversations, "chat-buddy-leaving", account, PURPLE_CALLBACK (on_leave), account);
}

/* --- in words ----------------------------------------------------------------------------------------------------*/

static const char *
mark_of (const DemlsScene *scene, const DemlsUser *user, Span id, gboolean steward)
{
  if (span_equal (scene->me, id))
    return steward ? _ (" (you, steward)") : _ (" (you)");
  gboolean verified = demls_user_verified_since (user, id) > 0;
  if (verified)
    return steward ? _ (" (verified, steward)") : _ (" (verified)");
  return steward ? _ (" (steward)") : "";
}

char *
demls_roster_text (DemlsChat *chat, gboolean only_stewards)
{
  const DemlsUser *user = chat->account->user;
  const DemlsRunner *runner = demls_user_runner (user, chat->id);
  g_autoptr (GPtrArray) open = NULL;
  DemlsScene scene = demls_chat_scene (chat, NULL, &open);
  g_autoptr (GPtrArray) members = demls_runner_members (runner), stewards = demls_runner_stewards (runner);
  gboolean all = stewards->len >= members->len;
  GString *out = g_string_new (NULL);
  const GPtrArray *listed = only_stewards ? stewards : members; /* stewards in the order of their turns */
  for (guint i = 0; i < listed->len; i++)
    {
      GBytes *id = listed->pdata[i];
      gboolean steward = is_in (stewards, id);
      g_autofree char *name = demls_people_label (scene.people, span_bytes (id));
      const char *mark = mark_of (&scene, user, span_bytes (id), steward && !all && !only_stewards);
      g_string_append_printf (out, "%s%s%s", out->len ? ", " : "", name, mark);
    }
  return g_string_free (out, FALSE);
}
