/* test-kem.c - crypto/kem.h: keys and agreement. The key schedule around them is tested in test-hpke.c, published
 * agreements in test-wycheproof.c.
 */
#include <string.h>

#include "../lib/run.h"
#include "../lib/vectors.h"
#include "crypto/suite-private.h"

static const gsize private_sizes[] = { 0, 32, 32, 32, 56, 66, 56, 48 };

START_TEST (both_sides_agree)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      g_autoptr (Rng) rng = rng_new_seeded (id);
      for (guint i = 0; i < run_rounds (20); i++)
        {
          g_auto (KemKeyPair) alice = { .public_len = 0 };
          g_auto (KemKeyPair) bob = { .public_len = 0 };
          g_auto (Secret) hers = SECRET_EMPTY;
          g_auto (Secret) his = SECRET_EMPTY;
          ck_assert (kem_generate (suite, rng, &alice) && kem_generate (suite, rng, &bob));
          ck_assert (!span_equal (kem_public (&alice), kem_public (&bob)));
          ck_assert (kem_dh (suite, secret_span (&alice.private_key), kem_public (&bob), &hers));
          ck_assert (kem_dh (suite, secret_span (&bob.private_key), kem_public (&alice), &his));
          ck_assert_uint_eq (hers.len, private_sizes[id]);
          ck_assert (secret_equal (secret_span (&hers), secret_span (&his)));
        }
    }
}
END_TEST

START_TEST (what_is_encapsulated_is_decapsulated)
{
  static const gsize secret_sizes[] = { 0, 32, 32, 32, 64, 64, 64, 48 };
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      g_autoptr (Rng) rng = rng_new_system ();
      g_auto (KemKeyPair) pair = { .public_len = 0 };
      g_auto (Secret) sent = SECRET_EMPTY;
      g_auto (Secret) received = SECRET_EMPTY;
      guint8 enc[KEM_PUBLIC_MAX];
      ck_assert (kem_generate (suite, rng, &pair));
      ck_assert (kem_encap (suite, rng, kem_public (&pair), &sent, enc));
      for (gsize len = 0; len <= sizeof enc; len++)
        ck_assert_int_eq (kem_decap (suite, &pair, span (enc, len), &received), len == suite_kem_public_size (suite));
      ck_assert (kem_decap (suite, &pair, span (enc, suite_kem_public_size (suite)), &received));
      ck_assert_uint_eq (sent.len, secret_sizes[id]);
      ck_assert (secret_equal (secret_span (&sent), secret_span (&received)));
    }
}
END_TEST

START_TEST (pairs_repeat_with_their_input)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      g_auto (KemKeyPair) one = { .public_len = 0 };
      g_auto (KemKeyPair) same = { .public_len = 0 };
      g_auto (KemKeyPair) other = { .public_len = 0 };
      g_auto (KemKeyPair) loaded = { .public_len = 0 };
      ck_assert (kem_derive_key_pair (suite, span_str ("one"), &one));
      ck_assert (kem_derive_key_pair (suite, span_str ("one"), &same));
      ck_assert (kem_derive_key_pair (suite, span_str ("two"), &other));
      ck_assert (kem_key_pair_from_private (suite, secret_span (&one.private_key), &loaded));
      ck_assert_uint_eq (kem_public (&one).len, suite_kem_public_size (suite));
      ck_assert_uint_eq (one.private_key.len, private_sizes[id]);
      ck_assert (span_equal (kem_public (&one), kem_public (&same)));
      ck_assert (span_equal (kem_public (&one), kem_public (&loaded)));
      ck_assert (!span_equal (kem_public (&one), kem_public (&other)));
    }
}
END_TEST

