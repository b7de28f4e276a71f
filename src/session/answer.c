/* What we give to those who ask, and take from those who answer (V31). */
#include "session/catchup.h"

#include <string.h>

#include "rules/lost-at.h"
#include "rules/rejoin-proof.h"
#include "session/recv.h"
#include "session/rejoin.h"
#include "session/runner-private.h"

#define JOBS_MAX 64
#define NONCES_MAX 64

/* Who asks in plain asks in no epoch. */
static const guint8 nowhere[CONSENSUS_HASH_SIZE];

/* --- jobs -------------------------------------------------------------------------------------------------------- */

void
demls_answer_job_free (DemlsAnswerJob *self)
{
  g_hash_table_unref (self->known);
  g_clear_pointer (&self->nonce, g_bytes_unref);
  g_free (self);
}

/* The latest question of a member counts. */
static DemlsAnswerJob *
add_job (DemlsRunner *self, Span asker, const guint8 epoch_id[CONSENSUS_HASH_SIZE], gboolean raw, gboolean leaf_only)
{
  GPtrArray *jobs = self->catchup.jobs;
  for (guint i = jobs->len; i-- > 0;)
    {
      const DemlsAnswerJob *old = jobs->pdata[i];
      if (span_equal (SPAN_OF (old->asker), asker) && memcmp (old->epoch_id, epoch_id, sizeof old->epoch_id) == 0
          && old->raw == raw && old->leaf_only == leaf_only)
        g_ptr_array_remove_index (jobs, i);
    }
  if (jobs->len >= JOBS_MAX || asker.len != CONSENSUS_OWNER_SIZE)
    return NULL;
  DemlsAnswerJob *job = g_new0 (DemlsAnswerJob, 1);
  memcpy (job->asker, asker.data, asker.len);
  memcpy (job->epoch_id, epoch_id, sizeof job->epoch_id);
  job->raw = raw;
  job->leaf_only = leaf_only;
  job->since = self->now.mono;
  job->due = self->now.mono + demls_random_delay (self, 0, DEMLS_ANSWER_DELAY_S * SECOND);
  job->known = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  g_ptr_array_add (jobs, job);
  return job;
}

/* How a vote is called among the things that are known: ballot, leaf, witness or not. */
static GBytes *
vote_name (Span hash, guint32 leaf, gboolean witness)
{
  g_auto (Writer) w = WRITER_INIT;
  writer_raw (&w, hash);
  writer_u32 (&w, leaf);
  writer_u8 (&w, witness ? 1 : 0);
  return writer_take (&w);
}

static gboolean
knows (const DemlsAnswerJob *job, Span thing)
{
  g_autoptr (GBytes) key = span_dup (thing);
  return g_hash_table_contains (job->known, key);
}

static void
add_bits (DemlsAnswerJob *job, Span hash, Span bitmap, gboolean witness)
{
  for (guint32 bit = 0; bit < 8 * bitmap.len; bit++)
    if (bitmap.data[bit / 8] & 1u << bit % 8)
      g_hash_table_add (job->known, vote_name (hash, bit, witness));
}

/* Who lists a ballot that we do not have tells us that we lack it. Not too often: it may be a lie. */
#define CURIOUS_EVERY_S 10

static void
look_for_unknown (DemlsRunner *self, const DemlsReceived *received)
{
  const DemlsCatchUp *message = received->message->catch_up;
  if (received->kept != self->current
      || (self->catchup.asked_at > 0 && self->now.mono < self->catchup.asked_at + CURIOUS_EVERY_S * SECOND))
    return;
  for (gsize i = 0; i < message->n_known; i++)
    if (!demls_voting_find (self, consensus_span (message->known[i]->proposal_hash)))
      {
        demls_catchup_soon (self);
        return;
      }
}

