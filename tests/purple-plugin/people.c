#include "people.h"

#include <signal.h>
#include <string.h>

/* a removed member knows it for sure only when the freeze round is over: half a minute and more with preset quick */
#define PATIENCE_S 100

static char *folder;
static GPtrArray *people;

/* --- the test's folder -------------------------------------------------------------------------------------------*/

char *
people_path (const char *first, const char *second)
{
  return g_build_filename (folder, first, second, NULL);
}

static void
person_free (gpointer data)
{
  Person *self = data;
  if (self->process)
    is_killed (self);
  g_ptr_array_unref (self->options);
  g_ptr_array_unref (self->before);
  g_ptr_array_unref (self->environment);
  g_ptr_array_unref (self->lines);
  g_free (self->folder);
  g_free (self);
}

void
people_begin (void)
{
  ck_assert_msg (g_getenv ("DEMLS_BUILDDIR") != NULL, "DEMLS_BUILDDIR must name the build folder");
  folder = g_dir_make_tmp ("demls-people-XXXXXX", NULL);
  g_autofree char *shared = people_path ("shared", NULL);
  g_mkdir_with_parents (shared, 0700);
  people = g_ptr_array_new_with_free_func (person_free);
}

void
people_end (void)
{
  g_clear_pointer (&people, g_ptr_array_unref);
  const char *const rm[] = { "rm", "-rf", "--", folder, NULL };
  if (!g_getenv ("DEMLS_KEEP"))
    g_spawn_sync (NULL, (char **) rm, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_clear_pointer (&folder, g_free);
}

Person *
person_new (const char *name)
{
  Person *self = g_new0 (Person, 1);
  g_autofree char *users = people_path ("users", name), *shared = people_path ("shared", NULL);
  self->name = name;
  self->folder = g_steal_pointer (&users);
  self->options = g_ptr_array_new_with_free_func (g_free);
  self->before = g_ptr_array_new_with_free_func (g_free);
  self->environment = g_ptr_array_new_with_free_func (g_free);
  self->lines = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->options, g_strconcat ("folder=", shared, NULL));
  g_ptr_array_add (self->options, g_strdup ("preset=quick"));
  g_ptr_array_add (people, self);
  return self;
}

void
person_option (Person *self, const char *option)
{
  g_ptr_array_add (self->options, g_strdup (option));
}

/* --- what is seen ------------------------------------------------------------------------------------------------*/

static void
on_line (GObject *source, GAsyncResult *result, gpointer data)
{
  Person *self = data;
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);
  if (!line || self->out != (GDataInputStream *) source)
    return;
  if (g_getenv ("DEMLS_TRACE"))
    g_printerr ("%s: %s\n", self->name, line);
  g_ptr_array_add (self->lines, g_steal_pointer (&line));
  g_data_input_stream_read_line_async (self->out, G_PRIORITY_DEFAULT, NULL, on_line, self);
}

static const char *
find (const Person *self, guint *from, const char *part)
{
  for (; *from < self->lines->len; (*from)++)
    if (strstr (self->lines->pdata[*from], part))
      return self->lines->pdata[(*from)++];
  return NULL;
}

static gboolean
on_end (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Waits from `from` on; NULL if it does not come. */
static const char *
wait_for (Person *self, guint *from, const char *part, guint seconds)
{
  gboolean over = FALSE;
  guint end = g_timeout_add_seconds (seconds, on_end, &over);
  const char *line = find (self, from, part);
  while (!line && !over)
    {
      g_main_context_iteration (NULL, TRUE);
      line = find (self, from, part);
    }
  if (!over)
    g_source_remove (end);
  return line;
}

static const char *
insist (Person *self, guint *from, const char *part, guint seconds)
{
  const char *line = wait_for (self, from, part, seconds ? seconds : PATIENCE_S);
  for (guint i = 0; !line && i < self->lines->len; i++)
    g_printerr ("%s: %s\n", self->name, (char *) self->lines->pdata[i]);
  ck_assert_msg (line != NULL, "%s never sees \"%s\"", self->name, part);
  return line;
}

const char *
sees (Person *self, const char *part)
{
  return insist (self, &self->at, part, 0);
}

const char *
sees_within (Person *self, const char *part, guint seconds)
{
  guint from = 0;
  return insist (self, &from, part, seconds);
}

guint
count_seen (const Person *self, const char *part)
{
  guint n = 0;
  for (guint from = 0; find (self, &from, part);)
    n++;
  return n;
}

gboolean
has_seen (const Person *self, const char *part)
{
  return count_seen (self, part) > 0;
}

guint
count_logged (const Person *self)
{
  guint n = 0;
  for (guint i = 0; i < self->lines->len; i++)
    {
      const char *line = self->lines->pdata[i];
      guint64 flags = g_str_has_prefix (line, "line ") ? g_ascii_strtoull (line + 5, NULL, 16) : 0;
      if (flags & 0x4 && !(flags & 0x40)) /* SYSTEM, not NO_LOG */
        n++;
    }
  return n;
}

void
forget (Person *self)
{
  g_ptr_array_set_size (self->lines, 0);
  self->at = 0;
}

/* --- the process -------------------------------------------------------------------------------------------------*/

void
launches (Person *self)
{
  const char *build = g_getenv ("DEMLS_BUILDDIR");
  g_autofree char *host = g_build_filename (build, "tests", "purple-plugin", "host", NULL);
  g_autofree char *plugins = g_build_filename (build, ".libs", NULL);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  GSubprocessFlags flags = (GSubprocessFlags) (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);
  for (guint i = 0; i < self->environment->len; i++)
    {
      g_auto (GStrv) parts = g_strsplit (self->environment->pdata[i], "=", 2);
      g_subprocess_launcher_setenv (launcher, parts[0], parts[1], TRUE);
    }
  for (guint i = 0; i < self->before->len; i++)
    g_ptr_array_add (argv, self->before->pdata[i]);
  char *const fixed[] = { host, self->folder, plugins, (char *) self->name };
  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    g_ptr_array_add (argv, fixed[i]);
  for (guint i = 0; i < self->options->len; i++)
    g_ptr_array_add (argv, self->options->pdata[i]);
  g_ptr_array_add (argv, NULL);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &error);
  ck_assert_msg (self->process != NULL, "%s", error ? error->message : "");
  self->out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  g_data_input_stream_read_line_async (self->out, G_PRIORITY_DEFAULT, NULL, on_line, self);
}

