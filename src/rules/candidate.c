#include "rules/candidate.h"

#include <string.h>

#include "mls/message.h"
#include "mls/update-path.h"

static void
clear (gpointer data)
{
  DemlsCandidate *self = data;
  g_clear_pointer (&self->encoded, g_bytes_unref);
  g_clear_pointer (&self->commit, g_bytes_unref);
  g_clear_pointer (&self->welcome, g_bytes_unref);
  g_clear_pointer (&self->mandates, g_ptr_array_unref);
  g_clear_pointer (&self->next, demls_governance_unref);
  g_clear_pointer (&self->judged, mls_judged_free);
}

DemlsCandidate *
demls_candidate_ref (const DemlsCandidate *self)
{
  /* the count is not part of the value */
  union {
    const DemlsCandidate *from;
    DemlsCandidate *to;
  } pointer = { .from = self };
  return g_rc_box_acquire (pointer.to);
}

void
demls_candidate_unref (DemlsCandidate *self)
{
  if (self)
    g_rc_box_release_full (self, clear);
}

Span
demls_candidate_hash (const DemlsCandidate *self)
{
  return SPAN_OF (self->rank.hash);
}

static const DemlsMandate *
mandate_at (const GPtrArray *mandates, guint i)
{
  return g_ptr_array_index (mandates, i);
}

gboolean
demls_candidate_contains (const DemlsCandidate *self, Span proposal_hash)
{
  for (guint i = 0; i < self->mandates->len; i++)
    if (span_equal (demls_request_hash (mandate_at (self->mandates, i)->request), proposal_hash))
      return TRUE;
  return FALSE;
}

gboolean
demls_candidate_removes (const DemlsCandidate *self, Span member_id)
{
  for (guint i = 0; i < self->mandates->len; i++)
    {
      const DemlsRequest *request = mandate_at (self->mandates, i)->request;
      if (demls_kind_removes (request->kind) && !demls_kind_adds (request->kind)
          && span_equal (request->target, member_id))
        return TRUE;
    }
  return FALSE;
}

gsize
demls_candidate_max (guint32 n)
{
  return DEMLS_CANDIDATE_BASE + (gsize) DEMLS_CANDIDATE_PER_MEMBER * n;
}

/* --- what mandates amount to --- */

const DemlsRequest *
demls_mandates_request (const GPtrArray *mandates, DemlsKind kind)
{
  for (guint i = 0; i < mandates->len; i++)
    if (mandate_at (mandates, i)->request->kind == kind)
      return mandate_at (mandates, i)->request;
  return NULL;
}

DemlsGovernance *
demls_candidate_next (const DemlsEpoch *epoch, const GPtrArray *mandates)
{
  g_autoptr (GPtrArray) requests = g_ptr_array_new ();
  for (guint i = 0; i < mandates->len; i++)
    g_ptr_array_add (requests, mandate_at (mandates, i)->request);
  return demls_governance_next (epoch, requests);
}

static int
compare_hashes (gconstpointer a, gconstpointer b)
{
  const DemlsMandate *first = *(const DemlsMandate *const *) a, *second = *(const DemlsMandate *const *) b;
  return span_compare (demls_request_hash (first->request), demls_request_hash (second->request));
}

GPtrArray *
demls_candidate_proposals (const DemlsEpoch *epoch, const GPtrArray *mandates, const DemlsGovernance *next)
{
  GPtrArray *proposals = g_ptr_array_new_with_free_func ((GDestroyNotify) mls_proposal_unref);
  g_autoptr (GBytes) extensions = demls_group_extensions (next);
  g_ptr_array_add (proposals, mls_proposal_group_context_extensions (span_bytes (extensions)));

  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  for (guint i = 0; i < mandates->len; i++)
    g_ptr_array_add (sorted, g_ptr_array_index (mandates, i));
  g_ptr_array_sort (sorted, compare_hashes);
  for (guint i = 0; i < sorted->len; i++)
    if (demls_kind_adds (mandate_at (sorted, i)->request->kind))
      g_ptr_array_add (proposals, mls_proposal_add (mandate_at (sorted, i)->request->package));
  for (guint i = 0; i < sorted->len; i++)
    {
      const DemlsRequest *request = mandate_at (sorted, i)->request;
      guint32 leaf;
      if (demls_kind_removes (request->kind) && demls_roster_find (epoch->roster, request->target, &leaf))
        g_ptr_array_add (proposals, mls_proposal_remove (leaf));
    }
  return proposals;
}

/* Are both about one target, or two of one kind without? */
static gboolean
are_about_one_thing (const DemlsRequest *a, const DemlsRequest *b)
{
  if (a->target.len > 0 && b->target.len > 0)
    return span_equal (a->target, b->target);
  return a->target.len == 0 && b->target.len == 0 && a->kind == b->kind;
}

