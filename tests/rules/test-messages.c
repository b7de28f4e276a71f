/* test-messages.c - rules/messages.h: every message in its one canonical form, and nothing else (mandates,
 * introduction; section 11); sizes of all fields; fuzz.
 */
#include <string.h>

#include "../lib/run.h"
#include "rules/messages.h"

static guint8 filler[DEMLS_TEXT_MAX + 1];

static ProtobufCBinaryData
some (gsize len)
{
  return consensus_data (span (filler, len));
}

/* --- one of each
 * ------------------------------------------------------------------------------------------------------ */

typedef GBytes *(*Sample) (void);

static GBytes *
app (DeMls__Messages__V1__AppMessage__PayloadCase payload_case, gpointer part)
{
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = payload_case;
  message.seal = part; /* all members of the oneof are pointers in one place */
  return demls_message_encode (&message.base);
}

static GBytes *
sample_chat (void)
{
  static char id[] = "grp";
  DemlsConversationMessage part = DEMLS_CONVERSATION_MESSAGE_INIT;
  part.message = consensus_data (span_str ("hello"));
  part.sender = some (20);
  part.conversation_id = id;
  part.message_id = some (16);
  part.sent_at_ms = 1700000000123;
  return app (DEMLS_APP (CONVERSATION_MESSAGE), &part);
}

static GBytes *
sample_ban (void)
{
  DemlsBanRequest part = DEMLS_BAN_REQUEST_INIT;
  part.user_to_ban = some (20);
  return app (DEMLS_APP (BAN_REQUEST), &part);
}

static GBytes *
sample_membership (void)
{
  DemlsMembershipChange part = DEMLS_MEMBERSHIP_CHANGE_INIT;
  part.member = some (20);
  return app (DEMLS_APP (MEMBERSHIP_CHANGE), &part);
}

static GBytes *
sample_welcome (void)
{
  ProtobufCBinaryData joiners[] = { some (20), some (20) };
  DemlsMemberWelcome part = DEMLS_MEMBER_WELCOME_INIT;
  part.welcome_bytes = some (100);
  part.n_joiner_identities = 2;
  part.joiner_identities = joiners;
  return app (DEMLS_APP (MEMBER_WELCOME), &part);
}

static GBytes *
sample_catch_up (void)
{
  DemlsKnown known = DEMLS_KNOWN_INIT, *all[] = { &known, &known };
  known.proposal_hash = some (32);
  known.votes = some (1);
  DemlsCatchUp part = DEMLS_CATCH_UP_INIT;
  part.epoch = 3;
  part.n_known = 2;
  part.known = all;
  part.wanted = some (20);
  return app (DEMLS_APP (CATCH_UP), &part);
}

static GBytes *
sample_nick (void)
{
  static char nick[] = "zo\xc3\xab";
  DemlsNickClaim part = DEMLS_NICK_CLAIM_INIT;
  part.nick = nick;
  return app (DEMLS_APP (NICK_CLAIM), &part);
}

static GBytes *
sample_seal (void)
{
  DemlsSealMessage part = DEMLS_SEAL_INIT;
  part.epoch = 5;
  part.hash = some (32);
  part.signature = some (64);
  part.member_id = some (20);
  part.epoch_id = some (32);
  return app (DEMLS_APP (SEAL), &part);
}

static GBytes *
sample_lost (void)
{
  DemlsLostAt part = DEMLS_LOST_AT_INIT;
  part.epoch = 5;
  part.member_id = some (20);
  part.nonce = some (16);
  part.signature = some (64);
  return app (DEMLS_APP (LOST_AT), &part);
}

static GBytes *
sample_leaf (void)
{
  DemlsLeafAt part = DEMLS_LEAF_AT_INIT;
  part.member_id = some (20);
  part.leaf_hash = some (32);
  part.nonce = some (16);
  part.instance = some (16);
  return app (DEMLS_APP (LEAF_AT), &part);
}

static void
fill_proposal (Consensus__V1__Proposal *proposal)
{
  static char name[] = "t";
  proposal->name = name;
  proposal->payload = some (2);
  proposal->proposal_owner = some (20);
  proposal->round = 1;
}

