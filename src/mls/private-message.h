/* private-message.h - PrivateMessage (RFC 9420 section 6.3): encrypted and signed content.
 */
#ifndef DEMLS_MLS_PRIVATE_MESSAGE_H
#define DEMLS_MLS_PRIVATE_MESSAGE_H

#include "mls/framing.h"
#include "mls/secret-tree.h"

/* The clear part, a view of the bytes it was read from. */
typedef struct {
  Span group_id;
  guint64 epoch;
  MlsContentType content_type;
  Span authenticated_data;
  Span encrypted_sender_data;
  Span ciphertext;
  Span sender_data_aad; /* SenderDataAAD and PrivateContentAAD, as they stand at the head of the message */
  Span content_aad;
} MlsPrivateMessage;

/* Reads the body that follows the wire format in an MLSMessage, to its end. Errors: MALFORMED, CONTENT_TYPE. */
gboolean mls_private_message_read (Span body, MlsPrivateMessage *out, GError **error);

/* Encrypts `content` (whose wire format must be PrivateMessage) as leaf `leaf` with the next key of its ratchet, and
 * `padding` zero bytes. Returns a whole MLSMessage; NULL with GENERATION_AHEAD, TOO_LARGE (2^30 bytes or more) or
 * INTERNAL. (transfer full) */
GBytes *mls_private_message_seal (Suite *suite, Rng *rng, const MlsAuthenticatedContent *content, guint32 leaf,
                                  Span sender_data_secret, MlsSecretTree *keys, gsize padding, GError **error);

/* Decrypts (not yet verifying the signature, not yet consuming the key): the content, its sender's leaf and
 * generation. Errors: SENDER_DATA, SENDER_UNKNOWN (outside `width` leaves), GENERATION_*, DECRYPT, PADDING, those
 * of mls_framed_content_read(). (transfer full) */
MlsAuthenticatedContent *mls_private_message_open (Suite *suite, const MlsPrivateMessage *message,
                                                   Span sender_data_secret, MlsSecretTree *keys, guint32 width,
                                                   guint32 *leaf, guint32 *generation, GError **error);

/* Decrypts only the sender data (6.3.2): who and which generation, unauthenticated until the content opens. */
gboolean mls_private_message_open_sender (Suite *suite, const MlsPrivateMessage *message, Span sender_data_secret,
                                          guint32 *leaf, guint32 *generation, guint8 reuse_guard[4], GError **error);

#endif
