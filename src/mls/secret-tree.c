#include "mls/secret-tree.h"

#include <string.h>

#include "mls/secret-tree-private.h"
#include "mls/tree-math.h"

MlsRatchetLimits
mls_ratchet_limits_default (void)
{
  return (MlsRatchetLimits){ .window = 1000, .forward = 1000 };
}

void
mls_message_key_clear (MlsMessageKey *self)
{
  secret_wipe (self, sizeof *self);
}

/* --- the parts' memory ------------------------------------------------------------------------------------------- */

static void
free_secret (gpointer data)
{
  secret_wipe (data, sizeof (Secret));
  g_free (data);
}

static void
free_kept (gpointer data)
{
  secret_wipe (data, sizeof (MlsKeptKey));
  g_free (data);
}

static void
free_leaf (gpointer data)
{
  MlsLeafRatchets *self = data;
  for (guint kind = 0; kind < RATCHET_KINDS; kind++)
    g_clear_pointer (&self->ratchets[kind].kept, g_ptr_array_unref);
  secret_wipe (self, sizeof *self);
  g_free (self);
}

MlsSecretTree *
mls_secret_tree_new_empty (Suite *suite, guint32 width, MlsRatchetLimits limits)
{
  MlsSecretTree *self = g_new0 (MlsSecretTree, 1);
  self->suite = suite_ref (suite);
  self->width = width;
  self->limits = limits;
  self->nodes = g_hash_table_new_full (NULL, NULL, NULL, free_secret);
  self->leaves = g_hash_table_new_full (NULL, NULL, NULL, free_leaf);
  self->changed = g_hash_table_new (NULL, NULL);
  return self;
}

void
mls_secret_tree_put_node (MlsSecretTree *self, guint32 node, Secret *secret)
{
  Secret *own = g_new (Secret, 1);
  *own = *secret;
  g_hash_table_insert (self->nodes, GUINT_TO_POINTER (node), own);
}

MlsLeafRatchets *
mls_secret_tree_put_leaf (MlsSecretTree *self, guint32 leaf)
{
  MlsLeafRatchets *own = g_new0 (MlsLeafRatchets, 1);
  g_hash_table_insert (self->leaves, GUINT_TO_POINTER (leaf), own);
  return own;
}

MlsKeptKey *
mls_ratchet_keep (MlsRatchet *self, guint32 generation)
{
  if (!self->kept)
    self->kept = g_ptr_array_new_with_free_func (free_kept);
  MlsKeptKey *kept = g_new0 (MlsKeptKey, 1);
  kept->generation = generation;
  g_ptr_array_add (self->kept, kept);
  return kept;
}

MlsSecretTree *
mls_secret_tree_new (Suite *suite, Span encryption_secret, guint32 width, MlsRatchetLimits limits)
{
  MlsSecretTree *self = mls_secret_tree_new_empty (suite, width, limits);
  g_auto (Secret) root = secret_from (encryption_secret);
  mls_secret_tree_put_node (self, mls_node_root (width), &root);
  self->nodes_changed = TRUE;
  return self;
}

void
mls_secret_tree_free (MlsSecretTree *self)
{
  if (!self)
    return;
  g_hash_table_unref (self->nodes);
  g_hash_table_unref (self->leaves);
  g_hash_table_unref (self->changed);
  suite_unref (self->suite);
  g_free (self);
}

static void
copy_ratchet (const MlsRatchet *from, MlsRatchet *to)
{
  to->next = from->next;
  to->secret = from->secret;
  for (guint i = 0; from->kept && i < from->kept->len; i++)
    {
      const MlsKeptKey *kept = from->kept->pdata[i];
      *mls_ratchet_keep (to, kept->generation) = *kept;
    }
}

