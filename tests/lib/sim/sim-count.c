#include "sim-count.h"

static const char *const fault_names[SIM_N_FAULTS] = {
  [SIM_FAULT_LOSS] = "loss",
  [SIM_FAULT_DUPLICATE] = "duplicate",
  [SIM_FAULT_REORDER] = "reorder",
  [SIM_FAULT_DELAY] = "delay",
  [SIM_FAULT_CUT_ONE_WAY] = "cut one way",
  [SIM_FAULT_CUT_TWO_WAYS] = "cut two ways",
  [SIM_FAULT_FLAPPING] = "flapping",
  [SIM_FAULT_OFFLINE] = "offline",
  [SIM_FAULT_CRASH_BEFORE_SAVE] = "crash before save",
  [SIM_FAULT_CRASH_BEFORE_PUBLISH] = "crash before publish",
  [SIM_FAULT_CRASH_WHILE_PUBLISHING] = "crash while publishing",
  [SIM_FAULT_CRASH_BEFORE_SHOW] = "crash before show",
  [SIM_FAULT_REBOOT] = "reboot",
  [SIM_FAULT_SKEW] = "skewed clock",
  [SIM_FAULT_SLOW_CLOCK] = "slow clock",
  [SIM_FAULT_FAST_CLOCK] = "fast clock",
  [SIM_FAULT_ECHO] = "echo",
  [SIM_FAULT_REPLAY] = "replay",
};

static const char *const work_names[SIM_N_WORKS] = {
  [SIM_WORK_JOIN] = "join",         [SIM_WORK_INVITE] = "invite",   [SIM_WORK_SAY] = "say",
  [SIM_WORK_VOTE_YES] = "vote yes", [SIM_WORK_VOTE_NO] = "vote no", [SIM_WORK_EXPEL] = "expel",
  [SIM_WORK_LEAVE] = "leave",       [SIM_WORK_CHANGE] = "change",   [SIM_WORK_ACCUSE] = "accuse",
  [SIM_WORK_ELECT] = "elect",       [SIM_WORK_NICK] = "nick",
};

static const char *const lie_names[SIM_N_LIES] = {
  [SIM_LIE_HALF_COMMIT] = "B1 half a commit",
  [SIM_LIE_TWO_COMMITS] = "B2 two commits",
  [SIM_LIE_UNVOTED] = "B3 unvoted",
  [SIM_LIE_DROPPED] = "B4 dropped",
  [SIM_LIE_OLD_COMMIT] = "B5 old commit",
  [SIM_LIE_CLAIMED] = "B6 claimed steward",
  [SIM_LIE_BROKEN_COMMIT] = "B7 broken commit",
  [SIM_LIE_BAD_WELCOME] = "B8 bad welcome",
  [SIM_LIE_SILENT] = "B9 silent",
  [SIM_LIE_FLOOD] = "B10 flood",
  [SIM_LIE_GROUND] = "B11 ground",
  [SIM_LIE_DOUBLE_VOTE] = "B12 double vote",
  [SIM_LIE_STUFFED] = "B13 stuffed",
  [SIM_LIE_ELECTORATE] = "B14 electorate",
  [SIM_LIE_REPLAY] = "B15 replay",
  [SIM_LIE_LATE_VOTE] = "B16 late vote",
  [SIM_LIE_SPAM] = "B17 spam",
  [SIM_LIE_COLLISION] = "B18 collision",
  [SIM_LIE_ACCUSATION] = "B19 accusation",
  [SIM_LIE_TIMES] = "B20 times",
  [SIM_LIE_FORGED_WELCOME] = "B21 forged welcome",
  [SIM_LIE_KEY_PACKAGE] = "B22 key package",
  [SIM_LIE_HANDSHAKE] = "B23 handshake",
  [SIM_LIE_SYBIL] = "B25 sybil",
  [SIM_LIE_STRINGS] = "B26 strings",
  [SIM_LIE_SILENCE] = "forged silence",
  [SIM_LIE_TWO_SEALS] = "two seals",
  [SIM_LIE_GHOST_SEAL] = "ghost seal",
  [SIM_LIE_GARBAGE_MANDATE] = "garbage mandate",
  [SIM_LIE_LATE_CANDIDATE] = "late candidate",
  [SIM_LIE_ELECTIONS] = "elections",
  [SIM_LIE_ANSWER] = "answer",
  [SIM_LIE_CATCH_UP] = "catch up",
  [SIM_LIE_LOST] = "lost",
  [SIM_LIE_GARBAGE] = "garbage",
};

const char *
sim_lie_name (SimLie lie)
{
  return lie_names[lie];
}

const char *
sim_fault_name (SimFault fault)
{
  return fault_names[fault];
}

SimCounts *
sim_counts_new (void)
{
  SimCounts *self = g_new0 (SimCounts, 1);
  self->convergence = g_array_new (FALSE, FALSE, sizeof (gint64));
  return self;
}

