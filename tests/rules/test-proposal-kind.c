/* test-proposal-kind.c - rules/request.h and proposal-kind.h: V4's table row by row, V6, V11, V17.
 */
#include "../lib/run.h"
#include "rules/rejoin-proof.h"
#include "world.h"

/* The reason why a request is dead in an epoch; -1 if it is alive. */
static gint
dead_in (const DemlsRequest *request, const DemlsEpoch *epoch)
{
  g_autoptr (GError) error = NULL;
  if (demls_request_is_alive (request, epoch, &error))
    return -1;
  ck_assert (error->domain == DEMLS_RULE_ERROR);
  return error->code;
}

/* The reason why a payload is none; -1 if it is one. */
static gint
no_request (const Person *owner, GBytes *payload)
{
  g_autoptr (ConsensusProposal) proposal = world_proposal (owner, payload);
  g_autoptr (GError) error = NULL;
  g_autoptr (DemlsRequest) request = demls_request_read (proposal, &error);
  return request ? -1 : error->code;
}

/* The epoch with another number and other executed mandates (taken over). */
static DemlsEpoch
at (const DemlsEpoch *epoch, guint64 number, DemlsGovernance *governance)
{
  DemlsEpoch other = *epoch;
  other.number = number;
  if (governance)
    other.governance = governance;
  return other;
}

static DemlsGovernance *
having_executed (const DemlsEpoch *epoch, const DemlsExecuted *one)
{
  GArray *executed = g_array_new (FALSE, TRUE, sizeof (DemlsExecuted));
  g_array_append_val (executed, *one);
  return demls_governance_new (&epoch->governance->policy, demls_steward_list_empty (), executed, "t",
                               epoch->governance->instance);
}

START_TEST (kinds_are_told_apart)
{
  g_autoptr (World) world = world_new (3, NULL);
  Person *self = &world->person[0], *other = &world->person[1];
  Person dave = person_new (world->suite, world->rng, NULL);
  guint8 score[8] = { 0 };
  const struct {
    GBytes *payload;
    DemlsKind kind;
    Span target;
    guint32 number;
  } rows[] = {
    { demls_ask_invite (self->epoch, person_package (&dave), person_id (&dave), NULL, 0), DEMLS_KIND_INVITE,
      person_id (&dave), 1 },
    { demls_ask_remove (self->epoch, person_id (other), "spam"), DEMLS_KIND_REMOVE, person_id (other), 2 },
    { demls_ask_emergency (self->epoch, DEMLS_VIOLATION (SCORE_BELOW_THRESHOLD), person_id (other), SPAN_OF (score),
                           person_id (self)),
      DEMLS_KIND_SCORE_REMOVAL, person_id (other), 3 },
    { demls_ask_emergency (self->epoch, DEMLS_VIOLATION (BROKEN_COMMIT), person_id (other), span_str ("why"),
                           person_id (self)),
      DEMLS_KIND_ACCUSATION, person_id (other), 3 },
    { demls_ask_emergency (self->epoch, DEMLS_VIOLATION (DEADLOCK), SPAN_EMPTY, SPAN_EMPTY, person_id (self)),
      DEMLS_KIND_DEADLOCK, SPAN_EMPTY, 3 },
    { demls_ask_election (self->epoch, 1), DEMLS_KIND_ELECTION, SPAN_EMPTY, 4 },
    { demls_ask_policy (self->epoch, NULL, "t"), DEMLS_KIND_POLICY, SPAN_EMPTY, 102 },
    { demls_ask_refresh (self->epoch), DEMLS_KIND_REFRESH, person_id (self), 103 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DemlsRequest) request = world_request (self, rows[i].payload);
      ck_assert_int_eq (request->kind, rows[i].kind);
      ck_assert (span_equal (request->target, rows[i].target));
      ck_assert_uint_eq (demls_kind_number (request->kind), rows[i].number);
      ck_assert_uint_eq (demls_request_opened_epoch (request), 1);
      ck_assert_int_eq (demls_kind_commits (request->kind), request->kind != DEMLS_KIND_ACCUSATION);
    }
  ck_assert_uint_eq (demls_kind_number (DEMLS_KIND_REJOIN), 100);
  person_clear (&dave);
}
END_TEST

