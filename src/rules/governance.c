#include "rules/governance.h"

#include <string.h>

#include "base/writer.h"
#include "mls/leaf-node.h"
#include "rules/nick.h"

#define GOVERNANCE_VERSION 1

/* 11.1 RequiredCapabilities: the vectors of extension, proposal and credential types. */
static const guint8 required_capabilities[] = { 4, 0xF0, 0xDE, 0xF0, 0xDF, 0, 0 };

static int
compare_executed (gconstpointer a, gconstpointer b)
{
  const DemlsExecuted *first = a, *second = b;
  if (first->epoch != second->epoch)
    return first->epoch < second->epoch ? -1 : 1;
  return memcmp (first->proposal_hash, second->proposal_hash, DEMLS_HASH_SIZE);
}

static void
clear (gpointer data)
{
  DemlsGovernance *self = data;
  g_clear_pointer (&self->stewards, demls_steward_list_free);
  g_clear_pointer (&self->executed, g_array_unref);
  g_clear_pointer (&self->title, g_free);
}

DemlsGovernance *
demls_governance_ref (const DemlsGovernance *self)
{
  /* the count is not part of the value */
  union {
    const DemlsGovernance *from;
    DemlsGovernance *to;
  } pointer = { .from = self };
  return g_rc_box_acquire (pointer.to);
}

void
demls_governance_unref (DemlsGovernance *self)
{
  if (self)
    g_rc_box_release_full (self, clear);
}

DemlsGovernance *
demls_governance_new (const DemlsPolicy *policy, DemlsStewardList *stewards, GArray *executed, const char *title,
                      const guint8 instance[DEMLS_INSTANCE_SIZE])
{
  DemlsGovernance *self = g_rc_box_new0 (DemlsGovernance);
  self->policy = *policy;
  self->stewards = stewards;
  self->executed = executed;
  g_array_sort (self->executed, compare_executed);
  self->title = g_strdup (title);
  memcpy (self->instance, instance, DEMLS_INSTANCE_SIZE);
  return self;
}

DemlsGovernance *
demls_governance_found (const DemlsPolicy *policy, const char *title, Rng *rng, GError **error)
{
  if (!demls_policy_check (policy, error))
    return NULL;
  if (!demls_text_is_agreeable (span_str (title)))
    {
      demls_rule_refuse (error, DEMLS_RULE_TITLE, "no valid title");
      return NULL;
    }
  guint8 instance[DEMLS_INSTANCE_SIZE];
  rng_fill (rng, instance, sizeof instance);
  return demls_governance_new (policy, demls_steward_list_empty (), g_array_new (FALSE, FALSE, sizeof (DemlsExecuted)),
                               title, instance);
}

/* --- out of a message --------------------------------------------------------------------------------------------- */

static DemlsStewardList *
read_stewards (const DemlsStewardListMessage *message)
{
  DemlsStewardList *list = demls_steward_list_empty ();
  list->election_epoch = message->election_epoch;
  list->retry_round = message->retry_round;
  for (gsize i = 0; i < message->n_members; i++)
    g_ptr_array_add (list->members, span_dup (consensus_span (message->members[i])));
  return list;
}

static gboolean
has_duplicate (const DemlsStewardList *list)
{
  for (guint i = 0; i < list->members->len; i++)
    if (demls_steward_list_index (list, span_bytes (g_ptr_array_index (list->members, i))) != (gint) i)
      return TRUE;
  return FALSE;
}

static GArray *
read_executed (const DemlsGovernanceMessage *message)
{
  GArray *executed = g_array_sized_new (FALSE, TRUE, sizeof (DemlsExecuted), (guint) message->n_executed);
  for (gsize i = 0; i < message->n_executed; i++)
    {
      const DemlsExecutedMessage *from = message->executed[i];
      DemlsExecuted one = { .epoch = from->epoch, .kind = from->kind, .has_target = from->target.len > 0 };
      memcpy (one.proposal_hash, from->proposal_hash.data, DEMLS_HASH_SIZE);
      if (one.has_target)
        memcpy (one.target, from->target.data, DEMLS_MEMBER_ID_SIZE);
      g_array_append_val (executed, one);
    }
  return executed;
}

static gboolean
is_ascending (const GArray *executed)
{
  for (guint i = 1; i < executed->len; i++)
    if (compare_executed (&g_array_index (executed, DemlsExecuted, i - 1), &g_array_index (executed, DemlsExecuted, i))
        >= 0)
      return FALSE;
  return TRUE;
}

