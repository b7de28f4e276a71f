/* sim-clock.h - the clocks of the members of a simulated world.
 *
 * The world has one time, in microseconds from 0. Each member reads it through a clock of its own, whose monotonic half
 * runs at another rate and begins anew at a reboot, and whose wall half is wrong by some seconds.
 */
#ifndef DEMLS_TESTS_SIM_CLOCK_H
#define DEMLS_TESTS_SIM_CLOCK_H

#include "base/clock.h"

/* Wall time when a world begins: within the lifetimes of key packages made there. */
#define SIM_WALL_START G_GINT64_CONSTANT (1800000000)

typedef struct {
  gint64 since; /* world time at which the monotonic clock stood at `base` */
  gint64 base;
  guint rate;  /* monotonic microseconds per 1,000 of the world's */
  gint64 skew; /* seconds by which the wall clock is ahead */
} SimClock;

#define SIM_CLOCK_TRUE ((SimClock){ 0, G_USEC_PER_SEC, 1000, 0 })

/* What the clock shows at an instant of the world. */
static inline DemlsNow
sim_clock_read (const SimClock *self, gint64 at)
{
  return (DemlsNow){ .mono = self->base + (at - self->since) * self->rate / 1000,
                     .wall = SIM_WALL_START + at / G_USEC_PER_SEC + self->skew };
}

/* The first instant at which the clock shows `mono` or more; `since` if it did from its beginning. */
static inline gint64
sim_clock_when (const SimClock *self, gint64 mono)
{
  if (mono == DEMLS_NEVER)
    return DEMLS_NEVER;
  if (mono <= self->base)
    return self->since;
  /* split, so that deadlines years away do not overflow */
  gint64 ahead = mono - self->base;
  return self->since + ahead / self->rate * 1000 + (ahead % self->rate * 1000 + self->rate - 1) / self->rate;
}

#endif
