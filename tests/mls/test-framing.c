/* test-framing.c - mls/framing.h: message-protection.json as AuthenticatedContent; senders, types, signatures.
 */
#include <string.h>

#include "mls/public-message.h"
#include "protection.h"

/* --- vectors ----------------------------------------------------------------------------------------------------- */

/* The content written from its fields, alone and with its authentication. */
static gboolean
check_rebuilt (const MlsAuthenticatedContent *self)
{
  const MlsFramedContent *content = &self->content;
  g_auto (Writer) writer = WRITER_INIT;
  mls_framed_content_write (&writer, content->group_id, content->epoch, content->sender, content->authenticated_data,
                            content->content_type, content->content);
  CASE_HOLDS (span_equal (writer_span (&writer), content->encoded));
  g_autoptr (MlsAuthenticatedContent) joined =
      mls_authenticated_content_new (self->wire_format, writer_span (&writer), self->signature, self->confirmation_tag);
  CASE_HOLDS (joined && g_bytes_equal (joined->encoded, self->encoded));
  g_autoptr (MlsAuthenticatedContent) read = mls_authenticated_content_read (span_bytes (self->encoded), NULL);
  CASE_HOLDS (read && g_bytes_equal (read->encoded, self->encoded));
  for (gsize len = 0; len < content->encoded.len; len++)
    {
      g_autoptr (GBytes) prefix = resized (content->encoded, len);
      g_autoptr (GError) error = NULL;
      Reader reader = reader_init (span_bytes (prefix));
      MlsFramedContent out;
      CASE_HOLDS (!mls_framed_content_read (&reader, &out, &error) && is_code (&error, MLS_ERROR_MALFORMED));
    }
  return TRUE;
}

static gboolean
check_signature (const Protection *scene, const MlsAuthenticatedContent *self)
{
  g_autoptr (GError) error = NULL;
  Span context = protection_context (scene), key = sign_key_public (scene->key);
  CASE_HOLDS (mls_authenticated_content_verify (scene->suite, self, key, context, NULL));
  CASE_HOLDS (!mls_authenticated_content_verify (scene->suite, self, key, SPAN_EMPTY, &error));
  CASE_HOLDS (is_code (&error, MLS_ERROR_SIGNATURE));
  Span fields[] = { self->content.group_id, self->content.content, self->signature };
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr (GBytes) copy = resized (span_bytes (self->encoded), g_bytes_get_size (self->encoded));
      gsize last = (gsize) (fields[i].data - span_bytes (self->encoded).data) + fields[i].len - 1;
      ((guint8 *) g_bytes_get_data (copy, NULL))[last] ^= 1;
      g_autoptr (MlsAuthenticatedContent) bent = mls_authenticated_content_read (span_bytes (copy), NULL);
      if (bent)
        CASE_HOLDS (!mls_authenticated_content_verify (scene->suite, bent, key, context, &error)
                    && is_code (&error, MLS_ERROR_SIGNATURE));
      CASE_HOLDS (bent || i == 1); /* the last byte of a commit is an optional<> */
    }
  return TRUE;
}

static gboolean
check_case (JsonObject *object)
{
  g_auto (Protection) scene = protection_of (object);
  for (gsize i = 0; i < G_N_ELEMENTS (protection_kinds); i++)
    if (protection_kinds[i].pub)
      {
        Span body, message = vectors_span (object, protection_kinds[i].pub);
        CASE_HOLDS (mls_message_read_as (message, MLS_WIRE_PUBLIC_MESSAGE, &body, NULL));
        g_autoptr (MlsPublicMessage) public = mls_public_message_read (body, NULL);
        CASE_HOLDS (public && check_rebuilt (public->content) && check_signature (&scene, public->content));
        guint8 tag[HASH_MAX] = { 1 };
        g_autoptr (MlsAuthenticatedContent) made =
            protection_sign (&scene, MLS_WIRE_PUBLIC_MESSAGE, protection_kinds[i].type,
                             vectors_span (object, protection_kinds[i].raw), SPAN_OF (tag));
        CASE_HOLDS (made && check_rebuilt (made) && check_signature (&scene, made));
      }
  return TRUE;
}

