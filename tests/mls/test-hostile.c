/* test-hostile.c - damaged bytes at every door of the MLS engine (K2, K3, K12).
 *
 * A door is an entry point with a valid object that it lets in. Every prefix of the object, the object with one byte
 * more, the object with lengths of nothing and of everything written over each place, and seeded random damage must be
 * refused with an MlsError code, without a trace in the group, and without an allocation that the claimed lengths
 * could have inflated.
 */
#include <stdlib.h>
#include <string.h>

#include "../lib/mls-scene.h"
#include "../lib/run.h"
#include "allocations.h"
#include "mls/message.h"
#include "mls/public-message.h"
#include "mls/tree-check.h"
#include "mls/update-path.h"

#define MUTATIONS 2000

/* --- doors ------------------------------------------------------------------------------------------------------- */

static MlsScene *
scene (void)
{
  static MlsScene *made;
  if (!made)
    made = mls_scene_new (1, 20);
  return made;
}

static MlsGroup *
bob (void)
{
  return scene ()->groups[1];
}

/* TRUE if it lets the bytes in. */
typedef gboolean (*Enter) (Span bytes, GError **error);

/* An MLSMessage and, since the envelope says nothing about its body, that too. */
static gboolean
enter_message (Span bytes, GError **error)
{
  MlsMessage message;
  MlsWelcome welcome;
  MlsPrivateMessage private_message;
  if (!mls_message_read (bytes, &message, error))
    return FALSE;
  g_autoptr (MlsPublicMessage) public_message = NULL;
  g_autoptr (MlsGroupInfo) info = NULL;
  g_autoptr (MlsKeyPackage) package = NULL;
  switch (message.wire_format)
    {
    case MLS_WIRE_PUBLIC_MESSAGE:
      return (public_message = mls_public_message_read (message.body, error)) != NULL;
    case MLS_WIRE_PRIVATE_MESSAGE:
      return mls_private_message_read (message.body, &private_message, error);
    case MLS_WIRE_WELCOME:
      return mls_welcome_read (message.body, &welcome, error);
    case MLS_WIRE_GROUP_INFO:
      return (info = mls_group_info_parse (message.body, error)) != NULL;
    case MLS_WIRE_KEY_PACKAGE:
      return (package = mls_key_package_parse (message.body, error)) != NULL;
    }
  g_assert_not_reached ();
}

static gboolean
enter_key_package (Span bytes, GError **error)
{
  g_autoptr (MlsKeyPackage) package = mls_key_package_parse (bytes, error);
  return package && mls_key_package_check (scene ()->suite, package, error);
}

static gboolean
enter_group_info (Span bytes, GError **error)
{
  g_autoptr (MlsGroupInfo) info = mls_group_info_parse (bytes, error);
  return info && mls_group_info_verify (scene ()->suite, info, sign_key_public (scene ()->members[0]->key), error);
}

static gboolean
enter_tree (Span bytes, GError **error)
{
  const MlsGroupContext *context = mls_group_context (bob ());
  g_autoptr (MlsTree) tree = mls_tree_decode (scene ()->suite, bytes, error);
  if (!tree || !mls_tree_check (tree, context->group_id, context->extensions, error))
    return FALSE;
  return span_equal (mls_tree_hash (tree), context->tree_hash)
         || mls_refuse (error, MLS_ERROR_TREE_HASH, "not the group's tree");
}

static gboolean
enter_welcome (Span bytes, GError **error)
{
  g_autoptr (GBytes) welcome = span_dup (bytes);
  g_autoptr (MlsGroup) group = fixture_join (scene ()->suite, scene ()->members[SCENE_MEMBERS - 1], welcome, error);
  return group != NULL;
}

static gboolean
enter_receive (Span bytes, GError **error)
{
  g_autoptr (MlsReceived) received = mls_group_receive (bob (), bytes, error);
  return received != NULL;
}

/* The bytes are a Commit that a member signed, and the tag is the true one's: only its very own commit fits it. */
static gboolean
enter_commit (Span bytes, GError **error, MlsWireFormat wire_format)
{
  static const guint8 tag[32] = "not the tag of this commit";
  g_autoptr (GBytes) message = mls_scene_sign (scene (), wire_format, MLS_CONTENT_COMMIT, bytes, SPAN_OF (tag));
  if (!message)
    return mls_refuse (error, MLS_ERROR_MALFORMED, "not a Commit");
  largest = 0; /* what the insider allocated does not count */
  g_autoptr (MlsGroup) next = mls_scene_process (bob (), span_bytes (message), error);
  return next != NULL;
}

static gboolean
enter_judge (Span bytes, GError **error)
{
  return enter_commit (bytes, error, MLS_WIRE_PUBLIC_MESSAGE);
}

