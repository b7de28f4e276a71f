#include "rules/messages.h"

#define OF(name) (&de_mls__messages__v1__##name##__descriptor)

/* Rows: message, field, shortest, longest, most of them, must be there. */
#define ID(name, field, required)                                                                                      \
  {                                                                                                                    \
    OF (name), field, DEMLS_MEMBER_ID_SIZE, DEMLS_MEMBER_ID_SIZE, 0, required                                          \
  }
#define IDS(name, field, most)                                                                                         \
  {                                                                                                                    \
    OF (name), field, DEMLS_MEMBER_ID_SIZE, DEMLS_MEMBER_ID_SIZE, most, FALSE                                          \
  }
#define HASH(name, field, required)                                                                                    \
  {                                                                                                                    \
    OF (name), field, DEMLS_HASH_SIZE, DEMLS_HASH_SIZE, 0, required                                                    \
  }
#define SIGNATURE(name, field)                                                                                         \
  {                                                                                                                    \
    OF (name), field, DEMLS_SIGNATURE_SIZE, DEMLS_SIGNATURE_SIZE, 0, TRUE                                              \
  }
#define NONCE(name, field)                                                                                             \
  {                                                                                                                    \
    OF (name), field, DEMLS_NONCE_SIZE, DEMLS_NONCE_SIZE, 0, TRUE                                                      \
  }
#define UP_TO(name, field, longest, required)                                                                          \
  {                                                                                                                    \
    OF (name), field, 0, longest, 0, required                                                                          \
  }
#define THERE(name, field)                                                                                             \
  {                                                                                                                    \
    OF (name), field, 0, G_MAXSIZE, 0, TRUE                                                                            \
  }
#define MOST(name, field, most)                                                                                        \
  {                                                                                                                    \
    OF (name), field, 0, G_MAXSIZE, most, FALSE                                                                        \
  }
#define NICK_BYTES (4 * DEMLS_NICK_CHARS)
#define GROUP_MIN (DEMLS_INSTANCE_SIZE + 1)
#define GROUP_MAX (DEMLS_INSTANCE_SIZE + DEMLS_CONVERSATION_ID_MAX)

static const ConsensusBound rows[] = {
  UP_TO (group_announcement, 1, DEMLS_CONVERSATION_ID_MAX, TRUE),
  UP_TO (group_announcement, 2, NICK_BYTES, FALSE),

  UP_TO (conversation_message, 1, DEMLS_TEXT_MAX, FALSE),
  ID (conversation_message, 2, FALSE),
  UP_TO (conversation_message, 3, DEMLS_CONVERSATION_ID_MAX, FALSE),
  UP_TO (conversation_message, 4, DEMLS_MEMBER_ID_SIZE, FALSE),
  { OF (conversation_message), 100, DEMLS_MESSAGE_ID_SIZE, DEMLS_MESSAGE_ID_SIZE, 0, TRUE },

  UP_TO (event_membership_change, 1, DEMLS_CONVERSATION_ID_MAX, FALSE),
  ID (event_membership_change, 2, TRUE),
  ID (ban_request, 1, TRUE),
  UP_TO (ban_request, 2, DEMLS_CONVERSATION_ID_MAX, FALSE),
  UP_TO (nick_claim, 1, NICK_BYTES, TRUE),

  { OF (conversation_update_request), 101, GROUP_MIN, GROUP_MAX, 0, TRUE },
  HASH (conversation_update_request, 104, FALSE),
  UP_TO (member_invite, 1, DEMLS_KEY_PACKAGE_MAX, TRUE),
  ID (member_invite, 2, TRUE),
  MOST (member_invite, 100, DEMLS_REJOIN_PROOFS_MAX),
  HASH (rejoin_proof, 1, TRUE),
  SIGNATURE (rejoin_proof, 2),
  ID (remove_member, 1, TRUE),
  UP_TO (remove_member, 100, DEMLS_REASON_MAX, FALSE),
  THERE (emergency_criteria_proposal, 1),
  THERE (violation_evidence, 1),
  ID (violation_evidence, 2, FALSE),
  UP_TO (violation_evidence, 3, DEMLS_EVIDENCE_MAX, FALSE),
  ID (violation_evidence, 5, TRUE),
  IDS (steward_election_proposal, 1, DEMLS_STEWARDS_MAX),
  UP_TO (policy_change, 2, NICK_BYTES, FALSE),

  THERE (governance, 1),
  THERE (governance, 2),
  THERE (governance, 3),
  MOST (governance, 4, DEMLS_EXECUTED_MAX),
  UP_TO (governance, 5, NICK_BYTES, TRUE),
  { OF (governance), 6, DEMLS_INSTANCE_SIZE, DEMLS_INSTANCE_SIZE, 0, TRUE },
  IDS (steward_list, 1, DEMLS_STEWARDS_MAX),
  HASH (executed, 1, TRUE),
  THERE (executed, 2),
  ID (executed, 3, FALSE),
  THERE (executed, 4),

  THERE (mandate, 1),
  SIGNATURE (mandate_vote, 3),
  UP_TO (commit_candidate, 1, DEMLS_CONVERSATION_ID_MAX, TRUE),
  THERE (commit_candidate, 3),
  ID (commit_candidate, 4, TRUE),
  MOST (commit_candidate, 100, DEMLS_MANDATES_MAX),
  HASH (seal, 2, TRUE),
  SIGNATURE (seal, 3),
  ID (seal, 4, TRUE),
  HASH (seal, 5, TRUE),
  THERE (member_welcome, 1),
  IDS (member_welcome, 3, DEMLS_JOINERS_MAX),

  MOST (catch_up, 2, DEMLS_KNOWN_MAX),
  ID (catch_up, 3, FALSE),
  HASH (known, 1, TRUE),
  UP_TO (known, 2, DEMLS_BITMAP_MAX, FALSE),
  UP_TO (known, 3, DEMLS_BITMAP_MAX, FALSE),
  ID (lost_at, 2, TRUE),
  NONCE (lost_at, 3),
  SIGNATURE (lost_at, 4),
  ID (leaf_at, 1, TRUE),
  HASH (leaf_at, 2, TRUE),
  NONCE (leaf_at, 3),
  { OF (leaf_at), 4, DEMLS_INSTANCE_SIZE, DEMLS_INSTANCE_SIZE, 0, TRUE },
};

