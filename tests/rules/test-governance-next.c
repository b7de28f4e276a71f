/* test-governance-next.c - rules/governance-next.h: V16 as a table.
 */
#include "../lib/run.h"
#include "world.h"

/* An epoch of the world with another number and Governance. */
static DemlsEpoch
with (const DemlsEpoch *epoch, guint64 number, DemlsGovernance *governance)
{
  DemlsEpoch other = *epoch;
  other.number = number;
  other.governance = governance;
  return other;
}

static DemlsGovernance *
governance_of (const DemlsEpoch *epoch, guint32 sn_max, const DemlsStewardList *list)
{
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_CUSTOM);
  policy.sn_max = sn_max;
  return demls_governance_new (&policy, list ? demls_steward_list_copy (list) : demls_steward_list_empty (),
                               g_array_new (FALSE, TRUE, sizeof (DemlsExecuted)), "t", epoch->governance->instance);
}

static GPtrArray *
requests (DemlsRequest *first, ...)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_request_unref);
  va_list args;
  va_start (args, first);
  for (DemlsRequest *request = first; request; request = va_arg (args, DemlsRequest *))
    g_ptr_array_add (all, request);
  va_end (args);
  return all;
}

static DemlsRequest *
removal (const World *world, const DemlsEpoch *epoch, guint who)
{
  return world_request (&world->person[0], demls_ask_remove (epoch, person_id (&world->person[who]), NULL));
}

static DemlsRequest *
addition (const World *world, const DemlsEpoch *epoch, const Person *who)
{
  return world_request (&world->person[0], demls_ask_invite (epoch, person_package (who), person_id (who), NULL, 0));
}

static guint64
epoch_at (const DemlsGovernance *governance, guint i)
{
  return g_array_index (governance->executed, DemlsExecuted, i).epoch;
}

START_TEST (what_was_executed_is_recorded_and_forgotten)
{
  g_autoptr (World) world = world_new (3, NULL);
  const DemlsEpoch *epoch = world->person[0].epoch;
  GArray *old = g_array_new (FALSE, TRUE, sizeof (DemlsExecuted));
  for (guint64 number = 60; number <= 100; number++)
    {
      DemlsExecuted one = { .epoch = number, .kind = 102 };
      g_array_append_val (old, one);
    }
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_CHAT);
  g_autoptr (DemlsGovernance) before =
      demls_governance_new (&policy, demls_steward_list_empty (), old, "t", epoch->governance->instance);
  DemlsEpoch now = with (epoch, 100, before);
  g_autoptr (GPtrArray) done = requests (removal (world, &now, 2), NULL);
  g_autoptr (DemlsGovernance) next = demls_governance_next (&now, done);
  /* dropped iff epoch + 34 < 101: 67 .. 100 and the new one stay */
  ck_assert_uint_eq (next->executed->len, 35);
  ck_assert_uint_eq (epoch_at (next, 0), 67);
  ck_assert_uint_eq (epoch_at (next, 34), 101);
  const DemlsExecuted *last = &g_array_index (next->executed, DemlsExecuted, 34);
  ck_assert_uint_eq (last->kind, 2);
  ck_assert (last->has_target && memcmp (last->target, world->person[2].id, 20) == 0);
  ck_assert (memcmp (next->instance, before->instance, 16) == 0);
}
END_TEST

START_TEST (policy_and_title_change_together_or_alone)
{
  g_autoptr (World) world = world_new (3, NULL);
  const DemlsEpoch *epoch = world->person[0].epoch;
  DemlsPolicy slow = demls_policy_preset (DEMLS_PRESET_SLOW);
  for (guint what = 0; what < 4; what++)
    {
      g_autoptr (GPtrArray) done = requests (
          world_request (&world->person[0], demls_ask_policy (epoch, what & 1 ? &slow : NULL, what & 2 ? "new" : NULL)),
          NULL);
      g_autoptr (DemlsGovernance) next = demls_governance_next (epoch, done);
      ck_assert_uint_eq (next->policy.preset, what & 1 ? DEMLS_PRESET_SLOW : DEMLS_PRESET_CHAT);
      ck_assert_str_eq (next->title, what & 2 ? "new" : "the group");
      ck_assert (!g_array_index (next->executed, DemlsExecuted, 0).has_target);
    }
}
END_TEST

static gboolean
is_generated (const DemlsGovernance *next, guint64 epoch, const Span *ids, guint32 n)
{
  g_autoptr (GArray) sorted = g_array_new (FALSE, FALSE, sizeof (Span));
  g_array_append_vals (sorted, ids, n);
  ConsensusRoster members = { (const Span *) (gconstpointer) sorted->data, n };
  g_autoptr (DemlsStewardList) list =
      demls_steward_list_generate (epoch, 0, &members, demls_steward_list_size (&next->policy, n), span_str ("grp"));
  return demls_steward_list_equal (list, next->stewards);
}

