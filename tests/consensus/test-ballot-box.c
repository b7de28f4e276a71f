/* test-ballot-box.c - consensus/ballot-box.h: V4, V6, G59, G139, G151, P6.
 */
#include "../lib/run.h"
#include "base/clock.h"
#include "consensus/ballot-box.h"
#include "voters.h"

static ConsensusProposal *
ask (const Voters *voters, guint id)
{
  ConsensusProposalFields fields = {
    .name = "t", .payload = span_str ("p"), .proposal_id = id, .owner = voter_id (&voters->voter[0])
  };
  return consensus_proposal_new (&fields);
}

static gint
open_for (ConsensusBallotBox *box, const Voters *voters, guint id, guint charged, guint64 opened)
{
  g_autoptr (ConsensusProposal) proposal = ask (voters, id);
  g_autoptr (GError) error = NULL;
  if (consensus_ballot_box_open (box, proposal, opened, voters->voter[charged].id, 10, &error))
    return -1;
  return error->code;
}

START_TEST (limits_hold)
{
  g_autoptr (Voters) voters = voters_new (20);
  g_autoptr (ConsensusBallotBox) box = consensus_ballot_box_new ();
  ck_assert_int_eq (open_for (box, voters, 1, 0, 10), -1);
  ck_assert_int_eq (open_for (box, voters, 1, 0, 10), CONSENSUS_ERROR_KNOWN);
  ck_assert_int_eq (open_for (box, voters, 2, 0, 75), CONSENSUS_ERROR_TOO_FAR);
  ck_assert_int_eq (open_for (box, voters, 2, 0, G_MAXUINT64), CONSENSUS_ERROR_TOO_FAR);
  ck_assert_int_eq (open_for (box, voters, 2, 0, 74), -1);
  ck_assert_int_eq (open_for (box, voters, 3, 0, 0), -1);
  ck_assert_int_eq (open_for (box, voters, 4, 0, 10), -1);
  ck_assert_int_eq (open_for (box, voters, 5, 0, 10), CONSENSUS_ERROR_OWNER_LIMIT);
  ck_assert_int_eq (open_for (box, voters, 5, 1, 10), -1); /* forwarded by somebody else */
  consensus_ballot_settle (consensus_ballot_box_get (box, 0));
  ck_assert_int_eq (open_for (box, voters, 6, consensus_ballot_box_open_by (box, voters->ids[0]) < 4 ? 0 : 1, 10), -1);
  guint id = 100;
  for (guint charged = 2; charged < 20; charged++)
    for (guint i = 0; i < 4; i++, id++)
      {
        gint code = open_for (box, voters, id, charged, 10);
        ck_assert (code == -1 || code == CONSENSUS_ERROR_FULL);
      }
  ck_assert_int_eq (open_for (box, voters, id, 19, 10), CONSENSUS_ERROR_FULL);
  ck_assert_uint_eq (consensus_ballot_box_size (box), 65); /* 64 and the settled one */
}
END_TEST

START_TEST (order_is_that_of_hashes)
{
  g_autoptr (Voters) voters = voters_new (9);
  g_autoptr (ConsensusBallotBox) box = consensus_ballot_box_new ();
  for (guint i = 0; i < 30; i++)
    ck_assert_int_eq (open_for (box, voters, i, i / 4, 10), -1);
  for (guint i = 0; i < 30; i++)
    {
      Span hash = consensus_proposal_hash (consensus_ballot_proposal (consensus_ballot_box_get (box, i)));
      ck_assert (consensus_ballot_box_find (box, hash) == consensus_ballot_box_get (box, i));
      if (i > 0)
        ck_assert (
            span_compare (consensus_proposal_hash (consensus_ballot_proposal (consensus_ballot_box_get (box, i - 1))),
                          hash)
            < 0);
    }
  g_autoptr (ConsensusProposal) proposal = ask (voters, 17);
  Span hash = consensus_proposal_hash (proposal);
  ck_assert (consensus_ballot_box_close (box, hash));
  ck_assert (!consensus_ballot_box_close (box, hash));
  ck_assert (!consensus_ballot_box_find (box, hash));
  ck_assert_uint_eq (consensus_ballot_box_size (box), 29);
  ck_assert (consensus_ballot_box_put (box, consensus_ballot_new (proposal, 10, voters->voter[0].id)));
  ck_assert (!consensus_ballot_box_put (box, consensus_ballot_new (proposal, 10, voters->voter[0].id)));
}
END_TEST

