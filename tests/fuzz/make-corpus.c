/* make-corpus.c - writes the seeds of the fuzz targets: one valid input of each kind, so that a fuzzer begins behind
 * the door. Not a test; run by hand after a change of format:
 *
 *   make-corpus tests/fuzz/corpus
 *
 * Files named seed-* are replaced; what fuzzing found beside them stays.
 */
#include <glib/gstdio.h>
#include <stdlib.h>

#include "../lib/fuzzing.h"
#include "mls/message.h"

static const char *corpus;

/* One input: the mode, unless the target has none (negative), and the bytes. */
static void
put (const char *target, const char *name, int mode, Span bytes)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_build_filename (corpus, target, NULL);
  g_autofree char *file = g_strconcat ("seed-", name, NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_auto (Writer) w = WRITER_INIT;
  if (mode >= 0)
    writer_u8 (&w, (guint8) mode);
  writer_raw (&w, bytes);
  g_mkdir_with_parents (folder, 0755);
  if (!g_file_set_contents (path, (const char *) w.data, (gssize) w.len, &error))
    g_error ("%s", error->message);
}

static void
put_object (const char *target, MlsSceneObject which, int mode)
{
  g_autoptr (GBytes) object = mls_scene_object (fuzz_scene (), which);
  g_autofree char *name = g_strdup_printf ("%s-%d", mls_scene_object_name (which), MAX (mode, 0));
  put (target, name, mode, span_bytes (object));
}

static void
make_reader (void)
{
  static const guint8 numbers[] = { 4, 0, 1, 2, 3, 1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4 };
  static const guint8 lengths[] = { 4, 5, 5, 5, 5, 0x3f, 0x40, 0x40, 0x7f, 0xff, 0x80, 0x00, 0x40, 0x00 };
  static const guint8 overlong[] = { 1, 5, 0x40, 0x3f };
  static const guint8 huge[] = { 1, 7, 0xbf, 0xff, 0xff, 0xff, 1 };
  static const guint8 nested[] = { 6, 15, 15, 7, 0xff, 6, 0xff, 4, 3, 2, 0xaa, 0xbb };
  static const guint8 optional[] = { 3, 6, 6, 6, 0, 1, 2 };
  static const guint8 raw[] = { 2, 0x1c, 7, 1, 2, 3, 2, 4, 5 };
  put ("reader", "numbers", -1, SPAN_OF (numbers));
  put ("reader", "lengths", -1, SPAN_OF (lengths));
  put ("reader", "overlong", -1, SPAN_OF (overlong));
  put ("reader", "huge", -1, SPAN_OF (huge));
  put ("reader", "nested", -1, SPAN_OF (nested));
  put ("reader", "optional", -1, SPAN_OF (optional));
  put ("reader", "raw", -1, SPAN_OF (raw));
}

static void
make_messages (void)
{
  for (guint which = SCENE_WELCOME; which < SCENE_STATE; which++)
    put_object ("message", (MlsSceneObject) which, -1);
}

static void
make_key_packages (void)
{
  put_object ("key-package", SCENE_KEY_PACKAGE, 0);
  put_object ("key-package", SCENE_KEY_PACKAGE, 1);
  g_autoptr (FixtureMember) plain = fixture_member_new (fuzz_scene ()->suite, fuzz_scene ()->rng, "");
  put ("key-package", "nameless", 1, span_bytes (fixture_member_package (plain)->encoded));
  g_autoptr (Suite) other = suite_new (3);
  g_autoptr (FixtureMember) stranger = fixture_member_new (other, fuzz_scene ()->rng, "stranger");
  put ("key-package", "other-suite", 0, span_bytes (fixture_member_package (stranger)->encoded));
}

static void
make_welcomes (void)
{
  static const guint8 joiner[32] = { 1 }, path[32] = { 2 }, nonce[32] = { 3 };
  put_object ("welcome", SCENE_WELCOME, 0);
  put_object ("welcome", SCENE_GROUP_INFO, 1);
  put_object ("welcome", SCENE_GROUP_INFO, 2);
  g_auto (Secret) secret = secret_from (SPAN_OF (path));
  MlsPskId psks[] = { { .type = MLS_PSK_EXTERNAL, .external_id = span_str ("psk"), .nonce = SPAN_OF (nonce) },
                      { .type = MLS_PSK_RESUMPTION,
                        .usage = MLS_PSK_USAGE_APPLICATION,
                        .group_id = span_str ("group"),
                        .epoch = 3,
                        .nonce = SPAN_OF (nonce) } };
  g_auto (Writer) w = WRITER_INIT;
  mls_group_secrets_write (&w, SPAN_OF (joiner), &secret, psks, G_N_ELEMENTS (psks));
  put ("welcome", "secrets", 3, writer_span (&w));
}

