#include "consensus/ballot.h"

#include <string.h>

struct _ConsensusBallot {
  ConsensusProposal *proposal;
  guint64 opened_epoch;
  guint8 charged_to[CONSENSUS_OWNER_SIZE];
  gboolean settled;
  GArray *votes;    /* of ConsensusVote, ordered by compare_place() */
  GArray *evidence; /* of ConsensusEvidence */
};

ConsensusBallot *
consensus_ballot_new (const ConsensusProposal *proposal, guint64 opened_epoch,
                      const guint8 charged_to[CONSENSUS_OWNER_SIZE])
{
  ConsensusBallot *self = g_new0 (ConsensusBallot, 1);
  self->proposal = consensus_proposal_ref (proposal);
  self->opened_epoch = opened_epoch;
  memcpy (self->charged_to, charged_to, CONSENSUS_OWNER_SIZE);
  self->votes = g_array_new (FALSE, FALSE, sizeof (ConsensusVote));
  self->evidence = g_array_new (FALSE, FALSE, sizeof (ConsensusEvidence));
  return self;
}

void
consensus_ballot_free (ConsensusBallot *self)
{
  if (!self)
    return;
  consensus_proposal_unref (self->proposal);
  g_array_unref (self->votes);
  g_array_unref (self->evidence);
  g_free (self);
}

const ConsensusProposal *
consensus_ballot_proposal (const ConsensusBallot *self)
{
  return self->proposal;
}

guint64
consensus_ballot_opened_epoch (const ConsensusBallot *self)
{
  return self->opened_epoch;
}

Span
consensus_ballot_charged_to (const ConsensusBallot *self)
{
  return SPAN_OF (self->charged_to);
}

void
consensus_ballot_settle (ConsensusBallot *self)
{
  self->settled = TRUE;
}

gboolean
consensus_ballot_is_settled (const ConsensusBallot *self)
{
  return self->settled;
}

const ConsensusVote *
consensus_ballot_votes (const ConsensusBallot *self, guint *n)
{
  *n = self->votes->len;
  return (const ConsensusVote *) (gconstpointer) self->votes->data;
}

const ConsensusEvidence *
consensus_ballot_evidence (const ConsensusBallot *self, guint *n)
{
  *n = self->evidence->len;
  return (const ConsensusEvidence *) (gconstpointer) self->evidence->data;
}

/* A member has two places: one for its yes or no, then one for its witness. */
static int
compare_place (const ConsensusVote *vote, Span owner, gboolean witness)
{
  int order = span_compare (SPAN_OF (vote->owner), owner);
  return order != 0 ? order : (vote->value == CONSENSUS_WITNESS) - (witness != FALSE);
}

