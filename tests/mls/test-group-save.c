/* test-group-save.c - saved groups: byte-exact, and whatever is done to the bytes, a group that is whole or none. */
#include <string.h>

#include "group-case.h"
#include "mls/tree-hash.h"

/* A secret tree to go with a restored group. */
static MlsSecretTree *
keys_of (MlsGroup *group)
{
  return mls_secret_tree_copy (mls_group_keys (group));
}

static MlsGroup *
restore (const MlsScene *scene, guint who, Span saved, GError **error)
{
  return mls_group_restore (scene->suite, scene->members[who]->key, saved, keys_of (scene->groups[who]),
                            mls_group_config_default (), error);
}

static void
refuses (const MlsScene *scene, Span saved, MlsError code)
{
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (restore (scene, 1, saved, &error));
  ck_assert (is_code (&error, code));
}

static void
check_exact (const MlsScene *scene, guint who)
{
  GError *error = NULL;
  g_autoptr (GBytes) saved = fixture_saved (scene->groups[who]);
  g_autoptr (MlsGroup) restored = restore (scene, who, span_bytes (saved), &error);
  no_error (error);
  g_autoptr (GBytes) again = fixture_saved (restored);
  ck_assert (g_bytes_equal (saved, again));
  ck_assert (same_epoch (restored, scene->groups[who]));
  ck_assert_uint_eq (mls_group_own_leaf (restored), who);
}

START_TEST (byte_exact)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_autoptr (MlsScene) scene = mls_scene_new (id, 1);
      for (guint i = 0; i < SCENE_MEMBERS; i++)
        check_exact (scene, i);
    }
}
END_TEST

START_TEST (founder_alone)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (Rng) rng = rng_new_seeded (1);
  g_autoptr (FixtureMember) founder = fixture_member_new (suite, rng, "founder");
  g_autoptr (MlsGroup) group = fixture_create (suite, rng, founder);
  g_autoptr (GBytes) saved = fixture_saved (group);
  g_autoptr (MlsGroup) restored =
      mls_group_restore (suite, founder->key, span_bytes (saved), keys_of (group), mls_group_config_default (), NULL);
  g_autoptr (GBytes) again = fixture_saved (restored);
  ck_assert (g_bytes_equal (saved, again));
}
END_TEST

/* The restored group goes on as the other would have: it follows, commits, sends and lets others in. */
START_TEST (goes_on)
{
  GError *error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  for (guint i = 0; i < SCENE_MEMBERS; i++)
    {
      g_autoptr (GBytes) saved = fixture_saved (scene->groups[i]);
      MlsGroup *restored = restore (scene, i, span_bytes (saved), &error);
      no_error (error);
      mls_group_free (scene->groups[i]);
      scene->groups[i] = restored;
    }
  g_autoptr (GPtrArray) list = fixture_proposals (mls_proposal_add (fixture_member_package (scene->outsider)), NULL);
  g_autoptr (MlsOwnCommit) commit = fixture_commit (scene->groups[2], scene->rng, list);
  g_autoptr (MlsGroup) joined = fixture_join (scene->suite, scene->outsider, commit->welcome, &error);
  no_error (error);
  ck_assert (same_epoch (joined, commit->next));
  for (guint i = 0; i < SCENE_MEMBERS; i++)
    if (i != 2)
      {
        g_autoptr (MlsGroup) next = scene_follows (scene, i, commit->message);
        ck_assert (same_epoch (next, commit->next));
      }
  g_autoptr (GBytes) message = mls_scene_object (scene, SCENE_APPLICATION);
  g_autoptr (MlsReceived) received = mls_group_receive (scene->groups[3], span_bytes (message), &error);
  no_error (error);
  ck_assert_ptr_nonnull (received);
}
END_TEST

/* The private keys of own Updates are saved, so a restart between proposing and committing loses nothing. */
START_TEST (own_updates)
{
  GError *error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (MlsProposal) update = mls_group_make_update (scene->groups[0], scene->rng, NULL, &error);
      no_error (error);
      ck_assert_ptr_nonnull (update);
    }
  check_exact (scene, 0);
}
END_TEST

START_TEST (from_the_future)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) saved = fixture_saved (scene->groups[1]);
  Span all = span_bytes (saved);
  g_autofree guint8 *changed = g_memdup2 (all.data, all.len);
  changed[1] = 2;
  refuses (scene, span (changed, all.len), MLS_ERROR_SAVED_VERSION);
  changed[0] = changed[1] = 0xFF;
  refuses (scene, span (changed, all.len), MLS_ERROR_SAVED_VERSION);
  refuses (scene, span (changed, 2), MLS_ERROR_SAVED_VERSION);
  changed[0] = changed[1] = 0;
  refuses (scene, span (changed, all.len), MLS_ERROR_SAVED_DAMAGED);
}
END_TEST

/* Saved by another member, with another key, under another suite. */
START_TEST (somebody_elses)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) other = fixture_saved (scene->groups[2]);
  refuses (scene, span_bytes (other), MLS_ERROR_SAVED_DAMAGED);
  g_autoptr (Suite) suite = suite_new (3);
  g_autoptr (GBytes) saved = fixture_saved (scene->groups[1]);
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (mls_group_restore (suite, scene->members[1]->key, span_bytes (saved), keys_of (scene->groups[1]),
                                         mls_group_config_default (), &error));
  ck_assert (is_code (&error, MLS_ERROR_SAVED_DAMAGED));
}
END_TEST

