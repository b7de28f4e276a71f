/* test-group.c - mls/group.h: what members of a group can do, together and each alone. */
#include <string.h>

#include "group-case.h"
#include "mls/group-private.h"
#include "mls/tree-hash.h"

/* --- creating (11) ----------------------------------------------------------------------------------------------- */

START_TEST (creation)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (Suite) suite = suite_new (id);
      g_autoptr (Rng) rng = rng_new_seeded (id);
      g_autoptr (FixtureMember) founder = fixture_member_new (suite, rng, "founder");
      g_autoptr (MlsGroup) group = fixture_create (suite, rng, founder);
      const MlsGroupContext *context = mls_group_context (group);
      ck_assert_uint_eq (context->suite, id);
      ck_assert_uint_eq (context->epoch, 0);
      ck_assert (span_equal (context->group_id, span_str ("group")));
      ck_assert_uint_eq (context->confirmed_transcript_hash.len, 0);
      ck_assert (span_equal (context->tree_hash, mls_tree_hash (mls_group_tree (group))));
      ck_assert_uint_eq (mls_tree_members (mls_group_tree (group)), 1);
      ck_assert_uint_eq (mls_group_own_leaf (group), 0);
      ck_assert_uint_eq (mls_group_epoch_authenticator (group).len, suite_hash_size (suite));
      ck_assert_uint_eq (mls_group_resumption_psk (group).len, suite_hash_size (suite));
      ck_assert_ptr_eq (mls_group_suite (group), suite);
    }
}
END_TEST

static void
cannot_create (Span capabilities, Span leaf_extensions, Span extensions, MlsError code)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (Rng) rng = rng_new_seeded (1);
  g_autoptr (SignKey) key = sign_key_generate (suite, rng);
  g_autoptr (GBytes) credential = mls_credential_basic (span_str ("founder"));
  g_autoptr (GError) error = NULL;
  MlsKeyPackageFields fields = { span_bytes (credential), capabilities, leaf_extensions, 0, 1 };
  ck_assert_ptr_null (
      mls_group_create (suite, rng, key, span_str ("group"), &fields, extensions, mls_group_config_default (), &error));
  ck_assert (is_code (&error, code));
}

START_TEST (creation_refused)
{
  guint16 suites[] = { 1 }, nick[] = { 0xF0DF };
  g_autoptr (GBytes) none = mls_capabilities_encode (suites, 1, NULL, 0);
  g_autoptr (GBytes) other = bytes_from_hex ("020002"
                                             "020001"
                                             "00"
                                             "00"
                                             "020001"); /* of another protocol version */
  g_autoptr (GBytes) half = mls_capabilities_encode (suites, 1, nick, 1);
  g_autoptr (GBytes) extensions = fixture_extensions (span_str ("governance"));
  g_auto (Writer) list = WRITER_INIT, twice = WRITER_INIT;
  mls_extension_write (&list, 0xF0DE, SPAN_EMPTY);
  mls_extension_write (&twice, 0xF0DF, SPAN_EMPTY);
  mls_extension_write (&twice, 0xF0DF, SPAN_EMPTY);
  cannot_create (span_bytes (half), SPAN_EMPTY, span_bytes (extensions), MLS_ERROR_LEAF_REQUIRED_CAPABILITIES);
  cannot_create (span_bytes (half), SPAN_EMPTY, writer_span (&list), MLS_ERROR_GROUP_EXTENSION_UNSUPPORTED);
  cannot_create (span_bytes (other), SPAN_EMPTY, SPAN_EMPTY, MLS_ERROR_LEAF_CAPABILITIES);
  cannot_create (span_bytes (none), writer_span (&list), SPAN_EMPTY, MLS_ERROR_LEAF_EXTENSION);
  cannot_create (span_bytes (half), SPAN_EMPTY, writer_span (&twice), MLS_ERROR_DUPLICATE_EXTENSION);
}
END_TEST

