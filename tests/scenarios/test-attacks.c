/* The attacks that shaped the rules (mandates section 12), each with what is promised all the same. Those that are one
 * of B1-B26 too are told there: a path encrypted to half the group (B1), a mandate short of votes (B3). */
#include "mls/group-private.h"
#include "rules/candidate-build.h"
#include "scene.h"
#include "session/runner-private.h"

/* Two colluders of seven say yes and attest a wait that was none. Promised: a third of the clients must attest it, so
 * nobody is in before an honest clock has run out (V9). */
START_TEST (two_colluders_forge_silence)
{
  SimHonest *liar;
  DemlsPolicy policy = quick (5);
  policy.preset = DEMLS_PRESET_CUSTOM;
  policy.announce = DEMLS_ANNOUNCE_ASK; /* no client votes by itself */
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", "erin", "frank", "grace", NULL);
  SimHonest *second = steward_at (sim, 4), *newcomer = sim_one (sim, "heidi");
  liar = steward_at (sim, 3);
  sim_liar_make (liar);
  sim_liar_make (second);
  ck_assert (sim_honest_await (newcomer, witness_of (sim), &policy));
  sim_tell (sim, 0.5);
  sim_honest_vote (liar, sim_ballot (sim, 1), TRUE); /* a steward has asked (P2) */
  ck_assert (sim_honest_vote (second, sim_ballot (sim, 1), TRUE));
  ck_assert (sim_lie (liar, SIM_LIE_SILENCE));
  ck_assert (sim_lie (second, SIM_LIE_SILENCE));
  sim_tell (sim, 27);
  ck_assert (!sim_was_told (sim, "passed"));
  ck_assert (!sim_honest_is_in (newcomer));
}
END_TEST

/* A commit that is made in time and shown when all is settled, first only to somebody who slept. Promised: what is
 * final is never left, and the sleeper ends where all are (V23, V30). */
START_TEST (a_candidate_released_days_later)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (5, 0, &liar);
  SimHonest *sleeper = steward_at (sim, 4);
  agree_on_title (sim, "Coffee");
  g_autoptr (GBytes) encoded = sim_liar_build (liar);
  ck_assert_ptr_nonnull (encoded);
  g_autoptr (DemlsCommitCandidate) candidate =
      demls_commit_candidate_decode (span_bytes (encoded), g_bytes_get_size (encoded), NULL);
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (COMMIT_CANDIDATE);
  message.commit_candidate = candidate;
  g_autoptr (GBytes) packet = sim_liar_seal (liar, &message);
  liar->mute = TRUE;
  sim_honest_set_online (sleeper, FALSE);
  sim_tell (sim, 400); /* the backup has committed, four have sealed it */
  guint64 rollbacks = sim->counts->rollbacks;
  sim->whisper = G_GUINT64_CONSTANT (1) << sleeper->base.index;
  sim_liar_publish (liar, DEMLS_SUBTOPIC_APP_MSG, span_bytes (packet));
  sim->whisper = 0;
  sim_tell (sim, 2 * 24 * 3600);
  sim_honest_set_online (sleeper, TRUE);
  sim_liar_publish (liar, DEMLS_SUBTOPIC_APP_MSG, span_bytes (packet));
  sim_tell (sim, 600);
  expect_agreement (sim, "Coffee", 5);
  ck_assert_uint_le (sim->counts->rollbacks, rollbacks + 1); /* the sleeper's */
  expect_no_framing (sim);
}
END_TEST

/* A valid commit but that its author's leaf has another credential afterwards. Promised: refused (V15). */
START_TEST (a_committer_takes_another_identity)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 0, &liar);
  agree_on_title (sim, "Coffee");
  const DemlsEpoch *epoch = liar->runner->current->epoch;
  MlsGroup *group = liar->runner->current->group;
  g_autoptr (GPtrArray) mandates = sim_liar_mandates (liar);
  g_autoptr (DemlsGovernance) next = demls_candidate_next (epoch, mandates);
  g_autoptr (GPtrArray) proposals = demls_candidate_proposals (epoch, mandates, next);
  g_autoptr (GBytes) bound = demls_mandates_authenticated_data (mandates);
  g_autoptr (GBytes) credential = mls_credential_basic (SPAN_OF (witness_of (sim)->base.id));
  const MlsLeafNode *old = mls_tree_leaf (group->tree, group->own_leaf);
  MlsLeafNodeFields fields = { .credential = span_bytes (credential),
                               .capabilities = old->capabilities_encoded,
                               .extensions = old->extensions };
  MlsCommitOptions options = { .proposals = proposals, .authenticated_data = span_bytes (bound) };
  g_autoptr (MlsOwnCommit) commit =
      mls_group_make_commit (group, liar->rng, mls_group_self (group), &options, &fields, NULL);
  ck_assert_ptr_nonnull (commit);
  g_autoptr (GBytes) encoded = demls_candidate_encode (epoch, commit->message, SPAN_OF (liar->base.id), mandates, NULL);
  gint64 had = score (witness_of (sim), liar);
  ck_assert (sim_liar_send_candidate (liar, encoded, 0));
  liar->mute = TRUE;
  sim_tell (sim, 300);
  expect_agreement (sim, "Coffee", 4); /* by the backup */
  ck_assert_int_lt (score (witness_of (sim), liar), had);
  expect_no_framing (sim);
}
END_TEST

