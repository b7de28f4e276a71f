/* world.h - people in a group with rules: keys, MLS groups, epochs, ballots, mandates.
 *
 *   g_autoptr (World) world = world_new (5, NULL);      // five members in epoch 1, preset chat
 *   Person *alice = &world->person[0];                  // the founder, leaf 0
 *   g_autoptr (DemlsMandate) mandate = world_mandate (world, payload, owner, "yyy..");
 *
 * What cannot fail here stops the program.
 */
#ifndef DEMLS_TESTS_WORLD_H
#define DEMLS_TESTS_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "rules/candidate-build.h"

typedef struct {
  SignKey *key;
  guint8 id[DEMLS_MEMBER_ID_SIZE];
  MlsKeyPackageSecrets *secrets;
  MlsGroup *group;
  DemlsEpoch *epoch;
} Person;

typedef struct {
  Suite *suite;
  Rng *rng;
  guint n;
  Person *person;
} World;

static inline gpointer
world_must (gpointer result, const GError *error)
{
  if (!result)
    g_error ("%s", error ? error->message : "it cannot be");
  return result;
}

static inline Span
person_id (const Person *person)
{
  return SPAN_OF (person->id);
}

/* A person, new or (with a key) again with a new key package. */
static inline Person
person_new (Suite *suite, Rng *rng, SignKey *key)
{
  Person person = { .key = key ? sign_key_ref (key) : sign_key_generate (suite, rng) };
  demls_member_id (sign_key_public (person.key), person.id);
  g_autoptr (GBytes) credential = mls_credential_basic (SPAN_OF (person.id));
  g_autoptr (GBytes) capabilities = demls_group_capabilities ();
  MlsKeyPackageFields fields = { .credential = span_bytes (credential),
                                 .capabilities = span_bytes (capabilities),
                                 .not_after = 2000000000 };
  person.secrets = mls_key_package_new (suite, rng, person.key, &fields, NULL);
  return person;
}

static inline Span
person_package (const Person *person)
{
  return span_bytes (person->secrets->package->encoded);
}

static inline void
person_clear (Person *person)
{
  demls_epoch_free (person->epoch);
  mls_group_free (person->group);
  mls_key_package_secrets_free (person->secrets);
  sign_key_unref (person->key);
}

static inline MlsGroup *
world_found (World *world, const DemlsPolicy *policy)
{
  Person *founder = &world->person[0];
  g_autoptr (DemlsGovernance) governance = demls_governance_found (policy, "the group", world->rng, NULL);
  g_autoptr (GBytes) extensions = demls_group_extensions (world_must (governance, NULL));
  const MlsLeafNode *leaf = founder->secrets->package->leaf;
  MlsKeyPackageFields fields = { .credential = leaf->credential,
                                 .capabilities = leaf->capabilities_encoded,
                                 .not_after = 2000000000 };
  g_autoptr (GError) error = NULL;
  return world_must (mls_group_create (world->suite, world->rng, founder->key, span_str ("grp"), &fields,
                                       span_bytes (extensions), mls_group_config_default (), &error),
                     error);
}

static inline void
world_enter (Person *person, MlsGroup *group)
{
  g_autoptr (GError) error = NULL;
  demls_epoch_free (person->epoch);
  mls_group_free (person->group);
  person->group = group;
  person->epoch = world_must (demls_epoch_new (group, &error), error);
}

/* Joins by a Welcome. */
static inline void
world_join (World *world, Person *person, GBytes *welcome)
{
  g_autoptr (GError) error = NULL;
  world_enter (person, world_must (mls_group_join (world->suite, person->key, person->secrets, span_bytes (welcome),
                                                   SPAN_EMPTY, NULL, mls_group_config_default (), &error),
                                   error));
}

/* The members after the first join by one plain commit; only `present` of them get a group. */
static inline World *
world_new_with (guint n, guint present, const DemlsPolicy *policy)
{
  World *world = g_new0 (World, 1);
  world->suite = suite_new (1);
  world->rng = rng_new_seeded (n);
  world->n = n;
  world->person = g_new0 (Person, n);
  for (guint i = 0; i < n; i++)
    world->person[i] = person_new (world->suite, world->rng, NULL);
  DemlsPolicy chat = demls_policy_preset (DEMLS_PRESET_CHAT);
  g_autoptr (MlsGroup) founded = world_found (world, policy ? policy : &chat);
  if (n == 1)
    {
      world_enter (&world->person[0], g_steal_pointer (&founded));
      return world;
    }
  g_autoptr (GPtrArray) adds = g_ptr_array_new_with_free_func ((GDestroyNotify) mls_proposal_unref);
  for (guint i = 1; i < n; i++)
    g_ptr_array_add (adds, mls_proposal_add (world->person[i].secrets->package));
  MlsCommitOptions options = { .proposals = adds };
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsOwnCommit) commit = world_must (mls_group_commit (founded, world->rng, &options, &error), error);
  world_enter (&world->person[0], g_steal_pointer (&commit->next));
  for (guint i = 1; i < MIN (n, present); i++)
    world_join (world, &world->person[i], commit->welcome);
  return world;
}

