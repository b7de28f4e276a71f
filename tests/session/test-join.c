/* test-join.c - session/join.h and rejoin.h: coming in, by one Welcome or several, and coming back (V2, V4, V26, V29).
 */
#include "base/reader.h"
#include "bus.h"
#include "crypto/hash.h"
#include "session/rejoin.h"
#include "session/runner-private.h"

static guint left_side;

static gboolean
drop_across (const BusPacket *packet, guint from, guint to)
{
  (void) packet;
  return from < 4 && to < 4 && ((left_side >> from) & 1) != ((left_side >> to) & 1);
}

static gboolean
all_in (const Bus *bus)
{
  return bus_all_in (bus);
}

/* V29: two stewards commit the same Add on two sides of a cut: two Welcomes, and one of them leads to a group that
 * ends. */
START_TEST (the_joiner_lives_where_the_group_lives)
{
  DemlsPolicy policy = bus_policy ();
  for (guint sides = 1; sides < 8; sides++)
    {
      g_autoptr (Bus) bus = bus_group (4, &policy);
      bus_person (bus, "erin");
      bus_await (bus, 4, 600000);
      bus_run (bus, SECONDS (1) + SECONDS (1) / 10);
      left_side = sides;
      bus->stalls = TRUE;
      bus->drop = drop_across;
      bus_run (bus, SECONDS (12));
      bus_heal (bus);
      ck_assert_msg (bus_run_until (bus, SECONDS (200), all_in), "sides %u", sides);
      if (g_getenv ("BUS_TRACE"))
        g_printerr ("sides %u done\n", sides);
      ck_assert_uint_eq (bus_size (bus, 4), 5);
      for (guint i = 0; i < 5; i++)
        ck_assert_uint_eq (bus_count (bus, i, DEMLS_EVENT_OUT_OF_SYNC), 0);
    }
}
END_TEST

/* V29: the Welcome was lost, the applicant asks again, somebody publishes it again. */
static gboolean lose_welcomes;

static gboolean
drop_welcomes (const BusPacket *packet, guint from, guint to)
{
  (void) from;
  return lose_welcomes && to == 2 && packet->subtopic == DEMLS_SUBTOPIC_WELCOME;
}

START_TEST (a_lost_welcome_is_published_again)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (2, &policy);
  bus_person (bus, "carol");
  lose_welcomes = TRUE;
  bus->drop = drop_welcomes;
  bus_await (bus, 2, 600000);
  bus_run (bus, SECONDS (25));
  ck_assert (!bus_is_in (bus, 2));
  ck_assert_uint_eq (bus_size (bus, 0), 3);
  lose_welcomes = FALSE;
  ck_assert (bus_run_until (bus, SECONDS (60), all_in));
  ck_assert_uint_eq (bus_size (bus, 2), 3);
}
END_TEST

/* V29: until the inviter is heard, what is typed waits. */
START_TEST (a_group_is_confirmed_by_its_inviter)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (2, &policy);
  g_autoptr (GPtrArray) stewards = demls_runner_stewards (bus_runner (bus, 0));
  g_autoptr (GBytes) alice = bus_id (bus, 0);
  guint inviter = g_bytes_equal (alice, stewards->pdata[0]) ? 1 : 0;
  g_autoptr (GBytes) id = bus_id (bus, inviter);
  guint carol = bus_person (bus, "carol");
  DemlsJoinHint hint = { 600000, id };
  BusMember *member = bus_member (bus, carol);
  member->runner = demls_runner_await (&member->env, BUS_ID, &hint, bus_now (bus), NULL);
  bus_settle (bus, carol);
  bus_run (bus, SECONDS (1) + SECONDS (1) / 10);
  bus_member (bus, inviter)->mute = TRUE;
  bus_run (bus, SECONDS (8));
  ck_assert (bus_is_in (bus, carol));
  demls_runner_say (member->runner, "hello", NULL, bus_now (bus), NULL);
  bus_settle (bus, carol);
  bus_run (bus, SECONDS (5));
  ck_assert_uint_eq (bus_has_chat (bus, 1 - inviter, "hello"), 0);
  bus_member (bus, inviter)->mute = FALSE;
  demls_runner_say (bus_runner (bus, inviter), "welcome", NULL, bus_now (bus), NULL);
  bus_settle (bus, inviter);
  bus_run (bus, SECONDS (5));
  ck_assert_uint_eq (bus_count (bus, carol, DEMLS_EVENT_CONFIRMED), 1);
  ck_assert_uint_eq (bus_has_chat (bus, 1 - inviter, "hello"), 1);
}
END_TEST

