/* test-load.c - the plugin as it was built, in a real libpurple without a user interface.
 */
#include <check.h>
#include <glib/gstdio.h>
#include <purple.h>
#include <stdlib.h>

#include "purple-plugin/plugin.h"

#define UI "demls-test"

/* What the "connection-error" signal said last. */
typedef struct {
  guint count;
  PurpleConnectionError reason;
  char *text;
} Refusal;

static Refusal refusal;

/* AddressSanitizer asks this for its options. libpurple and the protocols of others that it loads leak, and once they
 * are unloaded no suppression knows them by name; valgrind looks for leaks here. */
G_MODULE_EXPORT const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "detect_leaks=0";
}

static char *
built_plugin (void)
{
  const char *builddir = g_getenv ("DEMLS_BUILDDIR");
  ck_assert_msg (builddir != NULL, "DEMLS_BUILDDIR must name the build folder (\"make check\" sets it)");
  return g_build_filename (builddir, ".libs", "libdemls.so", NULL);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  for (const char *name = dir ? g_dir_read_name (dir) : NULL; name; name = g_dir_read_name (dir))
    {
      g_autofree char *entry = g_build_filename (path, name, NULL);
      if (g_file_test (entry, G_FILE_TEST_IS_DIR) && !g_file_test (entry, G_FILE_TEST_IS_SYMLINK))
        remove_folder (entry);
      else
        g_remove (entry);
    }
  g_rmdir (path);
}

/* libpurple wants an event loop even from those who never run it. */
static PurpleEventLoopUiOps loop = {
  .timeout_add = g_timeout_add,
  .timeout_remove = g_source_remove,
  .timeout_add_seconds = g_timeout_add_seconds,
};

static gboolean
nothing (gpointer data)
{
  return G_SOURCE_REMOVE;
}

/* All that is left in the main loop: numbers are given in turn. */
static guint
count_sources (void)
{
  guint newest = g_idle_add (nothing, NULL), n = 0;
  g_source_remove (newest);
  for (guint id = 1; id < newest; id++)
    n += g_main_context_find_source_by_id (NULL, id) ? 1 : 0;
  return n;
}

static char *
user_dir (void)
{
  return g_build_filename (g_getenv ("DEMLS_BUILDDIR"), "tests", "purple-user", NULL);
}

static void
start_purple (void)
{
  g_autofree char *plugin = built_plugin ();
  g_autofree char *folder = g_path_get_dirname (plugin);
  g_autofree char *user = user_dir ();
  remove_folder (user);
  /* its scan of all media plugins is slow, leaks and writes a cache in the home folder */
  g_setenv ("GST_PLUGIN_SYSTEM_PATH", "", TRUE);
  g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
  purple_util_set_user_dir (user);
  purple_debug_set_enabled (FALSE);
  purple_eventloop_set_ui_ops (&loop);
  purple_plugins_add_search_path (folder);
  ck_assert (purple_core_init (UI));
  purple_set_blist (purple_blist_new ());
}

static void
stop_purple (void)
{
  purple_core_quit ();
  g_autofree char *user = user_dir ();
  remove_folder (user);
  g_clear_pointer (&refusal.text, g_free);
}

static void
on_connection_error (PurpleConnection *connection, PurpleConnectionError reason, const char *text, gpointer data)
{
  refusal.count++;
  refusal.reason = reason;
  g_free (refusal.text);
  refusal.text = g_strdup (text);
}

