/* governance.h - the agreed state that the MLS group itself carries: the extension 0xF0DE (mandates V1).
 *
 * A DemlsGovernance never changes and is reference counted; the next one is made by governance-next.h. Encoding one
 * that was read gives the same bytes.
 */
#ifndef DEMLS_RULES_GOVERNANCE_H
#define DEMLS_RULES_GOVERNANCE_H

#include "rules/policy.h"
#include "rules/steward-list.h"

/* One mandate that was executed. `kind` is the request's field number, 100 for a rejoin. */
typedef struct {
  guint8 proposal_hash[DEMLS_HASH_SIZE];
  guint64 epoch; /* the epoch that it led to */
  gboolean has_target;
  guint8 target[DEMLS_MEMBER_ID_SIZE]; /* who was added, removed or refreshed */
  guint32 kind;
} DemlsExecuted;

typedef struct {
  DemlsPolicy policy;
  DemlsStewardList *stewards;
  GArray *executed; /* of DemlsExecuted, ascending by (epoch, proposal_hash) */
  char *title;
  guint8 instance[DEMLS_INSTANCE_SIZE];
} DemlsGovernance;

/* The founder's: empty list, nothing executed; `instance` drawn from `rng`. Errors: POLICY, TITLE. (transfer full) */
DemlsGovernance *demls_governance_found (const DemlsPolicy *policy, const char *title, Rng *rng, GError **error);

/* Takes over `stewards` and `executed`, which need not be sorted. (transfer full) */
DemlsGovernance *demls_governance_new (const DemlsPolicy *policy, DemlsStewardList *stewards, GArray *executed,
                                       const char *title, const guint8 instance[DEMLS_INSTANCE_SIZE]);

/* The content of the extension. Errors: CONSENSUS_ERROR's for bytes; GOVERNANCE, POLICY, TITLE. (transfer full) */
DemlsGovernance *demls_governance_parse (Span bytes, GError **error);

/* The inverse. (transfer full) */
GBytes *demls_governance_encode (const DemlsGovernance *self);

DemlsGovernance *demls_governance_ref (const DemlsGovernance *self);
void demls_governance_unref (DemlsGovernance *self);

/* --- the group's extensions (V1) ---------------------------------------------------------------------------------- */

/* The contents of the list: required_capabilities naming 0xF0DE and 0xF0DF, then 0xF0DE. (transfer full) */
GBytes *demls_group_extensions (const DemlsGovernance *self);

/* The Governance of a group with these extensions (contents of the list), which must be exactly the above. Errors:
 * EXTENSIONS, demls_governance_parse()'s. (transfer full) */
DemlsGovernance *demls_group_extensions_parse (Span extensions, GError **error);

/* What our own leaves and key packages list as capabilities: suite 1, extensions 0xF0DE and 0xF0DF; encoded.
 * (transfer full) */
GBytes *demls_group_capabilities (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsGovernance, demls_governance_unref)

#endif
