/* test-ballot.c - consensus/ballot.h: V5 (first vote stands, the second is evidence), V6 (members who left).
 */
#include "../lib/run.h"
#include "consensus/ballot.h"
#include "voters.h"

static ConsensusBallot *
open_ballot (const Voters *voters)
{
  ConsensusProposalFields fields = { .name = "t", .payload = span_str ("p"), .owner = voter_id (&voters->voter[0]) };
  g_autoptr (ConsensusProposal) proposal = consensus_proposal_new (&fields);
  return consensus_ballot_new (proposal, 7, voters->voter[0].id);
}

static ConsensusTaken
vote (ConsensusBallot *ballot, const Voters *voters, guint voter, ConsensusValue value)
{
  ConsensusVote cast;
  ck_assert (
      consensus_vote_sign (consensus_ballot_proposal (ballot)->hash, value, &voters->voter[voter].signer, &cast));
  return consensus_ballot_add (ballot, &cast);
}

static void
expect (const ConsensusBallot *ballot, const Voters *voters, guint n, guint yes, guint no, guint witness)
{
  ConsensusRoster roster = { voters->ids, n };
  ConsensusCount count = consensus_ballot_count (ballot, &roster);
  ck_assert_uint_eq (count.n, n);
  ck_assert_uint_eq (count.yes, yes);
  ck_assert_uint_eq (count.no, no);
  ck_assert_uint_eq (count.witness, witness);
}

START_TEST (first_vote_stands)
{
  g_autoptr (Voters) voters = voters_new (3);
  g_autoptr (ConsensusBallot) ballot = open_ballot (voters);
  ck_assert_int_eq (vote (ballot, voters, 1, CONSENSUS_YES), CONSENSUS_TAKEN);
  ck_assert_int_eq (vote (ballot, voters, 1, CONSENSUS_YES), CONSENSUS_HELD);
  ck_assert_int_eq (vote (ballot, voters, 1, CONSENSUS_NO), CONSENSUS_CONFLICT);
  ck_assert_int_eq (vote (ballot, voters, 1, CONSENSUS_NO), CONSENSUS_CONFLICT);
  expect (ballot, voters, 3, 1, 0, 0);
  guint n;
  const ConsensusEvidence *evidence = consensus_ballot_evidence (ballot, &n);
  ck_assert_uint_eq (n, 1);
  ck_assert_int_eq (evidence[0].first.value, CONSENSUS_YES);
  ck_assert_int_eq (evidence[0].second.value, CONSENSUS_NO);
  ck_assert (consensus_vote_verify (&evidence[0].second, &voters->voter[0].signer, NULL));
}
END_TEST

START_TEST (witness_has_its_own_place)
{
  g_autoptr (Voters) voters = voters_new (3);
  g_autoptr (ConsensusBallot) ballot = open_ballot (voters);
  ck_assert_int_eq (vote (ballot, voters, 2, CONSENSUS_WITNESS), CONSENSUS_TAKEN);
  ck_assert_int_eq (vote (ballot, voters, 2, CONSENSUS_WITNESS), CONSENSUS_HELD);
  ck_assert_int_eq (vote (ballot, voters, 2, CONSENSUS_NO), CONSENSUS_TAKEN);
  ck_assert_int_eq (vote (ballot, voters, 0, CONSENSUS_YES), CONSENSUS_TAKEN);
  expect (ballot, voters, 3, 1, 1, 1);
  ck_assert_int_eq (consensus_ballot_vote_of (ballot, voters->ids[2], FALSE)->value, CONSENSUS_NO);
  ck_assert_int_eq (consensus_ballot_vote_of (ballot, voters->ids[2], TRUE)->value, CONSENSUS_WITNESS);
  ck_assert (!consensus_ballot_vote_of (ballot, voters->ids[0], TRUE));
  ck_assert (!consensus_ballot_vote_of (ballot, voters->ids[1], FALSE));
}
END_TEST

