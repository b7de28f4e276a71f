/* test-tree-check.c - mls/tree-check.h: the published trees, and one fault at a time in trees that are valid
 * (RFC 9420 sections 7.3, 7.9.2, 12.4.3.1).
 */
#include <string.h>

#include "../lib/run.h"
#include "../lib/slow-tree.h"
#include "../lib/vectors.h"
#include "mls/labels.h"
#include "mls/tree-check.h"

#define GROUP_ID span_str ("a group")

static const guint8 capabilities[] = { 2, 0, 1, 2, 0, 1, 2, 0xF0, 0xDE, 0, 2, 0, 1 };
static const guint8 credential[] = { 0, 1, 1, 'a' };

/* ---- published trees ---- */

static void
check_nodes (const MlsTree *tree, JsonObject *object)
{
  JsonArray *hashes = vectors_array (object, "tree_hashes"), *resolutions = vectors_array (object, "resolutions");
  guint32 n = mls_node_count (mls_tree_width (tree));
  ck_assert_uint_eq (json_array_get_length (hashes), n);
  ck_assert_uint_eq (json_array_get_length (resolutions), n);
  for (guint32 i = 0; i < n; i++)
    {
      ck_assert (span_equal (mls_tree_node_hash (tree, i), vectors_span_at (hashes, i)));
      JsonArray *wanted = json_array_get_array_element (resolutions, i);
      g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (guint32));
      mls_tree_resolution (tree, i, found);
      ck_assert_uint_eq (found->len, json_array_get_length (wanted));
      for (guint j = 0; j < found->len; j++)
        ck_assert_uint_eq (g_array_index (found, guint32, j), (guint) json_array_get_int_element (wanted, j));
    }
  ck_assert (span_equal (mls_tree_hash (tree), vectors_span_at (hashes, n / 2)));
}

START_TEST (published_trees)
{
  g_autoptr (JsonNode) root = vectors_load ("mls/tree-validation.json");
  if (!root)
    return;
  JsonArray *cases = json_node_get_array (root);
  guint n = json_array_get_length (cases);
  for (guint i = 0; i < n; i++)
    {
      JsonObject *object = json_array_get_object_element (cases, i);
      g_autoptr (Suite) suite = suite_new ((guint16) vectors_int (object, "cipher_suite"));
      g_autoptr (GError) error = NULL;
      Span encoded = vectors_span (object, "tree");
      g_autoptr (MlsTree) tree = mls_tree_decode (suite, encoded, &error);
      ck_assert_msg (tree != NULL, "tree %u: %s", i, error ? error->message : "");
      check_nodes (tree, object);
      g_autoptr (GBytes) again = mls_tree_encode (tree);
      ck_assert (span_equal (span_bytes (again), encoded));
      ck_assert (mls_tree_check_parent_hashes (tree, NULL));
      ck_assert_msg (mls_tree_check (tree, vectors_span (object, "group_id"), SPAN_EMPTY, &error), "tree %u: %s", i,
                     error ? error->message : "");
      vectors_forget ();
    }
  g_print ("tree-validation: %u of %u\n", n, n);
  ck_assert_uint_eq (n, 98);
}
END_TEST

/* ---- trees of our own ---- */

typedef struct {
  Suite *suite;
  Rng *rng;
  GPtrArray *keys; /* SignKey of each leaf */
  MlsTree *tree;
} World;

/* Fields of a leaf that nothing is wrong with; the caller changes one and signs. */
static MlsLeafNodeFields
fields_of (World *self, guint32 leaf, guint8 encryption_key[KEM_PUBLIC_MAX])
{
  g_auto (KemKeyPair) pair = { .public_len = 0 };
  ck_assert (kem_generate (self->suite, self->rng, &pair));
  memcpy (encryption_key, pair.public_key, pair.public_len);
  return (MlsLeafNodeFields){
    .encryption_key = span (encryption_key, pair.public_len),
    .signature_key = sign_key_public (self->keys->pdata[leaf]),
    .credential = SPAN_OF (credential),
    .capabilities = SPAN_OF (capabilities),
    .source = MLS_LEAF_KEY_PACKAGE,
    .not_after = 1000,
  };
}

