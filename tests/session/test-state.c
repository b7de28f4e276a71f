/* test-state.c - session/state.h: the table of legal moves (governance G18, A1).
 */
#include "bus.h"
#include "session/runner-private.h"

START_TEST (only_these_moves_are_legal)
{
  static const DemlsState legal[][2] = {
    { DEMLS_STATE_PENDING_JOIN, DEMLS_STATE_WORKING }, { DEMLS_STATE_WORKING, DEMLS_STATE_FREEZING },
    { DEMLS_STATE_FREEZING, DEMLS_STATE_SELECTION },   { DEMLS_STATE_SELECTION, DEMLS_STATE_WORKING },
    { DEMLS_STATE_SELECTION, DEMLS_STATE_REELECTION }, { DEMLS_STATE_REELECTION, DEMLS_STATE_WORKING },
    { DEMLS_STATE_REELECTION, DEMLS_STATE_FREEZING },
  };
  guint n = 0;
  for (guint from = 0; from < DEMLS_N_STATES; from++)
    for (guint to = 0; to < DEMLS_N_STATES; to++)
      n += demls_state_may_move (from, to) ? 1 : 0;
  ck_assert_uint_eq (n, G_N_ELEMENTS (legal));
  for (guint i = 0; i < G_N_ELEMENTS (legal); i++)
    ck_assert (demls_state_may_move (legal[i][0], legal[i][1]));
  ck_assert (!demls_state_may_move (17, DEMLS_STATE_WORKING));
  ck_assert (!demls_state_may_move (DEMLS_STATE_WORKING, 17));
}
END_TEST

START_TEST (an_illegal_move_changes_nothing)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (1, &policy);
  guint events = bus_runner (bus, 0)->events->len;
  demls_state_enter (bus_runner (bus, 0), DEMLS_STATE_REELECTION);
  ck_assert_int_eq (demls_runner_state (bus_runner (bus, 0)), DEMLS_STATE_WORKING);
  ck_assert_uint_eq (bus_runner (bus, 0)->events->len, events);
}
END_TEST

START_TEST (settling_takes_legal_steps_only)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (1, &policy);
  DemlsRunner *runner = bus_runner (bus, 0);
  demls_state_enter (runner, DEMLS_STATE_FREEZING);
  demls_state_settle (runner);
  demls_state_settle (runner);
  ck_assert_uint_eq (runner->events->len, 3);
  ck_assert_int_eq (((DemlsEvent *) runner->events->pdata[1])->state, DEMLS_STATE_SELECTION);
  ck_assert_int_eq (((DemlsEvent *) runner->events->pdata[2])->state, DEMLS_STATE_WORKING);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { only_these_moves_are_legal, an_illegal_move_changes_nothing,
                                 settling_takes_legal_steps_only };
  return run_tests ("session/state", tests, G_N_ELEMENTS (tests));
}
