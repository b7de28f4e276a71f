/* group-case.h - for the tests of groups: refusals that change nothing, and commits taken apart.
 */
#ifndef DEMLS_TESTS_MLS_GROUP_CASE_H
#define DEMLS_TESTS_MLS_GROUP_CASE_H

#include "../lib/mls-scene.h"
#include "cases.h"

static inline void
no_error (GError *error)
{
  if (error)
    ck_abort_msg ("error %d: %s", error->code, error->message);
}

/* Member `who` does not go along with `message`, for this reason, and is what it was before. */
static inline void
scene_refuses (const MlsScene *scene, guint who, Span message, MlsError code)
{
  g_autoptr (GError) error = NULL;
  MlsGroup *group = scene->groups[who];
  g_autoptr (GBytes) before = mls_scene_save (group);
  g_autoptr (MlsGroup) next = mls_scene_process (group, message, &error);
  ck_assert_ptr_null (next);
  ck_assert (is_code (&error, code));
  g_autoptr (GBytes) after = mls_scene_save (group);
  ck_assert (g_bytes_equal (before, after));
}

/* The committer does not make a commit of these proposals, for this reason, and is what it was before. Takes over the
 * list. */
static inline void
scene_commits_not (const MlsScene *scene, GPtrArray *proposals, MlsError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) before = mls_scene_save (scene->groups[0]);
  MlsCommitOptions options = { .proposals = proposals };
  g_autoptr (MlsOwnCommit) commit = mls_group_commit (scene->groups[0], scene->rng, &options, &error);
  ck_assert_ptr_null (commit);
  ck_assert (is_code (&error, code));
  g_autoptr (GBytes) after = mls_scene_save (scene->groups[0]);
  ck_assert (g_bytes_equal (before, after));
  g_ptr_array_unref (proposals);
}

/* Member `who` goes along. (transfer full) */
static inline MlsGroup *
scene_follows (const MlsScene *scene, guint who, GBytes *message)
{
  GError *error = NULL;
  MlsGroup *next = mls_scene_process (scene->groups[who], span_bytes (message), &error);
  no_error (error);
  return next;
}

static inline gboolean
same_epoch (const MlsGroup *a, const MlsGroup *b)
{
  return span_equal (mls_group_epoch_authenticator (a), mls_group_epoch_authenticator (b))
         && span_equal (span_bytes (mls_group_context (a)->encoded), span_bytes (mls_group_context (b)->encoded));
}

/* Receives what cannot be refused. (transfer full) */
static inline MlsReceived *
receive (MlsGroup *group, GBytes *message)
{
  GError *error = NULL;
  MlsReceived *received = mls_group_receive (group, span_bytes (message), &error);
  no_error (error);
  return received;
}

static inline void
refuses_message (MlsGroup *group, Span message, MlsError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) before = mls_scene_save (group);
  ck_assert_ptr_null (mls_group_receive (group, message, &error));
  ck_assert (is_code (&error, code));
  g_autoptr (GBytes) after = mls_scene_save (group);
  ck_assert (g_bytes_equal (before, after));
}

static inline GBytes *
say (MlsScene *scene, guint who, const char *text)
{
  GError *error = NULL;
  GBytes *message = mls_group_seal (scene->groups[who], scene->rng, span_str (text), span_str ("aad"), 5, &error);
  no_error (error);
  return message;
}

static inline void
hears (MlsGroup *group, GBytes *message, const char *text, guint32 sender)
{
  g_autoptr (MlsReceived) received = receive (group, message);
  const MlsFramedContent *framed = &received->content->content;
  ck_assert (span_equal (framed->content, span_str (text)));
  ck_assert (span_equal (framed->authenticated_data, span_str ("aad")));
  ck_assert_uint_eq (received->sender.index, sender);
  ck_assert_uint_eq (framed->content_type, MLS_CONTENT_APPLICATION);
  ck_assert_uint_eq (received->wire_format, MLS_WIRE_PRIVATE_MESSAGE);
}

#endif
