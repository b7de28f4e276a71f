#include "mls/proposal-private.h"

#include <string.h>

/* --- the list ---------------------------------------------------------------------------------------------------- */

void
mls_listed_proposal_clear (MlsListedProposal *self)
{
  g_clear_pointer (&self->proposal, mls_proposal_unref);
}

/* Moves what is listed: `listed` is empty afterwards, and the caller's. */
static GArray *
take_over (GArray *listed)
{
  GArray *taken = g_array_sized_new (FALSE, FALSE, sizeof (MlsListedProposal), listed->len);
  g_array_set_clear_func (taken, (GDestroyNotify) mls_listed_proposal_clear);
  if (listed->len == 0)
    return taken;
  g_array_append_vals (taken, listed->data, listed->len);
  memset (listed->data, 0, listed->len * sizeof (MlsListedProposal));
  g_array_set_size (listed, 0);
  return taken;
}

static MlsProposalEffects *
effects_new (const MlsListScene *scene, GArray *listed)
{
  MlsProposalEffects *self = g_new0 (MlsProposalEffects, 1);
  self->listed = take_over (listed);
  self->tree = mls_tree_copy (scene->tree);
  self->added = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->added_sorted = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->added_packages = g_ptr_array_new_with_free_func ((GDestroyNotify) mls_key_package_unref);
  self->removed = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->psks = g_array_new (FALSE, FALSE, sizeof (MlsPskId));
  self->extensions = scene->extensions;
  return self;
}

void
mls_proposal_effects_free (MlsProposalEffects *self)
{
  if (!self)
    return;
  g_array_unref (self->listed);
  mls_tree_free (self->tree);
  g_array_unref (self->added);
  g_array_unref (self->added_sorted);
  g_ptr_array_unref (self->added_packages);
  g_array_unref (self->removed);
  g_array_unref (self->psks);
  g_free (self);
}

static gboolean
check_each (const MlsListScene *scene, const MlsProposalEffects *self, GError **error)
{
  for (guint i = 0; i < self->listed->len; i++)
    if (!mls_proposal_check (scene, &mls_listed_at (self, i)->sender, mls_listed_at (self, i)->proposal, error))
      return FALSE;
  return TRUE;
}

/* --- what they change (12.3) ------------------------------------------------------------------------------------- */

/* 12.3: notes all that is not a matter of the tree. */
static void
note_effects (MlsProposalEffects *self)
{
  self->path_required = self->listed->len == 0;
  for (guint i = 0; i < self->listed->len; i++)
    {
      const MlsProposal *proposal = mls_listed_at (self, i)->proposal;
      if (proposal->type == MLS_PROPOSAL_PSK)
        g_array_append_val (self->psks, proposal->psk);
      else if (proposal->type == MLS_PROPOSAL_REMOVE)
        g_array_append_val (self->removed, proposal->removed);
      else if (proposal->type == MLS_PROPOSAL_EXTERNAL_INIT)
        self->kem_output = proposal->kem_output;
      else if (proposal->type == MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS)
        {
          self->has_extensions = TRUE;
          self->extensions = proposal->extensions;
        }
      self->path_required |= proposal->type != MLS_PROPOSAL_ADD && proposal->type != MLS_PROPOSAL_PSK
                             && proposal->type != MLS_PROPOSAL_REINIT;
    }
}

/* 7.3: the keys of an Update are its own in this tree. */
static gboolean
check_update_keys (const MlsTree *tree, guint32 leaf, const MlsLeafNode *update, GError **error)
{
  guint32 at;
  if (mls_tree_find_encryption_key (tree, update->encryption_key, &at))
    return mls_refuse (error, MLS_ERROR_DUPLICATE_ENCRYPTION_KEY, "the Update of leaf %u has node %u's key", leaf, at);
  if (mls_tree_find_signature_key (tree, update->signature_key, &at) && at != leaf)
    return mls_refuse (error, MLS_ERROR_DUPLICATE_SIGNATURE_KEY, "the Update of leaf %u has leaf %u's key", leaf, at);
  return TRUE;
}