gboolean
demls_recv_catch_up (DemlsRunner *self, const DemlsReceived *received, GError **error)
{
  const DemlsCatchUp *message = received->message->catch_up;
  DemlsKept *kept = received->kept;
  DemlsAnswerJob *job = add_job (self, received->sender, kept->epoch->id, kept->final, FALSE);
  if (!job)
    return demls_refuse (error, DEMLS_ERROR_FLOOD, "too many ask at a time");
  job->epoch = demls_kept_number (kept);
  job->wanted = !job->raw && demls_is_me (self, consensus_span (message->wanted));
  if (job->wanted)
    job->due = self->now.mono;
  look_for_unknown (self, received);
  for (gsize i = 0; !job->raw && i < message->n_known; i++)
    {
      Span hash = consensus_span (message->known[i]->proposal_hash);
      /* bits of leaves that are none say nothing, and shall cost nothing */
      gsize max = mls_tree_width (kept->epoch->roster->tree) / 8 + 1;
      Span votes = consensus_span (message->known[i]->votes), seen = consensus_span (message->known[i]->witnesses);
      g_hash_table_add (job->known, span_dup (hash));
      add_bits (job, hash, span (votes.data, MIN (votes.len, max)), FALSE);
      add_bits (job, hash, span (seen.data, MIN (seen.len, max)), TRUE);
    }
  return TRUE;
}

/* --- answering in the epoch -------------------------------------------------------------------------------------- */

static gboolean
send_candidates (DemlsRunner *self, DemlsKept *kept, const DemlsAnswerJob *job)
{
  gboolean sent = FALSE;
  for (guint i = 0; i < kept->offers->len; i++)
    {
      const DemlsOffer *offer = kept->offers->pdata[i];
      if (knows (job, demls_offer_hash (offer)))
        continue;
      g_autoptr (GBytes) packet = demls_send_candidate (self, kept, offer->candidate->encoded);
      sent = packet != NULL || sent;
    }
  return sent;
}

static gboolean
send_seals (DemlsRunner *self, DemlsKept *kept, const DemlsAnswerJob *job)
{
  guint n;
  gboolean sent = FALSE;
  const DemlsSeal *seals = demls_seals_all (kept->seals, &n);
  for (guint i = 0; i < n; i++)
    {
      guint8 name[CONSENSUS_HASH_SIZE];
      hash_sha256 (SPAN_OF (seals[i].signature), name);
      if (knows (job, SPAN_OF (name)))
        continue;
      DemlsSealMessage part = DEMLS_SEAL_INIT;
      demls_seal_write (&seals[i], &part);
      DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
      message.payload_case = DEMLS_APP (SEAL);
      message.seal = &part;
      sent = demls_send_message (self, kept, &message) || sent;
    }
  return sent;
}

/* A ballot with those of its votes that are not known: as a mandate that need not pass. */
typedef struct {
  DemlsMandateMessage mandate;
  Consensus__V1__Proposal proposal;
  DemlsMandateVoteMessage *votes;
  DemlsMandateVoteMessage **pointers;
} Share;

static gboolean
fill_share (Share *share, const DemlsMatter *matter, const DemlsEpoch *epoch, const DemlsAnswerJob *job)
{
  guint n;
  const ConsensusVote *held = consensus_ballot_votes (matter->ballot, &n);
  Span hash = demls_matter_hash (matter);
  share->votes = g_new0 (DemlsMandateVoteMessage, n + 1);
  share->pointers = g_new0 (DemlsMandateVoteMessage *, n + 1);
  share->mandate = (DemlsMandateMessage) DEMLS_MANDATE_INIT;
  share->proposal = (Consensus__V1__Proposal) CONSENSUS__V1__PROPOSAL__INIT;
  consensus_proposal_write (matter->request->proposal, &share->proposal);
  share->mandate.proposal = &share->proposal;
  share->mandate.votes = share->pointers;
  for (guint i = 0; i < n; i++)
    {
      guint32 leaf;
      if (!demls_roster_find (epoch->roster, SPAN_OF (held[i].owner), &leaf))
        continue;
      g_autoptr (GBytes) name = vote_name (hash, leaf, held[i].value == CONSENSUS_WITNESS);
      if (g_hash_table_contains (job->known, name))
        continue;
      DemlsMandateVoteMessage *vote = &share->votes[share->mandate.n_votes];
      *vote = (DemlsMandateVoteMessage) DEMLS_MANDATE_VOTE_INIT;
      vote->leaf_index = leaf;
      vote->value = held[i].value;
      vote->signature = consensus_data (SPAN_OF (held[i].signature));
      share->pointers[share->mandate.n_votes++] = vote;
    }
  return share->mandate.n_votes > 0 || !knows (job, hash);
}

