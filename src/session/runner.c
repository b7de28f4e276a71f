#include "session/runner.h"

#include <string.h>

#include "rules/nick.h"
#include "session/catchup.h"
#include "session/epochs.h"
#include "session/leave.h"
#include "session/recv.h"
#include "session/runner-private.h"
#include "session/snapshot.h"
#include "session/steward.h"
#include "session/tick.h"

/* --- life -------------------------------------------------------------------------------------------------------- */

static void
outgoing_free (DemlsOutgoing *self)
{
  g_bytes_unref (self->payload);
  g_free (self);
}

static void
set_nick (DemlsRunner *self, const char *nick)
{
  g_free (self->nick);
  self->nick = nick ? demls_nick_tidy (nick) : NULL;
  if (!self->nick)
    self->nick = demls_member_id_short (demls_me (self));
}

DemlsRunner *
demls_runner_new_blank (const DemlsEnv *env, const char *id)
{
  DemlsRunner *self = g_new0 (DemlsRunner, 1);
  self->env = env;
  self->id = g_strdup (id);
  demls_member_id (sign_key_public (env->key), self->me);
  set_nick (self, env->nick);
  self->online = TRUE;
  self->epochs = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_kept_free);
  self->box = consensus_ballot_box_new ();
  self->matters = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_matter_free);
  self->meter = consensus_meter_new ();
  self->applicants = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_applicant_free);
  self->burned = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->resolved = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->held = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_held_free);
  self->sayings = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_saying_free);
  self->shown = g_ptr_array_new_with_free_func (g_free);
  self->raws = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_raw_free);
  self->welcomes = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_welcome_free);
  self->scores = demls_peer_scores_new ();
  self->outgoing = g_queue_new ();
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_event_free);
  self->dirty = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->saved = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->heard = demls_heard_new ();
  self->heard_here = demls_heard_new ();
  demls_catchup_init (&self->catchup);
  return self;
}

void
demls_runner_free (DemlsRunner *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->matters, g_ptr_array_unref);
  g_clear_pointer (&self->box, consensus_ballot_box_free);
  g_clear_pointer (&self->epochs, g_ptr_array_unref);
  g_clear_pointer (&self->meter, consensus_meter_free);
  g_clear_pointer (&self->scores, demls_peer_scores_free);
  g_clear_pointer (&self->applicants, g_ptr_array_unref);
  g_clear_pointer (&self->burned, g_ptr_array_unref);
  g_clear_pointer (&self->resolved, g_ptr_array_unref);
  g_clear_pointer (&self->held, g_ptr_array_unref);
  g_clear_pointer (&self->sayings, g_ptr_array_unref);
  g_clear_pointer (&self->shown, g_ptr_array_unref);
  g_clear_pointer (&self->raws, g_ptr_array_unref);
  g_clear_pointer (&self->welcomes, g_ptr_array_unref);
  g_clear_pointer (&self->joining, demls_joining_free);
  g_clear_pointer (&self->inviter, g_bytes_unref);
  demls_catchup_clear (&self->catchup);
  g_clear_pointer (&self->heard, g_hash_table_unref);
  g_clear_pointer (&self->heard_here, g_hash_table_unref);
  g_queue_free_full (self->outgoing, (GDestroyNotify) outgoing_free);
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_clear_pointer (&self->dirty, g_hash_table_unref);
  g_clear_pointer (&self->saved, g_hash_table_unref);
  g_free (self->nick);
  g_free (self->id);
  g_free (self);
}

void
demls_packet_free (DemlsPacket *self)
{
  g_bytes_unref (self->payload);
  g_free (self);
}

void
demls_row_free (DemlsRow *self)
{
  g_clear_pointer (&self->value, g_bytes_unref);
  g_free (self->key);
  g_free (self);
}

/* --- entering ---------------------------------------------------------------------------------------------------- */

void
demls_runner_enter (DemlsRunner *self, DemlsNow now)
{
  gint64 mono = now.mono + self->offset;
  self->now.mono = MAX (mono, self->now.mono);
  self->now.wall = MAX (now.wall, self->now.wall);
}

