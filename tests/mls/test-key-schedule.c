/* test-key-schedule.c - mls/key-schedule.h: key-schedule.json, and external initialization.
 */
#include "cases.h"
#include "mls/group-context.h"
#include "mls/key-schedule.h"

static gboolean
is (const Secret *secret, JsonObject *epoch, const char *name)
{
  gboolean same = secret_equal (secret_span (secret), vectors_span (epoch, name));
  if (!same)
    g_printerr ("%s differs\n", name);
  return same;
}

static gboolean
check_exporter (Suite *suite, const MlsEpochSecrets *secrets, JsonObject *exporter)
{
  guint8 out[1000];
  gsize len = vectors_int (exporter, "length");
  g_assert (len <= sizeof out);
  mls_exporter (suite, secrets, vectors_text (exporter, "label"), vectors_span (exporter, "context"), out, len);
  CASE_HOLDS (span_equal (span (out, len), vectors_span (exporter, "secret")));
  return TRUE;
}

static gboolean
check_secrets (const MlsEpochSecrets *secrets, JsonObject *epoch)
{
  CASE_HOLDS (is (&secrets->sender_data, epoch, "sender_data_secret"));
  CASE_HOLDS (is (&secrets->encryption, epoch, "encryption_secret"));
  CASE_HOLDS (is (&secrets->exporter, epoch, "exporter_secret"));
  CASE_HOLDS (is (&secrets->authentication, epoch, "epoch_authenticator"));
  CASE_HOLDS (is (&secrets->external, epoch, "external_secret"));
  CASE_HOLDS (is (&secrets->confirmation, epoch, "confirmation_key"));
  CASE_HOLDS (is (&secrets->membership, epoch, "membership_key"));
  CASE_HOLDS (is (&secrets->resumption, epoch, "resumption_psk"));
  CASE_HOLDS (is (&secrets->init, epoch, "init_secret"));
  return TRUE;
}

static gboolean
check_epoch (Suite *suite, JsonObject *object, JsonObject *epoch, guint64 number, Secret *init)
{
  g_autoptr (MlsGroupContext) context = mls_group_context_new (
      suite_id (suite), vectors_span (object, "group_id"), number, vectors_span (epoch, "tree_hash"),
      vectors_span (epoch, "confirmed_transcript_hash"), SPAN_EMPTY);
  Span encoded = span_bytes (context->encoded);
  CASE_HOLDS (span_equal (encoded, vectors_span (epoch, "group_context")));
  g_auto (Secret) joiner =
      mls_joiner_secret (suite, secret_span (init), vectors_span (epoch, "commit_secret"), encoded);
  CASE_HOLDS (is (&joiner, epoch, "joiner_secret"));
  g_auto (Secret) welcome = mls_welcome_secret (suite, secret_span (&joiner), vectors_span (epoch, "psk_secret"));
  CASE_HOLDS (is (&welcome, epoch, "welcome_secret"));
  g_auto (MlsEpochSecrets) secrets = { .init = SECRET_EMPTY };
  mls_epoch_secrets_derive (suite, secret_span (&joiner), vectors_span (epoch, "psk_secret"), encoded, &secrets);
  CASE_HOLDS (check_secrets (&secrets, epoch));
  CASE_HOLDS (check_exporter (suite, &secrets, vectors_object (epoch, "exporter")));
  g_auto (KemKeyPair) external = { .public_len = 0 };
  CASE_HOLDS (mls_external_key_pair (suite, &secrets, &external, NULL));
  CASE_HOLDS (span_equal (kem_public (&external), vectors_span (epoch, "external_pub")));
  *init = secrets.init;
  return TRUE;
}

static gboolean
check_case (JsonObject *object)
{
  g_autoptr (Suite) suite = suite_new ((guint16) vectors_int (object, "cipher_suite"));
  g_auto (Secret) init = secret_from (vectors_span (object, "initial_init_secret"));
  JsonArray *epochs = vectors_array (object, "epochs");
  guint n = json_array_get_length (epochs);
  CASE_HOLDS (n > 0);
  for (guint i = 0; i < n; i++)
    if (!check_epoch (suite, object, json_array_get_object_element (epochs, i), i, &init))
      return FALSE;
  return TRUE;
}

