/* run.h - the check library, and the main() of a test program.
 *
 * check calls one of its types Suite, and so does crypto/suite.h. A test includes this file instead of <check.h>;
 * here check's type is renamed, since tests never need to name it:
 *
 *   #include "../lib/run.h"
 *
 *   START_TEST (two_and_two_make_four) { ck_assert_int_eq (2 + 2, 4); } END_TEST
 *
 *   int
 *   main (void)
 *   {
 *     const TTest *const tests[] = { two_and_two_make_four };
 *     return run_tests ("base/arithmetic", tests, G_N_ELEMENTS (tests));
 *   }
 */
#ifndef DEMLS_TESTS_RUN_H
#define DEMLS_TESTS_RUN_H

#include <glib.h>

#define Suite CheckSuite
#include <check.h>
#undef Suite

/* Runs the tests, each in a process of its own unless CK_FORK=no, and returns what main() has to. */
int run_tests (const char *name, const TTest *const *tests, gsize n_tests);

/* The same for cases that were put together by hand, which it takes over. */
int run_cases (const char *name, TCase *cases);

/* How often a long loop runs: `full`, or a twentieth of it if DEMLS_FAST is set (valgrind). */
guint run_rounds (guint full);

#endif
