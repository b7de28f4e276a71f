/* test-mandate.c - rules/mandate.h: V13, V14, V21's choice of votes.
 */
#include "../lib/run.h"
#include "world.h"

static guint
count (const DemlsMandate *mandate, ConsensusValue value)
{
  guint found = 0;
  for (guint i = 0; i < mandate->votes->len; i++)
    found += g_array_index (mandate->votes, DemlsMandateVote, i).value == value ? 1 : 0;
  return found;
}

START_TEST (small_groups_carry_all_votes)
{
  g_autoptr (World) world = world_new (5, NULL);
  const DemlsEpoch *epoch = world->person[0].epoch;
  g_autoptr (DemlsMandate) mandate =
      world_mandate (world, &world->person[0], demls_ask_remove (epoch, person_id (&world->person[4]), "spam"), "YYyn");
  ck_assert_uint_eq (count (mandate, CONSENSUS_YES), 3);
  ck_assert_uint_eq (count (mandate, CONSENSUS_NO), 1);
  ck_assert_uint_eq (count (mandate, CONSENSUS_WITNESS), 2);
  ck_assert (!mandate->by_silence);
  ck_assert (demls_mandate_check_votes (mandate, epoch, NULL, NULL));
  ck_assert_int_eq (demls_mandate_standing (mandate, epoch), CONSENSUS_PASSED_BY_VOTES);

  g_autoptr (DemlsMandate) back = demls_mandate_parse (span_bytes (mandate->encoded), NULL);
  ck_assert (back && g_bytes_equal (back->encoded, mandate->encoded));
  ck_assert (span_equal (demls_request_hash (back->request), demls_request_hash (mandate->request)));
  for (gsize len = 0; len < g_bytes_get_size (mandate->encoded); len += 3)
    {
      g_autofree guint8 *copy = g_malloc (len + 1);
      memcpy (copy, g_bytes_get_data (mandate->encoded, NULL), len);
      g_autoptr (DemlsMandate) part = demls_mandate_parse (span (copy, len), NULL);
      if (part) /* one with fewer votes */
        ck_assert (span_equal (span_bytes (part->encoded), span (copy, len)));
    }
}
END_TEST

/* V21: above 64 members, as many as V8 or V9 needs; what is carried passes. */
START_TEST (large_groups_carry_what_is_needed)
{
  g_autoptr (World) world = world_new_with (65, 1, NULL); /* q = 44, t = 22 */
  const DemlsEpoch *epoch = world->person[0].epoch;
  Person dave = person_new (world->suite, world->rng, NULL);
  g_autofree char *all = g_strnfill (65, 'y'), *mixed = g_strnfill (65, 'n'), *silent = g_strnfill (65, 'w');
  memset (mixed, 'y', 35);
  memset (silent, 'y', 5);
  const struct {
    const char *votes;
    guint yes, no, witness;
    ConsensusStanding standing;
  } rows[] = {
    { all, 44, 0, 0, CONSENSUS_PASSED_BY_VOTES },
    { mixed, 35, 9, 0, CONSENSUS_PASSED_BY_VOTES },
    { silent, 2, 0, 22, CONSENSUS_PASSED_BY_SILENCE },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DemlsMandate) mandate =
          world_mandate (world, &world->person[0],
                         demls_ask_invite (epoch, person_package (&dave), person_id (&dave), NULL, 0), rows[i].votes);
      ck_assert_uint_eq (count (mandate, CONSENSUS_YES), rows[i].yes);
      ck_assert_uint_eq (count (mandate, CONSENSUS_NO), rows[i].no);
      ck_assert_uint_eq (count (mandate, CONSENSUS_WITNESS), rows[i].witness);
      ck_assert (demls_mandate_check_votes (mandate, epoch, NULL, NULL));
      ck_assert_int_eq (demls_mandate_standing (mandate, epoch), rows[i].standing);
    }
  g_autoptr (DemlsMandate) leave =
      world_mandate (world, &world->person[7], demls_ask_remove (epoch, person_id (&world->person[7]), NULL), all);
  ck_assert_uint_eq (leave->votes->len, 1);
  ck_assert_int_eq (demls_mandate_standing (leave, epoch), CONSENSUS_PASSED_AT_ONCE);
  person_clear (&dave);
}
END_TEST

