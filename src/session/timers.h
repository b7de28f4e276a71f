/* timers.h - every deadline of a conversation, each in one formula (DESIGN 4).
 *
 * Nothing is armed or cancelled: a deadline is computed from what the conversation holds, each time somebody asks. tick
 * and next_wakeup ask the same functions, so nothing can be due without having been announced.
 *
 *   kind      from                                  after                                     then
 *   JOIN_END  asking to join                        what the joiner knows of the policy (V2)   give up
 *   ANNOUNCE  the last announcement                 30 s, doubling to 1 h (V2)                 announce again
 *   AUTO_VOTE     ballot seen                           voting_delay, election_voting_delay (V12)  vote by rule
 *   WITNESS   ballot seen                           consensus_timeout (V9)                     sign a witness
 *   EXPIRY    ballot seen                           proposal_expiration (V10)                  lost here
 *   FORGET    ballot seen, once lost                2 x proposal_expiration                    drop it
 *   FREEZE_END    Freezing entered                      0 if settled, else freeze (V20)            choose
 *   PROPOSE   applicant seen                        0; backups commit_inactivity + k x recovery    open a ballot
 *   BUILD     work passed                           V21                                        build a candidate
 *   SILENCE   work passed, we may not build         commit_inactivity + L x recovery           Freezing (G28)
 *   ELECTION  Reelection, or list exhausted         place x 2 x recovery (G135)                file one, or Deadlock
 *   RETURN    Reelection, nothing passed held       0 (V21)                                    Working
 *   SEAL      an offer became the choice            freeze (V30)                               seal it
 *   EPOCH_END     a commit was merged                   rollback_window (V23)                      let the epoch go
 *   WELCOME   a Welcome is held                     10..20 s; 7 days (V29)                     publish; forget
 *   CATCH_UP  last CatchUp, quiet, open ballot      V31                                        ask
 *   ANSWER    somebody asked                        0..2 s (V31)                               answer
 *   OUT_OF_SYNC   first packet that did not decrypt     10 x freeze, unanswered (V26)              rejoin
 *   REFRESH   the last own path                     7 days, or 1,000 own messages (V32)        open a refresh
 *   LEAVE_ALONE   we left a group of two                2 x consensus_timeout (G137)               go
 *   APPLICANT     last announced                        2 h (G62)                                  forget it
 *   EARLY     vote for an unknown ballot            consensus_timeout (G139)                   drop it
 *   SAY       own chat waits, and may go out        0                                          send it
 */
#ifndef DEMLS_SESSION_TIMERS_H
#define DEMLS_SESSION_TIMERS_H

#include "base/clock.h"

struct _DemlsRunner;

/* In the order in which they are done if due at one instant (G44). */
typedef enum {
  DEMLS_TIMER_JOIN_END,
  DEMLS_TIMER_ANNOUNCE,
  DEMLS_TIMER_AUTO_VOTE,
  DEMLS_TIMER_WITNESS,
  DEMLS_TIMER_EXPIRY,
  DEMLS_TIMER_FORGET,
  DEMLS_TIMER_FREEZE_END,
  DEMLS_TIMER_PROPOSE,
  DEMLS_TIMER_BUILD,
  DEMLS_TIMER_SILENCE,
  DEMLS_TIMER_ELECTION,
  DEMLS_TIMER_RETURN,
  DEMLS_TIMER_SEAL,
  DEMLS_TIMER_EPOCH_END,
  DEMLS_TIMER_WELCOME,
  DEMLS_TIMER_CATCH_UP,
  DEMLS_TIMER_ANSWER,
  DEMLS_TIMER_OUT_OF_SYNC,
  DEMLS_TIMER_REFRESH,
  DEMLS_TIMER_LEAVE_ALONE,
  DEMLS_TIMER_APPLICANT,
  DEMLS_TIMER_EARLY,
  DEMLS_TIMER_SAY,
} DemlsTimerKind;

typedef struct {
  gint64 at;               /* of the runner's timeline; DEMLS_NEVER if there is nothing to wait for */
  DemlsTimerKind kind;
  gpointer subject;        /* DemlsMatter, DemlsEpoch or DemlsWelcome; else NULL */
} DemlsTimer;

/* The first in the order (instant, kind, id). */
DemlsTimer demls_timers_first (const struct _DemlsRunner *self);

/* V21, V12: when our own turn to do something about what has passed comes, whether we may build or only give up on the
 * stewards; DEMLS_NEVER without work. */
gint64 demls_timers_own_turn (const struct _DemlsRunner *self);

/* The name of a kind, for logs and tests. */
const char *demls_timer_name (DemlsTimerKind kind);

#endif
