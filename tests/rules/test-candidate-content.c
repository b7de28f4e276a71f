/* test-candidate-content.c - rules/candidate.h: V15's checks of what the commit does, who made it, and what MLS says.
 */
#define _GNU_SOURCE /* memmem */
#include "forge.h"
#include "mls/group-private.h"
#include "mls/public-message.h"

/* --- what the commit does
 * --------------------------------------------------------------------------------------------------- */

static void
begin_with_proposals (Forge *f)
{
  begin_valid (f);
  g_autoptr (DemlsGovernance) next = demls_candidate_next (f->committer->epoch, f->mandates);
  f->proposals = demls_candidate_proposals (f->committer->epoch, f->mandates, next);
}

START_TEST (the_commit_does_what_was_voted)
{
  Forge f;
  begin_with_proposals (&f);
  g_ptr_array_remove_index (f.proposals, 2);
  expect (&f, RULE (PROPOSALS)); /* too little */

  begin_with_proposals (&f);
  g_ptr_array_add (f.proposals, mls_proposal_remove (4));
  expect (&f, RULE (PROPOSALS)); /* too much */

  begin_with_proposals (&f);
  mls_proposal_unref (f.proposals->pdata[2]);
  f.proposals->pdata[2] = mls_proposal_remove (4);
  expect (&f, RULE (PROPOSALS)); /* somebody else */

  begin_with_proposals (&f);
  gpointer add = f.proposals->pdata[1];
  f.proposals->pdata[1] = f.proposals->pdata[2];
  f.proposals->pdata[2] = add;
  expect (&f, RULE (PROPOSALS)); /* another order */

  begin_with_proposals (&f);
  Person again = person_new (f.world->suite, f.world->rng, f.stranger.key);
  mls_proposal_unref (f.proposals->pdata[1]);
  f.proposals->pdata[1] = mls_proposal_add (again.secrets->package);
  expect (&f, RULE (PROPOSALS)); /* another key package of the same person */
  person_clear (&again);
}
END_TEST

START_TEST (the_next_governance_is_computed)
{
  Forge f;
  begin_with_proposals (&f);
  g_ptr_array_remove_index (f.proposals, 0);
  expect (&f, RULE (NEXT_GOVERNANCE));

  begin_with_proposals (&f);
  g_autoptr (GBytes) same = demls_group_extensions (f.committer->epoch->governance);
  mls_proposal_unref (f.proposals->pdata[0]);
  f.proposals->pdata[0] = mls_proposal_group_context_extensions (span_bytes (same));
  expect (&f, RULE (NEXT_GOVERNANCE)); /* nothing recorded as executed */

  begin_with_proposals (&f);
  g_auto (Writer) w = WRITER_INIT;
  writer_raw (&w, span_bytes (same));
  mls_extension_write (&w, MLS_EXTENSION_EXTERNAL_SENDERS, span ("\0", 1));
  mls_proposal_unref (f.proposals->pdata[0]);
  f.proposals->pdata[0] = mls_proposal_group_context_extensions (writer_span (&w));
  expect (&f, RULE (NEXT_GOVERNANCE)); /* external_senders! */
}
END_TEST

/* A signed commit without a path, which no MLS implementation makes for such proposals. */
static GBytes *
commit_without_path (const Forge *f)
{
  const MlsGroup *group = f->committer->group;
  g_auto (Writer) body = WRITER_INIT;
  gsize list = writer_open (&body);
  for (guint i = 0; i < f->proposals->len; i++)
    {
      const MlsProposal *proposal = g_ptr_array_index (f->proposals, i);
      writer_u8 (&body, 1); /* by value */
      writer_raw (&body, span_bytes (proposal->encoded));
    }
  writer_close (&body, list);
  writer_optional (&body, FALSE);
  g_autoptr (GBytes) ad = demls_mandates_authenticated_data (f->mandates);
  g_auto (Writer) content = WRITER_INIT;
  MlsSender sender = { MLS_SENDER_MEMBER, 0 };
  mls_framed_content_write (&content, group->context->group_id, group->context->epoch, sender, span_bytes (ad),
                            MLS_CONTENT_COMMIT, writer_span (&body));
  Span context = span_bytes (group->context->encoded);
  guint8 signature[SIGNATURE_MAX], tag[32] = { 0 };
  gsize size = mls_framed_content_sign (f->world->suite, group->key, MLS_WIRE_PUBLIC_MESSAGE, writer_span (&content),
                                        &sender, context, signature);
  g_autoptr (MlsAuthenticatedContent) whole = mls_authenticated_content_new (
      MLS_WIRE_PUBLIC_MESSAGE, writer_span (&content), span (signature, size), SPAN_OF (tag));
  return mls_public_message_write (f->world->suite, whole, secret_span (&group->secrets.membership), context);
}

