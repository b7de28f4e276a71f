#include "base/reader.h"

Reader
reader_init (Span bytes)
{
  return (Reader){ bytes.data, bytes.len ? bytes.data + bytes.len : bytes.data, FALSE };
}

static guint64
read_be (Reader *self, gsize len)
{
  Span raw = reader_raw (self, len);
  guint64 value = 0;
  for (gsize i = 0; i < raw.len; i++)
    value = value << 8 | raw.data[i];
  return value;
}

guint8
reader_u8 (Reader *self)
{
  return (guint8) read_be (self, 1);
}

guint16
reader_u16 (Reader *self)
{
  return (guint16) read_be (self, 2);
}

guint32
reader_u32 (Reader *self)
{
  return (guint32) read_be (self, 4);
}

guint64
reader_u64 (Reader *self)
{
  return read_be (self, 8);
}

Span
reader_raw (Reader *self, gsize len)
{
  if (self->failed || len > (gsize) (self->end - self->at))
    {
      self->failed = TRUE;
      return SPAN_EMPTY;
    }
  Span result = span (self->at, len);
  if (len)
    self->at += len;
  return result;
}

guint32
reader_varint (Reader *self)
{
  static const guint32 smallest[] = { 0, 1u << 6, 1u << 14 };
  if (self->failed || self->at == self->end || *self->at >> 6 == 3)
    {
      self->failed = TRUE;
      return 0;
    }
  guint form = *self->at >> 6;
  gsize len = (gsize) 1 << form;
  guint32 value = (guint32) read_be (self, len) & (guint32) ((1ull << (8 * len - 2)) - 1);
  if (value < smallest[form])
    self->failed = TRUE;
  return self->failed ? 0 : value;
}

Span
reader_vector (Reader *self)
{
  guint32 len = reader_varint (self);
  return reader_raw (self, len);
}

Reader
reader_open (Reader *self)
{
  Reader inner = reader_init (reader_vector (self));
  inner.failed = self->failed;
  return inner;
}

void
reader_close (Reader *self, const Reader *inner)
{
  if (!reader_end (inner))
    self->failed = TRUE;
}

gboolean
reader_optional (Reader *self)
{
  guint8 present = reader_u8 (self);
  if (present > 1)
    self->failed = TRUE;
  return !self->failed && present == 1;
}

void
reader_fail (Reader *self)
{
  self->failed = TRUE;
}

gboolean
reader_more (const Reader *self)
{
  return !self->failed && self->at < self->end;
}

Span
reader_rest (const Reader *self)
{
  return self->failed ? SPAN_EMPTY : span (self->at, (gsize) (self->end - self->at));
}

gboolean
reader_end (const Reader *self)
{
  return !self->failed && self->at == self->end;
}
