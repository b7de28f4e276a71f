/* test-candidate.c - rules/candidate.h and candidate-build.h: V13-V19, valid candidates of each sort, and what stewards
 * build. What is refused is in test-candidate-refused.c.
 */
#include "../lib/run.h"
#include "rules/rejoin-proof.h"
#include "world.h"

/* Everybody judges the candidate valid, alike, and the readable ones adopt it. */
static DemlsCandidate *
adopt (World *world, const Person *committer, DemlsOwnCandidate *own)
{
  DemlsCandidate *last = NULL;
  for (guint i = 0; i < world->n; i++)
    {
      Person *person = &world->person[i];
      if (!person->group)
        continue;
      g_autoptr (GError) error = NULL;
      DemlsCandidate *candidate = demls_candidate_check (person->epoch, span_bytes (own->encoded), NULL, &error);
      ck_assert_msg (candidate != NULL, "%u: %s", i, error ? error->message : "");
      if (last)
        ck_assert_mem_eq (&last->rank, &candidate->rank, sizeof last->rank);
      demls_candidate_unref (last);
      last = candidate;
      ck_assert_int_eq (candidate->judged == NULL, person == committer);
      gboolean gone = candidate->judged && candidate->judged->removes_us;
      if (gone)
        continue;
      MlsGroup *next = person == committer ? g_steal_pointer (&own->next)
                                           : mls_group_stage (person->group, candidate->judged, NULL, &error);
      ck_assert_msg (next != NULL, "%u: %s", i, error ? error->message : "");
      world_enter (person, next);
      g_autoptr (GBytes) wanted = demls_governance_encode (candidate->next);
      g_autoptr (GBytes) found = demls_governance_encode (person->epoch->governance);
      ck_assert (g_bytes_equal (wanted, found));
    }
  return last;
}

static DemlsCandidate *
commit (World *world, const Person *committer, GPtrArray *mandates)
{
  g_autoptr (DemlsOwnCandidate) own = world_candidate (world, committer, mandates);
  DemlsCandidate *candidate = adopt (world, committer, own);
  g_ptr_array_unref (mandates);
  return candidate;
}

START_TEST (an_invite_adds)
{
  g_autoptr (World) world = world_new (4, NULL);
  Person dave = person_new (world->suite, world->rng, NULL);
  g_autoptr (GPtrArray) mandates = world_mandates (
      world_mandate (world, &world->person[1],
                     demls_ask_invite (world->person[0].epoch, person_package (&dave), person_id (&dave), NULL, 0),
                     "yyy"),
      NULL);
  Person *steward = world_steward (world, 2);
  g_autoptr (DemlsOwnCandidate) own = world_candidate (world, steward, mandates);
  g_autoptr (DemlsCandidate) candidate = adopt (world, steward, own);
  ck_assert_uint_eq (candidate->rank.actions, 1);
  ck_assert_uint_eq (candidate->rank.removes, 0);
  ck_assert_uint_eq (candidate->rank.distance, 2);
  ck_assert (span_equal (SPAN_OF (candidate->rank.committer), person_id (steward)));
  ck_assert (candidate->welcome != NULL);
  world_join (world, &dave, own->welcome);
  ck_assert_uint_eq (dave.epoch->number, 2);
  ck_assert_uint_eq (dave.epoch->n, 5);
  ck_assert (span_equal (SPAN_OF (dave.epoch->id), SPAN_OF (world->person[0].epoch->id)));
  person_clear (&dave);
}
END_TEST