static GBytes *
sample_answer (void)
{
  Consensus__V1__Proposal proposal = CONSENSUS__V1__PROPOSAL__INIT;
  fill_proposal (&proposal);
  DemlsMandateVoteMessage vote = DEMLS_MANDATE_VOTE_INIT, *votes[] = { &vote, &vote };
  vote.leaf_index = 3;
  vote.value = 1;
  vote.signature = some (64);
  DemlsMandateMessage mandate = DEMLS_MANDATE_INIT, *mandates[] = { &mandate };
  mandate.proposal = &proposal;
  mandate.n_votes = 2;
  mandate.votes = votes;
  mandate.by_silence = TRUE;
  DemlsCatchUpAnswer part = DEMLS_CATCH_UP_ANSWER_INIT;
  part.n_mandates = 1;
  part.mandates = mandates;
  return app (DEMLS_APP (CATCH_UP_ANSWER), &part);
}

static GBytes *
sample_candidate (void)
{
  Consensus__V1__Proposal proposal = CONSENSUS__V1__PROPOSAL__INIT;
  fill_proposal (&proposal);
  DemlsMandateMessage mandate = DEMLS_MANDATE_INIT, *mandates[] = { &mandate, &mandate };
  mandate.proposal = &proposal;
  DemlsCommitCandidate part = DEMLS_COMMIT_CANDIDATE_INIT;
  part.conversation_id = some (3);
  part.commit_message = some (200);
  part.steward_member_id = some (20);
  part.n_mandates = 2;
  part.mandates = mandates;
  part.welcome = some (50);
  return app (DEMLS_APP (COMMIT_CANDIDATE), &part);
}

static void
fill_vote (Consensus__V1__Vote *vote)
{
  vote->vote_owner = some (20);
  vote->vote_hash = some (32);
  vote->signature = some (64);
  vote->proposal_hash = some (32);
  vote->value = 2;
}

static GBytes *
sample_vote (void)
{
  Consensus__V1__Vote part = CONSENSUS__V1__VOTE__INIT;
  fill_vote (&part);
  return app (DEMLS_APP (VOTE), &part);
}

static GBytes *
sample_proposal (void)
{
  Consensus__V1__Vote vote = CONSENSUS__V1__VOTE__INIT, *votes[] = { &vote };
  fill_vote (&vote);
  Consensus__V1__Proposal part = CONSENSUS__V1__PROPOSAL__INIT;
  fill_proposal (&part);
  part.n_votes = 1;
  part.votes = votes;
  return app (DEMLS_APP (PROPOSAL), &part);
}

static const Sample samples[] = {
  sample_chat, sample_ban,  sample_membership, sample_welcome, sample_catch_up,  sample_nick,     sample_seal,
  sample_lost, sample_leaf, sample_answer,     sample_vote,    sample_candidate, sample_proposal,
};

static gint
judge (Span bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DemlsAppMessage) message = demls_app_message_decode (bytes, &error);
  ck_assert_int_eq (message == NULL, error != NULL);
  if (!message)
    return error->code;
  g_autoptr (GBytes) again = demls_message_encode (&message->base);
  ck_assert (span_equal (span_bytes (again), bytes));
  return -1;
}

START_TEST (each_is_read_as_written)
{
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (GBytes) bytes = samples[i]();
      ck_assert_msg (judge (span_bytes (bytes)) == -1, "sample %u", i);
    }
}
END_TEST

START_TEST (every_prefix_is_refused)
{
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (GBytes) bytes = samples[i]();
      for (gsize len = 0; len < g_bytes_get_size (bytes); len++)
        {
          g_autofree guint8 *copy = g_malloc (len + 1);
          memcpy (copy, g_bytes_get_data (bytes, NULL), len);
          ck_assert_msg (judge (span (copy, len)) != -1, "sample %u, %u bytes", i, (guint) len);
        }
    }
}
END_TEST

/* --- other ways to write the same
 * ------------------------------------------------------------------------------------- */

/* The outer message's only field: its tag, then the length of the part, then the part; `edit` is applied to the part.
 */
