/* test-proposal.c - consensus/proposal.h: V4, C6, C36, G49, G54, and the encoding of consensus A.8's proposal P.
 */
#include "../lib/run.h"
#include "consensus/proposal.h"
#include "voters.h"

static ConsensusProposal *
ask (const Voters *voters, const char *payload)
{
  ConsensusProposalFields fields = {
    .name = "t",
    .payload = span_str (payload),
    .proposal_id = 5,
    .owner = voter_id (&voters->voter[0]),
    .expected_voters_count = 3,
    .timestamp = 1700000000,
    .lifetime = 600,
    .liveness_criteria_yes = TRUE,
  };
  return consensus_proposal_new (&fields);
}

START_TEST (ids_fold_uuids)
{
  static const struct {
    const char *uuid;
    guint32 id;
  } rows[] = {
    { "0123456789abcdef0011223344556677", 0xCCCCCCCC }, /* G49 */
    { "000000000000000000000001deadbeef", 0xdeadbeee }, /* C6 */
    { "0000000000000000abcdef01deadbeef", 0x756051ee }, /* C6 */
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) uuid = bytes_from_hex (rows[i].uuid);
      ck_assert_uint_eq (consensus_fold_id (g_bytes_get_data (uuid, NULL)), rows[i].id);
    }
  g_autoptr (Rng) rng = rng_new_seeded (1);
  ck_assert_uint_ne (consensus_draw_id (rng), consensus_draw_id (rng));
  g_autofree char *name = consensus_draw_name (rng);
  ck_assert_uint_eq (strlen (name), 36);
  ck_assert (name[8] == '-' && name[14] == '4' && strchr ("89ab", name[19]));
}
END_TEST

START_TEST (encodes_like_the_printed_one)
{
  ConsensusProposalFields fields = {
    .name = "t",
    .payload = span ("\x01\x02", 2),
    .proposal_id = 0xA1B2C3D4,
    .expected_voters_count = 3,
    .timestamp = 1700000000,
    .lifetime = 600,
    .liveness_criteria_yes = TRUE,
  };
  g_autoptr (GBytes) owner = bytes_from_hex ("1a642f0e3c3af545e7acbd38b07251b3990914f1");
  fields.owner = span_bytes (owner);
  g_autoptr (ConsensusProposal) proposal = consensus_proposal_new (&fields);
  g_autofree char *text = span_hex (span_bytes (proposal->encoded));
  /* A.8's P has round 2 and two votes; ours always says 1 and has none in what is hashed (V4, V7) */
  ck_assert_str_eq (text, "5201745a02010260d487cb8d0a6a141a642f0e3c3af545e7acbd38b07251b3990914f1"
                          "7803800101880180e2cfaa069001d8e6cfaa06980101");
  guint8 hash[32];
  hash_sha256 (span_bytes (proposal->encoded), hash);
  ck_assert (span_equal (SPAN_OF (hash), consensus_proposal_hash (proposal)));
}
END_TEST

START_TEST (expiry_does_not_wrap)
{
  g_autoptr (Voters) voters = voters_new (1);
  ConsensusProposalFields fields = { .name = "",
                                     .payload = span_str ("x"),
                                     .owner = voter_id (&voters->voter[0]),
                                     .timestamp = 10,
                                     .lifetime = G_MAXUINT64 };
  g_autoptr (ConsensusProposal) proposal = consensus_proposal_new (&fields);
  ck_assert_uint_eq (proposal->expiration_timestamp, G_MAXUINT64);
}
END_TEST

START_TEST (round_trip_without_vote)
{
  g_autoptr (Voters) voters = voters_new (1);
  g_autoptr (ConsensusProposal) proposal = ask (voters, "payload");
  gboolean found = TRUE;
  ConsensusVote vote;
  g_autoptr (ConsensusProposal) back = consensus_proposal_decode (span_bytes (proposal->encoded), &found, &vote, NULL);
  ck_assert (back && !found);
  ck_assert (g_bytes_equal (back->encoded, proposal->encoded));
  ck_assert (span_equal (consensus_proposal_hash (back), consensus_proposal_hash (proposal)));
  ck_assert_str_eq (back->name, "t");
  ck_assert (span_equal (span_bytes (back->payload), span_str ("payload")));
  ck_assert (span_equal (SPAN_OF (back->owner), voter_id (&voters->voter[0])));
  ck_assert_uint_eq (back->proposal_id, 5);
  ck_assert_uint_eq (back->expected_voters_count, 3);
  ck_assert_uint_eq (back->round, 1);
  ck_assert_uint_eq (back->timestamp, 1700000000);
  ck_assert_uint_eq (back->expiration_timestamp, 1700000600);
  ck_assert (back->liveness_criteria_yes);
}
END_TEST

static GBytes *
with_vote (const Voters *voters, const ConsensusProposal *proposal, guint voter, const guint8 *hash)
{
  ConsensusVote vote;
  ck_assert (consensus_vote_sign (hash, CONSENSUS_YES, &voters->voter[voter].signer, &vote));
  ConsensusVoteLabels labels = { 1, proposal->proposal_id, proposal->timestamp };
  return consensus_proposal_encode_with (proposal, &vote, &labels);
}

