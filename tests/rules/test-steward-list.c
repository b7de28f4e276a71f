/* test-steward-list.c - rules/steward-list.h: G100-G103 with their vectors, V3, V21.
 */
#include <string.h>

#include "../lib/run.h"
#include "crypto/hash.h"
#include "rules/steward-list.h"

/* Members 20 x 01, 20 x 02, ... */
static guint8 ids[64][20];
static Span spans[64];

static ConsensusRoster
members (guint32 n)
{
  for (guint i = 0; i < 64; i++)
    {
      memset (ids[i], (int) i + 1, 20);
      spans[i] = SPAN_OF (ids[i]);
    }
  return (ConsensusRoster){ spans, n };
}

static guint
number (GBytes *id)
{
  return *(const guint8 *) g_bytes_get_data (id, NULL);
}

static char *
spell (const GPtrArray *list)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < list->len; i++)
    g_string_append_printf (out, "%02u ", number (g_ptr_array_index (list, i)));
  return g_string_free (out, FALSE);
}

static void
expect (guint64 epoch, guint32 round, guint32 size, const char *printed)
{
  ConsensusRoster four = members (4);
  g_autoptr (DemlsStewardList) list = demls_steward_list_generate (epoch, round, &four, size, span_str ("grp"));
  g_autofree char *found = spell (list->members);
  ck_assert_str_eq (found, printed);
  ck_assert_uint_eq (list->election_epoch, epoch);
  ck_assert_uint_eq (list->retry_round, round);
}

START_TEST (order_is_as_printed)
{
  expect (0, 0, 4, "03 01 02 04 ");
  expect (5, 0, 4, "01 04 02 03 ");
  expect (5, 1, 4, "04 01 02 03 ");
  expect (5, 1, 2, "04 01 ");
  expect (5, 1, 0, "");
}
END_TEST

START_TEST (hashes_are_as_printed)
{
  guint8 input[8 + 4 + 20 + 3] = { 0 }, hash[32];
  memset (input + 12, 1, 20);
  memcpy (input + 32, "grp", 3);
  hash_sha256 (SPAN_OF (input), hash);
  g_autofree char *first = span_hex (SPAN_OF (hash));
  ck_assert_str_eq (first, "9b1b8c8822e3fc2f000fb53f887ad14bdc476d68114552991e3bbde545d7c422");
  input[7] = 5;
  input[11] = 1;
  hash_sha256 (SPAN_OF (input), hash);
  g_autofree char *second = span_hex (SPAN_OF (hash));
  ck_assert_str_eq (second, "9204017038fcb0e89096a4363d51117e436386293ecd9697a3546bb463646a35");
}
END_TEST

START_TEST (input_order_does_not_matter)
{
  members (4);
  const Span shuffled[] = { spans[2], spans[0], spans[3], spans[1] };
  ConsensusRoster other = { shuffled, 4 };
  g_autoptr (DemlsStewardList) list = demls_steward_list_generate (5, 0, &other, 4, span_str ("grp"));
  g_autofree char *found = spell (list->members);
  ck_assert_str_eq (found, "01 04 02 03 ");
}
END_TEST

START_TEST (sizes)
{
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_CUSTOM);
  policy.sn_min = 3;
  policy.sn_max = 5;
  for (guint32 m = 0; m < 10; m++)
    ck_assert_uint_eq (demls_steward_list_size (&policy, m), m < 5 ? m : 5);
}
END_TEST

START_TEST (lists_are_exhausted_by_epochs)
{
  ConsensusRoster four = members (4);
  g_autoptr (DemlsStewardList) list = demls_steward_list_generate (5, 0, &four, 3, span_str ("grp"));
  for (guint64 epoch = 0; epoch < 12; epoch++)
    ck_assert_int_eq (demls_steward_list_is_exhausted (list, epoch), epoch < 5 || epoch >= 8);
  ck_assert (demls_steward_list_is_exhausted (list, G_MAXUINT64));
  g_autoptr (DemlsStewardList) empty = demls_steward_list_empty ();
  ck_assert (demls_steward_list_is_exhausted (empty, 0));
  g_autoptr (DemlsStewardList) copy = demls_steward_list_copy (list);
  ck_assert (demls_steward_list_equal (copy, list) && !demls_steward_list_equal (copy, empty));
  ck_assert_int_eq (demls_steward_list_index (list, spans[0]), 0);
  ck_assert_int_eq (demls_steward_list_index (list, span_str ("nobody")), -1);
}
END_TEST

