/* test-group-join.c - joining by Welcome: each refusal of RFC 9420 section 12.4.3.1 by its own code.
 *
 * A whole invitation is forged by somebody who knows everything: one that is accepted, and then each of its parts
 * wrong in turn.
 */
#include <string.h>

#include "group-case.h"
#include "mls/group-private.h"
#include "mls/message.h"

#define LAST (SCENE_MEMBERS - 1)
#define ANY 0x7F

/* An invitation in parts; what is empty is filled in as it should be. */
typedef struct {
  MlsScene *scene;
  MlsTree *tree; /* whose hash goes into the GroupContext */
  Span tree_hash;
  Span group_extensions;
  Span tree_bytes; /* the ratchet_tree extension */
  gboolean omit_tree;
  guint32 signer;
  guint signing_member; /* whose key signs */
  Span tag;
  Span path_secret;
  const MlsPskId *psks;
  guint n_psks;
  Span psk_secret;
} Invitation;

static Invitation
invitation (MlsScene *scene)
{
  return (Invitation){
    .scene = scene,
    .tree = mls_tree_copy (mls_group_tree (scene->groups[0])),
    .group_extensions = mls_group_context (scene->groups[0])->extensions,
  };
}

static void
invitation_clear (Invitation *self)
{
  mls_tree_free (self->tree);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Invitation, invitation_clear)

static Secret
joiner_secret (const Invitation *self)
{
  static const guint8 bytes[HASH_MAX] = "any joiner secret";
  return secret_from (span (bytes, suite_hash_size (self->scene->suite)));
}

static MlsGroupContext *
context_of (const Invitation *self)
{
  Span hash = self->tree_hash.len ? self->tree_hash : mls_tree_hash (self->tree);
  const MlsGroupContext *real = mls_group_context (self->scene->groups[0]);
  return mls_group_context_new (real->suite, real->group_id, real->epoch, hash, real->confirmed_transcript_hash,
                                self->group_extensions);
}

/* A bare GroupInfo. */
static GBytes *
info_of (const Invitation *self)
{
  Suite *suite = self->scene->suite;
  g_autoptr (MlsGroupContext) context = context_of (self);
  g_autoptr (GBytes) tree = mls_tree_encode (self->tree);
  g_auto (Writer) extensions = WRITER_INIT;
  if (!self->omit_tree)
    mls_extension_write (&extensions, MLS_EXTENSION_RATCHET_TREE,
                         self->tree_bytes.len ? self->tree_bytes : span_bytes (tree));
  g_auto (MlsEpochSecrets) secrets = { .init = SECRET_EMPTY };
  guint8 tag[HASH_MAX];
  Secret joiner = joiner_secret (self);
  mls_epoch_secrets_derive (suite, secret_span (&joiner), self->psk_secret, span_bytes (context->encoded), &secrets);
  mls_confirmation_tag (suite, &secrets, context->confirmed_transcript_hash, tag);
  return mls_group_info_sign (suite, self->scene->members[self->signing_member]->key, context,
                              writer_span (&extensions),
                              self->tag.len ? self->tag : span (tag, suite_hash_size (suite)), self->signer, NULL);
}

static GBytes *
welcome_with (const Invitation *self, Span info)
{
  Secret joiner = joiner_secret (self);
  MlsWelcomeTarget target = { fixture_member_package (self->scene->members[LAST]), self->path_secret };
  return mls_welcome_make (self->scene->suite, self->scene->rng, secret_span (&joiner), self->psk_secret, self->psks,
                           self->n_psks, info, &target, 1, NULL);
}

static GBytes *
welcome_of (const Invitation *self)
{
  g_autoptr (GBytes) info = info_of (self);
  return welcome_with (self, span_bytes (info));
}

static void
refuses_welcome (const MlsScene *scene, GBytes *welcome, Span tree, MlsError code)
{
  g_autoptr (GError) error = NULL;
  const FixtureMember *joiner = scene->members[LAST];
  g_autoptr (MlsGroup) group = mls_group_join (scene->suite, joiner->key, joiner->secrets, span_bytes (welcome), tree,
                                               NULL, mls_group_config_default (), &error);
  ck_assert_ptr_null (group);
  ck_assert (is_code (&error, code));
}

static void
refuses (const Invitation *self, MlsError code)
{
  g_autoptr (GBytes) welcome = welcome_of (self);
  refuses_welcome (self->scene, welcome, SPAN_EMPTY, code);
}

START_TEST (forgery_is_accepted)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      GError *error = NULL;
      g_autoptr (MlsScene) scene = mls_scene_new (id, 1);
      g_auto (Invitation) forged = invitation (scene);
      g_autoptr (GBytes) welcome = welcome_of (&forged);
      g_autoptr (MlsGroup) group = fixture_join (scene->suite, scene->members[LAST], welcome, &error);
      no_error (error);
      ck_assert_uint_eq (mls_group_own_leaf (group), LAST);
    }
}
END_TEST

