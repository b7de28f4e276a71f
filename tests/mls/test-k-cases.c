/* test-k-cases.c - published failures of other implementations, one test each, and where the others are tested.
 *
 *   K1   a tag compared without its length               here
 *   K2   faults in hand-written decoders                  test-hostile: every prefix
 *   K3   trailing bytes ignored                           test-hostile: one byte more
 *   K4   off by one in a variable-length prefix           base/test-reader; fuzz-reader
 *   K5   keys of processed messages in the saved state    here
 *   K6   parent hash with an empty left subtree           test-tree-exhaustive
 *   K7   a wipe that the optimiser removed                check-secrets.sh (-O2, -O3, LTO)
 *   K8   cipher suite not bound: cross-suite joiner       here
 *   K9   trailing blanks in a ratchet tree                here
 *   K10  external commit as a takeover, or a rollback     here
 *   K12  lengths of nothing and of everything             test-hostile: wrong lengths; test-crowds
 */
#include "../lib/mls-scene.h"
#include "../lib/run.h"
#include "mls/group-private.h"
#include "mls/message.h"
#include "mls/public-message.h"

#define NH 32 /* of suite 1 */

static void
expect (gpointer result, GError *error, MlsError code)
{
  ck_assert_ptr_null (result);
  ck_assert_msg (g_error_matches (error, MLS_ERROR, (gint) code), "expected %d, got %d: %s", (int) code,
                 error ? error->code : -1, error ? error->message : "no error");
}

/* The first `len` bytes of a tag, then zeros. */
static Span
cut (Span tag, gsize len, guint8 out[HASH_MAX])
{
  for (gsize i = 0; i < len; i++)
    out[i] = i < tag.len ? tag.data[i] : 0;
  return span (out, len);
}

/* --- K1 ---------------------------------------------------------------------------------------------------------- */

/* Receives a PublicMessage whose last field is this tag. */
static void
receive_with_membership_tag (MlsScene *scene, Span message, Span tag, gboolean fits)
{
  g_autoptr (GError) error = NULL;
  g_auto (Writer) w = WRITER_INIT;
  writer_raw (&w, span (message.data, message.len - 1 - NH));
  writer_vector (&w, tag);
  g_autoptr (MlsReceived) received = mls_group_receive (scene->groups[1], writer_span (&w), &error);
  if (fits)
    ck_assert_ptr_nonnull (received);
  else
    expect (received, error, MLS_ERROR_MEMBERSHIP_TAG);
}

START_TEST (k1_membership_tag)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) message = mls_scene_object (scene, SCENE_PROPOSAL);
  Span whole = span_bytes (message);
  Span tag = span (whole.data + whole.len - NH, NH);
  guint8 other[HASH_MAX];
  for (gsize len = 0; len <= NH + 1; len++)
    receive_with_membership_tag (scene, whole, cut (tag, len, other), len == NH);
  for (gsize i = 0; i < NH; i++)
    {
      Span wrong = cut (tag, NH, other);
      other[i] ^= 1;
      receive_with_membership_tag (scene, whole, wrong, FALSE);
    }
}
END_TEST

/* The membership tag covers the confirmation tag, so the insider makes it anew. */
static void
stage_with_confirmation_tag (MlsScene *scene, const MlsAuthenticatedContent *content, Span tag, gboolean fits)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsAuthenticatedContent) changed =
      mls_authenticated_content_new (MLS_WIRE_PUBLIC_MESSAGE, content->content.encoded, content->signature, tag);
  const MlsGroup *alice = scene->groups[0];
  g_autoptr (GBytes) message = mls_public_message_write (
      scene->suite, changed, secret_span (&alice->secrets.membership), span_bytes (alice->context->encoded));
  g_autoptr (MlsGroup) next = mls_scene_process (scene->groups[1], span_bytes (message), &error);
  if (fits)
    ck_assert_ptr_nonnull (next);
  else
    expect (next, error, MLS_ERROR_CONFIRMATION_TAG);
}

START_TEST (k1_confirmation_tag)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) message = mls_scene_object (scene, SCENE_COMMIT);
  Span body;
  ck_assert (mls_message_read_as (span_bytes (message), MLS_WIRE_PUBLIC_MESSAGE, &body, NULL));
  g_autoptr (MlsPublicMessage) commit = mls_public_message_read (body, NULL);
  guint8 other[HASH_MAX];
  for (gsize len = 0; len <= NH + 1; len++)
    stage_with_confirmation_tag (scene, commit->content, cut (commit->content->confirmation_tag, len, other),
                                 len == NH);
  for (gsize i = 0; i < NH; i++)
    {
      Span wrong = cut (commit->content->confirmation_tag, NH, other);
      other[i] ^= 0x80;
      stage_with_confirmation_tag (scene, commit->content, wrong, FALSE);
    }
}
END_TEST

