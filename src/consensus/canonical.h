/* canonical.h - is this protobuf message written in the one way in which it may be written? (consensus C3; mandates,
 * introduction)
 *
 * Hashes and signatures cover encodings, so a message that could be written in two ways could be two things to two
 * members. Bytes are accepted only if packing what they say yields the same bytes: known fields only, in ascending
 * order, each singular one at most once and never with its default value, minimal varints, exactly one member of a
 * oneof, known enum values, valid UTF-8 without NUL. This is judged on the bytes themselves, before anything is
 * allocated, together with the sizes of fields and the memory that unpacking will take.
 *
 * What protobuf-c packs from messages without unknown fields is canonical.
 */
#ifndef DEMLS_CONSENSUS_CANONICAL_H
#define DEMLS_CONSENSUS_CANONICAL_H

#include <protobuf-c/protobuf-c.h>

#include "base/bytes.h"
#include "consensus/error.h"

/* How long a bytes or string field may be, and how often a repeated one may occur. A field that no table names has no
 * bound but that of the whole. */
typedef struct {
  const ProtobufCMessageDescriptor *message;
  guint32 field;     /* number */
  gsize min, max;    /* length of bytes and strings; not looked at for others */
  gsize max_count;   /* repeated fields; 0: no bound */
  gboolean required; /* must be there */
} ConsensusBound;

/* A table of bounds, and the table for the messages that these messages contain, if any. */
typedef struct _ConsensusBounds ConsensusBounds;
struct _ConsensusBounds {
  const ConsensusBound *rows;
  gsize n;
  const ConsensusBounds *next;
};

/* Checks that `bytes` are the canonical encoding of a `type`, that fields keep to the `bounds` (may be NULL), and that
 * there are at most `max` bytes that unpack into at most 4 * bytes.len + CONSENSUS_UNPACK_CONSTANT. Allocates nothing.
 * Errors: the first group of error.h. */
gboolean consensus_canonical_check (const ProtobufCMessageDescriptor *type, Span bytes, gsize max,
                                    const ConsensusBounds *bounds, GError **error);

/* The same, and unpacks them. (transfer full: protobuf_c_message_free_unpacked) */
ProtobufCMessage *consensus_canonical_unpack (const ProtobufCMessageDescriptor *type, Span bytes, gsize max,
                                              const ConsensusBounds *bounds, GError **error);

/* The canonical encoding of a message without unknown fields. (transfer full) */
GBytes *consensus_canonical_pack (const ProtobufCMessage *message);

/* Between our bytes and protobuf-c's. The latter's are borrowed, and only read however its type looks. */
static inline Span
consensus_span (ProtobufCBinaryData data)
{
  return span (data.data, data.len);
}

/* The inverse. */
static inline ProtobufCBinaryData
consensus_data (Span bytes)
{
  union {
    const guint8 *from;
    guint8 *to;
  } pointer = { .from = bytes.data };
  return (ProtobufCBinaryData){ bytes.len, pointer.to };
}

#endif
