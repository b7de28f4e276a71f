/* test-policy.c - rules/policy.h: V2.
 */
#include "../lib/run.h"
#include "rules/policy.h"

/* V2's table, typed in as it is printed. */
static const guint64 printed[3][9] = {
  { 10, 5, 30, 600, 2, 60, 30, 5, 600 },
  { 300, 5, 600, 86400, 2, 30, 15, 5, 86400 },
  { 28800, 60, 86400, 604800, 2, 120, 60, 30, 604800 },
};

static void
durations (const DemlsPolicy *policy, guint64 out[9])
{
  const guint64 all[9] = { policy->voting_delay_ms,
                           policy->election_voting_delay_ms,
                           policy->consensus_timeout_ms,
                           policy->proposal_expiration_ms,
                           policy->commit_batch_delay_ms,
                           policy->commit_inactivity_ms,
                           policy->freeze_ms,
                           policy->recovery_inactivity_ms,
                           policy->rollback_window_ms };
  memcpy (out, all, sizeof all);
}

START_TEST (presets_are_the_table)
{
  for (guint i = 0; i < 3; i++)
    {
      DemlsPolicy policy = demls_policy_preset ((DemlsPreset) (i + 1));
      guint64 all[9];
      durations (&policy, all);
      for (guint j = 0; j < 9; j++)
        ck_assert_uint_eq (all[j], printed[i][j] * 1000);
      ck_assert (demls_policy_check (&policy, NULL));
      ck_assert (policy.silence_is_yes && policy.sn_min == 1 && policy.sn_max == 5);
      ck_assert (policy.max_reelection_attempts == 1 && policy.threshold_peer_score == 0);
      ck_assert_uint_eq (policy.announce, i == 0 ? DEMLS_ANNOUNCE_OPEN : DEMLS_ANNOUNCE_ASK);
      policy.voting_delay_ms++;
      ck_assert (!demls_policy_check (&policy, NULL)); /* a preset that is not the table's */
      policy.preset = DEMLS_PRESET_CUSTOM;
      ck_assert (demls_policy_check (&policy, NULL));
    }
}
END_TEST

typedef void (*Change) (DemlsPolicy *policy);

static void
preset_4 (DemlsPolicy *p)
{
  p->preset = 4;
}
static void
announce_2 (DemlsPolicy *p)
{
  p->announce = 2;
}
static void
sn_min_0 (DemlsPolicy *p)
{
  p->sn_min = 0;
}
static void
sn_min_over (DemlsPolicy *p)
{
  p->sn_min = 6;
}
static void
sn_max_51 (DemlsPolicy *p)
{
  p->sn_max = 51;
}
static void
sn_max_50 (DemlsPolicy *p)
{
  p->sn_max = 50;
}
static void
attempts_9 (DemlsPolicy *p)
{
  p->max_reelection_attempts = 9;
}
static void
attempts_8 (DemlsPolicy *p)
{
  p->max_reelection_attempts = 8;
}
static void
threshold_100 (DemlsPolicy *p)
{
  p->threshold_peer_score = 100;
}
static void
threshold_99 (DemlsPolicy *p)
{
  p->threshold_peer_score = 99;
}
static void
threshold_low (DemlsPolicy *p)
{
  p->threshold_peer_score = G_MININT64;
}
static void
vote_0 (DemlsPolicy *p)
{
  p->voting_delay_ms = 0;
}
static void
election_0 (DemlsPolicy *p)
{
  p->election_voting_delay_ms = 0;
}
static void
batch_0 (DemlsPolicy *p)
{
  p->commit_batch_delay_ms = 0;
}
static void
inactivity_0 (DemlsPolicy *p)
{
  p->commit_inactivity_ms = 0;
}
static void
freeze_0 (DemlsPolicy *p)
{
  p->freeze_ms = 0;
}
static void
recovery_0 (DemlsPolicy *p)
{
  p->recovery_inactivity_ms = 0;
}
static void
batch_week (DemlsPolicy *p)
{
  p->commit_batch_delay_ms = 604800000;
}
static void
batch_over (DemlsPolicy *p)
{
  p->commit_batch_delay_ms = 604800001;
}
static void
vote_late (DemlsPolicy *p)
{
  p->voting_delay_ms = p->consensus_timeout_ms;
}
static void
timeout_late (DemlsPolicy *p)
{
  p->consensus_timeout_ms = p->proposal_expiration_ms + 1;
}
static void
timeout_at_end (DemlsPolicy *p)
{
  p->consensus_timeout_ms = p->proposal_expiration_ms;
}
static void
rollback_short (DemlsPolicy *p)
{
  p->rollback_window_ms = 20 * p->freeze_ms - 1;
}
static void
rollback_just (DemlsPolicy *p)
{
  p->rollback_window_ms = 20 * p->freeze_ms;
}

