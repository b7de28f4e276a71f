/* test-welcome.c - mls/welcome.h: welcome.json, making and opening, refusals. */
#include <string.h>

#include "../lib/mls-scene.h"
#include "cases.h"
#include "mls/key-schedule.h"
#include "mls/message.h"

/* --- welcome.json ------------------------------------------------------------------------------------------------ */

static gboolean
check_tag (Suite *suite, const MlsGroupSecrets *secrets, const MlsGroupInfo *info)
{
  g_auto (MlsEpochSecrets) epoch = { .sender_data = SECRET_EMPTY };
  guint8 tag[HASH_MAX];
  mls_epoch_secrets_derive (suite, secret_span (&secrets->joiner_secret), SPAN_EMPTY,
                            span_bytes (info->context->encoded), &epoch);
  mls_confirmation_tag (suite, &epoch, info->context->confirmed_transcript_hash, tag);
  return span_equal (span (tag, suite_hash_size (suite)), info->confirmation_tag);
}

static gboolean
check_opened (Suite *suite, JsonObject *object, const MlsKeyPackageSecrets *ours)
{
  Span body;
  MlsWelcome welcome;
  CASE_HOLDS (mls_message_read_as (vectors_span (object, "welcome"), MLS_WIRE_WELCOME, &body, NULL));
  CASE_HOLDS (mls_welcome_read (body, &welcome, NULL));
  g_autoptr (MlsGroupSecrets) secrets = mls_welcome_open_secrets (suite, &welcome, ours, NULL);
  CASE_HOLDS (secrets && secrets->n_psks == 0);
  g_autoptr (MlsGroupInfo) info =
      mls_welcome_open_group_info (suite, &welcome, secret_span (&secrets->joiner_secret), SPAN_EMPTY, NULL);
  CASE_HOLDS (info);
  CASE_HOLDS (mls_group_info_verify (suite, info, vectors_span (object, "signer_pub"), NULL));
  return check_tag (suite, secrets, info);
}

static gboolean
check_case (JsonObject *object)
{
  g_autoptr (Suite) suite = suite_new ((guint16) vectors_int (object, "cipher_suite"));
  g_autoptr (MlsKeyPackageSecrets) ours = g_new0 (MlsKeyPackageSecrets, 1);
  Span body;
  CASE_HOLDS (mls_message_read_as (vectors_span (object, "key_package"), MLS_WIRE_KEY_PACKAGE, &body, NULL));
  ours->package = mls_key_package_parse (body, NULL);
  CASE_HOLDS (ours->package);
  CASE_HOLDS (kem_key_pair_from_private (suite, vectors_span (object, "init_priv"), &ours->init));
  return check_opened (suite, object, ours);
}

/* --- GroupSecrets ------------------------------------------------------------------------------------------------ */

static const guint8 nonce[32] = { 7 };
static const MlsPskId psk_ids[] = {
  { .type = MLS_PSK_EXTERNAL, .external_id = { (const guint8 *) "id", 2 }, .nonce = { nonce, 32 } },
  { .type = MLS_PSK_RESUMPTION,
    .usage = MLS_PSK_USAGE_APPLICATION,
    .group_id = { (const guint8 *) "group", 5 },
    .epoch = 3,
    .nonce = { nonce, 32 } },
};

START_TEST (group_secrets)
{
  g_auto (Writer) writer = WRITER_INIT;
  Secret path = secret_from (span_str ("path secret"));
  mls_group_secrets_write (&writer, span_str ("joiner"), &path, psk_ids, 2);
  g_autoptr (MlsGroupSecrets) secrets = mls_group_secrets_parse (writer_span (&writer), NULL);
  ck_assert_ptr_nonnull (secrets);
  ck_assert (span_equal (secret_span (&secrets->joiner_secret), span_str ("joiner")));
  ck_assert (secrets->has_path_secret && span_equal (secret_span (&secrets->path_secret), span_str ("path secret")));
  ck_assert_uint_eq (secrets->n_psks, 2);
  for (guint i = 0; i < 2; i++)
    ck_assert (mls_psk_id_same (&secrets->psks[i], &psk_ids[i]));
  Span all = writer_span (&writer);
  for (gsize len = 0; len <= all.len + 1; len++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) other = resized (all, len);
      if (len == all.len)
        continue;
      ck_assert_ptr_null (mls_group_secrets_parse (span_bytes (other), &error));
      ck_assert (is_code (&error, MLS_ERROR_WELCOME_SECRETS));
    }
}
END_TEST

