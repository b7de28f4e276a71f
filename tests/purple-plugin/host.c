/* host.c - a libpurple client without a screen: one person, scripted through standard input, seen on standard output.
 *
 *   host USER-FOLDER PLUGIN-FOLDER NAME [OPTION=VALUE]...
 *
 * An OPTION is one of the protocol's (Advanced), or "password". One line each, in which \n is a line end and \\ a
 * backslash:
 *
 *   create TITLE | join LINK | window TITLE       a new group, somebody's group, the window that is meant from now on
 *   say TEXT | cmd COMMAND | type TEXT            "type" looks for the slash itself, as clients do
 *   markup HTML                                   what a client sends for text with styles
 *   members | look | whois NAME | im NAME | invite NAME | close
 *   action LABEL | fill ID=TEXT | answer TEXT | press LABEL      the account's menu, and what dialogs ask
 *   chats | rooms | measure | load | unload | off | on | quit
 *
 * and "done WORD" after each. What is seen meanwhile, markup as it comes, flags in hexadecimal:
 *
 *   online | offline | error ... | line FLAGS WHO|TEXT | title TEXT | topic TEXT | window open | window closed
 *   users +N | users -N | users renamed A|B | users changed NAME
 *   dialog open TITLE|PRIMARY|SECONDARY | dialog buttons |A|B | dialog closed | dialog second (while one is open)
 *   notify PRIMARY|TEXT | info NAME|TEXT | room NAME|... | chat ALIAS|ID | members N NAMES
 *   status N ERROR (a PurpleCmdStatus) | measured ... | log DOMAIN TEXT (a critical message of GLib's)
 */
#include "host.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static GMainLoop *loop;
static PurpleAccount *account;

/* libpurple and the protocols of others that it loads leak. */
G_MODULE_EXPORT const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "detect_leaks=0:quarantine_size_mb=4";
}

void
host_tell (const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  GString *out = g_string_new (NULL);
  for (const char *at = text; *at; at++)
    if (*at == '\n' || *at == '\\')
      g_string_append (out, *at == '\n' ? "\\n" : "\\\\");
    else
      g_string_append_c (out, *at);
  printf ("%s\n", out->str);
  fflush (stdout);
  g_string_free (out, TRUE);
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
on_log (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))
    host_tell ("log %s %s", domain ? domain : "", message);
}

/* --- the script --------------------------------------------------------------------------------------------------*/

/* libpurple lists a protocol only when it finds its file, so the plugin goes and comes whole. */
static void
plug (gboolean in)
{
  PurplePlugin *plugin = purple_find_prpl ("prpl-demls");
  if (!in && plugin && purple_plugin_unload (plugin))
    purple_plugin_destroy (plugin);
  if (in)
    purple_plugins_probe (G_MODULE_SUFFIX);
  gboolean there = purple_find_prpl ("prpl-demls") != NULL;
  host_tell ("%s", there == in ? in ? "loaded" : "unloaded" : "error plugin");
}

static char *
with_line_ends (const char *text)
{
  GString *out = g_string_new (NULL);
  for (const char *at = text; *at; at++)
    if (*at == '\\' && (at[1] == 'n' || at[1] == '\\'))
      g_string_append_c (out, *++at == 'n' ? '\n' : '\\');
    else
      g_string_append_c (out, *at);
  return g_string_free (out, FALSE);
}

static gboolean
on_input (GIOChannel *channel, GIOCondition condition, gpointer data)
{
  g_autofree char *line = NULL;
  gsize end = 0;
  gboolean more = g_io_channel_read_line (channel, &line, NULL, &end, NULL) == G_IO_STATUS_NORMAL;
  if (more)
    {
      line[end] = '\0';
      char *space = strchr (line, ' ');
      g_autofree char *rest = with_line_ends (space ? space + 1 : "");
      if (space)
        *space = '\0';
      if (!strcmp (line, "load") || !strcmp (line, "unload"))
        plug (!strcmp (line, "load"));
      else
        more = host_person_do (account, line, rest);
    }
  if (!more)
    g_main_loop_quit (loop);
  else
    host_tell ("done %s", line);
  return more;
}

