/* test-leaf-node.c - mls/leaf-node.h: RFC 9420 sections 5.3, 7.2, 7.3, one fault at a time.
 */
#include <string.h>

#include "../lib/run.h"
#include "crypto/kem.h"
#include "mls/labels.h"
#include "mls/leaf-node.h"

static const guint8 lists[] = { 2, 0, 1, 2, 0, 1, 4, 0xF0, 0xDE, 0xF0, 0xDF, 2, 0xF0, 1, 2, 0, 1 };

typedef struct {
  Suite *suite;
  Rng *rng;
  SignKey *key;
  KemKeyPair pair;
  GBytes *credential;
  MlsLeafNodeFields fields;
} World;

static void
world_init (World *self, guint16 suite)
{
  static guint8 extensions[] = { 0, 1, 1, 'a', 0xF0, 0xDF, 4, 'n', 'i', 'c', 'k' };
  self->suite = suite_new (suite);
  self->rng = rng_new_seeded (suite);
  self->key = sign_key_generate (self->suite, self->rng);
  self->credential = mls_credential_basic (span_str ("somebody"));
  ck_assert (kem_generate (self->suite, self->rng, &self->pair));
  self->fields = (MlsLeafNodeFields){
    .encryption_key = kem_public (&self->pair),
    .signature_key = sign_key_public (self->key),
    .credential = span_bytes (self->credential),
    .capabilities = SPAN_OF (lists),
    .source = MLS_LEAF_KEY_PACKAGE,
    .not_before = 100,
    .not_after = 200,
    .parent_hash = span_str ("0123456789abcdef0123456789abcdef"),
    .extensions = SPAN_OF (extensions),
  };
}

static void
world_clear (World *self)
{
  g_bytes_unref (self->credential);
  kem_key_pair_clear (&self->pair);
  sign_key_unref (self->key);
  rng_free (self->rng);
  suite_unref (self->suite);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static MlsLeafNode *
sign (const World *self)
{
  MlsLeafNode *leaf = mls_leaf_node_sign (self->suite, self->key, &self->fields, span_str ("group"), 5, NULL);
  ck_assert_ptr_nonnull (leaf);
  return leaf;
}

static int
code_of (gboolean fine, const GError *error)
{
  ck_assert_int_eq (fine, error == NULL);
  return error ? error->code : -1;
}

static int
read_code (Span bytes)
{
  g_autoptr (GError) error = NULL;
  Reader reader = reader_init (bytes);
  g_autoptr (MlsLeafNode) leaf = mls_leaf_node_read (&reader, &error);
  return code_of (leaf != NULL, error);
}

static int
check_code (const World *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsLeafNode) leaf = sign (self);
  gboolean fine = mls_leaf_node_check (self->suite, leaf, &error);
  return code_of (fine, error);
}

/* ---- reading ---- */

START_TEST (fields_come_back)
{
  for (guint16 suite = 1; suite <= 7; suite++)
    for (guint source = MLS_LEAF_KEY_PACKAGE; source <= MLS_LEAF_COMMIT; source++)
      {
        g_auto (World) world = { .suite = NULL };
        world_init (&world, suite);
        world.fields.source = source;
        g_autoptr (MlsLeafNode) leaf = sign (&world);
        const MlsLeafNodeFields *fields = &world.fields;
        ck_assert (span_equal (leaf->encryption_key, fields->encryption_key));
        ck_assert (span_equal (leaf->signature_key, fields->signature_key));
        ck_assert_uint_eq (leaf->credential_type, MLS_CREDENTIAL_BASIC);
        ck_assert (span_equal (leaf->credential, fields->credential));
        ck_assert (span_equal (leaf->identity, span_str ("somebody")));
        ck_assert (span_equal (leaf->capabilities_encoded, fields->capabilities));
        ck_assert (span_equal (leaf->capabilities.versions, span (lists + 1, 2)));
        ck_assert (span_equal (leaf->capabilities.suites, span (lists + 4, 2)));
        ck_assert (span_equal (leaf->capabilities.extensions, span (lists + 7, 4)));
        ck_assert (span_equal (leaf->capabilities.proposals, span (lists + 12, 2)));
        ck_assert (span_equal (leaf->capabilities.credentials, span (lists + 15, 2)));
        ck_assert_uint_eq (leaf->source, source);
        ck_assert_uint_eq (leaf->not_before, source == MLS_LEAF_KEY_PACKAGE ? 100 : 0);
        ck_assert_uint_eq (leaf->not_after, source == MLS_LEAF_KEY_PACKAGE ? 200 : 0);
        ck_assert (span_equal (leaf->parent_hash, source == MLS_LEAF_COMMIT ? fields->parent_hash : SPAN_EMPTY));
        ck_assert (span_equal (leaf->extensions, fields->extensions));
        Span all = span_bytes (leaf->encoded);
        ck_assert (span_within (leaf->tbs, all) && span_within (leaf->signature, all));
        ck_assert_uint_eq (leaf->tbs.len + (leaf->signature.len < 64 ? 1 : 2) + leaf->signature.len, all.len);
      }
}
END_TEST