MlsSecretTree *
mls_secret_tree_copy (const MlsSecretTree *self)
{
  MlsSecretTree *copy = mls_secret_tree_new_empty (self->suite, self->width, self->limits);
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, &key, &value))
    mls_secret_tree_put_node (copy, GPOINTER_TO_UINT (key), value);
  g_hash_table_iter_init (&iter, self->leaves);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      MlsLeafRatchets *leaf = mls_secret_tree_put_leaf (copy, GPOINTER_TO_UINT (key));
      for (guint kind = 0; kind < RATCHET_KINDS; kind++)
        copy_ratchet (&((MlsLeafRatchets *) value)->ratchets[kind], &leaf->ratchets[kind]);
    }
  g_hash_table_iter_init (&iter, self->changed);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_hash_table_add (copy->changed, key);
  copy->nodes_changed = self->nodes_changed;
  return copy;
}

/* --- from the root to a leaf (9) --------------------------------------------------------------------------------- */

static Secret *
lookup_node (const MlsSecretTree *self, guint32 node)
{
  return g_hash_table_lookup (self->nodes, GUINT_TO_POINTER (node));
}

static MlsLeafRatchets *
lookup_leaf (const MlsSecretTree *self, guint32 leaf)
{
  return g_hash_table_lookup (self->leaves, GUINT_TO_POINTER (leaf));
}

gboolean
mls_secret_tree_find_node (const MlsSecretTree *self, guint32 leaf, guint32 *node)
{
  guint32 root = mls_node_root (self->width);
  for (*node = mls_node_of_leaf (leaf); !lookup_node (self, *node); *node = mls_node_parent (*node))
    if (*node == root)
      return FALSE;
  return TRUE;
}

static Secret
child_secret (const MlsSecretTree *self, const Secret *secret, gboolean left)
{
  return mls_expand_secret (self->suite, secret_span (secret), "tree", left ? span_str ("left") : span_str ("right"),
                            suite_hash_size (self->suite));
}

static Secret
first_ratchet_secret (const MlsSecretTree *self, const Secret *leaf_secret, MlsRatchetKind kind)
{
  return mls_derive_secret (self->suite, secret_span (leaf_secret),
                            kind == MLS_RATCHET_HANDSHAKE ? "handshake" : "application");
}

/* Steps from `node` with its `secret` to the child above `leaf`; keeps the other child's secret if `keep`. */
static void
descend (MlsSecretTree *keep, const MlsSecretTree *self, guint32 leaf, guint32 *node, Secret *secret)
{
  guint32 left = mls_node_left (*node), right = mls_node_right (*node);
  gboolean to_left = mls_node_covers (left, leaf);
  if (keep)
    {
      g_auto (Secret) other = child_secret (self, secret, !to_left);
      mls_secret_tree_put_node (keep, to_left ? right : left, &other);
    }
  g_auto (Secret) own = child_secret (self, secret, to_left);
  *secret = own;
  *node = to_left ? left : right;
}

/* Generation 0 of a leaf that has no ratchets yet, changing nothing: a forged sender must not make the tree grow. */
static gboolean
look_down (const MlsSecretTree *self, guint32 leaf, MlsRatchetKind kind, Secret *out)
{
  guint32 node;
  if (!mls_secret_tree_find_node (self, leaf, &node))
    return FALSE;
  g_auto (Secret) secret = *lookup_node (self, node);
  while (!mls_node_is_leaf (node))
    descend (NULL, self, leaf, &node, &secret);
  *out = first_ratchet_secret (self, &secret, kind);
  return TRUE;
}

/* The ratchets of a leaf, made if need be; every secret on the way is forgotten (9.2). NULL if there is none. */
static MlsLeafRatchets *
open_leaf (MlsSecretTree *self, guint32 leaf)
{
  MlsLeafRatchets *known = lookup_leaf (self, leaf);
  guint32 node;
  if (known || !mls_secret_tree_find_node (self, leaf, &node))
    return known;
  g_auto (Secret) secret = *lookup_node (self, node);
  g_hash_table_remove (self->nodes, GUINT_TO_POINTER (node));
  while (!mls_node_is_leaf (node))
    descend (self, self, leaf, &node, &secret);
  MlsLeafRatchets *made = mls_secret_tree_put_leaf (self, leaf);
  made->ratchets[MLS_RATCHET_HANDSHAKE].secret = first_ratchet_secret (self, &secret, MLS_RATCHET_HANDSHAKE);
  made->ratchets[MLS_RATCHET_APPLICATION].secret = first_ratchet_secret (self, &secret, MLS_RATCHET_APPLICATION);
  self->nodes_changed = TRUE;
  return made;
}