/* Twice over the Updates: first each against the leaves as they were, then against the Updates before it. So what is
 * allowed does not depend on their order, which 12.3 leaves open. */
static gboolean
apply_updates (MlsProposalEffects *self, GError **error)
{
  for (guint apply = 0; apply < 2; apply++)
    for (guint i = 0; i < self->listed->len; i++)
      {
        const MlsListedProposal *listed = mls_listed_at (self, i);
        if (listed->proposal->type != MLS_PROPOSAL_UPDATE)
          continue;
        guint32 leaf = listed->sender.index;
        if (!check_update_keys (self->tree, leaf, listed->proposal->leaf, error))
          return FALSE;
        if (apply)
          mls_tree_update (self->tree, leaf, listed->proposal->leaf);
        else if (!mls_leaf_node_fits (listed->proposal->leaf, self->extensions, error))
          return FALSE;
      }
  return TRUE;
}

static void
apply_removes (MlsProposalEffects *self)
{
  for (guint i = 0; i < self->removed->len; i++)
    mls_tree_remove (self->tree, g_array_index (self->removed, guint32, i));
}

static gboolean
was_added (const MlsProposalEffects *self, guint32 leaf)
{
  for (guint i = 0; i < self->added->len; i++)
    if (g_array_index (self->added, guint32, i) == leaf)
      return TRUE;
  return FALSE;
}

/* 7.3, 12.2: nobody in the tree, and so nobody added before, has one of these keys. */
static gboolean
check_add_keys (const MlsProposalEffects *self, const MlsLeafNode *leaf, GError **error)
{
  guint32 at;
  if (mls_tree_find_signature_key (self->tree, leaf->signature_key, &at))
    return mls_refuse (error, was_added (self, at) ? MLS_ERROR_ADD_TWICE : MLS_ERROR_DUPLICATE_SIGNATURE_KEY,
                       "an Add with the signature key of leaf %u", at);
  if (mls_tree_find_encryption_key (self->tree, leaf->encryption_key, &at))
    return mls_refuse (error,
                       mls_node_is_leaf (at) && was_added (self, mls_leaf_of_node (at))
                           ? MLS_ERROR_ADD_TWICE
                           : MLS_ERROR_DUPLICATE_ENCRYPTION_KEY,
                       "an Add with the encryption key of node %u", at);
  return TRUE;
}

static gboolean
apply_add (MlsProposalEffects *self, const MlsKeyPackage *package, GError **error)
{
  if (!mls_leaf_node_fits (package->leaf, self->extensions, error) || !check_add_keys (self, package->leaf, error))
    return FALSE;
  if (mls_tree_members (self->tree) == 1u << MLS_MAX_DEPTH)
    return mls_refuse (error, MLS_ERROR_TOO_LARGE, "no room for another member");
  guint32 leaf = mls_tree_add (self->tree, package->leaf);
  g_array_append_val (self->added, leaf);
  g_ptr_array_add (self->added_packages, mls_key_package_ref (package));
  return TRUE;
}

static gboolean
apply_adds (MlsProposalEffects *self, GError **error)
{
  for (guint i = 0; i < self->listed->len; i++)
    {
      const MlsProposal *proposal = mls_listed_at (self, i)->proposal;
      if (proposal->type == MLS_PROPOSAL_ADD && !apply_add (self, proposal->key_package, error))
        return FALSE;
    }
  if (self->added->len)
    g_array_append_vals (self->added_sorted, self->added->data, self->added->len);
  g_array_sort (self->added_sorted, mls_compare_u32);
  return TRUE;
}

/* --- does everybody cope with it? (7.3, 11.1, 12.1.7) ------------------------------------------------------------ */

