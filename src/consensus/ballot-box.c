#include "consensus/ballot-box.h"

#include <string.h>

#include "base/clock.h"

#define NUMBER_DIGITS 3
#define SUFFIX_DIGITS 2
#define HASH_DIGITS_MIN 6

typedef struct {
  ConsensusVote vote;
  gint64 came;
} EarlyVote;

struct _ConsensusBallotBox {
  GPtrArray *ballots; /* of ConsensusBallot, ascending hash */
  GArray *early;      /* of EarlyVote, in the order in which they came */
};

ConsensusBallotBox *
consensus_ballot_box_new (void)
{
  ConsensusBallotBox *self = g_new0 (ConsensusBallotBox, 1);
  self->ballots = g_ptr_array_new_with_free_func ((GDestroyNotify) consensus_ballot_free);
  self->early = g_array_new (FALSE, FALSE, sizeof (EarlyVote));
  return self;
}

void
consensus_ballot_box_free (ConsensusBallotBox *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->ballots);
  g_array_unref (self->early);
  g_free (self);
}

guint
consensus_ballot_box_size (const ConsensusBallotBox *self)
{
  return self->ballots->len;
}

ConsensusBallot *
consensus_ballot_box_get (const ConsensusBallotBox *self, guint i)
{
  return g_ptr_array_index (self->ballots, i);
}

static Span
hash_at (const ConsensusBallotBox *self, guint i)
{
  return consensus_proposal_hash (consensus_ballot_proposal (consensus_ballot_box_get (self, i)));
}

static guint
place_of (const ConsensusBallotBox *self, Span hash)
{
  guint i = 0;
  while (i < self->ballots->len && span_compare (hash_at (self, i), hash) < 0)
    i++;
  return i;
}

ConsensusBallot *
consensus_ballot_box_find (const ConsensusBallotBox *self, Span hash)
{
  guint place = place_of (self, hash);
  if (place == self->ballots->len || !span_equal (hash_at (self, place), hash))
    return NULL;
  return consensus_ballot_box_get (self, place);
}

guint
consensus_ballot_box_open_by (const ConsensusBallotBox *self, Span member)
{
  guint open = 0;
  for (guint i = 0; i < self->ballots->len; i++)
    {
      const ConsensusBallot *ballot = consensus_ballot_box_get (self, i);
      if (!consensus_ballot_is_settled (ballot) && span_equal (consensus_ballot_charged_to (ballot), member))
        open++;
    }
  return open;
}

static guint
count_open (const ConsensusBallotBox *self)
{
  guint open = 0;
  for (guint i = 0; i < self->ballots->len; i++)
    open += consensus_ballot_is_settled (consensus_ballot_box_get (self, i)) ? 0 : 1;
  return open;
}

static void
hand_over_early (ConsensusBallotBox *self, ConsensusBallot *ballot)
{
  Span hash = consensus_proposal_hash (consensus_ballot_proposal (ballot));
  for (guint i = 0; i < self->early->len;)
    {
      EarlyVote *early = &g_array_index (self->early, EarlyVote, i);
      if (!span_equal (SPAN_OF (early->vote.proposal_hash), hash))
        {
          i++;
          continue;
        }
      consensus_ballot_add (ballot, &early->vote);
      g_array_remove_index (self->early, i);
    }
}

gboolean
consensus_ballot_box_put (ConsensusBallotBox *self, ConsensusBallot *ballot)
{
  Span hash = consensus_proposal_hash (consensus_ballot_proposal (ballot));
  if (consensus_ballot_box_find (self, hash))
    {
      consensus_ballot_free (ballot);
      return FALSE;
    }
  g_ptr_array_insert (self->ballots, (gint) place_of (self, hash), ballot);
  hand_over_early (self, ballot);
  return TRUE;
}

ConsensusBallot *
consensus_ballot_box_open (ConsensusBallotBox *self, const ConsensusProposal *proposal, guint64 opened_epoch,
                           const guint8 charged_to[CONSENSUS_OWNER_SIZE], guint64 epoch, GError **error)
{
  ConsensusError code = CONSENSUS_ERROR_KNOWN;
  gboolean refused = consensus_ballot_box_find (self, consensus_proposal_hash (proposal)) != NULL;
  if (!refused && (refused = opened_epoch > epoch && opened_epoch - epoch > CONSENSUS_WAIT_EPOCHS))
    code = CONSENSUS_ERROR_TOO_FAR;
  if (!refused
      && (refused =
              consensus_ballot_box_open_by (self, span (charged_to, CONSENSUS_OWNER_SIZE)) >= CONSENSUS_OPEN_PER_OWNER))
    code = CONSENSUS_ERROR_OWNER_LIMIT;
  if (!refused && (refused = count_open (self) >= CONSENSUS_OPEN_PER_BOX))
    code = CONSENSUS_ERROR_FULL;
  if (refused)
    {
      consensus_refuse (error, code, "no ballot is opened");
      return NULL;
    }
  ConsensusBallot *ballot = consensus_ballot_new (proposal, opened_epoch, charged_to);
  consensus_ballot_box_put (self, ballot);
  return ballot;
}

