/* secret-driver.c - the life of a group, told to the secret scanner (tests/preload/secret-scan.c, check-secrets.sh).
 *
 * The life is lived twice with the same random numbers. The first time every secret is registered that can be got at:
 * all that is drawn and what follows from it, all that is saved, the keys of messages, what a Welcome carries. So in
 * the second life each of them is known to the scanner before it comes into being, and must be gone from every block of
 * memory that is freed.
 *
 *   secret-driver          must find nothing
 *   secret-driver --leak   frees one copy of a secret, which must be found
 */
#define _GNU_SOURCE /* memmem() */
#include <string.h>

#include "../lib/mls-scene.h"
#include "mls/group-private.h"
#include "mls/message.h"
#include "mls/public-message.h"

#define SEED 77
#define DRAWN 8192 /* bytes of the random stream that are registered; checked to be enough */
#define PIECE 16   /* what the scanner compares */
#define DEPTH 4    /* how far path secrets are followed upwards */

/* Defined by the preloaded library only. */
extern void secret_scan_register (const void *data, gsize len) __attribute__ ((weak, visibility ("default")));

static gboolean registering;

static void
secret (Span bytes)
{
  if (registering && secret_scan_register)
    secret_scan_register (bytes.data, bytes.len);
}

static void
secret_value (Secret value)
{
  secret (secret_span (&value));
  secret_clear (&value);
}

static gpointer
must (gpointer result, GError *error)
{
  if (!result)
    g_error ("secret-driver: %s", error ? error->message : "failed");
  return result;
}

/* --- what is drawn ----------------------------------------------------------------------------------------------- */

/* `ikm` was drawn for a key pair, an ephemeral one maybe, or as the lowest path secret (7.4). */
static void
register_drawn (Suite *suite, Span ikm)
{
  g_auto (Secret) path = secret_from (ikm);
  for (guint level = 0; level < DEPTH; level++)
    {
      g_auto (KemKeyPair) pair = { .public_len = 0 };
      g_auto (Secret) node = mls_derive_secret (suite, secret_span (&path), "node");
      secret (secret_span (&path));
      secret (secret_span (&node));
      if (kem_derive_key_pair (suite, secret_span (&node), &pair))
        secret (secret_span (&pair.private_key));
      g_auto (Secret) next = mls_derive_secret (suite, secret_span (&path), "path");
      path = next;
    }
  g_auto (KemKeyPair) direct = { .public_len = 0 };
  if (kem_derive_key_pair (suite, ikm, &direct))
    secret (secret_span (&direct.private_key));
}

/* Every draw is a multiple of four bytes long, so every secret begins at one of these places. */
static void
register_stream (Suite *suite)
{
  guint8 stream[DRAWN];
  g_autoptr (Rng) rng = rng_new_seeded (SEED);
  rng_fill (rng, stream, sizeof stream);
  for (gsize at = 0; registering && at + 32 <= sizeof stream; at += 4)
    register_drawn (suite, span (stream + at, 32));
  secret_wipe (stream, sizeof stream);
}

/* The life must not draw more than was registered. */
static void
assert_all_drawn (Rng *rng)
{
  guint8 stream[DRAWN + 16], next[16];
  g_autoptr (Rng) again = rng_new_seeded (SEED);
  rng_fill (again, stream, sizeof stream);
  rng_fill (rng, next, sizeof next);
  if (!memmem (stream, sizeof stream, next, sizeof next))
    g_error ("secret-driver: more than %d bytes are drawn", DRAWN);
  secret_wipe (stream, sizeof stream);
}

/* --- what is saved ----------------------------------------------------------------------------------------------- */

/* Key material looks random; counters, lengths and text do not. */
static gboolean
looks_random (const guint8 *piece)
{
  guint different = 0;
  for (guint i = 0; i < PIECE; i++)
    different += memchr (piece, piece[i], i) == NULL;
  return different >= 11;
}

static gboolean
is_public (Span publicly, const guint8 *piece)
{
  return memmem (publicly.data, publicly.len, piece, PIECE / 2)
         || memmem (publicly.data, publicly.len, piece + PIECE / 2, PIECE / 2);
}