/* --- coming back -------------------------------------------------------------------------------------------------- */

static guint64 lost_until;

/* Number 3 never gets anything of these epochs. */
static gboolean
drop_history (const BusPacket *packet, guint from, guint to)
{
  Reader r = reader_init (span_bytes (packet->payload));
  (void) from;
  if (to != 3 || packet->subtopic != DEMLS_SUBTOPIC_APP_MSG || reader_u16 (&r) != 1)
    return FALSE;
  reader_u16 (&r);
  reader_vector (&r);
  return reader_u64 (&r) <= lost_until;
}

START_TEST (who_is_out_of_sync_comes_back_with_new_keys)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (4, &policy);
  g_autoptr (GBytes) ballot = NULL, dave = bus_id (bus, 3);
  lost_until = demls_runner_epoch (bus_runner (bus, 0));
  bus->drop = drop_history;
  demls_runner_change (bus_runner (bus, 0), NULL, "chess club", &ballot, bus_now (bus), NULL);
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (1));
  for (guint i = 1; i < 3; i++)
    {
      demls_runner_vote (bus_runner (bus, i), span_bytes (ballot), TRUE, bus_now (bus), NULL);
      bus_settle (bus, i);
    }
  demls_runner_say (bus_runner (bus, 3), "where is everybody?", NULL, bus_now (bus), NULL);
  bus_settle (bus, 3);
  for (guint k = 0; k < 40; k++)
    {
      bus_run (bus, SECONDS (10));
      demls_runner_say (bus_runner (bus, k % 3), "tick", NULL, bus_now (bus), NULL);
      bus_settle (bus, k % 3);
    }
  ck_assert_uint_ge (bus_count (bus, 3, DEMLS_EVENT_OUT_OF_SYNC), 1);
  ck_assert_uint_ge (bus_count (bus, 0, DEMLS_EVENT_REJOINED), 1);
  ck_assert (g_bytes_equal (bus_last (bus, 0, DEMLS_EVENT_REJOINED)->member, dave));
  ck_assert_uint_ge (bus_count (bus, 3, DEMLS_EVENT_REJOINED), 1);
  ck_assert (!demls_runner_is_over (bus_runner (bus, 3)));
  ck_assert_str_eq (demls_runner_governance (bus_runner (bus, 3))->title, "chess club");
  ck_assert (bus_agrees (bus));
  ck_assert_uint_gt (bus_has_chat (bus, 3, "tick"), 0);
}
END_TEST

/* The others remove it while it hears nothing, ever. */
START_TEST (who_was_removed_unawares_asks_like_a_stranger)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (4, &policy);
  g_autoptr (GBytes) ballot = NULL, dave = bus_id (bus, 3);
  lost_until = demls_runner_epoch (bus_runner (bus, 0));
  bus->drop = drop_history;
  ck_assert (demls_runner_expel (bus_runner (bus, 0), span_bytes (dave), NULL, &ballot, bus_now (bus), NULL));
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (1));
  for (guint i = 1; i < 3; i++)
    {
      demls_runner_vote (bus_runner (bus, i), span_bytes (ballot), TRUE, bus_now (bus), NULL);
      bus_settle (bus, i);
    }
  bus_run (bus, SECONDS (20));
  ck_assert_uint_eq (bus_size (bus, 0), 3);
  for (guint k = 0; k < 40 && bus_size (bus, 0) < 4; k++)
    {
      demls_runner_say (bus_runner (bus, k % 3), "tick", NULL, bus_now (bus), NULL);
      bus_settle (bus, k % 3);
      bus_run (bus, SECONDS (10));
    }
  bus_run (bus, SECONDS (20));
  ck_assert_uint_eq (bus_size (bus, 0), 4); /* voted in anew: the group is open */
  ck_assert_uint_eq (bus_count (bus, 0, DEMLS_EVENT_APPLICANT), 4);
  ck_assert_uint_eq (bus_count (bus, 0, DEMLS_EVENT_REJOINED), 0);
  ck_assert (bus_agrees (bus) && bus_size (bus, 3) == 4);
}
END_TEST

