/* test-meter.c - consensus/meter.h (G151) and consensus/signer.h.
 */
#include "../lib/run.h"
#include "consensus/meter.h"
#include "consensus/signer.h"

#define WINDOW ((gint64) CONSENSUS_METER_WINDOW_S * G_USEC_PER_SEC)

START_TEST (floods_are_stopped)
{
  g_autoptr (ConsensusMeter) meter = consensus_meter_new ();
  Span alice = span_str ("alice"), bob = span_str ("bob");
  for (guint i = 0; i < CONSENSUS_METER_PROPOSALS; i++)
    ck_assert (consensus_meter_count (meter, alice, TRUE, i));
  ck_assert (!consensus_meter_count (meter, alice, TRUE, 100));
  ck_assert (consensus_meter_count (meter, bob, TRUE, 100));
  for (guint i = CONSENSUS_METER_PROPOSALS; i < CONSENSUS_METER_MESSAGES; i++)
    ck_assert (consensus_meter_count (meter, alice, FALSE, 100));
  ck_assert (!consensus_meter_count (meter, alice, FALSE, WINDOW - 1));
  ck_assert (consensus_meter_count (meter, alice, TRUE, WINDOW));
}
END_TEST

START_TEST (the_quiet_are_forgotten)
{
  g_autoptr (ConsensusMeter) meter = consensus_meter_new ();
  Span alice = span_str ("alice");
  for (guint i = 0; i < CONSENSUS_METER_MESSAGES; i++)
    consensus_meter_count (meter, alice, FALSE, 5);
  consensus_meter_tidy (meter, WINDOW);
  ck_assert (!consensus_meter_count (meter, alice, FALSE, WINDOW));
  consensus_meter_tidy (meter, WINDOW + 5);
  ck_assert (consensus_meter_count (meter, alice, FALSE, WINDOW));
}
END_TEST

START_TEST (rosters_are_searched)
{
  const Span ids[] = { span_str ("a"), span_str ("aa"), span_str ("b"), span_str ("d") };
  for (guint n = 0; n <= 4; n++)
    {
      ConsensusRoster roster = { ids, n };
      for (guint i = 0; i < 4; i++)
        ck_assert_int_eq (consensus_roster_has (&roster, ids[i]), i < n);
      ck_assert (!consensus_roster_has (&roster, span_str ("c")));
      ck_assert (!consensus_roster_has (&roster, SPAN_EMPTY));
      ck_assert (!consensus_roster_has (&roster, span_str ("e")));
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { floods_are_stopped, the_quiet_are_forgotten, rosters_are_searched };
  return run_tests ("consensus/meter", tests, G_N_ELEMENTS (tests));
}
