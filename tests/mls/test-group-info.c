/* test-group-info.c - mls/group-info.h: round trip, signature, refusals. */
#include "../lib/mls-scene.h"
#include "../lib/run.h"
#include "cases.h"

static GBytes *
sign (MlsScene *scene, Span extensions)
{
  GError *error = NULL;
  const MlsGroupContext *context = mls_group_context (scene->groups[0]);
  GBytes *info =
      mls_group_info_sign (scene->suite, scene->members[0]->key, context, extensions, span_str ("tag"), 7, &error);
  ck_assert_ptr_null (error);
  return info;
}

static void
refuses (Span bytes, MlsError code)
{
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (mls_group_info_parse (bytes, &error));
  ck_assert (is_code (&error, code));
}

START_TEST (round_trip)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_auto (Writer) list = WRITER_INIT;
  mls_extension_write (&list, 0x1A1A, span_str ("grease"));
  g_autoptr (GBytes) bytes = sign (scene, writer_span (&list));
  g_autoptr (MlsGroupInfo) info = mls_group_info_parse (span_bytes (bytes), NULL);
  ck_assert_ptr_nonnull (info);
  ck_assert (g_bytes_equal (info->encoded, bytes));
  ck_assert (g_bytes_equal (info->context->encoded, mls_group_context (scene->groups[0])->encoded));
  ck_assert (span_equal (info->extensions, writer_span (&list)));
  ck_assert (span_equal (info->confirmation_tag, span_str ("tag")));
  ck_assert_uint_eq (info->signer, 7);
  ck_assert (span_within (info->tbs, span_bytes (info->encoded)));
}
END_TEST

START_TEST (signature)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) bytes = sign (scene, SPAN_EMPTY);
  g_autoptr (MlsGroupInfo) info = mls_group_info_parse (span_bytes (bytes), NULL);
  g_autoptr (GError) error = NULL;
  ck_assert (mls_group_info_verify (scene->suite, info, sign_key_public (scene->members[0]->key), &error));
  ck_assert (!mls_group_info_verify (scene->suite, info, sign_key_public (scene->members[1]->key), &error));
  ck_assert (is_code (&error, MLS_ERROR_GROUP_INFO_SIGNATURE));
  ck_assert (!mls_group_info_verify (scene->suite, info, SPAN_EMPTY, &error));
  ck_assert (is_code (&error, MLS_ERROR_GROUP_INFO_SIGNATURE));
}
END_TEST

/* No byte below the signature can be changed without being noticed: it does not parse, or is not what was signed. */
START_TEST (every_byte_is_signed)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) bytes = sign (scene, SPAN_EMPTY);
  Span all = span_bytes (bytes);
  Span key = sign_key_public (scene->members[0]->key);
  g_autofree guint8 *copy = g_memdup2 (all.data, all.len);
  for (gsize i = 0; i < all.len; i++)
    {
      copy[i] ^= 1;
      g_autoptr (MlsGroupInfo) info = mls_group_info_parse (span (copy, all.len), NULL);
      ck_assert (!info || !mls_group_info_verify (scene->suite, info, key, NULL));
      copy[i] ^= 1;
    }
}
END_TEST

START_TEST (truncation_and_rest)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) bytes = sign (scene, SPAN_EMPTY);
  Span all = span_bytes (bytes);
  for (gsize len = 0; len < all.len; len++)
    {
      g_autoptr (GBytes) cut = resized (all, len);
      refuses (span_bytes (cut), MLS_ERROR_MALFORMED);
    }
  g_autoptr (GBytes) longer = resized (all, all.len + 1);
  refuses (span_bytes (longer), MLS_ERROR_MALFORMED);
}
END_TEST

START_TEST (refusals)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_auto (Writer) list = WRITER_INIT;
  mls_extension_write (&list, 0x1A1A, SPAN_EMPTY);
  mls_extension_write (&list, 0x1A1A, SPAN_EMPTY);
  g_autoptr (GBytes) twice = sign (scene, writer_span (&list));
  refuses (span_bytes (twice), MLS_ERROR_DUPLICATE_EXTENSION);
  g_autoptr (GBytes) fine = sign (scene, SPAN_EMPTY);
  Span all = span_bytes (fine);
  g_autofree guint8 *copy = g_memdup2 (all.data, all.len);
  copy[1] = 2; /* GroupContext.version */
  refuses (span (copy, all.len), MLS_ERROR_VERSION);
  copy[1] = 1;
  copy[3] = 8; /* GroupContext.cipher_suite */
  refuses (span (copy, all.len), MLS_ERROR_SUITE);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { round_trip, signature, every_byte_is_signed, truncation_and_rest, refusals };
  return run_tests ("mls/group-info", tests, G_N_ELEMENTS (tests));
}
