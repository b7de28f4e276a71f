/* message.h - MLSMessage, the envelope of everything on the wire (RFC 9420 section 6).
 */
#ifndef DEMLS_MLS_MESSAGE_H
#define DEMLS_MLS_MESSAGE_H

#include "base/reader.h"
#include "base/writer.h"
#include "mls/error.h"
#include "mls/registry.h"

/* Version and wire format checked; the body is what follows them. */
typedef struct {
  MlsWireFormat wire_format;
  Span body;
} MlsMessage;

/* Errors: MALFORMED, VERSION, WIRE_FORMAT (unknown). */
gboolean mls_message_read (Span bytes, MlsMessage *out, GError **error);

/* The same, and the wire format must be `wanted`: else WIRE_FORMAT. */
gboolean mls_message_read_as (Span bytes, MlsWireFormat wanted, Span *body, GError **error);

/* Writes version and wire format; the body follows. */
void mls_message_begin (Writer *writer, MlsWireFormat wire_format);

#endif