static GBytes *
rewrap (Span whole, GBytes *(*edit) (Span part))
{
  guint8 tag_size = whole.data[0] & 0x80 ? 2 : 1, length_size = whole.data[tag_size] & 0x80 ? 2 : 1;
  gsize head = (gsize) tag_size + length_size;
  g_autoptr (GBytes) part = edit (span (whole.data + head, whole.len - head));
  gsize len = g_bytes_get_size (part);
  GByteArray *out = g_byte_array_new ();
  g_byte_array_append (out, whole.data, tag_size);
  guint8 length[2] = { (guint8) (len < 128 ? len : (len & 0x7F) | 0x80), (guint8) (len >> 7) };
  g_byte_array_append (out, length, len < 128 ? 1 : 2);
  g_byte_array_append (out, g_bytes_get_data (part, NULL), (guint) len);
  return g_byte_array_free_to_bytes (out);
}

static GBytes *
join (Span a, Span b)
{
  GByteArray *out = g_byte_array_new ();
  g_byte_array_append (out, a.data, (guint) a.len);
  g_byte_array_append (out, b.data, (guint) b.len);
  return g_byte_array_free_to_bytes (out);
}

static GBytes *
with_unknown (Span part)
{
  return join (part, span ("\xf8\x3f\x01", 3)); /* field 1023 = 1 */
}

static GBytes *
with_first_twice (Span part)
{
  /* field by field: the first one again, in front */
  guint8 tag_size = part.data[0] & 0x80 ? 2 : 1;
  gsize size = (gsize) tag_size + 1;
  if ((part.data[0] & 7) == 2)
    size += part.data[tag_size];
  else
    while (part.data[size - 1] & 0x80)
      size++;
  return join (span (part.data, size), part);
}

static GBytes *
with_long_tag (Span part)
{
  guint8 head[3] = { part.data[0] | 0x80, part.data[0] & 0x80 ? part.data[1] | 0x80 : 0, 0 };
  gsize old = part.data[0] & 0x80 ? 2 : 1;
  return join (span (head, old + 1), span (part.data + old, part.len - old));
}

static GBytes *
unchanged (Span part)
{
  return span_dup (part);
}

START_TEST (other_spellings_are_refused)
{
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (GBytes) bytes = samples[i]();
      Span whole = span_bytes (bytes);
      g_autoptr (GBytes) same = rewrap (whole, unchanged);
      ck_assert_msg (g_bytes_equal (same, bytes), "sample %u", i);
      g_autoptr (GBytes) unknown = rewrap (whole, with_unknown), tag = rewrap (whole, with_long_tag);
      g_autoptr (GBytes) twice = rewrap (whole, with_first_twice), two = join (whole, whole);
      ck_assert_int_eq (judge (span_bytes (unknown)), CONSENSUS_ERROR_UNKNOWN);
      ck_assert_int_eq (judge (span_bytes (tag)), CONSENSUS_ERROR_NOT_CANONICAL);
      ck_assert_int_eq (judge (span_bytes (two)), CONSENSUS_ERROR_NOT_CANONICAL);
      if (samples[i] != sample_answer) /* whose only field is repeated */
        ck_assert_int_eq (judge (span_bytes (twice)), CONSENSUS_ERROR_NOT_CANONICAL);
      g_autoptr (GBytes) other = i > 0 ? samples[0]() : samples[1]();
      g_autoptr (GBytes) both = join (span_bytes (i > 0 ? other : bytes), span_bytes (i > 0 ? bytes : other));
      gint code = judge (span_bytes (both)); /* two members of the oneof, in order */
      ck_assert_int_eq (code, CONSENSUS_ERROR_ONEOF);
    }
  ck_assert_int_eq (judge (SPAN_EMPTY), CONSENSUS_ERROR_ONEOF);
  ck_assert_int_eq (judge (span ("\x2a\x00", 2)), CONSENSUS_ERROR_UNKNOWN); /* VotePayload, the reference's own */
  ck_assert_int_eq (judge (span ("\x4a\x00", 2)), CONSENSUS_ERROR_UNKNOWN); /* ConversationSync */
}
END_TEST

/* --- sizes
 * ---------------------------------------------------------------------------------------------------------------- */

