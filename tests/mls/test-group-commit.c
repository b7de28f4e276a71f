/* test-group-commit.c - commits: each refusal of RFC 9420 sections 12.2 and 12.4.2 by its own code, with the receiver
 * unchanged. What concerns the path is in test-group-path.c.
 */
#include "group-parts.h"
#include "mls/message.h"
#include "mls/public-message.h"

/* Neither made by an honest committer nor accepted from another. */
static void
list_refused (GPtrArray *(*make) (const MlsScene *scene), MlsError code)
{
  g_auto (Parts) parts = take_apart ();
  scene_commits_not (parts.scene, make (parts.scene), code);
  refused_with (&parts, make (parts.scene), code);
}

/* --- proposal lists (12.2) --------------------------------------------------------------------------------------- */

static MlsProposal *
add (const FixtureMember *member)
{
  return mls_proposal_add (fixture_member_package (member));
}

static GPtrArray *
removes_committer (const MlsScene *scene G_GNUC_UNUSED)
{
  return fixture_proposals (mls_proposal_remove (0), NULL);
}

static GPtrArray *
removes_blank (const MlsScene *scene G_GNUC_UNUSED)
{
  return fixture_proposals (mls_proposal_remove (6), NULL);
}

static GPtrArray *
removes_beyond (const MlsScene *scene G_GNUC_UNUSED)
{
  return fixture_proposals (mls_proposal_remove (G_MAXUINT32), NULL);
}

static GPtrArray *
removes_twice (const MlsScene *scene G_GNUC_UNUSED)
{
  return fixture_proposals (mls_proposal_remove (2), mls_proposal_remove (2), NULL);
}

static GPtrArray *
adds_twice (const MlsScene *scene)
{
  return fixture_proposals (add (scene->outsider), add (scene->outsider), NULL);
}

static GPtrArray *
adds_member (const MlsScene *scene)
{
  return fixture_proposals (add (scene->members[3]), NULL);
}

static GPtrArray *
extensions_twice (const MlsScene *scene)
{
  Span now = mls_group_context (scene->groups[0])->extensions;
  return fixture_proposals (mls_proposal_group_context_extensions (now), mls_proposal_group_context_extensions (now),
                            NULL);
}

static GPtrArray *
extension_nobody_knows (const MlsScene *scene G_GNUC_UNUSED)
{
  g_auto (Writer) list = WRITER_INIT;
  mls_extension_write (&list, 0xF0E0, SPAN_EMPTY);
  return fixture_proposals (mls_proposal_group_context_extensions (writer_span (&list)), NULL);
}

static GPtrArray *
requires_too_much (const MlsScene *scene G_GNUC_UNUSED)
{
  static const guint8 required[] = { 2, 0xF0, 0xE0, 0, 0 };
  g_auto (Writer) list = WRITER_INIT;
  mls_extension_write (&list, MLS_EXTENSION_REQUIRED_CAPABILITIES, SPAN_OF (required));
  return fixture_proposals (mls_proposal_group_context_extensions (writer_span (&list)), NULL);
}

static GPtrArray *
external_init (const MlsScene *scene G_GNUC_UNUSED)
{
  return fixture_proposals (mls_proposal_external_init (span_str ("kem output")), NULL);
}

static MlsProposal *
reinit_proposal (void)
{
  g_auto (Writer) w = WRITER_INIT;
  writer_u16 (&w, MLS_PROPOSAL_REINIT);
  writer_vector (&w, span_str ("new group"));
  writer_u16 (&w, MLS_VERSION_10);
  writer_u16 (&w, 1);
  writer_vector (&w, SPAN_EMPTY);
  return mls_proposal_parse (writer_span (&w), NULL);
}

static GPtrArray *
reinit (const MlsScene *scene G_GNUC_UNUSED)
{
  return fixture_proposals (reinit_proposal (), NULL);
}

static GPtrArray *
reinit_and_more (const MlsScene *scene G_GNUC_UNUSED)
{
  return fixture_proposals (reinit_proposal (), mls_proposal_remove (2), NULL);
}