static gboolean
are_election_and_policy (const DemlsRequest *a, const DemlsRequest *b)
{
  return a->kind == DEMLS_KIND_ELECTION && b->kind == DEMLS_KIND_POLICY;
}

gboolean
demls_requests_collide (const DemlsRequest *a, const DemlsRequest *b)
{
  return are_about_one_thing (a, b) || are_election_and_policy (a, b) || are_election_and_policy (b, a);
}

gboolean
demls_candidate_lacks (const DemlsCandidate *self, const DemlsRequest *request)
{
  for (guint i = 0; i < self->mandates->len; i++)
    {
      const DemlsRequest *carried = mandate_at (self->mandates, i)->request;
      if (span_equal (demls_request_hash (carried), demls_request_hash (request))
          || demls_requests_collide (carried, request))
        return FALSE;
    }
  return TRUE;
}

gboolean
demls_mandates_fit (const GPtrArray *mandates, GError **error)
{
  if (mandates->len == 0 || mandates->len > DEMLS_MANDATES_MAX)
    return demls_rule_refuse (error, DEMLS_RULE_NO_MANDATES, "%u mandates", mandates->len);
  for (guint i = 0; i < mandates->len; i++)
    for (guint j = 0; j < i; j++)
      if (are_about_one_thing (mandate_at (mandates, i)->request, mandate_at (mandates, j)->request))
        return demls_rule_refuse (error, DEMLS_RULE_TARGET_TWICE, "two mandates on one thing");
  if (demls_mandates_request (mandates, DEMLS_KIND_ELECTION) && demls_mandates_request (mandates, DEMLS_KIND_POLICY))
    return demls_rule_refuse (error, DEMLS_RULE_ELECTION_AND_POLICY, "an election and a policy change");
  if (demls_mandates_request (mandates, DEMLS_KIND_REFRESH) && mandates->len > 1)
    return demls_rule_refuse (error, DEMLS_RULE_REFRESH_NOT_ALONE, "a refresh beside other mandates");
  return TRUE;
}

static gint
place_in_election (const GPtrArray *mandates, Span member_id)
{
  const DemlsRequest *request = demls_mandates_request (mandates, DEMLS_KIND_ELECTION);
  const DemlsElection *election = request ? request->message->steward_election : NULL;
  for (gsize i = 0; election && i < election->n_proposed_stewards; i++)
    if (span_equal (consensus_span (election->proposed_stewards[i]), member_id))
      return (gint) i;
  return -1;
}

/* Nobody of the list in force would be left to commit in the next epoch, and none of them commits his own removal. */
static gboolean
removes_all_stewards (const DemlsEpoch *epoch, const GPtrArray *mandates)
{
  guint32 n = demls_stewards_size (epoch->stewards), removed = 0;
  for (guint i = 0; i < mandates->len; i++)
    {
      const DemlsRequest *request = mandate_at (mandates, i)->request;
      if (demls_kind_removes (request->kind) && !demls_kind_adds (request->kind)
          && demls_stewards_distance (epoch->stewards, request->target) != DEMLS_NO_STEWARD)
        removed++; /* no target twice (V15) */
    }
  return n > 0 && removed == n;
}

gboolean
demls_candidate_may_commit (const DemlsEpoch *epoch, const GPtrArray *mandates, Span member_id)
{
  const DemlsRequest *refresh = demls_mandates_request (mandates, DEMLS_KIND_REFRESH);
  if (!demls_epoch_has (epoch, member_id))
    return FALSE;
  if (refresh) /* it renews the committer's leaf, so nobody else's would do */
    return span_equal (demls_request_owner (refresh), member_id);
  return demls_stewards_distance (epoch->stewards, member_id) != DEMLS_NO_STEWARD
         || place_in_election (mandates, member_id) >= 0
         || demls_mandates_request (mandates, DEMLS_KIND_DEADLOCK) != NULL || removes_all_stewards (epoch, mandates);
}

static DemlsRank
rank_of (const DemlsEpoch *epoch, const GPtrArray *mandates, Span committer, Span commit)
{
  DemlsRank rank = { .is_refresh = demls_mandates_request (mandates, DEMLS_KIND_REFRESH) != NULL };
  for (guint i = 0; i < mandates->len; i++)
    {
      const DemlsMandate *mandate = mandate_at (mandates, i);
      DemlsKind kind = mandate->request->kind;
      rank.actions += demls_kind_is_action (kind) ? 1 : 0;
      if (demls_kind_removes (kind) && !demls_kind_adds (kind))
        rank.removes += demls_mandate_has_votes (mandate, epoch) ? 1 : 0;
    }
  gint place = place_in_election (mandates, committer);
  rank.distance = place >= 0 ? (guint32) place : demls_stewards_distance (epoch->stewards, committer);
  memcpy (rank.committer, committer.data, DEMLS_MEMBER_ID_SIZE);
  hash_sha256 (commit, rank.hash);
  return rank;
}