START_TEST (parts_belong_together)
{
  g_autoptr (World) world = world_new (3, NULL);
  Person *self = &world->person[0], *other = &world->person[1];
  Person dave = person_new (world->suite, world->rng, NULL);
  const DemlsEpoch *epoch = self->epoch;
  /* G146: somebody else's key package; none at all */
  ck_assert_int_eq (no_request (self, demls_ask_invite (epoch, person_package (&dave), person_id (other), NULL, 0)),
                    DEMLS_RULE_MEMBER_ID);
  ck_assert_int_eq (no_request (self, demls_ask_invite (epoch, span_str ("junk"), person_id (&dave), NULL, 0)),
                    DEMLS_RULE_KEY_PACKAGE);
  /* G115: evidence by its owner, with a target or without as its type demands */
  ck_assert_int_eq (no_request (self, demls_ask_emergency (epoch, DEMLS_VIOLATION (BROKEN_COMMIT), person_id (other),
                                                           SPAN_EMPTY, person_id (other))),
                    DEMLS_RULE_REQUEST);
  ck_assert_int_eq (no_request (self, demls_ask_emergency (epoch, DEMLS_VIOLATION (BROKEN_COMMIT), SPAN_EMPTY,
                                                           SPAN_EMPTY, person_id (self))),
                    DEMLS_RULE_REQUEST);
  ck_assert_int_eq (no_request (self, demls_ask_emergency (epoch, DEMLS_VIOLATION (DEADLOCK), person_id (other),
                                                           SPAN_EMPTY, person_id (self))),
                    DEMLS_RULE_REQUEST);
  ck_assert_int_eq (no_request (self, demls_ask_emergency (epoch, DEMLS_VIOLATION (SCORE_BELOW_THRESHOLD),
                                                           person_id (other), SPAN_EMPTY, person_id (self))),
                    DEMLS_RULE_REQUEST);
  ck_assert_int_eq (no_request (self, demls_ask_emergency (epoch, DEMLS_VIOLATION (VIOLATION_UNSPECIFIED),
                                                           person_id (other), SPAN_EMPTY, person_id (self))),
                    CONSENSUS_ERROR_SIZE); /* the default value is no accusation */
  person_clear (&dave);
}
END_TEST

/* V4: DEADLOCK, election and refresh, and only these, name their epoch. */
START_TEST (epoch_ids_where_they_belong)
{
  g_autoptr (World) world = world_new (3, NULL);
  Person *self = &world->person[0];
  GBytes *const payloads[] = { demls_ask_refresh (self->epoch), demls_ask_policy (self->epoch, NULL, "t"),
                               demls_ask_remove (self->epoch, person_id (self), NULL) };
  for (guint i = 0; i < G_N_ELEMENTS (payloads); i++)
    {
      g_autoptr (DemlsUpdateRequest) message = demls_update_request_decode (span_bytes (payloads[i]), NULL);
      DemlsUpdateRequest toggled = *message;
      toggled.epoch_id = consensus_data (i == 0 ? SPAN_EMPTY : SPAN_OF (self->epoch->id));
      ck_assert_int_eq (no_request (self, demls_message_encode (&toggled.base)), DEMLS_RULE_REQUEST);
      ck_assert_int_eq (no_request (self, payloads[i]), -1);
    }
}
END_TEST

START_TEST (life_lasts_thirty_two_epochs)
{
  g_autoptr (World) world = world_new (3, NULL);
  Person *self = &world->person[0];
  DemlsEpoch opened = at (self->epoch, 100, NULL);
  g_autoptr (DemlsRequest) request = world_request (self, demls_ask_policy (&opened, NULL, "t"));
  static const struct {
    guint64 number;
    gint code;
  } rows[] = {
    { 0, DEMLS_RULE_NOT_YET },   { 99, DEMLS_RULE_NOT_YET },          { 100, -1 }, { 132, -1 },
    { 133, DEMLS_RULE_TOO_OLD }, { G_MAXUINT64, DEMLS_RULE_TOO_OLD },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      DemlsEpoch now = at (self->epoch, rows[i].number, NULL);
      ck_assert_int_eq (dead_in (request, &now), rows[i].code);
    }
  DemlsEpoch latest = at (self->epoch, G_MAXUINT64, NULL);
  g_autoptr (DemlsRequest) far = world_request (self, demls_ask_policy (&latest, NULL, "t"));
  ck_assert_int_eq (dead_in (far, &latest), -1);
  ck_assert_int_eq (dead_in (far, &opened), DEMLS_RULE_NOT_YET);
}
END_TEST

