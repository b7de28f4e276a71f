/* public-message.h - PublicMessage (RFC 9420 section 6.2): signed content in the clear, with a membership tag.
 */
#ifndef DEMLS_MLS_PUBLIC_MESSAGE_H
#define DEMLS_MLS_PUBLIC_MESSAGE_H

#include "mls/framing.h"

/* A PublicMessage read: its authenticated content, and the membership tag. */
typedef struct {
  MlsAuthenticatedContent *content;
  Span membership_tag; /* into `bytes`; empty unless a member sent it */
  GBytes *bytes;
} MlsPublicMessage;

/* Reads the body that follows the wire format in an MLSMessage, to its end. Errors: MALFORMED,
 * APPLICATION_IN_CLEAR, those of mls_framed_content_read(). (transfer full) */
MlsPublicMessage *mls_public_message_read (Span body, GError **error);
void mls_public_message_free (MlsPublicMessage *self);

/* 6.2: verifies the membership tag of a member's message; others carry none, and pass. Error: MEMBERSHIP_TAG. */
gboolean mls_public_message_check_tag (Suite *suite, const MlsPublicMessage *self, Span membership_key,
                                       Span group_context, GError **error);

/* Writes a whole MLSMessage. `membership_key` only if the sender is a member. NULL if the content was not made for a
 * PublicMessage. (transfer full) */
GBytes *mls_public_message_write (Suite *suite, const MlsAuthenticatedContent *content, Span membership_key,
                                  Span group_context);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsPublicMessage, mls_public_message_free)

#endif
