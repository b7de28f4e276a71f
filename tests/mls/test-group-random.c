/* test-group-random.c - groups under random scripts: whatever members do and whatever the network does to it, those who
 * are in agree and those who are out read nothing.
 *
 *   DEMLS_SEED=n     the script with this seed instead of the usual ones (suite 1, and then the others)
 *   DEMLS_STEPS=n    another number of steps
 */
#include <stdlib.h>

#include "../lib/mls-scene.h"
#include "../lib/run.h"
#include "mls/tree-hash.h"

#define MOST_MEMBERS 60
#define MOST_OUT 10

/* Somebody who is or was in the group. */
typedef struct {
  FixtureMember *member;
  MlsGroup *group; /* the epoch that this one is in */
  GPtrArray *held; /* of MlsReceived: proposals of this epoch */
} Person;

typedef struct {
  Suite *suite;
  Rng *rng;        /* keys */
  Rng *dice;       /* the script */
  GPtrArray *in;   /* of Person */
  GPtrArray *out;  /* of Person: removed, with their last epoch */
  GPtrArray *mail; /* of GBytes: PrivateMessages of this epoch, not yet delivered to all */
  guint named;
  guint largest;
} World;

static guint throw (World * self, guint sides)
{
  return rng_below (self->dice, sides);
}

static void
no_error (GError *error)
{
  if (error)
    ck_abort_msg ("error %d: %s", error->code, error->message);
}

/* --- people ------------------------------------------------------------------------------------------------------ */

static void
person_free (gpointer data)
{
  Person *self = data;
  fixture_member_free (self->member);
  mls_group_free (self->group);
  g_ptr_array_unref (self->held);
  g_free (self);
}

static Person *
person_new (World *self)
{
  g_autofree char *name = g_strdup_printf ("person-%u", self->named++);
  Person *person = g_new0 (Person, 1);
  person->member = fixture_member_new (self->suite, self->rng, name);
  person->held = g_ptr_array_new_with_free_func ((GDestroyNotify) mls_received_free);
  return person;
}

static Person *
person_at (const World *self, guint i)
{
  return self->in->pdata[i];
}

static Person *
anybody (World *self)
{
  return person_at (self, throw (self, self->in->len));
}

static void
enter_epoch (Person *person, MlsGroup *next)
{
  mls_group_free (person->group);
  person->group = next;
  g_ptr_array_set_size (person->held, 0);
}

/* --- agreement --------------------------------------------------------------------------------------------------- */

static void
check_agreement (const World *self)
{
  const MlsGroup *first = person_at (self, 0)->group;
  ck_assert_uint_eq (mls_tree_members (mls_group_tree (first)), self->in->len);
  for (guint i = 0; i < self->in->len; i++)
    {
      const MlsGroup *group = person_at (self, i)->group;
      ck_assert (span_equal (mls_group_epoch_authenticator (group), mls_group_epoch_authenticator (first)));
      ck_assert (span_equal (mls_tree_hash (mls_group_tree (group)), mls_tree_hash (mls_group_tree (first))));
      ck_assert (span_equal (mls_group_context (group)->tree_hash, mls_tree_hash (mls_group_tree (group))));
      const MlsLeafNode *leaf = mls_tree_leaf (mls_group_tree (group), mls_group_own_leaf (group));
      ck_assert (span_equal (leaf->signature_key, sign_key_public (person_at (self, i)->member->key)));
    }
}

/* --- messages ---------------------------------------------------------------------------------------------------- */

/* `copy` is a second delivery. */
static void
deliver (Person *person, Span message, gboolean copy)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsReceived) received = mls_group_receive (person->group, message, &error);
  if (!received)
    ck_assert_msg (error->code == MLS_ERROR_OWN_MESSAGE || (copy && error->code == MLS_ERROR_GENERATION_USED),
                   "error %d: %s", error->code, error->message);
  else
    ck_assert (!copy && received->content->content.content.len > 0);
}

static void
send (World *self)
{
  GError *error = NULL;
  guint8 text[100];
  gsize len = 1 + throw (self, sizeof text);
  rng_fill (self->dice, text, len);
  GBytes *message =
      mls_group_seal (anybody (self)->group, self->rng, span (text, len), SPAN_EMPTY, throw (self, 32), &error);
  no_error (error);
  g_ptr_array_add (self->mail, message);
}