START_TEST (what_names_its_epoch_lives_in_it_alone)
{
  g_autoptr (World) world = world_new (3, NULL);
  Person *self = &world->person[0];
  g_autoptr (DemlsRequest) refresh = world_request (self, demls_ask_refresh (self->epoch));
  ck_assert_int_eq (dead_in (refresh, self->epoch), -1);
  DemlsEpoch later = at (self->epoch, 2, NULL), earlier = at (self->epoch, 0, NULL), branch = *self->epoch;
  ck_assert_int_eq (dead_in (refresh, &later), DEMLS_RULE_TOO_OLD);
  ck_assert_int_eq (dead_in (refresh, &earlier), DEMLS_RULE_NOT_YET);
  branch.id[0] ^= 1;
  ck_assert_int_eq (dead_in (refresh, &branch), DEMLS_RULE_EPOCH_ID);
}
END_TEST

START_TEST (what_was_done_is_dead)
{
  g_autoptr (World) world = world_new (3, NULL);
  Person *self = &world->person[0], *other = &world->person[1];
  DemlsEpoch now = at (self->epoch, 10, NULL), opened = at (self->epoch, 5, NULL);
  g_autoptr (DemlsRequest) request = world_request (self, demls_ask_remove (&opened, person_id (other), NULL));
  ck_assert_int_eq (dead_in (request, &now), -1);
  const struct {
    guint32 kind;
    guint64 epoch;
    gboolean target, same_hash;
    gint code;
  } rows[] = {
    { 102, 3, FALSE, TRUE, DEMLS_RULE_EXECUTED },
    { 1, 6, TRUE, FALSE, DEMLS_RULE_OVERTAKEN },
    { 2, 6, TRUE, FALSE, DEMLS_RULE_OVERTAKEN },
    { 3, 6, TRUE, FALSE, DEMLS_RULE_OVERTAKEN },
    { 2, 5, TRUE, FALSE, -1 }, /* not later than it was opened */
    { 100, 6, TRUE, FALSE, -1 },
    { 103, 6, TRUE, FALSE, -1 },
    { 3, 6, FALSE, FALSE, -1 }, /* a deadlock has no target */
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      DemlsExecuted one = { .epoch = rows[i].epoch, .kind = rows[i].kind, .has_target = rows[i].target };
      memcpy (one.target, other->id, 20);
      if (rows[i].same_hash)
        memcpy (one.proposal_hash, demls_request_hash (request).data, 32);
      g_autoptr (DemlsGovernance) governance = having_executed (self->epoch, &one);
      DemlsEpoch after = at (self->epoch, 10, governance);
      ck_assert_msg (dead_in (request, &after) == rows[i].code, "row %u", i);
      g_autoptr (DemlsRequest) without = world_request (self, demls_ask_policy (&opened, NULL, "x"));
      ck_assert_int_eq (dead_in (without, &after), -1); /* no target, nothing to share */
    }
}
END_TEST

START_TEST (invites_are_for_strangers)
{
  g_autoptr (World) world = world_new (3, NULL);
  Person *self = &world->person[0];
  Person dave = person_new (world->suite, world->rng, NULL);
  Person twin = person_new (world->suite, world->rng, world->person[2].key);
  g_autoptr (DemlsRequest) fine =
      world_request (self, demls_ask_invite (self->epoch, person_package (&dave), person_id (&dave), NULL, 0));
  g_autoptr (DemlsRequest) member =
      world_request (self, demls_ask_invite (self->epoch, person_package (&twin), person_id (&twin), NULL, 0));
  ck_assert_int_eq (dead_in (fine, self->epoch), -1);
  ck_assert_int_eq (dead_in (member, self->epoch), DEMLS_RULE_IS_MEMBER);
  /* G79 with a clock, for voters */
  ck_assert (demls_request_is_addable (fine, self->epoch, 1700000000, NULL));
  g_autoptr (GError) late = NULL;
  ck_assert (!demls_request_is_addable (fine, self->epoch, 2000000001, &late));
  ck_assert (g_error_matches (late, MLS_ERROR, MLS_ERROR_LIFETIME_OVER));
  person_clear (&dave);
  person_clear (&twin);
}
END_TEST

