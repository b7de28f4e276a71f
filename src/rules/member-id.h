/* member-id.h - who somebody is: 20 bytes made of the signature key (governance G3, G4, G72).
 *
 * A member id is the first 20 bytes of the SHA-256 of the Ed25519 signature key, and the identity in the basic
 * credential of every leaf that its owner makes. So the id names the key, whoever says it.
 */
#ifndef DEMLS_RULES_MEMBER_ID_H
#define DEMLS_RULES_MEMBER_ID_H

#include "mls/leaf-node.h"
#include "rules/error.h"
#include "rules/limits.h"

/* The id of a signature key. */
void demls_member_id (Span signature_key, guint8 out[DEMLS_MEMBER_ID_SIZE]);

/* G4: a basic credential with the id of the leaf's own key. Error: MEMBER_ID. */
gboolean demls_member_id_check (const MlsLeafNode *leaf, GError **error);

/* G3: the first 8 of the 40 hexadecimal digits. (transfer full: g_free) */
char *demls_member_id_short (Span id);

/* G72: the proposal_id by which a self-leave is labelled: the first 4 bytes of the id's SHA-256. */
guint32 demls_self_leave_id (Span id);

/* G73: the name of a self-leave, "self-leave:<decimal id>". (transfer full: g_free) */
char *demls_self_leave_name (Span id);

#endif