/* Those who are out hold the keys of another epoch. */
static void
show_outsiders (const World *self, Span message)
{
  for (guint i = 0; i < self->out->len; i++)
    {
      g_autoptr (GError) error = NULL;
      Person *person = self->out->pdata[i];
      g_autoptr (MlsReceived) received = mls_group_receive (person->group, message, &error);
      ck_assert (!received && g_error_matches (error, MLS_ERROR, MLS_ERROR_WRONG_EPOCH));
    }
}

/* Everything in the mail in an order of each one's own; some is lost, some comes twice. */
static void
deliver_mail (World *self)
{
  for (guint i = 0; i < self->in->len; i++)
    {
      g_autoptr (GPtrArray) order = g_ptr_array_copy (self->mail, NULL, NULL);
      while (order->len)
        {
          GBytes *message = g_ptr_array_steal_index_fast (order, throw (self, order->len));
          if (throw (self, 10) == 0)
            continue;
          deliver (person_at (self, i), span_bytes (message), FALSE);
          if (throw (self, 5) == 0)
            deliver (person_at (self, i), span_bytes (message), TRUE);
        }
    }
  for (guint i = 0; i < self->mail->len; i++)
    show_outsiders (self, span_bytes (self->mail->pdata[i]));
  g_ptr_array_set_size (self->mail, 0);
}

static void
chat (World *self)
{
  for (guint n = 1 + throw (self, 6); n > 0; n--)
    send (self);
  if (throw (self, 2))
    deliver_mail (self);
}

/* --- saving ------------------------------------------------------------------------------------------------------ */

/* Restoring gives back the same bytes. Held proposals stay, own Updates are in the bytes. */
static void
save_and_restore (World *self)
{
  GError *error = NULL;
  Person *person = anybody (self);
  g_autoptr (GBytes) saved = mls_scene_save (person->group);
  MlsGroup *restored = mls_scene_restore (self->suite, person->member->key, span_bytes (saved), &error);
  no_error (error);
  g_autoptr (GBytes) again = mls_scene_save (restored);
  ck_assert (g_bytes_equal (saved, again));
  mls_group_free (person->group);
  person->group = restored;
}

/* --- proposals by reference -------------------------------------------------------------------------------------- */

static void
hold (World *self, GBytes *message, const Person *maker)
{
  for (guint i = 0; i < self->in->len; i++)
    {
      GError *error = NULL;
      Person *person = person_at (self, i);
      if (person == maker)
        continue;
      g_ptr_array_add (person->held, mls_group_receive (person->group, span_bytes (message), &error));
      no_error (error);
    }
}

static void
propose_update (World *self, Person *person)
{
  GError *error = NULL;
  MlsReceived *own;
  g_autoptr (MlsProposal) update = mls_group_make_update (person->group, self->rng, NULL, &error);
  no_error (error);
  MlsWireFormat wire_format = throw (self, 2) ? MLS_WIRE_PUBLIC_MESSAGE : MLS_WIRE_PRIVATE_MESSAGE;
  g_autoptr (GBytes) message =
      mls_group_propose_and_hold (person->group, self->rng, update, SPAN_EMPTY, wire_format, &own, &error);
  no_error (error);
  g_ptr_array_add (person->held, own);
  hold (self, message, person);
}

/* --- commits ----------------------------------------------------------------------------------------------------- */

/* A commit with who made it and whom it adds and removes. */
typedef struct {
  Person *committer;
  MlsOwnCommit *own;
  GPtrArray *added;   /* of Person, owned unless adopted */
  GPtrArray *removed; /* of Person, of `in` */
  gboolean omit_tree;
} Candidate;

static void
candidate_clear (Candidate *self)
{
  g_clear_pointer (&self->own, mls_own_commit_free);
  g_clear_pointer (&self->added, g_ptr_array_unref);
  g_clear_pointer (&self->removed, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Candidate, candidate_clear)

static void
plan_adds (World *self, Candidate *candidate, GPtrArray *proposals, guint n)
{
  for (guint i = 0; i < n && self->in->len + candidate->added->len < MOST_MEMBERS; i++)
    {
      Person *person = person_new (self);
      g_ptr_array_add (candidate->added, person);
      g_ptr_array_add (proposals, mls_proposal_add (fixture_member_package (person->member)));
    }
}

static void
plan_removes (World *self, Candidate *candidate, GPtrArray *proposals, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      Person *person = anybody (self);
      if (person == candidate->committer || g_ptr_array_find (candidate->removed, person, NULL))
        continue;
      g_ptr_array_add (candidate->removed, person);
      g_ptr_array_add (proposals, mls_proposal_remove (mls_group_own_leaf (person->group)));
    }
}

