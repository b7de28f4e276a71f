/* sim-hall.h - one large group without the long way there: for measuring.
 *
 * The founder adds all others in one commit made by MLS alone, so that a group of a thousand takes a second. Only the
 * first `awake` members have runners. There is no network: the caller hands packets on.
 */
#ifndef DEMLS_TESTS_SIM_HALL_H
#define DEMLS_TESTS_SIM_HALL_H

#include "mls/group.h"
#include "session/runner.h"

typedef struct {
  Suite *suite;
  guint n, awake;
  DemlsNow now;
  char *id;   /* of the conversation */
  Rng **rngs; /* one for each awake member, and so below */
  SignKey **keys;
  DemlsEnv *envs;
  DemlsRunner **runners;
  MlsGroup *listener; /* the last member's, without a runner: for measuring MLS alone */
} SimHall;

/* A group of `n` >= 2; member 0 founded it, the stewards are those that V16 would have chosen. (transfer full) */
SimHall *sim_hall_new (guint n, guint awake, const DemlsPolicy *policy);
void sim_hall_free (SimHall *self);

/* Lets `seconds` pass for all. */
void sim_hall_wait (SimHall *self, double seconds);

/* Cranks a member and takes what it sends (of DemlsPacket); rows and events are dropped. (transfer full) */
GPtrArray *sim_hall_crank (SimHall *self, guint member);

/* Hands a packet to a member, and cranks it; what it sends is dropped. FALSE if it refused. */
gboolean sim_hall_hand (SimHall *self, guint member, const DemlsPacket *packet);

/* The member with this id, if it is awake; else G_MAXUINT. */
guint sim_hall_find (const SimHall *self, Span id);

#endif