/* A GroupInfo that is right but for the length of its tag. */
static void
join_with_tag (MlsScene *scene, Span tag, Span joiner_secret, gboolean fits)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) original = mls_scene_object (scene, SCENE_GROUP_INFO);
  g_autoptr (MlsGroupInfo) info = mls_group_info_parse (span_bytes (original), NULL);
  g_autoptr (GBytes) changed =
      mls_group_info_sign (scene->suite, scene->members[0]->key, info->context, info->extensions, tag, 0, NULL);
  g_autoptr (GBytes) welcome = mls_scene_welcome (scene, joiner_secret, span_bytes (changed));
  g_autoptr (MlsGroup) joined = fixture_join (scene->suite, scene->members[SCENE_MEMBERS - 1], welcome, &error);
  if (fits)
    ck_assert_ptr_nonnull (joined);
  else
    expect (joined, error, MLS_ERROR_CONFIRMATION_TAG);
}

START_TEST (k1_confirmation_tag_of_a_welcome)
{
  static const guint8 joiner_secret[NH] = "any joiner secret";
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  const MlsGroupContext *context = mls_group_context (scene->groups[0]);
  g_auto (MlsEpochSecrets) secrets = { .init = SECRET_EMPTY };
  mls_epoch_secrets_derive (scene->suite, SPAN_OF (joiner_secret), SPAN_EMPTY, span_bytes (context->encoded), &secrets);
  guint8 tag[HASH_MAX], other[HASH_MAX];
  mls_confirmation_tag (scene->suite, &secrets, context->confirmed_transcript_hash, tag);
  for (gsize len = 0; len <= NH + 1; len++)
    join_with_tag (scene, cut (span (tag, NH), len, other), SPAN_OF (joiner_secret), len == NH);
}
END_TEST

static void
write_private (Writer *w, const MlsPrivateMessage *message, Span sender_data, Span ciphertext)
{
  mls_message_begin (w, MLS_WIRE_PRIVATE_MESSAGE);
  writer_vector (w, message->group_id);
  writer_u64 (w, message->epoch);
  writer_u8 (w, (guint8) message->content_type);
  writer_vector (w, message->authenticated_data);
  writer_vector (w, sender_data);
  writer_vector (w, ciphertext);
}

static void
refuse_private (MlsScene *scene, const MlsPrivateMessage *message, Span sender_data, Span ciphertext, MlsError code)
{
  g_autoptr (GError) error = NULL;
  g_auto (Writer) w = WRITER_INIT;
  write_private (&w, message, sender_data, ciphertext);
  g_autoptr (MlsReceived) received = mls_group_receive (scene->groups[1], writer_span (&w), &error);
  expect (received, error, code);
}

START_TEST (k1_aead_tags_of_a_private_message)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) bytes = mls_scene_object (scene, SCENE_APPLICATION);
  Span body;
  MlsPrivateMessage message;
  ck_assert (mls_message_read_as (span_bytes (bytes), MLS_WIRE_PRIVATE_MESSAGE, &body, NULL));
  ck_assert (mls_private_message_read (body, &message, NULL));
  Span sender_data = message.encrypted_sender_data, ciphertext = message.ciphertext;
  for (gsize missing = 1; missing <= AEAD_TAG + 1; missing++)
    {
      refuse_private (scene, &message, sender_data, span (ciphertext.data, ciphertext.len - missing),
                      MLS_ERROR_DECRYPT);
      refuse_private (scene, &message, span (sender_data.data, sender_data.len - missing), ciphertext,
                      MLS_ERROR_SENDER_DATA);
    }
  refuse_private (scene, &message, SPAN_EMPTY, ciphertext, MLS_ERROR_SENDER_DATA);
  g_autoptr (MlsReceived) received = mls_group_receive (scene->groups[1], span_bytes (bytes), NULL);
  ck_assert_ptr_nonnull (received);
}
END_TEST

