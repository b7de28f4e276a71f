#include "sim-liar.h"

#include <string.h>

#include "rules/candidate-build.h"
#include "session/runner-private.h"

/* Only those to whom something is whispered hear it. */
static gint64
overhear (const SimPacket *packet, guint to, gpointer data)
{
  const SimWorld *world = data;
  (void) packet;
  return world->whisper && !(world->whisper >> to & 1) ? DEMLS_NEVER : 0;
}

void
sim_liar_make (SimHonest *member)
{
  SimWorld *world = member->base.world;
  member->base.honest = FALSE;
  member->base.liar = TRUE;
  sim_net_set_filter (world->net, overhear, world);
}

gboolean
sim_liar_can (const SimHonest *liar)
{
  const DemlsRunner *runner = liar->runner;
  return runner && runner->current && !runner->over && !runner->gone && !runner->cloned;
}

/* --- sending ----------------------------------------------------------------------------------------------------- */

void
sim_liar_whisper (SimHonest *member, const DemlsAppMessage *message, guint64 to)
{
  SimWorld *world = member->base.world;
  gboolean was_mute = member->mute;
  sim_honest_crank (member, NULL); /* what was to go out anyhow goes to all */
  if (!sim_liar_can (member))
    return;
  world->whisper = to;
  member->mute = FALSE;
  demls_send_message (member->runner, member->runner->current, message);
  sim_honest_crank (member, NULL);
  world->whisper = 0;
  member->mute = was_mute;
}

void
sim_liar_send (SimHonest *member, const DemlsAppMessage *message)
{
  sim_liar_whisper (member, message, 0);
}

GBytes *
sim_liar_seal (SimHonest *member, const DemlsAppMessage *message)
{
  DemlsKept *current = member->runner->current;
  g_autoptr (GBytes) plaintext = demls_message_encode (&message->base);
  GBytes *packet = mls_group_seal (current->group, member->rng, span_bytes (plaintext), SPAN_EMPTY, 0, NULL);
  demls_epochs_touched (member->runner, current);
  return packet;
}

void
sim_liar_publish (SimHonest *liar, DemlsSubtopic subtopic, Span bytes)
{
  SimWorld *world = liar->base.world;
  g_autoptr (GBytes) payload = span_dup (bytes);
  sim_net_publish (world->net, liar->base.index, subtopic, payload, world->now);
}

typedef struct {
  guint from;
  GBytes *bytes;
} Later;

static void
publish_now (SimWorld *world, gpointer data)
{
  const Later *later = data;
  sim_liar_publish (sim_world_player (world, later->from), DEMLS_SUBTOPIC_APP_MSG, span_bytes (later->bytes));
  g_bytes_unref (later->bytes);
}

void
sim_liar_publish_later (SimHonest *liar, GBytes *bytes, gint64 at)
{
  Later *later = g_new0 (Later, 1);
  later->from = liar->base.index;
  later->bytes = g_bytes_ref (bytes);
  sim_world_later (liar->base.world, at, publish_now, later);
}

/* --- candidates -------------------------------------------------------------------------------------------------- */

GPtrArray *
sim_liar_mandates (const SimHonest *member)
{
  const DemlsRunner *runner = member->runner;
  GPtrArray *mandates = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_mandate_unref);
  for (guint i = 0; i < runner->matters->len; i++)
    {
      const DemlsMatter *matter = runner->matters->pdata[i];
      DemlsMandate *mandate = demls_matter_is_work (matter)
                                  ? demls_mandate_build (matter->request, matter->ballot, runner->current->epoch)
                                  : NULL;
      if (mandate)
        g_ptr_array_add (mandates, mandate);
    }
  return mandates;
}

GBytes *
sim_liar_build_of (SimHonest *member, const GPtrArray *mandates)
{
  const DemlsKept *current = member->runner->current;
  g_autoptr (DemlsOwnCandidate) own =
      demls_candidate_build (current->epoch, current->group, member->rng, mandates, SPAN_EMPTY, NULL);
  return own ? g_bytes_ref (own->encoded) : NULL;
}

GBytes *
sim_liar_build (SimHonest *member)
{
  g_autoptr (GPtrArray) all = sim_liar_mandates (member);
  g_autoptr (GPtrArray) fit = demls_mandates_select (member->runner->current->epoch, all, SPAN_OF (member->base.id));
  return fit->len ? sim_liar_build_of (member, fit) : NULL;
}

