/* test-recovery.c - session/recovery.h and steward.h: elections, Deadlock, refresh, leaving stewards (V12, V16-V18,
 * V21, V32; G28-G32, G135).
 */
#include "bus.h"
#include "session/recovery.h"
#include "session/runner-private.h"

/* Seven members, two stewards, who fall silent; returns one of the others. */
static guint
silence_stewards (Bus *bus)
{
  g_autoptr (GPtrArray) stewards = demls_runner_stewards (bus_runner (bus, 0));
  guint awake = 0;
  ck_assert_uint_eq (stewards->len, 2);
  for (guint i = 0; i < bus->members->len; i++)
    {
      g_autoptr (GBytes) id = bus_id (bus, i);
      gboolean steward = g_bytes_equal (id, stewards->pdata[0]) || g_bytes_equal (id, stewards->pdata[1]);
      bus_member (bus, i)->mute = bus_member (bus, i)->deaf = steward;
      awake = steward ? awake : i;
    }
  return awake;
}

static void
pass_title (Bus *bus, guint opener)
{
  g_autoptr (GBytes) ballot = NULL;
  ck_assert (demls_runner_change (bus_runner (bus, opener), NULL, "chess club", &ballot, bus_now (bus), NULL));
  bus_settle (bus, opener);
  bus_run (bus, SECONDS (1) / 10);
  for (guint i = 0; i < bus->members->len; i++)
    if (i != opener && !bus_member (bus, i)->deaf)
      {
        demls_runner_vote (bus_runner (bus, i), span_bytes (ballot), TRUE, bus_now (bus), NULL);
        bus_settle (bus, i);
      }
}

static gboolean
everybody_awake_knows (const Bus *bus)
{
  for (guint i = 0; i < bus->members->len; i++)
    if (!bus_member (bus, i)->deaf
        && g_strcmp0 (demls_runner_governance (bus_runner (bus, i))->title, "chess club") != 0)
      return FALSE;
  return TRUE;
}

/* T18, G28: the silence of the stewards is noticed by all at one time. */
START_TEST (silent_stewards_lead_to_reelection)
{
  DemlsPolicy policy = bus_policy ();
  policy.sn_max = 2;
  g_autoptr (Bus) bus = bus_group (7, &policy);
  guint awake = silence_stewards (bus);
  pass_title (bus, awake);
  bus_run (bus, SECONDS (7));
  for (guint i = 0; i < 7; i++)
    if (!bus_member (bus, i)->deaf)
      ck_assert_int_eq (bus_last (bus, i, DEMLS_EVENT_PHASE_CHANGE)->state, DEMLS_STATE_REELECTION);
  ck_assert (bus_run_until (bus, SECONDS (60), everybody_awake_knows));
  ck_assert_uint_gt (bus_count (bus, awake, DEMLS_EVENT_STEWARDS_CHANGED), 0);
  bus_run (bus, SECONDS (5));
  ck_assert_int_eq (demls_runner_state (bus_runner (bus, awake)), DEMLS_STATE_WORKING);
}
END_TEST

static gint64
score_of (const Bus *bus, guint at, guint i)
{
  g_autoptr (GBytes) id = bus_id (bus, i);
  return demls_runner_score (bus_runner (bus, at), span_bytes (id));
}

static gboolean
election_has_passed (const Bus *bus)
{
  for (guint i = 0; i < bus->members->len; i++)
    if (!bus_member (bus, i)->deaf && !demls_recovery_elected (bus_runner (bus, i)))
      return FALSE;
  return TRUE;
}

/* An election has passed: what the former epoch steward does then is no matter any more, it is the first elected one's
 * turn (mandates 9). */
