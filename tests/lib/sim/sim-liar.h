/* sim-liar.h - what somebody can send who holds a member's keys and does not keep to the rules.
 *
 * Scenarios of attacks borrow an honest member for one act. (A scripted member of its own is a SimMember with other
 * ops.)
 */
#ifndef DEMLS_TESTS_SIM_LIAR_H
#define DEMLS_TESTS_SIM_LIAR_H

#include "rules/messages.h"
#include "sim-honest.h"

/* Says `message` in the member's current epoch, at once. */
void sim_liar_send (SimHonest *member, const DemlsAppMessage *message);

/* A valid candidate of what has passed, as the member would build it now; not sent, and the member knows nothing of it.
 * (transfer full) */
GBytes *sim_liar_build (SimHonest *member);

#endif
