/* test-message.c - messages.json: all 17 kinds of objects, decoded, checked to be refused at every other length, and
 * written again from the fields that were read. And mls/message.h itself.
 */
#include "mls/group-info.h"
#include "mls/message.h"
#include "mls/private-message.h"
#include "mls/proposal.h"
#include "mls/public-message.h"
#include "mls/tree.h"
#include "mls/update-path.h"
#include "mls/welcome.h"
#include "packages.h"

/* Each rebuild_* reads `bytes` to their end and writes what it read, field by field; FALSE if they are none. */
typedef gboolean (*Rebuild) (Span bytes, Writer *writer);

/* --- parts ------------------------------------------------------------------------------------------------------- */

static void
write_extensions (Writer *writer, Span list)
{
  Reader reader = reader_init (list);
  guint16 type;
  Span data;
  gsize mark = writer_open (writer);
  while (mls_extensions_next (&reader, &type, &data))
    mls_extension_write (writer, type, data);
  writer_close (writer, mark);
}

static void
write_leaf (Writer *writer, const MlsLeafNode *leaf)
{
  const MlsCapabilities *capabilities = &leaf->capabilities;
  Span lists[] = { capabilities->versions, capabilities->suites, capabilities->extensions, capabilities->proposals,
                   capabilities->credentials };
  writer_vector (writer, leaf->encryption_key);
  writer_vector (writer, leaf->signature_key);
  writer_u16 (writer, leaf->credential_type);
  writer_vector (writer, leaf->identity);
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    writer_vector (writer, lists[i]);
  writer_u8 (writer, (guint8) leaf->source);
  if (leaf->source == MLS_LEAF_KEY_PACKAGE)
    {
      writer_u64 (writer, leaf->not_before);
      writer_u64 (writer, leaf->not_after);
    }
  if (leaf->source == MLS_LEAF_COMMIT)
    writer_vector (writer, leaf->parent_hash);
  write_extensions (writer, leaf->extensions);
  writer_vector (writer, leaf->signature);
}

static void
write_package (Writer *writer, const MlsKeyPackage *package)
{
  writer_u16 (writer, package->version);
  writer_u16 (writer, package->suite);
  writer_vector (writer, package->init_key);
  write_leaf (writer, package->leaf);
  write_extensions (writer, package->extensions);
  writer_vector (writer, package->signature);
}

static void
write_context (Writer *writer, const MlsGroupContext *context)
{
  writer_u16 (writer, context->version);
  writer_u16 (writer, context->suite);
  writer_vector (writer, context->group_id);
  writer_u64 (writer, context->epoch);
  writer_vector (writer, context->tree_hash);
  writer_vector (writer, context->confirmed_transcript_hash);
  write_extensions (writer, context->extensions);
}

/* A proposal without its type. */
static void
write_proposal_body (Writer *writer, const MlsProposal *proposal)
{
  if (proposal->type == MLS_PROPOSAL_ADD)
    write_package (writer, proposal->key_package);
  else if (proposal->type == MLS_PROPOSAL_UPDATE)
    write_leaf (writer, proposal->leaf);
  else if (proposal->type == MLS_PROPOSAL_REMOVE)
    writer_u32 (writer, proposal->removed);
  else if (proposal->type == MLS_PROPOSAL_PSK)
    mls_psk_id_write (writer, &proposal->psk);
  else if (proposal->type == MLS_PROPOSAL_EXTERNAL_INIT)
    writer_vector (writer, proposal->kem_output);
  else
    {
      if (proposal->type == MLS_PROPOSAL_REINIT)
        {
          writer_vector (writer, proposal->group_id);
          writer_u16 (writer, proposal->version);
          writer_u16 (writer, proposal->suite);
        }
      write_extensions (writer, proposal->extensions);
    }
}

static void
write_path (Writer *writer, const MlsUpdatePath *path)
{
  write_leaf (writer, path->leaf);
  gsize nodes = writer_open (writer);
  for (guint i = 0; i < path->nodes->len; i++)
    {
      const MlsUpdatePathNode *node = &g_array_index (path->nodes, MlsUpdatePathNode, i);
      writer_vector (writer, node->encryption_key);
      gsize list = writer_open (writer);
      for (guint32 k = 0; k < node->n_ciphertexts; k++)
        {
          Span kem_output, ciphertext;
          mls_update_path_ciphertext (node, k, &kem_output, &ciphertext);
          writer_vector (writer, kem_output);
          writer_vector (writer, ciphertext);
        }
      writer_close (writer, list);
    }
  writer_close (writer, nodes);
}

