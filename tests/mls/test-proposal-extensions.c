/* test-proposal-extensions.c - GroupContextExtensions in a list of proposals: who must cope with them, and who is not
 * even asked (RFC 9420 11.1, 12.1.7, 12.3).
 */
#include "proposals.h"

START_TEST (new_extensions_are_well_formed_and_one)
{
  g_auto (Stage) self = stage_new ();
  static const char *const bad[] = {
    "0003"
    "0401020300", /* required_capabilities: too short */
    "0003"
    "0401000000", /* an odd list */
    "0003"
    "0400000000", /* bytes left over */
    "0003"
    "00",
    "0005"
    "0201aa", /* external_senders: half a sender */
    "0005"
    "00",
    "0005"
    "020000", /* bytes left over */
  };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      list (&self, extensions (bad[i]));
      refused (&self, MLS_ERROR_EXTENSION);
    }
  MlsProposal *twice = extensions ("f0de00");
  g_autoptr (GBytes) bytes = bytes_from_hex ("f0de00f0de00");
  twice->extensions = span_bytes (bytes);
  list (&self, twice);
  refused (&self, MLS_ERROR_DUPLICATE_EXTENSION);
  list (&self, extensions (SOME_EXTENSIONS));
  list (&self, extensions (SOME_EXTENSIONS));
  refused (&self, MLS_ERROR_EXTENSIONS_TWICE);
}
END_TEST

/* Lists that all members cope with (0), or none. */
static const struct {
  const char *hex;
  MlsError code; /* 0: fine */
} lists[] = {
  { "", 0 },
  { SOME_EXTENSIONS, 0 },
  { "f0de0163", 0 },
  { "f0df0163", 0 }, /* new, but listed by all */
  { "00010161", 0 }, /* default types need not be listed */
  { "0003"
    "03"
    "00"
    "00"
    "00",
    0 },
  { "0003"
    "05"
    "02f0df"
    "00"
    "00",
    0 },
  { "0003"
    "05"
    "020005"
    "00"
    "00",
    0 },
  { "0003"
    "05"
    "00"
    "020003"
    "00",
    0 },
  { "0003"
    "05"
    "00"
    "00"
    "020001",
    0 },
  { "f0e00163", MLS_ERROR_GROUP_EXTENSION_UNSUPPORTED },
  { "f0de0163f0e000", MLS_ERROR_GROUP_EXTENSION_UNSUPPORTED },
  { "0003"
    "05"
    "02f0e0"
    "00"
    "00",
    MLS_ERROR_REQUIRED_CAPABILITIES },
  { "0003"
    "07"
    "04f0def0e0"
    "00"
    "00",
    MLS_ERROR_REQUIRED_CAPABILITIES },
  { "0003"
    "05"
    "00"
    "02f0e0"
    "00",
    MLS_ERROR_REQUIRED_CAPABILITIES },
  { "0003"
    "05"
    "00"
    "00"
    "020002",
    MLS_ERROR_REQUIRED_CAPABILITIES },
};

START_TEST (members_must_cope_with_new_extensions)
{
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_auto (Stage) self = stage_new ();
      list (&self, extensions (lists[i].hex));
      if (lists[i].code)
        {
          refused (&self, lists[i].code);
          continue;
        }
      g_autoptr (MlsProposalEffects) effects = accepted (&self);
      g_autoptr (GBytes) wanted = bytes_from_hex (lists[i].hex);
      ck_assert (effects->has_extensions && effects->path_required);
      ck_assert (span_equal (effects->extensions, span_bytes (wanted)));
      ck_assert (span_equal (mls_tree_hash (effects->tree), mls_tree_hash (self.tree)));
    }
}
END_TEST