/* V26: of a Welcome whose candidate is held nothing is taken by itself: what it opens hangs below the candidate, and
 * can be left again like any other epoch if the order there changes. */
START_TEST (a_welcome_goes_with_its_candidate)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (3, &policy);
  DemlsRunner *carol = bus_runner (bus, 2);
  const DemlsKept *before = carol->current;
  guint64 epoch = demls_runner_epoch (carol);
  carol->out_of_sync = TRUE;
  ck_assert (demls_runner_rejoin (carol, bus_now (bus), NULL));
  bus_settle (bus, 2);
  gint64 end = bus->mono + SECONDS (30);
  while (demls_runner_epoch (carol) == epoch && bus->mono < end)
    bus_run (bus, SECONDS (1) / 100);
  bus_run (bus, SECONDS (1) / 10); /* the Welcome is there too */
  ck_assert_uint_eq (demls_runner_epoch (carol), epoch + 1);
  ck_assert_ptr_eq (carol->current->parent, before);
  ck_assert (before->choice->removes_us);
  ck_assert_ptr_eq (before->choice->next, carol->current);
  ck_assert (demls_rejoin_is_staged (carol, span_bytes (before->choice->candidate->welcome)));
  ck_assert_ptr_null (carol->current->home);
  bus_restart (bus, 2);
  carol = bus_runner (bus, 2);
  ck_assert_ptr_nonnull (carol->current->parent);
  bus_run (bus, SECONDS (5));
  ck_assert (bus_agrees (bus));
  ck_assert_uint_eq (bus_count (bus, 2, DEMLS_EVENT_REJOINED), 1);
  ck_assert (bus_last (bus, 2, DEMLS_EVENT_REJOINED)->own && bus_last (bus, 2, DEMLS_EVENT_REJOINED)->approved);
  ck_assert (!carol->out_of_sync);
  demls_runner_say (carol, "with new keys", NULL, bus_now (bus), NULL);
  bus_settle (bus, 2);
  bus_run (bus, SECONDS (1));
  ck_assert_uint_eq (bus_has_chat (bus, 0, "with new keys"), 1);
}
END_TEST

/* The announcements that a member sends while `duration` passes and nobody answers: how many, how many key packages;
 * each must be good for some days more. */
static guint
announced (Bus *bus, guint i, gint64 duration, guint *packages)
{
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  DemlsRunner *runner = bus_runner (bus, i);
  gint64 end = bus->mono + duration;
  guint n = 0;
  while (bus->mono < end)
    {
      bus->mono = MIN (end, demls_runner_next_wakeup (runner));
      demls_runner_tick (runner, bus_now (bus));
      g_autoptr (GPtrArray) packets = demls_runner_drain_outbound (runner);
      demls_runner_published (runner, packets->len);
      for (guint k = 0; k < packets->len; k++)
        {
          const DemlsPacket *packet = packets->pdata[k];
          if (packet->subtopic != DEMLS_SUBTOPIC_WELCOME)
            continue;
          g_autoptr (DemlsWelcomeChannel) channel = demls_welcome_channel_decode (span_bytes (packet->payload), NULL);
          g_autoptr (MlsKeyPackage) package =
              mls_key_package_parse (consensus_span (channel->announce->key_package_bytes), NULL);
          ck_assert_uint_gt (package->leaf->not_after, (guint64) bus_now (bus).wall + 6 * 24 * 3600);
          g_hash_table_add (seen, span_dup (consensus_span (channel->announce->key_package_bytes)));
          n++;
        }
    }
  bus_take_events (bus_member (bus, i));
  bus_save (bus_member (bus, i));
  *packages = g_hash_table_size (seen);
  return n;
}

#define DAYS_OF(n) (SECONDS (24 * 3600) * (n))