/* Secrets longer than any suite's, a presence byte of 2, a PSK of an unknown type. */
START_TEST (group_secrets_refused)
{
  guint8 longest[SECRET_MAX + 1] = { 0 };
  g_auto (Writer) too_long = WRITER_INIT, presence = WRITER_INIT, psk = WRITER_INIT;
  mls_group_secrets_write (&too_long, SPAN_OF (longest), NULL, NULL, 0);
  mls_group_secrets_write (&presence, span_str ("joiner"), NULL, NULL, 0);
  presence.data[7] = 2;
  mls_group_secrets_write (&psk, span_str ("joiner"), NULL, psk_ids, 1);
  psk.data[9] = 3;
  const Writer *all[] = { &too_long, &presence, &psk };
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GError) error = NULL;
      ck_assert_ptr_null (mls_group_secrets_parse (writer_span (all[i]), &error));
      ck_assert (is_code (&error, MLS_ERROR_WELCOME_SECRETS));
    }
}
END_TEST

/* --- making and opening ------------------------------------------------------------------------------------------ */

typedef struct {
  Suite *suite;
  Rng *rng;
  FixtureMember *members[3];
  GBytes *group_info;
  GBytes *message;
  MlsWelcome welcome;
} Post;

static Post
post_new (void)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  Post self = { .suite = suite_ref (scene->suite), .rng = rng_new_seeded (5) };
  MlsWelcomeTarget targets[2];
  self.group_info = mls_scene_object (scene, SCENE_GROUP_INFO);
  for (guint i = 0; i < 3; i++)
    self.members[i] = fixture_member_new (self.suite, self.rng, "new");
  targets[0] = (MlsWelcomeTarget){ fixture_member_package (self.members[0]), SPAN_EMPTY };
  targets[1] = (MlsWelcomeTarget){ fixture_member_package (self.members[1]), span_str ("path") };
  self.message = mls_welcome_make (self.suite, self.rng, span_str ("joiner"), span_str ("psk"), psk_ids, 2,
                                   span_bytes (self.group_info), targets, 2, NULL);
  Span body;
  ck_assert (mls_message_read_as (span_bytes (self.message), MLS_WIRE_WELCOME, &body, NULL));
  ck_assert (mls_welcome_read (body, &self.welcome, NULL));
  return self;
}

static void
post_clear (Post *self)
{
  for (guint i = 0; i < 3; i++)
    fixture_member_free (self->members[i]);
  g_bytes_unref (self->group_info);
  g_bytes_unref (self->message);
  rng_free (self->rng);
  suite_unref (self->suite);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Post, post_clear)

static MlsGroupSecrets *
open_as (const Post *self, const MlsWelcome *welcome, guint member, GError **error)
{
  return mls_welcome_open_secrets (self->suite, welcome, self->members[member]->secrets, error);
}

START_TEST (made_and_opened)
{
  g_auto (Post) post = post_new ();
  ck_assert_uint_eq (post.welcome.n_entries, 2);
  g_autoptr (MlsGroupSecrets) first = open_as (&post, &post.welcome, 0, NULL);
  g_autoptr (MlsGroupSecrets) second = open_as (&post, &post.welcome, 1, NULL);
  ck_assert (!first->has_path_secret);
  ck_assert (second->has_path_secret && span_equal (secret_span (&second->path_secret), span_str ("path")));
  ck_assert_uint_eq (first->n_psks, 2);
  g_autoptr (MlsGroupInfo) info =
      mls_welcome_open_group_info (post.suite, &post.welcome, span_str ("joiner"), span_str ("psk"), NULL);
  ck_assert (g_bytes_equal (info->encoded, post.group_info));
}
END_TEST

START_TEST (secrets_refused)
{
  g_auto (Post) post = post_new ();
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (open_as (&post, &post.welcome, 2, &error));
  ck_assert (is_code (&error, MLS_ERROR_WELCOME_NOT_FOR_US));
  MlsWelcome other = post.welcome;
  other.suite = 3;
  ck_assert_ptr_null (open_as (&post, &other, 0, &error));
  ck_assert (is_code (&error, MLS_ERROR_WELCOME_SUITE));
  other = post.welcome;
  other.encrypted_group_info.len--; /* the context of the encryption */
  ck_assert_ptr_null (open_as (&post, &other, 0, &error));
  ck_assert (is_code (&error, MLS_ERROR_WELCOME_SECRETS));
  other = post.welcome;
  g_autofree guint8 *entries = g_memdup2 (other.entries.data, other.entries.len);
  entries[other.entries.len - 1] ^= 1; /* the second ciphertext's tag */
  other.entries.data = entries;
  ck_assert_ptr_null (open_as (&post, &other, 1, &error));
  ck_assert (is_code (&error, MLS_ERROR_WELCOME_SECRETS));
}
END_TEST

