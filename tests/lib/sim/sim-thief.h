/* sim-thief.h - what stolen rows can still read: A5 (removed means out), A6 (what was read cannot be read again), A7
 * (healing).
 *
 * A theft is a copy of a member's rows at some instant. At the end of a run the thief starts a member from it and gives
 * it everything that was ever sent; what that member then shows is compared with what it may.
 */
#ifndef DEMLS_TESTS_SIM_THIEF_H
#define DEMLS_TESTS_SIM_THIEF_H

#include "sim-honest.h"

/* Copies the member's rows now. */
void sim_thief_steal (SimHonest *member);

/* Uses all that was stolen in this world. */
void sim_thief_read_all (SimWorld *world);

void sim_theft_free (gpointer theft);

#endif
