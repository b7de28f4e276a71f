/* test-writer.c - base/writer.h, and that base/reader.h reads what it wrote (regression K4).
 */
#include <string.h>

#include "../lib/run.h"
#include "base/reader.h"
#include "base/writer.h"

static void
assert_written (const Writer *writer, const char *hex)
{
  g_autofree char *written = span_hex (writer_span (writer));
  ck_assert_str_eq (written, hex);
}

START_TEST (integers_are_big_endian)
{
  g_auto (Writer) writer = WRITER_INIT;
  ck_assert_uint_eq (writer_span (&writer).len, 0);
  writer_u8 (&writer, 0x01);
  writer_u16 (&writer, 0x0203);
  writer_u32 (&writer, 0x04050607);
  writer_u64 (&writer, G_GUINT64_CONSTANT (0x08090a0b0c0d0eff));
  assert_written (&writer, "0102030405060708090a0b0c0d0eff");
}
END_TEST

START_TEST (lengths_take_the_shortest_form)
{
  static const struct {
    guint32 value;
    const char *hex;
  } lengths[] = {
    { 0, "00" }, { 63, "3f" }, { 64, "4040" }, { 16383, "7fff" }, { 16384, "80004000" }, { (1u << 30) - 1, "bfffffff" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_auto (Writer) writer = WRITER_INIT;
      writer_varint (&writer, lengths[i].value);
      assert_written (&writer, lengths[i].hex);
      Reader reader = reader_init (writer_span (&writer));
      ck_assert_uint_eq (reader_varint (&reader), lengths[i].value);
      ck_assert (reader_end (&reader));
    }
}
END_TEST

static const gsize sizes[] = { 0, 1, 62, 63, 64, 65, 255, 256, 257, 16382, 16383, 16384, 16385, 100000 };

START_TEST (vectors_come_back)
{
  g_autofree guint8 *contents = g_malloc (100000);
  for (gsize i = 0; i < 100000; i++)
    contents[i] = (guint8) (i * 7);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_auto (Writer) writer = WRITER_INIT;
      writer_vector (&writer, span (contents, sizes[i]));
      writer_u8 (&writer, 0xaa);
      Reader reader = reader_init (writer_span (&writer));
      ck_assert (span_equal (reader_vector (&reader), span (contents, sizes[i])));
      ck_assert_uint_eq (reader_u8 (&reader), 0xaa);
      ck_assert (reader_end (&reader));
    }
}
END_TEST

/* A block whose length is known last equals a vector whose length is known first. */
START_TEST (blocks_equal_vectors)
{
  g_autofree guint8 *contents = g_malloc0 (100000);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_auto (Writer) block = WRITER_INIT;
      g_auto (Writer) vector = WRITER_INIT;
      writer_u16 (&block, 0x1234);
      gsize mark = writer_open (&block);
      for (gsize done = 0; done < sizes[i]; done += MIN (1000, sizes[i] - done))
        writer_raw (&block, span (contents, MIN (1000, sizes[i] - done)));
      writer_close (&block, mark);
      writer_u8 (&block, 0x56);
      writer_u16 (&vector, 0x1234);
      writer_vector (&vector, span (contents, sizes[i]));
      writer_u8 (&vector, 0x56);
      ck_assert (span_equal (writer_span (&block), writer_span (&vector)));
    }
}
END_TEST

START_TEST (blocks_nest)
{
  g_auto (Writer) writer = WRITER_INIT;
  gsize outer = writer_open (&writer);
  for (guint i = 0; i < 3; i++)
    {
      gsize inner = writer_open (&writer);
      for (guint j = 0; j < i; j++)
        writer_u8 (&writer, (guint8) (0xa0 + j));
      writer_close (&writer, inner);
    }
  writer_close (&writer, outer);
  gsize empty = writer_open (&writer);
  writer_close (&writer, empty);
  assert_written (&writer, "060001a002a0a100");
}
END_TEST

START_TEST (optional_writes_one_byte)
{
  g_auto (Writer) writer = WRITER_INIT;
  writer_optional (&writer, FALSE);
  writer_optional (&writer, TRUE);
  writer_optional (&writer, 256); /* any truth */
  assert_written (&writer, "000101");
}
END_TEST

START_TEST (take_empties_the_writer)
{
  g_auto (Writer) writer = WRITER_INIT;
  g_autoptr (GBytes) nothing = writer_take (&writer);
  ck_assert_uint_eq (g_bytes_get_size (nothing), 0);
  writer_raw (&writer, span_str ("abc"));
  g_autoptr (GBytes) first = writer_take (&writer);
  ck_assert (span_equal (span_bytes (first), span_str ("abc")));
  ck_assert_uint_eq (writer_span (&writer).len, 0);
  writer_raw (&writer, span_str ("de"));
  g_autoptr (GBytes) second = writer_take (&writer);
  ck_assert (span_equal (span_bytes (second), span_str ("de")));
}
END_TEST

START_TEST (clear_can_be_repeated)
{
  Writer writer = WRITER_INIT;
  writer_clear (&writer);
  writer_raw (&writer, SPAN_EMPTY);
  writer_u64 (&writer, 1);
  writer_clear (&writer);
  writer_clear (&writer);
  ck_assert (writer.data == NULL && writer.len == 0 && writer.room == 0);
}
END_TEST

START_TEST (growth_keeps_what_was_written)
{
  g_auto (Writer) writer = WRITER_INIT;
  for (guint i = 0; i < 70000; i++)
    writer_u8 (&writer, (guint8) (i % 251));
  Span all = writer_span (&writer);
  ck_assert_uint_eq (all.len, 70000);
  for (guint i = 0; i < 70000; i++)
    ck_assert_uint_eq (all.data[i], i % 251);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    integers_are_big_endian,
    lengths_take_the_shortest_form,
    vectors_come_back,
    blocks_equal_vectors,
    blocks_nest,
    optional_writes_one_byte,
    take_empties_the_writer,
    clear_can_be_repeated,
    growth_keeps_what_was_written,
  };
  return run_tests ("base/writer", tests, G_N_ELEMENTS (tests));
}
