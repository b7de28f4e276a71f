/* test-extension.c - mls/extension.h: RFC 9420 sections 11.1 and 13.4.
 */
#include <string.h>
#include <time.h>

#include "../lib/run.h"
#include "mls/extension.h"

static int
check (Span list)
{
  g_autoptr (GError) error = NULL;
  gboolean fine = mls_extensions_check (list, &error);
  ck_assert_int_eq (fine, error == NULL);
  return error ? error->code : -1;
}

/* `n` extensions of types first, first + 1 ... with two bytes each, then one of `last`. */
static void
write_list (Writer *writer, guint32 n, guint16 first, guint16 last)
{
  for (guint32 i = 0; i < n; i++)
    mls_extension_write (writer, (guint16) (first + i), span_str ("xy"));
  mls_extension_write (writer, last, span_str (""));
}

START_TEST (lists_are_read_in_place)
{
  g_auto (Writer) writer = WRITER_INIT;
  write_list (&writer, 3, 10, 7);
  Span list = writer_span (&writer), data;
  Reader reader = reader_init (list);
  guint16 type;
  static const guint16 types[] = { 10, 11, 12, 7 };
  ck_assert_int_eq (check (list), -1);
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      ck_assert (mls_extensions_next (&reader, &type, &data));
      ck_assert_uint_eq (type, types[i]);
      ck_assert (span_equal (data, span_str (i < 3 ? "xy" : "")));
      ck_assert (span_within (data, list));
      ck_assert (mls_extensions_find (list, type, &data));
    }
  ck_assert (!mls_extensions_next (&reader, &type, &data));
  ck_assert (!mls_extensions_find (list, 13, &data));
  ck_assert_uint_eq (data.len, 0);
}
END_TEST

START_TEST (empty_list)
{
  Span data;
  ck_assert_int_eq (check (SPAN_EMPTY), -1);
  ck_assert (!mls_extensions_find (SPAN_EMPTY, 1, &data));
}
END_TEST

START_TEST (every_truncation_is_malformed)
{
  g_auto (Writer) writer = WRITER_INIT;
  write_list (&writer, 2, 10, 7);
  for (gsize len = 1; len < writer.len; len++)
    ck_assert_int_eq (check (span (writer.data, len)), len == 5 || len == 10 ? -1 : MLS_ERROR_MALFORMED);
}
END_TEST

/* 13.4: "MUST NOT have more than one extension of any given type", in lists short and long. */
START_TEST (no_type_twice)
{
  static const guint32 lengths[] = { 1, 2, 14, 15, 16, 17, 18, 300, 65535 };
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      guint32 n = lengths[i];
      g_auto (Writer) good = WRITER_INIT;
      write_list (&good, n, 100, (guint16) (100 + n));
      ck_assert_int_eq (check (writer_span (&good)), -1);
      for (guint32 twice = 0; twice < n; twice += 1 + n / 20)
        {
          g_auto (Writer) bad = WRITER_INIT;
          write_list (&bad, n, 100, (guint16) (100 + twice));
          ck_assert_int_eq (check (writer_span (&bad)), MLS_ERROR_DUPLICATE_EXTENSION);
        }
    }
}
END_TEST

/* A list as long as a message may be costs milliseconds, not hours. */
START_TEST (long_lists_are_cheap)
{
  g_auto (Writer) writer = WRITER_INIT;
  for (guint32 i = 0; i < 1u << 20; i++)
    mls_extension_write (&writer, (guint16) i, SPAN_EMPTY);
  clock_t start = clock ();
  ck_assert_int_eq (check (writer_span (&writer)), MLS_ERROR_DUPLICATE_EXTENSION);
  ck_assert (clock () - start < 5 * CLOCKS_PER_SEC);
}
END_TEST

/* 11.1 */
START_TEST (required_capabilities)
{
  static const guint8 good[] = { 4, 0, 1, 0, 2, 2, 0, 3, 0 };
  MlsRequiredCapabilities out;
  ck_assert (mls_required_capabilities_parse (SPAN_OF (good), &out, NULL));
  ck_assert (span_equal (out.extensions, span (good + 1, 4)));
  ck_assert (span_equal (out.proposals, span (good + 6, 2)));
  ck_assert_uint_eq (out.credentials.len, 0);
  for (gsize len = 0; len < sizeof good; len++)
    {
      g_autoptr (GError) error = NULL;
      ck_assert (!mls_required_capabilities_parse (span (good, len), &out, &error));
      ck_assert (g_error_matches (error, MLS_ERROR, MLS_ERROR_EXTENSION));
    }
  static const char *const bad[] = { "\1\0\0\0", "\0\1\0\0", "\0\0\1\0", "\0\0\0\0" };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      ck_assert (!mls_required_capabilities_parse (span (bad[i], 4), &out, &error));
      ck_assert (g_error_matches (error, MLS_ERROR, MLS_ERROR_EXTENSION));
    }
}
END_TEST

START_TEST (lists_of_u16)
{
  static const guint8 list[] = { 0, 1, 1, 0, 0x0A, 0x0A };
  ck_assert (mls_u16_list_has (SPAN_OF (list), 1));
  ck_assert (mls_u16_list_has (SPAN_OF (list), 256));
  ck_assert (mls_u16_list_has (SPAN_OF (list), 0x0A0A));
  ck_assert (!mls_u16_list_has (SPAN_OF (list), 0x0101)); /* which stands across two */
  ck_assert (!mls_u16_list_has (SPAN_OF (list), 0));
  ck_assert (!mls_u16_list_has (SPAN_EMPTY, 0));
}
END_TEST

/* Short and long lists answer alike. */
START_TEST (sets_of_u16)
{
  for (guint32 n = 0; n < 100; n++)
    {
      g_auto (Writer) writer = WRITER_INIT;
      MlsU16Set set;
      for (guint32 i = 0; i < n; i++)
        writer_u16 (&writer, (guint16) (i * 641));
      Span list = writer_span (&writer);
      mls_u16_set_init (&set, list);
      for (guint32 value = 0; value <= G_MAXUINT16; value++)
        if (mls_u16_set_has (&set, (guint16) value) != mls_u16_list_has (list, (guint16) value))
          ck_abort_msg ("%u in a list of %u", value, n);
      ck_assert (mls_u16_set_has_all (&set, list, NULL));
      ck_assert (!mls_u16_set_has_all (&set, span ("\0\3", 2), NULL));
      ck_assert (mls_u16_set_has_all (&set, span ("\0\3", 2), mls_extension_is_default));
      ck_assert (mls_u16_set_has_all (&set, SPAN_EMPTY, NULL));
    }
}
END_TEST

/* 7.2 */
START_TEST (defaults)
{
  for (guint32 type = 0; type <= G_MAXUINT16; type++)
    {
      ck_assert_int_eq (mls_extension_is_default ((guint16) type), type >= 1 && type <= 5);
      ck_assert_int_eq (mls_proposal_is_default ((guint16) type), type >= 1 && type <= 7);
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { lists_are_read_in_place,
                                 empty_list,
                                 every_truncation_is_malformed,
                                 no_type_twice,
                                 long_lists_are_cheap,
                                 required_capabilities,
                                 lists_of_u16,
                                 sets_of_u16,
                                 defaults };
  return run_tests ("mls/extension", tests, G_N_ELEMENTS (tests));
}