/* Everything in the saved group that is not in its GroupInfo, wherever it stands. */
static void
register_saved (MlsGroup *group)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) info = must (mls_group_info (group, TRUE, &error), error);
  g_autoptr (GBytes) state = mls_scene_save (group);
  Span bytes = span_bytes (state);
  for (gsize at = 0; registering && at + PIECE <= bytes.len; at++)
    if (looks_random (bytes.data + at) && !is_public (span_bytes (info), bytes.data + at))
      secret (span (bytes.data + at, PIECE));
}

/* --- what is derived --------------------------------------------------------------------------------------------- */

static void
register_epoch (const MlsGroup *group)
{
  const MlsEpochSecrets *secrets = &group->secrets;
  secret (secret_span (&secrets->sender_data));
  secret (secret_span (&secrets->exporter));
  secret (secret_span (&secrets->external));
  secret (secret_span (&secrets->confirmation));
  secret (secret_span (&secrets->membership));
  secret (secret_span (&secrets->resumption));
  secret (secret_span (&secrets->init));
  g_auto (KemKeyPair) external = { .public_len = 0 };
  if (mls_external_key_pair (group->suite, secrets, &external, NULL))
    secret (secret_span (&external.private_key));
}

/* The next keys of every leaf's ratchets. */
static void
register_message_keys (MlsGroup *group)
{
  g_autoptr (MlsSecretTree) keys = mls_secret_tree_copy (mls_group_keys (group));
  for (guint32 leaf = 0; leaf < mls_tree_width (group->tree); leaf++)
    for (guint kind = 0; kind < 2; kind++)
      for (guint i = 0; i < 6; i++)
        {
          g_auto (MlsMessageKey) key = { .generation = 0 };
          if (mls_secret_tree_next (keys, leaf, (MlsRatchetKind) kind, &key, NULL))
            secret (secret_span (&key.key));
        }
}

/* 6.3.2: the key that sealed the sender data of this very message. */
static void
register_sender_data (const MlsGroup *group, Span message)
{
  Span body;
  MlsPrivateMessage view;
  if (!mls_message_read_as (message, MLS_WIRE_PRIVATE_MESSAGE, &body, NULL)
      || !mls_private_message_read (body, &view, NULL))
    return;
  Span sample = span (view.ciphertext.data, MIN (view.ciphertext.len, suite_hash_size (group->suite)));
  secret_value (mls_expand_secret (group->suite, secret_span (&group->secrets.sender_data), "key", sample, 16));
}

static void
register_welcome (const FixtureMember *member, GBytes *message)
{
  Span body;
  MlsWelcome welcome;
  Suite *suite = suite_new (1);
  if (!mls_message_read_as (span_bytes (message), MLS_WIRE_WELCOME, &body, NULL)
      || !mls_welcome_read (body, &welcome, NULL))
    g_error ("secret-driver: not a Welcome");
  g_autoptr (MlsGroupSecrets) secrets = must (mls_welcome_open_secrets (suite, &welcome, member->secrets, NULL), NULL);
  secret (secret_span (&secrets->joiner_secret));
  secret (secret_span (&secrets->path_secret));
  g_auto (Secret) welcome_secret = mls_welcome_secret (suite, secret_span (&secrets->joiner_secret), SPAN_EMPTY);
  g_auto (Secret) key = SECRET_EMPTY;
  g_auto (Secret) nonce = SECRET_EMPTY;
  mls_welcome_key (suite, secret_span (&welcome_secret), &key, &nonce);
  secret (secret_span (&welcome_secret));
  secret (secret_span (&key));
  suite_unref (suite);
}

static void
register_member (const FixtureMember *member)
{
  secret (sign_key_private (member->key));
  secret (secret_span (&member->secrets->init.private_key));
  secret (secret_span (&member->secrets->encryption.private_key));
}

static void
register_group (MlsGroup *group)
{
  register_epoch (group);
  register_message_keys (group);
  register_saved (group);
}

/* --- a life ------------------------------------------------------------------------------------------------------ */

typedef struct {
  Suite *suite;
  Rng *rng;
  FixtureMember *members[3]; /* alice, bob, carol */
  MlsGroup *groups[3];
} Life;