static GPtrArray *
update_by_value (const MlsScene *scene)
{
  g_autoptr (MlsProposal) update = mls_group_make_update (scene->groups[2], scene->rng, NULL, NULL);
  return fixture_proposals (mls_proposal_ref_obj (update), NULL);
}

static GPtrArray *
psk_of (guint usage, guint n)
{
  static const guint8 nonce[NH] = "nonce";
  MlsPskId id = { .type = usage ? MLS_PSK_RESUMPTION : MLS_PSK_EXTERNAL,
                  .usage = (MlsPskUsage) usage,
                  .external_id = span_str ("id"),
                  .nonce = SPAN_OF (nonce) };
  GPtrArray *list = fixture_proposals (NULL, NULL);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (list, mls_proposal_psk (&id));
  return list;
}

static GPtrArray *
psk_unknown (const MlsScene *scene G_GNUC_UNUSED)
{
  return psk_of (0, 1);
}

static GPtrArray *
psk_twice (const MlsScene *scene G_GNUC_UNUSED)
{
  return psk_of (0, 2);
}

static GPtrArray *
psk_reinit (const MlsScene *scene G_GNUC_UNUSED)
{
  return psk_of (MLS_PSK_USAGE_REINIT, 1);
}

static GPtrArray *
psk_branch (const MlsScene *scene G_GNUC_UNUSED)
{
  return psk_of (MLS_PSK_USAGE_BRANCH, 1);
}

static GPtrArray *
adds_other_suite (const MlsScene *scene)
{
  g_autoptr (Suite) suite = suite_new (3);
  g_autoptr (FixtureMember) member = fixture_member_new (suite, scene->rng, "other");
  return fixture_proposals (add (member), NULL);
}

START_TEST (proposal_lists)
{
  list_refused (removes_committer, MLS_ERROR_REMOVE_COMMITTER);
  list_refused (removes_blank, MLS_ERROR_REMOVE_BLANK);
  list_refused (removes_beyond, MLS_ERROR_REMOVE_BLANK);
  list_refused (removes_twice, MLS_ERROR_LEAF_TOUCHED_TWICE);
  list_refused (adds_twice, MLS_ERROR_ADD_TWICE);
  list_refused (adds_member, MLS_ERROR_DUPLICATE_SIGNATURE_KEY);
  list_refused (adds_other_suite, MLS_ERROR_KEY_PACKAGE_SUITE); /* K8 */
  list_refused (extensions_twice, MLS_ERROR_EXTENSIONS_TWICE);
  list_refused (extension_nobody_knows, MLS_ERROR_GROUP_EXTENSION_UNSUPPORTED);
  list_refused (requires_too_much, MLS_ERROR_REQUIRED_CAPABILITIES);
  list_refused (external_init, MLS_ERROR_EXTERNAL_INIT);
  list_refused (reinit, MLS_ERROR_UNSUPPORTED);
  list_refused (reinit_and_more, MLS_ERROR_REINIT_NOT_ALONE);
  list_refused (update_by_value, MLS_ERROR_UPDATE_SENDER);
  list_refused (psk_twice, MLS_ERROR_PSK_DUPLICATE);
  list_refused (psk_reinit, MLS_ERROR_PSK_USAGE);
  list_refused (psk_branch, MLS_ERROR_PSK_USAGE);
  list_refused (psk_unknown, MLS_ERROR_PSK_UNKNOWN);
}
END_TEST

/* --- with and without path (12.4) ---------------------------------------------------------------------------- */

START_TEST (path_missing)
{
  g_auto (Parts) parts = take_apart ();
  Span extensions = mls_group_context (parts.scene->groups[0])->extensions;
  parts.has_path = FALSE;
  parts_refused (&parts, MLS_ERROR_PATH_MISSING);
  refused_with (&parts, fixture_proposals (mls_proposal_remove (2), NULL), MLS_ERROR_PATH_MISSING);
  refused_with (&parts, fixture_proposals (mls_proposal_group_context_extensions (extensions), NULL),
                MLS_ERROR_PATH_MISSING);
}
END_TEST

