#include "mls/message.h"

gboolean
mls_message_read (Span bytes, MlsMessage *out, GError **error)
{
  Reader reader = reader_init (bytes);
  guint16 version = reader_u16 (&reader);
  guint16 wire_format = reader_u16 (&reader);
  if (reader.failed)
    return mls_refuse (error, MLS_ERROR_MALFORMED, "not an MLSMessage");
  if (version != MLS_VERSION_10)
    return mls_refuse (error, MLS_ERROR_VERSION, "MLSMessage of version %u", version);
  if (wire_format < MLS_WIRE_PUBLIC_MESSAGE || wire_format > MLS_WIRE_KEY_PACKAGE)
    return mls_refuse (error, MLS_ERROR_WIRE_FORMAT, "MLSMessage with wire format %u", wire_format);
  *out = (MlsMessage){ (MlsWireFormat) wire_format, reader_rest (&reader) };
  return TRUE;
}

gboolean
mls_message_read_as (Span bytes, MlsWireFormat wanted, Span *body, GError **error)
{
  MlsMessage message = { .body = SPAN_EMPTY };
  if (!mls_message_read (bytes, &message, error))
    return FALSE;
  if (message.wire_format != wanted)
    return mls_refuse (error, MLS_ERROR_WIRE_FORMAT, "wire format %u, not %u", (guint) message.wire_format,
                       (guint) wanted);
  *body = message.body;
  return TRUE;
}

void
mls_message_begin (Writer *writer, MlsWireFormat wire_format)
{
  writer_u16 (writer, MLS_VERSION_10);
  writer_u16 (writer, (guint16) wire_format);
}