START_TEST (the_path_keeps_who_one_is)
{
  Forge f;
  begin_with_proposals (&f);
  f.commit = commit_without_path (&f);
  expect (&f, RULE (PATH));

  begin_valid (&f);
  g_auto (Writer) w = WRITER_INIT;
  mls_extension_write (&w, MLS_EXTENSION_DEMLS_GOVERNANCE, span_str ("x"));
  Span other = writer_span (&w);
  f.leaf_extensions = &other;
  expect (&f, RULE (PATH));

  begin_valid (&f);
  g_auto (Writer) nick = WRITER_INIT;
  mls_extension_write (&nick, MLS_EXTENSION_DEMLS_NICK, span_str ("alice"));
  Span named = writer_span (&nick);
  f.leaf_extensions = &named;
  expect (&f, 0, -1); /* that one may change */
}
END_TEST

/* A committer whose leaf changes its identity, or what it can do: MLS alone would let it. */
START_TEST (the_path_changes_no_identity)
{
  for (guint what = 0; what < 2; what++)
    {
      Forge f;
      begin_valid (&f);
      MlsGroup *group = f.committer->group;
      const MlsLeafNode *old = mls_tree_leaf (group->tree, 0);
      static const guint16 suites[] = { 1 };
      static const guint16 extensions[] = { 0xF0DE, 0xF0DF, 0xF0E0 };
      g_autoptr (GBytes) credential = mls_credential_basic (person_id (&f.world->person[1]));
      g_autoptr (GBytes) capabilities = mls_capabilities_encode (suites, 1, extensions, 3);
      MlsLeafNodeFields fields = {
        .encryption_key = old->encryption_key,
        .signature_key = old->signature_key,
        .credential = what == 0 ? span_bytes (credential) : old->credential,
        .capabilities = what == 1 ? span_bytes (capabilities) : old->capabilities_encoded,
        .source = MLS_LEAF_KEY_PACKAGE,
        .not_after = 1,
      };
      g_autoptr (MlsLeafNode) leaf = mls_leaf_node_sign (f.world->suite, group->key, &fields, SPAN_EMPTY, 0, NULL);
      mls_tree_set_leaf (group->tree, 0, leaf);
      expect (&f, RULE (PATH));
    }
}
END_TEST

START_TEST (not_everybody_may_commit)
{
  Forge f;
  DemlsPolicy few = demls_policy_preset (DEMLS_PRESET_CUSTOM);
  few.sn_max = 2;
  forge_begin (&f, 5, &few); /* the stored list is the founder's, empty */
  g_ptr_array_add (f.mandates, invite (&f, "yyyy"));
  expect (&f, RULE (NOT_ENTITLED));

  forge_begin (&f, 5, NULL);
  g_ptr_array_add (f.mandates,
                   world_mandate (f.world, &f.world->person[1], demls_ask_refresh (f.committer->epoch), ".y"));
  expect (&f, RULE (NOT_ENTITLED)); /* a refresh of somebody else */
}
END_TEST

/* V18: stewards who all go cannot commit that themselves. */
START_TEST (who_stays_may_remove_all_stewards)
{
  Forge f;
  DemlsPolicy few = demls_policy_preset (DEMLS_PRESET_CUSTOM);
  few.sn_max = 2;
  forge_begin (&f, 5, &few);
  DemlsEpoch *epoch = f.committer->epoch;
  const ConsensusRoster *members = &epoch->roster->members;
  g_autoptr (DemlsStewardList) list =
      demls_steward_list_generate (epoch->number, 0, members, 2, epoch->conversation_id);
  demls_stewards_free (epoch->stewards);
  epoch->stewards = demls_stewards_in_force (list, &few, epoch->number, members, epoch->conversation_id);
  Person *other = NULL;
  for (guint i = 0; i < 5; i++)
    if (demls_stewards_distance (epoch->stewards, person_id (&f.world->person[i])) == DEMLS_NO_STEWARD)
      other = &f.world->person[i];
  for (guint i = 0; i < 2; i++)
    {
      ck_assert (!demls_candidate_may_commit (epoch, f.mandates, person_id (other)));
      GBytes *payload = demls_ask_remove (epoch, span_bytes (list->members->pdata[i]), NULL);
      g_ptr_array_add (f.mandates, world_mandate (f.world, other, payload, "yyyy"));
    }
  ck_assert (demls_candidate_may_commit (epoch, f.mandates, person_id (other)));
  forge_end (&f);
}
END_TEST

/* --- MLS ---------------------------------------------------------------------------------------------------------- */

