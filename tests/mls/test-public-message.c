/* test-public-message.c - mls/public-message.h: message-protection.json, both directions; tags; refusals.
 */
#include <string.h>

#include "mls/public-message.h"
#include "protection.h"

/* --- vectors ----------------------------------------------------------------------------------------------------- */

static MlsPublicMessage *
read_message (Span message, GError **error)
{
  Span body;
  return mls_message_read_as (message, MLS_WIRE_PUBLIC_MESSAGE, &body, error) ? mls_public_message_read (body, error)
                                                                              : NULL;
}

static gboolean
check_message (const Protection *scene, Span message, MlsContentType type, Span raw, Span confirmation_tag)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsPublicMessage) read = read_message (message, &error);
  CASE_HOLDS (read && read->content->content.content_type == type);
  const MlsFramedContent *content = &read->content->content;
  CASE_HOLDS (span_equal (content->content, raw) && span_equal (content->group_id, scene->context->group_id));
  CASE_HOLDS (content->epoch == scene->context->epoch && content->sender.type == MLS_SENDER_MEMBER);
  CASE_HOLDS (content->sender.index == SENDER_LEAF);
  CASE_HOLDS (!confirmation_tag.len || span_equal (read->content->confirmation_tag, confirmation_tag));
  CASE_HOLDS (mls_public_message_check_tag (scene->suite, read, secret_span (&scene->membership),
                                            protection_context (scene), NULL));
  CASE_HOLDS (mls_authenticated_content_verify (scene->suite, read->content, sign_key_public (scene->key),
                                                protection_context (scene), NULL));
  g_autoptr (GBytes) again = mls_public_message_write (scene->suite, read->content, secret_span (&scene->membership),
                                                       protection_context (scene));
  CASE_HOLDS (span_equal (span_bytes (again), message));
  for (gsize len = 0; len < message.len; len++)
    {
      g_autoptr (GBytes) prefix = resized (message, len);
      CASE_HOLDS (!read_message (span_bytes (prefix), &error) && is_code (&error, MLS_ERROR_MALFORMED));
    }
  g_autoptr (GBytes) longer = resized (message, message.len + 1);
  CASE_HOLDS (!read_message (span_bytes (longer), &error) && is_code (&error, MLS_ERROR_MALFORMED));
  return TRUE;
}

static gboolean
check_kind (const Protection *scene, JsonObject *object, const ProtectionKind *kind)
{
  Span raw = vectors_span (object, kind->raw), tag = SPAN_EMPTY;
  guint8 zeros[HASH_MAX] = { 0 };
  if (kind->type == MLS_CONTENT_COMMIT)
    tag = span (zeros, suite_hash_size (scene->suite));
  g_autoptr (MlsAuthenticatedContent) made = protection_sign (scene, MLS_WIRE_PUBLIC_MESSAGE, kind->type, raw, tag);
  if (!kind->pub)
    {
      CASE_HOLDS (!made); /* application data do not go into a PublicMessage */
      return TRUE;
    }
  CASE_HOLDS (check_message (scene, vectors_span (object, kind->pub), kind->type, raw, SPAN_EMPTY));
  CASE_HOLDS (made);
  g_autoptr (GBytes) message =
      mls_public_message_write (scene->suite, made, secret_span (&scene->membership), protection_context (scene));
  CASE_HOLDS (check_message (scene, span_bytes (message), kind->type, raw, tag));
  return TRUE;
}

static gboolean
check_case (JsonObject *object)
{
  g_auto (Protection) scene = protection_of (object);
  for (gsize i = 0; i < G_N_ELEMENTS (protection_kinds); i++)
    CASE_HOLDS (check_kind (&scene, object, &protection_kinds[i]));
  return TRUE;
}

/* --- refusals ---------------------------------------------------------------------------------------------------- */

static const guint8 remove_proposal[] = { 0, 3, 0, 0, 0, 2 };
static const guint8 empty_commit[] = { 0, 0 };