static void
write_commit (Writer *writer, const MlsCommit *commit)
{
  gsize list = writer_open (writer);
  for (guint i = 0; i < commit->proposals->len; i++)
    {
      const MlsProposalOrRef *listed = commit->proposals->pdata[i];
      writer_u8 (writer, listed->proposal ? 1 : 2);
      if (listed->proposal)
        {
          writer_u16 (writer, listed->proposal->type);
          write_proposal_body (writer, listed->proposal);
        }
      else
        writer_vector (writer, listed->reference);
    }
  writer_close (writer, list);
  writer_optional (writer, commit->path != NULL);
  if (commit->path)
    write_path (writer, commit->path);
}

/* --- objects ----------------------------------------------------------------------------------------------------- */

static gboolean
begin (Span bytes, MlsWireFormat wire_format, Span *body, Writer *writer)
{
  mls_message_begin (writer, wire_format);
  return mls_message_read_as (bytes, wire_format, body, NULL);
}

static gboolean
rebuild_welcome (Span bytes, Writer *writer)
{
  Span body;
  MlsWelcome welcome;
  if (!begin (bytes, MLS_WIRE_WELCOME, &body, writer) || !mls_welcome_read (body, &welcome, NULL))
    return FALSE;
  writer_u16 (writer, welcome.suite);
  gsize list = writer_open (writer);
  Reader entries = reader_init (welcome.entries);
  MlsWelcomeEntry entry;
  while (mls_welcome_next (&entries, &entry))
    {
      writer_vector (writer, entry.new_member);
      writer_vector (writer, entry.kem_output);
      writer_vector (writer, entry.ciphertext);
    }
  writer_close (writer, list);
  writer_vector (writer, welcome.encrypted_group_info);
  return TRUE;
}

static gboolean
rebuild_group_info (Span bytes, Writer *writer)
{
  Span body;
  if (!begin (bytes, MLS_WIRE_GROUP_INFO, &body, writer))
    return FALSE;
  g_autoptr (MlsGroupInfo) info = mls_group_info_parse (body, NULL);
  if (!info)
    return FALSE;
  write_context (writer, info->context);
  write_extensions (writer, info->extensions);
  writer_vector (writer, info->confirmation_tag);
  writer_u32 (writer, info->signer);
  writer_vector (writer, info->signature);
  return TRUE;
}

static gboolean
rebuild_key_package (Span bytes, Writer *writer)
{
  Span body;
  if (!begin (bytes, MLS_WIRE_KEY_PACKAGE, &body, writer))
    return FALSE;
  g_autoptr (MlsKeyPackage) package = mls_key_package_parse (body, NULL);
  if (package)
    write_package (writer, package);
  return package != NULL;
}

static gboolean
rebuild_tree (Span bytes, Writer *writer)
{
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (MlsTree) tree = mls_tree_decode (suite, bytes, NULL);
  if (!tree)
    return FALSE;
  g_autoptr (GBytes) encoded = mls_tree_encode (tree);
  writer_raw (writer, span_bytes (encoded));
  return TRUE;
}

static gboolean
rebuild_group_secrets (Span bytes, Writer *writer)
{
  g_autoptr (MlsGroupSecrets) secrets = mls_group_secrets_parse (bytes, NULL);
  if (!secrets)
    return FALSE;
  mls_group_secrets_write (writer, secret_span (&secrets->joiner_secret),
                           secrets->has_path_secret ? &secrets->path_secret : NULL, secrets->psks, secrets->n_psks);
  return TRUE;
}

/* The vectors leave the type of a proposal out. */
static gboolean
rebuild_proposal (guint16 type, Span bytes, Writer *writer)
{
  g_auto (Writer) typed = WRITER_INIT;
  writer_u16 (&typed, type);
  writer_raw (&typed, bytes);
  g_autoptr (MlsProposal) proposal = mls_proposal_parse (writer_span (&typed), NULL);
  if (proposal)
    write_proposal_body (writer, proposal);
  return proposal != NULL;
}

static gboolean
rebuild_add (Span bytes, Writer *writer)
{
  return rebuild_proposal (MLS_PROPOSAL_ADD, bytes, writer);
}

static gboolean
rebuild_update (Span bytes, Writer *writer)
{
  return rebuild_proposal (MLS_PROPOSAL_UPDATE, bytes, writer);
}

