#include "mls/tree-index.h"

#include <string.h>

#define BITS 4
#define DEPTH (64 / BITS) /* below that, hashes are equal: a bucket */

/* At depth 0 .. DEPTH-1: one entry for each bit of `entries`, then one pointer for each bit of `children`. At depth
 * DEPTH a bucket: `n` entries. */
struct _TreeIndex {
  guint32 refs;
  union {
    struct {
      guint16 entries;
      guint16 children;
    };
    guint32 n;
  };
  TreeIndexEntry entry[];
};

static guint
count (guint bits)
{
  return (guint) __builtin_popcount (bits);
}

static guint16
bit_at (guint64 hash, guint depth)
{
  return (guint16) (1u << (hash >> (64 - BITS * (depth + 1)) & 15));
}

static TreeIndexEntry *
entry_slot (const TreeIndex *self, guint16 bit)
{
  return (TreeIndexEntry *) &self->entry[count (self->entries & (bit - 1u))];
}

static TreeIndex **
child_slot (const TreeIndex *self, guint16 bit)
{
  return (TreeIndex **) (void *) &self->entry[count (self->entries)] + count (self->children & (bit - 1u));
}

static gsize
size_of (guint n_entries, guint n_children)
{
  return sizeof (TreeIndex) + n_entries * sizeof (TreeIndexEntry) + n_children * sizeof (TreeIndex *);
}

TreeIndex *
tree_index_ref (TreeIndex *self)
{
  if (self)
    self->refs++;
  return self;
}

static void
unref_at (TreeIndex *self, guint depth)
{
  if (!self || --self->refs > 0)
    return;
  if (depth < DEPTH)
    for (guint i = 0; i < count (self->children); i++)
      unref_at (child_slot (self, 1)[i], depth + 1);
  g_free (self);
}

void
tree_index_unref (TreeIndex *self)
{
  unref_at (self, 0);
}

/* A trie node with other bits, unique, in exchange for the reference to `self`. What both have is kept; a new slot is
 * the caller's to fill; a slot that is dropped must have been emptied (its reference taken over) by the caller, who
 * does so only in a unique node. */
static TreeIndex *
reshape (TreeIndex *self, guint16 entries, guint16 children)
{
  TreeIndex *made = g_malloc0 (size_of (count (entries), count (children)));
  made->refs = 1;
  made->entries = entries;
  made->children = children;
  for (guint both = entries & self->entries; both; both &= both - 1)
    {
      guint16 bit = (guint16) (both & -both);
      *entry_slot (made, bit) = *entry_slot (self, bit);
    }
  for (guint both = children & self->children; both; both &= both - 1)
    {
      guint16 bit = (guint16) (both & -both);
      TreeIndex *child = *child_slot (self, bit);
      *child_slot (made, bit) = self->refs > 1 ? tree_index_ref (child) : child;
    }
  if (self->refs > 1)
    self->refs--;
  else
    g_free (self);
  return made;
}

/* `self`, if nobody else has it, or else a copy. */
static TreeIndex *
unique (TreeIndex *self)
{
  return self->refs == 1 ? self : reshape (self, self->entries, self->children);
}

/* Buckets grow by doubling: a peer can send a tree that has one key everywhere. */
static guint
bucket_room (guint n)
{
  guint room = 1;
  while (room < n)
    room *= 2;
  return room;
}

/* A bucket with room for `n` entries, unique, in exchange for the reference to `self` (or NULL). */
static TreeIndex *
bucket_resize (TreeIndex *self, guint n)
{
  if (self && self->refs == 1)
    {
      if (bucket_room (n) != bucket_room (self->n))
        self = g_realloc (self, size_of (bucket_room (n), 0));
      self->n = n;
      return self;
    }
  TreeIndex *made = g_malloc0 (size_of (bucket_room (n), 0));
  made->refs = 1;
  made->n = n;
  if (self)
    {
      memcpy (made->entry, self->entry, MIN (n, self->n) * sizeof (TreeIndexEntry));
      self->refs--;
    }
  return made;
}

static TreeIndex *
bucket_insert (TreeIndex *self, const TreeIndexEntry *entry)
{
  guint n = self ? self->n : 0;
  self = bucket_resize (self, n + 1);
  self->entry[n] = *entry;
  return self;
}

