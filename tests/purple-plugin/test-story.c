/* test-story.c - real libpurple processes with the built plugin, on a shared folder: a group from its creation to a
 * removal and a restart, played as people do (host.c).
 */
#include "../lib/run.h"

#include <gio/gio.h>
#include <string.h>

/* a removed member knows it for sure only when the freeze round is over: half a minute and more with preset quick */
#define PATIENCE_S 100

typedef struct {
  const char *name;
  GSubprocess *process;
  GOutputStream *in;
  GDataInputStream *out;
  GPtrArray *lines;
} Person;

static char *folder; /* of this test; everything is below it */

static char *
below (const char *first, const char *second)
{
  return g_build_filename (folder, first, second, NULL);
}

static void
on_line (GObject *source, GAsyncResult *result, gpointer data)
{
  Person *self = data;
  char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);
  if (!line)
    return;
  g_ptr_array_add (self->lines, line);
  g_data_input_stream_read_line_async (self->out, G_PRIORITY_DEFAULT, NULL, on_line, self);
}

static gboolean
has_line (const Person *self, const char *part)
{
  for (guint i = 0; i < self->lines->len; i++)
    if (strstr (self->lines->pdata[i], part))
      return TRUE;
  return FALSE;
}

static gboolean
on_end (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Waits until a line of `self` contains `part`; what was seen before is forgotten. */
static void
sees (Person *self, const char *part)
{
  gboolean over = FALSE;
  guint end = g_timeout_add_seconds (PATIENCE_S, on_end, &over);
  while (!has_line (self, part) && !over)
    g_main_context_iteration (NULL, TRUE);
  if (over)
    for (guint i = 0; i < self->lines->len; i++)
      g_printerr ("%s: %s\n", self->name, (char *) self->lines->pdata[i]);
  ck_assert_msg (!over, "%s never sees \"%s\"", self->name, part);
  g_source_remove (end);
}

static void
forget (Person *self)
{
  g_ptr_array_set_size (self->lines, 0);
}

static void
types (Person *self, const char *line)
{
  g_autofree char *whole = g_strconcat (line, "\n", NULL);
  ck_assert (g_output_stream_write_all (self->in, whole, strlen (whole), NULL, NULL, NULL));
}

static void
starts (Person *self, const char *name)
{
  g_autofree char *host = g_build_filename (g_getenv ("DEMLS_BUILDDIR"), "tests", "purple-plugin", "host", NULL);
  g_autofree char *plugins = g_build_filename (g_getenv ("DEMLS_BUILDDIR"), ".libs", NULL);
  g_autofree char *user = below ("users", name), *shared = below ("shared", NULL);
  self->name = name;
  self->lines = g_ptr_array_new_with_free_func (g_free);
  self->process = g_subprocess_new ((GSubprocessFlags) (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE),
                                    NULL, host, user, plugins, name, shared, NULL);
  ck_assert_ptr_nonnull (self->process);
  self->in = g_subprocess_get_stdin_pipe (self->process);
  self->out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  g_data_input_stream_read_line_async (self->out, G_PRIORITY_DEFAULT, NULL, on_line, self);
  sees (self, "online");
}

static void
quits (Person *self)
{
  types (self, "quit");
  ck_assert (g_subprocess_wait_check (self->process, NULL, NULL));
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_clear_object (&self->process);
  g_clear_object (&self->out);
  g_clear_pointer (&self->lines, g_ptr_array_unref);
}

/* Out of "line ...|... demls:id?t=...&amp;m=...". (transfer full) */
static char *
link_of (Person *self)
{
  types (self, "cmd link");
  sees (self, "demls:");
  for (guint i = 0; i < self->lines->len; i++)
    {
      const char *link = strstr (self->lines->pdata[i], "demls:");
      if (link)
        {
          g_auto (GStrv) parts = g_strsplit (link, "&amp;", -1);
          return g_strjoinv ("&", parts);
        }
    }
  return NULL;
}

static void
joins (Person *self, const char *link)
{
  g_autofree char *line = g_strconcat ("join ", link, NULL);
  types (self, line);
  sees (self, "Asking to join");
}

/* --- the story ---------------------------------------------------------------------------------------------------*/

static void
three_meet (Person *alice, Person *bob, Person *carol)
{
  types (alice, "create book club");
  g_autofree char *link = link_of (alice);
  joins (bob, link);
  sees (alice, "Vote #");
  types (alice, "cmd yes");
  sees (alice, "you voted yes");
  sees (bob, "You are in.");
  forget (alice);
  forget (bob);
  joins (carol, link);
  sees (alice, "Vote #");
  sees (bob, "Vote #");
  types (alice, "cmd yes");
  types (bob, "cmd yes");
  sees (carol, "You are in.");
}

static void
they_talk (Person *alice, Person *bob, Person *carol)
{
  types (alice, "say welcome");
  sees (carol, "|welcome"); /* a newcomer's words wait until the one who invited was heard (V29) */
  types (carol, "say <b>hello</b> & \"all\"");
  sees (alice, "|&lt;b&gt;hello&lt;/b&gt; &amp; &quot;all&quot;");
  sees (bob, "|&lt;b&gt;hello&lt;/b&gt;");
  types (bob, "cmd vtoe 3");
  sees (bob, "status 2"); /* no such command, and nothing is sent */
  types (alice, "members");
  sees (alice, "members 3");
}

static void
carol_is_removed (Person *alice, Person *bob, Person *carol)
{
  types (alice, "cmd remove carol spam");
  sees (alice, "Type the same again");
  types (alice, "cmd remove carol spam");
  sees (bob, "(&quot;spam&quot;)");
  types (bob, "cmd yes");
  sees (carol, "no longer a member");
  sees (alice, "is no longer in the group");
  types (carol, "say still here?");
  sees (carol, "done say");
}

static void
bob_comes_back (Person *alice, Person *bob)
{
  types (bob, "close");
  sees (bob, "done close");
  types (alice, "say again");
  sees (bob, "|again"); /* in a new window: closing it left nothing */
  quits (bob);
  types (alice, "say meanwhile");
  sees (alice, "|meanwhile");
  starts (bob, "bob");
  sees (bob, "|meanwhile");
  types (bob, "say back");
  sees (alice, "|back");
  ck_assert (!has_line (alice, "still here?"));
  ck_assert (!has_line (alice, "vtoe"));
}

static gboolean
holds_text (const char *path, const char *text)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  if (!dir)
    {
      g_autofree char *content = NULL;
      gsize len = 0;
      return g_file_get_contents (path, &content, &len, NULL) && g_strstr_len (content, (gssize) len, text);
    }
  for (const char *name = g_dir_read_name (dir); name; name = g_dir_read_name (dir))
    {
      g_autofree char *entry = g_build_filename (path, name, NULL);
      if (holds_text (entry, text))
        return TRUE;
    }
  return FALSE;
}

START_TEST (three_people_and_a_removal)
{
  Person alice, bob, carol;
  starts (&alice, "alice");
  starts (&bob, "bob");
  starts (&carol, "carol");
  three_meet (&alice, &bob, &carol);
  they_talk (&alice, &bob, &carol);
  carol_is_removed (&alice, &bob, &carol);
  bob_comes_back (&alice, &bob);
  quits (&alice);
  quits (&bob);
  quits (&carol);
  g_autofree char *logs = below ("users/alice", "logs"), *shared = below ("shared", NULL);
  ck_assert (!g_file_test (logs, G_FILE_TEST_EXISTS)); /* X7 */
  ck_assert (!holds_text (shared, "hello"));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { three_people_and_a_removal };
  g_setenv ("CK_DEFAULT_TIMEOUT", "240", FALSE);
  folder = g_dir_make_tmp ("demls-story-XXXXXX", NULL);
  g_autofree char *shared = below ("shared", NULL);
  g_mkdir_with_parents (shared, 0700);
  int result = run_tests ("purple-plugin/story", tests, G_N_ELEMENTS (tests));
  const char *const rm[] = { "rm", "-rf", "--", folder, NULL };
  g_spawn_sync (NULL, (char **) rm, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free (folder);
  return result;
}
