#include "delivery/complaints.h"

#include "../lib/run.h"

static GError *
complain (DemlsComplaints *self, DemlsDeliveryError code, gint64 now)
{
  g_autoptr (GError) what = g_error_new_literal (DEMLS_DELIVERY_ERROR, (int) code, "rubbish");
  return demls_complaint (self, what, now);
}

START_TEST (the_first_of_each_kind_is_told_and_the_others_are_counted)
{
  DemlsComplaints complaints = { 0 };
  g_autoptr (GError) first = complain (&complaints, DEMLS_DELIVERY_ERROR_DAMAGED, 1);
  ck_assert_str_eq (first->message, "rubbish");
  for (gint64 now = 1; now < 1001; now++)
    ck_assert_ptr_null (complain (&complaints, DEMLS_DELIVERY_ERROR_DAMAGED, now));
  g_autoptr (GError) other = complain (&complaints, DEMLS_DELIVERY_ERROR_VERSION, 1000);
  ck_assert_int_eq (other->code, DEMLS_DELIVERY_ERROR_VERSION);
  ck_assert_ptr_null (complain (&complaints, DEMLS_DELIVERY_ERROR_DAMAGED, DEMLS_NOTICE_PAUSE));
  g_autoptr (GError) next = complain (&complaints, DEMLS_DELIVERY_ERROR_DAMAGED, DEMLS_NOTICE_PAUSE + 1);
  ck_assert_str_eq (next->message, "rubbish (and 1001 others)");
  g_autoptr (GError) last = complain (&complaints, DEMLS_DELIVERY_ERROR_DAMAGED, 2 * DEMLS_NOTICE_PAUSE + 1);
  ck_assert_str_eq (last->message, "rubbish");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { the_first_of_each_kind_is_told_and_the_others_are_counted };
  return run_tests ("delivery/complaints", tests, G_N_ELEMENTS (tests));
}
