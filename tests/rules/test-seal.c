/* test-seal.c - rules/seal.h and lost-at.h: V30, V31's signed cry.
 */
#include "../lib/run.h"
#include "rules/lost-at.h"
#include "rules/seal.h"
#include "world.h"

static DemlsSeal
seal_by (const Person *person, guint8 which)
{
  guint8 hash[32] = { which };
  DemlsSeal seal;
  ck_assert (demls_seal_sign (person->epoch, hash, &seal));
  return seal;
}

static gint
code_of (const DemlsSeal *seal, const DemlsEpoch *epoch)
{
  g_autoptr (GError) error = NULL;
  return demls_seal_check (seal, epoch, &error) ? -1 : error->code;
}

START_TEST (seals_are_bound_to_everything)
{
  g_autoptr (World) world = world_new (3, NULL);
  const DemlsEpoch *judge = world->person[1].epoch;
  DemlsSeal seal = seal_by (&world->person[0], 1), other;
  ck_assert_int_eq (code_of (&seal, judge), -1);
  other = seal;
  other.epoch++;
  ck_assert_int_eq (code_of (&other, judge), DEMLS_RULE_WRONG_EPOCH);
  other = seal;
  other.epoch_id[0] ^= 1;
  ck_assert_int_eq (code_of (&other, judge), DEMLS_RULE_WRONG_EPOCH);
  other = seal;
  other.hash[0] ^= 1;
  ck_assert_int_eq (code_of (&other, judge), DEMLS_RULE_SIGNATURE);
  other = seal;
  other.signature[63] ^= 1;
  ck_assert_int_eq (code_of (&other, judge), DEMLS_RULE_SIGNATURE);
  other = seal;
  memcpy (other.member_id, world->person[2].id, 20);
  ck_assert_int_eq (code_of (&other, judge), DEMLS_RULE_SIGNATURE);
  other = seal;
  other.member_id[0] ^= 1;
  ck_assert_int_eq (code_of (&other, judge), DEMLS_RULE_SEALER);
  g_autoptr (GBytes) content = demls_seal_signed_bytes (judge, seal.hash);
  ck_assert_uint_eq (g_bytes_get_size (content), 14 + 1 + 19 + 32 + 8 + 32);
  ck_assert (memcmp (g_bytes_get_data (content, NULL), "de-MLS seal v1\0grp", 18) == 0);
}
END_TEST

START_TEST (seals_travel_unchanged)
{
  g_autoptr (World) world = world_new (2, NULL);
  DemlsSeal seal = seal_by (&world->person[0], 1);
  DemlsSealMessage message = DEMLS_SEAL_INIT;
  demls_seal_write (&seal, &message);
  DemlsAppMessage envelope = DEMLS_APP_MESSAGE_INIT;
  envelope.payload_case = DEMLS_APP (SEAL);
  envelope.seal = &message;
  g_autoptr (GBytes) bytes = demls_message_encode (&envelope.base);
  g_autoptr (DemlsAppMessage) back = demls_app_message_decode (span_bytes (bytes), NULL);
  DemlsSeal read = demls_seal_read (back->seal);
  ck_assert_int_eq (code_of (&read, world->person[1].epoch), -1);
}
END_TEST

/* Members all seal up to 64; above, the stewards in force do. */
START_TEST (large_groups_leave_it_to_stewards)
{
  g_autoptr (World) small = world_new_with (64, 1, NULL);
  ck_assert_uint_eq (demls_epoch_sealers (small->person[0].epoch), 64);
  ck_assert (demls_epoch_is_sealer (small->person[0].epoch, person_id (&small->person[63])));
  ck_assert (!demls_epoch_is_sealer (small->person[0].epoch, span_str ("nobody")));
  g_autoptr (World) large = world_new_with (65, 1, NULL);
  DemlsEpoch epoch = *large->person[0].epoch;
  g_autoptr (DemlsStewardList) list = demls_steward_list_generate (1, 0, &epoch.roster->members, 5, span_str ("grp"));
  g_autoptr (DemlsStewards) stewards =
      demls_stewards_in_force (list, &epoch.governance->policy, 1, &epoch.roster->members, span_str ("grp"));
  epoch.stewards = stewards;
  ck_assert_uint_eq (demls_epoch_sealers (&epoch), 5);
  guint sealers = 0;
  for (guint i = 0; i < 65; i++)
    sealers += demls_epoch_is_sealer (&epoch, person_id (&large->person[i])) ? 1 : 0;
  ck_assert_uint_eq (sealers, 5);
}
END_TEST

/* A seal by member `who`, unsigned: for the set, which is handed checked ones. */
static DemlsSealTaken
add (DemlsSeals *seals, guint8 who, guint8 which)
{
  DemlsSeal seal = { .epoch = 1, .hash = { which }, .member_id = { who } };
  return demls_seals_add (seals, &seal);
}

static Span
name (guint8 *hash, guint8 which)
{
  memset (hash, 0, 32);
  hash[0] = which;
  return span (hash, 32);
}