/* --- one ratchet (9.1) ------------------------------------------------------------------------------------------- */

static void
message_key (const MlsSecretTree *self, const Secret *secret, guint32 generation, MlsMessageKey *out)
{
  Span from = secret_span (secret);
  out->generation = generation;
  out->key = mls_derive_tree_secret (self->suite, from, "key", generation, suite_key_size (self->suite));
  out->nonce = mls_derive_tree_secret (self->suite, from, "nonce", generation, AEAD_NONCE);
}

static void
step (const MlsSecretTree *self, Secret *secret, guint32 generation)
{
  g_auto (Secret) next =
      mls_derive_tree_secret (self->suite, secret_span (secret), "secret", generation, suite_hash_size (self->suite));
  *secret = next;
}

static void
advance (const MlsSecretTree *self, MlsRatchet *ratchet)
{
  if (ratchet->next + 1 < GENERATIONS)
    step (self, &ratchet->secret, (guint32) ratchet->next);
  else
    secret_clear (&ratchet->secret);
  ratchet->next++;
}

/* The place of a generation among the kept ones; FALSE if it is not there. */
static gboolean
find_kept (const MlsRatchet *ratchet, guint32 generation, guint *place)
{
  guint low = 0, high = ratchet->kept ? ratchet->kept->len : 0;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const MlsKeptKey *kept = ratchet->kept->pdata[middle];
      if (kept->generation == generation)
        {
          *place = middle;
          return TRUE;
        }
      if (kept->generation < generation)
        low = middle + 1;
      else
        high = middle;
    }
  return FALSE;
}

/* Keeps the key of the ratchet's next generation, before it advances. */
static void
keep_next (const MlsSecretTree *self, MlsRatchet *ratchet)
{
  g_auto (MlsMessageKey) key = { .generation = 0 };
  message_key (self, &ratchet->secret, (guint32) ratchet->next, &key);
  MlsKeptKey *kept = mls_ratchet_keep (ratchet, key.generation);
  memcpy (kept->key, key.key.data, key.key.len);
  memcpy (kept->nonce, key.nonce.data, key.nonce.len);
}

static void
forget_old (const MlsSecretTree *self, MlsRatchet *ratchet)
{
  guint n = 0, len = ratchet->kept ? ratchet->kept->len : 0;
  while (n < len && ratchet->next - ((MlsKeptKey *) ratchet->kept->pdata[n])->generation > self->limits.window)
    n++;
  if (n)
    g_ptr_array_remove_range (ratchet->kept, 0, n);
}

/* --- keys for messages ------------------------------------------------------------------------------------------- */

static void
mark_changed (MlsSecretTree *self, guint32 leaf)
{
  g_hash_table_add (self->changed, GUINT_TO_POINTER (leaf));
}

gboolean
mls_secret_tree_next (MlsSecretTree *self, guint32 leaf, MlsRatchetKind kind, MlsMessageKey *out, GError **error)
{
  MlsLeafRatchets *ratchets = leaf < self->width ? open_leaf (self, leaf) : NULL;
  if (!ratchets)
    return mls_refuse (error, MLS_ERROR_SENDER_UNKNOWN, "no keys for leaf %u", leaf);
  MlsRatchet *ratchet = &ratchets->ratchets[kind];
  if (ratchet->next == GENERATIONS)
    return mls_refuse (error, MLS_ERROR_GENERATION_AHEAD, "every generation of leaf %u is used up", leaf);
  message_key (self, &ratchet->secret, (guint32) ratchet->next, out);
  advance (self, ratchet);
  forget_old (self, ratchet);
  mark_changed (self, leaf);
  return TRUE;
}

guint32
mls_secret_tree_next_generation (const MlsSecretTree *self, guint32 leaf, MlsRatchetKind kind)
{
  const MlsLeafRatchets *ratchets = lookup_leaf (self, leaf);
  return ratchets ? (guint32) MIN (ratchets->ratchets[kind].next, G_MAXUINT32) : 0;
}

