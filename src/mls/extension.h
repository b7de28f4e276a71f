/* extension.h - lists of extensions (RFC 9420 section 13.4) and the contents of those that this implementation knows.
 *
 * A list is kept encoded, as the contents of its vector (without the vector's length), and read in place.
 */
#ifndef DEMLS_MLS_EXTENSION_H
#define DEMLS_MLS_EXTENSION_H

#include "base/reader.h"
#include "base/writer.h"
#include "mls/error.h"
#include "mls/registry.h"

/* Checks that `list` is a well-formed list without two extensions of one type. Errors: MALFORMED,
 * DUPLICATE_EXTENSION. */
gboolean mls_extensions_check (Span list, GError **error);

/* Reads the next extension; FALSE at the end (or on damage, which mls_extensions_check() excludes). */
gboolean mls_extensions_next (Reader *reader, guint16 *type, Span *data);

/* The content of the extension of `type`; FALSE if there is none. */
gboolean mls_extensions_find (Span list, guint16 type, Span *data);

/* Appends one extension to `writer` (inside an open vector). */
void mls_extension_write (Writer *writer, guint16 type, Span data);

/* required_capabilities (11.1): lists of u16, kept encoded. */
typedef struct {
  Span extensions;
  Span proposals;
  Span credentials;
} MlsRequiredCapabilities;

/* Errors: EXTENSION. */
gboolean mls_required_capabilities_parse (Span data, MlsRequiredCapabilities *out, GError **error);

/* TRUE iff the list of big-endian u16 in `list` contains `value`. */
gboolean mls_u16_list_has (Span list, guint16 value);

/* The same list made ready for many questions, whatever its length. `list` must outlive it. */
typedef struct {
  Span list;
  guint8 bits[8192]; /* filled only if the list is long */
} MlsU16Set;

/* Fills and asks the set. */
void mls_u16_set_init (MlsU16Set *self, Span list);
gboolean mls_u16_set_has (const MlsU16Set *self, guint16 value);

/* TRUE iff every value of the list `wanted` is in the set, or is one for which `is_default` (may be NULL) says TRUE. */
gboolean mls_u16_set_has_all (const MlsU16Set *self, Span wanted, gboolean (*is_default) (guint16 type));

/* TRUE for the extension types of RFC 9420 itself that every member supports without listing them (7.2: 1..5). */
gboolean mls_extension_is_default (guint16 type);
/* Likewise for proposal types 1..7. */
gboolean mls_proposal_is_default (guint16 type);

#endif
