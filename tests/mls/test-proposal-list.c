/* test-proposal-list.c - what valid lists of proposals do (RFC 9420 12.3). What is refused is in test-proposal-check.c.
 */
#include "proposals.h"

START_TEST (an_external_commit_replaces_an_old_self)
{
  g_auto (Stage) self = stage_new ();
  list_external (&self, psk ("a", 1, 32));
  list_external (&self, mls_proposal_remove (7));
  list_external (&self, external_init ());
  list_external (&self, resumption (MLS_PSK_USAGE_APPLICATION, 4, 1));
  g_autoptr (MlsProposalEffects) effects = accepted_of (&self, BY_JOINER);
  g_autoptr (MlsTree) wanted = mls_tree_copy (self.tree);
  mls_tree_remove (wanted, 7);
  ck_assert (span_equal (mls_tree_hash (effects->tree), mls_tree_hash (wanted)));
  ck_assert (span_equal (effects->kem_output, span_str ("kem output")));
  ck_assert (effects->path_required && !effects->has_extensions);
  ck_assert_uint_eq (effects->psks->len, 2);
  ck_assert_uint_eq (effects->removed->len, 1);
}
END_TEST

/* --- what valid lists do (12.3) --- */

START_TEST (an_empty_list_asks_for_a_path)
{
  g_auto (Stage) self = stage_new ();
  g_autoptr (MlsProposalEffects) effects = accepted (&self);
  ck_assert (effects->path_required && !effects->has_extensions);
  ck_assert (span_equal (mls_tree_hash (effects->tree), mls_tree_hash (self.tree)));
  ck_assert (span_equal (effects->extensions, span_bytes (self.extensions)));
  ck_assert_uint_eq (effects->added->len + effects->removed->len + effects->psks->len + effects->listed->len, 0);
}
END_TEST

START_TEST (some_kinds_need_no_path)
{
  g_auto (Stage) self = stage_new ();
  for (guint kind = 0; kind < 6; kind++)
    {
      if (kind == 0 || kind == 5)
        list (&self, add_plain (&self));
      if (kind == 1 || kind == 5)
        list (&self, psk ("a", 1, 32));
      if (kind == 2)
        list (&self, mls_proposal_remove (3));
      if (kind == 3)
        list_by (&self, 3, update (&self, 3));
      if (kind == 4)
        list (&self, extensions (SOME_EXTENSIONS));
      g_autoptr (MlsProposalEffects) effects = accepted (&self);
      ck_assert_int_eq (effects->path_required, kind >= 2 && kind <= 4);
    }
}
END_TEST

START_TEST (adds_fill_blanks_from_the_left)
{
  static const guint32 places[] = { 0, 5, 6, 8, 9 };
  g_auto (Stage) self = stage_new ();
  for (guint i = 0; i < 5; i++)
    list (&self, add_plain (&self));
  list (&self, mls_proposal_remove (5));
  list (&self, mls_proposal_remove (0));
  g_autoptr (MlsProposalEffects) effects = accepted (&self);
  ck_assert_uint_eq (mls_tree_width (effects->tree), 16);
  ck_assert_uint_eq (effects->removed->len, 2);
  ck_assert_uint_eq (g_array_index (effects->removed, guint32, 0), 5);
  for (guint i = 0; i < 5; i++)
    {
      const MlsListedProposal *listed = &g_array_index (effects->listed, MlsListedProposal, i);
      const MlsKeyPackage *package = effects->added_packages->pdata[i];
      ck_assert_uint_eq (g_array_index (effects->added, guint32, i), places[i]);
      ck_assert_uint_eq (g_array_index (effects->added_sorted, guint32, i), places[i]);
      ck_assert_ptr_eq (package, listed->proposal->key_package);
      ck_assert_ptr_eq (mls_tree_leaf (effects->tree, places[i]), package->leaf);
    }
}
END_TEST

START_TEST (removing_the_right_half_narrows_the_tree)
{
  g_auto (Stage) self = stage_new ();
  for (guint order = 0; order < 2; order++)
    {
      static const guint32 leaving[] = { 4, 5, 7, 3 };
      for (guint i = 0; i < 4; i++)
        list (&self, mls_proposal_remove (leaving[order ? 3 - i : i]));
      g_autoptr (MlsProposalEffects) effects = accepted (&self);
      ck_assert_uint_eq (mls_tree_width (effects->tree), 4);
      ck_assert_uint_eq (mls_tree_members (effects->tree), 3);
    }
  for (guint32 leaf = 4; leaf < 8; leaf++)
    if (leaf != 6)
      list (&self, mls_proposal_remove (leaf));
  list (&self, add_plain (&self)); /* narrows, then widens */
  g_autoptr (MlsProposalEffects) effects = accepted (&self);
  ck_assert_uint_eq (mls_tree_width (effects->tree), 8);
  ck_assert_uint_eq (g_array_index (effects->added, guint32, 0), 4);
}
END_TEST

START_TEST (a_client_may_leave_and_return_in_one_commit)
{
  g_auto (Stage) self = stage_new ();
  const MemberTraits traits = { .name = "again" };
  list (&self, add_new (&self, member_at (self.members, 7)->key, &traits));
  list (&self, mls_proposal_remove (7));
  g_autoptr (MlsProposalEffects) effects = accepted (&self);
  ck_assert_uint_eq (g_array_index (effects->added, guint32, 0), 6);
  ck_assert (!mls_tree_leaf (effects->tree, 7));
}
END_TEST

