/* make-corpus-rules.c - writes the seeds of fuzz-app-message, fuzz-candidate and fuzz-runner: a valid input of each
 * kind. Not a test; run by hand after a change of format:
 *
 *   make-corpus-rules tests/fuzz/corpus
 *
 * Files named seed-* are replaced; what fuzzing found beside them stays.
 */
#include <glib/gstdio.h>
#include <stdlib.h>

#include "../lib/runner-fuzzing.h"

static const char *corpus;
static const guint8 filler[200];

static void
put (const char *target, const char *name, Span input)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_build_filename (corpus, target, NULL);
  g_autofree char *file = g_strconcat ("seed-", name, NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_mkdir_with_parents (folder, 0755);
  if (!g_file_set_contents (path, (const char *) input.data, (gssize) input.len, &error))
    g_error ("%s", error->message);
}

static void
put_mode (const char *target, const char *name, guint8 mode, Span bytes)
{
  g_auto (Writer) w = WRITER_INIT;
  writer_u8 (&w, mode);
  writer_raw (&w, bytes);
  put (target, name, writer_span (&w));
}

static ProtobufCBinaryData
some (gsize len)
{
  return consensus_data (span (filler, len));
}

/* --- application messages ---------------------------------------------------------------------------------------- */

/* Each goes to fuzz-app-message as it is (mode 0), and to fuzz-runner: a plain packet, a message of the first member,
 * or after a question of the hero's one that the third member signs. */
static void
put_app (const char *name, DeMls__Messages__V1__AppMessage__PayloadCase payload_case, gpointer part)
{
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = payload_case;
  message.seal = part; /* all members of the oneof are pointers in one place */
  g_autoptr (GBytes) bytes = demls_message_encode (&message.base);
  put_mode ("app-message", name, 0, span_bytes (bytes));
  gboolean is_signed =
      payload_case == DEMLS_APP (VOTE) || payload_case == DEMLS_APP (PROPOSAL) || payload_case == DEMLS_APP (SEAL);
  static const guint8 question[] = { 5, 2 }, later[] = { 6, 0xff, 6, 0xff };
  g_auto (Writer) w = WRITER_INIT;
  if (is_signed)
    writer_raw (&w, SPAN_OF (question));
  writer_u8 (&w, demls_app_message_is_plain (&message) ? 0 : is_signed ? 3 : 2);
  writer_u16 (&w, (guint16) g_bytes_get_size (bytes));
  writer_raw (&w, span_bytes (bytes));
  writer_raw (&w, SPAN_OF (later));
  put ("runner", name, writer_span (&w));
}

static void
make_chat (void)
{
  static char id[] = STAGE_ID, nick[] = "zo\xc3\xab";
  DemlsConversationMessage chat = DEMLS_CONVERSATION_MESSAGE_INIT;
  chat.message = consensus_data (span_str ("hello"));
  chat.conversation_id = id;
  chat.message_id = some (16);
  chat.sent_at_ms = 1700000000123;
  put_app ("chat", DEMLS_APP (CONVERSATION_MESSAGE), &chat);
  DemlsBanRequest ban = DEMLS_BAN_REQUEST_INIT;
  ban.user_to_ban = some (20);
  put_app ("ban", DEMLS_APP (BAN_REQUEST), &ban);
  DemlsMembershipChange change = DEMLS_MEMBERSHIP_CHANGE_INIT;
  change.member = some (20);
  put_app ("change", DEMLS_APP (MEMBERSHIP_CHANGE), &change);
  DemlsNickClaim claim = DEMLS_NICK_CLAIM_INIT;
  claim.nick = nick;
  put_app ("nick", DEMLS_APP (NICK_CLAIM), &claim);
}

static void
make_catch_up (void)
{
  DemlsKnown known = DEMLS_KNOWN_INIT, *all[] = { &known, &known };
  known.proposal_hash = some (32);
  known.votes = some (1);
  DemlsCatchUp question = DEMLS_CATCH_UP_INIT;
  question.epoch = 3;
  question.n_known = 2;
  question.known = all;
  put_app ("catch-up", DEMLS_APP (CATCH_UP), &question);
  DemlsLostAt lost = DEMLS_LOST_AT_INIT;
  lost.epoch = 5;
  lost.member_id = some (20);
  lost.nonce = some (16);
  lost.signature = some (64);
  put_app ("lost", DEMLS_APP (LOST_AT), &lost);
  DemlsLeafAt leaf = DEMLS_LEAF_AT_INIT;
  leaf.member_id = some (20);
  leaf.leaf_hash = some (32);
  leaf.nonce = some (16);
  put_app ("leaf", DEMLS_APP (LEAF_AT), &leaf);
  DemlsSealMessage seal = DEMLS_SEAL_INIT;
  seal.epoch = 5;
  seal.hash = some (32);
  seal.signature = some (64);
  seal.member_id = some (20);
  seal.epoch_id = some (32);
  put_app ("seal", DEMLS_APP (SEAL), &seal);
}

