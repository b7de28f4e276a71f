#include "rules/mandate.h"

#include <string.h>

#include "base/writer.h"

static const char label[] = "de-MLS mandate v1"; /* its NUL is V14's zero byte */

static void
clear (gpointer data)
{
  DemlsMandate *self = data;
  g_clear_pointer (&self->encoded, g_bytes_unref);
  g_clear_pointer (&self->request, demls_request_unref);
  g_clear_pointer (&self->votes, g_array_unref);
}

DemlsMandate *
demls_mandate_ref (const DemlsMandate *self)
{
  /* the count is not part of the value */
  union {
    const DemlsMandate *from;
    DemlsMandate *to;
  } pointer = { .from = self };
  return g_rc_box_acquire (pointer.to);
}

void
demls_mandate_unref (DemlsMandate *self)
{
  if (self)
    g_rc_box_release_full (self, clear);
}

/* Takes over `votes`. */
static DemlsMandate *
mandate_new (const DemlsRequest *request, GArray *votes, gboolean by_silence)
{
  DemlsMandate *self = g_rc_box_new0 (DemlsMandate);
  self->request = demls_request_ref (request);
  self->votes = votes;
  self->by_silence = by_silence;
  Consensus__V1__Proposal proposal = CONSENSUS__V1__PROPOSAL__INIT;
  DemlsMandateMessage message = DEMLS_MANDATE_INIT;
  gpointer memory = demls_mandate_write (self, &proposal, &message);
  self->encoded = demls_message_encode (&message.base);
  g_free (memory);
  return self;
}

static const DemlsMandateVote *
vote_at (const DemlsMandate *self, guint i)
{
  return &g_array_index (self->votes, DemlsMandateVote, i);
}

gpointer
demls_mandate_write (const DemlsMandate *self, Consensus__V1__Proposal *proposal, DemlsMandateMessage *message)
{
  typedef struct {
    DemlsMandateVoteMessage vote;
    DemlsMandateVoteMessage *pointer;
  } Slot;
  guint n = self->votes->len;
  /* pointers first, so that they stand next to each other */
  guint8 *memory = g_malloc0 ((n + 1) * sizeof (Slot));
  DemlsMandateVoteMessage **pointers = (DemlsMandateVoteMessage **) (gpointer) memory;
  DemlsMandateVoteMessage *votes = (DemlsMandateVoteMessage *) (gpointer) (memory + (n + 1) * sizeof *pointers);
  for (guint i = 0; i < n; i++)
    {
      votes[i] = (DemlsMandateVoteMessage) DEMLS_MANDATE_VOTE_INIT;
      votes[i].leaf_index = vote_at (self, i)->leaf;
      votes[i].value = vote_at (self, i)->value;
      votes[i].signature = consensus_data (SPAN_OF (vote_at (self, i)->signature));
      pointers[i] = &votes[i];
    }
  consensus_proposal_write (self->request->proposal, proposal);
  message->proposal = proposal;
  message->n_votes = n;
  message->votes = pointers;
  message->by_silence = self->by_silence != FALSE;
  return memory;
}

/* --- from a ballot ------------------------------------------------------------------------------------------------ */

/* How many votes of each value a mandate takes. */
typedef struct {
  guint left[3];
} Quota;

/* V21. By votes: yes first, and no only if it takes them to make two thirds. By silence: two yes and the witnesses. */
static Quota
quota_for (ConsensusStanding standing, const ConsensusCount *count)
{
  guint32 n = count->n, q = consensus_two_thirds (n);
  if (n <= DEMLS_ALL_VOTES_UP_TO)
    return (Quota){ { n, n, n } };
  if (standing == CONSENSUS_PASSED_BY_SILENCE)
    return (Quota){ { 0, 2, consensus_over_third (n) } };
  guint yes = MIN (count->yes, MAX (n / 2 + 1, q));
  return (Quota){ { q > yes ? q - yes : 0, yes, 0 } };
}

static void
take_vote (const ConsensusVote *vote, const DemlsEpoch *epoch, Quota *quota, GArray *out)
{
  DemlsMandateVote taken = { .value = vote->value };
  if (quota->left[vote->value] == 0 || !demls_roster_find (epoch->roster, SPAN_OF (vote->owner), &taken.leaf))
    return;
  quota->left[vote->value]--;
  memcpy (taken.signature, vote->signature, sizeof taken.signature);
  g_array_append_val (out, taken);
}