/* --- the fixture itself ------------------------------------------------------------------------------------------ */

/* A joiner accepts the full tree, and its members follow each other's commits. */
static void
check_full_tree (guint16 id, guint n)
{
  g_autoptr (Suite) suite = suite_new (id);
  g_autoptr (Rng) rng = rng_new_seeded (n);
  guint32 leaves[] = { 0, n - 1, n / 2 };
  GError *error = NULL;
  g_autoptr (GPtrArray) groups = fixture_full_tree_group (suite, rng, n, leaves, G_N_ELEMENTS (leaves));
  g_autoptr (FixtureMember) joiner = fixture_member_new (suite, rng, "joiner");
  g_autoptr (GPtrArray) add = fixture_proposals (mls_proposal_add (fixture_member_package (joiner)), NULL);
  g_autoptr (MlsOwnCommit) commit = fixture_commit (groups->pdata[0], rng, add);
  g_autoptr (MlsGroup) joined = fixture_join (suite, joiner, commit->welcome, &error);
  no_error (error);
  ck_assert (same_epoch (joined, commit->next));
  g_autoptr (MlsGroup) last = fixture_follow (groups->pdata[1], commit->message, &error);
  no_error (error);
  ck_assert (same_epoch (last, commit->next));
  g_autoptr (MlsOwnCommit) empty = fixture_commit (last, rng, NULL);
  g_autoptr (MlsGroup) followed = fixture_follow (joined, empty->message, &error);
  no_error (error);
  ck_assert (same_epoch (followed, empty->next));
  for (guint32 node = 1; node < mls_node_count (mls_tree_width (mls_group_tree (groups->pdata[0]))); node += 2)
    if (mls_node_last_leaf (node) < n)
      ck_assert (!mls_tree_is_blank (mls_group_tree (groups->pdata[0]), node));
}

START_TEST (full_trees)
{
  for (guint n = 2; n <= 20; n++)
    check_full_tree (1, n);
  for (guint16 id = 2; id <= 7; id++)
    check_full_tree (id, 5);
}
END_TEST

/* --- proposals --------------------------------------------------------------------------------------------------- */

START_TEST (add_and_remove)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GPtrArray) list =
      fixture_proposals (mls_proposal_add (fixture_member_package (scene->outsider)), mls_proposal_remove (2), NULL);
  g_autoptr (MlsOwnCommit) commit = fixture_commit (scene->groups[3], scene->rng, list);
  GError *error = NULL;
  g_autoptr (MlsGroup) joined = fixture_join (scene->suite, scene->outsider, commit->welcome, &error);
  no_error (error);
  ck_assert_uint_eq (mls_group_own_leaf (joined), 2); /* the leftmost blank leaf (12.1.1) */
  ck_assert (same_epoch (joined, commit->next));
  for (guint i = 0; i < SCENE_MEMBERS; i++)
    if (i != 2 && i != 3)
      {
        g_autoptr (MlsGroup) next = scene_follows (scene, i, commit->message);
        ck_assert (same_epoch (next, commit->next));
      }
  scene_refuses (scene, 2, span_bytes (commit->message), MLS_ERROR_REMOVED);
}
END_TEST

/* Everybody but alice holds the proposal; bob commits it. */
static void
commit_reference (MlsScene *scene, MlsReceived *held, GPtrArray *next)
{
  GError *error = NULL;
  g_autoptr (GPtrArray) references = g_ptr_array_new ();
  g_ptr_array_add (references, held);
  MlsCommitOptions options = { .references = references };
  g_autoptr (MlsOwnCommit) commit = mls_group_commit (scene->groups[1], scene->rng, &options, &error);
  no_error (error);
  for (guint i = 0; i < SCENE_MEMBERS; i++)
    {
      if (i == 1)
        continue;
      g_autoptr (MlsJudged) judged =
          mls_group_judge (scene->groups[i], receive (scene->groups[i], commit->message), references, &error);
      no_error (error);
      g_ptr_array_add (next, mls_group_stage (scene->groups[i], judged, NULL, &error));
      no_error (error);
      ck_assert (same_epoch (next->pdata[next->len - 1], commit->next));
    }
}