START_TEST (mls_has_the_last_word)
{
  Forge f;
  forge_begin (&f, 5, NULL);
  /* a key package whose signature was broken: alive for whoever only reads it, refused by RFC 9420 10.1 */
  Span package = person_package (&f.stranger);
  g_autofree guint8 *copy = g_memdup2 (package.data, package.len);
  copy[package.len - 1] ^= 1;
  g_ptr_array_add (f.mandates, world_mandate (f.world, f.committer,
                                              demls_ask_invite (f.committer->epoch, span (copy, package.len),
                                                                person_id (&f.stranger), NULL, 0),
                                              "yyyy"));
  g_autoptr (GError) error = NULL;
  ck_assert (
      !demls_candidate_build (f.committer->epoch, f.committer->group, f.world->rng, f.mandates, SPAN_EMPTY, &error));
  ck_assert_int_eq (error->code, MLS_ERROR_KEY_PACKAGE_SIGNATURE);
  /* voters and honest stewards see it before (G79) */
  const DemlsMandate *mandate = g_ptr_array_index (f.mandates, 0);
  ck_assert (demls_request_is_alive (mandate->request, f.committer->epoch, NULL));
  ck_assert (!demls_request_is_addable (mandate->request, f.committer->epoch, 1700000000, NULL));
  forge_end (&f);
}
END_TEST

/* The commit with one bit of its path leaf's signature turned, signed again by its committer. */
static GBytes *
with_broken_leaf (const Forge *f, GBytes *message)
{
  const MlsGroup *group = f->committer->group;
  Span context = span_bytes (group->context->encoded), whole = span_bytes (message);
  g_autoptr (MlsPublicMessage) public = mls_public_message_read (span (whole.data + 4, whole.len - 4), NULL);
  Reader reader = reader_init (public->content->content.content);
  g_autoptr (MlsCommit) commit = mls_commit_read (&reader, NULL);
  Span encoded = public->content->content.encoded, leaf = commit->path->leaf->signature;
  g_autofree guint8 *copy = g_memdup2 (encoded.data, encoded.len);
  guint8 *at = memmem (copy, encoded.len, leaf.data, leaf.len);
  at[5] ^= 1;
  MlsSender sender = { MLS_SENDER_MEMBER, 0 };
  guint8 signature[SIGNATURE_MAX];
  gsize size = mls_framed_content_sign (f->world->suite, group->key, MLS_WIRE_PUBLIC_MESSAGE, span (copy, encoded.len),
                                        &sender, context, signature);
  g_autoptr (MlsAuthenticatedContent) again = mls_authenticated_content_new (
      MLS_WIRE_PUBLIC_MESSAGE, span (copy, encoded.len), span (signature, size), public->content->confirmation_tag);
  return mls_public_message_write (f->world->suite, again, secret_span (&group->secrets.membership), context);
}

START_TEST (mls_judges_the_path)
{
  Forge f;
  begin_valid (&f);
  forge_commit (&f);
  g_autoptr (GBytes) message = g_steal_pointer (&f.commit);
  f.commit = with_broken_leaf (&f, message);
  expect (&f, MLS (LEAF_SIGNATURE));
}
END_TEST

/* Candidates of one epoch do not enter the next, nor a group that is not theirs. */
START_TEST (old_candidates_stay_out)
{
  Forge f;
  begin_valid (&f);
  g_autoptr (GBytes) encoded = forge (&f);
  Person *judge = &f.world->person[1];
  g_autoptr (DemlsCandidate) candidate = demls_candidate_check (judge->epoch, span_bytes (encoded), NULL, NULL);
  world_enter (judge, mls_group_stage (judge->group, candidate->judged, NULL, NULL));
  g_autoptr (GError) error = NULL;
  ck_assert (!demls_candidate_check (judge->epoch, span_bytes (encoded), NULL, &error));
  ck_assert (g_error_matches (error, MLS_ERROR, MLS_ERROR_WRONG_EPOCH));
  /* and what was executed is not executed again (V4) */
  const DemlsMandate *mandate = g_ptr_array_index (f.mandates, 1);
  g_autoptr (GError) dead = NULL;
  ck_assert (!demls_request_is_alive (mandate->request, judge->epoch, &dead));
  ck_assert (g_error_matches (dead, DEMLS_RULE_ERROR, DEMLS_RULE_EXECUTED));
  forge_end (&f);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    the_commit_does_what_was_voted, the_next_governance_is_computed,
    the_path_keeps_who_one_is,      the_path_changes_no_identity,
    not_everybody_may_commit,       who_stays_may_remove_all_stewards,
    mls_has_the_last_word,          mls_judges_the_path,
    old_candidates_stay_out,
  };
  return run_tests ("rules/candidate-content", tests, G_N_ELEMENTS (tests));
}
