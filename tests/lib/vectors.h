/* vectors.h - test vectors that others published, read from JSON.
 *
 * The files are not part of this project: megabytes of other people's data. They are looked for, in this order, in
 *
 *   $DEMLS_VECTORS                            if that variable is set (then nowhere else)
 *   $DEMLS_TOP_SRCDIR/../shared/vectors       if that variable is set
 *   D/shared/vectors                          for D = the current directory and each of its ancestors
 *
 * and the folder holds
 *
 *   mls/          the folder test-vectors of https://github.com/mlswg/mls-implementations
 *   wycheproof/   files of the folder testvectors_v1 of https://github.com/C2SP/wycheproof
 *
 * A test without its file is skipped, never passed:
 *
 *   int
 *   main (void)
 *   {
 *     g_autoptr (JsonNode) root = vectors_load ("mls/psk_secret.json");
 *     if (!root)
 *       return VECTORS_SKIP;
 *     JsonArray *cases = json_node_get_array (root);
 *     for (guint i = 0; i < json_array_get_length (cases); i++)
 *       {
 *         JsonObject *object = json_array_get_object_element (cases, i);
 *         guint64 id = vectors_int (object, "cipher_suite");
 *         Span expected = vectors_span (object, "psk_secret");
 *         ...
 *
 * The files are trusted to have their published shape: a member that is missing, of another type or not hexadecimal
 * stops the program with a message that names it.
 */
#ifndef DEMLS_TESTS_VECTORS_H
#define DEMLS_TESTS_VECTORS_H

#include <json-glib/json-glib.h>

#include "base/bytes.h"

/* What main() returns so that automake counts the test as skipped. */
#define VECTORS_SKIP 77

/* The root of the file at `relative_path` below the folder ("mls/welcome.json"); NULL, after a loud line on stderr
 * that says where to get it, if it is not there. A file that is there but is not JSON stops the program.
 * (transfer full: json_node_unref, g_autoptr (JsonNode)) */
JsonNode *vectors_load (const char *relative_path);

/* TRUE iff `object` has a member `name` that is not null. */
gboolean vectors_has (JsonObject *object, const char *name);

/* The bytes that the hexadecimal string `name` stands for. (transfer full) */
GBytes *vectors_hex (JsonObject *object, const char *name);

/* The same as a borrowed Span, which stays valid until vectors_forget() or the end of the program. */
Span vectors_span (JsonObject *object, const char *name);

/* The same for string number `index` of an array. */
Span vectors_span_at (JsonArray *array, guint index);

/* The same for hexadecimal text in the test itself: vectors typed in as facts. */
Span vectors_parse (const char *hex);

/* Frees the bytes behind all Spans that the three functions above returned; worth a call after each case
 * of a large file. */
void vectors_forget (void);

/* The number `name`, 0 or more. */
guint64 vectors_int (JsonObject *object, const char *name);

/* The truth value `name`. */
gboolean vectors_bool (JsonObject *object, const char *name);

/* The string `name`, the array `name`, the object `name`; borrowed from `object`. */
const char *vectors_text (JsonObject *object, const char *name);
JsonArray *vectors_array (JsonObject *object, const char *name);
JsonObject *vectors_object (JsonObject *object, const char *name);

#endif
