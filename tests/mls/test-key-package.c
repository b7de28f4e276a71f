/* test-key-package.c - mls/key-package.h: the packages of welcome.json; every rule of 10.1; saving.
 */
#include <string.h>

#include "mls/message.h"
#include "packages.h"

/* --- vectors ----------------------------------------------------------------------------------------------------- */

static gboolean
check_case (JsonObject *object)
{
  g_autoptr (Suite) suite = suite_new ((guint16) vectors_int (object, "cipher_suite"));
  g_autoptr (GError) error = NULL;
  Span body;
  CASE_HOLDS (mls_message_read_as (vectors_span (object, "key_package"), MLS_WIRE_KEY_PACKAGE, &body, NULL));
  g_autoptr (MlsKeyPackage) package = mls_key_package_parse (body, &error);
  CASE_HOLDS (package && span_equal (span_bytes (package->encoded), body));
  CASE_HOLDS (mls_key_package_check (suite, package, &error));
  g_auto (KemKeyPair) pair = { .public_len = 0 };
  CASE_HOLDS (kem_key_pair_from_private (suite, vectors_span (object, "init_priv"), &pair));
  CASE_HOLDS (span_equal (kem_public (&pair), package->init_key));
  return TRUE;
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

START_TEST (fields_come_back)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_auto (Package) fields = { 0 };
      package_init (&fields, id);
      g_autoptr (GBytes) bytes = package_make (&fields);
      g_autoptr (MlsKeyPackage) package = mls_key_package_parse (span_bytes (bytes), NULL);
      ck_assert_ptr_nonnull (package);
      g_autoptr (MlsKeyPackage) same = mls_key_package_ref (package);
      ck_assert_ptr_eq (same, package);
      ck_assert (g_bytes_equal (package->encoded, bytes));
      ck_assert (package->version == 1 && package->suite == id);
      ck_assert (span_equal (package->init_key, fields.init_key));
      ck_assert (span_equal (package->leaf->encryption_key, fields.leaf.encryption_key));
      ck_assert (span_equal (package->extensions, fields.extensions));
      Span own[] = { package->init_key, package->extensions, package->signature, package->tbs };
      for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
        ck_assert (own[i].len && span_within (own[i], span_bytes (package->encoded)));
      ck_assert (mls_key_package_check (fields.suite, package, NULL));
      guint8 ref[HASH_MAX], expected[HASH_MAX];
      mls_key_package_hash_ref (fields.suite, package, ref);
      mls_ref_hash (fields.suite, "MLS 1.0 KeyPackage Reference", span_bytes (bytes), expected);
      ck_assert_mem_eq (ref, expected, suite_hash_size (fields.suite));
    }
}
END_TEST

START_TEST (other_lengths_are_malformed)
{
  g_auto (Package) fields = { 0 };
  package_init (&fields, 1);
  g_autoptr (GBytes) bytes = package_make (&fields);
  for (gsize len = 0; len <= g_bytes_get_size (bytes) + 1; len++)
    if (len != g_bytes_get_size (bytes))
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (GBytes) cut = resized (span_bytes (bytes), len);
        ck_assert_ptr_null (mls_key_package_parse (span_bytes (cut), &error));
        ck_assert (is_code (&error, MLS_ERROR_MALFORMED));
      }
}
END_TEST

static gboolean
unreadable (const Package *fields, MlsError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = package_make (fields);
  g_autoptr (MlsKeyPackage) package = mls_key_package_parse (span_bytes (bytes), &error);
  return !package && is_code (&error, code);
}

START_TEST (lists_and_credentials_are_read_strictly)
{
  static const guint8 torn[] = { 0xF0, 0xDE, 9 };
  g_auto (Package) fields = { 0 };
  package_init (&fields, 1);
  fields.extensions = SPAN_OF (twin_extensions);
  ck_assert (unreadable (&fields, MLS_ERROR_DUPLICATE_EXTENSION));
  fields.extensions = SPAN_OF (torn);
  ck_assert (unreadable (&fields, MLS_ERROR_MALFORMED));
  fields.extensions = SPAN_EMPTY;
  g_autoptr (GBytes) bytes = package_make (&fields);
  gsize credential_type = 4 + 33 + 33 + 33 + 1;
  ((guint8 *) g_bytes_get_data (bytes, NULL))[credential_type] = 3;
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (mls_key_package_parse (span_bytes (bytes), &error));
  ck_assert (is_code (&error, MLS_ERROR_CREDENTIAL_TYPE));
}
END_TEST

