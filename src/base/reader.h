/* reader.h - a cursor over untrusted bytes in the presentation language of RFC 9420 section 2.1.
 *
 * A Reader lives on the stack and borrows its bytes. It fails once and for all: after the first read that does not
 * fit, every further read yields zero or an empty Span and consumes nothing, so that a structure is read line by line
 * and judged once, at the end, by reader_end(). Spans that were read point into the borrowed bytes: reading allocates
 * nothing, however large a length is claimed.
 */
#ifndef DEMLS_READER_H
#define DEMLS_READER_H

#include "base/bytes.h"

typedef struct {
  const guint8 *at;
  const guint8 *end;
  gboolean failed;
} Reader;

/* A reader over `bytes`. */
Reader reader_init (Span bytes);

/* Integers of 1, 2, 4 and 8 bytes, big-endian. 0 on failure. */
guint8 reader_u8 (Reader *self);
guint16 reader_u16 (Reader *self);
guint32 reader_u32 (Reader *self);
guint64 reader_u64 (Reader *self);

/* Exactly `len` bytes. */
Span reader_raw (Reader *self, gsize len);

/* The length prefix of a vector (2.1.2): 1, 2 or 4 bytes, at most 2^30 - 1. Fails on the prefix 0b11 and on any
 * length that would have fitted a shorter form. */
guint32 reader_varint (Reader *self);

/* The contents of a variable-size vector: reader_varint() and that many bytes. */
Span reader_vector (Reader *self);

/* reader_vector() as a reader of its own, for vectors of structures. A failure inside it does not reach `self`; call
 * reader_close() when done. */
Reader reader_open (Reader *self);

/* Fails `self` unless `inner` was read without failure and to its last byte. */
void reader_close (Reader *self, const Reader *inner);

/* An optional<T> (2.1.1): TRUE if the value follows. A presence byte other than 0 or 1 fails. */
gboolean reader_optional (Reader *self);

/* Marks the reader as failed; for values that are well-framed but not allowed. */
void reader_fail (Reader *self);

/* TRUE while bytes are left and nothing failed; the condition of loops over a vector. */
gboolean reader_more (const Reader *self);

/* The bytes not yet read. */
Span reader_rest (const Reader *self);

/* TRUE iff nothing failed and every byte was read. */
gboolean reader_end (const Reader *self);

#endif