START_TEST (each_bound_is_kept)
{
  static const struct {
    Change change;
    gboolean fine;
  } rows[] = {
    { preset_4, FALSE },      { announce_2, FALSE },    { sn_min_0, FALSE },       { sn_min_over, FALSE },
    { sn_max_51, FALSE },     { sn_max_50, TRUE },      { attempts_9, FALSE },     { attempts_8, TRUE },
    { threshold_100, FALSE }, { threshold_99, TRUE },   { threshold_low, TRUE },   { vote_0, FALSE },
    { election_0, FALSE },    { batch_0, FALSE },       { inactivity_0, FALSE },   { freeze_0, FALSE },
    { recovery_0, FALSE },    { batch_week, TRUE },     { batch_over, FALSE },     { vote_late, FALSE },
    { timeout_late, FALSE },  { timeout_at_end, TRUE }, { rollback_short, FALSE }, { rollback_just, TRUE },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_CUSTOM), same = policy;
      rows[i].change (&policy);
      g_autoptr (GError) error = NULL;
      ck_assert_msg (demls_policy_check (&policy, &error) == rows[i].fine, "row %u", i);
      ck_assert (rows[i].fine || error->code == DEMLS_RULE_POLICY);
      ck_assert_msg (!demls_policy_equal (&policy, &same), "row %u", i);
    }
}
END_TEST

START_TEST (travels_unchanged)
{
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_SLOW);
  policy.threshold_peer_score = -7;
  policy.silence_is_yes = FALSE;
  DemlsPolicyMessage message = DEMLS_POLICY_INIT;
  demls_policy_write (&policy, &message);
  DemlsPolicy back = demls_policy_read (&message);
  ck_assert (demls_policy_equal (&policy, &back));
}
END_TEST

START_TEST (joiners_know_how_long_to_wait)
{
  DemlsPolicy quick = demls_policy_preset (DEMLS_PRESET_QUICK), chat = demls_policy_preset (DEMLS_PRESET_CHAT);
  ck_assert_uint_eq (demls_policy_join_ms (&quick), 180000);
  ck_assert_uint_eq (demls_policy_join_ms (&chat), 86400000);
  ck_assert_uint_eq (demls_policy_announced_join_ms (3, 0, 0, 0), 604800000);
  ck_assert_uint_eq (demls_policy_announced_join_ms (0, 1, 0, 7000), 21000);
  ck_assert_uint_eq (demls_policy_announced_join_ms (0, 0, 9000, 0), 9000);
  ck_assert_uint_eq (demls_policy_announced_join_ms (0, 0, 0, 0), 180000);
  ck_assert_uint_eq (demls_policy_announced_join_ms (0, 0, G_MAXUINT64, G_MAXUINT64), 180000);
  ck_assert_uint_eq (demls_policy_announced_join_ms (77, 77, 1, 1), 180000);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { presets_are_the_table, each_bound_is_kept, travels_unchanged,
                                 joiners_know_how_long_to_wait };
  return run_tests ("rules/policy", tests, G_N_ELEMENTS (tests));
}