/* TRUE iff who meets the extensions of `before` meets those of `after`, too: no new types, no other requirements. */
static gboolean
asks_nothing_new (Span before, Span after)
{
  Span old_required, required, data;
  if (mls_extensions_find (after, MLS_EXTENSION_REQUIRED_CAPABILITIES, &required)
      && !(mls_extensions_find (before, MLS_EXTENSION_REQUIRED_CAPABILITIES, &old_required)
           && span_equal (required, old_required)))
    return FALSE;
  Reader reader = reader_init (after);
  guint16 type;
  while (mls_extensions_next (&reader, &type, &data))
    if (!mls_extension_is_default (type) && !mls_extensions_find (before, type, &data))
      return FALSE;
  return TRUE;
}

/* 12.1.7 has a code of its own for what 7.3 says about new leaves. */
static gboolean
refuse_for_member (GError *reason, guint32 leaf, GError **error)
{
  gint code = g_error_matches (reason, MLS_ERROR, MLS_ERROR_LEAF_REQUIRED_CAPABILITIES)
                  ? MLS_ERROR_REQUIRED_CAPABILITIES
                  : reason->code;
  mls_refuse (error, (MlsError) code, "new extensions, leaf %u: %s", leaf, reason->message);
  g_error_free (reason);
  return FALSE;
}

/* Those who stay. Capabilities decide alone, and most members list the same: neighbours who do are judged once. */
static gboolean
check_members (const MlsListScene *scene, const MlsProposalEffects *self, GError **error)
{
  if (!self->has_extensions || asks_nothing_new (scene->extensions, self->extensions))
    return TRUE;
  Span judged = SPAN_EMPTY;
  guint32 at;
  for (guint32 from = 0; mls_tree_next_member (self->tree, from, &at); from = at + 1)
    {
      const MlsLeafNode *leaf = mls_tree_leaf (self->tree, at);
      GError *reason = NULL;
      if (span_equal (judged, leaf->capabilities_encoded))
        continue;
      if (!mls_leaf_node_fits (leaf, self->extensions, &reason))
        return refuse_for_member (reason, at, error);
      judged = leaf->capabilities_encoded;
    }
  return TRUE;
}

/* 7.3, judged in the finished tree: new leaves and all others support each other's credentials. */
static gboolean
check_credentials (const MlsProposalEffects *self, GError **error)
{
  for (guint i = 0; i < self->listed->len; i++)
    {
      const MlsProposal *proposal = mls_listed_at (self, i)->proposal;
      const MlsLeafNode *leaf = proposal->type == MLS_PROPOSAL_ADD ? proposal->key_package->leaf : proposal->leaf;
      if (leaf && !mls_tree_credentials_fit (self->tree, leaf))
        return mls_refuse (error, MLS_ERROR_LEAF_CREDENTIAL, "proposal %u: its credential is not for all", i);
    }
  return TRUE;
}

/* A ReInit, which is alone by now, is well-formed and allowed, but this implementation makes no successor groups. */
static gboolean
check_reinit (const MlsProposalEffects *self, GError **error)
{
  return self->listed->len != 1 || mls_listed_at (self, 0)->proposal->type != MLS_PROPOSAL_REINIT
         || mls_refuse (error, MLS_ERROR_UNSUPPORTED, "groups are not reinitialised here");
}

MlsProposalEffects *
mls_proposal_list_apply (const MlsListScene *scene, const MlsSender *committer, GArray *listed, GError **error)
{
  g_autoptr (MlsProposalEffects) self = effects_new (scene, listed);
  if (!mls_proposals_check_together (scene, self, committer, error) || !check_each (scene, self, error)
      || !check_reinit (self, error))
    return NULL;
  note_effects (self);
  if (!mls_proposals_check_psks (self, error))
    return NULL;
  /* 12.3 has Updates before Removes. They are about different leaves, so the tree comes out the same; but this way the
   * keys of those who leave are free for those who stay, as they are in the tree that 12.2 judges. */
  apply_removes (self);
  if (!apply_updates (self, error) || !check_members (scene, self, error) || !apply_adds (self, error)
      || !check_credentials (self, error))
    return NULL;
  return g_steal_pointer (&self);
}
