/* fuzz-reader.c - base/reader.h driven by a little program: the input is a vector of steps, then the bytes to read.
 *
 * What was read is written again and must be the same bytes; what failed once must stay failed and at its place.
 */
#include "base/reader.h"
#include "base/writer.h"

#define MAX_NESTING 8

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  Reader steps;
  guint nesting;
} Program;

static void run (Program *program, Reader *reader, Writer *copy);

static void
read_inner (Program *program, Reader *reader, Writer *copy)
{
  Reader inner = reader_open (reader);
  gsize mark = writer_open (copy);
  program->nesting++;
  run (program, &inner, copy);
  program->nesting--;
  if (!inner.failed)
    writer_raw (copy, reader_raw (&inner, reader_rest (&inner).len));
  writer_close (copy, mark);
  reader_close (reader, &inner);
}

static void
read_vector (Reader *reader, Writer *copy)
{
  Span contents = reader_vector (reader);
  g_assert (!contents.len || contents.data + contents.len == reader->at);
  writer_vector (copy, contents);
}

static void
read_optional (Reader *reader, Writer *copy)
{
  gboolean present = reader_optional (reader);
  writer_optional (copy, present);
}

/* The low bits choose, the high ones are a length. */
static void
step (Program *program, guint8 code, Reader *reader, Writer *copy)
{
  switch (code & 7)
    {
    case 0:
      writer_u8 (copy, reader_u8 (reader));
      break;
    case 1:
      writer_u16 (copy, reader_u16 (reader));
      break;
    case 2:
      writer_u32 (copy, reader_u32 (reader));
      break;
    case 3:
      writer_u64 (copy, reader_u64 (reader));
      break;
    case 4:
      writer_raw (copy, reader_raw (reader, (gsize) code >> 3));
      break;
    case 5:
      writer_varint (copy, reader_varint (reader));
      break;
    case 6:
      read_optional (reader, copy);
      break;
    default:
      if (program->nesting < MAX_NESTING && code & 8)
        read_inner (program, reader, copy);
      else
        read_vector (reader, copy);
    }
}

/* A failed reader yields nothing and moves nowhere. */
static void
assert_dead (Reader *reader)
{
  const guint8 *at = reader->at;
  g_assert (reader_u8 (reader) == 0 && reader_u16 (reader) == 0 && reader_u32 (reader) == 0
            && reader_u64 (reader) == 0);
  g_assert (reader_varint (reader) == 0 && reader_vector (reader).len == 0 && reader_raw (reader, 1).len == 0);
  g_assert (!reader_optional (reader) && !reader_more (reader) && !reader_end (reader));
  Reader inner = reader_open (reader);
  g_assert (reader_u8 (&inner) == 0 && !reader_more (&inner));
  g_assert (reader->failed && reader->at == at);
}

static void
run (Program *program, Reader *reader, Writer *copy)
{
  while (reader_more (&program->steps) && !reader->failed)
    {
      guint8 code = reader_u8 (&program->steps);
      if (code == 0xff) /* leave this nesting */
        break;
      step (program, code, reader, copy);
      g_assert (reader->at <= reader->end);
    }
  if (reader->failed)
    assert_dead (reader);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Reader input = reader_init (span (data, size));
  Program program = { .steps = reader_init (reader_vector (&input)) };
  const guint8 *start = input.at;
  g_auto (Writer) copy = WRITER_INIT;
  run (&program, &input, &copy);
  if (!input.failed)
    g_assert (span_equal (writer_span (&copy), span (start, (gsize) (input.at - start))));
  return 0;
}