/* --- checking: 10.1, each rule broken alone ---------------------------------------------------------------------- */

static gboolean
refused (const Package *fields, MlsError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = package_make (fields);
  g_autoptr (MlsKeyPackage) package = mls_key_package_parse (span_bytes (bytes), NULL);
  ck_assert_ptr_nonnull (package);
  return !mls_key_package_check (fields->suite, package, &error) && is_code (&error, code);
}

START_TEST (version_and_suite)
{
  g_auto (Package) fields = { 0 };
  package_init (&fields, 1);
  fields.version = 0;
  ck_assert (refused (&fields, MLS_ERROR_KEY_PACKAGE_VERSION));
  fields.version = 2;
  ck_assert (refused (&fields, MLS_ERROR_KEY_PACKAGE_VERSION));
  fields.version = 1;
  fields.suite_number = 3; /* whose keys are of the same kind */
  ck_assert (refused (&fields, MLS_ERROR_KEY_PACKAGE_SUITE));
  fields.suite_number = 0;
  ck_assert (refused (&fields, MLS_ERROR_KEY_PACKAGE_SUITE));
}
END_TEST

START_TEST (leaf_source)
{
  g_auto (Package) fields = { 0 };
  package_init (&fields, 1);
  fields.leaf.source = MLS_LEAF_UPDATE;
  ck_assert (refused (&fields, MLS_ERROR_KEY_PACKAGE_SOURCE));
  fields.leaf.source = MLS_LEAF_COMMIT;
  ck_assert (refused (&fields, MLS_ERROR_KEY_PACKAGE_SOURCE));
}
END_TEST

START_TEST (keys)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      guint8 zeros[KEM_PUBLIC_MAX + 1] = { 0 };
      g_auto (Package) fields = { 0 };
      package_init (&fields, id);
      gsize size = suite_kem_public_size (fields.suite);
      gboolean nist = id == 2 || id == 5 || id == 7;
      for (gsize len = size - 1; len <= size + 1; len++)
        if (len != size || nist) /* on Montgomery curves every string of the right size is a public key */
          {
            fields.init_key = span (zeros, len);
            ck_assert (refused (&fields, MLS_ERROR_KEY_PACKAGE_INIT_KEY));
            fields.init_key = kem_public (&fields.init);
            fields.leaf.encryption_key = span (zeros, len);
            ck_assert (refused (&fields, MLS_ERROR_LEAF_ENCRYPTION_KEY));
            fields.leaf.encryption_key = kem_public (&fields.encryption);
          }
      fields.init_key = kem_public (&fields.encryption);
      ck_assert (refused (&fields, MLS_ERROR_KEY_PACKAGE_SAME_KEY));
      fields.init_key = kem_public (&fields.init);
      fields.leaf.signature_key = span (zeros, 31);
      ck_assert (refused (&fields, MLS_ERROR_LEAF_SIGNATURE_KEY));
    }
}
END_TEST

START_TEST (capabilities_and_extensions)
{
  g_auto (Package) fields = { 0 };
  package_init (&fields, 1);
  const guint16 suites[] = { 1 };
  g_autoptr (GBytes) wrong_version = bytes_from_hex ("020002"
                                                     "020001"
                                                     "02f0de"
                                                     "00"
                                                     "020001");
  fields.leaf.capabilities = span_bytes (wrong_version);
  ck_assert (refused (&fields, MLS_ERROR_LEAF_CAPABILITIES));
  g_autoptr (GBytes) none = mls_capabilities_encode (suites, 1, NULL, 0);
  fields.leaf.capabilities = span_bytes (none);
  fields.leaf.extensions = SPAN_EMPTY;
  ck_assert (refused (&fields, MLS_ERROR_LEAF_EXTENSION)); /* the package's own extension */
  fields.extensions = SPAN_EMPTY;
  fields.leaf.extensions = SPAN_OF (listed_extension);
  ck_assert (refused (&fields, MLS_ERROR_LEAF_EXTENSION)); /* the leaf's */
  fields.leaf.capabilities = span_bytes (fields.capabilities);
  fields.extensions = SPAN_OF (unlisted_extension);
  ck_assert (refused (&fields, MLS_ERROR_LEAF_EXTENSION));
}
END_TEST

START_TEST (signatures)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_auto (Package) fields = { 0 };
      package_init (&fields, id);
      fields.spoil_leaf_signature = TRUE;
      ck_assert (refused (&fields, MLS_ERROR_LEAF_SIGNATURE));
      fields.spoil_leaf_signature = FALSE;
      fields.spoil_signature = TRUE;
      ck_assert (refused (&fields, MLS_ERROR_KEY_PACKAGE_SIGNATURE));
    }
}
END_TEST

