/* fuzz-welcome.c - a Welcome for a fixed key package: as bytes from the wire (mode 0), with the input as GroupInfo
 * (mode 1), as a GroupInfo that the insider signs and confirms (mode 2), or as GroupSecrets (mode 3).
 */
#include "../lib/fuzzing.h"
#include "../lib/reencode.h"
#include "mls/key-schedule.h"

static const guint8 joiner_secret[32] = "the joiner secret of every input";

static void
join (MlsScene *scene, GBytes *welcome)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsGroup) group = fixture_join (scene->suite, scene->members[SCENE_MEMBERS - 1], welcome, &error);
  fuzz_judge (group != NULL, &error);
  if (!group)
    return;
  g_autoptr (GBytes) state = mls_scene_save (group);
  g_autoptr (MlsGroup) again =
      mls_scene_restore (scene->suite, scene->members[SCENE_MEMBERS - 1]->key, span_bytes (state), &error);
  fuzz_judge (again != NULL, &error);
  g_assert (again);
  fuzz_unchanged (again, state);
}

static void
join_with_info (MlsScene *scene, Span group_info)
{
  g_autoptr (GBytes) welcome = mls_scene_welcome (scene, SPAN_OF (joiner_secret), group_info);
  join (scene, welcome);
}

/* The GroupInfo with the tag that its own context asks for, signed by the first member. */
static void
join_with_signed_info (MlsScene *scene, Span bytes)
{
  g_autoptr (MlsGroupInfo) info = mls_group_info_parse (bytes, NULL);
  if (!info)
    return;
  g_auto (MlsEpochSecrets) secrets = { .sender_data = SECRET_EMPTY };
  mls_epoch_secrets_derive (scene->suite, SPAN_OF (joiner_secret), SPAN_EMPTY, span_bytes (info->context->encoded),
                            &secrets);
  guint8 tag[HASH_MAX];
  mls_confirmation_tag (scene->suite, &secrets, info->context->confirmed_transcript_hash, tag);
  g_autoptr (GBytes) repaired =
      mls_group_info_sign (scene->suite, scene->members[0]->key, info->context, info->extensions,
                           span (tag, suite_hash_size (scene->suite)), info->signer, NULL);
  join_with_info (scene, span_bytes (repaired));
}

/* The input is what the joiner finds where GroupSecrets should be. */
static void
parse_secrets (Span bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsGroupSecrets) secrets = mls_group_secrets_parse (bytes, &error);
  fuzz_judge (secrets != NULL, &error);
  if (!secrets)
    return;
  g_auto (Writer) again = WRITER_INIT;
  mls_group_secrets_write (&again, secret_span (&secrets->joiner_secret),
                           secrets->has_path_secret ? &secrets->path_secret : NULL, secrets->psks, secrets->n_psks);
  fuzz_same (bytes, writer_span (&again));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  MlsScene *scene = fuzz_scene ();
  Span bytes;
  guint8 mode = fuzz_mode (span (data, size), &bytes);
  g_autoptr (GBytes) welcome = span_dup (bytes);
  switch (mode & 3)
    {
    case 0:
      join (scene, welcome);
      break;
    case 1:
      join_with_info (scene, bytes);
      break;
    case 2:
      join_with_signed_info (scene, bytes);
      break;
    default:
      parse_secrets (bytes);
    }
  return 0;
}
