/* test-wycheproof.c - every case of 18 files of project Wycheproof (github.com/C2SP/wycheproof, testvectors_v1),
 * through the functions that the rest of the program uses.
 *
 * A case counts if we behave as it asks:
 *
 *   valid        the exact output, or the signature accepted
 *   invalid      refused
 *   acceptable   by its flags: what MLS or HPKE forbids is refused, the rest must give the exact output (below)
 *
 * Cases outside what a suite of MLS can use (a nonce that has not 12 bytes, a key for AES-192, a compressed point)
 * count if they are refused, whatever Wycheproof thinks of them.
 */
#include <stdlib.h>
#include <string.h>

#include "../lib/run.h"
#include "../lib/vectors.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/hkdf.h"
#include "crypto/kem.h"
#include "crypto/sign.h"

#define ALL_CASES 6017

static gboolean
is_valid (JsonObject *test)
{
  return g_str_equal (vectors_text (test, "result"), "valid");
}

static gboolean
has_flag (JsonObject *test, const char *flag)
{
  JsonArray *flags = vectors_array (test, "flags");
  for (guint i = 0; i < json_array_get_length (flags); i++)
    if (g_str_equal (json_array_get_string_element (flags, i), flag))
      return TRUE;
  return FALSE;
}

/* --- AEAD -------------------------------------------------------------------------------------------------------- */

/* The suites of a file, by the size of their AEAD key. */
static gboolean
aead_in_scope (Suite *suite, JsonObject *group, Span nonce)
{
  return vectors_int (group, "keySize") == 8 * suite_key_size (suite) && vectors_int (group, "tagSize") == 8 * AEAD_TAG
         && nonce.len == AEAD_NONCE;
}

static gboolean
check_aead_with (Suite *suite, JsonObject *group, JsonObject *test)
{
  Span key = vectors_span (test, "key"), nonce = vectors_span (test, "iv"), aad = vectors_span (test, "aad");
  Span plaintext = vectors_span (test, "msg"), body = vectors_span (test, "ct"), tag = vectors_span (test, "tag");
  g_autofree guint8 *whole = g_malloc (body.len + tag.len + 1);
  memcpy (whole, body.data, body.len);
  memcpy (whole + body.len, tag.data, tag.len);
  Span ciphertext = span (whole, body.len + tag.len);
  g_autofree guint8 *sealed = g_malloc0 (plaintext.len + AEAD_TAG);
  g_autofree guint8 *opened = g_malloc0 (ciphertext.len + 1);
  gboolean seals = aead_seal (suite, key, nonce, aad, plaintext, sealed);
  gboolean opens = aead_open (suite, key, nonce, aad, ciphertext, opened);
  if (!aead_in_scope (suite, group, nonce))
    return !seals && !opens;
  gboolean same = seals && span_equal (span (sealed, plaintext.len + AEAD_TAG), ciphertext);
  if (!is_valid (test))
    return !same && !opens;
  return same && opens && span_equal (span (opened, body.len), plaintext);
}

/* Suites with the wrong size of key must refuse; that also covers AES-192. */
static gboolean
check_aes_gcm (Suite *suite, JsonObject *group, JsonObject *test)
{
  g_autoptr (Suite) other = suite_new (4);
  return check_aead_with (suite, group, test) && check_aead_with (other, group, test);
}

/* --- HMAC, HKDF -------------------------------------------------------------------------------------------------- */

/* Where the tag is a shortened one, the shortening is the caller's. */
static gboolean
check_hmac (Suite *suite, JsonObject *group, JsonObject *test)
{
  guint8 full[HASH_MAX];
  gsize tag_len = vectors_int (group, "tagSize") / 8;
  Span message = vectors_span (test, "msg");
  hmac_parts (suite, vectors_span (test, "key"), &message, 1, full);
  gboolean same = tag_len <= suite_hash_size (suite) && secret_equal (span (full, tag_len), vectors_span (test, "tag"));
  return same == is_valid (test);
}

static gboolean
check_hkdf (Suite *suite, JsonObject *group, JsonObject *test)
{
  (void) group;
  gsize len = vectors_int (test, "size");
  Span info = vectors_span (test, "info");
  g_autofree guint8 *out = g_malloc0 (len + 1);
  g_auto (Secret) prk = hkdf_extract (suite, vectors_span (test, "salt"), vectors_span (test, "ikm"));
  gboolean done = hkdf_expand (suite, secret_span (&prk), &info, 1, out, len);
  if (!is_valid (test))
    return !done;
  return done && span_equal (span (out, len), vectors_span (test, "okm"));
}

/* --- key agreement ----------------------------------------------------------------------------------------------- */

static gboolean
agrees (Suite *suite, Span private_key, JsonObject *test, gboolean wanted)
{
  g_auto (Secret) shared = SECRET_EMPTY;
  gboolean done = kem_dh (suite, private_key, vectors_span (test, "public"), &shared);
  if (!wanted)
    return !done && shared.len == 0;
  return done && secret_equal (secret_span (&shared), vectors_span (test, "shared"));
}

/* The file writes scalars as signed numbers of no fixed width; ours have the width of the field. The one acceptable
 * case per file is a compressed point, which RFC 9180 section 4 does not know: refused, like the invalid ones. */
