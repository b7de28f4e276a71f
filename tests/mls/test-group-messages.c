/* test-group-messages.c - what a group does with messages: reads them once, refuses what is wrong with them without a
 * trace, and knows its own.
 */
#include <string.h>

#include "group-case.h"
#include "mls/group-private.h"

/* --- messages ---------------------------------------------------------------------------------------------------- */

START_TEST (scratch_copy)
{
  GError *error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  MlsGroup *bob = scene->groups[1];
  g_autoptr (GBytes) message = say (scene, 0, "hello");
  g_autoptr (GBytes) before = mls_scene_save (bob);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (MlsSecretTree) scratch = mls_secret_tree_copy (mls_group_keys (bob));
      g_autoptr (MlsReceived) received = mls_group_receive_with (bob, scratch, span_bytes (message), &error);
      no_error (error);
      ck_assert_ptr_nonnull (received);
      g_autoptr (GBytes) after = mls_scene_save (bob);
      ck_assert (g_bytes_equal (before, after));
      ck_assert_ptr_null (mls_group_receive_with (bob, scratch, span_bytes (message), &error));
      ck_assert (is_code (&error, MLS_ERROR_GENERATION_USED));
    }
  hears (bob, message, "hello", 0);
  refuses_message (bob, span_bytes (message), MLS_ERROR_GENERATION_USED);
}
END_TEST

/* A forged message costs no key: the right one is still read after it. */
START_TEST (forged_message)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) message = say (scene, 0, "hello");
  Span all = span_bytes (message);
  g_autofree guint8 *forged = g_memdup2 (all.data, all.len);
  forged[all.len - 1] ^= 1;
  refuses_message (scene->groups[1], span (forged, all.len), MLS_ERROR_DECRYPT);
  hears (scene->groups[1], message, "hello", 0);
}
END_TEST

/* An insider signs as somebody else: it decrypts, but the signature does not fit, and the key stays. */
START_TEST (forged_signature)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  SignKey *own = scene->groups[0]->key;
  g_autoptr (MlsSecretTree) keys = mls_secret_tree_copy (mls_group_keys (scene->groups[0]));
  scene->groups[0]->key = scene->members[2]->key;
  g_autoptr (GBytes) forged = say (scene, 0, "hello");
  scene->groups[0]->key = own;
  MlsSecretTree *used = scene->groups[0]->messages;
  scene->groups[0]->messages = keys;
  g_autoptr (GBytes) message = say (scene, 0, "hello");
  scene->groups[0]->messages = used;
  refuses_message (scene->groups[1], span_bytes (forged), MLS_ERROR_SIGNATURE);
  hears (scene->groups[1], message, "hello", 0);
}
END_TEST

START_TEST (wrong_group_and_epoch)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  static const MlsSceneObject kinds[] = { SCENE_APPLICATION, SCENE_COMMIT, SCENE_PRIVATE_PROPOSAL };
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GBytes) message = mls_scene_object (scene, kinds[i]);
      Span all = span_bytes (message);
      g_autofree guint8 *changed = g_memdup2 (all.data, all.len);
      changed[5] ^= 1; /* the group id's first byte */
      refuses_message (scene->groups[1], span (changed, all.len), MLS_ERROR_WRONG_GROUP);
      changed[5] ^= 1;
      changed[4 + 1 + 5 + 7] ^= 1; /* the epoch's last */
      refuses_message (scene->groups[1], span (changed, all.len), MLS_ERROR_WRONG_EPOCH);
    }
}
END_TEST

START_TEST (not_for_a_group)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  static const MlsSceneObject kinds[] = { SCENE_WELCOME, SCENE_GROUP_INFO_MESSAGE, SCENE_KEY_PACKAGE_MESSAGE };
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GBytes) message = mls_scene_object (scene, kinds[i]);
      refuses_message (scene->groups[1], span_bytes (message), MLS_ERROR_WIRE_FORMAT);
    }
  refuses_message (scene->groups[1], SPAN_EMPTY, MLS_ERROR_MALFORMED);
}
END_TEST

START_TEST (own_messages)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) application = say (scene, 0, "hello");
  g_autoptr (GBytes) proposal = mls_scene_object (scene, SCENE_PRIVATE_PROPOSAL);
  g_autoptr (GBytes) commit = mls_scene_object (scene, SCENE_PRIVATE_COMMIT);
  refuses_message (scene->groups[0], span_bytes (application), MLS_ERROR_OWN_MESSAGE);
  refuses_message (scene->groups[0], span_bytes (proposal), MLS_ERROR_OWN_MESSAGE);
  refuses_message (scene->groups[0], span_bytes (commit), MLS_ERROR_OWN_MESSAGE);
  g_autoptr (GBytes) public = mls_scene_object (scene, SCENE_COMMIT);
  scene_refuses (scene, 0, span_bytes (public), MLS_ERROR_COMMIT_BY_SELF);
  ck_assert (!mls_group_is_cloned (scene->groups[0], span_bytes (application)));
  ck_assert (!mls_group_is_cloned (scene->groups[0], span_bytes (public)));
  ck_assert (!mls_group_is_cloned (scene->groups[1], span_bytes (application)));
}
END_TEST

START_TEST (clones)
{
  GError *error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) state = mls_scene_save (scene->groups[0]);
  g_autoptr (MlsGroup) clone = mls_scene_restore (scene->suite, scene->members[0]->key, span_bytes (state), &error);
  g_autoptr (GBytes) message = mls_group_seal (clone, scene->rng, span_str ("boo"), SPAN_EMPTY, 0, &error);
  no_error (error);
  refuses_message (scene->groups[0], span_bytes (message), MLS_ERROR_OWN_MESSAGE);
  ck_assert (mls_group_is_cloned (scene->groups[0], span_bytes (message)));
  Span all = span_bytes (message);
  g_autofree guint8 *forged = g_memdup2 (all.data, all.len);
  forged[all.len - 1] ^= 1;
  ck_assert (!mls_group_is_cloned (scene->groups[0], span (forged, all.len)));
}
END_TEST

START_TEST (proposals_received)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) public = mls_scene_object (scene, SCENE_PROPOSAL);
  g_autoptr (GBytes) private = mls_scene_object (scene, SCENE_PRIVATE_PROPOSAL);
  g_autoptr (MlsReceived) a = receive (scene->groups[1], public);
  g_autoptr (MlsReceived) b = receive (scene->groups[1], private);
  ck_assert (memcmp (a->ref, b->ref, HASH_MAX) != 0);
  ck_assert (span_equal (a->content->content.content, b->content->content.content));
  /* a proposal that can never be committed is refused, and costs no key */
  g_autoptr (MlsProposal) blank = mls_proposal_remove (6);
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (
      mls_group_propose (scene->groups[0], scene->rng, blank, SPAN_EMPTY, MLS_WIRE_PRIVATE_MESSAGE, &error));
  ck_assert (is_code (&error, MLS_ERROR_REMOVE_BLANK));
  g_autoptr (GBytes) forced =
      mls_scene_sign (scene, MLS_WIRE_PRIVATE_MESSAGE, MLS_CONTENT_PROPOSAL, span_bytes (blank->encoded), SPAN_EMPTY);
  refuses_message (scene->groups[2], span_bytes (forced), MLS_ERROR_REMOVE_BLANK);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { scratch_copy,    forged_message, forged_signature, wrong_group_and_epoch,
                                 not_for_a_group, own_messages,   clones,           proposals_received };
  return run_tests ("mls/group-messages", tests, G_N_ELEMENTS (tests));
}
