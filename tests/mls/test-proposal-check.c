/* test-proposal-check.c - each rule of RFC 9420 7.3, 10.1, 11.1, 12.1 and 12.2 about proposals and lists of them,
 * broken by one change.
 */
#include "proposals.h"

/* --- Adds that are refused --- */

START_TEST (key_packages_obey_10_1)
{
  static const guint8 bytes[64] = { 1 };
  const guint16 known[] = { 0xF0DE, 0xF0DF }, suite1 = 1;
  g_auto (Stage) self = stage_new ();
  g_autoptr (GBytes) no_version = members_capabilities ("2", "1", "0xF0DE 0xF0DF", "", "1");
  g_autoptr (GBytes) no_basic = members_capabilities ("1", "1", "0xF0DE 0xF0DF", "", "2");
  g_autoptr (GBytes) one = mls_capabilities_encode (&suite1, 1, known, 1);
  g_autoptr (GBytes) nick = bytes_from_hex ("f0df0161");
  const PackageFields good = package_fields (&self);
  const MlsError codes[] = {
    MLS_ERROR_KEY_PACKAGE_VERSION,   MLS_ERROR_KEY_PACKAGE_SUITE,    MLS_ERROR_KEY_PACKAGE_SOURCE,
    MLS_ERROR_KEY_PACKAGE_SOURCE,    MLS_ERROR_KEY_PACKAGE_INIT_KEY, MLS_ERROR_KEY_PACKAGE_SAME_KEY,
    MLS_ERROR_KEY_PACKAGE_SIGNATURE, MLS_ERROR_LEAF_SIGNATURE,       MLS_ERROR_LEAF_ENCRYPTION_KEY,
    MLS_ERROR_LEAF_SIGNATURE_KEY,    MLS_ERROR_LEAF_CAPABILITIES,    MLS_ERROR_LEAF_CAPABILITIES,
    MLS_ERROR_LEAF_EXTENSION,
  };
  PackageFields cases[G_N_ELEMENTS (codes)];
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    cases[i] = good;
  cases[0].version = 2;
  cases[1].suite = 3;
  cases[2].leaf.source = MLS_LEAF_UPDATE;
  cases[3].leaf.source = MLS_LEAF_COMMIT;
  cases[4].init_key = span (bytes, 31);
  cases[5].init_key = good.leaf.encryption_key;
  cases[6].signer = member_at (self.members, 0)->key;
  cases[7].leaf_signer = member_at (self.members, 0)->key;
  cases[8].leaf.encryption_key = span (bytes, 33);
  cases[9].leaf.signature_key = span (bytes, 33);
  cases[10].leaf.capabilities = span_bytes (no_version);
  cases[11].leaf.capabilities = span_bytes (no_basic);
  cases[12].leaf.capabilities = span_bytes (one);
  cases[12].leaf.extensions = span_bytes (nick);
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      list (&self, add_fields (&self, &cases[i]));
      refused (&self, codes[i]);
    }
  list (&self, add_fields (&self, &good));
  g_autoptr (MlsProposalEffects) effects = accepted (&self);
  ck_assert_uint_eq (effects->added->len, 1);
}
END_TEST

