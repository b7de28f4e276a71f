#include "session/event.h"

static const char *const state_names[] = {
  [DEMLS_STATE_PENDING_JOIN] = "PENDING JOIN", [DEMLS_STATE_WORKING] = "WORKING",
  [DEMLS_STATE_FREEZING] = "FREEZING",         [DEMLS_STATE_SELECTION] = "SELECTION",
  [DEMLS_STATE_REELECTION] = "REELECTION",
};

static const char *const event_names[] = {
  [DEMLS_EVENT_CHAT] = "CHAT",
  [DEMLS_EVENT_VOTE_REQUESTED] = "VOTE REQUESTED",
  [DEMLS_EVENT_OWN_PROPOSAL] = "OWN PROPOSAL",
  [DEMLS_EVENT_BALLOT_TALLY] = "BALLOT TALLY",
  [DEMLS_EVENT_AUTO_VOTED] = "AUTO VOTED",
  [DEMLS_EVENT_CONSENSUS_REACHED] = "CONSENSUS REACHED",
  [DEMLS_EVENT_PHASE_CHANGE] = "PHASE CHANGE",
  [DEMLS_EVENT_FREEZE_PROGRESS] = "FREEZE PROGRESS",
  [DEMLS_EVENT_COMMIT_APPLIED] = "COMMIT APPLIED",
  [DEMLS_EVENT_WELCOME_READY] = "WELCOME READY",
  [DEMLS_EVENT_JOINED] = "JOINED",
  [DEMLS_EVENT_CONFIRMED] = "CONFIRMED",
  [DEMLS_EVENT_LEAVING] = "LEAVING",
  [DEMLS_EVENT_ERROR] = "ERROR",
  [DEMLS_EVENT_ROLLED_BACK] = "ROLLED BACK",
  [DEMLS_EVENT_MESSAGE_RETURNED] = "MESSAGE RETURNED",
  [DEMLS_EVENT_MESSAGE_UNDECRYPTABLE] = "MESSAGE UNDECRYPTABLE",
  [DEMLS_EVENT_APPLICANT] = "APPLICANT",
  [DEMLS_EVENT_NICK_CHANGED] = "NICK CHANGED",
  [DEMLS_EVENT_STEWARDS_CHANGED] = "STEWARDS CHANGED",
  [DEMLS_EVENT_OUT_OF_SYNC] = "OUT OF SYNC",
  [DEMLS_EVENT_REJOINED] = "REJOINED",
  [DEMLS_EVENT_EVIDENCE] = "EVIDENCE",
};

DemlsEvent *
demls_event_new (DemlsEventKind kind, gint64 time)
{
  DemlsEvent *self = g_new0 (DemlsEvent, 1);
  self->kind = kind;
  self->time = time;
  return self;
}

void
demls_event_free (DemlsEvent *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->ballot, g_bytes_unref);
  g_clear_pointer (&self->member, g_bytes_unref);
  g_clear_pointer (&self->members, g_ptr_array_unref);
  g_clear_pointer (&self->actions, g_ptr_array_unref);
  g_clear_pointer (&self->message_id, g_bytes_unref);
  g_free (self->text);
  g_free (self);
}

const char *
demls_state_name (DemlsState state)
{
  return (gsize) state < G_N_ELEMENTS (state_names) ? state_names[state] : "?";
}

const char *
demls_event_name (DemlsEventKind kind)
{
  return (gsize) kind < G_N_ELEMENTS (event_names) ? event_names[kind] : "?";
}

DemlsAction *
demls_action_new (guint32 kind, GBytes *target)
{
  DemlsAction *self = g_new0 (DemlsAction, 1);
  self->kind = kind;
  self->target = target ? g_bytes_ref (target) : NULL;
  return self;
}

void
demls_action_free (DemlsAction *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->target, g_bytes_unref);
  g_free (self);
}
