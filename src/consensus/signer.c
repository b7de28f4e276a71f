#include "consensus/signer.h"

gboolean
consensus_roster_has (const ConsensusRoster *roster, Span id)
{
  guint32 low = 0, high = roster->n;
  while (low < high)
    {
      guint32 middle = low + (high - low) / 2;
      int order = span_compare (roster->ids[middle], id);
      if (order == 0)
        return TRUE;
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return FALSE;
}
