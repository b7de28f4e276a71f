/* test-psk.c - mls/psk.h: psk_secret.json; ids, and the store.
 */
#include "base/writer.h"
#include "cases.h"
#include "mls/psk.h"

static gboolean
check_case (JsonObject *object)
{
  g_autoptr (Suite) suite = suite_new ((guint16) vectors_int (object, "cipher_suite"));
  JsonArray *psks = vectors_array (object, "psks");
  guint n = json_array_get_length (psks);
  g_autofree MlsPskId *ids = g_new0 (MlsPskId, n);
  g_autofree Span *values = g_new (Span, n);
  g_autoptr (MlsPskStore) store = mls_psk_store_new ();
  for (guint i = 0; i < n; i++)
    {
      JsonObject *psk = json_array_get_object_element (psks, i);
      ids[i].type = MLS_PSK_EXTERNAL;
      ids[i].external_id = vectors_span (psk, "psk_id");
      ids[i].nonce = vectors_span (psk, "psk_nonce");
      values[i] = vectors_span (psk, "psk");
      mls_psk_store_add_external (store, ids[i].external_id, values[i]);
    }
  Span expected = vectors_span (object, "psk_secret");
  g_auto (Secret) direct = mls_psk_secret (suite, ids, values, n);
  CASE_HOLDS (secret_equal (secret_span (&direct), expected));
  g_auto (Secret) looked_up = SECRET_EMPTY;
  g_autoptr (GError) error = NULL;
  gboolean found = mls_psk_secret_from_store (suite, store, ids, n, &looked_up, &error);
  CASE_HOLDS (found && secret_equal (secret_span (&looked_up), expected));
  return TRUE;
}

/* --- ids --------------------------------------------------------------------------------------------------------- */

static const guint8 nonce[32] = { 9 };

static MlsPskId
external (const char *id)
{
  return (MlsPskId){ .type = MLS_PSK_EXTERNAL, .external_id = span_str (id), .nonce = SPAN_OF (nonce) };
}

static MlsPskId
resumption (MlsPskUsage usage, const char *group_id, guint64 epoch)
{
  return (MlsPskId){ .type = MLS_PSK_RESUMPTION,
                     .usage = usage,
                     .group_id = span_str (group_id),
                     .epoch = epoch,
                     .nonce = SPAN_OF (nonce) };
}

static GBytes *
encode (const MlsPskId *id)
{
  g_auto (Writer) writer = WRITER_INIT;
  mls_psk_id_write (&writer, id);
  return writer_take (&writer);
}

static void
check_round_trip (const MlsPskId *id)
{
  g_autoptr (GBytes) bytes = encode (id);
  g_autoptr (GError) error = NULL;
  Reader reader = reader_init (span_bytes (bytes));
  MlsPskId read;
  ck_assert (mls_psk_id_read (&reader, &read, &error) && reader_end (&reader));
  ck_assert (mls_psk_id_same (id, &read));
  ck_assert (read.usage == id->usage && span_equal (read.nonce, id->nonce));
  ck_assert (span_equal (read.encoded, span_bytes (bytes)));
  g_autoptr (GBytes) again = encode (&read);
  ck_assert (g_bytes_equal (bytes, again));
  for (gsize len = 0; len < g_bytes_get_size (bytes); len++)
    {
      g_autoptr (GBytes) prefix = resized (span_bytes (bytes), len);
      reader = reader_init (span_bytes (prefix));
      ck_assert (!mls_psk_id_read (&reader, &read, &error));
      ck_assert (is_code (&error, MLS_ERROR_MALFORMED));
    }
}

START_TEST (ids_come_back)
{
  MlsPskId ids[] = {
    external ("a key"),
    external (""),
    resumption (MLS_PSK_USAGE_APPLICATION, "group", 3),
    resumption (MLS_PSK_USAGE_REINIT, "group", 3),
    resumption (MLS_PSK_USAGE_BRANCH, "group", G_MAXUINT64),
  };
  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    check_round_trip (&ids[i]);
}
END_TEST

START_TEST (unknown_values_are_refused)
{
  MlsPskId id = resumption (MLS_PSK_USAGE_APPLICATION, "group", 3);
  g_autoptr (GError) error = NULL;
  static const struct {
    gsize at;
    guint8 value;
    MlsError code;
  } wrong[] = {
    { 0, 0, MLS_ERROR_PSK_TYPE },  { 0, 3, MLS_ERROR_PSK_TYPE },  { 0, 255, MLS_ERROR_PSK_TYPE },
    { 1, 0, MLS_ERROR_PSK_USAGE }, { 1, 4, MLS_ERROR_PSK_USAGE }, { 1, 255, MLS_ERROR_PSK_USAGE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GBytes) bytes = encode (&id);
      ((guint8 *) g_bytes_get_data (bytes, NULL))[wrong[i].at] = wrong[i].value;
      Reader reader = reader_init (span_bytes (bytes));
      MlsPskId read;
      ck_assert (!mls_psk_id_read (&reader, &read, &error));
      ck_assert (is_code (&error, wrong[i].code));
    }
}
END_TEST

