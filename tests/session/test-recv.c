/* test-recv.c - session/recv.h: what comes from outside is refused without a trace unless it is what it claims (G8,
 * G16, V25, A10, A13, X6).
 */
#include <string.h>

#include "bus.h"
#include "session/runner-private.h"

static gboolean
refuses (Bus *bus, guint i, DemlsSubtopic subtopic, Span packet)
{
  g_autoptr (GError) error = NULL;
  gboolean taken = demls_runner_receive (bus_runner (bus, i), subtopic, packet, bus_now (bus), &error);
  ck_assert (taken == (error == NULL));
  return !taken;
}

static guint
count_rows (Bus *bus, guint i)
{
  g_autoptr (GPtrArray) rows = demls_runner_drain_rows (bus_runner (bus, i));
  return rows->len;
}

START_TEST (noise_changes_nothing)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (2, &policy);
  g_autoptr (Rng) rng = rng_new_seeded (1);
  guint8 noise[300];
  for (guint i = 0; i < run_rounds (20000); i++)
    {
      gsize len = rng_below (rng, sizeof noise);
      rng_fill (rng, noise, len);
      if (i % 3 == 0 && len >= 4)
        memcpy (noise, "\x00\x01\x00\x02", 4);
      ck_assert (refuses (bus, 0, i % 2, span (noise, len)));
    }
  ck_assert_uint_eq (count_rows (bus, 0), 0);
  ck_assert (refuses (bus, 0, DEMLS_SUBTOPIC_APP_MSG, SPAN_EMPTY));
  ck_assert (refuses (bus, 0, 9, SPAN_OF (noise)));
}
END_TEST

/* Every packet of a lively hour, cut short and bent at every byte. */
static GPtrArray *recorded;

static gboolean
record (const BusPacket *packet, guint from, guint to)
{
  (void) from;
  if (to == 0)
    {
      BusPacket *copy = g_memdup2 (packet, sizeof *packet);
      g_bytes_ref (copy->payload);
      g_ptr_array_add (recorded, copy);
    }
  return FALSE;
}

static void
packet_free (BusPacket *packet)
{
  g_bytes_unref (packet->payload);
  g_free (packet);
}

START_TEST (bent_and_repeated_packets_do_no_harm)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (3, &policy);
  g_autoptr (GPtrArray) packets = recorded = g_ptr_array_new_with_free_func ((GDestroyNotify) packet_free);
  bus->drop = record;
  bus_person (bus, "dave");
  bus_await (bus, 3, 600000);
  demls_runner_change (bus_runner (bus, 1), NULL, "chess club", NULL, bus_now (bus), NULL);
  demls_runner_say (bus_runner (bus, 2), "hello", NULL, bus_now (bus), NULL);
  bus_settle (bus, 1);
  bus_settle (bus, 2);
  bus_run (bus, SECONDS (20));
  ck_assert_uint_eq (bus_size (bus, 0), 4);
  ck_assert_uint_gt (packets->len, 10);
  bus->drop = NULL;
  g_autoptr (GBytes) before = span_dup (demls_runner_authenticator (bus_runner (bus, 0)));
  for (guint k = 0; k < packets->len; k++)
    {
      const BusPacket *packet = packets->pdata[k];
      gsize len = g_bytes_get_size (packet->payload);
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (packet->payload, NULL), len);
      demls_runner_receive (bus_runner (bus, 0), packet->subtopic, span (copy, len), bus_now (bus), NULL);
      for (gsize at = 0; at < len; at += 1 + len / run_rounds (60))
        {
          demls_runner_receive (bus_runner (bus, 0), packet->subtopic, span (copy, at), bus_now (bus), NULL);
          copy[at] ^= 0x41;
          demls_runner_receive (bus_runner (bus, 0), packet->subtopic, span (copy, len), bus_now (bus), NULL);
          demls_runner_receive (bus_runner (bus, 0), 1 - packet->subtopic, span (copy, len), bus_now (bus), NULL);
          copy[at] ^= 0x41;
        }
      demls_runner_tick (bus_runner (bus, 0), bus_now (bus));
    }
  ck_assert (span_equal (demls_runner_authenticator (bus_runner (bus, 0)), span_bytes (before)));
  ck_assert_uint_eq (bus_has_chat (bus, 0, "hello"), 1);
  bus_settle (bus, 0);
  demls_runner_say (bus_runner (bus, 2), "still there?", NULL, bus_now (bus), NULL);
  bus_settle (bus, 2);
  bus_run (bus, SECONDS (100));
  ck_assert_uint_eq (bus_has_chat (bus, 0, "still there?"), 1);
  ck_assert (bus_agrees (bus));
}
END_TEST

/* What `owner` asks and votes, genuine and signed, as messages of somebody else (V5, V7): only a CatchUpAnswer may hand
 * on. */
static void
hand_on_ballot_of (DemlsRunner *self, DemlsRunner *owner, DemlsNow now)
{
  g_autoptr (GBytes) hash = NULL;
  ck_assert (demls_runner_change (owner, NULL, "Coffee", &hash, now, NULL));
  const DemlsMatter *matter = demls_voting_find (owner, span_bytes (hash));
  const ConsensusProposal *proposal = matter->request->proposal;
  Consensus__V1__Proposal body = CONSENSUS__V1__PROPOSAL__INIT;
  consensus_proposal_write (proposal, &body);
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (PROPOSAL);
  message.proposal = &body;
  ck_assert (demls_send_message (self, self->current, &message));
  const ConsensusVote *vote = consensus_ballot_vote_of (matter->ballot, demls_me (owner), FALSE);
  ConsensusVoteLabels labels = { 1, proposal->proposal_id, proposal->timestamp };
  guint8 vote_hash[CONSENSUS_HASH_SIZE];
  Consensus__V1__Vote part = CONSENSUS__V1__VOTE__INIT;
  consensus_vote_write (vote, &labels, vote_hash, &part);
  message.payload_case = DEMLS_APP (VOTE);
  message.vote = &part;
  ck_assert (demls_send_message (self, self->current, &message));
}

