/* test-private-message.c - mls/private-message.h: message-protection.json, both directions; refusals; padding.
 */
#include <string.h>

#include "crypto/aead.h"
#include "mls/private-message.h"
#include "protection.h"

/* --- vectors ----------------------------------------------------------------------------------------------------- */

static MlsAuthenticatedContent *
open_with (const Protection *scene, MlsSecretTree *keys, Span message, GError **error)
{
  Span body;
  MlsPrivateMessage read;
  guint32 leaf, generation;
  if (!mls_message_read_as (message, MLS_WIRE_PRIVATE_MESSAGE, &body, error)
      || !mls_private_message_read (body, &read, error))
    return NULL;
  return mls_private_message_open (scene->suite, &read, secret_span (&scene->sender_data), keys, WIDTH, &leaf,
                                   &generation, error);
}

static MlsRatchetKind
kind_of (MlsContentType type)
{
  return type == MLS_CONTENT_APPLICATION ? MLS_RATCHET_APPLICATION : MLS_RATCHET_HANDSHAKE;
}

static gboolean
check_prefixes (const Protection *scene, Span message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsSecretTree) keys = protection_keys (scene);
  for (gsize len = 0; len <= message.len + 1; len++)
    {
      g_autoptr (GBytes) cut = resized (message, len);
      g_autoptr (MlsAuthenticatedContent) opened = open_with (scene, keys, span_bytes (cut), &error);
      CASE_HOLDS (len == message.len ? opened != NULL : !opened && is_code (&error, MLS_ERROR_MALFORMED));
    }
  return TRUE;
}

static gboolean
check_message (const Protection *scene, Span message, MlsContentType type, Span raw)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsSecretTree) keys = protection_keys (scene);
  Span body;
  MlsPrivateMessage read;
  guint32 leaf = 99, generation = 99;
  CASE_HOLDS (mls_message_read_as (message, MLS_WIRE_PRIVATE_MESSAGE, &body, NULL));
  CASE_HOLDS (mls_private_message_read (body, &read, NULL));
  CASE_HOLDS (read.content_type == type && read.epoch == scene->context->epoch);
  CASE_HOLDS (span_equal (read.group_id, scene->context->group_id));
  Span secret = secret_span (&scene->sender_data);
  g_autoptr (MlsAuthenticatedContent) opened =
      mls_private_message_open (scene->suite, &read, secret, keys, WIDTH, &leaf, &generation, &error);
  CASE_HOLDS (opened && leaf == SENDER_LEAF && opened->content.sender.index == SENDER_LEAF);
  CASE_HOLDS (opened->content.sender.type == MLS_SENDER_MEMBER && opened->content.content_type == type);
  CASE_HOLDS (span_equal (opened->content.content, raw));
  CASE_HOLDS (span_equal (opened->content.authenticated_data, read.authenticated_data));
  CASE_HOLDS (mls_authenticated_content_verify (scene->suite, opened, sign_key_public (scene->key),
                                                protection_context (scene), NULL));
  g_autoptr (MlsAuthenticatedContent) same = mls_authenticated_content_read (span_bytes (opened->encoded), NULL);
  CASE_HOLDS (same && span_equal (same->content.encoded, opened->content.encoded));
  mls_secret_tree_use (keys, leaf, kind_of (type), generation);
  CASE_HOLDS (!mls_private_message_open (scene->suite, &read, secret, keys, WIDTH, &leaf, &generation, &error));
  CASE_HOLDS (is_code (&error, MLS_ERROR_GENERATION_USED));
  return check_prefixes (scene, message);
}

/* The message written from its fields. */
static gboolean
check_rebuilt (Span message)
{
  Span body;
  MlsPrivateMessage read;
  CASE_HOLDS (mls_message_read_as (message, MLS_WIRE_PRIVATE_MESSAGE, &body, NULL));
  CASE_HOLDS (mls_private_message_read (body, &read, NULL));
  g_auto (Writer) writer = WRITER_INIT;
  mls_message_begin (&writer, MLS_WIRE_PRIVATE_MESSAGE);
  writer_vector (&writer, read.group_id);
  writer_u64 (&writer, read.epoch);
  writer_u8 (&writer, (guint8) read.content_type);
  CASE_HOLDS (span_equal (read.sender_data_aad, span (writer.data + 4, writer.len - 4)));
  writer_vector (&writer, read.authenticated_data);
  CASE_HOLDS (span_equal (read.content_aad, span (writer.data + 4, writer.len - 4)));
  writer_vector (&writer, read.encrypted_sender_data);
  writer_vector (&writer, read.ciphertext);
  CASE_HOLDS (span_equal (writer_span (&writer), message));
  return TRUE;
}