/* Flipped secrets cannot be told from true ones, but what is let in must be what was handed in. */
static gboolean
enter_restore (Span bytes, GError **error)
{
  g_autoptr (MlsGroup) group = mls_scene_restore (scene ()->suite, scene ()->members[1]->key, bytes, error);
  if (!group)
    return FALSE;
  g_autoptr (GBytes) again = mls_scene_save (group);
  ck_assert (span_equal (span_bytes (again), bytes));
  return TRUE;
}

/* Refused: a code, and nothing but that. The insider's own signing draws memory for the whole message. */
static void
expect_refused (Enter enter, Span bytes, gboolean may_enter)
{
  g_autoptr (GError) error = NULL;
  /* a block of its very size, so that a read past the end is seen */
  g_autofree guint8 *copy = bytes.len ? g_memdup2 (bytes.data, bytes.len) : NULL;
  largest = 0;
  gboolean entered = enter (span (copy, bytes.len), &error);
  gsize asked = largest;
  ck_assert (entered ? may_enter && !error : error && error->domain == MLS_ERROR);
  ck_assert_msg (asked <= 4 * bytes.len + ALLOCATION_CONSTANT, "%zu bytes asked for, for %zu", asked, bytes.len);
}

/* --- kinds of damage --------------------------------------------------------------------------------------------- */

typedef struct {
  Enter enter;
  GBytes *object;
  gboolean may_enter; /* damage can lead to another valid object */
} Door;

static void
every_prefix (const Door *door)
{
  Span whole = span_bytes (door->object);
  for (gsize len = 0; len < whole.len; len++)
    expect_refused (door->enter, span (whole.data, len), FALSE);
}

static void
one_byte_more (const Door *door)
{
  Span whole = span_bytes (door->object);
  static const guint8 more[] = { 0x00, 0x01, 0x80, 0xff };
  for (gsize i = 0; i < sizeof more; i++)
    {
      g_auto (Writer) w = WRITER_INIT;
      writer_raw (&w, whole);
      writer_u8 (&w, more[i]);
      expect_refused (door->enter, writer_span (&w), FALSE);
    }
}

/* Written over every place, so over every length too: 0, the largest of each form, 2^32 - 1, and forms that are too
 * long for their value. */
static void
wrong_lengths (const Door *door)
{
  static const struct {
    gsize len;
    guint8 bytes[4];
  } lengths[] = { { 1, { 0x00 } },
                  { 1, { 0x3f } },
                  { 2, { 0x7f, 0xff } },
                  { 4, { 0xbf, 0xff, 0xff, 0xff } },
                  { 4, { 0xff, 0xff, 0xff, 0xff } },
                  { 4, { 0x80, 0x00, 0x00, 0x00 } },
                  { 2, { 0x40, 0x01 } } };
  Span whole = span_bytes (door->object);
  g_autofree guint8 *damaged = g_malloc (whole.len);
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (gsize at = 0; at + lengths[i].len <= whole.len; at++)
      {
        memcpy (damaged, whole.data, whole.len);
        memcpy (damaged + at, lengths[i].bytes, lengths[i].len);
        if (memcmp (damaged, whole.data, whole.len) != 0)
          expect_refused (door->enter, span (damaged, whole.len), door->may_enter);
      }
}

static void
damage_once (Rng *rng, GByteArray *bytes)
{
  guint at = rng_below (rng, bytes->len);
  guint most = 1 + rng_below (rng, 8), run = MIN (most, bytes->len - at);
  guint8 copy[8];
  switch (rng_below (rng, 4))
    {
    case 0:
      bytes->data[at] ^= (guint8) (1u << rng_below (rng, 8));
      break;
    case 1:
      bytes->data[at] = (guint8) rng_below (rng, 256);
      break;
    case 2:
      g_byte_array_remove_range (bytes, at, run);
      break;
    default:
      memcpy (copy, bytes->data + at, run);
      g_byte_array_append (bytes, copy, run);
    }
}

static void
random_damage (const Door *door)
{
  g_autoptr (Rng) rng = rng_new_seeded (12);
  Span whole = span_bytes (door->object);
  for (guint i = run_rounds (MUTATIONS); i > 0; i--)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_byte_array_append (bytes, whole.data, (guint) whole.len);
      for (guint n = 1 + rng_below (rng, 3); n > 0 && bytes->len > 0; n--)
        damage_once (rng, bytes);
      Span damaged = span (bytes->data, bytes->len);
      if (!span_equal (damaged, whole))
        expect_refused (door->enter, damaged, door->may_enter);
    }
}

