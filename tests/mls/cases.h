/* cases.h - for the tests of this folder: files of vectors, case by case, and refusals.
 */
#ifndef DEMLS_TESTS_MLS_CASES_H
#define DEMLS_TESTS_MLS_CASES_H

#include <stdlib.h>

#include "../lib/run.h"
#include "../lib/vectors.h"
#include "mls/error.h"

/* In a function that returns gboolean: fails the case, naming the line. */
#define CASE_HOLDS(condition)                                                                                          \
  do                                                                                                                   \
    {                                                                                                                  \
      if (!(condition))                                                                                                \
        {                                                                                                              \
          g_printerr ("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                          \
          return FALSE;                                                                                                \
        }                                                                                                              \
    }                                                                                                                  \
  while (0)

typedef gboolean (*CaseCheck) (JsonObject *object);

/* Checks every case of mls/`name`.json, of which there must be `expected`. What main() has to return. */
static inline int
run_vectors (const char *name, guint expected, CaseCheck check)
{
  g_autofree char *path = g_strconcat ("mls/", name, ".json", NULL);
  g_autoptr (JsonNode) root = vectors_load (path);
  if (!root)
    return VECTORS_SKIP;
  JsonArray *cases = json_node_get_array (root);
  guint fine = 0, n = json_array_get_length (cases);
  for (guint i = 0; i < n; i++)
    {
      if (check (json_array_get_object_element (cases, i)))
        fine++;
      else
        g_printerr ("%s: case %u failed\n", name, i);
      vectors_forget ();
    }
  g_print ("%s: %u of %u\n", name, fine, expected);
  return fine == expected && n == expected ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The same after unit tests: a failure of either counts, and so does a missing file. */
static inline int
run_tests_and_cases (const char *program, const TTest *const *tests, gsize n_tests, const char *name, guint expected,
                     CaseCheck check)
{
  int units = run_tests (program, tests, n_tests);
  int cases = run_vectors (name, expected, check);
  return units != EXIT_SUCCESS ? units : cases;
}

/* TRUE iff `error` is an MlsError of this code; clears it. */
static inline gboolean
is_code (GError **error, MlsError code)
{
  gboolean same = g_error_matches (*error, MLS_ERROR, (gint) code);
  if (!same)
    g_printerr ("code %d wanted: %s (%d)\n", (int) code, *error ? (*error)->message : "no error",
                *error ? (*error)->code : -1);
  g_clear_error (error);
  return same;
}

/* A copy of `bytes` with one more byte, or without its last ones, in memory of exactly that size, so that reading
 * beyond it is noticed. */
static inline GBytes *
resized (Span bytes, gsize len)
{
  guint8 *data = g_malloc0 (MAX (len, 1));
  for (gsize i = 0; i < MIN (len, bytes.len); i++)
    data[i] = bytes.data[i];
  return g_bytes_new_take (data, len);
}

#endif
