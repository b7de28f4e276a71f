/* test-group-context.c - mls/group-context.h: transcript-hashes.json; and what is no GroupContext.
 */
#include "cases.h"
#include "mls/framing.h"
#include "mls/group-context.h"
#include "mls/key-schedule.h"

static gboolean
check_case (JsonObject *object)
{
  g_autoptr (Suite) suite = suite_new ((guint16) vectors_int (object, "cipher_suite"));
  g_autoptr (GError) error = NULL;
  Span encoded = vectors_span (object, "authenticated_content");
  g_autoptr (MlsAuthenticatedContent) content = mls_authenticated_content_read (encoded, &error);
  CASE_HOLDS (content && content->content.content_type == MLS_CONTENT_COMMIT);
  CASE_HOLDS (span_equal (span_bytes (content->encoded), encoded));
  guint8 confirmed[HASH_MAX], interim[HASH_MAX], tag[HASH_MAX];
  gsize size = suite_hash_size (suite);
  mls_confirmed_transcript_hash (suite, vectors_span (object, "interim_transcript_hash_before"),
                                 mls_authenticated_content_transcript_input (content), confirmed);
  CASE_HOLDS (span_equal (span (confirmed, size), vectors_span (object, "confirmed_transcript_hash_after")));
  mls_interim_transcript_hash (suite, span (confirmed, size), content->confirmation_tag, interim);
  CASE_HOLDS (span_equal (span (interim, size), vectors_span (object, "interim_transcript_hash_after")));
  MlsEpochSecrets secrets = { .confirmation = secret_from (vectors_span (object, "confirmation_key")) };
  mls_confirmation_tag (suite, &secrets, span (confirmed, size), tag);
  CASE_HOLDS (secret_equal (span (tag, size), content->confirmation_tag));
  for (gsize len = 0; len < encoded.len; len++)
    {
      g_autoptr (GBytes) prefix = resized (encoded, len);
      CASE_HOLDS (!mls_authenticated_content_read (span_bytes (prefix), NULL));
    }
  return TRUE;
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

/* 0xF0DE with "governance", and an empty 0xF0DF. */
static const guint8 extensions[] = { 0xF0, 0xDE, 10, 'g', 'o', 'v', 'e', 'r', 'n', 'a', 'n', 'c', 'e', 0xF0, 0xDF, 0 };

static MlsGroupContext *
make (void)
{
  return mls_group_context_new (1, span_str ("group"), 7, span_str ("tree hash"), span_str ("transcript"),
                                SPAN_OF (extensions));
}

START_TEST (fields_come_back)
{
  g_autoptr (MlsGroupContext) made = make ();
  ck_assert_ptr_nonnull (made);
  g_autoptr (MlsGroupContext) same = mls_group_context_ref (made);
  ck_assert_ptr_eq (same, made);
  ck_assert_uint_eq (made->version, MLS_VERSION_10);
  ck_assert_uint_eq (made->suite, 1);
  ck_assert_uint_eq (made->epoch, 7);
  ck_assert (span_equal (made->group_id, span_str ("group")));
  ck_assert (span_equal (made->tree_hash, span_str ("tree hash")));
  ck_assert (span_equal (made->confirmed_transcript_hash, span_str ("transcript")));
  ck_assert (span_equal (made->extensions, SPAN_OF (extensions)));
  Span own[] = { made->group_id, made->tree_hash, made->confirmed_transcript_hash, made->extensions };
  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    ck_assert (span_within (own[i], span_bytes (made->encoded)));
}
END_TEST

START_TEST (reading_stops_at_its_end)
{
  g_autoptr (MlsGroupContext) made = make ();
  g_autoptr (GBytes) longer = resized (span_bytes (made->encoded), g_bytes_get_size (made->encoded) + 3);
  Reader reader = reader_init (span_bytes (longer));
  g_autoptr (MlsGroupContext) read = mls_group_context_read (&reader, NULL);
  ck_assert_ptr_nonnull (read);
  ck_assert (g_bytes_equal (read->encoded, made->encoded));
  ck_assert_uint_eq (reader_rest (&reader).len, 3);
}
END_TEST

START_TEST (every_prefix_is_malformed)
{
  g_autoptr (MlsGroupContext) made = make ();
  g_autoptr (GError) error = NULL;
  for (gsize len = 0; len < g_bytes_get_size (made->encoded); len++)
    {
      g_autoptr (GBytes) prefix = resized (span_bytes (made->encoded), len);
      Reader reader = reader_init (span_bytes (prefix));
      ck_assert_ptr_null (mls_group_context_read (&reader, &error));
      ck_assert (is_code (&error, MLS_ERROR_MALFORMED));
    }
}
END_TEST

/* The error of a GroupContext whose byte at `at` is `value`. */
static gboolean
refused (gsize at, guint8 value, MlsError code)
{
  g_autoptr (MlsGroupContext) made = make ();
  g_autoptr (GBytes) copy = resized (span_bytes (made->encoded), g_bytes_get_size (made->encoded));
  ((guint8 *) g_bytes_get_data (copy, NULL))[at] = value;
  Reader reader = reader_init (span_bytes (copy));
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsGroupContext) read = mls_group_context_read (&reader, &error);
  return !read && is_code (&error, code);
}

START_TEST (each_rule_has_its_code)
{
  g_autoptr (MlsGroupContext) made = make ();
  gsize last_type = g_bytes_get_size (made->encoded) - 2;
  ck_assert (refused (1, 2, MLS_ERROR_VERSION));
  ck_assert (refused (1, 0, MLS_ERROR_VERSION));
  ck_assert (refused (3, 0, MLS_ERROR_SUITE));
  ck_assert (refused (3, 8, MLS_ERROR_SUITE));
  ck_assert (refused (2, 1, MLS_ERROR_SUITE));
  ck_assert (refused (last_type, 0xDE, MLS_ERROR_DUPLICATE_EXTENSION));
  ck_assert (refused (last_type + 1, 1, MLS_ERROR_MALFORMED));
}
END_TEST

START_TEST (impossible_fields_make_none)
{
  const guint8 torn[] = { 0xF0 };
  ck_assert_ptr_null (mls_group_context_new (9, SPAN_EMPTY, 0, SPAN_EMPTY, SPAN_EMPTY, SPAN_EMPTY));
  ck_assert_ptr_null (mls_group_context_new (1, SPAN_EMPTY, 0, SPAN_EMPTY, SPAN_EMPTY, SPAN_OF (torn)));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    fields_come_back,       reading_stops_at_its_end,    every_prefix_is_malformed,
    each_rule_has_its_code, impossible_fields_make_none,
  };
  return run_tests_and_cases ("mls/group-context", tests, G_N_ELEMENTS (tests), "transcript-hashes", 7, check_case);
}