/* Wishes to omit the path are heard only where that is allowed. */
START_TEST (path_omitted)
{
  GError *error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GPtrArray) list = fixture_proposals (NULL, NULL);
      if (i > 0)
        g_ptr_array_add (list, add (scene->outsider));
      if (i > 1)
        g_ptr_array_add (list, mls_proposal_remove (2));
      MlsCommitOptions options = { .proposals = list, .omit_path = TRUE };
      g_autoptr (MlsOwnCommit) commit = mls_group_commit (scene->groups[0], scene->rng, &options, &error);
      MlsReceived *received = mls_group_receive (scene->groups[1], span_bytes (commit->message), &error);
      g_autoptr (MlsJudged) judged = mls_group_judge (scene->groups[1], received, NULL, &error);
      no_error (error);
      ck_assert ((judged->path == NULL) == (i == 1));
      g_autoptr (MlsGroup) next = mls_group_stage (scene->groups[1], judged, NULL, &error);
      no_error (error);
      ck_assert (same_epoch (next, commit->next));
    }
}
END_TEST

/* An Update of the committer's own, by reference. */
START_TEST (update_by_committer)
{
  GError *error = NULL;
  g_auto (Parts) parts = take_apart ();
  MlsScene *scene = parts.scene;
  g_autoptr (MlsProposal) update = mls_group_make_update (scene->groups[0], scene->rng, NULL, &error);
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func ((GDestroyNotify) mls_received_free);
  MlsReceived *own = NULL;
  g_autoptr (GBytes) proposal = mls_group_propose_and_hold (scene->groups[0], scene->rng, update, SPAN_EMPTY,
                                                            MLS_WIRE_PUBLIC_MESSAGE, &own, &error);
  no_error (error);
  ck_assert_ptr_nonnull (proposal);
  g_ptr_array_add (held, own);
  MlsCommitOptions options = { .references = held };
  ck_assert_ptr_null (mls_group_commit (scene->groups[0], scene->rng, &options, &error));
  ck_assert (is_code (&error, MLS_ERROR_UPDATE_BY_COMMITTER));
  g_auto (Writer) w = WRITER_INIT;
  writer_u8 (&w, 2);
  writer_vector (&w, span (own->ref, NH));
  parts.proposals = writer_span (&w);
  g_autoptr (GBytes) content = put_together (&parts);
  g_autoptr (GBytes) message =
      mls_scene_sign (scene, MLS_WIRE_PUBLIC_MESSAGE, MLS_CONTENT_COMMIT, span_bytes (content), span (own->ref, NH));
  MlsReceived *received = mls_group_receive (scene->groups[1], span_bytes (message), &error);
  ck_assert_ptr_null (mls_group_judge (scene->groups[1], received, held, &error));
  ck_assert (is_code (&error, MLS_ERROR_UPDATE_BY_COMMITTER));
}
END_TEST

/* Everything right but the confirmation tag, which the insider of these tests makes up. */
START_TEST (confirmation_tag)
{
  g_auto (Parts) parts = take_apart ();
  parts_refused (&parts, MLS_ERROR_CONFIRMATION_TAG);
  parts.has_path = FALSE;
  refused_with (&parts, fixture_proposals (add (parts.scene->outsider), NULL), MLS_ERROR_CONFIRMATION_TAG);
}
END_TEST

/* --- framing ----------------------------------------------------------------------------------------------------- */

