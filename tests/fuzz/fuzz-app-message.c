/* fuzz-app-message.c - every protobuf message of the rules and of the ballots: what is read is written again as the
 * same bytes, and what is refused has an error of a known domain.
 *
 * The first byte chooses the message (FuzzMessage); the rest is its encoding. Parts that have a meaning of their own,
 * such as the question in a proposal, are read on.
 */
#include "../lib/fuzzing.h"
#include "rules/governance.h"
#include "rules/request.h"

typedef enum {
  FUZZ_APP,
  FUZZ_WELCOME_CHANNEL,
  FUZZ_ANNOUNCEMENT,
  FUZZ_REQUEST,
  FUZZ_GOVERNANCE,
  FUZZ_CANDIDATE,
  FUZZ_MANDATE,
  FUZZ_VOTE,
  FUZZ_HASHED_VOTE, /* its vote_hash is put right */
  FUZZ_PROPOSAL,
  FUZZ_EXTENSIONS,
  FUZZ_MESSAGES,
} FuzzMessage;

/* Exactly one of success and an error of ours. */
static void
judge (gboolean success, GError **error)
{
  if (success ? *error != NULL : *error == NULL)
    g_error ("fuzz: an error with success, or neither");
  if (*error && (*error)->domain != CONSENSUS_ERROR && (*error)->domain != DEMLS_RULE_ERROR
      && (*error)->domain != MLS_ERROR)
    g_error ("fuzz: an error of another domain: %s", (*error)->message);
  g_clear_error (error);
}

static void
same_again (const ProtobufCMessage *message, Span bytes)
{
  g_autoptr (GBytes) again = demls_message_encode (message);
  fuzz_same (bytes, span_bytes (again));
}

static void
read_request (const ConsensusProposal *proposal)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DemlsRequest) request = demls_request_read (proposal, &error);
  judge (request != NULL, &error);
  if (request)
    same_again (&request->message->base, span_bytes (proposal->payload));
}

static void
read_proposal (const Consensus__V1__Proposal *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ConsensusProposal) proposal = consensus_proposal_read (message, &error);
  judge (proposal != NULL, &error);
  if (!proposal)
    return;
  Consensus__V1__Proposal again = CONSENSUS__V1__PROPOSAL__INIT;
  consensus_proposal_write (proposal, &again);
  same_again (&again.base, span_bytes (proposal->encoded));
  gboolean found = FALSE;
  ConsensusVote vote;
  judge (consensus_proposal_read_vote (proposal, message, &found, &vote, &error), &error);
  read_request (proposal);
}

static void
decode_proposal (Span bytes)
{
  g_autoptr (GError) error = NULL;
  gboolean found = FALSE;
  ConsensusVote vote;
  g_autoptr (ConsensusProposal) proposal = consensus_proposal_decode (bytes, &found, &vote, &error);
  judge (proposal != NULL, &error);
  if (!proposal)
    return;
  if (!found)
    fuzz_same (bytes, span_bytes (proposal->encoded));
  read_request (proposal);
}

static void
decode_vote (Span bytes)
{
  g_autoptr (GError) error = NULL;
  ConsensusVote vote, twin;
  gboolean good = consensus_vote_decode (bytes, &vote, &error);
  judge (good, &error);
  if (!good)
    return;
  ConsensusVoteLabels labels = { .vote_id = 1 };
  g_autoptr (GBytes) again = consensus_vote_encode (&vote, &labels);
  if (!consensus_vote_decode (span_bytes (again), &twin, NULL) || !consensus_vote_equal (&vote, &twin))
    g_error ("fuzz: another vote");
}

static void
decode_hashed_vote (Span bytes)
{
  g_autoptr (GError) error = NULL;
  ProtobufCMessage *base = consensus_canonical_unpack (&consensus__v1__vote__descriptor, bytes, CONSENSUS_VOTE_MAX,
                                                       &consensus_vote_bounds, &error);
  judge (base != NULL, &error);
  if (!base)
    return;
  same_again (base, bytes);
  Consensus__V1__Vote copy = *(Consensus__V1__Vote *) base;
  guint8 hash[CONSENSUS_HASH_SIZE];
  consensus_vote_hash (&copy, hash);
  copy.vote_hash = consensus_data (SPAN_OF (hash));
  g_autoptr (GBytes) hashed = demls_message_encode (&copy.base);
  decode_vote (span_bytes (hashed));
  demls_message_free (base);
}