/* Somebody's old announcements come again, the one with which it rejoined among them. Promised: a proof is good for one
 * leaf, and that leaf is gone (V4). */
START_TEST (an_old_rejoin_is_replayed)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (5, 0, &liar);
  agree_on_title (sim, "Coffee");
  ck_assert (sim_lie (liar, SIM_LIE_HALF_COMMIT));
  liar->mute = TRUE;
  sim_tell (sim, 1200);
  ck_assert (sim_was_told (sim, "rejoined"));
  expect_agreement (sim, "Coffee", 5);
  sim_story_begin (sim);
  guint n = sim_net_history (sim->net)->len;
  for (guint i = 0; i < n; i++)
    {
      const SimPacket *packet = sim_net_history (sim->net)->pdata[i];
      g_autoptr (GBytes) payload = g_bytes_ref (packet->payload);
      if (packet->subtopic == DEMLS_SUBTOPIC_WELCOME)
        sim_liar_publish (liar, packet->subtopic, span_bytes (payload));
    }
  sim_tell (sim, 900);
  ck_assert (!sim_was_told (sim, "rejoin"));
  expect_agreement (sim, "Coffee", 5);
}
END_TEST

/* Its removal has passed, and the steward answers with a candidate that has more in it, only not that. Promised: more
 * removals win before more actions (V19). */
START_TEST (a_removal_undone_by_a_longer_candidate)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (5, 0, &liar);
  ck_assert (sim_honest_expel (witness_of (sim), &liar->base));
  sim_tell (sim, 0.5);
  all_say_yes (sim, 1);
  ck_assert (sim_honest_change (witness_of (sim), NULL, "Coffee"));
  sim_tell (sim, 0.5);
  all_say_yes (sim, 2);
  sim_tell (sim, 0.2);
  g_autoptr (GPtrArray) mandates = sim_liar_mandates (liar);
  for (guint i = mandates->len; i-- > 0;)
    if (demls_kind_removes (((const DemlsMandate *) mandates->pdata[i])->request->kind))
      g_ptr_array_remove_index (mandates, i);
  ck_assert_uint_ge (mandates->len, 1);
  g_autoptr (GBytes) encoded = sim_liar_build_of (liar, mandates);
  ck_assert (encoded && sim_liar_send_candidate (liar, encoded, 0));
  liar->mute = TRUE;
  sim_tell (sim, 600);
  expect_agreement (sim, "Coffee", 4);
  ck_assert (!sim_state_has (witness_of (sim)->state, SPAN_OF (liar->base.id)));
}
END_TEST

/* Ten different commits for one epoch. Promised: one of them or another member's wins, for all the same, and the pair
 * is kept as evidence once (V19). */
START_TEST (a_stream_of_equivocations)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (5, 0, &liar);
  agree_on_title (sim, "Coffee");
  for (guint i = 0; i < 5 && sim_liar_can (liar); i++)
    sim_lie (liar, SIM_LIE_TWO_COMMITS);
  liar->mute = TRUE;
  sim_tell (sim, 600);
  expect_agreement (sim, "Coffee", 5);
  expect_no_framing (sim);
}
END_TEST

/* A mandate with a vote that everybody has seen, under another signature. Promised: all 64 bytes count, whoever has
 * seen what (V13). */
START_TEST (a_garbage_signature_of_a_vote_that_was_seen)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 0, &liar);
  gint64 had = score (witness_of (sim), liar);
  agree_on_title (sim, "Coffee");
  ck_assert (sim_lie (liar, SIM_LIE_GARBAGE_MANDATE));
  liar->mute = TRUE;
  sim_tell (sim, 300);
  expect_agreement (sim, "Coffee", 4); /* by the backup */
  ck_assert_int_lt (score (witness_of (sim), liar), had);
}
END_TEST

/* Elections are asked for again and again. Promised: they take votes like anything else, so no epoch is burnt, and work
 * goes on (V12, V17). */
START_TEST (elections_to_burn_epochs)
{
  DemlsPolicy policy = quick (2);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", "dave", NULL);
  SimHonest *liar = steward_at (sim, 0);
  sim_liar_make (liar);
  guint64 epoch = witness_of (sim)->state->epoch;
  for (guint i = 0; i < 60; i++)
    {
      ck_assert (sim_lie (liar, SIM_LIE_ELECTIONS));
      sim_tell (sim, 5);
    }
  ck_assert_uint_le (witness_of (sim)->state->epoch, epoch + 1);
  guint number = sim->record->ballot_list->len - sim->story_ballots + 1;
  ck_assert (sim_honest_change (witness_of (sim), NULL, "Coffee"));
  sim_tell (sim, 0.5);
  all_say_yes (sim, number);
  sim_tell (sim, 300);
  ck_assert_str_eq (witness_of (sim)->state->governance->title, "Coffee");
  expect_no_framing (sim);
}
END_TEST

