/* fuzz-group-info.c - a GroupInfo and the ratchet tree in it (mode 0), or a ratchet tree alone (mode 1): parsed,
 * decoded, hashed, checked, walked.
 */
#include "../lib/fuzzing.h"
#include "../lib/reencode.h"
#include "mls/tree-check.h"

/* Questions that every tree that decodes must be able to answer, valid or not. */
static void
walk (const MlsTree *tree)
{
  guint32 members = 0;
  for (guint32 leaf = 0; mls_tree_next_member (tree, leaf, &leaf); leaf++)
    {
      guint32 path[MLS_MAX_DEPTH], copath[MLS_MAX_DEPTH];
      guint length = mls_tree_filtered_path (tree, leaf, path, copath);
      for (guint i = 0; i < length; i++)
        g_assert (mls_tree_resolution_size (tree, copath[i]) > 0);
      members++;
    }
  g_assert (members == mls_tree_members (tree)); /* none is a matter of mls_tree_check() */
  g_autoptr (GArray) resolution = g_array_new (FALSE, FALSE, sizeof (guint32));
  mls_tree_resolution (tree, mls_node_root (mls_tree_width (tree)), resolution);
  g_assert (resolution->len == mls_tree_resolution_size (tree, mls_node_root (mls_tree_width (tree))));
}

/* Edits keep the tree whole: what they leave encodes and decodes to the same hash. */
static void
edit (MlsScene *scene, const MlsTree *tree)
{
  g_assert (mls_tree_members (tree) > 0);
  g_autoptr (MlsTree) copy = mls_tree_copy (tree);
  g_autoptr (GBytes) before = mls_tree_encode (tree);
  guint32 leaf = mls_tree_add (copy, fixture_member_package (scene->outsider)->leaf);
  guint32 first;
  if (mls_tree_next_member (copy, 0, &first) && first != leaf)
    mls_tree_remove (copy, first);
  g_autoptr (GBytes) encoded = mls_tree_encode (copy);
  g_autoptr (MlsTree) decoded = mls_tree_decode (scene->suite, span_bytes (encoded), NULL);
  g_assert (decoded);
  fuzz_same (mls_tree_hash (copy), mls_tree_hash (decoded));
  g_autoptr (GBytes) after = mls_tree_encode (tree);
  fuzz_same (span_bytes (before), span_bytes (after));
}

static void
try_tree (MlsScene *scene, Span encoded, Span group_id, Span extensions)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsTree) tree = mls_tree_decode (scene->suite, encoded, &error);
  fuzz_judge (tree != NULL, &error);
  if (!tree)
    return;
  g_autoptr (GBytes) again = mls_tree_encode (tree);
  fuzz_same (encoded, span_bytes (again));
  walk (tree);
  gboolean valid = mls_tree_check (tree, group_id, extensions, &error);
  fuzz_judge (valid, &error);
  if (valid)
    edit (scene, tree);
}

static void
try_group_info (MlsScene *scene, Span bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsGroupInfo) info = mls_group_info_parse (bytes, &error);
  fuzz_judge (info != NULL, &error);
  if (!info)
    return;
  g_auto (Writer) again = WRITER_INIT;
  reencode_group_info (&again, info);
  fuzz_same (bytes, writer_span (&again));
  fuzz_judge (mls_group_info_verify (scene->suite, info, sign_key_public (scene->members[0]->key), &error), &error);
  Span tree;
  if (mls_extensions_find (info->extensions, MLS_EXTENSION_RATCHET_TREE, &tree))
    try_tree (scene, tree, info->context->group_id, info->context->extensions);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  MlsScene *scene = fuzz_scene ();
  const MlsGroupContext *context = mls_group_context (scene->groups[0]);
  Span bytes;
  if (fuzz_mode (span (data, size), &bytes) == 0)
    try_group_info (scene, bytes);
  else
    try_tree (scene, bytes, context->group_id, context->extensions);
  return 0;
}
