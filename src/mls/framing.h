/* framing.h - what is framed, and how it is authenticated (RFC 9420 sections 6 and 6.1).
 */
#ifndef DEMLS_MLS_FRAMING_H
#define DEMLS_MLS_FRAMING_H

#include "crypto/hash.h"
#include "mls/extension.h"
#include "mls/group-context.h"
#include "mls/labels.h"

typedef struct {
  MlsSenderType type;
  guint32 index; /* member: leaf index; external: place in external_senders */
} MlsSender;

/* FramedContent as a view of its encoding. */
typedef struct {
  Span encoded;
  Span group_id;
  guint64 epoch;
  MlsSender sender;
  Span authenticated_data;
  MlsContentType content_type;
  Span content; /* application_data, or the encoded Proposal or Commit */
} MlsFramedContent;

/* AuthenticatedContent: content with its signature and, for commits, confirmation tag; owns its bytes. */
typedef struct {
  GBytes *encoded; /* wire_format, FramedContent, FramedContentAuthData */
  MlsWireFormat wire_format;
  MlsFramedContent content;
  Span signature;
  Span confirmation_tag; /* empty unless a commit */
} MlsAuthenticatedContent;

/* Reads a FramedContent; the content itself must parse as its type demands. Errors: MALFORMED, SENDER_TYPE,
 * CONTENT_TYPE, and those of mls_proposal_read() and mls_commit_read(). */
gboolean mls_framed_content_read (Reader *reader, MlsFramedContent *out, GError **error);

/* Writes one. `content` for application data is the text itself (a vector is made of it); otherwise it is already
 * encoded. */
void mls_framed_content_write (Writer *writer, Span group_id, guint64 epoch, MlsSender sender, Span authenticated_data,
                               MlsContentType content_type, Span content);

/* Signs an encoded FramedContent (6.1, FramedContentTBS). `group_context` is used if the sender is a member or a new
 * member committing. The number of signature bytes; 0 if the library failed. */
gsize mls_framed_content_sign (Suite *suite, const SignKey *key, MlsWireFormat wire_format, Span encoded_content,
                               const MlsSender *sender, Span group_context, guint8 out[SIGNATURE_MAX]);

/* Verifies one. Error: SIGNATURE. */
gboolean mls_authenticated_content_verify (Suite *suite, const MlsAuthenticatedContent *self, Span signature_key,
                                           Span group_context, GError **error);

/* Joins the parts. `confirmation_tag` only for commits. NULL if they make none: application data in a PublicMessage,
 * somebody who is no member in a PrivateMessage, content that does not parse. (transfer full) */
MlsAuthenticatedContent *mls_authenticated_content_new (MlsWireFormat wire_format, Span encoded_content, Span signature,
                                                        Span confirmation_tag);

/* Reads one (as in the transcript-hash vectors). Errors: WIRE_FORMAT (neither PublicMessage nor PrivateMessage),
 * APPLICATION_IN_CLEAR, SENDER_TYPE, those of mls_framed_content_read(). (transfer full) */
MlsAuthenticatedContent *mls_authenticated_content_read (Span bytes, GError **error);
void mls_authenticated_content_free (MlsAuthenticatedContent *self);

/* 5.2: ProposalRef of an AuthenticatedContent; Nh bytes at `out`. */
void mls_proposal_ref (Suite *suite, const MlsAuthenticatedContent *self, guint8 out[HASH_MAX]);

/* 8.2: the ConfirmedTranscriptHashInput: the encoding up to and including the signature. */
Span mls_authenticated_content_transcript_input (const MlsAuthenticatedContent *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsAuthenticatedContent, mls_authenticated_content_free)

#endif