static void
refuse_welcome (MlsScene *scene, const MlsWelcome *welcome, gsize entry_missing, gsize info_missing, MlsError code)
{
  g_autoptr (GError) error = NULL;
  Reader entries = reader_init (welcome->entries);
  MlsWelcomeEntry entry;
  ck_assert (mls_welcome_next (&entries, &entry));
  g_auto (Writer) w = WRITER_INIT;
  mls_message_begin (&w, MLS_WIRE_WELCOME);
  writer_u16 (&w, welcome->suite);
  gsize block = writer_open (&w);
  writer_vector (&w, entry.new_member);
  writer_vector (&w, entry.kem_output);
  writer_vector (&w, span (entry.ciphertext.data, entry.ciphertext.len - entry_missing));
  writer_close (&w, block);
  Span info = welcome->encrypted_group_info;
  writer_vector (&w, span (info.data, info.len - info_missing));
  g_autoptr (GBytes) changed = writer_take (&w);
  g_autoptr (MlsGroup) joined = fixture_join (scene->suite, scene->members[SCENE_MEMBERS - 1], changed, &error);
  expect (joined, error, code);
}

START_TEST (k1_aead_tags_of_a_welcome)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  Span body;
  MlsWelcome welcome;
  ck_assert (mls_message_read_as (span_bytes (scene->welcome), MLS_WIRE_WELCOME, &body, NULL));
  ck_assert (mls_welcome_read (body, &welcome, NULL));
  for (gsize missing = 1; missing <= AEAD_TAG + 1; missing++)
    {
      refuse_welcome (scene, &welcome, missing, 0, MLS_ERROR_WELCOME_SECRETS);
      /* the encrypted GroupInfo is part of what the secrets were sealed with */
      refuse_welcome (scene, &welcome, 0, missing, MLS_ERROR_WELCOME_SECRETS);
    }
}
END_TEST

/* --- K5 ---------------------------------------------------------------------------------------------------------- */

#define MESSAGES 12

/* What the thief of a saved state can read of these messages: everything that was not processed, nothing that was. */
static void
attack (MlsScene *scene, GBytes *const messages[MESSAGES], const gboolean processed[MESSAGES])
{
  g_autoptr (GBytes) state = mls_scene_save (scene->groups[1]);
  g_autoptr (MlsGroup) stolen = mls_scene_restore (scene->suite, scene->members[1]->key, span_bytes (state), NULL);
  ck_assert_ptr_nonnull (stolen);
  for (guint i = 0; i < MESSAGES; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MlsSecretTree) keys = mls_secret_tree_copy (mls_group_keys (stolen));
      g_autoptr (MlsReceived) received = mls_group_receive_with (stolen, keys, span_bytes (messages[i]), &error);
      if (processed[i])
        expect (received, error, MLS_ERROR_GENERATION_USED);
      else
        ck_assert_ptr_nonnull (received);
    }
}

static void
process_and_attack (MlsScene *scene, GBytes *const messages[MESSAGES], const guint order[MESSAGES])
{
  gboolean processed[MESSAGES] = { FALSE };
  for (guint i = 0; i < MESSAGES; i++)
    {
      g_autoptr (MlsReceived) received = mls_group_receive (scene->groups[1], span_bytes (messages[order[i]]), NULL);
      ck_assert_ptr_nonnull (received);
      processed[order[i]] = TRUE;
      attack (scene, messages, processed);
    }
}

START_TEST (k5_saved_state_reads_nothing_that_was_processed)
{
  static const guint orders[][MESSAGES] = { { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 },
                                            { 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 },
                                            { 5, 0, 11, 1, 6, 10, 2, 9, 3, 8, 4, 7 } };
  for (guint round = 0; round < G_N_ELEMENTS (orders); round++)
    for (guint kind = 0; kind < 2; kind++)
      {
        g_autoptr (MlsScene) scene = mls_scene_new (1, 5);
        GBytes *messages[MESSAGES];
        for (guint i = 0; i < MESSAGES; i++)
          messages[i] = mls_scene_object (scene, kind ? SCENE_APPLICATION : SCENE_PRIVATE_PROPOSAL);
        process_and_attack (scene, messages, orders[round]);
        for (guint i = 0; i < MESSAGES; i++)
          g_bytes_unref (messages[i]);
      }
}
END_TEST

START_TEST (k5_saved_state_of_the_sender_reads_nothing_that_was_sent)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 5);
  for (guint i = 0; i < MESSAGES; i++)
    {
      g_bytes_unref (mls_scene_object (scene, SCENE_APPLICATION));
      g_autoptr (GBytes) state = mls_scene_save (scene->groups[0]);
      g_autoptr (MlsGroup) stolen = mls_scene_restore (scene->suite, scene->members[0]->key, span_bytes (state), NULL);
      ck_assert_ptr_nonnull (stolen);
      for (guint32 generation = 0; generation <= i; generation++)
        {
          g_autoptr (GError) error = NULL;
          g_auto (MlsMessageKey) key = { .generation = 0 };
          ck_assert (
              !mls_secret_tree_peek (mls_group_keys (stolen), 0, MLS_RATCHET_APPLICATION, generation, &key, &error));
          ck_assert (g_error_matches (error, MLS_ERROR, MLS_ERROR_GENERATION_USED));
        }
    }
}
END_TEST

