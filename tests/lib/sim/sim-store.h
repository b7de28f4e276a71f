/* sim-store.h - what one member has on its disk: the rows that its runner asked to save.
 *
 * A save is one transaction: it happens whole or, in a crash, not at all. (That a real disk can do worse is the store's
 * business, and tested there.)
 */
#ifndef DEMLS_TESTS_SIM_STORE_H
#define DEMLS_TESTS_SIM_STORE_H

#include "session/runner.h"

typedef struct _SimStore SimStore;

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
