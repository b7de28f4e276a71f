/* packages.h - key packages and leaf nodes with any field wrong, but signed, for tests.
 */
#ifndef DEMLS_TESTS_MLS_PACKAGES_H
#define DEMLS_TESTS_MLS_PACKAGES_H

#include "cases.h"
#include "mls/key-package.h"
#include "mls/labels.h"

/* 0xF0DE is listed in the capabilities, 0xF0DD is not. */
static const guint8 listed_extension[] = { 0xF0, 0xDE, 1, 'x' };
static const guint8 unlisted_extension[] = { 0xF0, 0xDD, 1, 'x' };
static const guint8 twin_extensions[] = { 0xF0, 0xDE, 0, 0xF0, 0xDE, 0 };

/* A maker of packages: change a field, then call package_make(). */
typedef struct {
  Suite *suite;
  Rng *rng;
  SignKey *key;
  KemKeyPair init, encryption;
  GBytes *credential, *capabilities;
  guint16 version, suite_number;
  Span init_key;
  MlsLeafNodeFields leaf;
  Span extensions;
  gboolean spoil_leaf_signature, spoil_signature;
} Package;

static inline void
package_clear (Package *self)
{
  suite_unref (self->suite);
  rng_free (self->rng);
  sign_key_unref (self->key);
  kem_key_pair_clear (&self->init);
  kem_key_pair_clear (&self->encryption);
  g_bytes_unref (self->credential);
  g_bytes_unref (self->capabilities);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Package, package_clear)

/* Fields that make a valid one. In place, since `self` points into itself. */
static inline void
package_init (Package *self, guint16 id)
{
  const guint16 suites[] = { id }, extensions[] = { 0xF0DE };
  *self = (Package){ .suite = suite_new (id), .rng = rng_new_seeded (id), .version = 1, .suite_number = id };
  self->key = sign_key_generate (self->suite, self->rng);
  if (!kem_generate (self->suite, self->rng, &self->init) || !kem_generate (self->suite, self->rng, &self->encryption))
    g_assert_not_reached ();
  self->credential = mls_credential_basic (span_str ("alice"));
  self->capabilities = mls_capabilities_encode (suites, 1, extensions, 1);
  self->init_key = kem_public (&self->init);
  self->extensions = SPAN_OF (listed_extension);
  self->leaf = (MlsLeafNodeFields){ .encryption_key = kem_public (&self->encryption),
                                    .signature_key = sign_key_public (self->key),
                                    .credential = span_bytes (self->credential),
                                    .capabilities = span_bytes (self->capabilities),
                                    .source = MLS_LEAF_KEY_PACKAGE,
                                    .not_before = 1,
                                    .not_after = 1000,
                                    .extensions = SPAN_OF (listed_extension) };
}

/* The last byte of `bytes` changed. */
static inline void
spoil_last (Writer *bytes)
{
  bytes->data[bytes->len - 1] ^= 1;
}

static inline void
package_write_leaf (const Package *self, Writer *writer)
{
  g_autoptr (MlsLeafNode) leaf = mls_leaf_node_sign (self->suite, self->key, &self->leaf, SPAN_EMPTY, 0, NULL);
  g_assert (leaf);
  writer_raw (writer, span_bytes (leaf->encoded));
  if (self->spoil_leaf_signature)
    spoil_last (writer);
}

/* The encoded package. */
static inline GBytes *
package_make (const Package *self)
{
  g_auto (Writer) writer = WRITER_INIT;
  writer_u16 (&writer, self->version);
  writer_u16 (&writer, self->suite_number);
  writer_vector (&writer, self->init_key);
  package_write_leaf (self, &writer);
  writer_vector (&writer, self->extensions);
  guint8 signature[SIGNATURE_MAX];
  gsize len = mls_sign (self->suite, self->key, "KeyPackageTBS", writer_span (&writer), signature);
  g_assert (len);
  writer_vector (&writer, span (signature, len));
  if (self->spoil_signature)
    spoil_last (&writer);
  return writer_take (&writer);
}

#endif
