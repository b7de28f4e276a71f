/* test-update-path.c - mls/update-path.h: UpdatePath and Commit, read in place.
 */
#include <string.h>

#include "mls/tree-math.h"
#include "mls/update-path.h"
#include "packages.h"

/* An UpdatePath of `n` nodes, the i-th with i + 1 ciphertexts. */
static void
write_path (Writer *writer, guint n)
{
  g_auto (Package) fields = { 0 };
  package_init (&fields, 1);
  fields.leaf.source = MLS_LEAF_COMMIT;
  fields.leaf.parent_hash = span_str ("parent hash");
  package_write_leaf (&fields, writer);
  gsize nodes = writer_open (writer);
  for (guint i = 0; i < n; i++)
    {
      writer_vector (writer, span_str ("key"));
      gsize list = writer_open (writer);
      for (guint8 k = 0; k <= i; k++)
        {
          guint8 kem_output[] = { (guint8) i, k };
          writer_vector (writer, SPAN_OF (kem_output));
          writer_vector (writer, span_str ("ciphertext"));
        }
      writer_close (writer, list);
    }
  writer_close (writer, nodes);
}

static void
write_reference (Writer *writer, gsize len)
{
  guint8 reference[64] = { 1 };
  writer_u8 (writer, 2);
  writer_vector (writer, span (reference, len));
}

static void
write_remove (Writer *writer, guint32 leaf)
{
  writer_u8 (writer, 1);
  writer_u16 (writer, MLS_PROPOSAL_REMOVE);
  writer_u32 (writer, leaf);
}

/* A commit with a proposal by value, one by reference and, if `n` > 0, a path. */
static GBytes *
make_commit (guint n)
{
  g_auto (Writer) writer = WRITER_INIT;
  gsize list = writer_open (&writer);
  write_remove (&writer, 7);
  write_reference (&writer, 32);
  writer_close (&writer, list);
  writer_optional (&writer, n > 0);
  if (n)
    write_path (&writer, n);
  return writer_take (&writer);
}

static MlsCommit *
read_commit (Span bytes, GError **error)
{
  Reader reader = reader_init (bytes);
  g_autoptr (MlsCommit) commit = mls_commit_read (&reader, error);
  ck_assert (!commit || reader_end (&reader));
  return g_steal_pointer (&commit);
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

START_TEST (paths_are_read_in_place)
{
  g_auto (Writer) writer = WRITER_INIT;
  write_path (&writer, 3);
  Reader reader = reader_init (writer_span (&writer));
  g_autoptr (MlsUpdatePath) path = mls_update_path_read (&reader, NULL);
  ck_assert (path && reader_end (&reader));
  ck_assert (path->leaf->source == MLS_LEAF_COMMIT && path->nodes->len == 3);
  for (guint i = 0; i < 3; i++)
    {
      const MlsUpdatePathNode *node = &g_array_index (path->nodes, MlsUpdatePathNode, i);
      ck_assert_uint_eq (node->n_ciphertexts, i + 1);
      ck_assert (span_equal (node->encryption_key, span_str ("key")));
      ck_assert (span_within (node->encryption_key, writer_span (&writer)));
      for (guint8 k = 0; k < node->n_ciphertexts; k++)
        {
          Span kem_output, ciphertext;
          guint8 expected[] = { (guint8) i, k };
          mls_update_path_ciphertext (node, k, &kem_output, &ciphertext);
          ck_assert (span_equal (kem_output, SPAN_OF (expected)) && span_equal (ciphertext, span_str ("ciphertext")));
          ck_assert (span_within (ciphertext, writer_span (&writer)));
        }
    }
}
END_TEST

START_TEST (commits_are_read_in_place)
{
  g_autoptr (GBytes) bytes = make_commit (2);
  g_autoptr (MlsCommit) commit = read_commit (span_bytes (bytes), NULL);
  ck_assert (commit && commit->path && commit->proposals->len == 2);
  const MlsProposalOrRef *value = commit->proposals->pdata[0], *reference = commit->proposals->pdata[1];
  ck_assert (value->proposal && value->proposal->removed == 7 && value->reference.len == 0);
  ck_assert (!reference->proposal && reference->reference.len == 32);
  ck_assert (span_within (reference->reference, span_bytes (bytes)));
  g_autoptr (GBytes) pathless = make_commit (0);
  g_autoptr (MlsCommit) second = read_commit (span_bytes (pathless), NULL);
  ck_assert (second && !second->path);
}
END_TEST

START_TEST (every_prefix_is_malformed)
{
  for (guint n = 0; n < 3; n++)
    {
      g_autoptr (GBytes) bytes = make_commit (n);
      for (gsize len = 0; len < g_bytes_get_size (bytes); len++)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (GBytes) cut = resized (span_bytes (bytes), len);
          ck_assert_ptr_null (read_commit (span_bytes (cut), &error));
          ck_assert (is_code (&error, MLS_ERROR_MALFORMED));
        }
    }
}
END_TEST

