/* test-hash.c - crypto/hash.h, against FIPS 180-4 examples and RFC 4231.
 */
#include <string.h>

#include "../lib/run.h"
#include "../lib/vectors.h"
#include "crypto/hash.h"

/* One suite for each of SHA-256, SHA-384, SHA-512. */
static const guint16 ids[] = { 1, 7, 4 };

static void
assert_hex (Span got, const char *expected)
{
  g_autofree char *hex = span_hex (got);
  ck_assert_str_eq (hex, expected);
}

START_TEST (abc_has_its_hash)
{
  static const char *const expected[] = {
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    ("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"),
  };
  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (Suite) suite = suite_new (ids[i]);
      guint8 out[HASH_MAX];
      const Span parts[] = { span_str ("a"), SPAN_EMPTY, span_str (""), span_str ("bc") };
      hash_span (suite, span_str ("abc"), out);
      assert_hex (span (out, suite_hash_size (suite)), expected[i]);
      hash_parts (suite, parts, G_N_ELEMENTS (parts), out);
      assert_hex (span (out, suite_hash_size (suite)), expected[i]);
    }
}
END_TEST

START_TEST (nothing_has_a_hash_too)
{
  g_autoptr (Suite) suite = suite_new (1);
  const char *expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  guint8 out[HASH_MAX], fixed[32];
  hash_span (suite, SPAN_EMPTY, out);
  assert_hex (span (out, 32), expected);
  hash_parts (suite, NULL, 0, out);
  assert_hex (span (out, 32), expected);
  hash_sha256 (SPAN_EMPTY, fixed);
  assert_hex (SPAN_OF (fixed), expected);
}
END_TEST

START_TEST (sha256_is_the_same_without_a_suite)
{
  g_autoptr (Suite) suite = suite_new (1);
  guint8 input[300], with[HASH_MAX], without[32];
  for (gsize len = 0; len < sizeof input; len++)
    {
      input[len] = (guint8) len;
      hash_span (suite, span (input, len), with);
      hash_sha256 (span (input, len), without);
      ck_assert_mem_eq (with, without, 32);
    }
}
END_TEST

/* --- HMAC -------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *key, *data; /* hexadecimal */
  const char *sha256, *sha384, *sha512;
} Rfc4231;

static const Rfc4231 rfc4231[] = {
  {
      "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
      "4869205468657265",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
      "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
      "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4"
      "be9d914eeb61f1702e696c203a126854",
  },
  {
      "4a656665",
      "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
      "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd"
      "caeab1a34d4a6b4b636e070a38bce737",
  },
  {
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
      "dddd",
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
      "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34f27",
      "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807"
      "b946a337bee8942674278859e13292fb",
  },
  {
      "0102030405060708090a0b0c0d0e0f10111213141516171819",
      "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
      "cdcd",
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
      "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679ccf8a386c674cffb",
      "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063"
      "a5f19741120c4f2de2adebeb10a298dd",
  },
  {
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579"
      "204669727374",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
      "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952",
      "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e52"
      "95e64f73f63f0aec8b915a985d786598",
  },
  {
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b65"
      "7920616e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565"
      "647320746f20626520686173686564206265666f7265206265696e6720757365642062792074686520484d414320616c"
      "676f726974686d2e",
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
      "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e",
      "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15"
      "134676fb6de0446065c97440fa8c6a58",
  },
};

/* Among them a key that is longer than any block, which is hashed first, and one that is shorter. */
START_TEST (hmac_matches_rfc_4231)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rfc4231); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (ids); j++)
      {
        g_autoptr (Suite) suite = suite_new (ids[j]);
        const char *const expected[] = { rfc4231[i].sha256, rfc4231[i].sha384, rfc4231[i].sha512 };
        guint8 out[HASH_MAX];
        Span data = vectors_parse (rfc4231[i].data);
        hmac_parts (suite, vectors_parse (rfc4231[i].key), &data, 1, out);
        assert_hex (span (out, suite_hash_size (suite)), expected[j]);
      }
}
END_TEST

/* Around the length of a block: up to it a key is padded, so a zero more changes nothing; beyond it is hashed. */
START_TEST (keys_longer_than_a_block_are_hashed)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (Suite) suite = suite_new (ids[i]);
      gsize block = ids[i] == 1 ? 64 : 128;
      gsize hash = suite_hash_size (suite);
      guint8 key[200] = { 0 }, hashed[HASH_MAX], direct[HASH_MAX], other[HASH_MAX];
      memset (key, 0x61, block - 1);
      Span data = span_str ("data");
      hmac_parts (suite, span (key, block - 1), &data, 1, direct);
      hmac_parts (suite, span (key, block), &data, 1, other);
      ck_assert_mem_eq (direct, other, hash);
      hmac_parts (suite, span (key, block + 1), &data, 1, other);
      ck_assert_mem_ne (direct, other, hash);
      hash_span (suite, span (key, block + 1), hashed);
      hmac_parts (suite, span (hashed, hash), &data, 1, direct);
      ck_assert_mem_eq (direct, other, hash);
    }
}
END_TEST

START_TEST (hmac_joins_its_parts)
{
  g_autoptr (Suite) suite = suite_new (1);
  const Span whole = span_str ("abcdef");
  const Span parts[] = { span_str ("ab"), SPAN_EMPTY, span_str ("cde"), span_str ("f") };
  guint8 one[HASH_MAX], many[HASH_MAX];
  hmac_parts (suite, span_str ("k"), &whole, 1, one);
  hmac_parts (suite, span_str ("k"), parts, G_N_ELEMENTS (parts), many);
  ck_assert_mem_eq (one, many, 32);
  hmac_parts (suite, SPAN_EMPTY, NULL, 0, one);
  assert_hex (span (one, 32), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    abc_has_its_hash,
    nothing_has_a_hash_too,
    sha256_is_the_same_without_a_suite,
    hmac_matches_rfc_4231,
    keys_longer_than_a_block_are_hashed,
    hmac_joins_its_parts,
  };
  return run_tests ("crypto/hash", tests, G_N_ELEMENTS (tests));
}