static DemlsGovernance *
read_governance (const DemlsGovernanceMessage *message, GError **error)
{
  g_autoptr (DemlsStewardList) stewards = read_stewards (message->steward_list);
  g_autoptr (GArray) executed = read_executed (message);
  DemlsPolicy policy = demls_policy_read (message->policy);
  gboolean fine = TRUE;
  if (message->version != GOVERNANCE_VERSION || has_duplicate (stewards) || !is_ascending (executed))
    fine = demls_rule_refuse (error, DEMLS_RULE_GOVERNANCE, "version %u, or a list out of order", message->version);
  else if (!demls_text_is_agreeable (span_str (message->title)))
    fine = demls_rule_refuse (error, DEMLS_RULE_TITLE, "no valid title");
  if (!fine || !demls_policy_check (&policy, error))
    return NULL;
  return demls_governance_new (&policy, g_steal_pointer (&stewards), g_steal_pointer (&executed), message->title,
                               message->instance.data);
}

DemlsGovernance *
demls_governance_parse (Span bytes, GError **error)
{
  g_autoptr (DemlsGovernanceMessage) message = demls_governance_message_decode (bytes, error);
  return message ? read_governance (message, error) : NULL;
}

/* --- into a message ----------------------------------------------------------------------------------------------- */

static void
write_executed (const GArray *from, DemlsExecutedMessage *to, DemlsExecutedMessage **pointers)
{
  for (guint i = 0; i < from->len; i++)
    {
      const DemlsExecuted *one = &g_array_index (from, DemlsExecuted, i);
      to[i] = (DemlsExecutedMessage) DEMLS_EXECUTED_INIT;
      to[i].proposal_hash = consensus_data (SPAN_OF (one->proposal_hash));
      to[i].epoch = one->epoch;
      to[i].kind = one->kind;
      if (one->has_target)
        to[i].target = consensus_data (SPAN_OF (one->target));
      pointers[i] = &to[i];
    }
}

GBytes *
demls_governance_encode (const DemlsGovernance *self)
{
  DemlsPolicyMessage policy = DEMLS_POLICY_INIT;
  demls_policy_write (&self->policy, &policy);

  guint n_members = self->stewards->members->len;
  g_autofree ProtobufCBinaryData *members = g_new0 (ProtobufCBinaryData, n_members + 1);
  for (guint i = 0; i < n_members; i++)
    members[i] = consensus_data (span_bytes (g_ptr_array_index (self->stewards->members, i)));
  DemlsStewardListMessage stewards = DEMLS_STEWARD_LIST_INIT;
  stewards.n_members = n_members;
  stewards.members = members;
  stewards.election_epoch = self->stewards->election_epoch;
  stewards.retry_round = self->stewards->retry_round;

  g_autofree DemlsExecutedMessage *executed = g_new0 (DemlsExecutedMessage, self->executed->len + 1);
  g_autofree DemlsExecutedMessage **pointers = g_new0 (DemlsExecutedMessage *, self->executed->len + 1);
  write_executed (self->executed, executed, pointers);

  DemlsGovernanceMessage message = DEMLS_GOVERNANCE_INIT;
  message.version = GOVERNANCE_VERSION;
  message.policy = &policy;
  message.steward_list = &stewards;
  message.n_executed = self->executed->len;
  message.executed = pointers;
  message.title = self->title;
  message.instance = consensus_data (SPAN_OF (self->instance));
  return demls_message_encode (&message.base);
}

/* --- the group's extensions --------------------------------------------------------------------------------------- */

GBytes *
demls_group_extensions (const DemlsGovernance *self)
{
  g_autoptr (GBytes) governance = demls_governance_encode (self);
  g_auto (Writer) w = WRITER_INIT;
  mls_extension_write (&w, MLS_EXTENSION_REQUIRED_CAPABILITIES, SPAN_OF (required_capabilities));
  mls_extension_write (&w, MLS_EXTENSION_DEMLS_GOVERNANCE, span_bytes (governance));
  return writer_take (&w);
}

DemlsGovernance *
demls_group_extensions_parse (Span extensions, GError **error)
{
  Reader reader = reader_init (extensions);
  guint16 type;
  Span data;
  gboolean exact = mls_extensions_next (&reader, &type, &data) && type == MLS_EXTENSION_REQUIRED_CAPABILITIES
                   && span_equal (data, SPAN_OF (required_capabilities)) && mls_extensions_next (&reader, &type, &data)
                   && type == MLS_EXTENSION_DEMLS_GOVERNANCE && reader_end (&reader);
  if (exact)
    return demls_governance_parse (data, error);
  demls_rule_refuse (error, DEMLS_RULE_EXTENSIONS, "a group with other extensions than ours");
  return NULL;
}

GBytes *
demls_group_capabilities (void)
{
  static const guint16 suites[] = { 1 };
  static const guint16 extensions[] = { MLS_EXTENSION_DEMLS_GOVERNANCE, MLS_EXTENSION_DEMLS_NICK };
  return mls_capabilities_encode (suites, G_N_ELEMENTS (suites), extensions, G_N_ELEMENTS (extensions));
}