gboolean
demls_runner_may_act (DemlsRunner *self, GError **error)
{
  if (self->over || self->gone)
    return demls_refuse (error, DEMLS_ERROR_BLOCKED, "this conversation is over");
  if (!self->current)
    return demls_refuse (error, DEMLS_ERROR_BLOCKED, "still asking to join");
  if (self->cloned)
    return demls_refuse (error, DEMLS_ERROR_BLOCKED, "somebody else uses our keys");
  return TRUE;
}

void
demls_runner_set_link (DemlsRunner *self, gboolean online, gboolean backlog, DemlsNow now)
{
  demls_runner_enter (self, now);
  gboolean back = (online && !self->online) || (!backlog && self->backlog);
  self->online = online;
  self->backlog = backlog;
  if (back && online && !backlog)
    demls_catchup_reconnected (self);
}

void
demls_runner_confirm (DemlsRunner *self, DemlsNow now)
{
  demls_runner_enter (self, now);
  demls_join_confirm (self);
}

gboolean
demls_runner_set_nick (DemlsRunner *self, const char *nick, DemlsNow now, GError **error)
{
  demls_runner_enter (self, now);
  if (!demls_nick_is_valid (span_str (nick)))
    return demls_refuse (error, DEMLS_ERROR_INVALID, "no such nickname is allowed");
  set_nick (self, nick);
  demls_dirty (self, "runner");
  if (!self->current)
    return TRUE;
  DemlsNickClaim claim = DEMLS_NICK_CLAIM_INIT;
  claim.nick = self->nick;
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (NICK_CLAIM);
  message.nick_claim = &claim;
  demls_send_message (self, self->current, &message);
  return TRUE;
}

/* --- sending ----------------------------------------------------------------------------------------------------- */

static void
mark_outgoing (DemlsRunner *self, guint64 serial)
{
  g_autofree char *key = g_strdup_printf ("outbox/%016" G_GINT64_MODIFIER "x", serial);
  demls_dirty (self, key);
}

void
demls_publish (DemlsRunner *self, DemlsSubtopic subtopic, GBytes *payload)
{
  DemlsOutgoing *out = g_new0 (DemlsOutgoing, 1);
  out->serial = self->outgoing_serial++;
  out->subtopic = subtopic;
  out->payload = payload;
  g_queue_push_tail (self->outgoing, out);
  mark_outgoing (self, out->serial);
  demls_dirty (self, "runner");
}

/* Lengths of chat lines say too much: they are rounded up. */
#define PADDING_STEP 64

GBytes *
demls_send (DemlsRunner *self, DemlsKept *epoch, Span plaintext)
{
  if (self->cloned || self->over || !epoch)
    return NULL;
  gsize padding = (PADDING_STEP - plaintext.len % PADDING_STEP) % PADDING_STEP;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) packet = mls_group_seal (epoch->group, self->env->rng, plaintext, SPAN_EMPTY, padding, &error);
  if (!packet)
    {
      demls_emit_error (self, "send", error->message);
      return NULL;
    }
  demls_epochs_touched (self, epoch);
  demls_publish (self, DEMLS_SUBTOPIC_APP_MSG, g_bytes_ref (packet));
  self->own_messages++;
  return g_steal_pointer (&packet);
}

gboolean
demls_send_message (DemlsRunner *self, DemlsKept *epoch, const DemlsAppMessage *message)
{
  g_autoptr (GBytes) plaintext = demls_message_encode (&message->base);
  g_autoptr (GBytes) packet = demls_send (self, epoch, span_bytes (plaintext));
  return packet != NULL;
}

/* --- draining ---------------------------------------------------------------------------------------------------- */

DemlsEvent *
demls_emit (DemlsRunner *self, DemlsEventKind kind)
{
  DemlsEvent *event = demls_event_new (kind, self->now.wall);
  g_ptr_array_add (self->events, event);
  return event;
}

void
demls_emit_error (DemlsRunner *self, const char *operation, const char *message)
{
  DemlsEvent *event = demls_emit (self, DEMLS_EVENT_ERROR);
  event->text = g_strdup_printf ("%s: %s", operation, message);
}

