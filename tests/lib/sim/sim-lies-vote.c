/* Lies about votes and proposals. */
#include <string.h>

#include "rules/member-id.h"
#include "session/runner-private.h"
#include "sim-liar.h"
#include "sim-lies.h"
#include "sim-record.h"

#define SPAM 40

/* --- votes ------------------------------------------------------------------------------------------------------- */

static gboolean
double_vote (SimHonest *liar)
{
  const DemlsMatter *matter = sim_liar_ballot (liar);
  if (!matter)
    return FALSE;
  guint64 half = sim_draw (liar->base.world, 1u << 16) | 1;
  guint8 hash[CONSENSUS_HASH_SIZE];
  memcpy (hash, demls_matter_hash (matter).data, sizeof hash);
  sim_liar_vote (liar, matter, CONSENSUS_YES, half);
  matter = sim_liar_can (liar) ? demls_voting_find (liar->runner, SPAN_OF (hash)) : NULL;
  if (matter)
    sim_liar_vote (liar, matter, CONSENSUS_NO, ~half);
  return TRUE;
}

/* Somebody else's name under it, and nobody's signature. */
static gboolean
stuffed (SimHonest *liar)
{
  SimWorld *world = liar->base.world;
  const DemlsMatter *matter = sim_liar_ballot (liar);
  if (!matter)
    return FALSE;
  ConsensusVoteLabels labels = { 7, matter->request->proposal->proposal_id, 1 };
  ConsensusVote vote = { .value = CONSENSUS_YES };
  memcpy (vote.proposal_hash, demls_matter_hash (matter).data, sizeof vote.proposal_hash);
  memcpy (vote.owner, sim_world_member (world, sim_draw (world, world->members->len))->id, sizeof vote.owner);
  rng_fill (liar->rng, vote.signature, sizeof vote.signature);
  sim_liar_send_vote (liar, &vote, &labels, 0);
  return TRUE;
}

/* Signed now, said around the time when the ballot would be over. */
static gboolean
late_vote (SimHonest *liar)
{
  SimWorld *world = liar->base.world;
  const DemlsMatter *matter = sim_liar_ballot (liar);
  const DemlsKept *current = liar->runner->current;
  DemlsMemberSigner signer = demls_member_signer (current->group, current->epoch->roster);
  ConsensusVote vote;
  if (!matter || !consensus_vote_sign (demls_matter_hash (matter).data, sim_draw (world, 2), &signer.base, &vote))
    return FALSE;
  ConsensusVoteLabels labels = { 9, matter->request->proposal->proposal_id, 1 };
  guint8 hash[CONSENSUS_HASH_SIZE];
  Consensus__V1__Vote part = CONSENSUS__V1__VOTE__INIT;
  consensus_vote_write (&vote, &labels, hash, &part);
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (VOTE);
  message.vote = &part;
  g_autoptr (GBytes) packet = sim_liar_seal (liar, &message);
  gint64 timeout = (gint64) demls_policy (liar->runner)->consensus_timeout_ms * 1000;
  if (packet)
    sim_liar_publish_later (liar, packet, world->now + timeout - 20000 + sim_draw_time (world, 0, 40000));
  return packet != NULL;
}

static gboolean
forged_silence (SimHonest *liar)
{
  const DemlsMatter *matter = sim_liar_ballot (liar);
  if (!matter)
    return FALSE;
  sim_liar_vote (liar, matter, CONSENSUS_WITNESS, 0);
  return TRUE;
}

/* --- proposals --------------------------------------------------------------------------------------------------- */

/* Somebody honest in the liar's group, or NULL. */
static const SimMember *
draw_victim (SimHonest *liar)
{
  SimWorld *world = liar->base.world;
  const DemlsEpoch *epoch = liar->runner->current->epoch;
  for (guint i = 0; i < 16; i++)
    {
      const SimMember *member = sim_world_member (world, sim_draw (world, world->members->len));
      if (member->honest && demls_epoch_has (epoch, SPAN_OF (member->id)))
        return member;
    }
  return NULL;
}

static ConsensusProposalFields
fields_of (SimHonest *liar, const char *name)
{
  return (ConsensusProposalFields){ .name = name,
                                    .proposal_id = consensus_draw_id (liar->rng),
                                    .expected_voters_count = liar->runner->current->epoch->n,
                                    .timestamp = (guint64) MAX (sim_honest_now (liar).wall, 0),
                                    .lifetime = 600 };
}

