#include "../lib/run.h"

#include "rules/member-id.h"
#include "user/identity.h"

START_TEST (an_identity_comes_back)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (Rng) rng = rng_new_seeded (1);
  g_autoptr (DemlsIdentity) self = demls_identity_make (suite, rng), other = demls_identity_make (suite, rng);
  g_autoptr (GBytes) row = demls_identity_save (self, suite);
  g_autoptr (DemlsIdentity) same = demls_identity_load (suite, span_bytes (row));
  guint8 id[DEMLS_MEMBER_ID_SIZE];
  demls_member_id (sign_key_public (self->key), id);
  ck_assert (span_equal (SPAN_OF (id), SPAN_OF (self->member_id)));
  ck_assert (span_equal (SPAN_OF (self->member_id), SPAN_OF (same->member_id)));
  ck_assert (span_equal (SPAN_OF (self->app_id), SPAN_OF (same->app_id)));
  ck_assert (!span_equal (SPAN_OF (self->member_id), SPAN_OF (other->member_id)));
  ck_assert (!span_equal (SPAN_OF (self->app_id), SPAN_OF (other->app_id)));
}
END_TEST

START_TEST (a_damaged_one_does_not)
{
  g_autoptr (Suite) suite = suite_new (1), third = suite_new (3);
  g_autoptr (Rng) rng = rng_new_seeded (1);
  g_autoptr (DemlsIdentity) self = demls_identity_make (suite, rng);
  g_autoptr (GBytes) row = demls_identity_save (self, suite);
  gsize size = g_bytes_get_size (row);
  ck_assert_ptr_null (demls_identity_load (third, span_bytes (row)));
  for (gsize len = 0; len < size; len++)
    ck_assert_ptr_null (demls_identity_load (suite, span (g_bytes_get_data (row, NULL), len)));
  /* any bit of what makes the keys */
  for (gsize i = 0; i < size - DEMLS_IDENTITY_APP_ID; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (row, NULL), size);
      copy[i] ^= 0x10;
      ck_assert_ptr_null (demls_identity_load (suite, span (copy, size)));
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { an_identity_comes_back, a_damaged_one_does_not };
  return run_tests ("user/identity", tests, G_N_ELEMENTS (tests));
}
