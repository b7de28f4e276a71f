/* test-epochs.c - session/epochs.h: two branches become one (V20, V23, V24, V30).
 */
#include "bus.h"
#include "session/runner-private.h"

static guint left_side; /* bit i: member i is on the left */
static gboolean cut;

static gboolean
drop_across (const BusPacket *packet, guint from, guint to)
{
  (void) packet;
  return cut && ((left_side >> from) & 1) != ((left_side >> to) & 1);
}

static gboolean
agreed (const Bus *bus)
{
  return bus_agrees (bus);
}

/* A vote passes everywhere; then the group is cut before its steward commits. */
static Bus *
cut_after_vote (guint n, guint sides)
{
  DemlsPolicy policy = bus_policy ();
  Bus *bus = bus_group (n, &policy);
  g_autoptr (GBytes) ballot = NULL;
  left_side = sides;
  cut = FALSE;
  bus->drop = drop_across;
  bus->stalls = TRUE;
  demls_runner_change (bus_runner (bus, 0), NULL, "chess club", &ballot, bus_now (bus), NULL);
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (1) / 20);
  for (guint i = 1; i < n; i++)
    {
      demls_runner_vote (bus_runner (bus, i), span_bytes (ballot), TRUE, bus_now (bus), NULL);
      bus_settle (bus, i);
    }
  bus_run (bus, SECONDS (1) / 20);
  cut = TRUE;
  return bus;
}

START_TEST (a_cut_group_grows_together_again)
{
  for (guint sides = 1; sides < 16; sides++)
    {
      g_autoptr (Bus) bus = cut_after_vote (5, sides);
      bus_run (bus, SECONDS (20));
      for (guint i = 0; i < 5; i++)
        {
          ck_assert_str_eq (demls_runner_governance (bus_runner (bus, i))->title, "chess club");
          demls_runner_say (bus_runner (bus, i), bus_name (i), NULL, bus_now (bus), NULL);
          bus_settle (bus, i);
        }
      ck_assert (!bus_agrees (bus));
      bus_run (bus, SECONDS (2));
      bus_heal (bus);
      ck_assert_msg (bus_run_until (bus, SECONDS (300), agreed), "sides %u", sides);
      bus_run (bus, SECONDS (5));
      guint rolled_back = 0;
      for (guint i = 0; i < 5; i++)
        {
          rolled_back += bus_count (bus, i, DEMLS_EVENT_ROLLED_BACK);
          for (guint k = 0; k < 5; k++)
            ck_assert_msg (bus_has_chat (bus, i, bus_name (k)) == (i == k ? 0 : 1), "sides %u: %u has %u of %u", sides,
                           i, bus_has_chat (bus, i, bus_name (k)), k);
        }
      ck_assert_uint_gt (rolled_back, 0);
    }
}
END_TEST

/* The same, while every member is restored from its rows after every step. */
START_TEST (rollbacks_survive_restarts)
{
  g_autoptr (Bus) bus = cut_after_vote (4, 3);
  bus->restarts = TRUE;
  bus_run (bus, SECONDS (20));
  bus_heal (bus);
  ck_assert (bus_run_until (bus, SECONDS (300), agreed));
}
END_TEST

/* V23, A6: of an epoch that nobody can go back to only what reads late chat is kept, over a restart too. */
START_TEST (final_epochs_are_retired)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (3, &policy);
  demls_runner_say (bus_runner (bus, 0), "on its way", NULL, bus_now (bus), NULL);
  g_autoptr (GPtrArray) late = demls_runner_drain_outbound (bus_runner (bus, 0));
  bus_settle (bus, 0);
  g_autoptr (GBytes) ballot = NULL;
  demls_runner_change (bus_runner (bus, 0), NULL, "chess club", &ballot, bus_now (bus), NULL);
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (1) / 20);
  for (guint i = 1; i < 3; i++)
    {
      demls_runner_vote (bus_runner (bus, i), span_bytes (ballot), TRUE, bus_now (bus), NULL);
      bus_settle (bus, i);
    }
  bus_run (bus, SECONDS (10));
  for (guint round = 0; round < 2; round++)
    {
      guint final = 0;
      const DemlsRunner *bob = bus_runner (bus, 1);
      for (guint i = 0; i < bob->epochs->len; i++)
        {
          const DemlsKept *kept = bob->epochs->pdata[i];
          ck_assert_int_eq (mls_group_is_retired (kept->group), kept->final);
          ck_assert (!kept->final || kept->offers->len == 0);
          final += kept->final ? 1 : 0;
        }
      ck_assert_uint_ge (final, 1);
      ck_assert (!mls_group_is_retired (bob->current->group));
      bus_restart (bus, 1);
    }
  const DemlsPacket *packet = late->pdata[0];
  ck_assert (
      demls_runner_receive (bus_runner (bus, 1), packet->subtopic, span_bytes (packet->payload), bus_now (bus), NULL));
  bus_settle (bus, 1);
  ck_assert_uint_eq (bus_has_chat (bus, 1, "on its way"), 1);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { a_cut_group_grows_together_again, rollbacks_survive_restarts,
                                 final_epochs_are_retired };
  return run_tests ("session/epochs", tests, G_N_ELEMENTS (tests));
}
