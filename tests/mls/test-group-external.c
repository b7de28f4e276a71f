/* test-group-external.c - from outside: external commits (RFC 9420 section 12.4.3.2), refused unless the group wants
 * them (K10), and proposals of external senders and new members (12.1.8).
 */
#include <string.h>

#include "group-case.h"
#include "mls/group-private.h"
#include "mls/public-message.h"

static void
open_up (MlsScene *scene)
{
  for (guint i = 0; i < SCENE_MEMBERS; i++)
    scene->groups[i]->config.accept_external_commits = TRUE;
}

static MlsKeyPackageFields
fields_of (const FixtureMember *member)
{
  const MlsLeafNode *leaf = fixture_member_package (member)->leaf;
  return (MlsKeyPackageFields){ leaf->credential, leaf->capabilities_encoded, leaf->extensions, 0, 0 };
}

static GBytes *
info_of (MlsScene *scene, gboolean with_external_pub)
{
  return mls_group_info (scene->groups[1], with_external_pub, NULL);
}

/* `member` joins from outside, taking the place of leaf `removed`. */
static MlsOwnCommit *
come_in (MlsScene *scene, const FixtureMember *member, guint32 removed)
{
  GError *error = NULL;
  MlsKeyPackageFields fields = fields_of (member);
  g_autoptr (GBytes) info = info_of (scene, TRUE);
  MlsOwnCommit *commit = mls_group_join_external (scene->suite, scene->rng, member->key, &fields, span_bytes (info),
                                                  SPAN_EMPTY, removed, mls_group_config_default (), &error);
  no_error (error);
  return commit;
}

static void
cannot_come_in (MlsScene *scene, GBytes *info, Span tree, MlsError code)
{
  g_autoptr (GError) error = NULL;
  MlsKeyPackageFields fields = fields_of (scene->outsider);
  ck_assert_ptr_null (mls_group_join_external (scene->suite, scene->rng, scene->outsider->key, &fields,
                                               span_bytes (info), tree, G_MAXUINT32, mls_group_config_default (),
                                               &error));
  ck_assert (is_code (&error, code));
}

START_TEST (refused_by_default)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (MlsOwnCommit) commit = come_in (scene, scene->outsider, G_MAXUINT32);
  for (guint i = 0; i < SCENE_MEMBERS; i++)
    scene_refuses (scene, i, span_bytes (commit->message), MLS_ERROR_EXTERNAL_REFUSED);
}
END_TEST

/* The newcomer, and after it everybody, goes on. */
static void
all_follow (MlsScene *scene, MlsOwnCommit *commit, guint but)
{
  GError *error = NULL;
  for (guint i = 0; i < SCENE_MEMBERS; i++)
    {
      if (i == but)
        continue;
      g_autoptr (MlsGroup) next = scene_follows (scene, i, commit->message);
      ck_assert (same_epoch (next, commit->next));
      g_autoptr (MlsOwnCommit) answer = fixture_commit (next, scene->rng, NULL);
      g_autoptr (MlsGroup) last = fixture_follow (commit->next, answer->message, &error);
      no_error (error);
      ck_assert (same_epoch (last, answer->next));
    }
}

START_TEST (accepted)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (MlsScene) scene = mls_scene_new (id, 1);
      open_up (scene);
      g_autoptr (MlsOwnCommit) commit = come_in (scene, scene->outsider, G_MAXUINT32);
      ck_assert_ptr_null (commit->welcome);
      ck_assert_uint_eq (mls_group_own_leaf (commit->next), SCENE_MEMBERS);
      all_follow (scene, commit, G_MAXUINT);
    }
}
END_TEST

/* dave comes back under his name and key, at the place that he left. */
START_TEST (own_leaf_replaced)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  open_up (scene);
  g_autoptr (MlsOwnCommit) commit = come_in (scene, scene->members[3], 3);
  ck_assert_uint_eq (mls_group_own_leaf (commit->next), 3);
  all_follow (scene, commit, 3);
  scene_refuses (scene, 3, span_bytes (commit->message), MLS_ERROR_REMOVED);
}
END_TEST

