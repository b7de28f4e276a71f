/* forge.h - candidates that are wrong in one respect: made like valid ones, with parts exchanged.
 *
 *   Forge f;
 *   begin_valid (&f);                       // five members; a valid invite and a valid removal
 *   f.member_id = person_id (...);          // spoil something
 *   expect (&f, RULE (COMMITTER));          // the verdict of another member, and the end of f
 */
#ifndef DEMLS_TESTS_FORGE_H
#define DEMLS_TESTS_FORGE_H

#include "../lib/run.h"
#include "world.h"

/* A group of five in which everybody is a steward, and the parts of a candidate that forge() puts together. */
typedef struct {
  World *world;
  Person *committer;
  Person stranger; /* whom the valid candidate adds */
  GPtrArray *mandates;
  GBytes *commit;       /* NULL: made from what follows */
  GBytes *ad;           /* NULL: V14's */
  GPtrArray *proposals; /* NULL: V16's, V15's */
  const Span *leaf_extensions;
  gboolean private_message;
  Span conversation_id, member_id;
  GBytes *welcome;
} Forge;

static inline DemlsMandate *
invite (const Forge *f, const char *votes)
{
  return world_mandate (
      f->world, &f->world->person[1],
      demls_ask_invite (f->committer->epoch, person_package (&f->stranger), person_id (&f->stranger), NULL, 0), votes);
}

static inline DemlsMandate *
remove_member (const Forge *f, guint who, const char *votes)
{
  return world_mandate (f->world, &f->world->person[1],
                        demls_ask_remove (f->committer->epoch, person_id (&f->world->person[who]), NULL), votes);
}

static inline void
forge_begin (Forge *f, guint n, const DemlsPolicy *policy)
{
  *f = (Forge){ .world = world_new (n, policy) };
  f->committer = &f->world->person[0];
  f->stranger = person_new (f->world->suite, f->world->rng, NULL);
  f->conversation_id = span_str ("grp");
  f->member_id = person_id (f->committer);
  f->mandates = world_mandates (NULL);
}

static inline void
forge_end (Forge *f)
{
  g_clear_pointer (&f->commit, g_bytes_unref);
  g_clear_pointer (&f->ad, g_bytes_unref);
  g_clear_pointer (&f->welcome, g_bytes_unref);
  g_clear_pointer (&f->proposals, g_ptr_array_unref);
  g_ptr_array_unref (f->mandates);
  person_clear (&f->stranger);
  world_free (f->world);
}

static inline void
forge_commit (Forge *f)
{
  const DemlsEpoch *epoch = f->committer->epoch;
  if (!f->proposals)
    {
      g_autoptr (DemlsGovernance) next = demls_candidate_next (epoch, f->mandates);
      f->proposals = demls_candidate_proposals (epoch, f->mandates, next);
    }
  if (!f->ad)
    f->ad = demls_mandates_authenticated_data (f->mandates);
  MlsCommitOptions options = { .proposals = f->proposals,
                               .authenticated_data = span_bytes (f->ad),
                               .leaf_extensions = f->leaf_extensions,
                               .private_message = f->private_message };
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsOwnCommit) commit = mls_group_commit (f->committer->group, f->world->rng, &options, &error);
  ck_assert_msg (commit != NULL, "%s", error ? error->message : "");
  f->commit = g_bytes_ref (commit->message);
}

static inline GBytes *
forge (Forge *f)
{
  if (!f->commit)
    forge_commit (f);
  DemlsEpoch epoch = *f->committer->epoch;
  epoch.conversation_id = f->conversation_id;
  return demls_candidate_encode (&epoch, f->commit, f->member_id, f->mandates, f->welcome);
}

/* The verdict of another member, twice: with nothing held, and with every vote of the candidate held. */
static inline void
verdict (const Forge *f, Span encoded, GQuark *domain, gint *code)
{
  const Person *judge = &f->world->person[f->world->n - 1];
  g_autoptr (GError) error = NULL, with_votes = NULL;
  g_autoptr (DemlsCandidate) candidate = demls_candidate_check (judge->epoch, encoded, NULL, &error);
  g_autoptr (ConsensusBallotBox) box = consensus_ballot_box_new ();
  for (guint i = 0; i < f->mandates->len; i++)
    {
      const DemlsMandate *mandate = g_ptr_array_index (f->mandates, i);
      consensus_ballot_box_put (box, world_ballot (f->world, mandate->request, "YNYNY"));
    }
  g_autoptr (DemlsCandidate) again = demls_candidate_check (judge->epoch, encoded, box, &with_votes);
  ck_assert_int_eq (candidate != NULL, again != NULL);
  ck_assert_int_eq (candidate == NULL, error != NULL);
  *domain = error ? error->domain : 0;
  *code = error ? error->code : -1;
  if (error)
    ck_assert_msg (g_error_matches (with_votes, error->domain, error->code), "%s / %s", error->message,
                   with_votes->message);
}

static inline void
expect (Forge *f, GQuark domain, gint code)
{
  g_autoptr (GBytes) encoded = forge (f);
  GQuark found_domain;
  gint found_code;
  verdict (f, span_bytes (encoded), &found_domain, &found_code);
  ck_assert_msg (found_domain == domain && found_code == code, "%s %d, not %s %d", g_quark_to_string (found_domain),
                 found_code, g_quark_to_string (domain), code);
  forge_end (f);
}

#define RULE(code) DEMLS_RULE_ERROR, DEMLS_RULE_##code
#define MLS(code) MLS_ERROR, MLS_ERROR_##code
#define FORM(code) CONSENSUS_ERROR, CONSENSUS_ERROR_##code

static inline void
begin_valid (Forge *f)
{
  forge_begin (f, 5, NULL);
  g_ptr_array_add (f->mandates, invite (f, "yyyy."));
  g_ptr_array_add (f->mandates, remove_member (f, 3, "yyynn"));
}

#endif