static MlsLeafNode *
sign (World *self, const MlsLeafNodeFields *fields, guint32 leaf)
{
  MlsLeafNode *node = mls_leaf_node_sign (self->suite, self->keys->pdata[leaf], fields, GROUP_ID, leaf, NULL);
  ck_assert_ptr_nonnull (node);
  return node;
}

static void
add (World *self)
{
  guint8 key[KEM_PUBLIC_MAX];
  guint32 leaf = mls_tree_members (self->tree);
  g_ptr_array_add (self->keys, sign_key_generate (self->suite, self->rng));
  MlsLeafNodeFields fields = fields_of (self, leaf, key);
  g_autoptr (MlsLeafNode) node = sign (self, &fields, leaf);
  ck_assert_uint_eq (mls_tree_add (self->tree, node), leaf);
}

/* 7.5: the path of a commit. */
static void
commit (World *self, guint32 leaf)
{
  guint32 path[MLS_MAX_DEPTH], copath[MLS_MAX_DEPTH];
  guint8 key[KEM_PUBLIC_MAX], hash[HASH_MAX];
  MlsLeafNodeFields fields = fields_of (self, leaf, key);
  guint n = mls_tree_filtered_path (self->tree, leaf, path, copath);
  fields.source = MLS_LEAF_COMMIT;
  for (guint32 node = mls_node_of_leaf (leaf); node != mls_node_root (mls_tree_width (self->tree));)
    mls_tree_blank_parent (self->tree, node = mls_node_parent (node));
  for (guint i = n; i > 0; i--)
    {
      g_auto (KemKeyPair) pair = { .public_len = 0 };
      ck_assert (kem_generate (self->suite, self->rng, &pair));
      mls_tree_set_parent (self->tree, path[i - 1], kem_public (&pair), fields.parent_hash);
      mls_tree_parent_hash (self->tree, path[i - 1], copath[i - 1], hash);
      fields.parent_hash = span (hash, suite_hash_size (self->suite));
    }
  g_autoptr (MlsLeafNode) node = sign (self, &fields, leaf);
  mls_tree_set_leaf (self->tree, leaf, node);
}

static void
world_init (World *self, guint32 n_members)
{
  self->suite = suite_new (1);
  self->rng = rng_new_seeded (n_members);
  self->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) sign_key_unref);
  self->tree = mls_tree_new (self->suite);
  for (guint32 i = 0; i < n_members; i++)
    add (self);
}

static void
world_clear (World *self)
{
  g_ptr_array_unref (self->keys);
  mls_tree_free (self->tree);
  rng_free (self->rng);
  suite_unref (self->suite);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

/* The tree as an array of nodes, to put faults into. */
static SlowTree *
open_up (const World *self)
{
  SlowTree *slow = slow_tree_new (self->suite, mls_tree_width (self->tree));
  for (guint32 i = 0; i < slow->nodes->len; i++)
    {
      if (mls_tree_is_blank (self->tree, i))
        continue;
      const MlsParentNode *parent = mls_tree_parent (self->tree, i);
      if (!parent)
        {
          slow_tree_set_leaf (slow, i / 2, mls_tree_leaf (self->tree, i / 2)->encoded, NULL);
          continue;
        }
      g_autoptr (GBytes) key = span_dup (parent->encryption_key);
      g_autoptr (GBytes) hash = span_dup (parent->parent_hash);
      slow_tree_set_parent (slow, i, key, hash);
      for (guint32 j = 0; j < parent->n_unmerged; j++)
        slow_tree_set_unmerged (slow, i, parent->unmerged[j]);
    }
  return slow;
}

/* What a joiner says to the tree; -1 if it is content. */
static int
judge (const World *self, const SlowTree *slow, Span extensions)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) encoded = slow_tree_encode (slow);
  g_autoptr (MlsTree) tree = mls_tree_decode (self->suite, span_bytes (encoded), &error);
  ck_assert_msg (tree != NULL, "%s", error ? error->message : "");
  if (mls_tree_check (tree, GROUP_ID, extensions, &error))
    return -1;
  ck_assert (error->domain == MLS_ERROR);
  return error->code;
}

