/* test-candidate-refused.c - rules/candidate.h: V15's checks up to the votes, each by a candidate that breaks it and
 * nothing before it, with its own reason; and the answer is the same whatever a member holds. What comes after the
 * votes is in test-candidate-content.c.
 */
#include "forge.h"

START_TEST (the_unspoiled_one_is_valid)
{
  Forge f;
  begin_valid (&f);
  expect (&f, 0, -1);
}
END_TEST

/* --- size and form
 * ---------------------------------------------------------------------------------------------------- */

START_TEST (size_and_form)
{
  Forge f;
  g_autofree guint8 *zeros = g_malloc0 (DEMLS_CANDIDATE_BASE + 5 * DEMLS_CANDIDATE_PER_MEMBER);
  begin_valid (&f);
  f.welcome = g_bytes_new (zeros, DEMLS_CANDIDATE_BASE + 5 * DEMLS_CANDIDATE_PER_MEMBER);
  expect (&f, RULE (TOO_LARGE));

  begin_valid (&f);
  f.welcome = g_bytes_new (zeros, 1000); /* covered only by the envelope: anything goes */
  expect (&f, 0, -1);

  begin_valid (&f);
  forge_commit (&f);
  g_ptr_array_set_size (f.mandates, 0);
  expect (&f, RULE (NO_MANDATES));

  begin_valid (&f);
  for (guint i = 0; i < 49; i++)
    g_ptr_array_add (f.mandates, demls_mandate_ref (g_ptr_array_index (f.mandates, 0)));
  f.commit = g_bytes_new (zeros, 10);
  expect (&f, FORM (SIZE));

  begin_valid (&f);
  f.commit = g_bytes_new (NULL, 0);
  expect (&f, FORM (SIZE));

  begin_valid (&f);
  f.member_id.len = 19;
  forge_commit (&f);
  expect (&f, FORM (SIZE));
}
END_TEST

START_TEST (bytes_that_are_no_candidate)
{
  Forge f;
  begin_valid (&f);
  g_autoptr (GBytes) valid = forge (&f);
  Span whole = span_bytes (valid);
  g_autofree guint8 *longer = g_malloc (whole.len + 3);
  memcpy (longer, whole.data, whole.len);
  memcpy (longer + whole.len, "\xb0\x06\x01", 3); /* field 102 */
  GQuark domain;
  gint code;
  verdict (&f, span (longer, whole.len + 3), &domain, &code);
  ck_assert (domain == CONSENSUS_ERROR && code == CONSENSUS_ERROR_UNKNOWN);
  for (gsize len = 0; len < whole.len; len += 1 + len / 50)
    {
      g_autofree guint8 *copy = g_malloc (len + 1);
      memcpy (copy, whole.data, len);
      ck_assert (!demls_candidate_check (f.world->person[1].epoch, span (copy, len), NULL, NULL));
    }
  forge_end (&f);
}
END_TEST

/* Any change of any byte is noticed: nothing in a candidate is free but the Welcome. */
START_TEST (every_byte_counts)
{
  Forge f;
  forge_begin (&f, 3, NULL);
  g_ptr_array_add (f.mandates, remove_member (&f, 2, "yy"));
  g_autoptr (GBytes) valid = forge (&f);
  Span whole = span_bytes (valid);
  const Person *judge = &f.world->person[1];
  guint step = run_rounds (1) && g_getenv ("DEMLS_FAST") ? 13 : 1;
  g_autoptr (DemlsCandidate) fine = demls_candidate_check (judge->epoch, whole, NULL, NULL);
  ck_assert (fine != NULL);
  for (gsize at = 0; at < whole.len; at += step)
    {
      g_autofree guint8 *copy = g_memdup2 (whole.data, whole.len);
      copy[at] ^= (guint8) (1 << at % 8);
      g_autoptr (GError) error = NULL;
      ck_assert_msg (!demls_candidate_check (judge->epoch, span (copy, whole.len), NULL, &error), "byte %u",
                     (guint) at);
      ck_assert (error != NULL);
    }
  forge_end (&f);
}
END_TEST

/* --- group, epoch, committer
 * -------------------------------------------------------------------------------------------- */