START_TEST (what_has_not_passed_yields_none)
{
  g_autoptr (World) world = world_new (5, NULL);
  Person *self = &world->person[0];
  g_autoptr (DemlsRequest) title = world_request (self, demls_ask_policy (self->epoch, NULL, "t"));
  g_autoptr (DemlsRequest) blame =
      world_request (self, demls_ask_emergency (self->epoch, DEMLS_VIOLATION (BROKEN_COMMIT),
                                                person_id (&world->person[1]), SPAN_EMPTY, person_id (self)));
  g_autoptr (ConsensusBallot) open = world_ballot (world, title, "yyy"), lost = world_ballot (world, title, "nnnyy");
  g_autoptr (ConsensusBallot) passed = world_ballot (world, blame, "yyyyy");
  ck_assert (!demls_mandate_build (title, open, self->epoch));
  ck_assert (!demls_mandate_build (title, lost, self->epoch));
  ck_assert (!demls_mandate_build (blame, passed, self->epoch));
}
END_TEST

/* Votes of people who are no members are left out. */
START_TEST (strangers_do_not_count)
{
  g_autoptr (World) world = world_new (3, NULL);
  Person *self = &world->person[0];
  Person stranger = person_new (world->suite, world->rng, NULL);
  g_autoptr (DemlsRequest) title = world_request (self, demls_ask_policy (self->epoch, NULL, "t"));
  g_autoptr (ConsensusBallot) ballot = world_ballot (world, title, "yy");
  ConsensusVote vote = world_vote (world, &stranger, title, CONSENSUS_NO);
  consensus_ballot_add (ballot, &vote);
  g_autoptr (DemlsMandate) mandate = demls_mandate_build (title, ballot, self->epoch);
  ck_assert_uint_eq (mandate->votes->len, 2);
  person_clear (&stranger);
}
END_TEST

START_TEST (authenticated_data_binds_all_in_order)
{
  g_autoptr (World) world = world_new (3, NULL);
  Person *self = &world->person[0];
  DemlsMandate *first = world_mandate (world, self, demls_ask_policy (self->epoch, NULL, "a"), "yy");
  DemlsMandate *second =
      world_mandate (world, self, demls_ask_remove (self->epoch, person_id (&world->person[2]), NULL), "yy");
  g_autoptr (GPtrArray) both = world_mandates (demls_mandate_ref (first), demls_mandate_ref (second), NULL);
  g_autoptr (GPtrArray) other = world_mandates (second, demls_mandate_ref (first), NULL);
  g_autoptr (GPtrArray) one = world_mandates (first, NULL), none = world_mandates (NULL);
  g_autoptr (GBytes) ad_both = demls_mandates_authenticated_data (both),
                     ad_other = demls_mandates_authenticated_data (other);
  g_autoptr (GBytes) ad_one = demls_mandates_authenticated_data (one),
                     ad_none = demls_mandates_authenticated_data (none);
  ck_assert (!g_bytes_equal (ad_both, ad_other) && !g_bytes_equal (ad_both, ad_one)
             && !g_bytes_equal (ad_one, ad_none));
  ck_assert_uint_eq (g_bytes_get_size (ad_one), 17 + 1 + 32);
  ck_assert (memcmp (g_bytes_get_data (ad_one, NULL), "de-MLS mandate v1", 18) == 0);

  /* each preceded by its length as BE32 */
  g_auto (Writer) w = WRITER_INIT;
  writer_u32 (&w, (guint32) g_bytes_get_size (first->encoded));
  writer_raw (&w, span_bytes (first->encoded));
  guint8 hash[32];
  hash_sha256 (writer_span (&w), hash);
  ck_assert_mem_eq ((const guint8 *) g_bytes_get_data (ad_one, NULL) + 18, hash, 32);
}
END_TEST

START_TEST (votes_come_out_again)
{
  g_autoptr (World) world = world_new (3, NULL);
  const DemlsEpoch *epoch = world->person[1].epoch;
  g_autoptr (DemlsMandate) mandate =
      world_mandate (world, &world->person[0], demls_ask_policy (epoch, NULL, "a"), "yyn");
  DemlsMemberSigner signer = demls_member_signer (world->person[1].group, epoch->roster);
  for (guint i = 0; i < mandate->votes->len; i++)
    {
      ConsensusVote vote;
      ck_assert (demls_mandate_vote (mandate, i, epoch, &vote));
      ck_assert (consensus_vote_verify (&vote, &signer.base, NULL));
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    small_groups_carry_all_votes, large_groups_carry_what_is_needed,     what_has_not_passed_yields_none,
    strangers_do_not_count,       authenticated_data_binds_all_in_order, votes_come_out_again,
  };
  return run_tests ("rules/mandate", tests, G_N_ELEMENTS (tests));
}
