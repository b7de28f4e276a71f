/* runner.h - one conversation that its members govern: the face of the session floor (DESIGN 4).
 *
 * A runner is driven, then drained. Whoever owns it hands in packets, what the user does, and the time; afterwards it
 * takes away the rows to be saved, the packets to be published and the events to be shown, in this order: what is
 * published before it is saved can use a key twice after a crash.
 *
 *   demls_runner_receive() or an action, or demls_runner_tick()
 *   demls_runner_drain_rows()       1. save, in one transaction, together with
 *   demls_runner_drain_outbound()   2. publish, then demls_runner_published()
 *   demls_runner_drain_events()     3. show
 *
 * demls_runner_tick() must be called after every packet and action and at demls_runner_next_wakeup() (G44).
 *
 * Time only moves forward: an instant earlier than the last one counts as the last one. No function blocks, reads a
 * clock, or calls back. Errors: DEMLS_ERROR (error.h), MLS_ERROR.
 */
#ifndef DEMLS_RUNNER_H
#define DEMLS_RUNNER_H

#include "base/clock.h"
#include "crypto/rng.h"
#include "crypto/sign.h"
#include "rules/governance.h"
#include "session/event.h"

typedef struct _DemlsRunner DemlsRunner;

/* Who we are; borrowed, outlives every runner made with it. */
typedef struct {
  Suite *suite;
  Rng *rng;
  SignKey *key;     /* the identity: also the leaf's signature key in every group */
  const char *nick; /* V28 */
} DemlsEnv;

/* Packets travel on one of two channels of a conversation (G6). */
typedef enum {
  DEMLS_SUBTOPIC_APP_MSG,
  DEMLS_SUBTOPIC_WELCOME,
} DemlsSubtopic;

typedef struct {
  DemlsSubtopic subtopic;
  GBytes *payload;
} DemlsPacket;

/* One row of saved state: a key unique in the conversation and its contents (which may be secret and wipe
 * themselves), or NULL contents for a row that is gone. */
typedef struct {
  char *key;
  GBytes *value;
} DemlsRow;

/* What a joiner knows of the group from a link or announcement (V2, V29); zero where unknown. */
typedef struct {
  guint64 expires_after_ms; /* how long PendingJoin lasts; 0: 180 s */
  GBytes *inviter;          /* member id from the link, or NULL */
} DemlsJoinHint;

/* --- beginning and end -------------------------------------------------------------------------------------------*/

/* Founds a group: conversation id (26 characters of base32, P2), title (V28's character rules) and policy. The founder
 * is its only member, state Working. (transfer full) */
DemlsRunner *demls_runner_found (const DemlsEnv *env, const char *id, const char *title, const DemlsPolicy *policy,
                                 DemlsNow now, GError **error);

/* Asks to join: state PendingJoin, announces a fresh key package, again after 30 s, doubling to 1 h (V2).
 * (transfer full) */
DemlsRunner *demls_runner_await (const DemlsEnv *env, const char *id, const DemlsJoinHint *hint, DemlsNow now,
                                 GError **error);

/* Brings a conversation back from its saved rows (of DemlsRow). What was in flight is published again, deadlines are
 * re-armed and never longer than they were. Error: STORE if rows are missing or damaged. (transfer full) */
DemlsRunner *demls_runner_restore (const DemlsEnv *env, const GPtrArray *rows, DemlsNow now, GError **error);

void demls_runner_free (DemlsRunner *self);

/* TRUE once LEAVING was emitted: nothing happens here any more and the rows are gone. */
gboolean demls_runner_is_over (const DemlsRunner *self);

/* --- driving -----------------------------------------------------------------------------------------------------*/

/* A packet from the delivery service, anybody's. Bad packets are dropped with an error that only says why; they change
 * nothing. */
gboolean demls_runner_receive (DemlsRunner *self, DemlsSubtopic subtopic, Span payload, DemlsNow now, GError **error);

/* Does all that is due, in the order of G44 and of deadlines. Cannot fail. */
void demls_runner_tick (DemlsRunner *self, DemlsNow now);

/* The instant (mono) of the next thing due, DEMLS_NEVER if nothing is. Nothing changes before it. */
gint64 demls_runner_next_wakeup (const DemlsRunner *self);

/* What the delivery service knows: whether we are connected, and whether packets from before are still unread (V21,
 * V26, V31). A runner begins connected and without backlog. */
void demls_runner_set_link (DemlsRunner *self, gboolean online, gboolean backlog, DemlsNow now);

/* --- what the user does ------------------------------------------------------------------------------------------*/

/* Sends chat (valid UTF-8, 1 .. 16 KiB). In states where it cannot go out it waits and is sent in order. `message_id`
 * (may be NULL) receives its 16 bytes. Errors: BLOCKED (PendingJoin, over), INVALID. */
gboolean demls_runner_say (DemlsRunner *self, const char *text, GBytes **message_id, DemlsNow now, GError **error);

/* Opens a ballot: vouch for a waiting applicant; remove a member; change policy and/or title (NULL = unchanged); accuse
 * (emergency type 3); elect stewards; `ballot` (may be NULL) receives its proposal_hash. Errors: BLOCKED, NOT_MEMBER,
 * UNKNOWN (no such applicant), LIMIT (G151), INVALID, DUPLICATE (such a ballot is open). */
