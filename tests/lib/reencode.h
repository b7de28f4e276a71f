/* reencode.h - writes again, field by field, what was read: for the rule that what parses has one encoding.
 */
#ifndef DEMLS_TESTS_REENCODE_H
#define DEMLS_TESTS_REENCODE_H

#include "mls/group-info.h"
#include "mls/message.h"
#include "mls/private-message.h"
#include "mls/public-message.h"
#include "mls/update-path.h"
#include "mls/welcome.h"

void reencode_leaf (Writer *w, const MlsLeafNode *leaf);
void reencode_key_package (Writer *w, const MlsKeyPackage *package);
void reencode_proposal (Writer *w, const MlsProposal *proposal);
void reencode_commit (Writer *w, const MlsCommit *commit);
void reencode_group_info (Writer *w, const MlsGroupInfo *info);

/* These write the body of an MLSMessage. */
void reencode_welcome (Writer *w, const MlsWelcome *welcome);
void reencode_private_message (Writer *w, const MlsPrivateMessage *message);
void reencode_public_message (Writer *w, const MlsPublicMessage *message);

/* Any MLSMessage, envelope and body, with the proposals, commits, leaves and trees in it. FALSE with the error of the
 * part that does not parse. */
gboolean reencode_message (Writer *w, Span bytes, GError **error);

#endif
