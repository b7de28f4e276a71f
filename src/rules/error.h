/* error.h - what a rule can object to: one code per rule.
 *
 * A function of this floor that refuses sets one error and has changed nothing. Bytes that are not what they claim are
 * refused with CONSENSUS_ERROR codes (canonical.h), what MLS itself forbids with MLS_ERROR codes, all else with these.
 * The message text is for logs; callers decide by domain and code.
 */
#ifndef DEMLS_RULES_ERROR_H
#define DEMLS_RULES_ERROR_H

#include <glib.h>

#define DEMLS_RULE_ERROR (demls_rule_error_quark ())
GQuark demls_rule_error_quark (void);

typedef enum {
  /* the group (V1, V2, G4, G10) */
  DEMLS_RULE_SUITE,      /* not cipher suite 1 */
  DEMLS_RULE_EXTENSIONS, /* the group's extensions are not exactly those of V1 */
  DEMLS_RULE_GOVERNANCE, /* a part of the Governance is missing or out of bounds */
  DEMLS_RULE_POLICY,     /* not valid by V2 */
  DEMLS_RULE_TITLE,      /* not V28's characters */
  DEMLS_RULE_MEMBER_ID,  /* a credential that is not the id of its own key (G4) */

  /* a proposal: what it says (V4) */
  DEMLS_RULE_REQUEST,     /* a part has the wrong size, or does not belong to this kind */
  DEMLS_RULE_KEY_PACKAGE, /* its key package is none, or not its member's */

  /* a proposal: is it alive? (V4) */
  DEMLS_RULE_OTHER_GROUP,
  DEMLS_RULE_NOT_YET,       /* opened in a later epoch */
  DEMLS_RULE_TOO_OLD,       /* opened more than 32 epochs ago, or not now where only now counts */
  DEMLS_RULE_EXECUTED,      /* done already */
  DEMLS_RULE_OVERTAKEN,     /* its target was added or removed since it was opened */
  DEMLS_RULE_IS_MEMBER,     /* somebody has that id or key */
  DEMLS_RULE_NO_MEMBER,     /* nobody has that id */
  DEMLS_RULE_REJOIN_PROOF,  /* no proof over the leaf that stands now */
  DEMLS_RULE_EPOCH_ID,      /* another branch's epoch */
  DEMLS_RULE_NO_ELECTION,   /* everybody is a steward */
  DEMLS_RULE_ELECTION,      /* not the list that V17 gives */
  DEMLS_RULE_REFRESH_EARLY, /* its owner has refreshed lately */

  /* a candidate (V13-V18), in the order of the checks */
  DEMLS_RULE_TOO_LARGE,
  DEMLS_RULE_NO_MANDATES,
  DEMLS_RULE_WRONG_GROUP, /* conversation_id is not ours; the commit's group and epoch are MLS_ERROR codes */
  DEMLS_RULE_NOT_A_COMMIT,
  DEMLS_RULE_COMMITTER, /* the signer is not the member that field 4 names */
  DEMLS_RULE_AUTHENTICATED_DATA,
  DEMLS_RULE_MANDATE_KIND, /* a kind that no mandate may carry */
  DEMLS_RULE_TARGET_TWICE, /* two mandates on one target, or two of one kind without target */
  DEMLS_RULE_ELECTION_AND_POLICY,
  DEMLS_RULE_REFRESH_NOT_ALONE,
  DEMLS_RULE_VOTER, /* a vote of a leaf that is no member */
  DEMLS_RULE_VOTE_VALUE,
  DEMLS_RULE_VOTE_TWICE, /* two yes or no, or two witnesses, of one member */
  DEMLS_RULE_VOTE_SIGNATURE,
  DEMLS_RULE_VOTES_NOT_EMPTY, /* a rejoin carries none (V11) */
  DEMLS_RULE_NOT_PASSED,      /* the votes do not pass it in the way that by_silence says */
  DEMLS_RULE_PROPOSALS,       /* the commit's proposals are not exactly those that the mandates ask for */
  DEMLS_RULE_NEXT_GOVERNANCE, /* the GroupContextExtensions proposal is not V16's */
  DEMLS_RULE_PATH,            /* no UpdatePath, or one that changes who its owner is */
  DEMLS_RULE_NOT_ENTITLED,    /* who may commit: V18 */

  /* seals and other signed statements (V30, V31) */
  DEMLS_RULE_WRONG_EPOCH,
  DEMLS_RULE_SEALER, /* no sealer of this epoch */
  DEMLS_RULE_SIGNATURE,
} DemlsRuleError;

/* Shorthand: sets `error` to `code` with a text made as by printf, and returns FALSE. */
gboolean demls_rule_refuse (GError **error, DemlsRuleError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

#endif
