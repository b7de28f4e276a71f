/* A10, R12, A12: ten thousand packets of each kind of liar into one honest member. Promised: what it keeps of them
 * stays within bounds, its own standing and that of others is untouched by bytes they did not sign, and it still does
 * what it is there for. */
#include "scene.h"

#define PACKETS 10000
#define ROWS_BYTES_MAX (48 * 1024 * 1024) /* V25's and V31's 16 MiB each, and what a group needs */

/* Nobody but these two, so that each packet is delivered once. */
static gint64
to_the_victim (const SimPacket *packet, guint to, gpointer data)
{
  (void) packet;
  return to == *(const guint *) data ? 0 : DEMLS_NEVER;
}

static guint
pour (SimWorld *sim, SimHonest *liar, SimLie lie, guint wanted)
{
  guint before = sim_net_history (sim->net)->len, idle = 0;
  while (sim_net_history (sim->net)->len - before < wanted && idle < 20)
    {
      guint had = sim_net_history (sim->net)->len;
      sim_lie (liar, lie);
      sim_tell (sim, 0.05);
      idle = sim_net_history (sim->net)->len == had ? idle + 1 : 0;
    }
  return sim_net_history (sim->net)->len - before;
}

START_TEST (ten_thousand_packets_of_each_kind)
{
  SimLie lie = (SimLie) _i;
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 0, &liar);
  sim->check_ticks = FALSE;
  SimHonest *victim = steward_at (sim, 1), *third = steward_at (sim, 2);
  guint index = victim->base.index;
  agree_on_title (sim, "Coffee"); /* there is something to lie about */
  ck_assert (sim_honest_change (third, NULL, "Milk"));
  sim_tell (sim, 0.1);
  sim_net_set_filter (sim->net, to_the_victim, &index);
  guint poured = pour (sim, liar, lie, run_rounds (PACKETS));
  sim_log (sim->log, sim->now, NULL, "%s: %u packets", sim_lie_name (lie), poured);
  gsize bytes;
  sim_store_size (victim->store, &bytes);
  ck_assert_msg (bytes < ROWS_BYTES_MAX, "%s: %zu bytes kept", sim_lie_name (lie), bytes);
  expect_no_framing (sim);
  ck_assert (sim_honest_is_in (victim));
  sim_liar_make (liar); /* its filter again: everybody hears everything */
  sim_honest_say (third, "still here?");
  sim_tell (sim, 1);
  g_autofree char *line = g_strdup_printf ("%-6s reads \"still here?\"", victim->base.name);
  if (third->state == victim->state)
    ck_assert_msg (sim_was_told (sim, line), "%s", sim_lie_name (lie));
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("scenarios/liars-flood");
  tcase_add_loop_test (cases, ten_thousand_packets_of_each_kind, 0, SIM_N_LIES);
  return run_cases ("scenarios/liars-flood", cases);
}