/* V26: by itself once a day. Its keys are made anew before they expire. */
START_TEST (a_lost_member_asks_by_itself_once_a_day)
{
  DemlsPolicy policy = bus_policy ();
  g_autoptr (Bus) bus = bus_group (2, &policy);
  DemlsRunner *bob = bus_runner (bus, 1);
  guint packages;
  demls_catchup_out_of_sync (bob);
  bus_take_events (bus_member (bus, 1));
  ck_assert (bus_last (bus, 1, DEMLS_EVENT_OUT_OF_SYNC)->approved);
  ck_assert_uint_ge (announced (bus, 1, SECONDS (3600), &packages), 5);
  ck_assert_uint_eq (packages, 1);
  demls_rejoin_found_again (bob);
  ck_assert_uint_eq (announced (bus, 1, SECONDS (3600), &packages), 0);
  demls_catchup_out_of_sync (bob);
  bus_take_events (bus_member (bus, 1));
  ck_assert (!bus_last (bus, 1, DEMLS_EVENT_OUT_OF_SYNC)->approved); /* its user must say so */
  ck_assert_uint_eq (announced (bus, 1, SECONDS (20 * 3600), &packages), 0);
  ck_assert_uint_ge (announced (bus, 1, SECONDS (3 * 3600), &packages), 1);
  ck_assert_uint_ge (announced (bus, 1, DAYS_OF (60), &packages), 60 * 24);
  ck_assert_uint_eq (packages, 3); /* 28 days each, made anew a week before */
}
END_TEST

/* Anybody can send a LeafAt: it costs a few proofs and an announcement each two seconds, and changes nothing else. */
START_TEST (forged_hints_are_borne)
{
  DemlsPolicy policy = bus_policy ();
  policy.announce = DEMLS_ANNOUNCE_ASK;
  g_autoptr (Bus) bus = bus_group (1, &policy);
  bus_person (bus, "bob");
  bus_await (bus, 1, 600000);
  DemlsRunner *bob = bus_runner (bus, 1);
  g_autoptr (GBytes) me = bus_id (bus, 1);
  guint8 nonce[32], hash[32] = { 7 }, instance[16] = { 9 };
  hash_sha256 (span_bytes (bob->joining->secrets->package->encoded), nonce);
  guint sent = bus_member (bus, 1)->n_sent;
  for (guint i = 0; i < 100; i++)
    {
      DemlsLeafAt part = DEMLS_LEAF_AT_INIT;
      hash[1] = (guint8) i;
      part.member_id = consensus_data (span_bytes (me));
      part.leaf_hash = consensus_data (SPAN_OF (hash));
      part.nonce = consensus_data (span (nonce, DEMLS_NONCE_SIZE));
      part.instance = consensus_data (SPAN_OF (instance));
      DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
      message.payload_case = DEMLS_APP (LEAF_AT);
      message.leaf_at = &part;
      g_autoptr (GBytes) packet = demls_message_encode (&message.base);
      demls_runner_receive (bob, DEMLS_SUBTOPIC_APP_MSG, span_bytes (packet), bus_now (bus), NULL);
      bus_settle (bus, 1);
      bus_run (bus, SECONDS (1) / 10);
    }
  ck_assert_uint_le (bob->catchup.hints->len, DEMLS_REJOIN_HINTS);
  ck_assert_uint_le (bus_member (bus, 1)->n_sent - sent, 6);
  g_autoptr (GBytes) ballot = NULL;
  ck_assert (demls_runner_invite (bus_runner (bus, 0), span_bytes (me), &ballot, bus_now (bus), NULL)
             || demls_runner_vote (bus_runner (bus, 0), span_bytes (me), TRUE, bus_now (bus), NULL)
             || bus_runner (bus, 0)->matters->len == 1);
  const DemlsMatter *matter = bus_runner (bus, 0)->matters->pdata[0];
  ck_assert_int_eq (matter->request->kind, DEMLS_KIND_INVITE);
  g_autoptr (GBytes) asked = span_dup (demls_matter_hash (matter));
  demls_runner_vote (bus_runner (bus, 0), span_bytes (asked), TRUE, bus_now (bus), NULL);
  bus_settle (bus, 0);
  bus_run (bus, SECONDS (30));
  ck_assert (bus_is_in (bus, 1));
}
END_TEST