START_TEST (group_and_epoch)
{
  Forge f;
  begin_valid (&f);
  f.conversation_id = span_str ("grq");
  expect (&f, RULE (WRONG_GROUP));

  begin_valid (&f);
  forge_commit (&f);
  g_autoptr (GBytes) body = g_steal_pointer (&f.commit);
  g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  copy[15] ^= 1; /* version, wire format, group id of 3, epoch */
  f.commit = g_bytes_new (copy, g_bytes_get_size (body));
  expect (&f, MLS (WRONG_EPOCH));

  begin_valid (&f);
  copy[15] ^= 1;
  copy[6] ^= 1;
  f.commit = g_bytes_new (copy, g_bytes_get_size (body));
  expect (&f, MLS (WRONG_GROUP));

  begin_valid (&f);
  copy[6] ^= 1;
  copy[g_bytes_get_size (body) - 1] ^= 1;
  f.commit = g_bytes_new (copy, g_bytes_get_size (body));
  expect (&f, MLS (MEMBERSHIP_TAG));
}
END_TEST

START_TEST (not_a_commit)
{
  Forge f;
  begin_valid (&f);
  f.private_message = TRUE;
  expect (&f, RULE (NOT_A_COMMIT));

  begin_valid (&f);
  g_autoptr (MlsProposal) proposal = mls_proposal_remove (3);
  f.commit = mls_group_propose (f.committer->group, f.world->rng, proposal, SPAN_EMPTY, MLS_WIRE_PUBLIC_MESSAGE, NULL);
  expect (&f, RULE (NOT_A_COMMIT));

  begin_valid (&f);
  f.commit = g_bytes_new_static ("junk", 4);
  expect (&f, RULE (NOT_A_COMMIT));
}
END_TEST

START_TEST (committer_is_the_signer)
{
  Forge f;
  begin_valid (&f);
  f.member_id = person_id (&f.world->person[1]);
  expect (&f, RULE (COMMITTER));
}
END_TEST

START_TEST (mandates_are_those_committed_to)
{
  Forge f;
  begin_valid (&f);
  forge_commit (&f);
  gpointer first = f.mandates->pdata[0];
  f.mandates->pdata[0] = f.mandates->pdata[1];
  f.mandates->pdata[1] = first;
  expect (&f, RULE (AUTHENTICATED_DATA));

  begin_valid (&f);
  f.ad = g_bytes_new (NULL, 0);
  expect (&f, RULE (AUTHENTICATED_DATA));

  begin_valid (&f);
  forge_commit (&f);
  g_ptr_array_set_size (f.mandates, 1);
  expect (&f, RULE (AUTHENTICATED_DATA));
}
END_TEST

/* --- alive
 * ---------------------------------------------------------------------------------------------------------------- */

/* A mandate whose payload was changed after it was asked. */
static DemlsMandate *
changed (const Forge *f, GBytes *payload, void (*change) (DemlsUpdateRequest *message, gpointer data), gpointer data,
         const char *votes)
{
  g_autoptr (DemlsUpdateRequest) message = demls_update_request_decode (span_bytes (payload), NULL);
  DemlsUpdateRequest copy = *message;
  change (&copy, data);
  g_bytes_unref (payload);
  return world_mandate (f->world, &f->world->person[1], demls_message_encode (&copy.base), votes);
}

static void
open_at (DemlsUpdateRequest *message, gpointer data)
{
  message->opened_epoch = *(guint64 *) data;
}

static void
set_group (DemlsUpdateRequest *message, gpointer data)
{
  message->group = consensus_data (span_str (data));
}

static void
set_epoch_id (DemlsUpdateRequest *message, gpointer data)
{
  message->epoch_id = consensus_data (span (data, 32));
}

START_TEST (proposals_must_be_alive)
{
  Forge f;
  guint64 later = 2;
  guint8 other_id[32] = { 9 };
  forge_begin (&f, 5, NULL);
  g_ptr_array_add (f.mandates, changed (&f, demls_ask_policy (f.committer->epoch, NULL, "x"), open_at, &later, "yyyy"));
  expect (&f, RULE (NOT_YET));

  forge_begin (&f, 5, NULL);
  char other_group[] = "another group's name";
  g_ptr_array_add (f.mandates,
                   changed (&f, demls_ask_policy (f.committer->epoch, NULL, "x"), set_group, other_group, "yyyy"));
  expect (&f, RULE (OTHER_GROUP));

  forge_begin (&f, 5, NULL);
  g_ptr_array_add (f.mandates, changed (&f,
                                        demls_ask_emergency (f.committer->epoch, DEMLS_VIOLATION (DEADLOCK), SPAN_EMPTY,
                                                             SPAN_EMPTY, person_id (&f.world->person[1])),
                                        set_epoch_id, other_id, "yyyy"));
  expect (&f, RULE (EPOCH_ID));

  forge_begin (&f, 5, NULL);
  g_ptr_array_add (f.mandates,
                   world_mandate (f.world, f.committer,
                                  demls_ask_remove (f.committer->epoch, person_id (&f.stranger), NULL), "yyyy"));
  expect (&f, RULE (NO_MEMBER));

  forge_begin (&f, 5, NULL);
  Person twin = person_new (f.world->suite, f.world->rng, f.world->person[2].key);
  g_ptr_array_add (f.mandates, world_mandate (f.world, f.committer,
                                              demls_ask_invite (f.committer->epoch, person_package (&twin),
                                                                person_id (&twin), NULL, 0),
                                              "yyyy"));
  f.proposals = g_ptr_array_new ();
  expect (&f, RULE (IS_MEMBER));
  person_clear (&twin);

  forge_begin (&f, 5, NULL);
  g_ptr_array_add (f.mandates,
                   world_mandate (f.world, f.committer, demls_ask_election (f.committer->epoch, 0), "yyyy"));
  expect (&f, RULE (NO_ELECTION));
}
END_TEST

