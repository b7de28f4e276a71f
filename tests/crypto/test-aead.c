/* test-aead.c - crypto/aead.h. The published vectors are in test-wycheproof.c; here are sizes, overlaps and forgeries.
 */
#include <string.h>

#include "../lib/run.h"
#include "../lib/vectors.h"
#include "crypto/aead.h"
#include "crypto/suite-private.h"

static const guint8 key_bytes[64] = { 1, 2, 3 };
static const guint8 nonce_bytes[16] = { 4, 5, 6 };

static Span
key_of (Suite *suite)
{
  return span (key_bytes, suite_key_size (suite));
}

#define NONCE span (nonce_bytes, AEAD_NONCE)
#define AAD span_str ("associated")

/* One vector per algorithm, as facts: GCM specification test cases 4 and 16, RFC 8439 section 2.8.2. */
static const struct {
  guint16 suite;
  const char *key, *nonce, *aad, *plaintext, *sealed;
} facts[] = {
  {
      1,
      "feffe9928665731c6d6a8f9467308308",
      "cafebabefacedbaddecaf888",
      "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
      "b16aedf5aa0de657ba637b39",
      "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa05"
      "1ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47",
  },
  {
      4,
      "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
      "cafebabefacedbaddecaf888",
      "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
      "b16aedf5aa0de657ba637b39",
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
      "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
  },
  {
      3,
      "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
      "070000004041424344454647",
      "50515253c0c1c2c3c4c5c6c7",
      "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a20496620492063"
      "6f756c64206f6666657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73"
      "637265656e20776f756c642062652069742e",
      "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b"
      "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
      "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691",
  },
};

START_TEST (facts_hold)
{
  for (gsize i = 0; i < G_N_ELEMENTS (facts); i++)
    {
      g_autoptr (Suite) suite = suite_new (facts[i].suite);
      Span plaintext = vectors_parse (facts[i].plaintext), sealed = vectors_parse (facts[i].sealed);
      Span key = vectors_parse (facts[i].key), nonce = vectors_parse (facts[i].nonce);
      guint8 out[200];
      ck_assert (aead_seal (suite, key, nonce, vectors_parse (facts[i].aad), plaintext, out));
      ck_assert (span_equal (span (out, plaintext.len + AEAD_TAG), sealed));
      ck_assert (aead_open (suite, key, nonce, vectors_parse (facts[i].aad), sealed, out));
      ck_assert (span_equal (span (out, plaintext.len), plaintext));
    }
}
END_TEST

START_TEST (every_length_comes_back)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      guint8 plaintext[100], sealed[116], opened[100], place[116];
      memset (plaintext, 0x5a, sizeof plaintext);
      for (gsize len = 0; len <= sizeof plaintext; len++)
        {
          ck_assert (aead_seal (suite, key_of (suite), NONCE, AAD, span (plaintext, len), sealed));
          ck_assert (aead_open (suite, key_of (suite), NONCE, AAD, span (sealed, len + AEAD_TAG), opened));
          ck_assert (span_equal (span (opened, len), span (plaintext, len)));
          memcpy (place, plaintext, len); /* in place */
          ck_assert (aead_seal (suite, key_of (suite), NONCE, AAD, span (place, len), place));
          ck_assert_mem_eq (place, sealed, len + AEAD_TAG);
          ck_assert (aead_open (suite, key_of (suite), NONCE, AAD, span (place, len + AEAD_TAG), place));
          ck_assert (span_equal (span (place, len), span (plaintext, len)));
        }
      ck_assert (aead_seal (suite, key_of (suite), NONCE, SPAN_EMPTY, SPAN_EMPTY, sealed));
      ck_assert (aead_open (suite, key_of (suite), NONCE, SPAN_EMPTY, span (sealed, AEAD_TAG), opened));
    }
}
END_TEST

START_TEST (wrong_sizes_are_refused)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      guint8 sealed[32], out[32];
      ck_assert (aead_seal (suite, key_of (suite), NONCE, AAD, span_str ("text"), sealed));
      for (gsize len = 0; len <= sizeof key_bytes; len++)
        {
          gboolean right = len == suite_key_size (suite);
          Span key = span (key_bytes, len);
          ck_assert_int_eq (aead_seal (suite, key, NONCE, AAD, span_str ("text"), out), right);
          ck_assert_int_eq (aead_open (suite, key, NONCE, AAD, span (sealed, 20), out), right);
        }
      for (gsize len = 0; len <= sizeof nonce_bytes; len++)
        {
          gboolean right = len == AEAD_NONCE;
          Span nonce = span (nonce_bytes, len);
          ck_assert_int_eq (aead_seal (suite, key_of (suite), nonce, AAD, span_str ("text"), out), right);
          ck_assert_int_eq (aead_open (suite, key_of (suite), nonce, AAD, span (sealed, 20), out), right);
        }
      /* claimed only: OpenSSL counts in an int */
      Span huge = span (sealed, (gsize) G_MAXINT + 1);
      ck_assert (!aead_seal (suite, key_of (suite), NONCE, huge, SPAN_EMPTY, out));
      ck_assert (!aead_seal (suite, key_of (suite), NONCE, SPAN_EMPTY, huge, out));
      ck_assert (!aead_open (suite, key_of (suite), NONCE, SPAN_EMPTY, huge, out));
      ck_assert (!aead_open (suite, key_of (suite), NONCE, SPAN_EMPTY, span (sealed, G_MAXSIZE), out));
    }
}
END_TEST

static void
assert_refused (Suite *suite, Span key, Span nonce, Span aad, Span sealed)
{
  guint8 out[100];
  memset (out, 0xff, sizeof out);
  ck_assert (!aead_open (suite, key, nonce, aad, sealed, out));
  for (gsize i = 0; i + AEAD_TAG < sealed.len; i++)
    ck_assert_uint_eq (out[i], 0);
  ck_assert_uint_eq (ERR_peek_error (), 0);
}

START_TEST (forgeries_are_refused_and_wiped)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      guint8 sealed[60], key[32], nonce[AEAD_NONCE];
      gsize len = 40 + AEAD_TAG;
      memcpy (key, key_bytes, sizeof key);
      memcpy (nonce, nonce_bytes, sizeof nonce);
      ck_assert (aead_seal (suite, key_of (suite), NONCE, AAD, span (key_bytes, 40), sealed));
      for (gsize i = 0; i < len; i++)
        {
          sealed[i] ^= 0x80;
          assert_refused (suite, key_of (suite), NONCE, AAD, span (sealed, len));
          sealed[i] ^= 0x80;
        }
      for (gsize cut = 0; cut <= len + 1; cut++)
        if (cut != len)
          assert_refused (suite, key_of (suite), NONCE, AAD, span (sealed, cut));
      key[0] ^= 1;
      assert_refused (suite, span (key, suite_key_size (suite)), NONCE, AAD, span (sealed, len));
      nonce[0] ^= 1;
      assert_refused (suite, key_of (suite), SPAN_OF (nonce), AAD, span (sealed, len));
      assert_refused (suite, key_of (suite), NONCE, span_str ("associate"), span (sealed, len));
      assert_refused (suite, key_of (suite), NONCE, SPAN_EMPTY, span (sealed, len));
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    facts_hold,
    every_length_comes_back,
    wrong_sizes_are_refused,
    forgeries_are_refused_and_wiped,
  };
  return run_tests ("crypto/aead", tests, G_N_ELEMENTS (tests));
}
