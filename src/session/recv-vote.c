/* Proposals and votes, sent by their owners themselves (G16, G54, V5, V7). */
#include "session/recv.h"

#include "session/runner-private.h"

static gboolean
take_bundled (DemlsRunner *self, DemlsMatter *matter, const Consensus__V1__Proposal *message, GError **error)
{
  gboolean found = FALSE;
  ConsensusVote vote;
  if (!consensus_proposal_read_vote (matter->request->proposal, message, &found, &vote, error))
    return FALSE;
  return !found || demls_voting_take_vote (self, &vote, error);
}

gboolean
demls_recv_proposal (DemlsRunner *self, const DemlsReceived *received, GError **error)
{
  const Consensus__V1__Proposal *message = received->message->proposal;
  g_autoptr (ConsensusProposal) proposal = consensus_proposal_read (message, error);
  if (!proposal)
    return FALSE;
  if (!span_equal (SPAN_OF (proposal->owner), received->sender))
    return demls_refuse (error, DEMLS_ERROR_FORGED, "somebody else's proposal");
  DemlsMatter *matter = demls_voting_take (self, proposal, received->sender, error);
  if (!matter)
    return FALSE;
  gboolean taken = take_bundled (self, matter, message, error);
  demls_voting_settle (self, matter);
  return taken;
}

gboolean
demls_recv_vote (DemlsRunner *self, const DemlsReceived *received, GError **error)
{
  ConsensusVote vote;
  if (!consensus_vote_read (received->message->vote, &vote, error))
    return FALSE;
  if (!span_equal (SPAN_OF (vote.owner), received->sender))
    return demls_refuse (error, DEMLS_ERROR_FORGED, "somebody else's vote");
  return demls_voting_take_vote (self, &vote, error);
}
