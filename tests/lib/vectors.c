#include "vectors.h"

/* Owns what vectors_span() lent. Test programs have one thread and end soon: a static will do. */
static GPtrArray *lent;

/* --- finding the folder ------------------------------------------------------------------------------------------ */

static char *
folder_above (const char *start)
{
  g_autofree char *at = g_strdup (start);
  for (;;)
    {
      g_autofree char *folder = g_build_filename (at, "shared", "vectors", NULL);
      if (g_file_test (folder, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&folder);
      char *parent = g_path_get_dirname (at);
      gboolean top = g_str_equal (parent, at);
      g_free (at);
      at = parent;
      if (top)
        return NULL;
    }
}

static char *
find_folder (void)
{
  const char *told = g_getenv ("DEMLS_VECTORS");
  if (told)
    return g_strdup (told);
  const char *top = g_getenv ("DEMLS_TOP_SRCDIR");
  if (top)
    {
      g_autofree char *folder = g_build_filename (top, "..", "shared", "vectors", NULL);
      if (g_file_test (folder, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&folder);
    }
  g_autofree char *here = g_get_current_dir ();
  return folder_above (here);
}

JsonNode *
vectors_load (const char *relative_path)
{
  g_autofree char *folder = find_folder ();
  g_autofree char *path = folder ? g_build_filename (folder, relative_path, NULL) : NULL;
  if (!path || !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_printerr ("SKIP: no test vectors at %s.\n"
                  "SKIP: set DEMLS_VECTORS to a folder with mls/ (the folder test-vectors of\n"
                  "SKIP: https://github.com/mlswg/mls-implementations) and wycheproof/ (the folder\n"
                  "SKIP: testvectors_v1 of https://github.com/C2SP/wycheproof).\n",
                  path ? path : relative_path);
      return NULL;
    }
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) error = NULL;
  if (!json_parser_load_from_file (parser, path, &error))
    g_error ("%s: %s", path, error->message);
  return json_node_ref (json_parser_get_root (parser));
}

/* --- reading members --------------------------------------------------------------------------------------------- */

gboolean
vectors_has (JsonObject *object, const char *name)
{
  return json_object_has_member (object, name) && !json_object_get_null_member (object, name);
}

static JsonNode *
member (JsonObject *object, const char *name, JsonNodeType type)
{
  JsonNode *node = json_object_get_member (object, name);
  if (!node)
    g_error ("vectors: no member \"%s\"", name);
  if (json_node_get_node_type (node) != type)
    g_error ("vectors: member \"%s\" is a %s", name, json_node_type_name (node));
  return node;
}

static GBytes *
parse_hex (const char *hex, const char *name)
{
  GBytes *bytes = hex ? bytes_from_hex (hex) : NULL;
  if (!bytes)
    g_error ("vectors: \"%s\" is not hexadecimal", name);
  return bytes;
}

static Span
lend (GBytes *bytes)
{
  if (!lent)
    lent = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_ptr_array_add (lent, bytes);
  return span_bytes (bytes);
}

GBytes *
vectors_hex (JsonObject *object, const char *name)
{
  return parse_hex (vectors_text (object, name), name);
}

Span
vectors_span (JsonObject *object, const char *name)
{
  return lend (vectors_hex (object, name));
}

Span
vectors_span_at (JsonArray *array, guint index)
{
  return lend (parse_hex (json_array_get_string_element (array, index), "array element"));
}

Span
vectors_parse (const char *hex)
{
  return lend (parse_hex (hex, hex));
}

void
vectors_forget (void)
{
  g_clear_pointer (&lent, g_ptr_array_unref);
}

guint64
vectors_int (JsonObject *object, const char *name)
{
  gint64 value = json_node_get_int (member (object, name, JSON_NODE_VALUE));
  if (value < 0)
    g_error ("vectors: \"%s\" is negative", name);
  return (guint64) value;
}

gboolean
vectors_bool (JsonObject *object, const char *name)
{
  return json_node_get_boolean (member (object, name, JSON_NODE_VALUE));
}

const char *
vectors_text (JsonObject *object, const char *name)
{
  const char *text = json_node_get_string (member (object, name, JSON_NODE_VALUE));
  if (!text)
    g_error ("vectors: \"%s\" is not a string", name);
  return text;
}

JsonArray *
vectors_array (JsonObject *object, const char *name)
{
  return json_node_get_array (member (object, name, JSON_NODE_ARRAY));
}

JsonObject *
vectors_object (JsonObject *object, const char *name)
{
  return json_node_get_object (member (object, name, JSON_NODE_OBJECT));
}
