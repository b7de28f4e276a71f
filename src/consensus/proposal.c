#include "consensus/proposal.h"

#include <string.h>

#include "crypto/hash.h"

#define MESSAGE (&consensus__v1__proposal__descriptor)

static const ConsensusBound bounds[] = {
  { MESSAGE, 10, 0, CONSENSUS_NAME_MAX, 0, FALSE },
  { MESSAGE, 11, 0, CONSENSUS_PAYLOAD_MAX, 0, TRUE },
  { MESSAGE, 13, CONSENSUS_OWNER_SIZE, CONSENSUS_OWNER_SIZE, 0, TRUE },
  { MESSAGE, 14, 0, 0, 1, FALSE },
};

const ConsensusBounds consensus_proposal_bounds = { bounds, G_N_ELEMENTS (bounds), &consensus_vote_bounds };

static void
clear (gpointer data)
{
  ConsensusProposal *self = data;
  g_clear_pointer (&self->encoded, g_bytes_unref);
  g_clear_pointer (&self->payload, g_bytes_unref);
  g_clear_pointer (&self->name, g_free);
}

ConsensusProposal *
consensus_proposal_ref (const ConsensusProposal *self)
{
  /* the count is not part of the value */
  union {
    const ConsensusProposal *from;
    ConsensusProposal *to;
  } pointer = { .from = self };
  return g_rc_box_acquire (pointer.to);
}

void
consensus_proposal_unref (ConsensusProposal *self)
{
  if (self)
    g_rc_box_release_full (self, clear);
}

ConsensusProposal *
consensus_proposal_read (const Consensus__V1__Proposal *message, GError **error)
{
  if (message->proposal_owner.len != CONSENSUS_OWNER_SIZE || message->payload.len > CONSENSUS_PAYLOAD_MAX
      || strlen (message->name) > CONSENSUS_NAME_MAX)
    {
      consensus_refuse (error, CONSENSUS_ERROR_SIZE, "a proposal with an impossible part");
      return NULL;
    }
  ConsensusProposal *self = g_rc_box_new0 (ConsensusProposal);
  self->name = g_strdup (message->name);
  self->payload = span_dup (consensus_span (message->payload));
  self->proposal_id = message->proposal_id;
  memcpy (self->owner, message->proposal_owner.data, CONSENSUS_OWNER_SIZE);
  self->expected_voters_count = message->expected_voters_count;
  self->round = message->round;
  self->timestamp = message->timestamp;
  self->expiration_timestamp = message->expiration_timestamp;
  self->liveness_criteria_yes = message->liveness_criteria_yes != 0;

  Consensus__V1__Proposal bare = CONSENSUS__V1__PROPOSAL__INIT;
  consensus_proposal_write (self, &bare);
  self->encoded = consensus_canonical_pack (&bare.base);
  hash_sha256 (span_bytes (self->encoded), self->hash);
  return self;
}

ConsensusProposal *
consensus_proposal_new (const ConsensusProposalFields *fields)
{
  Consensus__V1__Proposal message = CONSENSUS__V1__PROPOSAL__INIT;
  g_autofree char *name = g_strdup (fields->name);
  message.name = name;
  message.payload = consensus_data (fields->payload);
  message.proposal_id = fields->proposal_id;
  message.proposal_owner = consensus_data (fields->owner);
  message.expected_voters_count = fields->expected_voters_count;
  message.round = 1;
  message.timestamp = fields->timestamp;
  message.expiration_timestamp =
      fields->lifetime > G_MAXUINT64 - fields->timestamp ? G_MAXUINT64 : fields->timestamp + fields->lifetime;
  message.liveness_criteria_yes = fields->liveness_criteria_yes;
  ConsensusProposal *self = consensus_proposal_read (&message, NULL);
  g_return_val_if_fail (self != NULL, NULL);
  return self;
}