/* Twelve members: eight with all parents, then four of which the last is unmerged at nodes 19 and 15 (the root of 16
 * leaves); 21 and 23 are blank. */
static void
make_grown (World *self)
{
  world_init (self, 8);
  for (guint32 leaf = 0; leaf < 8; leaf++)
    commit (self, leaf);
  add (self);
  add (self);
  commit (self, 8); /* 17, 15 */
  add (self);
  commit (self, 10); /* 19, 15 */
  add (self);
}

START_TEST (valid_trees_pass)
{
  g_auto (World) world = { .suite = NULL };
  make_grown (&world);
  g_autoptr (SlowTree) slow = open_up (&world);
  ck_assert_int_eq (judge (&world, slow, SPAN_EMPTY), -1);
  ck_assert (mls_tree_check (world.tree, GROUP_ID, SPAN_EMPTY, NULL));
  ck_assert (mls_tree_parent (world.tree, 15)->n_unmerged > 0);
  ck_assert (mls_tree_parent (world.tree, 19)->n_unmerged > 0);
}
END_TEST

/* 12.4.3.1: "represents a non-blank leaf node that is a descendant", "every non-blank intermediate node ... also has an
 * entry". */
START_TEST (unmerged_leaves)
{
  g_auto (World) world = { .suite = NULL };
  make_grown (&world);
  static const struct {
    guint32 node;
    guint32 leaf;
    int code;
  } faults[] = {
    { 15, 12, MLS_ERROR_UNMERGED_DESCENDANT }, /* blank, no node in between */
    { 19, 12, MLS_ERROR_UNMERGED_DESCENDANT }, /* not below */
    { 1, 2, MLS_ERROR_UNMERGED_DESCENDANT },
    { 3, 1000, MLS_ERROR_UNMERGED_DESCENDANT }, /* outside the tree */
    { 15, G_MAXUINT32, MLS_ERROR_UNMERGED_DESCENDANT },
    { 15, 0, MLS_ERROR_UNMERGED_INTERMEDIATE }, /* but not at 7, 3, 1 */
    { 15, 9, MLS_ERROR_UNMERGED_INTERMEDIATE }, /* but not at 17 */
    { 1, 0, MLS_ERROR_PARENT_HASH },            /* no fault of the list, but nobody vouches for node 1 any more */
  };
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (SlowTree) slow = open_up (&world);
      slow_tree_set_unmerged (slow, faults[i].node, faults[i].leaf);
      ck_assert_int_eq (judge (&world, slow, SPAN_EMPTY), faults[i].code);
    }
  /* the leaf below is missing, and so is its entry in between: the first is said */
  g_autoptr (SlowTree) slow = open_up (&world);
  slow_tree_blank (slow, 18);
  slow_tree_set_unmerged (slow, 15, 9);
  ck_assert_int_eq (judge (&world, slow, SPAN_EMPTY), MLS_ERROR_UNMERGED_DESCENDANT);
  /* 11 is listed at 15 and no longer at 19, between them */
  g_autoptr (SlowTree) less = open_up (&world);
  g_array_set_size (slow_tree_node (less, 19)->unmerged, 0);
  ck_assert_int_eq (judge (&world, less, SPAN_EMPTY), MLS_ERROR_UNMERGED_INTERMEDIATE);
}
END_TEST

START_TEST (parent_keys)
{
  g_auto (World) world = { .suite = NULL };
  make_grown (&world);
  for (guint32 node = 1; node < mls_node_count (mls_tree_width (world.tree)); node += 2)
    {
      if (mls_tree_is_blank (world.tree, node))
        continue;
      g_autoptr (SlowTree) slow = open_up (&world);
      g_bytes_unref (slow_tree_node (slow, node)->key);
      slow_tree_node (slow, node)->key = g_bytes_new_static ("too short", 9);
      ck_assert_int_eq (judge (&world, slow, SPAN_EMPTY), MLS_ERROR_PARENT_KEY);
    }
}
END_TEST