START_TEST (owner_vote_travels_with_it)
{
  g_autoptr (Voters) voters = voters_new (2);
  g_autoptr (ConsensusProposal) proposal = ask (voters, "payload");
  g_autoptr (GBytes) bytes = with_vote (voters, proposal, 0, proposal->hash);
  gboolean found = FALSE;
  ConsensusVote vote;
  g_autoptr (ConsensusProposal) back = consensus_proposal_decode (span_bytes (bytes), &found, &vote, NULL);
  ck_assert (back && found && vote.value == CONSENSUS_YES);
  ck_assert (consensus_vote_verify (&vote, &voters->voter[1].signer, NULL));
  /* V4: the hash is that of the proposal without votes */
  ck_assert (span_equal (consensus_proposal_hash (back), consensus_proposal_hash (proposal)));
}
END_TEST

START_TEST (foreign_votes_are_refused)
{
  g_autoptr (Voters) voters = voters_new (2);
  g_autoptr (ConsensusProposal) proposal = ask (voters, "payload"), other = ask (voters, "another");
  g_autoptr (GBytes) not_owner = with_vote (voters, proposal, 1, proposal->hash);
  g_autoptr (GBytes) not_this = with_vote (voters, proposal, 0, other->hash);
  gboolean found;
  ConsensusVote vote;
  g_autoptr (GError) first = NULL, second = NULL, third = NULL;
  ck_assert (!consensus_proposal_decode (span_bytes (not_owner), &found, &vote, &first));
  ck_assert_int_eq (first->code, CONSENSUS_ERROR_BUNDLE);
  ck_assert (!consensus_proposal_decode (span_bytes (not_this), &found, &vote, &second));
  ck_assert_int_eq (second->code, CONSENSUS_ERROR_BUNDLE);

  Consensus__V1__Proposal message = CONSENSUS__V1__PROPOSAL__INIT;
  consensus_proposal_write (proposal, &message);
  Consensus__V1__Vote inner = CONSENSUS__V1__VOTE__INIT, *votes[] = { &inner, &inner };
  ConsensusVoteLabels labels = { 1, 2, 3 };
  guint8 hash[32];
  ck_assert (consensus_vote_sign (proposal->hash, CONSENSUS_YES, &voters->voter[0].signer, &vote));
  consensus_vote_write (&vote, &labels, hash, &inner);
  message.n_votes = 2;
  message.votes = votes;
  g_autoptr (GBytes) two = consensus_canonical_pack (&message.base);
  ck_assert (!consensus_proposal_decode (span_bytes (two), &found, &vote, &third));
  ck_assert_int_eq (third->code, CONSENSUS_ERROR_SIZE);
}
END_TEST

START_TEST (sizes_are_bounded)
{
  g_autoptr (Voters) voters = voters_new (1);
  g_autofree char *long_name = g_strnfill (CONSENSUS_NAME_MAX + 1, 'n');
  g_autofree guint8 *long_payload = g_malloc0 (CONSENSUS_PAYLOAD_MAX + 1);
  for (guint i = 0; i < 5; i++)
    {
      Consensus__V1__Proposal message = CONSENSUS__V1__PROPOSAL__INIT;
      g_autofree char *name = g_strdup (i == 1 ? long_name : "n");
      message.name = name;
      message.payload = consensus_data (i == 2   ? span (long_payload, CONSENSUS_PAYLOAD_MAX + 1)
                                        : i == 4 ? SPAN_EMPTY
                                                 : span_str ("p"));
      message.proposal_owner = consensus_data (voter_id (&voters->voter[0]));
      message.proposal_owner.len -= i == 3;
      g_autoptr (GBytes) bytes = consensus_canonical_pack (&message.base);
      gboolean found;
      ConsensusVote vote;
      g_autoptr (GError) error = NULL;
      g_autoptr (ConsensusProposal) back = consensus_proposal_decode (span_bytes (bytes), &found, &vote, &error);
      ck_assert_int_eq (back != NULL, i == 0);
      if (i > 0)
        ck_assert_int_eq (error->code, CONSENSUS_ERROR_SIZE);
    }
}
END_TEST

START_TEST (number_is_three_digits)
{
  guint8 hash[32] = { 0x00, 0x00, 0x03, 0xE8 };
  ck_assert_uint_eq (consensus_proposal_number (SPAN_OF (hash)), 0);
  hash[3]--;
  ck_assert_uint_eq (consensus_proposal_number (SPAN_OF (hash)), 999);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    ids_fold_uuids,          encodes_like_the_printed_one, expiry_does_not_wrap,
    round_trip_without_vote, owner_vote_travels_with_it,   foreign_votes_are_refused,
    sizes_are_bounded,       number_is_three_digits,
  };
  return run_tests ("consensus/proposal", tests, G_N_ELEMENTS (tests));
}
