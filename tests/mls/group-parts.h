/* group-parts.h - for the tests of groups: a valid commit taken apart by an insider, to be signed again with one thing
 * wrong.
 */
#ifndef DEMLS_TESTS_MLS_GROUP_PARTS_H
#define DEMLS_TESTS_MLS_GROUP_PARTS_H

#include "group-case.h"
#include "mls/group-private.h"

#define NH 32 /* of suite 1 */

/* alice's commit: proposals and path; the leaf and nodes can be replaced. */
typedef struct {
  MlsScene *scene;
  GBytes *content; /* the Commit, as it was */
  Span proposals;  /* contents of the vector */
  gboolean has_path;
  MlsLeafNode *leaf;
  Span nodes; /* contents of the vector */
} Parts;

static inline void
parts_clear (Parts *self)
{
  g_clear_pointer (&self->scene, mls_scene_free);
  g_clear_pointer (&self->content, g_bytes_unref);
  g_clear_pointer (&self->leaf, mls_leaf_node_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parts, parts_clear)

/* The parts of an empty commit. */
static inline Parts
take_apart (void)
{
  Parts self = { .scene = mls_scene_new (1, 1), .has_path = TRUE };
  g_autoptr (GBytes) message = mls_scene_object (self.scene, SCENE_COMMIT);
  self.content = mls_scene_content (span_bytes (message));
  Reader reader = reader_init (span_bytes (self.content));
  self.proposals = reader_vector (&reader);
  ck_assert (reader_optional (&reader));
  self.leaf = mls_leaf_node_read (&reader, NULL);
  self.nodes = reader_vector (&reader);
  ck_assert (reader_end (&reader));
  return self;
}

static inline GBytes *
put_together (const Parts *self)
{
  g_auto (Writer) w = WRITER_INIT;
  writer_vector (&w, self->proposals);
  writer_optional (&w, self->has_path);
  if (self->has_path)
    {
      writer_raw (&w, span_bytes (self->leaf->encoded));
      writer_vector (&w, self->nodes);
    }
  return writer_take (&w);
}

static inline void
parts_refused (const Parts *self, MlsError code)
{
  static const guint8 tag[NH] = "a confirmation tag";
  g_autoptr (GBytes) content = put_together (self);
  g_autoptr (GBytes) message =
      mls_scene_sign (self->scene, MLS_WIRE_PUBLIC_MESSAGE, MLS_CONTENT_COMMIT, span_bytes (content), SPAN_OF (tag));
  scene_refuses (self->scene, 1, span_bytes (message), code);
  g_autoptr (GBytes) private =
      mls_scene_sign (self->scene, MLS_WIRE_PRIVATE_MESSAGE, MLS_CONTENT_COMMIT, span_bytes (content), SPAN_OF (tag));
  MlsGroup *carol = self->scene->groups[2];
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsSecretTree) scratch = mls_secret_tree_copy (mls_group_keys (carol));
  MlsReceived *received = mls_group_receive_with (carol, scratch, span_bytes (private), &error);
  g_autoptr (MlsJudged) judged = received ? mls_group_judge (carol, received, NULL, &error) : NULL;
  g_autoptr (MlsGroup) next = judged ? mls_group_stage (carol, judged, NULL, &error) : NULL;
  ck_assert (!next && is_code (&error, code));
}

static inline void
refused_with (Parts *self, GPtrArray *proposals, MlsError code)
{
  g_auto (Writer) w = WRITER_INIT;
  for (guint i = 0; i < proposals->len; i++)
    {
      writer_u8 (&w, 1);
      writer_raw (&w, span_bytes (((MlsProposal *) proposals->pdata[i])->encoded));
    }
  self->proposals = writer_span (&w);
  parts_refused (self, code);
  g_ptr_array_unref (proposals);
}

#endif
