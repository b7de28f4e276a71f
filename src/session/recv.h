/* recv.h - packets as they come in: opened, gated, handed to one handler each (governance G8, G9, G16; mandates V25).
 *
 * What a member says in an MLS message reaches a handler with who said it and in which kept epoch. Handlers change
 * nothing if they refuse.
 */
#ifndef DEMLS_SESSION_RECV_H
#define DEMLS_SESSION_RECV_H

#include "rules/messages.h"
#include "session/epochs.h"

struct _DemlsRunner;

/* A message with what MLS proves about it. */
typedef struct {
  DemlsKept *kept; /* the epoch in which it was sent */
  Span sender;     /* member id */
  guint32 leaf;
  Span packet; /* as it came */
  const DemlsAppMessage *message;
} DemlsReceived;

/* Opens all held packets again, after the branch has changed (V25). */
void demls_recv_try_held (struct _DemlsRunner *self);

/* Who was heard, and when last: member id -> gint64*. Noting never goes back in time; who was never heard was at
 * G_MININT64, the newest of none is 0. */
GHashTable *demls_heard_new (void);
void demls_heard_note (GHashTable *heard, Span member, gint64 mono);
gint64 demls_heard_last (GHashTable *heard, Span member);
gint64 demls_heard_newest (GHashTable *heard);

/* Was this member heard after `mono` in this epoch, and in no later one? Who speaks only in an earlier one is lost, not
 * idle. Not remembered across restarts. */
gboolean demls_recv_heard_since (const struct _DemlsRunner *self, const DemlsKept *kept, Span member, gint64 mono);

/* --- handlers (recv-*.c, answer.c) -------------------------------------------------------------------------------*/

/* Chat: shown once. */
gboolean demls_recv_chat (struct _DemlsRunner *self, const DemlsReceived *received, GError **error);
/* A nickname that its owner claims. */
gboolean demls_recv_nick (struct _DemlsRunner *self, const DemlsReceived *received, GError **error);
/* A joiner tells that it is in. */
gboolean demls_recv_notice (struct _DemlsRunner *self, const DemlsReceived *received, GError **error);
/* A proposal, by its owner. */
gboolean demls_recv_proposal (struct _DemlsRunner *self, const DemlsReceived *received, GError **error);
/* A vote, by its owner. */
gboolean demls_recv_vote (struct _DemlsRunner *self, const DemlsReceived *received, GError **error);
/* A candidate, by anybody. */
gboolean demls_recv_candidate (struct _DemlsRunner *self, const DemlsReceived *received, GError **error);
/* A seal, by anybody. */
gboolean demls_recv_seal (struct _DemlsRunner *self, const DemlsReceived *received, GError **error);
/* A question for what its sender lacks. */
gboolean demls_recv_catch_up (struct _DemlsRunner *self, const DemlsReceived *received, GError **error);
/* Ballots and votes that we may lack. */
gboolean demls_recv_answer (struct _DemlsRunner *self, const DemlsReceived *received, GError **error);

/* Plain packets: LostAt and LeafAt (V31). */
gboolean demls_recv_plain (struct _DemlsRunner *self, Span payload, GError **error);

/* The welcome channel (G13). */
gboolean demls_recv_welcome_channel (struct _DemlsRunner *self, Span payload, GError **error);

#endif
