/* writer.h - builds bytes in the presentation language of RFC 9420 section 2.1.
 *
 * The inverse of reader.h. What is written may be secret (GroupSecrets, saved groups), so a Writer never leaves
 * copies behind: memory that it gives back, when it grows or ends, was wiped before. Writing cannot fail; a vector of
 * 2^30 bytes or more is the caller's bug.
 *
 *   g_auto (Writer) w = WRITER_INIT;
 *   writer_u16 (&w, 1);
 *   gsize block = writer_open (&w);      // a vector whose length is not known yet
 *   ...
 *   writer_close (&w, block);
 *   return writer_take (&w);
 */
#ifndef DEMLS_WRITER_H
#define DEMLS_WRITER_H

#include "base/bytes.h"

typedef struct {
  guint8 *data;
  gsize len;
  gsize room;
} Writer;

#define WRITER_INIT ((Writer){ NULL, 0, 0 })

/* Integers of 1, 2, 4 and 8 bytes, big-endian. */
void writer_u8 (Writer *self, guint8 value);
void writer_u16 (Writer *self, guint16 value);
void writer_u32 (Writer *self, guint32 value);
void writer_u64 (Writer *self, guint64 value);

/* The bytes as they are. */
void writer_raw (Writer *self, Span bytes);

/* A vector's length in its shortest form (2.1.2); `value` < 2^30. */
void writer_varint (Writer *self, gsize value);

/* A variable-size vector: length and contents. */
void writer_vector (Writer *self, Span bytes);

/* The presence byte of an optional<T> (2.1.1). */
void writer_optional (Writer *self, gboolean present);

/* Begins a vector whose contents follow; returns the mark that writer_close() takes. Blocks nest. */
gsize writer_open (Writer *self);

/* Ends the vector begun at `mark`: puts its length in front of what was written since. */
void writer_close (Writer *self, gsize mark);

/* What was written so far. Valid until the next write. */
Span writer_span (const Writer *self);

/* What was written, as GBytes of exactly that size; the writer is empty and wiped afterwards. For public bytes only:
 * GBytes do not wipe themselves. (transfer full) */
GBytes *writer_take (Writer *self);

/* Wipes and frees what was written; the writer can be used again. */
void writer_clear (Writer *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Writer, writer_clear)

#endif
