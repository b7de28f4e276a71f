/* Lies about commits and seals. */
#include <string.h>

#include "rules/candidate-build.h"
#include "session/runner-private.h"
#include "sim-liar.h"
#include "sim-lies.h"

#define FLOOD 40
#define GRINDS 8

/* About half of all, never the same. */
static guint64
draw_half (SimWorld *world)
{
  guint64 bits = 0;
  for (guint i = 0; i < world->members->len; i++)
    bits |= (guint64) sim_draw (world, 2) << i;
  return bits ? bits : 1;
}

/* --- valid ones -------------------------------------------------------------------------------------------------- */

static gboolean
half_commit (SimHonest *liar)
{
  if (!sim_liar_spoil_paths (TRUE))
    return FALSE;
  g_autoptr (GBytes) encoded = sim_liar_build (liar);
  sim_liar_spoil_paths (FALSE);
  return encoded && sim_liar_send_candidate (liar, encoded, 0);
}

static gboolean
two_commits (SimHonest *liar)
{
  g_autoptr (GBytes) one = sim_liar_build (liar), other = sim_liar_build (liar);
  guint64 half = draw_half (liar->base.world);
  return one && other && sim_liar_send_candidate (liar, one, half) && sim_liar_send_candidate (liar, other, ~half);
}

/* Without one of the things that passed. */
static gboolean
dropped (SimHonest *liar)
{
  g_autoptr (GPtrArray) all = sim_liar_mandates (liar);
  g_autoptr (GPtrArray) fit = demls_mandates_select (liar->runner->current->epoch, all, SPAN_OF (liar->base.id));
  if (fit->len < 2)
    return FALSE;
  g_ptr_array_remove_index (fit, sim_draw (liar->base.world, fit->len));
  g_autoptr (GBytes) encoded = sim_liar_build_of (liar, fit);
  return encoded && sim_liar_send_candidate (liar, encoded, 0);
}

static Span
hash_of (GBytes *encoded, guint8 out[DEMLS_HASH_SIZE])
{
  g_autoptr (DemlsCommitCandidate) candidate =
      demls_commit_candidate_decode (span_bytes (encoded), g_bytes_get_size (encoded), NULL);
  hash_sha256 (consensus_span (candidate->commit_message), out);
  return span (out, DEMLS_HASH_SIZE);
}

static gboolean
ground (SimHonest *liar)
{
  g_autoptr (GBytes) best = sim_liar_build (liar);
  for (guint i = 1; best && i < GRINDS; i++)
    {
      g_autoptr (GBytes) next = sim_liar_build (liar);
      guint8 a[DEMLS_HASH_SIZE], b[DEMLS_HASH_SIZE];
      if (next && span_compare (hash_of (next, a), hash_of (best, b)) < 0)
        {
          g_bytes_unref (best);
          best = g_steal_pointer (&next);
        }
    }
  return best && sim_liar_send_candidate (liar, best, 0);
}

/* Made now, sent at the end of the window or long after. */
static gboolean
late_candidate (SimHonest *liar)
{
  SimWorld *world = liar->base.world;
  g_autoptr (GBytes) encoded = sim_liar_build (liar);
  if (!encoded)
    return FALSE;
  g_autoptr (DemlsCommitCandidate) candidate =
      demls_commit_candidate_decode (span_bytes (encoded), g_bytes_get_size (encoded), NULL);
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (COMMIT_CANDIDATE);
  message.commit_candidate = candidate;
  g_autoptr (GBytes) packet = sim_liar_seal (liar, &message);
  gint64 freeze = (gint64) demls_policy (liar->runner)->freeze_ms * 1000;
  gint64 wait = sim_chance (world, 50) ? freeze : 12 * freeze;
  if (packet)
    sim_liar_publish_later (liar, packet, world->now + sim_draw_time (world, 1000, wait));
  return packet != NULL;
}

/* --- invalid ones ------------------------------------------------------------------------------------------------ */

/* A commit of just this; NULL: none. */
static gboolean
commit_one (SimHonest *liar, DemlsMandate *mandate)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  if (mandate)
    g_ptr_array_add (list, mandate);
  g_autoptr (GBytes) encoded = mandate ? sim_liar_build_of (liar, list) : NULL;
  return encoded && sim_liar_send_candidate (liar, encoded, 0);
}

/* A mandate on some open ballot with the votes held here, short of passing. */
static gboolean
unvoted (SimHonest *liar)
{
  const DemlsMatter *matter = sim_liar_ballot (liar);
  if (!matter || demls_matter_is_work (matter) || !demls_kind_commits (matter->request->kind))
    return FALSE;
  DemlsMandateVote own = { .value = CONSENSUS_YES };
  const ConsensusVote *vote = consensus_ballot_vote_of (matter->ballot, SPAN_OF (liar->base.id), FALSE);
  if (vote)
    memcpy (own.signature, vote->signature, sizeof own.signature);
  own.leaf = mls_group_own_leaf (liar->runner->current->group);
  g_autoptr (DemlsMandate) mandate = sim_liar_mandate (matter->request, &own, 1, FALSE);
  return commit_one (liar, mandate);
}