START_TEST (signature_and_membership_tag)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) message = mls_scene_object (scene, SCENE_COMMIT);
  Span all = span_bytes (message), body;
  ck_assert (mls_message_read_as (all, MLS_WIRE_PUBLIC_MESSAGE, &body, NULL));
  g_autoptr (MlsPublicMessage) commit = mls_public_message_read (body, NULL);
  g_autofree guint8 *changed = g_memdup2 (all.data, all.len);
  changed[all.len - 1] ^= 1;
  scene_refuses (scene, 1, span (changed, all.len), MLS_ERROR_MEMBERSHIP_TAG);
  static const guint8 zeros[64];
  g_autoptr (MlsAuthenticatedContent) unsigned_content = mls_authenticated_content_new (
      MLS_WIRE_PUBLIC_MESSAGE, commit->content->content.encoded, SPAN_OF (zeros), commit->content->confirmation_tag);
  const MlsGroup *alice = scene->groups[0];
  g_autoptr (GBytes) unsigned_message = mls_public_message_write (
      scene->suite, unsigned_content, secret_span (&alice->secrets.membership), span_bytes (alice->context->encoded));
  scene_refuses (scene, 1, span_bytes (unsigned_message), MLS_ERROR_SIGNATURE);
}
END_TEST

START_TEST (not_a_commit)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) proposal = mls_scene_object (scene, SCENE_PROPOSAL);
  scene_refuses (scene, 1, span_bytes (proposal), MLS_ERROR_CONTENT_TYPE);
}
END_TEST

/* A commit that was received in one epoch is not judged in another, nor staged. */
START_TEST (judged_elsewhere)
{
  GError *error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) message = mls_scene_object (scene, SCENE_COMMIT);
  g_autoptr (MlsOwnCommit) other = fixture_commit (scene->groups[2], scene->rng, NULL);
  g_autoptr (MlsGroup) bob = scene_follows (scene, 1, other->message);
  MlsReceived *received = mls_group_receive (scene->groups[1], span_bytes (message), &error);
  ck_assert_ptr_null (mls_group_judge (bob, received, NULL, &error));
  ck_assert (is_code (&error, MLS_ERROR_WRONG_EPOCH));
  received = mls_group_receive (scene->groups[1], span_bytes (message), &error);
  g_autoptr (MlsJudged) judged = mls_group_judge (scene->groups[1], received, NULL, &error);
  no_error (error);
  ck_assert_ptr_null (mls_group_stage (bob, judged, NULL, &error));
  ck_assert (is_code (&error, MLS_ERROR_WRONG_EPOCH));
}
END_TEST

START_TEST (commit_options)
{
  GError *error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_auto (Writer) nick = WRITER_INIT, unknown = WRITER_INIT;
  mls_extension_write (&nick, MLS_EXTENSION_DEMLS_NICK, span_str ("ally"));
  mls_extension_write (&unknown, 0xF0E0, SPAN_EMPTY);
  Span list = writer_span (&nick), bad = writer_span (&unknown), damaged = span (list.data, list.len - 1);
  MlsCommitOptions options = { .authenticated_data = span_str ("mandate"), .leaf_extensions = &list };
  g_autoptr (MlsOwnCommit) commit = mls_group_commit (scene->groups[0], scene->rng, &options, &error);
  MlsReceived *received = mls_group_receive (scene->groups[1], span_bytes (commit->message), &error);
  g_autoptr (MlsJudged) judged = mls_group_judge (scene->groups[1], received, NULL, &error);
  no_error (error);
  ck_assert (span_equal (judged->authenticated_data, span_str ("mandate")));
  ck_assert (span_equal (judged->path->leaf->extensions, list));
  ck_assert (span_equal (mls_tree_leaf (judged->tree, 0)->extensions, list));
  options.leaf_extensions = &bad;
  ck_assert_ptr_null (mls_group_commit (scene->groups[0], scene->rng, &options, &error));
  ck_assert (is_code (&error, MLS_ERROR_LEAF_EXTENSION));
  options.leaf_extensions = &damaged;
  ck_assert_ptr_null (mls_group_commit (scene->groups[0], scene->rng, &options, &error));
  ck_assert (is_code (&error, MLS_ERROR_MALFORMED));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    proposal_lists,      path_missing,     path_omitted,
    update_by_committer, confirmation_tag, signature_and_membership_tag,
    not_a_commit,        judged_elsewhere, commit_options,
  };
  return run_tests ("mls/group-commit", tests, G_N_ELEMENTS (tests));
}
