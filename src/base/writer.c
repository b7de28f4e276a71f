#include "base/writer.h"

#include <string.h>

#define FIRST_ROOM 256

/* Moves the contents by hand, since realloc() would leave the old block unwiped. */
static void
reserve (Writer *self, gsize more)
{
  if (more <= self->room - self->len)
    return;
  gsize room = MAX (self->room * 2, FIRST_ROOM);
  while (room - self->len < more)
    room *= 2;
  guint8 *data = g_malloc (room);
  if (self->len)
    {
      memcpy (data, self->data, self->len);
      explicit_bzero (self->data, self->len);
    }
  g_free (self->data);
  self->data = data;
  self->room = room;
}

static void
write_be (Writer *self, guint64 value, gsize len)
{
  reserve (self, len);
  for (gsize i = 0; i < len; i++)
    self->data[self->len + i] = (guint8) (value >> (8 * (len - 1 - i)));
  self->len += len;
}

void
writer_u8 (Writer *self, guint8 value)
{
  write_be (self, value, 1);
}

void
writer_u16 (Writer *self, guint16 value)
{
  write_be (self, value, 2);
}

void
writer_u32 (Writer *self, guint32 value)
{
  write_be (self, value, 4);
}

void
writer_u64 (Writer *self, guint64 value)
{
  write_be (self, value, 8);
}

void
writer_raw (Writer *self, Span bytes)
{
  if (bytes.len == 0)
    return;
  reserve (self, bytes.len);
  memcpy (self->data + self->len, bytes.data, bytes.len);
  self->len += bytes.len;
}

void
writer_varint (Writer *self, gsize value)
{
  g_return_if_fail (value < 1u << 30);
  if (value < 1u << 6)
    write_be (self, value, 1);
  else if (value < 1u << 14)
    write_be (self, value | 1u << 14, 2);
  else
    write_be (self, value | 1u << 31, 4);
}

void
writer_vector (Writer *self, Span bytes)
{
  writer_varint (self, bytes.len);
  writer_raw (self, bytes);
}

void
writer_optional (Writer *self, gboolean present)
{
  writer_u8 (self, present ? 1 : 0);
}

gsize
writer_open (Writer *self)
{
  return self->len;
}

void
writer_close (Writer *self, gsize mark)
{
  g_return_if_fail (mark <= self->len);
  gsize body = self->len - mark;
  writer_varint (self, body); /* at the end first, which tells how long it is */
  gsize prefix = self->len - mark - body;
  guint8 length[4];
  memcpy (length, self->data + mark + body, prefix);
  memmove (self->data + mark + prefix, self->data + mark, body);
  memcpy (self->data + mark, length, prefix);
}

Span
writer_span (const Writer *self)
{
  return span (self->data, self->len);
}

GBytes *
writer_take (Writer *self)
{
  GBytes *bytes = g_bytes_new (self->data, self->len);
  writer_clear (self);
  return bytes;
}

void
writer_clear (Writer *self)
{
  if (self->len)
    explicit_bzero (self->data, self->len);
  g_free (self->data);
  *self = WRITER_INIT;
}