/* 7.9.2: whatever is changed at a parent or below what its parent hash covers. */
START_TEST (parent_hashes)
{
  g_auto (World) world = { .suite = NULL };
  make_grown (&world);
  g_autoptr (GBytes) key = slow_key (77);
  for (guint32 node = 1; node < mls_node_count (mls_tree_width (world.tree)); node += 2)
    {
      if (mls_tree_is_blank (world.tree, node))
        continue;
      for (guint what = 0; what < 4; what++)
        {
          g_autoptr (SlowTree) slow = open_up (&world);
          SlowNode *parent = slow_tree_node (slow, node);
          GBytes **field = what ? &parent->parent_hash : &parent->key;
          GBytes *old = *field;
          gsize len = g_bytes_get_size (old);
          if (what == 2 && len == 0)
            len = 1; /* the root's is empty */
          *field = what == 0   ? g_bytes_ref (key)
                   : what == 1 ? g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32)
                   : what == 2 ? g_bytes_new_static ("0123456789abcdef0123456789abcdef", len - 1)
                               : g_bytes_new_static (NULL, 0);
          gboolean same = g_bytes_equal (old, *field);
          g_bytes_unref (old);
          ck_assert_int_eq (judge (&world, slow, SPAN_EMPTY), same ? -1 : MLS_ERROR_PARENT_HASH);
        }
    }
}
END_TEST

/* 7.9.2: "the intersection of P's unmerged_leaves with the subtree under C is equal to the resolution of C with D
 * removed". The parent hash does not cover that side of the list, so only this rule protects it. */
START_TEST (unmerged_leaves_beside_the_committer)
{
  g_auto (World) world = { .suite = NULL };
  world_init (&world, 4);
  mls_tree_remove (world.tree, 0);
  commit (&world, 1); /* the root alone, since nobody is beside it */
  guint8 key[KEM_PUBLIC_MAX];
  MlsLeafNodeFields fields = fields_of (&world, 0, key);
  g_autoptr (MlsLeafNode) node = sign (&world, &fields, 0);
  ck_assert_uint_eq (mls_tree_add (world.tree, node), 0);
  g_autoptr (SlowTree) slow = open_up (&world);
  ck_assert_int_eq (judge (&world, slow, SPAN_EMPTY), -1);
  g_array_set_size (slow_tree_node (slow, 3)->unmerged, 0);
  ck_assert_int_eq (judge (&world, slow, SPAN_EMPTY), MLS_ERROR_PARENT_HASH);
  slow_tree_set_unmerged (slow, 3, 0);
  slow_tree_set_unmerged (slow, 3, 1);
  ck_assert_int_eq (judge (&world, slow, SPAN_EMPTY), MLS_ERROR_PARENT_HASH);
}
END_TEST

/* The same rule where it is not preceded by the check of the lists themselves. */
START_TEST (parent_hashes_alone)
{
  g_auto (World) world = { .suite = NULL };
  world_init (&world, 4);
  for (guint32 leaf = 0; leaf < 4; leaf++)
    commit (&world, leaf);
  g_autoptr (SlowTree) slow = open_up (&world);
  slow_tree_set_unmerged (slow, 3, 2); /* below the last committer's side, where 5 does not list it */
  g_autoptr (GBytes) encoded = slow_tree_encode (slow);
  g_autoptr (MlsTree) tree = mls_tree_decode (world.suite, span_bytes (encoded), NULL);
  g_autoptr (GError) error = NULL;
  ck_assert (!mls_tree_check_parent_hashes (tree, &error));
  ck_assert (g_error_matches (error, MLS_ERROR, MLS_ERROR_PARENT_HASH));
}
END_TEST

