/* test-member-id.c - rules/member-id.h: G3, G4, and the vectors of G72 and C7.
 */
#include "../lib/run.h"
#include "world.h"

START_TEST (self_leave_ids_are_as_printed)
{
  guint8 aa[20], one[20];
  memset (aa, 0xAA, sizeof aa);
  memset (one, 0x01, sizeof one);
  g_autoptr (GBytes) f39 = bytes_from_hex ("f39fd6e51aad88f6f4ce6ab8827279cfffb92266");
  ck_assert_uint_eq (demls_self_leave_id (span_str ("alice")), 735577801);
  ck_assert_uint_eq (demls_self_leave_id (SPAN_OF (aa)), 1963472843);
  ck_assert_uint_eq (demls_self_leave_id (span_bytes (f39)), 2531685890u);
  ck_assert_uint_eq (demls_self_leave_id (SPAN_OF (one)), 2609866080u); /* C7 */
  g_autofree char *name = demls_self_leave_name (span_str ("alice"));
  ck_assert_str_eq (name, "self-leave:735577801");
}
END_TEST

START_TEST (ids_are_made_of_keys)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (Rng) rng = rng_new_seeded (1);
  Person person = person_new (suite, rng, NULL);
  guint8 hash[32];
  hash_sha256 (sign_key_public (person.key), hash);
  ck_assert_mem_eq (hash, person.id, 20);
  ck_assert (demls_member_id_check (person.secrets->package->leaf, NULL));
  g_autofree char *text = demls_member_id_short (person_id (&person));
  ck_assert_uint_eq (strlen (text), 8);
  person_clear (&person);
}
END_TEST

START_TEST (borrowed_ids_are_refused)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (Rng) rng = rng_new_seeded (1);
  Person person = person_new (suite, rng, NULL), thief = person_new (suite, rng, NULL);
  for (guint what = 0; what < 3; what++)
    {
      guint8 longer[21] = { 0 };
      memcpy (longer, thief.id, 20);
      g_autoptr (GBytes) credential = mls_credential_basic (what == 0   ? person_id (&person)
                                                            : what == 1 ? SPAN_OF (longer)
                                                                        : span (thief.id, 19));
      g_autoptr (GBytes) capabilities = demls_group_capabilities ();
      MlsKeyPackageFields fields = { .credential = span_bytes (credential),
                                     .capabilities = span_bytes (capabilities),
                                     .not_after = 1 };
      MlsKeyPackageSecrets *secrets = mls_key_package_new (suite, rng, thief.key, &fields, NULL);
      g_autoptr (GError) error = NULL;
      ck_assert (!demls_member_id_check (secrets->package->leaf, &error));
      ck_assert_int_eq (error->code, DEMLS_RULE_MEMBER_ID);
      mls_key_package_secrets_free (secrets);
    }
  person_clear (&person);
  person_clear (&thief);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { self_leave_ids_are_as_printed, ids_are_made_of_keys, borrowed_ids_are_refused };
  return run_tests ("rules/member-id", tests, G_N_ELEMENTS (tests));
}