/* All the votes are there, but one signature is another than the one that everybody saw (V13). */
static gboolean
garbage_mandate (SimHonest *liar)
{
  g_autoptr (GPtrArray) all = sim_liar_mandates (liar);
  if (!all->len)
    return FALSE;
  const DemlsMandate *first = all->pdata[0];
  if (!first->votes->len)
    return FALSE;
  g_autoptr (GArray) votes = g_array_copy (first->votes);
  g_array_index (votes, DemlsMandateVote, sim_draw (liar->base.world, votes->len)).signature[40] ^= 4;
  g_autoptr (DemlsMandate) mandate = sim_liar_mandate (
      first->request, (const DemlsMandateVote *) (gpointer) votes->data, votes->len, first->by_silence);
  return commit_one (liar, mandate);
}

/* The newest candidate that the liar knows of an epoch before, as a message of this one. */
static gboolean
old_commit (SimHonest *liar)
{
  const DemlsRunner *runner = liar->runner;
  for (guint i = runner->epochs->len; i-- > 0;)
    {
      const DemlsKept *kept = runner->epochs->pdata[i];
      if (kept == runner->current || !kept->offers->len)
        continue;
      const DemlsOffer *offer = kept->offers->pdata[0];
      return sim_liar_send_candidate (liar, offer->candidate->encoded, 0);
    }
  return FALSE;
}

/* With a part exchanged. */
static gboolean
altered (SimHonest *liar, SimLie lie)
{
  SimWorld *world = liar->base.world;
  g_autoptr (GBytes) encoded = sim_liar_build (liar);
  if (!encoded)
    return FALSE;
  g_autoptr (DemlsCommitCandidate) candidate =
      demls_commit_candidate_decode (span_bytes (encoded), g_bytes_get_size (encoded), NULL);
  if (lie == SIM_LIE_BAD_WELCOME && !candidate->welcome.len)
    return FALSE;
  if (lie == SIM_LIE_CLAIMED)
    memcpy (candidate->steward_member_id.data, sim_world_member (world, 0)->id, DEMLS_MEMBER_ID_SIZE);
  else if (lie == SIM_LIE_BAD_WELCOME)
    candidate->welcome.data[candidate->welcome.len - 1 - sim_draw (world, 64)] ^= 1;
  else
    candidate->commit_message.data[sim_draw (world, (guint) candidate->commit_message.len)] ^= 1;
  g_autoptr (GBytes) spoilt = demls_message_encode (&candidate->base);
  return sim_liar_send_candidate (liar, spoilt, 0);
}

/* Candidates by the dozen that are none. */
static gboolean
flood (SimHonest *liar)
{
  for (guint i = 0; i < FLOOD && sim_liar_can (liar); i++)
    {
      guint8 commit[200];
      rng_fill (liar->rng, commit, sizeof commit);
      g_autoptr (GBytes) bytes = g_bytes_new (commit, sizeof commit);
      g_autoptr (GPtrArray) mandates = sim_liar_mandates (liar);
      g_autoptr (GBytes) encoded =
          demls_candidate_encode (liar->runner->current->epoch, bytes, SPAN_OF (liar->base.id), mandates, NULL);
      if (!sim_liar_send_candidate (liar, encoded, 0))
        return FALSE;
    }
  return TRUE;
}

/* --- seals ------------------------------------------------------------------------------------------------------- */

/* One half is told that it sealed the choice, the other that it sealed something else. */
static gboolean
two_seals (SimHonest *liar)
{
  const DemlsKept *current = liar->runner->current;
  if (!current->offers->len)
    return FALSE;
  const DemlsOffer *offer = current->offers->pdata[sim_draw (liar->base.world, current->offers->len)];
  guint8 known[DEMLS_HASH_SIZE], other[DEMLS_HASH_SIZE];
  memcpy (known, demls_candidate_hash (offer->candidate).data, sizeof known);
  rng_fill (liar->rng, other, sizeof other);
  guint64 half = draw_half (liar->base.world);
  sim_liar_seal_hash (liar, known, half);
  if (sim_liar_can (liar))
    sim_liar_seal_hash (liar, other, ~half);
  return TRUE;
}

static gboolean
ghost_seal (SimHonest *liar)
{
  guint8 hash[DEMLS_HASH_SIZE];
  rng_fill (liar->rng, hash, sizeof hash);
  sim_liar_seal_hash (liar, hash, 0);
  return TRUE;
}

gboolean
sim_lie_about_commits (SimHonest *liar, SimLie lie)
{
  switch ((int) lie)
    {
    case SIM_LIE_HALF_COMMIT:
      return half_commit (liar);
    case SIM_LIE_TWO_COMMITS:
      return two_commits (liar);
    case SIM_LIE_DROPPED:
      return dropped (liar);
    case SIM_LIE_GROUND:
      return ground (liar);
    case SIM_LIE_LATE_CANDIDATE:
      return late_candidate (liar);
    case SIM_LIE_UNVOTED:
      return unvoted (liar);
    case SIM_LIE_GARBAGE_MANDATE:
      return garbage_mandate (liar);
    case SIM_LIE_OLD_COMMIT:
      return old_commit (liar);
    case SIM_LIE_CLAIMED:
    case SIM_LIE_BROKEN_COMMIT:
    case SIM_LIE_BAD_WELCOME:
      return altered (liar, lie);
    case SIM_LIE_FLOOD:
      return flood (liar);
    case SIM_LIE_TWO_SEALS:
      return two_seals (liar);
    case SIM_LIE_GHOST_SEAL:
      return ghost_seal (liar);
    default:
      return FALSE;
    }
}