static GBytes *
seal (const Protection *scene, MlsSecretTree *keys, MlsContentType type, Span content, gsize padding, GError **error)
{
  guint8 tag[HASH_MAX] = { 7 };
  g_autoptr (MlsAuthenticatedContent) made =
      protection_sign (scene, MLS_WIRE_PRIVATE_MESSAGE, type, content, span (tag, suite_hash_size (scene->suite)));
  return mls_private_message_seal (scene->suite, scene->rng, made, SENDER_LEAF, secret_span (&scene->sender_data), keys,
                                   padding, error);
}

static gboolean
check_case (JsonObject *object)
{
  g_auto (Protection) scene = protection_of (object);
  for (gsize i = 0; i < G_N_ELEMENTS (protection_kinds); i++)
    {
      const ProtectionKind *kind = &protection_kinds[i];
      Span raw = vectors_span (object, kind->raw), message = vectors_span (object, kind->priv);
      CASE_HOLDS (check_rebuilt (message) && check_message (&scene, message, kind->type, raw));
      g_autoptr (MlsSecretTree) keys = protection_keys (&scene);
      g_autoptr (GBytes) first = seal (&scene, keys, kind->type, raw, 0, NULL);
      g_autoptr (GBytes) second = seal (&scene, keys, kind->type, raw, 100, NULL);
      CASE_HOLDS (first && check_rebuilt (span_bytes (first)));
      CASE_HOLDS (check_message (&scene, span_bytes (first), kind->type, raw));
      CASE_HOLDS (second && check_message (&scene, span_bytes (second), kind->type, raw));
    }
  return TRUE;
}

/* --- sealing by hand --------------------------------------------------------------------------------------------- */

static const guint8 remove_proposal[] = { 0, 3, 0, 0, 0, 2 };

/* What a peer that breaks rules may send: each field is free. */
typedef struct {
  MlsContentType type;
  Span plaintext;
  guint32 leaf;
  guint32 generation;
  gsize sender_data_len;
  gsize ciphertext_len; /* what is left of the ciphertext; 0: all */
} Forged;

static GBytes *
forge (const Protection *scene, const Forged *forged)
{
  Suite *suite = scene->suite;
  g_autoptr (MlsSecretTree) keys = protection_keys (scene);
  g_auto (MlsMessageKey) key = { .generation = 0 };
  if (!mls_secret_tree_peek (keys, MIN (forged->leaf, 1), kind_of (forged->type), MIN (forged->generation, 1000), &key,
                             NULL))
    g_assert_not_reached ();
  g_auto (Writer) writer = WRITER_INIT;
  mls_message_begin (&writer, MLS_WIRE_PRIVATE_MESSAGE);
  writer_vector (&writer, scene->context->group_id);
  writer_u64 (&writer, scene->context->epoch);
  writer_u8 (&writer, (guint8) forged->type);
  g_autoptr (GBytes) aad = span_dup (span (writer.data + 4, writer.len - 4));
  writer_vector (&writer, span_str ("data"));
  g_autoptr (GBytes) content_aad = span_dup (span (writer.data + 4, writer.len - 4));
  guint8 sealed[500], data[12 + 16 + 1] = { 0 };
  g_assert (aead_seal (suite, secret_span (&key.key), secret_span (&key.nonce), span_bytes (content_aad),
                       forged->plaintext, sealed));
  Span ciphertext = span (sealed, forged->ciphertext_len ? forged->ciphertext_len : forged->plaintext.len + AEAD_TAG);
  Span sample = span (sealed, MIN (ciphertext.len, suite_hash_size (suite)));
  g_auto (Secret) data_key =
      mls_expand_secret (suite, secret_span (&scene->sender_data), "key", sample, suite_key_size (suite));
  g_auto (Secret) data_nonce =
      mls_expand_secret (suite, secret_span (&scene->sender_data), "nonce", sample, AEAD_NONCE);
  guint32 numbers[] = { GUINT32_TO_BE (forged->leaf), GUINT32_TO_BE (forged->generation) };
  memcpy (data, numbers, sizeof numbers);
  g_assert (
      aead_seal (suite, secret_span (&data_key), secret_span (&data_nonce), span_bytes (aad), span (data, 12), data));
  writer_vector (&writer, span (data, forged->sender_data_len));
  writer_vector (&writer, ciphertext);
  return writer_take (&writer);
}

static gboolean
refused (const Protection *scene, const Forged *forged, MlsError code)
{
  g_autoptr (GBytes) message = forge (scene, forged);
  g_autoptr (MlsSecretTree) keys = protection_keys (scene);
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsAuthenticatedContent) opened = open_with (scene, keys, span_bytes (message), &error);
  return !opened && is_code (&error, code);
}