static GBytes *
make (const Protection *scene, MlsSender sender, MlsContentType type, Span content)
{
  guint8 tag[HASH_MAX] = { 7 };
  g_autoptr (MlsAuthenticatedContent) made = protection_sign_as (scene, MLS_WIRE_PUBLIC_MESSAGE, sender, type, content,
                                                                 span (tag, suite_hash_size (scene->suite)));
  return made ? mls_public_message_write (scene->suite, made, secret_span (&scene->membership),
                                          protection_context (scene))
              : NULL;
}

static gboolean
tag_passes (const Protection *scene, Span message, Span context, GError **error)
{
  g_autoptr (MlsPublicMessage) read = read_message (message, error);
  ck_assert_ptr_nonnull (read);
  return mls_public_message_check_tag (scene->suite, read, secret_span (&scene->membership), context, error);
}

static const MlsSender member = { MLS_SENDER_MEMBER, SENDER_LEAF };

/* K1: all lengths from 0 to Nh + 1; then each bit of the tag. */
START_TEST (only_the_whole_tag_passes)
{
  g_autoptr (GError) error = NULL;
  for (guint16 id = 1; id <= 7; id++)
    {
      g_auto (Protection) scene = protection_new (id);
      gsize size = suite_hash_size (scene.suite);
      g_autoptr (GBytes) good = make (&scene, member, MLS_CONTENT_PROPOSAL, SPAN_OF (remove_proposal));
      Span bytes = span_bytes (good), head = span (bytes.data, bytes.len - size - (size < 64 ? 1 : 2));
      guint8 tag[HASH_MAX + 1] = { 0 };
      memcpy (tag, bytes.data + bytes.len - size, size);
      for (gsize len = 0; len <= size + 1; len++)
        {
          g_auto (Writer) writer = WRITER_INIT;
          writer_raw (&writer, head);
          writer_vector (&writer, span (tag, len));
          gboolean passes = tag_passes (&scene, writer_span (&writer), protection_context (&scene), &error);
          ck_assert_int_eq (passes, len == size);
          ck_assert (passes || is_code (&error, MLS_ERROR_MEMBERSHIP_TAG));
        }
      for (gsize bit = 0; bit < 8 * size; bit++)
        {
          g_autoptr (GBytes) bent = resized (bytes, bytes.len);
          ((guint8 *) g_bytes_get_data (bent, NULL))[bytes.len - size + bit / 8] ^= (guint8) (1u << bit % 8);
          ck_assert (!tag_passes (&scene, span_bytes (bent), protection_context (&scene), &error));
          ck_assert (is_code (&error, MLS_ERROR_MEMBERSHIP_TAG));
        }
    }
}
END_TEST

START_TEST (tag_covers_group_context_and_auth)
{
  g_autoptr (GError) error = NULL;
  g_auto (Protection) scene = protection_new (1);
  g_autoptr (GBytes) good = make (&scene, member, MLS_CONTENT_COMMIT, SPAN_OF (empty_commit));
  ck_assert (tag_passes (&scene, span_bytes (good), protection_context (&scene), NULL));
  ck_assert (!tag_passes (&scene, span_bytes (good), span_str ("another"), &error));
  ck_assert (is_code (&error, MLS_ERROR_MEMBERSHIP_TAG));
  gsize confirmation_tag = g_bytes_get_size (good) - 33 - 32; /* its first byte */
  static const gsize from_end[] = { 33 + 32, 33 + 32 + 1 + 64 };
  ck_assert_uint_eq (((const guint8 *) g_bytes_get_data (good, NULL))[confirmation_tag], 7);
  for (gsize i = 0; i < G_N_ELEMENTS (from_end); i++)
    {
      g_autoptr (GBytes) bent = resized (span_bytes (good), g_bytes_get_size (good));
      ((guint8 *) g_bytes_get_data (bent, NULL))[g_bytes_get_size (good) - from_end[i]] ^= 1;
      ck_assert (!tag_passes (&scene, span_bytes (bent), protection_context (&scene), &error));
      ck_assert (is_code (&error, MLS_ERROR_MEMBERSHIP_TAG));
    }
}
END_TEST