/* A ciphertext shorter than a tag, an encapsulated key of another size. */
START_TEST (short_ciphertexts)
{
  g_auto (Post) post = post_new ();
  Reader reader = reader_init (post.welcome.entries);
  MlsWelcomeEntry entry;
  ck_assert (mls_welcome_next (&reader, &entry));
  for (gsize len = 0; len <= AEAD_TAG; len += AEAD_TAG)
    {
      g_autoptr (GError) error = NULL;
      g_auto (Writer) writer = WRITER_INIT;
      writer_vector (&writer, entry.new_member);
      writer_vector (&writer, len ? span (entry.kem_output.data, 31) : entry.kem_output);
      writer_vector (&writer, len ? entry.ciphertext : span (entry.ciphertext.data, 15));
      MlsWelcome other = post.welcome;
      other.entries = writer_span (&writer);
      ck_assert_ptr_null (open_as (&post, &other, 0, &error));
      ck_assert (is_code (&error, MLS_ERROR_WELCOME_SECRETS));
    }
}
END_TEST

static void
refuses_info (const Post *post, const MlsWelcome *welcome, const char *joiner, const char *psk)
{
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (mls_welcome_open_group_info (post->suite, welcome, span_str (joiner), span_str (psk), &error));
  ck_assert (is_code (&error, MLS_ERROR_WELCOME_GROUP_INFO));
}

START_TEST (group_info_refused)
{
  g_auto (Post) post = post_new ();
  refuses_info (&post, &post.welcome, "another", "psk");
  refuses_info (&post, &post.welcome, "joiner", "another");
  MlsWelcome other = post.welcome;
  other.encrypted_group_info.len = AEAD_TAG - 1;
  refuses_info (&post, &other, "joiner", "psk");
  other.encrypted_group_info.len = 0;
  refuses_info (&post, &other, "joiner", "psk");
}
END_TEST

START_TEST (not_a_welcome)
{
  g_auto (Post) post = post_new ();
  Span all = span_bytes (post.message);
  Span body = span (all.data + 4, all.len - 4);
  for (gsize len = 0; len <= body.len + 1; len++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) other = resized (body, len);
      MlsWelcome welcome;
      if (len == body.len)
        continue;
      ck_assert (!mls_welcome_read (span_bytes (other), &welcome, &error));
      ck_assert (is_code (&error, MLS_ERROR_MALFORMED));
    }
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *suite = g_memdup2 (body.data, body.len);
  MlsWelcome welcome;
  suite[1] = 8;
  ck_assert (!mls_welcome_read (span (suite, body.len), &welcome, &error));
  ck_assert (is_code (&error, MLS_ERROR_SUITE));
}
END_TEST

/* RFC 9180 section 7.1.4: an init key of small order has no shared secret. Its owner cannot join; the others can. */
START_TEST (useless_init_key)
{
  g_auto (Post) post = post_new ();
  static const guint8 zeros[32];
  MlsKeyPackage useless = *fixture_member_package (post.members[0]);
  useless.init_key = SPAN_OF (zeros);
  MlsWelcomeTarget targets[] = { { &useless, SPAN_EMPTY }, { fixture_member_package (post.members[1]), SPAN_EMPTY } };
  g_autoptr (GBytes) message = mls_welcome_make (post.suite, post.rng, span_str ("joiner"), SPAN_EMPTY, NULL, 0,
                                                 span_bytes (post.group_info), targets, 2, NULL);
  Span all = span_bytes (message);
  MlsWelcome welcome;
  ck_assert (mls_welcome_read (span (all.data + 4, all.len - 4), &welcome, NULL));
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (open_as (&post, &welcome, 0, &error));
  ck_assert (is_code (&error, MLS_ERROR_WELCOME_SECRETS));
  g_autoptr (MlsGroupSecrets) secrets = open_as (&post, &welcome, 1, NULL);
  ck_assert_ptr_nonnull (secrets);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { group_secrets,     group_secrets_refused, made_and_opened, secrets_refused,
                                 short_ciphertexts, group_info_refused,    not_a_welcome,   useless_init_key };
  return run_tests_and_cases ("mls/welcome", tests, G_N_ELEMENTS (tests), "welcome", 7, check_case);
}