/* All of these take over the reference to `self` and return the reference to its successor. */
static TreeIndex *
insert (TreeIndex *self, guint depth, const TreeIndexEntry *entry)
{
  if (depth == DEPTH)
    return bucket_insert (self, entry);
  guint16 bit = bit_at (entry->hash, depth);
  if (!self)
    {
      self = g_malloc0 (size_of (1, 0));
      self->refs = 1;
      self->entries = bit;
      self->entry[0] = *entry;
      return self;
    }
  if (self->children & bit)
    {
      self = unique (self);
      TreeIndex **child = child_slot (self, bit);
      *child = insert (*child, depth + 1, entry);
      return self;
    }
  if (self->entries & bit)
    {
      TreeIndex *child = insert (NULL, depth + 1, entry_slot (self, bit));
      child = insert (child, depth + 1, entry);
      self = reshape (self, self->entries & (guint16) ~bit, self->children | bit);
      *child_slot (self, bit) = child;
      return self;
    }
  self = reshape (self, self->entries | bit, self->children);
  *entry_slot (self, bit) = *entry;
  return self;
}

void
tree_index_insert (TreeIndex **self, const TreeIndexEntry *entry)
{
  *self = insert (*self, 0, entry);
}

static gboolean
same_entry (const TreeIndexEntry *a, const TreeIndexEntry *b)
{
  return a->hash == b->hash && a->node == b->node && a->kind == b->kind;
}

/* `entry` is known to be in the bucket, and not alone: single entries live further up. */
static TreeIndex *
bucket_remove (TreeIndex *self, const TreeIndexEntry *entry)
{
  guint n = self->n, at = 0;
  self = bucket_resize (self, n); /* unique */
  while (!same_entry (&self->entry[at], entry))
    at++;
  memmove (&self->entry[at], &self->entry[at + 1], (n - at - 1) * sizeof (TreeIndexEntry));
  return bucket_resize (self, n - 1);
}

/* Whether a child is so small that its one entry belongs into its parent. */
static gboolean
is_single (const TreeIndex *self, guint depth)
{
  return depth == DEPTH ? self->n == 1 : self->children == 0 && count (self->entries) == 1;
}

/* `entry` is known to be below. NULL when nothing is left. */
static TreeIndex *
take (TreeIndex *self, guint depth, const TreeIndexEntry *entry)
{
  if (depth == DEPTH)
    return bucket_remove (self, entry);
  guint16 bit = bit_at (entry->hash, depth);
  if (!(self->children & bit))
    {
      if (depth == 0 && is_single (self, 0))
        {
          unref_at (self, 0);
          return NULL;
        }
      return reshape (self, self->entries & (guint16) ~bit, self->children);
    }
  self = unique (self);
  TreeIndex *child = take (*child_slot (self, bit), depth + 1, entry);
  *child_slot (self, bit) = child;
  if (!is_single (child, depth + 1))
    return self;
  TreeIndexEntry last = child->entry[0];
  unref_at (child, depth + 1);
  self = reshape (self, self->entries | bit, self->children & (guint16) ~bit);
  *entry_slot (self, bit) = last;
  return self;
}

gboolean
tree_index_remove (TreeIndex **self, const TreeIndexEntry *entry)
{
  guint n;
  const TreeIndexEntry *found = tree_index_find (*self, entry->hash, &n);
  guint at = 0;
  while (at < n && !same_entry (&found[at], entry))
    at++;
  if (at == n)
    return FALSE;
  *self = take (*self, 0, entry);
  return TRUE;
}

const TreeIndexEntry *
tree_index_find (const TreeIndex *self, guint64 hash, guint *n)
{
  *n = 0;
  for (guint depth = 0; self && depth < DEPTH; depth++)
    {
      guint16 bit = bit_at (hash, depth);
      if (self->entries & bit)
        {
          const TreeIndexEntry *entry = entry_slot (self, bit);
          *n = entry->hash == hash ? 1 : 0;
          return entry;
        }
      self = self->children & bit ? *child_slot (self, bit) : NULL;
    }
  if (!self)
    return NULL;
  *n = self->n;
  return self->entry;
}

static gsize
size_at (const TreeIndex *self, guint depth)
{
  if (depth == DEPTH)
    return size_of (bucket_room (self->n), 0);
  gsize size = size_of (count (self->entries), count (self->children));
  for (guint i = 0; i < count (self->children); i++)
    size += size_at (child_slot (self, 1)[i], depth + 1);
  return size;
}

gsize
tree_index_size (const TreeIndex *self)
{
  return self ? size_at (self, 0) : 0;
}
