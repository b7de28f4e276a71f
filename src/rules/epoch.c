#include "rules/epoch.h"

#include "base/writer.h"

static GBytes *
name_of (Span conversation_id, const DemlsGovernance *governance)
{
  g_auto (Writer) w = WRITER_INIT;
  writer_raw (&w, conversation_id);
  writer_raw (&w, SPAN_OF (governance->instance));
  return writer_take (&w);
}

DemlsEpoch *
demls_epoch_new (const MlsGroup *group, GError **error)
{
  const MlsGroupContext *context = mls_group_context (group);
  if (context->suite != 1 || context->group_id.len == 0 || context->group_id.len > DEMLS_CONVERSATION_ID_MAX)
    {
      demls_rule_refuse (error, DEMLS_RULE_SUITE, "suite %u, or an impossible group id", context->suite);
      return NULL;
    }
  g_autoptr (DemlsGovernance) governance = demls_group_extensions_parse (context->extensions, error);
  g_autoptr (DemlsRoster) roster = governance ? demls_roster_new (mls_group_tree (group), error) : NULL;
  if (!roster)
    return NULL;
  DemlsEpoch *self = g_new0 (DemlsEpoch, 1);
  self->group = group;
  self->number = context->epoch;
  hash_sha256 (span_bytes (context->encoded), self->id);
  self->conversation_id = context->group_id;
  self->name = name_of (context->group_id, governance);
  self->n = roster->members.n;
  self->stewards = demls_stewards_in_force (governance->stewards, &governance->policy, self->number, &roster->members,
                                            self->conversation_id);
  self->governance = g_steal_pointer (&governance);
  self->roster = g_steal_pointer (&roster);
  return self;
}

void
demls_epoch_free (DemlsEpoch *self)
{
  if (!self)
    return;
  g_bytes_unref (self->name);
  demls_governance_unref (self->governance);
  demls_stewards_free (self->stewards);
  demls_roster_free (self->roster);
  g_free (self);
}

gboolean
demls_epoch_has (const DemlsEpoch *self, Span member_id)
{
  return demls_roster_find (self->roster, member_id, NULL);
}

DemlsStewardList *
demls_epoch_electable (const DemlsEpoch *self, guint32 retry_round)
{
  return demls_steward_list_generate (self->number, retry_round, &self->roster->members,
                                      demls_steward_list_size (&self->governance->policy, self->n),
                                      self->conversation_id);
}
