/* fake-store.h - rows in memory, with failures on demand and a copy of how it was.
 */
#ifndef DEMLS_TESTS_FAKE_STORE_H
#define DEMLS_TESTS_FAKE_STORE_H

#include "user/store.h"

/* (transfer full: close) */
DemlsStore *fake_store_new (void);

/* What a process that was killed now would find. (transfer full: close) */
DemlsStore *fake_store_copy (const DemlsStore *store);

/* Every commit fails with this DemlsStoreError from now on; -1: none does. */
void fake_store_fail (DemlsStore *store, int code);

/* Commits that worked so far, rows held, and one row's value (borrowed) or NULL. */
guint fake_store_commits (const DemlsStore *store);
guint fake_store_rows (const DemlsStore *store);
GBytes *fake_store_row (const DemlsStore *store, const char *scope, const char *key);

/* Sets or (NULL) deletes a row behind everybody's back. */
void fake_store_set (DemlsStore *store, const char *scope, const char *key, GBytes *value);

#endif
