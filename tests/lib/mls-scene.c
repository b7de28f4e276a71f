#include "mls-scene.h"

#include "mls/group-private.h"
#include "mls/message.h"
#include "mls/public-message.h"

static gpointer
must (gpointer result, GError *error)
{
  if (!result)
    g_error ("scene: %s", error ? error->message : "failed");
  return result;
}

/* --- the group --------------------------------------------------------------------------------------------------- */

/* Member `by` commits; the members 0 .. n-1 follow. The Welcome, if any. */
static GBytes *
advance (MlsScene *self, guint by, guint n, const GPtrArray *proposals)
{
  g_autoptr (MlsOwnCommit) commit = fixture_commit (self->groups[by], self->rng, proposals);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      MlsGroup *next = i == by ? g_steal_pointer (&commit->next)
                               : must (fixture_follow (self->groups[i], commit->message, &error), error);
      mls_group_free (self->groups[i]);
      self->groups[i] = next;
    }
  return g_steal_pointer (&commit->welcome);
}

static void
join (MlsScene *self, guint i, GBytes *welcome)
{
  g_autoptr (GError) error = NULL;
  self->groups[i] = must (fixture_join (self->suite, self->members[i], welcome, &error), error);
}

static MlsProposal *
add (const MlsScene *self, guint i)
{
  return mls_proposal_add (fixture_member_package (self->members[i]));
}

MlsScene *
mls_scene_new (guint16 suite_id_, guint64 seed)
{
  static const char *const names[SCENE_MEMBERS] = { "alice", "bob", "carol", "dave", "erin" };
  MlsScene *self = g_new0 (MlsScene, 1);
  self->suite = suite_new (suite_id_);
  self->rng = rng_new_seeded (seed);
  for (guint i = 0; i < SCENE_MEMBERS; i++)
    self->members[i] = fixture_member_new (self->suite, self->rng, names[i]);
  self->outsider = fixture_member_new (self->suite, self->rng, "mallory");
  self->groups[0] = fixture_create (self->suite, self->rng, self->members[0]);
  g_autoptr (GPtrArray) first = fixture_proposals (add (self, 1), add (self, 2), add (self, 3), NULL);
  g_autoptr (GBytes) welcome = advance (self, 0, 1, first);
  for (guint i = 1; i < 4; i++)
    join (self, i, welcome);
  GBytes *no_welcome = advance (self, 1, 4, NULL);
  g_assert (!no_welcome);
  g_autoptr (GPtrArray) second = fixture_proposals (add (self, 4), NULL);
  self->welcome = advance (self, 0, 4, second);
  join (self, 4, self->welcome);
  return self;
}

void
mls_scene_free (MlsScene *self)
{
  for (guint i = 0; i < SCENE_MEMBERS; i++)
    {
      mls_group_free (self->groups[i]);
      fixture_member_free (self->members[i]);
    }
  fixture_member_free (self->outsider);
  g_bytes_unref (self->welcome);
  rng_free (self->rng);
  suite_unref (self->suite);
  g_free (self);
}

/* --- saving ------------------------------------------------------------------------------------------------------ */

static void
save_leaves (const MlsSecretTree *keys, Writer *w)
{
  g_autoptr (GArray) leaves = mls_secret_tree_leaves (keys);
  for (guint i = 0; i < leaves->len; i++)
    {
      guint32 leaf = g_array_index (leaves, guint32, i);
      writer_u32 (w, leaf);
      gsize block = writer_open (w);
      mls_secret_tree_save_leaf (keys, leaf, w);
      writer_close (w, block);
    }
}

GBytes *
mls_scene_save (MlsGroup *group)
{
  const MlsSecretTree *keys = mls_group_keys (group);
  g_auto (Writer) w = WRITER_INIT;
  gsize block = writer_open (&w);
  mls_group_save (group, &w);
  writer_close (&w, block);
  block = writer_open (&w);
  mls_secret_tree_save (keys, &w);
  writer_close (&w, block);
  block = writer_open (&w);
  save_leaves (keys, &w);
  writer_close (&w, block);
  return secret_bytes_new (writer_span (&w));
}

static gboolean
restore_leaves (MlsSecretTree *keys, Reader *reader, GError **error)
{
  while (reader_more (reader))
    {
      guint32 leaf = reader_u32 (reader);
      Span saved = reader_vector (reader);
      if (reader->failed)
        return mls_refuse (error, MLS_ERROR_SAVED_DAMAGED, "the scene's framing");
      if (!mls_secret_tree_restore_leaf (keys, leaf, saved, error))
        return FALSE;
    }
  return reader_end (reader) || mls_refuse (error, MLS_ERROR_SAVED_DAMAGED, "the scene's framing");
}