static gboolean
peek_kept (const MlsSecretTree *self, const MlsRatchet *ratchet, guint32 generation, MlsMessageKey *out, GError **error)
{
  guint place;
  if (ratchet->next - generation > self->limits.window)
    return mls_refuse (error, MLS_ERROR_GENERATION_OLD, "generation %u, when %" G_GUINT64_FORMAT " comes next",
                       generation, ratchet->next);
  if (!find_kept (ratchet, generation, &place))
    return mls_refuse (error, MLS_ERROR_GENERATION_USED, "generation %u was used", generation);
  const MlsKeptKey *kept = ratchet->kept->pdata[place];
  out->generation = generation;
  out->key = secret_from (span (kept->key, suite_key_size (self->suite)));
  out->nonce = secret_from (SPAN_OF (kept->nonce));
  return TRUE;
}

gboolean
mls_secret_tree_peek (MlsSecretTree *self, guint32 leaf, MlsRatchetKind kind, guint32 generation, MlsMessageKey *out,
                      GError **error)
{
  const MlsLeafRatchets *ratchets = lookup_leaf (self, leaf);
  const MlsRatchet *ratchet = ratchets ? &ratchets->ratchets[kind] : NULL;
  if (ratchet && generation < ratchet->next)
    return peek_kept (self, ratchet, generation, out, error);
  guint32 next = ratchet ? (guint32) ratchet->next : 0;
  if (generation - next > self->limits.forward)
    return mls_refuse (error, MLS_ERROR_GENERATION_AHEAD, "generation %u, when %u comes next", generation, next);
  g_auto (Secret) secret = ratchet ? ratchet->secret : SECRET_EMPTY;
  if (!ratchet && (leaf >= self->width || !look_down (self, leaf, kind, &secret)))
    return mls_refuse (error, MLS_ERROR_SENDER_UNKNOWN, "no keys for leaf %u", leaf);
  for (; next < generation; next++)
    step (self, &secret, next);
  message_key (self, &secret, generation, out);
  return TRUE;
}

void
mls_secret_tree_use (MlsSecretTree *self, guint32 leaf, MlsRatchetKind kind, guint32 generation)
{
  MlsLeafRatchets *ratchets = leaf < self->width ? open_leaf (self, leaf) : NULL;
  if (!ratchets)
    return;
  MlsRatchet *ratchet = &ratchets->ratchets[kind];
  guint place;
  if (find_kept (ratchet, generation, &place))
    g_ptr_array_remove_index (ratchet->kept, place);
  else if (generation >= ratchet->next)
    {
      for (guint64 end = (guint64) generation + 1; ratchet->next < generation; advance (self, ratchet))
        if (end - ratchet->next <= self->limits.window)
          keep_next (self, ratchet);
      advance (self, ratchet);
      forget_old (self, ratchet);
    }
  mark_changed (self, leaf);
}

/* --- what changed ------------------------------------------------------------------------------------------------ */

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint32 left = *(const guint32 *) a, right = *(const guint32 *) b;
  return left < right ? -1 : left > right;
}

/* The keys of a table, increasing. */
static GArray *
sorted_keys (GHashTable *table)
{
  GArray *keys = g_array_sized_new (FALSE, FALSE, sizeof (guint32), g_hash_table_size (table));
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      guint32 number = GPOINTER_TO_UINT (key);
      g_array_append_val (keys, number);
    }
  g_array_sort (keys, compare_numbers);
  return keys;
}

GArray *
mls_secret_tree_take_changed (MlsSecretTree *self)
{
  GArray *changed = sorted_keys (self->changed);
  g_hash_table_remove_all (self->changed);
  return changed;
}

gboolean
mls_secret_tree_take_nodes_changed (MlsSecretTree *self)
{
  gboolean changed = self->nodes_changed;
  self->nodes_changed = FALSE;
  return changed;
}

GArray *
mls_secret_tree_leaves (const MlsSecretTree *self)
{
  return sorted_keys (self->leaves);
}

GArray *
mls_secret_tree_nodes (const MlsSecretTree *self)
{
  return sorted_keys (self->nodes);
}
