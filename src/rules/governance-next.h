/* governance-next.h - the Governance of the epoch that a candidate leads to (mandates V16).
 */
#ifndef DEMLS_RULES_GOVERNANCE_NEXT_H
#define DEMLS_RULES_GOVERNANCE_NEXT_H

#include "rules/request.h"

/* V16: after the requests (of DemlsRequest) were executed together in `epoch`. They are alive there and fit together
 * (V15). (transfer full) */
DemlsGovernance *demls_governance_next (const DemlsEpoch *epoch, const GPtrArray *requests);

#endif