START_TEST (somebody_else_replaced)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  open_up (scene);
  g_autoptr (MlsOwnCommit) stranger = come_in (scene, scene->outsider, 3);
  scene_refuses (scene, 1, span_bytes (stranger->message), MLS_ERROR_EXTERNAL_REMOVE);
  /* somebody with the right name is not yet dave */
  g_autoptr (FixtureMember) namesake = fixture_member_new (scene->suite, scene->rng, "dave");
  g_autoptr (MlsOwnCommit) same_name = come_in (scene, namesake, 3);
  scene_refuses (scene, 1, span_bytes (same_name->message), MLS_ERROR_EXTERNAL_REMOVE);
}
END_TEST

/* A member cannot come in twice. */
START_TEST (already_in)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  open_up (scene);
  g_autoptr (MlsOwnCommit) commit = come_in (scene, scene->members[3], G_MAXUINT32);
  scene_refuses (scene, 1, span_bytes (commit->message), MLS_ERROR_DUPLICATE_SIGNATURE_KEY);
}
END_TEST

/* --- what the newcomer refuses ----------------------------------------------------------------------------------- */

START_TEST (group_info_refused)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) closed = info_of (scene, FALSE), open = info_of (scene, TRUE);
  cannot_come_in (scene, closed, SPAN_EMPTY, MLS_ERROR_EXTERNAL_REFUSED);
  cannot_come_in (scene, scene->welcome, SPAN_EMPTY, MLS_ERROR_WIRE_FORMAT);
  Span all = span_bytes (open);
  g_autofree guint8 *changed = g_memdup2 (all.data, all.len);
  changed[all.len - 1] ^= 1;
  g_autoptr (GBytes) forged = span_dup (span (changed, all.len));
  cannot_come_in (scene, forged, SPAN_EMPTY, MLS_ERROR_GROUP_INFO_SIGNATURE);
  g_autoptr (MlsTree) tree = mls_tree_copy (mls_group_tree (scene->groups[0]));
  mls_tree_remove (tree, 2);
  g_autoptr (GBytes) other = mls_tree_encode (tree);
  cannot_come_in (scene, open, span_bytes (other), MLS_ERROR_TREE_HASH);
}
END_TEST

/* --- forged external commits ------------------------------------------------------------------------------------- */

/* The path of a real external commit under other proposals, signed by the newcomer. */
static GBytes *
forge (MlsScene *scene, Span proposals, gboolean with_path, const SignKey *key)
{
  g_autoptr (MlsOwnCommit) commit = come_in (scene, scene->outsider, G_MAXUINT32);
  g_autoptr (GBytes) content = mls_scene_content (span_bytes (commit->message));
  Reader reader = reader_init (span_bytes (content));
  reader_vector (&reader);
  Span path = reader_rest (&reader);
  static const guint8 no_path[] = { 0 };
  g_auto (Writer) body = WRITER_INIT, framed = WRITER_INIT;
  writer_vector (&body, proposals);
  writer_raw (&body, with_path ? path : SPAN_OF (no_path));
  const MlsGroupContext *context = mls_group_context (scene->groups[0]);
  MlsSender sender = { MLS_SENDER_NEW_MEMBER_COMMIT, 0 };
  mls_framed_content_write (&framed, context->group_id, context->epoch, sender, SPAN_EMPTY, MLS_CONTENT_COMMIT,
                            writer_span (&body));
  guint8 signature[SIGNATURE_MAX];
  gsize len = mls_framed_content_sign (scene->suite, key, MLS_WIRE_PUBLIC_MESSAGE, writer_span (&framed), &sender,
                                       span_bytes (context->encoded), signature);
  g_autoptr (MlsAuthenticatedContent) signed_content = mls_authenticated_content_new (
      MLS_WIRE_PUBLIC_MESSAGE, writer_span (&framed), span (signature, len), span_str ("tag"));
  return mls_public_message_write (scene->suite, signed_content, SPAN_EMPTY, SPAN_EMPTY);
}

