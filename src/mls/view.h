/* view.h - helpers for structures that are views of bytes of their own; for the files of this folder.
 */
#ifndef DEMLS_MLS_VIEW_H
#define DEMLS_MLS_VIEW_H

#include "base/bytes.h"
#include "base/reader.h"
#include "base/writer.h"

/* The bytes that `reader` consumed since it stood at `start`. */
static inline Span
view_since (const Reader *reader, const guint8 *start)
{
  return span (start, (gsize) (reader->at - start));
}

/* `part` of a structure that was read at `from`, now that its bytes were copied to `to`. */
static inline Span
view_moved (Span part, const guint8 *from, const guint8 *to)
{
  return part.len ? span (to + (part.data - from), part.len) : SPAN_EMPTY;
}

/* A writer with room for `room` bytes, so that structures of known size take one allocation. */
static inline Writer
view_writer (gsize room)
{
  return (Writer){ g_malloc (MAX (room, 1)), 0, MAX (room, 1) };
}

/* Bytes that a vector's length prefix takes. */
static inline gsize
view_prefix_size (gsize len)
{
  return len < 1u << 6 ? 1 : len < 1u << 14 ? 2 : 4;
}

/* writer_take() without the copy: for public bytes, and writers that were made with the right room. (transfer full) */
static inline GBytes *
view_take (Writer *writer)
{
  GBytes *bytes = g_bytes_new_take (writer->data, writer->len);
  *writer = WRITER_INIT;
  return bytes;
}

#endif
