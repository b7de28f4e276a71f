/* test-group-path.c - the UpdatePath of a received commit: each refusal of RFC 9420 sections 7.3, 7.5 and 12.4.2 by its
 * own code, with the receiver unchanged.
 */
#include "group-parts.h"

/* --- the leaf ---------------------------------------------------------------------------------------------------- */

/* The leaf of the path with `change` made to its fields, signed by `key` for leaf `place`. */
static void
resign (Parts *self, const MlsLeafNodeFields *fields, const SignKey *key, guint32 place)
{
  MlsLeafNode *leaf = mls_leaf_node_sign (self->scene->suite, key, fields, span_str ("group"), place, NULL);
  mls_leaf_node_unref (self->leaf);
  self->leaf = leaf;
}

static MlsLeafNodeFields
fields_of (const MlsLeafNode *leaf)
{
  return (MlsLeafNodeFields){
    .encryption_key = leaf->encryption_key,
    .signature_key = leaf->signature_key,
    .credential = leaf->credential,
    .capabilities = leaf->capabilities_encoded,
    .source = leaf->source,
    .parent_hash = leaf->parent_hash,
    .extensions = leaf->extensions,
  };
}

START_TEST (path_leaf_source)
{
  static const MlsLeafSource sources[] = { MLS_LEAF_KEY_PACKAGE, MLS_LEAF_UPDATE };
  for (guint i = 0; i < 2; i++)
    {
      g_auto (Parts) parts = take_apart ();
      MlsLeafNodeFields fields = fields_of (parts.leaf);
      fields.source = sources[i];
      resign (&parts, &fields, parts.scene->members[0]->key, 0);
      parts_refused (&parts, MLS_ERROR_LEAF_SOURCE);
    }
}
END_TEST

START_TEST (path_leaf_signature)
{
  g_auto (Parts) parts = take_apart ();
  MlsLeafNodeFields fields = fields_of (parts.leaf);
  resign (&parts, &fields, parts.scene->members[1]->key, 0);
  parts_refused (&parts, MLS_ERROR_LEAF_SIGNATURE);
  fields = fields_of (parts.leaf);
  resign (&parts, &fields, parts.scene->members[0]->key, 1); /* for another place */
  parts_refused (&parts, MLS_ERROR_LEAF_SIGNATURE);
}
END_TEST

/* The key that the committer's leaf has now, and another member's. */
START_TEST (path_leaf_keys)
{
  for (guint32 i = 0; i < 2; i++)
    {
      g_auto (Parts) parts = take_apart ();
      const MlsTree *tree = mls_group_tree (parts.scene->groups[0]);
      MlsLeafNodeFields fields = fields_of (parts.leaf);
      fields.encryption_key = mls_tree_leaf (tree, i)->encryption_key;
      resign (&parts, &fields, parts.scene->members[0]->key, 0);
      parts_refused (&parts, MLS_ERROR_DUPLICATE_ENCRYPTION_KEY);
    }
  g_auto (Parts) parts = take_apart ();
  MlsLeafNodeFields fields = fields_of (parts.leaf);
  fields.signature_key = sign_key_public (parts.scene->members[2]->key);
  resign (&parts, &fields, parts.scene->members[2]->key, 0);
  parts_refused (&parts, MLS_ERROR_DUPLICATE_SIGNATURE_KEY);
}
END_TEST

START_TEST (path_leaf_capabilities)
{
  static const struct {
    const char *capabilities; /* versions, suites, extensions, proposals, credentials */
    MlsError code;
  } faults[] = { { "020001"
                   "020001"
                   "02f0de"
                   "00"
                   "020001",
                   MLS_ERROR_LEAF_REQUIRED_CAPABILITIES },
                 { "020002"
                   "020001"
                   "04f0def0df"
                   "00"
                   "020001",
                   MLS_ERROR_LEAF_CAPABILITIES } };
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_auto (Parts) parts = take_apart ();
      MlsLeafNodeFields fields = fields_of (parts.leaf);
      g_autoptr (GBytes) capabilities = bytes_from_hex (faults[i].capabilities);
      fields.capabilities = span_bytes (capabilities);
      resign (&parts, &fields, parts.scene->members[0]->key, 0);
      parts_refused (&parts, faults[i].code);
    }
}
END_TEST

