/* test-secret.c - crypto/secret.h (regressions K1, K7).
 */
#include <string.h>

#include "../lib/run.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

START_TEST (secrets_copy_and_wipe)
{
  guint8 most[SECRET_MAX];
  memset (most, 0xa5, sizeof most);
  for (gsize len = 0; len <= SECRET_MAX; len++)
    {
      Secret secret = secret_from (span (most, len));
      ck_assert (span_equal (secret_span (&secret), span (most, len)));
      secret_clear (&secret);
      static const Secret zero;
      ck_assert_mem_eq (&secret, &zero, sizeof zero);
    }
  Secret none = secret_from (SPAN_EMPTY);
  ck_assert_uint_eq (secret_span (&none).len, 0);
}
END_TEST

/* K1: a tag matches only if it is whole, for every suite, every length from 0 to one more than the hash, at every
 * byte. The buffers are as long as the claimed length, so that a sanitizer sees any read past it. */
START_TEST (tags_match_only_whole)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      gsize whole = suite_hash_size (suite);
      guint8 tag[HASH_MAX + 1] = { 0 };
      Span message = span_str ("confirmed_transcript_hash");
      hmac_parts (suite, span_str ("key"), &message, 1, tag);
      for (gsize len = 0; len <= whole + 1; len++)
        {
          g_autofree guint8 *received = g_memdup2 (tag, MAX (len, 1));
          ck_assert_int_eq (secret_equal (span (tag, whole), span (received, len)), len == whole);
          ck_assert_int_eq (secret_equal (span (received, len), span (tag, whole)), len == whole);
          for (gsize at = 0; at < len; at++)
            {
              received[at] ^= (guint8) (1 << (at % 8));
              ck_assert (!secret_equal (span (tag, whole), span (received, len)));
              received[at] ^= (guint8) (1 << (at % 8));
            }
        }
    }
}
END_TEST

START_TEST (empty_equals_only_empty)
{
  static const guint8 zeros[4];
  ck_assert (secret_equal (SPAN_EMPTY, SPAN_EMPTY));
  ck_assert (secret_equal (SPAN_EMPTY, span (zeros, 0)));
  ck_assert (!secret_equal (SPAN_EMPTY, SPAN_OF (zeros)));
  ck_assert (!secret_equal (SPAN_OF (zeros), SPAN_EMPTY));
}
END_TEST

START_TEST (wipe_takes_any_length)
{
  guint8 data[100];
  for (gsize len = 0; len < sizeof data; len++)
    {
      memset (data, 0xff, sizeof data);
      secret_wipe (data, len);
      for (gsize i = 0; i < sizeof data; i++)
        ck_assert_uint_eq (data[i], i < len ? 0 : 0xff);
    }
  secret_wipe (NULL, 0);
}
END_TEST

START_TEST (secret_bytes_hold_a_copy)
{
  static const gsize lengths[] = { 0, 1, 72, 73, 100000 };
  g_autofree guint8 *contents = g_malloc (100000);
  memset (contents, 0x5a, 100000);
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      GBytes *bytes = secret_bytes_new (span (contents, lengths[i]));
      ck_assert (span_equal (span_bytes (bytes), span (contents, lengths[i])));
      ck_assert (span_bytes (bytes).data != contents);
      g_bytes_unref (g_bytes_ref (bytes));
      ck_assert (span_equal (span_bytes (bytes), span (contents, lengths[i])));
      g_bytes_unref (bytes);
    }
  g_autoptr (GBytes) empty = secret_bytes_new (SPAN_EMPTY);
  ck_assert_uint_eq (g_bytes_get_size (empty), 0);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    secrets_copy_and_wipe, tags_match_only_whole,    empty_equals_only_empty,
    wipe_takes_any_length, secret_bytes_hold_a_copy,
  };
  return run_tests ("crypto/secret", tests, G_N_ELEMENTS (tests));
}
