/* sim-check.h - the invariants that hold on any network (A1-A13 of reliability section 4, as mandates section 11 reads
 * them), and the rules of ticking (DESIGN 4). Checked after every crank.
 *
 *   A1   moves between phases: a table written down a second time here; state() is what the last event said
 *   A2   who was added and removed is what was executed, and people had voted for it
 *   A3   tallies count no more than there are members; nobody honest is shown as having voted twice
 *   A4   what is shown was sent in a state that its reader was a member of
 *   A5 A6 A7  sim-thief.h: stolen rows against everything that was sent
 *   A8   no receiver sees a key that was used before in a packet that is new to it
 *   A9   shown once, with its real author and text; in order where the network kept it
 *   A10  rows stay within bounds
 *   A11  a restart finds the state that was saved
 *   A12  no honest member's score falls, and nobody honest is accused of having signed two things
 *   A13  ERROR events; criticals and sanitizers end the process by themselves
 */
#ifndef DEMLS_TESTS_SIM_CHECK_H
#define DEMLS_TESTS_SIM_CHECK_H

#include "sim-record.h"

/* The events of one crank (of DemlsEvent), after they were saved. */
void sim_check_crank (SimHonest *member, const GPtrArray *events);

/* What a runner came to when it received a packet; `error` NULL if it took it. */
void sim_check_received (SimHonest *member, const SimDelivery *delivery, const GError *error);

/* Ticking again changes nothing; ticking just before the wake-up changes nothing. */
void sim_check_idle (SimHonest *member, DemlsNow now, const char *why);

/* A restarted runner against what was known of the one that died. */
void sim_check_restored (SimHonest *member);

/* Reads the saved rows into a second runner, which must be as the first. */
void sim_check_rows (SimHonest *member);

/* At the end: A12, A10. */
void sim_check_end (SimWorld *world);

#endif
