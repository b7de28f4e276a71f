/* sim-record.h - what an observer of the whole world knows: group states, ballots with what people really voted, and
 * what was said.
 *
 * This is the oracle's memory. It is filled from what users did and from events, never from what a member believes
 * about others, so that it can be compared with that.
 */
#ifndef DEMLS_TESTS_SIM_RECORD_H
#define DEMLS_TESTS_SIM_RECORD_H

#include "sim-honest.h"

/* A state of the group, named by its epoch authenticator. */
typedef struct _SimState {
  guint number; /* in the order in which they were seen */
  guint64 epoch;
  GBytes *authenticator;
  GPtrArray *members;  /* of GBytes, in leaf order */
  GPtrArray *stewards; /* of GBytes */
  GBytes *encoded;     /* the governance */
  DemlsGovernance *governance;
  gint64 seen_at;
  GBytes *parent; /* authenticator of the state it was merged from, where that is known */
} SimState;

/* A member entered a state. */
typedef struct {
  gint64 at;
  const SimState *state;
} SimVisit;

typedef struct {
  guint number; /* #1, #2 ... */
  GBytes *hash;
  gint64 seen_at;
  guint64 epoch;              /* of its opener then */
  guint64 yes, no;            /* bit i: member i said so, by hand or by its client's rule */
  guint64 approved, rejected; /* bit i: shown so to member i */
  gboolean opened;            /* by a user or client that said yes to it: no self-leave */
  guint32 kind;               /* of the first action known; 0 if unknown */
  GBytes *target;             /* or NULL */
  gint64 all_yes_at;          /* all honest members of the opener's group said yes; DEMLS_NEVER before */
  gboolean settled;           /* S3 has been looked at */
} SimBallot;

typedef struct {
  GBytes *id;
  guint sender;
  char *text;
  gint64 at;
  guint64 shown;    /* bit i: at member i */
  guint64 expected; /* bit i: must be shown there by `deadline` (S5) */
  gint64 deadline;
} SimChat;

struct _SimRecord {
  GHashTable *states;     /* authenticator -> SimState */
  GHashTable *ballots;    /* hash -> SimBallot */
  GPtrArray *ballot_list; /* in order */
  GHashTable *chats;      /* message id -> SimChat */
  GPtrArray *chat_list;
  guint first_open_chat; /* those before have nothing to wait for */
  gint64 converged_at;
  GPtrArray *thefts; /* of SimTheft (sim-thief.c) */
};

SimRecord *sim_record_new (void);
void sim_record_free (SimRecord *self);

/* The state that the member's runner is in, recorded; NULL in PendingJoin. Fails the world if a known state has other
 * members, stewards or governance than before. */
const SimState *sim_record_state (SimHonest *member);

/* The ballot of this hash, made if it is new. */
SimBallot *sim_record_ballot (SimWorld *world, Span hash);

/* V8 and V9 with what people really did. Of V9 only that at least two said yes: who witnessed is not known here, and a
 * mandate need not carry a no that its committer has not seen. Liars may have said yes to anything. */
gboolean sim_ballot_has_passed (const SimBallot *self, guint64 electorate, guint64 liars, gboolean silence);

/* What lines call it: its number, counted from the beginning of the story if one is told. */
gint sim_ballot_number (SimWorld *world, Span hash);

/* NULL if there is none. */
SimChat *sim_record_chat (const SimRecord *self, GBytes *id);

/* The member said something, and it was saved. */
void sim_record_said (SimHonest *sender, GBytes *id, const char *text);

/* It also went out: who is there and has caught up must read it by the bound (S5). */
void sim_record_sent (SimHonest *sender, GBytes *id);

/* It died before that was saved. */
void sim_record_unsaid (SimHonest *sender, GBytes *id);

/* The member's vote was saved. */
void sim_record_voted (SimHonest *member, Span ballot, gboolean yes);

/* The member begins anew with an empty disk: what it was shown before is another life. */
void sim_record_forget_verdicts (SimHonest *member);

gboolean sim_state_has (const SimState *state, Span id);

/* Bits of the members of this state; how many of them are set in `bits`. */
guint64 sim_state_bits (const SimWorld *world, const SimState *state);
guint sim_bits (guint64 bits);

/* Was the member in a state, at `since` or later, in which `reader` was a member too? */
gboolean sim_record_shared (const SimHonest *sender, gint64 since, Span reader);

#endif