/* --- the checks, in V15's order --- */

/* A candidate under examination. */
typedef struct {
  const DemlsEpoch *epoch;
  DemlsCommitCandidate *message;
  DemlsCandidate *candidate;
  MlsReceived *received;
  MlsCommit *commit; /* spans into `received` */
} Trial;

static void
trial_clear (Trial *self)
{
  g_clear_pointer (&self->message, demls_message_free);
  g_clear_pointer (&self->candidate, demls_candidate_unref);
  g_clear_pointer (&self->received, mls_received_free);
  g_clear_pointer (&self->commit, mls_commit_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Trial, trial_clear)

static gboolean
read_mandates (Trial *self, GError **error)
{
  GPtrArray *mandates = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_mandate_unref);
  self->candidate->mandates = mandates;
  for (gsize i = 0; i < self->message->n_mandates; i++)
    {
      DemlsMandate *mandate = demls_mandate_read (self->message->mandates[i], error);
      if (!mandate)
        return FALSE;
      g_ptr_array_add (mandates, mandate);
    }
  return mandates->len > 0 || demls_rule_refuse (error, DEMLS_RULE_NO_MANDATES, "no mandate");
}

/* Size, form, number of mandates. */
static gboolean
check_form (Trial *self, Span encoded, GError **error)
{
  gsize max = demls_candidate_max (self->epoch->n);
  if (encoded.len > max)
    return demls_rule_refuse (error, DEMLS_RULE_TOO_LARGE, "a candidate of %" G_GSIZE_FORMAT " bytes", encoded.len);
  self->message = demls_commit_candidate_decode (encoded, max, error);
  if (!self->message)
    return FALSE;
  self->candidate = g_rc_box_new0 (DemlsCandidate);
  self->candidate->encoded = span_dup (encoded);
  self->candidate->commit = span_dup (consensus_span (self->message->commit_message));
  if (self->message->welcome.len > 0)
    self->candidate->welcome = span_dup (consensus_span (self->message->welcome));
  return read_mandates (self, error);
}

/* Group and epoch, signer. The keys of private messages are not touched. */
static gboolean
check_origin (Trial *self, GError **error)
{
  Span body, commit = span_bytes (self->candidate->commit);
  if (!span_equal (consensus_span (self->message->conversation_id), self->epoch->conversation_id))
    return demls_rule_refuse (error, DEMLS_RULE_WRONG_GROUP, "a candidate of another conversation");
  if (!mls_message_read_as (commit, MLS_WIRE_PUBLIC_MESSAGE, &body, NULL))
    return demls_rule_refuse (error, DEMLS_RULE_NOT_A_COMMIT, "not a PublicMessage");
  self->received = mls_group_receive_with (self->epoch->group, NULL, commit, error);
  if (!self->received)
    return FALSE;
  const MlsFramedContent *content = &self->received->content->content;
  if (content->content_type != MLS_CONTENT_COMMIT || content->sender.type != MLS_SENDER_MEMBER)
    return demls_rule_refuse (error, DEMLS_RULE_NOT_A_COMMIT, "not a member's commit");
  self->candidate->committer = content->sender.index;
  Span id = demls_roster_id_at (self->epoch->roster, content->sender.index);
  if (!span_equal (id, consensus_span (self->message->steward_member_id)))
    return demls_rule_refuse (error, DEMLS_RULE_COMMITTER, "somebody else's commit");
  Reader reader = reader_init (content->content);
  self->commit = mls_commit_read (&reader, error);
  return self->commit != NULL;
}

static gboolean
check_authenticated_data (const Trial *self, GError **error)
{
  g_autoptr (GBytes) wanted = demls_mandates_authenticated_data (self->candidate->mandates);
  return span_equal (span_bytes (wanted), self->received->content->content.authenticated_data)
         || demls_rule_refuse (error, DEMLS_RULE_AUTHENTICATED_DATA, "a commit for other mandates");
}

