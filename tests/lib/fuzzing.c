#include "fuzzing.h"

#define FUZZ_SEED 7

MlsScene *
fuzz_scene (void)
{
  static MlsScene *scene;
  if (!scene)
    scene = mls_scene_new (1, FUZZ_SEED);
  return scene;
}

guint8
fuzz_mode (Span input, Span *rest)
{
  Reader reader = reader_init (input);
  guint8 mode = reader_u8 (&reader);
  *rest = reader_rest (&reader);
  return mode;
}

void
fuzz_judge (gboolean success, GError **error)
{
  if (success ? *error != NULL : !*error || (*error)->domain != MLS_ERROR)
    g_error ("fuzz: %s", *error ? "an error of another domain, or with success" : "refused without an error");
  g_clear_error (error);
}

void
fuzz_same (Span expected, Span actual)
{
  if (!span_equal (expected, actual))
    g_error ("fuzz: not the same bytes again");
}

GBytes *
fuzz_before (MlsGroup *group)
{
  return mls_scene_save (group);
}

void
fuzz_unchanged (MlsGroup *group, GBytes *before)
{
  g_autoptr (GBytes) after = mls_scene_save (group);
  fuzz_same (span_bytes (before), span_bytes (after));
}
