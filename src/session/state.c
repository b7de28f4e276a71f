#include "session/state.h"

#include "session/runner-private.h"

/* Row: from. Bit: to. */
#define TO(state) (1u << (state))

static const guint8 moves[DEMLS_N_STATES] = {
  [DEMLS_STATE_PENDING_JOIN] = TO (DEMLS_STATE_WORKING),
  [DEMLS_STATE_WORKING] = TO (DEMLS_STATE_FREEZING),
  [DEMLS_STATE_FREEZING] = TO (DEMLS_STATE_SELECTION),
  [DEMLS_STATE_SELECTION] = TO (DEMLS_STATE_WORKING) | TO (DEMLS_STATE_REELECTION),
  [DEMLS_STATE_REELECTION] = TO (DEMLS_STATE_WORKING) | TO (DEMLS_STATE_FREEZING),
};

gboolean
demls_state_may_move (DemlsState from, DemlsState to)
{
  return (guint) from < DEMLS_N_STATES && (guint) to < DEMLS_N_STATES && (moves[from] & TO (to)) != 0;
}

void
demls_state_enter (DemlsRunner *self, DemlsState to)
{
  if (!demls_state_may_move (self->state, to))
    {
      g_debug ("no move from %s to %s", demls_state_name (self->state), demls_state_name (to));
      return;
    }
  self->state = to;
  self->state_since = self->now.mono;
  DemlsEvent *event = demls_emit (self, DEMLS_EVENT_PHASE_CHANGE);
  event->state = to;
  event->epoch = self->current ? demls_kept_number (self->current) : 0;
}

void
demls_state_settle (DemlsRunner *self)
{
  if (self->state == DEMLS_STATE_FREEZING)
    demls_state_enter (self, DEMLS_STATE_SELECTION);
  if (self->state != DEMLS_STATE_WORKING)
    demls_state_enter (self, DEMLS_STATE_WORKING);
}
