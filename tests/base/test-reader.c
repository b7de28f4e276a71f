/* test-reader.c - base/reader.h: untrusted bytes (regressions K2, K3, K4).
 */
#include "../lib/run.h"
#include "base/reader.h"

#define READER_OF(array) reader_init (SPAN_OF (array))

/* After a failure nothing more is read, whatever is asked. */
static void
assert_dead (Reader *reader)
{
  const guint8 *at = reader->at;
  ck_assert_uint_eq (reader_u8 (reader), 0);
  ck_assert_uint_eq (reader_u16 (reader), 0);
  ck_assert_uint_eq (reader_u32 (reader), 0);
  ck_assert_uint_eq (reader_u64 (reader), 0);
  ck_assert_uint_eq (reader_raw (reader, 0).len, 0);
  ck_assert_uint_eq (reader_varint (reader), 0);
  ck_assert_uint_eq (reader_vector (reader).len, 0);
  ck_assert (!reader_optional (reader));
  ck_assert (!reader_more (reader));
  ck_assert (!reader_end (reader));
  ck_assert_uint_eq (reader_rest (reader).len, 0);
  Reader inner = reader_open (reader);
  ck_assert (inner.failed);
  ck_assert_ptr_eq (reader->at, at);
}

START_TEST (integers_are_big_endian)
{
  static const guint8 raw[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255 };
  Reader reader = READER_OF (raw);
  ck_assert_uint_eq (reader_u8 (&reader), 0x01);
  ck_assert_uint_eq (reader_u16 (&reader), 0x0203);
  ck_assert_uint_eq (reader_u32 (&reader), 0x04050607);
  ck_assert (reader_u64 (&reader) == G_GUINT64_CONSTANT (0x08090a0b0c0d0eff));
  ck_assert (reader_end (&reader));
}
END_TEST

START_TEST (integers_that_do_not_fit_fail)
{
  static const guint8 raw[7] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
  for (gsize len = 0; len <= sizeof raw; len++)
    {
      Reader two = reader_init (span (raw, len)), four = two, eight = two;
      ck_assert_uint_eq (reader_u16 (&two), len < 2 ? 0 : 0xffff);
      ck_assert_uint_eq (reader_u32 (&four), len < 4 ? 0 : 0xffffffff);
      ck_assert (reader_u64 (&eight) == 0);
      ck_assert (two.failed == (len < 2) && four.failed == (len < 4) && eight.failed);
      assert_dead (&eight);
    }
  Reader none = reader_init (SPAN_EMPTY);
  ck_assert (reader_end (&none) && !reader_more (&none));
  ck_assert_uint_eq (reader_raw (&none, 0).len, 0);
  ck_assert (reader_end (&none));
  ck_assert_uint_eq (reader_u8 (&none), 0);
  assert_dead (&none);
}
END_TEST

START_TEST (raw_lends_its_bytes)
{
  static const guint8 raw[] = { 1, 2, 3, 4 };
  Reader reader = READER_OF (raw);
  Span first = reader_raw (&reader, 3);
  ck_assert (first.data == raw && first.len == 3);
  ck_assert (span_equal (reader_rest (&reader), span (raw + 3, 1)));
  static const gsize too_long[] = { 2, G_MAXUINT32, G_MAXSIZE, G_MAXSIZE - 3 };
  for (gsize i = 0; i < G_N_ELEMENTS (too_long); i++)
    {
      Reader copy = reader;
      ck_assert_uint_eq (reader_raw (&copy, too_long[i]).len, 0);
      assert_dead (&copy);
    }
}
END_TEST

/* --- the length prefix (K4) -------------------------------------------------------------------------------------- */

typedef struct {
  guint8 bytes[4];
  gsize len;
  guint32 value;
} Length;