/* The door opens for the object itself: before, so that refusals mean something, and afterwards, so that nothing was
 * used up. */
static void
assert_opens (const Door *door, gboolean repeats)
{
  g_autoptr (GError) error = NULL;
  if (repeats)
    ck_assert_msg (door->enter (span_bytes (door->object), &error), "%s", error ? error->message : "");
}

static void
besiege (Enter enter, GBytes *object, gboolean may_enter, gboolean before)
{
  Door door = { enter, object, may_enter };
  g_autoptr (GBytes) state = mls_scene_save (bob ());
  assert_opens (&door, before);
  every_prefix (&door);
  one_byte_more (&door);
  wrong_lengths (&door);
  random_damage (&door);
  g_autoptr (GBytes) after = mls_scene_save (bob ());
  ck_assert (g_bytes_equal (state, after));
  assert_opens (&door, enter != enter_judge);
  g_bytes_unref (object);
}

/* --- the tests --------------------------------------------------------------------------------------------------- */

START_TEST (k2_k3_k12_key_package)
{
  besiege (enter_key_package, mls_scene_object (scene (), SCENE_KEY_PACKAGE), FALSE, TRUE);
}
END_TEST

START_TEST (k2_k3_k12_group_info)
{
  besiege (enter_group_info, mls_scene_object (scene (), SCENE_GROUP_INFO), FALSE, TRUE);
}
END_TEST

START_TEST (k2_k3_k12_ratchet_tree)
{
  besiege (enter_tree, mls_scene_object (scene (), SCENE_TREE), FALSE, TRUE);
}
END_TEST

START_TEST (k2_k3_k12_welcome)
{
  besiege (enter_welcome, mls_scene_object (scene (), SCENE_WELCOME), FALSE, TRUE);
}
END_TEST

/* A body that parses with other contents is a message, too. */
START_TEST (k2_k3_k12_envelopes)
{
  for (guint i = SCENE_WELCOME; i < SCENE_STATE; i++)
    besiege (enter_message, mls_scene_object (scene (), (MlsSceneObject) i), TRUE, TRUE);
}
END_TEST

START_TEST (k2_k3_k12_public_messages)
{
  besiege (enter_receive, mls_scene_object (scene (), SCENE_COMMIT), FALSE, TRUE);
  besiege (enter_receive, mls_scene_object (scene (), SCENE_COMMIT_REMOVE), FALSE, TRUE);
  besiege (enter_receive, mls_scene_object (scene (), SCENE_PROPOSAL), FALSE, TRUE);
}
END_TEST

/* Their keys are used up by opening them, so they enter only once. */
START_TEST (k2_k3_k12_private_messages)
{
  besiege (enter_receive, mls_scene_object (scene (), SCENE_PRIVATE_COMMIT), FALSE, FALSE);
  besiege (enter_receive, mls_scene_object (scene (), SCENE_PRIVATE_PROPOSAL), FALSE, FALSE);
  besiege (enter_receive, mls_scene_object (scene (), SCENE_APPLICATION), FALSE, FALSE);
}
END_TEST

static void
besiege_signed (MlsSceneObject which)
{
  g_autoptr (GBytes) message = mls_scene_object (scene (), which);
  besiege (enter_judge, mls_scene_content (span_bytes (message)), FALSE, FALSE);
}

START_TEST (k2_k3_k12_signed_empty_commit)
{
  besiege_signed (SCENE_COMMIT);
}
END_TEST

START_TEST (k2_k3_k12_signed_commit_that_adds)
{
  besiege_signed (SCENE_COMMIT_ADD);
}
END_TEST

START_TEST (k2_k3_k12_signed_commit_that_removes)
{
  besiege_signed (SCENE_COMMIT_REMOVE);
}
END_TEST

START_TEST (k2_k3_k12_signed_commit_of_extensions)
{
  besiege_signed (SCENE_COMMIT_EXTENSIONS);
}
END_TEST

START_TEST (k2_k3_k12_saved_groups)
{
  besiege (enter_restore, mls_scene_object (scene (), SCENE_STATE), TRUE, TRUE);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    k2_k3_k12_key_package,
    k2_k3_k12_group_info,
    k2_k3_k12_ratchet_tree,
    k2_k3_k12_welcome,
    k2_k3_k12_envelopes,
    k2_k3_k12_public_messages,
    k2_k3_k12_private_messages,
    k2_k3_k12_signed_empty_commit,
    k2_k3_k12_signed_commit_that_adds,
    k2_k3_k12_signed_commit_that_removes,
    k2_k3_k12_signed_commit_of_extensions,
    k2_k3_k12_saved_groups,
  };
  return run_tests ("mls/hostile", tests, G_N_ELEMENTS (tests));
}
