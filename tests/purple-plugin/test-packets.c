/* test-packets.c - 10,000 hostile packets into the plugin in a real libpurple process (reliability R28): a third is
 * random, a third are real packets that were changed, a third is what mallory says, who is a member.
 *
 * Memory and time are asserted without AddressSanitizer, which has a heap of its own and takes its time; time is the
 * main loop's processor time between two polls, so that a busy machine fails nothing, and both clocks are printed.
 */
#include "people.h"

#include <glib/gstdio.h>
#include <string.h>

#include "delivery/folder-io.h"
#include "delivery/folder.h"
#include "rules/messages.h"
#include "session/runner-private.h"
#include "store/memory-store.h"
#include "user/user.h"

#define PACKETS 10000
#define ROUNDS 10
#define GROWTH_KB 5120
#define STEP_US 50000

/* --- mallory: a member whose keys we have -------------------------------------------------------------------------*/

typedef struct {
  Suite *suite;
  Rng *rng;
  DemlsStore *store;
  DemlsUser *user;
  DemlsDelivery *delivery;
  DemlsDeliverySink sink;
  guint timer;
  char *group;
} Mallory;

static DemlsNow
now (void)
{
  return (DemlsNow){ g_get_monotonic_time (), g_get_real_time () / G_USEC_PER_SEC };
}

static void
on_packet (gpointer data, const char *conversation, DemlsChannel channel, Span payload)
{
  demls_user_receive (((Mallory *) data)->user, conversation, channel, payload, now (), NULL);
}

static void
on_delivered (gpointer data, guint64 token)
{
  demls_user_delivered (((Mallory *) data)->user, token, now ());
}

static void
on_refused (gpointer data, guint64 token, const GError *why)
{
  demls_user_refused (((Mallory *) data)->user, token, why, now ());
}

static void
on_link (gpointer data, DemlsLink link, const char *problem)
{
  demls_user_link (((Mallory *) data)->user, link, problem, now ());
}

static void
on_notice (gpointer data, const GError *what)
{
  (void) data;
  (void) what;
}

static gboolean
pump (gpointer data)
{
  Mallory *self = data;
  demls_user_tick (self->user, now ());
  g_ptr_array_unref (demls_user_drain_events (self->user));
  return G_SOURCE_CONTINUE;
}

static void
mallory_joins (Mallory *self, const char *link)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *shared = people_path ("shared", NULL);
  self->suite = suite_new (1);
  self->rng = rng_new_seeded (28);
  self->store = demls_memory_store_new ();
  self->user = demls_user_new (self->store, self->suite, self->rng, "mallory", now (), &error);
  ck_assert_msg (self->user != NULL, "%s", error ? error->message : "");
  DemlsFolderOptions options = { .path = shared, .poll_ms = 200 };
  memcpy (options.app_id, demls_user_app_id (self->user).data, sizeof options.app_id);
  self->delivery = demls_folder_new (&options);
  self->sink = (DemlsDeliverySink){ self, on_packet, on_delivered, on_refused, on_link, on_notice };
  self->delivery->ops->open (self->delivery, &self->sink);
  demls_user_set_delivery (self->user, self->delivery);
  self->timer = g_timeout_add (50, pump, self);
  self->group = demls_user_join (self->user, link, now (), &error);
  ck_assert_msg (self->group != NULL, "%s", error ? error->message : "");
}

static void
mallory_ends (Mallory *self)
{
  g_source_remove (self->timer);
  demls_user_set_delivery (self->user, NULL);
  self->delivery->ops->close (self->delivery);
  demls_user_free (self->user);
  self->store->ops->close (self->store);
  rng_free (self->rng);
  suite_unref (self->suite);
  g_free (self->group);
}

static DemlsRunner *
runner_of (Mallory *self)
{
  return (DemlsRunner *) demls_user_runner (self->user, self->group);
}

/* --- packets ------------------------------------------------------------------------------------------------------*/

static GBytes *
noise (Rng *rng, guint32 max)
{
  gsize len = 1 + rng_below (rng, max);
  guint8 *bytes = g_malloc (len);
  rng_fill (rng, bytes, len);
  return g_bytes_new_take (bytes, len);
}

static GBytes *
changed (Rng *rng, Span original)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_byte_array_append (bytes, original.data, (guint) original.len);
  for (guint n = 1 + rng_below (rng, 4); n > 0 && bytes->len > 1; n--)
    {
      guint at = rng_below (rng, bytes->len);
      switch (rng_below (rng, 4))
        {
        case 0:
          g_byte_array_set_size (bytes, MAX (at, 1));
          break;
        case 1:
          g_byte_array_append (bytes, original.data, MIN (at + 1, (guint) original.len));
          break;
        default:
          bytes->data[at] ^= (guint8) (1U << rng_below (rng, 8));
        }
    }
  return g_bytes_new (bytes->data, bytes->len);
}