static void
forgery_refused (GPtrArray *proposals, MlsError code)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  open_up (scene);
  g_auto (Writer) list = WRITER_INIT;
  for (guint i = 0; i < proposals->len; i++)
    {
      writer_u8 (&list, 1);
      writer_raw (&list, span_bytes (((MlsProposal *) proposals->pdata[i])->encoded));
    }
  g_autoptr (GBytes) message = forge (scene, writer_span (&list), TRUE, scene->outsider->key);
  scene_refuses (scene, 1, span_bytes (message), code);
  g_ptr_array_unref (proposals);
}

static MlsProposal *
init (void)
{
  static const guint8 any[32] = { 9 };
  return mls_proposal_external_init (SPAN_OF (any));
}

START_TEST (proposals_of_a_newcomer)
{
  forgery_refused (fixture_proposals (NULL, NULL), MLS_ERROR_EXTERNAL_INIT_COUNT);
  forgery_refused (fixture_proposals (init (), init (), NULL), MLS_ERROR_EXTERNAL_INIT_COUNT);
  forgery_refused (fixture_proposals (init (), mls_proposal_remove (1), mls_proposal_remove (2), NULL),
                   MLS_ERROR_EXTERNAL_REMOVE);
  forgery_refused (fixture_proposals (init (), mls_proposal_group_context_extensions (SPAN_EMPTY), NULL),
                   MLS_ERROR_EXTERNAL_PROPOSAL);
  forgery_refused (fixture_proposals (init (), mls_proposal_remove (6), NULL), MLS_ERROR_REMOVE_BLANK);
  forgery_refused (fixture_proposals (init (), NULL), MLS_ERROR_CONFIRMATION_TAG);
}
END_TEST

START_TEST (references_of_a_newcomer)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  static const guint8 any[32];
  g_auto (Writer) list = WRITER_INIT;
  open_up (scene);
  writer_u8 (&list, 2);
  writer_vector (&list, SPAN_OF (any));
  g_autoptr (GBytes) message = forge (scene, writer_span (&list), TRUE, scene->outsider->key);
  scene_refuses (scene, 1, span_bytes (message), MLS_ERROR_EXTERNAL_PROPOSAL);
}
END_TEST

START_TEST (newcomer_without_path_or_key)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  open_up (scene);
  g_autoptr (GBytes) no_path = forge (scene, SPAN_EMPTY, FALSE, scene->outsider->key);
  scene_refuses (scene, 1, span_bytes (no_path), MLS_ERROR_PATH_MISSING);
  g_autoptr (GBytes) other_key = forge (scene, SPAN_EMPTY, TRUE, scene->members[2]->key);
  scene_refuses (scene, 1, span_bytes (other_key), MLS_ERROR_SIGNATURE);
}
END_TEST

/* --- proposals from outside (12.1.8) ----------------------------------------------------------------------------- */

/* A proposal of somebody who is no member, as PublicMessage. */
static GBytes *
propose_as (MlsScene *scene, MlsSender sender, const SignKey *key, MlsProposal *proposal)
{
  const MlsGroupContext *context = mls_group_context (scene->groups[0]);
  g_auto (Writer) framed = WRITER_INIT;
  guint8 signature[SIGNATURE_MAX];
  mls_framed_content_write (&framed, context->group_id, context->epoch, sender, SPAN_EMPTY, MLS_CONTENT_PROPOSAL,
                            span_bytes (proposal->encoded));
  gsize len = mls_framed_content_sign (scene->suite, key, MLS_WIRE_PUBLIC_MESSAGE, writer_span (&framed), &sender,
                                       span_bytes (context->encoded), signature);
  g_autoptr (MlsAuthenticatedContent) content =
      mls_authenticated_content_new (MLS_WIRE_PUBLIC_MESSAGE, writer_span (&framed), span (signature, len), SPAN_EMPTY);
  mls_proposal_unref (proposal);
  return mls_public_message_write (scene->suite, content, SPAN_EMPTY, SPAN_EMPTY);
}

static void
receives (MlsScene *scene, GBytes *message, MlsError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsReceived) received = mls_group_receive (scene->groups[1], span_bytes (message), &error);
  if (code)
    ck_assert (!received && is_code (&error, code));
  else
    no_error (error);
}

