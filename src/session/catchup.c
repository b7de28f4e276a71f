#include "session/catchup.h"

#include <string.h>

#include "rules/lost-at.h"
#include "session/rejoin.h"
#include "session/runner-private.h"

void
demls_catchup_init (DemlsCatchUpState *self)
{
  self->soon_at = DEMLS_NEVER;
  self->unanswered_at = DEMLS_NEVER;
  self->quiet_since = DEMLS_NEVER;
  self->quiet_step = DEMLS_CATCH_UP_QUIET_S * SECOND;
  self->hints = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->leaves = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->nonces = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_answer_job_free);
}

void
demls_catchup_clear (DemlsCatchUpState *self)
{
  g_ptr_array_unref (self->hints);
  g_ptr_array_unref (self->leaves);
  g_ptr_array_unref (self->nonces);
  g_ptr_array_unref (self->jobs);
}

/* --- saved ------------------------------------------------------------------------------------------------------- */

static void
save_list (Writer *w, const GPtrArray *list)
{
  gsize block = writer_open (w);
  for (guint i = 0; i < list->len; i++)
    writer_vector (w, span_bytes (list->pdata[i]));
  writer_close (w, block);
}

static void
load_list (Reader *r, GPtrArray *list)
{
  Reader inner = reader_open (r);
  while (reader_more (&inner))
    g_ptr_array_add (list, span_dup (reader_vector (&inner)));
  reader_close (r, &inner);
}

void
demls_catchup_save (const DemlsRunner *self, Writer *w)
{
  const DemlsCatchUpState *state = &self->catchup;
  const gint64 times[] = { state->soon_at,    state->asked_at,    state->unanswered_at,
                           state->lost_at,    state->quiet_since, state->quiet_next,
                           state->quiet_step, state->link_since,  state->rejoined_at };
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    writer_u64 (w, (guint64) times[i]);
  writer_raw (w, SPAN_OF (state->nonce));
  save_list (w, state->hints);
  save_list (w, state->leaves);
}

void
demls_catchup_load (DemlsRunner *self, Reader *r)
{
  DemlsCatchUpState *state = &self->catchup;
  gint64 *const times[] = { &state->soon_at,    &state->asked_at,    &state->unanswered_at,
                            &state->lost_at,    &state->quiet_since, &state->quiet_next,
                            &state->quiet_step, &state->link_since,  &state->rejoined_at };
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    *times[i] = (gint64) reader_u64 (r);
  Span nonce = reader_raw (r, sizeof state->nonce);
  if (nonce.len == sizeof state->nonce)
    memcpy (state->nonce, nonce.data, nonce.len);
  load_list (r, state->hints);
  load_list (r, state->leaves);
}

/* --- what happened ----------------------------------------------------------------------------------------------- */

void
demls_catchup_begin_anew (DemlsRunner *self)
{
  DemlsCatchUpState *state = &self->catchup;
  state->soon_at = DEMLS_NEVER;
  state->asked_at = 0;
  state->lost_at = 0;
  state->unanswered_at = DEMLS_NEVER;
  state->quiet_since = DEMLS_NEVER;
  state->quiet_step = DEMLS_CATCH_UP_QUIET_S * SECOND;
  g_ptr_array_set_size (state->hints, 0);
  demls_dirty (self, "runner");
}

void
demls_catchup_heard (DemlsRunner *self)
{
  DemlsCatchUpState *state = &self->catchup;
  if (state->unanswered_at != DEMLS_NEVER || state->quiet_since != DEMLS_NEVER)
    demls_dirty (self, "runner");
  state->unanswered_at = DEMLS_NEVER;
  state->quiet_since = DEMLS_NEVER;
  state->quiet_step = DEMLS_CATCH_UP_QUIET_S * SECOND;
  if (self->out_of_sync)
    demls_rejoin_found_again (self);
}

void
demls_catchup_unreadable (DemlsRunner *self)
{
  DemlsCatchUpState *state = &self->catchup;
  if (!self->current || state->quiet_since != DEMLS_NEVER)
    return;
  state->quiet_since = self->now.mono;
  state->quiet_next = MAX (self->now.mono, self->heard_at + DEMLS_CATCH_UP_QUIET_S * SECOND);
  demls_dirty (self, "runner");
}

void
demls_catchup_reconnected (DemlsRunner *self)
{
  self->catchup.link_since = self->now.mono;
  demls_catchup_soon (self);
}

void
demls_catchup_soon (DemlsRunner *self)
{
  if (!self->current || self->catchup.soon_at <= self->now.mono)
    return;
  self->catchup.soon_at = self->now.mono;
  demls_dirty (self, "runner");
}