START_TEST (an_election_is_the_work_of_the_elected)
{
  DemlsPolicy policy = bus_policy ();
  policy.sn_max = 2;
  g_autoptr (Bus) bus = bus_group (7, &policy);
  guint awake = silence_stewards (bus);
  pass_title (bus, awake);
  ck_assert (bus_run_until (bus, SECONDS (60), election_has_passed));
  const DemlsMatter *election = demls_recovery_elected (bus_runner (bus, awake));
  Span first = consensus_span (election->request->message->steward_election->proposed_stewards[0]);
  gint64 before[7];
  for (guint i = 0; i < 7; i++)
    {
      g_autoptr (GBytes) id = bus_id (bus, i);
      before[i] = score_of (bus, awake, i);
      if (!bus_member (bus, i)->mute || span_equal (span_bytes (id), first))
        continue;
      bus_member (bus, i)->mute = FALSE;
      ck_assert (demls_runner_say (bus_runner (bus, i), "here I am", NULL, bus_now (bus), NULL));
      bus_settle (bus, i);
    }
  ck_assert (bus_run_until (bus, SECONDS (60), everybody_awake_knows));
  ck_assert_uint_gt (bus_has_chat (bus, awake, "here I am"), 0);
  for (guint i = 0; i < 7; i++)
    ck_assert_int_ge (score_of (bus, awake, i), before[i]);
}
END_TEST

/* V15, V20: two ballots on one target pass, but only one fits into a candidate; nobody waits for the other one. */
START_TEST (one_of_two_votes_is_enough)
{
  DemlsPolicy policy = bus_policy ();
  policy.freeze_ms = 2500;
  g_autoptr (Bus) bus = bus_group (4, &policy);
  g_autoptr (GPtrArray) stewards = demls_runner_stewards (bus_runner (bus, 0));
  GBytes *last = stewards->pdata[3], *ballots[2] = { NULL };
  guint others[3], n = 0;
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GBytes) id = bus_id (bus, i);
      if (!g_bytes_equal (id, last))
        others[n++] = i;
    }
  for (guint k = 0; k < 2; k++)
    {
      DemlsRunner *opener = bus_runner (bus, others[k]);
      ck_assert (demls_runner_expel (opener, span_bytes (last), NULL, &ballots[k], bus_now (bus), NULL));
      bus_settle (bus, others[k]);
    }
  bus_run (bus, SECONDS (1) / 10);
  for (guint i = 0; i < 3; i++)
    for (guint k = 0; k < 2; k++)
      {
        demls_runner_vote (bus_runner (bus, others[i]), span_bytes (ballots[k]), TRUE, bus_now (bus), NULL);
        bus_settle (bus, others[i]);
      }
  bus_run (bus, SECONDS (1));
  ck_assert_uint_eq (bus_size (bus, others[2]), 3);
  g_bytes_unref (ballots[0]);
  g_bytes_unref (ballots[1]);
}
END_TEST

/* Votes no on every election as soon as it is seen. */
static void
reject_elections (Bus *bus, gint64 duration)
{
  for (gint64 end = bus->mono + duration; bus->mono < end;)
    {
      bus_run (bus, SECONDS (1) / 20);
      for (guint i = 0; i < bus->members->len; i++)
        {
          DemlsRunner *runner = bus_runner (bus, i);
          g_autoptr (GPtrArray) open = demls_runner_ballots (runner);
          for (guint k = 0; k < open->len; k++)
            if (demls_voting_find (runner, span_bytes (open->pdata[k]))->request->kind == DEMLS_KIND_ELECTION)
              demls_runner_vote (runner, span_bytes (open->pdata[k]), FALSE, bus_now (bus), NULL);
          bus_settle (bus, i);
        }
    }
}

/* G29: when elections fail, Deadlock lets anybody commit. */
START_TEST (deadlock_lets_anybody_commit)
{
  DemlsPolicy policy = bus_policy ();
  policy.sn_max = 2;
  g_autoptr (Bus) bus = bus_group (7, &policy);
  guint awake = silence_stewards (bus);
  pass_title (bus, awake);
  reject_elections (bus, SECONDS (40));
  ck_assert (everybody_awake_knows (bus));
}
END_TEST

/* G136: a sole steward that leaves is replaced, and then removed. */
START_TEST (a_sole_steward_can_leave)
{
  DemlsPolicy policy = bus_policy ();
  policy.sn_max = 1;
  g_autoptr (Bus) bus = bus_group (4, &policy);
  g_autoptr (GPtrArray) stewards = demls_runner_stewards (bus_runner (bus, 0));
  guint sole = 0;
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GBytes) id = bus_id (bus, i);
      sole = g_bytes_equal (id, stewards->pdata[0]) ? i : sole;
    }
  demls_runner_leave (bus_runner (bus, sole), bus_now (bus), NULL);
  bus_settle (bus, sole);
  bus_run (bus, SECONDS (60));
  ck_assert (demls_runner_is_over (bus_runner (bus, sole)));
  ck_assert_uint_eq (bus_size (bus, (sole + 1) % 4), 3);
  ck_assert (bus_agrees (bus));
}
END_TEST

