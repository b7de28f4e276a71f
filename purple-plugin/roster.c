#include "config.h"

#include "purple-plugin/roster.h"

#include <glib/gi18n-lib.h>

#include "purple-plugin/text.h"

/* One row of the list. */
typedef struct {
  char *name;
  PurpleConvChatBuddyFlags flags;
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;
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

/* Stewards are marked only where they are not simply everybody. */
static GPtrArray *
make_rows (DemlsChat *chat)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (row_free);
  const DemlsRunner *runner = demls_user_runner (chat->account->user, chat->id);
  if (!runner)
    return rows;
  g_autoptr (GPtrArray) open = NULL;
  DemlsScene scene = demls_chat_scene (chat, NULL, &open);
  g_autoptr (GPtrArray) members = demls_runner_members (runner), stewards = demls_runner_stewards (runner);
  gboolean marked = stewards->len < members->len;
  for (guint i = 0; i < members->len; i++)
    {
      g_autofree char *label = demls_people_label (scene.people, span_bytes (members->pdata[i]));
      Row *row = g_new0 (Row, 1);
      row->name = demls_text_list_name (label);
      if (marked && is_in (stewards, members->pdata[i]))
        row->flags = stewards->len > 0 && g_bytes_equal (stewards->pdata[0], members->pdata[i]) ? PURPLE_CBFLAGS_OP
                                                                                                : PURPLE_CBFLAGS_HALFOP;
      g_ptr_array_add (rows, row);
    }
  return rows;
}

static char *
summary (const GPtrArray *rows)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < rows->len; i++)
    g_string_append_printf (out, "%s\n%d\n", ((Row *) rows->pdata[i])->name, (int) ((Row *) rows->pdata[i])->flags);
  return g_string_free (out, FALSE);
}

void
demls_roster_show (DemlsChat *chat, PurpleConversation *window)
{
  PurpleConvChat *list = PURPLE_CONV_CHAT (window);
  g_autoptr (GPtrArray) rows = make_rows (chat);
  g_autofree char *now = summary (rows);
  if (g_strcmp0 (now, chat->shown_members) == 0)
    return;
  g_free (chat->shown_members);
  chat->shown_members = g_steal_pointer (&now);
  GList *names = NULL, *extra = NULL, *flags = NULL;
  for (guint i = rows->len; i-- > 0;)
    {
      const Row *row = rows->pdata[i];
      names = g_list_prepend (names, row->name);
      extra = g_list_prepend (extra, NULL);
      flags = g_list_prepend (flags, GINT_TO_POINTER (row->flags));
    }
  purple_conv_chat_clear_users (list);
  if (names)
    purple_conv_chat_add_users (list, names, extra, flags, FALSE);
  g_list_free (names);
  g_list_free (extra);
  g_list_free (flags);
}

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