START_TEST (added_leaves_fit_the_group)
{
  const guint16 known[] = { 0xF0DE, 0xF0DF }, suite1 = 1;
  g_auto (Stage) self = stage_new ();
  g_autoptr (GBytes) fewer = mls_capabilities_encode (&suite1, 1, known, 1);
  g_autoptr (GBytes) both = members_capabilities ("1", "1", "0xF0DE 0xF0DF", "", "1 2");
  g_autoptr (GBytes) only_x509 = members_capabilities ("1", "1", "0xF0DE 0xF0DF", "", "2");
  g_autoptr (GBytes) certificate = bytes_from_hex ("00020100");
  const MemberTraits lacks = { .capabilities = span_bytes (fewer) };
  const MemberTraits stranger = { .capabilities = span_bytes (both), .credential = span_bytes (certificate) };
  const MemberTraits deaf = { .capabilities = span_bytes (only_x509), .credential = span_bytes (certificate) };

  list (&self, add_new (&self, NULL, &lacks));
  refused (&self, MLS_ERROR_LEAF_REQUIRED_CAPABILITIES);
  list (&self, add_new (&self, NULL, &stranger)); /* the members do not know its credential */
  refused (&self, MLS_ERROR_LEAF_CREDENTIAL);

  g_clear_pointer (&self.extensions, g_bytes_unref);
  self.extensions = bytes_from_hex ("f0df0161"); /* in use, not required */
  list (&self, add_new (&self, NULL, &lacks));
  refused (&self, MLS_ERROR_GROUP_EXTENSION_UNSUPPORTED);
  list (&self, add_new (&self, NULL, &deaf)); /* nor it theirs */
  refused (&self, MLS_ERROR_LEAF_CREDENTIAL);

  g_clear_pointer (&self.extensions, g_bytes_unref);
  self.extensions = bytes_from_hex ("00030401020300"); /* a required_capabilities that does not parse */
  list (&self, add_plain (&self));
  refused (&self, MLS_ERROR_EXTENSION);
}
END_TEST

START_TEST (added_keys_are_new)
{
  g_auto (Stage) self = stage_new ();
  const MemberTraits plain = { .name = "again" };
  list (&self, add_new (&self, member_at (self.members, 5)->key, &plain));
  refused (&self, MLS_ERROR_DUPLICATE_SIGNATURE_KEY);

  const Span known[] = { mls_tree_leaf (self.tree, 5)->encryption_key, mls_tree_parent (self.tree, 7)->encryption_key,
                         mls_tree_parent (self.tree, 1)->encryption_key };
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      PackageFields fields = package_fields (&self);
      fields.leaf.encryption_key = known[i];
      list (&self, add_fields (&self, &fields));
      refused (&self, MLS_ERROR_DUPLICATE_ENCRYPTION_KEY);
    }

  list (&self, add_member (self.outsider)); /* the very same */
  list (&self, add_member (self.outsider));
  refused (&self, MLS_ERROR_ADD_TWICE);
  list (&self, add_member (self.outsider)); /* the same client with another key package */
  list (&self, add_plain (&self));
  list (&self, add_new (&self, self.outsider->key, &plain));
  refused (&self, MLS_ERROR_ADD_TWICE);
  PackageFields fields = package_fields (&self); /* another client with the same encryption key */
  Member *other = member_new (self.suite, self.rng);
  fields.leaf.signature_key = sign_key_public (other->key);
  fields.leaf_signer = fields.signer = other->key;
  list (&self, add_member (self.outsider));
  list (&self, add_fields (&self, &fields));
  refused (&self, MLS_ERROR_ADD_TWICE);
  member_free (other);
}
END_TEST

/* --- Updates that are refused --- */

START_TEST (updates_come_from_others_by_reference)
{
  g_auto (Stage) self = stage_new ();
  list (&self, update (&self, COMMITTER));
  refused (&self, MLS_ERROR_UPDATE_SENDER);
  list_by (&self, COMMITTER, update (&self, COMMITTER));
  refused (&self, MLS_ERROR_UPDATE_BY_COMMITTER);
  list_from (&self, update (&self, 3), MLS_SENDER_EXTERNAL, 3, TRUE);
  refused (&self, MLS_ERROR_UPDATE_SENDER);
  list_from (&self, update (&self, 3), MLS_SENDER_NEW_MEMBER_PROPOSAL, 3, TRUE);
  refused (&self, MLS_ERROR_UPDATE_SENDER);
  list_by (&self, 6, update (&self, 3));
  refused (&self, MLS_ERROR_SENDER_UNKNOWN);
  list_by (&self, G_MAXUINT32, update (&self, 3));
  refused (&self, MLS_ERROR_SENDER_UNKNOWN);
}
END_TEST

