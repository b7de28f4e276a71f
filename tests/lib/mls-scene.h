/* mls-scene.h - a small group with some history, valid objects of every kind that a peer or a disk can hand us, and an
 * insider who signs whatever bytes he is given: for hostile tests, fuzz targets and their seeds.
 *
 * Four members; the second committed; the first added a fifth. So the tree (eight leaves) has blank leaves, blank
 * parents, keyed parents and an unmerged leaf. Everything follows from the seed.
 */
#ifndef DEMLS_TESTS_MLS_SCENE_H
#define DEMLS_TESTS_MLS_SCENE_H

#include "mls-fixture.h"

#define SCENE_MEMBERS 5

typedef struct {
  Suite *suite;
  Rng *rng;
  FixtureMember *members[SCENE_MEMBERS]; /* by leaf */
  MlsGroup *groups[SCENE_MEMBERS];       /* the same epoch; the last one joined at its beginning */
  FixtureMember *outsider;               /* in no group */
  GBytes *welcome;                       /* by which the last one joined */
} MlsScene;

/* (transfer full) */
MlsScene *mls_scene_new (guint16 suite_id, guint64 seed);
void mls_scene_free (MlsScene *self);

typedef enum {
  SCENE_KEY_PACKAGE, /* bare, of the outsider */
  SCENE_GROUP_INFO,  /* bare, with ratchet tree */
  SCENE_TREE,        /* an encoded ratchet tree */
  SCENE_WELCOME,     /* from here on whole MLSMessages, sent by the first member */
  SCENE_COMMIT,
  SCENE_COMMIT_ADD,
  SCENE_COMMIT_REMOVE,
  SCENE_COMMIT_EXTENSIONS,
  SCENE_PRIVATE_COMMIT,
  SCENE_PROPOSAL,
  SCENE_PRIVATE_PROPOSAL,
  SCENE_APPLICATION,
  SCENE_GROUP_INFO_MESSAGE,
  SCENE_KEY_PACKAGE_MESSAGE,
  SCENE_STATE, /* mls_scene_save() of the second member */
  SCENE_OBJECTS,
} MlsSceneObject;

const char *mls_scene_object_name (MlsSceneObject which);

/* (transfer full) */
GBytes *mls_scene_object (MlsScene *self, MlsSceneObject which);

/* Everything of a group that is saved: the group, its secret tree, every ratchet. (transfer full) */
GBytes *mls_scene_save (MlsGroup *group);

/* The inverse. Errors: those of mls_group_restore() and its like. (transfer full) */
MlsGroup *mls_scene_restore (Suite *suite, SignKey *key, Span state, GError **error);

/* Receives, judges and stages as the member `self`; NULL if a step refuses. (transfer full) */
MlsGroup *mls_scene_process (MlsGroup *self, Span message, GError **error);

/* The encoded Commit or Proposal in a PublicMessage of the scene. (transfer full) */
GBytes *mls_scene_content (Span message);

/* The first member signs `content` of this type, however it looks, and protects it as a whole MLSMessage without using
 * up a key. A commit gets `confirmation_tag`. NULL if `content` cannot be framed because it does not parse.
 * (transfer full) */
GBytes *mls_scene_sign (MlsScene *self, MlsWireFormat wire_format, MlsContentType type, Span content,
                        Span confirmation_tag);

/* The same of the outsider: a Commit by which he joins, or a Proposal to be added. (transfer full) */
GBytes *mls_scene_sign_outside (MlsScene *self, MlsContentType type, Span content, Span confirmation_tag);

/* The outsider's Commit by which he joins the group, as a whole MLSMessage. (transfer full) */
GBytes *mls_scene_join_outside (MlsScene *self);

/* A Welcome for the last member with any bytes as GroupSecrets' joiner secret and GroupInfo. (transfer full) */
GBytes *mls_scene_welcome (MlsScene *self, Span joiner_secret, Span group_info);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsScene, mls_scene_free)

#endif