/* A parent without anybody below, one whose committer's leaf is gone, one put where a blank was. */
START_TEST (parents_without_a_chain)
{
  g_auto (World) world = { .suite = NULL };
  make_grown (&world);
  g_autoptr (GBytes) key = slow_key (77);
  g_autoptr (GBytes) none = g_bytes_new_static (NULL, 0);
  static const guint32 blanks[] = { 21, 23, 25, 27, 29 };
  for (gsize i = 0; i < G_N_ELEMENTS (blanks); i++)
    {
      g_autoptr (SlowTree) slow = open_up (&world);
      slow_tree_set_parent (slow, blanks[i], key, none);
      if (blanks[i] == 21 || blanks[i] == 23)
        slow_tree_set_unmerged (slow, blanks[i], 11);
      ck_assert_int_eq (judge (&world, slow, SPAN_EMPTY), MLS_ERROR_PARENT_HASH);
    }
  /* every leaf counts: an update of any one, validly signed, breaks or leaves the chains as it should */
  for (guint32 leaf = 0; leaf < 8; leaf++)
    {
      g_autoptr (SlowTree) slow = open_up (&world);
      guint8 encryption_key[KEM_PUBLIC_MAX];
      MlsLeafNodeFields fields = fields_of (&world, leaf, encryption_key);
      fields.source = MLS_LEAF_UPDATE;
      g_autoptr (MlsLeafNode) node = sign (&world, &fields, leaf);
      slow_tree_set_leaf (slow, leaf, node->encoded, NULL);
      ck_assert_int_eq (judge (&world, slow, SPAN_EMPTY), MLS_ERROR_PARENT_HASH);
    }
}
END_TEST

#define BYTES(text)                                                                                                    \
  {                                                                                                                    \
    (const guint8 *) (text), sizeof (text) - 1                                                                         \
  }

/* What is different in a leaf; empty spans stand for what is right. */
typedef struct {
  Span capabilities;
  Span credential;
  Span extensions;
  gsize cut_encryption_key;
  gsize cut_signature_key;
  gboolean foreign_key;
  gboolean no_lifetime;
} Fault;

/* Puts such a leaf into place 2 of a tree whose parents are blank, and judges it. */
static int
judge_leaf (World *world, const Fault *fault, Span extensions)
{
  guint8 key[KEM_PUBLIC_MAX];
  g_autoptr (SlowTree) slow = open_up (world);
  MlsLeafNodeFields fields = fields_of (world, 2, key);
  if (fault->capabilities.len)
    fields.capabilities = fault->capabilities;
  if (fault->credential.len)
    fields.credential = fault->credential;
  if (fault->foreign_key)
    fields.signature_key = sign_key_public (world->keys->pdata[3]);
  if (fault->no_lifetime)
    fields.not_before = fields.not_after + 1;
  fields.extensions = fault->extensions;
  fields.encryption_key.len -= fault->cut_encryption_key;
  fields.signature_key.len -= fault->cut_signature_key;
  g_autoptr (MlsLeafNode) node = sign (world, &fields, 2);
  slow_tree_set_leaf (slow, 2, node->encoded, NULL);
  return judge (world, slow, extensions);
}

/* 7.3 */
START_TEST (leaves)
{
  static const struct {
    Fault fault;
    int code;
  } faults[] = {
    { { .foreign_key = FALSE }, -1 },
    { { .no_lifetime = TRUE }, -1 }, /* lifetimes are not looked at here (M23) */
    { { .capabilities = BYTES ("\4\x1A\x1A\0\1\4\x2A\x2A\0\1\4\x3A\x3A\xF0\xDE\2\x4A\x4A\4\x5A\x5A\0\1"),
        .extensions = BYTES ("\x3A\x3A\1\x09") }, /* GREASE, 13.5 */
      -1 },
    { { .cut_encryption_key = 1 }, MLS_ERROR_LEAF_ENCRYPTION_KEY },
    { { .cut_signature_key = 1 }, MLS_ERROR_LEAF_SIGNATURE_KEY },
    { { .foreign_key = TRUE }, MLS_ERROR_LEAF_SIGNATURE },
    { { .capabilities = BYTES ("\2\0\2\2\0\1\2\xF0\xDE\0\2\0\1") }, MLS_ERROR_LEAF_CAPABILITIES }, /* version */
    { { .capabilities = BYTES ("\2\0\1\2\0\1\2\xF0\xDE\0\2\0\2") }, MLS_ERROR_LEAF_CAPABILITIES }, /* credential */
    { { .extensions = BYTES ("\0\1\0\xF0\xDF\0") }, MLS_ERROR_LEAF_EXTENSION },
    /* X.509, which the others do not list; and then it does not list theirs either */
    { { .credential = BYTES ("\0\2\2\1c"), .capabilities = BYTES ("\2\0\1\2\0\1\2\xF0\xDE\0\4\0\1\0\2") },
      MLS_ERROR_LEAF_CREDENTIAL },
    { { .credential = BYTES ("\0\2\2\1c"), .capabilities = BYTES ("\2\0\1\2\0\1\2\xF0\xDE\0\2\0\2") },
      MLS_ERROR_LEAF_CREDENTIAL },
  };
  g_auto (World) world = { .suite = NULL };
  world_init (&world, 5);
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      int code = judge_leaf (&world, &faults[i].fault, SPAN_EMPTY);
      ck_assert_msg (code == faults[i].code, "fault %zu: %d, not %d", i, code, faults[i].code);
    }
}
END_TEST