START_TEST (updated_leaves_obey_7_3)
{
  static const guint8 bytes[64] = { 1 };
  const guint16 known[] = { 0xF0DE, 0xF0DF }, suite1 = 1;
  g_auto (Stage) self = stage_new ();
  SignKey *key = member_at (self.members, 3)->key;
  g_autoptr (GBytes) no_version = members_capabilities ("2", "1", "0xF0DE 0xF0DF", "", "1");
  g_autoptr (GBytes) fewer = mls_capabilities_encode (&suite1, 1, known, 1);
  g_autoptr (GBytes) both = members_capabilities ("1", "1", "0xF0DE 0xF0DF", "", "1 2");
  g_autoptr (GBytes) certificate = bytes_from_hex ("00020100");
  g_autoptr (GBytes) nick = bytes_from_hex ("f0df0161");
  g_auto (KemKeyPair) pair;
  ck_assert (kem_generate (self.suite, self.rng, &pair));
  MlsLeafNodeFields good = update_fields (&self, 3);
  good.encryption_key = kem_public (&pair);
  const MlsError codes[] = {
    MLS_ERROR_LEAF_SOURCE,
    MLS_ERROR_LEAF_SOURCE,
    MLS_ERROR_LEAF_ENCRYPTION_KEY,
    MLS_ERROR_LEAF_SIGNATURE_KEY,
    MLS_ERROR_LEAF_CAPABILITIES,
    MLS_ERROR_LEAF_EXTENSION,
    MLS_ERROR_LEAF_REQUIRED_CAPABILITIES,
    MLS_ERROR_LEAF_CREDENTIAL,
    MLS_ERROR_DUPLICATE_ENCRYPTION_KEY,
    MLS_ERROR_DUPLICATE_ENCRYPTION_KEY,
    MLS_ERROR_DUPLICATE_ENCRYPTION_KEY,
  };
  MlsLeafNodeFields cases[G_N_ELEMENTS (codes)];
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    cases[i] = good;
  cases[0].source = MLS_LEAF_KEY_PACKAGE;
  cases[1].source = MLS_LEAF_COMMIT;
  cases[2].encryption_key = span (bytes, 31);
  cases[3].signature_key = span (bytes, 31);
  cases[4].capabilities = span_bytes (no_version);
  cases[5].capabilities = span_bytes (fewer);
  cases[5].extensions = span_bytes (nick);
  cases[6].capabilities = span_bytes (fewer);
  cases[7].capabilities = span_bytes (both);
  cases[7].credential = span_bytes (certificate);
  cases[8].encryption_key = mls_tree_leaf (self.tree, 3)->encryption_key;
  cases[9].encryption_key = mls_tree_leaf (self.tree, 5)->encryption_key;
  cases[10].encryption_key = mls_tree_parent (self.tree, 7)->encryption_key;
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      list_by (&self, 3, update_fields_signed (&self, 3, key, &cases[i]));
      refused (&self, codes[i]);
    }
  list_by (&self, 3, update_with (&self, 3, member_at (self.members, 5)->key));
  refused (&self, MLS_ERROR_DUPLICATE_SIGNATURE_KEY);
  list_by (&self, 3, update_fields_signed (&self, 4, key, &good)); /* for another place */
  refused (&self, MLS_ERROR_LEAF_SIGNATURE);
  list_by (&self, 3, update_fields_signed (&self, 3, member_at (self.members, 5)->key, &good));
  refused (&self, MLS_ERROR_LEAF_SIGNATURE);
  list_by (&self, 3, update_fields_signed (&self, 3, key, &good));
  g_autoptr (MlsProposalEffects) effects = accepted (&self);
  ck_assert (span_equal (mls_tree_leaf (effects->tree, 3)->encryption_key, kem_public (&pair)));
}
END_TEST

