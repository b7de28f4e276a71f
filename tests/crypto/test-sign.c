/* test-sign.c - crypto/sign.h. Most published vectors are in test-wycheproof.c; here are keys, sizes and forgeries.
 */
#include <string.h>

#include "../lib/run.h"
#include "../lib/vectors.h"
#include "crypto/sign.h"
#include "crypto/suite-private.h"

/* RFC 8032 sections 7.1 and 7.4, the first two each; RFC 6979 appendices A.2.5 to A.2.7 ("sample"), as DER. */
static const struct {
  guint16 suite;
  const char *private_key, *public_key, *message, *signature;
} facts[] = {
  {
      1,
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
      "d25bf5f0595bbe24655141438e7a100b",
  },
  {
      2,
      "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
      "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc"
      "64f2f1b20c2d7e9f5177a3c294d4462299",
      "73616d706c65",
      "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716022100f7cb1c942d657c41"
      "d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
  },
  {
      3,
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
      "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
      "387b2eaeb4302aeeb00d291612bb0c00",
  },
  {
      4,
      "6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3528c8a3fcc2f044e39a3fc5b94492f8f"
      "032e7549a20098f95b",
      "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e50f6c"
      "d1fa1abeafe8256180",
      "",
      "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd7a22ddd47d78"
      "28c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4db"
      "b61149f05a7363268c71d95808ff2e652600",
  },
  {
      5,
      "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16fcc"
      "1466f6d8fbec67db89ec0c08b0e996b83538",
      "0401894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d5370a7f20fb6"
      "33155d38ffa16d2bd761dcac474b9a2f5023a400493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d663"
      "0f746a28a0db25741b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5",
      "73616d706c65",
      "308187024200c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d45060"
      "6add152b534931d7d4e8455cc91f9b15bf05ec36e377fa0241617cce7cf5064806c467f678d3b4080d6f1cc50af26ca2"
      "09417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a",
  },
  {
      6,
      "c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463afbea67c5e8d2877c5e3bc397a659949e"
      "f8021e954e0a12274e",
      "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb00742802b8438ea4cb82169c"
      "235160627b4c3a9480",
      "03",
      "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f4352541b143c4b981b7e18f62de8ccdf633"
      "fc1bf037ab7cd779805e0dbcc0aae1cbcee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0f"
      "f3348ab21aa4adafd1d234441cf807c03a00",
  },
  {
      7,
      "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5",
      "04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc"
      "138015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd25332647"
      "20",
      "73616d706c65",
      "306602310094edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd"
      "1e80fabe4602310099ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e"
      "7b82c71a38628ac8",
  },
};

START_TEST (facts_hold)
{
  for (gsize i = 0; i < G_N_ELEMENTS (facts); i++)
    {
      g_autoptr (Suite) suite = suite_new (facts[i].suite);
      Span priv = vectors_parse (facts[i].private_key), message = vectors_parse (facts[i].message);
      Span signature = vectors_parse (facts[i].signature);
      g_autoptr (SignKey) key = sign_key_new (suite, priv);
      guint8 out[SIGNATURE_MAX];
      ck_assert_ptr_nonnull (key);
      ck_assert (span_equal (sign_key_public (key), vectors_parse (facts[i].public_key)));
      ck_assert (span_equal (sign_key_private (key), priv));
      ck_assert (sign_verify (suite, sign_key_public (key), message, signature));
      gsize len = sign_message (suite, key, message, out);
      ck_assert (sign_verify (suite, sign_key_public (key), message, span (out, len)));
      /* EdDSA has one signature per message, ECDSA has many */
      ck_assert_int_eq (span_equal (span (out, len), signature), suite_kem_public_size (suite) < 65);
    }
}
END_TEST

/* --- everything that must not verify ----------------------------------------------------------------------------- */

/* A signature that is right, to be spoiled. */
typedef struct {
  Suite *suite;
  SignKey *key;
  Span message;
  guint8 public_key[SIGN_PUBLIC_MAX + 1];
  gsize public_len;
  guint8 signature[SIGNATURE_MAX + 1];
  gsize signature_len;
} Signed;