START_TEST (update_by_reference)
{
  for (guint private = 0; private < 2; private ++)
    {
      GError *error = NULL;
      g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
      g_auto (Writer) nick = WRITER_INIT;
      mls_extension_write (&nick, MLS_EXTENSION_DEMLS_NICK, span_str ("ally"));
      Span list = writer_span (&nick);
      g_autoptr (MlsReceived) own = NULL;
      g_autoptr (MlsProposal) update = mls_group_make_update (scene->groups[0], scene->rng, &list, &error);
      g_autoptr (GBytes) message =
          mls_group_propose_and_hold (scene->groups[0], scene->rng, update, SPAN_EMPTY,
                                      private ? MLS_WIRE_PRIVATE_MESSAGE : MLS_WIRE_PUBLIC_MESSAGE, &own, &error);
      no_error (error);
      g_autoptr (MlsReceived) held = receive (scene->groups[1], message);
      ck_assert (memcmp (held->ref, own->ref, suite_hash_size (scene->suite)) == 0);
      g_autoptr (GPtrArray) next = g_ptr_array_new_with_free_func ((GDestroyNotify) mls_group_free);
      commit_reference (scene, held, next);
      const MlsGroup *alice = next->pdata[0];
      ck_assert (span_equal (mls_tree_leaf (mls_group_tree (alice), 0)->extensions, list));
      ck_assert (span_equal (mls_tree_leaf (mls_group_tree (alice), 0)->encryption_key, update->leaf->encryption_key));
    }
}
END_TEST

/* Without the key of its Update a member can judge the commit, but not go along. */
START_TEST (update_without_its_key)
{
  GError *error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) before = mls_scene_save (scene->groups[0]);
  g_autoptr (MlsProposal) update = mls_group_make_update (scene->groups[0], scene->rng, NULL, &error);
  g_autoptr (GBytes) message =
      mls_group_propose (scene->groups[0], scene->rng, update, SPAN_EMPTY, MLS_WIRE_PUBLIC_MESSAGE, &error);
  g_autoptr (GPtrArray) references = g_ptr_array_new_with_free_func ((GDestroyNotify) mls_received_free);
  g_ptr_array_add (references, receive (scene->groups[1], message));
  MlsCommitOptions options = { .references = references };
  g_autoptr (MlsOwnCommit) commit = mls_group_commit (scene->groups[1], scene->rng, &options, &error);
  g_autoptr (MlsGroup) older = mls_scene_restore (scene->suite, scene->members[0]->key, span_bytes (before), &error);
  g_autoptr (MlsJudged) judged = mls_group_judge (older, receive (older, commit->message), references, &error);
  no_error (error);
  ck_assert_ptr_null (mls_group_stage (older, judged, NULL, &error));
  ck_assert (is_code (&error, MLS_ERROR_COMMIT_NOT_READABLE));
}
END_TEST

START_TEST (proposal_not_held)
{
  GError *error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) proposal = mls_scene_object (scene, SCENE_PROPOSAL);
  g_autoptr (GPtrArray) references = g_ptr_array_new_with_free_func ((GDestroyNotify) mls_received_free);
  g_ptr_array_add (references, receive (scene->groups[1], proposal));
  MlsCommitOptions options = { .references = references };
  g_autoptr (MlsOwnCommit) commit = mls_group_commit (scene->groups[1], scene->rng, &options, &error);
  no_error (error);
  scene_refuses (scene, 2, span_bytes (commit->message), MLS_ERROR_PROPOSAL_UNKNOWN);
  /* a proposal of another epoch is none that a commit can mean */
  g_autoptr (MlsOwnCommit) empty = fixture_commit (scene->groups[0], scene->rng, NULL);
  g_autoptr (MlsGroup) bob = scene_follows (scene, 1, empty->message);
  ck_assert_ptr_null (mls_group_commit (bob, scene->rng, &options, &error));
  ck_assert (is_code (&error, MLS_ERROR_PROPOSAL_UNKNOWN));
}
END_TEST

