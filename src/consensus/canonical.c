#include "consensus/canonical.h"

#include <string.h>

#include "consensus/limits.h"

/* protobuf-c notes every occurrence of a field in a structure of this size while it unpacks. */
#define OCCURRENCE_SIZE 40

#define MAX_FIELDS 64 /* of one message, so that a word can say which were seen */
#define MAX_DEPTH 16  /* deeper than the schemas nest; they have no recursion */

typedef struct {
  const ConsensusBounds *bounds;
  gsize memory; /* that unpacking may still take */
} Scan;

/* One field as it stands in the bytes. */
typedef struct {
  const ProtobufCFieldDescriptor *descriptor;
  guint index;    /* in the message's table */
  guint64 number; /* varint fields */
  Span content;   /* length-delimited fields */
} Field;

static gboolean scan_message (Scan *scan, const ProtobufCMessageDescriptor *type, Span bytes, guint depth,
                              GError **error);

static gboolean
malformed (GError **error, const char *what)
{
  return consensus_refuse (error, CONSENSUS_ERROR_MALFORMED, "%s", what);
}

static gboolean
not_canonical (GError **error, const char *what)
{
  return consensus_refuse (error, CONSENSUS_ERROR_NOT_CANONICAL, "%s", what);
}

static gboolean
take_varint (Span *bytes, guint64 *out, GError **error)
{
  guint64 value = 0;
  for (gsize i = 0; i < bytes->len; i++)
    {
      guint8 byte = bytes->data[i];
      if (i == 9 && byte > 1)
        return malformed (error, "varint of more than 64 bits");
      value |= (guint64) (byte & 0x7F) << (7 * i);
      if (byte & 0x80)
        continue;
      if (byte == 0 && i > 0)
        return not_canonical (error, "varint longer than needed");
      *bytes = span (bytes->data + i + 1, bytes->len - i - 1);
      *out = value;
      return TRUE;
    }
  return malformed (error, "varint without end");
}

static gboolean
spend (Scan *scan, gsize amount, GError **error)
{
  if (amount > scan->memory)
    return consensus_refuse (error, CONSENSUS_ERROR_TOO_LARGE, "takes more memory than its bytes are worth");
  scan->memory -= amount;
  return TRUE;
}

static gboolean
is_delimited (const ProtobufCFieldDescriptor *field)
{
  return field->type == PROTOBUF_C_TYPE_BYTES || field->type == PROTOBUF_C_TYPE_STRING
         || field->type == PROTOBUF_C_TYPE_MESSAGE;
}

static gboolean
take_field (const ProtobufCMessageDescriptor *type, Span *bytes, Field *out, GError **error)
{
  guint64 tag;
  if (!take_varint (bytes, &tag, error))
    return FALSE;
  if (tag >> 3 > G_MAXINT32)
    return malformed (error, "field number out of range");
  out->descriptor = protobuf_c_message_descriptor_get_field (type, (unsigned) (tag >> 3));
  if (!out->descriptor)
    return consensus_refuse (error, CONSENSUS_ERROR_UNKNOWN, "%s has no field %u", type->name, (guint) (tag >> 3));
  out->index = (guint) (out->descriptor - type->fields);

  gboolean delimited = is_delimited (out->descriptor);
  if ((tag & 7) != (delimited ? 2 : 0))
    return malformed (error, "wrong wire type");
  if (!take_varint (bytes, &out->number, error))
    return FALSE;
  if (!delimited)
    return TRUE;
  if (out->number > bytes->len)
    return malformed (error, "field longer than what is left");
  out->content = span (bytes->data, (gsize) out->number);
  *bytes = span (bytes->data + out->content.len, bytes->len - out->content.len);
  return TRUE;
}

static gboolean
scan_number (const Field *field, GError **error)
{
  const ProtobufCFieldDescriptor *descriptor = field->descriptor;
  if (field->number == 0)
    return not_canonical (error, "default value written");
  switch ((int) descriptor->type)
    {
    case PROTOBUF_C_TYPE_BOOL:
      return field->number == 1 || not_canonical (error, "truth value other than 1");
    case PROTOBUF_C_TYPE_UINT32:
      return field->number <= G_MAXUINT32 || malformed (error, "uint32 out of range");
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_INT64:
      return TRUE;
    case PROTOBUF_C_TYPE_ENUM:
      if (field->number <= G_MAXINT32
          && protobuf_c_enum_descriptor_get_value (descriptor->descriptor, (int) field->number))
        return TRUE;
      return consensus_refuse (error, CONSENSUS_ERROR_UNKNOWN, "%s has no such value", descriptor->name);
    default:
      return malformed (error, "a type that no message here has");
    }
}

static gboolean
scan_content (Scan *scan, const Field *field, guint depth, GError **error)
{
  const ProtobufCFieldDescriptor *descriptor = field->descriptor;
  gboolean repeated = descriptor->label == PROTOBUF_C_LABEL_REPEATED;
  if (repeated && !spend (scan, OCCURRENCE_SIZE + sizeof (ProtobufCBinaryData), error))
    return FALSE;
  if (descriptor->type == PROTOBUF_C_TYPE_MESSAGE)
    return scan_message (scan, descriptor->descriptor, field->content, depth + 1, error);
  if (field->content.len == 0 && !repeated)
    return not_canonical (error, "default value written");
  if (descriptor->type == PROTOBUF_C_TYPE_STRING
      && !g_utf8_validate_len ((const char *) field->content.data, field->content.len, NULL))
    return malformed (error, "not UTF-8");
  return spend (scan, field->content.len + 1, error);
}