START_TEST (fields_have_their_sizes)
{
  DemlsSealMessage seal = DEMLS_SEAL_INIT;
  for (guint wrong = 0; wrong < 9; wrong++)
    {
      seal.epoch = 0; /* may be left out */
      seal.hash = some (wrong == 1 ? 31 : wrong == 2 ? 0 : 32);
      seal.signature = some (wrong == 3 ? 65 : wrong == 4 ? 0 : 64);
      seal.member_id = some (wrong == 5 ? 21 : wrong == 6 ? 0 : 20);
      seal.epoch_id = some (wrong == 7 ? 33 : wrong == 8 ? 0 : 32);
      g_autoptr (GBytes) bytes = app (DEMLS_APP (SEAL), &seal);
      ck_assert_int_eq (judge (span_bytes (bytes)), wrong ? CONSENSUS_ERROR_SIZE : -1);
    }
  DemlsConversationMessage chat = DEMLS_CONVERSATION_MESSAGE_INIT;
  chat.message_id = some (16);
  chat.message = some (DEMLS_TEXT_MAX);
  g_autoptr (GBytes) longest = app (DEMLS_APP (CONVERSATION_MESSAGE), &chat);
  ck_assert_int_eq (judge (span_bytes (longest)), -1);
  chat.message = some (DEMLS_TEXT_MAX + 1);
  g_autoptr (GBytes) longer = app (DEMLS_APP (CONVERSATION_MESSAGE), &chat);
  ck_assert_int_eq (judge (span_bytes (longer)), CONSENSUS_ERROR_SIZE);
  chat.message = some (0);
  chat.message_id = some (0);
  g_autoptr (GBytes) nameless = app (DEMLS_APP (CONVERSATION_MESSAGE), &chat);
  ck_assert_int_eq (judge (span_bytes (nameless)), CONSENSUS_ERROR_SIZE);
}
END_TEST

static gint
judge_request (const DemlsUpdateRequest *message)
{
  g_autoptr (GBytes) bytes = demls_message_encode (&message->base);
  g_autoptr (GError) error = NULL;
  g_autoptr (DemlsUpdateRequest) back = demls_update_request_decode (span_bytes (bytes), &error);
  return back ? -1 : error->code;
}

START_TEST (requests_have_exactly_one_question)
{
  DemlsUpdateRequest message = DEMLS_UPDATE_REQUEST_INIT;
  message.group = some (19);
  message.opened_epoch = 1;
  ck_assert_int_eq (judge_request (&message), CONSENSUS_ERROR_ONEOF); /* section 11: nothing set = invalid */
  DemlsRefresh refresh = DEMLS_REFRESH_INIT;
  message.payload_case = DEMLS_REQUEST (REFRESH);
  message.refresh = &refresh;
  ck_assert_int_eq (judge_request (&message), -1);
  message.group = some (16); /* no room for a group id */
  ck_assert_int_eq (judge_request (&message), CONSENSUS_ERROR_SIZE);
  message.group = some (0);
  ck_assert_int_eq (judge_request (&message), CONSENSUS_ERROR_SIZE);
  message.group = some (19);
  message.epoch_id = some (31);
  ck_assert_int_eq (judge_request (&message), CONSENSUS_ERROR_SIZE);

  message.epoch_id = some (0);
  DemlsEmergency emergency = DEMLS_EMERGENCY_INIT;
  message.payload_case = DEMLS_REQUEST (EMERGENCY_CRITERIA);
  message.emergency_criteria = &emergency;
  ck_assert_int_eq (judge_request (&message), CONSENSUS_ERROR_SIZE); /* no evidence (G65) */
  DemlsEvidence evidence = DEMLS_EVIDENCE_INIT;
  emergency.evidence = &evidence;
  evidence.violation_type = DEMLS_VIOLATION (DEADLOCK);
  evidence.creator_member_id = some (20);
  ck_assert_int_eq (judge_request (&message), -1);
  evidence.violation_type = (DemlsViolation) 7; /* no such value */
  ck_assert_int_eq (judge_request (&message), CONSENSUS_ERROR_UNKNOWN);

  g_autofree char *reason = g_strnfill (DEMLS_REASON_MAX, 'r'), *longer = g_strnfill (DEMLS_REASON_MAX + 1, 'r');
  DemlsRemoveMember remove = DEMLS_REMOVE_MEMBER_INIT;
  remove.member_id = some (20);
  message.payload_case = DEMLS_REQUEST (REMOVE_MEMBER);
  message.remove_member = &remove;
  remove.reason = reason;
  ck_assert_int_eq (judge_request (&message), -1);
  remove.reason = longer;
  ck_assert_int_eq (judge_request (&message), CONSENSUS_ERROR_SIZE);
}
END_TEST

