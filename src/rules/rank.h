/* rank.h - which of several valid candidates of an epoch counts (mandates V19, V30).
 *
 * Two orders, both total over candidates with different commits:
 *   rank   V19: what the candidates say themselves
 *   order  V30: final first, then more seals, then rank; of one member's candidates only one takes part
 */
#ifndef DEMLS_RULES_RANK_H
#define DEMLS_RULES_RANK_H

#include "base/bytes.h"
#include "rules/limits.h"

/* What V19 looks at; a value without pointers. */
typedef struct {
  gboolean is_refresh;
  guint32 removes;  /* Removes passed by V8 */
  guint32 actions;  /* mandates except DEADLOCK */
  guint32 distance; /* of the committer */
  guint8 committer[DEMLS_MEMBER_ID_SIZE];
  guint8 hash[DEMLS_HASH_SIZE]; /* SHA-256 of commit_message */
} DemlsRank;

/* V19: < 0 iff `a` is better. */
int demls_rank_compare (const DemlsRank *a, const DemlsRank *b);

/* A candidate with what seals say about it now. */
typedef struct {
  const DemlsRank *rank;
  guint32 seals;
  gboolean is_final;
} DemlsContender;

/* V30: < 0 iff `a` comes first. */
int demls_contender_compare (const DemlsContender *a, const DemlsContender *b);

/* V19, V30: sorts `contenders` (of DemlsContender), best first, after dropping all but one of each committer's: that
 * with most seals, then with the smallest hash. */
void demls_contenders_sort (GArray *contenders);

#endif
