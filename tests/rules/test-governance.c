/* test-governance.c - rules/governance.h and epoch.h: V1, V2, G4, and what a joiner refuses.
 */
#include "../lib/run.h"
#include "world.h"

static DemlsExecuted
executed (guint64 epoch, guint8 hash, gboolean has_target, guint32 kind)
{
  DemlsExecuted one = { .epoch = epoch, .kind = kind, .has_target = has_target };
  memset (one.proposal_hash, hash, sizeof one.proposal_hash);
  if (has_target)
    memset (one.target, 7, sizeof one.target);
  return one;
}

static DemlsGovernance *
sample (void)
{
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_QUICK);
  DemlsStewardList *list = demls_steward_list_empty ();
  for (guint8 i = 1; i < 4; i++)
    {
      guint8 id[20] = { i };
      g_ptr_array_add (list->members, span_dup (SPAN_OF (id)));
    }
  list->election_epoch = 9;
  GArray *done = g_array_new (FALSE, TRUE, sizeof (DemlsExecuted));
  DemlsExecuted late = executed (8, 1, FALSE, 102), early = executed (7, 9, TRUE, 1), middle = executed (8, 0, TRUE, 2);
  g_array_append_val (done, late);
  g_array_append_val (done, early);
  g_array_append_val (done, middle);
  guint8 instance[16] = { 5 };
  return demls_governance_new (&policy, list, done, "the title", instance);
}

START_TEST (travels_unchanged)
{
  g_autoptr (DemlsGovernance) governance = sample ();
  g_autoptr (GBytes) bytes = demls_governance_encode (governance);
  g_autoptr (GError) error = NULL;
  g_autoptr (DemlsGovernance) back = demls_governance_parse (span_bytes (bytes), &error);
  ck_assert_msg (back != NULL, "%s", error ? error->message : "");
  g_autoptr (GBytes) again = demls_governance_encode (back);
  ck_assert (g_bytes_equal (bytes, again));
  ck_assert (demls_policy_equal (&back->policy, &governance->policy));
  ck_assert (demls_steward_list_equal (back->stewards, governance->stewards));
  ck_assert_str_eq (back->title, "the title");
  ck_assert_uint_eq (back->instance[0], 5);
  ck_assert_uint_eq (back->executed->len, 3);
  ck_assert_uint_eq (g_array_index (back->executed, DemlsExecuted, 0).epoch, 7); /* sorted by (epoch, hash) */
  ck_assert_uint_eq (g_array_index (back->executed, DemlsExecuted, 1).kind, 2);
  ck_assert (!g_array_index (back->executed, DemlsExecuted, 2).has_target);
}
END_TEST

START_TEST (every_prefix_is_refused)
{
  g_autoptr (DemlsGovernance) governance = sample ();
  g_autoptr (GBytes) bytes = demls_governance_encode (governance);
  for (gsize len = 0; len < g_bytes_get_size (bytes); len++)
    {
      g_autofree guint8 *copy = g_malloc (len + 1);
      memcpy (copy, g_bytes_get_data (bytes, NULL), len);
      ck_assert (!demls_governance_parse (span (copy, len), NULL));
    }
}
END_TEST

/* --- one thing wrong at a time
 * ---------------------------------------------------------------------------------------- */

typedef void (*Spoil) (DemlsGovernanceMessage *message);

static void
other_version (DemlsGovernanceMessage *m)
{
  m->version = 2;
}
static void
no_version (DemlsGovernanceMessage *m)
{
  m->version = 0;
}
static void
no_policy (DemlsGovernanceMessage *m)
{
  m->policy = NULL;
}
static void
no_list (DemlsGovernanceMessage *m)
{
  m->steward_list = NULL;
}
static void
bad_policy (DemlsGovernanceMessage *m)
{
  m->policy->sn_min = 7;
}
static void
bad_title (DemlsGovernanceMessage *m)
{
  m->title[0] = '\n';
}
static void
no_title (DemlsGovernanceMessage *m)
{
  m->title[0] = '\0';
}
static void
short_instance (DemlsGovernanceMessage *m)
{
  m->instance.len = 15;
}
static void
twice_a_steward (DemlsGovernanceMessage *m)
{
  memcpy (m->steward_list->members[1].data, m->steward_list->members[0].data, 20);
}
static void
short_steward (DemlsGovernanceMessage *m)
{
  m->steward_list->members[1].len = 19;
}
static void
out_of_order (DemlsGovernanceMessage *m)
{
  m->executed[2]->epoch = 6;
}
static void
twice_executed (DemlsGovernanceMessage *m)
{
  memcpy (m->executed[2]->proposal_hash.data, m->executed[1]->proposal_hash.data, 32);
}
static void
short_hash (DemlsGovernanceMessage *m)
{
  m->executed[2]->proposal_hash.len = 31;
}
static void
short_target (DemlsGovernanceMessage *m)
{
  m->executed[0]->target.len = 19;
}
static void
no_kind (DemlsGovernanceMessage *m)
{
  m->executed[0]->kind = 0;
}