/* Removes somebody by a proposal with labels that used to decide. */
static gboolean
mislabelled (SimHonest *liar, SimLie lie)
{
  const SimMember *victim = draw_victim (liar);
  if (!victim)
    return FALSE;
  const DemlsEpoch *epoch = liar->runner->current->epoch;
  g_autofree char *name = demls_self_leave_name (SPAN_OF (victim->id));
  ConsensusProposalFields fields = fields_of (liar, lie == SIM_LIE_COLLISION ? name : "a question");
  fields.expected_voters_count = 1;
  if (lie == SIM_LIE_COLLISION)
    fields.proposal_id = demls_self_leave_id (SPAN_OF (victim->id));
  if (lie == SIM_LIE_TIMES)
    {
      gboolean past = sim_chance (liar->base.world, 50);
      fields.timestamp = past ? 0 : G_MAXUINT64;
      fields.lifetime = past ? 0 : G_MAXUINT64;
    }
  sim_liar_propose (liar, demls_ask_remove (epoch, SPAN_OF (victim->id), "because"), &fields);
  return TRUE;
}

static gboolean
spam (SimHonest *liar)
{
  for (guint i = 0; i < SPAM && sim_liar_can (liar); i++)
    {
      g_autofree char *title = g_strdup_printf ("Spam %u", i);
      ConsensusProposalFields fields = fields_of (liar, title);
      sim_liar_propose (liar, demls_ask_policy (liar->runner->current->epoch, NULL, title), &fields);
    }
  return TRUE;
}

static gboolean
accusation (SimHonest *liar)
{
  const SimMember *victim = draw_victim (liar);
  return victim && sim_honest_accuse (liar, victim);
}

/* An invite with a key package that was spent, or whose keys a member has. */
static gboolean
key_package (SimHonest *liar)
{
  const DemlsRunner *runner = liar->runner;
  const DemlsEpoch *epoch = runner->current->epoch;
  ConsensusProposalFields fields = fields_of (liar, "an old friend");
  for (guint i = 0; i < runner->matters->len; i++)
    {
      const DemlsMatter *matter = runner->matters->pdata[i];
      if (!matter->request->package)
        continue;
      sim_liar_propose (
          liar,
          demls_ask_invite (epoch, span_bytes (matter->request->package->encoded), matter->request->target, NULL, 0),
          &fields);
      return TRUE;
    }
  g_autoptr (MlsKeyPackageSecrets) own = demls_join_make_package (runner, NULL);
  if (own)
    sim_liar_propose (
        liar, demls_ask_invite (epoch, span_bytes (own->package->encoded), SPAN_OF (liar->base.id), NULL, 0), &fields);
  return own != NULL;
}

/* One that might pass, and one that V17 does not know. */
static gboolean
elections (SimHonest *liar)
{
  const DemlsEpoch *epoch = liar->runner->current->epoch;
  ConsensusProposalFields fields = fields_of (liar, "elections");
  guint round = sim_draw (liar->base.world, 4);
  sim_liar_propose (liar, demls_ask_election (epoch, round), &fields);
  if (sim_liar_can (liar))
    sim_honest_elect (liar);
  return TRUE;
}

gboolean
sim_lie_about_votes (SimHonest *liar, SimLie lie)
{
  switch ((int) lie)
    {
    case SIM_LIE_DOUBLE_VOTE:
      return double_vote (liar);
    case SIM_LIE_STUFFED:
      return stuffed (liar);
    case SIM_LIE_LATE_VOTE:
      return late_vote (liar);
    case SIM_LIE_SILENCE:
      return forged_silence (liar);
    case SIM_LIE_ELECTORATE:
    case SIM_LIE_COLLISION:
    case SIM_LIE_TIMES:
      return mislabelled (liar, lie);
    case SIM_LIE_SPAM:
      return spam (liar);
    case SIM_LIE_ACCUSATION:
      return accusation (liar);
    case SIM_LIE_KEY_PACKAGE:
      return key_package (liar);
    case SIM_LIE_ELECTIONS:
      return elections (liar);
    default:
      return FALSE;
    }
}
