/* envelope.h - the outer form of every packet, the same for all delivery services (envelope.proto).
 *
 * What comes in was written by anybody. It is accepted only in its canonical encoding, with all fields, each within its
 * size. Nothing in an accepted envelope is authenticated.
 */
#ifndef DEMLS_DELIVERY_ENVELOPE_H
#define DEMLS_DELIVERY_ENVELOPE_H

#include "user/delivery.h"

#define DEMLS_ENVELOPE_VERSION 1
#define DEMLS_APP_ID_SIZE 16
#define DEMLS_CONVERSATION_LENGTH 26

/* No envelope is longer: a payload of DEMLS_PACKET_MAX and what is around it. */
#define DEMLS_ENVELOPE_MAX (DEMLS_PACKET_MAX + 128)

typedef struct {
  guint8 app_id[DEMLS_APP_ID_SIZE];
  char conversation[DEMLS_CONVERSATION_LENGTH + 1];
  DemlsChannel channel;
  GBytes *payload;
} DemlsEnvelope;

/* TRUE iff `text` is 26 characters of lower-case base32. Nothing else may become part of a path or a topic. */
gboolean demls_conversation_is_valid (const char *text);

/* The subtopic's name: "app_msg", "welcome" or "announcement". */
const char *demls_channel_name (DemlsChannel channel);

/* The channel of that name; FALSE if there is none. */
gboolean demls_channel_from_name (const char *name, DemlsChannel *channel);

/* The bytes to carry, or NULL: TOO_LARGE for a payload over DEMLS_PACKET_MAX, DAMAGED for an empty one or a name that
 * is no conversation id. (transfer full) */
GBytes *demls_envelope_pack (const guint8 app_id[DEMLS_APP_ID_SIZE], const char *conversation, DemlsChannel channel,
                             GBytes *payload, GError **error);

/* The envelope in `bytes`, or NULL: TOO_LARGE, VERSION for one of a newer version, DAMAGED for all else. Reads at most
 * DEMLS_ENVELOPE_MAX bytes. (transfer full) */
DemlsEnvelope *demls_envelope_unpack (Span bytes, GError **error);

void demls_envelope_free (DemlsEnvelope *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsEnvelope, demls_envelope_free)

#endif
