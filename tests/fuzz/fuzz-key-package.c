/* fuzz-key-package.c - KeyPackages, bare (mode 0) or signed by the insider (mode 1), parsed, checked, added.
 */
#include "../lib/fuzzing.h"
#include "../lib/reencode.h"

/* The package with its leaf and itself signed anew by the outsider, under his own signature key. */
static GBytes *
sign_again (MlsScene *scene, const MlsKeyPackage *package)
{
  const MlsLeafNode *leaf = package->leaf;
  MlsLeafNodeFields fields = { .encryption_key = leaf->encryption_key,
                               .signature_key = sign_key_public (scene->outsider->key),
                               .credential = leaf->credential,
                               .capabilities = leaf->capabilities_encoded,
                               .source = leaf->source,
                               .not_before = leaf->not_before,
                               .not_after = leaf->not_after,
                               .parent_hash = leaf->parent_hash,
                               .extensions = leaf->extensions };
  g_autoptr (MlsLeafNode) signed_leaf =
      mls_leaf_node_sign (scene->suite, scene->outsider->key, &fields, SPAN_EMPTY, 0, NULL);
  if (!signed_leaf)
    return NULL;
  g_auto (Writer) w = WRITER_INIT;
  writer_u16 (&w, package->version);
  writer_u16 (&w, package->suite);
  writer_vector (&w, package->init_key);
  reencode_leaf (&w, signed_leaf);
  writer_vector (&w, package->extensions);
  guint8 signature[SIGNATURE_MAX];
  gsize len = mls_sign (scene->suite, scene->outsider->key, "KeyPackageTBS", writer_span (&w), signature);
  writer_vector (&w, span (signature, len));
  return writer_take (&w);
}

/* What passed the checks can be proposed and committed, or is refused with a code. */
static void
add (MlsScene *scene, const MlsKeyPackage *package)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) before = fuzz_before (scene->groups[0]);
  g_autoptr (GPtrArray) proposals = fixture_proposals (mls_proposal_add (package), NULL);
  MlsCommitOptions options = { .proposals = proposals };
  g_autoptr (MlsOwnCommit) commit = mls_group_commit (scene->groups[0], scene->rng, &options, &error);
  fuzz_judge (commit != NULL, &error);
  fuzz_unchanged (scene->groups[0], before);
}

static void
try (MlsScene *scene, Span bytes, MlsKeyPackage **out)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsKeyPackage) package = mls_key_package_parse (bytes, &error);
  fuzz_judge (package != NULL, &error);
  if (!package)
    return;
  g_auto (Writer) again = WRITER_INIT;
  reencode_key_package (&again, package);
  fuzz_same (bytes, writer_span (&again));
  gboolean fine = mls_key_package_check (scene->suite, package, &error);
  fuzz_judge (fine, &error);
  if (fine)
    add (scene, package);
  *out = g_steal_pointer (&package);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  MlsScene *scene = fuzz_scene ();
  Span bytes;
  guint8 mode = fuzz_mode (span (data, size), &bytes);
  g_autoptr (MlsKeyPackage) package = NULL;
  try (scene, bytes, &package);
  if (mode == 0 || !package)
    return 0;
  g_autoptr (GBytes) repaired = sign_again (scene, package);
  g_autoptr (MlsKeyPackage) second = NULL;
  if (repaired)
    try (scene, span_bytes (repaired), &second);
  return 0;
}