/* V3, small groups: everybody, reshuffled each epoch. */
START_TEST (small_groups_take_turns)
{
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_CHAT);
  ConsensusRoster four = members (4);
  g_autoptr (DemlsStewardList) stored = demls_steward_list_empty ();
  g_autoptr (DemlsStewards) stewards = demls_stewards_in_force (stored, &policy, 5, &four, span_str ("grp"));
  ck_assert (stewards->everybody && !stewards->election_due);
  g_autofree char *found = spell (stewards->members);
  ck_assert_str_eq (found, "01 04 02 03 ");
  ck_assert_uint_eq (demls_stewards_distance (stewards, spans[0]), 0);
  ck_assert_uint_eq (demls_stewards_distance (stewards, spans[3]), 1);
  ck_assert_uint_eq (demls_stewards_turn (stewards, spans[2]), 3);
  ck_assert_uint_eq (demls_stewards_distance (stewards, span_str ("nobody")), DEMLS_NO_STEWARD);
  ck_assert_uint_eq (demls_stewards_turn (stewards, span_str ("nobody")), DEMLS_NO_STEWARD);
  ck_assert_uint_eq (demls_stewards_at (stewards, 4).len, 0);
}
END_TEST

/* V3, large groups: the stored list rotates, without those who left; exhausted it still says who may commit. */
START_TEST (large_groups_keep_a_list)
{
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_CUSTOM);
  policy.sn_max = 3;
  ConsensusRoster all = members (6);
  g_autoptr (DemlsStewardList) stored = demls_steward_list_generate (10, 0, &all, 3, span_str ("grp"));
  for (guint64 epoch = 10; epoch < 13; epoch++)
    {
      g_autoptr (DemlsStewards) stewards = demls_stewards_in_force (stored, &policy, epoch, &all, span_str ("grp"));
      ck_assert (!stewards->everybody && !stewards->election_due);
      for (guint32 distance = 0; distance < 3; distance++)
        {
          Span steward = demls_stewards_at (stewards, distance);
          guint place = (guint) (epoch - 10 + distance) % 3;
          ck_assert (span_equal (steward, span_bytes (g_ptr_array_index (stored->members, place))));
          ck_assert_uint_eq (demls_stewards_distance (stewards, steward), distance);
        }
    }
  g_autoptr (DemlsStewards) late = demls_stewards_in_force (stored, &policy, 14, &all, span_str ("grp"));
  ck_assert (late->election_due);
  ck_assert_uint_eq (late->first, 0);
  ck_assert_uint_eq (demls_stewards_size (late), 3);
}
END_TEST

START_TEST (leavers_are_skipped_and_others_wait)
{
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_CUSTOM);
  policy.sn_max = 3;
  ConsensusRoster all = members (6);
  g_autoptr (DemlsStewardList) stored = demls_steward_list_generate (10, 0, &all, 3, span_str ("grp"));
  Span gone = span_bytes (g_ptr_array_index (stored->members, 1));
  Span left[5];
  guint n = 0;
  for (guint i = 0; i < 6; i++)
    if (!span_equal (spans[i], gone))
      left[n++] = spans[i];
  ConsensusRoster five = { left, n };
  g_autoptr (DemlsStewards) stewards = demls_stewards_in_force (stored, &policy, 11, &five, span_str ("grp"));
  ck_assert_uint_eq (demls_stewards_size (stewards), 2);
  ck_assert_uint_eq (stewards->first, 1); /* (11 - 10) mod 2 */
  ck_assert (!stewards->election_due);    /* by the stored length */
  g_autoptr (DemlsStewardList) shuffled = demls_steward_list_generate (11, 0, &five, 5, span_str ("grp"));
  guint32 turn = 2;
  for (guint i = 0; i < 5; i++)
    {
      Span id = span_bytes (g_ptr_array_index (shuffled->members, i));
      if (demls_stewards_distance (stewards, id) == DEMLS_NO_STEWARD)
        ck_assert_uint_eq (demls_stewards_turn (stewards, id), turn++);
    }
  ck_assert_uint_eq (turn, 5);
}
END_TEST

/* Nobody of the list is left: V16 prevents it, and it does not divide by zero. */
START_TEST (an_empty_list_has_no_stewards)
{
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_CUSTOM);
  policy.sn_max = 1;
  ConsensusRoster all = members (6);
  g_autoptr (DemlsStewardList) stored = demls_steward_list_empty ();
  g_autoptr (DemlsStewards) stewards = demls_stewards_in_force (stored, &policy, 3, &all, span_str ("grp"));
  ck_assert_uint_eq (demls_stewards_size (stewards), 0);
  ck_assert_uint_eq (demls_stewards_distance (stewards, spans[0]), DEMLS_NO_STEWARD);
  ck_assert_uint_eq (demls_stewards_at (stewards, 0).len, 0);
  ck_assert_uint_lt (demls_stewards_turn (stewards, spans[0]), 6);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    order_is_as_printed,           hashes_are_as_printed,
    input_order_does_not_matter,   sizes,
    lists_are_exhausted_by_epochs, small_groups_take_turns,
    large_groups_keep_a_list,      leavers_are_skipped_and_others_wait,
    an_empty_list_has_no_stewards,
  };
  return run_tests ("rules/steward-list", tests, G_N_ELEMENTS (tests));
}