START_TEST (every_truncation)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) saved = fixture_saved (scene->groups[1]);
  Span all = span_bytes (saved);
  for (gsize len = 0; len < all.len; len++)
    {
      g_autoptr (GBytes) cut = resized (all, len);
      refuses (scene, span_bytes (cut), MLS_ERROR_SAVED_DAMAGED);
    }
  g_autoptr (GBytes) longer = resized (all, all.len + 1);
  refuses (scene, span_bytes (longer), MLS_ERROR_SAVED_DAMAGED);
}
END_TEST

/* A group that loads with a byte changed is whole: everything can be asked of it, and it is saved as it was loaded. */
static void
exercise (MlsScene *scene, MlsGroup *group, Span loaded)
{
  g_autoptr (GBytes) again = fixture_saved (group);
  ck_assert (span_equal (span_bytes (again), loaded));
  ck_assert (span_equal (mls_tree_hash (mls_group_tree (group)), mls_group_context (group)->tree_hash));
  g_autoptr (GBytes) message = mls_group_seal (group, scene->rng, span_str ("text"), SPAN_EMPTY, 0, NULL);
  ck_assert_ptr_nonnull (message);
  MlsCommitOptions options = { .proposals = NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsOwnCommit) commit = mls_group_commit (group, scene->rng, &options, &error);
  ck_assert (commit || error);
}

START_TEST (every_byte)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) saved = fixture_saved (scene->groups[1]);
  Span all = span_bytes (saved);
  g_autofree guint8 *changed = g_memdup2 (all.data, all.len);
  static const guint8 masks[] = { 0x01, 0x80, 0xFF };
  guint loaded = 0, refused = 0;
  for (gsize i = 0; i < all.len; i += run_rounds (20) == 20 ? 1 : 13)
    for (guint k = 0; k < G_N_ELEMENTS (masks); k++)
      {
        g_autoptr (GError) error = NULL;
        changed[i] ^= masks[k];
        g_autoptr (MlsGroup) group = restore (scene, 1, span (changed, all.len), &error);
        if (group)
          exercise (scene, group, span (changed, all.len));
        else
          ck_assert (error->code == MLS_ERROR_SAVED_DAMAGED || (i < 2 && error->code == MLS_ERROR_SAVED_VERSION));
        *(group ? &loaded : &refused) += 1;
        changed[i] ^= masks[k];
      }
  g_print ("%u changes refused, %u loaded\n", refused, loaded);
}
END_TEST

/* A retired epoch reads what was sent in it, before and after a restart, and is good for nothing else. */
START_TEST (retired)
{
  GError *error = NULL;
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  MlsGroup *group = scene->groups[1];
  MlsCommitOptions options = { .psks = NULL };
  g_autoptr (GBytes) first = mls_group_seal (scene->groups[0], scene->rng, span_str ("one"), SPAN_EMPTY, 0, NULL);
  g_autoptr (GBytes) second = mls_group_seal (scene->groups[0], scene->rng, span_str ("two"), SPAN_EMPTY, 0, NULL);
  g_autoptr (MlsOwnCommit) commit = mls_group_commit (scene->groups[0], scene->rng, &options, NULL);
  MlsReceived *public = mls_group_receive (group, span_bytes (commit->message), NULL);
  ck_assert_ptr_nonnull (public);
  mls_group_retire (group);
  ck_assert_ptr_null (mls_group_judge (group, public, NULL, &error));
  ck_assert (is_code (&error, MLS_ERROR_WRONG_EPOCH));
  g_clear_error (&error);
  ck_assert_ptr_null (mls_group_seal (group, scene->rng, span_str ("x"), SPAN_EMPTY, 0, &error));
  ck_assert (is_code (&error, MLS_ERROR_WRONG_EPOCH));
  g_clear_error (&error);
  ck_assert_ptr_null (mls_group_commit (group, scene->rng, &options, &error));
  ck_assert (is_code (&error, MLS_ERROR_WRONG_EPOCH));
  g_clear_error (&error);
  g_autoptr (MlsReceived) one = mls_group_receive (group, span_bytes (first), NULL);
  ck_assert (span_equal (one->content->content.content, span_str ("one")));

  check_exact (scene, 1);
  g_autoptr (GBytes) saved = fixture_saved (group);
  g_autoptr (MlsGroup) restored = restore (scene, 1, span_bytes (saved), NULL);
  ck_assert (mls_group_is_retired (restored));
  g_autoptr (MlsReceived) two = mls_group_receive (restored, span_bytes (second), NULL);
  ck_assert (span_equal (two->content->content.content, span_str ("two")));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { byte_exact,     founder_alone,    goes_on,    own_updates, from_the_future,
                                 somebody_elses, every_truncation, every_byte, retired };
  return run_tests ("mls/group-save", tests, G_N_ELEMENTS (tests));
}