/* With the vote of its opener in it. */
static void
make_proposal (const World *world)
{
  const Person *owner = &world->person[1];
  g_autoptr (DemlsRequest) request = world_request (owner, demls_ask_policy (owner->epoch, NULL, "chess club"));
  ConsensusVote vote = world_vote (world, owner, request, CONSENSUS_YES);
  ConsensusVoteLabels labels = { .vote_id = 3, .proposal_id = 7, .timestamp = 1700000000 };
  g_autoptr (GBytes) alone = consensus_vote_encode (&vote, &labels);
  g_autoptr (GBytes) with = consensus_proposal_encode_with (request->proposal, &vote, &labels);
  put_mode ("app-message", "vote", 7, span_bytes (alone));
  put_mode ("app-message", "hashed-vote", 8, span_bytes (alone));
  put_mode ("app-message", "proposal", 9, span_bytes (with));
  put_mode ("app-message", "proposal-alone", 9, span_bytes (request->proposal->encoded));
  guint8 hash[CONSENSUS_HASH_SIZE];
  Consensus__V1__Vote message = CONSENSUS__V1__VOTE__INIT, *votes[] = { &message };
  consensus_vote_write (&vote, &labels, hash, &message);
  put_app ("app-vote", DEMLS_APP (VOTE), &message);
  Consensus__V1__Proposal proposal = CONSENSUS__V1__PROPOSAL__INIT;
  consensus_proposal_write (request->proposal, &proposal);
  proposal.n_votes = 1;
  proposal.votes = votes;
  put_app ("app-proposal", DEMLS_APP (PROPOSAL), &proposal);
}

static void
put_request (const char *name, GBytes *payload)
{
  put_mode ("app-message", name, 3, span_bytes (payload));
  g_bytes_unref (payload);
}

static void
make_state (const DemlsEpoch *epoch)
{
  static char id[] = STAGE_ID, title[] = "book club";
  g_autoptr (GBytes) governance = demls_governance_encode (epoch->governance);
  g_autoptr (GBytes) extensions = demls_group_extensions (epoch->governance);
  put_mode ("app-message", "governance", 4, span_bytes (governance));
  put_mode ("app-message", "extensions", 10, span_bytes (extensions));
  DemlsGroupAnnouncement group = DEMLS_GROUP_ANNOUNCEMENT_INIT;
  group.id = id;
  group.title = title;
  group.members = 5;
  g_autoptr (GBytes) announced = demls_message_encode (&group.base);
  put_mode ("app-message", "announcement", 2, span_bytes (announced));
}

static void
make_app_messages (const CandidateScene *scene)
{
  const DemlsEpoch *epoch = scene->world->person[0].epoch;
  DemlsPolicy policy = stage_policy ();
  make_chat ();
  make_catch_up ();
  make_proposal (scene->world);
  make_state (epoch);
  put_request ("invite", candidate_scene_invite (scene));
  put_request ("election", demls_ask_election (epoch, 1));
  put_request ("policy", demls_ask_policy (epoch, &policy, "other"));
  put_request ("deadlock", demls_ask_emergency (epoch, DEMLS_VIOLATION (DEADLOCK), SPAN_EMPTY, SPAN_EMPTY,
                                                person_id (&scene->world->person[0])));
  g_autoptr (GPtrArray) mandates = candidate_scene_mandates (scene, 1);
  const DemlsMandate *mandate = mandates->pdata[0];
  put_mode ("app-message", "mandate", 6, span_bytes (mandate->encoded));
}

/* --- candidates -------------------------------------------------------------------------------------------------- */