START_TEST (psks_keep_their_order)
{
  static const char *const ids[] = { "c", "a", "d", "b" };
  g_auto (Stage) self = stage_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    list (&self, psk (ids[i], (guint8) i, 32));
  g_autoptr (MlsProposalEffects) effects = accepted (&self);
  ck_assert_uint_eq (effects->psks->len, 4);
  for (guint i = 0; i < 4; i++)
    ck_assert (span_equal (g_array_index (effects->psks, MlsPskId, i).external_id, span_str (ids[i])));
  ck_assert (!effects->path_required);
}
END_TEST

/* Credentials are judged in the finished tree: the last one who uses or lacks a type may change its mind. */
START_TEST (credentials_are_judged_afterwards)
{
  g_auto (Stage) self = stage_new ();
  g_autoptr (GBytes) both = members_capabilities ("1", "1", "0xF0DE 0xF0DF", "", "1 2");
  g_autoptr (GBytes) certificate = bytes_from_hex ("00020100");
  const MemberTraits x509 = { .capabilities = span_bytes (both), .credential = span_bytes (certificate) };
  for (guint32 leaf = 0; leaf < 8; leaf++)
    if (leaf != 5 && leaf != 6)
      {
        MlsLeafNodeFields fields = update_fields (&self, leaf);
        fields.capabilities = span_bytes (both);
        g_autoptr (MlsLeafNode) node =
            mls_leaf_node_sign (self.suite, member_at (self.members, leaf)->key, &fields, ID, leaf, NULL);
        mls_tree_set_leaf (self.tree, leaf, node);
      }
  list (&self, add_new (&self, NULL, &x509));
  refused (&self, MLS_ERROR_LEAF_CREDENTIAL);
  list (&self, add_new (&self, NULL, &x509));
  list (&self, mls_proposal_remove (5));
  mls_proposal_effects_free (accepted (&self));
}
END_TEST

/* 12.3 to the letter. */
static void
apply_plainly (const MlsProposalEffects *effects, MlsTree *tree)
{
  static const guint16 order[] = { MLS_PROPOSAL_UPDATE, MLS_PROPOSAL_REMOVE, MLS_PROPOSAL_ADD };
  for (gsize k = 0; k < G_N_ELEMENTS (order); k++)
    for (guint i = 0; i < effects->listed->len; i++)
      {
        const MlsListedProposal *listed = &g_array_index (effects->listed, MlsListedProposal, i);
        if (listed->proposal->type != order[k])
          continue;
        if (order[k] == MLS_PROPOSAL_UPDATE)
          mls_tree_update (tree, listed->sender.index, listed->proposal->leaf);
        else if (order[k] == MLS_PROPOSAL_REMOVE)
          mls_tree_remove (tree, listed->proposal->removed);
        else
          mls_tree_add (tree, listed->proposal->key_package->leaf);
      }
}

START_TEST (any_order_gives_what_the_rfc_says)
{
  g_auto (Stage) self = stage_new ();
  for (guint round = 0; round < run_rounds (200); round++)
    {
      for (guint32 leaf = 0; leaf < 8; leaf++)
        if (leaf != COMMITTER && leaf != 6)
          {
            guint32 what = rng_below (self.rng, 3);
            if (what == 0)
              list_by (&self, leaf, update (&self, leaf));
            else if (what == 1)
              list (&self, mls_proposal_remove (leaf));
          }
      for (guint32 n = rng_below (self.rng, 5); n > 0; n--)
        list (&self, add_plain (&self));
      for (guint i = self.listed->len; i > 1; i--) /* shuffle */
        {
          MlsListedProposal *all = (MlsListedProposal *) (void *) self.listed->data;
          guint32 other = rng_below (self.rng, i);
          MlsListedProposal moved = all[other];
          all[other] = all[i - 1];
          all[i - 1] = moved;
        }
      g_autoptr (MlsProposalEffects) effects = accepted (&self);
      g_autoptr (MlsTree) plain = mls_tree_copy (self.tree);
      apply_plainly (effects, plain);
      ck_assert (span_equal (mls_tree_hash (plain), mls_tree_hash (effects->tree)));
      for (guint i = 1; i < effects->added_sorted->len; i++)
        ck_assert_uint_lt (g_array_index (effects->added_sorted, guint32, i - 1),
                           g_array_index (effects->added_sorted, guint32, i));
    }
}
END_TEST

START_TEST (many_members_come_in_one_commit)
{
  g_auto (Stage) self = stage_new ();
  guint n = run_rounds (300);
  for (guint i = 0; i < n; i++)
    list (&self, add_plain (&self));
  g_autoptr (MlsProposalEffects) effects = accepted (&self);
  ck_assert_uint_eq (mls_tree_members (effects->tree), 7 + n);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    an_external_commit_replaces_an_old_self,
    an_empty_list_asks_for_a_path,
    some_kinds_need_no_path,
    adds_fill_blanks_from_the_left,
    removing_the_right_half_narrows_the_tree,
    a_client_may_leave_and_return_in_one_commit,
    psks_keep_their_order,
    credentials_are_judged_afterwards,
    any_order_gives_what_the_rfc_says,
    many_members_come_in_one_commit,
  };
  return run_tests ("mls/proposal-list", tests, G_N_ELEMENTS (tests));
}
