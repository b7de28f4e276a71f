#include "consensus/tally.h"

guint32
consensus_two_thirds (guint32 n)
{
  return (guint32) ((2 * (guint64) n + 2) / 3);
}

guint32
consensus_over_third (guint32 n)
{
  return n - consensus_two_thirds (n) + 1;
}

gboolean
consensus_passed_by_votes (const ConsensusCount *count)
{
  guint64 n = count->n, yes = count->yes, no = count->no;
  if (n <= 2)
    return n > 0 && yes == n;
  return 2 * yes > n && yes + no >= consensus_two_thirds (count->n);
}

gboolean
consensus_passed_by_silence (const ConsensusCount *count)
{
  guint32 n = count->n;
  return n >= 3 && count->yes >= 2 && count->no <= n - consensus_two_thirds (n)
         && count->witness >= consensus_over_third (n);
}

gboolean
consensus_voted_down (const ConsensusCount *count)
{
  if (count->n <= 2)
    return count->no >= 1;
  return 2 * (guint64) count->no >= count->n;
}

ConsensusStanding
consensus_tally (const ConsensusCount *count, guint ways, gboolean at_once, gboolean expired)
{
  if ((ways & CONSENSUS_AT_ONCE) && at_once)
    return CONSENSUS_PASSED_AT_ONCE;
  if ((ways & CONSENSUS_BY_VOTES) && consensus_passed_by_votes (count))
    return CONSENSUS_PASSED_BY_VOTES;
  if ((ways & CONSENSUS_BY_SILENCE) && consensus_passed_by_silence (count))
    return CONSENSUS_PASSED_BY_SILENCE;
  return expired || consensus_voted_down (count) ? CONSENSUS_LOST : CONSENSUS_OPEN;
}

gboolean
consensus_may_witness (const ConsensusCount *count, guint ways)
{
  return (ways & CONSENSUS_BY_SILENCE) && count->n >= 3 && count->no <= count->n - consensus_two_thirds (count->n)
         && !consensus_has_passed (consensus_tally (count, ways, FALSE, FALSE));
}

gboolean
consensus_has_passed (ConsensusStanding standing)
{
  return standing == CONSENSUS_PASSED_BY_VOTES || standing == CONSENSUS_PASSED_BY_SILENCE
         || standing == CONSENSUS_PASSED_AT_ONCE;
}
