#include "run.h"

#include <stdlib.h>

int
run_tests (const char *name, const TTest *const *tests, gsize n_tests)
{
  TCase *cases = tcase_create (name);
  for (gsize i = 0; i < n_tests; i++)
    tcase_add_test (cases, tests[i]);
  return run_cases (name, cases);
}

int
run_cases (const char *name, TCase *cases)
{
  CheckSuite *suite = suite_create (name);
  suite_add_tcase (suite, cases);
  SRunner *runner = srunner_create (suite);
  srunner_run_all (runner, CK_ENV);
  int failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

guint
run_rounds (guint full)
{
  return g_getenv ("DEMLS_FAST") ? MAX (full / 20, 1) : full;
}
