#include "sim-liar.h"

#include "rules/candidate-build.h"
#include "session/runner-private.h"

void
sim_liar_send (SimHonest *member, const DemlsAppMessage *message)
{
  demls_send_message (member->runner, member->runner->current, message);
  sim_honest_crank (member, NULL);
}

GBytes *
sim_liar_build (SimHonest *member)
{
  DemlsRunner *runner = member->runner;
  const DemlsEpoch *epoch = runner->current->epoch;
  g_autoptr (GPtrArray) mandates = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_mandate_unref);
  for (guint i = 0; i < runner->matters->len; i++)
    {
      const DemlsMatter *matter = runner->matters->pdata[i];
      if (demls_matter_is_work (matter))
        g_ptr_array_add (mandates, demls_mandate_build (matter->request, matter->ballot, epoch));
    }
  g_autoptr (GError) error = NULL;
  g_autoptr (DemlsOwnCandidate) own =
      demls_candidate_build (epoch, runner->current->group, member->rng, mandates, SPAN_EMPTY, &error);
  return own ? g_bytes_ref (own->encoded) : NULL;
}