START_TEST (silence_admits_but_never_removes)
{
  g_autoptr (World) world = world_new (5, NULL);
  Person dave = person_new (world->suite, world->rng, NULL);
  const DemlsEpoch *epoch = world->person[0].epoch;
  DemlsMandate *mandate = world_mandate (
      world, &world->person[1], demls_ask_invite (epoch, person_package (&dave), person_id (&dave), NULL, 0), "YY");
  ck_assert (mandate->by_silence);
  g_autoptr (DemlsCandidate) candidate = commit (world, world_steward (world, 0), world_mandates (mandate, NULL));
  ck_assert_uint_eq (candidate->rank.actions, 1);
  g_autoptr (DemlsRequest) removal =
      world_request (&world->person[1], demls_ask_remove (world->person[0].epoch, person_id (&world->person[4]), NULL));
  g_autoptr (ConsensusBallot) ballot = world_ballot (world, removal, "YYwww");
  ck_assert (!demls_mandate_build (removal, ballot, world->person[0].epoch));
  person_clear (&dave);
}
END_TEST

START_TEST (a_removal_counts_as_one)
{
  g_autoptr (World) world = world_new (5, NULL);
  Person *steward = world_steward (world, 0), *target = world_steward (world, 3);
  DemlsMandate *mandate = world_mandate (world, &world->person[1],
                                         demls_ask_remove (world->person[0].epoch, person_id (target), "spam"), "yyyn");
  g_autoptr (DemlsCandidate) candidate = commit (world, steward, world_mandates (mandate, NULL));
  ck_assert_uint_eq (candidate->rank.removes, 1);
  ck_assert (demls_candidate_removes (candidate, person_id (target)));
  ck_assert (!demls_candidate_removes (candidate, person_id (steward)));
  ck_assert_uint_eq (steward->epoch->n, 4);
  ck_assert_uint_eq (target->epoch->n, 5);
}
END_TEST

START_TEST (one_may_leave_alone)
{
  g_autoptr (World) world = world_new (5, NULL);
  Person *steward = world_steward (world, 0), *leaver = world_steward (world, 1);
  g_autofree char *votes = g_strdup (".....");
  votes[leaver - world->person] = 'y';
  DemlsMandate *mandate =
      world_mandate (world, leaver, demls_ask_remove (steward->epoch, person_id (leaver), NULL), votes);
  g_autoptr (DemlsCandidate) candidate = commit (world, steward, world_mandates (mandate, NULL));
  ck_assert_uint_eq (candidate->rank.removes, 0); /* not passed by V8: it wins nothing */
  ck_assert_uint_eq (candidate->rank.actions, 1);
  ck_assert_uint_eq (steward->epoch->n, 4);
}
END_TEST

/* V4: the proof replaces the vote. */
START_TEST (a_lost_member_rejoins)
{
  g_autoptr (World) world = world_new (4, NULL);
  Person *steward = world_steward (world, 0), *lost = world_steward (world, 2);
  Person again = person_new (world->suite, world->rng, lost->key);
  guint8 leaf_hash[32], other[32] = { 1 }, signature[64];
  demls_leaf_hash (demls_roster_leaf (steward->epoch->roster, person_id (lost)), leaf_hash);
  ck_assert (demls_rejoin_sign (world->suite, lost->key, span_bytes (steward->epoch->name), person_package (&again),
                                leaf_hash, signature));
  DemlsRejoinProof proof = DEMLS_REJOIN_PROOF_INIT, stale = DEMLS_REJOIN_PROOF_INIT, *proofs[] = { &stale, &proof };
  proof.leaf_hash = consensus_data (SPAN_OF (leaf_hash));
  stale.leaf_hash = consensus_data (SPAN_OF (other)); /* of a leaf that it had before: ignored */
  proof.signature = stale.signature = consensus_data (SPAN_OF (signature));
  DemlsMandate *mandate =
      world_mandate (world, &world->person[1],
                     demls_ask_invite (steward->epoch, person_package (&again), person_id (lost), proofs, 2), "");
  ck_assert_uint_eq (mandate->votes->len, 0);
  g_autoptr (GPtrArray) mandates = world_mandates (mandate, NULL);
  g_autoptr (DemlsOwnCandidate) own = world_candidate (world, steward, mandates);
  g_autoptr (DemlsCandidate) candidate = adopt (world, steward, own);
  ck_assert_uint_eq (candidate->rank.actions, 1);
  ck_assert_uint_eq (candidate->rank.removes, 0);
  ck_assert (!demls_candidate_removes (candidate, person_id (lost)));
  ck_assert_uint_eq (steward->epoch->n, 4);
  ck_assert_uint_eq (g_array_index (steward->epoch->governance->executed, DemlsExecuted, 0).kind, 100);
  world_join (world, &again, own->welcome);
  ck_assert (span_equal (SPAN_OF (again.epoch->id), SPAN_OF (steward->epoch->id)));
  person_clear (&again);
}
END_TEST