/* One member, at any leaf, lacks what all others have. */
START_TEST (every_single_member_must_cope)
{
  const guint16 known[] = { 0xF0DE, 0xF0DF, 0xF0E0 }, suite1 = 1;
  g_autoptr (GBytes) more = mls_capabilities_encode (&suite1, 1, known, 3);
  for (guint32 odd = 0; odd < 8; odd++)
    {
      g_auto (Stage) self = stage_new ();
      for (guint32 leaf = 0; leaf < 8; leaf++)
        if (leaf != odd && leaf != 6)
          {
            MlsLeafNodeFields fields = update_fields (&self, leaf);
            fields.capabilities = span_bytes (more);
            g_autoptr (MlsLeafNode) node =
                mls_leaf_node_sign (self.suite, member_at (self.members, leaf)->key, &fields, ID, leaf, NULL);
            mls_tree_set_leaf (self.tree, leaf, node);
          }
      list (&self, extensions ("f0e000"));
      if (odd != 6)
        refused (&self, MLS_ERROR_GROUP_EXTENSION_UNSUPPORTED);
      else
        mls_proposal_effects_free (accepted (&self));
      if (odd == 6 || odd == COMMITTER)
        continue;
      list (&self, mls_proposal_remove (odd)); /* who leaves need not */
      list (&self, extensions ("f0e000"));
      mls_proposal_effects_free (accepted (&self));

      g_auto (KemKeyPair) pair; /* and who learned it in this commit may stay */
      ck_assert (kem_generate (self.suite, self.rng, &pair));
      MlsLeafNodeFields fields = update_fields (&self, odd);
      fields.encryption_key = kem_public (&pair);
      fields.capabilities = span_bytes (more);
      list (&self, extensions ("f0e000"));
      list_by (&self, odd, update_fields_signed (&self, odd, member_at (self.members, odd)->key, &fields));
      mls_proposal_effects_free (accepted (&self));
      list (&self, extensions ("f0e000")); /* an Update without it is the fault of the Update */
      list_by (&self, odd, update (&self, odd));
      refused (&self, MLS_ERROR_GROUP_EXTENSION_UNSUPPORTED);
    }
}
END_TEST

/* 12.3: Adds are judged by the new extensions, whatever their place in the list. */
START_TEST (added_leaves_are_judged_by_new_extensions)
{
  const guint16 known[] = { 0xF0DE, 0xF0DF }, suite1 = 1;
  g_auto (Stage) self = stage_new ();
  g_autoptr (GBytes) fewer = mls_capabilities_encode (&suite1, 1, known, 1);
  const MemberTraits lacks = { .capabilities = span_bytes (fewer) };
  for (guint last = 0; last < 2; last++)
    {
      if (!last)
        list (&self, extensions ("f0de0163")); /* 0xF0DF no longer required */
      list (&self, add_new (&self, NULL, &lacks));
      if (last)
        list (&self, extensions ("f0de0163"));
      g_autoptr (MlsProposalEffects) effects = accepted (&self);
      ck_assert_uint_eq (effects->added->len, 1);
    }
  g_bytes_unref (self.extensions);
  self.extensions = bytes_from_hex ("f0de0163");
  list (&self, add_new (&self, NULL, &lacks));
  mls_proposal_effects_free (accepted (&self));
  list (&self, add_new (&self, NULL, &lacks));
  list (&self, extensions ("f0df00"));
  refused (&self, MLS_ERROR_GROUP_EXTENSION_UNSUPPORTED);
  list (&self, add_new (&self, NULL, &lacks));
  list (&self, extensions (SOME_EXTENSIONS));
  refused (&self, MLS_ERROR_LEAF_REQUIRED_CAPABILITIES);
}
END_TEST

/* Nobody is looked at unless something new is asked for: a member who could not have come in goes unnoticed. */
START_TEST (nobody_is_walked_over_for_nothing)
{
  const guint16 suite1 = 1;
  g_auto (Stage) self = stage_new ();
  g_autoptr (GBytes) none = mls_capabilities_encode (&suite1, 1, NULL, 0);
  MlsLeafNodeFields fields = update_fields (&self, 5);
  fields.capabilities = span_bytes (none);
  g_autoptr (MlsLeafNode) node =
      mls_leaf_node_sign (self.suite, member_at (self.members, 5)->key, &fields, ID, 5, NULL);
  mls_tree_set_leaf (self.tree, 5, node);
  list (&self, add_plain (&self));
  list (&self, mls_proposal_remove (3));
  mls_proposal_effects_free (accepted (&self));
  list (&self, extensions ("f0de03626364"
                           "0003"
                           "09"
                           "04f0def0df"
                           "00"
                           "020001"));
  mls_proposal_effects_free (accepted (&self));
  list (&self, extensions ("f0de00"));
  mls_proposal_effects_free (accepted (&self));
  list (&self, extensions ("f0df00"));
  refused (&self, MLS_ERROR_GROUP_EXTENSION_UNSUPPORTED);
  list (&self, extensions ("0003"
                           "07"
                           "02f0de"
                           "00"
                           "020001")); /* another requirement, though a weaker one */
  refused (&self, MLS_ERROR_REQUIRED_CAPABILITIES);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    new_extensions_are_well_formed_and_one,    members_must_cope_with_new_extensions, every_single_member_must_cope,
    added_leaves_are_judged_by_new_extensions, nobody_is_walked_over_for_nothing,
  };
  return run_tests ("mls/proposal-extensions", tests, G_N_ELEMENTS (tests));
}
