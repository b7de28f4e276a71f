/* framing-private.h - parts of framing that PublicMessage and PrivateMessage share.
 */
#ifndef DEMLS_MLS_FRAMING_PRIVATE_H
#define DEMLS_MLS_FRAMING_PRIVATE_H

#include "mls/framing.h"
#include "mls/view.h"

/* Makes `out` of what `reader` yields: FramedContent and FramedContentAuthData. `out->encoded` stays NULL, and spans
 * point into the reader's bytes. Errors: those of mls_framed_content_read(), APPLICATION_IN_CLEAR, SENDER_TYPE (not a
 * member's PrivateMessage). */
gboolean mls_authenticated_content_read_body (Reader *reader, MlsWireFormat wire_format, MlsAuthenticatedContent *out,
                                              GError **error);

/* The FramedContentAuthData of `self`, encoded. */
Span mls_authenticated_content_auth (const MlsAuthenticatedContent *self);

/* The encoded content of `self` with its FramedContentAuthData, i.e. PrivateMessageContent without padding (6.3.1). */
Span mls_authenticated_content_inner (const MlsAuthenticatedContent *self);

#endif