START_TEST (same_means_the_same_key)
{
  MlsPskId a = external ("a"), b = external ("b"), r = resumption (MLS_PSK_USAGE_APPLICATION, "a", 1);
  MlsPskId other_nonce = a, other_usage = r, other_epoch = r, other_group = r;
  other_nonce.nonce = SPAN_EMPTY;
  other_usage.usage = MLS_PSK_USAGE_BRANCH;
  other_epoch.epoch = 2;
  other_group.group_id = span_str ("b");
  ck_assert (mls_psk_id_same (&a, &other_nonce) && mls_psk_id_same (&r, &other_usage));
  ck_assert (!mls_psk_id_same (&a, &b) && !mls_psk_id_same (&a, &r) && !mls_psk_id_same (&r, &other_epoch));
  ck_assert (!mls_psk_id_same (&r, &other_group));
}
END_TEST

/* --- the store --------------------------------------------------------------------------------------------------- */

START_TEST (store_finds_what_it_was_given)
{
  g_autoptr (MlsPskStore) store = mls_psk_store_new ();
  mls_psk_store_add_external (store, span_str ("a"), span_str ("old"));
  mls_psk_store_add_external (store, span_str ("a"), span_str ("one"));
  mls_psk_store_add_resumption (store, span_str ("g"), 5, span_str ("two"));
  MlsPskId a = external ("a"), b = external ("b"), g5 = resumption (MLS_PSK_USAGE_APPLICATION, "g", 5),
           g6 = resumption (MLS_PSK_USAGE_APPLICATION, "g", 6);
  Span value;
  ck_assert (mls_psk_store_find (store, &a, &value) && span_equal (value, span_str ("one")));
  ck_assert (mls_psk_store_find (store, &g5, &value) && span_equal (value, span_str ("two")));
  ck_assert (!mls_psk_store_find (store, &b, &value) && value.len == 0);
  ck_assert (!mls_psk_store_find (store, &g6, &value) && value.len == 0);
}
END_TEST

static gboolean
refused (const MlsPskStore *store, const MlsPskId *ids, guint n, MlsError code)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (GError) error = NULL;
  g_auto (Secret) secret = SECRET_EMPTY;
  return !mls_psk_secret_from_store (suite, store, ids, n, &secret, &error) && is_code (&error, code) && !secret.len;
}

START_TEST (each_rule_has_its_code)
{
  g_autoptr (MlsPskStore) store = mls_psk_store_new ();
  mls_psk_store_add_external (store, span_str ("a"), span_str ("one"));
  mls_psk_store_add_external (store, span_str ("b"), span_str ("two"));
  mls_psk_store_add_external (store, span_str ("c"), span_str ("three"));
  MlsPskId good[] = { external ("c"), external ("a"), external ("b") };
  g_autoptr (Suite) suite = suite_new (1);
  g_auto (Secret) secret = SECRET_EMPTY;
  ck_assert (mls_psk_secret_from_store (suite, store, good, G_N_ELEMENTS (good), &secret, NULL));
  MlsPskId twice[] = { external ("a"), external ("b"), external ("a") };
  ck_assert (refused (store, twice, G_N_ELEMENTS (twice), MLS_ERROR_PSK_DUPLICATE));
  MlsPskId unknown[] = { external ("a"), external ("z") };
  ck_assert (refused (store, unknown, G_N_ELEMENTS (unknown), MLS_ERROR_PSK_UNKNOWN));
  ck_assert (refused (NULL, good, 1, MLS_ERROR_PSK_UNKNOWN));
  guint8 long_nonce[33] = { 0 };
  for (gsize len = 0; len <= sizeof long_nonce; len++)
    if (len != 32)
      {
        good[1].nonce = span (long_nonce, len);
        ck_assert (refused (store, good, G_N_ELEMENTS (good), MLS_ERROR_PSK_NONCE));
      }
  g_autofree MlsPskId *many = g_new0 (MlsPskId, 65536);
  ck_assert (refused (store, many, 65536, MLS_ERROR_TOO_LARGE));
}
END_TEST

START_TEST (no_psk_is_zeros)
{
  static const guint8 zeros[HASH_MAX];
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      g_auto (Secret) secret = SECRET_EMPTY;
      ck_assert (mls_psk_secret_from_store (suite, NULL, NULL, 0, &secret, NULL));
      ck_assert (secret_equal (secret_span (&secret), span (zeros, suite_hash_size (suite))));
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    ids_come_back,           unknown_values_are_refused,
    same_means_the_same_key, store_finds_what_it_was_given,
    each_rule_has_its_code,  no_psk_is_zeros,
  };
  return run_tests_and_cases ("mls/psk", tests, G_N_ELEMENTS (tests), "psk_secret", 77, check_case);
}