static const ConsensusBounds bounds = { rows, G_N_ELEMENTS (rows), &consensus_proposal_bounds };

static gpointer
decode (const ProtobufCMessageDescriptor *type, Span bytes, gsize max, GError **error)
{
  return consensus_canonical_unpack (type, bytes, max, &bounds, error);
}

DemlsAppMessage *
demls_app_message_decode (Span bytes, GError **error)
{
  return decode (OF (app_message), bytes, DEMLS_MESSAGE_MAX, error);
}

gboolean
demls_app_message_is_plain (const DemlsAppMessage *message)
{
  return message->payload_case == DEMLS_APP (LOST_AT) || message->payload_case == DEMLS_APP (LEAF_AT);
}

DemlsWelcomeChannel *
demls_welcome_channel_decode (Span bytes, GError **error)
{
  return decode (OF (welcome_channel), bytes, DEMLS_MESSAGE_MAX, error);
}

DemlsGroupAnnouncement *
demls_group_announcement_decode (Span bytes, GError **error)
{
  return decode (OF (group_announcement), bytes, DEMLS_MESSAGE_MAX, error);
}

DemlsUpdateRequest *
demls_update_request_decode (Span bytes, GError **error)
{
  return decode (OF (conversation_update_request), bytes, CONSENSUS_PAYLOAD_MAX, error);
}

DemlsGovernanceMessage *
demls_governance_message_decode (Span bytes, GError **error)
{
  return decode (OF (governance), bytes, DEMLS_MESSAGE_MAX, error);
}

DemlsCommitCandidate *
demls_commit_candidate_decode (Span bytes, gsize max, GError **error)
{
  return decode (OF (commit_candidate), bytes, MIN (max, DEMLS_MESSAGE_MAX), error);
}

DemlsMandateMessage *
demls_mandate_message_decode (Span bytes, GError **error)
{
  return decode (OF (mandate), bytes, DEMLS_MESSAGE_MAX, error);
}

GBytes *
demls_message_encode (const ProtobufCMessage *message)
{
  return consensus_canonical_pack (message);
}

void
demls_message_free (gpointer message)
{
  protobuf_c_message_free_unpacked (message, NULL);
}