/* G16: nobody speaks for somebody else. */
START_TEST (claims_are_not_believed)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (3, &policy);
  DemlsRunner *bob = bus_runner (bus, 1);
  g_autoptr (GBytes) carol = bus_id (bus, 2);
  guint8 id[DEMLS_MESSAGE_ID_SIZE] = { 1 };
  DemlsConversationMessage chat = DEMLS_CONVERSATION_MESSAGE_INIT;
  chat.message = consensus_data (span_str ("I am carol"));
  chat.sender = consensus_data (span_bytes (carol));
  chat.message_id = consensus_data (SPAN_OF (id));
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (CONVERSATION_MESSAGE);
  message.conversation_message = &chat;
  ck_assert (demls_send_message (bob, bob->current, &message));
  DemlsMembershipChange change = DEMLS_MEMBERSHIP_CHANGE_INIT;
  change.member = consensus_data (span_bytes (carol));
  message = (DemlsAppMessage) DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (MEMBERSHIP_CHANGE);
  message.membership_change = &change;
  ck_assert (demls_send_message (bob, bob->current, &message));
  hand_on_ballot_of (bob, bus_runner (bus, 2), bus_now (bus));
  g_autoptr (GPtrArray) packets = demls_runner_drain_outbound (bob);
  ck_assert_uint_eq (packets->len, 4);
  for (guint i = 0; i < packets->len; i++)
    {
      g_autoptr (GError) error = NULL;
      ck_assert (!demls_runner_receive (bus_runner (bus, 0), DEMLS_SUBTOPIC_APP_MSG,
                                        span_bytes (((DemlsPacket *) packets->pdata[i])->payload), bus_now (bus),
                                        &error));
      ck_assert (g_error_matches (error, DEMLS_ERROR, DEMLS_ERROR_FORGED));
    }
}
END_TEST

/* X6: two programs with one set of keys: the one that notices falls silent, and comes back with new ones. What is typed
 * meanwhile waits. */
START_TEST (a_clone_is_noticed)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (2, &policy);
  BusMember *alice = bus_member (bus, 0);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_row_free);
  g_tree_foreach (alice->rows, bus_add_row, rows);
  g_autoptr (DemlsRunner) clone = demls_runner_restore (&alice->env, rows, bus_now (bus), NULL);
  demls_runner_say (clone, "I am alice too", NULL, bus_now (bus), NULL);
  g_autoptr (GPtrArray) packets = demls_runner_drain_outbound (clone);
  ck_assert (refuses (bus, 0, DEMLS_SUBTOPIC_APP_MSG, span_bytes (((DemlsPacket *) packets->pdata[0])->payload)));
  bus_settle (bus, 0);
  ck_assert_uint_eq (bus_count (bus, 0, DEMLS_EVENT_ERROR), 1);
  guint sent = alice->n_sent;
  ck_assert (demls_runner_say (alice->runner, "no, I am", NULL, bus_now (bus), NULL));
  ck_assert (!demls_runner_change (alice->runner, NULL, "mine", NULL, bus_now (bus), NULL));
  bus_settle (bus, 0);
  ck_assert_uint_eq (alice->n_sent, sent);
  ck_assert_uint_eq (bus_has_chat (bus, 1, "no, I am"), 0);
  bus_run (bus, SECONDS (30));
  ck_assert_uint_eq (bus_count (bus, 0, DEMLS_EVENT_REJOINED), 1);
  ck_assert_uint_eq (bus_has_chat (bus, 1, "no, I am"), 1);
  ck_assert_uint_eq (bus_count (bus, 1, DEMLS_EVENT_REJOINED), 1);
}
END_TEST

/* G151: a flood costs its sender only. */
START_TEST (a_flood_is_dropped)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (3, &policy);
  DemlsRunner *bob = bus_runner (bus, 1);
  guint dropped = 0;
  for (guint i = 0; i < 300; i++)
    {
      demls_runner_set_nick (bob, i % 2 ? "bob" : "bobby", bus_now (bus), NULL);
      g_autoptr (GPtrArray) packets = demls_runner_drain_outbound (bob);
      for (guint k = 0; k < packets->len; k++)
        if (refuses (bus, 0, DEMLS_SUBTOPIC_APP_MSG, span_bytes (((DemlsPacket *) packets->pdata[k])->payload)))
          dropped++;
    }
  ck_assert_uint_ge (dropped, 100);
  ck_assert (demls_runner_say (bus_runner (bus, 2), "hello", NULL, bus_now (bus), NULL));
  bus_settle (bus, 2);
  bus_run (bus, SECONDS (1));
  ck_assert_uint_eq (bus_has_chat (bus, 0, "hello"), 1);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    noise_changes_nothing, bent_and_repeated_packets_do_no_harm, claims_are_not_believed, a_clone_is_noticed,
    a_flood_is_dropped,
  };
  return run_tests ("session/recv", tests, G_N_ELEMENTS (tests));
}