gboolean
consensus_ballot_box_close (ConsensusBallotBox *self, Span hash)
{
  guint place = place_of (self, hash);
  if (place == self->ballots->len || !span_equal (hash_at (self, place), hash))
    return FALSE;
  g_ptr_array_remove_index (self->ballots, place);
  return TRUE;
}

static ConsensusTaken
hold_early (ConsensusBallotBox *self, const ConsensusVote *vote, gint64 mono)
{
  guint of_owner = 0;
  for (guint i = 0; i < self->early->len; i++)
    {
      const ConsensusVote *held = &g_array_index (self->early, EarlyVote, i).vote;
      if (consensus_vote_equal (held, vote))
        return CONSENSUS_EARLY;
      of_owner += span_equal (SPAN_OF (held->owner), SPAN_OF (vote->owner)) ? 1 : 0;
    }
  if (of_owner >= CONSENSUS_EARLY_PER_OWNER || self->early->len >= CONSENSUS_EARLY_VOTES)
    return CONSENSUS_DROPPED;
  EarlyVote early = { *vote, mono };
  g_array_append_val (self->early, early);
  return CONSENSUS_EARLY;
}

ConsensusTaken
consensus_ballot_box_add_vote (ConsensusBallotBox *self, const ConsensusVote *vote, gint64 mono)
{
  ConsensusBallot *ballot = consensus_ballot_box_find (self, SPAN_OF (vote->proposal_hash));
  return ballot ? consensus_ballot_add (ballot, vote) : hold_early (self, vote, mono);
}

void
consensus_ballot_box_forget_early (ConsensusBallotBox *self, gint64 mono)
{
  for (guint i = 0; i < self->early->len;)
    if (g_array_index (self->early, EarlyVote, i).came < mono)
      g_array_remove_index (self->early, i);
    else
      i++;
}

gint64
consensus_ballot_box_oldest_early (const ConsensusBallotBox *self)
{
  gint64 oldest = DEMLS_NEVER;
  for (guint i = 0; i < self->early->len; i++)
    oldest = demls_earlier (oldest, g_array_index (self->early, EarlyVote, i).came);
  return oldest;
}

gboolean
consensus_ballot_box_holds (const ConsensusBallotBox *self, const ConsensusVote *vote)
{
  const ConsensusBallot *ballot = self ? consensus_ballot_box_find (self, SPAN_OF (vote->proposal_hash)) : NULL;
  return ballot && consensus_ballot_holds (ballot, vote);
}

/* The suffix comes from the end of the hash, which the number is not made of. */
static char *
long_label (Span hash)
{
  return g_strdup_printf ("%03u-%02x", consensus_proposal_number (hash), hash.data[hash.len - 1]);
}

char *
consensus_ballot_box_label (const ConsensusBallotBox *self, Span hash)
{
  guint number = consensus_proposal_number (hash);
  for (guint i = 0; i < self->ballots->len; i++)
    if (consensus_proposal_number (hash_at (self, i)) == number && !span_equal (hash_at (self, i), hash))
      return long_label (hash);
  return g_strdup_printf ("%03u", number);
}

static gboolean
is_named (Span hash, const char *name)
{
  gsize length = strlen (name);
  g_autofree char *label = long_label (hash);
  if (length == NUMBER_DIGITS)
    return g_ascii_strncasecmp (name, label, NUMBER_DIGITS) == 0;
  if (length == NUMBER_DIGITS + 1 + SUFFIX_DIGITS && name[NUMBER_DIGITS] == '-')
    return g_ascii_strcasecmp (name, label) == 0;
  g_autofree char *hex = span_hex (hash);
  return length >= HASH_DIGITS_MIN && g_ascii_strncasecmp (hex, name, length) == 0;
}

/* "7" is written "007" on the screen. */
static char *
spell_out (const char *name)
{
  static const char *const zeros[] = { "", "00", "0" };
  gsize length = strspn (name, "0123456789");
  gboolean is_number = length < G_N_ELEMENTS (zeros) && (name[length] == '\0' || name[length] == '-');
  return g_strconcat (is_number ? zeros[length] : "", name, NULL);
}

GPtrArray *
consensus_ballot_box_named (const ConsensusBallotBox *self, const char *name)
{
  GPtrArray *found = g_ptr_array_new ();
  g_autofree char *spelled = spell_out (name[0] == '#' ? name + 1 : name);
  for (guint i = 0; i < self->ballots->len; i++)
    if (is_named (hash_at (self, i), spelled))
      g_ptr_array_add (found, consensus_ballot_box_get (self, i));
  return found;
}
