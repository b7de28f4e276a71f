/* proposal.h - MlsProposal: the seven kinds of change (RFC 9420 section 12.1), read and written.
 *
 * What a proposal may do in a given group is proposal-list.h's business.
 */
#ifndef DEMLS_MLS_PROPOSAL_H
#define DEMLS_MLS_PROPOSAL_H

#include "mls/key-package.h"
#include "mls/psk.h"

/* A view of its encoding, which it owns; reference counted. */
typedef struct {
  GBytes *encoded;
  guint16 type;               /* MlsProposalType, or a value this implementation does not know */
  MlsKeyPackage *key_package; /* Add */
  MlsLeafNode *leaf;          /* Update */
  guint32 removed;            /* Remove: leaf index */
  MlsPskId psk;               /* PreSharedKey */
  Span group_id;              /* ReInit */
  guint16 version;            /* ReInit */
  guint16 suite;              /* ReInit */
  Span extensions;            /* ReInit, GroupContextExtensions: contents of the list */
  Span kem_output;            /* ExternalInit */
} MlsProposal;

/* Reads one inside a structure. A type that is not known cannot be delimited: PROPOSAL_TYPE. Otherwise the errors of
 * its parts. (transfer full) */
MlsProposal *mls_proposal_read (Reader *reader, GError **error);

/* Reads bytes that are exactly one. (transfer full) */
MlsProposal *mls_proposal_parse (Span bytes, GError **error);
MlsProposal *mls_proposal_ref_obj (const MlsProposal *self);
void mls_proposal_unref (MlsProposal *self);

/* New proposals. (transfer full) */
MlsProposal *mls_proposal_add (const MlsKeyPackage *package);
MlsProposal *mls_proposal_update (const MlsLeafNode *leaf);
MlsProposal *mls_proposal_remove (guint32 leaf_index);
MlsProposal *mls_proposal_psk (const MlsPskId *id);
MlsProposal *mls_proposal_external_init (Span kem_output);
MlsProposal *mls_proposal_group_context_extensions (Span extensions);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsProposal, mls_proposal_unref)

#endif
