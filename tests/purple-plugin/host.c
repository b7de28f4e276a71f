/* host.c - a libpurple client without a screen: one person, scripted through standard input, seen on standard output.
 *
 *   host USER-FOLDER PLUGIN-FOLDER NAME SHARED-FOLDER
 *
 * One line each:  create TITLE | join LINK | say TEXT | cmd COMMAND LINE | members | close | off | on | quit
 *
 * It writes "line FLAGS WHO|TEXT" for every line in a window (markup as it comes, flags in hexadecimal), "error ...",
 * "title ...", "members ...", "done ..." after each command.
 */
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <purple.h>
#include <stdio.h>
#include <string.h>

#define UI "demls-host"

static GMainLoop *loop;
static PurpleAccount *account;
static char *answer; /* to the next dialog */

static void tell (const char *format, ...) G_GNUC_PRINTF (1, 2);

static void
tell (const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  printf ("%s\n", g_strdelimit (text, "\n", ' '));
  fflush (stdout);
}

/* --- what libpurple wants of a client ----------------------------------------------------------------------------*/

typedef struct {
  PurpleInputFunction function;
  gpointer data;
} Watch;

static gboolean
on_ready (GIOChannel *channel, GIOCondition condition, gpointer data)
{
  Watch *watch = data;
  int ready = condition & (G_IO_IN | G_IO_HUP | G_IO_ERR) ? PURPLE_INPUT_READ : 0;
  ready |= condition & (G_IO_OUT | G_IO_HUP | G_IO_ERR) ? PURPLE_INPUT_WRITE : 0;
  watch->function (watch->data, g_io_channel_unix_get_fd (channel), (PurpleInputCondition) ready);
  return TRUE;
}

static guint
input_add (int fd, PurpleInputCondition wanted, PurpleInputFunction function, gpointer data)
{
  Watch *watch = g_new0 (Watch, 1);
  watch->function = function;
  watch->data = data;
  GIOCondition condition =
      G_IO_HUP | G_IO_ERR | (wanted & PURPLE_INPUT_READ ? G_IO_IN : 0) | (wanted & PURPLE_INPUT_WRITE ? G_IO_OUT : 0);
  GIOChannel *channel = g_io_channel_unix_new (fd);
  guint id = g_io_add_watch_full (channel, G_PRIORITY_DEFAULT, condition, on_ready, watch, g_free);
  g_io_channel_unref (channel);
  return id;
}

static PurpleEventLoopUiOps loop_ops = {
  .timeout_add = g_timeout_add,
  .timeout_remove = g_source_remove,
  .input_add = input_add,
  .input_remove = g_source_remove,
  .timeout_add_seconds = g_timeout_add_seconds,
};

static void
write_conv (PurpleConversation *window, const char *name, const char *alias, const char *message,
            PurpleMessageFlags flags, time_t time)
{
  tell ("line %x %s|%s", (guint) flags, name ? name : "", message);
}

static PurpleConversationUiOps conversation_ops = { .write_conv = write_conv };

static void *
request_input (const char *title, const char *primary, const char *secondary, const char *value, gboolean multiline,
               gboolean masked, gchar *hint, const char *ok, GCallback on_ok, const char *cancel, GCallback on_cancel,
               PurpleAccount *about, const char *who, PurpleConversation *window, void *data)
{
  ((PurpleRequestInputCb) on_ok) (data, answer);
  return NULL;
}

static PurpleRequestUiOps request_ops = { .request_input = request_input };

static void *
notify_message (PurpleNotifyMsgType type, const char *title, const char *primary, const char *secondary)
{
  tell ("notify %s|%s", primary ? primary : "", secondary ? secondary : "");
  return NULL;
}

static PurpleNotifyUiOps notify_ops = { .notify_message = notify_message };

static void
ui_init (void)
{
  purple_conversations_set_ui_ops (&conversation_ops);
  purple_request_set_ui_ops (&request_ops);
  purple_notify_set_ui_ops (&notify_ops);
}

static PurpleCoreUiOps core_ops = { .ui_init = ui_init };

/* --- the person --------------------------------------------------------------------------------------------------*/

static PurpleConversation *
window (void)
{
  GList *chats = purple_get_chats ();
  return chats ? chats->data : NULL;
}

static void
choose_action (const char *label)
{
  PurpleConnection *connection = purple_account_get_connection (account);
  PurplePlugin *plugin = purple_find_prpl ("prpl-demls");
  GList *actions = connection ? PURPLE_PLUGIN_ACTIONS (plugin, connection) : NULL;
  for (GList *at = actions; at; at = at->next)
    {
      PurplePluginAction *action = at->data;
      action->plugin = plugin;
      action->context = connection;
      if (g_str_has_prefix (action->label, label))
        action->callback (action);
      purple_plugin_action_free (action);
    }
  g_list_free (actions);
}