/* V18: with its only steward gone, who is left may commit that. */
START_TEST (a_sole_steward_may_leave_just_one_behind)
{
  DemlsPolicy policy = bus_policy ();
  policy.sn_max = 1;
  g_autoptr (Bus) bus = bus_group (2, &policy);
  g_autoptr (GPtrArray) stewards = demls_runner_stewards (bus_runner (bus, 0));
  g_autoptr (GBytes) alice = bus_id (bus, 0);
  ck_assert_uint_eq (stewards->len, 1);
  guint sole = g_bytes_equal (alice, stewards->pdata[0]) ? 0 : 1;
  demls_runner_leave (bus_runner (bus, sole), bus_now (bus), NULL);
  bus_settle (bus, sole);
  bus_member (bus, sole)->mute = bus_member (bus, sole)->deaf = TRUE;
  bus_run (bus, SECONDS (30));
  ck_assert_uint_eq (bus_size (bus, 1 - sole), 1);
  ck_assert_int_eq (demls_runner_state (bus_runner (bus, 1 - sole)), DEMLS_STATE_WORKING);
}
END_TEST

/* When all leave at once, somebody has to commit although it leaves too. */
START_TEST (all_can_leave_at_once)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (4, &policy);
  for (guint i = 0; i < 4; i++)
    {
      demls_runner_leave (bus_runner (bus, i), bus_now (bus), NULL);
      bus_settle (bus, i);
    }
  bus_run (bus, SECONDS (120));
  for (guint i = 0; i < 4; i++)
    ck_assert_msg (demls_runner_is_over (bus_runner (bus, i)), "%s is still in", bus_name (i));
}
END_TEST

/* V32: everybody renews its keys once a week. */
START_TEST (leaves_are_refreshed_weekly)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (3, &policy);
  bus_run (bus, SECONDS (8 * 24 * 3600));
  ck_assert (bus_agrees (bus));
  guint refreshed = 0;
  const GPtrArray *events = bus_member (bus, 0)->events;
  for (guint i = 0; i < events->len; i++)
    {
      const DemlsEvent *event = events->pdata[i];
      if (event->kind == DEMLS_EVENT_COMMIT_APPLIED && ((DemlsAction *) event->actions->pdata[0])->kind == 103)
        refreshed++;
    }
  ck_assert_uint_ge (refreshed, 3);
  ck_assert_uint_le (refreshed, 6);
}
END_TEST

/* V21: fifty wait at most; a batch waits for those that come within commit_batch_delay. */
START_TEST (what_passes_together_is_committed_together)
{
  DemlsPolicy policy = bus_policy ();
  policy.commit_batch_delay_ms = 2000;
  g_autoptr (Bus) bus = bus_group (3, &policy);
  guint64 before = demls_runner_epoch (bus_runner (bus, 0));
  for (guint i = 3; i < 7; i++)
    {
      bus_person (bus, bus_name (i));
      bus_await (bus, i, 600000);
    }
  bus_run (bus, SECONDS (10));
  ck_assert_uint_eq (bus_size (bus, 0), 7);
  ck_assert_uint_eq (demls_runner_epoch (bus_runner (bus, 0)), before + 1);
  for (guint i = 3; i < 7; i++)
    ck_assert (bus_is_in (bus, i));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    silent_stewards_lead_to_reelection,
    deadlock_lets_anybody_commit,
    a_sole_steward_can_leave,
    leaves_are_refreshed_weekly,
    all_can_leave_at_once,
    what_passes_together_is_committed_together,
    a_sole_steward_may_leave_just_one_behind,
    an_election_is_the_work_of_the_elected,
    one_of_two_votes_is_enough,
  };
  return run_tests ("session/recovery", tests, G_N_ELEMENTS (tests));
}