/* bob commits what was proposed from outside. */
static void
is_committed (MlsScene *scene, GBytes *message)
{
  GError *error = NULL;
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func ((GDestroyNotify) mls_received_free);
  g_ptr_array_add (held, mls_group_receive (scene->groups[1], span_bytes (message), &error));
  no_error (error);
  MlsCommitOptions options = { .references = held };
  g_autoptr (MlsOwnCommit) commit = mls_group_commit (scene->groups[1], scene->rng, &options, &error);
  no_error (error);
  MlsReceived *received = mls_group_receive (scene->groups[0], span_bytes (commit->message), &error);
  g_autoptr (MlsJudged) judged = mls_group_judge (scene->groups[0], received, held, &error);
  no_error (error);
  g_autoptr (MlsGroup) next = mls_group_stage (scene->groups[0], judged, NULL, &error);
  ck_assert (same_epoch (next, commit->next));
}

START_TEST (new_member_proposals)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  MlsSender sender = { MLS_SENDER_NEW_MEMBER_PROPOSAL, 0 };
  const MlsKeyPackage *package = fixture_member_package (scene->outsider);
  g_autoptr (GBytes) fine = propose_as (scene, sender, scene->outsider->key, mls_proposal_add (package));
  is_committed (scene, fine);
  g_autoptr (GBytes) forged = propose_as (scene, sender, scene->members[0]->key, mls_proposal_add (package));
  receives (scene, forged, MLS_ERROR_SIGNATURE);
  g_autoptr (GBytes) removing = propose_as (scene, sender, scene->outsider->key, mls_proposal_remove (1));
  receives (scene, removing, MLS_ERROR_PROPOSAL_SENDER);
}
END_TEST

/* The scene's group gets external senders: two strangers and the outsider. */
static void
invite_senders (MlsScene *scene)
{
  g_auto (Writer) senders = WRITER_INIT, list = WRITER_INIT;
  gsize block = writer_open (&senders);
  for (guint i = 0; i < 3; i++)
    {
      const MlsLeafNode *leaf = fixture_member_package (i == 2 ? scene->outsider : scene->members[i])->leaf;
      writer_vector (&senders, leaf->signature_key);
      writer_raw (&senders, leaf->credential);
    }
  writer_close (&senders, block);
  mls_extension_write (&list, MLS_EXTENSION_EXTERNAL_SENDERS, writer_span (&senders));
  g_autoptr (GPtrArray) proposals =
      fixture_proposals (mls_proposal_group_context_extensions (writer_span (&list)), NULL);
  g_autoptr (MlsOwnCommit) commit = fixture_commit (scene->groups[0], scene->rng, proposals);
  for (guint i = 0; i < SCENE_MEMBERS; i++)
    {
      MlsGroup *next = i ? scene_follows (scene, i, commit->message) : g_steal_pointer (&commit->next);
      mls_group_free (scene->groups[i]);
      scene->groups[i] = next;
    }
}

START_TEST (external_senders)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  MlsSender sender = { MLS_SENDER_EXTERNAL, 2 };
  const SignKey *key = scene->outsider->key;
  g_autoptr (GBytes) early = propose_as (scene, sender, key, mls_proposal_remove (3));
  receives (scene, early, MLS_ERROR_SENDER_UNKNOWN);
  invite_senders (scene);
  g_autoptr (GBytes) fine = propose_as (scene, sender, key, mls_proposal_remove (3));
  is_committed (scene, fine);
  g_autoptr (GBytes) forged = propose_as (scene, sender, scene->members[0]->key, mls_proposal_remove (3));
  receives (scene, forged, MLS_ERROR_SIGNATURE);
  sender.index = 3;
  g_autoptr (GBytes) beyond = propose_as (scene, sender, key, mls_proposal_remove (3));
  receives (scene, beyond, MLS_ERROR_SENDER_UNKNOWN);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    refused_by_default,
    accepted,
    own_leaf_replaced,
    somebody_else_replaced,
    already_in,
    group_info_refused,
    proposals_of_a_newcomer,
    references_of_a_newcomer,
    newcomer_without_path_or_key,
    new_member_proposals,
    external_senders,
  };
  return run_tests ("mls/group-external", tests, G_N_ELEMENTS (tests));
}