static void
join (const char *link)
{
  GHashTable *components = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_hash_table_insert (components, "group", g_strdup (link));
  serv_join_chat (purple_account_get_connection (account), components);
  g_hash_table_unref (components);
}

static void
command (const char *line)
{
  g_autofree char *markup = g_markup_escape_text (line, -1), *error = NULL;
  PurpleCmdStatus status = purple_cmd_do_command (window (), line, markup, &error);
  tell ("status %d %s", (int) status, error ? error : "");
}

static void
say (const char *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);
  purple_conv_chat_send (PURPLE_CONV_CHAT (window ()), markup);
}

static void
list_members (void)
{
  GString *out = g_string_new (NULL);
  for (GList *at = purple_conv_chat_get_users (PURPLE_CONV_CHAT (window ())); at; at = at->next)
    g_string_append_printf (out, " %s", ((PurpleConvChatBuddy *) at->data)->name);
  tell ("members %u%s", g_list_length (purple_conv_chat_get_users (PURPLE_CONV_CHAT (window ()))), out->str);
  g_string_free (out, TRUE);
}

static gboolean
do_line (const char *word, const char *rest)
{
  gboolean needs_window = !strcmp (word, "say") || !strcmp (word, "cmd") || !strcmp (word, "members");
  answer = (char *) rest;
  if (needs_window && !window ())
    tell ("error no window");
  else if (!strcmp (word, "create"))
    choose_action ("Create group");
  else if (!strcmp (word, "join"))
    join (rest);
  else if (!strcmp (word, "say"))
    say (rest);
  else if (!strcmp (word, "cmd"))
    command (rest);
  else if (!strcmp (word, "members"))
    list_members ();
  else if (!strcmp (word, "close") && window ())
    purple_conversation_destroy (window ());
  else if (!strcmp (word, "off") || !strcmp (word, "on"))
    purple_account_set_enabled (account, UI, !strcmp (word, "on"));
  else if (!strcmp (word, "quit"))
    return FALSE;
  return TRUE;
}

static gboolean
on_input (GIOChannel *channel, GIOCondition condition, gpointer data)
{
  g_autofree char *line = NULL;
  gsize end = 0;
  if (g_io_channel_read_line (channel, &line, NULL, &end, NULL) != G_IO_STATUS_NORMAL)
    {
      g_main_loop_quit (loop);
      return FALSE;
    }
  line[end] = '\0';
  char *rest = strchr (line, ' ');
  if (rest)
    *rest++ = '\0';
  if (!do_line (line, rest ? rest : ""))
    {
      g_main_loop_quit (loop);
      return FALSE;
    }
  tell ("done %s", line);
  return TRUE;
}

static void
on_signed_on (PurpleConnection *connection, gpointer data)
{
  tell ("online");
}

static void
on_error (PurpleConnection *connection, PurpleConnectionError reason, const char *text, gpointer data)
{
  tell ("error %d %s", (int) reason, text);
}

static void
log_in (const char *name, const char *shared)
{
  static int handle;
  purple_signal_connect (purple_connections_get_handle (), "signed-on", &handle, PURPLE_CALLBACK (on_signed_on), NULL);
  purple_signal_connect (purple_connections_get_handle (), "connection-error", &handle, PURPLE_CALLBACK (on_error),
                         NULL);
  account = purple_accounts_find (name, "prpl-demls");
  if (!account)
    {
      account = purple_account_new (name, "prpl-demls");
      purple_accounts_add (account);
    }
  purple_account_set_string (account, "folder", shared);
  purple_account_set_string (account, "preset", "quick");
  purple_account_set_enabled (account, UI, TRUE);
  PurpleSavedStatus *status = purple_savedstatus_new (NULL, PURPLE_STATUS_AVAILABLE);
  purple_savedstatus_activate (status);
}

int
main (int argc, char **argv)
{
  if (argc != 5)
    return 2;
  loop = g_main_loop_new (NULL, FALSE);
  g_setenv ("GST_PLUGIN_SYSTEM_PATH", "", TRUE);
  g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
  purple_util_set_user_dir (argv[1]);
  purple_debug_set_enabled (g_getenv ("DEMLS_HOST_DEBUG") != NULL);
  purple_core_set_ui_ops (&core_ops);
  purple_eventloop_set_ui_ops (&loop_ops);
  purple_plugins_add_search_path (argv[2]);
  if (!purple_core_init (UI))
    return 1;
  purple_set_blist (purple_blist_new ());
  purple_blist_load ();
  purple_prefs_load ();
  GIOChannel *input = g_io_channel_unix_new (0);
  g_io_add_watch (input, (GIOCondition) (G_IO_IN | G_IO_HUP), on_input, NULL);
  log_in (argv[3], argv[4]);
  g_main_loop_run (loop);
  purple_core_quit ();
  g_io_channel_unref (input);
  g_main_loop_unref (loop);
  return 0;
}