static void
run_due_sources (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static PurplePlugin *
find_ours (void)
{
  PurplePlugin *plugin = purple_find_prpl (DEMLS_PLUGIN_ID);
  ck_assert_ptr_nonnull (plugin);
  g_autofree char *path = built_plugin ();
  ck_assert_str_eq (plugin->path, path);
  return plugin;
}

START_TEST (is_found_and_loaded)
{
  PurplePlugin *plugin = find_ours ();
  ck_assert (purple_plugin_is_loaded (plugin));
  ck_assert_str_eq (purple_plugin_get_name (plugin), "de-MLS");
  ck_assert_str_eq (PURPLE_PLUGIN_PROTOCOL_INFO (plugin)->list_icon (NULL, NULL), "demls");
}
END_TEST

static gboolean
on_deadline (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Runs the main loop until the account is online, or refused, or it is too late. */
static gboolean
is_online (PurpleAccount *account)
{
  gboolean over = FALSE;
  guint deadline = g_timeout_add_seconds (60, on_deadline, &over);
  while (!purple_account_is_connected (account) && refusal.count == 0 && !over)
    g_main_context_iteration (NULL, TRUE);
  if (!over)
    g_source_remove (deadline);
  return purple_account_is_connected (account);
}

static PurpleAccount *
new_account (const char *name)
{
  g_autofree char *shared = g_build_filename (purple_user_dir (), "shared", NULL);
  g_mkdir (shared, 0700);
  PurpleAccount *account = purple_account_new (name, DEMLS_PLUGIN_ID);
  purple_accounts_add (account);
  purple_account_set_string (account, "folder", shared);
  purple_account_set_bool (account, "told_keys", TRUE); /* there is nobody to tell */
  purple_account_set_enabled (account, UI, TRUE);
  return account;
}

START_TEST (logs_in_and_out)
{
  find_ours ();
  int handle;
  purple_signal_connect (purple_connections_get_handle (), "connection-error", &handle,
                         PURPLE_CALLBACK (on_connection_error), NULL);
  PurpleAccount *account = new_account ("alice");
  ck_assert_ptr_nonnull (purple_account_get_status_type (account, "available"));
  purple_account_connect (account);
  ck_assert_msg (is_online (account), "%s", refusal.text ? refusal.text : "no answer");
  purple_account_disconnect (account);
  purple_account_connect (account); /* and away again before the store is open */
  purple_account_disconnect (account);
  purple_account_connect (account); /* waits for that store */
  ck_assert_msg (is_online (account), "%s", refusal.text ? refusal.text : "no answer");
  purple_account_disconnect (account);
  run_due_sources ();
  purple_signals_disconnect_by_handle (&handle);
  purple_accounts_delete (account);
}
END_TEST

/* P11: no timer, no thread, no other source is left, even if somebody was just logging in. */
START_TEST (can_be_unloaded_and_loaded_again)
{
  PurplePlugin *plugin = find_ours ();
  PurpleAccount *account = new_account ("bob"); /* libpurple saves it a few seconds later: a source of its own */
  run_due_sources ();
  guint before = count_sources ();
  purple_account_connect (account);
  ck_assert_msg (is_online (account), "%s", refusal.text ? refusal.text : "no answer");
  purple_account_disconnect (account);
  purple_account_connect (account);
  purple_account_disconnect (account);
  for (guint i = 0; i < 50; i++)
    {
      ck_assert (purple_plugin_unload (plugin));
      ck_assert (!purple_plugin_is_loaded (plugin));
      ck_assert_ptr_null (purple_find_prpl (DEMLS_PLUGIN_ID));
      run_due_sources ();
      ck_assert_uint_le (count_sources (), before);
      ck_assert (purple_plugin_load (plugin));
      ck_assert (purple_plugin_is_loaded (plugin));
    }
  purple_accounts_delete (account);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("load");
  TCase *cases = tcase_create ("load");
  /* once: libpurple cannot be started a second time in one process (CK_FORK=no) */
  tcase_add_unchecked_fixture (cases, start_purple, stop_purple);
  tcase_add_test (cases, is_found_and_loaded);
  tcase_add_test (cases, logs_in_and_out);
  tcase_add_test (cases, can_be_unloaded_and_loaded_again);
  suite_add_tcase (suite, cases);
  SRunner *runner = srunner_create (suite);
  srunner_run_all (runner, CK_ENV);
  int failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