/* A proposal, an unverified signature, four bytes of padding. */
static const guint8 plain[] = { 0, 3, 0, 0, 0, 2, 3, 'a', 'b', 'c', 0, 0, 0, 0 };
static const Forged good = {
  .type = MLS_CONTENT_PROPOSAL, .plaintext = { plain, sizeof plain }, .leaf = 1, .sender_data_len = 28
};

START_TEST (forged_message_that_breaks_nothing_opens)
{
  g_auto (Protection) scene = protection_new (1);
  g_autoptr (GBytes) message = forge (&scene, &good);
  g_autoptr (MlsSecretTree) keys = protection_keys (&scene);
  g_autoptr (MlsAuthenticatedContent) opened = open_with (&scene, keys, span_bytes (message), NULL);
  ck_assert_ptr_nonnull (opened);
  ck_assert (span_equal (opened->signature, span_str ("abc")));
}
END_TEST

START_TEST (each_rule_has_its_code)
{
  g_auto (Protection) scene = protection_new (1);
  Forged forged = good;
  forged.leaf = WIDTH;
  ck_assert (refused (&scene, &forged, MLS_ERROR_SENDER_UNKNOWN));
  forged.leaf = G_MAXUINT32;
  ck_assert (refused (&scene, &forged, MLS_ERROR_SENDER_UNKNOWN));
  forged = good;
  forged.generation = 1001;
  ck_assert (refused (&scene, &forged, MLS_ERROR_GENERATION_AHEAD));
  forged = good;
  for (forged.sender_data_len = 0; forged.sender_data_len < 30; forged.sender_data_len++)
    if (forged.sender_data_len != 28)
      ck_assert (refused (&scene, &forged, MLS_ERROR_SENDER_DATA));
  forged = good;
  for (forged.ciphertext_len = 1; forged.ciphertext_len < sizeof plain + AEAD_TAG; forged.ciphertext_len++)
    ck_assert (refused (&scene, &forged, MLS_ERROR_DECRYPT));
}
END_TEST

static gboolean
plaintext_refused (const Protection *scene, Span plaintext, MlsContentType type, MlsError code)
{
  Forged forged = good;
  forged.plaintext = plaintext;
  forged.type = type;
  return refused (scene, &forged, code);
}

START_TEST (each_plaintext_rule_has_its_code)
{
  g_auto (Protection) scene = protection_new (1);
  for (gsize at = 10; at < sizeof plain; at++)
    for (guint bit = 0; bit < 8; bit++)
      {
        guint8 bent[sizeof plain];
        memcpy (bent, plain, sizeof plain);
        bent[at] = (guint8) (1u << bit);
        ck_assert (plaintext_refused (&scene, SPAN_OF (bent), MLS_CONTENT_PROPOSAL, MLS_ERROR_PADDING));
      }
  for (gsize len = 0; len < 10; len++)
    ck_assert (plaintext_refused (&scene, span (plain, len), MLS_CONTENT_PROPOSAL, MLS_ERROR_MALFORMED));
  const guint8 unknown[] = { 0, 9, 0, 0 }, reference[] = { 2, 3, 0, 0 }, text[] = { 5, 'a' };
  ck_assert (plaintext_refused (&scene, SPAN_OF (unknown), MLS_CONTENT_PROPOSAL, MLS_ERROR_PROPOSAL_TYPE));
  ck_assert (plaintext_refused (&scene, SPAN_OF (reference), MLS_CONTENT_COMMIT, MLS_ERROR_MALFORMED));
  ck_assert (plaintext_refused (&scene, SPAN_OF (text), MLS_CONTENT_APPLICATION, MLS_ERROR_MALFORMED));
}
END_TEST

START_TEST (every_bit_counts)
{
  g_auto (Protection) scene = protection_new (1);
  g_autoptr (MlsSecretTree) keys = protection_keys (&scene);
  g_autoptr (GBytes) message = seal (&scene, keys, MLS_CONTENT_APPLICATION, span_str ("hi"), 0, NULL);
  g_autoptr (MlsSecretTree) receiver = protection_keys (&scene);
  for (gsize bit = 32; bit < 8 * g_bytes_get_size (message); bit++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bent = resized (span_bytes (message), g_bytes_get_size (message));
      ((guint8 *) g_bytes_get_data (bent, NULL))[bit / 8] ^= (guint8) (1u << bit % 8);
      g_autoptr (MlsAuthenticatedContent) opened = open_with (&scene, receiver, span_bytes (bent), &error);
      ck_assert (!opened && error);
    }
  g_autoptr (MlsAuthenticatedContent) opened = open_with (&scene, receiver, span_bytes (message), NULL);
  ck_assert (opened && span_equal (opened->content.content, span_str ("hi")));
}
END_TEST