START_TEST (votes_may_come_first)
{
  g_autoptr (Voters) voters = voters_new (3);
  g_autoptr (ConsensusBallotBox) box = consensus_ballot_box_new ();
  g_autoptr (ConsensusProposal) proposal = ask (voters, 1);
  ConsensusVote vote;
  ck_assert_int_eq (consensus_ballot_box_oldest_early (box), DEMLS_NEVER);
  ck_assert (consensus_vote_sign (proposal->hash, CONSENSUS_YES, &voters->voter[1].signer, &vote));
  ck_assert_int_eq (consensus_ballot_box_add_vote (box, &vote, 50), CONSENSUS_EARLY);
  ck_assert_int_eq (consensus_ballot_box_add_vote (box, &vote, 60), CONSENSUS_EARLY);
  ck_assert_int_eq (consensus_ballot_box_oldest_early (box), 50);
  ck_assert (!consensus_ballot_box_holds (box, &vote));
  ck_assert_int_eq (open_for (box, voters, 1, 0, 10), -1);
  ck_assert (consensus_ballot_box_holds (box, &vote));
  ck_assert (!consensus_ballot_box_holds (NULL, &vote));
  ck_assert_int_eq (consensus_ballot_box_oldest_early (box), DEMLS_NEVER);
  ck_assert_int_eq (consensus_ballot_box_add_vote (box, &vote, 60), CONSENSUS_HELD);
}
END_TEST

START_TEST (early_votes_are_bounded)
{
  g_autoptr (Voters) voters = voters_new (12);
  g_autoptr (ConsensusBallotBox) box = consensus_ballot_box_new ();
  guint held = 0;
  for (guint voter = 0; voter < 12; voter++)
    for (guint8 i = 0; i < 12; i++)
      {
        guint8 hash[32] = { i };
        ConsensusVote vote;
        ck_assert (consensus_vote_sign (hash, CONSENSUS_NO, &voters->voter[voter].signer, &vote));
        ConsensusTaken taken = consensus_ballot_box_add_vote (box, &vote, voter);
        ck_assert_int_eq (taken, i < 8 && voter < 8 ? CONSENSUS_EARLY : CONSENSUS_DROPPED);
        held += taken == CONSENSUS_EARLY;
      }
  ck_assert_uint_eq (held, CONSENSUS_EARLY_VOTES);
  consensus_ballot_box_forget_early (box, 3);
  ck_assert_int_eq (consensus_ballot_box_oldest_early (box), 3);
  consensus_ballot_box_forget_early (box, 100);
  ck_assert_int_eq (consensus_ballot_box_oldest_early (box), DEMLS_NEVER);
}
END_TEST

static guint
number_of (const Voters *voters, guint id)
{
  g_autoptr (ConsensusProposal) proposal = ask (voters, id);
  return consensus_proposal_number (consensus_proposal_hash (proposal));
}

static guint
named (const ConsensusBallotBox *box, const char *name)
{
  g_autoptr (GPtrArray) found = consensus_ballot_box_named (box, name);
  return found->len;
}

START_TEST (names_are_short_until_they_collide)
{
  g_autoptr (Voters) voters = voters_new (1);
  guint second = 1;
  while (number_of (voters, second) != number_of (voters, 0))
    second++;
  g_autoptr (ConsensusBallotBox) box = consensus_ballot_box_new ();
  ck_assert_int_eq (open_for (box, voters, 0, 0, 10), -1);
  g_autoptr (ConsensusProposal) first = ask (voters, 0);
  Span hash = consensus_proposal_hash (first);
  g_autofree char *alone = consensus_ballot_box_label (box, hash);
  ck_assert_uint_eq (strlen (alone), 3);
  ck_assert_uint_eq (named (box, alone), 1);

  ck_assert_int_eq (open_for (box, voters, second, 0, 10), -1);
  g_autofree char *longer = consensus_ballot_box_label (box, hash);
  g_autofree char *marked = g_strconcat ("#", longer, NULL);
  g_autofree char *hex = span_hex (hash);
  ck_assert_uint_eq (strlen (longer), 6);
  ck_assert (g_str_has_prefix (longer, alone));
  ck_assert_uint_eq (named (box, alone), 2); /* refused, with both named */
  ck_assert_uint_eq (named (box, longer), 1);
  ck_assert_uint_eq (named (box, marked), 1);
  ck_assert_uint_eq (named (box, hex), 1);
  hex[6] = '\0';
  ck_assert_uint_eq (named (box, hex), 1);
  hex[5] = '\0';
  ck_assert_uint_eq (named (box, hex), 0);
  ck_assert_uint_eq (named (box, ""), 0);
  ck_assert_uint_eq (named (box, "#"), 0);
  ck_assert_uint_eq (named (box, "----------------------------------------------------------------------"), 0);
}
END_TEST

START_TEST (small_numbers_need_no_zeros)
{
  g_autoptr (Voters) voters = voters_new (1);
  guint id = 0;
  while (number_of (voters, id) > 9)
    id++;
  g_autoptr (ConsensusBallotBox) box = consensus_ballot_box_new ();
  ck_assert_int_eq (open_for (box, voters, id, 0, 10), -1);
  g_autofree char *bare = g_strdup_printf ("#%u", number_of (voters, id));
  g_autofree char *two = g_strdup_printf ("%02u", number_of (voters, id));
  ck_assert_uint_eq (named (box, bare), 1);
  ck_assert_uint_eq (named (box, two), 1);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    limits_hold,
    order_is_that_of_hashes,
    votes_may_come_first,
    early_votes_are_bounded,
    names_are_short_until_they_collide,
    small_numbers_need_no_zeros,
  };
  return run_tests ("consensus/ballot-box", tests, G_N_ELEMENTS (tests));
}
