/* paths.h - for the tests of tree-kem: a tree with some history and paths in it, to be spoilt.
 */
#ifndef DEMLS_TESTS_MLS_PATHS_H
#define DEMLS_TESTS_MLS_PATHS_H

#include "members.h"

#define ID span_str ("group")

/* --- a group of eight: leaf 6 is blank, leaf 1 committed, then leaf 4 --- */

typedef struct {
  Suite *suite;
  Rng *rng;
  GPtrArray *members;
  MlsTree *tree;
} Eight;

static inline void
eight_clear (Eight *self)
{
  g_clear_pointer (&self->members, g_ptr_array_unref);
  g_clear_pointer (&self->tree, mls_tree_free);
  g_clear_pointer (&self->rng, rng_free);
  g_clear_pointer (&self->suite, suite_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Eight, eight_clear)

static inline void
free_if_any (gpointer member)
{
  if (member)
    member_free (member);
}

static inline Eight
eight_new (guint16 suite_id_)
{
  Eight self = { .suite = suite_new (suite_id_), .rng = rng_new_seeded (suite_id_) };
  self.members = g_ptr_array_new_with_free_func (free_if_any);
  self.tree = members_tree (self.suite, self.rng, 8, self.members);
  mls_tree_remove (self.tree, 6);
  g_clear_pointer (&self.members->pdata[6], member_free);
  members_commit (self.suite, self.rng, self.tree, self.members, 1, ID);
  members_commit (self.suite, self.rng, self.tree, self.members, 4, ID);
  return self;
}

/* A path by leaf 2, ready to be spoilt. */
typedef struct {
  MlsTree *before;
  MlsTree *after;
  MlsPathMaker *maker;
  GBytes *context;
  GBytes *bytes;
  MlsUpdatePath *path;
} Made;

static inline void
made_clear (Made *self)
{
  g_clear_pointer (&self->path, mls_update_path_free);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->context, g_bytes_unref);
  g_clear_pointer (&self->maker, mls_path_maker_free);
  g_clear_pointer (&self->after, mls_tree_free);
  g_clear_pointer (&self->before, mls_tree_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Made, made_clear)

static inline Made
make (const Eight *eight, const MlsTree *tree, guint32 sender, SignKey *key, const MlsLeafNode *old,
      const GArray *excluded)
{
  Made self = { .before = mls_tree_copy (tree), .after = mls_tree_copy (tree) };
  const MlsLeafNodeFields fields = leaf_fields (old);
  self.maker = mls_path_maker_new (eight->suite, eight->rng, key, self.after, sender, &fields, ID, NULL);
  ck_assert_ptr_nonnull (self.maker);
  self.context = members_context (eight->suite, self.after, ID);
  g_auto (Writer) writer = WRITER_INIT;
  ck_assert (mls_path_maker_write (self.maker, eight->rng, span_bytes (self.context), excluded, &writer, NULL));
  self.bytes = writer_take (&writer);
  Reader reader = reader_init (span_bytes (self.bytes));
  self.path = mls_update_path_read (&reader, NULL);
  ck_assert (self.path && reader_end (&reader));
  return self;
}

static inline Made
make_by (const Eight *eight, guint32 sender)
{
  return make (eight, eight->tree, sender, member_at (eight->members, sender)->key, mls_tree_leaf (eight->tree, sender),
               NULL);
}

static inline gboolean
apply (const Eight *eight, const Made *made, guint32 sender, const GArray *excluded, GError **error)
{
  g_autoptr (MlsTree) tree = mls_tree_copy (made->before);
  gboolean fine = mls_path_apply (eight->suite, tree, sender, made->path, ID, excluded, error);
  if (fine)
    ck_assert (span_equal (mls_tree_hash (tree), mls_tree_hash (made->after)));
  return fine;
}

static inline void
refused (const Eight *eight, const Made *made, guint32 sender, MlsError code)
{
  g_autoptr (GError) error = NULL;
  ck_assert (!apply (eight, made, sender, NULL, &error));
  ck_assert (is_code (&error, code));
}

static inline MlsUpdatePathNode *
node (const Made *made, guint i)
{
  return &g_array_index (made->path->nodes, MlsUpdatePathNode, i);
}

/* Replaces the path's leaf by one of `fields`, freshly signed. */
static inline void
sign_again (const Eight *eight, Made *made, guint32 sender, SignKey *key, const MlsLeafNodeFields *fields)
{
  MlsLeafNode *leaf = mls_leaf_node_sign (eight->suite, key, fields, ID, sender, NULL);
  ck_assert_ptr_nonnull (leaf);
  mls_leaf_node_unref (made->path->leaf);
  made->path->leaf = leaf;
}

#endif