/* --- Welcome and GroupSecrets ------------------------------------------------------------------------------------ */

START_TEST (not_a_welcome)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GBytes) commit = mls_scene_object (scene, SCENE_COMMIT);
  refuses_welcome (scene, commit, SPAN_EMPTY, MLS_ERROR_WIRE_FORMAT);
  Span all = span_bytes (scene->welcome);
  g_autofree guint8 *changed = g_memdup2 (all.data, all.len);
  changed[1] = 2;
  g_autoptr (GBytes) other = span_dup (span (changed, all.len));
  refuses_welcome (scene, other, SPAN_EMPTY, MLS_ERROR_VERSION);
  g_autoptr (GBytes) cut = span_dup (span (all.data, all.len - 1));
  refuses_welcome (scene, cut, SPAN_EMPTY, MLS_ERROR_MALFORMED);
}
END_TEST

START_TEST (not_for_us)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (fixture_join (scene->suite, scene->outsider, scene->welcome, &error));
  ck_assert (is_code (&error, MLS_ERROR_WELCOME_NOT_FOR_US));
  g_autoptr (FixtureMember) again = fixture_member_again (scene->suite, scene->rng, scene->members[LAST]);
  ck_assert_ptr_null (fixture_join (scene->suite, again, scene->welcome, &error));
  ck_assert (is_code (&error, MLS_ERROR_WELCOME_NOT_FOR_US));
  /* the right key package, but somebody else's signature key */
  ck_assert_ptr_null (mls_group_join (scene->suite, scene->outsider->key, scene->members[LAST]->secrets,
                                      span_bytes (scene->welcome), SPAN_EMPTY, NULL, mls_group_config_default (),
                                      &error));
  ck_assert (is_code (&error, MLS_ERROR_WELCOME_NOT_FOR_US));
}
END_TEST

/* The right package with the wrong init key. */
START_TEST (secrets_do_not_open)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  scene->members[LAST]->secrets->init = scene->outsider->secrets->init;
  refuses_welcome (scene, scene->welcome, SPAN_EMPTY, MLS_ERROR_WELCOME_SECRETS);
}
END_TEST

static void
refuses_psks (const MlsPskId *ids, guint n, MlsError code)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_auto (Invitation) forged = invitation (scene);
  forged.psks = ids;
  forged.n_psks = n;
  refuses (&forged, code);
}

START_TEST (psks)
{
  static const guint8 nonce[32];
  MlsPskId external = { .type = MLS_PSK_EXTERNAL, .external_id = span_str ("id"), .nonce = SPAN_OF (nonce) };
  MlsPskId twice[] = { external, external };
  MlsPskId bad_nonce = external;
  bad_nonce.nonce.len--;
  refuses_psks (&external, 1, MLS_ERROR_PSK_UNKNOWN);
  refuses_psks (twice, 2, MLS_ERROR_PSK_DUPLICATE);
  refuses_psks (&bad_nonce, 1, MLS_ERROR_PSK_NONCE);
  for (MlsPskUsage usage = MLS_PSK_USAGE_APPLICATION; usage <= MLS_PSK_USAGE_BRANCH; usage++)
    {
      MlsPskId resumption = { .type = MLS_PSK_RESUMPTION, .usage = usage, .nonce = SPAN_OF (nonce) };
      refuses_psks (&resumption, 1,
                    usage == MLS_PSK_USAGE_APPLICATION ? MLS_ERROR_PSK_UNKNOWN : MLS_ERROR_REINIT_REFUSED);
    }
}
END_TEST

/* --- GroupInfo --------------------------------------------------------------------------------------------------- */

START_TEST (group_info_does_not_open)
{
  static const guint8 other[32] = "another PSK secret";
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_auto (Invitation) forged = invitation (scene);
  forged.psk_secret = SPAN_OF (other);
  refuses (&forged, MLS_ERROR_WELCOME_GROUP_INFO);
}
END_TEST

/* Of the bytes of a GroupInfo: its version, its suite (unknown, and another than ours), its end. */
START_TEST (group_info_does_not_parse)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_auto (Invitation) forged = invitation (scene);
  g_autoptr (GBytes) info = info_of (&forged);
  Span all = span_bytes (info);
  static const struct {
    gsize at;
    guint8 value;
    MlsError code;
  } faults[] = { { 1, 2, MLS_ERROR_VERSION }, { 3, 9, MLS_ERROR_SUITE }, { 3, 3, MLS_ERROR_GROUP_INFO_SIGNATURE } };
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree guint8 *changed = g_memdup2 (all.data, all.len);
      changed[faults[i].at] = faults[i].value;
      g_autoptr (GBytes) welcome = welcome_with (&forged, span (changed, all.len));
      refuses_welcome (scene, welcome, SPAN_EMPTY, faults[i].code);
    }
  g_autoptr (GBytes) welcome = welcome_with (&forged, span (all.data, all.len - 1));
  refuses_welcome (scene, welcome, SPAN_EMPTY, MLS_ERROR_MALFORMED);
}
END_TEST