START_TEST (updates_differ_from_each_other)
{
  g_auto (Stage) self = stage_new ();
  g_auto (KemKeyPair) pair;
  g_autoptr (SignKey) key = sign_key_generate (self.suite, self.rng);
  ck_assert (kem_generate (self.suite, self.rng, &pair));
  for (guint32 leaf = 3; leaf <= 5; leaf += 2)
    {
      MlsLeafNodeFields fields = update_fields (&self, leaf);
      fields.encryption_key = kem_public (&pair);
      list_by (&self, leaf, update_fields_signed (&self, leaf, member_at (self.members, leaf)->key, &fields));
    }
  refused (&self, MLS_ERROR_DUPLICATE_ENCRYPTION_KEY);
  list_by (&self, 3, update_with (&self, 3, key));
  list_by (&self, 5, update_with (&self, 5, key));
  refused (&self, MLS_ERROR_DUPLICATE_SIGNATURE_KEY);

  /* Taking over a key that its owner gives up at the same time is refused whichever comes first. */
  for (guint first = 0; first < 2; first++)
    {
      if (first)
        list_by (&self, 5, update_with (&self, 5, key));
      list_by (&self, 3, update_with (&self, 3, member_at (self.members, 5)->key));
      if (!first)
        list_by (&self, 5, update_with (&self, 5, key));
      refused (&self, MLS_ERROR_DUPLICATE_SIGNATURE_KEY);
    }
  /* But who leaves frees its key. */
  list_by (&self, 3, update_with (&self, 3, member_at (self.members, 5)->key));
  list (&self, mls_proposal_remove (5));
  g_autoptr (MlsProposalEffects) effects = accepted (&self);
  ck_assert (
      span_equal (mls_tree_leaf (effects->tree, 3)->signature_key, sign_key_public (member_at (self.members, 5)->key)));
}
END_TEST

/* --- Removes, PSKs and the rest that are refused --- */

START_TEST (removes_name_members_once)
{
  static const guint32 blanks[] = { 6, 8, 15, 1u << 24, G_MAXUINT32 / 2 + 1, G_MAXUINT32 };
  g_auto (Stage) self = stage_new ();
  list (&self, mls_proposal_remove (COMMITTER));
  refused (&self, MLS_ERROR_REMOVE_COMMITTER);
  list_by (&self, 5, mls_proposal_remove (COMMITTER));
  refused (&self, MLS_ERROR_REMOVE_COMMITTER);
  for (gsize i = 0; i < G_N_ELEMENTS (blanks); i++)
    {
      list (&self, mls_proposal_remove (blanks[i]));
      refused (&self, MLS_ERROR_REMOVE_BLANK);
      list (&self, mls_proposal_remove (7)); /* narrowing does not make it another code */
      list (&self, mls_proposal_remove (blanks[i]));
      refused (&self, MLS_ERROR_REMOVE_BLANK);
    }
  list (&self, mls_proposal_remove (3));
  list (&self, mls_proposal_remove (4));
  list_by (&self, 0, mls_proposal_remove (3));
  refused (&self, MLS_ERROR_LEAF_TOUCHED_TWICE);
  list_by (&self, 3, update (&self, 3));
  list (&self, mls_proposal_remove (3));
  refused (&self, MLS_ERROR_LEAF_TOUCHED_TWICE);
  list_by (&self, 3, update (&self, 3));
  list_by (&self, 3, update (&self, 3));
  refused (&self, MLS_ERROR_LEAF_TOUCHED_TWICE);
}
END_TEST

START_TEST (psks_obey_12_1_4)
{
  g_auto (Stage) self = stage_new ();
  list (&self, resumption (MLS_PSK_USAGE_REINIT, 1, 1));
  refused (&self, MLS_ERROR_PSK_USAGE);
  list (&self, resumption (MLS_PSK_USAGE_BRANCH, 1, 1));
  refused (&self, MLS_ERROR_PSK_USAGE);
  for (gsize len = 0; len <= 40; len++)
    if (len != 32)
      {
        list (&self, psk ("a", 1, len));
        refused (&self, MLS_ERROR_PSK_NONCE);
      }
  list (&self, psk ("a", 1, 32));
  list (&self, psk ("b", 1, 32));
  list (&self, psk ("a", 1, 32));
  refused (&self, MLS_ERROR_PSK_DUPLICATE);
  list (&self, psk ("a", 1, 32));
  list (&self, psk ("a", 2, 32)); /* the same key under another nonce */
  refused (&self, MLS_ERROR_PSK_DUPLICATE);
  list (&self, resumption (MLS_PSK_USAGE_APPLICATION, 1, 1));
  list (&self, resumption (MLS_PSK_USAGE_APPLICATION, 2, 1));
  list (&self, resumption (MLS_PSK_USAGE_APPLICATION, 1, 1));
  refused (&self, MLS_ERROR_PSK_DUPLICATE);
}
END_TEST

