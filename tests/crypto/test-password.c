/* test-password.c - crypto/password.h. */
#include "../lib/run.h"
#include "crypto/password.h"

static const guint8 salt[PASSWORD_SALT] = "sixteen bytes...";

START_TEST (everything_counts)
{
  const PasswordCost cheap = { .passes = 1, .memory_kib = PASSWORD_MIN_KIB };
  const PasswordCost costs[] = { cheap, cheap, cheap, { 2, PASSWORD_MIN_KIB }, { 1, 16 } };
  guint8 other_salt[PASSWORD_SALT] = "another sixteen";
  g_auto (Secret) first = SECRET_EMPTY;
  ck_assert (password_key (span_str ("horse"), SPAN_OF (salt), cheap, 32, &first));
  ck_assert_uint_eq (first.len, 32);
  for (guint i = 0; i < G_N_ELEMENTS (costs); i++)
    {
      g_auto (Secret) key = SECRET_EMPTY;
      Span used = i == 1 ? SPAN_OF (other_salt) : SPAN_OF (salt);
      ck_assert (password_key (i == 2 ? SPAN_EMPTY : span_str ("horse"), used, costs[i], 32, &key));
      ck_assert (secret_equal (secret_span (&first), secret_span (&key)) == (i == 0));
    }
}
END_TEST

START_TEST (what_is_out_of_bounds_is_refused)
{
  static const PasswordCost wrong[] = { { 0, 64 },
                                        { PASSWORD_MAX_PASSES + 1, 64 },
                                        { 1, PASSWORD_MIN_KIB - 1 },
                                        { 1, PASSWORD_MAX_KIB + 1 },
                                        { G_MAXUINT32, G_MAXUINT32 } };
  const PasswordCost cheap = { .passes = 1, .memory_kib = PASSWORD_MIN_KIB };
  g_auto (Secret) key = SECRET_EMPTY;
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    ck_assert (!password_key (span_str ("p"), SPAN_OF (salt), wrong[i], 32, &key));
  ck_assert (!password_key (span_str ("p"), span (salt, PASSWORD_SALT - 1), cheap, 32, &key));
  ck_assert (!password_key (span_str ("p"), SPAN_OF (salt), cheap, 15, &key));
  ck_assert (!password_key (span_str ("p"), SPAN_OF (salt), cheap, SECRET_MAX + 1, &key));
  ck_assert_uint_eq (key.len, 0);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { everything_counts, what_is_out_of_bounds_is_refused };
  return run_tests ("crypto/password", tests, G_N_ELEMENTS (tests));
}