/* The first vote that does not come before this place. */
static guint
place_of (const ConsensusBallot *self, Span owner, gboolean witness)
{
  guint low = 0, high = self->votes->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (compare_place (&g_array_index (self->votes, ConsensusVote, middle), owner, witness) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

const ConsensusVote *
consensus_ballot_vote_of (const ConsensusBallot *self, Span owner, gboolean witness)
{
  guint place = place_of (self, owner, witness);
  if (place >= self->votes->len)
    return NULL;
  const ConsensusVote *vote = &g_array_index (self->votes, ConsensusVote, place);
  return compare_place (vote, owner, witness) == 0 ? vote : NULL;
}

static void
keep_evidence (ConsensusBallot *self, const ConsensusVote *first, const ConsensusVote *second)
{
  for (guint i = 0; i < self->evidence->len; i++)
    if (span_equal (SPAN_OF (g_array_index (self->evidence, ConsensusEvidence, i).first.owner), SPAN_OF (first->owner)))
      return;
  ConsensusEvidence pair = { *first, *second };
  g_array_append_val (self->evidence, pair);
}

ConsensusTaken
consensus_ballot_add (ConsensusBallot *self, const ConsensusVote *vote)
{
  g_return_val_if_fail (span_equal (SPAN_OF (vote->proposal_hash), consensus_proposal_hash (self->proposal)),
                        CONSENSUS_DROPPED);
  gboolean witness = vote->value == CONSENSUS_WITNESS;
  const ConsensusVote *first = consensus_ballot_vote_of (self, SPAN_OF (vote->owner), witness);
  if (!first)
    {
      g_array_insert_val (self->votes, place_of (self, SPAN_OF (vote->owner), witness), *vote);
      return CONSENSUS_TAKEN;
    }
  if (first->value == vote->value)
    return CONSENSUS_HELD;
  keep_evidence (self, first, vote);
  return CONSENSUS_CONFLICT;
}

gboolean
consensus_ballot_holds (const ConsensusBallot *self, const ConsensusVote *vote)
{
  const ConsensusVote *held = consensus_ballot_vote_of (self, SPAN_OF (vote->owner), vote->value == CONSENSUS_WITNESS);
  return held && consensus_vote_equal (held, vote);
}

ConsensusCount
consensus_ballot_count (const ConsensusBallot *self, const ConsensusRoster *roster)
{
  ConsensusCount count = { .n = roster->n };
  for (guint i = 0; i < self->votes->len; i++)
    {
      const ConsensusVote *vote = &g_array_index (self->votes, ConsensusVote, i);
      if (!consensus_roster_has (roster, SPAN_OF (vote->owner)))
        continue;
      switch (vote->value)
        {
        case CONSENSUS_YES:
          count.yes++;
          break;
        case CONSENSUS_NO:
          count.no++;
          break;
        case CONSENSUS_WITNESS:
          count.witness++;
          break;
        default:
          break;
        }
    }
  return count;
}

static void
save_vote (const ConsensusVote *vote, Writer *writer)
{
  writer_raw (writer, SPAN_OF (vote->owner));
  writer_u8 (writer, (guint8) vote->value);
  writer_raw (writer, SPAN_OF (vote->signature));
}

static ConsensusVote
restore_vote (const ConsensusProposal *proposal, Reader *reader)
{
  ConsensusVote vote = { .value = CONSENSUS_NO };
  memcpy (vote.proposal_hash, proposal->hash, CONSENSUS_HASH_SIZE);
  Span owner = reader_raw (reader, CONSENSUS_OWNER_SIZE);
  guint8 value = reader_u8 (reader);
  Span signature = reader_raw (reader, CONSENSUS_SIGNATURE_SIZE);
  if (value > CONSENSUS_WITNESS)
    reader_fail (reader);
  if (reader->failed)
    return vote;
  memcpy (vote.owner, owner.data, CONSENSUS_OWNER_SIZE);
  vote.value = (ConsensusValue) value;
  memcpy (vote.signature, signature.data, CONSENSUS_SIGNATURE_SIZE);
  return vote;
}

void
consensus_ballot_save (const ConsensusBallot *self, Writer *writer)
{
  writer_vector (writer, span_bytes (self->proposal->encoded));
  writer_u64 (writer, self->opened_epoch);
  writer_raw (writer, SPAN_OF (self->charged_to));
  writer_u8 (writer, self->settled != FALSE);
  gsize block = writer_open (writer);
  for (guint i = 0; i < self->votes->len; i++)
    save_vote (&g_array_index (self->votes, ConsensusVote, i), writer);
  writer_close (writer, block);
  block = writer_open (writer);
  for (guint i = 0; i < self->evidence->len; i++)
    {
      save_vote (&g_array_index (self->evidence, ConsensusEvidence, i).first, writer);
      save_vote (&g_array_index (self->evidence, ConsensusEvidence, i).second, writer);
    }
  writer_close (writer, block);
}

static void
restore_votes (ConsensusBallot *self, Reader *reader)
{
  Reader votes = reader_open (reader);
  while (reader_more (&votes))
    {
      ConsensusVote vote = restore_vote (self->proposal, &votes);
      if (!votes.failed && consensus_ballot_add (self, &vote) != CONSENSUS_TAKEN)
        reader_fail (&votes);
    }
  reader_close (reader, &votes);

  Reader pairs = reader_open (reader);
  while (reader_more (&pairs))
    {
      ConsensusVote first = restore_vote (self->proposal, &pairs);
      ConsensusVote second = restore_vote (self->proposal, &pairs);
      if (!pairs.failed)
        keep_evidence (self, &first, &second);
    }
  reader_close (reader, &pairs);
}

ConsensusBallot *
consensus_ballot_restore (Reader *reader)
{
  gboolean found = FALSE;
  ConsensusVote vote;
  g_autoptr (ConsensusProposal) proposal = consensus_proposal_decode (reader_vector (reader), &found, &vote, NULL);
  guint64 opened_epoch = reader_u64 (reader);
  Span charged_to = reader_raw (reader, CONSENSUS_OWNER_SIZE);
  guint8 settled = reader_u8 (reader);
  if (!proposal || found || settled > 1)
    reader_fail (reader);
  if (reader->failed)
    return NULL;
  g_autoptr (ConsensusBallot) self = consensus_ballot_new (proposal, opened_epoch, charged_to.data);
  self->settled = settled;
  restore_votes (self, reader);
  return reader->failed ? NULL : g_steal_pointer (&self);
}
