#include "consensus/vote.h"

#include <string.h>

#include "base/writer.h"
#include "crypto/hash.h"

#define VOTE_LABEL "de-MLS vote v1" /* with its NUL: V5's zero byte */

static const ConsensusBound bounds[] = {
  { &consensus__v1__vote__descriptor, 21, CONSENSUS_OWNER_SIZE, CONSENSUS_OWNER_SIZE, 0, TRUE },
  { &consensus__v1__vote__descriptor, 25, CONSENSUS_HASH_SIZE, CONSENSUS_HASH_SIZE, 0, FALSE },
  { &consensus__v1__vote__descriptor, 26, CONSENSUS_HASH_SIZE, CONSENSUS_HASH_SIZE, 0, FALSE },
  { &consensus__v1__vote__descriptor, 27, CONSENSUS_HASH_SIZE, CONSENSUS_HASH_SIZE, 0, TRUE },
  { &consensus__v1__vote__descriptor, 28, CONSENSUS_SIGNATURE_SIZE, CONSENSUS_SIGNATURE_SIZE, 0, TRUE },
  { &consensus__v1__vote__descriptor, 100, CONSENSUS_HASH_SIZE, CONSENSUS_HASH_SIZE, 0, TRUE },
};

const ConsensusBounds consensus_vote_bounds = { bounds, G_N_ELEMENTS (bounds), NULL };

void
consensus_vote_signed_bytes (const guint8 proposal_hash[CONSENSUS_HASH_SIZE], const guint8 owner[CONSENSUS_OWNER_SIZE],
                             ConsensusValue value, guint8 out[CONSENSUS_VOTE_SIGNED_SIZE])
{
  G_STATIC_ASSERT (CONSENSUS_VOTE_SIGNED_SIZE == sizeof VOTE_LABEL + CONSENSUS_HASH_SIZE + CONSENSUS_OWNER_SIZE + 1);
  memcpy (out, VOTE_LABEL, sizeof VOTE_LABEL);
  out += sizeof VOTE_LABEL;
  memcpy (out, proposal_hash, CONSENSUS_HASH_SIZE);
  out += CONSENSUS_HASH_SIZE;
  memcpy (out, owner, CONSENSUS_OWNER_SIZE);
  out[CONSENSUS_OWNER_SIZE] = (guint8) value;
}

gboolean
consensus_vote_sign (const guint8 proposal_hash[CONSENSUS_HASH_SIZE], ConsensusValue value,
                     const ConsensusSigner *signer, ConsensusVote *out)
{
  Span owner = signer->ops->identity (signer);
  g_return_val_if_fail (owner.len == CONSENSUS_OWNER_SIZE, FALSE);
  memcpy (out->proposal_hash, proposal_hash, CONSENSUS_HASH_SIZE);
  memcpy (out->owner, owner.data, CONSENSUS_OWNER_SIZE);
  out->value = value;
  guint8 message[CONSENSUS_VOTE_SIGNED_SIZE];
  consensus_vote_signed_bytes (proposal_hash, out->owner, value, message);
  return signer->ops->sign (signer, SPAN_OF (message), out->signature);
}

gboolean
consensus_vote_verify (const ConsensusVote *vote, const ConsensusSigner *signer, GError **error)
{
  guint8 message[CONSENSUS_VOTE_SIGNED_SIZE];
  consensus_vote_signed_bytes (vote->proposal_hash, vote->owner, vote->value, message);
  if (signer->ops->verify (signer, SPAN_OF (vote->owner), SPAN_OF (message), SPAN_OF (vote->signature)))
    return TRUE;
  return consensus_refuse (error, CONSENSUS_ERROR_VOTE_SIGNATURE, "not a member's signature");
}

gboolean
consensus_vote_equal (const ConsensusVote *a, const ConsensusVote *b)
{
  return a->value == b->value && memcmp (a->proposal_hash, b->proposal_hash, CONSENSUS_HASH_SIZE) == 0
         && memcmp (a->owner, b->owner, CONSENSUS_OWNER_SIZE) == 0
         && memcmp (a->signature, b->signature, CONSENSUS_SIGNATURE_SIZE) == 0;
}