/* Rows of V16's last sentence: growing over sn_max, staying, losing all stewards, a policy that makes it large. */
START_TEST (lists_are_made_when_a_group_outgrows_them)
{
  g_autoptr (World) world = world_new (4, NULL);
  const DemlsEpoch *epoch = world->person[0].epoch;
  Person dave = person_new (world->suite, world->rng, NULL);
  const Span five[] = { person_id (&world->person[0]), person_id (&world->person[1]), person_id (&world->person[2]),
                        person_id (&world->person[3]), person_id (&dave) };

  g_autoptr (DemlsGovernance) up_to_four = governance_of (epoch, 4, NULL);
  DemlsEpoch small = with (epoch, 7, up_to_four);
  g_autoptr (GPtrArray) add = requests (addition (world, &small, &dave), NULL);
  g_autoptr (DemlsGovernance) grown = demls_governance_next (&small, add);
  ck_assert (is_generated (grown, 8, five, 5));
  ck_assert_uint_eq (grown->stewards->members->len, 4);

  g_autoptr (DemlsGovernance) up_to_five = governance_of (epoch, 5, NULL);
  DemlsEpoch roomy = with (epoch, 7, up_to_five);
  g_autoptr (DemlsGovernance) fits = demls_governance_next (&roomy, add);
  ck_assert_uint_eq (fits->stewards->members->len, 0); /* everybody is a steward: nothing is stored */

  DemlsPolicy narrow = up_to_five->policy;
  narrow.sn_max = 2;
  g_autoptr (GPtrArray) shrink =
      requests (world_request (&world->person[0], demls_ask_policy (&roomy, &narrow, NULL)), NULL);
  g_autoptr (DemlsGovernance) narrowed = demls_governance_next (&roomy, shrink);
  ck_assert (is_generated (narrowed, 8, five, 4));
  ck_assert_uint_eq (narrowed->stewards->members->len, 2);
  person_clear (&dave);
}
END_TEST

START_TEST (lists_stay_while_one_of_them_does)
{
  g_autoptr (World) world = world_new (5, NULL);
  const DemlsEpoch *epoch = world->person[0].epoch;
  g_autoptr (DemlsStewardList) two = demls_steward_list_empty ();
  for (guint i = 3; i < 5; i++)
    g_ptr_array_add (two->members, span_dup (person_id (&world->person[i])));
  two->election_epoch = 6;
  g_autoptr (DemlsGovernance) governance = governance_of (epoch, 2, two);
  DemlsEpoch now = with (epoch, 7, governance);
  g_autoptr (GPtrArray) one_leaves = requests (removal (world, &now, 3), NULL);
  g_autoptr (DemlsGovernance) kept = demls_governance_next (&now, one_leaves);
  ck_assert (demls_steward_list_equal (kept->stewards, two)); /* ghosts included: rotation indices agree */
  g_autoptr (GPtrArray) both_leave = requests (removal (world, &now, 3), removal (world, &now, 4), NULL);
  const Span left[] = { person_id (&world->person[0]), person_id (&world->person[1]), person_id (&world->person[2]) };
  g_autoptr (DemlsGovernance) renewed = demls_governance_next (&now, both_leave);
  ck_assert (is_generated (renewed, 8, left, 3));
  /* a rejoin is no departure */
}
END_TEST

START_TEST (elections_install_their_list)
{
  DemlsPolicy few = demls_policy_preset (DEMLS_PRESET_CUSTOM);
  few.sn_max = 2;
  g_autoptr (World) world = world_new (5, &few);
  const DemlsEpoch *epoch = world->person[0].epoch;
  g_autoptr (DemlsStewardList) list = demls_epoch_electable (epoch, 2);
  g_autoptr (GPtrArray) election = requests (world_request (&world->person[0], demls_ask_election (epoch, 2)), NULL);
  g_autoptr (DemlsGovernance) next = demls_governance_next (epoch, election);
  list->election_epoch = epoch->number + 1; /* the list of e, in force from e+1 */
  ck_assert (demls_steward_list_equal (next->stewards, list));
  ck_assert_uint_eq (next->stewards->retry_round, 2);
  ck_assert_uint_eq (g_array_index (next->executed, DemlsExecuted, 0).kind, 4);

  /* the elected both leave in the same commit: the list is generated instead */
  GPtrArray *all = requests (world_request (&world->person[0], demls_ask_election (epoch, 2)), NULL);
  for (guint i = 0; i < 2; i++)
    g_ptr_array_add (all,
                     world_request (&world->person[0],
                                    demls_ask_remove (epoch, span_bytes (g_ptr_array_index (list->members, i)), NULL)));
  g_autoptr (DemlsGovernance) emptied = demls_governance_next (epoch, all);
  ck_assert_uint_eq (emptied->stewards->election_epoch, epoch->number + 1);
  ck_assert_uint_eq (emptied->stewards->retry_round, 0);
  ck_assert_int_eq (demls_steward_list_index (emptied->stewards, span_bytes (g_ptr_array_index (list->members, 0))),
                    -1);
  g_ptr_array_unref (all);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    what_was_executed_is_recorded_and_forgotten,
    policy_and_title_change_together_or_alone,
    lists_are_made_when_a_group_outgrows_them,
    lists_stay_while_one_of_them_does,
    elections_install_their_list,
  };
  return run_tests ("rules/governance-next", tests, G_N_ELEMENTS (tests));
}