START_TEST (outlives_what_it_was_read_from)
{
  g_auto (World) world = { .suite = NULL };
  world_init (&world, 1);
  g_autoptr (MlsLeafNode) leaf = sign (&world);
  gsize len = g_bytes_get_size (leaf->encoded);
  guint8 *bytes = g_malloc (len + 1);
  memcpy (bytes, g_bytes_get_data (leaf->encoded, NULL), len);
  Reader reader = reader_init (span (bytes, len + 1)); /* one byte is not the leaf's */
  g_autoptr (MlsLeafNode) copy = mls_leaf_node_read (&reader, NULL);
  ck_assert_uint_eq (reader_rest (&reader).len, 1);
  memset (bytes, 0xEE, len);
  g_free (bytes);
  ck_assert (g_bytes_equal (copy->encoded, leaf->encoded));
  g_autoptr (GBytes) encoded = g_bytes_ref (copy->encoded);
  g_autoptr (MlsLeafNode) again = mls_leaf_node_ref (copy);
  g_clear_pointer (&copy, mls_leaf_node_unref);
  ck_assert (span_equal (again->identity, span_str ("somebody")));
  g_clear_pointer (&again, mls_leaf_node_unref);
  ck_assert (g_bytes_equal (encoded, leaf->encoded)); /* the bytes may be kept without the leaf */
}
END_TEST

START_TEST (every_truncation_is_malformed)
{
  g_auto (World) world = { .suite = NULL };
  world_init (&world, 1);
  for (guint source = MLS_LEAF_KEY_PACKAGE; source <= MLS_LEAF_COMMIT; source++)
    {
      world.fields.source = source;
      g_autoptr (MlsLeafNode) leaf = sign (&world);
      for (gsize len = 0; len < g_bytes_get_size (leaf->encoded); len++)
        ck_assert_int_eq (read_code (span (g_bytes_get_data (leaf->encoded, NULL), len)), MLS_ERROR_MALFORMED);
    }
}
END_TEST

/* Reads a leaf in which `old` is replaced by `new`. */
static int
read_with (const World *self, Span field, Span content)
{
  g_autoptr (MlsLeafNode) leaf = sign (self);
  Span all = span_bytes (leaf->encoded);
  g_auto (Writer) writer = WRITER_INIT;
  gsize at = 0;
  while (memcmp (all.data + at, field.data, field.len) != 0)
    at++;
  writer_raw (&writer, span (all.data, at));
  writer_raw (&writer, content);
  writer_raw (&writer, span (all.data + at + field.len, all.len - at - field.len));
  return read_code (writer_span (&writer));
}