START_TEST (votes_of_those_who_left_stop_counting)
{
  g_autoptr (Voters) voters = voters_new (5);
  g_autoptr (ConsensusBallot) ballot = open_ballot (voters);
  for (guint i = 0; i < 5; i++)
    vote (ballot, voters, i, i < 3 ? CONSENSUS_YES : CONSENSUS_NO);
  expect (ballot, voters, 5, 3, 2, 0);
  expect (ballot, voters, 2, 2, 0, 0); /* only the two smallest ids are left */
  expect (ballot, voters, 0, 0, 0, 0);
  expect (ballot, voters, 5, 3, 2, 0); /* and back */
}
END_TEST

/* What is held does not depend on the order in which the same votes come. */
START_TEST (order_does_not_matter)
{
  g_autoptr (Voters) voters = voters_new (4);
  g_autoptr (GBytes) first = NULL;
  static const guint orders[][4] = { { 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 2, 0, 3, 1 }, { 1, 3, 0, 2 } };
  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_autoptr (ConsensusBallot) ballot = open_ballot (voters);
      for (guint j = 0; j < 4; j++)
        {
          vote (ballot, voters, orders[i][j], orders[i][j] % 2 ? CONSENSUS_YES : CONSENSUS_WITNESS);
          vote (ballot, voters, orders[i][j], orders[i][j] % 2 ? CONSENSUS_WITNESS : CONSENSUS_NO);
        }
      g_auto (Writer) w = WRITER_INIT;
      consensus_ballot_save (ballot, &w);
      g_autoptr (GBytes) saved = writer_take (&w);
      if (!first)
        first = g_bytes_ref (saved);
      ck_assert (g_bytes_equal (first, saved));
    }
}
END_TEST

START_TEST (holds_exactly_what_was_verified)
{
  g_autoptr (Voters) voters = voters_new (2);
  g_autoptr (ConsensusBallot) ballot = open_ballot (voters);
  vote (ballot, voters, 1, CONSENSUS_YES);
  guint n;
  ConsensusVote held = *consensus_ballot_votes (ballot, &n);
  ck_assert_uint_eq (n, 1);
  ck_assert (consensus_ballot_holds (ballot, &held));
  held.signature[0] ^= 1;
  ck_assert (!consensus_ballot_holds (ballot, &held));
  held.signature[0] ^= 1;
  held.value = CONSENSUS_NO;
  ck_assert (!consensus_ballot_holds (ballot, &held));
}
END_TEST

START_TEST (saves_and_restores)
{
  g_autoptr (Voters) voters = voters_new (3);
  g_autoptr (ConsensusBallot) ballot = open_ballot (voters);
  vote (ballot, voters, 0, CONSENSUS_YES);
  vote (ballot, voters, 0, CONSENSUS_NO);
  vote (ballot, voters, 2, CONSENSUS_WITNESS);
  consensus_ballot_settle (ballot);
  g_auto (Writer) w = WRITER_INIT;
  consensus_ballot_save (ballot, &w);
  g_autoptr (GBytes) saved = writer_take (&w);
  Reader reader = reader_init (span_bytes (saved));
  g_autoptr (ConsensusBallot) back = consensus_ballot_restore (&reader);
  ck_assert (back && reader_end (&reader));
  expect (back, voters, 3, 1, 0, 1);
  ck_assert_uint_eq (consensus_ballot_opened_epoch (back), 7);
  ck_assert (consensus_ballot_is_settled (back));
  ck_assert (span_equal (consensus_ballot_charged_to (back), voters->ids[0]));
  consensus_ballot_save (back, &w);
  ck_assert (span_equal (writer_span (&w), span_bytes (saved)));
  for (gsize len = 0; len < g_bytes_get_size (saved); len++)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (saved, 0, len);
      Reader cut = reader_init (span_bytes (part));
      ck_assert (!consensus_ballot_restore (&cut));
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    first_vote_stands,     witness_has_its_own_place,       votes_of_those_who_left_stop_counting,
    order_does_not_matter, holds_exactly_what_was_verified, saves_and_restores,
  };
  return run_tests ("consensus/ballot", tests, G_N_ELEMENTS (tests));
}