MlsGroup *
mls_scene_restore (Suite *suite, SignKey *key, Span state, GError **error)
{
  Reader reader = reader_init (state);
  Span group = reader_vector (&reader);
  Span tree = reader_vector (&reader);
  Reader leaves = reader_open (&reader);
  g_autoptr (MlsSecretTree) keys = mls_secret_tree_restore (suite, tree, mls_ratchet_limits_default (), error);
  if (!keys || !restore_leaves (keys, &leaves, error))
    return NULL;
  if (!reader_end (&reader))
    {
      mls_refuse (error, MLS_ERROR_SAVED_DAMAGED, "the scene's framing");
      return NULL;
    }
  return mls_group_restore (suite, key, group, g_steal_pointer (&keys), mls_group_config_default (), error);
}

/* --- objects ----------------------------------------------------------------------------------------------------- */

MlsGroup *
mls_scene_process (MlsGroup *self, Span message, GError **error)
{
  MlsReceived *received = mls_group_receive (self, message, error);
  if (!received)
    return NULL;
  g_autoptr (MlsJudged) judged = mls_group_judge (self, received, NULL, error);
  return judged ? mls_group_stage (self, judged, NULL, error) : NULL;
}

static GBytes *
commit_of (MlsScene *self, MlsProposal *proposal, gboolean private_message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) proposals = proposal ? fixture_proposals (proposal, NULL) : NULL;
  MlsCommitOptions options = { .proposals = proposals, .private_message = private_message };
  g_autoptr (MlsOwnCommit) commit = must (mls_group_commit (self->groups[0], self->rng, &options, &error), error);
  return g_steal_pointer (&commit->message);
}

static GBytes *
proposal_of (MlsScene *self, MlsWireFormat wire_format)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsProposal) proposal = mls_proposal_add (fixture_member_package (self->outsider));
  return must (mls_group_propose (self->groups[0], self->rng, proposal, span_str ("aad"), wire_format, &error), error);
}

static GBytes *
application_of (MlsScene *self)
{
  g_autoptr (GError) error = NULL;
  return must (mls_group_seal (self->groups[0], self->rng, span_str ("hello"), span_str ("aad"), 8, &error), error);
}

static MlsProposal *
extensions_of (MlsScene *self)
{
  g_autoptr (GBytes) extensions = fixture_extensions (span_str ("other governance"));
  (void) self;
  return mls_proposal_group_context_extensions (span_bytes (extensions));
}

static GBytes *
group_info_of (MlsScene *self, gboolean bare)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message = must (mls_group_info (self->groups[0], TRUE, &error), error);
  Span body;
  if (!mls_message_read_as (span_bytes (message), MLS_WIRE_GROUP_INFO, &body, &error))
    g_error ("scene: %s", error->message);
  return bare ? span_dup (body) : g_bytes_ref (message);
}

static GBytes *
key_package_message_of (MlsScene *self)
{
  g_auto (Writer) w = WRITER_INIT;
  mls_message_begin (&w, MLS_WIRE_KEY_PACKAGE);
  writer_raw (&w, span_bytes (fixture_member_package (self->outsider)->encoded));
  return writer_take (&w);
}

const char *
mls_scene_object_name (MlsSceneObject which)
{
  static const char *const names[SCENE_OBJECTS] = {
    "key-package",        "group-info",          "tree",           "welcome",  "commit",           "commit-add",
    "commit-remove",      "commit-extensions",   "private-commit", "proposal", "private-proposal", "application",
    "group-info-message", "key-package-message", "state",
  };
  return names[which];
}

GBytes *
mls_scene_object (MlsScene *self, MlsSceneObject which)
{
  switch (which)
    {
    case SCENE_KEY_PACKAGE:
      return g_bytes_ref (fixture_member_package (self->outsider)->encoded);
    case SCENE_GROUP_INFO:
      return group_info_of (self, TRUE);
    case SCENE_TREE:
      return mls_tree_encode (mls_group_tree (self->groups[0]));
    case SCENE_WELCOME:
      return g_bytes_ref (self->welcome);
    case SCENE_COMMIT:
      return commit_of (self, NULL, FALSE);
    case SCENE_COMMIT_ADD:
      return commit_of (self, mls_proposal_add (fixture_member_package (self->outsider)), FALSE);
    case SCENE_COMMIT_REMOVE:
      return commit_of (self, mls_proposal_remove (3), FALSE);
    case SCENE_COMMIT_EXTENSIONS:
      return commit_of (self, extensions_of (self), FALSE);
    case SCENE_PRIVATE_COMMIT:
      return commit_of (self, NULL, TRUE);
    case SCENE_PROPOSAL:
      return proposal_of (self, MLS_WIRE_PUBLIC_MESSAGE);
    case SCENE_PRIVATE_PROPOSAL:
      return proposal_of (self, MLS_WIRE_PRIVATE_MESSAGE);
    case SCENE_APPLICATION:
      return application_of (self);
    case SCENE_GROUP_INFO_MESSAGE:
      return group_info_of (self, FALSE);
    case SCENE_KEY_PACKAGE_MESSAGE:
      return key_package_message_of (self);
    case SCENE_STATE:
      return mls_scene_save (self->groups[1]);
    case SCENE_OBJECTS:
      break;
    }
  g_assert_not_reached ();
}

