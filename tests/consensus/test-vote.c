/* test-vote.c - consensus/vote.h: V5, and the vectors of governance G50 and consensus A.8 that it leaves standing.
 */
#include "../lib/run.h"
#include "voters.h"

static GBytes *
hex (const char *text)
{
  GBytes *bytes = bytes_from_hex (text);
  ck_assert_msg (bytes != NULL, "%s", text);
  return bytes;
}

static void
check_vector (Consensus__V1__Vote *vote, const char *expected_hash, const char *expected_encoding)
{
  guint8 hash[32];
  consensus_vote_hash (vote, hash);
  g_autofree char *text = span_hex (SPAN_OF (hash));
  ck_assert_str_eq (text, expected_hash);
  if (!expected_encoding)
    return;
  vote->vote_hash = consensus_data (SPAN_OF (hash));
  g_autoptr (GBytes) encoded = consensus_canonical_pack (&vote->base);
  g_autofree char *encoding = span_hex (span_bytes (encoded));
  ck_assert_str_eq (encoding, expected_encoding);
}

START_TEST (printed_hashes_and_encodings)
{
  guint8 owner[20];
  memset (owner, 1, sizeof owner);
  Consensus__V1__Vote g50 = CONSENSUS__V1__VOTE__INIT;
  g50.vote_id = 0x01020304;
  g50.vote_owner = consensus_data (SPAN_OF (owner));
  g50.proposal_id = 0x0A0B0C0D;
  g50.timestamp = 1700000000;
  g50.vote = TRUE;
  check_vector (&g50, "7163c75e18711fc377314f4f3832b7faa4bc39e9c466f6c261deeee1153e213e", NULL);

  Consensus__V1__Vote v1 = CONSENSUS__V1__VOTE__INIT;
  g_autoptr (GBytes) k1 = hex ("1a642f0e3c3af545e7acbd38b07251b3990914f1");
  v1.vote_id = 0x11223344;
  v1.vote_owner = consensus_data (span_bytes (k1));
  v1.proposal_id = 0xA1B2C3D4;
  v1.timestamp = 1700000005;
  v1.vote = TRUE;
  check_vector (&v1, "ec6628cd46cbf2c17df3066c1ef3619852a6e5ad1af61ac29d86c8d31a67efc7",
                "a001c4e6888901aa01141a642f0e3c3af545e7acbd38b07251b3990914f1b001d487cb8d0ab80185e2cfaa06c00101"
                "da0120ec6628cd46cbf2c17df3066c1ef3619852a6e5ad1af61ac29d86c8d31a67efc7");

  Consensus__V1__Vote v2 = CONSENSUS__V1__VOTE__INIT;
  g_autoptr (GBytes) k2 = hex ("5050a4f4b3f9338c3472dcc01a87c76a144b3c9c");
  g_autoptr (GBytes) received = hex ("ec6628cd46cbf2c17df3066c1ef3619852a6e5ad1af61ac29d86c8d31a67efc7");
  v2.vote_id = 7;
  v2.vote_owner = consensus_data (span_bytes (k2));
  v2.proposal_id = 0xA1B2C3D4;
  v2.timestamp = 1700000009;
  v2.received_hash = consensus_data (span_bytes (received));
  check_vector (&v2, "ce9da5b450407014bb7137bae236f3851af5dc8f3014df1f3d5279a511e4a0b1",
                "a00107aa01145050a4f4b3f9338c3472dcc01a87c76a144b3c9cb001d487cb8d0ab80189e2cfaa06"
                "d20120ec6628cd46cbf2c17df3066c1ef3619852a6e5ad1af61ac29d86c8d31a67efc7"
                "da0120ce9da5b450407014bb7137bae236f3851af5dc8f3014df1f3d5279a511e4a0b1");
}
END_TEST