/* --- refusals ---------------------------------------------------------------------------------------------------- */

START_TEST (paths_have_a_limit)
{
  for (guint n = MLS_MAX_DEPTH; n <= MLS_MAX_DEPTH + 1; n++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (Writer) writer = WRITER_INIT;
      write_path (&writer, n);
      Reader reader = reader_init (writer_span (&writer));
      g_autoptr (MlsUpdatePath) path = mls_update_path_read (&reader, &error);
      ck_assert (n == MLS_MAX_DEPTH ? path != NULL : !path && is_code (&error, MLS_ERROR_PATH_LENGTH));
    }
}
END_TEST

/* The code that a commit of `n` times the smallest proposal gives; -1 if none. */
static int
code_of_many (guint n)
{
  static const guint8 smallest[] = { 1, 0, 7, 0 };
  g_autoptr (GError) error = NULL;
  g_auto (Writer) writer = WRITER_INIT;
  gsize list = writer_open (&writer);
  for (guint i = 0; i < n; i++)
    writer_raw (&writer, SPAN_OF (smallest));
  writer_close (&writer, list);
  writer_optional (&writer, FALSE);
  g_autoptr (MlsCommit) commit = read_commit (writer_span (&writer), &error);
  ck_assert (!commit || commit->proposals->len == n);
  return commit ? -1 : error->code;
}

START_TEST (commits_have_a_limit)
{
  ck_assert_int_eq (code_of_many (MLS_MAX_COMMIT_PROPOSALS), -1);
  ck_assert_int_eq (code_of_many (MLS_MAX_COMMIT_PROPOSALS + 1), MLS_ERROR_TOO_LARGE);
  ck_assert_int_eq (code_of_many (1000000), MLS_ERROR_TOO_LARGE);
}
END_TEST

START_TEST (references_have_a_minimum)
{
  for (gsize len = 0; len <= 64; len++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (Writer) writer = WRITER_INIT;
      gsize list = writer_open (&writer);
      write_reference (&writer, len);
      writer_close (&writer, list);
      writer_optional (&writer, FALSE);
      g_autoptr (MlsCommit) commit = read_commit (writer_span (&writer), &error);
      ck_assert (len >= MLS_REFERENCE_MIN ? commit != NULL : !commit && is_code (&error, MLS_ERROR_MALFORMED));
    }
}
END_TEST

static int
code_of (Span commit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MlsCommit) read = read_commit (commit, &error);
  return read ? -1 : error->code;
}

START_TEST (each_rule_has_its_code)
{
  const guint8 none[] = { 0, 0 }, presence[] = { 0, 2 }, kind[] = { 4, 3, 0, 7, 0, 0 }, kind0[] = { 4, 0, 0, 7, 0, 0 };
  const guint8 inside[] = { 3, 1, 0, 7, 0, 0 }, unknown[] = { 4, 1, 0, 8, 0, 0 };
  ck_assert_int_eq (code_of (SPAN_OF (none)), -1);
  ck_assert_int_eq (code_of (SPAN_OF (presence)), MLS_ERROR_MALFORMED);
  ck_assert_int_eq (code_of (SPAN_OF (kind)), MLS_ERROR_MALFORMED);
  ck_assert_int_eq (code_of (SPAN_OF (kind0)), MLS_ERROR_MALFORMED);
  ck_assert_int_eq (code_of (SPAN_OF (inside)), MLS_ERROR_MALFORMED); /* a proposal that ends behind its list */
  ck_assert_int_eq (code_of (SPAN_OF (unknown)), MLS_ERROR_PROPOSAL_TYPE);
  g_autoptr (GBytes) bytes = make_commit (1);
  g_autoptr (GBytes) copy = resized (span_bytes (bytes), g_bytes_get_size (bytes));
  gsize leaf = 1 + 7 + 34 + 1;
  ((guint8 *) g_bytes_get_data (copy, NULL))[leaf + 33 + 33 + 1] = 3;
  ck_assert_int_eq (code_of (span_bytes (copy)), MLS_ERROR_CREDENTIAL_TYPE);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    paths_are_read_in_place, commits_are_read_in_place, every_prefix_is_malformed, paths_have_a_limit,
    commits_have_a_limit,    references_have_a_minimum, each_rule_has_its_code,
  };
  return run_tests ("mls/update-path", tests, G_N_ELEMENTS (tests));
}
