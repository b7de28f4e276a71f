/* client.h - a headless client as seen by the test that drives it.
 *
 * DEMLS_HEADLESS names the program; HEADLESS_TRACE shows all that is said.
 */
#ifndef DEMLS_TESTS_HEADLESS_CLIENT_H
#define DEMLS_TESTS_HEADLESS_CLIENT_H

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "../lib/run.h"

typedef struct {
  const char *name;
  const char *address;
  char *directory;
  GSubprocess *process;
  GDataInputStream *out;
  GPtrArray *chat; /* of char* "member text", as shown, over all lives */
} Client;

/* One that does not run yet; its store is DIRECTORY/NAME. `name` and `address` are borrowed. */
static inline void
client_init (Client *self, const char *directory, const char *name, const char *address)
{
  *self = (Client){ .name = name, .address = address, .directory = g_build_filename (directory, name, NULL) };
  self->chat = g_ptr_array_new_with_free_func (g_free);
}

static inline void
client_start (Client *self)
{
  g_autoptr (GError) error = NULL;
  const char *program = g_getenv ("DEMLS_HEADLESS") ? g_getenv ("DEMLS_HEADLESS") : "tests/headless/headless";
  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program,
                                    self->directory, self->name, self->address, NULL);
  ck_assert_msg (self->process != NULL, "%s", error ? error->message : "");
  self->out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
}

/* "! CHAT member text" is remembered. */
static inline void
note_line (Client *self, const char *line)
{
  if (g_getenv ("HEADLESS_TRACE"))
    g_printerr ("%s: %s\n", self->name, line);
  if (g_str_has_prefix (line, "! CHAT "))
    {
      char *text = g_strdup (line + strlen ("! CHAT "));
      if (g_str_has_suffix (text, " (waiting)"))
        text[strlen (text) - strlen (" (waiting)")] = '\0';
      g_ptr_array_add (self->chat, text);
    }
}

static inline void
client_send (Client *self, const char *command)
{
  g_autofree char *line = g_strconcat (command, "\n", NULL);
  GOutputStream *in = g_subprocess_get_stdin_pipe (self->process);
  if (g_getenv ("HEADLESS_TRACE"))
    g_printerr ("%s < %s\n", self->name, command);
  ck_assert (g_output_stream_write_all (in, line, strlen (line), NULL, NULL, NULL));
}

/* What follows "= ok"; the test ends if it is anything else. (transfer full) */
static inline char *
answer (Client *self, const char *command)
{
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (self->out, NULL, NULL, NULL);
      ck_assert_msg (line != NULL, "%s ended at: %s", self->name, command);
      note_line (self, line);
      if (!g_str_has_prefix (line, "= "))
        continue;
      ck_assert_msg (g_str_has_prefix (line, "= ok"), "%s: %s -> %s", self->name, command, line);
      return g_strdup (line[4] ? line + 5 : "");
    }
}

static inline char *
ask (Client *self, const char *command)
{
  client_send (self, command);
  return answer (self, command);
}

static inline void
tell (Client *self, const char *command)
{
  g_free (ask (self, command));
}

static inline void
client_stop (Client *self)
{
  tell (self, "quit");
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (self->out, NULL, NULL, NULL);
      if (!line)
        break;
      note_line (self, line);
    }
  ck_assert (g_subprocess_wait_check (self->process, NULL, NULL));
  g_clear_object (&self->out);
  g_clear_object (&self->process);
}

/* SIGKILL, wherever it is; what it had told is read. */
static inline void
client_kill (Client *self)
{
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (self->out, NULL, NULL, NULL);
      if (!line)
        break;
      note_line (self, line);
    }
  g_clear_object (&self->out);
  g_clear_object (&self->process);
}

static inline void
client_free (Client *self)
{
  if (self->process)
    client_stop (self);
  g_free (self->directory);
  g_ptr_array_unref (self->chat);
}

static inline void
remove_tree (const char *path)
{
  GDir *dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  for (const char *name; dir && (name = g_dir_read_name (dir));)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_tree (child);
    }
  g_clear_pointer (&dir, g_dir_close);
  g_remove (path);
}

#endif