START_TEST (welcome_channel_tells_its_two_apart)
{
  DemlsMemberInvite invite = DEMLS_MEMBER_INVITE_INIT;
  invite.key_package_bytes = some (300);
  invite.member_id = some (20);
  DemlsWelcomeChannel message = DEMLS_WELCOME_CHANNEL_INIT;
  message.payload_case = DEMLS_CHANNEL (ANNOUNCE);
  message.announce = &invite;
  g_autoptr (GBytes) bytes = demls_message_encode (&message.base);
  g_autoptr (DemlsWelcomeChannel) back = demls_welcome_channel_decode (span_bytes (bytes), NULL);
  ck_assert (back && back->payload_case == DEMLS_CHANNEL (ANNOUNCE) && back->announce->key_package_bytes.len == 300);
  ck_assert (!demls_welcome_channel_decode (SPAN_EMPTY, NULL));

  static char id[] = "abcdefghijklmnopqrstuvwxyz", title[] = "book club";
  DemlsGroupAnnouncement group = DEMLS_GROUP_ANNOUNCEMENT_INIT;
  group.id = id;
  group.title = title;
  group.members = 5;
  g_autoptr (GBytes) announced = demls_message_encode (&group.base);
  g_autoptr (DemlsGroupAnnouncement) read = demls_group_announcement_decode (span_bytes (announced), NULL);
  ck_assert (read && read->members == 5);
  ck_assert (!demls_group_announcement_decode (SPAN_EMPTY, NULL));
}
END_TEST

START_TEST (only_two_kinds_are_plain)
{
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (GBytes) bytes = samples[i]();
      g_autoptr (DemlsAppMessage) message = demls_app_message_decode (span_bytes (bytes), NULL);
      ck_assert_int_eq (demls_app_message_is_plain (message), samples[i] == sample_lost || samples[i] == sample_leaf);
    }
}
END_TEST

/* --- junk
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST (junk_is_refused_or_canonical)
{
  g_autoptr (Rng) rng = rng_new_seeded (3);
  guint rounds = run_rounds (100000), accepted = 0;
  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GBytes) bytes = samples[rng_below (rng, G_N_ELEMENTS (samples))]();
      gsize len = g_bytes_get_size (bytes);
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), len);
      for (guint changes = 1 + rng_below (rng, 3); changes > 0; changes--)
        copy[rng_below (rng, (guint32) len)] = (guint8) rng_below (rng, 256);
      accepted += judge (span (copy, len)) == -1;
    }
  ck_assert_uint_gt (accepted, 0);
}
END_TEST

/* Many small parts would unpack into much more than they take. */
START_TEST (amplification_is_refused)
{
  GByteArray *many = g_byte_array_new ();
  for (guint i = 0; i < 5000; i++)
    g_byte_array_append (many, (const guint8 *) "\x0a\x00", 2); /* empty mandates */
  GByteArray *wrapped = g_byte_array_new ();
  g_byte_array_append (wrapped, (const guint8 *) "\xca\x06\x90\x4e", 4); /* field 105, 10,000 bytes */
  g_byte_array_append (wrapped, many->data, many->len);
  ck_assert_int_ne (judge (span (wrapped->data, wrapped->len)), -1);
  g_byte_array_unref (many);
  g_byte_array_unref (wrapped);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    each_is_read_as_written,
    every_prefix_is_refused,
    other_spellings_are_refused,
    fields_have_their_sizes,
    requests_have_exactly_one_question,
    welcome_channel_tells_its_two_apart,
    only_two_kinds_are_plain,
    junk_is_refused_or_canonical,
    amplification_is_refused,
  };
  return run_tests ("rules/messages", tests, G_N_ELEMENTS (tests));
}
