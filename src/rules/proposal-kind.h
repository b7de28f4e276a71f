/* proposal-kind.h - the table of what can be voted on: what it does, when it is alive, how it passes (mandates V4,
 * V12).
 *
 *  kind           in a mandate  action at commit  passes by
 *  invite         yes           Add               votes, silence
 *  rejoin         yes           Remove and Add    its proof, at once
 *  remove         yes           Remove            votes; of oneself: at once
 *  score removal  yes           Remove            votes
 *  accusation     no            -                 votes (only local scores follow)
 *  deadlock       yes           -                 votes, silence
 *  election       yes           -                 votes, silence
 *  policy         yes           -                 votes
 *  refresh        yes           -                 its owner's yes, at once
 */
#ifndef DEMLS_RULES_PROPOSAL_KIND_H
#define DEMLS_RULES_PROPOSAL_KIND_H

#include "consensus/ballot.h"
#include "rules/request.h"

/* May a mandate carry this kind? */
gboolean demls_kind_commits (DemlsKind kind);

/* Does its mandate add a member? Remove one? Is it counted among a candidate's actions (V19)? */
gboolean demls_kind_adds (DemlsKind kind);
gboolean demls_kind_removes (DemlsKind kind);
gboolean demls_kind_is_action (DemlsKind kind);

/* V1: how `executed` calls it: the request's field number, 100 for a rejoin. */
guint32 demls_kind_number (DemlsKind kind);

/* The ways (ConsensusWay) by which this request passes in a group with this policy. */
guint demls_request_ways (const DemlsRequest *self, const DemlsPolicy *policy);

/* V4: is it alive in this epoch? A rejoin's proof is verified here. Errors: OTHER_GROUP, NOT_YET, TOO_OLD, EXECUTED,
 * OVERTAKEN, IS_MEMBER, NO_MEMBER, REJOIN_PROOF, EPOCH_ID, NO_ELECTION, ELECTION, POLICY, TITLE, REFRESH_EARLY. */
gboolean demls_request_is_alive (const DemlsRequest *self, const DemlsEpoch *epoch, GError **error);

/* V11: what passes it at once is there: a yes of its owner, who is a member; for a rejoin that is alive always. */
gboolean demls_request_passed_at_once (const DemlsRequest *self, const ConsensusBallot *ballot,
                                       const DemlsEpoch *epoch);

/* How a ballot on it stands in this epoch (V8-V11). `expired`: its time is over here. */
ConsensusStanding demls_request_standing (const DemlsRequest *self, const ConsensusBallot *ballot,
                                          const DemlsEpoch *epoch, gboolean expired);

/* G79, RFC 9420 10.1, for voters and honest stewards: can the announced key package be added to this group at all,
 * lifetime at `wall` (seconds) included? Invites and rejoins only. Errors: MLS_ERROR's. */
gboolean demls_request_is_addable (const DemlsRequest *self, const DemlsEpoch *epoch, gint64 wall, GError **error);

#endif