/* --- who may send what ------------------------------------------------------------------------------------------- */

static const guint8 remove_proposal[] = { 0, 3, 0, 0, 0, 2 };
static const guint8 empty_commit[] = { 0, 0 };

static Span
content_of (guint type)
{
  return type == MLS_CONTENT_APPLICATION ? span_str ("hello")
         : type == MLS_CONTENT_COMMIT    ? SPAN_OF (empty_commit)
                                         : SPAN_OF (remove_proposal);
}

/* The code that reading this combination gives; -1 if none. */
static int
code_of (guint sender, guint type)
{
  g_auto (Writer) writer = WRITER_INIT;
  g_autoptr (GError) error = NULL;
  MlsSender from = { (MlsSenderType) sender, 0 };
  mls_framed_content_write (&writer, span_str ("group"), 1, from, SPAN_EMPTY, (MlsContentType) type, content_of (type));
  Reader reader = reader_init (writer_span (&writer));
  MlsFramedContent out;
  return mls_framed_content_read (&reader, &out, &error) ? -1 : error->code;
}

START_TEST (senders_send_what_they_may)
{
  for (guint sender = 0; sender < 256; sender++)
    for (guint type = 0; type < 256; type++)
      {
        int wanted = MLS_ERROR_SENDER_TYPE;
        if (sender >= 1 && sender <= 4 && (type < 1 || type > 3))
          wanted = MLS_ERROR_CONTENT_TYPE;
        else if (sender == MLS_SENDER_MEMBER
                 || (type == MLS_CONTENT_PROPOSAL
                     && (sender == MLS_SENDER_EXTERNAL || sender == MLS_SENDER_NEW_MEMBER_PROPOSAL))
                 || (type == MLS_CONTENT_COMMIT && sender == MLS_SENDER_NEW_MEMBER_COMMIT))
          wanted = -1;
        ck_assert_int_eq (code_of (sender, type), wanted);
      }
}
END_TEST

static gboolean
refused (guint16 wire_format, MlsSender sender, MlsContentType type, MlsError code)
{
  g_autoptr (GError) error = NULL;
  g_auto (Writer) writer = WRITER_INIT;
  writer_u16 (&writer, wire_format);
  mls_framed_content_write (&writer, span_str ("group"), 1, sender, SPAN_EMPTY, type, content_of (type));
  writer_vector (&writer, span_str ("signature"));
  if (type == MLS_CONTENT_COMMIT)
    writer_vector (&writer, span_str ("tag"));
  g_autoptr (MlsAuthenticatedContent) read = mls_authenticated_content_read (writer_span (&writer), &error);
  return !read && is_code (&error, code);
}

START_TEST (wire_formats_carry_what_they_may)
{
  MlsSender member = { MLS_SENDER_MEMBER, 1 };
  ck_assert (refused (0, member, MLS_CONTENT_PROPOSAL, MLS_ERROR_WIRE_FORMAT));
  ck_assert (refused (3, member, MLS_CONTENT_PROPOSAL, MLS_ERROR_WIRE_FORMAT));
  ck_assert (refused (MLS_WIRE_PUBLIC_MESSAGE, member, MLS_CONTENT_APPLICATION, MLS_ERROR_APPLICATION_IN_CLEAR));
  for (MlsSenderType type = MLS_SENDER_EXTERNAL; type <= MLS_SENDER_NEW_MEMBER_COMMIT; type++)
    ck_assert (refused (MLS_WIRE_PRIVATE_MESSAGE, (MlsSender){ type, 0 },
                        type == MLS_SENDER_NEW_MEMBER_COMMIT ? MLS_CONTENT_COMMIT : MLS_CONTENT_PROPOSAL,
                        MLS_ERROR_SENDER_TYPE));
}
END_TEST

/* --- contents must parse ----------------------------------------------------------------------------------------- */

