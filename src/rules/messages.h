/* messages.h - the messages of a conversation, in and out of bytes (governance G11, mandates section 11).
 *
 * What protoc-c makes of messages.proto, under shorter names. Received bytes become a message only by the decode
 * functions here: they accept nothing but canonical encodings (consensus/canonical.h) whose fields keep to the sizes in
 * messages.c, and look before they allocate. So in a decoded message every id, hash, signature and nonce that is there
 * has its size, everything that must be there is there, and one member of each oneof is set; what the parts mean is
 * judged elsewhere. Errors: the first group of CONSENSUS_ERROR.
 *
 * To send: a message on the stack, initialised with its _INIT, fields borrowed, then demls_message_encode():
 *
 *   DemlsNickClaim claim = DEMLS_NICK_CLAIM_INIT;
 *   claim.nick = nick;
 *   DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
 *   message.payload_case = DEMLS_APP (NICK_CLAIM);
 *   message.nick_claim = &claim;
 *   g_autoptr (GBytes) bytes = demls_message_encode (&message.base);
 */
#ifndef DEMLS_RULES_MESSAGES_H
#define DEMLS_RULES_MESSAGES_H

#include "consensus/proposal.h"
#include "rules/limits.h"
#include "rules/messages.pb-c.h"

typedef DeMls__Messages__V1__AppMessage DemlsAppMessage;
typedef DeMls__Messages__V1__BanRequest DemlsBanRequest;
typedef DeMls__Messages__V1__CatchUp DemlsCatchUp;
typedef DeMls__Messages__V1__CatchUpAnswer DemlsCatchUpAnswer;
typedef DeMls__Messages__V1__CommitCandidate DemlsCommitCandidate;
typedef DeMls__Messages__V1__ConversationMessage DemlsConversationMessage;
typedef DeMls__Messages__V1__ConversationUpdateRequest DemlsUpdateRequest;
typedef DeMls__Messages__V1__EmergencyCriteriaProposal DemlsEmergency;
typedef DeMls__Messages__V1__EventMembershipChange DemlsMembershipChange;
typedef DeMls__Messages__V1__Executed DemlsExecutedMessage;
typedef DeMls__Messages__V1__Governance DemlsGovernanceMessage;
typedef DeMls__Messages__V1__GroupAnnouncement DemlsGroupAnnouncement;
typedef DeMls__Messages__V1__Known DemlsKnown;
typedef DeMls__Messages__V1__LeafAt DemlsLeafAt;
typedef DeMls__Messages__V1__LostAt DemlsLostAt;
typedef DeMls__Messages__V1__Mandate DemlsMandateMessage;
typedef DeMls__Messages__V1__MandateVote DemlsMandateVoteMessage;
typedef DeMls__Messages__V1__MemberInvite DemlsMemberInvite;
typedef DeMls__Messages__V1__MemberWelcome DemlsMemberWelcome;
typedef DeMls__Messages__V1__NickClaim DemlsNickClaim;
typedef DeMls__Messages__V1__Policy DemlsPolicyMessage;
typedef DeMls__Messages__V1__PolicyChange DemlsPolicyChange;
typedef DeMls__Messages__V1__Refresh DemlsRefresh;
typedef DeMls__Messages__V1__RejoinProof DemlsRejoinProof;
typedef DeMls__Messages__V1__RemoveMember DemlsRemoveMember;
typedef DeMls__Messages__V1__Seal DemlsSealMessage;
typedef DeMls__Messages__V1__StewardElectionProposal DemlsElection;
typedef DeMls__Messages__V1__StewardList DemlsStewardListMessage;
typedef DeMls__Messages__V1__ViolationEvidence DemlsEvidence;
typedef DeMls__Messages__V1__WelcomeChannel DemlsWelcomeChannel;
typedef DeMls__Messages__V1__ViolationType DemlsViolation;

