/* sim-sync.h - the invariants that hold while the network keeps its bound (S1-S5), and what must come about after the
 * faults (L1-L4), as mandates section 11 reads them.
 */
#ifndef DEMLS_TESTS_SIM_SYNC_H
#define DEMLS_TESTS_SIM_SYNC_H

#include "sim-world.h"

/* S1, S3, S5; nothing unless the world is synchronous. After every step. */
void sim_check_synchronous (SimWorld *world);

/* L1, L3: all who are there are in one state and Working. `why` (may be NULL) tells what is missing.
 * (why: transfer full) */
gboolean sim_has_converged (SimWorld *world, char **why);

/* L1: how long convergence may take after the faults. */
gint64 sim_convergence_bound (SimWorld *world);

#endif