START_TEST (keys_have_one_size)
{
  static const guint8 bytes[80] = { 0, 1 };
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      g_auto (KemKeyPair) pair = { .public_len = 0 };
      guint8 public_key[KEM_PUBLIC_MAX + 1] = { 0 };
      ck_assert (kem_derive_key_pair (suite, span_str ("ikm"), &pair));
      memcpy (public_key, pair.public_key, pair.public_len);
      for (gsize len = 0; len <= sizeof public_key; len++)
        {
          gboolean right = len == pair.public_len;
          g_auto (Secret) shared = SECRET_EMPTY;
          ck_assert_int_eq (kem_public_valid (suite, span (public_key, len)), right);
          ck_assert_int_eq (kem_dh (suite, secret_span (&pair.private_key), span (public_key, len), &shared), right);
          ck_assert_int_eq (shared.len > 0, right);
        }
      for (gsize len = 0; len <= sizeof bytes; len++)
        {
          gboolean right = len == private_sizes[id];
          g_auto (KemKeyPair) loaded = { .public_len = 0 };
          g_auto (Secret) shared = SECRET_EMPTY;
          ck_assert_int_eq (kem_key_pair_from_private (suite, span (bytes, len), &loaded), right);
          ck_assert_int_eq (loaded.public_len > 0, right);
          ck_assert_int_eq (kem_dh (suite, span (bytes, len), kem_public (&pair), &shared), right);
        }
    }
}
END_TEST

/* --- points that are none ---------------------------------------------------------------------------------------- */

static void
assert_no_agreement (Suite *suite, Span public_key)
{
  g_auto (KemKeyPair) pair = { .public_len = 0 };
  g_auto (Secret) shared = secret_from (span_str ("before"));
  g_autoptr (Rng) rng = rng_new_seeded (9);
  guint8 enc[KEM_PUBLIC_MAX];
  ck_assert (kem_generate (suite, rng, &pair));
  ck_assert (!kem_dh (suite, secret_span (&pair.private_key), public_key, &shared));
  ck_assert_uint_eq (shared.len, 0);
  ck_assert (!kem_encap (suite, rng, public_key, &shared, enc));
  ck_assert_uint_eq (shared.len, 0);
  ck_assert (!kem_decap (suite, &pair, public_key, &shared));
  ck_assert_uint_eq (shared.len, 0);
  ck_assert_uint_eq (ERR_peek_error (), 0);
}

/* Those that RFC 7748 section 6 warns of: every private key leads them to zero. p - 1, p and p + 1 are written out,
 * for X25519 also with the bit that is ignored. */