GPtrArray *
demls_runner_drain_events (DemlsRunner *self)
{
  GPtrArray *events = self->events;
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_event_free);
  return events;
}

GPtrArray *
demls_runner_drain_outbound (DemlsRunner *self)
{
  GPtrArray *packets = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_packet_free);
  for (GList *link = self->outgoing->head; link; link = link->next)
    {
      DemlsOutgoing *out = link->data;
      if (out->drained)
        continue;
      out->drained = TRUE;
      DemlsPacket *packet = g_new0 (DemlsPacket, 1);
      packet->subtopic = out->subtopic;
      packet->payload = g_bytes_ref (out->payload);
      g_ptr_array_add (packets, packet);
    }
  return packets;
}

void
demls_runner_published (DemlsRunner *self, guint n)
{
  for (guint i = 0; i < n && self->outgoing->head; i++)
    {
      DemlsOutgoing *out = self->outgoing->head->data;
      if (!out->drained)
        return;
      mark_outgoing (self, out->serial);
      outgoing_free (g_queue_pop_head (self->outgoing));
    }
}

/* --- what it is -------------------------------------------------------------------------------------------------- */

const char *
demls_runner_id (const DemlsRunner *self)
{
  return self->id;
}

DemlsState
demls_runner_state (const DemlsRunner *self)
{
  return self->state;
}

gboolean
demls_runner_is_over (const DemlsRunner *self)
{
  return self->over;
}

guint64
demls_runner_epoch (const DemlsRunner *self)
{
  return self->current ? demls_kept_number (self->current) : 0;
}

Span
demls_runner_authenticator (const DemlsRunner *self)
{
  return self->current ? mls_group_epoch_authenticator (self->current->group) : SPAN_EMPTY;
}

static GPtrArray *
ids_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}

GPtrArray *
demls_runner_members (const DemlsRunner *self)
{
  GPtrArray *members = ids_new ();
  if (!self->current)
    return members;
  guint32 leaf = 0;
  for (guint32 at = 0; mls_tree_next_member (mls_group_tree (self->current->group), at, &leaf); at = leaf + 1)
    g_ptr_array_add (members, span_dup (demls_roster_id_at (self->current->epoch->roster, leaf)));
  return members;
}

char *
demls_runner_leaf_nick (const DemlsRunner *self, Span member_id)
{
  const MlsLeafNode *leaf = self->current ? demls_roster_leaf (self->current->epoch->roster, member_id) : NULL;
  Span nick = SPAN_EMPTY;
  if (!leaf || !mls_extensions_find (leaf->extensions, MLS_EXTENSION_DEMLS_NICK, &nick) || !demls_nick_is_valid (nick))
    return NULL;
  return g_strndup ((const char *) nick.data, nick.len);
}

GPtrArray *
demls_runner_stewards (const DemlsRunner *self)
{
  GPtrArray *stewards = ids_new ();
  guint32 n = self->current ? demls_stewards_size (self->current->epoch->stewards) : 0;
  for (guint32 i = 0; i < n; i++)
    g_ptr_array_add (stewards, span_dup (demls_stewards_at (self->current->epoch->stewards, i)));
  return stewards;
}

GPtrArray *
demls_runner_applicants (const DemlsRunner *self)
{
  GPtrArray *applicants = ids_new ();
  for (guint i = 0; i < self->applicants->len; i++)
    {
      const DemlsApplicant *applicant = self->applicants->pdata[i];
      g_ptr_array_add (applicants, g_bytes_new (applicant->member, sizeof applicant->member));
    }
  return applicants;
}

const DemlsGovernance *
demls_runner_governance (const DemlsRunner *self)
{
  return self->current ? self->current->epoch->governance : NULL;
}

const DemlsPolicy *
demls_policy (const DemlsRunner *self)
{
  return &self->current->epoch->governance->policy;
}

gint64
demls_random_delay (DemlsRunner *self, gint64 from, gint64 to)
{
  gint64 steps = (to - from) / MILLISECOND + 1;
  return from + (gint64) rng_below (self->env->rng, (guint32) steps) * MILLISECOND;
}
