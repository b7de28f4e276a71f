/* update-path.h - UpdatePath and Commit as they stand on the wire (RFC 9420 sections 7.6 and 12.4).
 *
 * Both are read in place: spans point into the bytes of the message.
 */
#ifndef DEMLS_MLS_UPDATE_PATH_H
#define DEMLS_MLS_UPDATE_PATH_H

#include "mls/leaf-node.h"
#include "mls/proposal.h"

typedef struct {
  Span encryption_key;
  Span ciphertexts; /* contents of the vector of HPKECiphertext */
  guint32 n_ciphertexts;
} MlsUpdatePathNode;

typedef struct {
  MlsLeafNode *leaf;
  GArray *nodes; /* of MlsUpdatePathNode, bottom to root; at most MLS_MAX_DEPTH */
} MlsUpdatePath;

/* 12.4 ProposalOrRef. */
typedef struct {
  MlsProposal *proposal; /* by value, or NULL */
  Span reference;        /* by reference */
} MlsProposalOrRef;

/* More proposals than this in one commit are refused: the smallest takes 4 bytes on the wire and some 300 here. And a
 * reference shorter than any suite's hash, which could name nothing, is malformed. */
#define MLS_MAX_COMMIT_PROPOSALS 16384
#define MLS_REFERENCE_MIN 32

typedef struct {
  GPtrArray *proposals; /* of MlsProposalOrRef, at most MLS_MAX_COMMIT_PROPOSALS */
  MlsUpdatePath *path;  /* or NULL */
} MlsCommit;

/* Errors: MALFORMED, PATH_LENGTH (more than MLS_MAX_DEPTH nodes), those of the parts. (transfer full) */
MlsUpdatePath *mls_update_path_read (Reader *reader, GError **error);
void mls_update_path_free (MlsUpdatePath *self);

/* The `i`-th HPKECiphertext of a node, i < n_ciphertexts. */
void mls_update_path_ciphertext (const MlsUpdatePathNode *node, guint32 i, Span *kem_output, Span *ciphertext);

/* Reads a Commit inside a structure. Errors: MALFORMED, TOO_LARGE, those of the parts. (transfer full) */
MlsCommit *mls_commit_read (Reader *reader, GError **error);
void mls_commit_free (MlsCommit *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsUpdatePath, mls_update_path_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsCommit, mls_commit_free)

#endif