static GArray *
gather_votes (ConsensusStanding standing, const DemlsRequest *request, const ConsensusBallot *ballot,
              const DemlsEpoch *epoch)
{
  GArray *out = g_array_new (FALSE, TRUE, sizeof (DemlsMandateVote));
  if (request->kind == DEMLS_KIND_REJOIN)
    return out;
  ConsensusCount count = consensus_ballot_count (ballot, &epoch->roster->members);
  Quota quota = quota_for (standing, &count);
  /* in large groups the owner's yes is all that V11 needs */
  if (standing == CONSENSUS_PASSED_AT_ONCE && count.n > DEMLS_ALL_VOTES_UP_TO)
    {
      quota = (Quota){ { 0, 1, 0 } };
      take_vote (consensus_ballot_vote_of (ballot, demls_request_owner (request), FALSE), epoch, &quota, out);
      return out;
    }
  guint n;
  const ConsensusVote *votes = consensus_ballot_votes (ballot, &n);
  for (guint i = 0; i < n; i++)
    take_vote (&votes[i], epoch, &quota, out);
  return out;
}

DemlsMandate *
demls_mandate_build (const DemlsRequest *request, const ConsensusBallot *ballot, const DemlsEpoch *epoch)
{
  ConsensusStanding standing = demls_request_standing (request, ballot, epoch, FALSE);
  if (!demls_kind_commits (request->kind) || !consensus_has_passed (standing))
    return NULL;
  return mandate_new (request, gather_votes (standing, request, ballot, epoch),
                      standing == CONSENSUS_PASSED_BY_SILENCE);
}

/* --- from a message --- */

static GArray *
read_votes (const DemlsMandateMessage *message, GError **error)
{
  g_autoptr (GArray) votes = g_array_sized_new (FALSE, TRUE, sizeof (DemlsMandateVote), (guint) message->n_votes);
  for (gsize i = 0; i < message->n_votes; i++)
    {
      const DemlsMandateVoteMessage *from = message->votes[i];
      if (from->value > CONSENSUS_WITNESS)
        {
          demls_rule_refuse (error, DEMLS_RULE_VOTE_VALUE, "a vote of %u", from->value);
          return NULL;
        }
      DemlsMandateVote vote = { .leaf = from->leaf_index, .value = (ConsensusValue) from->value };
      memcpy (vote.signature, from->signature.data, sizeof vote.signature);
      g_array_append_val (votes, vote);
    }
  return g_steal_pointer (&votes);
}

DemlsMandate *
demls_mandate_read (const DemlsMandateMessage *message, GError **error)
{
  if (message->proposal->n_votes > 0)
    {
      consensus_refuse (error, CONSENSUS_ERROR_BUNDLE, "votes inside a mandate's proposal");
      return NULL;
    }
  g_autoptr (ConsensusProposal) proposal = consensus_proposal_read (message->proposal, error);
  g_autoptr (DemlsRequest) request = proposal ? demls_request_read (proposal, error) : NULL;
  g_autoptr (GArray) votes = request ? read_votes (message, error) : NULL;
  return votes ? mandate_new (request, g_steal_pointer (&votes), message->by_silence != 0) : NULL;
}

DemlsMandate *
demls_mandate_parse (Span bytes, GError **error)
{
  g_autoptr (DemlsMandateMessage) message = demls_mandate_message_decode (bytes, error);
  return message ? demls_mandate_read (message, error) : NULL;
}

GBytes *
demls_mandates_authenticated_data (const GPtrArray *mandates)
{
  g_auto (Writer) all = WRITER_INIT;
  for (guint i = 0; i < mandates->len; i++)
    {
      const DemlsMandate *mandate = g_ptr_array_index (mandates, i);
      writer_u32 (&all, (guint32) g_bytes_get_size (mandate->encoded));
      writer_raw (&all, span_bytes (mandate->encoded));
    }
  guint8 hash[32];
  hash_sha256 (writer_span (&all), hash);
  g_auto (Writer) w = WRITER_INIT;
  writer_raw (&w, SPAN_OF (label));
  writer_raw (&w, SPAN_OF (hash));
  return writer_take (&w);
}

/* --- judging --- */