static inline World *
world_new (guint n, const DemlsPolicy *policy)
{
  return world_new_with (n, n, policy);
}

static inline void
world_free (World *world)
{
  for (guint i = 0; i < world->n; i++)
    person_clear (&world->person[i]);
  g_free (world->person);
  rng_free (world->rng);
  suite_unref (world->suite);
  g_free (world);
}

/* The person with this id. */
static inline Person *
world_find (const World *world, Span id)
{
  for (guint i = 0; i < world->n; i++)
    if (span_equal (person_id (&world->person[i]), id))
      return &world->person[i];
  g_error ("nobody");
}

/* The person at a distance in the epoch of the founder. */
static inline Person *
world_steward (const World *world, guint32 distance)
{
  return world_find (world, demls_stewards_at (world->person[0].epoch->stewards, distance));
}

/* --- proposals and votes --- */

/* A proposal with this payload, which it frees. */
static inline ConsensusProposal *
world_proposal (const Person *owner, GBytes *payload)
{
  ConsensusProposalFields fields = { .name = "a question",
                                     .payload = span_bytes (payload),
                                     .proposal_id = 7,
                                     .owner = person_id (owner),
                                     .expected_voters_count = 3,
                                     .timestamp = 1700000000,
                                     .lifetime = 600,
                                     .liveness_criteria_yes = TRUE };
  ConsensusProposal *proposal = consensus_proposal_new (&fields);
  g_bytes_unref (payload);
  return proposal;
}

/* The same, read. */
static inline DemlsRequest *
world_request (const Person *owner, GBytes *payload)
{
  g_autoptr (ConsensusProposal) proposal = world_proposal (owner, payload);
  g_autoptr (GError) error = NULL;
  return world_must (demls_request_read (proposal, &error), error);
}

/* A person's vote, signed with its key whether it is a member or not. */
static inline ConsensusVote
world_vote (const World *world, const Person *person, const DemlsRequest *request, ConsensusValue value)
{
  ConsensusVote vote = { .value = value };
  memcpy (vote.proposal_hash, demls_request_hash (request).data, CONSENSUS_HASH_SIZE);
  memcpy (vote.owner, person->id, CONSENSUS_OWNER_SIZE);
  guint8 message[CONSENSUS_VOTE_SIGNED_SIZE], signature[SIGNATURE_MAX];
  consensus_vote_signed_bytes (vote.proposal_hash, vote.owner, value, message);
  if (sign_message (world->suite, person->key, SPAN_OF (message), signature) != CONSENSUS_SIGNATURE_SIZE)
    g_error ("no signature");
  memcpy (vote.signature, signature, CONSENSUS_SIGNATURE_SIZE);
  return vote;
}

/* Who votes what, one letter for each person: y yes, n no, w witness, Y yes and witness, N no and witness, else
 * nothing. */
static inline ConsensusBallot *
world_ballot (const World *world, const DemlsRequest *request, const char *votes)
{
  ConsensusBallot *ballot =
      consensus_ballot_new (request->proposal, demls_request_opened_epoch (request), request->proposal->owner);
  for (guint i = 0; i < world->n && votes[i] != '\0'; i++)
    {
      const Person *person = &world->person[i];
      if (strchr ("yYnN", votes[i]))
        {
          ConsensusVote vote =
              world_vote (world, person, request, strchr ("yY", votes[i]) ? CONSENSUS_YES : CONSENSUS_NO);
          consensus_ballot_add (ballot, &vote);
        }
      if (strchr ("wYN", votes[i]))
        {
          ConsensusVote vote = world_vote (world, person, request, CONSENSUS_WITNESS);
          consensus_ballot_add (ballot, &vote);
        }
    }
  return ballot;
}

/* The mandate of a question by `owner` in the founder's epoch that was voted on like that; it must pass. */
static inline DemlsMandate *
world_mandate (const World *world, const Person *owner, GBytes *payload, const char *votes)
{
  g_autoptr (DemlsRequest) request = world_request (owner, payload);
  g_autoptr (ConsensusBallot) ballot = world_ballot (world, request, votes);
  return world_must (demls_mandate_build (request, ballot, world->person[0].epoch), NULL);
}

/* An array of mandates, which it takes over; ended by NULL. */
static inline GPtrArray *
world_mandates (DemlsMandate *first, ...)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_mandate_unref);
  va_list args;
  va_start (args, first);
  for (DemlsMandate *mandate = first; mandate; mandate = va_arg (args, DemlsMandate *))
    g_ptr_array_add (all, mandate);
  va_end (args);
  return all;
}

/* A candidate of `person` with these mandates. */
static inline DemlsOwnCandidate *
world_candidate (const World *world, const Person *person, const GPtrArray *mandates)
{
  g_autoptr (GError) error = NULL;
  return world_must (demls_candidate_build (person->epoch, person->group, world->rng, mandates, SPAN_EMPTY, &error),
                     error);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

#endif
