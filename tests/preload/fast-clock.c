/* fast-clock.c - a library to preload: time runs DEMLS_SPEED times as fast, for all processes that have the same
 * DEMLS_EPOCH (seconds since 1970 at which both clocks agree). Waiting in poll() is as much shorter.
 *
 * A main loop notices nothing. Threads that wait in other ways wait as long as ever.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#define SECOND 1000000000LL

static long long
speed (void)
{
  static long long known;
  const char *text = known ? NULL : getenv ("DEMLS_SPEED");
  if (!known)
    known = text ? atoll (text) : 1;
  return known;
}

/* Of the real clock: since when it is fast. The monotonic clock is the same for all processes of a machine. */
static long long
begin (clockid_t clock)
{
  const char *text = getenv (clock == CLOCK_REALTIME ? "DEMLS_EPOCH" : "DEMLS_EPOCH_MONO");
  return text ? atoll (text) * SECOND : 0;
}

int
clock_gettime (clockid_t clock, struct timespec *out)
{
  static int (*real) (clockid_t, struct timespec *);
  if (!real)
    *(void **) &real = dlsym (RTLD_NEXT, "clock_gettime");
  int status = real (clock, out);
  if (status || (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC))
    return status;
  long long from = begin (clock), now = out->tv_sec * SECOND + out->tv_nsec;
  if (from && now > from)
    now = from + (now - from) * speed ();
  out->tv_sec = now / SECOND;
  out->tv_nsec = now % SECOND;
  return 0;
}

int
gettimeofday (struct timeval *restrict out, void *restrict zone)
{
  struct timespec now;
  (void) zone;
  clock_gettime (CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t
time (time_t *out)
{
  struct timespec now;
  clock_gettime (CLOCK_REALTIME, &now);
  if (out)
    *out = now.tv_sec;
  return now.tv_sec;
}

int
poll (struct pollfd *fds, nfds_t n, int timeout)
{
  static int (*real) (struct pollfd *, nfds_t, int);
  if (!real)
    *(void **) &real = dlsym (RTLD_NEXT, "poll");
  return real (fds, n, timeout > 0 ? (int) (timeout / speed ()) + 1 : timeout);
}
