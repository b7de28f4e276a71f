#include "rules/candidate-build.h"

#include "base/writer.h"

void
demls_own_candidate_free (DemlsOwnCandidate *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->next, mls_group_free);
  g_clear_pointer (&self->encoded, g_bytes_unref);
  g_clear_pointer (&self->welcome, g_bytes_unref);
  g_clear_pointer (&self->mandates, g_ptr_array_unref);
  g_free (self);
}

static GPtrArray *
mandates_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) demls_mandate_unref);
}

/* --- selecting --- */

/* Emergencies first (V7), then removals, since they may be what entitles us (V18), a refresh last. */
static int
urgency (DemlsKind kind)
{
  if (kind == DEMLS_KIND_DEADLOCK || kind == DEMLS_KIND_SCORE_REMOVAL)
    return 0;
  if (kind == DEMLS_KIND_REMOVE)
    return 1;
  return kind == DEMLS_KIND_REFRESH ? 3 : 2;
}

static int
compare_mandates (gconstpointer a, gconstpointer b)
{
  const DemlsRequest *first = (*(const DemlsMandate *const *) a)->request;
  const DemlsRequest *second = (*(const DemlsMandate *const *) b)->request;
  int order = urgency (first->kind) - urgency (second->kind);
  if (order != 0)
    return order;
  guint64 opened_first = demls_request_opened_epoch (first), opened_second = demls_request_opened_epoch (second);
  if (opened_first != opened_second)
    return opened_first < opened_second ? -1 : 1;
  return span_compare (demls_request_hash (first), demls_request_hash (second));
}

/* Appends it if what is there allows that. */
static void
try_to_add (GPtrArray *chosen, const DemlsMandate *mandate, const DemlsEpoch *epoch, Span member_id)
{
  const DemlsRequest *request = mandate->request;
  gboolean foreign_refresh =
      request->kind == DEMLS_KIND_REFRESH && !span_equal (demls_request_owner (request), member_id);
  if (foreign_refresh || !demls_request_is_alive (request, epoch, NULL))
    return;
  g_ptr_array_add (chosen, demls_mandate_ref (mandate));
  if (!demls_mandates_fit (chosen, NULL))
    g_ptr_array_set_size (chosen, (gint) chosen->len - 1);
}

static gboolean
removes (const GPtrArray *mandates, Span member_id)
{
  for (guint i = 0; i < mandates->len; i++)
    {
      const DemlsRequest *request = ((const DemlsMandate *) g_ptr_array_index (mandates, i))->request;
      if (demls_kind_removes (request->kind) && span_equal (request->target, member_id))
        return TRUE;
    }
  return FALSE;
}

GPtrArray *
demls_mandates_select (const DemlsEpoch *epoch, const GPtrArray *mandates, Span member_id)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  for (guint i = 0; i < mandates->len; i++)
    g_ptr_array_add (sorted, g_ptr_array_index (mandates, i));
  g_ptr_array_sort (sorted, compare_mandates);
  GPtrArray *chosen = mandates_new ();
  for (guint i = 0; i < sorted->len; i++)
    try_to_add (chosen, g_ptr_array_index (sorted, i), epoch, member_id);
  if (removes (chosen, member_id) || !demls_candidate_may_commit (epoch, chosen, member_id))
    g_ptr_array_set_size (chosen, 0);
  return chosen;
}

/* --- building
 * --------------------------------------------------------------------------------------------------------- */

GBytes *
demls_leaf_extensions (Span old, Span nick)
{
  g_auto (Writer) w = WRITER_INIT;
  Reader reader = reader_init (old);
  guint16 type;
  Span data;
  while (mls_extensions_next (&reader, &type, &data))
    if (type != MLS_EXTENSION_DEMLS_NICK)
      mls_extension_write (&w, type, data);
  if (nick.len > 0)
    mls_extension_write (&w, MLS_EXTENSION_DEMLS_NICK, nick);
  return writer_take (&w);
}