START_TEST (group_context_extensions)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) message = mls_scene_object (scene, SCENE_COMMIT_EXTENSIONS);
  g_autoptr (GBytes) extensions = fixture_extensions (span_str ("other governance"));
  g_autoptr (MlsGroup) next = scene_follows (scene, 1, message);
  ck_assert (span_equal (mls_group_context (next)->extensions, span_bytes (extensions)));
}
END_TEST

/* --- PSKs (8.4) -------------------------------------------------------------------------------------------------- */

static MlsOwnCommit *
commit_psk (MlsScene *scene, const MlsPskStore *store, gboolean with_add)
{
  GError *error = NULL;
  guint8 nonce[32] = "a nonce of Nh bytes";
  MlsPskId external = { .type = MLS_PSK_EXTERNAL, .external_id = span_str ("key 1"), .nonce = SPAN_OF (nonce) };
  MlsPskId resumption = { .type = MLS_PSK_RESUMPTION,
                          .usage = MLS_PSK_USAGE_APPLICATION,
                          .group_id = span_str ("group"),
                          .epoch = mls_group_context (scene->groups[0])->epoch,
                          .nonce = SPAN_OF (nonce) };
  g_autoptr (GPtrArray) list = fixture_proposals (mls_proposal_psk (&external), mls_proposal_psk (&resumption), NULL);
  if (with_add)
    g_ptr_array_add (list, mls_proposal_add (fixture_member_package (scene->outsider)));
  MlsCommitOptions options = { .proposals = list, .psks = store, .omit_path = TRUE };
  MlsOwnCommit *commit = mls_group_commit (scene->groups[0], scene->rng, &options, &error);
  no_error (error);
  return commit;
}

static MlsPskStore *
new_store (const MlsScene *scene, const char *value)
{
  MlsPskStore *store = mls_psk_store_new ();
  const MlsGroupContext *context = mls_group_context (scene->groups[1]);
  mls_psk_store_add_external (store, span_str ("key 1"), span_str (value));
  mls_psk_store_add_resumption (store, context->group_id, context->epoch, mls_group_resumption_psk (scene->groups[1]));
  return store;
}

START_TEST (psks)
{
  GError *error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (MlsPskStore) store = new_store (scene, "right");
  g_autoptr (MlsPskStore) other = new_store (scene, "wrong");
  g_autoptr (MlsOwnCommit) commit = commit_psk (scene, store, FALSE);
  g_autoptr (MlsJudged) judged =
      mls_group_judge (scene->groups[1], receive (scene->groups[1], commit->message), NULL, &error);
  no_error (error);
  ck_assert_ptr_null (judged->path);
  g_autoptr (MlsGroup) next = mls_group_stage (scene->groups[1], judged, store, &error);
  no_error (error);
  ck_assert (same_epoch (next, commit->next));
  ck_assert_ptr_null (mls_group_stage (scene->groups[1], judged, NULL, &error));
  ck_assert (is_code (&error, MLS_ERROR_PSK_UNKNOWN));
  ck_assert_ptr_null (mls_group_stage (scene->groups[1], judged, other, &error));
  ck_assert (is_code (&error, MLS_ERROR_CONFIRMATION_TAG));
}
END_TEST