START_TEST (signed_bytes_are_those_of_v5)
{
  guint8 hash[32], owner[20], out[CONSENSUS_VOTE_SIGNED_SIZE];
  memset (hash, 0xAB, sizeof hash);
  memset (owner, 0xCD, sizeof owner);
  consensus_vote_signed_bytes (hash, owner, CONSENSUS_WITNESS, out);
  ck_assert_uint_eq (sizeof out, 14 + 1 + 32 + 20 + 1);
  ck_assert (memcmp (out, "de-MLS vote v1", 14) == 0);
  ck_assert_uint_eq (out[14], 0);
  ck_assert (memcmp (out + 15, hash, 32) == 0 && memcmp (out + 47, owner, 20) == 0);
  ck_assert_uint_eq (out[67], 2);
}
END_TEST

static ConsensusVote
signed_vote (const Voters *voters, guint voter, ConsensusValue value)
{
  guint8 hash[32] = { 5 };
  ConsensusVote vote;
  ck_assert (consensus_vote_sign (hash, value, &voters->voter[voter].signer, &vote));
  return vote;
}

START_TEST (travels_unchanged)
{
  g_autoptr (Voters) voters = voters_new (2);
  for (guint value = 0; value <= 2; value++)
    {
      ConsensusVote vote = signed_vote (voters, 0, (ConsensusValue) value), back;
      ConsensusVoteLabels labels = { 9, 8, 1700000000 };
      g_autoptr (GBytes) bytes = consensus_vote_encode (&vote, &labels);
      g_autoptr (GError) error = NULL;
      ck_assert_msg (consensus_vote_decode (span_bytes (bytes), &back, &error), "%s", error ? error->message : "");
      ck_assert (consensus_vote_equal (&vote, &back));
      ck_assert (consensus_vote_verify (&back, &voters->voter[1].signer, NULL));
    }
}
END_TEST

START_TEST (signature_binds_all_that_counts)
{
  g_autoptr (Voters) voters = voters_new (2);
  ConsensusVote vote = signed_vote (voters, 0, CONSENSUS_YES), other;
  const ConsensusSigner *signer = &voters->voter[1].signer;
  other = vote;
  other.value = CONSENSUS_NO;
  ck_assert (!consensus_vote_verify (&other, signer, NULL) && !consensus_vote_equal (&vote, &other));
  other = vote;
  other.proposal_hash[31] ^= 1;
  ck_assert (!consensus_vote_verify (&other, signer, NULL) && !consensus_vote_equal (&vote, &other));
  other = vote;
  other.signature[63] ^= 1;
  ck_assert (!consensus_vote_verify (&other, signer, NULL) && !consensus_vote_equal (&vote, &other));
  other = vote;
  memcpy (other.owner, voters->voter[1].id, sizeof other.owner);
  ck_assert (!consensus_vote_verify (&other, signer, NULL) && !consensus_vote_equal (&vote, &other));
  other = vote;
  other.owner[0] ^= 1; /* no member */
  g_autoptr (GError) error = NULL;
  ck_assert (!consensus_vote_verify (&other, signer, &error));
  ck_assert_int_eq (error->code, CONSENSUS_ERROR_VOTE_SIGNATURE);
}
END_TEST

typedef void (*Spoil) (Consensus__V1__Vote *vote);

static guint8 some_bytes[64];

