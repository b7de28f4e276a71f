/* fuzz-saved-group.c - a saved group with its secret tree and ratchets (mode 0), and a saved key package (mode 1).
 */
#include "../lib/fuzzing.h"

/* A group of damaged secrets is still a group: it must do or refuse what any group does. */
static void
use (MlsScene *scene, MlsGroup *group)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) sealed = mls_group_seal (group, scene->rng, span_str ("text"), SPAN_EMPTY, 0, &error);
  fuzz_judge (sealed != NULL, &error);
  g_autoptr (MlsOwnCommit) commit =
      mls_group_commit (group, scene->rng, &(MlsCommitOptions){ .omit_tree = TRUE }, &error);
  fuzz_judge (commit != NULL, &error);
}

static void
try_group (MlsScene *scene, Span state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsGroup) group = mls_scene_restore (scene->suite, scene->members[1]->key, state, &error);
  fuzz_judge (group != NULL, &error);
  if (!group)
    return;
  g_autoptr (GBytes) again = mls_scene_save (group);
  fuzz_same (state, span_bytes (again));
  use (scene, group);
}

static void
try_key_package (MlsScene *scene, Span saved)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsKeyPackageSecrets) secrets = mls_key_package_secrets_restore (scene->suite, saved, &error);
  fuzz_judge (secrets != NULL, &error);
  if (!secrets)
    return;
  g_auto (Writer) again = WRITER_INIT;
  mls_key_package_secrets_save (secrets, &again);
  fuzz_same (saved, writer_span (&again));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  MlsScene *scene = fuzz_scene ();
  Span bytes;
  if (fuzz_mode (span (data, size), &bytes) == 0)
    try_group (scene, bytes);
  else
    try_key_package (scene, bytes);
  return 0;
}