START_TEST (suite_of_the_group_info)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_auto (Invitation) forged = invitation (scene);
  g_autoptr (MlsGroupContext) context = context_of (&forged);
  g_autoptr (MlsGroupContext) other = mls_group_context_new (3, context->group_id, context->epoch, context->tree_hash,
                                                             context->confirmed_transcript_hash, context->extensions);
  g_autoptr (GBytes) tree = mls_tree_encode (forged.tree);
  g_autoptr (GBytes) info =
      mls_group_info_sign (scene->suite, scene->members[0]->key, other, SPAN_EMPTY, SPAN_EMPTY, 0, NULL);
  g_autoptr (GBytes) welcome = welcome_with (&forged, span_bytes (info));
  refuses_welcome (scene, welcome, span_bytes (tree), MLS_ERROR_SUITE);
}
END_TEST

START_TEST (signer)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_auto (Invitation) forged = invitation (scene);
  static const guint32 nobody[] = { 6, 8, G_MAXUINT32 };
  for (guint i = 0; i < G_N_ELEMENTS (nobody); i++)
    {
      forged.signer = nobody[i];
      refuses (&forged, MLS_ERROR_GROUP_INFO_SIGNER);
    }
  forged.signer = 1;
  refuses (&forged, MLS_ERROR_GROUP_INFO_SIGNATURE);
  forged.signing_member = 1;
  g_autoptr (GBytes) welcome = welcome_of (&forged);
  g_autoptr (MlsGroup) group = fixture_join (scene->suite, scene->members[LAST], welcome, NULL);
  ck_assert_ptr_nonnull (group);
}
END_TEST

/* --- the tree ---------------------------------------------------------------------------------------------------- */

START_TEST (tree_from_elsewhere)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_auto (Invitation) forged = invitation (scene);
  g_autoptr (GBytes) tree = mls_tree_encode (forged.tree);
  forged.omit_tree = TRUE;
  refuses (&forged, MLS_ERROR_RATCHET_TREE_MISSING);
  g_autoptr (GBytes) welcome = welcome_of (&forged);
  const FixtureMember *joiner = scene->members[LAST];
  g_autoptr (MlsGroup) group = mls_group_join (scene->suite, joiner->key, joiner->secrets, span_bytes (welcome),
                                               span_bytes (tree), NULL, mls_group_config_default (), NULL);
  ck_assert_ptr_nonnull (group);
  mls_tree_remove (forged.tree, 2);
  g_autoptr (GBytes) other = mls_tree_encode (forged.tree);
  refuses_welcome (scene, welcome, span_bytes (other), MLS_ERROR_TREE_HASH);
  refuses_welcome (scene, welcome, span_str ("no tree"), MLS_ERROR_MALFORMED);
}
END_TEST

START_TEST (tree_hash)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_auto (Invitation) forged = invitation (scene);
  static const guint8 zeros[32];
  forged.tree_hash = SPAN_OF (zeros);
  refuses (&forged, MLS_ERROR_TREE_HASH);
  forged.tree_hash = span (zeros, 31);
  refuses (&forged, MLS_ERROR_TREE_HASH);
}
END_TEST

/* The whole check of a tree has tests of its own; here it is seen to happen. */
START_TEST (tree_contents)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_auto (Invitation) forged = invitation (scene);
  guint32 root = mls_node_root (mls_tree_width (forged.tree));
  const MlsParentNode *parent = mls_tree_parent (forged.tree, root);
  ck_assert_ptr_nonnull (parent);
  g_autoptr (GBytes) key = span_dup (parent->encryption_key);
  mls_tree_set_parent (forged.tree, root, span_bytes (key), span_str ("no hash"));
  refuses (&forged, MLS_ERROR_PARENT_HASH);
}
END_TEST

/* A leaf whose signature is somebody else's. */
START_TEST (leaf_signature)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_auto (Invitation) forged = invitation (scene);
  const MlsLeafNode *leaf = mls_tree_leaf (forged.tree, 2);
  MlsLeafNodeFields fields = {
    .encryption_key = leaf->encryption_key,
    .signature_key = leaf->signature_key,
    .credential = leaf->credential,
    .capabilities = leaf->capabilities_encoded,
    .source = MLS_LEAF_KEY_PACKAGE,
  };
  g_autoptr (MlsLeafNode) bad = mls_leaf_node_sign (scene->suite, scene->outsider->key, &fields, SPAN_EMPTY, 2, NULL);
  mls_tree_update (forged.tree, 2, bad);
  refuses (&forged, MLS_ERROR_LEAF_SIGNATURE);
}
END_TEST