START_TEST (kinds_that_do_not_belong_here)
{
  g_auto (Stage) self = stage_new ();
  list (&self, parse (REINIT));
  refused (&self, MLS_ERROR_UNSUPPORTED);
  list (&self, parse (REINIT_OLD));
  refused (&self, MLS_ERROR_VERSION);
  list (&self, parse (REINIT));
  list (&self, mls_proposal_remove (3));
  refused (&self, MLS_ERROR_REINIT_NOT_ALONE);
  list (&self, psk ("a", 1, 32));
  list (&self, parse (REINIT));
  refused (&self, MLS_ERROR_REINIT_NOT_ALONE);
  list (&self, parse (REINIT));
  list (&self, parse (REINIT));
  refused (&self, MLS_ERROR_REINIT_NOT_ALONE);
  list (&self, external_init ());
  refused (&self, MLS_ERROR_EXTERNAL_INIT);
  list_by (&self, 3, external_init ());
  refused (&self, MLS_ERROR_EXTERNAL_INIT);
  for (guint16 type = 0; type < 0x1000; type = (guint16) (type ? type * 2 : 8))
    {
      MlsProposal *unknown = mls_proposal_remove (3);
      unknown->type = type > 7 ? type : 0;
      list (&self, unknown);
      refused (&self, MLS_ERROR_PROPOSAL_TYPE);
    }
}
END_TEST

START_TEST (committers_are_members_or_joiners)
{
  const struct {
    MlsSender sender;
    MlsError code;
  } cases[] = {
    { { MLS_SENDER_MEMBER, 6 }, MLS_ERROR_SENDER_UNKNOWN },
    { { MLS_SENDER_MEMBER, 8 }, MLS_ERROR_SENDER_UNKNOWN },
    { { MLS_SENDER_MEMBER, G_MAXUINT32 }, MLS_ERROR_SENDER_UNKNOWN },
    { { MLS_SENDER_EXTERNAL, 0 }, MLS_ERROR_SENDER_TYPE },
    { { MLS_SENDER_NEW_MEMBER_PROPOSAL, 0 }, MLS_ERROR_SENDER_TYPE },
    { { (MlsSenderType) 0, 0 }, MLS_ERROR_SENDER_TYPE },
  };
  g_auto (Stage) self = stage_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    refused_of (&self, cases[i].sender, cases[i].code, __LINE__);
}
END_TEST

/* 12.1.8 */
START_TEST (outsiders_propose_what_they_may)
{
  /* two senders: key "k" and "l", basic credentials "a" and "b" */
  static const char with_senders[] = "0005"
                                     "0d"
                                     "0c"
                                     "016b"
                                     "0001"
                                     "0161"
                                     "016c"
                                     "0001"
                                     "0162";
  g_auto (Stage) self = stage_new ();
  for (guint known = 0; known < 2; known++)
    {
      MlsError code = known ? MLS_ERROR_UNSUPPORTED : MLS_ERROR_PROPOSAL_SENDER;
      list_from (&self, parse (REINIT), MLS_SENDER_EXTERNAL, 1, TRUE);
      refused (&self, code);
      if (known)
        {
          list_from (&self, add_plain (&self), MLS_SENDER_EXTERNAL, 0, TRUE);
          list_from (&self, mls_proposal_remove (3), MLS_SENDER_EXTERNAL, 1, TRUE);
          list_from (&self, psk ("a", 1, 32), MLS_SENDER_EXTERNAL, 1, TRUE);
          list_from (&self, extensions (""), MLS_SENDER_EXTERNAL, 1, TRUE);
          g_autoptr (MlsProposalEffects) effects = accepted (&self);
          ck_assert_uint_eq (effects->listed->len, 4);
        }
      list_from (&self, mls_proposal_remove (3), MLS_SENDER_EXTERNAL, 2, TRUE);
      refused (&self, MLS_ERROR_PROPOSAL_SENDER);
      list_from (&self, mls_proposal_remove (3), MLS_SENDER_NEW_MEMBER_PROPOSAL, 0, TRUE);
      refused (&self, MLS_ERROR_PROPOSAL_SENDER);
      list_from (&self, mls_proposal_remove (3), MLS_SENDER_NEW_MEMBER_COMMIT, 0, TRUE);
      mls_proposal_effects_free (accepted (&self)); /* no such message passes the framing (6.1) */
      list_from (&self, add_plain (&self), MLS_SENDER_NEW_MEMBER_COMMIT, 0, TRUE);
      refused (&self, MLS_ERROR_PROPOSAL_SENDER);
      list_from (&self, add_plain (&self), (MlsSenderType) 9, 0, TRUE);
      refused (&self, MLS_ERROR_SENDER_TYPE);
      list_from (&self, add_plain (&self), MLS_SENDER_NEW_MEMBER_PROPOSAL, 0, TRUE);
      g_autoptr (MlsProposalEffects) effects = accepted (&self);
      ck_assert_uint_eq (effects->added->len, 1);
      g_bytes_unref (self.extensions);
      self.extensions = bytes_from_hex (with_senders);
    }
}
END_TEST