static Candidate
make_candidate (World *self, Person *committer, guint adds, guint removes)
{
  GError *error = NULL;
  Candidate candidate = {
    .committer = committer,
    .added = g_ptr_array_new_with_free_func (person_free),
    .removed = g_ptr_array_new (),
    .omit_tree = throw (self, 3) == 0,
  };
  g_autoptr (GPtrArray) proposals = fixture_proposals (NULL, NULL);
  plan_removes (self, &candidate, proposals, removes);
  plan_adds (self, &candidate, proposals, adds);
  MlsCommitOptions options = {
    .proposals = proposals,
    .references = committer->held,
    .omit_path = throw (self, 2) == 0,
    .omit_tree = candidate.omit_tree,
    .private_message = throw (self, 3) == 0,
  };
  candidate.own = mls_group_commit (committer->group, self->rng, &options, &error);
  no_error (error);
  return candidate;
}

static MlsJudged *
judge (Person *person, const Candidate *candidate)
{
  GError *error = NULL;
  MlsReceived *received = mls_group_receive (person->group, span_bytes (candidate->own->message), &error);
  no_error (error);
  MlsJudged *judged = mls_group_judge (person->group, received, person->held, &error);
  no_error (error);
  return judged;
}

/* The next epoch of a member; for one who is removed NULL, even if he pretends not to be. */
static MlsGroup *
stage (Person *person, const Candidate *candidate)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsJudged) judged = judge (person, candidate);
  MlsGroup *next = mls_group_stage (person->group, judged, NULL, &error);
  if (!judged->removes_us)
    {
      no_error (error);
      return next;
    }
  ck_assert (g_error_matches (error, MLS_ERROR, MLS_ERROR_REMOVED));
  g_clear_error (&error);
  judged->removes_us = FALSE;
  next = mls_group_stage (person->group, judged, NULL, &error);
  ck_assert (!next && error->code == MLS_ERROR_COMMIT_NOT_READABLE);
  return NULL;
}

static void
join_added (World *self, Candidate *candidate, Span tree)
{
  for (guint i = 0; i < candidate->added->len; i++)
    {
      GError *error = NULL;
      Person *person = candidate->added->pdata[i];
      person->group =
          mls_group_join (self->suite, person->member->key, person->member->secrets,
                          span_bytes (candidate->own->welcome), tree, NULL, mls_group_config_default (), &error);
      no_error (error);
      g_ptr_array_add (self->in, person);
    }
  g_ptr_array_set_free_func (candidate->added, NULL);
}

static void
part_with_removed (World *self, const Candidate *candidate)
{
  for (guint i = 0; i < candidate->removed->len; i++)
    {
      guint at;
      ck_assert (g_ptr_array_find (self->in, candidate->removed->pdata[i], &at));
      g_ptr_array_add (self->out, g_ptr_array_steal_index (self->in, at));
    }
  while (self->out->len > MOST_OUT)
    g_ptr_array_remove_index (self->out, 0);
}

/* The next epoch of each that is in; NULL for those who are not any more. */
static GPtrArray *
stage_all (const World *self, Candidate *candidate)
{
  GPtrArray *next = g_ptr_array_new ();
  for (guint i = 0; i < self->in->len; i++)
    if (person_at (self, i) == candidate->committer)
      g_ptr_array_add (next, g_steal_pointer (&candidate->own->next));
    else
      g_ptr_array_add (next, stage (person_at (self, i), candidate));
  return next;
}

/* Everybody goes on to the epoch of `candidate`; while it is staged, the old one still sends and receives. */
static void
adopt (World *self, Candidate *candidate)
{
  g_autoptr (GBytes) tree = candidate->omit_tree ? mls_tree_encode (mls_group_tree (candidate->own->next)) : NULL;
  g_autoptr (GPtrArray) next = stage_all (self, candidate);
  send (self);
  deliver_mail (self);
  for (guint i = 0; i < next->len; i++)
    if (next->pdata[i])
      enter_epoch (person_at (self, i), next->pdata[i]);
  part_with_removed (self, candidate);
  join_added (self, candidate, span_bytes (tree));
}

