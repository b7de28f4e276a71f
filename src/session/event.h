/* event.h - what happened in a conversation (governance G40, G41), for whoever shows it to a person.
 *
 * Events are drained in the order in which they happened. Everything in an event is owned by it. Texts come from peers:
 * valid UTF-8, bounded, but not escaped.
 */
#ifndef DEMLS_EVENT_H
#define DEMLS_EVENT_H

#include "base/bytes.h"

typedef enum {
  DEMLS_STATE_PENDING_JOIN,
  DEMLS_STATE_WORKING,
  DEMLS_STATE_FREEZING,
  DEMLS_STATE_SELECTION,
  DEMLS_STATE_REELECTION,
} DemlsState;

typedef enum {
  DEMLS_EVENT_CHAT,                  /* member, text, message_id, time */
  DEMLS_EVENT_VOTE_REQUESTED,        /* ballot, member = owner: my vote is needed */
  DEMLS_EVENT_OWN_PROPOSAL,          /* ballot: opened by me */
  DEMLS_EVENT_BALLOT_TALLY,          /* ballot, yes, no, witnesses, members */
  DEMLS_EVENT_AUTO_VOTED,            /* ballot, approved = what my client voted by itself (V12) */
  DEMLS_EVENT_CONSENSUS_REACHED,     /* ballot, approved, time; before any effect */
  DEMLS_EVENT_PHASE_CHANGE,          /* state */
  DEMLS_EVENT_FREEZE_PROGRESS,       /* received, expected */
  DEMLS_EVENT_COMMIT_APPLIED,        /* epoch, member = committer, actions */
  DEMLS_EVENT_WELCOME_READY,         /* minted_locally, members = joiners */
  DEMLS_EVENT_JOINED,                /* I am in */
  DEMLS_EVENT_CONFIRMED,             /* the group I joined was confirmed (V29); received = own messages that waited */
  DEMLS_EVENT_LEAVING,               /* terminal: text says why (removed, left, expired) */
  DEMLS_EVENT_ERROR,                 /* operation in text, message */
  DEMLS_EVENT_ROLLED_BACK,           /* epoch gone back to, members whose fate changed (V23) */
  DEMLS_EVENT_MESSAGE_RETURNED,      /* text: own chat of an abandoned branch, its author is asked (V24) */
  DEMLS_EVENT_MESSAGE_UNDECRYPTABLE, /* received = how many, came between since and time */
  DEMLS_EVENT_APPLICANT,             /* member asks to join (announcement held, V7, P2) */
  DEMLS_EVENT_NICK_CHANGED,          /* member, text */
  DEMLS_EVENT_STEWARDS_CHANGED,      /* members = list in force */
  DEMLS_EVENT_OUT_OF_SYNC,           /* V26; approved: my client comes back by itself, else its user must say so */
  DEMLS_EVENT_REJOINED,              /* member, with new keys; own: it is me, and approved: by my own wish; own but not
                                        approved: somebody has my key (warn loudly) */
  DEMLS_EVENT_EVIDENCE,              /* member: signed two votes, commits or seals */
} DemlsEventKind;

/* One action of a commit or one matter of a ballot. */
typedef struct {
  guint32 kind;   /* field number of the request; 100 for a rejoin (mandates V1, Executed) */
  GBytes *target; /* member id, or NULL */
} DemlsAction;

typedef struct {
  DemlsEventKind kind;
  gint64 time;  /* seconds since 1970: when it happened here, or the sender's claim */
  gint64 since; /* seconds since 1970; 0 unknown */
  guint64 epoch;
  DemlsState state;
  gboolean approved;
  gboolean own; /* by me, or about me */
  gboolean minted_locally;
  GBytes *ballot;     /* proposal_hash */
  GBytes *member;     /* member id: sender, owner, committer */
  GPtrArray *members; /* of GBytes, member ids */
  GPtrArray *actions; /* of DemlsAction */
  GBytes *message_id;
  char *text;
  guint yes, no, witnesses, electorate;
  guint received, expected;
} DemlsEvent;

/* A fresh event of `kind`, all else empty. (transfer full) */
DemlsEvent *demls_event_new (DemlsEventKind kind, gint64 time);
void demls_event_free (DemlsEvent *self);

/* The name of a state or kind in upper-case words, for logs and tests. */
const char *demls_state_name (DemlsState state);
const char *demls_event_name (DemlsEventKind kind);

/* A fresh action; takes a reference to `target`, which may be NULL. (transfer full) */
DemlsAction *demls_action_new (guint32 kind, GBytes *target);
void demls_action_free (DemlsAction *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsEvent, demls_event_free)

#endif
