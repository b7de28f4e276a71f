/* bytes.h - borrowed stretches of bytes.
 *
 * A Span points at bytes that somebody else owns and says how many there are. It is passed by value, never freed, and
 * must not outlive its owner. Bytes that are kept are GBytes; bytes that are secret are Secret (crypto/secret.h).
 * An empty Span may have a NULL pointer.
 */
#ifndef DEMLS_BYTES_H
#define DEMLS_BYTES_H

#include <glib.h>

typedef struct {
  const guint8 *data;
  gsize len;
} Span;

#define SPAN_EMPTY ((Span){ NULL, 0 })

/* The bytes of an array variable (not of a pointer). */
#define SPAN_OF(array) ((Span){ (const guint8 *) (array), sizeof (array) })

/* `len` bytes at `data`. */
static inline Span
span (const void *data, gsize len)
{
  return (Span){ data, len };
}

/* The characters of `text`, without its final NUL. */
Span span_str (const char *text);

/* The contents of `bytes`, which may be NULL (empty). Valid as long as `bytes` lives. */
Span span_bytes (GBytes *bytes);

/* TRUE iff both have the same length and contents. Not for secrets: see secret_equal(). */
gboolean span_equal (Span a, Span b);

/* <0, 0 or >0: order by contents as unsigned bytes; a proper prefix comes first. */
int span_compare (Span a, Span b);

/* TRUE iff `inner` lies within `outer` (same memory); used to assert that views do not outlive their owners. */
gboolean span_within (Span inner, Span outer);

/* A copy of the bytes. (transfer full) */
GBytes *span_dup (Span bytes);

/* Lower-case hexadecimal. (transfer full: g_free) */
char *span_hex (Span bytes);

/* The bytes that `hex` names, or NULL if it has an odd length or a character that is not a hexadecimal digit.
 * (transfer full) */
GBytes *bytes_from_hex (const char *hex);

#endif