START_TEST (path_leaf_extension)
{
  g_auto (Parts) parts = take_apart ();
  g_auto (Writer) list = WRITER_INIT;
  mls_extension_write (&list, 0xF0E0, SPAN_EMPTY);
  MlsLeafNodeFields fields = fields_of (parts.leaf);
  fields.extensions = writer_span (&list);
  resign (&parts, &fields, parts.scene->members[0]->key, 0);
  parts_refused (&parts, MLS_ERROR_LEAF_EXTENSION);
}
END_TEST

START_TEST (path_parent_hash)
{
  g_auto (Parts) parts = take_apart ();
  static const guint8 zeros[NH];
  MlsLeafNodeFields fields = fields_of (parts.leaf);
  fields.parent_hash = SPAN_OF (zeros);
  resign (&parts, &fields, parts.scene->members[0]->key, 0);
  parts_refused (&parts, MLS_ERROR_PATH_PARENT_HASH);
}
END_TEST

/* --- nodes of the path ------------------------------------------------------------------------------------------- */

/* Of the nodes: the first one's key replaced, a node left out or doubled, a ciphertext left out or doubled. */
typedef enum { NODE_KEY, NODE_LESS, NODE_MORE, CIPHERTEXT_LESS, CIPHERTEXT_MORE, CIPHERTEXT_OTHER } NodeFault;

static void
copy_ciphertexts (Writer *w, Reader *ciphertexts, gboolean first, NodeFault fault)
{
  gsize block = writer_open (w);
  for (guint i = 0; reader_more (ciphertexts); i++)
    {
      Span kem_output = reader_vector (ciphertexts), sealed = reader_vector (ciphertexts);
      guint times = first && i == 0 ? (fault == CIPHERTEXT_LESS ? 0 : fault == CIPHERTEXT_MORE ? 2 : 1) : 1;
      g_autofree guint8 *changed = g_memdup2 (sealed.data, sealed.len);
      if (fault == CIPHERTEXT_OTHER)
        changed[0] ^= 1;
      for (; times > 0; times--)
        {
          writer_vector (w, kem_output);
          writer_vector (w, span (changed, sealed.len));
        }
    }
  writer_close (w, block);
}

static void
copy_nodes (Writer *w, Span nodes, NodeFault fault, Span key)
{
  Reader reader = reader_init (nodes);
  for (guint i = 0; reader_more (&reader); i++)
    {
      Span before = reader_rest (&reader);
      Span own = reader_vector (&reader);
      Reader ciphertexts = reader_open (&reader);
      if (i == 0 && fault == NODE_LESS)
        continue;
      writer_vector (w, i == 0 && fault == NODE_KEY ? key : own);
      copy_ciphertexts (w, &ciphertexts, i == 0, fault);
      if (i == 0 && fault == NODE_MORE)
        writer_raw (w, span (before.data, before.len - reader_rest (&reader).len));
    }
}

static void
nodes_refused (NodeFault fault, Span (*key) (const Parts *parts), MlsError code)
{
  g_auto (Parts) parts = take_apart ();
  g_auto (Writer) w = WRITER_INIT;
  copy_nodes (&w, parts.nodes, fault, key ? key (&parts) : SPAN_EMPTY);
  parts.nodes = writer_span (&w);
  parts_refused (&parts, code);
}

static Span
no_key (const Parts *parts G_GNUC_UNUSED)
{
  return span_str ("short");
}

static Span
key_in_tree (const Parts *parts)
{
  return mls_tree_leaf (mls_group_tree (parts->scene->groups[0]), 3)->encryption_key;
}