/* --- external commits (12.2, 12.4.3.2) --- */

START_TEST (external_commits_carry_little)
{
  g_auto (Stage) self = stage_new ();
  refused_joiner (&self, MLS_ERROR_EXTERNAL_INIT_COUNT);
  list_external (&self, mls_proposal_remove (3));
  refused_joiner (&self, MLS_ERROR_EXTERNAL_INIT_COUNT);
  list_external (&self, external_init ());
  list_external (&self, external_init ());
  refused_joiner (&self, MLS_ERROR_EXTERNAL_INIT_COUNT);
  list_external (&self, external_init ());
  list_external (&self, mls_proposal_remove (3));
  list_external (&self, mls_proposal_remove (4));
  refused_joiner (&self, MLS_ERROR_EXTERNAL_REMOVE);
  list_external (&self, external_init ());
  list_external (&self, mls_proposal_remove (6));
  refused_joiner (&self, MLS_ERROR_REMOVE_BLANK);
  list_external (&self, external_init ());
  list_external (&self, resumption (MLS_PSK_USAGE_REINIT, 1, 1));
  refused_joiner (&self, MLS_ERROR_PSK_USAGE);
  list_external (&self, external_init ());
  list_external (&self, psk ("a", 1, 31));
  refused_joiner (&self, MLS_ERROR_PSK_NONCE);
  list_external (&self, external_init ());
  list_external (&self, psk ("a", 1, 32));
  list_external (&self, psk ("a", 1, 32));
  refused_joiner (&self, MLS_ERROR_PSK_DUPLICATE);
  for (guint kind = 0; kind < 6; kind++)
    {
      list_external (&self, external_init ());
      if (kind == 0)
        list_external (&self, add_plain (&self));
      else if (kind == 1)
        list_external (&self, update (&self, 3));
      else if (kind == 2)
        list_external (&self, parse (REINIT));
      else if (kind == 3)
        list_external (&self, extensions (SOME_EXTENSIONS));
      else if (kind == 4)
        list_by (&self, 3, mls_proposal_remove (4));
      else
        list_from (&self, psk ("a", 1, 32), MLS_SENDER_NEW_MEMBER_COMMIT, 0, TRUE);
      refused_joiner (&self, MLS_ERROR_EXTERNAL_PROPOSAL);
    }
}
END_TEST

/* --- proposals that come alone (12.1) --- */

static void
alone (const Stage *self, MlsSenderType type, guint32 index, MlsProposal *made, MlsError code)
{
  const MlsListScene here = scene (self);
  const MlsSender sender = { type, index };
  g_autoptr (MlsProposal) proposal = made;
  g_autoptr (GError) error = NULL;
  ck_assert_int_eq (mls_proposal_check (&here, &sender, proposal, &error), code == 0);
  if (code)
    ck_assert (is_code (&error, code));
  else
    ck_assert_ptr_null (error);
}

