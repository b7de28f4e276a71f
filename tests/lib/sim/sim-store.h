/* sim-store.h - what one member has on its disk: the rows that its runner asked to save.
 *
 * A save is one transaction: it happens whole or, in a crash, not at all. By default rows are only kept in a tree. Told
 * to, they lie in a store of src/store/ as well, in memory or on disk, and every load reads them from there and must
 * find what the tree has. A load of a store on disk is what happens after kill -9: the files as they lie there are
 * copied, while the store is still open, and the copy is opened. (That a real disk can do worse is tested in
 * tests/store/.)
 */
#ifndef DEMLS_TESTS_SIM_STORE_H
#define DEMLS_TESTS_SIM_STORE_H

#include "session/runner.h"

typedef struct _SimStore SimStore;

typedef enum {
  SIM_STORE_TREE,
  SIM_STORE_MEMORY, /* store/memory-store.h */
  SIM_STORE_DISK,   /* store/sqlite-store.h, sealed */
} SimStoreKind;

/* What sim_store_new() makes from now on, in this process. */
void sim_store_choose (SimStoreKind kind);

/* How many saves and loads went through a store of src/store/ so far. */
void sim_store_counts (guint64 *saves, guint64 *loads);

SimStore *sim_store_new (void);
SimStore *sim_store_copy (const SimStore *self);
void sim_store_free (SimStore *self);

/* Saves rows (of DemlsRow; NULL contents delete). */
void sim_store_save (SimStore *self, const GPtrArray *rows);

/* All rows, of DemlsRow, ascending by key. (transfer full) */
GPtrArray *sim_store_load (const SimStore *self);

/* Number and total size of the rows. */
guint sim_store_size (const SimStore *self, gsize *bytes);

/* Takes out the rows whose key begins so; to look at what a thief would find without our own protections. */
void sim_store_forget (SimStore *self, const char *prefix);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimStore, sim_store_free)

#endif
