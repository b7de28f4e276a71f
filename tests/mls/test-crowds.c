/* test-crowds.c - messages with as many elements as fit into 64 KiB, as small as they get: nobody is made to allocate a
 * multiple of what he was sent (K12).
 */
#include <string.h>

#include "../lib/mls-scene.h"
#include "../lib/run.h"
#include "allocations.h"
#include "mls/message.h"
#include "mls/tree-check.h"

static MlsScene *
scene (void)
{
  static MlsScene *made;
  if (!made)
    made = mls_scene_new (1, 21);
  return made;
}

static MlsGroup *
bob (void)
{
  return scene ()->groups[1];
}

#ifndef __SANITIZE_ADDRESS__
START_TEST (allocations_are_counted)
{
  const char *preloaded = g_getenv ("LD_PRELOAD");
  if (preloaded && strstr (preloaded, "vgpreload"))
    return; /* valgrind stands in front of the C library itself */
  largest = 0;
  g_autofree guint8 *block = g_malloc (54321);
  ck_assert (block != NULL);
  ck_assert_uint_eq (largest, 54321);
  g_array_unref (g_array_sized_new (FALSE, FALSE, 1, 100000));
  ck_assert_uint_ge (largest, 100000);
}
END_TEST
#endif

#define CROWD 65536 /* bytes */

/* TRUE if it lets the bytes in. */
typedef gboolean (*Enter) (Span bytes, GError **error);

static gboolean
enter_receive (Span bytes, GError **error)
{
  g_autoptr (MlsReceived) received = mls_group_receive (bob (), bytes, error);
  return received != NULL;
}

static gboolean
enter_tree (Span bytes, GError **error)
{
  const MlsGroupContext *context = mls_group_context (bob ());
  g_autoptr (MlsTree) tree = mls_tree_decode (scene ()->suite, bytes, error);
  return tree && mls_tree_check (tree, context->group_id, context->extensions, error);
}

static gboolean
enter_key_package (Span bytes, GError **error)
{
  g_autoptr (MlsKeyPackage) package = mls_key_package_parse (bytes, error);
  return package && mls_key_package_check (scene ()->suite, package, error);
}

static gboolean
enter_secrets (Span bytes, GError **error)
{
  g_autoptr (MlsGroupSecrets) secrets = mls_group_secrets_parse (bytes, error);
  return secrets != NULL;
}

static void
expect_modest (Enter enter, const Writer *bytes)
{
  g_autoptr (GError) error = NULL;
  largest = 0;
  gboolean entered = enter (writer_span (bytes), &error);
  gsize asked = largest;
  ck_assert (entered || error);
  ck_assert_msg (asked <= 4 * bytes->len + ALLOCATION_CONSTANT, "%zu bytes asked for, for %zu", asked, bytes->len);
}

/* A PublicMessage's content up to its body: nothing before the body keeps it from being parsed. */
static void
begin_commit (Writer *w)
{
  const MlsGroupContext *context = mls_group_context (bob ());
  mls_message_begin (w, MLS_WIRE_PUBLIC_MESSAGE);
  writer_vector (w, context->group_id);
  writer_u64 (w, context->epoch);
  writer_u8 (w, MLS_SENDER_MEMBER);
  writer_u32 (w, 0);
  writer_vector (w, SPAN_EMPTY);
  writer_u8 (w, MLS_CONTENT_COMMIT);
}

static void
end_commit (Writer *w)
{
  static const guint8 zeros[64];
  writer_vector (w, SPAN_OF (zeros));
  writer_vector (w, span (zeros, 32));
  writer_vector (w, span (zeros, 32));
}

/* References of `len` bytes each. */
static void
crowd_of_references (gsize len)
{
  static const guint8 zeros[64];
  g_auto (Writer) w = WRITER_INIT;
  begin_commit (&w);
  gsize block = writer_open (&w);
  while (w.len < CROWD)
    {
      writer_u8 (&w, 2);
      writer_vector (&w, span (zeros, len));
    }
  writer_close (&w, block);
  writer_optional (&w, FALSE);
  end_commit (&w);
  expect_modest (enter_receive, &w);
}

START_TEST (k12_crowd_of_references)
{
  for (gsize len = 0; len <= 64; len += 16)
    crowd_of_references (len);
}
END_TEST

START_TEST (k12_crowd_of_removes)
{
  g_auto (Writer) w = WRITER_INIT;
  begin_commit (&w);
  gsize block = writer_open (&w);
  for (guint32 i = 0; w.len < CROWD; i++)
    {
      writer_u8 (&w, 1);
      writer_u16 (&w, MLS_PROPOSAL_REMOVE);
      writer_u32 (&w, i);
    }
  writer_close (&w, block);
  writer_optional (&w, FALSE);
  end_commit (&w);
  expect_modest (enter_receive, &w);
}
END_TEST

/* PSKs with a nonce of `len` bytes. */
static void
crowd_of_psks (gsize len)
{
  static const guint8 zeros[32];
  g_auto (Writer) w = WRITER_INIT;
  writer_vector (&w, SPAN_OF (zeros));
  writer_optional (&w, FALSE);
  gsize block = writer_open (&w);
  while (w.len < CROWD)
    {
      MlsPskId id = { .type = MLS_PSK_EXTERNAL, .nonce = span (zeros, len) };
      mls_psk_id_write (&w, &id);
    }
  writer_close (&w, block);
  expect_modest (enter_secrets, &w);
}

START_TEST (k12_crowd_of_psks)
{
  crowd_of_psks (0);
  crowd_of_psks (32);
}
END_TEST

/* Blank nodes, and one leaf at the end, which makes the tree as wide as they say. */
START_TEST (k12_crowd_of_blank_nodes)
{
  const MlsLeafNode *leaf = mls_tree_leaf (mls_group_tree (bob ()), 0);
  for (guint odd = 0; odd < 2; odd++)
    {
      g_auto (Writer) w = WRITER_INIT;
      gsize block = writer_open (&w);
      for (guint i = 0; i < CROWD + odd; i++)
        writer_optional (&w, FALSE);
      writer_optional (&w, TRUE);
      writer_u8 (&w, 1);
      writer_raw (&w, span_bytes (leaf->encoded));
      writer_close (&w, block);
      expect_modest (enter_tree, &w);
    }
}
END_TEST

/* Extensions without content, each of another type. */
START_TEST (k12_crowd_of_extensions)
{
  const MlsKeyPackage *package = fixture_member_package (scene ()->outsider);
  g_auto (Writer) w = WRITER_INIT;
  Span whole = span_bytes (package->encoded);
  writer_raw (&w, span (whole.data, whole.len - 1 - package->extensions.len - 1 - package->signature.len - 1));
  gsize block = writer_open (&w);
  for (guint16 type = 0xffff; w.len < CROWD; type--)
    mls_extension_write (&w, type, SPAN_EMPTY);
  writer_close (&w, block);
  writer_vector (&w, package->signature);
  expect_modest (enter_key_package, &w);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
#ifndef __SANITIZE_ADDRESS__
    allocations_are_counted,
#endif
    k12_crowd_of_references, k12_crowd_of_removes, k12_crowd_of_psks, k12_crowd_of_blank_nodes, k12_crowd_of_extensions,
  };
  return run_tests ("mls/crowds", tests, G_N_ELEMENTS (tests));
}
