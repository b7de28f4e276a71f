/* group-info.h - GroupInfo (RFC 9420 section 12.4.3).
 */
#ifndef DEMLS_MLS_GROUP_INFO_H
#define DEMLS_MLS_GROUP_INFO_H

#include "mls/group-context.h"
#include "mls/labels.h"

/* A view of its encoding, which it owns. */
typedef struct {
  GBytes *encoded;
  MlsGroupContext *context;
  Span extensions; /* contents of the list */
  Span confirmation_tag;
  guint32 signer; /* leaf index */
  Span signature;
  Span tbs;
} MlsGroupInfo;

/* Reads bytes that are exactly one. Errors: MALFORMED, VERSION, SUITE, DUPLICATE_EXTENSION. (transfer full) */
MlsGroupInfo *mls_group_info_parse (Span bytes, GError **error);
void mls_group_info_free (MlsGroupInfo *self);

/* Signs one. `extensions`: contents of the list. NULL with INTERNAL. (transfer full) */
GBytes *mls_group_info_sign (Suite *suite, const SignKey *key, const MlsGroupContext *context, Span extensions,
                             Span confirmation_tag, guint32 signer, GError **error);

/* Error: GROUP_INFO_SIGNATURE. */
gboolean mls_group_info_verify (Suite *suite, const MlsGroupInfo *self, Span signature_key, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsGroupInfo, mls_group_info_free)

#endif