/* --- rejoins
 * ---------------------------------------------------------------------------------------------------------------- */

typedef struct {
  guint8 leaf_hash[32];
  guint8 signature[64];
} Proof;

static DemlsRequest *
ask_rejoin (const World *world, const Person *package, const Proof *proofs, guint n)
{
  DemlsRejoinProof messages[24], *pointers[24];
  for (guint i = 0; i < n; i++)
    {
      messages[i] = (DemlsRejoinProof) DEMLS_REJOIN_PROOF_INIT;
      messages[i].leaf_hash = consensus_data (SPAN_OF (proofs[i].leaf_hash));
      messages[i].signature = consensus_data (SPAN_OF (proofs[i].signature));
      pointers[i] = &messages[i];
    }
  return world_request (&world->person[0], demls_ask_invite (world->person[0].epoch, person_package (package),
                                                             person_id (package), pointers, n));
}

START_TEST (rejoins_prove_the_leaf_that_stands)
{
  g_autoptr (World) world = world_new (3, NULL);
  const DemlsEpoch *epoch = world->person[0].epoch;
  Person *lost = &world->person[2];
  Person again = person_new (world->suite, world->rng, lost->key), dave = person_new (world->suite, world->rng, NULL);
  Proof good, other = { .leaf_hash = { 1 } }, own = { .leaf_hash = { 0 } }, twice[2], broken;
  demls_leaf_hash (demls_roster_leaf (epoch->roster, person_id (lost)), good.leaf_hash);
  ck_assert (demls_rejoin_sign (world->suite, lost->key, span_bytes (epoch->name), person_package (&again),
                                good.leaf_hash, good.signature));
  demls_leaf_hash (again.secrets->package->leaf, own.leaf_hash);
  twice[0] = twice[1] = broken = good;
  broken.signature[9] ^= 1;
  const Proof and_own[] = { good, own }, and_other[] = { other, good };
  const struct {
    const Person *who;
    const Proof *proofs;
    guint n;
    gint code;
  } rows[] = {
    { &again, &good, 1, -1 },
    { &again, and_other, 2, -1 },
    { &again, &other, 1, DEMLS_RULE_REJOIN_PROOF },
    { &again, twice, 2, DEMLS_RULE_REJOIN_PROOF },
    { &again, and_own, 2, DEMLS_RULE_REJOIN_PROOF },
    { &again, &broken, 1, DEMLS_RULE_REJOIN_PROOF },
    { &dave, &good, 1, DEMLS_RULE_NO_MEMBER },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DemlsRequest) request = ask_rejoin (world, rows[i].who, rows[i].proofs, rows[i].n);
      ck_assert_int_eq (request->kind, DEMLS_KIND_REJOIN);
      ck_assert_msg (dead_in (request, epoch) == rows[i].code, "row %u", i);
    }
  /* an old key package replayed as a rejoin: the proof binds the package */
  Person replay = person_new (world->suite, world->rng, lost->key);
  g_autoptr (DemlsRequest) replayed = ask_rejoin (world, &replay, &good, 1);
  ck_assert_int_eq (dead_in (replayed, epoch), DEMLS_RULE_REJOIN_PROOF);
  person_clear (&replay);
  person_clear (&again);
  person_clear (&dave);
}
END_TEST

START_TEST (proofs_are_bound_to_everything)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (Rng) rng = rng_new_seeded (2);
  g_autoptr (SignKey) key = sign_key_generate (suite, rng);
  guint8 hash[32] = { 1 }, other[32] = { 2 }, signature[64];
  Span group = span_str ("group"), package = span_str ("package"), public = sign_key_public (key);
  ck_assert (demls_rejoin_sign (suite, key, group, package, hash, signature));
  ck_assert (demls_rejoin_verify (suite, public, group, package, hash, SPAN_OF (signature)));
  ck_assert (!demls_rejoin_verify (suite, public, span_str ("grouq"), package, hash, SPAN_OF (signature)));
  ck_assert (!demls_rejoin_verify (suite, public, group, span_str ("packagf"), hash, SPAN_OF (signature)));
  ck_assert (!demls_rejoin_verify (suite, public, group, package, other, SPAN_OF (signature)));
  ck_assert (!demls_rejoin_verify (suite, public, group, package, hash, SPAN_EMPTY));
  g_autoptr (GBytes) content = demls_rejoin_signed_bytes (group, package, hash);
  ck_assert_uint_eq (g_bytes_get_size (content), 16 + 1 + 5 + 32 + 32);
  ck_assert (memcmp (g_bytes_get_data (content, NULL), "de-MLS rejoin v1\0group", 22) == 0);
}
END_TEST