static void
derive (Suite *suite, Rng *rng, MlsEpochSecrets *out)
{
  g_auto (Secret) epoch = rng_secret (rng, suite_hash_size (suite));
  mls_epoch_secrets_from_epoch_secret (suite, secret_span (&epoch), out);
}

START_TEST (empty_inputs_stand_for_zeros)
{
  static const guint8 zeros[HASH_MAX];
  g_autoptr (Suite) suite = suite_new (1);
  Span zero = span (zeros, suite_hash_size (suite)), init = span_str ("init"), context = span_str ("context");
  g_auto (Secret) a = mls_joiner_secret (suite, init, SPAN_EMPTY, context);
  g_auto (Secret) b = mls_joiner_secret (suite, init, zero, context);
  ck_assert (secret_equal (secret_span (&a), secret_span (&b)));
  g_auto (Secret) c = mls_welcome_secret (suite, secret_span (&a), SPAN_EMPTY);
  g_auto (Secret) d = mls_welcome_secret (suite, secret_span (&a), zero);
  ck_assert (secret_equal (secret_span (&c), secret_span (&d)));
}
END_TEST

START_TEST (welcome_key_has_the_sizes_of_the_suite)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      g_auto (Secret) key = SECRET_EMPTY;
      g_auto (Secret) nonce = SECRET_EMPTY;
      mls_welcome_key (suite, span_str ("welcome"), &key, &nonce);
      ck_assert_uint_eq (key.len, suite_key_size (suite));
      ck_assert_uint_eq (nonce.len, AEAD_NONCE);
    }
}
END_TEST

START_TEST (external_init_agrees)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      g_autoptr (Rng) rng = rng_new_seeded (id);
      g_autoptr (GError) error = NULL;
      g_auto (MlsEpochSecrets) secrets = { .init = SECRET_EMPTY };
      derive (suite, rng, &secrets);
      g_auto (KemKeyPair) pair = { .public_len = 0 };
      ck_assert (mls_external_key_pair (suite, &secrets, &pair, &error));
      guint8 kem_output[KEM_PUBLIC_MAX];
      g_auto (Secret) sent = SECRET_EMPTY;
      g_auto (Secret) received = SECRET_EMPTY;
      ck_assert (mls_external_init_send (suite, rng, kem_public (&pair), kem_output, &sent, &error));
      Span output = span (kem_output, suite_kem_public_size (suite));
      ck_assert (mls_external_init_receive (suite, &secrets, output, &received, &error));
      ck_assert_uint_eq (sent.len, suite_hash_size (suite));
      ck_assert (secret_equal (secret_span (&sent), secret_span (&received)));
    }
}
END_TEST

START_TEST (external_init_refuses_what_is_no_key)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      g_autoptr (Rng) rng = rng_new_seeded (id);
      g_autoptr (GError) error = NULL;
      g_auto (MlsEpochSecrets) secrets = { .init = SECRET_EMPTY };
      derive (suite, rng, &secrets);
      guint8 bytes[KEM_PUBLIC_MAX + 1] = { 0 }; /* of order 1, where the size is right */
      g_auto (Secret) init = SECRET_EMPTY;
      for (gsize len = 0; len <= suite_kem_public_size (suite) + 1; len++)
        {
          guint8 out[KEM_PUBLIC_MAX];
          ck_assert (!mls_external_init_send (suite, rng, span (bytes, len), out, &init, &error));
          ck_assert (is_code (&error, MLS_ERROR_EXTENSION));
          ck_assert (!mls_external_init_receive (suite, &secrets, span (bytes, len), &init, &error));
          ck_assert (is_code (&error, MLS_ERROR_MALFORMED));
        }
    }
}
END_TEST

START_TEST (clearing_leaves_nothing)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (Rng) rng = rng_new_seeded (1);
  MlsEpochSecrets secrets;
  derive (suite, rng, &secrets);
  mls_epoch_secrets_clear (&secrets);
  const guint8 *bytes = (const guint8 *) &secrets;
  for (gsize i = 0; i < sizeof secrets; i++)
    ck_assert_uint_eq (bytes[i], 0);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    empty_inputs_stand_for_zeros, welcome_key_has_the_sizes_of_the_suite,
    external_init_agrees,         external_init_refuses_what_is_no_key,
    clearing_leaves_nothing,
  };
  return run_tests_and_cases ("mls/key-schedule", tests, G_N_ELEMENTS (tests), "key-schedule", 7, check_case);
}
