/* test-proposal.c - mls/proposal.h: the seven kinds, made, read back, damaged.
 */
#include <string.h>

#include "mls/proposal.h"
#include "packages.h"

static MlsKeyPackage *
make_package (void)
{
  g_auto (Package) fields = { 0 };
  package_init (&fields, 1);
  g_autoptr (GBytes) bytes = package_make (&fields);
  return mls_key_package_parse (span_bytes (bytes), NULL);
}

static MlsProposal *
make_reinit (void)
{
  g_auto (Writer) writer = WRITER_INIT;
  writer_u16 (&writer, MLS_PROPOSAL_REINIT);
  writer_vector (&writer, span_str ("next group"));
  writer_u16 (&writer, 1);
  writer_u16 (&writer, 7);
  writer_vector (&writer, SPAN_OF (listed_extension));
  return mls_proposal_parse (writer_span (&writer), NULL);
}

static MlsProposal *
make (guint16 type)
{
  g_autoptr (MlsKeyPackage) package = make_package ();
  guint8 nonce[32] = { 3 };
  MlsPskId psk = { .type = MLS_PSK_RESUMPTION,
                   .usage = MLS_PSK_USAGE_APPLICATION,
                   .group_id = span_str ("g"),
                   .epoch = 9,
                   .nonce = SPAN_OF (nonce) };
  switch (type)
    {
    case MLS_PROPOSAL_ADD:
      return mls_proposal_add (package);
    case MLS_PROPOSAL_UPDATE:
      return mls_proposal_update (package->leaf);
    case MLS_PROPOSAL_REMOVE:
      return mls_proposal_remove (0x01020304);
    case MLS_PROPOSAL_PSK:
      return mls_proposal_psk (&psk);
    case MLS_PROPOSAL_REINIT:
      return make_reinit ();
    case MLS_PROPOSAL_EXTERNAL_INIT:
      return mls_proposal_external_init (span_str ("kem output"));
    default:
      return mls_proposal_group_context_extensions (SPAN_OF (listed_extension));
    }
}

/* --- fields ------------------------------------------------------------------------------------------------------ */

START_TEST (leaves_and_packages_come_back)
{
  g_autoptr (MlsKeyPackage) package = make_package ();
  g_autoptr (MlsProposal) add = make (MLS_PROPOSAL_ADD);
  g_autoptr (MlsProposal) update = make (MLS_PROPOSAL_UPDATE);
  ck_assert (add->type == MLS_PROPOSAL_ADD && update->type == MLS_PROPOSAL_UPDATE);
  ck_assert (g_bytes_equal (add->key_package->encoded, package->encoded) && !add->leaf);
  ck_assert (g_bytes_equal (update->leaf->encoded, package->leaf->encoded) && !update->key_package);
  g_autoptr (MlsProposal) same = mls_proposal_ref_obj (add);
  ck_assert_ptr_eq (same, add);
}
END_TEST

START_TEST (fields_come_back)
{
  g_autoptr (MlsProposal) remove = make (MLS_PROPOSAL_REMOVE);
  ck_assert (remove->type == MLS_PROPOSAL_REMOVE && remove->removed == 0x01020304);
  g_autoptr (MlsProposal) psk = make (MLS_PROPOSAL_PSK);
  ck_assert (psk->type == MLS_PROPOSAL_PSK && psk->psk.type == MLS_PSK_RESUMPTION && psk->psk.epoch == 9);
  ck_assert (span_equal (psk->psk.group_id, span_str ("g")) && psk->psk.nonce.len == 32);
  g_autoptr (MlsProposal) reinit = make (MLS_PROPOSAL_REINIT);
  ck_assert (reinit->type == MLS_PROPOSAL_REINIT && reinit->version == 1 && reinit->suite == 7);
  ck_assert (span_equal (reinit->group_id, span_str ("next group")));
  ck_assert (span_equal (reinit->extensions, SPAN_OF (listed_extension)));
  g_autoptr (MlsProposal) external = make (MLS_PROPOSAL_EXTERNAL_INIT);
  ck_assert (span_equal (external->kem_output, span_str ("kem output")));
  g_autoptr (MlsProposal) extensions = make (MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS);
  ck_assert (span_equal (extensions->extensions, SPAN_OF (listed_extension)));
  Span own[] = { psk->psk.group_id, psk->psk.nonce, psk->psk.encoded };
  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    ck_assert (span_within (own[i], span_bytes (psk->encoded)));
  ck_assert (span_within (reinit->group_id, span_bytes (reinit->encoded)));
  ck_assert (span_within (reinit->extensions, span_bytes (reinit->encoded)));
  ck_assert (span_within (external->kem_output, span_bytes (external->encoded)));
}
END_TEST

