#include "consensus/signer.h"

gboolean
consensus_roster_find (const ConsensusRoster *roster, Span id, guint32 *place)
{
  guint32 low = 0, high = roster->n;
  while (low < high)
    {
      guint32 middle = low + (high - low) / 2;
      int order = span_compare (roster->ids[middle], id);
      if (order == 0)
        {
          *place = middle;
          return TRUE;
        }
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return FALSE;
}

gboolean
consensus_roster_has (const ConsensusRoster *roster, Span id)
{
  guint32 place;
  return consensus_roster_find (roster, id, &place);
}