/* A group with a policy of somebody's own making, to which the applicant's key package was added: its Welcome, as it
 * comes by the channel. */
static GBytes *
welcome_to (Bus *bus, const MlsKeyPackage *applicant, guint64 freeze_ms)
{
  g_autoptr (GError) error = NULL;
  const DemlsEnv *env = &bus_member (bus, 0)->env;
  DemlsPolicy policy = bus_policy ();
  g_autoptr (DemlsGovernance) governance = demls_governance_found (&policy, "trap", env->rng, NULL);
  governance->policy.freeze_ms = freeze_ms;
  g_autoptr (GBytes) extensions = demls_group_extensions (governance), capabilities = demls_group_capabilities ();
  g_autoptr (GBytes) id = bus_id (bus, 0), credential = mls_credential_basic (span_bytes (id));
  MlsKeyPackageFields fields = { .credential = span_bytes (credential),
                                 .capabilities = span_bytes (capabilities),
                                 .not_after = 2000000000 };
  g_autoptr (MlsGroup) group = mls_group_create (env->suite, env->rng, env->key, span_str (BUS_ID), &fields,
                                                 span_bytes (extensions), mls_group_config_default (), &error);
  ck_assert_msg (group != NULL, "%s", error ? error->message : "");
  g_autoptr (GPtrArray) adds = g_ptr_array_new_with_free_func ((GDestroyNotify) mls_proposal_unref);
  g_ptr_array_add (adds, mls_proposal_add (applicant));
  MlsCommitOptions options = { .proposals = adds };
  g_autoptr (MlsOwnCommit) commit = mls_group_commit (group, env->rng, &options, &error);
  ck_assert_msg (commit != NULL, "%s", error ? error->message : "");
  DemlsMemberWelcome part = DEMLS_MEMBER_WELCOME_INIT;
  part.welcome_bytes = consensus_data (span_bytes (commit->welcome));
  DemlsWelcomeChannel channel = DEMLS_WELCOME_CHANNEL_INIT;
  channel.payload_case = DEMLS_CHANNEL (WELCOME);
  channel.welcome = &part;
  return demls_message_encode (&channel.base);
}

/* V2: a policy that breaks the bounds makes the group unjoinable, and that is said. */
START_TEST (a_group_with_an_invalid_policy_is_unjoinable)
{
  for (guint valid = 0; valid < 2; valid++)
    {
      g_autoptr (Bus) bus = bus_new ();
      bus_person (bus, "alice");
      bus_person (bus, "bob");
      bus_await (bus, 1, 600000);
      DemlsRunner *bob = bus_runner (bus, 1);
      g_autoptr (GBytes) welcome = welcome_to (bus, bob->joining->secrets->package, valid ? 1000 : 0);
      g_autoptr (GError) error = NULL;
      gboolean taken = demls_runner_receive (bob, DEMLS_SUBTOPIC_WELCOME, span_bytes (welcome), bus_now (bus), &error);
      bus_settle (bus, 1);
      ck_assert_int_eq (taken, valid);
      ck_assert_int_eq (bus_is_in (bus, 1), valid);
      ck_assert_uint_eq (bus_count (bus, 1, DEMLS_EVENT_ERROR), !valid);
      ck_assert (valid || g_error_matches (error, DEMLS_ERROR, DEMLS_ERROR_UNJOINABLE));
      ck_assert (valid || strstr (bus_last (bus, 1, DEMLS_EVENT_ERROR)->text, "policy"));
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    a_group_with_an_invalid_policy_is_unjoinable,
    the_joiner_lives_where_the_group_lives,
    a_lost_welcome_is_published_again,
    a_group_is_confirmed_by_its_inviter,
    who_is_out_of_sync_comes_back_with_new_keys,
    who_was_removed_unawares_asks_like_a_stranger,
    a_welcome_goes_with_its_candidate,
    a_lost_member_asks_by_itself_once_a_day,
    forged_hints_are_borne,
  };
  return run_tests ("session/join", tests, G_N_ELEMENTS (tests));
}