/* --- elections, policy, refresh
 * ----------------------------------------------------------------------------------------------- */

START_TEST (elections_are_computed)
{
  DemlsPolicy few = demls_policy_preset (DEMLS_PRESET_CUSTOM);
  few.sn_max = 2;
  g_autoptr (World) world = world_new (4, &few);
  Person *self = &world->person[0];
  for (guint32 round = 0; round < 5; round++)
    {
      g_autoptr (DemlsRequest) request = world_request (self, demls_ask_election (self->epoch, round));
      ck_assert_int_eq (dead_in (request, self->epoch), round <= 2 ? -1 : DEMLS_RULE_ELECTION);
    }
  g_autoptr (GBytes) payload = demls_ask_election (self->epoch, 0);
  for (guint what = 0; what < 4; what++)
    {
      g_autoptr (DemlsUpdateRequest) message = demls_update_request_decode (span_bytes (payload), NULL);
      DemlsElection *election = message->steward_election;
      ProtobufCBinaryData first = election->proposed_stewards[0];
      if (what == 0) /* a list of just oneself (12.2 row 3) */
        election->n_proposed_stewards = 1;
      if (what == 1)
        {
          election->proposed_stewards[0] = election->proposed_stewards[1];
          election->proposed_stewards[1] = first;
        }
      if (what == 2)
        election->election_epoch++;
      if (what == 3)
        election->proposed_stewards[0].data[0] ^= 1;
      g_autoptr (DemlsRequest) request = world_request (self, demls_message_encode (&message->base));
      election->n_proposed_stewards = 2;
      ck_assert_int_eq (dead_in (request, self->epoch), DEMLS_RULE_ELECTION);
    }
  g_autoptr (World) small = world_new (3, NULL);
  g_autoptr (DemlsRequest) needless = world_request (&small->person[0], demls_ask_election (small->person[0].epoch, 0));
  ck_assert_int_eq (dead_in (needless, small->person[0].epoch), DEMLS_RULE_NO_ELECTION);
}
END_TEST

START_TEST (policies_must_be_valid)
{
  g_autoptr (World) world = world_new (2, NULL);
  Person *self = &world->person[0];
  DemlsPolicy slow = demls_policy_preset (DEMLS_PRESET_SLOW), broken = slow;
  broken.sn_max = 9;
  g_autoptr (DemlsRequest) fine = world_request (self, demls_ask_policy (self->epoch, &slow, NULL));
  g_autoptr (DemlsRequest) wrong = world_request (self, demls_ask_policy (self->epoch, &broken, NULL));
  g_autoptr (DemlsRequest) title = world_request (self, demls_ask_policy (self->epoch, NULL, "new title"));
  g_autoptr (DemlsRequest) bad_title = world_request (self, demls_ask_policy (self->epoch, &slow, "new\ntitle"));
  ck_assert_int_eq (dead_in (fine, self->epoch), -1);
  ck_assert_int_eq (dead_in (wrong, self->epoch), DEMLS_RULE_POLICY);
  ck_assert_int_eq (dead_in (title, self->epoch), -1);
  ck_assert_int_eq (dead_in (bad_title, self->epoch), DEMLS_RULE_TITLE);
}
END_TEST

