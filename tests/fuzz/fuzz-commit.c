/* fuzz-commit.c - messages into a live group: received, judged, staged.
 *
 *   mode 0  bytes from the wire
 *   mode 1  a Commit that the first member signs, in a PublicMessage
 *   mode 2  the same in a PrivateMessage
 *   mode 3  a Proposal that he signs; if it is accepted, he commits it by reference
 *   +4      the leaf in a Commit's path is signed by him, too
 *   +8      the outsider takes his place: an external Commit, or a Proposal to be added
 */
#include "../lib/fuzzing.h"
#include "../lib/reencode.h"
#include "mls/group-private.h"

#define MODE_LEAF 4
#define MODE_OUTSIDE 8

static MlsGroup *
bob (MlsScene *scene)
{
  return scene->groups[1];
}

/* What was accepted used up a key: back to the beginning. */
static void
start_again (MlsScene *scene, GBytes *state)
{
  g_autoptr (GError) error = NULL;
  MlsGroup *group = mls_scene_restore (scene->suite, scene->members[1]->key, span_bytes (state), &error);
  g_assert (group);
  group->config.accept_external_commits = TRUE;
  mls_group_free (scene->groups[1]);
  scene->groups[1] = group;
}

static MlsReceived *
receive (MlsScene *scene, Span message, GBytes *state)
{
  g_autoptr (GError) error = NULL;
  MlsReceived *received = mls_group_receive (bob (scene), message, &error);
  fuzz_judge (received != NULL, &error);
  if (!received)
    fuzz_unchanged (bob (scene), state);
  return received;
}

/* The proposals in `known` may be referred to. Takes over `received`. */
static void
judge_and_stage (MlsScene *scene, MlsReceived *received, const GPtrArray *known)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) before = fuzz_before (bob (scene));
  g_autoptr (MlsJudged) judged = mls_group_judge (bob (scene), received, known, &error);
  fuzz_judge (judged != NULL, &error);
  if (judged)
    {
      g_autoptr (MlsGroup) next = mls_group_stage (bob (scene), judged, NULL, &error);
      fuzz_judge (next != NULL, &error);
    }
  fuzz_unchanged (bob (scene), before);
}

/* The insider commits what bob accepted, and bob follows if the insider's engine agreed to make it. */
static void
commit_proposal (MlsScene *scene, MlsReceived *proposal)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  g_ptr_array_add (known, proposal);
  MlsCommitOptions options = { .references = known };
  g_autoptr (MlsOwnCommit) commit = mls_group_commit (scene->groups[0], scene->rng, &options, &error);
  fuzz_judge (commit != NULL, &error);
  if (!commit)
    return;
  MlsReceived *received = mls_group_receive (bob (scene), span_bytes (commit->message), &error);
  fuzz_judge (received != NULL, &error);
  if (received)
    judge_and_stage (scene, received, known);
}

static void
deliver (MlsScene *scene, Span message)
{
  g_autoptr (GBytes) state = fuzz_before (bob (scene));
  MlsReceived *received = receive (scene, message, state);
  if (!received)
    return;
  MlsContentType type = received->content->content.content_type;
  if (type == MLS_CONTENT_COMMIT)
    judge_and_stage (scene, received, NULL);
  else
    {
      if (type == MLS_CONTENT_PROPOSAL)
        commit_proposal (scene, received);
      mls_received_free (received);
    }
  start_again (scene, state);
}

/* The commit with the leaf of its path signed by `key` for the place `leaf_index`. */
static GBytes *
sign_leaf (MlsScene *scene, const SignKey *key, guint32 leaf_index, Span content)
{
  Reader reader = reader_init (content);
  g_autoptr (MlsCommit) commit = mls_commit_read (&reader, NULL);
  if (!commit || !commit->path || !reader_end (&reader))
    return span_dup (content);
  const MlsLeafNode *leaf = commit->path->leaf;
  MlsLeafNodeFields fields = { .encryption_key = leaf->encryption_key,
                               .signature_key = sign_key_public (key),
                               .credential = leaf->credential,
                               .capabilities = leaf->capabilities_encoded,
                               .source = leaf->source,
                               .not_before = leaf->not_before,
                               .not_after = leaf->not_after,
                               .parent_hash = leaf->parent_hash,
                               .extensions = leaf->extensions };
  MlsLeafNode *signed_leaf =
      mls_leaf_node_sign (scene->suite, key, &fields, mls_group_context (bob (scene))->group_id, leaf_index, NULL);
  if (signed_leaf)
    {
      mls_leaf_node_unref (commit->path->leaf);
      commit->path->leaf = signed_leaf;
    }
  g_auto (Writer) w = WRITER_INIT;
  reencode_commit (&w, commit);
  return writer_take (&w);
}

static GBytes *
repair (MlsScene *scene, guint8 mode, Span content)
{
  if (!(mode & MODE_LEAF) || (mode & 3) == 3)
    return span_dup (content);
  if (mode & MODE_OUTSIDE)
    return sign_leaf (scene, scene->outsider->key, SCENE_MEMBERS, content);
  return sign_leaf (scene, scene->members[0]->key, 0, content);
}

static void
deliver_signed (MlsScene *scene, guint8 mode, Span content)
{
  static const guint8 tag[32] = "a confirmation tag";
  MlsContentType type = (mode & 3) == 3 ? MLS_CONTENT_PROPOSAL : MLS_CONTENT_COMMIT;
  MlsWireFormat wire_format = (mode & 3) == 2 ? MLS_WIRE_PRIVATE_MESSAGE : MLS_WIRE_PUBLIC_MESSAGE;
  g_autoptr (GBytes) repaired = repair (scene, mode, content);
  g_autoptr (GBytes) message = mode & MODE_OUTSIDE
                                   ? mls_scene_sign_outside (scene, type, span_bytes (repaired), SPAN_OF (tag))
                                   : mls_scene_sign (scene, wire_format, type, span_bytes (repaired), SPAN_OF (tag));
  if (message)
    deliver (scene, span_bytes (message));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  MlsScene *scene = fuzz_scene ();
  bob (scene)->config.accept_external_commits = TRUE;
  Span bytes;
  guint8 mode = fuzz_mode (span (data, size), &bytes);
  if ((mode & 3) == 0)
    deliver (scene, bytes);
  else
    deliver_signed (scene, mode, bytes);
  return 0;
}
