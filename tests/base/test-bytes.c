/* test-bytes.c - base/bytes.h.
 */
#include <string.h>

#include "../lib/run.h"
#include "base/bytes.h"

START_TEST (spans_describe_bytes)
{
  static const guint8 raw[] = { 1, 2, 3 };
  ck_assert (SPAN_EMPTY.data == NULL && SPAN_EMPTY.len == 0);
  ck_assert_uint_eq (SPAN_OF (raw).len, 3);
  ck_assert_uint_eq (span_str ("").len, 0);
  ck_assert_uint_eq (span_str ("de-MLS").len, 6);
  ck_assert_uint_eq (span_bytes (NULL).len, 0);
  g_autoptr (GBytes) bytes = span_dup (SPAN_OF (raw));
  ck_assert (span_equal (span_bytes (bytes), SPAN_OF (raw)));
  ck_assert (span_bytes (bytes).data != raw);
}
END_TEST

START_TEST (equal_compares_length_and_contents)
{
  ck_assert (span_equal (SPAN_EMPTY, span_str ("")));
  ck_assert (span_equal (span_str ("abc"), span ("abcd", 3)));
  ck_assert (!span_equal (span_str ("abc"), span_str ("abd")));
  ck_assert (!span_equal (span_str ("abc"), span_str ("ab")));
  ck_assert (!span_equal (span_str ("a"), SPAN_EMPTY));
}
END_TEST

START_TEST (compare_orders_as_unsigned_bytes)
{
  static const char *const ascending[] = { "", "a", "aa", "ab", "b", "b\x7f", "b\x80", "b\xff" };
  for (gsize i = 0; i < G_N_ELEMENTS (ascending); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (ascending); j++)
      {
        int order = span_compare (span_str (ascending[i]), span_str (ascending[j]));
        ck_assert_int_eq ((order > 0) - (order < 0), (i > j) - (i < j));
      }
  ck_assert_int_eq (span_compare (SPAN_EMPTY, span_str ("")), 0);
}
END_TEST

START_TEST (within_looks_at_memory)
{
  static const guint8 raw[8];
  Span outer = span (raw + 2, 4);
  ck_assert (span_within (outer, outer));
  ck_assert (span_within (span (raw + 2, 1), outer));
  ck_assert (span_within (span (raw + 5, 1), outer));
  ck_assert (span_within (SPAN_EMPTY, outer));
  ck_assert (span_within (SPAN_EMPTY, SPAN_EMPTY));
  ck_assert (!span_within (span (raw + 1, 1), outer));
  ck_assert (!span_within (span (raw + 6, 1), outer));
  ck_assert (!span_within (span (raw + 5, 2), outer));
  ck_assert (!span_within (span (raw + 2, 5), outer));
  ck_assert (!span_within (outer, SPAN_EMPTY));
}
END_TEST

START_TEST (hexadecimal_goes_both_ways)
{
  guint8 all[256];
  for (guint i = 0; i < sizeof all; i++)
    all[i] = (guint8) i;
  g_autofree char *hex = span_hex (SPAN_OF (all));
  ck_assert_uint_eq (strlen (hex), 512);
  g_autoptr (GBytes) back = bytes_from_hex (hex);
  ck_assert (span_equal (span_bytes (back), SPAN_OF (all)));
  g_autofree char *none = span_hex (SPAN_EMPTY);
  ck_assert_str_eq (none, "");
  g_autoptr (GBytes) empty = bytes_from_hex ("");
  ck_assert_uint_eq (g_bytes_get_size (empty), 0);
  g_autoptr (GBytes) upper = bytes_from_hex ("aBCdEf");
  ck_assert (span_equal (span_bytes (upper), span_str ("\xab\xcd\xef")));
}
END_TEST

START_TEST (hexadecimal_refuses_the_rest)
{
  static const char *const wrong[] = { "0", "000", "0g", "g0", " 0", "0x", "-1", "00 00", "\xc3\xa4", "00\n" };
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    ck_assert_msg (bytes_from_hex (wrong[i]) == NULL, "\"%s\" was taken for hexadecimal", wrong[i]);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    spans_describe_bytes,   equal_compares_length_and_contents, compare_orders_as_unsigned_bytes,
    within_looks_at_memory, hexadecimal_goes_both_ways,         hexadecimal_refuses_the_rest,
  };
  return run_tests ("base/bytes", tests, G_N_ELEMENTS (tests));
}