START_TEST (psks_in_a_welcome)
{
  GError *error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (MlsPskStore) store = new_store (scene, "right");
  g_autoptr (MlsPskStore) other = new_store (scene, "wrong");
  g_autoptr (MlsOwnCommit) commit = commit_psk (scene, store, TRUE);
  const FixtureMember *joiner = scene->outsider;
  MlsGroupConfig config = mls_group_config_default ();
  Span welcome = span_bytes (commit->welcome);
  g_autoptr (MlsGroup) joined =
      mls_group_join (scene->suite, joiner->key, joiner->secrets, welcome, SPAN_EMPTY, store, config, &error);
  no_error (error);
  ck_assert (same_epoch (joined, commit->next));
  ck_assert_ptr_null (
      mls_group_join (scene->suite, joiner->key, joiner->secrets, welcome, SPAN_EMPTY, NULL, config, &error));
  ck_assert (is_code (&error, MLS_ERROR_PSK_UNKNOWN));
  ck_assert_ptr_null (
      mls_group_join (scene->suite, joiner->key, joiner->secrets, welcome, SPAN_EMPTY, other, config, &error));
  ck_assert (is_code (&error, MLS_ERROR_WELCOME_GROUP_INFO));
}
END_TEST

/* --- secrets and keys for others --------------------------------------------------------------------------------- */

START_TEST (exporter)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  guint8 a[100], b[100];
  mls_group_export (scene->groups[0], "label", span_str ("context"), a, sizeof a);
  mls_group_export (scene->groups[4], "label", span_str ("context"), b, sizeof b);
  ck_assert_mem_eq (a, b, sizeof a);
  mls_group_export (scene->groups[4], "other", span_str ("context"), b, sizeof b);
  ck_assert_mem_ne (a, b, sizeof a);
  mls_group_export (scene->groups[4], "label", span_str ("other"), b, sizeof b);
  ck_assert_mem_ne (a, b, sizeof a);
}
END_TEST

START_TEST (own_labels)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  guint8 signature[SIGNATURE_MAX];
  Span content = span_str ("de-MLS vote v1");
  gsize len = mls_group_sign (scene->groups[2], content, signature);
  ck_assert_uint_gt (len, 0);
  const MlsGroup *verifier = scene->groups[0];
  ck_assert (mls_group_verify (verifier, 2, content, span (signature, len)));
  ck_assert (!mls_group_verify (verifier, 1, content, span (signature, len)));
  ck_assert (!mls_group_verify (verifier, 7, content, span (signature, len)));
  ck_assert (!mls_group_verify (verifier, G_MAXUINT32, content, span (signature, len)));
  ck_assert (!mls_group_verify (verifier, 2, span_str ("other"), span (signature, len)));
  ck_assert (!mls_group_verify (verifier, 2, content, SPAN_EMPTY));
}
END_TEST

/* --- an epoch is a value ----------------------------------------------------------------------------------------- */

START_TEST (staging_changes_nothing)
{
  for (guint private = 0; private < 2; private ++)
    {
      GError *error = NULL;
      g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
      MlsGroup *bob = scene->groups[1];
      g_autoptr (GBytes) message = mls_scene_object (scene, private ? SCENE_PRIVATE_COMMIT : SCENE_COMMIT);
      g_autoptr (MlsSecretTree) keys = mls_secret_tree_copy (mls_group_keys (bob));
      g_autoptr (GBytes) before = mls_scene_save (bob);
      MlsReceived *received = mls_group_receive_with (bob, keys, span_bytes (message), &error);
      g_autoptr (MlsJudged) judged = mls_group_judge (bob, received, NULL, &error);
      no_error (error);
      ck_assert (span_equal (judged->context->group_id, span_str ("group")));
      ck_assert_uint_eq (judged->committer, 0);
      g_autoptr (MlsGroup) once = mls_group_stage (bob, judged, NULL, &error);
      g_autoptr (MlsGroup) twice = mls_group_stage (bob, judged, NULL, &error);
      no_error (error);
      ck_assert (same_epoch (once, twice));
      g_autoptr (GBytes) first = mls_scene_save (once), second = mls_scene_save (twice), after = mls_scene_save (bob);
      ck_assert (g_bytes_equal (first, second));
      ck_assert (g_bytes_equal (before, after));
    }
}
END_TEST