static gboolean
check_mandates (const Trial *self, const ConsensusBallotBox *known, GError **error)
{
  const GPtrArray *mandates = self->candidate->mandates;
  for (guint i = 0; i < mandates->len; i++)
    {
      const DemlsRequest *request = mandate_at (mandates, i)->request;
      if (!demls_kind_commits (request->kind))
        return demls_rule_refuse (error, DEMLS_RULE_MANDATE_KIND, "a mandate that changes nothing");
      if (!demls_request_is_alive (request, self->epoch, error))
        return FALSE;
    }
  if (!demls_mandates_fit (mandates, error))
    return FALSE;
  for (guint i = 0; i < mandates->len; i++)
    if (!demls_mandate_check_votes (mandate_at (mandates, i), self->epoch, known, error))
      return FALSE;
  for (guint i = 0; i < mandates->len; i++)
    if (!consensus_has_passed (demls_mandate_standing (mandate_at (mandates, i), self->epoch)))
      return demls_rule_refuse (error, DEMLS_RULE_NOT_PASSED, "mandate %u has not passed", i);
  return TRUE;
}

/* The commit does exactly what the mandates say. */
static gboolean
check_proposals (Trial *self, GError **error)
{
  self->candidate->next = demls_candidate_next (self->epoch, self->candidate->mandates);
  g_autoptr (GPtrArray) wanted =
      demls_candidate_proposals (self->epoch, self->candidate->mandates, self->candidate->next);
  const GPtrArray *found = self->commit->proposals;
  for (guint i = 0; i < wanted->len; i++)
    {
      const MlsProposal *proposal = g_ptr_array_index (wanted, i);
      const MlsProposalOrRef *there = i < found->len ? g_ptr_array_index (found, i) : NULL;
      if (!there || !there->proposal || !g_bytes_equal (there->proposal->encoded, proposal->encoded))
        return demls_rule_refuse (error, i == 0 ? DEMLS_RULE_NEXT_GOVERNANCE : DEMLS_RULE_PROPOSALS,
                                  "proposal %u is not what the mandates say", i);
    }
  return found->len == wanted->len || demls_rule_refuse (error, DEMLS_RULE_PROPOSALS, "more than the mandates say");
}

/* The next extension that is not a nickname; FALSE at the end. */
static gboolean
next_but_nick (Reader *reader, guint16 *type, Span *data)
{
  do
    if (!mls_extensions_next (reader, type, data))
      return FALSE;
  while (*type == MLS_EXTENSION_DEMLS_NICK);
  return TRUE;
}

static gboolean
same_but_nick (Span a, Span b)
{
  Reader first = reader_init (a), second = reader_init (b);
  for (;;)
    {
      guint16 type_a = 0, type_b = 0;
      Span data_a = SPAN_EMPTY, data_b = SPAN_EMPTY;
      gboolean more_a = next_but_nick (&first, &type_a, &data_a), more_b = next_but_nick (&second, &type_b, &data_b);
      if (!more_a || !more_b)
        return more_a == more_b;
      if (type_a != type_b || !span_equal (data_a, data_b))
        return FALSE;
    }
}

static gboolean
check_path (const Trial *self, GError **error)
{
  const MlsLeafNode *old = mls_tree_leaf (self->epoch->roster->tree, self->candidate->committer);
  const MlsLeafNode *renewed = self->commit->path ? self->commit->path->leaf : NULL;
  if (renewed && span_equal (old->credential, renewed->credential)
      && span_equal (old->signature_key, renewed->signature_key)
      && span_equal (old->capabilities_encoded, renewed->capabilities_encoded)
      && same_but_nick (old->extensions, renewed->extensions))
    return TRUE;
  return demls_rule_refuse (error, DEMLS_RULE_PATH, "no path, or one of somebody else");
}

static gboolean
check_committer (Trial *self, GError **error)
{
  DemlsCandidate *candidate = self->candidate;
  Span id = demls_roster_id_at (self->epoch->roster, candidate->committer);
  if (!demls_candidate_may_commit (self->epoch, candidate->mandates, id))
    return demls_rule_refuse (error, DEMLS_RULE_NOT_ENTITLED, "not one who may commit this");
  candidate->rank = rank_of (self->epoch, candidate->mandates, id, span_bytes (candidate->commit));
  return TRUE;
}

static gboolean
check_mls (Trial *self, GError **error)
{
  if (self->candidate->committer == mls_group_own_leaf (self->epoch->group))
    return TRUE; /* we made it, and MLS does not judge its own */
  self->candidate->judged = mls_group_judge (self->epoch->group, g_steal_pointer (&self->received), NULL, error);
  return self->candidate->judged != NULL;
}

DemlsCandidate *
demls_candidate_check (const DemlsEpoch *epoch, Span encoded, const ConsensusBallotBox *known, GError **error)
{
  g_auto (Trial) trial = { .epoch = epoch };
  if (check_form (&trial, encoded, error) && check_origin (&trial, error) && check_authenticated_data (&trial, error)
      && check_mandates (&trial, known, error) && check_proposals (&trial, error) && check_path (&trial, error)
      && check_committer (&trial, error) && check_mls (&trial, error))
    return g_steal_pointer (&trial.candidate);
  return NULL;
}
