#include "sim-hall.h"

#include <stdlib.h>

#include "session/runner-private.h"
#include "sim-clock.h"

static gpointer
must (gpointer result, const GError *error)
{
  if (!result)
    g_error ("sim-hall: %s", error ? error->message : "failed");
  return result;
}

/* --- making the group -------------------------------------------------------------------------------------------- */

/* Somebody who asks to join. */
static DemlsRunner *
make_joiner (SimHall *self, guint i, DemlsEnv *env)
{
  g_autoptr (GError) error = NULL;
  self->rngs[i] = rng_new_seeded (1000 + i);
  self->keys[i] = sign_key_generate (self->suite, self->rngs[i]);
  *env = (DemlsEnv){ .suite = self->suite, .rng = self->rngs[i], .key = self->keys[i], .nick = "m" };
  return must (demls_runner_await (env, self->id, NULL, self->now, &error), error);
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  return span_compare (*(const Span *) a, *(const Span *) b);
}

/* The governance with the list of stewards that a group of this size would have (V16). */
static GBytes *
make_extensions (const SimHall *self, const DemlsGovernance *old, const GArray *ids)
{
  g_autoptr (GArray) sorted = g_array_copy ((GArray *) ids);
  g_array_sort (sorted, compare_ids);
  ConsensusRoster roster = { (const Span *) (void *) sorted->data, sorted->len };
  DemlsStewardList *list = roster.n > old->policy.sn_max ? demls_steward_list_generate (
                               1, 0, &roster, demls_steward_list_size (&old->policy, roster.n), span_str (self->id))
                                                         : demls_steward_list_empty ();
  GArray *executed = g_array_new (FALSE, FALSE, sizeof (DemlsExecuted));
  g_autoptr (DemlsGovernance) next = demls_governance_new (&old->policy, list, executed, old->title, old->instance);
  return demls_group_extensions (next);
}

static MlsOwnCommit *
commit_all (SimHall *self, const DemlsRunner *founder, GPtrArray *proposals)
{
  MlsCommitOptions options = { .proposals = proposals };
  g_autoptr (GError) error = NULL;
  return must (mls_group_commit (founder->current->group, self->rngs[0], &options, &error), error);
}

static void
plant (DemlsRunner *runner, MlsGroup *group)
{
  g_autoptr (GError) error = NULL;
  DemlsKept *kept = must (demls_kept_new (group, &error), error);
  g_ptr_array_set_size (runner->epochs, 0);
  demls_epochs_plant (runner, kept);
}

static MlsGroup *
join (SimHall *self, guint i, DemlsRunner *runner, GBytes *welcome)
{
  g_autoptr (GError) error = NULL;
  return must (mls_group_join (self->suite, self->keys[i], runner->joining->secrets, span_bytes (welcome), SPAN_EMPTY,
                               NULL, mls_group_config_default (), &error),
               error);
}

static void
let_in (SimHall *self, guint i, GBytes *welcome)
{
  DemlsRunner *runner = self->runners[i];
  plant (runner, join (self, i, runner, welcome));
  g_clear_pointer (&runner->joining, demls_joining_free);
  runner->state = DEMLS_STATE_WORKING;
  runner->own_path_at = runner->now.mono;
}

static void
gather (SimHall *self, GPtrArray *joiners)
{
  DemlsRunner *founder = self->runners[0];
  g_autoptr (GPtrArray) adds = g_ptr_array_new_with_free_func ((GDestroyNotify) mls_proposal_unref);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (Span));
  g_array_append_vals (ids, &(Span){ founder->me, sizeof founder->me }, 1);
  for (guint i = 1; i < self->n; i++)
    {
      DemlsRunner *joiner = joiners->pdata[i];
      g_ptr_array_add (adds, mls_proposal_add (joiner->joining->secrets->package));
      g_array_append_vals (ids, &(Span){ joiner->me, sizeof joiner->me }, 1);
    }
  g_autoptr (GBytes) extensions = make_extensions (self, founder->current->epoch->governance, ids);
  g_ptr_array_insert (adds, 0, mls_proposal_group_context_extensions (span_bytes (extensions)));
  g_autoptr (MlsOwnCommit) commit = commit_all (self, founder, adds);
  for (guint i = 1; i < self->awake; i++)
    let_in (self, i, commit->welcome);
  self->listener = join (self, self->n - 1, joiners->pdata[self->n - 1], commit->welcome);
  plant (founder, g_steal_pointer (&commit->next));
}

SimHall *
sim_hall_new (guint n, guint awake, const DemlsPolicy *policy)
{
  SimHall *self = g_new0 (SimHall, 1);
  self->suite = suite_new (1);
  self->n = n;
  self->awake = MIN (awake, n - 1); /* the last one is the listener */
  self->now = (DemlsNow){ .mono = G_USEC_PER_SEC, .wall = SIM_WALL_START };
  self->id = g_strdup ("abcdefghijklmnopqrstuvwxyy"); /* that 16 bytes can give */
  self->rngs = g_new0 (Rng *, n);
  self->keys = g_new0 (SignKey *, n);
  self->envs = g_new0 (DemlsEnv, n);
  self->runners = g_new0 (DemlsRunner *, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) joiners = g_ptr_array_new ();
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (joiners, make_joiner (self, i, &self->envs[i]));
  demls_runner_free (joiners->pdata[0]);
  joiners->pdata[0] = must (demls_runner_found (&self->envs[0], self->id, "Hall", policy, self->now, &error), error);
  for (guint i = 0; i < self->awake; i++)
    self->runners[i] = joiners->pdata[i];
  gather (self, joiners);
  for (guint i = self->awake; i < n; i++)
    demls_runner_free (joiners->pdata[i]);
  for (guint i = 0; i < self->awake; i++)
    g_ptr_array_unref (sim_hall_crank (self, i));
  return self;
}

void
sim_hall_free (SimHall *self)
{
  mls_group_free (self->listener);
  for (guint i = 0; i < self->n; i++)
    {
      demls_runner_free (self->runners[i]);
      sign_key_unref (self->keys[i]);
      rng_free (self->rngs[i]);
    }
  g_free (self->runners);
  g_free (self->envs);
  g_free (self->keys);
  g_free (self->rngs);
  g_free (self->id);
  suite_unref (self->suite);
  g_free (self);
}

/* --- driving it -------------------------------------------------------------------------------------------------- */

void
sim_hall_wait (SimHall *self, double seconds)
{
  self->now.mono += (gint64) (seconds * G_USEC_PER_SEC);
  self->now.wall += (gint64) seconds;
}

GPtrArray *
sim_hall_crank (SimHall *self, guint member)
{
  DemlsRunner *runner = self->runners[member];
  demls_runner_tick (runner, self->now);
  GPtrArray *packets = demls_runner_drain_outbound (runner);
  demls_runner_published (runner, packets->len);
  g_ptr_array_unref (demls_runner_drain_rows (runner));
  g_ptr_array_unref (demls_runner_drain_events (runner));
  return packets;
}

gboolean
sim_hall_hand (SimHall *self, guint member, const DemlsPacket *packet)
{
  gboolean taken =
      demls_runner_receive (self->runners[member], packet->subtopic, span_bytes (packet->payload), self->now, NULL);
  g_ptr_array_unref (sim_hall_crank (self, member));
  return taken;
}

guint
sim_hall_find (const SimHall *self, Span id)
{
  for (guint i = 0; i < self->awake; i++)
    if (span_equal (id, SPAN_OF (self->runners[i]->me)))
      return i;
  return G_MAXUINT;
}
