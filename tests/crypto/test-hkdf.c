/* test-hkdf.c - crypto/hkdf.h, against RFC 5869 appendix A.
 */
#include <string.h>

#include "../lib/run.h"
#include "../lib/vectors.h"
#include "crypto/hash.h"
#include "crypto/hkdf.h"

static void
assert_hex (Span got, const char *expected)
{
  g_autofree char *hex = span_hex (got);
  ck_assert_str_eq (hex, expected);
}

typedef struct {
  const char *ikm, *salt, *info;
  const char *prk, *okm;
} Rfc5869;

/* The three cases with SHA-256. */
static const Rfc5869 rfc5869[] = {
  {
      "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
      "000102030405060708090a0b0c",
      "f0f1f2f3f4f5f6f7f8f9",
      "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
  },
  {
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
      "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
      "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f"
      "909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
      "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
      "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
      "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
      "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
  },
  {
      "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
      "",
      "",
      "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
  },
};

START_TEST (both_steps_match_rfc_5869)
{
  g_autoptr (Suite) suite = suite_new (1);
  for (gsize i = 0; i < G_N_ELEMENTS (rfc5869); i++)
    {
      g_auto (Secret) prk = hkdf_extract (suite, vectors_parse (rfc5869[i].salt), vectors_parse (rfc5869[i].ikm));
      assert_hex (secret_span (&prk), rfc5869[i].prk);
      guint8 okm[100];
      Span info = vectors_parse (rfc5869[i].info);
      gsize len = strlen (rfc5869[i].okm) / 2;
      ck_assert (hkdf_expand (suite, secret_span (&prk), &info, 1, okm, len));
      assert_hex (span (okm, len), rfc5869[i].okm);
    }
}
END_TEST

START_TEST (an_empty_salt_is_zeros)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      static const guint8 zeros[HASH_MAX];
      g_auto (Secret) absent = hkdf_extract (suite, SPAN_EMPTY, span_str ("ikm"));
      g_auto (Secret) given = hkdf_extract (suite, span (zeros, suite_hash_size (suite)), span_str ("ikm"));
      ck_assert_uint_eq (absent.len, suite_hash_size (suite));
      ck_assert (secret_equal (secret_span (&absent), secret_span (&given)));
    }
}
END_TEST

START_TEST (lengths_up_to_255_blocks)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      gsize most = 255 * suite_hash_size (suite);
      g_autofree guint8 *full = g_malloc (most + 1);
      g_autofree guint8 *part = g_malloc (most + 1);
      ck_assert (hkdf_expand (suite, span_str ("prk"), NULL, 0, full, most));
      memset (part, 0x77, most + 1);
      ck_assert (!hkdf_expand (suite, span_str ("prk"), NULL, 0, part, most + 1));
      ck_assert (!hkdf_expand (suite, span_str ("prk"), NULL, 0, part, G_MAXSIZE));
      for (gsize i = 0; i <= most; i++)
        ck_assert_uint_eq (part[i], 0x77);
      for (gsize len = 0; len <= 3 * suite_hash_size (suite) + 1; len++)
        {
          memset (part, 0x77, len + 1);
          ck_assert (hkdf_expand (suite, span_str ("prk"), NULL, 0, part, len));
          ck_assert (span_equal (span (part, len), span (full, len)));
          ck_assert_uint_eq (part[len], 0x77);
        }
    }
}
END_TEST

/* More than the 32 KiB that OpenSSL's own HKDF takes (P11): one block is HMAC (prk, info || 1). */
START_TEST (info_of_any_length)
{
  g_autoptr (Suite) suite = suite_new (1);
  gsize len = 1u << 20;
  g_autofree guint8 *info = g_malloc0 (len);
  static const guint8 one = 1;
  const Span parts[] = { span (info, len), span (&one, 1) };
  const Span halves[] = { span (info, 5), span (info, len - 5) };
  guint8 expanded[32], cut[32], expected[HASH_MAX];
  ck_assert (hkdf_expand (suite, span_str ("prk"), parts, 1, expanded, 32));
  ck_assert (hkdf_expand (suite, span_str ("prk"), halves, 2, cut, 32));
  hmac_parts (suite, span_str ("prk"), parts, 2, expected);
  ck_assert_mem_eq (expanded, expected, 32);
  ck_assert_mem_eq (cut, expected, 32);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    both_steps_match_rfc_5869,
    an_empty_salt_is_zeros,
    lengths_up_to_255_blocks,
    info_of_any_length,
  };
  return run_tests ("crypto/hkdf", tests, G_N_ELEMENTS (tests));
}