START_TEST (a_refresh_needs_only_its_owner)
{
  DemlsPolicy few = demls_policy_preset (DEMLS_PRESET_CUSTOM);
  few.sn_max = 1;
  g_autoptr (World) world = world_new (4, &few);
  Person *plain = &world->person[3];
  /* the list is the founder's, empty, so nobody is a steward here: only the refresh may be committed */
  DemlsMandate *mandate = world_mandate (world, plain, demls_ask_refresh (plain->epoch), "...y");
  g_autoptr (DemlsCandidate) candidate = commit (world, plain, world_mandates (mandate, NULL));
  ck_assert (candidate->rank.is_refresh);
  ck_assert_uint_eq (candidate->rank.distance, DEMLS_NO_STEWARD);
  g_autoptr (DemlsRequest) soon = world_request (plain, demls_ask_refresh (plain->epoch));
  g_autoptr (GError) error = NULL;
  ck_assert (!demls_request_is_alive (soon, plain->epoch, &error));
  ck_assert_int_eq (error->code, DEMLS_RULE_REFRESH_EARLY);
}
END_TEST

START_TEST (the_elected_commit_their_election)
{
  DemlsPolicy few = demls_policy_preset (DEMLS_PRESET_CUSTOM);
  few.sn_max = 2;
  g_autoptr (World) world = world_new (6, &few);
  const DemlsEpoch *epoch = world->person[0].epoch;
  DemlsMandate *mandate = world_mandate (world, &world->person[1], demls_ask_election (epoch, 1), "yyyyyy");
  g_autoptr (DemlsStewardList) list = demls_epoch_electable (epoch, 1);
  ck_assert_uint_eq (list->members->len, 2);
  Person *second = world_find (world, span_bytes (g_ptr_array_index (list->members, 1)));
  g_autoptr (DemlsCandidate) candidate = commit (world, second, world_mandates (mandate, NULL));
  ck_assert_uint_eq (candidate->rank.distance, 1);
  ck_assert_uint_eq (second->epoch->governance->stewards->election_epoch, 2);
  ck_assert_uint_eq (second->epoch->governance->stewards->retry_round, 1);
  ck_assert_uint_eq (demls_stewards_distance (second->epoch->stewards, person_id (second)), 1);
}
END_TEST

START_TEST (a_deadlock_lets_anybody_commit)
{
  DemlsPolicy few = demls_policy_preset (DEMLS_PRESET_CUSTOM);
  few.sn_max = 1;
  g_autoptr (World) world = world_new (5, &few);
  Person *plain = &world->person[4];
  const DemlsEpoch *epoch = plain->epoch;
  DemlsMandate *deadlock = world_mandate (
      world, plain, demls_ask_emergency (epoch, DEMLS_VIOLATION (DEADLOCK), SPAN_EMPTY, SPAN_EMPTY, person_id (plain)),
      "yyyyy");
  DemlsMandate *title = world_mandate (world, plain, demls_ask_policy (epoch, NULL, "other"), "yyyyy");
  g_autoptr (DemlsCandidate) candidate = commit (world, plain, world_mandates (deadlock, title, NULL));
  ck_assert_uint_eq (candidate->rank.actions, 1); /* the deadlock is none */
  ck_assert_uint_eq (candidate->rank.distance, DEMLS_NO_STEWARD);
  ck_assert_str_eq (plain->epoch->governance->title, "other");
}
END_TEST