GBytes *
demls_candidate_encode (const DemlsEpoch *epoch, GBytes *commit, Span member_id, const GPtrArray *mandates,
                        GBytes *welcome)
{
  guint n = mandates->len;
  g_autofree DemlsMandateMessage *messages = g_new0 (DemlsMandateMessage, n + 1);
  g_autofree Consensus__V1__Proposal *proposals = g_new0 (Consensus__V1__Proposal, n + 1);
  g_autofree DemlsMandateMessage **pointers = g_new0 (DemlsMandateMessage *, n + 1);
  g_autoptr (GPtrArray) memory = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < n; i++)
    {
      messages[i] = (DemlsMandateMessage) DEMLS_MANDATE_INIT;
      proposals[i] = (Consensus__V1__Proposal) CONSENSUS__V1__PROPOSAL__INIT;
      g_ptr_array_add (memory, demls_mandate_write (g_ptr_array_index (mandates, i), &proposals[i], &messages[i]));
      pointers[i] = &messages[i];
    }
  DemlsCommitCandidate message = DEMLS_COMMIT_CANDIDATE_INIT;
  message.conversation_id = consensus_data (epoch->conversation_id);
  message.commit_message = consensus_data (span_bytes (commit));
  message.steward_member_id = consensus_data (member_id);
  message.n_mandates = n;
  message.mandates = pointers;
  message.welcome = consensus_data (span_bytes (welcome));
  return demls_message_encode (&message.base);
}

/* `mandates` become the result's. */
static DemlsOwnCandidate *
build (const DemlsEpoch *epoch, MlsGroup *group, Rng *rng, GPtrArray *mandates, const Span *leaf_extensions,
       GError **error)
{
  g_autoptr (DemlsGovernance) next = demls_candidate_next (epoch, mandates);
  g_autoptr (GPtrArray) proposals = demls_candidate_proposals (epoch, mandates, next);
  g_autoptr (GBytes) authenticated_data = demls_mandates_authenticated_data (mandates);
  MlsCommitOptions options = { .proposals = proposals,
                               .authenticated_data = span_bytes (authenticated_data),
                               .leaf_extensions = leaf_extensions };
  g_autoptr (MlsOwnCommit) commit = mls_group_commit (group, rng, &options, error);
  if (!commit)
    return NULL;
  DemlsOwnCandidate *self = g_new0 (DemlsOwnCandidate, 1);
  self->next = g_steal_pointer (&commit->next);
  self->welcome = g_steal_pointer (&commit->welcome);
  self->mandates = g_ptr_array_ref (mandates);
  self->encoded = demls_candidate_encode (
      epoch, commit->message, demls_roster_id_at (epoch->roster, mls_group_own_leaf (group)), mandates, self->welcome);
  return self;
}

DemlsOwnCandidate *
demls_candidate_build (const DemlsEpoch *epoch, MlsGroup *group, Rng *rng, const GPtrArray *mandates, Span nick,
                       GError **error)
{
  const MlsLeafNode *own = mls_tree_leaf (epoch->roster->tree, mls_group_own_leaf (group));
  g_autoptr (GBytes) extensions = demls_leaf_extensions (own->extensions, nick);
  Span leaf_extensions = span_bytes (extensions);
  g_autoptr (GPtrArray) part = mandates_new ();
  for (guint i = 0; i < mandates->len; i++)
    g_ptr_array_add (part, demls_mandate_ref (g_ptr_array_index (mandates, i)));
  if (!demls_mandates_fit (part, error))
    return NULL;
  while (part->len > 0)
    {
      g_autoptr (DemlsOwnCandidate) own_candidate =
          build (epoch, group, rng, part, nick.len > 0 ? &leaf_extensions : NULL, error);
      if (!own_candidate || g_bytes_get_size (own_candidate->encoded) <= demls_candidate_max (epoch->n))
        return g_steal_pointer (&own_candidate);
      /* the candidate that did not fit lets go of the array with its own reference */
      g_ptr_array_set_size (part, (gint) (part->len - (part->len + 3) / 4));
    }
  demls_rule_refuse (error, DEMLS_RULE_TOO_LARGE, "a single mandate is too large");
  return NULL;
}