/* 7.2: a leaf from a group is signed for its group and its place; one from a key package is not. */
START_TEST (leaf_signatures)
{
  g_auto (World) world = { .suite = NULL };
  world_init (&world, 5);
  static const MlsLeafSource sources[] = { MLS_LEAF_KEY_PACKAGE, MLS_LEAF_UPDATE, MLS_LEAF_COMMIT };
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      guint8 key[KEM_PUBLIC_MAX];
      MlsLeafNodeFields fields = fields_of (&world, 2, key);
      fields.source = sources[i];
      int wrong = sources[i] == MLS_LEAF_KEY_PACKAGE ? -1 : MLS_ERROR_LEAF_SIGNATURE;
      g_autoptr (SlowTree) slow = open_up (&world);
      g_autoptr (MlsLeafNode) right = sign (&world, &fields, 2);
      slow_tree_set_leaf (slow, 2, right->encoded, NULL);
      ck_assert_int_eq (judge (&world, slow, SPAN_EMPTY), -1);
      g_autoptr (MlsLeafNode) place =
          mls_leaf_node_sign (world.suite, world.keys->pdata[2], &fields, GROUP_ID, 3, NULL);
      slow_tree_set_leaf (slow, 2, place->encoded, NULL);
      ck_assert_int_eq (judge (&world, slow, SPAN_EMPTY), wrong);
      g_autoptr (MlsLeafNode) group =
          mls_leaf_node_sign (world.suite, world.keys->pdata[2], &fields, span_str ("other"), 2, NULL);
      slow_tree_set_leaf (slow, 2, group->encoded, NULL);
      ck_assert_int_eq (judge (&world, slow, SPAN_EMPTY), wrong);
    }
}
END_TEST

/* 7.3 and 12.4.3.1: keys are unique. */
START_TEST (duplicates)
{
  g_auto (World) world = { .suite = NULL };
  world_init (&world, 5);
  guint8 key[KEM_PUBLIC_MAX];
  MlsLeafNodeFields fields = fields_of (&world, 2, key);
  for (guint what = 0; what < 3; what++)
    {
      g_autoptr (SlowTree) slow = open_up (&world);
      fields.signature_key = sign_key_public (world.keys->pdata[what == 0 ? 4 : 2]);
      fields.encryption_key = what == 1 ? mls_tree_leaf (world.tree, 4)->encryption_key : span (key, 32);
      g_autoptr (MlsLeafNode) node =
          mls_leaf_node_sign (world.suite, world.keys->pdata[what == 0 ? 4 : 2], &fields, GROUP_ID, 2, NULL);
      slow_tree_set_leaf (slow, 2, node->encoded, NULL);
      ck_assert_int_eq (judge (&world, slow, SPAN_EMPTY), what == 0   ? (int) MLS_ERROR_DUPLICATE_SIGNATURE_KEY
                                                          : what == 1 ? (int) MLS_ERROR_DUPLICATE_ENCRYPTION_KEY
                                                                      : -1);
    }
}
END_TEST

