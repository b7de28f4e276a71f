/* test-rng.c - crypto/rng.h.
 */
#include <string.h>

#include "../lib/run.h"
#include "crypto/rng.h"

static void
assert_drawn (Rng *rng, gsize len, const char *hex)
{
  guint8 out[128];
  ck_assert_uint_le (len, sizeof out);
  rng_fill (rng, out, len);
  g_autofree char *drawn = span_hex (span (out, len));
  ck_assert_str_eq (drawn, hex);
}

/* The stream is part of what makes simulations repeat: it must not change with a library or a machine. The numbers are
 * ChaCha20 (key = SHA-256 of the seed as 8 bytes, big-endian; nonce 0; from block 0), computed by another program. */
START_TEST (seeded_output_is_fixed)
{
  g_autoptr (Rng) zero = rng_new_seeded (0);
  assert_drawn (zero, 32, "138fbe4ad2db86a035f20c48d131e9e351308c55000d85b6332d7d5f1b71731f");
  g_autoptr (Rng) other = rng_new_seeded (G_GUINT64_CONSTANT (0x0123456789abcdef));
  assert_drawn (other, 80,
                "b2174baca7a5a1be92a72d7942b27060d56eb68f5f78a5eed4561f5c33efa8d1e6950edf5008a95c"
                "3104545056d0f0c308dddfcf15a42818d55ee7e32d31446590773e2d368f652745d3302e1ca10f14");
}
END_TEST

START_TEST (seeded_output_does_not_depend_on_the_cuts)
{
  guint8 whole[1000], pieces[1000];
  g_autoptr (Rng) one = rng_new_seeded (7);
  g_autoptr (Rng) two = rng_new_seeded (7);
  rng_fill (one, whole, sizeof whole);
  gsize done = 0;
  for (gsize step = 0; done < sizeof pieces; step++)
    {
      gsize len = MIN (step, sizeof pieces - done);
      rng_fill (two, pieces + done, len);
      done += len;
    }
  ck_assert_mem_eq (whole, pieces, sizeof whole);
}
END_TEST

START_TEST (seeds_and_system_differ)
{
  guint8 drawn[4][32];
  g_autoptr (Rng) one = rng_new_seeded (1);
  g_autoptr (Rng) two = rng_new_seeded (2);
  g_autoptr (Rng) system = rng_new_system ();
  rng_fill (one, drawn[0], 32);
  rng_fill (two, drawn[1], 32);
  rng_fill (system, drawn[2], 32);
  rng_fill (system, drawn[3], 32);
  for (guint i = 0; i < 4; i++)
    for (guint j = 0; j < i; j++)
      ck_assert_mem_ne (drawn[i], drawn[j], 32);
  rng_fill (system, NULL, 0);
}
END_TEST

START_TEST (secrets_have_the_length_asked)
{
  g_autoptr (Rng) rng = rng_new_seeded (3);
  for (gsize len = 0; len <= SECRET_MAX; len++)
    {
      g_auto (Secret) secret = rng_secret (rng, len);
      ck_assert_uint_eq (secret.len, len);
      for (gsize i = len; i < SECRET_MAX; i++)
        ck_assert_uint_eq (secret.data[i], 0);
    }
}
END_TEST

START_TEST (below_stays_below_and_reaches_all)
{
  g_autoptr (Rng) rng = rng_new_seeded (4);
  guint counts[6] = { 0 };
  guint rounds = 60000;
  for (guint i = 0; i < rounds; i++)
    {
      guint32 drawn = rng_below (rng, 6);
      ck_assert_uint_lt (drawn, 6);
      counts[drawn]++;
    }
  for (guint i = 0; i < 6; i++) /* 10 standard deviations of 91 */
    ck_assert (counts[i] > 9090 && counts[i] < 10910);
  for (guint i = 0; i < 100; i++)
    ck_assert_uint_eq (rng_below (rng, 1), 0);
  guint high = 0;
  for (guint i = 0; i < 1000; i++)
    {
      guint32 drawn = rng_below (rng, (1u << 31) + 1); /* half of all draws are unfair */
      ck_assert_uint_le (drawn, 1u << 31);
      high += drawn >> 30 ? 1 : 0;
    }
  ck_assert (high > 400 && high < 600);
  ck_assert_uint_lt (rng_below (rng, G_MAXUINT32), G_MAXUINT32);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    seeded_output_is_fixed,        seeded_output_does_not_depend_on_the_cuts, seeds_and_system_differ,
    secrets_have_the_length_asked, below_stays_below_and_reaches_all,
  };
  return run_tests ("crypto/rng", tests, G_N_ELEMENTS (tests));
}
