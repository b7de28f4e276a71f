/* manifest.h - what must be there: how many elements a set has, and the sum of their hashes.
 *
 * The sum is taken modulo 2^256 over keyed hashes (MSet-Add-Hash of Clarke et al., 2003), so adding, removing or
 * replacing one element costs one addition, whatever the size of the set, and an element that is missing, doubled,
 * swapped with another or older than it should be makes the sum differ. Without the key nobody can search for elements
 * that happen to give the same sum. The manifest itself must be kept sealed.
 */
#ifndef DEMLS_MANIFEST_H
#define DEMLS_MANIFEST_H

#include "base/bytes.h"

#define DEMLS_MANIFEST_HASH 32
#define DEMLS_MANIFEST_SIZE (8 + DEMLS_MANIFEST_HASH) /* as bytes */

typedef struct {
  guint64 count;
  guint8 sum[DEMLS_MANIFEST_HASH]; /* big-endian */
} DemlsManifest;

/* Adds, or takes away, an element by its hash. */
void demls_manifest_add (DemlsManifest *self, const guint8 hash[DEMLS_MANIFEST_HASH]);
void demls_manifest_remove (DemlsManifest *self, const guint8 hash[DEMLS_MANIFEST_HASH]);

/* TRUE iff they stand for the same set. */
gboolean demls_manifest_equal (const DemlsManifest *a, const DemlsManifest *b);

/* As bytes: the count, big-endian, and the sum; and back, FALSE if the size is wrong. */
void demls_manifest_write (const DemlsManifest *self, guint8 out[DEMLS_MANIFEST_SIZE]);
gboolean demls_manifest_read (DemlsManifest *self, Span bytes) G_GNUC_WARN_UNUSED_RESULT;

#endif