static gboolean
rebuild_remove (Span bytes, Writer *writer)
{
  return rebuild_proposal (MLS_PROPOSAL_REMOVE, bytes, writer);
}

static gboolean
rebuild_psk (Span bytes, Writer *writer)
{
  return rebuild_proposal (MLS_PROPOSAL_PSK, bytes, writer);
}

static gboolean
rebuild_reinit (Span bytes, Writer *writer)
{
  return rebuild_proposal (MLS_PROPOSAL_REINIT, bytes, writer);
}

static gboolean
rebuild_external_init (Span bytes, Writer *writer)
{
  return rebuild_proposal (MLS_PROPOSAL_EXTERNAL_INIT, bytes, writer);
}

static gboolean
rebuild_extensions (Span bytes, Writer *writer)
{
  return rebuild_proposal (MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS, bytes, writer);
}

static gboolean
rebuild_commit (Span bytes, Writer *writer)
{
  Reader reader = reader_init (bytes);
  g_autoptr (MlsCommit) commit = mls_commit_read (&reader, NULL);
  if (!commit || !reader_end (&reader))
    return FALSE;
  write_commit (writer, commit);
  return TRUE;
}

/* --- framed messages --------------------------------------------------------------------------------------------- */

/* A proposal or commit from its fields. */
static void
write_content (Writer *writer, const MlsFramedContent *content)
{
  Reader reader = reader_init (content->content);
  if (content->content_type == MLS_CONTENT_PROPOSAL)
    {
      g_autoptr (MlsProposal) proposal = mls_proposal_read (&reader, NULL);
      writer_u16 (writer, proposal->type);
      write_proposal_body (writer, proposal);
    }
  else
    {
      g_autoptr (MlsCommit) commit = mls_commit_read (&reader, NULL);
      write_commit (writer, commit);
    }
}

static gboolean
rebuild_public_message (Span bytes, Writer *writer)
{
  Span body;
  if (!begin (bytes, MLS_WIRE_PUBLIC_MESSAGE, &body, writer))
    return FALSE;
  g_autoptr (MlsPublicMessage) message = mls_public_message_read (body, NULL);
  if (!message)
    return FALSE;
  const MlsFramedContent *content = &message->content->content;
  g_auto (Writer) inner = WRITER_INIT;
  write_content (&inner, content);
  mls_framed_content_write (writer, content->group_id, content->epoch, content->sender, content->authenticated_data,
                            content->content_type, writer_span (&inner));
  writer_vector (writer, message->content->signature);
  if (content->content_type == MLS_CONTENT_COMMIT)
    writer_vector (writer, message->content->confirmation_tag);
  if (content->sender.type == MLS_SENDER_MEMBER)
    writer_vector (writer, message->membership_tag);
  return TRUE;
}

/* Syntax alone: section 6.2 forbids it, so mls_public_message_read() must say just that. */
static gboolean
rebuild_public_application (Span bytes, Writer *writer)
{
  Span body;
  MlsFramedContent content;
  g_autoptr (GError) error = NULL;
  if (!begin (bytes, MLS_WIRE_PUBLIC_MESSAGE, &body, writer))
    return FALSE;
  Reader reader = reader_init (body);
  if (!mls_framed_content_read (&reader, &content, NULL) || content.content_type != MLS_CONTENT_APPLICATION)
    return FALSE;
  mls_framed_content_write (writer, content.group_id, content.epoch, content.sender, content.authenticated_data,
                            content.content_type, content.content);
  writer_vector (writer, reader_vector (&reader));
  writer_vector (writer, reader_vector (&reader));
  return reader_end (&reader) && !mls_public_message_read (body, &error)
         && is_code (&error, MLS_ERROR_APPLICATION_IN_CLEAR);
}

static gboolean
rebuild_private_message (Span bytes, Writer *writer)
{
  Span body;
  MlsPrivateMessage message;
  if (!begin (bytes, MLS_WIRE_PRIVATE_MESSAGE, &body, writer) || !mls_private_message_read (body, &message, NULL))
    return FALSE;
  writer_vector (writer, message.group_id);
  writer_u64 (writer, message.epoch);
  writer_u8 (writer, (guint8) message.content_type);
  writer_vector (writer, message.authenticated_data);
  writer_vector (writer, message.encrypted_sender_data);
  writer_vector (writer, message.ciphertext);
  return TRUE;
}