START_TEST (each_part_is_checked)
{
  static const struct {
    Spoil spoil;
    gboolean form;
    gint code;
  } rows[] = {
    { other_version, FALSE, DEMLS_RULE_GOVERNANCE },   { no_version, TRUE, CONSENSUS_ERROR_SIZE },
    { no_policy, TRUE, CONSENSUS_ERROR_SIZE },         { no_list, TRUE, CONSENSUS_ERROR_SIZE },
    { bad_policy, FALSE, DEMLS_RULE_POLICY },          { bad_title, FALSE, DEMLS_RULE_TITLE },
    { no_title, TRUE, CONSENSUS_ERROR_SIZE },          { short_instance, TRUE, CONSENSUS_ERROR_SIZE },
    { twice_a_steward, FALSE, DEMLS_RULE_GOVERNANCE }, { short_steward, TRUE, CONSENSUS_ERROR_SIZE },
    { out_of_order, FALSE, DEMLS_RULE_GOVERNANCE },    { twice_executed, FALSE, DEMLS_RULE_GOVERNANCE },
    { short_hash, TRUE, CONSENSUS_ERROR_SIZE },        { short_target, TRUE, CONSENSUS_ERROR_SIZE },
    { no_kind, TRUE, CONSENSUS_ERROR_SIZE },
  };
  g_autoptr (DemlsGovernance) governance = sample ();
  g_autoptr (GBytes) bytes = demls_governance_encode (governance);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DemlsGovernanceMessage) message = demls_governance_message_decode (span_bytes (bytes), NULL);
      DemlsGovernanceMessage spoiled = *message;
      rows[i].spoil (&spoiled);
      g_autoptr (GBytes) other = demls_message_encode (&spoiled.base);
      g_autoptr (GError) error = NULL;
      ck_assert_msg (!demls_governance_parse (span_bytes (other), &error), "row %u", i);
      ck_assert_msg (error->domain == (rows[i].form ? CONSENSUS_ERROR : DEMLS_RULE_ERROR)
                         && error->code == rows[i].code,
                     "row %u: %s", i, error->message);
    }
}
END_TEST

START_TEST (founders_begin_with_nothing)
{
  g_autoptr (Rng) rng = rng_new_seeded (1);
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_CHAT);
  g_autoptr (DemlsGovernance) first = demls_governance_found (&policy, "a", rng, NULL);
  g_autoptr (DemlsGovernance) second = demls_governance_found (&policy, "a", rng, NULL);
  ck_assert (first->executed->len == 0 && first->stewards->members->len == 0);
  ck_assert (memcmp (first->instance, second->instance, 16) != 0);
  g_autoptr (GBytes) bytes = demls_governance_encode (first);
  g_autoptr (DemlsGovernance) back = demls_governance_parse (span_bytes (bytes), NULL);
  ck_assert (back != NULL);
  g_autoptr (GError) title = NULL, numbers = NULL;
  ck_assert (!demls_governance_found (&policy, "", rng, &title));
  ck_assert_int_eq (title->code, DEMLS_RULE_TITLE);
  policy.sn_max = 0;
  ck_assert (!demls_governance_found (&policy, "a", rng, &numbers));
  ck_assert_int_eq (numbers->code, DEMLS_RULE_POLICY);
}
END_TEST

/* --- the group
 * ------------------------------------------------------------------------------------------------------------ */

static gint
code_of_list (const Writer *list)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DemlsGovernance) governance = demls_group_extensions_parse (writer_span (list), &error);
  return governance ? -1 : error->code;
}

START_TEST (extensions_are_exactly_ours)
{
  static const guint8 required[] = { 4, 0xF0, 0xDE, 0xF0, 0xDF, 0, 0 },
                      more[] = { 4, 0xF0, 0xDE, 0xF0, 0xDF, 2, 0xF0, 1, 0 };
  g_autoptr (DemlsGovernance) governance = sample ();
  g_autoptr (GBytes) list = demls_group_extensions (governance), content = demls_governance_encode (governance);
  Span inner = span_bytes (content);
  g_auto (Writer) w = WRITER_INIT;
  mls_extension_write (&w, 3, SPAN_OF (required));
  mls_extension_write (&w, 0xF0DE, inner);
  ck_assert (span_equal (writer_span (&w), span_bytes (list)));
  ck_assert_int_eq (code_of_list (&w), -1);
  mls_extension_write (&w, 5, SPAN_EMPTY); /* external_senders! */
  ck_assert_int_eq (code_of_list (&w), DEMLS_RULE_EXTENSIONS);
  writer_clear (&w);
  ck_assert_int_eq (code_of_list (&w), DEMLS_RULE_EXTENSIONS);
  mls_extension_write (&w, 3, SPAN_OF (required));
  ck_assert_int_eq (code_of_list (&w), DEMLS_RULE_EXTENSIONS);
  writer_clear (&w);
  mls_extension_write (&w, 0xF0DE, inner);
  mls_extension_write (&w, 3, SPAN_OF (required));
  ck_assert_int_eq (code_of_list (&w), DEMLS_RULE_EXTENSIONS);
  writer_clear (&w);
  mls_extension_write (&w, 3, SPAN_OF (more));
  mls_extension_write (&w, 0xF0DE, inner);
  ck_assert_int_eq (code_of_list (&w), DEMLS_RULE_EXTENSIONS);
}
END_TEST