static gboolean
check_ecdh (Suite *suite, JsonObject *group, JsonObject *test)
{
  (void) group;
  guint8 padded[66] = { 0 };
  gsize width = (suite_kem_public_size (suite) - 1) / 2;
  Span scalar = vectors_span (test, "private");
  while (scalar.len > 0 && scalar.data[0] == 0)
    scalar = span (scalar.data + 1, scalar.len - 1);
  if (scalar.len > width)
    return FALSE;
  memcpy (padded + width - scalar.len, scalar.data, scalar.len);
  return agrees (suite, span (padded, width), test, is_valid (test) && !has_flag (test, "CompressedPoint"));
}

/* Acceptable: points on the twist, small ones and non-canonical ones must work, as RFC 7748 section 5 says; those that
 * lead to zero must not, as RFC 9180 section 7.1.4 says. Invalid: a public key of the wrong length. */
static gboolean
check_xdh (Suite *suite, JsonObject *group, JsonObject *test)
{
  (void) group;
  gboolean wanted = !g_str_equal (vectors_text (test, "result"), "invalid") && !has_flag (test, "ZeroSharedSecret");
  return agrees (suite, vectors_span (test, "private"), test, wanted);
}

/* --- signatures -------------------------------------------------------------------------------------------------- */

static gboolean
verifies (Suite *suite, Span public_key, JsonObject *test)
{
  return sign_public_valid (suite, public_key)
         && sign_verify (suite, public_key, vectors_span (test, "msg"), vectors_span (test, "sig"));
}

static gboolean
check_ecdsa (Suite *suite, JsonObject *group, JsonObject *test)
{
  Span public_key = vectors_span (vectors_object (group, "publicKey"), "uncompressed");
  return verifies (suite, public_key, test) == is_valid (test);
}

static gboolean
check_eddsa (Suite *suite, JsonObject *group, JsonObject *test)
{
  Span public_key = vectors_span (vectors_object (group, "publicKey"), "pk");
  return verifies (suite, public_key, test) == is_valid (test);
}

/* --- the files --------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *name;
  guint16 suite;
  gboolean (*check) (Suite *suite, JsonObject *group, JsonObject *test);
} File;

static const File files[] = {
  { "aes_gcm_test.json", 1, check_aes_gcm },
  { "chacha20_poly1305_test.json", 3, check_aead_with },
  { "ecdh_secp256r1_ecpoint_test.json", 2, check_ecdh },
  { "ecdh_secp384r1_ecpoint_test.json", 7, check_ecdh },
  { "ecdh_secp521r1_ecpoint_test.json", 5, check_ecdh },
  { "ecdsa_secp256r1_sha256_test.json", 2, check_ecdsa },
  { "ecdsa_secp384r1_sha384_test.json", 7, check_ecdsa },
  { "ecdsa_secp521r1_sha512_test.json", 5, check_ecdsa },
  { "ed25519_test.json", 1, check_eddsa },
  { "ed448_test.json", 4, check_eddsa },
  { "hkdf_sha256_test.json", 1, check_hkdf },
  { "hkdf_sha384_test.json", 7, check_hkdf },
  { "hkdf_sha512_test.json", 4, check_hkdf },
  { "hmac_sha256_test.json", 1, check_hmac },
  { "hmac_sha384_test.json", 7, check_hmac },
  { "hmac_sha512_test.json", 4, check_hmac },
  { "x25519_test.json", 1, check_xdh },
  { "x448_test.json", 4, check_xdh },
};

typedef struct {
  guint seen;
  guint fine;
} Tally;

static void
check_group (const File *file, Suite *suite, JsonObject *group, Tally *tally)
{
  JsonArray *tests = vectors_array (group, "tests");
  for (guint i = 0; i < json_array_get_length (tests); i++)
    {
      JsonObject *test = json_array_get_object_element (tests, i);
      gboolean fine = file->check (suite, group, test);
      tally->seen++;
      if (fine)
        tally->fine++;
      else
        g_printerr ("%s: case %u (%s: %s)\n", file->name, (guint) vectors_int (test, "tcId"),
                    vectors_text (test, "result"), vectors_text (test, "comment"));
      vectors_forget ();
    }
}

static gboolean
check_file (const File *file, Tally *tally)
{
  g_autofree char *path = g_build_filename ("wycheproof", file->name, NULL);
  g_autoptr (JsonNode) root = vectors_load (path);
  if (!root)
    return FALSE;
  JsonArray *groups = vectors_array (json_node_get_object (root), "testGroups");
  g_autoptr (Suite) suite = suite_new (file->suite);
  for (guint i = 0; i < json_array_get_length (groups); i++)
    check_group (file, suite, json_array_get_object_element (groups, i), tally);
  return TRUE;
}

int
main (void)
{
  Tally tally = { 0, 0 };
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    if (!check_file (&files[i], &tally))
      return VECTORS_SKIP;
  g_print ("wycheproof: %u of %u\n", tally.fine, ALL_CASES);
  return tally.seen == ALL_CASES && tally.fine == ALL_CASES ? EXIT_SUCCESS : EXIT_FAILURE;
}
