/* test-clock.c - base/clock.h.
 */
#include "../lib/run.h"
#include "base/clock.h"

START_TEST (earlier_takes_the_smaller)
{
  ck_assert_int_eq (demls_earlier (1, 2), 1);
  ck_assert_int_eq (demls_earlier (2, 1), 1);
  ck_assert_int_eq (demls_earlier (-5, 0), -5);
  ck_assert_int_eq (demls_earlier (7, DEMLS_NEVER), 7);
  ck_assert_int_eq (demls_earlier (DEMLS_NEVER, DEMLS_NEVER), DEMLS_NEVER);
}
END_TEST

START_TEST (after_adds_and_stops_at_never)
{
  ck_assert_int_eq (demls_after (10, 0), 10);
  ck_assert_int_eq (demls_after (10, 5), 15);
  ck_assert_int_eq (demls_after (-10, 5), -5);
  ck_assert_int_eq (demls_after (G_MININT64, G_MAXINT64), -1);
  ck_assert_int_eq (demls_after (DEMLS_NEVER - 5, 5), DEMLS_NEVER);
  ck_assert_int_eq (demls_after (DEMLS_NEVER - 5, 6), DEMLS_NEVER);
  ck_assert_int_eq (demls_after (DEMLS_NEVER, 0), DEMLS_NEVER);
  ck_assert_int_eq (demls_after (DEMLS_NEVER, DEMLS_NEVER), DEMLS_NEVER);
  ck_assert_int_eq (demls_after (0, DEMLS_NEVER), DEMLS_NEVER);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { earlier_takes_the_smaller, after_adds_and_stops_at_never };
  return run_tests ("base/clock", tests, G_N_ELEMENTS (tests));
}