void
starts (Person *self)
{
  launches (self);
  sees (self, "online");
}

static void
is_over (Person *self)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_clear_object (&self->process);
  g_clear_object (&self->out);
}

void
quits (Person *self)
{
  types (self, "quit");
  g_autoptr (GError) error = NULL;
  ck_assert_msg (g_subprocess_wait_check (self->process, NULL, &error), "%s: %s", self->name,
                 error ? error->message : "");
  is_over (self);
}

void
is_killed (Person *self)
{
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  is_over (self);
}

void
is_signalled (Person *self, int number)
{
  g_subprocess_send_signal (self->process, number);
}

static void
type_line (Person *self, const char *line)
{
  g_autofree char *whole = g_strconcat (line, "\n", NULL);
  if (g_getenv ("DEMLS_TRACE"))
    g_printerr ("%s < %s\n", self->name, line);
  ck_assert (
      g_output_stream_write_all (g_subprocess_get_stdin_pipe (self->process), whole, strlen (whole), NULL, NULL, NULL));
}

void
types (Person *self, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *line = g_strdup_vprintf (format, args);
  va_end (args);
  type_line (self, line);
}

void
does (Person *self, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *line = g_strdup_vprintf (format, args);
  va_end (args);
  g_auto (GStrv) words = g_strsplit (line, " ", 2);
  g_autofree char *done = g_strconcat ("done ", words[0], NULL);
  guint from = self->lines->len;
  type_line (self, line);
  insist (self, &from, done, 0);
}

void
measures (Person *self)
{
  forget (self);
  does (self, "measure");
}

guint64
measured (const Person *self, const char *what)
{
  guint from = 0;
  const char *line = find (self, &from, "measured ");
  const char *at = line ? strstr (line, what) : NULL;
  ck_assert_msg (at != NULL, "%s did not measure %s", self->name, what);
  return g_ascii_strtoull (at + strlen (what) + 1, NULL, 10);
}

/* --- what people often do ----------------------------------------------------------------------------------------*/

/* Out of "line ...|... demls:id?t=...&amp;m=...". */
char *
link_of (Person *self)
{
  guint from = self->lines->len;
  types (self, "cmd link");
  const char *line = strstr (insist (self, &from, "demls:", 0), "demls:");
  g_autofree char *link = g_strndup (line, strcspn (line, " <\\"));
  g_auto (GStrv) parts = g_strsplit (link, "&amp;", -1);
  return g_strjoinv ("&", parts);
}

char *
founds (Person *self, const char *title)
{
  does (self, "create %s", title);
  return link_of (self);
}

void
asks_to_join (Person *self, const char *link)
{
  guint from = self->lines->len;
  types (self, "join %s", link);
  insist (self, &from, "Asking to join", 0);
}

void
is_let_in (Person *joiner, const char *link, Person *const *members)
{
  for (Person *const *at = members; *at; at++)
    (*at)->at = (*at)->lines->len;
  asks_to_join (joiner, link);
  for (Person *const *at = members; *at; at++)
    {
      sees (*at, "Vote #");
      types (*at, "cmd yes");
    }
  sees (joiner, "You are in.");
}

/* g_strstr_len() ends at the first zero. */
static gboolean
holds (const char *content, gsize len, const char *text)
{
  gsize n = strlen (text);
  for (const char *at = content; len >= n; len -= (gsize) (at + 1 - content), content = at + 1)
    {
      at = memchr (content, *text, len - n + 1);
      if (!at)
        return FALSE;
      if (memcmp (at, text, n) == 0)
        return TRUE;
    }
  return FALSE;
}

char *
file_with (const char *path, const char *text)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_DIR) ? g_dir_open (path, 0, NULL) : NULL;
  if (!dir)
    {
      g_autofree char *content = NULL;
      gsize len = 0;
      gboolean found = g_file_get_contents (path, &content, &len, NULL) && holds (content, len, text);
      return found ? g_strdup (path) : NULL;
    }
  for (const char *name = g_dir_read_name (dir); name; name = g_dir_read_name (dir))
    {
      g_autofree char *entry = g_build_filename (path, name, NULL);
      char *found = file_with (entry, text);
      if (found)
        return found;
    }
  return NULL;
}