static int
content_code (MlsContentType type, Span content, gsize *left)
{
  g_auto (Writer) writer = WRITER_INIT;
  g_autoptr (GError) error = NULL;
  mls_framed_content_write (&writer, span_str ("group"), 1, (MlsSender){ MLS_SENDER_MEMBER, 1 }, SPAN_EMPTY, type,
                            content);
  Reader reader = reader_init (writer_span (&writer));
  MlsFramedContent out;
  gboolean fine = mls_framed_content_read (&reader, &out, &error);
  *left = reader_rest (&reader).len;
  return fine ? -1 : error->code;
}

START_TEST (contents_end_where_they_end)
{
  const guint8 longer_remove[] = { 0, 3, 0, 0, 0, 2, 9 }, longer_commit[] = { 0, 0, 9, 9 };
  const guint8 unknown_proposal[] = { 0, 8, 0 }, unknown_path[] = { 0, 2 }, bad_list[] = { 1, 3, 0 };
  gsize left;
  ck_assert_int_eq (content_code (MLS_CONTENT_PROPOSAL, SPAN_OF (longer_remove), &left), -1);
  ck_assert_uint_eq (left, 1);
  ck_assert_int_eq (content_code (MLS_CONTENT_COMMIT, SPAN_OF (longer_commit), &left), -1);
  ck_assert_uint_eq (left, 2);
  ck_assert_int_eq (content_code (MLS_CONTENT_PROPOSAL, SPAN_OF (unknown_proposal), &left), MLS_ERROR_PROPOSAL_TYPE);
  ck_assert_int_eq (content_code (MLS_CONTENT_COMMIT, SPAN_OF (unknown_path), &left), MLS_ERROR_MALFORMED);
  ck_assert_int_eq (content_code (MLS_CONTENT_COMMIT, SPAN_OF (bad_list), &left), MLS_ERROR_MALFORMED);
}
END_TEST

START_TEST (trailing_bytes_are_refused)
{
  g_auto (Protection) scene = protection_new (1);
  g_autoptr (GError) error = NULL;
  for (MlsContentType type = MLS_CONTENT_APPLICATION; type <= MLS_CONTENT_COMMIT; type++)
    {
      guint8 tag[32] = { 1 };
      g_autoptr (MlsAuthenticatedContent) made =
          protection_sign (&scene, MLS_WIRE_PRIVATE_MESSAGE, type, content_of (type), SPAN_OF (tag));
      ck_assert_uint_eq (made->confirmation_tag.len, type == MLS_CONTENT_COMMIT ? 32 : 0);
      g_autoptr (GBytes) longer = resized (span_bytes (made->encoded), g_bytes_get_size (made->encoded) + 1);
      ck_assert_ptr_null (mls_authenticated_content_read (span_bytes (longer), &error));
      ck_assert (is_code (&error, MLS_ERROR_MALFORMED));
    }
}
END_TEST

START_TEST (refs_cover_everything)
{
  g_auto (Protection) scene = protection_new (1);
  g_autoptr (MlsAuthenticatedContent) made =
      protection_sign (&scene, MLS_WIRE_PUBLIC_MESSAGE, MLS_CONTENT_PROPOSAL, SPAN_OF (remove_proposal), SPAN_EMPTY);
  guint8 ref[HASH_MAX], expected[HASH_MAX];
  mls_proposal_ref (scene.suite, made, ref);
  mls_ref_hash (scene.suite, "MLS 1.0 Proposal Reference", span_bytes (made->encoded), expected);
  ck_assert_mem_eq (ref, expected, suite_hash_size (scene.suite));
  ck_assert (span_equal (mls_authenticated_content_transcript_input (made), span_bytes (made->encoded)));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    senders_send_what_they_may,  wire_formats_carry_what_they_may,
    contents_end_where_they_end, trailing_bytes_are_refused,
    refs_cover_everything,
  };
  return run_tests_and_cases ("mls/framing", tests, G_N_ELEMENTS (tests), "message-protection", 7, check_case);
}