static void
send_ballots (DemlsRunner *self, DemlsKept *kept, const DemlsAnswerJob *job, gboolean sent)
{
  guint n = self->matters->len;
  g_autofree Share *shares = g_new0 (Share, n + 1);
  g_autofree DemlsMandateMessage **pointers = g_new0 (DemlsMandateMessage *, n + 1);
  DemlsCatchUpAnswer part = DEMLS_CATCH_UP_ANSWER_INIT;
  part.mandates = pointers;
  for (guint i = 0; i < n; i++)
    {
      const DemlsMatter *matter = self->matters->pdata[i];
      if (matter->alive && matter->standing != CONSENSUS_LOST && fill_share (&shares[i], matter, kept->epoch, job))
        pointers[part.n_mandates++] = &shares[i].mandate;
    }
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (CATCH_UP_ANSWER);
  message.catch_up_answer = &part;
  /* even if that is nothing, and no answer was seen */
  if (part.n_mandates > 0 || (!sent && (!job->answered || job->wanted)))
    demls_send_message (self, kept, &message);
  for (guint i = 0; i < n; i++)
    {
      g_free (shares[i].votes);
      g_free (shares[i].pointers);
    }
}

/* --- answering in plain ------------------------------------------------------------------------------------------ */

static void
send_raws (DemlsRunner *self, const DemlsAnswerJob *job)
{
  for (guint i = 0; i < self->raws->len; i++)
    {
      const DemlsRaw *raw = self->raws->pdata[i];
      guint8 name[CONSENSUS_HASH_SIZE];
      hash_sha256 (span_bytes (raw->payload), name);
      if (raw->epoch >= job->epoch && !knows (job, SPAN_OF (name)))
        demls_publish (self, DEMLS_SUBTOPIC_APP_MSG, g_bytes_ref (raw->payload));
    }
}

static gboolean
find_leaf (const DemlsEpoch *epoch, Span member, guint8 hash[DEMLS_HASH_SIZE])
{
  const MlsLeafNode *leaf = demls_roster_leaf (epoch->roster, member);
  if (leaf)
    demls_leaf_hash (leaf, hash);
  return leaf != NULL;
}

static void
send_leaf (DemlsRunner *self, const DemlsAnswerJob *job)
{
  const DemlsEpoch *epoch = self->current->epoch;
  guint8 hash[DEMLS_HASH_SIZE];
  if (!job->nonce || !find_leaf (epoch, SPAN_OF (job->asker), hash) || knows (job, SPAN_OF (hash)))
    return;
  DemlsLeafAt part = DEMLS_LEAF_AT_INIT;
  part.member_id = consensus_data (SPAN_OF (job->asker));
  part.leaf_hash = consensus_data (SPAN_OF (hash));
  part.nonce = consensus_data (span_bytes (job->nonce));
  part.instance = consensus_data (SPAN_OF (epoch->governance->instance));
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (LEAF_AT);
  message.leaf_at = &part;
  demls_publish (self, DEMLS_SUBTOPIC_APP_MSG, demls_message_encode (&message.base));
}

void
demls_answer_job (DemlsRunner *self, DemlsAnswerJob *job)
{
  if (self->cloned || self->over || !self->current)
    return;
  if (job->raw)
    {
      if (!job->leaf_only)
        send_raws (self, job);
      send_leaf (self, job);
      return;
    }
  DemlsKept *kept = demls_epochs_find (self, SPAN_OF (job->epoch_id));
  if (!kept)
    return;
  if (kept->final)
    {
      send_raws (self, job);
      return;
    }
  gboolean sent = send_candidates (self, kept, job);
  sent = send_seals (self, kept, job) || sent;
  send_ballots (self, kept, job, sent);
}