static void
adopt (Life *life, guint i, MlsGroup *next)
{
  g_clear_pointer (&life->groups[i], mls_group_free);
  life->groups[i] = next;
  register_group (next);
}

static void
begin (Life *life)
{
  static const char *const names[] = { "alice", "bob", "carol" };
  g_autoptr (GError) error = NULL;
  for (guint i = 0; i < 3; i++)
    {
      life->members[i] = fixture_member_new (life->suite, life->rng, names[i]);
      register_member (life->members[i]);
    }
  adopt (life, 0, fixture_create (life->suite, life->rng, life->members[0]));
  g_autoptr (GPtrArray) proposals =
      fixture_proposals (mls_proposal_add (fixture_member_package (life->members[1])),
                         mls_proposal_add (fixture_member_package (life->members[2])), NULL);
  g_autoptr (MlsOwnCommit) commit = fixture_commit (life->groups[0], life->rng, proposals);
  adopt (life, 0, g_steal_pointer (&commit->next));
  for (guint i = 1; i < 3; i++)
    {
      register_welcome (life->members[i], commit->welcome);
      adopt (life, i, must (fixture_join (life->suite, life->members[i], commit->welcome, &error), error));
    }
}

/* Member `by` commits, publicly or privately; all adopt. */
static void
commit (Life *life, guint by, const MlsCommitOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsOwnCommit) made = must (mls_group_commit (life->groups[by], life->rng, options, &error), error);
  register_sender_data (life->groups[by], span_bytes (made->message));
  for (guint i = 0; i < 3; i++)
    {
      if (i == by)
        continue;
      MlsReceived *received = must (mls_group_receive (life->groups[i], span_bytes (made->message), &error), error);
      g_autoptr (MlsJudged) judged = must (mls_group_judge (life->groups[i], received, NULL, &error), error);
      adopt (life, i, must (mls_group_stage (life->groups[i], judged, options->psks, &error), error));
    }
  adopt (life, by, g_steal_pointer (&made->next));
}

/* Alice talks, bob hears the messages in another order, and one of them damaged. */
static void
talk (Life *life)
{
  static const guint order[] = { 2, 0, 3, 1 };
  g_autoptr (GError) error = NULL;
  GBytes *messages[4];
  for (guint i = 0; i < 4; i++)
    {
      messages[i] = must (mls_group_seal (life->groups[0], life->rng, span_str ("text"), SPAN_EMPTY, 0, &error), error);
      register_sender_data (life->groups[0], span_bytes (messages[i]));
    }
  for (guint i = 0; i < 4; i++)
    {
      Span sealed = span_bytes (messages[order[i]]);
      g_autofree guint8 *damaged = g_memdup2 (sealed.data, sealed.len);
      damaged[sealed.len - 1] ^= 1;
      g_autoptr (MlsReceived) refused = mls_group_receive (life->groups[1], span (damaged, sealed.len), NULL);
      g_assert (!refused);
      mls_received_free (must (mls_group_receive (life->groups[1], sealed, &error), error));
      register_saved (life->groups[1]);
    }
  for (guint i = 0; i < 4; i++)
    g_bytes_unref (messages[i]);
}

/* A commit whose confirmation tag is wrong, found out only after its path was opened. */
static void
refuse (Life *life)
{
  static const guint8 tag[32] = "wrong";
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsOwnCommit) made = fixture_commit (life->groups[0], life->rng, NULL);
  Span body;
  if (!mls_message_read_as (span_bytes (made->message), MLS_WIRE_PUBLIC_MESSAGE, &body, &error))
    g_error ("%s", error->message);
  g_autoptr (MlsPublicMessage) view = must (mls_public_message_read (body, &error), error);
  g_autoptr (MlsAuthenticatedContent) changed = mls_authenticated_content_new (
      MLS_WIRE_PUBLIC_MESSAGE, view->content->content.encoded, view->content->signature, SPAN_OF (tag));
  g_autoptr (GBytes) message =
      mls_public_message_write (life->suite, changed, secret_span (&life->groups[0]->secrets.membership),
                                span_bytes (life->groups[0]->context->encoded));
  register_group (made->next);
  g_autoptr (MlsGroup) next = mls_scene_process (life->groups[1], span_bytes (message), NULL);
  g_assert (!next);
}