static const struct {
  const char *name;
  Rebuild rebuild;
} kinds[] = {
  { "mls_welcome", rebuild_welcome },
  { "mls_group_info", rebuild_group_info },
  { "mls_key_package", rebuild_key_package },
  { "ratchet_tree", rebuild_tree },
  { "group_secrets", rebuild_group_secrets },
  { "add_proposal", rebuild_add },
  { "update_proposal", rebuild_update },
  { "remove_proposal", rebuild_remove },
  { "pre_shared_key_proposal", rebuild_psk },
  { "re_init_proposal", rebuild_reinit },
  { "external_init_proposal", rebuild_external_init },
  { "group_context_extensions_proposal", rebuild_extensions },
  { "commit", rebuild_commit },
  { "public_message_application", rebuild_public_application },
  { "public_message_proposal", rebuild_public_message },
  { "public_message_commit", rebuild_public_message },
  { "private_message", rebuild_private_message },
};

static gboolean
check_kind (Span bytes, Rebuild rebuild, gboolean all_lengths)
{
  g_auto (Writer) writer = WRITER_INIT;
  CASE_HOLDS (rebuild (bytes, &writer));
  CASE_HOLDS (span_equal (writer_span (&writer), bytes));
  g_autoptr (GBytes) longer = resized (bytes, bytes.len + 1);
  CASE_HOLDS (!rebuild (span_bytes (longer), &writer));
  for (gsize len = 0; all_lengths && len < bytes.len; len++)
    {
      g_autoptr (GBytes) prefix = resized (bytes, len);
      writer_clear (&writer);
      CASE_HOLDS (!rebuild (span_bytes (prefix), &writer));
    }
  return TRUE;
}

static gboolean
check_case (JsonObject *object)
{
  gboolean all_lengths = !g_getenv ("DEMLS_FAST") || vectors_span (object, "commit").data[0] % 20 == 0;
  gboolean fine = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (!check_kind (vectors_span (object, kinds[i].name), kinds[i].rebuild, all_lengths))
      {
        g_printerr ("%s\n", kinds[i].name);
        fine = FALSE;
      }
  CASE_HOLDS (json_object_get_size (object) == G_N_ELEMENTS (kinds));
  return fine;
}

/* --- the envelope ------------------------------------------------------------------------------------------------ */

START_TEST (envelope_comes_back)
{
  for (MlsWireFormat format = MLS_WIRE_PUBLIC_MESSAGE; format <= MLS_WIRE_KEY_PACKAGE; format++)
    {
      g_auto (Writer) writer = WRITER_INIT;
      mls_message_begin (&writer, format);
      writer_raw (&writer, span_str ("body"));
      MlsMessage message;
      Span body;
      ck_assert (mls_message_read (writer_span (&writer), &message, NULL));
      ck_assert (message.wire_format == format && span_equal (message.body, span_str ("body")));
      ck_assert (mls_message_read_as (writer_span (&writer), format, &body, NULL));
      ck_assert (span_equal (body, span_str ("body")));
    }
}
END_TEST

static gboolean
refused (guint16 version, guint16 format, gsize len, MlsError code)
{
  g_autoptr (GError) error = NULL;
  g_auto (Writer) writer = WRITER_INIT;
  MlsMessage message;
  writer_u16 (&writer, version);
  writer_u16 (&writer, format);
  return !mls_message_read (span (writer.data, len), &message, &error) && is_code (&error, code);
}

START_TEST (each_rule_has_its_code)
{
  for (gsize len = 0; len < 4; len++)
    ck_assert (refused (1, 1, len, MLS_ERROR_MALFORMED));
  static const guint16 versions[] = { 0, 2, 0x0100, 0xFFFF };
  for (gsize i = 0; i < G_N_ELEMENTS (versions); i++)
    ck_assert (refused (versions[i], 1, 4, MLS_ERROR_VERSION));
  static const guint16 formats[] = { 0, 6, 0x0100, 0xFFFF };
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    ck_assert (refused (1, formats[i], 4, MLS_ERROR_WIRE_FORMAT));
  g_autoptr (GError) error = NULL;
  const guint8 welcome[] = { 0, 1, 0, 3 };
  Span body;
  ck_assert (!mls_message_read_as (SPAN_OF (welcome), MLS_WIRE_GROUP_INFO, &body, &error));
  ck_assert (is_code (&error, MLS_ERROR_WIRE_FORMAT));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { envelope_comes_back, each_rule_has_its_code };
  return run_tests_and_cases ("mls/message", tests, G_N_ELEMENTS (tests), "messages", 300, check_case);
}