START_TEST (thresholds_are_exact)
{
  guint8 a[32];
  for (guint32 n = 1; n <= 64; n++)
    {
      g_autoptr (DemlsSeals) seals = demls_seals_new (n);
      for (guint32 i = 1; i <= n; i++)
        {
          ck_assert_int_eq (add (seals, (guint8) i, 1), DEMLS_SEAL_TAKEN);
          ck_assert_uint_eq (demls_seals_count (seals, name (a, 1)), i);
          ck_assert_int_eq (demls_seals_final (seals, name (a, 1)), 3 * i >= 2 * n);
          ck_assert_int_eq (demls_seals_over_third (seals, name (a, 1)), 3 * i > n);
          ck_assert (!demls_seals_final (seals, name (a, 2)));
        }
    }
}
END_TEST

START_TEST (who_seals_two_counts_for_none)
{
  guint8 a[32], b[32], id[20] = { 1 };
  g_autoptr (DemlsSeals) seals = demls_seals_new (7);
  ck_assert_int_eq (add (seals, 1, 1), DEMLS_SEAL_TAKEN);
  ck_assert_int_eq (add (seals, 1, 1), DEMLS_SEAL_HELD);
  ck_assert_int_eq (add (seals, 2, 1), DEMLS_SEAL_TAKEN);
  ck_assert_int_eq (add (seals, 1, 2), DEMLS_SEAL_CONFLICT);
  ck_assert_int_eq (add (seals, 1, 3), DEMLS_SEAL_HELD);
  ck_assert_uint_eq (demls_seals_count (seals, name (a, 1)), 1);
  ck_assert_uint_eq (demls_seals_count (seals, name (b, 2)), 0);
  guint n;
  const DemlsSeal *all = demls_seals_all (seals, &n);
  ck_assert_uint_eq (n, 3);
  ck_assert (all[0].hash[0] == 1 && all[1].hash[0] == 2 && all[2].member_id[0] == 2);
  ck_assert_uint_eq (demls_seals_of (seals, SPAN_OF (id))->hash[0], 1);
  id[0] = 9;
  ck_assert (!demls_seals_of (seals, SPAN_OF (id)));
}
END_TEST

START_TEST (final_is_never_undone)
{
  guint8 a[32], b[32];
  g_autoptr (DemlsSeals) seals = demls_seals_new (3);
  add (seals, 1, 1);
  add (seals, 2, 1);
  ck_assert (demls_seals_final (seals, name (a, 1)));
  add (seals, 2, 2);
  add (seals, 3, 2);
  ck_assert (demls_seals_final (seals, name (a, 1)));
  ck_assert (!demls_seals_final (seals, name (b, 2)));
  g_auto (Writer) w = WRITER_INIT;
  demls_seals_save (seals, &w);
  g_autoptr (GBytes) saved = writer_take (&w);
  Reader reader = reader_init (span_bytes (saved));
  g_autoptr (DemlsSeals) back = demls_seals_restore (&reader);
  ck_assert (back && reader_end (&reader));
  ck_assert (demls_seals_final (back, name (a, 1)));
  ck_assert_uint_eq (demls_seals_count (back, name (a, 1)), 1);
  demls_seals_save (back, &w);
  ck_assert (span_equal (writer_span (&w), span_bytes (saved)));
  for (gsize len = 0; len < g_bytes_get_size (saved); len++)
    {
      Reader cut = reader_init (span (g_bytes_get_data (saved, NULL), len));
      ck_assert (!demls_seals_restore (&cut));
    }
}
END_TEST

/* --- lost-at.h
 * -------------------------------------------------------------------------------------------------------------- */

START_TEST (the_lost_are_known_by_their_key)
{
  g_autoptr (World) world = world_new (3, NULL);
  const DemlsEpoch *judge = world->person[1].epoch;
  guint8 nonce[16], signature[64];
  DemlsLostAt message = DEMLS_LOST_AT_INIT;
  ck_assert (demls_lost_sign (world->person[0].epoch, world->rng, nonce, signature, &message));
  ck_assert (demls_lost_check (&message, judge, NULL));
  g_autoptr (GError) first = NULL, second = NULL;
  message.epoch++;
  ck_assert (!demls_lost_check (&message, judge, &first));
  ck_assert_int_eq (first->code, DEMLS_RULE_SIGNATURE);
  message.epoch--;
  nonce[0] ^= 1;
  ck_assert (!demls_lost_check (&message, judge, NULL));
  nonce[0] ^= 1;
  message.member_id = consensus_data (person_id (&world->person[2]));
  ck_assert (!demls_lost_check (&message, judge, NULL));
  Person stranger = person_new (world->suite, world->rng, NULL);
  message.member_id = consensus_data (person_id (&stranger));
  ck_assert (!demls_lost_check (&message, judge, &second));
  ck_assert_int_eq (second->code, DEMLS_RULE_NO_MEMBER);
  person_clear (&stranger);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    seals_are_bound_to_everything, seals_travel_unchanged, large_groups_leave_it_to_stewards, thresholds_are_exact,
    who_seals_two_counts_for_none, final_is_never_undone,  the_lost_are_known_by_their_key,
  };
  return run_tests ("rules/seal", tests, G_N_ELEMENTS (tests));
}