/* --- K8 ---------------------------------------------------------------------------------------------------------- */

START_TEST (k8_welcome_that_says_another_suite)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 8);
  for (guint8 suite = 0; suite < 10; suite++)
    if (suite != 1)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (GByteArray) changed = g_byte_array_new ();
        g_byte_array_append (changed, span_bytes (scene->welcome).data, (guint) span_bytes (scene->welcome).len);
        changed->data[5] = suite; /* version, wire format, suite */
        g_autoptr (GBytes) welcome = g_byte_array_free_to_bytes (g_steal_pointer (&changed));
        g_autoptr (MlsGroup) joined = fixture_join (scene->suite, scene->members[SCENE_MEMBERS - 1], welcome, &error);
        expect (joined, error, suite < 1 || suite > 7 ? MLS_ERROR_SUITE : MLS_ERROR_WELCOME_SUITE);
      }
}
END_TEST

/* Suites 1 and 3 have the same KEM, hash and signature, so everything fits but the suite itself. */
START_TEST (k8_welcome_into_a_group_of_another_suite)
{
  static const guint8 joiner_secret[NH] = "any joiner secret";
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 8);
  g_autoptr (Suite) other = suite_new (3);
  g_autoptr (FixtureMember) joiner = fixture_member_new (other, scene->rng, "joiner");
  g_autoptr (GBytes) info = mls_scene_object (scene, SCENE_GROUP_INFO);
  MlsWelcomeTarget target = { .package = fixture_member_package (joiner) };
  g_autoptr (GBytes) welcome = mls_welcome_make (other, scene->rng, SPAN_OF (joiner_secret), SPAN_EMPTY, NULL, 0,
                                                 span_bytes (info), &target, 1, NULL);
  ck_assert_ptr_nonnull (welcome);
  g_autoptr (MlsGroup) joined = fixture_join (other, joiner, welcome, &error);
  expect (joined, error, MLS_ERROR_SUITE);
}
END_TEST

START_TEST (k8_key_package_of_another_suite)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 8);
  g_autoptr (Suite) other = suite_new (3);
  g_autoptr (FixtureMember) stranger = fixture_member_new (other, scene->rng, "stranger");
  g_autoptr (GPtrArray) proposals = fixture_proposals (mls_proposal_add (fixture_member_package (stranger)), NULL);
  MlsCommitOptions options = { .proposals = proposals };
  g_autoptr (MlsOwnCommit) commit = mls_group_commit (scene->groups[0], scene->rng, &options, &error);
  expect (commit, error, MLS_ERROR_KEY_PACKAGE_SUITE);
}
END_TEST

/* --- K9 ---------------------------------------------------------------------------------------------------------- */

/* The encoded tree with blank nodes at its end. */
static GBytes *
with_blanks (MlsScene *scene, guint blanks)
{
  g_autoptr (GBytes) tree = mls_scene_object (scene, SCENE_TREE);
  Reader reader = reader_init (span_bytes (tree));
  Span nodes = reader_vector (&reader);
  g_auto (Writer) w = WRITER_INIT;
  gsize block = writer_open (&w);
  writer_raw (&w, nodes);
  for (guint i = 0; i < blanks; i++)
    writer_optional (&w, FALSE);
  writer_close (&w, block);
  return writer_take (&w);
}

START_TEST (k9_trailing_blanks)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 9);
  for (guint blanks = 0; blanks < 24; blanks++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) encoded = with_blanks (scene, blanks);
      g_autoptr (MlsTree) tree = mls_tree_decode (scene->suite, span_bytes (encoded), &error);
      if (blanks == 0)
        ck_assert_ptr_nonnull (tree);
      else
        expect (tree, error, MLS_ERROR_TREE_TRAILING_BLANK);
    }
}
END_TEST