gboolean demls_runner_invite (DemlsRunner *self, Span member_id, GBytes **ballot, DemlsNow now, GError **error);
gboolean demls_runner_expel (DemlsRunner *self, Span member_id, const char *reason, GBytes **ballot, DemlsNow now,
                             GError **error);
gboolean demls_runner_change (DemlsRunner *self, const DemlsPolicy *policy, const char *title, GBytes **ballot,
                              DemlsNow now, GError **error);
gboolean demls_runner_accuse (DemlsRunner *self, Span member_id, const char *reason, GBytes **ballot, DemlsNow now,
                              GError **error);
gboolean demls_runner_elect (DemlsRunner *self, GBytes **ballot, DemlsNow now, GError **error);

/* Casts my vote. Errors: BLOCKED, UNKNOWN, ALREADY_VOTED, EXPIRED. */
gboolean demls_runner_vote (DemlsRunner *self, Span ballot, gboolean yes, DemlsNow now, GError **error);

/* Leaves: at once in PendingJoin or alone, else by a self-leave that somebody commits (G73, G74). A second call sends
 * nothing. */
gboolean demls_runner_leave (DemlsRunner *self, DemlsNow now, GError **error);

/* Rejoins with fresh keys (V26); only while out of sync. Error: BLOCKED. */
gboolean demls_runner_rejoin (DemlsRunner *self, DemlsNow now, GError **error);

/* Claims a nickname now; the leaf follows with the next own commit (V28). Error: INVALID. */
gboolean demls_runner_set_nick (DemlsRunner *self, const char *nick, DemlsNow now, GError **error);

/* The user compared the group code: the group counts as confirmed (V29). */
void demls_runner_confirm (DemlsRunner *self, DemlsNow now);

/* --- draining ----------------------------------------------------------------------------------------------------*/

GPtrArray *demls_runner_drain_events (DemlsRunner *self);   /* of DemlsEvent. (transfer full) */
GPtrArray *demls_runner_drain_outbound (DemlsRunner *self); /* of DemlsPacket. (transfer full) */

/* Rows changed since the last drain, in the order of their keys, the unpublished outbound packets among them until
 * demls_runner_published(). Of DemlsRow. (transfer full) */
GPtrArray *demls_runner_drain_rows (DemlsRunner *self);

/* The `n` oldest drained packets are out: their rows may go. Until told so, a restored runner sends them again, which
 * peers bear. */
void demls_runner_published (DemlsRunner *self, guint n);

/* --- what it is --------------------------------------------------------------------------------------------------*/

/* Its conversation id. */
const char *demls_runner_id (const DemlsRunner *self);

/* Where it stands (event.h). */
DemlsState demls_runner_state (const DemlsRunner *self);

/* TRUE while a Deadlock that passed lets anybody commit (mandates 9). */
gboolean demls_runner_in_recovery (const DemlsRunner *self);

/* The MLS epoch; 0 in PendingJoin. */
guint64 demls_runner_epoch (const DemlsRunner *self);

/* 8.7 of RFC 9420; empty in PendingJoin. */
Span demls_runner_authenticator (const DemlsRunner *self);

/* Member ids in leaf order; the list in force (V3); applicants waiting. Arrays of GBytes. (transfer full) */
GPtrArray *demls_runner_members (const DemlsRunner *self);

/* What a member calls itself in its leaf (V28); NULL if it does not, or is none. (transfer full: g_free) */
char *demls_runner_leaf_nick (const DemlsRunner *self, Span member_id);
GPtrArray *demls_runner_stewards (const DemlsRunner *self);
GPtrArray *demls_runner_applicants (const DemlsRunner *self);

/* The governance in force; NULL in PendingJoin. */
const DemlsGovernance *demls_runner_governance (const DemlsRunner *self);

/* proposal_hashes of ballots that are alive and undecided, oldest first; of GBytes. (transfer full) */
GPtrArray *demls_runner_ballots (const DemlsRunner *self);

/* Seconds since 1970 of an instant that an event or DemlsMatter tells: the runner's timeline goes on across restarts,
 * so it is not the caller's clock. */
gint64 demls_runner_wall_of (const DemlsRunner *self, gint64 instant);

/* V29: FALSE in PendingJoin and until the inviter was heard or the user has compared the group code; own chat waits.
 * Who has to be heard; empty if nobody. */
gboolean demls_runner_is_confirmed (const DemlsRunner *self);
Span demls_runner_inviter (const DemlsRunner *self);

/* V23: the group's choice is that we are out: we send nothing, and it may still become another one. */
gboolean demls_runner_is_out (const DemlsRunner *self);

/* V26: we have lost touch and ask to be let in again. X6: a copy of us sends, so we do not. */
gboolean demls_runner_is_out_of_sync (const DemlsRunner *self);
gboolean demls_runner_is_cloned (const DemlsRunner *self);

/* How many of our own messages wait to be sent. */
guint demls_runner_waiting (const DemlsRunner *self);

/* 7.8 of RFC 9420; empty in PendingJoin. */
Span demls_runner_tree_hash (const DemlsRunner *self);

/* proposal_hashes of ballots that passed and are not committed yet, of those that commit; of GBytes. (transfer full) */
GPtrArray *demls_runner_passed (const DemlsRunner *self);

/* What this member thinks of another one (governance 8); 0 for somebody unknown. */
gint64 demls_runner_score (const DemlsRunner *self, Span member_id);

void demls_packet_free (DemlsPacket *self);
void demls_row_free (DemlsRow *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsRunner, demls_runner_free)

#endif