static Span
key_of_leaf (const Parts *parts)
{
  return parts->leaf->encryption_key;
}

static Span
other_key (const Parts *parts)
{
  return fixture_member_package (parts->scene->outsider)->init_key;
}

START_TEST (path_nodes)
{
  nodes_refused (NODE_KEY, no_key, MLS_ERROR_PATH_KEY);
  nodes_refused (NODE_KEY, key_in_tree, MLS_ERROR_PATH_DUPLICATE_KEY);
  nodes_refused (NODE_KEY, key_of_leaf, MLS_ERROR_PATH_DUPLICATE_KEY);
  nodes_refused (NODE_KEY, other_key, MLS_ERROR_PATH_PARENT_HASH);
  nodes_refused (NODE_LESS, NULL, MLS_ERROR_PATH_LENGTH);
  nodes_refused (NODE_MORE, NULL, MLS_ERROR_PATH_LENGTH);
  nodes_refused (CIPHERTEXT_LESS, NULL, MLS_ERROR_PATH_CIPHERTEXTS);
  nodes_refused (CIPHERTEXT_MORE, NULL, MLS_ERROR_PATH_CIPHERTEXTS);
  nodes_refused (CIPHERTEXT_OTHER, NULL, MLS_ERROR_PATH_DECRYPT);
}
END_TEST

/* A path secret for bob that is sealed as it should be, but is not the one of the node's key. */
static void
copy_with_secret (Writer *w, Span nodes, Span kem_output, Span sealed)
{
  Reader reader = reader_init (nodes);
  writer_vector (w, reader_vector (&reader));
  reader_vector (&reader);
  gsize block = writer_open (w);
  writer_vector (w, kem_output);
  writer_vector (w, sealed);
  writer_close (w, block);
  writer_raw (w, reader_rest (&reader));
}

START_TEST (path_mismatch)
{
  static const guint8 secret[NH] = "some path secret";
  g_auto (Parts) parts = take_apart ();
  MlsGroup *bob = parts.scene->groups[1];
  g_autoptr (GBytes) content = put_together (&parts);
  g_autoptr (GBytes) message =
      mls_scene_sign (parts.scene, MLS_WIRE_PUBLIC_MESSAGE, MLS_CONTENT_COMMIT, span_bytes (content), SPAN_OF (secret));
  MlsReceived *received = mls_group_receive (bob, span_bytes (message), NULL);
  g_autoptr (MlsJudged) judged = mls_group_judge (bob, received, NULL, NULL);
  g_autoptr (MlsGroupContext) provisional = mls_group_next_context (
      bob, judged->tree, bob->context->confirmed_transcript_hash, judged->effects->extensions, NULL);
  guint8 enc[KEM_PUBLIC_MAX], sealed[NH + AEAD_TAG];
  ck_assert (mls_encrypt (parts.scene->suite, parts.scene->rng, mls_tree_leaf (judged->tree, 1)->encryption_key,
                          "UpdatePathNode", span_bytes (provisional->encoded), SPAN_OF (secret), enc, sealed));
  g_auto (Writer) w = WRITER_INIT;
  copy_with_secret (&w, parts.nodes, span (enc, 32), SPAN_OF (sealed));
  parts.nodes = writer_span (&w);
  g_autoptr (GBytes) changed = put_together (&parts);
  g_autoptr (GBytes) bad =
      mls_scene_sign (parts.scene, MLS_WIRE_PUBLIC_MESSAGE, MLS_CONTENT_COMMIT, span_bytes (changed), SPAN_OF (secret));
  scene_refuses (parts.scene, 1, span_bytes (bad), MLS_ERROR_PATH_MISMATCH);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    path_leaf_source,    path_leaf_signature, path_leaf_keys, path_leaf_capabilities,
    path_leaf_extension, path_parent_hash,    path_nodes,     path_mismatch,
  };
  return run_tests ("mls/group-path", tests, G_N_ELEMENTS (tests));
}