START_TEST (k9_trailing_blanks_at_the_door)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 9);
  const FixtureMember *joiner = scene->members[SCENE_MEMBERS - 1];
  for (guint blanks = 0; blanks < 8; blanks++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) tree = with_blanks (scene, blanks);
      g_autoptr (MlsGroup) joined =
          mls_group_join (scene->suite, joiner->key, joiner->secrets, span_bytes (scene->welcome), span_bytes (tree),
                          NULL, mls_group_config_default (), &error);
      if (blanks == 0)
        ck_assert_ptr_nonnull (joined);
      else
        expect (joined, error, MLS_ERROR_TREE_TRAILING_BLANK);
    }
}
END_TEST

/* --- K10 --------------------------------------------------------------------------------------------------------- */

/* The owner of the last leaf's signature key, or the thief of it, joins from outside in the place of that leaf. */
static MlsOwnCommit *
resync (MlsScene *scene, GBytes *group_info)
{
  g_autoptr (GError) error = NULL;
  const MlsLeafNode *leaf = fixture_member_package (scene->members[SCENE_MEMBERS - 1])->leaf;
  MlsKeyPackageFields fields = { .credential = leaf->credential,
                                 .capabilities = leaf->capabilities_encoded,
                                 .leaf_extensions = leaf->extensions,
                                 .not_before = leaf->not_before,
                                 .not_after = leaf->not_after };
  MlsOwnCommit *commit = mls_group_join_external (scene->suite, scene->rng, scene->members[SCENE_MEMBERS - 1]->key,
                                                  &fields, span_bytes (group_info), SPAN_EMPTY, SCENE_MEMBERS - 1,
                                                  mls_group_config_default (), &error);
  ck_assert_msg (commit != NULL, "%s", error ? error->message : "");
  return commit;
}

START_TEST (k10_external_commits_are_refused_by_default)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 10);
  g_autoptr (GBytes) info = mls_group_info (scene->groups[0], TRUE, NULL);
  g_autoptr (MlsOwnCommit) commit = resync (scene, info);
  g_autoptr (GBytes) before = mls_scene_save (scene->groups[1]);
  g_autoptr (MlsGroup) next = mls_scene_process (scene->groups[1], span_bytes (commit->message), &error);
  expect (next, error, MLS_ERROR_EXTERNAL_REFUSED);
  g_autoptr (GBytes) after = mls_scene_save (scene->groups[1]);
  ck_assert (g_bytes_equal (before, after));
}
END_TEST

START_TEST (k10_resync_where_it_is_allowed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 10);
  scene->groups[1]->config.accept_external_commits = TRUE;
  g_autoptr (GBytes) info = mls_group_info (scene->groups[0], TRUE, NULL);
  g_autoptr (MlsOwnCommit) commit = resync (scene, info);
  g_autoptr (MlsGroup) next = mls_scene_process (scene->groups[1], span_bytes (commit->message), &error);
  ck_assert_msg (next != NULL, "%s", error ? error->message : "");
  ck_assert_uint_eq (mls_tree_members (mls_group_tree (next)), SCENE_MEMBERS);
  ck_assert (span_equal (mls_group_epoch_authenticator (next), mls_group_epoch_authenticator (commit->next)));
}
END_TEST

/* A GroupInfo that is out of date cannot take the group back. */
START_TEST (k10_resync_is_no_rollback)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 10);
  g_autoptr (GBytes) stale = mls_group_info (scene->groups[0], TRUE, NULL);
  g_autoptr (GBytes) commit = mls_scene_object (scene, SCENE_COMMIT);
  g_autoptr (MlsGroup) ahead = mls_scene_process (scene->groups[1], span_bytes (commit), NULL);
  ahead->config.accept_external_commits = TRUE;
  g_autoptr (MlsOwnCommit) rollback = resync (scene, stale);
  g_autoptr (MlsGroup) next = mls_scene_process (ahead, span_bytes (rollback->message), &error);
  expect (next, error, MLS_ERROR_WRONG_EPOCH);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    k1_membership_tag,
    k1_confirmation_tag,
    k1_confirmation_tag_of_a_welcome,
    k1_aead_tags_of_a_private_message,
    k1_aead_tags_of_a_welcome,
    k5_saved_state_reads_nothing_that_was_processed,
    k5_saved_state_of_the_sender_reads_nothing_that_was_sent,
    k8_welcome_that_says_another_suite,
    k8_welcome_into_a_group_of_another_suite,
    k8_key_package_of_another_suite,
    k9_trailing_blanks,
    k9_trailing_blanks_at_the_door,
    k10_external_commits_are_refused_by_default,
    k10_resync_where_it_is_allowed,
    k10_resync_is_no_rollback,
  };
  return run_tests ("mls/k-cases", tests, G_N_ELEMENTS (tests));
}