START_TEST (content_types_are_known)
{
  g_auto (Protection) scene = protection_new (1);
  g_autoptr (GError) error = NULL;
  for (guint type = 0; type < 256; type++)
    {
      g_autoptr (GBytes) message = forge (&scene, &good);
      ((guint8 *) g_bytes_get_data (message, NULL))[4 + 6 + 8] = (guint8) type;
      MlsPrivateMessage read;
      Span whole = span_bytes (message);
      gboolean fine = mls_private_message_read (span (whole.data + 4, whole.len - 4), &read, &error);
      ck_assert_int_eq (fine, type >= 1 && type <= 3);
      ck_assert (fine || is_code (&error, MLS_ERROR_CONTENT_TYPE));
    }
}
END_TEST

/* --- making ------------------------------------------------------------------------------------------------------ */

START_TEST (padding_is_added_and_removed)
{
  static const gsize paddings[] = { 0, 1, 15, 63, 64, 65, 1000, 20000 };
  g_auto (Protection) scene = protection_new (3);
  g_autoptr (MlsSecretTree) keys = protection_keys (&scene);
  gsize unpadded = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (paddings); i++)
    {
      g_autoptr (MlsSecretTree) receiver = protection_keys (&scene);
      g_autoptr (GBytes) message = seal (&scene, keys, MLS_CONTENT_APPLICATION, span_str (""), paddings[i], NULL);
      g_autoptr (MlsAuthenticatedContent) opened = open_with (&scene, receiver, span_bytes (message), NULL);
      ck_assert (opened && opened->content.content.len == 0);
      g_autoptr (MlsAuthenticatedContent) same = mls_authenticated_content_read (span_bytes (opened->encoded), NULL);
      ck_assert_ptr_nonnull (same);
      gsize size = g_bytes_get_size (message);
      unpadded = i ? unpadded : size;
      ck_assert (size >= unpadded + paddings[i] && size <= unpadded + paddings[i] + 2);
    }
}
END_TEST

START_TEST (making_refuses_the_impossible)
{
  g_auto (Protection) scene = protection_new (1);
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsSecretTree) keys = protection_keys (&scene);
  ck_assert_ptr_null (seal (&scene, keys, MLS_CONTENT_APPLICATION, span_str ("hi"), 1u << 30, &error));
  ck_assert (is_code (&error, MLS_ERROR_TOO_LARGE));
  ck_assert_ptr_null (seal (&scene, keys, MLS_CONTENT_APPLICATION, span_str ("hi"), G_MAXSIZE, &error));
  ck_assert (is_code (&error, MLS_ERROR_TOO_LARGE));
  g_autoptr (MlsAuthenticatedContent) public =
      protection_sign (&scene, MLS_WIRE_PUBLIC_MESSAGE, MLS_CONTENT_PROPOSAL, SPAN_OF (remove_proposal), SPAN_EMPTY);
  Span secret = secret_span (&scene.sender_data);
  ck_assert_ptr_null (mls_private_message_seal (scene.suite, scene.rng, public, 1, secret, keys, 0, &error));
  ck_assert (is_code (&error, MLS_ERROR_INTERNAL));
  g_autoptr (MlsAuthenticatedContent) private =
      protection_sign (&scene, MLS_WIRE_PRIVATE_MESSAGE, MLS_CONTENT_PROPOSAL, SPAN_OF (remove_proposal), SPAN_EMPTY);
  ck_assert_ptr_null (mls_private_message_seal (scene.suite, scene.rng, private, 0, secret, keys, 0, &error));
  ck_assert (is_code (&error, MLS_ERROR_INTERNAL));
  ck_assert_uint_eq (mls_secret_tree_next_generation (keys, 1, MLS_RATCHET_HANDSHAKE), 0);
}
END_TEST

/* No two messages share key and nonce, even if a key is used twice after a rollback. */
START_TEST (reuse_guard_is_fresh)
{
  g_auto (Protection) scene = protection_new (1);
  g_autoptr (MlsSecretTree) keys = protection_keys (&scene);
  g_autoptr (MlsSecretTree) rolled_back = protection_keys (&scene);
  g_autoptr (GBytes) a = seal (&scene, keys, MLS_CONTENT_APPLICATION, span_str ("hi"), 0, NULL);
  g_autoptr (GBytes) b = seal (&scene, rolled_back, MLS_CONTENT_APPLICATION, span_str ("hi"), 0, NULL);
  ck_assert (!g_bytes_equal (a, b));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    forged_message_that_breaks_nothing_opens,
    each_rule_has_its_code,
    each_plaintext_rule_has_its_code,
    every_bit_counts,
    content_types_are_known,
    padding_is_added_and_removed,
    making_refuses_the_impossible,
    reuse_guard_is_fresh,
  };
  return run_tests_and_cases ("mls/private-message", tests, G_N_ELEMENTS (tests), "message-protection", 7, check_case);
}