/* A file as the service would make it. Its own rename is enough: the disk need not be waited for. */
static void
drop (const char *group, Rng *rng, GBytes *content)
{
  guint8 digest[32];
  static guint64 later;
  rng_fill (rng, digest, sizeof digest);
  g_autofree char *name = folder_name ((guint64) g_get_real_time () / 1000 + later++ % 5, SPAN_OF (digest));
  g_autofree char *shelf = people_path ("shared", group), *path = g_build_filename (shelf, name, NULL);
  ck_assert (g_file_set_contents_full (path, g_bytes_get_data (content, NULL), (gssize) g_bytes_get_size (content),
                                       G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static void
drop_payload (const char *group, Rng *rng, GBytes *payload)
{
  guint8 app_id[DEMLS_APP_ID_SIZE];
  rng_fill (rng, app_id, sizeof app_id);
  DemlsChannel channel = rng_below (rng, 4) ? DEMLS_CHANNEL_APP_MSG : DEMLS_CHANNEL_WELCOME;
  g_autoptr (GBytes) packed = demls_envelope_pack (app_id, group, channel, payload, NULL);
  if (packed)
    drop (group, rng, packed);
}

static void
drop_random (const char *group, Rng *rng)
{
  g_autoptr (GBytes) bytes = noise (rng, rng_below (rng, 50) ? 2000 : 60000);
  if (rng_below (rng, 2))
    drop (group, rng, bytes);
  else
    drop_payload (group, rng, bytes);
}

/* What honest people sent so far. (transfer full) */
static GPtrArray *
real_packets (const char *group)
{
  g_autofree char *shared = people_path ("shared", NULL);
  g_autoptr (GPtrArray) names = folder_list (shared, group, NULL, NULL);
  GPtrArray *packets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (shared, group, names->pdata[i], NULL), *content = NULL;
      gsize len = 0;
      if (g_file_get_contents (path, &content, &len, NULL))
        g_ptr_array_add (packets, g_bytes_new (content, len));
    }
  return packets;
}

static void
drop_changed (const char *group, Rng *rng, const GPtrArray *packets)
{
  Span original = span_bytes (packets->pdata[rng_below (rng, packets->len)]);
  g_autoptr (DemlsEnvelope) envelope = demls_envelope_unpack (original, NULL);
  g_autoptr (GBytes) bytes = changed (rng, envelope ? span_bytes (envelope->payload) : original);
  drop_payload (group, rng, bytes);
}

/* --- lies ---------------------------------------------------------------------------------------------------------*/

static ProtobufCBinaryData
binary (GBytes *bytes)
{
  Span span = span_bytes (bytes);
  return (ProtobufCBinaryData){ span.len, (guint8 *) span.data };
}

/* A message whose form is right, of things that are not so. (transfer full) */
static GBytes *
lie (Mallory *self)
{
  Rng *rng = self->rng;
  g_autoptr (GBytes) some = noise (rng, 300);
  guint8 bytes[64];
  rng_fill (rng, bytes, sizeof bytes);
  ProtobufCBinaryData b20 = { 20, bytes }, b32 = { 32, bytes }, b64 = { 64, bytes };
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  DemlsNickClaim nick = DEMLS_NICK_CLAIM_INIT;
  DemlsSealMessage seal = DEMLS_SEAL_INIT;
  DemlsCatchUp catch_up = DEMLS_CATCH_UP_INIT;
  DemlsBanRequest ban = DEMLS_BAN_REQUEST_INIT;
  DemlsCommitCandidate candidate = DEMLS_COMMIT_CANDIDATE_INIT;
  Consensus__V1__Vote vote = CONSENSUS__V1__VOTE__INIT;
  switch (rng_below (rng, 6))
    {
    case 0:
      nick.nick = (char *) (rng_below (rng, 2) ? "<b>alice</b>" : "bob");
      message.payload_case = DEMLS_APP (NICK_CLAIM);
      message.nick_claim = &nick;
      break;
    case 1:
      seal.epoch = demls_runner_epoch (runner_of (self)) + rng_below (rng, 3);
      seal.hash = seal.epoch_id = b32;
      seal.signature = b64;
      seal.member_id = b20;
      message.payload_case = DEMLS_APP (SEAL);
      message.seal = &seal;
      break;
    case 2:
      catch_up.epoch = rng_below (rng, 5);
      message.payload_case = DEMLS_APP (CATCH_UP);
      message.catch_up = &catch_up;
      break;
    case 3:
      ban.user_to_ban = b20;
      ban.conversation_id = self->group;
      message.payload_case = DEMLS_APP (BAN_REQUEST);
      message.ban_request = &ban;
      break;
    case 4:
      candidate.conversation_id = (ProtobufCBinaryData){ strlen (self->group), (guint8 *) self->group };
      candidate.commit_message = binary (some);
      candidate.steward_member_id = b20;
      message.payload_case = DEMLS_APP (COMMIT_CANDIDATE);
      message.commit_candidate = &candidate;
      break;
    default:
      vote.vote_owner = b20;
      vote.vote_hash = vote.proposal_hash = b32;
      vote.signature = b64;
      message.payload_case = DEMLS_APP (VOTE);
      message.vote = &vote;
    }
  return demls_message_encode (&message.base);
}

/* Encrypted by a member in the epoch of the group; a third is changed before, so that its form is wrong too. */
static void
drop_lie (Mallory *self)
{
  DemlsRunner *runner = runner_of (self);
  g_autoptr (GBytes) plain = lie (self), worse = changed (self->rng, span_bytes (plain));
  Span said = span_bytes (rng_below (self->rng, 3) ? plain : worse);
  g_autoptr (GBytes) packet = demls_send (runner, runner->current, said);
  ck_assert_ptr_nonnull (packet);
}

/* --- the story ----------------------------------------------------------------------------------------------------*/

static gboolean
is_in (const Mallory *self)
{
  const DemlsRunner *runner = demls_user_runner (self->user, self->group);
  return runner && demls_runner_state (runner) == DEMLS_STATE_WORKING;
}

static gboolean
is_out (const Mallory *self)
{
  return demls_user_is_sent (self->user);
}

static void
wait_until (gboolean (*holds) (const Mallory *self), const Mallory *self)
{
  gint64 end = g_get_monotonic_time () + 100 * G_USEC_PER_SEC;
  while (!holds (self) && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  ck_assert (holds (self));
}

static void
storm (Mallory *mallory, Person *alice, Person *bob)
{
  g_autoptr (GPtrArray) packets = real_packets (mallory->group);
  Rng *rng = mallory->rng;
  for (guint round = 0; round < ROUNDS; round++)
    {
      for (guint i = 0; i < run_rounds (PACKETS) / ROUNDS; i++)
        if (i % 3 == 0)
          drop_random (mallory->group, rng);
        else if (i % 3 == 1)
          drop_changed (mallory->group, rng, packets);
        else
          drop_lie (mallory);
      pump (mallory);
      wait_until (is_out, mallory);
      g_autofree char *text = g_strdup_printf ("|honest word %u", round);
      types (bob, "say %s", text + 1);
      sees (alice, text);
    }
}

START_TEST (ten_thousand_hostile_packets)
{
  people_begin ();
  Mallory mallory = { 0 };
  Person *alice = person_new ("alice"), *bob = person_new ("bob");
  starts (alice);
  starts (bob);
  g_autofree char *link = founds (alice, "targets");
  is_let_in (bob, link, (Person *[]){ alice, NULL });
  alice->at = alice->lines->len;
  bob->at = bob->lines->len;
  mallory_joins (&mallory, link);
  sees (alice, "Vote #");
  sees (bob, "Vote #");
  types (alice, "cmd yes");
  types (bob, "cmd yes");
  wait_until (is_in, &mallory);
  types (bob, "say before");
  sees (alice, "|before");
  measures (alice);
  guint64 before = measured (alice, "rss_kb");
  storm (&mallory, alice, bob);
  g_autoptr (GPtrArray) dropped = real_packets (mallory.group);
  g_print ("%u files lie in the folder\n", dropped->len);
  ck_assert_uint_ge (dropped->len, run_rounds (PACKETS) / 10 * 9);
  ck_assert_uint_eq (count_seen (alice, "log "), 0);
  ck_assert_uint_eq (count_seen (alice, "error "), 0);
  measures (alice);
  guint64 after = measured (alice, "rss_kb"), cpu = measured (alice, "cpu_us");
  g_print ("%u packets: memory %" G_GUINT64_FORMAT " -> %" G_GUINT64_FORMAT " kB, longest step %" G_GUINT64_FORMAT
           " us of the processor, %" G_GUINT64_FORMAT " us on the clock\n",
           run_rounds (PACKETS), before, after, cpu, measured (alice, "step_us"));
#ifndef __SANITIZE_ADDRESS__
  ck_assert_uint_lt (after, before + GROWTH_KB);
  ck_assert_uint_lt (cpu, STEP_US);
#endif
  types (bob, "say still here");
  sees (alice, "|still here");
  quits (alice);
  quits (bob);
  mallory_ends (&mallory);
  people_end ();
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { ten_thousand_hostile_packets };
  return run_tests ("purple-plugin/packets", tests, G_N_ELEMENTS (tests));
}