void
demls_catchup_seen (DemlsRunner *self, Span thing)
{
  for (guint i = 0; i < self->catchup.jobs->len; i++)
    {
      DemlsAnswerJob *job = self->catchup.jobs->pdata[i];
      g_hash_table_add (job->known, span_dup (thing));
    }
}

/* --- asking ------------------------------------------------------------------------------------------------------ */

static gboolean
can_ask (const DemlsRunner *self)
{
  return self->current && demls_is_connected (self) && !self->cloned && !self->over
         && (self->current->epoch->n > 1 || self->gone);
}

/* Once per consensus_timeout while a ballot is open. */
static gint64
open_ballot_at (const DemlsRunner *self)
{
  gint64 first = DEMLS_NEVER;
  for (guint i = 0; i < self->matters->len; i++)
    {
      const DemlsMatter *matter = self->matters->pdata[i];
      if (matter->alive && matter->standing == CONSENSUS_OPEN)
        first = MIN (first, matter->seen_at);
    }
  if (first == DEMLS_NEVER)
    return DEMLS_NEVER;
  gint64 period = (gint64) demls_policy (self)->consensus_timeout_ms * MILLISECOND;
  return demls_after (MAX (first, self->catchup.asked_at), period);
}

/* The plain cry, once for each time that nobody answers. */
static gint64
lost_at (const DemlsRunner *self)
{
  const DemlsCatchUpState *state = &self->catchup;
  if (state->unanswered_at == DEMLS_NEVER || state->lost_at >= state->asked_at)
    return DEMLS_NEVER;
  return MAX (demls_after (state->unanswered_at, DEMLS_UNANSWERED_S * SECOND),
              state->lost_at > 0 ? state->lost_at + DEMLS_LOST_AT_EVERY_S * SECOND : 0);
}

static gint64
quiet_at (const DemlsRunner *self)
{
  return self->catchup.quiet_since == DEMLS_NEVER ? DEMLS_NEVER : self->catchup.quiet_next;
}

/* V29: until the inviter is heard it is asked again, ever more seldom. */
static gint64
confirm_at (const DemlsRunner *self)
{
  if (!self->unconfirmed || !self->inviter || self->catchup.asked_at == 0)
    return DEMLS_NEVER;
  gint64 waited = self->catchup.asked_at - self->own_path_at;
  return self->catchup.asked_at + CLAMP (waited, DEMLS_UNANSWERED_S * SECOND, DEMLS_CATCH_UP_LAST_S * SECOND);
}

gint64
demls_catchup_ask_at (const DemlsRunner *self)
{
  if (!can_ask (self))
    return DEMLS_NEVER;
  gint64 at = MIN (self->catchup.soon_at, MIN (open_ballot_at (self), confirm_at (self)));
  return MIN (at, MIN (quiet_at (self), lost_at (self)));
}

static void
set_bit (GByteArray *bitmap, guint32 bit)
{
  guint old = bitmap->len;
  if (old <= bit / 8)
    {
      g_byte_array_set_size (bitmap, bit / 8 + 1);
      memset (bitmap->data + old, 0, bitmap->len - old);
    }
  bitmap->data[bit / 8] = (guint8) (bitmap->data[bit / 8] | 1u << bit % 8);
}

/* What we have of one ballot, in the leaves of `epoch`. */
static void
write_known (const DemlsMatter *matter, const DemlsEpoch *epoch, DemlsKnown *known, GPtrArray *memory)
{
  GByteArray *votes = g_byte_array_new (), *witnesses = g_byte_array_new ();
  guint n;
  const ConsensusVote *held = consensus_ballot_votes (matter->ballot, &n);
  for (guint i = 0; i < n; i++)
    {
      guint32 leaf;
      if (demls_roster_find (epoch->roster, SPAN_OF (held[i].owner), &leaf) && leaf < 8 * DEMLS_BITMAP_MAX)
        set_bit (held[i].value == CONSENSUS_WITNESS ? witnesses : votes, leaf);
    }
  *known = (DemlsKnown) DEMLS_KNOWN_INIT;
  known->proposal_hash = consensus_data (demls_matter_hash (matter));
  known->votes = consensus_data (span (votes->data, votes->len));
  known->witnesses = consensus_data (span (witnesses->data, witnesses->len));
  g_ptr_array_add (memory, votes);
  g_ptr_array_add (memory, witnesses);
}