/* --- the insider ------------------------------------------------------------------------------------------------- */

GBytes *
mls_scene_content (Span message)
{
  g_autoptr (GError) error = NULL;
  Span body;
  if (!mls_message_read_as (message, MLS_WIRE_PUBLIC_MESSAGE, &body, &error))
    g_error ("scene: %s", error->message);
  g_autoptr (MlsPublicMessage) public_message = must (mls_public_message_read (body, &error), error);
  return span_dup (public_message->content->content.content);
}

static GBytes *
seal (MlsScene *self, const MlsAuthenticatedContent *content)
{
  MlsGroup *alice = self->groups[0];
  g_autoptr (MlsSecretTree) keys = mls_secret_tree_copy (alice->messages);
  return mls_private_message_seal (self->suite, self->rng, content, 0, secret_span (&alice->secrets.sender_data), keys,
                                   3, NULL);
}

/* NULL if the content does not parse. */
static MlsAuthenticatedContent *
sign (MlsScene *self, const SignKey *key, MlsSender sender, MlsWireFormat wire_format, MlsContentType type,
      Span content, Span confirmation_tag)
{
  const MlsGroupContext *context = self->groups[0]->context;
  g_auto (Writer) w = WRITER_INIT;
  mls_framed_content_write (&w, context->group_id, context->epoch, sender, span_str ("aad"), type, content);
  Reader reader = reader_init (writer_span (&w));
  MlsFramedContent framed;
  if (!mls_framed_content_read (&reader, &framed, NULL) || !reader_end (&reader))
    return NULL;
  guint8 signature[SIGNATURE_MAX];
  gsize len = mls_framed_content_sign (self->suite, key, wire_format, writer_span (&w), &sender,
                                       span_bytes (context->encoded), signature);
  return mls_authenticated_content_new (wire_format, writer_span (&w), span (signature, len), confirmation_tag);
}

GBytes *
mls_scene_sign (MlsScene *self, MlsWireFormat wire_format, MlsContentType type, Span content, Span confirmation_tag)
{
  const MlsGroup *alice = self->groups[0];
  const MlsSender sender = { .type = MLS_SENDER_MEMBER, .index = 0 };
  g_autoptr (MlsAuthenticatedContent) made =
      sign (self, alice->key, sender, wire_format, type, content, confirmation_tag);
  if (!made)
    return NULL;
  if (wire_format == MLS_WIRE_PRIVATE_MESSAGE)
    return seal (self, made);
  return mls_public_message_write (self->suite, made, secret_span (&alice->secrets.membership),
                                   span_bytes (alice->context->encoded));
}

GBytes *
mls_scene_sign_outside (MlsScene *self, MlsContentType type, Span content, Span confirmation_tag)
{
  const MlsSender sender = { .type = type == MLS_CONTENT_COMMIT ? MLS_SENDER_NEW_MEMBER_COMMIT
                                                                : MLS_SENDER_NEW_MEMBER_PROPOSAL };
  g_autoptr (MlsAuthenticatedContent) made =
      sign (self, self->outsider->key, sender, MLS_WIRE_PUBLIC_MESSAGE, type, content, confirmation_tag);
  return made ? mls_public_message_write (self->suite, made, SPAN_EMPTY, span_bytes (self->groups[0]->context->encoded))
              : NULL;
}

GBytes *
mls_scene_join_outside (MlsScene *self)
{
  g_autoptr (GError) error = NULL;
  const MlsLeafNode *leaf = fixture_member_package (self->outsider)->leaf;
  MlsKeyPackageFields fields = { .credential = leaf->credential,
                                 .capabilities = leaf->capabilities_encoded,
                                 .leaf_extensions = leaf->extensions };
  g_autoptr (GBytes) info = must (mls_group_info (self->groups[0], TRUE, &error), error);
  g_autoptr (MlsOwnCommit) commit =
      must (mls_group_join_external (self->suite, self->rng, self->outsider->key, &fields, span_bytes (info),
                                     SPAN_EMPTY, G_MAXUINT32, mls_group_config_default (), &error),
            error);
  return g_steal_pointer (&commit->message);
}

GBytes *
mls_scene_welcome (MlsScene *self, Span joiner_secret, Span group_info)
{
  g_autoptr (GError) error = NULL;
  MlsWelcomeTarget target = { .package = fixture_member_package (self->members[SCENE_MEMBERS - 1]) };
  return must (
      mls_welcome_make (self->suite, self->rng, joiner_secret, SPAN_EMPTY, NULL, 0, group_info, &target, 1, &error),
      error);
}