gboolean
sim_liar_send_candidate (SimHonest *member, GBytes *encoded, guint64 to)
{
  g_autoptr (DemlsCommitCandidate) candidate =
      demls_commit_candidate_decode (span_bytes (encoded), g_bytes_get_size (encoded), NULL);
  if (!candidate)
    return FALSE;
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (COMMIT_CANDIDATE);
  message.commit_candidate = candidate;
  sim_liar_whisper (member, &message, to);
  return TRUE;
}

DemlsMandate *
sim_liar_mandate (const DemlsRequest *request, const DemlsMandateVote *votes, guint n, gboolean by_silence)
{
  Consensus__V1__Proposal proposal = CONSENSUS__V1__PROPOSAL__INIT;
  DemlsMandateMessage message = DEMLS_MANDATE_INIT;
  g_autofree DemlsMandateVoteMessage *parts = g_new0 (DemlsMandateVoteMessage, n + 1);
  g_autofree DemlsMandateVoteMessage **pointers = g_new0 (DemlsMandateVoteMessage *, n + 1);
  for (guint i = 0; i < n; i++)
    {
      parts[i] = (DemlsMandateVoteMessage) DEMLS_MANDATE_VOTE_INIT;
      parts[i].leaf_index = votes[i].leaf;
      parts[i].value = votes[i].value;
      parts[i].signature = consensus_data (SPAN_OF (votes[i].signature));
      pointers[i] = &parts[i];
    }
  consensus_proposal_write (request->proposal, &proposal);
  message.proposal = &proposal;
  message.n_votes = n;
  message.votes = pointers;
  message.by_silence = by_silence;
  return demls_mandate_read (&message, NULL);
}

/* --- votes ------------------------------------------------------------------------------------------------------- */

DemlsMatter *
sim_liar_ballot (SimHonest *liar)
{
  const GPtrArray *matters = liar->runner->matters;
  guint start = matters->len ? sim_draw (liar->base.world, matters->len) : 0;
  for (guint i = 0; i < matters->len; i++)
    {
      DemlsMatter *matter = matters->pdata[(start + i) % matters->len];
      if (matter->alive)
        return matter;
    }
  return NULL;
}

void
sim_liar_send_vote (SimHonest *liar, const ConsensusVote *vote, const ConsensusVoteLabels *labels, guint64 to)
{
  guint8 hash[CONSENSUS_HASH_SIZE];
  Consensus__V1__Vote part = CONSENSUS__V1__VOTE__INIT;
  consensus_vote_write (vote, labels, hash, &part);
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (VOTE);
  message.vote = &part;
  sim_liar_whisper (liar, &message, to);
}

void
sim_liar_vote (SimHonest *liar, const DemlsMatter *matter, ConsensusValue value, guint64 to)
{
  const DemlsKept *current = liar->runner->current;
  const ConsensusProposal *proposal = matter->request->proposal;
  DemlsMemberSigner signer = demls_member_signer (current->group, current->epoch->roster);
  ConsensusVoteLabels labels = { consensus_draw_id (liar->rng), proposal->proposal_id, proposal->timestamp };
  ConsensusVote vote;
  if (consensus_vote_sign (demls_matter_hash (matter).data, value, &signer.base, &vote))
    sim_liar_send_vote (liar, &vote, &labels, to);
}

void
sim_liar_propose (SimHonest *liar, GBytes *payload, const ConsensusProposalFields *fields)
{
  g_autoptr (GBytes) owned = payload;
  ConsensusProposalFields filled = *fields;
  filled.payload = span_bytes (owned);
  filled.owner = SPAN_OF (liar->base.id);
  g_autoptr (ConsensusProposal) proposal = consensus_proposal_new (&filled);
  DemlsMatter *matter = demls_voting_take (liar->runner, proposal, SPAN_OF (liar->base.id), NULL);
  if (matter)
    demls_voting_settle (liar->runner, matter);
  Consensus__V1__Proposal body = CONSENSUS__V1__PROPOSAL__INIT;
  consensus_proposal_write (proposal, &body);
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (PROPOSAL);
  message.proposal = &body;
  sim_liar_send (liar, &message);
}

void
sim_liar_seal_hash (SimHonest *liar, const guint8 hash[DEMLS_HASH_SIZE], guint64 to)
{
  DemlsSeal seal;
  if (!demls_seal_sign (liar->runner->current->epoch, hash, &seal))
    return;
  DemlsSealMessage part = DEMLS_SEAL_INIT;
  demls_seal_write (&seal, &part);
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (SEAL);
  message.seal = &part;
  sim_liar_whisper (liar, &message, to);
}