START_TEST (points_of_small_order_are_refused)
{
  static const char *const x25519[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  };
  static const char *const x448[] = {
    "00000000000000000000000000000000000000000000000000000000"
    "00000000000000000000000000000000000000000000000000000000",
    "01000000000000000000000000000000000000000000000000000000"
    "00000000000000000000000000000000000000000000000000000000",
    "feffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    "feffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    "feffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "00000000000000000000000000000000000000000000000000000000"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  };
  g_autoptr (Suite) one = suite_new (1);
  g_autoptr (Suite) four = suite_new (4);
  for (gsize i = 0; i < G_N_ELEMENTS (x25519); i++)
    assert_no_agreement (one, vectors_parse (x25519[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (x448); i++)
    assert_no_agreement (four, vectors_parse (x448[i]));
}
END_TEST

static const guint16 nist[] = { 2, 5, 7 };

START_TEST (only_uncompressed_points_count)
{
  for (gsize i = 0; i < G_N_ELEMENTS (nist); i++)
    {
      g_autoptr (Suite) suite = suite_new (nist[i]);
      g_auto (KemKeyPair) pair = { .public_len = 0 };
      guint8 point[KEM_PUBLIC_MAX];
      ck_assert (kem_derive_key_pair (suite, span_str ("ikm"), &pair));
      memcpy (point, pair.public_key, sizeof point);
      for (guint first = 0; first < 256; first++)
        if (first != POINT_UNCOMPRESSED)
          {
            const gsize sizes[] = { 1, (gsize) pair.public_len / 2 + 1, pair.public_len };
            point[0] = (guint8) first;
            for (gsize j = 0; j < G_N_ELEMENTS (sizes); j++)
              ck_assert (!kem_public_valid (suite, span (point, sizes[j])));
          }
      point[0] = (guint8) (0x02 | (point[pair.public_len - 1] & 1)); /* the right point, compressed */
      assert_no_agreement (suite, span (point, (gsize) pair.public_len / 2 + 1));
      point[0] |= 0x04; /* hybrid */
      assert_no_agreement (suite, span (point, pair.public_len));
      point[0] = 0; /* at infinity */
      assert_no_agreement (suite, span (point, 1));
    }
}
END_TEST

START_TEST (points_off_the_curve_are_refused)
{
  for (gsize i = 0; i < G_N_ELEMENTS (nist); i++)
    {
      g_autoptr (Suite) suite = suite_new (nist[i]);
      g_auto (KemKeyPair) pair = { .public_len = 0 };
      guint8 point[KEM_PUBLIC_MAX];
      ck_assert (kem_derive_key_pair (suite, span_str ("ikm"), &pair));
      memcpy (point, pair.public_key, sizeof point);
      Span whole = span (point, pair.public_len);
      for (gsize at = 1; at < whole.len; at += 3)
        {
          point[at] ^= 1;
          ck_assert (!kem_public_valid (suite, whole));
          assert_no_agreement (suite, whole);
          point[at] ^= 1;
        }
      ck_assert (kem_public_valid (suite, whole));
      memset (point + 1, 0, whole.len - 1);
      assert_no_agreement (suite, whole);
      memset (point + 1, 0xff, whole.len - 1);
      assert_no_agreement (suite, whole);
    }
}
END_TEST

START_TEST (scalars_out_of_range_are_refused)
{
  for (gsize i = 0; i < G_N_ELEMENTS (nist); i++)
    {
      g_autoptr (Suite) suite = suite_new (nist[i]);
      gsize width = private_sizes[nist[i]];
      g_auto (KemKeyPair) pair = { .public_len = 0 };
      g_auto (KemKeyPair) none = { .public_len = 0 };
      g_auto (Secret) scalar = { .len = (guint8) width };
      g_auto (Secret) shared = SECRET_EMPTY;
      ck_assert (kem_derive_key_pair (suite, span_str ("ikm"), &pair));
      ck_assert (!kem_key_pair_from_private (suite, secret_span (&scalar), &none));
      ck_assert (!kem_dh (suite, secret_span (&scalar), kem_public (&pair), &shared));
      BN_bn2binpad (EC_GROUP_get0_order (suite->group), scalar.data, (int) width);
      ck_assert (!kem_key_pair_from_private (suite, secret_span (&scalar), &none));
      ck_assert (!kem_dh (suite, secret_span (&scalar), kem_public (&pair), &shared));
      scalar.data[width - 1]--;
      ck_assert (kem_key_pair_from_private (suite, secret_span (&scalar), &none));
      memset (scalar.data, 0xff, width);
      ck_assert (!kem_dh (suite, secret_span (&scalar), kem_public (&pair), &shared));
      nist_mask (suite, &scalar);
      ck_assert_uint_eq (scalar.data[0], nist[i] == 5 ? 0x01 : 0xff);
      ck_assert (!kem_dh (suite, secret_span (&scalar), kem_public (&pair), &shared));
      ck_assert_uint_eq (ERR_peek_error (), 0);
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    both_sides_agree,
    what_is_encapsulated_is_decapsulated,
    pairs_repeat_with_their_input,
    keys_have_one_size,
    points_of_small_order_are_refused,
    only_uncompressed_points_count,
    points_off_the_curve_are_refused,
    scalars_out_of_range_are_refused,
  };
  return run_tests ("crypto/kem", tests, G_N_ELEMENTS (tests));
}
