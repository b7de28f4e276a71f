/* test-vote-cost.c - one vote received in a group of 1,000 costs little more than what cryptography asks: one message
 * unprotected, one signature verified (X2).
 */
#include <time.h>

#include "bus.h"
#include "session/runner-private.h"

static MlsGroup *
found (Bus *bus, const DemlsPolicy *policy)
{
  BusMember *alice = bus_member (bus, 0);
  g_autoptr (DemlsGovernance) governance = demls_governance_found (policy, "crowd", alice->env.rng, NULL);
  g_autoptr (GBytes) extensions = demls_group_extensions (governance);
  g_autoptr (GBytes) id = bus_id (bus, 0), credential = mls_credential_basic (span_bytes (id));
  g_autoptr (GBytes) capabilities = demls_group_capabilities ();
  MlsKeyPackageFields fields = { span_bytes (credential), span_bytes (capabilities), SPAN_EMPTY, 0, G_MAXINT64 };
  return mls_group_create (alice->env.suite, alice->env.rng, alice->env.key, span_str (BUS_ID), &fields,
                           span_bytes (extensions), mls_group_config_default (), NULL);
}

static MlsKeyPackageSecrets *
package_of (Bus *bus, guint i)
{
  BusMember *member = bus_member (bus, i);
  g_autoptr (GBytes) id = bus_id (bus, i), credential = mls_credential_basic (span_bytes (id));
  g_autoptr (GBytes) capabilities = demls_group_capabilities ();
  MlsKeyPackageFields fields = { span_bytes (credential), span_bytes (capabilities), SPAN_EMPTY, 0, G_MAXINT64 };
  return mls_key_package_new (member->env.suite, member->env.rng, member->env.key, &fields, NULL);
}

static void
live_in (Bus *bus, guint i, MlsGroup *group)
{
  BusMember *member = bus_member (bus, i);
  g_autoptr (GError) error = NULL;
  DemlsKept *kept = demls_kept_new (group, &error);
  ck_assert_msg (kept != NULL, "%s", error ? error->message : "");
  member->runner = demls_runner_new_blank (&member->env, BUS_ID);
  demls_runner_enter (member->runner, bus_now (bus));
  demls_epochs_plant (member->runner, kept);
  demls_state_settle (member->runner);
  demls_runner_tick (member->runner, bus_now (bus));
}

static double
now_us (void)
{
  return (double) clock () * 1e6 / CLOCKS_PER_SEC; /* other processes do not count */
}

/* What cryptography alone asks for these packets. */
static double
time_crypto (MlsGroup *group, GPtrArray *packets, const ConsensusVote *vote, const ConsensusSigner *signer)
{
  g_autoptr (MlsSecretTree) keys = mls_secret_tree_copy (mls_group_keys (group));
  double start = now_us ();
  for (guint i = 0; i < packets->len; i++)
    {
      g_autoptr (MlsReceived) received = mls_group_receive_with (group, keys, span_bytes (packets->pdata[i]), NULL);
      ck_assert (received && consensus_vote_verify (vote, signer, NULL));
    }
  return (now_us () - start) / packets->len;
}