/* While a commit is staged the old epoch sends and receives, at both ends. */
START_TEST (old_epoch_while_staged)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (MlsOwnCommit) commit = fixture_commit (scene->groups[0], scene->rng, NULL);
  g_autoptr (GBytes) from_committer = say (scene, 0, "still here");
  hears (scene->groups[1], from_committer, "still here", 0);
  g_autoptr (MlsGroup) staged = scene_follows (scene, 1, commit->message);
  g_autoptr (GBytes) from_other = say (scene, 1, "me too");
  hears (scene->groups[0], from_other, "me too", 1);
  hears (scene->groups[4], from_other, "me too", 1);
  refuses_message (commit->next, span_bytes (from_other), MLS_ERROR_WRONG_EPOCH);
  GError *error = NULL;
  g_autoptr (GBytes) new_epoch =
      mls_group_seal (commit->next, scene->rng, span_str ("new"), span_str ("aad"), 0, &error);
  hears (staged, new_epoch, "new", 0);
  refuses_message (scene->groups[2], span_bytes (new_epoch), MLS_ERROR_WRONG_EPOCH);
}
END_TEST

START_TEST (several_candidates)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  MlsOwnCommit *candidates[3];
  g_autoptr (GBytes) before = mls_scene_save (scene->groups[4]);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GPtrArray) list = fixture_proposals (mls_proposal_remove (i ? 3 : 2), NULL);
      candidates[i] = fixture_commit (scene->groups[i / 2], scene->rng, list);
    }
  for (guint round = 0; round < 2; round++)
    for (guint i = 0; i < 3; i++)
      {
        g_autoptr (MlsGroup) next = scene_follows (scene, 4, candidates[i]->message);
        for (guint k = 0; k < 3; k++)
          ck_assert (same_epoch (next, candidates[k]->next) == (i == k));
      }
  g_autoptr (GBytes) after = mls_scene_save (scene->groups[4]);
  ck_assert (g_bytes_equal (before, after));
  for (guint i = 0; i < 3; i++)
    mls_own_commit_free (candidates[i]);
}
END_TEST

/* One who is removed sees the same commit as all others, without any key of his own. */
START_TEST (judged_by_the_removed)
{
  GError *error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) message = mls_scene_object (scene, SCENE_COMMIT_REMOVE);
  g_autoptr (MlsJudged) removed = mls_group_judge (scene->groups[3], receive (scene->groups[3], message), NULL, &error);
  g_autoptr (MlsJudged) stays = mls_group_judge (scene->groups[1], receive (scene->groups[1], message), NULL, &error);
  no_error (error);
  ck_assert (removed->removes_us && !stays->removes_us);
  ck_assert (g_bytes_equal (removed->context->encoded, stays->context->encoded));
  ck_assert_uint_eq (removed->effects->removed->len, 1);
  ck_assert_ptr_null (mls_group_stage (scene->groups[3], removed, NULL, &error));
  ck_assert (is_code (&error, MLS_ERROR_REMOVED));
  g_autoptr (MlsGroup) next = mls_group_stage (scene->groups[1], removed, NULL, &error);
  ck_assert_ptr_null (next); /* what was judged for one member is not for another */
  ck_assert (is_code (&error, MLS_ERROR_REMOVED));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    creation,
    creation_refused,
    full_trees,
    add_and_remove,
    update_by_reference,
    update_without_its_key,
    proposal_not_held,
    group_context_extensions,
    psks,
    psks_in_a_welcome,
    exporter,
    own_labels,
    staging_changes_nothing,
    old_epoch_while_staged,
    several_candidates,
    judged_by_the_removed,
  };
  return run_tests ("mls/group", tests, G_N_ELEMENTS (tests));
}