/* --- refusals ---------------------------------------------------------------------------------------------------- */

START_TEST (other_lengths_are_malformed)
{
  for (guint16 type = MLS_PROPOSAL_ADD; type <= MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS; type++)
    {
      g_autoptr (MlsProposal) made = make (type);
      ck_assert_ptr_nonnull (made);
      Span bytes = span_bytes (made->encoded);
      for (gsize len = 0; len <= bytes.len + 1; len++)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (GBytes) cut = resized (bytes, len);
          g_autoptr (MlsProposal) read = mls_proposal_parse (span_bytes (cut), &error);
          ck_assert (len == bytes.len ? read != NULL : !read && is_code (&error, MLS_ERROR_MALFORMED));
        }
    }
}
END_TEST

static gboolean
refused (guint16 type, Span body, MlsError code)
{
  g_autoptr (GError) error = NULL;
  g_auto (Writer) writer = WRITER_INIT;
  writer_u16 (&writer, type);
  writer_raw (&writer, body);
  g_autoptr (MlsProposal) read = mls_proposal_parse (writer_span (&writer), &error);
  return !read && is_code (&error, code);
}

START_TEST (unknown_types_are_refused)
{
  for (guint type = 0; type <= G_MAXUINT16; type++)
    if (type < MLS_PROPOSAL_ADD || type > MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS)
      ck_assert (refused ((guint16) type, span_str ("whatever"), MLS_ERROR_PROPOSAL_TYPE));
}
END_TEST

START_TEST (each_rule_has_its_code)
{
  const guint8 twins[] = { 6, 0xF0, 0xDE, 0, 0xF0, 0xDE, 0 }, torn[] = { 2, 0xF0, 0xDE };
  ck_assert (refused (MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS, SPAN_OF (twins), MLS_ERROR_DUPLICATE_EXTENSION));
  ck_assert (refused (MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS, SPAN_OF (torn), MLS_ERROR_MALFORMED));
  const guint8 reinit_twins[] = { 0, 0, 1, 0, 1, 6, 0xF0, 0xDE, 0, 0xF0, 0xDE, 0 };
  ck_assert (refused (MLS_PROPOSAL_REINIT, SPAN_OF (reinit_twins), MLS_ERROR_DUPLICATE_EXTENSION));
  const guint8 psk_type[] = { 3, 0, 0 }, psk_usage[] = { 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
  ck_assert (refused (MLS_PROPOSAL_PSK, SPAN_OF (psk_type), MLS_ERROR_PSK_TYPE));
  ck_assert (refused (MLS_PROPOSAL_PSK, SPAN_OF (psk_usage), MLS_ERROR_PSK_USAGE));
  g_autoptr (MlsProposal) update = make (MLS_PROPOSAL_UPDATE);
  g_autoptr (GBytes) copy = resized (span_bytes (update->encoded), g_bytes_get_size (update->encoded));
  ((guint8 *) g_bytes_get_data (copy, NULL))[2 + 33 + 33 + 1] = 3;
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (mls_proposal_parse (span_bytes (copy), &error));
  ck_assert (is_code (&error, MLS_ERROR_CREDENTIAL_TYPE));
  ck_assert_ptr_null (mls_proposal_group_context_extensions (SPAN_OF (twin_extensions)));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    leaves_and_packages_come_back, fields_come_back,       other_lengths_are_malformed,
    unknown_types_are_refused,     each_rule_has_its_code,
  };
  return run_tests ("mls/proposal", tests, G_N_ELEMENTS (tests));
}