/* 5.3, 7.2, 13.4 */
START_TEST (malformed_fields)
{
  static const guint8 twice[] = { 0, 1, 0, 0xF0, 0xDF, 0, 0, 1, 0 };
  static const guint8 chain[] = { 0, 2, 6, 2, 'c', 'c', 0, 1, 'c' }, bad_chain[] = { 0, 2, 3, 3, 'c', 'c' };
  static const guint8 unknown[] = { 0, 3, 1, 'x' }, grease[] = { 0x0A, 0x0A, 1, 'x' }, zero[] = { 0, 0, 1, 'x' };
  g_auto (World) world = { .suite = NULL };
  world_init (&world, 1);
  Span old = world.fields.credential;
  ck_assert_int_eq (read_with (&world, old, old), -1);
  ck_assert_int_eq (read_with (&world, old, SPAN_OF (chain)), -1);
  ck_assert_int_eq (read_with (&world, old, SPAN_OF (bad_chain)), MLS_ERROR_MALFORMED);
  ck_assert_int_eq (read_with (&world, old, SPAN_OF (unknown)), MLS_ERROR_CREDENTIAL_TYPE);
  ck_assert_int_eq (read_with (&world, old, SPAN_OF (grease)), MLS_ERROR_CREDENTIAL_TYPE);
  ck_assert_int_eq (read_with (&world, old, SPAN_OF (zero)), MLS_ERROR_CREDENTIAL_TYPE);

  guint8 odd[5][sizeof lists + 1];
  static const gsize starts[] = { 0, 3, 6, 11, 14 };
  for (gsize i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      /* one byte more in one of the lists */
      memcpy (odd[i], lists, starts[i] + 1);
      odd[i][starts[i]]++;
      odd[i][starts[i] + 1] = 7;
      memcpy (odd[i] + starts[i] + 2, lists + starts[i] + 1, sizeof lists - starts[i] - 1);
      ck_assert_int_eq (read_with (&world, SPAN_OF (lists), SPAN_OF (odd[i])), MLS_ERROR_MALFORMED);
    }

  world.fields.extensions = SPAN_OF (twice);
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsLeafNode) none = mls_leaf_node_sign (world.suite, world.key, &world.fields, SPAN_EMPTY, 0, &error);
  ck_assert_ptr_null (none);
  ck_assert (g_error_matches (error, MLS_ERROR, MLS_ERROR_DUPLICATE_EXTENSION));
}
END_TEST

START_TEST (unknown_source)
{
  g_auto (World) world = { .suite = NULL };
  world_init (&world, 1);
  world.fields.source = MLS_LEAF_UPDATE;
  g_autoptr (MlsLeafNode) leaf = sign (&world);
  gsize len = g_bytes_get_size (leaf->encoded);
  g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (leaf->encoded, NULL), len);
  gsize at = (gsize) (leaf->capabilities_encoded.data + leaf->capabilities_encoded.len
                      - (const guint8 *) g_bytes_get_data (leaf->encoded, NULL));
  ck_assert_uint_eq (bytes[at], MLS_LEAF_UPDATE);
  bytes[at] = 0;
  ck_assert_int_eq (read_code (span (bytes, len)), MLS_ERROR_MALFORMED);
  bytes[at] = 4;
  ck_assert_int_eq (read_code (span (bytes, len)), MLS_ERROR_MALFORMED);
}
END_TEST

/* ---- signatures: 7.2 ---- */

START_TEST (signatures)
{
  for (guint16 suite = 1; suite <= 7; suite++)
    for (guint source = MLS_LEAF_KEY_PACKAGE; source <= MLS_LEAF_COMMIT; source++)
      {
        g_auto (World) world = { .suite = NULL };
        world_init (&world, suite);
        world.fields.source = source;
        g_autoptr (MlsLeafNode) leaf = sign (&world);
        g_autoptr (GError) error = NULL;
        gboolean placeless = source == MLS_LEAF_KEY_PACKAGE;
        ck_assert (mls_leaf_node_verify (world.suite, leaf, span_str ("group"), 5, NULL));
        ck_assert_int_eq (mls_leaf_node_verify (world.suite, leaf, span_str ("group"), 6, NULL), placeless);
        ck_assert_int_eq (mls_leaf_node_verify (world.suite, leaf, span_str ("grou"), 5, &error), placeless);
        ck_assert (placeless || g_error_matches (error, MLS_ERROR, MLS_ERROR_LEAF_SIGNATURE));
      }
}
END_TEST

/* Each bit of the leaf counts. */
START_TEST (any_change_breaks_the_signature)
{
  g_auto (World) world = { .suite = NULL };
  world_init (&world, 1);
  world.fields.source = MLS_LEAF_COMMIT;
  g_autoptr (MlsLeafNode) leaf = sign (&world);
  gsize len = g_bytes_get_size (leaf->encoded);
  g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (leaf->encoded, NULL), len);
  for (gsize i = 0; i < len; i++)
    {
      bytes[i] ^= 0x10;
      Reader reader = reader_init (span (bytes, len));
      g_autoptr (MlsLeafNode) changed = mls_leaf_node_read (&reader, NULL);
      if (changed && reader_end (&reader))
        ck_assert (!mls_leaf_node_verify (world.suite, changed, span_str ("group"), 5, NULL));
      bytes[i] ^= 0x10;
    }
}
END_TEST

/* ---- rules: 7.3 ---- */

