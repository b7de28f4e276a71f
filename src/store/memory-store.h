/* memory-store.h - a store that keeps its rows in memory: for the simulator and for tests.
 *
 * It lives as long as its owner wants, so a simulated crash is to drop the user and load a new one from the same store.
 */
#ifndef DEMLS_MEMORY_STORE_H
#define DEMLS_MEMORY_STORE_H

#include "user/store.h"

/* An empty store. (transfer full: ops->close) */
DemlsStore *demls_memory_store_new (void);

/* From now on every commit fails with `code` and changes nothing, as on a full disk; a negative `code` ends that. */
void demls_memory_store_refuse (DemlsStore *store, int code);

#endif