gboolean
demls_mandate_vote (const DemlsMandate *self, guint i, const DemlsEpoch *epoch, ConsensusVote *out)
{
  const DemlsMandateVote *vote = vote_at (self, i);
  Span owner = demls_roster_id_at (epoch->roster, vote->leaf);
  if (owner.len != DEMLS_MEMBER_ID_SIZE)
    return FALSE;
  memcpy (out->proposal_hash, demls_request_hash (self->request).data, CONSENSUS_HASH_SIZE);
  memcpy (out->owner, owner.data, CONSENSUS_OWNER_SIZE);
  memcpy (out->signature, vote->signature, CONSENSUS_SIGNATURE_SIZE);
  out->value = vote->value;
  return TRUE;
}

static gboolean
is_signed (const ConsensusVote *vote, guint32 leaf, const DemlsEpoch *epoch, const ConsensusBallotBox *known)
{
  if (consensus_ballot_box_holds (known, vote))
    return TRUE;
  guint8 message[CONSENSUS_VOTE_SIGNED_SIZE];
  consensus_vote_signed_bytes (vote->proposal_hash, vote->owner, vote->value, message);
  return mls_group_verify (epoch->group, leaf, SPAN_OF (message), SPAN_OF (vote->signature));
}

gboolean
demls_mandate_check_votes (const DemlsMandate *self, const DemlsEpoch *epoch, const ConsensusBallotBox *known,
                           GError **error)
{
  enum { SAID_YES_OR_NO = 1, SAID_WITNESS = 2 };
  if (self->request->kind == DEMLS_KIND_REJOIN && self->votes->len > 0)
    return demls_rule_refuse (error, DEMLS_RULE_VOTES_NOT_EMPTY, "votes on a rejoin");
  g_autofree guint8 *said = g_malloc0 (mls_tree_width (epoch->roster->tree));
  for (guint i = 0; i < self->votes->len; i++)
    {
      ConsensusVote vote;
      guint32 leaf = vote_at (self, i)->leaf;
      if (!demls_mandate_vote (self, i, epoch, &vote))
        return demls_rule_refuse (error, DEMLS_RULE_VOTER, "leaf %u is no member", leaf);
      guint8 now = vote.value == CONSENSUS_WITNESS ? SAID_WITNESS : SAID_YES_OR_NO;
      if (said[leaf] & now)
        return demls_rule_refuse (error, DEMLS_RULE_VOTE_TWICE, "leaf %u twice", leaf);
      said[leaf] |= now;
      if (!is_signed (&vote, leaf, epoch, known))
        return demls_rule_refuse (error, DEMLS_RULE_VOTE_SIGNATURE, "not signed by leaf %u", leaf);
    }
  return TRUE;
}

static ConsensusCount
count_votes (const DemlsMandate *self, const DemlsEpoch *epoch, gboolean *owner_says_yes)
{
  ConsensusCount count = { .n = epoch->n };
  *owner_says_yes = FALSE;
  for (guint i = 0; i < self->votes->len; i++)
    {
      const DemlsMandateVote *vote = vote_at (self, i);
      count.yes += vote->value == CONSENSUS_YES ? 1 : 0;
      count.no += vote->value == CONSENSUS_NO ? 1 : 0;
      count.witness += vote->value == CONSENSUS_WITNESS ? 1 : 0;
      *owner_says_yes |=
          vote->value == CONSENSUS_YES
          && span_equal (demls_roster_id_at (epoch->roster, vote->leaf), demls_request_owner (self->request));
    }
  return count;
}

ConsensusStanding
demls_mandate_standing (const DemlsMandate *self, const DemlsEpoch *epoch)
{
  gboolean owner_says_yes;
  ConsensusCount count = count_votes (self, epoch, &owner_says_yes);
  guint ways = demls_request_ways (self->request, &epoch->governance->policy);
  ways &= self->by_silence ? CONSENSUS_BY_SILENCE : CONSENSUS_BY_VOTES | CONSENSUS_AT_ONCE;
  ConsensusStanding standing =
      consensus_tally (&count, ways, owner_says_yes || self->request->kind == DEMLS_KIND_REJOIN, FALSE);
  return consensus_has_passed (standing) ? standing : CONSENSUS_OPEN;
}

gboolean
demls_mandate_has_votes (const DemlsMandate *self, const DemlsEpoch *epoch)
{
  gboolean owner_says_yes;
  ConsensusCount count = count_votes (self, epoch, &owner_says_yes);
  return consensus_passed_by_votes (&count);
}