gboolean
consensus_proposal_read_vote (const ConsensusProposal *self, const Consensus__V1__Proposal *message, gboolean *found,
                              ConsensusVote *out, GError **error)
{
  *found = FALSE;
  if (message->n_votes == 0)
    return TRUE;
  if (message->n_votes > 1)
    return consensus_refuse (error, CONSENSUS_ERROR_BUNDLE, "%" G_GSIZE_FORMAT " votes", message->n_votes);
  if (!consensus_vote_read (message->votes[0], out, error))
    return FALSE;
  if (!span_equal (SPAN_OF (out->proposal_hash), consensus_proposal_hash (self))
      || !span_equal (SPAN_OF (out->owner), SPAN_OF (self->owner)))
    return consensus_refuse (error, CONSENSUS_ERROR_BUNDLE, "not the owner's vote on this");
  *found = TRUE;
  return TRUE;
}

ConsensusProposal *
consensus_proposal_decode (Span bytes, gboolean *found, ConsensusVote *vote, GError **error)
{
  ProtobufCMessage *unpacked =
      consensus_canonical_unpack (MESSAGE, bytes, CONSENSUS_PROPOSAL_MAX, &consensus_proposal_bounds, error);
  if (!unpacked)
    return NULL;
  const Consensus__V1__Proposal *message = (const Consensus__V1__Proposal *) unpacked;
  g_autoptr (ConsensusProposal) self = consensus_proposal_read (message, error);
  gboolean fine = self && consensus_proposal_read_vote (self, message, found, vote, error);
  protobuf_c_message_free_unpacked (unpacked, NULL);
  return fine ? g_steal_pointer (&self) : NULL;
}

void
consensus_proposal_write (const ConsensusProposal *self, Consensus__V1__Proposal *message)
{
  message->name = self->name;
  message->payload = consensus_data (span_bytes (self->payload));
  message->proposal_id = self->proposal_id;
  message->proposal_owner = consensus_data (SPAN_OF (self->owner));
  message->expected_voters_count = self->expected_voters_count;
  message->round = self->round;
  message->timestamp = self->timestamp;
  message->expiration_timestamp = self->expiration_timestamp;
  message->liveness_criteria_yes = self->liveness_criteria_yes;
}

GBytes *
consensus_proposal_encode_with (const ConsensusProposal *self, const ConsensusVote *vote,
                                const ConsensusVoteLabels *labels)
{
  Consensus__V1__Proposal message = CONSENSUS__V1__PROPOSAL__INIT;
  consensus_proposal_write (self, &message);
  Consensus__V1__Vote inner = CONSENSUS__V1__VOTE__INIT, *votes[] = { &inner };
  guint8 hash[CONSENSUS_HASH_SIZE];
  consensus_vote_write (vote, labels, hash, &inner);
  message.n_votes = 1;
  message.votes = votes;
  return consensus_canonical_pack (&message.base);
}

Span
consensus_proposal_hash (const ConsensusProposal *self)
{
  return SPAN_OF (self->hash);
}

static guint32
word_at (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
}

guint
consensus_proposal_number (Span hash)
{
  g_return_val_if_fail (hash.len == CONSENSUS_HASH_SIZE, 0);
  return word_at (hash.data) % 1000;
}

guint32
consensus_fold_id (const guint8 uuid[16])
{
  return word_at (uuid) ^ word_at (uuid + 4) ^ word_at (uuid + 8) ^ word_at (uuid + 12);
}

static void
draw_uuid (Rng *rng, guint8 uuid[16])
{
  rng_fill (rng, uuid, 16);
  uuid[6] = (guint8) ((uuid[6] & 0x0F) | 0x40); /* version 4 */
  uuid[8] = (guint8) ((uuid[8] & 0x3F) | 0x80);
}

guint32
consensus_draw_id (Rng *rng)
{
  guint32 id = 0;
  while (id == 0)
    {
      guint8 uuid[16];
      draw_uuid (rng, uuid);
      id = consensus_fold_id (uuid);
    }
  return id;
}

char *
consensus_draw_name (Rng *rng)
{
  guint8 u[16];
  draw_uuid (rng, u);
  return g_strdup_printf ("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", u[0], u[1], u[2],
                          u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13], u[14], u[15]);
}