START_TEST (accusations_carry_nothing)
{
  Forge f;
  forge_begin (&f, 5, NULL);
  g_autoptr (DemlsRequest) request = world_request (
      f.committer, demls_ask_emergency (f.committer->epoch, DEMLS_VIOLATION (BROKEN_COMMIT),
                                        person_id (&f.world->person[2]), SPAN_EMPTY, person_id (f.committer)));
  Consensus__V1__Proposal proposal = CONSENSUS__V1__PROPOSAL__INIT;
  consensus_proposal_write (request->proposal, &proposal);
  DemlsMandateMessage message = DEMLS_MANDATE_INIT;
  message.proposal = &proposal;
  g_ptr_array_add (f.mandates, demls_mandate_read (&message, NULL));
  expect (&f, RULE (MANDATE_KIND));
}
END_TEST

START_TEST (no_two_of_a_kind)
{
  Forge f;
  begin_valid (&f);
  g_ptr_array_add (f.mandates,
                   world_mandate (f.world, f.committer,
                                  demls_ask_remove (f.committer->epoch, person_id (&f.world->person[3]), "twice"),
                                  "yyyy"));
  f.proposals = g_ptr_array_new ();
  expect (&f, RULE (TARGET_TWICE));

  forge_begin (&f, 5, NULL);
  g_ptr_array_add (f.mandates,
                   world_mandate (f.world, f.committer, demls_ask_policy (f.committer->epoch, NULL, "a"), "yyyy"));
  g_ptr_array_add (f.mandates,
                   world_mandate (f.world, f.committer, demls_ask_policy (f.committer->epoch, NULL, "b"), "yyyy"));
  expect (&f, RULE (TARGET_TWICE));

  DemlsPolicy few = demls_policy_preset (DEMLS_PRESET_CUSTOM);
  few.sn_max = 2;
  forge_begin (&f, 5, &few);
  g_ptr_array_add (f.mandates,
                   world_mandate (f.world, f.committer, demls_ask_policy (f.committer->epoch, NULL, "a"), "yyyy"));
  g_ptr_array_add (f.mandates,
                   world_mandate (f.world, f.committer, demls_ask_election (f.committer->epoch, 0), "yyyy"));
  expect (&f, RULE (ELECTION_AND_POLICY));

  begin_valid (&f);
  g_ptr_array_add (f.mandates, world_mandate (f.world, f.committer, demls_ask_refresh (f.committer->epoch), "y"));
  expect (&f, RULE (REFRESH_NOT_ALONE));
}
END_TEST

/* --- votes
 * ------------------------------------------------------------------------------------------------------------------ */

/* The mandate with its `which`-th vote changed; what the vote is signed for stays. */
static DemlsMandate *
respell (DemlsMandate *mandate, guint which, guint32 leaf, guint32 value, gint broken_byte, gint by_silence)
{
  Consensus__V1__Proposal proposal = CONSENSUS__V1__PROPOSAL__INIT;
  DemlsMandateMessage message = DEMLS_MANDATE_INIT;
  gpointer memory = demls_mandate_write (mandate, &proposal, &message);
  message.votes[which]->leaf_index = leaf;
  message.votes[which]->value = value;
  guint8 signature[64];
  memcpy (signature, message.votes[which]->signature.data, 64);
  if (broken_byte >= 0)
    signature[broken_byte] ^= 1;
  message.votes[which]->signature = consensus_data (SPAN_OF (signature));
  if (by_silence >= 0)
    message.by_silence = by_silence;
  DemlsMandate *other = demls_mandate_read (&message, NULL);
  ck_assert (other != NULL);
  g_free (memory);
  demls_mandate_unref (mandate);
  return other;
}

