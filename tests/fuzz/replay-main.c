/* replay-main.c - the main() of a fuzz program that was built without a fuzzer.
 *
 * It gives every file of tests/fuzz/corpus/TARGET/ to LLVMFuzzerTestOneInput(), in the order of their names, and the
 * empty input before all. A crash fails the test; so does a corpus with no file, which would test nothing.
 */
#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static GPtrArray *
sorted_names (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  if (!dir)
    g_error ("%s", error->message);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  for (const char *name = g_dir_read_name (dir); name; name = g_dir_read_name (dir))
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, by_name);
  return names;
}

static void
replay (const char *folder, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *data = NULL;
  gsize size = 0;
  if (!g_file_get_contents (path, &data, &size, &error))
    g_error ("%s", error->message);
  LLVMFuzzerTestOneInput ((const guint8 *) data, size);
}

int
main (int argc, char **argv)
{
  const char *corpus = g_getenv ("DEMLS_FUZZ_CORPUS");
  if (argc < 1 || !corpus)
    {
      g_printerr ("DEMLS_FUZZ_CORPUS must name the folder tests/fuzz/corpus (\"make check\" sets it)\n");
      return 2;
    }
  g_autofree char *program = g_path_get_basename (argv[0]);
  const char *target = g_str_has_prefix (program, "fuzz-") ? program + strlen ("fuzz-") : program;
  g_autofree char *folder = g_build_filename (corpus, target, NULL);
  g_autoptr (GPtrArray) names = sorted_names (folder);

  LLVMFuzzerTestOneInput ((const guint8 *) "", 0);
  for (guint i = 0; i < names->len; i++)
    replay (folder, names->pdata[i]);
  g_print ("%s: %u files replayed\n", target, names->len);
  return names->len ? 0 : 1;
}