static void
signed_clear (Signed *self)
{
  g_clear_pointer (&self->suite, suite_unref);
  g_clear_pointer (&self->key, sign_key_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Signed, signed_clear)

static Signed
signed_new (guint16 id)
{
  g_autoptr (Rng) rng = rng_new_seeded (id);
  Signed self = { .suite = suite_new (id), .message = span_str ("a message") };
  self.key = sign_key_generate (self.suite, rng);
  ck_assert_ptr_nonnull (self.key);
  Span public_key = sign_key_public (self.key);
  self.public_len = public_key.len;
  memcpy (self.public_key, public_key.data, public_key.len);
  self.signature_len = sign_message (self.suite, self.key, self.message, self.signature);
  ck_assert_uint_gt (self.signature_len, 0);
  return self;
}

static gboolean
verifies (const Signed *self)
{
  gboolean fine = sign_verify (self->suite, span (self->public_key, self->public_len), self->message,
                               span (self->signature, self->signature_len));
  ck_assert_uint_eq (ERR_peek_error (), 0);
  return fine;
}

START_TEST (whole_signatures_verify)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_auto (Signed) made = signed_new (id);
      ck_assert (verifies (&made));
      ck_assert (sign_public_valid (made.suite, sign_key_public (made.key)));
      made.message = SPAN_EMPTY;
      ck_assert (!verifies (&made));
      made.signature_len = sign_message (made.suite, made.key, SPAN_EMPTY, made.signature);
      ck_assert (verifies (&made));
    }
}
END_TEST

START_TEST (spoiled_signatures_do_not)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_auto (Signed) made = signed_new (id);
      gsize whole = made.signature_len;
      for (gsize i = 0; i < whole; i++)
        {
          made.signature[i] ^= 0x10;
          ck_assert_msg (!verifies (&made), "suite %u, byte %u", id, (guint) i);
          made.signature[i] ^= 0x10;
        }
      for (made.signature_len = 0; made.signature_len <= whole + 1; made.signature_len++)
        ck_assert_int_eq (verifies (&made), made.signature_len == whole);
      made.signature_len = whole;
      made.message = span_str ("a massage");
      ck_assert (!verifies (&made));
      memset (made.signature, 0, sizeof made.signature);
      ck_assert (!verifies (&made));
    }
}
END_TEST

START_TEST (other_public_keys_do_not)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_auto (Signed) made = signed_new (id);
      g_autoptr (Rng) rng = rng_new_seeded (1000);
      g_autoptr (SignKey) other = sign_key_generate (made.suite, rng);
      ck_assert (
          !sign_verify (made.suite, sign_key_public (other), made.message, span (made.signature, made.signature_len)));
      gsize whole = made.public_len;
      for (gsize i = 0; i < whole; i += 4)
        {
          made.public_key[i] ^= 1;
          ck_assert (!verifies (&made));
          made.public_key[i] ^= 1;
        }
      for (made.public_len = 0; made.public_len <= whole + 1; made.public_len++)
        {
          ck_assert_int_eq (verifies (&made), made.public_len == whole);
          ck_assert_int_eq (sign_public_valid (made.suite, span (made.public_key, made.public_len)),
                            made.public_len == whole);
        }
      made.public_len = whole;
      memset (made.public_key, 0, whole);
      ck_assert (!verifies (&made));
    }
}
END_TEST

/* Other encodings of the right point: compressed, hybrid, at infinity, each cut or padded to each allowed size. */
START_TEST (only_uncompressed_points_count)
{
  static const guint16 nist[] = { 2, 5, 7 };
  for (gsize i = 0; i < G_N_ELEMENTS (nist); i++)
    {
      g_auto (Signed) made = signed_new (nist[i]);
      gsize whole = made.public_len;
      for (guint first = 0; first < 256; first++)
        {
          made.public_key[0] = (guint8) first;
          ck_assert_int_eq (verifies (&made), first == POINT_UNCOMPRESSED);
          made.public_len = whole / 2 + 1;
          ck_assert (!verifies (&made));
          ck_assert (!sign_public_valid (made.suite, span (made.public_key, made.public_len)));
          made.public_len = 1;
          ck_assert (!verifies (&made));
          made.public_len = whole;
        }
      made.public_key[0] = POINT_UNCOMPRESSED;
      memset (made.public_key + 1, 0xff, whole - 1); /* beyond the field */
      ck_assert (!verifies (&made));
      ck_assert (!sign_public_valid (made.suite, span (made.public_key, whole)));
    }
}
END_TEST

/* --- keys -------------------------------------------------------------------------------------------------------- */

