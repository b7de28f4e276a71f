#include "rules/rejoin-proof.h"

#include <string.h>

#include "base/writer.h"
#include "crypto/hash.h"

static const char label[] = "de-MLS rejoin v1"; /* its NUL is V4's zero byte */

void
demls_leaf_hash (const MlsLeafNode *leaf, guint8 out[DEMLS_HASH_SIZE])
{
  hash_sha256 (span_bytes (leaf->encoded), out);
}

GBytes *
demls_rejoin_signed_bytes (Span group, Span key_package, const guint8 leaf_hash[DEMLS_HASH_SIZE])
{
  guint8 package_hash[32];
  hash_sha256 (key_package, package_hash);
  g_auto (Writer) w = WRITER_INIT;
  writer_raw (&w, SPAN_OF (label));
  writer_raw (&w, group);
  writer_raw (&w, SPAN_OF (package_hash));
  writer_raw (&w, span (leaf_hash, DEMLS_HASH_SIZE));
  return writer_take (&w);
}

gboolean
demls_rejoin_sign (Suite *suite, const SignKey *key, Span group, Span key_package,
                   const guint8 leaf_hash[DEMLS_HASH_SIZE], guint8 out[DEMLS_SIGNATURE_SIZE])
{
  g_autoptr (GBytes) content = demls_rejoin_signed_bytes (group, key_package, leaf_hash);
  guint8 signature[SIGNATURE_MAX];
  if (sign_message (suite, key, span_bytes (content), signature) != DEMLS_SIGNATURE_SIZE)
    return FALSE;
  memcpy (out, signature, DEMLS_SIGNATURE_SIZE);
  return TRUE;
}

gboolean
demls_rejoin_verify (Suite *suite, Span signature_key, Span group, Span key_package,
                     const guint8 leaf_hash[DEMLS_HASH_SIZE], Span signature)
{
  g_autoptr (GBytes) content = demls_rejoin_signed_bytes (group, key_package, leaf_hash);
  return sign_verify (suite, signature_key, span_bytes (content), signature);
}