START_TEST (own_leaf)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_auto (Invitation) forged = invitation (scene);
  mls_tree_remove (forged.tree, LAST);
  refuses (&forged, MLS_ERROR_OWN_LEAF_MISSING);
  /* our signature key, but not the leaf of this key package */
  g_autoptr (FixtureMember) again = fixture_member_again (scene->suite, scene->rng, scene->members[LAST]);
  ck_assert_uint_eq (mls_tree_add (forged.tree, fixture_member_package (again)->leaf), LAST);
  refuses (&forged, MLS_ERROR_OWN_LEAF_MISSING);
}
END_TEST

START_TEST (group_extensions)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_auto (Invitation) forged = invitation (scene);
  g_auto (Writer) list = WRITER_INIT;
  mls_extension_write (&list, 0xF0E0, SPAN_EMPTY);
  forged.group_extensions = writer_span (&list);
  refuses (&forged, MLS_ERROR_GROUP_EXTENSION_UNSUPPORTED);
}
END_TEST

START_TEST (required_capabilities)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_auto (Invitation) forged = invitation (scene);
  g_auto (Writer) list = WRITER_INIT, bad = WRITER_INIT;
  static const guint8 required[] = { 2, 0xF0, 0xE0, 0, 0 };
  mls_extension_write (&list, MLS_EXTENSION_REQUIRED_CAPABILITIES, SPAN_OF (required));
  forged.group_extensions = writer_span (&list);
  refuses (&forged, MLS_ERROR_LEAF_REQUIRED_CAPABILITIES);
  mls_extension_write (&bad, MLS_EXTENSION_REQUIRED_CAPABILITIES, span (required, 4));
  forged.group_extensions = writer_span (&bad);
  refuses (&forged, MLS_ERROR_EXTENSION);
}
END_TEST

/* --- secrets of the epoch ---------------------------------------------------------------------------------------- */

START_TEST (path_secret)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_auto (Invitation) forged = invitation (scene);
  static const guint8 any[32] = { ANY };
  forged.path_secret = SPAN_OF (any);
  refuses (&forged, MLS_ERROR_WELCOME_PATH_SECRET);
  forged.path_secret = span (any, 31);
  refuses (&forged, MLS_ERROR_WELCOME_PATH_SECRET);
  forged.path_secret = SPAN_OF (any);
  forged.signer = forged.signing_member = LAST;
  refuses (&forged, MLS_ERROR_WELCOME_PATH_SECRET);
}
END_TEST

START_TEST (confirmation_tag)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  g_auto (Invitation) forged = invitation (scene);
  static const guint8 any[32] = { ANY };
  forged.tag = SPAN_OF (any);
  refuses (&forged, MLS_ERROR_CONFIRMATION_TAG);
  forged.tag = span (any, 1);
  refuses (&forged, MLS_ERROR_CONFIRMATION_TAG);
}
END_TEST

/* Every Welcome with one byte changed is refused; that the last accepted is the true one shows that nothing is used up
 * by refusing. */
START_TEST (every_byte)
{
  g_autoptr (MlsScene) scene = mls_scene_new (1, 1);
  Span all = span_bytes (scene->welcome);
  g_autofree guint8 *changed = g_memdup2 (all.data, all.len);
  const FixtureMember *joiner = scene->members[LAST];
  for (gsize i = 0; i < all.len; i += run_rounds (20) == 20 ? 1 : 17)
    {
      g_autoptr (GError) error = NULL;
      changed[i] ^= 1;
      ck_assert_ptr_null (mls_group_join (scene->suite, joiner->key, joiner->secrets, span (changed, all.len),
                                          SPAN_EMPTY, NULL, mls_group_config_default (), &error));
      ck_assert_ptr_nonnull (error);
      changed[i] ^= 1;
    }
  g_autoptr (MlsGroup) group = fixture_join (scene->suite, joiner, scene->welcome, NULL);
  ck_assert_ptr_nonnull (group);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    forgery_is_accepted,
    not_a_welcome,
    not_for_us,
    secrets_do_not_open,
    psks,
    group_info_does_not_open,
    group_info_does_not_parse,
    suite_of_the_group_info,
    signer,
    tree_from_elsewhere,
    tree_hash,
    tree_contents,
    leaf_signature,
    own_leaf,
    group_extensions,
    required_capabilities,
    path_secret,
    confirmation_tag,
    every_byte,
  };
  return run_tests ("mls/group-join", tests, G_N_ELEMENTS (tests));
}
