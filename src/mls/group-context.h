/* group-context.h - what all members agree on (RFC 9420 section 8.1) and the two transcript hashes (8.2).
 */
#ifndef DEMLS_MLS_GROUP_CONTEXT_H
#define DEMLS_MLS_GROUP_CONTEXT_H

#include "crypto/hash.h"
#include "mls/extension.h"

/* A GroupContext as a view of its encoding; never changes. */
typedef struct {
  GBytes *encoded;
  guint16 version;
  guint16 suite;
  Span group_id;
  guint64 epoch;
  Span tree_hash;
  Span confirmed_transcript_hash;
  Span extensions; /* contents of the list */
} MlsGroupContext;

/* Encodes the fields (version mls10) and reads them back. (transfer full) */
MlsGroupContext *mls_group_context_new (guint16 suite, Span group_id, guint64 epoch, Span tree_hash,
                                        Span confirmed_transcript_hash, Span extensions);

/* Reads a GroupContext. Errors: MALFORMED, VERSION, SUITE (not 1..7), DUPLICATE_EXTENSION. (transfer full) */
MlsGroupContext *mls_group_context_read (Reader *reader, GError **error);

MlsGroupContext *mls_group_context_ref (const MlsGroupContext *self);
void mls_group_context_unref (MlsGroupContext *self);

/* 8.2: Hash (interim || ConfirmedTranscriptHashInput): `input` is wire_format, FramedContent and signature, encoded
 * one after the other. Nh bytes at `out`. */
void mls_confirmed_transcript_hash (Suite *suite, Span interim, Span input, guint8 out[HASH_MAX]);

/* 8.2: Hash (confirmed || InterimTranscriptHashInput {confirmation_tag}). Nh bytes at `out`. */
void mls_interim_transcript_hash (Suite *suite, Span confirmed, Span confirmation_tag, guint8 out[HASH_MAX]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsGroupContext, mls_group_context_unref)

#endif