static void
write_le (Writer *w, guint64 value, guint size)
{
  for (guint i = 0; i < size; i++)
    writer_u8 (w, (guint8) (value >> (8 * i)));
}

void
consensus_vote_hash (const Consensus__V1__Vote *message, guint8 out[CONSENSUS_HASH_SIZE])
{
  g_auto (Writer) w = WRITER_INIT;
  write_le (&w, message->vote_id, 4);
  writer_raw (&w, consensus_span (message->vote_owner));
  write_le (&w, message->proposal_id, 4);
  write_le (&w, message->timestamp, 8);
  writer_u8 (&w, message->vote ? 1 : 0);
  writer_raw (&w, consensus_span (message->parent_hash));
  writer_raw (&w, consensus_span (message->received_hash));
  hash_sha256 (writer_span (&w), out);
}

static gboolean
copy_exactly (ProtobufCBinaryData from, guint8 *to, gsize size)
{
  if (from.len != size)
    return FALSE;
  memcpy (to, from.data, size);
  return TRUE;
}

gboolean
consensus_vote_read (const Consensus__V1__Vote *message, ConsensusVote *out, GError **error)
{
  if (!copy_exactly (message->proposal_hash, out->proposal_hash, CONSENSUS_HASH_SIZE)
      || !copy_exactly (message->vote_owner, out->owner, CONSENSUS_OWNER_SIZE)
      || !copy_exactly (message->signature, out->signature, CONSENSUS_SIGNATURE_SIZE)
      || message->vote_hash.len != CONSENSUS_HASH_SIZE)
    return consensus_refuse (error, CONSENSUS_ERROR_SIZE, "a vote lacks a part");
  if (message->value > CONSENSUS_WITNESS || (message->vote != 0) != (message->value == CONSENSUS_YES))
    return consensus_refuse (error, CONSENSUS_ERROR_VOTE_VALUE, "value %u", message->value);
  out->value = (ConsensusValue) message->value;
  guint8 hash[CONSENSUS_HASH_SIZE];
  consensus_vote_hash (message, hash);
  if (!span_equal (SPAN_OF (hash), consensus_span (message->vote_hash)))
    return consensus_refuse (error, CONSENSUS_ERROR_VOTE_HASH, "wrong vote_hash");
  return TRUE;
}

gboolean
consensus_vote_decode (Span bytes, ConsensusVote *out, GError **error)
{
  ProtobufCMessage *unpacked = consensus_canonical_unpack (&consensus__v1__vote__descriptor, bytes, CONSENSUS_VOTE_MAX,
                                                           &consensus_vote_bounds, error);
  if (!unpacked)
    return FALSE;
  gboolean fine = consensus_vote_read ((const Consensus__V1__Vote *) unpacked, out, error);
  protobuf_c_message_free_unpacked (unpacked, NULL);
  return fine;
}

void
consensus_vote_write (const ConsensusVote *vote, const ConsensusVoteLabels *labels, guint8 hash[CONSENSUS_HASH_SIZE],
                      Consensus__V1__Vote *message)
{
  message->vote_id = labels->vote_id;
  message->vote_owner = consensus_data (SPAN_OF (vote->owner));
  message->proposal_id = labels->proposal_id;
  message->timestamp = labels->timestamp;
  message->vote = vote->value == CONSENSUS_YES;
  message->proposal_hash = consensus_data (SPAN_OF (vote->proposal_hash));
  message->value = vote->value;
  message->signature = consensus_data (SPAN_OF (vote->signature));
  consensus_vote_hash (message, hash);
  message->vote_hash = consensus_data (span (hash, CONSENSUS_HASH_SIZE));
}

GBytes *
consensus_vote_encode (const ConsensusVote *vote, const ConsensusVoteLabels *labels)
{
  Consensus__V1__Vote message = CONSENSUS__V1__VOTE__INIT;
  guint8 hash[CONSENSUS_HASH_SIZE];
  consensus_vote_write (vote, labels, hash, &message);
  return consensus_canonical_pack (&message.base);
}