/* The same key in a leaf and a parent, and in two parents, with parent hashes and signatures all right. */
START_TEST (duplicates_with_parents)
{
  for (guint what = 0; what < 2; what++)
    {
      g_auto (World) world = { .suite = NULL };
      world_init (&world, 4);
      commit (&world, 0);
      guint32 path[MLS_MAX_DEPTH], copath[MLS_MAX_DEPTH];
      guint8 key[KEM_PUBLIC_MAX], hash[HASH_MAX];
      MlsLeafNodeFields fields = fields_of (&world, 0, key);
      ck_assert_uint_eq (mls_tree_filtered_path (world.tree, 0, path, copath), 2);
      Span twice = what ? mls_tree_leaf (world.tree, 3)->encryption_key : mls_tree_node_key (world.tree, 1);
      mls_tree_set_parent (world.tree, 3, twice, SPAN_EMPTY);
      mls_tree_parent_hash (world.tree, 3, 5, hash);
      Span own = mls_tree_node_key (world.tree, 1);
      mls_tree_set_parent (world.tree, 1, own, span (hash, 32));
      mls_tree_parent_hash (world.tree, 1, 2, hash);
      fields.parent_hash = span (hash, 32);
      fields.source = MLS_LEAF_COMMIT;
      g_autoptr (MlsLeafNode) node = sign (&world, &fields, 0);
      mls_tree_set_leaf (world.tree, 0, node);
      g_autoptr (GError) error = NULL;
      ck_assert (!mls_tree_check (world.tree, GROUP_ID, SPAN_EMPTY, &error));
      ck_assert (g_error_matches (error, MLS_ERROR, MLS_ERROR_DUPLICATE_ENCRYPTION_KEY));
      g_autoptr (SlowTree) slow = open_up (&world);
      ck_assert_int_eq (judge (&world, slow, SPAN_EMPTY), MLS_ERROR_DUPLICATE_ENCRYPTION_KEY);
    }
}
END_TEST

/* 11.1, 13.4: the group's extensions. */
START_TEST (group_extensions)
{
  static const Fault none = { .foreign_key = FALSE };
  static const Fault knows_none = { .capabilities = BYTES ("\2\0\1\2\0\1\0\0\2\0\1") };
  static const struct {
    const Fault *fault;
    Span extensions;
    int code;
  } cases[] = {
    { &none, BYTES ("\xF0\xDE\0"), -1 },
    { &none, BYTES ("\0\5\0"), -1 },
    { &none, BYTES ("\0\3\7\2\xF0\xDE\0\2\0\1"), -1 }, /* required_capabilities, and so below */
    { &none, BYTES ("\xF0\xDF\0"), MLS_ERROR_GROUP_EXTENSION_UNSUPPORTED },
    { &knows_none, BYTES ("\xF0\xDE\0"), MLS_ERROR_GROUP_EXTENSION_UNSUPPORTED },
    { &knows_none, BYTES ("\0\3\7\2\xF0\xDE\0\2\0\1"), MLS_ERROR_LEAF_REQUIRED_CAPABILITIES },
    { &none, BYTES ("\0\3\5\2\xF0\xDF\0\0"), MLS_ERROR_LEAF_REQUIRED_CAPABILITIES },
    { &none, BYTES ("\0\3\5\0\2\xF0\xDE\0"), MLS_ERROR_LEAF_REQUIRED_CAPABILITIES },
    { &none, BYTES ("\0\3\5\0\0\2\0\2"), MLS_ERROR_LEAF_REQUIRED_CAPABILITIES },
    { &none, BYTES ("\0\3\4\0\0\1\2"), MLS_ERROR_EXTENSION },
  };
  g_auto (World) world = { .suite = NULL };
  world_init (&world, 5);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      int code = judge_leaf (&world, cases[i].fault, cases[i].extensions);
      ck_assert_msg (code == cases[i].code, "case %zu: %d, not %d", i, code, cases[i].code);
    }
}
END_TEST

int
main (void)
{
  g_autoptr (JsonNode) there = vectors_load ("mls/tree-validation.json");
  const TTest *const tests[] = {
    published_trees,
    valid_trees_pass,
    unmerged_leaves,
    parent_keys,
    parent_hashes,
    unmerged_leaves_beside_the_committer,
    parent_hashes_alone,
    parents_without_a_chain,
    leaves,
    leaf_signatures,
    duplicates,
    duplicates_with_parents,

    group_extensions,
  };
  int failed = run_tests ("mls/tree-check", tests, G_N_ELEMENTS (tests));
  return failed || there ? failed : VECTORS_SKIP;
}
