/* test-labels.c - mls/labels.h: the published vectors of RFC 9420 sections 5.1.2, 5.1.3, 5.2, 8 and 9, and what they do
 * not reach: long contexts and long contents.
 */
#include <string.h>

#include "../lib/run.h"
#include "../lib/vectors.h"
#include "base/writer.h"
#include "crypto/hash.h"
#include "crypto/hkdf.h"
#include "mls/labels.h"

static void
assert_out (JsonObject *object, const guint8 *out, gsize len)
{
  ck_assert (span_equal (vectors_span (object, "out"), span (out, len)));
}

static void
check_hashes (Suite *suite, JsonObject *ref_hash, JsonObject *expand, JsonObject *derive, JsonObject *tree)
{
  guint8 out[HASH_MAX];
  mls_ref_hash (suite, vectors_text (ref_hash, "label"), vectors_span (ref_hash, "value"), out);
  assert_out (ref_hash, out, suite_hash_size (suite));

  gsize len = (gsize) vectors_int (expand, "length");
  ck_assert_uint_le (len, sizeof out);
  mls_expand (suite, vectors_span (expand, "secret"), vectors_text (expand, "label"), vectors_span (expand, "context"),
              out, len);
  assert_out (expand, out, len);
  g_auto (Secret) expanded = mls_expand_secret (suite, vectors_span (expand, "secret"), vectors_text (expand, "label"),
                                                vectors_span (expand, "context"), len);
  assert_out (expand, expanded.data, expanded.len);

  g_auto (Secret) derived = mls_derive_secret (suite, vectors_span (derive, "secret"), vectors_text (derive, "label"));
  assert_out (derive, derived.data, derived.len);

  g_auto (Secret) generation =
      mls_derive_tree_secret (suite, vectors_span (tree, "secret"), vectors_text (tree, "label"),
                              (guint32) vectors_int (tree, "generation"), (gsize) vectors_int (tree, "length"));
  assert_out (tree, generation.data, generation.len);
}

static void
check_signing (Suite *suite, JsonObject *object)
{
  const char *label = vectors_text (object, "label");
  Span content = vectors_span (object, "content"), public_key = vectors_span (object, "pub");
  ck_assert (mls_verify (suite, public_key, label, content, vectors_span (object, "signature")));
  ck_assert (!mls_verify (suite, public_key, "other", content, vectors_span (object, "signature")));
  g_autoptr (SignKey) key = sign_key_new (suite, vectors_span (object, "priv"));
  guint8 signature[SIGNATURE_MAX];
  gsize len = mls_sign (suite, key, label, content, signature);
  ck_assert_uint_gt (len, 0);
  ck_assert (mls_verify (suite, public_key, label, content, span (signature, len)));
}

static void
check_encryption (Suite *suite, Rng *rng, JsonObject *object)
{
  const char *label = vectors_text (object, "label");
  Span context = vectors_span (object, "context"), plaintext = vectors_span (object, "plaintext");
  Span ciphertext = vectors_span (object, "ciphertext"), kem_output = vectors_span (object, "kem_output");
  g_auto (KemKeyPair) pair = { .public_len = 0 };
  ck_assert (kem_key_pair_from_private (suite, vectors_span (object, "priv"), &pair));
  ck_assert (span_equal (kem_public (&pair), vectors_span (object, "pub")));
  g_autofree guint8 *opened = g_malloc (ciphertext.len);
  ck_assert (mls_decrypt (suite, &pair, label, context, kem_output, ciphertext, opened));
  ck_assert (span_equal (span (opened, ciphertext.len - AEAD_TAG), plaintext));
  ck_assert (!mls_decrypt (suite, &pair, "other", context, kem_output, ciphertext, opened));

  guint8 enc[KEM_PUBLIC_MAX];
  g_autofree guint8 *sealed = g_malloc (plaintext.len + AEAD_TAG);
  ck_assert (mls_encrypt (suite, rng, kem_public (&pair), label, context, plaintext, enc, sealed));
  ck_assert (mls_decrypt (suite, &pair, label, context, span (enc, suite_kem_public_size (suite)),
                          span (sealed, plaintext.len + AEAD_TAG), opened));
  ck_assert (span_equal (span (opened, plaintext.len), plaintext));
}

START_TEST (published_vectors)
{
  g_autoptr (JsonNode) root = vectors_load ("mls/crypto-basics.json");
  g_autoptr (Rng) rng = rng_new_seeded (1);
  if (!root)
    return;
  JsonArray *cases = json_node_get_array (root);
  guint n = json_array_get_length (cases);
  for (guint i = 0; i < n; i++)
    {
      JsonObject *object = json_array_get_object_element (cases, i);
      g_autoptr (Suite) suite = suite_new ((guint16) vectors_int (object, "cipher_suite"));
      check_hashes (suite, vectors_object (object, "ref_hash"), vectors_object (object, "expand_with_label"),
                    vectors_object (object, "derive_secret"), vectors_object (object, "derive_tree_secret"));
      check_signing (suite, vectors_object (object, "sign_with_label"));
      check_encryption (suite, rng, vectors_object (object, "encrypt_with_label"));
    }
  g_print ("crypto-basics: %u of %u\n", n, n);
  ck_assert_uint_eq (n, 7);
}
END_TEST