static void
make_candidates (const CandidateScene *scene)
{
  static const guint8 change[] = { 0, 40, 1, 1 }; /* at byte 40: flip a bit */
  g_autoptr (GBytes) nothing = g_bytes_new_static ("no commit", 9);
  put_mode ("candidate", "wire", 0, span_bytes (scene->valid->pdata[1]));
  for (guint which = 0; which < scene->valid->len; which++)
    {
      g_autofree char *unchanged = g_strdup_printf ("valid-%u", which), *flipped = g_strdup_printf ("flip-%u", which);
      g_autofree char *anew = g_strdup_printf ("anew-%u", which);
      g_auto (Writer) w = WRITER_INIT;
      writer_u8 (&w, (guint8) which);
      put_mode ("candidate", unchanged, 1, writer_span (&w));
      writer_raw (&w, SPAN_OF (change));
      put_mode ("candidate", flipped, 1, writer_span (&w));
      const Person *committer = &scene->world->person[0];
      g_autoptr (GPtrArray) mandates = candidate_scene_mandates (scene, which);
      g_autoptr (GBytes) encoded =
          demls_candidate_encode (committer->epoch, nothing, person_id (committer), mandates, NULL);
      put_mode ("candidate", anew, which == 0 ? 2 : 3, span_bytes (encoded));
    }
}

/* --- runners ----------------------------------------------------------------------------------------------------- */

/* Steps without bytes: a kind and an argument each (fuzz-runner.c). */
static void
make_stories (void)
{
  static const guint8 expel[] = { 4, 0x21, 5, 5, 6, 0xff, 6, 0xff, 6, 0xff, 6, 0xff, 7, 0 };
  static const guint8 rename[] = { 5, 2, 6, 0x84, 4, 5, 4, 0x85, 6, 0xff, 6, 0xff, 6, 0xff, 4, 0 };
  static const guint8 leave[] = { 5, 7, 6, 0xff, 6, 0xff, 6, 0xff, 6, 0xff, 5, 0 };
  static const guint8 removed[] = { 4, 0x11, 6, 0x84, 4, 0x85, 6, 0xff, 6, 0xff, 6, 0xff };
  static const guint8 alone[] = { 5, 0, 5, 2, 6, 8, 7, 0, 6, 10, 6, 14 };
  static const guint8 offline[] = { 5, 9, 4, 0x82, 6, 0x20, 5, 0x19, 6, 0xff, 7, 0 };
  put ("runner", "expel", SPAN_OF (expel));
  put ("runner", "rename", SPAN_OF (rename));
  put ("runner", "leave", SPAN_OF (leave));
  put ("runner", "removed", SPAN_OF (removed));
  put ("runner", "alone", SPAN_OF (alone));
  put ("runner", "offline", SPAN_OF (offline));
}

/* What somebody who wants to come in says, and what a member really sent. */
static void
make_packets (const CandidateScene *scene)
{
  const Person *stranger = &scene->stranger;
  DemlsMemberInvite invite = DEMLS_MEMBER_INVITE_INIT;
  invite.key_package_bytes = consensus_data (person_package (stranger));
  invite.member_id = consensus_data (person_id (stranger));
  DemlsWelcomeChannel channel = DEMLS_WELCOME_CHANNEL_INIT;
  channel.payload_case = DEMLS_CHANNEL (ANNOUNCE);
  channel.announce = &invite;
  g_autoptr (GBytes) announced = demls_message_encode (&channel.base);
  put_mode ("app-message", "announce", 1, span_bytes (announced));
  g_auto (Writer) w = WRITER_INIT;
  writer_u8 (&w, 1);
  writer_u16 (&w, (guint16) g_bytes_get_size (announced));
  writer_raw (&w, span_bytes (announced));
  static const guint8 later[] = { 6, 0xff, 6, 0xff, 6, 0xff };
  writer_raw (&w, SPAN_OF (later));
  put ("runner", "announce", writer_span (&w));

  Stage *stage = stage_new ();
  Actor *alice = &stage->actor[0];
  g_autoptr (GError) error = NULL;
  if (!demls_runner_say (alice->runner, "hi", NULL, stage->now, &error))
    g_error ("%s", error->message);
  actor_settle (alice, stage->now);
  const DemlsPacket *packet = alice->outbox->pdata[0];
  g_auto (Writer) said = WRITER_INIT;
  for (guint twice = 0; twice < 2; twice++)
    {
      writer_u8 (&said, 0);
      writer_u16 (&said, (guint16) g_bytes_get_size (packet->payload));
      writer_raw (&said, span_bytes (packet->payload));
    }
  put ("runner", "packet-twice", writer_span (&said));
}

int
main (int argc, char **argv)
{
  if (argc != 2)
    {
      g_printerr ("usage: make-corpus-rules FOLDER\n");
      return EXIT_FAILURE;
    }
  corpus = argv[1];
  const CandidateScene *scene = candidate_scene ();
  make_app_messages (scene);
  make_candidates (scene);
  make_stories ();
  make_packets (scene);
  return EXIT_SUCCESS;
}