START_TEST (epochs_say_what_is_agreed)
{
  g_autoptr (World) world = world_new (4, NULL);
  const DemlsEpoch *first = world->person[0].epoch;
  for (guint i = 0; i < 4; i++)
    {
      const DemlsEpoch *epoch = world->person[i].epoch;
      ck_assert_uint_eq (epoch->number, 1);
      ck_assert_uint_eq (epoch->n, 4);
      ck_assert_mem_eq (epoch->id, first->id, 32);
      ck_assert (g_bytes_equal (epoch->name, first->name));
      ck_assert_uint_eq (g_bytes_get_size (epoch->name), 3 + 16);
      ck_assert (span_equal (epoch->conversation_id, span_str ("grp")));
      ck_assert (span_equal (demls_stewards_at (epoch->stewards, 0), demls_stewards_at (first->stewards, 0)));
      ck_assert (demls_epoch_has (epoch, person_id (&world->person[3 - i])));
      ck_assert (span_equal (demls_roster_id_at (epoch->roster, i), person_id (&world->person[i])));
    }
  ck_assert (!demls_epoch_has (first, span_str ("nobody")));
  ck_assert (!demls_roster_leaf (first->roster, span_str ("nobody")));
  ck_assert_uint_eq (demls_roster_id_at (first->roster, 99).len, 0);
}
END_TEST

/* A group without rules, or with a member under another's name, is no home. */
START_TEST (foreign_groups_are_refused)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (Rng) rng = rng_new_seeded (1);
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_CHAT);
  g_autoptr (DemlsGovernance) governance = demls_governance_found (&policy, "a", rng, NULL);
  g_autoptr (GBytes) extensions = demls_group_extensions (governance), capabilities = demls_group_capabilities ();
  Person person = person_new (suite, rng, NULL);
  g_autoptr (GBytes) alias = mls_credential_basic (span_str ("alice"));
  MlsKeyPackageFields fields = { .credential = span_bytes (alias), .capabilities = span_bytes (capabilities) };
  g_autoptr (MlsGroup) named = mls_group_create (suite, rng, person.key, span_str ("grp"), &fields,
                                                 span_bytes (extensions), mls_group_config_default (), NULL);
  g_autoptr (GError) who = NULL, what = NULL;
  ck_assert (!demls_epoch_new (named, &who));
  ck_assert (g_error_matches (who, DEMLS_RULE_ERROR, DEMLS_RULE_MEMBER_ID));
  fields.credential = person.secrets->package->leaf->credential;
  g_autoptr (MlsGroup) bare = mls_group_create (suite, rng, person.key, span_str ("grp"), &fields, SPAN_EMPTY,
                                                mls_group_config_default (), NULL);
  ck_assert (!demls_epoch_new (bare, &what));
  ck_assert (g_error_matches (what, DEMLS_RULE_ERROR, DEMLS_RULE_EXTENSIONS));
  person_clear (&person);
}
END_TEST

START_TEST (members_sign_for_the_vote_protocol)
{
  g_autoptr (World) world = world_new (3, NULL);
  DemlsMemberSigner self = demls_member_signer (world->person[0].group, world->person[0].epoch->roster);
  DemlsMemberSigner other = demls_member_signer (world->person[1].group, world->person[1].epoch->roster);
  guint8 hash[32] = { 3 };
  ConsensusVote vote;
  ck_assert (consensus_vote_sign (hash, CONSENSUS_YES, &self.base, &vote));
  ck_assert (span_equal (SPAN_OF (vote.owner), person_id (&world->person[0])));
  ck_assert (consensus_vote_verify (&vote, &other.base, NULL));
  memcpy (vote.owner, world->person[2].id, 20);
  ck_assert (!consensus_vote_verify (&vote, &other.base, NULL));
  vote.owner[0] ^= 1;
  ck_assert (!consensus_vote_verify (&vote, &other.base, NULL));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    travels_unchanged,           every_prefix_is_refused,
    each_part_is_checked,        founders_begin_with_nothing,
    extensions_are_exactly_ours, epochs_say_what_is_agreed,
    foreign_groups_are_refused,  members_sign_for_the_vote_protocol,
  };
  return run_tests ("rules/governance", tests, G_N_ELEMENTS (tests));
}