/* 8: KDFLabel, written out with a Writer. */
static void
check_expand (Suite *suite, gsize context_len)
{
  static const guint8 secret[32] = { 7 };
  g_autofree guint8 *context = g_malloc0 (context_len + 1);
  for (gsize i = 0; i < context_len; i++)
    context[i] = (guint8) (i * 7);
  g_auto (Writer) writer = WRITER_INIT;
  writer_u16 (&writer, 40);
  writer_vector (&writer, span_str ("MLS 1.0 epoch"));
  writer_vector (&writer, span (context, context_len));
  Span info = writer_span (&writer);
  guint8 wanted[40], found[40];
  ck_assert (hkdf_expand (suite, SPAN_OF (secret), &info, 1, wanted, sizeof wanted));
  mls_expand (suite, SPAN_OF (secret), "epoch", span (context, context_len), found, sizeof found);
  ck_assert_mem_eq (wanted, found, sizeof found);
}

START_TEST (contexts_of_any_length)
{
  static const gsize lengths[] = { 0, 1, 63, 64, 1000, 16383, 16384, 70000, 1u << 20 };
  g_autoptr (Suite) suite = suite_new (1);
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    check_expand (suite, lengths[i]);
}
END_TEST

START_TEST (labels_of_any_length)
{
  static const guint8 secret[32] = { 9 };
  char label[200];
  g_autoptr (Suite) suite = suite_new (1);
  g_auto (Writer) writer = WRITER_INIT;
  memset (label, 'x', sizeof label);
  label[sizeof label - 1] = 0;
  g_autofree char *whole = g_strconcat ("MLS 1.0 ", label, NULL);
  writer_u16 (&writer, 32);
  writer_vector (&writer, span_str (whole));
  writer_vector (&writer, SPAN_EMPTY);
  Span info = writer_span (&writer);
  guint8 wanted[32];
  ck_assert (hkdf_expand (suite, SPAN_OF (secret), &info, 1, wanted, sizeof wanted));
  g_auto (Secret) found = mls_derive_secret (suite, SPAN_OF (secret), label);
  ck_assert (span_equal (secret_span (&found), SPAN_OF (wanted)));
}
END_TEST

/* 5.1.2: SignContent, whose content may be longer than what is put together on the stack. */
START_TEST (contents_of_any_length)
{
  static const gsize lengths[] = { 0, 63, 64, 900, 1000, 1010, 1024, 16384, 100000 };
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (Rng) rng = rng_new_seeded (2);
  g_autoptr (SignKey) key = sign_key_generate (suite, rng);
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree guint8 *content = g_malloc0 (lengths[i] + 1);
      guint8 signature[SIGNATURE_MAX];
      g_auto (Writer) writer = WRITER_INIT;
      writer_vector (&writer, span_str ("MLS 1.0 test"));
      writer_vector (&writer, span (content, lengths[i]));
      gsize len = mls_sign (suite, key, "test", span (content, lengths[i]), signature);
      ck_assert (sign_verify (suite, sign_key_public (key), writer_span (&writer), span (signature, len)));
      ck_assert (mls_verify (suite, sign_key_public (key), "test", span (content, lengths[i]), span (signature, len)));
      content[lengths[i]] = 1;
      ck_assert (
          !mls_verify (suite, sign_key_public (key), "test", span (content, lengths[i] + 1), span (signature, len)));
    }
}
END_TEST

/* 5.2: the label of RefHash is used as it is. */
START_TEST (ref_hash_adds_no_prefix)
{
  guint8 wanted[HASH_MAX], found[HASH_MAX];
  g_autoptr (Suite) suite = suite_new (4);
  g_auto (Writer) writer = WRITER_INIT;
  writer_vector (&writer, span_str ("MLS 1.0 KeyPackage Reference"));
  writer_vector (&writer, span_str ("value"));
  hash_span (suite, writer_span (&writer), wanted);
  mls_ref_hash (suite, "MLS 1.0 KeyPackage Reference", span_str ("value"), found);
  ck_assert_mem_eq (wanted, found, suite_hash_size (suite));
}
END_TEST

int
main (void)
{
  g_autoptr (JsonNode) there = vectors_load ("mls/crypto-basics.json");
  const TTest *const tests[] = { published_vectors, contexts_of_any_length, labels_of_any_length,
                                 contents_of_any_length, ref_hash_adds_no_prefix };
  int failed = run_tests ("mls/labels", tests, G_N_ELEMENTS (tests));
  return failed || there ? failed : VECTORS_SKIP;
}