START_TEST (many_things_at_once)
{
  g_autoptr (World) world = world_new (6, NULL);
  DemlsPolicy wide = demls_policy_preset (DEMLS_PRESET_CUSTOM);
  wide.sn_max = 10;
  const DemlsEpoch *epoch = world->person[0].epoch;
  ck_assert (!epoch->stewards->everybody);
  Person dave = person_new (world->suite, world->rng, NULL), erin = person_new (world->suite, world->rng, NULL);
  Person *committer = &world->person[0];
  guint8 evidence[8] = { 0 };
  GPtrArray *mandates = world_mandates (
      world_mandate (world, committer, demls_ask_policy (epoch, &wide, "wide"), "yyyyyy"),
      world_mandate (world, committer, demls_ask_invite (epoch, person_package (&dave), person_id (&dave), NULL, 0),
                     "yyyynn"),
      world_mandate (world, committer, demls_ask_invite (epoch, person_package (&erin), person_id (&erin), NULL, 0),
                     "yyyy"),
      world_mandate (world, committer, demls_ask_remove (epoch, person_id (&world->person[4]), NULL), "yyyy"),
      world_mandate (world, committer,
                     demls_ask_emergency (epoch, DEMLS_VIOLATION (SCORE_BELOW_THRESHOLD), person_id (&world->person[5]),
                                          SPAN_OF (evidence), person_id (committer)),
                     "yyyy"),
      world_mandate (
          world, committer,
          demls_ask_emergency (epoch, DEMLS_VIOLATION (DEADLOCK), SPAN_EMPTY, SPAN_EMPTY, person_id (committer)),
          "yyyy"),
      NULL);
  g_autoptr (DemlsCandidate) candidate = commit (world, committer, mandates);
  ck_assert_uint_eq (candidate->rank.removes, 2);
  ck_assert_uint_eq (candidate->rank.actions, 5);
  ck_assert_uint_eq (committer->epoch->n, 6);
  ck_assert_uint_eq (committer->epoch->governance->policy.sn_max, 10);
  ck_assert_uint_eq (committer->epoch->governance->executed->len, 6);
  ck_assert (committer->epoch->stewards->everybody);
  person_clear (&dave);
  person_clear (&erin);
}
END_TEST

/* --- what a steward selects (V21, V7) --- */

static GPtrArray *
select_from (const Person *person, GPtrArray *mandates)
{
  GPtrArray *chosen = demls_mandates_select (person->epoch, mandates, person_id (person));
  g_ptr_array_unref (mandates);
  return chosen;
}

START_TEST (selection_keeps_to_the_rules)
{
  g_autoptr (World) world = world_new (5, NULL);
  Person *self = &world->person[0], *other = &world->person[1], *target = &world->person[4];
  const DemlsEpoch *epoch = self->epoch;
  guint8 evidence[8] = { 0 };
  DemlsMandate *remove = world_mandate (world, other, demls_ask_remove (epoch, person_id (target), NULL), "yyyy");
  DemlsMandate *score = world_mandate (world, other,
                                       demls_ask_emergency (epoch, DEMLS_VIOLATION (SCORE_BELOW_THRESHOLD),
                                                            person_id (target), SPAN_OF (evidence), person_id (other)),
                                       "yyyy");
  DemlsMandate *title = world_mandate (world, other, demls_ask_policy (epoch, NULL, "new"), "yyyy");
  DemlsMandate *own = world_mandate (world, self, demls_ask_refresh (epoch), "y");
  DemlsMandate *foreign = world_mandate (world, other, demls_ask_refresh (epoch), ".y");
  DemlsMandate *leave = world_mandate (world, other, demls_ask_remove (epoch, person_id (self), NULL), "yyyy");

  g_autoptr (GPtrArray) both =
      select_from (self, world_mandates (demls_mandate_ref (own), demls_mandate_ref (remove), demls_mandate_ref (title),
                                         demls_mandate_ref (score), foreign, NULL));
  ck_assert_uint_eq (both->len, 2); /* the emergency beats the plain removal of the same target; no refresh */
  ck_assert (g_ptr_array_index (both, 0) == score && g_ptr_array_index (both, 1) == title);
  g_autoptr (GPtrArray) refresh = select_from (self, world_mandates (demls_mandate_ref (own), NULL));
  ck_assert_uint_eq (refresh->len, 1);
  g_autoptr (GPtrArray) not_mine = select_from (other, world_mandates (demls_mandate_ref (own), NULL));
  ck_assert_uint_eq (not_mine->len, 0);
  g_autoptr (GPtrArray) out = select_from (self, world_mandates (leave, demls_mandate_ref (title), NULL));
  ck_assert_uint_eq (out->len, 0); /* own removal passed: build nothing */
  g_autoptr (GPtrArray) none = select_from (self, world_mandates (NULL));
  ck_assert_uint_eq (none->len, 0);
  demls_mandate_unref (remove);
  demls_mandate_unref (score);
  demls_mandate_unref (title);
  demls_mandate_unref (own);
}
END_TEST