START_TEST (private_keys_have_one_size)
{
  static const guint8 bytes[80] = { 0, 1 };
  static const gsize sizes[] = { 0, 32, 32, 32, 57, 66, 57, 48 };
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      for (gsize len = 0; len <= sizeof bytes; len++)
        {
          g_autoptr (SignKey) key = sign_key_new (suite, span (bytes, len));
          ck_assert_int_eq (key != NULL, len == sizes[id]);
        }
    }
}
END_TEST

START_TEST (scalars_are_between_zero_and_the_order)
{
  static const struct {
    guint16 suite;
    const char *order;
  } orders[] = {
    { 2, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551" },
    { 7, "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
         "581a0db248b0a77aecec196accc52973" },
    { 5, "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
         "fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_autoptr (Suite) suite = suite_new (orders[i].suite);
      g_auto (Secret) scalar = secret_from (vectors_parse (orders[i].order));
      guint8 *last = &scalar.data[scalar.len - 1];
      ck_assert_ptr_null (sign_key_new (suite, secret_span (&scalar)));
      (*last)++;
      ck_assert_ptr_null (sign_key_new (suite, secret_span (&scalar)));
      *last = (guint8) (*last - 2);
      g_autoptr (SignKey) most = sign_key_new (suite, secret_span (&scalar));
      ck_assert_ptr_nonnull (most);
      memset (scalar.data, 0xff, scalar.len);
      ck_assert_ptr_null (sign_key_new (suite, secret_span (&scalar)));
      memset (scalar.data, 0, scalar.len);
      ck_assert_ptr_null (sign_key_new (suite, secret_span (&scalar)));
      *last = 1;
      g_autoptr (SignKey) one = sign_key_new (suite, secret_span (&scalar));
      ck_assert_ptr_nonnull (one);
      /* 1 and n - 1 are opposite: the same x */
      gsize half = sign_key_public (one).len / 2;
      ck_assert_mem_eq (sign_key_public (one).data + 1, sign_key_public (most).data + 1, half);
      ck_assert_uint_eq (ERR_peek_error (), 0);
    }
}
END_TEST

START_TEST (generated_keys_repeat_with_the_seed)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      g_autoptr (Rng) one = rng_new_seeded (5);
      g_autoptr (Rng) two = rng_new_seeded (5);
      g_autoptr (SignKey) first = sign_key_generate (suite, one);
      g_autoptr (SignKey) same = sign_key_generate (suite, two);
      g_autoptr (SignKey) next = sign_key_generate (suite, two);
      g_autoptr (SignKey) loaded = sign_key_new (suite, sign_key_private (first));
      ck_assert (span_equal (sign_key_public (first), sign_key_public (same)));
      ck_assert (span_equal (sign_key_public (first), sign_key_public (loaded)));
      ck_assert (!span_equal (sign_key_public (first), sign_key_public (next)));
      ck_assert_ptr_eq (sign_key_ref (next), next);
      sign_key_unref (next);
    }
}
END_TEST

/* What others left in OpenSSL's queue stays there, and nothing of ours is added. */
START_TEST (the_error_queue_is_left_alone)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_auto (Signed) made = signed_new (id);
      ERR_clear_error ();
      ERR_raise (ERR_LIB_USER, 42);
      unsigned long before = ERR_peek_last_error ();
      made.signature[made.signature_len / 2] ^= 1;
      ck_assert (!sign_verify (made.suite, sign_key_public (made.key), made.message,
                               span (made.signature, made.signature_len)));
      memset (made.public_key + 1, 7, made.public_len - 1);
      ck_assert (!sign_verify (made.suite, span (made.public_key, made.public_len), made.message,
                               span (made.signature, made.signature_len)));
      ck_assert_uint_eq (ERR_peek_last_error (), before);
      ck_assert_uint_eq (ERR_get_error (), before);
      ck_assert_uint_eq (ERR_peek_error (), 0);
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    facts_hold,
    whole_signatures_verify,
    spoiled_signatures_do_not,
    other_public_keys_do_not,
    only_uncompressed_points_count,
    private_keys_have_one_size,
    scalars_are_between_zero_and_the_order,
    generated_keys_repeat_with_the_seed,
    the_error_queue_is_left_alone,
  };
  return run_tests ("crypto/sign", tests, G_N_ELEMENTS (tests));
}