static void
decode_app (Span bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DemlsAppMessage) message = demls_app_message_decode (bytes, &error);
  judge (message != NULL, &error);
  if (!message)
    return;
  same_again (&message->base, bytes);
  (void) demls_app_message_is_plain (message);
  if (message->payload_case == DEMLS_APP (PROPOSAL))
    read_proposal (message->proposal);
  if (message->payload_case == DEMLS_APP (VOTE))
    {
      ConsensusVote vote;
      judge (consensus_vote_read (message->vote, &vote, &error), &error);
    }
}

/* The bytes by themselves, and as somebody's question. */
static void
decode_request (Span bytes)
{
  static const guint8 owner[CONSENSUS_OWNER_SIZE] = "an owner";
  g_autoptr (GError) error = NULL;
  g_autoptr (DemlsUpdateRequest) message = demls_update_request_decode (bytes, &error);
  judge (message != NULL, &error);
  if (!message)
    return;
  same_again (&message->base, bytes);
  Span asker = SPAN_OF (owner);
  if (message->payload_case == DEMLS_REQUEST (EMERGENCY_CRITERIA))
    asker = consensus_span (message->emergency_criteria->evidence->creator_member_id);
  ConsensusProposalFields fields = {
    .name = "a question", .payload = bytes, .proposal_id = 7, .owner = asker, .lifetime = 600
  };
  g_autoptr (ConsensusProposal) proposal = consensus_proposal_new (&fields);
  read_request (proposal);
}

static void
decode_governance (Span bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DemlsGovernanceMessage) message = demls_governance_message_decode (bytes, &error);
  judge (message != NULL, &error);
  if (message)
    same_again (&message->base, bytes);
  g_autoptr (DemlsGovernance) governance = demls_governance_parse (bytes, &error);
  judge (governance != NULL, &error);
  if (!governance)
    return;
  g_autoptr (GBytes) again = demls_governance_encode (governance);
  fuzz_same (bytes, span_bytes (again));
}

static void
parse_extensions (Span bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DemlsGovernance) governance = demls_group_extensions_parse (bytes, &error);
  judge (governance != NULL, &error);
  if (!governance)
    return;
  g_autoptr (GBytes) again = demls_group_extensions (governance);
  fuzz_same (bytes, span_bytes (again));
}

static ProtobufCMessage *
decode_plainly (FuzzMessage which, Span bytes, GError **error)
{
  if (which == FUZZ_WELCOME_CHANNEL)
    return (ProtobufCMessage *) demls_welcome_channel_decode (bytes, error);
  if (which == FUZZ_ANNOUNCEMENT)
    return (ProtobufCMessage *) demls_group_announcement_decode (bytes, error);
  if (which == FUZZ_CANDIDATE)
    return (ProtobufCMessage *) demls_commit_candidate_decode (bytes, DEMLS_MESSAGE_MAX, error);
  return (ProtobufCMessage *) demls_mandate_message_decode (bytes, error);
}

static void
decode_other (FuzzMessage which, Span bytes)
{
  g_autoptr (GError) error = NULL;
  ProtobufCMessage *message = decode_plainly (which, bytes, &error);
  judge (message != NULL, &error);
  if (message)
    same_again (message, bytes);
  demls_message_free (message);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Span bytes;
  FuzzMessage which = (FuzzMessage) (fuzz_mode (span (data, size), &bytes) % FUZZ_MESSAGES);
  if (which == FUZZ_APP)
    decode_app (bytes);
  else if (which == FUZZ_REQUEST)
    decode_request (bytes);
  else if (which == FUZZ_GOVERNANCE)
    decode_governance (bytes);
  else if (which == FUZZ_VOTE)
    decode_vote (bytes);
  else if (which == FUZZ_HASHED_VOTE)
    decode_hashed_vote (bytes);
  else if (which == FUZZ_PROPOSAL)
    decode_proposal (bytes);
  else if (which == FUZZ_EXTENSIONS)
    parse_extensions (bytes);
  else
    decode_other (which, bytes);
  return 0;
}