START_TEST (nicknames_travel_with_commits)
{
  g_autoptr (World) world = world_new (3, NULL);
  Person *self = &world->person[0];
  g_autoptr (GPtrArray) mandates =
      world_mandates (world_mandate (world, self, demls_ask_policy (self->epoch, NULL, "new"), "yyy"), NULL);
  g_autoptr (DemlsOwnCandidate) own =
      demls_candidate_build (self->epoch, self->group, world->rng, mandates, span_str ("alice"), NULL);
  demls_candidate_unref (adopt (world, self, own));
  Span nick;
  const MlsLeafNode *leaf = demls_roster_leaf (world->person[1].epoch->roster, person_id (self));
  ck_assert (mls_extensions_find (leaf->extensions, MLS_EXTENSION_DEMLS_NICK, &nick));
  ck_assert (span_equal (nick, span_str ("alice")));
  g_autoptr (GBytes) without = demls_leaf_extensions (leaf->extensions, SPAN_EMPTY);
  ck_assert_uint_eq (g_bytes_get_size (without), 0);
}
END_TEST

/* V15: what does not fit is left for the next candidate. */
START_TEST (large_batches_are_cut)
{
  g_autoptr (World) world = world_new (64, NULL);
  Person *self = &world->person[0];
  const DemlsEpoch *epoch = self->epoch;
  g_autoptr (GPtrArray) mandates = world_mandates (NULL);
  g_autofree char *votes = g_strnfill (64, 'Y');
  g_ptr_array_add (mandates, world_mandate (world, self,
                                            demls_ask_emergency (epoch, DEMLS_VIOLATION (DEADLOCK), SPAN_EMPTY,
                                                                 SPAN_EMPTY, person_id (self)),
                                            votes));
  for (guint i = 0; i < 49; i++)
    {
      Person one = person_new (world->suite, world->rng, NULL);
      g_ptr_array_add (
          mandates, world_mandate (world, self,
                                   demls_ask_invite (epoch, person_package (&one), person_id (&one), NULL, 0), votes));
      person_clear (&one);
    }
  g_autoptr (DemlsOwnCandidate) own = world_candidate (world, self, mandates);
  ck_assert_uint_le (g_bytes_get_size (own->encoded), demls_candidate_max (64));
  ck_assert_uint_lt (own->mandates->len, 50);
  ck_assert_uint_gt (own->mandates->len, 10);
  g_autoptr (DemlsCandidate) candidate =
      demls_candidate_check (world->person[7].epoch, span_bytes (own->encoded), NULL, NULL);
  ck_assert (candidate != NULL);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    an_invite_adds,
    silence_admits_but_never_removes,
    a_removal_counts_as_one,
    one_may_leave_alone,
    a_lost_member_rejoins,
    a_refresh_needs_only_its_owner,
    the_elected_commit_their_election,
    a_deadlock_lets_anybody_commit,
    many_things_at_once,
    selection_keeps_to_the_rules,
    nicknames_travel_with_commits,
    large_batches_are_cut,
  };
  return run_tests ("rules/candidate", tests, G_N_ELEMENTS (tests));
}
