#include "session/tick.h"

#include "session/catchup.h"
#include "session/freeze.h"
#include "session/leave.h"
#include "session/recovery.h"
#include "session/runner-private.h"
#include "session/say.h"
#include "session/steward.h"

/* More than this in one tick is a bug of ours; the rest waits for the next one. */
#define DUE_MAX 100000

/* One of these for each kind: for a ballot, an epoch, a Welcome, or the conversation. */
typedef struct {
  void (*matter) (DemlsRunner *self, DemlsMatter *matter);
  void (*kept) (DemlsRunner *self, DemlsKept *kept);
  void (*welcome) (DemlsRunner *self, DemlsWelcome *welcome);
  void (*group) (DemlsRunner *self);
} Deed;

static void
build (DemlsRunner *self)
{
  demls_freeze_begin (self, TRUE);
}

static void
give_up_on_stewards (DemlsRunner *self)
{
  demls_freeze_begin (self, FALSE);
}

static void
leave_alone (DemlsRunner *self)
{
  demls_leave_finish (self, "left");
}

static const Deed deeds[] = {
  [DEMLS_TIMER_JOIN_END] = { .group = demls_join_give_up },
  [DEMLS_TIMER_ANNOUNCE] = { .group = demls_join_announce },
  [DEMLS_TIMER_AUTO_VOTE] = { .matter = demls_voting_auto_vote },
  [DEMLS_TIMER_WITNESS] = { .matter = demls_voting_witness },
  [DEMLS_TIMER_EXPIRY] = { .matter = demls_voting_expire },
  [DEMLS_TIMER_FORGET] = { .matter = demls_voting_close },
  [DEMLS_TIMER_FREEZE_END] = { .group = demls_freeze_end },
  [DEMLS_TIMER_PROPOSE] = { .group = demls_steward_propose },
  [DEMLS_TIMER_BUILD] = { .group = build },
  [DEMLS_TIMER_SILENCE] = { .group = give_up_on_stewards },
  [DEMLS_TIMER_ELECTION] = { .group = demls_recovery_file },
  [DEMLS_TIMER_RETURN] = { .group = demls_state_settle },
  [DEMLS_TIMER_SEAL] = { .kept = demls_epochs_give_seal },
  [DEMLS_TIMER_EPOCH_END] = { .group = demls_epochs_expire },
  [DEMLS_TIMER_WELCOME] = { .welcome = demls_welcome_due },
  [DEMLS_TIMER_CATCH_UP] = { .group = demls_catchup_ask },
  [DEMLS_TIMER_ANSWER] = { .group = demls_catchup_answer },
  [DEMLS_TIMER_OUT_OF_SYNC] = { .group = demls_catchup_out_of_sync },
  [DEMLS_TIMER_REFRESH] = { .group = demls_steward_refresh },
  [DEMLS_TIMER_LEAVE_ALONE] = { .group = leave_alone },
  [DEMLS_TIMER_APPLICANT] = { .group = demls_applicants_expire },
  [DEMLS_TIMER_EARLY] = { .group = demls_voting_forget_early },
  [DEMLS_TIMER_SAY] = { .group = demls_say_waiting },
};

void
demls_tick_do (DemlsRunner *self, const DemlsTimer *timer)
{
  const Deed *deed = &deeds[timer->kind];
  if (deed->matter)
    deed->matter (self, timer->subject);
  else if (deed->kept)
    deed->kept (self, timer->subject);
  else if (deed->welcome)
    deed->welcome (self, timer->subject);
  else
    deed->group (self);
}

void
demls_runner_tick (DemlsRunner *self, DemlsNow now)
{
  demls_runner_enter (self, now);
  for (guint i = 0; i < DUE_MAX && !self->over; i++)
    {
      DemlsTimer timer = demls_timers_first (self);
      if (timer.at > self->now.mono)
        return;
      demls_tick_do (self, &timer);
    }
}

gint64
demls_runner_next_wakeup (const DemlsRunner *self)
{
  gint64 at = demls_timers_first (self).at;
  return at == DEMLS_NEVER ? DEMLS_NEVER : at - self->offset;
}