static const ConsensusBound *
find_bound (const Scan *scan, const ProtobufCMessageDescriptor *type, guint32 number)
{
  for (const ConsensusBounds *table = scan->bounds; table; table = table->next)
    for (gsize i = 0; i < table->n; i++)
      if (table->rows[i].message == type && table->rows[i].field == number)
        return &table->rows[i];
  return NULL;
}

static gboolean
keeps_to_bound (const Scan *scan, const ProtobufCMessageDescriptor *type, const Field *field, gsize count,
                GError **error)
{
  const ConsensusBound *bound = find_bound (scan, type, field->descriptor->id);
  if (!bound)
    return TRUE;
  if (bound->max_count && count > bound->max_count)
    return consensus_refuse (error, CONSENSUS_ERROR_SIZE, "too many %s", field->descriptor->name);
  if (field->descriptor->type != PROTOBUF_C_TYPE_BYTES && field->descriptor->type != PROTOBUF_C_TYPE_STRING)
    return TRUE;
  if (field->content.len < bound->min || field->content.len > bound->max)
    return consensus_refuse (error, CONSENSUS_ERROR_SIZE, "%s of %" G_GSIZE_FORMAT " bytes", field->descriptor->name,
                             field->content.len);
  return TRUE;
}

static gboolean
has_one_member (const ProtobufCMessageDescriptor *type, guint64 seen, GError **error)
{
  gboolean has_oneof = FALSE;
  guint members = 0;
  for (guint i = 0; i < type->n_fields; i++)
    if (type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
      {
        has_oneof = TRUE;
        members += (guint) (seen >> i) & 1;
      }
  if (has_oneof && members != 1)
    return consensus_refuse (error, CONSENSUS_ERROR_ONEOF, "%u members of the oneof of %s", members, type->name);
  return TRUE;
}

static gboolean
has_required (const Scan *scan, const ProtobufCMessageDescriptor *type, guint64 seen, GError **error)
{
  for (guint i = 0; i < type->n_fields; i++)
    {
      if ((seen >> i) & 1)
        continue;
      const ConsensusBound *bound = find_bound (scan, type, type->fields[i].id);
      if (bound && bound->required)
        return consensus_refuse (error, CONSENSUS_ERROR_SIZE, "%s has no %s", type->name, type->fields[i].name);
    }
  return TRUE;
}

static gboolean
scan_message (Scan *scan, const ProtobufCMessageDescriptor *type, Span bytes, guint depth, GError **error)
{
  g_return_val_if_fail (type->n_fields <= MAX_FIELDS && depth < MAX_DEPTH, FALSE);
  if (!spend (scan, type->sizeof_message, error))
    return FALSE;
  guint64 seen = 0;
  guint32 last = 0;
  gsize count = 0;
  while (bytes.len > 0)
    {
      Field field = { 0 };
      if (!take_field (type, &bytes, &field, error))
        return FALSE;
      guint32 number = field.descriptor->id;
      gboolean repeated = field.descriptor->label == PROTOBUF_C_LABEL_REPEATED;
      if (number < last)
        return not_canonical (error, "fields out of order");
      if (number == last && !repeated)
        return not_canonical (error, "a field twice");
      count = number == last ? count + 1 : 1;
      last = number;
      seen |= G_GUINT64_CONSTANT (1) << field.index;
      if (!keeps_to_bound (scan, type, &field, count, error))
        return FALSE;
      if (is_delimited (field.descriptor) ? !scan_content (scan, &field, depth, error) : !scan_number (&field, error))
        return FALSE;
    }
  return has_one_member (type, seen, error) && has_required (scan, type, seen, error);
}

gboolean
consensus_canonical_check (const ProtobufCMessageDescriptor *type, Span bytes, gsize max, const ConsensusBounds *bounds,
                           GError **error)
{
  if (bytes.len > max)
    return consensus_refuse (error, CONSENSUS_ERROR_TOO_LARGE, "%" G_GSIZE_FORMAT " bytes", bytes.len);
  Scan scan = { bounds, 4 * bytes.len + CONSENSUS_UNPACK_CONSTANT };
  return scan_message (&scan, type, bytes, 0, error);
}

ProtobufCMessage *
consensus_canonical_unpack (const ProtobufCMessageDescriptor *type, Span bytes, gsize max,
                            const ConsensusBounds *bounds, GError **error)
{
  if (!consensus_canonical_check (type, bytes, max, bounds, error))
    return NULL;
  ProtobufCMessage *message = protobuf_c_message_unpack (type, NULL, bytes.len, bytes.data);
  if (!message)
    malformed (error, "protobuf-c does not unpack it");
  return message;
}

GBytes *
consensus_canonical_pack (const ProtobufCMessage *message)
{
  gsize size = protobuf_c_message_get_packed_size (message);
  guint8 *packed = g_malloc (MAX (size, 1));
  return g_bytes_new_take (packed, protobuf_c_message_pack (message, packed));
}