START_TEST (votes_are_members_and_signed)
{
  Forge f;
  forge_begin (&f, 5, NULL);
  g_ptr_array_add (f.mandates, respell (invite (&f, "yyyy"), 0, 77, CONSENSUS_YES, -1, -1));
  expect (&f, RULE (VOTER));

  forge_begin (&f, 5, NULL);
  g_ptr_array_add (f.mandates, respell (invite (&f, "yyyy"), 0, 7, CONSENSUS_YES, -1, -1));
  expect (&f, RULE (VOTER)); /* a blank leaf */

  for (gint at = 0; at < 64; at += 63) /* a garbage signature whose vote was seen: verdict() holds it */
    {
      forge_begin (&f, 5, NULL);
      DemlsMandate *mandate = invite (&f, "yyyy");
      guint32 leaf = g_array_index (mandate->votes, DemlsMandateVote, 0).leaf;
      g_ptr_array_add (f.mandates, respell (mandate, 0, leaf, CONSENSUS_YES, at, -1));
      expect (&f, RULE (VOTE_SIGNATURE));
    }

  forge_begin (&f, 5, NULL);
  DemlsMandate *mandate = invite (&f, "yyyy");
  guint32 leaf = g_array_index (mandate->votes, DemlsMandateVote, 1).leaf;
  g_ptr_array_add (f.mandates, respell (mandate, 1, leaf, CONSENSUS_NO, -1, -1));
  expect (&f, RULE (VOTE_SIGNATURE));

  forge_begin (&f, 5, NULL);
  mandate = invite (&f, "yyyy");
  leaf = g_array_index (mandate->votes, DemlsMandateVote, 0).leaf;
  g_ptr_array_add (f.mandates, respell (mandate, 1, leaf, CONSENSUS_YES, -1, -1));
  expect (&f, RULE (VOTE_TWICE));
}
END_TEST

/* Two colluders with a forged silence: their witnesses are two, and t of five is two, so it takes a third. */
START_TEST (mandates_must_pass_as_they_say)
{
  Forge f;
  forge_begin (&f, 5, NULL);
  DemlsMandate *mandate = invite (&f, "yyyy");
  guint32 leaf = g_array_index (mandate->votes, DemlsMandateVote, 0).leaf;
  g_ptr_array_add (f.mandates, respell (mandate, 0, leaf, CONSENSUS_YES, -1, TRUE));
  expect (&f, RULE (NOT_PASSED));

  forge_begin (&f, 5, NULL);
  mandate = invite (&f, "YY");
  leaf = g_array_index (mandate->votes, DemlsMandateVote, 0).leaf;
  g_ptr_array_add (f.mandates, respell (mandate, 0, leaf, CONSENSUS_YES, -1, FALSE));
  expect (&f, RULE (NOT_PASSED));

  forge_begin (&f, 5, NULL);
  DemlsMandate *removal = remove_member (&f, 3, "YYYY");
  leaf = g_array_index (removal->votes, DemlsMandateVote, 0).leaf;
  g_ptr_array_add (f.mandates, respell (removal, 0, leaf, CONSENSUS_YES, -1, TRUE));
  expect (&f, RULE (NOT_PASSED)); /* silence never removes anybody */

  DemlsPolicy loud = demls_policy_preset (DEMLS_PRESET_CUSTOM);
  loud.silence_is_yes = FALSE;
  forge_begin (&f, 5, &loud);
  mandate = invite (&f, "YYYY");
  leaf = g_array_index (mandate->votes, DemlsMandateVote, 0).leaf;
  g_ptr_array_add (f.mandates, respell (mandate, 0, leaf, CONSENSUS_YES, -1, TRUE));
  expect (&f, RULE (NOT_PASSED));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    the_unspoiled_one_is_valid,
    size_and_form,
    bytes_that_are_no_candidate,
    every_byte_counts,
    group_and_epoch,
    not_a_commit,
    committer_is_the_signer,
    mandates_are_those_committed_to,
    proposals_must_be_alive,
    accusations_carry_nothing,
    no_two_of_a_kind,
    votes_are_members_and_signed,
    mandates_must_pass_as_they_say,
  };
  return run_tests ("rules/candidate-refused", tests, G_N_ELEMENTS (tests));
}
