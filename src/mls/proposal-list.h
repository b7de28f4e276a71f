/* proposal-list.h - the proposals of one commit: may they stand together, and what do they change? (RFC 9420 sections
 * 12.1, 12.2, 12.3)
 */
#ifndef DEMLS_MLS_PROPOSAL_LIST_H
#define DEMLS_MLS_PROPOSAL_LIST_H

#include "mls/framing.h"
#include "mls/proposal.h"
#include "mls/tree.h"

/* One proposal with the one who made it. */
typedef struct {
  MlsProposal *proposal; /* owned */
  MlsSender sender;      /* of the proposal; for proposals by value the committer */
  gboolean by_reference;
} MlsListedProposal;

/* What a list does to a group, and the list itself, in the order of the commit. */
typedef struct {
  GArray *listed;            /* of MlsListedProposal */
  MlsTree *tree;             /* the tree afterwards, before any path */
  GArray *added;             /* leaf indices of Adds, in the order of the list, i.e. increasing unless blanks differ */
  GArray *added_sorted;      /* the same, increasing */
  GPtrArray *added_packages; /* of MlsKeyPackage, as `added` */
  GArray *removed;           /* leaf indices of Removes, in the order of the list */
  gboolean has_extensions;   /* a GroupContextExtensions proposal is there */
  Span extensions;           /* the group's extensions afterwards (contents of the list); without such a proposal
                                these are the scene's bytes */
  GArray *psks;              /* of MlsPskId, in the order of the list */
  Span kem_output;           /* ExternalInit; empty if none */
  gboolean path_required;    /* 12.4: the list is empty, or has an Update, Remove, ExternalInit or
                                GroupContextExtensions */
} MlsProposalEffects;

/* The group as far as a list is concerned. */
typedef struct {
  Suite *suite;
  const MlsTree *tree;
  Span group_id;
  Span extensions; /* the GroupContext's, contents of the list */
} MlsListScene;

/* 12.2, 12.3: checks the list of a commit by `committer` (member, or new member for an external commit) and applies it
 * to a copy of the tree in the order of 12.3: extensions, Updates, Removes, Adds. `listed` elements are taken over
 * (their proposals' references) on success and failure alike; the array stays the caller's and is empty afterwards.
 * Each rule has its own code: see error.h (12.1, 12.2, 7.3 for new leaves, 10.1 for key packages, PSK_*). Lifetimes are
 * not looked at. A ReInit is refused: alone with UNSUPPORTED. What is left to the caller, who knows the path: that a
 * Remove in an external commit removes the joiner's own old leaf. NULL with an error. (transfer full)
 *
 * No member is looked at who is not named in the list, unless a GroupContextExtensions proposal asks for something
 * that the group's present extensions do not: then each member once. That they meet the present ones is taken for
 * granted. */
MlsProposalEffects *mls_proposal_list_apply (const MlsListScene *scene, const MlsSender *committer, GArray *listed,
                                             GError **error);
void mls_proposal_effects_free (MlsProposalEffects *self);

/* 12.1, 12.1.8: may this proposal be made by this sender in this group at all? For proposals received alone, before
 * they are kept. What depends on the rest of a commit is not judged here: whether a leaf fits the group's extensions
 * and whether its keys are unique. Errors: PROPOSAL_SENDER, PROPOSAL_TYPE, SENDER_UNKNOWN, UPDATE_SENDER,
 * EXTERNAL_INIT, REMOVE_BLANK, PSK_USAGE, PSK_NONCE, VERSION (ReInit), EXTENSION, 10.1's, 7.3's. */
gboolean mls_proposal_check (const MlsListScene *scene, const MlsSender *sender, const MlsProposal *proposal,
                             GError **error);

void mls_listed_proposal_clear (MlsListedProposal *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsProposalEffects, mls_proposal_effects_free)

#endif