static void
spoil_field_24 (Consensus__V1__Vote *vote)
{
  vote->vote = !vote->vote;
}
static void
spoil_value (Consensus__V1__Vote *vote)
{
  vote->value = 3;
}
static void
spoil_value_of_no (Consensus__V1__Vote *vote)
{
  vote->value = 0;
}
static void
spoil_id (Consensus__V1__Vote *vote)
{
  vote->vote_id++;
}
static void
spoil_time (Consensus__V1__Vote *vote)
{
  vote->timestamp++;
}
static void
spoil_label (Consensus__V1__Vote *vote)
{
  vote->proposal_id++;
}
static void
spoil_received (Consensus__V1__Vote *vote)
{
  vote->received_hash = consensus_data (span (some_bytes, 32));
}
static void
short_received (Consensus__V1__Vote *vote)
{
  vote->received_hash = consensus_data (span (some_bytes, 31));
}
static void
short_parent (Consensus__V1__Vote *vote)
{
  vote->parent_hash = consensus_data (span (some_bytes, 1));
}
static void
no_owner (Consensus__V1__Vote *vote)
{
  vote->vote_owner.len = 0;
}
static void
short_owner (Consensus__V1__Vote *vote)
{
  vote->vote_owner.len = 19;
}
static void
no_signature (Consensus__V1__Vote *vote)
{
  vote->signature.len = 0;
}
static void
short_signature (Consensus__V1__Vote *vote)
{
  vote->signature.len = 63;
}
static void
no_hash (Consensus__V1__Vote *vote)
{
  vote->vote_hash.len = 0;
}
static void
no_proposal (Consensus__V1__Vote *vote)
{
  vote->proposal_hash.len = 0;
}

START_TEST (each_part_is_checked)
{
  static const struct {
    Spoil spoil;
    gint code;
  } rows[] = {
    { spoil_field_24, CONSENSUS_ERROR_VOTE_VALUE },
    { spoil_value, CONSENSUS_ERROR_VOTE_VALUE },
    { spoil_value_of_no, CONSENSUS_ERROR_VOTE_VALUE },
    { spoil_id, CONSENSUS_ERROR_VOTE_HASH },
    { spoil_time, CONSENSUS_ERROR_VOTE_HASH },
    { spoil_label, CONSENSUS_ERROR_VOTE_HASH },
    { spoil_received, CONSENSUS_ERROR_VOTE_HASH },
    { short_received, CONSENSUS_ERROR_SIZE },
    { short_parent, CONSENSUS_ERROR_SIZE },
    { no_owner, CONSENSUS_ERROR_SIZE },
    { short_owner, CONSENSUS_ERROR_SIZE },
    { no_signature, CONSENSUS_ERROR_SIZE },
    { short_signature, CONSENSUS_ERROR_SIZE },
    { no_hash, CONSENSUS_ERROR_SIZE },
    { no_proposal, CONSENSUS_ERROR_SIZE },
  };
  g_autoptr (Voters) voters = voters_new (1);
  ConsensusVote vote = signed_vote (voters, 0, CONSENSUS_YES), back;
  ConsensusVoteLabels labels = { 9, 8, 7 };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Consensus__V1__Vote message = CONSENSUS__V1__VOTE__INIT;
      guint8 hash[32];
      consensus_vote_write (&vote, &labels, hash, &message);
      rows[i].spoil (&message);
      g_autoptr (GBytes) bytes = consensus_canonical_pack (&message.base);
      g_autoptr (GError) error = NULL;
      ck_assert_msg (!consensus_vote_decode (span_bytes (bytes), &back, &error), "row %u", i);
      ck_assert_msg (error->code == rows[i].code, "row %u: %s", i, error->message);
    }
}
END_TEST

START_TEST (every_prefix_is_refused)
{
  g_autoptr (Voters) voters = voters_new (1);
  ConsensusVote vote = signed_vote (voters, 0, CONSENSUS_YES), back;
  ConsensusVoteLabels labels = { 9, 8, 7 };
  g_autoptr (GBytes) bytes = consensus_vote_encode (&vote, &labels);
  Span whole = span_bytes (bytes);
  for (gsize len = 0; len < whole.len; len++)
    {
      g_autoptr (GBytes) copy = g_bytes_new (whole.data, len);
      ck_assert (!consensus_vote_decode (span_bytes (copy), &back, NULL));
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    printed_hashes_and_encodings,    signed_bytes_are_those_of_v5, travels_unchanged,
    signature_binds_all_that_counts, each_part_is_checked,         every_prefix_is_refused,
  };
  return run_tests ("consensus/vote", tests, G_N_ELEMENTS (tests));
}