/* --- taking answers ---------------------------------------------------------------------------------------------- */

static void
note_answer (DemlsRunner *self, const DemlsReceived *received, const DemlsMandate *mandate)
{
  GPtrArray *jobs = self->catchup.jobs;
  for (guint i = 0; i < jobs->len; i++)
    {
      DemlsAnswerJob *job = jobs->pdata[i];
      if (memcmp (job->epoch_id, received->kept->epoch->id, sizeof job->epoch_id) != 0)
        continue;
      job->answered = TRUE;
      for (guint k = 0; mandate && k < mandate->votes->len; k++)
        {
          const DemlsMandateVote *vote = &g_array_index (mandate->votes, DemlsMandateVote, k);
          g_hash_table_add (job->known, vote_name (demls_request_hash (mandate->request), vote->leaf,
                                                   vote->value == CONSENSUS_WITNESS));
        }
      if (mandate)
        g_hash_table_add (job->known, span_dup (demls_request_hash (mandate->request)));
    }
}

/* Votes count by their signatures, whoever hands them on. */
static void
take_mandate (DemlsRunner *self, const DemlsReceived *received, const DemlsMandate *mandate)
{
  DemlsMatter *matter = demls_voting_take (self, mandate->request->proposal, received->sender, NULL);
  if (!matter)
    return;
  for (guint i = 0; i < mandate->votes->len; i++)
    {
      ConsensusVote vote;
      if (demls_mandate_vote (mandate, i, received->kept->epoch, &vote))
        demls_voting_take_vote (self, &vote, NULL);
    }
  demls_voting_settle (self, matter);
}

gboolean
demls_recv_answer (DemlsRunner *self, const DemlsReceived *received, GError **error)
{
  const DemlsCatchUpAnswer *message = received->message->catch_up_answer;
  note_answer (self, received, NULL);
  for (gsize i = 0; i < message->n_mandates; i++)
    {
      g_autoptr (DemlsMandate) mandate = demls_mandate_read (message->mandates[i], error);
      if (!mandate)
        return FALSE;
      note_answer (self, received, mandate);
      take_mandate (self, received, mandate);
    }
  return TRUE;
}

/* --- plain packets ----------------------------------------------------------------------------------------------- */

static gboolean
is_answered (const DemlsRunner *self, Span nonce)
{
  for (guint i = 0; i < self->catchup.nonces->len; i++)
    if (span_equal (span_bytes (self->catchup.nonces->pdata[i]), nonce))
      return TRUE;
  return FALSE;
}

/* The epoch, of those that are here, in which the one who cries is a member. */
static const DemlsEpoch *
find_epoch_of (const DemlsRunner *self, Span member)
{
  if (self->current && demls_epoch_has (self->current->epoch, member))
    return self->current->epoch;
  for (guint i = 0; i < self->epochs->len; i++)
    if (demls_epoch_has (((const DemlsKept *) self->epochs->pdata[i])->epoch, member))
      return ((const DemlsKept *) self->epochs->pdata[i])->epoch;
  return NULL;
}

static gboolean
recv_lost (DemlsRunner *self, const DemlsLostAt *message, GError **error)
{
  Span member = consensus_span (message->member_id), nonce = consensus_span (message->nonce);
  const DemlsEpoch *epoch = find_epoch_of (self, member);
  gint64 *last = &self->catchup.raw_answer_at;
  if (!epoch || demls_is_me (self, member))
    return demls_refuse (error, DEMLS_ERROR_NOT_MEMBER, "a cry of nobody we know");
  if (is_answered (self, nonce) || (*last > 0 && self->now.mono < *last + DEMLS_LOST_AT_EVERY_S * SECOND))
    return demls_refuse (error, DEMLS_ERROR_FLOOD, "cries too often");
  if (!demls_lost_check (message, epoch, error))
    return FALSE;
  DemlsAnswerJob *job = add_job (self, member, nowhere, TRUE, FALSE);
  if (!job)
    return demls_refuse (error, DEMLS_ERROR_FLOOD, "too many ask at a time");
  job->epoch = message->epoch;
  job->nonce = span_dup (nonce);
  *last = self->now.mono;
  if (self->catchup.nonces->len >= NONCES_MAX)
    g_ptr_array_remove_index (self->catchup.nonces, 0);
  g_ptr_array_add (self->catchup.nonces, span_dup (nonce));
  return TRUE;
}