#define DEMLS_APP_MESSAGE_INIT DE_MLS__MESSAGES__V1__APP_MESSAGE__INIT
#define DEMLS_BAN_REQUEST_INIT DE_MLS__MESSAGES__V1__BAN_REQUEST__INIT
#define DEMLS_CATCH_UP_INIT DE_MLS__MESSAGES__V1__CATCH_UP__INIT
#define DEMLS_CATCH_UP_ANSWER_INIT DE_MLS__MESSAGES__V1__CATCH_UP_ANSWER__INIT
#define DEMLS_COMMIT_CANDIDATE_INIT DE_MLS__MESSAGES__V1__COMMIT_CANDIDATE__INIT
#define DEMLS_CONVERSATION_MESSAGE_INIT DE_MLS__MESSAGES__V1__CONVERSATION_MESSAGE__INIT
#define DEMLS_UPDATE_REQUEST_INIT DE_MLS__MESSAGES__V1__CONVERSATION_UPDATE_REQUEST__INIT
#define DEMLS_EMERGENCY_INIT DE_MLS__MESSAGES__V1__EMERGENCY_CRITERIA_PROPOSAL__INIT
#define DEMLS_MEMBERSHIP_CHANGE_INIT DE_MLS__MESSAGES__V1__EVENT_MEMBERSHIP_CHANGE__INIT
#define DEMLS_EXECUTED_INIT DE_MLS__MESSAGES__V1__EXECUTED__INIT
#define DEMLS_GOVERNANCE_INIT DE_MLS__MESSAGES__V1__GOVERNANCE__INIT
#define DEMLS_GROUP_ANNOUNCEMENT_INIT DE_MLS__MESSAGES__V1__GROUP_ANNOUNCEMENT__INIT
#define DEMLS_KNOWN_INIT DE_MLS__MESSAGES__V1__KNOWN__INIT
#define DEMLS_LEAF_AT_INIT DE_MLS__MESSAGES__V1__LEAF_AT__INIT
#define DEMLS_LOST_AT_INIT DE_MLS__MESSAGES__V1__LOST_AT__INIT
#define DEMLS_MANDATE_INIT DE_MLS__MESSAGES__V1__MANDATE__INIT
#define DEMLS_MANDATE_VOTE_INIT DE_MLS__MESSAGES__V1__MANDATE_VOTE__INIT
#define DEMLS_MEMBER_INVITE_INIT DE_MLS__MESSAGES__V1__MEMBER_INVITE__INIT
#define DEMLS_MEMBER_WELCOME_INIT DE_MLS__MESSAGES__V1__MEMBER_WELCOME__INIT
#define DEMLS_NICK_CLAIM_INIT DE_MLS__MESSAGES__V1__NICK_CLAIM__INIT
#define DEMLS_POLICY_INIT DE_MLS__MESSAGES__V1__POLICY__INIT
#define DEMLS_POLICY_CHANGE_INIT DE_MLS__MESSAGES__V1__POLICY_CHANGE__INIT
#define DEMLS_REFRESH_INIT DE_MLS__MESSAGES__V1__REFRESH__INIT
#define DEMLS_REJOIN_PROOF_INIT DE_MLS__MESSAGES__V1__REJOIN_PROOF__INIT
#define DEMLS_REMOVE_MEMBER_INIT DE_MLS__MESSAGES__V1__REMOVE_MEMBER__INIT
#define DEMLS_SEAL_INIT DE_MLS__MESSAGES__V1__SEAL__INIT
#define DEMLS_ELECTION_INIT DE_MLS__MESSAGES__V1__STEWARD_ELECTION_PROPOSAL__INIT
#define DEMLS_STEWARD_LIST_INIT DE_MLS__MESSAGES__V1__STEWARD_LIST__INIT
#define DEMLS_EVIDENCE_INIT DE_MLS__MESSAGES__V1__VIOLATION_EVIDENCE__INIT
#define DEMLS_WELCOME_CHANNEL_INIT DE_MLS__MESSAGES__V1__WELCOME_CHANNEL__INIT

/* Values of payload_case: DEMLS_APP (SEAL), DEMLS_REQUEST (MEMBER_INVITE), DEMLS_CHANNEL (WELCOME). */
#define DEMLS_APP(name) DE_MLS__MESSAGES__V1__APP_MESSAGE__PAYLOAD_##name
#define DEMLS_REQUEST(name) DE_MLS__MESSAGES__V1__CONVERSATION_UPDATE_REQUEST__PAYLOAD_##name
#define DEMLS_CHANNEL(name) DE_MLS__MESSAGES__V1__WELCOME_CHANNEL__PAYLOAD_##name
#define DEMLS_VIOLATION(name) DE_MLS__MESSAGES__V1__VIOLATION_TYPE__##name

/* What an application message, or a plain packet of the same form, says; at most DEMLS_MESSAGE_MAX bytes.
 * (transfer full) */
DemlsAppMessage *demls_app_message_decode (Span bytes, GError **error);

/* May this kind of message come outside MLS? LostAt and LeafAt must, all others must not (V13, V31). A MemberWelcome
 * comes on the welcome channel only (V29). */
gboolean demls_app_message_is_plain (const DemlsAppMessage *message);

/* A packet of the welcome channel (G13). (transfer full) */
DemlsWelcomeChannel *demls_welcome_channel_decode (Span bytes, GError **error);

/* An announced group (P2). (transfer full) */
DemlsGroupAnnouncement *demls_group_announcement_decode (Span bytes, GError **error);

/* A proposal's payload; proposal-kind.h says what it means. (transfer full) */
DemlsUpdateRequest *demls_update_request_decode (Span bytes, GError **error);

/* The content of the extension 0xF0DE; governance.h says what it means. (transfer full) */
DemlsGovernanceMessage *demls_governance_message_decode (Span bytes, GError **error);

/* A candidate of at most `max` bytes. Error too: TOO_LARGE. (transfer full) */
DemlsCommitCandidate *demls_commit_candidate_decode (Span bytes, gsize max, GError **error);

/* A mandate, as a member saved it. (transfer full) */
DemlsMandateMessage *demls_mandate_message_decode (Span bytes, GError **error);

/* The canonical encoding. (transfer full) */
GBytes *demls_message_encode (const ProtobufCMessage *message);

/* Frees a decoded message of any kind; NULL is fine. */
void demls_message_free (gpointer message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsAppMessage, demls_message_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsWelcomeChannel, demls_message_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsGroupAnnouncement, demls_message_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsUpdateRequest, demls_message_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsGovernanceMessage, demls_message_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsCommitCandidate, demls_message_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsMandateMessage, demls_message_free)

#endif
