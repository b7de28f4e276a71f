/* test-suite.c - crypto/suite.h: the table of RFC 9420 section 17.1.
 */
#include "../lib/run.h"
#include "crypto/suite.h"

START_TEST (seven_suites_have_their_sizes)
{
  static const struct {
    gsize hash, key, kem_public;
  } sizes[] = { { 32, 16, 32 },  { 32, 16, 65 }, { 32, 32, 32 }, { 64, 32, 56 },
                { 64, 32, 133 }, { 64, 32, 56 }, { 48, 32, 97 } };
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      ck_assert_ptr_nonnull (suite);
      ck_assert_uint_eq (suite_id (suite), id);
      ck_assert_uint_eq (suite_hash_size (suite), sizes[id - 1].hash);
      ck_assert_uint_eq (suite_key_size (suite), sizes[id - 1].key);
      ck_assert_uint_eq (suite_kem_public_size (suite), sizes[id - 1].kem_public);
      ck_assert_uint_le (suite_hash_size (suite), HASH_MAX);
      ck_assert_uint_le (suite_kem_public_size (suite), KEM_PUBLIC_MAX);
    }
}
END_TEST

START_TEST (other_numbers_are_no_suite)
{
  for (guint id = 0; id <= G_MAXUINT16; id++)
    if (id < 1 || id > 7)
      ck_assert_ptr_null (suite_new ((guint16) id));
}
END_TEST

START_TEST (references_keep_it_alive)
{
  Suite *suite = suite_new (2);
  ck_assert_ptr_eq (suite_ref (suite), suite);
  suite_unref (suite);
  ck_assert_uint_eq (suite_id (suite), 2);
  suite_unref (suite);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { seven_suites_have_their_sizes, other_numbers_are_no_suite, references_keep_it_alive };
  return run_tests ("crypto/suite", tests, G_N_ELEMENTS (tests));
}