/* A stranger founds a group of the same id and lets the joiner in first. Promised: it is shown as unconfirmed, what the
 * joiner types does not go there, and it ends in the group of whoever invited it (V29). */
START_TEST (a_fake_group_of_the_same_id)
{
  DemlsPolicy policy = quick (5);
  g_autoptr (SimWorld) sim = sim_story (&policy, "alice", "bob", "carol", NULL);
  SimHonest *stranger = sim_one (sim, "zora"), *newcomer = sim_one (sim, "grace");
  sim_liar_make (stranger);
  ck_assert (sim_honest_found (stranger, "Tea", &policy));
  sim_story_begin (sim);
  ck_assert (sim_honest_await (newcomer, sim_one (sim, "alice"), &policy));
  sim_tell (sim, 0.2);
  ck_assert (sim_liar_ballot (stranger) != NULL);
  g_autoptr (GBytes) ballot = span_dup (demls_matter_hash (sim_liar_ballot (stranger)));
  sim_honest_vote (stranger, span_bytes (ballot), TRUE);
  sim_tell (sim, 4);
  ck_assert (sim_was_told (sim, "grace  has joined"));
  ck_assert_ptr_ne (newcomer->state, sim_one (sim, "alice")->state);
  sim_honest_say (newcomer, "is this the real one?");
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GPtrArray) open = demls_runner_ballots (sim_world_honest (sim, i)->runner);
      for (guint j = 0; j < open->len; j++)
        sim_honest_vote (sim_world_honest (sim, i), span_bytes (open->pdata[j]), TRUE);
    }
  sim_tell (sim, 120);
  ck_assert_ptr_eq (newcomer->state, sim_one (sim, "alice")->state);
  ck_assert (!sim_was_told (sim, "zora   reads"));
  ck_assert (sim_was_told (sim, "alice  reads \"is this the real one?\" from grace"));
}
END_TEST

/* What a member encrypted while it was one, and shows when it is none any more. Promised: of those who were removed
 * only candidates, seals and questions are still heard (V25). */
START_TEST (who_was_removed_keeps_talking)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 3, &liar);
  ck_assert (sim_honest_expel (witness_of (sim), &liar->base));
  sim_tell (sim, 0.5);
  guint8 id[DEMLS_MESSAGE_ID_SIZE] = { 1 };
  DemlsConversationMessage chat = DEMLS_CONVERSATION_MESSAGE_INIT;
  chat.message = consensus_data (span_str ("still me"));
  chat.message_id = consensus_data (SPAN_OF (id));
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (CONVERSATION_MESSAGE);
  message.conversation_message = &chat;
  g_autoptr (GBytes) early = sim_liar_seal (liar, &message);
  id[0] = 2;
  g_autoptr (GBytes) late = sim_liar_seal (liar, &message);
  sim_liar_publish (liar, DEMLS_SUBTOPIC_APP_MSG, span_bytes (early));
  sim_tell (sim, 0.1);
  ck_assert (sim_was_told (sim, "reads \"still me\""));
  all_say_yes (sim, 1);
  sim_tell (sim, 100);
  expect_agreement (sim, "Tea", 3);
  sim_story_begin (sim);
  sim_liar_publish (liar, DEMLS_SUBTOPIC_APP_MSG, span_bytes (late));
  sim_tell (sim, 10);
  ck_assert (!sim_was_told (sim, "still me"));
}
END_TEST

/* The same message id, encrypted twice. Promised: shown once (V24). */
START_TEST (one_message_is_sent_twice)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 3, &liar);
  guint8 id[DEMLS_MESSAGE_ID_SIZE] = { 1 };
  DemlsConversationMessage chat = DEMLS_CONVERSATION_MESSAGE_INIT;
  chat.message = consensus_data (span_str ("again and again"));
  chat.message_id = consensus_data (SPAN_OF (id));
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (CONVERSATION_MESSAGE);
  message.conversation_message = &chat;
  sim_liar_send (liar, &message);
  sim_tell (sim, 1);
  ck_assert (sim_was_told (sim, "again and again"));
  sim_story_begin (sim);
  sim_liar_send (liar, &message);
  sim_tell (sim, 1);
  ck_assert (!sim_was_told (sim, "again and again"));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    two_colluders_forge_silence,
    a_candidate_released_days_later,
    a_committer_takes_another_identity,
    an_old_rejoin_is_replayed,
    a_removal_undone_by_a_longer_candidate,
    a_stream_of_equivocations,
    a_garbage_signature_of_a_vote_that_was_seen,
    elections_to_burn_epochs,
    a_fake_group_of_the_same_id,
    who_was_removed_keeps_talking,
    one_message_is_sent_twice,
  };
  return run_tests ("scenarios/attacks", tests, G_N_ELEMENTS (tests));
}