START_TEST (keys_of_the_suite)
{
  for (guint16 suite = 1; suite <= 7; suite++)
    {
      g_auto (World) world = { .suite = NULL };
      world_init (&world, suite);
      guint8 own[] = { 2, 0, 1, 2, 0, (guint8) suite, 2, 0xF0, 0xDF, 0, 2, 0, 1 };
      world.fields.capabilities = SPAN_OF (own);
      ck_assert_int_eq (check_code (&world), -1);
      world.fields.encryption_key.len--;
      ck_assert_int_eq (check_code (&world), MLS_ERROR_LEAF_ENCRYPTION_KEY);
      world.fields.encryption_key = SPAN_EMPTY;
      ck_assert_int_eq (check_code (&world), MLS_ERROR_LEAF_ENCRYPTION_KEY);
      world.fields.encryption_key = kem_public (&world.pair);
      world.fields.signature_key.len--;
      ck_assert_int_eq (check_code (&world), MLS_ERROR_LEAF_SIGNATURE_KEY);
      if (suite == 2 || suite == 5 || suite == 7)
        {
          /* not on the curve */
          world.fields.signature_key = sign_key_public (world.key);
          g_autofree guint8 *off = g_memdup2 (world.pair.public_key, world.pair.public_len);
          off[5] ^= 1;
          world.fields.encryption_key = span (off, world.pair.public_len);
          ck_assert_int_eq (check_code (&world), MLS_ERROR_LEAF_ENCRYPTION_KEY);
          world.fields.encryption_key = kem_public (&world.pair);
          world.fields.signature_key = span (off, world.pair.public_len);
          ck_assert_int_eq (check_code (&world), MLS_ERROR_LEAF_SIGNATURE_KEY);
        }
    }
}
END_TEST

START_TEST (capabilities_cover_the_leaf)
{
  static const struct {
    const char *lists;
    gsize len;
    int code;
  } cases[] = {
    { "\2\0\1\2\0\1\2\xF0\xDF\0\2\0\1", 13, -1 },
    { "\4\x0A\x0A\0\1\4\0\1\x1A\x1A\4\x2A\x2A\xF0\xDF\2\x3A\x3A\4\0\1\x4A\x4A", 23, -1 }, /* 13.5 */
    { "\2\0\1\2\0\1\4\0\1\xF0\xDF\2\0\1\2\0\1", 17, -1 },                                 /* defaults listed: ignored */
    { "\2\0\2\2\0\1\2\xF0\xDF\0\2\0\1", 13, MLS_ERROR_LEAF_CAPABILITIES },
    { "\0\2\0\1\2\xF0\xDF\0\2\0\1", 11, MLS_ERROR_LEAF_CAPABILITIES },
    { "\2\0\1\2\0\2\2\xF0\xDF\0\2\0\1", 13, -1 }, /* 7.3 asks for no suite */
    { "\2\0\1\0\2\xF0\xDF\0\2\0\1", 11, -1 },
    { "\2\0\1\2\0\1\2\xF0\xDF\0\2\0\2", 13, MLS_ERROR_LEAF_CAPABILITIES },
    { "\2\0\1\2\0\1\2\xF0\xDF\0\0", 11, MLS_ERROR_LEAF_CAPABILITIES },
    { "\2\0\1\2\0\1\2\xF0\xDE\0\2\0\1", 13, MLS_ERROR_LEAF_EXTENSION },
    { "\2\0\1\2\0\1\0\0\2\0\1", 11, MLS_ERROR_LEAF_EXTENSION },
  };
  g_auto (World) world = { .suite = NULL };
  world_init (&world, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      world.fields.capabilities = span (cases[i].lists, cases[i].len);
      int code = check_code (&world);
      ck_assert_msg (code == cases[i].code, "case %zu: %d, not %d", i, code, cases[i].code);
    }
}
END_TEST

static int
fits (const World *self, const char *extensions, gsize len)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsLeafNode) leaf = sign (self);
  gboolean fine = mls_leaf_node_fits (leaf, span (extensions, len), &error);
  return code_of (fine, error);
}