/* --- beginning and end -------------------------------------------------------------------------------------------*/

static void
on_signed_on (PurpleConnection *connection, gpointer data)
{
  host_tell ("online");
  host_person_autojoin (account);
}

static void
on_signed_off (PurpleConnection *connection, gpointer data)
{
  host_tell ("offline");
}

static void
on_error (PurpleConnection *connection, PurpleConnectionError reason, const char *text, gpointer data)
{
  host_tell ("error %d %s", (int) reason, text);
}

/* What the option is, the protocol says. */
static void
set_option (const char *name, const char *value)
{
  PurplePlugin *plugin = purple_find_prpl ("prpl-demls");
  GList *options = plugin ? PURPLE_PLUGIN_PROTOCOL_INFO (plugin)->protocol_options : NULL;
  PurplePrefType type = PURPLE_PREF_NONE;
  for (GList *at = options; at; at = at->next)
    if (strcmp (purple_account_option_get_setting (at->data), name) == 0)
      type = purple_account_option_get_type (at->data);
  if (strcmp (name, "password") == 0)
    purple_account_set_password (account, value);
  else if (type == PURPLE_PREF_BOOLEAN)
    purple_account_set_bool (account, name, strcmp (value, "yes") == 0);
  else if (type == PURPLE_PREF_INT)
    purple_account_set_int (account, name, atoi (value));
  else if (type != PURPLE_PREF_NONE)
    purple_account_set_string (account, name, value);
  else
    host_tell ("error no option %s", name);
}

static void
log_in (const char *name, char **options)
{
  static int handle;
  void *connections = purple_connections_get_handle ();
  purple_signal_connect (connections, "signed-on", &handle, PURPLE_CALLBACK (on_signed_on), NULL);
  purple_signal_connect (connections, "signed-off", &handle, PURPLE_CALLBACK (on_signed_off), NULL);
  purple_signal_connect (connections, "connection-error", &handle, PURPLE_CALLBACK (on_error), NULL);
  account = purple_accounts_find (name, "prpl-demls");
  if (!account)
    {
      account = purple_account_new (name, "prpl-demls");
      purple_accounts_add (account);
    }
  for (char **at = options; *at; at++)
    {
      g_auto (GStrv) parts = g_strsplit (*at, "=", 2);
      set_option (parts[0], parts[1] ? parts[1] : "");
    }
  purple_account_set_enabled (account, HOST_UI, TRUE);
  purple_savedstatus_activate (purple_savedstatus_new (NULL, PURPLE_STATUS_AVAILABLE));
}

static gboolean
start (const char *user, const char *plugins)
{
  g_setenv ("GST_PLUGIN_SYSTEM_PATH", "", TRUE);
  g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
  signal (SIGPIPE, SIG_IGN);
  purple_util_set_user_dir (user);
  purple_debug_set_enabled (g_getenv ("DEMLS_HOST_DEBUG") != NULL);
  host_ui_set_up ();
  purple_eventloop_set_ui_ops (&loop_ops);
  purple_plugins_add_search_path (plugins);
  if (!purple_core_init (HOST_UI))
    return FALSE;
  purple_set_blist (purple_blist_new ());
  purple_blist_load ();
  purple_prefs_load ();
  host_measure_begin ();
  return TRUE;
}

int
main (int argc, char **argv)
{
  if (argc < 4)
    return 2;
  loop = g_main_loop_new (NULL, FALSE);
  if (!start (argv[1], argv[2]))
    return 1;
  g_log_set_default_handler (on_log, NULL);
  GIOChannel *input = g_io_channel_unix_new (0);
  g_io_add_watch (input, (GIOCondition) (G_IO_IN | G_IO_HUP), on_input, NULL);
  log_in (argv[3], argv + 4);
  g_main_loop_run (loop);
  g_log_set_default_handler (g_log_default_handler, NULL); /* libpurple's own end says two harmless ones */
  purple_core_quit ();
  host_dialogs_free ();
  g_io_channel_unref (input);
  g_main_loop_unref (loop);
  return 0;
}