/* --- steps ------------------------------------------------------------------------------------------------------- */

static void
one_commit (World *self)
{
  guint removes = self->in->len > 2 && throw (self, 2) ? throw (self, 1 + self->in->len / 8) + 1 : 0;
  guint adds = throw (self, 2) ? throw (self, throw (self, 12) ? 5 : MOST_MEMBERS) : 0;
  g_auto (Candidate) candidate = make_candidate (self, anybody (self), adds, removes);
  adopt (self, &candidate);
}

static void
empty_commit (World *self)
{
  g_auto (Candidate) candidate = make_candidate (self, anybody (self), 0, 0);
  adopt (self, &candidate);
}

/* All but the committer may update; some forget their state in between. */
static void
commit_updates (World *self)
{
  Person *committer = anybody (self);
  for (guint i = 0; i < self->in->len; i++)
    if (person_at (self, i) != committer && throw (self, 4) == 0)
      propose_update (self, person_at (self, i));
  for (guint n = throw (self, 4); n > 0; n--)
    save_and_restore (self);
  g_auto (Candidate) candidate = make_candidate (self, committer, throw (self, 3), 0);
  adopt (self, &candidate);
}

/* Three candidates are made and staged by all; the last one is kept. Of the others nothing must remain. */
static void
several_candidates (World *self)
{
  for (guint i = 0; i < 2; i++)
    {
      g_auto (Candidate) dropped = make_candidate (self, anybody (self), throw (self, 3), throw (self, 2));
      for (guint k = 0; k < self->in->len; k++)
        if (person_at (self, k) != dropped.committer)
          mls_group_free (stage (person_at (self, k), &dropped));
    }
  one_commit (self);
}

static void
step (World *self)
{
  switch (throw (self, 8))
    {
    case 0:
      several_candidates (self);
      break;
    case 1:
      commit_updates (self);
      break;
    case 2:
      empty_commit (self);
      break;
    case 3:
      save_and_restore (self);
      break;
    case 4:
      chat (self);
      break;
    default:
      one_commit (self);
    }
  check_agreement (self);
  self->largest = MAX (self->largest, self->in->len);
}

static void
run_script (guint16 suite_number, guint64 seed, guint steps)
{
  g_print ("suite %u: DEMLS_SEED=%" G_GUINT64_FORMAT ", %u steps\n", suite_number, seed, steps);
  World self = {
    .suite = suite_new (suite_number),
    .rng = rng_new_seeded (seed),
    .dice = rng_new_seeded (~seed),
    .in = g_ptr_array_new_with_free_func (person_free),
    .out = g_ptr_array_new_with_free_func (person_free),
    .mail = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref),
  };
  Person *founder = person_new (&self);
  founder->group = fixture_create (self.suite, self.rng, founder->member);
  g_ptr_array_add (self.in, founder);
  for (guint i = 0; i < steps; i++)
    step (&self);
  g_print ("suite %u: %u people, at most %u members\n", suite_number, self.named, self.largest);
  g_ptr_array_unref (self.in);
  g_ptr_array_unref (self.out);
  g_ptr_array_unref (self.mail);
  rng_free (self.rng);
  rng_free (self.dice);
  suite_unref (self.suite);
}

static guint
steps_of (guint usual)
{
  const char *told = g_getenv ("DEMLS_STEPS");
  return told ? (guint) g_ascii_strtoull (told, NULL, 10) : run_rounds (usual);
}

static guint64
seed_of (guint64 usual)
{
  const char *told = g_getenv ("DEMLS_SEED");
  return told ? g_ascii_strtoull (told, NULL, 10) : usual;
}

START_TEST (suite_1)
{
  run_script (1, seed_of (1), steps_of (300));
}
END_TEST

START_TEST (other_suites)
{
  for (guint16 suite = 2; suite <= 7; suite++)
    run_script (suite, seed_of (suite), MAX (steps_of (20), 8));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { suite_1, other_suites };
  return run_tests ("mls/group-random", tests, G_N_ELEMENTS (tests));
}
