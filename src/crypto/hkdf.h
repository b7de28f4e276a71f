/* hkdf.h - HKDF (RFC 5869) with the suite's hash, in its two steps.
 *
 * Written on HMAC, since the library's own interface refuses an info of more than 32 KiB (consensus.md P11, P30) and
 * the epoch secret is expanded with the whole GroupContext.
 */
#ifndef DEMLS_HKDF_H
#define DEMLS_HKDF_H

#include "crypto/suite.h"

/* Extract: the pseudorandom key, suite_hash_size() bytes. An empty salt means Nh zero bytes. */
Secret hkdf_extract (Suite *suite, Span salt, Span ikm);

/* Expand `prk` to `len` <= 255 * Nh bytes at `out`; the info is the joined `parts`. FALSE (and `out` untouched) only
 * if `len` is too large. */
gboolean hkdf_expand (Suite *suite, Span prk, const Span *info, gsize n_info, guint8 *out,
                      gsize len) G_GNUC_WARN_UNUSED_RESULT;

#endif