static void
use_psk (Life *life)
{
  static const guint8 nonce[32] = "nonce";
  guint8 value[32];
  rng_fill (life->rng, value, sizeof value);
  secret (SPAN_OF (value));
  g_autoptr (MlsPskStore) store = mls_psk_store_new ();
  mls_psk_store_add_external (store, span_str ("psk"), SPAN_OF (value));
  MlsPskId id = { .type = MLS_PSK_EXTERNAL, .external_id = span_str ("psk"), .nonce = SPAN_OF (nonce) };
  g_autoptr (GPtrArray) proposals = fixture_proposals (mls_proposal_psk (&id), NULL);
  commit (life, 1, &(MlsCommitOptions){ .proposals = proposals, .psks = store });
  secret_wipe (value, sizeof value);
}

static void
save_and_restore (Life *life)
{
  g_autoptr (GError) error = NULL;
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GBytes) state = mls_scene_save (life->groups[i]);
      MlsGroup *restored =
          must (mls_scene_restore (life->suite, life->members[i]->key, span_bytes (state), &error), error);
      adopt (life, i, restored);
    }
  g_auto (Writer) w = WRITER_INIT;
  mls_key_package_secrets_save (life->members[2]->secrets, &w);
  mls_key_package_secrets_free (must (mls_key_package_secrets_restore (life->suite, writer_span (&w), &error), error));
}

/* Carol is lost and comes back from outside. */
static void
join_from_outside (Life *life)
{
  g_autoptr (GError) error = NULL;
  const MlsLeafNode *leaf = fixture_member_package (life->members[2])->leaf;
  MlsKeyPackageFields fields = { .credential = leaf->credential,
                                 .capabilities = leaf->capabilities_encoded,
                                 .leaf_extensions = leaf->extensions };
  g_autoptr (GBytes) info = must (mls_group_info (life->groups[0], TRUE, &error), error);
  g_autoptr (MlsOwnCommit) made =
      must (mls_group_join_external (life->suite, life->rng, life->members[2]->key, &fields, span_bytes (info),
                                     SPAN_EMPTY, 2, mls_group_config_default (), &error),
            error);
  for (guint i = 0; i < 2; i++)
    {
      life->groups[i]->config.accept_external_commits = TRUE;
      adopt (life, i, must (mls_scene_process (life->groups[i], span_bytes (made->message), &error), error));
    }
  adopt (life, 2, g_steal_pointer (&made->next));
}

static void
end (Life *life)
{
  for (guint i = 0; i < 3; i++)
    {
      mls_group_free (life->groups[i]);
      fixture_member_free (life->members[i]);
    }
}

static void
live (void)
{
  Life life = { .suite = suite_new (1), .rng = rng_new_seeded (SEED) };
  register_stream (life.suite);
  begin (&life);
  talk (&life);
  commit (&life, 1, &(MlsCommitOptions){ .omit_tree = TRUE });
  commit (&life, 2, &(MlsCommitOptions){ .private_message = TRUE });
  refuse (&life);
  use_psk (&life);
  save_and_restore (&life);
  talk (&life);
  join_from_outside (&life);
  commit (&life, 0, &(MlsCommitOptions){ .omit_tree = TRUE });
  assert_all_drawn (life.rng);
  end (&life);
  rng_free (life.rng);
  suite_unref (life.suite);
}

static void
leak (void)
{
  guint8 *copy = g_malloc (64);
  g_autoptr (Rng) rng = rng_new_seeded (SEED);
  rng_fill (rng, copy, 64);
  g_free (copy);
}

int
main (int argc, char **argv)
{
  if (!secret_scan_register)
    g_printerr ("secret-driver: no scanner is preloaded; nothing is looked for\n");
  registering = TRUE;
  live ();
  registering = FALSE;
  live ();
  if (argc > 1 && strcmp (argv[1], "--leak") == 0)
    leak ();
  return 0;
}