/* Beside the scene's tree, which has blanks and an unmerged leaf, a full one. */
static void
make_group_infos (void)
{
  MlsScene *scene = fuzz_scene ();
  static const guint32 first[] = { 0 };
  static const guint8 nobody[] = { 6, 0, 1, 2, 0, 0, 0 }; /* a blank leaf and a parent without a key */
  put_object ("group-info", SCENE_GROUP_INFO, 0);
  put_object ("group-info", SCENE_TREE, 1);
  put ("group-info", "nobody", 1, SPAN_OF (nobody));
  for (guint n = 1; n <= 6; n++)
    {
      g_autoptr (GPtrArray) groups = n == 1 ? fixture_group (scene->suite, scene->rng, 1)
                                            : fixture_full_tree_group (scene->suite, scene->rng, n, first, 1);
      g_autoptr (GBytes) tree = mls_tree_encode (mls_group_tree (groups->pdata[0]));
      g_autofree char *name = g_strdup_printf ("full-%u", n);
      put ("group-info", name, 1, span_bytes (tree));
    }
}

static void
put_proposal (const char *name, MlsProposal *proposal)
{
  put ("commit", name, 3, span_bytes (proposal->encoded));
  mls_proposal_unref (proposal);
}

static void
make_proposals (void)
{
  static const guint8 nonce[32] = { 9 };
  static const guint8 reinit[] = { 0, 5, 1, 'g', 0, 1, 0, 1, 0 };
  MlsScene *scene = fuzz_scene ();
  MlsPskId psk = { .type = MLS_PSK_EXTERNAL, .external_id = span_str ("psk"), .nonce = SPAN_OF (nonce) };
  g_autoptr (GBytes) extensions = fixture_extensions (span_str ("other governance"));
  put_proposal ("add", mls_proposal_add (fixture_member_package (scene->outsider)));
  put_proposal ("update", mls_proposal_update (mls_tree_leaf (mls_group_tree (scene->groups[0]), 0)));
  put_proposal ("remove", mls_proposal_remove (2));
  put_proposal ("psk", mls_proposal_psk (&psk));
  put_proposal ("external-init", mls_proposal_external_init (SPAN_OF (nonce)));
  put_proposal ("extensions", mls_proposal_group_context_extensions (span_bytes (extensions)));
  put ("commit", "reinit", 3, SPAN_OF (reinit));
}

static void
make_external_commits (void)
{
  g_autoptr (GBytes) message = mls_scene_join_outside (fuzz_scene ());
  g_autoptr (GBytes) content = mls_scene_content (span_bytes (message));
  put ("commit", "external", 0, span_bytes (message));
  put ("commit", "signed-external-9", 9, span_bytes (content));
  put ("commit", "signed-external-13", 13, span_bytes (content));
  g_autoptr (MlsProposal) proposal = mls_proposal_add (fixture_member_package (fuzz_scene ()->outsider));
  put ("commit", "external-add", 11, span_bytes (proposal->encoded));
}

static void
make_commits (void)
{
  static const MlsSceneObject wire[] = { SCENE_COMMIT, SCENE_PRIVATE_COMMIT, SCENE_PROPOSAL, SCENE_PRIVATE_PROPOSAL,
                                         SCENE_APPLICATION };
  static const int modes[] = { 1, 2, 5 };
  for (guint i = 0; i < G_N_ELEMENTS (wire); i++)
    put_object ("commit", wire[i], 0);
  for (guint which = SCENE_COMMIT; which <= SCENE_COMMIT_EXTENSIONS; which++)
    for (guint mode = 0; mode < (which == SCENE_COMMIT ? G_N_ELEMENTS (modes) : 1); mode++)
      {
        g_autoptr (GBytes) message = mls_scene_object (fuzz_scene (), (MlsSceneObject) which);
        g_autoptr (GBytes) content = mls_scene_content (span_bytes (message));
        g_autofree char *name =
            g_strdup_printf ("signed-%s-%d", mls_scene_object_name ((MlsSceneObject) which), modes[mode]);
        put ("commit", name, modes[mode], span_bytes (content));
      }
  make_proposals ();
  make_external_commits ();
}

static void
make_saved (void)
{
  g_autoptr (GError) error = NULL;
  put_object ("saved-group", SCENE_STATE, 0);
  /* with ratchets, and keys of skipped messages */
  MlsScene *scene = fuzz_scene ();
  g_bytes_unref (mls_scene_object (scene, SCENE_APPLICATION));
  g_autoptr (GBytes) message = mls_scene_object (scene, SCENE_APPLICATION);
  g_autoptr (MlsReceived) received = mls_group_receive (scene->groups[1], span_bytes (message), &error);
  if (!received)
    g_error ("make-corpus: %s", error->message);
  g_autoptr (GBytes) state = mls_scene_save (scene->groups[1]);
  put ("saved-group", "ratchets", 0, span_bytes (state));
  g_auto (Writer) w = WRITER_INIT;
  mls_key_package_secrets_save (scene->outsider->secrets, &w);
  put ("saved-group", "key-package", 1, writer_span (&w));
}

int
main (int argc, char **argv)
{
  if (argc != 2)
    {
      g_printerr ("usage: make-corpus FOLDER\n");
      return EXIT_FAILURE;
    }
  corpus = argv[1];
  make_reader ();
  make_messages ();
  make_key_packages ();
  make_welcomes ();
  make_group_infos ();
  make_commits ();
  make_saved (); /* last: it uses keys up */
  return EXIT_SUCCESS;
}
