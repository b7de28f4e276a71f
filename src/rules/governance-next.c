#include "rules/governance-next.h"

#include <string.h>

#include "rules/proposal-kind.h"

static const DemlsRequest *
request_of_kind (const GPtrArray *requests, DemlsKind kind)
{
  for (guint i = 0; i < requests->len; i++)
    {
      const DemlsRequest *request = g_ptr_array_index (requests, i);
      if (request->kind == kind)
        return request;
    }
  return NULL;
}

static DemlsExecuted
executed_by (const DemlsRequest *request, guint64 epoch)
{
  DemlsExecuted one = { .epoch = epoch, .kind = demls_kind_number (request->kind) };
  memcpy (one.proposal_hash, demls_request_hash (request).data, DEMLS_HASH_SIZE);
  one.has_target = request->target.len == DEMLS_MEMBER_ID_SIZE;
  if (one.has_target)
    memcpy (one.target, request->target.data, DEMLS_MEMBER_ID_SIZE);
  return one;
}

static GArray *
next_executed (const DemlsEpoch *epoch, const GPtrArray *requests)
{
  GArray *next = g_array_new (FALSE, TRUE, sizeof (DemlsExecuted));
  const GArray *old = epoch->governance->executed;
  for (guint i = 0; i < old->len; i++)
    {
      const DemlsExecuted *one = &g_array_index (old, DemlsExecuted, i);
      /* kept unless epoch + 34 < e + 1, without overflow */
      if (one->epoch > epoch->number || epoch->number + 1 - one->epoch <= DEMLS_EXECUTED_EPOCHS)
        g_array_append_val (next, *one);
    }
  for (guint i = 0; i < requests->len; i++)
    {
      DemlsExecuted one = executed_by (g_ptr_array_index (requests, i), epoch->number + 1);
      g_array_append_val (next, one);
    }
  return next;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return span_compare (*(const Span *) a, *(const Span *) b);
}

static gboolean
leaves (const GPtrArray *requests, Span id)
{
  for (guint i = 0; i < requests->len; i++)
    {
      const DemlsRequest *request = g_ptr_array_index (requests, i);
      if (demls_kind_removes (request->kind) && !demls_kind_adds (request->kind) && span_equal (request->target, id))
        return TRUE;
    }
  return FALSE;
}

/* The members of e+1 as Spans into the roster and the requests, ascending. */
static GArray *
next_members (const DemlsEpoch *epoch, const GPtrArray *requests)
{
  GArray *next = g_array_new (FALSE, FALSE, sizeof (Span));
  for (guint32 i = 0; i < epoch->n; i++)
    if (!leaves (requests, epoch->roster->members.ids[i]))
      g_array_append_val (next, epoch->roster->members.ids[i]);
  for (guint i = 0; i < requests->len; i++)
    {
      const DemlsRequest *request = g_ptr_array_index (requests, i);
      if (request->kind == DEMLS_KIND_INVITE)
        g_array_append_val (next, request->target);
    }
  g_array_sort (next, compare_ids);
  return next;
}

static gboolean
has_member (const DemlsStewardList *list, const ConsensusRoster *members)
{
  for (guint i = 0; i < list->members->len; i++)
    if (consensus_roster_has (members, span_bytes (g_ptr_array_index (list->members, i))))
      return TRUE;
  return FALSE;
}

static DemlsStewardList *
elected_list (const DemlsEpoch *epoch, const DemlsRequest *election)
{
  DemlsStewardList *list = demls_epoch_electable (epoch, election->message->steward_election->retry_round);
  list->election_epoch = epoch->number + 1;
  return list;
}

static DemlsStewardList *
next_stewards (const DemlsEpoch *epoch, const GPtrArray *requests, const DemlsPolicy *policy)
{
  const DemlsRequest *election = request_of_kind (requests, DEMLS_KIND_ELECTION);
  g_autoptr (DemlsStewardList) list =
      election ? elected_list (epoch, election) : demls_steward_list_copy (epoch->governance->stewards);
  g_autoptr (GArray) ids = next_members (epoch, requests);
  ConsensusRoster members = { (const Span *) (gconstpointer) ids->data, ids->len };
  gboolean outgrown =
      members.n > policy->sn_max && (epoch->n <= epoch->governance->policy.sn_max || !has_member (list, &members));
  if (!outgrown)
    return g_steal_pointer (&list);
  return demls_steward_list_generate (epoch->number + 1, 0, &members, demls_steward_list_size (policy, members.n),
                                      epoch->conversation_id);
}

DemlsGovernance *
demls_governance_next (const DemlsEpoch *epoch, const GPtrArray *requests)
{
  DemlsPolicy policy = epoch->governance->policy;
  const char *title = epoch->governance->title;
  const DemlsRequest *change = request_of_kind (requests, DEMLS_KIND_POLICY);
  if (change)
    {
      const DemlsPolicyChange *message = change->message->policy_change;
      if (message->policy)
        policy = demls_policy_read (message->policy);
      if (message->title[0] != '\0')
        title = message->title;
    }
  return demls_governance_new (&policy, next_stewards (epoch, requests, &policy), next_executed (epoch, requests),
                               title, epoch->governance->instance);
}