/* Under which nonce an announcement is answered. */
static void
announcement_nonce (Span key_package, guint8 nonce[DEMLS_NONCE_SIZE])
{
  guint8 hash[CONSENSUS_HASH_SIZE];
  hash_sha256 (key_package, hash);
  memcpy (nonce, hash, DEMLS_NONCE_SIZE);
}

void
demls_answer_announcement (DemlsRunner *self, Span member, Span key_package)
{
  gint64 *last = &self->catchup.raw_answer_at;
  if (demls_is_me (self, member) || (*last > 0 && self->now.mono < *last + DEMLS_LOST_AT_EVERY_S * SECOND))
    return;
  DemlsAnswerJob *job = add_job (self, member, nowhere, TRUE, TRUE);
  if (!job)
    return;
  guint8 nonce[DEMLS_NONCE_SIZE];
  announcement_nonce (key_package, nonce);
  job->nonce = span_dup (SPAN_OF (nonce));
  *last = self->now.mono;
}

static gboolean
is_our_nonce (const DemlsRunner *self, Span nonce)
{
  guint8 ours[DEMLS_NONCE_SIZE];
  if (self->catchup.lost_at > 0 && span_equal (nonce, SPAN_OF (self->catchup.nonce)))
    return TRUE;
  if (!self->joining || self->joining->announce_at == DEMLS_NEVER)
    return FALSE;
  announcement_nonce (span_bytes (self->joining->secrets->package->encoded), ours);
  return span_equal (nonce, SPAN_OF (ours));
}

/* Somebody was told by another: once is enough, if it was the truth. */
static void
note_leaf (DemlsRunner *self, const DemlsLeafAt *message)
{
  for (guint i = 0; i < self->catchup.jobs->len; i++)
    {
      DemlsAnswerJob *job = self->catchup.jobs->pdata[i];
      if (job->nonce && span_equal (span_bytes (job->nonce), consensus_span (message->nonce))
          && span_equal (consensus_span (message->instance), SPAN_OF (self->current->epoch->governance->instance)))
        g_hash_table_add (job->known, span_dup (consensus_span (message->leaf_hash)));
    }
}

static gboolean
recv_leaf (DemlsRunner *self, const DemlsLeafAt *message, GError **error)
{
  if (self->current)
    note_leaf (self, message);
  if (!demls_is_me (self, consensus_span (message->member_id)) || !is_our_nonce (self, consensus_span (message->nonce)))
    return demls_refuse (error, DEMLS_ERROR_NOT_FOR_US, "not what we asked");
  demls_rejoin_hinted (self, consensus_span (message->leaf_hash), consensus_span (message->instance));
  return TRUE;
}

gboolean
demls_recv_plain (DemlsRunner *self, Span payload, GError **error)
{
  g_autoptr (DemlsAppMessage) message = demls_app_message_decode (payload, error);
  if (!message)
    return FALSE;
  if (!demls_app_message_is_plain (message))
    return demls_refuse (error, DEMLS_ERROR_MALFORMED, "may not come in plain");
  if (message->payload_case == DEMLS_APP (LEAF_AT))
    return recv_leaf (self, message->leaf_at, error);
  return self->current ? recv_lost (self, message->lost_at, error)
                       : demls_refuse (error, DEMLS_ERROR_BLOCKED, "not a member ourselves");
}
