/* hash.h - the suite's hash and HMAC (RFC 2104).
 *
 * Input is a list of spans, hashed as if joined, so that callers do not copy.
 */
#ifndef DEMLS_HASH_H
#define DEMLS_HASH_H

#include "crypto/suite.h"

/* Hash of the joined `parts`; `out` takes suite_hash_size() bytes. */
void hash_parts (Suite *suite, const Span *parts, gsize n_parts, guint8 out[HASH_MAX]);

/* Hash of one span. */
void hash_span (Suite *suite, Span input, guint8 out[HASH_MAX]);

/* HMAC of the joined `parts` under `key` of any length; `out` takes suite_hash_size() bytes. */
void hmac_parts (Suite *suite, Span key, const Span *parts, gsize n_parts, guint8 out[HASH_MAX]);

/* SHA-256 whatever the suite, for identifiers outside MLS. */
void hash_sha256 (Span input, guint8 out[32]);

#endif