START_TEST (varint_reads_every_form)
{
  static const Length right[] = {
    { { 0x00 }, 1, 0 },
    { { 0x01 }, 1, 1 },
    { { 0x3f }, 1, 63 },
    { { 0x40, 0x40 }, 2, 64 },
    { { 0x7b, 0xbd }, 2, 15293 },
    { { 0x7f, 0xff }, 2, 16383 },
    { { 0x80, 0x00, 0x40, 0x00 }, 4, 16384 },
    { { 0x9d, 0x7f, 0x3e, 0x7d }, 4, 494878333 },
    { { 0xbf, 0xff, 0xff, 0xff }, 4, (1u << 30) - 1 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (right); i++)
    {
      Reader whole = reader_init (span (right[i].bytes, right[i].len));
      ck_assert_uint_eq (reader_varint (&whole), right[i].value);
      ck_assert (reader_end (&whole));
      for (gsize cut = 0; cut < right[i].len; cut++)
        {
          Reader reader = reader_init (span (right[i].bytes, cut));
          ck_assert_uint_eq (reader_varint (&reader), 0);
          assert_dead (&reader);
        }
    }
}
END_TEST

START_TEST (varint_refuses_longer_forms_than_needed)
{
  static const Length wrong[] = {
    { { 0x40, 0x00 }, 2, 0 },
    { { 0x40, 0x01 }, 2, 1 },
    { { 0x40, 0x3f }, 2, 63 },
    { { 0x80, 0x00, 0x00, 0x00 }, 4, 0 },
    { { 0x80, 0x00, 0x00, 0x3f }, 4, 63 },
    { { 0x80, 0x00, 0x00, 0x40 }, 4, 64 },
    { { 0x80, 0x00, 0x3f, 0xff }, 4, 16383 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      Reader reader = reader_init (span (wrong[i].bytes, wrong[i].len));
      ck_assert_uint_eq (reader_varint (&reader), 0);
      assert_dead (&reader);
    }
}
END_TEST

START_TEST (varint_refuses_the_fourth_form)
{
  for (guint first = 0xc0; first <= 0xff; first++)
    {
      const guint8 raw[8] = { (guint8) first, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
      Reader reader = READER_OF (raw);
      ck_assert_uint_eq (reader_varint (&reader), 0);
      assert_dead (&reader);
    }
}
END_TEST

/* Exhaustive for the short forms: exactly the shortest form of each value is taken. */
START_TEST (varint_has_one_form_per_value)
{
  for (guint value = 0; value < 1u << 14; value++)
    {
      const guint8 one[] = { (guint8) (value & 0x3f) }, two[] = { (guint8) (0x40 | value >> 8), (guint8) value };
      const guint8 four[] = { 0x80, 0, (guint8) (value >> 8), (guint8) value };
      Reader short_form = READER_OF (one), middle = READER_OF (two), long_form = READER_OF (four);
      ck_assert_uint_eq (reader_varint (&short_form), value & 0x3f);
      ck_assert_uint_eq (reader_varint (&middle), value < 64 ? 0 : value);
      ck_assert_int_eq (middle.failed, value < 64);
      reader_varint (&long_form);
      ck_assert (long_form.failed);
    }
}
END_TEST

/* --- vectors ----------------------------------------------------------------------------------------------------- */

START_TEST (vector_claims_are_checked_against_the_bytes)
{
  static const guint8 gigabyte[] = { 0xbf, 0xff, 0xff, 0xff, 1, 2, 3 };
  Reader reader = READER_OF (gigabyte);
  ck_assert_uint_eq (reader_vector (&reader).len, 0);
  assert_dead (&reader);
  static const guint8 fits[] = { 2, 7, 8, 9 };
  reader = READER_OF (fits);
  ck_assert (span_equal (reader_vector (&reader), span (fits + 1, 2)));
  ck_assert_uint_eq (reader_u8 (&reader), 9);
  ck_assert (reader_end (&reader));
}
END_TEST

/* The memory is never touched, so it costs nothing. */
START_TEST (vector_of_the_greatest_length_is_read)
{
  const gsize len = (1u << 30) - 1;
  guint8 *huge = g_try_malloc0 (4 + len);
  if (!huge)
    return;
  huge[0] = 0xbf;
  huge[1] = huge[2] = huge[3] = 0xff;
  Reader reader = reader_init (span (huge, 4 + len));
  ck_assert_uint_eq (reader_vector (&reader).len, len);
  ck_assert (reader_end (&reader));
  reader = reader_init (span (huge, 4 + len - 1));
  ck_assert_uint_eq (reader_vector (&reader).len, 0);
  assert_dead (&reader);
  g_free (huge);
}
END_TEST

START_TEST (inner_readers_must_be_used_up)
{
  static const guint8 raw[] = { 3, 1, 2, 3, 9 };
  Reader reader = READER_OF (raw);
  Reader inner = reader_open (&reader);
  for (guint i = 1; reader_more (&inner); i++)
    ck_assert_uint_eq (reader_u8 (&inner), i);
  reader_close (&reader, &inner);
  ck_assert_uint_eq (reader_u8 (&reader), 9);
  ck_assert (reader_end (&reader));

  reader = READER_OF (raw);
  inner = reader_open (&reader);
  reader_u16 (&inner);
  reader_close (&reader, &inner); /* one byte left over */
  assert_dead (&reader);

  reader = READER_OF (raw);
  inner = reader_open (&reader);
  reader_u32 (&inner);
  ck_assert (!reader.failed); /* not yet */
  reader_close (&reader, &inner);
  assert_dead (&reader);
}
END_TEST

START_TEST (optional_is_zero_or_one)
{
  for (guint byte = 0; byte < 256; byte++)
    {
      const guint8 raw[] = { (guint8) byte };
      Reader reader = READER_OF (raw);
      ck_assert_int_eq (reader_optional (&reader), byte == 1);
      ck_assert_int_eq (reader_end (&reader), byte <= 1);
    }
}
END_TEST

START_TEST (fail_marks_the_reader)
{
  static const guint8 raw[] = { 1, 2 };
  Reader reader = READER_OF (raw);
  reader_u8 (&reader);
  reader_fail (&reader);
  assert_dead (&reader);
}
END_TEST

/* --- a whole structure ------------------------------------------------------------------------------------------- */

static gboolean
read_structure (Span bytes)
{
  Reader reader = reader_init (bytes);
  reader_u16 (&reader);
  reader_vector (&reader);
  Reader list = reader_open (&reader);
  while (reader_more (&list))
    {
      reader_u8 (&list);
      reader_vector (&list);
    }
  reader_close (&reader, &list);
  if (reader_optional (&reader))
    reader_u32 (&reader);
  return reader_end (&reader);
}

START_TEST (structures_are_read_exactly)
{
  static const guint8 raw[] = { 0, 1, 3, 'a', 'b', 'c', 7, 1, 2, 'd', 'e', 2, 1, 'f', 1, 0, 0, 0, 9, 0xff };
  const gsize len = sizeof raw - 1;
  for (gsize cut = 0; cut < len; cut++)
    ck_assert_msg (!read_structure (span (raw, cut)), "the first %u bytes were taken for the whole", (guint) cut);
  ck_assert (read_structure (span (raw, len)));
  ck_assert (!read_structure (span (raw, len + 1)));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    integers_are_big_endian,
    integers_that_do_not_fit_fail,
    raw_lends_its_bytes,
    varint_reads_every_form,
    varint_refuses_longer_forms_than_needed,
    varint_refuses_the_fourth_form,
    varint_has_one_form_per_value,
    vector_claims_are_checked_against_the_bytes,
    vector_of_the_greatest_length_is_read,
    inner_readers_must_be_used_up,
    optional_is_zero_or_one,
    fail_marks_the_reader,
    structures_are_read_exactly,
  };
  return run_tests ("base/reader", tests, G_N_ELEMENTS (tests));
}