START_TEST (others_carry_no_tag)
{
  static const struct {
    MlsSender sender;
    MlsContentType type;
  } others[] = {
    { { MLS_SENDER_EXTERNAL, 3 }, MLS_CONTENT_PROPOSAL },
    { { MLS_SENDER_NEW_MEMBER_PROPOSAL, 0 }, MLS_CONTENT_PROPOSAL },
    { { MLS_SENDER_NEW_MEMBER_COMMIT, 0 }, MLS_CONTENT_COMMIT },
  };
  g_auto (Protection) scene = protection_new (1);
  g_autoptr (GError) error = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      gboolean proposal = others[i].type == MLS_CONTENT_PROPOSAL;
      Span content = proposal ? SPAN_OF (remove_proposal) : SPAN_OF (empty_commit);
      g_autoptr (GBytes) bytes = make (&scene, others[i].sender, others[i].type, content);
      g_autoptr (MlsPublicMessage) read = read_message (span_bytes (bytes), &error);
      ck_assert_ptr_nonnull (read);
      ck_assert_uint_eq (read->membership_tag.len, 0);
      ck_assert_uint_eq (read->content->content.sender.index, others[i].sender.index);
      ck_assert (mls_public_message_check_tag (scene.suite, read, SPAN_EMPTY, SPAN_EMPTY, NULL));
      /* the GroupContext counts for those who commit */
      gboolean without_context =
          mls_authenticated_content_verify (scene.suite, read->content, sign_key_public (scene.key), SPAN_EMPTY, NULL);
      ck_assert_int_eq (without_context, proposal);
      g_autoptr (GBytes) tagged = resized (span_bytes (bytes), g_bytes_get_size (bytes) + 33);
      ck_assert_ptr_null (read_message (span_bytes (tagged), &error));
      ck_assert (is_code (&error, MLS_ERROR_MALFORMED));
    }
}
END_TEST

START_TEST (application_data_are_refused)
{
  g_auto (Protection) scene = protection_new (1);
  g_autoptr (GError) error = NULL;
  g_auto (Writer) writer = WRITER_INIT;
  mls_message_begin (&writer, MLS_WIRE_PUBLIC_MESSAGE);
  mls_framed_content_write (&writer, span_str ("group"), 5, member, SPAN_EMPTY, MLS_CONTENT_APPLICATION,
                            span_str ("hello"));
  writer_vector (&writer, span_str ("signature"));
  writer_vector (&writer, span_str ("tag"));
  ck_assert_ptr_null (read_message (writer_span (&writer), &error));
  ck_assert (is_code (&error, MLS_ERROR_APPLICATION_IN_CLEAR));
  g_autoptr (MlsAuthenticatedContent) private =
      protection_sign (&scene, MLS_WIRE_PRIVATE_MESSAGE, MLS_CONTENT_PROPOSAL, SPAN_OF (remove_proposal), SPAN_EMPTY);
  ck_assert_ptr_null (mls_public_message_write (scene.suite, private, SPAN_EMPTY, SPAN_EMPTY));
}
END_TEST

/* --- sizes ------------------------------------------------------------------------------------------------------- */

START_TEST (spans_lie_in_one_block)
{
  g_auto (Protection) scene = protection_new (1);
  g_autoptr (GBytes) bytes = make (&scene, member, MLS_CONTENT_COMMIT, SPAN_OF (empty_commit));
  g_autoptr (MlsPublicMessage) read = read_message (span_bytes (bytes), NULL);
  ck_assert_ptr_nonnull (read);
  const MlsAuthenticatedContent *content = read->content;
  Span own[] = { content->content.encoded, content->content.group_id,    content->content.authenticated_data,
                 content->content.content, content->signature,           content->confirmation_tag,
                 read->membership_tag,     span_bytes (content->encoded) };
  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    ck_assert (own[i].len && span_within (own[i], span_bytes (read->bytes)));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    only_the_whole_tag_passes, tag_covers_group_context_and_auth, others_carry_no_tag, application_data_are_refused,
    spans_lie_in_one_block,
  };
  return run_tests_and_cases ("mls/public-message", tests, G_N_ELEMENTS (tests), "message-protection", 7, check_case);
}
