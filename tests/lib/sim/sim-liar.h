/* sim-liar.h - what somebody can send who holds a member's keys and does not keep to the rules.
 *
 * A liar is a SimHonest whose word nothing is built on: its core goes on as before, so that it knows what the group
 * knows, and beside that it says whatever is asked of it here. Scenarios may also borrow an honest member for one act.
 * (A scripted member without a core is a SimMember with other ops.)
 */
#ifndef DEMLS_TESTS_SIM_LIAR_H
#define DEMLS_TESTS_SIM_LIAR_H

#include "rules/mandate.h"
#include "rules/messages.h"
#include "session/voting.h"
#include "sim-honest.h"

/* From now on nothing that it says counts as an honest member's word, and it can whisper (which takes the net's
 * filter). */
void sim_liar_make (SimHonest *member);

/* TRUE while it is a member with a core that can send. */
gboolean sim_liar_can (const SimHonest *liar);

/* Says `message` in the member's current epoch, at once; to everybody, or only to those whose bits are set. */
void sim_liar_send (SimHonest *member, const DemlsAppMessage *message);
void sim_liar_whisper (SimHonest *member, const DemlsAppMessage *message, guint64 to);

/* The same, encrypted now and not sent. (transfer full) */
GBytes *sim_liar_seal (SimHonest *member, const DemlsAppMessage *message);

/* Publishes bytes in its name, now or later. */
void sim_liar_publish (SimHonest *liar, DemlsSubtopic subtopic, Span bytes);
void sim_liar_publish_later (SimHonest *liar, GBytes *bytes, gint64 at);

/* --- candidates -------------------------------------------------------------------------------------------------- */

/* The mandates of what has passed as the member knows it, of DemlsMandate. (transfer full) */
GPtrArray *sim_liar_mandates (const SimHonest *member);

/* A candidate with these mandates, whether they pass or not; NULL if MLS itself cannot make one. Not sent, and the
 * member knows nothing of it. (transfer full) */
GBytes *sim_liar_build_of (SimHonest *member, const GPtrArray *mandates);

/* A valid candidate of what has passed, as the member would build it now, or NULL. (transfer full) */
GBytes *sim_liar_build (SimHonest *member);

/* Sends a CommitCandidate to those whose bits are set (0: all). FALSE if these are no candidate's bytes. */
gboolean sim_liar_send_candidate (SimHonest *member, GBytes *encoded, guint64 to);

/* A mandate with these votes. (transfer full) */
DemlsMandate *sim_liar_mandate (const DemlsRequest *request, const DemlsMandateVote *votes, guint n,
                                gboolean by_silence);

/* While it is set, paths of commits made anywhere in this process cannot be opened by those below the topmost node of
 * the committer's copath (about half of a full tree). FALSE if this program was not linked for that: it takes
 * -Wl,--wrap=mls_path_maker_write. */
gboolean sim_liar_spoil_paths (gboolean spoil);

/* --- votes ------------------------------------------------------------------------------------------------------- */

/* A random ballot that is alive where the liar is, or NULL. (borrowed) */
DemlsMatter *sim_liar_ballot (SimHonest *liar);

/* Its signed vote, sent to those whose bits are set. */
void sim_liar_vote (SimHonest *liar, const DemlsMatter *matter, ConsensusValue value, guint64 to);

/* A Vote as it stands, whoever it claims to be from. */
void sim_liar_send_vote (SimHonest *liar, const ConsensusVote *vote, const ConsensusVoteLabels *labels, guint64 to);

/* A proposal with a payload and labels of its own choice, without a vote; `payload` is taken. */
void sim_liar_propose (SimHonest *liar, GBytes *payload, const ConsensusProposalFields *fields);

/* Sends its seal of some candidate of the current epoch. */
void sim_liar_seal_hash (SimHonest *liar, const guint8 hash[DEMLS_HASH_SIZE], guint64 to);

#endif