/* --- making and saving ------------------------------------------------------------------------------------------- */

static MlsKeyPackageSecrets *
make (const Package *from)
{
  MlsKeyPackageFields fields = { .credential = from->leaf.credential,
                                 .capabilities = from->leaf.capabilities,
                                 .leaf_extensions = from->leaf.extensions,
                                 .not_before = 5,
                                 .not_after = 6 };
  return mls_key_package_new (from->suite, from->rng, from->key, &fields, NULL);
}

static GBytes *
save (const MlsKeyPackageSecrets *secrets)
{
  g_auto (Writer) writer = WRITER_INIT;
  mls_key_package_secrets_save (secrets, &writer);
  return secret_bytes_new (writer_span (&writer));
}

START_TEST (new_packages_are_valid)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_auto (Package) fields = { 0 };
      package_init (&fields, id);
      g_autoptr (MlsKeyPackageSecrets) made = make (&fields);
      g_autoptr (MlsKeyPackageSecrets) other = make (&fields);
      ck_assert (mls_key_package_check (fields.suite, made->package, NULL));
      ck_assert (made->package->leaf->not_before == 5 && made->package->leaf->not_after == 6);
      ck_assert (span_equal (kem_public (&made->init), made->package->init_key));
      ck_assert (span_equal (kem_public (&made->encryption), made->package->leaf->encryption_key));
      ck_assert (!span_equal (made->package->init_key, other->package->init_key));
      g_autoptr (GBytes) saved = save (made);
      g_autoptr (MlsKeyPackageSecrets) again = mls_key_package_secrets_restore (fields.suite, span_bytes (saved), NULL);
      ck_assert_ptr_nonnull (again);
      g_autoptr (GBytes) saved_again = save (again);
      ck_assert (g_bytes_equal (saved, saved_again));
      ck_assert (secret_equal (secret_span (&again->init.private_key), secret_span (&made->init.private_key)));
    }
}
END_TEST

static gboolean
saved_refused (Suite *suite, Span saved, MlsError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsKeyPackageSecrets) restored = mls_key_package_secrets_restore (suite, saved, &error);
  return !restored && is_code (&error, code);
}

START_TEST (damage_is_refused)
{
  g_auto (Package) fields = { 0 };
  package_init (&fields, 1);
  g_autoptr (MlsKeyPackageSecrets) made = make (&fields);
  g_autoptr (GBytes) saved = save (made);
  gsize size = g_bytes_get_size (saved);
  for (gsize len = 0; len <= size + 1; len++)
    {
      g_autoptr (GBytes) cut = resized (span_bytes (saved), len);
      ck_assert (len == size || saved_refused (fields.suite, span_bytes (cut), MLS_ERROR_SAVED_DAMAGED));
    }
  static const struct {
    gsize from_end;
    guint8 xor ;
    MlsError code;
  } wrong[] = { { 0, 3, MLS_ERROR_SAVED_VERSION },  /* from the start: form 1 becomes 2 */
                { 0, 1, MLS_ERROR_SAVED_DAMAGED },  /* 0 */
                { 2, 8, MLS_ERROR_SAVED_DAMAGED },  /* a private key that is not the package's */
                { 35, 8, MLS_ERROR_SAVED_DAMAGED }, /* the other one */
                { 33, 1, MLS_ERROR_SAVED_DAMAGED } /* its length */ };
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GBytes) copy = resized (span_bytes (saved), size);
      ((guint8 *) g_bytes_get_data (copy, NULL))[wrong[i].from_end ? size - wrong[i].from_end : 0] ^= wrong[i].xor ;
      ck_assert (saved_refused (fields.suite, span_bytes (copy), wrong[i].code));
    }
  g_autoptr (Suite) other = suite_new (3);
  ck_assert (saved_refused (other, span_bytes (saved), MLS_ERROR_SAVED_DAMAGED));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    fields_come_back,
    other_lengths_are_malformed,
    lists_and_credentials_are_read_strictly,
    version_and_suite,
    leaf_source,
    keys,
    capabilities_and_extensions,
    signatures,
    new_packages_are_valid,
    damage_is_refused,
  };
  return run_tests_and_cases ("mls/key-package", tests, G_N_ELEMENTS (tests), "welcome", 7, check_case);
}