/* A group of `n`, of whom number 0 and the next `voters` have runners. */
static Bus *
crowd (guint n, guint voters)
{
  DemlsPolicy policy = bus_policy ();
  Bus *bus = bus_new ();
  g_autoptr (GPtrArray) proposals = g_ptr_array_new_with_free_func ((GDestroyNotify) mls_proposal_unref);
  g_autoptr (GPtrArray) packages = g_ptr_array_new_with_free_func ((GDestroyNotify) mls_key_package_secrets_free);
  for (guint i = 0; i < n; i++)
    {
      bus_person (bus, bus_name (i));
      if (i == 0)
        continue;
      g_ptr_array_add (packages, package_of (bus, i));
      g_ptr_array_add (proposals, mls_proposal_add (((MlsKeyPackageSecrets *) packages->pdata[i - 1])->package));
    }
  g_autoptr (MlsGroup) alone = found (bus, &policy);
  MlsCommitOptions options = { .proposals = proposals };
  g_autoptr (MlsOwnCommit) commit = mls_group_commit (alone, bus_member (bus, 0)->env.rng, &options, NULL);
  ck_assert_ptr_nonnull (commit);
  live_in (bus, 0, g_steal_pointer (&commit->next));
  for (guint i = 1; i <= voters; i++)
    {
      const DemlsEnv *env = &bus_member (bus, i)->env;
      live_in (bus, i, mls_group_join (env->suite, env->key, packages->pdata[i - 1], span_bytes (commit->welcome),
                                       SPAN_EMPTY, NULL, mls_group_config_default (), NULL));
    }
  return bus;
}

/* The vote of member `i` as a packet. */
static GBytes *
vote_of (Bus *bus, guint i, const GPtrArray *opened, GBytes *ballot)
{
  DemlsRunner *bob = bus_runner (bus, i);
  for (guint k = 0; k < opened->len; k++)
    demls_runner_receive (bob, DEMLS_SUBTOPIC_APP_MSG, span_bytes (((DemlsPacket *) opened->pdata[k])->payload),
                          bus_now (bus), NULL);
  g_ptr_array_unref (demls_runner_drain_outbound (bob));
  ck_assert (demls_runner_vote (bob, span_bytes (ballot), TRUE, bus_now (bus), NULL));
  g_autoptr (GPtrArray) packets = demls_runner_drain_outbound (bob);
  ck_assert_uint_eq (packets->len, 1);
  return g_bytes_ref (((DemlsPacket *) packets->pdata[0])->payload);
}

/* Microseconds for each vote, with the tick that follows. */
static double
time_votes (Bus *bus, const GPtrArray *votes)
{
  DemlsRunner *alice = bus_runner (bus, 0);
  double start = now_us ();
  for (guint i = 0; i < votes->len; i++)
    {
      ck_assert (demls_runner_receive (alice, DEMLS_SUBTOPIC_APP_MSG, span_bytes (votes->pdata[i]), bus_now (bus), NULL));
      demls_runner_tick (alice, bus_now (bus));
      demls_runner_next_wakeup (alice);
    }
  return (now_us () - start) / votes->len;
}

START_TEST (a_vote_costs_what_cryptography_costs)
{
  guint n = run_rounds (1000), voters = MIN (n - 2, 200);
  g_autoptr (Bus) bus = crowd (n, voters);
  DemlsRunner *alice = bus_runner (bus, 0);
  g_autoptr (GBytes) ballot = NULL;
  ck_assert (demls_runner_change (alice, NULL, "chess club", &ballot, bus_now (bus), NULL));
  g_autoptr (GPtrArray) opened = demls_runner_drain_outbound (alice);
  g_autoptr (GPtrArray) votes = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 1; i <= voters; i++)
    g_ptr_array_add (votes, vote_of (bus, i, opened, ballot));
  DemlsMatter *matter = demls_voting_find (alice, span_bytes (ballot));
  ConsensusVote own = *consensus_ballot_vote_of (matter->ballot, demls_me (alice), FALSE);
  DemlsMemberSigner signer = demls_member_signer (alice->current->group, alice->current->epoch->roster);
  double crypto = time_crypto (alice->current->group, votes, &own, &signer.base);
  double received = time_votes (bus, votes);
  g_print ("n %u: cryptography %.1f us, a vote %.1f us (%.2fx)\n", n, crypto, received, received / crypto);
  ck_assert_uint_eq (matter->count.yes, voters + 1);
  if (!g_getenv ("DEMLS_FAST"))
    ck_assert (received <= 1.5 * crypto);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { a_vote_costs_what_cryptography_costs };
  return run_tests ("session/vote-cost", tests, G_N_ELEMENTS (tests));
}