void
demls_catchup_ask_in (DemlsRunner *self, DemlsKept *kept)
{
  g_autoptr (GPtrArray) memory = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  guint n = MIN (self->matters->len, DEMLS_KNOWN_MAX);
  g_autofree DemlsKnown *known = g_new0 (DemlsKnown, n + 1);
  g_autofree DemlsKnown **pointers = g_new0 (DemlsKnown *, n + 1);
  DemlsCatchUp part = DEMLS_CATCH_UP_INIT;
  part.epoch = demls_kept_number (kept);
  part.known = pointers;
  if (self->unconfirmed && self->inviter)
    part.wanted = consensus_data (span_bytes (self->inviter));
  for (guint i = 0; i < n; i++)
    {
      const DemlsMatter *matter = self->matters->pdata[i];
      if (!matter->alive || matter->standing == CONSENSUS_LOST)
        continue;
      pointers[part.n_known] = &known[part.n_known];
      write_known (matter, kept->epoch, &known[part.n_known], memory);
      part.n_known++;
    }
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (CATCH_UP);
  message.catch_up = &part;
  demls_send_message (self, kept, &message);
}

static void
cry (DemlsRunner *self)
{
  guint8 signature[DEMLS_SIGNATURE_SIZE];
  DemlsLostAt part = DE_MLS__MESSAGES__V1__LOST_AT__INIT;
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  self->catchup.lost_at = self->now.mono;
  if (!demls_lost_sign (self->current->epoch, self->env->rng, self->catchup.nonce, signature, &part))
    return;
  message.payload_case = DEMLS_APP (LOST_AT);
  message.lost_at = &part;
  demls_publish (self, DEMLS_SUBTOPIC_APP_MSG, demls_message_encode (&message.base));
}

void
demls_catchup_ask (DemlsRunner *self)
{
  DemlsCatchUpState *state = &self->catchup;
  demls_dirty (self, "runner");
  if (lost_at (self) <= self->now.mono)
    {
      cry (self);
      return;
    }
  if (quiet_at (self) <= self->now.mono)
    {
      state->quiet_next = self->now.mono + state->quiet_step;
      state->quiet_step = MIN (2 * state->quiet_step, DEMLS_CATCH_UP_LAST_S * SECOND);
    }
  state->soon_at = DEMLS_NEVER;
  state->asked_at = self->now.mono;
  if (state->unanswered_at == DEMLS_NEVER)
    state->unanswered_at = self->now.mono;
  for (DemlsKept *kept = self->current; kept; kept = kept->parent)
    demls_catchup_ask_in (self, kept);
  for (guint i = 0; i < self->epochs->len; i++)
    {
      DemlsKept *kept = self->epochs->pdata[i];
      if (kept->home && !kept->final && !demls_epochs_is_ours (self, kept))
        demls_catchup_ask_in (self, kept);
    }
}

/* --- answering: when --------------------------------------------------------------------------------------------- */

gint64
demls_catchup_answer_at (const DemlsRunner *self)
{
  gint64 first = DEMLS_NEVER;
  for (guint i = 0; i < self->catchup.jobs->len; i++)
    first = MIN (first, ((const DemlsAnswerJob *) self->catchup.jobs->pdata[i])->due);
  return first;
}

void
demls_catchup_answer (DemlsRunner *self)
{
  for (guint i = 0; i < self->catchup.jobs->len; i++)
    {
      DemlsAnswerJob *job = self->catchup.jobs->pdata[i];
      if (job->due > self->now.mono)
        continue;
      demls_answer_job (self, job);
      g_ptr_array_remove_index (self->catchup.jobs, i);
      return;
    }
}

/* --- out of sync (V26) ------------------------------------------------------------------------------------------- */

static gint64
patience (const DemlsRunner *self)
{
  return DEMLS_OUT_OF_SYNC_FREEZES * (gint64) demls_policy (self)->freeze_ms * MILLISECOND;
}

/* Packets come that we cannot read, and neither question was answered. */
static gint64
cut_off_at (const DemlsRunner *self)
{
  const DemlsCatchUpState *state = &self->catchup;
  if (state->quiet_since == DEMLS_NEVER || state->unanswered_at == DEMLS_NEVER || state->lost_at < state->unanswered_at)
    return DEMLS_NEVER;
  gint64 cried = demls_after (state->lost_at, DEMLS_UNANSWERED_S * SECOND);
  return MAX (cried, demls_after (MAX (state->quiet_since, state->link_since), patience (self)));
}

/* What the others have settled upon is closed to us. */
static gint64
shut_out_at (const DemlsRunner *self)
{
  for (const DemlsKept *kept = self->current; kept; kept = kept->parent)
    {
      const DemlsOffer *first = demls_kept_best (kept, TRUE);
      if (first && !demls_offer_can_be_choice (first) && demls_seals_over_third (kept->seals, demls_offer_hash (first)))
        return demls_after (MAX (first->came, self->catchup.link_since), patience (self));
    }
  return DEMLS_NEVER;
}

gint64
demls_catchup_out_of_sync_at (const DemlsRunner *self)
{
  if (self->out_of_sync)
    return self->current && !self->over ? demls_rejoin_try_at (self) : DEMLS_NEVER;
  return can_ask (self) ? MIN (cut_off_at (self), shut_out_at (self)) : DEMLS_NEVER;
}