/* A member's refreshes are min (t, 32) epochs apart. */
START_TEST (refreshes_are_rare)
{
  g_autoptr (World) world = world_new (5, NULL); /* t = 2 */
  Person *self = &world->person[0];
  DemlsExecuted one = { .epoch = 10, .kind = 103, .has_target = TRUE };
  memcpy (one.target, self->id, 20);
  g_autoptr (DemlsGovernance) governance = having_executed (self->epoch, &one);
  for (guint64 number = 10; number < 14; number++)
    {
      DemlsEpoch now = at (self->epoch, number, governance);
      g_autoptr (DemlsRequest) request = world_request (self, demls_ask_refresh (&now));
      ck_assert_int_eq (dead_in (request, &now), number < 12 ? DEMLS_RULE_REFRESH_EARLY : -1);
      g_autoptr (DemlsRequest) of_other = world_request (&world->person[1], demls_ask_refresh (&now));
      ck_assert_int_eq (dead_in (of_other, &now), -1);
    }
  Person stranger = person_new (world->suite, world->rng, NULL);
  g_autoptr (DemlsRequest) foreign = world_request (&stranger, demls_ask_refresh (self->epoch));
  ck_assert_int_eq (dead_in (foreign, self->epoch), DEMLS_RULE_NO_MEMBER);
  person_clear (&stranger);
}
END_TEST

/* --- ways --------------------------------------------------------------------------------------------------------- */

static ConsensusStanding
standing (const World *world, const DemlsRequest *request, const char *votes)
{
  g_autoptr (ConsensusBallot) ballot = world_ballot (world, request, votes);
  return demls_request_standing (request, ballot, world->person[0].epoch, FALSE);
}

START_TEST (each_kind_passes_in_its_ways)
{
  g_autoptr (World) world = world_new (5, NULL);
  Person *self = &world->person[0];
  Person dave = person_new (world->suite, world->rng, NULL);
  const DemlsEpoch *epoch = self->epoch;
  g_autoptr (DemlsRequest) invite =
      world_request (self, demls_ask_invite (epoch, person_package (&dave), person_id (&dave), NULL, 0));
  g_autoptr (DemlsRequest) remove = world_request (self, demls_ask_remove (epoch, person_id (&world->person[1]), NULL));
  g_autoptr (DemlsRequest) leave = world_request (self, demls_ask_remove (epoch, person_id (self), NULL));
  g_autoptr (DemlsRequest) policy = world_request (self, demls_ask_policy (epoch, NULL, "t"));
  g_autoptr (DemlsRequest) refresh = world_request (self, demls_ask_refresh (epoch));
  ck_assert_int_eq (standing (world, invite, "YY"), CONSENSUS_PASSED_BY_SILENCE);
  ck_assert_int_eq (standing (world, remove, "YYwww"), CONSENSUS_OPEN);
  ck_assert_int_eq (standing (world, policy, "YYwww"), CONSENSUS_OPEN);
  ck_assert_int_eq (standing (world, remove, "yyyn"), CONSENSUS_PASSED_BY_VOTES);
  ck_assert_int_eq (standing (world, leave, "y"), CONSENSUS_PASSED_AT_ONCE);
  ck_assert_int_eq (standing (world, leave, ".yyy"), CONSENSUS_OPEN);
  ck_assert_int_eq (standing (world, leave, ".yyyn"), CONSENSUS_PASSED_BY_VOTES);
  ck_assert_int_eq (standing (world, refresh, "y"), CONSENSUS_PASSED_AT_ONCE);
  ck_assert_int_eq (standing (world, refresh, ".yyyy"), CONSENSUS_OPEN);
  DemlsPolicy loud = demls_policy_preset (DEMLS_PRESET_CUSTOM);
  loud.silence_is_yes = FALSE;
  ck_assert_uint_eq (demls_request_ways (invite, &loud), CONSENSUS_BY_VOTES);
  ck_assert_uint_eq (demls_request_ways (leave, &loud), CONSENSUS_BY_VOTES | CONSENSUS_AT_ONCE);
  person_clear (&dave);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    kinds_are_told_apart,
    parts_belong_together,
    epoch_ids_where_they_belong,
    life_lasts_thirty_two_epochs,
    what_names_its_epoch_lives_in_it_alone,
    what_was_done_is_dead,
    invites_are_for_strangers,
    rejoins_prove_the_leaf_that_stands,
    proofs_are_bound_to_everything,
    elections_are_computed,
    policies_must_be_valid,
    refreshes_are_rare,
    each_kind_passes_in_its_ways,
  };
  return run_tests ("rules/proposal-kind", tests, G_N_ELEMENTS (tests));
}