void
sim_counts_free (SimCounts *self)
{
  if (!self)
    return;
  g_array_unref (self->convergence);
  g_free (self);
}

static void
add_all (guint64 *to, const guint64 *from, gsize n)
{
  for (gsize i = 0; i < n; i++)
    to[i] += from[i];
}

void
sim_counts_add (SimCounts *self, const SimCounts *other)
{
  add_all (self->faults, other->faults, SIM_N_FAULTS);
  add_all (self->works, other->works, SIM_N_WORKS);
  add_all (self->lies, other->lies, SIM_N_LIES);
  for (guint i = 0; i < DEMLS_N_STATES; i++)
    add_all (self->edges[i], other->edges[i], DEMLS_N_STATES);
  add_all (self->events, other->events, G_N_ELEMENTS (self->events));
  self->commits += other->commits;
  self->rollbacks += other->rollbacks;
  self->removed += other->removed;
  self->refused += other->refused;
  self->seeds += other->seeds;
  self->steps += other->steps;
  g_array_append_vals (self->convergence, other->convergence->data, other->convergence->len);
}

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  const gint64 *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

double
sim_counts_convergence (const SimCounts *self, guint percent)
{
  if (!self->convergence->len)
    return 0;
  g_autoptr (GArray) sorted = g_array_copy (self->convergence);
  g_array_sort (sorted, compare_times);
  guint index = (sorted->len * percent + 99) / 100;
  gint64 time = g_array_index (sorted, gint64, index ? index - 1 : 0);
  return (double) time / G_USEC_PER_SEC;
}

char *
sim_counts_report (const SimCounts *self)
{
  GString *text = g_string_new (NULL);
  g_string_append_printf (
      text,
      "seeds %" G_GUINT64_FORMAT ", steps %" G_GUINT64_FORMAT ", commits merged %" G_GUINT64_FORMAT
      ", rollbacks %" G_GUINT64_FORMAT " (%.1f per 1,000 commits), packets refused %" G_GUINT64_FORMAT "\n",
      self->seeds, self->steps, self->commits, self->rollbacks,
      self->commits ? 1000.0 * (double) self->rollbacks / (double) self->commits : 0.0, self->refused);
  g_string_append_printf (text, "convergence after the faults: p50 %.1f s, p99 %.1f s, longest %.1f s\n",
                          sim_counts_convergence (self, 50), sim_counts_convergence (self, 99),
                          sim_counts_convergence (self, 100));
  for (guint i = 0; i < SIM_N_FAULTS; i++)
    g_string_append_printf (text, "fault  %-24s %" G_GUINT64_FORMAT "\n", fault_names[i], self->faults[i]);
  for (guint i = 0; i < SIM_N_WORKS; i++)
    g_string_append_printf (text, "work   %-24s %" G_GUINT64_FORMAT "\n", work_names[i], self->works[i]);
  for (guint i = 0; i < SIM_N_LIES; i++)
    if (self->lies[i])
      g_string_append_printf (text, "lie    %-24s %" G_GUINT64_FORMAT "\n", lie_names[i], self->lies[i]);
  for (guint i = 0; i < DEMLS_N_STATES; i++)
    for (guint j = 0; j < DEMLS_N_STATES; j++)
      if (self->edges[i][j])
        g_string_append_printf (text, "move   %-12s -> %-12s %" G_GUINT64_FORMAT "\n", demls_state_name (i),
                                demls_state_name (j), self->edges[i][j]);
  for (guint i = 0; i < G_N_ELEMENTS (self->events); i++)
    if (self->events[i])
      g_string_append_printf (text, "event  %-24s %" G_GUINT64_FORMAT "\n", demls_event_name (i), self->events[i]);
  return g_string_free (text, FALSE);
}

char *
sim_counts_missing (const SimCounts *self)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < SIM_N_FAULTS; i++)
    if (!self->faults[i])
      g_string_append_printf (text, "%sfault %s", text->len ? ", " : "", fault_names[i]);
  for (guint i = 0; i < SIM_N_WORKS; i++)
    if (!self->works[i])
      g_string_append_printf (text, "%swork %s", text->len ? ", " : "", work_names[i]);
  for (guint i = 0; i < DEMLS_N_STATES; i++)
    for (guint j = 0; j < DEMLS_N_STATES; j++)
      if (demls_state_may_move (i, j) && !self->edges[i][j])
        g_string_append_printf (text, "%smove %s -> %s", text->len ? ", " : "", demls_state_name (i),
                                demls_state_name (j));
  guint64 lies = 0;
  for (guint i = 0; i < SIM_N_LIES; i++)
    lies += self->lies[i];
  for (guint i = 0; lies && i < SIM_N_LIES; i++)
    if (!self->lies[i])
      g_string_append_printf (text, "%slie %s", text->len ? ", " : "", lie_names[i]);
  if (text->len)
    return g_string_free (text, FALSE);
  g_string_free (text, TRUE);
  return NULL;
}