/* 7.3, 11.1, 13.4 */
START_TEST (fits_the_group)
{
  g_auto (World) world = { .suite = NULL };
  world_init (&world, 1);
  ck_assert_int_eq (fits (&world, "", 0), -1);
  ck_assert_int_eq (fits (&world, "\xF0\xDE\0", 3), -1);
  ck_assert_int_eq (fits (&world, "\0\5\0\xF0\xDF\0", 6), -1);
  ck_assert_int_eq (fits (&world, "\xF0\xDE\0\xF0\xDD\0", 6), MLS_ERROR_GROUP_EXTENSION_UNSUPPORTED);
  ck_assert_int_eq (fits (&world, "\x0A\x0A\0", 3), MLS_ERROR_GROUP_EXTENSION_UNSUPPORTED);
  /* required_capabilities: extensions, proposals, credentials */
  ck_assert_int_eq (fits (&world, "\0\3\x0D\4\0\1\xF0\xDE\4\0\7\xF0\1\2\0\1", 16), -1);
  ck_assert_int_eq (fits (&world, "\0\3\3\0\0\0", 6), -1);
  ck_assert_int_eq (fits (&world, "\0\3\5\2\0\6\0\0", 8), MLS_ERROR_LEAF_REQUIRED_CAPABILITIES);
  ck_assert_int_eq (fits (&world, "\0\3\5\0\2\0\x08\0", 8), MLS_ERROR_LEAF_REQUIRED_CAPABILITIES);
  ck_assert_int_eq (fits (&world, "\0\3\5\0\0\2\0\2", 8), MLS_ERROR_LEAF_REQUIRED_CAPABILITIES);
  ck_assert_int_eq (fits (&world, "\0\3\2\0\0", 5), MLS_ERROR_EXTENSION);
  ck_assert_int_eq (fits (&world, "\0\3\4\0\0\0\0", 7), MLS_ERROR_EXTENSION);
}
END_TEST

/* 7.2, 7.3: only key packages have a lifetime; both ends belong to it. */
START_TEST (lifetimes)
{
  g_auto (World) world = { .suite = NULL };
  world_init (&world, 1);
  static const struct {
    guint64 before;
    guint64 after;
    gint64 now;
    int code;
  } cases[] = {
    { 100, 200, 100, -1 },
    { 100, 200, 200, -1 },
    { 100, 200, 99, MLS_ERROR_LIFETIME_EARLY },
    { 100, 200, 201, MLS_ERROR_LIFETIME_OVER },
    { 100, 200, -1, MLS_ERROR_LIFETIME_EARLY },
    { 100, 100, 100, -1 },
    { 100, 99, 100, MLS_ERROR_LIFETIME_RANGE },
    { 100, 99, 0, MLS_ERROR_LIFETIME_RANGE },
    { 0, G_MAXUINT64, 0, -1 },
    { 0, G_MAXUINT64, -1, -1 },
    { 0, G_MAXUINT64, G_MAXINT64, -1 },
    { G_MAXUINT64, G_MAXUINT64, G_MAXINT64, MLS_ERROR_LIFETIME_EARLY },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint source = MLS_LEAF_KEY_PACKAGE; source <= MLS_LEAF_COMMIT; source++)
      {
        g_autoptr (GError) error = NULL;
        world.fields.source = source;
        world.fields.not_before = cases[i].before;
        world.fields.not_after = cases[i].after;
        g_autoptr (MlsLeafNode) leaf = sign (&world);
        gboolean fine = mls_leaf_node_check_lifetime (leaf, cases[i].now, &error);
        ck_assert_int_eq (code_of (fine, error), source == MLS_LEAF_KEY_PACKAGE ? cases[i].code : -1);
      }
}
END_TEST

/* M6 */
START_TEST (made_capabilities)
{
  static const guint16 suites[] = { 1, 3 }, extensions[] = { 0xF0DE, 0xF0DF };
  static const guint8 wanted[] = { 2, 0, 1, 4, 0, 1, 0, 3, 4, 0xF0, 0xDE, 0xF0, 0xDF, 0, 2, 0, 1 };
  g_autoptr (GBytes) made = mls_capabilities_encode (suites, 2, extensions, 2);
  ck_assert (span_equal (span_bytes (made), SPAN_OF (wanted)));
  g_autoptr (GBytes) credential = mls_credential_basic (span_str ("me"));
  ck_assert (span_equal (span_bytes (credential), span ("\0\1\2me", 5)));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    fields_come_back,
    outlives_what_it_was_read_from,
    every_truncation_is_malformed,
    malformed_fields,
    unknown_source,
    signatures,
    any_change_breaks_the_signature,
    keys_of_the_suite,
    capabilities_cover_the_leaf,
    fits_the_group,
    lifetimes,
    made_capabilities,
  };
  return run_tests ("mls/leaf-node", tests, G_N_ELEMENTS (tests));
}
