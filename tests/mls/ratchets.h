/* ratchets.h - secret trees for the tests of secret-tree.c and secret-tree-save.c.
 */
#ifndef DEMLS_TESTS_MLS_RATCHETS_H
#define DEMLS_TESTS_MLS_RATCHETS_H

#include "cases.h"
#include "mls/secret-tree.h"

#define HANDSHAKE MLS_RATCHET_HANDSHAKE
#define APPLICATION MLS_RATCHET_APPLICATION

static inline MlsSecretTree *
make (Suite *suite, guint32 width, guint32 window, guint32 forward)
{
  guint8 secret[HASH_MAX] = { 42 };
  return mls_secret_tree_new (suite, span (secret, suite_hash_size (suite)), width,
                              (MlsRatchetLimits){ .window = window, .forward = forward });
}

/* The whole saved state: the common part, then every leaf. */
static inline GBytes *
save (const MlsSecretTree *tree)
{
  g_auto (Writer) writer = WRITER_INIT;
  mls_secret_tree_save (tree, &writer);
  g_autoptr (GArray) leaves = mls_secret_tree_leaves (tree);
  for (guint i = 0; i < leaves->len; i++)
    mls_secret_tree_save_leaf (tree, g_array_index (leaves, guint32, i), &writer);
  return writer_take (&writer);
}

static inline GBytes *
save_common (const MlsSecretTree *tree)
{
  g_auto (Writer) writer = WRITER_INIT;
  mls_secret_tree_save (tree, &writer);
  return writer_take (&writer);
}

static inline GBytes *
save_leaf (const MlsSecretTree *tree, guint32 leaf)
{
  g_auto (Writer) writer = WRITER_INIT;
  mls_secret_tree_save_leaf (tree, leaf, &writer);
  return writer_take (&writer);
}

static inline MlsSecretTree *
restore (Suite *suite, const MlsSecretTree *tree, MlsRatchetLimits limits)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) common = save_common (tree);
  MlsSecretTree *again = mls_secret_tree_restore (suite, span_bytes (common), limits, &error);
  ck_assert_ptr_nonnull (again);
  g_autoptr (GArray) leaves = mls_secret_tree_leaves (tree);
  for (guint i = 0; i < leaves->len; i++)
    {
      guint32 leaf = g_array_index (leaves, guint32, i);
      g_autoptr (GBytes) saved = save_leaf (tree, leaf);
      ck_assert (mls_secret_tree_restore_leaf (again, leaf, span_bytes (saved), &error));
    }
  return again;
}

static inline gboolean
peeks (MlsSecretTree *tree, guint32 leaf, guint32 generation)
{
  g_auto (MlsMessageKey) key = { .generation = 0 };
  return mls_secret_tree_peek (tree, leaf, APPLICATION, generation, &key, NULL);
}

static inline gboolean
refused (MlsSecretTree *tree, guint32 leaf, guint32 generation, MlsError code)
{
  g_autoptr (GError) error = NULL;
  g_auto (MlsMessageKey) key = { .generation = 0 };
  return !mls_secret_tree_peek (tree, leaf, APPLICATION, generation, &key, &error) && is_code (&error, code)
         && key.key.len == 0;
}

static inline void
use (MlsSecretTree *tree, guint32 leaf, guint32 generation)
{
  ck_assert (peeks (tree, leaf, generation));
  mls_secret_tree_use (tree, leaf, APPLICATION, generation);
  ck_assert (!peeks (tree, leaf, generation));
}

#endif
