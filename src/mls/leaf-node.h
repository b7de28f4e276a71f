/* leaf-node.h - one member's leaf (RFC 9420 sections 5.3, 7.2, 7.3).
 *
 * A leaf node never changes. It keeps the bytes it was read from; every Span in it points into them. Reference
 * counted, so that trees of several epochs share their leaves.
 */
#ifndef DEMLS_MLS_LEAF_NODE_H
#define DEMLS_MLS_LEAF_NODE_H

#include "crypto/sign.h"
#include "mls/extension.h"

/* 7.2 Capabilities: lists of big-endian u16. */
typedef struct {
  Span versions;
  Span suites;
  Span extensions;
  Span proposals;
  Span credentials;
} MlsCapabilities;

typedef struct {
  GBytes *encoded; /* the whole LeafNode */
  Span encryption_key;
  Span signature_key;
  guint16 credential_type;
  Span credential; /* the whole Credential, encoded */
  Span identity;   /* basic: the identity; X.509: the certificate chain, encoded */
  Span capabilities_encoded;
  MlsCapabilities capabilities;
  MlsLeafSource source;
  guint64 not_before; /* key_package only: seconds since 1970 */
  guint64 not_after;
  Span parent_hash; /* commit only */
  Span extensions;  /* contents of the list */
  Span signature;
  Span tbs; /* everything but the signature */
} MlsLeafNode;

/* What a new leaf says; encoded parts are taken as they are. */
typedef struct {
  Span encryption_key;
  Span signature_key;
  Span credential;   /* encoded; mls_credential_basic() makes one */
  Span capabilities; /* encoded; mls_capabilities_encode() makes them */
  MlsLeafSource source;
  guint64 not_before;
  guint64 not_after;
  Span parent_hash;
  Span extensions; /* contents of the list */
} MlsLeafNodeFields;

/* Reads one LeafNode, copying its bytes; NULL with MALFORMED, DUPLICATE_EXTENSION or CREDENTIAL_TYPE (neither basic
 * nor X.509). (transfer full) */
MlsLeafNode *mls_leaf_node_read (Reader *reader, GError **error);

/* Signs `fields` for a group and place: `group_id` and `leaf_index` count only if the source is update or commit
 * (7.2, LeafNodeTBS). NULL with INTERNAL. (transfer full) */
MlsLeafNode *mls_leaf_node_sign (Suite *suite, const SignKey *key, const MlsLeafNodeFields *fields, Span group_id,
                                 guint32 leaf_index, GError **error);

/* 7.2: verifies the signature. Error: LEAF_SIGNATURE. */
gboolean mls_leaf_node_verify (Suite *suite, const MlsLeafNode *self, Span group_id, guint32 leaf_index,
                               GError **error);

/* 7.3, the rules that need neither tree nor clock: keys are keys of the suite, capabilities list the version, the
 * suite and the own credential type, every extension carried is listed. Errors: LEAF_ENCRYPTION_KEY,
 * LEAF_SIGNATURE_KEY, LEAF_CAPABILITIES, LEAF_EXTENSION. */
gboolean mls_leaf_node_check (Suite *suite, const MlsLeafNode *self, GError **error);

/* 7.3: meets `required` and knows every extension of the group's list. Errors: LEAF_REQUIRED_CAPABILITIES,
 * GROUP_EXTENSION_UNSUPPORTED, EXTENSION. */
gboolean mls_leaf_node_fits (const MlsLeafNode *self, Span group_extensions, GError **error);

/* 7.3: the lifetime holds at `wall` (seconds). Checked only where the caller asks (V15, M23). Errors:
 * LIFETIME_EARLY, LIFETIME_OVER, LIFETIME_RANGE. */
gboolean mls_leaf_node_check_lifetime (const MlsLeafNode *self, gint64 wall, GError **error);

MlsLeafNode *mls_leaf_node_ref (const MlsLeafNode *self);
void mls_leaf_node_unref (MlsLeafNode *self);

/* An encoded basic credential (5.3). (transfer full) */
GBytes *mls_credential_basic (Span identity);

/* Encoded Capabilities that list mls10, the given suites and proposals and extensions beyond the default ones, and the
 * basic credential (M6). (transfer full) */
GBytes *mls_capabilities_encode (const guint16 *suites, gsize n_suites, const guint16 *extensions, gsize n_extensions);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsLeafNode, mls_leaf_node_unref)

#endif
