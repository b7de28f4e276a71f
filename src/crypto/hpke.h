/* hpke.h - HPKE (RFC 9180) as MLS uses it: base mode, one message per context, sequence number 0.
 */
#ifndef DEMLS_HPKE_H
#define DEMLS_HPKE_H

#include "crypto/kem.h"

/* SealBase (6.1): `enc` takes suite_kem_public_size() bytes, `out` plaintext.len + AEAD_TAG. FALSE if `public_key` is
 * not valid. */
gboolean hpke_seal (Suite *suite, Rng *rng, Span public_key, Span info, Span aad, Span plaintext,
                    guint8 enc[KEM_PUBLIC_MAX], guint8 *out) G_GNUC_WARN_UNUSED_RESULT;

/* The same in two steps, for many messages with one `info`, which is hashed once: `info_hash` takes suite_hash_size()
 * bytes. */
void hpke_info_hash (Suite *suite, Span info, guint8 info_hash[HASH_MAX]);
gboolean hpke_seal_hashed (Suite *suite, Rng *rng, Span public_key, const guint8 info_hash[HASH_MAX], Span aad,
                           Span plaintext, guint8 enc[KEM_PUBLIC_MAX], guint8 *out) G_GNUC_WARN_UNUSED_RESULT;

/* OpenBase (6.1): `out` takes ciphertext.len - AEAD_TAG bytes. FALSE if anything does not fit. */
gboolean hpke_open (Suite *suite, const KemKeyPair *pair, Span enc, Span info, Span aad, Span ciphertext,
                    guint8 *out) G_GNUC_WARN_UNUSED_RESULT;

/* SendExportBase and ReceiveExportBase (6.2): `len` <= SECRET_MAX bytes bound to `exporter_context`. */
gboolean hpke_send_export (Suite *suite, Rng *rng, Span public_key, Span info, Span exporter_context, gsize len,
                           guint8 enc[KEM_PUBLIC_MAX], Secret *out) G_GNUC_WARN_UNUSED_RESULT;
gboolean hpke_receive_export (Suite *suite, const KemKeyPair *pair, Span enc, Span info, Span exporter_context,
                              gsize len, Secret *out) G_GNUC_WARN_UNUSED_RESULT;

#endif