START_TEST (proposals_alone_are_judged_by_themselves)
{
  const guint16 known[] = { 0xF0DE, 0xF0DF }, suite1 = 1;
  g_auto (Stage) self = stage_new ();
  g_autoptr (GBytes) fewer = mls_capabilities_encode (&suite1, 1, known, 1);
  const MemberTraits lacks = { .capabilities = span_bytes (fewer) }, plain = { .name = NULL };
  PackageFields fields = package_fields (&self);
  fields.signer = member_at (self.members, 0)->key;
  alone (&self, MLS_SENDER_MEMBER, 3, add_fields (&self, &fields), MLS_ERROR_KEY_PACKAGE_SIGNATURE);
  alone (&self, MLS_SENDER_MEMBER, 3, add_plain (&self), (MlsError) 0);
  /* what another proposal of the same commit may heal */
  alone (&self, MLS_SENDER_MEMBER, 3, add_new (&self, NULL, &lacks), (MlsError) 0);
  alone (&self, MLS_SENDER_MEMBER, 3, add_new (&self, member_at (self.members, 5)->key, &plain), (MlsError) 0);
  alone (&self, MLS_SENDER_MEMBER, 3, update_with (&self, 3, member_at (self.members, 5)->key), (MlsError) 0);
  alone (&self, MLS_SENDER_MEMBER, 3, update (&self, 3), (MlsError) 0);
  alone (&self, MLS_SENDER_MEMBER, 4, update (&self, 3), MLS_ERROR_LEAF_SIGNATURE);
  alone (&self, MLS_SENDER_MEMBER, 6, update (&self, 3), MLS_ERROR_SENDER_UNKNOWN);
  alone (&self, MLS_SENDER_EXTERNAL, 0, update (&self, 3), MLS_ERROR_UPDATE_SENDER);
  alone (&self, MLS_SENDER_MEMBER, 3, mls_proposal_remove (3), (MlsError) 0);
  alone (&self, MLS_SENDER_MEMBER, 3, mls_proposal_remove (6), MLS_ERROR_REMOVE_BLANK);
  alone (&self, MLS_SENDER_EXTERNAL, 0, mls_proposal_remove (3), MLS_ERROR_PROPOSAL_SENDER);
  alone (&self, MLS_SENDER_NEW_MEMBER_PROPOSAL, 0, add_plain (&self), (MlsError) 0);
  alone (&self, MLS_SENDER_MEMBER, 3, external_init (), MLS_ERROR_EXTERNAL_INIT);
  alone (&self, MLS_SENDER_EXTERNAL, 0, external_init (), MLS_ERROR_PROPOSAL_SENDER);
  alone (&self, MLS_SENDER_MEMBER, 3, parse (REINIT), (MlsError) 0);
  alone (&self, MLS_SENDER_MEMBER, 3, parse (REINIT_OLD), MLS_ERROR_VERSION);
  alone (&self, MLS_SENDER_MEMBER, 3, psk ("a", 1, 31), MLS_ERROR_PSK_NONCE);
  alone (&self, MLS_SENDER_MEMBER, 3, resumption (MLS_PSK_USAGE_BRANCH, 1, 1), MLS_ERROR_PSK_USAGE);
  alone (&self, MLS_SENDER_MEMBER, 3,
         extensions ("0003"
                     "00"),
         MLS_ERROR_EXTENSION);
  alone (&self, MLS_SENDER_MEMBER, 3, extensions ("f0e000"), (MlsError) 0);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    key_packages_obey_10_1,
    added_leaves_fit_the_group,
    added_keys_are_new,
    updates_come_from_others_by_reference,
    updated_leaves_obey_7_3,
    updates_differ_from_each_other,
    removes_name_members_once,
    psks_obey_12_1_4,
    kinds_that_do_not_belong_here,
    committers_are_members_or_joiners,
    outsiders_propose_what_they_may,
    external_commits_carry_little,
    proposals_alone_are_judged_by_themselves,
  };
  return run_tests ("mls/proposal-check", tests, G_N_ELEMENTS (tests));
}
